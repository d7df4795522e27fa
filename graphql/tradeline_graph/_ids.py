"""Opaque ids: what a client holds names a type and a row, and nothing that it could count on."""

from __future__ import annotations

import base64
import binascii

import strawberry


def to_id(type_name: str, row_id: int) -> strawberry.ID:
    """The opaque id of a row, as clients see it."""
    raw = f"{type_name}:{row_id}".encode()
    return strawberry.ID(base64.urlsafe_b64encode(raw).rstrip(b"=").decode())


def to_optional_id(type_name: str, row_id: int | None) -> strawberry.ID | None:
    """As `to_id`, for a row that there need not be."""
    return None if row_id is None else to_id(type_name, row_id)


def from_id(type_name: str, opaque_id: str) -> int:
    """The row id within an opaque id of that type, or 0, which no row has.

    So a malformed id, an id of another type and an id of nothing are all "not there".
    """
    try:
        padded = opaque_id.replace("-", "+").replace("_", "/") + "=" * (-len(opaque_id) % 4)
        name, _, number = binascii.a2b_base64(padded).decode("ascii").partition(":")
    except (ValueError, binascii.Error):
        return 0
    if name != type_name or not number.isascii() or not number.isdigit() or len(number) > 18:
        return 0
    return int(number)


def from_optional_id(type_name: str, opaque_id: str | None) -> int | None:
    """None stays None; anything else as `from_id`."""
    return None if opaque_id is None else from_id(type_name, opaque_id)
