"""Systems as a picture: their differences with intervals, and which can be told apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self, Unpack

import numpy as np

from spanf1.exceptions import UsageError
from spanf1.pictures.display import Display
from spanf1.pictures.look import BLACK, BLUE, GREY, LookKeywords
from spanf1.pictures.parts import (
    legend_above,
    letters,
    letters_in,
    room,
    short_names,
    write_below,
    write_beside,
)
from spanf1.ranking.rank import Ranking
from spanf1.ranking.report import CORRECTIONS, to_dict
from spanf1.resampling.inference import Interval
from spanf1.results.signature import Signature
from spanf1.wording import p_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The height of a row in letters; how many of them a name may have in a line of text.
_ROW, _LONGEST = 1.75, 28
# So many types are drawn, unless another number is asked for.
_LIMIT = 40


class DrawnDifference(NamedTuple):
    """A difference as it is drawn: its name, itself, its interval, its p-value, if it is sure.

    `type` is empty where it is one of averages.
    """

    name: str
    type: str
    difference: float
    interval: Interval
    p_value: float
    apart: bool


@dataclass
class DifferenceDisplay(Display):
    """Differences of systems from a reference, or of all pairs, with intervals and p-values.

    A dot is filled where the two can be told apart. ``DifferenceDisplay.from_ranking`` makes it,
    and so does ``ranking.plot()``.

    Attributes
    ----------
    rows : list of DrawnDifference
        Differences of averages, then those of types.
    what : str
        What differs, in words.
    level : float
        The level of the intervals; two are told apart where p is below what it leaves.
    p_name : str
        What the p-values are called.
    types : int
        How many types there are; if `rows` has fewer, it has those that differ most.
    """

    rows: Sequence[DrawnDifference]
    what: str
    level: float
    p_name: str = "p"
    types: int = 0

    @classmethod
    def from_ranking(
        cls,
        ranking: Ranking,
        ax: Axes | None = None,
        *,
        limit: int | None = None,
        **look: Unpack[LookKeywords],
    ) -> Self:
        """Return the differences of a ranking, drawn.

        Parameters
        ----------
        ranking : Ranking
            What `spanf1.compare` returns.
        ax : matplotlib.axes.Axes, optional
            What to draw on; by default a figure of its own.
        limit : int, optional
            How many types to draw at most: those that differ most; 40 by default.
        **look
            As for `plot`: ``width``, ``font_size``, ``font``.

        Raises
        ------
        UsageError
            As `plot`, or if there is no difference.
        """
        return cls.from_dict(to_dict(ranking), ax, limit=limit, **look)

    @classmethod
    def from_dict(
        cls,
        data: Mapping[str, Any],
        ax: Axes | None = None,
        *,
        limit: int | None = None,
        **look: Unpack[LookKeywords],
    ) -> Self:
        """Return the same of what ``spanf1 compare --format json`` writes."""
        testing, pairs = data["testing"], data["differences"]
        if not pairs:
            raise UsageError("there is no difference to draw: it takes two systems")
        apart: dict[str, float] = {}
        for pair in pairs:
            if pair["type"]:
                size = abs(np.nan_to_num(_number(pair["difference"])))
                apart[pair["type"]] = max(size, apart.get(pair["type"], 0.0))
        most = sorted(apart, key=lambda name: -apart[name])
        most = ["", *most[: _LIMIT if limit is None else max(limit, 1)]]
        rows = [
            DrawnDifference(
                _name_of(pair, data),
                pair["type"],
                _number(pair["difference"]),
                Interval(*map(_number, pair["interval"])),
                _number(pair["p_adjusted"]),
                _number(pair["p_adjusted"]) < testing["alpha"],
            )
            for pair in pairs
            if pair["type"] in most
        ]
        corrected = testing["correction"] != "none"
        return cls(
            rows,
            _what_differs(data),
            testing["confidence"]["level"],
            f"p ({CORRECTIONS[testing['correction']]})" if corrected else "p",
            len(apart),
        ).plot(ax, **look)

    def notes(self) -> list[str]:
        """Return that types are left out, if some are."""
        shown = len({row.type for row in self.rows if row.type})
        if shown >= self.types:
            return []
        return [f"{shown} of {self.types} types are drawn, those that differ most"]

    def _places(self) -> list[float]:
        """Return where rows are: types stand half a row apart from averages."""
        return [k + 0.5 * bool(row.type) for k, row in enumerate(self.rows)]

    def _height(self, width: float, size: float) -> float:  # noqa: ARG002
        return size * (_ROW * (self._places()[-1] + 2.1) + 5.5)

    def _draw(self, ax: Axes) -> None:
        places = self._places()
        line = ax.spines["bottom"].get_linewidth()
        ends = [-0.6, places[-1] + 0.6]
        ax.plot([0, 0], ends, color=GREY, linewidth=line, linestyle=(0, (4, 2)), zorder=1)
        sure = [
            (place, 100 * row.interval.low, 100 * row.interval.high)
            for place, row in zip(places, self.rows, strict=True)
            if not math.isnan(row.interval.low)
        ]
        if sure:
            where, low, high = zip(*sure, strict=True)
            label = f"{100 * self.level:g}% interval"
            ax.hlines(where, low, high, colors=BLACK, zorder=2, label=label)
            for side in (low, high):
                ax.plot(side, where, "|", color=BLACK, zorder=2)
        for apart, label, face in ((True, "told apart", BLUE), (False, "not", "white")):
            chosen = [
                (100 * row.difference, place)
                for place, row in zip(places, self.rows, strict=True)
                if row.apart == apart
            ]
            if chosen:
                x, y = zip(*chosen, strict=True)
                edge = BLUE if apart else BLACK
                ax.plot(x, y, "o", label=label, mfc=face, mec=edge, zorder=3)
        ax.set_yticks(
            places, short_names([row.name for row in self.rows], room(ax, 0.45)), parse_math=False
        )
        ax.tick_params(axis="y", length=0)
        write_beside(ax, -1, self.p_name, wide=4)
        for place, row in zip(places, self.rows, strict=True):
            write_beside(ax, place, p_text(row.p_value), wide=4)
        ax.set_ylim(places[-1] + 0.6, -1.5)
        ax.spines[["top", "right", "left"]].set_visible(False)
        write_below(ax, f"{self.what}, in points", self.notes())
        legend_above(ax)


@dataclass
class RankDisplay(Display):
    """Systems in the order of their F, those joined by a bar that cannot be told apart.

    Drawn as the diagram of critical differences is (J. Demšar. 2006. Statistical Comparisons of
    Classifiers over Multiple Data Sets. JMLR 7). There systems stand at their average ranks over
    many data sets, and one critical difference says which are joined. Here there is one gold:
    systems stand at their F, and those are joined that the paired tests of all pairs, corrected,
    do not tell apart. A bar joins as many systems as it can of which no two are told apart; each
    has a dot on it. ``RankDisplay.from_ranking`` makes it, and so does
    ``ranking.plot(kind="ranks")``.

    Attributes
    ----------
    names : list of str
        The systems, the best first.
    scores : list of float
        Their F.
    groups : list of list of int
        Which systems are joined.
    figure_name : str
        What they are ranked by, such as ``micro F1``.
    """

    names: Sequence[str]
    scores: Sequence[float]
    groups: Sequence[Sequence[int]]
    figure_name: str

    @classmethod
    def from_ranking(
        cls, ranking: Ranking, ax: Axes | None = None, **look: Unpack[LookKeywords]
    ) -> Self:
        """Return the systems of a ranking, drawn; parameters as for `DifferenceDisplay`.

        Raises
        ------
        UsageError
            As `plot`; or if not all pairs are compared, or a system has no F.
        """
        return cls.from_dict(to_dict(ranking), ax, **look)

    @classmethod
    def from_dict(
        cls, data: Mapping[str, Any], ax: Axes | None = None, **look: Unpack[LookKeywords]
    ) -> Self:
        """Return the same of what ``spanf1 compare --all-pairs --format json`` writes."""
        names = [system["name"] for system in data["systems"]]
        if len(names) > 2 and not data["testing"]["all_pairs"]:
            raise UsageError(
                "which systems can be told apart is to be known of all pairs",
                hint="all_pairs=True (spanf1 compare --all-pairs) compares them",
            )
        scores = [_number(system["f"]) for system in data["systems"]]
        if any(map(math.isnan, scores)) or len(names) < 2:
            raise UsageError("ranks are of two systems at least, each with a score")
        undecided = {frozenset(map(names.index, pair)) for pair in data["undecided"]}
        groups = groups_of(len(names), undecided)
        return cls(names, scores, groups, _figure_name(data)).plot(ax, **look)

    def _left(self, most: int) -> int:
        """Return how many systems have their names on the left: half, the worse, or none.

        There are none where names on both sides would leave too little between them, of so many
        letters in all.
        """
        half = len(self.names) // 2
        best, worst = (letters(names) for names in (self.names[:-half], self.names[-half:]))
        # Behind each is its score.
        return half if best + worst + 14 < 0.6 * most else 0

    def _height(self, width: float, size: float) -> float:
        left = self._left(letters_in(width, size))
        rows = max(left, len(self.names) - left)
        return size * (_ROW * (rows + 0.7) + 0.9 * len(self.groups) + 5.4)

    def _draw(self, ax: Axes) -> None:
        line = ax.spines["top"].get_linewidth()
        values = [100 * score for score in self.scores]
        low, high = min(values), max(values)
        margin = (high - low or 1.0) * 0.06
        ax.set_xlim(low - margin, high + margin)
        bars = 0.52
        first = 0.5 + bars * len(self.groups) + 0.45
        for k, group in enumerate(self.groups):
            places = [values[system] for system in group]
            height = 0.5 + bars * k
            ax.plot(
                [min(places), max(places)],
                [height] * 2,
                color=BLUE,
                linewidth=4 * line,
                solid_capstyle="round",
                clip_on=False,
            )
            ax.plot(places, [height] * len(places), "o", color=BLUE, clip_on=False)
        # The best is the highest on the right, the worst the highest on the left.
        left = self._left(room(ax))
        right = len(values) - left
        sides = [(k, k, 1.0) for k in range(right)]
        sides += [(len(values) - 1 - k, k, 0.0) for k in range(left)]
        names = short_names(self.names, room(ax, 0.3 if left else 0.4))
        for system, row, side in sides:
            height = first + row
            edge = ax.get_xlim()[int(side)]
            x = [values[system], values[system], edge]
            ax.plot(x, [0, height, height], color=GREY, linewidth=line, zorder=1)
            ax.annotate(
                f"{names[system]} ({values[system]:.1f})",
                (side, height),
                xycoords=ax.get_yaxis_transform(),
                xytext=(3 if side else -3, 0),
                textcoords="offset points",
                ha="left" if side else "right",
                va="center_baseline",
                parse_math=False,
                annotation_clip=False,
            )
        ax.set_ylim(first + max(left, right) - 0.6, 0)
        ax.set_yticks([])
        ax.xaxis.set_ticks_position("top")
        ax.xaxis.set_label_position("top")
        ax.spines[["left", "right", "bottom"]].set_visible(False)
        joined = "\njoined: not told apart" if self.groups else ""
        ax.set_xlabel(f"{self.figure_name} (%){joined}")


def groups_of(count: int, undecided: set[frozenset[int]]) -> list[list[int]]:
    """Return the largest groups of systems of which no two can be told apart, two at least in each.

    They are found as C. Bron and J. Kerbosch did. 1973. Algorithm 457. CACM 16(9).
    """
    near = [{b for b in range(count) if frozenset((a, b)) in undecided} - {a} for a in range(count)]
    groups: list[list[int]] = []

    def extend(group: list[int], candidates: set[int], done: set[int]) -> None:
        if not candidates and not done and len(group) > 1:
            groups.append(sorted(group))
        pivot = max(candidates | done, key=lambda k: len(near[k] & candidates), default=None)
        for k in sorted(candidates - (near[pivot] if pivot is not None else set())):
            extend([*group, k], candidates & near[k], done & near[k])
            candidates.remove(k)
            done.add(k)

    extend([], set(range(count)), set())
    return sorted(groups)


def _figure_name(data: Mapping[str, Any]) -> str:
    """Return what systems are compared by."""
    beta = Signature.parse(data["signature"]).options.beta
    return f"{data['testing']['average']} F{beta:g}"


def _is_of_types(data: Mapping[str, Any]) -> bool:
    """Return whether two systems are compared by type: then rows need not name them."""
    return len(data["systems"]) == 2 and any(pair["type"] for pair in data["differences"])


def _what_differs(data: Mapping[str, Any]) -> str:
    """Return what differs, and from which system, where one is the reference."""
    pairs = data["differences"]
    by_type = any(pair["type"] for pair in pairs)
    figure = _figure_name(data).split()[-1] if by_type else _figure_name(data)
    if _is_of_types(data):
        return f"{figure}: {_of_pair(pairs[0])}"
    if data["testing"]["all_pairs"]:
        return f"{figure}: difference"
    return f"{figure}: difference from {short_names([data['reference']], _LONGEST)[0]}"


def _of_pair(pair: Mapping[str, Any]) -> str:
    return " \N{MINUS SIGN} ".join(short_names([pair["system"], pair["reference"]], _LONGEST))


def _name_of(pair: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """Name what is compared, as far as it is not said already."""
    if _is_of_types(data):
        return str(pair["type"] or data["testing"]["average"])
    name = _of_pair(pair) if data["testing"]["all_pairs"] else str(pair["system"])
    return f"{pair['type']}: {name}" if pair["type"] else name


def _number(value: float | None) -> float:
    """Return a number of JSON, which knows no NaN."""
    return math.nan if value is None else float(value)
