"""Reports of answers, of ranked lists, and of systems held against each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any, NamedTuple

from spanf1.answers.answers import AnswerResult, Outcome
from spanf1.answers.bags import Answer
from spanf1.answers.options import (
    BAGS,
    FIGURE_NAMES,
    NORMALIZATIONS,
    PARTS,
    RULES,
    UNITS,
    shown_name,
)
from spanf1.answers.retrieval import RetrievalResult
from spanf1.answers.systems import AnswerComparison, by_question
from spanf1.core.options import FEW_UNITS, LEAST_UNITS, Confidence
from spanf1.render.renderers import RENDERERS, cut, json_text
from spanf1.render.report import Fact, Report, Section
from spanf1.resampling.inference import Interval
from spanf1.results.report import signed_ends
from spanf1.wording import bracketed, finite, many, p_text, percent, points

# On how many questions a system is better than another, as good, and worse.
_THAN_OTHERS = ("wins", "ties", "losses")
# A text in a table of the worst has so many columns at most.
_TEXT = 28


class Shown(NamedTuple):
    """A result, and how many of its worst answers are shown; None for none."""

    result: AnswerResult
    worst: int | None = None


def report_of(result: AnswerResult) -> Report:
    """Return the report on answers: the means, how they were made, a row for each question."""
    return shown_report(Shown(result))


def shown_report(shown: Shown) -> Report:
    """Return that report with the worst answers, and these alone in its rows, if some are shown."""
    return Report(shown, _answers, _rows, _data)


def jsonl(report: Report, *, digits: int | None = None, **_: Any) -> str:
    """Return the rows of a report as JSON Lines."""
    header, *rows = report.rows(report.about)
    names = [*map(str, header)]

    def value(cell: object) -> object:
        if isinstance(cell, float):
            return None if math.isnan(cell) else cell if digits is None else round(cell, digits)
        return cell

    return "".join(json_text(dict(zip(names, map(value, row), strict=True))) + "\n" for row in rows)


#: how these are rendered
ANSWER_RENDERERS = {**RENDERERS, "jsonl": jsonl}


def _answers(shown: Shown, digits: int | None) -> list[Section]:
    result = shown.result
    parts = {"": len(result.ids)}
    if 0 < result.answerable < len(result.ids):
        parts |= {"_answerable": result.answerable}
        parts |= {"_unanswerable": len(result.ids) - result.answerable}
    header = ["", "F1", "EM", "Questions"]
    if result.intervals:
        header = ["", "F1", "interval", "EM", "interval", "Questions"]
    rows = []
    for part, count in parts.items():
        row = [PARTS[part]]
        for name in FIGURE_NAMES:
            row.append(percent(result.figures[name + part], digits))
            if result.intervals:
                row.append(bracketed(result.intervals[name + part], digits))
        rows.append([*row, str(count)])
    facts = [Fact(label, text) for label, text in _facts(result, digits)]
    sections = [Section(header=header, rows=rows, facts=facts)]
    if shown.worst is not None:
        sections.append(_worst(result.worst(shown.worst), digits))
    return sections


def _facts(result: AnswerResult, digits: int | None) -> Iterator[tuple[str, str]]:
    """Yield what is said of how figures were made, with headings."""
    options = result.options
    yield "figures", "means over questions; F1 and EM are of the best reference each"
    yield "rule", f"{options.rule}: {RULES[options.rule]}"
    said = "; ".join(NORMALIZATIONS[name] for name in options.normalize) or "nothing"
    yield (
        "words",
        (
            f"by {options.by}: {UNITS[options.by]}; {options.bag}: {BAGS[str(options.bag)]}; "
            f"what makes no difference: {said}"
        ),
    )
    count = sum(map(len, result.references))
    yield "references", f"{count / len(result.ids):.3g} a question on average"
    if options.rule != "drop":
        p, r, f = (
            percent(result.figures[f"micro_{name}"], digits)
            for name in ("precision", "recall", "f1")
        )
        interval = result.intervals.get("micro_f1")
        more = f" {bracketed(interval, digits)}" if interval else ""
        yield "micro", f"F1 {f}{more} (P {p}, R {r}): all words of all questions together"
    if result.missing:
        yield "missing", f"{many(result.missing, 'question')} without a prediction: each scores 0"
    yield from _made(result.confidence, len(result.ids))
    yield from _read(result)


def _made(how: Confidence | None, questions: int) -> Iterator[tuple[str, str]]:
    if how is None:
        return
    if questions < LEAST_UNITS:
        yield "intervals", "none: there is one question, and all resamples of one are the same"
        return
    yield (
        "intervals",
        f"{100 * how.level:g}%, {how.method} bootstrap: {many(how.resamples, 'resample')} of "
        f"{many(questions, 'question')}, seed {how.seed}",
    )
    if questions < FEW_UNITS:
        yield "note", f"{questions} questions are too few for intervals to be trusted"


def _read(result: AnswerResult | RetrievalResult) -> Iterator[tuple[str, str]]:
    for file in dict.fromkeys(result.files):
        yield "input", file
    for note in result.notes:
        yield "note", note
    yield "signature", result.signature


def _worst(outcomes: Sequence[Outcome], digits: int | None) -> Section:
    rows = [
        [
            cut(one.id, _TEXT),
            percent(one.f1, digits),
            "yes" if one.exact else "no",
            *(cut(_text(text), _TEXT) for text in (one.reference, one.answer)),
        ]
        for one in outcomes
    ]
    header = ["question", "F1", "EM", "reference", "answer"]
    return Section("Worst first", header=header, rows=rows, verbatim=True)


def _text(answer: Answer | None) -> str:
    """Return an answer as a cell has it."""
    if answer is None:
        return "-"
    return (answer if isinstance(answer, str) else " | ".join(answer)) or '""'


def _plain(answer: Answer | None) -> str:
    return "" if answer is None else answer if isinstance(answer, str) else " | ".join(answer)


def _rows(shown: Shown) -> Iterator[list[object]]:
    """Yield a row for each question; the worst first if these are asked for."""
    yield ["id", "f1", "exact", "reference", "answer"]
    result = shown.result
    chosen = result.outcomes if shown.worst is None else result.worst(shown.worst)
    for one in chosen:
        yield [one.id, one.f1, int(one.exact), _plain(one.reference), _plain(one.answer)]


def _data(shown: Shown) -> dict[str, Any]:
    result = shown.result
    data: dict[str, Any] = {
        **_head(result),
        "options": asdict(result.options),
        "questions": len(result.ids),
        "answerable": result.answerable,
        "missing": result.missing,
        **_numbers(result.figures, result.intervals, result.confidence),
    }
    if shown.worst is not None:
        data["worst"] = [one._asdict() for one in result.worst(shown.worst)]
    return data


def _head(result: AnswerResult | RetrievalResult) -> dict[str, Any]:
    from spanf1._version import __version__

    return {
        "spanf1": __version__,
        "signature": result.signature,
        "files": [*result.files],
        "notes": [*result.notes],
    }


def _numbers(
    figures: Mapping[str, float], intervals: Mapping[str, Interval], how: Confidence | None
) -> dict[str, Any]:
    return {
        "figures": {name: finite(value) for name, value in figures.items()},
        "intervals": {name: [*map(finite, ends)] for name, ends in intervals.items()} or None,
        "confidence": how and asdict(how),
    }


def retrieval_report(result: RetrievalResult) -> Report:
    """Return the report on ranked lists: figures at each K, the best K, a row for each question."""
    return Report(result, _lists, _list_rows, _list_data)


def _lists(result: RetrievalResult, digits: int | None) -> list[Section]:
    names = {"precision": "P", "recall": "R", "f1": "F1"}
    header = ["K", *names.values()]
    if result.intervals:
        header = ["K", *chain.from_iterable((name, "interval") for name in names.values())]
    rows = []
    for k in result.at:
        row = [str(k)]
        for name in names:
            row.append(percent(result.figures[f"{name}@{k}"], digits))
            if result.intervals:
                row.append(bracketed(result.intervals[f"{name}@{k}"], digits))
        rows.append(row)
    facts = [Fact(label, text) for label, text in _list_facts(result, digits)]
    return [Section(header=header, rows=rows, facts=facts)]


def _list_facts(result: RetrievalResult, digits: int | None) -> Iterator[tuple[str, str]]:
    k, f1 = result.best
    yield "figures", "means over questions; P at K is of K, where fewer were retrieved, too"
    longest = result.hits.found.shape[1]
    if k:
        yield (
            "best K",
            (
                f"{k}: F1 {percent(f1, digits)}, of 1 to {longest}; chosen on these questions, "
                "so it is a little too good"
            ),
        )
    sizes = result.hits.relevant
    said = f"{len(sizes)}, with {sizes.mean():.3g} relevant on average"
    if result.left_out:
        said += f"; {result.left_out} more have nothing relevant, and do not count"
    yield "questions", said
    yield from _made(result.confidence, len(result.ids))
    yield from _read(result)


def _list_rows(result: RetrievalResult) -> Iterator[list[object]]:
    columns = {
        f"{name}@{k}": value.tolist() for k in result.at for name, value in result.values(k).items()
    }
    yield ["id", *columns]
    for name, *cells in zip(result.ids, *columns.values(), strict=True):
        yield [name, *cells]


def _list_data(result: RetrievalResult) -> dict[str, Any]:
    k, f1 = result.best
    return {
        **_head(result),
        "questions": len(result.ids),
        "left_out": result.left_out,
        "best": {"k": k, "f1": f1},
        "curve": {name: mean.tolist() for name, mean in result.curves.items()},
        **_numbers(result.figures, result.intervals, result.confidence),
    }


def comparison_report(found: AnswerComparison) -> Report:
    """Return the report on systems: their figures, how they differ, a row for each question."""
    return Report(found, _systems, _system_rows, _system_data)


def _systems(found: AnswerComparison, digits: int | None) -> list[Section]:
    names, how = found.figures, found.confidence
    header = ["", *chain.from_iterable((shown_name(name), "interval") for name in names)]
    rows = []
    for system, result in found.results.items():
        row = [system]
        for name in names:
            row.append(percent(result.figures[name], digits))
            row.append(bracketed(found.intervals[system][name], digits))
        rows.append(row)
    first = next(iter(found.results.values()))
    facts = [Fact(*pair) for pair in chain(_made(how, len(first.ids)), _inputs(found))]
    sections = [Section("Systems", header=header, rows=rows, facts=facts)]
    return [*sections, *(_differences(found, name, digits) for name in names)]


def _inputs(found: AnswerComparison) -> Iterator[tuple[str, str]]:
    files = [file for result in found.results.values() for file in result.files]
    first = next(iter(found.results.values()))
    for file in dict.fromkeys(files):
        yield "input", file
    for note in dict.fromkeys(note for result in found.results.values() for note in result.notes):
        yield "note", note
    yield "signature", first.signature


def _differences(found: AnswerComparison, figure: str, digits: int | None) -> Section:
    how, corrected = found.confidence, found.correction != "none"
    header = ["", "Diff.", f"{100 * how.level:g}% interval", "p"]
    header += [f"p {found.correction}"] * corrected + ["W-T-L"]
    chosen = [pair for pair in found.differences if pair.figure == figure]
    rows = [
        [
            pair.system,
            points(pair.difference, digits),
            signed_ends(pair.interval, digits),
            p_text(pair.p_value),
            *[p_text(pair.p_adjusted)] * corrected,
            "-".join(map(str, pair.questions)),
        ]
        for pair in chosen
    ]
    text = (
        "p: two-sided, by approximate randomisation: answers are swapped between the two at "
        "random, question by question. W-T-L: questions with a better, the same, and a worse "
        f"{shown_name(figure)}."
    )
    if corrected and figure == found.figures[0]:
        said = many(len(chosen), "comparison")
        text += f" p {found.correction}: corrected for {said} of each figure."
    open_ = [pair.system for pair in chosen if not pair.p_adjusted < found.alpha]
    limit = f"p < {found.alpha:.3g}"
    after = [f"all can be told apart from {found.reference} at {limit}"]
    if open_:
        after = [f"cannot be told apart from {found.reference} at {limit}: {', '.join(open_)}"]
    title = f"Differences in {shown_name(figure)} from {found.reference}"
    return Section(title, text if figure == found.figures[0] else "", header, rows, after=after)


def _system_rows(found: AnswerComparison) -> Iterator[list[object]]:
    columns = {name: values.tolist() for name, values in by_question(found).items()}
    first = next(iter(found.results.values()))
    yield ["id", *columns]
    for name, *cells in zip(first.ids, *columns.values(), strict=True):
        yield [name, *cells]


def _system_data(found: AnswerComparison) -> dict[str, Any]:
    first = next(iter(found.results.values()))
    return {
        **_head(first),
        "questions": len(first.ids),
        "reference": found.reference,
        "correction": found.correction,
        "systems": [
            {
                "name": name,
                "files": [*result.files],
                **_numbers(result.figures, found.intervals[name], found.confidence),
            }
            for name, result in found.results.items()
        ],
        "differences": [
            {
                **pair._asdict(),
                "interval": [*map(finite, pair.interval)],
                "questions": dict(zip(_THAN_OTHERS, pair.questions, strict=True)),
            }
            for pair in found.differences
        ],
    }
