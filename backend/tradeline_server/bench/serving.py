"""What `python -m tradeline_server.bench.serving FD PROFILE` runs: the real web process, which also
writes down what its stages have taken."""

from __future__ import annotations

import socket
import sys
import threading
import time
from pathlib import Path

import msgspec
import uvicorn

from tradeline.kernel import times_spent
from tradeline_server.web_process import web_server

PROFILE_SECONDS = 0.25


def main() -> None:
    listener_number, profile = sys.argv[1:]
    server = web_server()
    threading.Thread(target=_keep_profile, args=[server, Path(profile)], daemon=True).start()
    server.run(sockets=[socket.socket(fileno=int(listener_number))])


def _keep_profile(server: uvicorn.Server, path: Path) -> None:
    """A line now and then: when, and what the stages have taken until then. The first one tells
    that the process is up."""
    with open(path, "ab", buffering=0) as file:
        while True:
            if server.started:
                file.write(msgspec.json.encode([time.time(), times_spent()]) + b"\n")
            time.sleep(PROFILE_SECONDS)


if __name__ == "__main__":
    main()
