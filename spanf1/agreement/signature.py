"""Signatures of agreement: what they say in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from spanf1.core.scores import AVERAGES
from spanf1.exceptions import UsageError
from spanf1.results.signature import MEANINGS, part_in_words
from spanf1.wording import shortened

_OWN = {"annotators": "annotators", "documents": "documents"}


class AgreementSignature(NamedTuple):
    """What shaped the mean F1 of pairs of annotators: what the signatures of all pairs share.

    It need not say which spans were compared, so that it is compared with no other.
    """

    parts: Mapping[str, str]

    @classmethod
    def parse(cls, line: str) -> AgreementSignature:
        """Return the signature that a line says.

        Raises
        ------
        UsageError
            If a part is unknown, or there twice.
        """
        pairs = [part.partition(":")[::2] for part in line.strip().split("|")]
        parts = dict(pairs)
        problem = "a part is there twice" if len(pairs) > len(parts) else ""
        for name, _ in pairs[1:]:
            if name not in MEANINGS and name not in _OWN:
                problem = f"{shortened(name)} is unknown"
        name, average = pairs[0]
        if not name.startswith("f") or average not in AVERAGES:
            problem = "it does not begin with a figure, as f1:micro"
        if problem:
            hint = "spanf1 agree A B prints one"
            raise UsageError(f"this is no signature: {problem}", hint=hint)
        return cls(parts)

    def in_words(self) -> list[tuple[str, str]]:
        """Return what each part is about, and what it says."""
        (name, average), *others = self.parts.items()
        known = {**MEANINGS, **_OWN}
        return [
            ("figure", f"mean over pairs of annotators of {name.upper()} {average}"),
            *((known[name], part_in_words(name, value)) for name, value in others),
        ]
