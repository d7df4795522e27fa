"""Profit sharing of WeChat Pay (分账), as `WeChat.sharing`.

The rules are WeChat's: a payment made with `is_shareable`, a minute or more after it was paid and
within 30 days; at most 50 times, each time to at most 50 receivers added before, none twice in
one request; all in all no more than the merchant's ratio. Each request, unfreezing and return
needs a number of its own: one used before answers as it did then, and does nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tradeline_server.wechat.errors import Malformed
from tradeline_server.wechat.gateway import Gateway, path_of
from tradeline_server.wechat.model import (
    Fen,
    ReceiverType,
    Share,
    ShareReturn,
    Sharing,
    require_fen,
    require_out_no,
    without_nothing,
)
from tradeline_server.wechat.signing import encrypt_field

RECEIVERS_MAX = 50


class _Unsplit(msgspec.Struct):
    transaction_id: str
    unsplit_amount: Fen


class _Ratio(msgspec.Struct):
    sub_mchid: str
    max_ratio: Fen


class _Receiver(msgspec.Struct):
    type: ReceiverType
    account: str


class ProfitSharing:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._appid = gateway.settings.appid

    async def add_receiver(
        self,
        kind: ReceiverType,
        account: str,
        *,
        relation: str,
        custom_relation: str | None = None,
        name: str | None = None,
    ) -> None:
        """`relation` is such as DISTRIBUTOR or STORE_OWNER, or CUSTOM along with its wording.

        `name` is the person's or merchant's full name, and goes encrypted. Adding again is fine.
        """
        serial, sealed = "", None
        if name is not None:
            serial, key = await self._gateway.encryption_key()
            sealed = encrypt_field(key, name)
        body = {
            "appid": self._appid,
            "type": kind,
            "account": account,
            "name": sealed,
            "relation_type": relation,
            "custom_relation": custom_relation,
        }
        path = "/v3/profitsharing/receivers/add"
        answer = await self._gateway.post(path, without_nothing(body), _Receiver, serial=serial)
        _expect(answer.account == account)

    async def delete_receiver(self, kind: ReceiverType, account: str) -> None:
        body = {"appid": self._appid, "type": kind, "account": account}
        path = "/v3/profitsharing/receivers/delete"
        _expect((await self._gateway.post(path, body, _Receiver)).account == account)

    async def share(
        self,
        *,
        transaction_id: str,
        out_order_no: str,
        shares: Sequence[Share],
        unfreezes_rest: bool,
    ) -> Sharing:
        """Accepted is not done: ask `sharing` until it is FINISHED, then look at each receiver."""
        if not 1 <= len(shares) <= RECEIVERS_MAX:
            raise ValueError(f"a request shares with 1 to {RECEIVERS_MAX} receivers")
        body = {
            "appid": self._appid,
            "transaction_id": transaction_id,
            "out_order_no": require_out_no(out_order_no),
            "receivers": shares,
            "unfreeze_unsplit": unfreezes_rest,
        }
        answer = await self._gateway.post("/v3/profitsharing/orders", body, Sharing)
        return _about(answer, transaction_id, out_order_no)

    async def sharing(self, *, transaction_id: str, out_order_no: str) -> Sharing:
        """How a request to share, or to unfreeze, has gone."""
        path = path_of("/v3/profitsharing/orders/{no}", no=out_order_no)
        answer = await self._gateway.get(path, Sharing, transaction_id=transaction_id)
        return _about(answer, transaction_id, out_order_no)

    async def unfreeze(
        self, *, transaction_id: str, out_order_no: str, description: str
    ) -> Sharing:
        """The rest goes to the merchant, and nothing of this payment can be shared any more."""
        body = {
            "transaction_id": transaction_id,
            "out_order_no": require_out_no(out_order_no),
            "description": description,
        }
        answer = await self._gateway.post("/v3/profitsharing/orders/unfreeze", body, Sharing)
        return _about(answer, transaction_id, out_order_no)

    async def return_share(
        self,
        *,
        out_order_no: str,
        out_return_no: str,
        return_mchid: str,
        amount: int,
        description: str,
    ) -> ShareReturn:
        """Back from a merchant within 180 days; persons keep what they got. What is returned is
        the merchant's own and cannot be shared again."""
        body = {
            "out_order_no": out_order_no,
            "out_return_no": require_out_no(out_return_no),
            "return_mchid": return_mchid,
            "amount": require_fen(amount),
            "description": description,
        }
        answer = await self._gateway.post("/v3/profitsharing/return-orders", body, ShareReturn)
        _expect((answer.out_return_no, answer.amount) == (out_return_no, amount))
        return answer

    async def share_return(self, *, out_order_no: str, out_return_no: str) -> ShareReturn:
        path = path_of("/v3/profitsharing/return-orders/{no}", no=out_return_no)
        answer = await self._gateway.get(path, ShareReturn, out_order_no=out_order_no)
        _expect(answer.out_return_no == out_return_no)
        return answer

    async def unsplit_amount(self, transaction_id: str) -> int:
        """How many fen of a payment are frozen still."""
        path = path_of("/v3/profitsharing/transactions/{id}/amounts", id=transaction_id)
        answer = await self._gateway.get(path, _Unsplit)
        _expect(answer.transaction_id == transaction_id)
        return answer.unsplit_amount

    async def max_ratio(self, sub_mchid: str) -> int:
        """In ten thousandths, 3000 for 30 %. Only a service provider may ask it, of the merchants
        that it serves; a merchant of its own reads it on WeChat's merchant platform."""
        path = path_of("/v3/profitsharing/merchant-configs/{mchid}", mchid=sub_mchid)
        answer = await self._gateway.get(path, _Ratio)
        _expect(answer.sub_mchid == sub_mchid)
        return answer.max_ratio


def _about(answer: Sharing, transaction_id: str, out_order_no: str) -> Sharing:
    _expect((answer.transaction_id, answer.out_order_no) == (transaction_id, out_order_no))
    return answer


def _expect(is_asked_for: bool) -> None:
    if not is_asked_for:
        raise Malformed("The answer is about something else.")
