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
from tradeline.replenishment.service.scorecards import (
    lead_times,
    scorecards,
)

__all__ = [
    "DELIVERIES_MIN",
    "HISTORY_DAYS",
    "HORIZON_DAYS",
    "LINES_AT_ONCE_MAX",
    "Budget",
    "DemandBy",
    "DemandRow",
    "DemandSeries",
    "Figures",
    "LeadTime",
    "Position",
    "ProposalFilter",
    "ProposalKind",
    "ProposalLine",
    "ProposalState",
    "Scorecard",
    "StoredForecast",
    "Take",
    "Term",
    "count_demand",
    "lead_times",
    "load_demand",
    "load_sell_in",
    "recount_demand",
    "scorecards",
    "series_of",
    "watch_stock",
]
