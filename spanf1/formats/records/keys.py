"""The keys that are looked for in each format: of tags or spans, tokens, texts and ids."""

from __future__ import annotations

from typing import NamedTuple

from spanf1.formats.options import InputOptions


class KnownKeys(NamedTuple):
    """The keys of a format; of several that are there, the first is taken.

    Attributes
    ----------
    gold, predicted : tuple of str
        Those of the tags or spans of each side.
    either : tuple of str
        Those of predicted ones, too, in an input that has no others.
    token, text, id : tuple of str
        Those of the tokens, the text, and the id.
    item_type, item_text : tuple of str
        Those of an item of a list of spans: its type, and what it says.
    """

    gold: tuple[str, ...]
    predicted: tuple[str, ...]
    either: tuple[str, ...]
    token: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    id: tuple[str, ...] = ("id", "doc_id", "document_id")
    item_type: tuple[str, ...] = (
        "label",
        "type",
        "entity_group",
        "entity",
        "entity_label",
        "entity_type",
    )
    item_text: tuple[str, ...] = ("text",)

    def of(self, options: InputOptions) -> tuple[str, ...]:
        """Return the keys of tags or spans of a side, which may be the only one of its input."""
        return self.gold if options.side == "gold" else self.predicted + self.either * options.alone


def _of_spans(*either: str, text: tuple[str, ...] = ("text",)) -> KnownKeys:
    """Return the keys of a format of spans, given those that either side may have."""
    predicted = "predicted", "pred", "predictions", "prediction"
    return KnownKeys(("gold", *either), predicted, either, ("tokens",), text)


_TAGS = KnownKeys(
    gold=("gold", "gold_tags", "tags", "ner_tags", "labels", "y_true", "references"),
    predicted=(
        "predicted",
        "pred",
        "pred_tags",
        "predicted_tags",
        "predictions",
        "prediction",
        "y_pred",
    ),
    either=("tags", "ner_tags", "labels"),
    token=("tokens", "words"),
    id=("id", "sentence_id", "sent_id", "guid"),
)
_SPANS = _of_spans("spans", "ents", "entities", "label", "labels")

#: the keys of every format that has some
KEYS = {
    "jsonl": _TAGS,
    "prodigy": _SPANS,
    "doccano": _of_spans("label", "labels", "entities", "annotations", text=("text", "data")),
    "ner-annotator": _of_spans("entities"),
    # The short form of its exports calls labels as their control is called.
    "labelstudio": _of_spans("label", "labels", "ner")._replace(gold=("label", "labels", "ner")),
    # Before version 1.0, annotations were called completions.
    "labelstudio task": KnownKeys(("annotations", "completions"), ("predictions",), ()),
    "pipeline": _of_spans("entities", "spans", "ents"),
    "entities": _of_spans("entities", "spans", "labels", "label", "ents")._replace(
        item_type=("type", "label", "entity_group", "category", "entity_type", "entity"),
        item_text=("text", "name", "word", "mention", "entity", "span", "value"),
    ),
    "spert": _of_spans("entities", "spans", "ents")._replace(token=_TAGS.token),
    "dygie": KnownKeys(
        ("ner",), ("predicted_ner",), ("ner",), ("sentences",), id=("doc_key", "doc_id", "id")
    ),
    "gliner": _of_spans("ner")._replace(token=("tokenized_text",)),
    # Infons of annotations.
    "bioc": KnownKeys(("type",), (), ("type",)),
    # Keys of MISC.
    "conllu": KnownKeys(
        ("ner", "NER", "NE", "name"), ("pred_ner", "predicted"), ("ner", "NER", "NE", "name")
    ),
    # A table may have tags or spans, and both are looked for.
    "arrow": KnownKeys(
        *(tuple(dict.fromkeys(tags + spans)) for tags, spans in zip(_TAGS, _SPANS, strict=True))
    )._replace(id=(*_SPANS.id, *_TAGS.id[1:])),
}
#: the pairs of keys that may have the offsets of an item
ITEM_OFFSETS = (
    ("start", "end"),
    ("start_offset", "end_offset"),
    ("start_char", "end_char"),
    ("startChar", "endChar"),
    ("begin", "end"),
)
