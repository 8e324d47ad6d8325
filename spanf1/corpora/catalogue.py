"""The catalogue of corpora: their splits, the scores published on them, and how it is read.

`CORPUS_KEYS`, `SPLIT_KEYS` and `SCORE_KEYS` say what may stand in it, and what that must be
like; what has no default in the classes must stand there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any
from urllib.parse import urlsplit

from spanf1.core.options import MatchName
from spanf1.core.schemes import SCHEME_NAMES
from spanf1.exceptions import ReadError, UsageError
from spanf1.wording import did_you_mean

#: the figures that a published score may have
FIGURES = ("precision", "recall", "f1")

# So much is a figure off its rounded value at a tie, in units of its last decimal; and what the
# arithmetic of fractions adds.
_HALF, _NOISE = 0.5, 1e-9


@dataclass(frozen=True)
class Split:
    """A part of a corpus: counts are None, and texts empty, where they are not known."""

    name: str
    files: tuple[str, ...]
    documents: int | None = None
    sentences: int | None = None
    tokens: int | None = None
    #: entities by type; if there is no count of all, these are all
    types: Mapping[str, int] = field(default_factory=dict)
    entities: int | None = None
    url: str = ""
    sha256: str = ""
    size: int | None = None
    #: the path of the file inside the archive that the address gives, if it gives one
    member: str = ""


@dataclass(frozen=True)
class PublishedScore:
    """The scores of a system as they were printed, in percent; empty where they were not."""

    split: str
    system: str
    source: str
    title: str = ""
    match: MatchName = "exact"
    precision: str = ""
    recall: str = ""
    f1: str = ""
    plus_minus: str = ""

    @property
    def figures(self) -> dict[str, str]:
        """The figures that were printed, by their names in `FIGURES`."""
        return {name: getattr(self, name) for name in FIGURES if getattr(self, name)}

    def agrees(self, figure: str, measured: float) -> bool:
        """Return whether a printed figure is what was measured; see `agrees`.

        Parameters
        ----------
        figure : str
            Which one: a key of `figures`, or ``plus_minus``.
        measured : float
            What it should be, as a fraction of 1.
        """
        return agrees(getattr(self, figure), measured)


@dataclass(frozen=True)
class Corpus:
    """A corpus: what it is, how its files are read, its splits and the scores published on it."""

    name: str
    title: str
    task: str
    language: str
    licence: str
    open: bool
    homepage: str
    obtain: str
    citation: str
    source: str
    scheme: str
    encoding: str
    columns: tuple[str, ...]
    delimiter: str
    aliases: tuple[str, ...] = ()
    note: str = ""
    #: whether the sentences published are those and the lines that begin documents
    sentences_include_documents: bool = False
    splits: Mapping[str, Split] = field(default_factory=dict)
    scores: tuple[PublishedScore, ...] = ()

    @property
    def has_address(self) -> bool:
        """Whether a file of it can be fetched: of what is open, not all is."""
        return any(split.url for split in self.splits.values())

    def split(self, name: str) -> Split:
        """Return a split by its name, in upper or lower case.

        Raises
        ------
        UsageError
            If there is none of that name.
        """
        known = {split.lower(): split for split in self.splits}
        if name.lower() not in known:
            names = ", ".join(self.splits) or "none"
            raise UsageError(f"{self.name} has no split {name!r}", hint=f"its splits: {names}")
        return self.splits[known[name.lower()]]


@dataclass(frozen=True)
class Catalogue:
    """Corpora by name, and the file they were read from."""

    path: str
    corpora: Mapping[str, Corpus]

    def __getitem__(self, name: str) -> Corpus:
        """Return a corpus by its name or one of its other names, in upper or lower case.

        Raises
        ------
        UsageError
            If there is none of that name; the hint says which one may be meant.
        """
        names = self.names()
        if name.lower() not in names:
            hint = did_you_mean(name.lower(), names) or f"there are {', '.join(self.corpora)}"
            raise UsageError(f"there is no corpus {name!r} in the catalogue", hint=hint)
        return self.corpora[names[name.lower()]]

    def names(self) -> dict[str, str]:
        """Return the names that a corpus goes by, in lower case, and the one it is listed under."""
        return {
            known.lower(): corpus.name
            for corpus in self.corpora.values()
            for known in (corpus.name, *corpus.aliases)
        }


def decimals(figure: str) -> int:
    """Return how many decimals a figure was printed with."""
    return len(figure.partition(".")[2])


def agrees(figure: str, measured: float) -> bool:
    """Return whether a fraction of 1, in percent and rounded as a figure is, is that figure.

    Programs do not round ties alike (half up, half to even, or as the nearest binary fraction
    falls), so what lies halfway between two figures agrees with either. NaN agrees with none.

    Examples
    --------
    >>> agrees("39.98", 0.39984), agrees("39.98", 0.39986), agrees("40.0", 0.39986)
    (True, False, True)
    >>> agrees("12.34", 0.12345), agrees("12.35", 0.12345)
    (True, True)
    """
    unit = 0.1 ** decimals(figure)
    return abs(100 * measured - float(figure)) <= _HALF * unit + _NOISE


# How it is read.

#: how spans are matched: by place and type, or as distinct pairs of surface form and type
PUBLISHED_MATCHES = ("exact", "surface")
TASKS = ("named entities", "chunks")
DELIMITERS = ("tab", "space", "whitespace")

_FILE = "catalogue.toml"
_MOST = 1 << 24
_LARGEST = 10**15


def catalogue_path() -> str:
    """Return where the catalogue is: in the package, or beside it in a checkout.

    Raises
    ------
    ReadError
        If it is in neither place.
    """
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder in (package, os.path.join(os.path.dirname(package), "corpora")):
        path = os.path.join(folder, _FILE)
        if os.path.isfile(path):
            return path
    raise ReadError("the catalogue of corpora is missing", hint="--catalogue FILE names another")


def load(path: str | None = None) -> Catalogue:
    """Return a catalogue; the project's own if no path is given.

    Raises
    ------
    ReadError
        If it cannot be read, or something in it is wrong or missing: the message names the key.
    """
    import tomllib

    path = catalogue_path() if path is None else path
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST + 1)
        top = {} if len(data) > _MOST else tomllib.loads(data.decode())
    except OSError as error:
        raise ReadError(f"the catalogue cannot be read: {error.strerror}", where=path) from None
    except UnicodeDecodeError as error:
        raise ReadError(f"it is no UTF-8 from byte {error.start} on", where=path) from None
    # A plain ValueError is that of a number with too many digits.
    except (ValueError, RecursionError) as error:
        raise ReadError(f"it is no TOML: {error}", where=path) from None
    if len(data) > _MOST:
        raise ReadError("it is too large for a catalogue", where=path)
    try:
        _only("", top, ["corpora"])
        tables = _tables("corpora", top.get("corpora", {}))
        catalogue = Catalogue(path, {name: _corpus(name, table) for name, table in tables})
        _check_names(catalogue)
    except _WrongError as error:
        raise ReadError(f"{error.key}: {error}", where=path, hint=error.hint) from None
    return catalogue


class _WrongError(Exception):
    """What is wrong with a value, and the key that it is the value of."""

    def __init__(self, message: str, key: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.key = key
        self.hint = hint


def _check(right: object, message: str, key: str = "") -> None:
    """Raise an error if something is not right."""
    if not right:
        raise _WrongError(message, key)


def _corpus(name: str, table: Mapping[str, Any]) -> Corpus:
    key = f"corpora.{name}"
    named = re.fullmatch("[a-z0-9][a-z0-9-]*", name)
    _check(named, "a corpus is named by a to z, 0 to 9 and hyphens", key)
    values = _values(key, table, CORPUS_KEYS, Corpus)
    parts = _tables(f"{key}.splits", table.get("splits", {}))
    splits = {split: _split(f"{key}.splits.{split}", split, part) for split, part in parts}
    rows = table.get("scores", [])
    _check(isinstance(rows, list), "it must be an array of tables", f"{key}.scores")
    scores = tuple(_score(f"{key}.scores[{k}]", row, splits) for k, row in enumerate(rows))
    for split in splits.values():
        place = f"{key}.splits.{split.name}.url"
        _check(values["open"] or not split.url, "only what is open has an address", place)
    return Corpus(name=name, splits=splits, scores=scores, **values)


def _split(key: str, name: str, table: Mapping[str, Any]) -> Split:
    split = Split(name=name, **_values(key, table, SPLIT_KEYS, Split))
    count = sum(split.types.values())
    if split.entities is None and split.types:
        split = replace(split, entities=count)
    enough = count <= (split.entities or 0)
    _check(enough, "the types have more of them than there are", f"{key}.entities")
    for other in ("sha256", "size", "member"):
        alone = getattr(split, other) and not split.url
        _check(not alone, "it goes with url, which is missing", f"{key}.{other}")
    return split


def _score(key: str, table: Any, splits: Mapping[str, Split]) -> PublishedScore:
    _check(isinstance(table, dict), "it must be a table", key)
    score = PublishedScore(**_values(key, table, SCORE_KEYS, PublishedScore))
    _check(score.split in splits, f"there is no split {score.split!r}", f"{key}.split")
    _check(score.figures, f"it has none of {', '.join(FIGURES)}", key)
    return score


def _check_names(catalogue: Catalogue) -> None:
    """Raise an error if one name stands for two corpora."""
    taken = {name: name for name in catalogue.corpora}
    for corpus in catalogue.corpora.values():
        for alias in corpus.aliases:
            name = taken.setdefault(alias.lower(), corpus.name)
            message = f"{alias!r} is also a name of {name}"
            _check(name == corpus.name, message, f"corpora.{corpus.name}.aliases")


def _values(
    key: str, table: Mapping[str, Any], kinds: Mapping[str, Callable[[Any], Any]], made: type
) -> dict[str, Any]:
    """Return what a table says, checked; raise an error if anything is missing or too much."""
    _only(f"{key}.", table, [*kinds, *(("splits", "scores") if made is Corpus else ())])
    values = {}
    for name, kind in kinds.items():
        if name in table:
            try:
                values[name] = kind(table[name])
            except _WrongError as error:
                raise _WrongError(str(error), f"{key}.{name}") from None
    for attribute in fields(made):
        needed = attribute.default is MISSING and attribute.default_factory is MISSING
        missing = needed and attribute.name in kinds and attribute.name not in values
        _check(not missing, "it is missing", f"{key}.{attribute.name}")
    return values


def _only(prefix: str, table: Mapping[str, Any], known: list[str]) -> None:
    for name in table:
        if name not in known:
            hint = did_you_mean(name, known) or f"there may be {', '.join(known)}"
            raise _WrongError("there is no such key", f"{prefix}{name}", hint)


def _tables(key: str, value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the tables that a table is made of, by name."""
    _check(isinstance(value, dict), "it must be a table", key)
    for name, table in value.items():
        _check(isinstance(table, dict), "it must be a table", f"{key}.{name}")
        yield name, table


def _text(value: Any) -> str:
    _check(isinstance(value, str) and value.strip(), "it must be a text")
    return " ".join(value.split())


def _texts(value: Any) -> tuple[str, ...]:
    _check(isinstance(value, list) and value, "it must be a list of texts")
    return tuple(map(_text, value))


def _flag(value: Any) -> bool:
    _check(isinstance(value, bool), "it must be true or false")
    return bool(value)


def _count(value: Any) -> int:
    _check(type(value) is int and value >= 0, "it must be a whole number, 0 or more")
    _check(value <= _LARGEST, f"it is more than {_LARGEST}")
    return int(value)


def _counts(value: Any) -> dict[str, int]:
    _check(isinstance(value, dict), "it must be a table of whole numbers")
    return {name: _count(count) for name, count in value.items()}


def _one_of(choices: Iterable[str]) -> Callable[[Any], str]:
    known = list(choices)

    def one_of(value: Any) -> str:
        _check(value in known, f"it must be one of {', '.join(known)}")
        return str(value)

    return one_of


def _like(pattern: str, words: str) -> Callable[[Any], str]:
    def like(value: Any) -> str:
        _check(isinstance(value, str) and re.fullmatch(pattern, value), f"it must be {words}")
        return str(value)

    return like


def _address(value: Any) -> str:
    address = _like(r"(https?|file)://\S+", "an address of http, https or file")(value)
    try:
        urlsplit(address)
    except ValueError as error:
        raise _WrongError(f"it is no address: {error}") from None
    return address


def _scheme(value: Any) -> str:
    return SCHEME_NAMES[_one_of(SCHEME_NAMES)(value)]


def _encoding(value: Any) -> str:
    try:
        # Codecs are also of things that are no text; an encoding may have a name that is none.
        "a".encode(_text(value))
    except (LookupError, ValueError):
        raise _WrongError(f"there is no encoding {value!r}") from None
    return _text(value)


def _columns(value: Any) -> tuple[str, ...]:
    columns = _texts(value)
    _check("tag" in columns, "one of them must be 'tag'")
    return columns


_FIGURE = _like(
    r"100(\.0{1,9})?|[0-9]?[0-9](\.[0-9]{1,9})?", 'a percentage as it was printed, such as "39.98"'
)

#: what is said of a corpus beside its splits and scores, and what it must be like
CORPUS_KEYS: dict[str, Callable[[Any], Any]] = {
    "title": _text,
    "aliases": _texts,
    "task": _one_of(TASKS),
    **dict.fromkeys(("language", "licence"), _text),
    "open": _flag,
    **dict.fromkeys(("homepage", "obtain", "citation", "source"), _text),
    "scheme": _scheme,
    "encoding": _encoding,
    "columns": _columns,
    "delimiter": _one_of(DELIMITERS),
    "note": _text,
    "sentences_include_documents": _flag,
}
SPLIT_KEYS: dict[str, Callable[[Any], Any]] = {
    "files": _texts,
    **dict.fromkeys(("documents", "sentences", "tokens", "entities", "size"), _count),
    "types": _counts,
    "url": _address,
    "sha256": _like("[0-9a-f]{64}", "64 hexadecimal digits, in lower case"),
    "member": _text,
}
SCORE_KEYS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("split", "system", "title", "source"), _text),
    "match": _one_of(PUBLISHED_MATCHES),
    **dict.fromkeys((*FIGURES, "plus_minus"), _FIGURE),
}
