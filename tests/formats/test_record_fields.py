from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanf1.core.documents import TextSpan
from spanf1.exceptions import InputError, LayoutError
from spanf1.formats.options import InputOptions
from spanf1.formats.records import values as values_module
from spanf1.formats.records.record import Record, records
from spanf1.formats.records.values import values
from spanf1.formats.registry import Input
from spanf1.formats.source import STDIN, Source


def read(path, content, **how):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    one = Input(Source(str(path), label="f"), "prodigy", InputOptions(**how))
    return [(record.value, record.line) for record in records(one)]


READ = {
    "lines": ('{"a": 1}\n\n  {"b": [2]}\n', [({"a": 1}, 1), ({"b": [2]}, 3)]),
    "no last line end": ('{"a": 1}\n{"a": 2}', [({"a": 1}, 1), ({"a": 2}, 2)]),
    "CRLF": ('{"a": 1}\r\n\r\n{"a": 2}\r\n', [({"a": 1}, 1), ({"a": 2}, 3)]),
    "mark": ('\ufeff{"a": 1}\n', [({"a": 1}, 1)]),
    "any values": ('"x"\n1\nnull\n{}\n', [("x", 1), (1, 2), (None, 3), ({}, 4)]),
    "blank first": ('\n \n{"a": 1}\n', [({"a": 1}, 3)]),
    "lines of arrays": ('[{"a": 1}]\n[]\n', [([{"a": 1}], 1), ([], 2)]),
    "array": ('[{"a": 1}, {"a": 2}]', [({"a": 1}, 1), ({"a": 2}, 1)]),
    "array of arrays": ('[["x", {}], ["y", {}]]\n', [(["x", {}], 1), (["y", {}], 1)]),
    "array, printed": (
        '\n[\n  {\n    "a": 1\n  },\n  {"a":\n 2}\n]\n\n',
        [({"a": 1}, 3), ({"a": 2}, 6)],
    ),
    "array, a line each": ('[{"a": 1},\n{"a": 2}]\n', [({"a": 1}, 1), ({"a": 2}, 2)]),
    "array of a plain value": ('["x", {"a": 1}]\n', [(["x", {"a": 1}], 1)]),
    "the same, printed": ('[\n"x",\n{"a": 1}\n]\n', [(["x", {"a": 1}], 1)]),
    "empty array": ("[ ]\n", []),
    "object, printed": ('{\n "a": 1\n}\n', [({"a": 1}, 1)]),
    "objects, printed": ('{\n "a": 1\n}\n{\n "a": 2\n}\n', [({"a": 1}, 1), ({"a": 2}, 4)]),
    "empty": ("", []),
    "blank": ("\n \n", []),
    "separators of lines in strings": ('{"a": "\u2028\x85"}\n', [({"a": "\u2028\x85"}, 1)]),
}


class Numbered(Source):
    """A source whose places are numbers of lines."""

    def where(self, line: int) -> str:
        return str(line)


def each(pieces):
    """Return all values, and the line of each."""
    return [one for some in values(pieces, Numbered("")) for one in zip(*some, strict=True)]


@pytest.mark.parametrize(("content", "wanted"), READ.values(), ids=READ)
@pytest.mark.parametrize("size", [1, 3, 1 << 16])
def test_records(content, wanted, size) -> None:
    data = content.encode().removeprefix(b"\xef\xbb\xbf")
    pieces = [data[place : place + size] for place in range(0, len(data), size)]
    assert each(pieces) == wanted


@pytest.mark.parametrize(("content", "wanted"), READ.values(), ids=READ)
def test_records_of_a_file(tmp_path, content, wanted) -> None:
    assert read(tmp_path / "f.json", content) == wanted


REFUSED = {
    "line": ('{"a": 1}\n{"a": }\n', "f:2: malformed JSON, character 7"),
    "first line": ('{"a": 1 "b": 2}\n{"a": 1}\n', "f:1: malformed JSON, character 9"),
    "open string": ('{"a": "x}\n{"a": 1}\n', "f:1: malformed JSON, character 7"),
    "cut off": ('{"a": 1}\n{"a": [', "f:2: malformed JSON, character 8"),
    "two in a line": ('{"a": 1} {"a": 2}\n', "f:1: malformed JSON, character 10"),
    "element": ('[{"a": 1},\n {"a" 2}]', "f:2: malformed JSON, character 7"),
    "no comma": ('[{"a": 1}\n {"a": 2}]', "f:2: malformed JSON, character 2"),
    "last comma": ('[{"a": 1},\n]', "f:2: malformed JSON, character 1"),
    "array cut off": ('[{"a": 1}', "f:1: the array has no end: is the file cut off?"),
    "in an element": ('[{"a": 1},\n{"a": ', "f:2: malformed JSON, character 7"),
    "behind an array": ('[\n{"a": 1}\n]\n\nx', "f:5: there is something behind the end"),
    "object cut off": ('{\n"a": 1\n', "f:3: malformed JSON, character 1"),
    "NaN": ('{"a": NaN}\n', "f:1: NaN is no JSON"),
    "NaN in an array": ('[{"a": 1},\n{"a": -Infinity}]\n', "f:2: -Infinity is no JSON"),
    "deep": ("[" * 10**5, "f:1: JSON that is nested too deeply"),
    "deep object": ('{\n"a":' + '{"a":' * 10**5, "f:1: JSON that is nested too deeply"),
    "digits": ('[\n{"a": ' + "1" * 5000 + "}]", "f:2: a number has too many digits"),
    "bytes": (b'{"a": 1}\n{"a": "\xff"}\n', "f:2: byte 0xff is not UTF-8"),
    "cut in a character": (b'{"a": 1}\n{"a": "\xc3', "f:2: byte 0xc3 is not UTF-8"),
    "surrogates as bytes": (b'"\xed\xa0\x80"\n', "f:1: byte 0xed is not UTF-8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "f:1: byte 0xff is not UTF-8"),
    "columns": ("EU B-ORG\n", "f:1: malformed JSON, character 1"),
    "damaged": (gzip.compress(b'{"a": 1}\n' * 999)[:-9], "f: damaged or cut off"),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_errors(tmp_path, content, message) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path / "f.json", content)
    assert str(raised.value).startswith(message)


PACKED = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED)
def test_compressed(tmp_path, pack) -> None:
    assert read(tmp_path / "f", pack(b'[{"a": 1}]')) == [({"a": 1}, 1)]


def test_standard_input(monkeypatch) -> None:
    class Standard:
        buffer = io.BufferedReader(io.BytesIO(b'[{"a": 1},\n{"a": 2}]'))

    monkeypatch.setattr("sys.stdin", Standard)
    reading = Input(Source(STDIN), "prodigy")
    assert [record.line for record in records(reading)] == [1, 2]


LAYOUTS = {
    "lines": lambda found: "".join(json.dumps(value) + "\n" for value in found),
    "array": json.dumps,
    "printed": lambda found: json.dumps(found, indent=1),
    "values": lambda found: "\n".join(json.dumps(value, indent=2) for value in found),
}
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
# After an empty object, lines are expected.
objects = st.dictionaries(st.text(max_size=3), trees, min_size=1, max_size=3)


@pytest.mark.slow
@given(
    found=st.lists(objects, min_size=1, max_size=4),
    layout=st.sampled_from([*LAYOUTS]),
    size=st.integers(1, 40),
)
def test_any_layout_in_any_pieces(found, layout, size) -> None:
    found = json.loads(json.dumps(found).replace("Infinity", "0"))
    data = LAYOUTS[layout](found).encode()
    pieces = [data[place : place + size] for place in range(0, len(data), size)]
    there = each(pieces)
    assert [value for value, _ in there] == found
    lines = data.decode().split("\n")
    assert all(lines[line - 1].lstrip(" [")[:1] == "{" for _, line in there)


@pytest.mark.slow
@pytest.mark.parametrize("layout", [",", ",\n"])
def test_an_array_is_not_kept(layout) -> None:
    record = json.dumps({"text": "x" * 1000}).encode() + layout.encode()
    pieces = [b"[", *([record * 100] * 200), b"{}]"]
    tracemalloc.start()
    count = sum(len(batch.values) for batch in values(pieces, Numbered("")))
    assert count == 20001
    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()


def test_a_huge_record(tmp_path) -> None:
    text = "x" * (5 << 20)
    for content in (f'{{"text": "{text}"}}\n{{}}', f'[{{"text": "{text}"}},{{}}]'):
        first, second = read(tmp_path / "f", content)
        assert first[0]["text"] == text
        assert second[0] == {}


def reading_of(**how):
    return Input(Source("f"), "prodigy", InputOptions(**how))


def test_the_first_record_chooses_the_key() -> None:
    reading = reading_of(side="gold")
    names = ("spans", "ents")
    first = Record(reading, {"spans": {"sc": []}, "ents": []}, 1)
    assert first.key(names) == reading.key == "ents"
    with pytest.raises(LayoutError, match=r"f:2: there is no key 'ents'; the record's keys: 'x'"):
        Record(reading, {"x": 1}, 2).key(names)
    with pytest.raises(LayoutError, match=r"there is no key of predicted spans \(spans, ents\)"):
        Record(reading_of(side="predicted"), {}, 1).key(names)
    assert Record(reading_of(key="x"), {"spans": [], "x": []}, 1).key(names) == "x"


FIELDS = [
    (Record.text, {"b": "é"}, {"text_key": "b"}, "é"),
    (Record.text_if_any, {}, {}, None),
    (Record.text_if_any, {"text": None}, {}, None),
    (Record.id, {}, {}, None),
    (Record.id, {"doc_id": "x", "id": 2}, {}, 2),
    (Record.id, {"x": "y"}, {"id_key": "x"}, "y"),
]


@pytest.mark.parametrize(("function", "value", "how", "wanted"), FIELDS)
def test_fields(function, value, how, wanted) -> None:
    assert function(Record(reading_of(**how), value, 3)) == wanted


WRONG_FIELDS = [
    (Record.text, {}, {}, "f:3: there is no key 'text'; the record's keys: none"),
    (Record.text, {"text": None}, {}, "f:3: text is null, and is to be a string"),
    (Record.text, {"text": 1}, {}, "f:3: text is 1, and is to be a string"),
    (Record.text, {"text": "a\ud800"}, {}, r"f:3: text has half of a surrogate pair, '\ud800'"),
    (Record.text, {"text": "a"}, {"text_key": "b"}, "f:3: there is no key 'b'"),
    (Record.text_if_any, {"text": []}, {}, "f:3: text is a list"),
    (Record.id, {"id": 1}, {"id_key": "x"}, "f:3: there is no key 'x'; the record's keys: 'id'"),
    (Record.id, {"id": True}, {}, "f:3: id is true: ids are to be strings or whole numbers"),
    (Record.id, {"id": 1.5}, {}, "f:3: id is 1.5"),
    (Record.id, {"id": "\udfff"}, {}, "f:3: id has half of a surrogate pair"),
    (Record.text, [1], {}, "f:3: the record is a list, not an object"),
]


@pytest.mark.parametrize(("function", "value", "how", "message"), WRONG_FIELDS)
def test_wrong_fields(function, value, how, message) -> None:
    with pytest.raises(LayoutError) as raised:
        function(Record(reading_of(**how), value, 3))
    assert str(raised.value).startswith(message)


TEXT = "Ada Lovelace"
SPANS = {
    "start, end": ({"start": 0, "end": 3, "label": "A"}, [("A", ((0, 3),))]),
    "other names": ({"start_offset": 4, "end_offset": 12, "type": "A"}, [("A", ((4, 12),))]),
    "array": ([0, 12, "A"], [("A", ((0, 12),))]),
    "parts": ({"offsets": [[0, 1], [4, 5]], "label": "A"}, [("A", ((0, 1), (4, 5)))]),
    "touching": ({"offsets": [[0, 1], [1, 2]], "label": "A"}, [("A", ((0, 1), (1, 2)))]),
    "labels": (
        {"start": 0, "end": 3, "labels": ["A", "B"]},
        [("A", ((0, 3),)), ("B", ((0, 3),))],
    ),
    "group": ({"start": 0, "end": 3, "entity_group": "A"}, [("A", ((0, 3),))]),
    "first type": ({"start": 0, "end": 3, "type": "B", "label": "A"}, [("A", ((0, 3),))]),
    "text": ({"start": 0, "end": 3, "label": "A", "text": "Ada"}, [("A", ((0, 3),))]),
    "texts": (
        {"offsets": [[0, 1], [4, 5]], "label": "A", "text": ["A", "L"]},
        [("A", ((0, 1), (4, 5)))],
    ),
    "no text": ({"start": 0, "end": 3, "label": "A", "text": None}, [("A", ((0, 3),))]),
}


@pytest.mark.parametrize(("item", "wanted"), SPANS.values(), ids=SPANS)
def test_spans(item, wanted) -> None:
    found = Record(reading_of(), {}, 1).spans_of("spans[0]", item, TEXT)
    assert found == [TextSpan(*span) for span in wanted]


def test_a_span_of_an_unknown_text() -> None:
    item = {"start": 70, "end": 73, "label": "A", "text": "Ada"}
    found = Record(reading_of(), {}, 1).spans_of("spans[0]", item, None)
    assert found == [TextSpan("A", ((70, 73),), "Ada")]


def at(start, end, **more):
    return {"start": start, "end": end, "label": "A", **more}


WRONG = [
    (at(0, 13), "0 to 13 is outside the text, which has 12 characters"),
    (at(-1, 3), "-1 to 3 is outside the text, which has 12 characters"),
    (at(3, 3), "3 to 3 is empty"),
    (at(4, 3), "4 to 3 ends before it begins"),
    (at(0, 1 << 70), "0 to a huge number is outside the text"),
    (at(True, 3), "the start is true, and is to be a whole number"),
    (at(0, 3.0), "the end is 3.0, and is to be a whole number"),
    (at("0", 3), "the start is '0'"),
    (at(None, 3), "the start is null"),
    ({"start": 0, "label": "A"}, "spans[0] has no offsets"),
    ({"start": 0, "end": 3}, "spans[0] has no type"),
    ({"start": 0, "end": 3, "labels": []}, "spans[0] has no type"),
    ({"start": 0, "end": 3, "labels": [1]}, "spans[0].labels[0] is 1, and is to be a string"),
    (at(0, 3, label=""), "spans[0].label is empty, and is to be a type"),
    (at(0, 3, label=None), "spans[0].label is null"),
    (at(0, 3, label=1), "spans[0].label is 1"),
    (at(0, 3, label="\ud800"), r"spans[0].label has half of a surrogate pair, '\ud800'"),
    (at(0, 3, text="ada"), "spans[0] is 'ada', and the text has 'Ada' there"),
    (at(0, 3, text=""), "spans[0] is '', and the text has 'Ada' there"),
    (at(0, 3, text=3), "spans[0].text is 3"),
    (at(0, 3, text=["A", 3]), "spans[0].text is 3"),
    ({"offsets": [0, 3], "label": "A"}, "spans[0].offsets is to be a list of [start, end]"),
    ({"offsets": [], "label": "A"}, "spans[0].offsets is to be a list of [start, end]"),
    ({"offsets": [[0, 3, 4]], "label": "A"}, "spans[0].offsets is to be a list"),
    ({"offsets": [[4, 6], [0, 1]], "label": "A"}, "a part begins at 0, before the one before"),
    ({"offsets": [[0, 3], [2, 4]], "label": "A"}, "a part begins at 2, before the one before"),
    ([0, 3], "spans[0] has 2 elements, and is to be [start, end, type]"),
    ([0, 3, ""], "spans[0][2] is empty"),
    ([0, 3, 1], "spans[0][2] is 1"),
    ("x", "spans[0] is 'x', and is to be an object or [start, end, type]"),
    (None, "spans[0] is null"),
]


@pytest.mark.parametrize(("item", "message"), WRONG)
def test_wrong_spans(item, message) -> None:
    with pytest.raises(LayoutError) as raised:
        Record(reading_of(), {}, 7).spans_of("spans[0]", item, TEXT)
    assert str(raised.value).startswith("f:7: spans[0]")
    assert message in str(raised.value)


# What parsers of JSON do not agree on.
UNLIKE = [
    *(
        str(sign * (1 << bits) + more)
        for bits in (63, 64)
        for sign in (1, -1)
        for more in (-1, 0, 1)
    ),
    *("NaN", "-Infinity", "1e400", "-1e400", "-0", "-0.0", "01", "1.", "1e5", "5e-324", "2.5e-324"),
    *('"\\ud800"', '"\\udfff\\ud800"', '"\\ud83d\\ude00"', '"\t"', '"\x7f"', '"\\u0000"', '"\\x"'),
    *('{"a": 1, "a": 2}', '{"a": 1,}', "[1,]", "{1: 2}", '{"": null}', "'a'", "nul", "true false"),
    *(" [1] ", "\x0c1", "1\x0c", "\xa01", "\ufeff1", "1\r", "\r", "", " ", "[1]]", "1,2", "/**/1"),
    *("[" * depth + "]" * depth for depth in (20, 2000)),
]


@pytest.mark.parametrize("value", UNLIKE)
def test_orjson_reads_the_same(monkeypatch, value):
    assert pytest.importorskip("orjson")
    outcomes = []
    for first in (values_module._MANY_LINES, 0):
        monkeypatch.setattr(values_module, "_MANY_LINES", first)
        try:
            outcomes.append(repr(each([f'{{"a": 0}}\n{value}\n[0.1]\n'.encode()])))
        except InputError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]


def test_orjson_reads_what_it_can(monkeypatch):
    monkeypatch.setattr(values_module, "_MANY_LINES", 0)
    monkeypatch.setattr(values_module, "_orjson_loads", lambda: lambda line: [line])
    assert each([b'{"a": 1}\n2\n']) == [(['{"a": 1}'], 1), (["2"], 2)]
    long = b'{"a": 1}\n%d\n' % (1 << 64)
    assert each([long]) == [({"a": 1}, 1), (1 << 64, 2)]
