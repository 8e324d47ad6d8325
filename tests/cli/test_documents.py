"""The commands convert, validate and describe on what is no file of columns."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from functools import partial
from pathlib import Path

import pytest

import spanf1
from spanf1.checks.validate import EDGE, ILL_FORMED, SAME_ID, TWICE, WITHIN
from spanf1.exceptions import UsageError
from tests.helpers.commands import pipe, write
from tests.helpers.shared_data import shared

PRODIGY = (
    '{"id": 1, "text": "Ada Lovelace met  Bob.", "spans": [{"start": 0, "end": 12, "label": "PER"},'
    ' {"start": 0, "end": 3, "label": "FIRST"}, {"start": 18, "end": 21, "label": "PER"}]}\n'
    '{"id": 2, "text": "Bank of Ada", "spans": [{"offsets": [[0, 4], [8, 11]], "label": "ORG"}]}\n'
)
TAGS = (
    '{"id": 1, "pos": ["N", "V"], "tokens": ["Ada", "met"], "ner_tags": ["I-PER", "O"]}\n\n'
    '{"id": 2, "pos": ["N", "C"], "tokens": ["Bob", "&"], "ner_tags": ["B-PER", "I-LOC"]}\n'
)
PIPELINE = '[[{"entity_group": "PER", "word": "Ada", "start": 0, "end": 3}]]\n'
STUDIO = [
    {
        "id": 1,
        "data": {"text": "Ada met Bob"},
        "annotations": [{"result": []}],
        "predictions": [
            {"result": [{"type": "labels", "value": {"start": 0, "end": 3, "labels": ["PER"]}}]}
        ],
    }
]


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("spans.jsonl", PRODIGY)
    write("tags.jsonl", TAGS)
    write("pipe.json", PIPELINE)
    write("studio.json", json.dumps(STUDIO))


class TestConvert:
    def test_what_is_said(self, run) -> None:
        ran = run("convert", "spans.jsonl", "--to-format", "columns", "--allow-loss")
        assert ran.out == (
            "# newdoc id = 1\nAda\tB-PER\nLovelace\tI-PER\nmet\tO\nBob\tB-PER\n.\tO\n\n"
            "# newdoc id = 2\nBank\tO\nof\tO\nAda\tO\n"
        )
        assert ran.err.splitlines() == [
            "note: spans.jsonl: JSON Lines of texts and spans, as spaCy and Prodigy have them, "
            "key spans",
            "note: to columns of tokens and tags, IOB2: 2 documents, 2 spans",
            "note: lost spans: spans that nest or overlap (1), discontinuous spans (1)",
            "note: lost: white space of texts, ids",
            "note: 2 texts split into words and punctuation marks",
        ]

    def test_what_would_be_lost(self, run) -> None:
        ran = run("convert", "spans.jsonl", "--to-format", "columns", "-o", "out")
        assert (ran.code, ran.out) == (3, "")
        assert ran.err.splitlines() == [
            "error: spans.jsonl:1: FIRST 'Ada' and 1 other would be lost: columns cannot carry "
            "spans that nest or overlap (1, in line 1), discontinuous spans (1, in line 2)",
            "hint: --levels 2 has more columns of tags, for spans that nest; "
            "--allow-loss leaves them out",
        ]
        assert not os.path.exists("out")

    def test_places_are_named_up_to_a_few(self, run) -> None:
        line = '{"text": "ab", "spans": [{"start": 0, "end": 1, "label": "X"}]}\n'
        write("f", line * 7)
        err = run("convert", "f", "--to-format", "jsonl").err
        assert "(7, in lines 1, 2, 3, 4, 5 and 2 more)" in err

    def test_levels(self, run) -> None:
        ran = run("convert", "spans.jsonl", "--to-format", "columns", "--levels", "2",
                  "--allow-loss", "-q", "-o", "out")  # fmt: skip
        assert (ran.out, ran.err) == ("", "")
        assert Path("out").read_text().splitlines()[1] == "Ada\tB-PER\tB-FIRST"
        ran = run("convert", "out", "-c", "2,3", "--to-format", "doccano", "-q")
        assert json.loads(ran.out.splitlines()[0])["label"] == [
            [0, 12, "PER"],
            [17, 20, "PER"],
            [0, 3, "FIRST"],
        ]

    def test_a_scheme_in_json_lines(self, run) -> None:
        ran = run("convert", "tags.jsonl", "--from", "IOB2", "--to", "BIOES")
        assert [json.loads(line) for line in ran.out.splitlines()] == [
            {"id": 1, "pos": ["N", "V"], "tokens": ["Ada", "met"], "ner_tags": ["S-PER", "O"]},
            {"id": 2, "pos": ["N", "C"], "tokens": ["Bob", "&"], "ner_tags": ["S-PER", "S-LOC"]},
        ]
        assert ran.err.splitlines() == [
            "note: tags.jsonl: JSON Lines of tokens and tags, key ner_tags",
            "note: IOB2 (given) to IOBES: 3 spans, 3 tags changed, 2 ill-formed, treated by begin",
            "note: O → I-PER 1, B-PER → I-LOC 1",
        ]

    def test_in_place_and_method(self, run) -> None:
        ran = run("convert", "tags.jsonl", "--scheme", "BIO", "--to", "BIO", "-m", "discard", "-i")
        assert ran.out == ""
        lines = Path("tags.jsonl").read_text().splitlines()
        tags = [json.loads(line)["ner_tags"] for line in lines]
        assert tags == [["O", "O"], ["B-PER", "O"]]

    def test_how_tags_are_written(self, run) -> None:
        ran = run("convert", "tags.jsonl", "--to-form", "PER_B")
        assert '"ner_tags": ["PER_I", "O"]' in ran.out
        assert "3 tags changed, and nothing but how it is written" in ran.err

    def test_label_ids(self, run) -> None:
        write("f", '{"tokens": ["a", "b"], "tags": [2, 0]}\n')
        ran = run("convert", "f", "--labels", "O,B-X,I-X", "--to", "BILOU", "-q")
        assert json.loads(ran.out)["tags"] == ["U-X", "O"]

    def test_half_of_a_pair_stays(self, run) -> None:
        write("f", '{"tokens": ["a"], "tags": ["I-X"], "note": "\\ud800"}\n')
        ran = run("convert", "f", "--to", "BIO", "-q")
        assert ran.out == '{"tokens": ["a"], "tags": ["B-X"], "note": "\\ud800"}\n'

    def test_io_in_json_lines(self, run) -> None:
        write("f", '{"tokens": ["a", "b"], "tags": ["B-X", "B-X"]}\n' * 2)
        ran = run("convert", "f", "--to", "IO")
        assert (ran.code, ran.out) == (3, "")
        assert ran.err.splitlines() == [
            "error: f:1: IO cannot part this span from the one of its type before it; "
            "also at line 2",
            "hint: --allow-loss writes them as one span",
        ]
        ran = run("convert", "f", "--to", "IO", "--allow-loss")
        assert "2 became one with the span before" in ran.err

    def test_a_folder(self, run) -> None:
        ran = run("convert", "spans.jsonl", "--to-format", "brat", "-o", "out")
        assert ran.err.splitlines()[1] == (
            "note: to a folder of brat's .txt and .ann files: 2 documents, 4 spans"
        )
        assert Path("out/2.ann").read_text() == "T1\tORG 0 4;8 11\tBank Ada\n"
        ran = run("convert", "out", "--to-format", "prodigy", "-q")
        assert json.loads(ran.out.splitlines()[1])["spans"] == [
            {"offsets": [[0, 4], [8, 11]], "label": "ORG"}
        ]
        ran = run("convert", "spans.jsonl", "--to-format", "brat", "-o", "out")
        assert ran.err == "error: out: the output cannot be written: the folder is not empty\n"
        ran = run("convert", "spans.jsonl", "--to-format", "brat")
        assert ran.err.endswith("hint: --output names a folder\n")

    def test_keys(self, run) -> None:
        ran = run("convert", "studio.json", "--to-format", "doccano", "--key", "predictions", "-q")
        assert json.loads(ran.out)["label"] == [[0, 3, "PER"]]
        ran = run("convert", "studio.json", "--to-format", "doccano", "-q")
        assert json.loads(ran.out)["label"] == []

    @pytest.mark.slow
    def test_standard_input(self) -> None:
        ran = pipe(TAGS.encode(), "convert", "--to-format", "columns", "--to", "BILOU")
        assert ran.out == "Ada\tU-PER\nmet\tO\n\nBob\tU-PER\n&\tU-LOC\n"
        assert ran.err.startswith("note: <stdin>: JSON Lines of tokens and tags, key ner_tags\n")
        assert pipe(b"", "convert", "--to-format", "jsonl").out == ""

    def test_compressed(self, run) -> None:
        run("convert", "spans.jsonl", "--to-format", "entities", "-o", "out.gz")
        first = json.loads(gzip.decompress(Path("out.gz").read_bytes()).splitlines()[0])
        assert first["entities"][0] == {"text": "Ada Lovelace", "type": "PER"}

    @pytest.mark.parametrize(
        ("args", "code", "message"),
        [
            (["pipe.json", "--to-format", "brat", "-o", "x"], 3, "brat needs texts"),
            (["spans.jsonl"], 2, "--to is missing"),
            (["spans.jsonl", "--to", "BIO"], 2, "--to-format is missing, and the input is JSON"),
            (["spans.jsonl", "--to-format", "doccano", "--to", "BIO"], 2, "a scheme"),
            (["spans.jsonl", "--to-format", "doccano", "-i"], 2, "--in-place"),
            (["spans.jsonl", "--to-format", "jsonl", "-m", "join"], 2, "--to-form and --method"),
            (["spans.jsonl", "--to-format", "jsonl", "--levels", "2"], 2, "levels"),
            (["spans.jsonl", "--to-format", "jsonl", "-c", "2"], 2, "tag_column does not go"),
            (["spans.jsonl", "--to-format", "doccano", "-o", "spans.jsonl"], 2, "it is the input"),
            (["spans.jsonl", "tags.jsonl", "--to-format", "jsonl"], 2, "one by one"),
            (["spans.jsonl", "--to-format", "jsonl", "--from", "IOBES"], 2, "scheme does not go"),
            (["spans.jsonl", "--to-format", "arrow", "-o", "x.parquet.gz"], 2, "is not compressed"),
            (["spans.jsonl", "--to-format", "spacy", "-o", "x.spacy.xz"], 2, "is not compressed"),
            (["spans.jsonl", "--to-format", "doccano", "-o", "."], 2, "it is a directory"),
            (["tags.jsonl", "--to-format", "columns", "--key", "x"], 3, "there is no key 'x'"),
            (["nothing.jsonl", "--to-format", "columns"], 3, "no such file"),
            (["nothing", "--input-format", "brat", "--to-format", "jsonl"], 3, "no such file"),
        ],
    )
    def test_what_is_refused(self, run, args, code, message) -> None:
        before = sorted(os.listdir())
        ran = run("convert", *args)
        assert (ran.code, ran.out) == (code, "")
        assert message in ran.err.splitlines()[0]
        assert len(ran.err.splitlines()) <= 2
        assert sorted(os.listdir()) == before

    def test_the_column_of_the_tokens(self, run) -> None:
        write("f", "1\tAda\tB-PER\t-\n2\tmet\tO\t-\n")
        ran = run("convert", "f", "-c", "3", "--token-column", "2", "--to-format", "jsonl", "-q")
        assert ran.out == '{"tokens": ["Ada", "met"], "ner_tags": ["B-PER", "O"]}\n'
        ran = run("convert", "f", "-c", "3", "--token-column", "2", "--to", "BIOES")
        assert ran.err.startswith("error: --token-column is for another format")
        ran = run("convert", "f", "-c", "3", "--token-column", "2", "--to-format", "entities")
        assert "columns of tokens and tags, column 3, tokens in column 2\n" in ran.err

    def test_the_folder_that_is_read_stays(self, run) -> None:
        run("convert", "spans.jsonl", "--to-format", "brat", "-o", "in")
        for name, to_format in (("in/1.txt", "prodigy"), ("in/more", "brat")):
            ran = run("convert", "in", "--to-format", to_format, "-o", name)
            assert (ran.code, ran.err) == (
                2,
                f"error: {name}: the output cannot be written: it is in the folder that is read\n",
            )
        ran = run("convert", "in/1.ann", "--to-format", "prodigy", "-o", "in/1.txt")
        assert ran.code == 2
        assert "it is the text of what is read" in ran.err
        assert Path("in/1.txt").read_text() == "Ada Lovelace met  Bob."
        assert run("convert", "in", "--to-format", "prodigy", "-o", "in/new.jsonl").code == 0

    def test_no_room(self, run, monkeypatch) -> None:
        if not os.path.exists("/dev/full"):
            pytest.skip("there is no device that is full")
        args = "convert", "spans.jsonl", "--to-format", "prodigy"
        ran = run(*args, "-o", "/dev/full")
        message = "the output cannot be written: No space left on device"
        assert (ran.code, ran.err) == (2, f"error: /dev/full: {message}\n")
        full = partial(open, "/dev/full", "wb")
        monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: full())
        assert "what is to be written cannot be kept here: " in run(*args).err
        # A file is written beside itself, and not kept elsewhere first.
        assert run(*args, "-o", "out").code == 0

    def test_one_file_of_brat(self, run) -> None:
        run("convert", "spans.jsonl", "--to-format", "brat", "-o", "in")
        ran = run("convert", "in/1.ann", "--to-format", "doccano", "-q")
        assert json.loads(ran.out)["label"][0] == [0, 3, "FIRST"]

    @pytest.mark.parametrize("name", ["../x", ".hidden", "a/", "a\nb"])
    def test_ids_that_are_no_names(self, run, name) -> None:
        write("f", json.dumps({"id": name, "text": "Ada", "spans": []}))
        ran = run("convert", "f", "--to-format", "brat", "-o", "out")
        assert sorted(os.listdir("out")) == ["doc-000001.ann", "doc-000001.txt"]
        assert ran.err.splitlines()[2] == "note: lost: ids that cannot be names of files"

    def test_tokens_of_white_space(self, run) -> None:
        tokens = [{"start": 0, "end": 3}, {"start": 3, "end": 5}, {"start": 5, "end": 8}]
        spans = [[0, 8, "X"], [3, 5, "Y"]]
        write("f", json.dumps({"text": "Ada\n\nmet", "tokens": tokens, "spans": spans}))
        args = "convert", "f", "--input-format", "prodigy", "--to-format", "columns"
        assert "Y '\\n\\n' would be lost" in run(*args).err
        ran = run(*args, "--allow-loss")
        assert ran.out == "# newdoc\nAda\tB-X\nmet\tI-X\n"
        assert "note: lost: white space of texts, tokens of white space\n" in ran.err

    @pytest.mark.parametrize("to_format", ["columns", "brat"])
    def test_types_that_cannot_be_written(self, run, to_format) -> None:
        spans = [[0, 7, "work of art"], [0, 3, "X"]]
        write("f", json.dumps({"text": "Ada met", "spans": spans}))
        args = "convert", "f", "--input-format", "prodigy", "--to-format", to_format, "-o", "out"
        assert run(*args).err.splitlines()[0] == (
            f"error: f:1: work of art 'Ada met' would be lost: {to_format} cannot carry "
            "spans whose type cannot be written (1, in line 1)"
        )
        ran = run(*args, "--allow-loss")
        assert "1 document, 1 span\n" in ran.err
        assert "note: lost spans: spans whose type cannot be written (1)\n" in ran.err

    def test_columns_stay_columns(self, run) -> None:
        write("f", "# id = 1\na\tx\tB-X\n")
        ran = run("convert", "f", "--to", "BILOU", "--to-format", "columns", "-q")
        assert ran.out == "# id = 1\na\tx\tU-X\n"
        ran = run("convert", "f", "--to-format", "columns")
        assert ran.err.startswith("error: --to is missing: these are columns already\n")
        ran = run("convert", "f", "--to", "BILOU", "--text-key", "x")
        assert ran.err.startswith("error: text_key does not go with columns of tokens and tags")


class TestValidate:
    @pytest.mark.slow
    def test_json_lines_are_as_columns(self, run) -> None:
        gold = str(shared("wnut17/gold.conll"))
        run("convert", gold, "--to-format", "jsonl", "-o", "gold.jsonl")
        outs = [
            json.loads(run("validate", path, "--scheme", "IOBES", "-f", "json").out)[0]
            for path in (gold, "gold.jsonl")
        ]
        for out in outs:
            del out["file"]
            for violation in out["violations"]:
                del violation["line"]
        assert outs[0] == outs[1]
        assert outs[0]["total"] > 1000

    def test_tags(self, run) -> None:
        ran = run("validate", "tags.jsonl", "--scheme", "IOB2")
        assert ran.code == 1
        assert ran.out.splitlines() == [
            "tags.jsonl:1: O → I-PER at 'Ada': I begins no span in IOB2",
            "tags.jsonl:3: B-PER → I-LOC at '&': I begins no span in IOB2",
            "tags.jsonl: 2 violations of IOB2 (given); 4 tokens in 2 sentences; JSON Lines of "
            "tokens and tags, key ner_tags",
            "  1  B-PER → I-LOC",
            "  1  O → I-PER",
        ]

    def test_spans(self, run) -> None:
        assert run("validate", "spans.jsonl").out == (
            "spans.jsonl: no faults; 4 spans in 2 documents, 2 nested or overlapping, "
            "1 discontinuous; JSON Lines of texts and spans, as spaCy and Prodigy have them, "
            "key spans\n"
        )

    FAULTY = (
        '{"id": 1, "text": "Ada met Bob", "spans": [[0, 4, "PER"], [8, 11, "PER"], [8, 11, "PER"]]}'
        '\n{"id": 1, "text": "Adam", "tokens": [{"start": 0, "end": 4}], "spans": [[0, 3, "X"]]}\n'
    )

    def test_faults(self, run) -> None:
        write("f", self.FAULTY)
        ran = run("validate", "f", "--input-format", "prodigy", "--max", "3")
        assert ran.code == 1
        assert ran.out.splitlines() == [
            "f:1: white space at the edge of a span: PER 'Ada ' (0 to 4)",
            "f:1: a span that is there twice: PER 'Bob' (8 to 11)",
            "f:2: an id that is there twice: f:1 has it, too",
            "f: 4 faults; 4 spans in 2 documents, 2 nested or overlapping; JSON Lines of texts "
            "and spans, as spaCy and Prodigy have them, key spans",
            "  1  a span that does not begin and end where tokens do",
            "  1  a span that is there twice",
            "  1  an id that is there twice",
            "  1  white space at the edge of a span",
        ]

    def test_formats(self, run) -> None:
        write("f", self.FAULTY)
        args = "validate", "f", "--input-format", "prodigy", "-q", "--format"
        rows = list(csv.reader(io.StringIO(run(*args, "csv").out)))
        assert rows[0] == ["file", "line", "token", "before", "after", "reason"]
        assert rows[1:3] == [
            ["f", "1", "Ada ", "", "PER", EDGE],
            ["f", "1", "Bob", "", "PER", TWICE],
        ]
        assert run(*args, "github").out.splitlines()[0] == (
            "::error file=f,line=1,title=span::white space at the edge of a span: PER 'Ada ' "
            "(0 to 4)"
        )
        (found,) = json.loads(run(*args, "json").out)
        assert found["violations"][0] == {
            "line": 1,
            "document": 1,
            "type": "PER",
            "text": "Ada ",
            "parts": [[0, 4]],
            "kind": EDGE,
            "reason": "",
        }
        assert found["kinds"] == {EDGE: 1, TWICE: 1, SAME_ID: 1, WITHIN: 1}
        assert (found["spans"], found["documents"], found["overlapping"]) == (4, 2, 2)

    def test_a_folder_has_no_lines(self, run) -> None:
        os.mkdir("corpus")
        write("corpus/a.txt", "Ada \n")
        write("corpus/a.ann", "T1\tPER 0 4\tAda \n")
        ran = run("validate", "corpus", "-q")
        assert ran.out == (
            "corpus: document a: white space at the edge of a span: PER 'Ada ' (0 to 4)\n"
        )
        ran = run("validate", "corpus", "-q", "--format", "github")
        assert ran.out.startswith("::error file=corpus,title=span::document a: white space")
        ran = run("validate", "corpus", "-q", "--format", "csv")
        assert ran.out.splitlines()[1] == f"corpus,,Ada ,,PER,document a: {EDGE}"
        ran = run("describe", "corpus/", "spans.jsonl", "-q")
        assert ran.out.splitlines()[1].startswith("corpus  ")

    def test_tags_of_a_pipeline(self, run) -> None:
        item = {"entity": "I-PER", "index": 1, "word": "Ada", "start": 0, "end": 3}
        write("f", json.dumps([[item]]))
        ran = run("validate", "f", "--scheme", "IOB2")
        assert ran.out.splitlines()[0] == "f:1: ill-formed tags: PER (0 to 3): O → I in IOB2"
        assert "; IOB2 (given)" in ran.out

    def test_mentions_may_be_repeated(self, run) -> None:
        write("f", '{"entities": [{"text": "Ada", "type": "PER"}, {"text": "Ada", "type": "PER"}]}')
        assert run("validate", "f").code == 0

    def test_levels_of_columns(self, run) -> None:
        write("f", "a B-X I-X\n")
        ran = run("validate", "f", "-c", "2,3", "--scheme", "IOB2", "-f", "json")
        assert [one["total"] for one in json.loads(ran.out)] == [0, 1]

    def test_several_formats(self, run) -> None:
        write("f", "a B-X\n")
        ran = run("validate", "f", "spans.jsonl", "tags.jsonl", "pipe.json", "--format", "json")
        assert [one["total"] for one in json.loads(ran.out)] == [0, 0, 1, 0]

    def test_a_scheme_is_for_tags(self, run) -> None:
        for option in (["--scheme", "BIO"], ["--tag-form", "B-PER"]):
            ran = run("validate", "spans.jsonl", *option)
            assert ran.code == 2
            assert "does not go with JSON Lines of texts and spans" in ran.err
            assert run("validate", "spans.jsonl", "tags.jsonl", *option).code in (0, 1)
        for function in (spanf1.validate_file, spanf1.describe):
            with pytest.raises(UsageError, match="scheme does not go with JSON Lines of texts"):
                function("spans.jsonl", scheme="BIO")

    def test_an_array_of_nothing(self, run) -> None:
        write("f", "[\n]\n")
        assert run("validate", "f").err.startswith("error: f: there are no records\n")
        assert run("validate", "f", "--input-format", "labelstudio").code == 0

    def test_hints_name_options_that_there_are(self, run) -> None:
        write("f", "a x\n")
        for command in (["validate"], ["convert", "--to-format", "jsonl"], ["describe"]):
            assert "--gold-column" not in run(*command, "f").err

    def test_python(self) -> None:
        write("f", self.FAULTY)
        found = spanf1.validate_file("f", input_format="prodigy")
        assert [one.kind for one in found] == [EDGE, TWICE, SAME_ID, WITHIN]
        found = spanf1.validate_file("tags.jsonl", scheme="BIO")
        assert [one.line for one in found] == [1, 3]
        write("g", "a I-X\n")
        assert [one.kind for one in spanf1.validate_file("g", scheme="BIO")] == ["O → I-X"]
        with pytest.raises(UsageError, match="key does not go with columns"):
            spanf1.validate_file("g", key="x")
        assert ILL_FORMED not in {one.kind for one in found}


class TestDescribe:
    def test_what_is_shown(self, run) -> None:
        ran = run("describe", "spans.jsonl")
        assert ran.out.splitlines()[5:10] == [
            "             Docs  Sents  Tokens  Entities  Inside  Forms  Ambig.  Share",
            "spans.jsonl     2      -       8         4   75.00      4       0   0.00",
            "JSON Lines of texts and spans, as spaCy and Prodigy have them, key spans",
            "tokens: words and punctuation marks of the texts",
            "spans overlap in 1 document: tokens that are in several count in each",
        ]
        assert all(len(line) <= 80 for line in ran.out.splitlines())
        assert ran.err == ""

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("name", "others"),
        [
            ("jsonl", {"file"}),
            ("prodigy", {"file", "documents", "scheme", "sentences"}),
            # Without tokens, there are more of them.
            ("doccano", {"file", "documents", "scheme", "sentences", "tokens", "density", "all",
                         "types"}),
        ],
    )  # fmt: skip
    def test_the_same_as_of_columns(self, run, name, others) -> None:
        gold = str(shared("wnut17/gold.conll"))
        train = str(shared("wnut17/submissions/spinningbytes.conll"))
        run("convert", gold, "--to-format", name, "-o", "out", "-q")
        totals = [
            json.loads(run("describe", path, "--train", train, "-f", "json").out)["total"]
            for path in (gold, "out")
        ]
        assert {key for key in totals[0] if totals[0][key] != totals[1][key]} <= others

    def test_tags(self, run) -> None:
        ran = run("describe", "tags.jsonl", "--scheme", "BIO")
        assert ran.out.splitlines()[7:10] == [
            "JSON Lines of tokens and tags, key ner_tags, written like B-PER; IOB2 (given)",
            "2 of 3 spans are ill-formed (O → I 1, other type → I 1; first in line 1), and",
            "    count as entities",
        ]

    def test_forms(self) -> None:
        words = [{"start": 0, "end": 1}, {"start": 1, "end": 3}]
        record = {"text": "U.S \n A", "tokens": words, "spans": [[0, 3, "X"]]}
        write("f", json.dumps(record) + "\n")
        write("g", json.dumps({"text": "U.S \n A", "spans": [[0, 7, "X"]]}) + "\n")
        forms = [spanf1.describe(path, input_format="prodigy").total.forms for path in ("f", "g")]
        assert [next(iter(one)) for one in forms] == [("U .S", "X"), ("U.S A", "X")]

    def test_texts_alone(self, run) -> None:
        write("f", '[{"text": "New York", "type": "LOC"}, {"text": "New  York", "type": "LOC"}]')
        total = json.loads(run("describe", "f", "pipe.json", "-f", "json").out)["files"]
        assert total[0]["all"]["forms"] == 1
        assert total[0]["all"]["tokens"] == 4
        assert total[1]["all"]["entities"] == 1
        found = spanf1.describe("f", input_format="entities").total.notes
        assert found[1] == "1 document without a text: no tokens there"

    def test_case(self) -> None:
        write("f", '[{"text": "ADA", "type": "PER"}, {"text": "Ada", "type": "PER"}]')
        assert spanf1.describe("f", ignore_case=True).total.all.forms == 1

    def test_what_is_not_known_is_left_out(self) -> None:
        write("f", '[[{"entity_group": "PER", "start": 0, "end": 3}]]')
        found = spanf1.describe("f").total
        assert found.all.entities == 0
        assert found.notes[-1] == "1 span left out: not known what they say"

    def test_options_go_where_they_fit(self, run) -> None:
        write("f", "B-X a\n")
        args = "describe", "spans.jsonl", "--train", "f", "-c", "1", "-f", "json"
        assert json.loads(run(*args).out)["train"]["all"]["entities"] == 1
        ran = run("describe", "spans.jsonl", "-c", "1")
        assert ran.err.startswith("error: tag_column does not go with JSON Lines of texts")
        ran = run("describe", "f", "--key", "x")
        assert ran.err.startswith("error: key does not go with columns")

    def test_levels_of_columns(self, run) -> None:
        write("f", "a B-X B-Y\nb I-X O\n\nc O O\n")
        total = json.loads(run("describe", "f", "-c", "2,3", "-f", "json").out)["total"]
        assert (total["sentences"], total["tokens"], total["all"]["entities"]) == (2, 3, 2)
        assert spanf1.describe("f", tag_column="2,3").total.types.keys() == {"X", "Y"}
