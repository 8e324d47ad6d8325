"""Column files as people have them: comments, headers, odd lines, tags in other columns."""

from __future__ import annotations

import csv
import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.core.tag_counter import tally
from spanf1.core.tags import TagSet
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.columns.tags import PairedFiles, TagFile
from spanf1.formats.source import Source
from tests.helpers.commands import Ran, write


def scored(run, *args: str) -> tuple[int, ...]:
    """Return what `spanf1 score` counts: tokens, sentences, documents, gold, predicted, correct."""
    ran = run("score", *args, "--format", "json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)
    extent = (data[name] for name in ("tokens", "sentences", "documents"))
    return *extent, *(data["micro"][name] for name in ("gold", "predicted", "correct"))


def hinted(ran: Ran) -> list[str]:
    """Return the options that a hint names, to follow it."""
    (hint,) = [line for line in ran.err.splitlines() if line.startswith("hint: ")]
    return hint.split(": ", 2)[-1].split(";")[0].split()


# ------------------------------------------------------------------------------- comments

# name, lines, tokens, sentences, documents, gold spans; a token, gold and predicted tags
COMMENTS = [
    ("no blank behind #", "#doc 1\nAda B-PER B-PER\n", 1, 1, 0, 1),
    ("later", "Ada B-PER B-PER\n#doc 2\nx O O\n", 2, 1, 0, 1),
    ("OntoNotes", "#begin document (a); part 000\nAda B-PER O\n#end document\n", 1, 1, 1, 1),
    ("a word alone", "#x\nAda B-PER O\n", 1, 1, 0, 1),
    ("as many fields, first", "#doc 1 2\nAda B-PER O\n", 1, 1, 0, 1),
    ("as many fields, last", "Ada B-PER O\n#the end .\n", 1, 1, 0, 1),
    ("as many fields, later", "Ada B-PER O\n\n#doc 1 2\nBo B-PER O\n", 2, 2, 0, 2),
    ("more comments than tokens", "#doc 1\n#a b c d e\n#z\nAda B-PER O\n", 1, 1, 0, 1),
    ("hashtags", "#doc 1 2\n#Ada B-PER O\n#Bo O B-PER\n# O O\n## O O\n", 4, 1, 0, 1),
    ("hashtags alone", "#Ada B-PER O\n#Bo O B-PER\n", 2, 1, 0, 1),
    ("CRLF", "#doc 1 2\r\nAda B-PER O\r\n#doc 1\r\n\r\n", 1, 1, 0, 1),
]


@pytest.mark.parametrize("case", COMMENTS, ids=[case[0] for case in COMMENTS])
@pytest.mark.parametrize("delimiter", [" ", "\t"])
def test_comments(tmp_path, case, delimiter) -> None:
    _, text, *expected = case
    path = tmp_path / "f"
    path.write_bytes(text.replace(" ", delimiter).encode())
    result = spanf1.score_file(path)
    counts = result.counts
    found = [counts.tokens, counts.sentences, counts.documents, result.micro.gold]
    assert found == (expected if delimiter == " " else [*expected[:2], counts.documents, found[3]])


GERMEVAL = (
    "#\thttp://example.org/a [2009-10-17]\n1\tAda\tB-PER\tO\n2\taus\tO\tO\n3\tKiel\tB-LOC\tO\n\n"
    "#\thttp://example.org/b [2009-10-18]\n1\tUni\tB-ORG\tO\n2\tKiel\tI-ORG\tB-LOC\n\n"
)


def test_germeval(run) -> None:
    write("f", GERMEVAL)
    ran = run("score", "f", "f", "--tag-column", "3,4", "--token-column", "2", "--format", "json")
    assert json.loads(ran.out)["micro"]["correct"] == 4
    assert scored(run, "f", "f", "--tag-column", "3", "--token-column", "2") == (5, 2, 0, 3, 3, 3)


def test_comments_that_might_be_tokens_are_told(run) -> None:
    write("f", "#doc 1 2\nAda B-PER O\n\n#doc 2 3\nBo B-PER O\n")
    ran = run("score", "f")
    said = "f: lines that begin with # and have no tags were taken for comments: 2"
    assert said in " ".join(ran.out.split())
    write("f", "#doc\nAda B-PER O\n")
    assert "comments" not in run("score", "f").out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # A token that lacks a field is no comment.
        ("a O O\n#b O\nc O O\n", "f:2: 2 fields where the lines before have 3"),
        ("a O O\n#b B-PER\nc O O\n", "f:2: 2 fields where the lines before have 3"),
        # Nor is one with a wrong tag, within a sentence.
        ("a O O\n#b O B_PER\nc O B-PER\n", "f:2: tag 'B_PER'"),
        ("a O O\n#b O PER\nc O B-PER\n", "f:2: tag 'PER' fits no scheme"),
        # Nor are parts of words, which stand side by side, and end sentences.
        ("a O O\n##b X X\n##c X X\nd O B-PER\n", "f:2: tag 'X' fits no scheme"),
        ("a O O\n##b X B-PER\n\nd O B-PER\n", "f:2: tag 'X' fits no scheme"),
        ("a O O\n#b B-PER 0\n\nd O B-PER\n", "f:2: tag '0' fits no scheme"),
    ],
)
def test_tokens_are_no_comments(run, text, message) -> None:
    write("f", text)
    ran = run("score", "f")
    assert ran.code == 3
    assert ran.err.startswith(f"error: {message}")


def test_comments_anywhere_as_without_them(tmp_path) -> None:
    """Comments of any kind among tokens and hashtags make no difference, in blocks of any size."""
    random.seed(5)
    plain, commented = tmp_path / "plain", tmp_path / "commented"
    comments = ["#doc 1", "#begin document (x); part 1", "#", "# x", "#a", "# a b c", "#\tx"]
    words = ["#a", "#", "##", "b", "-", "-X-"]
    for _ in range(60):
        rows, with_comments = [], []
        for _ in range(random.randint(1, 30)):
            row = f"{random.choice(words)} {random.choice(['O', 'B-X', 'I-X'])} O"
            row = random.choice([row] * 5 + [""])
            rows.append(row)
            with_comments += [*random.choices(comments, k=random.choice([0, 0, 1, 2])), row]
        plain.write_text("\n".join([*rows, "a O O"]))
        commented.write_text("\n".join([*with_comments, "a O O"]))
        results = [spanf1.score_file(path) for path in (plain, commented)]
        first, second = ((r.counts.tokens, r.counts.sentences, r.types) for r in results)
        assert first == second


# -------------------------------------------------------------------------------- headers


@pytest.mark.parametrize("names", ["token gold pred", "Word NER Prediction", "TOKENS ner_tags x"])
@pytest.mark.parametrize("delimiter", [" ", "\t", "   "])
def test_headers(run, names, delimiter) -> None:
    write("f", f"{names}\nis O O\nAnn B-PER O\n".replace(" ", delimiter))
    assert scored(run, "f") == (2, 1, 0, 1, 0, 0)
    for command in ("detect", "describe", "validate"):
        assert run(command, "f", "-c", "2").code == 0


@pytest.mark.parametrize(
    "text",
    [
        "token O O\nis O O\n",  # a token called so
        "is O O\ntoken O O\n",
        "Ann B-PER B-PER\ngold B-PER O\n",
    ],
)
def test_no_headers(run, text) -> None:
    write("f", text)
    assert scored(run, "f")[0] == 2


def test_a_header_needs_tags_behind_it(run) -> None:
    write("f", "token gold pred\nis PER x\n")
    ran = run("score", "f")
    assert ran.code == 3
    assert ran.err.startswith("error: f:1: tag 'gold' fits no scheme")


def test_repair_keeps_the_header(run) -> None:
    write("f", "token tag\nAnn I-PER\nLee I-PER\n")
    ran = run("repair", "f", "--scheme", "IOB2")
    assert ran.out == "token tag\nAnn B-PER\nLee I-PER\n"


# ------------------------------------------------------------------------------ odd lines


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("New York B-LOC B-LOC\nis O O\nbig O O\n", "f:1: 4 fields where the lines after have 3"),
        ("is O O\nNew York B-LOC B-LOC\nbig O O\n", "f:2: 4 fields where the lines before have 3"),
        ("is O\nbig O O\nNew O O\nO O O\n", "f:1: 2 fields where the lines after have 3"),
    ],
)
def test_the_odd_line_is_blamed(run, text, message) -> None:
    write("f", text)
    ran = run("score", "f")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"error: {message}\n")


# ------------------------------------------------------------------- tags in other columns

UNER = "# sent_id = a\n1\tAda\tB-PER\t-\tx\n2\tist\tO\t-\tx\n3\tda\tO\t-\tx\n"
TWO = "TOKEN\tNE-COARSE\tNE-FINE\tMISC\nAda\tB-pers\tB-pers\t_\nist\tO\tO\tNoSpaceAfter\n"


@pytest.mark.parametrize("text", [UNER, TWO, TWO.replace("TOKEN", "MOT")])
@pytest.mark.parametrize("command", [["detect", "f"], ["describe", "f"], ["score", "f", "f"]])
def test_hints_name_the_column_and_work(run, text, command) -> None:
    write("f", text)
    ran = run(*command)
    assert ran.code == 3
    assert "fits no scheme" in ran.err
    assert "--tag-column" in ran.err
    again = run(*command, *hinted(ran))
    assert again.code == 0, again.err


def test_hints_of_one_file(run) -> None:
    write("f", TWO)
    ran = run("score", "f")
    assert run("score", "f", *hinted(ran)).code == 0
    write("f", UNER)
    ran = run("score", "f")
    assert ran.err.endswith("only column 3 has tags: two files are GOLD PRED --tag-column 3\n")


def test_a_wrong_tag_among_others_is_blamed_itself(run) -> None:
    write("f", "a B-X B-X\nb O B_X\nc O O\n")
    assert "columns" not in run("score", "f").err.splitlines()[1]


# ------------------------------------------------------------- cells, and ids of sentences

IDS = (
    "sentence_id,words,labels\n0,Ann,B-PER\n0,Lee,I-PER\n1,Lee,I-PER\n1,runs,O\n2,in,O\n"
    "2,Rome,B-LOC\n"
)
KAGGLE = (
    "Sentence #,Word,POS,Tag,Pred\nSentence: 1,Ann,NNP,B-per,B-per\n,Lee,NNP,I-per,I-per\n"
    ",said,VBD,O,O\nSentence: 2,Rome,NNP,B-geo,O\n,is,VBZ,O,O\n"
)


def test_ids_of_sentences_in_two_files(run) -> None:
    write("g.csv", IDS)
    write("p.csv", IDS)
    assert scored(run, "g.csv", "p.csv") == (6, 3, 0, 3, 3, 3)
    write("g.csv", "sentence_id,words,labels\n0,Ada,I-PER\n1,Bob,I-PER\n")
    write("p.csv", "sentence_id,words,labels\n0,Ada,I-PER\n1,Bob,O\n")
    assert scored(run, "g.csv", "p.csv") == (2, 2, 0, 2, 1, 1)
    assert scored(run, "g.csv", "p.csv", "--sentence-column", "none") == (2, 1, 0, 1, 1, 0)


def test_ids_of_the_first_token_alone(run) -> None:
    write("f", KAGGLE)
    assert scored(run, "f") == (5, 2, 0, 2, 1, 1)
    out = " ".join(run("score", "f").out.split())
    assert "f: column 1 ('Sentence #') parts the sentences" in out
    result = spanf1.score_file("f")
    assert result.input is not None
    assert result.input.remarks == ("f: column 1 ('Sentence #') parts the sentences",)


@pytest.mark.parametrize("command", [["detect"], ["describe"], ["validate"], ["score", "f"]])
def test_every_command_says_that_a_column_parts_sentences(run, command) -> None:
    write("f", IDS)
    ran = run(*command, "f")
    assert "column 1 ('sentence_id') parts the sentences" in " ".join((ran.out + ran.err).split())


def test_the_tokens_are_those_of_the_header(run) -> None:
    write("g.csv", IDS)
    write("p.tsv", "words\tlabels\n" + IDS.partition("\n")[2].replace("0,", "").replace("1,", ""))
    write("p.csv", IDS.replace("Rome", "Roma"))
    ran = run("score", "g.csv", "p.csv")
    assert ran.err.startswith("error: p.csv:7: token 'Roma' where g.csv:7 has 'Rome'")
    write("p.csv", IDS.replace("0,", "7,").replace("1,", "8,"))
    assert scored(run, "g.csv", "p.csv") == (6, 3, 0, 3, 3, 3)


@pytest.mark.parametrize(
    "name", ["sent_id", "sentence id", "Sentence #", "SENTENCE", "sentence_idx"]
)
def test_names_of_ids(tmp_path, name) -> None:
    path = tmp_path / "f"
    path.write_text(f"{name}\ttoken\tgold\tpred\n1\ta\tB-X\tB-X\n1\tb\tI-X\tI-X\n2\tc\tI-X\tI-X\n")
    assert spanf1.score_file(path).micro.correct == 2
    assert spanf1.score_file(path, sentence_column="none").micro.correct == 1


@pytest.mark.parametrize(
    "names", ["sentence gold pred", "id token gold pred", "doc word gold pred"]
)
def test_other_names_are_no_ids(tmp_path, names) -> None:
    path = tmp_path / "f"
    rows = [names, "a B-X B-X", "b I-X I-X", "c I-X I-X"]
    more = ["1 "] * (len(names.split()) - 3)
    path.write_text("\n".join([rows[0], *("".join(more) + row for row in rows[1:])]))
    assert spanf1.score_file(path).counts.sentences == 1


def test_a_column_that_is_given(run) -> None:
    write("f", "x 1 B-X B-X\ny 1 I-X I-X\n\nz 1 O O\nz 2 I-X O\n")
    assert scored(run, "f") == (4, 2, 0, 2, 1, 1)
    assert scored(run, "f", "--sentence-column", "2") == (4, 3, 0, 2, 1, 1)
    ran = run("score", "f", "--sentence-column", "7")
    assert ran.code == 3
    assert "there is no column 7" in ran.err
    write("f", IDS)
    assert run("detect", "f", "--sentence-column", "sentence_id").code == 0
    assert "no column is called 'ids'" in run("detect", "f", "--sentence-column", "ids").err
    write("j", '{"tokens": ["a"], "gold": ["O"], "predicted": ["O"]}\n')
    ran = run("score", "j", "--sentence-column", "1")
    assert ran.err.startswith("error: sentence_column does not go with")


def test_ids_in_every_way_of_reading(tmp_path, monkeypatch) -> None:
    """Ids part sentences as blank lines do, in blocks and parts of any size."""
    random.seed(3)
    for trial in range(30):
        sentences = [
            [
                (f"w{random.randint(0, 9)}", *random.choices(["O", "B-X", "I-X"], k=2))
                for _ in range(n)
            ]
            for n in random.choices(range(1, 6), k=40)
        ]
        alone = trial % 2
        blank = "\n\n".join("\n".join(map("\t".join, rows)) for rows in sentences)
        ids = "sent_id\ttoken\tgold\tpred\n" + "".join(
            "\t".join(["" if alone and place else f"s{number}", *row]) + "\n"
            for number, rows in enumerate(sentences)
            for place, row in enumerate(rows)
        )
        plain, with_ids = tmp_path / "plain", tmp_path / "ids"
        plain.write_text(blank)
        with_ids.write_text(ids)
        expected = spanf1.score_file(plain)
        monkeypatch.setitem(
            ColumnFile.__init__.__kwdefaults__, "block_size", random.choice([40, 900])
        )
        found = spanf1.score_file(with_ids)
        assert found.types == expected.types
        assert found.counts.sentences == expected.counts.sentences
        assert found.signature() == expected.signature()


CELLS = st.one_of(
    st.sampled_from(['"', ",", "\n", '""', "a\tb", "a b", "'", "#", "x\n\ny", ' "', "é"]),
    st.text("ab\",\n #'", min_size=1, max_size=5),
).filter(lambda cell: not {",", "\n"} <= {*cell} and "\n#" not in cell)


@settings(max_examples=60)
@given(
    st.lists(st.lists(st.tuples(CELLS, st.sampled_from(["O", "B-X"])), min_size=1), min_size=1),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([7, 1 << 19]),
)
# More lines are halves of rows than are rows.
@example([[("\na", "O")] * 3], csv.QUOTE_MINIMAL, "\n", 7)
def test_cells_are_those_of_csv(tmp_path_factory, sentences, quoting, end, size) -> None:
    path = tmp_path_factory.mktemp("f") / "f.csv"
    sentences = [[("Ada", "B-X")], *sentences]
    with path.open("w", newline="") as file:
        writer = csv.writer(file, quoting=quoting, lineterminator=end)
        writer.writerow(["sentence_id", "token", "tag"])
        for number, rows in enumerate(sentences):
            writer.writerows([number, *row] for row in rows)
    reader = TagFile(ColumnFile(Source(str(path)), block_size=size))
    passages = [*reader.passages(TagSet({}))]
    words = [word.replace("\x1e", "\n") for passage in passages for word in passage.tokens]
    assert words == [word for rows in sentences for word, _ in rows]
    assert sum(len(passage.starts) for passage in passages) == len(sentences)


CSV = 'id,token,tag\r\n1,"a, b",I-X\r\n1,"""",O\r\n1,"\n",O\r\n,,\r\n2,"x",I-X\r\n'


def test_repair_writes_cells(run) -> None:
    """Cells are quoted where they need it, and all else stays."""
    write("f.csv", CSV)
    ran = run("repair", "f.csv", "--scheme", "IOB2")
    assert (ran.code, ran.out) == (0, CSV.replace("I-X", "B-X").replace('"x"', "x"))


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_cells_of_other_delimiters(run, delimiter) -> None:
    rows = [["token", "gold", "pred"], ['"', "B-X", "B-X"], ['a"b', "O", "O"], ["c", "O", "B-X"]]
    with open("f", "w", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    given = ["--delimiter", ";"] if delimiter == ";" else []
    assert scored(run, "f", *given) == (3, 1, 0, 1, 2, 1)


@pytest.mark.parametrize("delimiter", ["\t", " ", ","])
def test_quotes_that_are_tokens(run, delimiter) -> None:
    rows = [['"', "B-X", "B-X"], ["a", "O", "O"], ['"', "O", "B-X"], ['"b', "O", "O"]]
    write("f", "".join(delimiter.join(row) + "\n" for row in rows))
    assert scored(run, "f") == (4, 1, 0, 1, 2, 1)


def test_a_quote_that_is_not_closed(run) -> None:
    write("f.csv", 'w,g,p\n"a",O,O\n"b\n' + "c,O,O\n" * 300)
    ran = run("score", "f.csv")
    assert ran.code == 3
    assert ran.err.startswith("error: f.csv:3: a quote that begins here is not closed")


def test_the_index_of_a_data_frame_is_no_token(run) -> None:
    write("f.csv", ",sentence_id,words,labels,predictions\n0,0,Ann,B-PER,B-PER\n1,1,Lee,I-PER,O\n")
    assert scored(run, "f.csv") == (2, 2, 0, 2, 1, 1)


# ------------------------------------------------------- other breaks, and other columns


def noted(run, *args: str) -> str:
    """Return what `spanf1 score` prints, as one line."""
    ran = run("score", *args)
    assert ran.code == 0, ran.err
    return " ".join(ran.out.split())


def test_sentence_breaks_of_gold_hold(run) -> None:
    write("g", "a B-X\n\nb I-X\nc O\nd B-X\n")
    write("p", "a B-X\nb I-X\n\nc O\n\nd B-X\n")
    assert scored(run, "g", "p") == (4, 2, 0, 3, 3, 3)
    said = "note p: sentences that begin there and not in g, or the other way round: 3; those of g"
    assert said in noted(run, "g", "p")
    write("q", "a B-X\n\nb I-X\nc O\nd B-X\n")
    assert "note" not in noted(run, "g", "q")
    assert scored(run, "p", "g") == (4, 3, 0, 2, 2, 2)
    ran = run("score", "g", "p", "--align-by-position")
    assert ran.err.startswith("error: p:2: token 'I-X' does not begin a sentence")


def test_other_breaks_are_counted_in_parts(tmp_path, monkeypatch) -> None:
    """What is said is the same whichever way files are read."""
    rows = [f"w{number} {'B-X' if number % 7 == 0 else 'O'}\n" for number in range(3000)]
    gold, predicted = tmp_path / "g", tmp_path / "p"
    gold.write_text("".join(row + "\n" * (k % 10 == 9) for k, row in enumerate(rows)))
    predicted.write_text("".join(row + "\n" * (k % 30 in (9, 29)) for k, row in enumerate(rows)))
    monkeypatch.setattr("spanf1.formats.opening.PART_SIZE", 2000)
    with ThreadPoolExecutor(2) as executor:
        found = spanf1.score_file(gold, predicted, executor=executor)
    assert found.input == spanf1.score_file(gold, predicted).input
    assert found.input is not None
    assert ": 100; those of" in found.input.remarks[0]


def test_one_long_sentence(run) -> None:
    write("f", "a B-X B-X\n" * 1001)
    assert "1001 tokens in 1 sentence: are the sentence breaks missing?" in noted(run, "f")
    write("f", ("a B-X B-X\n" * 500 + "\n") * 4)
    assert "note" not in noted(run, "f")


NESTED = "Uni B-ORG O\nKiel I-ORG B-LOC\nAda B-PER O\n"


def test_nested_levels_are_told(run) -> None:
    write("f", NESTED)
    hint = "column 2 has tags of the same types, too: --tag-column 2,3 reads nested levels"
    assert "note" not in noted(run, "f", "f")
    write("f", NESTED + "Bo B-LOC O\n")
    assert hint in noted(run, "f", "f")
    assert scored(run, "f", "f", "--tag-column", "2,3")[3:] == (4, 4, 4)
    assert "note" not in noted(run, "f", "f", "--tag-column", "3")


def test_chunks_and_parts_of_speech_are_no_levels(run) -> None:
    write("f", "Ada NNP B-NP B-PER B-PER\nruns VB B-VP O O\n")
    assert "note" not in noted(run, "f")
    write("f", "Ada NNP B-NP B-PER\nruns VB B-VP O\n")
    assert "note" not in noted(run, "f", "f")


def test_several_systems_in_one_file_are_told(run) -> None:
    write("f", "Ada B-PER B-PER O\nruns O O O\n")
    said = "column 2 has tags, too: --gold-column and --pred-column say which are meant"
    assert said in noted(run, "f")
    assert "note" not in noted(run, "f", "--gold-column", "2")


def test_a_last_column_without_spans_is_told(run) -> None:
    write("f", "Ada B-PER O\nruns O O\n")
    hint = "column 2 has tags, too, and the last column has no span: --tag-column 2"
    assert hint in noted(run, "f", "f")
    assert scored(run, "f", "f", "--tag-column", "2")[3:] == (1, 1, 1)


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("token pred gold", (3, 2)),
        ("token y_pred y_true", (3, 2)),
        ("token predicted tag", (3, 2)),
        ("token label gold", (3, 2)),
        ("token gold pred1 pred2", (2, 3)),
        ("token gold pred", None),
        ("token label predicted", None),
        ("token gold tag", None),
        ("token pred1 pred2", None),
        ("token tag1 tag2", None),
    ],
)
def test_a_header_that_calls_the_sides_otherwise(run, header, columns) -> None:
    """Precision must not be given for recall, because the columns are the other way round."""
    count = len(header.split()) - 1
    write("f", f"{header}\nAda{' B-X' * count}\nBo{' O' * count}\n")
    ran = run("score", "f")
    assert ran.code == 3 * (columns is not None)
    if columns:
        hint = f"--gold-column {columns[0]} --pred-column {columns[1]}"
        assert hint in ran.err
        assert scored(run, "f", *hint.split())[3:] == (1, 1, 1)


def test_a_header_that_calls_the_column_of_one_side_otherwise(run) -> None:
    write("f", "token\tgold\tpred\nAda\tB-X\tB-X\nBo\tB-X\tO\n")
    write("g", "token\ttag\nAda\tB-X\nBo\tB-X\n")
    write("p", "token\tpred\tgold\nAda\tB-X\tB-X\nBo\tO\tB-X\n")
    ran = run("score", "f", "g")
    assert ran.err.startswith("error: f:1: gold would be column 3, which is called 'pred'")
    assert scored(run, "f", "g", *hinted(ran))[3:] == (2, 2, 2)
    ran = run("score", "g", "p")
    assert ran.err.startswith("error: p:1: predicted would be column 3, which is called 'gold'")
    assert scored(run, "g", "p", *hinted(ran))[3:] == (2, 1, 1)
    assert scored(run, "g", "f")[3:] == (2, 1, 1)
    assert scored(run, "f", "f", "--gold-column", "gold")[3:] == (2, 1, 1)


def test_ids_of_sentences_are_no_tags_without_names(run) -> None:
    write("f", "words,labels,sentence_id\nAda,B-X,0\nBo,I-X,0\nCy,B-X,1\n")
    ran = run("score", "f", "f")
    assert "hint: column 2 has tags: --tag-column 2" in ran.err
    assert scored(run, "f", "f", "--tag-column", "2")[:4] == (3, 2, 0, 2)


@pytest.mark.parametrize("delimiter", [";", "|"])
def test_another_delimiter_is_named(run, delimiter) -> None:
    write("f", "words tags pred\nAda B-PER B-PER\n".replace(" ", delimiter))
    for args in (["score", "f"], ["score", "f", "f"], ["describe", "f"]):
        ran = run(*args)
        assert f"hint: --delimiter '{delimiter}' parts the columns there" in ran.err
    assert scored(run, "f", "--delimiter", delimiter)[3:] == (1, 1, 1)
    write("f", ";\nB-PER\n")
    assert "--delimiter ';'" not in run("score", "f", "f").err


def test_gold_that_ends_a_sentence_early(run) -> None:
    """No way of aligning predictions helps there, and none is named."""
    write("p", "a O\nb B-X\n\nc O\n")
    write("g", "a O\n\nc O\n")
    ran = run("score", "g", "p")
    assert ran.err.startswith("error: p:2: token 'b' where g:3 has 'c', which begins a sentence")
    assert "gold is the first of two files" in ran.err
    assert "--align-by-position" not in ran.err
    assert "--missing outside" in run("score", "p", "g").err


# ------------------------------------------------- tags of one sentence on each line

TAG_LINES = [
    ("ragged", "B-PER O O O\nB-LOC O\n", "B-PER I-PER O O\nB-LOC O\n", (6, 2, 0, 2, 2, 1)),
    ("alike", "B-PER O B-LOC\nO O O\n", "B-PER O O\nO O B-LOC\n", (6, 2, 0, 2, 2, 1)),
    ("nothing predicted", "B-PER O B-LOC\nO O O\n", "O O O\nO O O\n", (6, 2, 0, 2, 0, 0)),
    ("two each", "B-PER O\nO O\n", "B-PER O\nO O\n", (4, 2, 0, 1, 1, 1)),
    ("blank lines", "B-PER O O\n\nB-LOC\n", "B-PER O O\n\nB-LOC\n\n", (4, 2, 0, 2, 2, 2)),
    ("CRLF, tabs", "B-PER\tO O\r\nO\r\n", " B-PER O O \nO", (4, 2, 0, 1, 1, 1)),
    ("a span at a line end", "O B-PER\nI-PER O O\n", "O B-PER\nI-PER O O\n", (5, 2, 0, 2, 2, 2)),
    ("printed", "['B-PER', 'O']\n['O']\n", "['B-PER', 'O']\n['B-PER']\n", (3, 2, 0, 1, 2, 1)),
    ("printed at once", "[['B-PER', 'O'], ['O']]\n", "B-PER O\nO\n", (3, 2, 0, 1, 1, 1)),
    ("commas", "O,B-PER,O\nO,O,B-LOC\n", 'B-PER, O, O\n"O","O","B-LOC"\n', (6, 2, 0, 2, 2, 1)),
    ("commas, all begin", "B-PER,O,O\nB-LOC,O,O\n", "B-PER O O\nO O O\n", (6, 2, 0, 2, 1, 1)),
    ("a comma in a type", "B-a,b O O\nO\n", "B-a,b O O\nB-X\n", (4, 2, 0, 1, 2, 1)),
    ("JSON lists", '["B-PER", "O"]\n["O"]\n', "['B-PER' 'O']\n['O']\n", (3, 2, 0, 1, 1, 1)),
]


@pytest.mark.parametrize("case", TAG_LINES, ids=[case[0] for case in TAG_LINES])
def test_lines_of_tags(run, case) -> None:
    _, gold, predicted, expected = case
    write("g", gold)
    write("p", predicted)
    assert scored(run, "g", "p") == expected
    said = noted(run, "g", "p")
    assert "note g: each line has the tags of a sentence" in said
    assert "aligned by position" in said


def test_lines_of_predicted_tags_beside_tokens(run) -> None:
    write("g", "Ada B-PER\nruns O\n\nin O\nthe O\nUK B-LOC\n")
    write("p", "B-PER O\nO O O\n")
    assert scored(run, "g", "p") == (5, 2, 0, 2, 1, 1)
    write("p", "B-PER O\nO O\n")
    ran = run("score", "g", "p")
    said = "error: p:2: the predictions stop in sentence 2 after 2 tokens, g:6 goes on with 'UK'"
    assert ran.err.startswith(said)
    assert scored(run, "g", "p", "--missing", "outside") == (5, 2, 0, 2, 1, 1)
    write("p", "B-PER\nO O O\n")
    ran = run("score", "g", "p")
    assert "token 'O' begins the next one, and g:2 goes on with 'runs'" in ran.err
    assert scored(run, "g", "p", "--missing", "outside") == (5, 2, 0, 2, 1, 1)


def test_tokens_are_compared_where_predictions_stop(run) -> None:
    write("g", "a O\nb B-X\n\nc O\n")
    write("p", "a O\n\nx O\n")
    ran = run("score", "g", "p", "--missing", "outside")
    assert ran.err.startswith("error: p:3: token 'x' where g:4 has 'c'")


def test_columns_of_tags_alone_are_no_lines(run) -> None:
    write("f", "B-PER B-PER\nI-PER O\nO O\n")
    assert scored(run, "f") == (3, 1, 0, 1, 1, 0)
    write("f", "B-PER O B-PER\nI-PER O O\n")
    assert scored(run, "f", "--gold-column", "1") == (2, 1, 0, 1, 1, 0)
    assert scored(run, "f", "f", "--tag-column", "3", "--token-column", "2")[:2] == (2, 1)


def test_lines_of_tags_have_one_side(run) -> None:
    write("f", "B-PER O O O\nB-LOC O\n")
    ran = run("score", "f")
    assert ran.code == 3
    assert "each line has the tags of a sentence" in ran.err
    assert "GOLD PRED" in ran.err
    assert "there are no tokens" in run("describe", "f").err


def test_commands_on_lines_of_tags(run) -> None:
    write("f", "O B-PER I-PER\nO\n")
    assert run("validate", "f").code == 0
    assert "IOB2" in run("detect", "f").out
    assert run("convert", "f", "--to", "BIOES").out == "O B-PER E-PER\nO\n"
    write("f", "['O', 'I-PER']\n['I-PER']\n")
    assert run("repair", "f", "--scheme", "IOB2").out == "['O', 'B-PER']\n['B-PER']\n"


@given(
    st.lists(
        st.lists(st.tuples(*[st.sampled_from(["O", "B-X", "I-X"])] * 2), min_size=1), min_size=2
    ),
    st.sampled_from([6, 100, 1 << 19]),
)
def test_lines_of_tags_as_columns(tmp_path_factory, sentences, size) -> None:
    """They are scored as the same tags in columns, in blocks of any size."""
    sentences = [[("B-X", "O")] * 2, [("B-X", "B-X")] * 3, *sentences]
    folder = tmp_path_factory.mktemp("f")
    merged = folder / "merged"
    merged.write_text("\n\n".join("\n".join(map("a {0[0]} {0[1]}".format, s)) for s in sentences))
    expected = spanf1.score_file(merged)
    files = []
    for side, name in enumerate(("g", "p")):
        path = folder / name
        path.write_text("\n".join(" ".join(pair[side] for pair in one) for one in sentences))
        files.append(ColumnFile(Source(str(path)), block_size=size))
    found = tally(PairedFiles(*files))
    assert (found.spans, found.sentences) == (expected.tally.spans, expected.tally.sentences)
