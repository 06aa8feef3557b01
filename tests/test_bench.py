"""The benchmarks run: each kind of measurement once, small, so that `make bench` does not rot unseen."""

import pytest

from store import keys
from tests.benchmarks import account
from tests.benchmarks.__main__ import GROUPS
from tests.benchmarks.figures import Figure, Wanted
from tests.benchmarks.report import page
from tests.benchmarks.server import started
from tests.benchmarks.wire import command, per_second

NEEDED = {
    *("posting_vs_minimal_script", "posting_server_us_vs_escrowmint", "batch_vs_single_python"),
    *("group_commit_vs_single", "packed_vs_batch", "cost_at_10m_entries", "cost_at_10k_lots"),
    *("import_records_per_s", "import_peak_mb", "import_alert_ms"),
    *("bytes_per_posting", "bytes_per_packed_record", "verify_entries_per_s", "always_vs_everysec"),
    *("api_authorise_p50_ms", "api_authorise_p99_ms", "api_usage_record_p50_ms", "api_usage_record_p99_ms"),
}


def test_every_figure_that_is_asked_for_is_measured() -> None:
    """None has got lost."""
    assert {name for _, names in GROUPS for name in names} >= NEEDED


@pytest.mark.redis
def test_postings_over_raw_connections_are_all_made() -> None:
    """Single and in batches; what was measured was done."""
    with started() as server:
        account.prepare(server)
        per_second(server.port, list(account.postings(server, 300)), connections=5)
        per_second(server.port, list(account.postings(server, 300, begin=300, size=100)), connections=2, pipeline=1)

        assert server.redis.hget(keys.account(account.REF), "version") == "601"  # the credit's entry came first
        with pytest.raises(RuntimeError, match="unknown command"):
            per_second(server.port, [command("NONSENSE")] * 3, connections=1)


def test_page_says_each_figure_with_its_conditions_and_limits() -> None:
    """One line in a table for each, and how it was measured."""
    figures = [
        Figure("posting", "×", "Valkey 9.1, always", (0.31, 0.29, 0.3), Wanted(0.28, 0.45)),
        Figure("bytes", "B", "1,000 postings", (190.0,), Wanted(180, 130, lower=True), digits=1),
    ]

    found = page(figures)

    assert "| `posting` | **0.30 ×** | 0.29 … 0.31 | ≥ 0.28 × | ≥ 0.45 × |" in found
    assert "| `bytes` | 1,000 postings |" in found
    assert [each.wanted.verdict(each.value) for each in figures if each.wanted] == ["enough", "MISSED"]
