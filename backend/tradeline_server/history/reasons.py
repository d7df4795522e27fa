"""Why a line of an order history is not taken, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from tradeline.kernel import Locale


class Reason(StrEnum):
    """The codes that stand in the error file; programs may rely on them."""

    EMPTY_LINE = "empty_line"
    WRONG_CELLS = "wrong_cells"
    MISSING_INVOICE = "missing_invoice"
    MISSING_CODE = "missing_code"
    UNREADABLE_CODE = "unreadable_code"
    UNREADABLE_QUANTITY = "unreadable_quantity"
    UNREADABLE_PRICE = "unreadable_price"
    UNREADABLE_DATE = "unreadable_date"
    TOO_LARGE = "too_large"
    NOT_GOODS = "not_goods"
    STOCK_ADJUSTMENT = "stock_adjustment"
    ZERO_QUANTITY = "zero_quantity"
    ZERO_PRICE = "zero_price"
    NEGATIVE_PRICE = "negative_price"
    POSITIVE_CANCELLATION = "positive_cancellation"
    CUSTOMER_DIFFERS = "customer_differs"
    PRICE_DIFFERS = "price_differs"
    NOTHING_TO_CANCEL = "nothing_to_cancel"


# Chinese, English. The blanks are filled from a refused line's own values.
WORDS = {
    Reason.EMPTY_LINE: ("空行。", "The line is empty."),
    Reason.WRONG_CELLS: (
        "该行有 {found} 个单元格，表头有 {expected} 个。",
        "The line has {found} cells, the heading has {expected}.",
    ),
    Reason.MISSING_INVOICE: ("缺少单号。", "There is no invoice number."),
    Reason.MISSING_CODE: ("缺少商品代码。", "There is no stock code."),
    Reason.UNREADABLE_CODE: (
        "“{field}”过长，或含有空格或不可见字符。",
        "{field} is too long, or holds blanks or characters that cannot be seen.",
    ),
    Reason.UNREADABLE_QUANTITY: (
        "数量“{value}”不是整数。",
        "The quantity {value!r} is not a whole number.",
    ),
    Reason.UNREADABLE_PRICE: (
        "单价“{value}”不是最多六位小数的数字。",
        "The price {value!r} is not a number with at most six decimals.",
    ),
    Reason.UNREADABLE_DATE: (
        "日期“{value}”应写作 2010-12-31 08:26。",
        "The date {value!r} is not written like 2010-12-31 08:26.",
    ),
    Reason.TOO_LARGE: ("数量或金额过大。", "The quantity or the amount is too large."),
    Reason.NOT_GOODS: (
        "“{code}”是费用，不是商品。",
        "{code} is a charge, not goods.",
    ),
    Reason.STOCK_ADJUSTMENT: (
        "非取消单上的负数量是库存调整，不是销售。",
        "A negative quantity outside of a cancellation adjusts stock; it is no sale.",
    ),
    Reason.ZERO_QUANTITY: ("数量为零。", "The quantity is zero."),
    Reason.ZERO_PRICE: (
        "单价为零或不足一分，不是销售。",
        "The price is zero, or less than a penny; that is no sale.",
    ),
    Reason.NEGATIVE_PRICE: ("单价为负。", "The price is negative."),
    Reason.POSITIVE_CANCELLATION: (
        "取消单上的数量应为负数。",
        "The quantity of a cancellation has to be negative.",
    ),
    Reason.CUSTOMER_DIFFERS: (
        "单据 {invoice} 的前面各行属于客户 {customer}。",
        "The earlier lines of invoice {invoice} are of customer {customer}.",
    ),
    Reason.PRICE_DIFFERS: (
        "同一客户以相同数量购买该商品时多为 {usual}，此行为 {price}。",
        "The same customer mostly pays {usual} for this quantity; this line says {price}.",
    ),
    Reason.NOTHING_TO_CANCEL: (
        "文件中找不到可取消的销售。",
        "Nothing to cancel found in the file: no earlier sale to this customer at this price.",
    ),
}


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that is not taken. `number` is its line in the file; the heading is line 1."""

    number: int
    reason: Reason
    values: dict[str, str] = field(default_factory=dict)

    def words(self, locale: Locale) -> str:
        zh, en = WORDS[self.reason]
        return (zh if locale is Locale.ZH else en).format(**self.values)
