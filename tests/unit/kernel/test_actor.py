"""Who is asking, and what they may do."""

from __future__ import annotations

import pytest

from tradeline.kernel import Actor, Forbidden, Permission, Quantity, body_hash, system_actor


def test_an_actor_may_do_what_was_given_and_nothing_else() -> None:
    actor = Actor(network_id=1, org_id=2, permissions=frozenset({Permission.ORDER_READ}))

    actor.require(Permission.ORDER_READ)
    with pytest.raises(Forbidden):
        actor.require(Permission.ORDER_PLACE)
    assert not actor.may(Permission.ORDER_PLACE)


def test_the_system_may_do_everything_and_is_nobody() -> None:
    actor = system_actor(1, 2)

    assert actor.permissions == frozenset(Permission)
    assert (actor.account_id, actor.api_client_id) == (None, None)


def test_permissions_are_sorted_and_named_by_resource_and_action() -> None:
    values = [permission.value for permission in Permission]

    assert values == sorted(values)
    for permission in Permission:
        resource, _, action = permission.value.partition(":")
        assert permission.name == f"{resource}_{action}".upper()


def test_quantities_of_different_units_do_not_mix() -> None:
    assert Quantity(12, "EA") + Quantity(1, "EA") - Quantity(3, "EA") == Quantity(10, "EA")
    assert Quantity(12, "EA").covers(Quantity(12, "EA"))
    assert not Quantity(12, "EA").covers(Quantity(13, "EA"))
    assert not Quantity(12, "EA").covers(Quantity(1, "CS"))
    with pytest.raises(ValueError, match="cannot mix"):
        Quantity(12, "EA") + Quantity(1, "CS")


def test_a_body_is_the_same_for_one_operation_only() -> None:
    assert body_hash("orderPlace", b"1") == body_hash("orderPlace", b"1")
    assert body_hash("orderPlace", b"1") != body_hash("orderCancel", b"1")
    assert body_hash("orderPlace", b"1") != body_hash("orderPlace", b"2")
    assert body_hash("order", b"Place") != body_hash("orderPlace", b"")
