"""Redis' addresses: one server, or several nodes of a cluster's in one line."""

import pytest

from bot.addresses import MalformedAddressError, each_address, is_address, shown


@pytest.mark.parametrize(
    ("url", "each"),
    [
        ("redis://redis.example", ["redis://redis.example"]),
        ("redis://a:1,b:2", ["redis://a:1", "redis://b:2"]),
        (
            "rediss://user:p%2Cw,x@a:1,[::1]:2,c/0?protocol=3",
            [f"rediss://user:p%2Cw,x@{place}/0?protocol=3" for place in ("a:1", "[::1]:2", "c")],
        ),
        ("unix:///run/credits,1/valkey.sock?db=0", ["unix:///run/credits,1/valkey.sock?db=0"]),
        ("unix://user:pw@/run/valkey.sock", ["unix://user:pw@/run/valkey.sock"]),
    ],
)
def test_each_has_all_the_rest(url: str, each: list[str]) -> None:
    """What is not a host belongs to each of them: user, password, database, options."""
    assert each_address(url) == each
    assert is_address(url)


def test_what_is_shown() -> None:
    """Hosts and path are shown, never who asks nor the options."""
    told = shown("rediss://user:hunter2@a:1,b:2/0?ssl_ca_certs=ca.pem")

    assert told == "rediss://a:1,b:2/0"


@pytest.mark.parametrize(
    "url", ["redis://:hunter2@a:1,", "redis://,:2", "redis://a:x", "redis://:hun/ter@a", "redis://[::"]
)
def test_what_is_malformed(url: str) -> None:
    """An empty or impossible host is refused, and the refusal quotes nothing."""
    assert not is_address(url)
    with pytest.raises(MalformedAddressError) as caught:
        shown(url)

    assert "hun" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://a", "redis://", "unix://", "redis://a,b/0,unix"])
def test_what_is_no_address(url: str) -> None:
    """Another scheme, or nothing where a host or a socket's path has to be, is none."""
    assert is_address(url) == url.startswith("redis://a")
