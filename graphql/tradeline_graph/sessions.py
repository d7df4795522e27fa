"""A browser's session: its cookie, and what a request shows to be acted on with it.

`__Host-` binds the cookie to this very host over TLS. On plain HTTP it would not come back, so that
a browser on the same machine gets a plain name instead, and nobody else does.
"""

from __future__ import annotations

import ipaddress
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection, Request
from litestar.response import Response

from tradeline.identity import SESSION_LASTS

AnyConnection: TypeAlias = ASGIConnection[Any, Any, Any, Any]

SECURE_COOKIE: Final = "__Host-tradeline"
LOOPBACK_COOKIE: Final = "tradeline_session"
CLIENT_HEADER: Final = "x-tradeline-client"
DEFAULT_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}
UNKNOWN_ADDRESS: Final = "unknown"


def session_token(connection: AnyConnection | None) -> str | None:
    """The session's token that a request carries, if any."""
    if connection is None:
        return None
    return connection.cookies.get(cookie_name(connection)) or None


def bearer_token(connection: AnyConnection | None) -> str | None:
    """The token that a program sends along, if any."""
    if connection is None:
        return None
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def keep_session(
    connection: AnyConnection | None, response: Response[Any] | None, token: str
) -> None:
    """Have the browser send `token` from now on."""
    _set_cookie(connection, response, token, int(SESSION_LASTS.total_seconds()))


def forget_session(connection: AnyConnection | None, response: Response[Any] | None) -> None:
    """Have the browser forget its token."""
    _set_cookie(connection, response, "", 0)


def cookie_name(connection: AnyConnection) -> str:
    try:
        url = connection.url
        is_here = url.scheme in ("http", "ws") and _is_loopback(url.hostname or "")
    except ValueError:  # a Host header that names no host
        is_here = False
    return LOOPBACK_COOKIE if is_here else SECURE_COOKIE


def network_address(connection: AnyConnection | None) -> str:
    """Where a request comes from, as the server tells: never by a header that anybody may send."""
    if connection is None or connection.client is None:
        return UNKNOWN_ADDRESS
    return connection.client.host


def is_from_elsewhere(connection: AnyConnection) -> bool:
    """Whether a browser says that a page of others sends this request. Pages cannot change what it
    says in Origin and Sec-Fetch-Site; programs say nothing."""
    origin = connection.headers.get("origin")
    if origin is not None and not _is_same_host(origin, connection):
        return True
    return connection.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")


def could_be_a_form(connection: AnyConnection) -> bool:
    """Whether a page of others could have sent this without asking: a POST that is neither JSON nor
    bears a header of our own."""
    if not isinstance(connection, Request) or connection.method in ("GET", "HEAD"):
        return False
    content_type = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    return content_type != "application/json" and CLIENT_HEADER not in connection.headers


def _set_cookie(
    connection: AnyConnection | None, response: Response[Any] | None, value: str, max_age: int
) -> None:
    if connection is None or response is None:
        return
    name = cookie_name(connection)
    response.set_cookie(
        key=name,
        value=value,
        max_age=max_age,
        path="/",
        secure=name == SECURE_COOKIE,
        httponly=True,
        samesite="lax",
    )


def _is_loopback(hostname: str) -> bool:
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False


def _is_same_host(origin: str, connection: AnyConnection) -> bool:
    """Schemes may differ, for TLS may end in front of us; hosts and ports may not."""
    try:
        theirs = urlsplit(origin)
        port = theirs.port or DEFAULT_PORTS.get(theirs.scheme)
        ours = urlsplit(f"//{connection.headers.get('host', '')}")
        our_port = ours.port or DEFAULT_PORTS.get(theirs.scheme)
    except ValueError:
        return False
    if theirs.scheme not in ("http", "https") or not theirs.hostname:
        return False
    if "@" in origin or origin != f"{theirs.scheme}://{theirs.netloc}" or " " in origin:
        return False  # browsers write an origin in one way
    return (theirs.hostname, port) == (ours.hostname, our_port)
