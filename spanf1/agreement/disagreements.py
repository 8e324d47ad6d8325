"""Where annotators disagree: a ledger of each pair, and what is open of each text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from spanf1.agreement.annotations import Annotations
from spanf1.agreement.tokens import moved
from spanf1.core.documents import Document, Offsets, TextSpan
from spanf1.core.kept import KeptSpans
from spanf1.core.options import Options
from spanf1.formats.metadata import Metadata
from spanf1.formats.records.prodigy import item
from spanf1.formats.registry import COLUMNS, Input
from spanf1.mistakes.analysis import Analysis, Entry, Part
from spanf1.mistakes.ledger import KINDS, Ledger
from spanf1.mistakes.texts import DocumentTexts, Mention
from spanf1.results.result import Result, total_of

#: what the kinds of a ledger are called of two annotators, none of whom is right
ONLY_A, ONLY_B = "only a", "only b"
_KINDS = {**{name: name for name in KINDS}, "missed": ONLY_A, "spurious": ONLY_B}
_OF_LEDGER = {new: old for old, new in _KINDS.items()}


class Disagreement(NamedTuple):
    """What two annotators say differently: two spans that are put together, or one alone.

    Attributes
    ----------
    annotators : tuple of str
        The two: a, and b.
    kind : str
        ``type``, ``boundary``, ``type and boundary``, ``only a`` or ``only b``; ``correct`` if
        they agree.
    entry : Entry
        The spans, as of a ledger: `gold` is that of a, `predicted` that of b; and where they are.
    """

    annotators: tuple[str, str]
    kind: str
    entry: Entry

    @property
    def spans(self) -> list[tuple[str, Mention]]:
        """The spans that there are, with who marks them."""
        both = zip(self.annotators, (self.entry.gold, self.entry.predicted), strict=True)
        return [(name, span) for name, span in both if span is not None]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data that JSON can carry."""
        data = self.entry.to_dict()
        a, b = data.pop("gold"), data.pop("predicted")
        return {"annotators": [*self.annotators], **data, "kind": self.kind, "a": a, "b": b}


def analysis_of(annotations: Annotations, a: int, b: int, options: Options) -> Analysis | None:
    """Return which spans two annotators have in common by exact matches; None without documents.

    The first one stands for gold.
    """
    results, parts = [], []
    for part in annotations.parts:
        kept, input = KeptSpans(), part.inputs[a]
        tally = annotations.count(part, a, b, options, kept)
        if tally is None or input is None:
            continue
        ledger = Ledger.of(kept.side(0), kept.side(1), kept.names)
        texts = DocumentTexts(
            kept.texts, input.source.name, partial(Metadata.of, input), partial(_lines, input)
        )
        results.append(Result(tally, options))
        parts.append(Part(ledger, texts))
    return Analysis(total_of(results), parts) if results else None


def _lines(input: Input) -> Iterable[list[int]]:
    """Return the lines of the tokens of each document, where each has one."""
    if input.format != COLUMNS or input.values is not None:
        return ()
    from spanf1.formats.columns.documents import token_lines

    return token_lines(input.again())


def disagreements_of(
    annotators: tuple[str, str], analysis: Analysis, kind: Sequence[str] = (), **chosen: Any
) -> Iterator[Disagreement]:
    """Yield what two say differently; parameters as for `Analysis.entries`."""
    kinds = [_OF_LEDGER.get(name, name) for name in kind]
    for entry in analysis.entries(kind=kinds, **chosen):
        yield Disagreement(annotators, _KINDS[entry.kind], entry)


# Adjudication.


def adjudication_of(annotations: Annotations, options: Options) -> Iterator[dict[str, Any]]:
    """Yield what annotators say of each text: what all agree on, and what is open."""
    for place, said in zip(annotations.places, annotations.said(), strict=True):
        file, line, key = place
        done = [one for one in said if one]
        whole = next((one for one in done if one.text is not None), done[0])
        names = [name for name, one in zip(annotations.names, said, strict=True) if one]
        spans: dict[tuple[tuple[Offsets, ...], str], list[str]] = {}
        for name, document in zip(annotations.names, said, strict=True):
            for span in _spans_of(document, whole.text, options) if document else ():
                who = spans.setdefault((span.parts, span.type), [])
                who += [name] * (name not in who)
        ordered = sorted(spans.items())
        agreed = [one for one, who in ordered if len(who) == len(names) > 1]
        rest = [(one, who) for one, who in ordered if not len(who) == len(names) > 1]
        record: dict[str, Any] = {} if key is None else {"id": key}
        record |= {"text": whole.text}
        if whole.tokens is not None and whole.text is not None:
            record["tokens"] = [
                {"text": whole.text[start:end], "start": start, "end": end, "id": number}
                for number, (start, end) in enumerate(whole.tokens)
            ]
        record["spans"] = [_item(*one, whole) for one in agreed]
        record["open"] = [
            {
                "options": [{**_item(*one, whole), "annotators": who} for one, who in group],
                "nothing": [name for name in names if not any(name in who for _, who in group)],
            }
            for group in _groups(rest)
        ]
        yield record | {"annotators": names, "file": file, "line": line}


_Open = tuple[tuple[tuple[Offsets, ...], str], list[str]]


def _item(parts: tuple[Offsets, ...], kind: str, whole: Document) -> dict[str, object]:
    """Return a span as a record has it, with what it says."""
    span = TextSpan(kind, parts)
    return {**item(span), "text": whole.text_of(span)}


def _spans_of(document: Document, text: str | None, options: Options) -> Iterator[TextSpan]:
    """Yield the spans of a document that count, as they are called, at their places in a text."""
    names, chosen = options.type_map or str, options.types
    for span in document.spans:
        kind = names(span.type)
        if not kind or not (isinstance(chosen, str) or kind in chosen) or not span.parts:
            continue
        parts = span.parts
        if text is not None and document.text is not None and document.text != text:
            start, end = np.array(parts, np.int64).T
            starts, ends = moved(document.text, text, start, end)
            parts = tuple(zip(starts.tolist(), ends.tolist(), strict=True))
        if options.trim and text is not None:
            parts = _trimmed(parts, text)
        yield TextSpan(kind, parts)


def _trimmed(parts: tuple[Offsets, ...], text: str) -> tuple[Offsets, ...]:
    """Return the parts of a span without white space at its edges."""
    (start, first), (last, end) = parts[0], parts[-1]
    if not text[start:end].strip():
        return parts
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(text[start:end].rstrip())
    return ((start, end),) if len(parts) == 1 else ((start, first), *parts[1:-1], (last, end))


def _groups(spans: Sequence[_Open]) -> Iterator[list[_Open]]:
    """Yield spans that overlap, or others between them do, together; they come in order."""
    group: list[_Open] = []
    behind = 0
    for one in spans:
        (parts, _), _ = one
        if group and parts[0][0] >= behind:
            yield group
            group = []
        behind = max(behind, parts[-1][1]) if group else parts[-1][1]
        group.append(one)
    if group:
        yield group
