"""What pricing talks about: price lists, prices, and why one price came to be the price."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self

from tradeline.kernel import Money, UnitPrice
from tradeline.organizations import UNCHANGED, PriceStrategy, Unchanged

JSON_VERSION = 2
BEGINNING = datetime.min.replace(tzinfo=UTC)
CENT = Decimal("0.01")  # as many decimals are always shown
TEXTS_REMEMBERED = 4096


class PriceLevel(StrEnum):
    """How particular a price list is; a later one goes before an earlier one (DESIGN.md §6)."""

    BASE = "base"
    TIER = "tier"
    REGION = "region"
    GROUP = "group"
    CONTRACT = "contract"
    QUOTE = "quote"

    @property
    def rank(self) -> int:
        return RANKS[self]


RANKS = {level: rank for rank, level in enumerate(PriceLevel)}
CONTRACT_LEVELS = frozenset({PriceLevel.CONTRACT, PriceLevel.QUOTE})


class RejectionReason(StrEnum):
    """Why a price does not count. Of several reasons the first in this order is given."""

    LIST_INACTIVE = "list_inactive"
    LIST_NOT_YET_VALID = "list_not_yet_valid"
    LIST_EXPIRED = "list_expired"
    PRICE_NOT_YET_VALID = "price_not_yet_valid"
    PRICE_EXPIRED = "price_expired"
    OTHER_CURRENCY = "other_currency"
    OTHER_PACK = "other_pack"
    BELOW_QUANTITY = "below_quantity"
    LEVEL_NOT_ALLOWED = "level_not_allowed"
    OUTRANKED = "outranked"


# What a seller prepares is not for its buyer to read before it holds.
SELLERS_OWN_REASONS = frozenset(
    {
        RejectionReason.LIST_INACTIVE,
        RejectionReason.LIST_NOT_YET_VALID,
        RejectionReason.PRICE_NOT_YET_VALID,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """A seller's price list. It holds from `valid_from` until just before `valid_to`."""

    id: int
    seller_org_id: int
    code: str
    name: str
    name_en: str
    level: PriceLevel
    currency: str
    valid_from: datetime | None
    valid_to: datetime | None
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One row of a price list: for one base unit, or for one pack where `pack_id` names it.

    `quantity_minimum` is in base units: several rows of one SKU are its quantity breaks.
    """

    id: int
    price_list_id: int
    sku_id: int
    pack_id: int | None
    quantity_minimum: int
    unit_price: Decimal
    valid_from: datetime | None
    valid_to: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPriceList:
    """A price list to create, still empty."""

    code: str
    name: str
    level: PriceLevel
    currency: str
    name_en: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceListChange:
    """New values for a price list; None leaves a field as it is. An end of None takes it away."""

    price_list_id: int
    name: str | None = None
    name_en: str | None = None
    is_active: bool | None = None
    valid_to: datetime | Unchanged | None = UNCHANGED

    def values(self) -> dict[str, Any]:
        """What is given, by name."""
        named = {"name": self.name, "name_en": self.name_en, "is_active": self.is_active}
        given: dict[str, Any] = {key: value for key, value in named.items() if value is not None}
        return given if self.valid_to is UNCHANGED else given | {"valid_to": self.valid_to}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrice:
    """A price to put into a list; see `put_prices` for what becomes of the one before."""

    sku_id: int
    unit_price: Decimal
    pack_id: int | None = None
    quantity_minimum: int = 1
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceListGrant:
    """Lets an edge buy at the prices of a list."""

    relationship_id: int
    price_list_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRequest:
    """Some packs of one SKU on one edge. `pack_units` base units make one pack."""

    relationship_id: int
    sku_id: int
    pack_id: int
    pack_units: int
    pack_quantity: int

    @property
    def base_quantity(self) -> int:
        """The line's own quantity in base units; it alone decides on quantity breaks."""
        return self.pack_units * self.pack_quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A price that might apply, with what its list says. `unit` is what it is for: the code of
    the pack, or the base unit."""

    price_id: int
    price_list_id: int
    price_list_code: str
    price_list_name: str
    price_list_name_en: str
    level: PriceLevel
    currency: str
    list_is_active: bool
    list_valid_from: datetime | None
    list_valid_to: datetime | None
    pack_id: int | None
    unit: str
    quantity_minimum: int
    unit_price: Decimal
    valid_from: datetime | None
    valid_to: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceStep:
    """The winner of one level, and the price that held once it was heard."""

    candidate: Candidate
    running_price_id: int
    running_unit_price: Decimal
    running_unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedPrice:
    """A price that does not count, and why; one that was outranked also says by which."""

    candidate: Candidate
    reason: RejectionReason
    outranked_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceResolution:
    """The price of a request and how it came to be; `price` is None if there is none.

    `priced_quantity` counts `priced_unit`s: packs where the price is for the pack, else base
    units. `amount` is unit price x priced quantity, rounded half up to the minor unit.
    """

    currency: str
    strategy: PriceStrategy
    at: datetime
    base_quantity: int
    price: Candidate | None
    priced_quantity: int
    priced_unit: str
    steps: tuple[PriceStep, ...]
    rejected: tuple[RejectedPrice, ...]

    @property
    def unit_price(self) -> Decimal:
        """Per priced unit; ask for it only if there is a price."""
        assert self.price is not None, "there is no price"
        return self.price.unit_price

    @property
    def amount(self) -> Money | None:
        if self.price is None:
            return None
        return UnitPrice(self.price.unit_price, self.currency).times(self.priced_quantity)

    def for_buyer(self) -> Self:
        """Without what the seller only prepares: drafts and prices that do not hold yet."""
        told = tuple([r for r in self.rejected if r.reason not in SELLERS_OWN_REASONS])
        return self if len(told) == len(self.rejected) else replace(self, rejected=told)

    def to_json(self) -> str:
        """What is frozen on an order line, the same text for the same resolution.

        Each candidate is written once and then named by its position, what is null is left out.
        It is put together by hand: writing it is a good part of what a line costs (ADR 0015).
        """
        candidates = [step.candidate for step in self.steps]
        candidates += [rejected.candidate for rejected in self.rejected]
        places = {candidate.price_id: place for place, candidate in enumerate(candidates)}
        price, amount = "null", self.amount
        if self.price is not None:
            place = places[self.price.price_id]
            price = f'{{"place":{place},"unit_price":"{self.price.unit_price:f}"}}'
        running = ",".join([str(places[step.running_price_id]) for step in self.steps])
        return (
            f'{{"version":{JSON_VERSION},"currency":{_quoted(self.currency)},'
            f'"strategy":"{self.strategy.value}","at":"{self.at.isoformat()}",'
            f'"base_quantity":{self.base_quantity},"price":{price},'
            f'"priced_quantity":{self.priced_quantity},"priced_unit":{_quoted(self.priced_unit)},'
            f'"amount_minor":{"null" if amount is None else amount.minor},"running":[{running}],'
            f'"candidates":[{",".join([_candidate_as_json(one) for one in candidates])}],'
            f'"rejected":[{",".join([_rejected_as_json(one) for one in self.rejected])}]}}'
        )

    @classmethod
    def from_json(cls, frozen: Mapping[str, Any]) -> Self:
        """Read what `to_json` writes, or its first version wrote."""
        if frozen["version"] == 1:
            price, steps, rejected = _read_first_version(frozen)
        else:
            price, steps, rejected = _read_parts(frozen)
        return cls(
            currency=frozen["currency"],
            strategy=PriceStrategy(frozen["strategy"]),
            at=datetime.fromisoformat(frozen["at"]),
            base_quantity=frozen["base_quantity"],
            price=price,
            priced_quantity=frozen["priced_quantity"],
            priced_unit=frozen["priced_unit"],
            steps=tuple(steps),
            rejected=tuple(rejected),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBreak:
    """From so many base units on, one `unit` costs `unit_price`."""

    quantity_minimum: int
    unit_price: UnitPrice
    unit: str


def tidy(unit_price: Decimal) -> Decimal:
    """The same price without the zeros that the database pads it with: 12.500000 is 12.50."""
    cents = unit_price.quantize(CENT)
    return cents if cents == unit_price else unit_price.normalize()


_TIMES = ("list_valid_from", "list_valid_to", "valid_from", "valid_to")
_Parts = tuple[Candidate | None, list[PriceStep], list[RejectedPrice]]


def _read_parts(frozen: Mapping[str, Any]) -> _Parts:
    candidates = [_candidate_from_json(values) for values in frozen["candidates"]]
    steps = [
        PriceStep(
            candidate=candidate,
            running_price_id=candidates[place].price_id,
            running_unit_price=candidates[place].unit_price,
            running_unit=candidates[place].unit,
        )
        for candidate, place in zip(candidates, frozen["running"], strict=False)
    ]
    rejected = [
        RejectedPrice(
            candidate=candidate,
            reason=RejectionReason(reason),
            outranked_by=by[0] if by else None,
        )
        for candidate, (reason, *by) in zip(
            candidates[len(steps) :], frozen["rejected"], strict=True
        )
    ]
    price = frozen["price"]
    return price and candidates[price["place"]], steps, rejected


def _read_first_version(frozen: Mapping[str, Any]) -> _Parts:
    """In it every candidate stands in full wherever it is named."""
    steps = [
        PriceStep(
            candidate=_candidate_from_json(step["candidate"]),
            running_price_id=step["running_price_id"],
            running_unit_price=Decimal(step["running_unit_price"]),
            running_unit=step["running_unit"],
        )
        for step in frozen["steps"]
    ]
    rejected = [
        RejectedPrice(
            candidate=_candidate_from_json(rejected["candidate"]),
            reason=RejectionReason(rejected["reason"]),
            outranked_by=rejected["outranked_by"],
        )
        for rejected in frozen["rejected"]
    ]
    price = frozen["price"]
    return price and _candidate_from_json(price), steps, rejected


# What a candidate is called in few letters, for there are many of them. A null is left out, and so
# is that its list is active.
_SHORT = {
    "price_id": "id",
    "price_list_id": "list",
    "price_list_code": "code",
    "price_list_name": "name",
    "price_list_name_en": "en",
    "level": "level",
    "currency": "currency",
    "list_valid_from": "list_from",
    "list_valid_to": "list_to",
    "pack_id": "pack",
    "unit": "unit",
    "quantity_minimum": "minimum",
    "unit_price": "price",
    "valid_from": "from",
    "valid_to": "to",
}


def _candidate_as_json(candidate: Candidate) -> str:
    c = candidate
    of_list = _list_as_json(
        c.price_list_id,
        c.price_list_code,
        c.price_list_name,
        c.price_list_name_en,
        c.level,
        c.currency,
        c.list_is_active,
        c.list_valid_from,
        c.list_valid_to,
    )
    pack = "" if c.pack_id is None else f',"pack":{c.pack_id}'
    begin = "" if c.valid_from is None else f',"from":"{c.valid_from.isoformat()}"'
    end = "" if c.valid_to is None else f',"to":"{c.valid_to.isoformat()}"'
    return (
        f'{{{of_list},"id":{c.price_id}{pack},"unit":{_quoted(c.unit)},'
        f'"minimum":{c.quantity_minimum},"price":"{c.unit_price:f}"{begin}{end}}}'
    )


@lru_cache(maxsize=TEXTS_REMEMBERED)
def _list_as_json(
    id: int,
    code: str,
    name: str,
    name_en: str,
    level: PriceLevel,
    currency: str,
    is_active: bool,
    valid_from: datetime | None,
    valid_to: datetime | None,
) -> str:
    """What a candidate says of its list, which it shares with many: the inside of an object."""
    inactive = "" if is_active else ',"inactive":true'
    begin = "" if valid_from is None else f',"list_from":"{valid_from.isoformat()}"'
    end = "" if valid_to is None else f',"list_to":"{valid_to.isoformat()}"'
    return (
        f'"list":{id},"code":{_quoted(code)},"name":{_quoted(name)},"en":{_quoted(name_en)},'
        f'"level":"{level.value}","currency":{_quoted(currency)}{inactive}{begin}{end}'
    )


def _rejected_as_json(rejected: RejectedPrice) -> str:
    if rejected.outranked_by is None:
        return f'["{rejected.reason.value}"]'
    return f'["{rejected.reason.value}",{rejected.outranked_by}]'


@lru_cache(maxsize=TEXTS_REMEMBERED)
def _quoted(text: str) -> str:
    """A text as JSON has it, with its quotes."""
    return json.dumps(text, ensure_ascii=False)


def _candidate_from_json(values: Mapping[str, Any]) -> Candidate:
    """In the short words of today, or in the full ones of the first version."""
    if "price_id" not in values:
        written = {name: values.get(short) for name, short in _SHORT.items()}
        values = {**written, "list_is_active": "inactive" not in values}
    times = {
        name: None if values[name] is None else datetime.fromisoformat(values[name])
        for name in _TIMES
    }
    return Candidate(
        **{
            **values,
            **times,
            "level": PriceLevel(values["level"]),
            "unit_price": Decimal(values["unit_price"]),
        }
    )
