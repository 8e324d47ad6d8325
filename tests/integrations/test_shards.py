"""What the adaptors to clusters share, without one."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from weakref import WeakSet

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spanf1
from spanf1.integrations.shards import (
    How,
    Part,
    put,
    score_all,
    score_shard,
    shards_of,
    total_of_parts,
)
from tests.helpers.shards import OPTIONS, compared, sentences, shards, without_files

QUICK = spanf1.Confidence(resamples=200)
STRICT = {"match": "partial", "reading": "strict"}


@pytest.mark.parametrize("options", [*OPTIONS, STRICT, {"confidence": QUICK}], ids=str)
def test_all_shards_are_the_whole(tmp_path, options):
    whole, parts = shards(tmp_path, sentences(100), 8)
    found = score_all(lambda how: (score_shard([part], how) for part in parts), options)
    expected = spanf1.score_file(whole, **options)
    assert compared(found) == compared(expected)
    assert str(found.signature()) == str(expected.signature())
    assert found.options == expected.options


@pytest.mark.parametrize("confidence", [None, QUICK])
@pytest.mark.parametrize("level", ["token", "sentence", "document"])
def test_levels_of_all_shards_are_those_of_the_whole(tmp_path, level, confidence):
    texts = [f"-DOCSTART- O O\n\n{text}" for text in sentences(40)]
    whole, parts = shards(tmp_path, texts, 8)
    options = {"level": level, "confidence": confidence}
    found = score_all(lambda how: (score_shard([part], how) for part in parts), options)
    assert without_files(found) == without_files(spanf1.score_file(whole, **options))


def test_the_scheme_is_that_of_the_whole(tmp_path):
    """By themselves, shards are in two schemes, in each of which other spans are ill-formed."""
    texts = ["w B-A B-A\nw I-A I-A\n\n" * 3, "w I-A I-A\nw O O\n\n", "w I-A I-A\nw I-A O\n\n"]
    whole, parts = shards(tmp_path, texts, 3)
    schemes = {spanf1.score_file(part).schemes for part in parts}
    assert len(schemes) > 1
    for options in ({"reading": "strict"}, STRICT):
        found = score_all(lambda how: (score_shard([part], how) for part in parts), options)
        assert compared(found) == compared(spanf1.score_file(whole, **options))
    with pytest.raises(spanf1.IllFormedError, match=r"^gold span that is ill-formed in IOB2"):
        score_all(lambda how: (score_shard([p], how) for p in parts), {"reading": "error"})


@pytest.mark.parametrize("confidence", [None, spanf1.Confidence(unit="sentence", resamples=9)])
def test_results_are_added_up_as_they_come(tmp_path, confidence):
    _, parts = shards(tmp_path, sentences(60), 60)
    alive, most = WeakSet(), 0

    class Watched(spanf1.Result):
        __hash__ = object.__hash__

    def run(how):
        nonlocal most
        for part in parts:
            one = score_shard([part], how)
            one = Watched(one.tally, one.options, one.input, one.confidence)
            alive.add(one)
            most = max(most, len(alive))
            yield one
            del one

    score_all(run, {"confidence": confidence})
    assert most <= 3


RECORD = '{"text": "Ada met Bob", "a": [{"start": 0, "end": 3, "label": "A"}], "b": []}\n'


@pytest.mark.parametrize("empty", range(3))
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"match": "character"},
        {"match": "set", "confidence": spanf1.Confidence(resamples=9)},
        {"confidence": spanf1.Confidence(resamples=9, unit="document")},
    ],
    ids=str,
)
def test_shards_that_have_nothing_in_them_are_of_any_format(tmp_path, options, empty):
    options = {**options, "gold_key": "a", "pred_key": "b"}
    parts = [tmp_path / str(number) for number in range(3)]
    for number, part in enumerate(parts):
        part.write_text(RECORD * 2 * (number != empty))
    found = score_all(lambda how: (score_shard([part], how) for part in parts), options)
    (tmp_path / "whole").write_text(RECORD * 4)
    expected = spanf1.score_file(tmp_path / "whole", **options)
    assert str(found.signature()) == str(expected.signature())
    assert compared(found) == compared(expected)


@pytest.mark.parametrize(
    ("level", "unit"),
    [("token", "document"), ("document", "document"), ("span", "auto"), ("token", "auto")],
)
def test_shards_that_have_nothing_in_them_have_no_documents(tmp_path, level, unit):
    whole, parts = shards(tmp_path, [f"-DOCSTART- O O\n\n{text}" for text in sentences(9)], 3)
    (tmp_path / "empty").write_text("")
    options = {"level": level, "confidence": spanf1.Confidence(resamples=9, unit=unit)}
    parts[:0] = [str(tmp_path / "empty")] * 2
    found = score_all(lambda how: (score_shard([part], how) for part in parts), options)
    same = compared if level == "span" else without_files
    assert same(found) == same(spanf1.score_file(whole, **options))


def test_shards_by_pattern_folder_and_list(tmp_path, monkeypatch):
    _, parts = shards(tmp_path / "gold", sentences(10), 5)
    _, others = shards(tmp_path / "pred", sentences(10), 5)
    monkeypatch.chdir(tmp_path)
    assert shards_of("gold/part-*.conll") == shards_of(parts) == [[part] for part in parts]
    assert len(shards_of("gold")) == 6
    for number in (1, 2, 10):
        (tmp_path / f"{number}.conll").write_text("")
    assert [Path(*shard).stem for shard in shards_of("*.conll")] == ["1", "2", "10"]
    pairs = [[*both] for both in zip(parts, others, strict=True)]
    assert shards_of("gold/part-*", "pred/part-*") == shards_of(parts, others) == pairs
    with pytest.raises(spanf1.UsageError, match="there are not as many files of gold as of pred"):
        shards_of(parts, others[1:])
    with pytest.raises(spanf1.UsageError, match="there are no shards"):
        shards_of([])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": "word"}, "unknown level 'word'"),
        ({"level": "token", "reading": "strict"}, "at level token there are no spans"),
        ({"match": "surface"}, "surface forms of shards cannot be added"),
    ],
)
def test_what_cannot_be_added(options, message):
    with pytest.raises(spanf1.UsageError, match=message):
        score_all(lambda _: [], options)


RESULTS = [spanf1.evaluate([["B-A", "I-A"][: n % 3]], [["B-A", "O"][: n % 3]]) for n in range(12)]


@given(st.lists(st.integers(0, 11), max_size=14), st.integers(0, 3))
def test_parts(numbers, more):
    """What follows each other is one part; a number that is missing, or there twice, an error."""
    parts = []
    for at, number in enumerate(numbers):
        part = Part(number, number, [RESULTS[number]])
        if number in numbers[:at]:
            with pytest.raises(
                spanf1.UsageError, match=f"(?m)two shards have the number {number}$"
            ):
                put(part, parts)
            return
        put(part, parts)
        there = set(numbers[: at + 1])
        assert [p.first for p in parts] == [n for n in sorted(there) if n - 1 not in there]
        assert [p.last for p in parts] == [n for n in sorted(there) if n + 1 not in there]
        assert all(len(p.results) == 1 for p in parts)
    how = How.of({})
    if missing := {*range(max(numbers, default=-1) + 1)} - {*numbers}:
        with pytest.raises(spanf1.UsageError, match=f"(?m)no shard has the number {min(missing)}$"):
            total_of_parts(parts, how)
        return
    count = len(numbers)
    for known in (None, count):
        found = total_of_parts(parts, how, known)
        assert found.signature() == score_all(lambda _: RESULTS[:count], {}).signature()
    if more:
        with pytest.raises(spanf1.UsageError, match=f"(?m)no shard has the number {count}$"):
            total_of_parts(parts, how, count + more)


@given(st.permutations(range(12)), st.randoms())
def test_parts_of_parts(order, random):
    several = [[], [], []]
    for number in order:
        put(Part(number, number, [RESULTS[number]]), random.choice(several))
    parts = []
    for part in chain(*random.sample(several, 3)):
        put(part, parts)
    how = How.of({})
    expected = score_all(lambda _: RESULTS, {})
    assert compared(total_of_parts(parts, how)) == compared(expected)
