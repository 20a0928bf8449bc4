"""Do the generated addons deliver when the service does not keep up?

Two experiments, through the real `task-run`, against the stand-in for S3 (`s3_server.py`):

- A share of all requests fails at random, in five ways: 503, connection reset, no answer until the
  client gives up, done but the answer lost, connection cut in the midst of an answer. Every file
  must arrive, byte for byte, and the source must be empty, because the task deletes what it has
  delivered.
- One file fails always. The others must arrive, the result must be 1, and nothing may be deleted.

    python -m bench.faults [--runs N] [--files N] [--share SHARE] [--large MIB]
"""

import argparse
import filecmp
import random
import shutil
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.environments import Environments
from bench.s3_server import KINDS
from bench.stand_in import StandIn
from bench.subjects import BUCKET, Addon, Place, generated
from bench.transfers import BUILD, FAST, MIB, SMALL, Workload

OPERATIONS = ("down", "up", "copy")
PROTOCOL = {"timeoutSeconds": 2, "retrySeconds": 60}
BRIEFLY = {"timeoutSeconds": 1, "retrySeconds": 3}  # for what fails anyway
FAILED = ["503", "reset", "hang"]  # and nothing has happened
ALL = list(KINDS)
LIMIT = 300  # seconds for one run


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

    def run(self, operation: str, protocol: dict[str, Any], **settings: Any) -> Outcome:
        """Run a task that deletes what it has delivered.

        Args:
            operation (str): `down`, `up` or `copy`.
            protocol (dict[str, Any]): What is added to the protocol objects of the addon.
            settings (Any): How the service fails; see `s3_server.Settings`.

        Returns:
            Outcome: What became of it.
        """
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
        self._stand_in.set(fail_share=0, fail_keys="")
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


def fail_at_random(experiment: Experiment, runs: int, files: int, share: float) -> int:
    """Let requests fail at random; print what became of it.

    Returns:
        int: How many runs were not as they must be.
    """
    bad = 0
    for operation in OPERATIONS:
        good, failures = 0, Counter[str]()
        for seed in range(runs):
            seen = experiment.run(operation, PROTOCOL, fail_share=share, fail_kinds=ALL, seed=seed)
            failures += seen.failures
            if (seen.exit_code, seen.arrived, seen.wrong, seen.left) == (0, files, 0, 0):
                good += 1
            else:
                print(
                    f"  seed {seed}: {seen.arrived} of {files} arrived, {seen.wrong} wrong, "
                    f"{seen.left} left, exit code {seen.exit_code}"
                )
                print(*(line for line in seen.output.splitlines() if "ERROR" in line), sep="\n")
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(failures.items()))
        print(
            f"  {operation}: {good} of {runs} runs delivered all {files} files ({told})", flush=True
        )
        bad += runs - good
    return bad


def fail_always(experiment: Experiment, files: int) -> int:
    """Let one file fail always; print what became of it.

    Returns:
        int: How many runs were not as they must be.
    """
    bad = 0
    for operation in OPERATIONS:
        folder = "in" if operation == "down" else "out"
        seen = experiment.run(
            operation, BRIEFLY, fail_keys=f"/{folder}/file-00003[.]", fail_kinds=FAILED
        )
        # OTF gives up when not all files could be pulled: it hands none to a local destination.
        expected = 0 if operation == "down" else files - 1
        is_good = (seen.exit_code, seen.arrived, seen.wrong, seen.left) == (1, expected, 0, files)
        print(
            f"  {operation}: {seen.arrived} of {files} arrived, exit code {seen.exit_code}, "
            f"{files - seen.left} deleted at the source{'' if is_good else '  <- WRONG'}",
            flush=True,
        )
        bad += not is_good
    return bad


def main() -> None:
    """Run both experiments with both generated addons."""
    parser = argparse.ArgumentParser(description="Do the addons deliver when the service fails?")
    parser.add_argument("--runs", type=int, default=20, help="for each operation and addon")
    parser.add_argument("--files", type=int, default=500, help="of 4 KiB, but for one large one")
    parser.add_argument("--share", type=float, default=0.05, help="of the requests that fail")
    parser.add_argument("--large", type=int, default=64, help="MiB of the large file")
    chosen: Any = parser.parse_args()
    addons = generated(Environments(BUILD))
    bad = 0
    for addon in addons.values():
        work = tempfile.TemporaryDirectory(prefix="otf-faults-", dir=FAST)
        with work as folder, StandIn.running(BUCKET) as stand_in:
            workload = Workload("faulty", chosen.files - 1, SMALL)
            place = workload.make(Path(folder), stand_in)
            large = random.Random(1).randbytes(chosen.large * MIB)
            (place.folder / "source" / "large.bin").write_bytes(large)
            experiment = Experiment(addon, place, stand_in)
            print(f"{addon.name}: {chosen.share:.0%} of all requests fail")
            bad += fail_at_random(experiment, chosen.runs, chosen.files, chosen.share)
            print(f"{addon.name}: one file fails always")
            bad += fail_always(experiment, chosen.files)
    if bad:
        raise SystemExit(f"{bad} runs were not as they must be")


if __name__ == "__main__":
    main()
