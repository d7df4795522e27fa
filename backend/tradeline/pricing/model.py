"""What pricing talks about: price lists, prices, and why one price came to be the price."""

from __future__ import annotations

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
DECIMALS_SHOWN_MIN = 2
CANDIDATES_REMEMBERED = 4096


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
        return replace(
            self,
            rejected=tuple(r for r in self.rejected if r.reason not in SELLERS_OWN_REASONS),
        )

    def as_json(self) -> dict[str, Any]:
        """What is frozen on an order line: JSON values only, the same for the same resolution.

        Each candidate is written once and then named by its position, what is null is left out:
        writing it is most of what storing a line costs (ADR 0015).
        """
        candidates = [step.candidate for step in self.steps]
        candidates += [rejected.candidate for rejected in self.rejected]
        places = {candidate.price_id: place for place, candidate in enumerate(candidates)}
        price, amount = self.price, self.amount
        return {
            "version": JSON_VERSION,
            "currency": self.currency,
            "strategy": self.strategy.value,
            "at": self.at.isoformat(),
            "base_quantity": self.base_quantity,
            "price": price
            and {"place": places[price.price_id], "unit_price": f"{price.unit_price:f}"},
            "priced_quantity": self.priced_quantity,
            "priced_unit": self.priced_unit,
            "amount_minor": None if amount is None else amount.minor,
            "candidates": [_candidate_as_json(candidate) for candidate in candidates],
            "running": [places[step.running_price_id] for step in self.steps],
            "rejected": [
                [rejected.reason.value]
                if rejected.outranked_by is None
                else [rejected.reason.value, rejected.outranked_by]
                for rejected in self.rejected
            ],
        }

    @classmethod
    def from_json(cls, frozen: Mapping[str, Any]) -> Self:
        """Read what `as_json` writes, or wrote in its first version."""
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
    whole = unit_price.normalize()
    exponent = whole.as_tuple().exponent
    if isinstance(exponent, int) and exponent > -DECIMALS_SHOWN_MIN:
        return whole.quantize(Decimal(1).scaleb(-DECIMALS_SHOWN_MIN))
    return whole


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


@lru_cache(maxsize=CANDIDATES_REMEMBERED)
def _candidate_as_json(candidate: Candidate) -> Mapping[str, Any]:
    """The same object for the same candidate, which the lines of a batch mostly share."""
    written: dict[str, Any] = {"inactive": True} if not candidate.list_is_active else {}
    for name, short in _SHORT.items():
        value = getattr(candidate, name)
        if isinstance(value, datetime):
            written[short] = value.isoformat()
        elif isinstance(value, Decimal):
            written[short] = f"{value:f}"
        elif value is not None:
            written[short] = value
    return written


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
