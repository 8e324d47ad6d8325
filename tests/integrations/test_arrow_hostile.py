"""Hostile and damaged Parquet, Arrow and folders of datasets: one line, and exit code 3."""

import json
import os
import shlex
import shutil

import pytest

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

import spanf1  # noqa: E402
from spanf1.exceptions import ReadError  # noqa: E402

LABELS = ["O", "B-PER", "I-PER"]
ROWS = {"tokens": [["a", "b"], ["c"]], "ner_tags": [[1, 2], [0]], "predictions": [[1, 0], [0]]}
FEATURE = {"feature": {"names": LABELS, "_type": "ClassLabel"}, "_type": "List"}


def table_of(names=LABELS, rows=ROWS):
    feature = FEATURE | {"feature": {"names": names, "_type": "ClassLabel"}}
    features = {"ner_tags": feature, "predictions": feature}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    return pa.table(rows).replace_schema_metadata(metadata)


def save(path, table=None, **options):
    """Write a table, by default a good one, as the name of the file says."""
    table = table_of() if table is None else table
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    if str(path).endswith(".parquet"):
        pq.write_table(table, path, **options)
    else:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    return path


def folder_of(folder, *names, key="_data_files"):
    """Write the folder of a dataset, which lists some names: of files, or of splits."""
    os.makedirs(folder, exist_ok=True)
    split = key == "splits"
    found = {key: [*names] if split else [{"filename": name} for name in names]}
    with open(f"{folder}/{'dataset_dict' if split else 'state'}.json", "w") as file:
        json.dump(found, file)
    return folder


def refused(ran, part):
    """Check that a command said in one short line, with or without a hint, what is wrong."""
    assert ran.code == 3, ran.err
    assert ran.out == ""
    first, *hints = ran.err.splitlines()
    assert first.startswith("error: ")
    assert part in first
    assert len(first) < 320
    assert all(line.startswith("hint: ") for line in hints)
    assert len(hints) < 2


COMMANDS = [
    "score {}",
    "score -f csv {}",
    "score {} {}",
    "score --match text {}",
    "validate {}",
    "describe {}",
    "convert {} --to-format jsonl",
    "convert {} --to-format columns --to BIOES",
    "compare {} a={} b={}",
]


# Text that cannot be written.


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("ending", ["arrow", "parquet"])
@pytest.mark.parametrize("label", ["B-\ud800", "B-A\0", "\udfff"])
def test_labels_that_are_no_text(run, command, ending, label):
    path = save(f"f.{ending}", table_of(["O", label, "I-PER"]))
    ran = run(*shlex.split(command.replace("{}", path)))
    refused(ran, f"{path}: label {label!r} has NUL or half of a surrogate pair")


def test_tags_and_types_with_nul(run):
    save("t.parquet", pa.table({"tokens": [["a"]], "tags": [["B-A\0"]], "pred": [["O"]]}))
    refused(run("score", "t.parquet"), r"tag 'B-A\x00' has NUL in it")
    spans = [[{"start": 0, "end": 1, "label": "A\0"}]]
    save("s.parquet", pa.table({"text": ["a"], "spans": spans}))
    refused(run("describe", "s.parquet"), r"s.parquet:1: spans[0].label is 'A\x00', with NUL in it")


def test_more_labels_than_are_read(run, monkeypatch):
    monkeypatch.setattr("spanf1.formats.arrow.tags.MAX_LABELS", 2)
    save("f.parquet")
    refused(run("score", "f.parquet"), "f.parquet: 3 labels: 2 at most are read")


def test_the_name_of_a_file_that_is_no_utf8(run):
    name = os.fsdecode(b"\xff.parquet")
    shutil.move(save("f.parquet"), name)
    for arguments in ((name,), (".", "--input-format", "arrow")):
        refused(run("score", *arguments), "pyarrow opens no file whose name is not UTF-8")


# Folders of datasets.


@pytest.mark.parametrize("name", ["a\0", "\ud800.arrow", ""])
def test_names_that_are_none(run, name):
    for key in ("_data_files", "splits"):
        shutil.rmtree("d", ignore_errors=True)
        folder_of("d", name, key=key)
        refused(run("score", "d"), f"{name!r} is no name of a file")


@pytest.mark.parametrize("key", ["_data_files", "splits"])
@pytest.mark.parametrize(
    "name", ["../f.arrow", "x/../../f.arrow", ".", "..", "./", "x/..", "/", "link"]
)
def test_names_that_lead_out(run, key, name):
    save("f.arrow")
    folder_of("d", name, key=key)
    os.symlink("../f.arrow", "d/link")
    refused(run("score", "d"), f"{name!r} is not in the folder of the dataset")


def test_an_absolute_name(run):
    path = os.path.abspath(save("f.arrow"))
    folder_of("d", path)
    ran = run("score", "d")
    refused(ran, "is not in the folder of the dataset")
    assert ran.err.splitlines()[1] == "hint: give the file itself, if it is the one meant"
    assert run("score", path).code == 0


def test_names_that_stay(run):
    folder_of("d", "f.arrow", "parts/g.arrow", "link.arrow")
    for name in ("d/f.arrow", "d/parts/g.arrow"):
        save(name)
    os.symlink("f.arrow", "d/link.arrow")
    assert json.loads(run("score", "d", "--format", "json").out)["tokens"] == 9
    os.symlink("d", "other")
    assert run("score", "other").code == 0


def test_the_cache_of_the_hub(run):
    """The files of a snapshot are links to blobs beside it."""
    snapshot = f"cache/datasets--a--b/snapshots/{'0a' * 20}"
    for folder in (snapshot, f"{snapshot}/sub"):
        folder_of(folder, "f.arrow")
        save("cache/datasets--a--b/blobs/b10b")
        shutil.copy("cache/datasets--a--b/blobs/b10b", "f.arrow")
        up = os.path.relpath("cache/datasets--a--b/blobs/b10b", folder)
        os.symlink(up, f"{folder}/f.arrow")
        assert run("score", folder).code == 0
        os.remove(f"{folder}/f.arrow")
        os.symlink(os.path.abspath("f.arrow"), f"{folder}/f.arrow")
        refused(run("score", folder), "'f.arrow' is not in the folder of the dataset")


def test_a_dict_of_a_dict(run):
    folder_of("d", "test", key="splits")
    folder_of("d/test", "test", key="splits")
    refused(run("score", "d"), "d/test/dataset_dict.json: dataset_dict.json lists splits, and")
    os.remove("d/test/dataset_dict.json")
    save("d/test/f.arrow")
    assert run("score", "d").code == 0
    os.remove("d/dataset_dict.json")
    folder_of("d/test", ".", key="splits")
    refused(run("score", "d", "--input-format", "arrow"), "lists splits, and a split is none")


@pytest.mark.parametrize("kind", ["fifo", "device", "socket", "folder", "loop"])
@pytest.mark.parametrize("listed", [False, True])
def test_what_is_no_regular_file(run, kind, listed):
    import socket

    if listed:
        folder_of("d", "f.arrow")
    os.makedirs("d", exist_ok=True)
    here = os.getcwd()
    os.chdir("d")
    try:
        if kind == "fifo":
            os.mkfifo("f.arrow")
        elif kind == "device":
            os.symlink("/dev/zero", "f.arrow")
        elif kind == "folder":
            os.mkdir("f.arrow")
        elif kind == "loop":
            os.symlink("f.arrow", "f.arrow")
        else:
            with socket.socket(socket.AF_UNIX) as one:
                one.bind("f.arrow")
    finally:
        os.chdir(here)
    parts = {"loop": "ymbolic link"}
    if listed:
        parts["device"] = "'f.arrow' is not in the folder of the dataset"
    part = parts.get(kind, "d/f.arrow: this is no regular file")
    refused(run("score", "d", "--input-format", "arrow"), part)
    if kind not in ("loop", "folder"):
        with pytest.raises(ReadError, match=r"^d/f.arrow: this is no regular file"):
            spanf1.score_file("d/f.arrow", input_format="arrow")


@pytest.mark.parametrize("name", ["state.json", "dataset_dict.json"])
@pytest.mark.parametrize(
    "content",
    [
        *("[]", "null", "3", '"splits"', "{}", "", "[" * 100_000, '{"a": 1' + "0" * 9999 + "}"),
        *(
            json.dumps({"_data_files": one, "splits": one})
            for one in (3, "ab", None, {"a": 1}, [3], [None], [[]], [{}])
        ),
        b'{"splits": ["\xff"], "_data_files": ["\xff"]}',
    ],
)
def test_lists_that_are_none(run, name, content):
    os.mkdir("d")
    with open(f"d/{name}", "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    refused(run("score", "d"), f"d/{name}: ")


def test_a_long_list(run):
    folder_of("d", *("x" * 9 for _ in range(1 << 18)))
    refused(run("score", "d"), "d/state.json: _data_files are 262144 names: 65536 at most are read")
    refused(run("score", "d", "--max-size", "1M"), "state.json of more than 1 MiB")
    shutil.rmtree("d")
    folder_of("d", *(f"split{k}" for k in range(1000)), key="splits")
    refused(run("score", "d"), "d: a folder of 1000 splits: split0, split1, ")


def test_a_folder_that_cannot_be_listed(run, monkeypatch):
    save("d/test/f.parquet")
    listed = os.listdir

    def listing(path="."):
        if str(path).endswith("test"):
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr(os, "listdir", listing)
    for arguments in (
        ("d",),
        ("d", "--input-format", "arrow"),
        ("d/test", "--input-format", "arrow"),
    ):
        refused(run("score", *arguments), "Permission denied")
