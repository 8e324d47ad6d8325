"""Spans of tokens as spans of characters, and levels of tags."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.core.documents import Document, TextSpan, joined
from spanf1.core.repairs import PARTS
from spanf1.core.schemes import SCHEMES
from spanf1.core.spans import decode, ends_of
from spanf1.core.tags import TagSet
from spanf1.exceptions import LayoutError, LossError
from spanf1.formats.tokens import (
    broken,
    by_sentence,
    levels_of,
    sentence_of,
    tagged,
    tags_of,
    text_spans,
    tokenized,
    with_tokens,
)

NESTED = "spans that nest or overlap"
REPEATED = "spans that are there twice"
FREE = "spans that do not begin and end where tokens do"
TOUCHING = "spans that touch one of their type, which IO cannot part"


def document(words: str, *spans: tuple[int, int, str], **known) -> Document:
    """A document of tokens; its spans are given by tokens."""
    text, tokens = joined(words.split(" "))
    placed = [TextSpan(kind, ((tokens[a][0], tokens[b - 1][1]),)) for a, b, kind in spans]
    return Document(text, placed, tokens, **known)


def spans_of(tags: list[str]):
    tag_set = TagSet({})
    codes = np.array([tag_set.code(tag) for tag in tags], np.int32)
    return decode(codes, np.zeros(1, np.intp)[: len(tags)]), ["", *tag_set.types]


def test_spans_of_tokens_become_spans_of_the_text() -> None:
    spans, names = spans_of(["B-X", "I-X", "O", "I-Y"])
    first, second = text_spans(spans, names, [(0, 2), (3, 4), (5, 6), (6, 9)])
    assert first[:3] == ("X", ((0, 4),), None)
    assert second[:3] == ("Y", ((6, 9),), None)
    assert [ends_of(one.shape).first for one in (first, second)] == ["B", "I"]


def test_sentences_part_spans() -> None:
    spans, _ = spans_of(["O", "B-X", "O", "B-Y", "I-Y"])
    parts = by_sentence(spans, np.array([0, 1, 1, 3, 5]))
    assert [(one.start.tolist(), one.end.tolist()) for one in parts] == [
        ([], []),
        ([], []),
        ([0], [1]),
        ([0], [2]),
        ([], []),
    ]


def test_a_sentence_has_the_spans_of_all_levels() -> None:
    levels, names = zip(*map(spans_of, (["B-X", "I-X"], ["O", "B-X"])), strict=True)
    found = sentence_of(["a", ""], levels[:1], names[0], "f:1")
    assert found == ("a ", found.spans, [(0, 1), (2, 2)], None, 0, True, False, ())
    with pytest.raises(LayoutError, match="f:1: token 2: the span here has nothing but empty"):
        sentence_of(["a", ""], levels, names[0], "f:1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \n", []),
        ("Paris-based (U.S.)", ["Paris", "-", "based", "(", "U", ".", "S", ".", ")"]),
        ("l'été\u00a0à_b 東京です", ["l", "'", "été", "à_b", "東京です"]),
    ],
)
def test_tokens_of_a_text(text, words) -> None:
    assert Document(text, (), tokenized(text)).words() == words


@given(st.text())
def test_every_character_is_in_a_token(text) -> None:
    tokens = tokenized(text)
    covered = {place for start, end in tokens for place in range(start, end)}
    assert covered == {place for place, one in enumerate(text) if not one.isspace()}
    assert len(covered) == sum(end - start for start, end in tokens)


def test_known_tokens_are_kept() -> None:
    assert with_tokens(Document("a.b", ())).tokens == [(0, 1), (1, 2), (2, 3)]
    assert with_tokens(Document("a.b", (), [(0, 3)])).tokens == [(0, 3)]
    assert with_tokens(Document(None, ())).tokens is None


@pytest.mark.parametrize(
    ("words", "place"), [([], None), (["a", "é𝒳"], None), (["a", "\ud83d", "\ude00"], 1)]
)
def test_half_surrogate_pairs(words, place) -> None:
    assert broken(words) == place


@pytest.mark.parametrize(
    ("spans", "levels", "scheme", "placed", "lost"),
    [
        ((), 1, "IOB2", [[]], []),
        (((2, 3, "A"), (0, 1, "A")), 1, "IOB2", [[1, 0]], []),
        (((0, 1, "A"), (0, 3, "B")), 2, "IOB2", [[1], [0]], []),
        (((0, 1, "A"), (0, 3, "B")), 1, "IOB2", [[1]], [(0, NESTED)]),
        (((0, 2, "A"), (1, 3, "A")), 1, "IOB2", [[0]], [(1, NESTED)]),
        (((1, 3, "A"), (0, 2, "A")), 1, "IOB2", [[1]], [(0, NESTED)]),
        (((0, 2, "A"), (0, 2, "A"), (0, 2, "B")), 3, "IOB2", [[0], [1], [2]], []),
        (((0, 2, "A"), (0, 2, "A")), 1, "IOB2", [[0]], [(1, REPEATED)]),
        (((0, 2, "A"), (0, 2, "B")), 1, "IOB2", [[0]], [(1, NESTED)]),
        (((0, 2, "A"), (2, 3, "A")), 1, "IOB1", [[0, 1]], []),
        (((0, 2, "A"), (2, 3, "B")), 1, "IO", [[0, 1]], []),
        (((0, 2, "A"), (2, 3, "A")), 1, "IO", [[0]], [(1, TOUCHING)]),
        (((0, 1, "A"), (1, 3, "A")), 1, "IO", [[1]], [(0, TOUCHING)]),
        (((0, 2, "A"), (2, 3, "A")), 2, "IO", [[0], [1]], []),
    ],
)
def test_levels(spans, levels, scheme, placed, lost) -> None:
    assert levels_of(document("a b c", *spans), levels, scheme) == (placed, lost)


def test_what_cannot_be_tags_is_said() -> None:
    spans = [
        TextSpan("A", ((0, 2),)),
        TextSpan("A", ((0, 1),)),
        TextSpan("A", ((0, 3),)),
        TextSpan("A", ((0, 2), (3, 4))),
        TextSpan("A", (), "ab"),
    ]
    lost = [(1, FREE), (2, FREE), (3, "discontinuous spans")]
    lost.append((4, "spans of which only the text is known"))
    assert levels_of(Document("ab c", spans), 9, "IOB2") == ([[0], *[[]] * 8], lost)
    nowhere = levels_of(Document(None, spans[:1]), 1, "IOB2")
    assert nowhere == ([[]], [(0, "spans of a text that is not known")])


def naive_levels(document: Document, levels: int, scheme: str):
    """Put spans on levels by looking at every token."""
    place = {offset: k for k, one in enumerate(document.tokens) for offset in one}
    found = [
        (range(place[parts[0][0]], place[parts[0][1]] + 1), kind, index)
        for index, (kind, parts, *_) in enumerate(document.spans)
    ]
    rows: list[dict] = [{} for _ in range(levels)]
    put: list[list] = [[] for _ in rows]
    lost = []
    for tokens, kind, index in sorted(found, key=lambda one: (-len(one[0]), one[0][0], one[2])):
        for row, spans in zip(rows, put, strict=True):
            beside = {row.get(tokens[0] - 1), row.get(tokens[-1] + 1)}
            if not any(k in row for k in tokens) and (scheme != "IO" or kind not in beside):
                row.update(dict.fromkeys(tokens, kind))
                spans.append((tokens[0], index))
                break
        else:
            lost.append(index)
    return [[index for _, index in sorted(spans)] for spans in put], sorted(lost)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_levels_of_random_spans(scheme) -> None:
    rng = random.Random(scheme)
    for _ in range(150):
        count = rng.randint(1, 7)
        starts = [rng.randrange(count) for _ in range(rng.randrange(8))]
        spans = [(start, rng.randint(start + 1, count), rng.choice("AB")) for start in starts]
        one = document(" ".join("x" * rng.randint(1, 3) for _ in range(count)), *spans)
        room = rng.randint(1, 3)
        levels, lost = levels_of(one, room, scheme)
        assert (levels, [index for index, _ in lost]) == naive_levels(one, room, scheme)
        for level in levels:
            tags = tags_of(one, level, scheme)
            assert spanf1.decode(tags) == [spans[index] for index in level]
            assert tags == spanf1.encode([spans[index] for index in level], count, scheme=scheme)
        if lost:
            with pytest.raises(LossError):
                tagged(one, room, scheme)


@settings(max_examples=50)
@given(st.data())
def test_nested_spans_need_as_many_levels_as_they_are_deep(data) -> None:
    spans: list[tuple[int, int, str]] = []

    def fill(start: int, end: int) -> None:
        while start < end:
            stop = data.draw(st.integers(start + 1, end))
            if data.draw(st.booleans()):
                spans.append((start, stop, "A"))
                if stop - start < end or data.draw(st.booleans()):
                    fill(start + 1, stop)
            start = stop

    fill(0, 9)
    one = document(" ".join("abcdefghi"), *data.draw(st.permutations(spans)))
    depth = max(sum(a <= k < b for a, b, _ in spans) for k in range(9))
    assert not levels_of(one, depth, "IOB2").lost
    if depth > 1:
        assert levels_of(one, depth - 1, "IOB2").lost


@pytest.mark.parametrize("kind", ["A ", "", "A\rB"])
def test_types_that_are_no_part_of_a_tag(kind) -> None:
    with pytest.raises(LossError, match=r"line 7: type .* cannot be written in a tag"):
        tags_of(document("a", (0, 1, kind), line=7), [0], "IOB2")


def test_untyped_spans_and_odd_types() -> None:
    one = document("a b c", (0, 1, "_"), (1, 2, "A-B"), (2, 3, "New York"))
    assert tags_of(one, [0, 1, 2], "BILOU") == ["U", "U-A-B", "U-New York"]


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (Document(None, (), line=3), "line 3: without a text there are no tokens"),
        (Document(None, (), [(0, 1)]), "without a text"),
        (document("a", (0, 1, "A"), (0, 1, "A")), f"A 'a': tags on one level .* {REPEATED}"),
    ],
)
def test_nothing_is_lost_unsaid(one, message) -> None:
    with pytest.raises(LossError, match=message):
        tagged(one, 1, "IOB2")


def test_tags_of_a_text_without_tokens() -> None:
    one = Document("In New York.", [TextSpan("LOC", ((3, 11),))])
    assert tagged(one, 1, "IOBES") == (["In", "New", "York", "."], [["O", "B-LOC", "E-LOC", "O"]])
    assert "IO" not in PARTS
