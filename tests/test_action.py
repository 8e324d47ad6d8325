"""The action for GitHub: its script, run as a runner does; no input of it is run as code."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import spanf1
from tests.helpers.commands import write
from tests.helpers.shared_data import ROOT

ACTION = (ROOT / "action.yml").read_text(encoding="utf-8")
GOLD = "a B-A\nb B-A\n\nc B-B\n\n" * 9
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("bash"), reason="bash is not here"),
]


@pytest.fixture
def action(tmp_path, monkeypatch):
    """Run the script with inputs, and return what it did and what it wrote for the runner."""
    monkeypatch.chdir(tmp_path)
    write("gold", GOLD)
    write("right", GOLD)
    write("wrong", GOLD.replace("c B-B", "c O"))
    write("ill formed", GOLD.replace("c B-B", "c I-B"))

    def run(**inputs: str):
        for name in ("summary", "output"):
            Path(name).unlink(missing_ok=True)
        done = subprocess.run(
            ["bash", ROOT / ".github" / "score.sh"],
            capture_output=True,
            text=True,
            check=False,
            env={
                "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
                "PYTHONPATH": str(ROOT),
                "RUNNER_TEMP": str(tmp_path),
                "GITHUB_STEP_SUMMARY": "summary",
                "GITHUB_OUTPUT": "output",
                # What is not asked for takes time.
                "INPUT_VALIDATE": "false",
                **{f"INPUT_{name.upper()}": value for name, value in inputs.items()},
            },
        )
        said = [Path(name).read_text() if Path(name).exists() else "" for name in _FILES]
        return done, *said

    return run


_FILES = ("summary", "output")


def test_scores_are_in_the_summary_and_the_outputs(action) -> None:
    done, summary, output = action(gold="gold", predicted="wrong")
    result = spanf1.score_file("gold", "wrong")
    assert done.returncode == 0
    assert "| micro | 100.00 | 66.67 | 80.00 |" in summary
    assert f"`{result.signature()}`" in summary
    named = dict(line.split("=", 1) for line in output.splitlines())
    assert named["f1"] == str(result.micro.f1)
    assert named["signature"] == str(result.signature())
    assert json.loads(Path(named["results"]).read_text())["micro"]["f1"] == result.micro.f1


def test_options_are_words(action) -> None:
    _, summary, _ = action(gold="gold", predicted="wrong", options="--match partial\n  --beta 2")
    assert "|match:partial|" in summary
    assert "`f2:micro" in summary


def test_intervals_are_in_the_summary(action) -> None:
    options = "--confidence 0.9 --resamples 50"
    done, summary, output = action(gold="gold", predicted="wrong", options=options)
    assert done.returncode == 0
    low, high = spanf1.score_file(
        "gold", "wrong", confidence=spanf1.Confidence(level=0.9, resamples=50)
    ).certainty.averages["micro"].recall  # fmt: skip
    assert f"{100 * low:.2f}" in summary
    assert f"{100 * high:.2f}" in summary
    assert "ci:0.9/percentile/50/sentence/0" in output


@pytest.mark.parametrize(("limit", "code"), [("0.79", 0), ("0.9", 1), ("B=0.1", 1)])
def test_a_limit(action, limit, code) -> None:
    done, summary, _ = action(gold="gold", predicted="wrong", fail_under=limit)
    assert done.returncode == code
    assert ("::error title=spanf1::fail: F1 of" in done.stdout) == bool(code)
    assert "| micro |" in summary


@pytest.mark.parametrize(
    ("inputs", "code", "annotated"),
    [
        ({}, 0, True),
        ({"fail_ill_formed": "true"}, 1, True),
        ({"validate": "false", "fail_ill_formed": "true"}, 0, False),
        ({"validate_options": "--max 0"}, 0, False),
    ],
)
def test_ill_formed_lines_are_annotated(action, inputs, code, annotated) -> None:
    done, summary, _ = action(
        **{"gold": "gold", "predicted": "ill formed", "validate": "true"} | inputs
    )
    assert done.returncode == code
    assert ("::error file=ill formed,line=4,title=ill-formed tag::" in done.stdout) == annotated
    assert "| micro |" in summary


@pytest.mark.parametrize(
    ("before", "now", "code"), [("right", "wrong", 1), ("wrong", "right", 0), ("right", "right", 0)]
)
def test_worse_than_the_baseline(action, before, now, code) -> None:
    done, summary, _ = action(gold="gold", predicted=now, baseline=before)
    assert done.returncode == code
    assert "### Against the baseline" in summary
    assert ("::error title=spanf1::fail: " in done.stdout) == bool(code)


def test_gold_and_predictions_in_one_file(action) -> None:
    for name, tag in ("both", "B-B"), ("before", "O"):
        write(name, f"a B-A B-A\n\nc B-B {tag}\n\n" * 9)
    done, summary, _ = action(gold="both", baseline="before", diff_options="--max-drop 0.1")
    assert done.returncode == 0
    assert "| now | +33.33 |" in summary


@pytest.mark.parametrize(
    ("inputs", "code", "problem"),
    [
        ({"gold": "100%"}, 3, "::error title=spanf1::error: 100%25: no such file"),
        ({"gold": "gold", "options": "--nothing"}, 2, "error: No such option"),
        ({"gold": "--help"}, 3, "error: --help: no such file"),
        ({"gold": "gold", "predicted": "right", "baseline": "no"}, 3, "error: no: no such file"),
    ],
)
def test_errors_are_annotations(action, inputs, code, problem) -> None:
    done, _, _ = action(**inputs)
    assert done.returncode == code
    assert problem in done.stdout


@pytest.mark.parametrize("name", ["gold", "predicted", "options", "fail_under", "baseline"])
def test_inputs_are_not_run(action, name) -> None:
    text = "$(touch ran) `touch ran`; touch ran; \"; touch ran; '; touch ran"
    done, _, _ = action(**{"gold": "gold", "predicted": "right", name: text})
    assert done.returncode in (2, 3)
    assert not Path("ran").exists()


def test_what_files_say_commands_the_runner_nothing(action) -> None:
    write("wrong", GOLD.replace("c B-B", "c ##[error]x"))
    tokens = set()
    for _ in range(2):
        done, _, _ = action(gold="gold", predicted="wrong")
        found = re.fullmatch(
            r"::stop-commands::(\w{32})\n(.*)::\1::\n(::error title=spanf1::error: wrong:.*\n)",
            done.stdout,
            re.DOTALL,
        )
        assert "##[error]x" in found[2]
        tokens.add(found[1])
    assert len(tokens) == 2


def commands(output: str) -> list[str]:
    """Return the lines of an output that a runner takes for commands."""
    outside = re.sub(r"::stop-commands::(\w+)\n.*?::\1::\n", "", output, flags=re.DOTALL)
    return [
        line for line in outside.splitlines() if line.lstrip().startswith("::") or "##[" in line
    ]


def test_what_is_said_twice_commands_nothing_either(action) -> None:
    done, summary, output = action(
        gold="gold", predicted="right", options="--types A,##[error]`<img>"
    )
    assert "no span of type '##[error]`<img>'" in done.stdout
    assert (commands(done.stdout), done.stderr) == ([], "")
    assert re.search(r"^Signature: ``f1:[^\n]*<img>[^\n]*``$", summary, re.MULTILINE)
    assert len(output.splitlines()) == 3


@pytest.mark.parametrize(
    "name", ["a[1].conll", "a,b", "a=b,c", " a'\"$(touch ran)", "-a", "a\n::x"]
)
def test_odd_names_are_names(action, name) -> None:
    for source in "gold", "ill formed":
        Path(f"{name}{source}").write_text(Path(source).read_text())
    done, summary, _ = action(
        gold=f"{name}gold",
        predicted=f"{name}ill formed",
        baseline=f"{name}ill formed",
        validate="true",
        validate_options="--max 1 --scheme IOB2",
    )
    assert done.returncode == 0
    assert "### Against the baseline" in summary
    file = name.replace(",", "%2C").replace("\n", r"\n").replace(":", "%3A")
    (line,) = commands(done.stdout)
    assert line.startswith(f"::error file={file}ill formed,line=4,title=ill-formed tag::")
    assert not Path("ran").exists()


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        ({"gold": ""}, "gold names no file"),
        ({"gold": "gold", "validate": "yes"}, "validate is to be true or false"),
        ({"gold": "gold", "fail_ill_formed": "1"}, "fail-ill-formed is to be true or false"),
    ],
)
def test_inputs_that_say_nothing(action, inputs, problem) -> None:
    done, _, _ = action(**inputs)
    assert done.returncode == 2
    assert done.stdout == f"::error title=spanf1::error: {problem}\n"


@pytest.mark.parametrize("extras", ["arrow] --index-url x", "a\n::error::x", "; touch ran"])
def test_extras_are_names(tmp_path, extras) -> None:
    _, _, script = ACTION.partition("run: |\n")
    script, _, _ = script.partition("    - name: ")
    done = subprocess.run(
        [shutil.which("bash"), "-e", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PATH": "", "INPUT_EXTRAS": extras},
    )
    assert done.returncode == 2
    assert done.stdout == "::error title=spanf1::error: extras are names, parted by commas\n"


def test_no_module_of_the_folder_is_imported(action) -> None:
    Path("json.py").write_text("raise SystemExit('imported')")
    done, _, _ = action(gold="gold", predicted="right")
    assert (done.returncode, done.stderr) == (0, "")
    started = re.findall(r"python3?\"? (\S+) ", re.sub("(?m)^ *#.*", "", ACTION))
    assert started == ["-I", "-I"]


def test_each_run_has_results_of_its_own(action) -> None:
    paths = {action(gold="gold", predicted=name)[2].splitlines()[2] for name in ("right", "wrong")}
    assert len(paths) == 2


def test_no_input_stands_in_a_script() -> None:
    lines = [line for line in ACTION.splitlines() if "${{" in line]
    assert all(
        re.fullmatch(r"  +(INPUT_[A-Z_]+|value): \$\{\{ [\w.-]+ \}\}", line) for line in lines
    )
    given = ACTION.split("inputs:\n")[1].split("outputs:\n")[0]
    names = re.findall(r"^  ([a-z-]+):$", given, re.MULTILINE)
    assert sorted(re.findall(r"\{\{ inputs\.([\w-]+)", ACTION)) == sorted(names)
    for name in names:
        variable = f"INPUT_{name.upper().replace('-', '_')}"
        assert f"{variable}: ${{{{ inputs.{name} }}}}" in ACTION
        assert name == "extras" or variable in (ROOT / ".github" / "score.sh").read_text()
