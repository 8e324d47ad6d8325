"""One rendering of a report for each format, on reports that are written out here."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest

from spanf1.cli.output import ReportOptions
from spanf1.render.renderers import BOLD, DIM, RENDERERS, YELLOW, width_of
from spanf1.render.report import Fact, Report, Section

SCORES = Section(
    "Scores",
    "How good it is.",
    ["", "P", "R"],
    [["PER_1", "50", "100"], ["all", "50", "7"]],
    after=["a remark"],
    facts=[Fact("why", "because " * 20, YELLOW, DIM)],
    totals=1,
    under=[["", "40-60", ""], ["", "45-55", ""]],
)
PLAIN = "\033[0m"


def report(*sections: Section, **parts) -> Report:
    rows = [["name", "p"], ["PER_1", 0.5], ["none", math.nan], ["count", 3]]
    parts = {"rows": lambda _: iter(rows), "data": lambda about: {"about": about}} | parts
    return Report("it", lambda *_: [*sections], **parts)


def test_text() -> None:
    assert RENDERERS["table"](report(SCORES)) == (
        "Scores\n"
        "How good it is.\n"
        "\n"
        "              P    R\n"
        "PER_1        50  100\n"
        "          40-60\n"
        "\n"
        "all          50    7\n"
        "          45-55\n"
        "a remark\n"
        "\n"
        "why         because because because because because because because because\n"
        "            because because because because because because because because\n"
        "            because because because because\n"
    )


def test_text_in_colour() -> None:
    lines = RENDERERS["table"](report(SCORES), colour=True).splitlines()
    assert lines[0] == f"{BOLD}Scores{PLAIN}"
    assert lines[4] == "PER_1        50  100"
    assert lines[5] == f"{DIM}          40-60{PLAIN}"
    assert lines[7] == f"{BOLD}all          50    7{PLAIN}"
    assert lines[-1].startswith(f"{DIM}{' ' * 12}{PLAIN}{YELLOW}because")


def test_a_brief_report_has_tables_alone() -> None:
    one = report(SCORES, SCORES, tables=1)
    table = RENDERERS["table"](one, brief=True)
    assert table == RENDERERS["table"](report(SCORES), brief=True)
    assert table.splitlines()[0] == "              P    R"
    assert "because" not in table
    assert "remark" not in table
    assert RENDERERS["table"](report(SCORES, SCORES), brief=True) == f"{table}\n{table}"
    assert RENDERERS["markdown"](one, brief=True).startswith("|  | P | R |\n")
    assert RENDERERS["latex"](one, brief=True).count("tabular") == 2
    assert "%" not in RENDERERS["latex"](one, brief=True)


def test_what_a_terminal_shows_is_not_pasted() -> None:
    lines = Section("Scores", lines=["a drawing of them"])
    both = report(SCORES, terminal=lambda *_: [lines])
    assert RENDERERS["table"](both) == "Scores\na drawing of them\n"
    for name in ("markdown", "latex"):
        assert RENDERERS[name](both) == RENDERERS[name](report(SCORES))


def test_digits_reach_the_sections() -> None:
    def sections(about: str, digits: int | None) -> list[Section]:
        return [Section(header=[""], rows=[[f"{about} {digits}"]])]

    one = Report("it", sections)
    for name in ("table", "markdown", "latex"):
        assert "it None" in RENDERERS[name](one)
        assert "it 3" in RENDERERS[name](one, digits=3)


def test_facts_are_a_list_a_table_and_comments() -> None:
    facts = report(Section("It", facts=[Fact("a label", "a|b"), Fact("longer", "c")], labels=8))
    assert RENDERERS["table"](facts) == "It\na label a|b\nlonger  c\n"
    assert RENDERERS["markdown"](facts) == (
        "### It\n\n|  |  |\n| :--- | ---: |\n| a label | a\\|b |\n| longer | c |\n"
    )
    assert RENDERERS["latex"](facts) == "% It\n% a label a|b\n% longer  c\n"


def test_totals_are_behind_a_rule() -> None:
    body = RENDERERS["latex"](report(SCORES)).split("\\toprule\n")[1]
    assert body == (
        " & P & R \\\\\n\\midrule\nPER\\_1 & 50 & 100 \\\\\n\\midrule\nall & 50 & 7 \\\\\n"
        "\\bottomrule\n\\end{tabular}\n"
    )


def test_totals_alone_need_no_rule() -> None:
    alone = Section(header=["", "P"], rows=[["all", "50"]], totals=1)
    assert RENDERERS["latex"](report(alone)).count("midrule") == 1
    assert RENDERERS["table"](report(alone)) == "           P\nall       50\n"


@pytest.mark.parametrize(("name", "delimiter"), [("csv", ","), ("tsv", "\t")])
@pytest.mark.parametrize(("digits", "half"), [(None, "0.5"), (0, "0"), (3, "0.500")])
def test_rows(name, delimiter, digits, half) -> None:
    text = RENDERERS[name](report(), digits=digits)
    rows = [["name", "p"], ["PER_1", half], ["none", ""], ["count", "3"]]
    assert [*csv.reader(io.StringIO(text), delimiter=delimiter)] == rows
    assert "\r" not in text


def test_data() -> None:
    assert json.loads(RENDERERS["json"](report())) == {"about": "it"}


@pytest.mark.parametrize("verbatim", [False, True])
def test_names(verbatim) -> None:
    names = Section(header=[""], rows=[[" O → a-very-long-name"]], verbatim=verbatim)
    assert " O → a-very-long-name\n" in RENDERERS["table"](report(names))
    shown = RENDERERS["table"](report(names), columns=12).splitlines()[1]
    assert shown == (" O → a…-name" if verbatim else " O → a-v…ame")
    assert width_of(shown) == 12
    assert ("|  O" in RENDERERS["markdown"](report(names))) == verbatim


def test_two_names_never_become_one() -> None:
    rows = [
        ["the-name-of-one-type", "1"],
        ["the-name-of-any-type", "2"],
        ["the-name-of-a-type", "3"],
    ]
    lines = RENDERERS["table"](report(Section(header=["", "n"], rows=rows)), columns=14)
    names = [line.split()[0] for line in lines.splitlines()[1:]]
    assert len({*names}) == 3
    assert all("…" in name for name in names)


@pytest.mark.parametrize("columns", [30, 40, 60, 80])
def test_a_report_is_as_wide_as_the_terminal(columns) -> None:
    wide = Section(
        "Title",
        "Many words that say what the table says. " * 3,
        ["", *(f"column{number}" for number in range(8))],
        [["a-name-of-a-type" * 3, *"12345678"]],
        after=["A remark that has many words, too, and more than a line has. " * 2],
        facts=[Fact("label", "What is said under the label, at some length. " * 3)],
    )
    lines = RENDERERS["table"](report(wide), columns=columns).splitlines()
    assert max(map(len, lines)) <= columns


def test_nothing_moves_the_cursor() -> None:
    bad = "\x1b[2J\n"
    section = Section(bad, bad, ["", bad], [[bad, bad]], [bad], [Fact(bad, bad)], under=[["", bad]])
    for name in ("table", "markdown", "latex"):
        text = RENDERERS[name](report(section, Section(lines=[bad])))
        assert "\x1b" not in text
        assert text.isascii()


def test_what_is_no_text_is_written_as_it_is(tmp_path) -> None:
    """A chart is bytes: it needs one line more in the table of renderings."""
    path = tmp_path / "chart"
    options = ReportOptions.of({"format_name": "chart", "output": str(path), "color": "auto"})
    options.write(report(), RENDERERS | {"chart": lambda report, **_: report.about.encode()})
    assert path.read_bytes() == b"it"


@pytest.mark.parametrize(("name", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_cells_that_a_spreadsheet_would_compute(name, delimiter) -> None:
    cells = {
        "=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0",
        "@SUM(1)": "'@SUM(1)",
        "+1+1": "'+1+1",
        "-1x": "'-1x",
        "-": "'-",
        "\tx": "'\\tx",
        "\rx": "'\\rx",
        "\x1b[31m\x9b\u202e\0\n": "\\x1b[31m\\x9b\\u202e\\x00\\n",
        "\udc80": "\\udc80",
        # Numbers stay, and so does what only has such characters inside.
        **{same: same for same in ("-1.5", "+0.25", "-.5", "-2e-05", "1", "x=1", "B-PER", "", "é")},
    }
    made = RENDERERS[name](report(rows=lambda _: [[cell, -1.5] for cell in cells]))
    read = [*csv.reader(io.StringIO(made), delimiter=delimiter)]
    assert read == [[cell, "-1.5"] for cell in cells.values()]


def test_data_that_would_move_a_cursor() -> None:
    about = "\x1b\x9b\u202e\u2066\u2028\ud800é"
    made = RENDERERS["json"](report()._replace(about=about))
    assert json.loads(made) == {"about": about}
    assert made.replace("\n", "").isprintable()
