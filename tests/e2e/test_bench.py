"""`tradeline bench` from end to end, as small as it gets."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.sizes import in_proof
from tradeline_server.bench.benching import Report

SECONDS_MAX = 200
BENCH = (sys.executable, "-m", "tradeline_server.cli", "bench")
SMALL = ("--seconds", "1", "--skus", "60", "--relationships", "8", "--concurrency", "4", "--json")
ONE_PROCESS = ("--web-processes", "1")
pytestmark = pytest.mark.timeout(2 * SECONDS_MAX)


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return kept | {"TRADELINE_HOME": str(home)}


def bench(home: Path, *arguments: str) -> dict[str, Any]:
    """The report of a bench that ended well, and left nothing behind."""
    done = subprocess.run(
        [*BENCH, *arguments, *SMALL],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(home.iterdir()) == []
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("my bench")


@pytest.fixture(scope="module")
def orders(home: Path) -> dict[str, Any]:
    return bench(home, "orders", "--lines", "3", "--history", "30", "--web-processes", "2")


def test_every_figure_is_there(orders: dict[str, Any]) -> None:
    fields = set(Report.__dataclass_fields__) - {"per_minute"} | {"orders_per_minute"}

    assert set(orders) == fields
    assert {"parsing", "executing", "deciding", "storing"} <= set(orders["shares"])
    assert sum(orders["shares"].values()) == pytest.approx(1, abs=0.3)  # of one second
    assert orders["plan"]["lines"] == 3
    assert orders["plan"]["web_processes"] == 2
    assert orders["offered_per_minute"] is orders["sent_late_p99_ms"] is None
    assert orders["fsync"] == "on"
    assert orders["peak_rss_mb"] > 50


def test_orders_are_placed_posted_and_none_is_lost(orders: dict[str, Any]) -> None:
    assert orders["accepted"] > 0
    assert orders["errors"] == 0, orders["faults"]
    assert orders["acknowledged"] >= orders["accepted"]
    assert (orders["lost"], orders["oversold"], orders["unacknowledged"]) == (0, 0, 0)
    assert (orders["doctor_violations"], orders["violations"]) == (0, [])
    assert orders["journals"] >= 2
    assert orders["posting_lag_p99_ms"] > 0
    assert 0 < orders["placed_and_posted_per_minute"] <= orders["orders_per_minute"]
    assert 0 < orders["p50_ms"] <= orders["p95_ms"] <= orders["p99_ms"]
    assert orders["p50_ms"] / 10 < orders["mean_ms"] <= orders["p99_ms"]


@in_proof
def test_everybody_may_want_the_same_at_a_fixed_rate(home: Path) -> None:
    hot = bench(home, "orders", "--hot", "--lines", "1", "--rate", "600", *ONE_PROCESS)

    assert hot["accepted"] > 0
    assert 0 < hot["offered_per_minute"] < 1_800  # by chance ten of them in the one second
    assert hot["sent_late_p99_ms"] >= 0
    assert (hot["refused"], hot["errors"], hot["lost"], hot["oversold"]) == (0, 0, 0, 0)
    assert hot["doctor_violations"] == 0


def test_pages_of_the_catalog_are_full_of_prices(home: Path) -> None:
    pages = bench(home, "catalog", *ONE_PROCESS)

    assert pages["pages_per_minute"] > 0
    assert (pages["refused"], pages["errors"], pages["doctor_violations"]) == (0, 0, 0)


@pytest.mark.parametrize("kind", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=in_proof)])
def test_whoever_stops_it_finds_nothing_left(tmp_path: Path, kind: signal.Signals) -> None:
    process = subprocess.Popen(
        [*BENCH, "orders", *SMALL[2:], *ONE_PROCESS],
        env=environment(tmp_path),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Signing"):
            break
    [folder] = tmp_path.iterdir()
    postgres = int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    time.sleep(0.5)

    process.send_signal(kind)
    process.communicate(timeout=SECONDS_MAX)

    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(postgres, 0)


def test_consumers_buy_and_every_fen_is_traced(home: Path) -> None:
    done = subprocess.run(
        [*BENCH, "checkout", *SMALL[:2], "--members", "8", *SMALL[6:], *ONE_PROCESS],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert list(home.iterdir()) == []
    bought = json.loads(done.stdout)

    assert bought["accepted"] > 0
    assert bought["acknowledged"] >= bought["accepted"]
    assert bought["errors"] == 0, bought["faults"]
    assert (bought["lost"], bought["oversold"], bought["untraced_minor"]) == (0, 0, 0)
    assert (bought["doctor_violations"], bought["violations"]) == (0, [])
    assert bought["with_coupon"] > 0
    assert bought["journals"] >= 2 * bought["acknowledged"]  # both edges, in two books each
    assert bought["posting_lag_p99_ms"] > 0
    assert set(bought["steps"]) == {"cart", "checkout", "place", "pay"}
    assert {"web", "worker", "database", "wechat", "load"} == set(bought["cpu_ms"])
    assert 0 < bought["p50_ms"] <= bought["p95_ms"] <= bought["p99_ms"]
