"""What people of the story do, and when. Values only: `plan.py` makes them, `playing.py` does them.

Orders, payments and the like are told apart by a key of the plan's own. A line is named by its
place in the order. Texts that people of the story write are in both languages.
"""

from __future__ import annotations

from dataclasses import dataclass

from tradeline_server.seed.story import Ends


@dataclass(frozen=True, slots=True)
class Moment:
    """So many days ago, at a minute of that day in Shanghai; of today (0), so many minutes ago."""

    days_ago: int
    minute: int

    @property
    def place(self) -> tuple[int, int]:
        """Earlier moments first. Nothing happens after 20:00 but today, so that no minute ago of
        the last four hours comes before it, even right after midnight."""
        return (-self.days_ago, self.minute if self.days_ago else -self.minute)


@dataclass(frozen=True, slots=True)
class Line:
    """So many packs; `pack` is a pack's code, the empty one stands for the base pack."""

    sku: str
    pack: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    key: int
    ends: Ends
    lines: tuple[Line, ...]
    note: str = ""
    wanted_in_days: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewOrder:
    key: int
    approves: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmOrder:
    """`shares` are (line, tenths of it that come, reason for less); other lines come in full."""

    key: int
    promised_in_days: int = 1
    shares: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RedateLine:
    key: int
    line: int
    in_days: int


@dataclass(frozen=True, slots=True)
class ShipOrder:
    """All that is open, or every other line of it."""

    key: int
    is_first_part: bool = False


@dataclass(frozen=True, slots=True)
class ReceiveShipment:
    """`differences` are (place among the shipment's lines, units more or less than shipped)."""

    key: int
    differences: tuple[tuple[int, int], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """By the buyer; the whole order, or one line of it."""

    key: int
    reason: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class RequestReturn:
    """Of the first line of which so many were received."""

    key: int
    units: int
    reason: str


@dataclass(frozen=True, slots=True)
class DecideReturn:
    key: int
    accepts: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pay:
    """The buyer pays tenths of what it owes, in whole hundreds of yuan; or a fixed sum. What it
    says waits for the seller's word; what the seller has recorded counts at once."""

    key: int
    ends: Ends
    tenths: int = 0
    yuan: int = 0
    method: str = "bank"
    recorded_by_seller: bool = False


@dataclass(frozen=True, slots=True)
class DecidePayment:
    key: int
    accepts: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Adjust:
    ends: Ends
    kind: str
    yuan: int
    reason: str


@dataclass(frozen=True, slots=True)
class CountStock:
    """What was sold over the counter shows in the count: so many tenths of the stock are left."""

    org: str
    tenths_left: int
    note: str


@dataclass(frozen=True, slots=True)
class WriteOff:
    org: str
    warehouse: str
    sku: str
    units: int
    note: str


@dataclass(frozen=True, slots=True)
class BlockCredit:
    ends: Ends


@dataclass(frozen=True, slots=True)
class SuspendEdge:
    ends: Ends
    reason: str


Act = (
    PlaceOrder
    | ReviewOrder
    | ConfirmOrder
    | RedateLine
    | ShipOrder
    | ReceiveShipment
    | CancelOrder
    | RequestReturn
    | DecideReturn
    | Pay
    | DecidePayment
    | Adjust
    | CountStock
    | WriteOff
    | BlockCredit
    | SuspendEdge
)
Scene = tuple[Moment, Act]
