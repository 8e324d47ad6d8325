from __future__ import annotations

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.core.documents import Document, TextSpan
from spanf1.exceptions import LossError, SpanF1Error
from spanf1.formats.options import InputOptions
from spanf1.formats.records import labelstudio
from spanf1.formats.registry import Input, Writing
from spanf1.formats.source import Source
from tests.helpers.commands import write

TEXT = "Ada met Bob in Paris."
ADA = ("PER", 0, 3, "Ada")
BOB = ("PER", 8, 11, "Bob")
PARIS = ("LOC", 15, 20, "Paris")


def value(kind, start, end, text=None):
    return {"start": start, "end": end, "labels": [kind]} | ({"text": text} if text else {})


def label(*span):
    names = {"from_name": "label", "to_name": "text"}
    return {"type": "labels", **names, "value": value(*span)}


def annotation(*spans, **more):
    return {"result": [label(*span) for span in spans], **more}


def task(annotations=None, predictions=None, **more):
    sides = {"annotations": annotations, "predictions": predictions}
    there = {key: found for key, found in sides.items() if found is not None}
    return {"id": 1, "data": {"text": TEXT}, **there, **more}


def read(tmp_path, content, **how):
    path = tmp_path / "export.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    reading = Input(Source(str(path), label="export.json"), "labelstudio", InputOptions(**how))
    return reading, list(reading.documents())


def found(document):
    return [(span.type, *span.parts[0], document.text_of(span)) for span in document.spans]


def failure(tmp_path, content, **how):
    with pytest.raises(SpanF1Error) as raised:
        read(tmp_path, content, **how)
    assert "\n" not in str(raised.value)
    return str(raised.value)


BOTH = [
    task([annotation(ADA, PARIS)], [annotation(ADA, BOB)]),
    task([annotation()], [annotation()]),
]
SHORT = [
    {"id": 1, "text": TEXT, "label": [value(*ADA), value(*PARIS)], "annotator": 1},
    {"id": 2, "text": TEXT, "annotator": 1},
]


@pytest.mark.parametrize(
    ("content", "how", "spans", "key"),
    [
        (BOTH, {}, [[ADA, PARIS], []], "annotations"),
        (BOTH, {"side": "predicted", "alone": False}, [[ADA, BOB], []], "predictions"),
        (BOTH, {"side": "predicted"}, [[ADA, BOB], []], "predictions"),
        (BOTH, {"side": "predicted", "key": "annotations"}, [[ADA, PARIS], []], "annotations"),
        ([task([annotation(BOB)])], {"side": "predicted"}, [[BOB]], "annotations"),
        ([task([annotation(BOB)], [])], {"side": "predicted"}, [[BOB]], "annotations"),
        ([task(None, [annotation(BOB)])], {"side": "predicted"}, [[BOB]], "predictions"),
        ([task(completions=[annotation(BOB)])], {}, [[BOB]], "completions"),
        (task([annotation(BOB)]), {}, [[BOB]], "annotations"),
        ("\n".join(map(json.dumps, BOTH)), {}, [[ADA, PARIS], []], "annotations"),
        (json.dumps(BOTH, indent=2), {}, [[ADA, PARIS], []], "annotations"),
        (SHORT, {}, [[ADA, PARIS], []], "label"),
        (SHORT, {"side": "predicted"}, [[ADA, PARIS], []], "label"),
        (SHORT[::-1], {"key": "label"}, [[], [ADA, PARIS]], "label"),
        ("\n".join(map(json.dumps, SHORT)), {}, [[ADA, PARIS], []], "label"),
        ("[]", {}, [], ""),
        ("", {}, [], ""),
    ],
)
def test_read(tmp_path, content, how, spans, key) -> None:
    reading, documents = read(tmp_path, content, **how)
    assert list(map(found, documents)) == spans
    assert reading.key == key
    assert reading.tags is None
    assert reading.remarks == {}


@pytest.mark.parametrize(
    ("annotations", "spans", "remarks"),
    [
        (
            [annotation(ADA), annotation(BOB, was_cancelled=True)],
            [ADA],
            {"cancelled annotations": 1},
        ),
        ([annotation(ADA, skipped=True), annotation(BOB)], [BOB], {"cancelled annotations": 1}),
        (
            [annotation(ADA), annotation(BOB, ground_truth=True), annotation(PARIS)],
            [BOB],
            {"annotations beside the ground truth": 2},
        ),
        (
            [
                {
                    "result": [
                        {"type": "choices", "value": {"choices": ["news"]}},
                        {"type": "relation", "from_id": "a", "to_id": "b"},
                        label(*ADA),
                        {"type": "labels", "value": {"start": 0, "end": 3, "labels": []}},
                    ]
                }
            ],
            [ADA],
            {"results of type 'choices'": 1, "relations": 1, "regions without a label": 1},
        ),
    ],
)
def test_left_out(tmp_path, annotations, spans, remarks) -> None:
    reading, (document,) = read(tmp_path, [task(annotations)])
    assert found(document) == spans
    assert reading.remarks == remarks


def test_several_labels_are_several_spans(tmp_path) -> None:
    region = label(*ADA)
    region["value"]["labels"] = ["PER", "AUTHOR"]
    _, (document,) = read(tmp_path, [task([{"result": [region]}])])
    assert document.spans == [TextSpan("PER", ((0, 3),)), TextSpan("AUTHOR", ((0, 3),))]


@pytest.mark.parametrize(
    ("data", "how", "text"),
    [
        ({"text": "a", "body": "b"}, {}, "a"),
        ({"body": "b", "page": 3}, {}, "b"),
        ({"title": "a", "body": "b"}, {"text_key": "body"}, "b"),
    ],
)
@pytest.mark.parametrize("short", [False, True])
def test_text(tmp_path, data, how, text, short) -> None:
    export = {"id": "x", "label": [], **data} if short else task([annotation()], data=data)
    _, (document,) = read(tmp_path, [export], **how)
    assert document.text == text
    assert document.id == export["id"]


def test_ids_may_be_among_the_data(tmp_path) -> None:
    export = task([annotation()], data={"text": TEXT, "doc": "d7"})
    _, (document,) = read(tmp_path, [export], id_key="doc")
    assert document.id == "d7"


EMOJI = "🎉 Ada met 👩‍🚀 Bob"


@pytest.mark.parametrize(
    ("regions", "converted"),
    [
        ([("PER", 2, 5, "Ada"), ("PER", 14, 17, "Bob")], False),
        ([("PER", 3, 6, "Ada"), ("PER", 17, 20, "Bob")], True),
        ([("PER", 3, 6, "Ada"), ("PER", 17, 20, None)], True),
        ([("PER", 2, 5, None), ("PER", 14, 17, None)], False),
    ],
)
def test_offsets_in_utf16_units(tmp_path, regions, converted) -> None:
    export = [task([annotation(*regions)], data={"text": EMOJI}), task([annotation(ADA)])]
    reading, documents = read(tmp_path, export)
    assert [row[3] for row in found(documents[0])] == ["Ada", "Bob"]
    assert found(documents[1]) == [ADA]
    notes = {"tasks with offsets in UTF-16 units: converted, nothing": 1}
    assert reading.remarks == (notes if converted else {})


@pytest.mark.parametrize("said", ["met Bob", "met  Bob", " met\nBob "])
def test_white_space_is_not_compared(tmp_path, said) -> None:
    # Label Studio trims white space where it is not shown.
    export = task([annotation(("X", 0, 9, said))], data={"text": "met   Bob"})
    _, (document,) = read(tmp_path, [export])
    assert document.spans == [TextSpan("X", ((0, 9),))]


def one(**more):
    return [task([{"result": [{**label(*ADA), **more}]}])]


@pytest.mark.parametrize(
    ("content", "how", "message"),
    [
        ("[1]", {}, "export.json:1: the record is a list, not an object"),
        ([{}, 1], {}, "export.json:1: "),
        ("[{}", {}, "export.json:1: "),
        ([{"id": 1, "data": {}}], {}, "there is no key 'text'; the record's keys: none"),
        ([task()], {}, "there is no key of gold spans (annotations, completions); the record's"),
        (
            [task()],
            {"side": "predicted", "alone": False},
            "no key of predicted spans (predictions)",
        ),
        ([task({})], {}, "annotations is an object, and is to be a list"),
        ([task([7])], {}, "annotations[0] is 7, not an object"),
        ([task([])], {}, "task 1 has no annotations"),
        ([task([{"was_cancelled": True}])], {}, "task 1 has no annotations, and 1 that were canc"),
        ([task([annotation()] * 2)], {}, "task 1 has 2 annotations, and none of them alone is th"),
        ([task([{}])], {}, "annotations[0].result is null, and is to be a list"),
        ([task([{"result": [3]}])], {}, "annotations[0].result[0] is 3, and is to be an object"),
        (one(type=None), {}, "result[0].type is null, and is to be a string"),
        (one(type="hypertextlabels"), {}, "type hypertextlabels: offsets in HTML are not read"),
        (one(value=None), {}, "result[0].value is null, and is to be an object"),
        (one(value={"end": 1}), {}, "result[0].value has no start; its keys: 'end'"),
        (one(value=value("A", "/p[1]", 3)), {}, "the start is '/p[1]', and is to be a whole numb"),
        (one(value=value("A", True, 3)), {}, "the start is true, and is to be a whole number"),
        (one(value=value("A", 0, 2.5)), {}, "the end is 2.5, and is to be a whole number"),
        (one(value=value("A", 3, 3)), {}, "3 to 3 is empty"),
        (one(value=value("A", 3, 1)), {}, "3 to 1 ends before it begins"),
        (one(value=value("A", -1, 1)), {}, "-1 to 1 is outside the text"),
        (one(value=value("A", 3, 99)), {}, "3 to 99 is outside the text, which has 21 characters"),
        (one(value=value("A", 4, 7, "Bob")), {}, "is 'Bob', and the text has 'met' there"),
        (one(value=value("", 0, 3)), {}, "labels[0] is empty"),
        (one(value={"start": 0, "end": 3, "labels": "A"}), {}, "has no type"),
        ([task([annotation()], data={"text": "\ud800"})], {}, "half of a surrogate pair"),
        (
            [task([annotation()], data={"a": "", "b": ""})],
            {},
            "no key 'text'; the record's keys: 'a",
        ),
        ([task([annotation()], id=1.5)], {}, "id is 1.5: ids are to be strings or whole numbers"),
        ([{"id": 1, "text": TEXT}], {}, "no key of gold spans (label, labels, ner)"),
        ([SHORT[1]], {}, "no key of gold spans (label, labels, ner)"),
        ([SHORT[1]], {"key": "tags"}, "there is no key 'tags'"),
        ([SHORT[0]], {"side": "predicted", "alone": False}, "no key of predicted spans"),
        (
            [task([annotation()]), task([annotation()], [annotation()])],
            {"side": "predicted"},
            "there are predictions, and the first task has none, but annotations",
        ),
        (
            [task([{"result": [label(*ADA), {**label(*BOB), "to_name": "title"}]}])],
            {},
            "annotations[0].result has labels of several texts: 'text', 'title'",
        ),
    ],
)
def test_errors(tmp_path, content, how, message) -> None:
    assert message in failure(tmp_path, content, **how)


def test_errors_say_the_line(tmp_path) -> None:
    content = "[\n" + json.dumps(BOTH[0]) + ",\n" + json.dumps(task([])) + "\n]"
    assert failure(tmp_path, content).startswith("export.json:3: ")


def written(documents, **how):
    target = io.BytesIO()
    labelstudio.write(documents, target, Writing(**how))
    return target.getvalue().decode()


def test_written() -> None:
    document = Document(TEXT, [TextSpan("PER", ((0, 3),))], id=7)
    assert written([document, document]) == (
        '[\n{"id": 7, "data": {"text": "Ada met Bob in Paris."}, "annotations": [{"result": '
        '[{"id": "1-1", "type": "labels", "from_name": "label", "to_name": "text", "value": '
        '{"start": 0, "end": 3, "text": "Ada", "labels": ["PER"]}}]}]},\n'
        '{"id": 7, "data": {"text": "Ada met Bob in Paris."}, "annotations": [{"result": '
        '[{"id": "2-1", "type": "labels", "from_name": "label", "to_name": "text", "value": '
        '{"start": 0, "end": 3, "text": "Ada", "labels": ["PER"]}}]}]}\n]\n'
    )
    assert '"predictions": [{"result": ' in written([document], key="predictions")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (Document(None, []), "the text is not known"),
        (Document("ab", [TextSpan("X", (), "a")]), "it is not known where 'a' is"),
        (Document("abc", [TextSpan("X", ((0, 1), (2, 3)))]), "X at 0 is discontinuous"),
    ],
)
def test_what_cannot_be_written(document, message) -> None:
    with pytest.raises(LossError, match=message) as raised:
        written([Document("a", []), document])
    assert raised.value.where == "document 2"


characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


@st.composite
def written_documents(draw):
    text = draw(st.text(characters, max_size=12) | st.text("a 🎉\n", max_size=12))
    places = st.integers(0, len(text))
    pairs = draw(st.lists(st.tuples(places, places), max_size=4))
    kinds = st.text(characters, min_size=1, max_size=3)
    spans = [
        TextSpan(draw(kinds), ((min(pair), max(pair)),)) for pair in pairs if pair[0] != pair[1]
    ]
    key = draw(st.none() | st.integers() | st.text(characters, max_size=3))
    return Document(text, spans, id=key)


@pytest.mark.slow
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(written_documents(), max_size=4), st.sampled_from(["annotations", "predictions"]))
def test_round_trip(tmp_path, documents, key) -> None:
    content = written(documents, key=key)
    side = "gold" if key == "annotations" else "predicted"
    reading, back = read(tmp_path, content, side=side)
    assert [one._replace(line=0) for one in back] == documents
    assert reading.remarks == {}
    assert content.endswith("\n")


KEYS = ["id", "data", "text", "annotations", "predictions", "result", "type", "value", "start"]
KEYS += ["end", "labels", "label", "annotator", "was_cancelled", "to_name", "completions"]
odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 30)
    | st.sampled_from([10**30, 1.5, float("nan"), "labels", "Ada", "🎉", "\ud83d", "", "relation"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)


@st.composite
def damaged(draw):
    """Draw an export with one of its values replaced."""
    export = json.loads(json.dumps(draw(st.sampled_from([BOTH, SHORT]))))
    where = export
    while isinstance(where, list | dict) and where:
        key = draw(st.sampled_from(sorted(where) if isinstance(where, dict) else range(len(where))))
        if not isinstance(where[key], list | dict) or draw(st.booleans()):
            where[key] = draw(odd)
            break
        where = where[key]
    return export


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd | damaged(), st.sampled_from(["gold", "predicted"]), st.booleans())
def test_odd_json(tmp_path, content, side, alone) -> None:
    error = None
    documents = []
    try:
        _, documents = read(tmp_path, json.dumps(content), side=side, alone=alone)
    except SpanF1Error as raised:
        error = raised
    assert error is None or str(error).startswith("export.json:")
    str(error).encode()
    for document in documents:
        assert all(text for _, _, _, text in found(document))


def task_of(predictions, *controls):
    results = [
        {
            "from_name": control,
            "to_name": "text",
            "type": "labels",
            "value": {"start": start, "end": end, "labels": [kind]},
        }
        for control, start, end, kind in controls or [("label", 0, 3, "PER")]
    ]
    data = {"text": "Ada met Bob"}
    return {"id": 1, "data": data, "annotations": [{"result": results}], "predictions": predictions}


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        ([], "f.json:1: task 1 has no predictions, only annotations"),
        ([31], "f.json:1: task 1 has the ids of its predictions only, and not what they are"),
    ],
)
def test_exports_without_predictions(run, predictions, message):
    write("f.json", json.dumps([task_of(predictions)]))
    done = run("score", "f.json")
    assert done.code == 3
    assert done.err.startswith(f"error: {message}\nhint: two inputs give them")
    # The hint, followed.
    write("p.jsonl", json.dumps({"id": 1, "text": "Ada met Bob", "spans": [[0, 3, "PER"]]}))
    assert run("score", "f.json", "p.jsonl", "--format", "number").out == "1.0\n"


CONTROLS = ("ner", 0, 3, "PER"), ("events", 4, 7, "Event")
TOGETHER = "controls whose labels are read together ('events', 'ner'; --{} chooses one): 2"


def test_several_controls_are_noted(run):
    write("f.json", json.dumps([task_of([], *CONTROLS), task_of([], CONTROLS[0])]))
    assert TOGETHER.format("key") in " ".join(run("describe", "f.json").out.split())
    write("p.jsonl", "\n".join([json.dumps({"text": "Ada met Bob", "spans": [[0, 3, "PER"]]})] * 2))
    data = json.loads(run("score", "f.json", "p.jsonl", "-f", "json").out)
    assert data["micro"]["gold"] == 3
    assert data["input"]["remarks"] == [f"f.json: {TOGETHER.format('gold-key')}"]
    chosen = run("score", "f.json", "p.jsonl", "--gold-key", "ner", "-f", "json")
    data = json.loads(chosen.out)
    assert (data["micro"]["f1"], data["input"]["remarks"]) == (1, [])


@pytest.mark.parametrize("many", [1, 30])
def test_a_key_chooses_a_control(run, many):
    tasks = [task_of([], *CONTROLS), task_of([], CONTROLS[0])] * many
    both = [{**task, "predictions": task["annotations"]} for task in tasks]
    write("f.json", json.dumps(both))
    for key, count in (("ner", 2), ("events", 1)):
        documents = list(spanf1.read_documents("f.json", key=key))
        assert [len(one.spans) for one in documents] == [1, count - 1] * many
        data = json.loads(
            run("score", "f.json", "--gold-key", key, "--pred-key", key, "-f", "json").out
        )
        assert (data["micro"]["correct"], data["micro"]["f1"]) == (count * many, 1)
    assert len(next(spanf1.read_documents("f.json", key="predictions")).spans) == 2
    done = run("describe", "f.json", "--key", "nix")
    assert done.err == (
        "error: f.json: there is no key 'nix', and no labels of such a control; there are labels "
        "of 'events', 'ner'\nhint: --key events, ner or annotations\n"
    )


def test_only_what_labels_say_counts(run):
    task = task_of([])
    value = {"start": 4, "end": 7, "text": "Ada", "labels": ["PER"]}
    task["annotations"][0]["result"][0]["value"] = value
    write("f.json", json.dumps([task]))
    write("g.jsonl", json.dumps({"id": 1, "text": "Ada met Bob", "spans": [[0, 3, "PER"]]}))
    assert run("score", "g.jsonl", "f.json").code == 3
    assert run("score", "g.jsonl", "f.json", "--match", "text", "--format", "number").out == "1.0\n"
