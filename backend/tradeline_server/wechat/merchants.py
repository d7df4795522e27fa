"""Several merchants of WeChat's, each with keys of its own, by the number that WeChat knows."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tradeline_server.errors import UsageError
from tradeline_server.wechat.client import WeChat, open_wechat
from tradeline_server.wechat.miniprogram import MiniProgram
from tradeline_server.wechat.settings import PREFIX, Template, WeChatSettings, load_wechat_settings

MERCHANTS_DIR = f"{PREFIX}MERCHANTS_DIR"
FILE_CHARACTERS_MAX = 100_000


class WeChatMerchants:
    """The merchants that this process acts for, and the mini-programs that they belong to."""

    def __init__(self, opened: Mapping[str, tuple[WeChatSettings, WeChat]]) -> None:
        self._opened = dict(opened)

    def __iter__(self) -> Iterator[str]:
        return iter(self._opened)

    def __len__(self) -> int:
        return len(self._opened)

    def get(self, merchant_id: str) -> WeChat | None:
        """The way to WeChat for this merchant; None for one whose keys we do not have."""
        found = self._opened.get(merchant_id)
        return found[1] if found else None

    def app_of(self, merchant_id: str) -> str | None:
        found = self._opened.get(merchant_id)
        return found[0].appid if found else None

    def mini_program(self, app_id: str) -> MiniProgram | None:
        """The server's side of a mini-program; None for one whose secret we do not have."""
        for settings, wechat in self._opened.values():
            if settings.appid == app_id:
                return wechat.mini_program
        return None

    def template(self, app_id: str, kind: str) -> Template | None:
        """How the mini-program's people are told of such a thing; None if they are not."""
        for settings, _ in self._opened.values():
            if settings.appid == app_id and kind in settings.templates:
                return settings.templates[kind]
        return None

    def template_ids(self) -> frozenset[str]:
        """Of all that people are told something by."""
        opened = (settings for settings, _ in self._opened.values())
        return frozenset(
            template.id for settings in opened for template in settings.templates.values()
        )


NO_MERCHANTS = WeChatMerchants({})


def load_merchants(environment: Mapping[str, str] = os.environ) -> Sequence[WeChatSettings]:
    """The merchant of TRADELINE_WECHAT_*, and one for each *.env of TRADELINE_WECHAT_MERCHANTS_DIR;
    none where nothing is said of WeChat. Raises UsageError for half of one, or for two alike."""
    own = {name: value for name, value in environment.items() if name != MERCHANTS_DIR}
    first = load_wechat_settings(own)
    found = [first] if first is not None else []
    if folder := environment.get(MERCHANTS_DIR, "").strip():
        found += [_of_file(path) for path in _files(Path(folder))]
    numbers = [settings.mchid for settings in found]
    if len(set(numbers)) < len(numbers):
        raise UsageError(f"{MERCHANTS_DIR} describes a merchant twice")
    return found


@contextlib.asynccontextmanager
async def open_merchants(
    settings: Sequence[WeChatSettings], clock: Callable[[], float] = time.time
) -> AsyncIterator[WeChatMerchants]:
    async with contextlib.AsyncExitStack() as stack:
        yield WeChatMerchants(
            {
                each.mchid: (each, await stack.enter_async_context(open_wechat(each, clock)))
                for each in settings
            }
        )


def _files(folder: Path) -> Sequence[Path]:
    if not folder.is_dir():
        raise UsageError(f"{MERCHANTS_DIR} is {str(folder)!r}, which is no folder")
    return sorted(folder.glob("*.env"))


def _of_file(path: Path) -> WeChatSettings:
    """Lines NAME=value as in the environment, with paths as seen from the file's own folder."""
    values: dict[str, str] = {}
    for line in path.read_text()[:FILE_CHARACTERS_MAX].splitlines():
        name, is_set, value = line.strip().partition("=")
        if not is_set or name.startswith("#"):
            continue
        value = value.strip().strip("'\"")
        if name.endswith("_FILE") and value:
            value = str(path.parent / value)
        values[name.strip().removeprefix("export ")] = value
    try:
        settings = load_wechat_settings(values)
    except UsageError as error:
        raise UsageError(f"{path.name}: {error}") from None
    if settings is None:
        raise UsageError(f"{path.name} says nothing of WeChat")
    return settings
