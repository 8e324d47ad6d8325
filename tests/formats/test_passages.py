"""Tokens with their tags in runs of whole sentences, and files with one more column."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanf1.contents.describe import describe
from spanf1.core.spans import decode
from spanf1.core.tag_counter import BlockCounter
from spanf1.core.tags import Spelling, TagSet
from spanf1.exceptions import LayoutError, UsageError
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.columns.rewriting import with_column
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.sentences import aligned, unmasked
from spanf1.formats.source import Source
from tests.helpers.growth import peak


def passages(path, tag_column=-1, token_column=None, **settings) -> TagFile:
    return TagFile(ColumnFile(Source(str(path)), **settings), tag_column, token_column)


def flat(reader: TagFile):
    """All passages as one: sentences, spans, starts of documents, lines."""
    tags = TagSet({})
    sentences, spans, documents, lines = [], [], [], []
    done = 0
    for one in reader.passages(tags):
        names, found = ["", *tags.types], decode(one.codes, one.starts)
        sentences += [tokens for _, tokens in one.token_lists()]
        spans += [
            (start + done, end + done, names[kind], text)
            for start, end, kind, text in zip(
                *(array.tolist() for array in found[:3]), one.texts(found), strict=True
            )
        ]
        documents += (one.document_starts + done).tolist()
        lines += [one.line(token) for token in range(len(one.tokens))]
        done += len(one.tokens)
    return sentences, spans, documents, lines


@pytest.mark.parametrize(
    ("content", "columns", "sentences", "spans"),
    [
        ("", (-1, None), [], []),
        ("\n\n# only\n", (-1, None), [], []),
        ("a B-X\nb I-X\n\nc I-X", (-1, None), [["a", "b"], ["c"]], ["a b", "c"]),
        ("a\tB-X\r\nb\tI-X\r\n\r\n\r\nc\tO\r\n", (-1, None), [["a", "b"], ["c"]], ["a b"]),
        ("B-X a\nO b\n", (1, None), [["a", "b"]], ["a"]),
        ("B-X a\r\nO b\r\n", (1, None), [["a", "b"]], ["a"]),
        ("1\ta\tB-X\n2\tb\tO\n", (-1, None), [["1", "2"]], ["1"]),
        ("1\ta\tB-X\n2\tb\tO\n", (3, -2), [["a", "b"]], ["a"]),
        ("New York\tB-X\nb\tO\n", (-1, None), [["New York", "b"]], ["New York"]),
        ("\tB-X\nb\tO\n", (-1, None), [["", "b"]], [""]),
        ("a  \t B-X\nb O  \n", (-1, None), [["a", "b"]], ["a"]),
        ("é B-X\n東京 I-X\nz𝒳 O\n", (-1, None), [["é", "東京", "z𝒳"]], ["é 東京"]),
        (b"\xe9 B-X\n\xe6\x9d\xb1 I-X\n", (-1, None), [["\udce9", "東"]], ["\udce9 東"]),
        (b"\xe9 B-X\n\\xe9 B-X\n", (-1, None), [["\udce9", "\\xe9"]], ["\udce9", "\\xe9"]),
        (b"\xef\xbb\xbfa B-X\nb O\n", (-1, None), [["a", "b"]], ["a"]),
    ],
)
def test_sentences_and_spans(tmp_path, content, columns, sentences, spans) -> None:
    path = tmp_path / "f"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = flat(passages(path, *columns))
    assert found[0] == sentences
    assert [text for _, _, _, text in found[1]] == spans


def test_lines_and_documents(tmp_path) -> None:
    path = tmp_path / "f"
    path.write_text("-DOCSTART- O\n\na B-X\n# a comment here\nb O\n\n-DOCSTART- O\n\nc O\n")
    assert flat(passages(path))[2:] == ([0, 2], [3, 5, 9])
    assert sum(one.documents for one in passages(path).passages(TagSet({}))) == 2


@pytest.mark.slow
@pytest.mark.parametrize("begin", ["-DOCSTART- O\n\n", "# newdoc id = 1\n"])
@pytest.mark.parametrize("size", [1, 10, 1 << 19])
@pytest.mark.parametrize("end", ["", "a O\n"])
def test_documents_before_the_first_token(tmp_path, begin, size, end) -> None:
    path = tmp_path / "f"
    path.write_text("# no document\n" + begin * 5000 + end)
    found = list(passages(path, block_size=size).passages(TagSet({})))
    assert sum(one.documents for one in found) == 5000
    assert [one.tokens for one in found if one.tokens] == [["a"]] * bool(end)


TEXTS = st.lists(
    st.tuples(
        st.sampled_from(["a", "bb", "é", "東京", "-DOCSTART-", "#"]),
        st.sampled_from(["O", "B-X", "I-X", "I-Y"]),
        st.sampled_from(["", "", "\n", "-DOCSTART- O\n\n"]),
    ),
    max_size=30,
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(TEXTS, st.integers(1, 80))
def test_blocks_of_any_size_give_the_same(tmp_path_factory, rows, size) -> None:
    path = tmp_path_factory.mktemp("blocks") / "f"
    path.write_text("".join(f"{token} {tag}\n{gap}" for token, tag, gap in rows))
    assert flat(passages(path, block_size=size)) == flat(passages(path))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(TEXTS, st.integers(1, 80))
def test_passages_hold_whole_sentences(tmp_path_factory, rows, size) -> None:
    path = tmp_path_factory.mktemp("blocks") / "f"
    path.write_text("".join(f"{token} {tag}\n{gap}" for token, tag, gap in rows))
    for one in passages(path, block_size=size).passages(TagSet({})):
        assert one.starts.tolist()[:1] == ([0] if one.tokens else [])
        assert len(one.codes) == len(one.tokens)


@pytest.mark.parametrize(
    ("content", "columns", "error", "message"),
    [
        ("\nB-X\nO\n", (-1, None), LayoutError, "there is no column of tokens"),
        ("a B-X\n", (2, 2), UsageError, "tokens and tags are both in column 2"),
        ("a B-X\n", (2, -1), UsageError, "tokens and tags are both in column 2"),
        ("a B-X\n", (2, 3), LayoutError, "there is no column 3"),
        ("a B-X\n", (3, None), LayoutError, "there is no column 3"),
    ],
)
def test_what_is_wrong_with_the_columns(tmp_path, content, columns, error, message) -> None:
    path = tmp_path / "f"
    path.write_text(content)
    with pytest.raises(error, match=message) as raised:
        list(passages(path, *columns).passages(TagSet({})))
    assert raised.value.hint
    assert str(path) in raised.value.where


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", ""),
        ("\n# only\n", "\n# only\n"),
        ("a O\nb B-X", "a O 0\nb B-X 1"),
        ("a\tO\r\nb\tO\r\n\r\n", "a\tO\t0\r\nb\tO\t1\r\n\r\n"),
        ("a  O \nb\tO\n", "a  O 0 \nb\tO\t1\n"),
        ("\ufeff# c\na O\n\n", "\ufeff# c\na O 0\n\n"),
        (
            "-DOCSTART- -X- O\n\na N O\n-DOCSTART- x\n\n-DOCSTART- x B-X\nb N O\n",
            "-DOCSTART- -X- O out\n\na N O 0\n-DOCSTART- x\n\n-DOCSTART- x B-X 1\nb N O 2\n",
        ),
        ("-DOCSTART-\tO\r\n\r\na\tO\r\n", "-DOCSTART-\tO\tout\r\n\r\na\tO\t0\r\n"),
        ("-DOCSTART- O  \n\na  O\n", "-DOCSTART- O out  \n\na  O 0\n"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1 << 19])
def test_one_more_column(tmp_path, content, expected, size) -> None:
    path = tmp_path / "f"
    path.write_bytes(content.encode())
    reader = passages(path, block_size=size)
    codes = np.arange(1, 9, dtype=np.int32)
    spelt = {0: b"out"} | {k: str(k - 1).encode() for k in range(1, 9)}
    assert b"".join(with_column(reader, TagSet({}), codes, spelt)).decode() == expected


tagged = st.lists(
    st.tuples(st.sampled_from(["O", "O", "B-X", "I-X", "I-Y", "M"]), st.booleans()), max_size=40
)


@given(sentences=tagged, size=st.sampled_from([1, 9, 30, 1 << 19]))
def test_parts_of_sentences_have_whole_spans(tmp_path_factory, sentences, size):
    """They are cut behind an O, and what is in them is what is in whole sentences."""
    path = tmp_path_factory.getbasetemp() / "parts-of-sentences"
    lines = [f"w{n} {tag}\n" + "\n" * end for n, (tag, end) in enumerate(sentences)]
    path.write_text("".join(lines))
    known = []
    for outside in (True, False):
        tags = TagSet({}, Spelling(masked=("M",)))
        counter, spans, done = BlockCounter(tags.types), [], 0
        for found in passages(path, block_size=size).passages(tags, outside=outside):
            one = unmasked(found)
            counter.add(aligned(one, one))
            part = decode(one.codes, one.starts)
            places = ((part.start + done).tolist(), (part.end + done).tolist())
            spans += zip(*places, one.texts(part), part.shape.tolist(), strict=True)
            done += one.size
        counts = counter.finish(tags, tags)
        known.append((spans, counts.spans, counts.sentences, counts.tokens, counts.gold_number))
    assert known[0] == known[1]


def test_a_sentence_without_end_takes_no_memory_where_spans_alone_are_read(tmp_path):
    path = tmp_path / "f"
    path.write_text("token B-X\ntoken I-X\ntoken O\n" * 100_000)
    assert peak(lambda: describe(path)) < 30_000_000
