"""What is sold at the end of the chain, what has to come, and what was promised of it.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.replenishment.alerts import (
    Alert,
    AlertCount,
    AlertFilter,
    AlertKind,
)
from tradeline.replenishment.errors import (
    BudgetExceeded,
    NeedCovered,
    OrderAmountChanged,
    QuantityNotInSteps,
)
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
    ShownOrder,
    StoredForecast,
    Take,
    Term,
)
from tradeline.replenishment.promises import (
    Amount,
    Awaited,
    Pegged,
    Promise,
    Supplied,
    peg,
    promise_bundle,
    told_to_consumers,
)
from tradeline.replenishment.scorecards import (
    DELIVERIES_MIN,
    Figures,
    LeadTime,
    Scorecard,
)
from tradeline.replenishment.service.accepting import (
    Accepted,
    accept_proposals,
    dismiss_proposals,
)
from tradeline.replenishment.service.alerts import (
    count_alerts,
    list_alerts,
    watch_supply,
)
from tradeline.replenishment.service.checks import find_violations
from tradeline.replenishment.service.demand import (
    count_demand,
    load_demand,
    load_sell_in,
    recount_demand,
    series_of,
    watch_stock,
)
from tradeline.replenishment.service.forecasts import (
    ask_for_forecasts,
    claim_due_forecasts,
    days_of_cover,
    forecast_series,
    load_forecasts,
    make_forecasts,
    store_forecasts,
)
from tradeline.replenishment.service.previewing import (
    AcceptPreview,
    PreviewedBudget,
    PreviewedLine,
    PreviewedOrder,
    preview_accept,
)
from tradeline.replenishment.service.promises import (
    promises,
)
from tradeline.replenishment.service.proposing import (
    list_proposals,
    make_proposals,
    proposals_by_ids,
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
from tradeline.replenishment.service.terms import (
    list_budgets,
    list_terms,
    put_budget,
    put_terms,
    remove_term,
    terms_said,
)

__all__ = [
    "DELIVERIES_MIN",
    "HISTORY_DAYS",
    "HORIZON_DAYS",
    "LINES_AT_ONCE_MAX",
    "MOVING",
    "AcceptPreview",
    "Accepted",
    "Alert",
    "AlertCount",
    "AlertFilter",
    "AlertKind",
    "Amount",
    "Awaited",
    "Budget",
    "BudgetExceeded",
    "DemandBy",
    "DemandRow",
    "DemandSeries",
    "Figures",
    "LeadTime",
    "NeedCovered",
    "OrderAmountChanged",
    "Pegged",
    "Position",
    "PreviewedBudget",
    "PreviewedLine",
    "PreviewedOrder",
    "Promise",
    "ProposalFilter",
    "ProposalKind",
    "ProposalLine",
    "ProposalState",
    "QuantityNotInSteps",
    "Scorecard",
    "ShownOrder",
    "StoredForecast",
    "Supplied",
    "Take",
    "Term",
    "accept_proposals",
    "ask_for_forecasts",
    "claim_due_forecasts",
    "count_alerts",
    "count_demand",
    "days_of_cover",
    "dismiss_proposals",
    "find_violations",
    "forecast_series",
    "lead_times",
    "list_alerts",
    "list_budgets",
    "list_proposals",
    "list_terms",
    "load_demand",
    "load_forecasts",
    "load_sell_in",
    "make_forecasts",
    "make_proposals",
    "note_expectations",
    "peg",
    "preview_accept",
    "promise_bundle",
    "promises",
    "proposals_by_ids",
    "put_budget",
    "put_terms",
    "recount_demand",
    "remove_term",
    "scorecards",
    "series_of",
    "store_forecasts",
    "tell_moved",
    "terms_said",
    "told_to_consumers",
    "watch_stock",
    "watch_supply",
]
