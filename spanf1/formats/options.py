"""What a caller says of an input before it is read, and what is said of it afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from spanf1.core.misfits import IN_FILE, LABELS, MASK_TAGS, MISSING_TAGS, OUTSIDE_TAGS
from spanf1.core.options import AUTO, Options
from spanf1.core.tags import AUTO_FORM, Spelling, TagForm, tag_forms
from spanf1.exceptions import UsageError
from spanf1.formats.source import size_of

if TYPE_CHECKING:
    from spanf1.formats.labels import Labels

#: a column: its number from 1, or from the end by -1, or its name in the header
Column = int | str

#: the column of the tags, if none is given
LAST = -1
#: in place of a column of ids of sentences: there is none
NO_SENTENCES = "none"
#: the delimiters that have names; any other single character may stand for itself
DELIMITERS = {"tab": "\t", "space": " ", "whitespace": "", "comma": ","}

#: the way out where what is to be tags in a column is none: of one side, and of two
TAGS_ELSEWHERE = "are the tags elsewhere? --tag-column and --delimiter say where"
TAGS_OF_TWO_ELSEWHERE = (
    "are the tags elsewhere? --gold-column, --pred-column, --tag-column, --delimiter say where"
)

#: the way out where an input has one side only
TWO_INPUTS = "give two: spanf1 score GOLD PRED"

NO_COLUMN = "columns are counted from 1, or from the end by -1: there is no column 0"

# What is a number though it is text.
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")

# What callers call the fields that they do not call as they are; of one side only, and of one of
# two sides, given its prefix.
_NAMES = {"tag_columns": "tag_column", "form": "tag_form"}
_NAMES_OF_SIDE = {"tag_columns": "{}_column", "key": "{}_key"}
_PREFIXES = {"": "", "gold": "gold", "predicted": "pred"}


class KeyKeywords(TypedDict, total=False):
    """The types of keywords that say what is where in an input without columns."""

    key: str | None
    token_key: str | None
    text_key: str | None
    id_key: str | None
    labels: Labels | None
    max_size: int | str | None


class InputKeywords(KeyKeywords, total=False):
    """The types of the keywords of `read_documents`."""

    tag_column: Column | None
    token_column: Column | None
    sentence_column: Column | None
    delimiter: str | None
    tag_form: str
    outside: Iterable[str]


@dataclass(frozen=True, kw_only=True)
class InputOptions:
    """What a caller says of one side of an input; None, and ``auto``, are to find out.

    Attributes
    ----------
    side : str
        ``gold`` or ``predicted``: which keys are looked for if none is given.
    alone : bool
        Whether the input has this side only.
    prefix : str
        What begins the names of the options that the other side has, too: ``gold``, ``pred``;
        empty if there is no other side.
    format : str
        One of `spanf1.formats.registry.INPUT_FORMATS`; of two inputs that differ, both, with a
        comma between them.
    tag_columns : tuple of (int or str)
        The columns of tags; several have nested levels.
    other_columns : tuple of (int or str)
        The columns of tags of the other side in the same file.
    token_column : int or str, optional
        The column of the tokens.
    sentence_column : int or str, optional
        The column of ids of sentences, or `NO_SENTENCES`; by default one that is called so.
    headed : bool
        Whether the first line names the columns: one is called by its name. Such a line is no
        token, though the columns of the tags have numbers.
    delimiter : str, optional
        The one character between columns, or its name; empty for runs of white space.
    key, token_key, text_key, id_key : str, optional
        The keys (of JSON) or columns (of Parquet) of the spans or tags, the tokens, the text and
        the id.
    labels : sequence of str, or mapping of int to str, optional
        The tag of each id, where tags are ids.
    form : TagForm, optional
        How tags are written.
    outside, mask_tags : tuple of str
        Tags that are read as O, and tags of tokens that do not count.
    keywords : frozenset of str
        The keywords about tags that the caller has.
    by_text : bool
        Whether only what spans say counts: then it need not be what the text has at their offsets.
    with_tokens : bool
        Whether the tokens of texts are wanted, where those have some; spans do without.
    annotator : str, optional
        The one whose annotations are read, of several in one file.
    max_size : int
        How many bytes a line, a record, or what else is read as a whole may have; 0 if that is not
        given.
    """

    side: str = "gold"
    alone: bool = True
    prefix: str = ""
    format: str = AUTO
    tag_columns: tuple[Column, ...] = ()
    other_columns: tuple[Column, ...] = ()
    token_column: Column | None = None
    sentence_column: Column | None = None
    headed: bool = False
    delimiter: str | None = None
    key: str | None = None
    token_key: str | None = None
    text_key: str | None = None
    id_key: str | None = None
    labels: Labels | None = None
    form: TagForm | None = None
    outside: tuple[str, ...] = ()
    mask_tags: tuple[str, ...] = ()
    keywords: frozenset[str] = frozenset()
    by_text: bool = False
    with_tokens: bool = False
    annotator: str | None = None
    max_size: int = 0

    @classmethod
    def of(cls, given: Mapping[str, Any], side: str = "") -> InputOptions:
        """Return the options that a public function, or a command, is called with.

        Parameters
        ----------
        given : mapping of str to object
            The keywords, by their names; what is none of them is passed over.
        side : str
            ``gold`` or ``predicted``, where there are two sides.

        Raises
        ------
        UsageError
            If there is no such form of tags. The rest is `checked` when it is known that it goes
            with the format.
        """
        options = cls(side=side or "gold", prefix=_PREFIXES[side])
        forms = tag_forms(given.get("tag_form", AUTO_FORM))
        if not side and forms[0] != forms[1]:
            message = "two forms are for gold and predictions, and here is one side"
            raise UsageError(f"tag_form {given['tag_form']}: {message}")
        delimiter = given.get("delimiter")
        same = ("token_column", "sentence_column", "token_key", "text_key", "id_key", "labels")
        as_given: dict[str, Any] = {name: given.get(name) for name in same}
        return replace(
            options,
            format=given.get("input_format", AUTO),
            tag_columns=_parted(given.get(options.name("tag_columns"))),
            delimiter=None if delimiter == AUTO else delimiter,
            key=given.get(options.name("key")),
            form=forms[side == "predicted"],
            outside=tags_given(given, OUTSIDE_TAGS),
            mask_tags=tags_given(given, MASK_TAGS),
            keywords=tag_keywords(given) | {IN_FILE},
            max_size=0 if (size := given.get("max_size")) is None else size_of(size),
            # Predictions are of no annotator.
            annotator=None if side == "predicted" else given.get("annotator"),
            **as_given,
        )

    @classmethod
    def of_both(cls, given: Mapping[str, Any], files: int) -> tuple[InputOptions, InputOptions]:
        """Return what the keywords say of gold and of predictions, which are in so many files.

        Raises
        ------
        UsageError
            As `of` and `with_tag_columns`.
        """
        sides = cls.of(given, "gold"), cls.of(given, "predicted")
        return with_tag_columns(sides, columns_of(given.get("tag_column")), files)

    @property
    def spelling(self) -> Spelling:
        """What is said of how the tags are written.

        Raises
        ------
        UsageError
            If there can be no such labels.
        """
        return spelling_of(self.form, self.outside, self.mask_tags, self.labels, self.keywords)

    def checked(self) -> InputOptions:
        """Return them with columns as numbers where they are some, and the delimiter itself.

        Raises
        ------
        UsageError
            If there can be no such column or delimiter.
        """
        token_column, sentence_column = (
            None if column is None else column_of(column)
            for column in (self.token_column, self.sentence_column)
        )
        return replace(
            self,
            tag_columns=_levels(self.tag_columns),
            other_columns=_levels(self.other_columns),
            token_column=token_column,
            sentence_column=sentence_column,
            headed=self.headed or isinstance(token_column, str),
            delimiter=delimiter_of(self.delimiter),
        )

    def may_be_tag_lines(self) -> bool:
        """Return whether no column is given, so that a line may have the tags of a sentence."""
        columns = self.tag_columns, self.other_columns, self.token_column, self.sentence_column
        return self.alone and not any(columns) and self.delimiter is None

    def gives(self, field: str) -> bool:
        """Return whether the caller says something of a field."""
        value = getattr(self, field)
        return bool(value) if isinstance(value, tuple) else value is not None

    @property
    def may_borrow(self) -> bool:
        """Whether an input needs no text of its own: the other one of two may have it."""
        return bool(self.prefix) and self.alone and self.text_key is None

    def name(self, field: str) -> str:
        """Return the name of a field in keywords and messages: ``pred_key``, ``tag_column``."""
        if self.prefix and field in _NAMES_OF_SIDE:
            return _NAMES_OF_SIDE[field].format(self.prefix)
        return _NAMES.get(field, field)

    def option(self, field: str) -> str:
        """Return the option of commands that sets a field: ``--pred-key``, ``--tag-column``."""
        return f"--{self.name(field).replace('_', '-')}"

    @property
    def key_option(self) -> str:
        """The option that sets the key of a side, for hints; and the way out for one side."""
        option = self.option("key")
        if self.alone or self.key is not None:
            return option
        return f"if it has one side, {TWO_INPUTS}; if both, {option}"

    @property
    def tag_column(self) -> Column:
        """The column of the tags, where one is wanted: several are taken for a name."""
        several = len(self.tag_columns) > 1
        return ",".join(map(str, self.tag_columns)) if several else (*self.tag_columns, LAST)[0]


def with_tag_columns(
    sides: tuple[InputOptions, InputOptions],
    columns: tuple[Column, ...],
    files: int,
    names: Sequence[str] = ("tag_column", "gold_column", "pred_column"),
) -> tuple[InputOptions, InputOptions]:
    """Return what is said of both sides, with the columns of tags that both have, if given.

    Parameters
    ----------
    sides : tuple of InputOptions
        What is said of gold, and of predictions.
    columns : tuple of (int or str)
        The columns; none if they are not given.
    files : int
        How many files there are.
    names : sequence of str
        What the caller calls the columns of both, of gold, and of predictions.

    Raises
    ------
    UsageError
        If they do not go with one file, or with other columns.
    """
    if not columns:
        return sides
    if files == 1 or any(side.tag_columns for side in sides):
        both, gold, predicted = names
        raise UsageError(f"{both} is for two files, in place of {gold} and {predicted}")
    first, other = (replace(side, tag_columns=columns) for side in sides)
    return first, other


def tag_keywords(given: Mapping[str, Any]) -> frozenset[str]:
    """Return the keywords about tags that a function has, or a command, given all that it has."""
    return frozenset({OUTSIDE_TAGS, MASK_TAGS, LABELS, MISSING_TAGS} & given.keys())


def tags_given(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the tags that are given for a keyword.

    Raises
    ------
    UsageError
        If they are no tags.
    """
    tags = given.get(name) or ()
    if isinstance(tags, str) or not isinstance(tags, Iterable):
        raise UsageError(f"{name} is {tags!r}: it is to be a list of tags", hint=f"{name}=['X']")
    tags = tuple(dict.fromkeys(tags))
    if not all(isinstance(tag, str) for tag in tags):
        raise UsageError(f"{name} is to be a list of tags, each a string")
    return tags


def spelling_of(
    form: TagForm | None,
    outside: tuple[str, ...] = (),
    masked: tuple[str, ...] = (),
    labels: Labels | None = None,
    keywords: frozenset[str] = frozenset(),
) -> Spelling:
    """Return what is said of how tags are written.

    Raises
    ------
    UsageError
        If a tag is to be read in two ways, or there can be no such labels.
    """
    for tag in masked:
        if tag in outside or tag.upper() in ("O", ""):
            other = "read as O" if tag else "missing"
            raise UsageError(f"tag {tag!r} cannot be left out: it is {other}")
    numbered: tuple[tuple[int, str], ...] = ()
    if labels is not None:
        from spanf1.formats.labels import labels_by_id

        numbered = tuple(labels_by_id(labels).items())
    return Spelling(form, outside, masked, numbered, keywords)


def check_no_gaps(side: InputOptions, options: Options) -> None:
    """Raise an error if an option needs tags side by side, and the inputs are read otherwise.

    Parameters
    ----------
    side : InputOptions
        What is said of one side: which tags stand at tokens that are left out.
    options : Options
        What is done about tokens without a prediction.

    Raises
    ------
    UsageError
        If tokens are to be left out, or may have no prediction.
    """
    wrong = "mask_tags (--mask)" if side.mask_tags else ""
    if options.missing != "error":
        wrong = "missing (--missing)"
    if wrong:
        raise UsageError(
            f"{wrong} is for tags side by side, in one format, and for match exact",
            hint="one column, or key, of tags on each side",
        )


def column_of(given: Column) -> Column:
    """Return a column as a number if it is one, though written as text; else its name.

    Raises
    ------
    UsageError
        If it is 0, or empty.
    """
    column = int(given) if isinstance(given, str) and _NUMBER.fullmatch(given) else given
    if column == "":
        raise UsageError("the name of a column is empty")
    if column == 0:
        raise UsageError(NO_COLUMN)
    return column


def columns_of(given: Column | None) -> tuple[Column, ...]:
    """Return the columns between commas, of nested levels of tags; none if None is given.

    Raises
    ------
    UsageError
        As `column_of`, or if one is there twice.
    """
    return _levels(_parted(given))


def _parted(given: Column | None) -> tuple[Column, ...]:
    """Return the columns between commas, as they are given."""
    if isinstance(given, str):
        return tuple(part.strip() for part in given.split(","))
    return () if given is None else (given,)


def _levels(given: tuple[Column, ...]) -> tuple[Column, ...]:
    columns = tuple(map(column_of, given))
    if len(set(columns)) < len(columns):
        raise UsageError(f"columns {','.join(map(str, given))}: one is there twice")
    return columns


def delimiter_of(given: str | None) -> str | None:
    """Return the delimiter that a name, or one ASCII character, stands for; None for ``auto``.

    Raises
    ------
    UsageError
        If it is neither.
    """
    if given is None or given == AUTO:
        return None
    character = DELIMITERS.get(given, "\t" if given == "\\t" else given)
    if len(character) > 1 or not character.isascii() or character in ("\r", "\n"):
        hint = f"{', '.join(DELIMITERS)}, or one ASCII character"
        raise UsageError(f"{given!r} is no delimiter", hint=hint)
    return character


class Origin(NamedTuple):
    """What was read.

    `files` are one path, or two, gold first; `delimiters` and `columns` describe the lines of
    each: what separates the columns, and how many there are. The columns of the tags, and of the
    tokens that were compared (0: none were), are numbered from 1. `aligned` is ``line``,
    ``token`` or ``position``.

    JSON Lines have no columns: the delimiter is ``jsonl``, and `keys` are those of the gold and
    the predicted tags, the tokens that were compared and the ids, empty where there are none.
    Two such files are aligned by ``id``, ``order`` or ``position``. So it is with all formats but
    columns; see `spanf1.formats.registry`. `remarks` say what was read otherwise than it
    stands there, and what was left out.
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

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data that JSON can carry."""
        values = self._asdict().items()
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values}
