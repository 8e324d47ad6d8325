"""What is in files: entities by type, their lengths, their surface forms."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import compress, product
from operator import itemgetter
from typing import Any, NamedTuple

from spanf1.core.scores import ratio
from spanf1.core.typemap import TypeMap
from spanf1.render.reported import Reported
from spanf1.wording import many

#: lengths that are counted together are those from here on
LONG = 5
#: what the lengths are called
LENGTHS = (*map(str, range(1, LONG)), f"{LONG}+")


def spelt_out(form: str) -> str:
    """Return a surface form with bytes that are no UTF-8 spelt out."""
    return form.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class Figures(NamedTuple):
    """What there is of one type, or of all.

    Attributes
    ----------
    entities : int
        How many entities, or mentions.
    share : float
        Their share of all mentions.
    tokens : int
        Tokens in them.
    lengths : dict of str to int
        How many are of each of `LENGTHS`, in tokens.
    mean_length, max_length : float, int
        Tokens of a mention.
    forms, ambiguous_forms : int
        Distinct surface forms; those that other mentions carry another type with.
    ambiguous_mentions : int
        Mentions of ambiguous forms.
    """

    entities: int
    share: float
    tokens: int
    lengths: dict[str, int]
    mean_length: float
    max_length: int
    forms: int
    ambiguous_forms: int
    ambiguous_mentions: int


class Unseen(NamedTuple):
    """Mentions whose form is no entity in training data, or only one of another type.

    `mentions` and `forms` are all there are, a form counted once.
    """

    mentions: int
    unseen: int
    other_type: int
    forms: int
    unseen_forms: int
    other_type_forms: int

    @property
    def share(self) -> float:
        """The share of mentions whose form is no entity in training data."""
        return ratio(self.unseen, self.mentions, 0.0)

    @property
    def other_type_share(self) -> float:
        """The share of mentions whose form is one, but of other types only."""
        return ratio(self.other_type, self.mentions, 0.0)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts and the shares."""
        shares = {"share": self.share, "other_type_share": self.other_type_share}
        return self._asdict() | shares


@dataclass(frozen=True)
class Contents:
    """What is in one file, or in several: sums, and the figures that follow from them.

    Attributes
    ----------
    name : str
        The file.
    documents, sentences, tokens : int
        Documents where they are marked, sentences with at least one token, tokens.
    lengths : Counter of (str, int)
        Mentions by type and number of tokens.
    forms : Counter of (str, str)
        Mentions by surface form and type. Bytes that are no UTF-8 are lone surrogates.
    ill_formed : int
        Spans that the scheme does not allow; they count as entities.
    scheme : str
        The tagging scheme of one file.
    fitting : list of str
        This scheme, and the others that fit its tags alike.
    notes : list of str
        What was read, in words.
    """

    name: str
    documents: int = 0
    sentences: int = 0
    tokens: int = 0
    lengths: Counter[tuple[str, int]] = field(default_factory=Counter)
    forms: Counter[tuple[str, str]] = field(default_factory=Counter)
    ill_formed: int = 0
    scheme: str = ""
    fitting: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def sum(cls, name: str, parts: Iterable[Contents]) -> Contents:
        """Return what is in several files together."""
        lengths: Counter[tuple[str, int]] = Counter()
        forms: Counter[tuple[str, str]] = Counter()
        documents = sentences = tokens = ill_formed = 0
        for part in parts:
            documents, sentences = documents + part.documents, sentences + part.sentences
            tokens, ill_formed = tokens + part.tokens, ill_formed + part.ill_formed
            lengths.update(part.lengths)
            forms.update(part.forms)
        return cls(name, documents, sentences, tokens, lengths, forms, ill_formed)

    def retyped(self, type_map: TypeMap) -> Contents:
        """Return the same with other types, without those that get none."""
        lengths: Counter[tuple[str, int]] = Counter()
        forms: Counter[tuple[str, str]] = Counter()
        for (kind, length), count in self.lengths.items():
            lengths[type_map(kind), length] += count
        for (form, kind), count in self.forms.items():
            forms[form, type_map(kind)] += count
        lengths = Counter({key: count for key, count in lengths.items() if key[0]})
        forms = Counter({key: count for key, count in forms.items() if key[1]})
        return replace(self, lengths=lengths, forms=forms)

    @cached_property
    def types_of(self) -> dict[str, dict[str, int]]:
        """The mentions by type of each surface form."""
        types: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for (form, kind), count in self.forms.items():
            types[form][kind] = count
        return dict(types)

    @cached_property
    def ambiguous(self) -> dict[str, dict[str, int]]:
        """The surface forms that carry several types: mentions by type, the most frequent first."""
        several = {form for form, types in self._types_by_form.items() if types > 1}
        chosen = map(several.__contains__, map(itemgetter(0), self.forms))
        rows = [(-count, *key) for key, count in compress(self.forms.items(), chosen)]
        ambiguous: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for count, form, kind in sorted(rows, key=itemgetter(0, 2)):
            ambiguous[form][kind] = -count
        totals = {form: sum(kinds.values()) for form, kinds in ambiguous.items()}
        order = sorted(sorted(totals), key=totals.__getitem__, reverse=True)
        return {form: ambiguous[form] for form in order}

    @cached_property
    def _types_by_form(self) -> Counter[str]:
        """How many types each surface form has."""
        return Counter(map(itemgetter(0), self.forms))

    @cached_property
    def _entities(self) -> int:
        """How many entities there are."""
        return self.lengths.total()

    @cached_property
    def types(self) -> dict[str, Figures]:
        """The figures of each type, in alphabetical order."""
        lengths: dict[str, dict[int, int]] = defaultdict(dict)
        for (kind, length), count in self.lengths.items():
            lengths[kind][length] = count
        forms: Counter[str] = Counter(map(itemgetter(1), self.forms))
        ambiguous: Counter[str] = Counter()
        mentions: Counter[str] = Counter()
        for kinds in self.ambiguous.values():
            for kind, count in kinds.items():
                ambiguous[kind] += 1
                mentions[kind] += count
        return {
            kind: self._figures(lengths[kind], (forms[kind], ambiguous[kind], mentions[kind]))
            for kind in sorted(lengths)
        }

    @cached_property
    def all(self) -> Figures:
        """The figures of all types together; a form of several types is one form."""
        lengths: Counter[int] = Counter()
        for (_, length), count in self.lengths.items():
            lengths[length] += count
        mentions = sum(sum(kinds.values()) for kinds in self.ambiguous.values())
        return self._figures(lengths, (len(self._types_by_form), len(self.ambiguous), mentions))

    def _figures(self, lengths: Mapping[int, int], forms: tuple[int, int, int]) -> Figures:
        entities = sum(lengths.values())
        tokens = sum(length * count for length, count in lengths.items())
        by_length = dict.fromkeys(LENGTHS, 0)
        for length, count in lengths.items():
            by_length[LENGTHS[min(length, LONG) - 1]] += count
        share, mean = ratio(entities, self._entities), ratio(tokens, entities)
        return Figures(entities, share, tokens, by_length, mean, max(lengths, default=0), *forms)

    @property
    def density(self) -> float:
        """The share of tokens that are in entities."""
        return ratio(self.all.tokens, self.tokens, 0.0)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data that JSON can carry; shares are fractions of 1."""
        return {
            "file": self.name,
            "documents": self.documents,
            "sentences": self.sentences,
            "tokens": self.tokens,
            "density": self.density,
            "scheme": self.scheme or None,
            "ill_formed": self.ill_formed,
            "all": self.all._asdict(),
            "types": {kind: figures._asdict() for kind, figures in self.types.items()},
            "ambiguous": [
                {"form": spelt_out(form), "mentions": sum(kinds.values()), "types": kinds}
                for form, kinds in self.ambiguous.items()
            ],
        }


@dataclass(frozen=True, repr=False)
class Description(Reported):
    """What is in some files, and how much of it is not in training data.

    ``str(description)`` is the tables.

    Attributes
    ----------
    files : list of Contents
        The files.
    train : Contents, optional
        The training data, all files of it together.
    ignore_case : bool
        Whether forms are the same that differ in case only.
    """

    files: list[Contents]
    train: Contents | None = None
    ignore_case: bool = False

    _reporter = "spanf1.contents.report", "report_of"

    def __repr__(self) -> str:
        said = (f"{part.name} {many(part.all.entities, 'span')}" for part in self.files)
        return f"<Description: {', '.join(said)}>"

    @cached_property
    def total(self) -> Contents:
        """All files together."""
        return self.files[0] if len(self.files) == 1 else Contents.sum("all files", self.files)

    @property
    def parts(self) -> list[Contents]:
        """Each file and, if there are several, all of them."""
        return self.files if len(self.files) == 1 else [*self.files, self.total]

    def unseen(self, contents: Contents) -> dict[str, Unseen]:
        """Return what is not in the training data: by type, and of all under the name ``""``.

        Of all, a form of several types is one form.
        """
        seen = self.train.types_of if self.train else {}
        sums = {kind: [0, 0, 0] for kind in (*contents.types, "")}
        forms: dict[str, tuple[set[str], ...]] = {kind: (set(), set(), set()) for kind in sums}
        for (form, kind), count in contents.forms.items():
            # Among all mentions; among the unseen or those of another type, if it is any of these.
            places = [0]
            if form not in seen:
                places.append(1)
            elif kind not in seen[form]:
                places.append(2)
            for row, place in product((kind, ""), places):
                sums[row][place] += count
                forms[row][place].add(form)
        return {kind: Unseen(*sums[kind], *map(len, forms[kind])) for kind in sums}

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data that JSON can carry; see `Contents.to_dict`."""

        def one(contents: Contents) -> dict[str, Any]:
            data = contents.to_dict()
            if self.train:
                unseen = {kind: row.to_dict() for kind, row in self.unseen(contents).items()}
                data["unseen"] = {"all": unseen.pop(""), "types": unseen}
            return data

        return {
            "files": [one(contents) for contents in self.files],
            "total": one(self.total),
            "train": self.train.to_dict() if self.train else None,
            "ignore_case": self.ignore_case,
        }
