"""The strict mode where no scheme is given: which one the tags are in, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import chain
from typing import Any

from spanf1.compat.seqeval._entities import strict_sides
from spanf1.compat.seqeval._notices import warn
from spanf1.compat.seqeval._reading import OUTSIDE, Sentences
from spanf1.compat.seqeval._scores import Sums, sums_of, weights_of
from spanf1.compat.seqeval.scheme import IOB2, Token, auto_detect


def detected(y_true: Sentences, y_pred: Sentences, suffix: bool) -> type[Token]:
    """Return the scheme of the gold tags; of the predicted ones where gold has no entity."""
    for side in (y_true, y_pred):
        tags = dict.fromkeys(chain.from_iterable(side))
        if tags.keys() - {OUTSIDE, ""}:
            return auto_detect([tags], suffix)
    return IOB2


@contextmanager
def without_a_scheme(way_out: str = "") -> Iterator[None]:
    """Say beside an error what else there is to do where no scheme was given."""
    try:
        yield
    except (KeyError, ValueError) as error:
        error.add_note(f"no scheme was given; scheme=IOB1, for example, gives one{way_out}")
        raise


def detected_aloud(
    y_true: Sentences, y_pred: Sentences, suffix: bool, way_out: str = ""
) -> type[Token]:
    """Return the scheme that is `detected`, and say so, and what else there is to do."""
    scheme = detected(y_true, y_pred, suffix)
    name = scheme.__name__
    warn(f"strict without a scheme: {name} was detected. scheme={name} says so{way_out}.")
    return scheme


def strict_sums(
    y_true: Sentences,
    y_pred: Sentences,
    scheme: Any,
    suffix: bool,
    sample_weight: Any,
    *,
    way_out: str = "",
) -> Sums:
    """Count the entities by a scheme; where there is none, it is detected."""
    weights = weights_of(sample_weight, len(y_true))
    with nullcontext() if scheme else without_a_scheme(way_out):
        used = scheme or detected_aloud(y_true, y_pred, suffix, way_out)
        return sums_of(strict_sides(y_true, y_pred, used, suffix=suffix), weights)
