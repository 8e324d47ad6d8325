"""The blocks of a page: each is run, and what it prints is put below it.

Pages hold commands and no output. In a page,

- a block ``console`` has lines ``$ command``, which a shell runs;
- a block ``python`` is run with the names of the blocks above it; of an expression that ends it
  the value is shown;
- ``{{ … }}`` in prose is the value of an expression with the same names.

Behind the language may stand ``exit=3``, the exit code that the last command must have;
``lines=9``, how many lines of output are shown; ``hidden``, for a block that is run and not shown;
and ``needs=torch,torchmetrics``, what must be installed for the block to be run. All blocks of a
page run in one folder, which is thrown away. It has the sample corpus, the files of `docs/examples`
and those that `write_systems` makes. A block that fails raises `BlockError`, which names the page
and the line.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
from base64 import b64encode
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

_PARTS = re.compile(
    r"^(?P<indent>[ ]*)```(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=indent)```[ ]*$"
    r"|`[^`\n]+`"
    r"|\{\{(?P<value>.+?)\}\}",
    re.MULTILINE | re.DOTALL,
)


class BlockError(Exception):
    """A block, or a value in prose, that could not be run."""


def commands_of(body: str) -> list[str]:
    """Return the commands of a block; one may go on behind a backslash."""
    lines = body.replace("\\\n", "\\\0").splitlines()
    odd = [line for line in lines if line.strip() and not line.startswith("$ ")]
    if odd:
        raise BlockError(f"a line of a console block does not begin with '$ ': {odd[0]}")
    return [line[2:].replace("\0", "\n") for line in lines if line.strip()]


def write_systems(folder: Path) -> None:
    """Write the gold tags of the sample corpus, and two systems: of one column of tags each.

    ``old.conll`` is the model that the corpus has; ``new.conll`` is the same without articles at
    the beginning of names.
    """
    text = (folder / "corpora/sample/english.spacy.conll").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    columns = {"gold": [], "old": [], "new": []}
    cut = False
    for row in rows:
        token, gold, old = row if len(row) == 3 else ("", "", "")
        new = old.replace("I-", "B-") if cut and old.startswith("I-") else old
        cut = token.lower() in ("a", "an", "the") and new.startswith("B-")
        for tags, tag in zip(columns.values(), (gold, old, "O" if cut else new), strict=True):
            tags.append(f"{token}\t{tag}".strip() + "\n")
    for name, lines in columns.items():
        (folder / f"{name}.conll").write_text("".join(lines), encoding="utf-8")


def percent(share: float) -> str:
    """Return a share as a percentage, as tables show it."""
    return f"{100 * share:.2f}"


class Runner:
    """Runs the blocks of one page.

    Parameters
    ----------
    folder : Path
        Where they run.
    names : mapping of str to object
        What expressions and blocks of Python know from the start.
    """

    def __init__(self, folder: Path, names: Mapping[str, Any] = {}) -> None:
        shutil.copytree(ROOT / "corpora", folder / "corpora", dirs_exist_ok=True)
        shutil.copytree(ROOT / "docs/examples", folder, dirs_exist_ok=True)
        write_systems(folder)
        self.folder = folder
        self.names: dict[str, Any] = {
            "__name__": "__main__",
            "percent": percent,
            "picture": self.picture,
            **names,
        }

    def picture(self, path: str, says: str) -> str:
        """Return an SVG file that a block has written, as an image within the page."""
        data = b64encode((self.folder / path).read_bytes()).decode()
        return f"![{says}](data:image/svg+xml;base64,{data})"

    def render(self, markdown: str, page: str) -> str:
        """Return a page with what its blocks print."""

        def part(match: re.Match[str]) -> str:
            line = markdown.count("\n", 0, match.start()) + 1
            try:
                if match["value"]:
                    return str(self._python(match["value"].strip(), "eval"))
                return match[0] if match["info"] is None else self._block(match)
            except BlockError as error:
                raise BlockError(f"{page}:{line}: {error}") from None

        return _PARTS.sub(part, markdown)

    def _block(self, match: re.Match[str]) -> str:
        language, *words = match["info"].split() or [""]
        said = dict(word.partition("=")[::2] for word in words)
        indent = match["indent"]
        body = re.sub(f"^{indent}", "", match["body"], flags=re.MULTILINE)
        if language == "formula":
            parts = [("{ .text .formula }", body)]
        elif language == "console":
            parts = [("console", self._console(body, said))]
        elif language == "python":
            needs = filter(None, said.get("needs", "").split(","))
            output = self._python(body, "exec") if all(map(find_spec, needs)) else ""
            parts = [("python", body), ("{ .text .output }", _cut(output, said))]
        else:
            return match[0]
        if "hidden" in said:
            return ""
        blocks = [f"```{info}\n{text.rstrip()}\n```" for info, text in parts if text.strip()]
        return re.sub("^(?=.)", indent, "\n\n".join(blocks), flags=re.MULTILINE)

    def _console(self, body: str, said: Mapping[str, str]) -> str:
        shown = []
        commands = commands_of(body)
        # Commands are run as in a terminal of 80 columns, in colours that are none.
        env = os.environ | {"COLUMNS": "80", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
        env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', '')}"
        env["PYTHONPATH"] = str(ROOT)
        for number, command in enumerate(commands, 1):
            ran = subprocess.run(
                ["bash", "-c", command],
                cwd=self.folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
            output = ran.stdout.decode()
            code = int(said.get("exit", 0)) if number == len(commands) else 0
            if ran.returncode != code:
                raise BlockError(f"exit code {ran.returncode} of: {command}\n{output}")
            shown.append(f"$ {command}\n{_cut(output, said)}")
        return "\n".join(part.rstrip("\n") for part in shown)

    def _python(self, code: str, mode: str) -> str:
        output = io.StringIO()
        try:
            tree = ast.parse(code)
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            with contextlib.redirect_stdout(output), contextlib.chdir(self.folder):
                exec(compile(tree, "<block>", "exec"), self.names)
                if isinstance(last, ast.Expr):
                    value = eval(compile(ast.Expression(last.value), "<block>", "eval"), self.names)
                    if mode == "eval":
                        return str(value)
                    if value is not None:
                        print(repr(value))
        except Exception:
            raise BlockError(f"{code}\n{traceback.format_exc(limit=-1)}") from None
        return output.getvalue()


def _cut(output: str, said: Mapping[str, str]) -> str:
    """Return the lines of output that are to be shown."""
    lines = output.splitlines()
    most = int(said.get("lines", len(lines)))
    return "\n".join(lines[:most] + ["…"] * (len(lines) > most))


def render(markdown: str, page: str, names: Mapping[str, Any] = {}) -> str:
    """Return a page with what its blocks print, run in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return Runner(Path(folder), names).render(markdown, page)
