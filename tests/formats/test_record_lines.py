from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spanf1
from spanf1.exceptions import InputError, UsageError
from spanf1.formats.records import values as jsonl
from spanf1.results.stored import data_of
from tests.helpers.commands import pipe, write

TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
GOLD = [["B-PER", "I-PER", "O"], ["B-LOC", "O"]]
PREDICTED = [["B-PER", "I-PER", "O"], ["O", "B-LOC"]]
TOKENS = [["Ada", "Lovelace", "wrote"], ["Paris", "sleeps"]]


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def columns(**keys: list) -> str:
    return lines(*(dict(zip(keys, row, strict=True)) for row in zip(*keys.values(), strict=True)))


def same(result: spanf1.Result, gold: list, predicted: list, **options: object) -> bool:
    wanted = spanf1.evaluate(gold, predicted, **options)
    found, there = data_of(result.tally), data_of(wanted.tally)
    for name in (*(key for key in there if "line" in key), "gold_first", "predicted_first"):
        found.pop(name)
        there.pop(name)
    return found == there and result.signature() == wanted.signature()


@pytest.fixture(autouse=True)
def _there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


sentences = st.lists(
    st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(TAGS)), max_size=5), max_size=8
)


@pytest.mark.slow
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sentences=sentences,
    shuffled=st.randoms(use_true_random=False),
    size=st.sampled_from([1, 40, 100, 1 << 17]),
    reading=st.sampled_from(["lenient", "strict", "conlleval"]),
)
def test_equal_to_evaluate(monkeypatch, sentences, shuffled, size, reading) -> None:
    monkeypatch.setattr(jsonl, "BLOCK_SIZE", size)
    gold = [[pair[0] for pair in row] for row in sentences]
    predicted = [[pair[1] for pair in row] for row in sentences]
    ids = [*range(len(gold))]
    write("one.jsonl", columns(gold=gold, predicted=predicted))
    write("gold.jsonl", columns(id=ids, ner_tags=gold))
    write("order.jsonl", columns(words=gold, tags=predicted))
    rows = [{"id": key, "tags": tags} for key, tags in zip(ids, predicted, strict=True)]
    shuffled.shuffle(rows)
    write("ids.jsonl", lines(*rows))
    numbers = [[[TAGS.index(tag) for tag in row] for row in side] for side in (gold, predicted)]
    write("numbers.jsonl", columns(gold=numbers[0], predicted=numbers[1]))
    given = {"input_format": "jsonl", "reading": reading}
    for files in (["one.jsonl"], ["gold.jsonl", "order.jsonl"], ["gold.jsonl", "ids.jsonl"]):
        assert same(spanf1.score_file(*files, **given), gold, predicted, reading=reading)
    by_number = spanf1.score_file("numbers.jsonl", labels=TAGS, **given)
    assert same(by_number, *numbers, labels=TAGS, reading=reading)
    if reading != "strict":
        wanted = spanf1.evaluate(gold, predicted, reading=reading)
        assert by_number.counts == wanted.counts


def test_lines_are_those_of_the_file() -> None:
    write("f.jsonl", '{"gold": ["O"], "pred": ["O"]}\n\n{"gold": ["O", "I-A"], "pred": ["O", "O"]}')
    result = spanf1.score_file("f.jsonl", scheme="IOB2")
    assert result.ill_formed[0].first_line == 3
    assert "first at f.jsonl:3" in str(result)


def test_ids_that_are_ignored() -> None:
    gold = [[-100, 1, 2, -100], [-100], [3, -100, 0]]
    predicted = [[9, 1, 2, -100], [4], [0, 9, 3]]
    write("f.jsonl", columns(gold=gold, predicted=predicted))
    result = spanf1.score_file("f.jsonl", labels=TAGS)
    assert same(result, [["B-PER", "I-PER"], ["B-LOC", "O"]], [["B-PER", "I-PER"], ["O", "B-LOC"]])
    by_name = spanf1.score_file("f.jsonl", labels=dict(enumerate(TAGS)))
    assert by_name.micro == result.micro
    write("g.jsonl", columns(gold=[[1, 0]], predicted=[[1, -100]]))
    with pytest.raises(InputError, match=r"g.jsonl:1: predicted\[1\]: -100, which is ignored"):
        spanf1.score_file("g.jsonl", labels=TAGS)


PACKED = {"plain": bytes, "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}


@pytest.mark.slow
@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED)
@pytest.mark.parametrize("begin", ["", "\n \n", "\ufeff"])
def test_known_by_its_content(pack, begin) -> None:
    content = pack((begin + columns(gold=GOLD, predicted=PREDICTED)).encode())
    write("f.txt", content)
    assert same(spanf1.score_file("f.txt"), GOLD, PREDICTED)
    if not begin:
        ran = pipe(content, "score", "-f", "json")
        assert json.loads(ran.out)["micro"]["f1"] == 0.5


@pytest.mark.parametrize(
    "content", ["{ O O\n} B-A B-A\n", "{\tO\tO\n", "( O O\n{ O O\n", "\n\n{ O O\n"]
)
def test_a_brace_may_be_a_token_in_columns(content) -> None:
    write("f.conll", content)
    assert spanf1.score_file("f.conll").input.columns == (3,)


def test_line_ends() -> None:
    content = columns(gold=GOLD, predicted=PREDICTED)
    for changed in (
        content.replace("\n", "\r\n"),
        content.rstrip("\n"),
        content.replace("{", " {").replace("}", "}\t"),
        content.replace("\n", "\n\n  \n"),
    ):
        write("f.jsonl", changed)
        assert same(spanf1.score_file("f.jsonl"), GOLD, PREDICTED)


def test_keys(run) -> None:
    write("f.jsonl", columns(tags=PREDICTED, a=GOLD, b=PREDICTED))
    ran = run("score", "f.jsonl", "--gold-key", "a", "--pred-key", "b")
    assert "f.jsonl: JSON Lines of tokens and tags, gold in key a, predicted in key b" in " ".join(
        ran.out.split()
    )
    write("g.jsonl", columns(id=["x", "y"], tokens=TOKENS, tags=GOLD))
    write("p.jsonl", columns(id=["y", "x"], words=TOKENS[::-1], tags=PREDICTED[::-1]))
    ran = run("score", "g.jsonl", "p.jsonl")
    said = " ".join(ran.out.split())
    assert (
        "p.jsonl: JSON Lines of tokens and tags, key tags; aligned by id (key id), the same tokens"
        in said
    )
    result = spanf1.score_file("g.jsonl", "p.jsonl")
    assert result.input.keys == ("tags", "tags", "tokens", "id")
    assert spanf1.Result.from_dict(json.loads(json.dumps(result.to_dict()))) == result
    assert same(result, GOLD, PREDICTED)


def test_in_order_where_ids_are_not_looked_at() -> None:
    write("g.jsonl", columns(id=[0, 0], tokens=TOKENS, tags=GOLD))
    write("p.jsonl", columns(id=[1, 1], tokens=[*TOKENS[:1], ["x", "y"]], tags=PREDICTED))
    result = spanf1.score_file("g.jsonl", "p.jsonl", align_by_position=True)
    assert same(result, GOLD, PREDICTED)
    assert result.input.aligned == "position"


ONE = {
    "malformed": ('{"gold": [,\n', "f.jsonl:1: malformed JSON, character 11"),
    "cut off": ('{"gold": ["O"], "pred": ["O"]}\n{"gold": ["O"', "f.jsonl:2: malformed JSON"),
    "two in a line": ('{"gold": [], "pred": []} {}\n', "f.jsonl:1: malformed JSON"),
    "printed": ('{\n"gold": [],\n"pred": {}}\n', "f.jsonl:1: pred is an object, and is to be a"),
    "NaN": ('{"gold": ["O"], "pred": ["O"], "p": NaN}\n', "f.jsonl:1: NaN is no JSON"),
    "infinite": ('{"gold": [-Infinity], "pred": ["O"]}\n', "f.jsonl:1: -Infinity is no JSON"),
    "no object": ('{"gold": [], "pred": []}\n[1]\n', "f.jsonl:2: the record is a list"),
    "no key": ('{"gold": [], "x": 1}\n', "f.jsonl:1: there is no key of predicted tags"),
    "empty record": ("{}\n", "f.jsonl:1: no format is known whose records are like this"),
    "no key later": (
        '{"gold": [], "pred": []}\n{"gold": [], "\\ud800": []}\n',
        "f.jsonl:2: there is no key 'pred'; the record's keys: 'gold', '\\ud800'",
    ),
    "no list": ('{"gold": "O", "pred": ["O"]}\n', "f.jsonl:1: gold is 'O', and is to be a list"),
    "null": ('{"gold": null, "pred": ["O"]}\n', "f.jsonl:1: gold is null"),
    "no string": (
        '{"gold": ["O", null], "pred": ["O", "O"]}\n',
        "f.jsonl:1: gold[1]: a tag is to be a string, and is null",
    ),
    "nested": ('{"gold": ["O"], "pred": [["O"]]}\n', "f.jsonl:1: pred[0]: a tag is to be"),
    "ids": ('{"gold": ["O"], "pred": [0]}\n', "f.jsonl:1: pred[0]: 0 is no tag"),
    "no scheme": ('{"gold": ["O"], "pred": ["per"]}\n', "f.jsonl:1: pred[0]: tag 'per' fits no"),
    "surrogate": (
        '{"gold": ["B-\\ud800"], "pred": ["O"]}\n',
        "f.jsonl:1: gold[0]: tag 'B-\\ud800' has half",
    ),
    "numbers": ('{"gold": ["O"], "pred": []}\n', "f.jsonl:1: pred has 0 tags, gold has 1"),
    "deep": ('{"gold": ' + "[" * 10**5 + "\n", "f.jsonl:1: JSON that is nested too deeply"),
    "deep objects": ('{"a":' * 10**5 + "\n", "f.jsonl:1: JSON that is nested too deeply"),
    "digits": ('{"gold": [' + "1" * 5000 + "]}\n", "f.jsonl:1: a number has too many digits"),
    "huge": (
        '{"gold": ["O"], "pred": [' + "1" * 4000 + "]}\n",
        "f.jsonl:1: pred[0]: a huge number is no tag",
    ),
    "bytes": (b'{"gold": []}\n{"gold": "\xff"}\n', "f.jsonl:2: byte 0xff is not UTF-8"),
    "long": ('{"gold": "' + "x" * (1 << 22) + '"}\n', "f.jsonl:1: line of more than 4 MiB"),
}


@pytest.mark.parametrize(("content", "message"), ONE.values(), ids=ONE)
def test_errors_in_one_file(run, content, message) -> None:
    write("f.jsonl", content)
    ran = run("score", "f.jsonl")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"error: {message}")
    assert ran.err.count("\n") <= 2


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ('{"gold": [5], "pred": [0]}', "gold[0]: there is no label for id 5; there are 5, the las"),
        ('{"gold": [-1], "pred": [0]}', "gold[0]: there is no label for id -1"),
        ('{"gold": [0], "pred": [true]}', "pred[0]: a tag is to be a string, and is true"),
        ('{"gold": [1.0], "pred": [0]}', "gold[0]: a tag is to be a string, and is 1.0"),
        ('{"gold": [' + "1" * 99 + '], "pred": [0]}', "gold[0]: there is no label for id a huge"),
    ],
)
def test_errors_in_ids(run, record, message) -> None:
    write("f.jsonl", '{"gold": [1, 0], "pred": [0, 1]}\n' + record)
    ran = run("score", "f.jsonl", "--labels", ",".join(TAGS))
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"error: f.jsonl:2: {message}")


TWO = {
    "missing id": ([{"id": 1}], [{"id": 2}], "g.jsonl:1: id 1 is not in p.jsonl"),
    "extra id": ([{"id": 1}], [{"id": 1}, {"id": "1"}], "p.jsonl:2: id '1' is not in g.jsonl"),
    "twice": ([{"id": 1}], [{"id": 1}, {"id": 1}], "p.jsonl:2: id 1 a second time: p.jsonl:1"),
    "twice in gold": ([{"id": 1}] * 2, [{"id": 1}], "g.jsonl:2: id 1 a second time: g.jsonl:1"),
    "no id": ([{"id": 1}, {}], [{"id": 1}], "g.jsonl:2: there is no key 'id'"),
    "odd id": ([{"id": 1}], [{"id": True}], "p.jsonl:1: id is true: ids are to be strings"),
    "list id": ([{"id": 1}], [{"id": [1]}], "p.jsonl:1: id is a list: ids are to be strings"),
    "short": ([{}, {}], [{}], "p.jsonl:1: the predictions stop here, g.jsonl:2 goes on"),
    "long": ([{}], [{}, {}], "g.jsonl:1: the records end here, p.jsonl:2 goes on"),
    "empty": ([], [{}], "g.jsonl: the records end here, p.jsonl:1 goes on"),
    "numbers": ([{}], [{"tags": ["O"]}], "p.jsonl:1: tags has 1 tags where g.jsonl:1 has 2"),
    "token": (
        [{"tokens": ["a", "b"]}],
        [{"words": ["a", "c"]}],
        "p.jsonl:1: words[1] is 'c' where g.jsonl:1 has 'b'",
    ),
    "tokens": (
        [{"id": 0, "tokens": ["a", "b"]}],
        [{"id": 0, "tokens": ["a"]}],
        "p.jsonl:1: 1 tokens where g.jsonl:1 has 2",
    ),
    "no token": (
        [{"tokens": ["a", "b"]}],
        [{"tokens": ["a", 1]}],
        "p.jsonl:1: tokens[1] is 1: tokens are to be strings",
    ),
}


@pytest.mark.parametrize(("gold", "predicted", "message"), TWO.values(), ids=TWO)
def test_errors_in_two_files(run, gold, predicted, message) -> None:
    for name, records in (("g.jsonl", gold), ("p.jsonl", predicted)):
        write(name, lines(*({"tags": ["O", "B-A"], **record} for record in records)))
    ran = run("score", "g.jsonl", "p.jsonl")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(f"error: {message}")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["f.jsonl", "--gold-column", "1"], "gold_column does not go with JSON Lines"),
        (["f.jsonl", "--delimiter", "tab"], "delimiter does not go with JSON Lines"),
        (["f.conll", "--gold-key", "a"], "gold_key does not go with columns"),
        (["f.jsonl", "--input-format", "columns", "--id-key", "a"], "id_key does not go with col"),
        (["f.jsonl", "--token-key", "a"], "records are aligned only where"),
        (["f.jsonl", "--align-by-position"], "records are aligned only where"),
        (["f.jsonl", "--gold-key", "a", "--pred-key", "a"], "gold and predicted tags cannot both"),
        (["f.jsonl", "--gold-key", ""], "a key is empty"),
        (["f.jsonl", "--labels", ""], ""),
        (["f.jsonl", "f.jsonl", "--id-key", "a", "--align-by-position"], "align_by_position looks"),
    ],
)
def test_usage(run, args, message) -> None:
    write("f.jsonl", '{"a": ["O"], "b": ["O"], "gold": ["O"], "pred": ["O"]}\n')
    write("f.conll", "a O O\n")
    ran = run("score", *args)
    if message:
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(f"error: {message}")
    else:
        assert ran.code == 0


def test_no_such_format() -> None:
    with pytest.raises(UsageError, match="no input format 'xml'"):
        spanf1.score_file("f.jsonl", input_format="xml")


def test_files_of_different_formats(run) -> None:
    write("f.jsonl", columns(gold=GOLD, predicted=PREDICTED))
    write("f.conll", "a O O\n")
    ran = run("score", "f.jsonl", "f.conll")
    assert ran.code == 3
    assert ran.err.startswith("error: f.jsonl:1: there is no key of tokens (tokens, words)")
    write("g.jsonl", '{"tokens": ["a"], "gold": ["B-X"]}\n')
    ran = run("score", "g.jsonl", "f.conll")
    assert ran.code == 0
    assert "characters 1 in 1 sentence" in " ".join(ran.out.split())
    ran = run("compare", "--merged", "f.jsonl", "f.conll")
    assert ran.code == 2
    assert "f.jsonl and f.conll are of different formats" in ran.err


@pytest.mark.parametrize("form", ["table", "conlleval", "markdown", "latex", "json", "csv", "tsv"])
def test_reports(run, form) -> None:
    write("f.jsonl", columns(gold=GOLD, predicted=PREDICTED))
    ran = run("score", "f.jsonl", "-f", form)
    assert ran.code == 0
    assert "50.0" in ran.out or "0.5" in ran.out


def test_signature_and_confidence(run) -> None:
    write("f.jsonl", columns(gold=GOLD * 9, predicted=PREDICTED * 9))
    for unit in ([], ["--confidence", "0.9"]):
        ran = run("score", "f.jsonl", "--signature", *unit)
        options = {"confidence": 0.9} if unit else {}
        wanted = spanf1.evaluate(GOLD * 9, PREDICTED * 9, **options)
        assert ran.out == f"{wanted.signature()}\n"
    assert "90%, percentile bootstrap" in run("score", "f.jsonl", "--confidence", "0.9").out


def test_nothing(run) -> None:
    write("f.jsonl", "\n")
    ran = run("score", "f.jsonl", "--input-format", "jsonl")
    assert ran.code == 0
    assert "there are no tokens" in ran.err
    assert run("score", "f.jsonl", "f.jsonl", "--input-format", "jsonl", "--id-key", "x").code == 0


def test_compare(run) -> None:
    tagged = {name: [row[:1] + row[1:] for row in PREDICTED * 9] for name in "ab"}
    tagged["b"] = GOLD * 9
    ids = [*range(18)]
    write("g.jsonl", columns(id=ids, tokens=TOKENS * 9, gold=GOLD * 9))
    for name, tags in tagged.items():
        order = ids[::-1] if name == "a" else ids
        write(f"{name}.jsonl", lines(*({"id": k, "pred": tags[k]} for k in order)))
        write(f"{name}2.jsonl", columns(tokens=TOKENS * 9, gold=GOLD * 9, predicted=tags))
    for args in (["g.jsonl", "a.jsonl", "b.jsonl"], ["--merged", "a2.jsonl", "b2.jsonl"]):
        ran = run("compare", *args, "-f", "json")
        assert ran.code == 0, ran.err
        found = json.loads(ran.out)
        assert [one["f"] for one in found["systems"]] == [1.0, 0.5]
    write("b2.jsonl", columns(tokens=TOKENS * 9, gold=PREDICTED * 9, predicted=GOLD * 9))
    ran = run("compare", "--merged", "a2.jsonl", "b2.jsonl")
    assert ran.code == 3
    assert "the gold spans part here from those of a2.jsonl:2" in ran.err
    assert run("compare", "--merged", "a2.jsonl", "b2.jsonl", "--id-key", "id").code == 2
    assert run("compare", "--merged", "a2.jsonl", "b2.jsonl", "--token-column", "1").code == 2


@pytest.mark.slow
def test_damage_is_told_in_one_line() -> None:
    """Whatever is changed in a file, it is scored, or there is one of our errors."""
    draw = random.Random(7)
    whole = columns(id=["a", "b"], tokens=TOKENS, gold=GOLD, predicted=PREDICTED)
    pieces = ["{", "}", "[", "]", '"', ",", ":", "\\ud800", "\\u0000", "\x00", "NaN", "1e999", "-1"]
    pieces += ["null", "true", "\n", "\r", "[" * 2000, "9" * 5000, "\u2028", "\\", "\ufeff", '"id"']
    seen = set()
    for _ in range(1500):
        text = list(whole)
        for _ in range(draw.randint(1, 3)):
            place = draw.randrange(len(text))
            text[place : place + draw.choice([0, 1, 1, 9])] = draw.choice(pieces)
        data = "".join(text).encode()
        write("f.jsonl", data[: draw.choice([len(data), draw.randrange(len(data))])])
        write("g.jsonl", whole)
        for files in (["f.jsonl"], ["f.jsonl", "g.jsonl"], ["g.jsonl", "f.jsonl"]):
            labels = draw.choice([None, TAGS])
            try:
                str(spanf1.score_file(*files, input_format="jsonl", labels=labels)).encode()
            except (InputError, UsageError) as error:
                seen.add(str(error))
    assert len(seen) > 99
    assert not [message for message in seen if not message.isprintable()]


def test_without_standard_input(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="standard input is closed"):
        spanf1.score_file("-")


RECORDS = [
    {"id": n, "tokens": ["Ada", "saw"], "gold": gold, "pred": predicted}
    for n, (gold, predicted) in enumerate(
        [(["B-PER", "O"], ["B-PER", "O"]), (["B-PER", "O"], ["O", "O"])]
    )
]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_an_array_is_read_as_lines_are(monkeypatch, indent, packed) -> None:
    write("f.jsonl", lines(*RECORDS))
    write("f.json", packed(json.dumps(RECORDS, indent=indent).encode()))
    found, wanted = (spanf1.score_file(name) for name in ("f.json", "f.jsonl"))
    assert found.signature() == wanted.signature()
    assert found.micro == wanted.micro
    for name in ("f.json", "f.jsonl"):
        both = spanf1.score_file("f.json", name, gold_key="gold", pred_key="pred")
        assert both.micro == wanted.micro
    monkeypatch.setattr(jsonl, "MAX_LINE", 20)
    assert spanf1.score_file("f.json").micro == wanted.micro


@pytest.mark.parametrize("indent", [None, 1])
def test_an_array_through_a_pipe(indent) -> None:
    wanted = pipe(lines(*RECORDS).encode(), "score", "-", "-q")
    assert wanted.out
    assert pipe(json.dumps(RECORDS, indent=indent).encode(), "score", "-", "-q") == wanted


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[\n{"tokens": [], "gold": [], "pred": []},\n3]', "f:3: the record is 3, not an object"),
        ('[\n{"tokens": [], "gold": [], "pred": []}\n', "the array has no end"),
        ('[{"gold": ["O"], "pred": ["O"]},\n{"gold": ["O"], "pred": [1]}]', r"f:2: pred\[0\]"),
        ('[{"gold": ["O"], "pred": ["O"]},\n{"gold": ["O"]}]', "f:2: there is no key 'pred'"),
    ],
)
def test_errors_in_an_array(content, message) -> None:
    write("f", content)
    with pytest.raises(InputError, match=message):
        spanf1.score_file("f", input_format="jsonl")


def test_an_id_that_is_there_twice_on_one_line() -> None:
    write("a", json.dumps([RECORDS[0], RECORDS[0]]))
    write("b", json.dumps(RECORDS))
    for gold, predicted in (("a", "b"), ("b", "a")):
        with pytest.raises(InputError, match="a:1: id 0 a second time: a:1 has it, too"):
            spanf1.score_file(gold, predicted, gold_key="gold", pred_key="pred")


def test_an_array_becomes_lines(run) -> None:
    write("f", json.dumps(RECORDS, indent=1))
    ran = run("convert", "f", "--to", "BIOES", "--key", "gold")
    assert [json.loads(line)["gold"] for line in ran.out.splitlines()] == [["S-PER", "O"]] * 2
