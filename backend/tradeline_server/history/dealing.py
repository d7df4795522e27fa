"""One dealer's history through the graph: ordered, shipped, received, paid, given back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tradeline.kernel import Money
from tradeline_server.history import documents
from tradeline_server.history.client import GraphClient, GraphError
from tradeline_server.history.plan import Sale, Step, TakingBack, request_id
from tradeline_server.history.reading import HistoryLine
from tradeline_server.history.suggestions import amount_of

Payload = Mapping[str, Any]


@dataclass(slots=True)
class Tally:
    """What became of the lines that were sent. `api_minor` is the graph's word, `file_minor` the
    file's own arithmetic for the same lines; both count cancellations down."""

    currency: str
    lines_accepted: int = 0
    lines_refused: int = 0
    orders: int = 0
    returns: int = 0
    statements: int = 0
    api_minor: int = 0
    file_minor: int = 0
    problems: Counter[str] = field(default_factory=Counter)

    def minor(self, money: Mapping[str, str]) -> int:
        return Money.parse(money["amount"], self.currency).minor

    def refuse(self, lines: int, reason: str) -> None:
        self.lines_refused += lines
        self.problems[reason] += lines


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """Where a line of the file stands in the graph."""

    order_id: str
    order_line_id: str


@dataclass(slots=True)
class Dealer:
    """A customer of the file with its edge. `advance` is told of each line that is done."""

    digest: str
    relationship_id: str
    sku_ids: Mapping[str, str]
    buyer: GraphClient
    seller: GraphClient
    tally: Tally
    advance: Callable[[int], None]
    placed: dict[int, PlacedLine] = field(default_factory=dict)
    returned_minor: int = 0

    async def replay(self, steps: Sequence[Step]) -> None:
        """All steps in order, then both sides settle to zero and confirm the statement."""
        for step in steps:
            if isinstance(step, Sale):
                await self._sell(step)
                self.advance(len(step.lines))
            else:
                await self._take_back(step)
                self.advance(len(step.cancellations))
        if self.placed:
            await self._settle(steps[-1])

    async def _sell(self, sale: Sale) -> None:
        order, lines = await self._place(sale)
        if order is None:
            return
        self.tally.orders += 1
        await self._act(self.seller, documents.CONFIRM, sale.name, orderId=order["id"])
        shipped = await self._act(self.seller, documents.SHIP, sale.name, orderId=order["id"])
        shipment_id = shipped["shipment"]["id"]
        received = await self._act(self.buyer, documents.RECEIVE, sale.name, shipmentId=shipment_id)
        owed_minor = 0
        answered = received["shipment"]["order"]["lines"]
        for line, row in zip(lines, _in_order(answered), strict=True):
            self.placed[line.number] = PlacedLine(order["id"], row["id"])
            owed_minor += self.tally.minor(row["owed"])
            self.tally.lines_accepted += 1
            self.tally.file_minor += amount_of(line, self.tally.currency)
        self.tally.api_minor += owed_minor
        await self._pay(sale, owed_minor)

    async def _place(self, sale: Sale) -> tuple[Payload | None, list[HistoryLine]]:
        """Order all lines; when some are refused, the others. The order, and the lines in it.

        Every attempt has the same request id, so that no replay can order an invoice twice.
        """
        lines = list(sale.lines)
        while lines:
            payload = await self.buyer.mutate(
                documents.PLACE.text,
                request_id(self.digest, sale.name, documents.PLACE.action),
                relationshipId=self.relationship_id,
                buyerReference=sale.name,
                lines=[
                    {"skuId": self.sku_ids[line.sku_code], "quantity": line.quantity}
                    for line in lines
                ],
            )
            problems = payload["errors"]
            if not problems:
                return payload["order"], lines
            if any(problem["__typename"] == "RequestReused" for problem in problems):
                return await self._find_placed(sale)
            faulty = _faulty_lines(problems, len(lines))
            for reason in faulty.values():
                self.tally.refuse(1, reason)
            lines = [line for at, line in enumerate(lines) if at not in faulty]
        return None, []

    async def _find_placed(self, sale: Sale) -> tuple[Payload | None, list[HistoryLine]]:
        """The order that an earlier replay placed with fewer lines, found by its reference."""
        after: str | None = None
        while True:
            answer = await self.buyer.execute(
                documents.FIND, relationshipId=self.relationship_id, after=after
            )
            for order in (edge["node"] for edge in answer["orders"]["edges"]):
                if order["buyerReference"] == sale.name:
                    lines = self._lines_within(sale, _in_order(order["lines"]))
                    self.tally.refuse(len(sale.lines) - len(lines), "RefusedBefore")
                    return order, lines
            page = answer["orders"]["pageInfo"]
            if not page["hasNextPage"]:
                raise GraphError(f"Invoice {sale.name} was sent before with other contents.")
            after = page["endCursor"]

    def _lines_within(self, sale: Sale, rows: Sequence[Payload]) -> list[HistoryLine]:
        """The lines of the invoice that became the rows of an order, which keeps their order."""
        found: list[HistoryLine] = []
        remaining = list(rows)
        for line in sale.lines:
            wanted = (self.sku_ids[line.sku_code], line.quantity)
            if remaining and (remaining[0]["sku"]["id"], remaining[0]["quantity"]) == wanted:
                remaining.pop(0)
                found.append(line)
        if remaining:
            raise GraphError(f"Invoice {sale.name} was sent before with other contents.")
        return found

    async def _pay(self, step: Step, minor: int) -> None:
        """The dealer says that it paid, the wholesaler that it got it."""
        if not minor:
            return
        paid = await self._act(
            self.buyer,
            documents.PAY,
            step.name,
            relationshipId=self.relationship_id,
            paidBy="BUYER",
            amount=self._money(minor),
            method="BANK",
            paidOn=step.day.isoformat(),
            reference=step.name,
        )
        payment_id = paid["payment"]["id"]
        await self._act(self.seller, documents.CONFIRM_PAYMENT, step.name, paymentId=payment_id)

    async def _take_back(self, step: TakingBack) -> None:
        """One return for each order that the cancelling invoice reaches into."""
        by_order: dict[str, Counter[str]] = defaultdict(Counter)
        sent: list[HistoryLine] = []
        for cancellation in step.cancellations:
            places = [self.placed.get(part.sale_number) for part in cancellation.parts]
            if None in places:
                self.tally.refuse(1, "SaleRefused")
                continue
            sent.append(cancellation.line)
            for place, part in zip(places, cancellation.parts, strict=True):
                assert place is not None, "checked above"
                by_order[place.order_id][place.order_line_id] += part.quantity
        for order_id, quantities in by_order.items():
            await self._return(step, order_id, quantities)
        for line in sent:
            self.tally.lines_accepted += 1
            self.tally.file_minor -= amount_of(line, self.tally.currency)

    async def _return(self, step: TakingBack, order_id: str, quantities: Counter[str]) -> None:
        lines = [{"orderLineId": id, "quantity": count} for id, count in quantities.items()]
        name = f"{step.name}/{order_id}"
        asked = await self._act(
            self.buyer,
            documents.RETURN,
            name,
            orderId=order_id,
            lines=lines,
            reason=f"Cancelled by {step.name}",
        )
        return_id = asked["orderReturn"]["id"]
        decided = await self._act(
            self.seller, documents.DECIDE, name, orderReturnId=return_id, accepts=True
        )
        minor = self.tally.minor(decided["orderReturn"]["amount"])
        self.tally.returns += 1
        self.tally.api_minor -= minor
        self.returned_minor += minor

    async def _settle(self, last: Step) -> None:
        """What was given back is paid back; the statement then closes at zero, and both agree."""
        if self.returned_minor:
            await self._act(
                self.buyer,
                documents.PAY,
                "refund",
                relationshipId=self.relationship_id,
                paidBy="SELLER",
                amount=self._money(self.returned_minor),
                method="BANK",
                paidOn=last.day.isoformat(),
                reference="refund",
            )
        issued = await self._act(
            self.seller, documents.ISSUE, "statement", relationshipId=self.relationship_id
        )
        statement_id = issued["statement"]["id"]
        for side, client in (("seller", self.seller), ("buyer", self.buyer)):
            await self._act(
                client, documents.CONFIRM_STATEMENT, f"statement/{side}", statementId=statement_id
            )
        self.tally.statements += 1

    async def _act(
        self, client: GraphClient, mutation: documents.Mutation, name: str, **values: object
    ) -> Payload:
        """A step that nothing may refuse; GraphError with the reasons if something does."""
        whose = f"{self.relationship_id}/{name}"
        payload = await client.mutate(
            mutation.text, request_id(self.digest, whose, mutation.action), **values
        )
        if payload["errors"]:
            reasons = " ".join(problem["message"] for problem in payload["errors"])
            raise GraphError(f"{mutation.action} of {name} was refused: {reasons}")
        return payload

    def _money(self, minor: int) -> dict[str, str]:
        amount: Decimal = Money(minor, self.tally.currency).decimal
        return {"amount": f"{amount:f}", "currency": self.tally.currency}


def _in_order(lines: Sequence[Payload]) -> list[Payload]:
    return sorted(lines, key=lambda line: line["lineNo"])


def _faulty_lines(problems: Sequence[Payload], count: int) -> dict[int, str]:
    """The kind of problem by position of the line; all lines where the order itself is wrong."""
    faulty: dict[int, str] = {}
    for problem in problems:
        path = problem["path"]
        if len(path) > 1 and path[0] == "lines" and path[1].isdigit():
            faulty.setdefault(int(path[1]), problem["__typename"])
    if faulty:
        return faulty
    kind: str = problems[0]["__typename"]
    return dict.fromkeys(range(count), kind)
