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


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundNotClosed(Problem):
    """A refund may still reach the payer: sent again, it would be paid twice."""

    zh: ClassVar[str] = (
        "退款 {number} 仍可能到账，重复发起会多退；如微信支付显示退款异常，"
        "请在微信支付商户平台处理，结果会自动同步。"
    )
    en: ClassVar[str] = (
        "Refund {number} may still arrive, and would be paid twice if it were sent again. If WeChat"
        " calls it abnormal, see to it on WeChat's merchant platform; what comes of it is noted"
        " here by itself."
    )

    number: str
