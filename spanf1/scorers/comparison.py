"""What several readings make of one output, and why: scores, differences, and their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from spanf1.core.detection import IllFormed
from spanf1.core.options import AUTO
from spanf1.core.scores import Score
from spanf1.core.tally import SIDES
from spanf1.results.result import Result
from spanf1.scorers.disputes import Place
from spanf1.scorers.encodings import Encoding
from spanf1.scorers.scorers import Reading


class Example(NamedTuple):
    """A disputed step in its file.

    `line` is the line that the step leads to, or the last of the sentence if it leads out of it.
    The step leads to the token at `at` of `tags`, behind the last one if it is their number.
    `tokens` is empty if the file has no column of tokens.
    """

    file: str
    line: int
    side: str
    tokens: list[str]
    tags: list[str]
    at: int


class Row(NamedTuple):
    """A reading with its scores; none where it refuses the input.

    `difference` is its F1 less that of the first row. Rows of one `group` have the same counts.
    """

    reading: Reading
    score: Score | None
    difference: float
    group: int


@dataclass
class Kind:
    """A kind of disputed step.

    Attributes
    ----------
    name : str
        The two tags, or the one that its scheme does not have.
    gold, predicted : int
        How often it occurs.
    ill_formed_in : tuple of str
        The schemes, of the sides that it occurs on, that do not allow it.
    outcomes : list of dict of str to int
        For each row, what it makes of the step, and how often.
    parts : list of float
        For each row, how much of its difference in F1 comes from this kind. A place with several
        kinds counts for each of them in equal shares.
    foreign : bool
        Whether it matters only to readings in a scheme that neither side is in. Their parts
        are told together, in `Comparison.other_schemes`.
    places : list of Place
        A few places; first those where the scheme of the side does not allow it.
    examples : list of Example
        What is there, once it has been read.
    """

    name: str
    gold: int
    predicted: int
    ill_formed_in: tuple[str, ...]
    outcomes: list[dict[str, int]]
    parts: list[float]
    foreign: bool = False
    places: list[Place] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)


@dataclass
class Comparison:
    """What several readings make of one output, and why.

    Attributes
    ----------
    result : Result
        Our lenient scores, the schemes, what was read.
    rows : list of Row
        The readings.
    kinds : list of Kind
        The disputed steps; those that matter most come first.
    other_schemes, elsewhere : list of float
        For each row, how much of its difference comes from places where it stumbles over steps
        only because it reads them in a scheme that neither side is in; and from places without
        a disputed step. With the parts of all kinds it is the difference.
    encodings : list of Encoding
        The gold spans in every scheme.
    notes : list of str
        What else there is to say.
    """

    result: Result
    rows: list[Row]
    kinds: list[Kind]
    other_schemes: list[float]
    elsewhere: list[float]
    encodings: list[Encoding]
    notes: list[str]

    @property
    def groups(self) -> list[list[int]]:
        """The numbers of the rows of each group, those that refuse the input left out."""
        count = max(row.group for row in self.rows) + 1
        return [
            [number for number, row in enumerate(self.rows) if row.group == group]
            for group in range(count)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data that JSON can carry; scores are fractions of 1."""
        from spanf1._version import __version__

        names = [row.reading.name for row in self.rows]
        source = self.result.input

        def by_row(values: Sequence[object]) -> dict[str, object]:
            pairs = zip(names, self.rows, values, strict=True)
            return {name: value for name, row, value in pairs if row.score}

        return {
            "spanf1": __version__,
            "files": list(source.files) if source else [],
            "tokens": self.result.tally.tokens,
            "input": input_dict(self.result),
            "schemes": schemes_dict(self.result),
            "readings": [_row_dict(row) for row in self.rows],
            "kinds": [
                {
                    "kind": kind.name,
                    "gold": kind.gold,
                    "predicted": kind.predicted,
                    "ill_formed_in": list(kind.ill_formed_in),
                    "only_in_other_schemes": kind.foreign,
                    "outcomes": by_row(kind.outcomes),
                    "parts": by_row(kind.parts),
                    "examples": [example._asdict() for example in kind.examples],
                }
                for kind in self.kinds
            ],
            "other_schemes": by_row(self.other_schemes),
            "elsewhere": by_row(self.elsewhere),
            "encodings": [_encoding_dict(one) for one in self.encodings],
            "notes": self.notes,
        }


def input_dict(result: Result) -> dict[str, Any] | None:
    """Return what was read, as plain data: columns, delimiters, the alignment."""
    if result.input is None:
        return None
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in result.input._asdict().items()
    }


def schemes_dict(result: Result) -> dict[str, Any]:
    """Return for each side its scheme, all that fit alike, and how its tags are written."""
    return {
        side: {
            "name": names[0],
            "fitting": names,
            "given": given != AUTO,
            "tag_forms": sorted(forms),
        }
        for side, names, given, forms in zip(
            SIDES,
            (result.gold_schemes, result.pred_schemes),
            result.options.schemes,
            (tags.forms for tags in result.tally.sides),
            strict=True,
        )
    }


def _row_dict(row: Row) -> dict[str, Any]:
    data: dict[str, Any] = {"reading": row.reading.name}
    if row.score is None:
        return data | {"refuses": row.reading.refuses}
    one = row.score
    return data | {
        "group": row.group + 1,
        "precision": one.precision,
        "recall": one.recall,
        "f1": one.f1,
        "difference": row.difference,
        "gold": one.gold,
        "predicted": one.predicted,
        "correct": one.correct,
    }


def _encoding_dict(one: Encoding) -> dict[str, Any]:
    return {
        "scheme": one.scheme,
        "distinct_tags": one.tags,
        "tokens": one.tokens,
        "prefixes": one.prefixes,
        "spans": one.spans,
        "merged": one.merged,
        "best_f1": one.best,
    }


@dataclass(frozen=True)
class System:
    """The predictions of one system against gold."""

    name: str
    result: Result

    @property
    def score(self) -> Score:
        """The micro average of all spans."""
        return self.result.micro

    @property
    def ill_formed(self) -> IllFormed:
        """The predicted spans that their scheme does not allow."""
        return self.result.ill_formed[1]
