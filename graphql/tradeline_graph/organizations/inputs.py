"""What is told when organizations and edges change."""

from __future__ import annotations

import datetime
from typing import Any

import strawberry

from tradeline import kernel, organizations
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._scalars import MoneyInput
from tradeline_graph.organizations.enums import OrganizationKind, PriceStrategy


@strawberry.input(
    description=(
        "An organization with its first legal entity, which takes its code and names. With a "
        "parent it joins your tree; without one it is a partner-to-be, which you manage until it "
        "has people of its own."
    )
)
class OrganizationCreateInput:
    request_id: str
    kind: OrganizationKind
    code: str = strawberry.field(description="Unique in the network.")
    name: str
    name_en: str = ""
    region: str = ""
    tax_number: str = ""
    parent_organization_id: strawberry.ID | None = None

    def to_model(self) -> organizations.NewOrganization:
        return organizations.NewOrganization(
            kind=self.kind,
            code=self.code,
            name=self.name,
            name_en=self.name_en,
            region=self.region,
            tax_number=self.tax_number,
            parent_id=from_optional_id("Organization", self.parent_organization_id),
        )


@strawberry.input(description="What is left out stays.")
class OrganizationUpdateInput:
    request_id: str
    organization_id: strawberry.ID
    name: str | None = None
    name_en: str | None = None
    region: str | None = None
    is_active: bool | None = strawberry.field(
        default=None, description="People of an inactive organization cannot act for it."
    )


@strawberry.input(description="Without a parent, the organization becomes the top of a tree.")
class OrganizationMoveInput:
    request_id: str
    organization_id: strawberry.ID
    parent_organization_id: strawberry.ID | None = None


@strawberry.input
class LegalEntityCreateInput:
    request_id: str
    organization_id: strawberry.ID
    code: str = strawberry.field(description="Unique in the organization.")
    name: str
    name_en: str = ""
    tax_number: str = ""

    def to_model(self) -> organizations.NewLegalEntity:
        return organizations.NewLegalEntity(
            org_id=from_id("Organization", self.organization_id),
            code=self.code,
            name=self.name,
            name_en=self.name_en,
            tax_number=self.tax_number,
        )


@strawberry.input(
    description=(
        "An edge on which your organization offers to sell. Sums are in its currency, which is the "
        "network's if left out; legal entities left out are each side's first."
    )
)
class RelationshipCreateInput:
    request_id: str
    buyer_organization_id: strawberry.ID
    seller_legal_entity_id: strawberry.ID | None = None
    buyer_legal_entity_id: strawberry.ID | None = None
    currency: str | None = None
    credit_limit: MoneyInput | None = strawberry.field(
        default=None, description="Needs credit:manage; without it there is no credit."
    )
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    price_strategy: PriceStrategy = organizations.PriceStrategy.PRIORITY
    payment_terms_days: int = 30
    order_minimum: MoneyInput | None = None
    requires_review: bool = False
    requires_confirmation: bool = True
    requires_receipt: bool = True
    holds_stock: bool = True
    territory: list[str] = strawberry.field(default_factory=list)
    rebate_basis_points: int = 0
    rebate_threshold: MoneyInput | None = None

    def to_model(self, currency: str) -> organizations.NewRelationship:
        """Raises Rejected for a sum in another currency."""
        return organizations.NewRelationship(
            buyer_org_id=from_id("Organization", self.buyer_organization_id),
            seller_entity_id=from_optional_id("LegalEntity", self.seller_legal_entity_id),
            buyer_entity_id=from_optional_id("LegalEntity", self.buyer_legal_entity_id),
            currency=currency,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            price_strategy=self.price_strategy,
            payment_terms_days=self.payment_terms_days,
            order_minimum_minor=minor_in(currency, self.order_minimum, "orderMinimum"),
            requires_review=self.requires_review,
            requires_confirmation=self.requires_confirmation,
            requires_receipt=self.requires_receipt,
            holds_stock=self.holds_stock,
            territory=tuple(self.territory),
            rebate_basis_points=self.rebate_basis_points,
            rebate_threshold_minor=minor_in(currency, self.rebate_threshold, "rebateThreshold"),
        )


@strawberry.input(
    description=(
        "What is left out stays. `sharesSellOut` is the buyer's to change, all else the seller's; "
        "either changes `requiresReceipt`, but once the buyer has accepted, only the buyer turns "
        "it off. `validTo: null` takes the last day away."
    )
)
class RelationshipTermsChangeInput:
    request_id: str
    relationship_id: strawberry.ID
    valid_from: datetime.date | None = strawberry.UNSET
    valid_to: datetime.date | None = strawberry.UNSET
    price_strategy: PriceStrategy | None = strawberry.UNSET
    payment_terms_days: int | None = strawberry.UNSET
    order_minimum: MoneyInput | None = strawberry.UNSET
    requires_review: bool | None = strawberry.UNSET
    requires_confirmation: bool | None = strawberry.UNSET
    requires_receipt: bool | None = strawberry.UNSET
    holds_stock: bool | None = strawberry.UNSET
    territory: list[str] | None = strawberry.UNSET
    shares_sell_out: bool | None = strawberry.UNSET
    rebate_basis_points: int | None = strawberry.UNSET
    rebate_threshold: MoneyInput | None = strawberry.UNSET

    def to_model(self, currency: str) -> organizations.TermsChange:
        """Raises Rejected for a sum in another currency. Only `valid_to` may become null: of the
        others, null is the same as left out."""
        given: dict[str, Any] = {
            name: value
            for name in _PLAIN_TERMS
            if (value := getattr(self, name)) is not strawberry.UNSET and value is not None
        }
        if self.valid_to is not strawberry.UNSET:
            given["valid_to"] = self.valid_to
        if self.territory:
            given["territory"] = tuple(self.territory)
        elif self.territory == []:
            given["territory"] = ()
        if self.order_minimum:
            given["order_minimum_minor"] = minor_in(currency, self.order_minimum, "orderMinimum")
        if self.rebate_threshold:
            given["rebate_threshold_minor"] = minor_in(
                currency, self.rebate_threshold, "rebateThreshold"
            )
        return organizations.TermsChange(
            relationship_id=from_id("Relationship", self.relationship_id), **given
        )


_PLAIN_TERMS = (
    "valid_from",
    "price_strategy",
    "payment_terms_days",
    "requires_review",
    "requires_confirmation",
    "requires_receipt",
    "holds_stock",
    "shares_sell_out",
    "rebate_basis_points",
)


@strawberry.input(
    description="With the `termsHash` of what was read, other terms are not accepted unseen."
)
class RelationshipAcceptInput:
    request_id: str
    relationship_id: strawberry.ID
    reason: str = ""
    terms_hash: str | None = None


@strawberry.input
class RelationshipSuspendInput:
    request_id: str
    relationship_id: strawberry.ID
    reason: str = ""


@strawberry.input
class RelationshipResumeInput:
    request_id: str
    relationship_id: strawberry.ID
    reason: str = ""


@strawberry.input
class RelationshipEndInput:
    request_id: str
    relationship_id: strawberry.ID
    reason: str = ""


def minor_in(currency: str, sum_: MoneyInput | None, field: str) -> int:
    """A sum's minor units, 0 for none. Raises Rejected if it is in another currency."""
    if not sum_:
        return 0
    if sum_.currency != currency:
        raise kernel.refuse(
            kernel.InvalidValue(
                path=(field, "currency"),
                field=f"{field}.currency",
                rule=f"this relationship trades in {currency}",
                rule_zh=f"该经销关系以 {currency} 结算",
            )
        )
    return sum_.to_model(field).minor
