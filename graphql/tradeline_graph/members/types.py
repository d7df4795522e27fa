"""What consumers see of themselves. What is theirs is given to nobody else."""

from __future__ import annotations

import datetime

import strawberry

from tradeline import members
from tradeline_graph._context import Info
from tradeline_graph._ids import to_id
from tradeline_graph._scope import Scope, scoped
from tradeline_graph.identity.enums import Locale


@strawberry.type(
    description="What you said last of a subject: that you agree to its version, or not.",
    directives=scoped(Scope.MEMBER),
)
class MemberConsent:
    subject: str
    version: str
    is_given: bool
    given_at: datetime.datetime

    @classmethod
    def of(cls, row: members.Consent) -> MemberConsent:
        return cls(
            subject=row.subject,
            version=row.version,
            is_given=row.is_given,
            given_at=row.given_at,
        )


@strawberry.type(description="Where you have things sent to.", directives=scoped(Scope.MEMBER))
class MemberAddress:
    id: strawberry.ID
    recipient: str
    phone_masked: str = strawberry.field(description="As 138****8000; it is kept in full.")
    region: str
    detail: str
    is_default: bool

    @classmethod
    def of(cls, row: members.Address) -> MemberAddress:
        return cls(
            id=to_id("MemberAddress", row.id),
            recipient=row.recipient,
            phone_masked=members.masked_phone(row.phone),
            region=row.region,
            detail=row.detail,
            is_default=row.is_default,
        )


@strawberry.type(
    description="You as a consumer: one over all stores and mini-programs of the network.",
    directives=scoped(Scope.MEMBER),
)
class Consumer:
    id: strawberry.ID
    nickname: str = strawberry.field(description="Empty until you choose one.")
    is_guest: bool = strawberry.field(description="Nothing is known of a guest; log in to buy.")
    locale: Locale
    phone_masked: str | None = strawberry.field(
        description="The number that you bound last, as 138****8000."
    )

    @classmethod
    def of(cls, row: members.Member) -> Consumer:
        return cls(
            id=to_id("Consumer", row.id),
            nickname=row.nickname,
            is_guest=row.is_guest,
            locale=row.locale,
            phone_masked=None if row.phone is None else members.masked_phone(row.phone),
        )

    @strawberry.field(description="What you said last of each subject.")
    async def consents(self, info: Info) -> list[MemberConsent]:
        shopper = info.context.shopping_viewer()
        async with info.context.db.reading(shopper.network_id) as conn:
            rows = await members.list_consents(conn, shopper=shopper)
        return [MemberConsent.of(row) for row in rows]

    @strawberry.field(description="The default one first, then the newest; at most 50.")
    async def addresses(self, info: Info) -> list[MemberAddress]:
        shopper = info.context.shopping_viewer()
        async with info.context.db.reading(shopper.network_id) as conn:
            rows = await members.list_addresses(conn, shopper=shopper)
        return [MemberAddress.of(row) for row in rows]


async def load_consumer(info: Info) -> Consumer | None:
    """Whoever asks, as they are now."""
    shopper = info.context.shopping_viewer()
    async with info.context.db.reading(shopper.network_id) as conn:
        found = await members.members_by_ids(
            conn, network_id=shopper.network_id, ids=[shopper.member_id]
        )
    row = found.get(shopper.member_id)
    return None if row is None else Consumer.of(row)
