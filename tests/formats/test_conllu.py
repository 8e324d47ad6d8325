"""CoNLL-U with tags in MISC: the same as the tags in a column of their own."""

from __future__ import annotations

import json

import pytest

import spanf1
from spanf1.exceptions import LayoutError, TagError
from spanf1.formats.sniffing import formats_of
from spanf1.formats.source import Source
from tests.helpers.commands import write

ROWS = [
    [("Ann", "B-PER"), ("Lee", "I-PER"), ("ran", "O")],
    [("Kiel", "B-LOC")],
]


def conllu(rows=ROWS, *, key="ner", sparse=False, more="SpaceAfter=No") -> str:
    """Return a file of a document."""
    parts = ["# newdoc id = a\n"]
    for number, sentence in enumerate(rows):
        parts.append(f"# sent_id = {number}\n# text = {' '.join(word for word, _ in sentence)}\n")
        for place, (word, tag) in enumerate(sentence, 1):
            misc = "|".join([*([] if sparse and tag == "O" else [f"{key}={tag}"]), more]).strip("|")
            parts.append(f"{place}\t{word}\t_\t_\t_\t_\t_\t_\t_\t{misc or '_'}\n")
        parts.append("\n")
    return "".join(parts)


@pytest.fixture(autouse=True)
def _there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("key", ["ner", "NER", "NE", "name"])
@pytest.mark.parametrize("sparse", [False, True])
def test_same_as_columns(run, key, sparse) -> None:
    write("f", conllu(key=key, sparse=sparse))
    write("g", "\n".join("".join(f"{w} {t}\n" for w, t in one) for one in ROWS))
    assert formats_of([Source("f")]) == ["conllu"]
    for pair in (["f", "g"], ["g", "f"], ["f", "f"]):
        micro = json.loads(run("score", *pair, "-f", "json", "-q").out)["micro"]
        assert [micro[name] for name in ("gold", "predicted", "correct")] == [2, 2, 2]
    assert "in 2 sentences, 1 document" in run("score", "f", "f").out


def test_scheme_and_ill_formed_spans_are_those_of_tags() -> None:
    write("f", conllu([[("Ann", "I-PER"), ("Lee", "I-PER"), ("x", "B-LOC")]]))
    write("g", "Ann I-PER\nLee I-PER\nx B-LOC\n")
    results = [spanf1.score_file(*pair, reading="strict", scheme="IOB2") for pair in ("ff", "gg")]
    assert results[0].micro == results[1].micro
    assert results[0].micro.gold == 1


def test_first_lines_without_tags() -> None:
    nothing = [[("x", "O")] * 5] * 2000
    write("f", conllu([*nothing, *ROWS], sparse=True))
    assert formats_of([Source("f")]) == ["conllu"]
    assert sum(len(one.spans) for one in spanf1.read_documents("f")) == 2


def test_words_of_several_and_words_that_are_not_there() -> None:
    row = "\t_\t_\t_\t_\t_\t_\t_\t"
    write("f", f"1-2\tzum{row}_\n1\tzu{row}ner=O\n2\tdem{row}ner=B-X\n2.1\tda{row}ner=B-Y\n")
    (document,) = spanf1.read_documents("f", "conllu")
    assert document.words() == ["zu", "dem"]
    assert [span.type for span in document.spans] == ["X"]


def test_both_sides_in_one_file(run) -> None:
    write("f", conllu(more="silver=O|Entity=(e1-person)"))
    micro = json.loads(run("score", "f", "--pred-key", "silver", "-f", "json", "-q").out)["micro"]
    assert [micro[name] for name in ("gold", "predicted", "correct")] == [2, 0, 0]
    ran = run("score", "f")
    assert ran.err.splitlines() == [
        "error: f:4: no word has a tag in MISC (pred_ner=, predicted=)",
        "hint: if it has one side, give two: spanf1 score GOLD PRED; if both, --pred-key says "
        "which key of MISC has the tags",
    ]


def test_without_tags() -> None:
    """Chains of coreference are no tags, and a file without any is one of columns."""
    write("f", conllu(key="Entity"))
    assert formats_of([Source("f")]) == ["columns"]
    with pytest.raises(LayoutError, match=r"f:4: no word has a tag in MISC \(ner=, NER=, NE="):
        list(spanf1.read_documents("f", "conllu"))
    with pytest.raises(LayoutError, match=r"no word has a tag in MISC \(x=\)"):
        list(spanf1.read_documents("f", "conllu", key="x"))


def test_errors() -> None:
    write("f", conllu([[("Ann", "what")]]))
    with pytest.raises(TagError, match="f:4: ner: tag 'what' fits no scheme"):
        list(spanf1.read_documents("f"))
    write("f", conllu() + "1\tAnn\n")
    with pytest.raises(LayoutError, match="f:12: 2 columns with tabs between them"):
        list(spanf1.read_documents("f", "conllu"))


def test_other_tabs_stay_columns() -> None:
    write("f", "# global.columns = ID FORM NER\n1\tAda\tB-PER\n")
    write("g", "#\thttp://example.org\n1\tAda\tB-PER\tO\n")
    assert formats_of([Source("f"), Source("g")]) == ["columns", "columns"]
