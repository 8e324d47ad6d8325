"""Pages in a browser: what is shown, chosen, linked, exported; keys; and that nothing is loaded."""

from __future__ import annotations

import json
import os
import shutil
from importlib.resources import files

import pytest

pytest.importorskip("playwright")
pytest.importorskip("axe_playwright_python")

from playwright.sync_api import expect, sync_playwright

import spanf1
from spanf1.cli import main

pytestmark = pytest.mark.filterwarnings("ignore")

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
HOSTILE = "</script><img/src=x/onerror=alert(1)>"
QUOTED = "\"Q'<b>"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}

# Of one system, in columns: an error of each kind.
ONE = [
    ("Ada", "B-PER", "B-PER"),
    ("Lovelace", "I-PER", "I-PER"),
    ("met", "O", "B-LOC"),
    ("Leeds", "B-ORG", "B-LOC"),
    (HOSTILE, f"B-{QUOTED}", "O"),
    ("",),
    ("Norwich", "B-ORG", "B-ORG"),
    ("City", "I-ORG", "O"),
    ("and", "O", "O"),
    ("York", "B-LOC", "B-PER"),
    ("too", "O", "I-PER"),
]
# Nested and discontinuous spans, in four scripts.
TEXTS = {
    "University of California, Berkeley": [(0, 34, "ORG"), (14, 24, "LOC"), (26, 34, "LOC")],
    "زار محمد علي مدينة New York Times": [(4, 12, "PER"), (19, 33, "ORG")],
    "安倍晋三は東京大学で会談した。": [(0, 4, "PERSON"), (5, 9, "ORGANIZATION"), (5, 7, "LOC")],
    "so 😀 Paris": [(5, 10, "LOC")],
}


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        message = "no chromium is found: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Open a page, which is to say nothing on the console, and to ask for nothing."""
    said, contexts = [], []

    def opened(html, fragment="", **settings):
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        contexts.append(browser.new_context(**settings))
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("request", lambda it: it.url.startswith(("file:", "blob:")) or said.append(it.url))
        page.goto(path.as_uri() + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    path = tmp_path_factory.mktemp("one") / "one.conll"
    path.write_text("".join("\t".join(row) + "\n" for row in ONE))
    return spanf1.analyze(path, confidence=0.95)


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    for side in ("gold", "pred"):
        (folder / side).mkdir()
        for number, (text, spans) in enumerate(TEXTS.items()):
            # The predictions have no nested spans, and one of two parts.
            some = spans[:1] if side == "pred" else spans
            lines = [f"T{k}\t{name} {a} {b}\t{text[a:b]}" for k, (a, b, name) in enumerate(some, 1)]
            if not number:
                lines.append(f"T9\tORG 0 10;26 34\t{text[:10]} {text[26:]}")
            (folder / side / f"{number}.txt").write_text(text)
            (folder / side / f"{number}.ann").write_text("\n".join(lines) + "\n")
    return spanf1.analyze(folder / "gold", folder / "pred")


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """A page of three systems: old has one of three spans, new two others, none nothing."""
    folder = tmp_path_factory.mktemp("several")
    words = ["Ada", "left", "Rome", "for", "Paris", "."]
    tags = {
        "gold": ["B-PER", "O", "B-LOC", "O", "B-LOC", "O"],
        "old": ["B-PER", "O", "B-ORG", "O", "O", "B-PER"],
        "new": ["O", "B-LOC", "B-LOC", "O", "B-LOC", "O"],
        "none": ["O"] * 6,
    }
    for name, column in tags.items():
        rows = "".join(f"{word} {tag}\n" for word, tag in zip(words, column, strict=True))
        (folder / name).write_text(f"{rows}\n" * 12)
    path = folder / "page.html"
    systems = [str(folder / name) for name in tags]
    with pytest.raises(SystemExit):
        main(["report", *systems, "-o", str(path), "-q"], prog_name="spanf1")
    return path.read_text(encoding="utf-8")


def found(page):
    return page.locator("#found").inner_text()


def chosen(page):
    return page.locator(".entry[aria-current]").inner_text()


class TestErrors:
    def test_each_is_in_its_sentence(self, opened, one) -> None:
        page = opened(one.to_html(), "#errors")
        assert found(page) == "5 errors in 2 sentences"
        said = page.locator(".entry").all_inner_texts()
        assert said == [
            "S spurious: LOC met",
            "T type: ORG → LOC Leeds",
            f"M missed: {QUOTED} {HOSTILE}",
            "B boundary (short): ORG Norwich City / Norwich",
            "X type and boundary (long): LOC → PER York / York too",
        ]
        assert page.locator("img").count() == 0
        sentence = page.locator("p.text").first
        expect(sentence).to_contain_text(HOSTILE)
        assert sentence.locator(".lane.up .label").all_inner_texts() == [
            "✓ PER",
            "T ORG",
            f"M {QUOTED}",
        ]

    def test_gold_is_above_the_words_and_the_prediction_below(self, opened, one) -> None:
        page = opened(one.to_html(), "#errors?kind=type")
        leeds = page.locator(".seg", has_text="Leeds")
        up, down = (leeds.locator(f".lane.{side}").bounding_box() for side in ("up", "down"))
        box = leeds.bounding_box()
        assert up["y"] >= box["y"]
        assert up["y"] + up["height"] < down["y"] < box["y"] + box["height"]

    @pytest.mark.parametrize(
        ("name", "value", "count"),
        [
            ("kind", "missed", "1 error in 1 sentence"),
            ("kind", "all", "6 spans in 2 sentences"),
            ("how", "short", "1 error in 1 sentence"),
            ("type", "=PER", "1 error in 1 sentence"),
            ("type", f"={QUOTED}", "1 error in 1 sentence"),
            ("gold", "=ORG", "2 errors in 2 sentences"),
            ("gold", "-", "1 error in 1 sentence"),
            ("pred", "-", "1 error in 1 sentence"),
        ],
    )
    def test_filters(self, opened, one, name, value, count) -> None:
        page = opened(one.to_html(), "#errors")
        page.select_option(f"[name={name}]", value)
        expect(page.locator("#found")).to_have_text(count)
        # The address has it, so that it is there when the page is opened again.
        page.reload()
        assert found(page) == count
        assert page.locator(f"[name={name}]").input_value() == value
        page.get_by_role("button", name="Clear").click()
        expect(page.locator("#found")).to_have_text("5 errors in 2 sentences")

    def test_text(self, opened, one) -> None:
        page = opened(one.to_html(), "#errors")
        page.keyboard.press("/")
        page.keyboard.type("norWICH", delay=5)
        expect(page.locator("#found")).to_have_text("2 errors in 1 sentence")
        assert page.locator("[name=text]").input_value() == "norWICH"
        page.keyboard.type("x")
        expect(page.locator("#found")).to_have_text("No span is like that.")

    def test_keys(self, opened, one) -> None:
        page = opened(one.to_html(), "#errors")
        for key, kind in zip("jjkn", ("spurious", "type", "spurious", "type"), strict=True):
            page.keyboard.press(key)
            expect(page.locator(".entry[aria-current]")).to_contain_text(kind)
        for key, kind in (("ArrowDown", "missed"), ("ArrowUp", "type"), ("p", "spurious")):
            page.keyboard.press(key)
            expect(page.locator(".entry[aria-current]")).to_contain_text(kind)
        expect(page.locator("#status")).to_have_text("1 of 5: spurious: LOC: met")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.get_by_label("Keys work").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        expect(page.locator(".entry[aria-current]")).to_contain_text("spurious")

    def test_a_link_shows_one_error(self, opened, one) -> None:
        page = opened(one.to_html(), "#errors?gold=%3DORG")
        page.get_by_role("button", name="Next").click()
        page.get_by_role("button", name="Next").click()
        expect(page.locator(".here").first).to_be_visible()
        fragment = page.evaluate("location.hash")
        other = opened(one.to_html(), fragment)
        assert chosen(other) == "B boundary (short): ORG Norwich City / Norwich"
        assert found(other) == "2 errors in 2 sentences"

    def test_what_is_not_there_is_nothing(self, opened, one) -> None:
        page = opened(one.to_html(), "#errors?kind=%3Cb%3E&type=%3Dx&e=99&system=x&q=%")
        assert found(page) == "No span is like that."

    @pytest.mark.parametrize("name", ["one", "texts"])
    def test_the_export_is_what_the_command_says(self, opened, name, request) -> None:
        analysis = request.getfixturevalue(name)
        page = opened(analysis.to_html(), "#errors?kind=all")
        with page.expect_download() as download:
            page.get_by_role("button", name="Export").click()
        written = download.value.path().read_text(encoding="utf-8")
        exported = [json.loads(line) for line in written.split("\n")[:-1]]
        assert all(entry.pop("sentence") for entry in exported)
        told = []
        for entry in analysis.entries(kind="all"):
            record = entry.to_dict()
            for side in ("gold", "predicted"):
                if record[side]:
                    record[side] = {k: record[side][k] for k in ("type", "text", "start", "end")}
            told.append({k: v for k, v in record.items() if k not in ("times", "sentence")})
        assert exported == told

    def test_only_what_is_near_is_made(self, opened) -> None:
        tags = [["B-PER", "O"]] * 50_000
        html = spanf1.analyze(tags, [["O", "O"]] * 50_000, tokens=[["Ada", "left"]] * 50_000)
        page = opened(html.to_html(), "#errors")
        assert found(page) == "50,000 errors in 50,000 sentences"
        seconds = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000
        assert seconds < 2
        assert page.locator("article").count() < 200
        page.keyboard.press("k")
        expect(page.locator("article", has=page.locator(".here"))).to_be_in_viewport()
        assert page.locator("article").count() < 200
        page.keyboard.press("k")
        expect(page.locator("#status")).to_contain_text("49,999".replace(",", ""))


class TestTexts:
    def test_nested_and_discontinuous_spans(self, opened, texts) -> None:
        page = opened(texts.to_html(), "#errors?kind=all")
        text = page.locator("p.text").first
        labels = text.locator(".lane.up .label")
        assert sorted(labels.all_inner_texts()) == ["M LOC", "M LOC", "✓ ORG", "✓ ORG"]
        # What is between the parts of a span is drawn as such.
        assert text.locator(".lane.between").first.is_visible()
        heights = {box.bounding_box()["y"] for box in labels.all()}
        assert len(heights) == 3

    def test_right_to_left(self, opened, texts) -> None:
        page = opened(texts.to_html(), "#errors?kind=all&text=New")
        text = page.locator("p.text")
        assert text.get_attribute("dir") == "rtl"
        person, place = (text.locator(".seg", has_text=word) for word in ("محمد", "New York"))
        assert person.bounding_box()["x"] > place.bounding_box()["x"]

    def test_characters_of_two_units_are_one(self, opened, texts) -> None:
        page = opened(texts.to_html(), "#errors?kind=all&text=Paris")
        assert page.locator(".seg").evaluate("(node) => node.firstChild.textContent") == "Paris"


class TestOverview:
    def test_figures(self, opened, one) -> None:
        page = opened(one.to_html())
        assert page.locator(".cards strong").all_inner_texts() == ["20.00", "20.00", "20.00"]
        assert "Micro F1 is 20.00" in page.locator("#meaning ~ ul li").first.inner_text()
        row = page.locator("#types ~ .scroll tr", has_text="ORG")
        assert row.locator("td").last.inner_text() == "0"
        page.get_by_role("link", name="ORG", exact=True).first.click()
        expect(page.locator("#found")).to_have_text("2 errors in 2 sentences")

    def test_decimals(self, opened, one) -> None:
        page = opened(one.to_html(digits=1))
        assert page.locator(".cards strong").first.inner_text() == "20.0"

    def test_the_signature_is_copied(self, opened, one) -> None:
        page = opened(one.to_html(), permissions=["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy").click()
        expect(page.locator("#status")).to_have_text("The signature is copied")
        signature = page.evaluate("navigator.clipboard.readText()")
        assert signature == str(one.result.signature())

    def test_cells_open_their_errors(self, opened, one) -> None:
        page = opened(one.to_html())
        page.get_by_role("link", name="gold ORG, predicted LOC: 1").click()
        expect(page.locator("#found")).to_have_text("1 span in 1 sentence")
        page.go_back()
        page.get_by_role("link", name=f"gold {QUOTED}, predicted none: 1").click()
        expect(page.locator(".entry")).to_contain_text("missed")

    def test_kinds_and_what_if(self, opened, one) -> None:
        page = opened(one.to_html())
        assert page.locator("#kinds ~ p").inner_text() == "5 errors; 1 correct span."
        row = page.locator("tr", has_text="types of equal spans")
        assert row.locator("td").last.inner_text() == "+20.00"

    def test_slices_open_their_errors(self, opened, one) -> None:
        page = opened(one.to_html(by=["length", "position"]))
        table = page.locator("section", has=page.get_by_role("heading", name="By length"))
        names = table.locator("tbody th").all_inner_texts()
        assert names == ["1", "2"]
        table.get_by_role("link", name="1", exact=True).click()
        # Of two spans that are one, either may be in the slice.
        expect(page.locator("#found")).to_have_text("5 errors in 2 sentences")
        page.select_option("[name=slice]", "length=2")
        expect(page.locator("#found")).to_have_text("2 errors in 1 sentence")
        page.reload()
        assert page.locator("[name=slice]").input_value() == "length=2"


class TestSeveral:
    def test_the_ranking(self, opened, several) -> None:
        page = opened(several)
        rows = page.locator("#ranking ~ .scroll").first.locator("tbody th")
        assert rows.all_inner_texts() == ["new", "old", "none"]
        page.get_by_role("link", name="old", exact=True).click()
        expect(page.locator(".cards strong").first).to_have_text("33.33")

    @pytest.mark.parametrize(
        ("change", "count"), [("mended", 24), ("broken", 12), ("gone", 12), ("new", 12)]
    )
    def test_what_the_best_mends_and_breaks(self, opened, several, change, count) -> None:
        page = opened(several)
        head = page.locator("table", has_text="against").locator("thead th").all_inner_texts()
        row = page.locator("table", has_text="against").locator("tr", has_text="old")
        cell = row.locator("td").nth(head.index(change) - 1)
        assert cell.inner_text() == str(count)
        cell.locator("a").click()
        expect(page.locator("#found")).to_have_text(f"{count} spans in 12 sentences")
        page.keyboard.press("j")
        assert chosen(page).split()[1] == ("new" if change == "new" else "old")
        expect(page.locator(".here").first).to_be_visible()
        fragment = page.evaluate("location.hash")
        assert chosen(opened(several, fragment)) == chosen(page)

    def test_systems_are_chosen(self, opened, several) -> None:
        page = opened(several, "#errors")
        assert found(page) == "24 errors in 12 sentences"
        page.select_option("[name=system]", label="none")
        expect(page.locator("#found")).to_have_text("36 errors in 12 sentences")


SCREENS = [
    {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    for width in (1200, 360)
    for scheme in ("light", "dark")
]


@pytest.mark.parametrize("name", ["one", "texts", "several"])
@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_everybody_can_use_it(opened, name, screen, request) -> None:
    made = request.getfixturevalue(name)
    page = opened(made if name == "several" else made.to_html(), **screen)
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(source + ";0")
    for fragment in ("#overview", "#errors?kind=all&e=1"):
        page.evaluate("(fragment) => { location.hash = fragment; }", fragment)
        page.wait_for_timeout(100)
        result = page.evaluate("(rules) => axe.run(document, rules)", RULES)
        found = [
            (one["id"], node["html"], node["failureSummary"])
            for one in result["violations"]
            for node in one["nodes"]
        ]
        assert found == []
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["viewport"]["width"]


def test_it_prints(opened, one) -> None:
    page = opened(one.to_html(), "#errors")
    assert page.pdf().startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator("article").first.is_visible()
