"""``spanf1 plot``: pictures to print, of scores, confusions and systems."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import chain
from typing import Any, NamedTuple

import click
from click.core import ParameterSource

from spanf1.agreement.agree import agreement_of, inputs_of_paths
from spanf1.answers.options import RULES
from spanf1.answers.picture import drawn
from spanf1.answers.signature import MEANINGS as ANSWERS
from spanf1.cli.answers import answered, cuts_of, systems_in
from spanf1.cli.compare import outputs_of, ranking_of, read_of
from spanf1.cli.help import command
from spanf1.cli.inputs import (
    JOBS_OPTION,
    MATCH_OPTION,
    NORMALIZE_OPTION,
    TRIM_OPTION,
    SideOptions,
    has_result,
    opened_groups,
    paths_of,
    side_options,
)
from spanf1.cli.output import FILE, check_writable, choice_option, count_option, taken, tell, write
from spanf1.cli.rescore import rescored_data
from spanf1.cli.score import span_results
from spanf1.cli.scoring import (
    Slicing,
    confidence_of,
    confidence_options,
    interval_option,
    scoring_of,
    scoring_options,
    slice_options,
    trained,
    types_of,
    warnings,
)
from spanf1.cli.signature import RESULTS_HINT, parsed, read_text
from spanf1.cli.sweep import settings_of, swept, where_options
from spanf1.core.options import Options
from spanf1.core.scores import AVERAGES
from spanf1.exceptions import ReadError, UsageError
from spanf1.formats.options import InputOptions
from spanf1.mistakes.analysis import Analysis
from spanf1.mistakes.analyze import analyze_inputs, checked_options
from spanf1.mistakes.picture import ConfusionDisplay, SliceDisplay
from spanf1.pictures.display import PICTURES, Display, picture_format
from spanf1.pictures.look import WIDTHS, Look, LookKeywords, library
from spanf1.ranking.picture import DifferenceDisplay, RankDisplay
from spanf1.ranking.rank import BEST, RankingOptions
from spanf1.ranking.report import to_dict
from spanf1.resampling.inference import ADJUSTMENTS
from spanf1.results.picture import ScoreDisplay, remark_of, stored_rows
from spanf1.results.report import f_name
from spanf1.results.result import total_of
from spanf1.thresholds.calibration import BINS
from spanf1.thresholds.picture import KINDS as SWEEPS
from spanf1.thresholds.picture import SweepDisplay
from spanf1.trends.picture import TrendDisplay
from spanf1.trends.trend import trend


class Request(NamedTuple):
    """What is to be drawn: of which files, by which options."""

    kind: str
    files: tuple[str, ...]
    settings: dict[str, Any]
    output: str
    look: LookKeywords
    limit: int | None
    jobs: int | None
    quiet: bool


class Drawn(NamedTuple):
    """A picture, and what is to be said beside it."""

    display: Display
    notes: Iterable[str] = ()


def _scores(request: Request) -> Drawn:
    """Return bars of the scores of files."""
    settings = request.settings
    confidence = confidence_of(settings)
    options = Options.of(settings | scoring_of(settings))
    sides, groups = _inputs_of(request)
    jobs, quiet = request.jobs, request.quiet
    result = total_of(
        span_results(groups, sides, options, jobs, confidence=confidence, quiet=quiet)
    )
    display = ScoreDisplay.from_result(result, limit=request.limit, **request.look)
    return Drawn(display, warnings(result))


def _stored_scores(request: Request) -> Drawn:
    """Return bars of the scores in a results file."""
    (path,), size = request.files, request.settings["max_size"]
    data = parsed(read_text(path, size), path)
    if str(data.get("signature")).partition(":")[0] in ANSWERS:
        raise UsageError(
            "this is what spanf1 answers found", where=path, hint="--kind answers draws it"
        )
    if "differences" in data:
        hint = "--kind differences, or --kind ranks, draws it"
        raise UsageError("this is what spanf1 compare found", where=path, hint=hint)
    result, _ = rescored_data(path, data)
    try:
        rows, level = stored_rows(result, data)
    except (LookupError, TypeError, AttributeError, ValueError):
        raise ReadError("the intervals are none", where=path, hint=RESULTS_HINT) from None
    name, remark = f_name(result), remark_of(result)
    return Drawn(
        ScoreDisplay.from_rows(
            rows, name, level, limit=request.limit, remark=remark, **request.look
        )
    )


def _confusion(request: Request) -> Drawn:
    """Return a heat map of the confusions of files."""
    options = checked_options(_known(request.settings) | types_of(request.settings))
    with _analyzed(request, options) as analysis:
        confusion = analysis.confusion()
    display = ConfusionDisplay.from_confusion(confusion, limit=request.limit, **request.look)
    return Drawn(display, warnings(analysis.result))


def _slices(request: Request) -> Drawn:
    """Return bars of the scores of slices of files."""
    settings = request.settings
    slicing, confidence = Slicing.of(settings), confidence_of(settings)
    if len(slicing.by) != 1:
        raise UsageError("slices are drawn by one property", hint="--by length is one")
    options = checked_options(_known(settings) | scoring_of(settings))
    with _analyzed(request, options) as analysis:
        forms = trained(slicing.train, settings, options)
        (slices,) = slicing.slices(analysis, forms, confidence)
    display = SliceDisplay.from_slices(slices, limit=request.limit, **request.look)
    return Drawn(display, warnings(analysis.result))


@contextlib.contextmanager
def _analyzed(request: Request, options: Options) -> Iterator[Analysis]:
    """Give the analysis of files, which can be read again meanwhile."""
    sides, groups = _inputs_of(request)
    with opened_groups(groups, sides, quiet=request.quiet) as parts:
        yield analyze_inputs(parts, options)


def _agreement(request: Request) -> Drawn:
    """Return a heat map of the agreement of annotators."""
    settings = request.settings
    options = Options.of(settings | scoring_of(settings) | {"zero_division": math.nan})
    side = InputOptions.of(settings | {"key": settings["gold_key"]})
    inputs = inputs_of_paths(request.files, side)
    read = [input.source.path for own in inputs.values() for input in own.values()]
    check_writable(request.output, read)
    agreement = agreement_of(inputs, options, None)
    return Drawn(agreement.plot(limit=request.limit, **request.look))


def _sweep(request: Request) -> Drawn:
    """Return a picture of the sweep of files."""
    settings = request.settings
    bins = settings.pop("bins")
    try:
        settings["bins"] = BINS if bins is None else int(bins)
    except ValueError:
        raise UsageError(f"--bins {bins}: it is to be one whole number") from None
    asked = settings_of(settings)
    given = {**_known(settings), "beta": settings["beta"]}
    with ExitStack() as stack:
        outputs = [request.output]
        found = swept(stack, request.files, asked, given, outputs=outputs, quiet=request.quiet)
        kind = _SWEEPS[request.kind]
        display = SweepDisplay.from_sweep(found, kind=kind, **request.look)
        return Drawn(display, warnings(found.result))


def _not_stored(request: Request) -> Drawn:
    """Raise an error: a results file has no spans."""
    raise UsageError(
        "a results file has counts alone",
        where=request.files[0],
        hint="give the files that were scored",
    )


def _known(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings without those that only scores have."""
    return {name: value for name, value in settings.items() if name not in _OF_SCORES}


def _inputs_of(request: Request) -> tuple[SideOptions, list[list[str]]]:
    """Return what is said of both sides, and the files: one with both, or two, of each input."""
    given = SideOptions.of(request.settings)
    paths = paths_of(request.files, "plot")
    groups = given.groups(paths, "--kind differences takes GOLD SYSTEM SYSTEM…")
    check_writable(request.output, [*chain.from_iterable(groups)])
    return given.of_files(len(paths)), groups


def _systems(request: Request) -> Drawn:
    """Return the differences or the ranks of systems."""
    settings, files = request.settings, request.files
    sides, merged = SideOptions.of(settings), settings.pop("merged")
    if request.kind == "ranks":
        settings["all_pairs"] = True
    testing = taken(RankingOptions, settings, confidence=confidence_of(settings, always=True))
    options = Options.of(settings | scoring_of(settings))
    gold, systems = outputs_of(files, merged=merged)
    check_writable(request.output, read_of(gold, systems))
    ranking = ranking_of(
        gold, systems, sides, options, testing, jobs=request.jobs, quiet=request.quiet
    )
    display = _of_systems(to_dict(ranking), request)
    return Drawn(display, warnings(ranking.standings[0].system.runs[0]))


def _stored_systems(request: Request) -> Drawn:
    """Return the same of what `spanf1 compare` found, in a results file."""
    (path,) = request.files
    data = parsed(read_text(path, request.settings["max_size"]), path)
    try:
        return Drawn(_of_systems(data, request))
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, UsageError):
            raise
        every = " --all-pairs" * (request.kind == "ranks")
        raise ReadError(
            "this is not what spanf1 compare found",
            where=path,
            hint=f"spanf1 compare GOLD SYSTEM SYSTEM{every} --format json makes it",
        ) from None


def _of_systems(data: Mapping[str, Any], request: Request) -> Display:
    """Return the picture of what `spanf1 compare` found, as its JSON has it."""
    if request.kind == "ranks":
        return RankDisplay.from_dict(data, **request.look)
    return DifferenceDisplay.from_dict(data, limit=request.limit, **request.look)


def _trend(request: Request) -> Drawn:
    """Return F1 over steps, sizes or time, of logs or of results files."""
    check_writable(request.output, request.files)
    found = trend(paths_of(request.files, "plot"), max_size=request.settings["max_size"])
    return Drawn(found.plot(**request.look))


def _stored_trend(request: Request) -> Drawn:
    """Return the same of what `spanf1 trend` found."""
    (path,) = request.files
    data = parsed(read_text(path, request.settings["max_size"]), path)
    try:
        return Drawn(TrendDisplay.from_dict(data, **request.look))
    except UsageError as error:
        raise ReadError(error.message, where=path, hint=error.hint) from None


def _answers(request: Request) -> Drawn:
    """Return bars of the scores of answers, or the curve of ranked lists."""
    if not request.files:
        raise UsageError("no file is given", hint="spanf1 plot GOLD PRED --kind answers")
    gold, *others = request.files
    systems = systems_in(tuple(others))
    check_writable(request.output, [gold, *systems.values()])
    settings = {name: request.settings[name] for name in _OF_ANSWERS}
    settings["rule"] = settings["rule"] or next(iter(RULES))
    found = answered(gold, systems, settings)
    return Drawn(found.plot(limit=request.limit, **request.look))


def _stored_answers(request: Request) -> Drawn:
    """Return the same of what `spanf1 answers` found."""
    (path,) = request.files
    data = parsed(read_text(path, request.settings["max_size"]), path)
    try:
        return Drawn(drawn(data, limit=request.limit, **request.look))
    except UsageError as error:
        raise ReadError(error.message, where=path, hint=error.hint) from None


class Kind(NamedTuple):
    """A kind of picture: what it shows, of which files, and how it is made.

    `without` are options that it has no use for; if there are `only` some, it has no use for any
    other.
    """

    text: str
    files: str
    draw: Callable[[Request], Drawn]
    draw_stored: Callable[[Request], Drawn]
    without: tuple[str, ...]
    only: tuple[str, ...] = ()


_OF_SYSTEMS = ("merged", "average", "reference", "all_pairs", "per_type", "correction")
_OF_SCORES = ("match", "normalize", "types", "beta", "zero_division")
_OF_SLICES = ("by", "bins", "train")
_OF_SIDES = (
    *("gold_column", "pred_column", "align_by_position", "pred_key", "scheme", "gold_scheme"),
    *("pred_scheme", "reading", "beta", "zero_division", "mask_tags", "missing", "annotator"),
)
_OF_PICTURES = (
    *("files", "output", "kind", "width", "font_size", "font", "format_name", "max_size", "quiet"),
)
_OF_SWEEPS = ("confidence_key", "confidence_column", "of", "default")
# The pictures of a sweep, as `SweepDisplay` calls them.
_SWEEPS = {"sweep": "f", "precision-recall": "pr", "reliability": "reliability"}
_OF_INTERVALS = ("confidence", "resamples", "interval", "unit", "seed")
_ONLY_ANSWERS = ("at", "rule")
_OF_ANSWERS = (
    *_ONLY_ANSWERS,
    *("gold_key", "pred_key", "max_size", "confidence", "resamples", "interval", "seed"),
)

_NO_SWEEP = (
    *("limit", "match", "normalize", "types", "zero_division", "by", "train"),
    *(name for name in _OF_SYSTEMS if name != "average"),
    *_OF_INTERVALS,
)

#: the kinds of pictures; the first is drawn if none is named
KINDS = {
    "scores": Kind(
        "bars of the F of each type and average, with precision and recall as marks, and with "
        "intervals if --confidence asks for them",
        "FILE, GOLD PRED, or what spanf1 score --format json wrote",
        _scores,
        _stored_scores,
        (*_OF_SYSTEMS, *_OF_SLICES, *_OF_SWEEPS),
    ),
    "confusion": Kind(
        "how often each type is taken for which, missed or spurious: counts in a heat map",
        "FILE, or GOLD PRED",
        _confusion,
        _not_stored,
        (*_OF_SYSTEMS, *_OF_SLICES, *_OF_SCORES, *_OF_INTERVALS, *_OF_SWEEPS),
    ),
    "slices": Kind(
        "bars of the F of each slice: --by length, sentence-length, seen, … or a key of metadata",
        "FILE, or GOLD PRED",
        _slices,
        _not_stored,
        (*_OF_SYSTEMS, "match", "normalize", "types", "zero_division", *_OF_SWEEPS),
    ),
    "agreement": Kind(
        "how far annotators agree: the F1 of every pair, and Cohen's kappa, in a heat map",
        "ANNOTATOR ANNOTATOR…, as for spanf1 agree",
        _agreement,
        _not_stored,
        (*_OF_SYSTEMS, *_OF_SLICES, *_OF_INTERVALS, *_OF_SIDES, *_OF_SWEEPS),
    ),
    "differences": Kind(
        "how systems differ from the best one, or from --reference, with intervals and p-values",
        "GOLD SYSTEM SYSTEM…, or what spanf1 compare --format json wrote",
        _systems,
        _stored_systems,
        ("interval", *_OF_SLICES, *_OF_SWEEPS),
    ),
    "ranks": Kind(
        "systems in order; a bar joins those that tests of all pairs do not tell apart",
        "GOLD SYSTEM SYSTEM…, or what spanf1 compare --all-pairs --format json wrote",
        _systems,
        _stored_systems,
        ("limit", "interval", "reference", "all_pairs", "per_type", *_OF_SLICES, *_OF_SWEEPS),
    ),
    "trend": Kind(
        "F1 over training steps, sizes of training data or time, with the band of several runs, or "
        "limits and alarms",
        "logs or results files as for spanf1 trend, or what spanf1 trend --format json wrote",
        _trend,
        _stored_trend,
        (),
        _OF_PICTURES,
    ),
    "answers": Kind(
        "bars of F1 and exact match of answers, with intervals; with --at, P, R and F1 of ranked "
        "lists over K",
        "GOLD PRED, or GOLD and several PRED, as for spanf1 answers, or what spanf1 answers "
        "--format json wrote, which has more options",
        _answers,
        _stored_answers,
        (),
        (*_OF_PICTURES, "limit", *_OF_ANSWERS),
    ),
    **{
        name: Kind(
            SWEEPS[kind],
            "FILE, or GOLD PRED, with confidences as for spanf1 sweep",
            _sweep,
            _not_stored,
            _NO_SWEEP if kind == "reliability" else ("bins", *_NO_SWEEP),
        )
        for name, kind in _SWEEPS.items()
    },
}


def _described() -> str:
    """Return a paragraph of the help text for each kind."""
    return "\n\n".join(f"{name}: {kind.text}. Of {kind.files}." for name, kind in KINDS.items())


HELP = f"""Draw scores, as pictures to print: PDF, SVG or PNG.

FILE, GOLD, PRED and SYSTEM are as for `spanf1 score` and `spanf1 compare`, and so are the options
about reading, scoring and testing. The KIND is one of these:

{_described()}

The ending of the output's name chooses the format. Letters are embedded in PDF, and are outlines
in SVG. The same figures give the same bytes. No picture needs its colours to be understood.
Pictures have no title: that is for the caption. The command needs matplotlib: pip install
'spanf1[plot]'.

\b
Examples:
  spanf1 plot output.conll --confidence 0.95 -o scores.pdf
  spanf1 plot gold.conll pred.conll -o scores.svg --width page
  spanf1 plot results.json -o scores.png
  spanf1 plot output.conll --kind confusion -o confusion.pdf
  spanf1 plot output.conll --kind slices --by length -o slices.pdf
  spanf1 plot anna.conll ben.conll carl.conll --kind agreement -o agreement.pdf
  spanf1 plot gold.conll a.conll b.conll --kind differences -o differences.pdf
  spanf1 plot gold.conll a.conll b.conll --kind differences --per-type -o types.pdf
  spanf1 plot gold.conll outputs/*.conll --kind ranks -o ranks.pdf
  spanf1 plot seed-*/trainer_state.json --kind trend -o trend.pdf
  spanf1 plot gold.jsonl predicted.jsonl --kind sweep -o thresholds.pdf
  spanf1 plot gold.json a.json b.json --kind answers -o answers.pdf
  spanf1 plot retrieved.jsonl --kind answers --at 1,3,5 -o curve.pdf
"""


@command("plot", help=HELP)
@click.argument("files", nargs=-1, type=FILE, metavar="[FILE | GOLD PRED | GOLD SYSTEM...]")
@click.option(
    "-o",
    "--output",
    required=True,
    type=FILE,
    metavar="FILE",
    help="Write to FILE, whole or not at all; - is standard output.  Its ending chooses the "
    f"format: {', '.join(f'.{name}' for name in PICTURES)}.",
)
@choice_option("--kind", choices=KINDS, help_text="The kind of picture.")
@click.option(
    "--width",
    metavar="WIDTH",
    default=Look.width,
    show_default=True,
    help=f"{', '.join(f'{name}: {cm:g} cm' for name, cm in WIDTHS.items())}; or centimetres.",
)
@click.option(
    "--font-size",
    type=float,
    metavar="POINTS",
    default=Look.font_size,
    show_default=True,
    help="Size of letters.",
)
@click.option(
    "--font", metavar="NAME", default="", help="An installed font.  [default: DejaVu Sans]"
)
@count_option(
    "--limit",
    least=1,
    help_text="Types to draw at most: those with most gold spans, or that differ most.  "
    "[default: 40; confusion: 20]",
)
@click.option(
    "-f",
    "--format",
    "format_name",
    type=click.Choice(PICTURES),
    help="What is written.  [default: as the end of the output's name says]",
)
@click.option("--merged", is_flag=True, help="Every file holds gold and predicted tags: no GOLD.")
@choice_option(
    "--average",
    choices=AVERAGES,
    help_text="The average that systems differ in, or that is to be best.",
)
@click.option(
    "--reference",
    default=BEST,
    show_default=True,
    metavar="NAME",
    help="The system that the others are compared with.",
)
@click.option("--all-pairs", is_flag=True, help="Draw the differences of all pairs of systems.")
@click.option("--per-type", is_flag=True, help="Draw the differences by type, too.")
@click.option(
    "--correction",
    type=click.Choice(list(ADJUSTMENTS)),
    default="holm",
    show_default=True,
    help="How p-values are corrected for the number of comparisons.",
)
@click.option(
    "--at",
    metavar="K,K,…",
    callback=cuts_of,
    help="The files have ranked lists, as for spanf1 answers --at.",
)
@click.option(
    "--rule",
    type=click.Choice([*RULES]),
    help="How answers are compared, as for spanf1 answers.  [default: squad2]",
)
@slice_options()
@where_options
@side_options
@scoring_options
@MATCH_OPTION
@NORMALIZE_OPTION
@TRIM_OPTION
@confidence_options
@interval_option
@JOBS_OPTION
@click.option("-q", "--quiet", is_flag=True, help="No notes, no progress.")
def plot(
    files: tuple[str, ...],
    *,
    output: str,
    kind: str,
    width: str,
    font_size: float,
    font: str,
    limit: int | None,
    format_name: str | None,
    jobs: int | None,
    quiet: bool,
    **settings: Any,
) -> None:
    """Draw scores; see `HELP`."""
    library()
    wanted = KINDS[kind]
    format_name = format_name or picture_format(output)
    look: LookKeywords = {"width": _width_of(width), "font_size": font_size, "font": font}
    with Look(**look).applied():
        pass
    others = {str(option.name) for option in click.get_current_context().command.params}
    without = {*wanted.without, *_ONLY_ANSWERS}
    if wanted.only:
        without = others.difference(wanted.only)
    _refuse(without, f"--kind {kind}")
    request = Request(kind, files, settings, output, look, limit, jobs, quiet)
    draw = wanted.draw
    if len(files) == 1 and has_result(files[0]):
        draw = wanted.draw_stored
        _refuse(settings.keys() - {"max_size"}, "a results file, which is counted already")
        check_writable(output, files)
    display, notes = draw(request)
    write(display.to_bytes(format_name), output)
    if not quiet:
        tell([*notes, *_notes(display)])


def _width_of(given: str) -> float | str:
    """Return a width by its name, or as a number."""
    try:
        return given if given in WIDTHS else float(given)
    except ValueError:
        raise UsageError(
            f"--width {given}: there is no such width", hint=f"{', '.join(WIDTHS)}, or centimetres"
        ) from None


def _refuse(names: Iterable[str], whom: str) -> None:
    """Raise an error if one of some options is given, for which there is no use."""
    context = click.get_current_context()
    for option in context.command.params:
        given = context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE
        if given and option.name in names:
            raise UsageError(f"{max(option.opts, key=len)} does not go with {whom}")


def _notes(display: Display) -> Iterator[str]:
    """Yield what is to be said of a picture: what is left out of it, what cannot be read in it."""
    for line in display.notes():
        yield f"note: {line}"
    if missing := display.missing_:
        yield (
            f"warning: no font has {', '.join(missing[:10])}{' …' * (len(missing) > 10)}: --font "
            "names one that has"
        )
