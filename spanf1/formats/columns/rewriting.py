"""Lines written back with other tags, and all other bytes kept."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spanf1.core.tags import CodeArray, IntArray, TagForm, TagSet
from spanf1.exceptions import TagError
from spanf1.formats.columns.layout import Layout
from spanf1.formats.columns.runs import Run
from spanf1.wording import shortened


class Respelt(NamedTuple):
    """Lines with other tags; `changed` are the tokens whose tags are not the same text any more."""

    data: bytes
    changed: IntArray


def respelt(
    run: Run, codes: CodeArray, tags: TagSet, to_form: TagForm | None = None, file: str = ""
) -> Respelt:
    """Return the lines of a run with other tags, and all other bytes as they were.

    A tag stays byte for byte as it is if its code does, and a type if only the prefix changes.

    Parameters
    ----------
    run : Run
        The lines.
    codes : array of int32, shape (tokens,)
        The codes of the new tags.
    tags : TagSet
        The tags that were read.
    to_form : TagForm, optional
        How to write all tags; by default as they were.
    file : str
        What the file is called in a message.

    Raises
    ------
    TagError
        If a tag cannot be written.
    """
    spelling = _Spelling(tags, to_form, run.layout)
    # Another form may write even O in another way.
    tokens = np.flatnonzero(codes != run.codes) if to_form is None else np.arange(len(codes))
    pieces: list[bytes | memoryview] = []
    changed = []
    data, done = memoryview(run.data), 0
    for token, new, start, length in zip(
        tokens.tolist(),
        codes[tokens].tolist(),
        run.tag_start[tokens].tolist(),
        run.tag_length[tokens].tolist(),
        strict=True,
    ):
        old = run.data[start : start + length]
        try:
            text = spelling[old, new]
        except TagError as error:
            where = f"{file}:{run.line_number(token)}" if file else ""
            raise TagError(error.message, where=where, hint=error.hint) from None
        if text != old:
            pieces += data[done:start], text
            done = start + length
            changed.append(token)
    pieces.append(data[done:])
    return Respelt(b"".join(pieces), np.array(changed, np.intp))


class _Spelling(dict[tuple[bytes, int], bytes]):
    """New tags by the old one as it is written, and the new code."""

    def __init__(self, tags: TagSet, to_form: TagForm | None, layout: Layout | None) -> None:
        super().__init__()
        self._tags = tags
        self._to_form = to_form
        self._delimiter = layout.delimiter if layout else ""

    def __missing__(self, key: tuple[bytes, int]) -> bytes:
        written, code = key
        if self._to_form is None:
            text = self._tags.respell(written.decode(), code)
        else:
            text = self._tags.spell(code, self._to_form)
            in_two = bool(self._delimiter) and self._delimiter in text
            if in_two or (code and self._to_form.parse(text) is None):
                raise TagError(
                    f"tag {shortened(written.decode())} cannot be written like "
                    f"{self._to_form.name}",
                    hint="choose another form",
                )
        self[key] = text.encode()
        return self[key]
