"""What is said of the sentences of gold: comments, keys of records, documents, files, dates."""

from __future__ import annotations

import gzip
import io
import json
import os
import random

import numpy as np
import pytest

import spanf1
from spanf1.exceptions import LayoutError, UsageError
from spanf1.formats.opening import both_inputs
from spanf1.formats.options import InputOptions
from spanf1.formats.source import source_of
from spanf1.mistakes.analyze import analyze_inputs, checked_options

COLUMNS = """\
# global.columns = FORM GOLD PRED

# newdoc id = weblog 1
# genre = blog
# sent_id = s1
# text = Ada = Smith
Ada B-PER B-PER
Smith I-PER O

#sent_id=s2
# genre = comment
Bob B-PER B-ORG
# note = late
in O O
# sent_id = never
Rome B-LOC O

# lost = in space

Rome B-LOC O

# sent_id = s4
# newdoc
# date = 2026-11-29
Rome B-LOC O

Rome B-LOC O
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def saved(name, content):
    with open(name, "w", encoding="utf-8", newline="") as file:
        file.write(content)
    return name


def lines(records):
    return "".join(json.dumps(record) + "\n" for record in records)


def values(analysis, key):
    (found,) = analysis.values(key)
    return [*found]


def check_places(analysis):
    """Hold the numbers of sentences against the places of entries."""
    for part in analysis.parts:
        rows = range(len(part.ledger))
        numbers = [part.texts.sentences(part.ledger, side).tolist() for side in (0, 1)]
        for row, entry in zip(rows, part.entries(part.ledger.gold * 0 + [*rows], 0), strict=True):
            for side, index in enumerate((part.ledger.gold[row], part.ledger.predicted[row])):
                if index >= 0:
                    assert numbers[side][index] == entry.place.sentence - 1


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_comments_of_columns(end):
    analysis = spanf1.analyze(saved("f", COLUMNS.replace("\n", end)))
    assert values(analysis, "document") == ["weblog 1"] * 3 + ["document 2"] * 2
    assert values(analysis, "newdoc id") == ["weblog 1"] * 3 + [None] * 2
    # What stands where a document begins holds for all of it.
    assert values(analysis, "genre") == ["blog", "comment", "blog", None, None]
    assert values(analysis, "sent_id") == ["s1", "s2", "s1", "s4", "s4"]
    assert values(analysis, "text")[0] == "Ada = Smith"
    assert values(analysis, "note") == [None, "late", None, None, None]
    assert values(analysis, "date:month")[3:] == ["2026-11"] * 2
    assert values(analysis, "file") == ["f"] * 5
    check_places(analysis)


def test_a_key_that_nothing_has_names_those_that_there_are():
    analysis = spanf1.analyze(saved("f", COLUMNS))
    for key in ("lost", "global.columns", "genres"):
        with pytest.raises(UsageError, match=f"anything at '{key}'") as error:
            analysis.values(key)
        hint = "'date', 'document', 'file', 'genre', 'newdoc id', 'note', 'sent_id', 'text'"
        assert error.value.hint == f"there is something at {hint}"


def test_documents_that_begin_with_docstart():
    content = """\
Ada B-PER O

-DOCSTART- -X- O

Ada B-PER O

Ada B-PER O

-DOCSTART- O O
# source = wire
Ada B-PER O
-DOCSTART- O O
Ada B-PER O
"""
    analysis = spanf1.analyze(saved("f", content.replace(" -X- ", " O ")))
    numbers = [None, "document 1", "document 1", "document 2", "document 3"]
    assert values(analysis, "document") == numbers
    assert values(analysis, "source") == [None] * 3 + ["wire", None]
    check_places(analysis)


def test_a_token_that_looks_like_a_comment_says_nothing():
    analysis = spanf1.analyze(saved("f", "# a = b\n#tag=1 B-X O\n# O O\nRome B-LOC O\n"))
    assert values(analysis, "a") == ["b"]
    with pytest.raises(UsageError, match="has anything at"):
        analysis.values("tag")


def test_comments_of_gold_where_there_are_two_files():
    gold = "# genre = a\nAda B-PER\n\nRome B-LOC\n\n# genre = c\nRome B-LOC\n"
    predicted = gold.replace("# genre", "# genre = x\n# other")
    analysis = spanf1.analyze(saved("g", gold), saved("p", predicted))
    assert values(analysis, "genre") == ["a", None, "c"]


def test_sentences_that_do_not_count_are_no_sentences():
    content = COLUMNS.replace("Ada B-PER", "Ada [M]").replace("Smith I-PER", "Smith [M]")
    analysis = spanf1.analyze(saved("f", content), mask_tags=["[M]"])
    assert values(analysis, "genre") == ["comment", "blog", None, None]
    check_places(analysis)


def test_predictions_that_are_missing_leave_no_sentences():
    rows = COLUMNS.replace("Ada B-PER B-PER", "Ada B-PER ").replace("Smith I-PER O", "Smith I-PER ")
    content = "\n".join(
        row if row.startswith("#") else row.replace(" ", "\t") for row in rows.split("\n")
    )
    analysis = spanf1.analyze(saved("f", content), missing="drop", delimiter="\t")
    assert values(analysis, "genre") == ["comment", "blog", None, None]
    check_places(analysis)


@pytest.mark.parametrize("seed", range(30))
def test_random_columns(seed):
    """Every sentence has what stands in its lines, by a few lines of Python."""
    chance = random.Random(seed)
    rows = []
    for _ in range(chance.randint(1, 40)):
        keys = chance.choices("kl", k=chance.randint(0, 2))
        rows += [f"# {key} = {chance.randint(0, 99)}" for key in keys]
        whole = chance.choice(["", "", "\tB-X\tO", "\t[M]\tO", "\tB-X\t"])
        for _ in range(chance.randint(0, 4)):
            tags = whole or f"\t{chance.choice(['O', 'B-X', '[M]'])}\t{chance.choice(['O', 'B-X'])}"
            rows.append(f"t{tags}")
            if chance.random() < 0.1:
                rows.append(f"# k = {chance.randint(0, 99)}")
        rows += [""] * chance.randint(1, 2)
    rows.insert(0, "t\tB-X\tB-X")
    missing = chance.choice(["drop", "outside"])
    expected = []
    for sentence in "\n".join(rows).split("\n\n"):
        inside = sentence.strip("\n").split("\n")
        tokens = [row.split("\t") for row in inside if row[:1] not in ("#", "")]
        if any(tag != "[M]" and (other or missing != "drop") for _, tag, other in tokens):
            said = [row.partition(" = ")[2] for row in inside if row.startswith("# k =")]
            expected.append(said[0] if said else None)
    file = saved("f", "\n".join(rows) + "\n")
    how = {"mask_tags": ["[M]"], "delimiter": "\t", "missing": missing}
    analysis = spanf1.analyze(file, **how)
    if any(expected):
        assert values(analysis, "k") == expected
    check_places(analysis)


RECORDS = [
    {"genre": "news", "meta": {"source": "a", "year": 2026, "checked": True, "note": None}},
    {"genre": "", "meta": {"source": "b", "tags": ["x"]}, "a.b": 0.5},
    {"meta": "none"},
]
FOUND = {
    "genre": ["news", None, None],
    "meta.source": ["a", "b", None],
    "meta.year": ["2026", None, None],
    "meta.checked": ["true", None, None],
    "a.b": [None, "0.5", None],
}


def of_tags():
    return [
        {"tokens": ["Ada"], "tags": ["B-PER"], "pred": [tag]} for tag in ("B-PER", "O", "B-ORG")
    ]


def prodigy():
    spans = [{"start": 0, "end": 3, "label": "PER"}]
    return [{"text": "Ada", "spans": spans, "predicted": spans[:n]} for n in (0, 1, 1)]


def doccano():
    return [{"text": "Ada", "label": [[0, 3, "PER"]], "pred": []} for _ in range(3)]


def labelstudio():
    def task(record):
        value = {"start": 0, "end": 3, "labels": ["PER"], "text": "Ada"}
        result = [{"type": "labels", "from_name": "l", "to_name": "t", "value": value}]
        annotated = {"annotations": [{"result": result}], "predictions": [{"result": []}]}
        return {"data": {"text": "Ada", **record}, **annotated}

    return [task(record) for record in RECORDS]


@pytest.mark.parametrize("array", [False, True, "indented"])
@pytest.mark.parametrize("make", [of_tags, prodigy, doccano])
def test_keys_of_records(make, array):
    records = [own | other for own, other in zip(make(), RECORDS, strict=True)]
    content = json.dumps(records, indent=1 if array == "indented" else None)
    file = saved("f.json", content if array else lines(records))
    analysis = spanf1.analyze(file)
    for key, expected in FOUND.items():
        assert values(analysis, key) == expected
    for key, what in (("meta.tags", "a list"), ("meta", "an object")):
        with pytest.raises(LayoutError, match=f"'?{key}'? is {what}, and is to be"):
            analysis.values(key)
    with pytest.raises(UsageError) as error:
        analysis.values("meta.note")
    assert "'meta.source'" in error.value.hint
    check_places(analysis)


def test_keys_of_tasks_of_label_studio():
    analysis = spanf1.analyze(saved("f.json", json.dumps(labelstudio())))
    assert values(analysis, "data.genre") == FOUND["genre"]
    assert values(analysis, "data.meta.source") == FOUND["meta.source"]


def test_ids_of_records_are_those_of_documents():
    records = [{"id": n, **record} for n, record in enumerate(prodigy())]
    analysis = spanf1.analyze(saved("f.jsonl", lines(records)))
    assert values(analysis, "document") == values(analysis, "id") == ["0", "1", "2"]
    assert [entry.place.document for entry in analysis.entries(kind="all")] == [0, 1, 2]


def test_records_that_share_a_line_and_are_left_out():
    records = [*prodigy(), {**prodigy()[0], "answer": "reject"}]
    named = [{"genre": f"g{n}", **record} for n, record in enumerate(records)]
    assert values(spanf1.analyze(saved("f", lines(named))), "genre") == ["g0", "g1", "g2"]
    analysis = spanf1.analyze(saved("g", json.dumps(named)))
    with pytest.raises(LayoutError, match="g:1: 'genre': several records begin on this line"):
        analysis.values("genre")


def test_records_without_tokens():
    records = [{"genre": name, **one} for name, one in zip("abc", of_tags(), strict=True)]
    records[1] |= {"tokens": [], "tags": [], "pred": []}
    for without in ((), ("tokens",)):
        kept = [{key: one[key] for key in one if key not in without} for one in records]
        analysis = spanf1.analyze(saved("f", lines(kept)))
        assert values(analysis, "genre") == ["a", "c"]
        check_places(analysis)


def test_records_joined_by_id_are_golds():
    gold = [{"id": n, "genre": f"g{n}", "tokens": ["a"], "tags": ["B-X"]} for n in (1, 2)]
    predicted = [{**one, "genre": "other"} for one in gold[::-1]]
    analysis = spanf1.analyze(saved("g", lines(gold)), saved("p", lines(predicted)))
    assert values(analysis, "genre") == ["g1", "g2"]


def test_records_in_python():
    records = [own | other for own, other in zip(prodigy(), RECORDS, strict=True)]
    analysis = spanf1.analyze(records, records)
    assert values(analysis, "genre") == FOUND["genre"]
    with pytest.raises(UsageError, match="anything at 'file'"):
        analysis.values("file")


TAGS = [["B-X"], [], ["O", "B-X"], ["B-X"]]
GENRES = {"genre": ["a", "empty", np.int64(3), None], "date": np.array(["2026-11-29"] * 4)}


def test_metadata_of_lists():
    analysis = spanf1.analyze(TAGS, TAGS, metadata=GENRES)
    assert values(analysis, "genre") == ["a", "empty", "3", None]
    assert values(analysis, "date:year") == ["2026"] * 4
    check_places(analysis)
    with pytest.raises(LayoutError, match="sentence 2: 'genre' is 'empty', which is no date"):
        spanf1.analyze(TAGS, TAGS, metadata={"genre": [None, "empty", 3, 4]}).values("genre:day")


def test_metadata_of_lists_of_which_tokens_do_not_count():
    analysis = spanf1.analyze(
        [["[M]"], [], ["[M]", "B-X"], ["B-X"]], TAGS, metadata=GENRES, mask_tags=["[M]"]
    )
    assert values(analysis, "genre") == ["3", None]
    check_places(analysis)
    arrays = np.array([[-100, -100], [-100, 1], [1, 0]]), np.array([[0, 0], [0, 1], [0, 1]])
    how = {"labels": ["O", "B-X"], "metadata": {"genre": ["a", "b", "c"]}}
    assert values(spanf1.analyze(*arrays, **how), "genre") == ["b", "c"]
    whole = np.abs(arrays[0]) % 100, arrays[1]
    assert values(spanf1.analyze(*whole, **how), "genre") == ["a", "b", "c"]


def test_metadata_that_does_not_fit():
    with pytest.raises(UsageError, match="has 3 values at 'genre', and there are 4 sentences"):
        spanf1.analyze(TAGS, TAGS, metadata={"genre": "abc"})
    with pytest.raises(UsageError, match="metadata is for tags, and records have their own"):
        spanf1.analyze(prodigy(), prodigy(), metadata={"genre": "abc"})
    with pytest.raises(UsageError, match="tokens and metadata are for tags that are given"):
        spanf1.analyze(saved("f", COLUMNS), metadata={"genre": "abc"})


def test_lists_say_nothing():
    analysis = spanf1.analyze([["B-X"]], [["O"]])
    with pytest.raises(UsageError, match="anything at 'document'") as error:
        analysis.values("document")
    assert not error.value.hint


def test_conllu_with_tags_in_misc():
    def word(number, tag):
        return "\t".join([str(number), "w", *["_"] * 7, f"ner={tag}|pred_ner={tag}"]) + "\n"

    content = (
        f"# newdoc id = d\n# genre = news\n# sent_id = 1\n1-2\tww{'	_' * 8}\n"
        f"{word(1, 'B-X')}{word(2, 'O')}\n# sent_id = 2\n{word(1, 'B-X')}\n"
    )
    gold = saved("g.conllu", content)
    predicted = saved("p.conllu", content)
    analysis = spanf1.analyze(gold, predicted)
    assert values(analysis, "sent_id") == ["1", "2"]
    assert values(analysis, "genre") == ["news", "news"]
    assert values(analysis, "document") == ["d", "d"]
    check_places(analysis)


def test_nested_levels_of_columns():
    content = "# genre = a\nAda B-PER B-X\n\n# genre = b\nRome O B-LOC\n"
    how = {"gold_column": "2,3", "pred_column": "2,3"}
    analysis = spanf1.analyze(saved("g", content), saved("p", content), **how)
    assert values(analysis, "genre") == ["a", "b"]
    check_places(analysis)


def test_documents_of_several_sentences():
    spans = [[[0, 0, "X"]], [], [[2, 2, "X"]]]
    record = {"sentences": [["a"], ["b"], ["c"]], "ner": spans, "predicted_ner": spans}
    records = [{"doc_key": name, "genre": name * 2, **record} for name in "xy"]
    analysis = spanf1.analyze(saved("f", lines(records)))
    assert values(analysis, "document") == ["x/0"] * 3 + ["y/0"] * 3
    assert values(analysis, "doc_key") == ["x"] * 3 + ["y"] * 3
    assert values(analysis, "genre") == ["xx"] * 3 + ["yy"] * 3
    check_places(analysis)


def test_documents_of_brackets():
    text = "#begin document (a); part 000\n0 Ada (X*)\n\n0 b *\n\n#end document\n"
    analysis = spanf1.analyze(saved("g", text * 2), saved("p", text * 2))
    assert values(analysis, "document") == ["document 1"] * 2 + ["document 2"] * 2


def test_documents_of_brat():
    for side in "gp":
        for name in "xy":
            for ending, content in (("txt", "Ada"), ("ann", "T1\tPER 0 3\tAda\n")):
                os.makedirs(side, exist_ok=True)
                saved(f"{side}/{name}.{ending}", content)
    analysis = spanf1.analyze("g", "p")
    assert values(analysis, "document") == ["x", "y"]
    with pytest.raises(UsageError) as error:
        analysis.values("genre")
    assert error.value.hint == "there is something at 'document', 'file'"


def test_several_files():
    contents = {"a": "# genre = x\nAda B-PER O\n", "b": "Ada B-PER O\n\nRome O B-LOC\n"}
    side = InputOptions.of({}, "gold"), InputOptions.of({}, "predicted")
    inputs = [both_inputs([source_of(saved(*one))], *side) for one in contents.items()]
    analysis = analyze_inputs(inputs, checked_options({}))
    assert analysis.values("file") == [["a"], ["b", "b"]]
    assert analysis.values("genre") == [["x"], [None, None]]


def test_compressed_files_and_pipes():
    with gzip.open("f.gz", "wt") as file:
        file.write(COLUMNS)
    assert values(spanf1.analyze("f.gz"), "genre")[:2] == ["blog", "comment"]


def test_pipes_are_read_once(monkeypatch):
    for content in (COLUMNS, lines(of_tags())):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
        analysis = spanf1.analyze("-")
        for ask in (lambda: analysis.values("genre"), lambda: [*analysis.entries()]):  # noqa: B023
            with pytest.raises(UsageError, match="this is read twice, which a pipe cannot be"):
                ask()


@pytest.mark.parametrize(
    ("value", "cut"),
    [
        ("2026-11-29", ("2026", "2026-11", "2026-11-29")),
        ("2026-11-29T12:00:00Z", ("2026", "2026-11", "2026-11-29")),
        ("2026-11-29 12:00", ("2026", "2026-11", "2026-11-29")),
        ("20261129", ("2026", "2026-11", "2026-11-29")),
        ("2026-11", ("2026", "2026-11", None)),
        ("2026", ("2026", None, None)),
        ("0800-01-02", ("0800", "0800-01", "0800-01-02")),
        ("2026-13-01", (None, None, None)),
        ("2026-02-30", (None, None, None)),
        ("29.11.2026", (None, None, None)),
        ("2026-1-2", (None, None, None)),
        ("news", (None, None, None)),
        ("202", (None, None, None)),
    ],
)
def test_dates(value, cut):
    content = f"# x:date = {value}\n\nAda B-PER O\n\n# x:date = {value}\nAda B-PER O\n"
    analysis = spanf1.analyze(saved("f", content))
    for part, expected in zip(("year", "month", "day"), cut, strict=True):
        if expected:
            assert values(analysis, f"x:date:{part}") == [None, expected]
        else:
            message = f"f:6: 'x:date' is {value!r}, which is no date with a {part}"
            with pytest.raises(LayoutError, match=message):
                analysis.values(f"x:date:{part}")


@pytest.mark.parametrize("metadata", [[{"genre": "a"}] * 4, "genre", 3])
def test_metadata_that_has_no_keys_is_refused(metadata):
    with pytest.raises(UsageError, match="metadata is to be keys") as caught:
        spanf1.analyze(TAGS, TAGS, metadata=metadata)
    assert "metadata={'source': ['web', 'news']}" in caught.value.hint


def test_metadata_of_a_frame_in_which_some_is_missing():
    pd = pytest.importorskip("pandas")
    days = pd.to_datetime(["2026-11-29", None, "2026-12-01", "2026-12-02"])
    frame = pd.DataFrame({"score": [1.5, float("nan"), 2.0, 2.0], "day": days})
    analysis = spanf1.analyze(TAGS, TAGS, metadata=frame)
    assert analysis.values("score") == [["1.5", None, "2.0", "2.0"]]
    assert analysis.values("day:month") == [["2026-11", None, "2026-12", "2026-12"]]


def test_a_key_that_is_called_as_something_else():
    spans = {"text": "Ada", "spans": [[0, 3, "PER"]]}
    said = {"length": "long", "file": "2026-11-29", "document": "d", "key:a": 1}
    saved("f.jsonl", lines([spans | said, spans | said | {"length": "short"}]))
    analysis = spanf1.analyze("f.jsonl", "f.jsonl")
    assert values(analysis, "key:length") == ["long", "short"]
    assert values(analysis, "key:file:month") == ["2026-11", "2026-11"]
    assert values(analysis, "key:document") == ["d", "d"]
    assert values(analysis, "key:key:a") == ["1", "1"]
    assert [one.name for one in analysis.slices("length")] == ["1-5"]
    slices = analysis.slices("key:length")
    assert [one.name for one in slices] == ["long", "short"]
    assert (slices.by, slices.text) == ("key:length", "the length of its sentence, or text")
    with pytest.raises(UsageError, match="key:position"):
        analysis.slices("key:position")
