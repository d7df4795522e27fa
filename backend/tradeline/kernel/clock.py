"""The clock that the trade goes by."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

# Days and months begin at midnight in Shanghai, which has no summer time: so it takes no table of
# time zones, which not every machine has.
TRADE_ZONE = timezone(timedelta(hours=8))


def trade_day() -> date:
    """Today, where the trade is, by this machine's clock."""
    return datetime.now(TRADE_ZONE).date()
