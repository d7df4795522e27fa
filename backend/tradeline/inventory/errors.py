"""The ways in which inventory says no."""

from dataclasses import dataclass
from typing import ClassVar

from tradeline.kernel import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class InsufficientStock(Problem):
    """Less of a SKU is free than a line asks for. Amounts in the SKU's base unit."""

    zh: ClassVar[str] = "{sku} 需要 {requested} {unit}，可用 {available} {unit}；请减少数量或改期。"
    en: ClassVar[str] = (
        "{requested} {unit} of {sku} were asked for, {available} {unit} are free; ask for less."
    )

    sku: str
    unit: str
    requested: int
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountBelowHeld(Problem):
    """A count found less than is held for orders, which have to be released first."""

    zh: ClassVar[str] = (
        "{sku} 实盘 {counted} {unit}，低于已占用的 {held} {unit}；请先释放占用再盘点。"
    )
    en: ClassVar[str] = (
        "{counted} {unit} of {sku} were counted, but {held} {unit} are held; "
        "release holds before you count less."
    )

    sku: str
    unit: str
    counted: int
    held: int
