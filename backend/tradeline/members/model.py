"""What members talks about, and its rules. Pure: no storage, no network, no clock."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from tradeline.kernel import InvalidValue, Locale, Problem, judge_length

NICKNAME_LENGTH_MAX: Final = 50
RECIPIENT_LENGTH_MAX: Final = 50
REGION_LENGTH_MAX: Final = 100
DETAIL_LENGTH_MAX: Final = 200
ADDRESSES_MAX: Final = 50
# How long carriers keep a number before they give it to somebody else. Who proved it longer ago may
# be anybody.
PHONE_RESTS: Final = timedelta(days=90)

_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_ABROAD = re.compile(r"(?:\+|00)(?!86)([1-9][0-9]{6,14})")
_LANDLINE = re.compile(r"0[0-9]{2,3}[0-9]{7,8}")
# What people can agree to, beside messages of WeChat's templates, which each installation has.
CONSENT_SUBJECTS: Final = frozenset({"privacy_policy", "terms_of_use", "marketing"})
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")


class IdentityKind(StrEnum):
    """By what somebody is recognized."""

    OPENID = "openid"
    UNIONID = "unionid"
    PHONE = "phone"


class MergeCause(StrEnum):
    """What showed that two members are one person."""

    GUEST = "guest"
    UNIONID = "unionid"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Something that somebody is recognized by. `app_id` is empty but for openids."""

    kind: IdentityKind
    app_id: str = ""
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One who was not merged into anybody: a guest has no `known_at`."""

    id: int
    state: str
    known_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Two members became one: the rows of `from_id` are read as those of `into_id`."""

    id: int
    from_id: int
    into_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """Who logged in, and which members were found to be one person by it. `member_id` is the row
    that the session is for, which may have been merged into another one."""

    member_id: int
    merges: tuple[Merged, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a consumer's program gets. `refresh_token` is told once and not kept."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in_seconds: int
    network_id: int
    member_id: int
    family: UUID = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A consumer, as they see themselves. `phone` is the number that they proved last."""

    id: int
    is_guest: bool
    nickname: str
    locale: Locale
    phone: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a member has things sent to, unsealed."""

    id: int
    recipient: str = field(repr=False)
    phone: str = field(repr=False)
    region: str
    detail: str = field(repr=False)
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAddress:
    """An address to be copied: who is there, as it is kept. The seals are of the purposes
    "recipient", "phone" and "address"."""

    region: str
    recipient_seal: bytes = field(repr=False)
    phone_seal: bytes = field(repr=False)
    detail_seal: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressDraft:
    recipient: str
    phone: str
    region: str
    detail: str
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What somebody said last of a subject: that they agree to its `version`, or not."""

    subject: str
    version: str
    is_given: bool
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merge as the brand's people see it. Phones are masked."""

    id: int
    from_id: int
    into_id: int
    from_nickname: str
    into_nickname: str
    from_phone: str
    into_phone: str
    cause: MergeCause
    merged_at: datetime
    undone_at: datetime | None


def may_be_recycled(unused_for: timedelta) -> bool:
    """Whether a number may have another holder by now, from when it was proved last."""
    return unused_for > PHONE_RESTS


def older_first(one: Standing, other: Standing) -> tuple[Standing, Standing]:
    """Of two who are one person, the one who stays and the one who is merged into them: who became
    known first stays, and a guest never does."""

    def seniority(member: Standing) -> tuple[bool, float, int]:
        known_at = member.known_at
        return known_at is None, 0.0 if known_at is None else known_at.timestamp(), member.id

    first, second = sorted((one, other), key=seniority)
    return first, second


def normal_phone(text: str) -> str | None:
    """A number as it is compared: a Chinese mobile's with +86 before it, however it was written,
    and one from abroad with its own country's code; None for what is neither."""
    bare = re.sub(r"[\s()\-\u2010-\u2015]", "", text)
    if not bare.isascii():
        return None
    if mobile := _MOBILE.fullmatch(bare):
        return f"+86{mobile[1]}"
    if abroad := _ABROAD.fullmatch(bare):
        return f"+{abroad[1]}"
    return None


def contact_phone(text: str) -> str | None:
    """A number for a parcel: as `normal_phone`, or a landline of China's with its area's code."""
    bare = re.sub(r"[\s()\-]", "", text)
    if bare.isascii() and _LANDLINE.fullmatch(bare):
        return bare
    return normal_phone(text)


def masked_phone(phone: str) -> str:
    """Enough for its owner to know it again: 138****8000."""
    bare = phone.removeprefix("+86")
    return f"{bare[:3]}****{bare[-4:]}" if len(bare) > 10 else f"{bare[:2]}****{bare[-2:]}"


def judge_nickname(nickname: str) -> list[Problem]:
    """An empty one is none."""
    if nickname and not nickname.isprintable():
        return [_invalid("nickname", "send printable characters", "请填写可见字符")]
    return judge_length(nickname, ("nickname",), most=NICKNAME_LENGTH_MAX)


def judge_address(draft: AddressDraft) -> list[Problem]:
    problems = [
        *judge_length(draft.recipient, ("recipient",), least=1, most=RECIPIENT_LENGTH_MAX),
        *judge_length(draft.region, ("region",), least=1, most=REGION_LENGTH_MAX),
        *judge_length(draft.detail, ("detail",), least=1, most=DETAIL_LENGTH_MAX),
    ]
    if contact_phone(draft.phone) is None:
        problems.append(
            _invalid("phone", "send a mobile number such as 13800138000", "请填写有效的手机号")
        )
    return problems


def judge_consent(subject: str, version: str, templates: Collection[str]) -> list[Problem]:
    """`templates` are the ids of those by which WeChat tells people something."""
    problems: list[Problem] = []
    if subject not in CONSENT_SUBJECTS and subject not in templates:
        known = ", ".join(sorted(CONSENT_SUBJECTS))
        problems.append(
            _invalid(
                "subject",
                f"send one of {known}, or the id of a message template",
                f"请填写 {known} 之一，或订阅消息的模板编号",
            )
        )
    if not _VERSION.fullmatch(version):
        problems.append(_invalid("version", "send a version such as 2026-01", "请填写版本号"))
    return problems


def _invalid(name: str, rule: str, rule_zh: str) -> InvalidValue:
    return InvalidValue(path=(name,), field=name, rule=rule, rule_zh=rule_zh)
