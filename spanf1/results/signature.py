"""Signatures: one short line that fixes everything that shaped a score.

``f1:micro|match:exact|scheme:IOB2|reading:lenient|types:union|zero:0|tokens:46435|gold:5648|
hash:1ac2e4a8|v:1.0.0`` says which figure it is, how spans were read and compared, and of which
data: the hash stands for the gold spans (see `spanf1.core.fingerprint`). The idea and the form are
those of sacreBLEU (M. Post. 2018. A Call for Clarity in Reporting BLEU Scores).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spanf1.core.options import (
    AUTO,
    MATCHES,
    NORMALIZATIONS,
    TYPE_SETS,
    UNITS,
    Confidence,
    Options,
    says_match,
)
from spanf1.core.schemes import READINGS
from spanf1.core.scores import AVERAGES, AverageName
from spanf1.core.tags import TagForm
from spanf1.core.tally import PLACES, TOKEN
from spanf1.exceptions import UsageError, check_known
from spanf1.levels.levels import LEVELS, LevelName
from spanf1.wording import escaped, exact, shortened, unescaped

# What a line begins with that is of sentences or documents as wholes, and how it calls means.
_RIGHT, _MEANS = "right", "documents"
_FIGURE = re.compile(r"f[0-9.e+-]+|finf")


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What shaped a score, in one line; ``str(signature)`` is the line, `parse` the inverse.

    Attributes
    ----------
    average : str
        ``micro``, ``macro`` or ``weighted``.
    options : Options
        How spans were read and compared; the schemes are those that were used.
    tag_forms : tuple of str
        How the tags are written, where that is not ``B-PER``.
    outside, masked : tuple of str
        The tags that were read as O, and those of tokens that were left out.
    tokens, gold : int
        Tokens; spans in gold that the score runs over.
    placed_by : str
        What spans are placed by; one of `spanf1.core.tally.PLACES`. Where that is not tokens,
        `tokens` is how many characters, or texts, there are.
    hash : str
        Eight digits that stand for the gold spans: the same in any scheme and reading, but that
        ``-DOCSTART-`` lines are tokens in the reading ``conlleval``.
    confidence : Confidence, optional
        How the intervals were made, if there are some.
    version : str
        The version of spanf1.
    level : str
        What is right or wrong; one of `spanf1.levels.levels.LEVELS`. Tokens have no schemes, no
        reading and no number of spans in gold.
    classes : str
        What tokens are classified as: ``types`` or ``labels``; nothing at other levels.
    threshold : str
        The least confidence of predictions that are kept, how it was chosen, and what the
        confidence of a span is made of: ``0.7/best/mean``; empty if all are kept.
    """

    average: AverageName = "micro"
    options: Options
    tag_forms: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    tokens: int
    gold: int
    hash: str
    confidence: Confidence | None = None
    placed_by: str = TOKEN
    version: str
    level: LevelName = "span"
    classes: str = ""
    threshold: str = ""

    def __str__(self) -> str:
        return "|".join(f"{name}:{value}" for name, value in self._parts().items())

    def short(self) -> str:
        """Return the line with names of a letter or three, as `short`; `parse` reads it, too."""
        return short(str(self))

    def _parts(self) -> dict[str, str]:
        """Return the names and values of the line, in order."""
        options, ci = self.options, self.confidence
        types = (options.types,) if isinstance(options.types, str) else options.types
        figure = f"f{exact(options.beta)}"
        parts: dict[str, str] = {figure: self.average}
        if self.level == "token":
            parts |= {"level": self.level, "classes": self.classes}
        elif self.level != "span":
            parts = {_RIGHT: self.level, **({figure: _MEANS} if self.level == "document" else {})}
        if self.level != "token":
            parts |= {
                "match": "/".join((options.match, *options.normalize)),
                "scheme": "/".join(dict.fromkeys((options.gold_scheme, options.pred_scheme))),
                "reading": options.reading,
            }
        parts |= {
            "types": ",".join(map(escaped, types)),
            **({"trim": _TRIMMED} if options.trim else {}),
            **_type_parts(options),
            **{name: ",".join(map(escaped, tags)) for name, tags in self._tags() if tags},
            **({"missing": options.missing} if options.missing != "error" else {}),
            **({"threshold": self.threshold} if self.threshold else {}),
            "zero": exact(options.zero_division),
        }
        if self.tag_forms:
            parts["tags"] = ",".join(map(escaped, self.tag_forms))
        extent = f"{self.placed_by}s"
        gold = {"gold": str(self.gold)} if self.level != "token" else {}
        parts |= {extent: str(self.tokens), **gold, "hash": self.hash}
        if ci:
            parts["ci"] = f"{exact(ci.level)}/{ci.method}/{ci.resamples}/{ci.unit}/{ci.seed}"
        return parts | {"v": escaped(self.version)}

    def _tags(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the tags that were read in a way of their own, by the part that says it."""
        return ("outside", self.outside), ("mask", self.masked)

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Return the signature that a line says.

        Raises
        ------
        UsageError
            If it is not a signature: a part is missing, unknown or wrong.

        Examples
        --------
        >>> from spanf1 import Signature
        >>> line = "f1:micro|match:exact|scheme:IOB1/IOB2|reading:lenient|types:union|zero:0"
        >>> signature = Signature.parse(line + "|tokens:46435|gold:5648|hash:1ac2e4a8|v:1.0.0")
        >>> signature.options.gold_scheme, signature.tokens
        ('IOB1', 46435)
        """
        if not isinstance(line, str):
            raise UsageError(f"a signature is a line of text, not {line!r:.40}")
        line = _renamed(line.strip(), _LONG)
        parts = dict(part.partition(":")[::2] for part in line.split("|"))
        try:
            signature = cls(**_read(parts))
            if sorted(str(signature).split("|")) == sorted(line.split("|")):
                return signature
            problem = "a part is not as it is written, or there twice"
        except KeyError as error:
            problem = f"{error.args[0]} is missing"
        except UsageError as error:
            problem = error.message
        except UnicodeError:
            problem = "a part is not as it is written"
        except (ValueError, OverflowError):
            problem = "there is no number where one should be"
        hint = f"it looks like {_EXAMPLE}"
        raise UsageError(f"this is no signature: {problem}", hint=hint)

    def in_words(self) -> list[tuple[str, str]]:
        """Return what each part is about, and what it says."""
        parts = self._parts()
        f = f"F{exact(self.options.beta)}"
        parts["f"] = {
            "span": f"{f} {self.average}",
            "token": f"{f} {self.average}, of tokens",
            "sentence": "sentences that are right in all",
            "document": f"documents that are right in all, and the mean of their {f}",
        }[self.level]
        return [
            (what, part_in_words(name, parts[name]))
            for name, what in MEANINGS.items()
            if name in parts
        ]

    def differences(self, other: Signature) -> list[str]:
        """Say in words how another signature differs; nothing where the scores mean the same.

        What only shaped the intervals, and the version, are no differences.
        """
        return [text for matters, text in self._differences(other) if matters]

    def remarks(self, other: Signature) -> list[str]:
        """Say in words what differs and does not change what the score means."""
        return [text for matters, text in self._differences(other) if not matters]

    def _differences(self, other: Signature) -> list[tuple[bool, str]]:
        """Return what differs, and whether the score means something else by that."""
        mine, yours = self._parts(), other._parts()
        differences = []
        for name, what in MEANINGS.items():
            a, b = (parts.get(name, "") for parts in (mine, yours))
            if name == "f":
                a, b = (dict(signature.in_words())[what] for signature in (self, other))
            if a != b:
                text = f"{what}: {part_in_words(name, a)} here, {part_in_words(name, b)} there"
                differences.append((self._matters(name, other), text))
        sizes = [
            (signature.placed_by, signature.tokens, signature.gold) for signature in (self, other)
        ]
        # Gold's spans are others, too, where they are read in another way.
        alike = all(mine.get(name) == yours.get(name) for name in _OF_GOLD)
        if self.hash != other.hash and sizes[0] == sizes[1] and alike:
            text = (
                f"as many {self.placed_by}s and gold spans, but not the same spans: other data, or "
                "corrected"
            )
            differences.append((True, text))
        return differences

    def _matters(self, name: str, other: Signature) -> bool:
        """Return whether scores mean something else if a part of the signature differs."""
        readings = {self.options.reading, other.options.reading}
        # Where ill-formed spans are kept, no scheme judges spans. The script knows no schemes.
        without = len(readings) == 1 and readings <= {"lenient", "conlleval"}
        if name == "types":
            # A set of types is what macro and weighted run over; a list has an order.
            mine, yours = self.options.types, other.options.types
            sets = isinstance(mine, str) and isinstance(yours, str)
            if sets:
                return {self.average, other.average} != {"micro"}
            return {*mine} != {*yours}
        return not (name in _HARMLESS or (name == "scheme" and without))


def short(line: str) -> str:
    """Return a signature in its short form: the same parts by names of a letter or three.

    Examples
    --------
    >>> from spanf1.results.signature import short
    >>> short("f1:micro|match:exact|scheme:IOB2|reading:lenient|tokens:46435|hash:1ac2e4a8|v:1.0")
    'f1:micro|m:exact|s:IOB2|r:lenient|tok:46435|h:1ac2e4a8|v:1.0'
    """
    return _renamed(line, _SHORT)


def _renamed(line: str, names: Mapping[str, str]) -> str:
    parts = (part.partition(":") for part in line.split("|"))
    return "|".join(f"{names.get(name, name)}{colon}{value}" for name, colon, value in parts)


# What parts are called in the short form.
_SHORT = {
    "match": "m",
    "scheme": "s",
    "reading": "r",
    "types": "t",
    "zero": "z",
    "tokens": "tok",
    "characters": "chr",
    "texts": "txt",
    "gold": "g",
    "hash": "h",
}
_LONG = {name: long for long, name in _SHORT.items()}

# the parts that say how gold's spans come of the input
_OF_GOLD = ("trim", "map", "ignore", "outside", "mask", "missing")

#: what a part says, in words
MEANINGS = {
    "f": "figure",
    "classes": "classes of tokens",
    "match": "what is counted",
    "scheme": "tagging scheme",
    "reading": "ill-formed spans",
    "types": "types",
    "trim": "white space at the edges of spans",
    "map": "types called otherwise",
    "ignore": "types left out",
    "outside": "tags read as O",
    "mask": "tags of tokens left out",
    "missing": "tokens without a prediction",
    "threshold": "threshold of confidences",
    "zero": "0/0",
    "tags": "how tags are written",
    **{f"{place}s": f"{place}s" for place in PLACES},
    "gold": "gold spans",
    "hash": "gold annotations",
    "ci": "intervals",
    "v": "version of spanf1",
}
# The value of the part that says that white space at edges does not count.
_TRIMMED = "dropped"
# The commands whose signatures begin otherwise.
_COMMANDS = {"answers": "answers", "retrieval": "answers"}
_HARMLESS = {"ci", "v", "tags"}
_EXAMPLE = (
    "f1:micro|match:exact|scheme:IOB2|reading:lenient|types:union|zero:0|tokens:46435|gold:5648|"
    "hash:1ac2e4a8|v:1.0.0"
)


def part_in_words(name: str, value: str) -> str:
    """Return the value of a part as people say it."""
    known: Mapping[str, str] = {"reading": READINGS, "match": MATCHES}.get(name, {})
    if value in known:
        return f"{value} ({known[value]})"
    if name == "match" and "/" in value:
        match, *normalize = value.split("/")
        apart = " and ".join(NORMALIZATIONS[name] for name in normalize)
        return f"{match} ({known[match]}), {apart} apart"
    if name == "match" and value:
        return f"{value} ({says_match(value)})"
    if name == "scheme" and "/" in value:
        gold, _, predicted = value.partition("/")
        return f"{gold} in gold and {predicted} predicted"
    return unescaped(value) or {"tags": TagForm().name, "trim": "counted"}.get(name, "none")


def _read(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes that the parts of a line say; a `KeyError` names one that is not there.

    Raises
    ------
    UsageError, KeyError, ValueError
        If a part is unknown, missing or wrong.
    """
    first = next(iter(parts))
    if command := "agree" if "annotators" in parts else _COMMANDS.get(first, ""):
        raise UsageError(f"it is one of spanf1 {command}, and one of a score is needed")
    level: Any = parts.get(_RIGHT) or parts.get("level", "span")
    check_known("level", level, LEVELS)
    figure = next(filter(_FIGURE.fullmatch, parts), "")
    averages = {"sentence": (), "document": (_MEANS,)}.get(level, AVERAGES)
    whole = first == _RIGHT and level in ("sentence", "document")
    if first not in (_RIGHT * whole, figure) or (averages and parts.get(figure) not in averages):
        raise UsageError("it does not begin with f1:micro, f1:macro or f1:weighted")
    unknown = parts.keys() - MEANINGS.keys() - {figure, _RIGHT, "level"}
    if unknown:
        raise UsageError(f"{shortened(min(unknown))} is unknown")
    placed_by = next((place for place in PLACES if f"{place}s" in parts), TOKEN)
    options = _options(parts, level, beta=float(figure[1:] or 1))
    if level != "token" and AUTO in (options.gold_scheme, options.pred_scheme):
        raise UsageError("scheme is auto: it says what was used")
    if not re.fullmatch("[0-9a-f]{8}", parts["hash"]):
        raise UsageError(f"hash is {shortened(parts['hash'])}: it is eight hexadecimal digits")
    ci = None
    if "ci" in parts:
        share, method, resamples, unit, seed = parts["ci"].split("/")
        check_known("unit", unit, UNITS)
        ci = Confidence(
            level=float(share),
            method=method,
            resamples=int(resamples),
            unit=unit,
            seed=int(seed),
        )
    return {
        "average": AVERAGES[0] if whole else parts[figure],
        "options": options,
        "tag_forms": tuple(map(unescaped, _listed(parts, "tags"))),
        "outside": tuple(map(unescaped, _listed(parts, "outside"))),
        "masked": tuple(map(unescaped, _listed(parts, "mask"))),
        "tokens": _count(parts[f"{placed_by}s"]),
        "placed_by": placed_by,
        "gold": _count(parts["gold"]) if level != "token" else 0,
        "hash": parts["hash"],
        "confidence": ci,
        "version": unescaped(parts["v"]),
        "level": level,
        "classes": parts["classes"] if level == "token" else "",
        "threshold": _threshold(parts.get("threshold", "")),
    }


def _threshold(text: str) -> str:
    """Return a threshold as it is written; a `ValueError` says that it is none."""
    if text:
        float(text.partition("/")[0])
    return text


def _options(parts: Mapping[str, Any], level: str, beta: float) -> Options:
    """Return the options that the parts of a line say; raises as `_read`."""
    if level == "token":
        parts = {"scheme": AUTO, "match": "exact", "reading": "lenient", **parts}
    gold, _, predicted = parts["scheme"].partition("/")
    match, *normalize = parts["match"].split("/")
    types = parts["types"]
    names = tuple(map(unescaped, types.split(","))) if types else ()
    return Options(
        gold_scheme=gold,
        pred_scheme=predicted or gold,
        reading=parts["reading"],
        beta=beta,
        types=types if types in TYPE_SETS else names,
        map_types=tuple(
            (unescaped(name), unescaped(other))
            for name, _, other in (pair.partition("=") for pair in _listed(parts, "map"))
        ),
        ignore_types=tuple(map(unescaped, _listed(parts, "ignore"))),
        zero_division=float(parts["zero"]),
        match=match,
        normalize=tuple(normalize),
        missing=parts.get("missing", "error"),
        trim="trim" in parts,
    )


def _type_parts(options: Options) -> dict[str, str]:
    """Return the parts of types that are called otherwise, or left out, if there are some."""
    pairs = ("=".join(map(escaped, pair)) for pair in options.map_types)
    parts = {"map": ",".join(pairs), "ignore": ",".join(map(escaped, options.ignore_types))}
    return {name: value for name, value in parts.items() if value}


def _listed(parts: Mapping[str, str], name: str) -> list[str]:
    """Return what a part lists; nothing if it is not there."""
    return parts[name].split(",") if name in parts else []


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,18}", text):
        raise ValueError(text)
    return int(text)
