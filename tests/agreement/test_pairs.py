"""F1 of pairs of annotators: on what both did, by type and document, from any input."""

from __future__ import annotations

import json
import math
import random
import statistics
from itertools import combinations

import pytest

import spanf1
from spanf1.core.scores import f_scores
from spanf1.exceptions import AlignmentError, LayoutError, UsageError
from tests.helpers.commands import write

TEXT = "Ada Smith met Ben in Rome"
ADA, BEN, ROME = (0, 9, "PER"), (14, 17, "PER"), (21, 25, "LOC")


def record(key, *spans, **more):
    return {
        "id": key,
        "text": TEXT,
        "spans": [{"start": a, "end": b, "label": kind} for a, b, kind in spans],
        **more,
    }


def lines(records) -> str:
    return "".join(json.dumps(one) + "\n" for one in records)


def random_tags(rng: random.Random, sentences: int) -> list[list[str]]:
    return [
        [rng.choice(["O", "O", "B-A", "I-A", "B-B"]) for _ in range(rng.randint(1, 6))]
        for _ in range(sentences)
    ]


def noisy(rng: random.Random, tags: list[list[str]]) -> list[list[str]]:
    return [
        [tag if rng.random() < 0.7 else rng.choice(["O", "B-A"]) for tag in row] for row in tags
    ]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "match", ["exact", "partial", "overlap:0.5", "within:1", "semeval", "token"]
)
def test_pairs_are_scored_as_two_files_are(seed, match) -> None:
    rng = random.Random(seed)
    gold = random_tags(rng, 30)
    said = {name: noisy(rng, gold) for name in ("anna", "ben", "carl")}
    words = [["w" * rng.randint(1, 9) for _ in row] for row in gold]
    how = spanf1.Confidence(resamples=20)
    agreement = spanf1.agree(said, tokens=words, match=match, confidence=how)
    expected = {}
    for a, b in combinations(said, 2):
        result = spanf1.evaluate(said[a], said[b], match=match)
        pair = agreement.pair(b, a)
        expected[a, b] = result.micro.f1
        assert pair.f1 == pytest.approx(result.micro.f1)
        assert float(f_scores(pair.counts.sum(axis=0))) == pytest.approx(result.micro.f1)
        signatures = [str(one.signature()).split("|") for one in (pair.result, result)]
        assert {*signatures[0]} - {*signatures[1]} == {"zero:nan"}
        for name, one in agreement.types.items():
            index = [*combinations(said, 2)].index((a, b))
            assert one.f1[index] == pytest.approx(result[name].f1)
    assert agreement.f1 == pytest.approx(statistics.fmean(expected.values()))
    assert agreement.deviation == pytest.approx(statistics.pstdev(expected.values()))
    for number, document in enumerate(agreement.documents):
        scores = [
            spanf1.evaluate([said[a][number]], [said[b][number]], match=match).micro
            for a, b in combinations(said, 2)
        ]
        scores = [score.f1 for score in scores if score.gold + score.predicted]
        mean = statistics.fmean(scores) if scores else math.nan
        assert document.f1 == pytest.approx(mean, nan_ok=True)
    assert agreement.interval.low <= agreement.f1 <= agreement.interval.high


def test_intervals_of_two_are_those_of_a_score() -> None:
    rng = random.Random(7)
    gold = random_tags(rng, 200)
    other = noisy(rng, gold)
    how = spanf1.Confidence(resamples=4000)
    agreement = spanf1.agree({"a": gold, "b": other}, confidence=how)
    expected = spanf1.evaluate(gold, other, confidence=how).certainty.averages["micro"].f1
    assert agreement.interval == agreement.figures[0].interval
    assert agreement.interval == pytest.approx(expected, abs=0.005)


def test_pairs_are_compared_on_what_both_did() -> None:
    agreement = spanf1.agree(
        {
            "anna": [record(1, ADA), record(2, ADA, BEN)],
            "ben": [record(2, ADA), record(3, ROME)],
            "carl": [record(3, ROME), record(4)],
        }
    )
    assert [(pair.documents, pair.f1) for pair in agreement.pairs] == [
        (1, pytest.approx(2 / 3)),
        (0, pytest.approx(math.nan, nan_ok=True)),
        (1, 1.0),
    ]
    assert agreement.f1 == pytest.approx(5 / 6)
    assert [(one.document, one.annotators) for one in agreement.documents] == [
        (1, 1),
        (2, 2),
        (3, 2),
        (4, 1),
    ]
    assert "no document of both, so they are in no mean: anna, carl" in str(agreement)


def test_who_marks_nothing_and_is_agreed_with_has_no_f1() -> None:
    agreement = spanf1.agree({"a": [["O"]], "b": [["O"]]})
    assert math.isnan(agreement.f1)
    assert json.loads(agreement.to_json())["f1"]["mean"] is None


def test_surface_forms_are_counted_in_all_documents_together() -> None:
    said = {"a": [record(1, ADA), record(2, ADA)], "b": [record(1, ADA), record(2)]}
    found = spanf1.agree(said, match="surface")
    assert found.f1 == 1
    assert "Documents" not in str(found)
    with pytest.raises(UsageError, match="there are no intervals"):
        str(spanf1.agree(said, match="surface", confidence=0.9))


def test_types_that_are_named_are_compared_alone() -> None:
    said = {"a": [record(1, ADA, ROME)], "b": [record(1, ADA)]}
    assert spanf1.agree(said, types=["PER"]).f1 == 1
    assert spanf1.agree(said, ignore_types=["LOC"]).f1 == 1


def test_a_match_that_looks_at_gold_alone_is_told() -> None:
    said = {"a": [["B-A", "I-A", "O"]], "b": [["B-A", "O", "O"]]}
    assert "the first of a pair stands for gold" in str(spanf1.agree(said, match="gold:0.6"))
    assert "stands for gold" not in str(spanf1.agree(said, match="partial"))


class TestInputs:
    def test_folders_are_joined_by_the_names_of_files(self, run, tmp_path) -> None:
        for name, files in {"anna": "xy", "ben": "yz"}.items():
            (tmp_path / "all" / name).mkdir(parents=True)
            for file in files:
                write(f"all/{name}/{file}.jsonl", lines([record(1, ADA)]))
        for arguments in (["all"], ["all/anna", "all/ben"]):
            data = json.loads(run("agree", *arguments, "-f", "json").out)
            assert data["annotators"] == ["anna", "ben"]
            assert [pair["documents"] for pair in data["pairs"]] == [1]
            assert len(data["documents"]) == 3

    def test_a_folder_may_have_a_folder_of_brat_for_each(self, run, tmp_path) -> None:
        for name, spans in {"anna": "T1\tPER 0 3\tAda\n", "ben": ""}.items():
            (tmp_path / "all" / name).mkdir(parents=True)
            for text in ("x", "y"):
                write(f"all/{name}/{text}.txt", "Ada met Ben")
                write(f"all/{name}/{text}.ann", spans if text == "x" else "")
        data = json.loads(run("agree", "all", "-f", "json").out)
        assert data["annotators"] == ["anna", "ben"]
        assert [one["document"] for one in data["documents"]] == ["x", "y"]
        assert [one["f1"] for one in data["documents"]] == [0, None]

    def test_files_without_a_name_in_common_are_refused(self, run, tmp_path) -> None:
        for name in ("anna", "ben"):
            (tmp_path / name).mkdir()
            for file in "xy":
                write(f"{name}/{name}{file}.jsonl", lines([record(1, ADA)]))
        ran = run("agree", "anna", "ben")
        assert ran.code == 3
        assert "no two annotators have a document in common" in ran.err
        assert "joined by their names" in ran.err

    def test_a_file_may_have_what_several_say_in_prodigy(self, run) -> None:
        said = [
            record(1, ADA, BEN, _annotator_id="anna"),
            record(1, ADA, _annotator_id="ben"),
            record(2, _annotator_id="ben"),
            record(2, ROME, _annotator_id="anna", answer="ignore"),
        ]
        write("all.jsonl", lines(said))
        data = json.loads(run("agree", "all.jsonl", "-f", "json").out)
        assert data["annotators"] == ["anna", "ben"]
        assert data["pairs"][0]["documents"] == 1
        assert data["f1"]["mean"] == pytest.approx(2 / 3)

    def test_without_ids_texts_join_what_several_say_in_one_file(self, run) -> None:
        said = [record(1, ADA, _annotator_id="b"), record(1, ADA, _annotator_id="a")]
        for one in said:
            del one["id"]
        write("all.jsonl", lines(said))
        assert json.loads(run("agree", "all.jsonl", "-f", "json").out)["f1"]["mean"] == 1
        write("all.jsonl", lines([*said, said[0]]))
        ran = run("agree", "all.jsonl")
        assert ran.err.startswith("error: all.jsonl:3: this text a second time: all.jsonl:1 has it")

    def test_a_file_may_have_what_several_say_in_label_studio(self, run) -> None:
        def said(who, *spans, **more):
            results = [
                {
                    "type": "labels",
                    "from_name": "label",
                    "to_name": "text",
                    "value": {"start": a, "end": b, "text": TEXT[a:b], "labels": [kind]},
                }
                for a, b, kind in spans
            ]
            return {"completed_by": who, "result": results, **more}

        anna = {"id": 7, "email": "anna@x.org"}
        tasks = [
            {"id": 1, "data": {"text": TEXT}, "annotations": [said(anna, ADA), said(2, ADA, BEN)]},
            {
                "id": 2,
                "data": {"text": TEXT},
                "annotations": [said(anna, ROME), said(2, was_cancelled=True)],
            },
        ]
        write("export.json", json.dumps(tasks))
        data = json.loads(run("agree", "export.json", "-f", "json").out)
        assert data["annotators"] == ["2", "anna@x.org"]
        assert data["pairs"][0]["documents"] == 1
        assert data["f1"]["mean"] == pytest.approx(2 / 3)
        write("pred.jsonl", lines([record(1, ADA), record(2, ROME)]))
        ran = run("score", "export.json", "pred.jsonl")
        assert "--annotator chooses one by completed_by" in ran.err
        scored = run(
            "score", "export.json", "pred.jsonl", "--annotator", "anna@x.org", "-f", "json"
        )
        assert json.loads(scored.out)["micro"]["f1"] == 1
        assert spanf1.score_file("export.json", "pred.jsonl", annotator="anna@x.org").micro.f1 == 1
        files = {"a": "pred.jsonl", "b": "other.jsonl"}
        write("other.jsonl", lines([record(1, ADA), record(2, BEN)]))
        given = {"annotator": "anna@x.org"}
        assert spanf1.analyze("export.json", "pred.jsonl", **given).result.micro.f1 == 1
        assert spanf1.compare("export.json", files, **given)["a"].mean == 1
        assert spanf1.diff("export.json", files, **given).counts["broken"] == 1
        scored = spanf1.sweep("export.json", "pred.jsonl", default=1, **given)
        assert scored.best.fbeta == 1
        with pytest.raises(UsageError, match="annotator is for files"):
            spanf1.analyze([["O"]], [["O"]], annotator="anna")
        with pytest.raises(UsageError, match="annotator is for files"):
            spanf1.sweep([["O"]], [["O"]], confidences=[[]], annotator="anna")
        ran = run("score", "export.json", "pred.jsonl", "--annotator", "zoe")
        assert ran.err.splitlines() == [
            "error: export.json: there are no annotations of 'zoe'",
            "hint: annotators here: '2', 'anna@x.org'",
        ]

    def test_formats_may_differ(self, run) -> None:
        write("a.conll", "Ada B-PER\nSmith I-PER\nmet O\nBen O\nin O\nRome B-LOC\n")
        write("b.jsonl", lines([record(1, ADA, ROME)]))
        ran = run("agree", "a.conll", "b.jsonl", "-f", "json")
        assert json.loads(ran.out)["f1"]["mean"] == 1

    @pytest.mark.parametrize(
        ("arguments", "message", "hint"),
        [
            ([], "no annotator is given", "spanf1 agree A B"),
            (["-", "a.conll"], "annotations are to be files", ""),
            (["x=-", "a.conll"], "annotations are to be files", ""),
            (["e.conll", "x=e.conll"], "there is no text in any of the inputs", ""),
            (["a.conll"], "a.conll: no annotators in one file", "completed_by"),
            (["a.conll", "short.conll"], "short.conll: there are 1 text, and 2 in", "order"),
            (["a.conll", "other.conll"], "the text is", ""),
            (["a.conll", "x=a.conll", "--types", "NO"], "warning: there is no span of type", ""),
        ],
    )
    def test_what_is_wrong_is_said(self, run, arguments, message, hint) -> None:
        write("a.conll", "Ada B-PER\n\nRome B-LOC\n")
        write("short.conll", "Ada B-PER\n")
        write("e.conll", "")
        write("other.conll", "Ada B-PER\n\nParis B-LOC\n")
        ran = run("agree", *arguments)
        assert message in ran.err
        assert hint in ran.err

    def test_errors_in_python(self) -> None:
        with pytest.raises(UsageError, match="two annotators or more"):
            spanf1.agree({"a": [["O"]]})
        with pytest.raises(AlignmentError, match="in common"):
            spanf1.agree({"a": [record(1)], "b": [record(2)]})
        with pytest.raises(LayoutError, match="a second time"):
            spanf1.agree({"a": [record(1), record(1)], "b": [record(1)]})
        with pytest.raises(UsageError, match="there is no pair a, c"):
            spanf1.agree({"a": [["O"]], "b": [["O"]]}).pair("a", "c")


def test_a_record_of_nobody_is_not_left_out(tmp_path) -> None:
    record = {"text": "Ada", "spans": [{"start": 0, "end": 3, "label": "PER"}], "answer": "accept"}
    said = [{**record, "_annotator_id": "a"}, record, {**record, "_annotator_id": "b"}]
    (tmp_path / "f.jsonl").write_text("".join(json.dumps(one) + "\n" for one in said))
    with pytest.raises(LayoutError, match=r"f\.jsonl:2: the record does not say who annotated it"):
        spanf1.agree(tmp_path / "f.jsonl")


def test_annotations_of_nobody_and_two_of_one(tmp_path) -> None:
    """Of Label Studio, where a task that nobody has done is none of these."""

    def task(*who: object, **more: object) -> dict[str, object]:
        value = {"start": 0, "end": 3, "labels": ["PER"]}
        one = {"result": [{"type": "labels", "value": value, **names}], **more}
        said = [{**one, "completed_by": name} for name in who]
        return {"data": {"text": "Ada"}, "annotations": said}

    names = {"from_name": "label", "to_name": "text"}
    file = tmp_path / "f.json"
    file.write_text(json.dumps([task(1, 2), task()]))
    assert spanf1.agree(file).f1 == 1
    file.write_text(json.dumps([task(1, 2), task(1, None)]))
    with pytest.raises(LayoutError, match="the record does not say who annotated it"):
        spanf1.agree(file)
    twice = task(1, 1, 2)
    file.write_text(json.dumps([twice]))
    with pytest.raises(LayoutError, match=r"2 annotations of one annotator(?s:.*)ground_truth"):
        spanf1.agree(file)
    twice["annotations"][0]["ground_truth"] = True  # type: ignore[index]
    file.write_text(json.dumps([twice]))
    assert spanf1.agree(file).f1 == 1


def test_documents_that_no_pair_has_done_are_told_from_those_without_marks() -> None:
    text = {"text": "Ada", "spans": [[0, 3, "PER"]]}
    none = {"text": "no", "spans": []}
    both = [{"id": 1, **text}, {"id": 2, **none}]
    said = str(spanf1.agree({"a": [*both, {"id": 3, **text}], "b": both}))
    said = " ".join(said.split())
    assert "mean F1 of 1; in 1 others no pair marks anything; 1 more no pair has done." in said
