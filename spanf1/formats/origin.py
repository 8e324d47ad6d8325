"""What was read of an input, and how: a line of the report."""

from __future__ import annotations

from typing import NamedTuple


class Origin(NamedTuple):
    """What was read.

    `files` are one path, or two, gold first; `delimiters` and `columns` describe the lines of
    each: what separates the columns, and how many there are. The columns of the tags, and of the
    tokens that were compared (0: none were), are numbered from 1. `aligned` is ``line``,
    ``token`` or ``position``.

    JSON Lines have no columns: the delimiter is ``jsonl``, and `keys` are those of the gold and
    the predicted tags, the tokens that were compared and the ids, empty where there are none.
    Two such files are aligned by ``id``, ``order`` or ``position``. So it is with all formats but
    columns; see `spanf1.formats.registry`. `remarks` say what was left out of them.
    """

    files: tuple[str, ...]
    delimiters: tuple[str, ...]
    columns: tuple[int, ...]
    gold_column: int
    pred_column: int
    token_column: int
    aligned: str
    keys: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
