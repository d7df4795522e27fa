"""What an order history suggests: who bought, what was sold, and at which prices.

Pure. A list price with quantity breaks is what several customers paid; a contract price is what
one customer paid beside it. Every sale is then priced anew from these, and taken only if the
price is the one it was sold at: no line is taken on trust.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tradeline.kernel import Money, UnitPrice, exponent_of
from tradeline_server.history.reading import WALK_IN, HistoryLine
from tradeline_server.history.reasons import Reason, RefusedLine

# A break costs as much as it has to gain: two more sales explained are chance, three are a break.
BREAK_COST = 2

Votes = Mapping[int, Mapping[Decimal, int]]


@dataclass(frozen=True, slots=True)
class Steps:
    """Prices by quantity: `prices[i]` holds from `minimums[i]` on. Both ascend by quantity."""

    minimums: tuple[int, ...] = ()
    prices: tuple[Decimal, ...] = ()

    def at(self, quantity: int) -> Decimal | None:
        """The price of the highest minimum that the quantity reaches."""
        place = bisect_right(self.minimums, quantity)
        return self.prices[place - 1] if place else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedSku:
    """`sold` is what all taken sales need on hand."""

    code: str
    name: str
    prices: Steps
    sold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedRetailer:
    """A customer; `contract` holds the SKUs for which it has prices of its own."""

    code: str
    name: str
    name_zh: str
    country: str
    contract: Mapping[str, Steps]
    bought_minor: int


@dataclass(frozen=True, slots=True)
class CancelledPart:
    """So many units of an earlier sale, named by its line number."""

    sale_number: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A cancelling line and the sales that it takes back."""

    line: HistoryLine
    parts: tuple[CancelledPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Every line is in `sales`, `cancellations` or `refused`, and in one of them only."""

    currency: str
    skus: Mapping[str, SuggestedSku]
    retailers: Mapping[str, SuggestedRetailer]
    sales: tuple[HistoryLine, ...]
    cancellations: tuple[Cancellation, ...]
    refused: tuple[RefusedLine, ...]

    def price_of(self, customer: str, sku_code: str, quantity: int) -> Decimal | None:
        """What the suggested lists charge: a contract beats the list where it has a price."""
        retailer, sku = self.retailers.get(customer), self.skus.get(sku_code)
        contract = retailer.contract.get(sku_code) if retailer else None
        agreed = contract.at(quantity) if contract else None
        return agreed if agreed is not None or sku is None else sku.prices.at(quantity)


def amount_of(line: HistoryLine, currency: str) -> int:
    """Price times quantity in minor units, rounded half up."""
    return UnitPrice(line.unit_price, currency).times(line.quantity).minor


def suggest(lines: Sequence[HistoryLine], currency: str) -> Suggestion:
    """Judge every line, in the order of the file."""
    sales = [line for line in lines if not line.is_cancellation]
    worth = [line for line in sales if amount_of(line, currency) > 0]
    refused = [
        RefusedLine(line.number, Reason.ZERO_PRICE)
        for line in sales
        if amount_of(line, currency) == 0
    ]
    lists, contracts = suggest_prices(worth)
    taken: list[HistoryLine] = []
    for line in worth:
        agreed = contracts.get((line.customer, line.sku_code), Steps()).at(line.quantity)
        usual = lists[line.sku_code].at(line.quantity) if agreed is None else agreed
        if usual == line.unit_price:
            taken.append(line)
        else:
            values = {"usual": f"{usual:f}", "price": f"{line.unit_price:f}"}
            refused.append(RefusedLine(line.number, Reason.PRICE_DIFFERS, values))
    cancellations, unmatched = match_cancellations(lines, taken, currency)
    refused += [RefusedLine(line.number, Reason.NOTHING_TO_CANCEL) for line in unmatched]
    return Suggestion(
        currency=currency,
        skus=_suggest_skus(taken, lists),
        retailers=_suggest_retailers(taken, contracts, currency),
        sales=tuple(taken),
        cancellations=tuple(cancellations),
        refused=tuple(sorted(refused, key=lambda line: line.number)),
    )


def suggest_prices(
    sales: Sequence[HistoryLine],
) -> tuple[dict[str, Steps], dict[tuple[str, str], Steps]]:
    """List prices by SKU, and contract prices by customer and SKU."""
    paid: dict[str, dict[str, dict[int, Counter[Decimal]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(Counter))
    )
    for line in sales:
        paid[line.sku_code][line.customer][line.quantity][line.unit_price] += 1
    lists: dict[str, Steps] = {}
    contracts: dict[tuple[str, str], Steps] = {}
    for sku_code, by_customer in paid.items():
        lists[sku_code] = fit_list(_votes(by_customer.values()))
        for customer, by_quantity in by_customer.items():
            contract = fit_contract(by_quantity, lists[sku_code])
            if contract.minimums:
                contracts[customer, sku_code] = contract
    return lists, contracts


def _votes(customers: Iterable[Mapping[int, Counter[Decimal]]]) -> Votes:
    """Each customer votes once for each quantity, with the price it mostly paid."""
    votes: dict[int, Counter[Decimal]] = defaultdict(Counter)
    for by_quantity in customers:
        for quantity, prices in by_quantity.items():
            votes[quantity][_most_frequent(prices)] += 1
    return votes


def _most_frequent(prices: Counter[Decimal]) -> Decimal:
    """Of two as frequent, the one that came first."""
    return prices.most_common(1)[0][0]


def fit_list(votes: Votes) -> Steps:
    """The falling steps that leave the fewest votes unexplained, a break counted as BREAK_COST.

    Exact, by dynamic programming over the quantities: the cheapest way to each price. Ties go to
    fewer breaks, then to the higher price.
    """
    quantities = sorted(votes)
    prices = sorted({price for by_price in votes.values() for price in by_price}, reverse=True)
    # For each price: the cost of ending with it, and the breaks that led there, newest last.
    best: dict[Decimal, tuple[int, tuple[tuple[int, Decimal], ...]]] = {
        price: (0, ((1, price),)) for price in prices
    }
    for quantity in quantities:
        total = sum(votes[quantity].values())
        following: dict[Decimal, tuple[int, tuple[tuple[int, Decimal], ...]]] = {}
        cheapest: tuple[int, tuple[tuple[int, Decimal], ...]] | None = None
        for price in prices:  # falling, so `cheapest` is the best among all higher prices
            stay = best[price]
            chosen = stay
            if cheapest is not None and cheapest[0] + BREAK_COST < stay[0]:
                chosen = (cheapest[0] + BREAK_COST, (*cheapest[1], (quantity, price)))
            following[price] = (chosen[0] + total - votes[quantity].get(price, 0), chosen[1])
            if quantity > quantities[0] and (cheapest is None or stay[0] < cheapest[0]):
                cheapest = stay
        best = following
    _, steps = min(best.values(), key=lambda way: (way[0], len(way[1])))
    return Steps(tuple(step[0] for step in steps), tuple(step[1] for step in steps))


def fit_contract(by_quantity: Mapping[int, Counter[Decimal]], listed: Steps) -> Steps:
    """The fewest steps that, above the list, charge what was mostly paid for each quantity.

    Where two prices are as frequent, the list's is meant. The first step holds from one unit on,
    unless smaller quantities were bought at the list price.
    """
    minimums: list[int] = []
    prices: list[Decimal] = []
    is_first = True
    for quantity in sorted(by_quantity):
        counted = by_quantity[quantity]
        list_price = listed.at(quantity)
        wanted = _most_frequent(counted)
        if list_price is not None and counted[list_price] == counted[wanted]:
            wanted = list_price
        if wanted != (prices[-1] if prices else list_price):
            minimums.append(1 if is_first else quantity)
            prices.append(wanted)
        is_first = False
    return Steps(tuple(minimums), tuple(prices))


def match_cancellations(
    lines: Sequence[HistoryLine], sales: Sequence[HistoryLine], currency: str
) -> tuple[list[Cancellation], list[HistoryLine]]:
    """Take each cancellation from earlier sales, the latest first; and those that find too little.

    A price in fractions of a penny is only taken back by the whole line: a part of it would be
    rounded, and the file does not say which way.
    """
    taken = {line.number for line in sales}
    matched: list[Cancellation] = []
    unmatched: list[HistoryLine] = []
    open_sales: dict[tuple[str, str, Decimal], list[list[int]]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: line.number):
        key = (line.customer, line.sku_code, line.unit_price)
        if line.number in taken:
            open_sales[key].append([line.number, line.quantity])
        if not line.is_cancellation:
            continue
        is_whole = _is_payable(line.unit_price, currency)
        parts = _take_latest(open_sales[key], line.quantity, whole_lines_only=not is_whole)
        if parts:
            matched.append(Cancellation(line, tuple(parts)))
        else:
            unmatched.append(line)
    return matched, unmatched


def _is_payable(price: Decimal, currency: str) -> bool:
    scaled = price.scaleb(exponent_of(currency))
    return scaled == scaled.to_integral_value()


def _take_latest(
    open_sales: list[list[int]], quantity: int, *, whole_lines_only: bool
) -> list[CancelledPart]:
    """Lower the latest of `[line number, units left]` by `quantity`; nothing if they lack."""
    if whole_lines_only:
        for sale in reversed(open_sales):
            if sale[1] == quantity:
                sale[1] = 0
                return [CancelledPart(sale[0], quantity)]
        return []
    if sum(left for _, left in open_sales) < quantity:
        return []
    parts: list[CancelledPart] = []
    for sale in reversed(open_sales):
        part = min(sale[1], quantity)
        if part:
            parts.append(CancelledPart(sale[0], part))
            sale[1] -= part
            quantity -= part
    return parts


def _suggest_skus(
    taken: Sequence[HistoryLine], lists: Mapping[str, Steps]
) -> dict[str, SuggestedSku]:
    names: dict[str, Counter[str]] = defaultdict(Counter)
    sold: Counter[str] = Counter()
    for line in taken:
        sold[line.sku_code] += line.quantity
        if line.name:
            names[line.sku_code][line.name] += 1
    return {
        code: SuggestedSku(
            code=code,
            name=names[code].most_common(1)[0][0] if names[code] else code,
            prices=lists[code],
            sold=sold[code],
        )
        for code in sorted(sold)
    }


def _suggest_retailers(
    taken: Sequence[HistoryLine], contracts: Mapping[tuple[str, str], Steps], currency: str
) -> dict[str, SuggestedRetailer]:
    bought: Counter[str] = Counter()
    countries: dict[str, Counter[str]] = defaultdict(Counter)
    agreed: dict[str, dict[str, Steps]] = defaultdict(dict)
    for line in taken:
        bought[line.customer] += amount_of(line, currency)
        countries[line.customer][line.country] += 1
    for (customer, sku_code), steps in contracts.items():
        agreed[customer][sku_code] = steps
    return {
        code: SuggestedRetailer(
            code=code,
            name="Walk-in customer" if code == WALK_IN else f"Customer {code}",
            name_zh="散客" if code == WALK_IN else f"客户 {code}",
            country=countries[code].most_common(1)[0][0],
            contract=agreed[code],
            bought_minor=bought[code],
        )
        for code in sorted(bought)
    }


def total_of(lines: Iterable[HistoryLine], currency: str) -> Money:
    return Money(sum(amount_of(line, currency) for line in lines), currency)
