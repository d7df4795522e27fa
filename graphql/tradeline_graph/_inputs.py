"""How what a client sends becomes the input types of Python.

graphql-core makes dictionaries of them, and strawberry dataclasses of these by asking each value
for its type: a fifth of what an order cost. Here each input type has one function that is put
together once and takes what is plainly right. Whatever it doubts, graphql-core judges and words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any, TypeAlias

from graphql import (
    GraphQLEnumType,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    Undefined,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition

Take: TypeAlias = Callable[[Any], Any]


class Doubtful(Exception):
    """The value is wrong, or right in a way that is left to graphql-core."""


def build_inputs_at_once(schema: GraphQLSchema) -> None:
    """Have graphql-core itself make the dataclass of each input type, and strawberry keep it."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            definition: StrawberryObjectDefinition = kind.extensions[
                GraphQLCoreConverter.DEFINITION_BACKREF
            ]
            assert not definition.is_one_of, "of a choice, graphql-core counts what was sent"
            for field in kind.fields.values():
                assert not isinstance(field.default_value, dict), "nobody makes an input of it"
                its = field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
                field.out_name = its.python_name
            kind.out_type = _maker(definition)  # type: ignore[assignment,method-assign]
            definition.from_input = _as_it_is


def _maker(definition: StrawberryObjectDefinition) -> Callable[[dict[str, Any]], Any]:
    """Makes the dataclass of its fields; those without a default are None if left out."""
    make = definition.origin
    left_out = {
        field.python_name: None
        for field in definition.fields
        if field.default_value is MISSING and field.default_factory is MISSING
    }
    lists = [
        field.python_name for field in definition.fields if field.default_factory is not MISSING
    ]

    def make_of(values: dict[str, Any]) -> Any:
        for name in lists:
            if values.get(name) == []:
                del values[name]  # a default of graphql-core's is the same list for all requests
        return make(**{**left_out, **values})

    return make_of


def _as_it_is(_type: type, value: Mapping[str, Any], _context: object) -> Any:
    return value


class Takers:
    """For each type that a variable may have, what takes it: null or a value, as JSON holds it."""

    def __init__(self) -> None:
        self._objects: dict[str, Take] = {}

    def of(self, kind: GraphQLInputType) -> Take:
        """What makes of a value what graphql-core would make of it, or raises an exception."""
        take, is_needed = self._of_values(kind)

        def take_all(value: Any) -> Any:
            if value is not None:
                return take(value)
            if is_needed:
                raise Doubtful
            return None

        return take_all

    def _of_values(self, kind: GraphQLInputType) -> tuple[Take, bool]:
        """What takes any value but null, and whether null is none."""
        if isinstance(kind, GraphQLNonNull):
            return self._of_values(kind.of_type)[0], True
        if isinstance(kind, GraphQLList):
            return _list(self.of(kind.of_type)), False
        if isinstance(kind, GraphQLInputObjectType):
            if kind.name not in self._objects:
                # A type may hold itself: by then it is there.
                self._objects[kind.name] = lambda value: self._objects[kind.name](value)
                self._objects[kind.name] = self._object(kind)
            return self._objects[kind.name], False
        if kind in (GraphQLString, GraphQLID):
            return _text, False
        assert isinstance(kind, GraphQLScalarType | GraphQLEnumType), "there is nothing else"
        return kind.coerce_input_value, False

    def _object(self, kind: GraphQLInputObjectType) -> Take:
        fields = [
            (name, str(field.out_name), *self._of_values(field.type), field.default_value)
            for name, field in kind.fields.items()
        ]
        make = kind.out_type

        def take_object(value: Any) -> Any:
            if type(value) is not dict:
                raise Doubtful
            made: dict[str, Any] = {}
            unknown = len(value)
            for name, out_name, take, is_needed, default in fields:
                part = value.get(name, Undefined)
                if part is Undefined:
                    if default is not Undefined:
                        made[out_name] = default
                    elif is_needed:
                        raise Doubtful
                    continue
                unknown -= 1
                if part is not None:
                    made[out_name] = take(part)
                elif is_needed:
                    raise Doubtful
                else:
                    made[out_name] = None
            if unknown:
                raise Doubtful
            return make(made)

        return take_object


def _list(take: Take) -> Take:
    def take_list(value: Any) -> Any:
        if type(value) is not list:
            raise Doubtful
        return [take(item) for item in value]

    return take_list


def _text(value: Any) -> Any:
    """A text on one line. In others, characters are looked for that are none."""
    if type(value) is not str or not value.isprintable():
        raise Doubtful
    return value
