"""The conlleval drop-in: counting, reading, printing, and the command."""

import doctest
import io
import json
import re
import subprocess
import sys
import time
from random import Random

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import spanf1.conlleval.reader
import spanf1.conlleval.report
import spanf1.core.script
from spanf1.cli.conlleval import conlleval
from spanf1.conlleval.reader import (
    FieldCountError,
    PerlSplit,
    ScriptDiedError,
    ScriptFile,
    literal_byte,
    translate,
)
from spanf1.conlleval.report import conlleval_latex, conlleval_report
from spanf1.core.schemes import PREFIX_BITS
from spanf1.core.scores import Counts, TypeCounts
from spanf1.core.script import OTHER_PREFIX, SCRIPT_PREFIXES, ScriptCounter, count_rows
from tests.helpers.shared_data import shared

COMMAND = [sys.executable, "-c", "from spanf1.cli.conlleval import conlleval; conlleval()"]


def read(text, **options):
    return count_rows(ScriptFile(io.BytesIO(text), **options))


# The rules, row by row.


def ends(before, after):
    (prefix, kind), (next_prefix, next_kind) = before, after
    return (
        prefix + next_prefix in ("BB", "BO", "IB", "IO", "EE", "EI", "EO")
        or (prefix not in ("O", ".") and kind != next_kind)
        or prefix in ("[", "]")
    )


def starts(before, after):
    (prefix, kind), (next_prefix, next_kind) = before, after
    return (
        prefix + next_prefix in ("BB", "IB", "OB", "OI", "EE", "EI", "OE")
        or (next_prefix not in ("O", ".") and kind != next_kind)
        or next_prefix in ("[", "]")
    )


def count_slowly(rows):
    """Count rows, each a gold and a predicted tag, each a prefix and a type."""
    sums = {}

    def add(kind, figure):
        sums.setdefault(kind, [0, 0, 0])[figure] += 1

    up = False
    last = OUTSIDE_ROW
    for row in rows:
        ended = [ends(before, after) for before, after in zip(last, row, strict=True)]
        started = [starts(before, after) for before, after in zip(last, row, strict=True)]
        types_agree = row[0][1] == row[1][1]
        if up and all(ended) and last[0][1] == last[1][1]:
            add(last[0][1], 2)
            up = False
        elif ended[0] != ended[1] or not types_agree:
            up = False
        if all(started) and types_agree:
            up = True
        for side in (0, 1):
            if started[side]:
                add(row[side][1], side)
        last = row
    if up:
        add(last[0][1], 2)
    return {kind: TypeCounts(*sums[kind]) for kind in sorted(sums)}


OUTSIDE_ROW = ("O", ""), ("O", "")
TYPES = ["", "A", "B", "C"]
PREFIX_CHOICES = [*SCRIPT_PREFIXES, "other"]

tags = st.tuples(st.sampled_from(PREFIX_CHOICES), st.sampled_from(TYPES))
# Two tags drawn apart hardly ever agree.
pairs = tags.map(lambda tag: (tag, tag)) | st.tuples(tags, tags)


def code(tag):
    prefix, kind = tag
    number = SCRIPT_PREFIXES.index(prefix) if prefix in SCRIPT_PREFIXES else OTHER_PREFIX
    return TYPES.index(kind) << PREFIX_BITS | number


def add_rows(counter, rows, starts=()):
    gold, predicted = np.array([list(map(code, row)) for row in rows], np.int32).reshape(-1, 2).T
    counter.add(gold, predicted, np.array(starts, np.intp))


@pytest.mark.slow
@given(st.lists(st.lists(pairs, max_size=40), max_size=5))
def test_the_counter_follows_the_rules_whatever_the_blocks(blocks):
    counter = ScriptCounter()
    for block in blocks:
        add_rows(counter, block)
    assert counter.finish(TYPES) == count_slowly([row for block in blocks for row in block])


@pytest.mark.slow
@given(st.lists(st.lists(pairs, max_size=8), max_size=6))
def test_a_start_is_a_row_outside_on_both_sides(sentences):
    counter = ScriptCounter()
    rows = [row for sentence in sentences for row in sentence]
    sizes = [len(sentence) for sentence in sentences]
    add_rows(counter, rows, np.cumsum([0, *sizes]))
    expected = [row for sentence in sentences for row in [OUTSIDE_ROW, *sentence]] + [OUTSIDE_ROW]
    assert counter.finish(TYPES) == count_slowly(expected)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_every_step_between_tags_is_counted(seed):
    random = Random(seed)
    choices = [(prefix, kind) for prefix in PREFIX_CHOICES for kind in TYPES]
    gold = random.choices(choices, k=20_000)
    rows = [(tag, tag if random.random() < 0.7 else random.choice(choices)) for tag in gold]
    counter = ScriptCounter()
    add_rows(counter, rows)
    assert counter.finish(TYPES) == count_slowly(rows)


def test_a_million_types():
    counter = ScriptCounter()
    types = np.arange(0, 1_000_001, 1000, dtype=np.int32)
    codes = types << PREFIX_BITS | SCRIPT_PREFIXES.index("B")
    for part in np.array_split(codes, 50):
        counter.add(part, part, np.zeros(0, np.intp))
    counts = counter.finish(range(1_000_001))
    assert sorted(counts) == types.tolist()
    assert set(counts.values()) == {TypeCounts(1, 1, 1)}


# Reading.


def read_slowly(text):
    """Read as the script does with one space between the fields, and count row by row."""
    lines = text.split(b"\n")
    rows, tokens, correct, columns = [], 0, 0, 0
    for line in lines if lines[-1] else lines[:-1]:
        fields = line.split(b" ")
        while fields and not fields[-1]:
            fields.pop()
        columns = columns or len(fields)
        if fields and len(fields) != columns:
            return FieldCountError
        if not fields or fields[0] == b"-X-":
            rows.append(OUTSIDE_ROW)
            continue
        if columns < 2:
            return ScriptDiedError
        row = tuple(parse_slowly(field) for field in fields[-2:])
        rows.append(row)
        tokens += 1
        correct += row[0] == row[1]
    return Counts(count_slowly(rows), tokens, correct)


def parse_slowly(field):
    prefix, _, kind = field.decode("utf-8", "surrogateescape").partition("-")
    return prefix, "" if kind == "0" else kind


def outcome(text, **options):
    try:
        return read(text, **options)
    except (FieldCountError, ScriptDiedError) as error:
        return type(error)


TAGS = b"O O O B-A I-A B-B I-B E-A S-A S .-A [-A ]-A NIL OTHER I I-0 B-a-b B- - -A".split()
ODD_TAGS = [b"", b"0", b"-X-", b"B-\xff", b"B-" + b"x" * 7, b"I-" + b"y" * 70, b"O\r", b"\0"]
field = st.sampled_from(TAGS) | st.sampled_from(ODD_TAGS)
tag_fields = st.sampled_from(TAGS).map(lambda tag: [tag, tag]) | st.lists(
    field, min_size=2, max_size=2
)
word = st.sampled_from([b"a", b"-X-", b"", b"-DOCSTART-", b"-X", b"-Xx", b"\xff"])
token_lines = st.tuples(st.lists(word, min_size=1, max_size=1), tag_fields).map(
    lambda parts: b" ".join(parts[0] + parts[1])
)
odd_lines = st.sampled_from([b"", b" ", b"   ", b"-X-", b"a B-A O ", b"\r", b"a", b"a b O O"])
lines = st.lists(token_lines | odd_lines, max_size=12)
steady_lines = st.lists(token_lines | st.sampled_from([b"", b"  ", b"a B-A O  "]), max_size=30)


@pytest.mark.slow
@given((lines | steady_lines).map(b"\n".join), st.booleans(), st.integers(1, 40))
def test_reading_follows_the_rules_whatever_the_blocks(text, newline, block_size):
    text += b"\n" * newline
    expected = read_slowly(text)
    assert outcome(text) == expected
    assert outcome(text, block_size=block_size) == expected
    # The same by a regular expression, which is another way through the code.
    assert outcome(text, delimiter=b"[ ]", block_size=block_size) == expected


@pytest.mark.parametrize(
    ("options", "text", "types", "tokens", "correct"),
    [
        ({}, b"", {}, 0, 0),
        ({}, b"\n\n \n", {}, 0, 0),
        ({}, b"-X- O\nB-X B-X", {"X": (1, 1, 1)}, 1, 1),
        # only the lines' own last fields are dropped
        ({}, b"x B-X B-X  \n", {"X": (1, 1, 1)}, 1, 1),
        ({}, b"x  B-X\n", {"X": (0, 1, 0)}, 1, 0),
        # a type of 0 is none, so these are the same tag
        ({}, b"x B-0 B\n", {"": (1, 1, 1)}, 1, 1),
        # prefixes that mean the same are not the same tag
        ({}, b"x S-X U-X\n", {"X": (1, 1, 1)}, 1, 0),
        ({}, b"x NIL NUL\n", {}, 1, 0),
        # a byte-order mark and a carriage return are bytes like others
        ({}, b"\xef\xbb\xbf-X- B-X\r B-X\r\n", {"X\r": (1, 1, 1)}, 1, 1),
        ({}, b"x B-\xff B-\xc3\xa9\n", {"\udcff": (1, 0, 0), "é": (0, 1, 0)}, 1, 0),
        ({"delimiter": b"\\t"}, b"a b\tB-X\tB-X\n", {"X": (1, 1, 1)}, 1, 1),
        ({"delimiter": b"\t"}, b"a b\tB-X\tB-X\n", {"X": (1, 1, 1)}, 1, 1),
        ({"delimiter": rb"\s+"}, b"a \t B-X  B-X\r\n", {"X": (1, 1, 1)}, 1, 1),
        ({"delimiter": b"|"}, b"XBB\nXIB\n", {"": (1, 2, 0)}, 2, 1),
        ({"delimiter": b"."}, b"B-X B-X\n", {}, 0, 0),
        ({"raw": True}, b"x NP O\nx NP NP\n", {"NP": (2, 1, 1)}, 2, 1),
        ({"raw": True, "outside": b"-"}, b"x - O\nx O -\n", {}, 2, 2),
        ({"outside": b"-"}, b"x - O\n", {}, 1, 0),
    ],
)
def test_what_is_read(options, text, types, tokens, correct):
    counted = {name: TypeCounts(*row) for name, row in types.items()}
    assert read(text, **options) == Counts(counted, tokens, correct)


@pytest.mark.parametrize("delimiter", [b" ", b" +"])
@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (b"a O O\nO O\n", FieldCountError, "unexpected number of features: 2 (3)"),
        (b"a O O\n-X- O\n", FieldCountError, "unexpected number of features: 2 (3)"),
        (b"\n-X-\n\r\n", ScriptDiedError, "conlleval: unexpected number of features in line \r"),
        (b"-X-\nO\n\xff", ScriptDiedError, "conlleval: unexpected number of features in line O"),
        (b"a\nO O\n", ScriptDiedError, "conlleval: unexpected number of features in line a"),
    ],
)
def test_lines_that_do_not_fit(delimiter, text, error, message):
    with pytest.raises(error) as caught:
        read(text, delimiter=delimiter)
    assert caught.value.message == message


def test_long_tags_and_many_tags():
    rows = [f"x B-{n} B-{n}\n" for n in range(3000)] + [f"x B-{'y' * 100_000} B-y\n"] * 2
    counts = read("".join(rows).encode())
    assert len(counts.types) == 3002
    assert (counts.tokens, counts.tokens_correct) == (3002, 3000)
    assert counts.total == TypeCounts(3002, 3002, 3000)


# What perl 5.36 answers.
@pytest.mark.parametrize(
    ("pattern", "line", "fields"),
    [
        (b" ", b"  a b  ", [b"", b"", b"a", b"b"]),
        (b"", b"abc", [b"a", b"b", b"c"]),
        (b"|", b"a|b", [b"a", b"|", b"b"]),
        (b".", b"abc", []),
        (b"^", b"abc", [b"abc"]),
        (b"$", b"abc", [b"abc"]),
        (b" *", b"hi you", [b"h", b"i", b"y", b"o", b"u"]),
        (b"|a", b" ab", [b" ", b"", b"b"]),
        (b"a*?", b"bab", [b"b", b"", b"b"]),
        (rb"\b", b"ab cd", [b"ab", b" ", b"cd"]),
        (rb"\s+", b" a \tb\r", [b"", b"a", b"b"]),
        (rb"\h", b"a\xa0b\tc\x85d", [b"a", b"b", b"c\x85d"]),
        (rb"\v", b"a\x85b\x0bc\td", [b"a", b"b", b"c\td"]),
        (rb"[^\h]", b"a \xa0b", [b"", b" \xa0"]),
        (rb"[^\v]", b"a\x85\x0bb", [b"", b"\x85\x0b"]),
        (rb"[],\h]+|x", b"a], bxc", [b"a", b"b", b"c"]),
        (rb"[\e;]", b"a\x1bb;c", [b"a", b"b", b"c"]),
        (b"[]x]", b"a]bxc", [b"a", b"b", b"c"]),
        (b"[^]x]+", b"a]bxc]", [b"", b"]", b"x", b"]"]),
        (b"[a[]", b"1a2[3", [b"1", b"2", b"3"]),
        (b"[&&,]", b"a&b,c", [b"a", b"b", b"c"]),
        (b"[+--]", b"a+b,c-d.e", [b"a", b"b", b"c", b"d.e"]),
        (rb"\0", b"a\x00b", [b"a", b"b"]),
        (rb"\x2cb", b"a,b,c", [b"a", b",c"]),
        (rb"\e", b"a\x1bb", [b"a", b"b"]),
        (rb"\Z", b"ab", [b"ab"]),
        (rb"\n", rb"a\nb", [b"a\\nb"]),
        (b"a{,2}", b"baaab", [b"b", b"", b"b"]),
        (b"{", b"a{b", [b"a", b"b"]),
        (rb"\{1", b"a{1b", [b"a", b"b"]),
        (b",++", b"a,,b", [b"a", b"b"]),
        (b"\\\\", rb"a\b", [b"a", b"b"]),
        (b"\xff", b"a\xffb", [b"a", b"b"]),
        (rb"[\-\]]", b"a-b]c", [b"a", b"b", b"c"]),
        (rb"[\h-]", b"a-b c", [b"a", b"b", b"c"]),
        (rb"\$", b"a$b", [b"a", b"b"]),
    ],
)
def test_split_is_that_of_perl(pattern, line, fields):
    assert PerlSplit(pattern)(line) == fields
    byte = literal_byte(pattern)
    if byte is not None:
        found = line.split(bytes([byte]))
        assert found[: len(fields)] == fields
        assert not any(found[len(fields) :])


_NO_END_OF_TEXT = pytest.mark.skipif(
    sys.version_info >= (3, 14), reason="from 3.14 on, Python knows it, as perl does"
)


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        # what perl 5.36 refuses, too
        (b"*", "nothing to repeat at position 0"),
        (b"+", "nothing to repeat at position 0"),
        (b"?", "nothing to repeat at position 0"),
        (b"[", "unmatched ["),
        (b"\\", "bad escape (end of pattern) at position 0"),
        (b"a**", "multiple repeat at position 2"),
        (rb"\1", "invalid group reference 1 at position 1"),
        (b"[[:space:]", "classes of POSIX are not supported"),
        (b"[[:foo:]]", "classes of POSIX are not supported"),
        # what only perl knows
        (b"[[:blank:]]+", "classes of POSIX are not supported"),
        (b"[[:^punct:]]", "classes of POSIX are not supported"),
        (rb"[^,[:alnum:]]", "classes of POSIX are not supported"),
        (rb"\H", r"bad escape \H at position 0"),
        (rb"[\V]", r"bad escape \V at position 1"),
        (rb"\11", "invalid group reference 11 at position 1"),
        (rb"\x", r"incomplete escape \x at position 0"),
        (rb"\x{2c}", r"incomplete escape \x at position 0"),
        (rb"\o{54}", r"bad escape \o at position 0"),
        (rb"\cI", r"bad escape \c at position 0"),
        (rb"\y", r"bad escape \y at position 0"),
        (rb"\Q.", r"bad escape \Q at position 0"),
        (rb"\N", r"bad escape \N at position 0"),
        (rb"\R", r"bad escape \R at position 0"),
        pytest.param(rb"\z", r"bad escape \z at position 0", marks=_NO_END_OF_TEXT),
        (rb"\pL", r"bad escape \p at position 0"),
        (rb"\G", r"bad escape \G at position 0"),
        (rb"a\K", r"bad escape \K at position 1"),
    ],
)
def test_patterns_that_are_refused(pattern, problem):
    with pytest.raises(ScriptDiedError) as caught:
        read(b"a O O\n", delimiter=pattern)
    assert str(caught.value) == f"conlleval: -d {pattern.decode()}: {problem}"
    # The script compiles the pattern for the first line only.
    assert read(b"", delimiter=pattern) == Counts({})


@pytest.mark.parametrize(
    "pattern",
    [
        # no patterns
        b"(", b")", b"(?{1})", b"(?<n>,)b", b"(" * 100_000,
        # such that what a group has becomes a field, or looks around
        b"(,)", b",(x)?", b"((-)|,)", rb"( )\1", b"(?=B)", b"(?<=O) ", b"(?>a|ab)c", b"(?i)x",
        # such as are tried again and again
        b"(a+)+$", b"(a|a)*b", b"(a|aa)+$", b"a*a*a*a*b", b"a+b", rb"\s+$", b" *, *", b"a?" * 30,
        b"[a]+b", b"[]a]+b", b"[^]a]+b|c", rb"\t*x", b"a{2,}b", b"a{100}", b"a{1,100}", b"x|a+b|y",
        b".*,", b"a++b", b"a*?b", rb"\x{100}",
    ],
)  # fmt: skip
def test_patterns_that_may_take_long_are_refused(pattern):
    message = "groups, and repeats that are not at the end, are not supported"
    with pytest.raises(ScriptDiedError, match=message):
        read(b"a O O\n", delimiter=pattern)


_ATOMS = ["a", "b", ".", "[ab]", "[^a]", "[]a]", "\\w", "\\b", "^", "$", "\\t", "{", "}", "]"]
_REPEATS = ["", "", "*", "+", "?", "{2}", "{,3}", "{2,}", "{99,99}", "*?", "+?", "++", "{100}"]


@pytest.mark.parametrize("seed", range(60))
def test_no_pattern_takes_long(seed):
    """Patterns made up are refused, or split a line that is ten times as long in ten times or so.

    A line of 200,000 characters would take minutes where the time grows as its square does.
    """
    random = Random(seed)
    pattern = "".join(
        random.choice(_ATOMS) + random.choice(_REPEATS) + random.choice(["", "", "", "|"])
        for _ in range(random.randint(1, 4))
    )
    try:
        split = PerlSplit(pattern.encode())
    except re.error:
        return
    for line in (b"a", b"ab", b"aab" * 20 + b"b"):
        begun = time.process_time()
        split(line * (200_000 // len(line)))
        assert time.process_time() - begun < 2, pattern


def test_what_is_translated():
    assert translate(rb"\h|[^\v]\\h\d") == rb"[\t \xa0]|[^\n-\r\x85]\\h\d"


# Printing.


def test_the_report():
    counts = Counts(
        {
            "": TypeCounts(1, 1, 0),
            "A": TypeCounts(2, 0, 0),
            "only correct": TypeCounts(0, 0, 1),
            "\udcff": TypeCounts(0, 1, 0),
            "\ue000": TypeCounts(1, 1, 1),
            "é": TypeCounts(3, 3, 2),
        },
        tokens=8,
        tokens_correct=5,
    )
    # As many bytes as fill the width, not as many letters; in the order of the bytes.
    assert conlleval_report(counts).encode("utf-8", "surrogateescape") == (
        b"processed 8 tokens with 7 phrases; found: 6 phrases; correct: 4.\n"
        b"accuracy:  62.50%; precision:  66.67%; recall:  57.14%; FB1:  61.54\n"
        b"                 : precision:   0.00%; recall:   0.00%; FB1:   0.00  1\n"
        b"                 : precision:   0.00%; recall:   0.00%; FB1:   0.00  1\n"
        b"                A: precision:   0.00%; recall:   0.00%; FB1:   0.00  0\n"
        b"               \xc3\xa9: precision:  66.67%; recall:  66.67%; FB1:  66.67  3\n"
        b"              \xee\x80\x80: precision: 100.00%; recall: 100.00%; FB1: 100.00  1\n"
        b"                \xff: precision:   0.00%; recall:   0.00%; FB1:   0.00  1\n"
    )
    assert conlleval_latex(counts).count("\n") == 8


@pytest.mark.parametrize("sizes", [(1, 2, 3), (2, 1, 40), (0, 3, 0), (70, 70, 70)])
def test_many_empty_lines_are_as_one(sizes):
    before, between, after = ("\n" * size for size in sizes)
    text = f"{before}a B-X B-X\n{between}b I-X I-X\nc O B-X\n{after}"
    one = f"a B-X B-X\n{between[:1]}b I-X I-X\nc O B-X\n"
    for size in 1, 7, 1 << 20:
        found, wanted = (read(each.encode(), block_size=size) for each in (text, one))
        assert found == wanted


@pytest.mark.parametrize(
    ("row", "times"), [((1, 1, 0), 2), ((1, 0, 0), 1), ((0, 1, 0), 1), ((0, 0, 1), 0)]
)
def test_how_often_the_empty_type_is_shown(row, times):
    counts = Counts({"": TypeCounts(*row)}, 1, 0)
    assert conlleval_report(counts).count("                 : ") == times
    assert conlleval_latex(counts).count("\n        & ") == times


def test_nothing_to_report():
    assert conlleval_report(Counts({})) == (
        "processed 0 tokens with 0 phrases; found: 0 phrases; correct: 0.\n"
    )
    assert conlleval_latex(Counts({})) == (
        r"        & Precision &  Recall  & F$_{\beta=1} \\\hline\hline" + "\n"
        r"Overall &    0.00\% &   0.00\% &   0.00 \\\hline" + "\n"
    )


# The command.


def golden_cases():
    with shared("conlleval_golden/cases.jsonl").open() as file:
        return [json.loads(line) for line in file]


def expected(case):
    return case["stdout"], case["stderr"], case["exit"]


def in_process(case):
    result = CliRunner().invoke(conlleval, case["args"], input=case["input"].encode("latin-1"))
    errors = result.stderr_bytes.decode("latin-1").removesuffix("\n")
    return result.stdout_bytes.decode("latin-1"), errors, result.exit_code


def as_command(case):
    result = subprocess.run(
        [*COMMAND, *case["args"]],
        input=case["input"].encode("latin-1"),
        capture_output=True,
        check=False,
    )
    errors = result.stderr.decode("latin-1").removesuffix("\n")
    return result.stdout.decode("latin-1"), errors, result.returncode


@pytest.mark.slow
def test_what_the_script_printed():
    cases = golden_cases()
    assert len(cases) == 1000
    assert [case["name"] for case in cases if in_process(case) != expected(case)] == []


@pytest.mark.slow
def test_what_the_script_printed_by_the_real_command():
    cases = golden_cases()
    by_kind = {(case["exit"], "-l" in case["args"], len(case["args"])): case for case in cases}
    assert len(by_kind) >= 5
    for case in by_kind.values():
        assert as_command(case) == expected(case)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["-x"], "conlleval: unknown argument -x"),
        (["-lr"], "conlleval: unknown argument -lr"),
        (["-"], "conlleval: unknown argument -"),
        (["--"], "conlleval: unknown argument --"),
        (["-l", "--latex"], "conlleval: unknown argument --latex"),
        (["\udcff"], "conlleval: unexpected command line argument"),
        (["file", "-x"], "conlleval: unexpected command line argument"),
        (["-d"], "conlleval: -d requires delimiter character"),
        (["-r", "-o"], "conlleval: -o requires delimiter character"),
        (["-d", "*"], "conlleval: -d *: nothing to repeat at position 0"),
    ],
)
def test_arguments_that_the_script_refuses(args, message):
    result = CliRunner().invoke(conlleval, args, input="a O O\n")
    assert (result.stdout, result.stderr, result.exit_code) == ("", message + "\n", 255)


def test_an_option_takes_the_next_argument_whatever_it_is():
    result = CliRunner().invoke(
        conlleval, ["-d", "--help", "-o", "-l", "-r"], input="a--help-l--helpO\n"
    )
    assert result.stdout.startswith("processed 1 tokens with 0 phrases; found: 0 phrases")
    assert "100.00%" in result.stdout


def test_the_last_of_several_delimiters_counts():
    result = CliRunner().invoke(conlleval, ["-d", ",", "-d", ";"], input="a;B-X;B-X\n")
    assert result.stdout.startswith("processed 1 tokens with 1 phrases; found: 1 phrases")


@pytest.mark.parametrize("args", [["--help"], ["-l", "--help"]])
def test_help(args):
    result = CliRunner().invoke(conlleval, args)
    assert result.exit_code == 0
    assert "spanf1 score --format conlleval --reading conlleval" in result.stdout
    assert r"spanf1 conlleval -d '\t' -l < tagged.tsv" in result.stdout


def test_standard_input_that_cannot_be_read():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            if size == 0:  # so that one can see that these are bytes
                return b""
            raise OSError(5, "Input/output error")

    result = CliRunner().invoke(conlleval, input=Broken())
    message = "conlleval: cannot read standard input: Input/output error\n"
    assert (result.stdout, result.stderr, result.exit_code) == ("", message, 255)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("script", "printed"),
    [
        # whoever reads the output has gone
        ('{ sleep 0.3; echo a O O; } | "$@" | true', b""),
        # there is no standard input
        ('"$@" <&-', b"processed 0 tokens with 0 phrases; found: 0 phrases; correct: 0.\n"),
    ],
)
def test_closed_streams_make_no_noise(script, printed):
    result = subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND], capture_output=True, timeout=60, check=False
    )
    assert (result.stdout, result.stderr) == (printed, b"")


@pytest.mark.parametrize(
    "module",
    [spanf1.conlleval, spanf1.conlleval.reader, spanf1.conlleval.report],
)
def test_examples_in_docstrings_run(module):
    assert doctest.testmod(module).failed == 0
