"""Surface forms: against plain loops over random files, the published WNUT-17 scores, errors."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest

import spanf1
from spanf1.core.tag_counter import tally
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.columns.tags import MergedFile, TagFile
from spanf1.formats.source import Source
from spanf1.results.files import surface_forms
from tests.helpers.commands import pipe, write
from tests.helpers.growth import peak
from tests.helpers.oracles import altered, well_formed
from tests.helpers.plain import RULES, decode_slowly, is_well_formed
from tests.helpers.shared_data import shared

WORDS = ["Rome", "rome", "New York", "York", "New", "#", "#tag", "日本", "a\u00a0b", "'"]

Sentences = list[list[str]]


class Corpus(NamedTuple):
    """Words and both sides' tags, by sentence."""

    words: Sentences
    gold: Sentences
    predicted: Sentences

    def text(self, *columns: str, delimiter: str = "\t", end: str = "\n") -> str:
        """Return a file of some columns."""
        sentences = zip(*(self.column(name) for name in columns), strict=True)
        return end.join(
            "".join(delimiter.join(row) + end for row in zip(*sentence, strict=True))
            for sentence in sentences
        )

    def column(self, name: str) -> Sentences:
        if name == "noun":
            return [["NN"] * len(sentence) for sentence in self.words]
        return getattr(self, name)


def corpus(seed: int, gold: str = "IOB2", predicted: str = "IOB2", *, words=WORDS) -> Corpus:
    rng = np.random.default_rng(seed)
    tags = well_formed(rng, gold, 25)
    if gold == predicted:
        others = altered(rng, tags, gold)
    else:
        others = altered(rng, [["O"] * len(sentence) for sentence in tags], predicted, noise=0.5)
    # A first word that can begin no comment: the layout is judged by it.
    texts = [[words[int(rng.integers(len(words)))] for _ in sentence] for sentence in tags]
    texts[0] = ["Rome"] * len(texts[0])
    return Corpus(texts, altered(rng, tags, gold, noise=0.05), others)


def forms(corpus: Corpus, schemes: tuple[str, str] | None = None) -> dict[str, tuple[int, ...]]:
    """Return by type how many distinct texts are in gold, predicted and correct."""
    found: list[set[tuple[str, str]]] = [set(), set(), set()]
    for words, *sides in zip(*corpus, strict=True):
        spans = [
            {
                span
                for span in decode_slowly(tags)
                if not schemes or is_well_formed(span, tags, schemes[side])
            }
            for side, tags in enumerate(sides)
        ]
        for kind, chosen in zip(found, (*spans, spans[0] & spans[1]), strict=True):
            kind |= {(span.type, " ".join(words[span.start : span.end])) for span in chosen}
    counts = [Counter(kind for kind, _ in one) for one in found]
    names = sorted({*counts[0], *counts[1]})
    return {name: tuple(count[name] for count in counts) for name in names}


def counted(result: spanf1.Result) -> dict[str, tuple[int, ...]]:
    return {name: tuple(counts) for name, counts in result.counts.types.items()}


def saved(tmp_path, name: str, content: str):
    path = tmp_path / name
    path.write_bytes(content.encode())
    return path


@pytest.mark.parametrize("reading", ["lenient", "strict"])
@pytest.mark.parametrize("scheme", sorted(RULES))
@pytest.mark.parametrize("seed", range(3))
def test_one_file(tmp_path, scheme, seed, reading):
    given = corpus(seed, scheme, scheme)
    path = saved(tmp_path, "f", given.text("words", "noun", "gold", "predicted"))
    result = spanf1.score_file(path, match="surface", scheme=scheme, reading=reading)
    assert counted(result) == forms(given, (scheme, scheme) if reading == "strict" else None)
    assert result.input.token_column == 1
    assert result.options.match == "surface"


@pytest.mark.parametrize("reading", ["lenient", "strict"])
@pytest.mark.parametrize(
    "schemes", [("IOB2", "IOBES"), ("IOE1", "BILOU"), ("IOB1", "IO"), ("BMES", "IOB2")]
)
@pytest.mark.parametrize("seed", range(3))
def test_two_files_in_different_schemes(tmp_path, schemes, seed, reading):
    given = corpus(seed, *schemes)
    files = [
        saved(tmp_path, "gold", given.text("words", "gold")),
        saved(tmp_path, "predicted", given.text("words", "noun", "predicted", end="\r\n")),
    ]
    how = {"gold_scheme": schemes[0], "pred_scheme": schemes[1], "reading": reading}
    result = spanf1.score_file(*files, match="surface", **how)
    assert counted(result) == forms(given, schemes if reading == "strict" else None)


@pytest.mark.parametrize("size", [1, 3, 10, 40, 1 << 19])
@pytest.mark.parametrize("seed", range(3))
def test_blocks_of_any_size(tmp_path, seed, size):
    given = corpus(seed)
    merged = saved(tmp_path, "merged", given.text("words", "gold", "predicted"))
    single = saved(tmp_path, "single", given.text("predicted", "words"))
    tokens = sum(map(len, given.words))

    def side(path, column):
        file = ColumnFile(Source(str(path)), delimiter="\t", block_size=size)
        return TagFile(file, column, 1 if path == merged else None)

    reader = MergedFile(side(merged, 2).file, 2, 3)
    whole = tally(reader)
    whole.forms = surface_forms(side(merged, 2), side(merged, 3), None, tokens)
    two = surface_forms(side(merged, 2), side(single, 1), None, tokens)
    assert two == whole.forms
    assert {
        name: tuple(counts)
        for name, counts in whole.counts("IOB2", "IOB2", "lenient", surface=True).types.items()
    } == forms(given)


def test_the_file_may_be_compressed_and_marked(tmp_path):
    import gzip

    given = corpus(0)
    path = tmp_path / "f.gz"
    path.write_bytes(
        gzip.compress(b"\xef\xbb\xbf" + given.text("words", "gold", "predicted").encode())
    )
    assert counted(spanf1.score_file(path, match="surface")) == forms(given)


def test_documents_and_comments_are_no_tokens(tmp_path):
    content = (
        "-DOCSTART- O O\n\n# text = Rome\nRome B-A B-A\n# newdoc\nItaly I-A I-A\n\n"
        "# B-A O\n\n-DOCSTART- O O\n\nRome B-A O\nItaly I-A O\n"
    )
    result = spanf1.score_file(saved(tmp_path, "f", content), match="surface")
    # A line that begins with "# " and has tags is a token.
    assert counted(result) == {"A": (2, 1, 1)}


# Which form is right, by hand.

CASES = {
    "once right is right": ("a B-A B-A\n\na B-A O\n\na B-A O\n", (1, 1, 1)),
    "both sides, never at one place": ("a B-A O\n\na O B-A\n", (1, 1, 0)),
    "as another type": ("a B-A B-B\n", (1, 0, 0)),
    "spurious beside right": ("a B-A B-A\n\na O B-A\n", (1, 1, 1)),
    "case matters": ("a B-A B-A\n\nA B-A B-A\n", (2, 2, 2)),
    "a longer span has another text": ("a B-A B-A\nb I-A O\n", (1, 1, 0)),
    "only predicted": ("a O B-A\n\na O B-A\n", (0, 1, 0)),
}


@pytest.mark.parametrize(("content", "expected"), CASES.values(), ids=list(CASES))
def test_cases(tmp_path, content, expected):
    result = spanf1.score_file(saved(tmp_path, "f", content), match="surface")
    assert counted(result)["A"] == expected


def test_a_space_in_a_token_is_a_space_between_tokens(tmp_path):
    content = "New York\tB-A\tB-A\n\nNew\tB-A\tO\nYork\tI-A\tO\n"
    result = spanf1.score_file(saved(tmp_path, "f", content), match="surface")
    assert counted(result) == {"A": (1, 1, 1)}


def test_an_ill_formed_span_is_no_form_if_strict(tmp_path):
    path = saved(tmp_path, "f", "a I-A B-A\n\na B-A B-A\n\nb I-A I-A\n")
    for reading, expected in {"lenient": (2, 2, 2), "strict": (1, 1, 1)}.items():
        result = spanf1.score_file(path, match="surface", reading=reading, scheme="IOB2")
        assert counted(result) == {"A": expected}
    with pytest.raises(spanf1.IllFormedError):
        spanf1.score_file(path, match="surface", reading="error", scheme="IOB2")


# WNUT-17: Derczynski et al. 2017, table of results; as given in the data's README.md.

WNUT17 = {
    "arcada": "37.77",
    "drexel_cci": "25.26",
    "flytxt": "36.31",
    "mic-cis": "34.25",
    "sjtu_adapt": "37.62",
    "spinningbytes": "39.33",
    "uh_ritual": "40.24",
}
# Some were sent in with another token here and there.
BY_POSITION = {"mic-cis"}


@pytest.mark.parametrize(("system", "f1"), WNUT17.items(), ids=WNUT17)
def test_wnut17(system, f1):
    gold, predicted = (
        shared("wnut17/gold.conll"),
        shared(f"wnut17/submissions/{system}.conll"),
    )
    by_position = system in BY_POSITION
    result = spanf1.score_file(gold, predicted, match="surface", align_by_position=by_position)
    assert f"{100 * result.micro.f1:.2f}" == f1
    signature = str(result.signature())
    assert signature.startswith("f1:micro|match:surface|scheme:IOB2")
    assert "|tokens:23394|" in signature


# Where the tokens are.


@pytest.mark.parametrize(
    ("columns", "options", "token_column"),
    [
        (("words", "gold", "predicted"), {}, 1),
        (("gold", "words", "predicted"), {"gold_column": 1}, 2),
        (("gold", "predicted", "words"), {"gold_column": 1, "pred_column": 2}, 3),
        (("noun", "words", "gold", "predicted"), {"token_column": 2}, 2),
        (("noun", "words", "gold", "predicted"), {"token_column": -3}, 2),
    ],
)
def test_token_columns_of_one_file(tmp_path, columns, options, token_column):
    given = corpus(1, words=["a", "b", "c d"])
    path = saved(tmp_path, "f", given.text(*columns))
    result = spanf1.score_file(path, match="surface", delimiter="tab", **options)
    assert counted(result) == forms(given)
    assert result.input.token_column == token_column


@pytest.mark.parametrize("align_by_position", [False, True])
def test_token_columns_of_two_files(tmp_path, align_by_position):
    given = corpus(1, words=["a", "b", "c"])
    gold = saved(tmp_path, "gold", given.text("noun", "words", "gold"))
    predicted = saved(tmp_path, "predicted", given.text("noun", "words", "predicted"))
    how = {"match": "surface", "align_by_position": align_by_position}
    result = spanf1.score_file(gold, predicted, token_column=2, **how)
    assert counted(result) == forms(given)
    first = spanf1.score_file(gold, predicted, **how)
    assert counted(first) == forms(given._replace(words=given.column("noun")))


def test_the_text_is_that_of_gold(tmp_path):
    gold = saved(tmp_path, "gold", "a B-A\n\nb B-A\n")
    predicted = saved(tmp_path, "predicted", "x B-A\n\nx B-A\n")
    result = spanf1.score_file(gold, predicted, match="surface", align_by_position=True)
    assert counted(result) == {"A": (2, 2, 2)}


def test_tokens_that_are_no_utf8_are_told_apart(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"\xe9 B-A B-A\n\n\xe8 B-A O\n\n\xe9 B-A O\n")
    assert counted(spanf1.score_file(path, match="surface")) == {"A": (2, 1, 1)}


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("B-A B-A\n", {}, "there is no column of tokens"),
        ("a B-A B-A\n", {"token_column": 2}, "there is no column of tokens"),
        ("a B-A B-A\n", {"token_column": -1}, "there is no column of tokens"),
        ("a B-A B-A\n", {"token_column": 4}, "column 4"),
        ("a B-A B-A\n", {"token_column": -4}, "column"),
        ("a B-A B-A\n", {"token_column": 0}, "there is no column 0"),
        ("a B-A B-A\n", {"align_by_position": True}, "in two files"),
        ("a B-A B-A\n", {"reading": "conlleval"}, "knows no match surface"),
        ("a B-A B-A\n", {"match": "texts"}, "unknown match 'texts'"),
    ],
)
def test_errors(tmp_path, content, options, message):
    path = saved(tmp_path, "f", content)
    with pytest.raises(spanf1.SpanF1Error, match=message):
        spanf1.score_file(path, **{"match": "surface"} | options)


def test_results_do_not_add_up(tmp_path):
    path = saved(tmp_path, "f", "a B-A B-A\n")
    result = spanf1.score_file(path, match="surface")
    with pytest.raises(spanf1.UsageError, match="surface forms cannot be added"):
        result + result


def test_standard_input_cannot_be_read_twice():
    with pytest.raises(spanf1.UsageError, match="can be read only once"):
        spanf1.score_file("-", match="surface")


@pytest.mark.parametrize("content", ["", "\n\n", "-DOCSTART- O O\n\n"])
def test_no_tokens(run, content):
    """It is a score of nothing, as it is where every span counts."""
    write("f", content)
    exact, surface = (run("score", "f", "--match", match, "-q") for match in ("exact", "surface"))
    assert surface == exact
    assert surface.code == 0


# The command.


@pytest.mark.slow
def test_the_command_reads_standard_input(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = corpus(4)
    content = given.text("words", "gold", "predicted")
    piped = pipe(content.encode(), "score", "--match", "surface", "--format", "json")
    write("f", content)
    named = pipe(b"", "score", "f", "--match", "surface", "--format", "json")
    assert (piped.code, named.code, piped.err) == (0, 0, "")
    found, expected = (json.loads(ran.out) for ran in (piped, named))
    assert found.pop("input")["files"] == ["<stdin>"]
    assert expected.pop("input")["files"] == ["f"]
    assert found == expected
    assert {n: (t["gold"], t["predicted"], t["correct"]) for n, t in found["types"].items()} == (
        forms(given)
    )


def test_one_of_two_files_may_be_standard_input(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = corpus(5)
    write("gold", given.text("words", "gold"))
    ran = pipe(
        given.text("words", "predicted").encode(),
        *("score", "gold", "-", "--match", "surface", "--format", "csv", "--quiet"),
    )
    assert (ran.code, ran.err) == (0, "")
    names = [line.split(",")[1] for line in ran.out.splitlines() if line.startswith("type,")]
    assert names == list(forms(given))


def test_the_table_says_what_was_counted(run):
    ran = run("score", write("f", "a B-A B-A\n"), "--match", "surface")
    assert "match       surface: every distinct text and type counts once" in ran.out
    assert "match:surface" in ran.out
    assert ran.err == ""


def test_spans_that_repeat_take_no_memory(tmp_path):
    def forms(times: int) -> None:
        path = tmp_path / "f"
        path.write_text("a B-X\n\n" * times)
        sides = (TagFile(ColumnFile(Source(str(path)), block_size=1 << 12)) for _ in range(2))
        assert surface_forms(*sides, None, times).total() == 1

    few, many = (peak(partial(forms, times)) for times in (10_000, 60_000))
    assert many - few < 50_000 * 10
