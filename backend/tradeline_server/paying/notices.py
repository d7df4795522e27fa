"""Where WeChat's notices arrive: POST /wechat/notices/<merchant's number>.

Nothing of a notice is read before its signature has proven whose it is, and WeChat is told that
it has arrived only after what came of it is committed: until then it repeats itself.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

import structlog
from litestar import MediaType, Request, Response, post

from tradeline.payments import Notice as StoredNotice
from tradeline_server.paying.telling import Fact, Telling, Word, capture_of, refund_result_of
from tradeline_server.wechat import (
    Forged,
    Notice,
    RefundNotice,
    Transaction,
    WeChatError,
    WeChatMerchants,
    accepted,
    rejected,
)
from tradeline_server.wechat.callbacks import NOTICE_BYTES_MAX

PAID: Final = "TRANSACTION.SUCCESS"
REFUNDED: Final = "REFUND."
NOTICE_ID_LENGTH_MAX: Final = 64

log = structlog.get_logger("tradeline.paying")


@post(
    "/wechat/notices/{merchant_id:str}",
    status_code=200,
    request_max_body_size=NOTICE_BYTES_MAX,
)
async def take_notice(request: Request[Any, Any, Any], merchant_id: str) -> Response[Any]:
    """What is no notice of WeChat's for this merchant leaves nothing behind but a line of log."""
    merchants: WeChatMerchants = request.app.state.wechat
    wechat = merchants.get(merchant_id)
    if wechat is None:
        log.warning("paying.notice_of_nobody")
        return _answer(404, {"code": "FAIL", "message": "商户不存在"})
    body = await request.body()
    try:
        notice = await wechat.pay.read_notice(request.headers, body)
    except WeChatError as error:
        fault = error.fault if isinstance(error, Forged) else type(error).__name__
        log.warning("paying.notice_refused", merchant_id=merchant_id, fault=str(fault))
        return _answer(*rejected(error))
    word = _word(merchant_id, notice, body)
    if word is None:
        log.info("paying.notice_of_no_use", merchant_id=merchant_id, kind=notice.event_type[:40])
        return _answer(*accepted())
    telling: Telling = request.app.state.telling
    if not await telling.tell(word):
        # We have the merchant's keys, but nobody here collects as it: the bill will tell.
        log.warning("paying.collector_unknown", merchant_id=merchant_id, number=word.fact.number)
        return _answer(404, {"code": "FAIL", "message": "商户不存在"})
    return _answer(*accepted())


def _word(merchant_id: str, notice: Notice, body: bytes) -> Word | None:
    """What a notice says; None for what we have no use for, such as a share that was received."""
    about = notice.about
    fact: Fact | None = None
    if isinstance(about, Transaction) and notice.event_type == PAID:
        fact = capture_of(about)
    elif isinstance(about, RefundNotice) and notice.event_type.startswith(REFUNDED):
        fact = refund_result_of(merchant_id, about)
    if fact is None or len(notice.id) > NOTICE_ID_LENGTH_MAX:
        return None
    digest = hashlib.sha256(body).digest()
    stored = StoredNotice(notice_id=notice.id, kind=notice.event_type, body_hash=digest)
    return Word(merchant_id, fact, stored)


def _answer(status: int, body: dict[str, str]) -> Response[Any]:
    return Response(body, status_code=status, media_type=MediaType.JSON)
