"""What organizations talks about, and its rules. Pure: no storage, no network, no clock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any, Final, Literal, TypeAlias, TypeVar

from tradeline.kernel import InvalidValue, Problem
from tradeline.organizations.errors import TermOfTheOtherSide

CODE_LENGTH_MAX = 64
NAME_LENGTH_MAX = 200
PAYMENT_TERMS_DAYS_MAX = 3650
BASIS_POINTS_MAX = 10_000
MINOR_MAX = 10**15

Value = TypeVar("Value")


class OrganizationKind(StrEnum):
    BRAND = "brand"
    TRADER = "trader"
    RETAILER = "retailer"
    SUPPLIER = "supplier"


class RelationshipState(StrEnum):
    """`proposed` waits for the buyer's word; until then nothing is traded, and nothing owed."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class PriceStrategy(StrEnum):
    """How one price is chosen where several apply."""

    PRIORITY = "priority"
    LOWEST = "lowest"
    CONTRACT_ONLY = "contract_only"


class Side(StrEnum):
    """Which end of an edge someone stands at."""

    SELLER = "seller"
    BUYER = "buyer"


class RelationshipStep(StrEnum):
    """Something that a party can do to an edge."""

    ACCEPT = "accept"
    CHANGE_TERMS = "change_terms"
    SUSPEND = "suspend"
    RESUME = "resume"
    END = "end"


class Unchanged(Enum):
    """The value of a field that a change leaves alone, where None is a value of its own."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED
Kept: TypeAlias = Value | Literal[Unchanged.UNCHANGED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A tenant: one brand's trading world. `currency` is what new edges trade in by default."""

    id: int
    code: str
    name: str
    name_en: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """A brand, trader, retailer or supplier; any of them may buy and sell.

    `is_independent` means that it has had people of its own: its creator no longer manages it.
    """

    network_id: int
    id: int
    parent_id: int | None
    kind: OrganizationKind
    code: str
    name: str
    name_en: str
    region: str
    is_active: bool
    created_by_org_id: int | None
    is_independent: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalEntity:
    """Whoever keeps one set of books; an edge joins two of them."""

    network_id: int
    id: int
    org_id: int
    code: str
    name: str
    name_en: str
    tax_number: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """The edge from a seller to a buyer, with its terms. `valid_to` is its last day; it has been
    accepted, `accepted_at`, unless it is proposed or was declined."""

    network_id: int
    id: int
    seller_org_id: int
    buyer_org_id: int
    seller_entity_id: int
    buyer_entity_id: int
    currency: str
    state: RelationshipState
    accepted_at: datetime | None
    valid_from: date
    valid_to: date | None
    price_strategy: PriceStrategy
    payment_terms_days: int
    order_minimum_minor: int
    requires_review: bool
    requires_confirmation: bool
    requires_receipt: bool
    holds_stock: bool
    territory: tuple[str, ...]
    shares_sell_out: bool
    rebate_basis_points: int
    rebate_threshold_minor: int
    created_at: datetime

    def side_of(self, org_id: int) -> Side | None:
        if org_id == self.seller_org_id:
            return Side.SELLER
        return Side.BUYER if org_id == self.buyer_org_id else None

    @property
    def terms_hash(self) -> str:
        """The same for the same terms: so that who accepts can say what they have read."""
        terms = {name: getattr(self, name) for name in READ_TERMS}
        told = json.dumps(terms, default=str, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrganization:
    """An organization to create. Its first legal entity takes its code and names."""

    kind: OrganizationKind
    code: str
    name: str
    name_en: str = ""
    parent_id: int | None = None
    region: str = ""
    tax_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationChange:
    """New values for an organization; None leaves a field as it is."""

    name: str | None = None
    name_en: str | None = None
    region: str | None = None
    is_active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLegalEntity:
    """A further legal entity of an organization."""

    org_id: int
    code: str
    name: str
    name_en: str = ""
    tax_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRelationship:
    """An edge to create, on which the actor's organization sells.

    An entity left out is the organization's first; the currency left out is the network's; the
    first day left out is today. Whether the buyer shares its sell-out is the buyer's to say, later.
    """

    buyer_org_id: int
    seller_entity_id: int | None = None
    buyer_entity_id: int | None = None
    currency: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    price_strategy: PriceStrategy = PriceStrategy.PRIORITY
    payment_terms_days: int = 30
    order_minimum_minor: int = 0
    requires_review: bool = False
    requires_confirmation: bool = True
    requires_receipt: bool = True
    holds_stock: bool = True
    territory: tuple[str, ...] = ()
    rebate_basis_points: int = 0
    rebate_threshold_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsChange:
    """New terms for one edge; what is UNCHANGED stays."""

    relationship_id: int
    valid_from: Kept[date] = UNCHANGED
    valid_to: Kept[date | None] = UNCHANGED
    price_strategy: Kept[PriceStrategy] = UNCHANGED
    payment_terms_days: Kept[int] = UNCHANGED
    order_minimum_minor: Kept[int] = UNCHANGED
    requires_review: Kept[bool] = UNCHANGED
    requires_confirmation: Kept[bool] = UNCHANGED
    requires_receipt: Kept[bool] = UNCHANGED
    holds_stock: Kept[bool] = UNCHANGED
    territory: Kept[tuple[str, ...]] = UNCHANGED
    shares_sell_out: Kept[bool] = UNCHANGED
    rebate_basis_points: Kept[int] = UNCHANGED
    rebate_threshold_minor: Kept[int] = UNCHANGED

    def values(self) -> dict[str, Any]:
        """The terms that are given, by name."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        del named["relationship_id"]
        return {name: value for name, value in named.items() if value is not UNCHANGED}


# What a buyer reads before it accepts: between whom, in what, and on which terms.
READ_TERMS = (
    "seller_entity_id",
    "buyer_entity_id",
    "currency",
    *(field.name for field in fields(TermsChange) if field.name != "relationship_id"),
)
# A buyer says who may see what it sells on; everything else is what the seller offers.
BUYERS_TERMS = frozenset({"shares_sell_out"})
# Without a receipt what is shipped is owed uncounted: the buyer says whether it goes without.
TERMS_OF_BOTH = frozenset({"requires_receipt"})

_RANGES: Mapping[str, int] = {
    "payment_terms_days": PAYMENT_TERMS_DAYS_MAX,
    "order_minimum_minor": MINOR_MAX,
    "rebate_basis_points": BASIS_POINTS_MAX,
    "rebate_threshold_minor": MINOR_MAX,
}


def spoken(name: str) -> str:
    """A field as callers name it: `order_minimum_minor` is their `orderMinimum`."""
    name = name.removesuffix("_minor").replace("_entity_", "_legal_entity_")
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def judge_text(values: Mapping[str, str], path: tuple[str | int, ...]) -> list[Problem]:
    """The faults of codes, names and the like, each by the name of its field. Codes must not be
    empty nor hold blanks; names must not be empty; all have a longest length."""
    problems: list[Problem] = []
    for name, value in values.items():
        is_code = name == "code"
        length_max = CODE_LENGTH_MAX if is_code else NAME_LENGTH_MAX
        is_needed = name in {"code", "name"}
        is_clean = value.isprintable() and not (is_code and " " in value)
        if len(value) > length_max or not is_clean or (is_needed and not value.strip()):
            problems.append(
                InvalidValue(
                    path=(*path, spoken(name)),
                    field=spoken(name),
                    rule=f"send {int(is_needed)} to {length_max} printable characters"
                    + (" without blanks" if is_code else ""),
                    rule_zh=f"请填写 {int(is_needed)} 至 {length_max} 个可见字符"
                    + ("，不含空格" if is_code else ""),
                )
            )
    return problems


def judge_terms(
    terms: Mapping[str, Any], valid_from: date | None, path: tuple[str | int, ...]
) -> list[Problem]:
    """The faults of terms by themselves; `valid_from` None is a day not known here."""
    problems: list[Problem] = []
    for name, maximum in _RANGES.items():
        if name in terms and not 0 <= terms[name] <= maximum:
            problems.append(
                InvalidValue(
                    path=(*path, spoken(name)),
                    field=spoken(name),
                    rule=f"it must be between 0 and {maximum}",
                    rule_zh=f"须在 0 至 {maximum} 之间",
                )
            )
    valid_to = terms.get("valid_to")
    if valid_to is not None and valid_from is not None and valid_to < valid_from:
        problems.append(
            InvalidValue(
                path=(*path, "validTo"),
                field="validTo",
                rule="the last day must not be before the first",
                rule_zh="结束日期不得早于开始日期",
            )
        )
    if any(not part.strip() or len(part) > CODE_LENGTH_MAX for part in terms.get("territory", ())):
        problems.append(
            InvalidValue(
                path=(*path, "territory"),
                field="territory",
                rule=f"name each region with 1 to {CODE_LENGTH_MAX} characters",
                rule_zh=f"每个区域须为 1 至 {CODE_LENGTH_MAX} 个字符",
            )
        )
    return problems


def change_relationship(
    relationship: Relationship,
    change: TermsChange,
    side: Side,
    path: tuple[str | int, ...],
    *,
    manages_buyer: bool = False,
) -> tuple[Relationship, list[Problem]]:
    """The edge with its new terms, and why `side` may not have them (empty: it may).

    Once the buyer has accepted, a seller that does not manage it (`manages_buyer`) cannot let
    goods be owed for without a receipt; while the edge is proposed it can.
    """
    given = change.values()
    changed = replace(relationship, **given)
    needs_consent = relationship.accepted_at is not None and not manages_buyer
    loses_receipt = relationship.requires_receipt and not changed.requires_receipt
    problems: list[Problem] = [
        TermOfTheOtherSide(path=(*path, spoken(name)), term=spoken(name))
        for name in given
        if (
            side is Side.SELLER and needs_consent and loses_receipt
            if name in TERMS_OF_BOTH
            else (name in BUYERS_TERMS) is not (side is Side.BUYER)
        )
    ]
    problems += judge_terms(given | {"valid_to": changed.valid_to}, changed.valid_from, path)
    return changed, problems


def differences(before: object, after: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """What changed between two values of one dataclass: the old fields and the new ones."""
    names = [
        field.name
        for field in fields(before)  # type: ignore[arg-type]
        if getattr(before, field.name) != getattr(after, field.name)
    ]
    return (
        {name: getattr(before, name) for name in names},
        {name: getattr(after, name) for name in names},
    )


def repeated(codes: Sequence[Any]) -> list[int]:
    """The positions of those that came before."""
    seen: set[Any] = set()
    positions = []
    for position, code in enumerate(codes):
        if code in seen:
            positions.append(position)
        seen.add(code)
    return positions
