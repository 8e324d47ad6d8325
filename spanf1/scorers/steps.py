"""Steps between two tags that readings stumble over, and what each of them makes of a step."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanf1.core.repairs import FOREIGN, violations
from spanf1.core.spans import BoolArray
from spanf1.core.tags import CodeArray, IntArray
from spanf1.scorers.stretches import Stretch
from spanf1.scorers.views import Seen

# What a reading makes of a step: any of these.
INSIDE_BEFORE, ENDS_BEFORE, INSIDE_AFTER, BEGINS_AFTER = 8, 4, 2, 1
OUTCOMES = 16


class Step(NamedTuple):
    """A kind of step: the codes of the tag before and of the tag after; 0 beyond a sentence.

    `before` is `spanf1.core.repairs.FOREIGN` where the tag after has a prefix its scheme lacks.
    """

    before: int
    after: int


class Found(NamedTuple):
    """Disputed steps on one side of a stretch, and what each column makes of them.

    `wrong` has a row for each scheme of the side: whether that does not allow the step. `foreign`
    says that only readings in a scheme that neither side is in can stumble over it.
    """

    token: IntArray
    before: CodeArray
    after: CodeArray
    out: BoolArray
    wrong: BoolArray
    foreign: BoolArray
    outcomes: IntArray


def disputed_steps(
    stretch: Stretch,
    side: int,
    seen: Sequence[Seen],
    *,
    keeping: Sequence[bool],
    schemes: Sequence[str],
    own: Sequence[bool],
) -> Found:
    """Return the disputed steps on a side of a stretch.

    Parameters
    ----------
    stretch : Stretch
        The tags.
    side : int
        0 for gold, 1 for predicted.
    seen : sequence of Seen
        What each column sees on this side.
    keeping : sequence of bool
        Which columns keep ill-formed spans.
    schemes : sequence of str
        The schemes that this side is read in.
    own : sequence of bool
        Which of them gold or predicted are in.
    """
    codes, size = stretch.sides[side].codes, stretch.size
    fixed = np.zeros(size + 1, np.bool_)
    fixed[stretch.starts] = fixed[size] = True
    before = np.where(fixed[:-1], 0, np.concatenate(([0], codes[:-1]))).astype(np.int32)
    kept = [one for one, keeps in zip(seen, keeping, strict=True) if keeps]
    begins, ends = (_disagree([one[which] for one in kept]) for which in (0, 1))
    into, out = begins, ends & fixed[1:]
    into[1:] |= ends[:-1] & ~fixed[1:-1]
    wrong = np.zeros((len(schemes), 3, size), np.bool_)
    for number, scheme in enumerate(schemes):
        faults = violations(codes, stretch.starts, scheme)
        alone = faults.before == FOREIGN
        for which, at in enumerate((~alone & ~faults.at_end, alone, faults.at_end)):
            wrong[number, which, faults.token[at]] = True
    # Steps to a token, tokens by themselves, steps from a token out of its sentence.
    disagreed = np.stack((into, np.zeros_like(into), out))
    marked = wrong.any(axis=0) | disagreed
    theirs = wrong[list(own)].any(axis=0) | disagreed
    places = [np.flatnonzero(row) for row in marked]
    sizes = [len(place) for place in places]
    token = np.concatenate(places)
    steps = Found(
        token,
        np.concatenate((before[places[0]], np.full(sizes[1], FOREIGN), codes[places[2]])),
        np.where(np.arange(len(token)) < sizes[0] + sizes[1], codes[token], 0),
        np.repeat([False, False, True], sizes),
        np.concatenate([wrong[:, k, place] for k, place in enumerate(places)], axis=1),
        ~np.concatenate([theirs[k, place] for k, place in enumerate(places)]),
        np.zeros(0, np.intp),
    )
    return steps._replace(outcomes=np.array([outcome_of(steps, view) for view in seen]))


def _disagree(views: list[BoolArray]) -> BoolArray:
    """Return where some say yes and some say no."""
    return reduce(np.logical_or, views) & ~reduce(np.logical_and, views)


def outcome_of(steps: Found, view: Seen) -> IntArray:
    """Return what a reading makes of each of some steps."""
    # The token before the step, if there is one in the sentence, and the token after it.
    has_before, has_after = steps.before > 0, ~steps.out
    before = np.where(steps.out, steps.token, steps.token - 1)
    outcome: IntArray = (
        INSIDE_BEFORE * (has_before & view.inside[before])
        | ENDS_BEFORE * (has_before & view.ends[before])
        | INSIDE_AFTER * (has_after & view.inside[steps.token])
        | BEGINS_AFTER * (has_after & view.begins[steps.token])
    )
    return outcome


def packed_steps(steps: Found) -> npt.NDArray[np.int64]:
    """Return the kinds of steps, each packed into one number."""
    packed: npt.NDArray[np.int64] = steps.before.astype(np.int64) << 32 | steps.after
    return packed


def unpacked(packed: int) -> Step:
    """Return the step that two codes stand for, packed into one number."""
    return Step(packed >> 32, packed & 0xFFFFFFFF)
