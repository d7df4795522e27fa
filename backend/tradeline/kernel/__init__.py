"""What every module may use: values, actors, refusals, the database. It knows no module."""

from tradeline.kernel.actor import Actor, Forbidden, Locale, Permission, system_actor
from tradeline.kernel.audit import (
    AuditEntry,
    Change,
    list_audit_entries,
    listing,
    record_and_publish,
    record_changes,
)
from tradeline.kernel.cells import shield, unshield
from tradeline.kernel.clock import TRADE_ZONE
from tradeline.kernel.database import APPLICATION_ROLE, Connection, Database, Pool, open_pool
from tradeline.kernel.errors import (
    AlreadyExists,
    InvalidValue,
    NotFound,
    Problem,
    Rejected,
    RequestReused,
    WrongState,
    raise_any,
    refuse,
)
from tradeline.kernel.idempotency import answer_request, body_hash, claim_request
from tradeline.kernel.jobs import forget_events, forget_requests
from tradeline.kernel.money import (
    EXPONENTS,
    PRICE_DECIMALS_MAX,
    Money,
    UnitPrice,
    exponent_of,
    take,
    take_share,
)
from tradeline.kernel.outbox import Event, StoredEvent, claim_events, publish, settle_events
from tradeline.kernel.pages import (
    CursorKey,
    Page,
    PageRequest,
    grouped,
    make_page,
    page_request,
    read_search,
)
from tradeline.kernel.quantity import QUANTITY_MAX, Quantity
from tradeline.kernel.stages import Stage, add_time, timed, times_spent
from tradeline.kernel.texts import judge_length
from tradeline.kernel.violations import (
    Finding,
    Invariant,
    comparison,
    examine,
    find_violations,
)

__all__ = [
    "APPLICATION_ROLE",
    "EXPONENTS",
    "PRICE_DECIMALS_MAX",
    "QUANTITY_MAX",
    "TRADE_ZONE",
    "Actor",
    "AlreadyExists",
    "AuditEntry",
    "Change",
    "Connection",
    "CursorKey",
    "Database",
    "Event",
    "Finding",
    "Forbidden",
    "InvalidValue",
    "Invariant",
    "Locale",
    "Money",
    "NotFound",
    "Page",
    "PageRequest",
    "Permission",
    "Pool",
    "Problem",
    "Quantity",
    "Rejected",
    "RequestReused",
    "Stage",
    "StoredEvent",
    "UnitPrice",
    "WrongState",
    "add_time",
    "answer_request",
    "body_hash",
    "claim_events",
    "claim_request",
    "comparison",
    "examine",
    "exponent_of",
    "find_violations",
    "forget_events",
    "forget_requests",
    "grouped",
    "judge_length",
    "list_audit_entries",
    "listing",
    "make_page",
    "open_pool",
    "page_request",
    "publish",
    "raise_any",
    "read_search",
    "record_and_publish",
    "record_changes",
    "refuse",
    "settle_events",
    "shield",
    "system_actor",
    "take",
    "take_share",
    "timed",
    "times_spent",
    "unshield",
]
