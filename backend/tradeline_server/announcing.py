"""What the worker tells all processes: that something has changed, and whom it concerns (ADR 0012).

Announcements go by NOTIFY, a few to a message, as JSON of at most what PostgreSQL carries. They say
nothing that could be read: ids of rows, and the organizations that are parties to them. A consumer
is told as well, as what their request ids are kept under: their id below zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import structlog

from tradeline.kernel import Connection, StoredEvent
from tradeline.organizations import Relationship, load_relationships
from tradeline_graph._news import ChangeKind, News
from tradeline_server import queries

# PostgreSQL takes less than 8000.
MESSAGE_BYTES_MAX: Final = 7_900

# More changes than that of one kind for the same parties at once are told as one, without ids: a
# load of ten thousand SKUs is "the catalog has changed".
TOLD_APART_MAX: Final = 20

log = structlog.get_logger(__name__)


class Announcement(msgspec.Struct, frozen=True, array_like=True):
    """News for organizations of one network."""

    network_id: int
    org_ids: tuple[int, ...]
    kind: ChangeKind
    type_name: str | None = None
    row_id: int | None = None
    order_id: int | None = None

    @property
    def news(self) -> News:
        return News(
            kind=self.kind,
            type_name=self.type_name,
            row_id=self.row_id,
            order_id=self.order_id,
        )


@dataclass(frozen=True, slots=True)
class Telling:
    """How an event is told: of what kind, and of which row; its id is in the payload by a name."""

    kind: ChangeKind
    type_name: str | None = None
    id_name: str = "id"


_ON_EDGE: Final = ("Relationship", "relationship_id")

# By the noun that a topic begins with.
NOUNS: Final[Mapping[str, Telling]] = {
    "adjustment": Telling(ChangeKind.ADJUSTMENT, "Adjustment"),
    "assortment": Telling(ChangeKind.CATALOG, "Assortment"),
    "barcode": Telling(ChangeKind.CATALOG, "Sku"),
    "campaign": Telling(ChangeKind.COUPON, "CouponCampaign"),
    "category": Telling(ChangeKind.CATALOG, "Category"),
    "consumer_order": Telling(ChangeKind.SALE, "Sale", "order_id"),
    "credit": Telling(ChangeKind.CREDIT, *_ON_EDGE),
    "member": Telling(ChangeKind.MEMBER, "Member"),
    "order": Telling(ChangeKind.ORDER, "Order", "order_id"),
    "organization": Telling(ChangeKind.ORGANIZATION, "Organization"),
    "payment": Telling(ChangeKind.PAYMENT, "Payment"),
    "price_list": Telling(ChangeKind.PRICE, "PriceList"),
    "prices": Telling(ChangeKind.PRICE, "PriceList"),
    "product": Telling(ChangeKind.CATALOG, "Product"),
    "relationship": Telling(ChangeKind.RELATIONSHIP, "Relationship"),
    "sku": Telling(ChangeKind.CATALOG, "Sku"),
    "sourcing_rules": Telling(ChangeKind.SOURCING),
    "statement": Telling(ChangeKind.STATEMENT, "Statement"),
    "stock": Telling(ChangeKind.STOCK, "StockHold"),
    "store": Telling(ChangeKind.STORE, "Store"),
    "warehouse": Telling(ChangeKind.STOCK, "Warehouse"),
}

# Topics that are told otherwise than their noun. What is granted is told as the edge's, for its
# buyer does not see the list itself; a document of stock has no page, nor has a hold that lapsed
# without anybody having asked for it.
TOPICS: Final[Mapping[str, Telling]] = {
    "assortment.granted": Telling(ChangeKind.CATALOG, *_ON_EDGE),
    "assortment.revoked": Telling(ChangeKind.CATALOG, *_ON_EDGE),
    "order.disputed": Telling(ChangeKind.DISPUTE, "Dispute", "dispute_id"),
    "order.dispute_closed": Telling(ChangeKind.DISPUTE, "Dispute", "dispute_id"),
    "order.shipped": Telling(ChangeKind.SHIPMENT, "Shipment", "shipment_id"),
    "order.received": Telling(ChangeKind.SHIPMENT, "Shipment", "shipment_id"),
    "order.return_requested": Telling(ChangeKind.RETURN, "OrderReturn", "return_id"),
    "order.return_refused": Telling(ChangeKind.RETURN, "OrderReturn", "return_id"),
    "order.returned": Telling(ChangeKind.RETURN, "OrderReturn", "return_id"),
    "price_list.granted": Telling(ChangeKind.PRICE, *_ON_EDGE),
    "price_list.revoked": Telling(ChangeKind.PRICE, *_ON_EDGE),
    "stock.hold_expired": Telling(ChangeKind.STOCK),
    "stock.moved": Telling(ChangeKind.STOCK),
    "warehouse.granted": Telling(ChangeKind.STOCK, "Relationship"),
}

# Where a payload names its parties itself; several as `org_ids`, a consumer as `member_id`.
PARTY_NAMES: Final = ("seller_org_id", "buyer_org_id", "org_id", "held_for_org_id", "owner_org_id")


async def announcements(conn: Connection, events: Sequence[StoredEvent]) -> list[Announcement]:
    """What to tell of events; one statement for each network that they name edges of."""
    edges = await _edges(conn, events)
    told = [
        announcement
        for event in events
        if (announcement := _announcement(event, edges)) is not None
    ]
    crowds = Counter((it.network_id, it.org_ids, it.kind) for it in told)
    return list(
        dict.fromkeys(
            it
            if crowds[it.network_id, it.org_ids, it.kind] <= TOLD_APART_MAX
            else Announcement(it.network_id, it.org_ids, it.kind)
            for it in told
        )
    )


def telling(topic: str) -> Telling | None:
    """How events of a topic are told; None for a noun that nobody has said anything of."""
    return TOPICS.get(topic) or NOUNS.get(topic.partition(".")[0])


def messages(told: Sequence[Announcement]) -> Iterator[str]:
    """The announcements, written into as few messages as PostgreSQL carries them in."""
    parts: list[str] = []
    length = 0
    for part in (msgspec.json.encode(it).decode() for it in told):
        if length + len(part) + 2 > MESSAGE_BYTES_MAX:
            yield f"[{','.join(parts)}]"
            parts, length = [], 0
        parts.append(part)
        length += len(part) + 1
    if parts:
        yield f"[{','.join(parts)}]"


def read_message(message: str) -> list[Announcement]:
    """Raises msgspec.DecodeError for what another version of us may have written."""
    return msgspec.json.decode(message, type=list[Announcement])


async def announce(conn: Connection, told: Sequence[Announcement]) -> None:
    """Tell all processes once the transaction commits. NOTIFY takes a lock of the whole server's
    then: the worker announces, by the batch, and never whoever trades."""
    if told:
        await queries.notify(conn, queries.CHANGES_CHANNEL, list(messages(told)))


async def _edges(
    conn: Connection, events: Sequence[StoredEvent]
) -> dict[tuple[int, int], Relationship]:
    wanted: dict[int, set[int]] = {}
    for event in events:
        if isinstance(edge_id := event.payload.get("relationship_id"), int):
            wanted.setdefault(event.network_id, set()).add(edge_id)
    return {
        (network_id, edge_id): edge
        for network_id, ids in wanted.items()
        for edge_id, edge in (
            await load_relationships(conn, network_id=network_id, ids=sorted(ids))
        ).items()
    }


def _announcement(
    event: StoredEvent, edges: Mapping[tuple[int, int], Relationship]
) -> Announcement | None:
    how = telling(event.topic)
    if how is None:
        log.warning("nobody is told of a topic", topic=event.topic)
        return None
    payload = event.payload
    parties = {payload.get(name) for name in PARTY_NAMES} | set(payload.get("org_ids", ()))
    if how.kind is ChangeKind.ORGANIZATION:
        parties |= {payload.get("id"), payload.get("parent_id")}
    is_sale = how.kind is ChangeKind.SALE
    if is_sale and (member_id := _whole(payload.get("member_id"))) is not None:
        parties.add(-member_id)
    edge = edges.get((event.network_id, _whole(payload.get("relationship_id")) or 0))
    if edge is not None:
        parties |= {edge.seller_org_id, edge.buyer_org_id}
    org_ids = tuple(sorted(id for id in parties if isinstance(id, int)))
    if not org_ids:
        return None
    return Announcement(
        event.network_id,
        org_ids,
        how.kind,
        how.type_name,
        None if how.type_name is None else _whole(payload.get(how.id_name)),
        None if is_sale else _whole(payload.get("order_id")),  # which is of another type
    )


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) else None
