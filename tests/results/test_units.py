"""What is drawn where nobody says it: documents, if two or more are marked, else sentences."""

from __future__ import annotations

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import spanf1
from spanf1.core.options import UNITS, Confidence
from spanf1.exceptions import UsageError
from spanf1.ranking.compare import compare
from spanf1.ranking.rank import RankingOptions
from tests.helpers.commands import write

pytestmark = pytest.mark.usefixtures("run")

QUICK = Confidence(resamples=100)
SENTENCES = ("a B-A B-A\n", "b B-A O\n", "c O B-A\nd B-B B-B\n")
MARK = "-DOCSTART- O O\n\n"
FEW_NOTE = "--unit sentence draws more, and is too sure of itself where the sentences of a document"
ONE_NOTE = "one document is marked, and of one none can be drawn: sentences are drawn"
WARNING = "documents are marked: intervals by sentence are too narrow where the sentences of one"


def columns(*documents: int, mark: str = MARK) -> str:
    """Return a file of documents of so many sentences."""
    sentences = itertools.cycle(SENTENCES)
    return "".join(mark + "".join(f"{next(sentences)}\n" for _ in range(n)) for n in documents)


def texts(count: int) -> str:
    """Return so many texts with spans of both sides."""
    spans = [{"start": 0, "end": 1, "label": "A"}], [{"start": 2, "end": 3, "label": "A"}], []
    pairs = itertools.product(spans, repeat=2)
    rows = [{"text": "a b", "gold": g, "pred": p} for g, p in pairs]
    return "".join(json.dumps(row) + "\n" for row in (rows * count)[:count])


def scored(file, unit="auto", **options):
    return spanf1.score_file(file, confidence=Confidence(resamples=100, unit=unit), **options)


# A file, what is drawn of it, and how many.
DRAWN = {
    "no mark": (columns(5, mark=""), "sentence", 5),
    "two marks": (columns(3, 2), "document", 2),
    "# newdoc": (columns(3, 2, mark="# newdoc id = x\n"), "document", 2),
    "one mark": (columns(5), "sentence", 5),
    "one mark, behind the first sentence": (columns(1, mark="") + columns(3), "document", 2),
    "a mark without tokens": (MARK + columns(4), "sentence", 4),
    "only a mark": (MARK, "sentence", 0),
    "texts": (texts(9), "document", 9),
    "one text": (texts(1), "sentence", 1),
    "tokens": (
        '{"tokens": ["a", "b"], "gold": ["B-A", "O"], "pred": ["O", "O"]}\n' * 4,
        "sentence",
        4,
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_drawn(name) -> None:
    content, unit, count = DRAWN[name]
    write("f", content)
    result = scored("f")
    assert (result.tally.units.kind, result.certainty.units) == (unit, count)
    assert f"/{unit}/0|" in str(result.signature())
    assert result.to_dict()["confidence"]["unit"] == unit
    # as if it had been asked for
    expected = scored("f", unit)
    assert str(expected.certainty) == str(result.certainty)
    assert str(expected) == str(result)


def test_a_text_is_one_unit_either_way() -> None:
    write("f", texts(20))
    by_sentence, by_document = (scored("f", unit).certainty for unit in UNITS)
    assert by_sentence == by_document


def test_brat_is_drawn_by_document(run) -> None:
    for side in ("gold", "pred"):
        Path(side).mkdir()
        for number in range(3):
            write(f"{side}/{number}.txt", "Ada met Bob")
            span = "T1\tPER 0 3\tAda\n" * (side == "gold" or number > 0)
            write(f"{side}/{number}.ann", span)
    assert "/document/0|" in run("score", "gold", "pred", "--confidence", ".9", "--signature").out


@pytest.mark.parametrize("marked", [(True, False), (False, True)])
def test_gold_says_where_documents_begin(marked) -> None:
    for name, column, with_marks in zip("gp", (1, 2), marked, strict=True):
        rows = columns(3, 2, mark=MARK * with_marks).split("\n")
        cells = [[*itertools.compress(row.split(), (1, column == 1, column == 2))] for row in rows]
        write(name, "\n".join(" ".join(row) for row in cells))
    result = scored("g", pred_file="p")
    assert result.tally.units.kind == ("document" if marked[0] else "sentence")


def test_parts_of_a_file(monkeypatch) -> None:
    rng = np.random.default_rng(0)
    monkeypatch.setattr("spanf1.formats.opening.PART_SIZE", 200)
    contents = [
        columns(*rng.integers(1, 4, 60)),
        columns(100, mark=""),
        columns(50, mark="") + columns(50),
        columns(100),
        texts(60),
        texts(1),
    ]
    for content in contents:
        write("f", content)
        with ThreadPoolExecutor(2) as executor:
            parted = scored("f", executor=executor)
        whole = scored("f")
        assert str(parted.certainty) == str(whole.certainty)
        assert str(parted.signature()) == str(whole.signature())


# Several files: together they are as many documents.

FOLDERS = {
    "one document each": ([columns(2), columns(3), columns(1)], "document", 3),
    "some without": ([columns(2, mark=""), columns(2, mark=""), columns(2, 2)], "document", 4),
    "none marked": ([columns(2, mark=""), columns(3, mark="")], "sentence", 5),
    "one marked": ([columns(2), columns(3, mark="")], "sentence", 5),
}  # fmt: skip


@pytest.mark.parametrize("name", FOLDERS)
def test_several_files(run, name) -> None:
    contents, unit, count = FOLDERS[name]
    Path("folder").mkdir()
    for order in itertools.permutations(contents):
        for number, content in enumerate(order):
            write(f"folder/{number}.conll", content)
        data = json.loads(run("score", "folder", "--confidence", "0.9", "-f", "json").out)
        assert (data["confidence"]["unit"], data["confidence"]["units"]) == (unit, count)


def test_results_that_are_added() -> None:
    for name, content in (("a", columns(2)), ("b", columns(1, 2)), ("c", columns(3, mark=""))):
        write(name, content)
    a, b, c = map(scored, "abc")
    assert [(a + a).tally.units.kind, (a + b).certainty.units, (c + b).certainty.units] == [
        "document",
        3,
        3,
    ]
    assert (c + c).tally.units.kind == "sentence"
    kinds = [sum([scored(name, unit) for name in "ab"]).tally.units.kind for unit in UNITS]
    assert kinds == [*UNITS]


# What is said of it.


def words(ran) -> str:
    assert ran.code == 0
    return " ".join(ran.out.split())


def test_few_documents(run) -> None:
    write("f", columns(3, 2))
    said = words(run("score", "f", "--confidence", ".95"))
    assert "2 documents are too few for intervals to be trusted: they are too narrow" in said
    assert FEW_NOTE in said
    # The hint, followed.
    said = words(run("score", "f", "--confidence", ".95", "--unit", "sentence"))
    assert "resamples of 5 sentences" in said
    assert f"2 {WARNING}" in said
    assert FEW_NOTE not in said
    write("g", columns(5))
    said = words(run("score", "g", "--confidence", ".95"))
    assert ONE_NOTE in said
    write("h", columns(*[3] * 10))
    said = words(run("score", "h", "--confidence", ".95"))
    assert "too few" not in said
    assert "documents are marked" not in said
    # A text has no sentences to draw.
    write("t", texts(4))
    said = words(run("score", "t", "--confidence", ".95"))
    assert "4 documents are too few" in said
    assert FEW_NOTE not in said
    assert WARNING not in words(run("score", "t", "--confidence", ".95", "--unit", "sentence"))


def test_in_other_layouts_notes_say_it(run) -> None:
    write("f", columns(3, 2))
    for layout in ("csv", "tsv", "markdown", "latex"):
        ran = run("score", "f", "--confidence", ".95", "-f", layout)
        assert "2 documents are too few for intervals to be trusted" in ran.err
        assert "gold spans: too few for any interval to be trusted" in ran.err


def test_compare_draws_documents(run) -> None:
    write("a", columns(*[3] * 12))
    write("b", columns(*[3] * 12).replace("b B-A O", "b B-A B-A"))
    said = words(run("compare", "--merged", "a", "b"))
    assert "36 tokens" not in said
    assert "12 documents" in said
    assert "approximate randomisation: documents are swapped" in said
    assert "/document/0|" in said
    assert f"12 {WARNING}" in words(run("compare", "--merged", "a", "b", "--unit", "sentence"))
    found = compare(None, ["a", "b"], testing=RankingOptions(confidence=QUICK))
    assert (found.testing.confidence.unit, found.units) == ("document", 12)
    write("c", columns(36, mark=""))
    write("d", columns(36, mark=""))
    assert "36 sentences" in words(run("compare", "--merged", "c", "d"))
    write("e", columns(36))
    said = words(run("compare", "--merged", "e", "f=e"))
    assert "36 sentences" in said
    assert ONE_NOTE in said


def test_documents_are_not_there_to_be_drawn() -> None:
    write("f", columns(3, mark=""))
    with pytest.raises(UsageError, match="the input marks no documents"):
        scored("f", "document")


def test_a_signature_says_what_was_drawn() -> None:
    write("f", columns(3, 2))
    line = str(scored("f").signature())
    assert spanf1.Signature.parse(line).confidence == Confidence(resamples=100, unit="document")
    with pytest.raises(UsageError):
        spanf1.Signature.parse(line.replace("/document/", "/auto/"))


def test_results_of_earlier_versions(run) -> None:
    write("f", columns(3, 2))
    data = json.loads(run("score", "f", "--confidence", ".95", "-f", "json").out)
    # Then sentences were drawn, and fewer things said of it.
    data["signature"] = data["signature"].replace("/document/", "/sentence/")
    data["confidence"] = {"level": 0.95, "resamples": 10000, "unit": "sentence", "units": 5}
    write("old.json", json.dumps(data))
    assert run("rescore", "old.json").code == 0
    assert spanf1.Signature.parse(data["signature"]).confidence == Confidence(unit="sentence")


# Few gold spans.


def rows(**spans: int) -> str:
    """Return sentences with so many gold spans of each type, of which half are found."""
    names = [name for name, count in spans.items() for _ in range(count)]
    return "".join(f"w B-{n} {('O', f'B-{n}')[k % 2]}\n\n" for k, n in enumerate(names))


SPANS = {
    "one type of few": ({"A": 9, "B": 10, "C": 30}, "A", 49),
    "none": ({"A": 10, "B": 10}, "", 20),
    "all": ({"A": 9, "B": 9}, "A B", 18),
    "few in all": ({"A": 5, "B": 4}, "A B", 9),
}


@pytest.mark.parametrize("name", SPANS)
def test_few_gold_spans(run, name) -> None:
    spans, few, total = SPANS[name]
    write("f", rows(**spans))
    certainty = scored("f").certainty
    assert (certainty.few_types, certainty.spans) == (tuple(few.split()), total)
    said = words(run("score", "f", "--confidence", ".95"))
    of_types = "fewer than 10 gold spans: intervals of these types are not to be trusted"
    in_all = f"{total} gold spans: too few for any interval to be trusted"
    assert (in_all in said) == (total < 10)
    assert (of_types in said) == (total >= 10 and bool(few))
    if of_types in said:
        assert f"most are too narrow: {few.replace(' ', ', ')} signature" in said
    data = json.loads(run("score", "f", "--confidence", ".95", "-f", "json").out)
    assert data["confidence"]["few_types"] == few.split()
    assert of_types not in words(run("score", "f"))
    # The same where systems are compared.
    write("g", rows(**spans))
    arguments = "compare", "--merged", "f", "g", "--resamples", "50"
    said = words(run(*arguments, "--per-type"))
    assert (in_all in said) == (total < 10)
    assert (of_types in said) == bool(few)
    assert of_types not in words(run(*arguments))
    data = json.loads(run(*arguments, "--per-type", "-f", "json").out)
    assert data["few_types"] == few.split()


def test_many_types_of_few_spans(run) -> None:
    write("f", rows(**{f"T{number:03}": 1 for number in range(300)}))
    said = words(run("score", "f", "--confidence", ".95", "--resamples", "10"))
    named = ", ".join(f"T{number:03}" for number in range(8))
    assert f"most are too narrow: {named} and 292 others" in said
    assert f"{named}, T008 " not in said


def test_one_unit_has_no_interval_to_trust(run) -> None:
    write("f", rows(A=1))
    said = words(run("score", "f", "--confidence", ".95"))
    assert "there is one sentence, and all resamples of one are the same" in said
    assert "too few" not in said
