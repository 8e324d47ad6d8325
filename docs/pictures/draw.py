"""The pictures of the README, drawn from what the commands print: run it from the project's folder.

.venv/bin/python docs/pictures/draw.py
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
COMMAND = ["spanf1", "score", "corpora/sample/english.spacy.conll"]
WIDTH, CHARACTER, LINE, MARGIN = 80, 8.4, 19, 16
# Weight and opacity of what a terminal shows bold, and faint.
STYLES = {"1": "bold", "2": "faint", "33": "note"}


def printed() -> list[str]:
    """Return the lines of the table, with the codes of colours; long ones are cut."""
    env = os.environ | {"COLUMNS": str(WIDTH), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", *COMMAND, "--color", "always"]
    ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()


def pieces(line: str) -> list[tuple[str, str]]:
    """Return the parts of a line, each with its style, no more of them than a terminal is wide."""
    parts, style, left = [], "", WIDTH
    for code, text in re.findall(r"\x1b\[([0-9;]*)m|([^\x1b]+)", line):
        style = style if text else STYLES.get(code, "")
        if text and left > 0:
            parts.append((style, text if len(text) <= left else text[: left - 1] + "…"))
            left -= len(text)
    return parts


def drawn(lines: list[str]) -> str:
    """Return a picture of lines of a terminal, as SVG."""
    rows = [[("faint", "$ "), ("bold", " ".join(COMMAND))], *map(pieces, lines)]
    height = 2 * MARGIN + LINE * len(rows)
    width = round(2 * MARGIN + CHARACTER * WIDTH)
    texts = []
    for number, row in enumerate(rows):
        y, column = MARGIN + LINE * (number + 0.75), 0
        for style, text in row:
            x = MARGIN + CHARACTER * column
            long = CHARACTER * len(text)
            texts.append(
                f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" textLength="{long:.1f}">'
                f"{escape(text)}</text>"
            )
            column += len(text)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img">',
            "<title>What spanf1 score prints of the sample corpus</title>",
            "<style>",
            "text { font: 14px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; "
            "white-space: pre; fill: #1f2328 }",
            "rect { fill: #f6f8fa; stroke: #d1d9e0 }",
            ".bold { font-weight: 700 } .faint { fill: #59636e } .note { fill: #7d4e00 }",
            "@media (prefers-color-scheme: dark) {",
            "  text { fill: #e6edf3 } rect { fill: #161b22; stroke: #30363d }",
            "  .faint { fill: #9198a1 } .note { fill: #d29922 }",
            "}",
            "</style>",
            f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>',
            *texts,
            "</svg>\n",
        ]
    )


def report(target: Path) -> None:
    """Take a picture of the errors on a page of ``spanf1 report``, with Chromium."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, sync_playwright() as browsers:
        page = Path(folder) / "report.html"
        command = [sys.executable, "-m", "spanf1", "report", COMMAND[-1], "-o", str(page)]
        subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)
        path = shutil.which("chromium")
        browser = browsers.chromium.launch(executable_path=path, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 760})
        tab.goto(f"file://{page}#errors")
        tab.wait_for_timeout(1000)
        tab.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    report(FOLDER / "report.png")
    (FOLDER / "table.svg").write_text(drawn(printed()), encoding="utf-8")
