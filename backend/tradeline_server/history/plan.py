"""What a replay is going to send, dealer by dealer. Pure."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tradeline_server.history.reading import HistoryLine
from tradeline_server.history.suggestions import Cancellation, Suggestion

# As many lines as one order may have.
ORDER_LINES_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Sale:
    """Lines of one invoice to order together. `name` tells apart the parts of a long invoice."""

    name: str
    day: date
    lines: tuple[HistoryLine, ...]


@dataclass(frozen=True, slots=True)
class TakingBack:
    """The lines of one cancelling invoice."""

    name: str
    day: date
    cancellations: tuple[Cancellation, ...]


Step = Sale | TakingBack


def plan_replay(suggestion: Suggestion) -> dict[str, list[Step]]:
    """The steps of each customer in the order of the file; whoever has most to send comes first."""
    steps: dict[str, list[tuple[int, Step]]] = defaultdict(list)
    for invoice, sold in _by_invoice(suggestion.sales):
        for start in range(0, len(sold), ORDER_LINES_MAX):
            part = sold[start : start + ORDER_LINES_MAX]
            name = invoice if start == 0 else f"{invoice}-{start // ORDER_LINES_MAX + 1}"
            steps[sold[0].customer].append((part[0].number, Sale(name, sold[0].day, tuple(part))))
    by_number = {each.line.number: each for each in suggestion.cancellations}
    for invoice, lines in _by_invoice([each.line for each in suggestion.cancellations]):
        step = TakingBack(invoice, lines[0].day, tuple(by_number[line.number] for line in lines))
        steps[lines[0].customer].append((lines[0].number, step))
    ordered = {
        customer: [step for _, step in sorted(numbered, key=lambda pair: pair[0])]
        for customer, numbered in steps.items()
    }
    return dict(sorted(ordered.items(), key=lambda item: -_weight(item[1])))


def request_id(digest: str, name: str, action: str) -> str:
    """The same for the same step of the same file: whatever was done before is not done again."""
    return hashlib.sha256(f"{digest}\0{name}\0{action}".encode()).hexdigest()[:40]


def _by_invoice(lines: Sequence[HistoryLine]) -> Iterator[tuple[str, list[HistoryLine]]]:
    invoices: dict[str, list[HistoryLine]] = defaultdict(list)
    for line in lines:
        invoices[line.invoice].append(line)
    yield from invoices.items()


def _weight(steps: Sequence[Step]) -> int:
    return sum(len(step.lines) for step in steps if isinstance(step, Sale))
