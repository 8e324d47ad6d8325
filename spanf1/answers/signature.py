"""Signatures of answers and of ranked lists: what they say in words, and how two of them differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from spanf1.answers.options import BAGS, MISSING, NORMALIZATIONS, RULES, UNITS
from spanf1.exceptions import UsageError
from spanf1.wording import shortened

_ALL = {
    "missing": "unpaired questions or predictions",
    "left-out": "questions that do not count",
    "questions": "questions",
    "hash": "references",
    "v": "version of spanf1",
}
#: what the parts of a signature are about, by what it begins with
MEANINGS = {
    "answers": {
        "answers": "figure",
        "rule": "rule",
        "bag": "words that come twice",
        "by": "what a word is",
        "normalize": "no difference",
        "references": "several references",
        **{name: what for name, what in _ALL.items() if name != "left-out"},
    },
    "retrieval": {
        "retrieval": "figure",
        "at": "lists are cut at",
        "precision": "precision at K",
        **_ALL,
    },
}
# What values say.
_VALUES: Mapping[str, Mapping[str, str]] = {
    "answers": {"f1:mean": "mean over questions of the F1 of words"},
    "retrieval": {"f1:mean": "mean over questions of P, R and F1 of ranked lists"},
    "references": {"best": "the best one counts"},
    "precision": {"of-k": "of K, where fewer were retrieved, too"},
}
_HARMLESS = {"at", "v"}
_NAMED = {"rule": RULES, "bag": BAGS, "by": UNITS, "missing": MISSING}


class AnswerSignature(NamedTuple):
    """What shaped the scores of answers, or of ranked lists, by the names of its parts."""

    parts: Mapping[str, str]

    @classmethod
    def parse(cls, line: str) -> AnswerSignature:
        """Return the signature that a line says.

        Raises
        ------
        UsageError
            If a part is missing, unknown, there twice, or has an unknown value.
        """
        pairs = [part.partition(":")[::2] for part in line.strip().split("|")]
        parts, known = dict(pairs), MEANINGS[pairs[0][0]]
        problem, names = "", {*parts.get("normalize", "none").split("+")}
        if unknown := parts.keys() - known.keys():
            problem = f"{shortened(min(unknown))} is unknown"
        elif missing := known.keys() - parts.keys():
            problem = f"{min(missing)} is missing"
        elif len(pairs) > len(parts):
            problem = "a part is there twice"
        elif names != {"none"} and not names <= NORMALIZATIONS.keys():
            problem = f"normalize is {shortened(parts['normalize'])}, which is unknown"
        for name, values in ({} if problem else {**_VALUES, **_NAMED}).items():
            if name in parts and parts[name] not in values:
                problem = f"{name} is {shortened(parts[name])}, which is unknown"
        if problem:
            raise UsageError(
                f"this is no signature: {problem}", hint="spanf1 answers GOLD PRED prints one"
            )
        return cls(parts)

    def in_words(self) -> list[tuple[str, str]]:
        """Return what each part is about, and what it says."""
        return [(what, value) for _, what, value in self._words()]

    def differences(self, other: AnswerSignature) -> list[str]:
        """Say in words how another one differs; nothing where the scores mean the same.

        Where lists are cut, and the version, are no differences.
        """
        return [text for matters, text in self._differences(other) if matters]

    def remarks(self, other: AnswerSignature) -> list[str]:
        """Say in words what differs and does not change what the score means."""
        return [text for matters, text in self._differences(other) if not matters]

    def _words(self) -> list[tuple[str, str, str]]:
        """Return the name of each part, what it is about, and what it says."""
        known = MEANINGS[next(iter(self.parts))]
        return [(name, what, _in_words(name, self.parts[name])) for name, what in known.items()]

    def _differences(self, other: AnswerSignature) -> list[tuple[bool, str]]:
        """Return what differs, and whether the score means something else by that."""
        pairs = [*zip(self._words(), other._words(), strict=False)]
        if pairs[0][0] != pairs[0][1]:
            # Answers and ranked lists: nothing else is of the same.
            del pairs[1:]
        return [
            (name not in _HARMLESS, f"{what}: {here} here, {there} there")
            for (name, what, here), (_, _, there) in pairs
            if here != there
        ]


def _in_words(name: str, value: str) -> str:
    """Return the value of a part as people say it."""
    if name in _VALUES:
        return _VALUES[name][value]
    if name in _NAMED:
        return f"{value} ({_NAMED[name][value]})"
    if name == "normalize":
        return "; ".join(NORMALIZATIONS.get(one, one) for one in value.split("+"))
    return value
