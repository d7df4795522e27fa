"""A day's bills from the simulated WeChat: whole, to the fen, and honest about differences."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories_wechat import Market
from tradeline_server.wechat import Malformed, RefundRequest, Refused, Untrusted
from tradeline_server.wechat.bills import parse_fund_bill, parse_trade_bill
from tradeline_server.wechat.model import CHINA
from tradeline_server.wechat.simulator.bills import Difference

DAY = timedelta(days=1).total_seconds()


def today(market: Market) -> date:
    return datetime.fromtimestamp(market.simulator.books.now(), UTC).astimezone(CHINA).date()


async def a_day_of_trade(market: Market) -> tuple[date, str, str]:
    """Two payments and a refund early on a day that has ended: the day, and their numbers."""
    now = datetime.fromtimestamp(market.simulator.books.now(), CHINA)
    morning = (now + timedelta(days=1)).replace(hour=11, minute=0, second=0)
    market.simulator.advance((morning - now).total_seconds())
    first = await market.paid(10_000, attach="a,b`c\nd")
    second = await market.paid(333)
    await market.wechat.pay.refund(
        RefundRequest(
            out_trade_no=first.out_trade_no, out_refund_no="R1", amount=2500, total=10_000
        )
    )
    day = today(market)
    market.simulator.advance(DAY)
    return day, first.out_trade_no, second.out_trade_no


async def test_the_trade_bill_names_each_payment_and_refund(market: Market) -> None:
    day, first, second = await a_day_of_trade(market)
    rows = await market.wechat.bills.trades(day)

    assert [
        (row.out_trade_no, row.state, row.amount, row.refunded, row.fee, row.out_refund_no)
        for row in rows
    ] == [
        (first, "SUCCESS", 10_000, 0, 60, ""),
        (second, "SUCCESS", 333, 0, 2, ""),
        (first, "REFUND", 0, 2500, -15, "R1"),
    ]
    assert {row.at.date() for row in rows} == {day}
    assert rows[0].transaction_id == rows[2].transaction_id
    assert rows[2].refund_state == "SUCCESS"


async def test_the_fund_bill_adds_up_to_the_account(market: Market) -> None:
    day, *_ = await a_day_of_trade(market)
    rows = await market.wechat.bills.funds(day)

    assert [(row.kind, row.change) for row in rows] == [
        ("交易", 10_000),
        ("扣除交易手续费", -60),
        ("交易", 333),
        ("扣除交易手续费", -2),
        ("退款", -2500),
        ("退还交易手续费", 15),
    ]
    assert rows[-1].balance == sum(row.change for row in rows) == 10_000 + 333 - 62 - 2485
    assert rows[-1].balance == market.simulator.books.available


async def test_bills_are_there_the_day_after_from_ten_oclock_on(market: Market) -> None:
    day, *_ = await a_day_of_trade(market)
    for wrong, code in (
        (today(market), "INVALID_REQUEST"),
        (day - timedelta(days=200), "INVALID_REQUEST"),
        (day - timedelta(days=20), "NO_STATEMENT_EXIST"),
    ):
        with pytest.raises(Refused, match=code):
            await market.wechat.bills.trades(wrong)

    await market.paid()
    late = today(market)
    now = datetime.fromtimestamp(market.simulator.books.now(), CHINA)
    night = (now + timedelta(days=1)).replace(hour=9)
    market.simulator.advance((night - now).total_seconds())
    with pytest.raises(Refused, match="STATEMENT_CREATING"):
        await market.wechat.bills.trades(late)


@pytest.mark.parametrize("kind", ["missing", "amount", "extra"])
async def test_a_difference_is_found_by_whoever_compares(market: Market, kind: str) -> None:
    day, first, second = await a_day_of_trade(market)
    about = "T-not-ours" if kind == "extra" else second
    market.simulator.differences[day] = [Difference(kind=kind, about=about, by=1)]
    rows = await market.wechat.bills.trades(day)

    billed = {row.out_trade_no: row.amount for row in rows if not row.out_refund_no}
    booked = {first: 10_000, second: 333}
    assert dict(billed.items() ^ booked.items()).keys() == {about}


async def test_a_file_that_does_not_fit_its_hash_is_not_read(market: Market) -> None:
    day, *_ = await a_day_of_trade(market)
    market.simulator.differences[day] = [Difference(kind="corrupt")]
    with pytest.raises(Untrusted, match="hash"):
        await market.wechat.bills.trades(day)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/v3/billdownload/file?token=x",
        "http://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/v3/billdownload/file",
        "file:" + "///etc/passwd",
    ],
)
async def test_a_file_is_fetched_from_wechat_and_nowhere_else(
    market: Market, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    day, *_ = await a_day_of_trade(market)
    pointer = {"hash_type": "SHA1", "hash_value": "0", "download_url": url}
    monkeypatch.setattr(type(market.simulator), "bill", lambda *_: pointer)
    with pytest.raises(Untrusted, match="address"):
        await market.wechat.bills.trades(day)


TITLES = "交易时间,微信订单号,商户订单号,交易状态,手续费,订单金额,申请退款金额"
ROW = "`2026-11-22 10:00:00,`42,`T1,`SUCCESS,`0.01000,`1.00,`0.00"
TOTAL_TITLES = "总交易单数,手续费总金额,订单总金额,申请退款总金额"


def bill(*rows: str, totals: str = "`1,`0.01,`1.00,`0.00") -> str:
    return "\r\n".join((TITLES, *rows, TOTAL_TITLES, totals)) + "\r\n"


def test_a_bill_is_read_by_its_titles_and_added_up_again() -> None:
    [row] = parse_trade_bill(bill(ROW))
    assert (row.amount, row.fee, row.refunded) == (100, 1, 0)
    assert parse_trade_bill(bill(ROW, totals="`1.0,`0.01,`1.00,`0.00")) == [row]


@pytest.mark.parametrize(
    "text",
    [
        "",
        TITLES,
        bill(),
        bill(ROW, ROW),
        bill(ROW, totals="`1,`0.01,`1.01,`0.00"),
        bill(ROW, totals="`1,`0.02,`1.00,`0.00"),
        bill(ROW.removeprefix("`")),
        bill(ROW + ",`more"),
        bill(ROW.replace("1.00", "1.001")),
        bill(ROW.replace("1.00", "NaN")),
        bill(ROW.replace("1.00", "1e400")),
        bill(ROW.replace("2026", "year")),
    ],
)
def test_a_bill_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_trade_bill(text)


def test_the_example_of_the_official_documents_can_be_read() -> None:
    """ "资金账单结构说明" prints this row; its totals are made to fit the one row."""
    text = (
        "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),"
        "账户结余(元),资金变更提交申请人,备注,业务凭证号\r\n"
        "`2018-02-01 04:21:23,`50000305742018020103387128253,`1900009231201802015884652186,"
        "`退款,`退款,`支出,`0.02,`0.17,`system,`缺货,`REF4200000068201801293084726067\r\n"
        "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\r\n"
        "`1.0,`0.0,`0.00,`1.0,`0.02\r\n"
    )
    [row] = parse_fund_bill(text)
    assert (row.change, row.balance, row.kind) == (-2, 17, "退款")
    assert row.at.astimezone(UTC) == datetime(2018, 1, 31, 20, 21, 23, tzinfo=UTC)
