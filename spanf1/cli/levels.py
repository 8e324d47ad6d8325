"""What ``spanf1 score`` makes of tokens, and of sentences and documents as wholes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from spanf1.cli.scoring import SCORE_RENDERERS, Outcome, Renderers, failures, number, warnings
from spanf1.core.options import AUTO, Confidence
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
    results: Mapping[str, TokenResult],
    average: AverageName,
    limits: Mapping[str, float],
    *,
    keep_units: bool = False,
) -> Outcome:
    """Return what is to be printed of the tokens of files."""
    total = total_of(results.values(), AUTO if keep_units else "")
    several = results if len(results) > 1 else {}
    report = report_of_tokens(total, several, keep_units=keep_units)

    def figure(report: Report, **how: Any) -> str:
        return number(report, average=average, digits=how["digits"])

    return Outcome(
        report,
        _renderers(figure),
        signature_of_tokens(total, average),
        how_classified(total),
        [*_empty(total)],
        [*failures(cast(Any, total), limits)],
    )


def outcome_of_wholes(
    level: WholeLevel,
    results: Mapping[str, Result],
    confidence: Confidence | None,
    limits: Mapping[str, float],
) -> Outcome:
    """Return what is to be printed of the sentences or documents of files."""
    spans = total_of([*results.values()])
    total = wholes_of(spans, level, confidence)
    several = results if len(results) > 1 else {}
    parts = {name: wholes_of(one, level, None) for name, one in several.items()}
    nothing = f"warning: there are no {level}s in the input: this is a score of nothing"
    return Outcome(
        report_of_wholes(total, parts),
        _renderers(_share),
        total.signature,
        how_judged(total),
        [*warnings(spans)] if total.units else [nothing],
        [*_under(total, limits)],
    )


def read_again(result: TokenResult | WholeResult) -> tuple[Report, Renderers]:
    """Return the report on a result that is from a file, and how it is rendered."""
    if isinstance(result, TokenResult):
        kept = bool(result.tally.units)
        return report_of_tokens(result, keep_units=kept), _renderers(number)
    return report_of_wholes(result), _renderers(_share)


def _share(report: Report, *, digits: int | None = None, **_: Any) -> str:
    """Return the share of all that is right, as a fraction of 1."""
    share = report.about.all.share
    return f"{share if digits is None else format(share, f'.{digits}f')}\n"


def _empty(result: TokenResult) -> Iterator[str]:
    """Yield that there is nothing to score, or no token of a class that was named."""
    types, micro = result.options.types, result.micro
    for name in types if isinstance(types, tuple) else ():
        score = result.types[name]
        if not score.gold and not score.predicted:
            yield f"warning: there is no token of class {name!r}"
    if not result.tokens:
        yield "warning: there are no tokens in the input: this is a score of nothing"
    elif not micro.gold and not micro.predicted:
        yield (
            "warning: no token is of a class that is scored, in gold or as predicted: this is a "
            "score of nothing"
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
        if not share.of:
            yield f"fail: there is nothing to score of {'all' if name == 'micro' else name}"
        elif not share.share >= limit:
            yield (
                f"fail: {share.right} of {share.of} {result.noun}s are right, "
                f"{share.share:g}, under {limit:g}"
            )


def _renderers(figure: Any) -> Renderers:
    """Return the formats of reports of levels."""

    def conlleval(*_: object, **__: object) -> str:
        raise UsageError("the layout of conlleval is of spans", hint="--level span has it")

    return {**SCORE_RENDERERS, "number": figure, "conlleval": conlleval}
