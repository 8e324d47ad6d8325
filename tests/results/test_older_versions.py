"""Results files of older versions, as these wrote them: they are read, and say the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import spanf1

FILES = sorted(Path(__file__).parent.glob("of_*/*.json"))
SPANS = [path for path in FILES if path.stem not in ("token", "sentence", "answers")]


def names(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def data_of(path: Path) -> dict:
    """Return the data, but for the version that wrote it."""
    data = json.loads(path.read_text(encoding="utf-8"))
    data["signature"] = data["signature"].rpartition("|v:")[0]
    return data | {"spanf1": ""}


@pytest.mark.parametrize("path", [path for path in FILES if path.stem != "answers"], ids=names)
def test_figures_are_those_that_were_written(run, path) -> None:
    old = data_of(path)
    # Those of which units were kept have their intervals again.
    intervals = ["--confidence", "0.9"] if "units" in old.get("tally", {}) else []
    again = run(
        "rescore", str(path), "--quiet", *intervals, "--output", "again", "--format", "json"
    )
    assert again.code == 0
    new = data_of(Path("again"))
    # More keys may be there by now.
    assert {key: new[key] for key in old} == old


@pytest.mark.parametrize("path", FILES, ids=names)
def test_signatures_are_explained_and_cited(run, path) -> None:
    line = json.loads(path.read_text(encoding="utf-8"))["signature"]
    version = path.parent.name.removeprefix("of_")
    assert line.endswith(f"|v:{version}")
    explained = run("signature", str(path))
    assert (explained.code, explained.err) == (0, "")
    assert version in explained.out
    assert run("cite", str(path)).out == run("cite", line).out


@pytest.mark.parametrize("path", SPANS, ids=names)
def test_they_are_added_to_new_ones_and_held_against_them(run, path) -> None:
    old = spanf1.Result.from_dict(data := json.loads(path.read_text(encoding="utf-8")))
    new = old.to_dict(keep_units="units" in data["tally"])
    Path("new.json").write_text(json.dumps(new), encoding="utf-8")
    assert run("merge", str(path), "new.json", "-o", "both.json").code == 0
    both, twice = data_of(Path("both.json")), (old + old).to_dict()
    assert (both["types"], both["micro"]) == (twice["types"], twice["micro"])
    assert run("diff", str(path), "new.json").code == 0
