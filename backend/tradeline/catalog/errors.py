"""The ways in which the catalog says no, beside those that every module has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tradeline.kernel import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCheckDigit(Problem):
    """A barcode as long as a GTIN whose last digit does not fit the others."""

    zh: ClassVar[str] = "条码 {code} 校验位不符，应以 {expected} 结尾；请核对后重新扫描或录入。"
    en: ClassVar[str] = (
        "Barcode {code} has a wrong check digit, it should end in {expected}; scan it again."
    )

    code: str
    expected: str
