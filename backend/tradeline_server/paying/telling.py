"""What WeChat says of payments and refunds is written down here, whoever heard it: the route of its
notices, and whoever asked it. What comes together is written together, in one unit of work for
each network; each word is acted upon once, however often and in whatever order it comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import structlog

from tradeline.channels import PaymentAccount, payment_account_of
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
    """Belongs to one event loop. `tell` answers once what was told is committed."""

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
        by_network: dict[int, list[Word]] = defaultdict(list)
        for word, network_id in zip(words, networks, strict=True):
            if network_id is not None:
                by_network[network_id].append(word)
        for network_id, its_words in by_network.items():
            async with self._db.unit_of_work(network_id, requests=len(its_words)) as conn:
                await write_words(conn, network_id, its_words)
        return [network_id is not None for network_id in networks]

    async def _networks(self, words: Sequence[Word]) -> list[int | None]:
        """Whose each of them is: nothing that WeChat says names a network, but a merchant belongs
        to one organization of one."""
        accounts: dict[str, PaymentAccount | None] = {}
        for merchant_id in {word.merchant_id for word in words}:
            async with self._db.asking() as conn:
                accounts[merchant_id] = await payment_account_of(conn, merchant_id=merchant_id)
        found = [accounts[word.merchant_id] for word in words]
        return [account.network_id if account else None for account in found]


async def write_words(conn: Connection, network_id: int, words: Sequence[Word]) -> None:
    """All of them in the unit of work that is given. A notice that came before is passed over."""
    notices = {word.notice.notice_id: word.notice for word in words if word.notice}
    new = await claim_notices(conn, network_id=network_id, notices=list(notices.values()))
    # Each merchant gives numbers as it likes: one's word must not take another's place.
    facts: dict[tuple[str, str], Fact] = {}
    for word in words:
        if word.notice is None or word.notice.notice_id in new:
            facts[word.merchant_id, word.fact.number] = word.fact
    captures = [fact for fact in facts.values() if isinstance(fact, Capture)]
    results = [fact for fact in facts.values() if isinstance(fact, RefundResult)]
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
