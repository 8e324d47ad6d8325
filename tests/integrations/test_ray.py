"""Scores on a cluster of Ray: two workers of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

import spanf1
from tests.helpers.shards import compared, sentences, shards

pytest.importorskip("ray")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::UserWarning"),
]


@pytest.fixture(scope="module")
def score():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "disabled")
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        import ray

        from spanf1.integrations.ray import score

        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
        yield score
        ray.shutdown()


@pytest.mark.parametrize(
    "options",
    [
        {"confidence": spanf1.Confidence(resamples=200)},
        {"match": "partial", "reading": "strict"},
    ],
    ids=str,
)
def test_shards_are_the_whole(score, tmp_path, options):
    whole, parts = shards(tmp_path, sentences(500), 64)
    found = score(parts, **options)
    expected = spanf1.score_file(whole, **options)
    assert compared(found) == compared(expected)
    assert str(found.signature()) == str(expected.signature())


def test_a_bad_line_is_told_with_its_file(score, tmp_path):
    _, parts = shards(tmp_path, sentences(80), 8)
    for number in (3, 6):
        Path(parts[number]).write_text("w B-A B-A\nw B-A\n")
    with pytest.raises(spanf1.LayoutError) as caught:
        score(parts)
    assert caught.value.where == f"{parts[3]}:2"
