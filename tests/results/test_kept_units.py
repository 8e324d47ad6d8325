"""Units in the data of results: intervals of what was read back, and of sums of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import spanf1
from spanf1.formats.opening import both_inputs
from spanf1.formats.options import InputOptions
from spanf1.formats.source import Source
from spanf1.results.files import score_inputs
from spanf1.results.result import total_of
from tests.helpers.shards import OPTIONS, compared, sentences, shards

QUICK = spanf1.Confidence(resamples=200)


def stored(result):
    """Return a result that went to JSON and back, with its units."""
    return spanf1.Result.from_dict(json.loads(json.dumps(result.to_dict(keep_units=True))))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_what_is_read_back_has_the_same_intervals(tmp_path, options):
    whole, _ = shards(tmp_path, sentences(60), 1)
    result = spanf1.score_file(whole, confidence=QUICK, **options)
    again = stored(result)
    assert again.confidence is None
    assert again.with_intervals(QUICK).to_dict() == result.to_dict()
    data = result.to_dict(keep_units=True)
    assert spanf1.rescore(data, confidence=QUICK).certainty == result.certainty
    assert again.to_dict(keep_units=True)["tally"] == data["tally"]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("begins", [{}, {0}, {0, 3, 7}, {0, 10, 13}], ids=str)
def test_the_sum_of_parts_is_the_whole(tmp_path, options, begins):
    """Documents begin at some of twenty sentences, of which each two parts have ten."""
    texts = [
        f"{'-DOCSTART- O O' * (number % 20 in begins)}\n\n{text}"
        for number, text in enumerate(sentences(60))
    ]
    # What marks none is a document by itself, as a file.
    whole, parts = shards(tmp_path, texts, 3 if begins in ({0}, {0, 3, 7}) else 6)
    expected = spanf1.score_file(whole, confidence=QUICK, **options)
    results = [stored(spanf1.score_file(part, confidence=QUICK, **options)) for part in parts]
    total = total_of(results, "auto").with_intervals(QUICK)
    assert compared(total) == compared(expected)
    assert total.signature() == expected.signature()


def test_rows_of_data_are_distinct_and_in_order(tmp_path):
    whole, parts = shards(tmp_path, sentences(200), 7)
    expected = spanf1.score_file(whole, confidence=QUICK).to_dict(keep_units=True)
    units = expected["tally"]["units"]
    assert units["rows"] == sorted(units["rows"], key=lambda row: row[1:])
    assert len({tuple(codes) for _, *codes in units["rows"]}) == len(units["rows"]) < 200
    assert sum(weight for weight, *_ in units["rows"]) == 200
    results = [stored(spanf1.score_file(part, confidence=QUICK)) for part in parts]
    assert total_of(results).to_dict(keep_units=True)["tally"]["units"] == units


def test_units_that_are_not_those_of_the_counts(tmp_path):
    whole, _ = shards(tmp_path, sentences(20), 1)
    data = spanf1.score_file(whole, confidence=QUICK).to_dict(keep_units=True)
    units = data["tally"]["units"]
    for name, wrong in {
        "rows": units["rows"][:-1],
        "rows ": [[1 << 50], *units["rows"]],
        "keys": units["keys"][::-1],
        "kind": "paragraph",
    }.items():
        tally = data["tally"] | {"units": {**units, name.strip(): wrong}}
        with pytest.raises(spanf1.UsageError, match="not a result of spanf1"):
            spanf1.Result.from_dict({**data, "tally": tally})


def test_units_that_were_not_counted(tmp_path):
    whole, _ = shards(tmp_path, sentences(20), 1)
    with pytest.raises(spanf1.UsageError, match="the counts of each sentence were not kept"):
        spanf1.score_file(whole).to_dict(keep_units=True)
    with pytest.raises(spanf1.UsageError, match="were not kept"):
        spanf1.rescore(spanf1.score_file(whole).to_dict(), confidence=0.9)


def test_sentences_that_were_asked_for_stay_sentences(tmp_path):
    texts = [f"-DOCSTART- O O\n\n{text}" for text in sentences(20)]
    whole, parts = shards(tmp_path, texts, 2)
    how = spanf1.Confidence(resamples=200, unit="sentence")
    results = [stored(spanf1.score_file(part, confidence=how)) for part in parts]
    total = total_of(results, "auto").with_intervals(how)
    assert compared(total) == compared(spanf1.score_file(whole, confidence=how))
    documents = stored(spanf1.score_file(parts[0], confidence=QUICK))
    with pytest.raises(spanf1.UsageError, match="sentences and documents have cannot be added"):
        total_of([total.with_intervals(None), documents])


@pytest.mark.parametrize("level", ["span", "token", "sentence"])
def test_results_with_units_are_equal_if_all_is(level):
    gold = [["B-A", "O"], ["O", "B-B"], ["O", "O"], ["O", "B-B"]]
    predicted = [["B-A", "O"], ["O", "O"], ["O", "O"], ["O", "O"]]

    def scored(gold, predicted):
        return spanf1.evaluate(
            gold, predicted, level=level, confidence=0.9, zero_division=float("nan")
        )

    result = scored(gold, predicted)
    assert result == scored(gold, predicted)
    # Whatever they were added up of.
    if level != "sentence":
        assert result == scored(gold[:1], predicted[:1]) + scored(gold[1:], predicted[1:])
    kept = {"keep_units": True} if level != "sentence" else {}
    again = type(result).from_dict(json.loads(json.dumps(result.to_dict(**kept))))
    assert again == (result if level == "sentence" else result.with_intervals(None))
    assert result != scored(gold[:3], predicted[:3])
    # The same spans in other sentences.
    assert result != scored(gold, [*predicted[:3], ["B-B", "O"]])
    assert result != 1


def test_units_in_order_are_equal_in_that_order(tmp_path):
    one, other, third = "a B-A B-A\n\n", "a B-A O\n\n", "a O O\n\n"
    results = []
    for text in (one + other + third, one + other + third, other + one + third):
        (tmp_path / "f").write_text(text)
        inputs = both_inputs([Source(str(tmp_path / "f"))], InputOptions(), InputOptions())
        results.append(score_inputs(inputs, spanf1.Options(), units="auto", in_order=True))
    units = [result.tally.units for result in results]
    assert units[0] == units[1] != units[2]
    assert replace(units[0], order=None) == replace(units[2], order=None) != units[0]
