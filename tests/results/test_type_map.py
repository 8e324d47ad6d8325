"""Types called by other names, and types left out: as if the spans were given so."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spanf1
from spanf1.core.scores import TypeCounts, add_types
from spanf1.exceptions import UsageError
from spanf1.results.lists import result_of_counts
from spanf1.results.report import other_types
from tests.helpers.commands import write
from tests.helpers.growth import assert_time_is_linear

pytestmark = pytest.mark.usefixtures("run")

MAPS = [{"A": "B"}, {"A": "B", "B": "A"}, {"*": "_"}, {"A": "C", "*": "D"}, {"A": "A", "*": "B"}]
IGNORED = [[], ["C"], ["C", "E"]]

# Tokens begin a span of a type, continue one, or are in none.
tokens = st.sampled_from(["O", "A", "B", "C", "E", "+", "+"])
sentence = st.lists(st.tuples(tokens, tokens), max_size=9)


def spans(side):
    """Return (start, end, type) of each span, and the tags, in IOB2."""
    found, tags = [], []
    for place, what in enumerate(side):
        if what == "+" and found and found[-1][1] == place:
            found[-1] = (found[-1][0], place + 1, found[-1][2])
            tags.append(f"I-{found[-1][2]}")
        elif what in "O+":
            tags.append("O")
        else:
            found.append((place, place + 1, what))
            tags.append(f"B-{what}")
    return found, tags


def counted(gold, predicted, names, ignored):
    """Return gold, predicted and correct spans by type, counted in plain Python."""
    sides = [
        Counter(
            (number, start, end, names.get(kind, names.get("*", kind)))
            for number, sentence in enumerate(side)
            for start, end, kind in sentence
            if kind not in ignored
        )
        for side in (gold, predicted)
    ]
    by_type = {}
    for column, side in enumerate([*sides, sides[0] & sides[1]]):
        for span, count in side.items():
            by_type.setdefault(span[3], [0, 0, 0])[column] += count
    return by_type


@given(st.lists(sentence, min_size=1, max_size=6), st.sampled_from(MAPS), st.sampled_from(IGNORED))
def test_as_if_the_spans_had_these_types(sentences, names, ignored):
    sides = [[[pair[side] for pair in one] for one in sentences] for side in (0, 1)]
    (gold, gold_tags), (predicted, tags) = (
        [*map(list, zip(*map(spans, side), strict=True))] for side in sides
    )
    wanted = counted(gold, predicted, names, ignored)
    how = {"map_types": names, "ignore_types": ignored}
    labels = sorted({"O", *(tag for side in (gold_tags, tags) for one in side for tag in one)})
    ids = [[[labels.index(tag) for tag in one] for one in side] for side in (gold_tags, tags)]
    metric = spanf1.SpanF1(**how)
    for one, other in zip(gold_tags, tags, strict=True):
        metric.update([other], [one])
    for result in (
        spanf1.evaluate(gold_tags, tags, **how),
        spanf1.evaluate(*ids, labels=labels, **how),
        metric.compute(),
        spanf1.evaluate(*([records(side) for side in (gold, predicted)]), **how),
    ):
        found = {name: list(row.counts) for name, row in result.types.items()}
        assert found == {name: counts for name, counts in wanted.items() if any(counts)}
    result = spanf1.evaluate(gold_tags, tags, confidence=0.9, **how) if any(sentences) else result
    assert spanf1.Signature.parse(str(result.signature())) == result.signature()
    again = spanf1.Result.from_dict(json.loads(json.dumps(result.to_dict())))
    assert (again.options, again.micro) == (result.options, result.micro)


def records(side):
    text = "x" * 9
    keys = "start", "end", "label"
    return [
        {"text": text, "spans": [dict(zip(keys, one, strict=True)) for one in found]}
        for found in side
    ]


def test_neighbours_of_one_name_stay_two_spans():
    gold = [["I-A", "I-B", "O"]]
    for predicted, correct in ((gold, 2), ([["I-A", "B-A", "O"]], 2), ([["I-A", "I-A", "O"]], 0)):
        result = spanf1.evaluate(gold, predicted, scheme="IOB1", map_types={"B": "A"})
        assert (result.micro.gold, result.micro.correct) == (2, correct)


def test_accuracy_is_that_of_the_names():
    gold, predicted = [["B-PER", "O", "B-X"]], [["B-PERSON", "O", "B-Y"]]
    assert spanf1.evaluate(gold, predicted).accuracy == pytest.approx(1 / 3)
    how = {"map_types": {"PERSON": "PER"}, "ignore_types": ["X"]}
    assert spanf1.evaluate(gold, predicted, **how).accuracy == pytest.approx(2 / 3)


COLUMNS = "Ada B-PER B-PERSON\nin O O\nRome B-LOC B-GPE\n1843 B-DATE O\n"


def test_commands(run):
    write("f", COLUMNS)
    out = run("score", "f").out
    hint = "--map GPE=LOC,PERSON=PER"
    assert f"no type is on both sides: gold DATE, LOC, PER, predicted GPE, PERSON; {hint}" in (
        " ".join(out.split())
    )
    # The way out is followed to the letter.
    for args, f1 in ((hint.split(), "80.00"), ([*hint.split(), "--ignore", "DATE"], "100.00")):
        for how in ([], ["--match", "surface"], ["--reading", "conlleval"]):
            out = run("score", "f", *args, *how).out
            [micro] = [line for line in out.splitlines() if line.startswith("micro")]
            assert micro.split()[3] == f1
    assert "|map:GPE=LOC,PERSON=PER|ignore:DATE|" in out
    assert "renamed     GPE to LOC, PERSON to PER, ignored DATE" in out
    out = run("score", "f", "--untyped", "-f", "csv", "-q").out
    assert out.splitlines()[1] == "type,_,1.0,0.6666666666666666,0.8,3,2,2"
    out = run("describe", "f", "-c", "2", "--map", "*=ENT", "--ignore", "DATE", "-q").out
    assert out.splitlines()[1].split()[4] == "2"
    data = spanf1.describe("f", tag_column=2, map_types={"*": "ENT"}, ignore_types=["DATE"])
    assert [(name, row.entities) for name, row in data.total.types.items()] == [("ENT", 2)]


def test_compare(run):
    write("f", COLUMNS * 12)
    write("g", COLUMNS.replace("B-PERSON", "B-PER") * 12)
    ran = run("compare", "--merged", "f", "g")
    assert "f: no type is on both sides: gold DATE, LOC, PER, predicted" in " ".join(
        ran.out.split()
    )
    out = run("compare", "--merged", "f", "g", "--map", "PERSON=PER,GPE=LOC").out
    assert [line.split()[3] for line in out.splitlines() if line[:2] in ("f ", "g ")][:2] == [
        "80.00",
        "80.00",
    ]


def test_some_types_that_do_not_meet(run):
    write("f", "a B-PER B-PERSON\nb B-LOC B-LOC\nc B-ORG B-org\nd B-X B-XY\n")
    said = " ".join(run("score", "f").out.split())
    assert "types that gold may call otherwise: PERSON, org; --map PERSON=PER,org=ORG" in said
    # What gold calls so is there already.
    write("f", "a B-PER B-PERSON\nb B-PER B-PER\n")
    assert "--map" not in run("score", "f").out


def test_types_that_differ_in_case_only(run):
    write("f", "a B-PER B-PER\nb B-LOC B-loc\n")
    note = "types that differ in case only: loc; --map loc=LOC"
    assert note in " ".join(run("score", "f").out.split())
    assert " 100.00 " in run("score", "f", "--map", "loc=LOC", "-q").out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--map", "PERSON"], "--map 'PERSON': PERSON has no one name"),
        (["--map", "=PER"], "--map '=PER': a type has no one name"),
        (["--map", "A=B,A=C"], "--map 'A=B,A=C': A has no one name"),
        (["--map", "A=B", "--untyped"], "--untyped takes all types for one"),
        (["--map", "A=B", "--ignore", "A"], "type 'A' is to be ignored, and to be called"),
    ],
)
def test_usage(run, args, message):
    write("f", COLUMNS)
    for command in ("score", "describe"):
        ran = run(command, "f", *args)
        assert (ran.code, ran.out) == (2, "")
        assert f"error: {message}" in ran.err


@pytest.mark.parametrize("names", [3, {"A": 3}, {"": "B"}, {"A": ""}, [("A",)]])
def test_usage_in_python(names):
    with pytest.raises(UsageError, match="map_types is to be a dict"):
        spanf1.evaluate([["O"]], [["O"]], map_types=names)


def test_rescore_knows_that_it_cannot(run):
    write("f", COLUMNS)
    write("r.json", run("score", "f", "-f", "json", "--map", "GPE=LOC").out)
    line = spanf1.score_file("f", map_types={"GPE": "LOC"}).signature()
    assert run("rescore", "r.json", "--like", str(line)).code == 0
    other = spanf1.score_file("f").signature()
    ran = run("rescore", "r.json", "--like", str(other))
    assert ran.code == 2
    assert "what types are called, and which are ignored, cannot be chosen later" in ran.err
    assert "types called otherwise: GPE=LOC here, none there" in line.differences(other)


def test_signatures_of_renamed_types(run):
    write("f", COLUMNS)
    plain, renamed = (
        run("score", "f", "--signature", *more).out.strip() for more in ([], ["--map", "LOC=GPE"])
    )
    said = run("signature", plain, renamed).out.splitlines()
    assert "types called otherwise: none here, LOC=GPE there" in said
    assert any(line.startswith("gold annotations: ") for line in said)
    # The data may well be the same.
    assert not any("other data" in line for line in said)
    lines = run("signature", renamed).out.splitlines()
    places = {line.index(line.partition(":")[2].strip(), len("figure:")) for line in lines[:9]}
    assert len(places) == 1


def test_types_may_be_named_one_option_at_a_time(run):
    write("f", "a B-A B-X\nb B-B B-Y\nc B-C B-C\nd B-D O\n")
    at_once = run("score", "f", "--map", "X=A,Y=B", "--ignore", "C,D").out
    assert run("score", "f", "--map=X=A", "--ignore=C", "--map=Y=B", "--ignore=D").out == at_once
    assert "Y=C" in run("score", "f", "--map", "Y=B", "--map", "Y=C").err


def test_all_types_are_called_so_unless_some_have_another_name(run):
    write("f", "a B-A B-B\n")
    assert "renamed     all types to _\n" in run("score", "f", "--untyped").out
    out = run("score", "f", "--map", "A=X,*=Y").out
    assert "renamed     A to X, all other types to Y\n" in out


def means_the_same(name: str, other: str) -> bool:
    """Return whether two types are alike, looked at one by one."""
    a, b = name.casefold(), other.casefold()
    begins = min(len(a), len(b)) > 1 and (a.startswith(b) or b.startswith(a))
    return begins or {a, b} == {"gpe", "loc"}


@given(
    gold=st.sets(st.text("aAb", min_size=1, max_size=3) | st.sampled_from(["GPE", "Loc", "lo"])),
    predicted=st.sets(st.text("abB", min_size=1, max_size=3) | st.sampled_from(["gpe", "LOC"])),
)
def test_types_that_do_not_meet_are_told_as_if_each_were_compared_with_each(gold, predicted):
    counts = {name: TypeCounts(gold=1) for name in gold}
    counts = add_types(counts, {name: TypeCounts(predicted=1) for name in predicted})
    pairs = {}
    for name in sorted(predicted - gold):
        same = [other for other in sorted(gold) if name.casefold() == other.casefold()]
        same += [other for other in sorted(gold - predicted) if means_the_same(name, other)]
        if same:
            pairs[name] = same[0]
    said = " ".join(other_types(result_of_counts(counts)))
    assert said.partition("--map ")[2] == (
        ",".join(f"{name}={other}" for name, other in pairs.items())
        or ("PREDICTED=GOLD,…" if gold and predicted and not gold & predicted else "")
    )


def test_many_types_that_do_not_meet_take_no_time_squared():
    def told(count: int) -> None:
        counts = {f"T{n}": TypeCounts(gold=1) for n in range(count)}
        counts |= {f"U{n}": TypeCounts(predicted=1) for n in range(count)}
        assert [*other_types(result_of_counts(counts))]

    assert_time_is_linear(told, 500)
