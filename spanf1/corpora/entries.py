"""What a catalogue of corpora is made of: corpora, their splits, the scores published on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from spanf1.exceptions import UsageError

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
    match: str = "exact"
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
            Which one: a key of `figures`.
        measured : float
            What it should be, as a fraction of 1.
        """
        return agrees(self.figures[figure], measured)


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
        found = {known.lower(): known for known in self.splits}.get(name.lower())
        if found is None:
            names = ", ".join(self.splits) or "none"
            raise UsageError(f"{self.name} has no split {name!r}", hint=f"its splits: {names}")
        return self.splits[found]


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
        found = names.get(name.lower())
        if found is None:
            hint = did_you_mean(name.lower(), names) or f"there are {', '.join(self.corpora)}"
            raise UsageError(f"there is no corpus {name!r} in the catalogue", hint=hint)
        return self.corpora[found]

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


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question about the known name that is most like another, if one is."""
    import difflib

    close = difflib.get_close_matches(name, list(known), 1)
    return f"did you mean {close[0]}?" if close else ""
