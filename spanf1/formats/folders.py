"""Several inputs by one name: the files of a folder, or those that fit a pattern."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from spanf1.core.options import AUTO
from spanf1.exceptions import ReadError, UsageError
from spanf1.formats.registry import FORMATS

_PATTERN = "*?["
#: a number in a name
NUMBER = re.compile("([0-9]+)")


def number_key(name: str) -> list[str | int]:
    """Return what the names of parts are sorted by, so that 2 comes before 10."""
    return [int(piece) if n % 2 else piece for n, piece in enumerate(NUMBER.split(name))]


def fitting(path: str) -> list[str]:
    """Return the path, if it is there, or the files that fit it as a pattern."""
    if os.path.exists(path):
        return [path]
    if not any(character in path for character in _PATTERN):
        return []
    import glob

    return sorted(file for file in glob.glob(path, recursive=True) if os.path.isfile(file))


def files_of(path: str) -> list[str]:
    """Return the input that a path is, the files of a folder of inputs, or those that fit it.

    Raises
    ------
    UsageError
        If no file fits a pattern.
    ReadError
        If a folder cannot be read, or is empty.
    """
    if os.path.isdir(path):
        from spanf1.formats.sniffing import is_one_input

        if is_one_input(path):
            return [path]
        names = [name for name in os.listdir(path) if name[0] != "."]
        files = sorted(filter(_is_meant, (os.path.join(path, name) for name in names)))
        if not files:
            raise ReadError("there is no file in this folder", where=path)
        return files
    files = fitting(path)
    if not files and any(character in path for character in _PATTERN):
        raise UsageError(f"no file fits the pattern {path}")
    return files or [path]


def _is_meant(path: str) -> bool:
    """Return whether a path is a file, or a link that leads nowhere: reading it says so."""
    return os.path.isfile(path) or (os.path.islink(path) and not os.path.exists(path))


def groups_of(paths: Sequence[str], formats: Sequence[str]) -> dict[str, list[str]]:
    """Return what is to be scored together: gold and predictions, or inputs with both, by name.

    Names are in order, and numbers in them go by their size.

    Parameters
    ----------
    paths : sequence of str
        One path, or those of gold and of predictions: inputs, folders of them, or patterns. Files
        of two folders belong together that have the same name.
    formats : sequence of str
        The format of each, or ``auto``.

    Raises
    ------
    UsageError
        If there are none, or a file has no counterpart.
    ReadError
        If a folder cannot be read.
    """
    sides = [
        [path] if name != AUTO and FORMATS[name].folders else files_of(path)
        for path, name in zip(paths, formats, strict=True)
    ]
    if all(files == [path] for files, path in zip(sides, paths, strict=True)):
        return {"": [*paths]}
    named = [{os.path.basename(file): file for file in files} for files in sides]
    for path, files, by_name in zip(paths, sides, named, strict=True):
        within = os.listdir(path) if os.path.isdir(path) else []
        if any(os.path.isdir(os.path.join(path, name)) for name in within):
            hint = f"'{os.path.join(path, '*', '*')}' are the files in the folders within"
            raise UsageError("there are folders in this folder", where=path, hint=hint)
        if len(by_name) < len(files):
            if len(paths) == 1:
                named = [{file: file for file in files}]
                break
            twice = next(file for file in files if by_name[os.path.basename(file)] != file)
            raise UsageError("there are two files of this name", where=twice)
    for name in sorted(set().union(*named)):
        for own, other, path in zip(named, named[::-1], paths, strict=True):
            if name not in own:
                raise UsageError(
                    f"there is no {name} in {path}",
                    where=other[name],
                    hint="gold and predictions are paired by their names",
                )
    return {name: [files[name] for files in named] for name in sorted(named[0], key=number_key)}
