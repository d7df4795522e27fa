"""One of several web processes: `python -m tradeline_server.web_process FD`.

It serves the database of DATABASE_URL on a socket that it inherits, and ends when its standard
input does, so that none outlives whoever started it.
"""

from __future__ import annotations

import socket
import sys

import uvicorn

from tradeline_server.asgi import from_environment
from tradeline_server.web import collect_less, end_with_parent, web_config


def web_server() -> uvicorn.Server:
    """Of the environment's application; it ends when our standard input does."""
    server = uvicorn.Server(web_config(from_environment()))
    end_with_parent(server)
    collect_less()
    return server


def main() -> None:
    web_server().run(sockets=[socket.socket(fileno=int(sys.argv[1]))])


if __name__ == "__main__":
    main()
