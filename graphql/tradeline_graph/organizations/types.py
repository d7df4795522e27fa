"""Organizations and their edges, as the viewer's organization may see them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import strawberry

from tradeline import kernel, organizations
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._pages import Connection
from tradeline_graph._scalars import Money
from tradeline_graph._scope import Scope, needs, scoped
from tradeline_graph.accounts import (
    AccountEntry,
    Balance,
    Exposure,
    load_account,
    load_balance,
    load_exposure,
)
from tradeline_graph.organizations.enums import (
    OrganizationKind,
    PriceStrategy,
    RelationshipSide,
    RelationshipState,
    RelationshipStep,
)
from tradeline_graph.organizations.serving import (
    ASSORTMENTS,
    PRICE_LISTS,
    WAREHOUSES,
    has_own_warehouses,
    load_assortments,
    load_price_lists,
    load_warehouses,
)

if TYPE_CHECKING:
    from tradeline_graph.catalog.types import Assortment
    from tradeline_graph.inventory.types import Warehouse
    from tradeline_graph.pricing.price_lists import PriceList


@strawberry.type(
    description="The trading world that your organization is in. No other one is ever seen.",
    directives=scoped(Scope.ORGANIZATION),
)
class Network:
    code: str
    name: str
    name_en: str
    currency: str = strawberry.field(description="That of new relationships.")

    @classmethod
    def of(cls, row: organizations.Network) -> Network:
        return cls(code=row.code, name=row.name, name_en=row.name_en, currency=row.currency)


@strawberry.type(
    description="Keeps one set of books; an edge joins two of them.", directives=scoped(Scope.PARTY)
)
class LegalEntity:
    id: strawberry.ID
    code: str
    name: str
    name_en: str
    tax_number: str

    @classmethod
    def of(cls, row: organizations.LegalEntity) -> LegalEntity:
        return cls(
            id=to_id("LegalEntity", row.id),
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            tax_number=row.tax_number,
        )


@strawberry.type(
    description=(
        "A brand, trader, retailer or supplier that you may know of: your own tree, those above "
        "you, those whom you created or who created you, and your partners."
    ),
    directives=scoped(Scope.PARTY),
)
class Organization:
    organization_id: strawberry.Private[int]
    parent_id: strawberry.Private[int | None]
    id: strawberry.ID
    kind: OrganizationKind
    code: str
    name: str
    name_en: str
    region: str
    is_active: bool
    created_at: datetime.datetime

    @classmethod
    def of(cls, row: organizations.Organization) -> Organization:
        return cls(
            organization_id=row.id,
            parent_id=row.parent_id,
            id=to_id("Organization", row.id),
            kind=row.kind,
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            region=row.region,
            is_active=row.is_active,
            created_at=row.created_at,
        )

    @strawberry.field(
        description="You manage it: your own tree, and partners-to-be that have nobody yet."
    )
    async def is_managed(self, info: Info) -> bool:
        is_managed: bool = await info.context.loader("managed", _managed).load(self.organization_id)
        return is_managed

    @strawberry.field(description="The organization above it, if you may know of it.")
    async def parent(self, info: Info) -> Organization | None:
        return await load_organization(info, self.parent_id)

    @strawberry.field(description="The organizations directly below it that you may know of.")
    async def children(self, info: Info) -> list[Organization]:
        rows = await info.context.loader("children", _children).load(self.organization_id)
        return [Organization.of(row) for row in rows]

    @strawberry.field(
        description=(
            "Its legal entities, oldest first: all of an organization that you manage; of others "
            "only those on your edges."
        )
    )
    async def legal_entities(self, info: Info) -> list[LegalEntity]:
        rows = await info.context.loader("entities", _entities).load(self.organization_id)
        return [LegalEntity.of(row) for row in rows]


@strawberry.type(
    description="The edge from a seller to a buyer, with its terms.",
    directives=scoped(Scope.PARTY),
)
class Relationship:
    relationship_id: strawberry.Private[int]
    edge: strawberry.Private[organizations.Relationship]
    id: strawberry.ID
    state: RelationshipState
    accepted_at: datetime.datetime | None = strawberry.field(
        description="Since when it trades; null while it is proposed, or if it was declined."
    )
    currency: str
    valid_from: datetime.date
    valid_to: datetime.date | None = strawberry.field(description="Its last day.")
    price_strategy: PriceStrategy
    payment_terms_days: int
    order_minimum: Money
    requires_review: bool = strawberry.field(description="Orders wait for the seller's review.")
    requires_confirmation: bool = strawberry.field(
        description="Orders wait for the seller to confirm each line."
    )
    requires_receipt: bool = strawberry.field(
        description="Shipments wait for the buyer to receive them."
    )
    holds_stock: bool = strawberry.field(description="Placing an order sets stock aside.")
    territory: list[str] = strawberry.field(
        description="Regions into which is shipped; empty for anywhere."
    )
    shares_sell_out: bool = strawberry.field(
        description="The buyer lets the seller see what it sells on."
    )
    terms_hash: str = strawberry.field(
        description="Changes with any of the terms: say with it what you have read when you accept."
    )
    rebate_basis_points: int
    rebate_threshold: Money
    created_at: datetime.datetime

    @classmethod
    def of(cls, row: organizations.Relationship) -> Relationship:
        return cls(
            relationship_id=row.id,
            edge=row,
            id=to_id("Relationship", row.id),
            state=row.state,
            accepted_at=row.accepted_at,
            currency=row.currency,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            price_strategy=row.price_strategy,
            payment_terms_days=row.payment_terms_days,
            order_minimum=Money.of_minor(row.order_minimum_minor, row.currency),
            requires_review=row.requires_review,
            requires_confirmation=row.requires_confirmation,
            requires_receipt=row.requires_receipt,
            holds_stock=row.holds_stock,
            territory=list(row.territory),
            shares_sell_out=row.shares_sell_out,
            terms_hash=row.terms_hash,
            rebate_basis_points=row.rebate_basis_points,
            rebate_threshold=Money.of_minor(row.rebate_threshold_minor, row.currency),
            created_at=row.created_at,
        )

    @strawberry.field(description="On which side your organization stands.")
    def side(self, info: Info) -> RelationshipSide | None:
        return self.edge.side_of(info.context.signed_in().org_id)

    @strawberry.field(description="What you may do to it now.")
    def allowed_steps(self, info: Info) -> list[RelationshipStep]:
        return organizations.allowed_steps(info.context.signed_in(), self.edge)

    @strawberry.field
    async def seller(self, info: Info) -> Organization | None:
        return await load_organization(info, self.edge.seller_org_id)

    @strawberry.field
    async def buyer(self, info: Info) -> Organization | None:
        return await load_organization(info, self.edge.buyer_org_id)

    @strawberry.field(description="In whose books the seller's side is kept.")
    async def seller_entity(self, info: Info) -> LegalEntity | None:
        return await load_legal_entity(info, self.edge.seller_entity_id)

    @strawberry.field(
        description=(
            "In whose books the buyer's side is kept; not for the seller to see before the buyer "
            "has accepted."
        )
    )
    async def buyer_entity(self, info: Info) -> LegalEntity | None:
        return await load_legal_entity(info, self.edge.buyer_entity_id)

    @strawberry.field(
        description="Its credit: what may still be ordered, and why no more.",
        extensions=needs(Permission.CREDIT_READ, Permission.CREDIT_MANAGE),
    )
    async def exposure(self, info: Info) -> Exposure | None:
        return await load_exposure(info, self.relationship_id)

    @strawberry.field(
        description="What its account comes to now, and since when it is due.",
        extensions=needs(Permission.CREDIT_READ),
    )
    async def balance(self, info: Info) -> Balance | None:
        return await load_balance(info, self.relationship_id, self._sells(info))

    @strawberry.field(
        description="What moved its account, newest first.",
        extensions=needs(Permission.STATEMENT_READ),
    )
    async def account(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[AccountEntry] | None:
        page = kernel.page_request(first, after, (int,))
        return await load_account(info, self.relationship_id, self._sells(info), page)

    @strawberry.field(
        description="What its seller offers on it, at most 100; null to its buyer.",
        extensions=needs(Permission.CATALOG_MANAGE),
    )
    async def assortments(
        self, info: Info
    ) -> list[Annotated[Assortment, strawberry.lazy(ASSORTMENTS)]] | None:
        return await load_assortments(info, self.relationship_id) if self._sells(info) else None

    @strawberry.field(
        description="The seller's active price lists that apply to it: base lists in its currency, "
        "and those granted to it; at most 100. Null to its buyer.",
        extensions=needs(Permission.PRICE_MANAGE),
    )
    async def price_lists(
        self, info: Info
    ) -> list[Annotated[PriceList, strawberry.lazy(PRICE_LISTS)]] | None:
        return await load_price_lists(info, self.relationship_id) if self._sells(info) else None

    @strawberry.field(
        description="The seller's warehouses that serve it, the first to serve first and each with "
        "its priority here; at most 100. Null to its buyer.",
        extensions=needs(Permission.STOCK_READ),
    )
    async def warehouses(
        self, info: Info
    ) -> list[Annotated[Warehouse, strawberry.lazy(WAREHOUSES)]] | None:
        return await load_warehouses(info, self.relationship_id) if self._sells(info) else None

    @strawberry.field(
        description="Whether the seller said which `warehouses` serve it; if not, all of them do, "
        "those to come too. Null to its buyer.",
        extensions=needs(Permission.STOCK_READ),
    )
    async def has_own_warehouses(self, info: Info) -> bool | None:
        return await has_own_warehouses(info, self.relationship_id) if self._sells(info) else None

    def _sells(self, info: Info) -> bool:
        return info.context.signed_in().org_id == self.edge.seller_org_id


async def load_network(info: Info) -> Network | None:
    """The network of the organization acted for."""
    actor = info.context.signed_in()
    async with info.context.db.reading(actor.network_id) as conn:
        row = await organizations.read_network(conn, network_id=actor.network_id)
    return None if row is None else Network.of(row)


async def load_organization(info: Info, id: int | None) -> Organization | None:
    """An organization by its row's id; None for none, or for one not to be seen."""
    if id is None:
        return None
    row = await info.context.loader("organization", _organizations).load(id)
    return None if row is None else Organization.of(row)


async def load_relationship(info: Info, id: int | None) -> Relationship | None:
    """An edge by its row's id; None for none, or for one of others."""
    if id is None:
        return None
    row = await info.context.loader("relationship", _relationships).load(id)
    return None if row is None else Relationship.of(row)


async def load_legal_entity(info: Info, id: int | None) -> LegalEntity | None:
    """A legal entity by its row's id; None for none, or for one not to be seen."""
    if id is None:
        return None
    row = await info.context.loader("legal_entity", _legal_entities).load(id)
    return None if row is None else LegalEntity.of(row)


async def _organizations(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> Sequence[organizations.Organization | None]:
    rows = await organizations.organizations_by_ids(conn, actor=actor, ids=ids)
    return [rows.get(id) for id in ids]


async def _relationships(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> Sequence[organizations.Relationship | None]:
    rows = await organizations.relationships_by_ids(conn, actor=actor, ids=ids)
    return [rows.get(id) for id in ids]


async def _legal_entities(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> Sequence[organizations.LegalEntity | None]:
    rows = await organizations.legal_entities_by_ids(conn, actor=actor, ids=ids)
    return [rows.get(id) for id in ids]


async def _managed(conn: kernel.Connection, actor: kernel.Actor, ids: list[int]) -> Sequence[bool]:
    managed = await organizations.managed_organizations(conn, actor=actor, ids=ids)
    return [id in managed for id in ids]


async def _children(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> Sequence[list[organizations.Organization]]:
    rows = await organizations.children_of(conn, actor=actor, ids=ids)
    return [rows[id] for id in ids]


async def _entities(
    conn: kernel.Connection, actor: kernel.Actor, ids: list[int]
) -> Sequence[list[organizations.LegalEntity]]:
    rows = await organizations.legal_entities_of(conn, actor=actor, ids=ids)
    return [rows[id] for id in ids]
