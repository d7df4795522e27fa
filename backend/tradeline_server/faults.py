"""What is answered where no resolver answers, always in the graph's shape: what went wrong, and
what to do about it."""

from __future__ import annotations

import secrets
from typing import Any, Final

import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, InternalServerException
from litestar.types import ExceptionHandlersMap

from tradeline.kernel import DatabaseAway

GONE: Final = "client disconnected prematurely"  # Litestar's words; it has no type for it

# Codes of HTTP, and ours.
CODES: Final = {
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "TOO_LARGE",
}
NOTHING_HERE: Final = "There is nothing at this address; the graph is at /graphql."

AWAY: Final = "The database is away for a moment; send the same request again in a few seconds."
AWAY_SECONDS: Final = 2

log = structlog.get_logger("tradeline.web")


def fault(
    status_code: int,
    message: str,
    extensions: dict[str, str],
    headers: dict[str, str] | None = None,
) -> Response[Any]:
    body = {"errors": [{"message": message, "extensions": extensions}]}
    return Response(body, status_code=status_code, media_type=MediaType.JSON, headers=headers)


def say_fault(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """What a request did wrong before it came to any of our code."""
    status_code = error.status_code
    message = error.detail
    if status_code == 404:
        message = NOTHING_HERE
    elif status_code == 405:
        message = f"This address does not take {request.scope['method']}; see the header Allow."
    elif status_code == 413:
        most = request.route_handler.resolve_request_max_body_size()
        message = f"The body is larger than {most} bytes; send less at once."
    extensions = {"code": CODES.get(status_code, "BAD_REQUEST")}
    return fault(status_code, message, extensions, error.headers)


def say_away(request: Request[Any, Any, Any], error: DatabaseAway) -> Response[Any]:
    """No bug: it is being restarted, say, and will be found again."""
    log.warning("web.away", path=request.scope["path"], reason=str(error))
    return fault(503, AWAY, {"code": "UNAVAILABLE"}, {"Retry-After": str(AWAY_SECONDS)})


def hide_bug(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The last resort: nothing about a bug leaves the house but what finds it in the log."""
    if isinstance(error, InternalServerException) and error.detail == GONE:
        return fault(400, "The request broke off.", {"code": "BAD_REQUEST"})  # to nobody
    reference = secrets.token_hex(6)
    log.error("web.bug", reference=reference, path=request.scope["path"], exc_info=error)
    message = f"Something broke on our side; quote {reference} when you ask for help."
    return fault(500, message, {"code": "INTERNAL", "reference": reference})


FAULTS: Final[ExceptionHandlersMap] = {
    HTTPException: say_fault,
    DatabaseAway: say_away,
    500: hide_bug,
}
