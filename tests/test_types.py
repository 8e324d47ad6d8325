"""What a type checker says of programs that use spanf1: right ones pass, misspelt ones do not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pytest

import spanf1
from spanf1.contents.baseline import RULES, RuleName
from spanf1.core.options import (
    MATCHES,
    METHODS,
    NORMALIZATIONS,
    TYPE_SETS,
    UNITS,
    AnyScheme,
    IntervalMethod,
    MatchName,
    NormalizationName,
    TagScheme,
    TypeSet,
    Unit,
)
from spanf1.core.repairs import REPAIRS, RepairName
from spanf1.core.schemes import READINGS, SCHEME_NAMES, ReadingName, SchemeName
from spanf1.core.scores import AVERAGES, AverageName
from spanf1.formats.registry import FORMATS, INPUT_FORMATS, FormatName, InputFormat
from spanf1.formats.spans import PLACE_NAMES, PlaceName
from spanf1.levels.levels import LEVELS, LevelName
from spanf1.resampling.inference import ADJUSTMENTS, AdjustmentName

# Each line that is wrong says so, with the code of mypy's error.
PROGRAM = """\
import spanf1

gold = [["B-PER", "O"]]
result = spanf1.evaluate(gold, gold, reading="strict", scheme="BIOES", match="exact")
f1: float = result.micro.f1
spanf1.evaluate(gold, gold, types=["PER"], zero_division=1)
spanf1.evaluate(gold, gold, types="gold", gold_scheme="BIO", pred_scheme="auto")
spanf1.evaluate(gold, gold, scheme="none", match="text", normalize=["case", "space"])
spanf1.evaluate(gold, gold, scheme=result.schemes[0], reading=result.options.reading)
line: str = str(result.signature("macro"))
tags: list[str] = spanf1.repair(["O", "I-PER"], scheme="IOB2", method="discard")
tags = spanf1.convert(tags, "BMES", scheme=spanf1.detect(tags).scheme)
sentences: list[list[str]] = spanf1.convert(gold, "BILOU")
sentences = spanf1.repair(gold, method="join")
spans: list[spanf1.Span] = spanf1.decode(tags, reading="error", scheme="IOE1")
tags = spanf1.encode(spans, len(tags), scheme="BMEWO", tag_form="PER-B")
result = spanf1.score_file("gold.conll", "pred.conll", reading="conlleval")
result = spanf1.score_file("gold", "pred.json", input_format="brat,pipeline", delimiter=",")
pair: list[list[tuple[int, int, str]]] = [[(0, 1, "PER")]]
result = spanf1.evaluate(pair, [[spanf1.Span(0, 1, "PER")]], places="token", inclusive_ends=False)
frame: dict[str, list[str]] = {"a": ["O"], "b": ["O"]}
result = spanf1.evaluate(frame, gold_column="a", pred_column="b", sentence_column="none")
first: int | None = spanf1.TextSpan("PER", ((0, 1),)).start
kappa: float = spanf1.evaluate([1, 0], [1, 1], level="token").kappa
right: int = spanf1.score_file("gold.conll", level="sentence", scheme="BIO").all.right
options = spanf1.Options(reading="error", match="surface", types=("PER", "LOC"))
how = spanf1.Confidence(method="bca", unit="document")
testing = spanf1.RankingOptions(average="weighted", correction="bh", confidence=how)
spanf1.compare("gold.conll", {"a": "a.conll"}, options=options, testing=testing)
ranking = spanf1.compare("gold.conll", ["a", "b"], average="macro", per_type=True, confidence=0.9)
mean: float = ranking["a"].mean
page: str = ranking.to_html(digits=1) + result.to_markdown() + str(ranking)
macro: float = result["macro"].f1
special: float = spanf1.evaluate([1, 0], [1, 1], level="token")["1"].specificity
result = spanf1.score_file("gold.conll", "pred.conll", tag_column=2, match="partial")
spanf1.diff("gold.conll", ["a", "b"], tag_column="tag", reading="strict").to_csv()
spanf1.describe("gold.conll", scheme="IO", input_format="columns")
spanf1.baseline("train.conll", "test.conll", rule="unique", confidence=how)
spanf1.SpanF1(labels=["O", "B-PER"], scheme="IOB1", reading="lenient").update([[0]], [[1]])
converted: int = spanf1.convert_file("a.conll", "b.jsonl", "prodigy", input_format="auto").spans
for document in spanf1.read_documents("gold.jsonl", "prodigy", key="spans"):
    texts: list[spanf1.TextSpan] = list(document.spans)
    text: str | None = document.text
    for span in document.spans:
        name: str = span.type
        start, end = span.parts[0]

spanf1.evaluat(gold, gold)  # attr-defined
spanf1.evaluate(gold, gold, readin="strict")  # call-overload
spanf1.evaluate(gold, gold, reading="strikt")  # call-overload
spanf1.evaluate(gold, gold, scheme="IOB3")  # call-overload
spanf1.evaluate(pair, pair, places="word")  # call-overload
spanf1.evaluate(gold, gold, pred_scheme="IOB")  # call-overload
spanf1.evaluate(gold, gold, match="text", normalize=["cases"])  # list-item
spanf1.evaluate(gold, gold, match="text", normalize="case")  # arg-type
spanf1.score_file("gold.conll", reading="strikt")  # call-overload
spanf1.score_file("gold.conll", scheme="IOB3")  # call-overload
spanf1.read_documents("gold.jsonl", "jsonlines")  # arg-type
spanf1.describe("gold.conll", input_format="brat,pipeline")  # arg-type
spanf1.validate_file("gold.conll", scheme="none")  # arg-type
spanf1.convert_file("a.conll", "b.jsonl", "auto")  # arg-type
spanf1.baseline("train.conll", "test.conll", rule="last")  # arg-type
spanf1.SpanF1(reading="strikt")  # arg-type
spanf1.repair(["O"], method="begins")  # call-overload
spanf1.repair(gold, scheme="IOB3")  # call-overload
spanf1.convert(["O"], "BIOLUE")  # call-overload
spanf1.convert(gold, "auto")  # call-overload
spanf1.validate(["O"], scheme="IOB3")  # arg-type
spanf1.decode(["O"], reading="strikt")  # arg-type
spanf1.encode(spans, 2, scheme="auto")  # arg-type
spanf1.Options(types="all")  # arg-type
spanf1.Confidence(method="basic")  # arg-type
spanf1.Confidence(unit="token")  # arg-type
spanf1.RankingOptions(average="mikro")  # arg-type
spanf1.RankingOptions(correction="bonferoni")  # arg-type
result.signature("mikro")  # arg-type
spanf1.compare("gold.conll", ["a", "b"], average="mikro")  # arg-type
spanf1.compare("gold.conll", ["a", "b"], correction="bonferoni")  # arg-type
spanf1.evaluate([1, 0], [1, 1], level="token")["micro"].specificity  # attr-defined
spanf1.detect(["O"]).schem  # attr-defined
result.micro.f2  # union-attr
document.txt  # attr-defined
span.kind  # attr-defined
words: list[str] = spanf1.repair(gold)  # assignment
"""


@pytest.mark.slow
def test_a_type_checker_sees_the_public_names_and_the_values_of_options(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    # What is wrong in the program is looked for, not in spanf1; optional libraries may be missing.
    options = ["--strict", "--follow-imports=silent", "--ignore-missing-imports", "--config-file="]
    run = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "--cache-dir", tmp_path / "cache", program],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(Path(spanf1.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    errors = re.findall(r"program\.py:(\d+): error: .*\[([a-z-]+)\]$", run.stdout, re.MULTILINE)
    wrong = [
        (str(number), line.rpartition("  # ")[2])
        for number, line in enumerate(PROGRAM.splitlines(), 1)
        if "  # " in line
    ]
    # What may be of two kinds has an error for each.
    assert [*dict.fromkeys(errors)] == wrong, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("literal", "values"),
    [
        (SchemeName, SCHEME_NAMES),
        (TagScheme, [*SCHEME_NAMES, "auto"]),
        (AnyScheme, [*SCHEME_NAMES, "auto", "none"]),
        (ReadingName, READINGS),
        (MatchName, MATCHES),
        (NormalizationName, NORMALIZATIONS),
        (TypeSet, TYPE_SETS),
        (IntervalMethod, METHODS),
        (Unit, [*UNITS, "auto"]),
        (AverageName, AVERAGES),
        (AdjustmentName, ADJUSTMENTS),
        (RepairName, REPAIRS),
        (FormatName, FORMATS),
        (InputFormat, INPUT_FORMATS),
        (RuleName, RULES),
        (LevelName, LEVELS),
        (PlaceName, PLACE_NAMES),
    ],
)
def test_what_type_checkers_know_are_the_values_that_there_are(
    literal: Any, values: Iterable[str]
) -> None:
    assert sorted(get_args(literal)) == sorted(values)
