"""Walks the whole schema: every root field, with every argument that could name a victim's row.

The documents are made from the published SDL, so that a new field is walked from its first day.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

DEPTH_MAX = 5
VARIANTS_MAX = 12

# Arguments and input fields whose name does not tell the type of the id; where one name stands for
# several types, with the input's before it.
ID_TYPES = {
    "refundId": "ProviderRefund",
    "addressId": "MemberAddress",
    "ConsumerOrderCancelInput.orderId": "ConsumerOrder",
    "ConsumerOrderReceiveInput.orderId": "ConsumerOrder",
    "ConsumerPaymentStartInput.orderId": "ConsumerOrder",
    "buyerLegalEntityId": "LegalEntity",
    "buyerOrganizationId": "Organization",
    "campaignId": "CouponCampaign",
    "counterpartId": "Organization",
    "fromWarehouseId": "Warehouse",
    "lineId": "ConsumerOrderLine",
    "mergeId": "MemberMerge",
    "parentId": "Category",
    "parentOrganizationId": "Organization",
    "receivingWarehouseId": "Warehouse",
    "ReplenishmentDismissInput.lineId": "ProposalLine",
    "route": "Relationship",
    "sellerId": "Organization",
    "sellerLegalEntityId": "LegalEntity",
    "subjectId": "Order",
    "termId": "ReplenishmentTerm",
    "toWarehouseId": "Warehouse",
}

# Types whose rows are called by another's ids.
RETURNED = {"ProposalTakeInput": "ProposalLine", "StoreFront": "Store"}

# Texts of which not every one will do.
SHEET = b"SKU,QTY,Order,Line,Confirmed\nTEA,1,SO99999999,1,1\n"
TEXTS = {"content": base64.b64encode(SHEET).decode()}
# Between these days the victim traded.
DAYS = {
    "from": f"{datetime.now(UTC) - timedelta(days=300):%Y-%m-%d}",
    "to": f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One document to send, with its variables."""

    field: str
    document: str
    variables: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Victim:
    """What a stranger might know of somebody: ids by type name, and codes."""

    ids: Mapping[str, Sequence[str]]
    codes: Sequence[str]


class Walk:
    """All steps through a schema that name a victim's rows."""

    def __init__(self, schema: GraphQLSchema, victim: Victim) -> None:
        self.schema = schema
        self.victim = victim

    def queries(self) -> Iterator[Step]:
        """Each root field, alone and with each combination of its arguments."""
        assert self.schema.query_type is not None
        for name, field in self.schema.query_type.fields.items():
            yield from self._steps("query", name, field)

    def mutations(self) -> Iterator[Step]:
        """Each mutation, with inputs that name the victim's rows wherever an id is asked for."""
        assert self.schema.mutation_type is not None
        for name, field in self.schema.mutation_type.fields.items():
            yield from self._steps("mutation", name, field)

    def _steps(self, kind: str, name: str, field: GraphQLField) -> Iterator[Step]:
        arguments = {
            key: self._values(key, argument.type, get_named_type(field.type).name)
            for key, argument in field.args.items()
        }
        selection = self._selection(field.type, ())
        combinations = itertools.product(*arguments.values())
        for combination in itertools.islice(combinations, VARIANTS_MAX):
            given = {
                key: value
                for key, value in zip(arguments, combination, strict=True)
                if value is not None
            }
            declared = ", ".join(f"${key}: {field.args[key].type}" for key in given)
            passed = ", ".join(f"{key}: ${key}" for key in given)
            head = f"{kind} Walk({declared})" if given else kind
            call = f"{name}({passed})" if given else name
            yield Step(name, f"{head} {{ {call} {selection} }}", given)

    def _values(self, name: str, kind: GraphQLInputType, returned: str) -> list[Any]:
        """Values worth trying for an argument; None leaves an optional one out."""
        required = isinstance(kind, GraphQLNonNull)
        inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if isinstance(inner, GraphQLEnumType):
            values: list[Any] = list(inner.values)
        elif isinstance(inner, GraphQLList):
            return [self._list(name, inner, returned)] if required else [None]
        elif name == "after":
            return [None]
        elif isinstance(inner, GraphQLScalarType) and inner.name == "ID":
            values = list(self._ids(name, returned))
        elif isinstance(inner, GraphQLScalarType) and inner.name == "String":
            is_code = name in ("search", "code")
            values = list(self.victim.codes) if is_code else [TEXTS.get(name, "x")]
        else:
            values = [self._value(name, inner, returned)]
        return values if required else [None, *values]

    def _list(self, name: str, kind: GraphQLList[Any], returned: str) -> list[Any]:
        return [self._value(name.removesuffix("s"), kind.of_type, returned)]

    def _value(self, name: str, kind: Any, returned: str) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return self._value(name, kind.of_type, returned)
        if isinstance(kind, GraphQLList):
            return self._list(name, kind, returned)
        if isinstance(kind, GraphQLEnumType):
            return next(iter(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            return {
                key: self._value(key, field.type, kind.name)
                for key, field in kind.fields.items()
                if isinstance(field.type, GraphQLNonNull) or key.endswith(("Id", "Ids"))
            }
        return self._scalar(name, kind.name, returned)

    def _scalar(self, name: str, kind: str, returned: str) -> Any:
        if kind == "ID":
            return next(iter(self._ids(name, returned)), "nothing")
        known: dict[str, Any] = {
            "Boolean": True,
            "Date": DAYS.get(name, "2026-01-01"),
            "DateTime": "2026-01-01T00:00:00Z",
            "Decimal": "1",
            "Int": 1,
            "JSON": {},
            "PositiveInt": 1,
        }
        return known.get(kind, TEXTS.get(name, f"walk-{name}"))

    def _ids(self, name: str, returned: str) -> Sequence[str]:
        """The victim's ids of the type that the name tells; for `id`, of the type returned."""
        if name == "id":
            return self.victim.ids.get(RETURNED.get(returned, returned), ())
        stem = name.removesuffix("Id")
        told = ID_TYPES.get(name, stem[:1].upper() + stem[1:])
        type_name = ID_TYPES.get(f"{returned}.{name}", told)
        assert type_name in self.victim.ids, f"{name}: add it to ID_TYPES, or rows of {type_name}"
        return self.victim.ids[type_name]

    def _selection(self, kind: GraphQLOutputType, above: tuple[str, ...]) -> str:
        named = get_named_type(kind)
        if isinstance(named, GraphQLUnionType):
            return "{ __typename ... on Problem { message path } }"
        if not isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            return ""
        parts = ["__typename"]
        for name, field in named.fields.items():
            inner = get_named_type(field.type)
            leads_back = inner.name in above or len(above) >= DEPTH_MAX
            nested = isinstance(inner, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
            if nested and leads_back:
                continue
            if any(isinstance(argument.type, GraphQLNonNull) for argument in field.args.values()):
                continue
            parts.append(f"{name} {self._selection(field.type, (*above, named.name))}".strip())
        return "{ " + " ".join(parts) + " }"
