"""WeChat's session_key stays where it arrives: whoever has it can forge what a phone encrypts."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[3]
# The adapter that reads it off the wire, and the simulated WeChat that sends one.
MAY_NAME_IT = {
    "backend/tradeline_server/wechat/miniprogram.py",
    "backend/tradeline_server/wechat/simulator/people.py",
}


def test_the_session_key_is_named_by_the_adapter_alone() -> None:
    naming = {
        path.relative_to(ROOT).as_posix()
        for root in ("backend", "graphql")
        for path in (ROOT / root).rglob("*")
        if path.suffix in (".py", ".sql", ".graphql", ".json")
        and any(name in path.read_text().lower() for name in ("session_key", "sessionkey"))
    }

    assert naming == MAY_NAME_IT


def test_the_adapter_reads_the_session_key_and_does_nothing_with_it() -> None:
    [adapter, _] = sorted(MAY_NAME_IT)
    lines = [
        line.strip() for line in (ROOT / adapter).read_text().splitlines() if "session_key" in line
    ]

    assert lines[1:] == ["session_key: str"], "beside the docstring, the field alone"
