"""What is published is told, and fits into what PostgreSQL carries."""

from __future__ import annotations

import re

import pytest
from graphql import GraphQLObjectType, build_schema

from tests.unit.graph.test_schema import PUBLISHED, required_by
from tests.unit.kernel.test_published import DECISION
from tradeline_graph._news import EVERYTHING, ChangeKind, News
from tradeline_graph.changes import MAY_SEE
from tradeline_server.announcing import (
    MESSAGE_BYTES_MAX,
    NOUNS,
    TOPICS,
    Announcement,
    messages,
    read_message,
    telling,
)
from tradeline_server.live import INBOX_MAX, Inbox

SDL = build_schema(PUBLISHED)

# By which root field a client asks again for what has changed.
ASKED_BY = {
    ChangeKind.ADJUSTMENT: ("adjustment",),
    ChangeKind.CATALOG: ("product", "sku", "assortment", "categories"),
    ChangeKind.COUPON: ("couponCampaign",),
    ChangeKind.DISPUTE: ("dispute",),
    ChangeKind.MEMBER: ("people",),
    ChangeKind.ORDER: ("order",),
    ChangeKind.ORGANIZATION: ("organization",),
    ChangeKind.PAYMENT: ("payment",),
    ChangeKind.PRICE: ("priceQuote", "priceList"),
    ChangeKind.RELATIONSHIP: ("relationship",),
    ChangeKind.RETURN: ("orderReturn",),
    ChangeKind.SALE: ("sale",),
    ChangeKind.SHIPMENT: ("shipment",),
    ChangeKind.SOURCING: ("sourcingRules",),
    ChangeKind.STATEMENT: ("statement",),
    ChangeKind.STOCK: ("stockHold", "warehouse"),
    ChangeKind.STORE: ("store",),
}


def published_topics() -> set[str]:
    """The middle column of the decision's table, which a test compares with the code."""
    rows = [line.split("|") for line in DECISION.read_text().splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([a-z_]+\.[a-z_*]+)`", row[2])}
    same = {name for row in rows if "the same" in row[2] for name in re.findall(r"`(\S+)`", row[1])}
    return named | same


def test_every_topic_is_told_as_a_kind() -> None:
    topics = published_topics()

    assert {"order.placed", "credit.blocked", "statement.*", "prices.put"} <= topics
    assert [topic for topic in sorted(topics) if telling(topic) is None] == []


def test_nothing_is_told_that_nobody_publishes() -> None:
    topics = published_topics()

    assert set(TOPICS) - topics == set()
    assert set(NOUNS) - {topic.partition(".")[0] for topic in topics} == set()


def test_each_kind_is_somebodys_to_see_and_is_told_of_something() -> None:
    told = {how.kind for how in (*NOUNS.values(), *TOPICS.values())}

    assert set(MAY_SEE) == told == set(ChangeKind) - {ChangeKind.EVERYTHING}


@pytest.mark.parametrize("kind", ASKED_BY)
def test_who_may_ask_for_it_is_told_of_it_and_nobody_else(kind: ChangeKind) -> None:
    assert SDL.query_type is not None
    opens = set[str]().union(*(required_by(SDL.query_type.fields[n]) for n in ASKED_BY[kind]))

    assert {permission.value for permission in MAY_SEE[kind]} == opens


def test_the_credit_of_an_edge_is_for_whom_its_exposure_is() -> None:
    edge = SDL.type_map["Relationship"]
    assert isinstance(edge, GraphQLObjectType)
    opens = required_by(edge.fields["exposure"])

    assert {permission.value for permission in MAY_SEE[ChangeKind.CREDIT]} == opens


@pytest.mark.parametrize("how", [*NOUNS.values(), *TOPICS.values()])
def test_an_id_names_a_type_of_the_graph(how: object) -> None:
    type_name = getattr(how, "type_name", None)

    assert type_name is None or isinstance(SDL.type_map.get(type_name), GraphQLObjectType)


def many(count: int) -> list[Announcement]:
    return [
        Announcement(7, (3, 2**53), ChangeKind.ADJUSTMENT, "Relationship", 2**53 - n, 2**53)
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 2, 90, 91, 92, 500])
def test_announcements_are_split_into_messages_and_all_arrive(count: int) -> None:
    told = many(count)

    sent = list(messages(told))

    assert all(len(message.encode()) <= MESSAGE_BYTES_MAX for message in sent)
    assert [it for message in sent for it in read_message(message)] == told
    assert len(sent) <= 1 + count // 80


async def test_an_inbox_begins_with_everything_and_holds_each_change_once() -> None:
    inbox = Inbox()
    order = News(kind=ChangeKind.ORDER, type_name="Order", row_id=1)
    inbox.put(order)

    assert await inbox.take() == [EVERYTHING], "an order is part of everything"
    inbox.put(order)
    inbox.put(order)
    assert await inbox.take() == [order]


async def test_an_inbox_that_nobody_empties_stays_small() -> None:
    inbox = Inbox()
    await inbox.take()
    for row in range(INBOX_MAX + 1):
        inbox.put(News(kind=ChangeKind.ORDER, type_name="Order", row_id=row))

    assert await inbox.take() == [EVERYTHING]
