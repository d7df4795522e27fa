"""What files say, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tradeline.kernel import Locale
from tradeline.settlement import ObligationKind, StatementState


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementWords:
    """The words of a statement. `account` names whose debt the columns count."""

    title: str
    lines: str
    number: str
    seller: str
    buyer: str
    period: str
    beginning: str
    state: str
    issued: str
    confirmed: str
    not_confirmed: str
    disputed: str
    currency: str
    account: str
    date: str
    kind: str
    document: str
    due_on: str
    increase: str
    decrease: str
    balance: str
    opening: str
    movement: str
    total: str
    closing: str
    hash: str
    previous_hash: str
    first: str
    zone: str
    page: str
    kinds: Mapping[ObligationKind, str]
    states: Mapping[StatementState, str]
    awaits_seller: str
    awaits_buyer: str

    def state_of(self, state: StatementState, *, has_seller: bool, has_buyer: bool) -> str:
        """The state, and of one that waits, for whom: a side that has confirmed waits itself."""
        if state is not StatementState.ISSUED or has_seller == has_buyer:
            return self.states[state]
        return self.awaits_buyer if has_seller else self.awaits_seller


STATEMENT: Mapping[Locale, StatementWords] = {
    Locale.ZH: StatementWords(
        title="对账单",
        lines="明细",
        number="编号",
        seller="卖方",
        buyer="买方",
        period="期间",
        beginning="合作开始",
        state="状态",
        issued="出具时间",
        confirmed="确认时间",
        not_confirmed="尚未确认",
        disputed="异议",
        currency="币种",
        account="买方应付卖方的金额；负数为买方预付。",
        date="日期",
        kind="摘要",
        document="单据号",
        due_on="到期日",
        increase="应付增加",
        decrease="应付减少",
        balance="余额",
        opening="期初余额",
        movement="本期变动",
        total="合计及期末余额",
        closing="期末余额",
        hash="本单哈希 (SHA-256)",
        previous_hash="上期哈希",
        first="无（首期）",
        zone="时间均为北京时间 (UTC+8)。",
        page="第 {n} 页，共 {m} 页",
        kinds={
            ObligationKind.GOODS: "收货",
            ObligationKind.RETURN: "退货",
            ObligationKind.PAYMENT: "付款",
            ObligationKind.REFUND: "退款",
            ObligationKind.REBATE: "返利",
            ObligationKind.CHARGE: "费用",
            ObligationKind.CREDIT_NOTE: "贷项",
            ObligationKind.FREIGHT: "运费",
            ObligationKind.FREIGHT_RETURN: "运费退回",
            ObligationKind.COST_SHARE: "优惠分摊",
            ObligationKind.COST_SHARE_RETURN: "优惠分摊退回",
            ObligationKind.COLLECTED: "代收货款",
            ObligationKind.COLLECTED_RETURN: "代收退款",
            ObligationKind.SHARED_DOWN: "分账（付买方）",
            ObligationKind.SHARED_UP: "分账（付卖方）",
        },
        states={
            StatementState.ISSUED: "待双方确认",
            StatementState.DISPUTED: "有异议",
            StatementState.CONFIRMED: "双方已确认",
        },
        awaits_seller="买方已确认，待卖方确认",
        awaits_buyer="卖方已确认，待买方确认",
    ),
    Locale.EN: StatementWords(
        title="Statement of account",
        lines="Lines",
        number="Number",
        seller="Seller",
        buyer="Buyer",
        period="Period",
        beginning="the beginning",
        state="State",
        issued="Issued",
        confirmed="Confirmed",
        not_confirmed="not yet confirmed",
        disputed="Dispute",
        currency="Currency",
        account="What the buyer owes the seller; below zero, what the buyer has paid in advance.",
        date="Date",
        kind="What",
        document="Document",
        due_on="Due",
        increase="Increase",
        decrease="Decrease",
        balance="Balance",
        opening="Opening balance",
        movement="Movement",
        total="Total, closing",
        closing="Closing balance",
        hash="Hash of this statement (SHA-256)",
        previous_hash="Hash of the one before",
        first="none: this is the first",
        zone="Times are those of Shanghai (UTC+8).",
        page="Page {n} of {m}",
        kinds={
            ObligationKind.GOODS: "Goods received",
            ObligationKind.RETURN: "Return",
            ObligationKind.PAYMENT: "Payment",
            ObligationKind.REFUND: "Refund",
            ObligationKind.REBATE: "Rebate",
            ObligationKind.CHARGE: "Charge",
            ObligationKind.CREDIT_NOTE: "Credit note",
            ObligationKind.FREIGHT: "Freight",
            ObligationKind.FREIGHT_RETURN: "Freight returned",
            ObligationKind.COST_SHARE: "Share of a coupon",
            ObligationKind.COST_SHARE_RETURN: "Share of a coupon returned",
            ObligationKind.COLLECTED: "Collected from consumers",
            ObligationKind.COLLECTED_RETURN: "Collected, given back",
            ObligationKind.SHARED_DOWN: "Shared with the buyer",
            ObligationKind.SHARED_UP: "Shared with the seller",
        },
        states={
            StatementState.ISSUED: "waits for both sides",
            StatementState.DISPUTED: "disputed",
            StatementState.CONFIRMED: "confirmed by both sides",
        },
        awaits_seller="confirmed by the buyer, waits for the seller",
        awaits_buyer="confirmed by the seller, waits for the buyer",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSheetWords:
    """The words of a sheet of order rows."""

    template: str
    problems: str
    code: str
    quantity: str
    problem: str
    same_as: str
    code_hint: str
    quantity_hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationSheetWords:
    """The words of a sheet of confirmations; `hints` are on what is to be filled in."""

    title: str
    header: tuple[str, ...]
    hints: tuple[str, ...]


CONFIRMATION_SHEET: Mapping[Locale, ConfirmationSheetWords] = {
    Locale.ZH: ConfirmationSheetWords(
        title="未发订单行",
        header=(
            "订单号",
            "行号",
            "商品编码",
            "商品名称",
            "未发数量",
            "确认数量",
            "承诺日期",
            "原因",
            "替代商品编码",
            "替代数量",
            "报价有效期至",
        ),
        hints=(
            "可供数量，0 表示拒绝；整张订单留空则暂不确认。已确认的行只能更改日期，或提供替代品",
            "日期，例如 2026-03-12；替代品也在该日供应",
            "少于未发数量且不提供替代品时必填",
            "用其代替未确认的数量：未发 10、确认 6，则其余 4 在买方答复之前保持未发，不会被拒绝",
            "基本单位的数量，或数量加包装，如 12 或 2箱",
            "买方可接受的最后一天；留空则不限",
        ),
    ),
    Locale.EN: ConfirmationSheetWords(
        title="open-order-lines",
        header=(
            "Order",
            "Line",
            "Code",
            "Name",
            "Open",
            "Confirmed",
            "Promised on",
            "Reason",
            "Substitute code",
            "Substitute quantity",
            "Offer valid until",
        ),
        hints=(
            "How many will come; 0 refuses. Leave all rows of an order empty to decide later."
            " Of lines confirmed before, the day can be changed, and something else offered",
            "A day such as 2026-03-12; a substitute comes on it as well",
            "Needed for less than is open, unless something else is offered",
            "Offered for what is not confirmed: of 10 open and 6 confirmed, 4 are not refused, but"
            " stay open until the buyer decides",
            "Base units, or packs with their code: 12 or 2 CASE",
            "The last day on which the buyer can take it; empty for no such day",
        ),
    ),
}


ORDER_SHEET: Mapping[Locale, OrderSheetWords] = {
    Locale.ZH: OrderSheetWords(
        template="订货模板",
        problems="待处理行",
        code="商品编码",
        quantity="数量",
        problem="问题",
        same_as="与“{code}”是同一商品，已合并计算；请一并处理。",
        code_hint="商品编码、条码或自编码，每行一个",
        quantity_hint="基本单位的数量，或数量加包装，如 12 或 2箱",
    ),
    Locale.EN: OrderSheetWords(
        template="order-template",
        problems="rows-with-problems",
        code="Code",
        quantity="Quantity",
        problem="Problem",
        same_as="The same product as {code}, with which it is summed: mend both.",
        code_hint="Code, barcode or own code; one product per row",
        quantity_hint="Base units, or packs with their code: 12 or 2 CASE",
    ),
}
