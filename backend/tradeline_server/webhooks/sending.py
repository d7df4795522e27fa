"""Sends one telling: a POST to the address that was looked at, of which only the status is read.

No redirect is followed, no proxy used, no connection kept; ten seconds have to do for all of it.
Nothing of an answer's body is read, so it can be neither large nor slow, and shows nobody anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import structlog

from tradeline.kernel import Database
from tradeline.webhooks import (
    Attempt,
    DueDelivery,
    settle_delivery,
    signatures,
    webhook_keys,
)
from tradeline_graph._ids import to_id
from tradeline_server.webhooks.addresses import Names, NotToBeReached, Owner, choose_address

SECONDS_MAX: Final = 10.0
STATUS_LINE_MAX: Final = 1_024
TAKEN: Final = range(200, 300)
LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1"})

# Under which type a row is known in the graph, and how the telling calls it.
TYPES: Final = {
    "order_id": ("orderId", "Order"),
    "relationship_id": ("relationshipId", "Relationship"),
    "shipment_id": ("shipmentId", "Shipment"),
    "return_id": ("returnId", "OrderReturn"),
    "dispute_id": ("disputeId", "Dispute"),
    "substitute_id": ("substituteId", "OrderSubstitute"),
}

LookUp = Callable[[Owner, str, int], Awaitable[Sequence[str]]]
Connect = Callable[..., Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]

log = structlog.get_logger("tradeline.webhooks")


class Caller:
    """Tries a telling once. Names and connections may be given, to be looked at in tests."""

    def __init__(
        self, *, look_up: LookUp | None = None, connect: Connect = asyncio.open_connection
    ) -> None:
        self._look_up = look_up or Names().look_up
        self._connect = connect
        self._tls = ssl.create_default_context()

    async def attempt(self, due: DueDelivery) -> Attempt:
        """Never raises: whatever goes wrong is what came of it."""
        try:
            async with asyncio.timeout(SECONDS_MAX):
                status = await self._post(due)
        except TimeoutError:
            return Attempt(status=None, error=f"no answer within {SECONDS_MAX:.0f} seconds")
        except NotToBeReached as error:
            return Attempt(status=None, error=str(error))
        except ssl.SSLError as error:
            return Attempt(status=None, error=f"TLS failed: {error.reason or 'no certificate'}")
        except (OSError, UnicodeError):
            return Attempt(status=None, error="the host cannot be reached")
        except (ValueError, EOFError):
            return Attempt(status=None, error="the answer is not HTTP")
        if status in TAKEN:
            return Attempt(status=status, error=None)
        if 300 <= status < 400:
            return Attempt(status=status, error=f"answered with {status}; no redirect is followed")
        return Attempt(status=status, error=f"answered with {status}")

    async def _post(self, due: DueDelivery) -> int:
        parts = urlsplit(due.url)
        host, is_secret = parts.hostname or "", parts.scheme == "https"
        is_loopback = host in LOOPBACK_NAMES and webhook_keys().allows_loopback
        if not is_secret and not is_loopback:
            raise NotToBeReached("the address is not https")
        port = parts.port or (443 if is_secret else 80)
        found = await self._look_up((due.network_id, due.org_id), host, port)
        address = choose_address(found, is_loopback=is_loopback)
        # To the address that was looked at, and not by the name again: that may lead elsewhere by
        # now. The certificate has to be the name's nevertheless.
        secrecy: dict[str, Any] = {"ssl": self._tls, "server_hostname": host} if is_secret else {}
        reader, writer = await self._connect(address, port, limit=STATUS_LINE_MAX, **secrecy)
        try:
            writer.write(request_of(due, timestamp=int(time.time())))
            # Who answers without having read all of it may have shut that direction by then.
            with contextlib.suppress(ConnectionError):
                await writer.drain()
            return status_of(await reader.readuntil(b"\r\n"))
        except asyncio.LimitOverrunError as error:
            raise ValueError from error
        finally:
            writer.transport.abort()


class Sender:
    """For a lane of the worker's."""

    def __init__(self, db: Database, caller: Caller | None = None) -> None:
        self._db = db
        self._caller = caller or Caller()

    async def send(self, due: DueDelivery) -> None:
        """Try once, and write down what came of it."""
        attempt = await self._caller.attempt(due)
        if attempt.error is not None:
            log.info("webhook.failed", delivery=due.id, status=attempt.status, why=attempt.error)
        async with self._db.unit_of_work(due.network_id) as conn:
            await settle_delivery(conn, due=due, attempt=attempt)


def request_of(due: DueDelivery, *, timestamp: int) -> bytes:
    """The bytes of the request. Body and `webhook-id` are the same for each try."""
    parts = urlsplit(due.url)
    body = body_of(due)
    id = f"msg_{to_id('WebhookDelivery', due.id)}"
    keys = [
        webhook_keys().key(due.network_id, due.endpoint_id, version)
        for version in due.secret_versions
    ]
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = (
        f"POST {target} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "User-Agent: Tradeline-Webhooks/1",
        f"webhook-id: {id}",
        f"webhook-timestamp: {timestamp}",
        f"webhook-signature: {signatures(keys, id=id, timestamp=timestamp, body=body)}",
        "Connection: close",
    )
    return "\r\n".join((*head, "", "")).encode("ascii") + body


def body_of(due: DueDelivery) -> bytes:
    """What happened, when, and to which rows, by their ids in the graph."""
    return msgspec.json.encode(
        {
            "type": due.topic,
            "timestamp": due.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "data": {
                name: to_id(type_name, due.payload[key])
                for key, (name, type_name) in TYPES.items()
                if key in due.payload
            },
        }
    )


def status_of(line: bytes) -> int:
    """Raises ValueError for what is no status line."""
    version, _, rest = line.partition(b" ")
    code = rest[:3]
    if not version.startswith(b"HTTP/1.") or not code.isdigit() or len(code) != 3:
        raise ValueError("this is no status line")
    return int(code)
