"""Puts what was measured into tables, and these into docs/performance.md."""

import os
import platform
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PARTS = "parts"  # the workload of what a download is made of
REFERENCE = "otf-addons-aws"
TITLES = {"down": "S3 to local", "up": "local to S3", "copy": "S3 to S3, same bucket"}
PACKAGES = (
    "opentaskpy",
    "otf-addons-aws",
    "boto3",
    "fsspec",
    "s3fs",
    "obstore",
    "urllib3",
    "tenacity",
)

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
    parts = [
        f"    {told['command']}",
        f"{rounds} rounds, {os.cpu_count()} cores, Python {platform.python_version()}, {packages}.",
    ]
    for workload in _values(results, "workload"):
        of_workload = [each for each in results if each["workload"] == workload]
        if workload == PARTS:
            parts += ["### What the time of a download is made of", _parts(of_workload)]
            continue
        parts.append(f"### {workload}")
        for operation in _values(of_workload, "operation"):
            chosen = [each for each in of_workload if each["operation"] == operation]
            parts += [f"**{TITLES[operation]}**", _table(chosen)]
    return "\n\n".join(parts)


def write(told: dict[str, Any], file: Path) -> None:
    """Replace the measured part of a document."""
    text = file.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    file.write_text(f"{before}{BEGIN}\n{tables(told)}\n{END}{after}", encoding="utf-8")


def ratios(results: list[Result], subject: str) -> list[float]:
    """Return how many times faster than the reference a subject was, in each round."""
    reference = {each["round"]: each["seconds"] for each in results if each["subject"] == REFERENCE}
    own = {each["round"]: each["seconds"] for each in results if each["subject"] == subject}
    return [reference[turn] / own[turn] for turn in sorted(own.keys() & reference.keys())]


def _table(results: list[Result]) -> str:
    lines = [
        "| | median s | min | max | times faster | CPU s | peak MiB | requests |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for subject in sorted(_values(results, "subject"), key=_order):
        own = [each for each in results if each["subject"] == subject]
        seconds = [each["seconds"] for each in own]
        faster = ratios(results, subject)
        times = f"{median(faster):.1f} ({min(faster):.1f}-{max(faster):.1f})" if faster else ""
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
    subjects = _values(results, "subject")
    lines = [f"| median s | {' | '.join(subjects)} |", f"|---|{'---|' * len(subjects)}"]
    for step in _values(results, "operation"):
        cells = [step]
        for subject in subjects:
            found = [
                each["seconds"]
                for each in results
                if each["subject"] == subject and each["operation"] == step
            ]
            cells.append(f"{median(found):.2f}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _requests(results: list[Result]) -> str:
    """Return the most requests of each kind in one run."""
    most: Counter[str] = Counter()
    for each in results:
        most |= Counter(each["requests"])
    return ", ".join(f"{count} {REQUESTS.get(name, name)}" for name, count in sorted(most.items()))


def _order(subject: str) -> int:
    """Return where in a table a subject stands (int)."""
    return 2 if subject.startswith(("curl", "cp")) else int(subject.endswith("bare"))


def _values(results: list[Result], key: str) -> list[str]:
    """Return the values that a key has, in the order of their first appearance."""
    return list(dict.fromkeys(each[key] for each in results))
