"""`tradeline web`: several processes on one port, there for as long as they are wanted."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx2
import pytest

START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 30.0

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc to look into"),
]


@pytest.fixture
async def dsn(clone: Callable[[], Awaitable[str]]) -> str:
    """A database of the test's own: the key in its home is the only one that opens it."""
    return await clone()


@contextlib.contextmanager
def serving(dsn: str, home: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    environment = os.environ | {
        "DATABASE_URL": dsn,
        "TRADELINE_HOME": str(home),
        "TRADELINE_PORT": str(port),
    }
    with open(home / "web.log", "ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tradeline_server.cli", "web", "--processes", "2"],
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def children(pid: int) -> list[int]:
    found = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return [child for child in found if not has_gone(child)]


def is_healthy(port: int) -> bool:
    """A process that is not up yet answers once it is."""
    url = f"http://127.0.0.1:{port}/healthz"
    try:
        answer = httpx2.get(url, trust_env=False, timeout=START_SECONDS_MAX)
    except httpx2.HTTPError:
        return False
    return answer.status_code == 200


def wait_for(is_so: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def has_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        found: int = free.getsockname()[1]
        return found


async def test_a_process_that_dies_is_replaced_and_all_end_with_the_command(
    dsn: str, tmp_path: Path, port: int
) -> None:
    with serving(dsn, tmp_path, port) as process:
        wait_for(lambda: is_healthy(port), START_SECONDS_MAX)
        wait_for(lambda: len(children(process.pid)) == 2, START_SECONDS_MAX)
        first, second = children(process.pid)

        os.kill(first, signal.SIGKILL)
        wait_for(lambda: set(children(process.pid)) > {second}, START_SECONDS_MAX)
        assert all(is_healthy(port) for _ in range(10))  # some of them by the new one

        last = children(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS_MAX) == 0
        assert all(map(has_gone, last))
    assert not is_healthy(port)


async def test_no_process_outlives_a_command_that_was_killed(
    dsn: str, tmp_path: Path, port: int
) -> None:
    with serving(dsn, tmp_path, port) as process:
        wait_for(lambda: len(children(process.pid)) == 2, START_SECONDS_MAX)
        both = children(process.pid)
        wait_for(lambda: is_healthy(port), START_SECONDS_MAX)

        process.kill()

        wait_for(lambda: all(map(has_gone, both)), STOP_SECONDS_MAX)
    assert not is_healthy(port)
