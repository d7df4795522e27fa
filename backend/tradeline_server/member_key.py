"""The key by which consumers are recognized: taken up by every process before it serves anybody."""

from __future__ import annotations

import asyncpg

from tradeline.members import MemberKeys, is_known_key, use_member_keys
from tradeline_server.errors import UsageError
from tradeline_server.settings import Settings


async def take_up_member_key(settings: Settings, dsn: str) -> None:
    """Seal with the installation's key from now on.

    Raises:
        UsageError: where the database is sealed with another one. Nobody would be recognized any
            more, and everybody become a second member.
    """
    keys = MemberKeys(settings.member_key)
    conn = await asyncpg.connect(dsn)
    try:
        is_known = await is_known_key(conn, fingerprint=keys.fingerprint)
    finally:
        await conn.close()
    if not is_known:
        raise UsageError(
            "This database is sealed with another TRADELINE_MEMBER_KEY: give all processes the one "
            "of the first of them, which is in its TRADELINE_HOME/member-key unless it was given"
        )
    use_member_keys(keys)
