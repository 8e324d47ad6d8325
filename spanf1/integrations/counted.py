"""From counts by type, as other libraries let them be kept, back to a result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from spanf1.core.options import Options
from spanf1.core.scores import TypeCounts
from spanf1.core.spans import Ends, shape_of
from spanf1.core.tally import ABSENT, SpanKey, Tally
from spanf1.results.result import Result

# What was counted is well-formed, or no matter: a span of one token, B-PER between two O.
_SCHEME: Final = "IOB2"
_SHAPE = shape_of(Ends("O", "B", "B", "O"))


def counted(
    by_type: Mapping[str, TypeCounts], *, tokens: int = 0, tokens_correct: int = 0, **options: Any
) -> Result:
    """Return the scores of counts that a reading was chosen for already.

    Parameters
    ----------
    by_type : mapping of str to TypeCounts
        Spans in gold, predicted and correct.
    tokens, tokens_correct : int
        Tokens, and those whose tags are the same.
    **options
        `types`, `beta` and `zero_division` of `spanf1.Options`.
    """
    spans: Counter[SpanKey] = Counter()
    for name, (gold, predicted, correct) in by_type.items():
        spans[SpanKey(name, _SHAPE, _SHAPE)] = correct
        spans[SpanKey(name, _SHAPE, ABSENT)] = gold - correct
        spans[SpanKey(name, ABSENT, _SHAPE)] = predicted - correct
    tally = Tally(spans=+spans, tokens=tokens, tags_equal=tokens_correct)
    return Result(tally, Options.of({"scheme": _SCHEME, **options}))
