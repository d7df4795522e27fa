"""Which stock fills a sale, and why.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.sourcing.model import (
    NewRule,
    Part,
    Plan,
    QuotaTake,
    Rejection,
    Rule,
    RuleKind,
    Rules,
    Sources,
    SourceTier,
    SourcingLine,
    put_back_plan,
    take_plan,
)
from tradeline.sourcing.planning import (
    plan,
)
from tradeline.sourcing.words import (
    Reason,
    ReasonCode,
)

__all__ = [
    "NewRule",
    "Part",
    "Plan",
    "QuotaTake",
    "Reason",
    "ReasonCode",
    "Rejection",
    "Rule",
    "RuleKind",
    "Rules",
    "SourceTier",
    "Sources",
    "SourcingLine",
    "plan",
    "put_back_plan",
    "take_plan",
]
