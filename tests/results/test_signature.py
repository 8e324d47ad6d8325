"""Signatures: there and back, compared in words; results files scored again, and damaged ones."""

from __future__ import annotations

import copy
import csv
import io
import json
import math
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1 import Confidence, Options, Result, Signature
from spanf1.cli.scoring import SCORE_RENDERERS
from spanf1.core.options import METHODS, TYPE_SETS, UNITS
from spanf1.core.schemes import READINGS, SCHEMES
from spanf1.core.tags import FORMS
from spanf1.exceptions import InputError, TagError, UsageError
from spanf1.render.renderers import RENDERERS
from spanf1.results.report import report_of
from spanf1.results.result import rescore
from tests.helpers.commands import pipe, write
from tests.helpers.oracles import altered, well_formed
from tests.helpers.strategies import steady

fewer = settings(steady, max_examples=100)

LINE = (
    "f1:micro|match:exact|scheme:IOB2|reading:lenient|types:union|zero:0|tokens:46435|gold:5648|"
    "hash:1ac2e4a8|v:0.1.0"
)
SIGNATURE = Signature.parse(LINE)


def changed(**parts: str | None) -> str:
    """Return the line with some parts replaced, left out (None), or added."""
    found = dict(part.split(":", 1) for part in LINE.split("|")) | parts
    return "|".join(f"{name}:{value}" for name, value in found.items() if value is not None)


# There and back.

NAMES = st.text(min_size=1).filter(lambda name: name not in TYPE_SETS) | st.sampled_from(
    [
        "A|B",
        "A:B",
        "A,B",
        "A/B",
        "100%",
        "%41",
        "a b",
        "\t",
        "é",
        "e\u0301",
        "組織",
        "\udcff",
        "a\nb",
    ]
)
options = st.builds(
    Options,
    gold_scheme=st.sampled_from(sorted(SCHEMES)),
    pred_scheme=st.sampled_from(sorted(SCHEMES)),
    reading=st.sampled_from(sorted(READINGS)),
    beta=st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 1e-7, 1e20, math.inf]),
    types=st.sampled_from(TYPE_SETS) | st.lists(NAMES, max_size=4),
    zero_division=st.sampled_from([0.0, 1.0, math.nan]),
)
surface = options.filter(lambda o: o.reading != "conlleval").map(
    lambda o: replace(o, match="surface")
)
counts = st.integers(0, 10**15)
signatures = st.builds(
    Signature,
    average=st.sampled_from(["micro", "macro", "weighted"]),
    options=options | surface,
    tag_forms=st.lists(st.sampled_from(sorted(FORMS)), unique=True, max_size=2).map(tuple),
    tokens=counts,
    gold=counts,
    hash=st.integers(0, 2**32 - 1).map(lambda number: f"{number:08x}"),
    confidence=st.none()
    | st.builds(
        Confidence,
        level=st.sampled_from([0.5, 0.9, 0.95, 0.999]),
        resamples=st.integers(1, 10**6),
        method=st.sampled_from(METHODS),
        unit=st.sampled_from(UNITS),
        seed=st.integers(0, 2**63),
    ),
    version=st.sampled_from(["0.1.0", "1.2.3.dev4+g1234", "a|b:c"]),
)


@fewer
@given(signatures)
def test_a_signature_is_what_its_line_says(signature):
    assert Signature.parse(signature.short()) == signature
    assert len(signature.short()) < len(str(signature)) - 20
    line = str(signature)
    assert line.isascii()
    assert line.isprintable()
    assert " " not in line
    assert Signature.parse(line) == signature
    assert Signature.parse(f"  {line}\n") == signature
    assert (signature.differences(signature), signature.remarks(signature)) == ([], [])


@pytest.mark.parametrize("number", [1 / 3, 0.1 + 0.2, 1.0000000000000002])
def test_no_digit_is_lost(number):
    signature = replace(
        SIGNATURE, options=Options(gold_scheme="IOB2", pred_scheme="IOB2", beta=number)
    )
    assert Signature.parse(str(signature)).options.beta == number


@pytest.mark.slow
@fewer
@given(signatures, signatures)
def test_two_signatures_mean_the_same_or_a_difference_is_named(one, other):
    named = [*one.differences(other), *one.remarks(other)]
    assert bool(named) == (str(one) != str(other))
    assert len(other.differences(one)) == len(one.differences(other))
    for text in named:
        assert text.isprintable() or any(not name.isprintable() for name in text)


@pytest.mark.parametrize("average", ["micro", "macro", "weighted"])
def test_the_signature_of_a_result(average):
    gold, predicted = [["B-A", "I-A"], ["O"]], [["S-A", "O"], ["S-B"]]
    how = {"pred_scheme": "IOBES", "reading": "strict", "beta": 2, "types": ["B", "A B"]}
    result = spanf1.evaluate(gold, predicted, **how)
    signature = result.signature(average)
    assert str(signature) == (
        f"f2:{average}|match:exact|scheme:IOB2/IOBES|reading:strict|types:B,A%20B|zero:0|tokens:3|"
        f"gold:0|hash:{signature.hash}|v:{spanf1.__version__}"
    )
    assert Signature.parse(str(signature)) == signature


def test_an_unknown_average():
    with pytest.raises(UsageError, match="unknown average 'f1'"):
        spanf1.evaluate([["O"]], [["O"]]).signature("f1")


def test_every_name_of_a_type_can_be_asked_for():
    """No tag has half of a surrogate pair; it may be asked for, though."""
    name = "\ud800"
    with pytest.raises(TagError, match="has half of a surrogate pair"):
        spanf1.evaluate([[f"B-{name}"]], [[f"B-{name}"]])
    result = spanf1.evaluate([["B-A"]], [["B-A"]], types=[name])
    assert Signature.parse(str(result.signature())).options.types == (name,)
    assert str(result)


# Lines that are none.

MALFORMED = {
    "nothing": "",
    "words": "what is this",
    "a path": "results.json",
    "bars": "|||",
    "another signature": "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.0.0",
    "no figure": LINE.partition("|")[2],
    "figure": changed(f1="mean"),
    "two figures": LINE.replace("|", "|f2:micro|", 1),
    "figure in words": LINE.replace("|", "|f:micro|", 1),
    "beta": LINE.replace("f1", "fx"),
    "negative beta": LINE.replace("f1", "f-1"),
    "no beta": LINE.replace("f1", "f"),
    "nan beta": LINE.replace("f1", "fnan"),
    "half a beta": LINE.replace("f1", "f1e"),
    **{f"no {name}": changed(**{name: None}) for name in (
        "match", "scheme", "reading", "types", "zero", "tokens", "gold", "hash", "v",
    )},
    "unknown": changed(case="mixed"),
    "empty part": LINE + "|",
    "twice": LINE + "|tokens:9",
    "the figure twice": LINE + "|f1:macro",
    "two lines": LINE + "\n" + LINE,
    "match": changed(match="texts"),
    "scheme": changed(scheme="IOB3"),
    "no scheme named": changed(scheme=""),
    "auto": changed(scheme="auto"),
    "auto in gold": changed(scheme="auto/IOB2"),
    "auto predicted": changed(scheme="IOB2/AUTO"),
    "three schemes": changed(scheme="IOB1/IOB2/IO"),
    "reading": changed(reading="loose"),
    "sets of types": changed(types="union,gold"),
    "a set spelt out": changed(types="%75nion"),
    "types not spelt out": changed(types="日本"),
    "types of another alphabet": changed(types="é"),
    "zero": changed(zero="2"),
    "zero in words": changed(zero="none"),
    "negative tokens": changed(tokens="-1"),
    "tokens": changed(tokens="1e3"),
    "other digits": changed(tokens="٣"),
    "many tokens": changed(tokens="9" * 5000),
    "gold": changed(gold=""),
    "hash": changed(hash="1ac2e4"),
    "upper hash": changed(hash="1AC2E4A8"),
    "surface of the script": changed(match="surface", reading="conlleval"),
    "ci": changed(ci="0.95"),
    "ci level": changed(ci="95/percentile/10/sentence/0"),
    "ci method": changed(ci="0.95/t/10/sentence/0"),
    "ci resamples": changed(ci="0.95/percentile/0/sentence/0"),
    "ci unit": changed(ci="0.95/percentile/10/token/0"),
    "ci seed": changed(ci="0.95/percentile/10/sentence/-1"),
    "ci many": changed(ci="0.95/percentile/10/sentence/0/0"),
}  # fmt: skip


@pytest.mark.parametrize("line", MALFORMED.values(), ids=list(MALFORMED))
def test_a_line_that_is_no_signature(line):
    with pytest.raises(UsageError) as caught:
        Signature.parse(line)
    message = str(caught.value)
    assert message.startswith("this is no signature: ")
    assert "\n" not in message
    assert len(message) < 200
    assert caught.value.hint.startswith("it looks like f1:micro|")


@fewer
@given(st.text() | st.lists(st.sampled_from([*LINE.split("|"), "ci:", "a", ""])).map("|".join))
def test_any_line_is_a_signature_or_a_usage_error(line):
    try:
        found = Signature.parse(line)
    except UsageError:
        return
    assert Signature.parse(str(found)) == found


@pytest.mark.parametrize("seed", range(5))
def test_a_damaged_line_is_a_signature_or_a_usage_error(seed):
    rng = random.Random(seed)
    line = changed(ci="0.95/percentile/10/sentence/0", types="A%20B", tags="PER-B")
    for _ in range(200):
        place, end = sorted(rng.choices(range(len(line)), k=2))
        damaged = (
            line[:place]
            + rng.choice(["", "|", ":", "%", "/", ",", "9", "é", "\0"])
            + line[rng.choice([place, place + 1, end]) :]
        )
        test_any_line_is_a_signature_or_a_usage_error.hypothesis.inner_test(damaged)


# Differences, in words.

DIFFERENT = [
    ("f1", "macro", "figure: F1 micro here, F1 macro there"),
    ("match", "surface", "what is counted: exact (every span counts) here, surface (every"),
    ("types", "A%2CB,C%20D", "types: union here, A,B,C D there"),
    ("types", "", "types: union here, none there"),
    ("reading", "strict", "ill-formed spans: lenient (ill-formed spans are kept, as seqeval does"),
    ("zero", "1", "0/0: 0 here, 1 there"),
    ("zero", "nan", "0/0: 0 here, nan there"),
    ("tokens", "46434", "tokens: 46435 here, 46434 there"),
    ("gold", "5647", "gold spans: 5648 here, 5647 there"),
    ("hash", "00000000", "gold annotations: 1ac2e4a8 here, 00000000 there"),
]
HARMLESS = [
    ("types", "gold", "types: union here, gold there"),
    ("scheme", "IOBES", "tagging scheme: IOB2 here, IOBES there"),
    ("scheme", "IOB1/IO", "tagging scheme: IOB2 here, IOB1 in gold and IO predicted there"),
    ("ci", "0.9/bca/5/document/1", "intervals: none here, 0.9/bca/5/document/1 there"),
    ("tags", "PER-B", "how tags are written: B-PER here, PER-B there"),
    ("v", "9.9", "version of spanf1: 0.1.0 here, 9.9 there"),
]


@pytest.mark.parametrize(("name", "value", "text"), DIFFERENT)
def test_differences(name, value, text):
    other = Signature.parse(changed(**{name: value}))
    found = SIGNATURE.differences(other)
    assert found[0].startswith(text)
    assert len(found) == 1 + (name == "hash")
    assert SIGNATURE.remarks(other) == []
    back = other.differences(SIGNATURE)
    assert len(back) == len(found)
    assert back[0].split(": ")[0] == text.split(": ")[0]


@pytest.mark.parametrize(("name", "value", "text"), HARMLESS)
def test_what_does_not_matter(name, value, text):
    other = Signature.parse(changed(**{name: value}))
    assert SIGNATURE.differences(other) == []
    assert SIGNATURE.remarks(other) == [text]


@pytest.mark.parametrize("beta", ["f2", "f0.5", "finf", "f1.0000001"])
def test_another_beta_is_another_figure(beta):
    (found,) = SIGNATURE.differences(Signature.parse(LINE.replace("f1:", f"{beta}:")))
    assert found == f"figure: F1 micro here, F{beta[1:]} micro there"


@pytest.mark.parametrize("reading", ["strict", "error"])
def test_the_scheme_matters_where_it_judges_spans(reading):
    one, other = (
        Signature.parse(changed(reading=reading, scheme=scheme)) for scheme in ("IOB2", "IOB1")
    )
    assert one.differences(other) == ["tagging scheme: IOB2 here, IOB1 there"]


def test_as_many_spans_that_are_not_the_same():
    other = Signature.parse(changed(hash="00000000"))
    assert SIGNATURE.differences(other)[1].startswith("as many tokens and gold spans, but not the")
    other = Signature.parse(changed(hash="00000000", tokens="1"))
    assert len(SIGNATURE.differences(other)) == 2


def test_every_part_is_said_in_words():
    line = changed(ci="0.9/bca/5/document/1", tags="PER-B", scheme="IOB1/IO")
    assert dict(Signature.parse(line).in_words()) == {
        "figure": "F1 micro",
        "what is counted": "exact (every span counts)",
        "tagging scheme": "IOB1 in gold and IO predicted",
        "ill-formed spans": f"lenient ({READINGS['lenient']})",
        "types": "union",
        "0/0": "0",
        "how tags are written": "PER-B",
        "tokens": "46435",
        "gold spans": "5648",
        "gold annotations": "1ac2e4a8",
        "intervals": "0.9/bca/5/document/1",
        "version of spanf1": "0.1.0",
    }


# Scoring again.


def content(seed: int = 0, scheme: str = "IOB2") -> str:
    rng = np.random.default_rng(seed)
    gold = altered(rng, well_formed(rng, scheme, 40, "ABC"), scheme, "ABC", 0.05)
    predicted = altered(rng, gold, scheme, "ABC")
    sentences = [
        "".join(f"w{len(g)} {g} {p}\n" for g, p in zip(*pair, strict=True))
        for pair in zip(gold, predicted, strict=True)
    ]
    return "-DOCSTART- O O\n\n" + "\n".join(sentences)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("again")


def file_in(folder: Path, scheme: str) -> Path:
    path = folder / f"{scheme}.conll"
    if not path.exists():
        path.write_text(content(scheme=scheme))
    return path


def without(result: Result) -> dict[str, Any]:
    """Return all but the counts, and whether schemes were given or detected."""
    data = result.to_dict()
    for name in ("tally", "options"):
        del data[name]
    data["schemes"] = {side: found["name"] for side, found in data["schemes"].items()}
    return data


def through_json(result: Result) -> dict[str, Any]:
    return json.loads(RENDERERS["json"](report_of(result)))


@pytest.mark.parametrize("source", ["lenient", "strict", "conlleval"])
@pytest.mark.parametrize("reading", ["lenient", "strict", "conlleval"])
@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_scored_again_is_scored_so(folder, scheme, reading, source):
    if (source == "conlleval") != (reading == "conlleval"):
        return
    path = file_in(folder, scheme)
    data = through_json(spanf1.score_file(path, reading=source, beta=3, types=["B"]))
    for how in (
        {"scheme": scheme},
        {"scheme": "IOBES", "beta": 0.5, "types": "gold", "zero_division": 1.0},
        {"gold_scheme": scheme, "pred_scheme": "IOB1", "types": ["C", "A", "none"]},
        {"types": [], "zero_division": math.nan},
    ):
        direct = spanf1.score_file(path, reading=reading, **how)
        again = rescore(data, Signature.parse(str(direct.signature())))
        assert without(again) == without(direct)


@pytest.mark.parametrize("reading", ["lenient", "strict"])
def test_what_the_script_counted_in_documents_is_not_what_others_count(tmp_path, reading):
    """It takes the first line of a document for a token."""
    path = tmp_path / "f"
    path.write_text("-DOCSTART- O O\n\n" + content().partition("\n\n")[2])
    data = through_json(spanf1.score_file(path, reading="conlleval"))
    line = spanf1.score_file(path, reading=reading, scheme="IOB2").signature()
    with pytest.raises(UsageError, match="takes -DOCSTART- for a token"):
        rescore(data, line)
    assert rescore(data).counts == spanf1.score_file(path, reading="conlleval").counts


def test_what_the_script_counted_can_be_scored_in_other_ways(tmp_path):
    path = tmp_path / "f"
    path.write_text(content().partition("\n\n")[2])
    data = through_json(spanf1.score_file(path, reading="conlleval"))
    for reading in ("lenient", "strict"):
        direct = spanf1.score_file(path, reading=reading, scheme="IOB2")
        again = without(rescore(data, direct.signature()))
        assert again == without(direct)


@pytest.mark.parametrize("reading", ["lenient", "strict"])
def test_surface_forms_scored_again(folder, reading):
    path = file_in(folder, "IOB2")
    for source in ("exact", "surface"):
        data = through_json(spanf1.score_file(path, match="surface", scheme="IOB2"))
        direct = spanf1.score_file(path, match=source, scheme="IOB2", reading=reading)
        again = rescore(data, direct.signature())
        expected = without(direct)
        assert without(again) | {"input": None} == expected | {"input": None}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (changed(reading="conlleval"), "does not have what the conlleval script counts"),
        (changed(match="surface"), "does not say what surface forms there are"),
    ],
)
def test_what_a_results_file_does_not_have(folder, line, message):
    data = through_json(spanf1.score_file(file_in(folder, "IOB2")))
    with pytest.raises(UsageError, match=message) as caught:
        rescore(data, Signature.parse(line))
    assert caught.value.hint.startswith("spanf1 score FILE --")


def test_ill_formed_spans_are_refused_where_the_signature_says_so():
    data = spanf1.evaluate([["I-A", "O"]], [["O", "O"]], scheme="IOB2").to_dict()
    with pytest.raises(spanf1.IllFormedError):
        rescore(data, Signature.parse(changed(reading="error")))


CHECKED = [
    {},
    {"zero_division": math.nan, "types": ["X", "A"]},
    {"beta": 0.5, "reading": "conlleval"},
    {"beta": math.inf},
    {"match": "surface", "reading": "strict"},
    {"confidence": Confidence(resamples=20)},
]


@pytest.mark.parametrize("how", CHECKED, ids=str)
def test_figures_are_checked(folder, how):
    result = spanf1.score_file(file_in(folder, "IOB2"), **how)
    data = through_json(result)
    again = rescore(data)
    assert again.types.keys() == result.types.keys()
    names = [("micro", "f1"), ("macro", "precision"), ("weighted", "recall"), ("micro", "gold")]
    names += [("types", "A", "correct"), ("types", "A", "f1"), ("tokens",), ("accuracy",)]
    for place in names:
        tampered = copy.deepcopy(data)
        *way, last = place
        there = tampered
        for name in way:
            there = there[name]
        for value in ((there[last] or 0) + 0.25, None, "x", [], {}):
            if value == there[last]:
                continue
            there[last] = value
            with pytest.raises(InputError, match="not what the counts in the file give") as caught:
                rescore(tampered)
            assert str(caught.value).startswith(place[0])
            there[last] = data[place[0]] if not way else None


@pytest.mark.parametrize("name", ["intervals", "micro", "types", "", "a|b"])
def test_a_type_may_have_any_name(name):
    result = spanf1.evaluate([[f"B-{name}"]], [["O"]], confidence=Confidence(resamples=5))
    assert rescore(through_json(result)).to_dict()["types"].keys() == result.types.keys()


# The commands.


@pytest.fixture
def results(run):
    """Write a corpus, and results files of it."""
    write("f.conll", content())
    for name, args in {
        "results": [],
        "script": ["--reading", "conlleval"],
        "sure": ["--confidence", "0.9", "--resamples", "20"],
    }.items():
        ran = run("score", "f.conll", "--format", "json", "-o", f"{name}.json", *args)
        assert ran.code == 0
    return json.loads(Path("results.json").read_text())


def signature_of(run, *args: str) -> str:
    ran = run("score", "f.conll", "--signature", *args)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.count("\n") == 1
    return ran.out.rstrip("\n")


def test_score_prints_the_signature(run, results):
    line = signature_of(run)
    assert line == results["signature"] == str(spanf1.score_file("f.conll").signature())
    assert f"signature   {line}\n" in run("score", "f.conll").out
    run("score", "f.conll", "--signature", "-o", "line")
    assert Path("line").read_text() == line + "\n"
    assert "|ci:0.9/percentile/20/sentence/0|" in signature_of(
        run, "--confidence", "0.9", "--resamples", "20"
    )


@pytest.mark.usefixtures("results")
def test_the_short_form_means_the_same(run):
    short = signature_of(run, "--short")
    assert short.startswith("f1:micro|m:exact|s:")
    assert run("signature", short, signature_of(run)).code == 0


def test_no_short_name_is_one_of_a_part():
    from spanf1.results.signature import _LONG, _SHORT, MEANINGS

    assert len(_LONG) == len(_SHORT)
    assert not _LONG.keys() & MEANINGS.keys()
    assert _SHORT.keys() <= MEANINGS.keys()


@pytest.mark.usefixtures("results")
def test_one_signature_is_explained(run):
    ran = run("signature", signature_of(run))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == run("signature", "results.json").out
    assert ran.out.splitlines()[0] == "figure:                F1 micro"
    assert len(ran.out.splitlines()) == 10


@pytest.mark.parametrize("name", ["results", "script", "sure"])
@pytest.mark.parametrize("version", ["", "0.0.9"])
@pytest.mark.usefixtures("results")
def test_a_results_file_has_the_signature_that_it_says(run, name, version):
    """Its intervals and its version are a part of that."""
    path = Path(f"{name}.json")
    data = json.loads(path.read_text())
    if version:
        data["signature"] = data["signature"].replace(f"v:{data['spanf1']}", f"v:{version}")
        data["spanf1"] = version
        path.write_text(json.dumps(data))
    assert run("signature", str(path)).out == run("signature", data["signature"]).out


@pytest.mark.parametrize(
    ("args", "code", "verdict"),
    [
        ([], 0, "the scores mean the same"),
        (["--confidence", "0.9", "--resamples", "20"], 0, "the scores mean the same"),
        (["--scheme", "IOBES"], 0, "the scores mean the same"),
        (["--reading", "strict"], 1, "the scores do not mean the same"),
        (["--types", "A,B"], 1, "the scores do not mean the same"),
        (["--beta", "2"], 1, "the scores do not mean the same"),
    ],
)
@pytest.mark.usefixtures("results")
def test_two_signatures_are_compared(run, args, code, verdict):
    line = signature_of(run, *args)
    for pair in (("results.json", line), (line, "results.json")):
        ran = run("signature", *pair)
        assert (ran.code, ran.err) == (code, "")
        first, *others = ran.out.splitlines()
        assert first == verdict
        if not code:
            assert all(text.endswith(" (does not matter)") for text in others)


@pytest.mark.slow
def test_signatures_through_pipes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("f.conll", content())
    made = pipe(content().encode(), "score", "--format", "json")
    line = json.loads(made.out)["signature"]
    ran = pipe(made.out.encode(), "signature", "-", line)
    assert (ran.code, ran.out, ran.err) == (0, "the scores mean the same\n", "")
    ran = pipe(made.out.encode(), "rescore", "-", "--quiet")
    assert ran.code == 0
    assert ran.out == pipe(b"", "score", "f.conll", "--quiet").out


BAD_ARGUMENTS = [
    (["signature"], "Missing argument"),
    (["signature", LINE, LINE, LINE], "3 signatures are given: one or two are taken"),
    (["signature", "nothing.json"], "nothing.json: this is neither a signature nor a file"),
    (["signature", LINE, "x"], "x: this is neither a signature nor a file"),
    (["signature", LINE, "x|y"], "this is no signature"),
    (["signature", "-", "-"], "only once"),
    (["rescore"], "Missing argument"),
    (["rescore", "results.json", "--like", "x"], "this is no signature"),
    (["rescore", "results.json", "--like", ""], "this is no signature"),
    (["rescore", "results.json", "-f", "json", "--digits", "3"], "--digits does not go with"),
    (["rescore", "results.json", "-o", "results.json"], "it is the input"),
]


@pytest.mark.parametrize(("args", "message"), BAD_ARGUMENTS, ids=lambda value: str(value)[:50])
@pytest.mark.usefixtures("results")
def test_wrong_arguments(run, monkeypatch, args, message):
    monkeypatch.setattr(
        "sys.stdin", io.TextIOWrapper(io.BytesIO(Path("results.json").read_bytes()))
    )
    ran = run(*args)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    assert message in ran.err.splitlines()[0]


@pytest.mark.parametrize("format_name", sorted(set(SCORE_RENDERERS) - {"json", "table"}))
@pytest.mark.parametrize("like", [["--reading", "strict"], ["--beta", "2", "--types", "B,A"]])
@pytest.mark.usefixtures("results")
def test_rescore_is_score(run, format_name, like):
    """Only the scheme is known by then, and not detected again."""
    given = ["--format", format_name, "--quiet"]
    ran = run("rescore", "results.json", "--like", signature_of(run, *like), *given)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == run("score", "f.conll", *like, *given).out
    plain = run("rescore", "results.json", *given)
    assert plain.out == run("score", "f.conll", *given).out


@pytest.mark.usefixtures("results")
def test_rescore_says_what_is_not_the_same(run):
    ran = run("rescore", "results.json", "--like", LINE)
    assert ran.code == 0
    assert ran.err == "warning: the gold annotations are not those of the signature\n"
    ran = run("rescore", "sure.json")
    assert ran.err.startswith("note: intervals need the sentences, and are left out")
    assert "ci:" not in ran.out
    assert run("rescore", "sure.json", "--quiet").err == ""
    line = signature_of(run, "--reading", "conlleval")
    ran = run("rescore", "script.json", "--like", line)
    assert ran.err == ""
    # The script takes the first line of a document for a token: the gold spans are the same.
    assert run("rescore", "results.json", "--like", signature_of(run, "--types", "A")).err == ""


def deep(levels: int) -> str:
    return '{"tally": ' + "[" * levels + "]" * levels + "}"


NO_RESULTS = {
    "nothing": "",
    "white space": " \n",
    "text": "Rome B-A B-A\n",
    "a list": "[]",
    "a number": "1",
    "another object": '{"tokens": 3}',
    "a tally that is none": '{"tally": 3}',
    "no options": '{"tally": {}}',
    "cut": json.dumps({"tally": {"spans": []}})[:-1],
    "deep": deep(100_000),
    "not so deep": deep(500),
    "long number": '{"tally": ' + "9" * 5000 + "}",
    "nan": '{"tally": NaN}',
    "binary": b"\x00\xff\xfe\x80",
    "latin-1": '{"tally": "é"}'.encode("latin-1"),
    "utf-16": '{"tally": 1}'.encode("utf-16"),
    "surrogate": '{"tally": "\\ud800"}',
}


@pytest.mark.parametrize("command", ["signature", "rescore"])
@pytest.mark.parametrize("data", NO_RESULTS.values(), ids=list(NO_RESULTS))
def test_a_file_that_is_no_result(run, command, data):
    ran = run(command, write("f.json", data))
    assert ran.code in (2, 3)
    assert ran.out == ""
    first, *others = ran.err.splitlines()
    assert first.startswith("error: f.json: this is ")
    assert all(line.startswith("hint: ") for line in others)


@pytest.mark.parametrize("command", ["signature", "rescore"])
@pytest.mark.usefixtures("results")
def test_a_file_that_is_cut(run, command):
    text = Path("results.json").read_text().rstrip()
    for end in range(0, len(text), 1 + len(text) // 25):
        ran = run(command, write("cut.json", text[:end]))
        assert (ran.code, ran.out) == (3, "")
        # Of an empty file it cannot be said which of the two it was to be.
        what = "signature: it does not" if command == "signature" and not end else "JSON\n"
        assert ran.err.startswith(f"error: cut.json: this is no {what}")


@pytest.mark.parametrize("command", ["signature", "rescore"])
def test_a_folder_and_a_file_that_is_not_there(run, command):
    Path("folder").mkdir()
    ran = run(command, "folder")
    assert (ran.code, ran.err) == (3, "error: folder: this is a directory, not a file\n")
    assert run(command, "absent.json").code == (2 if command == "signature" else 3)


def test_a_figure_that_was_changed_by_hand(run, results):
    results["micro"]["f1"] = 0.99
    write("f.json", json.dumps(results))
    ran = run("rescore", "f.json")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == "error: f.json: micro.f1: this is not what the counts in the file give\n"


# Files that anyone may have damaged: an error, or some score, and never a traceback.

VALUES = [
    None, True, -1, 0, 2, 3.5, -1e400, math.nan, 10**400, "", "x", "OB IO", "OB", "-1", "\ud800",
    [], [1], [[]], [None], ["A"], {}, {"A": 1}, {"A": [1, 2, "x"]}, {"OB IO": "x"},
    [["A", "OB IO", None, 1]], [["A", None, None, 1]], [["A", [["OB IO", None]], "x"]],
]  # fmt: skip
REMOVED = object()


def places(data: object, way: tuple[Any, ...] = ()):
    """Yield the way to every value."""
    if way:
        yield way
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from places(value, (*way, key))


def damaged(data: dict[str, Any], way: tuple[Any, ...], value: object) -> str:
    there = copied = copy.deepcopy(data)
    for key in way[:-1]:
        there = there[key]
    if value is REMOVED:
        del there[way[-1]]
    else:
        there[way[-1]] = value
    return json.dumps(copied)


SMALL = "a B-A B-A\nb I-A I-A\n\nc I-B O\n\nd O B-B\n"


@pytest.mark.slow
@pytest.mark.parametrize("how", [[], ["--reading", "conlleval"], ["--match", "surface"]], ids=str)
def test_a_damaged_file_is_no_traceback(run, how):
    rng = random.Random(str(how))
    run("score", write("f", SMALL), "--format", "json", "-o", "f.json", "--types", "A,B", *how)
    data = json.loads(Path("f.json").read_text())
    like = data["signature"]
    ways = [way for way in places(data) if way[0] in ("options", "input", "tally")]
    for way in ways:
        for value in (REMOVED, *rng.sample(VALUES, 2)):
            write("bad.json", damaged(data, way, value))
            given = ["--like", like] * rng.choice([0, 1]) + [
                "-f",
                rng.choice(sorted(SCORE_RENDERERS)),
            ]
            for command in (["signature", "bad.json"], ["rescore", "bad.json", *given]):
                ran = run(*command)
                assert ran.code in (0, 2, 3), (way, value)
                if ran.code:
                    assert ran.err.startswith("error: bad.json: "), (way, value)
                    assert ran.out == ""


# Each in every report.
DAMAGES = [
    (("tally", "spans", 0, 0), 3.5),
    (("tally", "spans", 0, 0), None),
    (("tally", "spans", 0, 3), 0),
    (("tally", "spans", 0, 3), -5),
    (("tally", "spans", 0), ["A", None, None, 1]),
    (("tally", "script"), {"A": [1, 2, "x"]}),
    (("tally", "script"), {"A": [10**400, 10**400, 1]}),
    (("tally", "forms"), [["A", [["OB IO", None]], "x"]]),
    (("tally", "forms"), [["A", [], 1]]),
    (("tally", "gold_forms"), [None]),
    (("tally", "gold_forms"), ["\ud800"]),
    (("tally", "gold_prefixes"), [None]),
    (("tally", "gold_first"), {"OB IO": "x"}),
    (("tally", "tokens"), -1),
    (("tally", "tokens"), 10**400),
    (("tally", "gold_number"), "-1"),
    (("tally", "gold_number"), "f" * 40),
    (("options", "types"), [3.5]),
    (("options", "types"), ["\ud800"]),
    (("input", "files"), []),
    (("input", "files"), ["a", "b", "c"]),
    (("input", "columns"), []),
    (("input", "delimiters"), [1]),
    (("input", "gold_column"), "x"),
]


@pytest.mark.parametrize(("way", "value"), DAMAGES, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("like", [[], ["script"], ["surface"]], ids=str)
def test_damages(run, way, value, like):
    run("score", write("f", SMALL), "--format", "json", "-o", "f.json")
    write("bad.json", damaged(json.loads(Path("f.json").read_text()), way, value))
    lines = {"script": changed(reading="conlleval"), "surface": changed(match="surface")}
    given = [text for name in like for text in ("--like", lines[name])]
    commands = [["signature", "bad.json"]]
    commands += [["rescore", "bad.json", "-f", name, *given] for name in sorted(SCORE_RENDERERS)]
    for command in commands:
        ran = run(*command)
        assert ran.code in (0, 2, 3)
        if ran.code:
            assert ran.err.startswith("error: bad.json: ")
            assert ran.out == ""
        elif "csv" in command:
            assert list(csv.DictReader(io.StringIO(ran.out)))


@pytest.mark.parametrize("path", [("input", "delimiters"), ("input", "keys"), ("tally", "spans")])
def test_what_is_no_result_is_bad_input(run, path):
    write("f", '{"text": "Ada", "gold": [], "predicted": []}\n')
    data = json.loads(run("score", "f", "-f", "json").out)
    data[path[0]][path[1]] = ["nosuch" * 5000]
    ran = run("rescore", write("r", json.dumps(data)))
    assert (ran.code, ran.out) == (3, "")
    error, hint = ran.err.splitlines()
    assert error.startswith("error: r: this is not a result of spanf1 (")
    assert len(error) < 200
    assert hint == "hint: spanf1 score FILE --format json makes one"
