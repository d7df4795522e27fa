"""What `python -m tradeline_server.bench.serving` runs: the real web process, or the real worker.

They end when their standard input does: whatever becomes of the bench, nothing is left behind.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import msgspec
import uvicorn

from tradeline.kernel import times_spent
from tradeline_server.cli import main as run_command
from tradeline_server.web_process import web_server

PROFILE_SECONDS = 0.25


def main() -> None:
    kind, *arguments = sys.argv[1:]
    if kind == "worker":
        threading.Thread(target=_end_with_parent, daemon=True).start()
        run_command(["worker"])
    else:
        _serve(*arguments)


def _serve(listener_number: str, profile: str) -> None:
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


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
