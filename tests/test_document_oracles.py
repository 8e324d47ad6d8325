"""Scores of documents against other libraries, on random ones; and where those differ, and why."""

from __future__ import annotations

import contextlib
import json
import random
from collections import Counter
from itertools import product

import numpy as np
import pytest
from nervaluate import Evaluator
from sklearn.metrics import precision_recall_fscore_support

import spanf1
from spanf1.checks.convert import fitted
from spanf1.core.documents import Document, TextSpan, joined
from spanf1.exceptions import AlignmentError
from spanf1.formats.registry import FORMATS, Writing, write
from tests.helpers.oracles import (
    altered,
    assert_same_report,
    noisy,
    report_of,
    seqeval_report,
    seqscore_counts,
    well_formed,
)
from tests.helpers.shared_data import shared

EXACT = 1e-12
TYPES = "ABC"
LETTERS = "abcdeé\N{GRINNING FACE}\N{CJK UNIFIED IDEOGRAPH-4E2D}"
GAPS = (" ", " ", "  ", "\N{NO-BREAK SPACE}", "\n", "\t")

# The formats of the standard library, but for entities, which has no offsets.
PLACED = ["columns", "jsonl", "prodigy", "doccano", "labelstudio", "pipeline", "brat"]


def batches(make, count, size=20):
    """Yield lists of pairs of documents: thousands in all."""
    for _ in range(count // size):
        yield [make() for _ in range(size)]


def by_type(result):
    return {name: tuple(row) for name, row in result.counts.types.items()}


def prf(row):
    return [row.precision, row.recall, row.fbeta]


def random_text(rng, words=8):
    parts = []
    for _ in range(rng.randrange(1, words)):
        parts += ["".join(rng.choices(LETTERS, k=rng.randrange(1, 6))), rng.choice(GAPS)]
    return "".join(parts)


def record(text, spans):
    """Return a record as Prodigy has it; a span is a type and parts, or one part."""
    items = [{"start": a, "end": b, "label": t} for t, *((a, b), *more) in spans if not more]
    items += [{"offsets": list(map(list, p)), "label": t} for t, *p in spans if len(p) > 1]
    return {"text": text, "spans": items}


def records(batch):
    """Return the gold and the predicted records of (text, gold, predicted)."""
    return (
        [record(text, gold) for text, gold, _ in batch],
        [record(text, predicted) for text, _, predicted in batch],
    )


# nervaluate: spans of characters that do not overlap.


def flat_spans(rng, text):
    """Return spans of which none overlap, many of which touch."""
    spans, place = [], rng.randrange(2)
    while place < len(text):
        end = min(place + rng.randrange(1, 5), len(text))
        if rng.random() < 0.7:
            spans.append((rng.choice(TYPES), (place, end)))
        place = end + rng.choice((0, 0, 1))
    return spans


def shaken(rng, spans, text):
    """Return what somebody else might have marked."""
    found, last = [], 0
    for name, (start, end) in spans:
        here = rng.random()
        moved = max(last, start - (here < 0.1))
        stop = max(moved + 1, end - (here > 0.9))
        if 0.2 < here < 0.3 or not moved < stop <= len(text):
            continue
        found.append((rng.choice(TYPES) if 0.3 < here < 0.4 else name, (moved, stop)))
        last = stop
    return found


def flat_pair(rng):
    text = random_text(rng)
    gold = flat_spans(rng, text)
    return text, gold, shaken(rng, gold, text) if rng.random() < 0.8 else flat_spans(rng, text)


def nervaluate(batch, types=TYPES, last=1):
    """Return nervaluate's answer: its ends are of the last character, `last` before the next."""
    sides = [
        [[{"label": t, "start": a, "end": b - last} for t, (a, b) in one[k]] for one in batch]
        for k in (1, 2)
    ]
    return Evaluator(*sides, tags=list(types), loader="dict").evaluate()


def nervaluate_counts(found):
    return found.possible, found.actual, found.correct


def test_spans_that_do_not_overlap_count_as_nervaluate_counts_strictly():
    rng = random.Random(1)
    for batch in batches(lambda: flat_pair(rng), 2000):
        result = spanf1.evaluate(*records(batch))
        theirs = nervaluate(batch)
        expected = {
            name: nervaluate_counts(found["strict"])
            for name, found in sorted(theirs["entities"].items())
        }
        assert by_type(result) == expected
        overall = theirs["overall"]["strict"]
        assert tuple(result.counts.total) == nervaluate_counts(overall)
        ours = [result.micro.precision, result.micro.recall, result.micro.f1]
        assert ours == pytest.approx([overall.precision, overall.recall, overall.f1], abs=EXACT)


def test_spans_of_one_type_count_as_nervaluate_counts_exact_ones():
    """Its "exact" schema looks at places only: as if there were one type."""
    rng = random.Random(2)
    for batch in batches(lambda: flat_pair(rng), 1000):
        untyped = [
            (text, *([("A", part) for _, part in spans] for spans in sides))
            for text, *sides in batch
        ]
        result = spanf1.evaluate(*records(untyped))
        found = nervaluate(batch)["overall"]["exact"]
        assert tuple(result.counts.total) == nervaluate_counts(found)


# nervaluate goes through the predictions in order. One that is not right, and overlaps a gold
# span, takes that away from those behind it, one of which may be right.
TAKEN = [
    pytest.param([(0, 9), (3, 5)], [(3, 6), (0, 9)], 1, 1, 0, id="nested"),
    pytest.param([(0, 9), (3, 5)], [(0, 9), (3, 6)], 1, 1, 1, id="nested-in-another-order"),
    pytest.param([(3, 6)], [(0, 3), (3, 6)], 0, 1, 0, id="ends-exclusive-so-neighbours-overlap"),
    pytest.param([(3, 6)], [(0, 3), (3, 6)], 1, 1, 1, id="ends-inclusive"),
    pytest.param([(0, 3), (0, 3)], [(0, 3), (0, 3)], 1, 2, 2, id="repeated"),
    pytest.param([(0, 3), (0, 3)], [(0, 3)], 1, 1, 1, id="repeated-in-gold"),
]


@pytest.mark.parametrize(("gold", "predicted", "last", "ours", "theirs"), TAKEN)
def test_what_nervaluate_takes_away(gold, predicted, last, ours, theirs):
    batch = [("abcdefghij", [("A", part) for part in gold], [("A", part) for part in predicted])]
    assert spanf1.evaluate(*records(batch)).micro.correct == ours
    assert nervaluate(batch, last=last)["overall"]["strict"].correct == theirs


def test_nervaluate_never_finds_more_where_spans_nest():
    rng = random.Random(3)
    differ = 0
    for batch in batches(lambda: nested_pair(rng, parts=1), 1000, size=1):
        ours = spanf1.evaluate(*records(batch)).counts.total
        theirs = nervaluate_counts(nervaluate(batch)["overall"]["strict"])
        assert theirs[:2] == tuple(ours)[:2]
        assert theirs[2] <= ours.correct
        differ += theirs[2] < ours.correct
    assert 100 < differ < 900


# scikit-learn: each place, with the number of the copy, is a sample; its labels are the types.


def nested_pair(rng, parts=3):
    """Return spans that nest, overlap, repeat and, with several parts, are discontinuous."""
    text = random_text(rng) + "abcdefgh"
    pool = []
    for _ in range(rng.randrange(1, 7)):
        count = 2 * rng.randrange(1, parts + 1)
        cuts = sorted(rng.sample(range(min(len(text), 9)), count))
        pool.append((rng.choice(TYPES), *zip(cuts[::2], cuts[1::2], strict=True)))
    return text, *(rng.choices(pool, k=rng.randrange(6)) for _ in range(2))


def indicators(sides, labels):
    """Return, for gold and predicted, a row for each thing and its copy, a column for each type.

    A side is a list of Counters of (type, thing), one for each document.
    """
    rows, cells = {}, ([], [])
    for side, marked in zip(sides, cells, strict=True):
        for number, counts in enumerate(side):
            for (name, thing), count in counts.items():
                for copy in range(count):
                    row = rows.setdefault((number, thing, copy), len(rows))
                    marked.append((row, labels.index(name)))
    for marked in cells:
        matrix = np.zeros((len(rows), len(labels)), int)
        if marked:
            matrix[tuple(zip(*marked, strict=True))] = 1
        yield matrix


def sklearn_figures(sides, labels, average, **options):
    found = precision_recall_fscore_support(*indicators(sides, labels), average=average, **options)
    return found[:3]


def assert_as_scikit_learn(result, sides, **options):
    labels = sorted({name for side in sides for counts in side for name, _ in counts})
    assert list(result.types) == labels
    if len(labels) < 2:
        return  # one column of labels is taken for no indicator
    each = sklearn_figures(sides, labels, None, **options)
    for row, expected in zip(result.types.values(), zip(*each, strict=True), strict=True):
        assert prf(row) == pytest.approx(expected, abs=EXACT)
    for name in ("micro", "macro", "weighted"):
        expected = sklearn_figures(sides, labels, name, **options)
        assert prf(getattr(result, name)) == pytest.approx(expected, abs=EXACT), name


@pytest.mark.parametrize(("beta", "zero"), [(0.5, 0.0), (2.0, 1.0)])
def test_averages_of_spans_of_any_kind_are_those_of_scikit_learn(beta, zero):
    rng = random.Random(4)
    options = {"beta": beta, "zero_division": zero}
    for batch in batches(lambda: nested_pair(rng), 1000, size=20):
        sides = [[Counter((t, tuple(p)) for t, *p in one[k]) for one in batch] for k in (1, 2)]
        assert_as_scikit_learn(spanf1.evaluate(*records(batch), **options), sides, **options)


SAID = ["Paris", "paris", "PARIS", "New York", "new  york", " Rome", "Rome "]
NORMALIZERS = {
    (): lambda text: text,
    ("case",): str.lower,
    ("space",): lambda text: " ".join(text.split()),
    ("case", "space"): lambda text: " ".join(text.lower().split()),
}


@pytest.mark.parametrize("how", NORMALIZERS)
def test_averages_of_texts_are_those_of_scikit_learn(how):
    rng = random.Random(5)
    for batch in batches(
        lambda: [[(rng.choice(TYPES), rng.choice(SAID)) for _ in range(5)] for _ in range(2)], 400
    ):
        lists = [
            [{"entities": [{"text": text, "type": t} for t, text in one[k]]} for one in batch]
            for k in (0, 1)
        ]
        result = spanf1.evaluate(*lists, match="text", normalize=how)
        same = NORMALIZERS[how]
        sides = [[Counter((t, same(text)) for t, text in one[k]) for one in batch] for k in (0, 1)]
        assert_as_scikit_learn(result, sides)


# seqeval, and seqscore: tags of tokens, the tokens of both sides being different.


def cut(rng, word, chance):
    """Return the pieces of a word."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and rng.random() < chance:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def pieces_of(rng, words, tags, chance=0.4):
    """Return the pieces of words, as a tokenizer of subwords makes them, and their tags."""
    tokens, found = [], []
    for word, tag in zip(words, tags, strict=True):
        pieces = cut(rng, word, chance)
        tokens += pieces
        inside = tag if tag == "O" else f"I-{tag[2:]}"
        found += [tag, *[inside] * (len(pieces) - 1)]
    return tokens, found


def random_words(rng, tags):
    return ["".join(rng.choices(LETTERS, k=rng.randrange(1, 7))) for _ in tags]


def tagged(tokens, tags):
    return {"tokens": tokens, "tags": tags}


def lines(side):
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in side)


def columns(side):
    return "\n".join(
        "".join(f"{a}\t{b}\n" for a, b in zip(one["tokens"], one["tags"], strict=True))
        for one in side
    )


def scored(folder, gold, predicted, gold_in=lines, predicted_in=lines):
    """Return the result of files of tokens and tags."""
    paths = folder / "gold", folder / "predicted"
    paths[0].write_text(gold_in(gold), "utf-8")
    paths[1].write_text(predicted_in(predicted), "utf-8")
    return spanf1.score_file(*paths)


def in_subwords(seed, count):
    """Return gold and predicted tags of the same words, and both as records: one of subwords."""
    numbers, rng = np.random.default_rng(seed), random.Random(seed)
    gold = noisy(numbers, "IOB2", count)
    predicted = altered(numbers, gold, "IOB2")
    words = [random_words(rng, tags) for tags in gold]
    pieces = [pieces_of(rng, *pair) for pair in zip(words, predicted, strict=True)]
    return gold, predicted, list(map(tagged, words, gold)), [tagged(*both) for both in pieces]


@pytest.mark.parametrize("gold_in", [lines, columns])
@pytest.mark.parametrize("predicted_in", [lines, columns])
def test_subwords_count_as_seqeval_counts_the_words(tmp_path, gold_in, predicted_in):
    for seed, count in enumerate((500, *[20] * 10)):
        gold, predicted, *sides = in_subwords(seed, count)
        result = scored(tmp_path, *sides, gold_in, predicted_in)
        assert_same_report(report_of(result), seqeval_report(gold, predicted))


def test_records_of_subwords_count_as_seqeval_counts_the_words():
    gold, predicted, *sides = in_subwords(6, 1000)
    assert_same_report(report_of(spanf1.evaluate(*sides)), seqeval_report(gold, predicted))


def test_any_tokens_of_a_text_count_as_seqeval_counts_the_characters(tmp_path):
    """A span that begins or ends within a token of gold is wrong, and is counted."""
    rng = random.Random(7)
    correct = 0
    for _ in range(20):
        sides, characters = ([], []), ([], [])
        for _ in range(100):
            word = "".join(rng.choices(LETTERS, k=rng.randrange(1, 12)))
            for side, letters, chance in zip(sides, characters, (0.5, 0.7), strict=True):
                tokens = cut(rng, word, chance)
                tags = [rng.choice(("O", "B-A", "I-A", "B-B")) for _ in tokens]
                side.append(tagged(tokens, tags))
                letters.append(pieces_of(rng, tokens, tags, 1)[1])
        result = scored(tmp_path, *sides)
        assert_same_report(report_of(result), seqeval_report(*characters))
        correct += result.micro.correct
    assert correct > 100


def test_white_space_between_tokens_does_not_count(tmp_path):
    """Gold has the text as it was, with all kinds of white space; the other side has tokens."""
    rng = random.Random(8)
    gold, predicted, golds, predictions = in_subwords(8, 1000)
    texts = []
    for one, tags in zip(golds, gold, strict=True):
        text, places = rng.choice(("", *GAPS)), []
        for word in one["tokens"]:
            places.append((len(text), len(text) + len(word)))
            text += word + "".join(rng.choices(GAPS, k=rng.randrange(3)))
        spans = [
            (span.type, (places[span.start][0], places[span.end - 1][1]))
            for span in spanf1.decode(tags)
        ]
        texts.append(record(text, spans))
    expected = seqeval_report(gold, predicted)
    assert_same_report(report_of(scored(tmp_path, texts, predictions)), expected)
    assert_same_report(
        report_of(scored(tmp_path, texts, predictions, predicted_in=columns)), expected
    )


# Every format against every other.


def documents_of(words, sentences):
    """Return documents with the spans of tags."""
    for number, (tokens, tags) in enumerate(zip(words, sentences, strict=True)):
        text, places = joined(tokens)
        spans = [
            TextSpan(span.type, ((places[span.start][0], places[span.end - 1][1]),))
            for span in spanf1.decode(tags)
        ]
        yield Document(text, spans, places, f"doc{number:04}")


def written(documents, name, path, key=None):
    """Write documents in a format, and return where."""
    how = Writing(key=key)
    kept = [fitted(document, name, how) for document in documents]
    assert not any(one.lost for one in kept)
    if FORMATS[name].folder:
        path.mkdir()
    with contextlib.nullcontext(str(path)) if path.is_dir() else path.open("wb") as target:
        write((one.document for one in kept), name, target, how)
    return path


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory):
    """The same random documents in all formats, and their counts by seqscore."""
    numbers, rng = np.random.default_rng(9), random.Random(9)
    gold, predicted = (well_formed(numbers, "IOB2", 200, longest=6) for _ in range(2))
    gold, predicted = zip(
        *((a, b) for a, b in product(gold[:40], predicted) if len(a) == len(b)), strict=True
    )
    gold, predicted = gold[:60], predicted[:60]
    words = [random_words(rng, tags) for tags in gold]
    folder = tmp_path_factory.mktemp("formats")
    paths = {
        (name, side): written(documents_of(words, tags), name, folder / f"{name}-{side}")
        for side, tags in (("gold", gold), ("predicted", predicted))
        for name in (*PLACED, "entities")
    }
    return paths, seqscore_counts(list(gold), list(predicted), "IOB2", None)


@pytest.mark.parametrize(("gold_in", "predicted_in"), [*product(PLACED, repeat=2)])
def test_formats_count_as_seqscore_counts_the_tags(everywhere, gold_in, predicted_in):
    paths, expected = everywhere
    result = spanf1.score_file(paths[gold_in, "gold"], paths[predicted_in, "predicted"])
    assert by_type(result) == expected
    same = spanf1.score_file(paths[gold_in, "gold"], paths[predicted_in, "gold"])
    assert same.micro.f1 == 1


def test_texts_are_right_at_least_as_often_as_places(everywhere):
    paths, expected = everywhere
    files = paths["entities", "gold"], paths["entities", "predicted"]
    found = by_type(spanf1.score_file(*files, match="text"))
    assert {name: row[:2] for name, row in found.items()} == {
        name: row[:2] for name, row in expected.items()
    }
    assert all(found[name][2] >= row[2] for name, row in expected.items())


# Published data.

WNUT = "wnut17/gold.conll"
# Entity F1 and surface F1, as published; the formats that gold and the submission are written in.
PUBLISHED = {
    "arcada": (39.98, 37.77, "columns", "prodigy"),
    "drexel_cci": (26.30, 25.26, "jsonl", "pipeline"),
    "flytxt": (38.35, 36.31, "doccano", "columns"),
    "sjtu_adapt": (40.42, 37.62, "labelstudio", "jsonl"),
    "spinningbytes": (40.78, 39.33, "prodigy", "brat"),
    "uh_ritual": (41.86, 40.24, "prodigy", "doccano"),
}
# One whose tokens are others than gold's.
CHANGED = "wnut17/submissions/mic-cis.conll"


def percent(score):
    return round(100 * score.f1, 2)


def tags_in(path, column, comment=()):
    """Return the sentences of a file of columns, read plainly."""
    blocks = path.read_bytes().decode().replace("\r\n", "\n").split("\n\n")
    found = (
        [
            line.split()[column]
            for line in block.split("\n")
            if line and not line.startswith(comment)
        ]
        for block in blocks
    )
    return [tags for tags in found if tags]


@pytest.mark.parametrize("system", PUBLISHED)
def test_wnut_17_in_other_formats(tmp_path, system):
    *published, gold_in, predicted_in = PUBLISHED[system]
    files = shared(WNUT), shared(f"wnut17/submissions/{system}.conll")
    expected = seqeval_report(*(tags_in(path, -1) for path in files))
    paths = [
        written(spanf1.read_documents(path), name, tmp_path / f"{side}-{name}")
        for side, path, name in zip((1, 2), files, (gold_in, predicted_in), strict=True)
    ]
    for gold, predicted in (paths, (files[0], paths[1])):
        result = spanf1.score_file(gold, predicted)
        assert_same_report(report_of(result), expected)
        assert percent(result.micro) == published[0]
    assert percent(spanf1.score_file(*paths, match="surface").micro) == published[1]


def test_other_tokens_of_wnut_17_are_refused(tmp_path):
    """This submission has corrected the spelling: its text is another one."""
    gold, submission = shared(WNUT), shared(CHANGED)
    with pytest.raises(AlignmentError, match=r"mic-cis\.conll:2: token 'get' where .*:2 has 'gt'"):
        spanf1.score_file(gold, submission)
    with pytest.raises(AlignmentError, match=r"& get ; .* where .* has '& gt ; "):
        spanf1.score_file(gold, submission, match="text")
    documents = list(spanf1.read_documents(submission))
    for name in ("jsonl", "prodigy", "doccano", "labelstudio"):
        path = written(documents, name, tmp_path / name)
        with pytest.raises(AlignmentError, match=r"& get ; .* where .* has '& gt ; "):
            spanf1.score_file(gold, path)


def test_other_tokens_of_wnut_17_count_by_position(tmp_path):
    """As was published, 37.06; whatever the format that the tokens are in."""
    files = shared(WNUT), shared(CHANGED)
    expected = seqeval_report(*(tags_in(path, -1) for path in files))
    path = written(spanf1.read_documents(files[1]), "jsonl", tmp_path / "jsonl")
    for predicted in files[1], path:
        result = spanf1.score_file(files[0], predicted, align_by_position=True)
        assert_same_report(report_of(result), expected)
        assert percent(result.micro) == 37.06


@pytest.fixture(scope="module")
def uner():
    """The gold documents of UNER, others with noise, and what seqeval says."""
    path = shared("uner_en_ewt/en_ewt-ud-test.iob2")
    gold = tags_in(path, 2, "# ")
    predicted = altered(np.random.default_rng(10), gold, "IOB2", ["PER", "LOC", "ORG"], 0.05)
    documents = list(spanf1.read_documents(path, tag_column=3))
    words = [document.words() for document in documents]
    noise = list(documents_of(words, predicted))
    return documents, noise, seqeval_report(gold, predicted)


@pytest.mark.parametrize("name", ["prodigy", "doccano", "labelstudio", "pipeline"])
def test_uner_in_other_formats(tmp_path, uner, name):
    *sides, expected = uner
    gold, predicted = (
        written(side, name, tmp_path / part)
        for side, part in zip(sides, ("gold", "predicted"), strict=True)
    )
    result = spanf1.score_file(gold, predicted)
    assert_same_report(report_of(result), expected)
