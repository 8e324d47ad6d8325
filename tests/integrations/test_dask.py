"""Scores on a cluster of Dask: two workers of this machine."""

from __future__ import annotations

import logging
import os
import signal
from pathlib import Path

import pytest

import spanf1
from tests.helpers.shards import OPTIONS, compared, sentences, shards, without_files

pytest.importorskip("distributed")

import dask.bag
from distributed import Client, LocalCluster

from spanf1.integrations.dask import score

pytestmark = [
    pytest.mark.slow,
    # Of Dask and of what it uses, at their ends.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HOW = {"confidence": spanf1.Confidence(resamples=200)}
STRICT = {"match": "partial", "reading": "strict"}


@pytest.fixture(scope="module")
def client():
    cluster = LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    )
    with cluster, Client(cluster) as connected:
        yield connected


@pytest.fixture(scope="module")
def texts():
    return sentences(2000)


@pytest.mark.parametrize("options", [*OPTIONS, STRICT, HOW], ids=str)
@pytest.mark.parametrize("count", [8, 64])
def test_shards_are_the_whole(client, tmp_path, texts, count, options):
    whole, parts = shards(tmp_path, texts, count)
    found = score(parts, client=client, **options)
    expected = spanf1.score_file(whole, **options)
    assert compared(found) == compared(expected)
    assert str(found.signature()) == str(expected.signature())


@pytest.mark.parametrize("level", ["token", "sentence"])
def test_levels(client, tmp_path, texts, level):
    whole, parts = shards(tmp_path, texts, 8)
    found = score(parts, client=client, level=level, **HOW)
    assert without_files(found) == without_files(spanf1.score_file(whole, level=level, **HOW))


def test_a_thousand_shards(client, tmp_path, texts):
    whole, _ = shards(tmp_path, texts, 1000)
    found = score(tmp_path / "part-*.conll", client=client, **HOW)
    assert compared(found) == compared(spanf1.score_file(whole, **HOW))


def test_two_files(client, tmp_path):
    texts = sentences(20)
    sides = [
        [
            "".join(
                f"{line.split()[0]} {line.split()[n]}\n" if line else "\n"
                for line in text.split("\n")[:-1]
            )
            for text in texts
        ]
        for n in (1, 2)
    ]
    files = [shards(tmp_path / f"{n}", side, 4) for n, side in enumerate(sides)]
    expected = spanf1.score_file(files[0][0], files[1][0])
    assert compared(score(files[0][1], files[1][1], client=client)) == compared(expected)


def test_a_bad_line_is_told_with_its_file(client, tmp_path, texts):
    _, parts = shards(tmp_path, texts, 8)
    for number in (3, 6):
        lines = Path(parts[number]).read_text().splitlines()
        lines[40 + number] = "w B-A"
        Path(parts[number]).write_text("\n".join(lines))
    with pytest.raises(spanf1.LayoutError) as caught:
        score(parts, client=client)
    with pytest.raises(spanf1.LayoutError) as alone:
        spanf1.score_file(parts[3])
    assert caught.value.where == f"{parts[3]}:44"
    assert str(caught.value) == str(alone.value)
    assert caught.value.hint == alone.value.hint


def test_a_bag(client, texts):
    gold, predicted = (
        [[line.split()[n] for line in t.split("\n") if line] for t in texts] for n in (1, 2)
    )
    pairs = [*zip(gold, predicted, strict=True)]
    bag = dask.bag.from_sequence(pairs, npartitions=8)
    for options in (STRICT, HOW):
        expected = spanf1.evaluate(gold, predicted, **options)
        found = score(bag, client=client, **options)
        assert str(found.signature()) == str(expected.signature())
        assert found.micro == expected.micro
        assert found.certainty == expected.certainty
    nothing = score(bag.filter(lambda _: False), client=client)
    assert nothing.micro.counts == (0, 0, 0)


def test_a_worker_that_is_killed_changes_nothing(client, tmp_path, texts):
    gold, predicted = (
        [[line.split()[n] for line in t.split("\n") if line] for t in texts] for n in (1, 2)
    )
    flag = str(tmp_path / "killed")

    driver = os.getpid()

    def kill_once(rows):
        if not os.path.exists(flag):
            Path(flag).write_text("")
            assert os.getpid() != driver
            os.kill(os.getpid(), signal.SIGKILL)
        return rows

    bag = dask.bag.from_sequence([*zip(gold, predicted, strict=True)], npartitions=8)
    before = {*client.run(os.getpid).values()}
    found = score(bag.map_partitions(kill_once), client=client)
    assert os.path.exists(flag)
    client.wait_for_workers(2, timeout=30)
    assert len(before & {*client.run(os.getpid).values()}) == 1
    expected = spanf1.evaluate(gold, predicted)
    assert (found.signature(), found.types) == (expected.signature(), expected.types)


def test_without_a_cluster(tmp_path):
    _, parts = shards(tmp_path, sentences(2), 1)
    with pytest.raises(spanf1.UsageError, match=r"no cluster of Dask is connected"):
        _without(parts)


def _without(parts):
    from unittest import mock

    with mock.patch("spanf1.integrations.dask.default_client", side_effect=ValueError):
        score(parts)


@pytest.mark.parametrize(
    "args",
    [
        ["--confidence", "0.9", "--resamples", "200"],
        ["--reading", "strict", "--match", "partial"],
        ["--level", "sentence"],
        ["--level", "token", "--confidence", "0.9", "--resamples", "200"],
        ["--keep-units", "-f", "json"],
        ["--level", "token", "--keep-units", "-f", "json"],
        ["--keep-order", "-f", "json"],
    ],
)
def test_the_command(client, run, texts, args):
    _, parts = shards(Path("corpus"), texts, 8)
    address = client.scheduler.address.replace("tcp", "dask")
    away = run("score", "corpus/part-*", "--executor", address, *args)
    assert away.code == 0, away.err
    if "json" in args:
        for number, part in enumerate(parts):
            assert run("score", part, *args, "-o", f"{number}.json").code == 0
        here = run("merge", *(f"{n}.json" for n in range(8)), "-f", "json")
        assert away.out == here.out
        return
    here = run("score", "corpus/whole.conll", *args)
    # The first tables, and the signature.
    tables = 1 if "--level" in args else 2
    assert away.out.split("\n\n")[:tables] == here.out.split("\n\n")[:tables]
    assert away.out.split()[-1] == here.out.split()[-1]


def test_the_command_tells_of_a_bad_line(client, run):
    _, parts = shards(Path("corpus"), sentences(80), 8)
    Path(parts[2]).write_text("w B-A B-A\nw x y\n")
    address = client.scheduler.address.replace("tcp", "dask")
    away = run("score", "corpus/part-*", "--executor", address)
    here = run("score", os.path.abspath(parts[2]))
    assert (away.code, away.err) == (3, here.err)
    assert f"{os.path.abspath(parts[2])}:2: tag 'x' fits no scheme" in away.err


def test_shards_that_do_not_go_together_leave_no_task(client, run):
    Path("corpus").mkdir()
    for number in range(9):
        text = '{"text": "a b", "gold": [], "pred": []}\n' if number == 1 else "a B-A B-A\n"
        Path(f"corpus/{number}").write_text(text)
    address = client.scheduler.address.replace("tcp://", "dask://")
    away = run("score", "corpus", "--executor", address)
    assert away.code == 2
    assert away.err == "error: spans placed by tokens and by characters cannot be added\n"


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["--executor", "localhost:8786"], 2, "--executor localhost:8786: this is no cluster"),
        (["--executor", "dask://h:1", "--by", "length"], 2, "--executor does not go with --by"),
        (["--executor", "dask://h:1", "-j", "2"], 2, "--jobs is for this machine"),
        (["--executor", "dask://127.0.0.1:1"], 3, "dask://127.0.0.1:1: the cluster fails: "),
    ],
)
def test_what_the_command_refuses(run, monkeypatch, args, code, message):
    monkeypatch.setattr("spanf1.cli.executors._PATIENCE", 0.2)
    shards(Path("corpus"), sentences(4), 2)
    ran = run("score", "corpus/part-*", *args)
    assert (ran.code, len(ran.err.splitlines())) == (code, 1 + ("hint" in ran.err))
    assert ran.err.startswith(f"error: {message}")
