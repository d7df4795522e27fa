"""How the fields of one object are answered: the short way where it is safe, else graphql-core's.

A page of fifty offers is some thousand fields, and nearly all of them are attributes of what a
list was read into. graphql-core and strawberry take each through a dozen calls that are there for
what such a field does not do. So, of every selection, it is decided once for an operation which
fields can go the short way; whatever comes up there that is not plain sailing is handed to the
executor that this one extends. See `backend/decisions/0017-the-short-way-for-fields.md`.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Awaitable, Callable
from enum import Enum
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from graphql import (
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    Undefined,
    is_leaf_type,
)
from graphql.pyutils import Path, gather_with_cancel
from graphql.type import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLID,
    GraphQLInt,
    GraphQLString,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types import Info
from strawberry.types.field import StrawberryField

from tradeline_graph._scope import Guard

# Values of a leaf that are their own answer.
AS_THEY_ARE: dict[str, frozenset[type]] = {
    GraphQLString.name: frozenset({str}),
    GraphQLID.name: frozenset({str}),
    GraphQLBoolean.name: frozenset({bool}),
}
PLAIN = (str, int, float, decimal.Decimal, datetime.date, Enum)
MISSING = object()


class Step(NamedTuple):
    """One field of a selection. A scalar or enum that is an attribute is read by that name and
    given to `coerce`; of any other `field` that is short, `call` answers with what its resolver
    says, which may be an object of type `of`. Without either it goes the long way. A resolver that
    is told of the execution, and a guard, which asks who it is for, have a `call` for each."""

    name: str
    details: Any
    attribute: str = ""
    coerce: Callable[[Any], Any] | None = None
    as_they_are: frozenset[type] = frozenset()
    is_nullable: bool = True
    field: StrawberryField | None = None
    definition: Any = None
    parent_type: Any = None
    type: Any = None
    of: GraphQLObjectType | None = None
    call: Callable[[Any], Any] | None = None
    info: Any = None


class Shapes:
    """What those who execute one operation find out of its selections, and need find out only once
    if no directive makes them depend on variables. By the identity of a selection, which is kept
    beside so that it stays its own."""

    def __init__(self) -> None:
        self.root: Any = None
        self.sub_fields: dict[Any, Any] = {}
        self.selections: dict[int, tuple[Any, Any]] = {}
        self.steps: dict[int, tuple[Any, list[Step]]] = {}


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Answers as the one that it extends would: a test compares them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # No resolver of ours asks for them, and they lead back here: with them, all that an
        # operation has touched would wait for the garbage collector.
        self.async_helpers = None  # type: ignore[assignment]
        self._bound: dict[int, list[Step]] = {}
        self.share(Shapes())

    def share(self, shapes: Shapes) -> None:
        """Go by what others have found out of this operation. Call it before anything runs."""
        self._shapes = shapes
        self._relevant_sub_fields = shapes.sub_fields

    def execute_root_grouped_field_set(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,
        grouped_field_set: Any,
        serially: bool,
        position_context: Any,
    ) -> Any:
        if self._shapes.root is None:
            self._shapes.root = grouped_field_set
        return super().execute_root_grouped_field_set(
            root_type, root_value, self._shapes.root, serially, position_context
        )

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        results: dict[str, Any] = {}
        pending: list[str] = []
        try:
            for step in self._steps_of(parent_type, path, grouped_field_set):
                name = step.name
                if step.coerce is not None:
                    value = getattr(source_value, step.attribute, MISSING)
                    if value.__class__ in step.as_they_are or (value is None and step.is_nullable):
                        results[name] = value
                        continue
                    if (coerced := _coerced(step.coerce, value)) is not None:
                        results[name] = coerced
                        continue
                field_path = Path(path, name, parent_type.name)
                if step.call is None:
                    result = self.execute_field(
                        parent_type, source_value, step.details, field_path, position_context
                    )
                else:
                    result = self._execute_step(step, source_value, field_path, position_context)
                if result is not Undefined:
                    results[name] = result
                    if result.__class__ is not dict and self.is_awaitable(result):
                        pending.append(name)
        except Exception:
            if pending:
                self.settle_in_background([results[name] for name in pending])
            raise
        return self._gathered(results, pending) if pending else results

    async def _gathered(self, results: dict[str, Any], pending: list[str]) -> dict[str, Any]:
        if len(pending) == 1:
            results[pending[0]] = await results[pending[0]]
            return results
        awaited = await gather_with_cancel(*(results[name] for name in pending))
        results.update(zip(pending, awaited, strict=True))
        return results

    def _execute_step(self, step: Step, source: Any, path: Path, position_context: Any) -> Any:
        """As `execute_field`, for a field that is given no arguments."""
        try:
            result = step.call(source) if step.call else None
            if step.of is not None and _is_ours(result):
                completed = self._execute_object(step.of, step.details, path, result)
            else:
                info = self._info_of(step, path) if step.info is None else step.info
                if self.is_awaitable(result):
                    return self.complete_awaitable_value(
                        step.type, step.details, info, path, result, position_context
                    )
                completed = self.complete_value(
                    step.type, step.details, info, path, result, position_context
                )
            if completed.__class__ is not dict and self.is_awaitable(completed):
                return self._awaited(completed, step, path)
        except Exception as error:
            self.handle_field_error(error, step.type, step.details, path)
            return None
        return completed

    async def _awaited(self, completed: Awaitable[Any], step: Step, path: Path) -> Any:
        try:
            return await completed
        except Exception as error:
            self.handle_field_error(error, step.type, step.details, path)
            return None

    def complete_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """An object at once; lists, unions, nulls and whatever is odd the long way."""
        inner = _object_of(return_type)
        if inner is not None and position_context is None and _is_ours(result):
            return self._execute_object(inner, field_details_list, path, result)
        return super().complete_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _execute_object(
        self, object_type: GraphQLObjectType, details: Any, path: Path, source: Any
    ) -> Any:
        """What is chosen of an object. Nothing is deferred: the graph has no such directive."""
        selections = self._shapes.selections
        kept = selections.get(id(details))
        if kept is None:
            grouped_field_set, *_ = self.collect_subfields(object_type, details)
            kept = selections[id(details)] = (details, grouped_field_set)
        return self.execute_fields(object_type, source, path, kept[1], None)

    def _steps_of(
        self, parent_type: GraphQLObjectType, path: Path | None, grouped_field_set: Any
    ) -> list[Step]:
        bound = self._bound.get(id(grouped_field_set))
        if bound is None:
            kept = self._shapes.steps.get(id(grouped_field_set))
            if kept is None:
                steps = self._find_steps(parent_type, path, grouped_field_set)
                kept = self._shapes.steps[id(grouped_field_set)] = (grouped_field_set, steps)
            bound = self._bound[id(grouped_field_set)] = [
                self._bind(step, step.field, path)
                if step.field is not None and step.call is None
                else step
                for step in kept[1]
            ]
        return bound

    def _find_steps(
        self, parent_type: GraphQLObjectType, path: Path | None, grouped_field_set: Any
    ) -> list[Step]:
        middleware = self.middleware_manager
        is_plain = self.abort_signal is None and not (middleware and middleware.middlewares)
        return [
            self._step_of(parent_type, path, name, details) if is_plain else Step(name, details)
            for name, details in grouped_field_set.items()
        ]

    def _step_of(
        self, parent_type: GraphQLObjectType, path: Path | None, name: str, details: Any
    ) -> Step:
        """How a field goes; one of the root always the long way."""
        node = details[0].node
        definition = self.schema.get_field(parent_type, node.name.value)
        field = None if definition is None else _short_field(definition)
        if path is None or definition is None or field is None or node.arguments:
            return Step(name, details)
        declared: Any = definition.type
        is_nullable = declared.__class__ is not GraphQLNonNull
        inner = declared if is_nullable else declared.of_type
        if field.is_basic_field and is_leaf_type(inner):
            return Step(
                name,
                details,
                attribute=field.python_name,
                coerce=_coerce_int if inner.name == "Int" else inner.coerce_output_value,
                as_they_are=AS_THEY_ARE.get(inner.name, frozenset()),
                is_nullable=is_nullable,
            )
        return Step(
            name,
            details,
            field=field,
            definition=definition,
            parent_type=parent_type,
            type=declared,
            of=_object_of(declared),
            call=None if _asks_who(field) else _caller(field, None),
        )

    def _bind(self, step: Step, field: StrawberryField, path: Path | None) -> Step:
        """The step with what its resolver is told of this execution."""
        # Of all rows of a list the info is the same, with the path of the first one's. No
        # resolver of ours reads the path there, and a test sees to that.
        info = self._info_of(step, Path(path, step.name, step.parent_type.name))
        return step._replace(call=_caller(field, Info(_raw_info=info, _field=field)), info=info)

    def _info_of(self, step: Step, path: Path) -> Any:
        nodes = [detail.node for detail in step.details]
        return self.build_resolve_info(step.definition, nodes, step.parent_type, path)


def _is_ours(value: Any) -> bool:
    """Whether it is an object of the graph, which is neither null, nor an error, nor awaited."""
    return hasattr(value.__class__, "__strawberry_definition__")


def _object_of(declared: Any) -> GraphQLObjectType | None:
    """The object type that a field is declared to have, if nothing else tells objects of it."""
    inner = declared.of_type if declared.__class__ is GraphQLNonNull else declared
    is_object = inner.__class__ is GraphQLObjectType and inner.is_type_of is None
    return inner if is_object else None


def _coerce_int(value: Any) -> Any:
    if value.__class__ is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT:
        return value
    return GraphQLInt.coerce_output_value(value)


def _coerced(coerce: Callable[[Any], Any], value: Any) -> Any:
    """A plain value as it is answered; None for what has to go the long way, to be refused."""
    if not _is_plain(value.__class__):
        return None
    try:
        coerced = coerce(value)
    except Exception:
        return None
    return None if coerced is Undefined else coerced


@lru_cache(maxsize=256)
def _is_plain(kind: type) -> bool:
    return issubclass(kind, PLAIN)


def _short_field(definition: GraphQLField) -> StrawberryField | None:
    """The field as strawberry knows it, if there is no more to it than its guard and resolver."""
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(field, StrawberryField) or field.is_subscription:
        return None
    # A default of null is the resolver's own; any other would have to be converted.
    if any(given.default_value not in (None, Undefined) for given in definition.args.values()):
        return None
    if any(type(extension) is not Guard or extension.scope for extension in field.extensions):
        return None
    resolver = field.base_resolver
    if resolver is not None and (resolver.root_parameter or resolver.parent_parameter):
        return None
    return field


def _guards_of(field: StrawberryField) -> list[Guard]:
    return [extension for extension in field.extensions if isinstance(extension, Guard)]


def _asks_who(field: StrawberryField) -> bool:
    """Whether its guards or its resolver want to know for whom it is answered."""
    resolver = field.base_resolver
    return bool(_guards_of(field)) or (resolver is not None and resolver.info_parameter is not None)


def _caller(field: StrawberryField, info: Any) -> Callable[[Any], Any]:
    """What asks the guards of a field and runs its resolver, or reads it where it has none. Where
    nothing of it asks who it is for, `info` may be None, and it is for any execution."""
    guards = _guards_of(field)
    resolver = field.base_resolver
    named = {}
    if resolver is None:
        run: Callable[..., Any] = attrgetter(field.python_name)
    else:
        run = resolver
        if resolver.info_parameter is not None:
            named[resolver.info_parameter.name] = info
    takes_source = resolver is None or resolver.self_parameter is not None

    if takes_source and not (guards or named):
        return run

    def call(source: Any) -> Any:
        for guard in guards:
            guard.check(info)
        return run(source, **named) if takes_source else run(**named)

    async def call_later(source: Any) -> Any:
        return await call(source)

    # What is awaited is refused when it is awaited, so that no refusal is told of a row that a
    # fault beside it has taken away by then.
    return call_later if field.is_async and guards else call
