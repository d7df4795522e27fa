"""How a request becomes an actor or a shopper: by a browser's cookie, or by a token of a program, a
machine or a consumer.

Nothing else in a request says who sends it: no header, no address, no argument.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias, cast
from urllib.parse import unquote_plus

from litestar import Litestar, Request, Response, post
from litestar.exceptions import HTTPException, PermissionDeniedException

from tradeline import identity, members
from tradeline.kernel import (
    Actor,
    Connection,
    Database,
    Gathering,
    Locale,
    Rejected,
    Shopper,
    Stage,
    timed,
)
from tradeline_graph._context import Context
from tradeline_graph._intake import stays
from tradeline_graph.sessions import (
    AnyConnection,
    could_be_a_form,
    is_from_elsewhere,
    session_token,
)
from tradeline_server.connections import HAS_LEFT
from tradeline_server.faults import say_fault
from tradeline_server.paying.ports import WeChatPorts

Asker: TypeAlias = Actor | Shopper

# The text of a token, and the language for a machine; None is nobody.
TokenLookup: TypeAlias = Gathering[tuple[str, Locale], Asker | None]

LOOKED_UP_TOGETHER_MAX: Final = 100
OAUTH_BODY_BYTES_MAX: Final = 16_384
FORM: Final = "application/x-www-form-urlencoded"
NOT_TO_BE_KEPT: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class PageOfOthers(PermissionDeniedException):
    """A page of another origin sent the request, or could have."""

    detail = "Requests from pages of other origins are refused; send JSON from our own."


async def graph_context(request: Request[Any, Any, Any]) -> Context:
    """What the resolvers of one HTTP request are given. The application's state holds `db`,
    `token_keys`, `order_intake` and `consumer_doors`, `wechat_ports` where there is a WeChat, and
    `trusted_documents` where not all run."""
    state = request.app.state
    extensions = request.scope.get("extensions") or {}
    with timed(Stage.AUTHENTICATING):
        asker = await resolve_asker(request, state.db)
    return Context(
        request=request,
        db=state.db,
        actor=asker if isinstance(asker, Actor) else None,
        shopper=asker if isinstance(asker, Shopper) else None,
        locale=preferred_locale(request) if asker is None else asker.locale,
        token_keys=state.token_keys,
        trusted_documents=state.get("trusted_documents"),
        order_intake=state.get("order_intake"),
        consumer_doors=state.get("consumer_doors"),
        has_left=cast("Callable[[], bool]", extensions.get(HAS_LEFT, stays)),
        **_ways_to_wechat(state.get("wechat_ports")),
    )


def _ways_to_wechat(ports: WeChatPorts | None) -> dict[str, Any]:
    """Without them, the graph says of each that WeChat is away."""
    if ports is None:
        return {}
    return {
        "wechat_login": ports.log_in,
        "wechat_phone": ports.phone,
        "wechat_prepay": ports.prepay,
        "message_templates": ports.message_templates,
    }


def _token_lookup(app: Litestar) -> TokenLookup:
    """Asks for the senders of requests that arrive together in one go; made by the first of them.

    Nobody joins what is under way: what a sender may do is asked after the request has arrived.
    """
    db: Database = app.state.db
    keys: identity.TokenKeys = app.state.token_keys

    async def ask(tokens: Sequence[tuple[str, Locale]]) -> list[Asker | None]:
        async with db.asking() as conn:
            return await who_have_tokens(conn, keys=keys, tokens=tokens)

    if "token_lookup" not in app.state:
        app.state.token_lookup = Gathering(ask, weight_max=LOOKED_UP_TOGETHER_MAX)
    lookup: TokenLookup = app.state.token_lookup
    return lookup


async def who_have_tokens(
    conn: Connection, *, keys: identity.TokenKeys, tokens: Sequence[tuple[str, Locale]]
) -> list[Asker | None]:
    """Who each access token speaks for at this moment, be it an organization's or a consumer's;
    None for nobody. One statement for each kind among them."""
    texts = [token for token, _ in tokens]
    actors = await identity.actors_from_access_tokens(conn, keys=keys, tokens=tokens)
    shoppers = await members.shopper_from_access_tokens(conn, keys=keys, tokens=texts)
    return [
        actor if shopper is None else shopper
        for actor, shopper in zip(actors, shoppers, strict=True)
    ]


async def who_has_token(
    conn: Connection, *, keys: identity.TokenKeys, token: str, locale: Locale
) -> Asker | None:
    """As `who_have_tokens`, of one."""
    [asker] = await who_have_tokens(conn, keys=keys, tokens=[(token, locale)])
    return asker


async def resolve_actor(connection: AnyConnection, db: Database) -> Actor | None:
    """As `resolve_asker`, where a consumer is nobody."""
    asker = await resolve_asker(connection, db)
    return asker if isinstance(asker, Actor) else None


async def resolve_asker(connection: AnyConnection, db: Database) -> Asker | None:
    """Who sends a request, and what they may do at this moment; None for nobody. At most one
    statement, or its part in one.

    A token, even one that is not good, is all that counts where there is one: a cookie beside it
    is not looked at. A cookie counts only where no page of others can have sent the request.

    Raises:
        PageOfOthers: answered with 403.
    """
    authorization = connection.headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return None
        lookup = _token_lookup(connection.app)
        return await lookup.add((token.strip(), preferred_locale(connection)))
    if is_from_elsewhere(connection):
        raise PageOfOthers
    session = session_token(connection)
    if session is None:
        return None
    if could_be_a_form(connection):
        raise PageOfOthers
    async with db.asking() as conn:
        actor = await identity.actor_from_session(conn, token=session)
    # A page says which language it is shown in; else the account's language counts.
    locale = accepted_locale(connection)
    return actor if actor is None or locale is None else replace(actor, locale=locale)


def preferred_locale(connection: AnyConnection) -> Locale:
    """The language to answer in where there is no account to ask: English if none is named."""
    return accepted_locale(connection) or Locale.EN


def accepted_locale(connection: AnyConnection) -> Locale | None:
    """The first of our languages in Accept-Language, by its weight."""
    wanted: list[tuple[float, int, Locale]] = []
    for position, part in enumerate(connection.headers.get("accept-language", "").split(",")):
        tag, _, weight = part.strip().lower().partition(";q=")
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        language = tag.partition("-")[0]
        if quality > 0 and language in ("zh", "en"):
            wanted.append((-quality, position, Locale.ZH if language == "zh" else Locale.EN))
    return min(wanted)[2] if wanted else None


def _say_too_large(
    request: Request[Any, Any, Any], error: HTTPException
) -> Response[dict[str, object]]:
    """As the standard has it, like all other refusals at that address."""
    if error.status_code != 413:
        return say_fault(request, error)
    refusal = _refusal("invalid_request", f"Send at most {OAUTH_BODY_BYTES_MAX} bytes.")
    refusal.status_code = 413
    return refusal


@post(
    "/oauth/token",
    status_code=200,
    request_max_body_size=OAUTH_BODY_BYTES_MAX,
    exception_handlers={HTTPException: _say_too_large},
)
async def oauth_token(request: Request[Any, Any, Any]) -> Response[dict[str, object]]:
    """Tokens for machines (RFC 6749): client_credentials, and refresh_token for programs.

    Passwords are not taken here; people's programs sign in by the mutation `tokenIssue`.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != FORM:
        return _refusal("invalid_request", f"Send the parameters as {FORM}.")
    form = await request.form()
    fields = {name: form.getall(name) for name in form}
    if any(len(values) > 1 or not isinstance(values[0], str) for values in fields.values()):
        return _refusal("invalid_request", "Send each parameter once.")
    parameters = {name: str(values[0]) for name, values in fields.items()}
    db: Database = request.app.state.db
    keys: identity.TokenKeys = request.app.state.token_keys
    grant_type = parameters.get("grant_type")
    if grant_type == "client_credentials":
        return await _for_client(request, parameters, db, keys)
    if grant_type == "refresh_token":
        return await _for_refresh_token(parameters, db, keys)
    if grant_type is None:
        return _refusal("invalid_request", "grant_type is missing.")
    return _refusal(
        "unsupported_grant_type", "Use client_credentials, or refresh_token for a program."
    )


async def _for_client(
    request: Request[Any, Any, Any],
    parameters: dict[str, str],
    db: Database,
    keys: identity.TokenKeys,
) -> Response[dict[str, object]]:
    authorization = request.headers.get("authorization")
    if authorization is None:
        client_id, client_secret = parameters.get("client_id"), parameters.get("client_secret")
        if client_id is None or client_secret is None:
            return _refusal("invalid_request", "Send client_id and client_secret.")
    elif "client_secret" in parameters:
        return _refusal("invalid_request", "Send the secret once: by header or in the body.")
    else:
        client_id, client_secret = _basic_credentials(authorization)
    tokens = await identity.client_credentials(
        db, keys=keys, client_id=client_id, client_secret=client_secret
    )
    if tokens is None:
        refusal = _refusal("invalid_client", "The client is unknown, revoked, or its secret wrong.")
        refusal.status_code = 401
        refusal.headers["WWW-Authenticate"] = 'Basic realm="tradeline"'
        return refusal
    return _granted(tokens)


async def _for_refresh_token(
    parameters: dict[str, str], db: Database, keys: identity.TokenKeys
) -> Response[dict[str, object]]:
    refresh_token = parameters.get("refresh_token")
    if refresh_token is None:
        return _refusal("invalid_request", "refresh_token is missing.")
    try:
        tokens = await identity.refresh_tokens(db, keys=keys, refresh_token=refresh_token)
    except Rejected as rejection:
        return _refusal("invalid_grant", rejection.problems[0].message(Locale.EN))
    return _granted(tokens)


def _granted(tokens: identity.Tokens) -> Response[dict[str, object]]:
    body: dict[str, object] = {
        "access_token": tokens.access_token,
        "token_type": "Bearer",
        "expires_in": tokens.expires_in_seconds,
    }
    if tokens.refresh_token is not None:
        body["refresh_token"] = tokens.refresh_token
    return Response(body, headers=NOT_TO_BE_KEPT)


def _refusal(code: str, description: str) -> Response[dict[str, object]]:
    return Response(
        {"error": code, "error_description": description},
        status_code=400,
        headers=NOT_TO_BE_KEPT,
    )


def _basic_credentials(authorization: str) -> tuple[str, str]:
    """Id and secret of an HTTP Basic header, each form-encoded within; empty for anything else."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    client_id, _, secret = decoded.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)
