"""Which of these tests may run side by side. What measures time or memory is marked `alone`; of the
others, those that share a house or a street stay together, and so do those of one file."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
ALONE = ("hostile", "portal/test_speed.py", "test_make_run.py")
SHARED = {"house": "house", "street": "street", "market": "market"}  # by fixture


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: has the machine to itself")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE not in item.path.parents:
            continue
        place = item.path.relative_to(HERE).as_posix()
        if place.startswith(ALONE):
            item.add_marker(pytest.mark.alone)
        shared = [name for fixture, name in SHARED.items() if fixture in _fixtures(item)]
        item.add_marker(pytest.mark.xdist_group(shared[0] if shared else place))


def _fixtures(item: pytest.Item) -> list[str]:
    names: list[str] = getattr(item, "fixturenames", [])
    return names
