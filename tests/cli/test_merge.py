"""``spanf1 merge``: results files of parts, added up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import spanf1
from tests.helpers.shards import compared, sentences, shards

HOW = ["--confidence", "0.9", "--resamples", "200"]


@pytest.fixture
def files(run):
    """Return the whole, its parts, and a function that scores those."""
    whole, parts = shards(Path("corpus"), sentences(60), 6)

    def scored(*args):
        for part in parts:
            assert run("score", part, "-q", "-o", f"{part}.json", *args).code == 0
        return [f"{part}.json" for part in parts]

    return whole, parts, scored


def data_of(ran):
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)
    return compared(spanf1.Result.from_dict(data)), data["signature"], data["micro"]


def test_the_score_of_parts_is_that_of_the_whole(run, files):
    whole, _, scored = files
    expected = data_of(run("score", whole, "-f", "json"))
    assert data_of(run("merge", *scored(), "-f", "json")) == expected
    table = run("score", whole).out.split("\n\n")
    assert run("merge", *scored()).out.split("\n\n")[:2] == table[:2]


def test_intervals_travel(run, files):
    whole, _, scored = files
    expected = data_of(run("score", whole, "-f", "json", "--keep-units", *HOW))
    parts = scored("--keep-units")
    ran = run("merge", *parts, "-f", "json", *HOW)
    assert data_of(ran) == expected
    # And by way of sums of some.
    for name, some in ("a.json", parts[:2]), ("b.json", parts[2:]):
        assert run("merge", *some, "-o", name).code == 0
    assert data_of(run("merge", "a.json", "b.json", "-f", "json", *HOW)) == expected
    run("merge", *parts, "-o", "all.json")
    assert data_of(run("rescore", "all.json", "-f", "json", *HOW)) == expected
    # Several files of which units are kept.
    assert data_of(run("score", "corpus/part*.conll", "--keep-units", "-f", "json", *HOW))


def test_intervals_that_are_left_out_are_told(run, files):
    _, _, scored = files
    parts = scored("--keep-units", *HOW)
    assert "intervals are left out: --confidence 0.95 makes them" in run("merge", *parts).err
    assert "--confidence 0.95 makes them" in run("rescore", parts[0]).err
    ran = run("merge", *scored(*HOW))
    assert "intervals need the sentences, and are left out" in ran.err
    ran = run("merge", *scored(), *HOW)
    assert ran.code == 2
    assert "the counts of each sentence were not kept" in ran.err
    assert "--keep-units keeps them" in ran.err


def test_the_order_of_files_is_that_of_the_hash(run, files):
    whole, _, scored = files
    parts = scored()
    forth, back = (data_of(run("merge", *some, "-f", "json")) for some in (parts, parts[::-1]))
    assert forth[2] == back[2]
    assert forth[1] == run("score", whole, "--signature").out.strip() != back[1]


def test_a_part_that_is_there_twice_is_told(run, files):
    _, parts, scored = files
    some = scored()[:1]
    ran = run("merge", *some, *some)
    assert ran.code == 0
    assert f"warning: {parts[0]} is in 2 of the parts, and counts as often" in ran.err
    assert not run("merge", *some, *some, "-q").err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--reading", "strict"], "reading is 'strict' here, and 'lenient' in "),
        (["--scheme", "IOBES"], "gold_scheme is 'IOBES' here, and 'auto' in "),
        (["--match", "partial"], "match is 'partial' here, and 'exact' in "),
        (["--map", "A=C"], "map_types is 'A=C' here, and '' in "),
        (["--types", "B,A"], "types is 'B, A' here, and 'union' in "),
        (["--keep-units"], "what each sentence has was not kept, and in "),
        (["--level", "token"], "these are figures of level token"),
    ],
)
def test_parts_that_do_not_go_together(run, files, args, message):
    _, parts, scored = files
    scored()
    assert run("score", parts[1], "-o", "other.json", *args).code == 0
    ran = run("merge", f"{parts[0]}.json", "other.json")
    assert ran.code in (2, 3)
    assert message in ran.err
    assert ".json: " in ran.err.splitlines()[0]
    assert len(ran.err.splitlines()) == 2


def test_surface_forms_do_not_add(run, files):
    parts = files[2]("--match", "surface", "--token-column", "1")
    ran = run("merge", *parts)
    assert (ran.code, ran.err.splitlines()[0]) == (
        2,
        "error: scores of surface forms cannot be added: both may have the same form",
    )


def test_parts_in_other_schemes_than_the_whole(run):
    # By itself, the second part is in IOB1.
    texts = ["w B-A B-A\nw I-A I-A\n\n" * 3, "w I-A I-A\nw O O\n\n"]
    Path("whole").write_text("".join(texts))
    for number, text in enumerate(texts):
        Path(f"{number}").write_text(text)
        for name, scheme in ("auto", []), ("given", ["--scheme", "IOB2"]):
            how = [*scheme, "--reading", "strict", "--match", "partial"]
            assert run("score", f"{number}", "-o", f"{name}{number}.json", *how).code == 0
    ran = run("merge", "auto0.json", "auto1.json")
    assert ran.code == 2
    assert "counts without what is ill-formed in IOB" in ran.err
    data = data_of(run("merge", "given0.json", "given1.json", "-f", "json"))
    how = ["--scheme", "IOB2", "--reading", "strict", "--match", "partial"]
    assert data == data_of(run("score", "whole", "-f", "json", *how))


def test_an_ill_formed_span_of_all_parts_together(run):
    texts = ["w B-A B-A\nw I-A I-A\n\n" * 3, "w I-A I-A\nw O O\n\n"]
    for number, text in enumerate(texts):
        Path(f"{number}.part").write_text(text)
        how = ["--reading", "error"]
        assert run("score", f"{number}.part", "-o", f"{number}.json", *how).code == 0
    for args in ["merge", "0.json", "1.json"], ["score", "*.part", *how]:
        ran = run(*args)
        assert ran.code == 3
        assert ran.err.startswith("error: gold span that is ill-formed in IOB2 (O → I), the first")


def test_keep_units_is_for_results_files(run, files):
    whole = files[0]
    for args, message in (
        ([], "--keep-units is for results files, and the format is table"),
        (["-f", "json", "--level", "sentence"], "--keep-units keeps spans, and the level is"),
    ):
        ran = run("score", whole, "--keep-units", *args)
        assert ran.code == 2
        assert message in ran.err


def test_intervals_of_other_levels_are_not_made_again(run, files):
    run("score", files[0], "--level", "sentence", "-o", "level.json")
    ran = run("rescore", "level.json", "--confidence", "0.9")
    assert ran.code == 2
    assert "--confidence is for results of spans, and level.json is of level sentence" in ran.err
