"""The levels that are scored, and what can be asked of each."""

from __future__ import annotations

from typing import Literal

from spanf1.core.options import Options
from spanf1.exceptions import UsageError, check_known

#: what is right or wrong
LEVELS = {
    "span": "each span",
    "token": "each token, by its class; or each label, one a line",
    "sentence": "each sentence as a whole: right if all its spans are, and nothing else is there",
    "document": "each document likewise, and the mean of precision, recall and F over documents",
}
#: a key of `LEVELS`, for type checkers
LevelName = Literal["span", "token", "sentence", "document"]
#: a level that is not that of spans
OtherLevel = Literal["token", "sentence", "document"]
WholeLevel = Literal["sentence", "document"]


def check_level(level: str, options: Options, *, as_written: bool = False) -> None:
    """Raise an error if there is no such level, or options are not for it.

    Raises
    ------
    UsageError
        If so.
    """
    check_known("level", level, LEVELS)
    if as_written and level != "token":
        raise UsageError(
            f"as_written is about the classes of tokens, and the level is {level}",
            hint="level='token' (--level token)",
        )
    if level == "span":
        return
    if options.match != "exact":
        raise UsageError(
            f"match {options.match} is for spans, and the level is {level}",
            hint="leave level (--level) out, or the match",
        )
    if options.reading == "conlleval":
        raise UsageError(
            f"the conlleval script counts spans, and the level is {level}",
            hint="reading lenient (--reading lenient) has all levels",
        )
    if level != "token":
        return
    if options.reading != "lenient":
        raise UsageError(
            f"the reading {options.reading} is about spans that are ill-formed, and at level token "
            "there are no spans",
            hint="leave reading (--reading) out",
        )
    if {*options.schemes} != {"auto"}:
        raise UsageError(
            "at level token there are no spans, and no scheme is needed",
            hint="leave scheme (--scheme, --gold-scheme, --pred-scheme) out",
        )
    if options.trim:
        raise UsageError("trim is for spans of characters, and the level is token")
