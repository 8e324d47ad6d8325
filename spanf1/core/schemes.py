"""Tag prefixes, the chunk grid, the tagging schemes and the readings: data, hardly any code.

A *tag* is ``O`` or a prefix letter and a type (``B-PER``). What a prefix means for the span
it stands in is said once, by the chunk grid; what a scheme allows is said once, by `SCHEMES`.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

# Codes of the prefixes. A tag's code is ``type << PREFIX_BITS | prefix``; the tag O is 0.
PREFIXES = "OBIESLUMW"
PREFIX_BITS = 4
PREFIX_MASK = (1 << PREFIX_BITS) - 1

# Prefixes that other schemes write for the same thing.
ALIASES = {"L": "E", "U": "S", "W": "S", "M": "I"}

# What the step from one tag (row) to the next (column) does:
# o a span opens on the current token, c a span closes before it, x both, . neither.
CHUNK_GRID = """
    same type   O B I E S        types differ   O B I E S
       O        . o o o o           O           . o o o o
       B        c x . . x           B           c x x x x
       I        c x . . x           I           c x x x x
       E        c x x x x           E           c x x x x
       S        c x x x x           S           c x x x x
"""

# What stands beside a span's first or last token: no span, one of its type, one of another.
OUTSIDE, SAME, OTHER = "O", "=", "/"
NEIGHBOURS = OUTSIDE + SAME + OTHER


class Scheme(NamedTuple):
    """Which prefixes a tagging scheme has, and which may open and close a span.

    A span is well-formed if its first prefix may open one, its last may close one, and the
    scheme has those between.
    """

    prefixes: str
    opens: str
    closes: str
    #: prefixes to write: of a span of one token; of the first, an inner, the last of several
    writes: str
    #: a prefix that opens a span right after a span of the same type, and only there
    opens_after_same: str = ""
    #: a prefix that closes a span right before a span of the same type, and only there
    closes_before_same: str = ""
    #: what people also call it
    other_names: tuple[str, ...] = ()


# The order settles which one is named where a file fits several.
SCHEMES = {
    "IOB2": Scheme("BI", opens="B", closes="BI", writes="BBII", other_names=("BIO",)),
    "IOBES": Scheme("BIES", opens="BS", closes="ES", writes="SBIE", other_names=("BIOES",)),
    "BILOU": Scheme("BILU", opens="BU", closes="LU", writes="UBIL", other_names=("BIOLU",)),
    "IOB1": Scheme("BI", opens="I", closes="BI", writes="IIII", opens_after_same="B"),
    "IOE2": Scheme("IE", opens="IE", closes="E", writes="EIIE"),
    "IOE1": Scheme("IE", opens="IE", closes="I", writes="IIII", closes_before_same="E"),
    "BMES": Scheme("BMES", opens="BS", closes="ES", writes="SBME"),
    "BMEWO": Scheme("BMEW", opens="BW", closes="EW", writes="WBME", other_names=("BMEOW",)),
    "IO": Scheme("I", opens="I", closes="I", writes="IIII"),
}

#: stands for a scheme where spans are given as such, and not by tags
NO_TAGS: Final = "none"

SCHEME_NAMES = {
    name: canonical
    for canonical, scheme in SCHEMES.items()
    for name in (canonical, *scheme.other_names)
}

#: a key of `SCHEME_NAMES`, for type checkers
SchemeName = Literal[
    "IOB2",
    "BIO",
    "IOBES",
    "BIOES",
    "BILOU",
    "BIOLU",
    "IOB1",
    "IOE2",
    "IOE1",
    "BMES",
    "BMEWO",
    "BMEOW",
    "IO",
]

READINGS = {
    "lenient": "ill-formed spans are kept, as seqeval does by default",
    "strict": "ill-formed spans are dropped, as in seqeval's strict mode",
    "error": "input with ill-formed spans is refused",
    "conlleval": "counted as the conlleval script does, which knows no S, L, U, M or W",
}

#: a key of `READINGS`, for type checkers
ReadingName = Literal["lenient", "strict", "error", "conlleval"]
