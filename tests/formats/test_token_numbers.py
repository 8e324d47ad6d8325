"""Spans of token numbers (SpERT, DyGIE, GLiNER): read as the same spans in columns are."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.exceptions import LayoutError
from spanf1.formats.sniffing import formats_of
from spanf1.formats.source import Source
from tests.helpers.commands import write

# Sentences of one document; the first and last token of each span, counted in its sentence.
WORDS = [["Ada", "Byron", "met", "Bob"], ["nobody"], ["in", "New", "York", "."]]
SPANS = [[(0, 1, "PER"), (3, 3, "PER")], [], [(1, 2, "LOC")]]
COLUMNS = (
    "# newdoc\nAda\tB-PER\nByron\tI-PER\nmet\tO\nBob\tB-PER\n\nnobody\tO\n\n"
    "in\tO\nNew\tB-LOC\nYork\tI-LOC\n.\tO\n"
)


def spert(words=WORDS, spans=SPANS, key="entities"):
    return json.dumps([
        {"tokens": tokens, key: [{"start": a, "end": b + 1, "type": t} for a, b, t in some]}
        for tokens, some in zip(words, spans, strict=True)
    ])  # fmt: skip


def gliner(words=WORDS, spans=SPANS):
    rows = zip(words, spans, strict=True)
    return "".join(json.dumps({"tokenized_text": w, "ner": s}) + "\n" for w, s in rows)


def dygie(words=WORDS, spans=SPANS, key="ner", **more):
    ner, first = [], 0
    for tokens, some in zip(words, spans, strict=True):
        ner.append([[first + a, first + b, t, *more.get("scores", [])] for a, b, t in some])
        first += len(tokens)
    return json.dumps({"doc_key": "d", "sentences": words, key: ner}) + "\n"


MADE = {"spert": spert, "gliner": gliner, "dygie": dygie}


@pytest.fixture(autouse=True)
def _there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", MADE)
def test_same_as_columns(run, name) -> None:
    write("columns", COLUMNS)
    write("f", MADE[name]())
    assert formats_of([Source("f")]) == [name]
    for pair in (["f", "columns"], ["columns", "f"], ["f", "f"]):
        micro = json.loads(run("score", *pair, "-f", "json", "-q").out)["micro"]
        assert [micro[key] for key in ("gold", "predicted", "correct")] == [3, 3, 3], pair
    assert run("convert", "f", "--to-format", "columns").out.replace("# newdoc id = d/0\n", "") in (
        COLUMNS.replace("# newdoc\n", ""),
        COLUMNS.replace("\n\n", "\n\n# newdoc\n"),
    )


words = st.lists(
    st.lists(st.sampled_from(["a", "bc", "é", "😀", ")"]), min_size=1, max_size=5),
    min_size=1,
    max_size=4,
)


@given(words=words, data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_spans_are_those_of_a_loop(words, data) -> None:
    spans = []
    for tokens in words:
        ends = st.integers(0, len(tokens) - 1)
        some = data.draw(st.lists(st.tuples(ends, ends, st.sampled_from("AB")), max_size=4))
        spans.append([(min(a, b), max(a, b), t) for a, b, t in some])
    wanted = [
        [(t, " ".join(tokens[a : b + 1])) for a, b, t in some]
        for tokens, some in zip(words, spans, strict=True)
    ]
    for name, make in MADE.items():
        write("f", make(words, spans))
        documents = list(spanf1.read_documents("f", name))
        found = [[(s.type, one.text_of(s)) for s in one.spans] for one in documents]
        assert found == wanted
        assert [one.words() for one in documents] == words


def test_predictions_of_dygie_beside_gold(run) -> None:
    record = json.loads(dygie())
    found = json.loads(dygie(spans=[[(0, 1, "PER")], [], []], scores=[7.5, 0.9]))
    write("both", json.dumps({**record, "predicted_ner": found["ner"]}))
    micro = json.loads(run("score", "both", "-f", "json", "-q").out)["micro"]
    assert [micro[key] for key in ("gold", "predicted", "correct")] == [3, 1, 1]


def test_sentences_of_dygie_are_of_a_document(run) -> None:
    write("f", dygie())
    assert [d.begins for d in spanf1.read_documents("f")] == [True, False, False]
    assert [d.id for d in spanf1.read_documents("f")] == ["d/0", "d/1", "d/2"]
    assert "in 3 sentences, 1 document" in run("score", "f", "f").out


def test_records_without_spans_tell_the_format() -> None:
    write("f", '[{"tokens": ["a"], "entities": [], "relations": []}]')
    write("g", '{"tokenized_text": ["a"], "ner": []}')
    assert formats_of([Source("f"), Source("g")]) == ["spert", "gliner"]


def test_what_has_a_text_has_offsets_of_characters() -> None:
    write("f", '{"text": "Ada met", "tokens": ["Ada", "met"], "spans": [{"start": 0, "end": 3}]}')
    assert formats_of([Source("f")]) == ["prodigy"]


def test_relations_are_left_out(run) -> None:
    write("f", '[{"tokens": ["a"], "entities": [{"start": 0, "end": 1, "type": "A"}],'
          ' "relations": [{"type": "r", "head": 0, "tail": 0}]}]')  # fmt: skip
    assert "1 relations left out" in run("describe", "f").out
    write("f", json.dumps({**json.loads(dygie()), "relations": [[[0, 1, 3, 3, "met"]], [], []]}))
    assert "1 relations left out" in run("describe", "f").out


ERRORS = {
    "behind": ("spert", '[{"tokens": ["a"], "entities": [{"start": 0, "end": 2, "type": "A"}]}]',
        "f:1: entities[0]: 0 to 2 is no span of the sentence, which has tokens 0 to 0"),
    "empty": ("spert", '[{"tokens": ["a"], "entities": [{"start": 0, "end": 0, "type": "A"}]}]',
        "f:1: entities[0]: 0 to 0 is no span"),
    "a list": ("spert", '[{"tokens": ["a"], "entities": [[0, 1, "A"]]}]',
        "f:1: entities[0] is a list, which leaves open whether its end is a token of the span"),
    "number": ("spert", '[{"tokens": ["a"], "entities": [{"start": 0, "end": "1", "type": "A"}]}]',
        "f:1: entities[0]: the end is '1', and is to be the number of a token"),
    "no type": ("spert", '[{"tokens": ["a"], "entities": [{"start": 0, "end": 1}]}]',
        "f:1: entities[0] has no type"),
    "token": ("spert", '[{"tokens": ["a", 1], "entities": []}]', "f:1: tokens[1] is 1, and is to"),
    "no tokens": ("spert", '[{"entities": []}]', "f:1: there is no key 'tokens' or 'words'"),
    "inclusive": ("gliner", '\n{"tokenized_text": ["a"], "ner": [[0, 1, "A"]]}',
        "f:2: ner[0]: 0 to 1 is no span of the sentence, which has tokens 0 to 0"),
    "four": ("gliner", '{"tokenized_text": ["a"], "ner": [[0, 0, "A", 1]]}',
        "f:1: ner[0] has 4 elements, and is to be [start, end, type]"),
    "other sentence": ("dygie", '{"sentences": [["a"], ["b"]], "ner": [[[0, 1, "A"]], []]}',
        "f:1: ner[0][0]: 0 to 1 is no span of the sentence, which has tokens 0 to 0"),
    "lists": ("dygie", '{"sentences": [["a"], ["b"]], "ner": [[]]}',
        "f:1: ner has 1 lists, sentences has 2 sentences"),
    "blank": ("gliner", '{"tokenized_text": ["", "a"], "ner": [[0, 0, "A"]]}',
        "f:1: ner[0]: the tokens of the span are empty"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), ERRORS.values(), ids=ERRORS)
def test_errors(name, content, message) -> None:
    write("f", content)
    with pytest.raises(LayoutError) as caught:
        list(spanf1.read_documents("f", name))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("name", MADE)
def test_they_are_read_and_not_written(run, name) -> None:
    write("f", COLUMNS)
    with pytest.raises(spanf1.UsageError, match=f"{name} is read, and not written"):
        spanf1.convert_file("f", "g", name)
    assert run("convert", "f", "--to-format", name).code == 2
