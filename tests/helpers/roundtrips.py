"""Documents made up, and what two formats both carry of them; driven by the table of formats."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import strategies as st

import spanf1
from spanf1.checks.convert import WHITE_SPACE, Conversion, fitted
from spanf1.core.documents import Document, TextSpan, squeezed
from spanf1.exceptions import LossError
from spanf1.formats.registry import FORMATS, Writing, write
from spanf1.formats.tokens import tokenized

_LETTERS = "abcdeXYZ0é😀\u0301日.-'\"#\\{[, \n\t\u00a0"
_TYPES = ("PER", "LOC", "MISC")
HOW = Writing()

Spans = Counter[tuple[object, ...]]


def pairs(extras: Sequence[str]) -> list[tuple[str, str]]:
    """Return each pair of formats that needs these extras, and no other."""
    names = [name for name, one in FORMATS.items() if one.written and one.extra in ("", *extras)]
    found = permutations(names, 2)
    wanted = [(a, b) for a, b in found if not extras or FORMATS[a].extra or FORMATS[b].extra]
    return [*wanted, *((name, name) for name in names if FORMATS[name].extra or not extras)]


@st.composite
def documents(draw: st.DrawFn, tokens: bool | None = None) -> list[Document]:
    """Draw documents with all that any format carries: the texts, and more spans than fit some."""
    found = []
    with_tokens = draw(st.booleans()) if tokens is None else tokens
    with_ids = draw(st.booleans())
    for number in range(draw(st.integers(1, 3))):
        text = draw(st.text(_LETTERS, max_size=16)) + draw(st.sampled_from("ab.😀"))
        words = tokenized(text)
        spans = []
        for _ in range(draw(st.integers(0, 4))):
            kind = draw(st.sampled_from(_TYPES))
            if draw(st.integers(0, 3)):
                first = draw(st.integers(0, len(words) - 1))
                last = draw(st.integers(first, min(first + 2, len(words) - 1)))
                parts: tuple[tuple[int, int], ...] = ((words[first][0], words[last][1]),)
            else:
                ends = draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=4))
                ends = sorted(set(ends))[: len(set(ends)) // 2 * 2]
                parts = tuple(zip(ends[::2], ends[1::2], strict=True))
                parts = tuple(part for part in parts if text[slice(*part)].strip())
            if parts:
                spans.append(TextSpan(kind, parts))
        key = f"d{number}" if with_ids else None
        found.append(Document(text, spans, words if with_tokens else None, key, number + 1))
    return found


def saved(folder: str, name: str, given: Sequence[Document]) -> str:
    """Write what a format carries of documents, and return the path."""
    path = str(Path(folder) / f"first.{name}")
    kept = [fitted(document, name, HOW).document for document in given]
    if FORMATS[name].folder:
        os.mkdir(path)
        write(kept, name, path, HOW)
    else:
        with open(path, "wb") as stream:
            write(kept, name, stream, HOW)
    return path


def read(path: str, name: str) -> list[Document]:
    return list(spanf1.read_documents(path, name))


def spans_of(found: Sequence[Document], *formats: str) -> Spans:
    """Return the spans of documents, as all of some formats know them."""
    carries = [FORMATS[name].carries for name in formats]
    placed = all("offsets" in one for one in carries)
    # Texts that are made of tokens have other white space.
    squeezes = all(map(has_text, formats)) and not all("text" in one for one in carries)
    keys: Spans = Counter()
    for number, document in enumerate(found):
        for span in document.spans:
            said = squeezed(document.text_of(span))
            if not placed or not span.parts:
                keys[number, span.type, said] += 1
                continue
            ends: object = span.parts
            if squeezes and document.text is not None:
                black = [len(squeezed(document.text[:end])) for part in span.parts for end in part]
                ends = tuple(zip(black[::2], black[1::2], strict=True))
            keys[number, span.type, ends] += 1
    return keys


def lost(done: Conversion) -> int:
    return sum(done.lost_spans.values())


def has_text(name: str) -> bool:
    return bool(FORMATS[name].carries & {"text", "tokens"})


def needs_text(name: str) -> bool:
    return has_text(name) and "offsets" in FORMATS[name].carries


def carry_spans(first: str, second: str) -> bool:
    """Return whether spans of one format can be in another one."""
    texts = has_text(first) or not needs_text(second)
    return texts and (
        "offsets" in FORMATS[first].carries or "offsets" not in FORMATS[second].carries
    )


def check_there_and_back(first: str, second: str, given: Sequence[Document]) -> None:
    """Convert documents from one format to another and back: what both carry is the same."""
    with tempfile.TemporaryDirectory() as folder:
        start = saved(folder, first, given)
        before = read(start, first)
        there, back = (str(Path(folder) / f"{way}.{second}") for way in ("there", "back"))
        if not has_text(first) and needs_text(second):
            with pytest.raises(LossError, match="needs texts"):
                spanf1.convert_file(start, there, second, input_format=first, allow_loss=True)
            assert not os.path.exists(there)
            return
        done = spanf1.convert_file(start, there, second, input_format=first, allow_loss=True)
        between = read(there, second)
        _check_same(before, between, done, (first, second))
        if not has_text(second) and needs_text(first):
            return
        again = spanf1.convert_file(there, back, first, input_format=second, allow_loss=True)
        after = read(back, first)
        _check_same(between, after, again, (first, second))
        # A second time there is nothing more to lose.
        if not lost(done) and not lost(again):
            assert spans_of(before, first, second) == spans_of(after, first, second)


def _check_same(
    before: list[Document], after: list[Document], done: Conversion, formats: tuple[str, str]
) -> None:
    assert len(before) == len(after) == done.documents
    old, new = spans_of(before, *formats), spans_of(after, *formats)
    assert new <= old
    assert old.total() - new.total() == lost(done)
    assert new.total() == done.spans
    carries = FORMATS[formats[0]].carries & FORMATS[formats[1]].carries
    for one, other in zip(before, after, strict=True):
        if "text" in carries and WHITE_SPACE not in done.lost:
            assert one.text == other.text
        elif one.text is not None and other.text is not None:
            assert squeezed(one.text) == squeezed(other.text)
        if "tokens" in carries and one.tokens is not None:
            assert one.words() == other.words()
        if "ids" in carries and one.id is not None:
            assert str(one.id) == str(other.id)


def check_scores(first: str, second: str, gold: Sequence[Document], seed: int) -> None:
    """Score spans that two formats carry in one and in the other: the counts are the same."""
    carries = FORMATS[first].carries & FORMATS[second].carries
    match = "exact" if "offsets" in carries else "text"
    gold = [_carried(document, first, second) for document in gold]
    # Others than gold in every place that the seed says.
    predicted = [
        document._replace(
            spans=[
                span if (seed >> k) % 3 else span._replace(type="LOC")
                for k, span in enumerate(document.spans)
                if (seed >> k) % 4
            ]
        )
        for document in gold
    ]
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for side, given in (("gold", gold), ("predicted", predicted)):
            os.mkdir(Path(folder) / side)
            start = saved(str(Path(folder) / side), first, given)
            there = str(Path(folder) / side / f"there.{second}")
            done = spanf1.convert_file(start, there, second, input_format=first, allow_loss=True)
            assert not lost(done)
            paths.append((start, there))
        scores = [
            spanf1.score_file(*both, input_format=name, match=match, normalize=_normalize(match))
            for both, name in zip(zip(*paths, strict=True), (first, second), strict=True)
        ]
        assert scores[0].counts.types == scores[1].counts.types


def _carried(document: Document, *formats: str) -> Document:
    """Return a document without the spans that some formats cannot carry."""
    for name in formats:
        if "offsets" in FORMATS[name].carries:
            gone = Counter(span for span, _ in fitted(document, name, HOW).lost)
            kept = Counter(document.spans) - gone
            document = document._replace(spans=list(kept.elements()))
    return document


def _normalize(match: str) -> tuple[str, ...]:
    return ("space",) if match == "text" else ()
