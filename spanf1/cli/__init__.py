"""The command line: one module for each command. Only this package imports click and prints."""

from __future__ import annotations

from spanf1.cli.interruption import AtOnce, leave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn


def main(args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:
    """Run a command, and exit with the code that it returns, if any, or that of its error."""
    with AtOnce():
        from spanf1.cli.group import main as group
    try:
        group.main(args, prog_name, **extra)
    except KeyboardInterrupt:
        # It came where the group does not catch it yet, or not any more.
        leave()
