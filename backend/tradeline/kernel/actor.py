"""Who is asking, for whom, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """What someone may do for an organization, named `resource:action`. Kept sorted."""

    API_CLIENT_MANAGE = "api_client:manage"
    AUDIT_READ = "audit:read"
    BOOKS_READ = "books:read"
    CATALOG_MANAGE = "catalog:manage"
    CATALOG_READ = "catalog:read"
    CONSUMER_ORDER_FULFIL = "consumer_order:fulfil"
    CONSUMER_ORDER_READ = "consumer_order:read"
    CONSUMER_ORDER_REFUND = "consumer_order:refund"
    COUPON_MANAGE = "coupon:manage"
    CREDIT_MANAGE = "credit:manage"
    CREDIT_READ = "credit:read"
    MEMBER_READ = "member:read"
    ORDER_CANCEL = "order:cancel"
    ORDER_CONFIRM = "order:confirm"
    ORDER_PLACE = "order:place"
    ORDER_PLACE_ON_BEHALF = "order:place_on_behalf"
    ORDER_READ = "order:read"
    ORDER_RECEIVE = "order:receive"
    ORDER_RETURN = "order:return"
    ORDER_REVIEW = "order:review"
    ORDER_SHIP = "order:ship"
    ORGANIZATION_MANAGE = "organization:manage"
    ORGANIZATION_READ = "organization:read"
    PAYMENT_READ = "payment:read"
    PAYMENT_RECONCILE = "payment:reconcile"
    PAYMENT_RECORD = "payment:record"
    PEOPLE_MANAGE = "people:manage"
    PEOPLE_READ = "people:read"
    PRICE_MANAGE = "price:manage"
    PRICE_READ = "price:read"
    RELATIONSHIP_MANAGE = "relationship:manage"
    RELATIONSHIP_READ = "relationship:read"
    REPLENISHMENT_MANAGE = "replenishment:manage"
    REPLENISHMENT_READ = "replenishment:read"
    SOURCING_MANAGE = "sourcing:manage"
    STATEMENT_CONFIRM = "statement:confirm"
    STATEMENT_READ = "statement:read"
    STOCK_HOLD = "stock:hold"
    STOCK_MANAGE = "stock:manage"
    STOCK_READ = "stock:read"
    STORE_MANAGE = "store:manage"
    STORE_READ = "store:read"
    WEBHOOK_MANAGE = "webhook:manage"


class Locale(StrEnum):
    """The languages in which people are spoken to."""

    ZH = "zh-CN"
    EN = "en"


class Forbidden(Exception):
    """The actor lacks a permission. Nothing more is said, so that nothing is given away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Someone acting for one organization of one network; every query is scoped by the two.

    A person has an `account_id`, a machine an `api_client_id`; the system itself has neither, and
    says so: nobody becomes the system by being nobody.
    """

    network_id: int
    org_id: int
    permissions: frozenset[Permission]
    account_id: int | None = None
    api_client_id: int | None = None
    locale: Locale = Locale.ZH
    is_system: bool = False

    @property
    def request_owner(self) -> int:
        """Whose request ids theirs are: those of the organization."""
        return self.org_id

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise Forbidden unless the actor holds `permission`."""
        if permission not in self.permissions:
            raise Forbidden(permission)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """A consumer who asks: a member of one network, or a guest, who has no identity yet.

    Not an Actor: nothing that is scoped by organization can be asked for with it.
    """

    network_id: int
    member_id: int
    is_guest: bool
    locale: Locale = Locale.ZH

    @property
    def request_owner(self) -> int:
        """Whose request ids theirs are. Organizations' ids are above zero, so none is shared."""
        return -self.member_id


def system_actor(network_id: int, org_id: int) -> Actor:
    """The system acting for an organization: jobs, imports and seeds, never a request."""
    return Actor(
        network_id=network_id,
        org_id=org_id,
        permissions=frozenset(Permission),
        is_system=True,
    )
