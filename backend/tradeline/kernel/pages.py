"""Pages of long lists: keyset cursors, opaque to whoever is given one."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from tradeline.kernel.errors import InvalidValue, refuse

PAGE_SIZE_MAX = 100
PAGE_SIZE_DEFAULT = 20
SEARCH_LENGTH_MAX = 100

Item = TypeVar("Item")
CursorKey: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The next `size` items behind the sort key `after` (None: from the beginning)."""

    size: int = PAGE_SIZE_DEFAULT
    after: CursorKey | None = None

    @property
    def limit(self) -> int:
        """Rows to fetch: one more than asked for tells whether there is a next page."""
        return self.size + 1


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items in order, with the cursor of each and whether more follow."""

    items: tuple[Item, ...]
    cursors: tuple[str, ...]
    has_next: bool


def page_request(first: int | None, after: str | None, shape: Sequence[type]) -> PageRequest:
    """Read `first` and `after` as a client sent them; `shape` is the sort key's types.

    Raises:
        Rejected: if `first` is not within 1 to 100, or `after` is no cursor of this list.
    """
    size = PAGE_SIZE_DEFAULT if first is None else first
    if not 1 <= size <= PAGE_SIZE_MAX:
        raise refuse(
            InvalidValue(
                path=("first",),
                field="first",
                rule=f"ask for 1 to {PAGE_SIZE_MAX} at a time",
                rule_zh=f"每页 1 至 {PAGE_SIZE_MAX} 条",
            )
        )
    return PageRequest(size, None if after is None else _decode(after, shape))


def make_page(
    rows: Sequence[Item], request: PageRequest, key: Callable[[Item], CursorKey]
) -> Page[Item]:
    """Cut the rows fetched with `request.limit` into a page."""
    items = tuple(rows[: request.size])
    return Page(items, tuple(encode_cursor(key(item)) for item in items), len(rows) > request.size)


def read_search(search: str | None) -> str | None:
    """What a list is narrowed down to, as it is compared: in lower case, anywhere in a text. None
    if there is nothing to search for.

    Raises:
        Rejected: if it is longer than anybody types.
    """
    if len(search or "") > SEARCH_LENGTH_MAX:
        raise refuse(
            InvalidValue(
                path=("search",),
                field="search",
                rule=f"type at most {SEARCH_LENGTH_MAX} characters",
                rule_zh=f"最多 {SEARCH_LENGTH_MAX} 个字符",
            )
        )
    return (search or "").strip().lower() or None


def encode_cursor(key: CursorKey) -> str:
    raw = json.dumps(key, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(cursor: str, shape: Sequence[type]) -> CursorKey:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        key = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, RecursionError):
        key = None
    if (
        isinstance(key, list)
        and len(key) == len(shape)
        and all(type(part) is kind for part, kind in zip(key, shape, strict=True))
        and all(_can_be_stored(part) for part in key)
    ):
        return tuple(key)
    raise refuse(
        InvalidValue(
            path=("after",),
            field="after",
            rule="pass a cursor that this list returned",
            rule_zh="请使用本列表返回的游标",
        )
    )


def _can_be_stored(part: str | int) -> bool:
    """Whether PostgreSQL has such a bigint or text; asked with another, it would fail."""
    if isinstance(part, int):
        return -(2**63) <= part < 2**63
    return "\0" not in part and not any("\ud800" <= letter <= "\udfff" for letter in part)


def grouped(ids: Iterable[int], rows: Iterable[tuple[int, Item]]) -> dict[int, list[Item]]:
    """What was read for several rows at once, by the id of each, in the order read; nothing for
    one of which nothing was found."""
    found: dict[int, list[Item]] = {id: [] for id in ids}
    for id, item in rows:
        found[id].append(item)
    return found
