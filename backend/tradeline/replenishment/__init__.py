"""What is sold at the end of the chain, what has to come, and what was promised of it.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.replenishment.model import (
    HISTORY_DAYS,
    HORIZON_DAYS,
    LINES_AT_ONCE_MAX,
    Budget,
    DemandBy,
    DemandRow,
    DemandSeries,
    Position,
    ProposalFilter,
    ProposalKind,
    ProposalLine,
    ProposalState,
    StoredForecast,
    Take,
    Term,
)
from tradeline.replenishment.promises import (
    Awaited,
    Pegged,
    Promise,
    Supplied,
    expected_on,
    peg,
    promise_bundle,
)
from tradeline.replenishment.scorecards import (
    DELIVERIES_MIN,
    Figures,
    LeadTime,
    Scorecard,
)
from tradeline.replenishment.service.demand import (
    count_demand,
    load_demand,
    load_sell_in,
    recount_demand,
    series_of,
    watch_stock,
)
from tradeline.replenishment.service.promises import (
    promises,
    trade_day,
)
from tradeline.replenishment.service.scorecards import (
    lead_times,
    scorecards,
)
from tradeline.replenishment.service.telling import (
    MOVING,
    note_expectations,
    tell_moved,
)

__all__ = [
    "DELIVERIES_MIN",
    "HISTORY_DAYS",
    "HORIZON_DAYS",
    "LINES_AT_ONCE_MAX",
    "MOVING",
    "Awaited",
    "Budget",
    "DemandBy",
    "DemandRow",
    "DemandSeries",
    "Figures",
    "LeadTime",
    "Pegged",
    "Position",
    "Promise",
    "ProposalFilter",
    "ProposalKind",
    "ProposalLine",
    "ProposalState",
    "Scorecard",
    "StoredForecast",
    "Supplied",
    "Take",
    "Term",
    "count_demand",
    "expected_on",
    "lead_times",
    "load_demand",
    "load_sell_in",
    "note_expectations",
    "peg",
    "promise_bundle",
    "promises",
    "recount_demand",
    "scorecards",
    "series_of",
    "tell_moved",
    "trade_day",
    "watch_stock",
]
