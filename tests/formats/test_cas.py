"""UIMA CAS, as XMI and JSON: offsets of UTF-16, sentences, and which annotations are the spans."""

from __future__ import annotations

import json
from xml.sax.saxutils import quoteattr

import pytest

import spanf1
from spanf1.core.documents import Document
from spanf1.exceptions import LayoutError
from spanf1.formats.sniffing import formats_of
from spanf1.formats.source import Source
from tests.helpers.commands import write

TEXT = "😀 Ada ran. Bob & co. Yes"
NER, SEGMENTS = "a.ner.type", "a.segmentation.type"
# Types, offsets in units of UTF-16, and features.
ENTITIES = [("NamedEntity", 3, 6, {"value": "PER"}), ("NamedEntity", 12, 21, {"value": "ORG"})]
SENTENCES = [("Sentence", 0, 11, {}), ("Sentence", 12, 21, {}), ("Sentence", 22, 25, {})]
TOKENS = [("Token", 3, 6, {"order": "0"}), ("Token", 12, 15, {})]

Annotations = list[tuple[str, int, int, dict[str, str]]]


def package(kind: str) -> str:
    return NER if kind in ("NamedEntity", "Other") else SEGMENTS


def xmi(found: Annotations, text: str = TEXT, sofa: str = "_InitialView") -> str:
    names = {NER: "ner", SEGMENTS: "seg"}
    spaces = " ".join(
        f'xmlns:{short}="http:///{whole.replace(".", "/")}.ecore"' for whole, short in names.items()
    )
    rows = [
        f'<{names[package(kind)]}:{kind} xmi:id="{n}" sofa="1" begin="{a}" end="{b}"'
        f"{''.join(f' {k}={quoteattr(v)}' for k, v in more.items())}/>"
        for n, (kind, a, b, more) in enumerate(found, 2)
    ]
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<xmi:XMI xmlns:xmi=\"http://www.omg.org/XMI\" "
        f'xmlns:cas="http:///uima/cas.ecore" {spaces} xmi:version="2.0">\n'
        + "\n".join(rows)
        + f'\n<cas:Sofa xmi:id="1" sofaNum="1" sofaID="{sofa}" sofaString={quoteattr(text)}/>'
        f'<cas:View sofa="1" members="2"/></xmi:XMI>\n'
    )


def as_json(found: Annotations, text: str = TEXT, sofa: str = "_InitialView") -> str:
    first = {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaID": sofa, "sofaString": text}
    rows = [
        {"%ID": n, "%TYPE": f"{package(kind)}.{kind}", "@sofa": 1, "begin": a, "end": b, **more}
        for n, (kind, a, b, more) in enumerate(found, 2)
    ]
    return json.dumps({"%TYPES": {}, "%FEATURE_STRUCTURES": [first, *rows], "%VIEWS": {}})


WAYS = {"XMI": xmi, "JSON": as_json}


@pytest.fixture(autouse=True)
def _there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def way(request):
    return request.param


def read(content: str, **how: object) -> list[Document]:
    write("f", content)
    return list(spanf1.read_documents("f", "cas", **how))


def said(document: Document) -> list[tuple[str, str]]:
    return [(span.type, document.text_of(span)) for span in document.spans]


def test_same_as_webanno(run, way) -> None:
    write("f", way([*ENTITIES, *SENTENCES, *TOKENS]))
    write("g", "#FORMAT=WebAnno TSV 3.3\n#T_SP=a.NamedEntity|value\n\n\n"
          "#Text=😀 Ada ran.\n1-1\t0-2\t😀\t_\t\n1-2\t3-6\tAda\tPER\t\n1-3\t7-11\tran.\t_\t\n\n"
          "#Text=Bob & co.\n2-1\t12-15\tBob\tORG[1]\t\n2-2\t16-17\t&\tORG[1]\t\n"
          "2-3\t18-21\tco.\tORG[1]\t\n\n#Text=Yes\n3-1\t22-25\tYes\t_\t\n")  # fmt: skip
    assert formats_of([Source("f")]) == ["cas"]
    for pair in (["f", "g"], ["g", "f"]):
        ran = run("score", *pair, "-f", "json", "-q")
        micro = json.loads(ran.out)["micro"]
        assert [micro[name] for name in ("gold", "predicted", "correct")] == [2, 2, 2]
    assert "in 3 sentences, 1 document" in run("score", "f", "g").out
    first, second, third = spanf1.read_documents("f")
    assert (first.text, said(first), first.tokens) == ("😀 Ada ran.", [("PER", "Ada")], [(2, 5)])
    assert (second.text, second.tokens) == ("Bob & co.", [(0, 3)])
    assert (third.text, third.spans, third.tokens) == ("Yes", [], None)


def test_without_sentences(way) -> None:
    (document,) = read(way(ENTITIES))
    assert (document.text, said(document)) == (TEXT, [("PER", "Ada"), ("ORG", "Bob & co.")])


def test_annotations_through_sentences_and_outside_of_them(way) -> None:
    crossing = [("NamedEntity", 7, 15, {"value": "A"}), ("NamedEntity", 22, 25, {"value": "B"})]
    first, second = read(way([*crossing, *SENTENCES]))
    assert (first.text, said(first)) == ("😀 Ada ran. Bob & co.", [("A", "ran. Bob")])
    assert (second.text, said(second)) == ("Yes", [("B", "Yes")])
    (document,) = read(way([*crossing, *SENTENCES[:2]]))
    assert (document.text, len(document.spans)) == (TEXT, 2)


def test_entities_without_a_value_and_empty_ones(run, way) -> None:
    write("f", as_json([("NamedEntity", 3, 6, {"value": None})]))
    assert said(*spanf1.read_documents("f")) == [("_", "Ada")]
    write("f", way([("NamedEntity", 3, 6, {}), ("NamedEntity", 3, 3, {"value": "X"})]))
    (document,) = spanf1.read_documents("f")
    assert said(document) == [("_", "Ada")]
    assert "1 empty spans left out" in run("describe", "f").out


def test_another_feature(way) -> None:
    content = way([*ENTITIES, ("Other", 3, 6, {"kind": "K"})])
    for key in ("Other.kind", f"{NER}.Other.kind"):
        (document,) = read(content, key=key)
        assert said(document) == [("K", "Ada")]
    with pytest.raises(LayoutError, match="no annotation with 'Other\\.kid'; there are: 'Named"):
        read(content, key="Other.kid")


def test_no_entities(run, way) -> None:
    write("f", way([("Other", 3, 6, {"kind": "K"})]))
    ran = run("validate", "f")
    assert ran.code == 3
    hint = "hint: --key says which are the spans; --key NamedEntity.value, that there are none"
    assert ran.err.splitlines()[1] == hint
    ran = run("validate", "f", "--key", "NamedEntity.value")
    assert ran.code == 0
    assert read(way([]), key="NamedEntity.value")[0].spans == []
    assert said(read(way([("Other", 3, 6, {"kind": "K"})]), key="Other.kind")[0]) == [("K", "Ada")]


def test_errors(way) -> None:
    for found, message in (
        ([("NamedEntity", 3, 99, {"value": "X"})], "3 to 99 is no part of the text, which has 25"),
        ([("NamedEntity", 1, 6, {"value": "X"})], "1 to 6 is no part of the text"),
        ([("NamedEntity", "x", 6, {"value": "X"})], "begin of a.ner.type.NamedEntity is 'x'"),
    ):
        with pytest.raises(LayoutError, match=message):
            read(way(found))
    with pytest.raises(LayoutError, match=r"there is no text \(a Sofa with a sofaString\)"):
        read(way(ENTITIES).replace("sofaString", "sofaURI"))
    other = read(way(ENTITIES, sofa="other"))
    assert len(other[0].spans) == 2


def test_entities_of_xml_are_refused() -> None:
    content = xmi(ENTITIES).replace("<xmi:XMI", "<!DOCTYPE a [<!ENTITY b 'c'>]>\n<xmi:XMI", 1)
    with pytest.raises(LayoutError, match="f:2: entity 'b': only those of XML itself"):
        read(content)
