"""Reports for programs: rows as comma-separated values, data as JSON."""

from __future__ import annotations

import csv
import io


def json_text(data: object, indent: int | None = None) -> str:
    """Return data as JSON that is UTF-8, whatever a file may be called."""
    import json

    text = json.dumps(data, ensure_ascii=False, indent=indent, allow_nan=False)
    return text.encode("utf-8", "backslashreplace").decode()


def csv_text(header: list[str], rows: list[list[object]], digits: int | None) -> str:
    """Return rows as comma-separated values, their fractions with all digits or with some."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(
            f"{cell:.{digits}f}" if isinstance(cell, float) and digits is not None else cell
            for cell in row
        )
    return text.getvalue()


def json_of(data: object) -> str:
    """Return plain data as JSON."""
    return json_text(data, indent=2) + "\n"
