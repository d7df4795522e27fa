"""The ways in which webhooks say no, beside those that every module has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tradeline.kernel import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyWebhooks(Problem):
    """An organization has as many endpoints as it may."""

    zh: ClassVar[str] = "每个组织最多 {most} 个回调地址；请先删除一个。"
    en: ClassVar[str] = "An organization has at most {most} webhooks; delete one first."

    most: int
