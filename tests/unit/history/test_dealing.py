"""One dealer's steps against a graph that is played by this test."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from tests.history_data import HISTORY
from tradeline_server.history.client import GraphClient, GraphError
from tradeline_server.history.dealing import Dealer, Tally
from tradeline_server.history.plan import Sale, Step, TakingBack, plan_replay
from tradeline_server.history.reading import read_history
from tradeline_server.history.suggestions import suggest


class Graph:
    """Answers as the graph would; `refused` names SKUs that it does not sell."""

    def __init__(self, prices: Mapping[str, str], refused: frozenset[str] = frozenset()) -> None:
        self.prices = prices
        self.refused = refused
        self.requests: dict[str, Mapping[str, Any]] = {}
        self.orders: list[dict[str, Any]] = []
        self.sent: list[str] = []

    async def execute(self, document: str, **_: object) -> Mapping[str, Any]:
        assert "orders(" in document
        nodes = [{"node": order} for order in reversed(self.orders)]
        return {"orders": {"edges": nodes, "pageInfo": {"hasNextPage": False}}}

    async def mutate(self, document: str, request_id: str, **values: Any) -> Mapping[str, Any]:
        action = document.split("{")[1].split("(")[0].strip()
        self.sent.append(action)
        if request_id in self.requests:
            before, answer = self.requests[request_id]["body"], self.requests[request_id]["answer"]
            return answer if before == (action, values) else {"errors": [_problem("RequestReused")]}
        answer = getattr(self, action, lambda **_: _answer(**{_noun(action): {"id": "1"}}))(
            **values
        )
        if not answer["errors"]:
            self.requests[request_id] = {"body": (action, values), "answer": answer}
        return answer

    def orderPlace(self, lines: list[dict[str, Any]], buyerReference: str, **_: Any) -> Any:
        faults = [
            _problem("NotEnoughStock", "lines", str(position), "quantity")
            for position, line in enumerate(lines)
            if line["skuId"] in self.refused
        ]
        if faults:
            return {"order": None, "errors": faults}
        rows = [
            {
                "id": f"{buyerReference}.{no}",
                "lineNo": no,
                "quantity": line["quantity"],
                "sku": {"id": line["skuId"]},
                "owed": {"amount": self.prices[line["skuId"]]},
            }
            for no, line in enumerate(lines, start=1)
        ]
        order = {"id": buyerReference, "buyerReference": buyerReference, "lines": rows}
        self.orders.append(order)
        return _answer(order=order)

    def orderShip(self, orderId: str) -> Any:
        return _answer(shipment={"id": orderId})

    def shipmentReceive(self, shipmentId: str) -> Any:
        order = next(order for order in self.orders if order["id"] == shipmentId)
        return _answer(shipment={"id": shipmentId, "order": order})

    def orderReturnDecide(self, **_: Any) -> Any:
        return _answer(orderReturn={"id": "1", "amount": {"amount": "10.00"}})


def _noun(action: str) -> str:
    nouns = ("orderReturn", "order", "shipment", "payment", "statement")
    return next(noun for noun in nouns if action.startswith(noun))


def _answer(**values: Any) -> dict[str, Any]:
    return {"errors": []} | values


def _problem(kind: str, *path: str) -> dict[str, Any]:
    return {"__typename": kind, "message": f"{kind}!", "path": list(path)}


@pytest.fixture
def steps() -> list[Step]:
    return plan_replay(suggest(read_history(HISTORY).lines, "GBP"))["501"]


def _dealer(graph: Graph) -> Dealer:
    client = cast(GraphClient, graph)
    skus = {code: code for code in ("A100", "B200", "C300")}
    return Dealer("digest", "edge", skus, client, client, Tally("GBP"), lambda _: None)


PRICES = {"A100": "40.00", "B200": "15.00", "C300": "3.35"}


async def test_every_step_of_an_order_is_taken_and_the_period_is_closed(steps: list[Step]) -> None:
    graph = Graph(PRICES)

    await _dealer(graph).replay(steps[:1])

    assert graph.sent == [
        "orderPlace",
        "orderConfirm",
        "orderShip",
        "shipmentReceive",
        "paymentRecord",
        "paymentConfirm",
        "statementIssue",
        "statementConfirm",
        "statementConfirm",
    ]


async def test_amounts_are_those_of_the_graph_and_those_of_the_file(steps: list[Step]) -> None:
    dealer = _dealer(Graph(PRICES | {"B200": "14.99"}))

    await dealer.replay(steps[:1])

    assert dealer.tally.api_minor == 4000 + 1499
    assert dealer.tally.file_minor == 4000 + 1500


async def test_refused_lines_are_left_out_and_the_others_ordered(steps: list[Step]) -> None:
    dealer = _dealer(Graph(PRICES, refused=frozenset({"A100"})))

    await dealer.replay(steps)

    sold = [line for step in steps if isinstance(step, Sale) for line in step.lines]
    refused = [line for line in sold if line.sku_code == "A100"]
    assert dealer.tally.problems == {"NotEnoughStock": len(refused), "SaleRefused": 1}
    assert dealer.tally.lines_accepted + dealer.tally.lines_refused == len(sold) + 2


async def test_an_order_that_is_refused_whole_is_not_paid(steps: list[Step]) -> None:
    graph = Graph(PRICES, refused=frozenset(PRICES))

    await _dealer(graph).replay(steps)

    assert set(graph.sent) == {"orderPlace"}


async def test_a_second_replay_finds_what_the_first_one_ordered(steps: list[Step]) -> None:
    graph = Graph(PRICES, refused=frozenset({"A100"}))
    first = _dealer(graph)
    await first.replay(steps)
    graph.refused = frozenset()

    again = _dealer(graph)
    await again.replay(steps)

    assert len(graph.orders) == sum(isinstance(step, Sale) for step in steps)
    assert again.tally.lines_accepted == first.tally.lines_accepted
    assert again.tally.api_minor == first.tally.api_minor


async def test_what_is_given_back_is_counted_down_and_paid_back(steps: list[Step]) -> None:
    graph = Graph(PRICES)
    dealer = _dealer(graph)
    sales = [step for step in steps if isinstance(step, Sale)][:2]
    backs = [step for step in steps if isinstance(step, TakingBack)][:1]

    await dealer.replay([*sales, *backs])

    assert dealer.tally.api_minor == 2 * (4000 + 1500) - 1000
    assert graph.sent.count("paymentRecord") == 3


async def test_a_step_that_nothing_should_refuse_ends_the_replay(steps: list[Step]) -> None:
    class Refusing(Graph):
        def orderShip(self, orderId: str) -> Any:
            return {"errors": [_problem("WrongState")]}

    with pytest.raises(GraphError, match="orderShip of 7001 was refused: WrongState!"):
        await _dealer(Refusing(PRICES)).replay(steps)
