"""What ner-annotator saves."""

from __future__ import annotations

import json

import pytest

import spanf1
from spanf1.exceptions import LayoutError
from spanf1.formats.sniffing import formats_of
from spanf1.formats.source import Source
from tests.helpers.commands import write

TEXTS = [["Ada met Bob", {"entities": [[0, 3, "PER"], [8, 11, "PER"]]}], None, ["Kiel", {"entities": []}]]  # noqa: E501  # fmt: skip


@pytest.fixture(autouse=True)
def _there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("indent", [None, 2])
def test_same_as_prodigy(run, indent) -> None:
    write("f", json.dumps({"classes": ["PER"], "annotations": TEXTS}, indent=indent))
    rows = [{"text": one[0], "spans": one[1]["entities"]} for one in TEXTS if one]
    write("g", "".join(json.dumps(row) + "\n" for row in rows))
    assert formats_of([Source("f")]) == ["ner-annotator"]
    ran = run("score", "f", "g", "-f", "json")
    micro = json.loads(ran.out)["micro"]
    assert [micro[key] for key in ("gold", "predicted", "correct")] == [2, 2, 2]
    assert "texts that are not annotated left out: 1" in " ".join(
        run("score", "f", "g").out.split()
    )


ERRORS = {
    "outside": ({"annotations": [["a", {"entities": [[0, 2, "A"]]}]]},
        "f:1: annotations[0][1].entities[0]: 0 to 2 is outside the text, which has 1 characters"),
    "no item": ({"annotations": ["a"]}, "f:1: annotations[0] is 'a', and is to be a text and"),
    "no list": ({"classes": []}, "f:1: there is no key 'annotations'"),
    "no spans": ({"annotations": [["a", {}]]}, "f:1: there is no key of gold spans"),
}  # fmt: skip


@pytest.mark.parametrize(("record", "message"), ERRORS.values(), ids=ERRORS)
def test_errors(record, message) -> None:
    write("f", json.dumps(record))
    with pytest.raises(LayoutError) as caught:
        list(spanf1.read_documents("f", "ner-annotator"))
    assert str(caught.value).startswith(message)
