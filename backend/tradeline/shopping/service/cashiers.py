"""Who takes consumers' money for stores, and by what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tradeline.channels import MiniProgram, PaymentAccount, Store


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
