"""Documents that are known beforehand: asked for by their hash, and the only ones where so set."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from litestar import Litestar
from litestar.datastructures import State

from tests.integration.identity.test_tokens import KEYS
from tests.integration.server.test_auth import HERE
from tradeline.kernel import Database
from tradeline_graph import documents
from tradeline_server.asgi import create_app
from tradeline_server.graph import GRAPH
from tradeline_server.history import documents as replay_documents

KNOWN = "query Known { ping }"
OTHER = "query Other { ping }"
PONG = {"data": {"ping": True}}
BY_HASH = {"version": 1, "sha256Hash": documents.hash_of(KNOWN)}


@pytest.fixture(autouse=True)
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A manifest of one document, in the place of ours."""
    path = tmp_path / "known.json"
    write(path, {documents.hash_of(KNOWN): KNOWN})
    monkeypatch.setattr(documents, "MANIFESTS", documents.Manifests([tmp_path]))
    return path


def write(manifest: Path, content: dict[str, str]) -> None:
    manifest.write_text(json.dumps(content))


Ask = Callable[..., Any]


@asynccontextmanager
async def asking(db: Database, *, only_trusted: bool) -> AsyncIterator[Ask]:
    trusted = replay_documents.texts() if only_trusted else None
    state = State({"db": db, "token_keys": KEYS, "trusted_documents": trusted})
    transport = httpx2.ASGITransport(app=Litestar([*GRAPH], state=state))
    async with httpx2.AsyncClient(transport=transport, base_url=HERE) as client:

        async def ask(language: str = "en", **body: object) -> Any:
            headers = {"accept-language": language}
            return (await client.post("/graphql", json=body, headers=headers)).json()

        yield ask


def code(answer: Any) -> str:
    [error] = answer["errors"]
    assert error["message"]
    found: str = error["extensions"]["code"]
    return found


@pytest.mark.parametrize("only_trusted", [False, True])
async def test_a_known_document_runs_by_its_hash_its_text_or_both(
    db: Database, only_trusted: bool
) -> None:
    async with asking(db, only_trusted=only_trusted) as ask:
        assert await ask(extensions={"persistedQuery": BY_HASH}, variables={}) == PONG
        assert await ask(query=KNOWN) == PONG
        assert await ask(query=KNOWN, extensions={"persistedQuery": BY_HASH}) == PONG


async def test_any_other_document_runs_unless_only_trusted_ones_do(db: Database) -> None:
    async with asking(db, only_trusted=False) as ask:
        assert await ask(query=OTHER) == PONG
    async with asking(db, only_trusted=True) as ask:
        assert code(await ask(query=OTHER)) == "DOCUMENT_NOT_TRUSTED"
        assert code(await ask(query=KNOWN + " ")) == "DOCUMENT_NOT_TRUSTED"
        assert code(await ask(query="{ __schema { types { name } } }")) == "DOCUMENT_NOT_TRUSTED"
        assert code(await ask(query="no document at all")) == "DOCUMENT_NOT_TRUSTED"


async def test_a_hash_does_not_make_another_document_trusted(db: Database) -> None:
    async with asking(db, only_trusted=True) as ask:
        answer = await ask(query=OTHER, extensions={"persistedQuery": BY_HASH})

    assert code(answer) == "BAD_REQUEST"


@pytest.mark.parametrize("only_trusted", [False, True])
async def test_an_unknown_hash_says_what_to_do(db: Database, only_trusted: bool) -> None:
    unknown = {"persistedQuery": {"version": 1, "sha256Hash": documents.hash_of(OTHER)}}
    async with asking(db, only_trusted=only_trusted) as ask:
        answer = await ask(extensions=unknown)
        in_chinese = await ask("zh", extensions=unknown)

    assert code(answer) == code(in_chinese) == "DOCUMENT_UNKNOWN"
    assert "reload the page" in answer["errors"][0]["message"]
    assert "请刷新页面" in in_chinese["errors"][0]["message"]


@pytest.mark.parametrize(
    "asked", [{}, 5, "x", [], {"sha256Hash": 5}, {"sha256Hash": ["x"]}, {"sha256Hash": None}]
)
async def test_what_is_no_hash_is_a_bad_request(db: Database, asked: object) -> None:
    async with asking(db, only_trusted=False) as ask:
        assert code(await ask(extensions={"persistedQuery": asked})) == "BAD_REQUEST"
        assert code(await ask(query=KNOWN, extensions={"persistedQuery": asked})) == "BAD_REQUEST"


async def test_what_is_new_in_a_manifest_is_known_at_once_and_the_old_stays(
    db: Database, manifest: Path
) -> None:
    new = {"persistedQuery": {"version": 1, "sha256Hash": documents.hash_of(OTHER)}}
    async with asking(db, only_trusted=True) as ask:
        assert code(await ask(extensions=new)) == "DOCUMENT_UNKNOWN"
        write(manifest, {documents.hash_of(OTHER): OTHER})
        assert await ask(extensions=new) == PONG
        assert await ask(query=OTHER) == PONG
        assert await ask(query=KNOWN) == PONG


async def test_a_manifest_cannot_pass_one_document_for_another(
    db: Database, manifest: Path
) -> None:
    write(manifest, {documents.hash_of(KNOWN): OTHER})
    async with asking(db, only_trusted=True) as ask:
        answer = await ask(extensions={"persistedQuery": BY_HASH})

    assert code(answer) == "DOCUMENT_UNKNOWN"


async def test_the_replay_runs_where_only_trusted_documents_do(db: Database) -> None:
    async with asking(db, only_trusted=True) as ask:
        answers = [await ask(query=text) for text in replay_documents.texts()]

    assert len(answers) >= 13
    assert "DOCUMENT_NOT_TRUSTED" not in {code(answer) for answer in answers}


async def test_an_application_that_is_told_so_trusts_no_others(dsn: str) -> None:
    app = create_app(dsn, secret="x" * 32, only_trusted_documents=True)
    async with app.lifespan():
        assert app.state.trusted_documents == replay_documents.texts()
    free = create_app(dsn, secret="x" * 32)
    async with free.lifespan():
        assert free.state.trusted_documents is None
