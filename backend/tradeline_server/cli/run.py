"""`tradeline run`: everything in one process, from nothing."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path

import click
import httpx2
import msgspec
import uvicorn

from tradeline_server.asgi import create_app
from tradeline_server.cli._terminal import console, login_table, print_error, print_json
from tradeline_server.embedded import database_server
from tradeline_server.errors import CommandError
from tradeline_server.logs import configure_logs
from tradeline_server.member_key import take_up_member_key
from tradeline_server.migrate import migrate
from tradeline_server.paying.reminding import remind
from tradeline_server.portal import Portal, State, has_sources
from tradeline_server.portal_build import Checkout, build
from tradeline_server.seed import ensure_demo, has_other_networks
from tradeline_server.settings import Settings, load_settings
from tradeline_server.web import collect_less, web_config
from tradeline_server.web_processes import cannot_listen
from tradeline_server.wechat import load_merchants
from tradeline_server.wechat.beside import Beside, is_configured, loopback, simulator_beside

PORTS_TRIED = 50
READY_SECONDS_MAX = 30

Logins = Sequence[Mapping[str, str]]


@click.command("run")
@click.option("--json", "as_json", is_flag=True, help="Print address and logins as JSON.")
def command(as_json: bool) -> None:
    """Start database and server, and serve until Ctrl-C.

    Behind a proxy, set FORWARDED_ALLOW_IPS to the proxy's address: attempts to sign in are counted
    by address, and else all of them come from the proxy's. infra/running.md tells the rest.
    """
    configure_logs()
    with contextlib.suppress(asyncio.CancelledError):  # asked to stop before it was up
        asyncio.run(_run(load_settings(), as_json))


class _WebServer(uvicorn.Server):
    """Leaves signals to us: uvicorn raises them again at its end, before we have tidied up."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _run(settings: Settings, as_json: bool) -> None:
    with _Stop() as stop, contextlib.closing(_listen(settings)) as listener:
        url = _url(listener)
        console.print("Starting the database …", style="dim")
        async with database_server(settings) as dsn, _wechat_beside(settings, url) as beside:
            for name in await migrate(dsn):
                console.print(f"applied {name}", style="dim")
            await take_up_member_key(settings, dsn)
            logins = await _ensure_demo(settings, dsn)
            if beside is not None:
                await remind(dsn, beside)
            portal = Portal()
            config = web_config(
                create_app(
                    dsn,
                    secret=settings.secret,
                    has_worker=True,
                    only_trusted_documents=settings.only_trusted_documents,
                    portal=portal,
                    wechat=load_merchants(beside.environment if beside else os.environ),
                )
            )
            collect_less()
            stop.web = _WebServer(config)
            serving = asyncio.create_task(stop.web.serve(sockets=[listener]))
            try:
                await _wait_until_healthy(url, serving)
                with _announced(settings, url, beside):
                    _greet(url, logins, beside, as_json)
                    async with _portal_building(portal, url):
                        await serving
            finally:
                stop.web.should_exit = True
                await asyncio.wait([serving])
    if not as_json:
        console.print("Stopped.", style="dim")


@contextlib.asynccontextmanager
async def _wechat_beside(settings: Settings, url: str) -> AsyncIterator[Beside | None]:
    """A WeChat in the box, where no other is set up."""
    if is_configured():
        yield None
        return
    async with simulator_beside(settings.home, loopback(url)) as beside:
        yield beside


class _Stop:
    """What SIGINT and SIGTERM do: end the serving, or give up on starting."""

    def __init__(self) -> None:
        self.web: _WebServer | None = None
        self._task = asyncio.current_task()

    def __enter__(self) -> "_Stop":
        for kind in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(kind, self)
        return self

    def __exit__(self, *_: object) -> None:
        for kind in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(kind)

    def __call__(self) -> None:
        if self.web is not None and self.web.started:
            self.web.force_exit = self.web.should_exit  # at the second time, do not wait
            self.web.should_exit = True
        elif self._task is not None:
            self._task.cancel()


def _listen(settings: Settings) -> socket.socket:
    """Take the port at once, so that nobody else gets it while the database starts."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    for port in range(
        settings.port, settings.port + (1 if settings.port_is_fixed else PORTS_TRIED)
    ):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, port))
            listener.listen(2048)
        except OSError as error:
            listener.close()
            reason = error
        else:
            return listener
    raise cannot_listen(settings.host, settings.port, reason)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _ensure_demo(settings: Settings, dsn: str) -> Logins:
    """The demo network, and who may sign in to it; each login maps column titles to values.

    Its password is known to everybody: a database of the user's own that has networks in it is
    left as it is. `tradeline seed` puts the demo there for whoever wants it.
    """
    if settings.database_url is not None and await has_other_networks(dsn):
        return []
    console.print("Making the demo network, unless it is there …", style="dim")
    return await ensure_demo(dsn)


async def _wait_until_healthy(url: str, serving: "asyncio.Task[None]") -> None:
    deadline = asyncio.get_running_loop().time() + READY_SECONDS_MAX
    async with httpx2.AsyncClient(trust_env=False) as client:
        while not serving.done() and asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(httpx2.HTTPError):
                if (await client.get(f"{url}/healthz", timeout=1)).status_code == 200:
                    return
            await asyncio.sleep(0.05)
    raise CommandError("The server did not come up; the lines above say why.")


@contextlib.contextmanager
def _announced(settings: Settings, url: str, beside: Beside | None) -> Iterator[None]:
    """Keep address and process id in a file, for other commands and for tests."""
    path = settings.home / "server.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    announced = {"url": url, "pid": os.getpid(), "wechat_simulator": beside and beside.url}
    content = msgspec.json.encode(announced)
    new = path.with_suffix(f".{os.getpid()}")
    new.write_bytes(content)
    new.replace(path)
    try:
        yield
    finally:
        _remove_if_unchanged(path, content)


def _remove_if_unchanged(path: Path, content: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):
        if path.read_bytes() == content:
            path.unlink()


@contextlib.asynccontextmanager
async def _portal_building(portal: Portal, url: str) -> AsyncIterator[None]:
    """Build the portal behind the server if its sources are here and have changed; however long
    that takes, or if it fails, the server serves."""
    checkout = Checkout()
    if not has_sources() or checkout.is_built():
        if portal.is_there:
            console.print(f"The portal is at [bold]{url}[/bold]")
        yield
        return
    portal.state = State.BUILDING
    building = asyncio.create_task(_build_portal(checkout, portal, url))
    try:
        yield
    finally:
        building.cancel()
        await asyncio.wait([building])


async def _build_portal(checkout: Checkout, portal: Portal, url: str) -> None:
    console.print("Building the portal …", style="dim")
    try:
        await build(checkout)
    except (CommandError, OSError) as error:
        portal.state = State.FAILED
        print_error(str(error))
    else:
        portal.state = State.ABSENT
        console.print(f"The portal is at [bold]{url}[/bold]")


def _greet(url: str, logins: Logins, beside: Beside | None, as_json: bool) -> None:
    wechat = {"url": beside.url, "app_id": beside.app_id} if beside else None
    if as_json:
        print_json({"url": url, "pid": os.getpid(), "logins": logins, "wechat_simulator": wechat})
        return
    console.print(f"\nTradeline is up at [bold]{url}[/bold]\nStop it with Ctrl-C.\n")
    if beside:
        console.print(f"WeChat is simulated at {beside.url}, mini-program {beside.app_id}\n")
    if logins:
        console.print(login_table(logins))
