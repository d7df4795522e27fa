"""WeChat Pay's daily bills, as `WeChat.bills`: fetched, checked against their hash, read to the
fen, and added up again. A day's bill is there from about ten o'clock of the next, for 3 months."""

from __future__ import annotations

import hashlib
import hmac
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import msgspec

from tradeline_server.wechat.errors import Malformed, Untrusted
from tradeline_server.wechat.gateway import Gateway
from tradeline_server.wechat.model import CHINA

PACKED_BYTES_MAX = 64_000_000
BILL_BYTES_MAX = 512_000_000


class _Pointer(msgspec.Struct):
    hash_type: str
    hash_value: str
    download_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRow:
    """A payment, or, with an `out_refund_no`, a refund that was accepted on that day.

    `amount` is what was paid, `refunded` what goes back, `fee` WeChat's fee, which is negative
    where a refund gives some of it back. All in fen.
    """

    at: datetime
    transaction_id: str
    out_trade_no: str
    state: str
    amount: int
    fee: int
    refund_id: str = ""
    out_refund_no: str = ""
    refunded: int = 0
    refund_state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FundRow:
    """One movement of the merchant's account; `change` is below zero for what went out."""

    at: datetime
    business_no: str
    flow_no: str
    kind: str
    change: int
    balance: int
    voucher_no: str


class Bills:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def trades(self, day: date) -> Sequence[TradeRow]:
        """Raises Refused with NO_STATEMENT_EXIST for a day without any trade, and with
        STATEMENT_CREATING while the bill is being made; Untrusted if the file is not whole."""
        return parse_trade_bill(await self._text("/v3/bill/tradebill", day, bill_type="ALL"))

    async def funds(self, day: date) -> Sequence[FundRow]:
        return parse_fund_bill(await self._text("/v3/bill/fundflowbill", day, account_type="BASIC"))

    async def _text(self, path: str, day: date, **query: str) -> str:
        pointer = await self._gateway.get(
            path, _Pointer, bill_date=day.isoformat(), tar_type="GZIP", **query
        )
        packed = await self._gateway.download(pointer.download_url, PACKED_BYTES_MAX)
        raw = _unpacked(packed)
        digest = hashlib.sha1(raw, usedforsecurity=False).hexdigest()
        if pointer.hash_type != "SHA1" or not hmac.compare_digest(
            digest, pointer.hash_value.lower()
        ):
            raise Untrusted("The bill is not the one whose hash WeChat signed.")
        return raw.decode("utf-8-sig")


def parse_trade_bill(text: str) -> Sequence[TradeRow]:
    """Raises Malformed where rows do not add up to the bill's own totals."""
    rows, totals = _table(text)
    found = [
        TradeRow(
            at=_time(row["交易时间"]),
            transaction_id=row["微信订单号"],
            out_trade_no=row["商户订单号"],
            state=row["交易状态"],
            amount=_fen(row["订单金额"]),
            fee=_fen(row["手续费"]),
            refund_id=_number(row.get("微信退款单号", "")),
            out_refund_no=_number(row.get("商户退款单号", "")),
            refunded=_fen(row.get("申请退款金额") or "0"),
            refund_state=row.get("退款状态", ""),
        )
        for row in rows
    ]
    _agree("总交易单数", totals, len(found) * 100)
    _agree("订单总金额", totals, sum(row.amount for row in found))
    _agree("申请退款总金额", totals, sum(row.refunded for row in found))
    _agree("手续费总金额", totals, sum(row.fee for row in found))
    return found


def parse_fund_bill(text: str) -> Sequence[FundRow]:
    """Raises Malformed where rows do not add up to the bill's own totals."""
    rows, totals = _table(text)
    found = []
    for row in rows:
        amount = _fen(row["收支金额(元)"])
        if row["收支类型"] not in ("收入", "支出"):
            raise Malformed("A row of the bill neither brings nor takes money.")
        found.append(
            FundRow(
                at=_time(row["记账时间"]),
                business_no=row["微信支付业务单号"],
                flow_no=row["资金流水单号"],
                kind=row["业务类型"],
                change=amount if row["收支类型"] == "收入" else -amount,
                balance=_fen(row["账户结余(元)"]),
                voucher_no=row["业务凭证号"],
            )
        )
    gains = [row.change for row in found if row.change > 0]
    losses = [-row.change for row in found if row.change < 0]
    _agree("资金流水总笔数", totals, len(found) * 100)
    _agree("收入金额", totals, sum(gains))
    _agree("支出金额", totals, sum(losses))
    return found


def _table(text: str) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The rows by their titles, and the totals by theirs, which are the last two lines."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 3:
        raise Malformed("The bill has no rows.")
    titles, *body, total_titles, totals = lines
    names = titles.split(",")
    rows = [dict(zip(names, _values(line, len(names)), strict=True)) for line in body]
    total_names = total_titles.split(",")
    return rows, dict(zip(total_names, _values(totals, len(total_names)), strict=True))


def _values(line: str, count: int) -> Iterator[str]:
    """Each value has a backtick before it. A comma without one belongs to the value before."""
    if not line.startswith("`"):
        raise Malformed("A row of the bill does not begin as one.")
    values = line[1:].split(",`")
    if len(values) != count:
        raise Malformed(f"A row of the bill has {len(values)} values instead of {count}.")
    return iter(values)


def _fen(yuan: str) -> int:
    """Exactly. Raises Malformed for what is no sum of money or has parts of a fen."""
    try:
        fen = Decimal(yuan) * 100
        if fen == fen.to_integral_value() and abs(fen) < 10**15:
            return int(fen)
    except InvalidOperation:
        pass
    raise Malformed("A sum in the bill is none.")


def _number(text: str) -> str:
    """WeChat writes 0 for "none" in columns of numbers."""
    return "" if text == "0" else text


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    except ValueError:
        raise Malformed("A time in the bill is none.") from None


def _agree(name: str, totals: dict[str, str], hundredfold: int) -> None:
    """`hundredfold` of the total as it is written: fen of yuan, and counts like 3.0 as well."""
    if name not in totals:
        raise Malformed(f"The bill lacks its total {name}.")
    if _fen(totals[name]) != hundredfold:
        raise Malformed(f"The bill's rows do not add up to its {name}.")


def _unpacked(packed: bytes) -> bytes:
    """Raises Malformed for what is no gzip, or unpacks to more than a bill could be."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        raw = unpacking.decompress(packed, BILL_BYTES_MAX)
    except zlib.error:
        raise Malformed("The bill is no gzip.") from None
    if not unpacking.eof:
        raise Malformed("The bill is cut off, or larger than any bill.")
    return raw
