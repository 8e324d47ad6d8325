"""The pages of docs/, and the hooks that run their blocks."""

from __future__ import annotations

import importlib.util
import re
import sys
from types import ModuleType

from tests.helpers.shared_data import ROOT

DOCS = ROOT / "docs"


def module_at(path: str) -> ModuleType:
    """Return a module in docs/, which is no package."""
    known = "docs." + path.removesuffix(".py").replace("/", ".")
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, DOCS / path)
        assert spec
        assert spec.loader
        sys.modules[known] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[known])
    return sys.modules[known]


def hook(name: str) -> ModuleType:
    """Return a module of docs/hooks."""
    return module_at(f"hooks/{name}.py")


def page(path: str) -> str:
    """Return the text of a page."""
    return (DOCS / path).read_text(encoding="utf-8")


def shown_by(path: str, command: str) -> str:
    """Return what a page shows below a command, when its block is run."""
    (block,) = [
        block
        for block in re.findall(r"^```console.*?^```", page(path), re.M | re.S)
        if f"$ {command}\n" in block
    ]
    built = hook("blocks").render(block, path)
    return built.split(f"$ {command}\n")[1].removesuffix("```")
