"""One sentence explained: the shares of its spans are those that scores are made of."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import spanf1
from spanf1.core.credits import parse_rule
from spanf1.mistakes.explain import TOLD, explained
from tests.helpers.oracles import altered, uniform

tag = st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"])
RULES = ["exact", "boundary", "type", "partial", "muc", "overlap:0.5", "jaccard", "left", "n2c2"]


def analysed(gold, predicted):
    return {name: spanf1.analyze([gold], [predicted], reading=name, scheme="IOB2") for name in TOLD}


@given(st.lists(st.tuples(tag, tag), min_size=1, max_size=9), st.sampled_from(RULES))
def test_shares_add_up_to_the_score(rows, match):
    gold, predicted = ([row[side] for row in rows] for side in (0, 1))
    assume({*gold, *predicted} != {"O"})
    explanation = explained(analysed(gold, predicted), sentence=1)
    for reading, fates in explanation.fates.items():
        result = spanf1.evaluate([gold], [predicted], reading=reading, scheme="IOB2", match=match)
        sums = {
            side: [
                fate.credits[match] for fate in fates if fate.side == side and match in fate.credits
            ]
            for side in ("gold", "predicted")
        }
        for side, figure in (("gold", result.micro.recall), ("predicted", result.micro.precision)):
            shares = sums[side]
            assert (sum(shares) / len(shares) if shares else 0.0) == pytest.approx(figure)


def test_fates_in_words():
    gold, predicted = ["B-PER", "I-PER", "O", "B-LOC"], ["B-PER", "O", "O", "I-LOC"]
    explanation = explained(analysed(gold, predicted), sentence=1)
    lenient, strict = explanation.fates["lenient"], explanation.fates["strict"]
    said = [(fate.side, fate.span.type, fate.kind, fate.how, fate.fair) for fate in lenient]
    assert said == [
        ("gold", "PER", "boundary", "short", "BES"),
        ("gold", "LOC", "correct", "", "TP"),
        ("predicted", "PER", "boundary", "short", "BES"),
        ("predicted", "LOC", "correct", "", "TP"),
    ]
    assert [(fate.side, fate.kind) for fate in strict if fate.span.type == "LOC"] == [
        ("gold", "missed")
    ]
    assert lenient[0].credits["partial"] == 0.5
    assert lenient[0].partner == lenient[2].span
    assert all(parse_rule(name) for name in lenient[0].credits)


def test_what_is_not_there():
    analyses = analysed(["O"], ["O"])
    with pytest.raises(spanf1.UsageError, match="sentence 1 has no span"):
        explained(analyses, sentence=1)
    with pytest.raises(spanf1.UsageError, match="no span begins at line 3"):
        explained(analyses, line=3)


def test_a_span_that_does_not_count_earns_nothing():
    # n2c2 leaves out further predictions on a span of gold.
    gold, predicted = ["B-A", "I-A", "I-A"], ["B-A", "O", "B-A"]
    fates = explained(analysed(gold, predicted), sentence=1).fates["lenient"]
    assert [fate.credits.get("n2c2") for fate in fates] == [1.0, 1.0, None]


def test_each_reading_says_what_it_does():
    gold, predicted = ["B-PER", "I-PER", "O", "B-LOC"], ["B-PER", "O", "O", "I-LOC"]
    explanation = spanf1.explain([gold], [predicted], tokens=[["Ada", "Byron", "in", "Rome"]])
    assert [*explanation.fates] == ["lenient", "strict"]
    (refused,) = explanation.refused
    assert (refused.side, refused.span.text, refused.fault) == (
        *("predicted", "Rome", "O → I in IOB2"),
    )
    assert explanation.conlleval == {"LOC": (1, 1, 1), "PER": (1, 1, 0)}
    assert "ill-formed  predicted LOC 'Rome' (token 3): O → I in IOB2" in str(explanation)
    well = spanf1.explain([gold], [gold])
    assert well.fates["error"] == well.fates["lenient"] == well.fates["strict"]
    assert well.to_dict()["conlleval"]["PER"] == {"gold": 1, "predicted": 1, "correct": 1}
    with pytest.raises(spanf1.IllFormedError):
        spanf1.evaluate([gold], [predicted], reading="error")


@pytest.mark.parametrize("kind", ["lists", "columns", "records", "arrays", "masked"])
def test_the_script_counts_the_sentence_by_itself(kind, tmp_path):
    rng = np.random.default_rng(3)
    gold = uniform(rng, "IOBES", 40, longest=20)
    predicted = altered(rng, gold, "IOBES")
    path, how = tmp_path / "f", {}
    rows = [[*zip(*sides, strict=True)] for sides in zip(gold, predicted, strict=True)]
    if kind == "columns":
        path.write_text("\n".join("".join(f"w {a} {b}\n" for a, b in row) for row in rows))
        sides = (path,)
    elif kind == "masked":
        # A sentence of which no token counts is none.
        masked = "".join("w X O\n" for _ in range(5)) + "\n"
        path.write_text(
            masked + masked.join("".join(f"w {a} {b}\n" for a, b in row) + "\n" for row in rows)
        )
        sides, how = (path,), {"mask_tags": ["X"]}
    elif kind == "records":
        records = (
            {"tokens": ["w"] * len(row), "gold": [*a], "pred": [*b]}
            for row in rows
            for a, b in [zip(*row, strict=True)]
        )
        path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
        sides = (path,)
    else:
        sides = gold, predicted
        if kind == "arrays":
            how["labels"] = sorted({tag for tags in [*gold, *predicted] for tag in tags})
            sides = [
                [[how["labels"].index(tag) for tag in tags] for tags in side] for side in sides
            ]
    count = 0
    for number, (one, other) in enumerate(zip(gold, predicted, strict=True), 1):
        counts = spanf1.evaluate([one], [other], reading="conlleval").counts.types
        if {*one, *other} == {"O"}:
            continue
        found = spanf1.explain(*sides, sentence=number, scheme="IOBES", **how)
        assert found.conlleval == counts
        count += 1
        if count == 12:
            break


def test_texts_are_explained_as_they_are_scored():
    text = "Ada Byron in Rome and London"
    gold = [{"text": text, "spans": [[0, 9, "PER"], [13, 28, "LOC"]]}, {"text": "b", "spans": []}]
    predicted = [{"text": text, "spans": [[0, 3, "PER"], [13, 17, "LOC"], [22, 28, "ORG"]]}]
    predicted += [{"text": "b", "spans": [[0, 1, "LOC"]]}]
    for number, sides in enumerate(zip(gold, predicted, strict=True), 1):
        explanation = spanf1.explain(gold, predicted, sentence=number)
        assert explanation.place.unit == "character"
        assert explanation.conlleval is None
        fates = explanation.fates["lenient"]
        for match in ["partial", "jaccard", "character", "overlap:0.5", "left", "coverage"]:
            micro = spanf1.evaluate([sides[0]], [sides[1]], match=match).micro
            for side, figure in ("gold", micro.recall), ("predicted", micro.precision):
                spans = [fate for fate in fates if fate.side == side]
                # A span weighs as much as it has characters, where these are what counts.
                sizes = [fate.span.end - fate.span.start for fate in spans]
                weights = sizes if match == "character" else [1] * len(spans)
                earned = sum(
                    fate.credits[match] * weight
                    for fate, weight in zip(spans, weights, strict=True)
                )
                assert figure == pytest.approx(earned / sum(weights) if spans else 0)


def test_parts_of_discontinuous_spans_count(tmp_path):
    for side, parts, said in ("gold", "0 3;10 14", "Ada Rome"), ("pred", "0 3", "Ada"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "a.txt").write_text("Ada in of Rome")
        (tmp_path / side / "a.ann").write_text(f"T1\tX {parts}\t{said}\n")
    explanation = spanf1.explain(tmp_path / "gold", tmp_path / "pred")
    fate = explanation.fates["lenient"][0]
    assert fate.credits["jaccard"] == pytest.approx(3 / 7)


def test_levels_of_tags_are_explained(tmp_path):
    path = tmp_path / "nested"
    path.write_text("Ada B-A O B-A O\nof I-A O I-A O\nRome I-A B-B O I-B\n")
    how = {"gold_column": "2,3", "pred_column": "4,5"}
    explanation = spanf1.explain(path, line=1, scheme="IOB2", **how)
    assert explanation.conlleval is None
    assert [fate.span.text for fate in explanation.refused] == ["Rome"]
    assert [fate.side for fate in explanation.fates["strict"]] == ["gold", "gold", "predicted"]


def test_the_first_sentence_with_a_span_is_explained():
    assert spanf1.explain([["O"], ["B-A"]], [["O"], ["O"]]).place.sentence == 2
    with pytest.raises(spanf1.UsageError, match="there is no span in these tags"):
        spanf1.explain([["O"]], [["O"]])
    with pytest.raises(TypeError, match="reading"):
        spanf1.explain([["O"]], [["O"]], reading="error")
