"""Lines written back with one more column, and all other bytes kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spanf1.core.tags import CodeArray, TagSet
from spanf1.formats.columns.layout import DOCUMENT, WHITE
from spanf1.formats.columns.lines import TokenLines
from spanf1.formats.columns.passages import Passages
from spanf1.formats.source import FRONT, RawBlock

_MARK = b"-DOCSTART-"
#: what the new column is called, if those that are there are known by name
NEW_NAME = "BASELINE"


def with_column(
    passages: Passages, tags: TagSet, codes: CodeArray, spelt: Mapping[int, bytes]
) -> Iterator[bytes]:
    """Yield the lines of a file with one more column behind the others.

    All other bytes stay as they are. A ``-DOCSTART-`` line that has as many fields as the others
    gets one more, too, so that they all still have the same number; and the line that names the
    columns, if one of them was asked for by name, the name of the new one.

    Parameters
    ----------
    passages : Passages
        What reads the file.
    tags : TagSet
        A new one, for the tags that are there.
    codes : array of int32, shape (tokens,)
        What to write behind each token.
    spelt : mapping of int to bytes
        How each code is written; that of 0 stands behind a ``-DOCSTART-``.

    Raises
    ------
    InputError, UsageError
        As `Passages.read`.
    """
    blank: list[RawBlock] = []
    passages.file.skipped = blank.append
    done = 0
    for lines, here, _ in passages.lines(tags):
        yield from map(_bytes_of, blank)
        blank.clear()
        fields = [spelt[code] for code in codes[done : done + len(here)].tolist()]
        tokens = dict(zip(_field_ends(lines), fields, strict=True))
        # A -DOCSTART- with a tag of its own is a token.
        others = dict.fromkeys(_document_ends(lines), spelt[0]) | _names_end(lines)
        yield _spliced(lines, others | tokens)
        done += len(here)
    yield from map(_bytes_of, blank)


def _bytes_of(raw: RawBlock) -> bytes:
    return raw.mark + raw.data[len(FRONT) : raw.end - raw.added]


def _field_ends(lines: TokenLines) -> list[int]:
    """Return where the last field of each token's line ends."""
    ends = lines.ends
    if lines.layout.delimiter:
        ends = ends - (lines.data[ends - 1] == ord("\r"))
    else:
        ends = lines.after.last(ends)
    found: list[int] = ends.tolist()
    return found


def _document_ends(lines: TokenLines) -> list[int]:
    """Return where the last field ends of lines that begin a document."""
    data, layout = lines.raw.data, lines.layout
    found = []
    at = data.find(_MARK, 0, lines.raw.end)
    while at >= 0:
        begin, end = data.rfind(FRONT, 0, at) + 1, data.find(FRONT, at)
        line = bytes(data[begin:end]).rstrip(b"\r" if layout.delimiter else WHITE)
        if DOCUMENT.match(line) and len(layout.fields(line)) == layout.columns:
            found.append(begin + len(line))
        at = data.find(_MARK, end, lines.raw.end)
    return found


def _names_end(lines: TokenLines) -> dict[int, bytes]:
    """Return where the names of the columns end, if they are in use and here, and the new one."""
    layout = lines.layout
    if not layout.headed or not lines.lines_before < layout.names_line <= lines.lines:
        return {}
    data = lines.raw.data
    end = int(lines.newlines.positions()[layout.names_line - lines.lines_before])
    begin = data.rfind(FRONT, 0, end) + 1
    line = bytes(data[begin:end])
    kept = line.rstrip(b"\r" if layout.delimiter else WHITE)
    name = NEW_NAME
    while name in layout.names:
        name += "2"
    return {begin + len(kept): name.encode()}


def _spliced(lines: TokenLines, added: dict[int, bytes]) -> bytes:
    """Return the lines of a block with fields at some places, parted as the columns are."""
    raw = lines.raw
    data = bytes(raw.data)
    pieces = [raw.mark]
    done = len(FRONT)
    for place, field in sorted(added.items()):
        delimiter = lines.layout.delimiter.encode()
        if not delimiter:
            delimiter = b"\t" if data.find(b"\t", data.rfind(FRONT, 0, place), place) >= 0 else b" "
        pieces += data[done:place], delimiter, field
        done = place
    pieces.append(data[done : raw.end - raw.added])
    return b"".join(pieces)
