"""``spanf1 corpora``: what is known of the corpora in use, and their files where they are free."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from spanf1.cli.help import Command, Context
from spanf1.cli.inputs import CATALOGUE_OPTION, COLUMN_HELP, Progress, column_option, kept
from spanf1.cli.output import (
    FILE,
    ReportOptions,
    check_writable,
    format_option,
    output_options,
    report_options,
    tell,
    wants_colour,
    write,
)
from spanf1.corpora.catalogue import Catalogue, load
from spanf1.corpora.report import catalogue_report, corpus_report
from spanf1.corpora.verify import sources_of, verification_report
from spanf1.corpora.verify import verify as verified
from spanf1.exceptions import InputError
from spanf1.wording import one_line

if TYPE_CHECKING:
    from spanf1.corpora.download import Fetched


class _InOrder(click.Group):
    """A group that lists its commands in the order in which they were added."""

    command_class = Command
    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands."""
        return list(self.commands)


@click.group("corpora", cls=_InOrder)
def corpora() -> None:
    """Corpora: statistics, published scores, and the files of those that are open.

    The catalogue has facts that were published about corpora of named entities and chunks, with
    their sources; it has no text of any of them.

    \b
    Examples:
      spanf1 corpora list
      spanf1 corpora show conll2003
      spanf1 score $(spanf1 corpora get wnut17 --split test) predicted.conll
    """


@corpora.command("list", short_help="List the corpora.")
@format_option()
@CATALOGUE_OPTION
@output_options()
def list_(*, catalogue: str | None, **settings: Any) -> None:
    """List the corpora of the catalogue.

    \b
    Examples:
      spanf1 corpora list
      spanf1 corpora list --format json | jq -r '.[] | select(.open) | .name'
    """
    report = ReportOptions.of(settings)
    report.write(catalogue_report(_opened(catalogue, report.output)))


@corpora.command("show", short_help="Show what is known of a corpus.")
@click.argument("name")
@format_option()
@CATALOGUE_OPTION
@output_options()
def show(name: str, *, catalogue: str | None, **settings: Any) -> None:
    """Show what is known of a corpus: statistics by split, published scores, licence.

    NAME is a name that `spanf1 corpora list` shows, or another name of the corpus. Published
    scores are as they were printed, in percent. csv has a line for each number.

    \b
    Examples:
      spanf1 corpora show wnut17
      spanf1 corpora show conll2003 --format markdown -o conll2003.md
      spanf1 corpora show conll2003 --format json | jq '.splits.testb.tokens'
    """
    report = ReportOptions.of(settings)
    report.write(corpus_report(_opened(catalogue, report.output)[name]))


def _opened(catalogue: str | None, output: str | None) -> Catalogue:
    """Return the catalogue; raise an error if the output cannot be written later."""
    known = load(catalogue)
    check_writable(output, [known.path])
    return known


@corpora.command("get", short_help="Fetch the files of a corpus that is open.")
@click.argument("name")
@click.option("--split", metavar="SPLIT", help="Fetch only this split.  [default: all]")
@click.option(
    "--mirror",
    default="",
    metavar="URL",
    help="Try this address first: in place of the scheme and host, or with {name} for the file's.",
)
@click.option(
    "--to", "folder", metavar="FOLDER", help="Put the files into FOLDER, which is made if need be."
)
@CATALOGUE_OPTION
@output_options(())
@click.option("-q", "--quiet", is_flag=True, help="No notes, no progress: only the paths.")
def get(
    name: str,
    *,
    split: str | None,
    mirror: str,
    folder: str | None,
    catalogue: str | None,
    output: str | None,
    color: str,
    quiet: bool,
) -> None:
    """Fetch the files of a corpus that is open, and print their paths.

    Files are fetched once, and kept in the folder SPANF1_CACHE, by default that of the platform's
    caches. Checksums are verified if they are known. If the connection breaks, nothing is left of
    the file. If a licence is needed, the command says who gives it; `spanf1 corpora verify` checks
    the copy that you have.

    \b
    Examples:
      spanf1 corpora get wnut17
      spanf1 corpora get wnut17 --split test --to data
      spanf1 corpora get wnut17 --mirror https://example.org/copies
      spanf1 corpora get wnut17 --mirror 'file:///copies/{name}'
    """
    # Here, because a network is not what the other commands wait for.
    from spanf1.corpora.download import cache_folder, fetch_split, files_of, splits_to_get

    corpus = _opened(catalogue, output)[name]
    splits = splits_to_get(corpus, split)
    folder = os.path.join(cache_folder(), corpus.name) if folder is None else folder
    sources = [path for part in splits for path in files_of(part, corpus, folder, mirror)]
    check_writable(output, sources)
    fetched = {}
    for part in splits:
        with Progress("-", wanted=not quiet, size=part.size) as progress:
            file = fetch_split(part, corpus, folder, mirror=mirror, progress=progress)
        fetched[file.path] = file
        if not quiet:
            _say(file, colour=wants_colour(color, sys.stderr))
    # Once more: what was not there before may be the output now.
    check_writable(output, [*sources, *fetched])
    write("".join(f"{path}\n" for path in fetched), output)


def _say(file: Fetched, *, colour: bool) -> None:
    """Say where a file came from, and whether it is known to be the right one."""
    origin = f"from {file.address}" if file.address else "it was there already"
    label = "note: "
    said = "its sha256 is that of the catalogue"
    if not file.verified:
        label = click.style("warning: ", fg="yellow") if colour else "warning: "
        said = f"the catalogue has no checksum to verify it by; its sha256 is {file.sha256}"
    tell([f"{file.path}: {origin}; {said}"], label)


@corpora.command("verify", short_help="Check your copy of a corpus.")
@click.argument("name")
@click.argument("paths", type=FILE, metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--split", metavar="SPLIT", help="The split it should be.  [default: the most similar]"
)
@column_option("-c", "--tag-column", help_text=f"Column of the tags, {COLUMN_HELP}.")
@column_option("--token-column", help_text="Column of the tokens.")
@CATALOGUE_OPTION
@report_options()
@click.option("-q", "--quiet", is_flag=True, help="Only the tables.")
def verify(name: str, paths: tuple[str, ...], *, catalogue: str | None, **settings: Any) -> int:
    """Hold your copy of a corpus against what was published about it.

    Many copies are re-tagged, cut or corrected. For each file the command says which split it is,
    which counts agree with the publication, what scheme it is in, and what differs. PATH is a file
    or a folder. In a folder, the files with the names of the corpus are read, or all if there are
    none.

    Exit code 1: something differs, or nothing was published to compare with. Exit code 3: one of
    several files cannot be read; the others are reported all the same.

    \b
    Examples:
      spanf1 corpora verify conll2003 eng.testb
      spanf1 corpora verify conll2003 eng.train eng.testa eng.testb
      spanf1 corpora verify conll2003 folder/ --format json
      spanf1 corpora verify wnut17 $(spanf1 corpora get wnut17 --split test)
    """
    report = ReportOptions.of(settings)
    known = load(catalogue)
    corpus = known[name]
    copies, unread = [], []
    with ExitStack() as stack:
        sources = [
            source
            for path in paths
            for source in sources_of(corpus, stack.enter_context(kept(path)))
        ]
        report.check_writable([known.path, *paths, *(source.path for source in sources)])
        for source in sources:
            try:
                copies += verified(corpus, source, catalogue=known, **settings)
            except InputError as error:
                unread.append(error)
    if not copies:
        raise unread[0]
    report.write(verification_report(copies))
    tell((one_line(str(error)) for error in unread), "error: ")
    if unread:
        return unread[0].exit_code
    return 0 if all(copy.agrees for copy in copies) else 1
