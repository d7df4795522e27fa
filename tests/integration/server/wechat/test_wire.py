"""The client that WeChat is asked by: what it sends, and what it takes for an answer."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tradeline_server.wechat import wire as wire_module
from tradeline_server.wechat.wire import (
    Answer,
    AnswerTooLong,
    NoAnswer,
    Place,
    Wire,
    place_and_target,
)

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nRequest-ID: r-1\r\n\r\nok"


class House:
    """A server that answers each request by these bytes, and hangs up after an empty one."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while self.answers:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            self.requests.append(head + await reader.readexactly(int(length or 0)))
            answer = self.answers.pop(0)
            writer.write(answer)
            if not answer or b"close" in answer:
                break
        writer.close()


@asynccontextmanager
async def a_wire(house: House, connections_max: int = 4) -> AsyncIterator[Wire]:
    server = await asyncio.start_server(house.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    wire = Wire(Place(host, port, False), connections_max=connections_max)
    try:
        yield wire
    finally:
        wire.close()
        server.close()


async def ask(wire: Wire, body: bytes = b"{}", seconds_max: float = 5.0) -> Answer:
    headers = {"Content-Type": "application/json"}
    return await wire.ask(
        *("POST", "/v3/pay?x=1", headers, body), bytes_max=1000, seconds_max=seconds_max
    )


async def test_one_after_another_is_asked_on_one_connection() -> None:
    house = House(OK, OK)
    async with a_wire(house) as wire:
        answers = [await ask(wire, body) for body in (b"first", b"second")]
    assert answers[0] == Answer(200, {"content-length": "2", "request-id": "r-1"}, b"ok")
    assert house.connections == 1
    assert house.requests[1].startswith(b"POST /v3/pay?x=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert house.requests[1].endswith(b"Content-Length: 6\r\n\r\nsecond")


async def test_no_more_connections_are_open_than_may_be() -> None:
    house = House(*[OK] * 9)
    async with a_wire(house, connections_max=2) as wire:
        await asyncio.gather(*(ask(wire) for _ in range(9)))
    assert house.connections <= 2


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nabcde",
    ],
)
async def test_a_body_ends_where_its_sender_says(sent: bytes) -> None:
    async with a_wire(House(sent)) as wire:
        assert (await ask(wire)).body == b"abcde"


async def test_an_answer_without_a_body_is_one() -> None:
    async with a_wire(House(b"HTTP/1.1 204 No Content\r\n\r\n", OK)) as wire:
        assert ((await ask(wire)).status, (await ask(wire)).body) == (204, b"ok")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"nothing of HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX: close\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: nine\r\n\r\n",
    ],
)
async def test_what_is_no_whole_answer_is_none(sent: bytes) -> None:
    async with a_wire(House(sent)) as wire:
        with pytest.raises(NoAnswer):
            await ask(wire)


async def test_whoever_takes_too_long_has_not_answered() -> None:
    async with a_wire(House(b"HTTP/1.1 200 OK\r\n")) as wire:
        with pytest.raises(NoAnswer):
            await ask(wire, seconds_max=0.2)


@pytest.mark.parametrize("length", [b"Content-Length: 1001", b"Transfer-Encoding: chunked"])
async def test_no_more_is_read_than_was_asked_for(length: bytes) -> None:
    body = b"x" * 1001
    if b"chunked" in length:
        body = b"3e9\r\n" + body + b"\r\n0\r\n\r\n"
    async with a_wire(House(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n\r\n" + body)) as wire:
        with pytest.raises(AnswerTooLong):
            await ask(wire)


async def test_nobody_is_there() -> None:
    async with a_wire(House(OK)) as wire:
        pass
    with pytest.raises(NoAnswer):
        await ask(wire)


@pytest.mark.parametrize(
    ("target", "value"),
    [("/a HTTP/1.1\r\nX: y", "v"), ("/a b", "v"), ("/a", "v\r\nX: y"), ("/a", "v\ny"), ("/a", "é")],
)
async def test_a_request_cannot_be_made_into_two(target: str, value: str) -> None:
    house = House(OK)
    async with a_wire(house) as wire:
        with pytest.raises(ValueError, match="lines of their own"):
            await wire.ask("GET", target, {"H": value}, b"", bytes_max=1, seconds_max=1)
    assert house.connections == 0


async def test_a_later_answer_is_not_taken_for_the_next_ones() -> None:
    """More than was asked for came: that connection is given up."""
    house = House(OK + OK.replace(b"ok", b"no"), OK)
    async with a_wire(house) as wire:
        assert (await ask(wire)).body == b"ok"
        await asyncio.sleep(0.05)
        assert (await ask(wire)).body == b"ok"
    assert house.connections == 2


@pytest.fixture(scope="module")
def secrets_of_a_server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key, and a certificate for 127.0.0.1 that nobody else has signed."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("server") / "secrets.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    return path


@pytest.mark.parametrize("is_trusted", [True, False])
async def test_only_whom_its_certificate_proves_is_asked(
    secrets_of_a_server: Path, monkeypatch: pytest.MonkeyPatch, is_trusted: bool
) -> None:
    house = House(OK)
    of_server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    of_server.load_cert_chain(secrets_of_a_server)
    if is_trusted:
        ours = ssl.create_default_context(cafile=str(secrets_of_a_server))
        monkeypatch.setattr(wire_module.httpx2, "create_ssl_context", lambda **_: ours)
    server = await asyncio.start_server(house.serve, "127.0.0.1", 0, ssl=of_server)
    host, port = server.sockets[0].getsockname()
    wire = Wire(Place(host, port, True))
    try:
        if is_trusted:
            assert (await ask(wire)).body == b"ok"
        else:
            with pytest.raises(NoAnswer):
                await ask(wire)
    finally:
        wire.close()
        server.close()
    assert len(house.requests) == is_trusted


def test_an_address_says_whom_to_ask_and_for_what() -> None:
    assert place_and_target("https://api.example.cn/a/b/?c=d") == (
        Place("api.example.cn", 443, True),
        "/a/b/?c=d",
    )
    place, target = place_and_target("http://[::1]:81")
    assert (place.host_header, target) == ("[::1]:81", "/")
    for wrong in ("ftp://example.cn", "https://", "example.cn"):
        with pytest.raises(ValueError, match="no address"):
            place_and_target(wrong)
