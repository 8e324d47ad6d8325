"""What is tried: a command line and its files, which follow from a seed and a number."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import json
import lzma
import os
import re
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from spanf1.cli.group import COMMANDS, main
from tests.helpers.catalogues import CLOSED, CORPUS
from tests.helpers.every_format import (
    GOLD,
    PREDICTED,
    TEXTS,
    Spans,
    lines,
    made,
    objects,
    placed,
    tagged,
)

Rng = np.random.Generator
Files = Mapping[str, bytes]

#: the kinds of cases, and of a hundred cases how many are of each
KINDS = {"input": 70, "line": 20, "disk": 5, "signal": 5}


class Case(NamedTuple):
    """A command line, the files it is run beside, and what happens to it meanwhile.

    `limit` is how many bytes a file may have that is written, and `after` the seconds after
    which the signal `sent` is sent; 0 where there is none.
    """

    kind: str
    args: list[str]
    files: dict[str, bytes]
    limit: int = 0
    sent: int = 0
    after: float = 0.0


def case(seed: int, number: int) -> Case:
    """Return a case; the same for the same numbers."""
    rng = np.random.default_rng([seed, number])
    kind = str(rng.choice(list(KINDS), p=np.array([*KINDS.values()]) / 100))
    return _MAKERS[kind](rng)


# Inputs that are in order.


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Work in a folder that is not kept."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder and of those in it, by name."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def _both(text: str, gold: Spans, predicted: Spans, delimiter: str = "\t") -> str:
    """Return lines of tokens and the tags of both sides."""
    rows = zip(text.split(), tagged(text, gold), tagged(text, predicted), strict=True)
    return "".join(delimiter.join(row) + "\n" for row in rows)


@cache
def samples() -> dict[str, dict[str, bytes]]:
    """Return inputs that are in order by what is to be read: a file, or the files of a folder."""
    from spanf1.formats.registry import FORMATS

    sides = [*zip(TEXTS, GOLD, PREDICTED, strict=True)]
    found: dict[str, dict[str, bytes]] = {}
    with _folder() as folder:
        for name, format_ in FORMATS.items():
            if not format_.extra:
                for side in GOLD, PREDICTED:
                    made(name, side)
        both = {
            "both.conll": "\n".join(_both(*side) for side in sides) * 3,
            "both.csv": "token,gold,predicted\n" + "\n".join(_both(*side, ",") for side in sides),
            "both.jsonl": lines([
                {"id": n, "text": t, "spans": objects(t, g), "predicted": objects(t, p)}
                for n, (t, g, p) in enumerate(sides)
            ]),
            "tags.jsonl": lines([
                {"tokens": t.split(), "tags": tagged(t, g), "predictions": tagged(t, p)}
                for t, g, p in sides
            ]),
            "labels.jsonl": lines([
                {"text": t, "label": placed(t, g), "pred": placed(t, p)} for t, g, p in sides
            ]),
            "state.log": json.dumps({
                "log_history": [{"step": n, "eval_f1": n / 9} for n in range(9)]
            }),
            "lines.log": lines([{"epoch": n, "val": {"f1": n / 9, "recall": 1}} for n in range(9)]),
            "weeks.log": "week,seed,f1\n" + "".join(
                f"2026-W{n},1,{n / 90}\n" for n in range(11, 22)
            ),
            "catalogue.toml": CORPUS + CLOSED,
        }  # fmt: skip
        for name, text in both.items():
            Path(name).write_text(text, encoding="utf-8")
        Path("both.conll.gz").write_bytes(gzip.compress(Path("both.conll").read_bytes()))
        for name in "result", "interval":
            extra = ["--confidence", "0.95", "--resamples", "50"] * (name == "interval")
            asked = ["score", "both.conll", "-f", "json", "-o", f"{name}.json", "-q", *extra]
            with contextlib.suppress(SystemExit):
                main(asked, prog_name="spanf1")
        if _has("pyarrow"):
            _write_arrow(sides)
        for path in sorted(folder.iterdir()):
            if path.is_dir():
                found[path.name] = {f"{path.name}/{k}": v for k, v in contents(path).items()}
            else:
                found[path.name] = {path.name: path.read_bytes()}
    return found


def _has(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


def _write_arrow(sides: list[tuple]) -> None:
    """Write Parquet, an Arrow file, and the folder that a library of datasets saves."""
    import pyarrow
    from pyarrow import parquet

    rows = [
        {"tokens": t.split(), "ner_tags": tagged(t, g), "predictions": tagged(t, p)}
        for t, g, p in sides
    ]
    table = pyarrow.Table.from_pylist(rows)
    parquet.write_table(table, "both.parquet")
    Path("saved").mkdir()
    with pyarrow.ipc.new_stream("saved/data.arrow", table.schema) as writer:
        writer.write_table(table)
    state = {"_data_files": [{"filename": "data.arrow"}], "_split": "test"}
    Path("saved/state.json").write_text(json.dumps(state))
    Path("saved/dataset_info.json").write_text("{}")


# Ways to spoil bytes.


def _cut(rng: Rng, data: bytes) -> bytes:
    return data[: int(rng.integers(len(data) + 1))]


def _flip(rng: Rng, data: bytes) -> bytes:
    spoilt = bytearray(data)
    for place in rng.integers(len(data), size=int(rng.integers(1, 6))).tolist():
        spoilt[place] ^= 1 << int(rng.integers(8))
    return bytes(spoilt)


def _insert(rng: Rng, data: bytes) -> bytes:
    place = int(rng.integers(len(data) + 1))
    return data[:place] + PIECES[int(rng.integers(len(PIECES)))] + data[place:]


def _drop(rng: Rng, data: bytes) -> bytes:
    first = int(rng.integers(len(data)))
    return data[:first] + data[first + int(rng.integers(1, 30)) :]


def _repeat(rng: Rng, data: bytes) -> bytes:
    first = int(rng.integers(len(data)))
    last = first + int(rng.integers(1, 60))
    return data[:last] + data[first:last] * int(rng.integers(1, 200)) + data[last:]


def _swap(rng: Rng, data: bytes) -> bytes:
    place = int(rng.integers(len(data)))
    return data[place:] + data[:place]


def _value(rng: Rng, data: bytes) -> bytes:
    """Put another value in the place of one of JSON, or of a number anywhere."""
    found = [*re.finditer(rb'"[^"]*"|-?\d+|\[|\{|true|false|null', data)]
    if not found:
        return _insert(rng, data)
    place = found[int(rng.integers(len(found)))]
    return data[: place.start()] + VALUES[int(rng.integers(len(VALUES)))] + data[place.end() :]


def _pack(rng: Rng, data: bytes) -> bytes:
    """Compress it; what comes behind may spoil that."""
    pack = partial(gzip.compress, mtime=0), bz2.compress, lzma.compress
    return pack[int(rng.integers(3))](data)


PIECES = [
    b"\x00", b"\xff", b"\xe6\x97", b"\r", b"\n\n \n\t\n", b"\t", b" ", b"\n# \n", b'"', b"{", b"]",
    b"\n-DOCSTART- O\n", b"\xef\xbb\xbf", b"\x1b]0;x\x07", b"\xc2\x9b31m", b"\xe2\x80\xae",
    b"\\ud800", b"\\u0000", b"=cmd|' /C calc'!A0", b"\n\n\n", b"B-", b"-", b"\x0b", b"\x1f\x8b\x08",
    b"\xed\xa0\x80", b"{}" * 50, b"[" * 2000, b"(" * 2000, b"9" * 400, b" " * 5000,
]  # fmt: skip
VALUES = [
    b"null", b"true", b"-1", b"1e999", b"NaN", b"1.5", b"[]", b"{}", b'""', b'"\\ud800"',
    b'"\\u0000"', b"18446744073709551616", b"-9223372036854775809", b"[[[]]]", b'{"start": 0}',
    b"0", b"99999999", b'"O"', b'"B-PER"', b"[0, 1]", b'"' + b"x" * 3000 + b'"',
]  # fmt: skip
DAMAGES: list[Callable[[Rng, bytes], bytes]] = [
    _cut, _flip, _insert, _drop, _repeat, _swap, _value, _pack
]  # fmt: skip


def spoilt(rng: Rng, files: Files) -> dict[str, bytes]:
    """Return files of which one is spoilt, in one way or in several."""
    name = str(rng.choice(sorted(files)))
    data = files[name]
    for _ in range(int(rng.choice([0, 1, 1, 1, 2, 3]))):
        if data:
            data = DAMAGES[int(rng.integers(len(DAMAGES)))](rng, data)
    return {**files, name: data}


# Command lines.

# What may be asked: of any input, of a result, of a catalogue. The file in question stands in the
# place of ``%``, the other side of it in that of ``@``.
ON_INPUT = """
score % | score @ % | score % @ | score @ % -f json | score % -f json | score @ % -f csv
score % -j 2 | score @ % -j 2 -f json | score @ % --max-size 1K | describe % --max-size 100
score @ % --reading strict | score % --reading conlleval | score @ % --match text
score @ % --match surface | score @ % --match partial | score % --match semeval | errors @ %
errors % --confusion | errors @ % -f jsonl | errors % --what-if | compare @ % b=@ --match jaccard
score @ % --match fair | score % --confidence 0.95 --resamples 50 | score @ % --beta 2
score @ % --missing outside | score @ % --missing drop -f latex | compare @ % b=%
compare --merged % b=% | compare @ % b=@ -f json | schemes % | schemes @ % -f json | describe %
describe % -f json | detect % | validate % | validate % -f json | validate % --scheme IOBES
repair % -o out | repair % --method join | repair % -i | convert % --to IOBES -o out
convert % --to-format jsonl -o out --allow-loss | convert % --to-format brat -o out --allow-loss
convert % --to-format prodigy --allow-loss | convert % --to-format pubtator --allow-loss
convert % --to-format columns --allow-loss | convert % --to-format labelstudio -o out --allow-loss
baseline % --train % | baseline @ --train % | score @ % --map PER=X | score @ % --fail-under 0.5
score @ % --align-by-position | reproduce toy % --catalogue catalogue.toml
corpora verify closed % --catalogue catalogue.toml | rescore result.json --like %
score @ % --level token -f json | score @ % --level sentence -f json | detect % -f json
errors @ % --confusion -f json | errors @ % --what-if -f json | errors % --by length -f json
diff @ % b=@ -f json | schemes @ % b=@ -f json | explain @ % --sentence 1 -f json
agree @ % -f json | agree @ % --disagreements -f json | sweep @ % -f json
"""
ON_RESULT = """
rescore % | rescore % -f json | rescore % -f markdown -o out | rescore % -f csv | score %
rescore result.json --like % | signature % | describe % | trend % | trend % -f json
trend % interval.json --date 2026-05-01,2026-05-02
"""
ON_LOG = """
trend % | trend % -f json | trend % -f csv | trend % --over time --reference 6 | trend % --key f1
trend % --step step | trend % -f html -o out | trend % result.json
"""
ON_CATALOGUE = """
corpora list --catalogue % | corpora show toy --catalogue % | corpora show closed --catalogue %
corpora verify toy both.conll --catalogue % | reproduce toy both.conll --catalogue %
corpora list --catalogue % -f json | corpora verify closed columns-gold --catalogue %
corpora show toy --catalogue % -f json | reproduce toy both.conll --catalogue % -f json
"""


def _asked(rng: Rng, name: str) -> list[str]:
    """Return a command line that asks something of one of the samples."""
    lines = {".toml": ON_CATALOGUE, ".json": ON_RESULT, ".log": ON_LOG}.get(
        Path(name).suffix, ON_INPUT
    )
    words = str(rng.choice(lines.strip().replace("\n", "|").split("|"))).split()
    other = name.replace("predicted", "gold")
    return [word.replace("%", name).replace("@", other) for word in words]


def _beside() -> dict[str, bytes]:
    """Return what other files a command line may name."""
    names = "columns-gold", "both.conll", "result.json", "interval.json", "catalogue.toml"
    return {key: data for name in names for key, data in samples()[name].items()}


def _input(rng: Rng) -> Case:
    name = str(rng.choice(sorted(samples())))
    other = samples().get(name.replace("predicted", "gold"), {})
    files = {**_beside(), **other, **spoilt(rng, samples()[name])}
    return Case("input", _asked(rng, name), files)


@cache
def parameters() -> list[tuple[list[str], list[click.Parameter]]]:
    """Return all commands but the one that goes to the network, and what each takes."""
    found: list[tuple[list[str], list[click.Parameter]]] = []
    context = click.Context(main, **main.context_settings)
    for name in COMMANDS:
        command = main.get_command(context, name)
        if isinstance(command, click.Group):
            inner = (part for part in command.commands if part != "get")
            found += [([name, part], command.commands[part].params) for part in inner]
        elif command:
            found.append(([name], command.params))
    return found


_WORDS = [
    "", "0", "1", "-1", "3", "99999999999999999999", "1e9", "nan", "A", "PER", "B-PER", "PER=LOC",
    "=", ",", "none", "IOB2", "IOBES", "auto", "tags", "gold", "\t", "\\", "-", "--", "x" * 3000,
    "\udcff", "\x1b[31m", "é", "1:2", "*", "?", "[", "both.jsonl", "columns-gold", "result.json",
    "brat-gold", "catalogue.toml", ".", "..", "/dev/null", "missing", "name=both.conll", "toy",
]  # fmt: skip


def _words(rng: Rng, parameter: click.Parameter) -> list[str]:
    """Return a parameter with a value that may be one for it."""
    kind = parameter.type
    words = [*kind.choices, *_WORDS[:4]] if isinstance(kind, click.Choice) else _WORDS
    value = str(rng.choice(words))
    if isinstance(parameter, click.Option):
        name = str(rng.choice(parameter.opts + parameter.secondary_opts))
        return [name] if parameter.is_flag else [name, value]
    return [value]


def _line(rng: Rng) -> Case:
    everything = {key: data for files in samples().values() for key, data in files.items()}
    command, taken = parameters()[int(rng.integers(len(parameters())))]
    chosen = rng.integers(len(taken), size=int(rng.integers(0, 6))).tolist()
    given = [word for place in chosen for word in _words(rng, taken[place])]
    names = [str(name) for name in rng.choice(sorted(samples()), size=int(rng.integers(0, 3)))]
    args = [*command, *names, *given]
    if rng.random() < 0.05:
        rng.shuffle(args)
    return Case("line", args, everything)


def _disk(rng: Rng) -> Case:
    """Return a case on a disk that is full."""
    name = str(rng.choice(sorted(samples())))
    args = _asked(rng, name)
    if rng.random() < 0.2:
        args = [*args, "-o", "/dev/full"]
    other = samples().get(name.replace("predicted", "gold"), {})
    files = {**_beside(), **other, **samples()[name]}
    return Case("disk", args, files, limit=int(rng.integers(1, 600)))


def _signal(rng: Rng) -> Case:
    """Return a case that a signal ends, sooner or later."""
    name = str(rng.choice(["both.conll", "both.jsonl", "tags.jsonl"]))
    sent = int(rng.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL]))
    files = {**_beside(), name: samples()[name][name] * 3000}
    return Case("signal", _asked(rng, name), files, sent=sent, after=float(rng.uniform(0, 0.3)))


_MAKERS: dict[str, Callable[[Rng], Case]] = {
    "input": _input,
    "line": _line,
    "disk": _disk,
    "signal": _signal,
}
