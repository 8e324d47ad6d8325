"""What must hold for any tags and any file: the same content always gives the same counts."""

import json
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spanf1
from spanf1.core.schemes import READINGS, SCHEMES
from spanf1.core.spans import Decoder, decode, ends_of, shape_of, walk
from spanf1.core.tag_counter import tally, tally_into, tally_parts
from spanf1.core.tags import tag_sets
from spanf1.formats import opening
from spanf1.formats.columns.file import ColumnFile
from spanf1.formats.columns.tags import MergedFile, PairedFiles
from spanf1.formats.lists import ListReader
from spanf1.formats.source import Source
from tests.helpers.files import column_file, documents_in, lists_of, render, tally_of_lists, write
from tests.helpers.oracles import ALPHABETS, Span, encode, random_spans
from tests.helpers.plain import RULES, decode_slowly, is_well_formed, same
from tests.helpers.strategies import (
    TYPES,
    Look,
    block_sizes,
    corpora,
    looks,
    seeds,
    steady,
    tag_pairs,
    tags,
)

# Decoding.

sentences_of_tags = st.lists(tags, max_size=20)


@steady
@given(sentences_of_tags)
def test_decode_follows_the_grid(sentence):
    assert spanf1.decode(sentence) == decode_slowly(sentence)


@steady
@given(sentences_of_tags, st.sampled_from(sorted(RULES)))
def test_strict_spans_are_the_well_formed_ones_of_the_lenient(sentence, scheme):
    lenient = spanf1.decode(sentence)
    strict = spanf1.decode(sentence, scheme=scheme, reading="strict")
    assert strict == [span for span in lenient if is_well_formed(span, sentence, scheme)]
    assert set(strict) <= set(lenient)


@steady
@given(sentences_of_tags, st.sampled_from(sorted(RULES)))
def test_the_reading_error_refuses_what_strict_drops(sentence, scheme):
    lenient = spanf1.decode(sentence)
    if spanf1.decode(sentence, scheme=scheme, reading="strict") == lenient:
        assert spanf1.decode(sentence, scheme=scheme, reading="error") == lenient
    else:
        with pytest.raises(spanf1.IllFormedError, match=r"^tag \d+: "):
            spanf1.decode(sentence, scheme=scheme, reading="error")


@steady
@given(st.lists(sentences_of_tags, max_size=5), st.data())
def test_shapes_are_the_same_however_tags_arrive(sentences, data):
    """All at once, in runs that cut spans in two, and without arrays."""
    tag_set, _ = tag_sets()
    codes = np.array([tag_set.code(tag) for tags in sentences for tag in tags], np.int32)
    starts = np.cumsum([0, *map(len, sentences)])[:-1]
    starts = np.unique(starts[starts < len(codes)])
    whole = decode(codes, starts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(codes)), max_size=3)))
    decoder, parts = Decoder(), []
    for first, last in pairwise([0, *cuts, len(codes)]):
        within = starts[(starts >= first) & (starts < last)] - first
        parts.append(decoder.feed(codes[first:last], within)[0])
    parts.append(decoder.finish())
    for one, several in zip(whole, zip(*parts, strict=True), strict=True):
        assert one.tolist() == np.concatenate(several).tolist()
    *places, shapes = (column.tolist() for column in whole)
    by_place = dict(zip(zip(*places, strict=True), shapes, strict=True))
    assert walk(codes.tolist(), set(starts.tolist())) == by_place
    assert [shape_of(ends_of(shape)) for shape in shapes] == shapes


def test_these_rules_are_of_all_schemes():
    assert RULES.keys() == SCHEMES.keys() == ALPHABETS.keys()


# Encoding and detection.


@steady
@given(st.integers(0, 2**32), st.integers(1, 30), st.sampled_from(sorted(set(RULES) - {"IO"})))
def test_decoding_undoes_encoding(seed, length, scheme):
    spans = random_spans(np.random.default_rng(seed), length, TYPES)
    sentence = encode(spans, length, scheme)
    assert spanf1.decode(sentence, scheme=scheme, reading="strict") == spans
    assert spanf1.decode(sentence) == spans


@steady
@given(st.integers(0, 2**32), st.integers(1, 30), st.sampled_from(sorted(RULES)))
def test_the_scheme_of_well_formed_tags_is_among_those_that_fit(seed, length, scheme):
    sentence = encode(random_spans(np.random.default_rng(seed), length), length, scheme)
    result = spanf1.evaluate([sentence], [sentence])
    assert scheme in result.gold_schemes
    assert scheme in result.pred_schemes
    assert result.ill_formed[0].spans == 0


# Spans of one to three tokens, some of which touch one of their type, or of another.
VARIED = [Span(0, 3, "A"), Span(3, 4, "A"), Span(4, 6, "A"), Span(6, 8, "B"), Span(9, 10, "B")]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("scheme", "fitting"),
    [(scheme, [scheme]) for scheme in RULES if scheme != "IO"]
    # Without the marks that part spans of one type, IOB1 and IOE1 are IO.
    + [("IO", ["IOB1", "IOE1", "IO"])],
)
def test_the_scheme_of_varied_tags_is_detected(scheme, fitting, seed):
    rng = np.random.default_rng(seed)
    sentences = [encode(random_spans(rng, 12), 12, scheme) for _ in range(10)]
    sentences.append(encode(VARIED, 12, scheme))
    result = spanf1.evaluate(sentences, sentences)
    assert result.gold_schemes == fitting
    assert result.pred_schemes == fitting


# Files. A file is written from sentences, with noise that must not count, and read again.


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


def assert_same(found, expected, gold_text, predicted_text):
    """Compare everything but documents, which lists do not have; lines are those of tokens."""
    gold, predicted = (
        replace(side, first=lines_of(side.first, text), lines=len(text.lines))
        for side, text in zip(expected.sides, (gold_text, predicted_text), strict=True)
    )
    counted = replace(expected, documents=found.documents, gold=gold, predicted=predicted)
    assert found == counted


def lines_of(first, text):
    """Return the lines of tokens given by number, shape by shape."""
    return {shape: text.token_lines[token - 1] for shape, token in first.items()}


@pytest.mark.slow
@steady
@given(corpora, looks, seeds, block_sizes)
def test_a_file_counts_as_the_lists_it_was_written_from(folder, sentences, look, seed, size):
    text = render(sentences, (0, 1, 2), look, seed)
    source = write(folder / "merged", text, look)
    found = tally(MergedFile(column_file(source, look, size)))
    assert_same(found, tally_of_lists(sentences), text, text)
    assert found.documents == documents_in(text)


@pytest.mark.slow
@steady
@given(
    sentences=corpora,
    look=looks,
    seed=seeds,
    size=block_sizes,
    columns=st.sampled_from([(2, 3), (3, 2), (-1, -2), (1, -1)]),
)
def test_columns_can_be_anywhere(folder, *, sentences, look, seed, size, columns):
    look.extra_columns = 0
    text = render(sentences, (0, 1, 2), look, seed)
    source = write(folder / "columns", text, look)
    by_column = dict(zip((1, 2, 3, -3, -2, -1), (0, 1, 2, 0, 1, 2), strict=True))
    sides = [by_column[column] for column in columns]
    reader = MergedFile(column_file(source, look, size), *columns)
    if 0 in sides:  # of words as tags, only a few are tags
        bad = [token[0] for s in sentences for token in s if token[0] not in ("O", "B-A")]
        assert bad
        with pytest.raises(spanf1.TagError, match=r"columns:\d+: "):
            tally(reader)
        return
    chosen = [[(token[0], *(token[side] for side in sides)) for token in s] for s in sentences]
    assert_same(tally(reader), tally_of_lists(chosen), text, text)


@pytest.mark.slow
@steady
@given(
    sentences=corpora,
    look=looks,
    seed=seeds,
    size=block_sizes,
    part=st.integers(1, 200),
    workers=st.integers(1, 4),
)
def test_parts_of_a_file_add_up_to_it(folder, *, sentences, look, seed, size, part, workers):
    text = render(sentences, (0, 1, 2), look, seed)
    source = write(folder / "parts", text, look)
    reader = MergedFile(column_file(source, look, size))
    parts = [*reader.parts(part)]
    if look.compression != "plain":
        assert parts == [reader]
    with ThreadPoolExecutor(workers) as executor:
        found = tally_parts(parts, executor, tally)
    assert_same(found, tally_of_lists(sentences), text, text)
    assert found.documents == documents_in(text)


@pytest.mark.slow
@steady
@given(
    sentences=corpora,
    look=looks,
    seed=seeds,
    size=block_sizes,
)
def test_the_script_counts_a_file_as_the_lists(folder, *, sentences, look, seed, size):
    """It takes the first lines of documents for tokens, but these are O on both sides."""
    text = render(sentences, (0, 1, 2), look, seed)
    file = column_file(write(folder / "script", text, look), look, size)
    file.script = True
    reader = MergedFile(file)
    expected = tally(ListReader(*lists_of(sentences)), script=True)
    assert tally(reader, script=True).script == expected.script


def test_a_file_is_cut_into_many_parts(folder):
    """Lest the property above holds because there is never more than one."""
    path = folder / "many"
    path.write_text("a O B-A\nb I-A I-A\n\n" * 500)
    reader = MergedFile(ColumnFile(Source(str(path))))
    parts = [*reader.parts(100)]
    assert len(parts) == 84
    with ThreadPoolExecutor(4) as executor:
        assert tally_parts(parts, executor, tally) == tally(reader)


@pytest.mark.slow
@steady
@given(
    sentences=corpora,
    look=looks,
    other=looks,
    seed=seeds,
    sizes=st.tuples(block_sizes, block_sizes),
    by_position=st.booleans(),
)
def test_two_files_count_as_one(folder, *, sentences, look, other, seed, sizes, by_position):
    gold_text = render(sentences, (0, 1), look, seed, trailing=False)
    predicted_text = render(sentences, (0, 2), other, seed + 1, trailing=False)
    files = [
        column_file(write(folder / name, text, which), which, size)
        for name, text, which, size in (
            ("gold", gold_text, look, sizes[0]),
            ("predicted", predicted_text, other, sizes[1]),
        )
    ]
    found = tally(PairedFiles(*files, by_position=by_position))
    assert_same(found, tally_of_lists(sentences), gold_text, predicted_text)
    assert found.documents == documents_in(gold_text)


@pytest.mark.slow
@steady
@given(
    sentences=corpora,
    look=looks,
    other=looks,
    seed=seeds,
    sizes=st.tuples(block_sizes, block_sizes),
    part=st.integers(1, 200),
    by_position=st.booleans(),
)
def test_two_files_are_counted_in_parts_as_a_whole(
    folder, *, sentences, look, other, seed, sizes, part, by_position
):
    """Their parts may not fit together, as where a document is marked in one of them only."""
    texts = [render(sentences, columns, look, seed) for columns in ((0, 1), (0, 2))]
    texts.append(render(sentences, (0, 2), other, seed + 1))
    gold, alike, unlike = (
        column_file(write(folder / f"parts{number}", text, which), which, size)
        for number, (text, which, size) in enumerate(
            zip(texts, (look, look, other), (*sizes, sizes[0]), strict=True)
        )
    )
    for predicted, fit in (alike, True), (unlike, False):
        reader = PairedFiles(gold, predicted, by_position=by_position)
        parts = [*reader.parts(part)]
        if "plain" not in {look.compression} & {other.compression if not fit else "plain"}:
            assert parts == [reader]
        with ThreadPoolExecutor(2) as executor:
            try:
                found = tally_parts(parts, executor, tally)
            except spanf1.InputError:
                assert not fit
                continue
        whole = tally(reader)
        for side in (*found.sides, *whole.sides):
            side.other_forms = frozenset()
        assert found == whole


def test_two_files_are_cut_behind_as_many_sentences(folder):
    """However they write what parts these, and how long ever their lines are."""
    gold, predicted = folder / "cut", folder / "cut too"
    gold.write_text("\n\n" + "a O\nb B-A\n\n" * 500)
    predicted.write_bytes(b"a\tNN\tB-A\r\nb\tNN\tB-A\r\n \t\r\n\r\n" * 500)
    files = [ColumnFile(Source(str(path)), block_size=100) for path in (gold, predicted)]
    reader = PairedFiles(*files)
    parts = [*reader.parts(400)]
    assert len(parts) == 27
    with ThreadPoolExecutor(4) as executor:
        assert tally_parts(parts, executor, tally) == tally(reader)


# What may be wrong with a line of a file of two columns, or with what stands before it.
_WRONG = [
    lambda line: [line, line],
    lambda line: ["", line],
    lambda line: [" \t", "", line],
    lambda line: ["-DOCSTART-\tO", "", line],
    lambda line: ["# comment", line],
    lambda line: [f"{line}\tx"],
    lambda line: [f"un{line}"],
    lambda line: [f"{line}?"],
    lambda _: ["word\tX-A"],
    lambda _: [],
]


@pytest.mark.slow
@steady
@given(
    sentences=corpora,
    seed=seeds,
    ends=st.tuples(*[st.sampled_from(["\n", "\r\n"])] * 2),
    wrong=st.lists(
        st.tuples(st.booleans(), st.integers(0, 50), st.sampled_from(_WRONG)), max_size=2
    ),
    size=st.integers(2, 100),
)
def test_two_files_in_parts_have_the_same_scores_and_errors(
    folder, *, sentences, seed, ends, wrong, size
):
    texts = [render(sentences, columns, Look(), seed).lines for columns in ((0, 1), (0, 2))]
    for side, number, change in wrong:
        at = min(number, len(texts[side]) - 1)
        texts[side][at : at + 1] = change(texts[side][at])
    paths = [folder / "golds", folder / "predictions"]
    for path, lines, end in zip(paths, texts, ends, strict=True):
        path.write_bytes("".join(line + end for line in lines).encode())
    outcomes = []
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as executor:
        patch.setattr(opening, "PART_SIZE", size)
        for runner in (None, executor):
            try:
                outcomes.append(str(spanf1.score_file(*paths, executor=runner)))
            except spanf1.SpanF1Error as error:
                outcomes.append(f"{type(error)} {error} {error.hint}")
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("size", [4, 1 << 19])
def test_what_stands_behind_the_last_token_of_two_files_is_read(folder, size):
    path = folder / "trailing"
    path.write_text("a O\nb B-A\n\n-DOCSTART- O\n\n# the end\n")
    file, again = (ColumnFile(Source(str(path)), block_size=size) for _ in range(2))
    found = tally(PairedFiles(file, again))
    assert (found.documents, found.gold.lines, found.predicted.lines) == (1, 6, 6)


@pytest.mark.slow
@steady
@given(sentences=corpora, look=looks, seed=seeds, other_seed=seeds, data=st.data())
def test_a_token_that_differs_is_named(folder, *, sentences, look, seed, other_seed, data):
    number = data.draw(st.integers(0, len(sentences) - 1))
    position = data.draw(st.integers(0, len(sentences[number]) - 1))
    altered = [list(sentence) for sentence in sentences]
    altered[number][position] = ("Venice", *sentences[number][position][1:])
    gold_text = render(sentences, (0, 1), look, seed)
    predicted_text = render(altered, (0, 2), look, other_seed)
    paths = [
        write(folder / name, text, look).path
        for name, text in (("gold", gold_text), ("predicted", predicted_text))
    ]
    index = sum(map(len, sentences[:number])) + position
    places = [text.token_lines[index] for text in (gold_text, predicted_text)]
    with pytest.raises(spanf1.AlignmentError) as caught:
        spanf1.score_file(*paths, delimiter=look.delimiter)
    assert caught.value.where == f"{paths[1]}:{places[1]}"
    assert f"'Venice' where {paths[0]}:{places[0]} has " in str(caught.value)


@pytest.mark.slow
@steady
@given(corpora, seeds, st.data())
def test_a_bad_tag_is_named_from_whichever_part(folder, sentences, seed, data):
    look = Look()
    text = render(sentences, (0, 1, 2), look, seed)
    line = data.draw(st.sampled_from(text.token_lines))
    text.lines[line - 1] = "word\tX-A\tO" if data.draw(st.booleans()) else "word\tO"
    path = write(folder / "bad", text, look).path
    messages = []
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as executor:
        patch.setattr(opening, "PART_SIZE", 20)
        for runner in (None, executor):
            with pytest.raises(spanf1.InputError) as caught:
                spanf1.score_file(path, executor=runner)
            messages.append(str(caught.value))
    assert messages[0] == messages[1]
    if len(text.token_lines) > 2 and line != text.token_lines[0]:
        assert messages[0].startswith(f"{path}:{line}: ")


# Scores.

scored = st.lists(
    st.lists(tag_pairs, min_size=1, max_size=8).map(lambda pairs: list(zip(*pairs, strict=True))),
    max_size=5,
)
all_options = st.fixed_dictionaries(
    {
        "scheme": st.sampled_from(["auto", *SCHEMES]),
        "reading": st.sampled_from([name for name in READINGS if name != "error"]),
        "beta": st.sampled_from([0.5, 1.0, 2.0]),
        "types": st.sampled_from(["union", "gold", "predicted", ("B", "A", "Z")]),
        "zero_division": st.sampled_from([0.0, 1.0, math.nan]),
    }
)


def sides_of(pairs):
    return [list(gold) for gold, _ in pairs], [list(predicted) for _, predicted in pairs]


@pytest.mark.slow
@steady
@given(scored, all_options)
def test_swapping_the_sides_swaps_precision_and_recall(pairs, options):
    if options["scheme"] == "auto" or options["types"] in ("gold", "predicted"):
        # Detection may lean on gold; the sets of types do not mirror each other.
        options = options | {"scheme": "IOBES", "types": "union"}
    gold, predicted = sides_of(pairs)
    options["beta"] = 1.0
    one = spanf1.evaluate(gold, predicted, **options)
    other = spanf1.evaluate(predicted, gold, **options)
    for a, b in zip(
        [one.micro, one.macro, *one.types.values()],
        [other.micro, other.macro, *other.types.values()],
        strict=True,
    ):
        assert same(a.precision, b.recall)
        assert same(a.recall, b.precision)
        assert same(a.f1, b.f1)
        assert (a.gold, a.predicted, a.correct) == (b.predicted, b.gold, b.correct)


@pytest.mark.slow
@steady
@given(scored, st.sampled_from(["lenient", "strict", "conlleval"]))
def test_gold_against_itself_is_right(pairs, reading):
    gold, _ = sides_of(pairs)
    result = spanf1.evaluate(gold, gold, reading=reading)
    expected = 1.0 if result.counts.types else 0.0
    for average in result.averages:
        assert (average.precision, average.recall, average.f1) == (expected,) * 3
        assert average.gold == average.predicted == average.correct
    assert result.counts.tokens_correct == result.counts.tokens


@pytest.mark.slow
@steady
@given(scored, scored, all_options)
def test_results_add_up_to_the_result_of_all(pairs, more, options):
    a, b, whole = (
        spanf1.evaluate(*sides_of(part), **options) for part in (pairs, more, pairs + more)
    )
    assert a + b == whole
    assert (a + b).types == whole.types or math.isnan(options["zero_division"])


def test_results_that_are_equal_print_the_same():
    """Kinds of ill-formed spans that are as frequent have an order of their own."""
    one, other = (
        spanf1.evaluate([tags], [tags], scheme="IOBES") for tags in (["O", "I-B"], ["B-A", "O"])
    )
    a, b = one + other, other + one
    assert a.ill_formed[0].kinds == b.ill_formed[0].kinds == {"O → I": 1, "B → O": 1}
    assert list(a.ill_formed[0].kinds) == list(b.ill_formed[0].kinds)


@pytest.mark.slow
@steady
@given(scored, all_options)
def test_a_result_survives_json(pairs, options):
    result = spanf1.evaluate(*sides_of(pairs), **options)
    text = json.dumps(result.to_dict(), allow_nan=False)
    assert spanf1.Result.from_dict(json.loads(text)) == result


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"zero_division": float("nan")}, id="a-nan-of-its-own"),
        pytest.param({"zero_division": np.float64("nan")}, id="the-nan-of-numpy"),
        pytest.param({"beta": math.inf}, id="infinite-beta"),
    ],
)
def test_numbers_that_are_not_ordinary_survive_json(options):
    result = spanf1.evaluate([["B-A", "O"]], [["B-A", "I-A"]], **options)
    text = json.dumps(result.to_dict(), allow_nan=False)
    assert spanf1.Result.from_dict(json.loads(text)) == result


def test_results_with_each_its_own_nan_can_be_added():
    """NaN is not equal to itself; two results that ask for it ask for the same."""
    a, b = (spanf1.evaluate([["B-A"]], [["O"]], zero_division=float("nan")) for _ in range(2))
    assert (a + b).counts.total.gold == 2


@pytest.mark.slow
@steady
@given(corpora, looks, seeds)
def test_a_result_from_a_file_survives_json(folder, sentences, look, seed):
    path = write(folder / "json", render(sentences, (0, 1, 2), look, seed), look).path
    result = spanf1.score_file(path, delimiter=look.delimiter)
    assert spanf1.Result.from_dict(json.loads(json.dumps(result.to_dict()))) == result


# Few tags, which are counted without arrays.

written = st.sampled_from(["B-B", "I-B", "B_A", "A-I", "b/A", "o", "B-", "", " B-A", 5, None, []])
any_tags = tags | tags | tags | written
any_sentences = st.lists(st.lists(st.tuples(any_tags, any_tags), max_size=9), max_size=5)


def outcome(count, *arguments):
    try:
        return count(*arguments)
    except (spanf1.SpanF1Error, AttributeError) as error:
        return type(error), str(error)


def reader_of(sentences):
    return ListReader(*([[pair[side] for pair in one] for one in sentences] for side in (0, 1)))


@steady
@given(any_sentences | st.lists(st.lists(tag_pairs, max_size=9), max_size=5))
def test_few_tags_are_counted_as_many_are(sentences):
    reader = reader_of(sentences)
    many = outcome(tally_into, tag_sets(), reader)
    assert outcome(reader.tally, tag_sets()) == many
    assert outcome(reader.tally, reader.tag_sets(())) == many


@steady
@given(st.lists(any_sentences, min_size=1, max_size=4))
def test_batches_of_few_tags_are_counted_as_batches_of_many(batches):
    few, many = tag_sets(), tag_sets()
    for reader in map(reader_of, batches):
        assert outcome(reader.tally, few) == outcome(tally_into, many, reader)
        assert [side.codes for side in few] == [side.codes for side in many]
