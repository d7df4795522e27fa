"""What the graph asks of WeChat, and is given by whoever serves it: the graph itself knows neither
addresses nor keys. None of these is called within a unit of work, for each goes over the network.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class WeChatAway(Exception):
    """WeChat does not answer, or no WeChat is set up for this mini-program; later it may."""


class CodeNotTaken(Exception):
    """WeChat does not take the code: it is wrong, too old, or was used before."""


class PaymentOver(Exception):
    """Nothing can be paid under this number any more: it was paid, closed, or expired."""


class PayerUnknown(Exception):
    """The member has never logged in to that mini-program, so WeChat cannot be told who pays."""


@dataclass(frozen=True, slots=True)
class WeChatIdentity:
    """Who somebody is at WeChat; neither is for logs, nor for anybody's eyes."""

    openid: str = field(repr=False)
    unionid: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """A payment that is stored, and whom it is for. `member_id` is known to WeChat as the openid
    in that mini-program, which is looked up if it is not given; `description` is what the payer
    reads on the screen, always the same for the same payment. A `prepay_id` is there where WeChat
    has given one already."""

    network_id: int
    payment_id: int
    member_id: int
    number: str
    amount_minor: int
    merchant_id: str
    app_id: str
    description: str
    expires_at: datetime
    is_shareable: bool = False
    prepay_id: str | None = None
    openid: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeChatCall:
    """What `wx.requestPayment` is called with."""

    app_id: str
    time_stamp: str
    nonce_str: str
    package: str
    sign_type: str
    pay_sign: str


class WeChatLogin(Protocol):
    async def __call__(self, app_id: str, code: str) -> WeChatIdentity:
        """Trade the code of `wx.login`. Raises CodeNotTaken, WeChatAway."""
        ...


class WeChatPhone(Protocol):
    async def __call__(self, app_id: str, code: str) -> str:
        """Trade the code of the phone button for the number, as +8613800138000. Raises
        CodeNotTaken, WeChatAway."""
        ...


class WeChatPrepay(Protocol):
    async def __call__(self, payable: Payable) -> WeChatCall:
        """Tell WeChat of a payment, note that it knows, and sign what opens the cash desk. Asking
        again is the same payment. Raises PaymentOver, PayerUnknown, WeChatAway."""
        ...


async def no_login(app_id: str, code: str) -> WeChatIdentity:
    raise WeChatAway


async def no_phone(app_id: str, code: str) -> str:
    raise WeChatAway


async def no_prepay(payable: Payable) -> WeChatCall:
    raise WeChatAway
