"""What Hypothesis draws for formats of records: documents, and anything that JSON may hold."""

from __future__ import annotations

from hypothesis import strategies as st

from spanf1.core.documents import Document, TextSpan

TEXT = "Ada saw Paris."

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


@st.composite
def texts_with_spans(draw, parts=2):
    text = draw(st.text(characters, max_size=12))
    places = st.integers(0, len(text))
    spans = []
    for _ in range(draw(st.integers(0, 4)) if text else 0):
        cuts = sorted(draw(st.sets(places, min_size=2, max_size=2 * parts)))[: 2 * parts]
        pairs = tuple(zip(cuts[::2], cuts[1::2], strict=False))
        spans.append(TextSpan(draw(st.text(characters, min_size=1, max_size=3)), pairs))
    cuts = sorted(draw(st.sets(places, max_size=8)))
    tokens = draw(st.none() | st.just(list(zip(cuts[::2], cuts[1::2], strict=False))))
    name = draw(st.none() | st.integers() | st.text(characters, max_size=3))
    return Document(text, spans, tokens, name)


# Anything that JSON may hold, and more, where records are expected.
NAMES = """
    text data spans entities label labels start end start_offset end_offset offsets type tokens
    answer id relations entity_group entity word index gold pred annotations predictions result
    value
"""
keys = st.sampled_from(NAMES.split())
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 20),
    st.sampled_from([10**30, -(10**25), 1.5, float("inf"), float("nan")]),
    st.text(max_size=3),
    st.sampled_from(["accept", "PER", "B-PER", TEXT, "\ud800", "\x00"]),
)
trees = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
items = st.dictionaries(keys, plain, max_size=5) | st.tuples(plain, plain, plain) | trees
likely = st.fixed_dictionaries(
    {"text": st.just(TEXT) | plain, "spans": st.lists(items, max_size=3) | trees},
    optional={key: st.lists(items, max_size=2) | trees for key in ("label", "tokens", "entities")},
)
damage = st.sampled_from(
    [b"", b"[" * 3000, b'{"a":' * 3000, b"9" * 5000, b"NaN", b"\xff", b"\xed\xa0\x80", b"\\ud800"]
)
