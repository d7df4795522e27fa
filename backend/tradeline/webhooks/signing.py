"""What tellings are signed with, after "Standard Webhooks" (symmetric, v1).

Secrets are kept nowhere: each follows from the installation's key, the endpoint and its version.
Whoever has the database alone can sign nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES: Final = 32
PREFIX: Final = "whsec_"
PURPOSE: Final = "tradeline webhooks, signing, first key"


@dataclass(frozen=True, slots=True)
class WebhookKeys:
    """`allows_loopback` lets this machine itself be told, for tests and trying out."""

    secret: str = field(repr=False)
    allows_loopback: bool = False

    def key(self, network_id: int, endpoint_id: int, version: int) -> bytes:
        purpose = f"{PURPOSE}\0{network_id}\0{endpoint_id}\0{version}".encode()
        derive = HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=purpose)
        return derive.derive(self.secret.encode())


_of_this_process: list[WebhookKeys] = []


def use_webhook_keys(keys: WebhookKeys) -> None:
    """Sign with these from now on: what a process does once, before it serves anybody."""
    _of_this_process[:] = [keys]


def webhook_keys() -> WebhookKeys:
    """Raises RuntimeError where the process has not been given any."""
    if not _of_this_process:
        raise RuntimeError("this process was given no key to sign webhooks with")
    return _of_this_process[0]


def secret_of(network_id: int, endpoint_id: int, version: int) -> str:
    """As the receiver is told it: `whsec_` and the key in base64."""
    key = webhook_keys().key(network_id, endpoint_id, version)
    return PREFIX + base64.b64encode(key).decode()


def signatures(keys: Sequence[bytes], *, id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: one for each key, any of which may be the receiver's."""
    signed = f"{id}.{timestamp}.".encode() + body
    digests = (hmac.digest(key, signed, hashlib.sha256) for key in keys)
    return " ".join("v1," + base64.b64encode(digest).decode() for digest in digests)
