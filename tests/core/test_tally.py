"""The number that stands for gold's spans."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.core.fingerprint import type_number
from spanf1.core.tag_counter import tally, tally_parts
from spanf1.formats.columns.tags import MergedFile, PairedFiles
from spanf1.results.result import Result
from tests.helpers.files import column_file, render, tally_of_lists, write
from tests.helpers.oracles import Span, altered, encode, random_spans, well_formed
from tests.helpers.plain import RULES, decode_slowly
from tests.helpers.strategies import block_sizes, corpora, looks, seeds, steady

fewer = settings(steady, max_examples=40)

TYPES = ["A", "B", "組織", "%:|,/ x"]
#: schemes that can say all that spans are
FULL = sorted(set(RULES) - {"IO"})
Annotation = list[list[Span]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("numbers")


def hash_of(result: Result) -> str:
    return result.signature().hash


def hash_of_spans(sentences: Annotation, lengths: list[int], scheme: str = "IOB2") -> str:
    gold = [encode(spans, n, scheme) for spans, n in zip(sentences, lengths, strict=True)]
    return hash_of(spanf1.evaluate(gold, [["O"] * n for n in lengths]))


def annotation(seed: int, most: int = 8) -> tuple[Annotation, list[int]]:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 9, int(rng.integers(1, most))).tolist()
    return [random_spans(rng, n, TYPES) for n in lengths], lengths


def test_the_number_is_the_same_in_every_version():
    """Signatures in papers are compared with those of later versions."""
    cases = {
        "05104954": [["B-A"]],
        "12ecd51d": [["B-A"], ["B-B", "I-B"]],
        "00000000": [[]],
        "8b7cdf79": [["O", "O"], ["O"]],
    }
    found = {hash_of(spanf1.evaluate(gold, gold)): gold for gold in cases.values()}
    assert found == cases


@fewer
@given(seed=seeds, scheme=st.sampled_from(FULL), other=st.sampled_from(sorted(RULES)))
def test_neither_scheme_nor_predictions_change_the_number(seed, scheme, other):
    sentences, lengths = annotation(seed)
    gold = [encode(spans, n, scheme) for spans, n in zip(sentences, lengths, strict=True)]
    rng = np.random.default_rng(seed)
    predicted = altered(rng, [["O"] * n for n in lengths], other, noise=0.6)
    expected = hash_of_spans(sentences, lengths)
    for reading in ("lenient", "strict", "conlleval"):
        options = {"gold_scheme": scheme, "pred_scheme": other, "reading": reading}
        assert hash_of(spanf1.evaluate(gold, predicted, **options)) == expected
    assert hash_of(spanf1.evaluate(gold, predicted, types=["A"])) == expected


FORMS = {
    "B-PER": lambda prefix, kind: f"{prefix}-{kind}",
    "PER-B": lambda prefix, kind: f"{kind}-{prefix}",
    "B_PER": lambda prefix, kind: f"{prefix}_{kind}",
    "b/PER": lambda prefix, kind: f"{prefix.lower()}/{kind}",
}


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(5))
def test_how_tags_are_written_does_not_change_the_number(form, seed):
    rng = np.random.default_rng(seed)
    gold = well_formed(rng, "IOBES", 6, ["AB", "CD"])
    written = [
        [tag if tag == "O" else FORMS[form](*tag.split("-")) for tag in sentence]
        for sentence in gold
    ]
    for tag_form in (form, "auto") if any("-" in tag for s in gold for tag in s) else (form,):
        result = spanf1.evaluate(written, written, tag_form=tag_form)
        assert hash_of(result) == hash_of(spanf1.evaluate(gold, gold))


@pytest.mark.slow
@fewer
@given(
    sentences=corpora,
    look=looks,
    other=looks,
    seed=seeds,
    sizes=st.tuples(block_sizes, block_sizes),
    part=st.integers(1, 200),
)
def test_where_tags_come_from_does_not_change_the_number(
    folder, *, sentences, look, other, seed, sizes, part
):
    expected = tally_of_lists(sentences).gold_number
    text = render(sentences, (0, 1, 2), look, seed)
    source = write(folder / "merged", text, look)
    reader = MergedFile(column_file(source, look, sizes[0]))
    with ThreadPoolExecutor(2) as executor:
        assert tally_parts(reader.parts(part), executor, tally).gold_number == expected
    assert tally(reader).gold_number == expected
    files = [
        column_file(write(folder / name, render(sentences, columns, how, seed), how), how, size)
        for name, columns, how, size in (
            ("gold", (0, 1), look, sizes[0]),
            ("predicted", (0, 2), other, sizes[1]),
        )
    ]
    assert tally(PairedFiles(*files)).gold_number == expected


DOCUMENTS = "-DOCSTART- -X- O O\n\na x B-A B-A\n\n-DOCSTART- -X- O O\n\nb x B-B O\nb x I-B O\n"


@pytest.mark.parametrize("reading", ["lenient", "strict", "error", "conlleval"])
def test_the_number_is_the_same_in_every_reading_of_documents(tmp_path, reading):
    """To the script, lines that begin documents are tokens."""
    path = tmp_path / "documents"
    path.write_text(DOCUMENTS)
    gold, predicted = [["B-A"], ["B-B", "I-B"]], [["O"], ["O", "O"]]
    if reading == "conlleval":
        gold, predicted = ([["O"], one[0], ["O"], one[1]] for one in (gold, predicted))
    expected = hash_of(spanf1.evaluate(gold, predicted))
    assert hash_of(spanf1.score_file(path, reading=reading)) == expected


@fewer
@given(st.lists(seeds, min_size=1, max_size=5))
def test_numbers_of_parts_give_the_number_of_the_whole(numbers):
    parts = [annotation(seed) for seed in numbers]
    gold = [[encode(spans, n, "IOB2") for spans, n in zip(*part, strict=True)] for part in parts]
    results = [spanf1.evaluate(part, part, scheme="IOB2") for part in gold]
    whole = list(itertools.chain.from_iterable(gold))
    expected = hash_of(spanf1.evaluate(whole, whole))
    assert hash_of(sum(results[1:], results[0])) == expected
    last = results[-1]
    for one in reversed(results[:-1]):
        last = one + last
    assert hash_of(last) == expected


def changes(sentences: Annotation, lengths: list[int]):
    """Yield other annotations, each of which differs in one thing."""
    yield "a token behind", sentences, [*lengths[:-1], lengths[-1] + 1]
    yield "a token before", [[], *sentences], [1, *lengths]
    for place, spans in enumerate(sentences):
        for number, span in enumerate(spans):
            rest = spans[:number] + spans[number + 1 :]
            taken = {token for one in rest for token in range(one.start, one.end)}
            start, end, kind = span
            others = [("no span", [])]
            others += [(f"type {k}", [Span(start, end, k)]) for k in TYPES if k != kind]
            others += [
                (f"{name} {(a, b)}", [Span(a, b, kind)])
                for name, a, b in (
                    ("start", start - 1, end),
                    ("start", start + 1, end),
                    ("end", start, end - 1),
                    ("end", start, end + 1),
                    ("moved", start - 1, end - 1),
                    ("moved", start + 1, end + 1),
                )
                if 0 <= a < b <= lengths[place] and not taken & {*range(a, b)}
            ]
            if end - start > 1:
                others.append(("two", [Span(start, start + 1, kind), Span(start + 1, end, kind)]))
            for what, spans_there in others:
                changed = sorted(rest + spans_there)
                yield what, [*sentences[:place], changed, *sentences[place + 1 :]], lengths
    yield from exchanges(sentences, lengths)


def exchanges(sentences: Annotation, lengths: list[int]):
    """Yield annotations in which two spans have each other's type."""
    places = [(s, n) for s, spans in enumerate(sentences) for n in range(len(spans))]
    for one, other in itertools.combinations(places, 2):
        a, b = (sentences[s][n] for s, n in (one, other))
        if a.type != b.type:
            copy = [list(spans) for spans in sentences]
            copy[one[0]][one[1]] = a._replace(type=b.type)
            copy[other[0]][other[1]] = b._replace(type=a.type)
            yield "exchanged", copy, lengths


@pytest.mark.parametrize("seed", range(12))
def test_any_single_change_changes_the_number(seed):
    sentences, lengths = annotation(seed, most=6)
    expected = hash_of_spans(sentences, lengths)
    for what, *changed in changes(sentences, lengths):
        assert hash_of_spans(*changed) != expected, what


@pytest.mark.slow
def test_all_annotations_of_a_few_tokens_have_numbers_of_their_own():
    tags = ["O", "B-A", "I-A", "B-B", "I-B"]
    spans_of = {
        (length, tuple(decode_slowly(list(sentence))))
        for length in range(7)
        for sentence in itertools.product(tags, repeat=length)
    }
    found = {hash_of_spans([list(spans)], [length]) for length, spans in spans_of}
    assert len(found) == len(spans_of) == 2911


@pytest.mark.slow
def test_a_thousand_random_annotations_have_numbers_of_their_own():
    rng = np.random.default_rng(1)
    lists = {
        tuple(tuple(s) for s in well_formed(rng, "IOB2", 6, TYPES, longest=20)) for _ in range(1200)
    }
    assert len({hash_of(spanf1.evaluate(one, one)) for one in lists}) == len(lists) > 1100


def test_names_of_types_have_numbers_of_their_own():
    names = {"".join(s) for n in range(4) for s in itertools.product("AB-_éà\udc80組", repeat=n)}
    assert len(set(map(type_number, names))) == len(names)


def test_types_are_known_by_their_names_not_by_their_order():
    gold, other = [["B-A"], ["B-B"]], [["B-B"], ["B-A"]]
    swapped = [spanf1.evaluate(gold, other), spanf1.evaluate(gold, gold)]
    assert len({*map(hash_of, swapped)}) == 1
    assert hash_of(spanf1.evaluate(other, gold)) != hash_of(swapped[0])
