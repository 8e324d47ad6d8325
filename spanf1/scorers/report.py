"""Reports on what each scorer says of an output, and why; and on several systems as spans."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import zip_longest
from typing import Any

from spanf1.core.detection import found_by
from spanf1.core.options import AUTO
from spanf1.core.repairs import PARTS
from spanf1.core.schemes import SCHEMES
from spanf1.core.scores import AnyScore
from spanf1.render.renderers import WIDTH, cut, pieces_wrapped, step_cut, width_of
from spanf1.render.report import Report, Section
from spanf1.results.report import how_made
from spanf1.results.result import Result
from spanf1.scorers.comparison import (
    Comparison,
    Example,
    Kind,
    Row,
    System,
    schemes_dict,
)
from spanf1.wording import many, percent, printable, short_names, signed

#: how many kinds of disputed steps are shown
KINDS = 10

# So many columns are for what is made of a step, and for a step's name.
_OUTCOME = 36
_STEP = 70
# How many differences have a column.
_COLUMNS = 5
_FIGURES = ("precision", "recall", "f1", "gold", "predicted", "correct")


def report_of(comparison: Comparison, *, kinds: int = KINDS) -> Report:
    """Return the report on what scorers say of an output: their scores, reasons, encodings."""
    sections = partial(_sections, kinds=kinds)
    terminal = partial(sections, terminal=True)
    return Report(comparison, sections, _values, Comparison.to_dict, terminal=terminal, tables=1)


def _sections(
    comparison: Comparison, digits: int | None, *, kinds: int, terminal: bool = False
) -> list[Section]:
    sections = [_scorers(comparison, digits, terminal=terminal)]
    if len(comparison.groups) > 1:
        shown = [kind for kind in comparison.kinds if not kind.foreign][:kinds]
        sections.append(_reasons(comparison, shown, digits))
        if shown:
            sections.append(_details(comparison, shown))
    return [*sections, _encodings(comparison, digits)]


def _scorers(comparison: Comparison, digits: int | None, *, terminal: bool) -> Section:
    """Return the scores; on a terminal, the number of a group and its figures are there once."""
    rows = []
    for number, group in enumerate(comparison.groups, 1):
        for k, row in enumerate(comparison.rows[k] for k in group):
            label, figures = _label(number), _figures(row, digits)
            if k and terminal:
                label, figures = " " * len(label), [""] * len(figures)
            rows.append([f"{label} {row.scorer.name}", *figures])
    without = [row.scorer for row in comparison.rows if row.score is None]
    for scorer in without:
        name = f"    {scorer.name}" if terminal else scorer.name
        rows.append([name, "-", "-", "-", "", "-", "-", "-"])
    text = _what_was_read(comparison)
    header = ["", "P", "R", "F1", "Diff.", "Gold", "Pred.", "Corr."]
    after = [f"{scorer.name} does not take it: {scorer.refuses}" for scorer in without]
    after += comparison.notes
    return Section("What each scorer says", text, header, rows, after=after, spare=True)


def _what_was_read(comparison: Comparison) -> str:
    """Say where the tags were and in which schemes, and whether scorers differ."""
    result = comparison.result
    made = dict(how_made(result))
    files = " and ".join(result.input.files) if result.input else "input"
    alike = "Readings under one number count the same."
    if len(comparison.groups) == 1:
        every = all(row.score for row in comparison.rows)
        alike = f"All readings{'' if every else ' that take it'} count the same."
    tokens = many(result.tally.tokens, "token")
    return f"{made.get('input', files)}. {tokens}, {made['scheme']}. {alike}"


def _figures(row: Row, digits: int | None) -> list[str]:
    score = row.score
    assert score is not None  # noqa: S101 - for mypy: it is in a group
    difference = signed(row.difference, digits) or percent(0, digits)
    return [
        *_ratios(score, digits),
        difference if row.group else "",
        *map(str, (score.gold, score.predicted, score.correct)),
    ]


def _ratios(score: AnyScore, digits: int | None) -> list[str]:
    return [percent(value, digits) for value in (score.precision, score.recall, score.f1)]


def _encodings(comparison: Comparison, digits: int | None) -> Section:
    """Return gold's spans in every scheme."""
    groups = ("B", "IM", "EL", "SUW")
    rows = []
    for encoding in comparison.encodings:
        shares = []
        for letters in groups:
            count = sum(encoding.prefixes.get(letter, 0) for letter in letters)
            has = set(letters) & set(SCHEMES[encoding.scheme].prefixes)
            shares.append(percent(count / max(encoding.tokens, 1), digits) if has else "")
        # Only IO merges spans.
        loses = encoding.spans and encoding.scheme not in PARTS
        best = percent(encoding.best, digits) if loses else ""
        rows.append([encoding.scheme, str(encoding.tags), *shares, str(encoding.merged), best])
    first = comparison.encodings[0]
    inside = first.tokens - first.prefixes["O"]
    text = (
        f"{many(first.spans, 'span')} on {inside} of {many(first.tokens, 'token')}. Tags are the "
        "distinct tags, O among them; B to S in percent of tokens. Only IO loses anything: it "
        "merges spans of one type that touch, and best F1 is that of a model that gets every "
        "tag of it right."
    )
    header = ["", "Tags", *("/".join(letters) for letters in groups), "Merged", "Best F1"]
    return Section("Gold in every scheme", text, header, rows)


def _values(comparison: Comparison) -> Iterator[list[object]]:
    """Yield a row for each scorer, in fractions of 1."""
    header = ["reading", "group", "precision", "recall", "f1", "difference", "gold", "predicted"]
    header += ["correct", "refuses"]
    yield [*header]
    for row in comparison.rows:
        data = row.to_dict()
        yield [data.get(name, "") for name in header]


def _label(number: int) -> str:
    """Return what a group of scorers is called."""
    return f"[{number}]"


def _reasons(comparison: Comparison, shown: list[Kind], digits: int | None) -> Section:
    """Return how much each kind explains of each group's difference from the first."""
    heads = [group[0] for group in comparison.groups[1:]]

    def cells(parts: list[float]) -> list[str]:
        return [signed(parts[row], digits) for row in heads]

    rows = [[kind.name, str(kind.gold), str(kind.predicted), *cells(kind.parts)] for kind in shown]
    others = [kind for kind in comparison.kinds if not kind.foreign][len(shown) :]
    foreign = [kind for kind in comparison.kinds if kind.foreign]
    schemes = " or ".join(dict.fromkeys(name for kind in foreign for name in kind.ill_formed_in))
    sums = [sum(kind.parts[row] for kind in others) for row in range(len(comparison.rows))]
    for name, rest, parts in (
        (many(len(others), "other kind"), others, sums),
        (f"ill-formed in {schemes} only", foreign, comparison.other_schemes),
    ):
        counts = str(sum(k.gold for k in rest)), str(sum(k.predicted for k in rest))
        if rest:
            rows.append([name, *counts, *cells(parts)])
    if any(comparison.elsewhere):
        rows.append(["not at a disputed step", "", "", *cells(comparison.elsewhere)])
    totals = [row.difference for row in comparison.rows]
    differences = [cell or percent(0, digits) for cell in cells(totals)]
    rows.append(["difference from [1]", "", "", *differences])
    text = (
        "A step leads from one tag to the next: O → I-PER is an I-PER that follows an O. Here "
        "are the steps that are ill-formed in a scheme they are read in, or that readings do not "
        "agree on: how often they occur, and how many points of F1 they make. A place with "
        "several kinds counts for each of them in equal shares, so the parts add up to the "
        "difference."
    )
    header = ["", "Gold", "Pred.", *(_label(k) for k in range(2, len(heads) + 2))]
    return Section("Why they differ", text, header, rows, columns=3 + _COLUMNS, fixed=3)


def _details(comparison: Comparison, shown: list[Kind]) -> Section:
    """Return what each scorer makes of each kind of step, with examples."""
    alike: dict[tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]], list[Kind]] = {}
    for kind in shown:
        key = kind.ill_formed_in, tuple(_outcomes(comparison, kind))
        alike.setdefault(key, []).append(kind)
    rows, lines, after = [], [], []
    for (schemes, said), kinds in alike.items():
        names = [kind.name for kind in kinds]
        wrong = f": ill-formed in {' and '.join(schemes)}" if schemes else ""
        short = [step_cut(printable(name), _STEP) + "," for name in names]
        short[-1] = short[-1][:-1] + ":" * bool(wrong)
        lines += pieces_wrapped([*short, *wrong.split()[1:]], WIDTH, "  ")
        for outcome, who in said:
            rows.append([", ".join(names), outcome, ", ".join(who)])
            lines += _beside(outcome, who)
        for kind in kinds:
            for example in kind.examples:
                place = f"{example.file}:{example.line} ({example.side})"
                words = _around(kind, example, WIDTH - 6, len(place) + 6)
                after.append(f"{place}  {words}")
                together = f"    {after[-1]}"
                apart = [f"    {place}", f"      {words}"]
                lines += [together] if width_of(together) <= WIDTH else apart
    header = ["Step", "What is made of it", "By"]
    title = "What they make of these steps"
    return Section(title, "", header, rows, lines=lines, after=after, words=True)


def _beside(outcome: str, who: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines that say what is made of a step, and beside it by whom."""
    names = [f"{name}," for name in who[:-1]] + [who[-1]]
    right = pieces_wrapped(names, WIDTH - _OUTCOME - 5, "")
    for ours, theirs in zip_longest(
        pieces_wrapped(outcome.split(), _OUTCOME, "  "), right, fillvalue=""
    ):
        yield f"    {ours:<{_OUTCOME}} {theirs}".rstrip()


def _outcomes(comparison: Comparison, kind: Kind) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what is made of a kind of step, and who does so: a whole group, or scorers by name."""
    said: dict[str, list[int]] = {}
    for number, row in enumerate(comparison.rows):
        if row.score is not None:
            counts = kind.outcomes[number]
            words = ", ".join(
                what if len(counts) == 1 else f"{what} ({count})" for what, count in counts.items()
            )
            said.setdefault(words, []).append(number)
    for words, rows in said.items():
        who: list[str] = []
        for number, group in enumerate(comparison.groups, 1):
            if set(group) <= set(rows):
                who.append(_label(number))
            else:
                who += [comparison.rows[row].scorer.name for row in group if row in rows]
        yield words, tuple(who)


def _around(kind: Kind, example: Example, width: int, used: int) -> str:
    """Return the step with the tokens and tags around it, as many as there is room for."""
    best = ""
    for before, after in ((1, 1), (1, 2), (2, 2), (2, 3), (3, 3)):
        low, high = max(example.at - before, 0), example.at + after
        wider = _marked(kind, _words(example, 25, 36), example.at, low, high)
        if not best and width_of(wider) > width:
            # A word is a token, a slash and a tag; there are two, and an arrow.
            most = (width - 5) // 4
            return _marked(kind, _words(example, most, most), example.at, low, high)
        if best and used + width_of(wider) > WIDTH:
            break
        best = wider
    return best


def _words(example: Example, token: int, tag: int) -> list[str]:
    """Return tokens with their tags, or tags alone, each with so many columns at most."""
    tags = [cut(printable(text), tag) for text in example.tags]
    if not example.tokens:
        return tags
    tokens = [cut(printable(text), token) for text in example.tokens]
    return [f"{ours}/{theirs}" for ours, theirs in zip(tokens, tags, strict=True)]


def _marked(kind: Kind, words: list[str], at: int, low: int, high: int) -> str:
    before, after = words[low:at], words[at:high]
    if "→" not in kind.name:
        return " ".join([*before, f"[{words[at]}]", *after[1:]])
    return " ".join([*(before or ["(begin)"]), "→", *(after or ["(end)"])])


def systems_report(systems: list[System]) -> Report:
    """Return the report on systems in schemes of their own: their scores as spans."""
    return Report(systems, _systems, _systems_values, _systems_data)


def _systems(systems: list[System], digits: int | None) -> list[Section]:
    """Return one table: a row for each system."""
    first = systems[0].result
    rows = []
    for name, system in zip(short_names([one.name for one in systems]), systems, strict=True):
        score, result = system.score, system.result
        ratios = [*_ratios(score, digits), signed(score.f1 - systems[0].score.f1, digits)]
        counts = map(str, (system.ill_formed.spans, score.predicted, score.correct))
        strict = percent(system.strict.f1, digits)
        rows.append([name, result.pred_schemes[0], *ratios, strict, *counts])
    how = "given" if first.options.gold_scheme != AUTO else found_by(first.gold_schemes)
    text = (
        f"{first.input.files[0] if first.input else 'gold'}: "
        f"{many(int(systems[0].score.gold), 'span')} in {many(first.tally.tokens, 'token')}, "
        f"{first.gold_schemes[0]} ({how}). "
        "Spans are compared, so it does not matter in which scheme each system writes them. "
        "Ill-formed spans count, but not under strict: those of each system in its own scheme."
    )
    header = ["", "Scheme", "P", "R", "F1", "Diff.", "Strict", "Ill-f.", "Pred.", "Corr."]
    return [Section("Systems", text, header, rows, after=_notes(systems), spare=True)]


def _notes(systems: list[System]) -> list[str]:
    """Say which columns were read, once for files that are alike, and what other schemes fit."""
    named = list(zip(short_names([system.name for system in systems]), systems, strict=True))
    alike: dict[str, list[tuple[str, System]]] = {}
    for name, system in named:
        alike.setdefault(_read(system, ""), []).append((name, system))
    groups = [(group[0][1], dict(group)) for key, group in alike.items() if key]
    notes = [_read(first, ", ".join(names)) for first, names in groups]
    for name, system in dict(named).items():
        schemes = system.result.pred_schemes
        if system.result.options.pred_scheme == AUTO and len(schemes) > 1:
            notes.append(f"{name}: {schemes[0]} ({found_by(schemes)})")
    return notes


def _read(system: System, name: str) -> str:
    """Say how gold and the predictions were read, which are called `name`."""
    result, source = system.result, system.result.input
    if source is None:
        return ""
    renamed = source._replace(files=(source.files[0], name))
    return dict(how_made(Result(result.tally, result.options, renamed))).get("input", "")


def _systems_data(systems: list[System]) -> dict[str, Any]:
    """Return everything as plain data that JSON can carry; scores are fractions of 1."""
    from spanf1._version import __version__

    first = systems[0].result
    return {
        "spanf1": __version__,
        "gold": first.input.files[0] if first.input else "",
        "tokens": first.tally.tokens,
        "schemes": {"gold": schemes_dict(first)["gold"]},
        "systems": [
            {
                "file": system.name,
                "scheme": system.result.pred_schemes[0],
                **{name: getattr(system.score, name) for name in _FIGURES},
                "input": system.result.input and system.result.input.to_dict(),
                "schemes": schemes_dict(system.result),
                "difference": system.score.f1 - systems[0].score.f1,
                "ill_formed": system.ill_formed.spans,
                "strict": {name: getattr(system.strict, name) for name in _FIGURES},
            }
            for system in systems
        ],
    }


def _systems_values(systems: list[System]) -> Iterator[list[object]]:
    """Yield a row for each system, in fractions of 1."""
    names = ["file", "scheme", *_FIGURES, "difference", "ill_formed"]
    yield [*names, "strict_f1"]
    for system in _systems_data(systems)["systems"]:
        yield [*(system[name] for name in names), system["strict"]["f1"]]
