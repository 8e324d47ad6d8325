"""``spanf1 convert``: the same spans in another tagging scheme, or in another format."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import click

from spanf1.checks.convert import Conversion, Converter, respells, writes_tags
from spanf1.checks.tags import Changes, Rewriting
from spanf1.cli.help import command
from spanf1.cli.inputs import (
    KEY_OPTIONS,
    input_options,
    options_of,
    paths_of,
    ready,
    scheme_option,
    token_option,
)
from spanf1.cli.output import taken, tell_left_over
from spanf1.cli.rewriting import (
    Destination,
    kinds_line,
    method_option,
    rewrite_inputs,
    say,
    writing_options,
    written_whole,
)
from spanf1.core.options import AUTO, tag_scheme
from spanf1.core.schemes import SCHEME_NAMES
from spanf1.core.tags import BARE, tag_form
from spanf1.exceptions import ReadError, UsageError
from spanf1.formats.opening import inputs_of
from spanf1.formats.output import check_output, folder_beside
from spanf1.formats.registry import COLUMNS, FORMATS, OUTPUT_FORMATS, Input
from spanf1.formats.source import STDIN, Source
from spanf1.wording import many

_MISSING = "--to BIOES, or --to-format jsonl, for example"


@command("convert")
@input_options(token_option(", for --to-format"), *KEY_OPTIONS)
@scheme_option("--from", "--scheme", "scheme")
@click.option("--to", metavar="SCHEME", help=f"Scheme to write: {', '.join(SCHEME_NAMES)}.")
@click.option(
    "--to-format",
    type=click.Choice(OUTPUT_FORMATS),
    metavar="FORMAT",
    help=f"Format to write, if it is to be another: {', '.join(OUTPUT_FORMATS)}.",
)
@click.option(
    "--levels",
    type=click.IntRange(1),
    metavar="N",
    help="Columns of tags to write: N levels of nested spans.  [default: 1]",
)
@click.option(
    "--to-form", metavar="EXAMPLE", help="How to write the tags, as an example: B-PER, PER_B."
)
@method_option("What is done about ill-formed spans, as in `spanf1 repair`.")
@writing_options("; with --to-format, leave out the spans that it cannot carry")
def convert(
    files: tuple[str, ...],
    *,
    scheme: str,
    to: str | None,
    to_format: str | None,
    levels: int | None,
    to_form: str | None,
    method: str,
    allow_loss: bool,
    **settings: Any,
) -> int:
    """Write the same spans in another tagging scheme, or in another format.

    In columns, every other byte of the file stays as it is: tokens, other columns, comments, white
    space. In JSON Lines of tags, all other keys stay. Without a file, or with -, standard input is
    read. Standard error says what was changed, or lost. Files of text may be compressed by gzip,
    bzip2, xz or zstd. The output is compressed if its name ends in .gz .bz2 .xz .zst.

    --to-form alone changes how the tags are written, and nothing else about them.

    The scheme IO cannot part two spans of one type that touch. If there are any, the command names
    their lines and writes nothing, unless you give --allow-loss.

    --to-format writes texts, tokens, ids and typed spans in another format, and nothing else of
    the input. Tags cannot hold discontinuous spans, nor nested ones without --levels. If the
    format cannot hold a span, the command names it and writes nothing; --allow-loss leaves such
    spans out. Tags are in the scheme of the input, or in IOB2 if it has none; --to sets another.
    If a format needs tokens and a text has none, it is split into words and punctuation marks.

    \b
    Examples:
      spanf1 convert train.conll --to BIOES > train.bioes.conll
      spanf1 convert train.conll --from IOB1 --to BILOU -o train.bilou.conll
      spanf1 convert train.iob2 --tag-column 3 --to IO --allow-loss --in-place
      spanf1 convert data/*.conll --to IOB2 --check   # exit code 1 if one is in another scheme
      spanf1 convert tags.txt --to-form B-PER      # PER_b becomes B-PER
      spanf1 convert train.iob2 -c 3 --token-column 2 --to-format jsonl -o out.jsonl
      spanf1 convert brat/ --to-format columns --levels 2 -o nested.conll
      spanf1 convert tasks.json --key predictions --to-format brat -o folder
    """
    options = options_of(settings)
    if to is None and to_form is None and to_format is None:
        raise UsageError("--to is missing: which scheme is to be written?", hint=_MISSING)
    target = tag_scheme(to or AUTO)
    if to is not None and target == AUTO:
        raise UsageError("--to must name a scheme")
    if to_form is not None and tag_form(to_form) is None:
        raise UsageError("--to-form must be an example of a tag", hint="--to-form B-PER")
    if to_form is not None and tag_form(to_form) == BARE and target != "IO":
        raise UsageError("types without a prefix are in the scheme IO", hint="--to IO")
    known = tag_scheme(scheme)
    how = Rewriting(
        known if to else "", target if to else "", method, tag_form(to_form), allow_loss
    )
    paths = paths_of(files, "convert")
    inputs = inputs_of([Source(path) for path in paths], options, scheme=known)
    where = taken(Destination, settings)
    kept = [respells(input, to_format, levels or 1) for input in inputs]
    if all(kept) and {input.format for input in inputs} == {COLUMNS}:
        if to is None and to_form is None:
            raise _unasked(inputs[0].source)
        if options.token_column is not None:
            raise UsageError("--token-column is for another format, which --to-format names")
    elif len(inputs) > 1:
        raise UsageError("files that have no columns are converted one by one")
    if all(kept):
        return rewrite_inputs(inputs, how, where, partial(_report, how))
    (input,) = inputs
    if to_format is None:
        message = f"--to-format is missing, and the input is {FORMATS[input.format].title}"
        raise UsageError(message, hint=", ".join(OUTPUT_FORMATS))
    if to_form is not None or method != "begin":
        raise UsageError("--to-form and --method are for columns and JSON Lines that stay such")
    if to is None and writes_tags(to_format):
        target = known
    converter = partial(
        Converter, to_format=to_format, scheme=target, levels=levels or 1, allow_loss=allow_loss
    )
    _convert(input, where, to_format, converter)
    return 0


def _unasked(source: Source) -> UsageError | ReadError:
    """Return the error if it is not said what is to become of columns."""
    if source.path != STDIN and not os.path.exists(source.path):
        return ReadError("no such file", where=source.path)
    piped = source.path != STDIN and source.is_pipe()
    hint = "--input-format says what comes through a pipe" if piped else "--to BIOES"
    return UsageError("--to is missing: these are columns already", hint=hint)


def _report(how: Rewriting, from_scheme: str, changes: Changes) -> list[str]:
    """Say what became of tags that were written anew."""
    if not how.to:
        return [f"{many(changes.tags, 'tag')} changed, and nothing but how it is written"]
    parts = [many(changes.spans, "span"), f"{many(changes.tags, 'tag')} changed"]
    if changes.lost:
        parts.append(f"{changes.lost} became one with the span before")
    if changes.ill_formed:
        parts.append(f"{changes.ill_formed} ill-formed, treated by {how.method}")
    return [f"{from_scheme} to {how.to}: {', '.join(parts)}", *kinds_line(changes)]


def _convert(
    input: Input, where: Destination, to_format: str, converter: Callable[[Input], Converter]
) -> None:
    """Write the documents of an input in another format, and say what was lost."""
    if where.in_place or where.dry:
        option = "--in-place" if where.in_place else "--check"
        raise UsageError(f"{option} is for columns and JSON Lines that stay such")
    known, output = FORMATS[to_format], where.output
    if not known.folder:
        where.check((input.source.path,))
    elif output in (None, "", STDIN):
        raise UsageError(f"{known.title} cannot be standard output", hint="--output names a folder")
    if output is not None and output != STDIN:
        check_output(output, to_format, input.source.path)
    whole = folder_beside(output or "") if known.folder else written_whole(output)
    with ready(input, quiet=where.quiet, again=True) as kept:
        writer = converter(kept)
        with whole as target:
            done = writer.convert(target)
        if known.folder:
            tell_left_over(output or "")
    if not where.quiet:
        say(_notes(input, done))


def _notes(input: Input, done: Conversion) -> list[str]:
    """Say what was converted, and what was lost."""
    scheme = f", {done.scheme}" * bool(done.scheme)
    columns = ",".join(str(2 + level) for level in range(done.levels))
    scheme += f" in columns {columns}" * (done.levels > 1)
    notes = [
        f"{input.source.name}: {done.read}",
        f"to {FORMATS[done.to_format].title}{scheme}: {many(done.documents, 'document')}, "
        f"{many(done.spans, 'span')}",
    ]
    if done.lost_spans:
        kinds = ", ".join(f"{kind} ({count})" for kind, count in done.lost_spans.items())
        notes.append(f"lost spans: {kinds}")
    if done.lost:
        notes.append(f"lost: {', '.join(done.lost)}")
    if done.split:
        notes.append(f"{many(done.split, 'text')} split into words and punctuation marks")
    if done.spaced:
        notes.append(f"{many(done.spaced, 'text')} made of tokens, with a space between them")
    if done.left_out:
        left_out = [f"{count} {what}" for what, count in done.left_out.items()]
        notes.append(f"not read: {', '.join(left_out)}")
    return notes
