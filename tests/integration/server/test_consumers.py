"""How consumers come in over HTTP, as a mini-program lets them, with a simulated WeChat behind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from litestar import Litestar
from litestar.datastructures import State

from tests.factories import PASSWORD, Story, a_network
from tests.factories_catalog import a_catalog
from tests.factories_channels import a_store, listed
from tests.factories_members import a_member, an_openid
from tests.factories_wechat import wechat_keys
from tests.integration.identity.test_tokens import KEYS
from tradeline.channels import put_mini_program
from tradeline.kernel import Database, Pool, open_pool, system_actor
from tradeline_graph._ids import to_id
from tradeline_graph.members import login
from tradeline_server.graph import GRAPH
from tradeline_server.live import Live
from tradeline_server.paying.ports import WeChatPorts
from tradeline_server.wechat import open_merchants
from tradeline_server.wechat.settings import Template
from tradeline_server.wechat.simulator import Simulator, running_simulator

PHONE = "13800138000"
TEMPLATE = "Tm9X_template-Id43"
SESSION = "session { accessToken refreshToken member { id isGuest phoneMasked } }"
PROBLEMS = "errors { __typename ... on Problem { message path } }"
GUEST = (
    "mutation($input: GuestStartInput!)"
    f" {{ it: guestStart(input: $input) {{ {SESSION} {PROBLEMS} }} }}"
)
LOGIN = (
    "mutation($input: MemberLoginInput!)"
    f" {{ it: memberLogin(input: $input) {{ {SESSION} {PROBLEMS} }} }}"
)
REFRESH = (
    "mutation($input: MemberSessionRefreshInput!)"
    f" {{ it: memberSessionRefresh(input: $input) {{ {SESSION} {PROBLEMS} }} }}"
)
BIND = (
    "mutation($input: MemberPhoneBindInput!)"
    f" {{ it: memberPhoneBind(input: $input) {{ member {{ id phoneMasked }} {PROBLEMS} }} }}"
)
SAVE = (
    "mutation($input: MemberAddressSaveInput!) { it: memberAddressSave(input: $input)"
    f" {{ address {{ id recipient phoneMasked region detail isDefault }} {PROBLEMS} }} }}"
)
ME = (
    "{ me { id nickname isGuest phoneMasked addresses { id }"
    " consents { subject version isGiven } } }"
)
TOKENS = (
    "mutation($input: TokenIssueInput!)"
    " { it: tokenIssue(input: $input) { tokens { accessToken refreshToken } } }"
)
UNDO = (
    "mutation($input: MemberMergeUndoInput!) { it: memberMergeUndo(input: $input)"
    f" {{ merge {{ id undoneAt }} {PROBLEMS} }} }}"
)
VIEWER = "{ viewer { account { email } } }"


@dataclass
class Door:
    """A database with one network, its mini-program, the graph over it, and WeChat."""

    owner_pool: Pool
    db: Database
    story: Story
    client: httpx2.AsyncClient
    simulator: Simulator
    app_id: str

    async def ask(self, query: str, token: str | None = None, **input: Any) -> Any:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        response = await self.client.post(
            "/graphql",
            json={"query": query, "variables": {"input": input} if input else {}},
            headers=headers,
        )
        answer = response.json()
        if answer.get("errors"):
            return answer["errors"][0]["extensions"]["code"]
        return answer["data"].get("it", answer["data"])

    async def guest(self) -> Any:
        return (await self.ask(GUEST, appId=self.app_id))["session"]

    async def log_in(self, openid: str, token: str | None = None, unionid: str = "") -> Any:
        codes = self.simulator.people.arrive(openid, unionid=unionid)
        answer = await self.ask(LOGIN, token, appId=self.app_id, code=codes.login_code)
        assert answer["errors"] == []
        return answer["session"]

    async def bind(self, token: str, phone: str, request_id: str = "", openid: str = "o1") -> Any:
        codes = self.simulator.people.arrive(openid, phone=phone)
        return await self.ask(
            BIND, token, requestId=request_id or uuid4().hex, code=codes.phone_code
        )

    async def me(self, token: str | None) -> Any:
        answer = await self.ask(ME, token)
        return answer["me"] if isinstance(answer, dict) else answer


@pytest.fixture(scope="module")
async def door(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Door]:
    dsn = await clone()
    keys = wechat_keys()
    async with (
        await open_pool(dsn, role=None) as owner_pool,
        await open_pool(dsn) as pool,
        running_simulator(keys) as running,
        open_merchants(
            [
                replace(
                    keys.settings(running.url, "http://127.0.0.1/wechat/notices"),
                    templates={"shipped": Template(id=TEMPLATE, keywords={})},
                )
            ]
        ) as merchants,
    ):
        db = Database(pool)
        story = await a_network(owner_pool, db)
        app_id = keys.settings(running.url, "http://127.0.0.1/wechat/notices").appid
        async with db.unit_of_work(story.network_id) as conn:
            system = system_actor(story.network_id, story.orgs["brand"])
            await put_mini_program(conn, actor=system, app_id=app_id, name="商城")
        ports = WeChatPorts(db, merchants)
        state = State({"db": db, "token_keys": KEYS, "live": Live(""), "wechat_ports": ports})
        app = Litestar([*GRAPH], state=state)
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield Door(owner_pool, db, story, client, running.simulator, app_id)


@pytest.fixture(autouse=True)
async def _nobody_has_failed(door: Door) -> None:
    await door.owner_pool.execute("DELETE FROM identity.sign_in_failure")


async def test_a_guest_becomes_a_member_and_logs_out(door: Door) -> None:
    guest = await door.guest()
    assert guest["member"]["isGuest"]
    assert (await door.me(guest["accessToken"]))["id"] == guest["member"]["id"]

    member = await door.log_in(an_openid(), guest["accessToken"])

    assert member["member"] == {"id": guest["member"]["id"], "isGuest": False, "phoneMasked": None}
    assert await door.me(guest["accessToken"]) == "UNAUTHENTICATED"
    renewed = (await door.ask(REFRESH, refreshToken=member["refreshToken"]))["session"]
    assert renewed["member"] == member["member"]
    logged_out = await door.ask(
        "mutation { it: memberLogout { isLoggedOut } }", renewed["accessToken"]
    )
    assert logged_out == {"isLoggedOut": True}
    assert await door.me(renewed["accessToken"]) == "UNAUTHENTICATED"
    again = await door.ask(REFRESH, refreshToken=renewed["refreshToken"])
    assert [error["__typename"] for error in again["errors"]] == ["TokenNotUsable"]


async def test_who_logs_in_and_out_in_one_breath_has_sent_no_token_to_end(door: Door) -> None:
    codes = door.simulator.people.arrive(an_openid())

    answer = await door.ask(
        "mutation($input: MemberLoginInput!)"
        " { memberLogin(input: $input) { errors { __typename } } memberLogout { isLoggedOut } }",
        appId=door.app_id,
        code=codes.login_code,
    )

    assert answer == "UNAUTHENTICATED"


async def test_what_a_mini_program_is_given_holds_nothing_of_wechats(door: Door) -> None:
    openid, unionid = an_openid(), an_openid()
    session = await door.log_in(openid, unionid=unionid)
    bound = await door.bind(session["accessToken"], PHONE, openid=openid)
    told = repr([session, bound, await door.me(session["accessToken"])])

    assert bound["member"]["phoneMasked"] == "138****8000"
    for secret in (openid, unionid, PHONE, "session_key", "sessionKey"):
        assert secret not in told


async def test_a_code_works_once_and_none_of_an_unknown_mini_program(door: Door) -> None:
    codes = door.simulator.people.arrive(an_openid())
    login = {"appId": door.app_id, "code": codes.login_code}
    assert (await door.ask(LOGIN, **login))["errors"] == []

    for code in (codes.login_code, "nonsense", "", "x" * 257):
        refused = await door.ask(LOGIN, **(login | {"code": code}))
        assert refused["session"] is None
        [error] = refused["errors"]
        assert (error["__typename"], error["path"]) == ("CodeNotUsable", ["code"])
    for query in (LOGIN, GUEST):
        input = {"appId": "wx-unknown"} | ({"code": "x"} if query == LOGIN else {})
        [error] = (await door.ask(query, **input))["errors"]
        assert (error["__typename"], error["path"]) == ("NotFound", ["appId"])


async def test_who_fails_too_often_is_not_let_near_wechat(door: Door) -> None:
    for _ in range(login.FAILURES_PER_ADDRESS_MAX):
        refused = await door.ask(LOGIN, appId=door.app_id, code="nonsense")
        assert refused["errors"][0]["__typename"] == "CodeNotUsable"
    codes = door.simulator.people.arrive(an_openid())

    refused = await door.ask(LOGIN, appId=door.app_id, code=codes.login_code)

    assert refused["errors"][0]["__typename"] == "TooManySignIns"
    await door.owner_pool.execute("DELETE FROM identity.sign_in_failure")
    let_in = await door.ask(LOGIN, appId=door.app_id, code=codes.login_code)
    assert let_in["errors"] == [], "the code was not used up"


async def test_guests_without_end_are_not_made(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "GUESTS_PER_ADDRESS_MAX", 2)
    await door.guest()
    await door.guest()
    before = await door.owner_pool.fetchval("SELECT count(*) FROM members.member")

    refused = await door.ask(GUEST, appId=door.app_id)

    assert refused["errors"][0]["__typename"] == "Busy"
    assert await door.owner_pool.fetchval("SELECT count(*) FROM members.member") == before


async def test_a_phone_is_bound_once_for_a_request_that_comes_twice(door: Door) -> None:
    session = await door.log_in(an_openid())
    codes = door.simulator.people.arrive("o1", phone="13900139000")
    request = {"requestId": uuid4().hex, "code": codes.phone_code}

    first = await door.ask(BIND, session["accessToken"], **request)
    again = await door.ask(BIND, session["accessToken"], **request)

    assert first == again
    assert first["member"]["phoneMasked"] == "139****9000"
    other = await door.ask(
        BIND, session["accessToken"], requestId=uuid4().hex, code=codes.phone_code
    )
    assert other["errors"][0]["__typename"] == "CodeNotUsable"


async def test_a_binding_that_made_two_one_is_answered_alike_when_it_comes_twice(
    door: Door,
) -> None:
    phone = f"136{uuid4().int % 10**8:08d}"
    openid = an_openid()
    old, young = await door.log_in(an_openid()), await door.log_in(openid)
    await door.bind(old["accessToken"], phone)
    codes = door.simulator.people.arrive("o1", phone=phone)
    request = {"requestId": uuid4().hex, "code": codes.phone_code}

    first = await door.ask(BIND, young["accessToken"], **request)
    again = await door.ask(BIND, young["accessToken"], **request)
    later = await door.ask(BIND, (await door.log_in(openid))["accessToken"], **request)

    assert first["member"]["id"] == old["member"]["id"]
    assert first == again == later
    other = await door.ask(
        BIND, young["accessToken"], requestId=request["requestId"], code="another"
    )
    assert other["errors"][0]["__typename"] == "RequestReused"
    old = await door.log_in(an_openid())
    stranger = await door.ask(BIND, old["accessToken"], **request)
    assert stranger["errors"][0]["__typename"] == "CodeNotUsable"


async def test_a_guest_binds_no_phone(door: Door) -> None:
    guest = await door.guest()

    refused = await door.bind(guest["accessToken"], PHONE)

    assert refused["errors"][0]["__typename"] == "NotForGuests"


async def test_an_organizations_token_opens_nothing_of_consumers_and_the_reverse(
    door: Door,
) -> None:
    email = door.story.email("brand")
    issued = await door.ask(
        TOKENS,
        email=email,
        password=PASSWORD,
    )
    session = await door.log_in(an_openid())
    organizations, consumers = issued["tokens"], session

    assert await door.me(organizations["accessToken"]) == "UNAUTHENTICATED"
    assert await door.ask(VIEWER, consumers["accessToken"]) == "UNAUTHENTICATED"
    assert await door.ask("{ memberMerges { edges { cursor } } }", consumers["accessToken"]) == (
        "UNAUTHENTICATED"
    )
    assert (await door.ask(VIEWER, organizations["accessToken"]))["viewer"]["account"] == {
        "email": email
    }
    crossed = await door.ask(REFRESH, refreshToken=organizations["refreshToken"])
    assert crossed["session"] is None
    crossed = await door.ask(
        "mutation($input: TokenRefreshInput!) { it: tokenRefresh(input: $input)"
        " { tokens { accessToken } errors { __typename } } }",
        refreshToken=consumers["refreshToken"],
    )
    assert crossed["tokens"] is None


async def test_ones_addresses_are_kept_and_are_nobody_elses(door: Door) -> None:
    one, other = await door.log_in(an_openid()), await door.log_in(an_openid())
    home = {"recipient": "林", "phone": PHONE, "region": "CN-31", "detail": "1 弄"}
    request = {"requestId": uuid4().hex, **home}

    saved = await door.ask(SAVE, one["accessToken"], **request)
    again = await door.ask(SAVE, one["accessToken"], **request)

    assert saved == again
    address_id = saved["address"].pop("id")
    assert saved["address"] == {
        "recipient": "林",
        "phoneMasked": "138****8000",
        "region": "CN-31",
        "detail": "1 弄",
        "isDefault": True,
    }
    stolen = {"requestId": uuid4().hex, "addressId": address_id, **home, "detail": "2 弄"}
    refused = await door.ask(SAVE, other["accessToken"], **stolen)
    assert [error["path"] for error in refused["errors"]] == [["addressId"]]
    delete = (
        "mutation($input: MemberAddressDeleteInput!) { it: memberAddressDelete(input: $input)"
        f" {{ addressId {PROBLEMS} }} }}"
    )
    gone = {"requestId": uuid4().hex, "addressId": address_id}
    assert (await door.ask(delete, other["accessToken"], **gone))["addressId"] is None
    assert (await door.me(one["accessToken"]))["addresses"] == [{"id": address_id}]
    assert (await door.ask(delete, one["accessToken"], **gone))["addressId"] == address_id
    assert (await door.me(one["accessToken"]))["addresses"] == []


async def test_one_says_what_one_is_called_and_agrees_to(door: Door) -> None:
    session = await door.log_in(an_openid())
    consent = (
        "mutation($input: MemberConsentRecordInput!) { it: memberConsentRecord(input: $input)"
        f" {{ member {{ consents {{ subject version isGiven }} }} {PROBLEMS} }} }}"
    )
    update = (
        "mutation($input: MemberUpdateInput!) { it: memberUpdate(input: $input)"
        f" {{ member {{ nickname locale }} {PROBLEMS} }} }}"
    )
    said = {"subject": "privacy_policy", "version": "1", "isGiven": True}

    answer = await door.ask(consent, session["accessToken"], requestId=uuid4().hex, **said)
    assert answer["member"]["consents"] == [said]
    answer = await door.ask(
        update, session["accessToken"], requestId=uuid4().hex, nickname="小满", locale="EN"
    )
    assert answer["member"] == {"nickname": "小满", "locale": "EN"}
    told = {"subject": TEMPLATE, "version": "1", "isGiven": True}
    answer = await door.ask(consent, session["accessToken"], requestId=uuid4().hex, **told)
    assert answer["errors"] == []
    unknown = {"subject": "anything", "version": "1", "isGiven": True}
    refused = await door.ask(consent, session["accessToken"], requestId=uuid4().hex, **unknown)
    assert [error["path"] for error in refused["errors"]] == [["subject"]]
    refused = await door.ask(
        update, session["accessToken"], requestId=uuid4().hex, nickname="x" * 51
    )
    assert refused["errors"][0]["path"] == ["nickname"]
    assert (await door.me(session["accessToken"]))["nickname"] == "小满"


async def test_wechat_that_is_away_is_told_as_such(door: Door) -> None:
    async with door.db.unit_of_work(door.story.network_id) as conn:
        system = system_actor(door.story.network_id, door.story.orgs["brand"])
        app_id = f"wx{uuid4().hex[:16]}"
        await put_mini_program(conn, actor=system, app_id=app_id, name="没有密钥")

    refused = await door.ask(LOGIN, appId=app_id, code="code")

    assert [error["__typename"] for error in refused["errors"]] == ["WeChatUnavailable"]


async def test_the_brand_tells_two_apart_whom_a_phone_made_one(door: Door) -> None:
    phone = f"137{uuid4().int % 10**8:08d}"
    old, young = await door.log_in(an_openid()), await door.log_in(an_openid())
    await door.bind(old["accessToken"], phone)
    bound = await door.bind(young["accessToken"], phone)
    assert bound["member"]["id"] == old["member"]["id"]
    assert (await door.me(young["accessToken"]))["id"] == old["member"]["id"]
    issued = await door.ask(
        TOKENS,
        email=door.story.email("brand"),
        password=PASSWORD,
    )
    token = issued["tokens"]["accessToken"]
    listed = await door.ask(
        "{ memberMerges(first: 1) { edges { node { id cause intoPhoneMasked undoneAt } } } }", token
    )
    [edge] = listed["memberMerges"]["edges"]
    assert (edge["node"]["cause"], edge["node"]["undoneAt"]) == ("PHONE", None)
    assert edge["node"]["intoPhoneMasked"] == f"137****{phone[-4:]}"

    undone = await door.ask(
        UNDO,
        token,
        requestId=uuid4().hex,
        mergeId=edge["node"]["id"],
    )

    assert undone["merge"]["undoneAt"] is not None
    assert (await door.me(young["accessToken"]))["id"] == young["member"]["id"]


async def test_a_guests_cart_comes_along_once_and_is_given_back(door: Door) -> None:
    catalog = await a_catalog(door.db, door.story)
    store_id = await a_store(door.db, door.story)
    await listed(door.db, door.story, store_id, catalog, {"TEA": "9.90"})
    sku = to_id("Sku", catalog.skus["TEA"])
    place = to_id("Store", store_id)
    put = (
        "mutation($input: CartLinesPutInput!) { it: cartLinesPut(input: $input)"
        f" {{ cart {{ count }} {PROBLEMS} }} }}"
    )
    openid = an_openid()

    async def put_in(token: str, quantity: int) -> None:
        lines = [{"skuId": sku, "quantity": quantity}]
        answer = await door.ask(put, token, requestId=uuid4().hex, storeId=place, lines=lines)
        assert answer["errors"] == []

    async def count(token: str) -> int:
        found = (await door.ask(f'{{ cart(storeId: "{place}") {{ count }} }}', token))["cart"]
        return 0 if found is None else int(found["count"])

    known = await door.log_in(openid)
    await put_in(known["accessToken"], 2)
    guest = await door.guest()
    await put_in(guest["accessToken"], 3)

    session = await door.log_in(openid, guest["accessToken"])
    assert await count(session["accessToken"]) == 5
    again = await door.log_in(openid, guest["accessToken"])
    assert await count(again["accessToken"]) == 5

    merge_id = await door.owner_pool.fetchval("SELECT max(id) FROM members.merge")
    issued = await door.ask(TOKENS, email=door.story.email("brand"), password=PASSWORD)
    undone = await door.ask(
        UNDO,
        issued["tokens"]["accessToken"],
        requestId=uuid4().hex,
        mergeId=to_id("MemberMerge", merge_id),
    )
    assert undone["errors"] == []
    assert await count(session["accessToken"]) == 2


async def test_a_member_of_another_network_is_nobody_here(door: Door) -> None:
    elsewhere = await a_network(door.owner_pool, door.db)
    stranger = await a_member(door.db, elsewhere.network_id)

    assert (await door.me(None)) == "UNAUTHENTICATED"
    assert to_id("Consumer", stranger.member_id) not in repr(await door.guest())
