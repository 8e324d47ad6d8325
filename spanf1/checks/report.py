"""What is said of checked tags and spans: which scheme they are in, what is wrong, a summary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from spanf1.checks.validate import Checking, FileViolation, SpanFault, SpanValidation
from spanf1.core.detection import Detection, found_by
from spanf1.core.schemes import SCHEMES
from spanf1.exceptions import SpanF1Error
from spanf1.render.renderers import BOLD, delimited_lines, json_text
from spanf1.render.report import Fact, Report, Section
from spanf1.wording import many, printable, shortened

# How many kinds of faults are named for a scheme, and of violations in a summary.
_NAMED, _KINDS = 3, 20


class Detected(NamedTuple):
    """A file, the scheme that its tags are in, and words on what was read."""

    file: str
    detection: Detection
    words: str


def detection_report(files: list[Detected]) -> Report:
    """Return the report on the schemes of files."""
    return Report(files, _detections, data=_detections_data)


def _detections(files: list[Detected], _: int | None) -> list[Section]:
    """Return for each file its scheme, and what speaks against the others."""
    sections = []
    for file in files:
        detection = file.detection
        heading = [f"file        {file.file}"] if len(files) > 1 else []
        sections.append(Section(lines=heading, facts=_scheme(file)))
        if detection.spans:
            others = [name for name in SCHEMES if name not in detection.fitting]
            names = [*detection.fitting, *others]
            facts = [Fact(name, _verdict(detection, name)) for name in names]
            sections.append(Section(facts=facts))
    return sections


def _scheme(file: Detected) -> Iterator[Fact]:
    """Yield the scheme of a file, how it was found, and in what."""
    detection = file.detection
    yield Fact("scheme", detection.scheme if detection.spans else "-", BOLD)
    how = found_by(detection.fitting)
    if detection.doubtful:
        how += "; none of them fits wholly, and they find fault with other spans"
    elif 1 < len(detection.fitting) < len(SCHEMES):
        how += ": nothing in these tags tells them apart"
    yield Fact("", how)
    tags = f"{detection.tokens}, {many(detection.spans, 'span')}"
    if detection.spans:
        tags += f"; prefixes {' '.join(detection.prefixes)}"
    yield Fact("tags", tags)
    yield Fact("input", file.words)


def _verdict(detection: Detection, scheme: str) -> str:
    """Say what speaks against a scheme."""
    faults, foreign = detection.ill_formed[scheme], detection.foreign[scheme]
    reasons = []
    if foreign:
        reasons.append(f"has no {' or '.join(foreign)}")
    if faults.spans:
        kinds = [f"{kind} {count}" for kind, count in faults.kinds.items()]
        named = ", ".join(kinds[:_NAMED]) + ", …" * (len(kinds) > _NAMED)
        reasons.append(
            f"{faults.spans} of {many(faults.of, 'span')} ill-formed ({named}; first in line "
            f"{faults.first_line})"
        )
    return "; ".join(reasons) or "all spans are well-formed"


def _detections_data(files: list[Detected]) -> list[dict[str, Any]]:
    return [
        {
            "file": name,
            "scheme": detection.scheme if detection.spans else None,
            "fitting": detection.fitting,
            "certain": detection.certain,
            "tag_form": detection.tag_form or None,
            "other_forms": detection.other_forms,
            "prefixes": detection.prefixes,
            "tokens": detection.tokens,
            "spans": detection.spans,
            "schemes": {
                scheme: {**faults._asdict(), "foreign_prefixes": detection.foreign[scheme]}
                for scheme, faults in detection.ill_formed.items()
            },
        }
        for name, detection, _ in files
    ]


def summary(checking: Checking) -> list[str]:
    """Return lines that say how many violations of each kind there are."""
    check = checking.check
    name = printable(checking.name)
    if isinstance(check, SpanValidation):
        lines = [f"{name}: {_spans_checked(check)}"]
        lines[0] += f"; {check.scheme} ({checking.how})" * bool(check.scheme)
    else:
        tokens = f"{many(check.tokens, 'token')} in {many(check.sentences, 'sentence')}"
        total = many(check.kinds.total(), "violation") if check.kinds else "no violations"
        scheme = f"{check.scheme} ({checking.how})"
        lines = [f"{name}: {total} of {scheme}; {tokens}; {check.read}"]
    if not check.kinds:
        return lines
    width = len(str(max(check.kinds.values()))) + 2
    kinds = sorted(check.kinds.items(), key=lambda item: (-item[1], item[0]))
    lines += [f"{count:>{width}}  {printable(kind)}" for kind, count in kinds[:_KINDS]]
    if others := kinds[_KINDS:]:
        lines.append(f"{sum(count for _, count in others):>{width}}  of {len(others)} other kinds")
    return lines


def _spans_checked(check: SpanValidation) -> str:
    """Say what was checked, and what is no fault but worth to know."""
    total = many(check.kinds.total(), "fault") if check.kinds else "no faults"
    words = f"{total}; {many(check.spans, 'span')} in {many(check.documents, 'document')}"
    if check.overlapping:
        words += f", {check.overlapping} nested or overlapping"
    if check.discontinuous:
        words += f", {check.discontinuous} discontinuous"
    return f"{words}; {check.read}"


def _text(checks: Iterable[Checking], most: int | None) -> Iterator[str]:
    for violation in _violations(checks, most):
        if isinstance(violation, SpanFault):
            place = f"{violation.file}:{violation.line}"
            if not violation.line and violation.document is not None:
                place = f"{violation.file}: document {violation.document}"
            yield f"{printable(place)}: {_words(violation)}\n"
        else:
            place = printable(f"{violation.file}:{violation.line}")
            token = f" at {printable(repr(violation.token))}" if violation.token else ""
            yield f"{place}: {printable(violation.kind)}{token}: {violation.reason}\n"


def _violations(
    checks: Iterable[Checking], most: int | None
) -> Iterator[FileViolation | SpanFault]:
    for checking in checks:
        yield from checking.check.violations(most)


def _words(fault: SpanFault) -> str:
    """Say what is wrong with a span, and which it is."""
    said = f" {shortened(fault.text)}" if fault.text else ""
    span = f": {fault.type}{said}" if fault.type else ""
    places = ", ".join(f"{start} to {end}" for start, end in fault.parts)
    why = f": {fault.reason}" if fault.reason else ""
    return printable(f"{fault.kind}{span}") + f" ({places})" * bool(places) + printable(why)


def _github(checks: Iterable[Checking], most: int | None) -> Iterator[str]:
    """Yield workflow commands; what has a meaning in one is written as an escape."""
    for violation in _violations(checks, most):
        file = _escaped(printable(violation.file)).replace(":", "%3A").replace(",", "%2C")
        line = f",line={violation.line}" * bool(violation.line)
        if isinstance(violation, SpanFault):
            title = "span"
            document = f"document {violation.document}: " if not violation.line else ""
            message = printable(document) + _words(violation)
        else:
            title = "ill-formed tag"
            token = f" (token {violation.token!r})" if violation.token else ""
            message = printable(f"{violation.kind}: {violation.reason}{token}")
        yield f"::error file={file}{line},title={title}::{_escaped(message)}\n"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _values(checks: Iterable[Checking], most: int | None) -> Iterator[list[object]]:
    """Yield rows; of a span, the token is its text, and what is after is its type."""
    for number, checking in enumerate(checks):
        if not number:
            yield ["file", "line", "token", "before", "after", "reason"]
        for fault in checking.check.violations(most):
            if isinstance(fault, SpanFault):
                unplaced = fault.line or fault.document is None
                document = "" if unplaced else f"document {fault.document}: "
                why = document + fault.kind + f": {fault.reason}" * bool(fault.reason)
                yield [fault.file, fault.line or "", fault.text, "", fault.type, why]
            else:
                yield [fault.file, fault.line, fault.token, fault.before, fault.after, fault.reason]


def _json(checks: Iterable[Checking], most: int | None) -> Iterator[str]:
    """Yield an object for each check, violation by violation.

    Where that breaks off, it is ended, and the last object has a key `broken_off`, and no figures.
    """
    before, within = "[", False
    try:
        for piece in _objects(checks, most):
            yield (before if piece.begins else "") + piece.text
            before, within = ",\n", not piece.ends
    except (SpanF1Error, KeyboardInterrupt) as error:
        if before != "[":
            why = json_text({"broken_off": str(error) or "interrupted"})
            yield ("], " + why[1:] if within else before + why) + "]\n"
        raise
    yield "]\n"


class _Piece(NamedTuple):
    """A piece of an object of JSON."""

    text: str
    begins: bool = False
    ends: bool = False


def _objects(checks: Iterable[Checking], most: int | None) -> Iterator[_Piece]:
    """Yield the pieces of an object for each check."""
    for checking in checks:
        check = checking.check
        head = {"file": checking.name, "scheme": check.scheme, "scheme_is": checking.how}
        if isinstance(check, SpanValidation):
            head = {"file": checking.name, "format": check.input.format}
            if check.scheme:
                head |= {"scheme": check.scheme, "scheme_is": checking.how}
        yield _Piece(json_text(head)[:-1] + ', "violations": [', begins=True)
        separator = "\n  "
        for violation in check.violations(most):
            fields = violation._asdict()
            del fields["file"]
            yield _Piece(separator + json_text(fields | {"kind": violation.kind}))
            separator = ",\n  "
        tail: dict[str, object] = {
            "kinds": dict(check.kinds.most_common()),
            "total": check.kinds.total(),
        }
        if isinstance(check, SpanValidation):
            tail |= {"documents": check.documents, "spans": check.spans}
            tail |= {"overlapping": check.overlapping, "discontinuous": check.discontinuous}
        else:
            tail |= {"tokens": check.tokens, "sentences": check.sentences}
        yield _Piece("], " + json_text(tail)[1:], ends=True)


#: how violations are rendered, piece by piece: they need not be in memory together
VIOLATIONS: dict[str, Callable[[Iterable[Checking], int | None], Iterator[str]]] = {
    "text": _text,
    "json": _json,
    "csv": lambda checks, most: delimited_lines(_values(checks, most)),
    "tsv": lambda checks, most: delimited_lines(_values(checks, most), delimiter="\t"),
    "github": _github,
}
