"""The web application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import msgspec
from cross_web import HTTPException
from litestar import Litestar, Request, Response, WebSocket, get, websocket
from litestar.datastructures import State
from litestar.types import ControllerRouterHandler
from strawberry.litestar import make_graphql_controller
from strawberry.litestar.controller import GraphQLController

from tradeline.identity import TokenKeys
from tradeline.kernel import Actor
from tradeline.kernel.database import Database, open_pool
from tradeline_graph._intake import OrderIntake
from tradeline_graph.schema import schema
from tradeline_server import queries
from tradeline_server.auth import graph_context, oauth_token
from tradeline_server.errors import UsageError
from tradeline_server.faults import FAULTS, fault
from tradeline_server.files.routes import FILES
from tradeline_server.history import documents as replay_documents
from tradeline_server.live import Live
from tradeline_server.logs import configure_logs
from tradeline_server.operation import Operation
from tradeline_server.portal import Portal, portal_page
from tradeline_server.settings import load_settings
from tradeline_server.sockets import serve_subscriptions
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


# POST only, JSON only: what a form of somebody else's page cannot send.
_Controller: type[GraphQLController] = make_graphql_controller(
    schema,
    path="/graphql",
    graphql_ide=None,
    allow_queries_via_get=False,
    context_getter=graph_context,
    subscription_protocols=(),
)


class GraphQL(_Controller):  # type: ignore[misc, valid-type]
    """Answers in UTF-8 that a person can read, and in the graph's shape whatever it was sent."""

    def encode_json(self, data: object) -> bytes:
        return msgspec.json.encode(data)

    def parse_json(self, data: str | bytes) -> Any:
        try:
            operation = msgspec.json.decode(data, type=Operation)
        except msgspec.DecodeError as error:
            raise HTTPException(400, f"The body is no JSON of a request: {error}.") from None
        except UnicodeError:
            raise HTTPException(400, "The body is no UTF-8.") from None
        except RecursionError:
            raise HTTPException(400, "The body nests too deeply.") from None
        return {
            "query": operation.query,
            "variables": operation.variables,
            "operationName": operation.operation_name,
            "extensions": operation.extensions,
        }

    async def execute_request(
        self, request: Request[Any, Any, Any], context: Any, root_value: Any
    ) -> Response[Any]:
        if request.scope["method"] == "GET":
            message = "Ask the graph by POST, as JSON."
            return fault(405, message, {"code": "METHOD_NOT_ALLOWED"}, {"Allow": "POST"})
        encoding = request.headers.get("content-encoding", "identity")
        if encoding.lower() != "identity":  # what is packed small may be large
            message = "Send the body as it is, without a Content-Encoding."
            return fault(415, message, {"code": "BAD_REQUEST"})
        before: Actor | None = context.actor
        try:
            response: Response[Any] = await self.run(
                request, context=context, root_value=root_value
            )
        except HTTPException as error:
            return fault(error.status_code, error.reason, {"code": "BAD_REQUEST"})
        if before is not None and before.account_id and context.actor is not before:
            live: Live = request.app.state.live
            live.ring(before.account_id)  # its sockets need not wait to be asked again
        return response

    @websocket()
    async def websocket_endpoint(self, socket: WebSocket[Any, Any, Any]) -> None:
        await serve_subscriptions(socket, socket.app.state.live)


ROUTES: Sequence[ControllerRouterHandler] = (healthz, oauth_token, GraphQL, *FILES, portal_page)


def create_app(
    dsn: str,
    *,
    secret: str,
    has_worker: bool = False,
    only_trusted_documents: bool = False,
    portal: Portal | None = None,
) -> Litestar:
    """An application over a migrated database. Its state holds `pool`, `db`, `token_keys`,
    `order_intake`, `live` and `portal`, and `trusted_documents` where none but these and the
    manifests' run.

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
        app.state.token_keys = TokenKeys(secret)
        app.state.trusted_documents = trusted
        app.state.live = Live(dsn)
        app.state.portal = portal or Portal()
        working = _worker(dsn, app.state.db) if has_worker else contextlib.nullcontext()
        try:
            async with app.state.live.listening(), working:
                yield
        finally:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(intake.close(), INTAKE_STOP_SECONDS_MAX)
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
async def _worker(dsn: str, db: Database) -> AsyncIterator[None]:
    owner_pool = await open_pool(dsn, role=None, max_size=1)
    stop = asyncio.Event()
    working = asyncio.create_task(run_worker(owner_pool, db, stop))
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
    settings = load_settings()
    if settings.database_url is None:
        raise UsageError("DATABASE_URL is not set; only `tradeline run` brings its own database")
    return create_app(
        settings.database_url,
        secret=settings.secret,
        only_trusted_documents=settings.only_trusted_documents,
    )
