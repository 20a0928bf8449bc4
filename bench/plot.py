"""Draws what `transfers.py` has measured.

python bench/plot.py RESULTS.json OUTPUT.svg
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

# Only this script needs them.
mpl: Any = import_module("matplotlib")
plt: Any = import_module("matplotlib.pyplot")

TITLES = {"down": "S3 to local", "up": "local to S3", "copy": "S3 to S3, same bucket"}
COLOURS = {"otf-addons-aws": "#8a8a8a", "generated": "#1f6fb4", "bare": "#e9b872"}


def colour(subject: str) -> str:
    """Return the colour of a subject's bar: published, generated, or without a framework."""
    first = subject.partition(",")[0]
    return COLOURS.get(first, COLOURS["bare"])


def draw(axes: Any, results: list[dict[str, Any]], title: str) -> None:
    """Draw one operation: a bar for each subject, with a line from the fastest to the slowest."""
    subjects = list(dict.fromkeys(each["subject"] for each in results))
    seconds = [[e["seconds"] for e in results if e["subject"] == name] for name in subjects]
    order = sorted(range(len(subjects)), key=lambda i: -median(seconds[i]))
    for place, i in enumerate(order):
        middle = median(seconds[i])
        axes.barh(place, middle, color=colour(subjects[i]), height=0.7)
        axes.plot([min(seconds[i]), max(seconds[i])], [place, place], color="black", linewidth=1)
        axes.annotate(
            f"{middle:.2f} s",
            (max(seconds[i]), place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    axes.set_yticks(range(len(order)), [subjects[i] for i in order], fontsize=8)
    axes.set_xlim(0, max(map(max, seconds)) * 1.18)
    axes.tick_params(axis="x", labelsize=8)
    axes.set_title(title, fontsize=9, loc="left")
    axes.spines[["top", "right"]].set_visible(False)


def main(results: str, output: str) -> None:
    """Draw everything into one picture."""
    told = json.loads(Path(results).read_text())["results"]
    measured = [each for each in told if each["operation"] in TITLES]
    workloads = list(dict.fromkeys(each["workload"] for each in measured))
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "performance"})
    figure, grid = plt.subplots(
        len(workloads) * len(TITLES), 1, figsize=(8.5, 13), layout="constrained"
    )
    rows = [(workload, operation) for workload in workloads for operation in TITLES]
    for axes, (workload, operation) in zip(grid, rows, strict=True):
        chosen = [e for e in measured if e["workload"] == workload and e["operation"] == operation]
        draw(axes, chosen, f"{workload}: {TITLES[operation]}")
    grid[-1].set_xlabel("seconds, whole process; median, with a line from min to max", fontsize=8)
    figure.savefig(output, metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
