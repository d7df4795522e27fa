"""The installation's key: taken up by every process before it serves anybody."""

from __future__ import annotations

import asyncpg

from tradeline.members import MemberKeys, is_known_key, use_member_keys
from tradeline.webhooks import WebhookKeys, use_webhook_keys
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
    use_keys(settings)


def use_keys(settings: Settings) -> None:
    """By this key consumers are recognized, and webhooks signed, in this process."""
    use_member_keys(MemberKeys(settings.member_key))
    use_webhook_keys(WebhookKeys(settings.member_key, allows_loopback=settings.tells_loopback))
