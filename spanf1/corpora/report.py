"""Reports on a catalogue, and on one of its corpora."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from spanf1.corpora.catalogue import Catalogue, Corpus
from spanf1.render.renderers import wrapped
from spanf1.render.report import Fact, Report, Section
from spanf1.wording import many, printable

#: what is counted of a split, by its attributes
COUNTS = ("documents", "sentences", "tokens", "entities")
#: the figures of a published score, and what heads their columns
HEADS = {"precision": "P", "recall": "R", "f1": "F1", "plus_minus": "±"}
_OPEN, _CLOSED = "to download", "bring a copy"
#: the marks of what is as it was published, and of what is not
AGREES, DIFFERS = "=", "differs"

#: what is said of a corpus in words
_FACTS = ("task", "language", "licence", "obtain", "homepage", "citation", "source", "note")
_FACTS_NAMES = {"obtain": "where", "source": "statistics"}


def catalogue_report(catalogue: Catalogue) -> Report:
    """Return the report on the corpora of a catalogue."""
    return Report(catalogue, _list, _list_values, _list_data, terminal=_list_terminal)


def _list(catalogue: Catalogue, _: int | None) -> list[Section]:
    rows = []
    for corpus in catalogue.corpora.values():
        what = [corpus.name, corpus.title, corpus.language, _split_names(corpus), corpus.licence]
        rows.append([*what, _OPEN if corpus.has_address else _CLOSED])
    header = ["", "Title", "Language", "Splits", "Licence", "File"]
    return [Section(header=header, rows=rows, words=True)]


def _list_terminal(catalogue: Catalogue, _: int | None) -> list[Section]:
    """Return a section for each corpus: there is no room for a table."""
    sections = []
    for corpus in catalogue.corpora.values():
        how = _OPEN if corpus.has_address else _CLOSED
        scores = many(len(corpus.scores), "published score")
        said = f"{corpus.language}; {_split_names(corpus)}; {scores}"
        texts = corpus.title, said, f"{how}; licence: {corpus.licence}"
        lines = [line for text in texts for line in wrapped(printable(text), "  ", "    ")]
        sections.append(Section(corpus.name, lines=lines))
    return sections


def _split_names(corpus: Corpus) -> str:
    return " ".join(corpus.splits) or "-"


def _list_data(catalogue: Catalogue) -> list[dict[str, Any]]:
    keys = ("name", "title", "aliases", "task", "language", "licence", "open", "homepage")
    return [
        {key: getattr(corpus, key) for key in keys} | {"splits": list(corpus.splits)}
        for corpus in catalogue.corpora.values()
    ]


def _list_values(catalogue: Catalogue) -> Iterator[list[str]]:
    yield ["name", "title", "task", "language", "licence", "open", "splits"]
    for corpus in catalogue.corpora.values():
        words = [corpus.name, corpus.title, corpus.task, corpus.language, corpus.licence]
        splits = " ".join(corpus.splits)
        yield [*map(printable, words), str(corpus.open).lower(), printable(splits)]


def corpus_report(corpus: Corpus) -> Report:
    """Return the report on a corpus: facts, statistics, published scores as they were printed."""
    return Report(corpus, _show, _show_values, asdict)


def _show(corpus: Corpus, _: int | None) -> list[Section]:
    title = f"{corpus.name}: {corpus.title}"
    sections = [Section(title, facts=_facts(corpus), labels=14, words=True)]
    if statistics := _statistics(corpus):
        sections.append(Section("Statistics", "", ["", *corpus.splits], statistics))
    if corpus.scores:
        sections.append(_scores(corpus))
    return sections


def _facts(corpus: Corpus) -> Iterator[Fact]:
    """Yield what is said of a corpus in words."""
    if corpus.aliases:
        yield Fact("also called", ", ".join(corpus.aliases))
    for key in _FACTS:
        if text := getattr(corpus, key):
            yield Fact(_FACTS_NAMES.get(key, key), text)
    columns = f"columns {', '.join(corpus.columns)}"
    separated = f"separated by {corpus.delimiter}"
    yield Fact("format", f"{columns}, {separated}; tags in {corpus.scheme}; {corpus.encoding}")
    if corpus.sentences_include_documents:
        yield Fact("sentences", "lines that begin a document are counted as sentences")
    for split in corpus.splits.values():
        yield Fact(f"{split.name} is", ", ".join(split.files))
    if corpus.has_address:
        yield Fact("to get it", f"spanf1 corpora get {corpus.name}")
    yield Fact("to check it", f"spanf1 corpora verify {corpus.name} PATH")


def _statistics(corpus: Corpus) -> list[list[str]]:
    """Return the rows of the statistics: what is counted, then the types; a column a split."""
    splits = corpus.splits.values()
    rows = [[name, *(_number(getattr(split, name)) for split in splits)] for name in COUNTS]
    types = dict.fromkeys(name for split in splits for name in split.types)
    rows += [[name, *(_number(split.types.get(name)) for split in splits)] for name in types]
    return [row for row in rows if any(cell != "-" for cell in row[1:])]


def _number(count: int | None) -> str:
    return "-" if count is None else str(count)


def _scores(corpus: Corpus) -> Section:
    """Return the published scores, with what each was published in under a number."""
    sources = {
        source: k for k, source in enumerate(dict.fromkeys(s.source for s in corpus.scores), 1)
    }
    names = [name for name in HEADS if any(getattr(score, name) for score in corpus.scores)]
    several = len({score.match for score in corpus.scores}) > 1
    rows = []
    for score in corpus.scores:
        match = [score.match] if several else []
        figures = [getattr(score, name) or "-" for name in names]
        title = score.title or score.system
        rows.append([title, score.split, *match, *figures, f"({sources[score.source]})"])
    header = ["", "Split", *["Match"] * several, *(HEADS[name] for name in names), "Source"]
    text = "In percent, as they were printed."
    if several:
        text += " Match: exact is by place and type, surface by distinct forms and types."
    after = [f"({number}) {source}" for source, number in sources.items()]
    return Section("Published scores", text, header, rows, after=after)


def _show_values(corpus: Corpus) -> Iterator[list[str]]:
    """Yield the statistics and the published scores of a corpus, a row for each number.

    ``kind`` is ``count`` (of documents, sentences, tokens, entities), ``type`` (entities of a
    type) or ``score`` (a figure of the system).
    """
    rows: list[list[object]] = [["split", "kind", "system", "match", "name", "value"]]
    for split in corpus.splits.values():
        counts = [(name, getattr(split, name)) for name in COUNTS]
        rows += [[split.name, "count", "", "", *count] for count in counts if count[1] is not None]
        rows += [[split.name, "type", "", "", name, n] for name, n in split.types.items()]
    for score in corpus.scores:
        figures = [(name, getattr(score, name)) for name in HEADS]
        which = [score.split, "score", score.system, score.match]
        rows += [[*which, *figure] for figure in figures if figure[1]]
    for row in rows:
        yield [printable(str(cell)) for cell in row]
