"""`tradeline wechat-simulator` as a person runs it: a process, its settings, its controls."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tradeline_server.cli import main
from tradeline_server.wechat import PaymentRequest, load_wechat_settings, open_wechat

STOP_SECONDS_MAX = 15.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wechat") / "home of mine"


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[dict[str, Any]]:
    environment = {**os.environ, "TRADELINE_HOME": str(home)}
    process = subprocess.Popen(
        [sys.executable, "-m", "tradeline_server.cli", "wechat-simulator", "--port=0", "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_SECONDS_MAX) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


async def test_its_printed_settings_are_all_that_a_payment_needs(running: dict[str, Any]) -> None:
    settings = load_wechat_settings(running["environment"])
    assert settings is not None
    request = PaymentRequest(
        out_trade_no="T000001", description="芒果", total=100, openid="oPayerOfThisTest"
    )
    async with open_wechat(settings) as wechat, httpx2.AsyncClient(trust_env=False) as payer:

        async def act(name: str, **values: object) -> tuple[int, Any]:
            answer = await payer.post(f"{running['url']}/_simulator/{name}", json=values)
            return answer.status_code, answer.json()

        prepay_id = await wechat.pay.prepay(request)
        assert (await act("pay", prepay_id=prepay_id, fails=True))[1]["trade_state"] == "NOTPAY"
        assert not (await wechat.pay.transaction("T000001")).is_paid
        assert (await act("pay", prepay_id=prepay_id))[1]["trade_state"] == "SUCCESS"
        assert (await act("pay", prepay_id=prepay_id))[1]["code"] == "ORDER_PAID"
        paid = await wechat.pay.transaction("T000001")
        assert paid.is_paid

        _, codes = await act("arrive", openid="oPayerOfThisTest", phone="13800138000")
        session = await wechat.mini_program.log_in(codes["login_code"])
        assert session.openid == "oPayerOfThisTest"
        await act("consent", openid=session.openid, template_id="t")
        await wechat.mini_program.send_message(
            openid=session.openid, template_id="t", values={"thing1": "x"}
        )
        assert (await act("advance", seconds=60))[0] == 200
        assert (await act("disturb", mischief="lose"))[0] == 200
        assert (await act("release"))[1] == {"released": 0}
        assert (await act("receive", transaction_id=paid.transaction_id))[1]["code"] == "10060004"
        for name, values in (
            ("fail", {"mishap": "busy", "path": "/v3/none"}),
            ("bill-difference", {"day": "2026-11-22", "kind": "missing", "about": "T000001"}),
            ("refund-outcome", {"out_refund_no": "R1", "status": "ABNORMAL"}),
            ("fail-receiver", {"account": "1900000200"}),
        ):
            assert await act(name, **values) == (200, {})
        _, state = await act("state")
        assert [payment["trade_state"] for payment in state["payments"]] == ["SUCCESS"]
        assert [sent["openid"] for sent in state["messages"]] == [session.openid]

        for name, values in (
            ("nonsense", {}),
            ("pay", {"more": 1}),
            ("advance", {"seconds": -1}),
            ("disturb", {"mischief": "unheard-of"}),
            ("pay", {"prepay_id": "wx-unknown"}),
        ):
            status, refused = await act(name, **values)
            assert status in (400, 404)
            assert refused["message"]
        await act("start-over")
        assert (await act("state"))[1]["payments"] == []


def test_a_port_that_is_taken_is_told_in_one_line(
    running: dict[str, Any],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    port = running["url"].rpartition(":")[2]
    monkeypatch.setenv("TRADELINE_HOME", str(home))
    with pytest.raises(SystemExit) as stopped:
        main(["wechat-simulator", f"--port={port}"])

    assert stopped.value.code == 1
    message = capsys.readouterr().err
    assert message.startswith(f"error: Cannot listen on port {port}")
    assert message.count("\n") == 1
