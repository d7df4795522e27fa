"""Files over HTTP: who gets them, what they are called, and what others are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest
from litestar import Litestar
from litestar.datastructures import State

from tests.factories import Story
from tests.factories_drafts import a_shop, resolved, saved
from tests.factories_files import sheets_of, text_of_pdf
from tests.factories_settlement import a_debt, a_trading_network, owing
from tests.integration.identity.test_tokens import KEYS, a_client, issued
from tests.integration.server.test_auth import a_browser, sign_in
from tradeline import identity
from tradeline.kernel import Database, Permission, Pool, Rejected
from tradeline.ordering import read_rows_of_file
from tradeline.settlement import ObligationKind, confirm_statement, issue_statement
from tradeline_graph._ids import to_id
from tradeline_server.files import statement_pdf, statement_xlsx
from tradeline_server.files.routes import FILES
from tradeline_server.graph import GRAPH

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
async def story(db: Database, owner_pool: Pool) -> Story:
    return await a_trading_network(owner_pool, db)


@pytest.fixture
async def client(db: Database) -> AsyncIterator[httpx2.AsyncClient]:
    app = Litestar([*GRAPH, *FILES], state=State({"db": db, "token_keys": KEYS}))
    async with a_browser(app) as client:
        yield client


async def stated(db: Database, story: Story, *amounts: int) -> str:
    """The id of a statement of what trader A owes the brand."""
    edge = story.edge("brand", "trader_a")
    debts = [
        a_debt(edge, abs(minor), ObligationKind.GOODS if minor > 0 else ObligationKind.PAYMENT)
        for minor in amounts
    ]
    await owing(db, story, *debts)
    async with db.unit_of_work(story.network_id) as conn:
        statement_id = await issue_statement(conn, actor=story.actor("brand"), relationship_id=edge)
        await confirm_statement(conn, actor=story.actor("brand"), statement_id=statement_id)
    return to_id("Statement", statement_id)


async def get(
    client: httpx2.AsyncClient,
    db: Database,
    path: str,
    story: Story | None = None,
    name: str = "",
    **headers: str,
) -> httpx2.Response:
    """What the owner of an organization is answered, or nobody."""
    given = {key.replace("_", "-"): value for key, value in headers.items()}
    if story is not None:
        given["authorization"] = f"Bearer {(await issued(db, story, name)).access_token}"
    return await client.get(path, headers=given)


def name_of(response: httpx2.Response) -> str:
    disposition = response.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="')
    return unquote(disposition.partition("filename*=UTF-8''")[2])


def error_in(response: httpx2.Response) -> dict[str, Any]:
    [error] = response.json()["errors"]
    assert error["message"]
    return {"status": response.status_code, "code": error["extensions"]["code"]}


async def test_both_sides_take_the_same_closing_away(
    client: httpx2.AsyncClient, db: Database, story: Story
) -> None:
    id = await stated(db, story, 123_45, 50_000_00, -1_00)

    for name in ("brand", "trader_a"):
        sheet = await get(client, db, f"/files/statements/{id}.xlsx", story, name)
        document = await get(client, db, f"/files/statements/{id}.pdf", story, name)

        assert (sheet.status_code, document.status_code) == (200, 200)
        assert sheet.headers["content-type"] == XLSX
        assert document.headers["content-type"] == "application/pdf"
        _, lines = sheets_of(sheet.content)
        assert lines[-1][4:] == [50_123.45, 1.0, 50_122.45]
        text = text_of_pdf(document.content)
        assert "50,122.45" in text
        assert "brand" in text
        assert "trader_a" in text
        for response in (sheet, document):
            assert response.headers["cache-control"] == "no-store"
            assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_file_has_a_name_in_its_language_and_one_in_ascii(
    client: httpx2.AsyncClient, db: Database, owner_pool: Pool, story: Story
) -> None:
    await owner_pool.execute(
        "UPDATE organizations.organization SET name = $2 WHERE id = $1",
        story.orgs["brand"],
        '茶"/..\\\r\n公司',
    )
    id = await stated(db, story, 1)

    chinese = await get(client, db, f"/files/statements/{id}.xlsx?locale=zh", story, "brand")
    english = await get(client, db, f"/files/statements/{id}.xlsx?locale=en", story, "brand")

    assert name_of(chinese).startswith("对账单 ST-")
    assert "茶_.._公司" in name_of(chinese)
    assert name_of(english).startswith("Statement of account ST-")
    plain = chinese.headers["content-disposition"].split('"')[1]
    assert plain.startswith("statement-ST-")
    assert plain.isascii()
    assert sheets_of(chinese.content)[1][0][0] == "日期"
    assert sheets_of(english.content)[1][0][0] == "Date"


async def test_a_browser_downloads_with_its_cookie_and_no_other_page_does(
    client: httpx2.AsyncClient, db: Database, story: Story
) -> None:
    id = await stated(db, story, 1)
    path = f"/files/statements/{id}.xlsx"

    before = await client.get(path)
    await sign_in(client, story.email("trader_a"))
    own = await client.get(path, headers={"sec-fetch-site": "same-origin"})
    others = await client.get(path, headers={"sec-fetch-site": "cross-site"})

    assert error_in(before) == {"status": 401, "code": "UNAUTHENTICATED"}
    assert own.status_code == 200
    assert error_in(others) == {"status": 403, "code": "FORBIDDEN"}


async def test_strangers_are_told_the_same_as_of_what_is_not_there(
    client: httpx2.AsyncClient, db: Database, owner_pool: Pool, story: Story
) -> None:
    id = await stated(db, story, 1)
    other = await a_trading_network(owner_pool, db)
    nothing = to_id("Statement", 10**15)

    for kind in ("xlsx", "pdf"):
        missing = await get(client, db, f"/files/statements/{nothing}.{kind}", story, "brand")
        assert error_in(missing) == {"status": 404, "code": "NOT_FOUND"}
        for whose, name in ((story, "trader_b"), (story, "retailer_1"), (other, "brand")):
            refused = await get(client, db, f"/files/statements/{id}.{kind}", whose, name)
            assert (refused.status_code, refused.content) == (404, missing.content)


async def test_what_names_no_file_is_not_there(
    client: httpx2.AsyncClient, db: Database, story: Story
) -> None:
    id, order = await stated(db, story, 1), to_id("Order", 1)

    for name in ("x.xlsx", "x", ".pdf", id, f"{id}.docx", f"{id}.PDF", f"{order}.pdf"):
        answer = await get(client, db, f"/files/statements/{name}", story, "brand")
        assert error_in(answer) == {"status": 404, "code": "NOT_FOUND"}, name


async def test_whoever_lacks_the_permission_is_told_whom_to_ask(
    client: httpx2.AsyncClient, db: Database, owner_pool: Pool, story: Story
) -> None:
    id = await stated(db, story, 1)
    await owner_pool.execute(
        "UPDATE identity.membership_role SET role_id = $3"
        "  WHERE network_id = $1 AND membership_id = $2",
        story.network_id,
        story.memberships["trader_a"],
        story.roles["warehouse"],
    )

    for path in (
        f"/files/statements/{id}.xlsx",
        f"/files/statements/{id}.pdf",
        "/files/order-template.xlsx",
        "/files/order-template.csv",
    ):
        refused = await get(client, db, path, story, "trader_a")
        assert error_in(refused) == {"status": 403, "code": "FORBIDDEN"}


async def test_a_link_that_is_followed_in_vain_leads_to_a_page(
    client: httpx2.AsyncClient, db: Database
) -> None:
    path = "/files/statements/x.pdf"
    english = await get(client, db, path, accept="text/html,*/*")
    chinese = await get(client, db, path, accept="text/html", accept_language="zh-CN")

    assert english.status_code == chinese.status_code == 401
    assert english.headers["content-type"].startswith("text/html")
    assert "Sign in" in english.text
    assert '<html lang="zh-CN">' in chinese.text
    assert "请先登录" in chinese.text
    assert "default-src 'none'" in english.headers["content-security-policy"]


async def test_an_unknown_language_is_refused(
    client: httpx2.AsyncClient, db: Database, story: Story
) -> None:
    id = await stated(db, story, 1)
    for wanted in ("fr", "zh-CN", ""):
        path = f"/files/statements/{id}.xlsx?locale={wanted}"
        refused = await get(client, db, path, story, "brand")
        assert error_in(refused) == {"status": 400, "code": "BAD_REQUEST"}


async def test_a_statement_of_too_many_lines_is_refused_with_a_way_out(
    client: httpx2.AsyncClient, db: Database, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statement_pdf, "LINES_MAX", 3)
    monkeypatch.setattr(statement_xlsx, "LINES_MAX", 4)
    id = await stated(db, story, 1, 2, 3, 4)

    document = await get(client, db, f"/files/statements/{id}.pdf", story, "brand")
    sheet = await get(client, db, f"/files/statements/{id}.xlsx", story, "brand")

    assert error_in(document) == {"status": 422, "code": "TOO_LONG"}
    assert "XLSX" in document.text
    assert sheet.status_code == 200


async def test_the_template_has_the_columns_to_fill_in_and_nothing_else(
    client: httpx2.AsyncClient, db: Database, story: Story
) -> None:
    sheet = await get(client, db, "/files/order-template.xlsx?locale=zh", story, "retailer_1")
    table = await get(client, db, "/files/order-template.csv?locale=en", story, "retailer_1")

    assert sheets_of(sheet.content) == [[["商品编码", "数量"]]]
    assert table.content == "\ufeffCode,Quantity\r\n".encode()
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert name_of(sheet) == "订货模板.xlsx"
    assert name_of(table) == "order-template.csv"
    nobody = await get(client, db, "/files/order-template.csv")
    assert error_in(nobody) == {"status": 401, "code": "UNAUTHENTICATED"}


async def test_a_bearer_of_statement_read_alone_is_let_in(
    client: httpx2.AsyncClient, db: Database, story: Story
) -> None:
    id = await stated(db, story, 1)
    machine = await a_client(db, story, "brand", Permission.STATEMENT_READ)
    tokens = await identity.client_credentials(
        db, keys=KEYS, client_id=machine.client_id, client_secret=machine.client_secret
    )
    assert tokens is not None
    headers = {"authorization": f"Bearer {tokens.access_token}"}

    answer = await client.get(f"/files/statements/{id}.xlsx", headers=headers)

    assert answer.status_code == 200
    particulars, _ = sheets_of(answer.content)
    assert any("trader_a" in row for row in particulars)


async def test_rows_with_problems_go_out_and_come_in_again(
    client: httpx2.AsyncClient, db: Database, owner_pool: Pool
) -> None:
    shop = await a_shop(owner_pool, db)
    typed = [
        ("BEER", "12"),
        ("=cmd|' /C calc'!A0", "3"),
        ("0012345", "１２"),
        ("TEA", "300"),
        ("tea", "300"),
        ("SODA", "很多"),
    ]
    draft = await resolved(db, shop, *typed)
    path = f"/files/order-drafts/{to_id('OrderDraft', draft.draft.id)}/problems"

    for kind in ("xlsx", "csv"):
        for locale, header in (
            ("zh", ["商品编码", "数量", "问题"]),
            ("en", ["Code", "Quantity", "Problem"]),
        ):
            file = await get(client, db, f"{path}.{kind}?locale={locale}", shop.story, "retailer_1")

            assert file.status_code == 200
            assert file.headers["cache-control"] == "no-store"
            assert name_of(file).endswith(f".{kind}")
            again = read_rows_of_file(f"problems.{kind}", file.content)
            assert [(row.code, row.quantity_text) for row in again] == typed[1:]
            assert [row.code for row in again] == [row.code for row in draft.kept_rows]
            if kind == "csv":
                assert b"\r\n'=cmd" in file.content
            else:
                [cells] = sheets_of(file.content)
                assert cells[0] == header
                assert all(row[2] for row in cells[1:])
                assert "TEA" in cells[4][2], "where it was summed"
                assert all(isinstance(cell, str) for row in cells for cell in row)
                assert not any(cell.startswith("=") for row in cells for cell in row)


async def test_a_draft_is_its_persons_alone(
    client: httpx2.AsyncClient, db: Database, owner_pool: Pool, story: Story
) -> None:
    shop = await a_shop(owner_pool, db)
    draft = await saved(db, shop, ("NOTHING", "1"))
    path = f"/files/order-drafts/{to_id('OrderDraft', draft.id)}"

    for whose, name in (
        (shop.story, "trader_a"),
        (shop.story, "retailer_2"),
        (story, "retailer_1"),
    ):
        for kind in ("xlsx", "csv"):
            refused = await get(client, db, f"{path}/problems.{kind}", whose, name)
            assert error_in(refused) == {"status": 404, "code": "NOT_FOUND"}
    for file in ("problems", "problems.pdf", "rows.csv", "problems.csv.csv"):
        refused = await get(client, db, f"{path}/{file}", shop.story, "retailer_1")
        assert error_in(refused) == {"status": 404, "code": "NOT_FOUND"}
    assert (await client.get(f"{path}/problems.csv")).status_code == 401


async def test_the_template_filled_in_is_what_an_import_takes(
    client: httpx2.AsyncClient, db: Database, story: Story
) -> None:
    for locale in ("zh", "en"):
        path = f"/files/order-template.csv?locale={locale}"
        empty = await get(client, db, path, story, "retailer_1")

        [row] = read_rows_of_file("order.csv", empty.content + b"0012,2 CASE\r\n")

        assert (row.code, row.quantity_text) == ("0012", "2 CASE")
        path = f"/files/order-template.xlsx?locale={locale}"
        sheet = await get(client, db, path, story, "retailer_1")
        with pytest.raises(Rejected) as rejected:  # it is read, and has no row yet
            read_rows_of_file("order.xlsx", sheet.content)
        assert "no row" in str(rejected.value)
