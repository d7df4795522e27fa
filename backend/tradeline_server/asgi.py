"""The web application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import asyncpg
from litestar import Litestar, Response, get
from litestar.datastructures import State
from litestar.types import ControllerRouterHandler

from tradeline.identity import TokenKeys
from tradeline.kernel.database import Database, open_pool
from tradeline_graph._doors import ConsumerDoors
from tradeline_graph._intake import OrderIntake
from tradeline_server import queries
from tradeline_server.auth import oauth_token
from tradeline_server.connections import allow_connections
from tradeline_server.errors import UsageError
from tradeline_server.faults import FAULTS
from tradeline_server.files.routes import FILES
from tradeline_server.graph import GRAPH
from tradeline_server.history import documents as replay_documents
from tradeline_server.live import Live
from tradeline_server.logs import configure_logs
from tradeline_server.member_key import use_keys
from tradeline_server.paying.notices import take_notice
from tradeline_server.paying.ports import WeChatPorts
from tradeline_server.paying.telling import Telling
from tradeline_server.portal import Portal, portal_page
from tradeline_server.settings import load_settings
from tradeline_server.wechat import (
    WeChatMerchants,
    WeChatSettings,
    load_merchants,
    open_merchants,
)
from tradeline_server.worker import run_worker

HEALTH_SECONDS_MAX = 2.0
POOL_SIZE_MAX = 20
BODY_BYTES_MAX = 2_000_000
WORKER_STOP_SECONDS_MAX = 5.0
INTAKE_STOP_SECONDS_MAX = 5.0


@get("/healthz")
async def healthz(state: State) -> Response[dict[str, str]]:
    """200 only if the database answers: what a load balancer goes by."""
    try:
        await queries.ping(state.pool, HEALTH_SECONDS_MAX)
    except (
        OSError,
        TimeoutError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,  # the connection broke while it was given back
    ):
        return Response({"status": "unavailable"}, status_code=503)
    return Response({"status": "ok"})


ROUTES: Sequence[ControllerRouterHandler] = (
    healthz,
    oauth_token,
    take_notice,
    *GRAPH,
    *FILES,
    portal_page,
)


def create_app(
    dsn: str,
    *,
    secret: str,
    has_worker: bool = False,
    only_trusted_documents: bool = False,
    portal: Portal | None = None,
    wechat: Sequence[WeChatSettings] = (),
) -> Litestar:
    """An application over a migrated database. Its state holds `pool`, `db`, `token_keys`,
    `order_intake`, `consumer_doors`, `live`, `portal`, `wechat`, `wechat_ports` and
    `telling`, and `trusted_documents` where none but these and the manifests' run.

    `secret` is the installation's: tokens are signed with a key that follows from it. With
    `has_worker`, a worker runs in the same process, beside the requests. `portal` is given by
    whoever builds it meanwhile.
    """
    trusted = replay_documents.texts() if only_trusted_documents else None

    @contextlib.asynccontextmanager
    async def with_database(app: Litestar) -> AsyncIterator[None]:
        app.state.pool = await open_pool(dsn, max_size=POOL_SIZE_MAX)
        app.state.db = Database(app.state.pool)
        app.state.order_intake = intake = OrderIntake(app.state.db)
        app.state.consumer_doors = doors = ConsumerDoors(app.state.db)
        app.state.token_keys = TokenKeys(secret)
        app.state.trusted_documents = trusted
        app.state.live = Live(dsn)
        app.state.portal = portal or Portal()
        app.state.telling = telling = Telling(app.state.db)
        try:
            async with open_merchants(wechat) as merchants, app.state.live.listening():
                app.state.wechat = merchants
                app.state.wechat_ports = WeChatPorts(app.state.db, merchants)
                working = _worker(dsn, app.state.db, merchants)
                async with working if has_worker else contextlib.nullcontext():
                    yield
        finally:
            for closing in (intake.close(), doors.close(), telling.close()):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(closing, INTAKE_STOP_SECONDS_MAX)
            app.state.pool.terminate()  # requests are over by now; close() might wait for ever

    return Litestar(
        route_handlers=ROUTES,
        lifespan=[with_database],
        openapi_config=None,
        logging_config=None,  # ours stands, see logs.py
        request_max_body_size=BODY_BYTES_MAX,
        exception_handlers=FAULTS,
    )


@contextlib.asynccontextmanager
async def _worker(dsn: str, db: Database, merchants: WeChatMerchants) -> AsyncIterator[None]:
    owner_pool = await open_pool(dsn, role=None, max_size=2)
    stop = asyncio.Event()
    working = asyncio.create_task(run_worker(owner_pool, db, stop, merchants=merchants))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait([working], timeout=WORKER_STOP_SECONDS_MAX)
        working.cancel()
        owner_pool.terminate()


def from_environment() -> Litestar:
    """For other ASGI servers: `uvicorn --factory tradeline_server.asgi:from_environment`."""
    configure_logs()
    allow_connections()
    settings = load_settings()
    if settings.database_url is None:
        raise UsageError("DATABASE_URL is not set: a server of your own needs one.")
    use_keys(settings)
    return create_app(
        settings.database_url,
        secret=settings.secret,
        only_trusted_documents=settings.only_trusted_documents,
        wechat=load_merchants(),
    )
