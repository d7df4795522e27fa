"""The ways in which payments say no."""

from dataclasses import dataclass
from typing import ClassVar

from tradeline.kernel import Money, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTooLarge(Problem):
    """More is to be given back than was paid, or than is left of it."""

    zh: ClassVar[str] = "付款 {number} 最多还可退 {refundable}；请减少退款金额。"
    en: ClassVar[str] = "Of payment {number} at most {refundable} can still go back; refund less."

    number: str
    refundable: Money
