"""Longest phrases of training data marked elsewhere: by hand, by a naive search, the command."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.contents.baseline import RULES, Lexicon, baseline
from tests.helpers.commands import COMMAND, pipe, write
from tests.helpers.shared_data import shared

PHRASES = {
    ("New", "York"): {"LOC": 2, "ORG": 1},
    ("New", "York", "Times", "Square"): {"LOC": 1},
    ("York",): {"PER": 1, "LOC": 1},
    ("Times",): {"ORG": 1, "LOC": 2},
    ("Jackson",): {"PER": 1},
    ("of", "York"): {"MISC": 1},
}


def marked(lexicon: Lexicon, text: str) -> list[str]:
    tokens = text.split()
    return [f"{' '.join(tokens[a:b])}/{kind}" for a, b, kind in lexicon.mark(tokens)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("the", []),
        ("New", []),
        ("New York", ["New York/LOC"]),
        ("New York Times", ["New York/LOC", "Times/LOC"]),
        ("New York Times Square", ["New York Times Square/LOC"]),
        ("New York Times Squares", ["New York/LOC", "Times/LOC"]),
        ("New New York", ["New York/LOC"]),
        ("York York", ["York/LOC", "York/LOC"]),
        ("New Jackson", ["Jackson/PER"]),
        ("of York", ["of York/MISC"]),
        ("Jackson of York", ["Jackson/PER", "of York/MISC"]),
        ("new york", []),
        ("of New York", ["New York/LOC"]),
    ],
)
def test_the_longest_from_the_left(text, expected) -> None:
    assert marked(Lexicon(PHRASES), text) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ["New York/LOC", "Times/LOC", "York/LOC"]),
        ({"rule": "majority"}, ["New York/LOC", "Times/LOC", "York/LOC"]),
        ({"rule": "first"}, ["New York/LOC", "Times/ORG", "York/PER"]),
        ({"rule": "unique"}, []),
        ({"min_count": 2}, ["New York/LOC", "Times/LOC", "York/LOC"]),
        ({"min_count": 3}, ["New York/LOC", "Times/LOC"]),
        ({"min_count": 4}, []),
    ],
)
def test_rules(settings, expected) -> None:
    assert marked(Lexicon(PHRASES, **settings), "New York Times is York") == expected


def test_ties_go_by_the_alphabet() -> None:
    for classes in ({"B": 1, "A": 1}, {"A": 1, "B": 1}):
        assert marked(Lexicon({("x",): classes}), "x") == ["x/A"]
    assert marked(Lexicon({("x",): {"B": 2, "A": 1}}), "x") == ["x/B"]


def test_case_is_ignored_on_both_sides() -> None:
    phrases = {("YORK",): {"LOC": 1}, ("York",): {"PER": 2}, ("Straße",): {"LOC": 1}}
    assert marked(Lexicon(phrases, ignore_case=True), "york STRASSE") == ["york/PER", "STRASSE/LOC"]
    assert marked(Lexicon(phrases), "york STRASSE YORK") == ["YORK/LOC"]


def test_a_class_left_out_does_not_hide_a_shorter_phrase() -> None:
    phrases = {("a",): {"X": 1}, ("a", "b"): {"X": 1, "Y": 1}}
    assert marked(Lexicon(phrases, rule="unique"), "a b") == ["a/X"]


def test_unknown_rule() -> None:
    with pytest.raises(spanf1.UsageError, match="unknown rule 'best'"):
        Lexicon({}, rule="best")


TOKENS = st.lists(st.sampled_from("abc"), max_size=12)
LEXICA = st.dictionaries(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=5).map(tuple),
    st.dictionaries(st.sampled_from("XYZ"), st.integers(1, 3), min_size=1),
    max_size=12,
)


def naive(phrases, rule, tokens) -> list[tuple[int, int, str]]:
    """Search all phrases at every token, the longest first."""
    found, at = [], 0
    while at < len(tokens):
        for end in range(len(tokens), at, -1):
            classes = phrases.get(tuple(tokens[at:end]))
            if classes and not (rule == "unique" and len(classes) > 1):
                name = next(iter(classes))
                if rule == "majority":
                    name = sorted(n for n in classes if classes[n] == max(classes.values()))[0]
                found.append((at, end, name))
                at = end - 1
                break
        at += 1
    return found


@settings(max_examples=300, deadline=None)
@given(LEXICA, st.sampled_from(list(RULES)), TOKENS)
def test_against_a_naive_search(phrases, rule, tokens) -> None:
    assert Lexicon(phrases, rule=rule).mark(tokens) == naive(phrases, rule, tokens)


@settings(max_examples=300, deadline=None)
@given(st.sets(st.text("ab", min_size=1, max_size=6), max_size=8), st.text("abc", max_size=30))
def test_overlapping_phrases_against_a_naive_search(forms, text) -> None:
    phrases = {tuple(form): {"X": 1} for form in forms}
    assert Lexicon(phrases).mark(list(text)) == naive(phrases, "first", list(text))


@pytest.mark.parametrize("others", [{}, {("a",): {"Y": 1}}, {("a", "a", "b"): {"Y": 1}}])
def test_long_phrases_take_no_longer(others) -> None:
    phrases = {("a",) * 20_000 + ("b",): {"X": 1}, **others}
    tokens = ["a"] * 60_000
    found = Lexicon(phrases).mark([*tokens, "b"])
    if ("a",) in others:
        assert len(found) == 40_001
    assert found[-1] == (40_000, 60_001, "X")


TRAIN = "New I-LOC\nYork I-LOC\nand O\nJohn I-PER\nPaul B-PER\n\nGeneva I-ORG\n"


def test_a_file_is_learnt(tmp_path) -> None:
    (tmp_path / "train").write_text(TRAIN)
    lexicon = Lexicon.from_file(tmp_path / "train")
    assert lexicon.phrases == {
        ("New", "York"): {"LOC": 1},
        ("John",): {"PER": 1},
        ("Paul",): {"PER": 1},
        ("Geneva",): {"ORG": 1},
    }
    assert lexicon.summary() == (
        "4 forms of 4 entities, 0 of them with several types; the longest has 2 tokens"
    )
    assert "IOB1 (detected)" in lexicon.notes[0]


def test_tokens_that_hold_spaces_are_tokens(tmp_path) -> None:
    (tmp_path / "train").write_text("New York\tB-LOC\nx\tO\n")
    assert Lexicon.from_file(tmp_path / "train").phrases == {("New York",): {"LOC": 1}}


@pytest.mark.parametrize(
    ("test", "counts"),
    [
        # gold, predicted, correct
        ("New B-LOC\nYork I-LOC\n", (1, 1, 1)),
        ("New B-LOC\n\nYork B-LOC\n", (2, 0, 0)),
        ("New B-LOC\nYork O\n", (1, 1, 0)),
        ("New O\nYork O\n", (0, 1, 0)),
        ("John B-PER\nPaul I-PER\n", (1, 2, 0)),
        ("John B-PER\nPaul B-PER\n", (2, 2, 2)),
        ("John I-PER\nPaul B-PER\n", (2, 2, 2)),
        ("John S-PER\nPaul S-PER\nhe O\nis B-X\nin I-X\nNew E-X\n", (3, 2, 2)),
        ("Geneva B-LOC\n", (1, 1, 0)),
        ("John PER_B\nx PER_I\nGeneva ORG_B\n", (2, 2, 1)),
        ("-DOCSTART- O\n\nGeneva B-ORG\n\n-DOCSTART- O\n\nx O\n", (1, 1, 1)),
        ("", (0, 0, 0)),
    ],
)
def test_scores(tmp_path, test, counts) -> None:
    (tmp_path / "train").write_text(TRAIN)
    (tmp_path / "test").write_text(test)
    micro = baseline(tmp_path / "train", tmp_path / "test").micro
    assert (micro.gold, micro.predicted, micro.correct) == counts


SENTENCES = st.lists(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["O", "B-X", "I-X", "B-Y", "I-Y"])),
        min_size=1,
        max_size=6,
    ),
    min_size=1,
    max_size=6,
)


def lines_of(sentences) -> str:
    return "\n".join("".join(f"{t} {tag}\n" for t, tag in sentence) for sentence in sentences)


@settings(max_examples=60, deadline=None)
@given(SENTENCES, SENTENCES, st.sampled_from(["IOB1", "IOB2", "IOBES", "IOE1", "BMEWO"]))
def test_predictions_have_the_score(tmp_path_factory, train, test, scheme) -> None:
    folder = tmp_path_factory.mktemp("baseline")
    tags = [spanf1.convert([tag for _, tag in sentence], scheme) for sentence in test]
    gold = [
        [(token, tag) for (token, _), tag in zip(sentence, row, strict=True)]
        for sentence, row in zip(test, tags, strict=True)
    ]
    (folder / "train").write_text(lines_of([[("end", "B-Z")], *train]))
    (folder / "test").write_text(lines_of(gold))
    lexicon = Lexicon.from_file(folder / "train")
    expected = [
        spanf1.encode(lexicon.mark([token for token, _ in sentence]), len(sentence), scheme="IOB2")
        for sentence in gold
    ]
    by_lists = spanf1.evaluate(tags, expected).micro
    result = baseline(folder / "train", folder / "test").micro
    assert result == by_lists


def test_known_figures() -> None:
    path = shared("wikigold/wikigold.conll")
    result = baseline(path, path)
    assert result.micro.gold == 3558
    # What is missed or wrong in the training data itself is what longer or ambiguous forms hide.
    assert result.micro.recall > 0.99
    assert result.micro.precision > 0.98


class TestCommand:
    def test_table(self, run) -> None:
        write("train", TRAIN)
        write("test", "John B-PER\nin O\nGeneva B-LOC\n")
        ran = run("baseline", "--train", "train", "test")
        assert ran.code == 0
        micro = next(line for line in ran.out.splitlines() if line.startswith("micro"))
        assert micro.split()[1:] == ["50.00", "50.00", "50.00", "2", "2", "1"]
        assert ran.err == (
            "note: train: tokens in column 1, tags in column 2 of 2, separated by space, written "
            "like B-PER; IOB1 (detected)\n"
            "note: lexicon: 4 forms of 4 entities, 0 of them with several types; the longest has "
            "2 tokens\n"
        )

    def test_quiet(self, run) -> None:
        write("train", TRAIN)
        ran = run("baseline", "--train", "train", "train", "-q")
        assert ran.err == ""
        assert ran.out.splitlines()[-1].startswith("weighted")

    def test_formats(self, run) -> None:
        write("train", TRAIN)
        args = ["baseline", "--train", "train", "train", "-q", "--format"]
        result = spanf1.Result.from_dict(json.loads(run(*args, "json").out))
        assert result.micro.f1 == 1
        rows = list(csv.DictReader(io.StringIO(run(*args, "csv", "--digits", "1").out)))
        assert {row["name"]: row["f1"] for row in rows}["PER"] == "1.0"
        assert r"\begin{tabular}" in run(*args, "latex").out
        assert run(*args, "conlleval").out.startswith("processed 6 tokens with 4 phrases")

    def test_predictions_are_the_file_and_a_column(self, run) -> None:
        write("train", TRAIN)
        test = "-DOCSTART-\tO\r\n\r\nJohn\tS-PER\r\nNew\tO\r\nYork\tO\r\nx\tB-A\r\ny\tE-A"
        write("test", test)
        assert run("baseline", "--train", "train", "test", "--predictions", "out").code == 0
        assert Path("out").read_bytes().decode() == (
            "-DOCSTART-\tO\tO\r\n\r\nJohn\tS-PER\tS-PER\r\nNew\tO\tB-LOC\r\nYork\tO\tE-LOC\r\n"
            "x\tB-A\tO\r\ny\tE-A\tO"
        )
        # The conlleval script wants all lines to have the same number of fields.
        script = pipe(Path("out").read_bytes().replace(b"\r", b""), "conlleval", "-d", "\t")
        assert script.code == 0
        again = run("score", "out", "--format", "json").out
        first = run("baseline", "--train", "train", "test", "--format", "json").out
        assert json.loads(again)["micro"] == json.loads(first)["micro"]

    def test_predictions_in_the_form_of_the_file(self, run) -> None:
        write("train", TRAIN)
        write("test", "John per_b\nNew o\nYork o\n")
        run("baseline", "--train", "train", "test", "--predictions", "out")
        assert Path("out").read_text() == "John per_b PER_b\nNew o LOC_b\nYork o LOC_i\n"

    def test_predictions_may_be_compressed(self, run) -> None:
        write("train", TRAIN)
        run("baseline", "--train", "train", "train", "--predictions", "out.gz")
        expected = "".join(
            f"{line} {line.split()[1]}\n" if line else "\n" for line in TRAIN.splitlines()
        )
        assert gzip.decompress(Path("out.gz").read_bytes()).decode() == expected

    def test_predictions_on_standard_output(self, run) -> None:
        write("train", TRAIN)
        ran = run("baseline", "--train", "train", "train", "--predictions", "-", "-o", "scores")
        assert ran.out.startswith("New I-LOC I-LOC\n")
        assert Path("scores").read_text().splitlines()[0].split()[0] == "Precision"

    @pytest.mark.parametrize(
        "args",
        [
            ["--predictions", "/dev/stdout"],
            ["--predictions", "-", "-o", "/dev/stdout"],
            ["--predictions", "/dev/stdout", "-o", "-"],
            ["--predictions", "both"],
            ["--predictions", "both", "-o", "./both"],
        ],
    )
    def test_one_place_for_both(self, tmp_path, monkeypatch, args) -> None:
        monkeypatch.chdir(tmp_path)
        write("train", TRAIN)
        with open("both", "wb") as stream:
            words = [*COMMAND, "baseline", "--train", "train", "train", *args]
            done = subprocess.run(words, stdout=stream, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 2
        assert done.stderr.startswith(b"error: the predictions and the scores would be written to")
        assert Path("both").read_bytes() == b""

    def test_bytes_that_are_no_text(self, tmp_path, monkeypatch) -> None:
        monkeypatch.chdir(tmp_path)
        write("train", b"\xff B-X\n\\xfe B-Y\n")
        write("test", b"\\xff O\n\xff B-X\n\xfe O\n\\xfe B-Y\n")
        args = ["baseline", "--train", "train", "test", "--predictions", "out"]
        ran = pipe(b"", *args)
        assert ran.code == 0
        expected = b"\\xff O O\n\xff B-X B-X\n\xfe O O\n\\xfe B-Y B-Y\n"
        assert Path("out").read_bytes() == expected

    def test_a_type_that_cannot_be_written(self, run) -> None:
        write("train", "a\tB-X Y\nb\tO\n")
        write("test", "a O\nb O\n")
        assert run("baseline", "--train", "train", "test").code == 0
        ran = run("baseline", "--train", "train", "test", "--predictions", "out")
        assert ran.code == 3
        assert ran.err.startswith("error: test: tag 'B-X Y' would be taken for several columns")
        assert not Path("out").exists()

    def test_each_side_has_its_own_columns_and_scheme(self, run) -> None:
        write("train", "1\tJohn\tI-PER\tx\n2\tPaul\tB-PER\tx\n")
        write("test", "B-PER John\nB-PER Paul\n")
        ran = run(
            *["baseline", "--train", "train", "test", "--train-token-column", "2"],
            *["--train-tag-column", "3", "--test-tag-column", "1", "--format", "json"],
            *["--train-scheme", "IOB1", "--test-scheme", "IOB2"],
        )
        data = json.loads(ran.out)
        assert (data["micro"]["f1"], data["schemes"]["gold"]["name"]) == (1, "IOB2")
        assert "IOB1 (given)" in ran.err

    def test_spans_that_a_scheme_cannot_part(self, run) -> None:
        write("train", TRAIN)
        write("test", "John I-PER\nPaul I-PER\n")
        ran = run(
            *["baseline", "--train", "train", "test", "--test-scheme", "IO", "--format", "json"],
            *["--predictions", "out"],
        )
        assert json.loads(ran.out)["micro"]["predicted"] == 1
        assert "warning: 1 marked span became one with the span before" in ran.err
        assert Path("out").read_text() == "John I-PER I-PER\nPaul I-PER I-PER\n"

    def test_pipes_and_compressed_files(self, tmp_path) -> None:
        path = tmp_path / "train.gz"
        path.write_bytes(gzip.compress(TRAIN.encode()))
        args = ["--format", "json", "--predictions", str(tmp_path / "out")]
        ran = pipe(TRAIN.encode(), "baseline", "--train", str(path), *args)
        assert json.loads(ran.out)["micro"]["f1"] == 1
        ran = pipe(TRAIN.encode(), "baseline", "--train", "-", str(path), *args)
        assert json.loads(ran.out)["micro"]["f1"] == 1

    def test_no_tokens(self, run) -> None:
        write("train", TRAIN)
        write("test", "")
        ran = run("baseline", "--train", "train", "test", "--predictions", "out")
        assert ran.code == 0
        assert ran.err.startswith("warning: there are no tokens in the input")
        assert Path("out").read_bytes() == b""

    def test_nothing_left_to_mark(self, run) -> None:
        write("train", TRAIN)
        ran = run("baseline", "--train", "train", "train", "--min-count", "2")
        assert ran.code == 0
        assert "warning: no form of the training file is to be marked" in ran.err
        assert "; 4 left out" in ran.err

    @pytest.mark.parametrize(
        ("args", "code", "message"),
        [
            (["test"], 2, "error: Missing option '--train'."),
            (["test", "--train", "none"], 3, "error: none: no such file"),
            (["none", "--train", "train"], 3, "error: none: no such file"),
            (["binary", "--train", "train"], 3, "error: binary: this is a binary file, not text"),
            (["test", "--train", "binary"], 3, "error: binary: this is a binary file, not text"),
            (["test", "--train", "outside"], 3, "error: outside: there are no entities to learn"),
            (["test", "--train", "empty"], 3, "error: empty: there are no entities to learn"),
            (["tags", "--train", "train"], 3, "error: tags:1: there is no column of tokens"),
            (["test", "--train", "tags"], 3, "error: tags:1: there is no column of tokens"),
            (["-", "--train", "-"], 2, "error: standard input can be read only once"),
            (["test", "--train", "train", "--rule", "x"], 2, "error: Invalid value for '--rule'"),
            (["test", "--train", "train", "--test-tag-column", "3"], 3, "error: test:1: there is"),
            (["test", "--train", "train", "--tag-column", "0"], 2, "error: columns are counted"),
            (["test", "--train", "train", "--token-column", "0"], 2, "error: columns are counted"),
            (["test", "--train", "train", "--test-scheme", "X"], 2, "error: unknown scheme 'X'"),
            (["test", "--train", "train", "--predictions", "test"], 2, "error: test: the output"),
            (["test", "--train", "train", "--predictions", "train"], 2, "error: train: the output"),
            (["test", "--train", "train", "--predictions", "-"], 2, "error: the predictions and"),
            (["test", "--train", "train", "--predictions", ""], 2, "error: --predictions is empty"),
            (["", "--train", "train"], 3, "error: no such file"),
            (["test", "--train", "train", "--predictions", "o", "-o", "o"], 2, "error: the predic"),
            (["test", "--train", "train", "-f", "json", "--digits", "1"], 2, "error: --digits"),
        ],
    )
    def test_errors(self, run, args, code, message) -> None:
        write("train", TRAIN)
        write("test", "John B-PER\n")
        write("outside", "John O\n")
        write("empty", "\n")
        write("tags", "B-X\nO\n")
        write("binary", b"a\0b O\n")
        ran = run("baseline", *args)
        assert ran.code == code
        assert ran.err.startswith(message)
        assert ran.out == ""
        assert not Path("o").exists()
