"""The house: which module may import which, and what the package shows."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import spanf1

PACKAGE = Path(spanf1.__file__).parent

# Each room may import those of the floors before its own; rooms on one floor do not know each
# other.
FLOORS = [
    ["exceptions", "wording", "_version"],
    ["core", "resampling", "render"],
    ["formats", "pictures"],
    ["checks", "conlleval", "compat", "levels"],
    ["results"],
    ["pages"],
    ["scorers", "ranking", "contents", "mistakes", "answers", "trends"],
    ["agreement", "changes", "corpora", "integrations", "thresholds"],
    ["cli"],
]
FLOOR = {room: number for number, floor in enumerate(FLOORS) for room in floor}
# What an adaptor adapts; what a format needs, imported by functions alone.
ADAPTED = {
    "apache_beam",
    "dask",
    "datasets",
    "distributed",
    "evaluate",
    "pyspark",
    "ray",
    "sklearn",
    "spacy",
    "torch",
    "torchmetrics",
    "transformers",
}
OPTIONAL = {
    "backports",
    "distributed",
    "jinja2",
    "matplotlib",
    "orjson",
    "pandas",
    "pyarrow",
    "spacy",
}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
# The face of the package shows what is in all rooms, and its command starts the last one.
HOUSE = [name for name in MODULES if name not in ("spanf1", "spanf1.__main__")]


def room(module: str) -> str:
    return module.split(".")[1]


@cache
def imports(module: str, *, at_once: bool = False) -> frozenset[str]:
    """Return what a module imports; if `at_once`, not what its functions import later."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in tree.body if at_once else ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                names.add(whole if whole in MODULES else node.module or "")
    return frozenset(names)


def test_every_module_has_a_place() -> None:
    assert {room(module) for module in HOUSE} == FLOOR.keys()


@pytest.mark.slow
@pytest.mark.parametrize("module", HOUSE)
def test_imports_point_up_the_house(module: str) -> None:
    for other in imports(module):
        if other.partition(".")[0] == "spanf1":
            assert other != "spanf1", "the face of the package is for others"
            same = room(other) == room(module)
            assert same or FLOOR[room(other)] < FLOOR[room(module)], other


@pytest.mark.slow
def test_no_files_import_each_other_in_a_circle() -> None:
    left = {module: {m for m in imports(module) if m in MODULES} for module in HOUSE}
    while free := [module for module, others in left.items() if not others & left.keys()]:
        for module in free:
            del left[module]
    assert not left


@pytest.mark.parametrize("module", HOUSE)
def test_third_party_imports(module: str) -> None:
    allowed = {"numpy", "spanf1", *sys.stdlib_module_names}
    if room(module) == "cli":
        allowed.add("click")
    if room(module) == "integrations":
        allowed |= ADAPTED
    assert {name.partition(".")[0] for name in imports(module, at_once=True)} <= allowed
    if room(module) not in ("core", "resampling"):
        allowed |= OPTIONAL
    assert {name.partition(".")[0] for name in imports(module)} <= allowed


def test_the_architecture_shows_the_house() -> None:
    text = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    lines = text.split("## 2. The house")[1].split("```")[1].strip().splitlines()
    drawn = [word for line in lines for word in line[:35].split()]
    assert drawn == [room for floor in FLOORS for room in floor]


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_holds(module: str) -> None:
    doc = ast.get_docstring(ast.parse(MODULES[module].read_text(encoding="utf-8")))
    assert doc
    assert doc.splitlines()[0].endswith((".", ":"))


def test_the_core_needs_no_click() -> None:
    code = "import sys, spanf1; spanf1.evaluate; sys.exit('click' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_public_names_are_sorted_and_there() -> None:
    assert spanf1.__all__ == sorted(spanf1.__all__)
    assert all(hasattr(spanf1, name) for name in spanf1.__all__)


def test_no_public_name_is_that_of_a_module() -> None:
    """Importing ``spanf1.compare``, if it were a module, would replace the function."""
    assert not {name for name in spanf1.__all__ if f"spanf1.{name}" in MODULES}


@pytest.mark.parametrize("name", [n for n in spanf1.__all__ if not n.startswith("_")])
def test_public_names_are_documented(name: str) -> None:
    assert getattr(spanf1, name).__doc__
