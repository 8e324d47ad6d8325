"""What there is, is on a page: commands, options, public names, matches, formats, schemes."""

from __future__ import annotations

import re

import click
import pytest

import spanf1
from spanf1.cli.group import COMMANDS, main
from spanf1.core.credits import RULES
from spanf1.core.options import MATCHES, MODES
from spanf1.core.schemes import READINGS, SCHEME_NAMES
from spanf1.formats.registry import FORMATS
from spanf1.mistakes.properties import PROPERTIES
from tests.helpers.docs import DOCS, hook, page
from tests.helpers.shared_data import ROOT

reference = hook("reference")
NAV = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("\nnav:\n")[1]
PAGES = sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_in_the_navigation(path: str) -> None:
    assert re.search(rf"[ ]{re.escape(path)}$", NAV, re.M)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_its_place(name: str) -> None:
    text = reference.command_pages()[f"reference/commands/{name}.md"]
    assert text.startswith(f"# spanf1 {name}\n")
    context = click.Context(main, info_name="spanf1")
    command = main.get_command(context, name)
    inner = command.commands.values() if isinstance(command, click.Group) else [command]
    for one in inner:
        for option in one.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert re.search(rf"^`(-\w, )?[^`]*{max(option.opts, key=len)}\b", text, re.M)
    assert "Example" in text
    assert f"reference/commands/{name}.md" in str(reference.command_sections())
    assert f"(commands/{name}.md)" in reference.commands()


def test_every_public_name_is_documented() -> None:
    text = "\n".join(reference.python_pages().values())
    names = {name for name in spanf1.__all__ if name != "__version__"}
    assert set(re.findall(r"^::: spanf1\.(\w+)$", text, re.M)) == names
    assert set(re.findall(r"^\| \[`(\w+)`\]", reference.names(), re.M)) == names


@pytest.mark.parametrize("match", [*MATCHES, MODES, *RULES])
def test_every_match_has_a_page(match: str) -> None:
    text = page(f"metrics/{reference.metric_page(match)}.md")
    assert match.partition(":")[0] in text.splitlines()[0]
    for title in ("Formula", "Worked example", "Called elsewhere", "When to use it", "Source"):
        assert f"\n## {title}\n" in text, title
    assert re.search(rf"^\| \[`{match}(:[TK])?`\]", reference.matches(), re.M)


def test_every_format_scheme_reading_and_property_is_in_its_table() -> None:
    assert set(re.findall(r"^\| `([a-z][a-z-]*)`", reference.properties(), re.M)) == set(PROPERTIES)
    assert set(re.findall(r"^\| `(.*?)`", reference.formats(), re.M)) == set(FORMATS)
    assert set(re.findall(r"[A-Z]+\d?\b", reference.schemes())) >= set(SCHEME_NAMES)
    assert set(re.findall(r"^\| `(\w+)`", reference.readings(), re.M)) == set(READINGS)


# What pages say beside the blocks that are run: in blocks `sh`, and in prose.
TEXTS = [re.sub(r"^```(?!sh).*?^```", "", page(path), flags=re.M | re.S) for path in PAGES]
BLOCKS = [block for text in TEXTS for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)]
NAMED = sorted(
    {command for text in TEXTS for command in re.findall(r"`spanf1 ([a-z][^`]*)`", text)}
    | {line for block in BLOCKS for line in re.findall(r"^spanf1 ([^#\n]*)", block, re.M)}
)


def commands() -> dict[str, click.Command]:
    context = click.Context(main, info_name="spanf1")
    found = {name: main.get_command(context, name) for name in COMMANDS}
    for name, command in [*found.items()]:
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}": one for inner, one in command.commands.items()}
    return found


def options_of(command: click.Command) -> set[str]:
    return {"--help", "-h", *(option for param in command.params for option in param.opts)}


@pytest.mark.parametrize("command", NAMED)
def test_commands_that_are_named_are_there(command: str) -> None:
    words = command.split()
    found = commands()
    name = " ".join(words[:2]) if words[0] == "corpora" else words[0]
    assert {word for word in words if re.match("--?[a-z]", word)} <= options_of(found[name])


def test_options_that_are_named_are_there() -> None:
    known = set().union(*map(options_of, commands().values()))
    # Of other programs.
    known |= {"--repair-method", "--labels", "--error-counts", "--version", "--group"}
    named = {option for text in TEXTS for option in re.findall(r"`(--[a-z][a-z-]*)", text)}
    assert len(named) > 50
    assert named <= known
