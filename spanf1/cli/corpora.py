"""``spanf1 corpora``: what is known of the corpora in use, and their files where they are free."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from spanf1.cli.output import (
    ReportOptions,
    check_writable,
    format_option,
    output_options,
    tell,
    wants_colour,
    write,
)
from spanf1.cli.progress import Progress
from spanf1.cli.verifying import verify
from spanf1.corpora.entries import Catalogue, Corpus, Split
from spanf1.corpora.loading import load
from spanf1.corpora.report import catalogue_report, corpus_report
from spanf1.exceptions import UsageError
from spanf1.wording import printable

if TYPE_CHECKING:
    from spanf1.corpora.download import Fetched

HELP = """Corpora: statistics, published scores, and the files of those that are open.

The catalogue has facts that were published about corpora of named entities and chunks, with
their sources; it has no text of any of them.

\b
Examples:
  spanf1 corpora list
  spanf1 corpora show conll2003
  spanf1 score $(spanf1 corpora get wnut17 --split test) predicted.conll
"""

LIST_HELP = """List the corpora of the catalogue.

\b
Examples:
  spanf1 corpora list
  spanf1 corpora list --format json | jq -r '.[] | select(.open) | .name'
"""

SHOW_HELP = """Show what is known of a corpus: statistics by split, published scores, licence.

NAME is as `spanf1 corpora list` has it, or another name of the corpus. Published scores are as
they were printed, in percent; csv has a line for each number.

\b
Examples:
  spanf1 corpora show wnut17
  spanf1 corpora show conll2003 --format markdown -o conll2003.md
  spanf1 corpora show conll2003 --format json | jq '.splits.testb.tokens'
"""

GET_HELP = """Fetch the files of a corpus that is open, and print their paths.

Files are kept, and fetched once: in the folder SPANF1_CACHE, by default that of the platform's
caches. What is known to be their checksum is verified. If the connection breaks, run it again:
it goes on where it stopped. Where a licence is needed, it is said who gives it, and
`spanf1 corpora verify` checks the copy that you have.

\b
Examples:
  spanf1 corpora get wnut17
  spanf1 corpora get wnut17 --split test --to data
  spanf1 corpora get wnut17 --mirror https://example.org/copies
  spanf1 corpora get wnut17 --mirror 'file:///copies/{name}'
"""

CATALOGUE_OPTION = click.option(
    "--catalogue", metavar="FILE", help="A catalogue of your own, instead of the one that is here."
)


class _InOrder(click.Group):
    """A group that lists its commands in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands."""
        return list(self.commands)


@click.group("corpora", cls=_InOrder, help=HELP, short_help="What is known of the corpora in use.")
def corpora() -> None:
    """Hold the commands; see `HELP`."""


@corpora.command("list", help=LIST_HELP, short_help="List the corpora.")
@format_option()
@CATALOGUE_OPTION
@output_options
def list_(*, catalogue: str | None, **settings: Any) -> None:
    """List the corpora; see `LIST_HELP`."""
    report = ReportOptions.of(settings)
    report.write(catalogue_report(_opened(catalogue, report.output)))


@corpora.command("show", help=SHOW_HELP, short_help="Show what is known of a corpus.")
@click.argument("name")
@format_option()
@CATALOGUE_OPTION
@output_options
def show(name: str, *, catalogue: str | None, **settings: Any) -> None:
    """Show a corpus; see `SHOW_HELP`."""
    report = ReportOptions.of(settings)
    report.write(corpus_report(_opened(catalogue, report.output)[name]))


def _opened(catalogue: str | None, output: str | None) -> Catalogue:
    """Return the catalogue; raise an error if the output cannot be written later."""
    known = load(catalogue)
    check_writable(output, [known.path])
    return known


@corpora.command("get", help=GET_HELP, short_help="Fetch the files of a corpus that is open.")
@click.argument("name")
@click.option("--split", metavar="SPLIT", help="Only this one; by default, all of them.")
@click.option(
    "--mirror",
    default="",
    metavar="URL",
    help="Try this address first: in place of the scheme and host, or with {name} for the file's.",
)
@click.option("--to", "folder", metavar="FOLDER", help="Put the files there; it is made.")
@CATALOGUE_OPTION
@output_options
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
    """Fetch files; see `GET_HELP`."""
    # Here, because a network is not what the other commands wait for.
    from spanf1.corpora.download import cache_folder

    corpus = _opened(catalogue, output)[name]
    splits = _splits_to_get(corpus, split)
    folder = os.path.join(cache_folder(), corpus.name) if folder is None else folder
    sources = [path for one in splits for path in _sources(one, corpus, folder, mirror)]
    check_writable(output, sources)
    fetched = {}
    for one in splits:
        found = _fetched(one, _folder_of(one, corpus, folder), mirror, quiet=quiet)
        fetched[found.path] = found
        if not quiet:
            _say(found, colour=wants_colour(color, sys.stderr))
    # Once more: what was not there before may be the output now.
    check_writable(output, [*sources, *fetched])
    write("".join(f"{path}\n" for path in fetched), output)


def _splits_to_get(corpus: Corpus, name: str | None) -> list[Split]:
    """Return the splits to fetch.

    Raises
    ------
    UsageError
        If they are not to be had from here.
    """
    chosen = list(corpus.splits.values()) if name is None else [corpus.split(name)]
    hint = f"{corpus.obtain} To check your copy: spanf1 corpora verify {corpus.name} PATH"
    if not corpus.open:
        message = f"{corpus.name} is not open to download (licence: {corpus.licence})"
        raise UsageError(message, hint=hint)
    found = [split for split in chosen if split.url]
    if not found:
        what = corpus.name if name is None else f"{corpus.name}, split {chosen[0].name}"
        raise UsageError(f"there is no address of {what} in the catalogue", hint=hint)
    return found


def _sources(split: Split, corpus: Corpus, folder: str, mirror: str) -> list[str]:
    """Return the files of this computer that a split comes from, and the one that it becomes."""
    from spanf1.corpora.download.addresses import addresses, local_path

    name = _file_name(split)
    found = [local_path(address) for address in addresses(split.url, mirror, name)]
    return [*filter(None, found), os.path.join(_folder_of(split, corpus, folder), name)]


def _folder_of(split: Split, corpus: Corpus, folder: str) -> str:
    """Return where to put the file of a split: away from another file that has its name."""
    from spanf1.corpora.download import plain_name

    others = [s for s in corpus.splits.values() if s.url and s.url != split.url]
    shared = _file_name(split) in map(_file_name, others)
    return os.path.join(folder, plain_name(split.name)) if shared else folder


def _file_name(split: Split) -> str:
    """Return what the file of a split is called: an address with a query does not say it."""
    from spanf1.corpora.download import name_of

    return split.files[0] if "?" in split.url and not split.member else name_of(split.url)


def _fetched(split: Split, folder: str, mirror: str, *, quiet: bool) -> Fetched:
    from spanf1.corpora.download import fetch

    with Progress("-", wanted=not quiet, size=split.size) as progress:
        return fetch(
            split.url,
            folder,
            name=_file_name(split),
            sha256=split.sha256,
            size=split.size,
            member=split.member,
            mirror=mirror,
            progress=progress,
        )


def _say(found: Fetched, *, colour: bool) -> None:
    """Say where a file came from, and whether it is known to be the right one."""
    origin = f"from {found.address}" if found.address else "it was there already"
    label = "note: "
    said = "its sha256 is that of the catalogue"
    if not found.verified:
        label = click.style("warning: ", fg="yellow") if colour else "warning: "
        said = f"the catalogue has no checksum to verify it by; its sha256 is {found.sha256}"
    tell([label + printable(f"{found.path}: {origin}; {said}")])


corpora.add_command(verify)
