"""A scorer for spaCy's entities that counts every prediction: ``spanf1.scorer.v1``.

In a config, where spaCy finds it once spanf1 is installed::

    [components.ner.scorer]
    @scorers = "spanf1.scorer.v1"
    average = "micro"

or in code::

    from spanf1.integrations.spacy import make_scorer

    nlp.get_pipe("ner").scorer = make_scorer()
    nlp.evaluate(examples)["ents_f"]

The keys are those of spaCy's own scorer: ``ents_p``, ``ents_r``, ``ents_f`` and ``ents_per_type``.
The two differ where gold and predictions are not cut into the same tokens. spaCy maps a predicted
entity to the gold tokens that it touches, and ignores one that touches none. Here an entity is
right if its first character, its last one and its label are gold's, and wrong otherwise.

As in spaCy, what gold does not say is not held against a prediction: a document without any
annotation of entities is left out, and so is a predicted entity that touches a token whose
annotation is missing. (That is also what spaCy makes of a gold entity that begins or ends within
a token: it warns, and takes the annotation for missing.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest
from typing import Any

from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry

from spanf1.core.scores import AVERAGES, TypeCounts
from spanf1.exceptions import AlignmentError, check_known
from spanf1.results.lists import result_of_counts
from spanf1.wording import shortened

# How spaCy says that nobody annotated a token.
_MISSING = 0


@dataclass(frozen=True, kw_only=True)
class EntityScorer:
    """Scores the entities of examples; made by `make_scorer`, whose parameters it keeps."""

    average: str
    types: str | tuple[str, ...]
    zero_division: float

    def __post_init__(self) -> None:
        check_known("average", self.average, AVERAGES)
        result_of_counts({}, types=self.types, zero_division=self.zero_division)

    def __call__(self, examples: Iterable[Example], **_: Any) -> dict[str, Any]:
        """Return precision, recall and F1, of all entities and by type.

        Parameters
        ----------
        examples : iterable of spacy.training.Example
            Predicted and gold documents.
        **_
            The settings of the component, which spaCy gives to every scorer.

        Raises
        ------
        AlignmentError
            If the two documents of an example are not the same text, white space and case apart.
        """
        sums: tuple[Counter[str], ...] = Counter(), Counter(), Counter()
        for number, example in enumerate(examples):
            if example.reference.has_annotation("ENT_IOB"):
                gold, predicted = _spans(example.reference, example.predicted, number)
                for counts, spans in zip(sums, (gold, predicted, gold & predicted), strict=True):
                    counts.update(label for label, _, _ in spans)
        names = sorted({*sums[0], *sums[1]})
        result = result_of_counts(
            {name: TypeCounts(*(counts[name] for counts in sums)) for name in names},
            types=self.types,
            zero_division=self.zero_division,
        )
        rows = {name: _figures(row) for name, row in result.types.items()}
        if not names:
            return dict.fromkeys(("ents_p", "ents_r", "ents_f", "ents_per_type"))
        total = _figures(getattr(result, self.average))
        return {f"ents_{name}": value for name, value in total.items()} | {"ents_per_type": rows}


# The options are `str`: spaCy checks a config by annotations, before spanf1 can say what is wrong.
def make_scorer(
    average: str = "micro",
    types: str | list[str] = "union",
    zero_division: float = 0.0,
) -> EntityScorer:
    """Return a scorer of entities for a component of a pipeline.

    Parameters
    ----------
    average : str
        What ``ents_p``, ``ents_r`` and ``ents_f`` are: ``micro``, ``macro`` or ``weighted``.
    types : str or list of str
        As for `spanf1.evaluate`: what macro and weighted run over, or the labels to score.
    zero_division : float
        What 0/0 is: 0, 1 or NaN.

    Raises
    ------
    UsageError
        If an argument is not one of those above.
    """
    chosen = types if isinstance(types, str) else tuple(types)
    return EntityScorer(average=average, types=chosen, zero_division=zero_division)


registry.scorers("spanf1.scorer.v1", func=make_scorer)


def _figures(row: Any) -> dict[str, float]:
    return {"p": row.precision, "r": row.recall, "f": row.f1}


Span = tuple[str, int, int]


def _spans(gold: Doc, predicted: Doc, number: int) -> tuple[set[Span], set[Span]]:
    """Return label, start and end of the entities of both that count."""
    gold_places, places = _places(gold.text, predicted.text, number)
    unknown = {
        character
        for token in gold
        if token.ent_iob == _MISSING
        for character in range(gold_places[token.idx], gold_places[token.idx + len(token)])
    }
    spans = {(e.label_, places[e.start_char], places[e.end_char]) for e in predicted.ents}
    return (
        {(e.label_, gold_places[e.start_char], gold_places[e.end_char]) for e in gold.ents},
        {span for span in spans if unknown.isdisjoint(range(*span[1:]))},
    )


def _places(gold: str, predicted: str, number: int) -> tuple[Sequence[int], Sequence[int]]:
    """Return the common number of each character: without white space, if that differs."""
    if gold == predicted:
        same = range(len(gold) + 1)
        return same, same
    bare = [*zip_longest(_bare(gold), _bare(predicted), fillvalue="")]
    parted = next((place for place, (a, b) in enumerate(bare) if a.lower() != b.lower()), None)
    if parted is not None:
        texts = (shortened("".join(side[parted:])) for side in zip(*bare, strict=True))
        raise AlignmentError(
            "the gold text has {} where the predicted text has {}".format(*texts),
            where=f"example {number}",
        )
    return _counted_places(gold), _counted_places(predicted)


def _bare(text: str) -> str:
    return "".join(text.split())


def _counted_places(text: str) -> list[int]:
    return list(accumulate((not character.isspace() for character in text), initial=0))
