"""What ``spanf1 score`` makes of tokens, and of sentences and documents as wholes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from spanf1.cli.scoring import SCORE_RENDERERS, Outcome, Renderers, failures, number
from spanf1.core.options import Confidence
from spanf1.core.scores import AverageName
from spanf1.exceptions import UsageError
from spanf1.levels.levels import WholeLevel
from spanf1.levels.report import (
    how_classified,
    how_judged,
    report_of_tokens,
    report_of_wholes,
    signature_of_tokens,
)
from spanf1.levels.results import TokenResult, WholeResult
from spanf1.render.report import Report
from spanf1.results.levels import wholes_of
from spanf1.results.result import Result, total_of


def outcome_of_tokens(
    results: Mapping[str, TokenResult], average: AverageName, limits: Mapping[str, float]
) -> Outcome:
    """Return what is to be printed of the tokens of files."""
    total = sum([*results.values()][1:], next(iter(results.values())))
    report = report_of_tokens(total, results if len(results) > 1 else {})

    def figure(report: Report, **how: Any) -> str:
        return number(report, average=average, digits=how["digits"])

    nothing = "warning: there are no tokens in the input: this is a score of nothing"
    return Outcome(
        report,
        _renderers(figure),
        signature_of_tokens(total, average),
        how_classified(total),
        [nothing] * (not total.tokens),
        [*failures(cast(Any, total), limits)],
    )


def outcome_of_wholes(
    level: WholeLevel,
    results: Mapping[str, Result],
    confidence: Confidence | None,
    limits: Mapping[str, float],
) -> Outcome:
    """Return what is to be printed of the sentences or documents of files."""
    total = wholes_of(total_of([*results.values()]), level, confidence)
    several = results if len(results) > 1 else {}
    parts = {name: wholes_of(one, level, None) for name, one in several.items()}

    def figure(report: Report, **how: Any) -> str:
        share, digits = report.about.all.share, how["digits"]
        return f"{share if digits is None else format(share, f'.{digits}f')}\n"

    nothing = f"warning: there are no {level}s in the input: this is a score of nothing"
    return Outcome(
        report_of_wholes(total, parts),
        _renderers(figure),
        total.signature,
        how_judged(total),
        [nothing] * (not total.units),
        [*_under(total, limits)],
    )


def _under(result: WholeResult, limits: Mapping[str, float]) -> Iterator[str]:
    """Yield which shares are under their limits."""
    shares = {"all": result.all, "with_gold": result.with_gold}
    for name, limit in limits.items():
        # A limit without a name is of the first.
        share = shares.get("all" if name == "micro" else name)
        if share is None:
            hint = f"one of {', '.join(shares)}"
            raise UsageError(f"--fail-under {name}: no share is called so", hint=hint)
        if not share.share >= limit:
            yield (
                f"fail: {share.right} of {share.of} {result.noun}s are right, "
                f"{share.share:g}, under {limit:g}"
            )


def _renderers(figure: Any) -> Renderers:
    """Return the formats of reports of levels."""

    def conlleval(*_: object, **__: object) -> str:
        raise UsageError("the layout of conlleval is of spans", hint="--level span has it")

    return {**SCORE_RENDERERS, "number": figure, "conlleval": conlleval}
