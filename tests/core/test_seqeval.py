"""What the core makes of tags as other scorers do, against those scorers."""

import warnings
from itertools import product

import numpy as np
import pytest

from spanf1.core.matching import match_spans
from spanf1.core.seqeval import (
    DEFAULT_GRID,
    default_action,
    letter_number,
    seqeval_default,
    seqeval_strict,
)
from spanf1.core.spans import CLOSES, OPENS, Spans
from spanf1.core.tags import TagSet
from tests.helpers.twins import (
    LETTERS,
    SCHEMES,
    alphabet_of,
    pairs,
    seed_of,
    their_labeling,
    their_scheme,
)


def their_default(sentences):
    """Return what seqeval finds, at the places that tokens have without the tags between."""
    lengths = np.cumsum([len(sentence) + 1 for sentence in sentences]) - 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        entities = their_labeling.get_entities(sentences)
    place = lambda flat: flat - int(np.searchsorted(lengths, flat))  # noqa: E731
    return [(kind, place(start), place(last + 1)) for kind, start, last in entities]


def coded(sentences):
    tags = TagSet({})
    codes = np.array([tags.code(tag) for sentence in sentences for tag in sentence], np.int32)
    lengths = np.array([*map(len, sentences)], np.intp)
    return codes, np.cumsum(lengths) - lengths, tags


def named(spans, tags):
    names = ["", *tags.types]
    columns = (spans.type.tolist(), spans.start.tolist(), spans.end.tolist())
    return [(names[kind], *place) for kind, *place in zip(*columns, strict=True)]


@pytest.mark.parametrize("kinds", ["AB", ""])
def test_the_default_in_the_core(kinds):
    """The letters of all schemes, with types, with some and with none."""
    letters = "BIESLUMW"
    tags = ["O", "O", *letters, *(f"{x}-{kind}" for x in letters for kind in kinds)]
    for both in pairs(seed_of("core", kinds), tags, 800):
        for side in both:
            sentences = [sentence for sentence in side if sentence]
            codes, starts, tag_set = coded(sentences)
            untyped = tag_set.types.get("_", 0)
            spans = seqeval_default(codes, starts, untyped)
            assert named(spans, tag_set) == their_default(sentences)


@pytest.mark.parametrize("name", SCHEMES)
def test_the_strict_mode_in_the_core(name):
    for both in pairs(seed_of("core", name), alphabet_of(LETTERS[name]), 200):
        for side in both:
            codes, starts, tag_set = coded(side)
            spans = named(seqeval_strict(codes, starts, name), tag_set)
            firsts = starts.tolist()
            assert spans == [
                (entity.tag, entity.start + firsts[number], entity.end + firsts[number])
                for number, sentence in enumerate(side)
                for entity in their_scheme.Tokens(sentence, getattr(their_scheme, name)).entities
            ]


def test_the_grid_says_what_it_shows():
    assert len(DEFAULT_GRID.splitlines()) == 9
    for before, after in product("OBIES.*", repeat=2):
        for same in (True, False):
            action = default_action(letter_number(before), letter_number(after), same_type=same)
            types = "A", "A" if same else "B"
            assert bool(action & OPENS) == their_labeling.start_of_chunk(before, after, *types)
            assert bool(action & CLOSES) == their_labeling.end_of_chunk(before, after, *types)


def test_spans_that_overlap_are_matched_by_their_ends():
    def spans(*rows):
        start, end, kind = (np.array(column, np.intp) for column in zip(*rows, strict=True))
        return Spans(start, end, kind, np.zeros(len(rows), np.int16))

    gold = spans((0, 1, 1), (0, 2, 1), (0, 3, 2), (3, 5, 1))
    predicted = spans((0, 2, 1), (1, 3, 2), (3, 5, 1), (3, 6, 1))
    index, other = match_spans(gold, predicted)
    assert (index.tolist(), other.tolist()) == ([1, 3], [0, 2])
