"""Who takes consumers' money for stores, and by what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tradeline.channels import (
    MiniProgram,
    PaymentAccount,
    Store,
    load_mini_programs,
    payment_accounts,
    stores_by_ids,
)
from tradeline.kernel import Actor, Connection, Permission


@dataclass(frozen=True, slots=True)
class Cashiers:
    """By what the collectors of stores are paid."""

    accounts: Mapping[int, PaymentAccount]
    programs: Mapping[int, MiniProgram]

    def account_of(self, store: Store) -> PaymentAccount | None:
        return self.accounts.get(store.collector.org_id) if store.collector else None

    def program_of(self, store: Store) -> MiniProgram | None:
        """The store's own, or the only one there is."""
        if store.mini_program_id is not None:
            return self.programs.get(store.mini_program_id)
        return next(iter(self.programs.values())) if len(self.programs) == 1 else None

    def can_take(self, store: Store) -> bool:
        return self.account_of(store) is not None and self.program_of(store) is not None


async def load_cashiers(conn: Connection, network_id: int, stores: Iterable[Store]) -> Cashiers:
    """Two statements for any number of stores."""
    collectors = {store.collector.org_id for store in stores if store.collector}
    return Cashiers(
        await payment_accounts(conn, network_id=network_id, org_ids=sorted(collectors)),
        await load_mini_programs(conn, network_id=network_id),
    )


async def collectable_stores(
    conn: Connection, *, actor: Actor, store_ids: Sequence[int]
) -> set[int]:
    """Those of the stores that can be paid in: their route reaches the one who collects, who is a
    merchant of the provider's, and they have a mini-program. Forbidden without `store:read`."""
    actor.require(Permission.STORE_READ)
    found = await stores_by_ids(conn, network_id=actor.network_id, ids=store_ids)
    cashiers = await load_cashiers(conn, actor.network_id, found.values())
    return {id for id, store in found.items() if cashiers.can_take(store)}
