"""Scores of documents against spaCy's scorer, and of what a real pipeline returns."""

from __future__ import annotations

import json
import random

import pytest
from seqeval.metrics import classification_report

spacy = pytest.importorskip("spacy")

from spacy.scorer import Scorer, get_ner_prf  # noqa: E402
from spacy.tokens import Doc, DocBin, Span  # noqa: E402
from spacy.training import Example  # noqa: E402

import spanf1  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")

VOCAB = spacy.blank("en").vocab
KEY = "sc"
TYPES = "ABC"
LETTERS = "abcdeé\N{GRINNING FACE}\N{CJK UNIFIED IDEOGRAPH-4E2D}"
EXACT = 1e-12


def random_doc(rng):
    count = rng.randrange(1, 12)
    words = ["".join(rng.choices(LETTERS, k=rng.randrange(1, 5))) for _ in range(count)]
    return Doc(VOCAB, words, [rng.random() < 0.7 for _ in words])


def nested_spans(rng, doc):
    """Return spans that nest and overlap, each once."""
    found = set()
    for _ in range(rng.randrange(6)):
        start = rng.randrange(min(len(doc), 4))
        end = rng.randrange(start + 1, min(len(doc), 5) + 1)
        found.add((start, end, rng.choice(TYPES)))
    return rng.sample(sorted(found), len(found))


def marked(doc, spans):
    """Return the same tokens with some spans."""
    copy = Doc(VOCAB, [token.text for token in doc], [bool(token.whitespace_) for token in doc])
    copy.spans[KEY] = [Span(copy, start, end, label=name) for start, end, name in spans]
    return copy


def record(doc):
    """Return a record of what the document says itself."""
    return {
        "text": doc.text,
        "spans": [
            {"start": span.start_char, "end": span.end_char, "label": span.label_}
            for span in doc.spans[KEY]
        ],
    }


def pairs(seed, count):
    """Return documents with gold and with predicted spans."""
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        doc = random_doc(rng)
        gold = nested_spans(rng, doc)
        predicted = nested_spans(rng, doc)
        predicted += [span for span in gold if span not in predicted and rng.random() < 0.6]
        found.append((marked(doc, gold), marked(doc, predicted)))
    return found


def by_spacy(docs, **options):
    """Return the figures of spaCy's scorer, of nested spans."""
    return Scorer.score_spans(
        [Example(predicted, gold) for gold, predicted in docs],
        KEY,
        getter=lambda doc, key: doc.spans[key],
        allow_overlap=True,
        **options,
    )


def assert_as_spacy(result, theirs, key=KEY):
    """Compare the figures; spaCy says None where there are no spans at all."""
    names = {"p": "precision", "r": "recall", "f": "f1"}
    for letter, name in names.items():
        value = theirs[f"{key}_{letter}"] or 0
        assert getattr(result.micro, name) == pytest.approx(value, abs=EXACT)
    each = theirs[f"{key}_per_type"] or {}
    assert set(result.types) == set(each)
    for kind, row in each.items():
        ours = {letter: getattr(result.types[kind], name) for letter, name in names.items()}
        assert ours == pytest.approx(row, abs=EXACT)


def evaluated(docs, **options):
    return spanf1.evaluate(*([record(pair[k]) for pair in docs] for k in (0, 1)), **options)


@pytest.mark.slow
def test_nested_spans_count_as_spacy_counts_them():
    docs = pairs(1, 3000)
    for first in range(0, len(docs), 20):
        batch = docs[first : first + 20]
        assert_as_spacy(evaluated(batch), by_spacy(batch))


def test_unlabelled_spans_count_as_those_of_one_type():
    """Two spans at one place, of different types, are one where the type is not looked at."""
    docs = pairs(2, 500)
    theirs = by_spacy(docs, labeled=False)
    sides = [
        [
            {
                "text": pair[k].text,
                "spans": [
                    {"start": start, "end": end, "label": "X"}
                    for start, end in {(s.start_char, s.end_char) for s in pair[k].spans[KEY]}
                ],
            }
            for pair in docs
        ]
        for k in (0, 1)
    ]
    assert spanf1.evaluate(*sides).micro.f1 == pytest.approx(theirs[f"{KEY}_f"], abs=EXACT)


# How often a span is in gold and in the predictions, and how often it is then right.
REPEATED = [(2, 2, 2, 1), (2, 1, 1, 1), (1, 2, 1, 1), (3, 2, 2, 1), (0, 2, 0, 0)]


@pytest.mark.parametrize(("gold", "predicted", "ours", "theirs"), REPEATED)
def test_spacy_takes_repeated_spans_for_one(gold, predicted, ours, theirs):
    """It compares sets; here a span that is there twice is right twice if both sides say so."""
    doc = Doc(VOCAB, ["New", "York"])
    docs = [(marked(doc, [(0, 2, "A")] * gold), marked(doc, [(0, 2, "A")] * predicted))]
    found = evaluated(docs).counts.total
    assert tuple(found) == (gold, predicted, ours)
    figures = by_spacy(docs)
    assert figures[f"{KEY}_p"] == theirs
    assert figures[f"{KEY}_r"] == theirs


@pytest.mark.slow
def test_repeated_spans_made_single_count_as_spacy_counts_them():
    rng = random.Random(3)
    once = pairs(3, 500)
    repeated = []
    for pair in once:
        spans = [
            [(s.start, s.end, s.label_) for s in doc.spans[KEY] for _ in range(rng.randrange(1, 3))]
            for doc in pair
        ]
        repeated.append(tuple(map(marked, pair, spans)))
    assert by_spacy(repeated) == by_spacy(once)
    assert_as_spacy(evaluated(once), by_spacy(repeated))
    # As multisets there are more, of gold and of predictions.
    more, less = evaluated(repeated).counts.total, evaluated(once).counts.total
    assert all(a > b for a, b in zip(more, less, strict=True))


def saved(path, docs):
    path.write_bytes(DocBin(docs=docs).to_bytes())
    return path


@pytest.mark.slow
def test_files_of_nested_spans_count_as_spacy_counts_them(tmp_path):
    docs = pairs(4, 1000)
    files = [saved(tmp_path / f"{k}.spacy", [pair[k] for pair in docs]) for k in (0, 1)]
    theirs = by_spacy(docs)
    assert_as_spacy(spanf1.score_file(*files, gold_key=KEY, pred_key=KEY), theirs)
    lines = tmp_path / "lines.jsonl"
    lines.write_text("".join(json.dumps(record(pair[1])) + "\n" for pair in docs), "utf-8")
    assert_as_spacy(spanf1.score_file(files[0], lines, gold_key=KEY), theirs)


def cut(rng, doc, spans):
    """Return the same text in smaller tokens, with the same spans."""
    words, spaces, first = [], [], []
    for token in doc:
        first.append(len(words))
        pieces = [""]
        for letter in token.text:
            pieces += [""] if pieces[-1] and rng.random() < 0.4 else []
            pieces[-1] += letter
        words += pieces
        spaces += [False] * (len(pieces) - 1) + [bool(token.whitespace_)]
    first.append(len(words))
    small = Doc(VOCAB, words, spaces)
    assert small.text == doc.text
    return small, [(first[start], first[end], name) for start, end, name in spans]


@pytest.mark.slow
@pytest.mark.parametrize("smaller", ["gold", "predicted"])
def test_spans_of_other_tokens_count_as_spacy_counts_them(smaller):
    """The spans of the smaller tokens are some of the others', if these are the gold ones."""
    rng = random.Random(5)
    docs = []
    for gold, predicted in pairs(5, 1000):
        sides = [gold, predicted]
        number = smaller == "predicted"
        spans = [(s.start, s.end, s.label_) for s in sides[number].spans[KEY]]
        small, kept = cut(rng, sides[number], spans)
        if smaller == "gold":
            more = nested_spans(rng, small)
            kept += [span for span in more if span not in kept]
        sides[number] = marked(small, kept)
        docs.append(sides)
    assert sum(len(gold) != len(predicted) for gold, predicted in docs) > 500
    assert_as_spacy(evaluated(docs), by_spacy(docs))


def test_spacy_drops_predictions_that_gold_has_no_tokens_for():
    """A prediction that ends within a token of gold is wrong here, and in spaCy nothing."""
    gold = Doc(VOCAB, ["in", "NewYork"])
    predicted = Doc(VOCAB, ["in", "New", "York"], [True, False, True])
    docs = [
        (marked(gold, [(0, 1, "A"), (1, 2, "A")]), marked(predicted, [(0, 1, "A"), (1, 2, "A")]))
    ]
    assert tuple(evaluated(docs).counts.total) == (2, 2, 1)
    theirs = by_spacy(docs)
    assert (theirs[f"{KEY}_p"], theirs[f"{KEY}_r"]) == (1, 0.5)


def test_entities_count_as_spacy_counts_them():
    """Those that do not overlap, by what `Language.evaluate` uses."""
    rng = random.Random(6)
    docs = []
    for pair in pairs(6, 1000):
        for doc in pair:
            doc.ents = spacy.util.filter_spans(doc.spans[KEY])
            doc.spans[KEY] = rng.sample(doc.ents, len(doc.ents))
        docs.append(pair)
    theirs = get_ner_prf([Example(predicted, gold) for gold, predicted in docs])
    assert_as_spacy(evaluated(docs), theirs, "ents")


# What a pipeline returns: its tokens are subwords of the text that gold was marked in.

TAGS = ["O", "B-A", "I-A", "B-B", "I-B"]


@pytest.fixture(scope="module")
def tagger():
    """A model of random weights that knows all letters, and its tokenizer."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    letters = "abcdef"
    pieces = [*letters, "ab", "cd", "fe"]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *pieces, *(f"##{one}" for one in pieces)]
    torch.manual_seed(1)
    model = transformers.BertForTokenClassification(
        transformers.BertConfig(
            vocab_size=len(words),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            max_position_embeddings=128,
            id2label=dict(enumerate(TAGS)),
            label2id={tag: number for number, tag in enumerate(TAGS)},
        )
    ).eval()
    with torch.no_grad():
        model.bert.embeddings.word_embeddings.weight.normal_(0, 1)
        model.classifier.weight.normal_(0, 1)
        model.classifier.bias.copy_(torch.tensor([2.0, 0, 0, 0, 0]))
    tokenizer = transformers.BertTokenizerFast(
        vocab={word: number for number, word in enumerate(words)}
    )
    return model, tokenizer


@pytest.fixture(scope="module")
def sentences():
    """Words, and a tag for each, often ill-formed."""
    rng = random.Random(7)
    found = []
    for _ in range(300):
        words = ["".join(rng.choices("abcdef", k=rng.randrange(1, 6))) for _ in range(6)]
        words = words[: rng.randrange(1, 7)]
        found.append((words, rng.choices(TAGS, [6, 2, 2, 2, 2], k=len(words))))
    return found


def tags_by_hand(tagger, words):
    """Return the tag of each piece of a text, and which word it is from."""
    import torch

    model, tokenizer = tagger
    encoded = tokenizer(" ".join(words), return_tensors="pt")
    with torch.no_grad():
        best = model(**encoded).logits[0].argmax(-1).tolist()
    numbers = encoded.word_ids()
    places = encoded.encodings[0].offsets
    return [
        (TAGS[tag], number, end - start)
        for tag, number, (start, end) in zip(best, numbers, places, strict=True)
        if number is not None
    ]


def by_letter(tags, lengths):
    """Return a tag for each letter, given the length of what has each tag."""
    return [
        tag if tag == "O" or not place else f"I-{tag[2:]}"
        for tag, length in zip(tags, lengths, strict=True)
        for place in range(length)
    ]


def gold_records(sentences):
    found = []
    for words, tags in sentences:
        places, end = [], -1
        for word in words:
            places.append((end + 1, end + 1 + len(word)))
            end = places[-1][1]
        spans = [
            {"start": places[span.start][0], "end": places[span.end - 1][1], "label": span.type}
            for span in spanf1.decode(tags)
        ]
        found.append({"text": " ".join(words), "spans": spans})
    return found


def assert_as_seqeval(result, gold, predicted):
    report = classification_report(gold, predicted, output_dict=True, zero_division=0)
    rows = {f"{name} avg": row for name, row in result.averages._asdict().items()} | result.types
    assert rows.keys() == report.keys()
    for name, row in rows.items():
        theirs = [report[name][key] for key in ("precision", "recall", "f1-score", "support")]
        assert [row.precision, row.recall, row.f1, row.gold] == pytest.approx(theirs, abs=EXACT)
    assert result.micro.correct > 10


def output_of(tagger, sentences, strategy):
    import transformers

    model, tokenizer = tagger
    made = transformers.pipeline(
        "token-classification", model=model, tokenizer=tokenizer, aggregation_strategy=strategy
    )
    return made([" ".join(words) for words, _ in sentences])


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["none", "simple"])
def test_what_a_pipeline_returns_counts_as_seqeval_counts_the_letters(
    tmp_path, tagger, sentences, strategy
):
    """Subwords one by one, or put together by their tags: the same spans, ill-formed or not."""
    predicted = []
    for words, _ in sentences:
        pieces = tags_by_hand(tagger, words)
        predicted.append(by_letter([tag for tag, *_ in pieces], [size for *_, size in pieces]))
    gold = [by_letter(tags, map(len, words)) for words, tags in sentences]
    output = output_of(tagger, sentences, strategy)
    records = gold_records(sentences)
    assert_as_seqeval(spanf1.evaluate(records, output), gold, predicted)
    # Also from files.
    files = tmp_path / "gold.jsonl", tmp_path / "predicted.json"
    files[0].write_text("".join(json.dumps(one) + "\n" for one in records), "utf-8")
    files[1].write_text(json.dumps(output, default=float), "utf-8")
    assert_as_seqeval(spanf1.score_file(*files), gold, predicted)


@pytest.mark.slow
def test_what_a_pipeline_makes_of_words_counts_as_seqeval_counts_the_words(tagger, sentences):
    """By the strategy "first", a word has the tag of its first subword."""
    predicted = []
    for words, _ in sentences:
        first = {}
        for tag, number, _ in tags_by_hand(tagger, words):
            first.setdefault(number, tag)
        predicted.append([*first.values()])
    output = output_of(tagger, sentences, "first")
    result = spanf1.evaluate(gold_records(sentences), output)
    assert_as_seqeval(result, [tags for _, tags in sentences], predicted)
