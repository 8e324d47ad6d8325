"""Exact scores of named-entity predictions, and how each number was made."""

__version__ = "0.1.0"

from spanf1.api import Span, decode, evaluate, score_file
from spanf1.counts import Counts, TypeCounts
from spanf1.errors import (
    AlignmentError,
    IllFormedError,
    InputError,
    LayoutError,
    ReadError,
    SpanF1Error,
    TagError,
    UsageError,
)
from spanf1.options import Options
from spanf1.result import Result
from spanf1.scores import Score

__all__ = [
    "AlignmentError",
    "Counts",
    "IllFormedError",
    "InputError",
    "LayoutError",
    "Options",
    "ReadError",
    "Result",
    "Score",
    "Span",
    "SpanF1Error",
    "TagError",
    "TypeCounts",
    "UsageError",
    "__version__",
    "decode",
    "evaluate",
    "score_file",
]
