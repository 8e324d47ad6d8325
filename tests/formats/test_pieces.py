"""Sentences parted, joined and put together whole: nothing is lost, and lines stay the same."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanf1.core.spans import decode
from spanf1.formats.sentences import Sentences, last_start, whole

places = st.lists(st.integers(0, 30), max_size=4)


@st.composite
def sentences(draw: st.DrawFn) -> Sentences:
    """Any sentences, the first of which may have begun before."""
    codes = draw(st.lists(st.sampled_from([0, 9, 10]), max_size=30))
    begins = draw(st.sets(st.integers(0, 29)))
    starts, documents = (
        np.array(sorted(k for k in some if k < len(codes)), np.intp)
        for some in (begins, draw(st.sets(st.integers(0, 29), max_size=2)))
    )
    first = draw(st.integers(1, 99))
    tokens = [f"{first}:{k}" for k in range(len(codes))]
    return Sentences(
        np.array(codes, np.int32),
        starts,
        lambda token: first + 2 * token,
        first + 2 * len(codes),
        documents,
        len(documents) + draw(st.integers(0, 2)),
        tokens,
    )


def plain(piece: Sentences) -> tuple[object, ...]:
    """Everything that sentences say, as lists; their arrays have no truth."""
    lines = [piece.line(token) for token in range(piece.size)]
    arrays = (piece.codes, piece.starts, piece.document_starts)
    return (*(array.tolist() for array in arrays), lines, piece.documents, piece.tokens)


@given(sentences(), places)
def test_what_is_parted_can_be_joined(piece: Sentences, cuts: list[int]) -> None:
    parts, rest, done = [], piece, 0
    for cut in sorted({min(cut, piece.size) for cut in cuts}):
        part, rest = rest.parted(cut - done)
        assert part.size == cut - done
        assert [part.line(k) for k in range(part.size)] == [piece.line(k) for k in range(done, cut)]
        parts.append(part)
        done = cut
    joined = Sentences.joined([*parts, rest])
    assert plain(joined) == plain(piece)
    assert joined.lines == piece.lines


@given(st.lists(sentences(), max_size=6), st.integers(1, 40))
def test_nothing_goes_on_from_one_to_the_next(pieces: list[Sentences], size: int) -> None:
    found = list(whole(pieces, last_start, size))
    if found:
        assert plain(Sentences.joined(found))[:4] == plain(Sentences.joined(pieces))[:4]
    # The first sentence of all may have begun before.
    assert all(0 in one.starts for one in found[1:] if one.size and found[0].size)
    assert all(one.size >= size for one in found[:-1] if one.size)
    assert sum(one.documents for one in found) == sum(one.documents for one in pieces)


@given(sentences())
def test_forms_are_tokens_with_spaces(piece: Sentences) -> None:
    spans = decode(piece.codes, piece.starts)
    assert piece.tokens is not None
    assert [form.split(" ") for form in piece.texts(spans)] == [
        piece.tokens[start:end]
        for start, end in zip(spans.start.tolist(), spans.end.tolist(), strict=True)
    ]


@given(sentences())
def test_lists_are_the_sentences(piece: Sentences) -> None:
    assert piece.tokens is not None
    begin = int(piece.starts[0]) if len(piece.starts) else piece.size
    assert [token for _, tokens in piece.token_lists() for token in tokens] == piece.tokens[begin:]
    assert [first for first, _ in piece.token_lists()] == piece.starts.tolist()
