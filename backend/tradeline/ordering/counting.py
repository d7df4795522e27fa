"""What a buyer may have counted of a shipment. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tradeline.kernel import InvalidValue, Problem
from tradeline.ordering.model import Damage
from tradeline.ordering.rules import judge_texts, reason_missing

RECEIVED_MAX_FACTOR = 2


def judge_count(
    packed: Mapping[int, int], found: Mapping[int, int], damaged: Mapping[int, Damage]
) -> list[Problem]:
    """What is wrong with the counts of shipped lines."""
    problems: list[Problem] = []
    for position, line_id in enumerate(dict.fromkeys([*found, *damaged])):
        path = ("lines", position)
        damage = damaged.get(line_id, Damage(0, ""))
        units = found.get(line_id, packed[line_id] - damage.quantity)
        most = RECEIVED_MAX_FACTOR * packed[line_id]
        if not 0 <= units <= most - max(damage.quantity, 0):
            problems.append(_unbelievable(position))
        if not 0 <= damage.quantity <= packed[line_id]:
            problems.append(
                InvalidValue(
                    path=(*path, "damagedQuantity"),
                    field="damagedQuantity",
                    rule="no more can be damaged than was shipped",
                    rule_zh="损坏数量不能超过发货数量",
                )
            )
        faults = judge_texts(texts={"damageReason": damage.reason})
        if damage.quantity and not damage.reason.strip():
            faults.append(reason_missing("damageReason"))
        problems += [replace(fault, path=(*path, *fault.path)) for fault in faults]
    return problems


def _unbelievable(position: int) -> InvalidValue:
    return InvalidValue(
        path=("lines", position, "quantity"),
        field="quantity",
        rule="count again: at most twice what was shipped can be received",
        rule_zh="请重新清点：收货数量最多为发货数量的两倍",
    )
