"""Law: the short way answers as graphql-core's executor does, whatever is asked of whatever."""

from __future__ import annotations

import asyncio
import datetime
import decimal
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, ClassVar

import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import Info

from tradeline.kernel import Actor, Locale, Permission
from tradeline_graph._executor import Executor, Shapes
from tradeline_graph._scalars import SCALARS, PositiveInt
from tradeline_graph._scope import needs

MAY = Permission.CATALOG_READ
MAY_NOT = Permission.PRICE_MANAGE


@dataclass(frozen=True)
class Asking:
    """What Guard asks a context for."""

    actor: Actor

    def signed_in(self) -> Actor:
        return self.actor


@strawberry.enum
class Colour(Enum):
    RED = "red"


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Tin(Named):
    size: int


@strawberry.type
class Jar(Named):
    lid: str | None


@strawberry.type
class Thing:
    text: str
    maybe: str | None
    count: int
    flag: bool
    ratio: float
    price: decimal.Decimal
    day: datetime.date
    at: datetime.datetime | None
    colour: Colour
    key: strawberry.ID
    words: list[str]
    gaps: list[int | None] | None
    vessel: Annotated[Tin | Jar, strawberry.union("Vessel")] | None
    named: Named | None
    inner: Thing | None
    many: list[Thing]
    some: list[Thing | None] | None
    shut: str | None = strawberry.field(extensions=needs(MAY_NOT))
    open: str | None = strawberry.field(extensions=needs(MAY))

    @strawberry.field
    def plain(self) -> Thing | None:
        return self.inner

    @strawberry.field
    async def later(self) -> Thing | None:
        await asyncio.sleep(0)
        return self.inner

    @strawberry.field
    async def sure_later(self) -> Thing:
        await asyncio.sleep(0)
        return self.inner  # type: ignore[return-value] # null where it must not be is the point

    @strawberry.field(extensions=needs(MAY_NOT))
    async def shut_later(self) -> Thing | None:
        return self.inner

    @strawberry.field(extensions=needs(MAY))
    def open_things(self, info: Info[Asking, None]) -> list[Thing] | None:
        return self.many if info.context.actor.org_id else None

    @strawberry.field
    def counted(self, times: PositiveInt | None = None, word: str = "times") -> str:
        return f"{times} {word}"

    @strawberry.field
    def broken(self) -> str:
        raise ValueError(self.text)

    @strawberry.field
    async def broken_later(self) -> str | None:
        raise ValueError(self.text)


@strawberry.type
class Query:
    @strawberry.field
    def thing(self, info: Info[Any, Any]) -> Thing | None:
        return info.root_value

    @strawberry.field
    async def things(self, info: Info[Any, Any]) -> list[Thing | None] | None:
        return [info.root_value, info.root_value]


class Quiet(strawberry.Schema):
    """What goes wrong is looked at, not logged."""

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        pass


def of(executor: type[Any]) -> strawberry.Schema:
    return Quiet(
        query=Query,
        types=[Tin, Jar],
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=executor,
    )


class Sharing(Executor):
    """As an operation without directives is executed from the second time on."""

    known: ClassVar[dict[str, Shapes]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert self.operation.loc is not None
        text = self.operation.loc.source.body
        if "@" not in text:
            self.share(self.known.setdefault(text, Shapes()))


SHORT, LONG = of(Executor), of(StrawberryGraphQLCoreExecutionContext)
SHARING = of(Sharing)
ASKING = Asking(
    actor=Actor(
        network_id=1, org_id=2, api_client_id=3, permissions=frozenset({MAY}), locale=Locale.EN
    )
)

# What a row might hold by mistake goes to the same places as what it should.
ODD = st.sampled_from([None, 2**40, "word", 7, True, 1.5, ["x"], object, ValueError("odd")])
TIMES = st.just(datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC))
VESSELS = st.sampled_from([Tin(name="tin", size=3), Jar(name="jar", lid=None), None, "tin"])


def mostly(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 19).flatmap(lambda drawn: values if drawn else ODD)


def things(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        Thing,
        text=mostly(st.text(max_size=3)),
        maybe=mostly(st.none() | st.just("maybe")),
        count=mostly(st.integers(-5, 5)),
        flag=mostly(st.booleans()),
        ratio=mostly(st.just(0.5)),
        price=mostly(st.just(decimal.Decimal("1.50"))),
        day=mostly(st.just(datetime.date(2026, 3, 1))),
        at=mostly(st.none() | TIMES),
        colour=mostly(st.just(Colour.RED)),
        key=mostly(st.just(strawberry.ID("key"))),
        words=mostly(st.lists(mostly(st.just("word")), max_size=2)),
        gaps=mostly(st.lists(st.none() | st.just(1), max_size=2)),
        vessel=mostly(VESSELS),
        named=mostly(VESSELS),
        inner=mostly(inner),
        many=mostly(st.lists(mostly(inner), max_size=3)),
        some=mostly(st.lists(st.none() | mostly(inner), max_size=3)),
        shut=mostly(st.just("shut")),
        open=mostly(st.just("open")),
    )


THINGS = st.recursive(things(st.none()), things, max_leaves=4)
LEAVES = (
    *("text", "maybe", "count", "flag", "ratio", "price", "day", "at", "colour", "key", "words"),
    *("gaps", "shut", "open", "broken", "brokenLater", "counted", "counted(times: 3)"),
    *('counted(word: "mal")', "counted(times: $times)", "__typename", "word: text"),
    "text @skip(if: $no)",
    "maybe @include(if: $no)",
    "vessel { __typename ... on Tin { name size } ... on Jar { lid } }",
    "named { __typename name ... on Tin { size } }",
    "...Parts",
    "... on Thing { text price }",
)  # fmt: skip
NESTED = ("inner", "many", "some", "plain", "later", "sureLater", "shutLater", "openThings")


def _set(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(parts, min_size=1, max_size=5, unique=True).map(lambda each: " ".join(each))


SELECTIONS = st.recursive(
    _set(st.sampled_from(LEAVES)),
    lambda inner: _set(
        st.sampled_from(LEAVES)
        | st.builds("{} {{ {} }}".format, st.sampled_from(NESTED), inner)
        | st.builds("{0}: {0} {{ {1} }}".format, st.sampled_from(NESTED), inner)
    ),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(thing=THINGS, selection=SELECTIONS, no=st.booleans(), times=st.none() | st.just(2))
def test_the_short_way_answers_as_the_long_one(
    thing: Thing, selection: str, no: bool, times: int | None
) -> None:
    used = (" $no: Boolean!" if "$no" in selection else "") + (
        " $times: PositiveInt" if "$times" in selection else ""
    )
    document = (
        f"query Asked{f'({used})' if used else ''} "
        f"{{ thing {{ {selection} }} things {{ {selection} }} }} "
        + (
            "fragment Parts on Thing { key count inner { text } }"
            if "...Parts" in selection
            else ""
        )
    )

    def answer(schema: strawberry.Schema) -> tuple[Any, list[Any]]:
        result = asyncio.run(
            schema.execute(
                document,
                variable_values={"no": no, "times": times},
                context_value=ASKING,
                root_value=thing,
            )
        )
        errors = [(error.message, error.path, error.locations) for error in result.errors or []]
        return result.data, sorted(errors, key=repr)

    expected = repr(answer(LONG))
    assert repr(answer(SHORT)) == expected, document
    assert [repr(answer(SHARING)) for _ in range(2)] == [expected] * 2, document
