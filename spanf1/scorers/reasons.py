"""Why readings differ: tables of disputed steps, of what is made of them, and examples."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from spanf1.render.sections import Section, pieces_wrapped, step_shortened
from spanf1.render.text import WIDTH, shortened, width_of
from spanf1.scorers.comparison import Comparison, Example, Kind
from spanf1.wording import many, percent, printable, signed

# So many columns are for what is made of a step, and for a step's name.
_OUTCOME = 36
_STEP = 70
# How many differences have a column.
_COLUMNS = 5


def label(number: int) -> str:
    """Return what a group of readings is called."""
    return f"[{number}]"


def reasons(comparison: Comparison, shown: list[Kind], digits: int | None) -> Section:
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
    header = ["", "Gold", "Pred.", *(label(k) for k in range(2, len(heads) + 2))]
    return Section("Why they differ", text, header, rows, columns=3 + _COLUMNS, fixed=3)


def details(comparison: Comparison, shown: list[Kind]) -> Section:
    """Return what each reading makes of each kind of step, with examples."""
    alike: dict[tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]], list[Kind]] = {}
    for kind in shown:
        key = kind.ill_formed_in, tuple(_outcomes(comparison, kind))
        alike.setdefault(key, []).append(kind)
    rows, lines, after = [], [], []
    for (schemes, said), kinds in alike.items():
        names = [kind.name for kind in kinds]
        wrong = f": ill-formed in {' and '.join(schemes)}" if schemes else ""
        short = [step_shortened(printable(name), _STEP) + "," for name in names]
        short[-1] = short[-1][:-1] + ":" * bool(wrong)
        lines += pieces_wrapped([*short, *wrong.split()[1:]], WIDTH, "  ")
        for outcome, who in said:
            rows.append([", ".join(names), outcome, ", ".join(who)])
            lines += _beside(outcome, who)
        for kind in kinds:
            for one in kind.examples:
                place = f"{one.file}:{one.line} ({one.side})"
                words = _around(kind, one, WIDTH - 6, len(place) + 6)
                after.append(f"{place}  {words}")
                together = f"    {after[-1]}"
                apart = [f"    {place}", f"      {words}"]
                lines += [together] if width_of(together) <= WIDTH else apart
    header = ["Step", "What is made of it", "By"]
    title = "What they make of these steps"
    return Section(title, "", header, rows, lines=lines, after=after, words=True)


def _beside(outcome: str, who: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines that say what is made of a step, and beside it by whom."""
    names = [f"{one}," for one in who[:-1]] + [who[-1]]
    right = pieces_wrapped(names, WIDTH - _OUTCOME - 5, "")
    for ours, theirs in zip_longest(
        pieces_wrapped(outcome.split(), _OUTCOME, "  "), right, fillvalue=""
    ):
        yield f"    {ours:<{_OUTCOME}} {theirs}".rstrip()


def _outcomes(comparison: Comparison, kind: Kind) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what is made of a kind of step, and who does so: a whole group, or readings by name."""
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
                who.append(label(number))
            else:
                who += [comparison.rows[row].reading.name for row in group if row in rows]
        yield words, tuple(who)


def _around(kind: Kind, one: Example, width: int, used: int) -> str:
    """Return the step with the tokens and tags around it, as many as there is room for."""
    best = ""
    for before, after in ((1, 1), (1, 2), (2, 2), (2, 3), (3, 3)):
        low, high = max(one.at - before, 0), one.at + after
        wider = _marked(kind, _words(one, 25, 36), one.at, low, high)
        if not best and width_of(wider) > width:
            # A word is a token, a slash and a tag; there are two, and an arrow.
            most = (width - 5) // 4
            return _marked(kind, _words(one, most, most), one.at, low, high)
        if best and used + width_of(wider) > WIDTH:
            break
        best = wider
    return best


def _words(one: Example, token: int, tag: int) -> list[str]:
    """Return tokens with their tags, or tags alone, each with so many columns at most."""
    tags = [shortened(printable(text), tag) for text in one.tags]
    if not one.tokens:
        return tags
    tokens = [shortened(printable(text), token) for text in one.tokens]
    return [f"{ours}/{theirs}" for ours, theirs in zip(tokens, tags, strict=True)]


def _marked(kind: Kind, words: list[str], at: int, low: int, high: int) -> str:
    before, after = words[low:at], words[at:high]
    if "→" not in kind.name:
        return " ".join([*before, f"[{words[at]}]", *after[1:]])
    return " ".join([*(before or ["(begin)"]), "→", *(after or ["(end)"])])
