"""``spanf1 detect``: which tagging scheme tags are in, and how that can be told."""

from __future__ import annotations

from typing import Any

from spanf1.checks.report import Detected, detection_report
from spanf1.checks.tags import detect_column
from spanf1.cli.help import command
from spanf1.cli.inputs import input_options, options_of, paths_of, ready
from spanf1.cli.output import ReportOptions, report_options
from spanf1.formats.registry import COLUMNS, Input
from spanf1.formats.source import Source


@command("detect")
@input_options()
@report_options(["table", "json"])
def detect(files: tuple[str, ...], **settings: Any) -> None:
    """Find out which tagging scheme the tags of a file are in.

    The command takes the scheme in which the fewest spans are ill-formed. Of several such, it
    takes the one that has the most of the prefixes that occur. For each other scheme, it says what
    speaks against it, and shows the first place. Without a file, or with -, standard input is
    read.

    \b
    Examples:
      spanf1 detect train.conll
      spanf1 detect output.conll --tag-column -2
      spanf1 detect *.conll --format json | jq '.[].scheme'
    """
    options = options_of(settings)
    report = ReportOptions.of(settings)
    detected = []
    for path in paths_of(files, "detect"):
        with ready(Input(Source(path), COLUMNS, options)) as input:
            detected.append(Detected(input.source.name, *detect_column(input)))
    report.write(detection_report(detected))
