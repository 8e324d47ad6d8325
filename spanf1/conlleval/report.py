"""The reference script's two outputs, byte by byte: its report and its LaTeX table.

Both come as text in which a byte that is not UTF-8 is a lone surrogate (``surrogateescape``).
"""

from __future__ import annotations

from collections.abc import Iterator

from spanf1.core.scores import AnyCounts, Counts, TypeCounts  # noqa: F401 - for examples

# Widths are counted in bytes, as the script counts them: its lines are made as bytes.
_HEAD = b"processed %d tokens with %d phrases; found: %d phrases; correct: %d.\n"
_SCORES = b"precision: %6.2f%%; recall: %6.2f%%; FB1: %6.2f"
_ALL = b"accuracy: %6.2f%%; " + _SCORES + b"\n"
_ROW = b"%17s: " + _SCORES + b"  %d\n"

_LATEX_HEAD = rb"        & Precision &  Recall  & F$_{\beta=1} \\\hline"
_LATEX_SCORES = rb" &  %6.2f\%% & %6.2f\%% & %6.2f \\"
_LATEX_ROW = b"\n%-7s" + _LATEX_SCORES
_LATEX_ALL = b"\\hline\nOverall" + _LATEX_SCORES + b"\\hline\n"


def conlleval_report(counts: Counts) -> str:
    """Return what the script prints: a line of counts, one of scores, one for each type.

    Parameters
    ----------
    counts : Counts
        What to report. Without tokens there is no line of scores.

    Examples
    --------
    >>> print(conlleval_report(Counts({"PER": TypeCounts(4, 3, 2)}, 40, 38)), end="")
    processed 40 tokens with 4 phrases; found: 3 phrases; correct: 2.
    accuracy:  95.00%; precision:  66.67%; recall:  50.00%; FB1:  57.14
                  PER: precision:  66.67%; recall:  50.00%; FB1:  57.14  3
    """
    total = counts.total
    parts = [_HEAD % (counts.tokens, *total)]
    if counts.tokens:
        parts.append(_ALL % (100 * counts.tokens_correct / counts.tokens, *_scores(total)))
    for name, row in _rows(counts):
        parts.append(_ROW % (name, *_scores(row), row.predicted))
    return b"".join(parts).decode("utf-8", "surrogateescape")


def conlleval_latex(counts: Counts) -> str:
    r"""Return what the script prints with ``-l``: the body of a LaTeX table.

    Parameters
    ----------
    counts : Counts
        What to report.

    Examples
    --------
    >>> print(conlleval_latex(Counts({"PER": TypeCounts(4, 3, 2)})), end="")
            & Precision &  Recall  & F$_{\beta=1} \\\hline
    PER     &   66.67\% &  50.00\% &  57.14 \\\hline
    Overall &   66.67\% &  50.00\% &  57.14 \\\hline
    """
    rows = [_LATEX_ROW % (name, *_scores(row)) for name, row in _rows(counts)]
    parts = [_LATEX_HEAD, *rows, _LATEX_ALL % _scores(counts.total)]
    return b"".join(parts).decode("utf-8", "surrogateescape")


def _scores(row: AnyCounts) -> tuple[float, float, float]:
    """Return precision, recall and F1 in per cent, each 0 where it is undefined."""
    precision = 100 * row.correct / row.predicted if row.predicted else 0.0
    recall = 100 * row.correct / row.gold if row.gold else 0.0
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


def _rows(counts: Counts) -> Iterator[tuple[bytes, AnyCounts]]:
    """Yield the types that occur in gold or in predictions, ordered by their bytes.

    The empty type comes twice if it occurs in both: the script does not see that it repeats.
    """
    named = {name.encode("utf-8", "surrogateescape"): row for name, row in counts.types.items()}
    for name in sorted(named):
        row = named[name]
        sides = (row.gold > 0) + (row.predicted > 0)
        for _ in range(sides if not name else min(sides, 1)):
            yield name, row
