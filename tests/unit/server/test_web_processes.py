"""Several processes on one port: each gets its share of the callers, nobody else gets the port."""

import contextlib
import socket
import sys
from collections.abc import Iterator

import pytest

from tradeline_server.errors import CommandError
from tradeline_server.web_processes import listen, processes_default


@contextlib.contextmanager
def listening(processes: int) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(each) for each in listen("127.0.0.1", 0, processes)]


def accepted(listener: socket.socket) -> int:
    listener.setblocking(False)
    count = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()
            count += 1
    return count


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all processes share one socket")
def test_callers_are_dealt_out_among_the_processes() -> None:
    with contextlib.ExitStack() as stack:
        first, second = stack.enter_context(listening(2))
        for _ in range(200):
            stack.enter_context(socket.create_connection(first.getsockname()))

        counts = accepted(first), accepted(second)

    assert sum(counts) == 200
    assert min(counts) > 50  # by chance once in 10**13 fewer


def test_all_listen_on_one_port_of_their_own() -> None:
    with listening(3) as sockets:
        [port] = {each.getsockname()[1] for each in sockets}

        with pytest.raises(CommandError, match=f"Cannot listen on 127.0.0.1:{port}"):
            listen("127.0.0.1", port, 1)
        with pytest.raises(CommandError, match="TRADELINE_PORT"):
            listen("127.0.0.1", port, 2)


def test_a_port_that_another_server_shares_is_taken() -> None:
    with socket.socket() as other:
        if sys.platform == "linux":
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()

        with pytest.raises(CommandError, match="Cannot listen"):
            listen("127.0.0.1", other.getsockname()[1], 2)


def test_there_is_always_one() -> None:
    assert 1 <= processes_default() <= 8
