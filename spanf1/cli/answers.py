"""``spanf1 answers``: the words of answers held against references, and ranked lists at K."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import click

from spanf1.answers.answers import AnswerResult, Where, scored
from spanf1.answers.options import BAGS, MISSING, NORMALIZATIONS, RULES, UNITS, USUAL, AnswerOptions
from spanf1.answers.reading import Keys, Sides, read_sides
from spanf1.answers.report import (
    ANSWER_RENDERERS,
    Shown,
    comparison_report,
    retrieval_report,
    shown_report,
)
from spanf1.answers.retrieval import RetrievalResult, scored_lists
from spanf1.answers.systems import BEST, AnswerComparison, comparison
from spanf1.cli.help import command
from spanf1.cli.output import (
    DIGITS_HELP,
    FILE,
    PERCENT_HELP,
    SIZE_OPTION,
    ReportOptions,
    choice_option,
    count_option,
    report_options,
    taken,
)
from spanf1.cli.scoring import confidence_of, interval_option, question_options
from spanf1.core.options import Confidence
from spanf1.exceptions import UsageError
from spanf1.formats.source import STDIN, STDIN_NAME, Source, size_of
from spanf1.ranking.compare import systems_of
from spanf1.render.report import Report
from spanf1.resampling.inference import ADJUSTMENTS

Found = AnswerResult | RetrievalResult | AnswerComparison
_Result = TypeVar("_Result", bound=AnswerResult | RetrievalResult)


def _normalizations(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Return the names that are given with commas between them; ``none`` is none of them."""
    if value is None:
        return USUAL
    names = tuple(name.strip() for name in value.split(","))
    return () if names == ("none",) else names


def cuts_of(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    """Return the whole numbers that are given with commas between them."""
    if value is None:
        return None
    parts = [part.strip() for part in value.split(",")]
    if not all(part.isdecimal() and part.isascii() and int(part[:9]) for part in parts):
        raise UsageError(f"--at {value[:40]!r} is no list of whole numbers", hint="--at 1,3,5")
    return tuple(int(part[:9]) for part in parts)


def _words(table: dict[str, str]) -> str:
    return "; ".join(f"{name}: {text}" for name, text in table.items()) + "."


@command("answers")
@click.argument("files", nargs=-1, type=FILE, metavar="GOLD [PRED...]")
@choice_option("--rule", choices=RULES, help_text=_words(RULES))
@click.option(
    "--bag",
    type=click.Choice([*BAGS]),
    help=_words(BAGS) + "  [default: multiset; set with --rule drop]",
)
@choice_option("--by", choices=UNITS, help_text=_words(UNITS))
@click.option(
    "--normalize",
    metavar=",".join(NORMALIZATIONS),
    callback=_normalizations,
    help=f"What makes no difference, or none. {_words(NORMALIZATIONS)}  "
    f"[default: {','.join(USUAL)}]",
)
@click.option(
    "--at",
    metavar="K,K,…",
    callback=cuts_of,
    help="Score ranked lists of ids, each cut behind its first K: 1,3,5.",
)
@choice_option(
    "--missing",
    choices=MISSING,
    help_text="What is done about questions without a prediction, and the other way round. "
    + _words(MISSING),
)
@count_option(
    "--worst", help_text="Show N answers with the least F1; in csv, tsv and jsonl, these alone."
)
@click.option("--gold-key", metavar="KEY", help="Key or column of the references.")
@click.option("--pred-key", metavar="KEY", help="Key or column of the answers.")
@click.option("--id-key", metavar="KEY", help="Key or column of the questions' ids.")
@SIZE_OPTION
@click.option(
    "--reference",
    metavar="NAME",
    help="The system that the others are compared with.  [default: the best]",
)
@click.option(
    "--correction",
    type=click.Choice([*ADJUSTMENTS]),
    help="How p-values of several systems are corrected.  [default: holm]",
)
@question_options
@interval_option
@report_options(
    ANSWER_RENDERERS,
    "csv, tsv and jsonl have a row for each question. " + PERCENT_HELP,
    digits=DIGITS_HELP,
)
@click.option("-q", "--quiet", is_flag=True, help="Only the tables: no words.")
def answers(files: tuple[str, ...], **settings: Any) -> None:
    """Score answers by the words that they share with references, and by exact match.

    GOLD has the references of each question, and PRED has the answers; or GOLD has both. F1 is
    that of two bags of words, as in SQuAD and DROP, with the best of several references. The score
    is the mean over questions. Files are joined by ids if both have some, and else by order. A
    question without an answer is an error, and so is an answer without a question.

    The command reads the JSON of SQuAD and DROP, an object of ids with texts, records (JSON Lines,
    an array, CSV and TSV with a header), and text files with an answer on each line. Keys that are
    known: id; answers, reference, gold; prediction, predicted.

    --at scores ranked lists by precision, recall and F1 of their first K. They are records with
    lists of ids (relevant, retrieved), or TREC's qrels and run.

    Several PRED, each FILE or NAME=FILE, are compared. The differences from the best have
    intervals, and paired tests by approximate randomisation of questions. p is corrected for the
    number of comparisons.

    \b
    Examples:
      spanf1 answers dev-v2.0.json predictions.json
      spanf1 answers both.jsonl --gold-key expected --pred-key output --worst 10
      spanf1 answers references.txt answers.txt --normalize case,unicode --by character
      spanf1 answers drop_dev.json predictions.json --rule drop --confidence 0.95
      spanf1 answers gold.json old=a.json new=b.json
      spanf1 answers gold.json predictions.json -f jsonl -o questions.jsonl
      spanf1 answers retrieved.jsonl --at 1,3,5
      spanf1 answers qrels.txt run.txt --at 10
    """
    report = ReportOptions.of(settings)
    if not files:
        raise UsageError("no file is given", hint="spanf1 answers GOLD PRED")
    systems = systems_in(files[1:])
    report.check_writable([files[0], *systems.values()])
    found = answered(files[0], systems, settings)
    report.write(_report_of(found, settings["worst"]), ANSWER_RENDERERS)


def answered(gold: str, systems: dict[str, str], settings: dict[str, Any]) -> Found:
    """Return what is found in a file of references, and in that of each system, by options."""
    _check(gold, systems, settings)
    predicted, names = settings["pred_key"], settings.get("id_key")
    keys = Keys(settings["gold_key"], predicted, names, ranked=settings["at"] is not None)
    size = size_of(settings["max_size"]) if settings["max_size"] else 0
    others = {name: _source(file, size) for name, file in systems.items()}
    sides = read_sides(_source(gold, size), others, keys)
    last = [gold, *systems.values()][-1]
    where = (_named(gold), _named(last))
    return _found(sides, settings, where)


def systems_in(given: tuple[str, ...]) -> dict[str, str]:
    """Return the file of each system by its name."""
    systems = systems_of(given)
    for system in systems:
        if len(system.files) > 1:
            raise UsageError(
                f"system {system.name!r} has {len(system.files)} files",
                hint="each system is one file, or NAME=FILE",
            )
    return {system.name: system.files[0] for system in systems}


def _source(path: str, size: int) -> Source:
    return Source(path, label=STDIN_NAME if path == STDIN else "", max_size=size)


def _named(path: str) -> str:
    return STDIN_NAME if path == STDIN else path


def _check(gold: str, systems: dict[str, str], settings: dict[str, Any]) -> None:
    """Raise an error if options do not go together."""
    if [gold, *systems.values()].count(STDIN) > 1:
        raise UsageError("standard input can be read only once")
    several = len(systems) > 1
    for name in ("reference", "correction"):
        if settings.get(name) is not None and not several:
            raise UsageError(f"--{name} is about several systems", hint="spanf1 answers GOLD A B")
    if settings.get("worst") is not None and (several or settings["at"]):
        raise UsageError("--worst is about answers of one system")
    if settings["at"]:
        usual = {
            "bag": None,
            "rule": next(iter(RULES)),
            "by": next(iter(UNITS)),
            "normalize": USUAL,
        }
        if any(settings.get(name, value) != value for name, value in usual.items()):
            raise UsageError("--at is about ids: --rule, --bag, --by, --normalize are about words")


def _found(sides: Sides, settings: dict[str, Any], where: Where) -> Found:
    """Return what is found in what was read, of two files if there is one system."""
    options = taken(AnswerOptions, settings)
    at = settings["at"]
    how = confidence_of(settings, always=len(sides.systems) > 1)
    if len(sides.systems) > 1:
        found = comparison(
            sides.gold,
            sides.systems,
            options,
            how or Confidence(),
            at=at,
            reference=settings.get("reference") or BEST,
            correction=settings.get("correction") or "holm",
        )
        results = {name: _told(one, sides, name) for name, one in found.results.items()}
        return replace(found, results=results)
    ((name, predicted),) = sides.systems.items()
    if at:
        lists = scored_lists(sides.gold, predicted, at, options.missing, how, where=where)
        return _told(lists, sides, name)
    return _told(scored(sides.gold, predicted, options, how, where=where), sides, name)


def _report_of(found: Found, worst: int | None) -> Report:
    """Return the report on what was found, with the worst answers if some are asked for."""
    if isinstance(found, AnswerComparison):
        return comparison_report(found)
    if isinstance(found, RetrievalResult):
        return retrieval_report(found)
    return shown_report(Shown(found, worst))


def _told(result: _Result, sides: Sides, name: str) -> _Result:
    """Return a result that says what was read."""
    files = dict.fromkeys((sides.files[""], sides.files[name]))
    return replace(result, files=(*files,), notes=(*sides.notes, *result.notes))
