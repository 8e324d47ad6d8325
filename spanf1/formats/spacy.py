"""spaCy's .spacy files, in which a DocBin keeps documents.

The spans are a document's entities, or those of one of its groups (``doc.spans["sc"]``), which
may nest and overlap. Only the library is needed, and no model. spaCy has to have the file in
memory as a whole, both when it reads and when it writes.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, BinaryIO

from spanf1.core.documents import Document, Offsets, TextSpan, joined
from spanf1.exceptions import (
    LayoutError,
    LossError,
    ReadError,
    SpanF1Error,
    UsageError,
    not_installed,
)
from spanf1.formats.options import TWO_INPUTS
from spanf1.formats.registry import Input, Writing
from spanf1.formats.sniffing import Beginning
from spanf1.formats.source import BLOCK_SIZE, Source
from spanf1.wording import shortened, unwritable

#: the key that means a document's entities, and not a group of spans
ENTITIES = "ents"

_ATTRIBUTES = ("ENT_IOB", "ENT_TYPE")

# How many times larger than what is read as a whole it may be when it is unpacked: of each token
# there are a hundred bytes, much alike.
_UNPACKED = 8

# What is left out, and what is noted.
_UNANNOTATED = "documents without annotated entities"
_PARTLY = "tokens of which it is missing whether they are in entities"
_UNPREDICTED = "documents in which no entities are set, or not of all tokens"


def looks_like_file(beginning: Beginning) -> bool:
    """Return whether a file is called so, or begins as a map of MessagePack that zlib made."""
    if beginning.path.endswith(".spacy"):
        return True
    with contextlib.suppress(zlib.error):
        first = zlib.decompressobj().decompress(beginning.head, 1)
        return bool(first) and (0x80 <= first[0] < 0x90 or first[0] in (0xDE, 0xDF))
    return False


def documents(input: Input) -> Iterator[Document]:
    """Read a .spacy file.

    Tokens that are white space are left out: they only say how the text goes on. Where it is
    missing whether tokens are in entities, nobody annotated them.

    Raises
    ------
    ReadError
        If the file is not there, not readable, damaged, or no such file.
    LayoutError
        If a document has no such group of spans, or a span in it no label or no characters.
    UsageError
        If spaCy is not installed, or both sides are to be the entities.
    """
    input.key = key = _key(input)
    tokens, vocab = _library("reading")
    content = _content(input.source)
    if input.progress:
        input.progress(len(content))
    number = 0
    try:
        docs = _slim(tokens.DocBin().from_bytes(content)).get_docs(vocab)
        for number, doc in enumerate(docs, 1):
            yield _document(doc, key, input, number)
    except SpanF1Error:
        raise
    # What spaCy and its libraries raise of damaged bytes is of any kind.
    except Exception as error:
        where = input.where(number + 1) if number else input.source.name
        raise ReadError("this is no .spacy file, or it is damaged", where=where) from error


def _key(input: Input) -> str:
    options = input.options
    if options.key or options.alone or options.side == "gold":
        return options.key or ENTITIES
    raise UsageError(
        "a .spacy file has its entities once: predictions beside them are a group of spans",
        where=input.source.name,
        hint=f"--pred-key says which, as in --pred-key sc; or {TWO_INPUTS}",
    )


def _library(doing: str) -> tuple[Any, Any]:
    """Return spaCy's module of documents, and an empty vocabulary."""
    try:
        import spacy.tokens
        from spacy.vocab import Vocab
    except ImportError:
        raise not_installed(f"{doing} .spacy files needs spaCy", "spacy") from None
    return spacy.tokens, Vocab()


def _content(source: Source) -> bytes:
    """Return the content of a file, of which not too much is unpacked later."""
    content = source.whole()
    most = _UNPACKED * source.most
    unpacker, left, rest = zlib.decompressobj(), most, content
    # What is damaged is found out when it is read.
    with contextlib.suppress(zlib.error):
        while rest and left > 0:
            left -= len(unpacker.decompress(rest, BLOCK_SIZE))
            rest = unpacker.unconsumed_tail
    if left <= 0:
        raise source.too_large("file", most)
    return content


def _slim(packed: Any) -> Any:
    """Return a DocBin without what is not asked for: lemmas, parses, categories, user data."""
    from spacy.attrs import IDS

    needed = [IDS[name] for name in ("ORTH", *_ATTRIBUTES)]
    kept = [column for column, attribute in enumerate(packed.attrs) if attribute in needed]
    packed.attrs = [packed.attrs[column] for column in kept]
    packed.tokens = [rows[:, kept] for rows in packed.tokens]
    packed.cats = [{} for _ in packed.tokens]
    packed.user_data = [None for _ in packed.tokens]
    return packed


def _document(doc: Any, key: str, input: Input, number: int) -> Document:
    words = [token for token in doc if not token.text.isspace()]
    if doc.has_unknown_spaces:
        text, all_offsets = joined(token.text for token in doc)
    else:
        text = doc.text
        all_offsets = [(token.idx, token.idx + len(token)) for token in doc]
    offsets = [all_offsets[token.i] for token in words]
    spans = []
    for span in _marked(doc, key, input.where(number)):
        start, end, label = span.start_char, span.end_char, span.label_
        if start >= end or not label:
            what = "no characters" if label else "no label"
            message = f"the span of tokens {span.start} to {span.end} in {key} has {what}"
            raise LayoutError(message, where=input.where(number))
        spans.append(TextSpan(label, ((start, end),)))
    for said in (text, *(span.type for span in spans)):
        if wrong := unwritable(said):
            raise LayoutError(f"{shortened(said)} has {wrong}", where=input.where(number))
    spaced = bool(doc.has_unknown_spaces)
    missing = _missing(doc, all_offsets) if key == ENTITIES else ()
    if missing and input.options.side == "gold":
        if not doc.has_annotation("ENT_IOB"):
            input.remark(_UNANNOTATED)
        input.remark(_PARTLY, sum(token.ent_iob == 0 for token in doc))
    elif missing:
        input.note(_UNPREDICTED)
        missing = ()
    return Document(text, spans, offsets, line=number, spaced=spaced, missing=missing)


def _missing(doc: Any, offsets: Sequence[Offsets]) -> tuple[Offsets, ...]:
    """Return the characters of the tokens of which it is missing whether they are in entities."""
    missing: list[Offsets] = []
    last = -2
    for token in doc:
        if token.ent_iob == 0:
            start, end = offsets[token.i]
            if token.i == last + 1:
                start = missing.pop()[0]
            missing.append((start, end))
            last = token.i
    return tuple(missing)


def _marked(doc: Any, key: str, where: str) -> Any:
    """Return the entities of a document, or its spans of another key."""
    if key == ENTITIES:
        return doc.ents
    if key in doc.spans:
        return doc.spans[key]
    there = ", ".join(map(shortened, [ENTITIES, *doc.spans]))
    raise LayoutError(
        f"there is no group of spans {shortened(key)}; there are: {there}",
        where=where,
        hint="every document is to have it, if only an empty one",
    )


def write(documents: Iterable[Document], target: BinaryIO, how: Writing) -> None:
    """Write documents to a .spacy file: spans as entities, or as the group that `how.key` names.

    White space that is more than a space behind a token becomes a token, as spaCy has it. Ids
    are not written.

    Raises
    ------
    LossError
        If a document has no text or no tokens, or a span does not begin and end with tokens, or
        overlaps another one and is to be an entity.
    UsageError
        If spaCy is not installed.
    """
    tokens, vocab = _library("writing")
    packed = tokens.DocBin(attrs=_ATTRIBUTES)
    key = how.key or ENTITIES
    for number, document in enumerate(documents, 1):
        where = f"document {number}"
        words, spaces = _words(document, where)
        doc = tokens.Doc(vocab, words=words, spaces=None if document.spaced else spaces)
        spans = [
            tokens.Span(doc, start, end, label=label)
            for start, end, label in _of_tokens(doc, document, where)
        ]
        if key != ENTITIES:
            doc.spans[key] = spans
        elif overlap := next((b for a, b in pairwise(spans) if b.start < a.end), None):
            message = f"{shortened(overlap.text)} overlaps another span, as no entity of spaCy may"
            raise LossError(message, where=where)
        else:
            doc.ents = spans
        packed.add(doc)
    target.write(packed.to_bytes())


def _words(document: Document, where: str) -> tuple[list[str], list[bool]]:
    """Return the tokens of a document, of white space, too, and whether a space follows each."""
    text = document.text
    if text is None or (document.tokens is None and text):
        what = "text" if text is None else "tokens"
        raise LossError(f"a .spacy file needs {what}, and there are none", where=where)
    try:
        "".join([text, *(span.type for span in document.spans)]).encode()
    except UnicodeEncodeError:
        raise LossError("half a surrogate pair cannot be written", where=where) from None
    words: list[str] = []
    spaces: list[bool] = []
    last = 0
    for start, end in [*(document.tokens or ()), (len(text), len(text))]:
        gap = text[last:start]
        if not last <= start <= end <= len(text) or gap.strip():
            message = f"the tokens are not the text around character {min(last, start)}"
            raise LossError(message, where=where)
        if gap.startswith(" ") and words:
            spaces[-1] = True
            gap = gap[1:]
        for word in filter(None, (gap, text[start:end])):
            words.append(word)
            spaces.append(False)
        last = end
    return words, spaces


def _of_tokens(doc: Any, document: Document, where: str) -> list[tuple[int, int, str]]:
    """Return the first token, the one after the last, and the type of each span, in order."""
    starts = {token.idx: token.i for token in doc}
    ends = {token.idx + len(token): token.i + 1 for token in doc}
    found = []
    for span in document.spans:
        parts = span.parts if len(span.parts) == 1 else [(-1, -1)]
        start, end = starts.get(parts[0][0]), ends.get(parts[0][1])
        if start is None or end is None or start >= end:
            said = shortened(document.text_of(span))
            raise LossError(f"the span {said} does not begin and end with tokens", where=where)
        if not span.type:
            raise LossError("a span of spaCy needs a type", where=where)
        found.append((start, end, span.type))
    return sorted(found)
