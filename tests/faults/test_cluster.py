"""A cluster's faults under traffic: a slot moves, a primary dies and its replica takes over."""

from collections.abc import AsyncIterator, Iterator

import pytest

from store import keys
from store.scripts import Client
from tests import clusters
from tests.clusters import Cluster, Node, eventually
from tests.controls import REF
from tests.faults.traffic import flowing

pytestmark = pytest.mark.redis
ACCOUNT = keys.account(REF)


@pytest.fixture
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of its own, whose replicas take over soon."""
    with clusters.running(tmp_path_factory.mktemp("failing"), cluster_node_timeout="2000") as cluster:
        yield cluster


@pytest.fixture
async def client(failing: Cluster) -> AsyncIterator[Client]:
    """A client of that cluster, as the bot has one."""
    client = failing.client()
    yield client
    await client.aclose()


async def takes_over(cluster: Cluster, killed: Node) -> None:
    """Kill a primary and wait until its replica serves its slots."""
    slot, replica = cluster.slot_of(ACCOUNT), cluster.replica_of(killed)
    killed.kill()

    async def serves() -> bool:
        return replica.serves(slot)

    await eventually(serves)


async def test_a_slot_moves_under_traffic(cluster: Client, three_nodes: Cluster) -> None:
    """While a partition moves its postings wait and the others go on; nothing acknowledged is lost, nothing doubled."""
    source = three_nodes.primary_of(ACCOUNT)
    target = three_nodes.next_to(source)
    async with flowing(three_nodes, cluster, confirmed=False) as traffic:
        others = traffic.systems[-1:]

        moved = await three_nodes.move(ACCOUNT, source, target, lambda: traffic.go_on(1, among=others))

        assert moved > 5
        assert three_nodes.primary_of(ACCOUNT) is target
        await traffic.go_on()

    assert await traffic.lost() == []
    await three_nodes.move(ACCOUNT, target, source, _at_once)


async def _at_once() -> None:
    """Without waiting."""


async def test_a_replica_takes_over_under_traffic(failing: Cluster, client: Client) -> None:
    """Everybody comes back by themselves; what the replica has is whole, whatever it has not."""
    async with flowing(failing, client, confirmed=False) as traffic:
        await takes_over(failing, failing.primary_of(ACCOUNT))

        await traffic.go_on()


async def test_what_a_replica_has_survives_the_primary(failing: Cluster, client: Client) -> None:
    """Of what was acknowledged only when the replica had it, nothing is lost."""
    async with flowing(failing, client, confirmed=True) as traffic:
        killed = failing.primary_of(ACCOUNT)
        await takes_over(failing, killed)
        killed.start()  # without a replica nothing is confirmed

        await traffic.go_on()

    assert await traffic.lost() == []


async def test_a_cluster_without_scripts_is_sent_them(failing: Cluster, client: Client) -> None:
    """A replica that takes over knows no script until it is sent."""
    async with flowing(failing, client, confirmed=False) as traffic:
        killed = failing.primary_of(ACCOUNT)
        failing.replica_of(killed).ask("SCRIPT FLUSH")
        await takes_over(failing, killed)

        await traffic.go_on()
