"""BioC, in JSON and XML: documents of passages and sentences, offsets of the document."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.core.documents import TextSpan
from spanf1.exceptions import LayoutError
from spanf1.formats.sniffing import formats_of
from spanf1.formats.source import Source
from tests.helpers.commands import pipe, write

TITLE, ABSTRACT = "Famotidine & delirium é😀", "We saw delirium <twice>."
START = len(TITLE) + 1


def annotation(start: int, said: str, kind: str, *more: tuple[int, int]) -> dict:
    places = [(start, len(said)), *more]
    return {
        "id": "T1",
        "infons": {"type": kind, "identifier": "D1"},
        "text": said if not more else None,
        "locations": [{"offset": offset, "length": length} for offset, length in places],
    }


DOCUMENT = {
    "id": "123",
    "infons": {},
    "passages": [
        {
            "infons": {"type": "title"},
            "offset": 0,
            "text": TITLE,
            "annotations": [annotation(0, "Famotidine", "Chemical")],
        },
        {
            "infons": {"type": "abstract"},
            "offset": START,
            "text": ABSTRACT,
            "annotations": [annotation(START + 7, "delirium", "Disease")],
            "relations": [{"id": "R1", "infons": {}, "nodes": []}],
        },
    ],
    "relations": [],
}
COLLECTION = {"source": "x", "date": "", "key": "", "infons": {}, "documents": [DOCUMENT]}
PUBTATOR = (
    f"123|t|{TITLE}\n123|a|{ABSTRACT}\n123\t0\t10\tFamotidine\tChemical\n"
    f"123\t{START + 7}\t{START + 15}\tdelirium\tDisease\n"
)
DOCTYPE = "<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE collection SYSTEM 'BioC.dtd'>\n"


def infons(value: dict) -> str:
    return "".join(f'<infon key="{k}">{escape(v)}</infon>' for k, v in value["infons"].items())


def block(tag: str, value: dict) -> str:
    """Return a passage or a sentence as XML."""
    parts = [f"<{tag}>{infons(value)}<offset>{value['offset']}</offset>"]
    if value.get("text") is not None:
        parts.append(f"<text>{escape(value['text'])}</text>")
    parts += [block("sentence", one) for one in value.get("sentences", [])]
    for one in value.get("annotations", []):
        places = "".join(
            f'<location offset="{at["offset"]}" length="{at["length"]}"/>'
            for at in one["locations"]
        )
        text = f"<text>{escape(one['text'])}</text>" if one["text"] else ""
        parts.append(f'<annotation id="T">{infons(one)}{places}{text}</annotation>')
    parts += ['<relation id="R"/>' for _ in value.get("relations", [])]
    return "".join([*parts, f"</{tag}>"])


def xml(*documents: dict) -> str:
    found = "\n".join(
        f"<document><id>{one['id']}</id>{''.join(block('passage', p) for p in one['passages'])}"
        "</document>"
        for one in documents
    )
    return f"{DOCTYPE}<collection><source>x</source>\n{found}</collection>\n"


WAYS = {
    "collection": json.dumps(COLLECTION),
    "printed": json.dumps(COLLECTION, indent=2),
    "lines": json.dumps(DOCUMENT) + "\n",
    "PubTator3": json.dumps({"PubTator3": [{**DOCUMENT, "_id": "123|None", "accessions": None}]}),
    "XML": xml(DOCUMENT),
}


@pytest.fixture(autouse=True)
def _there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def read(content: str | bytes, **how: object) -> list:
    write("f", content)
    return list(spanf1.read_documents("f", "bioc", **how))


@pytest.mark.parametrize("content", WAYS.values(), ids=WAYS)
def test_same_as_pubtator(run, content) -> None:
    write("f", content)
    write("g", PUBTATOR)
    assert formats_of([Source("f")]) == ["bioc"]
    for pair in (["f", "g"], ["g", "f"]):
        ran = run("score", *pair, "-f", "json", "-q")
        micro = json.loads(ran.out)["micro"]
        assert [micro[name] for name in ("gold", "predicted", "correct")] == [2, 2, 2]
    assert "1 relations left out" in run("describe", "f").out
    (document,) = spanf1.read_documents("f")
    assert (document.id, document.text) == ("123", f"{TITLE}\n{ABSTRACT}")


@pytest.mark.parametrize("way", ["collection", "XML"])
def test_from_a_pipe(way) -> None:
    assert b"Chemical" in pipe(WAYS[way].encode(), "describe", "-").out.encode()


SENTENCES = {
    "id": "1",
    "passages": [
        {
            "infons": {},
            "offset": 10,
            "sentences": [
                {"infons": {}, "offset": 10, "text": "Ada ran.", "annotations": []},
                {
                    "infons": {},
                    "offset": 20,
                    "text": "Bob did.",
                    "annotations": [
                        annotation(20, "Bob", "P"),
                        annotation(20, "Bob", "Q", (24, 3)),
                    ],
                },
            ],
        },
        {"infons": {}, "offset": 29, "text": "Yes", "annotations": [annotation(29, "Yes", "P")]},
    ],
}


@pytest.mark.parametrize("content", [json.dumps(SENTENCES), xml(SENTENCES)], ids=["JSON", "XML"])
def test_sentences_and_first_offsets(content) -> None:
    (document,) = read(content)
    assert document.text == "Ada ran.\n\nBob did.\nYes"
    assert document.spans == [
        TextSpan("P", ((10, 13),)),
        TextSpan("Q", ((10, 13), (14, 17))),
        TextSpan("P", ((19, 22),)),
    ]


texts = st.text("aé😀 <&\"']\n", min_size=1, max_size=12).filter(str.strip)


@given(rows=st.lists(texts, min_size=1, max_size=3), data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_documents_in_both(rows, data) -> None:
    passages, text, spans = [], "", []
    for own in rows:
        gap = data.draw(st.integers(0, 2)) if text else 0
        text += "\n" * gap
        found = []
        for _ in range(data.draw(st.integers(0, 2))):
            a, b = sorted(data.draw(st.sets(st.integers(0, len(own)), min_size=2, max_size=2)))
            found.append(annotation(len(text) + a, own[a:b], "K"))
            spans.append(TextSpan("K", ((len(text) + a, len(text) + b),)))
        passages.append({"infons": {}, "offset": len(text), "text": own, "annotations": found})
        text += own
    one = {"id": "d", "infons": {}, "passages": passages}
    for content in (json.dumps({"documents": [one]}), xml(one)):
        (document,) = read(content)
        assert (document.text, document.spans) == (text, spans)


def test_other_infons() -> None:
    (document,) = read(WAYS["XML"], key="identifier")
    assert {span.type for span in document.spans} == {"D1"}
    with pytest.raises(LayoutError) as caught:
        read(WAYS["collection"], key="kind")
    message = (
        "f:1: passages[0].annotations[0] has no infon 'kind'; its infons: 'type', 'identifier'"
    )
    assert str(caught.value).startswith(message)
    assert caught.value.hint == "--key says which infon has the type"


def test_annotations_without_a_place_are_left_out(run) -> None:
    one = {**annotation(0, "x", "K"), "locations": []}
    passage = {"infons": {}, "offset": 0, "text": "x", "annotations": [one]}
    write("f", json.dumps({"id": None, "passages": [passage]}))
    assert "1 annotations without a place left out" in run("describe", "f").out


def changed(**passage: object) -> str:
    return json.dumps(
        {"passages": [DOCUMENT["passages"][0], {**DOCUMENT["passages"][1], **passage}]}
    )


ERRORS = {
    "offset": (changed(offset=3), "f:1: passages[1] begins at 3, the text before it ends at 24"),
    "far": (changed(offset=1 << 40), "f:1: passages[1] begins at 1099511627776"),
    "no offset": (changed(offset="7"), "f:1: passages[1].offset is '7', and is to be a whole"),
    "says": (changed(annotations=[annotation(START, "saw", "K")]),
        "f:1: passages[1].annotations[0] is 'saw', and the text has 'We ' there"),
    "outside": (changed(annotations=[annotation(900, "saw", "K")]),
        "f:1: passages[1].annotations[0]: 900 to 903 is outside the text"),
    "no passages": ('{"documents": [{"id": "1"}]}', "f:1: there are no documents with passages"),
    "list": (changed(annotations=[1]), "f:1: passages[1].annotations is to be a list of objects"),
    "cut": (WAYS["XML"][:-30], "f:4: malformed XML: unclosed token"),
    "no number": (WAYS["XML"].replace('length="10"', 'length="x"'),
        "f:4: in this document, length is 'x', and is to be a whole number"),
    "declared": (xml(DOCUMENT).replace("'BioC.dtd'>", "'BioC.dtd' [<!ENTITY a 'aaaa'>]>"),
        "f:2: entity 'a': only those of XML itself are read"),
    "unknown": (xml(DOCUMENT).replace("&amp;", "&alpha;"),
        "f:4: entity 'alpha': only those of XML itself are read"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "message"), ERRORS.values(), ids=ERRORS)
def test_errors(content, message) -> None:
    with pytest.raises(LayoutError) as caught:
        read(content)
    assert str(caught.value).startswith(message)


def test_entities_are_never_expanded() -> None:
    bomb = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 30))
    content = xml(DOCUMENT).replace("'BioC.dtd'>", f"'BioC.dtd' [<!ENTITY e0 'x'>{bomb}]>")
    with pytest.raises(LayoutError, match="entity 'e0'"):
        read(content.replace("&amp;", "&e29;"))
    outside = xml(DOCUMENT).replace("'BioC.dtd'>", "'BioC.dtd' [<!ENTITY a SYSTEM '/etc/passwd'>]>")
    with pytest.raises(LayoutError, match="entity 'a'"):
        read(outside)


def test_other_xml_is_not_bioc() -> None:
    write("f", "<?xml version='1.0'?>\n<html>\n")
    # Comments are looked at once.
    write("g", f"<?xml version='1.0'?>\n{'<!-- -->' * 5000}<html>\n")
    for name in ("f", "g"):
        with pytest.raises(LayoutError, match="this is XML, which is not read"):
            formats_of([Source(name)])
    write("f", xml(DOCUMENT).replace("<collection>", "<!-- a\nb --> <!--c--><collection>"))
    assert formats_of([Source("f")]) == ["bioc"]


def test_both_sides_in_one_file(run) -> None:
    write("f", WAYS["XML"])
    ran = run("score", "f")
    assert (ran.code, "hint: give two: spanf1 score GOLD PRED" in ran.err) == (2, True)
