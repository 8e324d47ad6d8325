"""A prefix that the scheme does not have makes its span ill-formed, wherever it is asked."""

from __future__ import annotations

import json

import pytest

import spanf1
from tests.helpers.commands import write

# The scheme, tags of which the inner one is foreign to it, and what that is called.
CASES = [
    ("IOBES", "B-A M-A E-A", "M"),
    ("IOB2", "B-A M-A I-A", "M"),
    ("BILOU", "B-A I-A M-A L-A", "M"),
    ("BMES", "B-A I-A E-A", "I"),
    ("BMEWO", "B-A M-A I-A E-A", "I"),
]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}: {case[1]}")
def case(request):
    return request.param


def test_commands(case, run):
    scheme, tags, letter = case
    write("f", "".join(f"w {tag} {tag}\n" for tag in tags.split()))
    asked = "f", "--scheme", scheme
    found = run("validate", *asked)
    assert (found.code, f"{scheme} has no prefix {letter}" in found.out) == (1, True)
    refused = run("score", *asked, "--reading", "error")
    assert (refused.code, refused.out) == (3, "")
    assert f"ill-formed in {scheme} ({letter} within a span)" in refused.err
    strict = json.loads(run("score", *asked, "--reading", "strict", "-f", "json").out)
    assert (strict["micro"]["gold"], strict["ill_formed"]["gold"]["spans"]) == (0, 1)
    lenient = run("score", *asked)
    assert f"gold 1 of 1 ({letter} within a span 1; first at f:1)" in lenient.out
    compared = run("compare", "--merged", "other=f", *asked, "--reading", "error")
    assert compared.code == 3


def test_python(case):
    scheme, text, letter = case
    tags = text.split()
    assert spanf1.decode(tags, scheme=scheme, reading="strict") == []
    assert len(spanf1.decode(tags, scheme=scheme)) == 1
    with pytest.raises(spanf1.IllFormedError, match=f"{letter} within a span"):
        spanf1.evaluate([tags], [tags], scheme=scheme, reading="error")
    # as few tokens, and as many as are counted by arrays
    for count in 1, 2000:
        result = spanf1.evaluate([tags] * count, [tags] * count, scheme=scheme, reading="strict")
        assert (result.micro.gold, result.ill_formed[1].spans) == (0, count)
        again = spanf1.Result.from_dict(json.loads(json.dumps(result.to_dict())))
        assert again.ill_formed == result.ill_formed
    assert spanf1.repair(tags, method="discard", scheme=scheme) == ["O"] * len(tags)


def test_results_of_before_are_read():
    """Their shapes had no inner prefixes."""
    data = spanf1.evaluate([["B-A", "I-A", "E-A"]], [["O"] * 3]).to_dict()
    text = json.dumps(data)
    assert '"OB EOI"' in text
    before = spanf1.Result.from_dict(json.loads(text.replace('"OB EOI"', '"OB EO"')))
    assert before.micro.gold == 1
    assert before.ill_formed[0].spans == 0
