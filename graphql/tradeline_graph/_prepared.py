"""Documents made ready once: read, limited, validated, and how their operations take variables.

All of it depends on the text alone, so that it is done for the first request that sends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    parse,
    validate,
)
from graphql.execution import VariableValues, get_variable_values
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import VariableValueSource
from strawberry.types.graphql import OperationType

from tradeline_graph import documents
from tradeline_graph._executor import Shapes
from tradeline_graph._inputs import Take, Takers
from tradeline_graph._limits import TEXT_LENGTH_MAX, TOKENS_MAX, measure, refusal
from tradeline_graph._texts import fault_in_literals, fault_in_text, fault_in_variables

# In characters of their texts. Ready, a document takes up to two hundred times as many bytes.
OTHERS_LENGTH_MAX = 300_000
VARIABLE_FAULTS_MAX = 50


class Operation:
    """One operation of a valid document. Its selections have `shapes` of their own where they are
    the same whatever the variables."""

    def __init__(
        self,
        schema: GraphQLSchema,
        node: OperationDefinitionNode,
        takers: Takers,
        shapes: Shapes | None,
    ) -> None:
        self.node = node
        self.name = None if node.name is None else node.name.value
        self.kind = OperationType(node.operation.value)
        self.shapes = shapes
        self._schema = schema
        self._variables: list[tuple[GraphQLVariableSignature, Take]] = []
        for definition in node.variable_definitions or ():
            signature = get_variable_signature(schema, definition)
            assert not isinstance(signature, GraphQLError), "the document is valid"
            self._variables.append((signature, takers.of(signature.type)))

    def take(self, sent: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """The variables as resolvers are to have them, or what is wrong with them."""
        sources: dict[str, VariableValueSource] = {}
        taken: dict[str, Any] = {}
        try:
            for signature, take in self._variables:
                name = signature.name
                value = sent.get(name, Undefined)
                sources[name] = VariableValueSource(signature, value)
                if value is not Undefined:
                    taken[name] = take(value)
                elif signature.default is not None:
                    return self._take_slowly(sent)
                else:
                    take(None)  # which is as good as nothing, but for what resolvers are told
        except Exception:  # whatever was raised: graphql-core meets it again, and words it
            return self._take_slowly(sent)
        return VariableValues(sources, taken)

    def _take_slowly(self, sent: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        if (fault := fault_in_variables(sent)) is not None:
            return [fault]
        definitions = self.node.variable_definitions or ()
        return get_variable_values(self._schema, definitions, dict(sent), VARIABLE_FAULTS_MAX)


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document."""

    node: DocumentNode
    fragment_nodes: dict[str, FragmentDefinitionNode]
    fragments: dict[str, FragmentDetails]
    operations: Mapping[str | None, Operation]

    def operation(self, name: str | None) -> Operation | None:
        """The operation of that name; without one, the only one that there is."""
        if name is not None:
            return self.operations.get(name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None


class Documents:
    """Those of a schema. What a manifest holds stays ready; other texts compete for room, those
    that nothing is wrong with: who was used longest ago goes first."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._takers = Takers()
        self._trusted = cache(self._prepare)
        self._others: dict[str, Document] = {}
        self._others_length = 0

    def prepare(self, text: str) -> Document | list[GraphQLError]:
        """The document, or why nothing of it runs. Raises what reading it raises."""
        if len(text) > TEXT_LENGTH_MAX:
            raise GraphQLError(
                f"The document is longer than {TEXT_LENGTH_MAX} characters.",
                extensions={"code": "TOO_LARGE"},
            )
        if text in documents.MANIFESTS:
            return self._trusted(text)
        kept = self._others.pop(text, None)
        if kept is not None:
            self._others[text] = kept
            return kept
        found = self._prepare(text)
        if isinstance(found, Document):
            self._keep(text, found)
        return found

    def _keep(self, text: str, document: Document) -> None:
        self._others[text] = document
        self._others_length += len(text)
        while self._others_length > OTHERS_LENGTH_MAX:
            oldest = next(iter(self._others))
            del self._others[oldest]
            self._others_length -= len(oldest)

    def _prepare(self, text: str) -> Document | list[GraphQLError]:
        if (fault := fault_in_text(text, "The document")) is not None:
            return [fault]
        node = parse(text, max_tokens=TOKENS_MAX)
        first = None if node.loc is None else node.loc.start_token
        if (fault := refusal(node) or fault_in_literals(first)) is not None:
            return [fault]
        if errors := validate(self._schema, node):
            return errors
        fragments = {
            definition.name.value: definition
            for definition in node.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        is_fixed = measure(node).directives == 0
        operations = [
            Operation(self._schema, definition, self._takers, Shapes() if is_fixed else None)
            for definition in node.definitions
            if isinstance(definition, OperationDefinitionNode)
        ]
        return Document(
            node,
            fragments,
            {name: FragmentDetails(fragment) for name, fragment in fragments.items()},
            {operation.name: operation for operation in operations},
        )
