"""What requests make of carts: pure, in order of arrival, as if each had come alone."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from tradeline.kernel import (
    QUANTITY_MAX,
    InvalidValue,
    NotFound,
    Problem,
    Rejected,
    RequestKey,
    Shopper,
    judge_length,
)
from tradeline.shopping.errors import TooManyCartLines
from tradeline.shopping.model import CART_LINES_MAX, SOURCE_LENGTH_MAX, Cart, CartLine

# A member's cart in a store.
CartOwner = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CartRequest:
    """How much of some SKUs a shopper wants in a store, as it was asked for: under which
    `requestId`, with which body's hash. Without a `source`, the last one stays. Whether they then
    look at the lines and at what those cost."""

    shopper: Shopper
    request_id: str
    body: bytes
    store_id: int
    lines: Sequence[CartLine]
    source: str | None = None
    looks_at_lines: bool = False

    @property
    def key(self) -> RequestKey:
        return self.shopper.request_owner, self.request_id

    @property
    def owner(self) -> CartOwner:
        return self.shopper.member_id, self.store_id


@dataclass(slots=True)
class Filling:
    """A cart that is being filled: what is in it by now, what of that is not stored yet, and how
    many requests have changed it."""

    source: str
    quantities: dict[int, int]
    changed: dict[int, int] = field(default_factory=dict)
    changes: int = 0


def fill_carts(
    requests: Sequence[CartRequest],
    carts: Mapping[CartOwner, Cart],
    stores: Set[int],
    on_sale: Set[tuple[int, int]],
) -> tuple[list[CartOwner | Rejected | None], dict[CartOwner, Filling]]:
    """For each request whose cart it has filled, or why it did not; and what came of those carts.
    One that is absent is empty.

    Of requests with one key only one fills, and what comes after it is not looked at: None.
    `on_sale` are pairs of store and SKU: what is taken out need not be any more.
    """
    filled: dict[CartOwner, Filling] = {}
    done: set[Hashable] = set()
    outcomes: list[CartOwner | Rejected | None] = []
    for request in requests:
        if request.key in done:
            outcomes.append(None)
            continue
        filling = filled.get(request.owner) or _opened(carts.get(request.owner))
        problems = _fill(filling, request, stores, on_sale)
        if problems:
            outcomes.append(Rejected(problems))
            continue
        filled[request.owner] = filling
        done.add(request.key)
        outcomes.append(request.owner)
    return outcomes, filled


def judge_request(lines: Sequence[CartLine], source: str | None) -> list[Problem]:
    """What is wrong with a request, whatever there is to buy."""
    problems = judge_length(source or "", ("source",), most=SOURCE_LENGTH_MAX)
    if not 1 <= len(lines) <= CART_LINES_MAX:
        problems.append(
            InvalidValue(
                path=("lines",),
                field="lines",
                rule=f"send 1 to {CART_LINES_MAX} lines",
                rule_zh=f"请提交 1 至 {CART_LINES_MAX} 行",
            )
        )
    seen: set[int] = set()
    for index, line in enumerate(lines):
        if not 0 <= line.quantity <= QUANTITY_MAX:
            problems.append(
                InvalidValue(
                    path=("lines", index, "quantity"),
                    field="quantity",
                    rule=f"send a whole number from 0 to {QUANTITY_MAX}",
                    rule_zh=f"请填写 0 至 {QUANTITY_MAX} 的整数",
                )
            )
        if line.sku_id in seen:
            problems.append(
                InvalidValue(
                    path=("lines", index, "skuId"),
                    field="skuId",
                    rule="name each SKU once",
                    rule_zh="每种商品只能出现一次",
                )
            )
        seen.add(line.sku_id)
    return problems


def _opened(cart: Cart | None) -> Filling:
    if cart is None:
        return Filling("", {})
    return Filling(cart.source, {line.sku_id: line.quantity for line in cart.lines})


def _fill(
    filling: Filling, request: CartRequest, stores: Set[int], on_sale: Set[tuple[int, int]]
) -> list[Problem]:
    """Fill the cart, unless something is wrong with that."""
    problems = judge_request(request.lines, request.source)
    if problems:
        return problems
    if request.store_id not in stores:
        return [NotFound(path=("storeId",), subject="store")]
    here = filling.quantities
    changed = [line for line in request.lines if here.get(line.sku_id, 0) != line.quantity]
    unknown = {
        line.sku_id
        for line in changed
        if line.quantity and (request.store_id, line.sku_id) not in on_sale
    }
    if unknown:
        return [
            NotFound(path=("lines", index, "skuId"), subject="SKU")
            for index, line in enumerate(request.lines)
            if line.sku_id in unknown
        ]
    after = here | {line.sku_id: line.quantity for line in changed}
    if sum(quantity > 0 for quantity in after.values()) > CART_LINES_MAX:
        return [TooManyCartLines(path=("lines",), most=CART_LINES_MAX)]
    source = filling.source if request.source is None else request.source
    filling.changes += bool(changed or source != filling.source)
    filling.source = source
    filling.changed |= {line.sku_id: line.quantity for line in changed}
    filling.quantities = {sku_id: quantity for sku_id, quantity in after.items() if quantity}
    return []
