"""Text escaped for the cells of Markdown and LaTeX tables."""

from __future__ import annotations

import re

_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "→": r"$\rightarrow$",
    # Behind the end of a row these two would be arguments of it.
    "[": "{[}",
    "*": "{*}",
} | {character: f"\\{character}" for character in "&%$#_{}"}

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~&])")


def markdown_escaped(text: str) -> str:
    """Return text for a cell of a Markdown table."""
    return _MARKDOWN.sub(r"\\\1", text)


def latex_escaped(text: str) -> str:
    """Return text for a cell of a LaTeX table."""
    return "".join(_LATEX.get(character, character) for character in text)
