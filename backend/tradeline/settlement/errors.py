"""The ways in which settlement says no."""

from dataclasses import dataclass
from typing import ClassVar

from tradeline.kernel import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeDecides(Problem):
    """The payer cannot confirm or refuse its own payment."""

    zh: ClassVar[str] = "付款 {number} 由收款方确认；请联系对方。"
    en: ClassVar[str] = "Payment {number} is for its payee to confirm or refuse; ask them."

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerDecides(Problem):
    """The seller cannot confirm or refuse its own charge."""

    zh: ClassVar[str] = "费用单 {number} 由买方确认；请联系对方。"
    en: ClassVar[str] = "Charge {number} is for its buyer to confirm or refuse; ask them."

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOpen(Problem):
    """An edge has one statement at a time that waits for its sides."""

    zh: ClassVar[str] = "对账单 {number} 尚未由双方确认；请先完成它再出下一期。"
    en: ClassVar[str] = (
        "Statement {number} is not confirmed by both sides yet; finish it before the next."
    )

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementChanged(Problem):
    """The statement was issued anew since it was read."""

    zh: ClassVar[str] = "对账单 {number} 已重新出具；请重新核对后再确认。"
    en: ClassVar[str] = "Statement {number} was issued anew since you read it; read it again first."

    number: str
