"""A page: one HTML file, with its data, script and style in it, which loads nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING

from spanf1.exceptions import not_installed
from spanf1.pages.data import Book, to_dict

if TYPE_CHECKING:
    from jinja2 import Template

# One after the other, they are the script.
_SCRIPTS = "data.js", "overview.js", "errors.js", "page.js"
# What could end a script, or begin a comment in it; and halves of surrogate pairs, which cannot be
# written. In JSON an escape means the same.
_ESCAPED = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def template() -> Template:
    """Return the frame of a page.

    Raises
    ------
    UsageError
        If jinja2 is not installed.
    """
    try:
        from jinja2 import Environment
    except ImportError:
        raise not_installed("a page needs jinja2", "report") from None
    return Environment(autoescape=True).from_string(_read("page.html"))


def page(book: Book) -> str:
    """Return a page as HTML.

    Raises
    ------
    UsageError
        If jinja2 is not installed.
    """
    known = hashes()
    return template().render(
        title=book.title.encode("utf-8", "replace").decode(),
        data=json_in_html(to_dict(book)),
        style=_style(),
        script=_script(),
        style_hash=known["style"],
        script_hash=known["script"],
    )


def hashes() -> dict[str, str]:
    """Return what a Content-Security-Policy knows the style and the script of pages by."""
    return {"style": _hash(_style()), "script": _hash(_script())}


def _style() -> str:
    return _read("page.css")


def _script() -> str:
    return "\n".join(map(_read, _SCRIPTS))


def _read(name: str) -> str:
    """Return the text of a file beside this one."""
    return files("spanf1.pages").joinpath(name).read_text(encoding="utf-8")


def json_in_html(data: object) -> str:
    """Return data as JSON that may stand in an element of HTML."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _hash(text: str) -> str:
    """Return what a Content-Security-Policy knows a script or a style by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
