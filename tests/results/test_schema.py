"""What is written as JSON is as schema.json says; so is all JSON that tests write by `run`."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator, ValidationError

import spanf1
from spanf1.cli.group import COMMANDS, main
from spanf1.core.credits import rule_names
from spanf1.core.options import MATCHES, MODES
from spanf1.corpora.catalogue import load
from spanf1.corpora.reproduce import reproduce
from spanf1.corpora.verify import verify
from spanf1.render.reported import Reported
from tests.helpers.commands import formats_of, write
from tests.helpers.explained import explained
from tests.helpers.schema import DOCUMENTS, LINES, PATH, check, check_written, loaded, validator
from tests.helpers.shared_data import ROOT
from tests.thresholds.examples import records

SCHEMA = json.loads(PATH.read_text(encoding="utf-8"))
GOLD = "# newdoc\na B-A\nb I-A\nc O\n\nd B-B\n\n# newdoc\na B-A\nb O\n\nc B-C\n"
PREDICTED = "# newdoc\na B-A\nb O\nc I-A\n\nd B-A\n\n# newdoc\na B-A\nb O\n\nc O\n"
OTHER = PREDICTED.replace("d B-A", "d B-B")
DRAWN = ["--confidence", "0.9", "--resamples", "20"]
ANSWERS = {"a": ["New York"], "b": [], "c": ["Rome"]}, {"a": "York", "b": "", "c": "Oslo"}
LISTS = [{1, 2, 3, 4}, {5}], [[1, 9, 2, 3, 8], [4]]
GOLD_TAGS = [["B-A", "I-A", "O"], ["B-B"]]
PREDICTED_TAGS = [["B-A", "O", "I-A"], ["B-A"]]
# A corpus of one file, and one published score.
CATALOGUE = """
[corpora.toy]
title = "Toy"
task = "named entities"
language = "English"
licence = "CC BY 4.0"
open = true
homepage = "https://example.org"
obtain = "Anyone may."
citation = "A. Author. 2001."
source = "Author 2001"
scheme = "IOB2"
encoding = "UTF-8"
columns = ["token", "tag"]
delimiter = "space"
splits.test = {files = ["g"], sentences = 4, tokens = 8, types = {A = 2, B = 1, C = 1}}
scores = [{split = "test", system = "p", source = "Author 2002", f1 = "66.67", plus_minus = "1"}]
"""


@pytest.fixture(autouse=True)
def _files(run):  # noqa: ARG001 - in its folder
    for name, content in ("g", GOLD), ("p", PREDICTED), ("q", OTHER), ("none", "a O\nb O\n"):
        write(name, content)
    for folder in "G", "P":
        Path(folder).mkdir()
        write(f"{folder}/1", GOLD)
        write(f"{folder}/2", "# newdoc\na O\n\n# newdoc\nb O\n")
    write("g.jsonl", '{"text": "Ada met Bo", "spans": [[0, 3, "A"]]}\n')
    for name, content in ("asked", ANSWERS[0]), ("said", ANSWERS[1]), ("said2", ANSWERS[1]):
        write(name, json.dumps(content))
    write("lists.jsonl", '{"id": "a", "relevant": ["x", "y"], "retrieved": ["x", "z", "y"]}\n')
    sure = {"start": 0, "end": 3, "label": "A", "score": 0.5}
    record = {"text": "Ada met Bo", "gold": [[0, 3, "A"]], "predictions": [sure]}
    write("sure.jsonl", 2 * f"{json.dumps(record)}\n")
    write("log.csv", "step,eval_f1\n1,0.1\n2,0.5\n3,0.6\n4,\n")
    write("toy.toml", CATALOGUE)


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
    check(ran.out, {"span": "result", "token": "tokens"}.get(level, "wholes"))


@pytest.mark.parametrize("match", [*MATCHES, *rule_names(), MODES])
@pytest.mark.parametrize("args", [[], ["--beta", "2", *DRAWN]], ids=["", "intervals"])
def test_every_match(run, match, args) -> None:
    match = match.replace(":T", ":0.5").replace(":K", ":1")
    args = [] if match == "surface" else args
    ran = run("score", "g", "p", "--match", match, *args, "--format", "json")
    if match == "character":
        ran = run("score", "g.jsonl", "g.jsonl", "--match", match, "--format", "json")
    check(ran.out, "result")


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
        (["agree", "g", "p", "q"], "agreement"),
        (["agree", "g", "p", "q", "--gamma", *DRAWN], "agreement"),
        (["agree", "g", "p", "--disagreements"], "disagreements"),
        (["answers", "asked", "said"], "answers"),
        (["answers", "asked", "said", "--worst", "1", *DRAWN], "answers"),
        (["answers", "asked", "said", "said2", "--resamples", "20"], "answer_systems"),
        (["answers", "lists.jsonl", "--at", "1,3"], "lists"),
        (["baseline", "--train", "g", "p"], "result"),
        (["corpora", "list"], "catalogue"),
        (["corpora", "show", "toy", "--catalogue", "toy.toml"], "corpus"),
        (["corpora", "verify", "toy", "g", "--catalogue", "toy.toml"], "verifications"),
        (["describe", "g", "p", "--train", "q"], "description"),
        (["detect", "g", "none"], "detections"),
        (["explain", "g:2", "p"], "explanation"),
        (["reproduce", "toy", "p", "--gold", "g", "--catalogue", "toy.toml"], "reproductions"),
        (["schemes", "g", "p"], "scorers"),
        (["schemes", "g", "p", "q"], "scorer_systems"),
        (["sweep", "sure.jsonl", "--gold-key", "gold"], "sweep"),
        (["trend", "log.csv"], "trend"),
        (["validate", "p", "none"], "validations"),
        (["validate", "g.jsonl"], "validations"),
    ],
)
def test_other_commands(run, args, kind) -> None:
    check(run(*args, "--format", "json").out, kind)


def test_files_of_which_nothing_is_known(run) -> None:
    ran = run("score", "none", "none", "--zero-division", "nan", "--format", "json")
    assert json.loads(ran.out)["micro"]["f1"] is None
    ran = run("score", "G", "P", "--zero-division", "nan", "--format", "json")
    assert json.loads(ran.out)["files"]["2"]["f1"] is None


def test_results_again_and_side_by_side(run) -> None:
    for name in "p", "q":
        run("score", "g", name, "-o", f"{name}.json")
    check(run("rescore", "p.json", "--format", "json").out, "result")
    check(run("diff", "p.json", "q.json", "--format", "json").out, "results")


@pytest.mark.parametrize(
    ("args", "kind"),
    [
        (["errors", "g", "p", "--kind", "all"], "entry"),
        (["answers", "asked", "said"], "question"),
        (["answers", "asked", "said", "said2", "--resamples", "20"], "question_figures"),
        (["answers", "lists.jsonl", "--at", "1,3"], "question_figures"),
    ],
)
def test_lines(run, args, kind) -> None:
    lines = run(*args, "--format", "jsonl").out.splitlines()
    assert lines
    for line in lines:
        check(line, kind)


def test_lines_of_what_is_open(run) -> None:
    run("agree", "g", "p", "--adjudicate", "open.jsonl")
    lines = Path("open.jsonl").read_text().splitlines()
    assert lines
    for line in lines:
        check(line, "adjudication")


def test_every_command_that_writes_json_is_held() -> None:
    """A command is in the table of what it writes, and a kind of document is written, or given."""
    context = click.Context(main)
    commands: dict[str, click.Command | None] = {
        name: main.get_command(context, name) for name in COMMANDS
    }
    group = commands.pop("corpora")
    assert isinstance(group, click.Group)
    commands |= {f"corpora {name}": command for name, command in group.commands.items()}
    formats = {
        name: formats_of(command)
        for name, command in commands.items()
        if command and any(option.name == "format_name" for option in command.params)
    }
    assert {name for name, of in formats.items() if "json" in of} == {*DOCUMENTS}
    assert {name for name, of in formats.items() if "jsonl" in of} == {*LINES}
    written = [kind for kinds in (*DOCUMENTS.values(), *LINES.values()) for kind in kinds.values()]
    kinds = {part["$ref"].rpartition("/")[2] for part in SCHEMA["anyOf"]}
    assert kinds | {""} == {*written, "adjudication", "analysis", "slices"}
    page = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    assert all(f"`{kind}`" in page for kind in kinds)


def _objects() -> dict[str, tuple[str, Any]]:
    """Return an object of each class that is plain data, or a list, and what kind that is."""
    toy = load("toy.toml")["toy"]
    drawn = spanf1.Confidence(resamples=20)
    analysis, described = spanf1.analyze("g", "p"), spanf1.describe("q", train="g")
    agreement = spanf1.agree({"a": "g", "b": "p", "c": "q"}, confidence=drawn)
    changes = spanf1.diff("g", {"p": "p", "q": "q"}, confidence=drawn)
    change = next(one for one in changes.entries() if one.a)
    both = [["B-A", "I-A", "O"], ["B-B"]], [["B-A", "O", "I-A"], ["B-A"]]
    comparison = explained(Path("both"), *both)
    return {
        "Result": ("result", spanf1.evaluate(*both)),
        "TokenResult": ("tokens", spanf1.evaluate(*both, level="token")),
        "WholeResult": ("wholes", spanf1.evaluate(*both, level="sentence")),
        "Origin": ("input", spanf1.score_file("g", "p").input),
        "Ranking": ("ranking", spanf1.compare("g", {"p": "p", "q": "q"}, confidence=drawn)),
        "Changes": ("changes", changes),
        "Change": ("change", change),
        "Outcome": ("outcome", change.a),
        "Analysis": ("analysis", analysis),
        "Entry": ("entry", next(analysis.entries())),
        "Slices": ("slices", analysis.slices("length", confidence=drawn)),
        "Explanation": ("explanation", spanf1.explain("g", "p", line=2)),
        "Agreement": ("agreement", agreement),
        "Disagreement": ("disagreements", [*agreement.disagreements()]),
        "AnswerResult": ("answers", spanf1.score_answers(*ANSWERS, confidence=drawn)),
        "RetrievalResult": ("lists", spanf1.score_retrieval(*LISTS, at=(1, 3))),
        "AnswerComparison": (
            "answer_systems",
            spanf1.compare_answers(ANSWERS[0], {"a": ANSWERS[1], "b": ANSWERS[1]}),
        ),
        "Sweep": ("sweep", spanf1.sweep(*records())),
        "Trend": ("trend", spanf1.trend([0.1, 0.5, 0.6, 0.7])),
        "Description": ("description", described),
        "Contents": ("contents", described.files[0]),
        "Unseen": ("unseen", described.unseen(described.files[0])[""]),
        "Comparison": ("scorers", comparison),
        "Row": ("reading", comparison.rows[0]),
        "Encoding": ("encoding", comparison.encodings[0]),
        "Verification": ("verifications", verify(toy, "g")),
        "Reproduction": ("reproductions", reproduce(toy, "p", gold="g")),
    }


@cache
def _given() -> dict[str, tuple[str, list[Any]]]:
    """Return the kind of each class, and its data: by way of JSON, and as it is."""
    given = {}
    for name, (kind, thing) in _objects().items():
        several = isinstance(thing, list)
        things = thing if several else [thing]
        assert {type(one).__name__ for one in things} == {name}
        written = [loaded(one.to_json()) for one in things if isinstance(one, Reported)]
        plain = [one.to_dict() for one in things if hasattr(one, "to_dict")]
        data = [loaded(json.dumps(part)) for part in (written, plain) if part]
        given[name] = kind, data if several else [one for (one,) in data]
    return given


def test_what_python_gives() -> None:
    """Every class that is given as plain data, or as JSON, is as the schema says."""
    classes = {
        node.name
        for path in (ROOT / "spanf1").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and (
            {"Reported", "Drawable"} & {getattr(base, "id", "") for base in node.bases}
            or any(getattr(part, "name", "") == "to_dict" for part in node.body)
        )
    }
    assert classes - {"Drawable"} == {*_given()}
    for kind, given in _given().values():
        for data in given:
            validator(kind).validate(data)


@pytest.mark.parametrize(
    ("args", "out"),
    [
        (("compare", "-f", "json"), spanf1.evaluate([["B-A"]], [["O"]]).to_json()),
        (("score", "--level", "token", "-f", "json"), spanf1.evaluate([["O"]], [["O"]]).to_json()),
        (("rescore", "-f", "json"), "{}"),
        (("detect", "-o", "f.json"), '[{"file": "f"}]'),
        (("errors", "-f", "jsonl"), '{"kind": "type"}\n'),
        (("trend", "-f", "json"), '{"spanf1": NaN}'),
    ],
)
def test_what_a_command_does_not_write_is_found(args, out) -> None:
    write("f.json", out)
    with pytest.raises((AssertionError, ValidationError)):
        check_written(args, out)


# What is nowhere in JSON that is written.
ODD = {"?": [["?"]]}


def _spoilt(data: Any, whole: Any) -> Iterator[Any]:
    """Yield the whole as often as it has values, each time with another one odd, or a key more."""
    if isinstance(data, dict):
        data["?"] = ODD
        yield whole
        del data["?"]
    for key in {*data} - {"tally"} if isinstance(data, dict) else range(min(len(data), 1)):
        value, data[key] = data[key], ODD
        yield whole
        data[key] = value
        if isinstance(value, dict | list):
            yield from _spoilt(value, whole)


def test_what_is_odd_is_found_anywhere() -> None:
    for name, (kind, (data, *_)) in _given().items():
        for spoilt in _spoilt(data, data):
            assert not validator(kind).is_valid(spoilt), (name, spoilt)


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
