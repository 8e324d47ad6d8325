"""Entries: what spans say, what stands around them, and where they are, whatever the format."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

import spanf1
from spanf1.formats.registry import FORMATS
from tests.helpers import every_format

MERGED = """\
# newdoc id = a
Ada B-PER B-PER
Smith I-PER O
met O O

# a comment
Bob B-PER B-ORG
in O O
Rome B-LOC O
"""
GOLD = [["B-PER", "I-PER", "O"], ["B-PER", "O", "B-LOC"]]
PREDICTED = [["B-PER", "O", "O"], ["B-ORG", "O", "O"]]
WORDS = [["Ada", "Smith", "met"], ["Bob", "in", "Rome"]]
# Of each entry the kind, and of both sides what it says, the first unit, and what is around it.
TOLD = [
    ("boundary", ("Ada Smith", 0, "", " met"), ("Ada", 0, "", " Smith met")),
    ("type", ("Bob", 0, "", " in Rome"), ("Bob", 0, "", " in Rome")),
    ("missed", ("Rome", 2, "Bob in ", ""), None),
]


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def saved(name, content):
    with open(name, "w", encoding="utf-8") as file:
        file.write(content)
    return name


def lines(records):
    return "".join(json.dumps(record) + "\n" for record in records)


def told(analysis, **how):
    def mention(span):
        return span and (span.text, span.start, span.before, span.after)

    return [
        (entry.kind, mention(entry.gold), mention(entry.predicted))
        for entry in analysis.entries(**how)
    ]


def places(analysis):
    return [str(entry.place) for entry in analysis.entries()]


def column(rows):
    return "\n".join(
        "".join(f"{word} {tag}\n" for word, tag in zip(*row, strict=True))
        for row in zip(WORDS, rows, strict=True)
    )


def test_one_file_of_columns():
    analysis = spanf1.analyze(saved("f", MERGED))
    assert told(analysis) == TOLD
    assert places(analysis) == ["f:2", "f:7", "f:9"]
    assert [entry.place.sentence for entry in analysis.entries()] == [1, 2, 2]


def test_two_files_of_columns():
    analysis = spanf1.analyze(saved("g", column(GOLD)), saved("p", column(PREDICTED)))
    assert told(analysis) == TOLD
    assert places(analysis) == ["g:1", "g:5", "g:7"]


def test_columns_without_tokens():
    rows = MERGED.replace("# a comment\n", "").replace("# newdoc id = a\n", "").splitlines()
    content = "".join(line.partition(" ")[2] + "\n" for line in rows)
    analysis = spanf1.analyze(saved("f", content))
    assert [entry.kind for entry in analysis.entries()] == [row[0] for row in TOLD]
    assert {entry.spans[0].text for entry in analysis.entries()} == {""}
    assert places(analysis) == ["f:1", "f:5", "f:7"]


def test_the_column_of_tokens_may_be_given():
    content = "1 Ada B-A O\n2 met O O\n"
    analysis = spanf1.analyze(saved("f", content), token_column=2)
    assert told(analysis) == [("missed", ("Ada", 0, "", " met"), None)]


def test_records_of_tags():
    rows = zip(WORDS, GOLD, PREDICTED, strict=True)
    records = [{"tokens": words, "tags": gold, "pred": other} for words, gold, other in rows]
    analysis = spanf1.analyze(saved("f", lines(records)))
    assert told(analysis) == TOLD
    assert places(analysis) == ["f:1", "f:2", "f:2"]


def test_records_of_tags_without_tokens():
    records = [{"tags": gold, "pred": p} for gold, p in zip(GOLD, PREDICTED, strict=True)]
    analysis = spanf1.analyze(saved("f", lines(records)))
    assert [entry.kind for entry in analysis.entries()] == [row[0] for row in TOLD]
    assert places(analysis) == ["f:1", "f:2", "f:2"]
    assert [entry.place.sentence for entry in analysis.entries()] == [1, 2, 2]


def test_records_of_two_files_that_are_joined_by_id():
    names = ["x", "y"]
    gold = [
        {"id": n, "tokens": words, "tags": row}
        for n, words, row in zip(names, WORDS, GOLD, strict=True)
    ]
    predicted = [
        {"id": n, "tokens": words, "tags": row}
        for n, words, row in zip(names, WORDS, PREDICTED, strict=True)
    ]
    analysis = spanf1.analyze(saved("g", lines(gold)), saved("p", lines(predicted[::-1])))
    assert told(analysis) == TOLD


def test_ids_of_labels_of_which_some_do_not_count():
    records = [
        {"tokens": ["[CLS]", "Ada", "##s", "met"], "tags": [-100, 1, -100, 0], "pred": [0, 0, 1, 0]}
    ]
    analysis = spanf1.analyze(saved("f", lines(records)), labels=["O", "B-PER"])
    # Which tokens count is only known of both sides together, and then there are no texts.
    assert told(analysis) == [("missed", ("", 0, "", ""), None)]
    assert places(analysis) == ["f:1"]


def test_records_of_which_some_tokens_are_masked():
    record = {"tokens": ["[CLS]", "Ada", "met"], "tags": ["X", "B-A", "O"], "pred": ["O"] * 3}
    analysis = spanf1.analyze(saved("f", lines([record])), mask_tags=["X"])
    assert told(analysis) == [("missed", ("Ada", 0, "", " met"), None)]


def test_lists():
    analysis = spanf1.analyze(GOLD, PREDICTED, tokens=WORDS)
    assert told(analysis) == TOLD
    assert places(analysis) == ["sentence 1", "sentence 2", "sentence 2"]
    bare = spanf1.analyze(GOLD, PREDICTED)
    assert [entry.spans[0].text for entry in bare.entries()] == ["", "", ""]


def test_lists_with_empty_sentences_keep_their_numbers():
    analysis = spanf1.analyze([[], ["B-A"], [], ["B-A"]], [[], ["O"], [], ["B-B"]])
    assert [entry.place.sentence for entry in analysis.entries()] == [2, 4]


def test_arrays():
    gold = np.array([[1, 2, 0, -100], [1, 0, 3, -100]])
    predicted = np.array([[1, 0, 0, 0], [4, 0, 0, 0]])
    labels = ["O", "B-PER", "I-PER", "B-LOC", "B-ORG"]
    analysis = spanf1.analyze(gold, predicted, labels=labels, tokens=WORDS)
    assert told(analysis) == TOLD


def test_tokens_are_those_that_count():
    with pytest.raises(spanf1.UsageError, match=r"2 words, and there are 3 tokens"):
        spanf1.analyze([["B-A", "O", "O"]], [["O"] * 3], tokens=[["a", "b"]])
    with pytest.raises(spanf1.UsageError, match="given as lists"):
        spanf1.analyze(saved("f", MERGED), tokens=WORDS)


@pytest.mark.parametrize("sides", [(GOLD,), (GOLD, "p"), ("f", GOLD), ([{"text": "a"}],)])
def test_both_sides_are_of_one_kind(sides):
    with pytest.raises(spanf1.UsageError, match="two files, or both sequences"):
        spanf1.analyze(*sides)


def test_masked_tokens_are_left_out():
    content = "[CLS] X O\nAda B-PER O\n##s X B-PER\nmet O O\n"
    analysis = spanf1.analyze(saved("f", content), mask_tags=["X"])
    assert told(analysis) == [("missed", ("Ada", 0, "", " met"), None)]
    assert places(analysis) == ["f:2"]
    lists = [["X", "B-PER", "X", "O"]], [["O", "O", "B-PER", "O"]]
    analysis = spanf1.analyze(*lists, mask_tags=["X"], tokens=[["Ada", "met"]])
    assert told(analysis) == [("missed", ("Ada", 0, "", " met"), None)]


def test_predictions_that_stop_early():
    gold, predicted = "a B-A\nb O\nc B-A\n\nd B-A\n", "a B-A\n\nd O\n"
    files = saved("g", gold), saved("p", predicted)
    analysis = spanf1.analyze(*files, missing="outside")
    assert [entry.spans[0].text for entry in analysis.entries()] == ["c", "d"]
    # Which tokens are left out is only known of both sides together, and then there are no texts.
    analysis = spanf1.analyze(*files, missing="drop")
    assert told(analysis) == [("missed", ("", 0, "", ""), None)]
    assert places(analysis) == ["g:5"]


def test_texts_with_spans():
    text = "Ada Smith  met\nBob in Rome."
    gold = [{"text": text, "spans": [(0, 9, "PER"), (15, 18, "PER"), (22, 26, "LOC")]}]
    predicted = [{"text": text, "spans": [(0, 3, "PER"), (15, 18, "ORG")]}]
    for record in (*gold, *predicted):
        record["spans"] = [
            {"start": start, "end": end, "label": kind} for start, end, kind in record["spans"]
        ]
    for given in ((gold, predicted), (saved("g", lines(gold)), saved("p", lines(predicted)))):
        analysis = spanf1.analyze(*given)
        first, second, third = analysis.entries(context=2)
        assert first.place.unit == "character"
        assert first.gold == ("PER", "Ada Smith", 0, 9, "", "  met\nBob")
        assert second.predicted == ("ORG", "Bob", 15, 18, "Smith  met\n", " in Rome.")
        assert (third.kind, third.gold.text, third.gold.after) == ("missed", "Rome", ".")
    assert places(analysis) == ["g:1", "g:1", "g:1"]


def test_spans_of_many_documents_are_where_they_are():
    gold = [{"text": f"ab x{n}", "spans": [{"start": 3, "end": 5, "label": "A"}]} for n in range(9)]
    gold.insert(4, {"text": "nothing", "spans": []})
    predicted = [{**record, "spans": []} for record in gold]
    predicted[4]["spans"] = [{"start": 0, "end": 7, "label": "B"}]
    analysis = spanf1.analyze(gold, predicted)
    words = [entry.spans[0].text for entry in analysis.entries()]
    assert words == ["x0", "x1", "x2", "x3", "nothing", *(f"x{n}" for n in range(4, 9))]


def test_tags_and_texts_of_other_tokens():
    gold = saved("g", "Ada B-PER\n's O\nhat O\n\nBob B-PER\n")
    predicted = saved("p", "Ada's B-PER\nhat O\n\nBob B-ORG\n")
    analysis = spanf1.analyze(gold, predicted)
    first, second = analysis.entries()
    assert (first.kind, first.how) == ("boundary", "long")
    assert (first.gold.text, first.predicted.text) == ("Ada", "Ada's")
    assert (first.gold.start, first.gold.end) == (0, 1)
    assert str(second.place) == "g:5"


def test_discontinuous_spans():
    for folder, span in (("g", "0 4;15 18\tleft arm"), ("p", "0 4;9 18\tleft right arm")):
        os.mkdir(folder)
        saved(f"{folder}/x.txt", "left and right arm")
        saved(f"{folder}/x.ann", f"T1\tA {span}\n")
    (entry,) = spanf1.analyze("g", "p").entries()
    assert (entry.kind, entry.how) == ("boundary", "long")
    assert [span.text for span in entry.spans] == ["left arm", "left right arm"]


def test_what_only_says_its_text_has_no_place():
    gold = saved("g", lines([{"text": "Ada", "entities": [{"text": "Ada", "type": "PER"}]}]))
    with pytest.raises(spanf1.InputError, match="does not say") as caught:
        spanf1.analyze(gold, gold, input_format="entities")
    assert "--match" not in caught.value.hint


def test_the_script_knows_no_spans():
    with pytest.raises(spanf1.UsageError, match="knows no spans"):
        spanf1.analyze(GOLD, PREDICTED, reading="conlleval")


@pytest.mark.parametrize(
    ("how", "kinds"),
    [
        ({}, ["boundary", "type", "missed"]),
        ({"kind": "type"}, ["type"]),
        ({"kind": ["type", "missed"]}, ["type", "missed"]),
        ({"kind": "short"}, ["boundary"]),
        ({"kind": "correct"}, []),
        ({"kind": "all"}, ["boundary", "type", "missed"]),
        ({"type": "PER"}, ["boundary", "type"]),
        ({"type": ["ORG", "LOC"]}, ["type", "missed"]),
        ({"type": "X"}, []),
        ({"pair": ("PER", "ORG")}, ["type"]),
        ({"pair": ("ORG", "PER")}, []),
        ({"text": "smith"}, ["boundary"]),
        ({"text": "o"}, ["type", "missed"]),
        ({"seen": ["Bob", "Ada"]}, ["type"]),
        ({"unseen": {"Bob": 1}}, ["boundary", "missed"]),
        ({"unseen": ["Bob"], "limit": 1, "type": "LOC"}, ["missed"]),
        ({"limit": 1}, ["boundary"]),
        ({"limit": 1, "text": "o"}, ["type"]),
        ({"limit": 0}, []),
    ],
)
def test_entries_may_be_chosen(how, kinds):
    analysis = spanf1.analyze(GOLD, PREDICTED, tokens=WORDS)
    assert [entry.kind for entry in analysis.entries(**how)] == kinds


@pytest.mark.parametrize(
    "how",
    [
        {"kind": "x"},
        {"sort": "x"},
        {"pair": "AB"},
        {"pair": ("A",)},
        {"limit": -1},
        {"context": -1},
    ],
)
def test_what_cannot_be_chosen(how):
    analysis = spanf1.analyze(GOLD, PREDICTED)
    with pytest.raises(spanf1.UsageError):
        [*analysis.entries(**how)]


@pytest.mark.parametrize("how", [{"text": "a"}, {"seen": ["a"]}, {"sort": "frequency"}])
def test_texts_that_are_not_known_are_not_looked_at(how):
    analysis = spanf1.analyze(GOLD, PREDICTED)
    with pytest.raises(spanf1.UsageError, match="what spans say is not known"):
        [*analysis.entries(**how)]


def test_forms_of_training_data():
    train = spanf1.describe(saved("train", "Bob B-PER\nAda B-LOC\nSmith I-LOC\n"))
    analysis = spanf1.analyze(GOLD, PREDICTED, tokens=WORDS)
    found = analysis.entries(unseen=train.total.types_of)
    assert [entry.spans[0].text for entry in found] == ["Rome"]


def test_the_same_mistakes_come_once():
    gold = [["B-A", "O", "B-B"], ["B-B"], ["B-A"]]
    predicted = [["O", "O", "B-A"], ["B-A"], ["B-B"]]
    analysis = spanf1.analyze(gold, predicted, tokens=[["x", "y", "z"], ["z"], ["z"]])
    found = [
        (entry.kind, entry.spans[0].text, entry.times, entry.place.sentence)
        for entry in analysis.entries(sort="frequency")
    ]
    assert found == [("type", "z", 2, 1), ("missed", "x", 1, 1), ("type", "z", 1, 3)]
    assert len([*analysis.entries(sort="frequency", limit=1)]) == 1


def test_columns_of_parquet():
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {"tokens": WORDS, "tags": GOLD, "pred": PREDICTED}
    parquet.write_table(pa.table(columns), "f.parquet")
    analysis = spanf1.analyze("f.parquet")
    assert told(analysis) == TOLD
    assert places(analysis) == ["f.parquet:1", "f.parquet:2", "f.parquet:2"]
    del columns["tokens"]
    parquet.write_table(pa.table(columns), "g.parquet")
    analysis = spanf1.analyze("g.parquet")
    assert [entry.spans[0].text for entry in analysis.entries()] == ["", "", ""]
    assert places(analysis) == ["g.parquet:1", "g.parquet:2", "g.parquet:2"]


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "entities"])
@pytest.mark.parametrize("other", ["columns", "prodigy", ""])
def test_every_format(name, other):
    gold = every_format.made(name, every_format.GOLD)
    predicted = every_format.made(other or name, every_format.PREDICTED)
    analysis = spanf1.analyze(gold, predicted, input_format=f"{name},{other or name}")
    missed, boundary = analysis.entries(context=2)
    assert (missed.kind, missed.gold.text) == ("missed", "Bob")
    around = [part.split() for part in (missed.gold.before, missed.gold.after)]
    # What a pipeline returns has no text.
    bare = name == "pipeline" and not other
    assert around == ([[], []] if bare else [["Lovelace", "met"], ["in", "Paris"]])
    assert (boundary.kind, boundary.how) == ("type and boundary", "short")
    assert [span.text for span in boundary.spans] == ["Bank of England", "England"]
    assert str(missed.place).startswith(gold)


def test_a_span_of_nested_columns_is_on_the_line_of_its_first_token():
    """So it is in another file of the same tokens, and where comments stand between them."""
    path = saved(
        "nested",
        "# newdoc\nAda B-A O B-A O\nof I-A O I-A O\n# a comment\nRome I-A B-B O B-C\n\n\n"
        "x O O O O\ny O O B-A O\n",
    )
    analysis = spanf1.analyze(path, gold_column="2,3", pred_column="4,5")
    places = [(entry.place.line, entry.spans[0].text) for entry in analysis.entries()]
    assert places == [(2, "Ada of Rome"), (5, "Rome"), (9, "y")]
    gold = saved("gold", "a O O\nb O B-A\n\nc O O\n")
    predicted = saved("predicted", "a O O\nb O O\n\nc B-A O\n")
    analysis = spanf1.analyze(gold, predicted, gold_column="2,3", pred_column="2,3")
    assert [entry.place.line for entry in analysis.entries()] == [2, 4]
    # Of other tokens it is that of gold, or of the sentence.
    gold, predicted = (
        saved("gold", "x O\n\nAda B-A\nLee I-A\n"),
        saved("other", "x O\n\nAdaLee O\n"),
    )
    (entry,) = spanf1.analyze(gold, predicted).entries()
    assert (entry.place.line, entry.kind) == (3, "missed")
    (entry,) = spanf1.analyze(predicted, gold).entries()
    assert (entry.place.line, entry.kind) == (3, "spurious")
