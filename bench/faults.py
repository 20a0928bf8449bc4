"""Do the generated addons deliver when the service does not keep up?

Two experiments, through the real `task-run`, against the fake S3 server (`s3_server.py`):

- A share of all requests fails at random, in five ways: 503, connection reset, no answer until the
  client gives up, done but the answer lost, connection cut in the midst of an answer. Every file
  must arrive, byte for byte, and the source must be empty, because the task deletes what it has
  delivered.
- One file fails always. The others must arrive, the result must be 1, and nothing may be deleted.

    python -m bench.faults [--runs N] [--files N] [--share SHARE] [--large MIB] [--only ADDON]

The tables go to docs/performance.md.
"""

import argparse
import filecmp
import random
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import report
from bench.environments import ANSWERS, Environments
from bench.report import TITLES
from bench.s3_server import KINDS
from bench.stand_in import StandIn
from bench.subjects import BUCKET, OPERATIONS, Addon, Place, generated
from bench.transfers import BUILD, DOCS, FAST, MIB, SMALL, Workload, fill

PATIENT = {"timeoutSeconds": 2, "retrySeconds": 60}
BRIEF = {"timeoutSeconds": 1, "retrySeconds": 1.5}  # for what fails anyway
FAILED = ["503", "reset", "hang"]  # and nothing has happened
LIMIT = 300  # seconds for one run

# Whether all was as it must be, and the cells of a table.
Row = tuple[bool, tuple[str, ...]]


@dataclass(frozen=True)
class Outcome:
    """What became of a run.

    Attributes:
        exit_code (int): That of `task-run`.
        arrived (int): Files at the destination that are what they are at the source.
        wrong (int): Other files at the destination.
        left (int): Files that are still at the source.
        failures (Counter[str]): What the service did wrong.
        output (str): What `task-run` printed.
    """

    exit_code: int
    arrived: int
    wrong: int
    left: int
    failures: Counter[str]
    output: str


class Experiment:
    """Files that are moved again and again by one addon, from a service that fails.

    Args:
        addon (Addon): What moves them.
        place (Place): Where they are.
        stand_in (StandIn): The service.
    """

    def __init__(self, addon: Addon, place: Place, stand_in: StandIn) -> None:
        self._addon = addon
        self._place = place
        self._stand_in = stand_in
        self._keep = place.folder / "keep"  # a `local` source is emptied too
        if not self._keep.exists():
            shutil.copytree(place.folder / "source", self._keep)

    def run(self, operation: str, **settings: Any) -> Outcome:
        """Run a task that deletes what it has delivered.

        Args:
            operation (str): `down`, `up` or `copy`.
            settings (Any): How the service fails; see `s3_server.Settings`.

        Returns:
            Outcome: What became of it.
        """
        return self._run(operation, PATIENT, settings)

    def run_with_a_bad_file(self, operation: str, **settings: Any) -> Outcome:
        """Run such a task while all requests for one of the files fail; see `run`."""
        folder = "in" if operation == "down" else "out"
        bad = {"fail_keys": f"/{folder}/file-00003[.]"}
        return self._run(operation, BRIEF, {**settings, **bad})

    def _run(self, operation: str, protocol: dict[str, Any], settings: dict[str, Any]) -> Outcome:
        self._fill()
        definition = self._addon.definition(operation, self._place)
        for end in (definition["source"], *definition["destination"]):
            if end["protocol"]["name"] != "local":
                end["protocol"] |= protocol
        definition["source"]["postCopyAction"] = {"action": "delete"}
        command = self._addon.write(definition, self._place)
        self._stand_in.counts()
        self._stand_in.set(**settings)
        done = subprocess.run(
            command,
            env=self._addon.environment(self._place),
            cwd=self._place.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=LIMIT,
        )
        self._stand_in.set(fail_share=0, fail_keys="", fail_operations=[])
        failures = Counter(self._stand_in.counts()["failures"])
        arrived, wrong, left = self._look(operation)
        return Outcome(done.returncode, arrived, wrong, left, failures, done.stdout)

    def _fill(self) -> None:
        self._place.clear(self._stand_in)
        there = set(self._stand_in.keys(f"{BUCKET}/{self._place.prefix}/in"))
        for file in self._keep.iterdir():
            if not (self._place.folder / "source" / file.name).exists():
                shutil.copy(file, self._place.folder / "source")
            if file.name not in there:
                self._stand_in.put(f"{BUCKET}/{self._place.prefix}/in/{file.name}", file)

    def _look(self, operation: str) -> tuple[int, int, int]:
        """Count what has arrived, what is wrong, and what is left at the source."""
        bucket = f"{BUCKET}/{self._place.prefix}"
        source = self._place.folder / "source"
        files = {file.name: file for file in self._keep.iterdir()}
        left = list(source.iterdir()) if operation == "up" else self._stand_in.keys(f"{bucket}/in")
        received = self._place.folder / "in"
        if operation == "down":
            found = [file.name for file in received.iterdir()]
            right = [
                name
                for name in found
                if name in files and filecmp.cmp(files[name], received / name, shallow=False)
            ]
        else:
            found = self._stand_in.keys(f"{bucket}/out")
            right = [
                name
                for name in found
                if name in files and self._stand_in.holds(f"{bucket}/out/{name}", files[name])
            ]
        return len(right), len(found) - len(right), len(left)


def fail_at_random(experiment: Experiment, files: int, runs: int, share: float) -> Iterator[Row]:
    """Let requests fail at random.

    Yields:
        Row: For each operation, how many runs delivered all files, and what failed.
    """
    for operation in OPERATIONS:
        good, failures = 0, Counter[str]()
        for seed in range(runs):
            seen = experiment.run(operation, fail_share=share, fail_kinds=list(KINDS), seed=seed)
            failures += seen.failures
            is_good = (seen.exit_code, seen.arrived, seen.wrong, seen.left) == (0, files, 0, 0)
            good += is_good
            told = f"{seen.arrived} arrived, {seen.wrong} wrong, {seen.left} left"
            print(f"{operation}, seed {seed}: {told}, exit code {seen.exit_code}", flush=True)
            if not is_good:
                print(*(line for line in seen.output.splitlines() if "ERROR" in line), sep="\n")
        kinds = (f"{failures[kind]} {kind}" for kind in KINDS)
        yield good == runs, (TITLES[operation], f"{good} of {runs}", ", ".join(kinds))


def fail_always(experiment: Experiment, files: int) -> Iterator[Row]:
    """Let one file fail always.

    Yields:
        Row: For each operation, how many files arrived, the result, and what was deleted.
    """
    for operation in OPERATIONS:
        seen = experiment.run_with_a_bad_file(operation, fail_kinds=FAILED)
        # OTF gives up when not all files could be pulled: it hands none to a local destination.
        expected = 0 if operation == "down" else files - 1
        is_good = (seen.exit_code, seen.arrived, seen.wrong, seen.left) == (1, expected, 0, files)
        arrived = f"{seen.arrived} of {files - 1}"
        yield is_good, (TITLES[operation], arrived, str(seen.exit_code), str(files - seen.left))


def table(head: str, rows: list[Row]) -> str:
    """Return rows as a table."""
    lines = [f"| {head} |", "|---|" + "---|" * head.count("|")]
    for is_good, cells in rows:
        lines.append(f"| {' | '.join(cells)}{'' if is_good else ' (wrong)'} |")
    return "\n".join(lines)


def main() -> None:
    """Run both experiments with the generated addons."""
    parser = argparse.ArgumentParser(description="Do the addons deliver when the service fails?")
    parser.add_argument("--runs", type=int, default=20, help="for each operation and addon")
    parser.add_argument("--files", type=int, default=500, help="of 4 KiB, but for one large one")
    parser.add_argument("--share", type=float, default=0.05, help="of the requests that fail")
    parser.add_argument("--large", type=int, default=64, help="MiB of the large file")
    parser.add_argument("--only", choices=ANSWERS, help="one of the addons")
    chosen: Any = parser.parse_args()
    all_good = True
    for name, addon in generated(Environments(BUILD)).items():
        if chosen.only not in (None, name):
            continue
        work = tempfile.TemporaryDirectory(prefix="otf-faults-", dir=FAST)
        with work as folder, StandIn.running(BUCKET) as stand_in:
            workload = Workload("faulty", chosen.files - 1, SMALL)
            place = workload.make(Path(folder), stand_in)
            large = place.folder / "source" / "large.bin"
            fill(large, chosen.large * MIB, random.Random(1))
            experiment = Experiment(addon, place, stand_in)
            at_random = list(fail_at_random(experiment, chosen.files, chosen.runs, chosen.share))
            always = list(fail_always(experiment, chosen.files))
        text = "\n\n".join(
            [
                f"**{addon.name}**, {chosen.files} files, one of them of {chosen.large} MiB",
                table(
                    f"{chosen.share:.0%} of all requests fail | runs that delivered every file "
                    "| requests that failed",
                    at_random,
                ),
                table(
                    "all requests for one file fail | of the others arrived | result "
                    "| deleted at the source",
                    always,
                ),
            ]
        )
        print(text, flush=True)
        report.write(DOCS / "performance.md", f"faults, {name}", text)
        all_good = all_good and all(is_good for is_good, _ in at_random + always)
    if not all_good:
        raise SystemExit("not all runs were as they must be")


if __name__ == "__main__":
    main()
