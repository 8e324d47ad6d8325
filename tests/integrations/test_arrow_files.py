import contextlib
import datetime
import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

import spanf1  # noqa: E402
from spanf1.core.documents import Document, TextSpan, joined  # noqa: E402
from spanf1.core.options import Options  # noqa: E402
from spanf1.core.tag_counter import tally  # noqa: E402
from spanf1.exceptions import (  # noqa: E402
    AlignmentError,
    LayoutError,
    LossError,
    ReadError,
    SpanF1Error,
    TagError,
    UsageError,
)
from spanf1.formats import labels  # noqa: E402
from spanf1.formats.arrow import files as arrowfiles  # noqa: E402
from spanf1.formats.arrow.documents import documents, write  # noqa: E402
from spanf1.formats.arrow.files import is_arrow  # noqa: E402
from spanf1.formats.arrow.tags import ArrowReader, has_tags  # noqa: E402
from spanf1.formats.opening import both_inputs  # noqa: E402
from spanf1.formats.options import InputOptions  # noqa: E402
from spanf1.formats.registry import Input, Writing  # noqa: E402
from spanf1.formats.source import Source  # noqa: E402
from spanf1.results.result import Result  # noqa: E402

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
OTHERS = ["B-LOC", "I-LOC", "O", "B-PER", "I-PER"]
LISTS = {
    "list": pa.list_(pa.int64()),
    "large": pa.large_list(pa.int8()),
    "unsigned": pa.list_(pa.uint16()),
}
GOLD = [[1, 2, 0], [], [0, 3, 4], [0]]
PREDICTED = [[1, 2, 0], [], [0, 3, 0], [1]]
TOKENS = [["Ada", "Byron", "sat"], [], ["in", "New", "York"], ["."]]
IDS = ["a", "b", "c", "d"]


def metadata(features):
    return {"huggingface": json.dumps({"info": {"features": features}})}


def class_labels(names=None, lists="List"):
    return {"feature": {"names": names or LABELS, "_type": "ClassLabel"}, "_type": lists}


def save(path, columns, features=None, *, kind="parquet", rows=3, **options):
    """Write a table in several batches."""
    table = pa.table(columns)
    if features:
        table = table.replace_schema_metadata(metadata(features))
    path = str(path)
    if kind == "parquet":
        pq.write_table(table, path, row_group_size=rows, **options)
    else:
        new = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
        with pa.OSFile(path, "wb") as sink, new(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=rows)
    return path


def both(names=("gold", "predicted")):
    return {name: class_labels() for name in names}


def inputs(*paths, keys=(), labels=None, by_position=False):
    given = {f"{name}_key": key for name, key in dict(keys).items()}
    given |= {"pred_key": given.get("predicted_key"), "labels": labels, "input_format": "arrow"}
    sides = [InputOptions.of(given, side) for side in ("gold", "predicted")]
    return both_inputs([Source(str(path)) for path in paths], *sides, by_position=by_position)


def score(*paths, **options):
    reader = ArrowReader(inputs(*paths, **options))
    return Result(tally(reader), Options(), reader.origin())


def tags_of(gold, predicted, names=LABELS):
    pairs = [
        [(g, p) for g, p in zip(*rows, strict=True) if g != -100]
        for rows in zip(gold, predicted, strict=True)
    ]
    return [[[names[pair[side]] for pair in row] for row in pairs] for side in (0, 1)]


def random_ids(seed, sentences=60, ignored=0.0):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, 12, sentences)
    gold = [rng.integers(0, len(LABELS), n) for n in lengths]
    predicted = [np.where(rng.random(len(g)) < 0.7, g, rng.integers(0, 5, len(g))) for g in gold]
    gold = [np.where(rng.random(len(g)) < ignored, -100, g) for g in gold]
    return [g.tolist() for g in gold], [p.tolist() for p in predicted]


def same(found, expected):
    assert found.counts == expected.counts
    assert found.schemes == expected.schemes
    assert found.tally.gold_number == expected.tally.gold_number


# Against lists of tags.


@pytest.mark.parametrize("kind", ["parquet", "file", "stream"])
@pytest.mark.parametrize("lists", LISTS)
@pytest.mark.parametrize("size", [1, 5, 1 << 16])
def test_ids_are_scored_as_their_tags(tmp_path, monkeypatch, kind, lists, size):
    monkeypatch.setattr(labels, "BLOCK_TOKENS", size)
    monkeypatch.setattr(arrowfiles, "BATCH_VALUES", 40)
    ignored = 0.0 if lists == "unsigned" else 0.3
    for seed in range(4):
        gold, predicted = random_ids(seed, ignored=ignored)
        columns = {
            "gold": pa.array(gold, LISTS[lists]),
            "predicted": pa.array(predicted, LISTS[lists]),
        }
        path = save(tmp_path / f"{seed}", columns, both(), kind=kind, rows=7)
        same(score(path), spanf1.evaluate(*tags_of(gold, predicted)))


def test_lists_of_one_size(tmp_path):
    kind = pa.list_(pa.int32(), 2)
    gold, predicted = [[1, 2], [0, -100], [3, 3]], [[1, 2], [3, 0], [3, 4]]
    columns = {"gold": pa.array(gold, kind), "predicted": pa.array(predicted, kind)}
    path = save(tmp_path / "f", columns, both(), kind="file", rows=2)
    same(score(path), spanf1.evaluate(*tags_of(gold, predicted)))


@pytest.mark.parametrize("kind", ["parquet", "file", "stream"])
@pytest.mark.parametrize("encoded", [False, True])
def test_strings_are_scored_as_tags(tmp_path, kind, encoded):
    gold, predicted = random_ids(7)
    sides = tags_of(gold, predicted)
    string = pa.large_string() if kind == "file" else pa.string()
    inner = pa.dictionary(pa.int32(), string) if encoded else string
    arrays = [pa.array(side, pa.list_(inner)) for side in sides]
    path = save(tmp_path / "f", dict(zip(("tags", "pred"), arrays, strict=True)), kind=kind)
    result = score(path)
    same(result, spanf1.evaluate(*sides))
    assert result.input.keys == ("tags", "pred", "", "")
    assert result.input.delimiters == ("arrow",)


def test_gold_ids_and_predicted_strings(tmp_path):
    gold, predicted = random_ids(8, ignored=0.2)
    strings = [[LABELS[number] for number in row] for row in predicted]
    path = save(tmp_path / "f", {"gold": gold, "pred": strings}, {"gold": class_labels()})
    same(score(path), spanf1.evaluate(*tags_of(gold, predicted)))


def test_each_side_has_its_own_labels(tmp_path):
    gold, predicted = random_ids(9)
    other = [[OTHERS.index(LABELS[number]) for number in row] for row in predicted]
    expected = spanf1.evaluate(*tags_of(gold, predicted))
    own = {"gold": class_labels(), "pred": class_labels(OTHERS, "Sequence")}
    path = save(tmp_path / "own", {"gold": gold, "pred": other}, own)
    same(score(path), expected)
    same(score(path, labels=LABELS), spanf1.evaluate(*tags_of(gold, other)))
    path = save(tmp_path / "one", {"gold": gold, "pred": predicted}, {"gold": class_labels()})
    same(score(path), expected)
    path = save(tmp_path / "none", {"gold": gold, "pred": predicted})
    same(score(path, labels=dict(enumerate(LABELS))), expected)


def test_two_files_in_order(tmp_path):
    gold, predicted = random_ids(10, ignored=0.1)
    words = [[f"w{k}" for k, _ in enumerate(row)] for row in gold]
    left = save(
        tmp_path / "g", {"tokens": words, "ner_tags": gold}, {"ner_tags": class_labels()}, rows=11
    )
    long = pa.array(words, pa.large_list(pa.large_string()))
    right = save(tmp_path / "p", {"words": long, "tags": predicted}, kind="file", rows=4)
    result = score(left, right)
    same(result, spanf1.evaluate(*tags_of(gold, predicted)))
    assert result.input.aligned == "order"
    assert result.input.keys == ("ner_tags", "tags", "tokens", "")
    result = score(left, right, by_position=True)
    assert result.input.aligned == "position"


@pytest.mark.parametrize("numbers", [False, True])
@pytest.mark.parametrize("strings", [False, True])
def test_two_files_by_id(tmp_path, numbers, strings):
    gold, predicted = random_ids(11, ignored=0.0 if strings else 0.1)
    ids = list(range(len(gold))) if numbers else [f"s{k}" for k, _ in enumerate(gold)]
    order = np.random.default_rng(1).permutation(len(gold)).tolist()
    words = [[f"w{k}" for k, _ in enumerate(row)] for row in gold]
    tags = [[LABELS[number] for number in row] for row in predicted] if strings else predicted
    kind = pa.list_(pa.dictionary(pa.int8(), pa.string())) if strings else pa.list_(pa.int8())
    left = save(
        tmp_path / "g",
        {"id": ids, "tokens": words, "gold": gold},
        {"gold": class_labels()},
    )
    right = save(
        tmp_path / "p",
        {
            "id": [ids[k] for k in order],
            "tokens": [words[k] for k in order],
            "pred": pa.array([tags[k] for k in order], kind),
        },
        kind="stream",
        rows=9,
    )
    result = score(left, right)
    same(result, spanf1.evaluate(*tags_of(gold, predicted)))
    assert result.input.aligned == "id"


def test_progress_and_lines(tmp_path):
    path = save(tmp_path / "f", {"gold": GOLD, "pred": [[1, 2, 0], [], [0, 4, 0], [1]]}, rows=2)
    reader = ArrowReader(inputs(path, labels=LABELS))
    seen = []
    reader.files[0].progress = seen.append
    counted = tally(reader)
    assert seen[-1] == os.path.getsize(path)
    assert set(counted.predicted.first.values()) == {1, 3, 4}
    assert counted.predicted.lines == 4


def test_an_empty_table(tmp_path):
    none = pa.array([], pa.list_(pa.int8()))
    path = save(tmp_path / "f", {"gold": none, "pred": none}, both(["gold"]))
    assert score(path).counts.tokens == 0
    path = save(tmp_path / "e", {"id": ["a"], "gold": [[]], "pred": [[]]}, both(["gold"]))
    assert score(path).counts.tokens == 0
    assert score(path, path).counts.tokens == 0


@pytest.mark.parametrize("kind", ["parquet", "file", "stream"])
@pytest.mark.parametrize("lists", ["list_", "large_list", "list_view", "large_list_view"])
def test_views(tmp_path, kind, lists):
    """Strings as Polars writes them, and lists that need not be one after the other."""
    list_of = getattr(pa, lists)
    string = pa.string() if lists.endswith("view") else pa.string_view()
    sides = tags_of(GOLD, PREDICTED)
    tags = [pa.array(side, list_of(string)) for side in sides]
    columns = {"tokens": pa.array(TOKENS, list_of(string)), "gold": tags[0], "pred": tags[1]}
    path = save(tmp_path / "f", columns, kind=kind, rows=2)
    same(spanf1.score_file(path), spanf1.evaluate(*sides))
    same(score(path, path, keys={"predicted": "pred"}), spanf1.evaluate(*sides))
    assert [len(one.spans) for one in read(path)[0]] == [1, 0, 1, 0]
    ids = {name: pa.array(rows, list_of(pa.int8())) for name, rows in (("gold", GOLD), ("p", GOLD))}
    path = save(tmp_path / "g", ids, both(["gold", "p"]), kind=kind, rows=3)
    assert score(path, keys={"predicted": "p"}).micro.correct == 2


# Folders, and what a path stands for.


def shards(folder, names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        save(folder / name, {"gold": GOLD, "pred": PREDICTED}, both(["gold"]))


@pytest.mark.parametrize(
    ("names", "path", "files"),
    [
        (["a-1.parquet", "a-2.parquet"], "", 2),
        (["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"], "", 2),
        (["test-00000-of-00002-0a1b.parquet", "test-00001-of-00002.parquet"], "test", 2),
        (["test-00000-of-00001.parquet", "train-00000-of-00001.parquet"], "test", 1),
        (["train.parquet", "test.parquet"], "train", 1),
        (["data/test-00000-of-00001.parquet"], "", 1),
        (["data/test-00000-of-00001.parquet", "data/dev-00000-of-00001.parquet"], "data/test", 1),
        (["test/0000.parquet", "train/0000.parquet"], "test", 1),
        (["test/0000.parquet", "test/0001.parquet"], "", 2),
    ],
)
def test_folders(tmp_path, names, path, files):
    for folder in {os.path.dirname(name) for name in names}:
        (tmp_path / folder).mkdir(exist_ok=True)
    shards(tmp_path, names)
    assert is_arrow(str(tmp_path / path))
    assert score(tmp_path / path).counts.sentences == 3 * files


@pytest.mark.parametrize(
    ("names", "splits"),
    [
        (["test-00000-of-00001.parquet", "train-00000-of-00001.parquet"], "test, train"),
        (["test/0.parquet", "train/0.parquet"], "test, train"),
        (["data/dev-00000-of-00001.parquet", "data/test-00000-of-00001.parquet"], "dev, test"),
    ],
)
def test_a_folder_of_splits(tmp_path, names, splits):
    for folder in {os.path.dirname(name) for name in names}:
        (tmp_path / folder).mkdir(exist_ok=True)
    shards(tmp_path, names)
    with pytest.raises(LayoutError, match=f"2 splits: {splits}") as raised:
        score(tmp_path)
    assert score(raised.value.hint.split(": ")[1]).counts.sentences == 3


def test_rows_are_numbered_through_a_folder(tmp_path):
    shards(tmp_path, ["a.parquet", "b.parquet"])
    save(tmp_path / "c.parquet", {"gold": [[0], [9]], "pred": [[0], [0]]}, both(["gold"]))
    with pytest.raises(TagError, match=rf"^{tmp_path}:10: gold\[0\]: there is no label for id 9"):
        score(tmp_path)


def test_shards_with_other_labels(tmp_path):
    shards(tmp_path, ["a.parquet"])
    save(tmp_path / "b.parquet", {"gold": GOLD, "pred": GOLD}, {"gold": class_labels(OTHERS)})
    with pytest.raises(LayoutError, match="gold is not described as in the first file"):
        score(tmp_path)


def test_what_is_arrow(tmp_path):
    paths = [save(tmp_path / kind, {"a": [1]}, kind=kind) for kind in ("parquet", "file", "stream")]
    assert all(map(is_arrow, paths))
    (tmp_path / "text").write_text("a O O\n")
    (tmp_path / "empty").mkdir()
    for name in ("text", "empty", "missing"):
        assert not is_arrow(str(tmp_path / name))


# What is wrong with an input.


def columns_of(**changed):
    return {"tokens": TOKENS, "gold": GOLD, "pred": PREDICTED} | changed


@pytest.mark.parametrize(
    ("columns", "options", "error", "message"),
    [
        (
            {"gold": [[1, 5, 0], [], [0, 3, 4], [0]]},
            {},
            TagError,
            r"f:1: gold\[1\]: .*no label.* 5;",
        ),
        ({"gold": [[0, -1, 0], [], [0, 3, 4], [0]]}, {}, TagError, r"f:1: gold\[1\]: .*id -1;"),
        (
            {"pred": [[0] * 3, [], [0, -100, 4], [0]]},
            {},
            AlignmentError,
            r"f:3: pred\[1\]: -100.*ign",
        ),
        ({"pred": [[0] * 3, [], [0], [0]]}, {}, AlignmentError, "f:3: pred has 1 tags, gold has 3"),
        ({"gold": [[0] * 3, None, [0] * 3, [0]]}, {}, LayoutError, "f:2: gold is null"),
        ({"gold": [[0] * 3, [], [0, None, 1], [0]]}, {}, LayoutError, r"f:3: gold\[1\] is null"),
        (
            {"pred": [["O"] * 3, [], ["O", "X", "O"], ["O"]]},
            {},
            TagError,
            r"f:3: pred\[1\]: tag 'X' fits",
        ),
        (
            {"pred": [["O"] * 3, [], ["O", None, "O"], ["O"]]},
            {},
            LayoutError,
            r"f:3: pred\[1\] is null",
        ),
        (
            {"pred": [1, 2, 3, 4]},
            {},
            LayoutError,
            "f: pred is int64, and is to be lists of label ids",
        ),
        ({"pred": [[0.5]] * 4}, {}, LayoutError, "f: pred is list<.*double>, and is to be lists"),
        ({"pred": [[True]] * 4}, {}, LayoutError, "f: pred is list<.*bool>, and is to be lists"),
        (
            {},
            {"keys": {"gold": "ner"}},
            LayoutError,
            "f: there is no column 'ner'; the columns: 'tokens', 'gold', 'pred'",
        ),
        ({}, {"keys": {"predicted": "gold"}}, UsageError, "cannot both be 'gold'"),
        ({}, {"keys": {"id": "id"}}, UsageError, "records are aligned only"),
        ({}, {"by_position": True}, UsageError, "records are aligned only"),
        ({}, {"keys": {"gold": ""}}, UsageError, "a key is empty"),
        (
            {},
            {"labels": ["O", "PERSON", "I-PER", "B-LOC", "I-LOC"]},
            TagError,
            r"f:1: gold\[0\]: tag 'PERSON' fits",
        ),
    ],
)
def test_errors(tmp_path, columns, options, error, message):
    path = save(tmp_path / "f", columns_of(**columns), both(["gold", "pred"]))
    with pytest.raises(error, match=message) as raised:
        score(path, **options)
    assert "\n" not in str(raised.value)


def test_no_column_of_tags(tmp_path):
    path = save(tmp_path / "f", {"a": [1], "b": [2]})
    with pytest.raises(
        LayoutError, match=r"(?m)no column of gold tags \(gold, .*columns: 'a', 'b'$"
    ):
        score(path)
    with pytest.raises(TagError, match=r"gold is list<.*int64>, and the schema names no labels"):
        score(save(tmp_path / "g", {"gold": GOLD, "pred": PREDICTED}))


@pytest.mark.parametrize(
    ("gold", "predicted", "error", "message"),
    [
        (
            {},
            {"gold": GOLD[:3], "tokens": TOKENS[:3]},
            AlignmentError,
            "p:3: the predictions stop here, .*g:4 goes on",
        ),
        (
            {"gold": GOLD[:2], "tokens": TOKENS[:2]},
            {},
            AlignmentError,
            "g:2: the rows end here, .*p:3 goes on",
        ),
        (
            {},
            {"tokens": [*TOKENS[:2], ["in", "Old", "York"], ["."]]},
            AlignmentError,
            r"p:3: tokens\[1\] is 'Old' where .*g:3 has 'New'",
        ),
        (
            {},
            {"tokens": [*TOKENS[:2], ["in", "New"], ["."]]},
            AlignmentError,
            "p:3: 2 tokens where .*g:3 has 3",
        ),
        (
            {},
            {"tokens": [*TOKENS[:2], ["in", None, "York"], ["."]]},
            LayoutError,
            r"p:3: tokens\[1\] is null",
        ),
        (
            {},
            {"tokens": [1, 2, 3, 4]},
            LayoutError,
            "p: tokens is int64, and is to be lists of tokens",
        ),
        (
            {},
            {"gold": [[0] * 3, [0], [0] * 3, [0]]},
            AlignmentError,
            "p:2: gold has 1 tags, where .*g:2 has 0",
        ),
        ({"id": IDS}, {"id": ["a", "b", "x", "d"]}, AlignmentError, "g:3: id 'c' is not in .*p"),
        (
            {"id": IDS},
            {"id": ["a", "b", "a", "d"]},
            LayoutError,
            "p:3: id 'a' a second time: .*p:1",
        ),
        (
            {"id": ["a", "b", "b", "d"]},
            {"id": IDS},
            LayoutError,
            "g:3: id 'b' a second time: .*g:2",
        ),
        (
            {"id": ["d", "b", "c", "d"]},
            {"id": IDS},
            LayoutError,
            "g:4: id 'd' a second time: .*g:1",
        ),
        (
            {"id": IDS[:3], "gold": GOLD[:3], "tokens": TOKENS[:3]},
            {"id": IDS},
            AlignmentError,
            "p:4: id 'd' is not in .*g",
        ),
        ({"id": IDS}, {"id": ["a", None, "c", "d"]}, LayoutError, "p:2: id is null"),
        ({"id": IDS}, {"id": [1.5, 2, 3, 4]}, LayoutError, "p: id is double: ids are to be"),
        ({"id": IDS}, {"id": [1, 2, 3, 4]}, LayoutError, "p: id is int64, and string in .*g\n"),
    ],
)
def test_errors_of_two_files(tmp_path, gold, predicted, error, message):
    base = {"tokens": TOKENS, "gold": GOLD}
    left = save(tmp_path / "g", base | gold, both(["gold"]))
    right = save(tmp_path / "p", base | predicted, both(["gold"]), rows=2)
    with pytest.raises(error, match=message):
        score(left, right, keys={"predicted": "gold"})


@pytest.mark.parametrize("kind", ["parquet", "file", "stream"])
def test_damaged_files(tmp_path, kind):
    save(tmp_path / "f", columns_of(), both(["gold"]), kind=kind)
    whole = (tmp_path / "f").read_bytes()
    rng = np.random.default_rng(5)
    path = tmp_path / "damaged"
    for _ in range(150):
        data = bytearray(whole[: rng.integers(1, len(whole))] if rng.random() < 0.4 else whole)
        for place in rng.integers(0, len(data), rng.integers(0, 4)):
            data[place] = rng.integers(0, 256)
        path.write_bytes(data)
        with contextlib.suppress(SpanF1Error):
            score(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing", None, "no such file"),
        ("text", b"a O O\n", "no Parquet or Arrow, by its first bytes"),
        ("empty", b"", "no Parquet or Arrow"),
        ("cut", b"PAR1", "damaged or cut off"),
    ],
)
def test_no_such_file(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ReadError, match=f"{name}: {message}"):
        score(tmp_path / name)


def test_columns_of_one_name(tmp_path):
    table = pa.Table.from_arrays([pa.array(GOLD)] * 3, names=["gold", "gold", "pred"])
    path = save(tmp_path / "f", table, both(["gold"]))
    with pytest.raises(LayoutError, match="f: there are several columns 'gold'; the columns:"):
        spanf1.score_file(path)
    with pytest.raises(LayoutError, match="f: there are several columns 'gold'"):
        read(path)


@pytest.mark.slow
@pytest.mark.parametrize("column", ["tags", "tokens"])
def test_numbers_that_are_not_in_a_dictionary(tmp_path, column):
    """Parquet is believed by the library, which then reads what is not there."""
    encoded = pa.list_(pa.dictionary(pa.int8(), pa.string()))
    rows = pa.array([["O", "B-A", "I-A"] * 5] * 40, encoded)
    columns = {"tokens": rows, "tags": rows, "pred": rows}
    save(tmp_path / "f", columns, compression="none")
    whole = (tmp_path / "f").read_bytes()
    chunk = pq.ParquetFile(tmp_path / "f").metadata.row_group(0)
    number = ["tokens", "tags", "pred"].index(column)
    start = chunk.column(number).data_page_offset
    end = start + chunk.column(number).total_compressed_size
    found = set()
    for place in range(start, min(end, len(whole))):
        data = bytearray(whole)
        data[place] |= 0x7F
        (tmp_path / "f").write_bytes(data)
        try:
            score(tmp_path / "f", tmp_path / "f", keys={"predicted": "pred"})
        except SpanF1Error as error:
            found.add(str(error).rpartition(": ")[2])
    assert any("dictionary" in message for message in found)


def test_other_paths(tmp_path):
    with pytest.raises(UsageError, match="not from standard input"):
        score("-")
    with pytest.raises(ReadError, match=r"no \.parquet or \.arrow files"):
        score(tmp_path)
    (tmp_path / "state.json").write_text('{"_data_files": 3}')
    with pytest.raises(LayoutError, match="_data_files is no list of names"):
        score(tmp_path)
    (tmp_path / "state.json").write_text('{"_data_files": []}')
    with pytest.raises(LayoutError, match=f"^{tmp_path}: a dataset without rows"):
        score(tmp_path)


def test_without_pyarrow(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match="needs pyarrow") as raised:
        score("f.parquet")
    assert raised.value.hint == "pip install 'spanf1[arrow]'"


def test_tags_that_are_not_utf8(tmp_path):
    flat = pa.array([b"O", b"\xff"]).cast(pa.binary()).view(pa.string())
    bad = pa.ListArray.from_arrays([0, 2], flat)
    path = save(tmp_path / "f", {"gold": bad, "pred": bad})
    with pytest.raises(ReadError, match="not UTF-8"):
        score(path)


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="Linux tells the peak there")
@pytest.mark.parametrize("kind", ["parquet", "file", "stream"])
def test_memory_is_flat(tmp_path, kind):
    """Of ten times the rows, no more is in memory at a time; nor is it mapped there."""
    code = (
        "import re, sys\n"
        "from spanf1.core.tag_counter import tally\n"
        "from spanf1.formats.arrow.tags import ArrowReader\n"
        "from spanf1.formats.opening import both_inputs\n"
        "from spanf1.formats.options import InputOptions\n"
        "from spanf1.formats.source import Source\n"
        "sides = [InputOptions.of({}, side) for side in ('gold', 'predicted')]\n"
        "tally(ArrowReader(both_inputs([Source(sys.argv[1])], *sides)))\n"
        "print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])\n"
    )
    options = {"use_dictionary": False, "compression": "none"} if kind == "parquet" else {}
    peaks, sizes = [], []
    for times in (1, 10):
        flat = np.tile(np.array([0, 1, 2, 0, 0], np.int32), 8 * 30_000 * times)
        ends = np.arange(0, len(flat) + 1, 40, np.int32)
        row = pa.ListArray.from_arrays(ends, flat)
        columns = {"gold": row, "pred": row}
        path = save(tmp_path / f"{times}", columns, both(["gold"]), kind=kind, rows=1000, **options)
        done = subprocess.run(
            [sys.executable, "-c", code, path], capture_output=True, check=True, text=True
        )
        peaks.append(int(done.stdout) >> 10)
        sizes.append(os.path.getsize(path) >> 20)
    assert peaks[1] - peaks[0] < (sizes[1] - sizes[0]) / 2


# As the datasets library writes them.


@pytest.fixture
def datasets(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    found = pytest.importorskip("datasets")
    found.disable_progress_bars()
    return found


def features_of(datasets, sequence=None):
    sequence = sequence or datasets.Sequence
    labels = sequence(datasets.ClassLabel(names=LABELS))
    return datasets.Features(
        {
            "id": datasets.Value("string"),
            "tokens": sequence(datasets.Value("string")),
            "ner_tags": labels,
            "pred": labels,
        }
    )


def dataset_of(datasets, sequence=None):
    rows = {"id": IDS, "tokens": TOKENS, "ner_tags": GOLD, "pred": PREDICTED}
    return datasets.Dataset.from_dict(rows, features=features_of(datasets, sequence))


@pytest.mark.filterwarnings("ignore")
def test_datasets(datasets, tmp_path):
    expected = spanf1.evaluate(*tags_of(GOLD, PREDICTED))
    for sequence in ("Sequence", "List", "LargeList"):
        if not hasattr(datasets, sequence):
            continue
        found = dataset_of(datasets, getattr(datasets, sequence))
        found.to_parquet(tmp_path / f"{sequence}.parquet")
        found.save_to_disk(tmp_path / sequence, num_shards=2)
        for path in (tmp_path / f"{sequence}.parquet", tmp_path / sequence):
            assert is_arrow(str(path))
            same(score(path), expected)
            same(score(path, path, keys={"predicted": "pred"}), expected)
    found.select([2, 0]).save_to_disk(tmp_path / "chosen")
    chosen = [[rows[k] for k in (2, 0)] for rows in (GOLD, PREDICTED)]
    same(score(tmp_path / "chosen"), spanf1.evaluate(*tags_of(*chosen)))


@pytest.mark.filterwarnings("ignore")
def test_a_dict_of_datasets(datasets, tmp_path):
    found = dataset_of(datasets)
    datasets.DatasetDict({"train": found, "test": found}).save_to_disk(tmp_path / "d")
    assert is_arrow(str(tmp_path / "d"))
    with pytest.raises(LayoutError, match="a folder of 2 splits: train, test") as raised:
        score(tmp_path / "d")
    assert raised.value.hint == f"give one of them: {tmp_path / 'd' / 'test'}"
    assert score(tmp_path / "d" / "test").counts.sentences == 3


@pytest.mark.filterwarnings("ignore")
def test_spans_of_datasets(datasets, tmp_path):
    fields = {
        "start": datasets.Value("int32"),
        "end": datasets.Value("int32"),
        "label": datasets.ClassLabel(names=["PER", "LOC"]),
    }
    lists = {"start": [[0, 4], []], "end": [[3, 9], []], "label": [[0, 1], []]}
    values = [dict(zip(lists, one, strict=True)) for one in zip(*lists.values(), strict=True)]
    rows = [
        [dict(zip(v, one, strict=True)) for one in zip(*v.values(), strict=True)] for v in values
    ]
    expected = [[TextSpan("PER", ((0, 3),)), TextSpan("LOC", ((4, 9),))], []]
    for kind, spans in ((datasets.Sequence(fields), values), ([fields], rows)):
        features = datasets.Features({"text": datasets.Value("string"), "entities": kind})
        found = datasets.Dataset.from_dict(
            {"text": ["Ada York.", "x"], "entities": spans}, features=features
        )
        found.save_to_disk(tmp_path / "d")
        read = list(documents(Input(Source(str(tmp_path / "d")), "arrow")))
        assert [one.spans for one in read] == expected
        assert [one.text for one in read] == ["Ada York.", "x"]


# Documents.


def read(path, **how):
    reading = Input(Source(str(path)), "arrow", InputOptions(**how))
    return list(documents(reading)), reading


def test_documents_of_tags(tmp_path):
    for gold in (GOLD, tags_of(GOLD, GOLD)[0]):
        path = save(
            tmp_path / "f", {"id": IDS, "tokens": TOKENS, "ner_tags": gold}, both(["ner_tags"])
        )
        found, reading = read(path)
        assert [one.text for one in found] == ["Ada Byron sat", "", "in New York", "."]
        assert [[(s.type, s.parts) for s in one.spans] for one in found] == [
            [("PER", ((0, 9),))],
            [],
            [("LOC", ((3, 11),))],
            [],
        ]
        assert [(one.id, one.line, one.begins, one.spaced) for one in found][1:3] == [
            ("b", 2, False, True),
            ("c", 3, False, True),
        ]
        assert reading.key == "ner_tags"
        assert reading.tags.types == {"PER": 1, "LOC": 2}


SPAN = pa.struct(
    [
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("offsets", pa.list_(pa.list_(pa.int32()))),
        ("type", pa.string()),
        ("note", pa.timestamp("s")),
    ]
)


def spans_table(path, items, **columns):
    rows = {"text": ["a b c d"], "spans": pa.array([items], pa.list_(SPAN))}
    return save(path, rows | columns)


def test_documents_of_spans(tmp_path):
    spans = [
        {"start": 0, "end": 3, "type": "X"},
        {"start": 2, "end": 5, "type": "Y"},
        {"offsets": [[0, 1], [4, 5]], "type": "Z"},
        {"start": 0, "end": 3, "type": "X"},
    ]
    path = spans_table(tmp_path / "f", spans, tokens=[["a", "b", "c", "d"]], id=[7])
    (found,), reading = read(path)
    assert found.spans == [
        TextSpan("X", ((0, 3),)),
        TextSpan("Y", ((2, 5),)),
        TextSpan("Z", ((0, 1), (4, 5))),
        TextSpan("X", ((0, 3),)),
    ]
    assert found.tokens == [(0, 1), (2, 3), (4, 5), (6, 7)]
    assert (found.id, found.line, found.begins, reading.key) == (7, 1, True, "spans")
    assert not has_tags(inputs(path))
    path = spans_table(tmp_path / "g", spans, tokens=[["a", "c", "d"]])
    assert read(path)[0][0].tokens is None


@pytest.mark.parametrize(
    ("spans", "columns", "message"),
    [
        (
            [{"start": 0, "end": 9, "type": "X"}],
            {},
            r"f:1: spans\[0\]: 0 to 9 is outside the text, .*7",
        ),
        ([{"start": 3, "end": 3, "type": "X"}], {}, r"f:1: spans\[0\]: 3 to 3 is empty"),
        ([{"start": 3, "end": 1, "type": "X"}], {}, r"f:1: spans\[0\]: 3 to 1 ends before"),
        ([{"start": 0, "end": None, "type": "X"}], {}, r"f:1: spans\[0\] has no offsets"),
        ([{"start": 0, "end": 1, "type": ""}], {}, r"f:1: spans\[0\].type is empty"),
        ([{"start": 0, "end": 1}], {}, r"f:1: spans\[0\] has no type"),
        ([None], {}, r"f:1: spans\[0\] is null"),
        ([], {"text": [3]}, "f:1: text is 3, and is to be a string"),
        ([], {"text": [b"x"]}, "f: text is binary, which is not read"),
        ([], {"id": [1.5]}, "f:1: id is 1.5: ids are to be"),
        ([], {"spans": [[[0, 1]]]}, r"f:1: spans\[0\] has 2 elements"),
        ([], {"spans": [["PER"]]}, "f: there is no column of tokens"),
        (
            [],
            {"spans": [3]},
            "f: spans is int64, and is to be lists of tags or of spans",
        ),
        (
            [],
            {"spans": [{"start": [0], "end": [1, 2], "label": ["X"]}]},
            "f:1: spans has lists of different lengths: start 1, end 2",
        ),
        (
            [],
            {"spans": [[{"start": 0, "end": 1, "label": 3}]]},
            r"f:1: spans\[0\].label is 3, and the schema names no labels",
        ),
        (
            [],
            {"spans": [[{"start": 0, "end": 1, "label": b"X"}]]},
            "f: spans is list<.*which is not read",
        ),
    ],
)
def test_errors_of_documents(tmp_path, spans, columns, message):
    path = spans_table(tmp_path / "f", spans, **columns)
    with pytest.raises(LayoutError, match=message):
        read(path)


def test_errors_of_tagged_documents(tmp_path):
    base = {"tokens": TOKENS, "tags": GOLD}
    path = save(tmp_path / "f", base | {"tags": [[0] * 3, [], [0, -100, 0], [0]]}, both(["tags"]))
    with pytest.raises(TagError, match=r"f:3: tags\[1\] is -100: a token that does not count"):
        read(path)
    path = save(tmp_path / "g", base | {"tags": [[0]] * 4}, both(["tags"]))
    with pytest.raises(AlignmentError, match="g:1: tags has 1 tags, tokens has 3 tokens"):
        read(path)
    path = save(tmp_path / "h", base | {"id": [b"a"] * 4}, both(["tags"]))
    with pytest.raises(LayoutError, match="h: id is binary, which is not read"):
        read(path)
    with pytest.raises(LayoutError, match="no column 'x'; the columns: 'tokens', 'tags'"):
        read(path, key="x")


def written(found, **how):
    target = io.BytesIO()
    write(found, target, Writing(**how))
    return target.getvalue()


def test_spans_round_trip(tmp_path):
    path = tmp_path / "f.parquet"
    found = [
        Document(
            "é b c", [TextSpan("X", ((0, 1), (4, 5))), TextSpan("Y", ((0, 5),))], None, "a", 1
        ),
        Document("", [], [], "b", 2),
        Document("a b", [TextSpan("X", ((0, 1),))] * 2, [(0, 1), (2, 3)], "c", 3),
        Document(None, [TextSpan("X", ((7, 9),))], None, "d", 4),
    ]
    path.write_bytes(written(found))
    assert read(path)[0] == found
    assert written(found) == path.read_bytes()
    path.write_bytes(written([one._replace(id=None) for one in found], key="ents"))
    assert read(path)[0] == [one._replace(id=None) for one in found]
    path.write_bytes(written([one._replace(id=one.line) for one in found]))
    assert [one.id for one in read(path)[0]] == [1, 2, 3, 4]


def test_many_rows_and_none(tmp_path):
    path = tmp_path / "f.parquet"
    many = [
        Document("a b", [TextSpan(f"T{k % 3}", ((0, 1),))], None, k, k + 1) for k in range(9000)
    ]
    path.write_bytes(written(iter(many)))
    assert read(path)[0] == many
    assert pq.ParquetFile(path).metadata.num_row_groups == 3
    path.write_bytes(written([]))
    assert read(path)[0] == []


@pytest.mark.filterwarnings("ignore")
def test_tags_round_trip(datasets, tmp_path):
    text, tokens = joined(["Ada", "Byron", "sat"])
    found = [
        Document(text, [TextSpan("PER", ((0, 9),))], tokens, "a", 1, spaced=True, begins=False),
        Document("", [], [], "b", 2, spaced=True, begins=False),
    ]
    path = tmp_path / "f.parquet"
    path.write_bytes(written(found, key="ner_tags", scheme="IOBES"))
    back, reading = read(path)
    assert [one._replace(spans=[s._replace(shape=-1) for s in one.spans]) for one in back] == [
        one._replace(spans=[s._replace(shape=-1) for s in one.spans]) for one in found
    ]
    assert reading.tags.prefixes() == "BE"
    table = datasets.Dataset.from_parquet(str(path), cache_dir=str(tmp_path / "cache"))
    assert table.features["ner_tags"].feature.names == ["O", "B-PER", "E-PER"]
    assert table[0]["ner_tags"] == [1, 2, 0]
    same(
        score(path, path, keys={"predicted": "ner_tags"}),
        spanf1.evaluate(*[[["B-PER", "E-PER", "O"], []]] * 2),
    )


@pytest.mark.parametrize(
    ("document", "how", "error", "message"),
    [
        (Document("a", [TextSpan("X", (), "a")]), {}, LossError, "not known where 'a' is"),
        (Document("a\ud800", []), {}, LossError, "half of a surrogate pair"),
        (Document("a", [TextSpan("X", ((0, 1),))] * 2), {"key": "tags"}, LossError, "carry"),
        (Document(None, []), {"key": "tags"}, LossError, "no tokens"),
        (Document("a", []), {"key": "tags", "levels": 2}, LossError, "one level"),
        (Document("a", []), {"key": "text"}, UsageError, "one name"),
    ],
)
def test_what_cannot_be_written(document, how, error, message):
    with pytest.raises(error, match=message):
        written([document], **how)


@pytest.mark.parametrize("many", [1, 600])
def test_offsets_count_tokens_where_there_is_no_text(tmp_path, many):
    row = {"tokens": ["Ada", "Byron", "met"], "entities": [{"start": 0, "end": 2, "type": "Peop"}]}
    pq.write_table(pa.Table.from_pylist([row] * many), tmp_path / "f.parquet")
    tags = {"tokens": row["tokens"], "ner_tags": ["B-Peop", "I-Peop", "O"]}
    (tmp_path / "t.jsonl").write_text((json.dumps(tags) + "\n") * many)
    result = spanf1.score_file(tmp_path / "f.parquet", tmp_path / "t.jsonl")
    assert (result.micro.correct, result.micro.f1) == (many, 1)
    note = f"rows with tokens and no text, so that offsets count tokens: {many}"
    assert result.input.remarks == (f"{tmp_path / 'f.parquet'}: {note}",)
    row["entities"][0]["end"] = 4
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "f.parquet")
    with pytest.raises(LayoutError, match="0 to 4 is no span of the sentence, which has tokens 0"):
        list(spanf1.read_documents(tmp_path / "f.parquet"))


def test_null_is_no_span(tmp_path):
    rows = [{"text": "Ada", "spans": [{"start": 0, "end": 3, "label": "PER"}]}, {"text": "x"}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "f.parquet")
    documents = list(spanf1.read_documents(tmp_path / "f.parquet"))
    assert [len(one.spans) for one in documents] == [1, 0]


@pytest.mark.parametrize("kind", ["parquet", "file", "stream"])
def test_keys_of_rows(kind, tmp_path):
    day = datetime.date(2026, 11, 29)
    columns = {
        "tokens": [["a"], [], ["b"]],
        "tags": [["B-X"], [], ["O"]],
        "pred": [["B-X"], [], ["O"]],
        "genre": ["n", "m", None],
        "meta": [{"source": 1, "day": day}, {"source": 2, "day": day}, None],
        "lists": [[1], [2], [3]],
        "coded": pa.array(["u", "v", "u"]).dictionary_encode(),
    }
    analysis = spanf1.analyze(save(tmp_path / "f", columns, kind=kind, rows=2))
    for key, expected in {
        "genre": ["n", None],
        "meta.source": ["1", None],
        "meta.day:month": ["2026-11", None],
        "coded": ["u", "u"],
    }.items():
        assert analysis.values(key) == [expected]
    with pytest.raises(LayoutError, match="f:1: 'lists' is a list, and is to be"):
        analysis.values("lists")
    with pytest.raises(UsageError) as error:
        analysis.values("nothing")
    known = "'coded', 'file', 'genre', 'meta.day', 'meta.source'"
    assert error.value.hint == f"there is something at {known}"


def test_keys_of_rows_of_texts(tmp_path):
    spans = [[{"start": 0, "end": 3, "label": "PER"}]] * 2
    columns = {"text": ["Ada", "Bob"], "spans": spans, "pred": spans, "id": ["x", "y"]}
    analysis = spanf1.analyze(save(tmp_path / "f", {**columns, "genre": ["n", "m"]}))
    assert analysis.values("genre") == [["n", "m"]]
    assert analysis.values("document") == [["x", "y"]]


def test_a_loop_of_folders_is_told_in_a_short_line(run):
    os.makedirs("loop/test")
    os.symlink("..", "loop/test/again")
    ran = run("score", "loop", "loop", "--input-format", "arrow")
    assert ran.code == 3
    assert max(map(len, ran.err.splitlines())) < 320
