"""Tags that no scheme has: what each looks like, and the option that reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

#: the keywords about tags: a hint names only those that the caller has
OUTSIDE_TAGS, MASK_TAGS, LABELS, MISSING_TAGS = "outside", "mask_tags", "labels", "missing"
#: stands among them where the tags are in a file, which can be rewritten, or read as another format
IN_FILE = "file"

#: the way out where predictions are missing
MISSING_HINT = (
    "missing='outside' (--missing outside) counts tokens without a prediction as O, "
    "'drop' (--missing drop) leaves them out"
)
#: the way out where types stand without a prefix
BARE_HINT = "tag_form='PER' (--tag-form PER) reads types without a prefix"

# What people write for O, in lower case; the last are letters that look like it.
_OUTSIDE = frozenset(
    [
        *("0", "_", "-", ".", "o", "no", "out", "outside", "other", "notag"),
        *("none", "null", "nan", "nil", "na", "n/a", "<na>", "<none>"),
        *("\N{CYRILLIC SMALL LETTER O}", "\N{GREEK SMALL LETTER OMICRON}"),
    ]
)
# Of these, what may be a type's name where types stand without a prefix.
_NAMES = frozenset(["no", "na", "out", "outside", "other"])
# What stands at tokens that do not count.
_MASK = re.compile(r"X|PAD|-100|IGN(ORE)?|\[\w+\]|</?\w+>|<\|\w+\|>", re.IGNORECASE)
_BRACKET = re.compile(r"\*\)*|(?:\([^()*]+)+(?:\*\)*|\)+)")
_NUMBERED = re.compile(r"LABEL_[0-9]+|[0-9]+")
_BARE = re.compile(r"[^\W\d_]\w+([-_./&+]\w+)*")
_QUOTES = "\"'`´‘’‚“”„«»"  # noqa: RUF001
# Characters that are no hyphen and look like one: those of Unicode's class Pd, and the minus.
_DASHES = "‐‑‒–—―−﹘﹣－"  # noqa: RUF001
# These are not seen, and words may need them.
_JOINERS = "\u200c\u200d"

_BRACKETS_HINT = "--input-format brackets reads tags such as (PER* and *)"


class Misfit(NamedTuple):
    """Why a tag fits no scheme, in words, and the way out; either may be empty."""

    why: str
    hint: str = ""


def unseen(character: str) -> bool:
    """Return whether a character is white space, or takes no room, and is no joiner in a word."""
    if character.isascii() or character.isspace() or character in _JOINERS:
        return character.isspace()
    return _category(character) == "Cf"


def _category(character: str) -> str:
    """Return the category that Unicode gives a character."""
    # Here, because most tags are ASCII.
    import unicodedata

    return unicodedata.category(character)


def is_stand_in(tag: str) -> bool:
    """Return whether something is no type's name, but what people write for O or for no token."""
    folded = tag.casefold()
    if folded in _OUTSIDE:
        return folded not in _NAMES
    return tag != "x" and bool(_MASK.fullmatch(tag))


def begins_blank(text: str) -> bool:
    """Return whether a text begins with a space of any kind, or with what takes no room."""
    if text[:1].isascii():
        return text[:1] == " "
    return unseen(text[0]) and _category(text[0]) in ("Zs", "Cf")


def stripped(text: str) -> str:
    """Return a text without white space, and what is not seen, at its ends."""
    if not text or not (unseen(text[0]) or unseen(text[-1])):
        return text
    kept = [place for place, character in enumerate(text) if not unseen(character)]
    return text[kept[0] : kept[-1] + 1] if kept else ""


class _Case(NamedTuple):
    """A tag that fits no scheme, and what is known beside it; see `misfit`."""

    tag: str
    fits: Callable[[str], bool]
    keywords: Collection[str]
    met: Collection[str]
    given: Callable[[str], Iterable[str]]

    def has_fitting(self) -> bool:
        """Return whether any other tag is one, but for single letters."""
        return any(len(other) > 1 and self.fits(other) for other in self.met)

    def said(self, keyword: str, option: str, alike: Callable[[str], bool], what: str) -> Misfit:
        """Return the way out by an option that takes tags: all that are met, and those given."""
        import shlex

        tags = [*dict.fromkeys((*self.given(keyword), *sorted(filter(alike, self.met))))]
        value = shlex.quote(",".join(tags))
        return Misfit("", f"{keyword}={tags!r} (--{option} {value}) {what}")

    def as_outside(self, alike: Callable[[str], bool]) -> Misfit | None:
        """Return the way out by reading tags as O, if the caller can say that."""
        if OUTSIDE_TAGS not in self.keywords:
            return None
        return self.said(OUTSIDE_TAGS, "outside", alike, "reads it as O")

    def rewritten(self, right: str) -> str:
        """Say what the tag is to be, and how a file is changed so."""
        hint = f"it is to be {right!r}"
        if IN_FILE not in self.keywords:
            return hint
        import shlex

        # What cannot be seen is written by its bytes.
        spelt = "".join(
            "".join(f"\\x{octet:02x}" for octet in c.encode()) if unseen(c) and c != " " else c
            for c in re.sub(r"([][\\/.*^$])", r"\\\1", self.tag)
        )
        instead = re.sub(r"([\\/&])", r"\\\1", right)
        return f"{hint}: sed {shlex.quote(f's/{spelt}/{instead}/g')} FILE writes it so"


def misfit(
    tag: str,
    fits: Callable[[str], bool],
    *,
    keywords: Collection[str],
    met: Iterable[str] = (),
    given: Callable[[str], Iterable[str]] = lambda _: (),
) -> Misfit | None:
    """Return what a tag that fits no scheme looks like; None if it looks like nothing known.

    Parameters
    ----------
    tag : str
        The tag, which is not empty.
    fits : callable
        Returns whether something is a tag.
    keywords : collection of str
        The keywords about tags that the caller has.
    met : iterable of str
        Other tags of the same side.
    given : callable
        Returns the tags that the caller gave for a keyword.
    """
    case = _Case(tag, fits, keywords, {*met, tag}, given)
    return next(filter(None, (kind(case) for kind in _KINDS)), None)


def are_meant(fields: Sequence[str], fits: Callable[[str], bool]) -> bool:
    """Return whether most fields of a column are meant as tags, though some fit no scheme.

    Parameters
    ----------
    fields : sequence of str
        The fields.
    fits : callable
        Returns whether something looks like a tag.
    """
    distinct = {*fields}
    cases = {
        tag: _Case(tag, fits, {OUTSIDE_TAGS, MASK_TAGS}, {tag, "1"}, lambda _: ())
        for tag in distinct
        if not fits(tag) and (tag == "0" or not tag.isdecimal())
    }
    known = [kind for kind in _KINDS if kind != _without_prefix]
    nearly = {tag for tag, case in cases.items() if any(kind(case) for kind in known)}
    # Letters alone may be words, and what stands for O may be in any column.
    typed = any(len(tag) > 1 and fits(tag) for tag in distinct) or any(
        kind(cases[tag]) for tag in nearly for kind in (_quoted, _with_unseen, _dashed, _number)
    )
    if typed:
        return 2 * sum(fits(tag) or tag in nearly for tag in fields) > len(fields)
    return "O" in distinct and all(tag == "O" or _BARE.fullmatch(tag) for tag in distinct)


def _quoted(case: _Case) -> Misfit | None:
    """Return what is wrong with a tag in quotes."""
    right = case.tag.strip(_QUOTES)
    if right == case.tag or not case.fits(right):
        return None
    return Misfit("it is in quotes", case.rewritten(right))


def _with_unseen(case: _Case) -> Misfit | None:
    """Return what is wrong with a tag that has white space, or what is not seen, in it."""
    right = stripped(case.tag)
    if not case.fits(right):
        right = "".join(character for character in case.tag if not unseen(character))
    if right == case.tag or not case.fits(right):
        return None
    names = " and ".join(map(_named, dict.fromkeys(filter(unseen, case.tag))))
    return Misfit(f"it has {names} in it", case.rewritten(right))


def _dashed(case: _Case) -> Misfit | None:
    """Return what is wrong with a tag that has a dash for a hyphen."""
    tag = case.tag
    for place, dash in enumerate(tag):
        right = f"{tag[:place]}-{tag[place + 1 :]}"
        if dash in _DASHES and case.fits(right):
            break
    else:
        return None
    hint = case.rewritten(right)
    if not case.has_fitting():
        form = f"B{dash}PER" if place == 1 else f"PER{dash}B"
        letter = tag[0] if place == 1 else tag[-1]
        form = form.replace("B", "b") if letter.islower() else form
        hint = f"tag_form={form!r} (--tag-form {form}) if all tags have it; else {hint}"
    return Misfit(f"it has {_named(dash)} where a hyphen is to be", hint)


def _bracket(case: _Case) -> Misfit | None:
    """Return what is wrong with a bracket."""
    if not _BRACKET.fullmatch(case.tag):
        return None
    hint = _BRACKETS_HINT * (IN_FILE in case.keywords)
    return Misfit("it is a bracket, as CoNLL-2012 has them", hint)


def _number(case: _Case) -> Misfit | None:
    """Return what is wrong with a number for which there are no labels; 0 alone is for O."""
    if not _NUMBERED.fullmatch(case.tag):
        return None
    if not any(_NUMBERED.fullmatch(other) and other != "0" for other in case.met):
        return None
    hint = "labels=[...] (--labels O,B-PER,I-PER) says which tag each number is"
    return Misfit("it is a number without a name", hint * (LABELS in case.keywords))


def _outside(case: _Case) -> Misfit | None:
    """Return the way out where a tag stands for O."""

    def alike(tag: str) -> bool:
        return tag != "O" and tag.casefold() in _OUTSIDE

    return case.as_outside(alike) if alike(case.tag) else None


def _masked(case: _Case) -> Misfit | None:
    """Return the way out where a tag stands at what is no token."""

    def alike(tag: str) -> bool:
        return bool(_MASK.fullmatch(tag))

    if not alike(case.tag):
        return None
    if MASK_TAGS in case.keywords:
        return case.said(MASK_TAGS, "mask", alike, "leaves out such tokens")
    return case.as_outside(alike)


def _without_prefix(case: _Case) -> Misfit | None:
    """Return the way out where a tag is a type; beside no O, it is rather a word."""
    others = any(other == "O" or other.casefold() in _OUTSIDE for other in case.met)
    if not others or not _BARE.fullmatch(case.tag) or case.has_fitting():
        return None
    # Where there is no O, what may be a type's name is rather one for O.
    named = sorted(tag for tag in case.met if tag.casefold() in _NAMES)
    if "O" in case.met or not named or OUTSIDE_TAGS not in case.keywords:
        return Misfit("", BARE_HINT)
    more = case.said(
        OUTSIDE_TAGS, "outside", named.__contains__, f"reads {'them' if named[1:] else 'it'} as O"
    )
    return Misfit("", f"{BARE_HINT}; {more.hint}")


_KINDS = (
    _quoted,
    _with_unseen,
    _dashed,
    _bracket,
    _number,
    _outside,
    _masked,
    _without_prefix,
)


def _named(character: str) -> str:
    """Return what a character is called, with its number."""
    import unicodedata

    name = unicodedata.name(character, "a control character").lower()
    article = "an" if name[0] in "aeiou" else "a"
    return f"{article} {name} (U+{ord(character):04X})"
