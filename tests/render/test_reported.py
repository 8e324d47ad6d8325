"""What has a report: it prints, shows itself in notebooks, and goes to frames and files."""

from __future__ import annotations

import csv
import json
import re
import sys

import pytest

import spanf1
from spanf1.exceptions import UsageError
from spanf1.render.renderers import RENDERERS
from spanf1.render.report import Report, Section
from spanf1.render.reported import Reported
from tests.helpers.pages import Seen

EVIL = "</td></table><script>alert('&\"')</script><img src=x onerror=alert(1)>"
GOLD = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-ORG"]]
PREDICTED = [["B-PER", "I-PER", "O", "O"], ["O", "B-LOC"]]


def report_of(about: object) -> Report:
    sections = [Section("", "", ["", "P"], [["PER", "50"], ["all", "50"]], totals=1)]
    rows = [["name", "p", "count", "said"], ["PER", 0.5, "", ""], ["all", "", 3, "x"]]
    return Report(
        about, lambda *_: sections, lambda _: rows, lambda _: {"p": 0.5}, caption=lambda _: "it <b>"
    )


class Thing(Reported):
    _reporter = __name__, "report_of"


def test_every_rendering_is_that_of_the_report() -> None:
    thing = Thing()
    assert str(thing) == RENDERERS["table"](report_of(thing))
    assert thing.to_markdown() == RENDERERS["markdown"](report_of(thing))
    assert thing.to_latex() == RENDERERS["latex"](report_of(thing))
    assert thing.to_csv() == "name,p,count,said\nPER,0.5,,\nall,,3,x\n"
    assert thing.to_csv(digits=2) == "name,p,count,said\nPER,0.50,,\nall,,3,x\n"
    assert json.loads(thing.to_json()) == {"p": 0.5}
    assert thing._repr_html_() == thing.to_html() == RENDERERS["html"](report_of(thing))


def test_html_is_a_table_with_a_caption() -> None:
    assert Thing().to_html() == (
        "<table>\n"
        "<caption>it &lt;b&gt;</caption>\n"
        '<thead><tr><th scope="col"></th><th scope="col">P</th></tr></thead>\n'
        '<tbody style="text-align: right">\n'
        '<tr><th scope="row" style="text-align: left">PER</th><td>50</td></tr>\n'
        "</tbody>\n"
        '<tbody style="text-align: right">\n'
        '<tr><th scope="row" style="text-align: left">all</th><td>50</td></tr>\n'
        "</tbody>\n"
        "</table>\n"
    )
    assert "caption" not in RENDERERS["html"](report_of(None), brief=True)


def test_html_of_nothing_is_nothing() -> None:
    assert RENDERERS["html"](Report(None, lambda *_: [])) == ""


def test_nothing_in_html_is_more_than_text() -> None:
    section = Section(EVIL, EVIL, ["", EVIL], [[EVIL, EVIL]], after=[EVIL], words=True)
    seen = Seen(RENDERERS["html"](Report(None, lambda *_: [section])))
    assert not seen.open
    assert {*seen.tags} == {"table", "caption", "br", "thead", "tbody", "tr", "th", "td", "p"}
    assert seen.text.count(EVIL) == 6


@pytest.mark.parametrize("level", ["span", "token", "sentence"])
def test_results_of_every_level(level) -> None:
    result = spanf1.evaluate(GOLD, PREDICTED, level=level)
    seen = Seen(result._repr_html_())
    assert "caption" in seen.tags
    assert {"script", "img"}.isdisjoint(seen.tags)
    first = next(csv.reader(result.to_csv().splitlines()))
    assert first[:2] == ["row", "name"]
    assert json.loads(result.to_json()) == json.loads(json.dumps(result.to_dict()))
    assert "0.0 |" in result.to_markdown(digits=1)
    assert r"\toprule" in result.to_latex()


def test_the_types_of_an_input_are_text_in_html() -> None:
    tags = [["B-<script>alert(1)</script>"]]
    seen = Seen(spanf1.evaluate(tags, tags)._repr_html_())
    assert "script" not in seen.tags
    assert "<script>alert(1)</script>" in seen.text


def test_the_caption_of_a_result_is_its_signature() -> None:
    result = spanf1.evaluate(GOLD, PREDICTED)
    caption = re.search("<caption>(.*)</caption>", result.to_html())
    assert caption
    assert caption[1] == str(result.signature())


def test_a_frame_without_pandas_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match="a frame needs pandas") as caught:
        Thing().to_frame()
    assert caught.value.hint == "pip install 'spanf1[pandas]'"
