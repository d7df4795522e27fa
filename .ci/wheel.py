"""What a wheel holds beside the packages: the built portal, if there is one, and the manifests of
trusted documents. An editable installation finds both where they stand."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Wheel(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        include = build_data["force_include"]
        for manifest in sorted((root / "graphql/operations").glob("*.json")):
            include[str(manifest)] = f"tradeline_graph/operations/{manifest.name}"
        if (root / "portal/dist/index.html").exists():
            include[str(root / "portal/dist")] = "tradeline_server/portal_dist"
