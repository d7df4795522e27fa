"""Several web processes on one port, for one of them is bound by one core."""

from __future__ import annotations

import errno
import os
import socket
import sys

from tradeline_server.errors import CommandError

# Not imported here: it would bring the whole application into the process that starts them.
MODULE = "tradeline_server.web_process"
BACKLOG = 2048
# Each takes up to 21 of the 200 connections that the embedded database has.
PROCESSES_MAX = 8


def processes_default() -> int:
    """As many as cores that we may use."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(cores, PROCESSES_MAX)


def listen(host: str, port: int, processes: int) -> list[socket.socket]:
    """A listening socket for each process, all on one port, which nobody else has; 0 is any.

    Of one socket that is shared, whoever wakes first takes all the connections that wait: of 64
    that stay, one process of two was seen to have 64. Linux deals them out by chance, and so
    evenly, among sockets of which each process has its own; elsewhere they share one.

    Raises:
        CommandError: the port is taken, or not ours to take.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sockets = [socket.socket(family, socket.SOCK_STREAM)]
    try:
        sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sockets[0].bind((host, port))
        if sys.platform == "linux":
            # Only now, or another server's port would be shared rather than found taken.
            sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        for _ in range(processes - 1):
            sockets.append(_another(sockets[0]))
        for each in sockets:
            each.listen(BACKLOG)
    except OSError as error:
        for each in sockets:
            each.close()
        raise cannot_listen(host, port, error) from error
    return sockets


def cannot_listen(host: str, port: int, error: OSError) -> CommandError:
    """It is the port if it is taken or not for everybody, else the address that is none of ours."""
    advice = "set TRADELINE_HOST to an address of this machine"
    if error.errno in (errno.EADDRINUSE, errno.EACCES):
        advice = "stop what listens there, or set TRADELINE_PORT"
    return CommandError(f"Cannot listen on {host}:{port} ({error.strerror}): {advice}.")


def _another(first: socket.socket) -> socket.socket:
    if sys.platform != "linux":
        return first.dup()
    another = socket.socket(first.family, socket.SOCK_STREAM)
    another.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    another.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    another.bind(first.getsockname())
    return another
