"""The portal's build, on a small portal of its own: never twice, never half, never left behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tradeline_server.embedded import is_alive
from tradeline_server.errors import CommandError
from tradeline_server.portal_build import Checkout, build, check

ROOT = Path(__file__).parents[3]
BUILD = """
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
appendFileSync("../runs", "build\\n");
if (readFileSync("src/main.ts", "utf8") === "broken") {
  console.error("main.ts is broken");
  process.exit(1);
}
const dist = process.env["PORTAL_DIST"];
mkdirSync(dist, { recursive: true });
writeFileSync(`${dist}/index.html`, readFileSync("src/main.ts"));
"""
HANG = """
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
const child = spawn("sleep", ["600"]);
writeFileSync("../pids", `${process.pid} ${child.pid}`);
setInterval(() => {}, 1000);
"""
CHECK = """
import { appendFileSync } from "node:fs";
appendFileSync("../runs", "check\\n");
"""
LOCK = {"name": "small", "lockfileVersion": 3, "packages": {"": {"name": "small"}}}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    root = tmp_path / "a work tree"
    for folder in (".ci", "portal/src/gql", "portal/scripts", "graphql/operations/portal"):
        (root / folder).mkdir(parents=True)
    (root / ".ci/node").write_bytes((ROOT / ".ci/node").read_bytes())
    (root / ".ci/node").chmod(0o755)
    (root / ".venv").symlink_to(ROOT / ".venv")
    (root / "graphql/schema.graphql").write_text("type Query { ping: Boolean }")
    (root / "graphql/operations/portal/a.graphql").write_text("query A { ping }")
    scripts = {"build": "node scripts/build.mjs", "check": "node scripts/check.mjs"}
    package = {"name": "small", "private": True, "scripts": scripts}
    (root / "portal/package.json").write_text(json.dumps(package))
    (root / "portal/package-lock.json").write_text(json.dumps(LOCK))
    (root / "portal/src/main.ts").write_text("first")
    (root / "portal/scripts/build.mjs").write_text(BUILD)
    (root / "portal/scripts/check.mjs").write_text(CHECK)
    return Checkout(root)


def runs(checkout: Checkout) -> int:
    path = checkout.root / "runs"
    return len(path.read_text().splitlines()) if path.exists() else 0


def write(checkout: Checkout, path: str, text: str) -> None:
    target = checkout.root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def page(checkout: Checkout) -> str:
    return (checkout.dist / "index.html").read_text()


async def test_it_is_built_once_and_again_only_when_a_source_changes(checkout: Checkout) -> None:
    assert not checkout.is_built()
    await build(checkout)
    await build(checkout)
    assert (page(checkout), runs(checkout), checkout.is_built()) == ("first", 1, True)

    for made in ("portal/src/gql/x.ts", "portal/node_modules/x", "graphql/operations/portal.json"):
        write(checkout, made, "{}")
    await build(checkout)
    assert runs(checkout) == 1

    for changed in (
        "src/main.ts",
        "package-lock.json.md",
        "../graphql/operations/portal/b.graphql",
    ):
        write(checkout, f"portal/{changed}", "second")
        assert not checkout.is_built()
        await build(checkout)
    assert (page(checkout), runs(checkout)) == ("second", 4)


async def test_a_schema_that_changes_is_a_reason_to_build(checkout: Checkout) -> None:
    await build(checkout)
    write(checkout, "graphql/schema.graphql", "type Query { pong: Boolean }")
    assert not checkout.is_built()


async def test_a_build_that_fails_leaves_the_former_one_and_says_where_the_log_is(
    checkout: Checkout,
) -> None:
    await build(checkout)
    write(checkout, "portal/src/main.ts", "broken")

    with pytest.raises(CommandError, match=r"\.tradeline/portal-build\.log says why"):
        await build(checkout)

    assert page(checkout) == "first"
    assert not checkout.is_built()
    assert "main.ts is broken" in checkout.log.read_text()


async def test_of_two_at_once_one_builds_and_the_other_finds_it_done(checkout: Checkout) -> None:
    await asyncio.gather(build(checkout), build(checkout), build(checkout))
    assert runs(checkout) == 1


async def test_whoever_gives_up_leaves_no_process_behind(checkout: Checkout) -> None:
    write(checkout, "portal/scripts/build.mjs", HANG)
    pids = checkout.root / "pids"
    building = asyncio.create_task(build(checkout))
    await wait_for(lambda: pids.exists() and len(pids.read_text().split()) == 2)

    building.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await building

    for pid in map(int, pids.read_text().split()):
        await wait_for(lambda pid=pid: not is_alive(pid))  # type: ignore[misc]
    write(checkout, "portal/scripts/build.mjs", BUILD)
    await build(checkout)  # the lock is free again
    assert page(checkout) == "first"


async def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_the_checks_run_once_and_again_when_a_manifest_changes(checkout: Checkout) -> None:
    await check(checkout)
    await check(checkout)
    assert runs(checkout) == 1

    write(checkout, "graphql/operations/portal.json", "{}")
    await check(checkout)
    assert runs(checkout) == 2


async def test_checks_that_fail_are_not_taken_for_done(checkout: Checkout) -> None:
    write(checkout, "portal/scripts/check.mjs", "process.exit(1)")
    for _ in range(2):
        with pytest.raises(CommandError):
            await check(checkout)


def locked(**versions: str) -> str:
    packages: dict[str, dict[str, object]] = {"": {"name": "small"}}
    packages |= {f"node_modules/{name}": {"version": version} for name, version in versions.items()}
    if "fsevents" in versions:
        packages["node_modules/fsevents"]["optional"] = True
    return json.dumps({"packages": packages})


@pytest.mark.parametrize(
    ("wanted", "found", "is_installed"),
    [
        (locked(react="19.3.1"), locked(react="19.3.1"), True),
        (locked(react="19.3.1", fsevents="2.3.3"), locked(react="19.3.1"), True),
        (locked(react="19.3.1"), locked(react="19.3.0"), False),
        (locked(react="19.3.1"), locked(), False),
        (locked(react="19.3.1"), locked(react="19.3.1", antd="6.6.8"), False),
        (locked(react="19.3.1"), "half a fi", False),
    ],
)
def test_packages_are_installed_when_they_are_those_of_the_lock_file(
    checkout: Checkout, wanted: str, found: str, is_installed: bool
) -> None:
    assert not checkout.is_installed()
    write(checkout, "portal/package-lock.json", wanted)
    write(checkout, "portal/node_modules/.package-lock.json", found)

    assert checkout.is_installed() == is_installed


def test_packages_may_not_run_scripts_of_their_own(checkout: Checkout) -> None:
    asked = subprocess.run(
        [checkout.root / ".ci/node", "npm", "config", "get", "ignore-scripts"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.strip() == "true"


def test_node_is_new_enough_wherever_it_comes_from(checkout: Checkout) -> None:
    asked = subprocess.run(
        [checkout.root / ".ci/node", "node", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    major, minor, _ = (int(part) for part in asked.stdout.strip().lstrip("v").split("."))
    assert (major, minor) >= (22, 12)
