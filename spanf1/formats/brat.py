"""Folders of brat: a text in X.txt, what is marked in it in X.ann, one annotation a line.

A marked span is ``T1``, a tab, its type and offsets (``PER 0 3;10 18``), a tab, what it says.
Offsets count the characters (code points) of the text file as it is: a line end of two characters
counts as two, and a byte-order mark as one. What a span says has a space for each line break, and
between the fragments of a discontinuous span. brat itself cuts a span in two at a line break: such
fragments are one again. It counts a line end of two characters as one, which what its spans say
tells.

Folders within are read, too; files and folders whose names begin with a dot are not. The id of a
document is its path in the folder, with ``/`` and without the ``.ann``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import NoReturn

from spanf1.core.documents import Document, Offsets, TextSpan
from spanf1.exceptions import LayoutError, LossError, ReadError, UsageError
from spanf1.formats.registry import MAYBE, SURE, Input, Writing
from spanf1.formats.sniffing import Beginning
from spanf1.formats.source import STDIN, Source
from spanf1.wording import shortened, unwritable

_ANN, _TXT = ".ann", ".txt"

#: what is left out, by the first character of its id
_LEFT_OUT = {
    "R": "relations",
    "E": "events",
    "A": "attributes",
    "M": "attributes",
    "N": "normalisations",
    "#": "notes",
    "*": "equivalences",
}
_NO_TEXT = "documents without a .txt file"
# What is read otherwise than it stands there.
_APART = "spans in several parts, which are not known to be one without a .txt file"
_ONE_AGAIN = "spans whose parts only a line break separates are in one part"
_ENDS = "texts in which offsets count line ends of two characters once"
#: what may be lost of documents here
NO_FILE_NAMES = "ids that cannot be names of files"

_ID = re.compile(r"([TREAMN][A-Za-z]*[0-9]\S*|[#*]\S*)\t")
_SPAN = re.compile(
    r"(\S+) ([0-9]{1,15} [0-9]{1,15}(?:;[0-9]{1,15} [0-9]{1,15})*) *(?:\t(.*))?", re.S
)
# A line that is as most are: a span in one piece that says something, or what is left out.
_PLAIN = re.compile(
    r"^(?:(T[0-9]+)\t(\S+) ([0-9]{1,15}) ([0-9]{1,15})\t(.*[^\r\n])"
    r"|(?:([REAMN])[A-Za-z]*[0-9]|([#*]))\S*\t.*)\n",
    re.M,
)
_EXAMPLE = "a line is to be like T1<TAB>PER 0 3<TAB>Ada, and the text without line breaks"

# What some readers of lines take for the end of one.
_BREAKS = re.compile(r"[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\\]|(?:^|/)(?:\.|/|$)")
_LONGEST_NAME = 240
# A line end of two characters; and what only a line break is, with the blanks around it.
_TWO = "\r\n"
_LINE_BREAK = re.compile(r"[ \t\r]*\n\s*")
# How much of what two texts have in common a message shows before where they part.
_SHOWN_BEFORE = 12


def looks_like_folder(path: str, names: Sequence[str]) -> int:  # noqa: ARG001
    """Return how sure it is that a folder is one of brat's, by the names of its files."""
    if any(name.endswith(_ANN) and name != _ANN for name in names):
        return SURE
    return MAYBE * any(name.endswith(_TXT) and name != _TXT for name in names)


def looks_like_file(beginning: Beginning) -> bool:
    """Return whether a file is one of brat's, by its name and its first line."""
    return beginning.path.endswith(_ANN) and beginning.fits("brat")


def documents(input: Input) -> Iterator[Document]:
    """Read a folder of brat, in the order of the ids, or a single .ann file.

    Spans are those of all text-bound annotations, the triggers of events, too; other annotations
    are left out with a remark. Without a .txt file a document has no text; without an .ann file
    it is an error.

    Raises
    ------
    ReadError
        If a file is not there, not readable or not UTF-8.
    LayoutError
        If a line is malformed, or its offsets, or what it says there does not fit the text.
    UsageError
        If the input is to hold both sides, or is standard input.
    """
    path, most = input.source.path, input.source.max_size
    if path == STDIN:
        raise UsageError("brat's files are in a folder; standard input is none")
    input.check_one_side("a folder of brat")
    done = 0
    for name, stem in _found(path) if os.path.isdir(path) else _single(path):
        text = None
        if os.path.lexists(stem + _TXT):
            content = Source(stem + _TXT, max_size=most).whole()
            done += len(content)
            text = _decoded(content, stem + _TXT)
        else:
            input.note(_NO_TEXT)
        content = Source(stem + _ANN, max_size=most).whole()
        done += len(content)
        lines = _decoded(content, stem + _ANN).removeprefix("\ufeff")
        spans = _plain_spans(lines, text, input) if text else None
        if spans is None:
            spans = _read(lines.split("\n"), text, stem + _ANN, input)
        yield Document(text, spans, id=name)
        if input.progress:
            input.progress(done)


def _single(path: str) -> list[tuple[str, str]]:
    """Return the id and the path, without suffix, of a file that is given as such."""
    if not os.path.exists(path):
        raise ReadError("no such file or folder", where=path)
    stem, suffix = os.path.splitext(path)
    if suffix != _ANN:
        raise ReadError("this is neither a folder nor an .ann file", where=path)
    return [(_checked(os.path.basename(stem), path), stem)]


def _found(folder: str) -> list[tuple[str, str]]:
    """Return the ids and paths, without suffixes, of the documents in a folder, in order."""
    suffixes: dict[str, set[str]] = {}
    seen = set()
    for place, folders, files in os.walk(folder, onerror=_unreadable, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            raise ReadError("a link leads here a second time", where=place)
        seen.add(real)
        folders[:] = [name for name in folders if not name.startswith(".")]
        inner = os.path.relpath(place, folder)
        for file in files:
            stem, suffix = os.path.splitext(file)
            if suffix in (_ANN, _TXT) and not file.startswith("."):
                name = os.path.normpath(os.path.join(inner, stem)).replace(os.sep, "/")
                suffixes.setdefault(_checked(name, place), set()).add(suffix)
    found = [(name, os.path.join(folder, *name.split("/"))) for name in sorted(suffixes)]
    for name, stem in found:
        if _ANN not in suffixes[name]:
            raise ReadError(
                f"there is no {shortened(os.path.basename(stem) + _ANN)} beside it",
                where=stem + _TXT,
                hint="if nothing is marked in a text, its .ann is empty",
            )
    if not found:
        raise ReadError("there is no .ann file in this folder", where=folder)
    return found


def _checked(name: str, place: str) -> str:
    """Return an id; refuse one that could not be printed."""
    try:
        name.encode()
    except UnicodeEncodeError:
        message = f"the name of the file {shortened(name)} is not UTF-8"
        raise ReadError(message, where=place) from None
    return name


def _unreadable(error: OSError) -> NoReturn:
    raise ReadError(error.strerror or str(error), where=str(error.filename)) from error


def _decoded(content: bytes, path: str) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"byte {content[error.start]:#04x} is not UTF-8, as brat's files are to be"
        raise ReadError(message, where=f"{path}:{line}") from None
    if wrong := unwritable(text):
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ReadError(f"there is {wrong}", where=f"{path}:{line}")
    return text


def _plain_spans(lines: str, text: str, input: Input) -> list[TextSpan] | None:
    """Return what `_spans` does, if every line is plain, and says what the text has there."""
    ended = lines.removesuffix("\n") + "\n"
    found = _PLAIN.findall(ended)
    marked = [line for line in found if line[0]]
    level = text.replace("\n", " ")
    spans = [
        TextSpan(kind, ((start, end),))
        for _, kind, first, last, said, _, _ in marked
        if (end := int(last)) - (start := int(first)) == len(said) and level.startswith(said, start)
    ]
    several = {line[0] for line in marked}
    if len(found) != ended.count("\n") or not len(spans) == len(marked) == len(several):
        return None
    for *_, letter, sign in found if len(marked) < len(found) else ():
        if letter or sign:
            input.remark(_LEFT_OUT[letter or sign])
    return spans


def _read(lines: list[str], text: str | None, path: str, input: Input) -> list[TextSpan]:
    """Return the spans that lines describe, whether their offsets count line ends once or twice.

    They count them once only if what the spans say shows that all of them do.
    """
    attempt = input.again()
    try:
        spans = _spans(lines, text, path, attempt)
    except LayoutError:
        level = text.replace(_TWO, "\n") if text else ""
        if text is None or level == text:
            raise
        attempt = input.again()
        spans = []
        with suppress(LayoutError):
            spans = _spans(lines, level, path, attempt)
        if not spans:
            raise
        attempt.note(_ENDS)
        # the place of each character, of those of line ends the last
        places = [place for place in range(len(text)) if not text.startswith(_TWO, place)]
        spans = [
            span._replace(parts=tuple((places[a], places[b - 1] + 1) for a, b in span.parts))
            for span in spans
        ]
    input.take(attempt)
    return spans


def _spans(lines: list[str], text: str | None, path: str, input: Input) -> list[TextSpan]:
    """Return the spans that lines describe; note what else they describe."""
    spans = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line or line.isspace():
            continue
        where = f"{path}:{number}"
        begin = _ID.match(line)
        if begin is None:
            message = f"{shortened(line)} does not begin with an id and a tab"
            raise LayoutError(message, where=where, hint=_EXAMPLE)
        if line[0] != "T":
            input.remark(_LEFT_OUT[line[0]])
            continue
        first = seen.setdefault(begin[1], number)
        if first != number:
            message = f"{shortened(begin[1])} a second time: line {first} has it, too"
            raise LayoutError(message, where=where)
        span = _span(line[begin.end() :].removesuffix("\r"), text, where)
        whole = _whole(span.parts, text)
        if whole != span.parts:
            input.note(_ONE_AGAIN)
        elif text is None and len(whole) > 1:
            input.note(_APART)
        spans.append(span._replace(parts=whole))
    return spans


def _whole(parts: tuple[Offsets, ...], text: str | None) -> tuple[Offsets, ...]:
    """Return parts, those in one that only a line break separates."""
    whole = [*parts[:1]]
    for start, end in parts[1:]:
        if text is not None and _LINE_BREAK.fullmatch(text, whole[-1][1], start):
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    return tuple(whole)


def _span(data: str, text: str | None, where: str) -> TextSpan:
    """Return the span that a line describes, given what stands behind the id."""
    match = _SPAN.fullmatch(data)
    if match is None:
        message = f"{shortened(data)} is no type with offsets, and no text behind a tab"
        raise LayoutError(message, where=where, hint=_EXAMPLE)
    fragments = [_offsets(pair, text, where) for pair in match[2].split(";")]
    parts = sorted(fragments)
    if any(end > start for (_, end), (start, _) in pairwise(parts)):
        raise LayoutError(f"the fragments {match[2]} overlap", where=where)
    said = match[3] or ""
    if text is not None and said:
        _check(said, [text[start:end] for start, end in fragments], match[2], where)
    return TextSpan(match[1], tuple(parts), said if text is None and said else None)


def _offsets(pair: str, text: str | None, where: str) -> Offsets:
    start, end = map(int, pair.split(" "))
    if start >= end:
        how = "empty" if start == end else "backwards"
        raise LayoutError(f"the offsets {pair} are {how}", where=where)
    if text is not None and end > len(text):
        message = f"the offsets {pair} are outside the text, which has {len(text)} characters"
        raise LayoutError(message, where=where)
    return start, end


def _check(said: str, fragments: list[str], offsets: str, where: str) -> None:
    """Refuse a line that says something else than the text does at its offsets.

    White space may be any other; old versions of brat put none between fragments; a comment may
    follow behind a tab.
    """
    there = _levelled(" ".join(fragments))
    joined = _levelled("".join(fragments))
    for candidate in (said, said.partition("\t")[0], said.rpartition("\t")[0]):
        if _levelled(candidate) in (there, joined):
            return
    said = _levelled(said)
    shorter = min(len(said), len(there))
    parted = next((i for i in range(shorter) if said[i] != there[i]), shorter)
    begin = max(0, parted - _SHOWN_BEFORE)
    raise LayoutError(
        f"the line says {shortened(said[begin:])}, "
        f"the text has {shortened(there[begin:])} at {offsets}",
        where=where,
        hint="offsets count the characters of the .txt, line ends as they are",
    )


def _levelled(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def write(documents: Iterable[Document], target: str, how: Writing) -> None:  # noqa: ARG001
    """Write documents to an empty folder: X.txt and X.ann for each, X being its id.

    A document without an id, or with one that is not safe as a path in the folder, is called
    doc-000001 and so on, by its number. Spans are numbered in the order of their offsets. (One
    across a line break is written with a space for it, as is usual; brat itself does not show it.)

    Raises
    ------
    LossError
        If a document has no text, a span no place in it, a type white space, or two documents
        would be the same file.
    OSError
        If a file cannot be written.
    """
    for number, document in enumerate(documents, 1):
        where = f"document {number}" if document.id is None else f"document {document.id}"
        if document.text is None:
            raise LossError("brat needs the text, and there is none", where=where)
        annotations = "".join(
            f"T{count}\t{_line(document.text, span, where)}\n"
            for count, span in enumerate(sorted(document.spans, key=_place), 1)
        )
        name = "" if document.id is None else str(document.id)
        path = os.path.join(
            target, *(name if is_file_name(name) else f"doc-{number:06}").split("/")
        )
        try:
            contents = {_TXT: document.text.encode(), _ANN: annotations.encode()}
        except UnicodeEncodeError:
            raise LossError("half a surrogate pair cannot be written", where=where) from None
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            for suffix, content in contents.items():
                with open(path + suffix, "xb") as file:
                    file.write(content)
        except (FileExistsError, NotADirectoryError):
            message = f"there already is a file {shortened(os.path.relpath(path, target) + _TXT)}"
            raise LossError(message, where=where, hint="every document is to have its id") from None


def _place(span: TextSpan) -> tuple[tuple[Offsets, ...], str]:
    return span.parts, span.type


def _line(text: str, span: TextSpan, where: str) -> str:
    """Return what describes a span, behind its id."""
    if not has_type(span.type):
        message = f"the type {shortened(span.type)} is empty or has white space, which parts fields"
        raise LossError(message, where=where)
    ends = [0, *(place for part in span.parts for place in part), len(text)]
    if not span.parts or ends != sorted(ends) or any(start == end for start, end in span.parts):
        message = f"a span of type {shortened(span.type)} has no place in the text"
        raise LossError(message, where=where)
    offsets = ";".join(f"{start} {end}" for start, end in span.parts)
    said = " ".join(text[start:end] for start, end in span.parts)
    return f"{span.type} {offsets}\t{_BREAKS.sub(' ', said)}"


def has_type(kind: str) -> bool:
    """Return whether a span can have a type: white space would part it."""
    return bool(kind) and not re.search(r"\s", kind)


def fit(document: Document) -> tuple[Document, list[str]]:
    """Return a document as it can be written, and what of it is lost, in words."""
    named = document.id is None or is_file_name(str(document.id))
    return document, [] if named else [NO_FILE_NAMES]


def is_file_name(name: str) -> bool:
    """Return whether an id is a path in a folder, visible, and no longer than paths may be."""
    return (
        not _UNSAFE.search(name)
        and not os.path.splitdrive(name)[0]
        and all(len(part.encode()) <= _LONGEST_NAME for part in name.split("/"))
    )
