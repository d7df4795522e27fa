"""The protocol on the socket: what no client of ours would send is refused, never by a bug."""

from __future__ import annotations

import asyncio
import json
import socket as sockets_of_the_system
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.frames import CloseCode

from tests.factories import Story, a_network
from tests.factories_live import CHANGES, SUBPROTOCOL, Ear, Site, a_site, a_socket, until
from tests.factories_outbox import Place, a_place
from tradeline_graph import changes, documents
from tradeline_graph._news import ChangeKind
from tradeline_server import live, sockets
from tradeline_server.announcing import Announcement, messages

INIT = {"type": "connection_init"}
DIRECTED = "subscription { changes { kind " + "@include(if: true) " * 31 + " } }"
WIDE = "subscription { changes { " + " ".join(f"a{i}: kind" for i in range(20)) + " } }"


@pytest.fixture(scope="module")
async def place(clone: Callable[[], Awaitable[str]]) -> AsyncIterator[Place]:
    async with a_place(await clone()) as made:
        yield made


@pytest.fixture(scope="module")
async def site(place: Place) -> AsyncIterator[Site]:
    async with a_site(place) as made:
        yield made


@pytest.fixture(scope="module")
async def story(place: Place) -> Story:
    return await a_network(place.owner_pool, place.db)


@pytest.fixture
async def ear(site: Site, story: Story) -> AsyncIterator[Ear]:
    """A socket that has said who it is."""
    async with a_socket(site) as opened:
        yield await opened.init(await site.token(story, "retailer_1"))


async def test_who_says_nothing_is_shut(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "INIT_SECONDS_MAX", 0.3)
    async with a_socket(site) as silent:
        assert await silent.closed() == 4408


@pytest.mark.parametrize("payload", [None, {}, {"authorization": "Bearer no.such.token"}])
async def test_who_cannot_say_who_it_is_is_shut(site: Site, payload: object) -> None:
    async with a_socket(site) as ear:
        await ear.send({**INIT, "payload": payload})

        assert await ear.closed() == 4401


async def test_who_subscribes_before_saying_who_it_is_is_shut(site: Site) -> None:
    async with a_socket(site) as ear:
        await ear.subscribe()

        assert await ear.closed() == 4401


async def test_another_protocol_is_not_spoken(site: Site) -> None:
    async with a_socket(site, subprotocol="graphql-ws") as ear:
        assert await ear.closed() == 4406


MALFORMED = {
    "no JSON": "hello",
    "a number": "5",
    "a list": "[]",
    "nothing": "",
    "bytes": b"{}",
    "no type": "{}",
    "another type": '{"type": "start"}',
    "a payload that is no object": '{"type": "connection_init", "payload": 5}',
    "no id": '{"type": "subscribe", "payload": {}}',
    "an id that is a number": '{"type": "subscribe", "id": 1, "payload": {}}',
    "an id that is long": json.dumps({"type": "complete", "id": "x" * 101}),
    "no payload": '{"type": "subscribe", "id": "1"}',
    "a query that is a number": '{"type": "subscribe", "id": "1", "payload": {"query": 5}}',
    "brackets": "[" * 100_000,
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_malformed_message_shuts_the_socket(ear: Ear, name: str) -> None:
    await ear.send(MALFORMED[name])

    assert await ear.closed() == 4400


async def test_a_message_that_is_too_long_is_not_read(ear: Ear) -> None:
    await ear.send({"type": "ping", "payload": {"x": "x" * sockets.MESSAGE_BYTES_MAX}})

    assert await ear.closed() == CloseCode.MESSAGE_TOO_BIG


async def test_a_malformed_first_message_shuts_the_socket(site: Site) -> None:
    async with a_socket(site) as ear:
        await ear.send("{}")

        assert await ear.closed() == 4400


async def test_a_flood_of_messages_shuts_the_socket(ear: Ear) -> None:
    for _ in range(sockets.MESSAGES_MAX):
        await ear.send({"type": "pong"})

    assert await ear.closed() == 4429


async def test_one_says_who_one_is_once(ear: Ear) -> None:
    await ear.send(INIT)

    assert await ear.closed() == 4429


async def test_a_ping_is_answered_before_and_after_the_beginning(site: Site, ear: Ear) -> None:
    async with a_socket(site) as fresh:
        for either in (fresh, ear):
            await either.send({"type": "ping", "payload": {"at": 1}})
            assert await either.receive() == {"type": "pong"}


async def test_a_silent_socket_is_pinged(
    site: Site, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "ALIVE_SECONDS", 0.1)
    async with a_socket(site) as ear:
        await ear.init(await site.token(story, "retailer_1"))
        async with asyncio.timeout(5):
            assert json.loads(await ear.socket.recv()) == {"type": "ping"}


async def test_an_id_names_one_subscription(ear: Ear) -> None:
    await ear.subscribe(id="1")
    await ear.change()
    await ear.subscribe(id="1")

    assert await ear.closed() == 4409


async def test_a_socket_has_so_many_subscriptions_and_no_more(ear: Ear) -> None:
    for number in range(sockets.SUBSCRIPTIONS_MAX):
        await ear.subscribe(id=str(number))
        await ear.change()
    await ear.subscribe(id="another")

    assert await ear.closed() == 4429


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ ping }", "BAD_REQUEST"),
        ("mutation { signOut { __typename } }", "BAD_REQUEST"),
        ("subscription {", "BAD_REQUEST"),
        ("", "BAD_REQUEST"),
        ("subscription { changes { price } }", "BAD_REQUEST"),
        ("subscription { changes { kind } again: changes { id } }", "BAD_REQUEST"),
        (DIRECTED, "TOO_LARGE"),
        (WIDE, "TOO_LARGE"),
        ("#" + "x" * 100_001, "TOO_LARGE"),
    ],
)
async def test_what_may_not_run_is_refused_as_over_http(ear: Ear, query: str, code: str) -> None:
    fault = await ear.ask(query)

    assert fault["extensions"]["code"] == code
    await ear.subscribe()
    assert (await ear.change())[0] == "EVERYTHING", "the socket goes on"


async def test_a_document_may_be_named_by_its_hash(
    ear: Ear, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = documents.hash_of(CHANGES)
    (tmp_path / "portal.json").write_text(json.dumps({key: CHANGES}))
    monkeypatch.setattr(documents, "MANIFESTS", documents.Manifests([tmp_path]))
    named = {"persistedQuery": {"version": 1, "sha256Hash": key}}
    await ear.subscribe("", extensions=named)
    assert (await ear.change())[0] == "EVERYTHING"

    named["persistedQuery"]["sha256Hash"] = "0" * 64
    fault = await ear.ask("", id="2", extensions=named)
    assert fault["extensions"]["code"] == "DOCUMENT_UNKNOWN"


async def test_where_only_trusted_documents_run_no_other_subscribes(
    place: Place, story: Story
) -> None:
    async with a_site(place, only_trusted_documents=True) as site, a_socket(site) as ear:
        await ear.init(await site.token(story, "retailer_1"))

        fault = await ear.ask("subscription Mine { changes { kind } }")

        assert fault["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"


async def test_a_bug_says_nothing_but_where_to_find_it(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bool:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(changes, "may_see", broken)
    await ear.subscribe()

    answer = await ear.receive()
    assert answer["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in json.dumps(answer)


async def test_a_bug_of_the_socket_itself_says_as_little(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(sockets.Conversation, "_answer", broken)
    await ear.send({"type": "ping"})
    assert await ear.receive() == {"type": "pong"}, "it was already waiting"
    await ear.send({"type": "ping"})

    assert await ear.closed() == 4500
    assert "hunter2" not in str(ear.socket.close_reason)


async def test_over_http_nobody_subscribes(site: Site, story: Story) -> None:
    browser = await site.browser(story.email("retailer_1"))
    for accept in ("application/json", "text/event-stream", "multipart/mixed;subscriptionSpec=1.0"):
        answer = await browser.post("/graphql", json={"query": CHANGES}, headers={"accept": accept})

        assert "Subscriptions are served over a WebSocket" in answer.text, accept
        assert "INTERNAL" not in answer.text


async def test_who_does_not_read_costs_no_memory_and_is_told_to_ask_for_everything(
    site: Site, story: Story
) -> None:
    hub: live.Live = site.app.state.live
    deaf = sockets_of_the_system.socket()
    deaf.setsockopt(sockets_of_the_system.SOL_SOCKET, sockets_of_the_system.SO_RCVBUF, 4096)
    host, _, port = site.host.partition(":")
    deaf.connect((host, int(port)))
    deaf.setblocking(False)
    async with connect(
        f"ws://{site.host}/graphql",
        subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
        sock=deaf,
        max_queue=1,
        proxy=None,
    ) as socket:
        ear = await Ear(socket).init(await site.token(story, "retailer_1"))
        await ear.subscribe("subscription { changes { " + "kind id orderId " * 20 + "} }")
        await ear.change()
        key = (story.network_id, story.orgs["retailer_1"])
        [inbox] = hub._inboxes[key]
        for burst in range(300):
            for row in range(90):
                told = Announcement(*key[:1], key[1:], ChangeKind.ORDER, "Order", burst * 90 + row)
                for message in messages([told]):
                    hub.hear(message)
            assert len(inbox._news) <= live.INBOX_MAX
            await asyncio.sleep(0.005)

        kinds = []
        async with asyncio.timeout(30):
            while kinds[-1:] != ["EVERYTHING"]:
                kinds.append((await ear.change())[0])

    assert len(kinds) < 300 * 90
    await until(lambda: not hub._inboxes)


async def test_a_database_that_restarts_shuts_nobody_out(
    site: Site, story: Story, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "ALIVE_SECONDS", 0.2)
    async with a_socket(site) as ear:
        await ear.init(await site.token(story, "retailer_1"))
        await ear.subscribe()
        assert (await ear.change())[0] == "EVERYTHING"
        for _ in range(3):
            await place.owner_pool.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            await asyncio.sleep(0.3)

        assert (await ear.change())[0] == "EVERYTHING"
        await ear.send({"type": "ping"})
        while await ear.receive() != {"type": "pong"}:
            pass


async def test_a_database_that_is_away_for_a_moment_is_waited_for(
    ear: Ear, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "LOOK_UP_PAUSES", (0.05, 0.05))
    asking, refusals = site.app.state.db.asking, [1, 2]

    def away() -> object:
        if refusals:
            raise ConnectionRefusedError(refusals.pop())
        return asking()

    monkeypatch.setattr(site.app.state.db, "asking", away)
    await ear.subscribe()

    assert (await ear.change())[0] == "EVERYTHING"
    assert refusals == []


async def test_a_database_that_stays_away_ends_the_socket_for_now(
    ear: Ear, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "LOOK_UP_PAUSES", (0.05, 0.05))

    def away() -> None:
        raise ConnectionRefusedError("no database")

    monkeypatch.setattr(site.app.state.db, "asking", away)
    await ear.subscribe()

    assert await ear.closed() == 1013
