"""Reports on a catalogue: its corpora, and everything that it says of one."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from spanf1.render.machine import csv_text, json_text
from spanf1.render.sections import Section, latex, markdown, text_of
from spanf1.render.text import BOLD, WIDTH, styled
from spanf1.wording import many, printable

if TYPE_CHECKING:
    from spanf1.corpora.catalogue import Catalogue, Corpus

_LABEL = 14
_COUNTS = ("documents", "sentences", "tokens", "entities")
_FIGURES = {"precision": "P", "recall": "R", "f1": "F1", "plus_minus": "±"}
_OPEN, _CLOSED = "to download", "bring a copy"

#: what is said of a corpus in words
_FACTS = ("task", "language", "licence", "obtain", "homepage", "citation", "source", "note")
_FACTS_NAMES = {"obtain": "where", "source": "statistics"}


def list_text(catalogue: Catalogue, *, colour: bool = False) -> str:
    """Return the corpora of a catalogue for people, at 80 columns."""
    blocks = []
    for corpus in catalogue.corpora.values():
        how = _OPEN if corpus.has_address else _CLOSED
        scores = many(len(corpus.scores), "published score")
        said = f"{corpus.language}; {_split_names(corpus)}; {scores}"
        lines = [styled(corpus.name, BOLD, colour), *_indented(corpus.title)]
        lines += [*_indented(said), *_indented(f"{how}; licence: {corpus.licence}")]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def list_section(catalogue: Catalogue) -> Section:
    """Return the corpora of a catalogue as a table to paste."""
    rows = [
        [
            corpus.name,
            corpus.title,
            corpus.language,
            _split_names(corpus),
            corpus.licence,
            _OPEN if corpus.has_address else _CLOSED,
        ]
        for corpus in catalogue.corpora.values()
    ]
    header = ["", "Title", "Language", "Splits", "Licence", "File"]
    return Section("", "", header, rows, words=True)


def list_json(catalogue: Catalogue) -> str:
    """Return the corpora of a catalogue as JSON."""
    keys = ("name", "title", "aliases", "task", "language", "licence", "open", "homepage")
    data = [
        {key: getattr(corpus, key) for key in keys} | {"splits": list(corpus.splits)}
        for corpus in catalogue.corpora.values()
    ]
    return json_text(data, indent=2) + "\n"


def list_csv(catalogue: Catalogue) -> str:
    """Return the corpora of a catalogue as comma-separated values."""
    rows: list[list[object]] = [
        [c.name, c.title, c.task, c.language, c.licence, str(c.open).lower(), " ".join(c.splits)]
        for c in catalogue.corpora.values()
    ]
    return _csv(["name", "title", "task", "language", "licence", "open", "splits"], rows)


def show_sections(corpus: Corpus) -> list[Section]:
    """Return what a catalogue says of a corpus: facts, statistics, published scores."""
    rows = [list(fact) for fact in _facts(corpus)]
    lines = [line for label, text in rows for line in _labelled(label, text)]
    title = f"{corpus.name}: {corpus.title}"
    found = [Section(title, "", ["", ""], rows, lines=lines, words=True)]
    if statistics := _statistics(corpus):
        found.append(Section("Statistics", "", ["", *corpus.splits], statistics))
    if corpus.scores:
        found.append(_scores(corpus))
    return found


def show_latex(corpus: Corpus) -> str:
    """Return it as LaTeX; what is said in words is too long for a table, and in comments."""
    facts, *tables = show_sections(corpus)
    comments = "".join(f"% {printable(line)}\n" for line in (facts.title, *facts.lines))
    return "\n".join([comments, *([latex(tables)] if tables else [])])


def show_json(corpus: Corpus) -> str:
    """Return what a catalogue says of a corpus as JSON; figures are the texts that were printed."""
    return json_text(asdict(corpus), indent=2) + "\n"


def show_csv(corpus: Corpus) -> str:
    """Return the statistics and the published scores of a corpus, a line for each number.

    ``kind`` is ``count`` (of documents, sentences, tokens, entities), ``type`` (entities of a
    type) or ``score`` (a figure of the system).
    """
    rows: list[list[object]] = []
    for split in corpus.splits.values():
        counts = {name: getattr(split, name) for name in _COUNTS}
        known = {name: n for name, n in counts.items() if n is not None}
        rows += [[split.name, "count", "", "", name, n] for name, n in known.items()]
        rows += [[split.name, "type", "", "", name, n] for name, n in split.types.items()]
    for score in corpus.scores:
        figures = {name: getattr(score, name) for name in _FIGURES}
        printed = {name: figure for name, figure in figures.items() if figure}
        which = [score.split, "score", score.system, score.match]
        rows += [[*which, name, figure] for name, figure in printed.items()]
    return _csv(["split", "kind", "system", "match", "name", "value"], rows)


def _csv(header: list[str], rows: list[list[object]]) -> str:
    shown: list[list[object]] = [[printable(str(cell)) for cell in row] for row in rows]
    return csv_text(header, shown, None)


def _facts(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """Yield what is said of a corpus in words, each under a heading."""
    if corpus.aliases:
        yield "also called", ", ".join(corpus.aliases)
    for key in _FACTS:
        if text := getattr(corpus, key):
            yield _FACTS_NAMES.get(key, key), text
    columns = f"columns {', '.join(corpus.columns)}"
    separated = f"separated by {corpus.delimiter}"
    yield "format", f"{columns}, {separated}; tags in {corpus.scheme}; {corpus.encoding}"
    if corpus.sentences_include_documents:
        yield "sentences", "lines that begin a document are counted as sentences"
    for split in corpus.splits.values():
        yield f"{split.name} is", ", ".join(split.files)
    if corpus.has_address:
        yield "to get it", f"spanf1 corpora get {corpus.name}"
    yield "to check it", f"spanf1 corpora verify {corpus.name} PATH"


def _statistics(corpus: Corpus) -> list[list[str]]:
    """Return the rows of the statistics: what is counted, then the types; a column a split."""
    splits = corpus.splits.values()
    rows = [[name, *(_number(getattr(split, name)) for split in splits)] for name in _COUNTS]
    types = dict.fromkeys(name for split in splits for name in split.types)
    rows += [[name, *(_number(split.types.get(name)) for split in splits)] for name in types]
    return [row for row in rows if any(cell != "-" for cell in row[1:])]


def _scores(corpus: Corpus) -> Section:
    """Return the published scores, with what each was published in under a number."""
    sources = {
        source: k for k, source in enumerate(dict.fromkeys(s.source for s in corpus.scores), 1)
    }
    names = [name for name in _FIGURES if any(getattr(score, name) for score in corpus.scores)]
    several = len({score.match for score in corpus.scores}) > 1
    rows = []
    for score in corpus.scores:
        match = [score.match] if several else []
        figures = [getattr(score, name) or "-" for name in names]
        title = score.title or score.system
        rows.append([title, score.split, *match, *figures, f"({sources[score.source]})"])
    header = ["", "Split", *["Match"] * several, *(_FIGURES[name] for name in names), "Source"]
    text = "In percent, as they were printed."
    if several:
        text += " Match: exact is by place and type, surface by distinct forms and types."
    after = [f"({number}) {source}" for source, number in sources.items()]
    return Section("Published scores", text, header, rows, after=after, widest=52)


def _split_names(corpus: Corpus) -> str:
    return " ".join(corpus.splits) or "-"


def _number(count: int | None) -> str:
    return "-" if count is None else str(count)


def _labelled(label: str, text: str) -> list[str]:
    label = printable(label)
    first = f"{label:<{_LABEL}}" if len(label) < _LABEL else f"{label} "
    return _wrapped(text, first, " " * _LABEL)


def _indented(text: str) -> list[str]:
    return _wrapped(text, "  ", "    ")


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        printable(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )


#: how the list of corpora is rendered; the table takes whether to use colour
LISTS: dict[str, Callable[..., str]] = {
    "table": list_text,
    "json": list_json,
    "csv": list_csv,
    "markdown": lambda catalogue: markdown([list_section(catalogue)]),
    "latex": lambda catalogue: latex([list_section(catalogue)]),
}
#: how one corpus is rendered; likewise
SHOWS: dict[str, Callable[..., str]] = {
    "table": lambda corpus, *, colour=False: text_of(show_sections(corpus), colour=colour),
    "json": show_json,
    "csv": show_csv,
    "markdown": lambda corpus: markdown(show_sections(corpus)),
    "latex": show_latex,
}
