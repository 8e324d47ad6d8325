"""Documents from and to columns of tokens and tags."""

from __future__ import annotations

import io
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.core.documents import Document, TextSpan, joined
from spanf1.core.schemes import SCHEMES
from spanf1.core.spans import ends_of
from spanf1.core.tags import tag_form
from spanf1.exceptions import LayoutError, LossError, ReadError, SpanF1Error, TagError, UsageError
from spanf1.formats.options import InputOptions
from spanf1.formats.registry import Input, Writing, write
from spanf1.formats.source import Source
from spanf1.formats.tokens import levels_of
from tests.helpers.shared_data import shared


@pytest.fixture
def reading(tmp_path):
    """Return a reading of a file with some content."""

    def made(content: str | bytes, **how) -> Input:
        path = tmp_path / "f.conll"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Input(Source(str(path), label="f.conll"), "columns", InputOptions(**how))

    return made


def written(documents, **how) -> str:
    target = io.BytesIO()
    write(documents, "columns", target, Writing(**how))
    return target.getvalue().decode()


def plain(documents) -> list[tuple]:
    """What tags show of documents: tokens, and spans without their shapes."""
    return [
        (one.words(), Counter((span.type, span.parts) for span in one.spans)) for one in documents
    ]


def found(documents) -> list[tuple[str, list[str]]]:
    return [
        (one.text, [f"{one.text_of(span)}={span.type}" for span in one.spans]) for one in documents
    ]


@pytest.mark.parametrize(
    ("content", "how", "expected"),
    [
        ("", {}, []),
        ("\n# only\n\n", {}, []),
        ("a B-X\nb I-X\n\nc O\n", {}, [("a b", ["a b=X"]), ("c", [])]),
        ("B-X a\nO b\n", {"tag_columns": (1,)}, [("a b", ["a=X"])]),
        ("1\ta\tB-X\n", {"token_column": 2}, [("a", ["a=X"])]),
        ("1\ta\tB-X\n", {"tag_columns": ("3",), "token_column": "2"}, [("a", ["a=X"])]),
        ("New York,B-X\n", {"delimiter": ","}, [("New York", ["New York=X"])]),
        ("a X_B\n", {"form": tag_form("PER_B")}, [("a", ["a=X"])]),
        ("\tO\na\tB-X\n", {}, [(" a", ["a=X"])]),
        # gold and predicted tags in one file
        ("a B-X O\n", {"alone": False}, [("a", ["a=X"])]),
        ("a B-X O\n", {"alone": False, "side": "predicted"}, [("a", [])]),
        ("B-X O a\n", {"tag_columns": (1, 2)}, [("a", ["a=X"])]),
        ("a x B-X\n", {"side": "predicted"}, [("a", ["a=X"])]),
        # several levels
        (
            "a B-X B-Y\nb I-X O\nc I-X B-Y\n",
            {"tag_columns": (2, 3)},
            [("a b c", ["a b c=X", "a=Y", "c=Y"])],
        ),
        ("a B-X B-X\n", {"tag_columns": (2, -1)}, [("a", ["a=X", "a=X"])]),
        ("B-X a O\n", {"tag_columns": (3, 1)}, [("a", ["a=X"])]),
        # names of columns
        ("W\tG\tN\na\tB-X\tO\n", {"tag_columns": ("G", "N")}, [("a", ["a=X"])]),
        ("W\tG\tN\na\tB-X\tO\n", {"tag_columns": (2,), "token_column": "W"}, [("a", ["a=X"])]),
        ("# global.columns = ID F N\n1\ta\tB-X\n", {"tag_columns": ("N",)}, [("1", ["1=X"])]),
    ],
)
def test_sentences_and_spans(reading, content, how, expected) -> None:
    one = reading(content, **how)
    assert found(one.documents()) == expected
    assert one.tags is not None


def test_what_else_a_sentence_has(reading) -> None:
    content = "-DOCSTART- O\n\na B-X\nb O\n\nc I-Y\n\n# newdoc id = 3\n# text = d\nd O\n"
    one = reading(content)
    documents = list(one.documents())
    assert [(x.line, x.begins, x.id, x.spaced) for x in documents] == [
        (3, True, None, True),
        (6, False, None, True),
        (10, True, None, True),
    ]
    assert documents[0].tokens == [(0, 1), (2, 3)]
    assert ends_of(documents[1].spans[0].shape).first == "I"
    assert one.key == "2"
    assert one.tags.types == {"X": 1, "Y": 2}


def test_key_of_several_columns(reading) -> None:
    one = reading("W\tG\tN\na\tB-X\tO\n", tag_columns=("N", "G"))
    assert len(list(one.documents())) == 1
    assert one.key == "3,2"


@pytest.mark.parametrize(
    ("content", "how", "error", "message"),
    [
        ("a B-X\nb\n", {}, LayoutError, "f.conll:2: 1 field where the lines before have 2"),
        ("a B-X\nb what\n", {}, TagError, "f.conll:2: tag 'what' fits no scheme"),
        ("a B-X _\n", {"tag_columns": (2, 3)}, TagError, "f.conll:1: tag '_' fits no scheme"),
        ("a B-X -\n", {"tag_columns": (2, 3)}, TagError, "f.conll:1: tag '-' fits no scheme"),
        ("a\tO\tO\nb\tO\t\n", {"tag_columns": (2, 3)}, TagError, "f.conll:2: empty tag"),
        ("a B-X X_B\n", {"tag_columns": (2, 3)}, TagError, "f.conll:1: tag 'X_B' is written as"),
        ("a O\n", {"tag_columns": (5,)}, LayoutError, "f.conll:1: there is no column 5"),
        ("a O\n", {"tag_columns": (1, 2)}, LayoutError, "f.conll:1: there is no column of tokens"),
        ("a O\n", {"alone": False}, LayoutError, "f.conll:1: there is no column of tokens"),
        ("a O\n", {"tag_columns": (2, -1)}, UsageError, "f.conll: column 2 is given twice"),
        ("a O\n", {"token_column": 2}, UsageError, "f.conll: tokens and tags are both in column 2"),
        ("a O\n", {"tag_columns": (0,)}, UsageError, "there is no column 0"),
        ("a O\n", {"delimiter": "ab"}, UsageError, "'ab' is no delimiter"),
        ("a\tN\nb\tO\n", {"tag_columns": ("M",)}, LayoutError, "f.conll:1: no column is called"),
        (b"a O\n\n\xe9 O\n", {}, ReadError, r"f.conll:3: token '\\udce9' is not UTF-8"),
        (b"a B-\xe9\n", {}, TagError, "f.conll:1: tag .* is not UTF-8"),
        ("\tB-X\na\tO\n", {}, LayoutError, "f.conll:1: token 1: the span here has nothing but"),
        ("a\0b O\n", {}, ReadError, "this is a binary file"),
    ],
)
def test_errors(reading, content, how, error, message) -> None:
    with pytest.raises(error, match=message):
        list(reading(content, **how).documents())


@pytest.mark.slow
@pytest.mark.parametrize("levels", [1, 2, 4])
def test_spans_are_those_of_every_column(reading, levels) -> None:
    rng = random.Random(levels)
    tags = ["O", *(f"{prefix}-{kind}" for prefix in "BIES" for kind in "XY")]
    # Long enough for several blocks, with one sentence that is longer than a block.
    lengths = [rng.randint(1, 9) for _ in range(4000)] + [60_000, 3]
    sentences = [
        [[rng.choice(tags) for _ in range(length)] for _ in range(levels)] for length in lengths
    ]
    content = "\n\n".join(
        "\n".join("\t".join((f"t{k}-é", *row)) for k, row in enumerate(zip(*one, strict=True)))
        for one in sentences
    )
    one = reading(content, tag_columns=tuple(range(2, levels + 2)))
    line = 1
    for document, columns in zip(one.documents(), sentences, strict=True):
        place = [offset[0] for offset in document.tokens]
        stop = [offset[1] for offset in document.tokens]
        expected = [
            (span.type, ((place[span.start], stop[span.end - 1]),))
            for column in columns
            for span in spanf1.decode(column)
        ]
        assert [(span.type, span.parts) for span in document.spans] == expected
        assert document.line == line
        line += len(columns[0]) + 1


@pytest.mark.parametrize(
    ("path", "columns"),
    [
        ("uner_en_ewt/en_ewt-ud-test.iob2", {"tag_column": 3, "token_column": 2}),
        ("wnut17/gold.conll", {"tag_column": 2, "token_column": 1}),
    ],
)
def test_as_many_spans_as_are_scored(path, columns) -> None:
    file = str(shared(path))
    scored = spanf1.score_file(
        file, file, pred_column=columns["tag_column"], gold_column=columns["tag_column"]
    )
    tags, token = columns["tag_column"], columns["token_column"]
    one = Input(Source(file), "columns", InputOptions(tag_columns=(tags,), token_column=token))
    documents = list(one.documents())
    assert sum(len(document.spans) for document in documents) == scored.micro.gold
    assert sum(len(document.tokens) for document in documents) == scored.tally.tokens
    back = written(documents)
    assert back.count("# newdoc\n") == sum(document.begins for document in documents)


def test_lines_that_are_written() -> None:
    text = 'She said "no".\nNew York'
    spans = [TextSpan("LOC", ((15, 23),)), TextSpan("LOC", ((19, 23),)), TextSpan("Q", ((9, 13),))]
    documents = [
        Document(text, spans, id="a b"),
        Document("x", (), id=3, begins=False),
        Document("", (), begins=False),
        Document("", ()),
        Document("# x", [], [(0, 1), (2, 3)], id="a\nb"),
    ]
    assert written(documents, levels=2).split("\n\n") == [
        '# newdoc id = a b\nShe\tO\tO\nsaid\tO\tO\n"\tB-Q\tO\nno\tI-Q\tO\n"\tI-Q\tO\n.\tO\tO\n'
        "New\tB-LOC\tO\nYork\tI-LOC\tB-LOC",
        "x\tO\tO",
        "# newdoc",
        "# newdoc\n#\tO\tO\nx\tO\tO\n",
    ]


def test_marks_of_documents_are_read_again(reading) -> None:
    documents = [
        Document(word, (), begins=begins, id=key)
        for word, begins, key in (("a", True, "1"), ("b", False, None), ("c", True, None))
    ]
    again = reading(written(documents)).documents()
    assert [document.begins for document in again] == [True, False, True]


@pytest.mark.parametrize("word", ["\ufeffa", "#", "-X-", "é", "10\u00a0000", "a\u2028b", "𝒳", '"'])
def test_odd_tokens_are_read_again(reading, word) -> None:
    text, tokens = joined([word, word])
    one = Document(text, [TextSpan("X", (tokens[0],))], tokens, begins=False)
    assert plain(reading(written([one, one])).documents()) == plain([one, one])


def test_a_line_that_marks_a_document_stays_one(reading) -> None:
    documents = [Document("-DOCSTART-", (), [(0, 10)]), Document("a", (), begins=False)]
    content = written(documents)
    assert content == "-DOCSTART-\tO\n\na\tO\n"
    assert [one.begins for one in reading(content).documents()] == [True]


@pytest.mark.parametrize(
    ("words", "kind", "message"),
    [
        (["a b"], "X", "line 4: 'a b' cannot be in a column"),
        (["a", ""], "X", "line 4: '' cannot be in a column"),
        (["a\tb"], "X", "cannot be in a column"),
        (["a\n"], "X", "cannot be in a column"),
        (["a\0"], "X", "cannot be in a column"),
        (["a"], "X Y", "'B-X Y' cannot be in a column"),
        (["a"], "X\n", "type .* cannot be written in a tag"),
        (["-DOCSTART-", "a"], "X", "would be read as the beginning of a document"),
        (["-DOCSTART-"], "X", "would be read as the beginning of a document"),
        (["\ud800"], "X", "half of a surrogate pair"),
    ],
)
def test_what_cannot_be_written(words, kind, message) -> None:
    text, tokens = joined(words)
    one = Document(text, [TextSpan(kind, (tokens[0],))], tokens, line=4)
    with pytest.raises(LossError, match=message):
        written([one])


words = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\t\n\v\f\r "), min_size=1
).filter(lambda word: "-DOCSTART-" not in word)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(data=st.data(), scheme=st.sampled_from(list(SCHEMES)), levels=st.integers(1, 3))
def test_round_trips(tmp_path_factory, data, scheme, levels) -> None:
    documents = []
    for sentence in data.draw(st.lists(st.lists(words, min_size=1, max_size=6), max_size=4)):
        text, tokens = joined(sentence)
        spans = []
        for _ in range(data.draw(st.integers(0, 5))):
            start = data.draw(st.integers(0, len(tokens) - 1))
            end = data.draw(st.integers(start, len(tokens) - 1))
            parts = ((tokens[start][0], tokens[end][1]),)
            spans.append(TextSpan(data.draw(st.sampled_from(["A", "B-A", "_", "é"])), parts))
        one = Document(text, spans, tokens, begins=data.draw(st.booleans()))
        lost = {index for index, _ in levels_of(one, levels, scheme).lost}
        kept = [span for index, span in enumerate(spans) if index not in lost]
        documents.append(one._replace(spans=kept))
    path = tmp_path_factory.getbasetemp() / "round.conll"
    path.write_text(written(documents, scheme=scheme, levels=levels), "utf-8", newline="")
    how = InputOptions(tag_columns=tuple(range(2, levels + 2)))
    again = list(Input(Source(str(path)), "columns", how).documents())
    assert plain(again) == plain(documents)
    assert [one.begins for one in again] == [one.begins for one in documents]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60) | st.text("aBIO-X_# \t\n\r0é", max_size=60).map(str.encode))
def test_nothing_but_clean_errors(tmp_path_factory, content) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.conll"
    path.write_bytes(content)
    for columns in (None, (1, 2), (2, "X")):
        one = Input(Source(str(path)), "columns", InputOptions(tag_columns=columns or ()))
        try:
            for document in one.documents():
                document.text.encode()
        except SpanF1Error as error:
            message = str(error)
            assert "\n" not in message
