"""Whoever serves the application serves it alike, also by the command of the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from litestar import Litestar
from uvicorn.importer import import_from_string

from tradeline_server.web import web_config

ROOT = Path(__file__).parents[3]
# A service of others that is played is no server of ours.
OTHERS = ROOT / "backend/tradeline_server/wechat"


def test_there_is_one_place_that_says_how_to_serve() -> None:
    places = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "backend").rglob("*.py")
        if OTHERS not in path.parents and "uvicorn.Config(" in path.read_text()
    ]

    assert places == ["backend/tradeline_server/web.py"]


def test_the_documented_command_says_the_same() -> None:
    text = (ROOT / "infra/running.md").read_text()
    config = web_config(Litestar())
    [protocol] = re.findall(r"--http (\S+)`?", text)
    sizes = re.findall(r"--ws-max-size (\d+)", text)

    assert import_from_string(protocol.rstrip("`.,")) is config.http
    assert {int(size) for size in sizes} == {config.ws_max_size}


@pytest.mark.parametrize("named", [None, "10.0.0.1"])
def test_forwarded_addresses_are_believed_only_of_proxies_that_are_named(
    monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    if named is not None:
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", named)

    assert web_config(Litestar()).proxy_headers is (named is not None)
