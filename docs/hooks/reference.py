"""Pages and tables of the reference that are made of the code: what they list, is there."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterable

import click

import spanf1
from spanf1.cli.group import COMMANDS, SECTIONS, main
from spanf1.cli.help import sections
from spanf1.core.credits import RULES
from spanf1.core.options import MATCHES, MODES, NORMALIZATIONS
from spanf1.core.schemes import READINGS, SCHEMES
from spanf1.formats.registry import FORMATS
from spanf1.mistakes.properties import PROPERTIES


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [[*header]]
    lines += [["---"] * len(lines[0])]
    # What is in backticks may have a bar as it is.
    bars = re.compile(r"(`[^`]*`)|\|")
    lines += [
        [bars.sub(lambda m: m[1] or "&#124;", cell.replace("\n", " ")) for cell in row]
        for row in rows
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


#: the page of each match, where it is not called as the match is
METRIC_PAGES = {
    "surface": "text",
    "set": "text",
    "fair-weighted": "fair",
    "overlap:any": "overlap",
    "dice": "overlap",
    "gold": "overlap",
    "left": "edges",
    "right": "edges",
    "within": "edges",
    "token": "units",
    "character": "units",
}


# What stands for the argument of a match that has one.
_ARGUMENTS = {"T": "0.5", "K": "1"}


def metric_page(match: str) -> str:
    """Return the name of the page of a match."""
    return METRIC_PAGES.get(match, match)


def matches(*files: str) -> str:
    """Return a table of all matches, with links to their pages, and the F1 of files by each."""
    said = {"exact": MATCHES["exact"], MODES: "the four modes of SemEval-2013, side by side"}
    said |= {name: rule.says for name, rule in RULES.items() if name not in said}
    said |= MATCHES
    rows = []
    for name, says in said.items():
        argument = RULES[name].argument if name in RULES else ""
        written = f"{name}:{argument}" if argument else name
        match = f"{name}:{_ARGUMENTS[argument]}" if argument else name
        figures = [_f1(file, match) for file in files]
        rows.append((f"[`{written}`]({metric_page(name)}.md)", says, *figures))
    return _table(["`--match`", "what counts as right, and what it earns", *files], rows)


def _f1(file: str, match: str) -> str:
    """Return the F1 of a file by a match, if its spans have what that counts."""
    try:
        return f"{100 * spanf1.score_file(file, match=match).micro.f1:.2f}"
    except spanf1.UsageError:
        return "-"


def schemes() -> str:
    """Return a table of the tagging schemes."""
    rows = [
        (name, ", ".join(known.other_names), *map(" ".join, (known.prefixes, known.writes)))
        for name, known in SCHEMES.items()
    ]
    written = "written for a span of one token; the first, an inner and the last of several"
    return _table(["scheme", "also called", "prefixes", written], rows)


def readings() -> str:
    """Return a table of the readings of ill-formed spans."""
    return _table(["`--reading`", "what it does"], [(f"`{k}`", v) for k, v in READINGS.items()])


def normalizations() -> str:
    """Return a table of what may make no difference between texts."""
    rows = [(f"`{name}`", says) for name, says in NORMALIZATIONS.items()]
    return _table(["`--normalize`", "what makes no difference"], rows)


def properties() -> str:
    """Return a table of the properties that spans are sliced by."""
    rows = [
        (
            f"`{name}`",
            known.text,
            ", ".join(known.names or _bins(known.bins)),
            "yes" * known.trains,
        )
        for name, known in PROPERTIES.items()
    ]
    return _table(["`--by`", "slices by", "slices, of tokens", "needs `--train`"], rows)


def _bins(least: tuple[int, ...]) -> list[str]:
    """Return the names of the slices of numbers."""
    ends = [end - 1 for end in least[1:]]
    named = [str(a) if a == b else f"{a}-{b}" for a, b in zip(least, ends, strict=False)]
    return [*named, f"{least[-1]}+"]


def formats() -> str:
    """Return a table of what each format can hold."""
    columns = ("text", "tokens", "nested", "discontinuous")
    rows = [
        (
            f"`{name}`",
            known.title,
            *("yes" if column in known.carries else "" for column in columns),
            "yes" if known.written else "",
            f"`{known.extra}`" * bool(known.extra),
        )
        for name, known in FORMATS.items()
    ]
    return _table(["format", "what it is", *columns, "written", "extra"], rows)


def commands() -> str:
    """Return a table of the commands."""
    rows = [(f"[`{name}`](commands/{name}.md)", says) for name, says in COMMANDS.items()]
    return _table(["command", "what it does"], rows)


def command_sections() -> list[dict[str, list[str]]]:
    """Return the pages of the commands by what they are for, as the navigation has them."""
    return [
        {title: [f"reference/commands/{name}.md" for name in names]}
        for title, names in SECTIONS.items()
    ]


def command_pages() -> dict[str, str]:
    """Return the pages of the commands, made of their help, by path."""
    context = click.Context(main, info_name="spanf1")
    pages = {}
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        pages[f"reference/commands/{name}.md"] = _command(command, context, name, "#")
    return pages


def _command(command: click.Command, parent: click.Context, name: str, heading: str) -> str:
    context = click.Context(command, parent, info_name=name)
    parts = [f"{heading} {context.command_path}", *_help(inspect.cleandoc(command.help or ""))]
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    parts.insert(2, f"```sh\n{usage}\n```")
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            assert found is not None
            parts.append(_command(found, context, inner, heading + "#"))
        return "\n\n".join(parts)
    options = [param for param in command.get_params(context) if isinstance(param, click.Option)]
    records = {
        max(option.opts, key=len): record
        for option in options
        if (record := option.get_help_record(context)) is not None
    }
    for title, members in sections(name, list(records)).items():
        rows = [f"`{option}`\n:   {_escaped(says)}" for option, says in map(records.get, members)]
        parts += [f"{heading}# {title}", *rows] if rows else []
    return "\n\n".join(parts)


def _help(text: str) -> list[str]:
    r"""Return the paragraphs of a help text; those that begin with ``\b`` keep their lines."""
    parts = []
    for paragraph in re.split(r"\n\s*\n", text.partition("\f")[0].strip()):
        if not paragraph.startswith("\b"):
            parts.append(_escaped(" ".join(paragraph.split())))
            continue
        lines = paragraph.removeprefix("\b").strip("\n").splitlines()
        language = "text"
        if lines[0].endswith(":"):
            title = lines.pop(0)
            language = "sh" if title.startswith("Example") else "text"
            parts.append(f"**{title}**")
        body = textwrap.dedent("\n".join(lines))
        parts += [f"```{language}\n{body}\n```"] * bool(lines)
    return parts


def _escaped(text: str) -> str:
    """Return text of the command line as Markdown that shows it as it is, its options as code."""
    text = re.sub(r"(`[^`]*`)|(?<![\w-])(--[a-z][\w-]*)", lambda m: m[1] or f"`{m[2]}`", text)
    return re.sub(r"(`[^`]*`)|([*_<\[\]])", lambda m: m[1] or f"\\{m[2]}", text)


def _public_names() -> dict[str, list[str]]:
    """Return the public names by kind, as their pages are called."""
    pages: dict[str, list[str]] = {"functions": [], "classes": [], "exceptions": []}
    for name in sorted(spanf1.__all__):
        value = getattr(spanf1, name)
        if isinstance(value, type):
            pages["exceptions" if issubclass(value, Exception) else "classes"].append(name)
        elif callable(value):
            pages["functions"].append(name)
    return pages


def names() -> str:
    """Return a table of the public names, each with what it is."""
    rows = []
    for page, members in _public_names().items():
        for name in members:
            says = (inspect.getdoc(getattr(spanf1, name)) or "").partition("\n\n")[0]
            rows.append((f"[`{name}`]({page}.md#spanf1.{name})", says.replace("``", "`")))
    return _table(["name", "what it is"], rows)


def python_pages() -> dict[str, str]:
    """Return the pages of the public names, by path."""
    return {
        f"reference/python/{page}.md": "\n\n".join(
            [f"# {page.capitalize()}", *(f"::: spanf1.{name}" for name in members)]
        )
        for page, members in _public_names().items()
    }
