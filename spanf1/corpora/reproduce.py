"""Published scores beside those of the outputs at hand."""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from spanf1.contents.baseline import baseline
from spanf1.core.options import Confidence
from spanf1.corpora.catalogue import Corpus, PublishedScore, decimals
from spanf1.corpora.report import AGREES, DIFFERS, HEADS
from spanf1.exceptions import AlignmentError, ReadError, UsageError
from spanf1.formats.source import STDIN, Source
from spanf1.render.renderers import WIDTH, width_of
from spanf1.render.report import Report, Section
from spanf1.results.files import score_file
from spanf1.results.result import Result
from spanf1.wording import finite, printable, short_names

#: the system of the catalogue that is no output but made from the training data
BASELINE = "conll2003_baseline"

#: endings of files that are no output, whatever they are called
NO_OUTPUTS = (".md", ".rst", ".html", ".pdf", ".tex", ".json", ".toml", ".log", ".py", ".sh")

#: how the interval of CoNLL-2003 was made, but for the number of resamples: theirs was 250
INTERVAL = Confidence(level=0.9, unit="sentence")

# The columns before the figures: system, split, match. A name has so much room at least.
_FIXED, _NAME = 3, 26


class Compared(NamedTuple):
    """A figure as it was printed, what it was measured to be, and whether the two agree."""

    name: str
    published: str
    measured: float
    agrees: bool


@dataclass(frozen=True)
class Reproduction:
    """A published score, and what the output at hand has.

    Attributes
    ----------
    published : PublishedScore
        What was printed.
    output : str
        The file.
    result : Result
        What it scores.
    figures : list of Compared
        Figure by figure.
    remarks : list of str
        What had to be decided.
    """

    published: PublishedScore
    output: str
    result: Result
    figures: list[Compared]
    remarks: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether every figure agrees to the printed decimals."""
        return all(figure.agrees for figure in self.figures)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data that JSON can carry; what is measured in percent."""
        score = self.published
        return {
            "system": score.system,
            "title": score.title or score.system,
            "split": score.split,
            "match": score.match,
            "source": score.source,
            "output": self.output,
            "signature": str(self.result.signature()),
            "agrees": self.agrees,
            "figures": {
                one.name: {
                    "published": one.published,
                    "measured": finite(one.measured),
                    "agrees": one.agrees,
                }
                for one in self.figures
            },
            "remarks": self.remarks,
        }


class Output(NamedTuple):
    """A file, and the system whose output it is."""

    system: str
    file: str


class Task(NamedTuple):
    """A published score, and the files to measure it by.

    These are the output, behind the gold file unless it holds gold tags itself; or, if `trained`,
    the training file and the gold file, and the output is made by the baseline.
    """

    published: PublishedScore
    files: tuple[str, ...]
    trained: bool = False


def reproduce(
    corpus: Corpus,
    path: str | None = None,
    *,
    systems: Sequence[str] = (),
    gold: str | None = None,
    split: str | None = None,
) -> list[Reproduction]:
    """Score the outputs at hand, and return what was published beside what they score.

    Parameters
    ----------
    corpus : Corpus
        Has the published scores.
    path : str, optional
        A folder with outputs, and with the gold file if they do not hold gold tags themselves;
        or one file: gold, if `systems` are given; an output otherwise.
    systems : sequence of str
        Outputs, as ``FILE`` if the system's name is in that of the file, or ``SYSTEM=FILE``.
    gold : str, optional
        The gold file.
    split : str, optional
        Only the scores of this split.

    Raises
    ------
    UsageError
        If no output is found, or there is no published score of a system.
    InputError
        As for `spanf1.score_file`.
    """
    return [measured(task) for task in tasks(corpus, path, systems=systems, gold=gold, split=split)]


def tasks(
    corpus: Corpus,
    path: str | None = None,
    *,
    systems: Sequence[str] = (),
    gold: str | None = None,
    split: str | None = None,
) -> list[Task]:
    """Return the scores that can be reproduced, and the files for it; see `reproduce`."""
    name = None if split is None else corpus.split(split).name
    scores = [score for score in corpus.scores if name in (None, score.split)]
    if not scores:
        on = f"{corpus.name}, {name}" if name else corpus.name
        raise UsageError(f"no score on {on} is in the catalogue")
    files = [] if path is None else list(_walk(path))
    if path is not None and systems and not os.path.isdir(path):
        gold, files = gold or path, []
    outputs = [_named(corpus, scores, argument) for argument in systems]
    todo = []
    for output in outputs or _outputs_among(corpus, scores, files):
        others = [file for file in files if not _same(file, output.file)]
        if gold is not None and _same(gold, output.file):
            raise UsageError("gold and output are the same file", where=gold)
        for score in scores:
            if score.system == output.system:
                beside = gold or _gold(corpus, score.split, others)
                todo.append(Task(score, (beside, output.file) if beside else (output.file,)))
    todo += [] if systems else _baselines(corpus, scores, files)
    if not todo:
        names = ", ".join(dict.fromkeys(score.system for score in scores))
        raise UsageError(
            f"no output of a system whose score on {corpus.name} was published is here",
            hint=f"--system NAME=OUTPUT; systems: {names}",
        )
    return todo


def _walk(path: str) -> Iterator[str]:
    """Yield the file, or the files of a folder and of those in it, but for hidden ones.

    Raises
    ------
    ReadError
        If there is no such file.
    """
    if not os.path.isdir(path):
        if path != STDIN and not os.path.exists(path):
            raise ReadError("no such file", where=path)
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name[0] != ".")
        files = [os.path.join(folder, name) for name in sorted(names) if name[0] != "."]
        yield from filter(os.path.isfile, files)


def _named(corpus: Corpus, scores: Sequence[PublishedScore], argument: str) -> Output:
    """Return the output that an argument names."""
    known = {score.system.lower(): score.system for score in scores}
    systems = ", ".join(known.values())
    name, parted, file = argument.partition("=")
    if parted and not os.path.exists(argument):
        if name.lower() in known:
            return Output(known[name.lower()], file)
        message = f"no score of {name!r} on {corpus.name} is in the catalogue"
        raise UsageError(message, hint=f"its systems: {systems}")
    outputs = _outputs(scores, [argument])
    if not outputs:
        message = "the name of the file does not say which system it is of"
        hint = f"--system NAME={argument}; systems: {systems}"
        raise UsageError(message, where=argument, hint=hint)
    return outputs[0]


def _outputs_among(
    corpus: Corpus, scores: Sequence[PublishedScore], files: Sequence[str]
) -> list[Output]:
    """Return the outputs among files: neither gold nor data of the corpus nor documents."""
    known = {name for split in corpus.splits.values() for name in split.files}
    others = [file for file in files if not (_is_gold(file) or os.path.basename(file) in known)]
    return _outputs(scores, [file for file in others if not file.lower().endswith(NO_OUTPUTS)])


def _outputs(scores: Sequence[PublishedScore], files: Sequence[str]) -> list[Output]:
    """Return the files whose names have that of a system in them, the longest that fits."""
    outputs = []
    for file in files:
        words = f" {_words(os.path.basename(file))} "
        names = {score.system for score in scores if f" {_words(score.system)} " in words}
        if names:
            outputs.append(Output(max(names, key=len), file))
    return outputs


def _words(name: str) -> str:
    """Return a name with all that is no letter or digit as one space."""
    return " ".join(re.findall(r"[^\W_]+", name.lower()))


def _same(file: str, other: str) -> bool:
    return os.path.realpath(file) == os.path.realpath(other)


def _is_gold(file: str) -> bool:
    return os.path.basename(file).split(".")[0] == "gold"


def _gold(
    corpus: Corpus, split: str, files: Sequence[str], *, by_any_name: bool = True
) -> str | None:
    """Return the gold file of a split among files: by its own name, or as ``gold.…``."""
    names = corpus.splits[split].files if split in corpus.splits else ()
    called = [file for file in files if os.path.basename(file) in names]
    called += filter(_is_gold, files) if by_any_name else []
    return called[0] if called else None


def measured(task: Task, sources: Mapping[str, Source] | None = None) -> Reproduction:
    """Return a published score beside what its files score.

    Parameters
    ----------
    task : Task
        The score and the files.
    sources : mapping of str to Source, optional
        What to read in place of files that can be read only once.

    Raises
    ------
    InputError
        As for `spanf1.score_file`.
    """
    score, files, trained = task
    confidence = INTERVAL if score.plus_minus else None
    if trained:
        train, test = files
        result = baseline(train, test, confidence=confidence)
        return Reproduction(score, test, result, compared(score, result))
    read = [(sources or {}).get(file, file) for file in files]
    remarks = []
    try:
        result = score_file(*read, match=score.match, confidence=confidence)
    except AlignmentError as error:
        if len(files) == 1:
            raise
        # Some published scores were made of outputs with other tokens.
        result = score_file(*read, match=score.match, confidence=confidence, align_by_position=True)
        remarks.append(f"tokens differ, so tags were aligned by position: {error}")
    return Reproduction(score, files[-1], result, compared(score, result), remarks)


def compared(score: PublishedScore, result: Result) -> list[Compared]:
    """Return the figures of a published score beside those of a result."""
    printed = score.figures
    values = {name: getattr(result.micro, name) for name in printed}
    if score.plus_minus and result.certainty:
        ends = result.certainty.averages["micro"].f1
        printed["plus_minus"], values["plus_minus"] = score.plus_minus, (ends.high - ends.low) / 2
    return [
        Compared(name, text, 100 * values[name], score.agrees(name, values[name]))
        for name, text in printed.items()
    ]


def _baselines(
    corpus: Corpus, scores: Sequence[PublishedScore], files: Sequence[str]
) -> Iterator[Task]:
    """Yield the scores of the baseline, if the training data and a test file are there."""
    train = _gold(corpus, "train", files, by_any_name=False)
    known = [score for score in scores if score.system == BASELINE]
    # Where there are scores of several splits, gold.… does not say of which it is.
    single = len({score.split for score in known}) == 1
    for score in known:
        test = _gold(corpus, score.split, files, by_any_name=single)
        if train and test:
            yield Task(score, (train, test), trained=True)


def reproduction_report(reproductions: list[Reproduction]) -> Report:
    """Return the report on published scores: each beside what was measured."""
    return Report(reproductions, _table, _rows, _data)


def _table(reproductions: list[Reproduction], digits: int | None) -> list[Section]:
    known = {figure.name for score in reproductions for figure in score.figures}
    names = [name for name in HEADS if name in known]
    header = ["", "Split", "Match"]
    for name in names:
        header += [HEADS[name], "here"]
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
    measured = "-" if math.isnan(figure.measured) else f"{figure.measured:.{places}f}"
    return [figure.published, f"{measured} {AGREES if figure.agrees else DIFFERS}"]


def _beside(header: list[str], rows: list[list[str]]) -> int:
    """Return how many columns go beside each other, so that no two of one figure are parted."""
    widths = [2 + max(map(width_of, column)) for column in zip(header, *rows, strict=True)]
    room = WIDTH - min(widths[0], _NAME) - sum(widths[1:_FIXED])
    pairs = [sum(widths[k : k + 2]) for k in range(_FIXED, len(widths), 2)]
    count = len(pairs)
    while count > 1 and any(sum(pairs[k : k + count]) > room for k in range(0, len(pairs), count)):
        count -= 1
    return _FIXED + 2 * count


def _rows(reproductions: list[Reproduction]) -> Iterator[list[object]]:
    yield ["system", "split", "match", "figure", "published", "measured", "agrees", "output"]
    for score in reproductions:
        which = [printable(score.published.system), printable(score.published.split)]
        for *figure, agrees in score.figures:
            yield [*which, score.published.match, *figure, int(agrees), printable(score.output)]


def _data(reproductions: list[Reproduction]) -> list[dict[str, Any]]:
    return [one.to_dict() for one in reproductions]
