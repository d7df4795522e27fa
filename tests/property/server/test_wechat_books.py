"""Whatever is asked of the simulated WeChat, in whatever order: no fen appears or gets lost."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tradeline_server.wechat.simulator import Config, Refusal
from tradeline_server.wechat.simulator.books import Books
from tradeline_server.wechat.simulator.paying import end_refunds, pay, prepay, refund, refunded
from tradeline_server.wechat.simulator.sharing import (
    add_receiver,
    end_sharings,
    give_back,
    release_overdue,
    share,
    unfreeze,
)

MCHID, APPID = "1900000109", "wx0123456789abcdef"
RECEIVERS = (("MERCHANT_ID", "1900000200"), ("PERSONAL_OPENID", "oGuide"), ("MERCHANT_ID", MCHID))
NUMBERS = st.integers(0, 2)
FEN = st.integers(1, 1200)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("refund"), NUMBERS, FEN, st.sampled_from(("SUCCESS", "CLOSED"))),
        st.tuples(st.just("share"), NUMBERS, FEN, st.integers(0, 2), st.booleans()),
        st.tuples(st.just("return"), NUMBERS, FEN),
        st.tuples(st.just("unfreeze"), NUMBERS),
        st.tuples(st.just("break"), st.booleans()),
        st.tuples(st.just("advance"), st.sampled_from((30, 61, 3600))),
    ),
    min_size=5,
    max_size=25,
)
# Two that may be shared, and one that may not.
TOTALS = st.tuples(st.integers(1, 3000), st.integers(1, 3000), st.integers(1, 3000))


def act(books: Books, count: int, name: str, *values: Any) -> None:
    """One deed, under a number of its own; raises Refusal where WeChat would refuse it."""
    if name == "advance":
        books.clock.advance(values[0])
    elif name == "break":
        books.failing_receivers = {"1900000200": "ACCOUNT_ABNORMAL"} if values[0] else {}
    else:
        deal(books, count, name, *values)


def paid(books: Books, number: int, total: int) -> None:
    body = {
        "appid": APPID,
        "mchid": MCHID,
        "description": "x",
        "out_trade_no": f"T00000{number}",
        "notify_url": "http://127.0.0.1/x",
        "amount": {"total": total},
        "payer": {"openid": "oPayer"},
        "settle_info": {"profit_sharing": number < 2},
    }
    pay(books, prepay(books, body)["prepay_id"])


def deal(books: Books, count: int, name: str, number: int, *values: Any) -> None:
    payment = books.payment(f"T00000{number}")
    known = {"transaction_id": payment.transaction_id, "out_order_no": f"P{count}"}
    if name == "refund":
        amount, outcome = values
        books.refund_outcomes[f"R{count}"] = outcome
        body = {"out_trade_no": payment.out_trade_no, "out_refund_no": f"R{count}"}
        refund(books, {**body, "amount": {"refund": amount, "total": payment.total}})
    elif name == "share":
        amount, receiver, is_last = values
        kind, account = RECEIVERS[receiver]
        line = {"type": kind, "account": account, "amount": amount, "description": "x"}
        shared = {**known, "appid": APPID, "receivers": [line], "unfreeze_unsplit": is_last}
        share(books, shared)
    elif name == "unfreeze":
        unfreeze(books, {**known, "description": "x"})
    else:
        for entry in books.sharings.values():
            if entry.payment is payment and "receivers" in entry.asked:
                body = {"out_return_no": f"B{count}", "out_order_no": entry.out_order_no}
                account = entry.lines[0].account
                give_back(
                    books,
                    {**body, "return_mchid": account, "amount": values[0], "description": "x"},
                )
                return


@settings(max_examples=200, deadline=None)
@given(ACTS, TOTALS, st.sampled_from((0.0, 50.0)), st.sampled_from((3000, 9000)))
def test_no_fen_appears_or_gets_lost(
    acts: list[tuple[Any, ...]],
    totals: tuple[int, ...],
    processing_seconds: float,
    ratio: int,
) -> None:
    config = Config(processing_seconds=processing_seconds, sharing_ratio=ratio)
    books = Books(config, MCHID, APPID)
    for kind, account in RECEIVERS:
        relation = {"appid": APPID, "type": kind, "account": account, "relation_type": "STORE"}
        add_receiver(books, relation)
    for number, total in enumerate(totals):
        paid(books, number, total)
    books.clock.advance(61)
    for count, (name, *values) in enumerate(acts):
        with contextlib.suppress(Refusal):
            act(books, count, name, *values)
        end_refunds(books)
        release_overdue(books)
        end_sharings(books)

        pending = sum(
            line.amount
            for entry in books.open_sharings
            for line in entry.lines
            if "receivers" in entry.asked
        )
        for entry in books.sharings.values():
            assert all(line.returned <= line.amount for line in entry.lines)
        frozen = sum(payment.frozen for payment in books.payments.values())
        balance = books.movements[-1].balance if books.movements else 0
        assert balance == books.available + frozen + pending
        assert balance == sum(movement.change for movement in books.movements)
        assert books.available >= 0
        for payment in books.payments.values():
            assert payment.frozen >= 0
            assert 0 <= payment.fee_returned <= payment.fee
            assert refunded(payment) <= payment.total
            assert payment.shared * 10_000 <= payment.total * ratio
