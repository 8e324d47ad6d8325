"""A page: what is in its data, and that nothing in it can be taken for HTML."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import sys
from html.parser import HTMLParser
from itertools import accumulate

import pytest

import spanf1
from spanf1.formats.registry import FORMATS
from tests.helpers import every_format

HOSTILE = '</script><img src=x onerror="alert(1)">'
KINDS = ["correct", "type", "boundary", "type and boundary", "missed", "spurious"]


def data_of(page):
    return json.loads(
        re.search(r'<script type="application/json" id="data">(.*?)</script>', page)[1]
    )


class Elements(HTMLParser):
    """Keeps the elements of a page, and what is in those of scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.content = [], {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, content):
        if self.cdata_elem:
            self.content[self.cdata_elem] = content


def spans_of(columns, sentences):
    """Yield spans as tuples of their sentence, type, and parts."""
    rows = zip(sentences, columns["start"], columns["length"], columns["type"], strict=True)
    for index, (sentence, start, length, kind) in enumerate(rows):
        flat = columns["parts"].get(str(index), [start, start + length])
        yield sentence, kind, [*zip(flat[::2], flat[1::2], strict=True)]


def entries_of(data, number=0):
    """Return the kind and both spans of each row of a system, as the script of a page does."""
    system = data["systems"][number]
    owners = [s for s, count in enumerate(data["gold"]["count"]) for _ in range(count)]
    gold = [*spans_of(data["gold"], owners)]
    wrong = spans_of(system["wrong"], accumulate(system["wrong"]["sentence"]))
    order = iter(system["order"] or range(len(gold)))
    found = []
    for digit in system["kind"]:
        kind = KINDS[int(digit)]
        left = None if kind == "spurious" else gold[next(order)]
        right = None if kind == "missed" else left if kind == "correct" else next(wrong)
        found.append((kind, left, right))
    return found


def as_told(analysis, types):
    """Return the same of the entries of an analysis, whose spans have one part."""
    told = []
    for entry in analysis.entries(kind="all"):
        sides = [
            span and (entry.place.sentence - 1, types.index(span.type), [(span.start, span.end)])
            for span in (entry.gold, entry.predicted)
        ]
        told.append((entry.kind, *sides))
    return told


def random_tags(rng, lengths):
    return [
        [rng.choice(["O", "O", "B-PER", "I-PER", "B-LOC", "I-LOC"]) for _ in range(length)]
        for length in lengths
    ]


@pytest.mark.parametrize("seed", range(5))
def test_the_columns_are_the_ledger_of_tags(seed) -> None:
    rng = random.Random(seed)
    lengths = [rng.randrange(1, 9) for _ in range(20)]
    gold, predicted = random_tags(rng, lengths), random_tags(rng, lengths)
    words = [[f"w{n}" for n in range(length)] for length in lengths]
    analysis = spanf1.analyze(gold, predicted, tokens=words)
    data = data_of(analysis.to_html())
    assert data["texts"] == [" ".join(sentence) for sentence in words]
    assert entries_of(data) == as_told(analysis, data["types"])


@pytest.mark.parametrize("seed", range(5))
def test_the_columns_are_the_ledger_of_texts(seed) -> None:
    rng = random.Random(seed)

    def record(number):
        spans = []
        for _ in range(rng.randrange(6)):
            start = rng.randrange(15)
            end = start + rng.randrange(1, 6)
            spans.append({"start": start, "end": end, "label": rng.choice("ABC")})
        return {"id": number, "text": "abcdefghij klmnopqrst", "spans": spans}

    gold, predicted = ([record(number) for number in range(8)] for _ in range(2))
    analysis = spanf1.analyze(gold, predicted)
    data = data_of(analysis.to_html())
    assert data["by_token"] == [0]
    assert entries_of(data) == as_told(analysis, data["types"])


def test_discontinuous_spans_have_their_parts(tmp_path) -> None:
    text = "left and right lung"
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "a.txt").write_text(text)
    (tmp_path / "gold" / "a.ann").write_text(
        "T1\tORGAN 0 4;15 19\tleft lung\nT2\tORGAN 9 19\tright lung\n"
    )
    (tmp_path / "pred").mkdir()
    (tmp_path / "pred" / "a.txt").write_text(text)
    (tmp_path / "pred" / "a.ann").write_text("T1\tORGAN 0 4;15 19\tleft lung\n")
    data = data_of(spanf1.analyze(tmp_path / "gold", tmp_path / "pred").to_html())
    assert data["gold"]["parts"] == {"0": [0, 4, 15, 19]}
    assert entries_of(data) == [
        ("correct", *[(0, 0, [(0, 4), (15, 19)])] * 2),
        ("missed", (0, 0, [(9, 19)]), None),
    ]


def test_predictions_lie_in_the_text_of_gold_where_white_space_differs(tmp_path) -> None:
    gold = {"id": 1, "tokens": ["Ada", "Lovelace", ",", "mother"], "tags": ["O"] * 4}
    span = {"start": 4, "end": 13, "label": "PER"}
    predicted = {"id": 1, "text": "Ada Lovelace, mother", "spans": [span]}
    for name, record in (("gold", gold), ("pred", predicted)):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(record))
    page = spanf1.analyze(tmp_path / "gold.jsonl", tmp_path / "pred.jsonl").to_html()
    data = data_of(page)
    assert data["texts"] == ["Ada Lovelace , mother"]
    assert entries_of(data) == [("spurious", None, (0, 0, [(4, 14)]))]


def test_predictions_of_other_tokens_lie_at_the_tokens_of_gold(tmp_path) -> None:
    sides = {"gold": "Mc B-PER\nDonald I-PER\nleft O\n", "pred": "McDonald B-PER\nleft B-LOC\n"}
    for name, content in sides.items():
        (tmp_path / f"{name}.conll").write_text(content)
    page = spanf1.analyze(tmp_path / "gold.conll", tmp_path / "pred.conll").to_html()
    data, right = data_of(page), (0, 1, [(0, 2)])
    assert data["texts"] == ["Mc Donald left"]
    extra = ("spurious", None, (0, 0, [(2, 3)]))
    assert entries_of(data) == [("correct", right, right), extra]


def test_tokens_with_spaces_are_placed_by_characters() -> None:
    words = [["New York", "sleeps"], ["Rome", "too"]]
    tags = [["B-LOC", "O"], ["B-LOC", "O"]]
    data = data_of(spanf1.analyze(tags, tags, tokens=words).to_html())
    assert data["by_token"] == [0, 1]
    assert [span for _, span, _ in entries_of(data)] == [(0, 0, [(0, 8)]), (1, 0, [(0, 1)])]


def test_dots_stand_for_tokens_that_are_not_known() -> None:
    data = data_of(spanf1.analyze([["B-LOC", "O"]], [["O", "O"]]).to_html())
    assert (data["texts"], data["known"]) == (["· ·"], False)


def test_figures_are_those_of_the_score() -> None:
    gold, predicted = [["B-PER", "O"]] * 30, [["B-PER", "O"], ["O", "O"]] * 15
    analysis = spanf1.analyze(gold, predicted, confidence=0.95)
    (system,) = data_of(analysis.to_html())["systems"]
    micro = next(row for row in system["figures"] if row[0] == "micro")
    assert micro[:8] == ["micro", "micro", 1, 0.5, pytest.approx(2 / 3), 30, 15, 15]
    ends = analysis.result.certainty.averages["micro"].fbeta
    assert micro[12:] == [pytest.approx(ends.low), pytest.approx(ends.high)]
    assert system["signature"] == str(analysis.result.signature())
    assert system["advice"] == [one.text for one in analysis.result.advice()]
    assert system["advice"][0].startswith("Micro F1 is 66.67, which is moderate")


def test_what_is_in_the_data_is_no_html() -> None:
    words = [[HOSTILE, "<!--", "\u2028", "&amp;", "\udc80"]]
    gold = [[f"B-{HOSTILE}", "O", "O", "O", "O"]]
    page = spanf1.analyze(gold, [["O"] * 5], tokens=words).to_html(HOSTILE)
    elements = Elements(page)
    assert [tag for tag, _ in elements.tags].count("script") == 2
    assert not {tag for tag, _ in elements.tags} & {"img", "link", "iframe", "object"}
    assert "\u2028" not in page
    assert page.encode()
    data = data_of(page)
    assert data["texts"] == [" ".join(words[0])]
    assert data["types"] == [HOSTILE]
    assert data["title"] == HOSTILE


def test_nothing_but_the_script_and_the_style_of_the_page_is_allowed() -> None:
    page = spanf1.analyze([["B-PER"]], [["O"]], tokens=[["Ada"]]).to_html()
    elements = Elements(page)
    policy = next(a["content"] for _, a in elements.tags if a.get("http-equiv"))
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for tag, name in (("script", "script-src"), ("style", "style-src")):
        digest = base64.b64encode(hashlib.sha256(elements.content[tag].encode()).digest())
        assert rules[name] == f"'sha256-{digest.decode()}'"
    for _, attributes in elements.tags:
        assert not {"src", "style"} & attributes.keys()
        assert not [name for name in attributes if name.startswith("on")]
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")


def test_the_page_is_small_beside_its_data() -> None:
    page = spanf1.analyze([["B-PER"]], [["O"]], tokens=[["Ada"]]).to_html()
    assert len(page) < 64_000


def test_a_missing_jinja2_is_named_with_its_extra(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(spanf1.UsageError, match="jinja2") as raised:
        spanf1.analyze([["B-PER"]], [["O"]], tokens=[["Ada"]]).to_html()
    assert raised.value.hint == "pip install 'spanf1[report]'"


def spelt(data, span):
    """Return what a span says, as the script of a page does."""
    sentence, _, parts = span
    text = data["texts"][sentence]
    if text is None:
        return None
    by_token = sum(place <= sentence for place in data["by_token"]) % 2 == 0
    units, glue = (text.split(" "), " ") if by_token else (text, "")
    return " ".join(glue.join(units[start:end]) for start, end in parts)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "entities"])
@pytest.mark.parametrize("other", ["columns", "prodigy", ""])
def test_every_format(name, other, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    gold = every_format.made(name, every_format.GOLD)
    predicted = every_format.made(other or name, every_format.PREDICTED)
    analysis = spanf1.analyze(gold, predicted, input_format=f"{name},{other or name}")
    data = data_of(analysis.to_html())
    rows = [
        (kind, left and spelt(data, left), right and spelt(data, right))
        for kind, left, right in entries_of(data)
    ]
    told = [
        (entry.kind, entry.gold and entry.gold.text, entry.predicted and entry.predicted.text)
        for entry in analysis.entries(kind="all")
    ]
    if None in data["texts"]:
        # What a pipeline returns has no text: each span says what it does.
        assert [row[0] for row in rows] == [entry[0] for entry in told]
        assert {*data["gold"]["said"].values()} == {text for _, text, _ in told if text}
    else:
        assert rows == told
