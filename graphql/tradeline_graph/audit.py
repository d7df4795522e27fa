"""The audit trail in the graph: who did what, for whom, with what before and after."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

import strawberry

from tradeline import kernel
from tradeline.kernel import Permission
from tradeline_graph._context import Info
from tradeline_graph._ids import from_id, to_id
from tradeline_graph._pages import Connection
from tradeline_graph._problems import camel_case
from tradeline_graph._scope import Guard, Scope, scoped
from tradeline_graph.identity import load_colleague_name
from tradeline_graph.organizations import Organization, load_organization

# Of which type the rows are that a change's fields name, where the field's name does not say so.
TYPES_OF_IDS = {
    "buyer_org": "Organization",
    "buyer_entity": "LegalEntity",
    "held_for_org": "Organization",
    "membership": "Member",
    "on_behalf_of_org": "Organization",
    "org": "Organization",
    "parent": "Organization",
    "seller_entity": "LegalEntity",
    "seller_org": "Organization",
}

# Their keys are what somebody called something, not names of fields.
FREE_NAMES = frozenset({"attributes"})


@strawberry.type(
    description="One field that changed; values are JSON texts, null where there is none.",
    directives=scoped(Scope.VALUE),
)
class AuditChange:
    field: str
    before: str | None
    after: str | None


@strawberry.type(
    description="Something done by your organization, or on its behalf.",
    directives=scoped(Scope.ORGANIZATION),
)
class AuditEntry:
    entry: strawberry.Private[kernel.AuditEntry]
    id: strawberry.ID
    occurred_at: datetime.datetime
    action: str = strawberry.field(description='Noun and verb, such as "order.place".')
    subject_type: str = strawberry.field(description='What it was done to, such as "order".')
    subject_id: strawberry.ID

    @classmethod
    def of(cls, row: kernel.AuditEntry) -> AuditEntry:
        return cls(
            entry=row,
            id=to_id("AuditEntry", row.id),
            occurred_at=row.occurred_at,
            action=row.action,
            subject_type=row.subject_type,
            subject_id=to_id(_type_of(row.subject_type), row.subject_id),
        )

    @strawberry.field(description="The organization for which it was done.")
    async def organization(self, info: Info) -> Organization | None:
        return await load_organization(info, self.entry.org_id)

    @strawberry.field(description="On whose behalf, when it is another organization.")
    async def on_behalf_of(self, info: Info) -> Organization | None:
        return await load_organization(info, self.entry.on_behalf_of_org_id)

    @strawberry.field(description="Who did it, if it is somebody of your organization.")
    async def person(self, info: Info) -> str | None:
        return await load_colleague_name(info, self.entry.account_id)

    @strawberry.field(description="The machine that did it.")
    def api_client_id(self) -> strawberry.ID | None:
        client_id = self.entry.api_client_id
        return None if client_id is None else to_id("ApiClient", client_id)

    @strawberry.field(description="What was before, and what is after.")
    def changes(self) -> list[AuditChange]:
        before, after = _shown(self.entry.before), _shown(self.entry.after)
        return [
            AuditChange(field=name, before=before.get(name), after=after.get(name))
            for name in dict.fromkeys([*before, *after])
        ]


@strawberry.type
class Query:
    @strawberry.field(
        description=(
            "What your organization did, and what others did on its behalf, newest first. "
            "`subjectId` needs its `subjectType`."
        ),
        extensions=[Guard(Scope.ORGANIZATION, Permission.AUDIT_READ)],
    )
    async def audit_entries(
        self,
        info: Info,
        subject_type: str | None = None,
        subject_id: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[AuditEntry]:
        actor = info.context.signed_in()
        page = kernel.page_request(first, after, (int,))
        row_id = None
        if subject_id is not None:
            row_id = from_id(_type_of(subject_type or ""), subject_id)
        async with info.context.db.reading(actor.network_id) as conn:
            result = await kernel.list_audit_entries(
                conn, actor=actor, page=page, subject_type=subject_type, subject_id=row_id
            )
        return Connection.of(result, AuditEntry.of)


def _type_of(subject_type: str) -> str:
    """The graph's name of a type: "price_list" is PriceList."""
    return "".join(word.capitalize() for word in subject_type.split("_"))


def _shown(values: Mapping[str, Any]) -> dict[str, str]:
    """Fields as JSON texts by their names in the graph."""
    return {
        name: json.dumps(value, ensure_ascii=False) for name, value in _without_ids(values).items()
    }


def _without_ids(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same by names in the graph, ids made opaque at any depth: outside, no number names a
    row. A row's own `id` is left out; the entry or the row above it names the row."""
    return {
        camel_case(name): value if name in FREE_NAMES else _told(name, value)
        for name, value in values.items()
        if name != "id"
    }


def _told(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _without_ids(value)
    if isinstance(value, list):
        return [_told(name, part) for part in value]
    field = name.removesuffix("s")
    if field.endswith("_id") and isinstance(value, int):
        kind = field.removesuffix("_id")
        return to_id(TYPES_OF_IDS.get(kind) or _type_of(kind), value)
    return value
