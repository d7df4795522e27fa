"""Which of these tests may run side by side. What measures time or memory is marked `alone`. Of the
others, those of one file stay together, and so do files that share a house, a street, a market, or
the portal's server.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

HERE = Path(__file__).parent
ALONE = ("hostile", "portal/test_speed.py")
HOUSE, MARKET, PORTAL = "/intake/", "/shopping/", "/portal/"
STREET = ("attacks.py", "buying.py", "wechat.py")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: has the machine to itself")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        is_here = HERE in item.path.parents
        if is_here and item.path.relative_to(HERE).as_posix().startswith(ALONE):
            item.add_marker(pytest.mark.alone)


class Together(LoadScopeScheduling):
    """The marks that xdist has for this do nothing under pytest 9."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if MARKET in file:
            return "street" if file.endswith(STREET) else "market"
        if PORTAL in file:
            return "portal"
        return "house" if HOUSE in file else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    """In the place of what does so file by file."""
    return Together(config, log) if config.getvalue("dist") == "loadfile" else None
