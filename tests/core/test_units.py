"""Counts by sentence and by document."""

from __future__ import annotations

import itertools
from collections import Counter
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.core import units as units_module
from spanf1.core.matching import SpanCounter
from spanf1.core.options import Confidence
from spanf1.core.scores import CreditCounts, TypeCounts
from spanf1.core.tag_counter import tally, tally_parts
from spanf1.core.tally import Tally
from spanf1.core.units import Collector, SpanKey, Units, rows_of
from spanf1.formats.columns.tags import MergedFile, PairedFiles
from spanf1.formats.lists import ListReader
from spanf1.formats.source import Source
from spanf1.results.certainty import meanings
from tests.helpers.files import Rendered, column_file, lists_of, render, write
from tests.helpers.growth import peak
from tests.helpers.oracles import altered, well_formed
from tests.helpers.plain import RULES, decode_slowly, is_well_formed
from tests.helpers.strategies import Look, block_sizes, corpora, looks, seeds, steady

fewer = settings(steady, max_examples=40)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("units")


# The oracle decodes sentence by sentence in a loop.


def expected_units(
    sentences: list[list[tuple[str, str, str]]],
    unit_of: list[int],
    schemes: tuple[str, str] | None,
) -> list[Counter[tuple[str, int]]]:
    """Return by unit how many spans of each type are in gold (0), predicted (1), correct (2).

    `unit_of` says for each token which unit it is in. Ill-formed spans do not count if there are
    `schemes`.
    """
    counts: dict[int, Counter[tuple[str, int]]] = {unit: Counter() for unit in sorted({*unit_of})}
    base = 0
    for sentence in sentences:
        sides = []
        for side in (0, 1):
            tags = [token[side + 1] for token in sentence]
            spans = decode_slowly(tags)
            if schemes:
                spans = [span for span in spans if is_well_formed(span, tags, schemes[side])]
            sides.append(set(spans))
        for figure, spans in enumerate((*sides, sides[0] & sides[1])):
            for span in spans:
                counts[unit_of[base + span.end - 1]][span.type, figure] += 1
        base += len(sentence)
    return list(counts.values())


def by_sentence(sentences) -> list[int]:
    return [number for number, sentence in enumerate(sentences) for _ in sentence]


def names_of(counted: Tally) -> list[str]:
    return sorted({span.type for span in counted.spans})


def rows_in(
    counted: Tally, names: list[str], schemes: tuple[str, str] | None
) -> Counter[tuple[int, ...]]:
    """Return the rows of counts of a tally's units, and how often each occurs."""
    units = counted.units
    assert units is not None
    numbers = {name: number for number, name in enumerate(names)}
    reading = "strict" if schemes else "lenient"
    found = rows_of(
        [(units, meanings(units, numbers, schemes or ("IO", "IO"), reading, ""))], len(names)
    )
    assert found.counts.shape[1:] == (1, len(names), 3)
    assert found.weight.sum() == units.count
    rows = [tuple(row) for row in found.counts.reshape(len(found.counts), -1).tolist()]
    assert len({*rows}) == len(rows)
    return Counter(dict(zip(rows, found.weight.tolist(), strict=True)))


def test_credits_of_a_row_are_more_than_32_bits() -> None:
    units = Units("sentence", (), np.array([3]), np.zeros(3, np.intp), np.array([1]))
    adds = CreditCounts(1, 1, 1 << 30, 1 << 30)
    counts = rows_of([(units, [(0, adds)])], 1).counts
    assert counts.ravel().tolist() == [3, 3, 3 << 30, 3 << 30]


def as_row(unit: Counter[tuple[str, int]], names: list[str]) -> tuple[int, ...]:
    return tuple(unit[name, figure] for name in names for figure in range(3))


def assert_rows(counted: Tally, expected: list[Counter[tuple[str, int]]], schemes) -> None:
    names = names_of(counted)
    for chosen in (names, names[:1], [*names[::-1], "none of them"]):
        assert rows_in(counted, chosen, schemes) == Counter(as_row(u, chosen) for u in expected)


all_schemes = st.none() | st.tuples(st.sampled_from(sorted(RULES)), st.sampled_from(sorted(RULES)))
capacities = st.sampled_from([0, 1, 7, 1 << 18])


def tiny(patch: pytest.MonkeyPatch, capacity: int) -> None:
    patch.setattr(Collector, "CAPACITY", capacity)
    patch.setattr(SpanCounter, "CAPACITY", capacity)


@pytest.mark.slow
@fewer
@given(sentences=corpora, schemes=all_schemes, in_order=st.booleans(), capacity=capacities)
def test_rows_of_lists(sentences, schemes, in_order, capacity):
    with pytest.MonkeyPatch.context() as patch:
        tiny(patch, capacity)
        counted = tally(ListReader(*lists_of(sentences)), units="sentence", in_order=in_order)
    assert_rows(counted, expected_units(sentences, by_sentence(sentences), schemes), schemes)


@pytest.mark.parametrize("reading", ["lenient", "strict"])
@pytest.mark.parametrize("scheme", sorted(RULES))
def test_rows_are_the_counts_of_each_sentence_alone(scheme, reading):
    rng = np.random.default_rng(len(scheme))
    gold = well_formed(rng, scheme, 60)
    predicted = altered(rng, gold, scheme, noise=0.3)
    alone = [
        spanf1.evaluate([g], [p], scheme=scheme, reading=reading).counts.types
        for g, p in zip(gold, predicted, strict=True)
    ]
    expected = Counter(
        tuple(n for name in "AB" for n in one.get(name, spanf1.TypeCounts())) for one in alone
    )
    counted = tally(ListReader(gold, predicted), units="sentence")
    schemes = (scheme, scheme) if reading == "strict" else None
    assert rows_in(counted, ["A", "B"], schemes) == expected


@pytest.mark.slow
@fewer
@given(
    sentences=corpora,
    look=looks,
    seed=seeds,
    size=block_sizes,
    schemes=all_schemes,
    in_order=st.booleans(),
    capacity=capacities,
    kind=st.sampled_from(["sentence", "document", "auto"]),
)
def test_rows_of_a_file(folder, *, sentences, look, seed, size, schemes, in_order, capacity, kind):
    text = render(sentences, (0, 1, 2), look, seed)
    reader = MergedFile(column_file(write(folder / "rows", text, look), look, size))
    with pytest.MonkeyPatch.context() as patch:
        tiny(patch, capacity)
        counted = tally(reader, units=kind, in_order=in_order)
    unit_of = units_by(kind, sentences, text)
    assert_rows(counted, expected_units(sentences, unit_of, schemes), schemes)


def by_document(text: Rendered) -> list[int]:
    """Return for each token how many marks of documents are before it."""
    marks = [
        number
        for number, line in enumerate(text.lines, 1)
        if line.startswith(("-DOCSTART-", "# newdoc"))
    ]
    return [sum(mark < line for mark in marks) for line in text.token_lines]


def units_by(kind: str, sentences, text: Rendered) -> list[int]:
    """Return for each token the number of its unit: if either will do, documents that are two."""
    documents = by_document(text)
    if kind == "document" or (kind == "auto" and len({*documents}) > 1):
        return documents
    return by_sentence(sentences)


@pytest.mark.slow
@fewer
@given(
    sentences=corpora,
    look=looks,
    other=looks,
    seed=seeds,
    sizes=st.tuples(block_sizes, block_sizes),
    kind=st.sampled_from(["sentence", "document", "auto"]),
    capacity=capacities,
)
def test_rows_of_two_files(folder, *, sentences, look, other, seed, sizes, kind, capacity):
    texts = render(sentences, (0, 1), look, seed), render(sentences, (0, 2), other, seed + 1)
    files = [
        column_file(write(folder / name, text, how), how, size)
        for name, text, how, size in zip(
            ("gold", "predicted"), texts, (look, other), sizes, strict=True
        )
    ]
    with pytest.MonkeyPatch.context() as patch:
        tiny(patch, capacity)
        counted = tally(PairedFiles(*files), units=kind)
    unit_of = units_by(kind, sentences, texts[0])
    assert_rows(counted, expected_units(sentences, unit_of, None), None)


@pytest.mark.slow
@fewer
@given(sentences=corpora, seed=seeds, part=st.integers(1, 100), capacity=capacities)
def test_rows_of_parts(folder, sentences, seed, part, capacity):
    look = Look()
    text = render(sentences, (0, 1, 2), look, seed)
    reader = MergedFile(column_file(write(folder / "parts", text, look), look, 1 << 19))
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as executor:
        tiny(patch, capacity)
        counted = tally_parts(reader.parts(part), executor, partial(tally, units="sentence"))
    assert_rows(counted, expected_units(sentences, by_sentence(sentences), None), None)


def repeated(tmp_path: Path) -> Path:
    """Write a file of 1000 sentences, in which rows recur in different order."""
    rng = np.random.default_rng(0)
    gold = well_formed(rng, "IOB2", 1000)
    predicted = altered(rng, gold, "IOB2")
    path = tmp_path / "repeated"
    pairs = [zip(g, p, strict=True) for g, p in zip(gold, predicted, strict=True)]
    path.write_text("\n".join("".join(f"w {g} {p}\n" for g, p in pair) for pair in pairs))
    return path


@pytest.mark.slow
@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_several_workers_make_the_same_intervals(tmp_path, monkeypatch, pool: type[Executor]):
    path = repeated(tmp_path)
    how = Confidence(resamples=200)
    alone = spanf1.score_file(path, confidence=how)
    monkeypatch.setattr("spanf1.formats.opening.PART_SIZE", 1 << 11)
    with pool(2) as executor:
        result = spanf1.score_file(path, confidence=how, executor=executor)
    assert result.certainty == alone.certainty
    names = list(alone.types)
    assert rows_in(result.tally, names, None) == rows_in(alone.tally, names, None)


@pytest.mark.parametrize("seed", range(20))
def test_rows_do_not_depend_on_how_units_arrive(tmp_path, seed):
    """So the same seed gives the same intervals, however a file is cut."""
    rng = np.random.default_rng(seed)
    tags = np.array(["O", "B-A", "B-B"])
    path = tmp_path / "f"
    path.write_text(
        "\n".join(
            "".join(f"w {g} {p}\n" for g, p in tags[rng.integers(3, size=(length, 2))].tolist())
            for length in rng.integers(1, 4, 40)
        )
    )
    reader = MergedFile(column_file(Source(str(path)), Look(delimiter=" "), 1 << 19))
    with ThreadPoolExecutor(2) as executor:
        parted = tally_parts(reader.parts(60), executor, partial(tally, units="sentence"))
    whole, kept = (tally(reader, units="sentence", in_order=order) for order in (False, True))
    expected, *others = (
        rows_of(
            [(one.units, meanings(one.units, {"A": 0, "B": 1}, ("IO", "IO"), "lenient", ""))], 2
        )
        for one in (whole, parted, kept)
    )
    for rows in others:
        np.testing.assert_array_equal(rows.counts, expected.counts)
        np.testing.assert_array_equal(rows.weight, expected.weight)


def test_results_with_units_add_up():
    rng = np.random.default_rng(4)
    parts = []
    for kinds in ("AB", "CA", "BD"):
        gold = well_formed(rng, "IOB2", 30, kinds)
        parts.append((gold, altered(rng, gold, "IOB2", kinds)))
    how = Confidence(resamples=100)
    whole = [list(itertools.chain.from_iterable(side)) for side in zip(*parts, strict=True)]
    one = spanf1.evaluate(*whole, scheme="IOB2", confidence=how)
    total = sum(spanf1.evaluate(*part, scheme="IOB2", confidence=how) for part in parts)
    assert rows_in(total.tally, list("ABCD"), None) == rows_in(one.tally, list("ABCD"), None)
    assert total.certainty == one.certainty


# Documents, case by case: how many units there are, and the spans in gold of each.

GOLD = "a B-A O\n"
DOCUMENT_CASES = {
    "marks before sentences": ("-DOCSTART- O O\n\n" + GOLD + "\n# newdoc\na O B-A\n", [1, 0]),
    "text before the first mark": (GOLD + "\n-DOCSTART- O O\n\n" + GOLD + GOLD, [1, 2]),
    "an empty document": ("-DOCSTART- O O\n\n-DOCSTART- O O\n\n" + GOLD, [1]),
    "an empty document at the end": ("-DOCSTART- O O\n\n" + GOLD + "\n-DOCSTART- O O\n", [1]),
    "newdoc": ("# newdoc id = 1\n" + GOLD + "\n" + GOLD + "\n# newdoc\n" + GOLD, [2, 1]),
    "newdoc in a sentence": ("# newdoc\n" + GOLD + "# newdoc\n" + GOLD, [1, 1]),
    "both marks": ("-DOCSTART- O O\n\n# newdoc\n" + GOLD + "\n-DOCSTART- O O\n\n" + GOLD, [1, 1]),
    "no mark": (GOLD + "\n" + GOLD, [2]),
    "a span across a mark": ("# newdoc\n" + GOLD + "# newdoc\na I-A O\n", [0, 1]),
    "comments first": ("# text\n\n# more\n" + GOLD + "\n# newdoc\n" + GOLD, [1, 1]),
    "only marks": ("-DOCSTART- O O\n\n-DOCSTART- O O\n", []),
    "nothing": ("", []),
}  # fmt: skip


def golds(units: Units) -> list[int]:
    """Return how many spans in gold each unit has, in order."""
    ends = np.cumsum(units.length)
    rows = [
        sum(units.keys[code].gold != -1 for code in units.code[end - length : end].tolist())
        for end, length in zip(ends.tolist(), units.length.tolist(), strict=True)
    ]
    assert units.order is not None
    return [rows[row] for row in units.order.tolist()]


@pytest.mark.parametrize("size", [1, 2, 5, 9, 1 << 19])
@pytest.mark.parametrize("case", DOCUMENT_CASES)
@pytest.mark.parametrize("paired", [False, True])
def test_documents(tmp_path, case, size, paired):
    content, expected = DOCUMENT_CASES[case]
    look = Look(delimiter=" ")
    source = write(tmp_path / "f", Rendered(content.split("\n")[:-1] or [""]), look)
    files = [column_file(source, look, size) for _ in range(2)]
    reader = PairedFiles(*files, 2, 3) if paired else MergedFile(files[0], 2, 3)
    for kind in ("document", "auto") if len(expected) > 1 else ("document",):
        units = tally(reader, units=kind, in_order=True).units
        assert units is not None
        assert golds(units) == expected
        assert (units.kind, units.count) == ("document", len(expected))
    by_sentence, either = (
        tally(reader, units=kind, in_order=True).units for kind in ("sentence", "auto")
    )
    assert either
    assert by_sentence
    if len(expected) < 2:
        assert (either.kind, either.count) == ("sentence", by_sentence.count)
    # A file that marks nothing can still be a document, beside others.
    assert golds(by_sentence.as_document()) == [sum(expected)][: by_sentence.count]


# Units themselves.


@pytest.mark.slow
@fewer
@given(sentences=corpora, size=block_sizes, seed=seeds, capacity=capacities)
def test_units_in_order_stay_in_order(folder, sentences, size, seed, capacity):
    look = Look()
    source = write(folder / "ordered", render(sentences, (0, 1, 2), look, seed), look)
    with pytest.MonkeyPatch.context() as patch:
        tiny(patch, capacity)
        units = tally(
            MergedFile(column_file(source, look, size)), units="sentence", in_order=True
        ).units
    assert units is not None
    expected = [
        sum(unit[key] for key in unit if key[1] == 0)
        for unit in expected_units(sentences, by_sentence(sentences), None)
    ]
    assert golds(units) == expected


@fewer
@given(
    sentences=corpora,
    predicted=st.lists(st.sampled_from(["O", "B-A", "I-A", "S-B"]), min_size=60, max_size=60),
)
def test_two_systems_side_by_side(sentences, predicted):
    tags = itertools.cycle(predicted)
    others = [[(token[0], token[1], next(tags)) for token in s] for s in sentences]
    counted = [
        tally(ListReader(*lists_of(one)), units="sentence", in_order=True)
        for one in (sentences, others)
    ]
    names = sorted({*names_of(counted[0]), *names_of(counted[1])})
    numbers = {name: number for number, name in enumerate(names)}
    found = rows_of(
        [(one.units, meanings(one.units, numbers, ("IO", "IO"), "lenient", "")) for one in counted],
        len(names),
    )
    assert found.counts.shape[1:] == (2, len(names), 3)
    rows = map(tuple, found.counts.reshape(len(found.counts), -1).tolist())
    sides = [expected_units(one, by_sentence(one), None) for one in (sentences, others)]
    expected = Counter(as_row(a, names) + as_row(b, names) for a, b in zip(*sides, strict=True))
    assert Counter(dict(zip(rows, found.weight.tolist(), strict=True))) == expected


def test_equal_units_are_one_row_so_that_memory_does_not_grow(monkeypatch):
    tiny(monkeypatch, 100)
    gold = [["B-A", "O", "B-B"], ["O"], ["B-B", "O", "B-A"]] * 400
    units = tally(ListReader(gold, gold), units="sentence").units
    assert units is not None
    assert (len(units.length), units.count) == (2, 1200)
    kept = tally(ListReader(gold, gold), units="sentence", in_order=True).units
    assert kept is not None
    assert kept.order is not None
    assert kept.order.dtype == np.uint8
    assert kept.length.tolist() == [2, 0]
    assert kept.order.tolist() == [0, 1, 0] * 400


def test_units_in_order_that_repeat_take_few_bytes_each(monkeypatch):
    tiny(monkeypatch, 1000)
    monkeypatch.setattr(units_module, "_JOINED", 1000)
    at_once = 500

    def side_by_side(count: int) -> None:
        systems = []
        for kinds in (2, 3):
            collector = Collector("sentence", in_order=True)
            for _ in range(count // at_once):
                unit = np.arange(at_once) + collector.begun
                collector.begun += at_once
                collector.add(unit, np.arange(at_once) % kinds)
            units = collector.finish({n: SpanKey("A", n, n) for n in range(kinds)})
            systems.append((units, [(n, TypeCounts(1, 1, 1)) for n in range(kinds)]))
        assert rows_of(systems, 3).weight.sum() == count

    few, many = (peak(partial(side_by_side, count)) for count in (50_000, 200_000))
    assert many - few < 150_000 * 8


def test_a_sentence_without_tokens_is_no_unit():
    counted = tally(ListReader([[], ["B-A"], []], [[], ["O"], []]), units="sentence")
    assert counted.units is not None
    assert counted.units.count == counted.sentences == 1


def test_rows_that_take_too_much_memory_are_refused(monkeypatch):
    units = tally(ListReader([["B-A"]], [["B-A"]]), units="sentence").units
    assert units is not None
    monkeypatch.setattr(units_module, "MAX_CELLS", 5)
    with pytest.raises(spanf1.UsageError, match="2 types in 1 sentences are too many"):
        rows_of([(units, meanings(units, {"A": 0, "B": 1}, ("IO", "IO"), "lenient", ""))], 2)


def test_a_span_may_add_any_amounts(monkeypatch):
    """Credits that are no whole numbers are integers in units of 2^-32."""
    whole, third = 1 << 32, (1 << 32) // 3
    monkeypatch.setattr(units_module, "COUNTS", ("gold", "predicted", "for gold", "for predicted"))
    gold = [["B-A", "O", "B-A"], ["O", "B-A", "O"], ["B-B", "O", "B-A"]]
    predicted = [["B-A", "B-A", "O"], ["O", "B-A", "O"], ["O", "B-B", "B-B"]]
    units = tally(ListReader(gold, predicted), units="sentence", in_order=True).units
    assert units is not None
    right, missed, spurious = (
        (whole, whole, whole, whole),
        (whole, 0, third, 0),
        (0, whole, 0, whole // 2),
    )
    amounts = {(True, True): right, (True, False): missed, (False, True): spurious}
    numbers = {"A": 0, "B": 1}
    adds = [(numbers[key.type], amounts[key.gold >= 0, key.predicted >= 0]) for key in units.keys]
    found = rows_of([(units, adds)], 2)
    expected = [
        [[sum(sums) for sums in zip(right, missed, spurious, strict=True)], [0] * 4],
        [[*right], [0] * 4],
        [[*missed], [sum(sums) for sums in zip(missed, spurious, spurious, strict=True)]],
    ]
    assert sorted(found.counts[:, 0].tolist()) == sorted(expected)
    assert found.weight.tolist() == [1, 1, 1]
