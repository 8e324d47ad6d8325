"""A hook of hatchling: puts the manual page, and what shells complete by, into the wheel."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes these files while a wheel is built; an editable install has none."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the files, and say where they go."""
        if version == "editable":
            return
        sys.path[:0] = [self.root, str(Path(self.root, "release"))]
        from manual import COMPLETIONS, MANUAL, completion, manual

        self._folder = tempfile.TemporaryDirectory()
        contents = {MANUAL: manual()}
        contents |= {path: completion(shell) for shell, path in COMPLETIONS.items()}
        for number, (path, content) in enumerate(contents.items()):
            file = Path(self._folder.name, str(number))
            file.write_text(content, encoding="utf-8")
            build_data["shared_data"][str(file)] = path

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove what was made."""
        if version != "editable":
            self._folder.cleanup()
