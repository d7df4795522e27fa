"""Builds the portal in a checkout: behind a server that starts, or in the foreground.

`python -m tradeline_server.portal_build` builds what has changed, `… check` runs the portal's own
checks on it. Nothing is done twice: a stamp says from which contents it was done. One at a time
works in a checkout, whoever else wants to waits and finds it done.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from tradeline_server.errors import CommandError
from tradeline_server.portal import SOURCES, has_sources

PASSED_OVER: Final = {"node_modules", "dist", "gql", "coverage", ".vite"}
LOCK_WAIT_SECONDS: Final = 0.3
STOP_SECONDS_MAX: Final = 3.0
LOG_LINES_SHOWN: Final = 25


@dataclass(frozen=True, slots=True)
class Checkout:
    """Where things are that belong to building the portal of one work tree."""

    root: Path = SOURCES.parent

    @property
    def portal(self) -> Path:
        return self.root / "portal"

    @property
    def dist(self) -> Path:
        return self.portal / "dist"

    @property
    def fresh(self) -> Path:
        """Where a build grows: on the disk of `dist`, so that one can take the other's place."""
        return self.portal / "node_modules/.portal-dist"

    @property
    def notes(self) -> Path:
        return self.root / ".tradeline"

    @property
    def log(self) -> Path:
        return self.notes / "portal-build.log"

    def new_log(self) -> IO[bytes]:
        return open(self.log, "wb")

    def stamp(self) -> str:
        """A hash of all that a build is made from."""
        return _hash_of(self.root, [*_sources(self.portal), *self._graph(".graphql")])

    def check_stamp(self) -> str:
        """A hash of all that the portal's checks look at."""
        return _hash_of(
            self.root, [*_sources(self.portal), *self._graph(".graphql"), *self._graph(".json")]
        )

    def is_built(self) -> bool:
        return _read(self.dist / ".stamp") == self.stamp()

    def is_installed(self) -> bool:
        """Whether node_modules holds what the lock file says, whoever put it there."""
        try:
            wanted = _packages(self.portal / "package-lock.json")
            found = _packages(self.portal / "node_modules/.package-lock.json")
        except (OSError, msgspec.DecodeError, KeyError):
            return False
        needed = {
            path
            for path, package in wanted.items()
            if path and not (package.get("optional") or package.get("devOptional"))
        }
        return needed <= found.keys() and all(
            path in wanted and wanted[path].get("version") == package.get("version")
            for path, package in found.items()
        )

    def _graph(self, suffix: str) -> Iterator[Path]:
        graph = self.root / "graphql"
        if suffix == ".graphql":
            yield graph / "schema.graphql"
        yield from sorted((graph / "operations").rglob(f"*{suffix}"))


async def build(checkout: Checkout) -> None:
    """Bring `dist` up to date with its sources.

    Raises CommandError where that fails; the former build then stays.
    """
    async with _alone(checkout) as lock:
        stamp = checkout.stamp()
        if _read(checkout.dist / ".stamp") == stamp:
            return
        with checkout.new_log() as log:
            run = _Runner(checkout, log, lock)
            await _install(checkout, run)
            shutil.rmtree(checkout.fresh, ignore_errors=True)
            await run("npm", "run", "build", PORTAL_DIST=str(checkout.fresh))
        (checkout.fresh / ".stamp").write_text(stamp)
        _exchange(checkout)


async def check(checkout: Checkout) -> None:
    """Run the portal's own checks: types, lint, unit tests, and whether generated code is current.

    Raises CommandError where they fail.
    """
    done = checkout.notes / "portal-checked"
    async with _alone(checkout) as lock:
        stamp = checkout.check_stamp()
        if _read(done) == stamp:
            return
        run = _Runner(checkout, None, lock)
        await _install(checkout, run)
        await run("npm", "run", "--silent", "check")
        done.write_text(stamp)


async def _install(checkout: Checkout, run: _Runner) -> None:
    if not checkout.is_installed():
        await run("npm", "ci", "--no-progress")


def _exchange(checkout: Checkout) -> None:
    former = checkout.fresh.with_name(".portal-dist-former")
    shutil.rmtree(former, ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        checkout.dist.rename(former)
    checkout.fresh.rename(checkout.dist)
    shutil.rmtree(former, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Runner:
    """Runs commands of Node in the portal's folder. What they say goes to `log`, or is shown."""

    checkout: Checkout
    log: IO[bytes] | None
    lock: int

    async def __call__(self, *command: str, **environment: str) -> None:
        """Raises CommandError unless the command succeeds. Never leaves a process behind."""
        process = await asyncio.create_subprocess_exec(
            str(self.checkout.root / ".ci/node"),
            *command,
            cwd=self.checkout.portal,
            env=_environment() | environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self.log,
            stderr=asyncio.subprocess.STDOUT if self.log else None,
            start_new_session=True,  # so that it can be ended with all that it starts
            pass_fds=(self.lock,),  # whatever becomes of us, nobody else builds while this runs
        )
        try:
            code = await process.wait()
        finally:
            if process.returncode is None:
                await _end(process)
        if code != 0:
            said = f"; {_shown(self.checkout)} says why" if self.log else ""
            raise CommandError(f"`{' '.join(command)}` failed for the portal{said}.")


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask the whole group to end, and end it if it does not."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)
    except TimeoutError:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@contextlib.asynccontextmanager
async def _alone(checkout: Checkout) -> AsyncIterator[int]:
    """The only one who works on this checkout's portal while the block lasts; gives the lock."""
    checkout.notes.mkdir(parents=True, exist_ok=True)
    lock = os.open(checkout.notes / "portal-build.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(LOCK_WAIT_SECONDS)
        yield lock
    finally:
        os.close(lock)


def _environment() -> dict[str, str]:
    """Ours without what makes npm leave out the tools that build, or colours in a log."""
    kept = {name: value for name, value in os.environ.items() if name != "NODE_ENV"}
    return kept | {"CI": "1", "FORCE_COLOR": "0", "NO_COLOR": "1"}


def _sources(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in PASSED_OVER)
        yield from (Path(place) / name for name in sorted(files))


def _hash_of(root: Path, paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _packages(lock_file: Path) -> dict[str, dict[str, Any]]:
    content = msgspec.json.decode(lock_file.read_bytes(), type=dict[str, Any])
    packages: dict[str, dict[str, Any]] = content["packages"]
    return packages


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None


def _shown(checkout: Checkout) -> str:
    return str(checkout.log.relative_to(checkout.root))


def main(arguments: list[str]) -> int:
    checkout = Checkout()
    began = time.monotonic()
    try:
        if not has_sources():
            raise CommandError("The portal's sources are not here: it is built in a checkout.")
        if arguments == ["check"]:
            asyncio.run(check(checkout))
            return 0
        if checkout.is_built():
            print("The portal is up to date.", file=sys.stderr)  # noqa: T201
            return 0
        print("Building the portal …", file=sys.stderr)  # noqa: T201
        asyncio.run(build(checkout))
    except CommandError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        for line in (_read(checkout.log) or "").splitlines()[-LOG_LINES_SHOWN:]:
            print(f"  {line}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    seconds = time.monotonic() - began
    print(f"The portal is built ({seconds:.0f} s).", file=sys.stderr)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
