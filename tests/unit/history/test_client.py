"""Speaking to the graph: signing in, again when the token is old, and not giving up at once."""

import time
from collections.abc import Callable

import httpx2
import pytest

from tradeline_server.history import client as module
from tradeline_server.history.client import Credentials, GraphClient, GraphError

Answer = Callable[[], httpx2.Response]


class Server:
    """Tells tokens, each with the lifetime given, and answers in the order given."""

    def __init__(self, *answers: Answer, token_seconds: int = 600) -> None:
        self.answers = list(answers)
        self.token_seconds = token_seconds
        self.tokens = 0
        self.authorizations: list[str] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/oauth/token":
            self.tokens += 1
            token = {
                "access_token": f"token-{self.tokens}",
                "token_type": "Bearer",
                "expires_in": self.token_seconds,
            }
            return httpx2.Response(200, json=token)
        self.authorizations.append(request.headers["authorization"])
        return self.answers.pop(0)()


def _client(server: Server) -> GraphClient:
    transport = httpx2.MockTransport(server)
    return GraphClient("http://graph", Credentials("id", "secret"), transport)


def _pong() -> httpx2.Response:
    return httpx2.Response(200, json={"data": {"ping": True}})


def _gone() -> httpx2.Response:
    raise httpx2.ConnectError("gone")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.0)


async def test_one_token_serves_for_many_requests() -> None:
    server = Server(_pong, _pong)
    client = _client(server)

    assert [await client.execute("{ ping }") for _ in range(2)] == [{"ping": True}] * 2
    assert server.authorizations == ["Bearer token-1", "Bearer token-1"]


async def test_an_old_token_is_replaced() -> None:
    server = Server(_pong, _pong, token_seconds=61)
    client = _client(server)
    await client.execute("{ ping }")
    client._http.token["expires_at"] = int(time.time()) + 1

    await client.execute("{ ping }")

    assert server.authorizations == ["Bearer token-1", "Bearer token-2"]


async def test_a_server_that_stumbles_is_asked_again() -> None:
    server = Server(_gone, lambda: httpx2.Response(503), _pong)

    assert await _client(server).execute("{ ping }") == {"ping": True}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_gone, "does not answer"),
        (lambda: httpx2.Response(502), "answers 502"),
        (lambda: httpx2.Response(200, text="<html>"), "is no JSON"),
        (lambda: httpx2.Response(200, json={"errors": [{"message": "No."}]}), "No."),
        (lambda: httpx2.Response(413, json={"detail": "Too large"}), "answers 413"),
    ],
)
async def test_a_graph_that_gives_no_answer_ends_the_replay(answer: Answer, words: str) -> None:
    with pytest.raises(GraphError, match=words):
        await _client(Server(*[answer] * module.TRIES)).execute("{ ping }")


async def test_credentials_that_are_refused_end_the_replay() -> None:
    def refuse(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(401, json={"error": "invalid_client"})

    client = GraphClient("http://graph", Credentials("id", "no"), httpx2.MockTransport(refuse))

    with pytest.raises(GraphError, match="Signing in failed: invalid_client"):
        await client.execute("{ ping }")
