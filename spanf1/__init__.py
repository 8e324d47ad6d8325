"""Exact scores of named-entity predictions, and how each number was made."""

from spanf1._version import __version__
from spanf1.exceptions import (
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

# As a type checker sees it; the module `typing` would be imported while Ctrl-C is not caught yet.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from spanf1.agreement.agree import agree
    from spanf1.agreement.agreement import Agreement
    from spanf1.agreement.picture import AgreementDisplay
    from spanf1.answers.answers import AnswerResult, answer_f1, score_answers
    from spanf1.answers.picture import AnswerDisplay, RetrievalDisplay
    from spanf1.answers.retrieval import RetrievalResult, score_retrieval
    from spanf1.answers.systems import AnswerComparison, compare_answers
    from spanf1.changes.changes import Changes
    from spanf1.changes.diff import diff
    from spanf1.changes.several import report
    from spanf1.checks.convert import convert_file
    from spanf1.checks.lists import (
        Violation,
        convert,
        decode,
        detect,
        encode,
        repair,
        validate,
    )
    from spanf1.checks.validate import validate_file
    from spanf1.contents.baseline import Lexicon, baseline
    from spanf1.contents.contents import Description
    from spanf1.contents.describe import describe
    from spanf1.core.detection import Detection
    from spanf1.core.documents import Document, TextSpan
    from spanf1.core.options import Confidence, Options
    from spanf1.core.scores import Counts, CreditCounts, CreditScore, Score, TypeCounts
    from spanf1.core.spans import Span
    from spanf1.formats.opening import read_documents
    from spanf1.levels.results import TokenResult, WholeResult
    from spanf1.mistakes.analysis import Analysis
    from spanf1.mistakes.analyze import analyze
    from spanf1.mistakes.explain import Explanation, explain
    from spanf1.mistakes.picture import ConfusionDisplay, SliceDisplay
    from spanf1.ranking.compare import compare
    from spanf1.ranking.picture import DifferenceDisplay, RankDisplay
    from spanf1.ranking.rank import Ranking, RankingOptions
    from spanf1.ranking.stored import compare_results
    from spanf1.results.advice import Advice
    from spanf1.results.citations import cite
    from spanf1.results.files import score_file
    from spanf1.results.lists import SpanF1, evaluate
    from spanf1.results.picture import ScoreDisplay
    from spanf1.results.result import Result, rescore
    from spanf1.results.signature import Signature
    from spanf1.thresholds.picture import SweepDisplay
    from spanf1.thresholds.sweep import Sweep, sweep
    from spanf1.trends.picture import TrendDisplay
    from spanf1.trends.trend import Trend, trend

__all__ = [
    "Advice",
    "Agreement",
    "AgreementDisplay",
    "AlignmentError",
    "Analysis",
    "AnswerComparison",
    "AnswerDisplay",
    "AnswerResult",
    "Changes",
    "Confidence",
    "ConfusionDisplay",
    "Counts",
    "CreditCounts",
    "CreditScore",
    "Description",
    "Detection",
    "DifferenceDisplay",
    "Document",
    "Explanation",
    "IllFormedError",
    "InputError",
    "LayoutError",
    "Lexicon",
    "LossError",
    "Options",
    "RankDisplay",
    "Ranking",
    "RankingOptions",
    "ReadError",
    "Result",
    "RetrievalDisplay",
    "RetrievalResult",
    "Score",
    "ScoreDisplay",
    "Signature",
    "SliceDisplay",
    "Span",
    "SpanF1",
    "SpanF1Error",
    "Sweep",
    "SweepDisplay",
    "TagError",
    "TextSpan",
    "TokenResult",
    "Trend",
    "TrendDisplay",
    "TypeCounts",
    "UsageError",
    "Violation",
    "WholeResult",
    "__version__",
    "agree",
    "analyze",
    "answer_f1",
    "baseline",
    "cite",
    "compare",
    "compare_answers",
    "compare_results",
    "convert",
    "convert_file",
    "decode",
    "describe",
    "detect",
    "diff",
    "encode",
    "evaluate",
    "explain",
    "read_documents",
    "repair",
    "report",
    "rescore",
    "score_answers",
    "score_file",
    "score_retrieval",
    "sweep",
    "trend",
    "validate",
    "validate_file",
]

# Where the names are that are imported when they are asked for: start-up is part of every run.
_LATER = {
    "Agreement": "agreement.agreement",
    "AgreementDisplay": "agreement.picture",
    "Advice": "results.advice",
    "Analysis": "mistakes.analysis",
    "Changes": "changes.changes",
    "Confidence": "core.options",
    "ConfusionDisplay": "mistakes.picture",
    "Counts": "core.scores",
    "Description": "contents.contents",
    "Detection": "core.detection",
    "DifferenceDisplay": "ranking.picture",
    "Document": "core.documents",
    "Explanation": "mistakes.explain",
    "Lexicon": "contents.baseline",
    "Options": "core.options",
    "RankDisplay": "ranking.picture",
    "Ranking": "ranking.rank",
    "RankingOptions": "ranking.rank",
    "Result": "results.result",
    "CreditCounts": "core.scores",
    "CreditScore": "core.scores",
    "Score": "core.scores",
    "ScoreDisplay": "results.picture",
    "Signature": "results.signature",
    "SliceDisplay": "mistakes.picture",
    "Span": "core.spans",
    "SpanF1": "results.lists",
    "Sweep": "thresholds.sweep",
    "SweepDisplay": "thresholds.picture",
    "TextSpan": "core.documents",
    "TokenResult": "levels.results",
    "Trend": "trends.trend",
    "TrendDisplay": "trends.picture",
    "TypeCounts": "core.scores",
    "Violation": "checks.lists",
    "agree": "agreement.agree",
    "analyze": "mistakes.analyze",
    "WholeResult": "levels.results",
    "baseline": "contents.baseline",
    "cite": "results.citations",
    "compare": "ranking.compare",
    "compare_results": "ranking.stored",
    "convert": "checks.lists",
    "convert_file": "checks.convert",
    "decode": "checks.lists",
    "describe": "contents.describe",
    "detect": "checks.lists",
    "diff": "changes.diff",
    "encode": "checks.lists",
    "evaluate": "results.lists",
    "explain": "mistakes.explain",
    "read_documents": "formats.opening",
    "repair": "checks.lists",
    "report": "changes.several",
    "rescore": "results.result",
    "score_file": "results.files",
    "trend": "trends.trend",
    "sweep": "thresholds.sweep",
    "validate": "checks.lists",
    "validate_file": "checks.validate",
    "AnswerComparison": "answers.systems",
    "AnswerDisplay": "answers.picture",
    "AnswerResult": "answers.answers",
    "RetrievalDisplay": "answers.picture",
    "RetrievalResult": "answers.retrieval",
    "answer_f1": "answers.answers",
    "compare_answers": "answers.systems",
    "score_answers": "answers.answers",
    "score_retrieval": "answers.retrieval",
}


# A type checker sees the names imported above alone, so that a misspelt one is an error.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public function that is asked for the first time."""
        if name not in _LATER:
            raise AttributeError(f"module 'spanf1' has no attribute {name!r}")
        from importlib import import_module

        value = globals()[name] = getattr(import_module(f"spanf1.{_LATER[name]}"), name)
        return value


def __dir__() -> list[str]:
    return __all__
