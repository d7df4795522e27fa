"""Endpoints, what they may be told, and when a telling is tried again; pure rules."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from tradeline.kernel import InvalidValue, Problem

URL_LENGTH_MAX: Final = 500
ENDPOINTS_MAX: Final = 10
SHOWN_MAX: Final = 20  # deliveries of each endpoint that people see
OLD_SECRET_HOURS: Final = 24
LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1"})
NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+\.?")
HTTPS_PORT: Final = 443
FREE_PORT_MIN: Final = 1024

# Before each further try; together a little more than three days.
PAUSES: Final = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=28),
)

# What a telling may hold of an event: ids of rows, whose details are asked for by API. Everything
# else of a payload stays here.
ID_NAMES: Final = (
    "order_id",
    "relationship_id",
    "shipment_id",
    "return_id",
    "dispute_id",
    "substitute_id",
)


class Topic(StrEnum):
    """What can be asked for: what becomes of the orders of one's own edges, as buyer or seller."""

    ORDER_PLACED = "order.placed"
    ORDER_REVIEWED = "order.reviewed"
    ORDER_CONFIRMED = "order.confirmed"
    ORDER_REDATED = "order.redated"
    ORDER_CANCELLED = "order.cancelled"
    ORDER_SHIPPED = "order.shipped"
    ORDER_RECEIVED = "order.received"
    ORDER_RETURN_REQUESTED = "order.return_requested"
    ORDER_RETURN_REFUSED = "order.return_refused"
    ORDER_RETURNED = "order.returned"
    ORDER_DISPUTED = "order.disputed"
    ORDER_DISPUTE_CLOSED = "order.dispute_closed"
    ORDER_ALERT_RAISED = "order.alert_raised"
    ORDER_EXPECTED_MOVED = "order.expected_moved"
    ORDER_SUBSTITUTE_PROPOSED = "order.substitute_proposed"
    ORDER_SUBSTITUTE_ACCEPTED = "order.substitute_accepted"
    ORDER_SUBSTITUTE_REFUSED = "order.substitute_refused"
    ORDER_SUBSTITUTE_WITHDRAWN = "order.substitute_withdrawn"


TEST_TOPIC: Final = "webhook.test"  # sent when somebody asks for it, whatever the endpoint wants


class OffReason(StrEnum):
    """Why an endpoint is not told anything now."""

    BY_HAND = "by_hand"
    FAILING = "failing"


class DeliveryState(StrEnum):
    """What has become of a telling."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address that is told of topics. Its secret follows from `secret_version`."""

    id: int
    org_id: int
    url: str
    topics: tuple[Topic, ...]
    secret_version: int
    rotated_at: datetime | None
    is_active: bool
    off_reason: OffReason | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One telling, as people see it."""

    id: int
    endpoint_id: int
    topic: str
    payload: Mapping[str, int]
    state: DeliveryState
    tries: int
    next_try_at: datetime
    last_status: int | None
    last_error: str | None
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDelivery:
    """One telling, as it is sent; always the same for the same row, however often."""

    network_id: int
    id: int
    endpoint_id: int
    org_id: int
    topic: str
    payload: Mapping[str, int]
    occurred_at: datetime
    tries: int
    url: str
    secret_versions: tuple[int, ...]  # the newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of sending it. `error` None means that the endpoint has taken it."""

    status: int | None
    error: str | None


def telling_of(payload: Mapping[str, Any]) -> dict[str, int]:
    """What may be told of an event."""
    return {name: payload[name] for name in ID_NAMES if isinstance(payload.get(name), int)}


def pause_after(tries: int) -> timedelta | None:
    """How long to wait after so many failed tries; None when it is enough."""
    return PAUSES[tries - 1] if tries <= len(PAUSES) else None


def judge_topics(topics: Sequence[Topic]) -> list[Problem]:
    if topics:
        return []
    return [_invalid("topics", "at least one is needed", "至少选择一个")]


def judge_url(url: str, *, allows_loopback: bool) -> list[Problem]:
    """Whether an address may be told anything, as far as its text says.

    What its name leads to is looked at whenever it is sent to, since that may change.
    """
    if len(url) > URL_LENGTH_MAX or not url.isascii() or not url.isprintable() or " " in url:
        return [
            _invalid(
                "url",
                f"at most {URL_LENGTH_MAX} characters of ASCII, without blanks",
                f"最多 {URL_LENGTH_MAX} 个 ASCII 字符，不含空格",
            )
        ]
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return [_not_an_address()]
    host = parts.hostname or ""
    if parts.username is not None or parts.fragment or "\\" in url:
        return [_not_an_address()]
    if allows_loopback and parts.scheme in ("http", "https") and host in LOOPBACK_NAMES:
        return []
    if parts.scheme != "https":
        return [_not_an_address()]
    if not NAME.fullmatch(host) or _is_number(host):
        return [_not_an_address()]
    if port not in (None, HTTPS_PORT) and port < FREE_PORT_MIN:
        return [
            _invalid(
                "url",
                f"its port is {HTTPS_PORT}, or {FREE_PORT_MIN} or more",
                f"端口应为 {HTTPS_PORT}，或不小于 {FREE_PORT_MIN}",
            )
        ]
    return []


def _is_number(host: str) -> bool:
    """Whether it is an address and no name, in any spelling that a resolver would take for one."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        last = host.strip(".").rpartition(".")[2]
        return last.isdigit() or last.startswith("0x")
    return True


def _not_an_address() -> Problem:
    return _invalid(
        "url",
        "https:// and the public name of a host, without a password or a fragment",
        "应为 https:// 加公网域名，不含密码和片段",
    )


def _invalid(field: str, rule: str, rule_zh: str) -> Problem:
    return InvalidValue(path=(field,), field=field, rule=rule, rule_zh=rule_zh)
