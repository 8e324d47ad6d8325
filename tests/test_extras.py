"""Each extra: without its library, a message names it, or nothing needs it."""

from __future__ import annotations

import builtins
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import spanf1
from spanf1.cli.executors import scored_on
from spanf1.cli.inputs import SideOptions
from spanf1.core.options import Options
from spanf1.formats.options import InputOptions
from tests.helpers.shared_data import ROOT

TAGS = [["B-A", "O"]]


def read(name: str, content: bytes) -> Callable[[Path], object]:
    def act(folder: Path) -> object:
        (folder / name).write_bytes(content)
        return spanf1.score_file(folder / name)

    return act


def written(name: str, form: Any) -> Callable[[Path], object]:
    def act(folder: Path) -> object:
        (folder / "f.conll").write_text("a B-A\n")
        return spanf1.convert_file(folder / "f.conll", folder / name, form)

    return act


def on_a_cluster(folder: Path) -> object:
    sides = SideOptions(InputOptions(), InputOptions(), by_position=False, tag_columns=())
    how = {"confidence": None, "units": "", "quiet": True}
    return scored_on("dask://h:1", [[str(folder / "f")]], sides, Options(), **how)


#: what needs a library: its extra, and the modules that are hidden
NEEDS = [
    ("arrow", ["pyarrow"], read("f.parquet", b"PAR1" + bytes(16) + b"PAR1")),
    ("arrow", ["pyarrow"], read("f.arrow", b"ARROW1\0\0" + bytes(16))),
    ("spacy", ["spacy"], written("f.spacy", "spacy")),
    ("zstd", ["backports", "compression"], read("f.zst", b"\x28\xb5\x2f\xfd" + bytes(16))),
    ("plot", ["matplotlib"], lambda _: spanf1.evaluate(TAGS, TAGS).plot()),
    ("report", ["jinja2"], lambda _: spanf1.analyze(TAGS, TAGS).to_html()),
    ("dask", ["distributed"], on_a_cluster),
    ("pandas", ["pandas"], lambda _: spanf1.evaluate(TAGS, TAGS).to_frame()),
]
#: what is read without the library, too, though more slowly
FASTER = {"json"}


def hide(monkeypatch: pytest.MonkeyPatch, hidden: list[str]) -> None:
    """Let modules be missing, as if they were not installed."""
    real = builtins.__import__

    def missing(name: str, *args: Any) -> Any:
        if name.partition(".")[0] in hidden:
            raise ImportError(name)
        return real(name, *args)

    for name in [*sys.modules]:
        if name.partition(".")[0] in hidden:
            monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(builtins, "__import__", missing)


@pytest.mark.parametrize(("extra", "hidden", "act"), NEEDS)
def test_a_missing_library_is_named_by_its_extra(monkeypatch, tmp_path, extra, hidden, act) -> None:
    hide(monkeypatch, hidden)
    with pytest.raises(spanf1.SpanF1Error) as caught:
        act(tmp_path)
    assert f"pip install 'spanf1[{extra}]'" in caught.value.hint


def test_every_extra_is_named_somewhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {extra for extra, _, _ in NEEDS} | FASTER == project["optional-dependencies"].keys()


def test_json_is_read_without_orjson(monkeypatch, tmp_path) -> None:
    hide(monkeypatch, ["orjson"])
    path = tmp_path / "f.jsonl"
    path.write_text('{"tokens": ["a"], "gold": ["B-A"], "predicted": ["B-A"]}\n')
    assert spanf1.score_file(path).micro.f1 == 1
