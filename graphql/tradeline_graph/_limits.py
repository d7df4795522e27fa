"""Limits on documents, measured once before validation: what execution would expand is counted.

Each fragment is measured once and remembered, so that measuring costs no more than reading, however
often fragments are spread.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

TEXT_LENGTH_MAX = 100_000
TOKENS_MAX = 4_000
FIELDS_MAX = 1_000
ALIASES_MAX = 15
REPEATS_MAX = 20
DEFINITIONS_MAX = 100
DEPTH_MAX = 15
DIRECTIVES_MAX = 30
SATURATED = 10**6


@dataclass(frozen=True, slots=True)
class Size:
    """What a selection comes to once its fragments are spread. Counts saturate."""

    fields: int = 0
    aliases: int = 0
    depth: int = 0
    directives: int = 0

    def with_part(self, part: Size) -> Size:
        """This and another selection side by side."""
        return Size(
            min(SATURATED, self.fields + part.fields),
            min(SATURATED, self.aliases + part.aliases),
            max(self.depth, part.depth),
            min(SATURATED, self.directives + part.directives),
        )


def measure(document: DocumentNode) -> Size:
    """The size of all that is to be validated. Raises GraphQLError for a fragment in itself."""
    fragments = _fragments(document)
    known: dict[str, Size] = {}
    under_way: set[str] = set()

    def of_fragment(name: str) -> Size:
        if name in under_way:
            raise GraphQLError(f"Fragment {name} contains itself.", extensions=_CODE)
        if name not in known:
            if name not in fragments:
                return Size(fields=1)  # validation will name it
            under_way.add(name)
            known[name] = of_selections(fragments[name].selection_set)
            under_way.discard(name)
        return known[name]

    def of_selections(selections: SelectionSetNode | None) -> Size:
        total = Size()
        for node in selections.selections if selections else ():
            total = total.with_part(Size(directives=len(node.directives or ())))
            if isinstance(node, FragmentSpreadNode):
                total = total.with_part(of_fragment(node.name.value))
            elif isinstance(node, InlineFragmentNode):
                total = total.with_part(of_selections(node.selection_set))
            elif isinstance(node, FieldNode):
                inner = of_selections(node.selection_set)
                own = Size(1, int(node.alias is not None), inner.depth + 1)
                total = total.with_part(own).with_part(
                    Size(inner.fields, inner.aliases, 0, inner.directives)
                )
        return total

    whole = Size()
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            whole = whole.with_part(of_selections(definition.selection_set))
    for name in fragments:
        if name not in known:  # nobody spreads it, yet validation reads it
            whole = whole.with_part(of_fragment(name))
    return whole


def most_repeats(document: DocumentNode) -> int:
    """How often the place in the answer is asked for that is asked for most, fragments spread.

    Validation compares all that is asked for at a place with each other, and merges what is below:
    `viewer { locale locale }` twice asks four times for one place. Call it for what `measure` has
    found small, for it keeps all places in mind.
    """
    fragments = _fragments(document)
    known: dict[str, Counter[tuple[str, ...]]] = {}

    def of_fragment(name: str) -> Counter[tuple[str, ...]]:
        if name not in fragments:
            return Counter()
        if name not in known:
            known[name] = of_selections(fragments[name].selection_set)
        return known[name]

    def of_selections(selections: SelectionSetNode | None) -> Counter[tuple[str, ...]]:
        total: Counter[tuple[str, ...]] = Counter()
        for node in selections.selections if selections else ():
            if isinstance(node, FragmentSpreadNode):
                total.update(of_fragment(node.name.value))
            elif isinstance(node, InlineFragmentNode):
                total.update(of_selections(node.selection_set))
            elif isinstance(node, FieldNode):
                key = (node.alias or node.name).value
                total[(key,)] += 1
                for path, count in of_selections(node.selection_set).items():
                    total[(key, *path)] += count
        return total

    most = 0
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            most = max(most, 0, *of_selections(definition.selection_set).values())
    for name in fragments:
        most = max(most, 0, *of_fragment(name).values())
    return most


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }


_CODE = {"code": "TOO_LARGE"}


def refusal(document: DocumentNode) -> GraphQLError | None:
    """Why the document is more than is answered at once, or None."""
    if len(document.definitions) > DEFINITIONS_MAX:
        return GraphQLError(
            f"The document has more than {DEFINITIONS_MAX} definitions; ask for less at once.",
            extensions=_CODE,
        )
    size = measure(document)
    for name, count, most in (
        ("fields", size.fields, FIELDS_MAX),
        ("aliases", size.aliases, ALIASES_MAX),
        ("levels", size.depth, DEPTH_MAX),
        ("directives", size.directives, DIRECTIVES_MAX),
    ):
        if count > most:
            return GraphQLError(
                f"The document has more than {most} {name}; ask for less at once.", extensions=_CODE
            )
    if most_repeats(document) > REPEATS_MAX:
        return GraphQLError(
            f"The document asks more than {REPEATS_MAX} times for the same; ask once.",
            extensions=_CODE,
        )
    return None
