"""An embedded PostgreSQL: found, started, shared between processes, and stopped, by ourselves.

Where the database comes from: DATABASE_URL, else the PostgreSQL 18 that a wheel brings along,
else one that is installed on the system (15 or later). The wheel's own launcher is never used
nor imported: as root it adds users and changes the permissions of parent folders.

The server listens on a Unix socket only. It outlives a killed parent on purpose: whoever starts
next finds it running and goes on with it.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import asyncpg

from tradeline_server import queries
from tradeline_server.binaries import Binaries, candidates
from tradeline_server.errors import CommandError
from tradeline_server.settings import Settings

DATABASE = "tradeline"
START_SECONDS_MAX = 60.0
HANGING_UP_SECONDS_MAX = 1.0
STOP_SECONDS_MAX = 30.0
SHARED_STILL = "pre-existing shared memory"  # what it says while orphans hold on to it
SOCKET_FOLDER_BYTES_MAX = 90  # a socket's path has at most 107 bytes, 14 of them its file name
MAPPED_USER = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
UNPRIVILEGED_USERS = ("postgres", "nobody")

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1s",
    "idle_in_transaction_session_timeout": "5min",
}
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
# For data that may be lost with the machine: the test suite's.
SHARED_MB_MAX = 2_048
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
FLEETING = {
    "shared_buffers": "256MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum_naptime": "1h",
    "log_min_duration_statement": "-1",
}


def memory_megabytes() -> int:
    """What this machine has, or what we may use of it."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    with contextlib.suppress(OSError, ValueError):  # there is no limit, or it is "max"
        limits.append(int(CGROUP_LIMIT.read_text()))
    return min(limits) // 2**20


def memory_settings(megabytes: int) -> dict[str, str]:
    """A quarter of it for pages that are read again and again, but no more than pays: with ten
    gigabytes of orders, placing took a third longer with 256 MB than with 2 GB."""
    shared = min(max(megabytes // 4, 128), SHARED_MB_MAX)
    return {"shared_buffers": f"{shared}MB", "effective_cache_size": f"{2 * shared}MB"}


class Server:
    """One PostgreSQL over one data folder. The methods block: call them in a thread."""

    def __init__(self, data: Path, *, durable: bool = True, major: int | None = None) -> None:
        """A `major` makes it insist on that version of PostgreSQL when the data is new."""
        self.data = data.absolute()
        self.major = major
        self.durable = durable
        self.socket = socket_folder(self.data)
        self.started_here = False
        self._process: subprocess.Popen[bytes] | None = None

    def dsn(self, database: str = DATABASE) -> str:
        """The address of one of its databases, for the cluster's superuser."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.socket))}&port=5432"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from starting or stopping this server in the meantime."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with open(self.data.parent / f"{self.data.name}.lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def start(self) -> None:
        """Start it unless it runs; make its data folder if there is none. Call it `locked`."""
        if self._find_running():
            return
        binaries = self._choose_binaries()
        if not (self.data / "PG_VERSION").exists():
            self._initialize(binaries)
        self._write_settings()
        deadline = time.monotonic() + START_SECONDS_MAX
        # After a kill -9 its orphaned workers need a moment to let go of the shared memory.
        while not self._launch(binaries, deadline):
            if time.monotonic() > deadline or SHARED_STILL not in self._log_text():
                raise CommandError(
                    f"PostgreSQL did not start; the end of {self.log}:\n{self._log_tail()}"
                )
            time.sleep(0.1)
        self.started_here = True

    def stop(self) -> None:
        """Disconnect everyone, write everything down and end it. Call it `locked`."""
        pid = self._find_running()
        if pid is None:
            return
        for kind in (signal.SIGINT, signal.SIGQUIT):  # PostgreSQL's fast and immediate shutdown
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, kind)
            deadline = time.monotonic() + STOP_SECONDS_MAX
            while time.monotonic() < deadline:
                if self._has_ended(pid):
                    with contextlib.suppress(OSError):
                        self.socket.rmdir()
                    return
                time.sleep(0.01)
        raise CommandError(f"PostgreSQL (process {pid}) does not stop")

    @property
    def log(self) -> Path:
        return self.data.parent / f"{self.data.name}.log"

    def _find_running(self) -> int | None:
        """The process id of the running server, once it is ready; tidies up after a dead one."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while (pid := self._read_pid()) is not None:
            if self._has_ended(pid) or not is_postgres(pid):
                self._forget(pid)
                return None
            if self._is_ready(pid):
                return pid
            if time.monotonic() > deadline:
                raise CommandError(f"PostgreSQL (process {pid}) runs but does not get ready")
            time.sleep(0.01)
        return None

    def _forget(self, pid: int) -> None:
        """Remove the locks of a dead server.

        Its number may by now belong to anyone, or to a zombie that nobody buries, as happens in
        containers. PostgreSQL would take either for itself and refuse to start.
        """
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for leftover in self.socket.glob(".s.PGSQL.*"):
            leftover.unlink(missing_ok=True)

    def _read_pid(self) -> int | None:
        lines = self._read_pid_file()
        return int(lines[0]) if lines and lines[0].isdigit() else None

    def _is_ready(self, pid: int) -> bool:
        lines = self._read_pid_file()
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _read_pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _has_ended(self, pid: int) -> bool:
        if self._process is not None and self._process.pid == pid:
            return self._process.poll() is not None
        return not is_alive(pid)

    def _choose_binaries(self) -> Binaries:
        found = [each for each in candidates() if self.major in (None, each.major)]
        if not found:
            raise CommandError(
                "No PostgreSQL found: install the locked requirements (make setup), install "
                "PostgreSQL 15 or later, or point DATABASE_URL to one."
            )
        try:
            made_by = int((self.data / "PG_VERSION").read_text())
        except FileNotFoundError:
            return found[0]
        for binaries in found:
            if binaries.major == made_by:
                return binaries
        raise CommandError(
            f"{self.data} was made by PostgreSQL {made_by}, but only "
            f"{', '.join(str(each.major) for each in found)} is here. Install PostgreSQL "
            f"{made_by} and start again (pg_dump then moves the data), or set TRADELINE_HOME "
            "to another folder, or delete this one if its data may go."
        )

    def _initialize(self, binaries: Binaries) -> None:
        """Make the data folder beside its place and move it there: whole, or not at all."""
        new = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        identity = Identity.of(new, binaries)
        identity.adopt(new)
        locale = (
            ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
            if binaries.major >= 17
            else ("--locale=C.UTF-8",)
        )
        command = [str(binaries.folder / "initdb"), "-D", str(new), "-U", "postgres"]
        command += ["--auth=trust", "--encoding=UTF8", *locale]
        if not self.durable:
            command.append("--no-sync")
        done = subprocess.run(
            identity.wrap(command),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=clean_environment(),
            user=identity.user,
            group=identity.group,
            extra_groups=None if identity.user is None else [],
            cwd="/",
            check=False,
        )
        if done.returncode != 0:
            shutil.rmtree(new, ignore_errors=True)
            raise CommandError(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")
        with open(new / "postgresql.conf", "a") as file:
            file.write("include_if_exists = 'tradeline.conf'\n")
        shutil.rmtree(self.data, ignore_errors=True)  # without PG_VERSION it holds no data
        new.rename(self.data)

    def _write_settings(self) -> None:
        """Settings go through a file, since a socket's path may hold spaces and quotes."""
        folder = str(self.socket).replace('"', '""')
        values = SETTINGS | {"unix_socket_directories": f'"{folder}"'}
        values |= memory_settings(memory_megabytes())
        values |= DURABLE if self.durable else FLEETING
        lines = [
            f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in values.items()
        ]
        path = self.data / "tradeline.conf"
        path.write_text("\n".join(lines) + "\n")
        owner = self.data.stat()
        if owner.st_uid != os.geteuid():
            os.chown(path, owner.st_uid, owner.st_gid)

    def _launch(self, binaries: Binaries, deadline: float) -> bool:
        """Start the server process and wait until it is ready; false if it gave up."""
        identity = Identity.of(self.data, binaries)
        self.socket.mkdir(mode=0o700, parents=True, exist_ok=True)
        identity.adopt(self.socket)
        if self.socket.lstat().st_uid not in (identity.user, os.geteuid()):
            raise CommandError(f"{self.socket} belongs to somebody else")
        self.log.write_bytes(b"")
        # What a killed server has left behind may still write to it: after us, and not over us.
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                identity.wrap([str(binaries.folder / "postgres"), "-D", str(self.data)]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=clean_environment(),
                user=identity.user,
                group=identity.group,
                extra_groups=None if identity.user is None else [],
                start_new_session=True,  # Ctrl-C is meant for us, not for the database
                cwd="/",
            )
        while self._process.poll() is None and time.monotonic() < deadline:
            if self._is_ready(self._process.pid):
                return True
            time.sleep(0.01)
        return False

    def _log_tail(self) -> str:
        return self._log_text()[-2000:].strip()

    def _log_text(self) -> str:
        return self.log.read_text(errors="replace")


class Identity:
    """As whom PostgreSQL runs. It refuses to be root, so root needs another name for itself."""

    def __init__(
        self, prefix: tuple[str, ...] = (), user: int | None = None, group: int | None = None
    ) -> None:
        self.prefix = prefix
        self.user = user
        self.group = group

    @classmethod
    def of(cls, folder: Path, binaries: Binaries) -> "Identity":
        """The one who owns the folder; for root, itself renamed within a user namespace.

        Without user namespaces, as in some containers, an unprivileged account takes over.
        """
        owner = folder.stat()
        if os.geteuid() != 0:
            if owner.st_uid != os.geteuid():
                raise CommandError(f"{folder} belongs to another user (id {owner.st_uid})")
            return cls()
        if owner.st_uid != 0:
            return cls(user=owner.st_uid, group=owner.st_gid)
        if shutil.which(MAPPED_USER[0]) and _succeeds([*MAPPED_USER, "true"]):
            return cls(prefix=MAPPED_USER)
        for name in UNPRIVILEGED_USERS:
            with contextlib.suppress(KeyError):
                account = pwd.getpwnam(name)
                test = [
                    "test",
                    "-x",
                    str(binaries.folder / "postgres"),
                    "-a",
                    "-x",
                    str(folder.parent),
                ]
                if _succeeds(test, user=account.pw_uid):
                    return cls(user=account.pw_uid, group=account.pw_gid)
        raise CommandError(
            "PostgreSQL does not run as root, and there are neither user namespaces here nor an "
            "unprivileged account that may read this folder. Start as an ordinary user, or set "
            "DATABASE_URL."
        )

    def wrap(self, command: list[str]) -> list[str]:
        return [*self.prefix, *command]

    def adopt(self, folder: Path) -> None:
        """Give the folder to the account that is going to run the server."""
        if self.user is not None and self.group is not None:
            os.chown(folder, self.user, self.group)


def socket_folder(data: Path) -> Path:
    """Beside the data folder; elsewhere if its path is too long, or has a comma.

    To a client a comma separates hosts.
    """
    near = data.parent / f"{data.name}.socket"
    if len(os.fsencode(near)) <= SOCKET_FOLDER_BYTES_MAX and "," not in str(near):
        return near
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    for parent in (tempfile.gettempdir(), "/tmp"):
        short = Path(parent) / f"tradeline-{os.geteuid()}-{digest}"
        if len(os.fsencode(short)) <= SOCKET_FOLDER_BYTES_MAX:
            return short
    raise CommandError("no folder for temporary files has a path short enough for a socket")


def clean_environment() -> Mapping[str, str]:
    """Without the PG* variables, which would point the server elsewhere, and in one language."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def is_alive(pid: int) -> bool:
    """Whether the process runs. A zombie, which nobody has buried yet, does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not Path("/proc/self").exists()


def is_postgres(pid: int) -> bool:
    """Whether the process is a PostgreSQL, and not one that was given the same number later."""
    if Path("/proc/self").exists():
        try:
            return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
        except (FileNotFoundError, ProcessLookupError):
            return False
    named = subprocess.run(["ps", "-p", str(pid), "-o", "comm="], capture_output=True, check=False)
    return b"postgres" in named.stdout


def _succeeds(command: list[str], user: int | None = None) -> bool:
    try:
        return subprocess.run(command, capture_output=True, user=user, check=False).returncode == 0
    except OSError:
        return False


@contextlib.asynccontextmanager
async def database_server(settings: Settings) -> AsyncIterator[str]:
    """The DSN of a running database, for as long as the block lasts.

    An embedded server is started if it does not run. It is stopped afterwards if this process
    started it and nobody else is connected.
    """
    if settings.database_url is not None:
        await _check(settings.database_url)
        yield settings.database_url
        return
    server = Server(settings.made_home() / "postgres")
    with contextlib.ExitStack() as lock:
        await asyncio.to_thread(lock.enter_context, server.locked())
        await asyncio.to_thread(server.start)
        # This connection is our claim on the server: whoever started it sees it and leaves it on.
        claim = await _connect(server)
    try:
        yield server.dsn()
    finally:
        with contextlib.ExitStack() as lock:
            await asyncio.to_thread(lock.enter_context, server.locked())
            if server.started_here and await _is_last(claim):
                await asyncio.to_thread(server.stop)
        claim.terminate()


async def _connect(server: Server) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(server.dsn())
    except asyncpg.InvalidCatalogNameError:
        maintenance = await asyncpg.connect(server.dsn("postgres"))
        try:
            await queries.create_database(maintenance, DATABASE)
        finally:
            await maintenance.close()
        return await asyncpg.connect(server.dsn())


async def _check(dsn: str) -> None:
    """Fail early, and in one line, if the given database cannot be reached."""
    try:
        conn = await asyncpg.connect(dsn)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CommandError(
            f"The database of DATABASE_URL cannot be used: {error}. Start it or mend the address; "
            "without DATABASE_URL, an embedded one is used."
        ) from error
    await conn.close()


async def _is_last(claim: asyncpg.Connection) -> bool:
    """Whether nobody else is connected; False as well if there is no server left to stop.

    Somebody who has just hung up is still seen for a moment, so this looks for longer than that.
    """
    deadline = time.monotonic() + HANGING_UP_SECONDS_MAX
    try:
        while await queries.count_other_clients(claim) > 0:
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.02)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        return False
    return True
