"""What is published: the same bytes from the same source, whole, running where it is installed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import spanf1
from spanf1.cli.group import COMMANDS
from tests.helpers.shared_data import ROOT

pytest.importorskip("build")
yaml = pytest.importorskip("yaml")

_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "build", "dist", "site"
)
_SAMPLE = "corpora/sample/english.spacy.conll"
_ENV = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def ran(*command: object, **more: object) -> str:
    done = subprocess.run(
        [*map(str, command)], check=False, text=True, capture_output=True, **{"env": _ENV, **more}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def built(folder: Path, mask: int) -> Path:
    """Build a copy of the source, at another place, with other modes and times of files."""
    shutil.copytree(ROOT, folder / "source", ignore=_LEFT_OUT, copy_function=shutil.copyfile)
    env = _ENV | {"SOURCE_DATE_EPOCH": "1700000000", "COLUMNS": str(mask)}
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist"]
    old = os.umask(mask)
    try:
        ran(*command, cwd=folder / "source", env=env)
    finally:
        os.umask(old)
    return folder / "dist"


@pytest.fixture(scope="module")
def dist(tmp_path_factory) -> Path:
    return built(tmp_path_factory.mktemp("one"), 0o022)


@pytest.fixture(scope="module")
def wheel(dist) -> Path:
    return next(dist.glob("*.whl"))


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            archive.extract(name, folder)
    return folder / f"spanf1-{spanf1.__version__}.data" / "data" / "share"


def test_the_same_source_gives_the_same_bytes(dist, tmp_path) -> None:
    again = built(tmp_path, 0o077)
    names = sorted(path.name for path in dist.iterdir())
    version = spanf1.__version__
    assert names == [f"spanf1-{version}-py3-none-any.whl", f"spanf1-{version}.tar.gz"]
    for name in names:
        one, other = (hashlib.sha256((f / name).read_bytes()).hexdigest() for f in (dist, again))
        assert one == other, name


def test_the_index_takes_them(dist) -> None:
    ran(sys.executable, "-m", "twine", "check", "--strict", *dist.iterdir())


def test_the_wheel_has_the_package_and_nothing_else(wheel) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"spanf1"}
    package = {path.relative_to(ROOT).as_posix() for path in (ROOT / "spanf1").rglob("*.*")}
    package = {name for name in package if "__pycache__" not in name}
    assert package | {"spanf1/catalogue.toml"} == {n for n in names if n.startswith("spanf1/")}


def test_the_sdist_has_what_tests_and_builds_it(dist) -> None:
    with tarfile.open(next(dist.glob("*.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names >= {
        *("pyproject.toml", "Makefile", "action.yml", "CITATION.cff", ".pre-commit-hooks.yaml"),
        *(".github/score.sh", "release/build.py", "release/manual.py", "tests/conftest.py"),
    }


def test_the_manual_page_says_every_command_and_renders(unpacked) -> None:
    page = unpacked / "man" / "man1" / "spanf1.1"
    if shutil.which("mandoc"):
        command = ["mandoc", "-T", "utf8", "-W", "warning"]
    elif shutil.which("groff"):
        command = ["groff", "-man", "-ww", "-K", "utf8", "-T", "utf8", "-P", "-cbou"]
    else:
        pytest.skip("neither mandoc nor groff is here")
    done = subprocess.run([*command, page], check=True, text=True, capture_output=True)
    assert done.stderr == ""
    text = re.sub("[\u2010\u2212]", "-", done.stdout)
    for name in COMMANDS:
        assert re.search(rf"^ +spanf1 {name} ", text, re.MULTILINE), name
    assert re.search(r"^ +--fail-under ", text, re.MULTILINE)
    assert f"spanf1 {spanf1.__version__}" in text


@pytest.mark.parametrize(
    ("shell", "name"),
    [
        ("bash", "bash-completion/completions/spanf1"),
        ("zsh", "zsh/site-functions/_spanf1"),
        ("fish", "fish/vendor_completions.d/spanf1.fish"),
    ],
)
def test_completions_are_scripts_of_their_shells(unpacked, shell, name) -> None:
    text = (unpacked / name).read_text(encoding="utf-8")
    assert f"_SPANF1_COMPLETE={shell}_complete" in text
    if shutil.which(shell):
        ran(shell, "-n", unpacked / name)


def pythons() -> list[str]:
    """Return the Pythons that are here, of those that are supported."""
    listed = [line.rpartition(" ")[2] for line in _PROJECT["project"]["classifiers"]]
    found = []
    for version in (line for line in listed if re.fullmatch(r"3\.\d+", line)):
        kept = Path.home().glob(f".pyenv/versions/{version}.*/bin/python")
        for path in filter(None, [shutil.which(f"python{version}"), *map(str, kept)]):
            said = subprocess.run([path, "-V"], check=False, capture_output=True, text=True)
            if said.stdout.startswith(f"Python {version}."):
                found.append(path)
                break
    return found


@pytest.mark.parametrize("python", pythons())
def test_it_runs_where_it_is_installed(wheel, tmp_path, python) -> None:
    ran(python, "-m", "venv", tmp_path / "venv")
    there = tmp_path / "venv" / "bin"
    ran(there / "python", "-m", "pip", "install", "--quiet", wheel)
    assert ran(there / "spanf1", "--version") == f"spanf1 {spanf1.__version__}\n"
    out = ran(there / "spanf1", "score", ROOT / _SAMPLE, "--signature")
    assert out == f"{spanf1.score_file(ROOT / _SAMPLE).signature()}\n"
    assert (tmp_path / "venv" / "share" / "man" / "man1" / "spanf1.1").exists()


def test_the_recipe_is_of_this_version_and_needs_what_the_project_needs() -> None:
    text = (ROOT / "release" / "conda" / "recipe.yaml").read_text(encoding="utf-8")
    given = yaml.safe_load(text)["context"]
    assert given["version"] == spanf1.__version__
    recipe = yaml.safe_load(re.sub(r"\$\{\{ (\w+) \}\}", lambda m: given.get(m[1], m[1]), text))
    python = _PROJECT["project"]["requires-python"]
    needed = {line.replace(">=", " >=") for line in _PROJECT["project"]["dependencies"]}
    assert {*recipe["requirements"]["run"]} == {f"python {python}", *needed}
    built_with = {line.replace(">=", " >=") for line in _PROJECT["build-system"]["requires"]}
    oldest = f"python {python.removeprefix('>=')}.*"
    assert {*recipe["requirements"]["host"]} == {oldest, "pip", *built_with, *needed}
    assert recipe["build"]["python"]["entry_points"] == [
        f"{name} = {entry}" for name, entry in _PROJECT["project"]["scripts"].items()
    ]
    for line in recipe["tests"][1]["script"]:
        name, *arguments = line.split()
        assert name == "spanf1"
        ran(sys.executable, "-m", "spanf1", *arguments, cwd=ROOT)


def test_addresses_are_those_of_whoever_publishes() -> None:
    """No file knows where the repository is."""
    command = [sys.executable, "-m", "hatchling", "metadata"]
    for repository in ("", "https://example.org/owner/spanf1"):
        env = _ENV | {"SPANF1_REPOSITORY": repository}
        urls = json.loads(ran(*command, cwd=ROOT, env=env)).get("urls", {})
        assert len(urls) == (4 if repository else 0)
        assert all(url.startswith(repository) for url in urls.values())
        paths = [url.partition(f"/blob/v{spanf1.__version__}/")[2] for url in urls.values()]
        assert all((ROOT / path).exists() for path in paths)


def test_the_citation_is_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == spanf1.__version__


_TEMPLATES = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").iterdir())
_FORMS = [path for path in _TEMPLATES if path.stem != "config"]


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("citation-file-format", [ROOT / "CITATION.cff"]),
        ("dependabot", [ROOT / ".github" / "dependabot.yml"]),
        ("github-actions", [ROOT / "action.yml"]),
        ("github-issue-config", [ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml"]),
        ("github-issue-forms", _FORMS),
        ("github-workflows", [*(ROOT / ".github" / "workflows").iterdir()]),
    ],
)
def test_others_can_read_them(schema, paths) -> None:
    pytest.importorskip("check_jsonschema")
    # They come with it; nothing is fetched.
    check = [sys.executable, "-m", "check_jsonschema", "--default-filetype", "yaml"]
    ran(*check, "--builtin-schema", f"vendor.{schema}", *paths)


@pytest.mark.parametrize("path", _FORMS, ids=lambda path: path.stem)
def test_fields_of_issue_forms_have_ids_of_their_own(path) -> None:
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    ids = [field["id"] for field in form["body"]]
    assert len(ids) == len({*ids})
    assert all(field["attributes"]["label"] for field in form["body"])


def test_workflows_may_do_little_and_name_what_they_use_by_its_hash() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        flow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert flow["permissions"] == {}
        for job in flow["jobs"].values():
            assert job["permissions"].keys() <= {"contents", "id-token"}
            assert job["permissions"].get("contents", "read") == "read"
            for step in job["steps"]:
                assert "${{" not in step.get("run", "")
                if "uses" in step:
                    assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])


def test_the_action_is_what_runners_take() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert action["runs"]["using"] == "composite"
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
    assert all({"description"} <= given.keys() for given in action["inputs"].values())
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert all(hook["entry"].split()[1] in COMMANDS for hook in hooks)
