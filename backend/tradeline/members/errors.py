"""The ways in which members says no, beside those that every module has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tradeline.kernel import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeNotUsable(Problem):
    """WeChat does not take a code: it is wrong, too old, or was used before."""

    zh: ClassVar[str] = "微信登录凭证无效或已过期；请重新登录。"
    en: ClassVar[str] = "WeChat does not take this code any more; ask for a new one and try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class WeChatUnavailable(Problem):
    """WeChat does not answer; nothing was done."""

    zh: ClassVar[str] = "暂时无法连接微信；请稍后重试。"
    en: ClassVar[str] = "WeChat cannot be reached at the moment; try again in a while."


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyAddresses(Problem):
    """Somebody keeps as many addresses as one may."""

    zh: ClassVar[str] = "最多保存 {most} 个地址；请先删除不用的地址。"
    en: ClassVar[str] = "You keep {most} addresses already; delete one that you no longer need."

    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotForGuests(Problem):
    """What needs somebody who is known was asked by a guest."""

    zh: ClassVar[str] = "请先登录，再进行此操作。"
    en: ClassVar[str] = "Log in first; this is not for guests."
