"""The dealer portal as browsers fetch it: what was built, or a page that says why there is none.

All files of a build are kept in memory, under their names: what is not in the build cannot be
asked for, and a rebuild is taken over as a whole.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import HttpMethod, Request, route
from litestar.exceptions import NotFoundException
from litestar.response.base import ASGIResponse

from tradeline_server.auth import preferred_locale
from tradeline_server.waiting_page import waiting_page

SOURCES: Final = Path(__file__).parents[2] / "portal"
IN_WHEEL: Final = Path(__file__).parent / "portal_dist"
REFRESH_SECONDS: Final = 3
HASHED: Final = "assets/"
MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))  # the better one first
# Scripts come from us alone and stand in files. Ant Design writes its styles at run time.
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",  # WebSockets of this origin too
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
PROTECTION: Final = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


class State(Enum):
    """Why there may be no portal to serve."""

    ABSENT = "absent"
    BUILDING = "building"
    FAILED = "failed"


class Asset(msgspec.Struct, frozen=True):
    """A file of the build; `encoded` holds it compressed, by the encoding's name."""

    media_type: str
    body: bytes
    encoded: Mapping[str, bytes]
    digest: str


class Portal:
    """What is to be served from `folder`. Whoever builds it says so in `state`."""

    def __init__(self, folder: Path | None = None) -> None:
        self.state = State.ABSENT
        self._folder = folder or (SOURCES / "dist" if has_sources() else IN_WHEEL)
        self._seen: tuple[tuple[int, int], ...] | None = None
        self._assets: Mapping[str, Asset] = {}
        self._former: Mapping[str, Asset] = {}

    @property
    def is_there(self) -> bool:
        self._look()
        return "index.html" in self._assets

    def find(self, name: str) -> Asset | None:
        """The file of that name. Pages that are still open find the former build's chunks."""
        self._look()
        return self._assets.get(name) or self._former.get(name)

    def _look(self) -> None:
        """Take over a build that is another than the one in memory; keep that while there is none,
        as in the moment when builds are exchanged."""
        try:
            places = (self._folder, self._folder / "assets", self._folder / "index.html")
            stats = [path.stat() for path in places]
            seen = tuple((found.st_ino, found.st_mtime_ns) for found in stats)
            if seen == self._seen:
                return
            assets = _assets(self._folder)
        except OSError:
            return
        self._former = {
            name: asset for name, asset in self._assets.items() if name.startswith(HASHED)
        }
        self._assets, self._seen = assets, seen


def has_sources() -> bool:
    """Whether we run in a checkout, where the portal can be built, rather than from a wheel."""
    return (SOURCES / "package.json").exists()


def _assets(folder: Path) -> dict[str, Asset]:
    files = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and not path.relative_to(folder).as_posix().startswith(".")
    }
    return {
        name: _asset(path)
        for name, path in files.items()
        if path.suffix not in (".br", ".gz") or name.removesuffix(path.suffix) not in files
    }


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    beside = {name: path.with_name(path.name + suffix) for name, suffix in ENCODINGS}
    return Asset(
        media_type=MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
        body=body,
        encoded={name: file.read_bytes() for name, file in beside.items() if file.exists()},
        digest=hashlib.sha256(body).hexdigest()[:32],
    )


@route(["/", "/{path:path}"], http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def portal_page(request: Request[Any, Any, Any]) -> ASGIResponse:
    """A file of the portal, or its one page for each path that only the page itself knows.

    Paths below those of the API are never the portal's.
    """
    portal: Portal = request.app.state.portal
    name = request.scope["path"].removeprefix("/")
    asset = portal.find(name) if name else None
    if asset is not None and name != "index.html":
        return _answer(request, asset, is_for_ever=name.startswith(HASHED))
    if name not in ("", "index.html") and not _is_page(request, name):
        raise NotFoundException
    page = portal.find("index.html")
    return _answer(request, page) if page is not None else _wait(request, portal.state)


def _is_page(request: Request[Any, Any, Any], name: str) -> bool:
    """Whether a browser is on its way to a page with this path."""
    first = name.partition("/")[0]
    taken = {route.path.split("/")[1] for route in request.app.routes if route.path != "/"}
    is_reserved = first in (taken - {"{path:path}"}) or name.startswith(HASHED)
    return not is_reserved and "text/html" in request.headers.get("accept", "")


def _answer(
    request: Request[Any, Any, Any], asset: Asset, *, is_for_ever: bool = False
) -> ASGIResponse:
    accepted = _accepted(request.headers.get("accept-encoding", ""))
    encoding = next((name for name, _ in ENCODINGS if name in accepted & asset.encoded.keys()), "")
    body = asset.encoded[encoding] if encoding else asset.body
    tag = f'"{asset.digest}{encoding and "-"}{encoding}"'
    headers = PROTECTION | {
        "cache-control": "public, max-age=31536000, immutable" if is_for_ever else "no-cache",
        "etag": tag,
        "vary": "accept-encoding",
    }
    if _is_known(request.headers.get("if-none-match", ""), tag):
        return ASGIResponse(status_code=304, headers=headers)
    if encoding:
        headers["content-encoding"] = encoding
    return _whole(request, body, asset.media_type, headers)


def _wait(request: Request[Any, Any, Any], state: State) -> ASGIResponse:
    headers = PROTECTION | {"cache-control": "no-store", "vary": "accept-language"}
    if state is State.BUILDING:
        headers |= {"refresh": str(REFRESH_SECONDS), "retry-after": str(REFRESH_SECONDS)}
    page = waiting_page(state.value, preferred_locale(request))
    return _whole(request, page.encode(), MEDIA_TYPES[".html"], headers, status_code=503)


def _whole(
    request: Request[Any, Any, Any],
    body: bytes,
    media_type: str,
    headers: dict[str, str],
    status_code: int = 200,
) -> ASGIResponse:
    # Written out, for a HEAD is told them too, without the body.
    headers = headers | {"content-type": media_type, "content-length": str(len(body))}
    is_head = request.method == "HEAD"
    return ASGIResponse(
        body=b"" if is_head else body,
        is_head_response=is_head,
        headers=headers,
        status_code=status_code,
    )


def _accepted(header: str) -> set[str]:
    """The encodings that a browser names and does not rule out."""
    named = (part.strip().lower().partition(";") for part in header.split(","))
    return {name.strip() for name, _, weight in named if not re.fullmatch(r"\s*q=0(\.0*)?", weight)}


def _is_known(header: str, tag: str) -> bool:
    tags = {part.strip().removeprefix("W/") for part in header.split(",")}
    return tag in tags or "*" in tags
