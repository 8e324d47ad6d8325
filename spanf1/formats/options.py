"""What a caller says of an input: its columns, keys, labels and the form of its tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from spanf1.core.tags import TagForm

Labels = Iterable[str] | Mapping[Any, str]


@dataclass(frozen=True, kw_only=True)
class How:
    """What to read of an input; None is to find out.

    Attributes
    ----------
    side : str
        ``gold`` or ``predicted``: which keys are looked for if none is given.
    alone : bool
        Whether the input has this side only.
    key, token_key, text_key, id_key : str, optional
        The keys (of JSON) or columns (of Parquet) of the spans or tags, the tokens, the text and
        the id.
    labels : sequence of str, or mapping of int to str, optional
        The tag of each id, where tags are ids.
    tag_columns : tuple of (int or str), optional
        The columns of tags; several have nested levels.
    other_columns : tuple of (int or str)
        The columns of tags of the other side in the same file.
    token_column : int or str, optional
        The column of the tokens.
    delimiter : str, optional
        What separates columns, as the user says it.
    form : TagForm, optional
        How tags are written.
    """

    side: str = "gold"
    alone: bool = True
    key: str | None = None
    token_key: str | None = None
    text_key: str | None = None
    id_key: str | None = None
    labels: Labels | None = None
    tag_columns: tuple[Column, ...] | None = None
    other_columns: tuple[Column, ...] = ()
    token_column: Column | None = None
    delimiter: str | None = None
    form: TagForm | None = None


class KeyOptions(TypedDict, total=False):
    """What to read of an input that has no columns; see `read_documents`."""

    key: str | None
    token_key: str | None
    text_key: str | None
    id_key: str | None
    labels: Labels | None


class InputOptions(KeyOptions, total=False):
    """What to read of an input; see `read_documents`."""

    tag_column: Column | None
    token_column: Column | None
    delimiter: str | None
    tag_form: str


#: a column: its number from 1, or from the end by -1, or its name in the header
Column = int | str
