"""Numbers, names and who of two stays: the rules of members, without any storage."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tradeline.kernel import InvalidValue
from tradeline.members.model import (
    CONSENT_SUBJECTS,
    AddressDraft,
    Standing,
    contact_phone,
    judge_address,
    judge_consent,
    judge_nickname,
    masked_phone,
    normal_phone,
    older_first,
)


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "+8613800138000",
        "8613800138000",
        "008613800138000",
        "+86 138 0013 8000",
        "138-0013-8000",
        " 13800138000 ",
    ],
)
def test_a_chinese_mobile_number_is_the_same_however_it_is_written(text: str) -> None:
    assert normal_phone(text) == "+8613800138000"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+852 9123 4567", "+85291234567"),
        ("0085291234567", "+85291234567"),
        ("+14155550100", "+14155550100"),
    ],
)
def test_a_number_from_abroad_keeps_its_country(text: str, number: str) -> None:
    assert normal_phone(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345678901",
        "1380013800",
        "138001380000",
        "+8612345678901",
        "abc",
        "１３８００１３８０００",
        "+86",
        "021-61234567",
    ],
)
def test_what_is_no_mobile_number_is_none(text: str) -> None:
    assert normal_phone(text) is None


def test_a_parcel_may_also_be_announced_by_a_landline() -> None:
    assert contact_phone("021-61234567") == "02161234567"
    assert contact_phone("13800138000") == "+8613800138000"
    assert contact_phone("61234567") is None


def test_a_masked_number_is_known_by_its_owner_and_dialled_by_nobody() -> None:
    assert masked_phone("+8613800138000") == "138****8000"
    assert masked_phone("+85291234567") == "+85****4567"
    assert masked_phone("0216123456") == "02****56"


def test_who_became_known_first_stays_and_a_guest_never_does() -> None:
    def known(id: int, day: int) -> Standing:
        return Standing(id=id, state="member", known_at=datetime(2026, 1, day, tzinfo=UTC))

    old, young = known(9, 1), known(2, 2)
    guest = Standing(id=1, state="guest", known_at=None)

    assert older_first(old, young) == older_first(young, old) == (old, young)
    assert older_first(guest, young) == older_first(young, guest) == (young, guest)
    assert older_first(known(3, 1), known(4, 1))[0].id == 3


def test_an_address_is_told_all_that_is_missing_at_once() -> None:
    empty = AddressDraft(recipient=" ", phone="12", region="", detail="x" * 201)

    problems = judge_address(empty)

    assert {problem.path for problem in problems} == {
        ("recipient",),
        ("phone",),
        ("region",),
        ("detail",),
    }
    assert all(isinstance(problem, InvalidValue) for problem in problems)
    fine = AddressDraft(recipient="林", phone="13800138000", region="CN-31", detail="1 弄")
    assert judge_address(fine) == []


def test_a_nickname_may_be_empty_but_not_endless_or_invisible() -> None:
    assert judge_nickname("") == judge_nickname("小林 🍵") == []
    assert judge_nickname("x" * 51)
    assert judge_nickname("a\u202eb")


def test_a_consent_names_its_subject_and_version() -> None:
    templates = {"Tm9X_template-Id43"}
    for subject in (*CONSENT_SUBJECTS, *templates):
        assert judge_consent(subject, "2026-01", templates) == []
    assert [problem.path for problem in judge_consent("", "", ())] == [("subject",), ("version",)]
    for unknown in ("Tm9X_template-Id43", "anything", "privacy_policy "):
        [problem] = judge_consent(unknown, "1", ())
        assert problem.path == ("subject",)
