"""What the commands that make scores share: how spans are read, and intervals are made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from spanf1.cli.output import Option, choice_option, count_option, with_options
from spanf1.conlleval.report import conlleval_report
from spanf1.core.options import METHODS, TYPE_SETS, UNITS, Confidence
from spanf1.core.schemes import READINGS
from spanf1.core.tally import TOKEN
from spanf1.exceptions import UsageError
from spanf1.render.renderers import RENDERERS
from spanf1.render.report import Report
from spanf1.results.report import how_made
from spanf1.results.result import Result


def conlleval(report: Report, **_: Any) -> str:
    """Return the script's table of a result.

    Raises
    ------
    UsageError
        If spans are not placed by tokens: the script counts these, too.
    """
    if report.about.tally.placed_by != TOKEN:
        raise UsageError("the layout of conlleval counts tokens, and there are none here")
    return conlleval_report(report.about.counts)


#: how scores are rendered
SCORE_RENDERERS = {"table": RENDERERS["table"], "conlleval": conlleval, **RENDERERS}
# The formats that say themselves how the scores were made.
_EXPLAINED = ("table", "json")


def _reading_option(names: list[str]) -> Option:
    texts = "; ".join(f"{name}: {READINGS[name]}" for name in names)
    help_text = f"What is done about spans that the scheme does not allow. {texts}."
    return choice_option("--reading", choices=names, help_text=help_text)


_SCORING_OPTIONS = (
    click.option(
        "--types",
        default="union",
        show_default=True,
        metavar="SET|A,B,…",
        help="Types that macro and weighted run over: union, gold or predicted; or the types to "
        "score, in order (then micro leaves out the others, too).",
    ),
    click.option(
        "--beta", type=float, default=1.0, show_default=True, help="Report F-beta instead of F1."
    ),
    choice_option(
        "--zero-division",
        choices=["0", "1", "nan"],
        help_text="What 0/0 is: a precision with nothing predicted, a recall with nothing in gold.",
    ),
)
#: the options that say how intervals are made
confidence_options = with_options(
    click.option(
        "--confidence",
        type=float,
        metavar="LEVEL",
        help="Add an interval to every figure: 0.95 for 95%.",
    ),
    count_option(
        "--resamples",
        least=1,
        help_text=f"Resamples that intervals are made of.  [default: {Confidence.resamples}]",
    ),
    click.option(
        "--unit", type=click.Choice(UNITS), help=f"What is drawn.  [default: {Confidence.unit}]"
    ),
    count_option("--seed", help_text=f"Seed of the random numbers.  [default: {Confidence.seed}]"),
)
interval_option = click.option(
    "--interval",
    type=click.Choice(METHODS),
    help=f"How intervals are made of resamples.  [default: {Confidence.method}]",
)


#: the options that say how spans are read and scores are made
scoring_options = with_options(_reading_option([*READINGS]), *_SCORING_OPTIONS)
#: those, but for the reading whose counts are no sum over sentences
sentence_options = with_options(
    _reading_option([name for name in READINGS if name != "conlleval"]), *_SCORING_OPTIONS
)


def scoring_of(settings: dict[str, Any]) -> dict[str, Any]:
    """Return what --types and --zero-division mean.

    Raises
    ------
    UsageError
        If --types names no type.
    """
    types = settings["types"]
    if types not in TYPE_SETS:
        types = tuple(name.strip() for name in types.split(",") if name.strip())
        if not types:
            raise UsageError("--types names no type")
    return {"types": types, "zero_division": float(settings["zero_division"])}


def warnings(result: Result) -> Iterator[str]:
    """Yield that there is nothing to score, or no span of a type that was named."""
    if isinstance(result.options.types, tuple):
        for name in result.options.types:
            if name not in result.counts.types:
                yield f"warning: there is no span of type {name!r}"
    if not result.tally.extent:
        what = result.tally.placed_by
        yield f"warning: there are no {what}s in the input: this is a score of nothing"


def explanations(result: Result, format_name: str) -> Iterator[str]:
    """Yield how the scores were made, unless the report itself says it."""
    for heading, line in how_made(result) if format_name not in _EXPLAINED else ():
        prefix = "" if heading == "note" else f"{heading}: "
        yield f"note: {prefix}{line}"


def confidence_of(settings: dict[str, Any], *, always: bool = False) -> Confidence | None:
    """Take out of the settings how intervals are to be made, and return it.

    It is None if --confidence is not given, unless `always`.

    Raises
    ------
    UsageError
        If it is not given, and one of the others is.
    """
    names = ("confidence", "resamples", "interval", "unit", "seed")
    given = {name: settings.pop(name, None) for name in names}
    given = {name: value for name, value in given.items() if value is not None}
    if "confidence" not in given and given and not always:
        hint = "--confidence 0.95 asks for them"
        raise UsageError(f"--{next(iter(given))} is about intervals", hint=hint)
    if not given and not always:
        return None
    fields = {"confidence": "level", "interval": "method"}
    return Confidence(**{fields.get(name, name): value for name, value in given.items()})
