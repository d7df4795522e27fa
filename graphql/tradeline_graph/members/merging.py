"""Which consumers were found to be one person, for the brand's people, who may take it back."""

from __future__ import annotations

import datetime
from typing import Annotated, TypeAlias

import strawberry

from tradeline import kernel, members, shopping
from tradeline.kernel import Permission
from tradeline.members import MergeCause
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, to_id
from tradeline_graph._mutations import null_with_errors, perform
from tradeline_graph._pages import Connection
from tradeline_graph._problems import InvalidValue, NotFound, RequestReused
from tradeline_graph._scope import Guard, Scope, scoped

MemberMergeCause = strawberry.enum(
    MergeCause,
    name="MemberMergeCause",
    description="What showed that two consumers are one person.",
)
MemberMergeUndoError: TypeAlias = Annotated[
    NotFound | InvalidValue | RequestReused, strawberry.union("MemberMergeUndoError")
]


@strawberry.type(
    description="Two consumers who were found to be one person. Numbers are masked.",
    directives=scoped(Scope.ORGANIZATION),
)
class MemberMerge:
    id: strawberry.ID
    from_nickname: str
    from_phone_masked: str
    into_nickname: str
    into_phone_masked: str
    cause: MergeCause
    merged_at: datetime.datetime
    undone_at: datetime.datetime | None

    @classmethod
    def of(cls, row: members.Merge) -> MemberMerge:
        return cls(
            id=to_id("MemberMerge", row.id),
            from_nickname=row.from_nickname,
            from_phone_masked=row.from_phone,
            into_nickname=row.into_nickname,
            into_phone_masked=row.into_phone,
            cause=row.cause,
            merged_at=row.merged_at,
            undone_at=row.undone_at,
        )


@strawberry.input
class MemberMergeUndoInput:
    request_id: str
    merge_id: strawberry.ID


@strawberry.type(description=null_with_errors("merge"), directives=scoped(Scope.VALUE))
class MemberMergeUndoPayload:
    merge: MemberMerge | None = None
    errors: list[MemberMergeUndoError] = strawberry.field(default_factory=list)


@strawberry.type
class MergeQuery:
    @strawberry.field(
        description="Consumers who were found to be one person, newest first; for the brand.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.MEMBER_READ)],
    )
    async def member_merges(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[MemberMerge]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        async with info.context.db.reading(actor.network_id) as conn:
            result = await members.list_merges(conn, actor=actor, page=page)
        return Connection.of(result, MemberMerge.of)


@strawberry.type
class MergeMutation:
    @strawberry.mutation(
        description="Tell two consumers apart again: each has what was theirs, and they are not "
        "found to be one another time. For the brand.",
        extensions=[Guard(Scope.ORGANIZATION, Permission.MEMBER_READ)],
    )
    async def member_merge_undo(
        self, info: Info, input: MemberMergeUndoInput
    ) -> MemberMergeUndoPayload:
        async def undo(conn: kernel.Connection, actor: kernel.Actor) -> int:
            merge_id = from_id("MemberMerge", input.merge_id)
            undone = await members.undo_merge(conn, actor=actor, merge_id=merge_id)
            await shopping.take_back_cart(
                conn, network_id=actor.network_id, merge_id=undone.id, into_id=undone.into_id
            )
            return undone.id

        outcome = await perform(info, input, undo)
        if outcome.id is None:
            return MemberMergeUndoPayload(errors=outcome.errors)
        actor = info.context.signed_in()
        async with info.context.db.reading(actor.network_id) as conn:
            found = await members.merges_by_ids(conn, actor=actor, ids=[outcome.id])
        row = found.get(outcome.id)
        return MemberMergeUndoPayload(merge=None if row is None else MemberMerge.of(row))
