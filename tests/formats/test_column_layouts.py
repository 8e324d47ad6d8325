"""Column files as people have them: comments, headers, odd lines, tags in other columns."""

from __future__ import annotations

import json
import random

import pytest

import spanf1
from tests.helpers.commands import Ran, write


def scored(run, *args: str) -> tuple[int, ...]:
    """Return what `spanf1 score` counts: tokens, sentences, documents, gold, predicted, correct."""
    ran = run("score", *args, "--format", "json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)
    extent = (data[name] for name in ("tokens", "sentences", "documents"))
    return *extent, *(data["micro"][name] for name in ("gold", "predicted", "correct"))


def hinted(ran: Ran) -> list[str]:
    """Return the options that a hint names, to follow it."""
    (hint,) = [line for line in ran.err.splitlines() if line.startswith("hint: ")]
    return hint.split(": ", 2)[-1].split(";")[0].split()


# ------------------------------------------------------------------------------- comments

# name, lines, tokens, sentences, documents, gold spans; a token, gold and predicted tags
COMMENTS = [
    ("no blank behind #", "#doc 1\nAda B-PER B-PER\n", 1, 1, 0, 1),
    ("later", "Ada B-PER B-PER\n#doc 2\nx O O\n", 2, 1, 0, 1),
    ("OntoNotes", "#begin document (a); part 000\nAda B-PER O\n#end document\n", 1, 1, 1, 1),
    ("a word alone", "#x\nAda B-PER O\n", 1, 1, 0, 1),
    ("as many fields, first", "#doc 1 2\nAda B-PER O\n", 1, 1, 0, 1),
    ("as many fields, last", "Ada B-PER O\n#the end .\n", 1, 1, 0, 1),
    ("as many fields, later", "Ada B-PER O\n\n#doc 1 2\nBo B-PER O\n", 2, 2, 0, 2),
    ("more comments than tokens", "#doc 1\n#a b c d e\n#z\nAda B-PER O\n", 1, 1, 0, 1),
    ("hashtags", "#doc 1 2\n#Ada B-PER O\n#Bo O B-PER\n# O O\n## O O\n", 4, 1, 0, 1),
    ("hashtags alone", "#Ada B-PER O\n#Bo O B-PER\n", 2, 1, 0, 1),
    ("CRLF", "#doc 1 2\r\nAda B-PER O\r\n#doc 1\r\n\r\n", 1, 1, 0, 1),
]


@pytest.mark.parametrize("case", COMMENTS, ids=[case[0] for case in COMMENTS])
@pytest.mark.parametrize("delimiter", [" ", "\t"])
def test_comments(tmp_path, case, delimiter) -> None:
    _, text, *expected = case
    path = tmp_path / "f"
    path.write_bytes(text.replace(" ", delimiter).encode())
    result = spanf1.score_file(path)
    counts = result.counts
    found = [counts.tokens, counts.sentences, counts.documents, result.micro.gold]
    assert found == (expected if delimiter == " " else [*expected[:2], counts.documents, found[3]])


GERMEVAL = (
    "#\thttp://example.org/a [2009-10-17]\n1\tAda\tB-PER\tO\n2\taus\tO\tO\n3\tKiel\tB-LOC\tO\n\n"
    "#\thttp://example.org/b [2009-10-18]\n1\tUni\tB-ORG\tO\n2\tKiel\tI-ORG\tB-LOC\n\n"
)


def test_germeval(run) -> None:
    write("f", GERMEVAL)
    ran = run("score", "f", "f", "--tag-column", "3,4", "--token-column", "2", "--format", "json")
    assert json.loads(ran.out)["micro"]["correct"] == 4
    assert scored(run, "f", "f", "--tag-column", "3", "--token-column", "2") == (5, 2, 0, 3, 3, 3)


def test_comments_that_might_be_tokens_are_told(run) -> None:
    write("f", "#doc 1 2\nAda B-PER O\n\n#doc 2 3\nBo B-PER O\n")
    ran = run("score", "f")
    said = "f: lines that begin with # and have no tags were taken for comments: 2"
    assert said in " ".join(ran.out.split())
    write("f", "#doc\nAda B-PER O\n")
    assert "comments" not in run("score", "f").out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # A token that lacks a field is no comment.
        ("a O O\n#b O\nc O O\n", "f:2: 2 fields where the lines before have 3"),
        ("a O O\n#b B-PER\nc O O\n", "f:2: 2 fields where the lines before have 3"),
        # Nor is one with a wrong tag, within a sentence.
        ("a O O\n#b O B_PER\nc O B-PER\n", "f:2: tag 'B_PER'"),
        ("a O O\n#b O PER\nc O B-PER\n", "f:2: tag 'PER' fits no scheme"),
    ],
)
def test_tokens_are_no_comments(run, text, message) -> None:
    write("f", text)
    ran = run("score", "f")
    assert ran.code == 3
    assert ran.err.startswith(f"error: {message}")


def test_comments_anywhere_as_without_them(tmp_path) -> None:
    """Comments of any kind among tokens and hashtags make no difference, in blocks of any size."""
    random.seed(5)
    plain, commented = tmp_path / "plain", tmp_path / "commented"
    comments = ["#doc 1", "#begin document (x); part 1", "#", "# x", "#a", "# a b c", "#\tx"]
    words = ["#a", "#", "##", "b", "-", "-X-"]
    for _ in range(60):
        rows, with_comments = [], []
        for _ in range(random.randint(1, 30)):
            row = f"{random.choice(words)} {random.choice(['O', 'B-X', 'I-X'])} O"
            row = random.choice([row] * 5 + [""])
            rows.append(row)
            with_comments += [*random.choices(comments, k=random.choice([0, 0, 1, 2])), row]
        plain.write_text("\n".join([*rows, "a O O"]))
        commented.write_text("\n".join([*with_comments, "a O O"]))
        results = [spanf1.score_file(path) for path in (plain, commented)]
        first, second = ((r.counts.tokens, r.counts.sentences, r.types) for r in results)
        assert first == second


# -------------------------------------------------------------------------------- headers


@pytest.mark.parametrize("names", ["token gold pred", "Word NER Prediction", "TOKENS ner_tags x"])
@pytest.mark.parametrize("delimiter", [" ", "\t", "   "])
def test_headers(run, names, delimiter) -> None:
    write("f", f"{names}\nis O O\nAnn B-PER O\n".replace(" ", delimiter))
    assert scored(run, "f") == (2, 1, 0, 1, 0, 0)
    for command in ("detect", "describe", "validate"):
        assert run(command, "f", "-c", "2").code == 0


@pytest.mark.parametrize(
    "text",
    [
        "token O O\nis O O\n",  # a token called so
        "is O O\ntoken O O\n",
        "Ann B-PER B-PER\ngold B-PER O\n",
    ],
)
def test_no_headers(run, text) -> None:
    write("f", text)
    assert scored(run, "f")[0] == 2


def test_a_header_needs_tags_behind_it(run) -> None:
    write("f", "token gold pred\nis PER x\n")
    ran = run("score", "f")
    assert ran.code == 3
    assert ran.err.startswith("error: f:1: tag 'gold' fits no scheme")


def test_repair_keeps_the_header(run) -> None:
    write("f", "token tag\nAnn I-PER\nLee I-PER\n")
    ran = run("repair", "f", "--scheme", "IOB2")
    assert ran.out == "token tag\nAnn B-PER\nLee I-PER\n"


# ------------------------------------------------------------------------------ odd lines


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("New York B-LOC B-LOC\nis O O\nbig O O\n", "f:1: 4 fields where the lines after have 3"),
        ("is O O\nNew York B-LOC B-LOC\nbig O O\n", "f:2: 4 fields where the lines before have 3"),
        ("is O\nbig O O\nNew O O\nO O O\n", "f:1: 2 fields where the lines after have 3"),
    ],
)
def test_the_odd_line_is_blamed(run, text, message) -> None:
    write("f", text)
    ran = run("score", "f")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"error: {message}\n")


# ------------------------------------------------------------------- tags in other columns

UNER = "# sent_id = a\n1\tAda\tB-PER\t-\tx\n2\tist\tO\t-\tx\n3\tda\tO\t-\tx\n"
TWO = "TOKEN\tNE-COARSE\tNE-FINE\tMISC\nAda\tB-pers\tB-pers\t_\nist\tO\tO\tNoSpaceAfter\n"


@pytest.mark.parametrize("text", [UNER, TWO, TWO.replace("TOKEN", "MOT")])
@pytest.mark.parametrize("command", [["detect", "f"], ["describe", "f"], ["score", "f", "f"]])
def test_hints_name_the_column_and_work(run, text, command) -> None:
    write("f", text)
    ran = run(*command)
    assert ran.code == 3
    assert "fits no scheme" in ran.err
    assert "--tag-column" in ran.err
    again = run(*command, *hinted(ran))
    assert again.code == 0, again.err


def test_hints_of_one_file(run) -> None:
    write("f", TWO)
    ran = run("score", "f")
    assert run("score", "f", *hinted(ran)).code == 0
    write("f", UNER)
    ran = run("score", "f")
    assert ran.err.endswith("only column 3 has tags: two files are GOLD PRED --tag-column 3\n")


def test_a_wrong_tag_among_others_is_blamed_itself(run) -> None:
    write("f", "a B-X B-X\nb O B_X\nc O O\n")
    assert "columns" not in run("score", "f").err.splitlines()[1]
