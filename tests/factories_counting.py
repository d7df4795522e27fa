"""A database that counts what is asked of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asyncpg.connection import LoggedQuery

from tradeline.kernel import Connection, Database, Pool


class CountingDatabase(Database):
    """Counts the statements that reads take."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self.count = 0

    @asynccontextmanager
    async def reading(self, network_id: int) -> AsyncIterator[Connection]:
        async with super().reading(network_id) as conn:
            with conn.query_logger(self._counted):
                yield conn

    def _counted(self, record: LoggedQuery) -> None:
        # A new connection has its types looked up by asyncpg, without the jit meanwhile.
        if "typeinfo_tree" not in record.query and "'jit'" not in record.query:
            self.count += 1
