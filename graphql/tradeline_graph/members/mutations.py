"""What consumers can change about themselves."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from tradeline import kernel, members
from tradeline.kernel import Shopper
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id, to_id
from tradeline_graph._mutations import perform_as_member
from tradeline_graph._problems import InvalidValue, NotFound, RequestReused
from tradeline_graph._scope import Guard, Scope, scoped
from tradeline_graph.identity.enums import Locale
from tradeline_graph.members.problems import TooManyAddresses
from tradeline_graph.members.types import Consumer, MemberAddress, load_consumer

MemberUpdateError: TypeAlias = Annotated[
    InvalidValue | RequestReused, strawberry.union("MemberUpdateError")
]
MemberConsentRecordError: TypeAlias = Annotated[
    InvalidValue | RequestReused, strawberry.union("MemberConsentRecordError")
]
MemberAddressSaveError: TypeAlias = Annotated[
    NotFound | InvalidValue | TooManyAddresses | RequestReused,
    strawberry.union("MemberAddressSaveError"),
]
MemberAddressDeleteError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("MemberAddressDeleteError")
]


@strawberry.input(description="What is left out or null stays as it is.")
class MemberUpdateInput:
    request_id: str
    nickname: str | None = None
    locale: Locale | None = None


@strawberry.input(
    description="`subject` is what it is about: privacy_policy, terms_of_use, marketing, or the id "
    "of a message template; `version` is its text's."
)
class MemberConsentRecordInput:
    request_id: str
    subject: str
    version: str
    is_given: bool


@strawberry.input(description="Without `addressId`, a new one. Your first is the default one.")
class MemberAddressSaveInput:
    request_id: str
    address_id: strawberry.ID | None = None
    recipient: str
    phone: str
    region: str
    detail: str
    is_default: bool = False


@strawberry.input
class MemberAddressDeleteInput:
    request_id: str
    address_id: strawberry.ID


@strawberry.type(
    description="`member` is null if, and only if, there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class MemberUpdatePayload:
    member: Consumer | None = None
    errors: list[MemberUpdateError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="`member` is null if, and only if, there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class MemberConsentRecordPayload:
    member: Consumer | None = None
    errors: list[MemberConsentRecordError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="`address` is null if there are `errors`, or if you have deleted it meanwhile.",
    directives=scoped(Scope.VALUE),
)
class MemberAddressSavePayload:
    address: MemberAddress | None = None
    errors: list[MemberAddressSaveError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="`addressId` is null if, and only if, there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class MemberAddressDeletePayload:
    address_id: strawberry.ID | None = None
    errors: list[MemberAddressDeleteError] = strawberry.field(default_factory=list)


@strawberry.type
class ProfileMutation:
    @strawberry.mutation(
        description="Choose your name or language.", extensions=[Guard(Scope.MEMBER)]
    )
    async def member_update(self, info: Info, input: MemberUpdateInput) -> MemberUpdatePayload:
        async def update(conn: kernel.Connection, shopper: Shopper) -> int:
            return await members.update_member(
                conn, shopper=shopper, nickname=input.nickname, locale=input.locale
            )

        outcome = await perform_as_member(info, input, update)
        if outcome.id is None:
            return MemberUpdatePayload(errors=outcome.errors)
        return MemberUpdatePayload(member=await load_consumer(info))

    @strawberry.mutation(
        description="Say that you agree to something, or no longer.",
        extensions=[Guard(Scope.MEMBER)],
    )
    async def member_consent_record(
        self, info: Info, input: MemberConsentRecordInput
    ) -> MemberConsentRecordPayload:
        async def record(conn: kernel.Connection, shopper: Shopper) -> int:
            return await members.record_consent(
                conn,
                shopper=shopper,
                subject=input.subject,
                version=input.version,
                is_given=input.is_given,
                templates=info.context.message_templates,
            )

        outcome = await perform_as_member(info, input, record)
        if outcome.id is None:
            return MemberConsentRecordPayload(errors=outcome.errors)
        return MemberConsentRecordPayload(member=await load_consumer(info))

    @strawberry.mutation(
        description="Keep an address, or change one.", extensions=[Guard(Scope.MEMBER)]
    )
    async def member_address_save(
        self, info: Info, input: MemberAddressSaveInput
    ) -> MemberAddressSavePayload:
        async def save(conn: kernel.Connection, shopper: Shopper) -> int:
            return await members.save_address(
                conn,
                shopper=shopper,
                address_id=from_optional_id("MemberAddress", input.address_id),
                draft=members.AddressDraft(
                    recipient=input.recipient,
                    phone=input.phone,
                    region=input.region,
                    detail=input.detail,
                    is_default=input.is_default,
                ),
            )

        outcome = await perform_as_member(info, input, save)
        if outcome.id is None:
            return MemberAddressSavePayload(errors=outcome.errors)
        shopper = info.context.shopping_viewer()
        async with info.context.db.reading(shopper.network_id) as conn:
            kept = await members.list_addresses(conn, shopper=shopper)
        saved = [MemberAddress.of(row) for row in kept if row.id == outcome.id]
        return MemberAddressSavePayload(address=saved[0] if saved else None)

    @strawberry.mutation(
        description="Keep an address no longer. What is on its way there still arrives.",
        extensions=[Guard(Scope.MEMBER)],
    )
    async def member_address_delete(
        self, info: Info, input: MemberAddressDeleteInput
    ) -> MemberAddressDeletePayload:
        async def delete(conn: kernel.Connection, shopper: Shopper) -> int:
            return await members.delete_address(
                conn, shopper=shopper, address_id=from_id("MemberAddress", input.address_id)
            )

        outcome = await perform_as_member(info, input, delete)
        if outcome.id is None:
            return MemberAddressDeletePayload(errors=outcome.errors)
        return MemberAddressDeletePayload(address_id=to_id("MemberAddress", outcome.id))
