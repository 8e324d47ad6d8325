"""What in one side's tags a scheme does not allow, and how it is put right."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from spanf1.core.schemes import PREFIX_MASK, PREFIXES, SCHEMES
from spanf1.core.spans import (
    WELL_FORMED,
    BoolArray,
    Spans,
    decode,
    encode,
    step_faults,
    touching,
    wrong_ends,
)
from spanf1.core.tags import CodeArray, IntArray

#: the ways of putting ill-formed spans right
REPAIRS = {
    "begin": "every span that the tags show, ill-formed or not, is kept and written anew",
    "discard": "ill-formed spans are dropped: their tokens become O",
    "join": "a span that begins ill-formed right behind another span becomes part of it, and "
    "takes its type; all others are kept and written anew",
}
#: a key of `REPAIRS`, for type checkers
RepairName = Literal["begin", "discard", "join"]


def _parts(name: str) -> bool:
    """Return whether a scheme keeps two spans of one type that touch apart."""
    pair = Spans(np.array([0, 1]), np.array([1, 2]), np.array([1, 1]), np.zeros(2, np.int16))
    nowhere = np.zeros(0, np.intp)
    return len(decode(encode(pair, 2, nowhere, name), nowhere).start) == 2


#: the schemes that keep spans of one type apart where they touch
PARTS = frozenset(name for name in SCHEMES if _parts(name))

#: stands before a tag that is a violation by itself
FOREIGN = -1


class Violations(NamedTuple):
    """Steps between two tags that a scheme does not allow, in order, as arrays of one length.

    Attributes
    ----------
    token : array of int
        The token that the step leads to; the last of the sentence if it leads to its end.
    before, after : array of int32
        The codes of the two tags; 0, the tag ``O``, beyond a sentence. Where the scheme does not
        have the prefix of the tag `after` at all, `before` is `FOREIGN`.
    at_end : array of bool
        Whether the step leads to the end of a sentence.
    """

    token: IntArray
    before: CodeArray
    after: CodeArray
    at_end: BoolArray


def _begins(starts: IntArray, tokens: int) -> BoolArray:
    """Return for each token, and for the end of all, whether a sentence begins there."""
    begins = np.zeros(tokens + 1, np.bool_)
    begins[starts] = True
    begins[0] = begins[tokens] = True
    return begins


def violations(codes: CodeArray, starts: IntArray, scheme: str) -> Violations:
    """Return what a scheme does not allow in tags that are all there.

    A step is not allowed if it opens a span by a prefix that may not open one there, or closes
    one by a prefix that may not close one there. A tag whose prefix the scheme does not have is
    one violation, and what it opens or closes by that prefix is none besides.

    Parameters
    ----------
    codes : array of int32, shape (tokens,)
        Tag codes.
    starts : array of int
        The tokens before which no span can go on.
    scheme : str
        One of `SCHEMES`.
    """
    spans = decode(codes, starts)
    begins = _begins(starts, len(codes))
    known = np.zeros(len(PREFIXES), np.bool_)
    known[[0, *(PREFIXES.index(letter) for letter in SCHEMES[scheme].prefixes)]] = True
    foreign = ~known[codes & PREFIX_MASK]
    wrong_opening, wrong_closing = wrong_ends(spans.shape, scheme)
    opening = spans.start[wrong_opening & ~foreign[spans.start]]
    closing = spans.end[wrong_closing & ~foreign[spans.end - 1]]
    # A step within a sentence may be wrong for what it closes and for what it opens.
    within = np.zeros(len(codes) + 1, np.bool_)
    within[opening] = True
    within[closing[~begins[closing]]] = True
    step = np.flatnonzero(within)
    before = np.where(begins[step], 0, codes[step - 1])
    odd = np.flatnonzero(foreign)
    last = closing[begins[closing]] - 1
    token = np.concatenate((step, odd, last))
    order = np.argsort(token, kind="stable")
    return Violations(
        token[order],
        np.concatenate((before, np.full_like(odd, FOREIGN), codes[last]))[order].astype(np.int32),
        np.concatenate((codes[step], codes[odd], np.zeros_like(codes[last])))[order],
        order >= len(step) + len(odd),
    )


def repaired(spans: Spans, starts: IntArray, scheme: str, method: str) -> Spans:
    """Return the spans that a repair leaves; their `Spans.shape` means nothing any more.

    Parameters
    ----------
    spans : Spans
        What the tags show.
    starts : array of int
        The tokens before which no span can go on.
    scheme : str
        The scheme that says which of them are ill-formed.
    method : str
        One of `REPAIRS`.
    """
    if method == "discard":
        return spans.only(WELL_FORMED[scheme][spans.shape])
    if method == "join":
        return _joined(spans, starts, scheme)
    return spans


def _joined(spans: Spans, starts: IntArray, scheme: str) -> Spans:
    if not len(spans.start):
        return spans
    end = int(spans.end[-1])
    begins = _begins(starts[starts <= end], end)
    joins = wrong_ends(spans.shape, scheme)[0]
    joins[0] = False
    joins[1:] &= (spans.start[1:] == spans.end[:-1]) & ~begins[spans.start[1:]]
    first = np.flatnonzero(~joins)
    last = np.append(first[1:] - 1, len(joins) - 1)
    return spans.only(first)._replace(end=spans.end[last])


class Rewritten(NamedTuple):
    """Tags written anew, and what became of the spans.

    Attributes
    ----------
    codes : array of int32, shape (tokens,)
        The new codes.
    spans : int
        How many spans there were.
    ill_formed : int
        How many of them were ill-formed.
    lost : array of int
        Tokens at which two spans of one type touch that the scheme written cannot part: there
        the second one is lost in the first.
    """

    codes: CodeArray
    spans: int
    ill_formed: int
    lost: IntArray


def rewrite(codes: CodeArray, starts: IntArray, scheme: str, to: str, method: str) -> Rewritten:
    """Return tags in another scheme, or in the same one with their faults repaired.

    Parameters
    ----------
    codes : array of int32, shape (tokens,)
        Tag codes, all there.
    starts : array of int
        The tokens before which no span can go on.
    scheme, to : str
        The scheme they are in, and the one to write.
    method : str
        What is done about ill-formed spans: one of `REPAIRS`.
    """
    spans = decode(codes, starts)
    kept = repaired(spans, starts, scheme, method)
    ill_formed = len(spans.start) - int(np.count_nonzero(WELL_FORMED[scheme][spans.shape]))
    lost = np.zeros(0, np.intp) if to in PARTS else kept.start[touching(kept, starts)]
    return Rewritten(encode(kept, len(codes), starts, to), len(spans.start), ill_formed, lost)


def kind_of(before: str, after: str) -> str:
    """Return what a violation is called by its two tags, of which the first may be empty."""
    return f"{before} → {after}" if before else after


def reason(before: int, after: int, scheme: str) -> str:
    """Say why a step between two tags is a violation.

    Parameters
    ----------
    before, after : int
        Codes, as in `Violations`.
    scheme : str
        One of `SCHEMES`.
    """
    rules = SCHEMES[scheme]
    second = PREFIXES[after & PREFIX_MASK]
    if before == FOREIGN:
        return f"{scheme} has no prefix {second}"
    first = PREFIXES[before & PREFIX_MASK]
    closing, opening = step_faults(before, after, scheme)
    reasons = []
    if closing and first in rules.prefixes:
        only = " but right before one of its type" * (first == rules.closes_before_same)
        reasons.append(f"{first} ends no span in {scheme}{only}")
    if opening and second in rules.prefixes:
        only = " but right behind one of its type" * (second == rules.opens_after_same)
        reasons.append(f"{second} begins no span in {scheme}{only}")
    return ", ".join(reasons)
