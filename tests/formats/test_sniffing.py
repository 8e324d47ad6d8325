from __future__ import annotations

import gzip
import io
import json
import sys
import zlib
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanf1.exceptions import LayoutError, ReadError, SpanF1Error
from spanf1.formats.registry import FORMATS
from spanf1.formats.sniffing import formats_of
from spanf1.formats.source import STDIN, Source
from tests.helpers.records import damage, likely, trees

TEXT = "Ada saw Paris."
SPAN = {"start": 0, "end": 3, "label": "PER"}
OFFSETS = {"id": 1, "label": "PER", "start_offset": 0, "end_offset": 3}
GROUP = {"entity_group": "PER", "score": 0.9, "word": "Ada", "start": 0, "end": 3}
TOKEN = {"entity": "B-PER", "score": 0.9, "index": 1, "word": "Ada", "start": None, "end": None}
SAID = {"text": "Ada", "type": "PER"}
TASK = {
    "id": 1,
    "data": {"text": TEXT},
    "annotations": [{"result": [{"value": {"start": 0, "end": 3, "labels": ["PER"]}}]}],
    "predictions": [],
}
TAGS = {"tokens": ["Ada", "saw"], "ner_tags": ["B-PER", "O"]}

RECORDS = [
    ("prodigy", {"text": TEXT, "spans": [SPAN]}),
    ("prodigy", {"text": TEXT, "spans": [SPAN], "tokens": [{"text": "Ada", "start": 0, "end": 3}]}),
    ("prodigy", {"text": TEXT, "ents": [SPAN], "tokens": [{"id": 0, "start": 0, "end": 3}]}),
    ("prodigy", {"text": TEXT, "ents": [SPAN], "spans": {"sc": [SPAN]}}),
    ("prodigy", {"text": TEXT, "entities": [[0, 3, "PER"]]}),
    ("prodigy", {"text": TEXT, "tokens": ["Ada"], "label": [[0, 3, "PER"]]}),
    (
        "prodigy",
        {"text": TEXT, "entities": [{"type": "PER", "text": ["Ada"], "offsets": [[0, 3]]}]},
    ),
    ("prodigy", {"text": TEXT, "gold": [SPAN], "predicted": []}),
    ("prodigy", {"text": TEXT, "labels": ["NEWS"], "spans": [SPAN]}),
    ("prodigy", [TEXT, {"entities": [[0, 3, "PER"]]}]),
    ("doccano", {"id": 1, "text": TEXT, "label": [[0, 3, "PER"]]}),
    ("doccano", {"id": 1, "data": TEXT, "labels": [[0, 3, "PER"]]}),
    ("doccano", {"id": 1, "text": TEXT, "entities": [OFFSETS], "relations": []}),
    ("labelstudio", TASK),
    ("labelstudio", {"data": {"text": TEXT}, "predictions": []}),
    ("labelstudio", {"id": 1, "text": TEXT, "label": [{"start": 0, "end": 3, "labels": ["PER"]}]}),
    ("labelstudio", {"text": TEXT, "mine": [{"start": 0, "end": 3, "labels": ["PER"]}]}),
    ("pipeline", [GROUP]),
    ("pipeline", [TOKEN]),
    ("pipeline", {"text": TEXT, "entities": [GROUP]}),
    ("entities", {"entities": [SAID]}),
    ("entities", {"text": TEXT, "entities": [{"entity": "Ada", "label": "PER"}]}),
    ("entities", {"entities": [["Ada", "PER"]]}),
    ("entities", {"entities": {"PER": ["Ada"], "LOC": []}}),
    ("entities", {"id": 3, "predicted": [SAID], "gold": []}),
    ("entities", [SAID]),
    ("jsonl", TAGS),
    ("jsonl", {"words": ["Ada"], "labels": [1]}),
    ("jsonl", {"gold": ["O"], "pred": ["O"]}),
    ("jsonl", {**TAGS, "spans": [SPAN]}),
    ("jsonl", {**TAGS, "text": "Ada saw"}),
    # no record has spans
    ("prodigy", {"text": TEXT, "entities": []}),
    ("doccano", {"data": TEXT, "label": []}),
    ("jsonl", {"tokens": [], "ner_tags": []}),
    ("jsonl", {"gold": [], "pred": []}),
    ("entities", {"entities": []}),
]
# Each is a file of one such record, of two, or of many records that do not tell, and then one.
LAYOUTS = {
    "line": json.dumps,
    "lines": lambda record: json.dumps(record) + "\n" + json.dumps(record) + "\n",
    "array": lambda record: json.dumps([record, record]),
    "printed": lambda record: json.dumps([record, record], indent=2),
    "object": lambda record: json.dumps(record, indent=1),
    "after others": lambda record: '{"text": ""}\n' * 50 + json.dumps(record),
}


def format_of(source, keys=()):
    return formats_of([source], keys=keys)[0]


def told(path, content, keys=()):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return format_of(Source(str(path), label="f"), keys)


@pytest.mark.parametrize(("wanted", "record"), RECORDS)
@pytest.mark.parametrize("layout", [*LAYOUTS][:-1])
def test_records(tmp_path, wanted, record, layout) -> None:
    content = LAYOUTS[layout](record)
    assert told(tmp_path / "f", content) == wanted
    assert told(tmp_path / "f", gzip.compress(content.encode())) == wanted
    assert told(tmp_path / "f", "\ufeff\n" + content) == wanted


@pytest.mark.parametrize(("wanted", "record"), RECORDS[:-5])
def test_records_that_do_not_tell_are_passed(tmp_path, wanted, record) -> None:
    assert told(tmp_path / "f", LAYOUTS["after others"](record)) == wanted


def test_items_that_are_an_array(tmp_path) -> None:
    assert told(tmp_path / "f", json.dumps([GROUP, GROUP])) == "pipeline"
    assert told(tmp_path / "f", json.dumps([[GROUP], []])) == "pipeline"
    assert told(tmp_path / "f", "[]\n[]\n") == "pipeline"
    assert told(tmp_path / "f", json.dumps([SAID, SAID])) == "entities"
    assert told(tmp_path / "f", json.dumps([["Ada", "PER"]])) == "entities"


def test_keys_that_were_given(tmp_path) -> None:
    record = {"text": TEXT, "gold": [SPAN], "mine": [SAID], "its": ["O"], "none": []}
    for keys, wanted in [((), "prodigy"), (("mine",), "entities"), (("its",), "jsonl")]:
        assert told(tmp_path / "f", json.dumps(record), keys) == wanted
    assert told(tmp_path / "f", json.dumps(record), ("none", "missing")) == "prodigy"


COLUMNS = [
    "",
    "\n \n",
    "EU B-ORG\nrejects O\n",
    "{ O O\n} O O\n",
    "{\tO\n",
    "[ O O\n",
    "[\tO\n",
    "[CLS] O\n",
    "[] O\n",
    "[1] O\n",
    "x O\n",
    "x\x9c O\n",
    "# text = {\n",
]


@pytest.mark.parametrize("content", COLUMNS)
def test_columns(tmp_path, content) -> None:
    assert told(tmp_path / "f", content) == "columns"


BYTES = {
    "Parquet": (b"PAR1\x15\x04", "arrow"),
    "Arrow, file": (b"ARROW1\x00\x00\xff\xff\xff\xff", "arrow"),
    "Arrow, stream": (b"\xff\xff\xff\xff\x10\x00\x00\x00", "arrow"),
    "spaCy": (zlib.compress(b"\x87\xa7version\xa31.0"), "spacy"),
    "zlib": (zlib.compress(b"EU B-ORG"), "columns"),
}


@pytest.mark.parametrize(("content", "wanted"), BYTES.values(), ids=BYTES)
def test_bytes(tmp_path, content, wanted) -> None:
    assert told(tmp_path / "f", content) == wanted


def test_a_name_of_spacy(tmp_path) -> None:
    assert told(tmp_path / "f.spacy", b"x\x9c?") == "spacy"


FOLDERS = [
    ("brat", ["a.txt", "a.ann"]),
    ("brat", ["annotation.conf", "train/a.ann"]),
    ("brat", ["a.txt"]),
    ("arrow", ["dataset_info.json", "state.json", "data-00000-of-00001.arrow"]),
    ("arrow", ["dataset_dict.json", "train/state.json"]),
    ("arrow", ["README.txt", "data/train-00000-of-00001.parquet"]),
]


@pytest.mark.parametrize(("wanted", "names"), FOLDERS)
def test_folders(tmp_path, wanted, names) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert format_of(Source(str(tmp_path))) == wanted


def test_other_folders(tmp_path) -> None:
    (tmp_path / "f.conll").write_text("")
    with pytest.raises(LayoutError, match=r"a folder without \.ann"):
        format_of(Source(str(tmp_path)))


def test_what_cannot_be_looked_at(tmp_path) -> None:
    assert format_of(Source(str(tmp_path / "none"))) == "columns"


ERRORS = [
    ('{"x": 1, "y": []}\n', "f:1: no format is known whose records are like this, which has the"),
    ("\n{}\n{}\n", "f:2: no format is known whose records are like this, which has the keys none"),
    ('["x"]', "f:1: no format is known whose records are like this, which is a list"),
    ('[{"start": 0, "end": 3, "label": "A"}]', "f:1: no format is known"),
    ("[]\n", "f: there are no records"),
    ('{"text": "x" "spans"}\n', "f:1: malformed JSON, character 14"),
    ('[{"x": "x"},\n{]', "f:2: malformed JSON, character 2"),
    ('{"a":' * 10**5, "f:1: JSON that is nested too deeply"),
]


@pytest.mark.parametrize(("content", "message"), ERRORS)
def test_unknown(tmp_path, content, message) -> None:
    with pytest.raises(LayoutError) as raised:
        told(tmp_path / "f", content)
    assert str(raised.value).startswith(message)
    if "f:1: no format" in message:
        assert raised.value.hint.startswith("--input-format says which: columns, jsonl, prodigy")


def test_damaged(tmp_path) -> None:
    with pytest.raises(ReadError, match="f: damaged or cut off"):
        told(tmp_path / "f", gzip.compress(b'{"text": ""}' * 99)[:-9])


def stdin(monkeypatch, content) -> str:
    class Standard:
        buffer = io.BufferedReader(io.BytesIO(content), 4096)

    monkeypatch.setattr("sys.stdin", Standard)
    found = format_of(Source(STDIN))
    # What was looked at is still to be read.
    assert sys.stdin.buffer.read() == content
    return found


@pytest.mark.parametrize(("wanted", "record"), RECORDS)
def test_standard_input(monkeypatch, wanted, record) -> None:
    assert stdin(monkeypatch, LAYOUTS["lines"](record).encode()) == wanted
    # All of the first record is not to be seen.
    if isinstance(record, dict) and (wanted, record) not in RECORDS[-5:]:
        long = json.dumps({**record, "meta": "é\\ [{" * 9000})
        assert stdin(monkeypatch, long.encode()) == wanted
        assert stdin(monkeypatch, f"[{long}]".encode()) == wanted


def test_standard_input_that_does_not_tell(monkeypatch) -> None:
    assert stdin(monkeypatch, b"") == "columns"
    long = json.dumps({"text": "x" * (1 << 17), "spans": [SPAN]}).encode()
    assert stdin(monkeypatch, long) == "prodigy"
    monkeypatch.setattr("spanf1.formats.sniffing._LOOKS", (1 << 10, 1 << 12))
    with pytest.raises(LayoutError, match="<stdin>: its first 4096 bytes do not tell"):
        stdin(monkeypatch, long)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1 << 12, 1 << 17, 1 << 21])
def test_a_long_text_first(tmp_path, size) -> None:
    record = json.dumps({"text": "é" * size, "entities": [OFFSETS]})
    assert told(tmp_path / "f", f"{record}\n{record}\n") == "doccano"
    assert told(tmp_path / "f", f"[{record}, {record}]\n") == "doccano"


def outcome(look, data) -> str:
    try:
        return look(data)
    except SpanF1Error as error:
        return str(error)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    found=st.lists(likely | trees, min_size=1, max_size=3),
    as_array=st.booleans(),
    cut=st.none() | st.tuples(st.integers(0, 200), damage),
)
def test_fuzz(tmp_path, monkeypatch, found, as_array, cut) -> None:
    data = (json.dumps(found) if as_array else "\n".join(map(json.dumps, found))).encode()
    if cut is not None:
        place, more = cut
        data = data[:place] + more + (data[place:] if more else b"")
    for look in (partial(told, tmp_path / "f"), partial(stdin, monkeypatch)):
        said = outcome(look, data)
        assert said in FORMATS or said.startswith(("f:", "<stdin>:"))
        assert "\n" not in said
        said.encode()
