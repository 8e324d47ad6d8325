"""The blocks of pages: each is run, and one that fails says where it is."""

from __future__ import annotations

import pytest

from tests.helpers.docs import hook
from tests.helpers.shared_data import ROOT

blocks = hook("blocks")


def built(*lines: str, **names: object) -> list[str]:
    return blocks.render("\n".join(lines), "page.md", names).splitlines()


def test_a_command_is_shown_with_what_it_prints() -> None:
    lines = ["```console", "$ echo a; echo b >&2", "$ echo \\", "    c", "```"]
    shown = ["```console", "$ echo a; echo b >&2", "a", "b", "$ echo \\", "    c", "c", "```"]
    assert built(*lines) == shown


def test_the_command_is_that_of_the_project() -> None:
    lines = built("```console", "$ spanf1 --version", "```")
    version = (ROOT / "spanf1/_version.py").read_text(encoding="utf-8").split('"')[-2]
    assert lines[2] == f"spanf1 {version}"


def test_python_shows_what_is_printed_and_the_last_value() -> None:
    lines = [
        "```python",
        "x = 2",
        "print(x)",
        "x + 1",
        "```",
        "",
        "It is {{ x * 21 }}, not `{{ x }}`.",
    ]
    assert built(*lines)[6:] == [
        "```{ .text .output }",
        "2",
        "3",
        "```",
        "",
        "It is 42, not `{{ x }}`.",
    ]


def test_a_block_of_a_list_keeps_its_place() -> None:
    lines = built("- a list", "", "    ```python", "    print(1)", "    ```")
    assert lines[2:] == [
        *("    ```python", "    print(1)", "    ```", ""),
        *("    ```{ .text .output }", "    1", "    ```"),
    ]


def test_what_a_block_may_say() -> None:
    assert built("```console lines=1", "$ seq 3", "```") == [
        "```console",
        "$ seq 3",
        "1",
        "…",
        "```",
    ]
    assert built("```console exit=3", "$ exit 3", "```") == ["```console", "$ exit 3", "```"]
    assert built("```python hidden", "x = 1", "```", "{{ x }}") == ["", "1"]
    lines = ["```python needs=no_such_library", "import no_such_library", "```"]
    assert built(*lines) == ["```python", "import no_such_library", "```"]
    assert built("```sh", "false {{ x }}", "```") == ["```sh", "false {{ x }}", "```"]
    assert built("```formula", "F = 1", "```") == ["```{ .text .formula }", "F = 1", "```"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["```console", "$ false", "```"], "exit code 1 of: false"),
        (["```console", "$ false", "$ true", "```"], "exit code 1 of: false"),
        (["```console exit=3", "$ exit 2", "```"], "exit code 2 of: exit 2"),
        (
            ["```console", "output", "```"],
            "a line of a console block does not begin with ",
        ),
        (["```python", "1 / 0", "```"], r"1 / 0\n[\s\S]*ZeroDivisionError"),
        (["{{ no_such_name }}"], r"no_such_name\n[\s\S]*NameError"),
    ],
)
def test_what_fails_says_where(lines, message) -> None:
    with pytest.raises(blocks.BlockError, match=rf"^page\.md:3: {message}"):
        built("# Title", "", *lines)


def test_files_go_nowhere() -> None:
    built("```console", "$ echo x > new-file", "$ test -f corpora/sample/english.conll", "```")
    assert not (ROOT / "new-file").exists()


def test_the_systems_of_the_pages() -> None:
    rows = built("```console", "$ paste old.conll new.conll | grep -A1 'the.B-ORG'", "```")
    assert rows[2:4] == ["the\tB-ORG\tthe\tO", "European\tI-ORG\tEuropean\tB-ORG"]
