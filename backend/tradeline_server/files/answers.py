"""How a file is asked for and sent, or refused with a word on what to do.

Whoever asks is found out as in the graph, and languages are chosen alike. Files are read by GET and
change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from litestar import MediaType, Request, Response

from tradeline.kernel import Actor, Database, Forbidden, Locale
from tradeline_server.auth import PageOfOthers, preferred_locale, resolve_actor

AnyRequest: TypeAlias = Request[Any, Any, Any]

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF: Final = "application/pdf"
CSV: Final = "text/csv"
LOCALES: Final = {"zh": Locale.ZH, "en": Locale.EN}
# Files are somebody's own: nobody keeps them on the way, and no browser runs what is in them.
HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}
NOT_IN_A_NAME: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
NOT_IN_ASCII: Final = re.compile(r"[^A-Za-z0-9._-]+")


class Refused(Exception):
    """A file that is not given. The status tells a program, the text a person what to do."""

    def __init__(self, status_code: int, code: str, *, zh: str, en: str) -> None:
        super().__init__(en)
        self.status_code = status_code
        self.code = code
        self.texts = {Locale.ZH: zh, Locale.EN: en}


def not_found() -> Refused:
    """For what is not there, and for what is not to be seen: the two look alike."""
    return Refused(
        404,
        "NOT_FOUND",
        zh="找不到这份文件；请回到页面重新下载。",
        en="There is no such file; go back to the page and download it from there.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks for a file, and in which language it is to be."""

    actor: Actor
    locale: Locale
    db: Database


async def who_asks(request: AnyRequest) -> Asking:
    """Raises Refused for nobody, for a page of others, and for an unknown `locale`."""
    db: Database = request.app.state.db
    try:
        actor = await resolve_actor(request, db)
    except PageOfOthers:
        raise Refused(
            403,
            "FORBIDDEN",
            zh="请从本系统的页面下载文件。",
            en="Download files from our own pages.",
        ) from None
    if actor is None:
        raise Refused(
            401,
            "UNAUTHENTICATED",
            zh="请先登录，然后重新下载。",
            en="Sign in, then download it again.",
        )
    wanted = request.query_params.get("locale")
    if wanted is not None and wanted not in LOCALES:
        raise Refused(
            400,
            "BAD_REQUEST",
            zh="locale 只能是 zh 或 en。",
            en="locale is either zh or en.",
        )
    return Asking(actor=actor, locale=LOCALES.get(wanted or "", actor.locale), db=db)


def send(content: bytes, *, media_type: str, name: str, ascii_name: str) -> Response[bytes]:
    """A file to be kept under `name`; under `ascii_name` by what cannot read others (RFC 6266)."""
    plain = NOT_IN_ASCII.sub("_", ascii_name)
    encoded = quote(NOT_IN_A_NAME.sub("_", name), safe="")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    headers = HEADERS | {"Content-Disposition": disposition}
    return Response(content, media_type=media_type, headers=headers)


async def answer(
    request: AnyRequest, make: Callable[[Asking], Awaitable[Response[bytes]]]
) -> Response[Any]:
    """What `make` makes for whoever asks, or the refusal that it, or its asking, raises."""
    locale = LOCALES.get(request.query_params.get("locale") or "", preferred_locale(request))
    try:
        asking = await who_asks(request)
        locale = asking.locale
        return await make(asking)
    except Refused as refused:
        return _refusal(request, refused, locale)
    except Forbidden:
        return _refusal(request, _forbidden(), locale)


def _forbidden() -> Refused:
    return Refused(
        403,
        "FORBIDDEN",
        zh="您没有下载此文件的权限；请联系贵组织的管理员。",
        en="You lack the permission for this file; ask whoever manages your organization.",
    )


def _refusal(request: AnyRequest, refused: Refused, locale: Locale) -> Response[Any]:
    """A page for whoever followed a link, the graph's shape of an error for a program."""
    text = refused.texts[locale]
    headers = dict(HEADERS)
    if refused.status_code == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="tradeline"'
    if refused.status_code == 503:
        headers["Retry-After"] = "30"
    if "text/html" not in request.headers.get("accept", ""):
        body = {"errors": [{"message": text, "extensions": {"code": refused.code}}]}
        return Response(body, status_code=refused.status_code, headers=headers)
    back = "返回" if locale is Locale.ZH else "Go back"
    page = (
        f'<!doctype html><html lang="{locale.value}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Tradeline</title>'
        '<body style="font: 1rem system-ui; margin: 3rem auto; max-width: 36rem; padding: 0 1rem">'
        f'<p>{escape(text)}</p><p><a href="/">{back}</a></p></body></html>'
    )
    return Response(
        page, status_code=refused.status_code, media_type=MediaType.HTML, headers=headers
    )
