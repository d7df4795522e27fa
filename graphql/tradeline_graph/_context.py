"""What every resolver is given: who asks, the way to the database, and this operation's loaders."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeAlias, TypeVar, cast

import strawberry
from strawberry.litestar import BaseContext

from tradeline.identity import TokenKeys
from tradeline.kernel import Actor, Database, Forbidden, Locale, Shopper
from tradeline_graph._doors import ConsumerDoors
from tradeline_graph._intake import OrderIntake, stays
from tradeline_graph._loaders import Load, Loader
from tradeline_graph._news import Feed
from tradeline_graph._ports import (
    WeChatLogin,
    WeChatPhone,
    WeChatPrepay,
    no_login,
    no_phone,
    no_prepay,
)

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Unauthenticated(Exception):
    """Nobody is signed in."""


class Context(BaseContext, kw_only=True):
    """One for each HTTP request, and each subscription. `actor` is None when nobody is
    signed in, `shopper` when no consumer asks: never are there both.

    `locale` is that of the account, or what the request asks for. `token_keys` sign programs in.
    `trusted_documents` are the only texts that run; None lets all run. `feed` is what a WebSocket's
    subscriber is told. The intake and the doors are the process's. `has_left` tells whether nobody
    is there any more to be answered. `has_acted` holds while a mutation looks for what came of it.
    The three of WeChat's go over the network: never within a unit of work; `message_templates` are
    the ids of those by which it tells consumers something.
    """

    db: Database
    actor: Actor | None = None
    shopper: Shopper | None = None
    locale: Locale = Locale.ZH
    token_keys: TokenKeys | None = None
    trusted_documents: frozenset[str] | None = None
    feed: Feed | None = None
    order_intake: OrderIntake | None = None
    consumer_doors: ConsumerDoors | None = None
    has_left: Callable[[], bool] = stays
    has_acted: bool = False
    wechat_login: WeChatLogin = no_login
    wechat_phone: WeChatPhone = no_phone
    wechat_prepay: WeChatPrepay = no_prepay
    message_templates: frozenset[str] = frozenset()
    loaders: dict[str, Loader[Any, Any]] = {}  # noqa: RUF012 - copied for each instance

    def signed_in(self) -> Actor:
        """The actor, or raise Unauthenticated."""
        if self.actor is None:
            raise Unauthenticated
        return self.actor

    def shopping_viewer(self) -> Shopper:
        """The consumer who asks, be it a guest, or raise Unauthenticated."""
        if self.shopper is None:
            raise Unauthenticated
        return self.shopper

    def intake(self) -> OrderIntake:
        """The door for orders: the process's, or one of this context's own."""
        if self.order_intake is None:
            self.order_intake = OrderIntake(self.db)
        return self.order_intake

    def doors(self) -> ConsumerDoors:
        """Those for consumers: the process's, or this context's own."""
        if self.consumer_doors is None:
            self.consumer_doors = ConsumerDoors(self.db)
        return self.consumer_doors

    def asker(self) -> Actor | Shopper:
        """Whoever asks, of an organization or a consumer, or raise Unauthenticated."""
        return self.signed_in() if self.shopper is None else self.shopper

    def loader(self, name: str, load: Load[Key, Value]) -> Loader[Key, Value]:
        """This operation's loader of that name: one statement for all the keys of a list. `load` is
        given the `asker`: which of the two it is, the scope of the fields that use it says."""
        if name not in self.loaders:

            async def load_batch(keys: list[Key]) -> Sequence[Value]:
                asker = self.asker()
                try:
                    async with self.db.reading(asker.network_id) as conn:
                        return await load(conn, asker, keys)
                except Forbidden:
                    # What was done stands: to say FORBIDDEN now would tell of a failure.
                    if not self.has_acted:
                        raise
                    return cast("Sequence[Value]", [None for _ in keys])

            self.loaders[name] = Loader(load, load_batch)
        return self.loaders[name]


Info: TypeAlias = strawberry.Info[Context, None]
