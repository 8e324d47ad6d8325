"""What to cite: every match has a source or says that it has none; entries are whole."""

from __future__ import annotations

import re

import pytest

import spanf1
from spanf1.answers.options import RULES as RULES_OF_ANSWERS
from spanf1.core.credits import RULES
from spanf1.core.options import MATCHES, METHODS, MODES
from spanf1.core.schemes import READINGS
from spanf1.levels.levels import LEVELS
from spanf1.resampling.inference import ADJUSTMENTS
from spanf1.results.citations import ENTRIES, SOURCES, TOOL, addresses, cite, sources, tool
from tests.helpers.commands import pipe, write
from tests.helpers.shared_data import ROOT

LINE = (
    "f1:micro|match:fair|scheme:IOB2|reading:strict|types:union|zero:0|tokens:9|gold:4|"
    "hash:1ac2e4a8|ci:0.95/bca/1000/sentence/0|v:0.1.0"
)
REQUIRED = {
    "inproceedings": {"author", "title", "booktitle", "year"},
    "article": {"author", "title", "journal", "volume", "year"},
    "book": {"author", "title", "publisher", "year"},
    "techreport": {"author", "title", "institution", "year"},
    "misc": {"author", "title"},
}


def keys(text: str) -> list[str]:
    return re.findall(r"^@\w+\{(\w+),$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("match", {*MATCHES, *RULES, MODES}),
        ("level", {*LEVELS}),
        ("reading", {*READINGS}),
        ("interval", {*METHODS}),
        ("test", {"randomization", "permutation", "bootstrap"}),
        ("correction", {*ADJUSTMENTS}),
        ("rule", {*RULES_OF_ANSWERS}),
    ],
)
def test_everything_has_a_source_or_says_that_it_has_none(part, names) -> None:
    assert SOURCES[part].keys() == names


def test_every_entry_is_the_source_of_something() -> None:
    assert {*ENTRIES} == {key for part in SOURCES.values() for of in part.values() for key in of}


@pytest.mark.parametrize("entry", [TOOL, *ENTRIES.values()])
def test_entries_are_whole(entry) -> None:
    assert entry.count("{") == entry.count("}")
    kind = re.match(r"@(\w+)\{\w+,\n", entry).group(1)
    fields = re.findall(r"^  (\w+) += \{.+\},$", entry, re.MULTILINE)
    assert len(fields) == len({*fields}) == entry.count("\n") - 1
    assert {*fields} >= REQUIRED[kind]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("exact", ("tjongkimsang2003",)),
        ("gold:0.5", ("nervaluate",)),
        ("left,two-sided", ("kim2004",)),
        ("overlap:any,two-sided", ()),
        ("overlap:0.5", ()),
        ("semeval", ("segurabedmar2013", "makhoul1999")),
    ],
)
def test_a_match_is_known_by_all_its_names(name, found) -> None:
    assert sources("match", name) == found


def test_without_anything_the_tool_is_cited() -> None:
    assert cite() == f"{tool(addresses())}\n"
    assert tool([]) == TOOL
    published = tool(["Issues, https://example.org/i", "Repository, https://example.org/r"])
    assert published == TOOL[:-1] + "  url     = {https://example.org/r},\n}"


def test_the_tool_is_cited_as_it_is_released() -> None:
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    fields = dict(re.findall(r'^([a-z-]+): "?(.+?)"?$', text, re.MULTILINE))
    assert fields["version"] == spanf1.__version__
    assert f"note    = {{Version {spanf1.__version__}}}" in TOOL
    assert fields["title"] in re.sub("[{}]", "", TOOL)
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    year = re.search(r"Copyright \(c\) (\d+)", licence).group(1)
    assert f"year    = {{{year}}}" in TOOL


def test_a_signature_cites_all_that_shaped_it() -> None:
    text = cite(LINE)
    assert keys(text) == ["spanf1", "ortmann2022", "nakayama2018", "efron1987"]
    assert "% match fair\n@inproceedings{ortmann2022" in text
    assert "% interval bca\n" in text
    assert cite(spanf1.Signature.parse(LINE)) == text


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("scheme:IOB2", "scheme:none"), ["ortmann2022", "efron1987"]),
        (("match:fair", "match:within:1"), ["nakayama2018", "efron1987"]),
        (("f1:", "f2:"), ["ortmann2022", "nakayama2018", "vanrijsbergen1979", "efron1987"]),
    ],
)
def test_what_did_not_shape_it_is_not_cited(change, found) -> None:
    assert keys(cite(LINE.replace(*change))) == ["spanf1", *found]


def test_a_match_without_a_publication_says_so() -> None:
    assert "% match overlap:0.5: no publication has it" in cite(match="overlap:.5")


def test_levels(tmp_path) -> None:
    (tmp_path / "f").write_text("# newdoc\na B-A B-A\n\n# newdoc\nb B-A O\n", encoding="utf-8")
    of = {level: cite(spanf1.score_file(tmp_path / "f", level=level)) for level in LEVELS}
    assert keys(of["span"]) == ["spanf1", "tjongkimsang2003", "nakayama2018"]
    assert keys(of["token"]) == ["spanf1", "cohen1960", "gorodkin2004"]
    assert keys(of["sentence"]) == ["spanf1", "nakayama2018"]
    assert keys(of["document"])[2] == "ehrmann2020"


def test_answers_cite_their_rule(run) -> None:
    line = str(spanf1.score_answers({"q": ["Rome"]}, {"q": "Rome"}, rule="drop").signature)
    assert keys(cite(line)) == ["spanf1", "dua2019"]
    write("f", line)
    assert run("cite", "f").out == cite(line)


def test_results_cite_their_tests(run) -> None:
    write("g", "a B-A\n\nb B-A\n\nc B-A\n")
    write("a", "a B-A\n\nb O\n\nc B-A\n")
    write("b", "a O\n\nb O\n\nc B-A\n")
    run("compare", "g", "a", "b", "--resamples", "20", "--format", "json", "-o", "r.json")
    ran = run("cite", "r.json")
    tested = ["efron1979", "noreen1989", "yeh2000", "davison1997", "holm1979"]
    assert (ran.code, keys(ran.out)[3:]) == (0, tested)
    ran = run("diff", "g", "a", "b", "--resamples", "20", "--format", "json", "-o", "d.json")
    assert keys(run("cite", "d.json").out)[3:] == tested[:-1]
    run("compare", "g", "x=a,b", "y=b,a", "--resamples", "20", "--format", "json", "-o", "s.json")
    assert {"noreen1989", "mccarthy1985"} <= {*keys(run("cite", "s.json").out)}
    run("score", "g", "a", "--format", "json", "-o", "score.json")
    assert keys(run("cite", "score.json").out)[1:] == ["tjongkimsang2003", "nakayama2018"]


@pytest.mark.slow
def test_a_signature_through_a_pipe() -> None:
    ran = pipe(f"{LINE}\n".encode(), "cite", "-")
    assert ran.out == cite(LINE)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"a": 1}', "there is no signature in it"),
        ('{"signature": 1}', "there is no signature in it"),
        ('{"comparison": 1}', "there is no signature in it"),
        (f'{{"signature": "{LINE}", "differences": [1]}}', "this is not a result of spanf1"),
        ('{"a": ', "this is no JSON"),
        ("f1:micro|match:fair", "this is no signature: "),
    ],
)
def test_what_is_no_signature(run, content, problem) -> None:
    write("f", content)
    ran = run("cite", "f")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"error: f: {problem}")
    assert "\nhint: " in ran.err


def test_wrong_usage(run) -> None:
    ran = run("cite", LINE, "--match", "fair")
    assert (ran.code, ran.out) == (2, "")
    assert "a signature says the match" in ran.err
    ran = run("cite", "nowhere")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: nowhere: this is neither a signature nor a file\nhint: ")
    assert "unknown match 'nearly'" in run("cite", "--match", "nearly").err
