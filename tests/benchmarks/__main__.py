"""``python -m tests.benchmarks``: checks that scorers agree, then times them side by side."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.cases import SECTIONS, Bench
from tests.benchmarks.checks import CHECKS, Check, DisagreementError, perl_check
from tests.benchmarks.contenders import installed
from tests.benchmarks.inputs import CONLL_2003, MILLION, Inputs
from tests.benchmarks.measure import CommandError
from tests.benchmarks.report import draw, draw_header, draw_legend

#: tokens that --check scores
FEW = 5000


def main() -> int:
    options = _options()
    checks = [*CHECKS, *([perl_check(options.perl_conlleval)] if options.perl_conlleval else [])]
    with TemporaryDirectory(prefix="spanf1-") as temporary:
        folder = options.cache or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        inputs = Inputs(folder.resolve())
        if options.check:
            return _check(checks, inputs, FEW)
        if code := _check(checks, inputs, CONLL_2003 if options.only else MILLION):
            return code
        try:
            _measure(options, inputs)
        except CommandError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    add = parser.add_argument
    add("--check", action="store_true", help="only check that the scorers agree, on little input")
    add("--quick", action="store_true", help="1 million tokens for 10, 200 MB for 2 GB")
    add("--only", choices=SECTIONS, help="one section of the table")
    add("--pairs", type=int, default=5, metavar="N", help="how often a pair is run (default: 5)")
    add("--cache", type=Path, metavar="FOLDER", help="keep the input there (default: temporary)")
    add("--perl-conlleval", type=Path, metavar="PATH", help="compare with the Perl script, too")
    options = parser.parse_args()
    if options.pairs < 1:
        parser.error("--pairs: at least 1")
    if options.perl_conlleval:
        if not options.perl_conlleval.is_file():
            parser.error(f"--perl-conlleval: {options.perl_conlleval}: no such file")
        options.perl_conlleval = options.perl_conlleval.resolve()
    return options


def _check(checks: list[Check], inputs: Inputs, tokens: int) -> int:
    """Run the checks and say how each went; return the exit code."""
    print(f"agreement on {tokens:,} tokens")
    outcomes = [_outcome(check, inputs, tokens) for check in checks]
    passed, failed = outcomes.count("passed"), outcomes.count("failed")
    skipped = len(outcomes) - passed - failed
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return min(failed, 1)


def _outcome(check: Check, inputs: Inputs, tokens: int) -> str:
    outcome, why = "passed", ""
    if check.package and not installed(check.package):
        # There, a comparison that is not made must not look like one that went well.
        outcome = "failed" if os.environ.get("CI") else "skipped"
        why = f": {check.package} is not installed"
    else:
        try:
            check.run(inputs, tokens)
        except (DisagreementError, CommandError) as error:
            outcome, why = "failed", f": {error}"
    print(f"  {outcome}  {check.name}{why}", flush=True)
    return outcome


def _measure(options: argparse.Namespace, inputs: Inputs) -> None:
    bench = Bench(inputs, options.pairs, options.quick, options.perl_conlleval)
    print()
    draw_header(sys.argv[1:])
    for name in [options.only] if options.only else SECTIONS:
        section = SECTIONS[name]
        draw(section.title.format(millions=1 if options.quick else 10), section.rows(bench))
    draw_legend()


if __name__ == "__main__":
    sys.exit(main())
