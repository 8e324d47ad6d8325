"""An input of one side is never scored against itself, whatever its format."""

from __future__ import annotations

import json

import pytest

import spanf1
from spanf1.core.options import Options
from spanf1.exceptions import SpanF1Error
from spanf1.formats.registry import FORMATS
from tests.helpers.commands import write
from tests.helpers.every_format import COUNTS, GOLD, PREDICTED, counts, made

ENTITY = {"entity_group": "PER", "word": "Ada", "start": 0, "end": 3}
BOTH = {"text": "Ada x", "gold": [ENTITY], "predicted": []}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format(run, name: str) -> None:
    one, other = made(name, GOLD), made(name, PREDICTED)
    match = "text" if name == "entities" else "exact"
    for args in (
        ["score", one],
        ["score", one, "--input-format", name],
        ["compare", "--merged", one, f"a={other}"],
    ):
        ran = run(*args, "--match", match)
        assert (ran.code in (2, 3), ran.out) == (True, ""), args
        assert "GOLD PRED" in ran.err, ran.err
    with pytest.raises(SpanF1Error, match="GOLD PRED"):
        spanf1.score_file(one, match=match)
    with pytest.raises(SpanF1Error, match="GOLD PRED"):
        spanf1.compare(None, {"a": one, "b": other}, options=Options(match=match))
    # What the hint says does work.
    columns = ["--tag-column", "2"] if name == "columns" else []
    ran = run("score", one, other, *columns, "--match", match, "-f", "json", "-q")
    assert (ran.code, counts(ran.out)) == (0, COUNTS)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (json.dumps([[ENTITY], []]), 1),
        (json.dumps([ENTITY]), 0),
        ("[[], []]", 1),
        ("[]\n[]", 1),
        (json.dumps([[{"text": "Ada", "type": "PER"}], []]), 1),
        ('[["Ada", "PER"]]', 0),
        ('["Ada", "PER"]\n["Bob", "PER"]', 0),
        (f"{json.dumps(BOTH)}\n{json.dumps([ENTITY])}", 2),
        ("\n".join([json.dumps(BOTH)] * 100 + ["[]"]), 101),
    ],
)
@pytest.mark.parametrize("match", ["exact", "text"])
def test_a_list_without_keys(run, content: str, line: int, match: str) -> None:
    write("one", content)
    place = f"one:{line}" if line else "one"
    wrong = f"error: {place}: a list without keys holds one side\n"
    wrong += "hint: give two: spanf1 score GOLD PRED\n"
    assert run("score", "one", "--match", match) == (2, "", wrong)
    assert run("compare", "--merged", "one", "a=one", "--match", match) == (2, "", wrong)


def test_one_key_for_both(run) -> None:
    write("one", '{"text": "Ada", "spans": [{"start": 0, "end": 3, "label": "PER"}]}')
    ran = run("score", "one", "--gold-key", "spans", "--pred-key", "spans")
    assert ran.err.startswith("error: one: gold and predicted spans cannot both be at 'spans'")
    write("one", '{"text": "Ada", "predicted": [{"start": 0, "end": 3, "label": "PER"}]}')
    ran = run("score", "one")
    assert (ran.code, "if it has one side, give two: spanf1 score GOLD PRED" in ran.err) == (
        3,
        True,
    )
