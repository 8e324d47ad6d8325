"""Scores on Spark: two threads of this machine, each with a Python worker."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

import spanf1
from tests.helpers.shards import compared, sentences, shards, without_files

pytest.importorskip("pyspark")
if not shutil.which("java"):
    pytest.skip("Spark needs Java", allow_module_level=True)

pytestmark = [
    pytest.mark.slow,
    # Of Spark, about versions of pandas, and at its end.
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::UserWarning"),
]

HOW = {"confidence": spanf1.Confidence(resamples=200)}
BY_SENTENCE = {"confidence": spanf1.Confidence(resamples=200, unit="sentence")}
STRICT = {"match": "partial", "reading": "strict"}


@pytest.fixture(scope="module")
def session():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        from pyspark.sql import SparkSession

        # Four tries for each task, as on a cluster.
        builder = SparkSession.builder.master("local[2,4]")
        for name, value in {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.log.level": "OFF",
        }.items():
            builder = builder.config(name, value)
        spark = builder.getOrCreate()
        yield spark
        spark.stop()


@pytest.fixture(scope="module")
def score(session):  # noqa: ARG001 - it has to be there
    from spanf1.integrations.spark import score

    return score


@pytest.fixture(scope="module")
def texts():
    return sentences(2000)


@pytest.mark.parametrize("options", [{}, STRICT, HOW, BY_SENTENCE], ids=str)
@pytest.mark.parametrize("count", [8, 64])
def test_shards_are_the_whole(score, tmp_path, texts, count, options):
    whole, parts = shards(tmp_path, texts, count)
    found = score(parts, **options)
    expected = spanf1.score_file(whole, **options)
    assert compared(found) == compared(expected)
    assert str(found.signature()) == str(expected.signature())


@pytest.mark.parametrize("level", ["token", "sentence"])
@pytest.mark.parametrize("options", [HOW, BY_SENTENCE], ids=str)
def test_levels(score, tmp_path, texts, level, options):
    whole, parts = shards(tmp_path, texts, 8)
    found = score(parts, level=level, **options)
    assert without_files(found) == without_files(spanf1.score_file(whole, level=level, **options))


def test_a_bad_line_is_told_with_its_file(score, tmp_path, texts):
    _, parts = shards(tmp_path, texts, 8)
    for number in (3, 6):
        lines = Path(parts[number]).read_text().splitlines()
        lines[40 + number] = "w B-A"
        Path(parts[number]).write_text("\n".join(lines))
    with pytest.raises(spanf1.LayoutError) as caught:
        score(parts, partitions=4)
    with pytest.raises(spanf1.LayoutError) as alone:
        spanf1.score_file(parts[3])
    assert caught.value.where == f"{parts[3]}:44"
    assert str(caught.value) == str(alone.value)
    assert caught.value.hint == alone.value.hint


def test_a_frame_and_a_worker_that_is_killed(session, score, tmp_path, texts):
    gold, predicted = (
        [[line.split()[n] for line in t.split("\n") if line] for t in texts] for n in (1, 2)
    )
    rows = [*zip(gold, predicted, strict=True)]
    frame = session.createDataFrame(rows, "true array<string>, guess array<string>")
    flag = str(tmp_path / "killed")

    driver = os.getpid()

    def kill_once(batches):
        if not os.path.exists(flag):
            Path(flag).write_text("")
            assert os.getpid() != driver
            os.kill(os.getpid(), signal.SIGKILL)
        yield from batches

    names = {"gold_key": "true", "pred_key": "guess"}
    expected = spanf1.evaluate(gold, predicted, **HOW)
    for given in (frame, frame.mapInArrow(kill_once, frame.schema)):
        found = score(given, **names, **HOW)
        assert str(found.signature()) == str(expected.signature())
        assert (found.types, found.certainty) == (expected.types, expected.certainty)
    assert os.path.exists(flag)
    nothing = score(frame.filter("false"), **names)
    assert nothing.micro.counts == (0, 0, 0)


def test_without_a_session(tmp_path):
    from unittest import mock

    from spanf1.integrations import spark

    with (
        mock.patch.object(spark.SparkSession, "getActiveSession", return_value=None),
        pytest.raises(spanf1.UsageError, match="there is no session of Spark"),
    ):
        spark.score(tmp_path)
