"""Forecasts as they are stored: in thousandths, the newest of each warehouse and SKU."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tradeline.kernel import Connection
from tradeline.replenishment.model import StoredForecast

# The days of all forecasts lie end to end, so many of each.
STORE_FORECASTS = """
    INSERT INTO replenishment.forecast AS forecast
           (network_id, org_id, warehouse_id, sku_id, made_at, first_day, method, mase, bias,
            sigma_milli, explanation, mean_milli, low_milli, high_milli)
    SELECT $1, $2, made.warehouse_id, made.sku_id, now(), $3, made.method, made.mase, made.bias,
           made.sigma_milli, made.explanation,
           ($11::bigint[])[(made.n - 1) * $14 + 1:made.n * $14],
           ($12::bigint[])[(made.n - 1) * $14 + 1:made.n * $14],
           ($13::bigint[])[(made.n - 1) * $14 + 1:made.n * $14]
      FROM unnest($4::bigint[], $5::bigint[], $6::text[], $7::numeric[], $8::numeric[],
                  $9::bigint[], $10::jsonb[])
           WITH ORDINALITY
           AS made (warehouse_id, sku_id, method, mase, bias, sigma_milli, explanation, n)
        ON CONFLICT (network_id, org_id, warehouse_id, sku_id)
        DO UPDATE SET made_at = excluded.made_at,
                      first_day = excluded.first_day,
                      method = excluded.method,
                      mase = excluded.mase,
                      bias = excluded.bias,
                      sigma_milli = excluded.sigma_milli,
                      explanation = excluded.explanation,
                      mean_milli = excluded.mean_milli,
                      low_milli = excluded.low_milli,
                      high_milli = excluded.high_milli
"""

# Of what nobody has asked for in the whole of the history that is looked at.
FORGET_OLDER = """
    DELETE FROM replenishment.forecast
     WHERE network_id = $1 AND org_id = $2 AND first_day < $3
"""

FETCH_FORECASTS = """
    SELECT forecast.warehouse_id, forecast.sku_id, forecast.made_at, forecast.first_day,
           forecast.method, forecast.mase, forecast.bias, forecast.sigma_milli,
           forecast.mean_milli, forecast.low_milli, forecast.high_milli, forecast.explanation
      FROM replenishment.forecast AS forecast
     WHERE forecast.network_id = $1
       AND forecast.org_id = $2
       AND forecast.sku_id = ANY($3::bigint[])
       AND ($4::bigint IS NULL OR forecast.warehouse_id = $4)
     ORDER BY forecast.sku_id, forecast.warehouse_id
"""

# Whoever says terms is planned for: each day anew, or when it is asked for.
CLAIM_DUE = """
    INSERT INTO replenishment.desk AS desk (network_id, org_id, forecast_at)
    SELECT DISTINCT term.network_id, term.org_id, now()
      FROM replenishment.term AS term
     WHERE NOT EXISTS (
               SELECT
                 FROM replenishment.desk AS known
                WHERE known.network_id = term.network_id
                  AND known.org_id = term.org_id
                  AND (known.forecast_at AT TIME ZONE interval '8 hours')::date
                      >= (now() AT TIME ZONE interval '8 hours')::date)
     LIMIT $1
        ON CONFLICT (network_id, org_id) DO UPDATE SET forecast_at = excluded.forecast_at
    RETURNING desk.network_id, desk.org_id
"""

ASK_FOR_FORECASTS = """
    INSERT INTO replenishment.desk AS desk (network_id, org_id)
    VALUES ($1, $2)
        ON CONFLICT (network_id, org_id) DO UPDATE SET forecast_at = NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewForecast:
    """In thousandths of a base unit, as many days for each that is stored together."""

    warehouse_id: int
    sku_id: int
    method: str
    mase: Decimal | None
    bias: Decimal | None
    sigma_milli: int
    mean_milli: Sequence[int]
    low_milli: Sequence[int]
    high_milli: Sequence[int]
    explanation: Mapping[str, Any]


async def store_forecasts(
    conn: Connection,
    network_id: int,
    org_id: int,
    first_day: date,
    forecasts: Sequence[NewForecast],
    days: int,
) -> None:
    await conn.execute(
        STORE_FORECASTS,
        network_id,
        org_id,
        first_day,
        [one.warehouse_id for one in forecasts],
        [one.sku_id for one in forecasts],
        [one.method for one in forecasts],
        [one.mase for one in forecasts],
        [one.bias for one in forecasts],
        [one.sigma_milli for one in forecasts],
        [json.dumps(one.explanation) for one in forecasts],
        [units for one in forecasts for units in one.mean_milli],
        [units for one in forecasts for units in one.low_milli],
        [units for one in forecasts for units in one.high_milli],
        days,
    )


async def forget_older(conn: Connection, network_id: int, org_id: int, first_day: date) -> None:
    await conn.execute(FORGET_OLDER, network_id, org_id, first_day)


async def fetch_forecasts(
    conn: Connection,
    network_id: int,
    org_id: int,
    sku_ids: Sequence[int],
    warehouse_id: int | None,
) -> list[StoredForecast]:
    rows = await conn.fetch(FETCH_FORECASTS, network_id, org_id, sku_ids, warehouse_id)
    return [
        StoredForecast(
            warehouse_id=row["warehouse_id"],
            sku_id=row["sku_id"],
            made_at=row["made_at"],
            first_day=row["first_day"],
            method=row["method"],
            mase=row["mase"],
            bias=row["bias"],
            sigma=Decimal(row["sigma_milli"]) / 1000,
            mean=_units(row["mean_milli"]),
            low=_units(row["low_milli"]),
            high=_units(row["high_milli"]),
            explanation=json.loads(row["explanation"]),
        )
        for row in rows
    ]


async def claim_due(conn: Connection, limit: int) -> list[tuple[int, int]]:
    """(Network, organization) whose forecasts are not of today; the caller makes them."""
    rows = await conn.fetch(CLAIM_DUE, limit)
    return [(row["network_id"], row["org_id"]) for row in rows]


async def ask_for_forecasts(conn: Connection, network_id: int, org_id: int) -> None:
    await conn.execute(ASK_FOR_FORECASTS, network_id, org_id)


def _units(milli: Sequence[int]) -> tuple[Decimal, ...]:
    return tuple(Decimal(value) / 1000 for value in milli)
