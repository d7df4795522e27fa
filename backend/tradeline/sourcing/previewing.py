"""What a plan looks like to one of the parties whose stock it is about. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tradeline.channels import Store
from tradeline.kernel import QUANTITY_MAX, InvalidValue, Problem
from tradeline.sourcing.model import Plan, Preview, PreviewOption, SourcingLine

LINES_MAX: Final = 200


def preview_for(org_id: int, store: Store, found: Plan) -> Preview:
    """The plan without what is only the business of other organizations than this one: warehouses
    of others are without their ids, and without what stands in them. That they give, or do not, and
    why, is what everybody on the route may know."""
    options = [
        PreviewOption(
            position=it.position,
            tier=it.tier,
            org_id=it.org_id,
            warehouse_id=it.warehouse_id if it.org_id == org_id else None,
            quantity=it.quantity,
            reasons=it.reasons,
        )
        for it in found.parts
    ]
    options += [
        PreviewOption(
            position=it.position,
            tier=it.tier,
            org_id=it.org_id,
            warehouse_id=it.warehouse_id if it.org_id == org_id else None,
            quantity=0,
            reasons=(it.reason if it.org_id == org_id else it.reason.discreet(),),
        )
        for it in found.rejected
    ]
    return Preview(
        store=store,
        options=tuple(options),
        unfilled=found.unfilled,
        parcel_count=found.parcel_count,
    )


def judge_preview(lines: Sequence[SourcingLine]) -> list[Problem]:
    problems: list[Problem] = []
    if not 1 <= len(lines) <= LINES_MAX:
        problems.append(
            _bad(("lines",), f"send 1 to {LINES_MAX} of them", f"请提供 1 至 {LINES_MAX} 行")
        )
    for index, line in enumerate(lines):
        if not 1 <= line.quantity <= QUANTITY_MAX:
            problems.append(
                _bad(
                    ("lines", index, "quantity"),
                    f"send a whole number from 1 to {QUANTITY_MAX}",
                    f"请填写 1 至 {QUANTITY_MAX} 的整数",
                )
            )
    return problems


def _bad(path: tuple[str | int, ...], rule: str, rule_zh: str) -> InvalidValue:
    field = next(str(step) for step in reversed(path) if isinstance(step, str))
    return InvalidValue(path=path, field=field, rule=rule, rule_zh=rule_zh)
