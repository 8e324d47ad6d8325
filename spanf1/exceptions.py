"""Every exception that spanf1 raises on purpose.

SpanF1Error                 exit code 3
├── UsageError              2   options that contradict each other, or a wrong argument
│   └── UnknownNameError    2   a score that is asked for by a name which none has
└── InputError              3   something is wrong with what was read
    ├── ReadError           3   missing, unreadable, damaged or binary file
    ├── LayoutError         3   lines, fields or columns that do not fit
    │   └── FieldCountError 1   the same, where the conlleval script is imitated
    ├── ScriptDiedError   255   what the conlleval script dies of
    ├── TagError            3   a tag that no scheme has
    ├── AlignmentError      3   gold and predictions are not the same tokens
    ├── LossError           3   spans that a scheme cannot carry
    └── IllFormedError      3   an ill-formed span under ``reading="error"``

Each is also a `ValueError`, so that callers who know nothing of spanf1 can catch it.
"""

from __future__ import annotations

from collections.abc import Collection


class SpanF1Error(ValueError):
    """Base of every exception that spanf1 raises.

    Parameters
    ----------
    message : str
        What is wrong, in one line.
    where : str
        The place, as ``file:line`` or ``file``; empty when there is none.
    hint : str
        The way out, in one line; empty when there is none.
    """

    exit_code = 3

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        self.message = message
        self.where = where
        self.hint = hint
        super().__init__(f"{where}: {message}" if where else message)
        if hint:
            # A traceback shows it, too.
            self.add_note(f"hint: {hint}")

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the keywords, so that a worker process can send the error home."""
        return _rebuild, (type(self), self.message, self.where, self.hint)


def _rebuild(kind: type[SpanF1Error], message: str, where: str, hint: str) -> SpanF1Error:
    return kind(message, where=where, hint=hint)


class UsageError(SpanF1Error):
    """Options that contradict each other, or an argument of the wrong kind."""

    exit_code = 2


class UnknownNameError(UsageError, KeyError):
    """A name that nothing has; also a `KeyError`, as of a mapping."""

    # A KeyError shows its argument in quotes.
    __str__ = Exception.__str__


def not_installed(message: str, extra: str) -> UsageError:
    """Return the error for a library that is not there; the hint names the extra that has it."""
    return UsageError(message, hint=f"pip install 'spanf1[{extra}]'")


def check_known(what: str, value: object, known: Collection[object]) -> None:
    """Raise `UsageError` if a value is none of those that it may be."""
    if value not in known:
        raise UsageError(f"unknown {what} {value!r}", hint=f"one of {', '.join(map(str, known))}")


class InputError(SpanF1Error):
    """Something is wrong with what was read."""


class ReadError(InputError):
    """A file is missing, unreadable, damaged or not text."""


class LayoutError(InputError):
    """Lines, fields or columns that do not fit together."""


class FieldCountError(LayoutError):
    """A line has another number of fields than those before; the conlleval script exits with 1."""

    exit_code = 1


class ScriptDiedError(InputError):
    """Something that the conlleval script dies of."""

    exit_code = 255


class TagError(InputError):
    """A tag that no tagging scheme has."""


class AlignmentError(InputError):
    """Gold and predictions are not annotations of the same tokens."""


class LossError(InputError):
    """Spans that would be lost in the scheme they are to be written in."""


class IllFormedError(InputError):
    """A span that its scheme does not allow, under the reading ``error``."""
