"""Help texts: options in groups, those that most people need first, readable in 40 columns."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import click

#: the options that most people need first, by command; each is shown there alone
FIRST = {
    "score": ("--match", "--reading", "--confidence", "--format", "--output"),
    "compare": ("--match", "--reading", "--per-type", "--format", "--output"),
    "diff": ("--change", "--type", "--limit", "--fail-if-worse", "--format"),
    "report": ("--merged", "--title", "--reading", "--confidence", "--output"),
    "errors": ("--kind", "--type", "--confusion", "--what-if", "--format"),
    "agree": ("--match", "--confidence", "--disagreements", "--adjudicate", "--format"),
    "plot": ("--output", "--kind", "--width", "--confidence", "--merged"),
    "sweep": ("--confidence-key", "--confidence-column", "--precision", "--apply", "--output"),
    "schemes": ("--gold-column", "--pred-column", "--examples", "--format", "--output"),
    "baseline": ("--rule", "--predictions", "--ignore-case", "--confidence", "--format"),
    "answers": ("--rule", "--at", "--worst", "--confidence", "--format"),
    "describe": ("--train", "--forms", "--tag-column", "--format", "--output"),
    "trend": ("--key", "--over", "--reference", "--format", "--output"),
    "validate": ("--scheme", "--tag-column", "--max", "--format", "--output"),
    "repair": ("--scheme", "--method", "--tag-column", "--in-place", "--output"),
    "convert": ("--to", "--to-format", "--scheme", "--in-place", "--output"),
}
FIRST_TITLE, _OWN = "Most used", "Of this command"
_CERTAINTY = "How sure it is"
_TAGS = "How tags are read"
_PLACES = "Where things are"
_COUNTS = "What counts"
_OUTPUT = "Output"
#: the options that several commands share, by what they are about
GROUPS = {
    _COUNTS: (
        *("--match", "--normalize", "--trim", "--types", "--beta", "--zero-division", "--average"),
        *("--map", "--ignore", "--untyped", "--level", "--as-written", "--ignore-case"),
    ),
    _CERTAINTY: (
        *("--confidence", "--resamples", "--unit", "--seed", "--interval", "--correction"),
        *("--keep-units", "--keep-order"),
    ),
    _PLACES: (
        *("--gold-column", "--pred-column", "--tag-column", "--token-column", "--sentence-column"),
        *("--train-tag-column", "--train-token-column", "--test-tag-column", "--test-token-column"),
        *("--delimiter", "--align-by-position", "--input-format", "--gold-key", "--pred-key"),
        *("--key", "--token-key", "--text-key", "--id-key", "--max-size", "--merged"),
        *("--catalogue", "--annotator", "--confidence-key", "--confidence-column"),
    ),
    _TAGS: (
        *("--reading", "--scheme", "--gold-scheme", "--pred-scheme", "--train-scheme"),
        *("--test-scheme", "--tag-form", "--outside", "--labels", "--mask", "--missing"),
    ),
    _OUTPUT: (
        *("--format", "--digits", "--output", "--color", "--signature", "--short", "--fail-under"),
        *("--fail-empty", "--fail-if-worse", "--max-drop", "--jobs", "--quiet", "--help"),
        "--executor",
    ),
}
# The options of a command that are called as shared ones, and mean something of its own.
_ALIKE = {"answers": ("--normalize", "--missing")}
# With so many options, and no more, they are shown as one list.
_FEW = 12
# Below so many columns, what an option does stands under it.
_NARROW = 60


class Formatter(click.HelpFormatter):
    """What writes help texts; click's own is at least 50 columns wide."""

    def __init__(
        self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None
    ) -> None:
        columns = shutil.get_terminal_size().columns
        width = width or max(min(columns, max_width or columns) - 2, 20)
        super().__init__(indent_increment, width, max_width)

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write terms, and beside each what it means; under it where there is little room."""
        super().write_dl(rows, 4 if self.width < _NARROW else col_max, col_spacing)


class Context(click.Context):
    """A context whose help texts are written by `Formatter`."""

    formatter_class = Formatter


class Command(click.Command):
    """A command whose options are in groups, if there are many of them."""

    context_class = Context

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does, its options that most people need first, and all else."""
        records = {
            max(option.opts, key=len): record
            for option in self.get_params(ctx)
            if isinstance(option, click.Option)
            and (record := option.get_help_record(ctx)) is not None
        }
        groups = sections(ctx.info_name or "", list(records))
        summary, _, more = (self.help or "").partition("\n\n")
        self.format_usage(ctx, formatter)
        _write_text(formatter, summary)
        first = groups.pop(FIRST_TITLE, [])
        _write_options(formatter, FIRST_TITLE, [records[name] for name in first])
        _write_text(formatter, more)
        for title, names in groups.items():
            _write_options(formatter, title, [records[name] for name in names])


def _write_text(formatter: click.HelpFormatter, text: str) -> None:
    if text:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(inspect.cleandoc(text))


def _write_options(
    formatter: click.HelpFormatter, title: str, records: list[tuple[str, str]]
) -> None:
    if records:
        with formatter.section(title):
            formatter.write_dl(records)


def sections(command: str, options: Sequence[str]) -> dict[str, list[str]]:
    """Return the options of a command in groups, by their titles."""
    if len(options) <= _FEW:
        return {"Options": [*options]}
    first = [name for name in FIRST.get(command, ()) if name in options]
    rest = [name for name in options if name not in first]
    alike = _ALIKE.get(command, ())
    common = {name for group in GROUPS.values() for name in group if name not in alike}
    own = [name for name in rest if name not in common]
    shared = {
        title: [name for name in rest if name in group and name in common]
        for title, group in GROUPS.items()
    }
    return {FIRST_TITLE: first, _OWN: own, **shared}


#: a decorator that makes a command, as `click.command` is
command: Callable[..., Callable[[Any], Command]] = partial(click.command, cls=Command)
