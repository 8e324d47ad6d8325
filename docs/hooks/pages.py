"""What mkdocs calls: adds the pages that are made, and runs the blocks of all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import blocks
import browser
import reference
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

import spanf1

#: pages that are files elsewhere in the project
ELSEWHERE = {
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "reference/decoding.md": "corpora/cases/decoding.md",
    "reference/repair.md": "corpora/cases/repair.md",
}
#: what pages may call in `{{ … }}`
NAMES = {
    name: getattr(reference, name)
    for name in (
        "matches",
        "schemes",
        "readings",
        "normalizations",
        "formats",
        "properties",
        "commands",
        "names",
    )
}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of the commands into the navigation, where it says COMMANDS."""
    config.nav = _filled(config.nav)
    return config


def _filled(nav: Any) -> Any:
    if isinstance(nav, list):
        return [_filled(item) for item in nav]
    if isinstance(nav, dict):
        return {title: _filled(item) for title, item in nav.items()}
    return reference.command_sections() if nav == "COMMANDS" else nav


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made of the code, and those that are files elsewhere."""
    pages = reference.command_pages() | reference.python_pages()
    for page, path in ELSEWHERE.items():
        text = (blocks.ROOT / path).read_text(encoding="utf-8")
        pages[page] = _linked(text.replace("](docs/", "]("), page)
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    # A page of the report, for howto/report.md to lead to.
    report = spanf1.analyze(blocks.ROOT / "corpora/sample/english.spacy.conll").to_html()
    files.append(File.generated(config, "report.html", content=report))
    return files


def on_post_build(config: MkDocsConfig) -> None:
    """Put what the page in the browser loads beside it."""
    try:
        browser.build(Path(config.site_dir) / "browser")
    except browser.NotFetchedError as error:
        raise PluginError(str(error)) from None


def _linked(markdown: str, page: str) -> str:
    """Lead links to files elsewhere in the project to the pages that they are."""
    up = "../" * page.count("/")
    for target, path in ELSEWHERE.items():
        markdown = markdown.replace(f"]({up}../{path}", f"]({up}{target}")
    return markdown


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Run the blocks of a page."""
    path = page.file.src_uri
    if page.file.generated_by:
        return markdown
    try:
        return blocks.render(_linked(markdown, path), f"docs/{path}", NAMES)
    except blocks.BlockError as error:
        raise PluginError(str(error)) from None
