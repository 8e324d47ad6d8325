"""What ``spanf1 score --advice`` adds to a report: words, and commands on the same files."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, cast

import click
from click.core import ParameterSource

from spanf1.cli.scoring import Outcome
from spanf1.exceptions import UsageError

if TYPE_CHECKING:
    from spanf1.mistakes.slices import Slices


# The slices of spans that training data has, and has not.
_SEEN = "this type", "unseen"


def check_advised(level: str, format_name: str) -> None:
    """Raise an error if there is no advice on what is scored, or it cannot be shown."""
    if level != "span":
        hint = "leave --level out"
        raise UsageError(f"--advice is about spans, and the level is {level}", hint=hint)
    if format_name not in ("table", "markdown", "html", "json"):
        raise UsageError(
            f"{format_name} has no place for advice",
            hint="--format table, markdown, html and json have",
        )


def with_advice(outcome: Outcome, paths: Sequence[str], slices: Sequence[Slices]) -> Outcome:
    """Return what is to be printed of spans, with what the figures mean below."""
    from spanf1.results.advice import Seen, advice_of
    from spanf1.results.advice import with_advice as report_with

    seen = None
    for one in slices:
        if one.by == "seen" and {*_SEEN} <= {part.name for part in one}:
            known, unknown = (one[name].score for name in _SEEN)
            seen = Seen(known, unknown, _SEEN[1] in one.differing if one.confidence else None)
    advice = advice_of(outcome.report.about, seen=seen, written=partial(_command_on, paths))
    return outcome._replace(report=report_with(outcome.report, advice))


# What is no part of how an input is read, or is said anew.
_NOT_AGAIN = {
    *("files", "--match", "--normalize", "--level", "--advice", "--by", "--bins", "--signature"),
    *("--short", "--average", "--fail-under", "--fail-empty", "--jobs", "--quiet", "--format"),
    *("--digits", "--output", "--color", "--confidence", "--resamples", "--unit", "--seed"),
    "--interval",
}


def _command_on(paths: Sequence[str], name: str, *arguments: str) -> str:
    """Return a command about the same files, read as they are here."""
    context = click.get_current_context()
    other = cast(click.Group, context.find_root().command).get_command(context, name)
    known = {max(option.opts, key=len): option for option in other.params} if other else {}
    again: list[str] = []
    for option in context.command.params:
        long = max(option.opts, key=len)
        given = context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
        unused = long in arguments or (long == "--train" and "--unseen" not in arguments)
        if not given or unused or long not in known or long in _NOT_AGAIN:
            continue
        value, taken_there = context.params[option.name or ""], known[long].type
        if isinstance(taken_there, click.Choice) and value not in taken_there.choices:
            continue
        if value is True:
            again.append(long)
        else:
            values = value if isinstance(value, tuple) else (value,)
            again += chain.from_iterable((long, str(one)) for one in values)
    return shlex.join(["spanf1", name, *paths, *arguments, *again])
