"""Piccolo's way to the database, for tables and migrations; our own queries never take it."""

import contextlib
import os
from collections.abc import Iterator

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

# In the order in which they are migrated: a module may refer to the tables of those before it.
MODULES = (
    "kernel",
    "organizations",
    "identity",
    "catalog",
    "channels",
    "pricing",
    "inventory",
    "settlement",
    "members",
    "webhooks",
    "marketing",
    "sourcing",
    "payments",
    "ordering",
    "shopping",
    "replenishment",
)


class Engine(PostgresEngine):
    """Piccolo's engine without a connection at import time, and able to run on one of ours.

    Its own transactions are avoided: when a COMMIT fails they neither give the connection back
    nor end, and whatever follows then commits by itself.
    """

    async def check_version(self) -> None:
        """Ours is in migrate.py, and refuses instead of warning."""

    @contextlib.contextmanager
    def on(self, conn: asyncpg.Connection) -> Iterator[None]:
        """Run all of Piccolo's statements on this connection, within its transaction, if any."""
        borrowed = PostgresTransaction(engine=self)
        borrowed.connection = conn
        token = self.current_transaction.set(borrowed)
        try:
            yield
        finally:
            self.current_transaction.reset(token)


DB = Engine(config={"dsn": os.environ.get("DATABASE_URL")})
