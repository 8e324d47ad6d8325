"""What other scorers make of tags, and ours: each as a way from tag codes to spans, by name.

A scorer that does not take an input has no numbers for it, and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from spanf1.core.detection import ill_formed
from spanf1.core.schemes import OUTSIDE, PREFIX_BITS, PREFIX_MASK, PREFIXES, SAME, SCHEMES
from spanf1.core.seqeval import STRICT_PATTERNS, seqeval_default, seqeval_strict
from spanf1.core.spans import WELL_FORMED, Spans, decode, ends_of
from spanf1.core.tags import CodeArray, IntArray
from spanf1.results.result import Result

# What scorers that know only B, I and O make of the other prefixes.
REMAPS = {
    # The HIPE scorer rewrites S and E; to it, all that is neither B nor O goes on.
    "hipe": {"S": "B", "E": "I", "L": "I", "U": "I", "M": "I", "W": "I"},
    "nervaluate": {"S": "I", "E": "I", "L": "I", "U": "I", "M": "I", "W": "I"},
}

#: the encodings of seqscore by our names of the schemes, and how it repairs each
SEQSCORE_NAMES = {
    "IOB2": "BIO",
    "IOB1": "IOB",
    "IOBES": "BIOES",
    "BILOU": "BILOU",
    "BMES": "BMES",
    "BMEWO": "BMEOW",
    "IO": "IO",
}
SEQSCORE_REPAIRS = {"conlleval": ("IOB2", "IOB1"), "discard": ("IOB2",)}


def _letters(remap: dict[str, str]) -> CodeArray:
    """Return for each prefix, by number, the number of the one that it is taken for."""
    numbers = np.zeros(1 << PREFIX_BITS, np.int32)
    numbers[: len(PREFIXES)] = [PREFIXES.index(remap.get(letter, letter)) for letter in PREFIXES]
    return numbers


_REMAPPED = {name: _letters(remap) for name, remap in REMAPS.items()}


class Decoding(NamedTuple):
    """A way of finding spans: one of `DECODERS`, and the scheme or the table that it needs."""

    decoder: str
    argument: str = ""


def _remapped(codes: CodeArray, starts: IntArray, name: str, _: int) -> Spans:
    prefixes = _REMAPPED[name][codes & PREFIX_MASK]
    return decode(codes & ~np.int32(PREFIX_MASK) | prefixes, starts)


def _strict(codes: CodeArray, starts: IntArray, scheme: str, _: int) -> Spans:
    spans = decode(codes, starts)
    return spans.only(WELL_FORMED[scheme][spans.shape])


#: tag codes, starts, what the decoder needs and the number of the type of tags without one,
#: to spans in order of their end
DECODERS: dict[str, Callable[[CodeArray, IntArray, str, int], Spans]] = {
    "lenient": lambda codes, starts, _, __: decode(codes, starts),
    "strict": _strict,
    "remapped": _remapped,
    "seqeval": lambda codes, starts, _, untyped: seqeval_default(codes, starts, untyped),
    "seqeval strict": lambda codes, starts, scheme, _: seqeval_strict(codes, starts, scheme),
}
LENIENT = Decoding("lenient")
#: the conlleval script, which has no set of spans
SCRIPT = Decoding("script")


@dataclass(frozen=True)
class Scorer:
    """One scorer in one of its modes.

    Attributes
    ----------
    name : str
        What people know it by.
    gold, predicted : Decoding
        How it finds the spans of each side.
    keeps : bool
        Whether it keeps ill-formed spans, somehow, rather than drops them.
    refuses : str
        Why it has no numbers for this input; empty if it has.
    """

    name: str
    gold: Decoding = LENIENT
    predicted: Decoding = LENIENT
    keeps: bool = True
    refuses: str = ""


class Facts(NamedTuple):
    """What of an input decides which scorers take it.

    `bare` are the tags without a type, as they are written.
    """

    result: Result
    bare: frozenset[str]

    @property
    def prefixes(self) -> frozenset[str]:
        """The prefixes that occur on either side."""
        return self.result.tally.gold.prefixes | self.result.tally.predicted.prefixes

    def ill_formed(self, scheme: str) -> str:
        """Say how many spans are ill-formed in a scheme, and on which sides; empty if none are."""
        sides = zip(("gold", "predicted"), self.result.tally.shapes(), strict=True)
        counts = [(side, ill_formed(shapes, {}, scheme).spans) for side, shapes in sides]
        return ", ".join(f"{side} {count}" for side, count in counts if count)


def scorers_of(facts: Facts) -> list[Scorer]:
    """Return what scorers people use make of an input; the first is what others are compared to.

    Where a scorer is told the scheme, there is one for each scheme of the two sides that
    it knows and that has all prefixes of the input. If there is none, there is one for each of
    its schemes that has them all, and no more prefixes than it needs to.
    """
    return [
        Scorer("conlleval script", SCRIPT, SCRIPT),
        Scorer("seqeval default", Decoding("seqeval"), Decoding("seqeval")),
        *_seqeval_strict(facts),
        *_seqscore(facts),
        _hipe(facts),
        _nervaluate(facts),
        Scorer("spanf1 lenient"),
        *_ours_strict(facts),
    ]


def _candidates(facts: Facts, letters: dict[str, str]) -> list[str]:
    """Return the schemes that have all prefixes of the input; if they can, those of its sides."""
    having = [name for name in letters if facts.prefixes <= set(letters[name])]
    own = [str(name) for name in dict.fromkeys(facts.result.schemes) if name in having]
    if own:
        return own if facts.prefixes else own[:1]
    fewest = min((len(letters[name]) for name in having), default=0)
    fitting = [name for name in having if len(letters[name]) == fewest]
    return fitting if facts.prefixes else having[:1]


def _seqeval_strict(facts: Facts) -> Iterator[Scorer]:
    letters = {name: patterns.letters for name, patterns in STRICT_PATTERNS.items()}
    schemes = _candidates(facts, letters)
    for name in schemes:
        decoding = Decoding("seqeval strict", name)
        yield Scorer(f"seqeval strict ({name})", decoding, decoding, keeps=False)
    if not schemes:
        yield Scorer("seqeval strict", refuses=_foreign(facts.prefixes))


def _foreign(prefixes: frozenset[str]) -> str:
    return f"none of its schemes has all of {' '.join(sorted(prefixes, key=PREFIXES.index))}"


def _seqscore(facts: Facts) -> Iterator[Scorer]:
    """Yield its two repairs, and what it does by default, which is to refuse what is ill-formed."""
    letters = {name: SCHEMES[name].prefixes for name in SEQSCORE_NAMES}
    schemes = _candidates(facts, letters)
    why = _untyped(facts.bare) or ("" if schemes else _foreign(facts.prefixes))
    for repair, repaired in SEQSCORE_REPAIRS.items():
        having = [name for name in repaired if facts.prefixes <= set(letters[name])]
        able = [name for name in having if name in schemes] or having
        for name in able if not why else []:
            decoding = LENIENT if repair == "conlleval" else Decoding("strict", name)
            mode = f"seqscore {repair} ({SEQSCORE_NAMES[name]})"
            yield Scorer(mode, decoding, decoding, keeps=repair == "conlleval")
        if why or not able:
            only = " and ".join(SEQSCORE_NAMES[name] for name in repaired)
            yield Scorer(f"seqscore {repair}", refuses=why or f"it repairs only {only}")
    faults = {name: facts.ill_formed(name) for name in schemes}
    valid = [name for name in schemes if not faults[name]] if not why else []
    for name in valid:
        yield Scorer(f"seqscore none ({SEQSCORE_NAMES[name]})", keeps=False)
    if not valid:
        why = why or "; ".join(
            f"ill-formed spans in {SEQSCORE_NAMES[name]}: {faults[name]}" for name in schemes
        )
        yield Scorer("seqscore none", refuses=why)


def _untyped(bare: Collection[str]) -> str:
    return f"{min(bare)!r} is a tag without a type" if bare else ""


def _hipe(facts: Facts) -> Scorer:
    decoding = Decoding("remapped", "hipe")
    return Scorer("HIPE", decoding, decoding, refuses=_untyped(facts.bare))


def _nervaluate(facts: Facts) -> Scorer:
    """Return nervaluate's strict evaluation: an entity must begin with B or I, as it sees it."""
    why = ""
    for shapes in facts.result.tally.shapes():
        firsts = {ends.first for ends in map(ends_of, shapes) if ends.before != SAME}
        if odd := firsts - {"B", "I", OUTSIDE}:
            why = f"an entity begins with {min(odd)}, not B or I"
    why = _untyped({tag for tag in facts.bare if len(tag) == 1}) or why
    decoding = Decoding("remapped", "nervaluate")
    return Scorer("nervaluate strict", decoding, decoding, refuses=why)


def _ours_strict(facts: Facts) -> Iterator[Scorer]:
    gold, predicted = facts.result.schemes
    names = ", ".join(dict.fromkeys([gold, predicted]))
    strict = Decoding("strict", gold)
    yield Scorer(f"spanf1 strict ({names})", strict, Decoding("strict", predicted), keeps=False)
    if gold != predicted:
        yield Scorer(f"spanf1 strict (both {gold})", strict, strict, keeps=False)
