"""Where a host's name leads, and whether anybody but us may be there.

An endpoint is named by whoever looks after an organization, who may be anybody. What the name leads
to must not be a machine of ours, its metadata service, or a neighbour in a private network.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# All of IPv6 that has been given out to anybody; all else leads to networks of somebody's own.
GIVEN_OUT: Final = ipaddress.ip_network("2000::/3")
# What passes for public, and leads elsewhere: addresses with another one inside, and a cloud's own
# service. Those of documentation, private and shared networks are told by `is_global`.
NOT_PUBLIC: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "168.63.129.16/32",  # Azure's own
            "192.0.0.0/24",
            "192.88.99.0/24",
            "2001::/23",
            "2002::/16",
            "3ffe::/16",
            "3fff::/20",
        ),
    )
)
# The middle of an IPv6 address that ends in an IPv4 one, within a site (ISATAP).
WITH_ADDRESS_INSIDE: Final = frozenset({0x0000_5EFE, 0x0200_5EFE})

# Looking a name up blocks a thread, which nobody can stop, for as long as whoever owns the name
# likes. An organization may have one for each of its endpoints, and has to wait for these then.
LOOK_UPS_MAX: Final = 64
LOOK_UPS_OF_ONE: Final = 10


class NotToBeReached(Exception):
    """The message is for those whose endpoint it is, and says nothing of our network."""


Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
Owner: TypeAlias = tuple[int, int]


def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, as the system knows them. Raises OSError, UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Names:
    """Looks names up, each in a thread, of which there are few, and few for each owner.

    One that is asked for again while it is looked up is not looked up again. Whoever asks may give
    up at any time: the thread ends when the system does, and counts until then. The process does
    not wait for it when it ends.
    """

    def __init__(self, resolve: Resolve = resolve) -> None:
        self._resolve = resolve
        self._under_way: dict[tuple[Owner, str, int], asyncio.Future[Sequence[str]]] = {}

    async def look_up(self, owner: Owner, host: str, port: int) -> Sequence[str]:
        """Raises OSError, UnicodeError, or NotToBeReached where too many are being looked up."""
        key = (owner, host, port)
        if key not in self._under_way:
            of_owner = sum(other == owner for other, _, _ in self._under_way)
            if of_owner >= LOOK_UPS_OF_ONE or len(self._under_way) >= LOOK_UPS_MAX:
                raise NotToBeReached("other names take long to be looked up")
            self._begin(key)
        # Others may wait for it as well.
        return await asyncio.shield(self._under_way[key])

    def _begin(self, key: tuple[Owner, str, int]) -> None:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Sequence[str]] = loop.create_future()

        def end(found: Sequence[str] | Exception) -> None:
            del self._under_way[key]
            if isinstance(found, Exception):
                future.set_exception(found)
                future.exception()  # nobody may be waiting any more, which is no fault
            else:
                future.set_result(found)

        def run() -> None:
            try:
                found: Sequence[str] | Exception = self._resolve(*key[1:])
            except Exception as error:
                found = error
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(end, found)

        threading.Thread(target=run, name="webhook-name", daemon=True).start()
        self._under_way[key] = future  # and not before: there may be no thread to be had


def choose_address(found: Sequence[str], *, is_loopback: bool) -> str:
    """The one to connect to. All have to be public: a name with one of ours is up to something.

    `is_loopback` asks for an address of this machine instead.

    Raises:
        NotToBeReached
    """
    if not found:
        raise NotToBeReached("the host's name leads nowhere")
    for each in found:
        try:
            address = ipaddress.ip_address(each)
        except ValueError:  # with a zone, say
            raise NotToBeReached("the host is not at a public address") from None
        if not (address.is_loopback if is_loopback else is_public(address)):
            raise NotToBeReached("the host is not at a public address")
    return found[0]


def is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv6Address) and (
        address not in GIVEN_OUT or (int(address) >> 32) & 0xFFFF_FFFF in WITH_ADDRESS_INSIDE
    ):
        return False
    return not any(
        address in network for network in NOT_PUBLIC if network.version == address.version
    )
