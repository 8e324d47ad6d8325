"""``spanf1 reproduce``: published scores beside those of the outputs at hand."""

from __future__ import annotations

import contextlib
from typing import Any

import click

from spanf1.cli.help import command
from spanf1.cli.inputs import CATALOGUE_OPTION, kept
from spanf1.cli.output import FILE, ReportOptions, report_options
from spanf1.corpora.catalogue import load
from spanf1.corpora.reproduce import measured, reproduction_report, tasks
from spanf1.exceptions import UsageError


@command("reproduce")
@click.argument("name")
@click.argument("path", type=FILE, required=False)
@click.option(
    "--system",
    "systems",
    multiple=True,
    metavar="[NAME=]OUTPUT",
    help="An output, and whose it is; may be given several times.",
)
@click.option("--gold", type=FILE, metavar="FILE", help="The gold file.")
@click.option("--split", metavar="SPLIT", help="Only scores of this split.")
@CATALOGUE_OPTION
@report_options(digits="Decimals of what is measured.  [default: as printed]")
@click.option("-q", "--quiet", is_flag=True, help="Only the table.")
def reproduce(
    name: str, path: str | None, *, systems: tuple[str, ...], catalogue: str | None, **settings: Any
) -> int:
    """Score the outputs at hand, and print published scores beside measured ones.

    NAME is a corpus of the catalogue (`spanf1 corpora list`). PATH is a folder with the outputs of
    systems. The name of each file has the name of its system in it. If the outputs have no gold
    tags, the folder also has the gold file: it is called as the corpus calls it, or gold.…. If the
    training file is there, the baseline of the shared task is scored, too. Then gold.… may be of
    several splits, and --split says of which. A PATH that is a file is an output or, beside
    --system, the gold file.

    A mark (=) shows where both agree to the printed decimals. ± is half the width of an interval:
    for CoNLL-2003 that of the central 90%. Exit code 1: something does not agree.

    \b
    Examples:
      spanf1 reproduce wnut17 submissions/
      spanf1 reproduce wnut17 gold.conll --system arcada=arcada.conll
      spanf1 reproduce conll2003 corpus/     # eng.train, eng.testb: the baseline
      spanf1 reproduce conll2003 outputs/ --format markdown
    """
    report = ReportOptions.of(settings)
    known = load(catalogue)
    corpus = known[name]
    if path is None and not systems:
        hint = f"spanf1 reproduce {name} FOLDER, or --system NAME=OUTPUT"
        raise UsageError("no output is given", hint=hint)
    wanted = tasks(corpus, path, systems=systems, **settings)
    files = dict.fromkeys(file for task in wanted for file in task.files)
    report.check_writable([known.path, *files])
    with contextlib.ExitStack() as stack:
        sources = {file: stack.enter_context(kept(file)) for file in files}
        reproductions = [measured(task, sources) for task in wanted]
    report.write(reproduction_report(reproductions))
    return 0 if all(score.agrees for score in reproductions) else 1
