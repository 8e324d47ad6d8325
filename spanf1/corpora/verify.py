"""Copies of a corpus held against what was published about it: which split, and what differs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from spanf1.contents.contents import Contents
from spanf1.contents.describe import contents_of_column
from spanf1.corpora.catalogue import Catalogue, Corpus, Split
from spanf1.corpora.report import AGREES, COUNTS, DIFFERS
from spanf1.exceptions import ReadError
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.options import Column, InputOptions
from spanf1.formats.registry import COLUMNS, Input
from spanf1.formats.source import FRONT, Source, source_of
from spanf1.render.report import Report, Section
from spanf1.wording import printable

# A file whose tokens are so far from a split's is no copy of it.
_FAR = 0.2


class Figure(NamedTuple):
    """A count: what was published, and what is in the file."""

    name: str
    published: int
    measured: int

    @property
    def agrees(self) -> bool:
        """Whether the two are the same."""
        return self.published == self.measured


@dataclass(frozen=True)
class Verification:
    """A file, and the split of a corpus that it is likest to.

    Attributes
    ----------
    file : str
        The file.
    corpus : Corpus
        The corpus.
    split : Split, optional
        The split, or None if none is like it.
    contents : Contents
        What is in the file.
    figures : list of Figure
        The published counts beside those of the file.
    same_file : bool, optional
        Whether it is, decompressed, the published file to the byte, where its checksum is known.
    others : list of str
        Splits of other corpora that all figures agree with.
    """

    file: str
    corpus: Corpus
    split: Split | None
    contents: Contents
    figures: list[Figure]
    same_file: bool | None
    others: list[str]

    @property
    def agrees(self) -> bool:
        """Whether every figure agrees, and there is at least one, or it is the published file."""
        known = bool(self.figures) or bool(self.same_file)
        return known and all(figure.agrees for figure in self.figures)

    @property
    def scheme(self) -> str:
        """The scheme of the file: of those that fit alike, that of the corpus."""
        found, published = self.contents, self.corpus.scheme
        return published if published in found.fitting else found.scheme

    def remarks(self) -> list[str]:
        """Say in words what the file is, and what is not as it was published."""
        return list(_remarks(self))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data that JSON can carry."""
        return {
            "file": self.file,
            "corpus": self.corpus.name,
            "split": self.split and self.split.name,
            "agrees": self.agrees,
            "same_file": self.same_file,
            "scheme": {"published": self.corpus.scheme, "measured": self.scheme or None},
            "figures": {
                figure.name: {"published": figure.published, "measured": figure.measured}
                for figure in self.figures
            },
            "other_corpora": self.others,
            "remarks": self.remarks(),
        }


def verify(
    corpus: Corpus,
    path: str | os.PathLike[str] | Source,
    *,
    catalogue: Catalogue | None = None,
    split: str | None = None,
    tag_column: Column | None = None,
    token_column: Column | None = None,
) -> list[Verification]:
    """Hold a file, or those in a folder, against what was published.

    Parameters
    ----------
    corpus : Corpus
        What they are thought to be.
    path : path
        A file, which is read more than once; or a folder: then the files in it that are called as
        those of the corpus, or all if none is.
    catalogue : Catalogue, optional
        Other corpora that it may be.
    split : str, optional
        The split that it is thought to be; by default the one that it is likest to.
    tag_column, token_column : int or str, optional
        As for `spanf1.describe`; by default where the corpus has them or, if the lines
        have another number of columns, the last and the first.

    Raises
    ------
    InputError
        If a file cannot be read as columns of tokens and tags.
    UsageError
        If there is no such split.
    """
    named = None if split is None else corpus.split(split)
    others = list(catalogue.corpora.values()) if catalogue else []
    verifications = []
    for source in sources_of(corpus, path):
        tag, token = _columns(corpus, source)
        tag = tag if tag_column is None else tag_column
        token = token if token_column is None else token_column
        options = InputOptions.of({"tag_column": tag, "token_column": token})
        contents = contents_of_column(Input(source, COLUMNS, options))
        verifications.append(_verified(corpus, source, contents, named, others))
    return verifications


def sources_of(corpus: Corpus, path: str | os.PathLike[str] | Source) -> list[Source]:
    """Return the file or, of a folder, the files that are called as the corpus's, or all.

    Raises
    ------
    ReadError
        If the folder is empty.
    """
    source = source_of(path)
    if not os.path.isdir(source.path):
        return [source]
    try:
        with os.scandir(source.path) as entries:
            files = sorted(e.path for e in entries if e.is_file() and e.name[0] != ".")
    except OSError as error:
        raise ReadError(f"cannot be read: {error.strerror}", where=source.name) from error
    if not files:
        raise ReadError("there is no file in this folder", where=source.name)
    names = {name for split in corpus.splits.values() for name in split.files}
    chosen = [file for file in files if os.path.basename(file) in names] or files
    return [Source(file) for file in chosen]


def _verified(
    corpus: Corpus, source: Source, contents: Contents, named: Split | None, others: list[Corpus]
) -> Verification:
    split = named or _likest(corpus, contents, os.path.basename(source.name))
    figures = _figures(corpus, split, contents) if split else []
    agreeing = [
        f"{other.name}, {one.name}"
        for other in others
        if other.name != corpus.name
        for one in other.splits.values()
        if _whole(found := _figures(other, one, contents)) and all(f.agrees for f in found)
    ]
    same_file = _same_file(split, source)
    return Verification(source.name, corpus, split, contents, figures, same_file, agreeing)


def _columns(corpus: Corpus, source: Source) -> tuple[Column, Column | None]:
    """Return where the tags and the tokens are, if the lines are as the corpus has them."""
    read = ColumnFile(source)
    read.detect(source.blocks())
    known = corpus.columns
    if read.layout and read.layout.columns == len(known) and {"tag", "token"} <= set(known):
        return known.index("tag") + 1, known.index("token") + 1
    return -1, None


def _whole(figures: list[Figure]) -> bool:
    """Return whether figures are enough to know a split by."""
    return {"tokens", "entities"} <= {figure.name for figure in figures}


def _figures(corpus: Corpus, split: Split, contents: Contents) -> list[Figure]:
    """Return the figures of a split beside those of a file; lines that begin documents apart."""
    sentences, types = split.sentences, {kind: row.entities for kind, row in contents.types.items()}
    if sentences is not None and corpus.sentences_include_documents:
        sentences -= split.documents or 0
    entities = split.entities or sum(split.types.values()) or None
    published = split.documents, sentences, split.tokens, entities
    measured = contents.documents, contents.sentences, contents.tokens, sum(types.values())
    figures = [
        Figure(name, expected, actual)
        for name, expected, actual in zip(COUNTS, published, measured, strict=True)
        if expected is not None
    ]
    if split.types:
        names = [*split.types, *sorted(types.keys() - split.types.keys())]
        figures += [Figure(name, split.types.get(name, 0), types.get(name, 0)) for name in names]
    return figures


def _likest(corpus: Corpus, contents: Contents, name: str) -> Split | None:
    """Return the split that a file is likest to, or else is called as; None if it is neither."""

    def distance(split: Split) -> tuple[int, float, bool]:
        figures = _figures(corpus, split, contents)
        apart = [
            abs(f.measured - f.published) / max(f.published, 1)
            for f in figures
            if f.name in COUNTS[1:]
        ]
        return -sum(f.agrees for f in figures), sum(apart), name not in split.files

    known = [split for split in corpus.splits.values() if _figures(corpus, split, contents)]
    if known:
        split = min(known, key=distance)
        agreeing, apart, _ = distance(split)
        if agreeing or apart < _FAR:
            return split
    return next((split for split in corpus.splits.values() if name in split.files), None)


def _same_file(split: Split | None, source: Source) -> bool | None:
    """Return whether the bytes of a file, decompressed, have the published checksum."""
    # Of a file in an archive, it is that of the archive.
    if split is None or not split.sha256 or split.member:
        return None
    import hashlib

    digest = hashlib.sha256()
    for raw in source.blocks():
        digest.update(raw.mark)
        digest.update(raw.data[len(FRONT) : raw.end - raw.added])
    return digest.hexdigest() == split.sha256


def _remarks(found: Verification) -> Iterator[str]:
    corpus, split, contents = found.corpus, found.split, found.contents
    if split is None:
        sizes = [f"{one.name} {one.tokens}" for one in corpus.splits.values() if one.tokens]
        known = f" ({', '.join(sizes)})" if sizes else ", of whose sizes nothing was published"
        yield f"it has {contents.tokens} tokens and is like no split of {corpus.name}{known}"
    else:
        yield from _differences(found, split)
    for other in found.others:
        yield f"all its figures are those of another corpus: {other}"
    if split and found.scheme and corpus.scheme not in ("", found.scheme):
        yield (
            f"its tags are in {found.scheme}, those of the corpus in {corpus.scheme}: it was "
            "re-tagged; spans, and so scores, are the same unless what touches was joined"
        )
    if contents.ill_formed:
        yield f"{contents.ill_formed} spans are ill-formed in {found.scheme}"


def _differences(found: Verification, split: Split) -> Iterator[str]:
    """Say which split it is, and in what way it is not as published."""
    name = f"{found.corpus.name}, {split.name}"
    wrong = {figure.name: figure for figure in found.figures if not figure.agrees}
    if not found.figures:
        yield f"nothing that could be counted was published of {name}"
    elif not wrong:
        yield f"this is {name}: all {len(found.figures)} figures are as published"
    else:
        right = len(found.figures) - len(wrong)
        yield f"it is likest to {name}: {right} of {len(found.figures)} figures are as published"
    if found.same_file:
        yield "it is the published file, to the byte"
    elif found.same_file is not None:
        yield "it is not the published file, to the byte"
    if (documents := wrong.pop("documents", None)) and not documents.measured:
        yield (
            "the lines that begin documents (-DOCSTART-) were removed: that changes no score of "
            "spans, but may change the accuracy of tokens"
        )
    elif documents:
        yield f"it marks {documents.measured} documents, not {documents.published}"
    has_all = "it has all tokens, but" if split.tokens is not None else ""
    if tokens := wrong.get("tokens"):
        more = tokens.measured - tokens.published
        yield (
            f"it has {abs(more)} tokens {'more' if more > 0 else 'fewer'}: it was cut, or made "
            "longer, or tokenised in another way"
        )
    elif "sentences" in wrong:
        yield f"{has_all or 'its'} sentences begin at other places"
    kinds = [name for name in wrong if name in split.types or name not in COUNTS]
    if "tokens" in wrong or not (kinds or "entities" in wrong):
        return
    named = ", ".join(f"{k} {wrong[k].measured - wrong[k].published:+d}" for k in kinds)
    what = "in other numbers" if "entities" in wrong else "of other types"
    listed = f" ({named})" if kinds else ""
    yield f"{has_all or 'it has'} entities {what}{listed}: it was corrected, or relabelled"


def verification_report(verifications: list[Verification]) -> Report:
    """Return the report on copies of a corpus: the counts of each beside the published ones."""
    return Report(verifications, _tables, _rows, _data)


def _tables(verifications: list[Verification], _: int | None) -> list[Section]:
    """Return a table for each file."""
    sections = []
    for copy in verifications:
        rows = [
            [*map(str, figure), AGREES if figure.agrees else f"{figure[2] - figure[1]:+d}"]
            for figure in copy.figures
        ]
        scheme = copy.corpus.scheme
        if copy.split and copy.scheme:
            same = AGREES if copy.scheme == scheme else DIFFERS
            rows.append(["scheme", scheme, copy.scheme, same])
        header = ["", "Published", "Measured", ""]
        about = f"{copy.corpus.title}{f', {copy.split.name}' if copy.split else ''}"
        text = f"{about}. Published: {copy.corpus.source}." if copy.figures else about
        sections.append(Section(copy.file, text, header, rows, after=copy.remarks()))
    return sections


def _rows(verifications: list[Verification]) -> Iterator[list[object]]:
    yield ["file", "split", "figure", "published", "measured"]
    for copy in verifications:
        split = printable(copy.split.name) if copy.split else ""
        for figure in copy.figures:
            yield [printable(copy.file), split, printable(figure.name), *figure[1:]]


def _data(verifications: list[Verification]) -> list[dict[str, Any]]:
    return [one.to_dict() for one in verifications]
