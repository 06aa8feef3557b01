"""`python -m tests.benchmarks [NAME …]`: measure everything, or those figures alone."""

import sys
import time
from collections.abc import Callable, Iterator

from bot.running import collected_seldom
from tests.benchmarks import (
    api_figures,
    cost_figures,
    import_figures,
    peers,
    profile_figures,
    python_figures,
    report,
    verify_figures,
    wire_figures,
)
from tests.benchmarks.figures import Figure

GROUPS: tuple[tuple[Callable[[], Iterator[Figure]], tuple[str, ...]], ...] = (
    (wire_figures.ceilings, ("ceiling_set", "ceiling_hincrby", "ceiling_xadd")),
    (wire_figures.posting, ("posting_vs_minimal_script", "posting_per_s", "ceiling_minimal_script")),
    (
        wire_figures.server_time,
        ("posting_server_us_vs_escrowmint", "posting_server_us", "escrowmint_consume_server_us"),
    ),
    (profile_figures.steps, tuple(f"posting_step_{name}" for name, _ in profile_figures.STEPS)),
    (wire_figures.holds, ("hold_and_capture_server_us", "escrowmint_reserve_and_commit_server_us")),
    (verify_figures.proof, ("verify_entries_per_s",)),
    (python_figures.batches, ("batch_vs_single_python", "batch_python_per_s", "single_python_per_s")),
    (python_figures.group_commit, ("group_commit_vs_single", "group_commit_alone")),
    (python_figures.packed, ("packed_vs_batch", "packed_per_s", "bytes_per_packed_record")),
    (import_figures.imports, ("import_records_per_s", "import_peak_mb", "import_alert_ms")),
    (python_figures.durability, ("always_vs_everysec", "always_vs_everysec_grouped")),
    (python_figures.peer, ("hordak_transfers_per_s",)),
    (
        api_figures.latency,
        tuple(f"api_{verb}_{what}" for verb in ("authorise", "usage_record") for what in ("p50_ms", "p99_ms", "per_s")),
    ),
    (cost_figures.memory, ("bytes_per_posting",)),
    (cost_figures.lots, ("cost_at_10k_lots",)),
    (cost_figures.entries, ("cost_at_10m_entries",)),
)
"""What measures, and the figures that come of it."""


def main(only: list[str]) -> int:
    """Measure, write the report, and answer 1 where a figure is not what it has to be."""
    known = {name for _, names in GROUPS for name in names}
    if unknown := set(only) - known:
        sys.stderr.write(f"No such figure: {', '.join(sorted(unknown))}. There are: {', '.join(sorted(known))}\n")
        return 2
    peers.python()  # installed now, if they are not yet
    figures, begun = [], time.monotonic()
    with collected_seldom():  # as a bot's process has it
        for measure, names in GROUPS:
            if only and not set(only) & set(names):
                continue
            for figure in measure():
                sys.stdout.write(f"{report.line(figure)}\n")
                sys.stdout.flush()
                figures.append(figure)
    sys.stdout.write(f"{time.monotonic() - begun:.0f} s\n")
    report.write(figures, whole=not only)
    return int(any(each.wanted and each.wanted.verdict(each.value) == "MISSED" for each in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
