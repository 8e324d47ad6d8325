"""Columns that are asked for by the names in a file's header."""

from __future__ import annotations

import concurrent.futures
import gzip
import json
from pathlib import Path

import pytest

import spanf1
from spanf1.contents import describe as describing
from spanf1.contents.baseline import baseline
from spanf1.core.tags import TagSet
from spanf1.corpora.catalogue import load
from spanf1.corpora.verify import verify
from spanf1.exceptions import LayoutError, UsageError
from spanf1.formats import opening
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.columns.layout import declared_names
from spanf1.formats.columns.rewriting import raw_lines
from spanf1.formats.columns.tags import MergedFile, TagFile
from spanf1.formats.options import column_of
from spanf1.formats.source import Source
from spanf1.ranking import compare as comparing
from tests.helpers.commands import pipe, write
from tests.helpers.shared_data import shared

HEADER = "TOKEN\tLIT\tMETO\tNEL\n"
ROWS = (
    "In\tO\tO\t_\nParis\tB-loc\tB-org\tQ90\n,\tO\tO\t_\n\n"
    "Karl\tB-pers\tB-pers\t_\nMarx\tI-pers\tO\t_\n"
)
HIPE = "# language = de\n# newspaper = NZZ\n" + HEADER + "# segment = 1\n" + ROWS
PLUS = "# global.columns = TOKEN LIT METO NEL\n# newdoc\n" + ROWS
BOM = "\ufeff"

# What a file may be like, and how many lines it has before the first token.
FILES = {
    "first line": (HEADER + ROWS, 1),
    "behind comments": (HIPE, 4),
    "behind blank lines": ("\n \t\n" + HEADER + ROWS, 3),
    "blank line behind it": (HEADER + "\n" + ROWS, 2),
    "behind a document": ("-DOCSTART-\tO\tO\tO\n\n" + HEADER + ROWS, 3),
    "byte-order mark": (BOM + HEADER + ROWS, 1),
    "CRLF": ((HEADER + ROWS).replace("\n", "\r\n"), 1),
    "spaces": ((HEADER + ROWS).replace("\t", " "), 1),
    "runs of spaces": ((HEADER + ROWS).replace("\t", "   "), 1),
    "commas": ((HEADER + ROWS).replace(",", ";").replace("\t", ","), 1),
    "no line end": ((HEADER + ROWS).removesuffix("\n"), 1),
    "CoNLL-U Plus": (PLUS, 2),
    "CoNLL-U Plus, byte-order mark": (BOM + PLUS, 2),
    "CoNLL-U Plus, CRLF": (PLUS.replace("\n", "\r\n"), 2),
    "many comments": ("# c\n" * 150_000 + HEADER + ROWS, 150_001),
    "many comments, CoNLL-U Plus": (PLUS.replace("# newdoc\n", "# c\n" * 150_000), 150_001),
    "name that is a tag": (HEADER.replace("NEL", "B-loc") + ROWS, 1),
}
each_file = pytest.mark.parametrize("text", [text for text, _ in FILES.values()], ids=FILES)
TAGS = {"gold_column": "LIT", "pred_column": "METO"}
TOKENS = {"token_column": "TOKEN"}


def delimiter(text: str) -> dict[str, str]:
    return {"delimiter": ","} if "TOKEN," in text else {}


def figures(result: spanf1.Result) -> tuple[int, ...]:
    return (result.counts.tokens, result.micro.gold, result.micro.predicted, result.micro.correct)


class TestNames:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            (3, 3),
            ("3", 3),
            ("-1", -1),
            ("+2", 2),
            ("NE", "NE"),
            ("1a", "1a"),
            ("٣", "٣"),
            ("-", "-"),
        ],
    )
    def test_numbers_are_numbers(self, given, expected) -> None:
        assert column_of(given) == expected

    @pytest.mark.parametrize("given", [0, "0", "-0", ""])
    def test_no_column(self, given) -> None:
        with pytest.raises(UsageError):
            column_of(given)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("# global.columns = ID FORM\n", (("ID", "FORM"), 1)),
            ("# c\n\n# global.columns=ID\tFORM\r\n", (("ID", "FORM"), 3)),
            ("a\tO\n# global.columns = ID FORM\n", ((), 0)),
            ("#a\tO\n# global.columns = ID FORM\n", ((), 0)),
            ("# global.columns\n", ((), 0)),
            ("# global.columns =\n", ((), 1)),
            ("", ((), 0)),
        ],
    )
    def test_declared(self, text, expected) -> None:
        assert declared_names(text.encode()) == expected


class TestFiles:
    @each_file
    def test_score(self, tmp_path, text) -> None:
        path = tmp_path / "f"
        path.write_bytes(text.encode())
        result = spanf1.score_file(path, **TAGS, **delimiter(text))
        assert figures(result) == (5, 2, 2, 0)
        assert result.counts.sentences == 2
        assert (result.input.gold_column, result.input.pred_column) == (2, 3)

    @each_file
    def test_two_files(self, tmp_path, text) -> None:
        (tmp_path / "g").write_bytes(text.encode())
        (tmp_path / "p").write_bytes(text.replace("METO", "NER", 1).encode())
        names = {"gold_column": "LIT", "pred_column": "NER", "token_column": "TOKEN"}
        result = spanf1.score_file(tmp_path / "g", tmp_path / "p", **names, **delimiter(text))
        assert figures(result) == (5, 2, 2, 0)
        read = result.input
        assert (read.gold_column, read.pred_column, read.token_column) == (2, 3, 1)

    @pytest.mark.parametrize(("text", "before"), FILES.values(), ids=FILES)
    @pytest.mark.parametrize("size", [1, 16, 1 << 19])
    def test_lines_and_bytes(self, tmp_path, text, before, size) -> None:
        path = tmp_path / "f"
        path.write_bytes(text.encode())
        given = delimiter(text).get("delimiter")
        file = ColumnFile(Source(str(path)), delimiter=given, block_size=max(size, len(text) >> 7))
        tags = TagSet({})
        runs = list(raw_lines(TagFile(file, "LIT"), tags))
        assert b"".join(run.data for run in runs) == path.read_bytes()
        found = [
            (run.sentences.line(k) - before, run.tag(k).decode(), k in run.sentences.starts)
            for run in runs
            for k in range(run.size)
        ]
        assert found == [
            (1, "O", True),
            (2, "B-loc", False),
            (3, "O", False),
            (5, "B-pers", True),
            (6, "I-pers", False),
        ]

    def test_by_number_a_declared_header_is_a_comment(self, tmp_path) -> None:
        path = tmp_path / "f"
        path.write_text(PLUS)
        result = spanf1.score_file(path, gold_column=2, pred_column="-2")
        assert figures(result) == (5, 2, 2, 0)

    @pytest.mark.parametrize("text", ["", "# c\n", "# global.columns = A B\n\n", HEADER, HIPE[:60]])
    def test_no_tokens(self, tmp_path, text) -> None:
        path = tmp_path / "f"
        path.write_text(text)
        assert spanf1.score_file(path, **TAGS).counts.tokens == 0
        assert spanf1.score_file(path, path, **TAGS, **TOKENS).counts.tokens == 0

    def test_different_headers_and_tokens_by_name(self, tmp_path) -> None:
        gold, predicted = tmp_path / "g", tmp_path / "p"
        gold.write_text("LIT\tTOKEN\nB-a\tx\nO\ty\n")
        predicted.write_text("# c\n#\tTOKEN\tNER\n1\tx\tB-a\n2\ty\tB-a\n")
        names = {"gold_column": "LIT", "pred_column": "NER", "token_column": "TOKEN"}
        result = spanf1.score_file(gold, predicted, **names)
        assert figures(result) == (2, 1, 2, 1)
        read = result.input
        assert (read.gold_column, read.pred_column, read.token_column) == (1, 3, 2)

    def test_tokens_by_name_alone(self, tmp_path) -> None:
        path = tmp_path / "f"
        path.write_text(HEADER + ROWS)
        given = {"gold_column": 2, "pred_column": 3, "match": "surface"}
        by_name = spanf1.score_file(path, **given, **TOKENS)
        assert by_name.input.token_column == 1
        assert figures(by_name) == (5, 2, 2, 0)

    def test_ids_that_begin_like_a_comment(self, tmp_path) -> None:
        path = tmp_path / "f"
        path.write_text("#ID WORD NER\n#1 x B-a\n# y O\n")
        ids = {"token_column": "#ID"}
        result = spanf1.score_file(
            path, path, **dict.fromkeys(["gold_column", "pred_column"], "NER"), **ids
        )
        assert figures(result) == (2, 1, 1, 1)

    def test_parts(self, tmp_path, monkeypatch) -> None:
        path = tmp_path / "f"
        path.write_text(HIPE + ("\n" + ROWS) * 200)
        monkeypatch.setattr(opening, "PART_SIZE", 1000)
        parts = [*MergedFile(ColumnFile(Source(str(path))), "LIT", "METO").parts(1000)]
        assert len(parts) > 5
        with concurrent.futures.ThreadPoolExecutor(2) as executor:
            found = spanf1.score_file(path, **TAGS, executor=executor)
            surface = spanf1.score_file(path, **TAGS, match="surface", executor=executor)
        whole = spanf1.score_file(path, **TAGS)
        assert found.to_dict() == whole.to_dict()
        assert figures(found) == (1005, 402, 402, 0)
        assert surface.to_dict() == spanf1.score_file(path, **TAGS, match="surface").to_dict()

    def test_parts_name_the_line(self, tmp_path, monkeypatch) -> None:
        path = tmp_path / "f"
        path.write_text(HEADER + (ROWS + "\n") * 200 + "x\ty\tz\t_\n")
        monkeypatch.setattr(opening, "PART_SIZE", 1000)
        with (
            concurrent.futures.ThreadPoolExecutor(2) as executor,
            pytest.raises(spanf1.TagError, match=r"f:1402: tag 'y'"),
        ):
            spanf1.score_file(path, **TAGS, executor=executor)


NO_NAME = "no column is called 'lit': the columns are called 'TOKEN', 'LIT', 'METO', 'NEL'"


class TestErrors:
    @pytest.mark.parametrize(
        ("text", "name", "line", "expected"),
        [
            (HEADER + ROWS, "lit", 1, (NO_NAME, "did you mean LIT?")),
            (HIPE, "MET0", 3, ("no column is called 'MET0'", "did you mean METO?")),
            (PLUS, "lit", 1, (NO_NAME, "did you mean LIT?")),
            (
                "T\tNER\x1b7\tP\nx\tO\tO\n",
                "NER",
                1,
                (r"'T', 'NER\x1b7'", "did you mean column 2?"),
            ),
            (f"T\t{'N' * 400}\tP\nx\tO\tO\n", "N" * 390, 1, ("N…'", "did you mean column 2?")),
            (HIPE, "qqq", 3, ("no column is called 'qqq'", "by its number")),
            ("A\tNE\tNE\nx\tO\tO\n", "NE", 1, ("2 columns are called 'NE': 2 and 3", "number")),
            (
                "# global.columns = A NE\nx\tO\tO\n",
                "NE",
                1,
                ("2 names of columns, but line 2 has 3", "--delimiter"),
            ),
            ("".join(f"c{k}\t" for k in range(99)) + "\n", "NE", 1, ("'c29', …", "")),
        ],
    )
    def test_names(self, tmp_path, text, name, line, expected) -> None:
        path = tmp_path / "f"
        path.write_text(text)
        with pytest.raises(LayoutError) as raised:
            spanf1.score_file(path, gold_column=name, pred_column=-1)
        assert expected[0] in raised.value.message
        assert expected[1] in raised.value.hint
        assert raised.value.where == f"{path}:{line}"

    @pytest.mark.parametrize("text", [HEADER + ROWS, HIPE])
    def test_numbers_with_an_unusual_header(self, run, text) -> None:
        write("f", text.replace("TOKEN", "MOT"))
        for args in (
            ["detect", "f", "-c", "2"],
            ["score", "f", "f", "--tag-column", "2"],
            ["score", "f", "--gold-column", "2", "--pred-column", "3"],
            ["describe", "f", "-c", "2"],
        ):
            ran = run(*args)
            assert ran.code == 3
            assert "tag 'LIT' fits no scheme" in ran.err
            assert ran.err.endswith(
                "if this line names the columns, one can be given by its name\n"
            )

    def test_the_hint_is_for_the_first_line(self, run) -> None:
        write("f", "a\tO\nb\tx\n")
        ran = run("detect", "f")
        assert ran.code == 3
        assert "names" not in ran.err

    def test_no_hint_if_names_are_in_use(self, run) -> None:
        write("f", HEADER + ROWS)
        ran = run("detect", "f", "-c", "NEL")
        assert ran.err.startswith("error: f:2: tag '_' fits no scheme")
        assert "names" not in ran.err

    def test_more_fields_than_names(self, run) -> None:
        write("f", "TOKEN\tNE\nx\tO\tO\n")
        ran = run("detect", "f", "-c", "NE", "--delimiter", "tab")
        assert (ran.code, ran.out) == (3, "")
        assert ran.err.startswith("error: f:2: 3 fields where the lines before have 2")

    def test_same_column(self, run) -> None:
        write("f", HEADER + ROWS)
        ran = run("score", "f", "--gold-column", "LIT", "--pred-column", "2")
        assert ran.err.startswith("error: f: gold and predicted tags are both in column 2")

    @pytest.mark.parametrize("name", ["", "0"])
    def test_usage(self, run, name) -> None:
        write("f", HEADER + ROWS)
        ran = run("detect", "f", "-c", name)
        assert (ran.code, ran.out) == (2, "")


BY_NAME = "LIT"
COMMANDS = [
    ["score", "f", "p", "--tag-column", BY_NAME],
    ["score", "f", "p", "--tag-column", BY_NAME, "--token-column", "TOKEN"],
    ["score", "f", "p", "--tag-column", BY_NAME, "--match", "surface"],
    ["score", "f", "p", "--tag-column", BY_NAME, "--reading", "conlleval"],
    ["score", "f", "p", "--tag-column", BY_NAME, "--confidence", "0.9", "--jobs", "2"],
    ["score", "f", "--gold-column", BY_NAME, "--pred-column", "METO"],
    ["score", "f", "--gold-column", BY_NAME, "--pred-column", "-2"],
    ["schemes", "f", "p", "--tag-column", BY_NAME, "--token-column", "TOKEN"],
    ["schemes", "f", "--gold-column", BY_NAME, "--pred-column", "METO", "--token-column", "TOKEN"],
    ["compare", "f", "f", "p", "--tag-column", BY_NAME],
    ["compare", "f", "p", "--merged", "--gold-column", BY_NAME, "--pred-column", "METO"],
    ["detect", "f", "p", "--tag-column", BY_NAME],
    ["validate", "f", "-c", BY_NAME],
    ["describe", "f", "--train", "p", "-c", BY_NAME, "--token-column", "TOKEN"],
    ["baseline", "--train", "f", "p", "--tag-column", BY_NAME, "--token-column", "TOKEN"],
    ["baseline", "--train", "f", "p", "--train-tag-column", BY_NAME, "--test-tag-column", BY_NAME],
    ["corpora", "verify", "wnut17", "f", "-c", BY_NAME, "--token-column", "TOKEN"],
]
NUMBERS = {"TOKEN": "1", "LIT": "2", "METO": "3"}


class TestCommands:
    @pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
    def test_as_by_number_without_the_header(self, run, args) -> None:
        rows = ROWS.replace("O\tO", "O\tB-org" if "--merged" in args else "I-loc\tO")
        for name, text in (("f", ROWS), ("p", rows)):
            write(name, "# c\n" + HEADER + text)
        named = run(*args)
        assert named.err == "" or "error" not in named.err
        # A comment in the place of the header: line numbers are the same.
        for name, text in (("f", ROWS), ("p", rows)):
            write(name, "# c\n# c\n" + text)
        assert named == run(*[NUMBERS.get(arg, arg) for arg in args])

    @pytest.mark.slow
    def test_standard_input(self) -> None:
        done = pipe(HIPE.encode(), "validate", "-c", "LIT", "--scheme", "IOB2")
        assert (done.code, done.err) == (0, "")
        columns = ["--gold-column", "LIT", "--pred-column", "METO"]
        done = pipe(HIPE.encode(), "score", *columns, "-f", "json")
        assert json.loads(done.out)["tokens"] == 5

    def test_compressed(self, run) -> None:
        write("f.gz", gzip.compress(HIPE.encode()))
        ran = run("score", "f.gz", "--gold-column", "LIT", "--pred-column", "METO", "-f", "json")
        assert json.loads(ran.out)["tokens"] == 5

    @each_file
    @pytest.mark.parametrize("scheme", ["IOB2", "BIO"])
    def test_repair_keeps_the_header(self, run, text, scheme) -> None:
        broken = text.replace("B-pers", "I-pers", 1)
        write("f", broken)
        more = ["--delimiter", ","] if delimiter(text) else []
        ran = run("repair", "f", "-c", "LIT", "--scheme", scheme, "-q", "-o", "out", *more)
        assert (ran.code, ran.err) == (0, "")
        assert Path("out").read_bytes() == text.encode()

    @pytest.mark.slow
    @each_file
    def test_convert_keeps_the_header(self, run, text) -> None:
        write("f", text)
        more = ["--delimiter", ","] if delimiter(text) else []
        for to, source, target in (("IOBES", "f", "there"), ("IOB2", "there", "back")):
            ran = run("convert", source, "-c", "LIT", "--to", to, "-q", "-o", target, *more)
            assert (ran.code, ran.err) == (0, "")
        assert b"S-loc" in Path("there").read_bytes()
        assert Path("back").read_bytes() == text.encode()

    @pytest.mark.slow
    @each_file
    def test_predictions_of_the_baseline(self, run, text) -> None:
        write("f", text)
        more = ["--delimiter", ","] if delimiter(text) else []
        args = ["--train", "f", "f", "--tag-column", "LIT", "--predictions", "out", *more]
        first = run("baseline", *args, "-f", "csv")
        assert first.code == 0
        columns = ["--gold-column", "LIT", "--pred-column", "BASELINE"]
        if text.startswith("# global") and len(text) > 1000:
            # The names are too far before the tokens to get one more.
            columns = ["--gold-column", "2", "--pred-column", "-1"]
        ran = run("score", "out", *columns, *more, "-f", "csv")
        assert ran.code == 0, ran.err
        assert ran.out == first.out

    def test_violations_have_their_lines(self, run) -> None:
        write("f", HIPE.replace("B-pers", "I-pers", 1))
        ran = run("validate", "f", "-c", "LIT", "--scheme", "IOB2")
        assert "f:9" in ran.out

    def test_examples_do_not_show_the_header(self, run) -> None:
        write("f", "TOKEN NE SYS\na O O\nb I-x B-x\nc I-y I-y\n")
        args = ["--gold-column", "NE", "--pred-column", "SYS", "--token-column", "TOKEN"]
        ran = run("schemes", "f", *args, "--scheme", "IOB2")
        assert ran.code == 0
        assert "f:3" in ran.out
        assert "TOKEN" not in ran.out


class TestPython:
    @pytest.fixture
    def path(self, tmp_path) -> Path:
        path = tmp_path / "f"
        path.write_text(HIPE)
        return path

    def test_all(self, path) -> None:
        found = describing.describe(path, tag_column="LIT", **TOKENS)
        assert (found.files[0].tokens, found.files[0].types["loc"].entities) == (5, 1)
        assert baseline(path, path, tag_column="LIT", **TOKENS).micro.f1 == 1
        ranking = comparing.compare(path, {"a": path, "b": path}, **TAGS)
        assert len(ranking.standings) == 2
        catalogue = load()
        corpus = catalogue.corpora["wnut17"]
        (one,) = verify(corpus, path, tag_column="LIT", **TOKENS)
        assert one.contents.tokens == 5


def test_uner_by_number() -> None:
    path = str(next(Path(shared("uner_en_ewt")).glob("*.iob2*")))
    result = spanf1.score_file(path, path, gold_column=3, pred_column="3", token_column=2)
    assert result.micro.f1 == 1
    assert result.counts.tokens > 10_000
