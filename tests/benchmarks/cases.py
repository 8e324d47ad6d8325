"""What is measured: the rows of the table, section by section."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

import spanf1
from tests.benchmarks import contenders as c
from tests.benchmarks import plain
from tests.benchmarks.inputs import CONLL_2003, CONLL_2003_SENTENCES, MILLION, Inputs, Lists, ids_of
from tests.benchmarks.measure import (
    Command,
    Memory,
    Pairs,
    in_turn,
    peak_memory,
    seconds,
    through_pipe,
)
from tests.benchmarks.report import Row, Target, cores, measured, timed

# How many times as fast as another, tokens a second, or how much memory.
SEQSCORE = Target(150)
RATE = Target(15, "Mt/s")
GAIN = Target(1.4)
PARQUET_RATE, RECORDS_RATE = Target(30, "Mt/s"), Target(2, "Mt/s")
START = Target(0.11 / 0.07, most=True)
START_HELP, START_IMPORT = Target(1, most=True), Target(1.25, most=True)
PERL = Target(1 / 0.8)
SEQEVAL, SEQEVAL_STRICT, SEQEVAL_REPORT = Target(10), Target(25), Target(50)
IDS = Target(100)
WARM = Target(1)
TEXTS, TEXTS_SAID, OTHER_TEXTS = Target(6), Target(5), Target(3)
#: documents in a folder of brat
DOCUMENTS = 2000
MEMORY = Target(120, " MB", most=True)
GROWTH = Target(1.05, most=True)
RESAMPLE_SMALL, RESAMPLE_LARGE = Target(0.3, " s", most=True), Target(3, " s", most=True)

#: runs of a tenth of a second are made so many times as often
OFTEN = 5
#: calls timed as one, where a call takes microseconds
CALLS = 200

_Scorer = Callable[[Lists], object]


@dataclass(frozen=True)
class Bench:
    """What all sections need: the inputs, and how much to do."""

    inputs: Inputs
    pairs: int
    quick: bool = False
    perl: Path | None = None

    def pair_of_files(self, tokens: int) -> tuple[Path, Path]:
        """Return the gold and the predicted file."""
        return self.inputs.gold(tokens), self.inputs.predicted(tokens)

    def target(self, target: Target) -> Target | None:
        """Return a target that is meant for the full size."""
        return None if self.quick else target

    def compare(
        self,
        what: str,
        ours: Callable[[], object],
        theirs: Callable[[], object] | None,
        *,
        tokens: int,
        times: int = 1,
        target: Target | None = None,
    ) -> Row:
        """Run two by turns and return the row; theirs is None where it is not installed.

        Theirs may score a part of the tokens only: then its time counts so many times.
        """
        pairs = in_turn(ours, theirs, self.pairs).scaled(theirs=times)
        mark = "*" if times > 1 else ""
        absent = theirs is None
        return timed(what, pairs, tokens=tokens, target=target, mark=mark, absent=absent)

    def alone(self, what: str, command: Command, tokens: int) -> Row:
        """Return the row of a command that is compared with nothing."""
        return timed(what, in_turn(command.run, None, self.pairs), tokens=tokens)


def _there(package: str, run: Callable[[], object]) -> Callable[[], object] | None:
    return run if c.installed(package) else None


def files(bench: Bench) -> Iterator[Row]:
    times = 1 if bench.quick else 10
    tokens = times * MILLION
    path, million = bench.inputs.merged(tokens), bench.inputs.merged(MILLION)
    ours, one = c.score(path), c.score(path, "--jobs", "1")
    seqscore = _there("seqscore", c.seqscore(*bench.pair_of_files(MILLION)).run)
    seqeval = _there("seqeval", c.seqeval_script(million).run)
    compare = partial(bench.compare, tokens=tokens, times=times)
    yield compare("seqscore score", ours.run, seqscore, target=bench.target(SEQSCORE))
    yield compare("script with seqeval", ours.run, seqeval)
    runs = in_turn(ours.run, one.run, bench.pairs)
    rate = bench.target(RATE)
    yield timed(f"on {cores()} cores", Pairs(runs.ours, []), tokens=tokens, target=rate)
    yield timed("--jobs 1", Pairs(runs.theirs, []), tokens=tokens)
    pair = bench.pair_of_files(tokens)
    ours, one = c.score(*pair), c.score(*pair, "--jobs", "1")
    yield compare("two files: seqscore score", ours.run, seqscore, target=bench.target(SEQSCORE))
    # On one core there is nothing to gain.
    gain = bench.target(GAIN) if cores() > 1 else None
    runs = in_turn(ours.run, one.run, bench.pairs)
    yield timed("two files: --jobs 1", runs, tokens=tokens, target=gain)
    script = c.conlleval(path)
    yield bench.alone("spanf1 conlleval", script, tokens)
    if bench.perl:
        perl = c.perl_conlleval(bench.perl, million)
        yield compare("spanf1 conlleval: Perl's", script.run, perl.run)


def ways_in(bench: Bench) -> Iterator[Row]:
    path = bench.inputs.merged(MILLION)
    pair = bench.pair_of_files(MILLION)
    yield bench.alone("one file", c.score(path), MILLION)
    yield bench.alone("compressed by gzip", c.score(bench.inputs.compressed(MILLION)), MILLION)
    yield bench.alone("through a pipe", through_pipe(path, c.score()), MILLION)
    other = _there("seqscore", c.seqscore(*pair).run)
    yield bench.compare("two files: seqscore score", c.score(*pair).run, other, tokens=MILLION)


def change(bench: Bench) -> Iterator[Row]:
    gold, predicted = bench.pair_of_files(MILLION)
    ours, theirs = (bench.inputs.folder / name for name in ("ours", "theirs"))
    repair = c.change("repair", predicted, ours, "--scheme", "IOB2")
    convert = c.change("convert", gold, ours, "--from", "IOB2", "--to", "IOBES")
    compare = partial(bench.compare, tokens=MILLION)
    other = _there("seqscore", c.seqscore_repair(predicted, theirs).run)
    yield compare("seqscore repair", repair.run, other)
    other = _there("seqscore", c.seqscore_convert(gold, theirs).run)
    yield compare("seqscore convert", convert.run, other)


def small(bench: Bench) -> Iterator[Row]:
    path = bench.inputs.merged(CONLL_2003)
    ours = c.score(path)
    compare = partial(bench.compare, tokens=CONLL_2003)
    other = c.seqscore(*bench.pair_of_files(CONLL_2003))
    yield compare("seqscore score", ours.run, _there("seqscore", other.run))
    yield compare("script with seqeval", ours.run, _there("seqeval", c.seqeval_script(path).run))
    if bench.perl:
        perl = c.perl_conlleval(bench.perl, path)
        yield compare("Perl's script", ours.run, perl.run, target=PERL)
        yield compare("spanf1 conlleval: Perl's", c.conlleval(path).run, perl.run)


def start(bench: Bench) -> Iterator[Row]:
    for what, ours, target in (
        ("spanf1 score", c.score(bench.inputs.merged(CONLL_2003)), START),
        ("spanf1 --help", c.help_text(), START_HELP),
        ("spanf1.evaluate, imported", c.import_evaluate(), START_IMPORT),
    ):
        runs = in_turn(ours.run, c.import_numpy().run, bench.pairs * OFTEN)
        yield timed(what, runs, target=target, inverse=True)


def lists(bench: Bench) -> Iterator[Row]:
    def compare(what: str, ours: _Scorer, theirs: _Scorer, target: Target | None = None) -> Row:
        package, _, _ = what.partition(" ")
        other = _there(package, partial(theirs, tags))
        return bench.compare(what, partial(ours, tags), other, tokens=MILLION, target=target)

    tags = bench.inputs.lists(MILLION)
    yield compare("seqeval f1_score", c.evaluate, c.seqeval_f1, SEQEVAL)
    yield compare(
        "seqeval f1_score, strict", c.evaluate_strict, c.seqeval_f1_strict, SEQEVAL_STRICT
    )
    yield compare("seqeval report", c.evaluate_report, c.seqeval_report, SEQEVAL_REPORT)
    yield compare("nervaluate Evaluator", c.evaluate, c.nervaluate)
    yield compare("seqeval f1_score, drop-in", c.drop_in_f1, c.seqeval_f1, SEQEVAL)
    yield compare(
        "seqeval strict, drop-in", c.drop_in_f1_strict, c.seqeval_f1_strict, SEQEVAL_STRICT
    )
    yield compare("seqeval report, drop-in", c.drop_in_report, c.seqeval_report, SEQEVAL_REPORT)
    ids = ids_of(tags)
    ours = partial(c.evaluate_ids, ids)
    for what, recipe, target in (
        ("ids to seqeval's figures", c.ids_to_report, IDS),
        ("ids to seqeval f1_score", c.ids_to_f1, None),
    ):
        theirs = _there("seqeval", partial(recipe, ids))
        yield bench.compare(what, ours, theirs, tokens=MILLION, target=target)
    tags = bench.inputs.lists_from_file(MILLION)
    yield compare("seqeval f1_score, unshared", c.evaluate, c.seqeval_f1)


def arrow(bench: Bench) -> Iterator[Row]:
    if not c.installed("pyarrow"):
        yield Row("not measured: pyarrow is absent")
        return
    times = 1 if bench.quick else 10
    for kind in ("int8", "int64"):
        path = bench.inputs.parquet(times * MILLION, kind)
        runs = in_turn(partial(c.score_file, path), None, bench.pairs)
        rate = bench.target(PARQUET_RATE)
        yield timed(f"ids of {kind}", runs, tokens=times * MILLION, target=rate)
    path = bench.inputs.parquet(MILLION, "int64")
    ours = partial(c.score_file, path)
    theirs = _there("seqeval", partial(c.parquet_to_f1, path))
    yield bench.compare("ids to seqeval f1_score", ours, theirs, tokens=MILLION)


def records(bench: Bench) -> Iterator[Row]:
    path = bench.inputs.records(MILLION)
    ours = partial(c.score_file, path)
    yield timed("one file", in_turn(ours, None, bench.pairs), tokens=MILLION, target=RECORDS_RATE)
    theirs = _there("seqeval", partial(c.records_to_f1, path))
    yield bench.compare("json.loads and seqeval f1_score", ours, theirs, tokens=MILLION)
    tokens = (1 if bench.quick else 10) * MILLION
    yield _parted(bench, tokens, bench.inputs.records(tokens))


def _parted(bench: Bench, tokens: int, *files: Path) -> Row:
    """Measure files that are read in parts against one process."""
    runs = in_turn(c.score(*files).run, c.score(*files, "--jobs", "1").run, bench.pairs)
    return timed(f"on {cores()} cores: --jobs 1", runs, tokens=tokens)


def texts(bench: Bench) -> Iterator[Row]:
    tokens = 100_000 if bench.quick else MILLION
    pair = bench.inputs.texts(tokens)
    other = _there("nervaluate", c.nervaluate_script(*pair).run)
    for what, options, target in (
        ("json.loads and nervaluate", (), TEXTS),
        ("the same, --match text", ("--match", "text"), TEXTS_SAID),
    ):
        ours = c.score(*pair, *options)
        yield bench.compare(what, ours.run, other, tokens=tokens, target=bench.target(target))
    yield _parted(bench, tokens, *pair)
    folders = bench.inputs.texts(tokens, DOCUMENTS)
    for name, lines, options in (
        ("doccano", pair, ()),
        ("labelstudio", pair, ()),
        ("pipeline", pair, ()),
        ("entities", pair, ("--match", "text")),
        ("brat", folders, ()),
    ):
        ours = c.score(*bench.inputs.converted(lines, name), *options)
        other = _there("nervaluate", c.nervaluate_script(*lines).run)
        target = bench.target(OTHER_TEXTS)
        yield bench.compare(f"{name}: nervaluate", ours.run, other, tokens=tokens, target=target)


def warm(bench: Bench) -> Iterator[Row]:
    tags = _with_entities(bench.inputs.lists(CONLL_2003))
    metric = spanf1.SpanF1()
    for count, target in ((1, WARM), (10, None), (100, None)):
        some = Lists(tags.gold[:count], tags.predicted[:count])
        theirs = _there("seqeval", partial(_often, c.seqeval_f1, some))
        tokens = sum(map(len, some.gold))
        for what, ours in (
            ("seqeval f1_score", c.evaluate_f1),
            ("  SpanF1.update", partial(c.update, metric)),
            ("  the drop-in", c.drop_in_f1),
        ):
            runs = in_turn(partial(_often, ours, some), theirs, bench.pairs)
            runs = runs.scaled(1 / CALLS, 1 / CALLS)
            row = f"{what}: {count}"
            yield timed(row, runs, tokens=tokens, target=target, absent=theirs is None)


def _with_entities(tags: Lists) -> Lists:
    """Return the sentences that have entities on both sides: seqeval warns where there are none."""
    pairs = zip(*tags, strict=True)
    kept = [pair for pair in pairs if all({*side} != {"O"} for side in pair)]
    return Lists([gold for gold, _ in kept], [predicted for _, predicted in kept])


def _often(function: _Scorer, tags: Lists) -> None:
    for _ in range(CALLS):
        function(tags)


def memory(bench: Bench) -> Iterator[Row]:
    sizes = (50, 200) if bench.quick else (200, 2000)
    paths = [bench.inputs.repeated(megabytes * 10**6) for megabytes in sizes]
    for jobs, options in {"1 process": ("--jobs", "1"), f"{cores()} workers": ()}.items():
        runs: list[list[Memory]] = [[], []]
        for _ in range(bench.pairs):
            for path, peaks in zip(paths, runs, strict=True):
                peak = peak_memory(c.score(path, *options))
                if peak is None:
                    yield Row("not measured: no /proc")
                    return
                peaks.append(peak)
        limit, growth = bench.target(MEMORY), bench.target(GROWTH)
        held = [[peak.held / 1e6 for peak in peaks] for peaks in runs]
        for megabytes, values in zip(sizes, held, strict=True):
            yield measured(f"{megabytes} MB, {jobs}", values, target=limit)
        ratios = [b / a for a, b in zip(*held, strict=True)]
        yield measured("  the second over the first", ratios, unit="x", target=growth)
    resident = [peak.resident / 1e6 for peak in runs[1]]
    yield measured("  RSS of each, summed", resident)
    for megabytes, path in zip(sizes, paths, strict=True):
        if peak := peak_memory(c.score(path, "--confidence", "0.95")):
            yield measured(f"{megabytes} MB, --confidence", [peak.held / 1e6])
    if c.installed("seqscore"):
        peak = peak_memory(c.seqscore(*bench.pair_of_files(MILLION)))
        values = [peak.held / 1e6] if peak else []
        yield measured("19 MB, seqscore score", values, other=True)


def types(bench: Bench) -> Iterator[Row]:
    path = bench.inputs.many_types(10_000 if bench.quick else 100_000)
    for name, *options in (
        ("score",),
        ("score", "--format", "json"),
        ("score", "--confidence", "0.95", "--resamples", "1000"),
        ("describe",),
        ("validate",),
        ("schemes",),
    ):
        yield bench.alone(" ".join([name, *options[:1]]), c.command(name, path, *options), MILLION)
    merged = c.command("compare", "--merged", f"a={path}", f"b={path}")
    yield bench.alone("compare --merged", merged, MILLION)


def resample(bench: Bench) -> Iterator[Row]:
    large = 100_000 if bench.quick else MILLION
    for path, resamples, target in (
        (bench.inputs.merged(CONLL_2003), 1000, RESAMPLE_SMALL),
        (bench.inputs.unrepeated(large), 10, bench.target(RESAMPLE_LARGE)),
    ):
        counts = plain.sentence_counts(path)
        one_by_one = partial(plain.intervals, counts, resamples)
        beyond = partial(_beyond, partial(c.intervals, path), partial(c.score_file, path))
        runs = Pairs([], [])
        for _ in range(bench.pairs):
            runs.ours.append(beyond())
            runs.theirs.append(seconds(one_by_one) * plain.RESAMPLES / resamples)
        row = timed(f"plain: {len(counts):,} sentences", runs, mark="*")
        if target:
            met = target.met(median(runs.ours))
            row = replace(row, target=str(target), met=met)
        yield row


def _beyond(longer: Callable[[], object], shorter: Callable[[], object]) -> float:
    """Return how much longer one takes than the other."""
    return seconds(longer) - seconds(shorter)


def systems(bench: Bench) -> Iterator[Row]:
    gold, *files = bench.inputs.systems(CONLL_2003_SENTENCES, 300)
    seven = c.compare_systems(gold, *files[:7])
    yield timed("7 systems", in_turn(seven.run, None, bench.pairs))
    pattern = f"={files[0].parent}/system-"
    runs = c.compare_systems(gold, f"a{pattern}0*", f"b{pattern}[12]*")
    yield timed("2 systems, 300 runs", in_turn(runs.run, None, bench.pairs))
    pair = (plain.sentence_counts(gold, file).sum(axis=1) for file in files[:2])
    counts = np.stack([*pair], axis=1)
    tests = partial(c.randomization, counts), partial(plain.randomization, counts)
    yield timed("the test: plain loop", in_turn(*tests, bench.pairs))
    large = 100_000 if bench.quick else MILLION
    three = c.compare_systems(*bench.inputs.systems(large, 3))
    yield timed(f"3 systems, {large:,}", in_turn(three.run, None, 1))
    if peak := peak_memory(three):
        yield measured("  memory", [peak.held / 1e6])


class Section(NamedTuple):
    """A part of the table."""

    title: str
    rows: Callable[[Bench], Iterator[Row]]


#: by the name that --only takes
SECTIONS = {
    "files": Section("spanf1 score FILE, {millions} million tokens, in a new process", files),
    "ways": Section("spanf1 score, 1 million tokens, in a new process", ways_in),
    "change": Section("spanf1 repair and convert, 1 million tokens, in a new process", change),
    "small": Section("spanf1 score FILE, 46,435 tokens, in a new process", small),
    "start": Section(
        'new processes and python -c "import numpy"; the ratio is spanf1\'s time to its', start
    ),
    "lists": Section("spanf1.evaluate, lists of 1 million tags, in a running process", lists),
    "arrow": Section(
        "spanf1.score_file, {millions} million label ids in Parquet, in a running process", arrow
    ),
    "records": Section(
        "spanf1.score_file, 1 million tags in JSON Lines, in a running process", records
    ),
    "texts": Section(
        "spanf1 score, texts and spans in two JSON Lines files or others, in a new process", texts
    ),
    "warm": Section("spanf1.evaluate, 1 to 100 sentences, in a running process", warm),
    "resample": Section(
        "10,000 resamples with intervals, beyond spanf1.score_file, in a running process",
        resample,
    ),
    "systems": Section("spanf1 compare, 3,453 sentences or more, in a new process", systems),
    "types": Section("100,000 types in 1 million tokens, in a new process", types),
    "memory": Section("most main memory used by spanf1 score FILE and its workers", memory),
}
