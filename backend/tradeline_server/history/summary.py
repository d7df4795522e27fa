"""What an import would make or made, for people as tables and for programs as one object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tradeline.kernel import Locale, Money
from tradeline_server.history.importing import Imported
from tradeline_server.history.reading import History
from tradeline_server.history.reasons import Reason, RefusedLine
from tradeline_server.history.suggestions import Steps, Suggestion, total_of

SAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """Counts of one file. `lines_taken` and `lines_refused` sum to `lines_total`.

    `network` is the code of the network that holds it, empty where nothing was made.
    """

    file: str
    digest: str
    outcome: str
    network: str
    lines_total: int
    lines_taken: int
    lines_refused: int
    sales: int
    cancellations: int
    refused: dict[str, int]
    invoices: int
    retailers: int
    skus: int
    list_prices: int
    quantity_breaks: int
    contracts: int
    contract_prices: int
    stock_units: int
    currency: str
    sales_minor: int
    cancelled_minor: int
    errors_file: str


def refused_of(history: History, suggestion: Suggestion) -> list[RefusedLine]:
    """All refused lines, by their place in the file."""
    both = (*history.refused, *suggestion.refused)
    return sorted(both, key=lambda line: line.number)


def summarize(
    file: str, history: History, suggestion: Suggestion, errors_file: str, imported: Imported
) -> ImportSummary:
    refused = refused_of(history, suggestion)
    steps = [sku.prices for sku in suggestion.skus.values()]
    contracts = [each.contract for each in suggestion.retailers.values() if each.contract]
    cancelled = [each.line for each in suggestion.cancellations]
    return ImportSummary(
        file=file,
        digest=history.digest,
        outcome=imported.outcome,
        network=imported.network_code,
        lines_total=len(history.originals),
        lines_taken=len(suggestion.sales) + len(cancelled),
        lines_refused=len(refused),
        sales=len(suggestion.sales),
        cancellations=len(cancelled),
        refused=dict(Counter(line.reason.value for line in refused).most_common()),
        invoices=len({line.invoice for line in (*suggestion.sales, *cancelled)}),
        retailers=len(suggestion.retailers),
        skus=len(suggestion.skus),
        list_prices=sum(len(each.prices) for each in steps),
        quantity_breaks=sum(len(each.prices) - 1 for each in steps),
        contracts=len(contracts),
        contract_prices=sum(len(each.prices) for by_sku in contracts for each in by_sku.values()),
        stock_units=sum(sku.sold for sku in suggestion.skus.values()),
        currency=suggestion.currency,
        sales_minor=total_of(suggestion.sales, suggestion.currency).minor,
        cancelled_minor=total_of(cancelled, suggestion.currency).minor,
        errors_file=errors_file,
    )


def print_summary(
    console: Console, summary: ImportSummary, history: History, suggestion: Suggestion
) -> None:
    console.print(_lines(summary))
    console.print(_made(summary, suggestion))
    if summary.lines_refused:
        console.print(_refused(history, suggestion))
    console.print(f"Every refused line, with its reason: {summary.errors_file}", markup=False)


def _lines(summary: ImportSummary) -> Table:
    table = Table(title=f"{summary.lines_total:,} lines", title_justify="left")
    table.add_column("Lines")
    table.add_column("Count", justify="right")
    table.add_column("Share", justify="right")
    table.add_column("Amount", justify="right")
    rows = (
        ("sales taken", summary.sales, summary.sales_minor),
        ("cancellations taken", summary.cancellations, -summary.cancelled_minor),
        ("refused", summary.lines_refused, None),
    )
    for name, count, minor in rows:
        share = f"{100 * count / summary.lines_total:.2f} %"
        amount = "" if minor is None else str(Money(minor, summary.currency))
        table.add_row(name, f"{count:,}", share, amount)
    return table


def _made(summary: ImportSummary, suggestion: Suggestion) -> Table:
    table = Table(title="What the data suggest", title_justify="left")
    table.add_column("What")
    table.add_column("Count", justify="right")
    table.add_column("Such as")
    skus, retailers = suggestion.skus.values(), suggestion.retailers.values()
    largest = sorted(retailers, key=lambda each: -each.bought_minor)
    best = sorted(skus, key=lambda each: -each.sold)
    broken = [each for each in best if len(each.prices.prices) > 1]
    agreed = [
        f"{each.name}, {code}: {_shown(steps)}"
        for each in largest
        for code, steps in list(each.contract.items())[:1]
    ]
    listed = (f"{each.code}: {_shown(each.prices)}" for each in best)
    breaks = (f"{each.code}: {_shown(each.prices)}" for each in broken)
    limits = (str(Money(each.bought_minor, summary.currency)) for each in largest)
    rows: tuple[tuple[str, int, Iterable[str]], ...] = (
        ("retailers", summary.retailers, (f"{each.name} ({each.country})" for each in largest)),
        ("SKUs", summary.skus, (f"{each.code} {each.name}" for each in best)),
        ("list prices", summary.list_prices, listed),
        ("quantity breaks", summary.quantity_breaks, breaks),
        ("contracts", summary.contracts, agreed),
        ("contract prices", summary.contract_prices, ()),
        ("units in stock", summary.stock_units, (f"{each.sold:,} of {each.code}" for each in best)),
        ("credit limits", summary.retailers, limits),
    )
    for name, count, samples in rows:
        table.add_row(name, f"{count:,}", escape("\n".join(islice(samples, SAMPLES))))
    return table


def _shown(steps: Steps) -> str:
    return ", ".join(
        f"{price:f} from {minimum}"
        for minimum, price in zip(steps.minimums, steps.prices, strict=True)
    )


def _refused(history: History, suggestion: Suggestion) -> Table:
    table = Table(title="Refused", title_justify="left")
    table.add_column("Reason")
    table.add_column("Lines", justify="right")
    table.add_column("First")
    refused = refused_of(history, suggestion)
    counted = Counter(line.reason for line in refused)
    first: dict[Reason, RefusedLine] = {}
    for line in refused:
        first.setdefault(line.reason, line)
    for reason, count in counted.most_common():
        sample = first[reason]
        words = f"line {sample.number}: {sample.words(Locale.EN)}"
        table.add_row(reason.value, f"{count:,}", escape(words))
    return table
