"""Tags as people have them, and predictions that stop early: read if asked, refused with a hint.

Each hint is followed to the letter: then the input is read.
"""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import subprocess
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import spanf1
from spanf1.exceptions import AlignmentError, TagError, UsageError
from tests.helpers.commands import Ran, write

PAIRS = "Anna B-PER B-PER\nlives O O\nOslo B-LOC O\n"
MERGED = PAIRS.replace(" ", "\t")


def counts(ran: Ran) -> tuple[int, int, int]:
    """Return the gold, predicted and correct spans of a report in JSON."""
    assert ran.code == 0, ran.err
    micro = json.loads(ran.out)["micro"]
    return micro["gold"], micro["predicted"], micro["correct"]


def followed(ran: Ran, file: str) -> list[str]:
    """Do what the hint of an error says: change the file, or return the options to add."""
    assert ran.code == 3, ran.out
    assert len(ran.err.splitlines()) == 2
    assert all(len(line) < 340 for line in ran.err.splitlines())
    hint = ran.err.partition("hint: ")[2]
    script = re.search(r"(sed '.*' )FILE", hint)
    if option := re.search(r"\((--[^()]*)\)", hint):
        return shlex.split(option[1])
    assert script, hint
    command = script[1] + shlex.quote(file)
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=True)
    Path(file).write_bytes(done.stdout)
    return []


def read_by_hints(run, file: str, *args: str) -> Ran:
    """Score a file, and follow each hint until it is read; an option comes in place of itself."""
    given: dict[str, list[str]] = {}
    for _ in range(8):
        more = [word for words in given.values() for word in words]
        ran = run("score", file, *args, *more, "-f", "json")
        if ran.code == 0:
            return ran
        if option := followed(ran, file):
            assert given.get(option[0]) != option
            given[option[0]] = option
    raise AssertionError(ran.err)


# ------------------------------------------------------------------------ types without a prefix


BARE = "Ada\tperson-actor\nByron\tperson-actor\nmet\tO\n\nParis\tlocation-GPE\nRome\tperson-actor\n"


def test_empty_gold_tags(run) -> None:
    write("f", "Ada\tB-PER\tB-PER\nmet\t\tO\nBo\tB-PER\tO\n")
    ran = run("score", "f")
    assert "f:2: empty tag" in ran.err
    assert followed(ran, "f") == ["--outside", ""]
    assert counts(run("score", "f", "--outside", "", "-f", "json")) == (2, 1, 1)


class TestTypesWithoutPrefix:
    def test_the_error_names_the_option(self, run) -> None:
        write("f", BARE)
        ran = run("describe", "f")
        assert "f:1: tag 'person-actor' fits no scheme" in ran.err
        assert "hint: tag_form='PER' (--tag-form PER) reads types without a prefix" in ran.err
        assert "are the tags elsewhere?" in ran.err

    def test_words_are_no_types(self, run) -> None:
        """A column without any O is rather another column."""
        write("f", "Ada B-PER NNP\nmet O VBD\n")
        assert "--tag-form" not in run("describe", "f").err

    def test_a_run_of_one_type_is_a_span(self, run) -> None:
        write("f", BARE)
        (file,) = spanf1.describe("f", tag_form="PER").files
        assert (file.tokens, file.lengths.total()) == (5, 3)
        assert "IO (detected)" in run("describe", "f", "--tag-form", "PER").out

    def test_score(self, run) -> None:
        write("g", BARE)
        write("p", BARE.replace("Rome\tperson-actor", "Rome\tlocation-GPE"))
        ran = run("score", "g", "p", "--tag-form", "PER", "-f", "json")
        assert counts(ran) == (3, 2, 1)
        text = run("score", "g", "p", "--tag-form", "PER").out
        assert "gold IO (detected), predicted IO (detected), tags written like PER" in text
        assert "|scheme:IO|" in text
        assert "|tags:PER|" in text
        # Whatever else is said of ill-formed spans, there are none.
        assert counts(
            run("score", "g", "p", "--tag-form", "PER", "--reading", "strict", "-f", "json")
        )

    @pytest.mark.parametrize(
        ("name", "option"),
        [
            ("0", ["--outside", "0"]),
            ("_", ["--outside", "_"]),
            ("None", ["--outside", "None"]),
            ("X", ["--mask", "X"]),
            ("[SEP]", ["--mask", "[SEP]"]),
            ("OTHER", ["--outside", "OTHER"]),
        ],
    )
    def test_what_stands_for_no_type_is_none(self, run, name, option) -> None:
        write("f", f"Ada PERSON PERSON\nand {name} {name}\n")
        ran = run("score", "f", "--tag-form", "PER")
        if name == "OTHER":
            # It may be a type, beside O.
            ran = run("score", "f")
            assert "(--tag-form PER) reads types without a prefix; outside=['OTHER']" in ran.err
        said = " ".join([option[0], shlex.quote(option[1])])
        assert f"({said})" in ran.err
        ran = run("score", "f", "--tag-form", "PER", *option, "-f", "json")
        assert counts(ran) == (1, 1, 1)

    def test_a_prefix_is_refused(self, run) -> None:
        write("g", BARE)
        write("p", re.sub(r"\t([pl])", r"\tI-\1", BARE))
        ran = run("score", "g", "p", "--tag-form", "PER")
        assert "p:1: tag 'I-person-actor' is written as B-PER is: expected O or a type" in ran.err
        assert "(--tag-form PER,B-PER) where gold and predictions differ" in ran.err
        ran = run("score", "g", "p", "--tag-form", "PER,B-PER", "-f", "json")
        assert counts(ran) == (3, 3, 3)
        text = run("score", "g", "p", "--tag-form", "PER,B-PER").out
        assert "|tags:PER|" in text

    def test_in_python(self) -> None:
        gold = [["PER", "PER", "O", "LOC"], ["LOC", "PER"]]
        predicted = [["PER", "PER", "LOC", "LOC"], ["LOC", "LOC"]]
        with pytest.raises(TagError, match="tag 'PER' fits no scheme") as caught:
            spanf1.evaluate(gold, predicted)
        assert caught.value.hint == "tag_form='PER' (--tag-form PER) reads types without a prefix"
        result = spanf1.evaluate(gold, predicted, tag_form="PER")
        assert result.micro.counts == (4, 3, 1)
        assert result.schemes == ("IO", "IO")
        metric = spanf1.SpanF1(tag_form="PER")
        for references, predictions in zip(gold, predicted, strict=True):
            metric.update(predictions=[predictions], references=[references])
        assert metric.compute().micro.counts == (4, 3, 1)
        assert spanf1.Signature.parse(str(result.signature())) == result.signature()
        again = spanf1.rescore(json.loads(json.dumps(result.to_dict())))
        assert again.signature() == result.signature()

    def test_against_runs(self) -> None:
        """At random, the spans are the runs of one type."""
        draw = random.Random(1)
        for _ in range(200):
            tags = draw.choices(["O", "A", "B-x"[2:], "World War I"], k=draw.randrange(12))
            spans, last = [], "O"
            for place, tag in enumerate(tags):
                if tag == last != "O":
                    spans[-1][1] = place + 1
                elif tag != "O":
                    spans.append([place, place + 1, tag])
                last = tag
            assert [list(span) for span in spanf1.decode(tags, tag_form="PER")] == spans

    def test_detect_validate_convert(self, run) -> None:
        write("f", BARE)
        assert run("detect", "f", "--tag-form", "PER").out.startswith("scheme      IO")
        assert run("validate", "f", "--tag-form", "PER").code == 0
        ran = run("convert", "f", "--tag-form", "PER", "--to", "IOBES", "-o", "out")
        assert ran.code == 0
        assert Path("out").read_text() == (
            "Ada\tB-person-actor\nByron\tE-person-actor\nmet\tO\n\n"
            "Paris\tS-location-GPE\nRome\tS-person-actor\n"
        )
        run("convert", "out", "--to", "IO", "--to-form", "PER", "-o", "back")
        assert Path("back").read_text() == BARE
        ran = run("convert", "out", "--to", "IOB2", "--to-form", "PER")
        assert (ran.code, "--to IO" in ran.err) == (2, True)
        tags = ["A", "A", "O", "B-"[:1].lower()]
        assert spanf1.detect(tags, tag_form="PER").fitting == ["IO"]
        assert spanf1.validate(tags, tag_form="PER") == []
        assert spanf1.convert(tags, "IOB2", tag_form="PER") == ["B-A", "I-A", "O", "B-b"]
        assert spanf1.convert([tags], "IO", tag_form="PER") == [tags]

    def test_compare(self, run) -> None:
        write("g", BARE)
        for name in "ab":
            write(name, BARE)
        assert run("compare", "g", "a", "b", "--tag-form", "PER").code == 0

    def test_a_comment_is_no_type(self, run) -> None:
        """Any word may be a type, but not one that stands in a comment alone."""
        write("f", "# newsection\nAda PER\nmet O\n# PER\n")
        ran = run("score", "f", "f", "--tag-form", "PER", "-f", "json")
        assert json.loads(ran.out)["tokens"] == 3


# ------------------------------------------------------------------------------ other names for O


class TestOutside:
    @pytest.mark.parametrize("name", ["0", "_", "OTHER", "None", "nan", "null", "o", "-", "Other"])
    def test_a_hint_that_works(self, run, name: str) -> None:
        write("f", PAIRS.replace("lives O", f"lives {name}"))
        ran = run("score", "f")
        assert f"f:2: tag '{name}' fits no scheme" in ran.err
        assert f"(--outside {name})" in ran.err
        ran = read_by_hints(run, "f")
        assert counts(ran) == (2, 1, 1)
        assert f"|outside:{name}|" in json.loads(ran.out)["signature"]

    def test_several(self, run) -> None:
        """All that are in sight are named, on each side."""
        write("f", "Ada B-PER B-PER\nmet None O\nx null nan\nto O nan\n")
        ran = run("score", "f")
        assert "outside=['None', 'null'] (--outside None,null) reads it as O" in ran.err
        ran = read_by_hints(run, "f")
        assert counts(ran) == (1, 1, 1)
        assert "|outside:None,nan,null|" in json.loads(ran.out)["signature"]
        text = run("score", "f", "--outside", "None,null,nan,0").out
        assert "read as O: None, nan, null" in text

    def test_old_signatures_stay(self, run) -> None:
        write("f", PAIRS)
        plain = run("score", "f", "--signature").out
        assert run("score", "f", "--signature", "--outside", "0", "--mask", "X").out == plain

    def test_one_at_a_time(self, run) -> None:
        write("f", "a B-PER B-PER\nb 0 O\nc _ O\nd X O\ne [PAD] O\n")
        at_once = run("score", "f", "--outside", "0,_", "--mask", "X,[PAD]")
        one = ["--outside=0", "--mask=X", "--outside=_", "--mask=[PAD]"]
        assert at_once.code == 0
        assert run("score", "f", *one) == at_once

    def test_json(self, run) -> None:
        write("f", '{"gold": ["B-PER", "0"], "pred": ["B-PER", "O"]}\n')
        assert counts(read_by_hints(run, "f")) == (1, 1, 1)

    @pytest.mark.parametrize("command", ["detect", "validate", "describe"])
    def test_one_side(self, run, command: str) -> None:
        write("f", "Ada B-PER\nmet 0\n")
        ran = run(command, "f")
        assert "(--outside 0)" in ran.err
        assert run(command, "f", "--outside", "0").code == 0

    def test_rewriting_leaves_them(self, run) -> None:
        write("f", "Ada I-PER\nmet 0\n")
        run("repair", "f", "--scheme", "IOB2", "--outside", "0", "-o", "out")
        assert Path("out").read_text() == "Ada B-PER\nmet 0\n"

    def test_in_python(self) -> None:
        gold, predicted = [["B-PER", "0"]], [["B-PER", "O"]]
        with pytest.raises(TagError, match="tag '0' fits no scheme"):
            spanf1.evaluate(gold, predicted)
        result = spanf1.evaluate(gold, predicted, outside=["0"])
        assert (result.accuracy, result.micro.counts) == (1, (1, 1, 1))
        assert result.signature().outside == ("0",)
        assert spanf1.decode(["B-A", "_"], outside="_"[:1].split()) == [(0, 1, "A")]
        data = json.loads(json.dumps(result.to_dict()))
        assert spanf1.rescore(data).signature() == result.signature()
        assert sum([result, result]).signature().outside == ("0",)
        with pytest.raises(UsageError, match="outside is '0': it is to be a list of tags"):
            spanf1.evaluate(gold, predicted, outside="0")

    def test_a_document_mark(self, run) -> None:
        write("f", f"-DOCSTART- 0 0\n\n{PAIRS}".replace(" O", " 0"))
        ran = run("score", "f", "--outside", "0", "-f", "json")
        assert [json.loads(ran.out)[name] for name in ("tokens", "documents")] == [3, 1]


# ------------------------------------------------------------------------- tokens that do not count


PIECES = """\
[CLS] [CLS] [CLS]
Anna B-PER B-PER
Val B-LOC B-LOC
d X X
ez X X
Isere I-LOC I-LOC
in O X
[SEP] [SEP] [SEP]
[PAD] [PAD] [PAD]

[CLS] [CLS] [CLS]
Bob B-PER [SEP]
[SEP] [SEP] O
"""
MASK = "X,[CLS],[SEP],[PAD]"


class TestMask:
    def test_by_hints(self, run) -> None:
        write("f", PIECES)
        ran = run("score", "f")
        assert "(--mask 'X,[CLS],[PAD],[SEP]') leaves out such tokens" in ran.err
        ran = read_by_hints(run, "f")
        assert counts(ran) == (3, 2, 2)
        assert json.loads(ran.out)["tokens"] == 5
        assert "|mask:X,[CLS],[PAD],[SEP]|" in json.loads(ran.out)["signature"]

    @pytest.mark.parametrize("tag", ["X", "<PAD>", "[PAD]", "-100", "</s>", "PAD"])
    def test_each(self, run, tag: str) -> None:
        write("f", f"{PAIRS}x {tag} {tag}\n")
        ran = read_by_hints(run, "f")
        assert counts(ran) == (2, 1, 1)
        assert json.loads(ran.out)["tokens"] == 3

    def test_a_prediction_alone_is_outside(self, run) -> None:
        """Else a system could leave out what it gets wrong."""
        write("f", PIECES)
        text = run("score", "f", "--mask", MASK).out
        assert (
            "7 tokens left out, of gold tags X, [CLS], [PAD], [SEP]; 2 such\n"
            "            predictions for other tokens read as O"
        ) in text

    def test_two_files_json_and_lists(self, run) -> None:
        """However they are given, the figures are the same."""
        rows = [[line.split() for line in part.splitlines()] for part in PIECES.split("\n\n")]
        columns = [[[row[k] for row in part] for part in rows] for k in range(3)]
        write("f", PIECES)
        for k, name in enumerate("gp", 1):
            parts = ("".join(f"{row[0]} {row[k]}\n" for row in part) for part in rows)
            write(name, "\n".join(parts))
        records = [
            {"tokens": tokens, "gold": gold, "pred": predicted}
            for tokens, gold, predicted in zip(*columns, strict=True)
        ]
        write("j", "".join(json.dumps(record) + "\n" for record in records))
        expected = json.loads(run("score", "f", "--mask", MASK, "-f", "json").out)
        signature = expected["signature"]
        for files in (["g", "p"], ["j"]):
            ran = run("score", *files, "--mask", MASK, "-f", "json")
            assert json.loads(ran.out)["signature"] == signature
            assert json.loads(ran.out)["tally"]["gaps"] == [7, 2, 0]
        result = spanf1.evaluate(*columns[1:], mask_tags=MASK.split(","))
        assert str(result.signature()) == signature
        assert result.tally.gaps == (7, 2, 0)
        labels = [*dict.fromkeys(tag for side in columns[1:] for row in side for tag in row), "O"]
        labels = [*dict.fromkeys(labels)]
        ids = [[[labels.index(tag) for tag in row] for row in side] for side in columns[1:]]
        result = spanf1.evaluate(*ids, labels=labels, mask_tags=MASK.split(","))
        assert (result.micro.counts, result.tally.gaps) == ((3, 2, 2), (7, 2, 0))

    def test_describe(self, run) -> None:
        write("f", PIECES)
        ran = run("describe", "f", "-c", "2", "--mask", MASK)
        assert "7 tokens left out, of tags X, [CLS], [PAD], [SEP]" in ran.out
        (file,) = spanf1.describe("f", tag_column=2, mask_tags=MASK.split(",")).files
        assert (file.tokens, file.forms["Val Isere", "LOC"]) == (5, 1)

    def test_compare(self, run) -> None:
        write("f", PIECES)
        write("g", PIECES.replace("Bob B-PER [SEP]", "Bob B-PER B-PER"))
        ran = run("compare", "--merged", "f", "g", "--mask", MASK)
        assert (ran.code, ran.err) == (0, "")

    def test_usage(self) -> None:
        with pytest.raises(UsageError, match="'O' cannot be left out: it is read as O"):
            spanf1.evaluate([["O"]], [["O"]], mask_tags=["O"])
        with pytest.raises(UsageError, match="'X' cannot be left out: it is read as O"):
            spanf1.evaluate([["O"]], [["O"]], mask_tags=["X"], outside=["X"])
        records = [{"text": "Ada", "spans": []}]
        with pytest.raises(UsageError, match="is for tags side by side"):
            spanf1.evaluate(records, records, mask_tags=["X"])

    @pytest.mark.parametrize("name", ["X", "[PAD]"])
    def test_where_there_is_no_mask(self, run, name: str) -> None:
        """What rewrites tags leaves no token out."""
        write("f", f"Ada B-PER\nx {name}\n")
        assert f"(--outside {shlex.quote(name)})" in run("validate", "f").err
        assert run("validate", "f", "--outside", name).code == 0

    def test_nested_levels(self, run) -> None:
        """They are read as documents, which have all of their tokens."""
        write("f", "Ada B-PER O\nx X O\n")
        ran = run("score", "f", "f", "--tag-column", "2,3")
        assert "(--outside X)" in ran.err
        assert run("score", "f", "f", "--tag-column", "2,3", "--outside", "X").code == 0
        assert run("score", "f", "f", "--tag-column", "2,3", "--mask", "X").code == 2

    def test_against_plain_python(self) -> None:
        """At random, it is as if the tokens were not there."""
        draw = random.Random(3)
        tags = ["O", "B-A", "I-A", "I-B", "X", "Y"]
        for _ in range(300):
            lengths = [draw.randrange(6) for _ in range(draw.randrange(5))]
            gold, predicted = ([draw.choices(tags, k=n) for n in lengths] for _ in range(2))
            pairs = [
                [(a, "O" if b in "XY" else b) for a, b in zip(*rows, strict=True) if a not in "XY"]
                for rows in zip(gold, predicted, strict=True)
            ]
            sides = [[[pair[side] for pair in row] for row in pairs] for side in (0, 1)]
            expected = spanf1.evaluate(*sides)
            found = spanf1.evaluate(gold, predicted, mask_tags=["X", "Y"])
            assert found.counts == expected.counts
            assert found.tally.spans == expected.tally.spans
            assert found.tally.gold_number == expected.tally.gold_number


# --------------------------------------------------------------------------- what tags look like


@pytest.mark.parametrize(
    "tag",
    [
        *("B–PER", "B‑PER", "B—PER", "PER−B", "B\N{NO-BREAK SPACE}-PER", "B-PER\N{NO-BREAK SPACE}"),
        *("B-PER ", " B-PER", "B-PER\N{ZERO WIDTH SPACE}", "B-\N{NO-BREAK SPACE}PER"),
        *('"B-PER"', "'B-PER'", "“B-PER”", "\N{ZERO WIDTH NO-BREAK SPACE}B-PER"),
    ],
)
@pytest.mark.parametrize("all_of_them", [False, True])
def test_a_tag_that_is_nearly_one(run, tag: str, all_of_them: bool) -> None:
    """The gold tags of one token, or of all; the hint reads it, or says how it is written."""
    other = tag.replace("PER", "LOC") if all_of_them else "PER-B" if "PER−" in tag else "B-LOC"
    other = other.replace("PER", "LOC")
    rows = [("Anna", tag, "B-PER"), ("lives", "O", "O"), ("Oslo", other, "O")]
    write("f", "".join("\t".join(row) + "\n" for row in rows))
    ran = run("score", "f")
    assert ran.err.startswith("error: f:1: tag ")
    assert counts(read_by_hints(run, "f")) == (2, 1, 1)


def test_brackets(run) -> None:
    """Where they begin a file, they are known; else the hint names the format."""
    write("f", "Anna O\nLee (PERSON*\nRay *)\nmet *\nOslo (GPE)\n")
    ran = run("describe", "f", "--input-format", "columns")
    assert "f:2: tag '(PERSON*' fits no scheme: it is a bracket, as CoNLL-2012" in ran.err
    assert "hint: --input-format brackets reads tags such as (PER* and *)" in ran.err


def test_numbered_tags(run) -> None:
    write("f", "Anna\tLABEL_1\tLABEL_1\nlives\tLABEL_0\tLABEL_0\nOslo\tLABEL_2\tLABEL_0\n")
    assert "(--labels O,B-PER,I-PER)" in run("score", "f").err
    ran = run("score", "f", "--labels", "O,B-PER,B-LOC", "-f", "json")
    assert counts(ran) == (2, 1, 1)
    write("n", Path("f").read_text().replace("LABEL_", ""))
    assert "(--labels O,B-PER,I-PER)" in run("score", "n").err
    assert counts(run("score", "n", "--labels", "O,B-PER,B-LOC", "-f", "json")) == (2, 1, 1)
    write("j", '{"gold": ["LABEL_1", "LABEL_0"], "pred": ["LABEL_1", "LABEL_1"]}\n')
    assert "(--labels O,B-PER,I-PER)" in run("score", "j").err
    assert counts(run("score", "j", "--labels", "O,B-PER", "-f", "json")) == (1, 2, 1)
    gold, predicted = [["LABEL_1", "LABEL_0"]], [["LABEL_1", "LABEL_1"]]
    with pytest.raises(TagError, match="it is a number without a name"):
        spanf1.evaluate(gold, predicted)
    result = spanf1.evaluate(gold, predicted, labels=["O", "B-PER"])
    assert result.micro.counts == (1, 2, 1)
    with pytest.raises(TagError, match="tag 'LABEL_7' fits no scheme: it is a number"):
        spanf1.evaluate([["LABEL_7"]], [["LABEL_1"]], labels=["O", "B-PER"])
    run("convert", "f", "--labels", "O,I-PER,I-LOC", "--to", "IOB2", "-o", "out")
    assert Path("out").read_text() == (
        "Anna\tLABEL_1\tB-PER\nlives\tLABEL_0\tO\nOslo\tLABEL_2\tO\n"
    )


# ------------------------------------------------------------------- predictions that stop early


GOLD = (
    "Anna B-PER\nlives O\nin O\nOslo B-LOC\n. O\n\n"
    "Bob B-PER\nworks O\nAcme B-ORG\nCorp I-ORG\n\nBye O\n"
)
SHORT = "Anna B-PER\nlives O\nin O\n\nBob B-PER\nworks O\nAcme B-ORG\n\nBye O\n"
STOPS = "Anna B-PER\nlives O\nin O\nOslo B-LOC\n. O\n"


class TestMissing:
    @pytest.mark.parametrize(
        ("predicted", "message", "missing", "expected"),
        [
            (SHORT, "p:5: the predictions stop in sentence 1 after 3 tokens", 3, (3, 2, 3)),
            (STOPS, "p:5: the predictions stop after sentence 1", 5, (2, 2, 2)),
            ("Anna B-PER\n", "p:1: the predictions stop in sentence 1 after 1 token", 9, (1, 1, 1)),
            ("", "p: there are no predictions", 10, (0, 0, 0)),
        ],
        ids=["short", "stops", "one", "empty"],
    )
    def test_two_files(self, run, predicted, message, missing, expected) -> None:
        """Predicted and correct spans if other tokens are O, and all if they do not count."""
        spans, correct, left = expected
        write("g", GOLD)
        write("p", predicted)
        ran = run("score", "g", "p")
        assert ran.err.startswith(f"error: {message}")
        assert "(--missing outside) counts tokens without a prediction as O" in ran.err
        assert "(--missing drop) leaves them out" in ran.err
        for how, figures in (("outside", (4, spans, correct)), ("drop", (left,) * 3)):
            ran = run("score", "g", "p", "--missing", how, "-f", "json")
            assert counts(ran) == figures
            data = json.loads(ran.out)
            assert data["tally"]["gaps"] == [0, 0, missing]
            assert f"|missing:{how}|" in data["signature"]
            assert data["tokens"] == (10 if how == "outside" else 10 - missing)
            text = run("score", "g", "p", "--missing", how).out
            words = {"outside": "count as O", "drop": "do not count"}[how]
            assert f"{missing} tokens without a prediction {words}" in text
            assert spanf1.score_file("g", "p", missing=how).micro.counts == figures
        assert spanf1.score_file("g", "g").signature().options.missing == "error"

    @pytest.mark.parametrize("how", ["outside", "drop"])
    def test_never_misaligned(self, run, how: str) -> None:
        """What is not the beginning of gold's sentence is refused, as is more than it has."""
        write("g", GOLD)
        for predicted, message in (
            (SHORT.replace("in O", "on O"), "p:3: token 'on' where g:3 has 'in'"),
            (STOPS.replace(". O\n", ". O\nx O\n"), "p:6: token 'x' where g:5 ends the sentence"),
            ("Bob B-PER\n", "p:1: token 'Bob' where g:1 has 'Anna'"),
            (f"{GOLD}\nx O\n", "the tokens end here, p:14 goes on with 'x'"),
            (STOPS + "\nBye O\n", "p:7: token 'Bye' where g:7 has 'Bob'"),
        ):
            write("p", predicted)
            ran = run("score", "g", "p", "--missing", how)
            assert (ran.code, message in ran.err) == (3, True), ran.err

    def test_by_position(self, run) -> None:
        write("g", GOLD)
        write("p", re.sub(r"(?m)^\S+ ", "", SHORT))
        options = ["--align-by-position", "--missing", "outside"]
        assert counts(run("score", "g", "p", *options, "-f", "json")) == (4, 3, 2)
        write("p", re.sub(r"(?m)^\S+ ", "", STOPS))
        ran = run("score", "g", "p", *options)
        assert "by position, it is not known which sentences have no predictions" in ran.err

    def test_one_file(self, run) -> None:
        write("f", "Anna\tB-PER\tB-PER\nlives\tO\t\nOslo\tB-LOC\t\n\nBye\tO\tO\n")
        ran = run("score", "f")
        assert "f:2: the predictions stop in sentence 1 after 1 token" in ran.err
        assert "(--missing outside)" in ran.err
        assert counts(run("score", "f", "--missing", "outside", "-f", "json")) == (2, 1, 1)
        assert counts(run("score", "f", "--missing", "drop", "-f", "json")) == (1, 1, 1)

    def test_json_lines(self, run) -> None:
        gold = [["B-PER", "O", "B-LOC"], ["B-ORG", "I-ORG"], ["B-PER"]]
        predicted = [["B-PER", "O"], ["B-ORG", ""]]
        tokens = [["a", "b", "c"], ["d", "e"], ["f"]]
        texts = {
            "g": [{"tokens": t, "tags": g} for t, g in zip(tokens, gold, strict=True)],
            "p": [
                {"tokens": t[: len(p)], "tags": p} for t, p in zip(tokens, predicted, strict=False)
            ],
            "f": [
                {"tokens": t, "gold": g, "pred": p}
                for t, g, p in zip(tokens, gold, [*predicted, []], strict=True)
            ],
        }
        texts |= {
            name + "i": [{"id": 7 - n, **one} for n, one in enumerate(texts[name])] for name in "gp"
        }
        texts["pi"].reverse()
        for name, records in texts.items():
            write(f"{name}.jsonl", "".join(json.dumps(one) + "\n" for one in records))
        for files in (["g", "p"], ["gi", "pi"], ["f"]):
            paths = [f"{name}.jsonl" for name in files]
            ran = run("score", *paths)
            assert ran.code == 3
            assert "(--missing outside)" in ran.err
            assert counts(run("score", *paths, "--missing", "outside", "-f", "json")) == (4, 2, 1)
            ran = run("score", *paths, "--missing", "drop", "-f", "json")
            assert counts(ran) == (2, 2, 2)
            assert json.loads(ran.out)["tally"]["gaps"] == [0, 0, 3]
        write("p.jsonl", '{"tokens": ["a", "x"], "tags": ["O", "O"]}\n')
        ran = run("score", "g.jsonl", "p.jsonl", "--missing", "drop")
        assert "p.jsonl:1: tokens[1] is 'x' where g.jsonl:1 has 'b'" in ran.err

    def test_lists(self) -> None:
        gold = [["B-PER", "O", "B-LOC"], ["B-ORG", "I-ORG"], ["B-PER"]]
        predicted = [["B-PER", "O"], ["B-ORG", ""]]
        with pytest.raises(AlignmentError, match="the predictions stop after sentence 2") as caught:
            spanf1.evaluate(gold, predicted)
        assert "missing='outside'" in caught.value.hint
        with pytest.raises(AlignmentError, match="stop in sentence 1 after 2 tokens"):
            spanf1.evaluate(gold[:2], predicted)
        with pytest.raises(TagError, match=r"y_pred\[0\]\[1\]: empty tag") as refused:
            spanf1.evaluate(gold[1:2], predicted[1:])
        assert "missing='outside'" in refused.value.hint
        assert spanf1.evaluate(gold, predicted, missing="outside").micro.counts == (4, 2, 1)
        assert spanf1.evaluate(gold, predicted, missing="drop").micro.counts == (2, 2, 2)
        metric = spanf1.SpanF1(missing="drop")
        metric.update(predictions=predicted, references=gold)
        metric.update(predictions=[["O"]], references=[["O", "B-PER"]])
        assert metric.compute().micro.counts == (2, 2, 2)
        assert metric.compute().tally.gaps.missing == 4
        with pytest.raises(AlignmentError):
            spanf1.evaluate([["O"]], [["O", "O"]], missing="outside")
        with pytest.raises(UsageError, match="unknown missing 'drp'"):
            spanf1.evaluate(gold, predicted, missing="drp")

    def test_ids(self) -> None:
        labels = ["O", "B-A", "I-A"]
        gold = [[1, 2, 0, -100], [1], [1, 2]]
        predicted = [[1, 2], [1]]
        with pytest.raises(AlignmentError, match="the predictions stop after sentence 2"):
            spanf1.evaluate(gold, predicted, labels=labels)
        for how, expected in (("outside", (3, 2, 2)), ("drop", (2, 2, 2))):
            for side in (predicted, [np.array(row) for row in predicted]):
                result = spanf1.evaluate(gold, side, labels=labels, missing=how)
                assert result.micro.counts == expected
                assert result.tally.gaps.missing == 3

    def test_compare(self, run) -> None:
        write("g", GOLD)
        write("a", SHORT)
        write("b", STOPS)
        ran = run("compare", "g", "a", "b", "--missing", "outside", "-f", "json")
        assert ran.code == 0
        assert "(--missing outside)" in run("compare", "g", "a", "b").err
        ranking = spanf1.compare("g", {"a": "a", "b": "b"}, missing="outside")
        runs = {one.system.name: one.system.runs[0] for one in ranking.standings}
        assert [runs[name].micro.counts for name in "ab"] == [(4, 3, 2), (4, 2, 2)]
        # The same tokens do not count for both.
        assert run("compare", "g", "a", "b", "--missing", "drop").code == 3
        write("b", SHORT.replace("in O\n", "in O\nOslo O\n"))
        ran = run("compare", "g", "a", "b", "--missing", "drop")
        assert (ran.code, "(--missing outside)" in ran.err) == (3, True)

    def test_documents(self) -> None:
        records = [{"text": "Ada", "spans": []}]
        with pytest.raises(UsageError, match="is for tags side by side"):
            spanf1.evaluate(records, records, missing="drop")

    def test_rescore(self) -> None:
        data = spanf1.evaluate([["B-A", "O"]], [["B-A"]], missing="outside").to_dict()
        again = spanf1.rescore(json.loads(json.dumps(data)))
        assert again.signature().options.missing == "outside"
        with pytest.raises(UsageError, match="cannot be chosen later"):
            spanf1.rescore(data, str(again.signature()).replace("missing:outside|", ""))

    @pytest.mark.parametrize("masked", [(), ("X",)])
    def test_against_plain_python(self, tmp_path: Path, masked: tuple[str, ...]) -> None:
        """At random, in two files, in one, in JSON Lines and in lists: filled with O, or cut."""
        draw = random.Random(5)
        tags = ["O", "B-A", "I-A", "I-B", *masked]
        names = {name: str(tmp_path / name) for name in ("g", "p", "f", "g.jsonl", "p.jsonl")}
        for _ in range(60):
            lengths = [draw.randrange(1, 6) for _ in range(draw.randrange(1, 5))]
            gold = [draw.choices(tags, k=n) for n in lengths]
            left = draw.randrange(len(gold) + 1)
            # In columns, a sentence has one token at least.
            predicted = [draw.choices(tags, k=draw.randrange(1, n + 1)) for n in lengths[:left]]
            filled = [
                [*p, *[""] * (len(g) - len(p))] for g, p in zip(gold, predicted, strict=False)
            ]
            filled += [[""] * len(row) for row in gold[left:]]
            words = [[f"w{n}-{k}" for k in range(len(row))] for n, row in enumerate(gold)]
            _write_columns(names["g"], words, gold)
            _write_columns(names["p"], words, predicted)
            _write_columns(names["f"], words, gold, filled)
            for name, side in (("g.jsonl", gold), ("p.jsonl", predicted)):
                records = [{"tokens": w, "tags": t} for w, t in zip(words, side, strict=False)]
                Path(names[name]).write_text("".join(json.dumps(one) + "\n" for one in records))
            for how in ("outside", "drop"):
                pairs = [
                    [
                        (a, "O" if b in ("", *masked) else b)
                        for a, b in zip(*rows, strict=True)
                        if a not in masked and (b or how == "outside")
                    ]
                    for rows in zip(gold, filled, strict=True)
                ]
                sides = [[[pair[side] for pair in row] for row in pairs] for side in (0, 1)]
                expected = spanf1.evaluate(*sides)
                options = {"missing": how, "mask_tags": masked}
                found = [
                    spanf1.evaluate(gold, predicted, **options),
                    spanf1.score_file(names["g"], names["p"], **options),
                ]
                if predicted:
                    paths = names["g.jsonl"], names["p.jsonl"]
                    found.append(spanf1.score_file(*paths, **options))
                    # A column in which there is nothing at all is none.
                    found.append(spanf1.score_file(names["f"], **options))
                for one in found:
                    assert one.counts.types == expected.counts.types
                    assert one.tally.gold_number == expected.tally.gold_number
                    assert one.counts.tokens_correct == expected.counts.tokens_correct
                    assert one.counts.sentences == expected.counts.sentences


def _write_columns(path: str, words: list[list[str]], *sides: list[list[str]]) -> None:
    parts = [
        "".join("\t".join(row) + "\n" for row in zip(*columns, strict=False))
        for columns in zip(words, *sides, strict=False)
    ]
    Path(path).write_text("\n".join(parts))
    assert os.path.exists(path)


def test_every_way_says_what_to_do(run) -> None:
    """The same tags in columns, in two files, in JSON Lines, in lists: the same option is named."""
    hints = {"0": "--outside 0", "X": "--mask X", "PER": "--tag-form PER", "LABEL_1": "--labels"}
    for tag, option in hints.items():
        write("f", f"a\t{tag}\tO\nb\tO\tO\n")
        write("g", f"a\t{tag}\nb\tO\n")
        write("j.jsonl", json.dumps({"gold": [tag, "O"], "pred": ["O", "O"]}) + "\n")
        for files in (["f"], ["g", "g"], ["j.jsonl"]):
            assert option in run("score", *files).err, (tag, files)
        with pytest.raises(TagError) as caught:
            spanf1.evaluate([[tag, "O"]], [["O", "O"]])
        assert option in caught.value.hint


@pytest.mark.parametrize(("tag", "name"), list(product(["0", "X", "PER"], ["detect", "repair"])))
def test_hints_of_one_side_work(run, tag: str, name: str) -> None:
    write("f", f"a\t{tag}\nb\tO\n")
    ran = run(name, "f")
    option = followed(ran, "f")
    assert run(name, "f", *option).code == 0


@pytest.mark.parametrize("command", ["validate", "describe", "detect", "repair"])
def test_two_forms_are_for_two_sides(run, command) -> None:
    write("f", "a PER\nb O\n")
    ran = run(command, "f", "--tag-form", "PER,B-PER")
    assert (ran.code, ran.out) == (2, "")
    assert "two forms are for gold and predictions, and here is one side" in ran.err
