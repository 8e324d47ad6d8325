"""Repair and conversion: what must hold for any tags, and the cases of corpora/cases, row by row.

Everything is compared with plain loops over strings, most of which know nothing of codes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, pairwise, product
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqscore.encoding import get_encoding
from seqscore.model import Mention
from seqscore.model import Span as SeqscoreSpan
from seqscore.validation import InvalidStateError, validate_labels

import spanf1
from spanf1.core.repairs import FOREIGN, PARTS, REPAIRS, Rewritten, repaired, rewrite, violations
from spanf1.core.schemes import PREFIX_BITS, SCHEME_NAMES, SCHEMES
from spanf1.core.spans import WELL_FORMED, decode, encode, touching
from spanf1.core.tags import UNTYPED, TagForm, TagSet
from tests.helpers.oracles import ALPHABETS, SEQSCORE_NAMES, Span
from tests.helpers.oracles import encode as encode_slowly
from tests.helpers.plain import RULES, decode_slowly, is_well_formed, split
from tests.helpers.shared_data import ROOT
from tests.helpers.strategies import steady

CASES = ROOT / "corpora" / "cases" / "repair.md"

ALL_SCHEMES = sorted(RULES)
PAIRS = list(product(ALL_SCHEMES, ALL_SCHEMES))
TYPES = ["A", "B", "S"]

# Where one example is put to many schemes.
fewer = settings(steady, max_examples=40)

Sentences = list[list[str]]
NOTHING = np.zeros(0, np.intp)


# ------------------------------------------------------------------------- tags and their codes


class Coded(NamedTuple):
    """Sentences of tags, as the core takes them."""

    codes: np.ndarray
    starts: np.ndarray
    tags: TagSet
    lengths: list[int]

    def texts(self, codes: np.ndarray) -> Sentences:
        """Return codes of the same tokens as sentences of tags."""
        names = ["", *self.tags.types]
        mask = (1 << PREFIX_BITS) - 1
        spelt = [TagForm().spell(c & mask, names[c >> PREFIX_BITS]) for c in codes.tolist()]
        ends = np.cumsum(self.lengths, dtype=int).tolist()
        return [spelt[end - length : end] for end, length in zip(ends, self.lengths, strict=True)]


def coded(sentences: Sequence[Sequence[str]]) -> Coded:
    tags = TagSet({}, TagForm())
    lengths = [len(sentence) for sentence in sentences]
    starts = np.cumsum([0, *lengths])[:-1][np.array(lengths, int) > 0]
    codes = [tags.code(tag) for sentence in sentences for tag in sentence]
    return Coded(np.array(codes, np.int32), starts.astype(np.intp), tags, lengths)


def rewritten(
    sentences: Sentences, scheme: str, to: str, method: str
) -> tuple[Sentences, Rewritten]:
    """Return the sentences in another scheme, and all that `rewrite` says."""
    given_tags = coded(sentences)
    found = rewrite(given_tags.codes, given_tags.starts, scheme, to, method)
    return given_tags.texts(found.codes), found


def spelt(sentence: list[str]) -> list[str]:
    """Return tags as they are written anew: a tag without a type loses its hyphen."""
    return [tag.removesuffix("-") for tag in sentence]


def strict_spans(sentence: list[str], scheme: str) -> list[Span]:
    return [span for span in decode_slowly(sentence) if is_well_formed(span, sentence, scheme)]


# One flat list, in which None ends a sentence, is drawn faster than lists in a list.

ANY_TAG = [f"{prefix}-{kind}" for prefix in "BIESLUMW" for kind in TYPES] + ["B", "I-", "E", "S-"]


def parted(flat: Sequence[str | None]) -> Sentences:
    sentences: Sentences = [[]]
    for tag in flat:
        if tag is None:
            sentences.append([])
        else:
            sentences[-1].append(tag)
    return sentences


def sentences_of(tags: Sequence[str]) -> st.SearchStrategy[Sentences]:
    """Draw sentences, some of them empty, of some tags, with O and ends of sentences between."""
    others = ["O", "O", None] * (len(tags) // 6 + 1)
    drawn = st.lists(st.sampled_from([*tags, *others]), max_size=24).map(parted)
    # Sentences without a span, before the first and behind the last one that has any.
    empty = st.sampled_from([[], [], [["O"]], [["O", "O"], [], ["O"]]])
    return st.tuples(empty, drawn, empty).map(lambda parts: [*chain.from_iterable(parts)])


def own_tags(scheme: str, types: Sequence[str] = TYPES) -> list[str]:
    return [f"{prefix}-{kind}" for prefix in ALPHABETS[scheme] for kind in types]


@st.composite
def tagged_sentences(draw: st.DrawFn) -> tuple[str, Sentences]:
    """Draw a scheme and tags: of all prefixes, of its own, or of its own and few types."""
    scheme = draw(st.sampled_from(ALL_SCHEMES))
    pool = draw(st.sampled_from([ANY_TAG, own_tags(scheme), own_tags(scheme, "A")]))
    return scheme, draw(sentences_of(pool))


@st.composite
def spans_in_sentences(draw: st.DrawFn) -> list[tuple[int, list[Span]]]:
    """Draw sentences, each as its length and its spans: many touch, many end with it."""
    drawn = draw(
        st.lists(
            st.none() | st.tuples(st.sampled_from([0, 0, 1, 2]), st.integers(1, 4), kinds),
            max_size=12,
        )
    )
    sentences: list[tuple[int, list[Span]]] = [(0, [])]
    for item in drawn:
        length, spans = sentences[-1]
        if item is None:
            sentences[-1] = (length + draw(st.sampled_from([0, 0, 1])), spans)
            sentences.append((0, []))
        else:
            gap, size, kind = item
            spans.append(Span(length + gap, length + gap + size, kind))
            sentences[-1] = (length + gap + size, spans)
    return sentences


kinds = st.sampled_from(["A", "A", "B", "S"])
schemes = st.sampled_from(ALL_SCHEMES)
methods = st.sampled_from(sorted(REPAIRS))


def well_formed_tags(sentences: list[tuple[int, list[Span]]], scheme: str) -> Sentences:
    return [encode_slowly(spans, length, scheme) for length, spans in sentences]


def merged(spans: list[Span]) -> tuple[list[Span], list[int]]:
    """Return spans with those of one type that touch made one, and where they touched."""
    result: list[Span] = []
    places = []
    for span in spans:
        if result and result[-1].end == span.start and result[-1].type == span.type:
            places.append(span.start)
            result[-1] = Span(result[-1].start, span.end, span.type)
        else:
            result.append(span)
    return result, places


# ------------------------------------------------------------------------------------- encoding


@pytest.mark.slow
@steady
@given(spans_in_sentences(), schemes)
def test_encode_writes_what_the_definition_says(
    sentences: list[tuple[int, list[Span]]], scheme: str
) -> None:
    tags = well_formed_tags(sentences, scheme)
    # Read in a scheme that carries all spans, written in any.
    carried = coded(well_formed_tags(sentences, "IOBES"))
    spans = decode(carried.codes, carried.starts)
    written = encode(spans, len(carried.codes), carried.starts, scheme)
    assert carried.texts(written) == tags


@pytest.mark.slow
@steady
@given(spans_in_sentences(), schemes)
def test_decoding_undoes_encoding(sentences: list[tuple[int, list[Span]]], scheme: str) -> None:
    carried = coded(well_formed_tags(sentences, "IOBES"))
    spans = decode(carried.codes, carried.starts)
    again = decode(encode(spans, len(carried.codes), carried.starts, scheme), carried.starts)
    assert WELL_FORMED[scheme][again.shape].all()
    if scheme in PARTS:
        assert [a.tolist() for a in again[:3]] == [a.tolist() for a in spans[:3]]
    else:
        found = [
            spanf1.decode(tags)
            for tags in carried.texts(encode(spans, len(carried.codes), carried.starts, scheme))
        ]
        assert found == [merged(spans)[0] for _, spans in sentences]


@pytest.mark.slow
@steady
@given(spans_in_sentences())
def test_touching(sentences: list[tuple[int, list[Span]]]) -> None:
    carried = coded(well_formed_tags(sentences, "IOBES"))
    spans = decode(carried.codes, carried.starts)
    every = [(number, span) for number, (_, spans) in enumerate(sentences) for span in spans]
    expected = [
        index
        for index, ((number, span), (other_number, other)) in enumerate(pairwise(every), 1)
        if number == other_number and span.end == other.start and span.type == other.type
    ]
    assert touching(spans, carried.starts).tolist() == expected


def test_only_io_cannot_part_spans_that_touch() -> None:
    assert set(SCHEMES) - PARTS == {"IO"}


@pytest.mark.parametrize("scheme", ALL_SCHEMES)
def test_no_tokens_at_all(scheme: str) -> None:
    codes = np.zeros(0, np.int32)
    assert len(encode(decode(codes, NOTHING), 0, NOTHING, scheme)) == 0
    assert len(violations(codes, NOTHING, scheme).token) == 0
    for method in REPAIRS:
        found = rewrite(codes, NOTHING, scheme, scheme, method)
        assert (len(found.codes), found.spans, found.ill_formed, len(found.lost)) == (0, 0, 0, 0)


# ----------------------------------------------------------------------------------- conversion


@pytest.mark.slow
@fewer
@given(spans_in_sentences())
def test_there_and_back_is_the_identity(sentences: list[tuple[int, list[Span]]]) -> None:
    """For all pairs of schemes; by way of IO, what is not said to be lost."""
    lengths = np.cumsum([0] + [length for length, _ in sentences]).tolist()
    touch = [
        offset + place
        for offset, (_, spans) in zip(lengths, sentences, strict=False)
        for place in merged(spans)[1]
    ]
    alone = [(length, merged(spans)[0]) for length, spans in sentences]
    for scheme, to in PAIRS:
        tags = well_formed_tags(sentences, scheme)
        there, found = rewritten(tags, scheme, to, "begin")
        assert there == well_formed_tags(alone if scheme == "IO" else sentences, to)
        assert found.ill_formed == 0
        assert found.lost.tolist() == (touch if to == "IO" and scheme != "IO" else [])
        back, found = rewritten(there, to, scheme, "begin")
        if to == "IO" and scheme != "IO":
            assert back == well_formed_tags(alone, scheme)
        else:
            assert back == tags
        assert found.ill_formed == len(found.lost) == 0


@fewer
@given(tagged_sentences(), methods)
def test_conversion_is_repair_and_then_conversion(case: tuple[str, Sentences], method: str) -> None:
    """In one step or in two, of any tags; IO in the middle would lose spans."""
    scheme, sentences = case
    if scheme == "IO":
        return
    at_home, _ = rewritten(sentences, scheme, scheme, method)
    for to in ALL_SCHEMES:
        direct, found = rewritten(sentences, scheme, to, method)
        by_way, later = rewritten(at_home, scheme, to, "begin")
        assert direct == by_way
        assert found.lost.tolist() == later.lost.tolist()


@pytest.mark.slow
@steady
@given(tagged_sentences(), methods)
def test_what_is_lost_is_all_that_is_lost(case: tuple[str, Sentences], method: str) -> None:
    """Each token that is named stands for one span that the new tags do not show."""
    scheme, sentences = case
    kept = sum(len(repaired_slowly(sentence, scheme, method)) for sentence in sentences)
    for to in ALL_SCHEMES:
        new, found = rewritten(sentences, scheme, to, method)
        assert sum(len(decode_slowly(sentence)) for sentence in new) == kept - len(found.lost)
        if to == "IO":
            flat = [tag for sentence in new for tag in sentence]
            assert all(flat[place - 1] == flat[place] != "O" for place in found.lost.tolist())
        else:
            assert len(found.lost) == 0


# --------------------------------------------------------------------------------------- repair


def joined_slowly(spans: list[Span], sentence: list[str], scheme: str) -> list[Span]:
    """A span that begins ill-formed right behind another becomes part of it, type and all."""
    result: list[Span] = []
    opens = RULES[scheme][0].split()
    for span in spans:
        before, here = ["O", *sentence][span.start : span.start + 2]
        begins_well = here[0] in opens or (
            here[0] + "=" in opens and split(before) != ("O", "") and split(before)[1] == span.type
        )
        if not begins_well and result and result[-1].end == span.start:
            result[-1] = Span(result[-1].start, span.end, result[-1].type)
        else:
            result.append(span)
    return result


def repaired_slowly(sentence: list[str], scheme: str, method: str) -> list[Span]:
    spans = decode_slowly(sentence)
    if method == "discard":
        return [span for span in spans if is_well_formed(span, sentence, scheme)]
    return joined_slowly(spans, sentence, scheme) if method == "join" else spans


def written_slowly(spans: list[Span], sentence: list[str], scheme: str) -> list[str]:
    tags = encode_slowly(spans, len(sentence), scheme)
    return [tag.removesuffix(f"-{UNTYPED}") for tag in tags]


@pytest.mark.slow
@steady
@given(tagged_sentences(), methods)
def test_repair_writes_what_its_sentence_says(case: tuple[str, Sentences], method: str) -> None:
    scheme, sentences = case
    expected = [
        written_slowly(repaired_slowly(sentence, scheme, method), sentence, scheme)
        for sentence in sentences
    ]
    new, found = rewritten(sentences, scheme, scheme, method)
    assert new == expected
    spans = [span for sentence in sentences for span in decode_slowly(sentence)]
    good = [span for sentence in sentences for span in strict_spans(sentence, scheme)]
    assert (found.spans, found.ill_formed) == (len(spans), len(spans) - len(good))


@pytest.mark.slow
@steady
@given(tagged_sentences(), methods)
def test_repaired_spans(case: tuple[str, Sentences], method: str) -> None:
    scheme, sentences = case
    tags = coded(sentences)
    spans = repaired(decode(tags.codes, tags.starts), tags.starts, scheme, method)
    offsets = np.cumsum([0, *tags.lengths]).tolist()
    names = ["", *tags.tags.types]
    assert [
        (start, end, names[kind])
        for start, end, kind in zip(*(array.tolist() for array in spans[:3]), strict=True)
    ] == [
        (span.start + offset, span.end + offset, span.type)
        for offset, sentence in zip(offsets, sentences, strict=False)
        for span in repaired_slowly(sentence, scheme, method)
    ]


@fewer
@given(tagged_sentences(), methods)
def test_what_repair_writes_is_well_formed(case: tuple[str, Sentences], method: str) -> None:
    scheme, sentences = case
    for to in ALL_SCHEMES:
        new = coded(rewritten(sentences, scheme, to, method)[0])
        assert len(violations(new.codes, new.starts, to).token) == 0
        assert WELL_FORMED[to][decode(new.codes, new.starts).shape].all()


@pytest.mark.slow
@steady
@given(spans_in_sentences(), schemes, methods)
def test_well_formed_tags_are_left_alone(
    sentences: list[tuple[int, list[Span]]], scheme: str, method: str
) -> None:
    tags = well_formed_tags(sentences, scheme)
    given_tags = coded(tags)
    assert len(violations(given_tags.codes, given_tags.starts, scheme).token) == 0
    new, found = rewritten(tags, scheme, scheme, method)
    assert new == tags
    assert found.ill_formed == len(found.lost) == 0


@pytest.mark.slow
@steady
@given(tagged_sentences(), methods)
def test_repair_twice_is_repair_once(case: tuple[str, Sentences], method: str) -> None:
    scheme, sentences = case
    once, _ = rewritten(sentences, scheme, scheme, method)
    for again in REPAIRS:
        assert rewritten(once, scheme, scheme, again)[0] == once


@pytest.mark.slow
@steady
@given(tagged_sentences())
def test_lenient_is_strict_after_begin(case: tuple[str, Sentences]) -> None:
    """But for spans that touch, where the scheme is IO: those are said to be lost."""
    scheme, sentences = case
    new, found = rewritten(sentences, scheme, scheme, "begin")
    lenient = [spanf1.decode(sentence) for sentence in sentences]
    if len(found.lost):
        assert scheme == "IO"
        lenient = [merged(spans)[0] for spans in lenient]
    assert [spanf1.decode(s, scheme=scheme, reading="strict") for s in new] == lenient


@pytest.mark.slow
@steady
@given(tagged_sentences())
def test_strict_is_strict_after_discard(case: tuple[str, Sentences]) -> None:
    scheme, sentences = case
    new, found = rewritten(sentences, scheme, scheme, "discard")
    assert len(found.lost) == 0
    strict = [spanf1.decode(s, scheme=scheme, reading="strict") for s in sentences]
    assert [spanf1.decode(s, scheme=scheme, reading="strict") for s in new] == strict
    assert [spanf1.decode(sentence) for sentence in new] == strict


@pytest.mark.slow
@steady
@given(tagged_sentences(), tagged_sentences())
def test_scores_before_and_after_repair(
    gold_case: tuple[str, Sentences], predicted_case: tuple[str, Sentences]
) -> None:
    """Both sides of a comparison, each in a scheme of its own, give the same counts of spans."""
    (gold_scheme, gold), (predicted_scheme, predicted) = gold_case, predicted_case
    length = min(sum(map(len, gold)), sum(map(len, predicted)))
    sides = [
        [[tag for sentence in side for tag in sentence][:length]] for side in (gold, predicted)
    ]
    options = {"gold_scheme": gold_scheme, "pred_scheme": predicted_scheme}
    for reading, method in (("lenient", "begin"), ("strict", "discard")):
        before = spanf1.evaluate(*sides, reading=reading, **options)
        pairs = zip(sides, options.values(), strict=True)
        found = [rewritten(side, scheme, scheme, method) for side, scheme in pairs]
        if any(len(rest.lost) for _, rest in found):
            continue
        after = spanf1.evaluate(*(side for side, _ in found), reading="strict", **options)
        assert after.micro == before.micro
        assert {name: before[name] for name in before.types} == {
            name: after[name] for name in after.types
        }
        assert [side.spans for side in after.ill_formed] == [0, 0]


# ----------------------------------------------------------------------------------- violations

Step = tuple[int, str, str, bool]


def found_violations(sentence: list[str], scheme: str) -> list[Step]:
    tags = coded([sentence])
    found = violations(tags.codes, tags.starts, scheme)
    mask = (1 << PREFIX_BITS) - 1
    names = ["", *tags.tags.types]
    before, after = (
        [
            "" if code == FOREIGN else TagForm().spell(code & mask, names[code >> PREFIX_BITS])
            for code in codes.tolist()
        ]
        for codes in (found.before, found.after)
    )
    return list(zip(found.token.tolist(), before, after, found.at_end.tolist(), strict=True))


def expected_violations(sentence: list[str], scheme: str) -> list[Step]:
    """Step by step: what it opens or closes, and whether that may be opened or closed there."""
    opens, closes = (rule.split() for rule in RULES[scheme])
    around = ["O", *spelt(sentence), "O"]
    found = []

    def native(tag: str) -> bool:
        return tag == "O" or tag[0] in ALPHABETS[scheme]

    def allowed(rule: list[str], tag: str, beside: str) -> bool:
        same = beside != "O" and split(tag)[1] == split(beside)[1]
        return tag[0] in rule or (same and tag[0] + "=" in rule)

    slowly = decode_slowly(sentence)
    starts, ends = {span.start for span in slowly}, {span.end for span in slowly}
    for place, (before, after) in enumerate(pairwise(around)):
        at_end = place == len(sentence)
        wrong = place in starts and native(after) and not allowed(opens, after, before)
        wrong |= place in ends and native(before) and not allowed(closes, before, after)
        if wrong:
            found.append((place - at_end, before, after, at_end))
        if not native(after):
            found.append((place, "", after, False))
    return found


@pytest.mark.slow
@steady
@given(tagged_sentences())
def test_violations_follow_their_definition(case: tuple[str, Sentences]) -> None:
    scheme, sentences = case
    tags = coded(sentences)
    offsets = np.cumsum([0, *tags.lengths]).tolist()
    expected = [
        (token + offset, at_end)
        for offset, sentence in zip(offsets, sentences, strict=False)
        for token, _, _, at_end in expected_violations(sentence, scheme)
    ]
    found = violations(tags.codes, tags.starts, scheme)
    assert sorted(zip(found.token.tolist(), found.at_end.tolist(), strict=True)) == sorted(expected)
    assert (np.diff(found.token) >= 0).all()
    for sentence in sentences:
        assert sorted(found_violations(sentence, scheme)) == sorted(
            expected_violations(sentence, scheme)
        )


@pytest.mark.slow
@steady
@given(tagged_sentences())
def test_tags_without_violations_are_those_that_encode_writes(case: tuple[str, Sentences]) -> None:
    _, sentences = case
    tags = coded(sentences)
    spans = decode(tags.codes, tags.starts)
    for scheme in ALL_SCHEMES:
        anew = encode(spans, len(tags.codes), tags.starts, scheme)
        same = np.array_equal(anew, tags.codes)
        assert (len(violations(tags.codes, tags.starts, scheme).token) == 0) == same


@pytest.mark.slow
@steady
@given(tagged_sentences())
def test_ill_formed_spans_are_those_with_a_violation(case: tuple[str, Sentences]) -> None:
    """And the reverse: a violation that is at no span's end is a foreign prefix within one."""
    scheme, sentences = case
    for sentence in sentences:
        found = found_violations(sentence, scheme)
        foreign = {token for token, before, _, _ in found if not before}
        steps = {token + at_end for token, before, _, at_end in found if before}
        accounted = set()
        for span in decode_slowly(sentence):
            ends = (span.start, span.end, span.start in foreign, span.end - 1 in foreign)
            opens_wrong, closes_wrong = ends_wrong(span, sentence, scheme)
            foreign_within = any(token in foreign for token in range(span.start + 1, span.end - 1))
            wrong = opens_wrong or closes_wrong or foreign_within
            assert is_well_formed(span, sentence, scheme) != wrong
            if opens_wrong:
                assert ends[0] in steps or ends[2]
                accounted.add(ends[0])
            if closes_wrong:
                assert ends[1] in steps or ends[3]
                accounted.add(ends[1])
        assert steps <= accounted


def ends_wrong(span: Span, sentence: list[str], scheme: str) -> tuple[bool, bool]:
    """Return which ends of a span are wrong, each judged with the other one put right."""
    opens, closes = (rule.split() for rule in RULES[scheme])
    around = ["O", *sentence, "O"]
    first, last = sentence[span.start], sentence[span.end - 1]
    before, behind = around[span.start], around[span.end + 1]
    good = [
        tag[0] in rule or (tag[0] + "=" in rule and beside != "O" and split(beside)[1] == span.type)
        for tag, rule, beside in ((first, opens, before), (last, closes, behind))
    ]
    return not good[0], not good[1]


# ----------------------------------------------------------------------------- against seqscore

MESSAGE = re.compile(r"Invalid transition '(.*)' -> '(.*?)'")
SEQSCORE_SCHEMES = sorted(SEQSCORE_NAMES)


def seqscore_errors(sentence: list[str], scheme: str) -> tuple[set[Step], set[Step]]:
    """Return the transitions that seqscore finds invalid, and the tags of unknown states."""
    result = validate_labels(
        sentence,
        get_encoding(SEQSCORE_NAMES[scheme]),
        line_nums=list(range(len(sentence))),
    )
    steps, states = set(), set()
    for error in result.errors:
        if isinstance(error, InvalidStateError):
            states.add((error.line_num, "", error.label, False))
        else:
            found = MESSAGE.match(error.msg)
            assert found
            at_end = error.msg.endswith("at end of sequence")
            steps.add((error.line_num, *found.groups(), at_end))
    return steps, states


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SEQSCORE_SCHEMES)
def test_violations_are_those_that_seqscore_finds(scheme: str) -> None:
    @steady
    @given(sentences_of(own_tags(scheme)))
    def compare(sentences: Sentences) -> None:
        for sentence in filter(None, sentences):
            steps, states = seqscore_errors(sentence, scheme)
            found = found_violations(sentence, scheme)
            assert set(found) == steps
            assert len(found) == len(steps)
            assert not states

    compare()


@pytest.mark.slow
@steady
@given(
    st.sampled_from(SEQSCORE_SCHEMES),
    sentences_of([tag for tag in ANY_TAG if tag[1:2] and tag[-1] != "-"]),
)
def test_a_foreign_prefix_is_one_violation_where_seqscore_counts_up_to_three(
    scheme: str, sentences: Sentences
) -> None:
    """To seqscore the steps to and from it are invalid too, whatever they open or close."""
    for sentence in filter(None, sentences):
        steps, states = seqscore_errors(sentence, scheme)
        found = set(found_violations(sentence, scheme))
        foreign = {token for token, *_ in states}
        assert {step for step in found if not step[1]} == states

        def beside_foreign(step: Step, foreign: set[int] = foreign) -> bool:
            token, _, _, at_end = step
            return token in foreign or (token - 1 in foreign and not at_end)

        ours = found - states
        assert ours <= steps
        assert {s for s in ours if not beside_foreign(s)} == {
            s for s in steps if not beside_foreign(s)
        }
        assert (not found) == (not steps and not states)


def test_a_foreign_prefix_by_example() -> None:
    sentence = ["B-A", "E-A", "I-A"]
    assert found_violations(sentence, "IOB2") == [
        (1, "", "E-A", False),
        (2, "E-A", "I-A", False),
    ]
    steps, states = seqscore_errors(sentence, "IOB2")
    assert states == {(1, "", "E-A", False)}
    assert steps == {(1, "B-A", "E-A", False), (2, "E-A", "I-A", False)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scheme", "method", "theirs"),
    [
        ("IOB1", "begin", "conlleval"),
        ("IOB2", "begin", "conlleval"),
        ("IOB2", "discard", "discard"),
    ],
)
def test_repair_is_that_of_seqscore(scheme: str, method: str, theirs: str) -> None:
    encoding = get_encoding(SEQSCORE_NAMES[scheme])
    assert theirs in encoding.supported_repair_methods()

    @steady
    @given(sentences_of(own_tags(scheme)))
    def compare(sentences: Sentences) -> None:
        new, _ = rewritten(sentences, scheme, scheme, method)
        assert new == [list(encoding.repair_labels(sentence, theirs)) for sentence in sentences]

    compare()


def test_seqscore_has_no_other_repairs() -> None:
    """So the others are compared with plain loops only."""
    methods = {
        (scheme, method)
        for scheme, name in SEQSCORE_NAMES.items()
        for method in get_encoding(name).supported_repair_methods()
    }
    assert methods == {("IOB1", "conlleval"), ("IOB2", "conlleval"), ("IOB2", "discard")}


@pytest.mark.slow
@fewer
@given(spans_in_sentences())
def test_conversion_is_that_of_seqscore(sentences: list[tuple[int, list[Span]]]) -> None:
    for scheme, to in product(SEQSCORE_SCHEMES, SEQSCORE_SCHEMES):
        source, target = (get_encoding(SEQSCORE_NAMES[name]) for name in (scheme, to))
        expected, tags = [], []
        for length, spans in sentences:
            mentions = [Mention(SeqscoreSpan(s.start, s.end), s.type) for s in spans]
            tags.append(list(source.encode_mentions(mentions, length)))
            expected.append(list(target.encode_mentions(source.decode_labels(tags[-1]), length)))
        assert rewritten(tags, scheme, to, "begin")[0] == expected


# ---------------------------------------------------------------------------------- the cases


def tables(title: str) -> list[list[str]]:
    """Return the rows of the tables whose first column has a title."""
    rows, wanted = [], False
    for line in CASES.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            wanted = False
        elif not wanted:
            wanted = cells[0] == title
        elif cells[0] != "---":
            rows.append(cells)
    return rows


class Case(NamedTuple):
    tags: list[str]
    scheme: str
    violations: str
    begin: list[str]
    discard: list[str]
    join: list[str]


def repair_cases() -> list[Case]:
    found = []
    for tags, scheme, wrong, *methods in tables("tags"):
        texts = (tags if text == "=" else text for text in methods)
        found.append(Case(tags.split(), scheme, wrong, *(text.split() for text in texts)))
    return found


def shown(step: Step) -> str:
    token, before, after, at_end = step
    if at_end:
        return f"{token}: {before} → end"
    return f"{token}: {before} → {after}" if before else f"{token}: {after}"


@pytest.mark.parametrize(
    "case", repair_cases(), ids=lambda case: f"{case.scheme}: {' '.join(case.tags)}"
)
class TestCase:
    def test_violations(self, case: Case) -> None:
        assert "; ".join(map(shown, found_violations(case.tags, case.scheme))) == case.violations

    @pytest.mark.parametrize("method", sorted(REPAIRS))
    def test_repair(self, case: Case, method: str) -> None:
        new, found = rewritten([case.tags], case.scheme, case.scheme, method)
        assert new == [getattr(case, method)]
        strict = spanf1.decode(case.tags, scheme=case.scheme, reading="strict")
        assert found.ill_formed == found.spans - len(strict)
        if len(found.lost):
            with pytest.raises(spanf1.LossError, match=rf"tags\[{found.lost[0]}\]: IO cannot part"):
                spanf1.repair(case.tags, method=method, scheme=case.scheme)
        else:
            assert spanf1.repair(case.tags, method=method, scheme=case.scheme) == new[0]

    def test_validate(self, case: Case) -> None:
        """The end of a sentence is an O to it."""
        kinds = [text.partition(": ")[2] for text in case.violations.split("; ") if text]
        found = spanf1.validate(case.tags, scheme=case.scheme)
        assert [one.kind for one in found] == [kind.replace("end", "O") for kind in kinds]
        assert all(one.reason for one in found)


def test_the_cases_say_what_each_method_does() -> None:
    text = " ".join(CASES.read_text(encoding="utf-8").split())
    for method, sentence in REPAIRS.items():
        assert f"- **{method}**: {sentence}" in text


def test_every_scheme_has_cases_with_and_without_violations() -> None:
    cases = repair_cases()
    assert len(cases) >= 40
    for wrong in (True, False):
        assert {case.scheme for case in cases if bool(case.violations) == wrong} == set(SCHEMES)


class Written(NamedTuple):
    """The same spans in each scheme, and the tokens at which IO loses one."""

    spans: str
    tags: dict[str, list[str]]
    lost: list[int]


def conversion_cases() -> list[Written]:
    found: dict[str, Written] = {}
    for spans, scheme, tags, lost in tables("spans"):
        written = found.setdefault(spans, Written(spans, {}, []))
        written.tags[scheme] = tags.split()
        written.lost.extend(map(int, lost.split()))
    return list(found.values())


@pytest.mark.parametrize("case", conversion_cases(), ids=lambda case: case.spans)
class TestConversion:
    def test_every_scheme_is_there(self, case: Written) -> None:
        assert set(case.tags) == set(SCHEMES)

    @pytest.mark.parametrize("to", ALL_SCHEMES)
    def test_from_each_to_each(self, case: Written, to: str) -> None:
        for scheme, tags in case.tags.items():
            if scheme == "IO" and case.lost:
                continue
            new, found = rewritten([tags], scheme, to, "begin")
            assert new == [case.tags[to]]
            assert found.lost.tolist() == (case.lost if to == "IO" else [])

    def test_the_spans(self, case: Written) -> None:
        for scheme, tags in case.tags.items():
            spans = spanf1.decode(tags, scheme=scheme, reading="strict")
            if scheme == "IO" and case.lost:
                assert len(spans) == case.spans.count(":") - len(case.lost)
            else:
                text = ", ".join(f"{span.type} {span.start}:{span.end}" for span in spans)
                assert text == case.spans


def test_other_names_of_schemes_are_in_the_cases() -> None:
    text = CASES.read_text(encoding="utf-8")
    assert all(name in text for name in SCHEME_NAMES)
