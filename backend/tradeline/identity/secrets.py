"""Secrets: opaque random ones, of which only the hash is kept, and signed access tokens."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, Final, TypeAlias
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

SECRET_BYTES: Final = 32
SECRET_LENGTH_MAX: Final = 256
ACCESS_SECONDS: Final = 600
ISSUER: Final = "tradeline"
# Whom a token is for: an organization's people and machines, or a consumer. Neither is the other.
AUDIENCE: Final = "tradeline-api"
CONSUMERS_AUDIENCE: Final = "tradeline-shop"
ALGORITHM: Final = "Ed25519"
KEY_PURPOSE: Final = b"tradeline access tokens, first key"
TOKEN_LENGTH_MAX: Final = 4096
TOKENS_REMEMBERED: Final = 16_384
ROW_ID_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """Whom an access token speaks for. A person's has an account, a membership, and the family of
    refresh tokens it came with; a machine's has an API client."""

    network_id: int
    account_id: int | None = None
    membership_id: int | None = None
    family: UUID | None = None
    api_client_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberClaims:
    """Which consumer an access token speaks for, and the family of refresh tokens it came with."""

    network_id: int
    member_id: int
    family: UUID


Claims: TypeAlias = AccessClaims | MemberClaims


class TokenKeys:
    """Signs and reads access tokens, with a key that follows from the installation's secret.

    Tokens of organizations and of consumers are told apart by their audience: `read` knows the
    former alone, and `read_member` the latter.
    """

    def __init__(self, secret: str) -> None:
        if len(secret) < SECRET_BYTES:
            raise ValueError(f"the secret must have at least {SECRET_BYTES} characters")
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=KEY_PURPOSE)
        private = Ed25519PrivateKey.from_private_bytes(derive.derive(secret.encode()))
        self._read: dict[str, tuple[Claims, int]] = {}
        self._key = OKPKey.import_key(
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "d": _base64(private.private_bytes_raw()),
                "x": _base64(private.public_key().public_bytes_raw()),
            }
        )

    def sign(self, claims: AccessClaims) -> str:
        """An access token that lasts for ACCESS_SECONDS."""
        if claims.api_client_id is not None:
            return self._signed(
                AUDIENCE, claims.network_id, {"sub": f"client:{claims.api_client_id}"}
            )
        person = {
            "sub": f"account:{claims.account_id}",
            "membership": claims.membership_id,
            "family": str(claims.family),
        }
        return self._signed(AUDIENCE, claims.network_id, person)

    def sign_member(self, claims: MemberClaims) -> str:
        """A consumer's access token, which lasts as long."""
        consumer = {"sub": f"member:{claims.member_id}", "family": str(claims.family)}
        return self._signed(CONSUMERS_AUDIENCE, claims.network_id, consumer)

    def read(self, token: str) -> AccessClaims | None:
        """The claims of a token that we signed for an organization's person or machine, and that
        has not expired, else None.

        The algorithm is ours to say, never the token's; keys named in its header are not looked at.
        A token that was good is remembered until it expires, for its signature will not change.
        """
        claims = self._remembered(token)
        return claims if isinstance(claims, AccessClaims) else None

    def read_member(self, token: str) -> MemberClaims | None:
        """As `read`, of a token that we signed for a consumer."""
        claims = self._remembered(token)
        return claims if isinstance(claims, MemberClaims) else None

    def _signed(self, audience: str, network_id: int, claims: dict[str, Any]) -> str:
        now = int(time.time())
        payload = {
            "iss": ISSUER,
            "aud": audience,
            "iat": now,
            "exp": now + ACCESS_SECONDS,
            "network": network_id,
        }
        return jwt.encode({"alg": ALGORITHM}, payload | claims, self._key, algorithms=[ALGORITHM])

    def _remembered(self, token: str) -> Claims | None:
        claims: Claims | None
        claims, expires_at = self._read.get(token, (None, 0))
        if expires_at > time.time():
            return claims
        self._read.pop(token, None)
        claims, expires_at = self._verified(token)
        if claims is not None:
            if len(self._read) >= TOKENS_REMEMBERED:
                del self._read[next(iter(self._read))]
            self._read[token] = (claims, expires_at)
        return claims

    def _verified(self, token: str) -> tuple[Claims | None, int]:
        """What the token says, and when it expires in seconds of the epoch."""
        if len(token) > TOKEN_LENGTH_MAX:
            return None, 0
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            _CLAIMS.validate(claims)
            return _read_claims(claims), int(claims["exp"])
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            return None, 0
        except (OverflowError, RecursionError):  # an infinite number; a header of brackets
            return None, 0


def _read_claims(claims: Mapping[str, Any]) -> Claims | None:
    """Whom they speak for, if it goes together with whom they are for. Raises ValueError, TypeError
    or KeyError for what we do not sign."""
    kind, _, number = claims["sub"].partition(":")
    network_id = _row_id(claims["network"])
    match claims["aud"], kind:
        case str(audience), "client" if audience == AUDIENCE:
            return AccessClaims(network_id=network_id, api_client_id=_row_id(number))
        case str(audience), "account" if audience == AUDIENCE:
            return AccessClaims(
                network_id=network_id,
                account_id=_row_id(number),
                membership_id=_row_id(claims["membership"]),
                family=UUID(claims["family"]),
            )
        case str(audience), "member" if audience == CONSUMERS_AUDIENCE:
            return MemberClaims(
                network_id=network_id, member_id=_row_id(number), family=UUID(claims["family"])
            )
    return None


_CLAIMS = jwt.JWTClaimsRegistry(
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True},
    exp={"essential": True},
    iat={"essential": True},
    sub={"essential": True},
    network={"essential": True},
)


def new_secret() -> str:
    """256 random bits, to be told once."""
    return token_urlsafe(SECRET_BYTES)


def hash_secret(secret: str) -> bytes:
    """What is kept of a secret: of so many random bits, a plain hash gives nothing away. Looking a
    secret up by it takes no longer for one that is nearly right."""
    return hashlib.sha256(secret[:SECRET_LENGTH_MAX].encode(errors="surrogatepass")).digest()


def _row_id(claim: Any) -> int:
    """Raises ValueError for what no row can be numbered by: not ours, whoever signed it."""
    row_id = int(claim)
    if not 0 < row_id <= ROW_ID_MAX:
        raise ValueError("no row has such a number")
    return row_id


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
