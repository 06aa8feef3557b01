"""Archive, proof and export of a ledger that lies on a cluster."""

from pathlib import Path

import pytest

from store import keys
from store.export import JsonLines, Wanted, export
from store.ledger import Ledger
from store.scripts import Client
from store.verify import Verifier
from tests.controls import REF, Bank
from tests.store import archiving
from tests.store.archiving import PARTITION, everything, move, prove
from tests.store.clock import Clock

pytestmark = pytest.mark.redis


async def test_a_ledger_on_a_cluster_is_archived_and_proven(cluster: Client, clock: Clock, tmp_path: Path) -> None:
    """The same as on a single server: every key that is read or written together lies in one slot."""
    archiving.long_ago(clock)
    bank = await Bank.open(cluster)
    await archiving.fill(bank, clock)
    before = await everything(bank.ledger)
    archive = archiving.archive_in(tmp_path)
    assert await prove(bank, archive) == []

    assert await move(cluster, archive) == 20

    ledger = Ledger(cluster, past=archive)
    assert await everything(ledger) == before
    assert await prove(bank, archive) == []
    written = [text async for text in export(cluster, ledger, Wanted(REF.tenant), JsonLines())]
    assert len([each for each in written if each]) == 20
    await cluster.hincrby(keys.account(REF), "balance", 1)
    assert await prove(bank, archive) != []


async def test_an_account_that_is_not_listed_is_met_on_a_cluster(cluster: Client) -> None:
    """Its key is looked for on every node."""
    await Bank.open(cluster)
    assert [each async for each in Verifier(cluster).unlisted()] == []

    await cluster.srem(keys.accounts(PARTITION), f"{REF.tenant}:{REF.account}")

    assert [each.ref async for each in Verifier(cluster).unlisted()] == [REF]
