"""What consumers are recognized by can be read and found by its key alone."""

from __future__ import annotations

import pytest

from tradeline.members import MemberKeys, Unsealable

KEYS = MemberKeys("a key of an installation, for tests")
OTHERS = MemberKeys("a key of another one, for tests too")
PHONE = "+8613800138000"


def test_what_was_sealed_is_unsealed_by_the_same_key() -> None:
    seal = KEYS.seal(1, "phone", PHONE)

    assert KEYS.unseal(1, "phone", seal) == PHONE
    assert MemberKeys("a key of an installation, for tests").unseal(1, "phone", seal) == PHONE
    assert KEYS.unseal(1, "address", KEYS.seal(1, "address", "")) == ""


def test_no_seal_tells_what_is_in_it_or_that_two_are_of_the_same() -> None:
    one, other = KEYS.seal(1, "phone", PHONE), KEYS.seal(1, "phone", PHONE)

    assert one != other
    assert PHONE.encode() not in one


@pytest.mark.parametrize(
    ("keys", "network_id", "purpose"),
    [(OTHERS, 1, "phone"), (KEYS, 2, "phone"), (KEYS, 1, "openid")],
)
def test_a_seal_opens_for_its_key_network_and_purpose_alone(
    keys: MemberKeys, network_id: int, purpose: str
) -> None:
    with pytest.raises(Unsealable):
        keys.unseal(network_id, purpose, KEYS.seal(1, "phone", PHONE))


def test_a_seal_that_was_tampered_with_does_not_open() -> None:
    seal = KEYS.seal(1, "phone", PHONE)
    for position in range(len(seal)):
        bent = seal[:position] + bytes([seal[position] ^ 1]) + seal[position + 1 :]
        with pytest.raises(Unsealable):
            KEYS.unseal(1, "phone", bent)
    for short in (b"", seal[:1], seal[:13], seal[:-1]):
        with pytest.raises(Unsealable):
            KEYS.unseal(1, "phone", short)


def test_a_lookup_is_the_same_for_the_same_and_for_nothing_else() -> None:
    lookup = KEYS.lookup(1, "phone", PHONE)

    assert lookup == KEYS.lookup(1, "phone", PHONE)
    assert len(lookup) == 32
    others = {
        OTHERS.lookup(1, "phone", PHONE),
        KEYS.lookup(2, "phone", PHONE),
        KEYS.lookup(1, "openid", PHONE),
        KEYS.lookup(1, "phone", PHONE + "1"),
    }
    assert len(others | {lookup}) == 5


def test_two_keys_are_told_apart_by_their_fingerprints() -> None:
    assert KEYS.fingerprint != OTHERS.fingerprint
    assert KEYS.fingerprint == MemberKeys("a key of an installation, for tests").fingerprint


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        MemberKeys("short")
