"""Actors of networks that nobody else uses; the kernel's own tables refer to no organization."""

from __future__ import annotations

from itertools import count

from tradeline.kernel import Actor, Permission

_network_ids = count(1_000_000)


def an_actor(*, network_id: int | None = None, org_id: int = 1, account_id: int = 10) -> Actor:
    """Somebody who may do everything; in a network of their own unless one is given."""
    return Actor(
        network_id=next(_network_ids) if network_id is None else network_id,
        org_id=org_id,
        account_id=account_id,
        permissions=frozenset(Permission),
    )
