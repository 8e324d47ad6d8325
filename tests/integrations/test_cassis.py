"""UIMA CAS as dkpro-cassis writes it: read as that library reads it."""

from __future__ import annotations

import random

import pytest

import spanf1

cassis = pytest.importorskip("cassis")

NAME = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"


@pytest.mark.parametrize("seed", range(20))
def test_same_as_cassis(tmp_path, seed) -> None:
    rng = random.Random(seed)
    types = cassis.TypeSystem()
    entity = types.create_type(NAME)
    types.create_feature(entity, "value", "uima.cas.String")
    cas = cassis.Cas(types)
    cas.sofa_string = text = "".join(rng.choices('aé😀 <&"日\n', k=rng.randint(2, 30)))
    for _ in range(rng.randint(1, 6)):
        begin, end = sorted(rng.sample(range(len(text) + 1), 2))
        cas.add(entity(begin=begin, end=end, value=rng.choice("AB")))
    wanted = sorted((one.value, one.begin, one.end) for one in cas.select(NAME))
    (tmp_path / "f.xmi").write_text(cas.to_xmi(), encoding="utf-8")
    (tmp_path / "f.json").write_text(cas.to_json(), encoding="utf-8")
    for name in ("f.xmi", "f.json"):
        (document,) = spanf1.read_documents(tmp_path / name)
        assert document.text == text
        assert sorted((span.type, *span.parts[0]) for span in document.spans) == wanted
