"""How the web application is served, by whichever command: in one place, so that none differs."""

from __future__ import annotations

import gc
import os
import sys
import threading

import uvicorn
from litestar import Litestar

from tradeline_server.connections import Connection, allow_connections
from tradeline_server.sockets import MESSAGE_BYTES_MAX

STOP_SECONDS_MAX = 5

# New objects that may hold others, and are not gone: of Python's 700 a single request makes some.
GARBAGE_LOOKED_FOR_AFTER = 20_000


def web_config(app: Litestar) -> uvicorn.Config:
    """What uvicorn is told. infra/running.md tells it whoever starts uvicorn by themselves."""
    allow_connections()
    return uvicorn.Config(
        app,
        http=Connection,
        log_config=None,  # ours stands, see logs.py
        access_log=False,  # nobody is told of it, so that no line need be put together
        lifespan="on",
        timeout_graceful_shutdown=STOP_SECONDS_MAX,
        ws_max_size=MESSAGE_BYTES_MAX,
        # X-Forwarded-For is believed only of proxies that somebody has named.
        proxy_headers="FORWARDED_ALLOW_IPS" in os.environ,
    )


def end_with_parent(server: uvicorn.Server) -> None:
    """Have the server end when our standard input does, which whoever started us holds."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1):  # unbuffered: at the end nobody holds a lock
            pass
        server.should_exit = True

    threading.Thread(target=wait, daemon=True).start()


def collect_less() -> None:
    """For processes that do nothing but serve: what is loaded by now stays, and need not be gone
    through again; and requests leave little behind that only the garbage collector finds. As
    Python comes, it takes a third of an order's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_LOOKED_FOR_AFTER, 10, 10)
