"""A page: one HTML file, with its data, script and style in it, which loads nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files

from spanf1.exceptions import UsageError
from spanf1.pages.data import Book, to_dict

# What could end a script, or begin a comment in it; and halves of surrogate pairs, which cannot be
# written. In JSON an escape means the same.
_ESCAPED = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def page(book: Book) -> str:
    """Return a page as HTML.

    Raises
    ------
    UsageError
        If jinja2 is not installed.
    """
    try:
        from jinja2 import Environment
    except ImportError:
        raise UsageError("a page needs jinja2", hint="pip install 'spanf1[report]'") from None
    folder = files("spanf1.pages")
    template, style, script = (
        folder.joinpath(name).read_text(encoding="utf-8")
        for name in ("page.html", "page.css", "page.js")
    )
    return (
        Environment(autoescape=True)
        .from_string(template)
        .render(
            title=book.title.encode("utf-8", "replace").decode(),
            data=json_in_html(to_dict(book)),
            style=style,
            script=script,
            style_hash=_hash(style),
            script_hash=_hash(script),
        )
    )


def json_in_html(data: object) -> str:
    """Return data as JSON that may stand in an element of HTML."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _hash(text: str) -> str:
    """Return what a Content-Security-Policy knows a script or a style by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
