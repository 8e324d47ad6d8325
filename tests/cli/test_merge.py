"""``spanf1 merge``: results files of parts, added up."""

from __future__ import annotations

import io
import json
import re
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


def test_tokens(run, files):
    whole, _, scored = files
    for args, how in ([], []), (["--keep-units"], HOW):
        expected = run("score", whole, "--level", "token", *how)
        parts = scored("--level", "token", *args)
        assert tables(run("merge", *parts, *how)) == tables(expected)
        run("merge", *parts, "-o", "all.json")
        assert tables(run("merge", "all.json", *how)) == tables(expected)
        assert tables(run("rescore", "all.json", *how)) == tables(expected)
    ran = run("merge", *scored("--level", "token"), *HOW)
    assert ran.code == 2
    assert "the tokens of each sentence were not kept" in ran.err
    assert "--level token --format json --keep-units keeps them" in ran.err


def tables(ran):
    """Return what a report of a level says, but for what was read, and where it is ill-formed."""
    assert ran.code == 0, ran.err
    return re.sub(r"(?m)^(input|ill-formed) .*\n( .*\n)*", "", ran.out)


@pytest.mark.parametrize("how", [[], HOW])
def test_sentences_and_documents_as_wholes(run, how):
    texts = [f"-DOCSTART- O O\n\n{text}" for text in sentences(40)]
    whole, parts = shards(Path("corpus"), texts, 6)
    for level, units in ("document", []), ("sentence", [*HOW, "--unit", "sentence"]):
        for part in parts:
            run("score", part, "--keep-units", "-o", f"{part}.json", *units)
        expected = run("score", whole, "--level", level, *how)
        ran = run("merge", "corpus/part-*.json", "--level", level, *how)
        assert tables(ran) == tables(expected)


def test_parts_of_other_levels_than_can_be_added(run, files):
    _, parts, scored = files
    for level in ("sentence", "document"):
        wholes = ["--level", level]
        Path(parts[0]).write_text("-DOCSTART- O O\n\n" + Path(parts[0]).read_text())
        assert run("score", parts[0], *wholes, "-o", "0.json").code == 0
        ran = run("merge", "0.json", "0.json")
        assert ran.code == 3
        assert ran.err.startswith(f"error: 0.json: these are figures of level {level}: ")
        assert f"and merge them with --level {level}" in ran.err
    for args, message in (
        ([], "error: what each sentence has was not kept\nhint: score all parts with --keep-units"),
        (["--level", "token"], "error: the parts are of tokens, and level sentence is of spans\n"),
    ):
        ran = run("merge", *scored(*args), "--level", "sentence")
        assert (ran.code, ran.err.startswith(message)) == (2, True)
    ran = run("score", parts[0], "--keep-units", "--level", "sentence", "-f", "json")
    assert "spanf1 merge --level sentence makes these figures" in ran.err


def test_wholes_are_of_exact_matches(run, files):
    """As of `score --level`: what earns credit is neither right nor wrong."""
    _, _, scored = files
    ran = run("merge", *scored("--keep-units", "--match", "partial"), "--level", "sentence")
    assert (ran.code, ran.out) == (2, "")
    assert "match partial is for spans, and the level is sentence" in ran.err


def test_sums_of_some_keep_sentences_if_that_is_said(run):
    keep = "--confidence", "0.95", "--unit", "sentence"
    names = []
    for number, text in enumerate(sentences(4)):
        Path(f"{number}.conll").write_text(f"-DOCSTART- O O\n\n{text}{text}")
        names.append(f"{number}.json")
        args = "--keep-units", "-q", "-o", names[-1]
        assert run("score", f"{number}.conll", *keep, *args).code == 0
    run("merge", *names[:2], "-o", "sum.json")
    ran = run("merge", "sum.json", *names[2:], "--level", "sentence")
    assert ran.code == 2
    assert "and make sums of some with --confidence 0.95 --unit sentence\n" in ran.err
    run("merge", *names[:2], *keep, "-o", "sum.json")
    ran = run("merge", "sum.json", *names[2:], "--level", "sentence")
    assert ran.out == run("merge", *names, "--level", "sentence").out


def test_units_of_documents_are_none_of_sentences(run):
    texts = [f"-DOCSTART- O O\n\n{text}" for text in sentences(12)]
    _, parts = shards(Path("corpus"), texts, 3)
    for part in parts:
        run("score", part, "--keep-units", "-o", f"{part}.json")
    ran = run("merge", "corpus/*.json", "--level", "sentence")
    assert ran.code == 2
    assert "part-0000.conll.json: what each document has was kept, and not each sent" in ran.err
    hint = ran.err.splitlines()[1]
    assert hint == "hint: score all parts with --keep-units --confidence 0.95 --unit sentence"
    for part in parts:
        assert run("score", part, *hint.split()[5:], "-o", f"{part}.json").code == 0
    assert run("merge", "corpus/*.json", "--level", "sentence").code == 0


def test_patterns_go_by_number(run):
    whole, parts = shards(Path("corpus"), sentences(24), 12)
    for number, part in enumerate(parts, 1):
        run("score", part, "-o", f"corpus/p-{number}.json")
    expected = run("score", whole, "--signature").out
    ran = run("merge", "corpus/p-*.json")
    assert (ran.out.split("signature")[1].split(), ran.err) == (expected.split(), "")
    Path("results").mkdir()
    for path in Path("corpus").glob("p-*.json"):
        path.rename(Path("results", path.name))
    ran = run("merge", "results")
    assert (ran.out.split("signature")[1].split(), ran.err) == (expected.split(), "")
    # As the shell has it.
    ran = run("merge", *sorted(map(str, Path("results").glob("p-*.json"))))
    assert ran.out.split("signature")[1].split() != expected.split()
    warning = "warning: results/p-12.json comes before results/p-2.json, and the hash is of that "
    assert ran.err.startswith(warning)
    command = ran.err.partition("spanf1 ")[2].partition(" goes by number")[0]
    ran = run(*(word.strip("'") for word in command.split()))
    assert (ran.out.split("signature")[1].split(), ran.err) == (expected.split(), "")
    # Shards that are scored together are in that order, too.
    for folder in ("both", "gold", "pred"):
        Path(folder).mkdir()
        for number, part in enumerate(parts, 1):
            Path(folder, f"{number}.conll").write_text(Path(part).read_text())
    for args in (["both"], ["both/*"], ["gold", "pred", "--gold-column", "2"]):
        assert run("score", *args, "--signature").out == expected
    assert run("merge", "q*.json").err == "error: no file fits the pattern q*.json\n"


def test_what_looks_wrong_is_told(run, files):
    _, parts, scored = files
    some = scored()
    left_out = run("merge", *some[:2], *some[3:]).err
    assert left_out == "warning: corpus/part-0002.conll.json is not among the parts\n"
    ran = run("merge", *some[:1], *some[3:])
    assert (
        ran.err == "warning: corpus/part-0001.conll.json is not among the parts, nor is 1 other\n"
    )
    # Steps of ten.
    for n in range(3):
        Path(some[n]).rename(f"p-{10 * n}.json")
    assert not run("merge", "p-*.json").err
    # A copy, under another name, and a sum of all.
    Path("copy.json").write_text(
        Path("p-0.json").read_text().replace(parts[0].rsplit("/")[-1], "other")
    )
    assert run("merge", "p-*.json", "copy.json").err == (
        "warning: copy.json has the same gold as p-0.json, and both are added\n"
    )
    run("merge", "p-*.json", "-o", "sum.json")
    assert run("merge", "p-*.json", "sum.json").err.startswith(
        "warning: sum.json has as much as all others together: "
    )
    text = Path("p-10.json").read_text()
    Path("p-10.json").write_text(text.replace('"spanf1": "', '"spanf1": "0.0.'))
    assert "warning: spanf1 0.0." in run("merge", "p-*.json").err


def test_inputs_without_a_name_are_not_one(run, monkeypatch):
    for n, text in enumerate(sentences(2)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        ran = run("score", "-q", "-f", "json")
        assert '"<stdin>"' in ran.out
        Path(f"{n}.json").write_text(ran.out)
    ran = run("merge", "0.json", "1.json")
    assert (ran.code, ran.err) == (0, "")


def test_empty_parts_change_nothing(run, files):
    _, _, scored = files
    Path("empty").write_text("")
    for args in (
        ["--keep-units"],
        ["--reading", "strict", "--match", "partial"],
        ["--level", "token"],
    ):
        parts = scored(*args)
        assert run("score", "empty", "-q", "-o", "empty.json", *args).code == 0
        ran = run("merge", "empty.json", *parts, "empty.json", "-f", "json")
        without = run("merge", *parts, "-f", "json")
        assert ran.out == without.out
        assert ran.err == "warning: there is nothing in empty.json, nor in 1 other\n"
        ran = run("merge", "empty.json")
        assert ran.code == 0
        assert "this is a score of nothing" in ran.err


@pytest.mark.parametrize("level", ["span", "token"])
def test_counts_that_are_not_those_of_the_figures(run, files, level):
    path = Path(files[2]("--level", level)[1])
    data = json.loads(path.read_text())
    rows = data["tally"]["spans" if level == "span" else "cells"]
    rows[-1][-1] += 1
    path.write_text(json.dumps(data))
    ran = run("merge", str(path))
    assert ran.code == 3
    assert ran.err.startswith(f"error: {path}: {'micro.' if level == 'span' else 'tokens'}")
    assert "this is not what the counts in the file give" in ran.err


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("span", "1.json does not begin with a document that is marked, nor does 1 other: what"),
        # Of one document that is marked, it is known of spans alone.
        ("token", "3.json does not begin with a document that is marked: what"),
    ],
)
def test_parts_that_begin_within_a_document_are_told(run, level, told):
    mark, text = "-DOCSTART- O O\n\n", "w B-A B-A\nw I-A O\n\n"
    parts = [2 * (mark + text), text + mark + text, mark + text, text]
    for n, part in enumerate(parts):
        Path(f"{n}").write_text(part.replace("-A", f"-{n}"))
        assert run("score", f"{n}", "--level", level, "--keep-units", "-o", f"{n}.json").code == 0
    ran = run("merge", *(f"{n}.json" for n in range(4)))
    assert ran.err == f"warning: {told} comes before the first one is drawn as one\n"
    # What comes before the first document is in the whole, too.
    assert not run("merge", "1.json", "2.json").err


def test_parts_whose_tags_are_written_in_other_ways_are_told(run):
    """By itself, a part may be read in another way than in the whole."""
    for name, text in ("0", "a PER-B PER-B\nb PER-I O\n"), ("1", "a I-B I-B\n"), ("2", "a O O\n"):
        Path(name).write_text(text)
        assert run("score", name, "-q", "-o", f"{name}.json").code == 0
    names = ["0.json", "1.json", "2.json"]
    ran = run("merge", *names)
    first, second = ran.err.splitlines()
    assert first == second.replace("predicted", "gold")
    assert first.startswith(
        "warning: gold tags are written like PER-B in 0.json, and like B-PER in 1"
    )
    for name in "012":
        assert run("score", name, "--tag-form", "PER-B", "-q", "-o", f"{name}.json").code == 0
    ran = run("merge", *names, "--format", "number", "-q")
    Path("whole").write_text("".join(f"{Path(name).read_text()}\n" for name in "012"))
    whole = run("score", "whole", "--format", "number", "-q")
    assert (ran.out, ran.err) == (whole.out, "")
    assert run("merge", *names).err == ""
