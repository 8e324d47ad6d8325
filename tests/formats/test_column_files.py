"""Reading column files: layouts, odd lines, sets of positions, and the lookup of tags."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spanf1
from spanf1.exceptions import TagError
from spanf1.formats.columns.layout import detect_layout
from spanf1.formats.columns.lines import Bits
from spanf1.formats.columns.lookup import TagLookup, different_fields
from spanf1.formats.source import ROOM, Source

# ------------------------------------------------------------------------------------ layouts

LAYOUTS = [
    ("space", "a O O\nb O O\n", " ", 3),
    ("tab", "a\tO\tO\n", "\t", 3),
    ("tab, with spaces in tokens", "New York\tO\tO\nb\tO\tO\n", "\t", 3),
    ("tab, empty field", "a\t\tO\tO\nb\tx\tO\tO\n", "\t", 4),
    ("tab, nothing in the last", "a\tO\tO\t\nb\tO\tO\t\n", "", 3),
    ("runs of spaces", "a   O O\nbcd O O\n", "", 3),
    ("leading spaces", "  a O O\n  b O O\n", "", 3),
    ("trailing spaces", "a O O \nb O O \n", "", 3),
    ("tab and space", "a\tO O\nb O O\n", "", 3),
    ("mixed, even by space", "a O O\nb O O\n\tc O O\n", " ", 3),
    ("one ragged line", "a O O\nb O\nc O O\nd O O\n", " ", 3),
    ("CRLF", "a\tO\tO\r\n\r\nb\tO\tO\r\n", "\t", 3),
    ("comments", "# x y z\na O O\n", " ", 3),
    ("document", "-DOCSTART- -X- O O O\n\na O O\n", " ", 3),
    ("one column", "a\nb\n", "\t", 1),
]


@pytest.mark.parametrize(
    ("text", "delimiter", "columns"), [c[1:] for c in LAYOUTS], ids=[c[0] for c in LAYOUTS]
)
def test_layout(text: str, delimiter: str, columns: int) -> None:
    layout = detect_layout(bytearray(b"\n" + text.encode()), Source("f"))
    assert layout is not None
    assert (layout.delimiter, layout.columns) == (delimiter, columns)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# only\n# comments\n", "-DOCSTART- -X- O O\n", " \t\n"]
)
def test_no_layout_without_tokens(text: str) -> None:
    assert detect_layout(bytearray(b"\n" + text.encode()), Source("f")) is None


def test_layout_remembers_its_line() -> None:
    layout = detect_layout(bytearray(b"\n# c\n\na O O\n"), Source("f"))
    assert layout is not None
    assert layout.line == 3


# ------------------------------------------------------------------------------- odd lines

# name, text, tokens, sentences, documents, gold spans
LINES = [
    ("plain", "a B-X O\nb O O\n\nc B-X O\n", 3, 2, 0, 2),
    ("no final newline", "a B-X O\n\nb O O", 2, 2, 0, 1),
    ("several blank lines", "\n\na B-X O\n\n\n\nb O O\n\n\n", 2, 2, 0, 1),
    ("blank with white space", "a B-X O\n \t \nb I-X O\n", 2, 2, 0, 2),
    ("CRLF", "a B-X O\r\n\r\nb I-X O\r\n", 2, 2, 0, 2),
    ("byte-order mark", "\ufeffa B-X O\nb O O\n", 2, 1, 0, 1),
    ("comment", "# text = a b c\na B-X O\n", 1, 1, 0, 1),
    ("comment within a sentence", "a B-X O\n# note\nb I-X O\n", 2, 1, 0, 1),
    ("bare comment", "#\na B-X O\n", 1, 1, 0, 1),
    ("comment with as many fields", "# x y\na B-X O\n", 1, 1, 0, 1),
    ("token that is #", "# O O\na B-X O\n", 2, 1, 0, 1),
    ("token that is # and tagged", "# B-X O\na I-X O\n", 2, 1, 0, 1),
    ("token that begins with #", "#tag B-X O\n# O O\n", 2, 1, 0, 1),
    ("hyphens", "-- O O\n- B-X O\n-X- O O\n-D O O\n", 4, 1, 0, 1),
    ("document", "-DOCSTART- O O\n\na B-X O\n", 1, 1, 1, 1),
    ("document of other width", "-DOCSTART- -X- -X- O\n\na B-X O\n", 1, 1, 1, 1),
    ("document alone", "a B-X O\n-DOCSTART-\nb I-X O\n", 2, 2, 1, 2),
    ("document with a name", "-DOCSTART- (1 EU)\n\na B-X O\n", 1, 1, 1, 1),
    ("token like a document", "-DOCSTART-x O O\na B-X O\n", 2, 1, 0, 1),
    ("document with a tag", "a B-X O\n-DOCSTART- I-X O\nb I-X O\n", 3, 3, 1, 3),
    ("documents", "-DOCSTART- O O\n\na O O\n\n-DOCSTART- O O\n\nb O O\n", 2, 2, 2, 0),
    ("control characters in tokens", "a\x0bb\x85c B-X O\nd\u00a0e I-X O\n", 2, 1, 0, 1),
    ("bytes that are not UTF-8", b"\xff\xfe\xc3 B-X O\n\x80 I-X O\n", 2, 1, 0, 1),
    ("types of any script", "a B-人名 O\nb I-人名 O\n", 2, 1, 0, 1),
    ("long type", f"a B-{'x' * 70} O\nb I-{'x' * 70} O\n", 2, 1, 0, 1),
]


@pytest.mark.parametrize("case", LINES, ids=[case[0] for case in LINES])
def test_lines(tmp_path: Path, case: tuple[str, str | bytes, int, int, int, int]) -> None:
    _, text, tokens, sentences, documents, spans = case
    path = tmp_path / "f"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    result = spanf1.score_file(path)
    counts = result.counts
    assert (counts.tokens, counts.sentences, counts.documents) == (tokens, sentences, documents)
    assert result.micro.gold == spans


@pytest.mark.parametrize("delimiter", ["\t", " ", "", ",", ";", "|"])
def test_given_delimiter(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "f"
    between = delimiter or " \t "
    path.write_text("".join(between.join(row) + "\n" for row in ["aOO", ["b", "B-X", "B-X"]]))
    result = spanf1.score_file(path, delimiter=delimiter or "whitespace")
    assert result.micro.correct == 1
    assert result.input is not None
    assert result.input.columns == (3,)


@pytest.mark.parametrize(
    ("gold", "predicted"), [(2, 3), (-4, -3), (2, -3), (3, 2), (4, 5), (1, 5), (5, 1)]
)
def test_columns_anywhere(tmp_path: Path, gold: int, predicted: int) -> None:
    path = tmp_path / "f"
    rows = ["B-A B-B B-C B-D B-E", "I-A I-B I-C I-D I-E", "", "O O O O O"]
    path.write_text("\n".join(rows))
    result = spanf1.score_file(path, gold_column=gold, pred_column=predicted)
    types = {"ABCDE"[column - 1 if column > 0 else column] for column in (gold, predicted)}
    assert set(result.types) == types
    assert (result.micro.gold, result.micro.predicted) == (1, 1)


def test_gold_and_predictions_may_be_in_different_schemes(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("a I-X B-X\nb B-X B-X\nc I-X I-X\nd O O\ne I-Y S-Y\n")
    result = spanf1.score_file(path)
    assert result.gold_schemes[0] == "IOB1"
    assert result.micro.f1 == 1.0
    assert result.accuracy == 1.0  # by place: as written, two of five tags are the same


# ------------------------------------------------------------------- two files, in chunks


def test_two_files_of_different_line_numbers(tmp_path: Path) -> None:
    gold, predicted = tmp_path / "g", tmp_path / "p"
    gold.write_text("# a comment\n\n\na O\nb B-X\n\nc O\n")
    predicted.write_text("a\tx\tO\r\nb\ty\tB-X\r\n\r\n\r\nc\tz\tI-X\r\n")
    result = spanf1.score_file(gold, predicted)
    assert result.micro[4:] == (1, 2, 1)
    assert result.ill_formed[1].first_line == 5


# ---------------------------------------------------------------------- sets of positions


@given(st.lists(st.booleans(), min_size=1, max_size=400), st.integers(0, 10))
def test_bits(mask: list[bool], sparse: int) -> None:
    padded = np.zeros(-(-len(mask) // 64) * 64, np.bool_)
    padded[: len(mask)] = mask
    padded[1:] &= np.arange(1, len(padded)) % (sparse + 1) == 0
    padded[0] = True
    bits, positions = Bits.where(padded), np.flatnonzero(padded)
    places = np.arange(len(padded))
    assert bits.positions().tolist() == positions.tolist()
    assert bits.count_before(places).tolist() == np.searchsorted(positions, places).tolist()
    last = positions[np.searchsorted(positions, places, side="right") - 1]
    assert bits.last(places).tolist() == last.tolist()
    starts = [p for p in positions if p == 0 or not padded[p - 1]]
    assert bits.run_starts().positions().tolist() == starts


@pytest.mark.parametrize("step", [64, 300, 700, 4096])
def test_the_last_bit_may_be_far_before(step: int) -> None:
    mask = np.arange(1 << 13) % step == 0
    places = np.arange(len(mask))
    assert Bits.where(mask).last(places).tolist() == (places // step * step).tolist()


# ------------------------------------------------------------------------- lookup of tags


def looked_up(lookup: TagLookup, tags: list[bytes]) -> list[int]:
    data = np.frombuffer(b" ".join(tags) + bytes(ROOM + 1), np.uint8)
    length = np.array([len(tag) for tag in tags], np.intp)
    start = np.cumsum(length + 1) - length - 1
    return lookup.numbers(data, start, length, str).tolist()


@given(st.lists(st.binary(max_size=20) | st.binary(min_size=60, max_size=70), max_size=80))
def test_lookup_never_mistakes_a_tag(tags: list[bytes]) -> None:
    known: dict[bytes, int] = {b"O": 0}
    lookup = TagLookup(lambda tag: known.setdefault(tag, len(known)))
    for _ in range(2):
        assert looked_up(lookup, tags) == [known[tag] for tag in tags]


@pytest.mark.parametrize("length", [7, 8, 9, 15, 16, 17, 24, 25, 63, 64, 65])
def test_lookup_verifies_every_byte(length: int) -> None:
    known: dict[bytes, int] = {}
    lookup = TagLookup(lambda tag: known.setdefault(tag, len(known) + 1))
    tag = bytes(range(65, 65 + 26)) * 3
    variants = [tag[:length]] + [
        tag[:place] + b"#" + tag[place + 1 : length] for place in range(length)
    ]
    assert looked_up(lookup, variants) == list(range(1, length + 2))
    assert looked_up(lookup, variants) == list(range(1, length + 2))


def test_lookup_of_more_tags_than_the_table_has_places() -> None:
    known: dict[bytes, int] = {}
    lookup = TagLookup(lambda tag: known.setdefault(tag, len(known) + 1))
    tags = [b"B-%d" % number for number in range(20_000)]
    assert looked_up(lookup, tags) == list(range(1, 20_001))
    assert looked_up(lookup, tags[::-1]) == list(range(20_000, 0, -1))


def test_lookup_asks_once_and_not_for_o() -> None:
    asked = []
    lookup = TagLookup(lambda tag: asked.append(tag) or len(asked))
    assert looked_up(lookup, [b"B-X", b"O", b"B-X", b"I-X", b"O"]) == [1, 0, 1, 2, 0]
    assert asked == [b"B-X", b"I-X"]


def test_lookup_says_where() -> None:
    def refuse(_: bytes) -> int:
        raise TagError("no tag", hint="h")

    with pytest.raises(TagError, match=r"(?m)^2: no tag$") as caught:
        looked_up(TagLookup(refuse), [b"O", b"O", b"x"])
    assert caught.value.hint == "h"


@given(st.data())
def test_different_fields(data: st.DataObject) -> None:
    token = st.binary(max_size=20)
    left = data.draw(st.lists(token, max_size=20))
    right = [data.draw(st.just(one) | token) for one in left]
    sides = []
    for tokens in (left, right):
        length = np.array([len(one) for one in tokens], np.intp)
        buffer = np.frombuffer(b"".join(tokens) + bytes(ROOM), np.uint8)
        sides.append((buffer, np.cumsum(length) - length, length))
    expected = [n for n, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
    assert different_fields(*sides).tolist() == expected


@pytest.mark.parametrize("place", [None, 0, 511, 512, 513, 4000, 4999])
def test_long_fields_are_compared_to_their_ends(place: int | None) -> None:
    sides = []
    for change in (None, place):
        data = bytearray(b"x" * 10_000 + bytes(ROOM))
        if change is not None:
            data[5000 + change] = ord("y")
        start, length = np.array([0, 5000]), np.array([5000, 5000])
        sides.append((np.frombuffer(data, np.uint8), start, length))
    assert different_fields(*sides).tolist() == ([] if place is None else [1])


def test_tags_of_a_megabyte_take_no_look_at_each_word(tmp_path: Path) -> None:
    path = tmp_path / "f"
    name = "X" * 4_000_000
    path.write_text(f"a B-{name}\nb I-{name}\n")
    start = time.process_time()
    assert spanf1.score_file(path, path).micro.correct == 1
    assert time.process_time() - start < 2


def test_a_long_preamble_of_comments(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("# comment\n" * 100_000 + "a B-X B-X\nb X O\n")
    with pytest.raises(TagError, match="f:100002: tag 'X' fits no scheme"):
        spanf1.score_file(path)
