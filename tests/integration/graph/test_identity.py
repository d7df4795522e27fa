"""Identity in the graph: the shape of the answers and the locks, not the rules behind."""

from __future__ import annotations

from typing import Any

from tests.factories import PASSWORD, a_network
from tests.integration.graph.test_organizations import code_of, does, execute, organization
from tests.integration.identity.test_people import hired
from tests.integration.identity.test_tokens import KEYS
from tradeline.kernel import Database, Locale, Permission, Pool
from tradeline_graph._context import Context
from tradeline_graph._ids import to_id
from tradeline_graph.schema import schema


async def publicly(db: Database, field: str, selection: str, **input: Any) -> dict[str, Any]:
    """The payload of a mutation that nobody need be signed in for."""
    name = field[0].upper() + field[1:]
    document = (
        f"mutation ($input: {name}Input!) {{ {field}(input: $input) {{ {selection} errors"
        " { __typename ... on Problem { message } } } }"
    )
    context = Context(db=db, locale=Locale.ZH, token_keys=KEYS)
    result = await schema.execute(document, {"input": input}, context)
    assert result.errors is None, result.errors
    assert result.data is not None
    payload: dict[str, Any] = result.data[field]
    return payload


async def test_the_viewer_is_told_who_and_for_whom(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)

    data = await execute(
        db,
        story.actor("brand", Permission.STOCK_READ),
        """{ viewer {
            locale permissions account { email name } organization { code }
            memberships { organizationCode networkCode isActing }
        } }""",
    )

    assert data["viewer"] == {
        "locale": "EN",
        "permissions": ["STOCK_READ"],
        "account": {"email": story.email("brand"), "name": "brand"},
        "organization": {"code": "BRAND"},
        "memberships": [{"organizationCode": "BRAND", "networkCode": story.code, "isActing": True}],
    }


async def test_a_program_signs_in_and_refreshes(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    selection = "tokens { accessToken expiresInSeconds refreshToken }"

    issued = await publicly(
        db, "tokenIssue", selection, email=story.email("brand"), password=PASSWORD
    )
    refresh_token = issued["tokens"]["refreshToken"]
    refreshed = await publicly(db, "tokenRefresh", selection, refreshToken=refresh_token)
    again = await publicly(db, "tokenRefresh", selection, refreshToken=refresh_token)
    wrong = await publicly(
        db, "tokenIssue", selection, email=story.email("brand"), password="wrong"
    )

    assert refreshed["tokens"]["refreshToken"] != refresh_token
    assert again["tokens"] is None
    assert [e["__typename"] for e in again["errors"]] == ["TokenNotUsable"]
    assert wrong["errors"] == [
        {"__typename": "SignInFailed", "message": "邮箱或密码不正确；请核对后重试。"}
    ]


async def test_signing_in_too_often_tells_when_to_try_again(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    await owner_pool.execute(
        "INSERT INTO identity.sign_in_failure VALUES ($1, 10, now() + interval '9 minutes')",
        f"email:{story.email('brand')}",
    )

    refused = await publicly(
        db, "signIn", "viewer { locale }", email=story.email("brand"), password=PASSWORD
    )

    assert refused["errors"] == [
        {
            "__typename": "TooManySignIns",
            "message": "登录失败次数过多；请在 9 分钟后重试。",
        }
    ]


async def test_somebody_is_invited_joins_and_is_given_other_roles(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    brand, email = story.actor("brand"), f"new@{story.code}.example.com".lower()
    viewer, buyer = (to_id("Role", story.roles[code]) for code in ("viewer", "buyer"))

    invited = await does(
        db,
        brand,
        "invitationCreate",
        "token invitation { email roles { code } organization { code } }",
        requestId="invite-1",
        email=email,
        roleIds=[viewer],
    )
    repeated = await does(
        db, brand, "invitationCreate", "token", requestId="invite-1", email=email, roleIds=[viewer]
    )
    joined = await publicly(
        db,
        "invitationAccept",
        "__typename",
        token=invited["token"],
        name="新人",
        password="a long password",
    )
    people = (await execute(db, brand, "{ people { edges { node { id name roles { code } } } } }"))[
        "people"
    ]["edges"]
    changed = await does(
        db,
        brand,
        "memberRolesSet",
        "member { roles { code } }",
        memberId=people[1]["node"]["id"],
        roleIds=[buyer, viewer],
    )
    removed = await does(
        db,
        brand,
        "memberDeactivate",
        "member { isActive }",
        memberId=people[1]["node"]["id"],
    )

    assert invited["invitation"] == {
        "email": email,
        "roles": [{"code": "viewer"}],
        "organization": {"code": "BRAND"},
    }
    assert (repeated["token"], repeated["errors"]) == (None, [])
    assert joined["errors"] == []
    assert people[1]["node"]["name"] == "新人"
    assert [role["code"] for role in changed["member"]["roles"]] == ["buyer", "viewer"]
    assert removed["member"] == {"isActive": False}


async def test_an_invitation_is_listed_and_taken_back(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    made = await does(
        db,
        brand,
        "invitationCreate",
        "token invitation { id }",
        email="someone@example.com",
        roleIds=[to_id("Role", story.roles["viewer"])],
    )

    revoked = await does(
        db,
        brand,
        "invitationRevoke",
        "invitation { revokedAt }",
        invitationId=made["invitation"]["id"],
    )
    late = await publicly(
        db, "invitationAccept", "__typename", token=made["token"], name="x", password="12345678"
    )
    listed = await execute(db, brand, "{ invitations { edges { node { id } } } }")

    assert revoked["invitation"]["revokedAt"]
    assert [e["__typename"] for e in late["errors"]] == ["InvitationNotUsable"]
    assert [edge["node"]["id"] for edge in listed["invitations"]["edges"]] == [
        made["invitation"]["id"]
    ]


async def test_roles_are_made_and_changed_within_ones_own_permissions(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    manager = story.actor(
        "brand", Permission.PEOPLE_MANAGE, Permission.PEOPLE_READ, Permission.STOCK_READ
    )
    draft = {"code": "inspector", "name": "驗貨", "nameEn": "Inspector"}

    made = await does(
        db,
        manager,
        "roleCreate",
        "role { id isBuiltIn permissions }",
        permissions=["STOCK_READ"],
        **draft,
    )
    excess = await does(
        db,
        manager,
        "roleUpdate",
        "role { id }",
        roleId=made["role"]["id"],
        permissions=["STOCK_READ", "STOCK_MANAGE"],
    )
    named = await does(
        db,
        manager,
        "roleUpdate",
        "role { nameEn permissions }",
        roleId=made["role"]["id"],
        nameEn="Checker",
    )
    roles = (await execute(db, manager, "{ roles { code isBuiltIn } }"))["roles"]

    assert made["role"]["permissions"] == ["STOCK_READ"]
    assert [e["__typename"] for e in excess["errors"]] == ["PermissionNotHeld"]
    assert named["role"] == {"nameEn": "Checker", "permissions": ["STOCK_READ"]}
    assert roles[-1] == {"code": "inspector", "isBuiltIn": False}
    assert all(role["isBuiltIn"] for role in roles[:-1])


async def test_a_machines_secret_is_told_once(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)
    brand = story.actor("brand")
    request: dict[str, Any] = {
        "requestId": "client-1",
        "name": "ERP",
        "permissions": ["STOCK_READ"],
    }
    selection = "clientSecret apiClient { id clientId permissions createdBy }"

    made = await does(db, brand, "apiClientCreate", selection, **request)
    again = await does(db, brand, "apiClientCreate", selection, **request)
    revoked = await does(
        db,
        brand,
        "apiClientRevoke",
        "apiClient { isActive }",
        apiClientId=made["apiClient"]["id"],
    )
    listed = await execute(db, brand, "{ apiClients { edges { node { name isActive } } } }")

    assert len(made["clientSecret"]) >= 43
    assert made["apiClient"]["createdBy"] == "brand"
    assert again == made | {"clientSecret": None}
    assert revoked["apiClient"] == {"isActive": False}
    assert listed["apiClients"]["edges"] == [{"node": {"name": "ERP", "isActive": False}}]


async def test_the_audit_trail_tells_who_did_what_with_opaque_ids(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    edge_id = to_id("Relationship", story.edge("trader_a", "retailer_1"))
    for name in ("trader_a", "retailer_1"):
        await does(
            db,
            story.actor(name),
            "relationshipTermsChange",
            "relationship { id }",
            relationshipId=edge_id,
            **({"paymentTermsDays": 7} if name == "trader_a" else {"sharesSellOut": True}),
        )
    document = """query ($id: ID) {
        auditEntries(subjectType: "relationship", subjectId: $id) { edges { node {
            action subjectId person organization { code } changes { field before after }
        } } }
    }"""

    data = await execute(db, story.actor("trader_a"), document, id=edge_id)

    [changed, created] = [edge["node"] for edge in data["auditEntries"]["edges"]]
    assert changed == {
        "action": "relationship.terms_change",
        "subjectId": edge_id,
        "person": "trader_a",
        "organization": {"code": "TRADER_A"},
        "changes": [{"field": "paymentTermsDays", "before": "30", "after": "7"}],
    }
    shown = {change["field"]: change["after"] for change in created["changes"]}
    assert shown["buyerOrgId"] == f'"{organization(story, "retailer_1")}"'
    assert "id" not in shown
    stranger = await execute(db, story.actor("trader_b"), document, id=edge_id)
    assert stranger["auditEntries"]["edges"] == []


async def test_a_list_of_people_asks_for_all_their_roles_at_once(
    owner_pool: Pool, db: Database
) -> None:
    story = await a_network(owner_pool, db)
    for number in range(5):
        await hired(db, story, f"clerk{number}", "brand", "viewer")
    batches = []

    class Counting(Context):
        def loader(self, name: str, load: Any) -> Any:
            batches.append(name) if name not in self.loaders else None
            return super().loader(name, load)

    context = Counting(db=db, actor=story.actor("brand"), locale=Locale.EN)
    result = await schema.execute(
        "{ people { edges { node { roles { code } } } } }", context_value=context
    )

    assert result.errors is None
    assert batches == ["role"]


async def test_without_the_permission_the_fields_are_shut(owner_pool: Pool, db: Database) -> None:
    story = await a_network(owner_pool, db)

    for query in (
        "{ people { edges { cursor } } }",
        "{ roles { code } }",
        "{ invitations { edges { cursor } } }",
        "{ apiClients { edges { cursor } } }",
        "{ auditEntries { edges { cursor } } }",
    ):
        assert await code_of(db, None, query) == "UNAUTHENTICATED"
        assert await code_of(db, story.visitor("brand"), query) == "FORBIDDEN"
    assert await code_of(db, None, "{ viewer { locale } }") == "UNAUTHENTICATED"
