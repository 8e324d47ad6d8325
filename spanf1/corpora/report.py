"""Reports on a catalogue, on one of its corpora, and on what was held against the published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from spanf1.corpora.catalogue import decimals
from spanf1.render.renderers import WIDTH, width_of, wrapped
from spanf1.render.report import Fact, Report, Section
from spanf1.wording import many, printable, short_names

if TYPE_CHECKING:
    from spanf1.corpora.catalogue import Catalogue, Corpus
    from spanf1.corpora.reproduce import Compared, Reproduction
    from spanf1.corpora.verify import Verification

_COUNTS = ("documents", "sentences", "tokens", "entities")
_FIGURES = {"precision": "P", "recall": "R", "f1": "F1", "plus_minus": "±"}
_OPEN, _CLOSED = "to download", "bring a copy"
_AGREES, _DIFFERS = "=", "differs"
# The columns before the figures: system, split, match. A name has so much room at least.
_FIXED, _NAME = 3, 26

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
    rows = [[name, *(_number(getattr(split, name)) for split in splits)] for name in _COUNTS]
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


def _show_values(corpus: Corpus) -> Iterator[list[str]]:
    """Yield the statistics and the published scores of a corpus, a row for each number.

    ``kind`` is ``count`` (of documents, sentences, tokens, entities), ``type`` (entities of a
    type) or ``score`` (a figure of the system).
    """
    rows: list[list[object]] = [["split", "kind", "system", "match", "name", "value"]]
    for split in corpus.splits.values():
        counts = [(name, getattr(split, name)) for name in _COUNTS]
        rows += [[split.name, "count", "", "", *count] for count in counts if count[1] is not None]
        rows += [[split.name, "type", "", "", name, n] for name, n in split.types.items()]
    for score in corpus.scores:
        figures = [(name, getattr(score, name)) for name in _FIGURES]
        which = [score.split, "score", score.system, score.match]
        rows += [[*which, *figure] for figure in figures if figure[1]]
    for row in rows:
        yield [printable(str(cell)) for cell in row]


def verification_report(verifications: list[Verification]) -> Report:
    """Return the report on copies of a corpus: the counts of each beside the published ones."""
    return Report(verifications, _verified, _verified_values, _data)


def _data(parts: list[Any]) -> list[dict[str, Any]]:
    return [part.to_dict() for part in parts]


def _verified(verifications: list[Verification], _: int | None) -> list[Section]:
    """Return a table for each file."""
    sections = []
    for copy in verifications:
        rows = [
            [*map(str, figure), _AGREES if figure.agrees else f"{figure[2] - figure[1]:+d}"]
            for figure in copy.figures
        ]
        scheme = copy.corpus.scheme
        if copy.split and copy.scheme:
            same = _AGREES if copy.scheme == scheme else _DIFFERS
            rows.append(["scheme", scheme, copy.scheme, same])
        header = ["", "Published", "Measured", ""]
        about = f"{copy.corpus.title}{f', {copy.split.name}' if copy.split else ''}"
        text = f"{about}. Published: {copy.corpus.source}." if copy.figures else about
        sections.append(Section(copy.file, text, header, rows, after=copy.remarks()))
    return sections


def _verified_values(verifications: list[Verification]) -> Iterator[list[object]]:
    yield ["file", "split", "figure", "published", "measured"]
    for copy in verifications:
        split = printable(copy.split.name) if copy.split else ""
        for figure in copy.figures:
            yield [printable(copy.file), split, printable(figure.name), *figure[1:]]


def reproduction_report(reproductions: list[Reproduction]) -> Report:
    """Return the report on published scores: each beside what was measured."""
    return Report(reproductions, _reproduced, _reproduced_values, _data)


def _reproduced(reproductions: list[Reproduction], digits: int | None) -> list[Section]:
    known = {figure.name for score in reproductions for figure in score.figures}
    names = [name for name in _FIGURES if name in known]
    header = ["", "Split", "Match"]
    for name in names:
        header += [_FIGURES[name], "here"]
    rows, after = [], []
    for title, score in zip(_titles(reproductions), reproductions, strict=True):
        cells = [title, printable(score.published.split), score.published.match]
        by_name = {figure.name: figure for figure in score.figures}
        for name in names:
            cells += _cells(by_name.get(name), digits)
        rows.append(cells)
        after += [f"{score.output}: {remark}" for remark in score.remarks]
    agreeing = sum(score.agrees for score in reproductions)
    after = [
        *dict.fromkeys(after),
        f"{agreeing} of {len(reproductions)} agree to the printed decimals",
    ]
    sources = dict.fromkeys(score.published.source for score in reproductions)
    text = f"Published: {'; '.join(sources)}. Measured: spanf1 score, reading lenient."
    columns = _beside(header, rows)
    title = "Published beside measured"
    return [Section(title, text, header, rows, after=after, fixed=_FIXED, columns=columns)]


def _titles(reproductions: list[Reproduction]) -> list[str]:
    """Return the names of the systems, with the file where there are several outputs of one."""
    files = short_names([score.output for score in reproductions])
    scores = [score.published for score in reproductions]
    names = [(score.title or score.system, score.split, score.match) for score in scores]
    count = Counter(names)
    return [
        f"{name[0]} ({file})" if count[name] > 1 else name[0]
        for file, name in zip(files, names, strict=True)
    ]


def _cells(figure: Compared | None, digits: int | None) -> list[str]:
    """Return the printed figure, and the measured one with as many decimals and a mark."""
    if figure is None:
        return ["", ""]
    places = decimals(figure.published) if digits is None else digits
    mark = _AGREES if figure.agrees else _DIFFERS
    return [figure.published, f"{figure.measured:.{places}f} {mark}"]


def _beside(header: list[str], rows: list[list[str]]) -> int:
    """Return how many columns go beside each other, so that no two of one figure are parted."""
    widths = [2 + max(map(width_of, column)) for column in zip(header, *rows, strict=True)]
    room = WIDTH - min(widths[0], _NAME) - sum(widths[1:_FIXED])
    pairs = [sum(widths[k : k + 2]) for k in range(_FIXED, len(widths), 2)]
    count = len(pairs)
    while count > 1 and any(sum(pairs[k : k + count]) > room for k in range(0, len(pairs), count)):
        count -= 1
    return _FIXED + 2 * count


def _reproduced_values(reproductions: list[Reproduction]) -> Iterator[list[object]]:
    yield ["system", "split", "match", "figure", "published", "measured", "agrees", "output"]
    for score in reproductions:
        which = [printable(score.published.system), printable(score.published.split)]
        for *figure, agrees in score.figures:
            yield [*which, score.published.match, *figure, int(agrees), printable(score.output)]
