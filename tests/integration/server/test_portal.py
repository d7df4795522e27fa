"""What a browser gets that asks for the portal: its files and no others, or why there are none."""

from __future__ import annotations

import gzip
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from litestar import Litestar, get
from litestar.datastructures import State as AppState

from tests.integration.identity.test_tokens import KEYS
from tradeline.kernel import Database
from tradeline_server.asgi import healthz
from tradeline_server.auth import oauth_token
from tradeline_server.graph import GRAPH
from tradeline_server.portal import Portal, State, portal_page

INDEX = "<!doctype html><title>Tradeline</title>"
SCRIPT = "console.log(1)"
FOR_A_PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
LOCKED_DOWN = ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")


@get("/files/{name:str}")
async def file(name: str) -> str:
    return name


def build(folder: Path, script_name: str = "index-abc.js") -> Path:
    (folder / "assets").mkdir(parents=True)
    (folder / ".vite").mkdir()
    (folder / ".vite/manifest.json").write_text("{}")
    (folder / "index.html").write_text(INDEX)
    (folder / "favicon.svg").write_text("<svg/>")
    script = folder / "assets" / script_name
    script.write_text(SCRIPT)
    script.with_name(f"{script_name}.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    script.with_name(f"{script_name}.br").write_bytes(b"as brotli has it")
    return folder


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    (tmp_path / "secret.txt").write_text("hunter2")
    return Portal(build(tmp_path / "dist"))


async def visit(portal: Portal, db: Database) -> AsyncIterator[httpx2.AsyncClient]:
    state = AppState({"portal": portal, "db": db, "token_keys": KEYS})
    app = Litestar([healthz, oauth_token, *GRAPH, portal_page, file], state=state)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.fixture
async def client(portal: Portal, db: Database) -> AsyncIterator[httpx2.AsyncClient]:
    async for client in visit(portal, db):
        yield client


@pytest.mark.parametrize("path", ["/", "/index.html"])
async def test_the_page_is_asked_for_anew_each_time(client: httpx2.AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert (response.status_code, response.text) == (200, INDEX)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"


async def test_what_bears_its_hash_is_kept_for_ever(client: httpx2.AsyncClient) -> None:
    script = await client.get("/assets/index-abc.js")
    icon = await client.get("/favicon.svg")

    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in script.headers["cache-control"]
    assert icon.headers["content-type"] == "image/svg+xml"
    assert icon.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/orders/5", "/assets/index-abc.js", "/favicon.svg"])
async def test_nothing_but_our_own_scripts_may_run(client: httpx2.AsyncClient, path: str) -> None:
    headers = (await client.get(path, headers=FOR_A_PAGE)).headers

    policy = headers["content-security-policy"].split("; ")
    assert set(LOCKED_DOWN) <= set(policy)
    assert not any("unsafe" in part for part in policy if not part.startswith("style-src"))
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.5, GZIP;q=1.0", "br"),
        ("gzip", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("br;q=0.0,gzip; q=0", None),
        ("zstd", None),
        ("", None),
    ],
)
async def test_a_file_is_sent_as_the_browser_can_read_it(
    client: httpx2.AsyncClient, accepted: str, encoding: str | None
) -> None:
    path = "/assets/index-abc.js"
    async with client.stream("GET", path, headers={"accept-encoding": accepted}) as response:
        raw = b"".join([part async for part in response.aiter_raw()])

    read = {"br": lambda _: SCRIPT.encode(), "gzip": gzip.decompress, None: bytes}
    assert response.headers.get("content-encoding") == encoding
    assert response.headers["vary"] == "accept-encoding"
    assert read[encoding](raw) == SCRIPT.encode()
    assert int(response.headers["content-length"]) == len(raw)


async def test_what_a_browser_has_is_not_sent_again(client: httpx2.AsyncClient) -> None:
    plain = {"accept-encoding": "identity"}
    tag = (await client.get("/", headers=plain)).headers["etag"]
    script_tag = (await client.get("/assets/index-abc.js")).headers["etag"]

    again = await client.get("/", headers=plain | {"if-none-match": f'"x", W/{tag}'})
    another = await client.get("/", headers=plain | {"if-none-match": script_tag})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert another.status_code == 200


async def test_an_encoding_has_a_tag_of_its_own(client: httpx2.AsyncClient) -> None:
    tags = {
        (await client.head("/assets/index-abc.js", headers={"accept-encoding": name})).headers[
            "etag"
        ]
        for name in ("br", "gzip", "identity")
    }
    assert len(tags) == 3


async def test_a_head_has_the_headers_and_no_body(client: httpx2.AsyncClient) -> None:
    asked = await client.get("/")
    head = await client.head("/")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == asked.headers
    assert head.headers["content-length"] == str(len(INDEX))


@pytest.mark.parametrize("path", ["/orders", "/orders/12", "/money/statements/x.y", "/orders/"])
async def test_a_path_of_the_page_leads_to_the_page(client: httpx2.AsyncClient, path: str) -> None:
    response = await client.get(path, headers=FOR_A_PAGE)

    assert (response.status_code, response.text) == (200, INDEX)


@pytest.mark.parametrize(
    "path",
    [
        "/assets/index-old.js",
        "/graphql/x",
        "/files",
        "/files/x/y",
        "/oauth/other",
        "/oauth",
        "/healthz/x",
    ],
)
async def test_a_path_of_the_api_or_of_a_file_never_leads_to_the_page(
    client: httpx2.AsyncClient, path: str
) -> None:
    response = await client.get(path, headers=FOR_A_PAGE)

    assert response.status_code == 404
    assert INDEX not in response.text


async def test_the_api_keeps_its_own_paths(client: httpx2.AsyncClient) -> None:
    graphql = await client.get("/graphql", headers=FOR_A_PAGE)
    posted = await client.post("/graphql", json={})
    a_file = await client.get("/files/x", headers=FOR_A_PAGE)

    assert graphql.status_code in (400, 404, 405)
    assert posted.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert a_file.text == "x"
    for response in (graphql, posted, a_file):
        assert INDEX not in response.text


@pytest.mark.parametrize("accept", ["*/*", "application/json", "image/png", ""])
async def test_who_asks_for_no_page_is_told_that_there_is_nothing(
    client: httpx2.AsyncClient, accept: str
) -> None:
    assert (await client.get("/orders", headers={"accept": accept})).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "//secret.txt",
        "/.vite/manifest.json",
        "/assets",
        "/assets/index-abc.js%00",
        "/assets/index-abc.js.br",
    ],
)
async def test_nothing_but_the_built_files_can_be_had(
    portal: Portal, client: httpx2.AsyncClient, path: str
) -> None:
    target = httpx2.URL("http://127.0.0.1:8000").copy_with(raw_path=path.encode())
    for accept in ({"accept": "*/*"}, FOR_A_PAGE):
        response = await client.get(target, headers=accept)
        assert response.status_code == 404 or response.text == INDEX
    assert portal.find(path.removeprefix("/")) is None


async def test_a_new_build_is_taken_over_and_the_old_chunks_stay_for_open_pages(
    portal: Portal, client: httpx2.AsyncClient, tmp_path: Path
) -> None:
    assert (await client.get("/assets/index-abc.js")).status_code == 200
    exchange(tmp_path, "index-new.js")

    for name in ("index-new.js", "index-abc.js"):
        assert (await client.get(f"/assets/{name}")).status_code == 200
    exchange(tmp_path, "index-newest.js")
    assert (await client.get("/assets/index-newest.js")).status_code == 200
    assert (await client.get("/assets/index-abc.js")).status_code == 404


async def test_between_two_builds_the_old_one_is_served(
    portal: Portal, client: httpx2.AsyncClient, tmp_path: Path
) -> None:
    assert portal.is_there
    (tmp_path / "dist").rename(tmp_path / "away")

    assert (await client.get("/")).text == INDEX


def exchange(folder: Path, script_name: str) -> None:
    build(folder / "new", script_name)
    (folder / "dist").rename(folder / f"before-{script_name}")
    (folder / "new").rename(folder / "dist")
    os.utime(folder / "dist/index.html")


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(
    ("accepted", "language", "said"), [("zh-CN,en;q=0.5", "zh-CN", "门户"), ("en", "en", "portal")]
)
async def test_without_a_build_a_page_says_why_and_what_to_do(
    tmp_path: Path, db: Database, state: State, accepted: str, language: str, said: str
) -> None:
    portal = Portal(tmp_path / "dist")
    portal.state = state
    async for client in visit(portal, db):
        headers = FOR_A_PAGE | {"accept-language": accepted}
        response = await client.get("/orders", headers=headers)
        script = await client.get("/assets/index-abc.js")

    assert response.status_code == 503
    assert f'<html lang="{language}">' in response.text
    assert said in response.text
    assert "<script" not in response.text
    assert ("refresh" in response.headers) == (state is State.BUILDING)
    assert ("make portal" in response.text) == (state is not State.BUILDING)
    assert response.headers["cache-control"] == "no-store"
    assert set(LOCKED_DOWN) <= set(response.headers["content-security-policy"].split("; "))
    assert script.status_code == 404
