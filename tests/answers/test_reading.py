"""References and answers in files of every kind, and what is said of those that are wrong."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.helpers.commands import write

SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "paragraphs": [
                {
                    "context": "…",
                    "qas": [
                        {"id": "a", "answers": [{"text": "Rome"}, {"text": "the city"}]},
                        {"id": "b", "answers": [], "is_impossible": True},
                    ],
                }
            ]
        }
    ],
}
DATE = {"day": "", "month": "", "year": ""}


def drop(**given):
    return {"number": "", "spans": [], "date": DATE, **given}


DROP = {
    "p": {
        "passage": "…",
        "qa_pairs": [
            {
                "query_id": "a",
                "answer": drop(number="3"),
                "validated_answers": [drop(spans=["dog", "cat"])],
            },
            {"query_id": "b", "answer": drop(date={"day": "2", "month": "May", "year": "1912"})},
        ],
    }
}


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.fixture
def f1(run):
    """Return the F1 and the exact matches of files, in percent, and what they are."""

    def f1(*args: str):
        ran = run("answers", *args, "-f", "json")
        assert (ran.code, ran.err) == (0, "")
        data = json.loads(ran.out)
        figures = data["figures"]
        kinds = [file.partition(": ")[2] for file in data["files"]]
        return round(100 * figures["f1"]), round(100 * figures["exact"]), kinds

    return f1


def test_squad(f1) -> None:
    write("gold.json", json.dumps(SQUAD))
    write("pred.json", json.dumps({"b": "", "a": "Rome!"}))
    assert f1("gold.json", "pred.json") == (100, 100, ["SQuAD", "JSON by id"])


def test_drop(f1) -> None:
    write("gold.json", json.dumps(DROP, indent=1))
    write("pred.json", json.dumps({"a": ["cat", "dog"], "b": "May 1912"}))
    assert f1("gold.json", "pred.json", "--rule", "drop")[:2] == (90, 50)
    write("number.json", json.dumps({"a": 3.0, "b": "2 May 1912"}))
    assert f1("gold.json", "number.json", "--rule", "drop")[:2] == (100, 100)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("f.jsonl", lines({"id": 1, "answers": ["Rome"], "prediction": "rome"},
                          {"id": 2, "answers": ["x"], "prediction": "y"})),
        ("f.json", json.dumps([{"reference": "Rome", "predicted": "rome"},
                               {"reference": "x", "predicted": "y"}])),
        ("f.jsonl", lines({"id": 1, "answers": {"text": ["Rome"], "answer_start": [0]},
                           "prediction_text": "rome"},
                          {"id": 2, "answers": {"text": ["x"], "answer_start": [0]},
                           "prediction_text": "y"})),
        ("f.tsv", "id\tanswer\tprediction\n1\tRome\t\"rome\n2\tx\ty\n"),
        ("f.csv", "gold,pred\n\"Rome\",\"\"\"rome\"\"\"\nx,y\n"),
    ],
)  # fmt: skip
def test_one_file(f1, name, content) -> None:
    write(name, content)
    assert f1(name)[:2] == (50, 50)


def test_ids_join_two_files(f1) -> None:
    write("g.jsonl", lines({"id": 1, "answers": ["Rome"]}, {"id": 2, "answers": ["x"]}))
    write("p.jsonl", lines({"id": "2", "text": "x"}, {"id": "1", "text": "Rome"}))
    write("p.json", json.dumps({"2": "x", "1": "Rome"}))
    assert f1("g.jsonl", "p.jsonl")[0] == f1("g.jsonl", "p.json")[0] == 100


def test_lines_are_joined_by_order(run, f1) -> None:
    write("g.txt", "Rome, or Paris\n\nx\r\n")
    write("p.txt", "rome or paris\n\ny\n")
    write("p.jsonl", lines("rome or paris", "", "y"))
    write("p.json", json.dumps(["rome or paris", "", "y"]))
    for name in ("p.txt", "p.jsonl", "p.json"):
        assert f1("g.txt", name)[0] == 67
    assert "joined by order: not all files have ids" in run("answers", "g.txt", "p.txt").out


def test_what_is_compressed(f1) -> None:
    content = "id\tanswer\tprediction\n1\tRome\trome\n"
    write("f.tsv.gz", gzip.compress(content.encode()))
    write("f.csv.gz", gzip.compress(content.replace("\t", ",").encode()))
    assert f1("f.tsv.gz")[0] == f1("f.csv.gz")[0] == 100


def test_keys_can_be_named(f1) -> None:
    write("f.jsonl", lines({"n": "q", "said": "x", "right": ["x", "y"]}))
    assert f1("f.jsonl", "--gold-key", "right", "--pred-key", "said", "--id-key", "n")[2] == [
        "JSON records, 'right' by 'n'",
        "JSON records, 'said' by 'n'",
    ]


def test_ranked_lists(run) -> None:
    write("f.jsonl", lines({"id": 1, "relevant": list("abcd"), "retrieved": list("axbcy")}))
    out = run("answers", "f.jsonl", "--at", "1,3,4,5", "--digits", "1").out
    figures = [line.split() for line in out.split("\n\n")[0].splitlines()[1:]]
    assert figures == [
        ["1", "100.0", "25.0", "40.0"],
        ["3", "66.7", "50.0", "57.1"],
        ["4", "75.0", "75.0", "75.0"],
        ["5", "60.0", "75.0", "66.7"],
    ]
    assert "4: F1 75.0, of 1 to 5" in out


def test_trec(run) -> None:
    write("qrels", "q1 0 a 1\nq1 0 b 0\nq1 0 c 2\n")
    # Ranks do not count, scores do; of equal ones the last in the alphabet comes first.
    write("run", "q1 Q0 b 1 0.5 x\nq1 Q0 c 2 0.5 x\nq1 Q0 a 3 0.1 x\n")
    data = json.loads(run("answers", "qrels", "run", "--at", "1,2", "-f", "json").out)
    assert data["figures"]["precision@1"] == 1
    assert data["figures"]["f1@2"] == 0.5
    assert data["files"] == ["qrels: TREC qrels", "run: TREC run"]
    write("grades.jsonl", lines({"id": "q1", "relevant": {"a": 1, "b": 0, "c": 2}}))
    other = json.loads(run("answers", "grades.jsonl", "run", "--at", "1,2", "-f", "json").out)
    assert other["figures"] == data["figures"]


GOLD = lines({"id": 1, "answers": ["x"]})


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["x\n"], "f0: one file is to have records"),
        ([json.dumps(SQUAD)], "f0: one file is to have records"),
        ([json.dumps(DROP)], "f0: one file is to have records"),
        ([GOLD], "f0:1: there is no key of answers"),
        ([GOLD, lines({"id": 1, "y": "x"})], "f1:1: there is no key of answers"),
        ([GOLD + '{"id": 2}\n', GOLD], "f0:2: there is no key 'answers'"),
        ([GOLD + '{"answers": "x"}\n', GOLD], "f0:2: there is no key 'id'"),
        ([GOLD + '{"id": [], "answers": "x"}\n', GOLD], "f0:2: id is a list: ids are"),
        ([GOLD + "3\n", GOLD], "f0:2: the record is 3, not an object"),
        ([GOLD, '{"id": 1, "text": null}\n'], "f1:1: question '1': null is no text"),
        ([GOLD, '{"id": 1, "text": ["x"]}\n'], "f1: the answer of question '1' has several spans"),
        ([GOLD, '{"id": 2, "text": "x"}\n'], "f1: there is no prediction for question '1', of 1"),
        ([GOLD * 2, '{"id": 1, "text": "x"}\n'], "f0:2: id '1' is there twice"),
        ([GOLD, "x\ny\n"], "f1: 2 answers for 1 question of f0, and no ids"),
        ([GOLD, "x\tx\n"], "f1:1: this is a table, and its header has no known name"),
        ([GOLD, b"x\n\xff\n"], "f1:2: byte 0xff is not UTF-8"),
        ([GOLD, '{"id": 1\n'], "f1:2: malformed JSON"),
        ([GOLD, ""], "f1: 0 answers for 1 question"),
        (['{"data": [{}]}', GOLD], "f0: not as SQuAD's files are"),
        (['{"p": {"qa_pairs": [{}]}}', GOLD], "f0: not as DROP's files are"),
        ([GOLD, '{"a": "x", "b": "y", "a": "z"}'], "f1: id 'a' is there twice"),
        (["id\tanswer\tanswer\n1\ta\tb\n", GOLD], "f0:1: two columns are called 'answer'"),
        (["id\tanswer\n1\n", GOLD], "f0:2: 1 cell where the header has 2"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(run, files, message) -> None:
    names = [write(f"f{n}", content) for n, content in enumerate(files)]
    ran = run("answers", *names)
    assert (ran.code, ran.out) == (3, "")
    first, *hints = ran.err.splitlines()
    assert first.startswith(f"error: {message}")
    assert len(first) <= 307
    assert len(hints) <= 1


@pytest.mark.parametrize(
    ("gold", "found", "message"),
    [
        ("q 0 a 1\nq a\n", "q Q0 a 1 2 x\n", "gold:2: 'q a' is no line of TREC's"),
        ("q 0 a 1\n", "q Q0 a 1 nan x\n", "found:1: 'q Q0 a 1 nan x' is no line"),
        ("q 0 a 1\n", "q Q0 a 1 high x\n", "found:1: 'q Q0 a 1 high x' is no line"),
        ("q 0 a 1\n", "q Q0 a 1 2 x\nq Q0 a 2 1 x\n", "found: 'a' was retrieved twice"),
        ("q 0 a 1\n", "r Q0 a 1 2 x\n", "found: there is no prediction for question 'q'"),
        ("q 0 a 1\n", "x y\n", "found:1: ranked lists are in JSON, or TREC's files"),
        ("q 0 a 1\n", '{"q": "a"}', "found:1: question 'q': 'a' is no list of ids"),
    ],
)
def test_what_is_wrong_with_ranked_lists(run, gold, found, message) -> None:
    ran = run("answers", write("gold", gold), write("found", found), "--at", "1")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"error: {message}")


def test_tables_as_spreadsheets_write_them(run, f1) -> None:
    large = "x " * 100_000
    write("f.csv", f'id;answer;prediction\n1;"{large}";"{large}"\n\n2;"a\nb";a b\n')
    assert f1("f.csv")[0] == 100
    for content, said in (
        ('1,"a\nb",a\n2,b\n', "f.csv:4: 2 cells where the header has 3"),
        ('1,"a,y\n2,b,b\n', "f.csv:2: 2 cells where the header has 3"),
        ("1,a\rb,a\n", "f.csv:2: this is no CSV: new-line character seen"),
    ):
        write("f.csv", f"id,answer,prediction\n{content}")
        ran = run("answers", "f.csv")
        assert ran.code == 3
        assert said in ran.err
