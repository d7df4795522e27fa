"""What replenishment talks about: demand, what is expected, terms, proposals. Pure: no storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tradeline.kernel import Money

# A series reaches so many days back, and a forecast so many ahead; the day after counts as the
# mean of its last week.
HISTORY_DAYS = 365
HORIZON_DAYS = 56
SKUS_MAX = 100
DAYS_MAX = 1_000
# So many lines of proposals are decided on at once: as many as an order may have.
LINES_AT_ONCE_MAX = 1_000
# What nobody asks for lasts for ever, which is so many days.
COVER_DAYS_MAX = Decimal(9_999)
MICRO = 1_000_000


class DemandSource(StrEnum):
    """Whose time line is read."""

    ORDER = "order"
    CONSUMER_ORDER = "consumer_order"


class DemandBy(StrEnum):
    """What demand is summed up by, beside the day and the SKU."""

    SKU = "sku"
    WAREHOUSE = "warehouse"
    PLACE = "place"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandRow:
    """What was asked for on a day, in base units. `is_unknown`: nothing was free all day long, and
    nobody knows what would have been asked for. Where it is summed up by warehouses or by SKUs,
    there is no place; by SKUs, no warehouse either."""

    sku_id: int
    day: date
    quantity: int
    returned: int
    is_promoted: bool
    is_unknown: bool = False
    warehouse_id: int | None = None
    place_type: str | None = None
    place_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DemandSeries:
    """What was asked for of a SKU from a warehouse, a number for each day from `first_day` on."""

    warehouse_id: int
    sku_id: int
    first_day: date
    quantities: tuple[int, ...]
    unknown: tuple[bool, ...]
    promoted: tuple[bool, ...]

    @property
    def next_day(self) -> date:
        """The first of which nothing is known yet."""
        return self.first_day + timedelta(days=len(self.quantities))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredForecast:
    """What is expected to leave a warehouse, a number for each day from `first_day` on."""

    warehouse_id: int
    sku_id: int
    made_at: datetime
    first_day: date
    method: str
    mase: Decimal | None
    bias: Decimal | None
    sigma: Decimal
    mean: tuple[Decimal, ...]
    low: tuple[Decimal, ...]
    high: tuple[Decimal, ...]
    explanation: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How a buyer is supplied on an edge; with `sku_id`, with that SKU alone. Quantities are base
    units, `service_level_bp` the share of cycles without a stock-out, in hundredths of a percent.
    """

    relationship_id: int
    sku_id: int | None = None
    lead_time_days: int
    lead_time_spread_days: Decimal = Decimal(0)
    service_level_bp: int = 9500
    review_days: int = 7
    confirm_days: int = 2
    order_minimum: int = 0
    pack_id: int | None = None
    shelf_life_days: int | None = None
    max_cover_days: int | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What may be bought for in the month that begins on this day."""

    month: date
    currency: str
    amount_minor: int


class ProposalKind(StrEnum):
    BUY = "buy"
    TRANSFER = "transfer"
    CLEAR = "clear"


class ProposalState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProposalLine:
    """What planning proposes. `arithmetic` is the whole way to `quantity`, step by step, and in it
    `target`, which a later look at the stock is compared with."""

    kind: ProposalKind
    warehouse_id: int
    sku_id: int
    quantity: int
    arithmetic: Mapping[str, Any] = field(hash=False)
    days_of_cover: Decimal | None = None
    from_warehouse_id: int | None = None
    relationship_id: int | None = None
    pack_id: int | None = None
    pack_units: int = 1
    currency: str | None = None
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine(NewProposalLine):
    """A line as it stands, and what came of it."""

    id: int
    org_id: int
    state: ProposalState
    made_at: datetime
    accepted_quantity: int | None = None
    order_id: int | None = None
    order_line_id: int | None = None
    document_id: int | None = None
    decided_at: datetime | None = None

    @property
    def urgency(self) -> tuple[int, int, int]:
        """By what open lines are sorted: those that run out first, of these those that come to
        most. What is to be cleared comes last, what lasts longest first; the query says so too."""
        days = COVER_DAYS_MAX if self.days_of_cover is None else self.days_of_cover
        days = 2 * COVER_DAYS_MAX + 1 - days if self.kind is ProposalKind.CLEAR else days
        return int(days * MICRO), -(self.amount_minor or 0), self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFilter:
    kind: ProposalKind | None = None
    state: ProposalState | None = None
    relationship_id: int | None = None
    warehouse_id: int | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class ShownOrder:
    """What somebody was shown that the order on an edge would come to."""

    relationship_id: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Take:
    """Somebody's word on a line: so many base units of it; None for all that is needed."""

    line_id: int
    quantity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What of a SKU stands in a warehouse, comes to it, and is owed from it; base units."""

    on_hand: int = 0
    held: int = 0
    incoming: int = 0
    backorders: int = 0

    @property
    def units(self) -> int:
        return self.on_hand - self.held + self.incoming - self.backorders
