"""`spanf1 schemes`: scores by several readings, where they part and why, gold in every scheme."""

from __future__ import annotations

import gzip
import json
import os
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import spanf1
from spanf1.core.options import DEFAULTS
from spanf1.core.schemes import SCHEMES
from spanf1.core.spans import decode
from spanf1.core.tag_counter import tally
from spanf1.core.tags import TagSet
from spanf1.formats.lists import ListReader
from spanf1.render.renderers import width_of
from spanf1.results.result import Result
from spanf1.scorers.comparison import Encoding
from spanf1.scorers.disputes import Disputes, stretches
from spanf1.scorers.explain import explain
from spanf1.scorers.scorers import Facts, scorers_of
from tests.helpers.commands import pipe, write
from tests.helpers.explained import explained, inputs
from tests.helpers.oracles import MAKERS, altered, encode, random_spans, well_formed
from tests.helpers.shared_data import ROOT

SAMPLE = ROOT / "corpora" / "sample" / "english.spacy.conll"

# One difference each: gold and predicted tags, their scheme; the kind of step it comes from; the
# reading that differs from the script, what the script makes of the step and what that reading
# does; and what that is in F1.
ENDS = "one span ends, another begins"
NONE_FOLLOWS = "a span ends, none follows"
BEGINS, CLOSES, NOTHING = "a span begins", "a span ends", "no span"
GOES_ON = "one span goes on"
STRICT = "seqeval strict (IOBES)"
CASES = [
    (
        "B-A O",
        "B-A I-B",
        "IOB2",
        "B-A → I-B",
        "spanf1 strict (IOB2)",
        ENDS,
        NONE_FOLLOWS,
        1 / 3,
    ),
    (
        "B-A I-A",
        "I-A I-A",
        "IOB2",
        "O → I-A",
        "seqscore discard (BIO)",
        BEGINS,
        NOTHING,
        -1.0,
    ),
    (
        "B-A I-A E-A O",
        "B-A I-A I-A O",
        "IOBES",
        "I-A → O",
        STRICT,
        CLOSES,
        NOTHING,
        -1.0,
    ),
    (
        "B-A I-A E-A",
        "B-A I-A I-A",
        "IOBES",
        "I-A → O",
        STRICT,
        CLOSES,
        NOTHING,
        -1.0,
    ),
    ("S-A S-A O", "S-A O O", "IOBES", "S-A → S-A", "seqeval default", GOES_ON, ENDS, 2 / 3),
    ("S-A S-A O", "S-A O O", "IOBES", "S-A → S-A", "HIPE", GOES_ON, ENDS, 2 / 3),
    ("U-A U-A O", "U-A O O", "BILOU", "U-A → U-A", "spanf1 lenient", GOES_ON, ENDS, 2 / 3),
    (
        "I-A E-A O",
        "I-A I-A O",
        "IOE2",
        "I-A → O",
        "spanf1 strict (IOE2)",
        CLOSES,
        NOTHING,
        -1.0,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]}, {case[4]}")
def test_one_step_and_what_is_made_of_it(case, tmp_path: Path) -> None:
    gold, predicted, scheme, kind, name, first, other, part = case
    found = explained(
        tmp_path / "f", [gold.split()], [predicted.split()], gold_scheme=scheme, pred_scheme=scheme
    )
    names = [row.scorer.name for row in found.rows]
    one = next(one for one in found.kinds if one.name == kind)
    row = names.index(name)
    assert [*one.outcomes[0]] == [first]
    assert [*one.outcomes[row]] == [other]
    assert one.parts[row] == pytest.approx(part)
    assert found.rows[row].difference == pytest.approx(part)


def test_equal_scores_of_different_counts_are_two_groups(tmp_path: Path) -> None:
    found = explained(tmp_path / "f", [["S-A", "S-A"]], [["S-A", "S-A"]])
    scores = {row.scorer.name: (row.group, row.score and row.score.gold) for row in found.rows}
    assert scores["conlleval script"] == (0, 1)
    assert scores["seqeval default"] == scores["spanf1 lenient"] == (1, 2)
    assert [kind.parts for kind in found.kinds] == [[0.0] * len(found.rows)]


def random_sides(seed: int, scheme: str, other: str):
    rng = np.random.default_rng(seed)
    gold = well_formed(rng, scheme, 20, "AB")
    if seed % 2:
        gold = MAKERS["noisy"](rng, scheme, 20)
    spans = [random_spans(rng, len(tags)) for tags in gold]
    predicted = [encode(one, len(tags), other) for one, tags in zip(spans, gold, strict=True)]
    return gold, altered(rng, predicted, other, noise=0.15)


PAIRS = [(scheme, scheme) for scheme in SCHEMES] + [("IOB1", "IOB2"), ("IOBES", "IOB2")]


@pytest.mark.parametrize(("scheme", "other"), PAIRS)
def test_parts_add_up(scheme: str, other: str, tmp_path: Path) -> None:
    for seed in range(6):
        found = explained(tmp_path / "f", *random_sides(seed, scheme, other))
        for number, row in enumerate(found.rows):
            parts = [kind.parts[number] for kind in found.kinds]
            parts += found.other_schemes[number], found.elsewhere[number]
            total = sum(parts)
            assert total == pytest.approx(row.difference, abs=1e-12)


@pytest.mark.parametrize(("scheme", "other"), PAIRS)
def test_ill_formed_kinds_are_the_violations(scheme: str, other: str, tmp_path: Path) -> None:
    for seed in range(4):
        gold, predicted = random_sides(seed, scheme, other)
        found = explained(tmp_path / "f", gold, predicted, gold_scheme=scheme, pred_scheme=other)
        for side, tags, name in ((0, gold, scheme), (1, predicted, other)):
            counts = Counter(one.kind for one in spanf1.validate(tags, scheme=name))
            kinds = {
                kind.name: (kind.gold, kind.predicted)[side]
                for kind in found.kinds
                if name in kind.ill_formed_in
            }
            assert counts == Counter({kind: count for kind, count in kinds.items() if count})


@pytest.mark.parametrize("scheme", SCHEMES)
def test_size_of_stretches_does_not_matter(scheme: str) -> None:
    gold, predicted = random_sides(1, scheme, scheme)
    result = Result(tally(ListReader(gold, predicted), script=True))

    def read(size: int, sentences: int):
        types: dict[str, int] = {}
        sets = TagSet(types), TagSet(types)
        readings = [one for one in scorers_of(Facts(result, frozenset())) if not one.refuses]
        disputes = Disputes(readings, (scheme, scheme), types)
        encodings = [Encoding(name) for name in SCHEMES]
        parts = (slice(first, first + sentences) for first in range(0, len(gold), sentences))
        blocks = (
            block
            for part in parts
            for block in ListReader(gold[part], predicted[part]).blocks(*sets)
        )
        for stretch in stretches(blocks, size):
            disputes.add(stretch)
            spans = decode(stretch.sides[0].codes, stretch.starts)
            for encoding in encodings:
                encoding.add(spans, stretch.size, stretch.starts)
        kinds = {
            step: (one.count, one.ill_formed, one.outcomes.tolist())
            for step, one in disputes.kinds.items()
        }
        # The sums of shares may be rounded otherwise.
        parts = {step: part.round(9).tolist() for step, part in disputes.parts.items()}
        codes = [dict(one.codes) for one in encodings]
        return disputes.totals.tolist(), kinds, parts, codes

    assert read(1, 1) == read(7, 3) == read(1 << 20, 100)


@pytest.mark.slow
def test_untyped_tags_are_counted_as_the_script_counts_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    for prefixes in ("BI", "BIES", "BILU"):
        tags = ["O", *prefixes, *(f"{one}-A" for one in prefixes)]
        for _ in range(20):
            gold, predicted = (
                [[tags[k] for k in rng.integers(len(tags), size=6)] for _ in range(6)]
                for _ in range(2)
            )
            found = explained(tmp_path / "f", gold, predicted)
            script = spanf1.evaluate(gold, predicted, reading="conlleval").counts.total
            rows = {row.scorer.name: row for row in found.rows}
            assert tuple(rows["conlleval script"].score[4:]) == tuple(script)
            assert "without a type" in rows["seqscore conlleval"].scorer.refuses
            assert "without a type" in rows["nervaluate strict"].scorer.refuses
            assert "without a type" in rows["HIPE"].scorer.refuses
            for number, row in enumerate(found.rows):
                parts = sum(kind.parts[number] for kind in found.kinds)
                total = parts + found.other_schemes[number] + found.elsewhere[number]
                assert total == pytest.approx(row.difference, abs=1e-12)


def test_several_kinds_in_one_place_have_equal_shares(tmp_path: Path) -> None:
    found = explained(
        tmp_path / "f", [["B-A", "B-B", "O"]], [["I-A", "I-B", "O"]], pred_scheme="IOB2"
    )
    names = [row.scorer.name for row in found.rows]
    row = names.index("seqscore discard (BIO)")
    assert found.rows[row].difference == -1
    parts = {kind.name: kind.parts[row] for kind in found.kinds}
    assert parts == {"O → I-A": pytest.approx(-0.5), "I-A → I-B": pytest.approx(-0.5)}


@pytest.mark.parametrize(
    ("text", "counts", "noted"),
    [
        # The flag is up beyond O.
        ("a I I\nb S S\nc O O\n", (1, 1, 1), True),
        # To the script, -X- is a boundary.
        ("a B-A B-A\n-X- I-A I-A\nb I-A I-A\n", (2, 2, 2), True),
        ("a B-A B-A\nb I-A I-A\n", (1, 1, 1), False),
    ],
)
def test_the_script_has_a_row_of_what_it_counts(tmp_path: Path, text, counts, noted) -> None:
    path = tmp_path / "f"
    path.write_text(text)
    found = explain(inputs(path), options=DEFAULTS)
    assert tuple(found.rows[0].score[4:]) == counts
    script = spanf1.score_file(path, reading="conlleval").counts.total
    assert tuple(script) == counts
    for number, row in enumerate(found.rows):
        total = sum(kind.parts[number] for kind in found.kinds)
        total += found.other_schemes[number] + found.elsewhere[number]
        assert total == pytest.approx(row.difference, abs=1e-12)
    assert any("not at a disputed step" in note for note in found.notes) == noted


def test_lines_that_only_the_script_takes_for_tokens(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("-DOCSTART- -X- -X-\n\na B-A B-A\n")
    found = explain(inputs(path), options=DEFAULTS)
    assert tuple(found.rows[0].score[4:]) == (1, 1, 1)
    assert f"does not take: {path}:1: tag '-X-' fits no scheme" in found.notes[0]


class TestEncodings:
    def test_by_hand(self, tmp_path: Path) -> None:
        gold = [["B-A", "B-A", "I-A", "B-B", "O"], ["B-A", "I-A", "I-A"]]
        found = explained(tmp_path / "f", gold, gold)
        by_name = {one.scheme: one for one in found.encodings}
        assert by_name["IO"].merged == 1
        # Four spans; the first two are read as one, which is neither.
        assert by_name["IO"].best == pytest.approx(2 * 2 / (4 + 3))
        assert by_name["IO"].prefixes == {"O": 1, "I": 7}
        assert by_name["IO"].tags == 3
        assert by_name["IOB2"].prefixes == {"O": 1, "B": 4, "I": 3}
        assert by_name["IOBES"].prefixes == {"O": 1, "B": 2, "I": 1, "E": 2, "S": 2}
        assert by_name["IOBES"].tags == 6
        assert by_name["IOB1"].prefixes == {"O": 1, "B": 1, "I": 6}
        assert {one.best for one in found.encodings if one.scheme != "IO"} == {1.0}

    def test_writing_and_scoring_says_the_same(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(3)
        gold = well_formed(rng, "IOB2", 60)
        found = explained(tmp_path / "f", gold, gold)
        for one in found.encodings:
            written = [encode(spanf1.decode(tags), len(tags), one.scheme) for tags in gold]
            result = spanf1.evaluate(gold, written, gold_scheme="IOB2", pred_scheme=one.scheme)
            assert one.best == pytest.approx(result.micro.f1)
            assert one.spans - one.merged == result.micro.predicted
            assert one.tags == len({tag for tags in written for tag in tags})


MERGED = "a O O\nb B-A B-A\nc O I-B\n\nd B-A I-A\n"
SCORES = "                                 P"


class TestCommand:
    def test_sample(self, run) -> None:
        ran = run("schemes", str(SAMPLE))
        assert (ran.code, ran.err) == (0, "")
        assert "[1] conlleval script          56.44  45.24  50.22" in ran.out
        assert "    spanf1 strict (IOB2)" in ran.out
        assert max(map(len, ran.out.splitlines())) <= 80
        assert "IO           5        13.92                    9    96.92" in ran.out
        assert "(detected). All readings count the same." in ran.out
        assert "disputed" not in ran.out
        assert "IOB1" not in ran.out.split("Gold in every")[0]

    def test_table(self, run) -> None:
        out = run("schemes", write("f", MERGED), "--scheme", "BIO").out
        assert "f: gold in column 2, predicted in column 3 of 3, separated by space. 4" in out
        assert "tokens, gold IOB2 (given), predicted IOB2 (given)" in " ".join(out.split())
        assert "[1] conlleval script           66.67  100.00  80.00" in out
        none = next(line for line in out.splitlines() if "    seqscore none" in line)
        assert none.split()[2:] == ["-"] * 6
        assert "seqscore none does not take it: ill-formed spans in BIO: predicted 2" in out
        assert "B-A → I-B, O" not in out
        assert "    f:3 (predicted)  a/O b/B-A → c/I-B\n" in out
        assert "    f:5 (predicted)  (begin) → d/I-A\n" in out
        assert "difference from [1]" in out

    def test_two_files_of_different_schemes_and_line_ends(self, run) -> None:
        gold = write("gold", "a\tB-A\r\nb\tE-A\r\n\r\nc\tS-B\r\nd\tO\r\n")
        predicted = write("predicted", "a\tB-A\nb\tI-A\n\n\nc\tI-B\nd\tO\n")
        ran = run("schemes", gold, predicted, "--pred-scheme", "IOB2", "--format", "json")
        data = json.loads(ran.out)
        rows = {row["reading"]: row for row in data["readings"]}
        assert rows["spanf1 lenient"]["f1"] == 1.0
        assert rows["spanf1 strict (IOBES, IOB2)"]["recall"] == 0.5
        assert "refuses" in rows["seqscore conlleval"]
        assert data["schemes"]["gold"]["fitting"] == ["IOBES", "BMES"]
        assert data["schemes"]["predicted"]["given"] is True
        assert data["input"]["delimiters"] == ["tab", "tab"]
        assert data["input"]["aligned"] == "token"
        assert "f1" not in rows["nervaluate strict"]
        kinds = {kind["kind"]: kind for kind in data["kinds"]}
        assert kinds["O → I-B"]["ill_formed_in"] == ["IOB2", "IOBES"]
        assert kinds["O → I-B"]["examples"] == [
            {
                "file": "predicted",
                "line": 5,
                "side": "predicted",
                "tokens": ["c", "d"],
                "tags": ["I-B", "O"],
                "at": 0,
            }
        ]

    def test_examples_are_where_validate_finds_them(self, run) -> None:
        tags = ["O", "B-A", "I-A", "I-B", "E-A", "S-B"]
        rng = np.random.default_rng(8)
        lines = []
        for k in range(300):
            comment = "# sent_id = 5\n" if k % 50 == 7 else ""
            blank = "\n" if rng.random() < 0.1 else ""
            lines.append(f"{comment}t{k} O {tags[rng.integers(len(tags))]}\n{blank}")
        name = write("f", "".join(lines))
        found = json.loads(
            run("schemes", name, "-f", "json", "--examples", "5", "--scheme", "IOBES").out
        )
        checked = json.loads(run("validate", name, "-f", "json", "--scheme", "IOBES").out)[0][
            "violations"
        ]
        places = {(f"{one['before']} → {one['after']}", one["line"]) for one in checked}
        examples = [
            (kind["kind"], one["line"])
            for kind in found["kinds"]
            for one in kind["examples"]
            if kind["ill_formed_in"]
        ]
        assert len(examples) > 20
        assert set(examples) <= places

    def test_one_place_is_one_example(self, run) -> None:
        name = write("f", "a x I-A I-A\nb y O O\n\nc z I-A I-A\n")
        schemes = "--gold-scheme", "IOB2", "--pred-scheme", "IOB1"
        out = run("schemes", name, *schemes).out
        assert "    f:1 (both)  (begin) → a/I-A b/O\n    f:4 (both)  (begin) → c/I-A\n" in out
        out = run("schemes", name, *schemes, "--token-column", "2").out
        assert "    f:1 (both)  (begin) → x/I-A y/O\n" in out

    def test_no_column_of_tokens(self, run) -> None:
        gold = write("gold", "a B-A\nb O\n")
        predicted = write("predicted", "I-A\nO\n")
        args = "schemes", gold, predicted, "--align-by-position", "--scheme", "IOB2"
        assert "    predicted:1 (predicted)  (begin) → I-A O\n" in run(*args).out
        example = json.loads(run(*args, "-f", "json").out)["kinds"][0]["examples"][0]
        assert (example["tokens"], example["tags"]) == ([], ["I-A", "O"])

    def test_long_names_leave_room(self, run, monkeypatch) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        kinds = ["a-type-with-a-very-long-name-that-goes-on", "組織名前の長いタイプ組織名前", "B"]
        tags = ["O", *(f"{letter}-{kind}" for letter in "IES" for kind in kinds)]
        rng = np.random.default_rng(4)
        lines = [
            f"a-token-that-is-long-too {' '.join(tags[k] for k in rng.integers(10, size=2))}\n"
            for _ in range(200)
        ]
        name = write("f", "".join(lines))
        for more in ([], ["--digits", "9"]):
            out = run("schemes", name, "--scheme", "IOBES", *more).out
            assert max(map(width_of, out.splitlines())) <= 80
            table = out.split("Why they differ")[1].split("\n\n")[1]
            assert all(" → " in line for line in table.splitlines()[1:10])

    def test_number_of_examples_and_kinds(self, run) -> None:
        name = write("f", "".join(f"a O I-{kind}\n\n" * 4 for kind in "ABCDEFGHIJKL"))
        out = run("schemes", name, "--scheme", "IOB2").out
        assert out.count("f:") == 1 + 2 * 10
        assert "2 other kinds" in out
        out = run("schemes", name, "--scheme", "IOB2", "--kinds", "3", "--examples", "1").out
        assert out.count("f:") == 1 + 3
        assert "9 other kinds" in out
        assert run("schemes", name, "--examples", "0", "--kinds", "0").out.count("f:") == 1
        data = json.loads(run("schemes", name, "--scheme", "IOB2", "-f", "json").out)
        assert sum(not kind["only_in_other_schemes"] for kind in data["kinds"]) == 12

    @pytest.mark.parametrize(
        ("text", "first"),
        [
            ("", "0.00  0.00  0.00"),
            ("\n\n", "0.00  0.00  0.00"),
            ("a O O\nb O O\n", "0.00  0.00  0.00"),
            ("a B-A B-A\n", "100.00  100.00  100.00"),
            ("a B-A O\nb O O\n", "0.00  0.00  0.00"),
            ("a O B-A\n", "0.00  0.00  0.00"),
            ("a I-A I-A", "100.00  100.00  100.00"),
        ],
    )
    @pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "latex", "html"])
    def test_small_input(self, run, text, first, form) -> None:
        ran = run("schemes", write("f", text), "--format", form)
        assert ran.code == 0
        assert ("no tokens" in ran.err) is not text.strip()
        if form == "table":
            figures = next(line for line in ran.out.splitlines() if "conlleval script" in line)
            assert "  ".join(figures.split()[3:6]) == first
        if form == "json":
            data = json.loads(ran.out)
            assert data["readings"][0]["reading"] == "conlleval script"
            assert all(one["best_f1"] == 1 for one in data["encodings"])

    def test_csv(self, run) -> None:
        lines = run(
            "schemes", write("f", MERGED), "--scheme", "IOB2", "-f", "csv", "--digits", "3"
        ).out.splitlines()
        header = "reading,group,precision,recall,f1,difference,gold,predicted,correct,refuses"
        assert lines[0] == header
        assert lines[1] == "conlleval script,1,0.667,1.000,0.800,0.000,2,3,2,"
        none = next(line for line in lines if line.startswith("seqscore none"))
        assert none == "seqscore none,,,,,,,,,ill-formed spans in BIO: predicted 2"

    def test_markdown_and_latex(self, run) -> None:
        out = run("schemes", write("f", MERGED), "-f", "markdown").out
        assert r"| \[1\] seqeval default | 66.67 | 100.00 | 80.00 |  | 2 | 3 | 2 |" in out
        assert out.count("### ") == 4
        out = run("schemes", "f", "-f", "latex", "--digits", "1").out
        assert r"{[}1] seqeval default & 66.7 & 100.0 & 80.0 &  & 2 & 3 & 2 \\" in out
        assert out.count(r"\begin{tabular}") == out.count(r"\end{tabular}") == 4
        assert "→" not in "".join(line for line in out.splitlines() if not line.startswith("%"))

    def test_quiet_colour_and_output(self, run) -> None:
        name = write("f", MERGED)
        out = run("schemes", name, "--quiet", "--scheme", "IOB2").out
        assert "seqscore none                  -       -" in out
        assert out.splitlines()[0].split() == ["P", "R", "F1", "Diff.", "Gold", "Pred.", "Corr."]
        assert "differ" not in out
        assert "\033[1mWhy they differ" in run("schemes", name, "--color", "always").out
        assert "\033" not in run("schemes", name).out
        out = run("schemes", name, "-q", "-f", "markdown").out
        assert out.startswith("|  | P | R | F1 |")
        assert out.count("| :--- |") == 1
        assert "| seqscore none | - | - | - |" in out
        assert run("schemes", name, "-q", "-f", "latex").out.count("tabular") == 2
        assert run("schemes", name, "-o", "report").out == ""
        assert Path("report").read_text() == run("schemes", name).out

    @pytest.mark.slow
    def test_standard_input_pipes_and_compressed_files_have_examples(self, run) -> None:
        ran = pipe(MERGED.encode(), "schemes", "--scheme", "IOB2")
        assert "    <stdin>:3 (predicted)  a/O b/B-A → c/I-B\n" in ran.out
        Path("f.gz").write_bytes(gzip.compress(MERGED.encode()))
        assert (
            "    f.gz:3 (predicted)  a/O b/B-A → c/I-B\n"
            in run("schemes", "f.gz", "--scheme", "IOB2").out
        )
        os.mkfifo("fifo")
        writer = threading.Thread(target=lambda: Path("fifo").write_text(MERGED))
        writer.start()
        assert "    fifo:3 (predicted)" in run("schemes", "fifo", "--scheme", "IOB2").out
        writer.join()

    def test_a_pipe_is_read_once(self, run) -> None:
        os.mkfifo("fifo")
        ran = run("schemes", "fifo", "fifo")
        assert ran.code == 2
        assert "error: fifo: a pipe can be read only once, and it is given twice" in ran.err

    def test_other_columns_and_forms(self, run) -> None:
        name = write("f", "O\tx\tPER_I\nPER_B\ty\tPER_I\n")
        ran = run("schemes", name, "--gold-column", "1", "--pred-column", "3", "--scheme", "IOB2")
        assert "    f:1 (predicted)  (begin) → x/PER_I y/PER_I\n" in ran.out
        assert "tags are written as PER_B" in ran.out

    @pytest.mark.parametrize(
        ("files", "args", "code", "message"),
        [
            ({"f": MERGED}, ["f", "--scheme", "XYZ"], 2, "unknown scheme 'XYZ'"),
            ({"f": MERGED}, ["f", "--digits", "1", "-f", "json"], 2, "--digits does not go"),
            ({"f": MERGED}, ["f", "--kinds", "1", "-f", "json"], 2, "--kinds does not go"),
            ({"f": MERGED}, ["f", "--examples", "1", "-f", "csv"], 2, "--examples does not go"),
            ({"f": MERGED}, ["f", "f", "f", "--kinds", "1"], 2, "--kinds does not go with several"),
            ({"f": MERGED}, ["f", "--tag-column", "1"], 2, "--tag-column is for two files"),
            ({"f": MERGED}, ["f", "--token-column", "0"], 2, "columns are counted from 1"),
            ({"f": MERGED}, ["f", "--token-column", "4"], 3, "f:1: there is no column 4"),
            ({"f": MERGED}, ["f", "--align-by-position"], 2, "--align-by-position is for two"),
            ({"f": MERGED}, ["f", "-o", "f"], 2, "f: the output cannot be written: it is the"),
            ({"f": MERGED}, ["-", "-"], 2, "standard input can be read only once"),
            ({}, ["f"], 3, "f: no such file"),
            ({}, ["f", "g", "h"], 3, "f: no such file"),
            ({"f": "a O X\n"}, ["f"], 3, "f:1: tag 'X' fits no scheme"),
            ({"f": "a O\n", "g": "b O\n"}, ["f", "g"], 3, "g:1: token 'b' where f:1 has 'a'"),
        ],
    )
    def test_errors(self, run, files, args, code, message) -> None:
        for name, text in files.items():
            write(name, text)
        ran = run("schemes", *args)
        assert ran.code == code
        assert ran.out == ""
        assert f"error: {message}" in ran.err

    def test_help(self, run) -> None:
        assert "spanf1 schemes gold.conll bio.conll bioes.conll" in run("schemes", "--help").out


class TestSystems:
    def files(self) -> list[str]:
        """Write gold and three systems: all right, one span ill-formed, one of the wrong type."""
        os.mkdir("out")
        return [
            write("gold", "a B-A\nb I-A\nc B-B\n\nd O\ne B-A\n"),
            write("out/bioes", "a B-A\nb E-A\nc S-B\n\nd O\ne S-A\n"),
            write("out/io", "a I-A\nb I-A\nc B-B\n\nd O\ne B-A\n"),
            write("bilou", "a B-A\nb L-A\nc U-A\n\nd O\ne U-A\n"),
        ]

    def test_table(self, run) -> None:
        ran = run("schemes", *self.files())
        assert ran.code == 0
        table = ran.out.split("\n\n")[1].splitlines()
        rows = [line.split() for line in table[1:4]]
        assert rows[0][:5] == ["bioes", "IOBES", "100.00", "100.00", "100.00"]
        assert rows[1] == ["io", "IOB2", "100.00", "100.00", "100.00", "80.00", "1", "3", "3"]
        assert rows[2] == [
            "bilou",
            "BILOU",
            "66.67",
            "66.67",
            "66.67",
            "-33.33",
            "66.67",
            "0",
            "3",
            "2",
        ]
        assert "gold: 3 spans in 5 tokens, IOB2 (detected)" in ran.out
        assert table[4:] == [
            "gold: column 2 of 2, by space; bioes, io, bilou: column 2 of 2, by space;",
            "    aligned by token (column 1)",
            "bioes: IOBES (detected; BMES would do as well)",
        ]

    def test_what_is_not_certain_is_said_of_each_file(self, run) -> None:
        self.files()
        write("ib", "a\tx\tI-A\nb\tx\tI-A\nc\tx\tI-B\n\nd\tx\tO\ne\tx\tI-A\n")
        out = run("schemes", "gold", "bilou", "ib").out
        assert "gold: column 2 of 2, by space; ib: column 3 of 3, by tab; aligned by" in out
        assert "ib: IOB1 (detected; IOE1, IO would do as well)" in out
        data = json.loads(run("schemes", "gold", "bilou", "ib", "-f", "json").out)
        assert data["systems"][1]["schemes"]["predicted"]["fitting"] == ["IOB1", "IOE1", "IO"]
        assert data["systems"][1]["input"]["pred_column"] == 3

    def test_machine_formats(self, run) -> None:
        files = self.files()
        data = json.loads(run("schemes", *files, "-f", "json").out)
        assert [one["file"] for one in data["systems"]] == files[1:]
        assert data["systems"][1]["strict"]["f1"] == pytest.approx(0.8)
        assert data["systems"][2]["difference"] == pytest.approx(-1 / 3)
        lines = run("schemes", *files, "-f", "csv", "--digits", "2").out.splitlines()
        assert lines[2] == "out/io,IOB2,1.00,1.00,1.00,3,3,3,0.00,1,0.80"
        assert "| io | IOB2 | 100.00 |" in run("schemes", *files, "-f", "markdown").out
        assert r"io & IOB2 & 100.00 &" in run("schemes", *files, "-f", "latex").out

    def test_files_of_one_name_are_told_apart(self, run) -> None:
        self.files()
        os.mkdir("other")
        write("other/io", Path("out/io").read_bytes())
        out = run("schemes", "gold", "out/io", "other/io", "-q").out
        assert [line.split()[0] for line in out.splitlines()[1:]] == ["out/io", "other/io"]
