"""One statement for all the keys of a list, be they asked for one by one or known ahead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar, cast

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from tradeline.kernel import Actor, Connection, Forbidden, Shopper

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Made = TypeVar("Made")

# Given a reading connection, who asks (an Actor, or a Shopper for what is a consumer's) and the
# keys; a value for each key in the same order, None where there is nothing that they may see.
Load: TypeAlias = Callable[[Connection, Any, list[Key]], Awaitable[Sequence[Value]]]

KEYS_MAX = 1000


class Loader(DataLoader[Key, Value], Generic[Key, Value]):
    """An operation's own. `known` is what was loaded ahead."""

    def __init__(
        self,
        load: Load[Key, Value],
        load_batch: Callable[[list[Key]], Awaitable[Sequence[Value]]],
    ) -> None:
        super().__init__(load_fn=load_batch, max_batch_size=KEYS_MAX)
        self.known: dict[Key, Value] = {}
        self._load = load

    async def load_ahead(
        self, conn: Connection, asker: Actor | Shopper, keys: Iterable[Key]
    ) -> None:
        """Load what the rows of a list will ask for. What is forbidden is left for them to ask,
        and to be told so where they stand."""
        wanted = [key for key in dict.fromkeys(keys) if key not in self.known]
        if not wanted:
            return
        try:
            found = await self._load(conn, asker, wanted)
        except Forbidden:
            return
        self.known.update(zip(wanted, found, strict=True))

    def load(self, key: Key) -> Awaitable[Value]:
        if key not in self.known:
            return super().load(key)
        future = self.loop.create_future()
        future.set_result(self.known[key])
        return future

    def give(self, key: Key, make: Callable[[Value], Made]) -> Made:
        """What a resolver makes of the value: at once if it was loaded ahead, else an awaitable of
        it, which the executor awaits."""
        if key in self.known:
            return make(self.known[key])
        return cast("Made", self._give_later(key, make))

    async def _give_later(self, key: Key, make: Callable[[Value], Made]) -> Made:
        return make(await self.load(key))


def asked_for(info: Info, *path: str) -> set[str]:
    """The names of the fields that are asked for inside of a field, down a path of names. Those
    that a directive takes out count as well."""
    fragments = info._raw_info.fragments
    fields = list(info._raw_info.field_nodes)

    def inside(chosen: SelectionSetNode | None) -> Iterable[FieldNode]:
        for selection in () if chosen is None else chosen.selections:
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                yield from inside(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                yield from inside(fragments[selection.name.value].selection_set)

    for name in path:
        below = [each for field in fields for each in inside(field.selection_set)]
        fields = [field for field in below if field.name.value == name]
    return {each.name.value for field in fields for each in inside(field.selection_set)}
