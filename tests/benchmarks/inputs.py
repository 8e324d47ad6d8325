"""The texts that are scored: made up from a fixed seed, in columns and as lists of tags."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import accumulate, chain, islice, repeat
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

import spanf1

#: tokens of the CoNLL-2003 English test file, the size that is scored most
CONLL_2003 = 46_435
MILLION = 1_000_000
#: sentences of that file, about
CONLL_2003_SENTENCES = 3_453

SEED = 2003
#: in the names of the files: to be raised when other text is made, so that no old file is used
VERSION = 1
#: so many sentences are made at a time
PART = 50_000

TYPES = {"LOC": 30, "MISC": 12, "ORG": 29, "PER": 29}
#: entities by length in tokens, of a thousand
LENGTHS = {1: 630, 2: 280, 3: 60, 4: 20, 5: 10}
#: how often an entity begins on a token that could be its first
ENTITY_RATE = 0.13
#: what becomes of an entity in the predictions, of a thousand
FATES = {
    "kept": 880,
    "missed": 35,
    "other type": 35,
    "shorter": 15,
    "longer": 15,
    "begins with I": 12,
    "changes its type": 8,
}
#: how often an entity is predicted on a token where there is none
SPURIOUS_RATE = 0.006

#: what stands in the columns for part of speech and chunk
GRAMMAR = {
    "NN I-NP": 20,
    "NNP I-NP": 18,
    "IN I-PP": 12,
    "DT I-NP": 11,
    "JJ I-NP": 8,
    "NNS I-NP": 8,
    "CD I-NP": 6,
    "VBD I-VP": 6,
    "VB I-VP": 4,
    "RB I-ADVP": 3,
    ". O": 6,
    ", O": 5,
}

Tags = list[list[str]]
#: an entity: start, end, type
Entity = tuple[int, int, str]
Choice = TypeVar("Choice")
#: the files of gold and of predicted spans
Pair = tuple[Path, Path]


class Sentence(NamedTuple):
    """The tags of one sentence."""

    gold: list[str]
    predicted: list[str]


#: the columns of tags of a sentence, line by line
Columns = Callable[[Sentence], Iterable[tuple[str, ...]]]


class Ids(NamedTuple):
    """Label ids, (sentences, tokens), padded by -100 in gold; `predicted` has an id everywhere."""

    gold: npt.NDArray[np.int64]
    predicted: npt.NDArray[np.int64]
    labels: list[str]


def ids_of(tags: Lists) -> Ids:
    """Return tags as a model's labels and predictions are."""
    labels = ["O", *sorted({tag for side in tags for row in side for tag in row} - {"O"})]
    numbers = {tag: number for number, tag in enumerate(labels)}
    shape = len(tags.gold), max(map(len, tags.gold))
    gold, predicted = np.full(shape, -100), np.zeros(shape, np.int64)
    for row, sides in enumerate(zip(*tags, strict=True)):
        for array, side in zip((gold, predicted), sides, strict=True):
            array[row, : len(side)] = [numbers[tag] for tag in side]
    return Ids(gold, predicted, labels)


class Lists(NamedTuple):
    """Gold and predicted tags by sentence."""

    gold: Tags
    predicted: Tags


def _draw(random: Random, weights: Mapping[Choice, int], count: int) -> list[Choice]:
    return random.choices([*weights], cum_weights=[*accumulate(weights.values())], k=count)


def _words(random: Random, count: int) -> list[str]:
    """Return words of one to four syllables, some of them often and most seldom."""
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er")]
    vocabulary = [
        "".join(random.choices(syllables, k=1 + rank % 3 + (rank > 4000))) for rank in range(8000)
    ]
    return random.choices(vocabulary, [1 / (rank + 20) for rank in range(8000)], k=count)


def _gold(random: Random, length: int) -> tuple[list[str], list[Entity]]:
    """Return the tags of a sentence, and its entities."""
    tags, entities, start = ["O"] * length, [], 0
    while start < length:
        if random.random() > ENTITY_RATE:
            start += 1
            continue
        [size], [kind] = _draw(random, LENGTHS, 1), _draw(random, TYPES, 1)
        end = min(start + size, length)
        tags[start:end] = [f"B-{kind}"] + [f"I-{kind}"] * (end - start - 1)
        entities.append((start, end, kind))
        start = end
    return tags, entities


def _predicted(random: Random, tags: list[str], entities: list[Entity]) -> list[str]:
    """Return what a model might predict: mostly the same, with the errors that models make."""
    result = tags.copy()
    for start, end, kind in entities:
        [fate], [other] = _draw(random, FATES, 1), _draw(random, TYPES, 1)
        if fate == "missed":
            result[start:end] = ["O"] * (end - start)
        elif fate == "other type":
            result[start:end] = [tag[:2] + other for tag in result[start:end]]
        elif fate == "shorter":
            result[end - 1] = "O"
        elif fate == "longer" and tags[end : end + 1] == ["O"]:
            result[end] = f"I-{kind}"
        elif fate == "begins with I":
            result[start] = f"I-{kind}"
        elif fate == "changes its type":
            result[end - 1] = f"I-{other}"
    for token, tag in enumerate(tags):
        if tag == "O" and random.random() < SPURIOUS_RATE:
            result[token] = f"{random.choice('BBBI')}-{random.choice([*TYPES])}"
    return result


def make_sentences(random: Random, tokens: int) -> Iterator[Sentence]:
    """Yield sentences of 3 to 40 tokens, and of exactly so many in all."""
    while tokens:
        length = min(max(3, int(random.gammavariate(2.2, 6.4))), 40, tokens)
        # nothing shorter than a sentence may be left over
        if 0 < tokens - length < 3:
            length = tokens if tokens <= 40 else length - 3
        gold, entities = _gold(random, length)
        yield Sentence(gold, _predicted(random, gold, entities))
        tokens -= length


def make_parts(sentences: int) -> Iterator[list[Sentence]]:
    """Yield so many sentences, by parts: each part is made from a seed of its own."""
    for number, first in enumerate(range(0, sentences, PART)):
        made = make_sentences(Random(SEED + number), 40 * PART)
        yield [*islice(made, min(PART, sentences - first))]


def predict_again(random: Random, sentences: list[Sentence]) -> list[Sentence]:
    """Return the sentences with what another model, as good as that one, predicts."""
    golds = [gold for gold, _ in sentences]
    return [Sentence(gold, _predicted(random, gold, [*_entities(gold)])) for gold in golds]


def _entities(tags: list[str]) -> Iterator[Entity]:
    """Yield the entities of gold tags, all of which are well-formed."""
    for start, tag in enumerate(tags):
        if tag[0] == "B":
            end = start + 1
            while tags[end : end + 1] == [f"I-{tag[2:]}"]:
                end += 1
            yield start, end, tag[2:]


class Inputs:
    """The files in a folder, each made when it is first asked for.

    Sizes are in tokens. Above a million, the text of a million tokens is repeated.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sentences: dict[int, list[Sentence]] = {}

    def merged(self, tokens: int) -> Path:
        """Return a file of five columns, gold and predicted tags last, parted by spaces."""
        return self._file("merged", tokens, _both)

    def gold(self, tokens: int) -> Path:
        """Return the same with gold tags only, in the fourth column."""
        return self._file("gold", tokens, _gold_only)

    def predicted(self, tokens: int) -> Path:
        """Return the same with predicted tags only, in the fourth column."""
        return self._file("predicted", tokens, _predicted_only)

    def compressed(self, tokens: int) -> Path:
        """Return the file of five columns, compressed by gzip."""
        source = self.merged(tokens)
        path = source.with_suffix(".conll.gz")
        if not path.exists():
            _write(path, [gzip.compress(source.read_bytes(), 6)])
        return path

    def repeated(self, size: int, tokens: int = MILLION) -> Path:
        """Return a file of five columns and about so many bytes: so many tokens repeated."""
        path = self.folder / f"repeated-{tokens}-{size}.v{VERSION}.conll"
        if not path.exists():
            text = self.merged(tokens).read_bytes()
            times, rest = divmod(size, len(text))
            end = text.rfind(b"\n\n", 0, rest) + 2
            _write(path, chain(repeat(text, times), [text[:end]]))
        return path

    def unrepeated(self, sentences: int) -> Path:
        """Return a file of five columns and so many sentences, none of them a copy."""
        path = self.folder / f"unrepeated-{sentences}.v{VERSION}.conll"
        if not path.exists():
            _write(path, (_text(part, _both) for part in make_parts(sentences)))
        return path

    def many_types(self, count: int, tokens: int = MILLION) -> Path:
        """Return a file of tokens, gold and predicted tags of so many types."""
        path = self.folder / f"types-{count}-{tokens}.v{VERSION}.conll"
        if not path.exists():
            random = Random(SEED)
            lines = []
            for token in range(tokens):
                gold = random.randrange(count)
                predicted = gold if random.random() < 0.8 else random.randrange(count)
                end = "\n" * (token % 20 == 19)
                lines.append(f"w{token % 30_000} B-T{gold} B-T{predicted}\n{end}")
            _write(path, ["".join(lines).encode()])
        return path

    def systems(self, sentences: int, count: int) -> list[Path]:
        """Return a file of gold tags, and one for each of so many systems; in the fourth column."""
        folder = self.folder / f"systems-{sentences}-{count}.v{VERSION}"
        names = ["gold.conll", *(f"system-{number:03}.conll" for number in range(count))]
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            unfinished.mkdir(exist_ok=True)
            with ExitStack() as stack:
                files = [stack.enter_context((unfinished / name).open("wb")) for name in names]
                random = Random(SEED)
                for part in make_parts(sentences):
                    files[0].write(_text(part, _gold_only))
                    for file in files[1:]:
                        file.write(_text(predict_again(random, part), _predicted_only))
            unfinished.rename(folder)
        return [folder / name for name in names]

    def parquet(self, tokens: int, kind: str) -> Path:
        """Return a file of label ids of a kind, gold and predicted, that names their labels."""
        path = self.folder / f"ids-{kind}-{tokens}.v{VERSION}.parquet"
        if not path.exists():
            times = max(1, tokens // MILLION)
            _write_parquet(path, self.lists(tokens // times), kind, times)
        return path

    def records(self, tokens: int) -> Path:
        """Return a file of JSON Lines with the tokens, the gold and the predicted tags."""
        path = self.folder / f"records-{tokens}.v{VERSION}.jsonl"
        if not path.exists():
            words = iter(_words(Random(SEED), tokens + 1000))
            records = (
                {"tokens": [*islice(words, len(tags.gold))], **tags._asdict()}
                for tags in self._made(tokens)
            )
            _write(path, (f"{json.dumps(record)}\n".encode() for record in records))
        return path

    def texts(self, tokens: int, documents: int | None = None) -> Pair:
        """Return two files of JSON Lines, of texts and of gold and predicted spans in them.

        Each sentence is a document, or so many of them are made of all.
        """
        name = f"{tokens}-{documents or 'each'}.v{VERSION}.spans.jsonl"
        paths = [self.folder / f"{side}-{name}" for side in Lists._fields]
        for path, lists in zip(paths, zip(*self._made(tokens), strict=True), strict=True):
            if not path.exists():
                size = -(-len(lists) // documents) if documents else 1
                texts = ([*chain(*lists[at : at + size])] for at in range(0, len(lists), size))
                words = iter(_words(Random(SEED), tokens + 1000))
                records = (_text_and_spans([*islice(words, len(tags))], tags) for tags in texts)
                _write(path, (f"{json.dumps(record)}\n".encode() for record in records))
        return paths[0], paths[1]

    def converted(self, pair: Pair, name: str) -> Pair:
        """Return files of texts and spans in another format."""
        others = [path.with_suffix(f".{name}") for path in pair]
        for path, other in zip(pair, others, strict=True):
            if not other.exists():
                spanf1.convert_file(path, other, to_format=name)
        return others[0], others[1]

    def lists(self, tokens: int) -> Lists:
        """Return the tags as lists; equal ones are one object, as where a model looks them up."""
        gold, predicted = zip(*self._made(tokens), strict=True)
        return Lists([*map(_shared, gold)], [*map(_shared, predicted)])

    def lists_from_file(self, tokens: int) -> Lists:
        """Return the same tags, each an object of its own, as where a file is read."""
        sentences = [
            [line.split(" ")[-2:] for line in sentence.split("\n")]
            for sentence in self.merged(tokens).read_text().removesuffix("\n\n").split("\n\n")
        ]
        return Lists(*([[tags[side] for tags in line] for line in sentences] for side in (0, 1)))

    def _made(self, tokens: int) -> list[Sentence]:
        if tokens not in self._sentences:
            self._sentences[tokens] = [*make_sentences(Random(SEED), tokens)]
        return self._sentences[tokens]

    def _file(self, name: str, tokens: int, tags: Columns) -> Path:
        path = self.folder / f"{name}-{tokens}.v{VERSION}.conll"
        if not path.exists():
            times = max(1, tokens // MILLION)
            _write(path, repeat(_text(self._made(tokens // times), tags), times))
        return path


def _text_and_spans(words: Sequence[str], tags: Sequence[str]) -> dict[str, object]:
    """Return a sentence as a record of its text and its spans in characters."""
    begins = [*accumulate((len(word) + 1 for word in words), initial=0)]
    spans = [
        {"start": begins[span.start], "end": begins[span.end] - 1, "label": span.type}
        for span in spanf1.decode(tags)
    ]
    return {"text": " ".join(words), "spans": spans}


def _both(sentence: Sentence) -> Iterable[tuple[str, ...]]:
    return zip(*sentence, strict=True)


def _gold_only(sentence: Sentence) -> Iterable[tuple[str, ...]]:
    return zip(sentence.gold)


def _predicted_only(sentence: Sentence) -> Iterable[tuple[str, ...]]:
    return zip(sentence.predicted)


def _text(sentences: list[Sentence], tags: Columns) -> bytes:
    """Return the text of a file: words, grammar, and the tags asked for."""
    random = Random(SEED)
    tokens = sum(len(sentence.gold) for sentence in sentences)
    words = zip(_words(random, tokens), _draw(random, GRAMMAR, tokens), strict=True)
    lines = []
    for sentence in sentences:
        lines += [" ".join((*next(words), *given)) for given in tags(sentence)]
        lines.append("")
    return "\n".join([*lines, ""]).encode()


def _write_parquet(path: Path, tags: Lists, kind: str, times: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    labels = ["O", *sorted({tag for side in tags for row in side for tag in row} - {"O"})]
    numbers = {tag: number for number, tag in enumerate(labels)}
    rows = pa.list_(getattr(pa, kind)())
    columns = {
        name: pa.chunked_array(
            [pa.array([[numbers[t] for t in row] for row in side], rows)] * times
        )
        for name, side in zip(Lists._fields, tags, strict=True)
    }
    feature = {"feature": {"names": labels, "_type": "ClassLabel"}, "_type": "Sequence"}
    features = {"info": {"features": dict.fromkeys(columns, feature)}}
    table = pa.table(columns).replace_schema_metadata({"huggingface": json.dumps(features)})
    unfinished = path.with_suffix(".unfinished")
    pq.write_table(table, unfinished)
    unfinished.replace(path)


def _shared(tags: list[str]) -> list[str]:
    return [*map(sys.intern, tags)]


def _write(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file under another name first: one that was broken off is not taken for whole."""
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        file.writelines(parts)
    unfinished.replace(path)
