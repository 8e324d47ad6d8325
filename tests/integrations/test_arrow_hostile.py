"""Hostile and damaged Parquet, Arrow and folders of datasets: one line, and exit code 3."""

import json
import os
import re
import shlex
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

import spanf1  # noqa: E402
from spanf1.exceptions import LayoutError, ReadError  # noqa: E402
from spanf1.formats.arrow import sizes  # noqa: E402
from spanf1.formats.arrow.tags import is_list  # noqa: E402
from spanf1.formats.source import Source  # noqa: E402
from tests.helpers.commands import Ran  # noqa: E402

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
    refused(
        ran, f"{path}: label {label!r} has {'NUL' if chr(0) in label else 'half of a surrogate'}"
    )


def test_tags_and_types_with_nul(run):
    save("t.parquet", pa.table({"tokens": [["a"]], "tags": [["B-A\0"]], "pred": [["O"]]}))
    refused(run("score", "t.parquet"), r"t.parquet:1: tags[0]: tag 'B-A\x00' has NUL")
    spans = [[{"start": 0, "end": 1, "label": "A\0"}]]
    save("s.parquet", pa.table({"text": ["a"], "spans": spans}))
    refused(run("describe", "s.parquet"), r"s.parquet:1: spans[0].label has NUL, which is no")


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


# What would take much memory. Sizes are small here, and --max-size is smaller.


def lists(flat, *lengths, kind=None):
    """Return lists, one after the other, of an array of Arrow."""
    ends = np.append(0, np.cumsum(lengths))
    return (kind or pa.ListArray).from_arrays(pa.array(ends, pa.int32()), flat)


def by_hint(run, *arguments):
    """Follow the hints of a command until it is done, and return how many there were."""
    size, count = "1K", 0
    while (ran := run(*arguments, "--max-size", size)).code:
        refused(ran, " of more than ")
        (size,) = re.findall(
            r"--max-size (\w+) \(max_size\) reads more at once$", ran.err, re.MULTILINE
        )
        count += 1
    return count


def ids(count, *lengths):
    row = lists(pa.array(np.zeros(count, np.int64)), *lengths or (count,))
    return pa.table({"gold": row, "pred": row})


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_one_row_of_many_ids(run, ending):
    path = save(f"f.{ending}", ids(100_000, 50_000, 50_000))
    score = ("score", path, "--labels", "O,B-A")
    assert run(*score).code == 0
    ran = run(*score, "--max-size", "1M")
    refused(ran, f"f.{ending}{':1' * (ending == 'arrow')}: row of more than 1 MiB")
    assert "--max-size 2M (max_size)" in ran.err
    assert by_hint(run, *score) in (1, 2)
    with pytest.raises(LayoutError, match="row of more than 1 MiB"):
        spanf1.score_file(path, labels=["O", "B-A"], max_size="1M")


def test_a_row_is_named_where_it_is_known(run):
    save("d/a.arrow", ids(3, 1, 2))
    save("d/b.arrow", ids(90_002, 1, 1, 90_000))
    score = ("score", "d", "--labels", "O", "--input-format", "arrow", "--max-size", "1M")
    refused(run(*score), "d:5: row of more than 1 MiB")


def test_what_the_end_of_a_file_says_may_be_untrue(run):
    """The footer says that there are ten values, and the page says a million, which are read."""
    save(
        "f.parquet",
        ids(1_000_000),
        write_statistics=False,
        store_schema=False,
        data_page_size=1 << 30,
    )
    content = Path("f.parquet").read_bytes()
    (length,) = struct.unpack("<I", content[-8:-4])
    body, end = content[: -8 - length], content[-8 - length : -8]
    number, untrue = b"\x16\x80\x89\x7a", b"\x16\x14"
    assert end.count(number) == 2
    end = end.replace(number, untrue)
    Path("f.parquet").write_bytes(body + end + struct.pack("<I", len(end)) + b"PAR1")
    assert pq.read_metadata("f.parquet").row_group(0).column(0).num_values == 10
    refused(
        run("score", "f.parquet", "--labels", "O", "--max-size", "16M"), "row of more than 16 MiB"
    )


def test_a_group_that_one_row_might_have(run):
    save("f.parquet", ids(40_000, *[1] * 40_000))
    ran = run("score", "f.parquet", "--labels", "O", "--max-size", "32K")
    refused(ran, "f.parquet: group of rows of more than 1 MiB")
    assert ran.err.endswith(
        "hint: write smaller groups of rows; --max-size 1M (max_size) reads more at once\n"
    )
    assert run("score", "f.parquet", "--labels", "O", "--max-size", "1M").code == 0
    save("f.parquet", ids(40_000, *[1] * 40_000), row_group_size=10_000)
    assert run("score", "f.parquet", "--labels", "O", "--max-size", "32K").code == 0


@pytest.mark.parametrize("command", ["validate {}", "describe {}", "convert {} --to-format jsonl"])
@pytest.mark.parametrize("ending", ["parquet", "arrow"])
@pytest.mark.parametrize("column", ["tokens", "text"])
def test_texts_that_are_long_once_they_are_written_out(run, command, ending, column):
    """A few thousand times one text."""
    count, text = 3000, "x" * 10_000
    flat = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), [text])
    rows = [count // 3] * 3
    if column == "tokens":
        tags = lists(pa.array(["O"] * count), *rows)
        table = pa.table({"tokens": lists(flat, *rows), "tags": tags})
    else:
        spans = pa.array(
            [[]] * count,
            pa.list_(pa.struct({"start": pa.int8(), "end": pa.int8(), "label": pa.string()})),
        )
        table = pa.table({"text": flat, "spans": spans})
    path = save(f"f.{ending}", table)
    assert os.path.getsize(path) < 100_000
    ran = run(*shlex.split(command.format(path)), "--max-size", "9K" if column == "text" else "9M")
    refused(ran, " of more than 9 ")
    assert by_hint(run, *shlex.split(command.format(path))) < 4


def test_views_that_are_long_once_they_are_written_out(run):
    """A thousand rows that are all the same thousand tokens, and a row of long ones."""
    one = pa.array([1000] * 1000, pa.int32())
    begins = pa.array([0] * 1000, pa.int32())
    rows = [
        pa.ListViewArray.from_arrays(begins, one, pa.array([text] * 1000)) for text in ("x", "O")
    ]
    save("f.arrow", pa.table({"tokens": rows[0], "tags": rows[1].slice(0, 1000)}))
    assert os.path.getsize("f.arrow") < 50_000
    refused(run("validate", "f.arrow", "--max-size", "32K"), "f.arrow:1: row of more than 32 KiB")
    save("f.arrow", pa.table({"tokens": rows[0].slice(7, 3), "tags": rows[1].slice(7, 3)}))
    assert "3000 tokens in 3 sentences" in run("validate", "f.arrow", "--max-size", "64K").out
    views = lists(pa.array(["x" * 1000] * 1000, pa.string_view()), 1, 999)
    tags = lists(pa.array(["O"] * 1000), 1, 999)
    save("f.arrow", pa.table({"tokens": views, "tags": tags}))
    refused(run("validate", "f.arrow", "--max-size", "900K"), "f.arrow:2: row of more than 900 KiB")
    assert "1000 tokens in 2 sentences" in run("validate", "f.arrow", "--max-size", "2M").out


def test_lists_of_nothing(run):
    """What is null everywhere takes no bytes in a file, whatever its length."""
    nulls = pa.FixedSizeListArray.from_arrays(pa.nulls(1 << 24), 1 << 23)
    save("f.arrow", pa.table({"text": ["a", "b"], "spans": nulls}))
    refused(run("describe", "f.arrow"), "f.arrow:1: row of more than 64 MiB")
    for kind in (pa.string(), pa.list_(pa.string()), pa.null()):
        none = pa.array([None, None], kind)
        for ending in ("arrow", "parquet"):
            path = save(f"f.{ending}", pa.table({"tokens": none, "tags": none}))
            for command in ("score {} {} --pred-key tags", "validate {}", "describe {}"):
                refused(run(*shlex.split(command.format(path, path))), f"f.{ending}")


@pytest.mark.parametrize("new", [pa.ipc.new_file, pa.ipc.new_stream])
@pytest.mark.parametrize("method", [None, "lz4", "zstd"])
def test_batches_that_are_large_once_they_are_unpacked(run, new, method):
    table = ids(100_000, *[10] * 10_000)
    options = pa.ipc.IpcWriteOptions(compression=method)
    with pa.OSFile("f.arrow", "wb") as sink, new(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    score = ("score", "f.arrow", "--labels", "O,B-A")
    ran = run(*score, "--max-size", "32K")
    refused(ran, "f.arrow: record batch of more than 1 MiB")
    assert by_hint(run, *score) == 1
    content = Path("f.arrow").read_bytes()
    if method:
        # The length of a column of ids, before it in its buffer.
        length = struct.pack("<q", 800_000)
        assert content.count(length) >= 2
        for lie in (1 << 40, (1 << 63) - 1):
            Path("f.arrow").write_bytes(content.replace(length, struct.pack("<q", lie)))
            refused(run(*score), "f.arrow: record batch of more than 2 GiB")


def test_a_large_dictionary(run):
    texts = pa.array([f"B-{k:09}" for k in range(20_000)])
    flat = pa.DictionaryArray.from_arrays(pa.array([0], pa.int32()), texts)
    table = pa.table({"gold": lists(flat, 1), "pred": lists(flat, 1)})
    refused(
        run("score", save("f.arrow", table), "--max-size", "100K"),
        "dictionary of more than 100 KiB",
    )
    assert run("score", "f.arrow").code == 0
    texts = pa.array(["B-A", *(f"B-{k:09}" for k in range(20_000))] * 2)
    table = pa.table(
        {"gold": lists(texts, 1, len(texts) - 1), "pred": lists(texts, 1, len(texts) - 1)}
    )
    ran = run("score", save("f.parquet", table), "--max-size", "100K")
    refused(ran, " of more than 100 KiB")


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_a_long_description(run, ending):
    path = save(f"f.{ending}", table_of([*LABELS, *(f"B-{k:09}" for k in range(9000))]))
    assert run("score", path).code == 0
    refused(
        run("score", path, "--max-size", "100K"), "description of the columns of more than 100 KiB"
    )


@pytest.mark.skipif(
    not os.path.exists("/proc/self/statm"), reason="Linux tells what is taken there"
)
@pytest.mark.parametrize(
    ("name", "size", "part"),
    [
        ("f.parquet", "64M", "row of more than 64 MiB"),
        ("f.parquet", "9G", "more memory than there is"),
        ("f.arrow", "4M", "record batch of more than 128 MiB"),
        ("f.arrow", "9G", "more memory than there is"),
    ],
)
def test_no_more_memory_than_there_is(tmp_path, monkeypatch, name, size, part):
    """A kilobyte that says 10 million ids, where there is less."""
    monkeypatch.chdir(tmp_path)
    table = ids(10_000_000)
    if name == "f.parquet":
        save(name, table, compression="zstd")
    else:
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with (
            pa.OSFile(name, "wb") as sink,
            pa.ipc.new_stream(sink, table.schema, options=options) as writer,
        ):
            writer.write_table(table)
    code = (
        "import resource, sys\n"
        "from spanf1.cli import main\n"
        "import spanf1.cli.score, spanf1.formats.arrow.tags, pyarrow.parquet, pyarrow.ipc\n"
        "pages = int(open('/proc/self/statm').read().split()[0])\n"
        "most = pages * resource.getpagesize() + (100 << 20)\n"
        "resource.setrlimit(resource.RLIMIT_AS, (most, most))\n"
        "main(sys.argv[1:], prog_name='spanf1')\n"
    )
    arguments = ["score", name, "--labels", "O", "--max-size", size]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, check=False, text=True
    )
    refused(Ran(done.returncode, done.stdout, done.stderr), part)


# What sizes are, against plain Python; and what Parquet says of itself, against pyarrow.


def plain_size(value):
    if isinstance(value, dict):
        return sum(map(plain_size, value.values()))
    if isinstance(value, list):
        return sum(sizes.VALUE + plain_size(one) for one in value)
    return len(value.encode()) if isinstance(value, str) else 0


KINDS = {
    "tokens": pa.list_(pa.string()),
    "long": pa.large_list(pa.large_string()),
    "ids": pa.list_(pa.int16()),
    "text": pa.string(),
    "view": pa.list_view(pa.string_view()),
    "pair": pa.list_(pa.string(), 2),
    "encoded": pa.list_(pa.dictionary(pa.int8(), pa.string())),
    "spans": pa.list_(pa.struct({"label": pa.string(), "offsets": pa.list_(pa.list_(pa.int32()))})),
}


def value_of(kind, rng):
    if rng.random() < 0.1:
        return None
    if pa.types.is_struct(kind):
        return {field.name: value_of(field.type, rng) for field in kind}
    if is_list(kind):
        many = 2 if pa.types.is_fixed_size_list(kind) else rng.integers(5)
        return [value_of(kind.value_type, rng) for _ in range(many)]
    return int(rng.integers(9)) if pa.types.is_integer(kind) else "é" * int(rng.integers(9))


@pytest.mark.parametrize("name", KINDS)
def test_sizes(name):
    rng = np.random.default_rng(5)
    for _ in range(20):
        values = [value_of(KINDS[name], rng) for _ in range(rng.integers(1, 30))]
        begin = int(rng.integers(len(values)))
        array = pa.array(values, KINDS[name])[begin:]
        # The items of a list that is null are there, of one length as the others.
        expected = [
            2 * sizes.VALUE if one is None and name == "pair" else plain_size(one)
            for one in values[begin:]
        ]
        found = sizes._sizes(array) + np.zeros(len(array), np.int64)
        assert found.tolist() == expected
        assert sizes._at_most(array) >= sum(expected)


@pytest.mark.parametrize("most", [40, 100, 1000])
def test_batches_are_parted(most):
    rng = np.random.default_rng(6)
    rows = [["x" * int(k)] for k in rng.integers(20, size=50)]
    batch = pa.record_batch({"a": pa.array(rows, KINDS["tokens"])})
    parts = list(sizes.bounded(batch, Source("f", max_size=most), 0))
    assert [row for part in parts for row in part.column(0).to_pylist()] == rows
    for part in parts:
        assert sum(map(plain_size, part.column(0).to_pylist())) <= most


@pytest.mark.parametrize("options", [{}, {"data_page_version": "2.0"}, {"use_dictionary": False}])
def test_what_parquet_says_of_itself(options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(7)
    rows = [["w" * int(k) for k in rng.integers(9, size=rng.integers(99))] for _ in range(500)]
    table = pa.table({"tokens": rows, "id": [str(k) for k in range(500)]})
    save("f.parquet", table, row_group_size=170, data_page_size=500, **options)
    known = pq.read_metadata("f.parquet")
    with open("f.parquet", "rb", buffering=0) as file:
        groups = sizes._groups(file, Source("f.parquet"))
        for number, group in enumerate(groups):
            assert group[3] == known.row_group(number).num_rows
            for place, column in enumerate(group[1]):
                chunk = known.row_group(number).column(place)
                assert ".".join(map(bytes.decode, column[3][3])) == chunk.path_in_schema
                count, size, dictionary, _ = sizes._pages_of(file, column[3])
                assert count == chunk.num_values
                assert 0 < size + dictionary <= chunk.total_uncompressed_size
                assert bool(dictionary) == chunk.has_dictionary_page
    found = sizes.parquet_sizes(Source("f.parquet"), ["tokens"], 512)
    assert found.encoded == [] if "use_dictionary" in options else ["tokens.list.element"]


@pytest.mark.parametrize("encoding", ["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"])
def test_texts_however_they_are_encoded(run, encoding):
    table = pa.table({"gold": [["B-A", "O"], []], "pred": [["B-A", "O"], []]})
    columns = {f"{name}.list.element": encoding for name in ("gold", "pred")}
    save("f.parquet", table, use_dictionary=False, column_encoding=columns)
    assert json.loads(run("score", "f.parquet", "--format", "json").out)["tokens"] == 2


# Damaged files: any of them is told in a line, and none ends the process.


def test_damaged_files(run):
    rng = np.random.default_rng(8)
    for name in ("f.parquet", "f.arrow"):
        content = Path(save(name)).read_bytes()
        begin = len(content) - struct.unpack("<I", content[-8:-4])[0] if name == "f.parquet" else 0
        for turn in range(150):
            damaged = bytearray(content)
            places = rng.integers(
                begin - 8 if begin and turn % 2 else 0, len(content), 1 + turn % 3
            )
            damaged[places[0]] = rng.choice([0, 1, 127, 255])
            for place in places[1:]:
                damaged[place] ^= 1 << rng.integers(8)
            Path(name).write_bytes(
                damaged[: rng.integers(len(content)) if turn % 10 == 0 else None]
            )
            ran = run(["score", "validate", "describe"][turn % 3], name)
            assert ran.code in (0, 1, 2, 3), ran
            assert ran.err.startswith(("error: ", "warning: ", "note: ")) or not ran.code, ran
