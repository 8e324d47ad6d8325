"""What the lines of a column file look like: what separates the columns, and how many there are."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from spanf1.exceptions import LayoutError
from spanf1.formats.columns.cells import MARK, Row, cells, has_quoted_cells
from spanf1.formats.columns.cells import rows as rows_of
from spanf1.formats.options import DELIMITERS, Column
from spanf1.formats.source import FRONT, Source
from spanf1.wording import shortened

MERGED_HINT = (
    "one file needs gold and predicted tags in two columns, by default the last two; "
    "for two files: GOLD PRED"
)

#: what may stand on a line that is blank
WHITE = b" \t\r"
#: how a line begins that begins a document
DOCUMENT = re.compile(rb"[ \t]*-DOCSTART-(?![^ \t,;|])")
#: how a comment begins that begins a document, in CoNLL-U and in CoNLL-2012
NEW_DOCUMENT = re.compile(rb"# newdoc(?![^ \t=])|#begin document(?![^ \t])")

# How a comment begins that names the columns.
_GLOBAL_COLUMNS = re.compile(rb"# +global\.columns[ \t]*=")
#: the marks of lists as Python prints them, and of what commas separate, made blanks
LISTS = bytes.maketrans(b"[]'\",", b"     ")

# What separates columns elsewhere, and is not tried, as it may be in tokens.
_OTHER_DELIMITERS = ";|"

# How many names of columns an error lists.
_NAMES_SHOWN = 30

# How many lines a layout is judged by.
_SAMPLE_LINES = 200

# What columns are called in headers: the words of a name, in lower case and without a plural s.
_TOKEN_NAMES = ("token", "word", "wordform", "form", "text")
_TAG_NAMES = frozenset({"tag", "label", "ner", "gold", "pred", "bio", "iob", "true", "entity"})
# Those that tell the sides apart.
_GOLD_NAMES = frozenset({"gold", "true", "truth"})
_PREDICTED_NAMES = frozenset({"pred", "predicted", "prediction"})
# And the whole of a name that is one of ids of sentences.
_SENTENCE_NAMES = frozenset(
    f"{sentence}{number}"
    for sentence in ("sentence", "sent")
    for number in ("", "id", "idx", "index", "no", "num", "number")
)
# A tag of a model whose labels have no names.
_NUMBERED_TAG = re.compile(rb"LABEL_[0-9]+")
#: what looks like a tag, however it is written
TAG = re.compile(rb"[Oo]|[BIESLUMWbieslumw]([-_/:]\S+)?|\S+[-_/:][BIESLUMWbieslumw]")


class Layout(NamedTuple):
    """How the lines of a file are made.

    Attributes
    ----------
    delimiter : str
        The one character between fields; empty for runs of spaces and tabs.
    columns : int
        How many fields a line has.
    quoted : str
        The character between cells in the file itself, if they may be in quotes; the delimiter
        is then what `spanf1.formats.columns.cells` puts there.
    line : int
        The line on which that was seen, the first that may be a token.
    names : tuple of str
        What the columns are called, if that line is a header; or by ``# global.columns``.
    names_line : int
        The line that has these names.
    headed : bool
        Whether the line of the names is no token: a column was asked for by name, or that line
        is one of names as they are usual, where the lines behind it have tags.
    sentence : int
        The index of the column of ids of sentences; -1 if there is none.
    tag_lines : bool
        Whether each line has the tags of a sentence, and nothing else.
    listed : bool
        Whether these are lists, as Python prints them, or commas separate the tags.
    """

    delimiter: str
    columns: int
    line: int = 1
    names: tuple[str, ...] = ()
    names_line: int = 0
    headed: bool = False
    quoted: str = ""
    sentence: int = -1
    tag_lines: bool = False
    listed: bool = False

    @property
    def delimiter_name(self) -> str:
        """What the delimiter is called in options and reports."""
        names = {character: name for name, character in DELIMITERS.items()}
        delimiter = self.quoted or self.delimiter
        return names.get(delimiter, repr(delimiter))

    def column_index(self, column: Column, source: Source) -> int:
        """Return the index from 0 of a column.

        Raises
        ------
        LayoutError
            If there is no such column in the file, or two are called so.
        """
        if isinstance(column, str):
            return self._named(column, source)
        if 1 <= abs(column) <= self.columns:
            return column - 1 if column > 0 else self.columns + column
        if self.tag_lines:
            raise LayoutError(
                "each line has the tags of a sentence, and there is no column but that of the tags",
                where=source.where(self.line),
                hint=MERGED_HINT,
            )
        count = f"{self.columns} columns, separated by {self.delimiter_name}"
        if self.columns == 1:
            count = "only one column"
        raise LayoutError(
            f"there is no column {column}: this line has {count}",
            where=source.where(self.line),
            hint=self.other_delimiter()
            or (MERGED_HINT if column == -2 else "--delimiter says what separates columns"),
        )

    def _named(self, name: str, source: Source) -> int:
        """Return the index from 0 of the column that is called so."""
        where = source.where(self.names_line)
        if len(self.names) != self.columns:
            raise LayoutError(
                f"{len(self.names)} names of columns, but line {self.line} has {self.columns}",
                where=where,
                hint=f"columns are separated by {self.delimiter_name}; --delimiter sets another",
            )
        found = [index for index, known in enumerate(self.names) if known == name]
        if len(found) == 1:
            return found[0]
        shown = shortened(name)
        if found:
            numbers = " and ".join(str(index + 1) for index in found)
            raise LayoutError(
                f"{len(found)} columns are called {shown}: {numbers}",
                where=where,
                hint="the number of a column says which is meant",
            )
        names = ", ".join(map(shortened, self.names[:_NAMES_SHOWN]))
        more = ", …" if len(self.names) > _NAMES_SHOWN else ""
        raise LayoutError(
            f"no column is called {shown}: the columns are called {names}{more}",
            where=where,
            hint=self._likest(name),
        )

    def _likest(self, name: str) -> str:
        """Return a question about the name that is most like another one, as a hint."""
        import difflib

        folded = {known.casefold(): known for known in self.names if known}
        close = difflib.get_close_matches(name.casefold(), folded, 1)
        if close:
            known = folded[close[0]]
            # What is not shown as it is cannot be typed.
            shown = shortened(known) == f"'{known}'"
            return f"did you mean {known if shown else f'column {self.names.index(known) + 1}'}?"
        return "names are taken from the first line; a column can be given by its number, too"

    def free_column(self, used: Collection[int]) -> int | None:
        """Return the index of the column of tokens, that is none of some; None if there is none.

        It is one that is called so, or else the first.
        """
        free = [index for index in range(self.columns) if index not in {*used, self.sentence}]
        if self.headed and len(self.names) == self.columns:
            free.sort(key=lambda index: _rank(self.names[index]))
        return next(iter(free), None)

    def sentence_column(self, used: Collection[int]) -> int:
        """Return the index of the column that is called as ids of sentences are; -1 if none is.

        One that is called ``sentence`` alone may be that of the tokens, if there is no other.
        """
        if not self.headed or len(self.names) != self.columns:
            return -1
        called = ["".join(_words_of(name)) for name in self.names]
        found = [index for index, name in enumerate(called) if name in _SENTENCE_NAMES]
        if len(found) != 1 or found[0] in used:
            return -1
        others = self.columns - len({*used, *found})
        sure = others or called[found[0]] != "sentence" or "#" in self.names[found[0]]
        return found[0] if sure else -1

    def check_sides(self, gold: int, predicted: int, source: Source) -> None:
        """Raise an error if the columns of both sides are called as those of the other side.

        Raises
        ------
        LayoutError
            If a header calls that of gold predicted, or the other gold.
        """
        if not self.headed or len(self.names) != self.columns:
            return
        golds, others = (
            [index for index, name in enumerate(self.names) if called & {*_words_of(name)}]
            for called in (_GOLD_NAMES, _PREDICTED_NAMES)
        )
        if not golds and gold in others and predicted not in others:
            golds = [predicted]
        elif not golds or not (gold in others or (predicted in golds and gold not in golds)):
            return
        others = others or [gold]
        names = [shortened(self.names[index]) for index in (gold, predicted)]
        raise LayoutError(
            f"gold would be column {gold + 1}, which is called {names[0]}, and predicted column "
            f"{predicted + 1}, {names[1]}",
            where=source.where(self.names_line),
            hint=f"by their names: --gold-column {golds[0] + 1} --pred-column {others[0] + 1}",
        )

    def check_side(self, index: int, *, gold: bool, source: Source) -> None:
        """Raise an error if the column of one side is called as the other, and another as this.

        Raises
        ------
        LayoutError
            If a header calls it so.
        """
        if not self.headed or len(self.names) != self.columns:
            return
        own, others = _GOLD_NAMES, _PREDICTED_NAMES
        own, others = (own, others) if gold else (others, own)
        words = [{*_words_of(name)} for name in self.names]
        found = [number for number, called in enumerate(words, 1) if called & own]
        if words[index] & own or not words[index] & others or not found:
            return
        side, option = ("gold", "gold") if gold else ("predicted", "pred")
        raise LayoutError(
            f"{side} would be column {index + 1}, which is called {shortened(self.names[index])}",
            where=source.where(self.names_line),
            hint=f"column {found[0]} is called so: --{option}-column {found[0]}",
        )

    def may_be_named(self, index: int) -> bool:
        """Return whether the first line, taken for one of tags, may be a header of a column."""
        if self.headed or not self.names:
            return False
        words = {*_words_of(self.names[index])}
        return bool(words & (_TAG_NAMES | _GOLD_NAMES | _PREDICTED_NAMES))

    def other_delimiter(self) -> str:
        """Return a hint at what else may separate the columns, if there is only one; or nothing."""
        line = self.names[0] if self.columns == 1 and self.names else ""
        parts = (c for c in _OTHER_DELIMITERS if len([*filter(None, line.split(c))]) > 1)
        found = next(parts, "")
        return f"--delimiter '{found}' parts the columns there" if found else ""

    def _of_sample(self, rows: Sequence[_Line]) -> Layout:
        """Return the layout with what the first lines tell besides."""
        rows = [row for row in rows if len(row.fields) == self.columns or not row.hash]
        fitting = [row for row in rows if len(row.fields) == self.columns]
        first = rows[0]
        behind = [row.fields for row in fitting[1:] if any(row.fields)]
        return self._replace(
            line=fitting[0].line,
            names=tuple(name.decode("utf-8", "replace") for name in first.fields),
            names_line=first.line,
            headed=first is fitting[0] and _is_header(first.fields, behind),
        )

    def fields(self, line: bytes) -> list[bytes]:
        """Return the fields of one line, given without its line end."""
        delimiter = self.delimiter
        if self.quoted and delimiter.encode() not in line:
            delimiter = self.quoted
            if b'"' in line and (found := cells(line, delimiter)):
                return found
        if delimiter:
            return line.split(delimiter.encode())
        return [field for field in re.split(rb"[ \t\r]+", line) if field]


def _words_of(name: str) -> list[str]:
    """Return the words of the name of a column: ``ner`` and ``tag`` of ``NER_TAGS``."""
    words = re.split(r"[\W\d_]+", name.lower())
    return [word.removesuffix("s") for word in words if word]


def _rank(name: str) -> int:
    """Return how likely a column is that of the tokens by its name; less is likelier."""
    words, last = _words_of(name), len(_TOKEN_NAMES)
    return next((rank for rank, word in enumerate(_TOKEN_NAMES) if word in words), last)


def _is_header(names: Sequence[bytes], rows: Sequence[Sequence[bytes]]) -> bool:
    """Return whether a line names the columns: usual names, and none of a tag where tags are."""
    words = {word for name in names for word in _words_of(name.decode("utf-8", "replace"))}
    if any(map(_NUMBERED_TAG.fullmatch, names)):
        return False
    if not words & {*_TOKEN_NAMES, *_TAG_NAMES}:
        return False
    tagged = tag_columns(rows)
    return bool(tagged) and not any(TAG.fullmatch(names[index]) for index in tagged)


def tag_columns(rows: Sequence[Sequence[bytes]]) -> list[int]:
    """Return the indices of the columns of some rows in which every field looks like a tag."""
    columns = zip(*rows, strict=True)
    return [index for index, fields in enumerate(columns) if all(map(TAG.fullmatch, fields))]


def detect_layout(
    text: bytearray,
    source: Source,
    delimiter: str | None = None,
    first_line: int = 1,
    *,
    tag_lines: bool | None = False,
) -> Layout | None:
    """Return the layout of a file, judged by its first lines, or None if it has no token line.

    The delimiter is tab, space, runs of white space or a comma: the first of them that splits
    every line into the same number of fields, more than one and (but for tabs and commas) none of
    them empty. Where none does, it is the one by which the most lines have the same number.

    Parameters
    ----------
    text : bytearray
        The first lines of the file, behind a line end.
    source : Source
        Where they come from, for messages.
    delimiter : str, optional
        The delimiter, where it is known; empty for white space.
    first_line : int
        The number of the first of these lines in the file.
    tag_lines : bool, optional
        Whether lines that have as many tags each may be those of sentences, and not columns;
        None if all such lines are.

    Raises
    ------
    LayoutError
        If lines end in a carriage return alone.
    """
    sample: list[tuple[int, bytes]] = []
    for number, whole in enumerate(io.BytesIO(text[len(FRONT) :]), first_line):
        line = whole.removesuffix(b"\n").removesuffix(b"\r")
        if b"\r" in line.rstrip(b"\r"):
            raise LayoutError(
                "a carriage return within a line",
                where=source.where(number),
                hint="lines must end in LF or CRLF, not in CR alone",
            )
        if line.strip(WHITE) and not (line + b" ").startswith(b"# ") and not DOCUMENT.match(line):
            sample.append((number, line))
            if len(sample) == _SAMPLE_LINES:
                break
    if not sample:
        return None
    if layout := _lines_of_tags(sample, alike=tag_lines):
        return layout
    candidates: list[tuple[tuple[bool, int], Layout, list[_Line]]] = []
    for character in DELIMITERS.values() if delimiter is None else [delimiter]:
        if candidates and candidates[-1][0] == (True, len(sample)):
            break
        layout, rows = _split(sample, character)
        # Where there are others, lines that begin with # may be comments, and tell nothing.
        judged = [row.fields for row in rows if not row.hash] or [row.fields for row in rows]
        counts = Counter(len(row) for row in judged if len(row) > 1)
        columns, agree = counts.most_common(1)[0] if counts else (len(judged[0]), 0)
        may_be_empty = character in ("\t", ",")
        filled = any(row[-1] for row in judged) if may_be_empty else all(map(all, judged))
        candidates.append(((filled, agree), layout._replace(columns=columns), rows))
    _, found, rows = max(candidates, key=lambda candidate: candidate[0])
    return found._of_sample(rows)


def _lines_of_tags(sample: Sequence[tuple[int, bytes]], *, alike: bool | None) -> Layout | None:
    """Return the layout of lines of tags; None if they are none, or may as well be columns."""
    lists = sample[0][1].lstrip().startswith(b"[")
    listed = lists or b"," in b"".join(line for _, line in sample)
    # Most files are told by their first token.
    rows = _rows_of_tags(sample, marks=listed)
    if rows is None and listed and not lists:
        listed, rows = False, _rows_of_tags(sample, marks=False)
    if rows is None:
        return None
    counts = {len(row) for row in rows}
    typed = any(len(field) > 1 for row in rows for field in row[:-1])
    sure = lists or len(counts) > 1 or (alike is None and max(counts) > 1)
    if not sure and not (alike and typed):
        return None
    return Layout("", 1, sample[0][0], tag_lines=True, listed=listed)


def _rows_of_tags(sample: Sequence[tuple[int, bytes]], *, marks: bool) -> list[list[bytes]] | None:
    """Return the tags on each line, `marks` made blanks or not; None if anything is no tag."""
    rows = []
    for _, line in sample:
        row = (line.translate(LISTS) if marks else line).split()
        # A letter alone may be a word.
        if not all(TAG.fullmatch(field) and (field[1:] or field in b"Oo") for field in row):
            return None
        rows.append(row)
    return rows


class _Line(NamedTuple):
    """One of the first lines: its number, its fields, and whether it begins with #."""

    line: int
    fields: list[bytes]
    hash: bool


def _split(sample: Sequence[tuple[int, bytes]], character: str) -> tuple[Layout, list[_Line]]:
    """Return the first lines split at a delimiter, with a layout that says how."""
    lines = [line for _, line in sample]
    layout = Layout(character, 0)
    plain = [_Line(number, layout.fields(line), line[:1] == b"#") for number, line in sample]
    if not has_quoted_cells(lines, character):
        return layout, plain
    # A line may be but a part of a row: the number of cells is that by which the most lines make
    # rows of so many.
    counts = Counter(len(row) for line in lines if (row := cells(line, character)))
    numbers = [number for number, _ in counts.most_common(5)] or [0]
    made = {number: [*rows_of(lines, character, number)] for number in numbers}
    columns = max(made, key=lambda count: _lines_in_rows_of(count, made[count]))
    rows = [
        _Line(number - row.lines + 1, row.cells, line[:1] == b"#")
        for (number, line), row in zip(sample, made[columns], strict=True)
        if row
    ]
    return (Layout(MARK, 0, quoted=character), rows) if rows else (layout, plain)


def _lines_in_rows_of(count: int, rows: Iterable[Row | None]) -> int:
    return sum(row.lines for row in rows if row and len(row.cells) == count)


def declared_names(text: bytes) -> tuple[tuple[str, ...], int]:
    """Return the names that a comment ``# global.columns`` gives to columns, and its line.

    Parameters
    ----------
    text : bytes
        The first lines of a file; what stands behind the first line that is no comment, and not
        blank, is not looked at.
    """
    for number, line in enumerate(io.BytesIO(text), 1):
        if found := _GLOBAL_COLUMNS.match(line):
            return tuple(line[found.end() :].decode("utf-8", "replace").split()), number
        if line.strip() and not line.startswith(b"# "):
            break
    return (), 0
