"""Which stock fills a sale, and why.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.sourcing.model import (
    NewRule,
    Part,
    Plan,
    Preview,
    PreviewOption,
    QuotaTake,
    Rejection,
    Rule,
    RuleKind,
    Rules,
    Sources,
    SourceTier,
    SourcingLine,
    put_back_plan,
    rules_owner,
    take_plan,
)
from tradeline.sourcing.planning import (
    plan,
)
from tradeline.sourcing.previewing import (
    judge_preview,
    preview_for,
)
from tradeline.sourcing.service.checks import (
    find_violations,
)
from tradeline.sourcing.service.rules import (
    give_back_quotas,
    list_rules,
    load_rules,
    lock_rules,
    put_rules,
    release_quotas,
    take_quotas,
)
from tradeline.sourcing.words import (
    Reason,
    ReasonCode,
)

__all__ = [
    "NewRule",
    "Part",
    "Plan",
    "Preview",
    "PreviewOption",
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
    "find_violations",
    "give_back_quotas",
    "judge_preview",
    "list_rules",
    "load_rules",
    "lock_rules",
    "plan",
    "preview_for",
    "put_back_plan",
    "put_rules",
    "release_quotas",
    "rules_owner",
    "take_plan",
    "take_quotas",
]
