"""Forecasts: made from demand by whatever method errs least, and kept until the next ones."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from tradeline import forecasting
from tradeline.kernel import Actor, Connection, Permission, raise_any
from tradeline.replenishment.model import (
    HORIZON_DAYS,
    DemandSeries,
    StoredForecast,
)
from tradeline.replenishment.planning import cover
from tradeline.replenishment.queries import demand, forecasts, planning
from tradeline.replenishment.queries.forecasts import NewForecast
from tradeline.replenishment.rules import judge_skus
from tradeline.replenishment.service.demand import series_of

# So many are stored in one statement.
TOGETHER = 2_000


async def make_forecasts(
    conn: Connection, *, actor: Actor, sku_ids: Sequence[int]
) -> list[StoredForecast]:
    """Forecast some SKUs of the actor's organization now, from demand up to yesterday.

    Raises:
        Forbidden: without `replenishment:manage`.
        Rejected: InvalidValue for none or too many.
    """
    actor.require(Permission.REPLENISHMENT_MANAGE)
    raise_any(judge_skus(sku_ids))
    network_id, org_id = actor.network_id, actor.org_id
    series = await series_of(conn, network_id=network_id, org_id=org_id, sku_ids=sku_ids)
    # SKUs may be asked for of many warehouses: nobody else of the process waits for all of them.
    made = await asyncio.to_thread(forecast_series, series)
    await store_forecasts(conn, network_id=network_id, org_id=org_id, made=made)
    return await forecasts.fetch_forecasts(conn, network_id, org_id, sku_ids, None)


async def ask_for_forecasts(conn: Connection, *, actor: Actor) -> int:
    """Have the worker forecast all that the actor's organization is asked for, and propose what has
    to come, within the next minutes; the organization's id.

    Raises Forbidden without `replenishment:manage`.
    """
    actor.require(Permission.REPLENISHMENT_MANAGE)
    await forecasts.ask_for_forecasts(conn, actor.network_id, actor.org_id)
    return actor.org_id


async def claim_due_forecasts(conn: Connection, *, limit: int) -> list[tuple[int, int]]:
    """(Network, organization) that say terms and have no forecasts of today, or have asked for
    them. For the owner's connection; they are claimed for the day, and the caller makes them."""
    return await forecasts.claim_due(conn, limit)


def forecast_series(series: Sequence[DemandSeries]) -> list[NewForecast]:
    """Choose a method for each, and forecast by it. Pure, and as slow as there are many."""
    given = [
        forecasting.Series(
            quantities=np.array(one.quantities, dtype=np.float64), unknown=np.array(one.unknown)
        )
        for one in series
    ]
    choices = forecasting.choose(given)
    expected = forecasting.forecast(given, choices, days=HORIZON_DAYS)
    return [
        NewForecast(
            warehouse_id=one.warehouse_id,
            sku_id=one.sku_id,
            method=choice.method,
            mase=_decimal(choice.mase),
            bias=_decimal(choice.bias),
            sigma_milli=_milli(np.array([forecast.sigma_per_day]))[0],
            mean_milli=_milli(forecast.mean),
            low_milli=_milli(forecast.low),
            high_milli=_milli(forecast.high),
            explanation=_explained(one, choice),
        )
        for one, choice, forecast in zip(series, choices, expected, strict=True)
    ]


async def store_forecasts(
    conn: Connection,
    *,
    network_id: int,
    org_id: int,
    made: Sequence[NewForecast],
    first_day: date | None = None,
    is_all: bool = False,
) -> None:
    """Store forecasts of the days from today on, or from the day that follows what they were made
    of, if midnight may have passed since; in place of those before. With `is_all`, those of what
    nobody asks for any more go. For modules that have checked the actor."""
    first_day = first_day or await demand.get_today(conn)
    for start in range(0, len(made), TOGETHER):
        part = made[start : start + TOGETHER]
        await forecasts.store_forecasts(conn, network_id, org_id, first_day, part, HORIZON_DAYS)
    if is_all:
        await forecasts.forget_older(conn, network_id, org_id, first_day)


async def load_forecasts(
    conn: Connection, *, actor: Actor, sku_ids: Sequence[int], warehouse_id: int | None = None
) -> list[StoredForecast]:
    """What the actor's organization expects of some SKUs, by SKU and warehouse. One statement.

    Raises Forbidden without `replenishment:read`.
    """
    actor.require(Permission.REPLENISHMENT_READ)
    return await forecasts.fetch_forecasts(
        conn, actor.network_id, actor.org_id, sku_ids, warehouse_id
    )


async def days_of_cover(
    conn: Connection,
    *,
    actor: Actor,
    sku_id: int,
    forecasts: Sequence[StoredForecast],
    warehouse_id: int | None = None,
) -> Decimal | None:
    """For how many days, as these forecasts expect them, what is free and what comes will last, in
    all own warehouses or one; None where nothing is expected.

    Raises Forbidden without `replenishment:read`.
    """
    actor.require(Permission.REPLENISHMENT_READ)
    daily = sum((sum(one.mean, Decimal(0)) / len(one.mean) for one in forecasts), Decimal(0))
    if not daily:
        return None
    positions = await planning.fetch_positions(conn, actor.network_id, actor.org_id, [sku_id])
    units = sum(
        position.units
        for (place_id, _), position in positions.items()
        if warehouse_id is None or place_id == warehouse_id
    )
    return cover(units, daily)


def _explained(series: DemandSeries, choice: forecasting.Choice) -> dict[str, Any]:
    errors = {method: _decimal(error) for method, error in choice.errors.items()}
    return {
        "parameters": {name: str(_decimal(value)) for name, value in choice.parameters.items()},
        "errors": {method: str(error) for method, error in errors.items() if error is not None},
        "days": len(series.quantities),
        "unknown_days": sum(series.unknown),
        "promoted_days": sum(series.promoted),
    }


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.6f}")


def _milli(values: npt.NDArray[np.float64]) -> list[int]:
    rounded: list[int] = np.rint(values * 1000).astype(np.int64).tolist()
    return rounded
