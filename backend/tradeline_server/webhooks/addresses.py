"""Where a host's name leads, and whether anybody but us may be there.

An endpoint is named by whoever looks after an organization, who may be anybody. What the name leads
to must not be a machine of ours, its metadata service, or a neighbour in a private network.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# What passes for public, and leads elsewhere: addresses with another one inside, and a cloud's own
# service. Those of documentation, private and shared networks are told by `is_global`.
NOT_PUBLIC: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "168.63.129.16/32",  # Azure's own
            "192.0.0.0/24",
            "192.88.99.0/24",
            "::/96",
            "::ffff:0:0:0/96",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/23",
            "2002::/16",
            "fec0::/10",
        ),
    )
)
# Looking a name up blocks a thread, for as long as whoever owns the name likes. There are as many
# as are told at once, of which one organization has a third at most: others find one free.
_resolving = ThreadPoolExecutor(max_workers=24, thread_name_prefix="webhook-names")


class NotToBeReached(Exception):
    """The message is for those whose endpoint it is, and says nothing of our network."""


async def look_up(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, as the system knows them. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(
        _resolving, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    )
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


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
    return not any(
        address in network for network in NOT_PUBLIC if network.version == address.version
    )
