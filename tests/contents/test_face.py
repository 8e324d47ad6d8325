"""What a description shows of itself."""

from __future__ import annotations

import csv
import json

import spanf1
from tests.helpers.pages import Seen


def test_a_description_prints_and_goes_to_files(tmp_path) -> None:
    path = tmp_path / "f.conll"
    path.write_text("Ada B-PER\nin O\nRome B-LOC\n")
    description = spanf1.describe(path)
    assert str(description).startswith("Contents\n")
    assert repr(description) == f"<Description: {path} 2 spans>"
    assert "| LOC |" in description.to_markdown()
    assert Seen(description._repr_html_()).tags.count("caption") == 2
    assert json.loads(description.to_json()) == json.loads(json.dumps(description.to_dict()))
    rows = [*csv.DictReader(description.to_csv().splitlines())]
    assert len(rows) == 3
