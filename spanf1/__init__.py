"""Exact scores of named-entity predictions, and how each number was made."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

from spanf1.api import evaluate, score_file
from spanf1.counts import Counts, TypeCounts
from spanf1.detection import Detection
from spanf1.errors import (
    AlignmentError,
    IllFormedError,
    InputError,
    LayoutError,
    LossError,
    ReadError,
    SpanF1Error,
    TagError,
    UsageError,
)
from spanf1.options import Confidence, Options
from spanf1.result import Result
from spanf1.scores import Score
from spanf1.signature import Signature

if TYPE_CHECKING:
    from spanf1.accumulating import SpanF1
    from spanf1.annotated.converting import convert_file
    from spanf1.annotated.inputs import read_documents
    from spanf1.annotated.validating import validate_file
    from spanf1.checking import Violation, convert, detect, repair, validate
    from spanf1.comparing import compare
    from spanf1.describing import describe
    from spanf1.documents import Document, TextSpan
    from spanf1.lexicon import Lexicon
    from spanf1.marking import baseline
    from spanf1.ranking import RankingOptions
    from spanf1.rescoring import rescore
    from spanf1.tagging import Span, decode, encode

__all__ = [
    "AlignmentError",
    "Confidence",
    "Counts",
    "Detection",
    "Document",
    "IllFormedError",
    "InputError",
    "LayoutError",
    "Lexicon",
    "LossError",
    "Options",
    "RankingOptions",
    "ReadError",
    "Result",
    "Score",
    "Signature",
    "Span",
    "SpanF1",
    "SpanF1Error",
    "TagError",
    "TextSpan",
    "TypeCounts",
    "UsageError",
    "Violation",
    "__version__",
    "baseline",
    "compare",
    "convert",
    "convert_file",
    "decode",
    "describe",
    "detect",
    "encode",
    "evaluate",
    "read_documents",
    "repair",
    "rescore",
    "score_file",
    "validate",
    "validate_file",
]

# What scoring does not need is imported when it is asked for: start-up is part of every run.
_LATER = {
    "Document": "documents",
    "Lexicon": "lexicon",
    "RankingOptions": "ranking",
    "Span": "tagging",
    "SpanF1": "accumulating",
    "TextSpan": "documents",
    "Violation": "checking",
    "baseline": "marking",
    "compare": "comparing",
    "convert": "checking",
    "convert_file": "annotated.converting",
    "decode": "tagging",
    "describe": "describing",
    "detect": "checking",
    "encode": "tagging",
    "read_documents": "annotated.inputs",
    "repair": "checking",
    "rescore": "rescoring",
    "validate": "checking",
    "validate_file": "annotated.validating",
}


def __getattr__(name: str) -> Any:
    """Import a public function that is asked for the first time."""
    if name not in _LATER:
        raise AttributeError(f"module 'spanf1' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"spanf1.{_LATER[name]}"), name)
    return value


def __dir__() -> list[str]:
    return __all__
