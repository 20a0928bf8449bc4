"""How fast do the generated addons move files, beside otf-addons-aws and the bare libraries?

All run as whole processes against the same fake S3 server (`s3_server.py`), addons through the
real `task-run`. In each round every subject does every operation once, in an order that rotates,
so that whatever else the machine does falls on all. After each run the files are compared byte
for byte.

    python -m bench.transfers [--rounds N] [--files N] [--large MIB] [--latency MS] [--only TEXT]

The tables go to docs/performance.md and the plot to docs/performance.svg, unless --only is given.
"""

import argparse
import filecmp
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import report
from bench.environments import Environments
from bench.stand_in import StandIn
from bench.subjects import BUCKET, OPERATIONS, Place, Subject, bare, generated, subjects

BENCH = Path(__file__).parent
BUILD = BENCH.parent / "build" / "bench"
DOCS = BENCH.parent / "docs"
FAST = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None  # the disk is not measured
LIBRARIES = {"fsspec": "s3fs", "obstore": "obstore"}
IMPORTS = "import opentaskpy.cli.task_run"
NO_LOG = {"OTF_NO_LOG": "1", "OTF_LOG_LEVEL": "ERROR"}
SMALL = 4096  # bytes
MIB = 1024 * 1024
LIMIT = 600  # seconds for one run

Result = dict[str, Any]


@dataclass(frozen=True)
class Workload:
    """Files to move.

    Attributes:
        prefix (str): Where they are.
        files (int): How many there are.
        size (int): Bytes of each.
        latency (float): Seconds that the fake server holds back each answer.
    """

    prefix: str
    files: int
    size: int
    latency: float = 0.0

    @property
    def title(self) -> str:
        """What tables call it (str)."""
        number = "One file" if self.files == 1 else f"{self.files} files"
        large = self.size >= MIB
        size = f"{self.size // MIB} MiB" if large else f"{self.size // 1024} KiB"
        each = f"{self.latency * 1000:.0f} ms for each request" if self.latency else "no latency"
        return f"{number} of {size}, {each}"

    def make(self, folder: Path, stand_in: StandIn) -> Place:
        """Write the files, here and to the bucket."""
        source = folder / self.prefix / "source"
        source.mkdir(parents=True)
        numbers = random.Random(self.prefix)
        for number in range(self.files):
            file = source / f"file-{number:05}.bin"
            fill(file, self.size, numbers)
            stand_in.put(f"{BUCKET}/{self.prefix}/in/{file.name}", file)
        return Place(source.parent, self.prefix, stand_in.url)


def fill(file: Path, size: int, numbers: random.Random) -> None:
    """Write a file of random bytes, which no two files have in common."""
    with file.open("wb") as local:
        for start in range(0, size, MIB):
            local.write(numbers.randbytes(min(MIB, size - start)))


class Runner:
    """Runs commands and tells what they cost.

    Args:
        stand_in (StandIn): The service.
        rounds (int): How often; a first round more, without latency, warms the caches up.
    """

    def __init__(self, stand_in: StandIn, rounds: int) -> None:
        self._stand_in = stand_in
        self._rounds = rounds
        self.results: list[Result] = []

    def compare(self, workload: Workload, compared: list[Subject], folder: Path) -> None:
        """Let each subject do each operation, in an order that rotates."""
        place = workload.make(folder, self._stand_in)
        for turn in range(self._rounds + 1):
            first = turn % len(compared)
            for operation in OPERATIONS:
                for subject in compared[first:] + compared[:first]:
                    if operation in subject.operations:
                        told = self.move(subject, operation, place, workload.latency * bool(turn))
                        self._keep(turn, told, workload.title, operation, subject.name)
        shutil.rmtree(place.folder)

    def find_parts(self, environments: Environments, files: Workload, folder: Path) -> None:
        """Measure what the time of a transfer is made of: framework, imports, log, waiting."""
        one = Workload("one", 1, files.size).make(folder, self._stand_in)
        all_of_them = files.make(folder, self._stand_in)
        for turn in range(self._rounds + 1):
            for name, addon in generated(environments).items():
                library = bare(environments)[LIBRARIES[name]]
                python = environments.binary(name, "python")
                steps = {
                    "Python itself": self.call(folder, python, "-c", "pass"),
                    "imports of `task-run`": self.call(folder, python, "-c", IMPORTS),
                    "one file": self.move(addon, "down", one),
                    "all files": self.move(addon, "down", all_of_them),
                    "all files, no log": self.move(addon, "down", all_of_them, env=NO_LOG),
                    "all files, latency": self.move(addon, "down", all_of_them, files.latency),
                    "bare: one file": self.move(library, "down", one),
                    "bare: all files": self.move(library, "down", all_of_them),
                    "bare: all files, latency": self.move(
                        library, "down", all_of_them, files.latency
                    ),
                }
                for step, told in steps.items():
                    self._keep(turn, told, report.PARTS, step, addon.name)
        shutil.rmtree(one.folder)
        shutil.rmtree(all_of_them.folder)

    def move(
        self,
        subject: Subject,
        operation: str,
        place: Place,
        latency: float = 0.0,
        env: Mapping[str, str] | None = None,
    ) -> Result:
        """Let a subject do an operation, and look at what arrived.

        Returns:
            Result: `seconds`, `cpu_seconds`, `peak_mib`, `requests` by operation, `most_at_once`.

        Raises:
            SystemExit: What arrived is not what was sent.
        """
        place.clear(self._stand_in)
        command = subject.command(operation, place)
        self._stand_in.set(latency=latency)
        self._stand_in.counts()
        told = self.call(place.folder, *command, env={**subject.environment(place), **(env or {})})
        counts = self._stand_in.counts()
        told |= {"requests": counts["requests"], "most_at_once": counts["most_at_once"]}
        self._stand_in.set(latency=0)
        if not self._arrived(operation, place):
            raise SystemExit(f"{subject.name}, {operation}: not all files arrived as they were")
        return told

    @staticmethod
    def call(folder: Path, *command: str, env: Mapping[str, str] | None = None) -> Result:
        """Run a command in a folder and tell what it cost."""
        output = folder / "output.txt"
        measure = [sys.executable, "-S", "-E", str(BENCH / "measure.py"), str(output), str(LIMIT)]
        done = subprocess.run(
            [*measure, *command], env=env, cwd=folder, stdout=subprocess.PIPE, check=True
        )
        result: Result = json.loads(done.stdout)
        if result.pop("exit_code"):
            told = output.read_text(errors="replace")[-5000:]
            raise SystemExit(f"{' '.join(command)} failed:\n{told}")
        return result

    def _arrived(self, operation: str, place: Place) -> bool:
        files = place.files
        names = [file.name for file in files]
        if operation == "down":
            received = place.folder / "in"
            same = (filecmp.cmp(file, received / file.name, shallow=False) for file in files)
            return sorted(file.name for file in received.iterdir()) == names and all(same)
        out = f"{BUCKET}/{place.prefix}/out"
        same = (self._stand_in.holds(f"{out}/{file.name}", file) for file in files)
        return self._stand_in.keys(out) == names and all(same)

    def _keep(self, turn: int, told: Result, workload: str, operation: str, subject: str) -> None:
        named = {"workload": workload, "operation": operation, "subject": subject, "round": turn}
        print(f"{turn}  {told['seconds']:7.2f} s  {operation}, {subject}", flush=True)
        if turn:
            self.results.append({**named, **told})


def main() -> None:
    """Measure, and write the tables and the plot."""
    parser = argparse.ArgumentParser(description="How fast do the addons move files?")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--files", type=int, default=500, help="small ones, of 4 KiB")
    parser.add_argument("--large", type=int, default=512, help="MiB of the large file")
    parser.add_argument("--latency", type=float, default=20, help="ms, with the small files")
    parser.add_argument("--only", default="", help="subjects whose name has this; docs/ stays")
    parser.add_argument("--work", type=Path, default=FAST, help="where the files are put")
    chosen: Any = parser.parse_args()

    environments = Environments(BUILD)
    compared = [each for each in subjects(environments) if chosen.only in each.name]
    small = Workload("small", chosen.files, SMALL, chosen.latency / 1000)
    large = Workload("large", 1, chosen.large * MIB)
    work = tempfile.TemporaryDirectory(prefix="otf-bench-", dir=chosen.work)
    with work as folder, StandIn.running(BUCKET) as stand_in:
        runner = Runner(stand_in, chosen.rounds)
        runner.compare(small, compared, Path(folder))
        runner.compare(large, compared, Path(folder))
        if not chosen.only:
            runner.find_parts(environments, small, Path(folder))
    results = BUILD / "results.json"
    told = {
        "command": " ".join(["python", "-m", "bench.transfers", *sys.argv[1:]]),
        "versions": environments.versions(*report.PACKAGES),
        "results": runner.results,
    }
    results.write_text(json.dumps(told, indent=1))
    text = report.tables(told)
    print(text)
    if not chosen.only:
        report.write(DOCS / "performance.md", "measured", text)
        plot = [environments.binary("bare", "python"), str(BENCH / "plot.py")]
        subprocess.run([*plot, str(results), str(DOCS / "performance.svg")], check=True)


if __name__ == "__main__":
    main()
