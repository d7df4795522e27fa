"""What the story's names stand for in the database, and who acts for whom in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tradeline.identity import Person
from tradeline.kernel import Actor, Locale, Permission
from tradeline_server.seed.story import CURRENCY, PEOPLE, Ends

LOCALES = {person.email: Locale(person.locale) for person in PEOPLE}


@dataclass(frozen=True, slots=True)
class TradedSku:
    id: int
    packs: Mapping[str, int]


@dataclass(slots=True)
class World:
    """The ids of one demo network, by the story's names for them."""

    network_id: int
    orgs: dict[str, int] = field(default_factory=dict)
    entities: dict[str, int] = field(default_factory=dict)
    people: dict[str, list[Person]] = field(default_factory=dict)
    edges: dict[Ends, int] = field(default_factory=dict)
    skus: dict[str, TradedSku] = field(default_factory=dict)
    warehouses: dict[tuple[str, str], int] = field(default_factory=dict)
    currency: str = CURRENCY

    def actor(self, org: str, permission: Permission) -> Actor:
        """Who does such a thing there: somebody whose trade it is, else the owner, who may all."""
        able = [person for person in self.people[org] if permission in person.permissions]
        person = min(able, key=lambda person: len(person.permissions))
        return Actor(
            network_id=self.network_id,
            org_id=self.orgs[org],
            account_id=person.account_id,
            permissions=person.permissions,
            locale=LOCALES[person.email],
        )
