"""What is written as JSON is as schema.json says; so is all JSON that tests print by `run`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

import spanf1
from spanf1.core.credits import rule_names
from spanf1.core.options import MATCHES, MODES
from tests.helpers.commands import write
from tests.helpers.schema import PATH, check, validator

SCHEMA = json.loads(PATH.read_text(encoding="utf-8"))
GOLD = "# newdoc\na B-A\nb I-A\nc O\n\nd B-B\n\n# newdoc\na B-A\nb O\n\nc B-C\n"
PREDICTED = "# newdoc\na B-A\nb O\nc I-A\n\nd B-A\n\n# newdoc\na B-A\nb O\n\nc O\n"
OTHER = PREDICTED.replace("d B-A", "d B-B")
DRAWN = ["--confidence", "0.9", "--resamples", "20"]


@pytest.fixture(autouse=True)
def _files(run):  # noqa: ARG001 - in its folder
    for name, content in ("g", GOLD), ("p", PREDICTED), ("q", OTHER), ("none", "a O\nb O\n"):
        write(name, content)
    for folder in "G", "P":
        Path(folder).mkdir()
        write(f"{folder}/1", GOLD)
        write(f"{folder}/2", "# newdoc\na O\n\n# newdoc\nb O\n")
    write("g.jsonl", '{"text": "Ada met Bo", "spans": [[0, 3, "A"]]}\n')


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    text = json.dumps(SCHEMA)
    assert all(f'"#/$defs/{name}"' in text for name in SCHEMA["$defs"])


SCORES = [
    [],
    DRAWN,
    [*DRAWN, "--interval", "bca", "--unit", "sentence"],
    ["--beta", "0.5", "--types", "A,X", "--map", "C=A", "--ignore", "B"],
    ["--zero-division", "nan"],
    ["--reading", "strict", "--scheme", "IOBES"],
    ["--reading", "conlleval"],
    ["--by", "length", *DRAWN],
    ["--by", "position"],
    ["--level", "token"],
    ["--level", "token", "--beta", "2", *DRAWN],
    ["--level", "token", "--as-written"],
    ["--level", "sentence"],
    ["--level", "sentence", *DRAWN],
    ["--level", "document", "--zero-division", "nan"],
    ["--level", "document", *DRAWN],
]


@pytest.mark.parametrize("files", [["g", "p"], ["G", "P"], ["none", "none"]], ids=" ".join)
@pytest.mark.parametrize("args", SCORES, ids=" ".join)
def test_scores(run, files, args) -> None:
    ran = run("score", *files, *args, "--format", "json")
    if files == ["none", "none"] and "document" in args:
        assert "the input marks no documents" in ran.err
        return
    level = args[1] if "--level" in args else "span"
    assert check(ran.out) == {"span": "result", "token": "tokens"}.get(level, "wholes")


@pytest.mark.parametrize("match", [*MATCHES, *rule_names(), MODES])
@pytest.mark.parametrize("args", [[], ["--beta", "2", *DRAWN]], ids=["", "intervals"])
def test_every_match(run, match, args) -> None:
    match = match.replace(":T", ":0.5").replace(":K", ":1")
    args = [] if match == "surface" else args
    ran = run("score", "g", "p", "--match", match, *args, "--format", "json")
    if match == "character":
        ran = run("score", "g.jsonl", "g.jsonl", "--match", match, "--format", "json")
    assert check(ran.out) == "result"


@pytest.mark.parametrize(
    ("args", "kind"),
    [
        (["compare", "g", "p", "q", "--resamples", "20"], "ranking"),
        (["compare", "g", "x=p,q", "p", "--resamples", "20", "--per-type"], "ranking"),
        (["compare", "g", "x=p,q", "y=q,p", "--resamples", "20", "--match", "muc"], "ranking"),
        (["diff", "g", "p", "q", "--resamples", "20"], "changes"),
        (["diff", "g", "p", "q", "--resamples", "20", "--by", "length"], "changes"),
        (["errors", "g", "p", "--confusion"], "confusion"),
        (["errors", "g", "p", "--what-if"], "what_if"),
        (["errors", "g", "p", "--by", "length", "--resamples", "20"], "by"),
    ],
)
def test_other_commands(run, args, kind) -> None:
    assert check(run(*args, "--format", "json").out) == kind


def test_files_of_which_nothing_is_known(run) -> None:
    ran = run("score", "none", "none", "--zero-division", "nan", "--format", "json")
    assert json.loads(ran.out)["micro"]["f1"] is None
    ran = run("score", "G", "P", "--zero-division", "nan", "--format", "json")
    assert json.loads(ran.out)["files"]["2"]["f1"] is None


def test_results_again_and_side_by_side(run) -> None:
    for name in "p", "q":
        run("score", "g", name, "-o", f"{name}.json")
    assert check(run("rescore", "p.json", "--format", "json").out) == "result"
    assert check(run("diff", "p.json", "q.json", "--format", "json").out) == "results"


def test_lines_of_errors(run) -> None:
    lines = run("errors", "g", "p", "--kind", "all", "--format", "jsonl").out.splitlines()
    assert {check(line) for line in lines} == {"entry"}
    assert lines


def test_what_python_gives() -> None:
    assert check(spanf1.analyze("g", "p").to_json()) == "analysis"
    assert check(spanf1.evaluate([["B-A"]], [["O"]]).to_json()) == "result"
    assert check(spanf1.evaluate([["B-A"]], [["O"]], level="token").to_json()) == "tokens"


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"micro": None}, "None is not of type 'object'"),
        ({"new": 1}, "'new' was unexpected"),
        ({"signature": "f1"}, "does not match"),
    ],
)
def test_what_is_wrong_is_found(change, wrong) -> None:
    data = spanf1.evaluate([["B-A"]], [["O"]]).to_dict() | change
    with pytest.raises(ValidationError, match=wrong):
        validator("result").validate(data)
    # Whoever reads results is to pass over keys that are new.
    assert Draft202012Validator(SCHEMA).is_valid(data) == ("new" in change)
