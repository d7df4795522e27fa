"""What is sold at the end of the chain, what has to come, and what was promised of it.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.replenishment.scorecards import (
    DELIVERIES_MIN,
    Figures,
    LeadTime,
    Scorecard,
)
from tradeline.replenishment.service.scorecards import (
    lead_times,
    scorecards,
)

__all__ = [
    "DELIVERIES_MIN",
    "Figures",
    "LeadTime",
    "Scorecard",
    "lead_times",
    "scorecards",
]
