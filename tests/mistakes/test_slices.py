"""Slices: counts and figures against plain Python, sums, intervals, and what is refused."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.exceptions import UsageError
from spanf1.formats.opening import both_inputs
from spanf1.formats.options import InputOptions
from spanf1.formats.source import source_of
from spanf1.mistakes.analyze import analyze_inputs
from spanf1.mistakes.properties import PROPERTIES, Spot, _case
from spanf1.mistakes.slices_report import slices_report
from spanf1.resampling.inference import adjusted

SAMPLE = Path(__file__).parents[2] / "corpora" / "sample" / "english.spacy.conll"
TRAINED = [name for name, one in PROPERTIES.items() if one.trains]
TRAIN = {"a": {"X": 3}, "b": {"X": 1, "Y": 3}, "a b": {"Y": 7}, "B": {"Y": 30}, "A": {"Z": 1}}
WORDS = ("a", "b", "B", "A", "1", "-")


@st.composite
def tagged(draw):
    """Return the tokens, the gold and the predicted tags of some sentences."""
    rng = random.Random(draw(st.integers(0, 1 << 32)))
    words, gold, predicted = [], [], []
    for _ in range(draw(st.integers(1, 8))):
        size = rng.randint(1, 14)
        words.append(rng.choices(WORDS, k=size))
        tags = rng.choices(("O", "B-X", "I-X", "B-Y", "I-Y"), k=size)
        gold.append(tags)
        predicted.append([tag if rng.random() < 0.8 else "O" for tag in tags])
    return words, gold, predicted


def spans_of(tags):
    """Return the spans of a sentence, lenient."""
    found, start = set(), None
    for place, tag in enumerate([*tags, "O"]):
        if start is not None and (tag[0] != "I" or tag[2:] != tags[start][2:]):
            found.add((start, place, tags[start][2:]))
            start = None
        if tag != "O" and start is None:
            start = place
    return found


def binned(value, bounds):
    """Return the name of the bin of a number."""
    for first, last in zip(bounds, [*(b - 1 for b in bounds[1:]), math.inf], strict=True):
        if first <= value <= last:
            return f"{first}+" if last == math.inf else str(first) + f"-{last}" * (last > first)
    return f"under {bounds[0]}"


def plain(by, words, gold, span):  # noqa: PLR0911 - a line for each property
    """Return the slice of a span, in plain Python."""
    start, end, kind = span
    form = " ".join(words[start:end])
    types = TRAIN.get(form, {})
    total = sum(types.values())
    covered = {k for first, last, _ in spans_of(gold) for k in range(first, last)}
    if by == "length":
        return binned(end - start, [1, 2, 3, 4, 5])
    if by == "sentence-length":
        return binned(len(words), [1, 11, 21, 41])
    if by == "density":
        return binned(math.ceil(100 * len(covered) / len(words)), [0, 1, 11, 21, 41])
    if by == "seen":
        return "this type" if kind in types else "other types" if types else "unseen"
    if by == "form-frequency":
        return binned(total, [0, 1, 2, 6, 21])
    if by == "consistency":
        share = types.get(kind, 0) / total if total else None
        names = {None: "unseen", 0: "0", 1: "1"}
        return names.get(share) or ("to 0.5" if share <= 0.5 else "over 0.5")
    if by == "position":
        ends = start == 0, end == len(words)
        return {(1, 1): "whole", (1, 0): "first", (0, 1): "last", (0, 0): "middle"}[ends]
    letters = [one for one in form if one.isalpha()]
    if not letters:
        return "digits" if "1" in form else "no case"
    if len({one.isupper() for one in letters}) == 1:
        return "UPPER" if letters[0].isupper() else "lower"
    # Words are of one letter: the first has a capital, and a capital in another is one, too.
    return "Title" if form[0].isupper() else "Mixed"


@pytest.mark.parametrize("by", PROPERTIES)
@settings(max_examples=25, deadline=None)
@given(data=tagged())
def test_counts_are_those_of_plain_python(by, data):
    words, gold, predicted = data
    expected = {name: Counter() for name in ("gold", "predicted", "correct")}
    for tokens, tags, others in zip(*data, strict=True):
        sides = spans_of(tags), spans_of(others)
        for name, spans in zip(expected, (*sides, sides[0] & sides[1]), strict=True):
            expected[name].update(plain(by, tokens, tags, span) for span in spans)
    analysis = spanf1.analyze(gold, predicted, tokens=words)
    slices = analysis.slices(by, train=TRAIN if by in TRAINED else None)
    for name, counts in expected.items():
        found = {one.name: getattr(one.score, name) for one in slices}
        assert {key: count for key, count in found.items() if count} == dict(counts)
        assert sum(found.values()) == getattr(analysis.result.micro, name)
    assert all(one.score.gold or one.score.predicted for one in slices)


@pytest.mark.parametrize("by", PROPERTIES)
def test_slices_of_the_sample_add_up(by):
    train = {"Senate": {"ORG": 4}} if by in TRAINED else None
    analysis = spanf1.analyze(SAMPLE)
    slices = analysis.slices(by, train=train)
    total = np.sum([one.score.counts for one in slices], axis=0)
    assert tuple(total) == analysis.result.micro.counts


def test_figures_of_the_sample():
    slices = spanf1.analyze(SAMPLE).slices("length")
    assert {one.name: tuple(one.score.counts) for one in slices} == {
        "1": (242, 195, 125),
        "2": (93, 54, 30),
        "3": (34, 40, 14),
        "4": (6, 9, 1),
        "5+": (3, 5, 1),
    }
    assert slices["1"].score.f1 == 250 / 437
    assert slices["1"].difference == 250 / 437 - 2 * 46 / (136 + 108)


def test_intervals_are_those_of_resampled_units_in_plain_python():
    """The sums of drawn documents, one by one: the ends agree but for what is drawn."""
    analysis = spanf1.analyze(SAMPLE)
    how = spanf1.Confidence(resamples=4000, unit="sentence")
    found = analysis.slices("case", confidence=how)
    counts = {}
    for entry in analysis.entries(kind="all"):
        for side, span in enumerate(entry[2:4]):
            if span is not None:
                row = counts.setdefault(entry.place.sentence, np.zeros((2, 3)))
                whole = entry.kind == "correct" and not side
                row[int(_case(_spot(span.text)) != "Title")] += [not side, side, whole]
    table = np.zeros((analysis.result.tally.sentences, 2, 3))
    table[: len(counts)] = [*counts.values()]
    drawn = np.random.default_rng(1).multinomial(len(table), [1 / len(table)] * len(table), 4000)
    sums = np.tensordot(drawn, table, 1)
    f = 2 * sums[..., 2] / (sums[..., 0] + sums[..., 1])
    one = found["Title"]
    for values, interval in ((f[:, 0], one.intervals.f1), (f[:, 0] - f[:, 1], one.apart)):
        assert np.quantile(values, [0.025, 0.975]) == pytest.approx([*interval], abs=0.01)
    observed = one.difference
    share = (np.abs(f[:, 0] - f[:, 1] - observed) >= abs(observed)).mean()
    assert one.p_value == pytest.approx(share, abs=0.01)


def _spot(text):
    return Spot("X", text, 0, 1, 1, 1, {})


def test_one_slice_has_the_interval_of_the_score():
    how = spanf1.Confidence(resamples=500, method="bca")
    result = spanf1.score_file(SAMPLE, map_types={"*": "_"}, confidence=how)
    slices = spanf1.analyze(SAMPLE, map_types={"*": "_"}).slices("length", bins=[1], confidence=how)
    (one,) = slices
    assert one.intervals == result.certainty.types["_"]
    assert (slices.units, slices.confidence.unit) == (result.certainty.units, "document")
    # There are no other spans.
    assert math.isnan(one.difference)
    assert math.isnan(one.p_value)


@pytest.mark.parametrize("unit", ["auto", "sentence", "document"])
def test_units_are_those_of_the_score(unit):
    how = spanf1.Confidence(resamples=10, unit=unit)
    result = spanf1.score_file(SAMPLE, confidence=how)
    slices = spanf1.analyze(SAMPLE).slices("length", confidence=how)
    assert slices.units == result.certainty.units
    assert slices.confidence == result.resampling


MARK, TWO = "-DOCSTART- O O\n\n", "a B-X B-X\n\nb B-X O\n\n"
MARKED = {
    "no mark": TWO,
    "one mark": MARK + TWO,
    "sentences before the mark": TWO + MARK + TWO,
    "two marks": MARK + TWO + MARK + TWO,
    "a document without tokens": MARK + MARK + TWO,
    "comments": f"# newdoc\n{TWO}# newdoc\n{TWO}",
    "texts": '{"text": "ab", "gold": [[0, 1, "X"]], "predicted": []}\n' * 3,
    "tokens": '{"tokens": ["a"], "gold_tags": ["B-X"], "pred_tags": ["O"]}\n' * 2
    + '{"tokens": [], "gold_tags": [], "pred_tags": []}\n',
}


@pytest.mark.parametrize("unit", ["auto", "sentence", "document"])
@pytest.mark.parametrize("name", MARKED)
def test_units_are_those_of_the_score_whatever_is_marked(tmp_path, name, unit):
    file = tmp_path / "file"
    file.write_text(MARKED[name])
    keys = {}
    if name in ("texts", "tokens"):
        ends = ("gold_tags", "pred_tags") if name == "tokens" else ("gold", "predicted")
        keys = dict(zip(("gold_key", "pred_key"), ends, strict=True))
    how = spanf1.Confidence(resamples=10, unit=unit)
    analysis = spanf1.analyze(file, **keys)
    try:
        units = spanf1.score_file(file, **keys, confidence=how).certainty.units
    except UsageError as error:
        with pytest.raises(UsageError, match=str(error)):
            analysis.slices("length", confidence=how)
    else:
        assert analysis.slices("length", confidence=how).units == units


def test_p_is_corrected_by_holm_for_all_slices():
    slices = spanf1.analyze(SAMPLE).slices("length", confidence=0.95)
    p_values = [one.p_value for one in slices]
    assert [one.p_adjusted for one in slices] == [*adjusted(p_values, "holm")]
    assert slices.compared == 5
    assert slices.differing == ["1"]


def test_one_unit_has_no_interval_and_no_p():
    gold, predicted = [["B-X", "O", "B-X"]], [["B-X", "O", "O"]]
    (one,) = spanf1.analyze(gold, predicted).slices("length", confidence=0.95)
    assert one.units == 1
    assert np.isnan([*one.intervals.f1, *one.apart, one.p_value, one.p_adjusted]).all()


def test_a_slice_in_one_unit_of_several_has_none():
    gold = [["B-X"]] * 9 + [["B-X", "I-X"]]
    predicted = [*gold[:5], *[["O"]] * 4, gold[9]]
    slices = spanf1.analyze(gold, predicted).slices("length", confidence=0.9)
    assert not math.isnan(slices["1"].intervals.f1.low)
    assert np.isnan([*slices["2"].intervals.f1, *slices["2"].apart, slices["2"].p_value]).all()


def test_too_many_slices_are_not_compared(monkeypatch):
    analysis = spanf1.analyze(SAMPLE)
    assert not analysis.slices("document", confidence=0.95).too_many
    monkeypatch.setattr("spanf1.mistakes.slices.MOST", 21)
    slices = analysis.slices("document", confidence=0.95)
    assert (slices.too_many, slices.confidence, len(slices)) == (True, None, 22)
    said = slices_report([slices]).sections([slices], None)[0].after
    assert "22 slices are too many to be compared: there are no intervals" in said


def test_types_that_are_chosen_count_alone():
    side = InputOptions()
    inputs = both_inputs([source_of(str(SAMPLE))], side, side, by_position=False)
    analysis = analyze_inputs([inputs], spanf1.Options(types=("PER",)))
    slices = analysis.slices("length")
    assert slices.scored.micro.counts == analysis.result.micro.counts
    assert slices.scored.micro.gold < 378


def test_no_spans_are_no_slices():
    slices = spanf1.analyze([["O"]], [["O"]]).slices("length", confidence=0.95)
    assert (len(slices), slices.scored.micro.gold) == (0, 0)


def test_texts_are_measured_in_characters():
    gold = [{"text": "Ada met Grace Hopper", "spans": [[0, 3, "P"], [8, 20, "P"]]}]
    predicted = [{"text": "Ada met Grace Hopper", "spans": [[8, 20, "P"]]}]
    analysis = spanf1.analyze(gold, predicted)
    slices = analysis.slices("length")
    assert slices.text == "how long the span is, in characters"
    assert {one.name: one.score.f1 for one in slices} == {"1-5": 0.0, "11-20": 1.0}
    assert [one.name for one in analysis.slices("position")] == ["first", "last"]
    assert [one.name for one in analysis.slices("density")] == ["41+"]


def test_a_span_that_is_right_is_in_one_slice_though_texts_differ_in_white_space(tmp_path):
    gold, predicted = tmp_path / "gold.jsonl", tmp_path / "predicted.jsonl"
    gold.write_text('{"tokens": ["Ada", "B"], "ner_tags": ["B-P", "I-P"]}\n')
    predicted.write_text('{"text": "Ada    B", "spans": [[0, 8, "P"]]}\n')
    (one,) = spanf1.analyze(gold, predicted).slices("length")
    assert (one.name, one.score.f1) == ("1-5", 1.0)


def test_bins_are_least_numbers():
    analysis = spanf1.analyze([["B-X", "I-X", "B-X", "B-X", "I-X", "I-X"]], [["O"] * 6])
    assert [one.name for one in analysis.slices("length", bins=[2, 3])] == ["under 2", "2", "3+"]


@pytest.mark.parametrize(
    ("by", "more", "message"),
    [
        ("seen", {}, "slices by seen need what training data says\n.*--train FILE"),
        ("seen", {"train": "a.conll"}, "slices by seen need what training data says"),
        ("length", {"train": TRAIN}, "slices by length need no training data\n.*seen, form-freq"),
        ("case", {"bins": [1]}, "slices by case have no bins\n.*length, sentence-length"),
        ("length", {"bins": [2, 1]}, "bins are 2, 1: they are whole numbers"),
        ("length", {"bins": []}, "bins are none"),
        ("length", {"bins": [-1]}, "bins are -1"),
        ("nothing", {}, "'nothing'"),
        ("length", {"confidence": spanf1.Confidence(unit="document")}, "marks no documents"),
        ("case", {}, "what spans say is not known, as there are no tokens"),
    ],
)
def test_what_is_refused(by, more, message):
    analysis = spanf1.analyze([["B-X"]], [["O"]])
    with pytest.raises(UsageError, match=f"(?m){message}"):
        analysis.slices(by, **more)


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("U.N.", "UPPER"),
        ("A", "UPPER"),
        ("Bank of England", "Title"),
        ("Title 3", "Title"),
        ("McDonald", "Mixed"),
        ("de Gaulle", "Mixed"),
        ("senate", "lower"),
        ("1999", "digits"),
        ("日本", "no case"),
        ("ÉCOLE", "UPPER"),
    ],
)
def test_case(text, case):
    assert _case(_spot(text)) == case


def test_slices_print_and_go_to_frames_and_files() -> None:
    pd = pytest.importorskip("pandas")
    slices = spanf1.analyze(SAMPLE).slices("length")
    assert str(slices).startswith("Slices by length\n")
    assert "| 1 | 242 | 195 | 125 | 64.10 |" in slices.to_markdown()
    assert json.loads(slices.to_json()) == slices.to_dict()
    frame = slices.to_frame()
    assert frame["slice"].tolist() == ["1", "2", "3", "4", "5+"]
    assert frame["f1"].tolist() == [one.score.f1 for one in slices]
    assert frame[["gold", "correct"]].sum().tolist() == [378, 171]
    assert isinstance(frame, pd.DataFrame)
