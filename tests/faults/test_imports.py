"""kill -9 at any moment of an import: resumed, all that is kept is what an undisturbed one has made."""

from pathlib import Path

import pytest

from tests.faults.imports import ordeal

pytestmark = [pytest.mark.redis, pytest.mark.timeout(300)]
SEED = 20_261_123


@pytest.mark.usefixtures("mortal")
async def test_killed_imports_come_to_what_an_undisturbed_one_does(tmp_path: Path) -> None:
    """Totals, balance, pools, every line; both are what DuckDB reckons; a further import changes nothing."""
    await ordeal(f"unix://{tmp_path}/redis/r.sock", tmp_path, records=6_000, kills=2, seed=SEED)
