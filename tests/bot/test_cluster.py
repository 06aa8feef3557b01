"""The whole bot, and the doctor, on a cluster of three primaries."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.connect import connect
from bot.examination import examine
from store.scripts import Client
from tests import clusters
from tests.clusters import PRIMARIES, Cluster, eventually
from tests.world import REF, World, open_world, texts_in, usd

pytestmark = pytest.mark.redis


@pytest.fixture
async def world(cluster: Client, three_nodes: Cluster) -> AsyncIterator[World]:
    """A workspace with the bot in it, its background work included."""
    blocking = three_nodes.client(retry=Retry(NoBackoff(), 0))
    async with open_world(cluster, blocking) as opened:
        yield opened
    await blocking.aclose()


async def test_recharge_is_made_and_told(world: World) -> None:
    """A debit below the trigger is answered with a charge, its credit and the news, each read from its partition."""
    await world.services.ledger.add_credit(REF, usd(30), operation_id=world.operation(), actor="test")
    await world.recharge_on()
    await world.spend(15)

    async def is_recharged() -> bool:
        return (await world.account()).balance == usd(65)

    await eventually(is_recharged)
    await world.playground.wait_for(lambda: "50.00" in texts_in(world.told()))


async def test_a_cluster_is_known_from_any_of_its_nodes(three_nodes: Cluster) -> None:
    """A node that is away does not matter where others are named."""
    first, *others = [node.name for node in three_nodes.nodes]
    client = await connect(f"redis://127.0.0.1:1,{others[-1]},{first}")

    assert isinstance(client, RedisCluster)
    assert len(client.get_primaries()) == PRIMARIES
    await client.aclose()


async def test_connections_are_closed_in_an_outage(three_nodes: Cluster) -> None:
    """A client that has just lost a node, and has to learn the nodes anew, closes what it has of the others."""
    client = three_nodes.client()
    await client.ping(target_nodes=RedisCluster.PRIMARIES)
    nodes = client.get_nodes()
    with pytest.raises(RedisError):
        await client.ping(target_nodes=ClusterNode("127.0.0.1", 1))

    await client.aclose()

    assert not [each for node in nodes for each in node._connections if each.is_connected]


async def test_the_doctor_sees_each_primary(cluster: Client, three_nodes: Cluster) -> None:
    """Each primary is examined with its replica, and the background work of all partitions."""
    seen = await examine(cluster, three_nodes.url, embedded=False)

    assert (seen.cluster, seen.cluster_ok, seen.address) == (True, True, three_nodes.url)
    assert {node.name for node in seen.nodes} == {node.name for node in three_nodes.nodes[:PRIMARIES]}
    assert [len(node.replicas or ()) for node in seen.nodes] == [1] * PRIMARIES
    assert {node.config["appendfsync"] for node in seen.nodes} == {"everysec"}
    assert seen.work is not None
    assert seen.work.held == {"payments": 0, "alerts": 0, "webhooks": 0}


async def test_a_cluster_that_is_away_is_an_outage(tmp_path: Path) -> None:
    """When no node answers that is an error of Redis', which whoever waits out an outage knows as one."""
    with clusters.running(tmp_path) as cluster:
        client = cluster.client()
        assert await client.ping()
        for node in cluster.nodes:
            node.kill()

        for _ in range(2):
            with pytest.raises(RedisError):
                await client.get("{p00}:any")
        await client.aclose()
