"""No name of a file, system, type, tag or column reaches a terminal or a log as it is."""

from __future__ import annotations

import json
import os

import pytest

from spanf1.checks.report import VIOLATIONS
from spanf1.cli.output import REPORT_FORMATS
from spanf1.cli.score import SCORE_RENDERERS
from spanf1.mistakes.report import ENTRIES
from tests.helpers.commands import write

# Of a terminal: an escape, its short form in one character, the end of a line; and text turned.
WILD = "\x1b[31m\x9b2J\u202eT\u2066"
FILE = f"f{WILD}"
# What cannot be seen is in no tag; types of spans may have it.
TAG = "\x1b[31m\x9b2J"
HEADED = f"TOKEN\tNE-COARSE\tPRED{WILD}\nx\tB-PER\tO\n"


@pytest.fixture
def there(run):  # noqa: ARG001 - it changes to the test's folder
    columns = f"x B-={TAG} B-={TAG}\ny O I-{TAG}\n\n" * 2
    write(FILE, columns)
    write(f"{FILE}2", columns.replace("y O I", "y O B"))
    write("headed", HEADED)
    write(f"tags{WILD}", f"x B-={TAG}\ny I-{TAG}\n\n" * 2)
    write(f"hidden{WILD}", f"x\u200b B-{WILD} O\n")
    span = {"start": 0, "end": 3, "label": f"={WILD}"}
    spans = {"text": "Ada", "id": WILD, "gold": [span, span], "predicted": [span]}
    write(f"spans{WILD}", json.dumps(spans))


SPANS = f"spans{WILD}"
SCORE = [["score", "-f", name, FILE] for name in SCORE_RENDERERS]
OTHERS = [
    *(["score", "-f", name, SPANS] for name in SCORE_RENDERERS if name != "conlleval"),
    *(["describe", "-f", name, SPANS, "--key", "gold"] for name in REPORT_FORMATS),
    *(["validate", "-f", name, SPANS, "--key", "gold"] for name in VIOLATIONS),
    ["convert", SPANS, "--key", "gold", "--to-format", "columns", "-o", f"out{WILD}"],
    ["score", f"hidden{WILD}"],
    ["score", SPANS, SPANS],
    ["score", SPANS, SPANS, "--gold-key", "gold", "--pred-key", WILD],
    ["score", FILE, f"{FILE}2", "--tag-column", "3"],
    ["score", FILE, "--confidence"],
    ["score", FILE, "--reading", "error"],
    ["score", FILE, "--types", WILD],
    ["score", FILE, "--map", f"{WILD}=X"],
    ["score", FILE, "--gold-column", WILD],
    ["score", "headed", "--gold-column", "NE-COARSE", "--pred-column", "PRED"],
    ["score", f"no{WILD}"],
    ["score", FILE, "--scheme", WILD],
    ["score", FILE, f"--{WILD}"],
    ["score", FILE, "-o", f"no/{WILD}"],
    ["compare", "--merged", f"{WILD}={FILE}", f"{FILE}2"],
    ["compare", "--merged", f"{WILD}={FILE}", f"{WILD}={FILE}2"],
    *(["compare", "-f", name, "--merged", f"={FILE}", f"b={FILE}2"] for name in REPORT_FORMATS),
    *(["compare", "-f", name, "--merged", f"{WILD}={FILE}", FILE] for name in REPORT_FORMATS),
    *(["schemes", "-f", name, FILE] for name in REPORT_FORMATS),
    *(["errors", "-f", name, "--kind", "all", FILE] for name in ENTRIES),
    *(["errors", "-f", name, "--kind", "all", SPANS] for name in ENTRIES),
    *(["errors", "-f", name, "--confusion", FILE] for name in ("text", "json", "csv", "markdown")),
    ["errors", FILE, "--type", WILD],
    ["errors", FILE, "--kind", WILD],
    *(["describe", "-f", name, f"tags{WILD}"] for name in REPORT_FORMATS),
    *(["validate", "-f", name, FILE] for name in VIOLATIONS),
    *(["baseline", "-f", name, f"tags{WILD}", f"tags{WILD}"] for name in REPORT_FORMATS),
    ["detect", f"tags{WILD}"],
    ["detect", f"tags{WILD}", "-f", "json"],
    ["repair", FILE, "-o", f"out{WILD}"],
    ["convert", f"tags{WILD}", "--to", "IOBES", "-o", f"out{WILD}"],
    ["convert", f"tags{WILD}", "--to-format", "jsonl", "-o", f"out{WILD}"],
    ["signature", WILD, "x"],
    ["rescore", FILE],
    ["corpora", "show", WILD],
    ["corpora", "verify", WILD, FILE],
    ["reproduce", WILD],
    [WILD],
]


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize("args", [*SCORE, *OTHERS], ids=lambda args: ascii(args[:3]))
def test_nothing_moves_a_cursor(run, args: list[str]) -> None:
    ran = run(*args)
    allowed = "\n\t" if "tsv" in args else "\n"
    assert not [c for c in ran.out + ran.err if not c.isprintable() and c not in allowed], ran
    if ran.code in (2, 3):
        assert len(ran.err.splitlines()) <= 2
        assert all(len(line) <= 320 for line in ran.err.splitlines())


@pytest.mark.usefixtures("there")
def test_a_stored_result(run) -> None:
    assert run("score", FILE, "-f", "json", "-o", f"r{WILD}.json").code == 0
    for name in SCORE_RENDERERS:
        ran = run("rescore", f"r{WILD}.json", "-f", name, "--reading", "strict")
        assert not {"\x1b", "\x9b", "\u202e"} & {*ran.out, *ran.err}, name
        assert os.path.isfile(f"r{WILD}.json")
