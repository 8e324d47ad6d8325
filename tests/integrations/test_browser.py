"""The page that scores in the browser, in Chromium: what it prints is what the command prints."""

from __future__ import annotations

import functools
import json
import lzma
import os
import random
import re
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("playwright")
pytest.importorskip("axe_playwright_python")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

import spanf1
from tests.helpers.docs import DOCS, hook
from tests.helpers.shared_data import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
]

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
# Python is loaded in some seconds; machines that do something else take longer.
PATIENCE = 90_000
SAMPLE = ROOT / "corpora" / "sample" / "english.spacy.conll"


ASKED = []


class _Noting(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        ASKED.append(f"{self.server.server_address[1]}{self.path}")


def serve(folder: Path) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Noting, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of the page on a server of this machine."""
    folder = tmp_path_factory.mktemp("site") / "browser"
    shutil.copytree(DOCS / "browser", folder, ignore=shutil.ignore_patterns("*.py", "__*"))
    hook("browser").build(folder)
    server = serve(folder.parent)
    yield f"http://127.0.0.1:{server.server_port}/browser/"
    server.shutdown()


@pytest.fixture(scope="module")
def context(site):
    if CHROMIUM is None:
        message = "no chromium is found: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(viewport={"width": 1000, "height": 900})
        said = []
        context.on("console", lambda message: said.append(message.text))
        context.on("weberror", lambda error: said.append(str(error.error)))
        context.on("request", lambda it: it.url.startswith((site, "blob:")) or said.append(it.url))
        context.said = said
        yield context
        browser.close()


@pytest.fixture(scope="module")
def loaded(context, site):
    page = context.new_page()
    page.goto(f"{site}index.html")
    expect(page.locator("#run")).to_be_enabled(timeout=PATIENCE)
    # What follows needs no network.
    context.set_offline(True)
    yield page
    assert context.said == []


@pytest.fixture
def page(loaded):
    """The page without files."""
    while loaded.locator("#files li").count():
        loaded.locator("#files li button").last.click()
    for choice in loaded.locator("#choices select").all():
        if choice.is_enabled():
            choice.select_option(index=0)
    return loaded


def choose(page, *paths):
    page.set_input_files("#choose", [*paths])


def run_on(page, line=None):
    """Run a command; return the exit code and what is said."""
    if line is not None:
        page.fill("#line", line)
    page.click("#run")
    return ended(page)


def ended(page):
    expect(page.locator("#stop")).to_be_hidden(timeout=PATIENCE)
    expect(page.locator("#status")).to_have_text(re.compile("^Done"), timeout=PATIENCE)
    code = int(page.inner_text("#status").rpartition(" ")[2].rstrip("."))
    return code, page.locator("#out").text_content()


def apart(page, line):
    """Run a command; return the exit code, and what is said on either stream."""
    code, _ = run_on(page, line)
    out, err = page.locator("#out span:not([class])"), page.locator("#out span[class]")
    return code, "".join(out.all_text_contents()), "".join(err.all_text_contents())


def saved(page, name):
    with page.expect_download() as download:
        page.get_by_role("link", name=f"Save {name}", exact=True).click()
    return Path(download.value.path()).read_bytes()


def texts(seed, sentences):
    """Return tags of three columns: tokens, gold, and predictions that are often wrong."""
    rng = random.Random(seed)
    lines = []
    for number in range(sentences):
        lines += [] if number % 50 else ["-DOCSTART- O O", ""]
        for _ in range(rng.randint(1, 30)):
            gold, other = (rng.choice(["O", "O", "B-PER", "I-PER", "B-LOC", "I-X"]) for _ in "12")
            lines.append(f"w{rng.randint(0, 99)} {gold} {rng.choice([gold, gold, other])}")
        lines.append("")
    return "\n".join(lines) + "\n"


COMMANDS = [
    "score f --confidence 0.95",
    "score f --confidence 0.9 --match semeval",
    "score f --reading strict --scheme IOB2 --match partial",
    "score f --reading conlleval",
    "score f --level token",
    "score f --level document --confidence 0.9",
    "errors f --what-if",
    "errors f --by length",
    "compare f g h",
    "diff f g h",
    "describe f",
    "validate f",
    "schemes f",
    "score --help",
]
#: so large that NumPy would write over arrays, if it could
LARGE = texts(2, 20_000)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / "f").write_text(texts(1, 300))
    rows = [line.split() for line in texts(1, 300).splitlines()]
    for name, seed in (("g", 3), ("h", 4)):
        rng = random.Random(seed)
        lines = [f"{r[0]} {r[1]} {rng.choice(r[1:])}" if r else "" for r in rows]
        (folder / name).write_text("\n".join(lines) + "\n")
    (folder / "large").write_text(LARGE)
    return folder


@pytest.fixture
def command(run, files, monkeypatch):
    """Run a command here, on as many columns as the page takes."""
    monkeypatch.chdir(files)
    monkeypatch.setenv("COLUMNS", "100")
    return lambda line: run(*line.split())


@pytest.mark.parametrize("line", COMMANDS)
def test_what_is_printed_is_what_the_command_prints(page, files, command, line):
    choose(page, *(files / name for name in ("f", "g", "h")))
    ran = command(line)
    assert apart(page, f"spanf1 {line}") == (ran.code, ran.out, ran.err)


def test_a_file_of_arrays_that_are_large(page, files, command):
    choose(page, files / "large")
    ran = command("score large --confidence 0.95 --match fair")
    assert run_on(page, "spanf1 score large --confidence 0.95 --match fair") == (0, ran.out)


def test_choices_make_the_command(page, files):
    choose(page, files / "f", files / "g")
    page.select_option("#choice-What", "A page with every error")
    page.select_option("#choice-Scheme", "IOB2")
    page.select_option("#choice-Intervals", "0.9")
    assert page.locator("#choice-Match").is_disabled()
    # What only some commands take is offered for them alone.
    readings = page.locator("#choice-Reading option")
    assert readings.filter(has_text="conlleval").is_disabled()
    assert readings.filter(has_text="strict").is_enabled()
    line = "spanf1 report --output report.html --scheme IOB2 --confidence 0.9 f g"
    expect(page.locator("#line")).to_have_value(line)
    page.get_by_role("button", name="Make g gold").click()
    expect(page.locator("#line")).to_have_value(line.replace("f g", "g f"))
    page.get_by_role("button", name="Leave out g").click()
    expect(page.locator("#line")).to_have_value(line.replace("f g", "f"))


def test_names_of_all_kinds(page, tmp_path):
    """Two files may have one name; a name may have what shells read, or begin as an option."""
    names = ["a b.conll", "it's.conll", "-f.conll", "$(x).conll", "é.conll"]
    for name in names:
        (tmp_path / name).write_text("w B-A B-A\n")
        choose(page, tmp_path / name)
        code, said = run_on(page)
        assert code == 0
        assert f"input       {name.replace('-f', './-f')}: gold in column 2" in said
        page.get_by_role("button", name=f"Leave out {name}").click()
    for folder in ("gold", "pred"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "test.conll").write_text("w B-A\n" if folder == "gold" else "w O\n")
        choose(page, tmp_path / folder / "test.conll")
    expect(page.locator("#line")).to_have_value("spanf1 score test.conll test-2.conll")
    code, said = run_on(page)
    assert code == 0
    assert re.search("^micro +0.00 +0.00 +0.00 +1 +0 +0$", said, re.M)


def drop(page, context, *paths):
    """Drop files and folders on the page, as from a file manager."""
    session = context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        event = {"type": kind, "x": 300, "y": 300, "data": data}
        session.send("Input.dispatchDragEvent", event)
    session.detach()


def test_folders_keep_the_paths_of_their_files(page, context, tmp_path, run, monkeypatch):
    """Two folders of BRAT files are gold and predictions; more than a hundred come in parts."""
    for side, count in (("gold", 120), ("pred", 120), ("none", 0), ("again", 1)):
        folder = tmp_path / side / "brat"
        folder.mkdir(parents=True)
        for number in range(count):
            (folder / f"{number}.txt").write_text("Ana went to Rome.\n")
            end = 3 if side == "gold" or number % 3 else 8
            (folder / f"{number}.ann").write_text(f"T1\tPER 0 {end}\t{'Ana went'[:end]}\n")
    monkeypatch.chdir(tmp_path)
    ran = run("score", "gold", "pred", "-q")
    assert "66.67" in ran.out
    drop(page, context, tmp_path / "gold", tmp_path / "none", tmp_path / "pred")
    expect(page.locator("#line")).to_have_value("spanf1 score gold pred")
    expect(page.locator("#status")).to_have_text("There is no file in none.")
    expect(page.locator("#files li").first).to_contain_text("gold 240 files, ")
    assert run_on(page, "spanf1 score gold/brat pred/brat -q") == (0, ran.out)
    page.set_input_files("#folder", tmp_path / "again" / "brat")
    page.set_input_files("#folder", tmp_path / "gold" / "brat")
    expect(page.locator("#files li").last).to_contain_text("brat-2 240 files")
    code, said = run_on(page, "spanf1 score brat-2 pred/brat -q")
    assert (code, said) == (0, ran.out)


def test_a_command_that_was_edited_stays(page, files):
    """Files that come and go, and choices, change their own part of it."""
    line = page.locator("#line")
    page.fill("#line", "spanf1 score --level token")
    choose(page, files / "f")
    expect(line).to_have_value("spanf1 score --level token f")
    page.fill("#line", "spanf1 score f --level token")
    choose(page, files / "g")
    expect(line).to_have_value("spanf1 score f g --level token")
    page.get_by_role("button", name="Make g gold").click()
    page.select_option("#choice-Scheme", "IOB2")
    expect(line).to_have_value("spanf1 score --scheme IOB2 g f --level token")
    page.get_by_role("button", name="Leave out g").click()
    expect(line).to_have_value("spanf1 score --scheme IOB2 f --level token")
    page.fill("#line", "spanf1 rescore f.json")
    choose(page, files / "h")
    expect(line).to_have_value("spanf1 rescore f.json")
    page.select_option("#choice-What", "Check the tags")
    expect(line).to_have_value("spanf1 validate --scheme IOB2 f h")


def test_what_is_typed_while_python_is_loaded_stays(context, site, files):
    context.set_offline(False)
    page = context.new_page()
    page.goto(f"{site}index.html")
    page.fill("#line", "spanf1 score --level token")
    page.press("#line", "Enter")
    choose(page, files / "f")
    expect(page.locator("#run")).to_be_enabled(timeout=PATIENCE)
    expect(page.locator("#line")).to_have_value("spanf1 score --level token f")
    expect(page.locator("#status")).to_have_text("Ready.")
    assert run_on(page)[0] == 0
    page.close()


def test_the_keyboard_stays_where_it_was(page, files):
    def focused():
        return page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.id")

    choose(page, files / "f", files / "g")
    page.get_by_role("button", name="Make g gold").press("Enter")
    assert focused() == "Leave out g"
    page.keyboard.press("Enter")
    assert focused() == "Leave out f"
    page.keyboard.press("Enter")
    assert focused() == "choose"


def test_a_page_takes_no_name_of_a_file_that_was_chosen(page, tmp_path, files):
    """And a file that is chosen takes none of one that was written."""
    page.select_option("#choice-What", "A page with every error")
    (tmp_path / "report.html").write_text("<p>")
    choose(page, files / "f", tmp_path / "report.html")
    line = "spanf1 report --output report-2.html f report.html"
    expect(page.locator("#line")).to_have_value(line)
    assert run_on(page, "spanf1 repair f --scheme IOB2 -q -o f.fixed")[0] == 0
    (tmp_path / "f.fixed").write_text("")
    choose(page, tmp_path / "f.fixed")
    expect(page.locator("#files li").last).to_contain_text("f-2.fixed")


def test_a_file_that_was_changed_is_not_read(page, tmp_path, files):
    path = tmp_path / "changed"
    path.write_text("w B-A B-A\n")
    choose(page, path, files / "f")
    assert run_on(page, "spanf1 score changed")[0] == 0
    path.write_text("w B-A B-A\n\nw B-A O\n")
    os.utime(path, (1, 1))
    hint = "hint: a file that was changed after it was chosen is to be chosen again\n"
    said = f"error: changed: I/O error\n{hint}"
    assert run_on(page, "spanf1 score changed") == (3, said)
    assert run_on(page, "spanf1 score f")[0] == 0


def test_there_is_no_input_but_files(page):
    """A score of nothing is none."""
    assert run_on(page) == (
        2,
        "error: no file is given\nhint: spanf1 score --help shows what it takes\n",
    )


def test_a_command_that_is_copied(page, files):
    choose(page, files / "f")
    _, said = run_on(page, "spanf1 score f -q")
    assert run_on(page, "$ spanf1 score f \\\n  -q") == (0, said)
    code, said = run_on(page, "spanf1 score f | head -3")
    assert (code, said.partition("\n")[0]) == (2, "error: | needs a shell, which is not here")


def test_files_that_are_written_are_saved_and_read(page, files, run):
    choose(page, files / "f")
    assert run_on(page, "spanf1 score f -o f.json -f json --keep-units") == (0, "")
    run("score", str(files / "f"), "-o", "f.json", "-f", "json", "--keep-units")
    here, there = (json.loads(text) for text in (Path("f.json").read_text(), saved(page, "f.json")))
    assert {**here, "input": "", "files": ""} == {**there, "input": "", "files": ""}
    count = page.locator("#made li").count()
    code, said = run_on(page, "spanf1 rescore f.json --confidence 0.9")
    assert (code, page.locator("#made li").count()) == (0, count)
    assert "intervals" in said
    assert run_on(page, "spanf1 repair f --scheme IOB2 -q -o f.fixed")[0] == 0
    assert run_on(page, "spanf1 validate f.fixed --scheme IOB2 -q")[0] == 0


def test_a_report_is_opened(page, context, files):
    choose(page, files / "f")
    page.select_option("#choice-What", "A page with every error")
    assert run_on(page)[0] == 0
    with page.expect_popup() as popup:
        page.get_by_role("link", name="open report.html").click()
    report = popup.value
    report.get_by_role("link", name="Errors", exact=True).click()
    expect(report.locator("body")).to_contain_text("w")
    report.close()
    assert context.said == []


def test_what_is_wrong_is_one_line(page, files, tmp_path):
    choose(page, files / "f")
    line = "error: the command: no closing quotation\n"
    assert run_on(page, "spanf1 score 'f") == (2, line)
    code, said = run_on(page, "spanf1 score nothing")
    assert (code, said.startswith("error: nothing: ")) == (3, True)
    code, said = run_on(page, "spanf1 plot f -o f.svg")
    assert (code, "matplotlib" in said) == (2, True)
    (tmp_path / "f.xz").write_bytes(lzma.compress(b"w B-A B-A\n"))
    choose(page, tmp_path / "f.xz")
    line = "error: the page does not have the library lzma\n"
    assert run_on(page, "spanf1 score f.xz") == (2, line)
    code, said = run_on(page, "spanf1 corpora get conll2003")
    assert code
    assert "Traceback" not in said
    code, said = run_on(page, "spanf1 repair f --scheme IOB2 --in-place")
    assert "Traceback" not in said


def test_python_that_ends_is_started_anew(page, context, files, tmp_path):
    context.set_offline(False)
    (tmp_path / "deep.json").write_text("[" * 100_000)
    choose(page, files / "f", tmp_path / "deep.json")
    page.fill("#line", "spanf1 describe deep.json")
    page.click("#run")
    expect(page.locator("#stop")).to_be_hidden(timeout=PATIENCE)
    said = page.locator("#out").text_content()
    assert re.fullmatch("error: Python ended: .*\nhint: .*\n", said)
    assert "fatal error" in context.said[0]
    context.said.clear()
    expect(page.locator("#run")).to_be_enabled(timeout=PATIENCE)
    assert run_on(page, "spanf1 score f -q")[0] == 0


def test_a_command_is_stopped(page, context, files):
    context.set_offline(False)
    choose(page, files / "large")
    page.fill("#line", "spanf1 score large --confidence 0.95 --resamples 1000000 --unit sentence")
    page.click("#run")
    page.click("#stop")
    expect(page.locator("#out")).to_contain_text("stopped")
    expect(page.locator("#run")).to_be_enabled(timeout=PATIENCE)
    assert run_on(page, "spanf1 --version") == (0, "spanf1 " + spanf1.__version__ + "\n")


def test_nothing_can_be_sent_elsewhere(page, context, tmp_path):
    """Neither the page nor its worker reaches another server, which is there."""
    context.set_offline(False)
    other = serve(tmp_path)
    ask = f"""fetch("http://127.0.0.1:{other.server_port}/x").then(() => "sent", () => "refused")"""
    try:
        assert page.evaluate(ask) == "refused"
        assert page.workers[0].evaluate(ask) == "refused"
        assert not [line for line in ASKED if line.startswith(str(other.server_port))]
    finally:
        other.shutdown()
        assert len(context.said) >= 2
        assert [line for line in context.said if "Content Security" not in line] == []
        context.said.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 360])
def test_everybody_can_use_it(page, files, scheme, width):
    choose(page, files / "f", files / "g")
    run_on(page, "spanf1 score f -o x.html")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    try:
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        page.set_viewport_size({"width": 1000, "height": 900})
        page.emulate_media(color_scheme="light")
