"""``spanf1 diff``: what is listed, in which formats and widths; when it fails."""

from __future__ import annotations

import csv
import io
import json

import pytest

import spanf1
from spanf1.render.renderers import width_of
from tests.helpers.commands import pipe, write

GOLD = """\
Ada B-PER
Smith I-PER
of O
Leeds B-LOC

met O
Ada B-PER
in O
Rome B-LOC
"""
OLD = """\
Ada B-PER
Smith O
of O
Leeds B-LOC

met B-X
Ada B-LOC
in O
Rome B-LOC
"""
NEW = """\
Ada B-PER
Smith I-PER
of B-X
Leeds O

met O
Ada B-ORG
in O
Rome B-LOC
"""
LISTED = """\
g:1  mended: boundary (short)
  gold PER  [Ada Smith] of Leeds
  old  PER  [Ada] Smith of Leeds
  new  PER  [Ada Smith] of Leeds

g:3  new: spurious
  new X  Ada Smith [of] Leeds

g:4  broken: missed
  gold LOC  Ada Smith of [Leeds]
  old  LOC  Ada Smith of [Leeds]

g:6  gone: spurious
  old X  [met] Ada in Rome
"""


@pytest.fixture(autouse=True)
def _files(run, monkeypatch):  # noqa: ARG001 - in its folder
    monkeypatch.delenv("COLUMNS", raising=False)
    for name, text in (("g", GOLD), ("old", OLD), ("new", NEW)):
        write(name, text)


def merged(name, text):
    rows = zip(GOLD.splitlines(), text.splitlines(), strict=True)
    write(name, "".join(f"{gold} {tag.split()[1]}\n" if gold else "\n" for gold, tag in rows))


def many_sentences(name, right, count=40):
    write(name, "".join(f"a {'B-A' if n < right else 'O'}\n\n" for n in range(count)))


def test_what_is_listed(run):
    ran = run("diff", "g", "old", "new", "-q")
    assert (ran.code, ran.out, ran.err) == (0, LISTED, "")


def test_tables_come_first(run):
    ran = run("diff", "g", "old", "new")
    assert ran.code == 0
    assert (
        "Of gold, from old to new: 1 mended, 1 broken, so 2 correct in place of 2. "
        "Spurious: 1 gone, 1 new."
    ) in " ".join(ran.out.split())
    table = [line.split() for line in ran.out.splitlines()]
    assert ["PER", "1", "0", "0", "1", "0", "0", "0"] in table
    assert ["all", "1", "1", "1", "1", "1", "1", "0"] in table
    assert ["spurious", "1", "1", "1", "1"] in table
    assert "1 of 1 cannot be told apart from old at p < 0.05: new" in ran.out
    assert ran.out.endswith("\n\n" + LISTED)


@pytest.mark.parametrize(
    ("args", "places"),
    [
        (["--change", "broken"], ["4"]),
        (["--change", "broken,gone"], ["4", "6"]),
        (["--change", "wrong"], ["7"]),
        (["--change", "right"], ["9"]),
        (["--change", "all"], ["1", "3", "4", "6", "7", "9"]),
        (["--type", "X"], ["3", "6"]),
        (["--type", "PER", "--change", "all"], ["1", "7"]),
        (["--limit", "1"], ["1"]),
        (["--ignore", "X"], ["1", "4"]),
        (["--map", "PER=LOC", "--change", "broken"], ["4", "7"]),
    ],
)
def test_what_is_chosen(run, args, places):
    ran = run("diff", "g", "old", "new", *args, "-f", "csv")
    assert [row["line"] for row in csv.DictReader(io.StringIO(ran.out))] == places


def test_both_wrong(run):
    ran = run("diff", "g", "old", "new", "-q", "--change", "wrong")
    assert ran.out.startswith("g:7  wrong: type\n  gold PER  met [Ada] in Rome\n  old  LOC")
    assert run("diff", "g", "old", "new", "-q", "--change", "spurious").out == "no such spans\n"


def test_the_rest_is_shown_as_the_hint_says(run):
    many_sentences("gold", 40)
    many_sentences("all", 40)
    many_sentences("none", 10)
    ran = run("diff", "gold", "none", "all", "-q")
    assert ran.out.count("mended") == 20
    assert ran.out.endswith("\n\n10 more of 30; --limit 30 shows all of them\n")
    assert run("diff", "gold", "none", "all", "-q", "--limit", "30").out.count("mended") == 30
    rows = [*csv.DictReader(io.StringIO(run("diff", "gold", "none", "all", "-f", "csv").out))]
    assert len(rows) == 30


def test_formats_have_the_same(run):
    data = json.loads(run("diff", "g", "old", "new", "-f", "json").out)
    changes = spanf1.diff("g", ["old", "new"])
    assert data["systems"] == ["old", "new"]
    assert (data["counts"], data["types"], data["kinds"]) == (
        changes.counts,
        changes.types,
        changes.kinds,
    )
    assert data["spans"] == [entry.to_dict() for entry in changes.entries()]
    assert data["spans"][0]["a"]["predicted"]["text"] == "Ada"
    assert data["comparison"]["differences"][0]["reference"] == "old"
    cells = [*csv.DictReader(io.StringIO(run("diff", "g", "old", "new", "-f", "csv").out))]
    assert [(cell["change"], cell["gold_text"]) for cell in cells] == [
        ("mended", "Ada Smith"),
        ("new", ""),
        ("broken", "Leeds"),
        ("gone", ""),
    ]
    assert cells[0]["a_how"] == "short"
    assert cells[3]["a_text"] == "met"
    lines = run("diff", "g", "old", "new", "-f", "markdown").out.splitlines()
    assert (
        "| g:1 | mended | PER: Ada Smith | boundary (short): PER: Ada | correct: PER: Ada Smith "
        "| Ada Smith of Leeds |"
    ) in lines


def test_gold_may_be_in_both_files(run):
    merged("a", OLD)
    merged("b", NEW)
    ran = run("diff", "--merged", "a", "b", "-q")
    assert ran.out.replace("  a  ", "  old").replace("  b  ", "  new").startswith("a:1  mended")
    counts = [
        json.loads(run("diff", *args, "-f", "json").out)["counts"]
        for args in (("--merged", "a", "b"), ("g", "old", "new"))
    ]
    assert counts[0] == counts[1]
    write(
        "b",
        GOLD.replace("Rome B-LOC", "Rome B-PER").replace("\n", " O\n").replace("\n O\n", "\n\n"),
    )
    ran = run("diff", "--merged", "a", "b")
    assert (ran.code, ran.out) == (3, "")


@pytest.mark.parametrize(("gold", "name"), [("-", "<stdin>"), ("/dev/stdin", "/dev/stdin")])
def test_gold_may_be_a_pipe(gold, name):
    ran = pipe(GOLD.encode(), "diff", gold, "old", "new", "-q")
    assert (ran.code, ran.out) == (0, LISTED.replace("g:", f"{name}:"))


def test_worse_beyond_noise_fails(run):
    many_sentences("gold", 40)
    many_sentences("good", 40)
    many_sentences("bad", 20)
    many_sentences("near", 39)
    args = ("--fail-if-worse", "-q", "--limit", "0")
    ran = run("diff", "gold", "good", "bad", *args)
    assert ran.code == 1
    assert ran.err.startswith("fail: bad is worse than good beyond noise: -33.33 points of F1, p 0")
    assert run("diff", "gold", "good", "near", *args).code == 0
    assert run("diff", "gold", "bad", "good", *args).code == 0
    assert run("diff", "gold", "good", "bad", "-q").code == 0


def test_a_drop_fails_where_it_is_more(run):
    # F1 falls from 100 to 4/5 exactly.
    write("gold", "a B-A\n\n" * 3)
    write("less", "a B-A\n\n" * 2 + "a O\n\n")
    for most, code in (("19.9", 1), ("20", 0), ("0", 1), ("100", 0)):
        ran = run("diff", "gold", "gold=gold", "less", "--max-drop", most, "-q")
        assert ran.code == code
        said = f"fail: F1 is 20.00 points lower in less than in gold, more than {most}\n"
        assert ran.err == (said if code else "")
    assert run("diff", "gold", "less", "gold=gold", "--max-drop", "0", "-q").code == 0


def test_of_few_sentences_nothing_can_be_known(run):
    ran = run("diff", "g", "old", "new", "--fail-if-worse", "-q")
    assert (ran.code, ran.out) == (0, LISTED)
    assert ran.err == (
        "warning: --fail-if-worse can find nothing: of 2 sentences, no p can be below 0.5000\n"
    )


def test_nothing_to_score(run):
    write("empty", "a O\n")
    ran = run("diff", "empty", "a=empty", "b=empty", "-q")
    assert (ran.code, ran.out) == (0, "no such spans\n")
    for gate in (["--fail-if-worse"], ["--max-drop", "1"]):
        ran = run("diff", "empty", "a=empty", "b=empty", "-q", *gate)
        assert ran.code == 1
        assert ran.err.endswith("fail: there is nothing to score\n")


def test_a_gate_without_gold_is_shut(run):
    write("none", "a O\n")
    write("one", "a B-X\n")
    assert run("diff", "none", "a=none", "one", "-q").code == 0
    for gate in (["--fail-if-worse"], ["--max-drop", "1"]):
        ran = run("diff", "none", "a=none", "one", "-q", *gate)
        assert ran.code == 1
        assert "fail: there is no span in gold" in ran.err


@pytest.mark.parametrize("width", [40, 80])
def test_lines_fit(run, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    words = ["昔々" * 30, "a" * 200, "Ada"]
    write("gold", "".join(f"{word} B-{'X' * 50}\n" for word in words))
    write("out", "".join(f"{word} O\n" for word in words))
    ran = run("diff", "gold", f"{'n' * 60}=out", f"{'m' * 60}=gold", "-q")
    assert ran.out.count("mended") == 3
    assert max(map(width_of, ran.out.splitlines())) <= width


def test_nothing_moves_the_cursor(run):
    write("\033[2Jg", "\033[2J B-A\n\u202e O\n")
    write("\033[2Ja", "\033[2J O\n\u202e B-B\n")
    for name in ("text", "json", "csv", "markdown"):
        ran = run("diff", "\033[2Jg", "\033[2Ja", "x=\033[2Jg", "-f", name)
        assert ran.code == 0
        assert "\033" not in ran.out + ran.err
        assert "\u202e" not in ran.out


def test_readings_are_those_of_the_score(run):
    write("gold", "a I-A\nb O\nc B-A\n")
    write("a", "a O\nb O\nc B-A\n")
    args = ("diff", "gold", "a", "b=gold", "--scheme", "IOB2", "-f", "json")
    assert json.loads(run(*args).out)["counts"]["mended"] == 1
    assert json.loads(run(*args, "--reading", "strict").out)["counts"]["mended"] == 0
    assert run(*args, "--reading", "error").code == 3
    assert run(*args, "--reading", "conlleval").code == 2


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        ([], "A and B are to be two files, and not 0", "--merged takes two"),
        (["g", "old"], "two files, and not 1", "--merged takes two"),
        (["g", "old", "new", "x=new"], "two files, and not 3", "compare ranks"),
        (["g", "a=old,new", "new"], "two files, and not 3", "compare ranks"),
        (["g", "old", "new", "--change", "better"], "unknown change 'better'", "one of mended"),
        (["g", "old", "new", "--max-drop", "-1"], "--max-drop", ""),
        (["g", "old", "new", "--max-drop", "nan"], "nan is no number", ""),
        (["g", "old", "-"], "not standard input", ""),
        (["g", "old", "new", "-o", "new"], "the output cannot be written", ""),
    ],
)
def test_wrong_usage(run, args, message, hint):
    ran = run("diff", *args)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    assert message in ran.err
    assert hint in ran.err
    assert run("diff", "g", "old", "new").code == 0


def test_a_type_that_is_not_there(run):
    ran = run("diff", "g", "old", "new", "--type", "PERSON", "-f", "csv")
    assert ran.err == "warning: there is no span of type 'PERSON'\n"


def test_the_name_of_the_output_says_the_format(run):
    assert run("diff", "g", "old", "new", "-o", "d.json").out == ""
    with open("d.json", encoding="utf-8") as file:
        assert json.load(file)["counts"]["mended"] == 1


@pytest.fixture
def _results(run):
    for name in ("old", "new"):
        assert run("score", "g", name, "-f", "json", "-o", f"{name}.json").code == 0


@pytest.mark.usefixtures("_results")
class TestResults:
    def test_counts_are_those_of_the_spans(self, run):
        found = json.loads(run("diff", "old.json", "new.json", "-f", "json").out)
        data = json.loads(run("diff", "g", "old", "new", "-f", "json").out)
        for name, row in data["types"].items():
            both = [side and side["correct"] for side in found["types"][name].values()]
            assert (both[1] or 0) - (both[0] or 0) == row["mended"] - row["broken"]
        systems = {one["name"]: one["f"] for one in data["comparison"]["systems"]}
        assert found["micro"]["a"]["f"] == pytest.approx(systems["old"])
        assert found["micro"]["b"]["f"] == pytest.approx(systems["new"])

    def test_what_is_not_known_is_said(self, run):
        ran = run("diff", "old.json", "new.json")
        assert (ran.code, ran.err) == (0, "")
        assert "Which spans are mended and which are broken" in ran.out
        table = [line.split() for line in ran.out.splitlines()]
        assert ["LOC", "2", "2", "1", "-1", "80.00", "66.67", "-13.33"] in table
        assert ["all", "4", "2", "2", "+0", "44.44", "50.00", "+5.56"] in table
        rows = [*csv.DictReader(io.StringIO(run("diff", "old.json", "new.json", "-f", "csv").out))]
        assert [row["type"] for row in rows] == ["LOC", "ORG", "PER", "X", ""]

    def test_a_drop_fails(self, run):
        ran = run("diff", "new.json", "old.json", "--max-drop", "5.5", "-q")
        assert (ran.code, ran.err) == (
            1,
            "fail: F1 is 5.56 points lower in old.json than in new.json, more than 5.5\n",
        )
        assert run("diff", "new.json", "old.json", "--max-drop", "5.6").code == 0
        assert run("diff", "old.json", "new.json", "--max-drop", "0").code == 0

    @pytest.mark.parametrize(
        "args",
        [
            ["--change", "all"],
            ["--type", "PER"],
            ["--limit", "3"],
            ["--reading", "strict"],
            ["--scheme", "IOB2"],
        ],
    )
    def test_what_needs_spans(self, run, args):
        ran = run("diff", "old.json", "new.json", *args)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == (
            f"error: {args[0]} needs the spans, and results files have none\n"
            "hint: spanf1 diff GOLD A B has them\n"
        )

    @pytest.mark.parametrize("args", [["--fail-if-worse"], ["--resamples", "10"]])
    def test_what_needs_units_in_order(self, run, args):
        ran = run("diff", "old.json", "new.json", *args)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(f"error: {args[0]} needs what each sentence has, in order, and ")
        assert "hint: spanf1 score --keep-order keeps it" in ran.err
        for name in ("old", "new"):
            run("score", "g", name, "-f", "json", "--keep-order", "-o", f"{name}.json")
        assert run("diff", "old.json", "new.json", *args).code == 0

    def test_a_test_of_units_in_order(self, run):
        for name in ("old", "new"):
            run("score", "g", name, "-f", "json", "--keep-order", "-o", f"{name}.json")
        ran = run("diff", "old.json", "new.json", "--fail-if-worse")
        assert "whether the difference is more than noise" not in ran.out
        assert ran.err.startswith("warning: --fail-if-worse can find nothing: of ")
        found = json.loads(run("diff", "old.json", "new.json", "-f", "json").out)["comparison"]
        spans = json.loads(run("diff", "g", "old", "new", "-f", "json").out)["comparison"]
        same = ("system", "reference")
        for mine, others in zip(found["differences"], spans["differences"], strict=True):
            assert {k: v for k, v in mine.items() if k not in same} == {
                k: v for k, v in others.items() if k not in same
            }

    def test_scores_that_do_not_mean_the_same(self, run):
        write("h", GOLD.replace("Rome B-LOC", "Rome O"))
        run("score", "h", "new", "-f", "json", "-o", "other.json")
        run("score", "g", "new", "--match", "partial", "-f", "json", "-o", "partial.json")
        for name in ("other", "partial"):
            ran = run("diff", "old.json", f"{name}.json")
            assert (ran.code, ran.out) == (3, "")
            assert ran.err.startswith("error: old.json: the two scores do not mean the same: ")
            # As the hint says.
            assert run("signature", "old.json", f"{name}.json").code == 1
        assert run("diff", "partial.json", "partial.json").code == 0

    def test_one_alone_is_no_output(self, run):
        for files in (["g", "new.json"], ["new.json", "g"]):
            ran = run("diff", *files)
            assert (ran.code, ran.out) == (2, "")
            assert "both are to be results files" in ran.err

    def test_a_file_that_is_none(self, run):
        write("broken.json", '{"spanf1": "0.1.0", "signature": "x"}')
        ran = run("diff", "old.json", "broken.json")
        assert (ran.code, ran.out) == (3, "")
        assert ran.err.startswith("error: broken.json: this is not a result of spanf1\n")


@pytest.mark.parametrize(
    "args",
    [
        ["a=old.json", "b=new.json"],
        ["old.json", "new"],
        ["old.json", "missing.json"],
        ["g", "old.json", "new.json"],
        ["--merged", "old.json", "new.json"],
        ["g", "old.json", "b=new"],
    ],
)
@pytest.mark.usefixtures("_results")
def test_results_files_go_with_each_other_alone(run, args):
    ran = run("diff", *args)
    assert (ran.code, ran.out) == (2, "")
    assert "error: old.json: A and B both are to be results files, or neither is\nhint: " in ran.err
    # as the hint has it, and with the mark that some editors put before a text
    with open("old.json", "rb") as file:
        write("marked.json", "\ufeff" + file.read().decode())
    for first in ("old.json", "marked.json"):
        assert run("diff", first, "new.json").code == 0
