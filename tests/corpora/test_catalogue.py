import csv
import io
import json
import math
from functools import partial
from pathlib import Path

import pytest

from spanf1.cli import group
from spanf1.corpora import catalogue
from spanf1.exceptions import ReadError, UsageError
from tests.helpers.catalogues import CLOSED, CORPUS
from tests.helpers.commands import write

SPLIT = """
[corpora.toy.splits.test]
files = ["test.conll"]
sentences = 2
tokens = 9
types = { PER = 3, LOC = 1 }
url = "https://example.org/test.conll"
"""
SCORE = """
[[corpora.toy.scores]]
split = "test"
system = "best"
precision = "40.0"
f1 = "39.98"
source = "Author 2001, table 2"
"""
TOY = CORPUS + SPLIT + SCORE


@pytest.fixture
def corpora(run, monkeypatch):
    """Run a command of `spanf1 corpora`."""
    monkeypatch.setattr(group, "COMMANDS", tuple(dict.fromkeys([*group.COMMANDS, "corpora"])))
    return partial(run, "corpora")


@pytest.fixture
def load(tmp_path):
    def load(text: str | bytes) -> catalogue.Catalogue:
        path = tmp_path / "own.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return catalogue.load(str(path))

    return load


class TestLoad:
    def test_everything_is_there(self, load) -> None:
        known = load(TOY + CLOSED)
        toy, closed = known["toy"], known["closed"]
        assert list(known.corpora) == ["toy", "closed"]
        assert (toy.open, closed.open) == (True, False)
        # A scheme goes by the name that the project has for it.
        assert (toy.scheme, toy.columns, toy.delimiter) == ("IOB2", ("token", "tag"), "tab")
        split = toy.split("test")
        assert (split.files, split.documents, split.tokens) == (("test.conll",), None, 9)
        assert split.types == {"PER": 3, "LOC": 1}
        assert split.entities == 4
        (score,) = toy.scores
        assert (score.match, score.title) == ("exact", "")
        assert score.figures == {"precision": "40.0", "f1": "39.98"}
        assert closed.sentences_include_documents
        assert closed.split("train").entities is None

    @pytest.mark.parametrize("name", ["toy", "TOY", "toy-1", "Spielzeug"])
    def test_any_name_in_any_case(self, load, name) -> None:
        assert load(TOY)[name].name == "toy"

    @pytest.mark.parametrize(
        ("name", "hint"),
        [
            ("spielzeu", "did you mean spielzeug?"),
            ("tyo", "did you mean toy?"),
            ("x", "there are toy"),
        ],
    )
    def test_unknown_name(self, load, name, hint) -> None:
        with pytest.raises(UsageError, match=f"there is no corpus '{name}'") as raised:
            load(TOY)[name]
        assert raised.value.hint == hint

    def test_splits(self, load) -> None:
        toy = load(TOY)["toy"]
        assert toy.split("TEST") is toy.split("test")
        with pytest.raises(UsageError, match="toy has no split 'dev'") as raised:
            toy.split("dev")
        assert raised.value.hint == "its splits: test"

    def test_nothing_in_it(self, load) -> None:
        assert load("").corpora == {}

    def test_lines_become_spaces(self, load) -> None:
        text = TOY.replace('"A. Author. 2001. A corpus."', '"""A. Author.\n  2001."""')
        assert load(text)["toy"].citation == "A. Author. 2001."


NOT_WHOLE = "it must be a whole number, 0 or more"


class TestMalformed:
    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ('licence = "CC BY 4.0"\n', "", "corpora.toy.licence: it is missing"),
            ('licence = "CC BY 4.0"', "licence = 4.0", "corpora.toy.licence: it must be a text"),
            ('"CC BY 4.0"', '" "', "corpora.toy.licence: it must be a text"),
            ("open = true", 'open = "yes"', "corpora.toy.open: it must be true or false"),
            ('"BIO"', '"BIOX"', "corpora.toy.scheme: it must be one of IOB2, BIO, "),
            ('"UTF-8"', '"UTF-99"', "corpora.toy.encoding: there is no encoding 'UTF-99'"),
            ('["token", "tag"]', '["token"]', "corpora.toy.columns: one of them must be 'tag'"),
            ('["token", "tag"]', "[]", "corpora.toy.columns: it must be a list of texts"),
            ('"tab"', '";"', "corpora.toy.delimiter: it must be one of tab, space, whitespace"),
            ('"named entities"', '"x"', "corpora.toy.task: it must be one of named entities, ch"),
            ("title", "titel", "corpora.toy.titel: there is no such key"),
            ("tokens = 9", "tokens = -9", f"corpora.toy.splits.test.tokens: {NOT_WHOLE}"),
            ("tokens = 9", "tokens = true", f"corpora.toy.splits.test.tokens: {NOT_WHOLE}"),
            (
                "tokens = 9",
                f"tokens = 0x{'f' * 5000}",
                "corpora.toy.splits.test.tokens: it is more ",
            ),
            ('"UTF-8"', '"\\u0000"', "corpora.toy.encoding: there is no encoding '\\x00'"),
            ('"UTF-8"', '"rot13"', "corpora.toy.encoding: there is no encoding 'rot13'"),
            ("https://example.org/t", "http://[::1", "corpora.toy.splits.test.url: it is no addr"),
            ('"39.98"', '"\u0663\u0669.98"', "corpora.toy.scores[0].f1: it must be a percentage"),
            ("PER = 3", "PER = 3.0", f"corpora.toy.splits.test.types: {NOT_WHOLE}"),
            ("tokens = 9", "tokns = 9", "corpora.toy.splits.test.tokns: there is no such key"),
            ("tokens = 9", "entities = 3", "corpora.toy.splits.test.entities: the types have mo"),
            ('files = ["test.conll"]', "", "corpora.toy.splits.test.files: it is missing"),
            ("https://example.org/t", "ftp://t", "corpora.toy.splits.test.url: it must be an ad"),
            ("open = true", "open = false", "corpora.toy.splits.test.url: only what is open"),
            ("tokens = 9", 'sha256 = "00"', "corpora.toy.splits.test.sha256: it must be 64 hex"),
            ("url =", "member =", None),
            ("f1 = ", "f2 = ", "corpora.toy.scores[0].f2: there is no such key"),
            ('"39.98"', "39.98", "corpora.toy.scores[0].f1: it must be a percentage as it was"),
            ('"39.98"', '"100.5"', "corpora.toy.scores[0].f1: it must be a percentage as it was"),
            ('split = "test"', 'split = "x"', "corpora.toy.scores[0].split: there is no split 'x'"),
            ('system = "best"', "", "corpora.toy.scores[0].system: it is missing"),
            ('precision = "40.0"\nf1 = "39.98"', "", "corpora.toy.scores[0]: it has none of prec"),
            ("[[corpora.toy.scores]]", "[corpora.toy.scores]", "corpora.toy.scores: it must be an"),
            ("[corpora.toy]", "[corpora.Toy]", "corpora.Toy: a corpus is named by a to z"),
            ("[corpora.toy]", "x = 1\n[corpora.toy]", "x: there is no such key"),
            ("[corpora.toy]", "[corpora]\nx = 1\n[corpora.toy]", "corpora.x: it must be a table"),
        ],
    )
    def test_the_key_is_named(self, load, tmp_path, old, new, message) -> None:
        assert old in TOY
        text = TOY.replace(old, new)
        if new.startswith("[corpora.Toy]"):
            text = text.replace("corpora.toy", "corpora.Toy")
        if message is None:
            message = "corpora.toy.splits.test.member: it goes with url, which is missing"
        with pytest.raises(ReadError) as raised:
            load(text)
        said = str(raised.value)
        assert said.startswith(f"{tmp_path / 'own.toml'}: {message}")
        assert "\n" not in said

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("corpora = 1", "corpora: it must be a table"),
            ("x = ", "it is no TOML: Invalid value"),
            ("x = 1\nx = 2", "it is no TOML: Cannot overwrite a value"),
            ("x = " + "[" * 99999, "it is no TOML: "),
            ("x = " + "9" * 5000, "it is no TOML: Exceeds the limit"),
            (b"# \xff", "it is no UTF-8 from byte 2 on"),
            (b"#" * ((1 << 24) + 1), "it is too large"),
        ],
        ids=["number", "syntax", "twice", "deep", "digits", "bytes", "large"],
    )
    def test_no_catalogue(self, load, text, message) -> None:
        with pytest.raises(ReadError) as raised:
            load(text)
        assert raised.value.message.startswith(message)

    def test_no_file(self, tmp_path) -> None:
        for path in (tmp_path, tmp_path / "none.toml"):
            with pytest.raises(ReadError, match="the catalogue cannot be read: "):
                catalogue.load(str(path))

    @pytest.mark.parametrize("alias", ["toy", "TOY", "spielZEUG"])
    def test_a_name_is_taken(self, load, alias) -> None:
        text = TOY + CLOSED.replace("task", f'aliases = ["{alias}"]\ntask', 1)
        with pytest.raises(ReadError, match=f"closed.aliases: '{alias}' is also a name of toy"):
            load(text)

    def test_a_slip_is_pointed_out(self, load) -> None:
        with pytest.raises(ReadError) as raised:
            load(TOY.replace("citation", "citaton"))
        assert raised.value.hint == "did you mean citation?"


@pytest.mark.parametrize(
    ("figure", "measured", "agrees"),
    [
        ("39.98", 0.3998, True),
        ("39.98", 0.399849, True),
        ("39.98", 0.399851, False),
        ("39.98", 0.39974, False),
        ("40.0", 0.39951, True),
        ("40", 0.396, True),
        ("40", 0.4051, False),
        ("0.0", 0.0, True),
        ("100", 1.0, True),
        # Halfway between two figures it may have been rounded to either.
        ("12.34", 0.12345, True),
        ("12.35", 0.12345, True),
        ("12.3", 0.1235, True),
        ("12.4", 0.1235, True),
        ("12.5", 0.1235, False),
        ("66.67", 2 / 3, True),
        ("66.66", 2 / 3, False),
        ("0.00", math.nan, False),
    ],
)
def test_agreement_of_figures(figure, measured, agrees) -> None:
    assert catalogue.agrees(figure, measured) is agrees
    score = catalogue.PublishedScore(split="", system="", source="", f1=figure)
    assert score.agrees("f1", measured) is agrees


def test_decimals() -> None:
    assert [catalogue.decimals(figure) for figure in ("40", "40.0", "39.98")] == [0, 1, 2]


class TestTheRealOne:
    def test_corpora_are_consistent(self) -> None:
        known = catalogue.load()
        assert known.corpora
        for corpus in known.corpora.values():
            assert corpus.splits, corpus.name
            for split in corpus.splits.values():
                where = f"{corpus.name}.{split.name}"
                if split.types and split.entities is not None:
                    assert sum(split.types.values()) == split.entities, where
                assert not split.entities or not split.tokens or split.entities < split.tokens
                assert not split.sentences or not split.tokens or split.sentences < split.tokens

    def test_scores_are_consistent(self) -> None:
        """F1 follows from precision and recall, as far as their decimals tell."""
        for corpus in catalogue.load().corpora.values():
            for score in corpus.scores:
                where = f"{corpus.name}: {score.title or score.system} on {score.split}"
                if len(score.figures) == 3:
                    precision, recall, f1 = map(float, score.figures.values())
                    printed = score.figures.values()
                    slack = 1.05 * sum(0.5 * 0.1 ** catalogue.decimals(x) for x in printed)
                    assert abs(2 * precision * recall / (precision + recall) - f1) < slack, where
            seen = [(s.split, s.system, s.match, s.source) for s in corpus.scores]
            assert len(seen) == len(set(seen)), corpus.name


class TestCommands:
    @pytest.fixture(autouse=True)
    def own(self, corpora) -> None:  # noqa: ARG002 - it changes to the test's folder
        write("own.toml", TOY + CLOSED)

    def test_list(self, corpora) -> None:
        ran = corpora("list", "--catalogue", "own.toml")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == (
            "toy\n"
            "  Toy, a corpus\n"
            "  English; test; 1 published score\n"
            "  to download; licence: CC BY 4.0\n"
            "\n"
            "closed\n"
            "  A corpus under a licence\n"
            "  English; train testb; 0 published scores\n"
            "  bring a copy; licence: LDC\n"
        )
        coloured = corpora("list", "--catalogue", "own.toml", "--color", "always").out
        assert coloured.startswith("\033[1mtoy\033[")

    def test_show(self, corpora) -> None:
        ran = corpora("show", "TOY-1", "--catalogue", "own.toml")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == (
            "toy: Toy, a corpus\n"
            "also called   Toy-1, spielzeug\n"
            "task          named entities\n"
            "language      English\n"
            "licence       CC BY 4.0\n"
            "where         Anyone may download it.\n"
            "homepage      https://example.org\n"
            "citation      A. Author. 2001. A corpus.\n"
            "statistics    Author 2001, table 1\n"
            "format        columns token, tag, separated by tab; tags in IOB2; UTF-8\n"
            "test is       test.conll\n"
            "to get it     spanf1 corpora get toy\n"
            "to check it   spanf1 corpora verify toy PATH\n"
            "\n"
            "Statistics\n"
            "           test\n"
            "sentences     2\n"
            "tokens        9\n"
            "entities      4\n"
            "PER           3\n"
            "LOC           1\n"
            "\n"
            "Published scores\n"
            "In percent, as they were printed.\n"
            "\n"
            "          Split     P     F1  Source\n"
            "best       test  40.0  39.98     (1)\n"
            "(1) Author 2001, table 2\n"
        )

    def test_show_what_has_little(self, corpora) -> None:
        out = corpora("show", "closed", "--catalogue", "own.toml").out
        assert "note          An odd one.\n" in out
        assert "sentences     lines that begin a document are counted as sentences\n" in out
        assert "corpora get" not in out
        assert "Published" not in out
        assert out.endswith("Statistics\n          train  testb\ntokens        -      7\n")

    def test_formats_of_show(self, corpora) -> None:
        outs = {
            form: corpora("show", "toy", "--catalogue", "own.toml", "-f", form).out
            for form in ("json", "csv", "markdown", "latex")
        }
        data = json.loads(outs["json"])
        assert data["splits"]["test"]["types"] == {"PER": 3, "LOC": 1}
        assert data["scores"][0]["f1"] == "39.98"
        rows = list(csv.DictReader(io.StringIO(outs["csv"])))
        assert [(row["kind"], row["system"], row["name"], row["value"]) for row in rows] == [
            ("count", "", "sentences", "2"),
            ("count", "", "tokens", "9"),
            ("count", "", "entities", "4"),
            ("type", "", "PER", "3"),
            ("type", "", "LOC", "1"),
            ("score", "best", "precision", "40.0"),
            ("score", "best", "f1", "39.98"),
        ]
        assert "| best | test | 40.0 | 39.98 | (1) |\n" in outs["markdown"]
        assert r"best & test & 40.0 & 39.98 & (1) \\" in outs["latex"]
        assert outs["latex"].startswith("% toy: Toy, a corpus\n% also called   Toy-1")

    def test_formats_of_list(self, corpora) -> None:
        outs = {
            form: corpora("list", "--catalogue", "own.toml", "-f", form).out
            for form in ("json", "csv", "markdown", "latex")
        }
        assert [corpus["splits"] for corpus in json.loads(outs["json"])] == [
            ["test"],
            ["train", "testb"],
        ]
        assert [row["open"] for row in csv.DictReader(io.StringIO(outs["csv"]))] == [
            "true",
            "false",
        ]
        assert (
            "| toy | Toy, a corpus | English | test | CC BY 4.0 | to download |" in outs["markdown"]
        )
        assert r"closed & A corpus under a licence & English" in outs["latex"]

    @pytest.mark.parametrize("form", ["table", "csv", "markdown", "latex"])
    def test_what_would_move_the_cursor(self, corpora, form) -> None:
        bad = "\\u001b[31m\\u2028\\n\\\\input{x}"
        text = TOY.replace('"Toy, a corpus"', f'"Toy {bad}"')
        text = text.replace("PER", f'"PER{bad}"').replace('"best"', f'"best{bad}"')
        text += f'[corpora.toy.splits."dev{bad}"]\nfiles = ["x{bad}"]\ntokens = 1\n'
        write("own.toml", text)
        for args in (["list"], ["show", "toy"]):
            ran = corpora(*args, "--catalogue", "own.toml", "-f", form)
            assert (ran.code, ran.err) == (0, "")
            assert all(line.isprintable() for line in ran.out.split("\n"))
            assert r"\x1b" in ran.out.replace(r"\textbackslash{}", "\\").replace("\\\\", "\\")
            if form == "latex":
                assert not any(line.startswith(r"\input") for line in ran.out.split("\n"))

    def test_what_is_open_and_has_no_address(self, corpora) -> None:
        write("own.toml", CLOSED.replace("open = false", "open = true").replace("LDC", "CC BY"))
        ran = corpora("get", "closed", "--catalogue", "own.toml")
        assert ran.code == 2
        assert ran.err.startswith("error: there is no address of closed in the catalogue\nhint: ")
        assert "bring a copy; licence: CC BY" in corpora("list", "--catalogue", "own.toml").out
        assert "corpora get" not in corpora("show", "closed", "--catalogue", "own.toml").out

    def test_output(self, corpora) -> None:
        ran = corpora("list", "--catalogue", "own.toml", "-f", "json", "-o", "out")
        assert (ran.code, ran.out) == (0, "")
        assert json.loads(Path("out").read_text())[0]["name"] == "toy"
        ran = corpora("list", "--catalogue", "own.toml", "-o", "own.toml")
        assert ran.code == 2
        assert "it is the input" in ran.err

    @pytest.mark.slow
    @pytest.mark.parametrize("command", ["list", "show"])
    @pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "latex"])
    def test_the_real_one(self, corpora, monkeypatch, command, form) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        names = [[name] for name in catalogue.load().corpora] if command == "show" else [[]]
        for name in names:
            ran = corpora(command, *name, "-f", form)
            assert (ran.code, ran.err) == (0, "")
            if form == "table":
                assert max(map(len, ran.out.splitlines())) <= 80, name

    @pytest.mark.parametrize(
        ("args", "code", "message"),
        [
            (["show", "tyo"], 2, "error: there is no corpus 'tyo' in the catalogue\nhint: did you"),
            (["show"], 2, "error: Missing argument 'NAME'."),
            (["get", "toy", "--split", "dev"], 2, "error: toy has no split 'dev'\n"),
            (
                ["get", "closed"],
                2,
                "error: closed is not open to download (licence: LDC)\nhint: It is to be had from "
                "the LDC. To check your copy: spanf1 corpora verify closed PATH\n",
            ),
        ],
    )
    def test_errors(self, corpora, args, code, message) -> None:
        ran = corpora(*args, "--catalogue", "own.toml")
        assert (ran.code, ran.out) == (code, "")
        assert ran.err.startswith(message)

    def test_a_bad_catalogue(self, corpora) -> None:
        write("bad.toml", "[corpora.x]\n")
        ran = corpora("list", "--catalogue", "bad.toml")
        assert (ran.code, ran.err) == (3, "error: bad.toml: corpora.x.title: it is missing\n")
