"""Puts what was measured into tables, and these into docs/performance.md."""

import os
import platform
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

PARTS = "parts"  # the workload of what a download is made of
REFERENCE = "otf-addons-aws"
FSSPEC, OBSTORE = "generated, fsspec (s3)", "generated, obstore"
TITLES = {"down": "S3 to local", "up": "local to S3", "copy": "S3 to S3, same bucket"}
PACKAGES = (
    "opentaskpy",
    "otf-addons-aws",
    "boto3",
    "fsspec",
    "s3fs",
    "obstore",
    "urllib3",
)

# How many times faster than otf-addons-aws the generated addons had to become: fsspec, obstore.
MANY: dict[str, tuple[float, float]] = {"down": (9, 22), "up": (4.3, 13), "copy": (12, 25)}
LARGE: dict[str, tuple[float, float]] = {"down": (1, 2), "up": (1, 1.7)}

# What S3's long names mean in a narrow column.
REQUESTS = {
    "ListObjectsV2": "list",
    "HeadObject": "head",
    "GetObject": "get",
    "PutObject": "put",
    "CopyObject": "copy",
    "CreateMultipartUpload": "create",
    "UploadPart": "part",
    "UploadPartCopy": "part copy",
    "CompleteMultipartUpload": "complete",
}

Result = dict[str, Any]


def tables(told: dict[str, Any]) -> str:
    """Return all that was measured, in Markdown."""
    results: list[Result] = told["results"]
    packages = ", ".join(f"{name} {version}" for name, version in told["versions"].items())
    rounds = max(each["round"] for each in results)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    parts = [f"`{told['command']}`: {rounds} rounds, {machine}, {packages}.", _goals(results)]
    for workload in _values(results, "workload"):
        of_workload = _choose(results, workload=workload)
        if workload == PARTS:
            parts += ["### What the time of a download is made of", _parts(of_workload)]
            continue
        parts.append(f"### {workload}")
        for operation in _values(of_workload, "operation"):
            chosen = _choose(of_workload, operation=operation)
            parts += [f"**{TITLES[operation]}**", _table(chosen)]
    return "\n\n".join(part for part in parts if part)


def write(file: Path, name: str, text: str) -> None:
    """Replace the text between two comments of a document.

    Args:
        file (Path): The document.
        name (str): What the comments are called.
        text (str): The new text.
    """
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, _, rest = file.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    file.write_text(f"{before}{begin}\n{text}\n\n{end}{after}", encoding="utf-8")


def ratios(results: list[Result], subject: str) -> list[float]:
    """Return how many times faster than the reference a subject was, in each round."""
    reference = {each["round"]: each["seconds"] for each in results if each["subject"] == REFERENCE}
    own = {each["round"]: each["seconds"] for each in results if each["subject"] == subject}
    return [reference[turn] / own[turn] for turn in sorted(own.keys() & reference.keys())]


def _goals(results: list[Result]) -> str:
    """Return the goals, and what was measured."""
    titles = [title for title in _values(results, "workload") if title != PARTS]
    lines = [
        f"| times faster than {REFERENCE} | fsspec: goal | reached | obstore: goal | reached |",
        "|---|---|---|---|---|",
    ]
    for title, goals in zip(titles, (MANY, LARGE), strict=False):
        for operation, numbers in goals.items():
            chosen = _choose(results, workload=title, operation=operation)
            cells = [f"{title}, {TITLES[operation]}"]
            for subject, goal in zip((FSSPEC, OBSTORE), numbers, strict=True):
                faster = ratios(chosen, subject)
                if not faster:
                    return ""
                cells += [f"{goal}", f"{median(faster):.1f}"]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _table(results: list[Result]) -> str:
    lines = [
        "| | median s | min | max | times faster | CPU s | peak MiB | requests |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for subject in sorted(_values(results, "subject"), key=_order):
        own = _choose(results, subject=subject)
        seconds = [each["seconds"] for each in own]
        faster = ratios(results, subject) if own[0]["requests"] else []
        times = f"{median(faster):.1f} ({min(faster):.1f} to {max(faster):.1f})" if faster else ""
        cells = [
            subject,
            *(f"{value:.2f}" for value in (median(seconds), min(seconds), max(seconds))),
            times,
            f"{median(each['cpu_seconds'] for each in own):.1f}",
            f"{max(each['peak_mib'] for each in own):.0f}",
            _requests(own),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _parts(results: list[Result]) -> str:
    """Return what each step adds to the one before it."""
    subjects = _values(results, "subject")
    lines = ["| seconds | addon, fsspec | s3fs, bare | addon, obstore | obstore, bare |"]
    lines.append("|---|---|---|---|---|")
    columns = []
    for subject in subjects:
        own = _choose(results, subject=subject)
        step = {
            name: median(each["seconds"] for each in _choose(own, operation=name))
            for name in _values(own, "operation")
        }
        python = step["Python itself"]
        columns.append(
            {
                "Python itself": python,
                "imports of the framework": step["imports of `task-run`"] - python,
                "one file: the library, its connection, a listing": step["one file"]
                - step["imports of `task-run`"],
                "all other files": step["all files"] - step["one file"],
                "- of these, the log": step["all files"] - step["all files, no log"],
                "waiting for answers": step["all files, latency"] - step["all files"],
                "whole process": step["all files, latency"],
            }
        )
        columns.append(
            {
                "Python itself": python,
                "one file: the library, its connection, a listing": step["bare: one file"] - python,
                "all other files": step["bare: all files"] - step["bare: one file"],
                "waiting for answers": step["bare: all files, latency"] - step["bare: all files"],
                "whole process": step["bare: all files, latency"],
            }
        )
    for name in columns[0]:
        cells = [f"{column[name]:.2f}" if name in column else "" for column in columns]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _requests(results: list[Result]) -> str:
    """Return the most requests of each kind in one run."""
    most: Counter[str] = Counter()
    for each in results:
        most |= Counter(each["requests"])
    return ", ".join(f"{count} {REQUESTS.get(name, name)}" for name, count in sorted(most.items()))


def _order(subject: str) -> int:
    """Return where in a table a subject stands (int)."""
    if subject == REFERENCE:
        return 0
    if subject in (FSSPEC, OBSTORE):
        return 1
    return 2 if subject.endswith("bare") else 3


def _choose(results: list[Result], **values: str) -> list[Result]:
    """Return the results that have these values."""
    return [each for each in results if all(each[key] == values[key] for key in values)]


def _values(results: list[Result], key: str) -> list[str]:
    """Return the values that a key has, in the order of their first appearance."""
    return list(dict.fromkeys(each[key] for each in results))
