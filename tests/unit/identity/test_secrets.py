"""Access tokens: what we signed is believed for ten minutes, and nothing else ever."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
from typing import Any
from uuid import UUID

import pytest
import time_machine
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from tradeline.identity import AccessClaims, MemberClaims, TokenKeys, secrets
from tradeline.identity.secrets import hash_secret, new_secret

SECRET = "a secret of an installation, for tests"
KEYS = TokenKeys(SECRET)
CLAIMS = AccessClaims(network_id=1, account_id=2, membership_id=3, family=UUID(int=4))
MEMBER = MemberClaims(network_id=1, member_id=2, family=UUID(int=4))
NOW = datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC)


def encoded(part: object) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def resigned(token: str | None = None, **changes: Any) -> str:
    """A token with our key and other claims; None leaves a claim out."""
    claims = decoded((token or KEYS.sign(CLAIMS)).split(".")[1]) | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "Ed25519"}, claims, KEYS._key, algorithms=["Ed25519"])


def test_what_was_signed_is_read() -> None:
    machine = AccessClaims(network_id=1, api_client_id=9)

    assert KEYS.read(KEYS.sign(CLAIMS)) == CLAIMS
    assert KEYS.read(KEYS.sign(machine)) == machine
    assert TokenKeys(SECRET).read(KEYS.sign(CLAIMS)) == CLAIMS, "the key follows from the secret"


def test_another_installations_token_is_nothing() -> None:
    assert TokenKeys(SECRET + "!").read(KEYS.sign(CLAIMS)) is None
    assert TokenKeys(SECRET + "!").read_member(KEYS.sign_member(MEMBER)) is None


def test_a_consumers_token_is_never_an_organizations_nor_the_reverse() -> None:
    consumers, organizations = KEYS.sign_member(MEMBER), KEYS.sign(CLAIMS)

    for _ in range(2):  # also once it is remembered
        assert KEYS.read_member(consumers) == MEMBER
        assert KEYS.read(consumers) is None
        assert KEYS.read_member(organizations) is None
        assert KEYS.read(organizations) == CLAIMS


def test_whom_a_token_is_for_and_of_whom_it_speaks_go_together() -> None:
    consumers = KEYS.sign_member(MEMBER)
    mixed = [
        resigned(sub="member:2"),
        resigned(aud="tradeline-shop"),
        resigned(aud=["tradeline-api", "tradeline-shop"]),
        resigned(consumers, aud="tradeline-api"),
        resigned(consumers, sub="account:2", membership=3),
        resigned(consumers, sub="client:2"),
        resigned(consumers, sub="member:0"),
        resigned(consumers, family=None),
    ]

    assert KEYS.read_member(resigned(consumers)) == MEMBER
    assert [KEYS.read(token) for token in mixed] == [None] * len(mixed)
    assert [KEYS.read_member(token) for token in mixed] == [None] * len(mixed)


def test_a_token_that_was_good_once_is_not_for_ever_nor_is_one_like_it() -> None:
    with time_machine.travel(NOW, tick=False):
        token = KEYS.sign(CLAIMS)
        assert KEYS.read(token) == KEYS.read(token) == CLAIMS
        assert KEYS.read(token[:-2]) is None
    with time_machine.travel(NOW + datetime.timedelta(seconds=601), tick=False):
        assert KEYS.read(token) is None


def test_only_so_many_tokens_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "TOKENS_REMEMBERED", 2)
    keys = TokenKeys(SECRET)
    claims = [AccessClaims(network_id=1, api_client_id=number) for number in (1, 2, 3)]
    tokens = [keys.sign(one) for one in claims]

    assert [keys.read(token) for token in tokens * 2] == claims * 2
    assert len(keys._read) == 2


def test_a_token_lasts_ten_minutes() -> None:
    with time_machine.travel(NOW, tick=False):
        token = KEYS.sign(CLAIMS)
    with time_machine.travel(NOW + datetime.timedelta(seconds=599), tick=False):
        assert KEYS.read(token) == CLAIMS
    with time_machine.travel(NOW + datetime.timedelta(seconds=601), tick=False):
        assert KEYS.read(token) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"iss": None},
        {"aud": "another-api"},
        {"aud": None},
        {"exp": None},
        {"exp": "never"},
        {"exp": 1},
        {"iat": None},
        {"sub": None},
        {"sub": "2"},
        {"sub": "owner:2"},
        {"sub": "account:x"},
        {"network": None},
        {"network": "x"},
        {"membership": None},
        {"family": None},
        {"family": "x"},
    ],
)
def test_claims_must_be_ours(changes: dict[str, Any]) -> None:
    assert KEYS.read(resigned()) == CLAIMS
    assert KEYS.read(resigned(**changes)) is None


def test_the_algorithm_is_ours_to_say() -> None:
    header, payload, signature = KEYS.sign(CLAIMS).split(".")
    public = KEYS._key.as_dict(private=False)["x"]
    stranger = OKPKey.generate_key("Ed25519")
    hs256 = {"alg": "HS256", "typ": "JWT"}
    mac = hmac.new(
        base64.urlsafe_b64decode(str(public) + "="),
        f"{encoded(hs256)}.{payload}".encode(),
        hashlib.sha256,
    ).digest()
    claims = decoded(payload)
    forged = [
        f"{encoded({'alg': 'none'})}.{payload}.",
        f"{encoded({'alg': 'None'})}.{payload}.{signature}",
        f"{encoded(hs256)}.{payload}.{encoded(mac)}",
        jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("k" * 32)),
        f"{header}.{payload}.",
        f"{header}.{payload}",
        f"{header}.{encoded(claims | {'network': 7})}.{signature}",
        jwt.encode({"alg": "Ed25519"}, claims, stranger, algorithms=["Ed25519"]),
        jwt.encode(
            {"alg": "Ed25519", "jwk": stranger.as_dict(private=False)},
            claims,
            stranger,
            algorithms=["Ed25519"],
        ),
        f"{encoded(decoded(header) | {'crit': ['exp'], 'exp': 1})}.{payload}.{signature}",
        json.dumps({"payload": payload, "signatures": []}),
        "",
        "...",
        "é",
        "\ud800",
        "x" * 100_000,
    ]

    for token in forged:
        assert KEYS.read(token) is None, token


def test_a_short_secret_of_the_installation_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        TokenKeys("short")


def test_secrets_are_long_random_and_kept_as_hashes() -> None:
    secrets = {new_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert all(len(secret) >= 43 for secret in secrets)
    assert hash_secret("a") == hashlib.sha256(b"a").digest()


@pytest.mark.parametrize("number", [2**63, 10**30, 0, -1, float("inf"), "x", "9" * 5_000, [], {}])
def test_a_number_that_no_row_has_is_nothing(number: Any) -> None:
    assert KEYS.read(resigned(network=number)) is None
    assert KEYS.read(resigned(membership=number)) is None
    assert KEYS.read(resigned(sub=f"account:{number}")) is None
    assert KEYS.read(resigned(sub=f"client:{number}")) is None


def test_the_greatest_number_of_a_row_is_read() -> None:
    claims = AccessClaims(network_id=2**63 - 1, api_client_id=2**63 - 1)

    assert KEYS.read(KEYS.sign(claims)) == claims


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_header_that_nests_without_end_is_nothing(opening: str) -> None:
    assert KEYS.read(f"{encoded((opening * 580).encode())}.e30.e30") is None
    assert KEYS.read(f"{encoded((opening * 2_900).encode())[:4_000]}.e30.e30") is None
