"""The ways in which inventory says no."""

from dataclasses import dataclass
from typing import ClassVar

from tradeline.kernel import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class InsufficientStock(Problem):
    """Less of a SKU is free than a line asks for. Amounts in the SKU's base unit."""

    zh: ClassVar[str] = "{sku} 需要 {asked} {unit}，可用 {free_units} {unit}；请减少数量或改期。"
    en: ClassVar[str] = (
        "{asked} {unit} of {sku} were asked for, {free_units} {unit} are free; ask for less."
    )

    sku: str
    unit: str
    asked: int
    free_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleHasNoStock(Problem):
    """A bundle is not counted, moved or held itself: its components are."""

    zh: ClassVar[str] = "{sku} 是套装，没有自己的库存；请改为操作其组件：{components}。"
    en: ClassVar[str] = (
        "{sku} is a bundle and has no stock of its own; name its components instead: {components}."
    )

    sku: str
    components: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseNotEmpty(Problem):
    """Stock stands in a warehouse that is to be closed. `skus` names some of it."""

    zh: ClassVar[str] = (
        "仓库 {warehouse} 仍有 {sku_count} 种规格的库存（如 {skus}）；请先调拨或盘点清零再停用。"
    )
    en: ClassVar[str] = (
        "{sku_count} SKUs still stand in warehouse {warehouse}, such as {skus}; "
        "transfer them or count them to zero before you close it."
    )

    warehouse: str
    sku_count: int
    skus: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehousePromised(Problem):
    """Orders or holds have stock set aside in a warehouse that is to be closed."""

    zh: ClassVar[str] = (
        "仓库 {warehouse} 仍为 {order_lines} 个订单行、{holds} 个占用预留库存；"
        "请先发货、取消或释放再停用。"
    )
    en: ClassVar[str] = (
        "{order_lines} order lines and {holds} holds have stock set aside in warehouse "
        "{warehouse}; ship, cancel or release them before you close it."
    )

    warehouse: str
    order_lines: int
    holds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseClosed(Problem):
    """Nothing is put into a warehouse that is closed."""

    zh: ClassVar[str] = "仓库 {warehouse} 已停用，不能入库；请先启用或选择其他仓库。"
    en: ClassVar[str] = (
        "Warehouse {warehouse} is closed, nothing is put into it; reopen it or choose another."
    )

    warehouse: str


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
