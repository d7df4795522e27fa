"""`tradeline run` as an operator meets it: started, killed, started again, stopped."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tradeline_server.embedded import Server

FIRST_START_SECONDS_MAX = 120.0
SECOND_START_SECONDS_MAX = 60.0  # a few seconds on an idle machine
STOP_SECONDS_MAX = 30.0


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tradeline run "))
    yield folder
    server = Server(folder / "postgres")
    with server.locked():
        server.stop()
    shutil.rmtree(folder)


@pytest.mark.timeout(360)
def test_it_comes_up_again_after_a_kill_and_stops_cleanly(home: Path) -> None:
    port = _free_port()
    with _running(home, port) as process:
        _wait_until_healthy(process, port, FIRST_START_SECONDS_MAX)
        _wait_for(lambda: (home / "server.json").exists(), STOP_SECONDS_MAX)
        announced = json.loads((home / "server.json").read_text())
        simulator = announced.pop("wechat_simulator")
        assert announced == {"url": f"http://127.0.0.1:{port}", "pid": process.pid}
        assert httpx2.post(f"{simulator}/_simulator/state", json={}).status_code == 200
        process.kill()
    _wait_for(lambda: not _answers(simulator), STOP_SECONDS_MAX)  # it has ended with its parent

    started = time.monotonic()
    with _running(home, port) as process:
        _wait_until_healthy(process, port, SECOND_START_SECONDS_MAX)
        assert time.monotonic() - started < SECOND_START_SECONDS_MAX
        announced_pid = f'"pid":{process.pid}'
        _wait_for(lambda: announced_pid in (home / "server.json").read_text(), STOP_SECONDS_MAX)
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS_MAX) == 0

    assert not (home / "server.json").exists()
    with pytest.raises(httpx2.ConnectError):
        _get_health(port)

    # The killed run had started the database, so the second one left it alone: a third one, like
    # any later, finds it running. Here it is stopped, and a start from a cold database is fine too.
    server = Server(home / "postgres")
    with server.locked():
        server.stop()
    with _running(home, port) as process:
        _wait_until_healthy(process, port, SECOND_START_SECONDS_MAX)
        _wait_for((home / "server.json").exists, STOP_SECONDS_MAX)  # it has seen so itself
        os.kill(int((home / "postgres/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        _wait_for(lambda: _get_health(port).status_code == 503, STOP_SECONDS_MAX)
        assert _get_health(port).json() == {"status": "unavailable"}
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_SECONDS_MAX) == 0


def test_a_taken_port_that_was_asked_for_is_an_error_of_one_line(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with _running(home, port) as process:
            assert process.wait(STOP_SECONDS_MAX) == 1
    said = (home / "run.log").read_text()
    assert said.startswith(f"error: Cannot listen on 127.0.0.1:{port}")
    assert said.count("\n") == 1


@contextlib.contextmanager
def _running(home: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    environment = os.environ | {"TRADELINE_HOME": str(home), "TRADELINE_PORT": str(port)}
    environment.pop("DATABASE_URL", None)
    with open(home / "run.log", "ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tradeline_server.cli", "run"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _wait_until_healthy(process: "subprocess.Popen[bytes]", port: int, seconds_max: float) -> None:
    def is_healthy() -> bool:
        assert process.poll() is None, "it ended before it was up"
        with contextlib.suppress(httpx2.HTTPError):
            return _get_health(port).status_code == 200
        return False

    _wait_for(is_healthy, seconds_max)


def _wait_for(condition: Callable[[], bool], seconds_max: float) -> None:
    deadline = time.monotonic() + seconds_max
    while not condition():
        assert time.monotonic() < deadline, f"not so after {seconds_max} seconds"
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        httpx2.post(f"{url}/_simulator/state", json={}, timeout=5)
    except httpx2.HTTPError:
        return False
    return True


def _get_health(port: int) -> httpx2.Response:
    with httpx2.Client(trust_env=False, timeout=5) as client:
        return client.get(f"http://127.0.0.1:{port}/healthz")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
