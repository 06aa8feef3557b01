"""Reach: what a person may register, and what is never connected to."""

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.reach import LONGEST_URL, Reach, checked_hosts, is_public

OPEN = Reach()


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com",
        "https://hooks.example.com:443/a/b?c=d%20e",
        "https://xn--bcher-kva.example/hook",
        "https://8.8.8.8/hook",
        "https://[2606:4700:4700::1111]/hook",
        "HTTPS://Hooks.Example.com/hook",
    ],
)
def test_public_addresses_may_be_registered(url: str) -> None:
    """Names and addresses of the public internet, over TLS."""
    assert OPEN.problem(url) == ""


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://hooks.example.com/", "https://"),
        ("https://hooks.example.com:8443/", "port 8443"),
        ("https://hooks.example.com:80/", "port 80"),
        ("https://anna@hooks.example.com/", "user name"),
        ("https://anna:pw@hooks.example.com/", "user name"),
        ("https://:@hooks.example.com/", "user name"),
        ("https://hooks.example.com/#there", "fragment"),
        ("https://127.0.0.1/", "not public"),
        ("https://169.254.169.254/latest", "not public"),
        ("https://[::1]/", "not public"),
        ("https://[::ffff:10.0.0.1]/", "not public"),
        ("https://[64:ff9b::a00:1]/", "not public"),
        ("ftp://hooks.example.com/", "no web address"),
        ("hooks.example.com", "no web address"),
        ("https://", "no web address"),
        ("https:///path", "no web address"),
        ("https://hooks.example.com:99999/", "no web address"),
        ("https://hooks.example.com:0/", "no web address"),
        ("https://127.1/", "no web address"),
        ("https://0x7f000001/", "no web address"),
        ("https://2130706433/", "no web address"),
        ("https://0177.0.0.1/", "no web address"),
        ("https://127.0.0.1./", "no web address"),
        ("https://[fe80::1%25eth0]/", "no web address"),
        ("https://[::1/", "no web address"),
        ("https://hooks_example.com/", "no web address"),
        ("https://hooks.example.com\\@evil.example/", "no web address"),
        ("https://hooks.example.com /", "no web address"),
        ("https://hooks.example.com/\n", "no web address"),
        ("https://bücher.example/", "no web address"),
        ("https://hooks.example.com/" + "a" * LONGEST_URL, "no web address"),
    ],
)
def test_other_addresses_are_refused(url: str, told: str) -> None:
    """Each with its reason; whatever can be read in two ways is no address."""
    assert told in OPEN.problem(url)


def test_only_listed_hosts_where_a_setting_lists_them() -> None:
    """By their whole name, or by what it ends in."""
    reach = Reach(hosts=("hooks.example.com", ".pbx.example"))

    fine = ["https://hooks.example.com/", "https://a.pbx.example/", "https://b.a.pbx.example/"]
    wrong = ["https://example.com/", "https://x.hooks.example.com/", "https://pbx.example/", "https://evilpbx.example/"]
    assert {reach.problem(each) for each in fine} == {""}
    assert {"CREDITS_WEBHOOK_HOSTS" in reach.problem(each) for each in wrong} == {True}


def test_other_ports_where_a_setting_names_them() -> None:
    """443 stays allowed."""
    reach = Reach(ports=frozenset({8443}))

    assert reach.problem("https://hooks.example.com:8443/") == reach.problem("https://hooks.example.com/") == ""
    assert "port 9443" in reach.problem("https://hooks.example.com:9443/")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/", "http://localhost:1/", "http://[::1]/", "https://127.9.9.9/"]
)
def test_this_machine_only_where_a_setting_allows_it(url: str) -> None:
    """Then without TLS and on any port; and nothing else is opened by that."""
    trying = Reach(loopback=True)

    assert OPEN.problem(url)
    assert trying.problem(url) == ""
    assert trying.problem("http://hooks.example.com/")
    assert trying.problem("https://10.0.0.1/")


@pytest.mark.parametrize(
    ("written", "fine"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("::ffff:127.0.0.1", True), ("8.8.8.8", False)],
)
def test_name_of_this_machine_leads_only_to_this_machine(written: str, fine: bool) -> None:
    """Whatever `localhost` resolves to, without TLS nothing leaves the machine; without the setting not even that."""
    address = ipaddress.ip_address(written)

    assert Reach(loopback=True).allows(address, to_loopback=True) == fine
    assert not OPEN.allows(address, to_loopback=True)
    assert Reach(loopback=True).allows(address) == (written == "8.8.8.8")


CLOSED = [
    *(
        "0.0.0.0",  # noqa: S104 nothing is bound to it
        "0.1.2.3",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "169.254.169.254",
    ),
    *("172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1"),
    *("198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    "168.63.129.16",
    *("::", "::1", "::127.0.0.1", "::8.8.8.8", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254"),
    *("ff02::1", "ff0e::1", "100::1", "2001::1", "2001:db8::1", "2002:a00:1::1", "2002:808:808::1", "3fff::1"),
    *("64:ff9b:1::a00:1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::127.0.0.1"),
    *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:0:10.0.0.1", "4000::1", "5f00::1"),
    *("2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:10.0.0.1"),
]


@pytest.mark.parametrize("written", CLOSED)
def test_what_is_not_public_is_closed(written: str) -> None:
    """Private, shared, loopback, link-local, multicast, reserved and example ranges, and whatever leads into them."""
    assert not is_public(ipaddress.ip_address(written))


@pytest.mark.parametrize(
    "written", ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_what_is_public_is_open(written: str) -> None:
    """Neighbours of closed ranges included; behind NAT64 every public host has such an address."""
    assert is_public(ipaddress.ip_address(written))


@given(st.ip_addresses())
def test_nothing_is_open_that_pythons_own_tables_call_private(address: ipaddress.IPv4Address) -> None:
    """An independent list of what is global agrees with whatever we let through."""
    if is_public(address):
        mapped = getattr(address, "ipv4_mapped", None)
        assert (mapped or address).is_global
        assert not (mapped or address).is_multicast


def test_hosts_are_read_as_they_are_written() -> None:
    """With a star or without, in any letters; what is no host's name is an error."""
    assert checked_hosts(["Hooks.Example.com.", "*.pbx.example", ".x.example", "8.8.8.8", " "]) == (
        "hooks.example.com",
        ".pbx.example",
        ".x.example",
        "8.8.8.8",
    )
    for wrong in ("https://hooks.example.com", "hooks.example.com:443", "*", "a/b"):
        with pytest.raises(ValueError, match=re.escape(wrong)):
            checked_hosts([wrong])
