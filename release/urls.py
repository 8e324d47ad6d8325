"""A hook of hatchling: says where the repository is that publishes, which no file of it knows."""

from __future__ import annotations

import os
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Hook(MetadataHookInterface):
    """Fills `[project.urls]` from ``SPANF1_REPOSITORY``; where that is not set, there are none."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the addresses."""
        repository = os.environ.get("SPANF1_REPOSITORY", "").rstrip("/")
        metadata["urls"] = {}
        if repository:
            files = f"{repository}/blob/v{metadata['version']}"
            metadata["urls"] = {
                "Repository": repository,
                "Documentation": f"{files}/docs/index.md",
                "Changelog": f"{files}/CHANGELOG.md",
                "Issues": f"{repository}/issues",
            }
