"""Other scorers, called plainly, and random tags to put to them."""

from typing import NamedTuple

import numpy as np
import pytest
import seqeval.scheme
from seqeval.metrics import classification_report
from seqeval.metrics.sequence_labeling import get_entities
from seqscore.encoding import get_encoding
from seqscore.scoring import score_label_sequences
from seqscore.validation import validate_labels
from sklearn.metrics import precision_recall_fscore_support

# The prefixes of each scheme, O left out; written out here so as not to trust the package's.
ALPHABETS = {
    "IO": "I",
    "IOB1": "BI",
    "IOB2": "BI",
    "IOE1": "IE",
    "IOE2": "IE",
    "IOBES": "BIES",
    "BILOU": "BILU",
    "BMES": "BMES",
    "BMEWO": "BMEW",
}

# For schemes that mark both ends of a span: begin, inside, end, single.
_BOTH_ENDS = {"IOBES": "BIES", "BILOU": "BILU", "BMES": "BMES", "BMEWO": "BMEW"}

SEQSCORE_NAMES = {
    "IO": "IO",
    "IOB1": "IOB",
    "IOB2": "BIO",
    "IOBES": "BIOES",
    "BILOU": "BILOU",
    "BMES": "BMES",
    "BMEWO": "BMEOW",
}


class Span(NamedTuple):
    """A typed span of tokens, its end exclusive; equal to the package's by being a tuple."""

    start: int
    end: int
    type: str


# Random tags.


def alphabet(scheme, types):
    """Return every tag of a scheme."""
    return ["O"] + [f"{prefix}-{kind}" for prefix in ALPHABETS[scheme] for kind in types]


def uniform(rng, scheme, count, types="AB", longest=9):
    """Return sentences of tags drawn alike: nearly all of them are ill-formed."""
    tags = alphabet(scheme, types)
    lengths = rng.integers(1, longest, count)
    return [[tags[k] for k in rng.integers(len(tags), size=length)] for length in lengths]


def well_formed(rng, scheme, count, types="AB", longest=13):
    """Return sentences of well-formed tags, in which spans often touch."""
    lengths = rng.integers(1, longest, count).tolist()
    return [encode(random_spans(rng, length, types), length, scheme) for length in lengths]


def noisy(rng, scheme, count, types="AB", noise=0.1):
    """Return sentences of mostly well-formed tags."""
    return altered(rng, well_formed(rng, scheme, count, types), scheme, types, noise)


def altered(rng, sentences, scheme, types="AB", noise=0.2):
    """Return the sentences with some of the tags replaced by any of the scheme."""
    tags = alphabet(scheme, types)
    return [
        [
            tags[int(other)] if draw < noise else tag
            for tag, draw, other in zip(
                sentence,
                rng.random(len(sentence)),
                rng.integers(len(tags), size=len(sentence)),
                strict=True,
            )
        ]
        for sentence in sentences
    ]


MAKERS = {"uniform": uniform, "noisy": noisy}


def random_spans(rng, length, types="AB"):
    """Return spans in order, of which none overlap, within `length` tokens."""
    spans = []
    position = 0
    while position < length:
        end = position + int(rng.integers(1, 4))
        if rng.random() < 0.5 and end <= length:
            spans.append(Span(position, end, types[int(rng.integers(len(types)))]))
            position = end
        else:
            position += 1
    return spans


def encode(spans, length, scheme):
    """Return the tags of spans. What a scheme cannot tell apart, it does not."""
    tags = ["O"] * length
    for start, end, kind in spans:
        beside = {
            "before": any(o.end == start and o.type == kind for o in spans),
            "behind": any(o.start == end and o.type == kind for o in spans),
        }
        prefixes = _prefixes(scheme, end - start, **beside)
        tags[start:end] = [f"{prefix}-{kind}" for prefix in prefixes]
    return tags


def _prefixes(scheme, size, *, before, behind):
    """Return one span's prefixes, given whether it touches others of its type."""
    if scheme in _BOTH_ENDS:
        begin, inside, end, single = _BOTH_ENDS[scheme]
        return single if size == 1 else begin + inside * (size - 2) + end
    prefixes = "I" * size
    if scheme == "IOB2" or (scheme == "IOB1" and before):
        return "B" + prefixes[1:]
    if scheme == "IOE2" or (scheme == "IOE1" and behind):
        return prefixes[1:] + "E"
    return prefixes


# seqeval, the library of Python programs that train taggers.


def seqeval_spans(tags):
    """Return the spans of one sentence by seqeval's default."""
    return [Span(start, last + 1, kind) for kind, start, last in get_entities(tags)]


def seqeval_strict_spans(tags, scheme):
    """Return the spans of one sentence by seqeval's strict mode."""
    entities = seqeval.scheme.Tokens(tags, getattr(seqeval.scheme, scheme)).entities
    return [Span(entity.start, entity.end, entity.tag) for entity in entities]


def seqeval_report(gold, predicted, *, scheme=None, zero_division=0):
    """Return seqeval's report as a dict; strict if there is a scheme."""
    strict = {"mode": "strict", "scheme": getattr(seqeval.scheme, scheme)} if scheme else {}
    return classification_report(
        gold, predicted, output_dict=True, zero_division=zero_division, **strict
    )


# seqscore, the library of Lignos and Kamyab.


def seqscore_spans(tags, scheme, repair):
    """Return the spans of one sentence by seqscore, ill-formed tags repaired in its way."""
    encoding = get_encoding(SEQSCORE_NAMES[scheme])
    labels = encoding.repair_labels(tags, repair) if repair else tags
    mentions = encoding.decode_labels(labels)
    return [Span(mention.span.start, mention.span.end, mention.type) for mention in mentions]


def seqscore_accepts(tags, scheme):
    """Return whether seqscore finds the tags well-formed."""
    return validate_labels(tags, get_encoding(SEQSCORE_NAMES[scheme])).is_valid()


def seqscore_counts(gold, predicted, scheme, repair):
    """Return (gold, predicted, correct) by type."""
    score, _ = score_label_sequences(predicted, gold, SEQSCORE_NAMES[scheme], repair=repair)
    return {
        kind: (row.total_ref, row.total_pos, row.true_pos)
        for kind, row in sorted(score.type_scores.items())
    }


# scikit-learn, which knows no spans: every span of either side is a sample, and the side that
# does not have it says "none of the types".

_NOTHING = "none of the types"


def sklearn_scores(gold, predicted, labels, *, beta, average, zero_division):
    """Return precision, recall and F-beta, of two lists of sets of spans."""
    truth, guess = [], []
    for ours, theirs in zip(gold, predicted, strict=True):
        for span in sorted(ours | theirs):
            truth.append(span.type if span in ours else _NOTHING)
            guess.append(span.type if span in theirs else _NOTHING)
    scores = precision_recall_fscore_support(
        np.array(truth, object),
        np.array(guess, object),
        labels=labels,
        beta=beta,
        average=average,
        zero_division=zero_division,
    )
    return scores[:3]


EXACT = 1e-12


def figures(row):
    return {
        "precision": row.precision,
        "recall": row.recall,
        "f1-score": row.f1,
        "support": row.gold,
    }


def report_of(result):
    averages = result.averages._asdict().items()
    return {name: figures(row) for name, row in result.types.items()} | {
        f"{name} avg": figures(row) for name, row in averages
    }


def assert_same_report(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, row in ours.items():
        assert row == pytest.approx(theirs[name], abs=EXACT, rel=0), name
