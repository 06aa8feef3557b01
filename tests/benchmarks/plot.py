"""Runs in the peers' own environment: a bar for each figure, what is needed as 1, from rows on standard input."""

import json
import sys

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "benchmarks"  # the same picture for the same figures
import matplotlib.pyplot as plt  # noqa: E402 after the backend is chosen

rows = json.load(sys.stdin)
names = [name for name, _, _ in rows]
figure, axes = plt.subplots(figsize=(9, 0.42 * len(rows) + 1.2), layout="constrained")
places = range(len(rows))
axes.barh(places, [value for _, value, _ in rows], height=0.55, color="#4a7dbd")
axes.plot([goal for _, _, goal in rows], places, "D", color="#d08a1d", markersize=7, label="goal")
axes.axvline(1, color="#b3423a", linewidth=1.5, label="needed")
for place, (_, value, _) in enumerate(rows):
    label = {"xytext": (-6, 0), "textcoords": "offset points", "ha": "right", "va": "center", "fontsize": 9}
    axes.annotate(f"{value:.2f}", (value, place), color="white", **label)
axes.set_yticks(places, names)
axes.invert_yaxis()
axes.set_xlim(0, max(max(value, goal) for _, value, goal in rows) * 1.12)
axes.set_xlabel("times what is needed (further right is better)")
axes.spines[["top", "right"]].set_visible(False)
axes.legend(loc="lower right", frameon=False)
figure.savefig(sys.argv[1], metadata={"Date": None}, facecolor="white")
