"""References and answers in files: SQuAD's and DROP's JSON, records, tables, TREC's, lines of text.

What is read of a file is its `Items`: a value for each question, by its id if there is one.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from spanf1.answers.bags import Answer
from spanf1.exceptions import AlignmentError, LayoutError, ReadError
from spanf1.formats.delimited import records_of, rows_of
from spanf1.formats.records.values import lacking, spelt, values
from spanf1.formats.source import BOM, COMPRESSIONS, Source
from spanf1.wording import many, shortened

#: the keys that are looked for, of which the first that is there is taken
GOLD_KEYS = (
    *("answers", "references", "reference", "gold", "gold_answers", "gold_answer", "expected"),
    *("ground_truth", "target", "answer"),
)
PRED_KEYS = (
    *("prediction", "prediction_text", "predicted", "pred", "predicted_answer", "response"),
    *("output", "generated", "predictions"),
)
ID_KEYS = "id", "qid", "question_id", "query_id", "_id", "guid"
_ALONE = "answer", "text"
#: those of ranked lists
RELEVANT_KEYS = "relevant", "relevant_ids", "gold", "positives", "positive_ids", "qrels"
RETRIEVED_KEYS = "retrieved", "retrieved_ids", "ranking", "ranked", "predicted", "results"
_TABLES = ".csv", ".tsv"
# How many fields the lines of TREC's files have.
_QRELS, _RUN = 4, 6
_NO_ANSWER = '"" says that there is no answer'


class Keys(NamedTuple):
    """The keys that are given, and whether ranked lists are read; None where one is looked for."""

    gold: str | None = None
    predicted: str | None = None
    id: str | None = None
    ranked: bool = False

    def given(self, side: str) -> str | None:
        """Return the key that is given of a side."""
        return self.gold if side == "gold" else self.predicted

    def known(self, side: str) -> tuple[str, ...]:
        """Return the keys that may have what is read of a side."""
        given = self.given(side)
        if given is not None:
            return (given,)
        if self.ranked:
            return RELEVANT_KEYS if side == "gold" else RETRIEVED_KEYS
        return GOLD_KEYS if side == "gold" else PRED_KEYS


class Items(NamedTuple):
    """What is read of one side.

    Attributes
    ----------
    kind : str
        What the file is, in words.
    values : list
        What it has for each question.
    lines : sequence of int
        Where that is.
    ids : list of str, optional
        The questions, if they have ids.
    """

    kind: str
    values: list[Any]
    lines: Sequence[int]
    ids: list[str] | None


class Sides(NamedTuple):
    """References and what each system says, by id; and what is to be said of how they were read."""

    gold: dict[str, Any]
    systems: dict[str, dict[str, Any]]
    files: dict[str, str]
    notes: list[str]


class _Content(NamedTuple):
    """A file: its values with their lines if it is JSON, else its lines.

    `raw` is the text of a file that is one value of JSON.
    """

    source: Source
    values: list[Any] | None
    lines: Sequence[Any]
    raw: bytes = b""


def read_sides(gold: Source, systems: Mapping[str, Source], keys: Keys) -> Sides:
    """Return what is in a file of references, and in one for each system; or in one for both.

    Parameters
    ----------
    gold : Source
        The references; the answers, too, if there are no systems.
    systems : mapping of str to Source
        The answers by the name of the system.
    keys : Keys
        Where things are.

    Raises
    ------
    InputError
        If something cannot be read, or is not as it is to be.
    AlignmentError
        If there are no ids, and not as many answers as references.
    """
    content = _content(gold)
    if systems:
        golden = _items(content, "gold", keys)
        found = {name: _items(_content(file), "predicted", keys) for name, file in systems.items()}
        sources = {**systems}
    else:
        records = _records(content, keys)
        golden = records.items("gold", keys.known("gold"), keys)
        found = {gold.name: records.items("predicted", keys.known("predicted"), keys)}
        sources = {gold.name: gold}
    joins = golden.ids is not None and all(one.ids is not None for one in found.values())
    notes = []
    if not joins:
        if keys.id is not None:
            raise AlignmentError("not all files have ids to join them by", where=gold.name)
        for name, one in found.items():
            if len(one.values) != len(golden.values):
                raise AlignmentError(
                    f"{many(len(one.values), 'answer')} for {many(len(golden.values), 'question')} "
                    f"of {gold.name}, and no ids to join them by",
                    where=sources[name].name,
                )
        if systems:
            notes.append("joined by order: not all files have ids")
    read = _list_of if keys.ranked else _answer_of
    references = _by_id(gold, golden, _relevant_of if keys.ranked else _references_of, joins)
    answers = {name: _by_id(sources[name], one, read, joins) for name, one in found.items()}
    files = {"": f"{gold.name}: {golden.kind}"}
    files |= {name: f"{sources[name].name}: {one.kind}" for name, one in found.items()}
    return Sides(references, answers, files, notes)


def _by_id(source: Source, items: Items, read: Callable[[Any], Any], joins: bool) -> dict[str, Any]:
    """Return what is read of each value, by id or by number."""
    names = (
        items.ids
        if joins and items.ids is not None
        else [*map(str, range(1, len(items.values) + 1))]
    )
    found: dict[str, Any] = {}
    for name, value, line in zip(names, items.values, items.lines, strict=True):
        if name in found:
            raise LayoutError(f"id {shortened(name)} is there twice", where=source.where(line))
        try:
            found[name] = read(value)
        except LayoutError as error:
            message = f"question {shortened(name)}: {error.message}"
            raise LayoutError(message, where=source.where(line), hint=error.hint) from None
    return found


def _content(source: Source) -> _Content:
    """Return what is in a file: it is JSON if it begins so."""
    chunks = source.chunks()
    head = b""
    for chunk in chunks:
        head += chunk
        if head.strip():
            break
    pieces = chain([head], chunks)
    if head.lstrip()[:1] in (b"{", b"["):
        found: list[Any] = []
        lines: list[int] = []
        read: list[bytes] = []
        for some in values(_noting(pieces, read), source):
            found += some.values
            lines += some.lines
        return _Content(source, found, lines, b"".join(read) if len(found) == 1 else b"")
    content = b"".join(pieces).removeprefix(BOM)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"byte {content[error.start]:#04x} is not UTF-8"
        raise ReadError(message, where=source.where(line)) from None
    rows = text.replace("\r\n", "\n").split("\n")
    return _Content(source, None, rows[:-1] if not rows[-1] else rows)


def _noting(pieces: Iterable[bytes], read: list[bytes]) -> Iterator[bytes]:
    """Yield pieces, and note them."""
    for piece in pieces:
        read.append(piece)
        yield piece


def _items(content: _Content, side: str, keys: Keys) -> Items:
    """Return what a file has of a side, which is all that it has."""
    known = keys.known(side)
    if side == "predicted" and keys.predicted is None and not keys.ranked:
        known += _ALONE
    found, lines = content.values, content.lines
    if found is None:
        return _of_lines(content, side, known, keys)
    if len(found) == 1 and (whole := _of_whole(content, found[0], side, known, keys)):
        return whole
    if all(isinstance(one, str | list) for one in found):
        return Items("JSON values in order", found, lines, None)
    return _Records(content.source, found, lines, "JSON records").items(side, known, keys)


def _records(content: _Content, keys: Keys) -> _Records:
    """Return the records of a file that has both sides.

    Raises
    ------
    LayoutError
        If it has none.
    """
    if content.values is None:
        table = _table(content, (*keys.known("gold"), *keys.known("predicted")))
        if table:
            return table
    else:
        found = _Records(content.source, content.values, content.lines, "JSON records")
        first = content.values[0] if content.values else {}
        alone = isinstance(first, dict) and {"data", "qa_pairs"} & {*first, *_inner(first)}
        if isinstance(first, dict) and not alone:
            return found
    raise LayoutError(
        "one file is to have records of references and answers, and this has none",
        where=content.source.name,
        hint="spanf1 answers GOLD PRED takes two files; --gold-key and --pred-key name the keys "
        "or columns of one",
    )


def _inner(record: Mapping[str, Any]) -> set[str]:
    """Return the keys of the objects in one."""
    return {key for value in record.values() if isinstance(value, dict) for key in value}


def _of_whole(
    content: _Content, whole: Any, side: str, known: Sequence[str], keys: Keys
) -> Items | None:
    """Return what the one value of a file has of a side; None if it is a record."""
    line = content.lines[0]
    if isinstance(whole, list):
        return Items("JSON list", whole, [line] * len(whole), None)
    if not isinstance(whole, dict):
        return None
    if isinstance(whole.get("data"), list):
        return _squad(content, whole["data"])
    if whole and all(isinstance(one, dict) and "qa_pairs" in one for one in whole.values()):
        return _drop(content, whole)
    if {*known, *ID_KEYS} & whole.keys() or keys.given(side) is not None:
        return None
    _check_unique(content)
    return Items("JSON by id", [*whole.values()], [line] * len(whole), [*whole])


def _check_unique(content: _Content) -> None:
    """Raise an error if an object of ids has one twice: reading it keeps the last alone."""

    def check(pairs: list[tuple[str, Any]]) -> None:
        names: set[str] = set()
        for name, _ in pairs:
            if name in names:
                raise LayoutError(f"id {shortened(name)} is there twice", where=content.source.name)
            names.add(name)

    text = content.raw.decode("utf-8-sig")
    json.JSONDecoder(object_pairs_hook=check).raw_decode(text, text.index("{"))


class _Records(NamedTuple):
    """Records of a file, by keys, with the line of each."""

    source: Source
    records: Sequence[Any]
    lines: Sequence[int]
    kind: str

    def items(self, side: str, known: Sequence[str], keys: Keys) -> Items:
        """Return what they have of a side."""
        where = self.source.where
        for record, line in zip(self.records, self.lines, strict=True):
            if not isinstance(record, dict):
                message = f"the record is {spelt(record)}, not an object"
                raise LayoutError(message, where=where(line))
        first = self.records[0] if self.records else {}
        key = next((key for key in known if key in first), None)
        option = f"--{side[:4]}-key"
        if key is None and self.records:
            what = "references" if side == "gold" else "answers"
            message = f"there is no key of {what} ({', '.join(known[:4])}…)"
            raise lacking(first, message, option, where(self.lines[0]))
        name = keys.id or next((one for one in ID_KEYS if one in first), None)
        found = []
        for record, line in zip(self.records, self.lines, strict=True):
            if key not in record:
                raise lacking(record, f"there is no key {shortened(key)}", option, where(line))
            value = record[key]
            if side == "gold" and isinstance(value, dict) and "validated_answers" in record:
                value = [value, *record["validated_answers"]]
            found.append(value)
        said = f"{self.kind}, {shortened(key)}" if self.records else self.kind
        if name is None:
            return Items(said, found, self.lines, None)
        ids = self._ids(name)
        return Items(f"{said} by {shortened(name)}", found, self.lines, ids)

    def _ids(self, name: str) -> list[str]:
        ids = []
        for record, line in zip(self.records, self.lines, strict=True):
            where = self.source.where(line)
            if name not in record:
                message = f"there is no key {shortened(name)}"
                raise lacking(record, message, "--id-key", where)
            value = record[name]
            if not isinstance(value, str | int) or isinstance(value, bool):
                message = f"{name} is {spelt(value)}: ids are strings or whole numbers"
                raise LayoutError(message, where=where)
            ids.append(str(value))
        return ids


def _of_lines(content: _Content, side: str, known: Sequence[str], keys: Keys) -> Items:
    """Return what lines of text have: TREC's, a table with a header, or a text on each."""
    lines: Sequence[str] = content.lines
    where = content.source.where
    if keys.ranked and lines and len(lines[0].split()) == (_QRELS if side == "gold" else _RUN):
        return _trec(content, side)
    if table := _table(content, known):
        return table.items(side, known, keys)
    if keys.ranked or (lines and "\t" in lines[0]) or _ending(content.source) in _TABLES:
        what = "ranked lists are in JSON, or TREC's files" if keys.ranked else "this is a table"
        raise LayoutError(
            f"{what}, and its header has no known name ({', '.join(known[:4])}…)",
            where=where(1),
            hint=f"--{side[:4]}-key names the column or key of the {side} ones",
        )
    if keys.given(side) is not None or keys.id is not None:
        raise LayoutError("lines of text have no keys", where=content.source.name)
    return Items("a text on each line", [*lines], range(1, len(lines) + 1), None)


def _table(content: _Content, known: Collection[str]) -> _Records | None:
    """Return the rows of a table whose header has a known name; None if this is none."""
    lines: Sequence[str] = content.lines
    where = content.source.where
    first = lines[0] if lines else ""
    quotes = _ending(content.source) == ".csv"
    mark = max(",;", key=first.count) if quotes else "\t"
    if mark not in first:
        return None
    rows = rows_of(lines, mark, where, quotes=quotes)
    if not {*known} & {*rows[0][1]}:
        return None
    found = records_of(rows, where)
    records = [record for _, record in found]
    return _Records(
        content.source, records, [line for line, _ in found], "CSV" if quotes else "TSV"
    )


def _ending(source: Source) -> str:
    """Return the end of a file's name, without that of how it is compressed."""
    name, ending = os.path.splitext(source.name.lower())
    return os.path.splitext(name)[1] if ending in COMPRESSIONS.values() else ending


def _trec(content: _Content, side: str) -> Items:
    """Return the lists of TREC's files: the relevant of qrels, or a run by falling scores."""
    kept: dict[str, list[tuple[float, str]]] = {}
    first: dict[str, int] = {}
    size = _QRELS if side == "gold" else _RUN
    for number, line in enumerate(content.lines, 1):
        cells = line.split()
        if not cells:
            continue
        value = cells[3] if side == "gold" and len(cells) == size else cells[-2:][0]
        try:
            score = float(value)
            if len(cells) != size or math.isnan(score):
                raise ValueError
        except ValueError:
            said = (
                "query 0 document relevance"
                if side == "gold"
                else "query Q0 document rank score run"
            )
            message = f"{shortened(line)} is no line of TREC's: {said}"
            raise LayoutError(message, where=content.source.where(number)) from None
        lists = kept.setdefault(cells[0], [])
        first.setdefault(cells[0], number)
        if side != "gold" or score > 0:
            lists.append((score, cells[2]))
    # As trec_eval orders them: by score, of equal ones the last in the alphabet first.
    found = [[name for _, name in sorted(some, reverse=True)] for some in kept.values()]
    kind = "TREC qrels" if side == "gold" else "TREC run"
    return Items(kind, found, [*first.values()], [*kept])


def _squad(content: _Content, articles: Sequence[Any]) -> Items:
    """Return the references of a file of SQuAD's."""
    ids, found = [], []
    try:
        for article in articles:
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    ids.append(str(question["id"]))
                    found.append(question["answers"])
    except (KeyError, TypeError) as error:
        message = f"not as SQuAD's files are: data, paragraphs, qas, id, answers ({error})"
        raise LayoutError(message, where=content.source.name) from None
    return Items("SQuAD", found, [content.lines[0]] * len(found), ids)


def _drop(content: _Content, passages: Mapping[str, Any]) -> Items:
    """Return the references of a file of DROP's."""
    ids, found = [], []
    try:
        for passage in passages.values():
            for pair in passage["qa_pairs"]:
                ids.append(str(pair["query_id"]))
                found.append([pair["answer"], *pair.get("validated_answers", ())])
    except (KeyError, TypeError) as error:
        message = f"not as DROP's files are: qa_pairs, query_id, answer ({error})"
        raise LayoutError(message, where=content.source.name) from None
    return Items("DROP", found, [content.lines[0]] * len(found), ids)


def _references_of(value: Any) -> list[Answer]:
    """Return the references that a value says."""
    if isinstance(value, dict) and isinstance(value.get("text"), list):
        value = value["text"]
    return [_reference_of(one) for one in (value if isinstance(value, list) else [value])]


def _reference_of(value: Any) -> Answer:
    """Return one reference: a text, or several spans."""
    if isinstance(value, dict) and {"number", "spans", "date"} & value.keys():
        return _answer_of_drop(value)
    if isinstance(value, dict) and "text" in value:
        value = value["text"]
    return _answer_of(value)


def _answer_of_drop(value: Mapping[str, Any]) -> Answer:
    """Return an answer of DROP's, which is a number, spans or a date, as its script reads it."""
    if value.get("number"):
        return str(value["number"])
    if spans := value.get("spans"):
        return _answer_of(spans)
    date = value.get("date") or {}
    return " ".join(str(date.get(part, "")) for part in ("day", "month", "year"))


def _answer_of(value: Any) -> Answer:
    """Return an answer: a text, or several spans."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(span, str) for span in value):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise LayoutError(f"{spelt(value)} is no text", hint=_NO_ANSWER if value is None else "")


def _relevant_of(value: Any) -> Collection[str]:
    """Return what is relevant: a list of ids, or those that have a positive number."""
    if isinstance(value, dict):
        if not all(isinstance(grade, int | float) for grade in value.values()):
            raise LayoutError(f"{spelt(value)}: the relevance of an id is to be a number")
        return [name for name, grade in value.items() if grade > 0]
    return _list_of(value)


def _list_of(value: Any) -> list[str]:
    """Return a list of ids."""
    kinds = isinstance(value, list) and {*map(type, value)}
    if kinds is False or not kinds <= {str, int}:
        raise LayoutError(f"{spelt(value)} is no list of ids")
    return [*map(str, value)]
