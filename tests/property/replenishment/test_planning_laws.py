"""Proposals against a plain simulation of stock over time, and the laws of their arithmetic."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradeline.replenishment import Position, ProposalKind, Term
from tradeline.replenishment.model import NewProposalLine
from tradeline.replenishment.planning import (
    LeadTimeUsed,
    Need,
    Offer,
    Stand,
    cut_to_budget,
    judge_need,
    plan_purchase,
    plan_transfers,
    still_needed,
)

DAYS = 4_000


def a_stand(
    position: Position,
    *,
    daily: int = 20,
    sigma: int = 0,
    lead: int = 5,
    spread: int = 0,
    warehouse: int = 1,
    **term: int,
) -> Stand:
    """Looked after by terms of an edge; `daily` and `sigma` are whole units."""
    said = Term(relationship_id=1, lead_time_days=lead, **term)  # type: ignore[arg-type]
    return Stand(
        warehouse_id=warehouse,
        sku_id=1,
        position=position,
        mean_milli=[daily * 1000] * 56,
        sigma_milli=sigma * 1000,
        method="moving_average",
        term=said,
        lead_time=LeadTimeUsed(days=Decimal(lead), spread_days=Decimal(spread), source="term"),
    )


def an_offer(step: int = 1, minimum: int = 1) -> Offer:
    return Offer(relationship_id=1, pack_id=1, pack_units=step, minimum=minimum, step=step)


def simulated(
    seed: int, *, daily: int, sigma: int, lead: int, spread: int, review: int, service_bp: int
) -> float:
    """In which share of the cycles nothing ran out, when every proposal is followed.

    Demand waits when there is nothing: then what is on hand, less what waits, is below zero just
    before goods come.
    """
    chance = random.Random(seed)
    on_hand = daily * (lead + review)
    coming: list[tuple[int, int]] = []
    cycles = well = 0
    for day in range(DAYS):
        arrived = [order for order in coming if order[0] <= day]
        if arrived:
            cycles += 1
            well += on_hand >= 0
            on_hand += sum(units for _, units in arrived)
            coming = [order for order in coming if order[0] > day]
        if day % review == 0:
            position = Position(
                on_hand=max(on_hand, 0),
                incoming=sum(units for _, units in coming),
                backorders=max(-on_hand, 0),
            )
            terms = {"review_days": review, "service_level_bp": service_bp}
            stand = a_stand(position, daily=daily, sigma=sigma, lead=lead, spread=spread, **terms)
            line = plan_purchase(judge_need(stand), an_offer())
            if line is not None:
                days = max(0, round(chance.gauss(lead, spread)))
                coming.append((day + days, line.quantity))
        on_hand -= max(0, round(chance.gauss(daily, sigma)))
    return well / cycles


@pytest.mark.parametrize("service_bp", [8000, 9500])
@pytest.mark.parametrize(
    ("lead", "spread", "review", "sigma"),
    [(3, 0, 7, 5), (7, 0, 1, 6), (10, 1, 7, 5), (5, 2, 14, 4)],
)
def test_no_more_cycles_run_out_than_was_chosen(
    service_bp: int, lead: int, spread: int, review: int, sigma: int
) -> None:
    share = simulated(
        7,
        daily=20,
        sigma=sigma,
        lead=lead,
        spread=spread,
        review=review,
        service_bp=service_bp,
    )

    # So many cycles as there are tell the share to about two hundredths.
    assert share >= service_bp / 10_000 - 0.03


def test_a_lower_level_of_service_runs_out_more_often_and_not_at_all_is_never_promised() -> None:
    """The simulation can tell the difference: else the test above would say nothing."""
    shares = [
        simulated(11, daily=20, sigma=6, lead=5, spread=1, review=7, service_bp=service_bp)
        for service_bp in (5000, 8000, 9900)
    ]

    assert shares == sorted(shares)
    assert shares[0] < 0.75 < shares[2]


positions = st.builds(
    Position,
    on_hand=st.integers(0, 500),
    held=st.integers(0, 200),
    incoming=st.integers(0, 300),
    backorders=st.integers(0, 100),
)


@given(
    position=positions,
    daily=st.integers(0, 50),
    sigma=st.integers(0, 30),
    lead=st.integers(0, 40),
    step=st.integers(1, 24),
    minimum=st.integers(1, 100),
    service=st.integers(5000, 9999),
    longest=st.one_of(st.none(), st.integers(1, 90)),
)
def test_nothing_is_ordered_beyond_what_the_arithmetic_gives(
    position: Position,
    daily: int,
    sigma: int,
    lead: int,
    step: int,
    minimum: int,
    service: int,
    longest: int | None,
) -> None:
    terms = {"service_level_bp": service} | ({} if longest is None else {"max_cover_days": longest})
    need = judge_need(a_stand(position, daily=daily, sigma=sigma, lead=lead, **terms))

    assert need.need == max(0, need.target - position.units)
    line = plan_purchase(need, an_offer(step, minimum)) if need.need else None
    if line is None:
        return
    assert line.quantity % step == 0
    assert line.quantity >= minimum
    # Without the last pack it would be too little, or less than the minimum.
    assert line.quantity - step < max(need.need, minimum)
    if longest is not None:
        assert position.units + line.quantity <= daily * longest
    # Before it was ordered, all of it was needed; then nothing is, but where a cap kept it short.
    assert still_needed(line, position) == line.quantity
    after = Position(
        on_hand=position.on_hand,
        held=position.held,
        incoming=position.incoming + line.quantity,
        backorders=position.backorders,
    )
    assert (still_needed(line, after) == 0) == (after.units >= need.target)
    assert still_needed(line, after) <= line.quantity


@given(st.lists(st.tuples(positions, st.integers(0, 50)), min_size=2, max_size=5))
def test_what_moves_is_needed_there_and_not_missed_where_it_comes_from(
    stands: Sequence[tuple[Position, int]],
) -> None:
    needs = [
        judge_need(a_stand(position, daily=daily, warehouse=number))
        for number, (position, daily) in enumerate(stands, start=1)
    ]
    by_warehouse = {need.stand.warehouse_id: need for need in needs}

    lines, left = plan_transfers(needs)

    for number, need in by_warehouse.items():
        taken = sum(line.quantity for line in lines if line.from_warehouse_id == number)
        given_to = sum(line.quantity for line in lines if line.warehouse_id == number)
        assert taken <= need.surplus
        assert given_to <= need.need
        assert not (taken and given_to)
        [rest] = [one for one in left if one.stand.warehouse_id == number]
        assert rest.need == need.need - given_to
    surplus = sum(need.surplus for need in needs if not need.need)
    assert sum(line.quantity for line in lines) == min(surplus, sum(need.need for need in needs))


@given(
    wants=st.lists(
        st.tuples(st.integers(1, 60), st.integers(1, 5_000), st.integers(0, 9), st.integers(1, 6)),
        max_size=8,
    ),
    left=st.integers(0, 20_000),
)
def test_a_budget_is_kept_and_the_most_urgent_come_first(
    wants: Sequence[tuple[int, int, int, int]], left: int
) -> None:
    lines = [
        NewProposalLine(
            kind=ProposalKind.BUY,
            warehouse_id=1,
            sku_id=number,
            quantity=packs * step,
            arithmetic={"steps": [("quantity", "")], "minimum": 1, "step": step},
            days_of_cover=Decimal(cover),
            currency="CNY",
            amount_minor=packs * price,
        )
        for number, (packs, price, cover, step) in enumerate(wants)
    ]

    kept = {line.sku_id: line for line in cut_to_budget(lines, {"CNY": left})}

    assert sum(line.amount_minor or 0 for line in kept.values()) <= left
    urgent = sorted(lines, key=lambda line: (line.days_of_cover or Decimal(0), line.sku_id))
    spent = 0
    for line in urgent:
        spent += line.amount_minor or 0
        if spent > left:
            break
        assert kept[line.sku_id] == line
    assert all(line.quantity % line.arithmetic["step"] == 0 for line in kept.values())
    assert cut_to_budget(lines, {"USD": 0}) == lines


def test_needs_keep_their_order() -> None:
    needs: list[Need] = [judge_need(a_stand(Position(), warehouse=n)) for n in (3, 1, 2)]

    assert plan_transfers(needs)[1] == needs
