"""Files of columns written from sentences, with noise that must not count."""

from __future__ import annotations

import bz2
import gzip
import importlib
import lzma
from dataclasses import dataclass, field

import numpy as np

from spanf1.core.tag_counter import tally
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.lists import ListReader
from spanf1.formats.source import Source

COMMENTS = ["# text = a b", "# ", "#", "# newdoc", "# a\tb c", "# 日本 O X"]
BLANKS = ["", " ", "\t", " \t ", "\t\t\t\t"]
OTHER_COLUMNS = ["NN", "-", "_", "x"]


@dataclass
class Rendered:
    """The text of a file, and the line, from 1, of each token."""

    lines: list[str] = field(default_factory=list)
    token_lines: list[int] = field(default_factory=list)


def render(sentences, columns, look, seed, *, trailing=True):
    """Write the given columns of sentences, with noise drawn from a seed."""
    rng = np.random.default_rng(seed)
    text = Rendered()
    for number, sentence in enumerate(sentences):
        if number or rng.random() < 0.3:
            add_gap(text, look, rng, len(columns), first=not number)
        for token in sentence:
            if rng.random() < 0.1:
                text.lines.append(choice(rng, COMMENTS))
            text.lines.append(token_line(token, columns, look, rng))
            text.token_lines.append(len(text.lines))
    if trailing and rng.random() < 0.5:
        add_gap(text, look, rng, len(columns), first=False)
    return text


def choice(rng, options):
    return options[int(rng.integers(len(options)))]


def add_gap(text, look, rng, columns, *, first):
    """Write what stands between two sentences: blank lines at least, or a document's first line."""
    docstart = rng.random() < 0.2
    if docstart:
        width = columns + look.extra_columns
        fields = ["-DOCSTART-"] + ["O"] * choice(rng, [width - 1, width - 1, 0])
        text.lines.append((look.delimiter or " ").join(fields))
    blanks = [choice(rng, BLANKS) for _ in range(int(rng.integers(1, 4)))]
    text.lines += blanks[1:] if docstart or first else blanks
    if rng.random() < 0.3:
        text.lines.append(choice(rng, COMMENTS))


def token_line(token, columns, look, rng):
    extra = [choice(rng, OTHER_COLUMNS) for _ in range(look.extra_columns)]
    fields = [token[0], *extra, *(token[column] for column in columns[1:])]
    if look.delimiter:
        return look.delimiter.join(fields)
    gaps = [choice(rng, [" ", "  ", "\t", " \t "]) for _ in fields[1:]]
    body = fields[0] + "".join(gap + word for gap, word in zip(gaps, fields[1:], strict=True))
    indent = "" if fields[0].startswith("#") else choice(rng, ["", "", " "])
    return indent + body + choice(rng, ["", "", " ", "\t"])


def zstd_compress(data):
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name).compress(data)
        except ImportError:
            continue
    raise AssertionError("the test group installs backports.zstd")


COMPRESS = {
    "plain": lambda data: data,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd_compress,
}


def write(path, text, look):
    content = look.line_end.join(text.lines)
    # A blank last line without a line end would be no line.
    if look.final_line_end or not text.lines[-1]:
        content += look.line_end
    data = b"\xef\xbb\xbf" * look.mark + content.encode()
    path.write_bytes(COMPRESS[look.compression](data))
    return Source(str(path))


def column_file(source, look, block_size):
    # Ragged white space is not always told from the other two by so few lines.
    delimiter = None if look.delimiter else ""
    return ColumnFile(source, delimiter=delimiter, block_size=block_size)


def lists_of(sentences):
    return tuple([[token[side] for token in s] for s in sentences] for side in (1, 2))


def tally_of_lists(sentences):
    return tally(ListReader(*lists_of(sentences)))


def documents_in(text):
    return sum(line.startswith(("-DOCSTART-", "# newdoc")) for line in text.lines)
