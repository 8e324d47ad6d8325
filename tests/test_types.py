"""What a type checker says of programs that use spanf1: right ones pass, misspelt ones do not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import spanf1

# Each line that is wrong says so, with the code of mypy's error.
PROGRAM = """\
import spanf1

gold = [["B-PER", "O"]]
result = spanf1.evaluate(gold, gold, reading="strict", scheme="BIOES", match="exact")
f1: float = result.micro.f1
spanf1.evaluate(gold, gold, types=["PER"], zero_division=1)
tags: list[str] = spanf1.repair(["O", "I-PER"], scheme="IOB2", method="discard")
sentences: list[list[str]] = spanf1.convert(gold, "BILOU")
result = spanf1.score_file("gold.conll", "pred.conll", reading="conlleval")
spanf1.compare("gold.conll", {"a": "a.conll"})
for document in spanf1.read_documents("gold.jsonl", "prodigy", key="spans"):
    spans: list[spanf1.TextSpan] = list(document.spans)

spanf1.evaluat(gold, gold)  # attr-defined
spanf1.evaluate(gold, gold, reading="strikt")  # arg-type
spanf1.evaluate(gold, gold, scheme="IOB3")  # arg-type
spanf1.evaluate(gold, gold, match="exakt")  # arg-type
spanf1.score_file("gold.conll", reading="strikt")  # arg-type
spanf1.score_file("gold.conll", input_format="jsonlines")  # arg-type
spanf1.read_documents("gold.jsonl", "jsonlines")  # arg-type
spanf1.repair(["O"], method="begins")  # call-overload
spanf1.convert(["O"], "BIOLUE")  # call-overload
spanf1.detect(["O"]).schem  # attr-defined
result.micro.f2  # attr-defined
"""


def test_a_type_checker_sees_the_public_names_and_the_values_of_options(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", program],
        cwd=tmp_path,
        env={"MYPYPATH": str(Path(spanf1.__file__).parents[1])},
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
    assert errors == wrong, run.stdout + run.stderr
