"""The rules of spans and of well-formedness in plain Python, as slow as they are plain."""

from __future__ import annotations

import math
from itertools import pairwise

from tests.helpers.oracles import Span

# The grid in the design, read by the eye of a loop.
GRID = {
    #      O B I E S, the types being the same;   O B I E S, the types being others
    "O": ("", "o", "o", "o", "o"), "O/": ("", "o", "o", "o", "o"),
    "B": ("c", "x", "", "", "x"), "B/": ("c", "x", "x", "x", "x"),
    "I": ("c", "x", "", "", "x"), "I/": ("c", "x", "x", "x", "x"),
    "E": ("c", "x", "x", "x", "x"), "E/": ("c", "x", "x", "x", "x"),
    "S": ("c", "x", "x", "x", "x"), "S/": ("c", "x", "x", "x", "x"),
}  # fmt: skip

# What opens and what closes a span; "=": only where it touches a span of its type.
RULES = {
    "IO": ("I", "I"),
    "IOB1": ("I B=", "B I"),
    "IOB2": ("B", "B I"),
    "IOE1": ("I E", "I E="),
    "IOE2": ("I E", "E"),
    "IOBES": ("B S", "E S"),
    "BILOU": ("B U", "L U"),
    "BMES": ("B S", "E S"),
    "BMEWO": ("B W", "E W"),
}


#: what may stand between the ends of a span: no scheme has both
INNER = {name: "M" if name in ("BMES", "BMEWO") else "I" for name in RULES}


def split(tag):
    prefix, _, kind = tag.partition("-")
    return prefix, "" if tag == "O" else kind or "_"


def action(before, after):
    (prefix, kind), (next_prefix, next_kind) = split(before), split(after)
    alias = dict(zip("LUWM", "ESSI", strict=True))
    row = alias.get(prefix, prefix) + ("" if kind == next_kind else "/")
    return GRID[row]["OBIES".index(alias.get(next_prefix, next_prefix))]


def decode_slowly(sentence):
    spans, opened = [], None
    for place, (before, after) in enumerate(pairwise(["O", *sentence, "O"])):
        step = action(before, after)
        if step in ("c", "x"):
            spans.append(Span(opened, place, split(before)[1]))
        if step in ("o", "x"):
            opened = place
    return spans


def is_well_formed(span, sentence, scheme):
    around = ["O", *sentence, "O"]
    before, behind = around[span.start], around[span.end + 1]
    first, last = sentence[span.start][0], sentence[span.end - 1][0]
    opens, closes = (rule.split() for rule in RULES[scheme])
    if any(tag[0] != INNER[scheme] for tag in sentence[span.start + 1 : span.end - 1]):
        return False
    return (first in opens or (first + "=" in opens and split(before)[1] == span.type)) and (
        last in closes or (last + "=" in closes and split(behind)[1] == span.type)
    )


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))
