"""Speaks to the graph from outside, over HTTP, as one organization after another."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import msgspec
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]

from tradeline_server.errors import CommandError

TRIES = 5
RETRY_SECONDS = 0.3
SECONDS_MAX = 60.0
CONNECTIONS_MAX = 32


class GraphError(CommandError):
    """The graph gave no answer that one could go on with."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an organization's API client signs in with; kept in memory only."""

    client_id: str
    secret: str


class GraphClient:
    """One organization's way to the graph. Its token is fetched when needed, and again when old."""

    def __init__(
        self, url: str, credentials: Credentials, transport: httpx2.AsyncBaseTransport
    ) -> None:
        self._url = f"{url}/graphql"
        self._http = AsyncOAuth2Client(
            credentials.client_id,
            credentials.secret,
            token_endpoint=f"{url}/oauth/token",
            token_endpoint_auth_method="client_secret_basic",
            grant_type="client_credentials",
            transport=transport,
            timeout=SECONDS_MAX,
            trust_env=False,
        )
        self._signing_in = asyncio.Lock()

    async def execute(self, document: str, **variables: object) -> Mapping[str, Any]:
        """The data of an answer. Asks again when the network fails: requestId makes that safe.

        Raises GraphError for top-level errors: what may be refused comes as data.
        """
        body = {"query": document, "variables": variables}
        for attempt in range(TRIES):
            try:
                await self._sign_in()
                response = await self._http.post(self._url, json=body)
            except OAuthError as error:
                raise GraphError(f"Signing in failed: {error}") from error
            except httpx2.TransportError as error:
                if attempt == TRIES - 1:
                    raise GraphError(f"{self._url} does not answer: {error!r}") from error
            else:
                if response.status_code < 500:
                    return _data(response)
                if attempt == TRIES - 1:
                    raise GraphError(f"{self._url} answers {response.status_code}.")
            await asyncio.sleep(RETRY_SECONDS * 2**attempt)
        raise AssertionError("the last try returns or raises")

    async def mutate(self, document: str, request_id: str, **values: object) -> Mapping[str, Any]:
        """The payload of the one mutation of `document`, which has one variable, `input`."""
        answer = await self.execute(document, input={"requestId": request_id, **values})
        payload: Mapping[str, Any] = next(iter(answer.values()))
        return payload

    async def _sign_in(self) -> None:
        """The first token; authlib renews it when it is about to expire."""
        async with self._signing_in:
            if self._http.token is None:
                await self._http.fetch_token()


def _data(response: httpx2.Response) -> Mapping[str, Any]:
    try:
        answer = msgspec.json.decode(response.content)
    except msgspec.DecodeError as error:
        raise GraphError(f"The answer ({response.status_code}) is no JSON.") from error
    if answer.get("errors"):
        raise GraphError(str(answer["errors"][0].get("message")))
    data: Mapping[str, Any] | None = answer.get("data")
    if data is None:
        raise GraphError(f"The graph answers {response.status_code} and no data.")
    return data


@contextlib.asynccontextmanager
async def open_transport() -> AsyncIterator[httpx2.AsyncBaseTransport]:
    """Connections that all clients share: a pool for each dealer would be a thousand pools."""
    limits = httpx2.Limits(
        max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX
    )
    transport = httpx2.AsyncHTTPTransport(limits=limits)
    try:
        yield transport
    finally:
        await transport.aclose()
