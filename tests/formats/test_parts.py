"""JSON Lines read in parts: any number of workers gives the same counts, reports and errors."""

from __future__ import annotations

import gzip
import json
import pickle
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spanf1
from spanf1.core.options import Confidence
from spanf1.core.tally import Tally
from spanf1.core.units import SpanKey
from spanf1.exceptions import SpanF1Error
from spanf1.formats import opening
from tests.helpers.commands import Ran
from tests.helpers.strategies import steady


def sent(value: Any) -> Any:
    """Return what arrives of a value in another process."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - it is our own


class Courier(Executor):
    """Runs each task at once, and sends it there and back as to a process."""

    def __init__(self) -> None:
        self.tasks = 0

    def submit(self, task: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        self.tasks += 1
        future: Future[Any] = Future()
        task, args = sent((task, args))
        try:
            future.set_result(sent(task(*args)))
        except SpanF1Error as error:
            future.set_exception(error)
        return future


def counts_of(tally: Tally) -> dict[str, Any]:
    """Return what a tally holds; units of several parts may stand in several equal rows."""
    units = tally.units
    rows: Counter[tuple[SpanKey, ...]] = Counter()
    if units:
        codes = iter(units.code.tolist())
        for length, weight in zip(units.length.tolist(), units.weight.tolist(), strict=True):
            rows[tuple(sorted(units.keys[code] for code in islice(codes, length)))] += weight
    return {**vars(tally), "units": (units and units.kind, rows)}


def outcome(files: list[Path], size: int, executor: Executor | None, **given: Any) -> Any:
    """Return all that comes of scoring files: a report, what was counted; or an error."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "PART_SIZE", 2 * size)
        # What is looked at of the whole is not all of it.
        patch.setattr("spanf1.formats.records.values.BLOCK_SIZE", 100)
        patch.setattr("spanf1.formats.records.record._PIECE", 100)
        try:
            result = spanf1.score_file(*files, executor=executor, **given)
        except SpanF1Error as error:
            return type(error), str(error), error.hint
    return str(result), result.to_dict(), result.input, counts_of(result.tally)


# Tokens with tags, and texts with spans; both sides in one record.


@st.composite
def tagged(draw: st.DrawFn) -> dict[str, Any]:
    size = draw(st.integers(0, 5))
    tags = st.sampled_from(["O", "B-A", "I-A", "B-B", "E-A", "S-B"])
    sides = [draw(st.lists(tags, min_size=size, max_size=size)) for _ in range(2)]
    return {"tokens": ["a", "é", "c", "d", "e"][:size], "gold": sides[0], "pred": sides[1]}


@st.composite
def spans(draw: st.DrawFn) -> dict[str, Any]:
    text = draw(st.sampled_from(["Ada saw Paris.", "Zoë", "x\u2003y  z", ""]))
    sides = []
    for _ in range(2):
        pairs = [
            sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=2)))
            for _ in range(draw(st.integers(0, 3)) if text else 0)
        ]
        sides.append(
            [{"start": a, "end": b, "label": draw(st.sampled_from("AB"))} for a, b in pairs]
        )
    record = {"text": text, "spans": sides[0], "predicted": sides[1]}
    answers = st.sampled_from([{}] * 6 + [{"answer": "reject"}, {"relations": [{}]}])
    return record | draw(answers)


BLANK = st.sampled_from(["", "", "  ", "\t", "\r"])
# What may stand in the place of a line, or of what a record has at a key.
ODD_LINES = st.sampled_from(
    [
        "{",
        "[]",
        "7",
        '"x"',
        "{}",
        '["text", {}]',
        "[{}]",
        "\xa0",
        "{} {}",
        '{"a": NaN}',
        "\\",
        "null",
    ]
)
ODD_SPAN = {"start": 0, "end": 1, "label": ""}
PARTED_SPAN = {"offsets": [[0, 1], [2, 3]], "type": "A"}
ODD_VALUES = st.sampled_from(
    [None, 3, "x", [], [1], ["B-A"], ["X-A", "O"], ["PER-B"], ["b-A"], [-100]]
) | st.sampled_from([[[0, 1, "A"]], [[0, 99, "A"]], [ODD_SPAN], [PARTED_SPAN]])


@st.composite
def corrupted(draw: st.DrawFn, records: list[dict[str, Any]]) -> bytes:
    """Draw the lines of records, with blank lines and a few odd things anywhere."""
    records = [dict(record) for record in records]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2])) if records else 0):
        record = draw(st.sampled_from(records))
        key = draw(st.sampled_from(sorted(record)))
        if draw(st.booleans()):
            record[key] = draw(ODD_VALUES)
        else:
            record.pop(key)
            record["id"] = draw(st.sampled_from([1, "x"]))
    lines = [json.dumps(record, ensure_ascii=draw(st.booleans())) for record in records]
    for _ in range(draw(st.integers(0, 4))):
        lines.insert(draw(st.integers(0, len(lines))), draw(BLANK))
    for _ in range(draw(st.sampled_from([0, 0, 0, 0, 1]))):
        lines.insert(draw(st.integers(0, len(lines))), draw(ODD_LINES))
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    data = end.join(lines).encode() + draw(st.sampled_from([b"", b"\n", b"\n\n \n"]))
    if draw(st.sampled_from([*[False] * 9, True])):
        place = draw(st.integers(0, len(data)))
        data = data[:place] + b"\xff" + data[place:]
    return draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"])) + data


KINDS = {"jsonl": tagged(), "prodigy": spans()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("parts")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [1, 2])
@steady
@given(data=st.data(), size=st.integers(1, 400))
def test_parts_say_what_the_whole_does(
    folder: Path, kind: str, number: int, data: st.DataObject, size: int
) -> None:
    records = data.draw(st.lists(KINDS[kind], max_size=12))
    with_ids = data.draw(st.sampled_from([False, False, False, True]))
    files = []
    for side, key in enumerate(["spans", "predicted"] if kind == "prodigy" else ["gold", "pred"]):
        given = [
            {name: value for name, value in record.items() if number == 1 or name == key}
            | {name: record[name] for name in ("tokens", "text", "answer") if name in record}
            | ({"id": place} if with_ids else {})
            for place, record in enumerate(records)
        ]
        files.append(folder / f"{kind}{number}{side}")
        files[-1].write_bytes(data.draw(corrupted(given)))
    options = data.draw(
        st.sampled_from(
            [
                {},
                {"match": "text"},
                {"match": "surface"},
                {"reading": "strict"},
                {"reading": "conlleval"},
                {"confidence": Confidence(resamples=100, unit="sentence")},
                {"confidence": Confidence(resamples=100, unit="document")},
                {"confidence": Confidence(resamples=100)},
                {"align_by_position": True},
            ]
        )
    )
    options = {"input_format": data.draw(st.sampled_from([kind, "auto"])), **options}
    whole = outcome(files[:number], size, None, **options)
    assert outcome(files[:number], size, Courier(), **options) == whole


# What is read in parts, and what is not: of records enough for many.

RECORDS = {
    "jsonl": {"tokens": ["a", "b"], "gold": ["B-A", "O"], "pred": ["B-A", "O"]},
    "prodigy": {"text": "a b", "spans": [[0, 1, "A"]], "predicted": []},
    "doccano": {"text": "a b", "label": [[0, 1, "A"]], "predicted": []},
}


def write(path: Path, record: dict[str, Any], count: int = 300) -> Path:
    path.write_text(f"{json.dumps(record)}\n" * count)
    return path


@pytest.mark.parametrize("kind", RECORDS)
@pytest.mark.parametrize("number", [1, 2])
def test_many_parts_are_read(tmp_path: Path, kind: str, number: int) -> None:
    files = [write(tmp_path / name, RECORDS[kind]) for name in "gp"[:number]]
    given = {
        "input_format": kind,
        "gold_key": list(RECORDS[kind])[1],
        "pred_key": list(RECORDS[kind])[2],
    }
    courier = Courier()
    found = outcome(files, 1000, courier, **given)
    assert found == outcome(files, 1000, None, **given)
    assert 15 < courier.tasks < 60


def test_parts_find_no_other_key_of_the_predictions(tmp_path: Path) -> None:
    """Where the first records have none, the first that has some decides, in all parts."""
    record = {"text": "a b", "spans": [[0, 1, "A"]]}
    found = [{**record, key: record["spans"]} for key in ("predicted", "predictions")]
    file = tmp_path / "f"
    file.write_bytes(lines_of([record] * 50 + found[:1] * 50 + found[1:] * 50))
    whole = outcome([file], 500, None)
    assert "Correct\nA              100.00   33.33  50.00   150         50       50\n" in whole[0]
    assert outcome([file], 500, Courier()) == whole


def lines_of(values: list[Any]) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


@pytest.mark.parametrize("kind", RECORDS)
@pytest.mark.parametrize(
    "content",
    [
        lambda record: json.dumps([record] * 300).encode(),
        lambda record: (json.dumps(record, indent=1) + "\n").encode() * 300,
        lambda record: gzip.compress(lines_of([record] * 300)),
        lambda record: lines_of([record]),
        lambda _: b"",
    ],
)
def test_what_has_no_lines_to_cut_at_is_read_as_a_whole(
    tmp_path: Path, kind: str, content: Any
) -> None:
    file = tmp_path / "f"
    file.write_bytes(content(RECORDS[kind]))
    courier = Courier()
    found = outcome([file], 1000, courier, input_format=kind, gold_key=list(RECORDS[kind])[1])
    assert found == outcome([file], 1000, None, input_format=kind, gold_key=list(RECORDS[kind])[1])
    assert not courier.tasks


@pytest.mark.parametrize("kind", RECORDS)
def test_files_that_are_joined_by_ids_are_read_as_wholes(tmp_path: Path, kind: str) -> None:
    files = [tmp_path / name for name in "gp"]
    records = [RECORDS[kind] | {"id": number} for number in range(300)]
    files[0].write_bytes(lines_of(records))
    files[1].write_bytes(lines_of(records[::-1]))
    given = {"gold_key": list(RECORDS[kind])[1], "pred_key": list(RECORDS[kind])[2]}
    courier = Courier()
    found = outcome(files, 1000, courier, input_format=kind, **given)
    assert found == outcome(files, 1000, None, input_format=kind, **given)
    assert not courier.tasks


def test_what_is_left_out_of_parts_is_summed(tmp_path: Path) -> None:
    left_out = RECORDS["prodigy"] | {"answer": "reject"}
    file = tmp_path / "f"
    file.write_bytes(lines_of([left_out, RECORDS["prodigy"]] * 300))
    courier = Courier()
    found = outcome([file], 1000, courier)
    assert courier.tasks
    assert found[2].remarks == (f"{file}: rejected examples left out: 300",)


@pytest.mark.parametrize("kind", ["jsonl", "prodigy"])
def test_the_first_thing_that_is_wrong_is_said(tmp_path: Path, kind: str) -> None:
    lines = lines_of([RECORDS[kind]] * 300).splitlines(keepends=True)
    lines[150] = lines[280] = b"{\n"
    lines.insert(20, b"\n")
    file = tmp_path / "f"
    file.write_bytes(b"".join(lines))
    courier = Courier()
    with pytest.raises(spanf1.LayoutError, match=r"f:152: malformed JSON"):
        spanf1.score_file(file, executor=courier)
    assert outcome([file], 1000, courier)[1].startswith(f"{file}:152: malformed JSON")
    assert courier.tasks


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["jsonl", "prodigy"])
@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "latex", "html"])
def test_processes_print_the_same(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, form: str
) -> None:
    write(tmp_path / "f", RECORDS[kind])
    one = run("score", "f", "-f", form, "-j", "1")
    monkeypatch.setattr("spanf1.cli.inputs._LARGE_JSON", 0)
    monkeypatch.setattr(opening, "PART_SIZE", 1 << 12)
    assert run("score", "f", "-f", form, "-j", "2") == one
    assert one.code == 0
