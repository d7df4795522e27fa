"""What would be chosen for a cart that nobody has, to see what rules come to."""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.catalog import load_compositions
from tradeline.channels import Store, load_listings, stores_by_ids
from tradeline.inventory import load_stock
from tradeline.kernel import (
    QUANTITY_MAX,
    Actor,
    Connection,
    Forbidden,
    InvalidValue,
    NotFound,
    Permission,
    Problem,
    raise_any,
    refuse,
)
from tradeline.sourcing.model import (
    Plan,
    Preview,
    PreviewOption,
    Sources,
    SourceTier,
    SourcingLine,
    rules_owner,
)
from tradeline.sourcing.planning import plan
from tradeline.sourcing.service.rules import load_rules

LINES_MAX = 200


async def preview_plan(
    conn: Connection,
    *,
    actor: Actor,
    store_id: int,
    lines: Sequence[SourcingLine],
    region: str,
) -> Preview:
    """Which stock would fill the lines now, sold by the store and sent to the region. It takes
    nothing, and asks for no prices: nearness counts in place of what goods cost, and an edge
    without a price is passed all the same. Positions are those of the lines.

    Warehouses of others than the actor's organization are without their ids, and without what
    stands in them: that they give, or do not, and why, is what everybody on the route may know.

    Raises:
        Forbidden: without `sourcing:manage` or `store:manage`.
        Rejected: NotFound for a store of whose route the actor's organization is no part, and for
            SKUs that it does not list; InvalidValue.
    """
    if not (actor.may(Permission.SOURCING_MANAGE) or actor.may(Permission.STORE_MANAGE)):
        raise Forbidden(Permission.SOURCING_MANAGE)
    network_id = actor.network_id
    store = (await stores_by_ids(conn, network_id=network_id, ids=[store_id])).get(store_id)
    if store is None or actor.org_id not in {tier.org_id for tier in store.tiers}:
        raise refuse(NotFound(path=("storeId",), subject="store"))
    raise_any(_judge(lines))
    skus = [line.sku_id for line in lines]
    listed = await load_listings(conn, network_id=network_id, pairs=[(store_id, it) for it in skus])
    raise_any(
        [
            NotFound(path=("lines", index, "skuId"), subject="SKU")
            for index, sku_id in enumerate(skus)
            if (store_id, sku_id) not in listed
        ]
    )
    bundles = await load_compositions(conn, network_id=network_id, sku_ids=skus)
    pairs = [(tier.org_id, sku_id) for tier in store.tiers for sku_id in skus]
    stock = await load_stock(conn, network_id=network_id, pairs=pairs, bundles=bundles)
    owner = rules_owner(store)
    rules = (await load_rules(conn, network_id=network_id, org_ids=[owner]))[owner]
    sources = Sources(
        tiers=[SourceTier(tier.tier, tier.org_id) for tier in store.tiers],
        stock=stock,
        region=region,
    )
    found = plan(lines, sources, rules)
    return _seen_by(actor.org_id, store, found)


def _seen_by(org_id: int, store: Store, found: Plan) -> Preview:
    """The plan without what is only the business of other organizations than this one."""
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


def _judge(lines: Sequence[SourcingLine]) -> list[Problem]:
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
