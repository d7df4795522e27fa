"""What no client of ours would send is answered in the graph's shape, and never by a bug."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import structlog
from litestar import Litestar, get
from litestar.datastructures import State

from tests.factories import a_network
from tests.integration.identity.test_tokens import KEYS
from tests.integration.server.test_auth import HERE, VIEWER, sign_in
from tradeline.kernel import Database, Pool
from tradeline_server.asgi import BODY_BYTES_MAX
from tradeline_server.faults import FAULTS
from tradeline_server.graph import GRAPH

JSON = {"content-type": "application/json"}
FIND = "query($first: Int, $search: String) { skus(first: $first, search: $search) { __typename } }"


@get("/broken")
async def broken() -> None:
    raise RuntimeError("the password is hunter2")


@pytest.fixture
def app(db: Database) -> Litestar:
    return Litestar(
        [*GRAPH, broken],
        state=State({"db": db, "token_keys": KEYS}),
        request_max_body_size=BODY_BYTES_MAX,
        exception_handlers=FAULTS,
    )


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url=HERE) as client:
        yield client


def asking(variables: str) -> bytes:
    return (
        b'{"query": ' + json.dumps(FIND).encode() + b', "variables": ' + variables.encode() + b"}"
    )


BODIES = {
    "a number": b"5",
    "null": b"null",
    "a text": b'"x"',
    "true": b"true",
    "a list": b"[]",
    "a list of requests": b'[{"query": "{ ping }"}]',
    "nothing": b"",
    "an end too early": b'{"query": "{ ping }"',
    "no UTF-8": b'{"query": "\xff"}',
    "no UTF-8 in a name": b'{"\xff": 1}',
    "another encoding": '{"query": "{ ping }"}'.encode("utf-16"),
    "no query": b"{}",
    "a query of another kind": b'{"query": 5}',
    "variables of another kind": b'{"query": "{ ping }", "variables": []}',
    "a name of another kind": b'{"query": "{ ping }", "operationName": 5}',
    "extensions of another kind": b'{"query": "{ ping }", "extensions": 5}',
    "an operation that is not there": b'{"query": "{ ping }", "operationName": "x"}',
    "an endless number": asking('{"first": ' + "9" * 5_000 + "}"),
    "a number beyond floats": asking('{"first": 1e999}'),
    "no number": asking('{"first": NaN}'),
    "half a pair": asking(r'{"search": "\ud800"}'),
    "the other half": asking(r'{"search": "\udc00"}'),
    "brackets": b"[" * 100_000,
    "deep variables": asking('{"search": ' + "[" * 50_000 + "]" * 50_000 + "}"),
    "deeper than any input": asking('{"search": ' + "[" * 500 + "]" * 500 + "}"),
    "a NUL": asking(r'{"search": "\u0000"}'),
    "an endless literal": json.dumps({"query": f"{{ skus(first: {'9' * 5_000}) }}"}).encode(),
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_body_that_is_no_request_is_a_bad_request(
    client: httpx2.AsyncClient, name: str
) -> None:
    response = await client.post("/graphql", content=BODIES[name], headers=JSON)

    assert response.status_code in (200, 400)
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert error["message"]


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", ""])
async def test_other_kinds_of_bodies_are_refused(
    client: httpx2.AsyncClient, content_type: str
) -> None:
    response = await client.post(
        "/graphql", content=b'{"query": "{ ping }"}', headers={"content-type": content_type}
    )

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_body_that_is_too_large_is_refused_in_words(
    client: httpx2.AsyncClient, is_told: bool
) -> None:
    body = json.dumps({"query": "{ ping }", "padding": "x" * BODY_BYTES_MAX}).encode()

    async def in_parts() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    response = await client.post("/graphql", content=body if is_told else in_parts(), headers=JSON)

    assert response.status_code == 413
    assert response.json() == {
        "errors": [
            {
                "message": "The body is larger than 2000000 bytes; send less at once.",
                "extensions": {"code": "TOO_LARGE"},
            }
        ]
    }


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, gzip", "identity, gzip"])
async def test_a_packed_body_is_never_unpacked(client: httpx2.AsyncClient, encoding: str) -> None:
    packed = gzip.compress(b"{" + b" " * 1_000_000 + b"}")

    response = await client.post(
        "/graphql", content=packed, headers={**JSON, "content-encoding": encoding}
    )

    assert response.status_code == 415
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("PUT", "/graphql", 405, "METHOD_NOT_ALLOWED"),
        ("DELETE", "/graphql", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/elsewhere", 404, "NOT_FOUND"),
        ("GET", "/graphql", 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_another_method_or_address_is_refused_in_the_graphs_shape(
    client: httpx2.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await client.request(method, path)

    assert response.status_code == status
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == code
    assert error["message"]
    assert ("allow" in response.headers) == (status == 405)


async def test_a_request_as_clients_send_it_is_answered(client: httpx2.AsyncClient) -> None:
    body = {"query": "query A { ping }", "operationName": "A", "variables": {}, "id": 1}

    response = await client.post("/graphql", json=body)

    assert response.json() == {"data": {"ping": True}}


@pytest.mark.parametrize("host", ["a:b:c", "127.0.0.1:99999", "[", "127.0.0.1:x"])
async def test_a_host_that_is_none_is_not_this_machine(
    owner_pool: Pool, db: Database, client: httpx2.AsyncClient, host: str
) -> None:
    story = await a_network(owner_pool, db)
    token = (await sign_in(client, story.email("brand"))).cookies["tradeline_session"]
    client.cookies.clear()
    cookie = f"tradeline_session={token}"

    response = await client.post(
        "/graphql", json={"query": VIEWER}, headers={"host": host, "cookie": cookie}
    )

    assert response.status_code == 200
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "authorization",
    ["Bearer " + "x" * 10_000, "Bearer é.é.é", "Bearer W1tbW1tb.e.e", "Bearer a.b.c", "\xff"],
)
async def test_no_header_breaks_anything(client: httpx2.AsyncClient, authorization: str) -> None:
    response = await client.post(
        "/graphql",
        json={"query": "{ ping }"},
        headers={"authorization": authorization.encode("latin-1")},
    )

    assert response.json() == {"data": {"ping": True}}


async def test_a_bug_leaves_a_reference_and_nothing_else(client: httpx2.AsyncClient) -> None:
    with structlog.testing.capture_logs() as logs:
        response = await client.get("/broken")

    body: Any = response.json()
    [error] = body["errors"]
    assert response.status_code == 500
    assert error["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in response.text
    [entry] = [entry for entry in logs if entry["event"] == "web.bug"]
    assert entry["reference"] == error["extensions"]["reference"]


async def test_a_client_that_goes_away_is_no_bug(app: Litestar) -> None:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"1000")],
    }
    received = iter(
        [
            {"type": "http.request", "body": b'{"query": "{ p', "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> Any:
        return next(received)

    async def send(message: Any) -> None:
        pass

    with structlog.testing.capture_logs() as logs:
        await app(scope, receive, send)  # type: ignore[arg-type]

    assert [entry for entry in logs if entry["event"] == "web.bug"] == []
