"""The load generator's HTTP, against a server that answers in pieces, or not at all."""

import asyncio

import pytest

from tradeline_server.bench.wire import ConnectionBroken, Line, head


async def ask(answers: list[list[bytes]], times: int) -> list[tuple[int, bytes]]:
    """Ask so often; each of the server's answers comes in pieces, then it hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for pieces in answers:
            await reader.readuntil(b"\r\n\r\n")
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.005)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        line = await Line.open("127.0.0.1", port)
        try:
            request = head("POST /graphql", "127.0.0.1", port, {}) + b"0\r\n\r\n"
            return [await asyncio.wait_for(line.ask(request), 5) for _ in range(times)]
        finally:
            line.close()


async def test_answers_are_put_together_from_their_pieces() -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Other: 1\r\n\r\nabcd"
    in_pieces = [b"HTTP/1.1 503 No", b"w\r\ncontent-length: 6\r", b"\n\r\nefg", b"hij"]

    assert await ask([[whole], in_pieces, [whole]], 3) == [
        (200, b"abcd"),
        (503, b"efghij"),
        (200, b"abcd"),
    ]


async def test_an_empty_answer_is_one() -> None:
    assert await ask([[b"HTTP/1.1 204 None\r\ncontent-length: 0\r\n\r\n"]], 1) == [(204, b"")]


async def test_a_server_that_hangs_up_breaks_what_was_under_way() -> None:
    with pytest.raises(ConnectionBroken):
        await ask([[b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab"]], 1)


async def test_an_answer_without_a_length_is_not_waited_for() -> None:
    with pytest.raises(ConnectionBroken):
        await ask([[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]], 1)
