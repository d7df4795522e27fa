"""What WeChat says of payments and refunds is written down here, whoever heard it: the route of its
notices, and whoever asked it. What comes together is written together, payments and refunds of each
network by themselves; each word is acted upon once, however often and in whatever order it comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import structlog

from tradeline.channels import payment_accounts_of
from tradeline.kernel import Connection, Database, Gathering
from tradeline.payments import Capture, Notice, RefundResult, RefundState, claim_notices
from tradeline.shopping import confirm_payments, settle_consumer_refunds
from tradeline_server.wechat import Refund, RefundNotice, RefundStatus, Transaction

TOGETHER_MAX: Final = 200

Fact: TypeAlias = Capture | RefundResult

log = structlog.get_logger("tradeline.paying")


@dataclass(frozen=True, slots=True)
class Word:
    """A fact about a payment, or a refund, of this merchant. `notice` is by whose name it came, if
    WeChat told it by itself."""

    merchant_id: str
    fact: Fact
    notice: Notice | None = None


class Telling:
    """Belongs to one event loop. `tell` answers once what was told is committed. Payments and
    refunds are written in units of work of their own: both lock orders, and then payments."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._words: Gathering[Word, bool] = Gathering(self._write, weight_max=TOGETHER_MAX)

    async def tell(self, word: Word) -> bool:
        """Whether it was for anybody: whether an organization collects as that merchant."""
        return await self._words.add(word)

    async def close(self) -> None:
        await self._words.drained()

    async def _write(self, words: Sequence[Word]) -> Sequence[bool | Exception]:
        try:
            return await self._write_all(words)
        except Exception as error:
            if len(words) == 1:
                return [error]
            log.exception("words of WeChat that failed together go one by one", count=len(words))
        return [answer for word in words for answer in await self._write([word])]

    async def _write_all(self, words: Sequence[Word]) -> Sequence[bool]:
        networks = await self._networks(words)
        together: dict[tuple[int, type[Fact]], list[Word]] = defaultdict(list)
        for word, network_id in zip(words, networks, strict=True):
            if network_id is not None:
                together[network_id, type(word.fact)].append(word)
        for (network_id, _), some in together.items():
            async with self._db.unit_of_work(network_id, requests=len(some)) as conn:
                await write_words(conn, network_id, some)
        return [network_id is not None for network_id in networks]

    async def _networks(self, words: Sequence[Word]) -> list[int | None]:
        """Whose each of them is: nothing that WeChat says names a network, but a merchant belongs
        to one organization of one."""
        merchant_ids = sorted({word.merchant_id for word in words})
        async with self._db.asking() as conn:
            accounts = await payment_accounts_of(conn, merchant_ids=merchant_ids)
        found = [accounts.get(word.merchant_id) for word in words]
        return [account.network_id if account else None for account in found]


async def write_words(conn: Connection, network_id: int, words: Sequence[Word]) -> None:
    """All of them in the unit of work that is given: on payments, or on refunds, for either locks
    orders before payments. A notice that came before is passed over."""
    notices = {word.notice.notice_id: word.notice for word in words if word.notice}
    new = await claim_notices(conn, network_id=network_id, notices=list(notices.values()))
    # Each merchant gives numbers as it likes, and may say more than one thing of one: whatever
    # differs is heard, in the order in which it came.
    facts = list(
        dict.fromkeys(
            (word.merchant_id, word.fact)
            for word in words
            if word.notice is None or word.notice.notice_id in new
        )
    )
    captures = [fact for _, fact in facts if isinstance(fact, Capture)]
    results = [fact for _, fact in facts if isinstance(fact, RefundResult)]
    assert not (captures and results), "payments and refunds have a unit of work each"
    if captures:
        await confirm_payments(conn, network_id=network_id, captures=captures)
    if results:
        await settle_consumer_refunds(conn, network_id=network_id, results=results)


def capture_of(found: Transaction) -> Capture | None:
    """The payment that WeChat tells of; None for one that was not paid."""
    if not found.is_paid or not found.transaction_id or not found.amount or not found.success_time:
        return None
    return Capture(
        number=found.out_trade_no,
        transaction_id=found.transaction_id,
        merchant_id=found.mchid,
        amount_minor=found.amount.total,
        currency=found.amount.currency,
        captured_at=found.success_time,
    )


REFUND_STATES: Final = {
    RefundStatus.SUCCESS: RefundState.SUCCEEDED,
    RefundStatus.PROCESSING: RefundState.SENT,
    RefundStatus.CLOSED: RefundState.CLOSED,
    RefundStatus.ABNORMAL: RefundState.ABNORMAL,
}


def refund_result_of(merchant_id: str, found: Refund | RefundNotice) -> RefundResult:
    status = found.refund_status if isinstance(found, RefundNotice) else found.status
    return RefundResult(
        number=found.out_refund_no,
        merchant_id=merchant_id,
        state=REFUND_STATES[status],
        amount_minor=found.amount.refund,
        provider_refund_id=found.refund_id,
        settled_at=found.success_time,
    )
