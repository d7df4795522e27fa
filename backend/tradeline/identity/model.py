"""What identity talks about, and its rules. Pure: no storage, no network, no clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from tradeline.kernel import Actor, InvalidValue, Locale, Permission, Problem

EMAIL_LENGTH_MAX = 254
NAME_LENGTH_MAX = 200
CODE_LENGTH_MAX = 64
PASSWORD_LENGTH_MIN = 8
PASSWORD_LENGTH_MAX = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person, over all networks."""

    id: int
    email: str
    name: str
    locale: Locale


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An organization that an account may act for, and what it may do there."""

    id: int
    network_id: int
    network_code: str
    network_name: str
    network_name_en: str
    org_id: int
    org_kind: str
    org_code: str
    org_name: str
    org_name_en: str
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A sign-in that succeeded. `token` is the session's secret, told once and not kept."""

    token: str
    account_id: int
    expires_at: datetime
    actor: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a program gets. `refresh_token` is None for machines, which ask again instead."""

    access_token: str
    expires_in_seconds: int
    refresh_token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A set of permissions with a name. A built-in one has no `org_id`."""

    network_id: int
    id: int
    org_id: int | None
    code: str
    name: str
    name_en: str
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of the organization that the actor acts for."""

    membership_id: int
    account_id: int
    name: str
    email: str
    is_active: bool
    created_at: datetime
    role_ids: tuple[int, ...]
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody whom a seed or an import puts into an organization, with a built-in role."""

    org_id: int
    email: str
    name: str
    password_hash: str
    role_code: str
    locale: Locale = Locale.ZH


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An offer to join an organization with certain roles, for whoever bears its token."""

    network_id: int
    id: int
    org_id: int
    email: str
    role_ids: tuple[int, ...]
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvitation:
    """What an invitation offers, and who stands behind it: a person or a machine, in the name of
    an organization. Behind what neither has offered stands nobody, and it is void."""

    id: int
    role_ids: tuple[int, ...]
    invited_by_org_id: int
    invited_by_account_id: int | None
    invited_by_api_client_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """`token` is told to the inviter once, to be passed on; only its hash is kept."""

    id: int
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswordReset:
    """`token` is told to the issuer once, to be passed on; only its hash is kept."""

    membership_id: int
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPasswordReset:
    """Whose password may be set anew, and who stands behind it: as for an invitation."""

    id: int
    account_id: int
    issued_by_account_id: int | None
    issued_by_api_client_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an account may do in all that it belongs to, and whether any of that is outside of what
    one organization manages."""

    is_elsewhere: bool
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClient:
    """A machine that acts for an organization. The system's own have no creator."""

    network_id: int
    id: int
    org_id: int
    client_id: str
    name: str
    permissions: frozenset[Permission]
    is_active: bool
    created_by_account_id: int | None
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClientDraft:
    name: str
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApiClient:
    """`client_secret` is told once; only its hash is kept."""

    id: int
    client_id: str
    client_secret: str


def known_permissions(names: Collection[str]) -> frozenset[Permission]:
    """The permissions among stored names; one that a later version dropped gives nothing."""
    return _known(tuple(names))


@lru_cache(maxsize=1024)
def _known(names: tuple[str, ...]) -> frozenset[Permission]:
    """Asked with every request, and nearly always for the names of one of a few roles."""
    known = {permission.value for permission in Permission}
    return frozenset(Permission(name) for name in names if name in known)


def normal_email(text: str) -> str:
    """An e-mail address as it is stored: its case does not matter."""
    return text.strip().lower()


def judge_email(email: str) -> list[Problem]:
    """`email` is normal. Only a message that arrives would prove more."""
    local, _, domain = email.partition("@")
    is_usable = bool(local) and "." in domain and "@" not in domain and email.isprintable()
    if is_usable and " " not in email and len(email) <= EMAIL_LENGTH_MAX:
        return []
    return [
        InvalidValue(
            path=("email",),
            field="email",
            rule="send an address such as name@example.com",
            rule_zh="请填写有效邮箱，例如 name@example.com",
        )
    ]


def judge_password(password: str, field: str = "password") -> list[Problem]:
    """Length is what counts (NIST SP 800-63B); anything may be in it."""
    if PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        return []
    return [
        InvalidValue(
            path=(field,),
            field=field,
            rule=f"choose {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX} characters",
            rule_zh=f"密码须为 {PASSWORD_LENGTH_MIN} 至 {PASSWORD_LENGTH_MAX} 个字符",
        )
    ]


def judge_name(name: str, field: str = "name", length_max: int = NAME_LENGTH_MAX) -> list[Problem]:
    if name.strip() and name.isprintable() and len(name) <= length_max:
        return []
    return [
        InvalidValue(
            path=(field,),
            field=field,
            rule=f"send 1 to {length_max} printable characters",
            rule_zh=f"请填写 1 至 {length_max} 个可见字符",
        )
    ]


def judge_some(values: Collection[object], field: str) -> list[Problem]:
    """An empty list is no way to ask for anything."""
    if values:
        return []
    return [
        InvalidValue(path=(field,), field=field, rule="name at least one", rule_zh="请至少选择一项")
    ]
