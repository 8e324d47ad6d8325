"""What the commands that slice spans share: the options, and training data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from spanf1.cli.output import FILE, Option, with_options
from spanf1.core.options import Confidence, Options
from spanf1.exceptions import UsageError
from spanf1.formats.options import InputOptions
from spanf1.formats.source import Source

if TYPE_CHECKING:
    from spanf1.mistakes.analysis import Analysis
    from spanf1.mistakes.slices import Slices


def slice_options(train_help: str = "") -> Option:
    """Return the options that say how spans are sliced; what else --train is for comes first."""
    return with_options(
        click.option(
            "--by",
            multiple=True,
            metavar="PROPERTY|KEY",
            help="Slice spans by a property of them, or of their sentences: "
            "length, sentence-length, density, seen, form-frequency, consistency, position, case; "
            "or by a key of metadata. It may be given again.",
        ),
        click.option(
            "--bins",
            metavar="N,N,…",
            help="The least number of each slice, where slices are of numbers: 1,2,5 for 1, 2-4 "
            "and 5+.",
        ),
        click.option(
            "--train",
            multiple=True,
            type=FILE,
            metavar="FILE",
            help=f"Training data, for {train_help}--by seen, form-frequency and consistency; "
            "several files are taken together.",
        ),
    )


@dataclass(frozen=True)
class Slicing:
    """How spans are sliced, as the options say.

    Attributes
    ----------
    by : tuple of str
        The properties, and keys.
    bins : list of int, optional
        The least number of each slice.
    train : tuple of str
        The files of training data.
    """

    by: tuple[str, ...]
    bins: list[int] | None
    train: tuple[str, ...]

    @classmethod
    def of(cls, settings: dict[str, Any], *, other_train: bool = False) -> Slicing:
        """Take those options out of the settings of a command.

        Parameters
        ----------
        settings : dict
            The settings.
        other_train : bool
            Whether training data is for something else, too.

        Raises
        ------
        UsageError
            If they do not go together.
        """
        by, bins, train = (settings.pop(name) for name in ("by", "bins", "train"))
        slicing = cls(tuple(dict.fromkeys(by)), None if bins is None else _numbers(bins), train)
        if bins is not None and len(slicing.by) != 1:
            raise UsageError("--bins goes with one --by", hint="--by length --bins 1,2,5")
        if bool(train) != (slicing.trains or other_train):
            raise UsageError(
                "--train goes with --by seen, form-frequency or consistency, and these with "
                "--train FILE"
            )
        return slicing

    @property
    def trains(self) -> bool:
        """Whether training data is needed."""
        return any(map(_trains, self.by))

    def slices(
        self,
        analysis: Analysis,
        trained: Mapping[str, Mapping[str, int]],
        confidence: Confidence | None,
    ) -> list[Slices]:
        """Return the slices of an analysis, given what training data says."""
        return [
            analysis.slices(by, confidence=confidence, **self.given(by, trained)) for by in self.by
        ]

    def given(self, by: str, trained: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
        """Return the keywords for slices by a property or key, given what training data says."""
        return {"train": trained if _trains(by) else None, "bins": self.bins}


def _trains(by: str) -> bool:
    """Return whether slices by a property need training data."""
    from spanf1.mistakes.properties import PROPERTIES

    return by in PROPERTIES and PROPERTIES[by].trains


def _numbers(given: str) -> list[int]:
    """Return the numbers of --bins."""
    try:
        return [int(part) for part in given.split(",")]
    except ValueError:
        raise UsageError(
            f"--bins {given!r}: there is no list of whole numbers", hint="--bins 1,2,5"
        ) from None


def trained(
    train: Sequence[str], settings: dict[str, Any], options: Options
) -> Mapping[str, Mapping[str, int]]:
    """Return how often what training data says is an entity of each type, by what it says.

    Parameters
    ----------
    train : sequence of str
        The files; none for none.
    settings : dict
        The settings of the command.
    options : Options
        What types are called.

    Raises
    ------
    InputError, UsageError
        If they cannot be read.
    """
    if not train:
        return {}
    from spanf1.cli.inputs import ready
    from spanf1.contents.describe import contents_of, training_data
    from spanf1.formats.opening import inputs_of

    # How its tags are written is as for gold, and its format and columns are its own.
    names = ("tag_form", "outside", "mask_tags", "labels", "max_size")
    side = InputOptions.of({name: settings[name] for name in names}, "gold")
    parts = []
    for input in inputs_of([Source(path) for path in train], replace(side, prefix="")):
        with ready(input) as kept_input:
            parts.append(contents_of(kept_input, type_map=options.type_map))
    data = training_data(parts)
    return data.types_of if data else {}
