"""Reports on what is in files: their sizes, entities by type, ambiguous and unseen forms."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import partial

from spanf1.contents.contents import LENGTHS, Contents, Description, Figures, spelt_out
from spanf1.render.report import Report, Section
from spanf1.wording import many, percent, printable, short_names

#: how many ambiguous forms are shown
FORMS = 10

_ALL = "all"
# How many types of a form are named.
_NAMED = 4


def report_of(description: Description, *, forms: int = FORMS) -> Report:
    """Return the report on files: their sizes, entities of each, ambiguous and unseen forms."""
    sections = partial(_sections, forms=forms)
    return Report(description, sections, _values, Description.to_dict, tables=1)


def _sections(description: Description, digits: int | None, *, forms: int) -> list[Section]:
    several = len(description.files) > 1
    names = [*map(printable, short_names([file.name for file in description.files])), "all files"]
    parts = list(zip(names, description.parts, strict=False))
    sections = [_files(description, parts, digits)]
    sections += _first_with_words(
        _entities(f" in {name}" * several, part, digits) for name, part in parts
    )
    if forms and description.total.ambiguous:
        sections.append(_ambiguous(description, digits, forms))
    if description.train:
        sections += _first_with_words(
            _unseen(f" of {name}" * several, description, part, digits) for name, part in parts
        )
    return sections


def _first_with_words(tables: Iterable[Section]) -> list[Section]:
    """Return tables that are alike, of which the first only is explained."""
    return [table._replace(text="") if number else table for number, table in enumerate(tables)]


def _files(
    description: Description, parts: list[tuple[str, Contents]], digits: int | None
) -> Section:
    rows = []
    for name, part in parts:
        sentences = "-" if part.documents and not part.sentences else part.sentences
        sizes = part.documents or "-", sentences, part.tokens
        inside = percent(part.density if part.tokens else math.nan, digits)
        forms = part.all.forms, part.all.ambiguous_forms
        share = percent(_ambiguous_share(part.all), digits)
        rows.append([name, *map(str, (*sizes, part.all.entities, inside, *forms, share))])
    case = "; case is ignored" * description.ignore_case
    text = (
        "Inside is the share of tokens in entities, in percent. Forms are distinct surface "
        f"forms{case}; ambiguous are those of several types, and the share of mentions that "
        "have one, in percent."
    )
    header = ["", "Docs", "Sents", "Tokens", "Entities", "Inside", "Forms", "Ambig.", "Share"]
    single = len(description.files) == 1
    after = [
        f"{'' if single else f'{name}: '}{note}" for name, part in parts for note in part.notes
    ]
    return Section("Contents", text, header, rows, after=after)


def _ambiguous_share(figures: Figures) -> float:
    return figures.ambiguous_mentions / max(figures.entities, 1)


def _entities(where: str, part: Contents, digits: int | None) -> Section:
    rows = []
    for name, figures in [*part.types.items(), (_ALL, part.all)]:
        share = percent(figures.share, digits)
        mean = f"{figures.mean_length:.{2 if digits is None else digits}f}"
        lengths = *figures.lengths.values(), mean, figures.max_length
        rows.append([name, *map(str, (figures.entities, share, *lengths, figures.forms))])
    text = "Share in percent; how many have 1, 2, … tokens; mean and longest; distinct forms."
    header = ["", "Entities", "Share", *LENGTHS, "Mean", "Max", "Forms"]
    return Section(f"Entities{where}", text, header, rows)


def _ambiguous(description: Description, digits: int | None, forms: int) -> Section:
    total = description.total
    ambiguous = list(total.ambiguous.items())
    rows = [
        [spelt_out(form), str(sum(kinds.values())), printable(_named(kinds))]
        for form, kinds in ambiguous[:forms]
    ]
    share = percent(_ambiguous_share(total.all), digits)
    text = (
        f"{len(ambiguous)} of {many(total.all.forms, 'form')} "
        f"{'has' if len(ambiguous) == 1 else 'have'} "
        f"several types: {many(total.all.ambiguous_mentions, 'mention')}, {share} percent."
    )
    if len(ambiguous) > len(rows):
        text += f" The {len(rows)} most frequent:"
    return Section("Ambiguous forms", text, ["", "Mentions", "Types"], rows)


def _named(kinds: dict[str, int]) -> str:
    """Return the most frequent types with their counts."""
    named = [f"{kind} {count}" for kind, count in kinds.items()]
    return ", ".join(named[:_NAMED]) + ", …" * (len(named) > _NAMED)


def _unseen(whose: str, description: Description, part: Contents, digits: int | None) -> Section:
    train = description.train.name if description.train else ""
    rows = []
    for name, new in description.unseen(part).items():
        unseen = new.unseen, percent(new.share, digits)
        other = new.other_type, percent(new.other_type_share, digits)
        cells = new.mentions, *unseen, *other, new.forms, new.unseen_forms
        rows.append([name or _ALL, *map(str, cells)])
    text = (
        f"Compared with {train}. Unseen are mentions whose form is no entity there; other, those "
        "whose form is one of other types only. Share in percent."
    )
    header = ["", "Mentions", "Unseen", "Share", "Other", "Share", "Forms", "Unseen"]
    return Section(f"Unseen forms{whose}", text, header, rows, asked=True)


def _values(description: Description) -> Iterator[list[object]]:
    """Yield a row for each file and each type; the type is empty where it is all types."""
    header = ["file", "documents", "sentences", "tokens", "type", "entities", "share"]
    header += ["entity_tokens", *(f"length_{name}" for name in LENGTHS), "mean_length"]
    header += ["max_length", "forms", "ambiguous_forms", "ambiguous_mentions"]
    if description.train:
        header += ["unseen", "other_type", "unseen_forms", "other_type_forms"]
    yield [*header]
    for part in description.parts:
        unseen = description.unseen(part) if description.train else {}
        sizes = [printable(part.name), part.documents, part.sentences, part.tokens]
        for kind, figures in [*part.types.items(), ("", part.all)]:
            row = [*sizes, printable(kind), *figures[:3], *figures.lengths.values(), *figures[4:]]
            if kind in unseen:
                new = unseen[kind]
                row += [new.unseen, new.other_type, new.unseen_forms, new.other_type_forms]
            yield row
