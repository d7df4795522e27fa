"""Who may say what to a payment, an adjustment or a statement, and when. Pure: the use cases and
the buttons ask here alike."""

from __future__ import annotations

from enum import StrEnum

from tradeline.kernel import Actor, Permission
from tradeline.organizations import Side
from tradeline.settlement.model import (
    Adjustment,
    AdjustmentState,
    Payment,
    PaymentState,
    Statement,
    StatementState,
)


class PaperStep(StrEnum):
    """Something that a party can say to a payment, an adjustment or a statement."""

    CONFIRM = "confirm"
    REFUSE = "refuse"
    DISPUTE = "dispute"
    REISSUE = "reissue"


DECIDES_PAYMENTS = Permission.PAYMENT_RECORD
DECIDES_ADJUSTMENTS = Permission.STATEMENT_CONFIRM
DECIDES_STATEMENTS = Permission.STATEMENT_CONFIRM
_DECISION = [PaperStep.CONFIRM, PaperStep.REFUSE]


def is_payee(payment: Payment, org_id: int) -> bool:
    """Whose word counts: it knows whether the money came."""
    return payment.payee_org_id == org_id


def is_debtor(adjustment: Adjustment, org_id: int) -> bool:
    """Whose word counts: a charge is the buyer's to pay."""
    return adjustment.buyer_org_id == org_id


def is_undecided(paper: Payment | Adjustment) -> bool:
    return paper.state in (PaymentState.RECORDED, AdjustmentState.RECORDED)


def side_of(statement: Statement, org_id: int) -> Side:
    """On which side of a statement one of its two parties stands."""
    return Side.SELLER if org_id == statement.seller_org_id else Side.BUYER


def is_open(statement: Statement, step: PaperStep, side: Side) -> bool:
    """Whether the statement is in a state in which that side may take the step."""
    if step is PaperStep.REISSUE:
        return side is Side.SELLER and statement.state is StatementState.DISPUTED
    if step is PaperStep.CONFIRM and statement.confirmed_at(side) is not None:
        return False
    return step is not PaperStep.REFUSE and statement.state is StatementState.ISSUED


def payment_steps(actor: Actor, payment: Payment) -> list[PaperStep]:
    """What the actor may say to a payment as it stands."""
    may = actor.may(DECIDES_PAYMENTS) and is_payee(payment, actor.org_id)
    return list(_DECISION) if may and is_undecided(payment) else []


def adjustment_steps(actor: Actor, adjustment: Adjustment) -> list[PaperStep]:
    """What the actor may say to an adjustment as it stands."""
    may = actor.may(DECIDES_ADJUSTMENTS) and is_debtor(adjustment, actor.org_id)
    return list(_DECISION) if may and is_undecided(adjustment) else []


def statement_steps(actor: Actor, statement: Statement) -> list[PaperStep]:
    """What the actor may say to a statement as it stands."""
    if not actor.may(DECIDES_STATEMENTS):
        return []
    side = side_of(statement, actor.org_id)
    return [step for step in PaperStep if is_open(statement, step, side)]
