"""Scheme names: looked up in one place, which knows that `none` is no scheme of tags."""

from __future__ import annotations

import pytest

import spanf1
from spanf1.core.options import tag_scheme
from spanf1.core.schemes import SCHEME_NAMES
from spanf1.exceptions import UsageError
from tests.helpers.commands import write

TAGS = ["B-A", "I-A", "O"]
NO_SCHEME = "'none' is no scheme of tags"

COMMANDS = {
    "score": (["--scheme"], ["--gold-scheme"], ["--pred-scheme"]),
    "describe": (["--scheme"],),
    "validate": (["--scheme"],),
    "repair": (["--scheme"],),
    "convert": (["--to", "IOB2", "--from"], ["--to"]),
    "schemes": (["--scheme"],),
    "compare": (["f", "g", "--scheme"],),
    "baseline": (["--train", "g", "--scheme"],),
}


@pytest.mark.parametrize(
    ("command", "args"), [(name, args) for name, all_args in COMMANDS.items() for args in all_args]
)
def test_no_command_takes_none_for_tags(run, command, args):
    write("f", "a B-A B-A\nb I-A O\n")
    write("g", "a B-A B-A\nb I-A O\n")
    ran = run(command, "f", *args, "none")
    assert ran.code == 2
    assert ran.out == ""
    assert len(ran.err.splitlines()) <= 2
    assert "none" in ran.err or "have a scheme" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "call",
    [
        lambda: spanf1.decode(TAGS, scheme="none", reading="strict"),
        lambda: spanf1.encode([(0, 1, "A")], 2, scheme="none"),
        lambda: spanf1.validate(TAGS, scheme="none"),
        lambda: spanf1.repair(TAGS, scheme="none"),
        lambda: spanf1.convert(TAGS, "none"),
        lambda: spanf1.convert(TAGS, "IOB2", scheme="none"),
        lambda: spanf1.validate_file("f", scheme="none"),
        lambda: spanf1.describe("f", scheme="none"),
        lambda: spanf1.convert_file("f", "g", "columns", scheme="none"),
        lambda: spanf1.score_file("f", "f", scheme="none"),
        lambda: spanf1.evaluate([TAGS], [TAGS], scheme="none"),
    ],
)
@pytest.mark.usefixtures("run")
def test_no_function_takes_none_for_tags(call):
    write("f", "a B-A\nb I-A\n")
    with pytest.raises((UsageError, TypeError)) as raised:
        call()
    assert "none" in str(raised.value) or "have a scheme" in str(raised.value)


def test_names():
    assert tag_scheme("auto") == "auto"
    assert {tag_scheme(name) for name in SCHEME_NAMES} == {*SCHEME_NAMES.values()}
    with pytest.raises(UsageError, match=NO_SCHEME):
        tag_scheme("none")
