"""A notice is read without network or storage, and believed by nothing but its signature."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest

from tests.factories_wechat import wechat_keys
from tradeline_server.wechat import (
    Fault,
    Forged,
    Notice,
    PaymentMismatch,
    RefundNotice,
    Transaction,
    accepted,
    expect_payment,
    rejected,
)
from tradeline_server.wechat.callbacks import NOTICE_BYTES_MAX, read_notice
from tradeline_server.wechat.signing import answer_message, encrypt, sign

KEYS = wechat_keys()
NOW = 1_795_000_000
PAID = {
    "appid": KEYS.appid,
    "mchid": KEYS.mchid,
    "out_trade_no": "T000001",
    "transaction_id": "4200000000000000000000000001",
    "trade_state": "SUCCESS",
    "amount": {"total": 100, "currency": "CNY"},
    "a_field_of_tomorrow": {"x": 1},
}
REFUNDED = {
    "mchid": KEYS.mchid,
    "out_trade_no": "T000001",
    "transaction_id": "4200000000000000000000000001",
    "out_refund_no": "R1",
    "refund_id": "50300000000000000000000000001",
    "refund_status": "SUCCESS",
    "amount": {"total": 100, "refund": 40, "payer_total": 100, "payer_refund": 40},
}


def body_of(kind: str, plain: Mapping[str, object], **given: str) -> bytes:
    resource = {
        "original_type": kind,
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": encrypt(
            KEYS.apiv3_key, msgspec.json.encode(plain), nonce="n" * 12, associated_data=""
        ),
        "nonce": "n" * 12,
        **given,
    }
    return msgspec.json.encode(
        {
            "id": "EV-1",
            "create_time": "2026-11-23T12:00:00+08:00",
            "resource_type": "encrypt-resource",
            "event_type": "TRANSACTION.SUCCESS",
            "resource": resource,
        }
    )


def headers_of(body: bytes) -> dict[str, str]:
    return {
        "Wechatpay-Timestamp": str(NOW),
        "Wechatpay-Nonce": "salt",
        "Wechatpay-Serial": KEYS.public_key_id,
        "Wechatpay-Signature": sign(KEYS.platform, answer_message(str(NOW), "salt", body)),
    }


def read(body: bytes, headers: Mapping[str, str] | None = None, now: float = NOW) -> Notice:
    return read_notice(
        headers_of(body) if headers is None else headers,
        body,
        keys={KEYS.public_key_id: KEYS.platform.public_key()},
        apiv3_key=KEYS.apiv3_key,
        mchid=KEYS.mchid,
        appid=KEYS.appid,
        now=now,
    )


def fault(body: bytes, headers: Mapping[str, str] | None = None, now: float = NOW) -> Fault:
    with pytest.raises(Forged) as forged:
        read(body, headers, now)
    return forged.value.fault


def test_a_notice_without_associated_data_and_with_new_fields_is_read() -> None:
    notice = read(body_of("transaction", PAID))

    assert (notice.id, notice.event_type) == ("EV-1", "TRANSACTION.SUCCESS")
    assert isinstance(notice.about, Transaction)
    assert notice.about.amount is not None
    assert notice.about.amount.total == 100


def test_nothing_is_read_before_it_is_known_who_sent_it() -> None:
    body = body_of("transaction", PAID)

    assert fault(body, headers={}) is Fault.HEADERS_MISSING
    assert fault(body, headers={"Host": "localhost"}) is Fault.HEADERS_MISSING
    assert fault(body, now=NOW + 301) is Fault.TIME
    assert fault(b"no JSON", headers=headers_of(b"another")) is Fault.SIGNATURE
    assert fault(body, headers={**headers_of(body), "Wechatpay-Serial": "AB"}) is Fault.SERIAL


@pytest.mark.parametrize(
    ("kind", "plain", "expected"),
    [
        ("transaction", {**PAID, "mchid": "1900000999"}, Fault.RECIPIENT),
        ("transaction", {**PAID, "appid": "wx9999999999999999"}, Fault.RECIPIENT),
        ("refund", {**REFUNDED, "mchid": "1900000999"}, Fault.RECIPIENT),
        ("transaction", {**PAID, "trade_state": "SHRUGGED"}, Fault.SHAPE),
        ("transaction", {**PAID, "amount": {"total": 100.5}}, Fault.SHAPE),
        ("transaction", {**PAID, "amount": {"total": -1}}, Fault.SHAPE),
        ("transaction", {**PAID, "amount": {"total": "100"}}, Fault.SHAPE),
        ("transaction", REFUNDED, Fault.SHAPE),
        ("refund", PAID, Fault.SHAPE),
        ("coupon", PAID, Fault.SHAPE),
    ],
)
def test_what_is_for_others_or_of_another_shape_is_refused(
    kind: str, plain: Mapping[str, object], expected: Fault
) -> None:
    assert fault(body_of(kind, plain)) is expected


def test_a_notice_of_a_refund_tells_how_it_ended() -> None:
    about = read(body_of("refund", REFUNDED)).about

    assert isinstance(about, RefundNotice)
    assert (about.out_refund_no, about.amount.refund) == ("R1", 40)


def test_other_algorithms_secrets_and_sizes_are_refused() -> None:
    assert fault(body_of("transaction", PAID, algorithm="NONE")) is Fault.SHAPE
    assert fault(body_of("transaction", PAID, nonce="m" * 12)) is Fault.SECRET
    assert fault(body_of("transaction", PAID, associated_data="x")) is Fault.SECRET
    assert fault(body_of("transaction", {**PAID, "x": "x" * NOTICE_BYTES_MAX})) is Fault.SHAPE


@pytest.mark.parametrize(
    "change",
    [
        {"trade_state": "NOTPAY"},
        {"trade_state": "CLOSED"},
        {"out_trade_no": "T000002"},
        {"amount": {"total": 101, "currency": "CNY"}},
        {"amount": {"total": 99, "currency": "CNY"}},
        {"amount": {"total": 100, "currency": "USD"}},
        {"amount": None},
        {"transaction_id": None},
    ],
)
def test_goods_move_for_the_whole_payment_of_their_number_only(change: dict[str, object]) -> None:
    good = msgspec.convert(PAID, Transaction)
    assert expect_payment(good, out_trade_no="T000001", total=100) == good.transaction_id
    refunded = msgspec.convert({**PAID, "trade_state": "REFUND"}, Transaction)
    assert expect_payment(refunded, out_trade_no="T000001", total=100)

    found = msgspec.convert({**PAID, **change}, Transaction)
    with pytest.raises(PaymentMismatch):
        expect_payment(found, out_trade_no="T000001", total=100)


def test_answers_are_of_the_shape_that_wechat_wants() -> None:
    assert accepted() == (200, {"code": "SUCCESS", "message": "成功"})
    for error, status in (
        (Forged(Fault.SIGNATURE), 401),
        (Forged(Fault.PROBE), 401),
        (Forged(Fault.RECIPIENT), 400),
        (RuntimeError("a bug"), 500),
    ):
        got, body = rejected(error)
        assert (got, body["code"]) == (status, "FAIL")
        assert "bug" not in body["message"]
