"""How answers are compared with their references: the rule, the words, and what makes one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from spanf1.exceptions import UsageError, check_known

#: the rules of scoring scripts in use
RULES = {
    "squad2": "SQuAD 2.0: if the reference or the answer has no words, F1 is 1 if both have none, "
    "else 0; a question without references has no answer",
    "squad": "SQuAD 1.1: F1 is 0 if no word is shared, even if both have no words; every question "
    "has a reference",
    "drop": "DROP: sets of words; the spans of an answer are paired one to one for the highest F1; "
    "a span with a number needs that number; a question's F1 is rounded to 2 decimals",
}
#: what is counted of words that come more than once
BAGS = {
    "multiset": "a word counts as often as it comes on both sides, as SQuAD does",
    "set": "a word counts once, as DROP does",
}
#: what an answer is made of
UNITS = {
    "word": "what white space parts",
    "character": "each character that is no white space, as for Chinese",
}
#: what makes no difference between words
NORMALIZATIONS = {
    "nfkc": "what Unicode's NFKC takes for the same",
    "case": "upper and lower case",
    "punctuation": "ASCII punctuation is dropped",
    "unicode": "all punctuation of Unicode is dropped",
    "articles": "the words a, an, the are dropped",
}
#: what is done about questions without a prediction, and predictions without a question
MISSING = {
    "error": "neither may be",
    "zero": "a question without a prediction scores 0, as SQuAD 1.1's script does",
    "skip": "what both have counts, as in SQuAD 2.0's script",
}
#: the kinds of questions, by the end of the names of their figures
PARTS = {"": "all", "_answerable": "has an answer", "_unanswerable": "has none"}
#: what figures are called
FIGURE_NAMES = {"f1": "F1", "exact": "EM"}
#: the names of the options above, for type checkers
RuleName = Literal["squad2", "squad", "drop"]
BagName = Literal["multiset", "set"]
UnitName = Literal["word", "character"]
NormalizationName = Literal["nfkc", "case", "punctuation", "unicode", "articles"]
MissingName = Literal["error", "zero", "skip"]
Names = tuple[NormalizationName, ...]


def names_of(normalize: Iterable[NormalizationName] | NormalizationName) -> Names:
    """Return the names of what makes no difference, of which one may stand alone."""
    return (normalize,) if isinstance(normalize, str) else tuple(normalize)


def shown_name(figure: str) -> str:
    """Return what a figure is called in tables."""
    return FIGURE_NAMES.get(figure, figure.replace("f1", "F1"))


#: what makes no difference by the rules of SQuAD and DROP
USUAL: tuple[NormalizationName, ...] = ("case", "punctuation", "articles")


@dataclass(frozen=True, kw_only=True)
class AnswerOptions:
    """How answers are compared with their references.

    Attributes
    ----------
    rule : str
        A key of `RULES`.
    bag : str, optional
        A key of `BAGS`; by default that of the rule.
    by : str
        A key of `UNITS`.
    normalize : tuple of str
        Keys of `NORMALIZATIONS`.
    missing : str
        A key of `MISSING`.

    Raises
    ------
    UsageError
        If a value is not one of these, or they do not go together.
    """

    rule: RuleName = "squad2"
    bag: BagName | None = None
    by: UnitName = "word"
    normalize: tuple[NormalizationName, ...] = USUAL
    missing: MissingName = "error"

    def __post_init__(self) -> None:
        check_known("rule", self.rule, RULES)
        if self.bag is None:
            object.__setattr__(self, "bag", "set" if self.rule == "drop" else "multiset")
        check_known("bag", self.bag, BAGS)
        check_known("unit", self.by, UNITS)
        check_known("missing", self.missing, MISSING)
        given = names_of(self.normalize)
        for name in given:
            check_known("normalization", name, NORMALIZATIONS)
        names = tuple(name for name in NORMALIZATIONS if name in given)
        object.__setattr__(self, "normalize", names)
        if self.rule == "drop" and self.by != "word":
            raise UsageError("rule drop is about words, and numbers among them: by is to be word")

    def parts(self) -> Iterable[tuple[str, str]]:
        """Yield what of it is in a signature."""
        yield "rule", self.rule
        yield "bag", str(self.bag)
        yield "by", self.by
        yield "normalize", "+".join(self.normalize) or "none"
        yield "references", "best"
        yield "missing", self.missing
