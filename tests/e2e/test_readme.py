"""The README, done as it says: every command in it, in its order, from `make run` on."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.history_data import HISTORY

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)
COMMANDS = [text for language, text in BLOCKS if not language]
GRAPHQL = [text for language, text in BLOCKS if language == "graphql"]
ANSWERS = [text for language, text in BLOCKS if language == "json"]
LINES = [line for block in COMMANDS for line in block.splitlines()]
START_SECONDS_MAX = 120.0
COMMAND_SECONDS_MAX = 200.0

pytestmark = pytest.mark.timeout(400)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who follows the README in a folder of their own."""

    folder: Path
    environment: dict[str, str]
    url: str

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", command.replace("http://127.0.0.1:8000", self.url)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS_MAX,
            check=False,
        )


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    """The system as `make run` starts it, with a home and a port of its own."""
    folder = tmp_path_factory.mktemp("newcomer")
    (folder / ".venv").symlink_to(ROOT / ".venv")
    shutil.copy(HISTORY, folder / "orders.csv")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    }
    environment |= {"TRADELINE_HOME": str(folder / "home"), "TRADELINE_PORT": str(port)}
    with open(folder / "run.log", "wb") as log:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(url, process)
        yield Newcomer(folder, environment, url)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(START_SECONDS_MAX)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    with httpx2.Client(trust_env=False, timeout=2) as client:
        while time.monotonic() < deadline:
            assert process.poll() is None, "make run ended before it was up"
            try:
                if client.get(f"{url}/healthz").status_code == 200:
                    return
            except httpx2.HTTPError:
                time.sleep(0.1)
    raise AssertionError("make run did not come up in time")


def test_the_make_targets_exist() -> None:
    """`make run` is run below; `make test` is what runs this."""
    targets = [line.split()[1] for line in LINES if line.startswith("make ")]

    assert targets == ["run", "test"]
    for target in targets:
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)


def test_the_first_query_gives_the_answer_that_stands_there(newcomer: Newcomer) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    query, _ = GRAPHQL
    answer, _ = ANSWERS

    asked = signed_in(newcomer)(query)

    assert asked == json.loads(answer)


def test_the_first_order_is_placed_once_and_seven_bottles_are_refused_as_it_stands_there(
    newcomer: Newcomer,
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    query, mutation = GRAPHQL
    _, refusal = ANSWERS
    ask = signed_in(newcomer)
    with_ids = query.replace("sku {", "sku { id", 1).replace("relationship {", "relationship { id")
    offer = ask(with_ids)["data"]["offers"]["edges"][0]["node"]

    def order(request_id: str, quantity: int) -> Any:
        line = {"skuId": offer["sku"]["id"], "quantity": quantity}
        wanted = {"requestId": request_id, "relationshipId": offer["relationship"]["id"]}
        return ask(mutation, {"input": wanted | {"lines": [line]}})

    first, again = order("my-first", 60), order("my-first", 60)

    assert first["data"]["orderPlace"]["errors"] == []
    assert first["data"]["orderPlace"]["order"]["amount"] == {"amount": "335.40"}
    assert again == first
    assert order("my-second", 7) == json.loads(refusal)


def signed_in(newcomer: Newcomer) -> Callable[..., Any]:
    """Sign in as it stands there; what then sends documents by curl."""
    [sign_in] = [block for block in COMMANDS if block.startswith("curl")]
    done = newcomer.run(sign_in)
    assert json.loads(done.stdout) == {"data": {"signIn": {"errors": []}}}

    def ask(document: str, variables: Any = None) -> Any:
        body = shlex.quote(json.dumps({"query": document, "variables": variables}))
        asked = newcomer.run(
            f"curl -s -b cookies {newcomer.url}/graphql "
            f"-H 'content-type: application/json' -d {body}"
        )
        return json.loads(asked.stdout)

    return ask


@pytest.mark.parametrize(
    "command", [line for line in LINES if line.startswith(".venv/bin/tradeline")]
)
def test_the_command_line_does_what_it_says(newcomer: Newcomer, command: str) -> None:
    done = newcomer.run(command)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_no_command_is_left_out() -> None:
    known = (".venv/bin/tradeline", "make ", "curl ", '  "mutation')

    assert [line for line in LINES if not line.startswith(known)] == []
