"""Where a name may lead, and where not."""

import ipaddress

import pytest

from tradeline_server.webhooks.addresses import NotToBeReached, choose_address, is_public, look_up


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
    assert "127.0.0.1" in await look_up("127.0.0.1", 443)
    assert "127.0.0.1" in await look_up("0x7f.1", 443), "as a resolver takes it"
