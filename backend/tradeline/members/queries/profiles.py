"""What members tell of themselves: names, addresses, consents."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from tradeline.kernel import Connection, Locale, Shopper
from tradeline.members.model import AddressDraft, Consent, SealedAddress
from tradeline.members.queries.people import SURVIVOR
from tradeline.members.sealing import seal

# With the number that the person proved last, over all members that they are.
FETCH_MEMBERS = """
    SELECT member.id, member.state = 'guest' AS is_guest, member.nickname, member.locale,
           (SELECT identity.seal
              FROM members.member AS relative
              JOIN members.identity AS identity
                ON identity.network_id = relative.network_id
               AND identity.member_id = relative.id
             WHERE relative.network_id = member.network_id
               AND (relative.id = member.id OR relative.survivor_id = member.id)
               AND identity.kind = 'phone' AND identity.unlinked_at IS NULL
             ORDER BY identity.last_used_at DESC, identity.id DESC
             LIMIT 1) AS phone_seal
      FROM members.member AS member
     WHERE member.network_id = $1 AND member.id = ANY($2::bigint[])
"""

UPDATE_MEMBER = """
    UPDATE members.member
       SET nickname = coalesce($3, nickname), locale = coalesce($4, locale)
     WHERE network_id = $1 AND id = $2
"""

# Whoever changes one's addresses does so one after another.
LOCK_MEMBER = """
    SELECT member.id
      FROM members.member AS member
     WHERE member.network_id = $1 AND member.id = $2
       FOR NO KEY UPDATE
"""

FETCH_ADDRESSES = """
    SELECT address.id, address.recipient_seal, address.phone_seal, address.region,
           address.detail_seal, address.is_default
      FROM members.member AS relative
      JOIN members.address AS address
        ON address.network_id = relative.network_id AND address.member_id = relative.id
     WHERE relative.network_id = $1
       AND (relative.id = $2 OR relative.survivor_id = $2)
       AND address.deleted_at IS NULL
       AND ($3::bigint[] IS NULL OR address.id = ANY($3))
     ORDER BY address.is_default DESC, address.id DESC
"""

# Addresses of many, each where it is that member's, or one's who was merged into them.
FETCH_SEALED_ADDRESSES = """
    SELECT wanted.member_id, address.id, address.region, address.recipient_seal,
           address.phone_seal, address.detail_seal
      FROM unnest($2::bigint[], $3::bigint[]) AS wanted (member_id, address_id)
      JOIN members.address AS address
        ON address.network_id = $1 AND address.id = wanted.address_id
       AND address.deleted_at IS NULL
      JOIN members.member AS relative
        ON relative.network_id = $1 AND relative.id = address.member_id
       AND (relative.id = wanted.member_id OR relative.survivor_id = wanted.member_id)
"""

NO_DEFAULT = """
    UPDATE members.address AS address
       SET is_default = false
      FROM members.member AS relative
     WHERE address.network_id = $1
       AND relative.network_id = $1 AND relative.id = address.member_id
       AND (relative.id = $2 OR relative.survivor_id = $2)
       AND address.is_default AND address.deleted_at IS NULL
"""

INSERT_ADDRESS = """
    INSERT INTO members.address
           (network_id, member_id, recipient_seal, phone_seal, region, detail_seal, is_default)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    RETURNING id
"""

UPDATE_ADDRESS = """
    UPDATE members.address
       SET recipient_seal = $3, phone_seal = $4, region = $5, detail_seal = $6, is_default = $7
     WHERE network_id = $1 AND id = $2
"""

DELETE_ADDRESS = """
    UPDATE members.address
       SET deleted_at = now()
     WHERE network_id = $1 AND id = $2
"""

INSERT_CONSENT = """
    INSERT INTO members.consent (network_id, member_id, subject, version, is_given)
    VALUES ($1, $2, $3, $4, $5)
    RETURNING id
"""

# The last of each subject.
FETCH_CONSENTS = """
    SELECT DISTINCT ON (consent.subject)
           consent.subject, consent.version, consent.is_given, consent.given_at
      FROM members.member AS relative
      JOIN members.consent AS consent
        ON consent.network_id = relative.network_id AND consent.member_id = relative.id
     WHERE relative.network_id = $1
       AND (relative.id = $2 OR relative.survivor_id = $2)
     ORDER BY consent.subject, consent.id DESC
"""


# What each person said last of a subject, whichever of their members said it.
FETCH_GIVEN = f"""
    SELECT wanted.position
      FROM unnest($2::bigint[], $3::text[]) WITH ORDINALITY
           AS wanted (member_id, subject, position)
      JOIN members.member AS member
        ON member.network_id = $1 AND member.id = wanted.member_id
     CROSS JOIN LATERAL (
               SELECT consent.is_given
                 FROM members.member AS relative
                 JOIN members.consent AS consent
                   ON consent.network_id = relative.network_id
                  AND consent.member_id = relative.id
                  AND consent.subject = wanted.subject
                WHERE relative.network_id = $1
                  AND (relative.id = {SURVIVOR}
                       OR relative.survivor_id = {SURVIVOR})
                ORDER BY consent.id DESC
                LIMIT 1) AS last
     WHERE last.is_given
"""


async def fetch_members(
    conn: Connection, network_id: int, ids: Sequence[int]
) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await conn.fetch(FETCH_MEMBERS, network_id, ids)
    return rows


async def update_member(
    conn: Connection, shopper: Shopper, nickname: str | None, locale: Locale | None
) -> None:
    await conn.execute(
        UPDATE_MEMBER,
        shopper.network_id,
        shopper.member_id,
        nickname,
        None if locale is None else locale.value,
    )


async def lock_member(conn: Connection, shopper: Shopper) -> None:
    await conn.execute(LOCK_MEMBER, shopper.network_id, shopper.member_id)


async def fetch_addresses(
    conn: Connection, shopper: Shopper, ids: Sequence[int] | None = None
) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await conn.fetch(
        FETCH_ADDRESSES, shopper.network_id, shopper.member_id, ids
    )
    return rows


async def fetch_sealed_addresses(
    conn: Connection, network_id: int, wanted: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], SealedAddress]:
    rows = await conn.fetch(
        FETCH_SEALED_ADDRESSES,
        network_id,
        [member_id for member_id, _ in wanted],
        [address_id for _, address_id in wanted],
    )
    return {
        (member_id, address_id): SealedAddress(
            region=region, recipient_seal=recipient, phone_seal=phone, detail_seal=detail
        )
        for member_id, address_id, region, recipient, phone, detail in rows
    }


async def clear_default(conn: Connection, shopper: Shopper) -> None:
    await conn.execute(NO_DEFAULT, shopper.network_id, shopper.member_id)


async def insert_address(
    conn: Connection, shopper: Shopper, draft: AddressDraft, is_default: bool
) -> int:
    address_id: int = await conn.fetchval(
        INSERT_ADDRESS,
        shopper.network_id,
        shopper.member_id,
        *_sealed(shopper.network_id, draft),
        is_default,
    )
    return address_id


async def update_address(
    conn: Connection, shopper: Shopper, address_id: int, draft: AddressDraft
) -> None:
    await conn.execute(
        UPDATE_ADDRESS,
        shopper.network_id,
        address_id,
        *_sealed(shopper.network_id, draft),
        draft.is_default,
    )


async def delete_address(conn: Connection, shopper: Shopper, address_id: int) -> None:
    await conn.execute(DELETE_ADDRESS, shopper.network_id, address_id)


async def insert_consent(
    conn: Connection, shopper: Shopper, subject: str, version: str, is_given: bool
) -> int:
    consent_id: int = await conn.fetchval(
        INSERT_CONSENT, shopper.network_id, shopper.member_id, subject, version, is_given
    )
    return consent_id


async def fetch_consents(conn: Connection, shopper: Shopper) -> list[Consent]:
    rows = await conn.fetch(FETCH_CONSENTS, shopper.network_id, shopper.member_id)
    return [Consent(**row) for row in rows]


async def fetch_given(
    conn: Connection, network_id: int, wanted: Sequence[tuple[int, str]]
) -> list[int]:
    """The positions of those (member, subject) that are agreed to."""
    rows = await conn.fetch(
        FETCH_GIVEN,
        network_id,
        [member_id for member_id, _ in wanted],
        [subject for _, subject in wanted],
    )
    return [row["position"] - 1 for row in rows]


def _sealed(network_id: int, draft: AddressDraft) -> tuple[bytes, bytes, str, bytes]:
    return (
        seal(network_id, "recipient", draft.recipient),
        seal(network_id, "phone", draft.phone),
        draft.region,
        seal(network_id, "address", draft.detail),
    )
