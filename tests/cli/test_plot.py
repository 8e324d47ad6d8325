"""``spanf1 plot`` draws what it is given, or says in a line why it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import spanf1
from spanf1.cli.plot import KINDS
from tests.helpers.commands import pipe, write

BOTH = "Ada B-PER B-PER\nin O O\nRome B-LOC O\n\nBern B-LOC B-ORG\n\n" * 12
GOLD = "Ada B-PER\nin O\nRome B-LOC\n\n" * 12
GOOD, BAD = GOLD, "Ada B-PER\nin O\nRome O\n\n" * 11 + "Ada O\nin O\nRome O\n\n"

SURE = "Ada B-PER B-PER 0.9\nin O O -\nRome B-LOC B-PER 0.4\n\n" * 12

pytestmark = pytest.mark.slow


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in (
        ("both", BOTH),
        ("gold", GOLD),
        ("good", GOOD),
        ("bad", BAD),
        ("sure", SURE),
    ):
        write(f"{name}.conll", content)


@pytest.mark.usefixtures("files")
def test_every_kind_is_drawn(run) -> None:
    for kind in KINDS:
        paths = ["both.conll"]
        if kind == "slices":
            paths += ["--by", "length"]
        if kind == "agreement":
            paths = ["gold.conll", "good.conll", "bad.conll"]
        if "SYSTEM" in KINDS[kind].files:
            paths = ["gold.conll", "good.conll", "bad.conll", "--resamples", "100"]
        if kind == "trend":
            paths = [write("log.csv", "step,f1\n1,0.5\n2,0.6\n")]
        if kind == "answers":
            paths = [write("gold.txt", "Rome\n"), write("answers.txt", "in Rome\n")]
        note = ""
        if "confidences" in KINDS[kind].files:
            paths = ["sure.conll", "--gold-column=2", "--pred-column=3", "--confidence-column=4"]
            note = "note: the best threshold was chosen on this data\n" * (kind != "reliability")
        done = run("plot", *paths, "--kind", kind, "-o", f"{kind}.pdf")
        assert done == (0, "", note)
        assert Path(f"{kind}.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.usefixtures("files")
def test_it_draws_as_python_does(run) -> None:
    options = ["--confidence", "0.9", "--resamples", "100"]
    assert run("plot", "both.conll", *options, "-o", "a.svg").code == 0
    confidence = spanf1.Confidence(level=0.9, resamples=100)
    spanf1.score_file("both.conll", confidence=confidence).plot().save("b.svg")
    assert Path("a.svg").read_bytes() == Path("b.svg").read_bytes()
    assert run("plot", "both.conll", "--kind", "confusion", "-o", "a.svg").code == 0
    spanf1.analyze("both.conll").plot_confusion().save("b.svg")
    assert Path("a.svg").read_bytes() == Path("b.svg").read_bytes()
    assert run("plot", "both.conll", "--kind", "slices", "--by", "length", "-o", "a.svg").code == 0
    spanf1.analyze("both.conll").slices("length").plot().save("b.svg")
    assert Path("a.svg").read_bytes() == Path("b.svg").read_bytes()


@pytest.mark.usefixtures("files")
def test_results_files_are_drawn_as_what_they_were_made_of(run) -> None:
    for options in ([], ["--beta", "2", "--confidence", "0.9", "--resamples", "100"]):
        run("score", "both.conll", *options, "-o", "scores.json")
        run("plot", "both.conll", *options, "-o", "a.svg")
        assert run("plot", "scores.json", "-o", "b.svg") == (0, "", "")
        assert Path("a.svg").read_bytes() == Path("b.svg").read_bytes()
    systems = ["gold.conll", "good.conll", "bad.conll", "--resamples", "100"]
    run("compare", *systems, "-f", "json", "-o", "systems.json")
    for kind in ("differences", "ranks"):
        run("plot", *systems, "--kind", kind, "-o", "a.svg")
        assert run("plot", "systems.json", "--kind", kind, "-o", "b.svg").code == 0
        assert Path("a.svg").read_bytes() == Path("b.svg").read_bytes()


@pytest.mark.parametrize("files", [[], ["/dev/stdin"]])
def test_standard_input_and_output(files: list[str]) -> None:
    done = pipe(BOTH.encode(), "plot", *files, "-o", "-", "-f", "svg")
    assert done.code == 0
    assert done.out.startswith("<?xml")
    assert not done.err


@pytest.mark.usefixtures("files")
def test_folders_are_added_up(run) -> None:
    for side in ("g", "p"):
        Path(side).mkdir()
        for name in ("1.conll", "2.conll"):
            write(f"{side}/{name}", GOLD if side == "g" else BAD)
    assert run("plot", "g", "p", "-o", "a.svg").code == 0
    assert run("plot", "g", "p", "--kind", "confusion", "-o", "a.svg").code == 0


@pytest.mark.usefixtures("files")
def test_what_is_left_out_is_told(run) -> None:
    done = run("plot", "both.conll", "--limit", "1", "-o", "a.pdf")
    assert done.err == "note: 1 of 3 types are drawn, those with most gold spans\n"
    assert run("plot", "both.conll", "--limit", "1", "-o", "a.pdf", "-q").err == ""
    write("odd.conll", "x B-\U0001200f B-\U0001200f\n")
    assert "warning: no font has \U0001200f" in run("plot", "odd.conll", "-o", "a.pdf").err


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["both.conll"], 2, "-o"),
        (["both.conll", "-o", "a.jpg"], 2, "a.jpg: the end of the name says no format"),
        (["both.conll", "-o", "both.conll", "-f", "pdf"], 2, "it is the input"),
        (["both.conll", "-o", "no/a.pdf"], 2, "there is no such directory"),
        (["both.conll", "-o", "a.pdf", "--width", "wide"], 2, "--width wide"),
        (["both.conll", "-o", "a.pdf", "--width", "nan"], 2, "cannot be nan cm wide"),
        (["both.conll", "-o", "a.pdf", "--font", "None"], 2, "there is no font 'None'"),
        (["both.conll", "-o", "a.pdf", "--all-pairs"], 2, "--all-pairs does not go with --kind"),
        (["both.conll", "--kind", "ranks", "-o", "a.pdf"], 2, "two systems at least"),
        (["both.conll", "--kind", "confusion", "--match", "muc", "-o", "a.pdf"], 2, "--match"),
        (
            ["both.conll", "--kind", "confusion", "--reading", "conlleval", "-o", "a.pdf"],
            2,
            "the conlleval script counts steps between tags",
        ),
        (
            ["both.conll", "--kind=slices", "--by=length", "--reading=conlleval", "-o", "a.pdf"],
            2,
            "the conlleval script counts steps between tags",
        ),
        (["gold.conll", "good.conll", "bad.conll", "-o", "a.pdf"], 2, "3 files are given"),
        (["both.conll", "--kind", "slices", "-o", "a.pdf"], 2, "by one property"),
        (["both.conll", "--by", "length", "-o", "a.pdf"], 2, "--by does not go with --kind"),
        (["none.conll", "-o", "a.pdf"], 3, "none.conll: no such file"),
        (["some.json", "-o", "a.pdf"], 3, "some.json: this is not a result of spanf1"),
        (["some.json", "--kind", "ranks", "-o", "a.pdf"], 3, "not what spanf1 compare found"),
        (["some.json", "--kind", "confusion", "-o", "a.pdf"], 2, "has counts alone"),
        (["some.json", "--beta", "2", "-o", "a.pdf"], 2, "--beta does not go with a results file"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_a_line(run, args: list[str], code: int, message: str):
    write("some.json", '{"spanf1": "0.1.0"}')
    before = {path.name: path.read_bytes() for path in Path().iterdir()}
    done = run("plot", *args)
    assert done.code == code
    assert message in done.err.splitlines()[0]
    assert len(done.err.splitlines()) <= 2
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("ends", [[0.9, 0.1], [0, 2], [0], ["x", "y"], 3, None])
def test_intervals_that_are_none_are_refused(run, ends) -> None:
    run("score", "both.conll", "--confidence", "0.9", "--resamples", "99", "-o", "a.json")
    data = json.loads(Path("a.json").read_text())
    data["types"]["LOC"]["intervals"]["f1"] = ends
    write("a.json", json.dumps(data))
    done = run("plot", "a.json", "-o", "a.pdf")
    assert (done.code, done.err.splitlines()[0]) == (3, "error: a.json: the intervals are none")


@pytest.mark.usefixtures("files")
def test_what_compare_found_says_how_it_is_drawn(run) -> None:
    run("compare", "gold.conll", "good.conll", "bad.conll", "--resamples", "99", "-o", "a.json")
    done = run("plot", "a.json", "-o", "a.pdf")
    assert (done.code, done.err.splitlines()[1]) == (
        2,
        "hint: --kind differences, or --kind ranks, draws it",
    )


@pytest.mark.usefixtures("files")
def test_of_several_modes_the_picture_says_which_is_drawn(run) -> None:
    run("score", "both.conll", "--match", "semeval", "-o", "a.json")
    assert run("plot", "both.conll", "--match", "semeval", "-o", "a.svg").code == 0
    assert run("plot", "a.json", "-o", "b.svg").code == 0
    assert run("plot", "both.conll", "-o", "c.svg").code == 0
    a, b, c = (Path(f"{name}.svg").read_bytes() for name in "abc")
    assert a == b != c


def test_several_files_are_read_in_one_scheme_as_they_are_scored(run) -> None:
    write("1.conll", "a B-X B-X\nb I-X I-X\n\nc I-X O\n")
    write("2.conll", "a I-X I-X\nb B-X I-X\n\nc I-X B-X\n")
    how = ["*.conll", "--match", "partial", "--reading", "strict"]
    assert run("plot", *how, "-o", "drawn.svg").code == 0
    assert run("score", *how, "-o", "scores.json").code == 0
    assert run("plot", "scores.json", "-o", "stored.svg").code == 0
    assert Path("drawn.svg").read_bytes() == Path("stored.svg").read_bytes()
