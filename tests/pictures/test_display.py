"""Pictures as files: what is written, with which letters, and that nothing else is touched."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure

import spanf1
from spanf1.exceptions import UsageError
from spanf1.pictures.look import Look
from spanf1.pictures.parts import short_names
from spanf1.results.result import Result

pytestmark = pytest.mark.slow

BEGINNINGS = {"pdf": b"%PDF-", "svg": b"<?xml", "png": b"\x89PNG\r\n"}


def result_of(*types: str) -> Result:
    gold = [[f"B-{name}", "O"] for name in types for _ in range(12)]
    predicted = [[f"B-{name}" if k % 3 else "O", "O"] for name in types for k in range(12)]
    return spanf1.evaluate(gold, predicted, confidence=spanf1.Confidence(resamples=50))


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_a_file_is_of_its_format_and_the_same_bytes_again(kind: str, tmp_path: Path) -> None:
    contents = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.{kind}"
        result_of("LOC", "PER").plot().save(path)
        contents.append(path.read_bytes())
    assert contents[0].startswith(BEGINNINGS[kind])
    assert contents[0] == contents[1]


def test_letters_are_embedded_in_pdf_and_outlines_in_svg() -> None:
    display = result_of("LOC").plot()
    pdf, svg = display.to_bytes("pdf"), display.to_bytes("svg")
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf
    assert b"CreationDate" not in pdf
    assert b"<text" not in svg
    assert b"<dc:date>" not in svg


@pytest.mark.skipif(not shutil.which("pdffonts"), reason="there is no pdffonts")
def test_every_font_of_a_pdf_is_embedded(tmp_path: Path) -> None:
    result_of("LOC").plot().save(tmp_path / "a.pdf")
    done = subprocess.run(
        ["pdffonts", tmp_path / "a.pdf"], capture_output=True, text=True, check=True
    )
    fonts = [line.split() for line in done.stdout.splitlines()[2:]]
    assert fonts
    assert all(font[-5] == "yes" for font in fonts)


@pytest.mark.parametrize(
    ("width", "inches"), [("column", 7.7 / 2.54), ("page", 16 / 2.54), (5, 5 / 2.54)]
)
def test_a_picture_is_as_wide_as_is_asked_for(width: float | str, inches: float) -> None:
    figure = result_of("LOC").plot(width=width).figure_
    assert figure.get_figwidth() == pytest.approx(inches)
    svg = result_of("LOC").plot(width=width).to_bytes("svg").decode()
    assert float(re.search(r'width="([\d.]+)pt"', svg)[1]) == pytest.approx(72 * inches, abs=0.01)


@pytest.mark.parametrize(
    ("look", "message"),
    [
        ({"width": "wide"}, "cannot be wide cm wide"),
        ({"width": 2}, "cannot be 2 cm wide"),
        ({"width": float("nan")}, "cannot be nan cm wide"),
        ({"font_size": 0}, "letters cannot be 0 points large"),
        ({"font": "No Such Font"}, "there is no font 'No Such Font'"),
    ],
)
def test_no_such_look(look: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        result_of("LOC").plot(**look)


def test_what_is_drawn_on_given_axes_leaves_their_figure_as_it_is() -> None:
    figure = Figure(figsize=(5, 4))
    left, right = figure.subplots(1, 2)
    display = result_of("LOC").plot(right)
    assert display.ax_ is right
    assert display.figure_ is figure
    assert figure.get_size_inches().tolist() == [5, 4]
    assert not left.patches
    with pytest.raises(UsageError, match="stay as they are"):
        result_of("LOC").plot(left, width="page")


def test_settings_of_a_user_are_not_used_and_not_changed() -> None:
    plain = result_of("LOC").plot().to_bytes("svg")
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "none"}):
        before = dict(matplotlib.rcParams)
        assert result_of("LOC").plot().to_bytes("svg") == plain
        assert dict(matplotlib.rcParams) == before


def test_names_are_no_formulas() -> None:
    names = ["$x_1$", "$\\frac", "A_B", "\\alpha", "<b>&", "人名", "שם", "a\x1bb"]
    display = result_of(*names).plot()
    assert display.to_bytes("svg")
    labels = {label.get_text().rpartition(" (")[0] for label in display.ax_.get_yticklabels()}
    assert labels >= {*names[:-1], "a\\x1bb"}


def test_letters_that_no_font_has_are_told() -> None:
    display = result_of("\U0001200f", "A").plot()
    display.to_bytes("png")
    assert display.missing_ == "\U0001200f"


def test_long_names_are_shortened_but_never_two_to_one() -> None:
    names = [f"{'x' * 50}{k}{'y' * 50}" for k in range(12)] + ["short", "z" * 30]
    short = short_names(names, 12)
    assert len({*short}) == len(names)
    assert short[-2:] == ["short", "zzzzzz…zzzzz"]
    with pytest.raises(UsageError, match="names leave no room"):
        result_of(*names[:2]).plot().to_bytes("png")


def test_a_notebook_shows_it() -> None:
    assert result_of("LOC").plot()._repr_png_().startswith(BEGINNINGS["png"])


def test_the_end_of_the_name_says_the_format(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="says no format of a picture"):
        result_of("LOC").plot().save(tmp_path / "a.jpg")
    with pytest.raises(UsageError, match="unknown format of a picture 'eps'"):
        result_of("LOC").plot().to_bytes("eps")


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"(?m)needs matplotlib$") as raised:
        result_of("LOC").plot()
    assert raised.value.hint == "pip install 'spanf1[plot]'"


@pytest.mark.parametrize(
    "code",
    [
        "import spanf1; spanf1.evaluate([['B-A']], [['B-A']]).micro",
        "import spanf1; spanf1.ScoreDisplay, spanf1.ConfusionDisplay, spanf1.RankDisplay",
        "from spanf1.cli import main\ntry: main(['score', 'a.txt'])\nexcept SystemExit: pass",
        "from spanf1.cli import main\ntry: main(['plot', '--help'])\nexcept SystemExit: pass",
    ],
)
def test_matplotlib_is_imported_when_something_is_drawn(code: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Rome B-LOC B-LOC\n")
    code += "\nimport sys; print('matplotlib' in sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stderr == "False\n"


def test_only_the_size_of_a_look_is_checked_without_the_library() -> None:
    assert Look().centimetres == 7.7
    assert Look(width=12.5).centimetres == 12.5
