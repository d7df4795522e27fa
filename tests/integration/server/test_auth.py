"""How a request becomes an actor, over HTTP with all its headers."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from litestar import Litestar
from litestar.datastructures import State

from tests.factories import PASSWORD, Story, a_network
from tests.integration.identity.test_tokens import KEYS, a_client, issued, refreshed
from tradeline.kernel import Database, Pool
from tradeline_server.auth import oauth_token
from tradeline_server.graph import GRAPH
from tradeline_server.live import Live

HERE = "http://127.0.0.1:8000"
THERE = "https://shop.example.com"
VIEWER = "{ viewer { account { email } organization { nameEn } } }"
SIGN_IN = """
    mutation SignIn($input: SignInInput!) {
        signIn(input: $input) { viewer { account { email } } errors { __typename } }
    }
"""
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def app(db: Database) -> Litestar:
    state = State({"db": db, "token_keys": KEYS, "live": Live("")})
    return Litestar([*GRAPH, oauth_token], state=state)


@pytest.fixture
async def browser(app: Litestar) -> AsyncIterator[httpx2.AsyncClient]:
    async with a_browser(app) as client:
        yield client


def a_browser(app: Litestar, at: str = HERE) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=at)


async def ask(client: httpx2.AsyncClient, query: str, /, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = await client.post("/graphql", json={"query": query}, headers=named)
    return response.json()


async def sign_in(client: httpx2.AsyncClient, email: str) -> httpx2.Response:
    variables = {"input": {"email": email, "password": PASSWORD}}
    return await client.post("/graphql", json={"query": SIGN_IN, "variables": variables})


def email_in(answer: Any) -> str | None:
    """Whose answer it is; None if nobody was signed in."""
    if answer.get("data") is None:
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        return None
    email: str = answer["data"]["viewer"]["account"]["email"]
    return email


async def test_a_browser_on_this_machine_signs_in_by_a_plain_cookie(
    owner_pool: Pool, db: Database, browser: httpx2.AsyncClient
) -> None:
    story = await a_network(owner_pool, db)

    response = await sign_in(browser, story.email("brand"))

    assert response.json()["data"]["signIn"]["errors"] == []
    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith("tradeline_session=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "max-age=43200" in cookie
    assert "secure" not in cookie
    assert "domain" not in cookie
    assert await ask(browser, VIEWER) == {
        "data": {
            "viewer": {
                "account": {"email": story.email("brand")},
                "organization": {"nameEn": "brand"},
            }
        }
    }


async def test_over_tls_the_cookie_is_bound_to_the_host(
    owner_pool: Pool, db: Database, app: Litestar
) -> None:
    story = await a_network(owner_pool, db)
    async with a_browser(app, THERE) as browser:
        response = await sign_in(browser, story.email("brand"))

        cookie = response.headers["set-cookie"].lower()
        assert cookie.startswith("__host-tradeline=")
        assert "secure" in cookie
        assert email_in(await ask(browser, VIEWER)) == story.email("brand")
        token = response.cookies["__Host-tradeline"]
    async with a_browser(app, THERE) as other:
        plain = await ask(other, VIEWER, cookie=f"tradeline_session={token}")
        assert email_in(plain) is None, "the plain name counts on loopback only"


async def test_signing_out_takes_the_cookie_and_the_session(
    owner_pool: Pool, db: Database, browser: httpx2.AsyncClient
) -> None:
    story = await a_network(owner_pool, db)
    token = (await sign_in(browser, story.email("brand"))).cookies["tradeline_session"]

    answer = await ask(browser, "mutation { signOut { isSignedOut } }")

    assert answer["data"]["signOut"]["isSignedOut"]
    assert "tradeline_session" not in browser.cookies
    assert email_in(await ask(browser, VIEWER, cookie=f"tradeline_session={token}")) is None


async def test_signing_in_while_signed_in_ends_the_former_session(
    owner_pool: Pool, db: Database, browser: httpx2.AsyncClient
) -> None:
    story = await a_network(owner_pool, db)
    former = (await sign_in(browser, story.email("brand"))).cookies["tradeline_session"]

    response = await sign_in(browser, story.email("trader_a"))

    viewer = response.json()["data"]["signIn"]["viewer"]
    assert viewer["account"]["email"] == story.email("trader_a"), "the answer is the new one's"
    assert email_in(await ask(browser, VIEWER)) == story.email("trader_a")
    browser.cookies.clear()
    assert email_in(await ask(browser, VIEWER, cookie=f"tradeline_session={former}")) is None


ELSEWHERE = [
    {"origin": "https://evil.example.com"},
    {"origin": "http://127.0.0.1:9999"},
    {"origin": "http://127.0.0.1.evil.example.com:8000"},
    {"origin": "http://127.0.0.1:8000@evil.example.com"},
    {"origin": "http://evil@127.0.0.1:8000"},
    {"origin": "http://:@127.0.0.1:8000"},
    {"origin": "http://127.0.0.1:8000/"},
    {"origin": "http://127.0.0.1:8000/ "},
    {"origin": "http://127.0.0.1\t:8000"},
    {"origin": "null"},
    {"origin": "file://"},
    {"origin": "http://[broken"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": HERE, "sec-fetch-site": "cross-site"},
    {"origin": "https://evil.example.com", "x-tradeline-client": "portal"},
]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
async def test_pages_of_others_do_nothing_with_the_cookie(
    owner_pool: Pool, db: Database, browser: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    story = await a_network(owner_pool, db)
    await sign_in(browser, story.email("brand"))
    body = {"query": "mutation { signOut { isSignedOut } }"}

    for content_type in ("application/json", "text/plain", FORM["content-type"]):
        response = await browser.post(
            "/graphql", json=body, headers=headers | {"content-type": content_type}
        )
        assert response.status_code == 403
    assert (await browser.get("/graphql", params={"query": VIEWER}, headers=headers)).is_error
    assert email_in(await ask(browser, VIEWER)) == story.email("brand")


async def test_pages_of_others_sign_nobody_in(
    owner_pool: Pool, db: Database, browser: httpx2.AsyncClient
) -> None:
    story = await a_network(owner_pool, db)
    browser.headers["origin"] = "https://evil.example.com"

    response = await sign_in(browser, story.email("brand"))

    assert response.status_code == 403
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "content_type", ["text/plain", FORM["content-type"], "multipart/form-data; boundary=x", ""]
)
async def test_what_a_form_could_send_is_refused_with_a_cookie(
    owner_pool: Pool, db: Database, browser: httpx2.AsyncClient, content_type: str
) -> None:
    story = await a_network(owner_pool, db)
    await sign_in(browser, story.email("brand"))

    response = await browser.post(
        "/graphql",
        content=b'{"query": "mutation { signOut { isSignedOut } }"}',
        headers={"content-type": content_type},
    )

    assert response.status_code == 403
    assert email_in(await ask(browser, VIEWER)) == story.email("brand")


async def test_our_own_pages_and_programs_with_cookies_are_heard(
    owner_pool: Pool, db: Database, browser: httpx2.AsyncClient
) -> None:
    story = await a_network(owner_pool, db)
    await sign_in(browser, story.email("brand"))

    for headers in (
        {},
        {"origin": HERE},
        {"origin": HERE, "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"x-tradeline-client": "portal"},
    ):
        response = await browser.post("/graphql", json={"query": VIEWER}, headers=headers)
        assert email_in(response.json()) == story.email("brand")


async def test_tls_may_end_in_front_of_us(owner_pool: Pool, db: Database, app: Litestar) -> None:
    story = await a_network(owner_pool, db)
    async with a_browser(app, "http://shop.example.com") as browser:
        response = await sign_in(browser, story.email("brand"))
        token = response.cookies["__Host-tradeline"]
        browser.cookies.clear()

        answer = await ask(browser, VIEWER, origin=THERE, cookie=f"__Host-tradeline={token}")

    assert email_in(answer) == story.email("brand")


async def test_a_token_is_all_that_counts_where_there_is_one(
    owner_pool: Pool, db: Database, browser: httpx2.AsyncClient
) -> None:
    story = await a_network(owner_pool, db)
    await sign_in(browser, story.email("brand"))
    token = (await issued(db, story, "trader_a")).access_token

    ours = await ask(browser, VIEWER, authorization=f"Bearer {token}")
    lower = await ask(browser, VIEWER, authorization=f"bearer {token}")

    assert email_in(ours) == story.email("trader_a")
    assert email_in(lower) == story.email("trader_a")
    for other in (f"Bearer {token}x", "Bearer", "Bearer ", f"Basic {token}", token, ""):
        assert email_in(await ask(browser, VIEWER, authorization=other)) is None, other


async def test_no_other_header_says_who_one_is(
    owner_pool: Pool, db: Database, browser: httpx2.AsyncClient
) -> None:
    story = await a_network(owner_pool, db)
    await sign_in(browser, story.email("retailer_1"))
    brand = {"account": story.accounts["brand"], "org": story.orgs["brand"]}

    answer = await ask(
        browser,
        VIEWER,
        x_account_id=str(brand["account"]),
        x_organization_id=str(brand["org"]),
        x_org_id=str(brand["org"]),
        x_membership_id=str(story.memberships["brand"]),
        x_network_id=str(story.network_id),
        x_user=story.email("brand"),
        x_forwarded_user=story.email("brand"),
        remote_user=story.email("brand"),
        x_forwarded_for="127.0.0.1",
        x_original_url="/admin",
    )

    assert email_in(answer) == story.email("retailer_1")


async def test_a_page_is_answered_in_the_language_it_is_shown_in_else_in_the_accounts(
    owner_pool: Pool, db: Database, browser: httpx2.AsyncClient
) -> None:
    story = await a_network(owner_pool, db)
    await sign_in(browser, story.email("brand"))
    locale = "{ viewer { locale account { locale } } }"

    unasked = (await ask(browser, locale))["data"]["viewer"]
    english = (await ask(browser, locale, accept_language="en"))["data"]["viewer"]
    chinese = (await ask(browser, locale, accept_language="zh-CN"))["data"]["viewer"]
    french = (await ask(browser, locale, accept_language="fr"))["data"]["viewer"]

    assert unasked["locale"] == french["locale"] == unasked["account"]["locale"]
    assert (english["locale"], chinese["locale"]) == ("EN", "ZH")
    assert english["account"] == chinese["account"] == unasked["account"]


async def test_a_machine_is_answered_in_the_language_it_asks_for(
    owner_pool: Pool, db: Database, browser: httpx2.AsyncClient
) -> None:
    story = await a_network(owner_pool, db)
    client = await a_client(db, story)
    body = {
        "grant_type": "client_credentials",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
    }
    token = (await browser.post("/oauth/token", data=body)).json()["access_token"]

    for wanted, locale in (
        ("zh-CN,zh;q=0.9,en;q=0.8", "ZH"),
        ("en;q=0.5, zh-TW;q=0.7", "ZH"),
        ("fr, en-GB", "EN"),
        ("zh;q=0, fr", "EN"),
        ("zh;q=x", "EN"),
        ("", "EN"),
    ):
        answer = await ask(
            browser,
            "{ viewer { locale account { email } } }",
            authorization=f"Bearer {token}",
            accept_language=wanted,
        )
        assert answer["data"]["viewer"] == {"locale": locale, "account": None}, wanted


async def test_a_machine_gets_its_token_by_body_or_header(
    owner_pool: Pool, db: Database, browser: httpx2.AsyncClient
) -> None:
    story = await a_network(owner_pool, db)
    client = await a_client(db, story)
    pair = f"{client.client_id}:{client.client_secret}".encode()
    basic = {"authorization": f"Basic {base64.b64encode(pair).decode()}"}
    grant = {"grant_type": "client_credentials"}
    in_body = {"client_id": client.client_id, "client_secret": client.client_secret}

    by_body = await browser.post("/oauth/token", data=grant | in_body)
    by_header = await browser.post("/oauth/token", data=grant, headers=basic)
    by_both = await browser.post("/oauth/token", data=grant | in_body, headers=basic)

    for response in (by_body, by_header):
        assert response.status_code == 200
        assert response.headers["cache-control"] == "no-store"
        answer = response.json()
        assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 600)
        assert "refresh_token" not in answer
    assert (by_both.status_code, by_both.json()["error"]) == (400, "invalid_request")


async def test_token_requests_are_refused_as_the_standard_says(
    owner_pool: Pool, db: Database, browser: httpx2.AsyncClient
) -> None:
    story = await a_network(owner_pool, db)
    client = await a_client(db, story)
    wrong = {"client_id": client.client_id, "client_secret": "wrong"}
    password = {"grant_type": "password", "username": story.email("brand"), "password": PASSWORD}

    for body, status, error in (
        ({"grant_type": "client_credentials"} | wrong, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 400, "invalid_request"),
        ({"grant_type": ["client_credentials"] * 2} | wrong, 400, "invalid_request"),
        (password, 400, "unsupported_grant_type"),
        ({}, 400, "invalid_request"),
        ({"grant_type": "refresh_token"}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant"),
    ):
        response = await browser.post("/oauth/token", data=body, headers=FORM)
        assert (response.status_code, response.json()["error"]) == (status, error), body
        assert ("www-authenticate" in response.headers) is (status == 401)
    as_json = await browser.post("/oauth/token", json={"grant_type": "client_credentials"})
    assert (as_json.status_code, as_json.json()["error"]) == (400, "invalid_request")
    for header in ("Basic ???", "Basic", "Bearer x", "Basic " + base64.b64encode(b"x").decode()):
        response = await browser.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            headers={"authorization": header},
        )
        assert response.json()["error"] == "invalid_client"
    huge = await browser.post("/oauth/token", data={"grant_type": "x" * 20_000})
    assert (huge.status_code, huge.json()["error"]) == (413, "invalid_request")


async def test_a_program_refreshes_by_the_standard_way_too(
    owner_pool: Pool, db: Database, browser: httpx2.AsyncClient
) -> None:
    story: Story = await a_network(owner_pool, db)
    tokens = await issued(db, story)
    body = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}

    first = await browser.post("/oauth/token", data=body)
    again = await browser.post("/oauth/token", data=body)

    assert first.status_code == 200
    token = first.json()["access_token"]
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert email_in(await ask(browser, VIEWER, authorization=f"Bearer {token}")) is None
    tokens = await issued(db, story)
    assert (await refreshed(db, tokens)).refresh_token
