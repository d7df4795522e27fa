"""The merchants that a command on this machine acts for."""

from __future__ import annotations

import os
from collections.abc import Sequence

import msgspec

from tradeline_server.settings import Settings
from tradeline_server.wechat import WeChatSettings, load_merchants
from tradeline_server.wechat.beside import NOTICES_PATH, is_configured
from tradeline_server.wechat.simulator import environment_of


class _Announced(msgspec.Struct):
    url: str
    wechat_simulator: str | None = None


def merchants_here(settings: Settings) -> Sequence[WeChatSettings]:
    """Those of the environment; or, where nothing is said of WeChat, those of the simulator beside
    the `tradeline run` of this home, if one is running."""
    if is_configured():
        return load_merchants(os.environ)
    try:
        announced = msgspec.json.decode(
            (settings.home / "server.json").read_bytes(), type=_Announced
        )
    except (OSError, msgspec.DecodeError):
        return []
    if announced.wechat_simulator is None:
        return []
    folder = settings.home / "wechat-simulator"
    notify_url = announced.url + NOTICES_PATH
    return load_merchants(environment_of(folder, announced.wechat_simulator, notify_url))
