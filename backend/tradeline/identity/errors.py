"""The ways in which identity says no, beside those that every module has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tradeline.kernel import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailed(Problem):
    """The e-mail address and password do not go together; which of them is wrong is not told."""

    zh: ClassVar[str] = "邮箱或密码不正确；请核对后重试。"
    en: ClassVar[str] = "E-mail address and password do not match; check both and try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManySignIns(Problem):
    """Too many failed sign-ins for one e-mail address, or from one network address."""

    zh: ClassVar[str] = "登录失败次数过多；请在 {minutes} 分钟后重试。"
    en: ClassVar[str] = "Too many sign-ins have failed; try again in {minutes} minutes."

    minutes: int
    retry_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMembership(Problem):
    """The account is right, and there is no organization that it may act for."""

    zh: ClassVar[str] = "您的账号目前不属于任何组织；请联系贵组织的管理员发送邀请。"
    en: ClassVar[str] = "Your account belongs to no organization now; ask for an invitation."


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenNotUsable(Problem):
    """A refresh token or session that is unknown, used, ended or expired."""

    zh: ClassVar[str] = "登录已失效；请重新登录。"
    en: ClassVar[str] = "Your sign-in is no longer valid; sign in again."


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationNotUsable(Problem):
    """An invitation that is unknown, accepted, revoked or expired, or whose inviter may no longer
    offer what it offers."""

    zh: ClassVar[str] = "邀请无效或已过期；请联系邀请人重新发送。"
    en: ClassVar[str] = "The invitation is not valid or has expired; ask for a new one."


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetNotUsable(Problem):
    """A reset that is unknown, used, replaced or expired, or that could not be issued any more."""

    zh: ClassVar[str] = "重设密码链接无效或已过期；请联系贵组织的管理员重新签发。"
    en: ClassVar[str] = (
        "The password reset is not valid or has expired; ask your administrator for a new one."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BelongsElsewhere(Problem):
    """Whoever sets this person's password could act for organizations that the issuer has no say
    in."""

    zh: ClassVar[str] = "该账号还属于您不管理的组织，您不能重设其密码；请本人用原密码登录后修改。"
    en: ClassVar[str] = (
        "This account also belongs to an organization that you do not manage, so you cannot reset "
        "its password; its owner has to change it with the present one."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHeld(Problem):
    """A role that somebody holds, or that is offered to somebody, is not deleted."""

    zh: ClassVar[str] = (
        "仍有 {members} 位成员拥有此角色，{invitations} 份未接受的邀请包含此角色；"
        "请先更换成员角色、撤回邀请。"
    )
    en: ClassVar[str] = (
        "{members} members hold this role and {invitations} open invitations offer it; "
        "give them other roles and revoke the invitations first."
    )

    members: int
    invitations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionNotHeld(Problem):
    """Someone would give permissions that they do not hold."""

    zh: ClassVar[str] = "您没有以下权限，不能授予他人：{permissions}。"
    en: ClassVar[str] = "You cannot give permissions that you do not hold: {permissions}."

    permissions: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAbove(Problem):
    """Someone would change a person or role that holds permissions they lack."""

    zh: ClassVar[str] = "对方拥有您没有的权限，您不能修改；请联系所有者。"
    en: ClassVar[str] = (
        "They hold permissions that you lack, so you cannot change them; ask an owner."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LastOwner(Problem):
    """The last owner of an organization would be removed."""

    zh: ClassVar[str] = "这是最后一位所有者；请先指定另一位所有者。"
    en: ClassVar[str] = "This is the last owner; make somebody else an owner first."
