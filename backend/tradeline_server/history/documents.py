"""What a replay sends: the graph's own mutations, as any client would write them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutation:
    """A document with one variable, `input`. `action` is the mutation's name."""

    action: str
    text: str


def _mutation(action: str, selection: str) -> Mutation:
    name = action[0].upper() + action[1:]
    text = (
        f"mutation {name}($input: {name}Input!) {{ {action}(input: $input) "
        f"{{ {selection} errors {{ __typename ... on Problem {{ message path }} }} }} }}"
    )
    return Mutation(action, text)


PLACE = _mutation("orderPlace", "order { id }")
CONFIRM = _mutation("orderConfirm", "order { id }")
SHIP = _mutation("orderShip", "shipment { id }")
RECEIVE = _mutation(
    "shipmentReceive", "shipment { id order { lines { id lineNo owed { amount } } } }"
)
PAY = _mutation("paymentRecord", "payment { id }")
CONFIRM_PAYMENT = _mutation("paymentConfirm", "payment { id }")
RETURN = _mutation("orderReturnRequest", "orderReturn { id }")
DECIDE = _mutation("orderReturnDecide", "orderReturn { id amount { amount } }")
ISSUE = _mutation("statementIssue", "statement { id }")
CONFIRM_STATEMENT = _mutation("statementConfirm", "statement { id }")

FIND = """
query Placed($relationshipId: ID!, $after: String) {
  orders(side: BUYING, relationshipId: $relationshipId, first: 100, after: $after) {
    edges { node { id buyerReference lines { lineNo quantity sku { id } } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

RELATIONSHIPS = """
query Edges($after: String) {
  relationships(side: SELLER, first: 100, after: $after) {
    edges { node { id buyer { code } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

SKUS = """
query Skus($after: String) {
  skus(first: 100, after: $after) {
    edges { node { id code } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def texts() -> frozenset[str]:
    """All of them: every server of this version takes them, even if only trusted documents run."""
    return frozenset(
        value.text if isinstance(value, Mutation) else value
        for name, value in globals().items()
        if name.isupper()
    )
