"""``spanf1 signature``: what a signature says, and how two of them differ; files that hold one."""

from __future__ import annotations

import json
import os
from typing import Any

import click

from spanf1.agreement.signature import AgreementSignature
from spanf1.answers.signature import MEANINGS as ANSWERS
from spanf1.answers.signature import AnswerSignature
from spanf1.cli.help import command
from spanf1.cli.output import FILE, SIZE_OPTION, write
from spanf1.exceptions import ReadError, UsageError
from spanf1.formats.source import STDIN, STDIN_NAME, Source, size_of
from spanf1.results.signature import Signature

_Comparable = Signature | AnswerSignature
_Readable = _Comparable | AgreementSignature

# the least that a heading takes
_WIDTH = 22

RESULTS_HINT = "spanf1 score FILE --format json makes one"


@command("signature")
@click.argument("signatures", nargs=-1, required=True, type=FILE, metavar="SIGNATURE [OTHER]")
@SIZE_OPTION
def signature(signatures: tuple[str, ...], *, max_size: str | None) -> int:
    """Say what a signature means, or how two of them differ.

    A signature is the line that `spanf1 score` prints with a score, long or short. You can also
    give a file that holds it, a results file (JSON), or - for standard input. With two signatures,
    the command names every difference in words. Exit code 1 means that the two scores do not mean
    the same. Signatures of `spanf1 answers` are read, too, and one of `spanf1 agree` alone.

    \b
    Examples:
      spanf1 signature 'f1:micro|match:exact|scheme:IOB2|…|v:1.0.0'
      spanf1 signature ours.json theirs.json
      spanf1 score output.conll --signature | spanf1 signature - ours.json
    """
    if len(signatures) > 2:
        raise click.UsageError(f"{len(signatures)} signatures are given: one or two are taken")
    if signatures.count(STDIN) > 1:
        raise UsageError("standard input can be read only once")
    first, *others = (_signature_of(given, max_size) for given in signatures)
    if not others:
        words = first.in_words()
        width = max(_WIDTH, *(len(what) + 1 for what, _ in words))
        write("".join(f"{what + ':':<{width}} {value}\n" for what, value in words), None)
        return 0
    (other,) = others
    if isinstance(first, AgreementSignature) or isinstance(other, AgreementSignature):
        raise UsageError(
            "a signature of spanf1 agree does not say which spans were compared, so it is not "
            "compared with another",
            hint="give one alone, to see what it means",
        )
    differences, remarks = _differences(first, other)
    verdict = "the scores do not mean the same" if differences else "the scores mean the same"
    lines = [verdict, *differences, *(f"{text} (does not matter)" for text in remarks)]
    write("".join(f"{line}\n" for line in lines), None)
    return 1 if differences else 0


def _differences(first: _Comparable, other: _Comparable) -> tuple[list[str], list[str]]:
    """Return how two signatures differ, in words, and what differs and does not matter."""
    if isinstance(first, Signature) and isinstance(other, Signature):
        return first.differences(other), first.remarks(other)
    if isinstance(first, AnswerSignature) and isinstance(other, AnswerSignature):
        return first.differences(other), first.remarks(other)
    here, there = (dict(one.in_words())["figure"] for one in (first, other))
    return [f"figure: {here} here, {there} there"], []


def _signature_of(given: str, max_size: str | None) -> _Readable:
    """Return a signature that is given as such, or by a results file."""
    if given != STDIN and not os.path.exists(given):
        if "|" not in given:
            hint = "spanf1 score FILE --signature gives one"
            raise UsageError("this is neither a signature nor a file", where=given, hint=hint)
        return _read(given)
    text = read_text(given, max_size)
    line = text.decode("utf-8", "replace")
    if text.lstrip()[:1] == b"{":
        line = parsed(text, given).get("signature", "")
    try:
        return _read(line)
    except UsageError as error:
        raise ReadError(error.message, where=input_name(given), hint=error.hint) from None


def _read(line: Any) -> _Readable:
    """Return the signature that a line says, of whichever command."""
    parts = line.strip().split("|") if isinstance(line, str) else [""]
    names = [part.partition(":")[0] for part in parts]
    if names[0] in ANSWERS:
        return AnswerSignature.parse(line)
    if "annotators" in names:
        return AgreementSignature.parse(line)
    return Signature.parse(line)


def read_text(path: str, max_size: str | None) -> bytes:
    """Return the content of a file, or of standard input.

    Raises
    ------
    ReadError, LayoutError
        If it cannot be read, or is too large.
    """
    return Source(path, max_size=0 if max_size is None else size_of(max_size)).whole()


def parsed(text: bytes, path: str) -> dict[str, Any]:
    """Return the JSON object that a text is.

    Raises
    ------
    ReadError
        If it is none.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ReadError("this is no JSON", where=input_name(path), hint=RESULTS_HINT) from None
    if not isinstance(data, dict):
        raise ReadError("this is not a result of spanf1", where=input_name(path), hint=RESULTS_HINT)
    return data


def input_name(path: str) -> str:
    """Return what an input is called in messages."""
    return STDIN_NAME if path == STDIN else path
