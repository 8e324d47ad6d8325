"""The one column of tags of a file, whose lines are written back byte for byte but for tags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spanf1.checks.tags import TaggedFile, detection_of
from spanf1.core.detection import Detection, written_like
from spanf1.core.options import AUTO
from spanf1.core.tags import tag_form
from spanf1.formats.columns.rewriting import RawLines, raw_lines
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.registry import Input


class TaggedColumn(TaggedFile):
    """One column of tags of an input, read from its beginning; see `TaggedFile`."""

    def __init__(self, input: Input) -> None:
        super().__init__(input)
        self.reader = TagFile.of(input)

    def parts(self) -> Iterator[RawLines]:
        """Yield the lines of the file; raises as `detect_column`."""
        return raw_lines(self.reader, self.tags)

    def described(self, *, doubts: bool = False) -> str:
        """Say which column was read, and how its tags are written; call it after the reading.

        If `doubts`, also what else they may be written like.
        """
        layout = self.reader.file.layout
        if layout is None:
            return "there are no tokens"
        column = layout.column_index(self.reader.column, self.source) + 1
        form = written_like(self.tags.form_names(), self.tags.other_forms() if doubts else ())
        written = f", tags written like {form}" if self.tags.form_names() else ""
        return f"column {column} of {layout.columns}, separated by {layout.delimiter_name}{written}"


def detect_column(input: Input) -> tuple[Detection, str]:
    """Read a column of tags, and find out which scheme they are in.

    Returns
    -------
    found : Detection
        What was found.
    words : str
        What was read: the column, what separates columns, the form of the tags.

    Raises
    ------
    InputError
        If it cannot be read, or has no such column, or a tag that no scheme has.
    """
    column = TaggedColumn(input)
    found = detection_of(column.reader.sentences(column.tags), column.tags)
    return found, column.described(doubts=True)


def looked_at(input: Input, scheme: str) -> tuple[Input, str, Detection]:
    """Read a file to its end, so that what is wrong with it is known before anything is written.

    Returns
    -------
    input : Input
        The same input, with the form of the tags.
    scheme : str
        The scheme that was given or, if that is ``auto``, the one that was found.
    found : Detection
        What was found.
    """
    found, _ = detect_column(input)
    # Where the form is in doubt, whoever writes a tag has to say so.
    if found.tag_form and not found.other_forms:
        input = replace(input, options=replace(input.options, form=tag_form(found.tag_form)))
    return input, found.scheme if scheme == AUTO else scheme, found
