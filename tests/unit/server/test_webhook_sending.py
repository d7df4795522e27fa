"""One try: what is sent, what is believed of the answer, and where nothing is sent at all."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.factories_webhooks import Receiver, a_receiver, answering, telling_loopback
from tradeline.webhooks import Attempt, DueDelivery, secret_of
from tradeline_graph._ids import to_id
from tradeline_server.webhooks import sending
from tradeline_server.webhooks.sending import Caller

GUIDE = Path(__file__).parents[3] / "infra/webhooks.md"


def due(url: str, *versions: int, payload: dict[str, int] | None = None) -> DueDelivery:
    return DueDelivery(
        network_id=1,
        id=41,
        endpoint_id=5,
        org_id=3,
        topic="order.shipped",
        payload={"order_id": 12, "shipment_id": 7} if payload is None else payload,
        occurred_at=datetime(2026, 11, 23, 6, 13, 20, tzinfo=UTC),
        tries=0,
        url=url,
        secret_versions=versions or (1,),
    )


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as made:
        yield made


@pytest.fixture
def loopback() -> Iterator[None]:
    with telling_loopback():
        yield


class Line:
    """A network of which the test says what its names are, and who is called."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []
        self.called: list[tuple[str, int, dict[str, Any]]] = []

    async def look_up(self, owner: tuple[int, int], host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self.answers.pop(0)

    async def connect(self, host: str, port: int, **options: Any) -> Any:
        self.called.append((host, port, options))
        raise OSError("nobody there")


def guides_verify() -> Any:
    """The example of infra/webhooks.md, as it stands there."""
    [code] = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["verify"]


@pytest.mark.usefixtures("loopback")
async def test_a_telling_is_signed_as_the_guide_verifies_it(receiver: Receiver) -> None:
    attempt = await Caller().attempt(due(receiver.url))

    assert attempt == Attempt(status=204, error=None)
    [request] = receiver.requests
    assert request.target == "/hook?of=1"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert json.loads(request.body) == {
        "type": "order.shipped",
        "timestamp": "2026-11-23T06:13:20Z",
        "data": {"orderId": to_id("Order", 12), "shipmentId": to_id("Shipment", 7)},
    }
    verify = guides_verify()
    secret = secret_of(1, 5, 1)
    assert verify(secret, request.headers, request.body)
    assert not verify(secret_of(1, 5, 2), request.headers, request.body)
    assert not verify(secret, request.headers, request.body + b" ")
    assert not verify(secret, request.headers | {"webhook-id": "msg_other"}, request.body)
    old = str(int(time.time()) - 301)
    assert not verify(secret, request.headers | {"webhook-timestamp": old}, request.body)


@pytest.mark.usefixtures("loopback")
async def test_while_a_secret_is_rotated_both_are_good_and_the_id_stays(receiver: Receiver) -> None:
    await Caller().attempt(due(receiver.url, 2, 1))
    await Caller().attempt(due(receiver.url, 2))

    first, second = receiver.requests
    verify = guides_verify()
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert [verify(secret_of(1, 5, v), first.headers, first.body) for v in (1, 2, 3)] == [
        True,
        True,
        False,
    ]
    assert not verify(secret_of(1, 5, 1), second.headers, second.body)


@pytest.mark.usefixtures("loopback")
@pytest.mark.parametrize("status", [200, 201, 204, 299])
async def test_any_status_of_success_is_taken(receiver: Receiver, status: int) -> None:
    receiver.behave = answering(status)
    assert (await Caller().attempt(due(receiver.url))).error is None


@pytest.mark.usefixtures("loopback")
@pytest.mark.parametrize("status", [100, 300, 304, 400, 401, 404, 410, 429, 500, 503])
async def test_any_other_status_is_a_failure(receiver: Receiver, status: int) -> None:
    receiver.behave = answering(status)
    attempt = await Caller().attempt(due(receiver.url))
    assert (attempt.status, attempt.error is None) == (status, False)


@pytest.mark.usefixtures("loopback")
async def test_no_redirect_is_followed(receiver: Receiver) -> None:
    async with a_receiver() as other:
        for status in (301, 302, 303, 307, 308):
            receiver.behave = answering(status, f"Location: {other.url}")
            attempt = await Caller().attempt(due(receiver.url))
            assert attempt.error == f"answered with {status}; no redirect is followed"
        assert other.requests == []


@pytest.mark.usefixtures("loopback")
async def test_an_endless_answer_is_not_read(receiver: Receiver) -> None:
    sent = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    receiver.behave = endless
    assert (await Caller().attempt(due(receiver.url))).error is None
    await asyncio.sleep(0.1)
    assert sent < 50_000_000


@pytest.mark.usefixtures("loopback")
async def test_a_slow_answer_ends_with_the_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte by byte, so that no single wait is long."""
    monkeypatch.setattr(sending, "SECONDS_MAX", 0.4)

    async def slow(writer: asyncio.StreamWriter) -> None:
        for byte in b"HTTP/1.1 200 " + b"O" * 500:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)

    receiver.behave = slow
    begun = time.monotonic()
    attempt = await Caller().attempt(due(receiver.url))
    assert attempt.status is None
    assert "no answer within" in str(attempt.error)
    assert time.monotonic() - begun < 3


@pytest.mark.usefixtures("loopback")
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 2000 OK\r\n"[:14] + b"\r\n",
        b"HTTP/1.1 OK\r\n",
        b"HTTP/2 200\r\n",
        b"HTTP/1.1 20\r\n",
        b"x" * 100_000,
        b"HTTP/1.1 200 " + b"x" * 2_000 + b"\r\n",
    ],
)
async def test_what_is_no_answer_is_none(receiver: Receiver, answer: bytes) -> None:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    receiver.behave = say
    attempt = await Caller().attempt(due(receiver.url))
    if answer.startswith(b"HTTP/1.1 2000"):
        assert attempt.error is not None or attempt.status == 200
    else:
        assert attempt.error in ("the answer is not HTTP", "the host cannot be reached")
        assert attempt.status is None


async def test_a_name_that_leads_inward_is_not_called() -> None:
    for address in ("127.0.0.1", "10.0.0.5", "169.254.169.254", "::ffff:127.0.0.1", "fd00::1"):
        line = Line([address])
        attempt = await Caller(look_up=line.look_up, connect=line.connect).attempt(
            due("https://erp.example.com/")
        )
        assert attempt == Attempt(status=None, error="the host is not at a public address")
        assert line.called == []


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "0",
        "0.0.0.0:8443",
        "[::1]:8443",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "100.64.0.1",
        "localhost",
        "localhost.",
        "user:secret@127.0.0.1",
        "erp.example.com@127.0.0.1",
        "１２７。0。0。1",
    ],
)
async def test_no_spelling_of_an_address_inside_is_called(host: str) -> None:
    """As the system's own resolver takes them, for a row that no rule has looked at."""
    line = Line()

    attempt = await Caller(connect=line.connect).attempt(due(f"https://{host}/"))

    assert attempt.error in ("the host is not at a public address", "the host cannot be reached")
    assert line.called == []


async def test_a_name_that_changes_its_mind_is_asked_once() -> None:
    """DNS rebinding: public for whoever looks, private for whoever connects."""
    line = Line(["93.184.216.34"], ["127.0.0.1"])
    sender = Caller(look_up=line.look_up, connect=line.connect)

    first = await sender.attempt(due("https://erp.example.com:8443/"))
    assert first.error == "the host cannot be reached"
    assert line.asked == [("erp.example.com", 8443)]
    [(address, port, options)] = line.called
    assert (address, port) == ("93.184.216.34", 8443)
    assert options["server_hostname"] == "erp.example.com"
    assert options["ssl"].verify_mode is ssl.CERT_REQUIRED
    assert options["ssl"].check_hostname

    second = await sender.attempt(due("https://erp.example.com:8443/"))
    assert second.error == "the host is not at a public address"
    assert len(line.called) == 1, "each try looks anew"


async def test_plain_http_and_this_machine_are_not_called_unless_allowed(
    receiver: Receiver,
) -> None:
    """Whatever a row says: the rule may be newer than the row."""
    assert (await Caller().attempt(due(receiver.url))).error == "the address is not https"
    url = f"https://127.0.0.1:{receiver.port}/"
    assert (await Caller().attempt(due(url))).error == "the host is not at a public address"
    assert receiver.requests == []
    with telling_loopback():
        line = Line(["10.0.0.1"], ["93.184.216.34"])
        sender = Caller(look_up=line.look_up, connect=line.connect)
        assert (await sender.attempt(due("http://erp.example.com/"))).error is not None
        assert line.asked == []
        assert (await sender.attempt(due("http://localhost:1/"))).error is not None
        assert line.called == [], "a name of this machine that leads elsewhere"


async def test_a_certificate_of_nobody_is_not_taken(receiver: Receiver) -> None:
    with telling_loopback():
        attempt = await Caller().attempt(due(f"https://127.0.0.1:{receiver.port}/"))
    assert attempt.status is None
    assert attempt.error is not None
    assert receiver.requests == [], "nothing is said before the certificate is known"
