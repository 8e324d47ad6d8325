"""Copies of a corpus held against a catalogue: what each is said to be, and the exit code."""

from __future__ import annotations

import bz2
import csv
import gzip
import hashlib
import io
import json
import re
from pathlib import Path

import pytest

from spanf1.cli.corpora import verify as command
from spanf1.corpora.catalogue import load
from spanf1.corpora.verify import verify
from spanf1.exceptions import UsageError
from tests.helpers.commands import formats_of, pipe, write
from tests.helpers.shared_data import shared

# Three documents, seven sentences, in IOB1.
TEST = """\
-DOCSTART- -X- O

John NN I-PER
Smith NN I-PER
sees VB O
Oslo NN I-LOC
Bonn NN B-LOC

the DT O
UN NN I-ORG
sits VB O

-DOCSTART- -X- O

Mary NN I-PER
Ann NN B-PER
go VB O

Rome NN I-LOC

UN NN I-ORG
men NN O

-DOCSTART- -X- O

Bob NN I-PER
in IN O
Ulm NN I-LOC

no DT O
one NN O
"""
# One document, three sentences.
DEV = """\
-DOCSTART- -X- O

Ann NN I-PER
went VB O
home NN O

Oslo NN I-LOC
Bonn NN B-LOC

UN NN I-ORG
"""
IOB2 = re.sub(r" [BI]-(\w+)\n", r" B-\1\n", TEST).replace("Smith NN B-PER", "Smith NN I-PER")
OTHER = "a B-X\nb I-X\n\nc O\nd B-Y\ne O\n"

SHA256 = hashlib.sha256(TEST.encode()).hexdigest()
CATALOGUE = f"""
[corpora.toy]
title = "Toy"
task = "named entities"
language = "English"
licence = "CC BY 4.0"
open = true
homepage = "https://example.org"
obtain = "Anyone may download it."
citation = "A. Author. 2001. A corpus."
source = "Author 2001, table 1"
scheme = "IOB1"
encoding = "UTF-8"
columns = ["token", "pos", "tag"]
delimiter = "space"
sentences_include_documents = true
aliases = ["spielzeug"]

[corpora.toy.splits.test]
files = ["toy.test"]
documents = 3
sentences = 10
tokens = 19
types = {{ LOC = 4, ORG = 2, PER = 4 }}
url = "https://example.org/toy.test"
sha256 = "{SHA256}"

[corpora.toy.splits.dev]
files = ["toy.dev"]
documents = 1
sentences = 4
tokens = 6
types = {{ LOC = 2, ORG = 1, PER = 1 }}

[corpora.toy.splits.unknown]
files = ["toy.unknown"]

[corpora.other]
title = "Another"
task = "named entities"
language = "English"
licence = "CC BY 4.0"
open = true
homepage = "https://example.org"
obtain = "Anyone may download it."
citation = "B. Author. 2002. Another corpus."
source = "Author 2002"
scheme = "IOB2"
encoding = "UTF-8"
columns = ["token", "tag"]
delimiter = "space"

[corpora.other.splits.test]
files = ["other.test"]
sentences = 2
tokens = 5
types = {{ X = 1, Y = 1 }}

[corpora.types]
title = "Only entities are known"
task = "named entities"
language = "English"
licence = "CC BY 4.0"
open = true
homepage = "https://example.org"
obtain = "Anyone may download it."
citation = "C. Author. 2003."
source = "Author 2003"
scheme = "IOB2"
encoding = "UTF-8"
columns = ["token", "tag"]
delimiter = "space"

[corpora.types.splits.test]
files = ["types.test"]
types = {{ X = 1, Y = 1 }}

[corpora.archived]
title = "In an archive"
task = "named entities"
language = "English"
licence = "CC BY 4.0"
open = true
homepage = "https://example.org"
obtain = "Anyone may download it."
citation = "D. Author. 2004."
source = "Author 2004"
scheme = "IOB2"
encoding = "UTF-8"
columns = ["token", "tag"]
delimiter = "space"

[corpora.archived.splits.test]
files = ["other.test"]
sentences = 2
tokens = 5
types = {{ X = 1, Y = 1 }}
url = "https://example.org/all.zip"
sha256 = "{"0" * 64}"
member = "all/other.test"
"""


@pytest.fixture(autouse=True)
def known(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("catalogue.toml", CATALOGUE)
    return load("catalogue.toml")


def remarks_of(known, text: str | bytes, corpus: str = "toy", name: str = "f", **given):
    found = verify(known[corpus], write(name, text), catalogue=known, **given)
    assert len(found) == 1
    return found[0], found[0].remarks()


def different(found) -> dict[str, tuple[int, int]]:
    return {one.name: (one.published, one.measured) for one in found.figures if not one.agrees}


def test_an_exact_copy(known) -> None:
    found, remarks = remarks_of(known, TEST)
    assert found.split is not None
    assert (found.split.name, found.agrees, found.same_file) == ("test", True, True)
    assert {one.name: one.measured for one in found.figures} == {
        "documents": 3,
        "sentences": 7,
        "tokens": 19,
        "entities": 10,
        "LOC": 4,
        "ORG": 2,
        "PER": 4,
    }
    assert remarks == [
        "this is toy, test: all 7 figures are as published",
        "it is the published file, to the byte",
    ]


def test_the_same_with_other_bytes(known) -> None:
    found, remarks = remarks_of(known, TEST.replace("\n", "\r\n"))
    assert (found.agrees, found.same_file) == (True, False)
    assert remarks[1] == "it is not the published file, to the byte"


COPIES = [
    (TEST.replace("-DOCSTART- -X- O\n\n", ""), {"documents": (3, 0)}, "were removed"),
    (TEST.replace("\n-DOCSTART- -X- O\n", "", 1), {"documents": (3, 2)}, "marks 2 documents"),
    (IOB2, {}, "its tags are in IOB2, those of the corpus in IOB1: it was re-tagged"),
    (
        TEST.replace("\n\nno DT O\none NN O", ""),
        {"sentences": (7, 6), "tokens": (19, 17)},
        "it has 2 tokens fewer: it was cut",
    ),
    (
        TEST.replace("one NN O", "one NN O\nmore NN O"),
        {"tokens": (19, 20)},
        "it has 1 tokens more: it was cut, or made longer",
    ),
    (
        TEST.replace("men NN O", "men NN I-ORG\nof IN I-ORG").replace("one NN O\n", ""),
        {},
        "",
    ),
    (
        TEST.replace("Rome NN I-LOC", "Rome NN O"),
        {"entities": (10, 9), "LOC": (4, 3)},
        "entities in other numbers (LOC -1): it was corrected, or relabelled",
    ),
    (
        TEST.replace("Rome NN I-LOC", "Rome NN I-ORG"),
        {"LOC": (4, 3), "ORG": (2, 3)},
        "entities of other types (LOC -1, ORG +1): it was corrected, or relabelled",
    ),
    (
        TEST.replace("I-ORG", "I-MISC"),
        {"ORG": (2, 0), "MISC": (0, 2)},
        "entities of other types (ORG -2, MISC +2)",
    ),
    (
        TEST.replace("Bonn NN B-LOC", "Bonn NN I-LOC"),
        {"entities": (10, 9), "LOC": (4, 3)},
        "LOC -1",
    ),
    (
        TEST.replace("Rome NN I-LOC\n\n", "Rome NN I-LOC\n"),
        {"sentences": (7, 6)},
        "it has all tokens, but sentences begin at other places",
    ),
]


@pytest.mark.parametrize(("text", "differ", "remark"), COPIES, ids=range(len(COPIES)))
def test_other_copies(known, text, differ, remark) -> None:
    found, remarks = remarks_of(known, text)
    assert found.split is not None
    assert found.split.name == "test"
    assert different(found) == differ
    assert found.agrees == (not differ)
    assert found.same_file is False
    count = len(found.figures)
    if differ:
        right = count - len(differ)
        assert (
            remarks[0] == f"it is likest to toy, test: {right} of {count} figures are as published"
        )
    else:
        assert remarks[0] == f"this is toy, test: all {count} figures are as published"
    assert any(remark in one for one in remarks)
    assert (found.contents.scheme == "IOB1") == (text != IOB2)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(DEV.replace("Bonn NN B-LOC", "Bonn NN O"), id="no two spans touch"),
        pytest.param(re.sub(r"[BI]-\w+", "O", DEV), id="no entity"),
    ],
)
def test_tags_that_fit_the_scheme_of_the_corpus_are_not_re_tagged(known, text) -> None:
    found, remarks = remarks_of(known, text)
    assert found.split is not None
    assert found.split.name == "dev"
    assert not any("re-tagged" in one for one in remarks)


@pytest.mark.parametrize(
    ("scheme", "tags"),
    [
        ("IO", ["I-X", "I-X", "O", "I-Y", "O"]),
        ("IOE1", ["I-X", "I-X", "O", "I-Y", "O"]),
        ("BMES", ["B-X", "E-X", "O", "S-Y", "O"]),
        ("IOBES", ["S-X", "O", "O", "S-Y", "O"]),
    ],
)
def test_of_schemes_that_fit_alike_that_of_the_corpus_is_meant(run, scheme, tags) -> None:
    lines = [f"{token} {tag}\n" for token, tag in zip("abcde", tags, strict=True)]
    write("f", "".join([*lines[:2], "\n", *lines[2:]]))
    write("own.toml", CATALOGUE.replace('scheme = "IOB2"', f'scheme = "{scheme}"'))
    ran = run("corpora", "verify", "other", "f", "--catalogue", "own.toml", "-f", "json")
    found = json.loads(ran.out)[0]
    assert found["scheme"] == {"published": scheme, "measured": scheme}
    assert not any("re-tagged" in one for one in found["remarks"])


def test_ill_formed_spans(known) -> None:
    _, remarks = remarks_of(known, IOB2.replace("Ulm NN B-LOC", "Ulm NN I-LOC"))
    assert remarks[-1] == "1 spans are ill-formed in IOB2"


def test_a_file_like_no_split(known) -> None:
    text = "".join(f"w{k} NN {'I-LOC' if k % 9 == 0 else 'O'}\n\n" for k in range(100))
    found, remarks = remarks_of(known, text)
    assert (found.split, found.agrees, found.same_file, found.figures) == (None, False, None, [])
    assert remarks[0] == "it has 100 tokens and is like no split of toy (test 19, dev 6)"


def test_a_file_like_no_split_of_known_size(known) -> None:
    found, remarks = remarks_of(known, TEST, "types")
    assert found.split is None
    assert "()" not in remarks[0]


def test_the_file_of_another_corpus(known) -> None:
    found, remarks = remarks_of(known, OTHER)
    # two types alone would not tell
    assert found.others == ["other, test", "archived, test"]
    assert "all its figures are those of another corpus: other, test" in remarks
    _, remarks = remarks_of(known, TEST)
    assert not any("another corpus" in one for one in remarks)


def test_a_name_is_no_proof(known) -> None:
    found, _ = remarks_of(known, TEST, name="toy.dev")
    assert found.split is not None
    assert (found.split.name, found.agrees) == ("test", True)


def test_a_name_tells_splits_apart_that_are_alike() -> None:
    part = CATALOGUE[CATALOGUE.index("[corpora.toy.splits.dev]") :].split("\n\n", maxsplit=1)[0]
    twin = part.replace("splits.dev", "splits.twin").replace("toy.dev", "toy.twin")
    write("own.toml", CATALOGUE + "\n" + twin + "\n")
    own = load("own.toml")
    for name, split in (("toy.dev", "dev"), ("toy.twin", "twin")):
        found = verify(own["toy"], write(name, DEV))[0]
        assert found.split is not None
        assert (found.split.name, found.agrees) == (split, True)


def test_sentences_without_those_that_begin_documents() -> None:
    text = CATALOGUE.replace("sentences_include_documents = true\n", "")
    write("own.toml", text.replace("sentences = 10\n", "sentences = 7\n"))
    found = verify(load("own.toml")["toy"], write("f", TEST))[0]
    assert found.agrees


def test_a_split_that_is_named(known) -> None:
    found, remarks = remarks_of(known, TEST, split="DEV")
    assert found.split is not None
    assert (found.split.name, found.agrees) == ("dev", False)
    assert remarks[0] == "it is likest to toy, dev: 0 of 7 figures are as published"
    with pytest.raises(UsageError, match="toy has no split 'train'"):
        remarks_of(known, TEST, split="train")


def test_a_split_of_which_nothing_is_known(known) -> None:
    _, remarks = remarks_of(known, TEST, split="unknown")
    assert remarks[0] == "nothing that could be counted was published of toy, unknown"


def test_what_was_not_published_is_not_said(known) -> None:
    text = OTHER.replace("b I-X", "b B-Y")
    found, remarks = remarks_of(known, text, "types")
    assert different(found) == {"entities": (2, 3), "Y": (1, 2)}
    assert not any("all tokens" in one for one in remarks)


# What is compressed, or in other columns.


@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress)])
def test_a_compressed_copy(known, ending, pack) -> None:
    found, remarks = remarks_of(known, pack(TEST.encode()), name=f"toy.test.{ending}")
    assert found.agrees
    # the file inside is that which was published
    assert found.same_file is not False
    assert not any("not the published file" in one for one in remarks)
    found, remarks = remarks_of(known, pack(IOB2.encode()), name=f"toy.test.{ending}")
    assert found.same_file is not True


def test_the_checksum_of_an_archive_is_not_that_of_a_file_in_it(known) -> None:
    found, remarks = remarks_of(known, OTHER, "archived")
    assert (found.agrees, found.same_file) == (True, None)
    assert remarks[0] == "this is archived, test: all 5 figures are as published"
    assert not any("to the byte" in one for one in remarks)


def test_another_number_of_columns(known) -> None:
    bare = re.sub(r"(?m)^(\S+) \S+ (\S+)$", r"\1 \2", TEST)
    more = re.sub(r"(?m)^(\S+ \S+) (\S+)$", r"\1 x y \2", TEST)
    tabs = TEST.replace(" ", "\t")
    for text in (bare, more, tabs):
        found, _ = remarks_of(known, text)
        assert found.agrees
        assert found.contents.scheme == "IOB1"


def test_given_columns(known) -> None:
    first = re.sub(r"(?m)^(\S+) (\S+) (\S+)$", r"\3 \2 \1", TEST).replace("O -X- -DOCSTART-", "")
    found, _ = remarks_of(known, first, tag_column=1, token_column=3)
    assert different(found) == {"documents": (3, 0)}


# Folders.


def test_a_folder_of_splits(known) -> None:
    Path("folder").mkdir()
    for name, text in (("toy.test", TEST), ("toy.dev", DEV), ("README", "Toy\n"), (".x", "")):
        write(f"folder/{name}", text)
    found = verify(known["toy"], "folder", catalogue=known)
    assert [(one.file, one.split and one.split.name, one.agrees) for one in found] == [
        ("folder/toy.dev", "dev", True),
        ("folder/toy.test", "test", True),
    ]


def test_a_folder_with_other_names(known) -> None:
    Path("folder").mkdir()
    for name, text in (("1", TEST), ("2", DEV), ("3", OTHER)):
        write(f"folder/{name}", text)
    found = verify(known["toy"], "folder", catalogue=known)
    assert [one.agrees for one in found] == [True, True, False]


# The command.


def verified(run, *args: str, corpus: str = "toy"):
    return run("corpora", "verify", corpus, *args, "--catalogue", "catalogue.toml")


def test_table(run) -> None:
    ran = verified(run, write("f", TEST.replace("Rome NN I-LOC", "Rome NN O")))
    assert (ran.code, ran.err) == (1, "")
    lines = ran.out.splitlines()
    assert lines[:2] == ["f", "Toy, test. Published: Author 2001, table 1."]
    rows = {line.split()[0]: line.split()[1:] for line in lines[4:12]}
    assert rows == {
        "documents": ["3", "3", "="],
        "sentences": ["7", "7", "="],
        "tokens": ["19", "19", "="],
        "entities": ["10", "9", "-1"],
        "LOC": ["4", "3", "-1"],
        "ORG": ["2", "2", "="],
        "PER": ["4", "4", "="],
        "scheme": ["IOB1", "IOB1", "="],
    }
    assert lines[12].startswith("it is likest to toy, test: 5 of 7 figures")
    assert max(map(len, lines)) <= 80
    quiet = verified(run, "f", "-q")
    assert quiet.out.splitlines() == lines[3:12]


def test_the_scheme_that_differs_is_marked(run) -> None:
    ran = verified(run, write("f", IOB2))
    assert ran.code == 0
    row = next(line.split() for line in ran.out.splitlines() if line.startswith("scheme"))
    assert row == ["scheme", "IOB1", "IOB2", "differs"]


@pytest.mark.parametrize(
    ("text", "code"), [(TEST, 0), (DEV, 0), *((text, bool(d)) for text, d, _ in COPIES), (OTHER, 1)]
)
def test_exit_codes(run, text, code) -> None:
    assert verified(run, write("f", text)).code == code


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["no-corpus", "f"], 2, "no corpus 'no-corpus'"),
        (["toi", "f"], 2, "did you mean toy?"),
        (["toy", "f", "--split", "train"], 2, "toy has no split 'train'"),
        (["toy", "f", "-f", "xml"], 2, "xml"),
        (["toy", "f", "-o", "f"], 2, "it is the input"),
        (["toy"], 2, "PATH"),
        (["toy", "missing"], 3, "missing: no such file"),
        (["toy", "empty"], 3, "empty: there is no file in this folder"),
        (["toy", "text"], 3, "text"),
        (["toy", "binary"], 3, "binary"),
        (["toy", "f", "-c", "9"], 3, "column 9"),
    ],
    ids=str,
)
def test_errors(run, args, code, message) -> None:
    write("f", TEST)
    write("text", "A corpus of news.\nIt has many words in it.\n")
    write("binary", bytes(range(256)))
    Path("empty").mkdir()
    ran = run("corpora", "verify", *args, "--catalogue", "catalogue.toml")
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith("error: ")
    assert message in ran.err


def test_several_files(run) -> None:
    write("f", TEST)
    write("g", DEV)
    ran = verified(run, "f", "g")
    assert ran.code == 0
    assert [line for line in ran.out.splitlines() if line in ("f", "g")] == ["f", "g"]
    # What cannot be read does not hide the others.
    Path("folder").mkdir()
    for name, text in (("1", TEST), ("2", bytes(range(256))), ("3", DEV)):
        write(f"folder/{name}", text)
    for args in (["folder"], ["f", "folder/2", "g"], ["f", "missing", "g"]):
        ran = verified(run, *args, "-f", "json")
        assert ran.code == 3
        assert [copy["agrees"] for copy in json.loads(ran.out)] == [True, True]
        assert ran.err.startswith("error: folder/2: " if args[0] != "f" else "error: ")


def test_no_catalogue(run) -> None:
    ran = run("corpora", "verify", "toy", write("f", TEST), "--catalogue", "missing.toml")
    assert ran.code == 3
    assert "missing.toml" in ran.err


def test_aliases(run) -> None:
    assert verified(run, write("f", TEST), corpus="Spielzeug").code == 0


@pytest.fixture
def folder() -> str:
    Path("folder").mkdir()
    write("folder/toy.test", TEST.replace("Rome NN I-LOC", "Rome NN I-A_B&C%"))
    write("folder/toy.dev", DEV)
    return "folder"


def test_json(run, folder) -> None:
    ran = verified(run, folder, "-f", "json")
    assert ran.code == 1
    dev, test = json.loads(ran.out)
    assert (dev["split"], dev["agrees"], dev["same_file"]) == ("dev", True, None)
    assert (test["split"], test["agrees"], test["same_file"]) == ("test", False, False)
    assert test["figures"]["LOC"] == {"published": 4, "measured": 3}
    assert test["figures"]["A_B&C%"] == {"published": 0, "measured": 1}
    assert test["scheme"] == {"published": "IOB1", "measured": "IOB1"}
    assert (test["file"], test["corpus"], test["other_corpora"]) == ("folder/toy.test", "toy", [])
    assert test["remarks"][0] == "it is likest to toy, test: 6 of 8 figures are as published"


def test_csv(run, folder) -> None:
    rows = list(csv.DictReader(io.StringIO(verified(run, folder, "-f", "csv").out)))
    found = {(row["file"], row["split"], row["figure"]): row for row in rows}
    assert len(found) == len(rows) == 7 + 8
    row = found["folder/toy.test", "test", "LOC"]
    assert (row["published"], row["measured"]) == ("4", "3")


@pytest.mark.parametrize("quiet", [[], ["-q"]])
def test_markdown_and_latex(run, folder, quiet) -> None:
    ran = verified(run, folder, "-f", "markdown", *quiet)
    rows = [re.split(r"(?<!\\)\|", ln)[1:-1] for ln in ran.out.splitlines() if ln.startswith("|")]
    assert len(rows) == 2 * 2 + 8 + 9
    assert {len(row) for row in rows} == {4}
    ran = verified(run, folder, "-f", "latex", *quiet)
    code = "\n".join(line for line in ran.out.splitlines() if not line.startswith("%"))
    assert code.count(r"\begin{tabular}{lrrr}") == code.count(r"\end{tabular}") == 2
    assert r"A\_B\&C\%" in code
    assert {ln.count(" & ") for ln in code.splitlines() if ln.endswith(r"\\")} == {3}
    page = verified(run, folder, "-f", "html", *quiet).out
    assert "A_B&amp;C%" in page
    assert page.count("<table") == page.count("</table>") == 2


def test_output(run, folder) -> None:
    ran = verified(run, folder, "-o", "out.txt")
    assert (ran.code, ran.out) == (1, "")
    assert Path("out.txt").read_text() == verified(run, folder).out
    before = Path("folder/toy.dev").read_text()
    assert verified(run, folder, "-o", "folder/toy.dev").code == 2
    assert Path("folder/toy.dev").read_text() == before


@pytest.mark.slow
@pytest.mark.parametrize("path", ["-", "/dev/stdin"])
def test_a_pipe(path) -> None:
    args = "corpora", "verify", "toy", path, "--catalogue", "catalogue.toml"
    ran = pipe(TEST.encode(), *args)
    assert (ran.code, ran.err) == (0, "")
    assert "this is toy, test: all 7 figures are as published" in ran.out


def test_formats_are_all_tested() -> None:
    assert formats_of(command) == ["table", "json", "csv", "tsv", "markdown", "latex", "html"]


# Real corpora, and the project's catalogue.


def test_wnut17(run) -> None:
    gold = str(shared("wnut17/gold.conll"))
    ran = run("corpora", "verify", "wnut17", gold, "-f", "json")
    found = json.loads(ran.out)[0]
    assert (found["split"], found["agrees"]) == ("test", True)
    assert ran.code == 0


def test_conll2003_without_its_words(run) -> None:
    labels = str(shared("conll2003/testb_labels.elmo_9222.conll"))
    ran = run("corpora", "verify", "conll2003", labels, "-c", "2", "--token-column", "1")
    words = " ".join(ran.out.split())
    assert ran.code == 1
    assert "it is likest to conll2003-en, testb: 7 of 8 figures are as published" in words
    assert "the lines that begin documents (-DOCSTART-) were removed" in words
    assert "its tags are in IOB2, those of the corpus in IOB1: it was re-tagged" in words
