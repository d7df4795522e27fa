"""Work on many rows at once, of which one may be bad."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import asyncpg

Item = TypeVar("Item")

# The database is away: then it is nobody's fault among the items, and none is tried by itself.
AWAY = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError)


async def by_halves(
    items: Sequence[Item], do: Callable[[Sequence[Item]], Awaitable[None]]
) -> list[Exception]:
    """Have `do` take all items in one transaction of its own, or none; where it fails, half of them
    and half of them, down to those that it fails with. Returns why those failed.

    So one row that nothing can be done with keeps no other waiting, and costs a few tries more.
    """
    if not items:
        return []
    try:
        await do(items)
    except AWAY:
        raise
    except Exception as error:
        if len(items) == 1:
            return [error]
        middle = len(items) // 2
        return [*await by_halves(items[:middle], do), *await by_halves(items[middle:], do)]
    return []
