"""The decoding cases of corpora/cases, row by row."""

from __future__ import annotations

from typing import NamedTuple

import pytest

import spanf1
from tests.helpers.shared_data import ROOT

TABLE = ROOT / "corpora" / "cases" / "decoding.md"


class Case(NamedTuple):
    tags: list[str]
    scheme: str
    lenient: str
    strict: str
    phrases: int


def cases() -> list[Case]:
    found = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] not in ("tags", "---"):
            tags, scheme, lenient, strict, phrases = cells
            strict = lenient if strict == "=" else strict
            found.append(Case(tags.split(), scheme, lenient, strict, int(phrases)))
    return found


def written(spans: list[spanf1.Span]) -> str:
    return ", ".join(f"{span.type} {span.start}:{span.end}" for span in spans)


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.scheme}: {' '.join(case.tags)}")
class TestCase:
    def test_lenient(self, case: Case) -> None:
        assert written(spanf1.decode(case.tags)) == case.lenient

    def test_strict(self, case: Case) -> None:
        spans = spanf1.decode(case.tags, scheme=case.scheme, reading="strict")
        assert written(spans) == case.strict

    def test_error(self, case: Case) -> None:
        if case.strict == case.lenient:
            spans = spanf1.decode(case.tags, scheme=case.scheme, reading="error")
            assert written(spans) == case.lenient
        else:
            with pytest.raises(spanf1.IllFormedError, match=case.scheme):
                spanf1.decode(case.tags, scheme=case.scheme, reading="error")

    def test_conlleval(self, case: Case) -> None:
        result = spanf1.evaluate([case.tags], [case.tags], reading="conlleval")
        assert result.micro.gold == case.phrases

    def test_counts_of_the_same_readings(self, case: Case) -> None:
        for reading, spans in (("lenient", case.lenient), ("strict", case.strict)):
            result = spanf1.evaluate([case.tags], [case.tags], scheme=case.scheme, reading=reading)
            assert result.micro.correct == len(spans.split(", ")) * bool(spans)


def test_every_scheme_has_cases() -> None:
    from spanf1.core.schemes import SCHEMES

    assert {case.scheme for case in cases()} == set(SCHEMES)
    assert len(cases()) >= 60
