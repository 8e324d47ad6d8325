"""The public functions that check and change tags: detect, validate, repair, convert."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, cast, overload

import numpy as np

from spanf1.checks.spans import refuse_loss, scheme_to_write
from spanf1.core.detection import Detection, detection
from spanf1.core.options import AUTO, Options, TagScheme
from spanf1.core.repairs import FOREIGN, REPAIRS, RepairName, kind_of, reason, rewrite, violations
from spanf1.core.schemes import SchemeName
from spanf1.core.spans import decode as decode_codes
from spanf1.core.tags import AUTO_FORM, CodeArray, IntArray, TagSet
from spanf1.core.tags import tag_form as form_of
from spanf1.core.tally import SideTally
from spanf1.exceptions import TagError, UsageError
from spanf1.formats.lists import TagLists, tag_codes

#: one sentence's tags, or a list of sentences
Tags = Sequence[str] | TagLists


class Violation(NamedTuple):
    """A step between two tags that a scheme does not allow.

    `token`, counted from 0 in its `sentence`, is where the step leads to; the last one where it
    leads to the end of the sentence. `before` and `after` are the two tags, ``O`` beyond the
    sentence; `before` is empty where the scheme does not have the prefix of `after` at all.
    """

    sentence: int
    token: int
    before: str
    after: str
    reason: str

    @property
    def kind(self) -> str:
        """The step as text: ``O → I-PER``, or the one tag."""
        return kind_of(self.before, self.after)


class _Given:
    """Tags that were given, as one flat array of codes."""

    def __init__(self, tags: Sequence[str] | TagLists, form: str) -> None:
        self.set = TagSet({}, form_of(form))
        try:
            if isinstance(tags, str):
                raise TypeError
            tags = list(tags)
            #: whether they are one sentence
            self.flat = any(isinstance(tag, str) for tag in tags)
            self.sentences = cast(TagLists, [tags] if self.flat else tags)
            lengths = np.fromiter(map(len, self.sentences), np.intp)
            self.ends: IntArray = np.cumsum(lengths)
            self.codes: CodeArray = tag_codes(self.sentences, self.set, self.ends, "tags")
        except TypeError:
            raise UsageError("tags are to be a list of tags, or a list of such lists") from None
        except TagError as error:
            where = error.where.replace("tags[0]", "tags", 1) if self.flat else error.where
            raise TagError(error.message, where=where, hint=error.hint) from None
        self.starts: IntArray = (self.ends - lengths)[lengths > 0]

    def detection(self) -> Detection:
        """Return which scheme they are in."""
        shape = decode_codes(self.codes, self.starts)
        first = dict(zip(shape.shape[::-1].tolist(), (shape.start[::-1] + 1).tolist(), strict=True))
        counts = np.bincount(shape.shape)
        shapes = Counter({kind: int(counts[kind]) for kind in np.flatnonzero(counts).tolist()})
        return detection(SideTally(first=first).take(self.set), shapes, len(self.codes))

    def scheme(self, given: TagScheme) -> str:
        """Return the scheme by its canonical name, found out if none is given."""
        name = Options(gold_scheme=given).gold_scheme
        return self.detection().scheme if name == AUTO else name

    def place(self, token: int) -> tuple[int, int]:
        """Return a token's sentence, and its place in that, from 0."""
        sentence = int(np.searchsorted(self.ends, token, side="right"))
        return sentence, token - int(self.ends[sentence - 1] if sentence else 0)


def detect(tags: Tags, *, tag_form: str = AUTO_FORM) -> Detection:
    """Find out which tagging scheme tags are in.

    Parameters
    ----------
    tags : sequence of str, or of sequences of str
        The tags of one sentence, or of several. The more there are, the surer the answer.
    tag_form : str
        How tags are written, as an example, or ``auto``.

    Returns
    -------
    Detection
        With the evidence: what in the tags each scheme does not allow.

    Raises
    ------
    TagError
        If there is a tag that no scheme has.
    UsageError
        If an argument is not one of those above.

    Examples
    --------
    >>> import spanf1
    >>> found = spanf1.detect([["B-PER", "L-PER", "O", "U-LOC"]])
    >>> found.scheme, found.fitting, found.prefixes
    ('BILOU', ['BILOU'], 'BLU')
    """
    return _Given(tags, tag_form).detection()


def validate(tags: Tags, *, scheme: TagScheme = AUTO, tag_form: str = AUTO_FORM) -> list[Violation]:
    """Return everything in tags that their scheme does not allow; nothing if they are well-formed.

    Parameters
    ----------
    tags : sequence of str, or of sequences of str
        The tags of one sentence, or of several.
    scheme : str
        The tagging scheme, or ``auto``: the one that `detect` names.
    tag_form : str
        How tags are written, as an example, or ``auto``.

    Raises
    ------
    TagError
        If there is a tag that no scheme has.
    UsageError
        If an argument is not one of those above.

    Examples
    --------
    >>> import spanf1
    >>> for violation in spanf1.validate(["O", "I-PER", "O"], scheme="IOB2"):
    ...     print(violation.token, violation.kind, "-", violation.reason)
    1 O → I-PER - I begins no span in IOB2
    """
    given = _Given(tags, tag_form)
    name = given.scheme(scheme)
    found = violations(given.codes, given.starts, name)
    return [
        Violation(
            *given.place(token),
            "" if before == FOREIGN else given.set.spell(before),
            given.set.spell(after),
            reason(before, after, name),
        )
        for token, before, after in zip(
            found.token.tolist(), found.before.tolist(), found.after.tolist(), strict=True
        )
    ]


# A text is a sequence of texts, so to a type checker the two cases overlap.
@overload
def repair(  # type: ignore[overload-overlap]
    tags: Sequence[str],
    *,
    method: RepairName = ...,
    scheme: TagScheme = ...,
    tag_form: str = ...,
    allow_loss: bool = ...,
) -> list[str]: ...
@overload
def repair(
    tags: TagLists,
    *,
    method: RepairName = ...,
    scheme: TagScheme = ...,
    tag_form: str = ...,
    allow_loss: bool = ...,
) -> list[list[str]]: ...
def repair(
    tags: Tags,
    *,
    method: RepairName = "begin",
    scheme: TagScheme = AUTO,
    tag_form: str = AUTO_FORM,
    allow_loss: bool = False,
) -> list[str] | list[list[str]]:
    """Return tags with what their scheme does not allow put right.

    Well-formed tags stay as they are.

    Parameters
    ----------
    tags : sequence of str, or of sequences of str
        The tags of one sentence, or of several.
    method : str
        ``begin`` keeps every span, and writes it anew; ``discard`` drops the ill-formed ones;
        ``join`` makes a span that begins ill-formed right behind another part of that one.
    scheme : str
        The tagging scheme, or ``auto``: the one that `detect` names.
    tag_form : str
        How tags are written, as an example, or ``auto``.
    allow_loss : bool
        Write two spans of one type that touch as one, where the scheme (IO) cannot part them.

    Returns
    -------
    list of str, or list of lists of str
        As what was given.

    Raises
    ------
    TagError
        If there is a tag that no scheme has.
    LossError
        If the scheme cannot part two spans, and that is not allowed.
    UsageError
        If an argument is not one of those above.

    Examples
    --------
    >>> import spanf1
    >>> spanf1.repair(["B-PER", "I-LOC", "O", "I-LOC"], scheme="IOB2")
    ['B-PER', 'B-LOC', 'O', 'B-LOC']
    >>> spanf1.repair(["B-PER", "I-LOC", "O", "I-LOC"], scheme="IOB2", method="join")
    ['B-PER', 'I-PER', 'O', 'B-LOC']
    """
    given = _Given(tags, tag_form)
    name = given.scheme(scheme)
    return _rewritten(given, name, name, method, allow_loss=allow_loss)


@overload
def convert(  # type: ignore[overload-overlap]
    tags: Sequence[str],
    to: SchemeName,
    *,
    scheme: TagScheme = ...,
    method: RepairName = ...,
    tag_form: str = ...,
    allow_loss: bool = ...,
) -> list[str]: ...
@overload
def convert(
    tags: TagLists,
    to: SchemeName,
    *,
    scheme: TagScheme = ...,
    method: RepairName = ...,
    tag_form: str = ...,
    allow_loss: bool = ...,
) -> list[list[str]]: ...
def convert(
    tags: Tags,
    to: SchemeName,
    *,
    scheme: TagScheme = AUTO,
    method: RepairName = "begin",
    tag_form: str = AUTO_FORM,
    allow_loss: bool = False,
) -> list[str] | list[list[str]]:
    """Return the same spans written in another tagging scheme.

    Parameters
    ----------
    tags : sequence of str, or of sequences of str
        The tags of one sentence, or of several.
    to : str
        The scheme to write.
    scheme : str
        The scheme that the tags are in, or ``auto``: the one that `detect` names.
    method : str
        What is done about ill-formed spans, as for `repair`: by default they are kept.
    tag_form : str
        How tags are written, as an example, or ``auto``.
    allow_loss : bool
        Write two spans of one type that touch as one, where the scheme (IO) cannot part them.

    Raises
    ------
    TagError
        If there is a tag that no scheme has.
    LossError
        If the scheme cannot part two spans, and that is not allowed.
    UsageError
        If an argument is not one of those above.

    Examples
    --------
    >>> import spanf1
    >>> spanf1.convert([["B-PER", "I-PER", "O"], ["B-LOC"]], "IOBES")
    [['B-PER', 'E-PER', 'O'], ['S-LOC']]
    """
    given = _Given(tags, tag_form)
    name = scheme_to_write(to)
    return _rewritten(given, given.scheme(scheme), name, method, allow_loss=allow_loss)


def _rewritten(
    given: _Given, scheme: str, to: str, method: str, *, allow_loss: bool
) -> list[str] | list[list[str]]:
    if method not in REPAIRS:
        raise UsageError(f"unknown method {method!r}", hint=f"one of {', '.join(REPAIRS)}")
    new = rewrite(given.codes, given.starts, scheme, to, method)
    if not allow_loss:
        places = map(given.place, new.lost.tolist())
        refuse_loss(
            [f"tags[{k}]" if given.flat else f"tags[{sentence}][{k}]" for sentence, k in places], to
        )
    old = [str(tag) for sentence in given.sentences for tag in sentence]
    for token in np.flatnonzero(new.codes != given.codes).tolist():
        old[token] = given.set.respell(old[token], int(new.codes[token]))
    if given.flat:
        return old
    return [old[begin:end] for begin, end in pairwise([0, *given.ends.tolist()])]
