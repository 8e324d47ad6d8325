"""Files of no known format: what they look like, by how they begin, or by their lines."""

from __future__ import annotations

import contextlib
import os
import re
from itertools import islice

from spanf1.exceptions import InputError, LayoutError
from spanf1.formats.source import STDIN, Source

# How files begin that are of no known format: what each is, and how it might be read.
_JSON_HINT = 'as JSON it is {"text": "Ada left", "spans": [[0, 3, "PER"]]}, one text a line'
_UNPACK = "unpack it first: what is in it may be read"
_UNKNOWN = {
    "XML": (rb"\s*<\?xml +[a-z]+ *=", _JSON_HINT),
    "HTML": (rb"(?i:\s*<!doctype html|\s*<html[^>\t]*>\s*<)", _JSON_HINT),
    "a zip archive, as .docx, .xlsx, .npz and .pt files are": (rb"PK\x03\x04", _UNPACK),
    "an archive": (rb"7z\xbc\xaf|Rar!", _UNPACK),
    "PDF": (rb"%PDF-", _JSON_HINT),
    "RTF": (rb"\{\\rtf", _JSON_HINT),
    "an image": (rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*", ""),
    "an SQLite database": (rb"SQLite format 3\0", "export a table: CSV, Parquet or JSON"),
    "a pickle of Python": (rb"\x80[\x02-\x05]", "spanf1.evaluate takes what is in it"),
    "an array of NumPy": (rb"\x93NUMPY", "spanf1.evaluate takes arrays of label ids"),
    "an HDF5 file": (rb"\x89HDF", ""),
}
_ANY_UNKNOWN = re.compile(b"|".join(b"(%s)" % begins for begins, _ in _UNKNOWN.values()))

# What lines look like that are no columns, where not all have as many fields: what most of them, or
# one of them, must fit, and what none may.
_BLOCK_HINT = "cut the block out: it is read by itself"
_PROSE_HINT = f"one token a line, with its tag behind it; {_JSON_HINT}"
_LINES = {
    "text with a block of code in it": ("one", rb"[ \t]*```", _BLOCK_HINT),
    "XML, or text with marks of it": ("most", rb".*<[A-Za-z!/][^<>]*>", _JSON_HINT),
    "YAML": ("most", rb"[ \t]*(?:- )?[\w-]+:(?:[ \t]|$)", _JSON_HINT),
    "prose": ("most", rb"(?=.*[A-Za-z]{2}[.,;:!?](?:\s|$))(?:\S+ +){3,}\S", _PROSE_HINT),
}
_ENDS_IN_TAG = re.compile(rb".*[ \t](?:O|[BIESLUMW][-_]\S+)\s*")
# how much of a file these lines are
_LINES_SIZE = 1 << 13


def refuse_unknown(source: Source, *heads: bytes) -> None:
    """Raise an error if a file is of a kind that is told by how it begins, and not read."""
    found = next(filter(None, map(_ANY_UNKNOWN.match, heads)), None)
    if found:
        what, (_, hint) = list(_UNKNOWN.items())[(found.lastindex or 1) - 1]
        raise LayoutError(f"this is {what}, which is not read", where=source.name, hint=hint)


def lines_look_like(source: Source) -> tuple[str, str]:
    """Return what lines look like that are no columns, and a hint; empty if like nothing known."""
    head = b""
    if source.path != STDIN and os.path.isfile(source.path):
        with contextlib.suppress(InputError):
            # The first piece is only as long as a byte-order mark.
            head = b"".join(islice(source.chunks(_LINES_SIZE), 2))
    lines = [line for line in head[:_LINES_SIZE].split(b"\n") if line.strip()]
    if any(map(_ENDS_IN_TAG.fullmatch, lines)):
        return "", ""
    for what, (how_many, pattern, hint) in _LINES.items():
        fitting = sum(bool(re.match(pattern, line)) for line in lines)
        if fitting > (len(lines) // 2 if how_many == "most" else 0):
            return what, hint
    return "", ""
