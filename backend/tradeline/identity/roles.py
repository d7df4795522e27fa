"""The roles that every network begins with, and the rules of who may give what to whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from tradeline.identity.errors import LastOwner, PermissionNotHeld, PersonAbove
from tradeline.kernel import InvalidValue, Permission, Problem

P = Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltInRole:
    """A role of every organization of every network."""

    code: str
    name: str
    name_en: str
    permissions: frozenset[Permission]


OWNER: Final = "owner"

# A machine that could let others in would outlive its own end through them.
NOT_FOR_MACHINES: Final = frozenset({P.API_CLIENT_MANAGE, P.PEOPLE_MANAGE})

_VIEWER = frozenset(
    {
        P.CATALOG_READ,
        P.CONSUMER_ORDER_READ,
        P.CREDIT_READ,
        P.ORDER_READ,
        P.ORGANIZATION_READ,
        P.PAYMENT_READ,
        P.PEOPLE_READ,
        P.PRICE_READ,
        P.RELATIONSHIP_READ,
        P.REPLENISHMENT_READ,
        P.STATEMENT_READ,
        P.STOCK_READ,
        P.STORE_READ,
    }
)
_WAREHOUSE = frozenset(
    {
        P.CATALOG_READ,
        P.CONSUMER_ORDER_FULFIL,
        P.CONSUMER_ORDER_READ,
        P.ORDER_READ,
        P.ORDER_RECEIVE,
        P.ORDER_SHIP,
        P.ORGANIZATION_READ,
        P.RELATIONSHIP_READ,
        P.STOCK_HOLD,
        P.STOCK_MANAGE,
        P.STOCK_READ,
        P.STORE_READ,
    }
)

BUILT_IN_ROLES: Mapping[str, BuiltInRole] = {
    role.code: role
    for role in (
        BuiltInRole(code=OWNER, name="所有者", name_en="Owner", permissions=frozenset(Permission)),
        BuiltInRole(
            code="sales",
            name="销售",
            name_en="Sales",
            permissions=_VIEWER
            | {
                P.CATALOG_MANAGE,
                P.CONSUMER_ORDER_FULFIL,
                P.CONSUMER_ORDER_REFUND,
                P.COUPON_MANAGE,
                P.MEMBER_READ,
                P.ORDER_CANCEL,
                P.ORDER_CONFIRM,
                P.ORDER_PLACE_ON_BEHALF,
                P.ORDER_RETURN,
                P.ORDER_REVIEW,
                P.ORGANIZATION_MANAGE,
                P.PRICE_MANAGE,
                P.RELATIONSHIP_MANAGE,
                P.SOURCING_MANAGE,
                P.STOCK_HOLD,
                P.STORE_MANAGE,
            },
        ),
        BuiltInRole(
            code="buyer",
            name="采购",
            name_en="Buyer",
            permissions=_VIEWER
            | {
                P.ORDER_CANCEL,
                P.ORDER_PLACE,
                P.ORDER_RECEIVE,
                P.ORDER_RETURN,
                P.ORDER_REVIEW,
                P.REPLENISHMENT_MANAGE,
                P.STOCK_HOLD,
            },
        ),
        BuiltInRole(
            code="finance",
            name="财务",
            name_en="Finance",
            permissions=_VIEWER
            | {
                P.AUDIT_READ,
                P.BOOKS_READ,
                P.CONSUMER_ORDER_REFUND,
                P.CREDIT_MANAGE,
                P.PAYMENT_RECONCILE,
                P.PAYMENT_RECORD,
                P.STATEMENT_CONFIRM,
            },
        ),
        BuiltInRole(code="warehouse", name="仓库", name_en="Warehouse", permissions=_WAREHOUSE),
        BuiltInRole(code="viewer", name="只读", name_en="Viewer", permissions=_VIEWER),
    )
}


def judge_grant(
    held: Collection[Permission], granted: Collection[Permission], path: tuple[str | int, ...]
) -> list[Problem]:
    """Nobody gives what they do not hold themselves. Granting nothing takes nothing."""
    excess = sorted(set(granted) - set(held))
    return [PermissionNotHeld(path=path, permissions=", ".join(excess))] if excess else []


def may_still_offer(held: Collection[Permission], offered: Collection[Permission]) -> bool:
    """Whether an inviter, who holds `held` at this moment, could still invite to all of it."""
    return Permission.PEOPLE_MANAGE in held and set(offered) <= set(held)


def judge_machine(granted: Collection[Permission], path: tuple[str | int, ...]) -> list[Problem]:
    """Nobody lets people or machines in but a person."""
    if not (refused := sorted(NOT_FOR_MACHINES & set(granted))):
        return []
    return [
        InvalidValue(
            path=path,
            field="permissions",
            rule=f"a machine may not hold {', '.join(refused)}",
            rule_zh=f"接口客户端不能拥有 {'、'.join(refused)}",
        )
    ]


def judge_change_of_person(
    held: Collection[Permission],
    theirs: Collection[Permission],
    path: tuple[str | int, ...],
) -> list[Problem]:
    """Nobody changes a person above them: one who holds a permission that they lack."""
    return [PersonAbove(path=path)] if set(theirs) - set(held) else []


def judge_loss_of_owner(
    owner_ids: Collection[int],
    membership_id: int,
    *,
    stays_owner: bool,
    path: tuple[str | int, ...],
) -> list[Problem]:
    """An organization that has an owner keeps one. `owner_ids` are its owners' memberships, which
    the caller has locked."""
    is_last = set(owner_ids) == {membership_id}
    return [LastOwner(path=path)] if is_last and not stays_owner else []
