"""Files read in runs and written with other tags: every other byte stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.core.repairs import REPAIRS, Rewritten, rewrite
from spanf1.core.schemes import PREFIX_BITS, SCHEMES
from spanf1.core.spans import Decoder, decode
from spanf1.core.tag_counter import tally
from spanf1.core.tags import FORMS, TagForm, TagSet
from spanf1.core.tally import Tally
from spanf1.exceptions import LayoutError, TagError
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.columns.rewriting import RawLines, raw_lines
from spanf1.formats.columns.tags import TagFile
from spanf1.formats.source import Source
from tests.helpers.files import COMPRESS, documents_in, lists_of, render, tally_of_lists, write
from tests.helpers.strategies import Look, block_sizes, corpora, looks, seeds, steady

MARK = b"\xef\xbb\xbf"
fewer = settings(steady, max_examples=50)

Codes = list[int]


class Read(NamedTuple):
    """The lines of a file in runs, its tags, and how many documents begin in it."""

    runs: list[RawLines]
    tags: TagSet
    documents: int

    @property
    def codes(self) -> Codes:
        return [code for run in self.runs for code in run.sentences.codes.tolist()]

    def respelt(self, to_form: TagForm | None = None) -> bytes:
        """Write every run as it is, or in another form."""
        return b"".join(
            run.respelt(run.sentences.codes, self.tags, to_form).data for run in self.runs
        )

    def rewritten(self, scheme: str, to: str, method: str) -> bytes:
        """Write every run in another scheme."""
        return b"".join(
            run.respelt(in_scheme(run, scheme, to, method).codes, self.tags).data
            for run in self.runs
        )


def in_scheme(run: RawLines, scheme: str, to: str, method: str) -> Rewritten:
    """Rewrite the tags of a run in another scheme."""
    return rewrite(run.sentences.codes, run.sentences.starts, scheme, to, method)


def read(
    path: Path | str,
    *,
    column: int = -1,
    size: int = 1 << 19,
    delimiter: str | None = None,
    form: TagForm | None = None,
) -> Read:
    tags = TagSet({}, form)
    file = ColumnFile(Source(str(path)), delimiter=delimiter, block_size=size)
    reader = TagFile(file, column)
    runs = list(raw_lines(reader, tags))
    return Read(runs, tags, sum(one.documents for one in reader.sentences(TagSet({}, form))))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tagged")


# ---------------------------------------------------------------------- a plain splitter of files


def only_lf(data: bytes) -> list[bytes]:
    """Return lines as files have them: `bytes.splitlines` takes a carriage return for an end."""
    return re.findall(rb"[^\n]*\n|[^\n]+", data)


def differing_lines(old: bytes, new: bytes) -> list[tuple[int, bytes, bytes]]:
    """Return the lines that are not the same, by number from 1."""
    before, after = only_lf(old), only_lf(new)
    assert len(before) == len(after)
    pairs = enumerate(zip(before, after, strict=True), 1)
    return [(number, a, b) for number, (a, b) in pairs if a != b]


# ------------------------------------------------------------------- runs are the file, cut apart

FILES = {
    "empty": b"",
    "one line end": b"\n",
    "blank": b"\n \t\n\r\n",
    "only a mark": MARK,
    "a mark and a line end": MARK + b"\n",
    "only comments": b"# a\n#\n# b c\n",
    "a comment without a line end": b"# a b",
    "only a document": b"-DOCSTART- O\n\n",
    "one token": b"a B-X",
    "one token outside": b"a O",
    "one token and a line end": b"a B-X\n",
    "LF": b"a B-X\nb I-X\n\nc O\nd B-Y\n",
    "CRLF": b"a B-X\r\nb I-X\r\n\r\nc O\r\nd B-Y\r\n",
    "mixed line ends": b"a B-X\r\nb I-X\n\r\nc O\r\n\nd B-Y\n",
    "no last line end": b"a B-X\nb I-X\n\nc O\nd B-Y",
    "CRLF but for the last": b"a B-X\r\nb I-X",
    "ends in a carriage return": b"a B-X\r\nb I-X\r",
    "a mark": MARK + b"a B-X\nb I-X\n",
    "a mark and CRLF": MARK + b"a B-X\r\n\r\nb I-X",
    "blank lines with spaces": b"  \n\na B-X\n \t \nb I-X\n\n\n   \n",
    "comments": b"# c\na B-X\n# text = a b\nb I-X\n#\n\n# c",
    "documents": b"-DOCSTART- O\n\na B-X\n\n-DOCSTART- O\n\nb I-X\n-DOCSTART- -X-\n",
    "a document with a tag": b"a B-X\n-DOCSTART- I-X\nb I-X\n",
    "a token that is #": b"a B-X\n# I-X\n# O\n",
    "tabs": b"a b\tB-X\nc\tI-X\n",
    "empty fields": b"a\t\tx\tB-X\nb\t\t\tI-X\n",
    "white space of all kinds": b" a   B-X \nb \t I-X\t\n\tc  O\n",
    "trailing delimiters": b"a\tB-X\t\nb\tI-X\t\n",
    "unicode": "日本 B-人名\né\u00a0e I-人名\n".encode(),
    "bytes that are no UTF-8": b"\xff\xfe B-X\n\x80\x81 I-X\n",
    "long tags": b"a B-%s\nb I-%s\n" % (b"x" * 90, b"x" * 90),
    "untyped": b"a B\nb I-\nc O\nd B-_\n",
    "only tags": b"B-X\nI-X\nO\n\nB-X\n",
    "no O and no blank line": b"a B-X\n" * 40,
    "one long span": b"a B-X\n" + b"b I-X\n" * 60 + b"\nc O\n",
}


def check_runs(data: bytes, runs: list[RawLines]) -> None:
    """Check all that must hold for the runs of any file."""
    assert b"".join(run.data for run in runs) == data
    lines = only_lf(data) or [data] * bool(data)
    done = at = 0
    for number, run in enumerate(runs):
        assert run.lines_before == done
        at += len(run.data)
        done = len(only_lf(data[:at]))
        assert run.sentences.lines >= done
        # Whole lines, but for the last one of the file.
        assert run.data.endswith(b"\n") or number == len(runs) - 1 or at == len(data)
        assert len(run.sentences.codes) == len(run.tag_start) == len(run.tag_length)
        assert (np.diff(run.tag_start) > 0).all()
        starts = run.sentences.starts
        assert (np.diff(starts) > 0).all()
        assert not len(starts) or 0 <= starts[0] <= starts[-1] < run.size
        assert run.sentences.codes.dtype == np.int32
        tokens = np.arange(run.size)
        numbers = run.line_numbers(tokens).tolist()
        assert numbers == [run.sentences.line(token) for token in tokens.tolist()]
        for token, line in enumerate(numbers):
            assert run.lines_before < line <= done
            assert run.tag(token) in lines[line - 1]
    assert done == len(lines)


@pytest.mark.parametrize("size", [1, 2, 7, 30, 1 << 19])
@pytest.mark.parametrize("name", FILES)
def test_runs_are_the_file(tmp_path: Path, name: str, size: int) -> None:
    data = FILES[name]
    path = tmp_path / "f"
    path.write_bytes(data)
    whole = read(path)
    found = read(path, size=size)
    check_runs(data, found.runs)
    assert found.codes == whole.codes
    assert found.respelt() == data
    assert [d for run in found.runs for d in decoded(run)] == [
        d for run in whole.runs for d in decoded(run)
    ]
    # Without a token nothing says what a line is, nor that there are documents.
    documents = data.count(b"-DOCSTART-") if found.codes else 0
    assert found.documents == documents


def decoded(run: RawLines) -> list[tuple[str, int, int]]:
    """Return the spans of a run, each by its lines in the file, its type and its shape."""
    spans = decode(run.sentences.codes, run.sentences.starts)
    first, last = run.line_numbers(spans.start), run.line_numbers(spans.end - 1)
    return list(
        zip(first.tolist(), last.tolist(), spans.type.tolist(), spans.shape.tolist(), strict=True)
    )


@pytest.mark.slow
@fewer
@given(corpora, looks, seeds, block_sizes)
def test_runs_of_any_file(folder: Path, sentences: list, look: Look, seed: int, size: int) -> None:
    text = render(sentences, (0, 1, 2), look, seed)
    source = write(folder / "any", text, look)
    data = write_plainly(folder / "plain", text, look)
    found = read(source.path, size=size, delimiter=look.delimiter or "")
    check_runs(data, found.runs)
    assert found.respelt() == data
    lines = [line for run in found.runs for line in run.line_numbers(np.arange(run.size))]
    assert lines == text.token_lines
    # The tags are those of the column, the sentences those that were written.
    assert [run.tag(k).decode() for run in found.runs for k in range(run.size)] == [
        token[2] for sentence in sentences for token in sentence
    ]
    offsets = np.cumsum([0] + [run.size for run in found.runs]).tolist()
    starts = [
        k + n for n, run in zip(offsets, found.runs, strict=False) for k in run.sentences.starts
    ]
    assert starts == np.cumsum([0, *map(len, sentences)])[:-1].tolist()
    assert found.documents == documents_in(text)


def write_plainly(path: Path, text: object, look: Look) -> bytes:
    """Return the bytes that a file has before it is compressed."""
    write(path, text, replace(look, compression="plain"))
    return path.read_bytes()


@pytest.mark.slow
@fewer
@given(corpora, looks, seeds, block_sizes)
def test_no_span_goes_on_from_one_run_to_the_next(
    folder: Path, sentences: list, look: Look, seed: int, size: int
) -> None:
    """Each run decoded by itself gives the spans that the file read as a whole has."""
    text = render(sentences, (0, 1, 2), look, seed)
    source = write(folder / "spans", text, look)
    found = read(source.path, size=size, delimiter=look.delimiter or "")
    decoder, position, alone, whole = Decoder(), 0, [], []

    def listed(spans: object, offset: int) -> list[tuple[int, ...]]:
        arrays = [spans.start + offset, spans.end + offset, spans.type, spans.shape]
        return list(zip(*(array.tolist() for array in arrays), strict=True))

    for run in found.runs:
        alone += listed(decode(run.sentences.codes, run.sentences.starts), position)
        position += run.size
        whole += listed(decoder.feed(run.sentences.codes, run.sentences.starts)[0], 0)
    whole += listed(decoder.finish(), 0)
    assert alone == whole
    named = [(a, b, [*found.tags.types][kind - 1]) for a, b, kind, _ in alone]
    offsets = np.cumsum([0, *map(len, sentences)]).tolist()
    assert named == [
        (span.start + offset, span.end + offset, span.type)
        for offset, tags in zip(offsets, lists_of(sentences)[1], strict=False)
        for span in spanf1.decode(tags)
    ]


@pytest.mark.slow
@fewer
@given(corpora, looks, seeds, block_sizes)
def test_the_blocks_of_a_file_count_as_the_lists(
    folder: Path, sentences: list, look: Look, seed: int, size: int
) -> None:
    """As both sides at once, all is equal; and the lines are those of the tokens."""
    text = render(sentences, (0, 1, 2), look, seed)
    source = write(folder / "blocks", text, look)
    file = ColumnFile(source, delimiter=look.delimiter or "", block_size=size)
    found = tally(TagFile(file))
    same = [[(word, tag, tag) for word, _, tag in sentence] for sentence in sentences]
    expected: Tally = tally_of_lists(same)
    first = {shape: text.token_lines[k - 1] for shape, k in expected.gold.first.items()}
    assert found == replace(
        expected,
        documents=documents_in(text),
        gold=replace(expected.gold, first=first, lines=len(text.lines)),
        predicted=replace(
            expected.predicted,
            first=first,
            # The tags are numbered once, as gold.
            prefixes=frozenset(),
            forms=frozenset(),
            other_forms=frozenset(),
            lines=len(text.lines),
        ),
    )


@pytest.mark.slow
def test_a_long_preamble(tmp_path: Path) -> None:
    """More comments than a layout is judged by, in blocks that have no token."""
    path = tmp_path / "f"
    comments = b"# comment\n" * 4000
    data = MARK + comments + b"a B-X\n" + comments + b"b I-X\nc O\n" + comments
    path.write_bytes(data)
    for size in (1000, 1 << 15, 1 << 19):
        found = read(path, size=size)
        check_runs(data, found.runs)
        lines = [n for run in found.runs for n in run.line_numbers(np.arange(run.size))]
        assert lines == [4001, 8002, 8003]
        assert [span[:2] for run in found.runs for span in decoded(run)] == [(4001, 8002)]
        assert found.rewritten("IOB2", "IOBES", "begin") == data.replace(b"I-X", b"E-X")


@pytest.mark.slow
def test_a_long_file_without_any_token(tmp_path: Path) -> None:
    path = tmp_path / "f"
    data = b"# comment\r\n\r\n" * 9000
    path.write_bytes(data)
    for size in (100, 1 << 15, 1 << 19):
        found = read(path, size=size)
        check_runs(data, found.runs)
        assert found.codes == []


def test_a_sentence_without_o_is_one_run(tmp_path: Path) -> None:
    """A run is as long as need be; others are not."""
    path = tmp_path / "f"
    sentence = b"a B-X\n" + b"b I-X\n" * 500
    path.write_bytes((sentence + b"\n") * 3 + b"c O\n" * 500)
    runs = read(path, size=64).runs
    check_runs(path.read_bytes(), runs)
    lengths = [run.size for run in runs]
    assert lengths[:2] == [501, 501]
    assert max(lengths[3:]) < 30


@pytest.mark.parametrize("method", COMPRESS)
def test_compressed_files(tmp_path: Path, method: str) -> None:
    data = b"# c\n" + b"a\tB-X\r\nb\tI-X\n\nc\tO\nd\tI-Y\n" * 500 + b"e\tI-Y"
    path = tmp_path / "f"
    path.write_bytes(COMPRESS[method](data))
    found = read(path, size=1000)
    check_runs(data, found.runs)
    assert len(found.runs) > 5
    fixed = found.rewritten("IOB2", "IOB2", "begin")
    # After another Y, the last one goes on with it.
    assert fixed == data.replace(b"d\tI-Y", b"d\tB-Y")


# ---------------------------------------------------------------------------- tags in any column


@pytest.mark.parametrize("delimiter", ["\t", " ", ",", ";", "|", ""])
@pytest.mark.parametrize("column", [1, 2, 3, 4, -1, -2, -3, -4])
def test_tags_in_any_column(tmp_path: Path, delimiter: str, column: int) -> None:
    path = tmp_path / "f"
    index = column - 1 if column > 0 else 4 + column
    rows = [["w", "x", "y", "z"] for _ in range(4)]
    for row, tag in zip(rows, ["B-X", "I-X", "O", "I-Y"], strict=True):
        row[index] = tag
    between = delimiter or " \t"
    old = "\n".join(between.join(row) for row in rows).encode()
    path.write_bytes(old)
    found = read(path, column=column, size=5, delimiter=delimiter)
    check_runs(old, found.runs)
    new = found.rewritten("IOB2", "IOBES", "begin")
    for row, tag in zip(rows, ["B-X", "E-X", "O", "S-Y"], strict=True):
        row[index] = tag
    assert new == "\n".join(between.join(row) for row in rows).encode()
    tokens = [run.token(k) for run in found.runs for k in range(run.size)]
    assert tokens == [row[index == 0] for row in rows]


def test_a_tag_in_another_column_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"I-X I-X I-X\nI-X I-X I-X\n")
    new = b"I-X B-X I-X\nI-X I-X I-X\n"
    assert read(path, column=2).rewritten("IOB2", "IOB2", "begin") == new


def test_there_is_no_such_column(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"a O\n")
    with pytest.raises(LayoutError, match="f:1: there is no column 3"):
        read(path, column=3)


def test_a_word_is_no_tag(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"# c\n\na O\nb x\n")
    for size in (1, 1 << 19):
        with pytest.raises(TagError, match="f:4: tag 'x' fits no scheme") as caught:
            read(path, size=size)
        assert "--tag-column" in caught.value.hint


@pytest.mark.parametrize(
    ("data", "delimiter", "column", "tokens"),
    [
        (b"Rome B-X\nb O\n", "", -1, ["Rome", "b"]),
        (MARK + b"Rome B-X\r\n\r\nb O", " ", -1, ["Rome", "b"]),
        (b"B-X\tNew York\nO\tb\n", "\t", 1, ["New York", "b"]),
        (b"  Rome   NN B-X \n", "", -1, ["Rome"]),
        (b"B-X\nO\n", "", -1, ["", ""]),
        ("日本 B-X\n".encode(), " ", -1, ["日本"]),
        (b"\xff B-X\n", " ", -1, ["\\xff"]),
        # A token may read like its tag.
        (b"O NN O\n", " ", -1, ["O"]),
    ],
)
def test_tokens(
    tmp_path: Path, data: bytes, delimiter: str, column: int, tokens: list[str]
) -> None:
    path = tmp_path / "f"
    path.write_bytes(data)
    runs = read(path, column=column, delimiter=delimiter, size=4).runs
    assert [run.token(k) for run in runs for k in range(run.size)] == tokens


# ------------------------------------------------------------------------------------ rewriting


def tag_fields(data: bytes, delimiter: str, token_lines: list[int], index: int) -> Iterator[bytes]:
    """Yield the tags of a file by a plain splitter."""
    lines = only_lf(data.removeprefix(MARK))
    for number in token_lines:
        yield fields_of(lines[number - 1], delimiter)[0][index]


def fields_of(line: bytes, delimiter: str) -> tuple[list[bytes], list[bytes]]:
    """Return the fields of a line, and what stands before, between and behind them."""
    text = re.sub(rb"\r?\n?\Z", b"", line)
    pattern = re.escape(delimiter.encode()) if delimiter else b"[ \t]+"
    parts = re.split(b"(%s)" % pattern, text)
    fields, gaps = parts[::2], parts[1::2]
    rest = line[len(text) :]
    if delimiter:
        return fields, [*gaps, rest]
    filled = [field for field in fields if field]
    return filled, [b"" if fields[0] else b"(", *gaps, b"" if fields[-1] else b")", rest]


schemes = st.sampled_from(sorted(SCHEMES))


@pytest.mark.slow
@fewer
@given(
    sentences=corpora,
    look=looks,
    seed=seeds,
    size=block_sizes,
    scheme=schemes,
    to=schemes,
    method=st.sampled_from(sorted(REPAIRS)),
    column=st.sampled_from([2, 3]),
)
def test_only_the_tags_of_one_column_change(
    folder: Path,
    *,
    sentences: list,
    look: Look,
    seed: int,
    size: int,
    scheme: str,
    to: str,
    method: str,
    column: int,
) -> None:
    look.extra_columns = 0
    text = render(sentences, (0, 1, 2), look, seed)
    source = write(folder / "rewritten", text, look)
    old = write_plainly(folder / "old", text, look)
    found = read(source.path, size=size, delimiter=look.delimiter or "", column=column)
    new = found.rewritten(scheme, to, method)
    # Line by line, field by field, gap by gap.
    token_lines = set(text.token_lines)
    for number, before, after in differing_lines(old, new):
        assert number in token_lines
        (fields, gaps), (new_fields, new_gaps) = (
            fields_of(line.removeprefix(MARK), look.delimiter) for line in (before, after)
        )
        assert gaps == new_gaps
        assert before.startswith(MARK) == after.startswith(MARK)
        assert fields.pop(column - 1) != new_fields.pop(column - 1)
        assert fields == new_fields
    # And the tags are those that the sentences have when they are rewritten as lists.
    side = [[token[column - 1] for token in sentence] for sentence in sentences]
    expected = [tag for sentence in side for tag in plainly(sentence, scheme, to, method)]
    tags = tag_fields(new, look.delimiter, text.token_lines, column - 1)
    assert [tag.decode() for tag in tags] == expected


def plainly(sentence: list[str], scheme: str, to: str, method: str) -> list[str]:
    """Return one sentence rewritten; a tag that does not change is left as it is written."""
    tags = TagSet({}, TagForm())
    codes = np.array([tags.code(tag) for tag in sentence], np.int32)
    new = rewrite(codes, np.zeros(1, np.intp), scheme, to, method).codes.tolist()
    names, mask = ["", *tags.types], (1 << PREFIX_BITS) - 1
    result = []
    for old, code, text in zip(codes.tolist(), new, sentence, strict=True):
        prefix = TagForm().prefixes[code & mask]
        if code == old:
            result.append(text)
        elif code >> PREFIX_BITS == old >> PREFIX_BITS:
            # The type stays as it is written, with its hyphen if it has none.
            result.append(prefix + text[1:])
        else:
            result.append(TagForm().spell(code & mask, names[code >> PREFIX_BITS]))
    return result


@pytest.mark.slow
@fewer
@given(sentences=corpora, look=looks, seed=seeds, size=block_sizes, scheme=schemes)
def test_repaired_files_score_strictly_as_the_file_leniently(
    folder: Path, *, sentences: list, look: Look, seed: int, size: int, scheme: str
) -> None:
    """And strictly as before, where ill-formed spans were discarded."""
    look.compression = "plain"
    same = [[(word, tag, tag) for word, _, tag in sentence] for sentence in sentences]
    path = folder / "repaired"
    delimiter = look.delimiter or "whitespace"

    def score(reading: str) -> spanf1.Result:
        return spanf1.score_file(path, delimiter=delimiter, scheme=scheme, reading=reading)

    for reading, method in (("lenient", "begin"), ("strict", "discard")):
        write(path, render(same, (0, 1, 2), look, seed), look)
        before = score(reading)
        found = read(path, size=size, delimiter=look.delimiter or "", form=TagForm())
        new = [in_scheme(run, scheme, scheme, method) for run in found.runs]
        lost = sum(len(one.lost) for one in new)
        path.write_bytes(found.rewritten(scheme, scheme, method))
        after = score("strict")
        assert after.ill_formed[1].spans == 0
        assert after.micro.predicted == before.micro.predicted - lost
        if not lost:
            assert [after[name].predicted for name in before.types if name in after.types] == [
                before[name].predicted for name in before.types if name in after.types
            ]
        assert lost == 0 or (scheme, method) == ("IO", "begin")


def runs_of(folder: Path, data: bytes, form: str | None = None) -> Read:
    path = folder / "f"
    path.write_bytes(data)
    return read(path, size=3, form=FORMS[form] if form else None)


@pytest.mark.parametrize(
    ("old", "scheme", "to", "method", "new"),
    [
        pytest.param(
            "a PER-I\nb PER-I\n", "IOB2", "IOB2", "begin", "a PER-B\nb PER-I\n", id="last"
        ),
        pytest.param("a i_x\nb o\n", "IOB2", "IOB2", "begin", "a b_x\nb o\n", id="lower"),
        pytest.param("a i_x\nb o\n", "IOB2", "IOB2", "discard", "a o\nb o\n", id="lower o"),
        pytest.param("a b-x\nb i-y\n", "IOB2", "IOB2", "join", "a b-x\nb i-x\n", id="join"),
        pytest.param("a B\nb I-y\n", "IOB2", "IOB2", "join", "a B\nb I\n", id="join untyped"),
        pytest.param("a I-\nb B-_\n", "IOB2", "IOB2", "begin", "a B-\nb B-_\n", id="untyped"),
        pytest.param("a -I\nb x-B\n", "IOB2", "IOB2", "begin", "a -B\nb x-B\n", id="untyped last"),
        pytest.param("a B-é\nb I-é\n", "IOB2", "BILOU", "begin", "a B-é\nb L-é\n", id="unicode"),
        pytest.param("a B:x\nb I:x\n", "IOB2", "BMEWO", "begin", "a B:x\nb E:x\n", id="colon"),
    ],
)
def test_tags_are_written_as_they_were(
    tmp_path: Path, *, old: str, scheme: str, to: str, method: str, new: str
) -> None:
    assert runs_of(tmp_path, old.encode()).rewritten(scheme, to, method) == new.encode()


@pytest.mark.parametrize("outside", ["o", "O"])
def test_what_is_discarded_is_o_whatever_the_blocks(tmp_path: Path, outside: str) -> None:
    """In lower case it may be a letter of either case, as what was read so far has it."""
    path = tmp_path / "f"
    text = b"a i_x\n\nb i_y\nc i_x\n\nd %s\n\ne i_x\n" % outside.encode()
    path.write_bytes(text)
    for size in (3, 9, 999):
        written = written_run_by_run(path, size, "IOB2", "discard")
        assert written.lower() == b"a o\n\nb o\nc o\n\nd o\n\ne o\n"
    assert written.replace(outside.encode(), b"") == b"a \n\nb \nc \n\nd \n\ne \n"


@pytest.mark.parametrize(
    ("early", "new"),
    [
        ("B-B", "B-S"),
        ("B", "S"),
        ("S-B", "S-S"),
        ("O", "O"),
        ("x-B", "x-S"),
    ],
)
def test_a_doubtful_tag_is_written_rightly_or_refused(tmp_path: Path, early: str, new: str) -> None:
    """The tags behind it say in which form it is, and may be in another run."""
    path = tmp_path / "f"
    path.write_bytes(f"a {early}\nb O\n\nc PER-B\n".encode())
    written = set()
    for size in (3, 9, 999):
        try:
            written.add(written_run_by_run(path, size, "IOBES", "begin").decode())
        except TagError:
            written.add("refused")
    assert written - {"refused"} == {f"a {new}\nb O\n\nc PER-S\n"}


def written_run_by_run(path: Path, size: int, to: str, method: str) -> bytes:
    """Write each run before the next one is read, as a file too large for memory is written."""
    tags = TagSet({})
    pieces = []
    for run in raw_lines(TagFile(ColumnFile(Source(str(path)), block_size=size)), tags):
        new = in_scheme(run, "IOB2", to, method)
        pieces.append(run.respelt(new.codes, tags).data)
    return b"".join(pieces)


def test_a_file_can_be_read_twice(tmp_path: Path) -> None:
    """First to check it, say, and then to write it: its layout is known the second time."""
    path = tmp_path / "f"
    data = MARK + b"# comment\n" * 5000 + b"a B-X\nb I-X\n\nc O"
    path.write_bytes(data)
    reader = TagFile(ColumnFile(Source(str(path)), block_size=1000))
    for _ in range(2):
        check_runs(data, list(raw_lines(reader, TagSet({}))))


def in_form(form: TagForm, outside: str = "") -> bytes:
    """Return a small file, its tags in a form, or O in another."""
    tags = [(1, "PER"), (2, "PER"), (0, ""), (1, "a-b_c"), (1, "_")]
    spelt = [outside if outside and not tag[0] else form.spell(*tag) for tag in tags]
    lines = [f"w{number}\t{tag}\r\n" for number, tag in enumerate(spelt)]
    return "".join(["# B-PER\tB-PER\tx\n", *lines, "\n", lines[2]]).encode()


@pytest.mark.parametrize("to", FORMS)
@pytest.mark.parametrize("form", FORMS)
def test_from_each_form_to_each(tmp_path: Path, form: str, to: str) -> None:
    found = runs_of(tmp_path, in_form(FORMS[form]))
    assert found.respelt() == in_form(FORMS[form])
    assert found.respelt(FORMS[to]) == in_form(FORMS[to])


@pytest.mark.parametrize("form", ["b-PER", "PER_b"])
def test_o_in_upper_case_among_lower_case_can_be_read_again(tmp_path: Path, form: str) -> None:
    data = in_form(FORMS[form], outside="O")
    found = runs_of(tmp_path, data)
    assert found.respelt() == data
    for to in FORMS.values():
        again = runs_of(tmp_path, found.respelt(to))
        assert again.codes == found.codes
        assert again.tags.form == to


def test_only_codes_that_change_are_written(tmp_path: Path) -> None:
    """In any code: also where none was before, and of a type that was not there."""
    data = b"a O\nb B-X\nc I-X\n"
    path = tmp_path / "f"
    path.write_bytes(data)
    tags = TagSet({})
    runs = list(raw_lines(TagFile(ColumnFile(Source(str(path)))), tags))
    assert runs[0].size == 3 or b"".join(run.data for run in runs) == data
    new_type = tags.code("S-new")
    new = b"".join(run.respelt(np.full(run.size, new_type, np.int32), tags).data for run in runs)
    assert new == b"a S-new\nb S-new\nc S-new\n"
    nothing = b"".join(run.respelt(np.zeros_like(run.sentences.codes), tags).data for run in runs)
    assert nothing == b"a O\nb O\nc O\n"


def test_the_last_line_tells_how_tags_are_written_too(tmp_path: Path) -> None:
    """A last line without an end is a block of its own; a comment before it is no token."""
    path = tmp_path / "f"
    path.write_bytes(b"# text = a b\nRome _ NN O O\nRome - - B-A B-A")
    found = tally(TagFile(ColumnFile(Source(str(path)), delimiter=" ")))
    assert (found.tokens, found.gold.forms) == (2, {"B-PER"})
