"""What commands that make scores share: how spans are read and sliced, and intervals made."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from spanf1.cli.output import (
    FILE,
    Option,
    choice_option,
    completed,
    count_option,
    list_option,
    with_options,
)
from spanf1.conlleval.report import conlleval_report
from spanf1.core.options import METHODS, TYPE_SETS, UNITS, Confidence, Options
from spanf1.core.schemes import READINGS
from spanf1.core.scores import AVERAGES, AverageName
from spanf1.core.tags import UNTYPED
from spanf1.core.typemap import ANY
from spanf1.exceptions import UsageError
from spanf1.formats.options import InputOptions
from spanf1.formats.source import Source
from spanf1.render.renderers import RENDERERS
from spanf1.render.report import Report
from spanf1.results.report import f_name
from spanf1.results.result import Result
from spanf1.wording import printable

if TYPE_CHECKING:
    from spanf1.mistakes.analysis import Analysis
    from spanf1.mistakes.slices import Slices


def conlleval(report: Report, **_: Any) -> str:
    """Return the script's table of a result.

    Raises
    ------
    UsageError
        If spans are not placed by tokens: the script counts these, too. Or if they are credited
        for what is nearly right.
    """
    if report.about.tally.credits:
        raise UsageError(
            "the layout of conlleval has no place for credit", hint="--format table has"
        )
    if not report.about.tally.tags_tokens:
        raise UsageError("the layout of conlleval counts tokens, and there are none here")
    return "\n".join(map(printable, conlleval_report(report.about.counts).split("\n")))


def number(
    report: Report, *, average: AverageName = "micro", digits: int | None = None, **_: Any
) -> str:
    """Return the F of an average alone, as a fraction of 1."""
    value = getattr(report.about, average).fbeta
    return f"{value if digits is None else format(value, f'.{digits}f')}\n"


Renderers = Mapping[str, Callable[..., str | bytes]]


class Outcome(NamedTuple):
    """What `score` prints: its report, and what is said beside it.

    `made` says what shaped the numbers, as pairs of a heading and a line; `empty` that there is
    nothing to score, and `failed` which figures are under their limits.
    """

    report: Report
    renderers: Renderers
    signature: str
    made: Iterable[tuple[str, str]]
    empty: Sequence[str]
    failed: Sequence[str]


#: how scores are rendered
SCORE_RENDERERS: Renderers = {
    "table": RENDERERS["table"],
    "conlleval": conlleval,
    **RENDERERS,
    "number": number,
}
#: how many decimals these have
SCORE_DIGITS_HELP = "Decimals.  [default: 2; csv, tsv, number: all]"
# The formats that say themselves how the scores were made.
_EXPLAINED = ("table", "json", "page")


def _reading_option(names: list[str]) -> Option:
    texts = "; ".join(f"{name}: {READINGS[name]}" for name in names)
    help_text = f"What is done with spans that the scheme does not allow. {texts}."
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
#: the options that say what types are called
type_options = with_options(
    list_option(
        "--map",
        "map_types",
        metavar="A=B,C=D,…",
        help_text="Rename types: PERSON=PER,GPE=LOC; *=ENT renames all that are not named.",
    ),
    list_option(
        "--ignore", "ignore_types", metavar="A,B,…", help_text="Leave out spans of these types."
    ),
    click.option("--untyped", is_flag=True, help="Take all types for one: --map '*=_'."),
)
# How intervals are made of units; those that questions have, too.
_LEVEL = (
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
)
_SEED = count_option(
    "--seed", help_text=f"Seed of the random numbers.  [default: {Confidence.seed}]"
)
#: the options that say how intervals are made
confidence_options = with_options(
    *_LEVEL,
    click.option(
        "--unit",
        type=click.Choice(UNITS),
        help="What resamples draw.  [default: document, if two or more are marked, else sentence]",
    ),
    _SEED,
)
#: those, where what is drawn is questions
question_options = with_options(*_LEVEL, _SEED)
interval_option = click.option(
    "--interval",
    type=click.Choice(METHODS),
    help=f"How intervals are made of resamples.  [default: {Confidence.method}]",
)


#: the option for the readings that tell spans, of which conlleval's counts are no sum
span_reading_option = _reading_option([name for name in READINGS if name != "conlleval"])
#: the options that say how spans are read and scores are made
scoring_options = with_options(_reading_option([*READINGS]), *_SCORING_OPTIONS, type_options)
#: those, but for the reading whose counts are no sum over sentences
sentence_options = with_options(
    span_reading_option,
    *_SCORING_OPTIONS,
    type_options,
)


def scoring_of(settings: dict[str, Any]) -> dict[str, Any]:
    """Return what --types, --zero-division, and what types are called, mean.

    Raises
    ------
    UsageError
        If --types names no type, or --map is not as it is to be.
    """
    types = settings["types"]
    if types not in TYPE_SETS:
        types = tuple(name.strip() for name in types.split(",") if name.strip())
        if not types:
            raise UsageError("--types names no type")
    return {"types": types, "zero_division": float(settings["zero_division"]), **types_of(settings)}


def types_of(settings: dict[str, Any]) -> dict[str, Any]:
    """Take out of the settings what types are called, and return it.

    Raises
    ------
    UsageError
        If --map is not as it is to be.
    """
    given, ignored = (settings.pop(name) or "" for name in ("map_types", "ignore_types"))
    pairs = [pair.partition("=") for pair in given.split(",") if pair.strip()]
    names: dict[str, str] = {}
    for pair in pairs:
        name, other = pair[0].strip(), pair[2].strip()
        if not name or not other or names.setdefault(name, other) != other:
            hint = "--map PERSON=PER,GPE=LOC, each type once"
            raise UsageError(f"--map {given!r}: {name or 'a type'} has no one name", hint=hint)
    if settings.pop("untyped"):
        if names:
            raise UsageError("--untyped takes all types for one: --map does not go with it")
        names = {ANY: UNTYPED}
    types = tuple(name.strip() for name in ignored.split(",") if name.strip())
    return {"map_types": names, "ignore_types": types}


def warnings(result: Result) -> Iterator[str]:
    """Yield that there is nothing to score, or no span of a type that was named."""
    types, micro = result.options.types, result.micro
    if isinstance(types, tuple):
        for name in types:
            if name not in result.counts.types:
                yield f"warning: there is no span of type {name!r}"
    dropped = result.ill_formed[0]
    if not result.tally.extent:
        what = result.tally.placed_by
        yield f"warning: there are no {what}s in the input: this is a score of nothing"
    elif not micro.gold and not micro.predicted:
        yield (
            "warning: there is nothing in gold, and nothing is predicted: this is a score of "
            "nothing"
        )
    if result.options.reading == "strict" and 0 < dropped.spans == dropped.of:
        yield (
            f"warning: all {dropped.of} gold spans are ill-formed in {result.schemes[0]}, and are "
            "dropped"
        )


def limits_of(given: str | None, average: str) -> dict[str, float]:
    """Return the least F that averages and types are to have, as --fail-under says.

    Raises
    ------
    UsageError
        If it is not as it is to be.
    """
    limits = {}
    for part in (given or "").split(",") if given is not None else ():
        name, _, value = part.rpartition("=")
        try:
            limit = float(value)
        except ValueError:
            limit = math.nan
        if not 0 <= limit <= 1:
            hint = "--fail-under micro=0.92,PER=0.9, in fractions of 1"
            raise UsageError(f"--fail-under {part}: there is no number from 0 to 1", hint=hint)
        limits[name.strip() or average] = limit
    return limits


def failures(result: Result, limits: Mapping[str, float]) -> Iterator[str]:
    """Yield which figures are under their limits, or are of nothing."""
    for name, limit in limits.items():
        score = getattr(result, name) if name in AVERAGES else result.types.get(name)
        if not score or not (score.gold or score.predicted):
            yield f"fail: there is nothing to score of {name}"
        elif not score.fbeta >= limit:
            yield f"fail: {f_name(result)} of {name} is {_shown(score.fbeta, limit)}"


def _shown(figure: float, limit: float) -> str:
    """Return a figure and the limit that it is under, with as many digits as tell them apart."""
    said = [f"{value:g}" for value in (figure, limit)]
    return ", under ".join(said if said[0] != said[1] else map(repr, (figure, limit)))


def explanations(made: Iterable[tuple[str, str]], format_name: str) -> Iterator[str]:
    """Yield how the scores were made, unless the report itself says it."""
    for heading, line in made if format_name not in _EXPLAINED else ():
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


def _properties() -> Iterable[str]:
    from spanf1.mistakes.properties import PROPERTIES

    return PROPERTIES


def slice_options(train_help: str = "") -> Option:
    """Return the options that say how spans are sliced; what else --train is for comes first."""
    return with_options(
        click.option(
            "--by",
            multiple=True,
            metavar="PROPERTY|KEY",
            shell_complete=completed(_properties),
            help="Slice spans by a property of them, or of their sentences: "
            "length, sentence-length, density, seen, form-frequency, consistency, position, case; "
            "or by a key of metadata, key:length if it is called so. It may be given again.",
        ),
        click.option(
            "--bins",
            metavar="N,N,…",
            help="The least number of each slice, where slices are of numbers: 1,2,5 for 1, 2-4 "
            "and 5+.",
        ),
        click.option(
            "--train",
            multiple=True,
            type=FILE,
            metavar="FILE",
            help=f"Training data, for {train_help}--by seen, form-frequency and consistency; "
            "several files are taken together.",
        ),
    )


@dataclass(frozen=True)
class Slicing:
    """How spans are sliced, as the options say.

    Attributes
    ----------
    by : tuple of str
        The properties, and keys.
    bins : list of int, optional
        The least number of each slice.
    train : tuple of str
        The files of training data.
    """

    by: tuple[str, ...]
    bins: list[int] | None
    train: tuple[str, ...]

    @classmethod
    def of(cls, settings: dict[str, Any], *, other_train: bool = False) -> Slicing:
        """Take those options out of the settings of a command.

        Parameters
        ----------
        settings : dict
            The settings.
        other_train : bool
            Whether training data is for something else, too.

        Raises
        ------
        UsageError
            If they do not go together.
        """
        by, bins, train = (settings.pop(name) for name in ("by", "bins", "train"))
        slicing = cls(tuple(dict.fromkeys(by)), None if bins is None else _numbers(bins), train)
        if bins is not None and len(slicing.by) != 1:
            raise UsageError("--bins goes with one --by", hint="--by length --bins 1,2,5")
        if not train and other_train:
            raise UsageError("what is seen is not given", hint="--train FILE has training data")
        if bool(train) != (slicing.trains or other_train):
            raise UsageError(
                "--train goes with --by seen, form-frequency or consistency, and these with "
                "--train FILE"
            )
        return slicing

    @property
    def trains(self) -> bool:
        """Whether training data is needed."""
        return any(map(_trains, self.by))

    def slices(
        self,
        analysis: Analysis,
        trained: Mapping[str, Mapping[str, int]],
        confidence: Confidence | None,
    ) -> list[Slices]:
        """Return the slices of an analysis, given what training data says."""
        return [
            analysis.slices(by, confidence=confidence, **self.given(by, trained)) for by in self.by
        ]

    def given(self, by: str, trained: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
        """Return the keywords for slices by a property or key, given what training data says."""
        return {"train": trained if _trains(by) else None, "bins": self.bins}


def _trains(by: str) -> bool:
    """Return whether slices by a property need training data."""
    from spanf1.mistakes.properties import PROPERTIES

    return by in PROPERTIES and PROPERTIES[by].trains


def _numbers(given: str) -> list[int]:
    """Return the numbers of --bins."""
    try:
        return [int(part) for part in given.split(",")]
    except ValueError:
        raise UsageError(
            f"--bins {given!r}: there is no list of whole numbers", hint="--bins 1,2,5"
        ) from None


def trained(
    train: Sequence[str], settings: dict[str, Any], options: Options
) -> Mapping[str, Mapping[str, int]]:
    """Return how often what training data says is an entity of each type, by what it says.

    Parameters
    ----------
    train : sequence of str
        The files; none for none.
    settings : dict
        The settings of the command.
    options : Options
        What types are called.

    Raises
    ------
    InputError, UsageError
        If they cannot be read.
    """
    if not train:
        return {}
    from spanf1.cli.inputs import ready
    from spanf1.contents.describe import contents_of, training_data
    from spanf1.formats.opening import inputs_of

    # How its tags are written is as for gold, and its format and columns are its own.
    names = ("tag_form", "outside", "mask_tags", "labels", "max_size")
    side = InputOptions.of({name: settings[name] for name in names}, "gold")
    parts = []
    for input in inputs_of([Source(path) for path in train], replace(side, prefix="")):
        with ready(input) as kept_input:
            parts.append(contents_of(kept_input, type_map=options.type_map))
    data = training_data(parts)
    return data.types_of if data else {}
