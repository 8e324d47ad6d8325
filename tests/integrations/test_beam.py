"""Scores in a pipeline of Apache Beam, in this process and in two workers of this machine."""

from __future__ import annotations

import pickle
import re
import sys
from pathlib import Path
from random import Random

import pytest

import spanf1
from tests.helpers.docs import hook, page
from tests.helpers.shards import OPTIONS, compared, sentences, shards, without_files
from tests.helpers.shared_data import ROOT

pytest.importorskip(
    "apache_beam", reason="Apache Beam has an environment of its own: make test-beam"
)

import apache_beam as beam
from apache_beam.coders import FastPrimitivesCoder
from apache_beam.options.pipeline_options import PipelineOptions

from spanf1.integrations.beam import Score, ScoreFn

pytestmark = [
    pytest.mark.slow,
    # Of Beam and of what it uses.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HOW = {"confidence": spanf1.Confidence(resamples=200)}
BY_SENTENCE = {"confidence": spanf1.Confidence(resamples=200, unit="sentence")}
STRICT = {"match": "partial", "reading": "strict"}
SCRIPT = {"reading": "conlleval"}
TWO_WORKERS = ["--direct_num_workers=2", "--direct_running_mode=multi_processing"]


@pytest.fixture
def ran(tmp_path):
    """What a pipeline has at its end, which may be in another process."""
    out = str(tmp_path / "out")

    def save(value):
        with open(out, "ab") as file:
            pickle.dump(value, file)

    def ran(*steps, args=()):
        # Beam's own choice would fetch a runner.
        with beam.Pipeline(runner="FnApiRunner", options=PipelineOptions([*args])) as pipeline:
            values = pipeline
            for step in steps:
                values |= step
            values | beam.Map(save)
        found = []
        with open(out, "rb") as file:
            while file.peek(1):
                found.append(pickle.load(file))  # noqa: S301 - it was written here
        Path(out).unlink()
        return found

    return ran


@pytest.fixture(autouse=True)
def executable(monkeypatch, tmp_path_factory):
    """Beam starts workers by a line for a shell, in which a path with a space is two words."""
    prefix = tmp_path_factory.mktemp("prefix") / "env"
    prefix.symlink_to(sys.prefix)
    monkeypatch.setattr(
        sys, "executable", str(prefix / Path(sys.executable).relative_to(sys.prefix))
    )


@pytest.fixture(scope="module")
def texts():
    return sentences(2000)


def is_whole(found, expected):
    assert compared(found) == compared(expected)
    assert str(found.signature()) == str(expected.signature())
    assert found.options == expected.options


@pytest.mark.parametrize("options", [*OPTIONS, STRICT, SCRIPT, HOW, BY_SENTENCE], ids=str)
@pytest.mark.parametrize("count", [8, 64])
def test_shards_are_the_whole(ran, tmp_path, texts, count, options):
    whole, parts = shards(tmp_path, texts, count)
    (found,) = ran(Score(parts, **options))
    is_whole(found, spanf1.score_file(whole, **options))


@pytest.mark.parametrize("options", [STRICT, HOW], ids=str)
def test_two_workers(ran, tmp_path, texts, options):
    whole, parts = shards(tmp_path, texts, 64)
    (found,) = ran(Score(parts, **options), args=TWO_WORKERS)
    is_whole(found, spanf1.score_file(whole, **options))


@pytest.mark.parametrize("level", ["token", "sentence", "document"])
def test_levels(ran, tmp_path, level):
    whole, parts = shards(tmp_path, [f"-DOCSTART- O O\n\n{text}" for text in sentences(40)], 8)
    (found,) = ran(Score(parts, level=level, **HOW))
    assert without_files(found) == without_files(spanf1.score_file(whole, level=level, **HOW))


def test_a_thousand_shards(ran, tmp_path, texts):
    whole, _ = shards(tmp_path, texts, 1000)
    (found,) = ran(Score(tmp_path / "part-*.conll", **BY_SENTENCE))
    is_whole(found, spanf1.score_file(whole, **BY_SENTENCE))


def documents(mark):
    """Return nine documents, as text; with no marks, with all, or with some."""
    texts = sentences(27)
    marked = {"none": [], "all": range(9), "some": [1, 2, 4, 5, 7]}[mark]
    line = "-DOCSTART- O O\n\n"
    return [line * (n in marked) + "".join(texts[3 * n : 3 * n + 3]) for n in range(9)]


@pytest.mark.parametrize(
    "options",
    [{}, {**STRICT, "scheme": "IOB2"}, {"match": "semeval"}, SCRIPT, HOW, BY_SENTENCE],
    ids=str,
)
@pytest.mark.parametrize("mark", ["none", "all", "some"])
def test_whatever_order_they_come_in(tmp_path, options, mark):
    """In 20 orders, in up to four accumulators, which are sent about."""
    whole, parts = shards(tmp_path, documents(mark), 9)
    adds = ScoreFn(**options)
    in_order = adds.create_accumulator()
    for element in enumerate(parts):
        in_order = adds.add_input(in_order, element)
    expected = adds.extract_output(in_order)
    # A shard without a mark is a document, and in one file it is a part of the one before.
    if not (options is HOW and mark == "some"):
        is_whole(expected, spanf1.score_file(whole, **options))
    coder = FastPrimitivesCoder()
    for seed in range(20):
        random = Random(seed)
        accumulators = [adds.create_accumulator() for _ in range(random.randint(1, 4))]
        for element in random.sample([*enumerate(parts)], 9):
            at = random.randrange(len(accumulators))
            accumulators[at] = adds.add_input(accumulators[at], element)
        while len(accumulators) > 1:
            random.shuffle(accumulators)
            two = [coder.decode(coder.encode(accumulators.pop())) for _ in range(2)]
            accumulators.append(adds.merge_accumulators(two))
        is_whole(adds.extract_output(accumulators[0]), expected)


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("options", [{}, STRICT | {"scheme": "IOB2"}, BY_SENTENCE], ids=str)
def test_accumulators_do_not_grow(tmp_path, options, step):
    _, parts = shards(tmp_path, sentences(10) * 60, 300)
    adds = ScoreFn(**options)
    accumulator, sizes = adds.create_accumulator(), []
    for element in [*enumerate(parts)][::step]:
        accumulator = adds.add_input(accumulator, element)
        assert len(accumulator) == 1
        sizes.append(len(pickle.dumps(accumulator)))
    assert max(sizes[10:]) < 1.5 * sizes[10]


def test_two_files_and_lists_and_keys(ran, tmp_path):
    texts = sentences(20)
    rows = [[line.split() for line in text.splitlines() if line] for text in texts]
    gold, predicted = ([[row[n] for row in one] for one in rows] for n in (1, 2))
    expected = spanf1.evaluate(gold, predicted)
    files = []
    for side in (gold, predicted):
        lines = ["".join(f"w {tag}\n" for tag in tags) + "\n" for tags in side]
        files.append(shards(tmp_path / str(len(files)), lines, 4))
    (found,) = ran(Score(files[0][1], files[1][1]))
    is_whole(found, spanf1.score_file(files[0][0], files[1][0]))
    of_files = [*enumerate(zip(files[0][1], files[1][1], strict=True))]
    of_tags = [(n, (gold[5 * n :][:5], predicted[5 * n :][:5])) for n in range(4)]
    swapped = [(n, (right, left)) for n, (left, right) in of_tags]
    elements = {"files": of_files, "tags": of_tags, "swapped": swapped}
    keyed = [(key, element) for key, several in elements.items() for element in several]
    Random(0).shuffle(keyed)
    found = dict(ran(beam.Create(keyed), beam.CombinePerKey(ScoreFn(count=4))))
    is_whole(found["tags"], expected)
    assert found["files"].signature() == expected.signature()
    assert found["swapped"].micro.precision == expected.micro.recall


def test_nothing(ran):
    (found,) = ran(beam.Create([]), beam.CombineGlobally(ScoreFn(confidence=0.95)))
    assert found.micro.counts == (0, 0, 0)


@pytest.mark.parametrize("args", [[], TWO_WORKERS], ids=str)
def test_a_bad_line_is_told_with_its_file(ran, tmp_path, texts, args):
    _, parts = shards(tmp_path, texts, 8)
    lines = Path(parts[3]).read_text().splitlines()
    lines[43] = "w B-A"
    Path(parts[3]).write_text("\n".join(lines))
    with pytest.raises(spanf1.LayoutError) as alone:
        spanf1.score_file(parts[3])
    # Of other processes, Beam makes the text of an error.
    with pytest.raises((spanf1.LayoutError, RuntimeError)) as caught:
        ran(Score(parts), args=args)
    assert f"LayoutError: {alone.value} [while" in f"LayoutError: {caught.value}"
    assert f"{parts[3]}:44: " in str(alone.value)


ONE = [["B-A"]], [["O"]]


@pytest.mark.parametrize(
    ("numbers", "count", "message"),
    [
        ([0, 1, 1], None, "two shards have the number 1"),
        ([0, 1, 2, 0], None, "two shards have the number 0"),
        ([1, 2], None, "no shard has the number 0"),
        ([0, 1, 3, 4], None, "no shard has the number 2"),
        ([0, 1, 2], 5, "no shard has the number 3"),
        ([], 2, "no shard has the number 0"),
        ([0, 1, 2], 2, "a shard has the number 2, and there are 2"),
        ([-1, 0], None, "this is no pair of a number, from 0, and a shard"),
    ],
)
def test_numbers(numbers, count, message):
    adds = ScoreFn(count=count)

    def go(several):
        made = adds.create_accumulator()
        for number in several:
            made = adds.add_input(made, (number, ONE))
        return made

    half = len(numbers) // 2
    for accumulators in ([numbers], [numbers[half:], numbers[:half]], [[n] for n in numbers]):
        with pytest.raises(spanf1.UsageError, match=f"^{message}"):
            adds.extract_output(adds.merge_accumulators([go(a) for a in accumulators]))


@pytest.mark.parametrize("element", ["a.conll", ("a.conll", 0), (0, 1), (0, ()), (0, [*ONE, []])])
def test_elements(element):
    with pytest.raises(spanf1.UsageError, match=r"^this is no pair of a number, from 0, and a"):
        ScoreFn().add_input([], element)


def test_what_is_told_before_anything_runs(tmp_path):
    with pytest.raises(spanf1.UsageError, match="no file fits the pattern"):
        Score(tmp_path / "*.conll")
    _, parts = shards(tmp_path, sentences(2), 1)
    for made in (lambda **how: Score(parts, **how), ScoreFn):
        with pytest.raises(spanf1.UsageError, match="surface forms of shards cannot be added"):
            made(match="surface")
    with pytest.raises(spanf1.UsageError, match="match partial needs the scheme of the whole"):
        ScoreFn(**STRICT)


def test_the_page():
    """The pages are built where Beam is not: here are their blocks that need it."""
    text = page("howto/many-machines.md")
    blocks = re.findall(r"^```.*?^```$", text, re.M | re.S)
    needed = [block for block in blocks if "apache_beam" in block or "mkdir shards" in block]
    built = hook("blocks").render("\n\n".join(needed), "many-machines.md")
    files, lists = re.findall(r"^f1:micro\|.*\|tokens:(\d+)\|gold:(\d+)\|", built, re.M)
    whole = spanf1.score_file(ROOT / "corpora/sample/english.spacy.conll")
    assert files == (str(whole.counts.tokens), str(whole.micro.gold))
    assert lists == ("4", "2")
