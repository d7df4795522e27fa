"""The signed way to WeChat Pay and back: what is asked is signed, what comes back is verified."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec
import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from tradeline_server.wechat.errors import (
    Fault,
    Forged,
    Malformed,
    Refused,
    Unreachable,
    Untrusted,
)
from tradeline_server.wechat.settings import WeChatSettings
from tradeline_server.wechat.signing import PublicKeys, check_origin, decrypt, fresh_nonce
from tradeline_server.wechat.wire import AnswerTooLong, NoAnswer, Wire, place_and_target

ANSWER_BYTES_MAX = 1_000_000
ANSWER_SECONDS_MAX = 10.0
TRIES = 3
RETRY_SECONDS = 0.2
KEYS_REFRESH_SECONDS = 60.0

T = TypeVar("T")
log = structlog.get_logger("tradeline.wechat")


class _Encrypted(msgspec.Struct):
    algorithm: str
    nonce: str
    ciphertext: str
    associated_data: str = ""


class _Certificate(msgspec.Struct):
    serial_no: str
    encrypt_certificate: _Encrypted


class _Certificates(msgspec.Struct):
    data: list[_Certificate]


class _Error(msgspec.Struct):
    code: str = ""
    message: str = ""


def path_of(template: str, **values: str) -> str:
    """A path whose `{names}` are filled in; what is filled in cannot leave its place."""
    quoted = {name: quote(value, safe="") for name, value in values.items()}
    if any(value in ("", ".", "..") for value in quoted.values()):
        raise ValueError("a number in a path is empty or a folder")
    return template.format(**quoted)


class Gateway:
    """One merchant's connection. Never follows a redirect; knows the keys that it may trust."""

    def __init__(
        self,
        settings: WeChatSettings,
        wire: Wire,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.keys: PublicKeys = dict(settings.public_keys)
        self._wire = wire
        self._refreshing = asyncio.Lock()
        self._refreshed_at = float("-inf")

    async def get(self, path: str, as_type: type[T], **query: str) -> T:
        """Asks again by itself when the network or WeChat fails: reading changes nothing."""
        return _decoded(await self._call("GET", path, query, b""), as_type)

    async def post(
        self, path: str, body: Mapping[str, Any], as_type: type[T], *, serial: str = ""
    ) -> T:
        """Every POST of WeChat Pay that we use carries a number of ours, under which WeChat does
        a thing once however often it is asked: so this, too, may ask again by itself.

        `serial` names the key that fields of the body are encrypted with.
        """
        raw = msgspec.json.encode(body)
        return _decoded(await self._call("POST", path, {}, raw, serial), as_type)

    async def command(self, path: str, body: Mapping[str, Any]) -> None:
        """A POST that is answered by 204 and nothing else."""
        await self._call("POST", path, {}, msgspec.json.encode(body))

    async def download(self, url: str, bytes_max: int) -> bytes:
        """A file that a signed answer pointed to. Files are not signed: check their hash.

        Raises Untrusted for an address anywhere else than at WeChat Pay.
        """
        if _origin(url) != _origin(self.settings.pay_url):
            raise Untrusted("The file is not at WeChat Pay's address.")
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        status, _, raw = await self._exchange("GET", target, b"", "", bytes_max)
        if status != 200:
            raise _refusal(status, {}, raw, is_proven=False)
        return raw

    async def proven(self, read: Callable[[PublicKeys, float], T]) -> T:
        """What is read of a message by the keys of WeChat, at this time; `read` raises Forged
        unless one of them signed it. A new serial makes us ask for certificates, at most once a
        minute: anybody may send us a serial that nobody knows."""
        try:
            return read(self.keys, self.clock())
        except Forged as forged:
            if forged.fault is not Fault.SERIAL:
                raise
            await self._refresh_keys()  # or wait for whoever is doing so
            return read(self.keys, self.clock())

    async def encryption_key(self) -> tuple[str, rsa.RSAPublicKey]:
        """The serial and key to encrypt fields with; a configured one goes before certificates."""
        if not self.keys:
            await self._refresh_keys()
        for serial, key in self.keys.items():
            return serial, key
        raise Untrusted("There is no key of WeChat Pay to encrypt with.")

    async def _call(
        self, method: str, path: str, query: Mapping[str, str], body: bytes, serial: str = ""
    ) -> bytes:
        target = f"{path}?{urlencode(query)}" if query else path
        for attempt in range(1, TRIES + 1):
            try:
                status, headers, raw = await self._exchange(method, target, body, serial)
                return await self._verified(status, headers, raw)
            except (Unreachable, Refused) as error:
                told = error.code if isinstance(error, Refused) else type(error).__name__
                log.info("wechat.failed", path=path, attempt=attempt, error=told)
                if not error.is_retryable or attempt == TRIES:
                    raise
            await asyncio.sleep(RETRY_SECONDS * 2 ** (attempt - 1))
        raise AssertionError("the last try returns or raises")

    async def _exchange(
        self,
        method: str,
        target: str,
        body: bytes,
        serial: str,
        bytes_max: int = ANSWER_BYTES_MAX,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Signs with a nonce and a time of this very try: WeChat refuses used and old ones."""
        settings = self.settings
        sent_target = place_and_target(settings.pay_url)[1].rstrip("/") + target
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": "tradeline",
            "Authorization": settings.merchant.authorization(
                method, sent_target, body, timestamp=int(self.clock()), nonce=fresh_nonce()
            ),
        }
        if serial or settings.public_keys:
            # In "public key mode" this asks for answers that are signed with that key.
            headers["Wechatpay-Serial"] = serial or next(iter(settings.public_keys))
        try:
            answer = await self._wire.ask(
                *(method, sent_target, headers, body),
                bytes_max=bytes_max,
                seconds_max=ANSWER_SECONDS_MAX,
            )
        except NoAnswer as error:
            raise Unreachable(f"WeChat Pay does not answer: {error}.") from error
        except AnswerTooLong:
            raise Malformed(f"The answer has more than {bytes_max} bytes.") from None
        return answer.status, answer.headers, answer.body

    async def _verified(self, status: int, headers: Mapping[str, str], raw: bytes) -> bytes:
        """The body of a good answer. Raises Refused for an error, Untrusted for what is forged.

        Errors are not always signed, such as those of overload or of a wrong signature of ours:
        without a signature they are taken for unproven, with a wrong one for forged.
        """
        is_good = status in (200, 204)
        is_signed = "wechatpay-signature" in headers
        if is_good or is_signed:
            try:
                await self.proven(lambda keys, now: check_origin(headers, raw, keys=keys, now=now))
            except Forged as forged:
                raise Untrusted(f"The answer ({status}) is not proven: {forged.fault}.") from forged
        if is_good:
            return raw
        raise _refusal(status, headers, raw, is_proven=is_signed)

    async def _refresh_keys(self) -> None:
        """Fetch the platform's certificates. Encrypted with our APIv3 key, they prove themselves,
        and the answer that brought them has to be signed by one of them or of those before."""
        async with self._refreshing:
            if self.clock() - self._refreshed_at < KEYS_REFRESH_SECONDS:
                return
            status, headers, raw = await self._exchange("GET", "/v3/certificates", b"", "")
            self._refreshed_at = self.clock()
            if status != 200:
                log.warning("wechat.no_certificates", status=status)
                return
            keys = {**self.settings.public_keys, **self._opened(raw)}
            try:
                check_origin(headers, raw, keys=keys, now=self.clock())
            except Forged as forged:
                raise Untrusted(f"The certificates are not proven: {forged.fault}.") from forged
            self.keys = keys

    def _opened(self, raw: bytes) -> dict[str, rsa.RSAPublicKey]:
        """The keys of all certificates that are good today, the one that lasts longest first."""
        found: list[tuple[datetime, str, rsa.RSAPublicKey]] = []
        now = datetime.fromtimestamp(self.clock(), UTC)
        for sealed in _decoded(raw, _Certificates).data:
            secret = sealed.encrypt_certificate
            try:
                pem = decrypt(
                    self.settings.apiv3_key,
                    secret.ciphertext,
                    nonce=secret.nonce,
                    associated_data=secret.associated_data,
                )
                certificate = x509.load_pem_x509_certificate(pem)
            except (Forged, ValueError) as error:
                raise Untrusted("A certificate cannot be opened with our APIv3 key.") from error
            key = certificate.public_key()
            ends = certificate.not_valid_after_utc
            is_current = certificate.not_valid_before_utc <= now <= ends
            if is_current and isinstance(key, rsa.RSAPublicKey):
                found.append((ends, f"{certificate.serial_number:X}", key))
        return {serial: key for _, serial, key in sorted(found, key=lambda row: row[0])[::-1]}


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url.strip())
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _decoded(raw: bytes, as_type: type[T]) -> T:
    try:
        return msgspec.json.decode(raw, type=as_type)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        # What msgspec says names a field and its type; of values, at most a state that is new.
        raise Malformed(f"The answer is not of the promised shape: {error}.") from None


def _refusal(status: int, headers: Mapping[str, str], raw: bytes, *, is_proven: bool) -> Refused:
    try:
        error = msgspec.json.decode(raw, type=_Error)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        error = _Error()
    return Refused(
        status,
        error.code or "UNKNOWN",
        error.message[:200],
        is_proven=is_proven,
        request_id=headers.get("request-id", ""),
    )
