"""The other side of the screen: what payers do, and what goes wrong, told over HTTP.

Every control is a POST of JSON to `/_simulator/<name>`. They are for tests and for playing
around: nothing of the real WeChat is like them, and nobody is asked who they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Literal

import msgspec

from tradeline_server.wechat.simulator import paying, sharing
from tradeline_server.wechat.simulator.bills import Difference
from tradeline_server.wechat.simulator.books import Refusal
from tradeline_server.wechat.simulator.notifying import Mischief
from tradeline_server.wechat.simulator.people import ErrCode
from tradeline_server.wechat.simulator.recalling import PastPayment, recall
from tradeline_server.wechat.simulator.simulator import Mishap, Simulator

PREFIX = "/_simulator/"


class Pay(msgspec.Struct, tag="pay", forbid_unknown_fields=True):
    """By `prepay_id`, or by the `call` that a mini-program makes, whose signature is checked.
    With `fails`, the person gives up or has no money: nothing changes."""

    prepay_id: str = ""
    call: dict[str, str] | None = None
    openid: str | None = None
    fails: bool = False


class Arrive(msgspec.Struct, tag="arrive", forbid_unknown_fields=True):
    """Somebody opens the mini-program: gives a code to log in with, and one for the phone."""

    openid: str
    unionid: str = ""
    phone: str = ""


class Consent(msgspec.Struct, tag="consent", forbid_unknown_fields=True):
    openid: str
    template_id: str


class Receive(msgspec.Struct, tag="receive", forbid_unknown_fields=True):
    """The buyer confirms that the goods are there."""

    transaction_id: str


class Advance(msgspec.Struct, tag="advance", forbid_unknown_fields=True):
    seconds: float


class Disturb(msgspec.Struct, tag="disturb", forbid_unknown_fields=True):
    """What happens to the next notification, or to the next one about `about`."""

    mischief: Mischief
    about: str = ""
    seconds: float = 0.0


class Release(msgspec.Struct, tag="release", forbid_unknown_fields=True):
    backwards: bool = False


class Fail(msgspec.Struct, tag="fail", forbid_unknown_fields=True):
    """How the next answers under `path` go wrong; slow ones take `seconds`."""

    mishap: Mishap
    path: str = "/"
    times: int = 1
    seconds: float = 0.0


class BillDifference(msgspec.Struct, tag="bill-difference", forbid_unknown_fields=True):
    """In the bill of whose payment it is `about`, or of the merchant `mchid`."""

    day: date
    kind: Literal["missing", "amount", "extra", "corrupt"]
    about: str = ""
    by: int = 1
    mchid: str = ""


class RefundOutcome(msgspec.Struct, tag="refund-outcome", forbid_unknown_fields=True):
    """How the refund of that number, yet to come, will end."""

    out_refund_no: str
    status: Literal["ABNORMAL", "CLOSED"]


class FailReceiver(msgspec.Struct, tag="fail-receiver", forbid_unknown_fields=True):
    """Shares for this account will be CLOSED for `reason`; an empty one makes it well again."""

    account: str
    reason: str = "ACCOUNT_ABNORMAL"


class Recall(msgspec.Struct, tag="recall", forbid_unknown_fields=True):
    """What was paid in the time of books that are no more."""

    payments: tuple[PastPayment, ...]


class StartOver(msgspec.Struct, tag="start-over", forbid_unknown_fields=True):
    """Forget everything but the keys."""


class State(msgspec.Struct, tag="state", forbid_unknown_fields=True):
    """What has happened so far."""


Command = (
    Pay
    | Arrive
    | Consent
    | Receive
    | Advance
    | Disturb
    | Release
    | Fail
    | BillDifference
    | RefundOutcome
    | FailReceiver
    | Recall
    | StartOver
    | State
)


def control(
    simulator: Simulator, path: str, body: Mapping[str, Any]
) -> tuple[int, Mapping[str, Any]]:
    try:
        name = path.removeprefix(PREFIX)
        command = msgspec.convert({**body, "type": name}, Command, strict=False)
        return 200, _done(simulator, command)
    except Refusal as refusal:
        return refusal.status, {"code": refusal.code, "message": refusal.message}
    except ErrCode as error:
        return 400, {"code": str(error.code), "message": error.message}
    except ValueError as error:  # msgspec's own are among these
        return 400, {"code": "CONTROL", "message": str(error)}


def _done(simulator: Simulator, command: Command) -> Mapping[str, Any]:
    match command:
        case Pay():
            return _paid(simulator, command)
        case Arrive(openid, unionid, phone):
            return asdict(simulator.people.arrive(openid, unionid=unionid, phone=phone))
        case Consent(openid, template_id):
            simulator.people.consent(openid, template_id)
        case Receive(transaction_id):
            simulator.people.receive(transaction_id)
        case Advance(seconds):
            simulator.advance(seconds)
        case Disturb(mischief, about, seconds):
            simulator.disturb(mischief, about=about, seconds=seconds)
        case Release(backwards):
            notifiers = [each.notifier for each in simulator.all]
            return {"released": sum(each.release(backwards=backwards) for each in notifiers)}
        case Fail(mishap, failing_path, times, seconds):
            simulator.fail(mishap, path=failing_path, times=times, seconds=seconds)
        case BillDifference(day, kind, about, by, mchid):
            merchant = simulator.whose(out_trade_no=about)
            if mchid:
                merchant = simulator.merchant(mchid)
            difference = Difference(kind=kind, about=about, by=by)
            merchant.differences.setdefault(day, []).append(difference)
        case RefundOutcome(out_refund_no, status):
            for each in simulator.all:
                each.books.refund_outcomes[out_refund_no] = status
        case FailReceiver(account, reason):
            for each in simulator.all:
                each.books.failing_receivers[account] = reason
        case Recall(payments):
            each_books = [simulator.merchant(past.mchid).books for past in payments]
            found = [recall(books, past) for books, past in zip(each_books, payments, strict=True)]
            return {"recalled": sum(found)}
        case StartOver():
            simulator.start_over()
        case State():
            return _state(simulator)
    return {}


def _paid(simulator: Simulator, command: Pay) -> Mapping[str, Any]:
    if command.fails:
        books = simulator.whose(prepay_id=command.prepay_id).books
        return paying.transaction(books, books.payment_by_prepay_id(command.prepay_id))
    if command.call is not None:
        payment = simulator.pay_as_called(command.call, command.openid)
    else:
        payment = simulator.pay(command.prepay_id, command.openid)
    books = simulator.whose(out_trade_no=payment.out_trade_no).books
    return paying.transaction(books, payment)


def _state(simulator: Simulator) -> Mapping[str, Any]:
    """`available` is what the merchants have together; `merchants` tells each one's part."""
    every = [(each.books, each.notifier) for each in simulator.all]
    return {
        "now": simulator.books.now(),
        "available": sum(books.available for books, _ in every),
        "merchants": {books.mchid: books.available for books, _ in every},
        "payments": [
            paying.transaction(books, payment)
            for books, _ in every
            for payment in books.payments.values()
        ],
        "refunds": [
            paying.refund_answer(books, entry)
            for books, _ in every
            for entry in books.refunds.values()
        ],
        "sharings": [
            sharing.sharing_answer(books, entry)
            for books, _ in every
            for entry in books.sharings.values()
        ],
        "attempts": [asdict(attempt) for _, notifier in every for attempt in notifier.attempts],
        "held": sum(len(notifier.held) for _, notifier in every),
        "messages": [asdict(sent) for sent in simulator.people.sent],
        "shipments": {
            number: asdict(shipment) for number, shipment in simulator.people.shipments.items()
        },
        "requests": list(simulator.requests),
    }
