"""Puts what the page in the browser loads beside it: Python, NumPy, click and spanf1.

Pyodide is CPython as WebAssembly. The wheels of NumPy for it are on no registry; this NumPy, of the
project emscripten-forge, was compiled for the same version of Python by the same version of the
compiler. Both are taken from npm, and known by what they hash to.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from spanf1 import __version__
from spanf1.pages.page import hashes

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "browser"
#: archives stay here, to be fetched once
CACHE = ROOT / "build" / "browser"

#: packages of npm, with the SHA-512 of their archives
PYODIDE = (
    "pyodide@0.27.7",
    "RUSVJlhQdfWfgO9hVHCiXoG+nVZQRS5D9FzgpLJ/VcgGBLSAKoPL8kTiOikxbHQm1kRISeWUBdulEgO26qpSRA==",
)
NUMPY = (
    "@emscripten-forge/numpy@2.0.1-py312h4e66579-0",
    "64iP3tolNhBnKJBHs2b5Mg9s17BL8Bp9Ev2+U0fSCO3/zQlWQRCrExw2MgmfwjhNz+mwbKPG2eBsBcpBWV2xbA==",
)
PYODIDE_FILES = (
    "pyodide.js",
    "pyodide.asm.js",
    "pyodide.asm.wasm",
    "pyodide-lock.json",
    "python_stdlib.zip",
)
#: what of NumPy nobody needs here
_LEFT_OUT = "/tests/", "/include/", "/f2py/", ".pyi", ".a", "_simd.cpython"
#: packages as they are installed where this runs, of which the parts in Python suffice
PURE = "click", "jinja2", "markupsafe"

# A module of WebAssembly with one function, backtrace, which returns 0: that it has no answer.
# NumPy calls it, to look for arrays that it may write over, and does not write over any then.
_BACKTRACE = bytes.fromhex(
    "0061736d01000000"  # WebAssembly, version 1
    "000f0864796c696e6b2e30010400000000"  # dylink.0: a library that needs no memory
    "0107016"
    "0027f7f017f"  # the type of a function: two words to one
    "03020100"  # one function, of that type
    "070d01096261636b74726163650000"  # it is exported as backtrace
    "0a06010400"
    "41000b"  # i32.const 0
)


class NotFetchedError(Exception):
    """A package cannot be had."""


def build(folder: Path) -> None:
    """Write what the page loads into its folder, and its policy into the page.

    Raises
    ------
    NotFetchedError
        If a package cannot be fetched, or is not what it was.
    """
    packages = folder / "packages"
    packages.mkdir(parents=True, exist_ok=True)
    with tarfile.open(_fetched(*PYODIDE)) as archive:
        for name in PYODIDE_FILES:
            (packages / name).write_bytes(archive.extractfile(f"package/{name}").read())
    with zipfile.ZipFile(packages / "python.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in _python():
            # Of one time, so that the same sources make the same bytes.
            zipped.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    sample = ROOT / "corpora" / "sample" / "english.spacy.conll"
    (packages / "sample.conll").write_bytes(sample.read_bytes())
    page = (PAGE / "index.html").read_text(encoding="utf-8")
    for name, value in (
        ("POLICY", policy()),
        ("VERSION", __version__),
        ("PYODIDE", _version(PYODIDE)),
        ("NUMPY", _version(NUMPY)),
    ):
        page = page.replace(name, value)
    (folder / "index.html").write_text(page, encoding="utf-8")


def policy() -> str:
    """Return the Content-Security-Policy of the page: what it loads is from its own server.

    Pages that `report` writes are opened from it, and held to its policy: so it knows their script.
    """
    of_reports = hashes()
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' blob: 'wasm-unsafe-eval' '{of_reports['script']}'",
            f"style-src 'self' '{of_reports['style']}'",
            "connect-src 'self'",
            "worker-src blob:",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _version(package: tuple[str, str]) -> str:
    return package[0].rpartition("@")[2].partition("-")[0]


def _fetched(name: str, digest: str) -> Path:
    """Return the archive of a package of npm, which is fetched if it is not there."""
    path = CACHE / (name.removeprefix("@").replace("/", "-").replace("@", "-") + ".tgz")
    if path.exists():
        return path
    CACHE.mkdir(parents=True, exist_ok=True)
    npm = Path(sys.executable).with_name("npm")
    # Another process may fetch it, too: what has its name is whole.
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        command = [npm, "pack", "--loglevel", "error", "--pack-destination", folder, name]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except OSError:
            raise NotFetchedError(f"{npm} is not there: make docs installs it") from None
        except subprocess.CalledProcessError as error:
            raise NotFetchedError(f"npm cannot fetch {name}: {error.stderr.strip()}") from None
        (archive,) = Path(folder).iterdir()
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != digest:
            raise NotFetchedError(f"{name} is not what it was: its SHA-512 is {found}")
        archive.replace(path)
    return path


def _python() -> Iterator[tuple[str, bytes]]:
    """Yield the files of all packages of Python, by their names."""
    yield "shell.py", (PAGE / "shell.py").read_bytes()
    yield "backtrace.so", _BACKTRACE
    yield "spanf1/catalogue.toml", (ROOT / "corpora" / "catalogue.toml").read_bytes()
    for package in ("spanf1", *PURE):
        top = Path(find_spec(package).origin).parent
        for path in sorted(top.rglob("*")):
            if path.is_file() and path.suffix not in (".pyc", ".so", ".c", ".pyi"):
                yield str(path.relative_to(top.parent)), path.read_bytes()
    with tarfile.open(_fetched(*NUMPY)) as outer:
        name = next(name for name in outer.getnames() if name.endswith(".tar.gz"))
        with tarfile.open(fileobj=outer.extractfile(name)) as archive:
            for member in archive:
                inner = member.name.partition("/site-packages/")[2]
                if member.isfile() and inner and not any(part in inner for part in _LEFT_OUT):
                    yield inner, archive.extractfile(member).read()
