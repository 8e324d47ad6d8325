"""Annotated documents scored: every pair of formats against a count by hand, and what is wrong."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import pickle
import random
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import spanf1
from spanf1.core import fingerprint
from spanf1.core.documents import Document, DocumentBatch, TextSpan, joined, squeezed
from spanf1.core.fingerprint import summed, type_number, type_numbers
from spanf1.core.matching import SpanCounter
from spanf1.core.options import Options
from spanf1.core.placing import TextCounter
from spanf1.core.spans import SpanBatch, Spans
from spanf1.core.tally import Tally
from spanf1.core.units import ABSENT
from spanf1.formats.registry import FORMATS, Writing
from spanf1.formats.registry import write as write_as
from spanf1.results.result import Result
from spanf1.results.signature import Signature
from tests.helpers.commands import pipe, write

TEXT = "Ada met Bob"
SPAN = {"start": 0, "end": 3, "label": "PER"}
GOLD = {"text": TEXT, "spans": [SPAN, {"start": 8, "end": 11, "label": "PER"}]}
FOUND = {"entity_group": "PER", "word": "Ada", "start": 0, "end": 3}

# The formats that are written, and whose libraries are not needed.
PLAIN = [name for name, one in FORMATS.items() if one.written and not one.extra]
WORDS = ["Ada", "met", "Bob", ",", "\N{GRINNING FACE}", "e\u0301", "\N{CJK UNIFIED IDEOGRAPH-4E2D}"]
# What formats must carry so that they have spans of such a kind, though not their places.
NEEDED = {"flat": [], "nested": ["nested", "repeated"], "discontinuous": ["discontinuous"]}


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def spans_on(rng, tokens, kind):
    """Return random spans of tokens, of some kind."""
    found = []
    place = 0
    while kind == "flat" and place < len(tokens):
        end = min(place + rng.randint(1, 3), len(tokens))
        if rng.random() < 0.5:
            found.append(TextSpan(rng.choice("AB"), ((tokens[place][0], tokens[end - 1][1]),)))
        place = end
    for _ in range(0 if kind == "flat" else rng.randint(0, 5)):
        cuts = sorted(rng.choices(range(len(tokens)), k=2))
        parts = ((tokens[cuts[0]][0], tokens[cuts[1]][1]),)
        if kind == "discontinuous" and len(tokens) > 3 and rng.random() < 0.5:
            a, b, c, d = sorted(rng.sample(range(len(tokens)), 4))
            parts = (tokens[a][0], tokens[b][1]), (tokens[c][0], tokens[d][1])
        found += [TextSpan(rng.choice("AB"), parts)] * rng.choice([1, 1, 2])
    return rng.sample(found, len(found))


def pairs_of(rng, kind):
    """Return random pairs of documents with the same tokens and ids."""
    pairs = []
    for number in range(rng.randint(1, 4)):
        text, tokens = joined(rng.choices(WORDS, k=rng.randint(1, 8)))
        sides = (spans_on(rng, tokens, kind) for _ in range(2))
        pairs.append([Document(text, spans, tokens, f"d{number}", number + 1) for spans in sides])
    return pairs


def by_hand(pairs, known_by):
    """Count spans as multisets, given what they are known by."""
    found = {}
    for pair in pairs:
        left, right = (Counter((s.type, known_by(d, s)) for s in d.spans) for d in pair)
        for column, side in enumerate((left, right, left & right)):
            for (name, _), count in side.items():
                found.setdefault(name, [0, 0, 0])[column] += count
    return {name: tuple(row) for name, row in found.items()}


def counts(result):
    return {name: tuple(row) for name, row in result.counts.types.items()}


def put(documents, name, path):
    """Write documents in a format; return the path."""
    if FORMATS[name].folder:
        os.mkdir(path)
        write_as(documents, name, str(path), Writing())
    else:
        with open(path, "wb") as file:
            write_as(documents, name, file, Writing())
    return path


@pytest.mark.slow
@pytest.mark.parametrize("kind", NEEDED)
@pytest.mark.parametrize("seed", range(4))
def test_every_pair_of_formats(tmp_path, kind, seed):
    rng = random.Random(f"{kind}{seed}")
    pairs = pairs_of(rng, kind)
    names = [
        name for name in PLAIN if {*NEEDED[kind]} <= FORMATS[name].carries or name == "entities"
    ]
    files = {}
    for name in names:
        sides = [[pair[side] for pair in pairs] for side in (0, 1)]
        shuffled = rng.sample(sides[1], len(sides[1]))
        files[name] = [
            put(one, name, tmp_path / f"{number}.{name}")
            for number, one in enumerate([*sides, shuffled])
        ]
    hashes = set()
    for gold, predicted in itertools.product(names, names):
        texts = "entities" in (gold, predicted)
        expected = by_hand(pairs, Document.text_of if texts else lambda _, span: span.parts)
        ids = all("ids" in FORMATS[name].carries for name in (gold, predicted))
        for file in files[predicted][1 : 3 if ids else 2]:
            result = spanf1.score_file(
                files[gold][0],
                file,
                match="text" if texts else "exact",
                input_format=rng.choice(["auto", f"{gold},{predicted}"]),
            )
            assert counts(result) == expected, (gold, predicted)
            signature = result.signature()
            assert Signature.parse(str(signature)) == signature
            again = Result.from_dict(json.loads(json.dumps(result.to_dict())))
            assert again.to_dict() == result.to_dict()
            assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301 - its own
            # What has no text, or is placed by tokens, is another measure.
            if signature.placed_by == "character" and gold != "pipeline":
                hashes.add((signature.hash, signature.tokens))
    assert len(hashes) == 1


def scored(pairs, match="exact", **options):
    given = Options(match=match, **options)
    counter = TextCounter((lambda one: f"gold:{one.line}", lambda _: "pred"), given)
    counter.add(*(DocumentBatch(pair[side] for pair in pairs) for side in (0, 1)))
    return Result(counter.finish(None, None), given).check()


def test_surface_forms_are_those_of_gold():
    rng = random.Random(3)
    for _ in range(300):
        pairs, gold, predicted, both = [], set(), set(), set()
        for words, spans in pairs_of(rng, "nested"):
            # Gold has tokens, and predictions the text with other white space.
            text = squeezed(words.text)
            left = [len(squeezed(words.text[:place])) for place in range(len(words.text) + 1)]
            right = [
                span._replace(parts=tuple((left[a], left[b]) for a, b in span.parts))
                for span in spans.spans
            ]
            pairs.append((words._replace(spaced=True), Document(text, right)))
            sides = [{(s.type, s.parts) for s in one.spans} for one in (words, spans)]
            for side, found in zip(
                (*sides, sides[0] & sides[1]), (gold, predicted, both), strict=True
            ):
                found |= {(name, words.text[a:b]) for name, ((a, b),) in side}
        result = scored(pairs, "surface")
        assert tuple(result.counts.total) == (len(gold), len(predicted), len(both))


def paired(*sides):
    """Return how often which shapes of spans at one place are put together."""
    tally = Tally()
    counter = SpanCounter(tally)
    spans = [
        Spans(*(np.ones(len(side), np.intp) for _ in "set"), np.array(side, np.int16))
        for side in sides
    ]
    counter.add(SpanBatch(*spans, 1, 0))
    counter.finish(["A"])
    return Counter({key[1:]: count for key, count in tally.spans.items()})


@pytest.mark.parametrize("seed", range(3))
def test_pairs_of_shapes_do_not_depend_on_the_order(seed):
    rng = random.Random(seed)
    for _ in range(200):
        sides = [rng.choices(range(4), k=rng.randint(0, 4)) for _ in range(2)]
        found = paired(*sides)
        assert found == paired(*(rng.sample(side, len(side)) for side in sides))
        if any(sides):
            for column, side in enumerate(sides):
                assert Counter(
                    p[column] for p in found.elements() if p[column] != ABSENT
                ) == Counter(side)
            assert (
                sum(g == p for g, p in found.elements())
                == (Counter(sides[0]) & Counter(sides[1])).total()
            )
            assert sum(ABSENT in pair for pair in found.elements()) == abs(
                len(sides[0]) - len(sides[1])
            )


@pytest.mark.usefixtures("run")
def test_levels_in_any_order_say_the_same_in_strict():
    # The same span twice, once ill-formed, on levels in another order.
    write("gold", "Ada B-A I-A\nmet O O\n")
    write("pred", "Ada I-A B-A\nmet O O\n")
    for columns in (["2,3", "2,3"], ["3,2", "2,3"]):
        result = spanf1.score_file(
            "gold",
            "pred",
            gold_column=columns[0],
            pred_column=columns[1],
            reading="strict",
            scheme="IOB2",
        )
        assert tuple(result.counts.total) == (1, 1, 1)


def test_tokens_differ_in_every_reading(run):
    write("gold", "New B-A\nYork I-A\n, O\n\nAda B-B\n")
    write("pred", "NewYork B-A\n, O\n\nA B-B\nda I-B\n")
    for options in ([], ["--reading", "strict"], ["--reading", "error"], ["--match", "surface"]):
        done = run("score", "gold", "pred", *options)
        assert "\nmicro          100.00  100.00  100.00     2          2        2\n" in done.out
        assert "the tokens differ, and not the text: characters say where" in done.out
    done = run("score", "gold", "pred", "--reading", "conlleval")
    assert done.code == 3
    assert done.err.startswith("error: pred:1: token 'NewYork' where gold:1 has 'New'")


class TestWrong:
    """One line says what is wrong, with the place and a way out."""

    @pytest.mark.parametrize(
        ("gold", "predicted", "message", "hint"),
        [
            (GOLD, {**GOLD, "text": "Ada met  Bob"}, "the text is 'Ada met  Bob'", "white space"),
            (
                GOLD,
                {**GOLD, "text": TEXT + "\r\n"},
                "where gold:1 has 'Ada met Bob'",
                "white space",
            ),
            (
                {"text": "\u00e9a", "spans": []},
                {"text": "e\u0301a", "spans": []},
                r"the text is 'e\u0301a' where gold:1 has '\xe9a'",
                "normal form",
            ),
            (GOLD, {**GOLD, "text": "Ada met Rob"}, "'Ada met Rob' where gold:1", "annotations of"),
            (GOLD, {**GOLD, "text": None}, "pred:1: text is null, and is to be a string", ""),
            ({"id": 1, **GOLD}, {"id": 2, **GOLD}, "gold:1: id 1 is not in pred", "by-position"),
        ],
    )
    def test_records(self, run, gold, predicted, message, hint):
        write("gold", lines(gold))
        write("pred", lines(predicted))
        done = run("score", "gold", "pred", "--input-format", "prodigy")
        assert (done.code, done.out) == (3, "")
        assert message in done.err
        assert hint in done.err.partition("hint: ")[2]
        assert done.err.count("\n") == 1 + ("hint" in done.err)

    def test_ids(self, run):
        record = {"text": "x", "spans": []}
        write("gold", lines({"id": 1, **record}, {"id": "2", **record}))
        for others, message in [
            ([{"id": "2"}, {"id": "1"}], ""),
            ([{"id": 1}, {}], "pred:2: there is no id, and others have one"),
            ([{"id": 1}, {"id": "1"}], "pred:2: id '1' a second time: pred:1 has it, too"),
            ([{"id": 1}], "gold:2: id '2' is not in pred"),
            ([{"id": 1}, {"id": 2}, {"id": 3}], "pred:3: id 3 is not in gold"),
        ]:
            write("pred", lines(*({**one, **record} for one in others)))
            done = run("score", "gold", "pred")
            assert done.code == (3 if message else 0)
            assert done.err.startswith(f"error: {message}" if message else "")
            assert bool(message) == ("hint: --align-by-position" in done.err)

    @pytest.mark.parametrize(
        ("content", "options"),
        [
            (lines({**GOLD, "pred": []}), ["--gold-key", "spans", "--pred-key", "spans"]),
            (lines({**GOLD, "pred": []}), ["--pred-key", "spans"]),
            ("Ada B-A O B-A\n", ["--gold-column", "2,3", "--pred-column", "3,4"]),
            ("Ada B-A O B-A\n", ["--gold-column", "2", "--pred-column", "2,3"]),
        ],
    )
    def test_both_sides_at_one_place(self, run, content, options):
        write("f", content)
        done = run("score", "f", *options)
        assert done.code == 2
        assert "error: f: gold and predicted spans cannot both be at" in done.err

    @pytest.mark.parametrize(
        ("files", "options", "option"),
        [
            (["t.txt", "t.txt"], ["--labels", "O,B-A"], "labels"),
            (["g.jsonl", "c.conll"], ["--pred-key", "x"], "pred_key"),
            (["c.conll", "g.jsonl"], ["--gold-key", "x"], "gold_key"),
            (["c.conll", "c.conll"], ["--id-key", "x"], "id_key"),
            (["g.jsonl", "g.jsonl"], ["--token-column", "1"], "token_column"),
            (["p.json", "c.conll"], ["--token-key", "x"], "token_key"),
        ],
    )
    def test_no_option_is_ignored(self, run, files, options, option):
        write("g.jsonl", lines(GOLD))
        write("c.conll", "Ada B-PER\nmet O\nBob B-PER\n")
        write("p.json", lines([FOUND]))
        write("t.txt", "1|t|Ada\n1\t0\t3\tAda\tPER\n")
        done = run("score", *files, *options)
        assert done.code == 2
        assert done.err.startswith(f"error: {option} does not go with ")

    def test_formats(self, run):
        write("g.jsonl", lines(GOLD))
        for given in ("", "auto,", "AUTO", "prodigy,", "prodigy,jsonl,entities", "nonsense"):
            done = run("score", "g.jsonl", "g.jsonl", "--input-format", given)
            assert done.code == 2
            assert done.err.startswith("error: there is no input format '")
            assert "\nhint: auto, columns, jsonl, prodigy" in done.err
        for given in PLAIN:
            done = run("score", "g.jsonl", "g.jsonl", "--input-format", given)
            assert done.code == (0 if given in ("prodigy", "pipeline") else 3)
            assert done.err.startswith("error: g.jsonl" if done.code else "")

    def test_a_document_without_lines_is_called_by_its_id(self, run):
        for folder, text in (("gold", "Ada"), ("pred", "Bob")):
            os.mkdir(folder)
            write(f"{folder}/x.txt", text)
            write(f"{folder}/x.ann", "")
        done = run("score", "gold", "pred")
        assert done.err.startswith(
            "error: pred: document x: the text is 'Bob' where gold: document x has 'Ada'"
        )

    def test_types_do_not_move_the_cursor(self, run):
        write("f", lines({**GOLD, "spans": [{**SPAN, "label": "a\x1b[31mb\n\u202ec"}]}))
        for form in ("table", "latex", "markdown"):
            done = run("score", "f", "f", "--format", form)
            assert done.code == 0
            assert not {"\x1b", "\u202e"} & {*done.out, *done.err}


class TestWithoutText:
    """What has no text of its own counts in that of the other side."""

    def test_words_that_are_not_there(self, run):
        write("gold", "Ada B-PER\nmet O\nBob B-PER\n. O\n")
        write("pred", lines([[FOUND, {**FOUND, "word": "BOB", "start": 8, "end": 11}]]))
        assert "note" not in run("score", "gold", "pred").out
        # What was marked is another text: there is no space before the full stop.
        write("pred", lines([[FOUND, {**FOUND, "word": "Bob", "start": 9, "end": 12}]]))
        done = run("score", "gold", "pred")
        assert "1 of 2 spans of pred say something else than the text of gold" in done.out

    def test_neither_words_nor_text(self, run):
        found = [{**FOUND, "word": None}]
        write("pred", lines([found]))
        assert run("score", "pred", "pred").code == 0
        for match in ("text", "surface"):
            done = run("score", "pred", "pred", "--match", match)
            message = "error: pred:1: what PER from 0 to 3 says is not known: there is no text"
            assert (done.code, done.err.splitlines()[0]) == (3, message)
        write("gold", lines(GOLD))
        for match in ("text", "surface"):
            result = spanf1.score_file("gold", "pred", match=match)
            assert tuple(result.counts.total) == (2, 1, 1)

    def test_offsets_of_any_size(self, run):
        os.mkdir("gold")
        write(
            "gold/x.ann", "T1\tPER 0 999999999999999\tAda\nT2\tPER 3 5;9999999999 99999999999\tB\n"
        )
        result = spanf1.score_file("gold", "gold")
        assert tuple(result.counts.total) == (2, 2, 2)
        assert Result.from_dict(result.to_dict()).signature() == result.signature()
        write("gold/y.ann", "T1\tPER 0 3\tAda\n")
        assert spanf1.score_file("gold", "gold").signature().hash != result.signature().hash
        for end in (2**53 + 1, 2**63, 10**30):
            write("pred", lines([[{**FOUND, "end": end}]]))
            done = run("score", "pred", "pred")
            assert done.code == 3
            assert "is outside the text" in done.err

    def test_a_number_is_the_same_by_a_table_and_without(self, monkeypatch):
        rng = np.random.default_rng(1)
        kinds = type_numbers(["A", "B", "", "\N{GRINNING FACE}" * 9])
        assert kinds.tolist() == [*map(type_number, ["A", "B", "", "\N{GRINNING FACE}" * 9])]
        spans = rng.choice(kinds, 20), rng.integers(1, 50, 20), rng.integers(50, 90, 20)
        by_table = summed(*spans)
        monkeypatch.setattr(fingerprint, "_LONG", 10)
        assert summed(*spans) == by_table


class TestRecords:
    """`spanf1.evaluate` takes records as they are in memory."""

    @pytest.mark.parametrize(
        "gold",
        [
            {"text": TEXT, "spans": [{**SPAN, "start": np.int64(0), "end": np.int32(3)}]},
            {"text": np.str_(TEXT), "spans": [{**SPAN, "label": np.str_("PER")}]},
            {"text": TEXT, "spans": [(0, 3, "PER")]},
            {"text": TEXT, "label": [[0, 3, "PER"]]},
            (TEXT, {"entities": [(0, 3, "PER")]}),
            [FOUND],
            (FOUND,),
            {"tokens": ["Ada", "met", "Bob"], "ner_tags": ["B-PER", "O", "O"]},
            {"tokens": ("Ada", "met", "Bob"), "ner_tags": np.array([1, 0, 0]).tolist()},
        ],
    )
    def test_kinds(self, gold):
        found = [[{**FOUND, "start": np.int64(0), "score": np.float32(0.5)}]]
        for sides in (([gold], found), (found, [gold])):
            result = spanf1.evaluate(*sides, labels=["O", "B-PER"])
            assert tuple(result.counts.total) == (1, 1, 1)

    def test_many_texts_in_which_nothing_is_found_come_first(self):
        found = [[]] * 200 + [[FOUND]]
        assert tuple(spanf1.evaluate(found, found).counts.total) == (1, 1, 1)

    @pytest.mark.parametrize(
        ("gold", "message"),
        [
            ({"text": TEXT, "spans": {1}}, "spans is of type set, and is to be a list"),
            ({"text": TEXT, "spans": [object()]}, "spans[0] is of type object, and is to be"),
            ({"text": b"x", "spans": []}, "y_true: no format is known that has such records"),
            (["B-PER", "O", "O"], "y_true: no format is known that has such records"),
            ({"text": TEXT, "spans": [{**SPAN, "end": np.nan}]}, "the end is NaN"),
            ({"text": TEXT, "spans": [{**SPAN, "end": np.float64(3)}]}, "the end is 3.0"),
            ({"text": TEXT, "spans": [{**SPAN, "end": np.bool_(True)}]}, "the end is true"),
        ],
    )
    def test_what_is_wrong(self, gold, message):
        with pytest.raises(spanf1.SpanF1Error) as caught:
            spanf1.evaluate([gold], [[FOUND]])
        assert message in str(caught.value)

    @pytest.mark.slow
    def test_nesting(self):
        deep = []
        for _ in range(100_000):
            deep = [deep]
        with pytest.raises(spanf1.SpanF1Error, match="y_true: records that are nested too deeply"):
            spanf1.evaluate([{"text": TEXT, "spans": deep}], [[FOUND]])

    def test_other_numbers_of_records(self):
        with pytest.raises(spanf1.SpanF1Error) as caught:
            spanf1.evaluate([GOLD], [])
        assert str(caught.value) == "y_pred: there are no more documents, and y_true[0] goes on"
        with pytest.raises(spanf1.SpanF1Error, match="'zzz' is no form of tags"):
            spanf1.evaluate([GOLD], [[FOUND]], tag_form="zzz")

    def test_results_add_up(self):
        one = spanf1.evaluate([GOLD], [[FOUND]])
        other = spanf1.evaluate([GOLD, GOLD], [[], [FOUND]])
        whole = spanf1.evaluate([GOLD] * 3, [[FOUND], [], [FOUND]])
        assert (one + other).signature() == whole.signature()
        assert counts(one + other) == counts(whole)
        with pytest.raises(spanf1.UsageError, match="characters and by tokens cannot be added"):
            one + spanf1.evaluate([["B-PER"]], [["B-PER"]])


class TestCompare:
    def test_systems_of_which_some_have_other_tokens(self, run):
        write("gold", "Ada B-A\nmet O\nBob B-A\n\n" * 4)
        write("same", "Ada B-A\nmet O\nBob O\n\n" * 4)
        write("other", "A B-A\nda I-A\nmet O\nBob B-A\n\n" * 4)
        write("text.jsonl", lines(*[{"text": TEXT, "spans": [{**SPAN, "label": "A"}]}] * 4))
        done = run("compare", "gold", "same", "other", "text.jsonl", "--format", "csv", "-q")
        rows = [line.split(",")[1:3] for line in done.out.splitlines() if line[:6] == "system"]
        assert rows == [["other", "1.0"], ["same", repr(2 / 3)], ["text", repr(2 / 3)]]

    def test_folders_that_are_one_input(self, run):
        for folder in ("gold", "a", "runs/1", "runs/2"):
            os.makedirs(folder)
            write(f"{folder}/x.txt", TEXT)
            write(f"{folder}/x.ann", "T1\tPER 0 3\tAda\n" if folder != "runs/2" else "")
        done = run("compare", "gold", "a", "b=runs/1,runs/2", "-q", "--format", "csv")
        assert done.code == 0, done.err
        assert [line[:10] for line in done.out.splitlines()[1:3]] == ["system,a,1", "system,b,0"]

    def test_merged(self, run):
        record = {"text": TEXT, "spans": [SPAN]}
        write("a", lines({**record, "pred": [SPAN]}, {**record, "pred": []}))
        write("b", lines({**record, "pred": []}, {**record, "pred": []}))
        write("c", lines({**record, "spans": [], "pred": []}, {**record, "pred": []}))
        for match in ("exact", "text"):
            assert run("compare", "--merged", "a", "b", "--match", match, "-q").code == 0
            done = run("compare", "--merged", "a", "c", "--match", match)
            assert (done.code, done.err.splitlines()[0]) == (
                3,
                "error: c: the gold spans are not those of a",
            )


class TestPipes:
    @pytest.mark.slow
    @pytest.mark.usefixtures("run")
    def test_standard_input(self):
        record = lines(GOLD)
        write("gold", record)
        assert pipe(record.encode(), "score", "gold", "-", "-q").code == 0
        assert pipe(record.encode(), "score", "-", "gold", "-q").code == 0
        # A record is longer than a pipe gives at a time, or may be compressed.
        write("gold", lines(*[{"text": TEXT * 20_000, "spans": [SPAN]}] * 2))
        expected = pipe(b"", "score", "gold", "gold", "--signature").out
        for packed in (bytes, gzip.compress):
            content = packed(Path("gold").read_bytes())
            for sides in (["gold", "-"], ["-", "gold"]):
                done = pipe(content, "score", *sides, "--signature")
                assert (done.err, done.out) == ("", expected)
        done = pipe(lines({**GOLD, "pred": []}).encode(), "score")
        assert (done.err, done.code) == ("", 0)
        assert "characters  9 in 1 document" in done.out
        with pytest.raises(spanf1.UsageError, match="standard input only once"):
            spanf1.score_file("-", input_format="prodigy")

    def test_a_named_pipe_is_known_by_its_content(self, run):
        write("gold", lines(GOLD))
        os.mkfifo("pipe")
        writer = threading.Thread(target=write, args=("pipe", lines(GOLD)))
        writer.start()
        done = run("score", "gold", "pipe", "--signature")
        writer.join()
        assert done.code == 0, done.err
        assert done.out == run("score", "gold", "gold", "--signature").out


def test_signatures_in_words(run):
    write("f", lines({**GOLD, "pred": GOLD["spans"][:1]}))
    one = run("score", "f", "--signature").out.strip()
    two = run("score", "f", "--match", "text", "--normalize", "case", "--signature").out.strip()
    assert "|scheme:none|" in one
    assert "|characters:9|gold:2|" in one
    assert "|texts:1|gold:2|" in two
    assert run("signature", one, one).code == 0
    done = run("signature", one, two)
    assert done.code == 1
    assert "characters: 9 here, none there" in done.out
    assert "not the same spans" not in done.out
    hash_ = one.partition("hash:")[2][:8]
    other = one.replace(hash_, "0" * 8)
    assert (
        "as many characters and gold spans, but not the same spans"
        in run("signature", one, other).out
    )


def test_shifted_offsets_are_no_silent_nothing(run) -> None:
    text = "Ada Byron met Bob"
    gold = {"text": text, "spans": [[0, 9, "PER"]]}
    for end, said in ((8, True), (9, False)):
        write("g.jsonl", lines([gold]))
        write("p.jsonl", lines([{"text": text, "spans": [[0, end, "PER"]]}]))
        out = " ".join(run("score", "g.jsonl", "p.jsonl").out.split())
        assert ("no span is right, and types are the same: do both sides count" in out) == said
