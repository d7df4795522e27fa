"""The graph over HTTP and WebSockets. POST only, JSON only: what a form of somebody else's page
cannot send."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import MediaType, Request, Response, WebSocket, post, websocket

from tradeline_graph._execution import NoOperation
from tradeline_graph.schema import schema
from tradeline_server.auth import graph_context
from tradeline_server.faults import fault
from tradeline_server.live import Live
from tradeline_server.operation import Operation
from tradeline_server.sockets import serve_subscriptions


@post("/graphql", status_code=200)
async def answer(request: Request[Any, Any, Any]) -> Response[Any]:
    """An answer that a person can read, and in the graph's shape whatever was sent."""
    context = await graph_context(request)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        # What is packed small may be large.
        return bad_request("Send the body as it is, without a Content-Encoding.", 415)
    if "application/json" not in request.headers.get("content-type", "").lower():
        return bad_request("Send JSON, with the header content-type: application/json.")
    try:
        operation = _OPERATION.decode(await request.body())
    except msgspec.DecodeError as error:
        return bad_request(f"The body is no JSON of a request: {error}.")
    except UnicodeError:
        return bad_request("The body is no UTF-8.")
    except RecursionError:
        return bad_request("The body nests too deeply.")
    context.response = response = Response(b"", media_type=MediaType.JSON)
    before = context.actor
    try:
        result = await schema.execute(
            operation.query,
            operation.variables,
            context,
            operation_name=operation.operation_name,
            operation_extensions=operation.extensions,
        )
    except NoOperation as error:
        return bad_request(str(error))
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [error.formatted for error in result.errors]
    response.content = msgspec.json.encode(body)
    if before is not None and before.account_id and context.actor is not before:
        live: Live = request.app.state.live
        live.ring(before.account_id)  # its sockets need not wait to be asked again
    return response


_OPERATION = msgspec.json.Decoder(Operation)


@websocket("/graphql")
async def listen(socket: WebSocket[Any, Any, Any]) -> None:
    await serve_subscriptions(socket, socket.app.state.live)


GRAPH = (answer, listen)


def bad_request(message: str, status_code: int = 400) -> Response[Any]:
    return fault(status_code, message, {"code": "BAD_REQUEST"})
