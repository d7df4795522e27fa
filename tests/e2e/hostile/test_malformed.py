"""Each malformed request gets a clear answer: its status, a code, and words on what to do."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.e2e.asking import Caller
from tests.e2e.hostile.others import PLACE
from tests.e2e.hostile.raw import (
    JSON,
    Told,
    asking,
    calling,
    chunks,
    head,
    request,
    told,
)
from tests.e2e.house import Web
from tests.e2e.intake.scene import Scene
from tests.e2e.sizes import sized

PING = asking("{ ping }")
FIND = (
    "query ($first: Int, $search: String) { skus(first: $first, search: $search) { __typename } }"
)
EXAMPLES = sized(60, 1_500)

HTTP = {
    "a length that is beyond all bounds": (
        (request(b"x" * 2_000_001),),
        (413, "TOO_LARGE"),
    ),
    "no length, and no end": (
        (head(JSON | {"Transfer-Encoding": "chunked"}), *chunks([b"x" * 50_000] * 60)),
        (413, "TOO_LARGE"),
    ),
    "a length that is told only": (
        (head(JSON | {"Content-Length": "9" * 18}),),
        (413, "TOO_LARGE"),
    ),
    "a length below zero": ((head(JSON | {"Content-Length": "-1"}),), (400, "BAD_REQUEST")),
    "a length that is no number": ((head(JSON | {"Content-Length": "x"}),), (400, "BAD_REQUEST")),
    "a length without end": (
        (head(JSON | {"Content-Length": "9" * 500}),),
        (400, "BAD_REQUEST"),
    ),
    "a body longer than told": (
        (head(JSON | {"Content-Length": "5"}) + PING,),
        (400, "BAD_REQUEST"),
    ),
    "two ways to say the length": (
        (head(JSON | {"Content-Length": "5", "Transfer-Encoding": "chunked"}) + b"0\r\n\r\n",),
        (400, "BAD_REQUEST"),
    ),
    "parts without a length": (
        (head(JSON | {"Transfer-Encoding": "chunked"}) + b"zz\r\n",),
        (400, "BAD_REQUEST"),
    ),
    "a head without end": (
        (b"POST /graphql HTTP/1.1\r\nX: ", b"x" * 800_000),
        (431, "BAD_REQUEST"),
    ),
    "no HTTP at all": ((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",), (400, "BAD_REQUEST")),
    "PUT": ((request(PING, method="PUT"),), (405, "METHOD_NOT_ALLOWED")),
    "GET": (
        (request(b"", method="GET", path="/graphql?query={ping}"),),
        (405, "METHOD_NOT_ALLOWED"),
    ),
    "another address": (
        (request(PING, path="/graphql/../elsewhere"),),
        (405, "METHOD_NOT_ALLOWED"),
    ),
    "text": ((request(PING, {"Content-Type": "text/plain"}),), (400, "BAD_REQUEST")),
    "a form": (
        (request(b"query=%7Bping%7D", {"Content-Type": "application/x-www-form-urlencoded"}),),
        (400, "BAD_REQUEST"),
    ),
    "parts of a form": (
        (request(PING, {"Content-Type": "multipart/form-data; boundary=x"}),),
        (400, "BAD_REQUEST"),
    ),
    "no kind": ((request(PING, {}),), (400, "BAD_REQUEST")),
    "a bomb that unpacks to a gigabyte": (
        (request(gzip.compress(b" " * 10_000_000) * 100, JSON | {"Content-Encoding": "gzip"}),),
        (415, "BAD_REQUEST"),
    ),
    "two requests in a list": ((request(b"[" + PING + b"," + PING + b"]"),), (400, "BAD_REQUEST")),
    "a thousand requests in a list": (
        (request(b"[" + b",".join([PING] * 1_000) + b"]"),),
        (400, "BAD_REQUEST"),
    ),
    "no UTF-8": ((request(b'{"query": "\xff\xfe"}'),), (400, "BAD_REQUEST")),
    "brackets": ((request(b"[" * 1_000_000),), (400, "BAD_REQUEST")),
    "braces": ((request(b'{"variables":' * 100_000),), (400, "BAD_REQUEST")),
}


@pytest.mark.parametrize("name", HTTP)
async def test_a_request_that_is_none_is_told_so(web: Web, name: str) -> None:
    parts, expected = HTTP[name]

    answer = await told(web, *parts)

    assert (answer.status, answer.code) == expected


async def test_who_goes_on_sending_is_still_told_why_it_is_refused(web: Web) -> None:
    """Not reset with the answer on its way."""
    async with calling(web) as caller:
        await caller.send(b"POST /graphql HTTP/1.1\r\nX: ", b"x" * 70_000)
        for _ in range(5):
            await asyncio.sleep(0.1)
            await caller.send(b"x" * 70_000)

        assert (await caller.answer()).status == 431


async def test_what_is_no_request_of_ours_is_refused_at_once(web: Web) -> None:
    """Nobody has to send all of it before being told."""
    async with calling(web) as caller:
        await caller.send(head(JSON | {"Content-Length": "1500000000"}))

        assert (await caller.answer()).status == 413


def variables(text: str) -> bytes:
    return b'{"query": %b, "variables": %b}' % (json.dumps(FIND).encode(), text.encode())


VARIABLES = {
    "NUL": r'{"search": "\u0000"}',
    "half a pair": r'{"search": "\ud800"}',
    "NaN": '{"first": NaN}',
    "Infinity": '{"first": -Infinity}',
    "beyond floats": '{"first": 1e400}',
    "beyond 32 bits": '{"first": 2147483648}',
    "beyond 64 bits": '{"first": 18446744073709551616}',
    "endless": '{"first": ' + "9" * 100_000 + "}",
    "a fraction": '{"first": 1.5}',
    "a text for a number": '{"first": "1"}',
    "a number for a text": '{"search": 1}',
    "deep": '{"search": ' + "[" * 900 + "]" * 900 + "}",
    "very deep": '{"search": ' + "[" * 90_000 + "]" * 90_000 + "}",
    "a list": "[]",
    "a text": '"x"',
}


@pytest.mark.parametrize("name", VARIABLES)
async def test_values_that_are_none_are_told_so(web: Web, villain: Caller, name: str) -> None:
    answer = await told(web, request(variables(VARIABLES[name]), token=villain.token))

    assert answer.status in (200, 400)
    assert answer.code == "BAD_REQUEST"


async def test_of_a_key_that_comes_twice_the_last_one_counts(web: Web) -> None:
    answer = await told(web, request(b'{"query": "{ nothing }", "query": "{ ping }"}'))

    assert (answer.status, json.loads(answer.body)) == (200, {"data": {"ping": True}})


BOMB = " ".join(
    f"fragment F{level} on Query {{ {f'...F{level + 1} ' * 3} }}" for level in range(30)
)
DOCUMENTS = {
    "deep": "{ viewer " * 500 + "}" * 500,
    "very deep": "{ viewer " * 12_000,
    "wide": "{ " + "ping " * 3_000 + "}",
    "aliases": "{ " + " ".join(f"a{n}: ping" for n in range(500)) + " }",
    "directives": "{ ping " + "@include(if: true) " * 400 + "}",
    "a fragment in itself": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "a bomb of fragments": "{ ...F0 } " + BOMB + " fragment F30 on Query { ping }",
    "long": "{ ping } #" + "x" * 200_000,
    "many operations": " ".join(f"query Q{n} {{ ping }}" for n in range(300)),
    "a list without end": "{ skus(first: " + "[" * 3_000 + " }",
    "no document": "}{",
    "nothing": "",
    "introspection without end": "{ __schema { types " + "{ fields { type " * 20 + "}" * 42,
}


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_that_asks_too_much_is_told_so(web: Web, name: str) -> None:
    answer = await told(web, request(asking(DOCUMENTS[name])))

    assert answer.status in (200, 400)
    assert answer.code in ("BAD_REQUEST", "TOO_LARGE")


TOKENS = {
    "empty": "Bearer ",
    "no token": "Bearer x",
    "huge": "Bearer " + "x" * 50_000,
    "dots": "Bearer " + "." * 1_000,
    "another scheme": "Basic " + "eDp4" * 10,
    "no algorithm": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhY2NvdW50OjEifQ.",
    "bytes": "Bearer \xff\xfe",
}


@pytest.mark.parametrize("name", TOKENS)
async def test_a_token_that_is_none_makes_nobody_of_anybody(
    web: Web, scene: Scene, villain: Caller, name: str
) -> None:
    body = asking(PLACE, {"input": {"requestId": "1", **scene.order(villain, {0: 1})}})

    answer = await told(web, request(body, JSON | {"Authorization": TOKENS[name]}))

    assert (answer.status, answer.code) == (200, "UNAUTHENTICATED")


async def test_a_token_of_another_installation_or_with_another_end_is_none(
    web: Web, villain: Caller
) -> None:
    start, middle, end = villain.token.split(".")
    for token in (f"{start}.{middle}.{end[:-4]}AAAA", f"{start}.{middle[:-4]}AAAA.{end}"):
        answer = await told(web, request(asking("{ viewer { locale } }"), token=token))
        assert answer.code == "UNAUTHENTICATED"


async def place(web: Web, villain: Caller, given: Any) -> Told:
    return await told(web, request(asking(PLACE, {"input": given}), token=villain.token))


@pytest.mark.parametrize("request_id", ["", "x" * 65, "a\nb", "\u200b", "\x7f"])
async def test_a_request_id_that_cannot_be_used_places_nothing(
    web: Web, scene: Scene, villain: Caller, request_id: str
) -> None:
    given = {"requestId": request_id, **scene.order(villain, {0: 1})}

    answer = await place(web, villain, given)

    [problem] = json.loads(answer.body)["data"]["orderPlace"]["errors"]
    assert (problem["__typename"], problem["path"]) == ("InvalidValue", ["requestId"])


@pytest.mark.parametrize(("lines", "status"), [(1_001, 200), (20_000, 200), (100_000, 413)])
async def test_an_order_of_too_many_lines_places_nothing(
    web: Web, scene: Scene, villain: Caller, lines: int, status: int
) -> None:
    given = {"requestId": "lines", **scene.order(villain, {0: 1})}

    answer = await place(web, villain, given | {"lines": given["lines"] * lines})

    assert answer.status == status
    if status == 200:
        [problem] = json.loads(answer.body)["data"]["orderPlace"]["errors"]
        assert (problem["__typename"], problem["path"]) == ("InvalidValue", ["lines"])


# Of another kind than any field of the input has, or with a value that none may have.
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(max_value=0),
    st.integers(min_value=2**31),
    st.lists(st.integers(), min_size=1, max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), min_size=1, max_size=2),
    st.just("\x00"),
    st.just("x" * 1_001),
)
FIELDS = (
    "requestId",
    "relationshipId",
    "lines",
    "buyerReference",
    "note",
    "shipToRegion",
    "shipToAddress",
    "requestedOn",
)
LINE_FIELDS = ("skuId", "quantity", "packId")
# What may be left out, and so may be null.
NULLABLE = ("requestedOn", "packId")


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(field=st.sampled_from((*FIELDS, *LINE_FIELDS, "input", "unknown")), wrong=WRONG)
async def test_no_value_of_a_wrong_kind_places_anything(
    web: Web, scene: Scene, villain: Caller, field: str, wrong: Any
) -> None:
    given: Any = {"requestId": "fuzz", **scene.order(villain, {0: 1})}
    if field in LINE_FIELDS:
        given["lines"][0][field] = wrong
    elif field == "input":
        given = wrong
    else:
        given[field] = wrong
    if wrong is None and field in NULLABLE:
        return

    answer = await place(web, villain, given)

    assert answer.status in (200, 400)
    answered = json.loads(answer.body)
    if "errors" in answered:
        assert answer.code == "BAD_REQUEST"
    else:
        assert answered["data"]["orderPlace"]["errors"]
