"""A small trading world for tests, made through the same doors as everybody's.

Each test that needs rows makes its own network, so that tests may commit and never meet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

from argon2 import PasswordHasher

from tradeline.identity import NewPerson, add_people, create_built_in_roles, list_people
from tradeline.kernel import (
    Actor,
    Connection,
    Database,
    Locale,
    PageRequest,
    Permission,
    Pool,
    system_actor,
)
from tradeline.organizations import (
    NewOrganization,
    NewRelationship,
    OrganizationKind,
    create_network,
    create_organizations,
    create_relationships,
    legal_entities_of,
)

# Hashed at a hundredth of the usual cost, which the hash says itself.
PASSWORD = "correct horse battery staple"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)

# Who is who, and who created whom. Nobody outside of a test sees these names.
KINDS = {
    "brand": OrganizationKind.BRAND,
    "supplier": OrganizationKind.SUPPLIER,
    "trader_a": OrganizationKind.TRADER,
    "trader_b": OrganizationKind.TRADER,
    "retailer_1": OrganizationKind.RETAILER,
    "retailer_2": OrganizationKind.RETAILER,
    "retailer_3": OrganizationKind.RETAILER,
}
CREATED_BY = {
    "brand": ("supplier", "trader_a", "trader_b"),
    "trader_a": ("retailer_1", "retailer_2"),
    "trader_b": ("retailer_3",),
}
EDGES = (
    ("supplier", "brand"),
    ("brand", "trader_a"),
    ("brand", "trader_b"),
    ("trader_a", "retailer_1"),
    ("trader_a", "retailer_2"),
    ("trader_b", "retailer_2"),
    ("trader_b", "retailer_3"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One network's ids by name; each organization has one legal entity and one owner. Roles are by
    their codes."""

    network_id: int
    code: str
    orgs: dict[str, int] = field(default_factory=dict)
    entities: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    memberships: dict[str, int] = field(default_factory=dict)
    roles: dict[str, int] = field(default_factory=dict)
    relationships: dict[tuple[str, str], int] = field(default_factory=dict)

    def actor(self, name: str, *permissions: Permission, locale: Locale = Locale.EN) -> Actor:
        """The person of organization `name`; with every permission unless some are given."""
        return Actor(
            network_id=self.network_id,
            org_id=self.orgs[name],
            account_id=self.accounts[name],
            permissions=frozenset(permissions or Permission),
            locale=locale,
        )

    def visitor(self, name: str) -> Actor:
        """Somebody of organization `name` who may do nothing."""
        return Actor(
            network_id=self.network_id,
            org_id=self.orgs[name],
            account_id=self.accounts[name],
            permissions=frozenset(),
            locale=Locale.EN,
        )

    def email(self, name: str) -> str:
        """Where the owner of organization `name` is written to, and signs in."""
        return f"{name}@{self.code}.example.com".lower()

    def edge(self, seller: str, buyer: str) -> int:
        return self.relationships[seller, buyer]


async def a_network(owner_pool: Pool, db: Database) -> Story:
    """A brand with a supplier, two traders and three retailers, of whom the second buys from both
    traders. All trade in CNY on default terms."""
    story = await an_empty_network(owner_pool)
    async with db.unit_of_work(story.network_id) as conn:
        [story.orgs["brand"]] = await create_organizations(
            conn, actor=system_actor(story.network_id, 0), organizations=[_draft(story, "brand")]
        )
        for creator, names in CREATED_BY.items():
            ids = await create_organizations(
                conn,
                actor=system_actor(story.network_id, story.orgs[creator]),
                organizations=[_draft(story, name) for name in names],
            )
            story.orgs.update(zip(names, ids, strict=True))
        for name, org_id in story.orgs.items():
            actor = system_actor(story.network_id, org_id)
            [entity] = (await legal_entities_of(conn, actor=actor, ids=[org_id]))[org_id]
            story.entities[name] = entity.id
        for seller, buyer in EDGES:
            [story.relationships[seller, buyer]] = await create_relationships(
                conn,
                actor=system_actor(story.network_id, story.orgs[seller]),
                relationships=[NewRelationship(buyer_org_id=story.orgs[buyer])],
            )
        await _hire(conn, story)
    return story


async def _hire(conn: Connection, story: Story) -> None:
    """Give each organization one person, an owner, who signs in with PASSWORD."""
    story.roles.update(await create_built_in_roles(conn, network_id=story.network_id))
    await add_people(
        conn,
        network_id=story.network_id,
        people=[
            NewPerson(
                org_id=org_id,
                email=story.email(name),
                name=name,
                password_hash=PASSWORD_HASH,
                role_code="owner",
                locale=Locale.EN,
            )
            for name, org_id in story.orgs.items()
        ],
    )
    for name, org_id in story.orgs.items():
        [person] = (
            await list_people(
                conn, actor=system_actor(story.network_id, org_id), page=PageRequest()
            )
        ).items
        story.accounts[name] = person.account_id
        story.memberships[name] = person.membership_id


async def an_empty_network(owner_pool: Pool) -> Story:
    """A network in which there is nobody yet."""
    code = f"T{uuid4().hex[:12]}"
    async with owner_pool.acquire() as conn:
        network_id = await create_network(
            conn, code=code, name="测试网络", name_en="Test network", currency="CNY"
        )
    return Story(network_id=network_id, code=code)


async def an_account(
    owner_pool: Pool, *, name: str = "someone", password_hash: str = "no password fits"
) -> int:
    """A person who belongs to no organization yet."""
    account_id: int = await owner_pool.fetchval(
        "INSERT INTO identity.account (email, name, locale, password_hash)"
        " VALUES ($1, $2, 'en', $3) RETURNING id",
        f"{name}.{uuid4().hex[:12]}@example.com",
        name,
        password_hash,
    )
    return account_id


def _draft(story: Story, name: str) -> NewOrganization:
    return NewOrganization(
        kind=KINDS[name], code=name.upper(), name=f"测试 {name}", name_en=name, region="CN-31"
    )
