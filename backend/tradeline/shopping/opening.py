"""What is sealed on an order, opened for whoever may read it: that is for the caller to know."""

from __future__ import annotations

from dataclasses import dataclass, field

from tradeline.members import unseal
from tradeline.shopping.model import ConsumerOrder, ConsumerOrderState

PICKUP_CODE = "pickup_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who receives an order, and where: as it was when it was placed."""

    recipient: str = field(repr=False)
    phone: str = field(repr=False)
    region: str
    detail: str = field(repr=False)


def recipient_of(order: ConsumerOrder, network_id: int) -> Recipient | None:
    """None for an order that is picked up."""
    if order.recipient_seal is None or order.phone_seal is None or order.detail_seal is None:
        return None
    return Recipient(
        recipient=unseal(network_id, "recipient", order.recipient_seal),
        phone=unseal(network_id, "phone", order.phone_seal),
        region=order.ship_to_region,
        detail=unseal(network_id, "address", order.detail_seal),
    )


def pickup_code_of(order: ConsumerOrder, network_id: int) -> str | None:
    """What is shown in the store, while the goods wait there."""
    if order.pickup_code_seal is None or order.state is not ConsumerOrderState.TO_PICK_UP:
        return None
    return unseal(network_id, PICKUP_CODE, order.pickup_code_seal)
