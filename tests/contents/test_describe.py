"""What is in files: counts by hand, known figures of public corpora, the command."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.contents.contents import Contents, Description
from spanf1.contents.describe import describe
from tests.helpers.commands import pipe, write
from tests.helpers.growth import assert_time_is_linear
from tests.helpers.shared_data import shared

SMALL = """-DOCSTART- O

John B-PER
Smith I-PER
of O
Paris B-LOC

-DOCSTART- O

Paris B-ORG
paris B-LOC
Paris B-LOC
the O
Paris B-LOC
"""
TRAIN = "Paris I-LOC\nand O\nJohn I-PER\nSmith I-PER\n\nJohn I-ORG\n"


def test_many_types_take_no_time_squared():
    def figures(count: int) -> None:
        lengths = Counter({(f"T{n}", 1): 1 for n in range(count)})
        assert len(Contents("f", lengths=lengths).types) == count

    assert_time_is_linear(figures, 500)


class TestCounts:
    def test_sizes(self, tmp_path) -> None:
        path = tmp_path / "f"
        path.write_text(SMALL)
        total = describe(path).total
        assert (total.documents, total.sentences, total.tokens) == (2, 2, 9)
        assert (total.scheme, total.ill_formed) == ("IOB2", 0)
        assert total.density == pytest.approx(7 / 9)

    @pytest.mark.parametrize(
        ("name", "figures"),
        [
            ("LOC", (4, 4 / 6, 4, [4, 0, 0, 0, 0], 1, 1, 2, 1, 3)),
            ("ORG", (1, 1 / 6, 1, [1, 0, 0, 0, 0], 1, 1, 1, 1, 1)),
            ("PER", (1, 1 / 6, 2, [0, 1, 0, 0, 0], 2, 2, 1, 0, 0)),
        ],
    )
    def test_types(self, tmp_path, name, figures) -> None:
        path = tmp_path / "f"
        path.write_text(SMALL)
        found = describe(path).total.types[name]
        assert (*found[:3], list(found.lengths.values()), *found[4:]) == figures

    @pytest.mark.parametrize(
        ("ignore_case", "forms", "ambiguous"),
        [
            (False, 3, {"Paris": {"LOC": 3, "ORG": 1}}),
            (True, 2, {"paris": {"LOC": 4, "ORG": 1}}),
        ],
    )
    def test_all_types_together(self, tmp_path, ignore_case, forms, ambiguous) -> None:
        path = tmp_path / "f"
        path.write_text(SMALL)
        total = describe(path, ignore_case=ignore_case).total
        assert (total.all.entities, total.all.tokens, total.all.max_length) == (6, 7, 2)
        assert (total.all.forms, total.all.ambiguous_forms) == (forms, 1)
        assert total.ambiguous == ambiguous

    @pytest.mark.parametrize(("length", "bucket"), [(1, "1"), (4, "4"), (5, "5+"), (30, "5+")])
    def test_lengths(self, tmp_path, length, bucket) -> None:
        path = tmp_path / "f"
        path.write_text("x B-A\n" + "y I-A\n" * (length - 1))
        found = describe(path).total.all
        assert {name for name, count in found.lengths.items() if count} == {bucket}
        assert found.max_length == found.mean_length == length

    def test_ambiguous_forms_are_in_order(self, tmp_path) -> None:
        path = tmp_path / "f"
        tags = [("b", "X"), ("b", "Y"), ("a", "X"), ("a", "Y"), *[("c", "Y")] * 2, ("c", "X")]
        path.write_text("".join(f"{form} B-{name}\n" for form, name in tags))
        found = describe(path).total.ambiguous
        assert list(found) == ["c", "a", "b"]
        assert list(found["c"]) == ["Y", "X"]

    def test_ill_formed_spans_are_kept(self, tmp_path) -> None:
        path = tmp_path / "f"
        path.write_text("a B-X\nb O\nc I-X\nd B-X\n\ne B-X\n")
        total = describe(path, scheme="BIO").total
        assert (total.all.entities, total.ill_formed) == (4, 1)
        assert "1 of 4 spans are ill-formed (O → I 1; first in line 3)" in total.notes[1]

    def test_several_files_are_added(self, tmp_path) -> None:
        paths = [tmp_path / "a", tmp_path / "b", tmp_path / "both"]
        for path, content in zip(paths, (SMALL, TRAIN, f"{SMALL}\n{TRAIN}"), strict=True):
            path.write_text(content)
        total, both = describe(paths[:2]).total, describe(paths[2]).total
        assert (total.types, total.all) == (both.types, both.all)
        assert total.ambiguous == both.ambiguous
        assert (total.documents, total.sentences, total.tokens) == (2, 4, 14)


class TestUnseen:
    @pytest.mark.parametrize(
        ("ignore_case", "name", "expected"),
        [
            (False, "LOC", (4, 1, 0, 2, 1, 0)),
            (False, "ORG", (1, 0, 1, 1, 0, 1)),
            (False, "PER", (1, 0, 0, 1, 0, 0)),
            (False, "", (6, 1, 1, 3, 1, 1)),
            (True, "LOC", (4, 0, 0, 1, 0, 0)),
            (True, "", (6, 0, 1, 2, 0, 1)),
        ],
    )
    def test_by_type(self, tmp_path, ignore_case, name, expected) -> None:
        (tmp_path / "test").write_text(SMALL)
        (tmp_path / "train").write_text(TRAIN)
        found = describe(tmp_path / "test", train=tmp_path / "train", ignore_case=ignore_case)
        assert found.unseen(found.total)[name] == expected

    def test_several_training_files_are_one(self, tmp_path) -> None:
        for name, form in (("one", "Paris"), ("two", "paris"), ("test", "Paris")):
            (tmp_path / name).write_text(f"{form} B-LOC\nparis B-LOC\n")
        found = describe(tmp_path / "test", train=[tmp_path / "one", tmp_path / "two"])
        assert found.unseen(found.total)[""].unseen == 0
        assert found.train
        assert found.train.all.entities == 4

    def test_a_file_has_nothing_unseen_in_itself(self) -> None:
        path = shared("wnut17/gold.conll")
        found = describe(path, train=path)
        assert {(row.unseen, row.other_type) for row in found.unseen(found.total).values()} == {
            (0, 0)
        }

    FORMS = st.dictionaries(
        st.tuples(st.sampled_from("abcd"), st.sampled_from("XYZ")), st.integers(1, 3)
    )

    @pytest.mark.slow
    @settings(max_examples=100, deadline=None)
    @given(FORMS, FORMS)
    def test_against_sets(self, forms, train) -> None:
        lengths = Counter({(kind, 1): 0 for _, kind in forms})
        for (_, kind), count in forms.items():
            lengths[kind, 1] += count
        one = Contents("f", lengths=lengths, forms=Counter(forms))
        found = Description([one], Contents("t", forms=Counter(train))).unseen(one)
        seen = {form for form, _ in train}
        unseen = [key for key in forms if key[0] not in seen]
        other = [key for key in forms if key[0] in seen and key not in train]
        assert found[""] == (
            sum(forms.values()),
            sum(forms[key] for key in unseen),
            sum(forms[key] for key in other),
            len({form for form, _ in forms}),
            len({form for form, _ in unseen}),
            len({form for form, _ in other}),
        )
        for kind in {kind for _, kind in forms}:
            assert found[kind].unseen_forms == sum(key[1] == kind for key in unseen)
            assert found[kind].other_type_forms == sum(key[1] == kind for key in other)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "settings", "sizes", "types"),
    [
        ("wnut17/gold.conll", {}, (0, 23394, 1079), {}),
        ("wikigold/wikigold.conll", {}, (145, 39007, 3558), {}),
        (
            "uner_en_ewt/en_ewt-ud-test.iob2",
            {"tag_column": 3, "token_column": 2},
            (316, 25097, 1088),
            {},
        ),
        (
            "conll2003/testb_labels.flair_9303.conll",
            {"tag_column": 2},
            (0, 46435, 5648),
            {"LOC": 1668, "MISC": 702, "ORG": 1661, "PER": 1617},
        ),
    ],
)
def test_known_figures(path, settings, sizes, types) -> None:
    total = describe(shared(path), **settings).total
    assert (total.documents, total.tokens, total.all.entities) == sizes
    assert total.ill_formed == 0
    found = {name: one.entities for name, one in total.types.items()}
    assert found == types or not types


class TestCommand:
    def test_table(self, run) -> None:
        write("f", SMALL)
        write("train", TRAIN)
        ran = run("describe", "f", "--train", "train")
        assert (ran.code, ran.err) == (0, "")
        lines = ran.out.splitlines()
        rows = [" ".join(line.split()) for line in lines]
        assert "f 2 2 9 6 77.78 3 1 66.67" in rows
        assert "LOC 4 66.67 4 0 0 0 0 1.00 1 2" in rows
        assert "all 6 100.00 5 1 0 0 0 1.17 2 3" in rows
        assert "1 of 3 forms has several types: 4 mentions, 66.67 percent." in lines
        assert "Paris 4 LOC 3, ORG 1" in rows
        assert "LOC 4 1 25.00 0 0.00 2 1" in rows
        assert any("tokens in column 1, tags in column 2 of 2" in line for line in lines)
        assert max(map(len, lines)) <= 80

    def test_several_files(self, run) -> None:
        write("a", SMALL)
        write("b", TRAIN)
        lines = run("describe", "a", "b").out.splitlines()
        assert {"Entities in a", "Entities in b", "Entities in all files"} <= set(lines)
        assert sum(line.startswith("all files ") for line in lines) == 1

    def test_quiet_is_the_first_table(self, run) -> None:
        write("f", SMALL)
        for form in ("table", "markdown"):
            out = run("describe", "f", "-q", "--format", form).out
            assert "Docs" in out
            assert "LOC" not in out
        write("train", TRAIN)
        out = run("describe", "f", "--train", "train", "-q").out
        assert "Unseen forms" in out
        assert "Entities\nShare" not in out

    def test_json(self, run) -> None:
        write("f", SMALL)
        write("train", TRAIN)
        data = json.loads(run("describe", "f", "--train", "train", "--format", "json").out)
        (one,) = data["files"]
        assert one == data["total"]
        assert one["types"]["PER"]["lengths"] == {"1": 0, "2": 1, "3": 0, "4": 0, "5+": 0}
        assert one["ambiguous"] == [{"form": "Paris", "mentions": 4, "types": {"LOC": 3, "ORG": 1}}]
        assert one["unseen"]["types"]["LOC"]["share"] == 0.25
        assert one["unseen"]["all"]["other_type"] == 1
        assert data["train"]["scheme"] == "IOB1"

    def test_csv(self, run) -> None:
        write("a", SMALL)
        write("b", TRAIN)
        out = run("describe", "a", "b", "--train", "b", "--format", "csv").out
        rows = list(csv.DictReader(io.StringIO(out)))
        assert [(row["file"], row["type"]) for row in rows] == [
            *[("a", name) for name in ("LOC", "ORG", "PER", "")],
            *[("b", name) for name in ("LOC", "ORG", "PER", "")],
            *[("all files", name) for name in ("LOC", "ORG", "PER", "")],
        ]
        assert not any(None in row or None in row.values() for row in rows)
        last = rows[-1]
        assert (last["entities"], last["length_2"], last["max_length"]) == ("9", "2", "2")
        assert (last["forms"], last["unseen"], last["other_type"]) == ("4", "1", "1")

    @pytest.mark.parametrize("form", ["markdown", "latex"])
    def test_to_paste(self, run, form) -> None:
        write("f", "a_b & B-X\nc O\n".replace(" & ", " "))
        write("train", "c B-X\n")
        out = run("describe", "f", "--train", "train", "--format", form, "--digits", "1").out
        if form == "latex":
            assert out.count(r"\begin{tabular}") == out.count(r"\end{tabular}") == 3
            assert r"X & 1 & 1 & 100.0 & 0 & 0.0 & 1 & 1 \\" in out
        else:
            assert "| X | 1 | 1 | 100.0 | 0 | 0.0 | 1 | 1 |" in out
            tables = [line for line in out.splitlines() if line.startswith("|")]
            assert len(tables) == 3 + 4 + 4

    def test_forms_shown(self, run) -> None:
        write("f", "".join(f"{form} B-{kind}\n" for form in "abc" for kind in "XY"))
        assert "The 2 most\nfrequent:" in run("describe", "f", "--forms", "2").out
        assert "Ambiguous forms" not in run("describe", "f", "--forms", "0").out

    @pytest.mark.slow
    def test_pipes_and_compressed_files(self) -> None:
        ran = pipe(gzip.compress(SMALL.encode()), "describe", "--format", "json")
        data = json.loads(ran.out)
        assert (data["files"][0]["file"], data["total"]["tokens"]) == ("<stdin>", 9)

    def test_a_file_of_documents_alone(self, run) -> None:
        write("f", "-DOCSTART- O\n\n-DOCSTART- O\n")
        ran = run("describe", "f", "--format", "json")
        total = json.loads(ran.out)["total"]
        assert (total["documents"], total["sentences"], total["tokens"]) == (2, 0, 0)
        assert ran.err == "warning: there are no tokens in f\n"

    @pytest.mark.slow
    def test_bytes_that_are_no_text(self, tmp_path, monkeypatch) -> None:
        monkeypatch.chdir(tmp_path)
        tags = ["X", "Y"]
        lines = [
            b"%b B-%b\n" % (form, tag.encode()) for form in (b"\xff", b"\\xff") for tag in tags
        ]
        Path("f").write_bytes(b"".join(lines))
        # `pipe` decodes what is written, strictly
        for form in ("table", "markdown", "latex", "csv"):
            out = pipe(b"", "describe", "f", "--format", form).out
            assert "xff" in out or form == "csv"
        total = json.loads(pipe(b"", "describe", "f", "--format", "json").out)["total"]
        assert total["all"]["forms"] == 2
        assert [one["form"] for one in total["ambiguous"]] == ["\\xff", "\\xff"]
        found = describe("f").total
        assert set(found.types_of) == {"\udcff", "\\xff"}

    def test_names_do_not_move_the_cursor(self, run) -> None:
        write("f\x1b[31m\n", "a B-X\x1bY\na B-Z\n")
        write("g\x1b[31m", "")
        for form in ("table", "markdown", "latex", "csv"):
            ran = run("describe", "f\x1b[31m\n", "g\x1b[31m", "--format", form)
            assert "\x1b" not in ran.out + ran.err
            assert "x1bY" in ran.out

    def test_output(self, run, tmp_path) -> None:
        write("f", SMALL)
        assert run("describe", "f", "-o", "out", "--format", "json").out == ""
        assert json.loads((tmp_path / "out").read_text())["total"]["tokens"] == 9

    @pytest.mark.parametrize("content", ["", "\n\n", "# only\n"])
    def test_no_tokens(self, run, content) -> None:
        write("f", content)
        ran = run("describe", "f", "--train", "f")
        assert ran.code == 0
        assert "f: " not in ran.out
        assert "there are no tokens" in ran.out
        assert ran.err == (
            "warning: there are no tokens in f\n"
            "warning: there are no entities in the training data (f)\n"
        )

    @pytest.mark.parametrize(
        ("args", "code", "message"),
        [
            (["none"], 3, "error: none: no such file"),
            (["binary"], 3, "error: binary: this is a binary file, not text"),
            (["tags"], 3, "error: tags:1: there is no column of tokens"),
            (["f", "--tag-column", "3"], 3, "error: f:3: there is no column 3"),
            (["f", "--tag-column", "1"], 3, "error: f:3: tag 'John' fits no scheme"),
            (["f", "--token-column", "2"], 2, "error: f: tokens and tags are both in column 2"),
            (["f", "--token-column", "0"], 2, "error: columns are counted from 1"),
            (["f", "--scheme", "X"], 2, "error: unknown scheme 'X'"),
            (["f", "--format", "json", "--digits", "1"], 2, "error: --digits does not go with"),
            (["f", "--format", "csv", "--forms", "1"], 2, "error: --forms does not go with"),
            (["f", "-o", "f"], 2, "error: f: the output cannot be written: it is the input"),
            (["-", "--train", "-"], 2, "error: standard input can be read only once"),
            (["f", "--train", "none"], 3, "error: none: no such file"),
        ],
    )
    def test_errors(self, run, args, code, message) -> None:
        write("f", SMALL)
        write("tags", "B-X\nO\n")
        write("binary", b"a\0b O\n")
        ran = run("describe", *args)
        assert ran.code == code
        assert ran.err.startswith(message)
        assert "Traceback" not in ran.err
        assert ran.out == ""


def test_error_is_public(tmp_path) -> None:
    with pytest.raises(spanf1.ReadError):
        describe(tmp_path / "none")
