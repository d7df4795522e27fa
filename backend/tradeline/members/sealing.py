"""How what consumers are recognized by is kept: encrypted, and found by a keyed hash.

Whoever has the database alone can neither read a phone number nor try all numbers out.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_LENGTH_MIN: Final = 32
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
# Stands before each seal, so that a later way of sealing can be told from this one.
VERSION: Final = b"\x01"
SEALING: Final = b"tradeline members, sealing, first key"
LOOKING_UP: Final = b"tradeline members, looking up, first key"


class Unsealable(Exception):
    """A seal that is not of this key, of this network or for this purpose."""


class MemberKeys:
    """Seals, unseals and looks up, with keys that follow from one secret of the installation's.

    A seal is good for one network and one purpose: moved elsewhere, it does not open.
    """

    def __init__(self, secret: str) -> None:
        if len(secret) < SECRET_LENGTH_MIN:
            raise ValueError(f"the members' key must have at least {SECRET_LENGTH_MIN} characters")
        self._cipher = AESGCM(_derived(secret, SEALING))
        self._lookup_key = _derived(secret, LOOKING_UP)

    def seal(self, network_id: int, purpose: str, text: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, text.encode(), _bound(network_id, purpose))
        return VERSION + nonce + sealed

    def unseal(self, network_id: int, purpose: str, seal: bytes) -> str:
        """Raises Unsealable."""
        if seal[:1] != VERSION:
            raise Unsealable
        nonce, sealed = seal[1 : 1 + NONCE_BYTES], seal[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, sealed, _bound(network_id, purpose)).decode()
        except (InvalidTag, ValueError):
            raise Unsealable from None

    def lookup(self, network_id: int, purpose: str, text: str) -> bytes:
        """The same for the same text, and of no use for another network or purpose."""
        message = _bound(network_id, purpose) + b"\0" + text.encode()
        return hmac.digest(self._lookup_key, message, hashlib.sha256)

    @property
    def fingerprint(self) -> bytes:
        """Tells two keys apart, and nothing of either."""
        return hmac.digest(self._lookup_key, b"fingerprint", hashlib.sha256)


_of_this_process: list[MemberKeys] = []


def use_member_keys(keys: MemberKeys) -> None:
    """Seal with these from now on: what a process does once, before it serves anybody.

    They are the process's, and not handed from call to call: whoever takes an order or sends a
    message comes upon somebody's address or openid deep inside, where nobody has keys to hand on.
    """
    _of_this_process[:] = [keys]


def member_keys() -> MemberKeys:
    """Raises RuntimeError where the process has not been given any."""
    if not _of_this_process:
        raise RuntimeError("this process was given no key for what is sealed of members")
    return _of_this_process[0]


def seal(network_id: int, purpose: str, text: str) -> bytes:
    """Encrypt what is a consumer's own; `purpose` says what it is, such as "address"."""
    return member_keys().seal(network_id, purpose, text)


def unseal(network_id: int, purpose: str, sealed: bytes) -> str:
    """Raises Unsealable."""
    return member_keys().unseal(network_id, purpose, sealed)


def lookup_of(network_id: int, purpose: str, text: str) -> bytes:
    """By what a sealed text is found again."""
    return member_keys().lookup(network_id, purpose, text)


def _derived(secret: str, purpose: bytes) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose)
    return derive.derive(secret.encode())


def _bound(network_id: int, purpose: str) -> bytes:
    """Purposes have no zero byte in them, so that no two of these run into each other."""
    return b"%d\0%s" % (network_id, purpose.encode())
