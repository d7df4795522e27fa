"""What inventory accepts and refuses. Pure: plain values in, movements and problems out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tradeline.inventory.errors import (
    BundleHasNoStock,
    CountBelowHeld,
    InsufficientStock,
    WarehouseClosed,
    WarehouseNotEmpty,
    WarehousePromised,
)
from tradeline.inventory.model import (
    CODE_LENGTH_MAX,
    HOLD_TIME_MAX,
    LINES_MAX,
    PRIORITY_MAX,
    TEXT_LENGTH_MAX,
    HoldLine,
    NewMovement,
    NewWarehouse,
    SkuName,
    StandingStock,
    StockAdjustment,
    StockCount,
    StockLevel,
    StockTransfer,
    Supply,
    Warehouse,
)
from tradeline.kernel import QUANTITY_MAX, InvalidValue, NotFound, Problem, judge_length

Levels = Mapping[tuple[int, int], StockLevel]
Names = Mapping[int, SkuName]
Path = tuple[str | int, ...]


def judge_warehouses(warehouses: Sequence[NewWarehouse]) -> list[Problem]:
    """The faults of warehouses to be opened."""
    problems = judge_lines(warehouses, (warehouse.code for warehouse in warehouses), "warehouses")
    for index, warehouse in enumerate(warehouses):
        path = ("warehouses", index)
        if not 1 <= len(warehouse.code) <= CODE_LENGTH_MAX or not _is_plain(warehouse.code):
            problems.append(
                invalid(
                    (*path, "code"),
                    f"send 1 to {CODE_LENGTH_MAX} printable characters without blanks",
                    f"请填写 1 至 {CODE_LENGTH_MAX} 个可见字符，不含空格",
                )
            )
        problems += judge_warehouse(warehouse, path)
    return problems


def judge_warehouse(warehouse: NewWarehouse | Warehouse, path: Path) -> list[Problem]:
    """The faults of what may be changed of a warehouse."""
    problems: list[Problem] = []
    texts = {"name": warehouse.name, "nameEn": warehouse.name_en, "region": warehouse.region}
    for field, text in texts.items():
        problems += judge_text(text, (*path, field), is_needed=field == "name")
    if not 0 <= warehouse.priority <= PRIORITY_MAX:
        problems.append(
            invalid(
                (*path, "priority"),
                f"it must be between 0 and {PRIORITY_MAX}",
                f"须在 0 至 {PRIORITY_MAX} 之间",
            )
        )
    return problems


def judge_closing(warehouse: Warehouse, standing: StandingStock) -> list[Problem]:
    """Why a warehouse cannot be closed: what stands in it, and for whom it is set aside."""
    path = ("isActive",)
    problems: list[Problem] = []
    if standing.sku_count:
        problems.append(
            WarehouseNotEmpty(
                path=path,
                warehouse=warehouse.code,
                sku_count=standing.sku_count,
                skus=", ".join(standing.sku_codes),
            )
        )
    if standing.order_lines or standing.holds:
        problems.append(
            WarehousePromised(
                path=path,
                warehouse=warehouse.code,
                order_lines=standing.order_lines,
                holds=standing.holds,
            )
        )
    return problems


def judge_open(targets: Iterable[tuple[int, Path]], closed: Mapping[int, str]) -> list[Problem]:
    """Nothing is put into a closed warehouse. `targets` are the warehouses that something is put
    into, with the ways to where the request names them."""
    return [
        WarehouseClosed(path=path, warehouse=closed[warehouse_id])
        for warehouse_id, path in targets
        if warehouse_id in closed
    ]


def judge_adjustments(
    adjustments: Sequence[StockAdjustment], levels: Levels, names: Names
) -> tuple[list[NewMovement], list[Problem]]:
    """Corrections of levels that are locked: never below what is held."""
    problems = judge_lines(adjustments, ((it.warehouse_id, it.sku_id) for it in adjustments))
    movements = []
    for index, line in enumerate(adjustments):
        path = ("lines", index)
        problems += judge_text(line.note, (*path, "note"), is_needed=False)
        if line.quantity == 0 or abs(line.quantity) > QUANTITY_MAX:
            problems.append(
                invalid(
                    (*path, "quantity"),
                    f"send a whole number other than 0, up to {QUANTITY_MAX} either way",
                    f"请填写不为 0 且绝对值不超过 {QUANTITY_MAX} 的整数",
                )
            )
        level = levels.get((line.warehouse_id, line.sku_id))
        if level is None:
            problems.append(_missing(line.sku_id, names, path))
        elif level.free + line.quantity < 0:
            problems.append(
                insufficient(names[line.sku_id], -line.quantity, level.free, (*path, "quantity"))
            )
        movements.append(
            NewMovement(
                warehouse_id=line.warehouse_id,
                sku_id=line.sku_id,
                quantity=line.quantity,
                note=line.note,
            )
        )
    return movements, problems


def judge_counts(
    counts: Sequence[StockCount], levels: Levels, names: Names
) -> tuple[list[NewMovement], list[Problem]]:
    """What was counted, as differences from levels that are locked; none where they agree."""
    problems = judge_lines(counts, ((it.warehouse_id, it.sku_id) for it in counts))
    movements = []
    for index, line in enumerate(counts):
        path = ("lines", index)
        problems += judge_text(line.note, (*path, "note"), is_needed=False)
        level = levels.get((line.warehouse_id, line.sku_id))
        if not 0 <= line.counted <= QUANTITY_MAX:
            problems.append(
                invalid(
                    (*path, "counted"),
                    f"send a whole number from 0 to {QUANTITY_MAX}",
                    f"请填写 0 至 {QUANTITY_MAX} 的整数",
                )
            )
        elif level is None:
            problems.append(_missing(line.sku_id, names, path))
        elif line.counted < level.held:
            name = names[line.sku_id]
            problems.append(
                CountBelowHeld(
                    path=(*path, "counted"),
                    sku=name.code,
                    unit=name.unit,
                    counted=line.counted,
                    held=level.held,
                )
            )
        elif line.counted != level.on_hand:
            movements.append(
                NewMovement(
                    warehouse_id=line.warehouse_id,
                    sku_id=line.sku_id,
                    quantity=line.counted - level.on_hand,
                    note=line.note,
                )
            )
    return movements, problems


def judge_transfers(
    transfers: Sequence[StockTransfer], levels: Levels, names: Names, note: str
) -> tuple[list[NewMovement], list[Problem]]:
    """Goods carried between levels that are locked, as the net change of each: a transfer may pass
    on what an earlier line brings, and what goes round in a circle moves nothing."""
    problems = judge_lines(
        transfers, ((it.from_warehouse_id, it.to_warehouse_id, it.sku_id) for it in transfers)
    )
    problems += judge_text(note, ("note",), is_needed=False)
    net: dict[tuple[int, int], int] = {}
    for index, line in enumerate(transfers):
        path = ("lines", index)
        source, target = (line.from_warehouse_id, line.sku_id), (line.to_warehouse_id, line.sku_id)
        if faults := _judge_transfer(line, path):
            problems += faults
        elif source not in levels or target not in levels:
            problems.append(_missing(line.sku_id, names, path))
        elif (free := levels[source].free + net.get(source, 0)) < line.quantity:
            problems.append(
                insufficient(names[line.sku_id], line.quantity, free, (*path, "quantity"))
            )
        else:
            net[source] = net.get(source, 0) - line.quantity
            net[target] = net.get(target, 0) + line.quantity
    movements = [
        NewMovement(warehouse_id=warehouse_id, sku_id=sku_id, quantity=quantity, note=note)
        for (warehouse_id, sku_id), quantity in net.items()
        if quantity != 0
    ]
    return movements, problems


def judge_hold(lines: Sequence[HoldLine], expires_at: datetime, now: datetime) -> list[Problem]:
    """The faults of a hold by itself, whatever there is in stock."""
    problems = judge_lines(lines, (line.sku_id for line in lines))
    for index, line in enumerate(lines):
        if not 1 <= line.quantity <= QUANTITY_MAX:
            problems.append(_not_a_count(("lines", index, "quantity")))
    if expires_at.tzinfo is None or not now < expires_at <= now + HOLD_TIME_MAX:
        problems.append(
            invalid(
                ("expiresAt",),
                f"with its zone, it must be in the future and within {HOLD_TIME_MAX.days} days",
                f"须带时区、晚于当前时间，且不超过 {HOLD_TIME_MAX.days} 天",
            )
        )
    return problems


def shortfalls(
    lines: Sequence[HoldLine], supply: Supply, relationship_id: int, names: Names
) -> list[Problem]:
    """Why the lines cannot all be held; empty if they can. Takes nothing from `supply`."""
    bundles = [
        problem
        for index, line in enumerate(lines)
        for problem in judge_stocked(names[line.sku_id], ("lines", index, "skuId"))
    ]
    return bundles or [
        insufficient(names[line.sku_id], line.quantity, free, ("lines", index, "quantity"))
        for index, line in enumerate(lines)
        if (free := supply.free(relationship_id, line.sku_id)) < line.quantity
    ]


def judge_stocked(name: SkuName, path: Path) -> list[Problem]:
    """A bundle is kept as its components."""
    if not name.component_codes:
        return []
    components = ", ".join(name.component_codes)
    return [BundleHasNoStock(path=path, sku=name.code, components=components)]


def judge_lines(
    lines: Sequence[object], keys: Iterable[object], field: str = "lines"
) -> list[Problem]:
    """Some lines, not too many, and none of them twice: a line said twice is a slip."""
    problems: list[Problem] = []
    if not 1 <= len(lines) <= LINES_MAX:
        problems.append(
            invalid((field,), f"send 1 to {LINES_MAX} of them", f"请提供 1 至 {LINES_MAX} 行")
        )
    seen = set()
    for index, key in enumerate(keys):
        if key in seen:
            problems.append(invalid((field, index), "the same was named before", "与前面的行重复"))
        seen.add(key)
    return problems


def judge_text(text: str, path: Path, is_needed: bool) -> list[Problem]:
    """The faults of a name or a note."""
    return judge_length(text, path, least=int(is_needed), most=TEXT_LENGTH_MAX)


def invalid(path: Path, rule: str, rule_zh: str) -> InvalidValue:
    """A value that cannot be used, called by the last name on its path."""
    field = next(str(step) for step in reversed(path) if isinstance(step, str))
    return InvalidValue(path=path, field=field, rule=rule, rule_zh=rule_zh)


def insufficient(name: SkuName, asked: int, free: int, path: Path) -> InsufficientStock:
    return InsufficientStock(path=path, sku=name.code, unit=name.unit, asked=asked, free_units=free)


def _judge_transfer(line: StockTransfer, path: Path) -> list[Problem]:
    problems: list[Problem] = []
    if not 1 <= line.quantity <= QUANTITY_MAX:
        problems.append(_not_a_count((*path, "quantity")))
    if line.from_warehouse_id == line.to_warehouse_id:
        problems.append(
            invalid(
                (*path, "toWarehouseId"), "name another warehouse than the first", "须为另一仓库"
            )
        )
    return problems


def _not_a_count(path: Path) -> InvalidValue:
    return invalid(
        path, f"send a whole number from 1 to {QUANTITY_MAX}", f"请填写 1 至 {QUANTITY_MAX} 的整数"
    )


def _missing(sku_id: int, names: Names, path: Path) -> Problem:
    """A level that could not be locked: of a SKU the actor does not know, or that is a bundle, else
    of a warehouse."""
    if sku_id not in names:
        return NotFound(path=(*path, "skuId"), subject="SKU")
    for problem in judge_stocked(names[sku_id], (*path, "skuId")):
        return problem
    return NotFound(path=(*path, "warehouseId"), subject="warehouse")


def _is_plain(text: str) -> bool:
    return text.isprintable() and " " not in text
