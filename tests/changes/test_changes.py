"""Changes between two systems: what is mended and broken is the difference of what is correct."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.changes.changes import CHANGES, OTHERS
from spanf1.mistakes.ledger import ERRORS
from tests.helpers.commands import write

tag = st.sampled_from(["O", "O", "B-A", "I-A", "B-B", "I-B", "I-C"])
token = st.tuples(tag, tag, tag)
sentences = st.lists(st.lists(token, min_size=1, max_size=9), min_size=1, max_size=5)
FAST = spanf1.Confidence(resamples=10)


def columns(rows, side):
    return "\n".join("".join(f"w {row[side]}\n" for row in sentence) for sentence in rows)


def spans_of(rows, side):
    return {
        (number, span.type, span.start, span.end)
        for number, sentence in enumerate(rows)
        for span in spanf1.decode([row[side] for row in sentence])
    }


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentences, st.sampled_from(["lenient", "strict"]), st.booleans())
def test_mended_less_broken_is_what_is_correct_more(tmp_path, rows, reading, mapped):
    for name, side in (("gold", 0), ("a", 1), ("b", 2)):
        (tmp_path / name).write_text(columns(rows, side), encoding="utf-8")
    gold, *systems = (str(tmp_path / name) for name in ("gold", "a", "b"))
    how = {"reading": reading, "scheme": "IOB2"}
    if mapped:
        how |= {"map_types": {"A": "B"}, "ignore_types": ["C"]}
    changes = spanf1.diff(gold, systems, options=spanf1.Options.of(how), confidence=FAST)
    results = [spanf1.score_file(gold, system, **how) for system in systems]
    counts, analyses = changes.counts, changes.analyses
    first, other = (result.micro for result in results)
    assert counts["mended"] - counts["broken"] == other.correct - first.correct
    assert sum(counts[name] for name in ("mended", "broken", "right", "wrong")) == first.gold
    assert counts["gone"] + counts["spurious"] == analyses[0].counts["spurious"]
    assert counts["new"] + counts["spurious"] == analyses[1].counts["spurious"]
    # By type, and by kind of error.
    for name, row in changes.types.items():
        correct = [result.types[name].correct if name in result.types else 0 for result in results]
        assert row["mended"] - row["broken"] == correct[1] - correct[0]
    kinds = changes.kinds
    assert [*kinds] == ERRORS
    for side, analysis in zip("ab", analyses, strict=True):
        assert {name: row[side] for name, row in kinds.items()} == {
            name: analysis.counts[name] for name in ERRORS
        }
    wrong = [name for name in ERRORS if name != "spurious"]
    assert sum(kinds[name]["mended"] for name in wrong) == counts["mended"]
    assert sum(kinds[name]["broken"] for name in wrong) == counts["broken"]
    # What is listed is what is counted, in reading order.
    entries = [*changes.entries(change="all")]
    assert Counter(entry.change for entry in entries) == +Counter(counts)
    spans = [
        entry.gold or next(one.predicted for one in (entry.a, entry.b) if one) for entry in entries
    ]
    places = [
        (entry.place.sentence, span.start) for entry, span in zip(entries, spans, strict=True)
    ]
    assert places == sorted(places)
    assert [*changes.entries()] == [entry for entry in entries if entry.change in OTHERS]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sentences)
def test_what_changed_is_what_sets_of_spans_say(tmp_path, rows):
    for name, side in (("gold", 0), ("a", 1), ("b", 2)):
        (tmp_path / name).write_text(columns(rows, side), encoding="utf-8")
    paths = [tmp_path / name for name in ("gold", "a", "b")]
    changes = spanf1.diff(paths[0], paths[1:], confidence=FAST)
    gold, a, b = (spans_of(rows, side) for side in (0, 1, 2))
    sets = {
        "mended": gold & b - a,
        "broken": gold & a - b,
        "right": gold & a & b,
        "wrong": gold - a - b,
    }
    assert {name: changes.counts[name] for name in sets} == {
        name: len(found) for name, found in sets.items()
    }
    for name, found in sets.items():
        said = {
            (entry.place.sentence - 1, entry.gold.type, entry.gold.start, entry.gold.end)
            for entry in changes.entries(change=name)
        }
        assert said == found


def record(*spans, text="abcdefghijkl", **more):
    rows = [{"start": start, "end": end, "label": kind} for kind, start, end in spans]
    return {"text": text, "spans": rows, **more}


def write_records(name, *records):
    write(name, "".join(f"{json.dumps(one)}\n" for one in records))


@pytest.mark.parametrize("seed", range(20))
def test_spans_that_overlap(run, seed):  # noqa: ARG001 - in its folder
    draw = random.Random(seed)

    def spans():
        starts = [draw.randrange(11) for _ in range(draw.randrange(6))]
        return [(draw.choice("AB"), start, draw.randrange(start + 1, 13)) for start in starts]

    for name in ("gold", "a", "b"):
        write_records(name, *(record(*spans()) for _ in range(4)))
    changes = spanf1.diff("gold", ["a", "b"], confidence=FAST)
    first, other = (spanf1.score_file("gold", name).micro for name in ("a", "b"))
    counts = changes.counts
    assert counts["mended"] - counts["broken"] == other.correct - first.correct
    assert counts["new"] - counts["gone"] == (
        changes.analyses[1].counts["spurious"] - changes.analyses[0].counts["spurious"]
    )
    assert Counter(entry.change for entry in changes.entries(change="all")) == +Counter(counts)


def test_systems_of_other_formats_have_the_same_spans(run):  # noqa: ARG001 - in its folder
    # Of the first system tokens are known; of the other one characters, and other white space.
    write("gold", "Ada B-PER\nSmith I-PER\nof O\nLeeds B-LOC\n")
    write("a", "Ada B-PER\nSmith O\nof B-X\nLeeds B-LOC\n")
    write_records("b", record(("PER", 0, 10), ("X", 11, 13), text="Ada  Smith of Leeds"))
    changes = spanf1.diff("gold", ["a", "b"], confidence=FAST)
    said = [
        (one.change, (one.gold or one.a.predicted).text) for one in changes.entries(change="all")
    ]
    assert said == [("mended", "Ada Smith"), ("spurious", "of"), ("broken", "Leeds")]


def test_gold_in_both_files_is_the_same_in_any_order(run):  # noqa: ARG001 - in its folder
    def both(gold, predicted):
        rows = [
            [{"start": start, "end": end, "label": kind} for kind, start, end in side]
            for side in (gold, predicted)
        ]
        return {"text": "abcdefghijkl", "gold": rows[0], "pred": rows[1]}

    keys = {"gold_key": "gold", "pred_key": "pred"}
    write_records("a", both([("A", 0, 2), ("B", 4, 6)], [("B", 4, 6)]))
    write_records("b", both([("B", 4, 6), ("A", 0, 2)], [("A", 0, 2)]))
    changes = spanf1.diff(None, ["a", "b"], confidence=FAST, **keys)
    assert [(one.change, one.gold.type) for one in changes.entries()] == [
        ("mended", "A"),
        ("broken", "B"),
    ]
    write_records("b", both([("B", 4, 6), ("A", 0, 3)], [("A", 0, 2)]))
    with pytest.raises(spanf1.AlignmentError, match="b: the gold spans are not those of a"):
        spanf1.diff(None, ["a", "b"], confidence=FAST, **keys)


def test_the_figures_are_those_of_compare(run):  # noqa: ARG001 - in its folder
    draw = random.Random(0)
    tags = ["O", "B-A", "B-B"]
    rows = [[[draw.choice(tags) for _ in range(3)] for _ in range(5)] for _ in range(30)]
    for side, name in enumerate(("gold", "a", "b")):
        write(name, columns(rows, side))
    changes = spanf1.diff("gold", {"one": "a", "two": "b"})
    testing = spanf1.RankingOptions(reference="one", correction="none")
    ranking = spanf1.compare("gold", {"one": "a", "two": "b"}, testing=testing)
    assert changes.difference == ranking.differences[0]
    assert changes.names == ("one", "two")


@pytest.mark.parametrize(
    ("systems", "options", "message"),
    [
        (["a"], {}, "two systems are held against each other, and 1 are given"),
        (["a", "b", "gold"], {}, "and 3 are given"),
        ("ab", {}, "systems are to be a dict"),
        (["a", "b"], {"match": "partial"}, "there is no other match"),
    ],
)
def test_wrong_usage(run, systems, options, message):  # noqa: ARG001 - in its folder
    for name in ("gold", "a", "b"):
        write(name, "w B-A\n")
    with pytest.raises(spanf1.UsageError, match=message):
        spanf1.diff(Path("gold"), systems, options=spanf1.Options(**options))


def test_keywords_say_what_options_say(run):  # noqa: ARG001 - in its folder
    write("gold", "w B-A x\nv I-A x\n")
    write("a", "w I-A x\nv I-A x\n")
    given = {"reading": "strict", "scheme": "IOB2", "beta": 2}
    how = {"tag_column": 2, "confidence": FAST}
    said, whole = (
        spanf1.diff("gold", ["a", "gold"], **one, **how)
        for one in (given, {"options": spanf1.Options.of(given)})
    )
    assert said.to_json() == whole.to_json()
    assert said.counts["mended"] == 1
    level = spanf1.diff("gold", ["a", "gold"], tag_column=2, confidence=0.9)
    assert level.alpha == 0.1
    with pytest.raises(spanf1.UsageError, match="options and single keywords say the same"):
        spanf1.diff("gold", ["a", "gold"], options=spanf1.Options(), reading="strict")


def test_the_face_of_changes(run):  # noqa: ARG001 - in its folder
    write("gold", "w B-A\nv O\nu B-<b>\n")
    write("a", "w O\nv O\nu B-A\n")
    changes = spanf1.diff("gold", {"a": "a", "b": "gold"}, confidence=FAST)
    assert "Spans that changed" in str(changes)
    assert changes.to_csv().splitlines()[1].startswith("mended,missed,,")
    assert len(changes.to_csv().splitlines()) == 1 + len([*changes.entries()])
    assert "<b>" not in changes.to_html()
    data = json.loads(changes.to_json())
    assert data["counts"] == changes.counts
    assert len(data["spans"]) == len([*changes.entries()])


@pytest.mark.parametrize("name", ["limit", "context"])
def test_negative_numbers(run, name):  # noqa: ARG001 - in its folder
    write("gold", "w B-A\n")
    changes = spanf1.diff("gold", {"a": "gold", "b": "gold"}, confidence=FAST)
    with pytest.raises(spanf1.UsageError, match=f"{name} is -1"):
        next(changes.entries(**{name: -1}))


def test_the_words_for_changes():
    assert {*OTHERS} < {*CHANGES}
    assert all(CHANGES.values())


def listed(changes):
    return [
        (one.change, (one.gold or (one.a or one.b).predicted).text) for one in changes.entries()
    ]


def test_nested_levels(run):  # noqa: ARG001 - in its folder
    write("gold", "a B-A B-X\nb I-A O\n\nc B-A O\nd O O\n")
    write("a", "a B-A O\nb I-A O\n\nc O O\nd O B-Z\n")
    write("b", "a B-A B-X\nb O O\n\nc B-A O\nd O O\n")
    changes = spanf1.diff("gold", ["a", "b"], confidence=FAST, gold_column="2,3", pred_column="2,3")
    assert listed(changes) == [
        ("mended", "a"),
        ("broken", "a b"),
        ("mended", "c"),
        ("gone", "d"),
    ]


def test_discontinuous_spans(run, tmp_path):  # noqa: ARG001 - in its folder
    whole, part, place = "PER 0 3;4 9\tAda Smith", "PER 0 3\tAda", "LOC 13 18\tLeeds"
    for name, spans in (("gold", [whole, place]), ("a", [part, place]), ("b", [whole])):
        (tmp_path / name).mkdir()
        write(f"{name}/d.txt", "Ada Smith of Leeds")
        write(f"{name}/d.ann", "".join(f"T{n}\t{said}\n" for n, said in enumerate(spans, 1)))
    changes = spanf1.diff("gold", {"a": "a", "b": "b"}, confidence=FAST)
    assert listed(changes) == [("mended", "Ada Smith"), ("broken", "Leeds")]


@pytest.mark.parametrize(("missing", "said"), [("outside", ["a", "c"]), ("drop", ["", ""])])
def test_predictions_that_stop_early(run, missing, said):  # noqa: ARG001 - in its folder
    write("gold", "a B-A\nb O\n\nc B-A\nd O\n")
    write("a", "a O\n\nc O\n")
    write("b", "a B-A\n\nc B-A\n")
    changes = spanf1.diff("gold", ["a", "b"], confidence=FAST, missing=missing)
    assert listed(changes) == [("mended", text) for text in said]
