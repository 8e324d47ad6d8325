"""Damaged, odd and huge input: always a result or an error that says where, and little memory."""

import bz2
import gzip
import lzma
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import spanf1
from spanf1.checks.tags import Rewriting, TaggedColumn, looked_at, rewrite
from spanf1.checks.validate import Validation
from spanf1.core.repairs import REPAIRS
from spanf1.formats.options import InputOptions
from spanf1.formats.registry import Input
from spanf1.formats.source import Source
from tests.helpers.shared_data import ROOT, SHARED

SAMPLE = ROOT / "corpora" / "sample"

# Whole files of other people, where they are there; the sample always is.
SEEDS = [SAMPLE / "english.spacy.conll", SAMPLE / "japanese.conll"]
SEEDS += [
    path
    for path in (
        SHARED / "wnut17" / "submissions" / "arcada.conll",
        SHARED / "uner_en_ewt" / "en_ewt-ud-test.iob2",
        SHARED / "wikigold" / "wikigold.conll",
    )
    if path.exists()
]

OPTIONS = [
    {},
    {"reading": "conlleval"},
    {"reading": "error"},
    {"delimiter": ""},
    {"gold_column": 2, "pred_column": 3},
]


def outcome(path, *others, **options):
    """Return the result, or the error; any other exception fails the test."""
    try:
        return spanf1.score_file(path, *others, **options)
    except spanf1.InputError as error:
        return error


def assert_says_where(error, path, data):
    """Require the name of the file and, except of a file as a whole, a line that it has."""
    assert type(error) is not spanf1.InputError
    assert "\n" not in str(error)
    assert str(error).startswith(f"{path}:")
    if isinstance(error, spanf1.TagError | spanf1.LayoutError | spanf1.IllFormedError):
        place = re.match(r":(\d+): ", str(error)[len(str(path)) :])
        assert place, str(error)
        assert 1 <= int(place[1]) <= data.count(b"\n") + 1


def check(path, data, **options):
    path.write_bytes(data)
    found = outcome(path, **options)
    if isinstance(found, Exception):
        assert_says_where(found, path, data)
    else:
        counts = found.counts
        assert counts.tokens <= data.count(b"\n") + 1
        # The conlleval script can count one phrase as correct that it counts on one side only.
        if options.get("reading") != "conlleval":
            assert counts.total.correct <= min(counts.total.gold, counts.total.predicted)
    return found


def excerpt(rng, whole, size=4000):
    """Return some lines of a file."""
    first = int(rng.integers(max(1, len(whole) - size)))
    return whole[whole.find(b"\n", first) + 1 :][:size]


# Ways to damage a file.


def cut(rng, data):
    return data[: int(rng.integers(len(data)))]


def flip_bits(rng, data):
    damaged = bytearray(data)
    for place in rng.integers(len(damaged), size=int(rng.integers(1, 8))).tolist():
        damaged[place] ^= 1 << int(rng.integers(8))
    return bytes(damaged)


def insert(what):
    def damage(rng, data):
        for _ in range(int(rng.integers(1, 4))):
            place = int(rng.integers(len(data) + 1))
            data = data[:place] + what + data[place:]
        return data

    return damage


def drop_bytes(rng, data):
    kept = rng.random(len(data)) > 0.002
    return np.frombuffer(data, np.uint8)[kept].tobytes()


def swap_halves(rng, data):
    place = int(rng.integers(len(data)))
    return data[place:] + data[:place]


DAMAGES = {
    "cut": cut,
    "bits": flip_bits,
    "dropped": drop_bytes,
    "swapped": swap_halves,
    "nul": insert(b"\x00"),
    "not-utf8": insert(b"\xff"),
    "half-a-letter": insert(b"\xe6\x97"),
    "carriage-return": insert(b"\r"),
    "blank-lines": insert(b"\n\n \n\t\n"),
    "delimiter": insert(b"\t"),
    "space": insert(b" "),
    "comment": insert(b"\n# \n"),
    "document": insert(b"\n-DOCSTART- O\n"),
    "bom": insert(b"\xef\xbb\xbf"),
}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.name)
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_files(seed, damage, tmp_path):
    rng = np.random.default_rng(list(f"{damage} {seed.name}".encode()))
    whole = seed.read_bytes()
    for number in range(12):
        data = DAMAGES[damage](rng, excerpt(rng, whole))
        check(tmp_path / "damaged.conll", data, **OPTIONS[number % len(OPTIONS)])


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_files_are_repaired_or_refused(seed, damage, tmp_path):
    """What is written is well-formed, is the same when it is repaired again, and loses nothing."""
    rng = np.random.default_rng(list(f"{damage} {seed.name}".encode()))
    whole = seed.read_bytes()
    path = tmp_path / "damaged.conll"
    options = InputOptions(tag_columns=(3 if seed.suffix == ".iob2" else -1,))
    for method in REPAIRS:
        data = DAMAGES[damage](rng, excerpt(rng, whole))
        path.write_bytes(data)
        pieces = []
        try:
            column = Input(Source(str(path)), "columns", options)
            exact, scheme, *_ = looked_at(column, "IOB2")
            how = Rewriting(scheme, scheme, method)
            rewrite(TaggedColumn(exact), how, pieces.append)
        except spanf1.InputError as error:
            assert_says_where(error, path, data)
            continue
        written = b"".join(pieces)
        path.write_bytes(written)
        assert len(written) == len(data) or method != "begin"
        exact = replace(exact, source=Source(str(path)))
        assert not rewrite(TaggedColumn(exact), how).tags
        assert list(Validation(TaggedColumn(exact), scheme).violations()) == []
        path.write_bytes(data)
        exact = replace(exact, source=Source(str(path)))
        everything = []
        rewrite(TaggedColumn(exact), Rewriting(), everything.append)
        assert b"".join(everything) == data


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["cut", "bits", "swapped", "nul", "blank-lines"])
def test_one_damaged_file_of_two(damage, tmp_path):
    rng = np.random.default_rng(list(damage.encode()))
    gold = SAMPLE / "japanese.conll"
    whole = gold.read_bytes()
    damaged = tmp_path / "damaged.conll"
    for number in range(30):
        data = DAMAGES[damage](rng, whole)
        damaged.write_bytes(data)
        paths = (gold, damaged) if number % 2 else (damaged, gold)
        found = outcome(*paths, align_by_position=number % 3 == 0)
        if isinstance(found, Exception):
            assert str(found).startswith((f"{gold}:", f"{damaged}:"))


FIELDS = [
    b"O",
    b"B-A",
    b"I-A",
    b"B-",
    b"B",
    b"-",
    b"#",
    b"",
    b"X-A",
    b"O-A",
    b"\xff",
    b"\x00",
    b"w",
]
SEPARATORS = [b" ", b"\t", b"\n", b"\n", b"\r\n", b"\n\n", b"  ", b"\r", b"\x0b", b"\xc2\xa0"]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_random_fields(options, tmp_path):
    rng = np.random.default_rng(1)
    for _ in range(100):
        chosen = rng.choice(len(FIELDS), size=30), rng.choice(len(SEPARATORS), size=30)
        pieces = (FIELDS[f] + SEPARATORS[s] for f, s in zip(*chosen, strict=True))
        check(tmp_path / "fields.conll", b"".join(pieces), **options)


@pytest.mark.parametrize("high", [256, 128, 12])
def test_random_bytes(high, tmp_path):
    rng = np.random.default_rng(high)
    for size in rng.integers(0, 2000, 60).tolist():
        data = rng.integers(0, high, size, np.uint8).tobytes()
        check(tmp_path / "random.conll", data)


COMPRESS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}


@pytest.mark.slow
@pytest.mark.parametrize("method", COMPRESS)
@pytest.mark.parametrize("damage", [cut, flip_bits])
def test_damaged_compressed_files(method, damage, tmp_path):
    rng = np.random.default_rng(0)
    plain = (SAMPLE / "english.spacy.conll").read_bytes()
    whole = spanf1.score_file(SAMPLE / "english.spacy.conll")
    path = tmp_path / "damaged"
    refused = 0
    for _ in range(40):
        path.write_bytes(damage(rng, COMPRESS[method](plain)))
        found = outcome(path)
        if isinstance(found, Exception):
            refused += 1
            assert str(found).startswith(
                f"{path}: " if isinstance(found, spanf1.ReadError) else f"{path}:"
            )
        else:  # a bit of the header that means nothing, or nothing is left
            assert found.counts in (whole.counts, spanf1.Counts({}))
    assert refused >= 35


# Input of which the outcome is known.

LINES = b"a O O\nb O O\n"

KNOWN_ERRORS = {
    "nul-in-tag": (LINES + b"c B-\x00 O\n", "ReadError", None),
    "nul-in-token": (LINES + b"\x00 O O\n", "ReadError", None),
    "nul-as-a-late-tag": (LINES * 4000 + b"c \x00 O\n", "TagError", 8001),
    "not-utf8-in-tag": (LINES + b"c B-\xff O\n", "TagError", 3),
    "not-utf8-in-long-tag": (LINES + b"c O B-ABCDEFGHIJKL\xe6\n", "TagError", 3),
    "a-field-more": (LINES + b"\nc x O O\n", "LayoutError", 4),
    "a-field-less": (LINES + b"\n\nc O\n", "LayoutError", 5),
    "no-scheme-has-it": (LINES + b"# c\nd Q-A O\n", "TagError", 4),
    "empty-tag": (b"a\tO\tO\nb\t\tO\n", "TagError", 2),
    "ends-in-the-middle": (LINES + b"c B-A B", None, None),
    "one-column": (b"a\nb\n", "LayoutError", 1),
    "utf-16": (LINES.decode().encode("utf-16"), "ReadError", None),
    "utf-16-big-end": (b"\xfe\xff" + LINES.decode().encode("utf-16-be"), "ReadError", None),
    "gzip-cut-off": (gzip.compress(LINES * 100)[:-10], "ReadError", None),
    "gzip-nothing": (b"\x1f\x8b\x08", "ReadError", None),
    "empty": (b"", None, None),
    "only-comments": (b"# a\n# b\n", None, None),
}


@pytest.mark.parametrize(("data", "kind", "line"), KNOWN_ERRORS.values(), ids=KNOWN_ERRORS)
def test_known_errors(data, kind, line, tmp_path):
    path = tmp_path / "known.conll"
    found = check(path, data)
    if kind is None:
        assert isinstance(found, spanf1.Result)
        return
    assert type(found).__name__ == kind
    assert found.where == (str(path) if line is None else f"{path}:{line}")
    assert found.exit_code == 3


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_text_of_wide_characters_without_a_mark(encoding, tmp_path):
    data = "".join(f"token{n} B-PER O\n" for n in range(50)).encode(encoding)
    path = tmp_path / "wide.conll"
    path.write_bytes(data)
    found = outcome(path)
    assert isinstance(found, spanf1.InputError)
    assert str(found).startswith(f"{path}:")


def test_bytes_that_are_not_utf8_in_tokens_do_not_matter(tmp_path):
    path = tmp_path / "latin1.conll"
    path.write_bytes("Köln B-LOC B-LOC\nblüht O O\n".encode("latin-1"))
    assert spanf1.score_file(path).micro.f1 == 1.0


def test_tokens_that_are_not_utf8_are_compared_as_bytes(tmp_path):
    gold, predicted = tmp_path / "gold.conll", tmp_path / "predicted.conll"
    gold.write_bytes(b"K\xf6ln B-LOC\n")
    predicted.write_bytes(b"K\xf7ln B-LOC\n")
    assert spanf1.score_file(gold, gold).micro.f1 == 1.0
    assert isinstance(outcome(gold, predicted), spanf1.AlignmentError)


@pytest.mark.slow
def test_more_tags_than_any_table_has_room_for(tmp_path):
    count = 120_000
    path = tmp_path / "tags.conll"
    path.write_text("".join(f"w B-{n} B-{n if n % 2 else -n}\n" for n in range(count)))
    result = spanf1.score_file(path)
    half = count // 2
    # 0 is -0: the type of line 1 is right, too.
    assert (result.micro.gold, result.micro.predicted, result.micro.correct) == (
        count,
        count,
        half + 1,
    )
    assert len(result.types) == count + half - 1


def test_tags_that_differ_in_one_byte_only(tmp_path):
    """Long ones share their first and last eight bytes."""
    kinds = [f"{'x' * 12}{letter}{'y' * 12}" for letter in "abcdefghij"]
    path = tmp_path / "alike.conll"
    path.write_text("".join(f"w B-{a} B-{b}\n" for a in kinds for b in kinds))
    micro = spanf1.score_file(path).micro
    assert (micro.gold, micro.predicted, micro.correct) == (100, 100, 10)


# Memory, and the command.

MEMORY_LIMIT = 200_000  # kilobytes

SCORE = """
try:
    print(spanf1.score_file(sys.argv[1]).counts.tokens)
except spanf1.InputError as error:
    print(type(error).__name__, str(error).removeprefix(sys.argv[1]), sep="")
"""

CONVERT = """
from spanf1.checks.tags import Rewriting, TaggedColumn, detect_column, rewrite
from spanf1.checks.validate import Validation
from spanf1.formats.registry import Input
from spanf1.formats.source import Source
column = Input(Source(sys.argv[1]), "columns")
size = []
rewrite(TaggedColumn(column), Rewriting("IOB2", "IOBES"), lambda data: size.append(len(data)))
check = Validation(TaggedColumn(column), "IOBES")
found = sum(1 for _ in check.violations())
print(detect_column(column)[0].scheme, sum(size), found)
"""

CHILD = """
import resource, sys
import spanf1
{what}
# On Linux, ru_maxrss begins with that of the process which started this one.
try:
    with open("/proc/self/status") as file:
        peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
except FileNotFoundError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = peak // 1024 if sys.platform == "darwin" else peak
print(peak)
"""


def run_child(path, what=SCORE):
    """Return what a file comes to in a process of its own, and its peak in kilobytes."""
    code = CHILD.replace("{what}", what)
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    said, peak = done.stdout.splitlines()
    return said, int(peak)


def one_line(path):
    path.write_bytes(b"x" * 50_000_000)


def one_line_after_others(path):
    path.write_bytes(LINES * 10_000 + b"x" * 50_000_000 + b" O O\n")


def one_line_compressed(path):
    path.write_bytes(gzip.compress(bytes(200_000_000), 1))


def one_long_tag(path):
    path.write_bytes(LINES + b"x O B-" + b"y" * 3_000_000 + b"\n" + LINES)


def many_long_tags(path):
    path.write_bytes(b"".join(b"x O B-" + b"y" * 20_000 + b"%d\n" % n for n in range(500)))


def many_lines(path):
    path.write_bytes(b"word B-PER O\nword I-PER B-LOC\n\n" * 1_500_000)


def one_sentence(path):
    path.write_bytes(b"word B-PER B-PER\n" + b"word I-PER I-PER\n" * 2_500_000)


def one_gap(path):
    path.write_bytes(LINES + b"\n" * 50_000_000 + LINES)


HUGE = {
    "one-line": (one_line, "LayoutError:1: line of more than 4 MiB"),
    "one-line-after-others": (one_line_after_others, "LayoutError:20001: line of more than 4 MiB"),
    "one-line-of-nul-compressed": (one_line_compressed, "LayoutError:1: line of more than 4 MiB"),
    "one-tag-of-3-MB": (one_long_tag, "5"),
    "many-tags-of-20-KB": (many_long_tags, "500"),
    "many-lines": (many_lines, "3000000"),
    "one-sentence": (one_sentence, "2500001"),
    "one-gap": (one_gap, "4"),
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no module `resource`")
@pytest.mark.parametrize(("make", "expected"), HUGE.values(), ids=HUGE)
def test_memory_is_bounded(make, expected, tmp_path):
    path = tmp_path / "huge.conll"
    make(path)
    said, peak = run_child(path)
    assert said == expected
    assert peak < MEMORY_LIMIT


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no module `resource`")
def test_memory_of_rewriting_is_bounded(tmp_path):
    path = tmp_path / "huge.conll"
    path.write_bytes(b"word B-PER\nword I-LOC\n\n" * 500_000)
    said, peak = run_child(path, CONVERT)
    # Two spans of one token each: both are S, and neither B nor I may end one in IOBES.
    assert said == f"IOB2 {path.stat().st_size} 1000000"
    assert peak < MEMORY_LIMIT


COMMAND = [sys.executable, "-c", "from spanf1.cli import main; main()", "score"]


def run_command(data, *arguments):
    done = subprocess.run(
        [*COMMAND, *arguments], input=data, capture_output=True, check=False, timeout=60
    )
    return done.returncode, done.stdout, done.stderr.decode("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
def test_the_command_never_shows_a_traceback(damage):
    rng = np.random.default_rng(list(damage.encode()))
    whole = (SAMPLE / "english.spacy.conll").read_bytes()
    data = DAMAGES[damage](rng, excerpt(rng, whole, 2000))
    code, printed, errors = run_command(data, "--format", "json")
    assert "Traceback" not in errors
    assert code in (0, 3)
    if code:
        assert printed == b""
        assert errors.startswith("error: <stdin>:")
    else:
        assert printed.startswith(b"{")


@pytest.mark.slow
@pytest.mark.parametrize(("data", "kind", "line"), KNOWN_ERRORS.values(), ids=KNOWN_ERRORS)
def test_known_errors_of_the_command(data, kind, line):
    code, printed, errors = run_command(data)
    assert "Traceback" not in errors
    if kind is None:
        assert code == 0
        assert printed
    else:
        place = "<stdin>" if line is None else f"<stdin>:{line}"
        assert (code, printed) == (3, b"")
        assert errors.startswith(f"error: {place}: ")


@pytest.mark.slow
def test_a_million_distinct_tags_are_refused_in_one_line(tmp_path):
    path = tmp_path / "tags.conll"
    path.write_text("".join(f"w B-{n} O\n" for n in range(1_000_000)))
    with pytest.raises(
        spanf1.TagError,
        match=r"tags\.conll:262145: type '262144': there are more than 262144 distinct types",
    ):
        spanf1.score_file(path)
