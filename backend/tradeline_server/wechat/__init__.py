"""WeChat as a port: Pay APIv3 and the mini-program's server side (ADR 0019)."""

from tradeline_server.wechat.bills import FundRow, TradeRow
from tradeline_server.wechat.callbacks import (
    Notice,
    PaymentMismatch,
    accepted,
    expect_payment,
    rejected,
)
from tradeline_server.wechat.client import PaymentRequest, RefundRequest, WeChat, open_wechat
from tradeline_server.wechat.errors import (
    Fault,
    Forged,
    Malformed,
    Refused,
    Unreachable,
    Untrusted,
    WeChatError,
)
from tradeline_server.wechat.merchants import (
    NO_MERCHANTS,
    WeChatMerchants,
    load_merchants,
    open_merchants,
)
from tradeline_server.wechat.miniprogram import (
    LogisticsType,
    MiniProgram,
    Package,
    Phone,
    Session,
    ShippingInfo,
)
from tradeline_server.wechat.model import (
    ReceiverType,
    Refund,
    RefundNotice,
    RefundStatus,
    Share,
    ShareResult,
    Sharing,
    SharingNotice,
    SharingState,
    TradeState,
    Transaction,
)
from tradeline_server.wechat.settings import WeChatSettings, load_wechat_settings
from tradeline_server.wechat.signing import PaymentCall

__all__ = [
    "NO_MERCHANTS",
    "Fault",
    "Forged",
    "FundRow",
    "LogisticsType",
    "Malformed",
    "MiniProgram",
    "Notice",
    "Package",
    "PaymentCall",
    "PaymentMismatch",
    "PaymentRequest",
    "Phone",
    "ReceiverType",
    "Refund",
    "RefundNotice",
    "RefundRequest",
    "RefundStatus",
    "Refused",
    "Session",
    "Share",
    "ShareResult",
    "Sharing",
    "SharingNotice",
    "SharingState",
    "ShippingInfo",
    "TradeRow",
    "TradeState",
    "Transaction",
    "Unreachable",
    "Untrusted",
    "WeChat",
    "WeChatError",
    "WeChatMerchants",
    "WeChatSettings",
    "accepted",
    "expect_payment",
    "load_merchants",
    "load_wechat_settings",
    "open_merchants",
    "open_wechat",
    "rejected",
]
