"""The application and its worker, without any demo: what a replay starts for itself.

`python -m tradeline_server.history.serving FD` serves the database of DATABASE_URL on a socket
that it inherits, and ends when its standard input does: whatever becomes of the replay, no server
is left behind.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys

import uvicorn

from tradeline_server.asgi import create_app
from tradeline_server.logs import configure_logs
from tradeline_server.member_key import use_keys
from tradeline_server.settings import load_settings
from tradeline_server.web import end_with_parent, web_config


def main() -> None:
    configure_logs(logging.WARNING)
    settings = load_settings()
    assert settings.database_url is not None, "own_server gives it"
    use_keys(settings)
    listener = socket.socket(fileno=int(sys.argv[1]))
    app = create_app(
        settings.database_url,
        secret=settings.secret,
        has_worker=True,
        only_trusted_documents=settings.only_trusted_documents,
    )
    server = uvicorn.Server(web_config(app))
    end_with_parent(server)
    asyncio.run(server.serve(sockets=[listener]))


if __name__ == "__main__":
    main()
