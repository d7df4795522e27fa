"""`tradeline payments` as an operator runs it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from tests.factories_paying import Counter
from tests.factories_payments import a_capture, a_payment, a_refund, capturing, refunding
from tests.factories_wechat import OPENID, wechat_keys
from tradeline.kernel import TRADE_ZONE
from tradeline.payments import Payment
from tradeline_server.wechat.settings import PREFIX
from tradeline_server.wechat.simulator import Mischief, public_pem
from tradeline_server.wechat.simulator.bills import Difference as Disagreement


@pytest.fixture
def environment(counter: Counter, tmp_path: Path) -> dict[str, str]:
    """As in production, but that WeChat is the simulator."""
    keys = wechat_keys()
    pem = keys.merchant.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    settings = {
        "MCHID": counter.till.merchant_id,
        "APPID": keys.appid,
        "MERCHANT_SERIAL": keys.merchant_serial,
        "MERCHANT_KEY": pem.decode(),
        "APIV3_KEY": keys.apiv3_key.decode(),
        "APP_SECRET": keys.app_secret,
        "PUBLIC_KEY_ID": keys.public_key_id,
        "PUBLIC_KEY": public_pem(keys.platform.public_key()).decode(),
        "NOTIFY_URL": f"{counter.url}/wechat/notices/{counter.till.merchant_id}",
        "PAY_URL": counter.wechat_url,
        "API_URL": counter.wechat_url,
    }
    of_wechat = {PREFIX + name: value for name, value in settings.items()}
    home = {"DATABASE_URL": counter.dsn, "TRADELINE_HOME": str(tmp_path), "COLUMNS": "250"}
    return {**os.environ, **of_wechat, **home}


async def run(environment: dict[str, str], *arguments: str) -> tuple[int, Any, str]:
    """Exit code, what was printed as JSON, and what was said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tradeline_server.cli", "payments", *arguments),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, said = await process.communicate()
    assert process.returncode is not None
    return process.returncode, json.loads(out) if out else None, said.decode()


async def taken(counter: Counter) -> Payment:
    payment, prepay_id = await counter.prepaid(a_payment(counter.till))
    counter.simulator.disturb(Mischief.LOSE, about=payment.number)
    counter.simulator.pay(prepay_id, OPENID)
    theirs = counter.theirs(payment)
    paid_at = datetime.fromtimestamp(theirs.paid_at, UTC)
    word = a_capture(payment, transaction_id=theirs.transaction_id, captured_at=paid_at)
    await capturing(counter.till, word)
    return payment


async def test_a_bill_with_one_difference_names_that_one(
    counter: Counter, environment: dict[str, str]
) -> None:
    payment = await taken(counter)
    await taken(counter)
    now = datetime.now(TRADE_ZONE)
    ten = (now + timedelta(days=1)).replace(hour=10, minute=0, second=1)
    counter.simulator.advance((ten - now).total_seconds())
    wrong = Disagreement(kind="amount", about=payment.number, by=1)
    counter.simulator.differences[now.date()] = [wrong]

    day = now.date().isoformat()
    code, found, said = await run(environment, "reconcile", "--day", day, "--json")

    assert (code, found["failed"]) == (1, {})
    [merchant] = found["merchants"]
    assert (merchant["merchant_id"], merchant["lines"]) == (counter.till.merchant_id, 2)
    [difference] = merchant["differences"]
    assert (difference["kind"], difference["number"]) == ("amount", payment.number)
    assert difference["theirs_minor"] == difference["ours_minor"] + 1
    assert "Open differences: 1" in said
    _, _, shown = await run(environment, "reconcile", "--day", day)
    assert payment.number in shown
    _, status, _ = await run(environment, "status", "--json")
    assert [(row["what"], row["state"]) for row in status["waiting"]] == [("difference", "amount")]


async def test_a_day_that_agrees_ends_well_and_one_without_a_bill_does_not(
    counter: Counter, environment: dict[str, str]
) -> None:
    code, found, _ = await run(environment, "reconcile", "--day", "2026-11-01", "--json")
    assert (code, found["merchants"][0]["differences"]) == (0, [])

    today = datetime.now(TRADE_ZONE).date().isoformat()
    code, found, _ = await run(environment, "reconcile", "--day", today, "--json")
    assert code == 1
    assert list(found["failed"]) == [counter.till.merchant_id]

    assert (await run(environment, "reconcile", "--day", "2999-01-01"))[0] == 2


async def test_what_is_under_way_is_told_with_its_last_trouble(
    counter: Counter, environment: dict[str, str]
) -> None:
    code, status, _ = await run(environment, "status", "--json")
    assert (code, status["waiting"]) == (0, [])
    payment = await taken(counter)
    await refunding(counter.till, a_refund(payment, 100))
    await counter.owner_pool.execute("UPDATE payments.refund SET last_error = 'NOT_ENOUGH x'")

    code, status, _ = await run(environment, "status", "--json")

    [row] = status["waiting"]
    assert (row["what"], row["state"], row["count"]) == ("refund", "requested", 1)
    assert row["last_error"] == "NOT_ENOUGH x"
    assert "NOT_ENOUGH x" in (await run(environment, "status"))[2]


async def test_without_a_merchant_there_is_nothing_to_reconcile(
    counter: Counter, environment: dict[str, str]
) -> None:
    bare = {name: value for name, value in environment.items() if not name.startswith(PREFIX)}

    code, _, said = await run(bare, "reconcile")

    assert code == 1
    assert said.count("\n") == 1
    assert "No merchant" in said


async def test_who_collects_as_a_merchant_is_told_on_this_machine_alone(
    counter: Counter, environment: dict[str, str]
) -> None:
    story = counter.till.story
    codes = await counter.owner_pool.fetch(
        "SELECT id, code FROM organizations.organization WHERE network_id = $1", story.network_id
    )
    code_of = {row["id"]: row["code"] for row in codes}
    brand, trader = code_of[story.orgs["brand"]], code_of[story.orgs["trader_b"]]
    network = ("--network", story.code)

    code, _, said = await run(
        environment,
        *("collect", *network, "--organization", trader, "--merchant", "1900000777"),
        *("--app", "wx-of-ours", "--ratio-max", "2900", "--wait-days", "7"),
        *("--fee", "54"),
    )
    assert code == 0, said
    row = await counter.owner_pool.fetchrow(
        "SELECT org_id, sharing_ratio_max_bp, sharing_wait_days, fee_bp"
        "  FROM channels.payment_account WHERE merchant_id = '1900000777'"
    )
    assert row is not None
    assert tuple(row) == (story.orgs["trader_b"], 2900, 7, 54)

    taken_by_another = await run(
        environment,
        *("collect", *network, "--organization", brand, "--merchant", "1900000777"),
    )
    assert taken_by_another[0] == 1
    nobody = await run(
        environment, "collect", *network, "--organization", "NONE", "--merchant", "1900000778"
    )
    assert nobody[0] == 1
    assert nobody[2].count("\n") == 1


async def test_no_slip_of_the_keys_takes_a_merchant_by_whom_consumers_paid_from_its_collector(
    counter: Counter, environment: dict[str, str]
) -> None:
    story, till = counter.till.story, counter.till
    await taken(counter)
    before = await counter.owner_pool.fetch("SELECT * FROM channels.payment_account")
    [code] = await counter.owner_pool.fetch(
        "SELECT organization.code FROM channels.payment_account AS account"
        "  JOIN organizations.organization AS organization ON organization.id = account.org_id"
        " WHERE account.merchant_id = $1",
        till.merchant_id,
    )
    collector = ("collect", "--network", story.code, "--organization", code["code"])

    no_number = await run(environment, *collector, "--merchant", "abc")
    another = await run(environment, *collector, "--merchant", "1900000999")

    assert no_number[0] == 2
    assert another[0] == 1
    assert f"collects as {till.merchant_id}" in another[2]
    assert before == await counter.owner_pool.fetch("SELECT * FROM channels.payment_account")
