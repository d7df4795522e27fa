"""What is sent to the graph, over HTTP and over a WebSocket alike."""

from __future__ import annotations

from typing import Any

import msgspec


class Operation(msgspec.Struct):
    """What a request to the graph may hold."""

    query: str | None = None
    variables: dict[str, Any] | None = None
    operation_name: str | None = msgspec.field(name="operationName", default=None)
    extensions: dict[str, Any] | None = None
