"""Signing in and out: browsers by cookie, programs by tokens."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from tradeline import identity
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, from_optional_id
from tradeline_graph._problems import InvalidValue, NotFound
from tradeline_graph._scope import Guard, Scope, scoped
from tradeline_graph.identity.enums import Locale
from tradeline_graph.identity.problems import (
    InvitationNotUsable,
    NoMembership,
    PasswordResetNotUsable,
    SignInFailed,
    TokenNotUsable,
    TooManySignIns,
    attempt,
)
from tradeline_graph.identity.types import Viewer
from tradeline_graph.sessions import (
    forget_session,
    keep_session,
    network_address,
    session_token,
)

SignInError: TypeAlias = Annotated[
    SignInFailed | TooManySignIns | NoMembership | NotFound, strawberry.union("SignInError")
]
TokenIssueError: TypeAlias = Annotated[
    SignInFailed | TooManySignIns | NoMembership | NotFound, strawberry.union("TokenIssueError")
]
TokenRefreshError: TypeAlias = Annotated[TokenNotUsable, strawberry.union("TokenRefreshError")]
MembershipSwitchError: TypeAlias = Annotated[
    TokenNotUsable | NoMembership | NotFound, strawberry.union("MembershipSwitchError")
]
PasswordChangeError: TypeAlias = Annotated[
    SignInFailed | TooManySignIns | InvalidValue, strawberry.union("PasswordChangeError")
]
PasswordResetError: TypeAlias = Annotated[
    PasswordResetNotUsable | TooManySignIns | InvalidValue, strawberry.union("PasswordResetError")
]
InvitationAcceptError: TypeAlias = Annotated[
    InvitationNotUsable | SignInFailed | TooManySignIns | InvalidValue,
    strawberry.union("InvitationAcceptError"),
]


@strawberry.input(description="Without `membershipId`, you act under your first membership.")
class SignInInput:
    email: str
    password: str
    membership_id: strawberry.ID | None = None


@strawberry.input(description="For a program: as `signIn`, answered with tokens, not a cookie.")
class TokenIssueInput:
    email: str
    password: str
    membership_id: strawberry.ID | None = None


@strawberry.input
class TokenRefreshInput:
    refresh_token: str = strawberry.field(description="Works once: the answer holds the next.")


@strawberry.input(description="A program signs out by its refresh token, a browser by its cookie.")
class SignOutInput:
    refresh_token: str | None = None


@strawberry.input
class MembershipSwitchInput:
    membership_id: strawberry.ID


@strawberry.input
class PasswordChangeInput:
    current: str
    new: str


@strawberry.input(description="`password` is the new one.")
class PasswordResetInput:
    token: str
    password: str


@strawberry.input(
    description=(
        "Signed in as the invited address, the token is enough. Otherwise `password` is that of "
        "the account with that address or, with `name`, of the new account."
    )
)
class InvitationAcceptInput:
    token: str
    name: str = ""
    password: str = ""
    locale: Locale = Locale.ZH


@strawberry.type(
    description="`viewer` is null if, and only if, there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class SignInPayload:
    viewer: Viewer | None = None
    errors: list[SignInError] = strawberry.field(default_factory=list)


@strawberry.type(description="Whoever was signed in no longer is.", directives=scoped(Scope.VALUE))
class SignOutPayload:
    is_signed_out: bool = True


@strawberry.type(
    description="For the header `Authorization: Bearer`, and for getting the next.",
    directives=scoped(Scope.VALUE),
)
class Tokens:
    access_token: str
    expires_in_seconds: int
    refresh_token: str | None

    @classmethod
    def of(cls, tokens: identity.Tokens | None) -> Tokens | None:
        if tokens is None:
            return None
        return cls(
            access_token=tokens.access_token,
            expires_in_seconds=tokens.expires_in_seconds,
            refresh_token=tokens.refresh_token,
        )


@strawberry.type(
    description="`tokens` is null if, and only if, there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class TokenIssuePayload:
    tokens: Tokens | None = None
    errors: list[TokenIssueError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="`tokens` is null if, and only if, there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class TokenRefreshPayload:
    tokens: Tokens | None = None
    errors: list[TokenRefreshError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="`viewer` is null if, and only if, there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class MembershipSwitchPayload:
    viewer: Viewer | None = None
    errors: list[MembershipSwitchError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="Other sessions and all tokens have ended, unless there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class PasswordChangePayload:
    errors: list[PasswordChangeError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="All sessions and tokens have ended: sign in, unless there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class PasswordResetPayload:
    errors: list[PasswordResetError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="Sign in as usual to act for the organization, unless there are `errors`.",
    directives=scoped(Scope.VALUE),
)
class InvitationAcceptPayload:
    errors: list[InvitationAcceptError] = strawberry.field(default_factory=list)


@strawberry.type
class AccessMutation:
    @strawberry.mutation(
        description="Sign a browser in for 12 hours, by a cookie.",
        extensions=[Guard(Scope.PUBLIC)],
    )
    async def sign_in(self, info: Info, input: SignInInput) -> SignInPayload:
        context = info.context
        signed, errors = await attempt(
            info,
            identity.sign_in(
                context.db,
                email=input.email,
                password=input.password,
                network_address=network_address(context.request),
                membership_id=from_optional_id("Membership", input.membership_id),
            ),
        )
        if signed is None:
            return SignInPayload(errors=errors)
        if (former := session_token(context.request)) is not None:
            await identity.sign_out(context.db, token=former)
        keep_session(context.request, context.response, signed.token)
        context.actor, context.locale = signed.actor, signed.actor.locale
        context.loaders.clear()
        return SignInPayload(viewer=Viewer.of(signed.actor))

    @strawberry.mutation(
        description="End the browser's session, or the program's tokens.",
        extensions=[Guard(Scope.VIEWER)],
    )
    async def sign_out(self, info: Info, input: SignOutInput | None = None) -> SignOutPayload:
        context = info.context
        if input is not None and input.refresh_token is not None:
            await identity.end_tokens(context.db, refresh_token=input.refresh_token)
        if (token := session_token(context.request)) is not None:
            await identity.sign_out(context.db, token=token)
            forget_session(context.request, context.response)
        context.actor = None
        return SignOutPayload()

    @strawberry.mutation(
        description="Let the browser's session act for another of your organizations.",
        extensions=[Guard(Scope.VIEWER)],
    )
    async def membership_switch(
        self, info: Info, input: MembershipSwitchInput
    ) -> MembershipSwitchPayload:
        context = info.context
        actor, errors = await attempt(
            info,
            identity.switch_membership(
                context.db,
                token=session_token(context.request) or "",
                membership_id=from_id("Membership", input.membership_id),
            ),
        )
        if actor is None:
            return MembershipSwitchPayload(errors=errors)
        context.actor = actor
        context.loaders.clear()
        return MembershipSwitchPayload(viewer=Viewer.of(actor))

    @strawberry.mutation(
        description="Sign a program in: a token for ten minutes, and one to refresh it with.",
        extensions=[Guard(Scope.PUBLIC)],
    )
    async def token_issue(self, info: Info, input: TokenIssueInput) -> TokenIssuePayload:
        tokens, errors = await attempt(
            info,
            identity.issue_tokens(
                info.context.db,
                keys=_keys(info),
                email=input.email,
                password=input.password,
                network_address=network_address(info.context.request),
                membership_id=from_optional_id("Membership", input.membership_id),
            ),
        )
        return TokenIssuePayload(tokens=Tokens.of(tokens), errors=errors)

    @strawberry.mutation(
        description="The next pair of tokens. Using a refresh token twice ends all of its kin.",
        extensions=[Guard(Scope.PUBLIC)],
    )
    async def token_refresh(self, info: Info, input: TokenRefreshInput) -> TokenRefreshPayload:
        tokens, errors = await attempt(
            info,
            identity.refresh_tokens(
                info.context.db, keys=_keys(info), refresh_token=input.refresh_token
            ),
        )
        return TokenRefreshPayload(tokens=Tokens.of(tokens), errors=errors)

    @strawberry.mutation(
        description="Change your own password; all other sessions and tokens of yours end.",
        extensions=[Guard(Scope.VIEWER)],
    )
    async def password_change(
        self, info: Info, input: PasswordChangeInput
    ) -> PasswordChangePayload:
        _, errors = await attempt(
            info,
            identity.change_password(
                info.context.db,
                actor=info.context.signed_in(),
                current=input.current,
                new=input.new,
                network_address=network_address(info.context.request),
                session_token=session_token(info.context.request),
            ),
        )
        return PasswordChangePayload(errors=errors)

    @strawberry.mutation(
        description="Choose a new password, by the token that your administrator gave you.",
        extensions=[Guard(Scope.PUBLIC)],
    )
    async def password_reset(self, info: Info, input: PasswordResetInput) -> PasswordResetPayload:
        _, errors = await attempt(
            info,
            identity.reset_password(
                info.context.db,
                token=input.token,
                password=input.password,
                network_address=network_address(info.context.request),
            ),
        )
        return PasswordResetPayload(errors=errors)

    @strawberry.mutation(
        description="Join the organization that an invitation's token leads to.",
        extensions=[Guard(Scope.PUBLIC)],
    )
    async def invitation_accept(
        self, info: Info, input: InvitationAcceptInput
    ) -> InvitationAcceptPayload:
        actor = info.context.actor
        _, errors = await attempt(
            info,
            identity.accept_invitation(
                info.context.db,
                token=input.token,
                network_address=network_address(info.context.request),
                account_id=None if actor is None else actor.account_id,
                name=input.name,
                password=input.password,
                locale=input.locale,
            ),
        )
        return InvitationAcceptPayload(errors=errors)


def _keys(info: Info) -> identity.TokenKeys:
    keys = info.context.token_keys
    assert keys is not None, "the server gives every request its keys"
    return keys
