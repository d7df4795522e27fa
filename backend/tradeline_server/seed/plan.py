"""The plot: four months of trading, thrown with loaded dice that fall the same way every time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import TypeVar

from tradeline_server.seed.acts import (
    Act,
    Adjust,
    BlockCredit,
    CancelOrder,
    ConfirmOrder,
    CountStock,
    DecidePayment,
    DecideReturn,
    Line,
    Moment,
    Pay,
    PlaceOrder,
    ReceiveShipment,
    RedateLine,
    RequestReturn,
    ReviewOrder,
    Scene,
    ShipOrder,
    SuspendEdge,
    WriteOff,
)
from tradeline_server.seed.goods import (
    ASSORTMENTS,
    NEVER_IN_STOCK,
    TEAS,
    StoryAssortment,
    StorySku,
    select,
)
from tradeline_server.seed.story import (
    BOTTLER,
    BRAND,
    BREWER,
    EDGES,
    HISTORY_DAYS,
    RETAILER_1,
    RETAILER_2,
    RETAILER_3,
    RETAILER_4,
    RETAILER_5,
    RETAILER_6,
    TRADER_A,
    TRADER_B,
    Ends,
    StoryEdge,
)

SEED = 20
SHORT = (
    "断货，下批到货再补 / out of stock until the next batch",
    "临期品不发 / too close to expiry",
)
BROKEN = "两瓶破损 / two bottles broken"
CHANGED = "客户改期，取消 / customer moved the event, cancelled"
OVERDUE = "逾期未付 / overdue"

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How a buyer orders on an edge: every so many days, so many lines of so many cases."""

    ends: Ends
    every: int
    lines: tuple[int, int]
    cases: tuple[int, int]
    goods: tuple[str, ...]
    from_day: int = HISTORY_DAYS - 4
    to_day: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """How a buyer pays on an edge: every so many days, tenths of what it owes or a fixed sum."""

    ends: Ends
    every: int
    tenths: int = 0
    yuan: int = 0
    method: str = "bank"
    recorded_by_seller: bool = False
    to_day: int = 8


HABITS = (
    Habit(
        ends=(BREWER, BRAND), every=20, lines=(6, 9), cases=(20, 60), goods=("DRV", "TBV", "WIN")
    ),
    Habit(ends=(BOTTLER, BRAND), every=17, lines=(6, 10), cases=(30, 80), goods=TEAS),
    Habit(ends=(BRAND, TRADER_A), every=11, lines=(12, 18), cases=(6, 16), goods=("",)),
    Habit(
        ends=(BRAND, TRADER_B),
        every=13,
        lines=(10, 15),
        cases=(6, 14),
        goods=(*TEAS, "DRV", "WIN"),
    ),
    Habit(
        ends=(TRADER_A, RETAILER_1),
        every=5,
        lines=(4, 8),
        cases=(1, 6),
        goods=("CBT", "FRT", "DRV", "TBV", "WIN"),
    ),
    Habit(
        ends=(TRADER_A, RETAILER_2),
        every=7,
        lines=(3, 6),
        cases=(1, 4),
        goods=("SPK", "DRV", "TBV"),
    ),
    Habit(
        ends=(TRADER_A, RETAILER_3),
        every=6,
        lines=(4, 8),
        cases=(1, 5),
        goods=("CBT", "FRT", "SPK", "WIN"),
    ),
    Habit(
        ends=(TRADER_A, RETAILER_4),
        every=8,
        lines=(4, 7),
        cases=(1, 3),
        goods=(*TEAS, "WIN", "GFT"),
    ),
    Habit(
        ends=(TRADER_A, RETAILER_5),
        every=9,
        lines=(3, 5),
        cases=(1, 3),
        goods=("FRT", "TBV"),
        to_day=42,
    ),
    Habit(
        ends=(TRADER_B, RETAILER_2),
        every=8,
        lines=(3, 5),
        cases=(1, 3),
        goods=("CBT", "FRT"),
        to_day=70,
    ),
    Habit(
        ends=(TRADER_B, RETAILER_3),
        every=7,
        lines=(3, 7),
        cases=(1, 5),
        goods=("CBT", "SPK", "DRV"),
    ),
    Habit(
        ends=(TRADER_B, RETAILER_5),
        every=9,
        lines=(3, 6),
        cases=(1, 4),
        goods=("CBT", "SPK", "DRV"),
    ),
    Habit(
        ends=(TRADER_B, RETAILER_6),
        every=6,
        lines=(3, 6),
        cases=(1, 2),
        goods=("WIN", "SPK-YW", "SPK-HY", "DRV-HT"),
    ),
)

PAYERS = (
    Payer(ends=(BREWER, BRAND), every=30, tenths=7),
    Payer(ends=(BOTTLER, BRAND), every=30, tenths=7, method="bill"),
    Payer(ends=(BRAND, TRADER_A), every=15, tenths=7),
    Payer(ends=(BRAND, TRADER_B), every=15, tenths=6, method="bill"),
    Payer(ends=(TRADER_A, RETAILER_1), every=14, tenths=8),
    Payer(ends=(TRADER_A, RETAILER_2), every=20, tenths=7),
    Payer(ends=(TRADER_A, RETAILER_3), every=15, tenths=8, method="online"),
    Payer(ends=(TRADER_A, RETAILER_4), every=25, yuan=6_000, to_day=3),
    Payer(ends=(TRADER_A, RETAILER_5), every=30, tenths=3, to_day=60),
    Payer(ends=(TRADER_B, RETAILER_2), every=20, tenths=8, to_day=50),
    Payer(ends=(TRADER_B, RETAILER_3), every=10, tenths=8, method="online"),
    Payer(ends=(TRADER_B, RETAILER_5), every=18, tenths=7, method="cash", recorded_by_seller=True),
    Payer(ends=(TRADER_B, RETAILER_6), every=20, tenths=9, method="online"),
)


def plan() -> list[Scene]:
    """All scenes, in order of time. The same at every call."""
    plot = _Plot()
    for position, habit in enumerate(HABITS):
        plot.trade(habit, _Dice(SEED * 1_000 + position))
    for position, payer in enumerate(PAYERS):
        plot.settle(payer, _Dice(SEED * 2_000 + position))
    plot.incidents()
    plot.today(_Dice(SEED * 3_000))
    return sorted(plot.scenes, key=lambda scene: scene[0].place)


class _Dice:
    """Only `Random.random` is promised to give the same numbers in every version of Python."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def below(self, bound: int) -> int:
        return int(self._random.random() * bound)

    def between(self, bounds: tuple[int, int]) -> int:
        low, high = bounds
        return low + self.below(high - low + 1)

    def happens(self, percent: int) -> bool:
        return self.below(100) < percent

    def pick(self, items: Sequence[Item], number: int) -> list[Item]:
        """So many different ones."""
        rest = list(items)
        return [rest.pop(self.below(len(rest))) for _ in range(min(number, len(rest)))]


@dataclass(slots=True)
class _Plot:
    scenes: list[Scene] = field(default_factory=list)
    keys: Iterator[int] = field(default_factory=lambda: count(1))

    def trade(self, habit: Habit, dice: _Dice) -> None:
        """Orders of one edge and what becomes of them, until yesterday."""
        edge = next(edge for edge in EDGES if edge.ends == habit.ends)
        goods = goods_of(habit)
        day = habit.from_day - dice.below(habit.every)
        while day >= habit.to_day:
            lines = tuple(
                Line(sku.code, sku.case_code, dice.between(habit.cases))
                for sku in dice.pick(goods, dice.between(habit.lines))
            )
            self._follow(edge, lines, day, dice)
            day -= habit.every - 1 + dice.below(3)

    def _follow(self, edge: StoryEdge, lines: tuple[Line, ...], day: int, dice: _Dice) -> None:
        """One order from its placing to its end, or as far as it has come by yesterday."""
        key = next(self.keys)
        morning = 8 * 60 + dice.below(180)
        wanted = 4 if dice.happens(30) else None
        self._add(day, morning, PlaceOrder(key, edge.ends, lines, wanted_in_days=wanted))
        if edge.reviews:
            if dice.happens(6):
                refusal = ReviewOrder(key, approves=False, reason=OVERDUE)
                self._add(day, 11 * 60 + dice.below(60), refusal)
                return
            self._add(day, 11 * 60 + dice.below(60), ReviewOrder(key))
        if dice.happens(5):
            self._add(day, 13 * 60 + dice.below(20), CancelOrder(key, CHANGED))
            return
        refused = 0
        if edge.confirms:
            shares: tuple[tuple[int, int, str], ...] = ()
            if dice.happens(5):
                shares = tuple((line, 0, SHORT[0]) for line in range(len(lines)))
            elif dice.happens(20):
                shares = ((dice.below(len(lines)), 5 * dice.below(2), SHORT[dice.below(2)]),)
            refused = sum(tenths == 0 for _, tenths, _ in shares)
            minute = 13 * 60 + 30 + dice.below(240)
            self._add(day, minute, ConfirmOrder(key, 1 + dice.below(3), shares))
        if refused < len(lines):
            self._deliver(edge, key, len(lines) - refused, day, dice)

    def _deliver(self, edge: StoryEdge, key: int, lines: int, day: int, dice: _Dice) -> None:
        """Ship in one part or two, receive what came, give some back."""
        day -= 1 + dice.below(2)
        parts = 2 if lines > 2 and dice.happens(15) else 1
        if parts == 2 and edge.confirms:
            self._add(day, 9 * 60, RedateLine(key, 1, 3))
        for part in range(parts):
            self._add(day, 10 * 60 + dice.below(120), ShipOrder(key, part + 1 < parts))
            arrival = day - 1 - dice.below(2)
            if edge.receives:
                minute = 14 * 60 + dice.below(180)
                self._add(arrival, minute, self._count(key, dice))
            day = arrival - 1
        if dice.happens(5):
            self._add(day - 1, 10 * 60, RequestReturn(key, 2, BROKEN))
            refusal = "" if dice.happens(70) else "签收时完好 / signed for as intact"
            self._add(day - 2, 15 * 60, DecideReturn(key, not refusal, refusal))

    @staticmethod
    def _count(key: int, dice: _Dice) -> ReceiveShipment:
        if dice.happens(9):
            return ReceiveShipment(key, ((0, -2),), BROKEN)
        if dice.happens(4):
            return ReceiveShipment(key, ((0, 1),), "多发一瓶，照收 / one bottle more, kept")
        return ReceiveShipment(key)

    def settle(self, payer: Payer, dice: _Dice) -> None:
        """Payments of one edge; the payee looks into its account the day after."""
        day = HISTORY_DAYS - (1 if payer.yuan else payer.every)
        while day >= payer.to_day:
            key = next(self.keys)
            # A deposit comes before the first order; who pays in advance pays more at first.
            yuan = payer.yuan * (3 if day == HISTORY_DAYS - 1 else 1)
            minute = 9 * 60 if yuan else 16 * 60 + dice.below(120)
            pay = Pay(key, payer.ends, payer.tenths, yuan, payer.method, payer.recorded_by_seller)
            self._add(day, minute, pay)
            if not payer.recorded_by_seller:
                self._add(day - 1, 9 * 60 + 30 + dice.below(60), DecidePayment(key))
            day -= payer.every

    def incidents(self) -> None:
        """What happened once."""
        self._add(58, 17 * 60, SuspendEdge((TRADER_B, RETAILER_2), "改由浦帆独家供货 / now A's"))
        self._add(34, 17 * 60, BlockCredit((TRADER_A, RETAILER_5)))
        for days_ago in range(105, 0, -15):
            for org in (RETAILER_1, RETAILER_3):
                self._add(days_ago, 19 * 60, CountStock(org, 4, "门店盘点 / count"))
        broken = "托盘倾倒 / pallet tipped over"
        self._add(40, 18 * 60, WriteOff(TRADER_A, "JIADING", "DRV-PG-500", 7, broken))
        self._add(
            33,
            12 * 60,
            Adjust(
                (TRADER_A, RETAILER_1),
                "credit_note",
                260,
                "陈列补贴 / for the window display",
            ),
        )
        self._add(
            20,
            12 * 60,
            Adjust((TRADER_B, RETAILER_3), "charge", 85, "加急配送费 / express delivery"),
        )
        key = next(self.keys)
        self._add(12, 16 * 60, Pay(key, (TRADER_A, RETAILER_5), yuan=1_000))
        reason = "未到账，请核对账号 / not on our account, check the number"
        self._add(10, 9 * 60, DecidePayment(key, accepts=False, reason=reason))
        self._add(1, 16 * 60, Pay(next(self.keys), (TRADER_A, RETAILER_3), yuan=2_000))
        self._add(1, 17 * 60, Pay(next(self.keys), (BRAND, TRADER_A), yuan=20_000, method="bill"))

    def today(self, dice: _Dice) -> None:
        """Orders of these days, left lying at every step."""
        half = Line("CBT-LJ-500", "", 6)
        vinegar, wine = Line("DRV-HT-500", "CASE12", 2), Line("WIN-GH-187", "CASE24", 1)
        water, tea = Line("SPK-YW-330", "CASE24", 2), Line("CBT-LJ-500", "CASE12", 5)
        plum = Line("WIN-QM-750", "CASE6", 2)

        asked = self._order((TRADER_A, RETAILER_1), 9, (tea, plum))
        self._add(9, 13 * 60 + 30, ConfirmOrder(asked))
        self._add(8, 10 * 60, ShipOrder(asked))
        self._add(6, 15 * 60, ReceiveShipment(asked))
        self._add(2, 10 * 60, RequestReturn(asked, 3, BROKEN))

        under_way = self._order((TRADER_B, RETAILER_3), 3, (water, vinegar))
        self._add(2, 10 * 60, ShipOrder(under_way))
        half_way = self._order((BOTTLER, BRAND), 4, (Line("SPK-YW-330", "CASE24", 60), tea))
        self._add(4, 14 * 60, ConfirmOrder(half_way, promised_in_days=6))
        self._add(1, 11 * 60, ShipOrder(half_way, is_first_part=True))
        thinned = self._order((TRADER_A, RETAILER_3), 2, (tea, wine, half))
        self._add(2, 14 * 60, ConfirmOrder(thinned, promised_in_days=4))
        self._add(1, 9 * 60, CancelOrder(thinned, CHANGED, line=1))
        refused = self._order_today((TRADER_B, RETAILER_5), 200, (tea,))
        self._add_today(150, ReviewOrder(refused, approves=False, reason=OVERDUE))
        dropped = self._order_today((TRADER_A, RETAILER_2), 190, (vinegar,))
        self._add_today(170, CancelOrder(dropped, CHANGED))

        self._order_today((BRAND, TRADER_A), 180, self._many(dice))
        self._order_today((TRADER_A, RETAILER_2), 95, (vinegar, water))
        self._order_today((TRADER_A, RETAILER_1), 50, (tea, vinegar, plum))
        self._order_today((TRADER_A, RETAILER_3), 35, (tea, water))
        self._order_today((TRADER_B, RETAILER_3), 20, (tea, vinegar))
        self._order_today((BREWER, BRAND), 15, (Line("DRV-HT-500", "CASE12", 120),))

    def _order(self, ends: Ends, days_ago: int, lines: tuple[Line, ...]) -> int:
        key = next(self.keys)
        self._add(days_ago, 9 * 60, PlaceOrder(key, ends, lines))
        return key

    def _order_today(self, ends: Ends, minutes_ago: int, lines: tuple[Line, ...]) -> int:
        key = next(self.keys)
        note = "请送后门 / back door, please"
        self._add_today(minutes_ago, PlaceOrder(key, ends, lines, note, wanted_in_days=3))
        return key

    @staticmethod
    def _many(dice: _Dice) -> tuple[Line, ...]:
        skus = dice.pick(select(("CBT", "DRV", "WIN")), 12)
        return tuple(Line(sku.code, sku.case_code, 4 + dice.below(8)) for sku in skus)

    def _add(self, days_ago: int, minute: int, act: Act) -> None:
        """On a day before today; what would come later has not happened yet."""
        if days_ago >= 1:
            self.scenes.append((Moment(days_ago, minute), act))

    def _add_today(self, minutes_ago: int, act: Act) -> None:
        self.scenes.append((Moment(0, minutes_ago), act))


def goods_of(habit: Habit) -> list[StorySku]:
    """What is ordered on an edge: what the habit names, the edge may trade and the seller has."""
    seller, _ = habit.ends
    edge = next(edge for edge in EDGES if edge.ends == habit.ends)
    offered = {sku.code for found in assortments_of(edge) for sku in select(found.selections)}
    return [
        sku
        for sku in select(habit.goods)
        if sku.code in offered and (seller, sku.code) not in NEVER_IN_STOCK
    ]


def assortments_of(edge: StoryEdge) -> list[StoryAssortment]:
    return [
        found
        for found in ASSORTMENTS
        if found.seller == edge.seller and found.code in edge.assortments
    ]
