"""Signatures and secrets of WeChat Pay APIv3: RSA-SHA256, AES-256-GCM and RSA-OAEP. Pure.

Nobody compares a signature or a tag by `==` in here: RSA verification and GCM do it themselves,
in constant time.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tradeline_server.wechat.errors import Fault, Forged

SCHEME = "WECHATPAY2-SHA256-RSA2048"
AGE_SECONDS_MAX = 300
APIV3_KEY_BYTES = 32
RSA_BITS_MIN = 2048
PROBE_PREFIX = "WECHATPAY/SIGNTEST/"

PublicKeys = Mapping[str, rsa.RSAPublicKey]
"""By serial number of the certificate, in capitals, or by id of the public key."""


def request_message(method: str, target: str, timestamp: int, nonce: str, body: bytes) -> bytes:
    """What a request is signed over; `target` is path and query, as they are sent."""
    return f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"


def answer_message(timestamp: str, nonce: str, body: bytes) -> bytes:
    """What WeChat signs its answers and notifications over."""
    return f"{timestamp}\n{nonce}\n".encode() + body + b"\n"


def payment_message(appid: str, timestamp: str, nonce: str, package: str) -> bytes:
    """What the mini-program's `wx.requestPayment` is signed over."""
    return f"{appid}\n{timestamp}\n{nonce}\n{package}\n".encode()


def sign(key: rsa.RSAPrivateKey, message: bytes) -> str:
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(key: rsa.RSAPublicKey, message: bytes, signature: str) -> bool:
    try:
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def fresh_nonce() -> str:
    return secrets.token_hex(16).upper()


@dataclass(frozen=True, slots=True)
class Merchant:
    """Who signs: the number of the merchant, and its certificate's serial and key."""

    mchid: str
    serial: str
    key: rsa.RSAPrivateKey

    def authorization(
        self, method: str, target: str, body: bytes, *, timestamp: int, nonce: str
    ) -> str:
        """The header of a request; the body must be sent as the very bytes given here."""
        signature = sign(self.key, request_message(method, target, timestamp, nonce, body))
        return (
            f'{SCHEME} mchid="{self.mchid}",nonce_str="{nonce}",timestamp="{timestamp}",'
            f'serial_no="{self.serial}",signature="{signature}"'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCall:
    """What `wx.requestPayment` is called with; its `signType` is always RSA."""

    timestamp: str
    nonce: str
    package: str
    pay_sign: str


def payment_call(
    key: rsa.RSAPrivateKey, *, appid: str, prepay_id: str, timestamp: int, nonce: str
) -> PaymentCall:
    package = f"prepay_id={prepay_id}"
    signature = sign(key, payment_message(appid, str(timestamp), nonce, package))
    return PaymentCall(timestamp=str(timestamp), nonce=nonce, package=package, pay_sign=signature)


def check_origin(headers: Mapping[str, str], body: bytes, *, keys: PublicKeys, now: float) -> None:
    """Raises Forged unless WeChat signed this body within the last five minutes.

    A signature from the future is refused as well: it would stay good for longer than that.
    """
    given = {name.lower(): value for name, value in headers.items()}
    timestamp = given.get("wechatpay-timestamp", "")
    signature = given.get("wechatpay-signature", "")
    serial = given.get("wechatpay-serial", "")
    salt = given.get("wechatpay-nonce", "")
    if not (timestamp and signature and serial and salt):
        raise Forged(Fault.HEADERS_MISSING)
    if signature.startswith(PROBE_PREFIX):
        raise Forged(Fault.PROBE)
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        raise Forged(Fault.TIME)
    if abs(now - int(timestamp)) > AGE_SECONDS_MAX:
        raise Forged(Fault.TIME)
    if given.get("wechatpay-signature-type", SCHEME) != SCHEME:
        raise Forged(Fault.SIGNATURE)
    key = keys.get(serial) or keys.get(serial.upper())
    if key is None:
        raise Forged(Fault.SERIAL)
    if not is_signed(key, answer_message(timestamp, salt, body), signature):
        raise Forged(Fault.SIGNATURE)


def encrypt(apiv3_key: bytes, plain: bytes, *, nonce: str, associated_data: str) -> str:
    sealed = AESGCM(apiv3_key).encrypt(nonce.encode(), plain, associated_data.encode())
    return base64.b64encode(sealed).decode()


def decrypt(apiv3_key: bytes, ciphertext: str, *, nonce: str, associated_data: str) -> bytes:
    """Raises Forged if the tag does not fit: another key, or a single bit changed."""
    try:
        raw = base64.b64decode(ciphertext, validate=True)
        return AESGCM(apiv3_key).decrypt(nonce.encode(), raw, associated_data.encode())
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise Forged(Fault.SECRET) from error


# WeChat prescribes OAEP over SHA-1, where a collision of hashes is of no use to anybody.
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)


def encrypt_field(key: rsa.RSAPublicKey, text: str) -> str:
    """For fields that WeChat wants encrypted, such as a receiver's name."""
    return base64.b64encode(key.encrypt(text.encode(), _OAEP)).decode()


def decrypt_field(key: rsa.RSAPrivateKey, sealed: str) -> str:
    try:
        return key.decrypt(base64.b64decode(sealed, validate=True), _OAEP).decode()
    except (binascii.Error, ValueError) as error:
        raise Forged(Fault.SECRET) from error


def load_private_key(pem: bytes) -> rsa.RSAPrivateKey:
    """Raises ValueError for what is no RSA key of at least 2048 bits."""
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < RSA_BITS_MIN:
        raise ValueError("it is no RSA key of 2048 bits or more")
    return key


def load_public_key(pem: bytes) -> rsa.RSAPublicKey:
    """Raises ValueError for what is no RSA key of at least 2048 bits."""
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < RSA_BITS_MIN:
        raise ValueError("it is no RSA key of 2048 bits or more")
    return key
