from __future__ import annotations

import builtins
import io
import json
import random
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.core.documents import Document, TextSpan, joined
from spanf1.exceptions import LayoutError, LossError, ReadError, SpanF1Error, UsageError
from spanf1.formats import spacy as spacy_files
from spanf1.formats.options import InputOptions
from spanf1.formats.registry import Input, Writing
from spanf1.formats.source import Source

pytest.importorskip("spacy")

import spacy
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example
from spacy.vocab import Vocab

pytestmark = pytest.mark.filterwarnings("ignore")

NLP = spacy.blank("xx")
TEXTS = ["Ada met  Zoë😀 in\n\nNew York.", "  Rome\r\n", "", " ", "a\u00a0b\t c "]


def saved(path: Path, *docs: Doc, **options: Any) -> Path:
    DocBin(docs=docs, **options).to_disk(path)
    return path


def reading(path: object, **how: Any) -> Input:
    return Input(Source(str(path)), "spacy", InputOptions(**how))


def read(path: object, **how: Any) -> list[Document]:
    return list(reading(path, **how).documents())


def written(*documents: Document, **how: Any) -> bytes:
    stream = io.BytesIO()
    spacy_files.write(documents, stream, Writing(**how))
    return stream.getvalue()


def docs_of(content: bytes) -> list[Doc]:
    return list(DocBin().from_bytes(content).get_docs(Vocab()))


def spans(*found: tuple[str, int, int]) -> list[TextSpan]:
    return [TextSpan(name, ((start, end),)) for name, start, end in found]


@pytest.fixture
def doc() -> Doc:
    doc = NLP(TEXTS[0])
    doc.ents = [doc.char_span(0, 3, "PER"), doc.char_span(18, 26, "LOC", kb_id="Q60")]
    doc.spans["sc"] = [
        doc.char_span(0, 7, "A B"),
        Span(doc, 0, 1, "PER"),
        doc.char_span(0, 7, "A B"),
    ]
    doc.spans["none"] = []
    doc.user_data["id"] = "x"
    doc.cats["sport"] = 1.0
    return doc


def test_entities(tmp_path: Path, doc: Doc) -> None:
    side = reading(saved(tmp_path / "a.spacy", doc, NLP("in Rome"), store_user_data=True))
    first, second = side.documents()
    assert side.key == "ents"
    assert first.spans == spans(("PER", 0, 3), ("LOC", 18, 26))
    assert [first.text_of(span) for span in first.spans] == ["Ada", "New York"]
    assert first.words() == ["Ada", "met", "Zoë", "😀", "in", "New", "York", "."]
    assert (first.text, first.line, first.id, first.spaced) == (TEXTS[0], 1, None, False)
    assert first.begins
    assert second == Document("in Rome", [], [(0, 2), (3, 7)], line=2, missing=((0, 7),))


def test_a_group_of_spans(tmp_path: Path, doc: Doc) -> None:
    path = saved(tmp_path / "a.spacy", doc)
    side = reading(path, key="sc", alone=False, side="predicted")
    (found,) = side.documents()
    assert side.key == "sc"
    assert found.spans == spans(("A B", 0, 7), ("PER", 0, 3), ("A B", 0, 7))
    assert read(path, key="none")[0].spans == []
    assert read(path, alone=False)[0].spans == spans(("PER", 0, 3), ("LOC", 18, 26))


def test_a_group_that_is_not_there(tmp_path: Path, doc: Doc) -> None:
    path = saved(tmp_path / "a.spacy", doc, NLP("in Rome"))
    with pytest.raises(LayoutError, match=r"(?m)a\.spacy:2: .* 'sc'; there are: 'ents'$"):
        read(path, key="sc")
    with pytest.raises(LayoutError, match=r"(?m)a\.spacy:1: .*: 'ents', 'sc', 'none'$"):
        read(path, key="spans")
    with pytest.raises(UsageError, match="entities once"):
        read(path, alone=False, side="predicted")


def test_spans_without_label_or_characters(tmp_path: Path) -> None:
    doc = NLP("in Rome")
    for span, what in ((doc[:1], "label"), (Span(doc, 1, 1, "X"), "characters")):
        doc.spans["sc"] = [span]
        path = saved(tmp_path / "a.spacy", doc)
        with pytest.raises(LayoutError, match=f"spacy:1: the span .* in sc has no {what}"):
            read(path, key="sc")


def test_documents_without_white_space(tmp_path: Path) -> None:
    doc = Doc(Vocab(), words=["in", "Rome", "!"], ents=["O", "B-LOC", "O"])
    (found,) = read(saved(tmp_path / "a.spacy", doc))
    text, tokens = joined(["in", "Rome", "!"])
    assert found == Document(text, spans(("LOC", 3, 7)), tokens, line=1, spaced=True)
    (again,) = docs_of(written(found))
    assert again.has_unknown_spaces
    assert [ent.text for ent in again.ents] == ["Rome"]


def test_other_attributes_are_not_needed(tmp_path: Path, doc: Doc) -> None:
    doc.ents[0][0].lemma_ = "ada"
    (found,) = read(saved(tmp_path / "a.spacy", doc, attrs=["LEMMA", "ENT_TYPE", "ENT_IOB"]))
    assert found.spans == spans(("PER", 0, 3), ("LOC", 18, 26))
    (found,) = read(saved(tmp_path / "b.spacy", doc, attrs=["LEMMA"]))
    assert (found.text, found.spans) == (TEXTS[0], [])


def test_standard_input_and_progress(monkeypatch: pytest.MonkeyPatch, doc: Doc) -> None:
    content = DocBin(docs=[doc]).to_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    side, seen = reading("-"), []
    side.progress = seen.append
    assert len(list(side.documents())) == 1
    assert seen == [len(content)]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_are_cut_as_spacy_cuts_them(tmp_path: Path, text: str) -> None:
    doc = NLP(text)
    (document,) = read(saved(tmp_path / "a.spacy", doc))
    (again,) = docs_of(written(document))
    assert again.text == document.text == text
    assert [token.text_with_ws for token in again] == [token.text_with_ws for token in doc]
    assert again.has_annotation("ENT_IOB") or not len(doc)


def test_write(tmp_path: Path, doc: Doc) -> None:
    path = saved(tmp_path / "a.spacy", doc)
    (again,) = docs_of(written(*read(path)))
    assert [(e.start, e.end, e.label_) for e in again.ents] == [
        (e.start, e.end, e.label_) for e in doc.ents
    ]
    (again,) = docs_of(written(*read(path, key="sc"), key="sc"))
    assert sorted((e.start, e.end, e.label_) for e in again.spans["sc"]) == sorted(
        (e.start, e.end, e.label_) for e in doc.spans["sc"]
    )
    assert not again.ents
    assert docs_of(written()) == []


AB = [(0, 1), (2, 3)]
LOSSES = [
    (Document(None, []), "needs text, and there are none"),
    (Document("a b", []), "needs tokens, and there are none"),
    (Document("a b", spans(("X", 0, 2)), AB), "the span 'a ' does not begin and end with tokens"),
    (Document("a b", [TextSpan("X", ((0, 1), (2, 3)))], AB), "the span 'a b' does not begin"),
    (Document("a b", [TextSpan("X", (), "a")], AB), "the span 'a' does not begin and end"),
    (Document("a b", spans(("X", 2, 1)), AB), "does not begin and end with tokens"),
    (Document("a b", spans(("X", 0, 3), ("Y", 2, 3)), AB), "'b' overlaps another span"),
    (Document("a b", spans(("X", 0, 1), ("X", 0, 1)), AB), "'a' overlaps another span"),
    (Document("a b", spans(("", 0, 1)), AB), "needs a type"),
    (Document("a b", spans(("\ud83d", 0, 1)), AB), "half a surrogate pair"),
    (Document("\ud83d", [], [(0, 1)]), "half a surrogate pair"),
    (Document("abc", [], [(0, 1), (2, 3)]), "the tokens are not the text around character 1"),
    (Document("abc", [], [(0, 2), (1, 3)]), "the tokens are not the text around character 1"),
    (Document("abc", [], [(0, 4)]), "the tokens are not the text"),
    (Document("abc", [], [(2, 1)]), "the tokens are not the text"),
]


@pytest.mark.parametrize(("document", "message"), LOSSES)
def test_what_cannot_be_written(document: Document, message: str) -> None:
    with pytest.raises(LossError) as caught:
        written(Document("", []), document)
    assert message in caught.value.message
    assert caught.value.where == "document 2"


def test_spacy_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.spacy", NLP("a"))
    real = builtins.__import__

    def missing(name: str, *args: Any) -> Any:
        if name.partition(".")[0] == "spacy":
            raise ImportError(name)
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", missing)
    for call, what in ((lambda: read(path), "reading"), (written, "writing")):
        with pytest.raises(UsageError, match=rf"(?m)^{what} \.spacy files needs spaCy$") as caught:
            call()
        assert caught.value.hint == "pip install 'spanf1[spacy]'"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"(?m)none: no such file$"):
        read(tmp_path / "none")
    with pytest.raises(ReadError, match="this is a directory, not a file"):
        read(tmp_path)
    path = tmp_path / "a.spacy"
    for content in (b"", b"O\n", zlib.compress(b""), zlib.compress(b"\x93\1\2\3"), b"\x78\x9c"):
        path.write_bytes(content)
        with pytest.raises(ReadError, match=r"a\.spacy: this is no \.spacy file, or it is dam"):
            read(path)


def test_damage(tmp_path: Path, doc: Doc) -> None:
    path = tmp_path / "a.spacy"
    content = zlib.decompress(DocBin(docs=[doc, NLP("in Rome"), doc]).to_bytes())
    chance = random.Random(5)
    refused = 0
    for _ in range(300):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(content))
            damaged[place : place + chance.randint(0, 2)] = chance.randbytes(chance.randint(0, 2))
        path.write_bytes(zlib.compress(damaged))
        try:
            read(path, key=chance.choice([None, "sc"]))
        except SpanF1Error:
            refused += 1
    assert refused > 100


@st.composite
def documents(draw: st.DrawFn) -> Document:
    letters = st.characters(codec="utf-8", exclude_characters="\0")
    word = st.text(letters, min_size=1, max_size=4).map(lambda text: "".join(text.split()))
    gap = st.text(st.sampled_from(" \n\r\t\u00a0\u2028"), max_size=3)
    text, tokens = draw(gap), []
    for token in draw(st.lists(word.filter(bool), max_size=6)):
        tokens.append((len(text), len(text) + len(token)))
        text += token + draw(gap)
    found, first = [], 0
    while first < len(tokens) and draw(st.booleans()):
        first = draw(st.integers(first, len(tokens) - 1))
        last = draw(st.integers(first, len(tokens) - 1))
        name = draw(st.text(letters, min_size=1))
        found.append(TextSpan(name, ((tokens[first][0], tokens[last][1]),)))
        first = last + 1
    return Document(text, found, tokens)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.lists(documents(), max_size=3), st.sampled_from([None, "sc"]))
def test_round_trip(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[Document], key: str | None
) -> None:
    path = tmp_path_factory.mktemp("spacy") / "a.spacy"
    content = written(*wanted, key=key)
    path.write_bytes(content)
    found = read(path, key=key)
    assert found == [document._replace(line=line) for line, document in enumerate(wanted, 1)]
    assert [doc.text for doc in docs_of(content)] == [document.text for document in wanted]
    assert written(*found, key=key) == content


def random_doc(rng: random.Random, *, missing: bool) -> Doc:
    """Return a text of ten tokens with random entities, and tokens that nobody annotated."""
    doc = Doc(NLP.vocab, words=list("abcdefghij"), spaces=[True] * 9 + [False])
    if missing and rng.random() < 0.2:
        return doc
    cuts = sorted(rng.sample(range(11), 6))
    entities = [Span(doc, a, b, rng.choice("XY")) for a, b in zip(cuts[::2], cuts[1::2])]  # noqa: B905
    kept = [entity for entity in entities if rng.random() < 0.8]
    free = [n for n in range(10) if not any(one.start <= n < one.end for one in kept)]
    unknown = [doc[n : n + 1] for n in free if missing and rng.random() < 0.4]
    doc.set_ents(kept, missing=unknown, default="outside")
    return doc


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("made_of_tokens", [False, True])
def test_what_nobody_annotated_does_not_count(
    tmp_path: Path, seed: int, made_of_tokens: bool
) -> None:
    rng = random.Random(seed)
    pairs = [(random_doc(rng, missing=False), random_doc(rng, missing=True)) for _ in range(30)]
    examples = [Example(*pair) for pair in pairs]
    expected = get_ner_prf(examples)
    predicted = saved(tmp_path / "p.spacy", *(pair[0] for pair in pairs))
    gold = saved(tmp_path / "g.spacy", *(pair[1] for pair in pairs))
    if made_of_tokens:
        predicted = tmp_path / "p.jsonl"
        records = [
            {
                "tokens": [token.text for token in doc],
                "entities": [{"start": e.start, "end": e.end, "type": e.label_} for e in doc.ents],
            }
            for doc, _ in pairs
        ]
        predicted.write_text("".join(json.dumps(record) + "\n" for record in records))
    result = spanf1.score_file(gold, predicted)
    ours = [result.micro.precision, result.micro.recall, result.micro.f1]
    assert ours == pytest.approx([expected[f"ents_{name}"] for name in "prf"])
    without = result.micro.predicted
    of = sum(len(doc.ents) for doc, _ in pairs)
    unknown = sum(token.ent_iob == 0 for _, doc in pairs for token in doc)
    notes = {
        f"{of - without} of {of} spans of {predicted} do not count, because {gold} is not "
        "annotated there (as in spaCy)",
        f"{gold}: tokens of which it is missing whether they are in entities left out: {unknown}",
    }
    assert notes <= {*result.input.remarks}


def test_texts_of_entities_are_not_annotated_either(tmp_path: Path) -> None:
    doc = Doc(NLP.vocab, words=["Ada"])
    gold = saved(tmp_path / "g.spacy", doc)
    (tmp_path / "p.json").write_text('[[{"text": "Ada", "type": "PER"}]]')
    result = spanf1.score_file(gold, tmp_path / "p.json", match="text")
    assert (result.micro.gold, result.micro.predicted) == (0, 0)


def test_predictions_without_entities_are_noted(tmp_path: Path, doc: Doc) -> None:
    gold = saved(tmp_path / "g.spacy", doc)
    predicted = saved(tmp_path / "p.spacy", Doc(NLP.vocab, words=[t.text for t in doc]))
    result = spanf1.score_file(gold, predicted)
    assert result.micro.predicted == 0
    note = "documents in which no entities are set, or not of all tokens: 1"
    assert f"{predicted}: {note}" in result.input.remarks
