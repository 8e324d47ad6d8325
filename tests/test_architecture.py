"""The house: which module may import which, and what the package shows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import spanf1

PACKAGE = Path(spanf1.__file__).parent

# Each may import only what stands before it. Folders stand for all modules in them.
ORDER = [
    "errors",
    "schemes",
    "tags",
    "spans",
    "peers",
    "detection",
    "repairs",
    "documents",
    "fingerprint",
    "counts",
    "storing",
    "units",
    "aligning",
    "matching",
    "scores",
    "conlleval",
    "evaluate",
    "options",
    "resampling",
    "certainty",
    "signature",
    "result",
    "rescoring",
    "ranking",
    "contest",
    "contents",
    "catalogue",
    "downloads",
    "readings",
    "formats",
    "annotations",
    "reports",
    "tagging",
    "checking",
    "tagfiles",
    "annotated",
    "surfaces",
    "opening",
    "api",
    "accumulating",
    "explaining",
    "comparing",
    "describing",
    "lexicon",
    "marking",
    "verifying",
    "reproducing",
    "compat",
    "integrations",
    "cli",
]
# What an adaptor adapts, and imports.
ADAPTED = {"datasets", "evaluate", "sklearn", "spacy", "torch", "torchmetrics", "transformers"}
CORE = ORDER[: ORDER.index("formats")]


def modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


def floor(module: str) -> str:
    return module.split(".")[1]


def name_of(path: Path) -> str:
    return ".".join(("spanf1", *path.relative_to(PACKAGE).with_suffix("").parts))


def imports(path: Path) -> set[str]:
    """Return what a module imports when it is imported: not what functions import later."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_every_module_has_a_place() -> None:
    assert {floor(name_of(path)) for path in modules()} == set(ORDER)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_point_up_the_list(path: Path) -> None:
    here = ORDER.index(floor(name_of(path)))
    for module in imports(path):
        if module.startswith("spanf1."):
            assert ORDER.index(floor(module)) <= here, module


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_third_party_imports(path: Path) -> None:
    allowed = {"numpy", "spanf1", *sys.stdlib_module_names}
    if floor(name_of(path)) == "cli":
        allowed.add("click")
    if floor(name_of(path)) == "integrations":
        allowed |= ADAPTED
    assert {module.partition(".")[0] for module in imports(path)} <= allowed


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_every_module_says_what_it_holds(path: Path) -> None:
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert doc
    assert doc.splitlines()[0].endswith((".", ":"))


def test_the_readme_shows_the_house() -> None:
    readme = (PACKAGE.parent / "README.md").read_text(encoding="utf-8")
    drawn = re.sub(r"\(.*?\)", "", readme.split("## Development")[1].split("```")[1])
    assert drawn.split() == ORDER


def test_the_core_needs_no_click() -> None:
    code = "import sys, spanf1; sys.exit('click' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_public_names_are_sorted_and_there() -> None:
    assert spanf1.__all__ == sorted(spanf1.__all__)
    assert all(hasattr(spanf1, name) for name in spanf1.__all__)


@pytest.mark.parametrize("name", [n for n in spanf1.__all__ if not n.startswith("_")])
def test_public_names_are_documented(name: str) -> None:
    assert getattr(spanf1, name).__doc__
