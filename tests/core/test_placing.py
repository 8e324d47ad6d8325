"""Documents matched: against a count by hand, and against scorers of tags."""

from __future__ import annotations

import random
import sys
import unicodedata
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spanf1
from spanf1.core.documents import Document, DocumentBatch, TextSpan, joined, squeezed
from spanf1.core.options import Confidence, Options
from spanf1.core.placing import TextCounter, _Solid, normalized
from spanf1.core.spans import UNTAGGED
from spanf1.exceptions import AlignmentError, LayoutError, UsageError
from spanf1.results.result import Result, rescore
from spanf1.results.signature import Signature
from tests.helpers import oracles

WHERE = (lambda one: f"gold:{one.line}", lambda one: f"pred:{one.line}")
TEXT = "Barack Obama was born in New York City."


def spans(*given):
    return [TextSpan(name, tuple(parts)) for name, *parts in given]


def scored(pairs, *, match="exact", normalize=(), confidence=None, by_position=False, size=3):
    unit = confidence.unit if confidence else ""
    options = Options(match=match, normalize=tuple(normalize))
    counter = TextCounter(WHERE, options, units=unit, by_position=by_position)
    pairs = list(pairs)
    for begin in range(0, len(pairs), size):
        some = pairs[begin : begin + size]
        counter.add(*(DocumentBatch(pair[side] for pair in some) for side in (0, 1)))
    return Result(counter.finish(None, None), options, None, confidence).check()


def counts(result):
    return {name: tuple(row) for name, row in result.counts.types.items()}


def by_hand(pairs):
    """Count spans of each pair as multisets."""
    found: dict[str, list[int]] = {}
    for gold, predicted in pairs:
        left, right = Counter(s[:2] for s in gold), Counter(s[:2] for s in predicted)
        for column, side in enumerate((left, right, left & right)):
            for (name, _), count in side.items():
                found.setdefault(name, [0, 0, 0])[column] += count
    return {name: tuple(row) for name, row in sorted(found.items())}


SPANS = st.lists(
    st.builds(
        TextSpan,
        st.sampled_from("AB"),
        st.lists(st.integers(0, 9), min_size=2, max_size=4, unique=True)
        .map(sorted)
        .map(lambda cuts: tuple(zip(cuts[::2], cuts[1::2], strict=False))),
        # Hypothesis would make up shapes that no span has.
        text=st.none(),
        shape=st.just(UNTAGGED),
    ),
    max_size=8,
)


@pytest.mark.slow
@given(st.lists(st.tuples(SPANS, SPANS), max_size=5))
def test_spans_are_multisets(sides):
    text = "ab de ghij"
    pairs = [(Document(text, gold), Document(text, pred)) for gold, pred in sides]
    results = [scored(pairs, size=size) for size in (1, 2, 5)]
    assert counts(results[0]) == by_hand(sides)
    assert results[0].tally == results[1].tally == results[2].tally


@pytest.mark.slow
@given(st.lists(st.tuples(SPANS, SPANS), min_size=2, max_size=5), st.randoms())
def test_parts_add_up_and_keep_the_hash(sides, rng):
    text = "ab de ghij"
    pairs = [(Document(text, gold), Document(text, pred)) for gold, pred in sides]
    cut = rng.randrange(len(pairs) + 1)
    whole, total = scored(pairs), scored(pairs[:cut]) + scored(pairs[cut:])
    assert whole.signature() == total.signature()
    assert counts(whole) == counts(total)
    # The order of spans in a document, and what was predicted, are not gold's.
    shuffled = [
        (gold._replace(spans=rng.sample(gold.spans, len(gold.spans))), pred._replace(spans=[]))
        for gold, pred in pairs
    ]
    assert scored(shuffled).signature().hash == whole.signature().hash


def test_nested_repeated_and_discontinuous_spans():
    gold = spans(("LOC", (25, 38)), ("LOC", (25, 33)), ("LOC", (25, 33)), ("X", (0, 6), (13, 16)))
    predicted = spans(("LOC", (25, 33)), ("X", (0, 6), (13, 16)), ("X", (0, 16)), ("LOC", (25, 38)))
    result = scored([(Document(TEXT, gold), Document(TEXT, predicted))])
    assert counts(result) == {"LOC": (3, 2, 2), "X": (1, 2, 1)}
    # what is left out in the middle is told apart, also by the hash
    other = scored([(Document(TEXT, spans(("X", (0, 7), (13, 16)))),) * 2])
    same = scored([(Document(TEXT, spans(("X", (0, 6), (13, 16)))),) * 2])
    whole = scored([(Document(TEXT, spans(("X", (0, 16)))),) * 2])
    assert len({one.signature().hash for one in (other, same, whole)}) == 2
    assert whole.signature().hash != same.signature().hash


def chopped(rng, text, chance):
    """Return tokens of a text, cut at white space and at random, and their characters."""
    found = []
    start = None
    for place, character in enumerate([*text, " "]):
        if character.isspace():
            if start is not None:
                found.append((start, place))
            start = None
        elif start is None:
            start = place
        elif rng.random() < chance:
            found.append((start, place))
            start = place
    return found


@pytest.mark.slow
def test_other_tokens_of_one_text():
    rng = random.Random(5)
    alphabet = "ab\N{GRINNING FACE}\N{CJK UNIFIED IDEOGRAPH-4E2D} \N{NO-BREAK SPACE}\t "
    for _ in range(400):
        text = "".join(rng.choices(alphabet, k=rng.randrange(1, 30)))
        sides, marked = [], []
        for chance in (0.3, 0.5):
            tokens = chopped(rng, text, chance)
            words, offsets = joined(text[a:b] for a, b in tokens)
            picked = []
            for _ in range(3 * bool(tokens)):
                first = rng.randrange(len(tokens))
                last = rng.randrange(first, len(tokens))
                picked.append((rng.choice("AB"), first, last))
            made = [TextSpan(t, ((offsets[a][0], offsets[b][1]),)) for t, a, b in picked]
            raw = [TextSpan(t, ((tokens[a][0], tokens[b][1]),)) for t, a, b in picked]
            marked.append(raw)
            sides.append((Document(words, made, offsets, spaced=True), Document(text, raw)))
        expected = by_hand([marked])
        for gold in sides[0]:
            for predicted in sides[1]:
                result = scored([(gold, predicted)])
                assert counts(result) == expected
                assert result.tally.size == len(squeezed(text))
        hashes = {scored([(gold, sides[1][0])]).signature().hash for gold in sides[0]}
        assert len(hashes) == 1


def test_tags_as_documents_count_as_tags():
    rng = np.random.default_rng(6)
    for _ in range(60):
        gold = oracles.uniform(rng, "IOB2", 8)
        predicted = oracles.altered(rng, gold, "IOB2")
        expected = spanf1.evaluate(gold, predicted)
        pairs = []
        for sides in zip(gold, predicted, strict=True):
            found = [spanf1.decode(tags) for tags in sides]
            pairs.append(
                [
                    Document(None, [TextSpan(s.type, ((s.start, s.end),)) for s in side])
                    for side in found
                ]
            )
        result = scored(pairs)
        assert counts(result) == {k: tuple(v) for k, v in expected.counts.types.items()}
        assert result.micro.f1 == pytest.approx(
            oracles.seqeval_report(gold, predicted)["micro avg"]["f1-score"]
            if any(expected.counts.total)
            else 0
        )


def named(*pairs):
    return [TextSpan(name, (), text) for name, text in pairs]


@pytest.mark.parametrize(
    ("how", "correct"),
    [
        ((), 1),
        (("case",), 2),
        (("space",), 2),
        (("nfkc",), 2),
        (("case", "space"), 3),
        (("space", "case", "nfkc"), 4),
    ],
)
def test_texts_are_multisets(how, correct):
    gold = named(
        ("LOC", "Paris"),
        ("LOC", "Rome"),
        ("ORG", "New York  Times"),
        ("X", "\N{CIRCLED DIGIT ONE}"),
    )
    said = named(("LOC", "Paris"), ("LOC", "ROME"), ("ORG", "New York Times"), ("X", "1"))
    result = scored([(Document(None, gold), Document(None, said))], match="text", normalize=how)
    assert result.micro.correct == correct
    signature = result.signature()
    assert Signature.parse(str(signature)) == signature
    assert "|texts:1|" in str(signature)
    order = [name for name in ("nfkc", "case", "space") if name in how]
    assert f"|match:{'/'.join(['text', *order])}|" in str(signature)


def test_the_same_text_twice_is_right_twice_only_if_said_twice():
    gold = Document(None, named(("LOC", "Paris"), ("LOC", "Paris")))
    once = Document(None, named(("LOC", "Paris")))
    assert counts(scored([(gold, once)], match="text")) == {"LOC": (2, 1, 1)}
    assert counts(scored([(gold, gold)], match="text")) == {"LOC": (2, 2, 2)}


def test_texts_of_offsets_and_of_lists():
    gold = Document(TEXT, spans(("PER", (0, 12)), ("LOC", (25, 33)), ("X", (0, 6), (13, 16))))
    said = Document(None, named(("PER", "Barack Obama"), ("LOC", "York"), ("X", "Barack was")))
    assert counts(scored([(gold, said)], match="text")) == {
        "LOC": (1, 1, 0),
        "PER": (1, 1, 1),
        "X": (1, 1, 1),
    }
    with pytest.raises(LayoutError, match="where PER 'Barack Obama' is, the input does not say"):
        scored([(gold, said)])


@given(st.text(), st.sets(st.sampled_from(["nfkc", "case", "space"])))
def test_normalizing_again_changes_nothing_more(text, how):
    once = normalized(text, how)
    if "nfkc" in how and "case" in how:
        # Unicode's folding may undo a composition: it is stable from the second time on.
        once = normalized(once, how)
    assert normalized(once, how) == once
    if not how:
        assert once == text
    if how == {"nfkc"}:
        assert once == unicodedata.normalize("NFKC", text)


@given(st.text(), st.lists(st.integers(0, 30)))
def test_places_without_white_space(text, offsets):
    offsets = [min(place, len(text)) for place in offsets]
    solid = _Solid(["x y", text, None])
    found = solid.at(np.ones(len(offsets), np.intp), np.array(offsets, np.intp))
    assert found.tolist() == [sum(not c.isspace() for c in text[:place]) for place in offsets]
    assert solid.sizes.tolist() == [2, len(squeezed(text)), 0]
    kept = [place for place, character in enumerate(text) if not character.isspace()]
    assert solid.given(1, np.arange(len(kept))) == kept


def test_white_space_is_what_python_takes_for_it():
    text = "".join(map(chr, range(sys.maxunicode + 1)))
    assert _Solid([text]).sizes.tolist() == [len(squeezed(text))]


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        (Document("a b", []), Document("a c", []), "pred:7: the text is 'a c' where gold:3"),
        (Document("ab", []), Document("a b", []), "the text is 'a b' where gold:3 has 'ab'"),
        (
            Document("ab", [], spaced=True),
            Document("ba", []),
            "the text is 'ba' where gold:3 has 'ab'",
        ),
        (Document("ab", []), Document("abc", []), "the text is 'abc' where"),
        (
            Document("ab", []),
            Document(None, spans(("A", (1, 3)))),
            "pred:7: A from 1 to 3 is not in the text, which has 2 characters",
        ),
    ],
)
def test_what_does_not_fit_together(gold, predicted, message):
    with pytest.raises(AlignmentError) as caught:
        scored([(gold._replace(line=3), predicted._replace(line=7))])
    assert message in str(caught.value)


def test_white_space_of_texts_made_of_tokens_does_not_count():
    gold = Document("ab", spans(("A", (0, 2))))
    predicted = Document("a b", spans(("A", (0, 3))), [(0, 1), (2, 3)], spaced=True)
    assert scored([(gold, predicted)]).micro.f1 == 1


def test_by_position_tokens_may_differ():
    sides = []
    for words in (["Paris", "is", "big"], ["URL", "is", "x"]):
        text, tokens = joined(words)
        found = [TextSpan("A", ((0, tokens[1][1]),)), TextSpan("B", (tokens[2],))]
        sides.append(Document(text, found, tokens, spaced=True))
    assert scored([sides], by_position=True).micro.f1 == 1
    with pytest.raises(AlignmentError):
        scored([sides])
    other = sides[1]._replace(tokens=sides[1].tokens[:2])
    for predicted in (other, other._replace(spaced=False)):
        with pytest.raises(AlignmentError):
            scored([(sides[0], predicted)], by_position=True)


def test_by_position_the_hash_is_that_of_gold():
    text, tokens = joined(["Paris", "is", "big"])
    found = [TextSpan("A", (tokens[0],)), TextSpan("B", (tokens[0],)), TextSpan("A", (tokens[2],))]
    gold = Document(text, found, tokens, spaced=True)
    text, tokens = joined(["URL", "is", "x"])
    other = Document(text, [TextSpan("A", (tokens[0],))], tokens, spaced=True)
    mixed, alike = scored([(gold, other)], by_position=True), scored([(gold, gold)])
    assert mixed.signature().hash == alike.signature().hash
    assert counts(mixed) == {"A": (2, 1, 1), "B": (1, 0, 0)}


def test_white_space_at_an_edge_counts_where_texts_are_known():
    pair = Document("ab ", spans(("A", (0, 2)))), Document("ab ", spans(("A", (0, 3))))
    assert scored([pair]).micro.f1 == 0


def test_intervals_of_documents():
    rng = random.Random(7)
    pairs = []
    for _ in range(50):
        gold = spans(*(("A", (k, k + 1)) for k in range(6) if rng.random() < 0.5))
        predicted = spans(*(("A", (k, k + 1)) for k in range(6) if rng.random() < 0.5))
        pairs.append((Document("abcdef", gold), Document("abcdef", predicted)))
    for unit in ("sentence", "document"):
        result = scored(pairs, confidence=Confidence(resamples=500, unit=unit))
        assert result.certainty.units == 50
        interval = result.certainty.averages["micro"].f1
        assert interval.low < result.micro.f1 < interval.high


def test_results_of_documents_go_through_json():
    result = scored([(Document(TEXT, spans(("PER", (0, 12)))),) * 2])
    data = result.to_dict()
    assert data["characters"] == len(squeezed(TEXT))
    assert data["accuracy"] is None
    assert rescore(data).signature() == result.signature()
    with pytest.raises(UsageError, match="counts of match exact, not of text"):
        rescore(data, str(result.signature()).replace("match:exact", "match:text"))
    tags = spanf1.evaluate([["B-A"]], [["B-A"]])
    with pytest.raises(UsageError, match="cannot be added"):
        result + tags


def test_schemes_are_for_tags():
    pair = (Document(TEXT, spans(("PER", (0, 12)))),) * 2
    counter = TextCounter(WHERE, Options())
    counter.add(*(DocumentBatch([side]) for side in pair))
    tally = counter.finish(None, None)
    assert Result(tally).check().schemes == ("none", "none")
    with pytest.raises(UsageError, match="have no scheme IOB2"):
        Result(tally, Options.of({"scheme": "IOB2"})).check()
    with pytest.raises(UsageError, match="counts tags only"):
        Result(tally, Options(reading="conlleval")).check()
    assert Result(tally, Options(reading="strict")).check().micro.f1 == 1
    with pytest.raises(UsageError, match="these are tags"):
        spanf1.evaluate([["B-A"]], [["B-A"]], scheme="none")


@pytest.mark.parametrize(
    ("given", "said"),
    [(("cases",), "'cases'"), ("case", "'case'"), (("case", 3), "3"), (("y", "x"), "'x', 'y'")],
)
def test_unknown_normalizations(given, said):
    with pytest.raises(UsageError, match=f"^unknown normalization {said}\n"):
        Options(match="text", normalize=given)
    with pytest.raises(UsageError, match="normalize is for match text"):
        Options(normalize=("case",))


def test_normalizations_may_come_one_by_one():
    given = Options(match="text", normalize=iter(["space", "case"]))
    assert given.normalize == ("case", "space")


def test_how_much_is_known_of_endless_texts_adds_up():
    end = 1 << 53
    pairs = [(Document(None, [TextSpan("A", ((0, end),))]),) * 2] * 3000
    sizes = {scored(pairs, size=size).tally.size for size in (3, 2000)}
    assert sizes == {3000 * end}
