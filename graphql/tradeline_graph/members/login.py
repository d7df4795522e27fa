"""How consumers come in. What WeChat says of them is asked for outside of any unit of work, and
whoever bothers it with codes that are none is not listened to for a while."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final, TypeAlias

import strawberry

from tradeline import channels, identity, kernel, members, shopping
from tradeline.kernel import Shopper
from tradeline_graph._context import Context, Info, Unauthenticated
from tradeline_graph._mutations import RequestInput, perform_for
from tradeline_graph._ports import CodeNotTaken, WeChatAway, WeChatIdentity
from tradeline_graph._problems import Busy, InvalidValue, NotFound, RequestReused
from tradeline_graph._scope import Guard, Scope, scoped
from tradeline_graph.identity.enums import Locale
from tradeline_graph.identity.problems import TokenNotUsable, TooManySignIns, attempt
from tradeline_graph.members.problems import CodeNotUsable, NotForGuests, WeChatUnavailable
from tradeline_graph.members.types import Consumer, load_consumer
from tradeline_graph.sessions import bearer_token, network_address

# In a quarter of an hour, for each network address; a store's guests share one.
GUESTS_PER_ADDRESS_MAX: Final = 3_000
FAILURES_PER_ADDRESS_MAX: Final = 50
CODE_LENGTH_MAX: Final = 256

GuestStartError: TypeAlias = Annotated[NotFound | Busy, strawberry.union("GuestStartError")]
MemberLoginError: TypeAlias = Annotated[
    NotFound | CodeNotUsable | WeChatUnavailable | TooManySignIns,
    strawberry.union("MemberLoginError"),
]
MemberSessionRefreshError: TypeAlias = Annotated[
    TokenNotUsable, strawberry.union("MemberSessionRefreshError")
]
MemberPhoneBindError: TypeAlias = Annotated[
    NotForGuests
    | CodeNotUsable
    | WeChatUnavailable
    | TooManySignIns
    | InvalidValue
    | RequestReused,
    strawberry.union("MemberPhoneBindError"),
]


@strawberry.input(description="`appId` is the mini-program's. `locale` is a new guest's.")
class GuestStartInput:
    app_id: str
    locale: Locale = Locale.ZH


@strawberry.input(
    description="`code` is that of `wx.login`, and good once. `locale` is a new member's. With a "
    "guest's token, the guest becomes the member, who gets the guest's cart."
)
class MemberLoginInput:
    app_id: str
    code: str
    locale: Locale = Locale.ZH


@strawberry.input
class MemberSessionRefreshInput:
    refresh_token: str = strawberry.field(description="Works once: the answer holds the next.")


@strawberry.input(description="`code` is that of WeChat's phone button, and good once.")
class MemberPhoneBindInput:
    request_id: str
    code: str


@strawberry.type(
    description="For the header `Authorization: Bearer`, and for getting the next.",
    directives=scoped(Scope.VALUE),
)
class MemberSession:
    access_token: str
    refresh_token: str
    expires_in_seconds: int
    member: Consumer


@strawberry.type(
    description="`session` is null if, and only if, there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class GuestStartPayload:
    session: MemberSession | None = None
    errors: list[GuestStartError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="`session` is null if, and only if, there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class MemberLoginPayload:
    session: MemberSession | None = None
    errors: list[MemberLoginError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="`session` is null if, and only if, there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class MemberSessionRefreshPayload:
    session: MemberSession | None = None
    errors: list[MemberSessionRefreshError] = strawberry.field(default_factory=list)


@strawberry.type(description="Your tokens are good no more.", directives=scoped(Scope.VALUE))
class MemberLogoutPayload:
    is_logged_out: bool = True


@strawberry.type(
    description="`member` is null if, and only if, there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class MemberPhoneBindPayload:
    member: Consumer | None = None
    errors: list[MemberPhoneBindError] = strawberry.field(default_factory=list)


class _NotDoneYet(Exception):
    """A request has no answer, and what it takes is not at hand."""


@strawberry.type
class LoginMutation:
    @strawberry.mutation(
        description="Begin as somebody of whom nothing is known: look around, and fill a cart.",
        extensions=[Guard(Scope.PUBLIC)],
    )
    async def guest_start(self, info: Info, input: GuestStartInput) -> GuestStartPayload:
        session, errors = await attempt(info, _start_guest(info.context, input))
        return GuestStartPayload(session=session, errors=errors)

    @strawberry.mutation(
        description="Log in by WeChat, for 30 days after you last came.",
        extensions=[Guard(Scope.PUBLIC)],
    )
    async def member_login(self, info: Info, input: MemberLoginInput) -> MemberLoginPayload:
        session, errors = await attempt(info, _log_in(info.context, input))
        return MemberLoginPayload(session=session, errors=errors)

    @strawberry.mutation(
        description="The next pair of tokens. Using a refresh token twice ends all of its kin.",
        extensions=[Guard(Scope.PUBLIC)],
    )
    async def member_session_refresh(
        self, info: Info, input: MemberSessionRefreshInput
    ) -> MemberSessionRefreshPayload:
        session, errors = await attempt(info, _refresh(info.context, input.refresh_token))
        return MemberSessionRefreshPayload(session=session, errors=errors)

    @strawberry.mutation(
        description="End the login whose token is sent.", extensions=[Guard(Scope.MEMBER)]
    )
    async def member_logout(self, info: Info) -> MemberLogoutPayload:
        context = info.context
        claims = _keys(context).read_member(bearer_token(context.request) or "")
        if claims is None:  # a login of this very request, whose token nobody has sent yet
            raise Unauthenticated
        async with context.db.unit_of_work(claims.network_id) as conn:
            await members.log_out(conn, network_id=claims.network_id, family=claims.family)
        context.shopper = None
        context.loaders.clear()
        return MemberLogoutPayload()

    @strawberry.mutation(
        description="Bind the phone number that WeChat knows of you, in place of another one. If "
        "you bound it elsewhere in the last 90 days, you are one with who you were there; who "
        "bound it longer ago may be somebody else, and keeps their orders without it.",
        extensions=[Guard(Scope.MEMBER)],
    )
    async def member_phone_bind(
        self, info: Info, input: MemberPhoneBindInput
    ) -> MemberPhoneBindPayload:
        context = info.context
        phone: str | None = None

        shopper = context.shopping_viewer()

        async def bind(conn: kernel.Connection, _sender: Shopper) -> int:
            if phone is None:
                raise _NotDoneYet
            bound = await members.bind_phone(conn, shopper=shopper, phone=phone)
            await _carry_carts(conn, shopper.network_id, bound)
            return bound.member_id

        # Asked first, for a code that was used is good for nothing when a request is sent again.
        request: RequestInput = input
        sender = _sender(context)
        try:
            outcome = await perform_for(info, request, sender, bind)
        except _NotDoneYet:
            phone, errors = await attempt(info, _phone_of(context, input.code))
            if phone is None:
                return MemberPhoneBindPayload(errors=errors)
            outcome = await perform_for(info, request, sender, bind)
        if outcome.id is None:
            return MemberPhoneBindPayload(errors=outcome.errors)
        await _come_to_know(context, context.shopping_viewer().network_id, outcome.id)
        return MemberPhoneBindPayload(member=await load_consumer(info))


def _sender(context: Context) -> Shopper:
    """The consumer as their token calls them, which a merge does not change: a request that made
    somebody another's is known again when it is sent again."""
    shopper = context.shopping_viewer()
    claims = _keys(context).read_member(bearer_token(context.request) or "")
    return shopper if claims is None else replace(shopper, member_id=claims.member_id)


async def _start_guest(context: Context, input: GuestStartInput) -> MemberSession:
    app = await _mini_program(context, input.app_id)
    async with context.db.platform() as conn:
        limits = {f"guest:{network_address(context.request)}": GUESTS_PER_ADDRESS_MAX}
        blocked = await identity.count_attempt(conn, limits)
    if blocked is not None:  # after the commit, so that the count stands
        raise kernel.refuse(kernel.Busy(retry_after_seconds=blocked.minutes * 60))
    async with context.db.unit_of_work(app.network_id) as conn:
        member_id = await members.start_guest(conn, network_id=app.network_id, locale=input.locale)
        session = await members.issue_session(
            conn, keys=_keys(context), network_id=app.network_id, member_id=member_id
        )
    return await _session(context, app.network_id, session)


async def _log_in(context: Context, input: MemberLoginInput) -> MemberSession:
    app = await _mini_program(context, input.app_id)
    known = await _identity_of(context, app.app_id, input.code)
    async with context.db.unit_of_work(app.network_id) as conn:
        logged_in = await members.log_in(
            conn,
            network_id=app.network_id,
            app_id=app.app_id,
            openid=known.openid,
            unionid=known.unionid,
            guest=context.shopper,
            locale=input.locale,
        )
        await _carry_carts(conn, app.network_id, logged_in)
        session = await members.issue_session(
            conn,
            keys=_keys(context),
            network_id=app.network_id,
            member_id=logged_in.member_id,
        )
    return await _session(context, app.network_id, session)


async def _refresh(context: Context, refresh_token: str) -> MemberSession:
    session = await members.refresh(context.db, keys=_keys(context), refresh_token=refresh_token)
    return await _session(context, session.network_id, session)


async def _carry_carts(
    conn: kernel.Connection, network_id: int, logged_in: members.LoggedIn
) -> None:
    """Two who were merged have one cart in each store, once and for all."""
    for merged in logged_in.merges:
        await shopping.carry_cart(
            conn,
            network_id=network_id,
            merge_id=merged.id,
            from_id=merged.from_id,
            into_id=merged.into_id,
        )


async def _session(context: Context, network_id: int, session: members.Session) -> MemberSession:
    """From now on, the request is the consumer's whose session it is."""
    row = await _come_to_know(context, network_id, session.member_id)
    return MemberSession(
        access_token=session.access_token,
        refresh_token=session.refresh_token,
        expires_in_seconds=session.expires_in_seconds,
        member=Consumer.of(row),
    )


async def _come_to_know(context: Context, network_id: int, member_id: int) -> members.Member:
    """Go on as whom this member is by now."""
    async with context.db.reading(network_id) as conn:
        survivors = await members.survivor_ids(conn, network_id, [member_id])
        found = await members.members_by_ids(
            conn, network_id=network_id, ids=list(survivors.values())
        )
    [row] = found.values()
    context.actor = None
    context.shopper = Shopper(
        network_id=network_id, member_id=row.id, is_guest=row.is_guest, locale=row.locale
    )
    context.loaders.clear()
    return row


async def _mini_program(context: Context, app_id: str) -> channels.MiniProgram:
    async with context.db.asking() as conn:
        found = await channels.mini_program_of(conn, app_id=app_id)
    if found is None:
        raise kernel.refuse(kernel.NotFound(path=("appId",), subject="mini-program"))
    return found


async def _identity_of(context: Context, app_id: str, code: str) -> WeChatIdentity:
    await _require_few_failures(context)
    try:
        if not 0 < len(code) <= CODE_LENGTH_MAX:
            raise CodeNotTaken
        return await context.wechat_login(app_id, code)
    except CodeNotTaken:
        await _count_failure(context)
        raise kernel.refuse(members.CodeNotUsable(path=("code",))) from None
    except WeChatAway:
        raise kernel.refuse(members.WeChatUnavailable()) from None


async def _phone_of(context: Context, code: str) -> str:
    shopper = context.shopping_viewer()
    async with context.db.reading(shopper.network_id) as conn:
        app_id = await members.last_app_of(conn, shopper.network_id, shopper.member_id)
    if app_id is None:
        raise kernel.refuse(members.NotForGuests())
    await _require_few_failures(context)
    try:
        if not 0 < len(code) <= CODE_LENGTH_MAX:
            raise CodeNotTaken
        return await context.wechat_phone(app_id, code)
    except CodeNotTaken:
        await _count_failure(context)
        raise kernel.refuse(members.CodeNotUsable(path=("code",))) from None
    except WeChatAway:
        raise kernel.refuse(members.WeChatUnavailable()) from None


def _failure_limits(context: Context) -> dict[str, int]:
    return {f"wechat:{network_address(context.request)}": FAILURES_PER_ADDRESS_MAX}


async def _require_few_failures(context: Context) -> None:
    async with context.db.asking() as conn:
        blocked = await identity.judge_attempts(conn, _failure_limits(context))
    if blocked is not None:
        raise kernel.refuse(blocked)


async def _count_failure(context: Context) -> None:
    async with context.db.platform() as conn:
        await identity.count_attempt(conn, _failure_limits(context))


def _keys(context: Context) -> identity.TokenKeys:
    assert context.token_keys is not None, "the server gives every request its keys"
    return context.token_keys
