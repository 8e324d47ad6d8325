"""Comparing systems in files: which files are whose, what is refused, and the command."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest

import spanf1
from spanf1.cli.compare import compare as command
from spanf1.core.options import Confidence, Options
from spanf1.core.tag_counter import tally
from spanf1.exceptions import AlignmentError, ReadError, UsageError
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.lists import ListReader
from spanf1.ranking.compare import compare, systems_of
from spanf1.ranking.rank import RankingOptions, System, rank
from spanf1.ranking.report import p_text, report_of, to_dict
from spanf1.render.renderers import text as rendered
from spanf1.results.result import Result
from tests.helpers.commands import formats_of, pipe, write
from tests.helpers.oracles import altered, uniform, well_formed
from tests.helpers.pages import Seen
from tests.helpers.plain import decode_slowly
from tests.helpers.shared_data import shared

QUICK = RankingOptions(confidence=Confidence(resamples=100))
GOLD = "John B-PER\nSmith I-PER\nin O\nOslo B-LOC\n\nthe O\nUN B-ORG\n\nBonn B-LOC\n"
GOOD = GOLD.replace("UN B-ORG", "UN O")
POOR = GOOD.replace("Oslo B-LOC", "Oslo B-ORG").replace("Bonn B-LOC", "Bonn O")
OTHER = GOLD.replace("B-LOC", "O")


def lines_of(tags, merged=None) -> str:
    """Return a file of a token and a tag a line or, with predicted tags, of both."""
    text, token = "", 0
    for number, line in enumerate(tags):
        for place, tag in enumerate(line):
            more = f" {merged[number][place]}" if merged else ""
            text += f"t{token} {tag}{more}\n"
            token += 1
        text += "\n"
    return text


def merge(gold: str, predicted: str) -> str:
    """Return a file of tokens, gold and predicted tags, of two files of the same lines."""
    pairs = zip(gold.splitlines(), predicted.splitlines(), strict=True)
    return "".join(f"{a} {b.split()[1]}\n" if a else "\n" for a, b in pairs)


@pytest.fixture
def files(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in ("gold", GOLD), ("good", GOOD), ("poor", POOR), ("other", OTHER):
        write(f"{name}.conll", text)
        write(f"{name}.merged", merge(GOLD, text))


# Which files are whose.


@pytest.fixture
def folders(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (
        "a.conll",
        "b.conll",
        "x/a.conll",
        "x/b.conll",
        "runs/seed-2.conll",
        "runs/seed-1.conll",
        "runs/.hidden",
        "runs/deeper/seed-3.conll",
        "lr=0.1/a.conll",
        "lr=0.1/b.conll",
        "lr=0.2.conll",
        "odd[1].conll",
        "two words.conll",
        "1,2=3.conll",
    ):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text("x O\n")
    Path("empty").mkdir()
    Path("only-folders/one").mkdir(parents=True)


RUNS = ["runs/seed-1.conll", "runs/seed-2.conll"]


@pytest.mark.usefixtures("folders")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], {}),
        (["a.conll", "b.conll"], {"a": ["a.conll"], "b": ["b.conll"]}),
        (["no-such-file"], {"no-such-file": ["no-such-file"]}),
        (["a.conll", "x/a.conll"], {"a.conll": ["a.conll"], "x/a.conll": ["x/a.conll"]}),
        (["runs"], {"runs": RUNS}),
        (["runs/"], {"runs": RUNS}),
        (["new=runs", "old=a.conll"], {"new": RUNS, "old": ["a.conll"]}),
        (["new=a.conll,b.conll"], {"new": ["a.conll", "b.conll"]}),
        (["new=a.conll,,b.conll,"], {"new": ["a.conll", "b.conll"]}),
        (["new=a.conll,runs"], {"new": ["a.conll", *RUNS]}),
        (["new=runs/seed-*.conll"], {"new": RUNS}),
        (["new=runs/seed-[12].conll,x/?.conll"], {"new": [*RUNS, "x/a.conll", "x/b.conll"]}),
        (["new=runs/**/seed-*"], {"new": [RUNS[0], RUNS[1], "runs/deeper/seed-3.conll"]}),
        (["runs/seed-*"], {"seed-1": RUNS[:1], "seed-2": RUNS[1:]}),
        (["odd[1].conll"], {"odd[1]": ["odd[1].conll"]}),
        (["two words.conll"], {"two words": ["two words.conll"]}),
        (["a name=a.conll"], {"a name": ["a.conll"]}),
        # a path that is there is no NAME=RUN
        (["lr=0.1"], {"lr=0.1": ["lr=0.1/a.conll", "lr=0.1/b.conll"]}),
        (["lr=0.1/a.conll"], {"a": ["lr=0.1/a.conll"]}),
        (["lr=0.2.conll"], {"lr=0": ["lr=0.2.conll"]}),
        (["x=lr=0.2.conll"], {"x": ["lr=0.2.conll"]}),
        (["1,2=3.conll"], {"1,2=3": ["1,2=3.conll"]}),
        (["x=1,2=3.conll"], {"x": ["1,2=3.conll"]}),
        (["x=a.conll,1,2=3.conll"], {"x": ["a.conll", "1", "2=3.conll"]}),
        (["x=lr=*/*.conll"], {"x": ["lr=0.1/a.conll", "lr=0.1/b.conll"]}),
        (["lr=*/a.conll", "b.conll"], {"a": ["lr=0.1/a.conll"], "b": ["b.conll"]}),
        (["=a.conll"], {"=a": ["=a.conll"]}),
    ],
    ids=str,
)
def test_systems_of_arguments(given, expected) -> None:
    found = systems_of(given)
    assert {one.name: sorted(one.files) for one in found} == {
        name: sorted(files) for name, files in expected.items()
    }
    assert [one.name for one in found] == list(expected)


@pytest.mark.usefixtures("folders")
@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["a.conll", "a.conll"], "two systems are called 'a'"),
        (["x", "x/"], "two systems are called 'x'"),
        (["a=b.conll", "a.conll"], "two systems are called 'a'"),
        (["a=b.conll", "a=a.conll"], "two systems are called 'a'"),
        (["empty"], "empty: there is no file in this folder"),
        (["x=empty"], "empty: there is no file in this folder"),
        (["only-folders"], "only-folders: there is no file in this folder"),
        (["x=nothing-*.conll"], "no file fits the pattern nothing-*.conll"),
        (["nothing-*.conll"], "no file fits the pattern nothing-*.conll"),
        (["only-folders/*"], "no file fits the pattern only-folders/*"),
        (["x="], "x=: no run is named"),
        (["x=,"], "x=,: no run is named"),
    ],
    ids=str,
)
def test_arguments_that_name_no_systems(given, message) -> None:
    # An empty folder is bad input, as it is where it is scored.
    error = ReadError if message.endswith("this folder") else UsageError
    with pytest.raises(error, match=re.escape(message)):
        systems_of(given)


@pytest.mark.usefixtures("folders")
def test_a_folder_without_a_name_is_a_system(monkeypatch) -> None:
    # as `/` is, in `compare gold /`
    monkeypatch.setattr("os.path.basename", lambda _: "")
    assert [one.files for one in systems_of(["x"])] == [("x/a.conll", "x/b.conll")]


# Comparing.


@pytest.mark.usefixtures("files")
class TestCompare:
    def test_systems_by_name(self) -> None:
        runs = {"new": ["good.conll", Path("other.conll")], "old": Path("poor.conll")}
        found = compare("gold.conll", runs, testing=QUICK)
        assert [one.system.name for one in found.standings] == ["new", "old"]
        assert [len(one.scores) for one in found.standings] == [2, 1]
        for standing in found.standings:
            for run, score in zip(standing.system.runs, standing.scores, strict=True):
                assert run.input is not None
                alone = spanf1.score_file("gold.conll", run.input.files[1])
                assert score == alone.micro.f1

    def test_systems_as_arguments(self) -> None:
        by_name = {"good": "good.conll", "poor": "poor.conll"}
        found = compare(Path("gold.conll"), [Path("good.conll"), "poor.conll"], testing=QUICK)
        assert to_dict(found) == to_dict(compare("gold.conll", by_name, testing=QUICK))

    def test_keywords_say_what_the_objects_say(self) -> None:
        systems = ["good.conll", "poor.conll", "other.conll"]
        testing = replace(QUICK, average="macro", per_type=True, all_pairs=True, correction="bh")
        options = Options.of({"scheme": "IOB2", "reading": "strict", "beta": 2, "types": "gold"})
        found = compare(
            "gold.conll",
            systems,
            average="macro",
            per_type=True,
            all_pairs=True,
            correction="bh",
            confidence=testing.confidence,
            scheme="IOB2",
            reading="strict",
            beta=2,
            types="gold",
        )
        assert to_dict(found) == to_dict(
            compare("gold.conll", systems, testing=testing, options=options)
        )

    def test_the_level_alone(self) -> None:
        found = compare("gold.conll", ["good.conll", "poor.conll"], confidence=0.9)
        assert found.testing.confidence.level == 0.9
        assert found.testing.alpha == 0.1

    @pytest.mark.parametrize(
        "given",
        [
            {"testing": QUICK, "average": "macro"},
            {"testing": QUICK, "confidence": 0.9},
            {"options": Options(), "reading": "strict"},
            {"options": Options(), "types": ["PER"]},
        ],
    )
    def test_nothing_is_said_twice(self, given) -> None:
        (name, _), _ = given.items()
        with pytest.raises(UsageError, match=f"{name} and single keywords say the same things"):
            compare("gold.conll", ["good.conll", "poor.conll"], **given)

    def test_missing_goes_with_options(self) -> None:
        found = compare(
            "gold.conll",
            ["good.conll", "poor.conll"],
            options=Options(beta=2),
            missing="outside",
            testing=QUICK,
        )
        used = found.standings[0].system.runs[0].options
        assert (used.beta, used.missing) == (2, "outside")

    def test_the_column_of_tags_of_all_files(self) -> None:
        names = ["gold", "good", "poor"]
        for name in names:
            rows = Path(f"{name}.conll").read_text().splitlines()
            write(f"{name}.wide", "".join(f"{row} x\n" if row else "\n" for row in rows))
        given = [
            ["gold.conll", ["good.conll", "poor.conll"]],
            ["gold.wide", ["good.wide", "poor.wide"]],
        ]
        plain, wide = (
            compare(gold, dict(zip("ab", files, strict=True)), tag_column=column, testing=QUICK)
            for (gold, files), column in zip(given, (None, 2), strict=True)
        )
        assert plain.differences == wide.differences
        with pytest.raises(UsageError, match="tag_column is for two files, in place of gold_col"):
            compare(None, ["good.merged", "poor.merged"], tag_column=2)

    def test_a_system_by_its_name(self) -> None:
        found = compare("gold.conll", ["good.conll", "poor.conll"], testing=QUICK)
        assert found["poor"] is found.standings[1]
        with pytest.raises(KeyError, match=r"(?m)'pore': there are good, poor$") as e:
            found["pore"]
        assert "hint: did you mean poor?" in e.value.__notes__
        assert (
            repr(found)
            == f"<Ranking: good {found['good'].mean:.4f}, poor {found['poor'].mean:.4f}>"
        )
        assert str(found) == rendered(report_of(found))

    def test_merged_files_are_the_same(self) -> None:
        names = ["good", "poor", "other"]
        two = compare("gold.conll", [f"{name}.conll" for name in names], testing=QUICK)
        one = compare(None, [f"{name}.merged" for name in names], testing=QUICK)
        assert one.differences == two.differences
        assert [s.interval for s in one.standings] == [s.interval for s in two.standings]

    def test_sentences_are_paired_however_often_they_occur(self) -> None:
        rng = np.random.default_rng(0)
        gold = uniform(rng, "IOB2", 300, longest=2)
        sides = {name: altered(rng, gold, "IOB2", noise=0.3) for name in ("a", "b")}
        for name, tags in {"g": gold, **sides}.items():
            write(name, lines_of(tags))
        found = compare("g", ["a", "b"], testing=QUICK)
        of_lists = rank(
            [
                System(
                    name, [Result(tally(ListReader(gold, tags), units="sentence", in_order=True))]
                )
                for name, tags in sides.items()
            ],
            QUICK,
        )
        assert found.differences == of_lists.differences
        assert 0 < (found.differences[0].units or (0,))[0] < 300

    def test_progress(self) -> None:
        said: list[str] = []
        compare("gold.conll", ["good.conll", "poor.conll"], testing=QUICK, progress=said.append)
        assert said[:2] == ["1 of 2 files read", "2 of 2 files read"]

    @pytest.mark.parametrize("systems", [{}, {"a": "good.conll"}], ids=str)
    def test_one_system_is_too_few(self, systems) -> None:
        with pytest.raises(UsageError, match="two systems at least"):
            compare("gold.conll", systems)

    def test_several_runs_of_one_system(self) -> None:
        found = compare("gold.conll", {"a": ["good.conll", "poor.conll"]}, testing=QUICK)
        assert [len(one.scores) for one in found.standings] == [2]
        assert found.differences == []

    @pytest.mark.parametrize("names", ["ab", "ba"])
    def test_a_system_without_runs(self, names) -> None:
        systems = dict(zip(names, (["good.conll"], []), strict=True))
        with pytest.raises(UsageError):
            compare("gold.conll", systems, testing=QUICK)

    def test_standard_input_is_no_system(self) -> None:
        with pytest.raises(UsageError, match="not standard input"):
            compare("gold.conll", {"a": "good.conll", "b": "-"})

    def test_a_missing_file(self) -> None:
        for gold, other in (("gold.conll", "missing"), ("missing", "good.conll")):
            with pytest.raises(ReadError, match="missing: no such file"):
                compare(gold, ["poor.conll", other])


# What is refused: systems that were not scored on the same.


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("altered", "where", "message"),
    [
        (GOOD.replace("the ", "a "), "bad:6", "token 'a' where gold.conll:6 has 'the'"),
        (GOOD.replace("\nBonn B-LOC", ""), "bad:8", "gold.conll:9 goes on with 'Bonn'"),
        (GOOD + "and O\n", "gold.conll:9", "bad:10 goes on with 'and'"),
        ("", "bad", "gold.conll:1 goes on with 'John'"),
    ],
    ids=range(4),
)
def test_other_tokens(altered, where, message) -> None:
    write("bad", altered)
    with pytest.raises(AlignmentError) as raised:
        compare("gold.conll", ["good.conll", "bad"], testing=QUICK)
    assert raised.value.where == where
    assert message in raised.value.message


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "altered", [GOOD.replace("in O\n", "in O\n\n"), GOOD.replace("\n\nthe", "\nthe")]
)
def test_other_sentence_breaks(altered) -> None:
    """Those of gold hold, and the report says so."""
    write("bad", altered)
    ranking = compare("gold.conll", ["good.conll", "bad"], testing=QUICK)
    assert len({standing.mean for standing in ranking.standings}) == 1
    said = "bad: sentences that begin there and not in gold.conll, or the other way round: 1"
    remarks = [run.input.remarks for one in ranking.standings for run in one.system.runs]
    assert sorted(map(len, remarks)) == [0, 1]
    assert any(remark.startswith(said) for (remark,) in filter(None, remarks))


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("gold", "line"),
    [
        (GOLD.replace("Oslo B-LOC", "Oslo B-ORG"), 4),
        (GOLD.replace("Smith I-PER", "Smith O"), 1),
        (GOLD.replace("in O", "in I-PER"), 1),
        (GOLD.replace("John B-PER", "John O").replace("Smith I-PER", "Smith B-PER"), 1),
        (GOLD.replace("in O", "in B-MISC"), 3),
        (GOLD.replace("UN B-ORG", "UN O"), 7),
        (GOLD.replace("in O", "in B-X").replace("UN B-ORG", "UN O"), 3),
        (GOLD.replace("John B-PER\nSmith I-PER", "John O\nSmith O").replace("the O", "the B-X"), 1),
        (GOLD.replace("Bonn B-LOC", "Bonn O"), 9),
        (GOLD.replace("Bonn B-LOC", "Bonn B-ORG"), 9),
    ],
    ids=range(10),
)
def test_another_gold(gold, line) -> None:
    # extra lines, so that those of the two files are others
    write("bad", "\n\n" + merge(gold, gold))
    with pytest.raises(AlignmentError) as raised:
        compare(None, ["good.merged", "bad"], testing=QUICK)
    assert raised.value.where == f"bad:{line + 2}"
    assert raised.value.message.endswith(f"those of good.merged:{line}")
    assert raised.value.hint == "systems are compared on one gold"


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "ends", [("B-A", "B-B"), ("B-A\ny I-A", "O\ny B-A"), ("B-A\ny B-A", "B-A\ny I-A")], ids=str
)
def test_another_gold_in_the_last_line(ends) -> None:
    for name, end in zip(("a", "b"), ends, strict=True):
        write(name, "".join(f"{line} O\n" for line in f"w O\n\nx {end}".split("\n") if line))
    with pytest.raises(AlignmentError, match="the gold spans part here"):
        compare(None, ["a", "b"], testing=QUICK)


def spans_of(tags) -> set[tuple[int, int, str]]:
    """Return the spans of all sentences, counted in tokens from the first."""
    firsts = accumulate((len(line) for line in tags), initial=0)
    return {
        (first + span.start, first + span.end, span.type)
        for first, line in zip(firsts, tags, strict=False)
        for span in decode_slowly(line)
    }


@pytest.mark.slow
@pytest.mark.parametrize("block", [0, 40, 300])
def test_another_gold_is_never_missed(tmp_path, monkeypatch, block) -> None:
    monkeypatch.chdir(tmp_path)
    if block:
        monkeypatch.setitem(ColumnFile.__init__.__kwdefaults__, "block_size", block)
    rng = np.random.default_rng(block)
    quick = RankingOptions(confidence=Confidence(resamples=1))
    kept = 0
    for _ in range(40):
        gold = uniform(rng, "IOB2", 6, longest=4)
        other = altered(rng, gold, "IOB2", noise=0.04)
        write("a", lines_of(gold, gold))
        write("b", "\n\n\n" + lines_of(other, gold))
        apart = spans_of(gold) ^ spans_of(other)
        if not apart:
            kept += 1
            compare(None, ["a", "b"], testing=quick)
            continue
        with pytest.raises(AlignmentError, match="the gold spans part here") as raised:
            compare(None, ["a", "b"], testing=quick)
        lines = [number for number, line in enumerate(lines_of(gold).split("\n"), 1) if line]
        first = lines[min(apart)[0]]
        named = int(raised.value.where.split(":")[1]) - 3
        # the same token in both
        assert raised.value.message.endswith(f"those of a:{named}")
        assert named == first if not block else named in lines
    assert 0 < kept < 40


def test_spans_over_the_end_of_a_block(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    token = "x" * 120
    inside = [f"{token} I-A O\n"] * 20_000
    whole = f"{token} B-A O\n" + "".join(inside)
    assert len(whole) > 2 << 20
    write("a", whole + f"\n{token} O O\n")
    write("b", whole + f"\n{token} O B-A\n")
    found = compare(None, ["a", "b"], testing=QUICK)
    assert found.standings[0].system.runs[0].counts.types["A"].gold == 1
    later = [*inside[:-1], f"{token} O O\n"]
    write("c", f"{token} B-A O\n" + "".join(later) + f"\n{token} O O\n")
    with pytest.raises(AlignmentError, match="the gold spans part here"):
        compare(None, ["a", "c"], testing=QUICK)


@pytest.mark.usefixtures("files")
class TestMerged:
    def test_other_tokens(self) -> None:
        write("bad", merge(GOLD, POOR).replace("the ", "a "))
        with pytest.raises(AlignmentError, match=r"token 'a' where good.merged:6 has 'the'"):
            compare(None, ["good.merged", "bad"], testing=QUICK)
        found = compare(None, ["good.merged", "bad"], testing=QUICK, align_by_position=True)
        assert len(found.standings) == 2

    def test_sentences_that_end_elsewhere(self) -> None:
        write("bad", merge(GOLD, POOR).replace("\n\nthe", "\nthe"))
        with pytest.raises(AlignmentError, match="does not begin a sentence"):
            compare(None, ["good.merged", "bad"], testing=QUICK)

    @pytest.mark.parametrize("order", [1, -1])
    def test_one_file_is_empty_or_shorter(self, order) -> None:
        for text in ("", "\n\n", merge(GOLD, POOR)[: -len("Bonn B-LOC O\n")]):
            write("bad", text)
            with pytest.raises(AlignmentError):
                compare(None, ["good.merged", "bad"][::order], testing=QUICK)

    @pytest.mark.parametrize("order", [1, -1])
    def test_other_columns_and_schemes(self, order) -> None:
        # without tokens, with another column, in another scheme
        lines = merge(GOLD, POOR).splitlines()
        write("bare", "".join(f"{line.partition(' ')[2]}\n" for line in lines))
        write("pos", "".join(f"{line.replace(' ', ' NN ', 1)}\n" for line in lines))
        iob1 = merge(GOLD.replace("B-", "I-"), POOR)
        write("iob1", iob1)
        for name in ("bare", "pos", "iob1"):
            found = compare(None, ["good.merged", name][::order], testing=QUICK)
            assert {one.system.name: one.mean for one in found.standings} == pytest.approx(
                {
                    "good": spanf1.score_file("gold.conll", "good.conll").micro.f1,
                    name: spanf1.score_file("gold.conll", "poor.conll").micro.f1,
                }
            )

    def test_given_columns(self) -> None:
        swapped = "".join(
            "{0} {2} {1}\n".format(*line.split()) if line else "\n"
            for line in merge(GOLD, POOR).splitlines()
        )
        for name in "ab":
            write(name, swapped if name == "a" else swapped.replace("Oslo B-ORG", "Oslo O"))
        found = compare(None, ["a", "b"], testing=QUICK, gold_column=3, pred_column=2)
        score = spanf1.score_file("gold.conll", "poor.conll").micro.f1
        assert {one.system.name: one.scores for one in found.standings}["a"] == [score]


@pytest.mark.parametrize("order", [1, -1])
def test_gold_that_the_reading_takes_otherwise(tmp_path, monkeypatch, order) -> None:
    monkeypatch.chdir(tmp_path)
    write("a", "x B-A B-A\n\ny B-A O\n")
    write("b", "x I-A B-A\n\ny B-A O\n")
    files = ["a", "b"][::order]
    assert len(compare(None, files, testing=QUICK).standings) == 2
    # to strict scores, one has a gold span less
    strict = Options(gold_scheme="IOB2", pred_scheme="IOB2", reading="strict")
    with pytest.raises(AlignmentError):
        compare(None, files, testing=QUICK, options=strict)


@pytest.mark.parametrize(
    "marks", [({0, 2}, {0}), ({0}, {0, 2}), ({0, 2}, {0, 1}), ({0, 2}, {1, 2}), ({1}, {2})], ids=str
)
def test_other_documents(tmp_path, monkeypatch, marks) -> None:
    monkeypatch.chdir(tmp_path)
    for name, begins in zip("ab", marks, strict=True):
        text = ""
        for number in range(3):
            text += "-DOCSTART- O O\n\n" * (number in begins) + f"x{number} B-A B-A\n\n"
        write(name, text)
    # to sentences they do not matter, and these are drawn then
    found = compare(None, ["a", "b"], testing=QUICK)
    assert (found.units, found.testing.confidence.unit) == (3, "sentence")
    note = "b: documents do not begin where they do in a: sentences are drawn"
    assert note in " ".join(rendered(report_of(found)).split())
    how = RankingOptions(confidence=Confidence(resamples=10, unit="document"))
    with pytest.raises(AlignmentError, match="document"):
        compare(None, ["a", "b"], testing=how)


# The command.


@pytest.mark.slow
def test_300_files_in_a_folder(run) -> None:
    rng = np.random.default_rng(0)
    gold = well_formed(rng, "IOB2", 30)
    write("gold", lines_of(gold))
    Path("runs").mkdir()
    for number in range(300):
        write(f"runs/{number:03}", lines_of(altered(rng, gold, "IOB2", noise=0.1)))
    begun = time.process_time()
    ran = run("compare", "gold", "some=runs/00*", "runs", "-f", "json", "--resamples", "1000")
    assert ran.code == 0
    assert time.process_time() - begun < 10
    systems = {one["name"]: one for one in json.loads(ran.out)["systems"]}
    assert [len(systems[name]["runs"]) for name in ("some", "runs")] == [10, 300]
    assert [one["file"] for one in systems["some"]["runs"]] == [f"runs/00{k}" for k in range(10)]


THREE = ("gold.conll", "good.conll", "poor.conll", "other.conll", "--resamples", "200")


def rows_of(table: str) -> list[list[str]]:
    return [re.split(r" {2,}", line.strip()) for line in table.splitlines()]


@pytest.mark.usefixtures("files")
class TestCommand:
    def test_table(self, run) -> None:
        ran = run("compare", *THREE)
        assert (ran.code, ran.err) == (0, "")
        systems, differences = ran.out.split("\n\nDifferences from good\n")
        assert systems.startswith(
            "Systems\ngold.conll: 4 spans in 7 tokens, 3 sentences. Micro F1; intervals are from "
            "200\nresamples of sentences, seed 0.\n"
        )
        found = {row[0]: row[1:] for row in rows_of(systems)}
        assert found["good"] == ["100.00", "75.00", "85.71", found["good"][3], "3", "3"]
        assert found["other"][:3] == ["100.00", "50.00", "66.67"]
        assert found["poor"][:3] == ["50.00", "25.00", "33.33"]
        assert "corrected for 2 comparisons" in differences.replace("\n", " ")
        found = {row[0]: row[1:] for row in rows_of(differences)}
        assert [found[name][0] for name in ("other", "poor")] == ["-19.05", "-52.38"]
        assert [found[name][-1] for name in ("other", "poor")] == ["1-0-2", "0-1-2"]
        assert "2 of 2 cannot be told apart from good at p < 0.05: other, poor" in ran.out
        assert "|ci:0.95/percentile/200/sentence/0|" in ran.out

    def test_what_can_be_told_apart(self, run) -> None:
        lines = [f"x{number} B-A" for number in range(50)]
        write("g", "\n\n".join(lines) + "\n")
        write("same", "\n\n".join(lines) + "\n")
        write("none", "\n\n".join(line.replace("B-A", "O") for line in lines) + "\n")
        assert "the two can be told apart at p < 0.05" in run("compare", "g", "same", "none").out
        ran = run("compare", "g", "same", "none", "a=same", "--all-pairs", "--confidence", "0.99")
        assert "1 of 3 cannot be told apart at p < 0.01: a and same" in ran.out
        assert "99% interval" in ran.out

    def test_json(self, run) -> None:
        ran = run("compare", *THREE, "--per-type", "--all-pairs", "--seed", "3", "-f", "json")
        data = json.loads(ran.out)
        how = RankingOptions(
            per_type=True, all_pairs=True, confidence=Confidence(resamples=200, seed=3)
        )
        found = compare(
            "gold.conll", [f"{n}.conll" for n in ("good", "poor", "other")], testing=how
        )
        assert data == to_dict(found)
        assert data["testing"]["confidence"]["seed"] == 3
        assert (data["tokens"], data["units"], data["gold"]) == (7, 3, "gold.conll")
        assert [one["name"] for one in data["systems"]] == ["good", "other", "poor"]
        assert len(data["differences"]) == 3 * 4
        one = data["differences"][0]
        assert (
            one["units"] == {"wins": 0, "ties": 1, "losses": 2} or sum(one["units"].values()) == 3
        )
        drawn = replace(how.confidence, unit="sentence")
        assert spanf1.Signature.parse(data["signature"]).confidence == drawn

    def test_json_has_no_nan(self, run) -> None:
        write("more.conll", GOOD.replace("in O", "in B-NEW"))
        systems = "gold.conll", "good.conll", "more.conll"
        ran = run("compare", *systems, "--per-type", "--zero-division", "nan", "-f", "json")
        assert ran.code == 0
        new = [one for one in json.loads(ran.out)["differences"] if one["type"] == "NEW"]
        assert [(one["difference"], one["p_value"], one["interval"]) for one in new] == [
            (None, None, [None, None])
        ]

    def test_csv(self, run) -> None:
        ran = run("compare", *THREE, "--per-type", "-f", "csv")
        rows = list(csv.DictReader(io.StringIO(ran.out)))
        assert len(rows) == 3 + 2 * 4
        assert {len(row) for row in csv.reader(io.StringIO(ran.out))} == {len(rows[0])}
        assert [row["row"] for row in rows] == ["system"] * 3 + ["difference"] * 8
        assert rows[0]["system"] == "good"
        assert float(rows[0]["f"]) == spanf1.score_file("gold.conll", "good.conll").micro.f1
        found = compare(
            "gold.conll",
            ["good.conll", "poor.conll", "other.conll"],
            testing=RankingOptions(per_type=True, confidence=Confidence(resamples=200)),
        )
        for row, one in zip(rows[3:], found.differences, strict=True):
            assert (row["system"], row["reference"], row["type"]) == (one.system, "good", one.type)
            assert float(row["difference"]) == one.difference
            assert float(row["p_adjusted"]) == one.p_adjusted
            assert (int(row["wins"]), int(row["ties"]), int(row["losses"])) == one.units
        short = run("compare", *THREE, "-f", "csv", "--digits", "3").out
        assert next(csv.DictReader(io.StringIO(short)))["f"] == "0.857"

    @pytest.mark.parametrize("more", [[], ["--per-type"], ["--all-pairs"], ["-q", "--per-type"]])
    def test_markdown(self, run, more) -> None:
        ran = run("compare", *THREE, "-f", "markdown", *more)
        assert ran.code == 0
        tables = [
            [re.split(r"(?<!\\)\|", line)[1:-1] for line in part.splitlines()]
            for part in re.findall(r"(?:^\|.*\n)+", ran.out, re.MULTILINE)
        ]
        assert len(tables) == 2 + ("--per-type" in more)
        for table in tables:
            assert len({len(row) for row in table}) == 1
        assert [row[0].strip() for row in tables[0][2:]] == ["good", "other", "poor"]

    @pytest.mark.parametrize("more", [[], ["--per-type"], ["--all-pairs"], ["-q", "--per-type"]])
    def test_latex(self, run, more) -> None:
        write("a_b&c%.conll", GOOD)
        ran = run("compare", *THREE, "a_b&c%.conll", "-f", "latex", *more)
        assert ran.code == 0
        code = "\n".join(line for line in ran.out.splitlines() if not line.startswith("%"))
        tables = 2 + ("--per-type" in more)
        for name in ("begin", "end"):
            assert code.count(rf"\{name}{{tabular}}") == tables
        bare = re.sub(r"\\[{}&%_#$]", "", code)
        assert bare.count("{") == bare.count("}")
        assert "_" not in bare
        for table in re.findall(r"\\begin{tabular}{(l+r+)}(.*?)\\end", code, re.DOTALL):
            rows = [line for line in table[1].splitlines() if line.endswith(r"\\")]
            assert {len(re.findall(r"(?<!\\)&", row)) + 1 for row in rows} == {len(table[0])}
            assert len(rows) >= 4

    @pytest.mark.parametrize("more", [[], ["--per-type"], ["several=good.conll,poor.conll"]])
    def test_html(self, run, more) -> None:
        write("a_<b>&.conll", GOOD)
        ran = run("compare", *THREE, "a_<b>&.conll", "-f", "html", *more)
        assert ran.code == 0
        seen = Seen(ran.out)
        assert seen.tags.count("caption") == seen.tags.count("table") == 2 + ("--per-type" in more)
        assert {"script", "b"}.isdisjoint(seen.tags)
        assert "a_<b>&" in seen.text

    @pytest.mark.parametrize(
        "more",
        [
            [],
            ["--per-type"],
            ["--all-pairs"],
            ["--all-pairs", "--per-type", "--digits", "4"],
            ["--average", "weighted", "--correction", "bh"],
            ["several=good.conll,poor.conll,other.conll"],
            ["--correction", "none", "several=good.conll,poor.conll", "--per-type"],
        ],
        ids=str,
    )
    def test_80_columns(self, run, more) -> None:
        lines = [f"x{number} B-LOC" for number in range(3000)]
        write("gold", "\n\n".join(lines) + "\n")
        for number, name in enumerate(("spinningbytes", "arcada", "uh_ritual"), 2):
            text = [ln.replace("LOC", "PER") if k % number else ln for k, ln in enumerate(lines)]
            write(f"{name}.conll", "\n\n".join(text) + "\n")
            for other in ("good", "poor", "other"):
                write(f"{other}.conll", "\n\n".join(text) + "\n")
        names = ("spinningbytes.conll", "arcada.conll", "uh_ritual.conll")
        ran = run("compare", "gold", *names, *more, "--resamples", "50")
        assert ran.code == 0
        long = [line for line in ran.out.splitlines() if len(line) > 80 and "match:" not in line]
        assert long == []
        assert "…" not in ran.out

    def test_several_runs(self, run) -> None:
        ran = run("compare", "gold.conll", "new=good.conll,other.conll", "poor.conll")
        systems, differences = ran.out.split("\n\nDifferences from new\n")
        found = {row[0]: row[1:] for row in rows_of(systems)}
        assert found["new"][:4] == ["2", "100.00", "62.50", "76.19"]
        assert found["new"][5:] == ["13.47", "66.67", "85.71"]
        assert found["poor"][:4] == ["1", "50.00", "25.00", "33.33"]
        assert found["poor"][5:] == ["-", "33.33", "33.33"]
        assert "10000 resamples of sentences and of runs" in systems.replace("\n", " ")
        found = {row[0]: row[1:] for row in rows_of(differences)}
        assert found["poor"][0] == "-42.86"
        assert "permutation of runs" in ran.out
        assert "W-T-L" not in ran.out

    def test_nan_is_a_dash(self, run) -> None:
        write("more.conll", GOOD.replace("in O", "in B-NEW"))
        systems = "gold.conll", "good.conll", "more.conll"
        ran = run("compare", *systems, "--per-type", "--zero-division", "nan")
        row = next(row for row in rows_of(ran.out) if row[0] == "NEW")
        assert set(row[2:-1]) == {"-"}
        assert row[-1] == "0-2-1"

    def test_quiet(self, run) -> None:
        loud, quiet = run("compare", *THREE), run("compare", *THREE, "-q")
        assert quiet.err == ""
        tables = [line for line in loud.out.splitlines() if re.search(r" {2}\S", line)]
        assert [line for line in quiet.out.splitlines() if line] == [
            line
            for line in tables
            if not line.startswith("    ") or line.strip().startswith(("P ", "Diff."))
        ]

    def test_output_is_written_whole_or_not_at_all(self, run) -> None:
        ran = run("compare", *THREE, "-o", "out.txt")
        assert (ran.code, ran.out) == (0, "")
        assert Path("out.txt").read_text() == run("compare", *THREE).out
        before = Path("out.txt").read_text()
        assert run("compare", *THREE, "missing", "-o", "out.txt").code == 3
        assert Path("out.txt").read_text() == before
        assert not [path for path in Path().iterdir() if path.name.startswith(".spanf1")]

    @pytest.mark.parametrize("path", ["gold.conll", "poor.conll", "runs/a"])
    def test_output_is_no_input(self, run, path) -> None:
        Path("runs").mkdir()
        write("runs/a", GOOD)
        before = Path(path).read_text()
        ran = run("compare", "gold.conll", "good.conll", "poor.conll", "runs", "-o", path)
        assert ran.code == 2
        assert "it is the input" in ran.err
        assert Path(path).read_text() == before

    @pytest.mark.parametrize(
        ("args", "code", "message"),
        [
            ([], 2, "two systems at least"),
            (["gold.conll"], 2, "two systems at least"),
            (["gold.conll", "good.conll"], 2, "two systems at least"),
            (["--merged", "good.merged"], 2, "two systems at least"),
            (["gold.conll", "good.conll", "good.conll"], 2, "two systems are called 'good'"),
            (["gold.conll", "good.conll", "no-*"], 2, "no file fits the pattern no-*"),
            (["gold.conll", "good.conll", "-"], 2, "not standard input"),
            ([*THREE, "--reference", "nobody"], 2, "there is no system 'nobody'"),
            ([*THREE, "--average", "mean"], 2, "'mean'"),
            ([*THREE, "--confidence", "95"], 2, "it is between 0 and 1"),
            ([*THREE, "--resamples", "0"], 2, "--resamples"),
            ([*THREE, "--seed", "-1"], 2, "--seed"),
            ([*THREE, "--unit", "document"], 2, "the input marks no documents"),
            ([*THREE, "--reading", "conlleval"], 2, "conlleval"),
            ([*THREE, "-f", "json", "--digits", "2"], 2, "--digits does not go with --format json"),
            ([*THREE, "--types", ","], 2, "--types names no type"),
            ([*THREE, "-o", "no-such-folder/out"], 2, "there is no such directory"),
            (["gold.conll", "good.conll", "missing"], 3, "missing: no such file"),
            (["missing", "good.conll", "poor.conll"], 3, "missing: no such file"),
            (["gold.conll", "good.conll", "bad.conll"], 3, "bad.conll:1: token 'Jon' where"),
            (["--merged", "good.merged", "gold.conll"], 3, "gold.conll"),
            (["gold.conll", "good.conll", "ill.conll", "--reading", "error"], 3, "ill.conll:1"),
        ],
        ids=str,
    )
    def test_errors(self, run, args, code, message) -> None:
        write("bad.conll", GOOD.replace("John", "Jon"))
        write("ill.conll", GOOD.replace("John B", "John I"))
        ran = run("compare", *args)
        assert (ran.code, ran.out) == (code, "")
        assert ran.err.startswith("error: ")
        assert message in ran.err
        assert len(ran.err.splitlines()) <= 2

    def test_help(self, run) -> None:
        ran = run("compare", "--help")
        assert ran.code == 0
        for word in ("--merged", "--reference", "--all-pairs", "--per-type", "--correction"):
            assert word in ran.out
        assert max(map(len, ran.out.splitlines())) <= 80

    def test_options_reach_the_scores(self, run) -> None:
        args = ["--types", "LOC,PER", "--beta", "2", "--average", "macro"]
        data = json.loads(run("compare", *THREE, *args, "-f", "json").out)
        for one in data["systems"]:
            alone = spanf1.score_file(
                "gold.conll", f"{one['name']}.conll", types=["LOC", "PER"], beta=2
            )
            assert one["f"] == pytest.approx(alone.averages.macro.fbeta)
        assert "F2" in run("compare", *THREE, *args).out

    def test_columns(self, run) -> None:
        extra = "".join(f"{line} X\n" if line else "\n" for line in GOLD.splitlines())
        write("extra", extra)
        for name in ("good", "poor"):
            text = Path(f"{name}.conll").read_text()
            write(name, "".join(f"{ln} X\n" if ln else "\n" for ln in text.splitlines()))
        ran = run("compare", "extra", "good", "poor", "--tag-column", "2", "-f", "json")
        names = [(one["name"], round(one["f"], 4)) for one in json.loads(ran.out)["systems"]]
        assert names == [("good", 0.8571), ("poor", 0.3333)]


@pytest.mark.usefixtures("files")
class TestPipes:
    # Gold is read once for each system, an output with gold tags once more to compare these.
    @pytest.mark.slow
    @pytest.mark.parametrize("gold", ["-", "/dev/stdin"])
    def test_gold(self, run, gold) -> None:
        expected = run("compare", "gold.conll", "good.conll", "poor.conll", "-q").out
        ran = pipe(GOLD.encode(), "compare", gold, "good.conll", "poor.conll", "-q")
        assert (ran.code, ran.out, ran.err) == (0, expected, "")

    @pytest.mark.slow
    def test_a_system(self, run) -> None:
        expected = run("compare", "gold.conll", "x=good.conll", "poor.conll", "-q").out
        ran = pipe(GOOD.encode(), "compare", "gold.conll", "x=/dev/stdin", "poor.conll", "-q")
        assert (ran.code, ran.out, ran.err) == (0, expected, "")

    @pytest.mark.slow
    @pytest.mark.parametrize("order", [1, -1])
    def test_a_merged_system(self, run, order) -> None:
        expected = run("compare", "--merged", "x=good.merged", "poor.merged", "-q").out
        given = ["x=/dev/stdin", "poor.merged"][::order]
        ran = pipe(Path("good.merged").read_bytes(), "compare", "--merged", *given, "-q")
        assert (ran.code, ran.out, ran.err) == (0, expected, "")


def test_formats_are_all_tested() -> None:
    assert formats_of(command) == ["table", "json", "csv", "tsv", "markdown", "latex", "html"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1.0000"), (0.05, "0.0500"), (0.00005, "0.0001"), (1e-5, "1e-05"), (np.nan, "-")],
)
def test_p_values_in_words(value, text) -> None:
    assert p_text(value) == text


def test_wnut_systems_are_ranked_as_published() -> None:
    folder = shared("wnut17")
    systems = sorted((folder / "submissions").iterdir())
    found = compare(folder / "gold.conll", systems, testing=QUICK, align_by_position=True)
    assert {one.system.name: f"{100 * one.mean:.2f}" for one in found.standings} == {
        "uh_ritual": "41.86",
        "spinningbytes": "40.78",
        "sjtu_adapt": "40.42",
        "arcada": "39.98",
        "flytxt": "38.35",
        "mic-cis": "37.06",
        "drexel_cci": "26.30",
    }
    assert [one.mean for one in found.standings] == sorted(
        (one.mean for one in found.standings), reverse=True
    )


def test_a_type_that_only_one_system_predicts(tmp_path) -> None:
    """The gold is the same, whatever types the systems make up."""
    paths = {"a": tmp_path / "a", "b": tmp_path / "b"}
    for name, tag in (("a", "O"), ("b", "B-NEW")):
        paths[name].write_text(f"x B-A B-A\ny O {tag}\n")
    found = compare(None, paths, testing=QUICK)
    assert [(one.system.name, one.mean) for one in found.standings] == [("a", 1.0), ("b", 2 / 3)]
