"""The hooks for pre-commit, as it installs and runs them from a repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.commands import write
from tests.helpers.shared_data import ROOT

pytest.importorskip("pre_commit")

# What a package is made of.
_PARTS = (
    *("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"),
    *("corpora", "release", "spanf1"),
)
# Neither settings of whoever runs this, nor the folder of the tests, are the hooks' own.
_ENV = {
    **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{
        f"GIT_{who}_{what}": "test@test.invalid"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    },
}


def git(folder: Path, *args: str) -> None:
    subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True, env=_ENV)


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> Path:
    """A repository of the package alone, so that a working tree need not be one."""
    folder = tmp_path_factory.mktemp("repository")
    for name in _PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.pyc"))
        else:
            shutil.copy(ROOT / name, folder)
    for args in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
        git(folder, *args)
    return folder


def test_hooks_refuse_what_is_ill_formed_or_in_another_scheme(
    repository, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "-q")
    good = write("good.conll", "a B-X\nb I-X\n")
    bad = write("bad.conll", "a I-X\nb I-X\n\nc I-Y\n\nd B-X\n")
    config = f"""
        repos:
          - repo: {repository}
            rev: HEAD
            hooks:
              - id: spanf1-validate
                args: [--scheme, IOB2]
              - id: spanf1-convert
                args: [--to, IOB2]
        """
    write(".pre-commit-config.yaml", "\n".join(line[8:] for line in config.splitlines()))
    env = _ENV | {"PRE_COMMIT_HOME": str(tmp_path / "cache")}

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pre_commit", *args, "--color=never"]
        return subprocess.run(command, env=env, check=False, text=True, capture_output=True)

    tried = run("try-repo", str(repository), "spanf1-validate", "--files", good, bad)
    assert tried.returncode == 1
    assert "bad.conll:6: " in tried.stdout
    git(tmp_path, "add", good)
    done = run("run", "--all-files")
    assert done.returncode == 0, done.stdout
    git(tmp_path, "add", bad)
    done = run("run", "--all-files")
    assert done.returncode == 1
    assert "bad.conll: 2 tags would change, the first in line 1" in done.stdout
    assert "good.conll: 1" not in done.stdout
