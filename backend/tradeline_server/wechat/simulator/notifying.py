"""How the simulated WeChat tells the merchant: signed, encrypted, again and again, and, when it is
told to, late, twice, in the wrong order, never, or forged by a stranger."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import msgspec

from tradeline_server.wechat.model import CHINA, rfc3339
from tradeline_server.wechat.signing import (
    PROBE_PREFIX,
    SCHEME,
    answer_message,
    encrypt,
    fresh_nonce,
    sign,
)
from tradeline_server.wechat.simulator.books import Event
from tradeline_server.wechat.simulator.keys import SimulatorKeys
from tradeline_server.wechat.wire import AnswerTooLong, NoAnswer, Place, Wire, place_and_target

# Between an attempt that failed and the next one, as WeChat documents it.
RETRY_SECONDS = (
    15,
    15,
    30,
    180,
    600,
    1200,
    1800,
    1800,
    1800,
    3600,
    10800,
    10800,
    10800,
    21600,
    21600,
)
ANSWER_SECONDS_MAX = 5.0
ANSWER_BYTES_MAX = 100_000
CONNECTIONS_MAX = 100
OLD_SECONDS = 301


class Mischief(StrEnum):
    """What may happen to a notification. The forged ones come first, then the true one follows
    by the usual repetition, since a merchant in its right mind has refused the forgery."""

    LOSE = "lose"  # no attempt ever arrives
    LATE = "late"  # the first attempt waits
    TWICE = "twice"
    HOLD = "hold"  # until it is released, in whatever order
    FORGED_SIGNATURE = "forged-signature"  # by a key of nobody's under WeChat's serial
    UNKNOWN_SERIAL = "unknown-serial"
    OLD = "old"  # truly signed, but more than five minutes ago
    TAMPERED = "tampered"  # truly signed, then changed
    WRONG_SECRET = "wrong-secret"  # truly signed, but encrypted with another APIv3 key
    FOREIGN = "foreign"  # truly signed, but about another merchant
    PROBE = "probe"  # what WeChat itself sends to see whether signatures are checked


FORGERIES = frozenset(Mischief) - {
    Mischief.LOSE,
    Mischief.LATE,
    Mischief.TWICE,
    Mischief.HOLD,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """For the next notification about `about`, or about anything if that is empty."""

    mischief: Mischief
    about: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One delivery. `status` 0 means that nobody answered in time."""

    notice_id: str
    event_type: str
    about: str
    mischief: Mischief | None
    status: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Notifier:
    """`serial` names the key to sign with; it is the one that the merchant was last answered by."""

    keys: SimulatorKeys
    retry_scale: float
    plans: list[Plan] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    held: list[tuple[str, Event]] = field(default_factory=list)
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _wires: dict[Place, Wire] = field(default_factory=dict)
    serial: str = ""
    _count: int = 0

    def notify(self, event: Event) -> None:
        self._count += 1
        notice_id = f"EV-{datetime.now(CHINA):%Y%m%d%H%M%S}{self._count:06d}"
        plan = self._plan_for(event)
        if plan is not None and plan.mischief is Mischief.HOLD:
            self.held.append((notice_id, event))
        elif plan is None or plan.mischief is not Mischief.LOSE:
            self._start(notice_id, event, plan)

    def release(self, *, backwards: bool = False) -> int:
        """Let go of what was held back; returns how many there were."""
        held, self.held = self.held, []
        for notice_id, event in reversed(held) if backwards else held:
            self._start(notice_id, event, None)
        return len(held)

    async def settled(self) -> None:
        """Waits for all deliveries that are under way, repetitions included."""
        while self._running:
            await asyncio.wait(self._running)

    def stop(self) -> None:
        for task in self._running:
            task.cancel()
        for wire in self._wires.values():
            wire.close()

    def letter(self, notice_id: str, event: Event, mischief: Mischief | None = None) -> Letter:
        """The notification as it goes over the wire."""
        keys = self.keys
        secret = keys.apiv3_key
        resource = dict(event.resource)
        if mischief is Mischief.WRONG_SECRET:
            secret = bytes(reversed(secret))
        if mischief is Mischief.FOREIGN:
            resource["mchid"] = "1900000999"
        salt = fresh_nonce()[:12]
        body = msgspec.json.encode(
            {
                "id": notice_id,
                "create_time": rfc3339(datetime.now(CHINA)),
                "resource_type": "encrypt-resource",
                "event_type": event.event_type,
                "summary": event.summary,
                "resource": {
                    "original_type": event.original_type,
                    "algorithm": "AEAD_AES_256_GCM",
                    "ciphertext": encrypt(
                        secret,
                        msgspec.json.encode(resource),
                        nonce=salt,
                        associated_data=event.original_type,
                    ),
                    "associated_data": event.original_type,
                    "nonce": salt,
                },
            }
        )
        at = int(time.time()) - (OLD_SECONDS if mischief is Mischief.OLD else 0)
        headers = signed_headers(keys, body, at=at, serial=self.serial or keys.public_key_id)
        if mischief is Mischief.FORGED_SIGNATURE:
            message = answer_message(str(at), headers["Wechatpay-Nonce"], body)
            headers["Wechatpay-Signature"] = sign(keys.stranger, message)
        if mischief is Mischief.UNKNOWN_SERIAL:
            headers["Wechatpay-Serial"] = "4E494D414E44"
        if mischief is Mischief.PROBE:
            headers["Wechatpay-Signature"] = PROBE_PREFIX + headers["Wechatpay-Signature"]
        if mischief is Mischief.TAMPERED:
            body = body.replace(b'"summary":"', b'"summary":"!', 1)
        return Letter(headers={"Content-Type": "application/json", **headers}, body=body)

    def _plan_for(self, event: Event) -> Plan | None:
        for plan in self.plans:
            if plan.about in ("", event.about):
                self.plans.remove(plan)
                return plan
        return None

    def _start(self, notice_id: str, event: Event, plan: Plan | None) -> None:
        task = asyncio.create_task(self._deliver(notice_id, event, plan))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _deliver(self, notice_id: str, event: Event, plan: Plan | None) -> None:
        mischief = plan.mischief if plan else None
        if plan is not None and mischief is Mischief.LATE:
            await asyncio.sleep(plan.seconds)
        forgery = mischief if mischief in FORGERIES else None
        for wait in (*RETRY_SECONDS, None):
            status = await self._post(notice_id, event, forgery)
            if mischief is Mischief.TWICE and status in (200, 204):
                mischief = None
                status = await self._post(notice_id, event, None)
            if status in (200, 204) and forgery is None:
                return
            forgery = None
            if wait is not None:
                await asyncio.sleep(wait * self.retry_scale)

    async def _post(self, notice_id: str, event: Event, forgery: Mischief | None) -> int:
        letter = self.letter(notice_id, event, forgery)
        status = 0
        try:
            place, target = place_and_target(event.notify_url)
            if place not in self._wires:
                self._wires[place] = Wire(place, connections_max=CONNECTIONS_MAX)
            answer = await self._wires[place].ask(
                "POST",
                target,
                letter.headers,
                letter.body,
                bytes_max=ANSWER_BYTES_MAX,
                seconds_max=ANSWER_SECONDS_MAX,
            )
            status = answer.status
        except (NoAnswer, AnswerTooLong, ValueError):
            pass  # as with WeChat, nobody hears of it; the next attempt comes
        self.attempts.append(
            Attempt(
                notice_id=notice_id,
                event_type=event.event_type,
                about=event.about,
                mischief=forgery,
                status=status,
                at=time.time(),
            )
        )
        return status


def signed_headers(keys: SimulatorKeys, body: bytes, *, at: int, serial: str) -> dict[str, str]:
    """The platform's key has two names: its id in "public key mode", its certificate's serial."""
    salt = fresh_nonce()
    return {
        "Wechatpay-Timestamp": str(at),
        "Wechatpay-Nonce": salt,
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature": sign(keys.platform, answer_message(str(at), salt, body)),
        "Wechatpay-Signature-Type": SCHEME,
    }
