"""The keys that are looked for in each format: of tags or spans, tokens, texts and ids."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from spanf1.exceptions import UsageError


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
    item_type: tuple[str, ...] = ("label", "type", "entity_group", "entity", "entity_label")
    item_text: tuple[str, ...] = ("text",)

    def of(self, side: str, *, alone: bool) -> tuple[str, ...]:
        """Return the keys of tags or spans, given the side, and if the input has no other."""
        return self.gold if side == "gold" else self.predicted + self.either * alone


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
    "doccano": _of_spans("label", "labels", "entities", text=("text", "data")),
    # The short form of its exports calls labels as their control is called.
    "labelstudio": _of_spans("label", "labels", "ner")._replace(gold=("label", "labels", "ner")),
    # Before version 1.0, annotations were called completions.
    "labelstudio task": KnownKeys(("annotations", "completions"), ("predictions",), ()),
    "pipeline": _of_spans("entities", "spans", "ents"),
    "entities": _of_spans("entities", "spans", "labels", "label", "ents")._replace(
        item_type=("type", "label", "entity_group", "category", "entity_type", "entity"),
        item_text=("text", "name", "word", "mention", "entity", "span", "value"),
    ),
    # A table may have tags or spans, and both are looked for.
    "arrow": KnownKeys(
        *(tuple(dict.fromkeys(tags + spans)) for tags, spans in zip(_TAGS, _SPANS, strict=True))
    )._replace(id=(*_SPANS.id, *_TAGS.id[1:])),
}
#: the pairs of keys that may have the offsets of an item
ITEM_OFFSETS = (("start", "end"), ("start_offset", "end_offset"))


class Keys(NamedTuple):
    """The keys of the gold and the predicted tags, the tokens and the id; None to look for one."""

    gold: str | None = None
    predicted: str | None = None
    token: str | None = None
    id: str | None = None

    def check(self, sources: int, *, by_position: bool) -> None:
        """Raise an error if they do not go with so many sources.

        Raises
        ------
        UsageError
            If one is empty, or is not looked at.
        """
        compared = self.token is not None or self.id is not None
        if sources == 1 and (by_position or compared):
            raise UsageError(
                "records are aligned only where gold and predicted tags are in two files",
                hint="give two files, or leave token_key, id_key and align_by_position out",
            )
        if by_position and compared:
            raise UsageError("align_by_position looks at no tokens and ids: leave their keys out")
        if "" in self:
            raise UsageError("a key is empty")

    def joining(
        self, gold: Container[str], predicted: Container[str], *, ids: bool = True
    ) -> tuple[str, str, str]:
        """Return the keys of the tokens on both sides, and of the ids; empty if not compared.

        Parameters
        ----------
        gold, predicted : container of str
            The keys that there are on each side.
        ids : bool
            Look for ids.
        """
        sides = gold, predicted
        tokens = [
            self.token or next((key for key in _TAGS.token if key in side), "") for side in sides
        ]
        both = (key for key in _TAGS.id * ids if key in gold and key in predicted)
        left, right = tokens if all(tokens) else ("", "")
        return left, right, self.id or next(both, "")
