"""What Hypothesis draws: tags, sentences of tokens, and how their files look."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# The time a first example takes is that of imports, and says nothing.
steady = settings(
    derandomize=True,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

PREFIXES = "BIESLUMW"
TYPES = ["A", "B", "LONG-TYPE-NAME", "Ä"]
TAGS = ["O"] + [f"{prefix}-{kind}" for prefix in PREFIXES for kind in TYPES] + ["B", "I-"]

tags = st.sampled_from(TAGS) | st.sampled_from(["O", "B-A", "I-A", "I-B"])
tag_pairs = tags.map(lambda tag: (tag, tag)) | st.tuples(tags, tags) | st.just(("O", "O"))


WORDS = [
    "Rome",
    "the",
    "#",
    "#tag",
    "-",
    "--",
    "-5",
    "-x",
    "B-A",
    "O",
    "日本",
    "a\u00a0b",
    "x" * 70,
]


@dataclass
class Look:
    """How a file looks."""

    delimiter: str = "\t"
    line_end: str = "\n"
    mark: bool = False
    final_line_end: bool = True
    extra_columns: int = 0
    compression: str = "plain"


looks = st.builds(
    Look,
    delimiter=st.sampled_from(["\t", " ", ""]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    mark=st.booleans(),
    final_line_end=st.booleans(),
    extra_columns=st.integers(0, 2),
    compression=st.sampled_from(["plain", "plain", "gzip", "bzip2", "xz", "zstd"]),
)


# A word first that can begin no comment: the layout is judged by it.
words = st.sampled_from(WORDS)
tokens = st.tuples(words, tag_pairs).map(lambda drawn: (drawn[0], *drawn[1]))
first_tokens = st.tuples(st.just("Rome"), tag_pairs).map(lambda drawn: (drawn[0], *drawn[1]))
corpora = st.lists(st.lists(tokens, min_size=1, max_size=6), max_size=8).flatmap(
    lambda rest: st.lists(first_tokens, min_size=1, max_size=3).map(lambda one: [one, *rest])
)
seeds = st.integers(0, 2**32)
block_sizes = st.integers(1, 8) | st.integers(9, 300) | st.just(1 << 19)
