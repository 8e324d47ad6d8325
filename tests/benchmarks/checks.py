"""Checks that the scorers agree: a comparison of their times means nothing where they do not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import isclose
from pathlib import Path
from typing import NamedTuple

import numpy as np

from spanf1.resampling.draws import bootstrap_sums
from tests.benchmarks import contenders as c
from tests.benchmarks import plain
from tests.benchmarks.inputs import SEED, Inputs
from tests.benchmarks.measure import through_pipe

#: a file of so many bytes is scored by several processes
PARALLEL = 40_000_000
#: resamples that are drawn plainly
PLAIN = 2000
#: how many standard errors two results of resampling may be apart
ERRORS = 4


class DisagreementError(Exception):
    """Two scorers gave different answers."""


def compare(ours: c.Scores, theirs: c.Scores) -> None:
    """Raise `DisagreementError` if two scorers differ, in more than the last bits of a ratio."""
    if ours.keys() != theirs.keys():
        raise DisagreementError(f"types: {sorted(ours)} here, {sorted(theirs)} there")
    differences = [
        f"{name} {figure}: {a!r} here, {b!r} there"
        for name in ours
        for figure, a, b in zip(c.Figures._fields, ours[name], theirs[name], strict=True)
        if not isclose(a, b, rel_tol=1e-12)
    ]
    if differences:
        raise DisagreementError("; ".join(differences))


def compare_text(ours: bytes, theirs: bytes) -> None:
    """Raise `DisagreementError` if two outputs are not the same."""
    if ours != theirs:
        raise DisagreementError(f"\n{ours.decode()}here, there\n{theirs.decode()}")


def seqscore(inputs: Inputs, tokens: int) -> None:
    theirs = c.seqscore_scores(c.seqscore(inputs.gold(tokens), inputs.predicted(tokens)))
    compare(_file_scores(inputs.merged(tokens)), theirs)


def conlleval(inputs: Inputs, tokens: int) -> None:
    path = inputs.merged(tokens)
    as_script = c.score(path, "--format", "conlleval", "--quiet")
    compare_text(as_script.run(), c.conlleval(path).run())


def perl(inputs: Inputs, tokens: int, script: Path) -> None:
    path = inputs.merged(tokens)
    compare_text(c.conlleval(path).run(), c.perl_conlleval(script, path).run())


def seqeval(inputs: Inputs, tokens: int) -> None:
    tags = inputs.lists(tokens)
    ours = c.evaluate(tags)
    compare(c.result_scores(ours), c.seqeval_scores(tags))
    compare_f1(ours.micro.f1, c.seqeval_f1(tags))
    compare_f1(ours.micro.f1, float(c.seqeval_script(inputs.merged(tokens)).run()))


def seqeval_strict(inputs: Inputs, tokens: int) -> None:
    from seqeval.scheme import IOB2

    tags = inputs.lists(tokens)
    ours = c.evaluate_strict(tags)
    compare(c.result_scores(ours), c.seqeval_scores(tags, mode="strict", scheme=IOB2))
    compare_f1(ours.micro.f1, c.seqeval_f1_strict(tags))


def seqeval_drop_in(inputs: Inputs, tokens: int) -> None:
    """All that is timed is the same, to the last bit."""
    tags = inputs.lists(tokens)
    compare_exactly(c.drop_in_f1(tags), c.seqeval_f1(tags))
    compare_exactly(c.drop_in_f1_strict(tags), c.seqeval_f1_strict(tags))
    compare_exactly(c.drop_in_report(tags), c.seqeval_report(tags))
    reports = (f(tags, output_dict=True) for f in (c.drop_in_report, c.seqeval_report))
    compare_exactly(*reports)


def change(inputs: Inputs, tokens: int) -> None:
    """Tokens and tags come out alike; seqscore keeps no white space."""
    ours, theirs = (inputs.folder / name for name in ("ours", "theirs"))
    for command, other in (
        (
            c.change("repair", inputs.predicted(tokens), ours, "--scheme", "IOB2"),
            c.seqscore_repair(inputs.predicted(tokens), theirs),
        ),
        (
            c.change("convert", inputs.gold(tokens), ours, "--from", "IOB2", "--to", "IOBES"),
            c.seqscore_convert(inputs.gold(tokens), theirs),
        ),
    ):
        command.run()
        other.run()
        compare_exactly(ours.read_bytes().split(), theirs.read_bytes().split())


def nervaluate(inputs: Inputs, tokens: int) -> None:
    tags = inputs.lists(tokens)
    compare(c.result_scores(c.evaluate(tags)), c.nervaluate_scores(tags))


def ways_in(inputs: Inputs, tokens: int) -> None:
    """The same tags give the same scores whichever way they come."""
    path = inputs.merged(tokens)
    expected = _file_scores(path)
    compare(expected, _file_scores(inputs.gold(tokens), inputs.predicted(tokens)))
    compare(expected, _file_scores(inputs.compressed(tokens)))
    compare(expected, c.command_scores(through_pipe(path, c.score("-", "--format", "json"))))
    compare(expected, c.result_scores(c.evaluate(inputs.lists(tokens))))
    compare(expected, c.result_scores(c.evaluate(inputs.lists_from_file(tokens))))


def tables(inputs: Inputs, tokens: int) -> None:
    """The printed tables that are timed have the same figures."""
    path = inputs.merged(tokens)
    figures = c.score(path, "--quiet").run()
    for whole in (c.score(path).run(), c.evaluate_report(inputs.lists(tokens)).encode()):
        compare_text(figures.strip(), whole[: len(figures)].strip())


def processes(inputs: Inputs, tokens: int) -> None:
    path = inputs.repeated(PARALLEL, tokens)
    compare(_file_scores(path, "--jobs", "1"), _file_scores(path, "--jobs", "2"))


def resamples(inputs: Inputs, tokens: int) -> None:
    """Drawn plainly, sums have the same mean and spread, and intervals the same ends."""
    path = inputs.merged(tokens)
    counts = plain.sentence_counts(path)
    drawn = plain.sums_of(counts, PLAIN)
    rows, weights = np.unique(counts.reshape(len(counts), -1), axis=0, return_counts=True)
    sums = np.concatenate([*bootstrap_sums(rows, weights, plain.RESAMPLES, SEED)])
    sums = sums.reshape(len(sums), *drawn.shape[1:])
    error = drawn.std(axis=0) * np.sqrt(1 / len(drawn) + 1 / len(sums))
    compare_within("mean of sums", sums.mean(axis=0), drawn.mean(axis=0), ERRORS * error)
    # The standard error of a standard deviation is that of the mean by the root of 2.
    compare_within("spread of sums", sums.std(axis=0), drawn.std(axis=0), ERRORS * error / 2**0.5)

    result = c.intervals(path)
    figures = plain.figures(counts.sum(axis=0))
    scores = [*result.types.values(), *result.averages]
    compare_within("figures", np.array([score[:3] for score in scores]), figures, 1e-12)
    certainty = result.certainty
    assert certainty
    found = [*certainty.types.values(), *certainty.averages.values()]
    ours = np.moveaxis(np.array([intervals[:3] for intervals in found]), -1, 0)
    # The standard error of a normal's quantile at 2.5% is 2.67 times that of the mean.
    error = plain.figures(drawn).std(axis=0) * np.sqrt(1 / len(drawn) + 1 / len(sums))
    theirs = np.percentile(plain.figures(drawn), [2.5, 97.5], axis=0)
    compare_within("ends of intervals", ours, theirs, ERRORS * 2.67 * error)


def swaps(inputs: Inputs, tokens: int) -> None:
    """A plain loop over swaps gives the same p-value."""
    gold, *files = inputs.systems(tokens // 13, 2)
    pair = (plain.sentence_counts(gold, file).sum(axis=1) for file in files)
    counts = np.stack([*pair], axis=1)
    ours, theirs = c.randomization(counts), plain.randomization(counts, PLAIN)
    error = np.sqrt(ours * (1 - ours) * (1 / plain.RESAMPLES + 1 / PLAIN))
    compare_within("p-value", ours, theirs, ERRORS * error)


def compare_within(what: str, ours: object, theirs: object, error: object) -> None:
    """Raise `DisagreementError` if two arrays are further apart than an error."""
    apart = np.abs(np.subtract(ours, theirs)) > error
    if np.any(apart):
        raise DisagreementError(f"{what}: {ours} here, {theirs} there, {error} allowed")


def compare_f1(ours: float, theirs: float) -> None:
    if not isclose(ours, theirs, rel_tol=1e-12):
        raise DisagreementError(f"micro F1: {ours!r} here, {theirs!r} there")


def compare_exactly(ours: object, theirs: object) -> None:
    if ours != theirs:
        raise DisagreementError(f"{ours!r} here, {theirs!r} there")


def _file_scores(*arguments: str | Path) -> c.Scores:
    return c.command_scores(c.score(*arguments, "--format", "json", "--quiet"))


class Check(NamedTuple):
    """A check: its function takes the inputs and how many tokens to score."""

    name: str
    run: Callable[[Inputs, int], None]
    #: the package of the other scorer
    package: str | None = None


#: all but that against the Perl script, which must be given
CHECKS = (
    Check("file, two files, gzip, pipe and lists: the same scores", ways_in),
    Check("file and lists: the same printed table", tables),
    Check("one process and two: the same scores", processes),
    Check("spanf1 score and spanf1 conlleval", conlleval),
    Check("spanf1 score and seqscore score", seqscore, "seqscore"),
    Check("spanf1 repair and convert, and seqscore's", change, "seqscore"),
    Check("spanf1.evaluate and seqeval, default", seqeval, "seqeval"),
    Check("spanf1.evaluate and seqeval, strict IOB2", seqeval_strict, "seqeval"),
    Check("spanf1.compat.seqeval and seqeval", seqeval_drop_in, "seqeval"),
    Check("spanf1.evaluate and nervaluate, strict", nervaluate, "nervaluate"),
    Check("resampled by distinct rows and plainly", resamples),
    Check("randomisation by distinct rows and plainly", swaps),
)


def perl_check(script: Path) -> Check:
    """Return the check against the reference script."""
    return Check("spanf1 conlleval and the Perl script", partial(perl, script=script))
