"""Where a name may lead, and where not."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from tradeline_server.webhooks.addresses import (
    LOOK_UPS_MAX,
    LOOK_UPS_OF_ONE,
    Names,
    NotToBeReached,
    choose_address,
    is_public,
)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",  # a cloud's metadata
        "169.254.169.254",  # that of most
        "168.63.129.16",
        "192.0.0.192",
        "192.88.99.1",
        "198.18.0.1",
        "203.0.113.5",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "100::1",
        "3fff::1",
        "3ffe::1",
        "5f00::1",
        "4000::1",
        "2606:2800:220:1:0:5efe:10.0.0.1",  # with an address of a site inside
        "2606:2800:220:1:200:5efe:10.0.0.1",
        "2001:20::1",
    ],
)
def test_nobody_of_ours_is_reached(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(NotToBeReached):
        choose_address([address], is_loopback=False)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"]
)
def test_whoever_is_public_is_reached(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
    assert choose_address([address], is_loopback=False) == address


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    for found in (["8.8.8.8", "10.0.0.1"], ["8.8.8.8", "fe80::1%eth0"], []):
        with pytest.raises(NotToBeReached):
            choose_address(found, is_loopback=False)


def test_loopback_is_asked_for_and_nothing_else_passes_for_it() -> None:
    assert choose_address(["127.0.0.1"], is_loopback=True) == "127.0.0.1"
    for address in ("10.0.0.1", "169.254.169.254", "8.8.8.8"):
        with pytest.raises(NotToBeReached):
            choose_address([address], is_loopback=True)


async def test_names_are_looked_up_by_the_system() -> None:
    names = Names()
    assert "127.0.0.1" in await names.look_up((1, 1), "127.0.0.1", 443)
    for spelling in ("0x7f.1", "0177.0.0.1", "2130706433", "127.1"):
        found = await names.look_up((1, 1), spelling, 443)
        assert found == ["127.0.0.1"], "as a resolver takes it"
        with pytest.raises(NotToBeReached):
            choose_address(found, is_loopback=False)
    with pytest.raises(socket.gaierror):
        await names.look_up((1, 1), "nobody.invalid", 443)
    with pytest.raises(UnicodeError):
        await names.look_up((1, 1), "x" * 64 + ".example.com", 443)


class Dead:
    """A resolver to which nobody answers until the test ends."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.ends = threading.Event()

    def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        if host.startswith("dead"):
            self.ends.wait(20)
            raise socket.gaierror("nobody answers")
        return ["93.184.216.34"]


@pytest.fixture
def dead() -> Iterator[Dead]:
    resolver = Dead()
    yield resolver
    resolver.ends.set()


def threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "webhook-name"}


async def ask(names: Names, owner: int, host: str) -> str:
    """What came of it, with little patience."""
    try:
        async with asyncio.timeout(0.05):
            await names.look_up((1, owner), host, 443)
    except TimeoutError:
        return "late"
    except NotToBeReached:
        return "refused"
    return "found"


async def test_dead_names_take_few_threads_however_many_there_are(dead: Dead) -> None:
    names = Names(dead.resolve)
    before = threads()

    for _ in range(3):
        said = [await ask(names, 1, f"dead{number}.example.com") for number in range(15)]
        assert said == ["late"] * LOOK_UPS_OF_ONE + ["refused"] * (15 - LOOK_UPS_OF_ONE)
    assert len(threads() - before) == len(dead.asked) == LOOK_UPS_OF_ONE, "each is asked for once"

    for owner in range(2, 12):
        await asyncio.gather(*(ask(names, owner, f"dead{number}.x") for number in range(12)))
    assert len(threads() - before) == len(dead.asked) == LOOK_UPS_MAX


async def test_whose_names_are_dead_keeps_nobody_else_waiting(dead: Dead) -> None:
    names = Names(dead.resolve)
    for number in range(LOOK_UPS_OF_ONE):
        assert await ask(names, 1, f"dead{number}.example.com") == "late"

    assert await ask(names, 1, "well.example.com") == "refused"
    assert await ask(names, 2, "well.example.com") == "found"


async def test_there_is_room_again_once_the_system_has_given_up(dead: Dead) -> None:
    names = Names(dead.resolve)
    before = threads()
    for number in range(LOOK_UPS_OF_ONE):
        await ask(names, 1, f"dead{number}.example.com")

    assert len(threads() - before) == LOOK_UPS_OF_ONE

    dead.ends.set()
    for thread in threads() - before:
        await asyncio.to_thread(thread.join, 5)

    assert await ask(names, 1, "well.example.com") == "found"


async def test_two_who_ask_for_one_name_share_the_answer(dead: Dead) -> None:
    names = Names(dead.resolve)
    answers = [names.look_up((1, 1), "dead.example.com", 443) for _ in range(3)]
    waiting = asyncio.gather(*answers, return_exceptions=True)
    assert await ask(names, 1, "dead.example.com") == "late", "one gives up, the others go on"
    dead.ends.set()

    assert [type(each) for each in await waiting] == [socket.gaierror] * 3
    assert dead.asked == ["dead.example.com"]


def test_a_process_that_ends_waits_for_no_name() -> None:
    code = """
import asyncio, time
from tradeline_server.webhooks.addresses import Names
async def main():
    names = Names(lambda host, port: time.sleep(30))
    try:
        await asyncio.wait_for(names.look_up((1, 1), "dead.example.com", 443), 0.1)
    except TimeoutError:
        print("late")
asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=25, check=True
    )
    assert (done.stdout, done.stderr) == ("late\n", "")
