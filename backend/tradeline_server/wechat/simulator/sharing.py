"""How the simulated WeChat shares what was paid: who may get it, how much, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tradeline_server.wechat.model import CHINA
from tradeline_server.wechat.simulator.books import (
    FEE_BASIS,
    Books,
    Event,
    Payment,
    Refusal,
    ReturnEntry,
    ShareLine,
    SharingEntry,
    invalid,
    written,
)
from tradeline_server.wechat.simulator.paying import (
    fen_of,
    field_of,
    out_no_of,
    refunded,
    wrong,
)

SHARING_SECONDS = 30 * 24 * 3600
RETURN_SECONDS = 180 * 24 * 3600
SPLITS_MAX = 50
LINES_MAX = 50
RECEIVERS_MAX = 20_000
MERCHANT, PERSON = "MERCHANT_ID", "PERSONAL_OPENID"
PERSON_FEN_PER_MONTH_MAX = 200_000_00


def add_receiver(books: Books, body: Mapping[str, Any]) -> dict[str, Any]:
    receiver = _receiver(books, body)
    relation = field_of(body, "relation_type", str)
    if relation == "CUSTOM":
        field_of(body, "custom_relation", str)
    if receiver not in books.receivers and len(books.receivers) >= RECEIVERS_MAX:
        raise Refusal(403, "RULE_LIMIT", "添加的分账接收方数量已达上限")
    books.receivers.add(receiver)
    return {"type": receiver[0], "account": receiver[1], "relation_type": relation}


def delete_receiver(books: Books, body: Mapping[str, Any]) -> dict[str, Any]:
    receiver = _receiver(books, body)
    books.receivers.discard(receiver)
    return {"type": receiver[0], "account": receiver[1]}


def share(books: Books, body: Mapping[str, Any]) -> dict[str, Any]:
    out_order_no = out_no_of(body, "out_order_no")
    if (known := books.sharings.get(out_order_no)) is not None:
        if dict(known.asked) != dict(body):
            raise invalid("分账接收方与原请求不一致")
        return sharing_answer(books, known)
    _check_appid(books, body)
    payment = books.payment_by_id(field_of(body, "transaction_id", str))
    receivers = field_of(body, "receivers", list)
    unfreezes_rest: bool = field_of(body, "unfreeze_unsplit", bool)
    _check_shareable(books, payment)
    lines = _lines(books, receivers)
    total = sum(line.amount for line in lines)
    # The ratio is of the payment and of all requests together, not of each.
    if (payment.shared + total) * FEE_BASIS > payment.total * books.config.sharing_ratio:
        raise Refusal(403, "RULE_LIMIT", "分账金额超出最大分账比例")
    if total > payment.frozen:
        raise Refusal(403, "NOT_ENOUGH", "分账金额不足")
    payment.frozen -= total
    payment.shared += total
    payment.splits += 1
    entry = SharingEntry(
        payment=payment,
        out_order_no=out_order_no,
        order_id=books.number("3008"),
        asked=body,
        lines=lines,
        unfreezes_rest=unfreezes_rest,
        created_at=books.now(),
    )
    payment.is_unfrozen = payment.is_unfrozen or unfreezes_rest
    books.sharings[out_order_no] = entry
    books.open_sharings.append(entry)
    return sharing_answer(books, entry)


def unfreeze(books: Books, body: Mapping[str, Any]) -> dict[str, Any]:
    """With a number that was used before, it answers well and does nothing: so does WeChat."""
    out_order_no = out_no_of(body, "out_order_no")
    field_of(body, "description", str)
    payment = books.payment_by_id(field_of(body, "transaction_id", str))
    if (known := books.sharings.get(out_order_no)) is not None:
        return sharing_answer(books, known)
    if not payment.is_shareable:
        raise invalid("非分账订单不支持分账")
    if payment.is_unfrozen:
        raise invalid("订单已完结分账，不支持分账")
    line = ShareLine(
        type=MERCHANT,
        account=books.mchid,
        amount=payment.frozen,
        description="解冻给分账方",
        detail_id=books.number("3601"),
    )
    entry = SharingEntry(
        payment=payment,
        out_order_no=out_order_no,
        order_id=books.number("3008"),
        asked=body,
        lines=[line],
        unfreezes_rest=True,
        created_at=books.now(),
    )
    payment.is_unfrozen = True
    books.available += payment.frozen
    payment.frozen = 0
    books.sharings[out_order_no] = entry
    books.open_sharings.append(entry)
    return sharing_answer(books, entry)


def end_sharings(books: Books) -> None:
    """Those whose time has come: each receiver gets their share, or is told why not."""
    for entry in tuple(books.open_sharings):
        if books.now() < entry.created_at + books.config.processing_seconds:
            continue
        books.open_sharings.remove(entry)
        for line in entry.lines:
            _end_line(books, entry, line)
        entry.state = "FINISHED"
        if entry.unfreezes_rest:
            books.available += entry.payment.frozen
            entry.payment.frozen = 0


def release_overdue(books: Books) -> None:
    """After 30 days WeChat unfreezes by itself what was not shared."""
    while books.frozen_payments:  # in the order in which they were paid
        payment = books.frozen_payments[0]
        if not payment.is_unfrozen:
            if books.now() <= payment.paid_at + SHARING_SECONDS:
                return
            payment.is_unfrozen = True
            books.available += payment.frozen
            payment.frozen = 0
        books.frozen_payments.popleft()


def sharing_answer(books: Books, entry: SharingEntry) -> dict[str, Any]:
    return {
        "transaction_id": entry.payment.transaction_id,
        "out_order_no": entry.out_order_no,
        "order_id": entry.order_id,
        "state": entry.state,
        "receivers": [_line_answer(entry, line) for line in entry.lines],
    }


def query(books: Books, out_order_no: str, transaction_id: str) -> dict[str, Any]:
    entry = books.sharings.get(out_order_no)
    if entry is None or entry.payment.transaction_id != transaction_id:
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "记录不存在")
    return sharing_answer(books, entry)


def give_back(books: Books, body: Mapping[str, Any]) -> dict[str, Any]:
    """A receiver's merchant returns a share: to what the merchant has, not to what is frozen."""
    out_return_no = out_no_of(body, "out_return_no")
    if (known := books.returns.get(out_return_no)) is not None:
        if dict(known.asked) != dict(body):
            raise invalid("回退单号已存在，但参数与原请求不一致")
        return dict(known.answer)
    out_order_no = out_no_of(body, "out_order_no")
    account = field_of(body, "return_mchid", str)
    amount = fen_of(body, "amount")
    field_of(body, "description", str)
    entry = books.sharings.get(out_order_no)
    line = _returnable(entry, account)
    if entry is None or line is None:
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "原分账记录不存在，或接收方不支持回退")
    if books.now() > entry.created_at + RETURN_SECONDS:
        raise invalid("分账已超过180天，不支持回退")
    if line.returned + amount > line.amount:
        raise Refusal(403, "NOT_ENOUGH", "回退金额超过可回退金额")
    line.returned += amount
    books.available += amount
    return_id = books.number("3008")
    books.move(entry.payment, kind="分账回退", name="分账", change=amount, about=out_return_no)
    answer = {
        "order_id": entry.order_id,
        "out_order_no": out_order_no,
        "out_return_no": out_return_no,
        "return_id": return_id,
        "return_mchid": account,
        "amount": amount,
        "description": body["description"],
        "result": "SUCCESS",
        "create_time": written(books.now()),
        "finish_time": written(books.now()),
    }
    books.returns[out_return_no] = ReturnEntry(
        out_return_no=out_return_no,
        out_order_no=out_order_no,
        return_id=return_id,
        asked=body,
        answer=answer,
    )
    return answer


def query_return(books: Books, out_return_no: str, out_order_no: str) -> dict[str, Any]:
    entry = books.returns.get(out_return_no)
    if entry is None or entry.out_order_no != out_order_no:
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "记录不存在")
    return dict(entry.answer)


def unsplit(books: Books, transaction_id: str) -> dict[str, Any]:
    payment = books.payment_by_id(transaction_id)
    return {"transaction_id": transaction_id, "unsplit_amount": payment.frozen}


def max_ratio(books: Books, sub_mchid: str) -> dict[str, Any]:
    if sub_mchid != books.mchid:
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "商户不存在")
    return {"sub_mchid": sub_mchid, "max_ratio": books.config.sharing_ratio}


def _check_shareable(books: Books, payment: Payment) -> None:
    config, now = books.config, books.now()
    if not payment.is_shareable:
        raise invalid("非分账订单不支持分账")
    if refunded(payment) >= payment.total:
        raise invalid("订单已全额退款，不支持分账")
    if payment.is_unfrozen:
        raise invalid("订单已完结分账，不支持分账")
    is_settled = payment.is_received or not config.holds_until_received
    if now < payment.paid_at + config.sharing_wait_seconds or not is_settled:
        raise invalid("订单处理中，暂时无法分账，请稍后再试")
    if payment.splits >= SPLITS_MAX:
        raise Refusal(403, "RULE_LIMIT", "该订单分账次数已达上限")


def _lines(books: Books, receivers: Sequence[Any]) -> list[ShareLine]:
    if not 1 <= len(receivers) <= LINES_MAX:
        raise wrong("receivers 的数量须为1至50")
    lines: list[ShareLine] = []
    for given in receivers:
        if not isinstance(given, Mapping):
            raise wrong("receivers 的格式错误")
        line = ShareLine(
            type=field_of(given, "type", str),
            account=field_of(given, "account", str),
            amount=fen_of(given, "amount"),
            description=field_of(given, "description", str),
            detail_id=books.number("3601"),
        )
        if (line.type, line.account) not in books.receivers:
            raise invalid("分账接收方关系不存在，请检查参数中每个接收方的关系")
        if any((line.type, line.account) == (other.type, other.account) for other in lines):
            raise invalid("同一次分账不能向同一接收方分多笔")
        lines.append(line)
    return lines


def _end_line(books: Books, entry: SharingEntry, line: ShareLine) -> None:
    """What cannot be given stays frozen; it counts towards the ratio no longer."""
    payment = entry.payment
    line.finished_at = books.now()
    line.result = "SUCCESS"
    if "receivers" not in entry.asked:
        return  # an unfreezing: the money has gone to the merchant already
    if (line.type, line.account) == (MERCHANT, books.mchid):
        books.available += line.amount
        return
    reason = books.failing_receivers.get(line.account) or _over_the_month(books, line)
    if (line.type, line.account) not in books.receivers:
        reason = "NO_RELATION"
    if reason:
        line.result, line.fail_reason = "CLOSED", reason
        payment.frozen += line.amount
        payment.shared -= line.amount
        return
    books.move(payment, kind="分账", name="分账", change=-line.amount, about=entry.out_order_no)
    if line.type == MERCHANT and books.sharing_notify_url:
        books.events.append(share_event(books, entry, line))


def _over_the_month(books: Books, line: ShareLine) -> str:
    """A person may receive 200,000 yuan in a month."""
    if line.type != PERSON:
        return ""
    month = _month(books.now())
    got = sum(
        other.amount
        for entry in books.sharings.values()
        for other in entry.lines
        if other is not line
        and other.account == line.account
        and other.result == "SUCCESS"
        and _month(other.finished_at) == month
    )
    return "RECEIVER_RECEIPT_LIMIT" if got + line.amount > PERSON_FEN_PER_MONTH_MAX else ""


def _month(time: float) -> str:
    return datetime.fromtimestamp(time, CHINA).strftime("%Y-%m")


def _returnable(entry: SharingEntry | None, account: str) -> ShareLine | None:
    for line in entry.lines if entry else ():
        if (line.type, line.account, line.result) == (MERCHANT, account, "SUCCESS"):
            return line
    return None


def _line_answer(entry: SharingEntry, line: ShareLine) -> dict[str, Any]:
    answer = {
        "type": line.type,
        "account": line.account,
        "amount": line.amount,
        "description": line.description,
        "result": line.result,
        "detail_id": line.detail_id,
        "create_time": written(entry.created_at),
    }
    if line.result != "PENDING":
        answer["finish_time"] = written(line.finished_at)
    if line.fail_reason:
        answer["fail_reason"] = line.fail_reason
    return answer


def share_event(books: Books, entry: SharingEntry, line: ShareLine) -> Event:
    return Event(
        event_type="TRANSACTION.SUCCESS",
        original_type="profitsharing",
        summary="分账",
        resource={
            "mchid": books.mchid,
            "transaction_id": entry.payment.transaction_id,
            "order_id": entry.order_id,
            "out_order_no": entry.out_order_no,
            "receiver": {
                "type": line.type,
                "account": line.account,
                "amount": line.amount,
                "description": line.description,
            },
            "success_time": written(line.finished_at),
        },
        notify_url=books.sharing_notify_url,
        about=entry.out_order_no,
    )


def _receiver(books: Books, body: Mapping[str, Any]) -> tuple[str, str]:
    _check_appid(books, body)
    kind = field_of(body, "type", str)
    if kind not in (MERCHANT, PERSON):
        raise wrong("type 须为 MERCHANT_ID 或 PERSONAL_OPENID")
    return kind, field_of(body, "account", str)


def _check_appid(books: Books, body: Mapping[str, Any]) -> None:
    if field_of(body, "appid", str) != books.appid:
        raise Refusal(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配，请检查后再试")
