"""Each row of `spanf1 schemes` against the software that it is named after, on random files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import seqeval.scheme
from nervaluate import Evaluator
from seqeval.metrics.sequence_labeling import get_entities
from seqscore.encoding import EncodingError, get_encoding

import spanf1
from spanf1.scorers.comparison import Comparison
from tests.helpers.explained import explained
from tests.helpers.oracles import (
    ALPHABETS,
    MAKERS,
    SEQSCORE_NAMES,
    altered,
    seqscore_counts,
    well_formed,
)

pytestmark = pytest.mark.filterwarnings("ignore:.* seems not to be NE tag")

SEQEVAL_SCHEMES = ("IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU")
REPAIRS = ("conlleval", "discard", "none")


def counts_of(found: Comparison) -> dict[str, tuple[int, int, int] | str]:
    return {
        row.scorer.name: tuple(row.score[4:]) if row.score else row.scorer.refuses
        for row in found.rows
    }


def overlap(gold: set, predicted: set) -> tuple[int, int, int]:
    return len(gold), len(predicted), len(gold & predicted)


def seqeval_default(gold, predicted):
    return overlap(*({*get_entities(side)} for side in (gold, predicted)))


def seqeval_strict(gold, predicted, name):
    scheme = getattr(seqeval.scheme, name)
    sides = [seqeval.scheme.Entities(side, scheme).entities for side in (gold, predicted)]
    return overlap(*({entity for one in side for entity in one} for side in sides))


def seqscore(gold, predicted, name, repair):
    rows = seqscore_counts(gold, predicted, name, None if repair == "none" else repair).values()
    return tuple(map(sum, zip(*rows, strict=True))) if rows else (0, 0, 0)


def hipe_spans(sentences):
    """Collect entities as the HIPE scorer does: S is rewritten to B, E to I; I is all but B."""
    found = set()
    for number, tags in enumerate(sentences):
        start, kind = None, None
        for position, tag in enumerate([*tags, "O"]):
            prefix, _, name = tag.partition("-")
            prefix = {"S": "B", "E": "I"}.get(prefix, prefix)
            if start is not None and (prefix in "OB" or name != kind):
                found.add((number, start, position, kind))
                start = None
            if start is None and prefix != "O":
                start, kind = position, name
    return found


def nervaluate(gold, predicted):
    types = sorted({tag.partition("-")[2] for side in (gold, predicted) for s in side for tag in s})
    result = Evaluator(gold, predicted, types, "list").evaluate()["overall"]["strict"]
    return result.possible, result.actual, result.correct


def refuses(call, *args) -> bool:
    """Return whether a scorer raises an error, each in its own way."""
    try:
        call(*args)
    except (ValueError, KeyError, AssertionError, EncodingError):
        return True
    return False


def total(result: spanf1.Result) -> tuple[int, int, int]:
    return tuple(result.counts.total)


def check(found: Comparison, gold, predicted) -> None:
    rows = counts_of(found)
    assert rows.pop("conlleval script") == total(
        spanf1.evaluate(gold, predicted, reading="conlleval")
    )
    assert rows.pop("seqeval default") == seqeval_default(gold, predicted)
    assert rows.pop("HIPE") == overlap(*(hipe_spans(side) for side in (gold, predicted)))
    assert rows.pop("spanf1 lenient") == total(spanf1.evaluate(gold, predicted))
    for name in [name for name in rows if name.startswith("spanf1 strict")]:
        given = found.result.gold_schemes[0] if "both" in name else found.result.pred_schemes[0]
        schemes = {"gold_scheme": found.result.gold_schemes[0], "pred_scheme": given}
        strict = spanf1.evaluate(gold, predicted, reading="strict", **schemes)
        assert rows.pop(name) == total(strict), name
    said = rows.pop("nervaluate strict")
    assert isinstance(said, str) == refuses(nervaluate, gold, predicted)
    assert isinstance(said, str) or said == nervaluate(gold, predicted)
    check_seqeval_strict(rows, gold, predicted)
    check_seqscore(rows, gold, predicted)
    assert not rows


def check_seqeval_strict(rows, gold, predicted) -> None:
    names = [name for name in rows if name.startswith("seqeval strict")]
    for name in names:
        said = rows.pop(name)
        if isinstance(said, str):
            assert all(refuses(seqeval_strict, gold, predicted, one) for one in SEQEVAL_SCHEMES)
        else:
            scheme = name.partition("(")[2].strip(")")
            assert said == seqeval_strict(gold, predicted, scheme), name
    assert names


def check_seqscore(rows, gold, predicted) -> None:
    ours = {name: scheme for scheme, name in SEQSCORE_NAMES.items()}
    for repair in REPAIRS:
        names = [name for name in rows if name.startswith(f"seqscore {repair}")]
        assert names
        for name in names:
            said = rows.pop(name)
            if not isinstance(said, str):
                scheme = ours[name.partition("(")[2].strip(")")]
                assert said == seqscore(gold, predicted, scheme, repair), name
            elif repair == "none":
                assert all(refuses(seqscore, gold, predicted, one, repair) for one in ours.values())
            else:
                assert not any(takes(gold + predicted, one, repair) for one in ours)


def takes(sentences, name: str, repair: str) -> bool:
    """Return whether the command line of seqscore takes tags, to be repaired in an encoding."""
    encoding = get_encoding(name)
    if repair not in encoding.supported_repair_methods():
        return False
    return all(
        encoding.is_valid_state(encoding.split_label(tag)[0]) for tags in sentences for tag in tags
    )


SCHEMES = list(ALPHABETS)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("maker", [*MAKERS, "well formed"])
def test_rows_are_what_the_software_says(scheme: str, maker: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(SCHEMES.index(scheme))
    for number in range(12):
        gold = well_formed(rng, scheme, 8)
        predicted = altered(rng, gold, scheme, noise=0.3)
        if maker == "well formed":
            predicted = [tags if number % 2 else ["O"] * len(tags) for tags in gold]
        elif number % 3 == 0:
            gold = MAKERS[maker](rng, scheme, 8)
            predicted = altered(rng, gold, scheme, noise=0.3)
        found = explained(tmp_path / "f", gold, predicted)
        check(found, gold, predicted)


@pytest.mark.parametrize("gold_scheme", SCHEMES)
def test_rows_where_the_two_sides_differ(gold_scheme: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(100 + SCHEMES.index(gold_scheme))
    for scheme in SCHEMES:
        gold = well_formed(rng, gold_scheme, 12)
        predicted = [[one] for tags in gold for one in tags]
        lengths = [len(tags) for tags in gold]
        flat = altered(rng, [["O"] * sum(lengths)], scheme, noise=0.5)[0]
        ends = np.cumsum(lengths)
        predicted = [flat[end - size : end] for end, size in zip(ends, lengths, strict=True)]
        check(explained(tmp_path / "f", gold, predicted), gold, predicted)
