"""Who may give what to whom."""

from __future__ import annotations

from tradeline.identity import BUILT_IN_ROLES
from tradeline.identity.model import known_permissions, normal_email
from tradeline.identity.passwords import fits_password, hash_password
from tradeline.identity.roles import (
    judge_change_of_person,
    judge_grant,
    judge_loss_of_owner,
    judge_machine,
    may_still_offer,
)
from tradeline.kernel import Permission

READ, MANAGE = Permission.STOCK_READ, Permission.STOCK_MANAGE


def test_one_gives_what_one_holds() -> None:
    assert judge_grant({READ, MANAGE}, {READ}, ()) == []
    assert judge_grant(set(), set(), ()) == []
    [problem] = judge_grant({READ}, {READ, MANAGE}, ("permissions",))
    assert (problem.path, problem.message()) == (
        ("permissions",),
        "You cannot give permissions that you do not hold: stock:manage.",
    )


def test_an_offer_stands_while_its_maker_could_make_it() -> None:
    inviting = Permission.PEOPLE_MANAGE
    assert may_still_offer({inviting, READ}, {READ})
    assert not may_still_offer({inviting, READ}, {READ, MANAGE})
    assert not may_still_offer({READ}, {READ})
    assert not may_still_offer(set(), set())


def test_a_machine_lets_nobody_in() -> None:
    assert judge_machine({READ, MANAGE}, ()) == []
    [problem] = judge_machine(set(Permission), ("permissions",))
    assert problem.message() == (
        "permissions cannot be used: a machine may not hold api_client:manage, people:manage."
    )


def test_one_changes_those_who_hold_no_more() -> None:
    assert judge_change_of_person({READ}, {READ}, ()) == []
    assert judge_change_of_person({READ}, set(), ()) == []
    assert judge_change_of_person({READ}, {READ, MANAGE}, ())
    assert judge_change_of_person(set(), {READ}, ())


def test_the_last_owner_stays_an_owner() -> None:
    assert judge_loss_of_owner({1}, 1, stays_owner=False, path=())
    assert judge_loss_of_owner({1}, 1, stays_owner=True, path=()) == []
    assert judge_loss_of_owner({1, 2}, 1, stays_owner=False, path=()) == []
    assert judge_loss_of_owner({2}, 1, stays_owner=False, path=()) == []
    assert judge_loss_of_owner(set(), 1, stays_owner=False, path=()) == []


def test_every_role_is_worded_and_only_owners_manage_people() -> None:
    for code, role in BUILT_IN_ROLES.items():
        assert role.code == code
        assert role.name
        assert role.name_en
        assert (Permission.PEOPLE_MANAGE in role.permissions) is (code == "owner")
    reading = {p for p in Permission if p.value.endswith(":read")}
    assert BUILT_IN_ROLES["viewer"].permissions <= reading


def test_a_permission_that_is_no_more_gives_nothing() -> None:
    assert known_permissions(["stock:read", "stock:teleport"]) == {READ}
    assert known_permissions([]) == frozenset()


def test_an_address_is_kept_in_one_spelling() -> None:
    assert normal_email("  Wang@Example.COM ") == "wang@example.com"


async def test_a_password_fits_its_own_hash_only() -> None:
    hashed = await hash_password("密码很长\ud800")

    assert hashed.startswith("$argon2id$")
    assert await fits_password(hashed, "密码很长\ud800")
    assert not await fits_password(hashed, "密码很长")
    assert not await fits_password(None, "密码很长\ud800")
    assert not await fits_password("no hash", "密码很长\ud800")
