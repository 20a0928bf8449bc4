"""What is compared: each subject turns an operation into a command.

Operations are `down` (S3 to a local folder), `up` (a local folder to S3) and `copy` (S3 to S3,
the same bucket).
"""

import json
import os
import shutil
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from bench.bare import KEY, REGION, SECRET
from bench.environments import ANSWERS, Environments
from bench.report import FSSPEC, OBSTORE, REFERENCE
from bench.stand_in import StandIn

OPERATIONS = ("down", "up", "copy")
BUCKET = "bench"
BARE = Path(__file__).with_name("bare.py")

Protocol = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where the files of a workload are, here and in the bucket.

    `source` has the files; `in` is what is downloaded to; `PREFIX/in` and `PREFIX/out` are in the
    bucket.

    Attributes:
        folder (Path): The local folder.
        prefix (str): The prefix in the bucket.
        server (str): The address of the fake server.
    """

    folder: Path
    prefix: str
    server: str

    @property
    def files(self) -> list[Path]:
        """The files (list[Path])."""
        return sorted((self.folder / "source").iterdir())

    def clear(self, stand_in: StandIn) -> None:
        """Remove what operations have made."""
        shutil.rmtree(self.folder / "in", ignore_errors=True)
        (self.folder / "in").mkdir()
        stand_in.delete(f"{BUCKET}/{self.prefix}/out")


class Subject(ABC):
    """Something that moves files.

    Attributes:
        name (str): What tables call it.
        operations (tuple[str, ...]): What it can do.
    """

    name: str
    operations: tuple[str, ...] = ("down", "up", "copy")

    @abstractmethod
    def command(self, operation: str, place: Place) -> list[str]:
        """Return the command that does an operation, after preparing what it needs."""

    def environment(self, place: Place) -> dict[str, str]:
        """Return the environment that the command is run in."""
        return dict(os.environ)


class Addon(Subject):
    """An addon, through the real `task-run`.

    Args:
        label (str): What tables call it.
        task_run (str): The `task-run` of an environment that has the addon.

    Attributes:
        direct (dict[str, Any]): What the protocol object of a source says to copy files without
            passing them through the worker.
    """

    direct: ClassVar[dict[str, Any]] = {"directTransfer": True}

    def __init__(self, label: str, task_run: str) -> None:
        self.name = label
        self._task_run = task_run

    @abstractmethod
    def remote(self, place: Place, folder: str) -> dict[str, Any]:
        """Return the part of a task definition that says where `PREFIX/folder` is."""

    def definition(self, operation: str, place: Place) -> dict[str, Any]:
        """Return a task definition."""
        local: dict[str, Any] = {"protocol": {"name": "local"}}
        if operation == "up":
            source = {"directory": str(place.folder / "source"), **local}
        else:
            source = self.remote(place, "in")
        if operation == "down":
            destination = {"directory": str(place.folder / "in"), **local}
        else:
            destination = self.remote(place, "out")
        if operation == "copy":
            source["protocol"] |= self.direct
        source["fileRegex"] = ".*"
        return {"type": "transfer", "source": source, "destination": [destination]}

    def command(self, operation: str, place: Place) -> list[str]:
        """Write the task definition; return the command that runs it."""
        return self.write(self.definition(operation, place), place)

    def write(self, definition: dict[str, Any], place: Place) -> list[str]:
        """Write any task definition; return the command that runs it."""
        cfg = place.folder / "cfg"
        cfg.mkdir(exist_ok=True)
        (cfg / "variables.json").write_text("{}")
        (cfg / "task.json").write_text(json.dumps(definition))
        return [self._task_run, "-c", str(cfg), "-t", "task"]

    def environment(self, place: Place) -> dict[str, str]:
        """Return the environment, with logs and staging among the files of the workload."""
        return {
            **os.environ,
            "AWS_ENDPOINT_URL": place.server,
            "OTF_LOG_DIRECTORY": str(place.folder / "logs"),
            "OTF_STAGING_DIR": str(place.folder / "staging"),
        }


class Published(Addon):
    """otf-addons-aws. It always copies directly."""

    direct: ClassVar[dict[str, Any]] = {}

    def remote(self, place: Place, folder: str) -> dict[str, Any]:
        """Return bucket, directory and protocol."""
        return {
            "bucket": BUCKET,
            "directory": f"{place.prefix}/{folder}",
            "protocol": {
                "name": "opentaskpy.addons.aws.remotehandlers.s3.S3Transfer",
                "access_key_id": KEY,
                "secret_access_key": SECRET,
                "region_name": REGION,
            },
        }


class GeneratedFsspec(Addon):
    """The addon that is generated with `transfer_client=fsspec` and `fsspec_protocol=s3`."""

    def remote(self, place: Place, folder: str) -> dict[str, Any]:
        """Return directory and protocol."""
        return {
            "directory": f"{BUCKET}/{place.prefix}/{folder}",
            "protocol": {
                "name": "opentaskpy.addons.benchfsspec.remotehandlers.benchfsspec"
                ".BenchFsspecTransfer",
                "filesystem": "s3",
                "options": {
                    "endpoint_url": place.server,
                    "client_kwargs": {"region_name": REGION},
                },
                "credentials": {"key": KEY, "secret": SECRET},
            },
        }


class GeneratedObstore(Addon):
    """The addon that is generated with `transfer_client=obstore`."""

    def remote(self, place: Place, folder: str) -> dict[str, Any]:
        """Return directory and protocol."""
        return {
            "directory": f"{place.prefix}/{folder}",
            "protocol": {
                "name": "opentaskpy.addons.benchobstore.remotehandlers.benchobstore"
                ".BenchObstoreTransfer",
                "url": f"s3://{BUCKET}",
                "options": {"endpoint": place.server, "region": REGION},
                "credentials": {"access_key_id": KEY, "secret_access_key": SECRET},
            },
        }


class BareLibrary(Subject):
    """A library alone, in 16 threads.

    Args:
        environments (Environments): One of them has the library.
        library (str): Its name in `bare.py`.
        environment (str): The name of its environment.
    """

    def __init__(self, environments: Environments, library: str, environment: str = "bare") -> None:
        self.name = f"{library}, bare"
        self._library = library
        self._python = environments.binary(environment, "python")

    def command(self, operation: str, place: Place) -> list[str]:
        """Return the command."""
        told = [self._library, operation, place.server, BUCKET, place.prefix]
        return [self._python, str(BARE), *told, str(place.folder)]


class Curl(Subject):
    """curl: 16 transfers at once, one stream for each."""

    name = "curl"
    operations = ("down", "up")

    def command(self, operation: str, place: Place) -> list[str]:
        """Write the list of files; return the command that moves them."""
        lines = []
        for file in place.files:
            way = "output" if operation == "down" else "upload-file"
            folder = "in" if operation == "down" else "out"
            local = place.folder / "in" / file.name if operation == "down" else file
            url = f"{place.server}/{BUCKET}/{place.prefix}/{folder}/{file.name}"
            lines.append(f'url = "{url}"\n{way} = "{local}"\n')
        config = place.folder / "curl.txt"
        config.write_text("".join(lines))
        quiet = ["--silent", "--show-error", "--fail"]
        parallel = ["--parallel", "--parallel-immediate", "--parallel-max", "16"]
        return [str(shutil.which("curl")), *quiet, *parallel, "--config", str(config)]


class PlainCopy(Subject):
    """cp: what the disk alone costs."""

    name = "cp (no network)"
    operations = ("down",)

    def command(self, operation: str, place: Place) -> list[str]:
        """Return the command."""
        folders = (f"{place.folder}/source/.", str(place.folder / "in"))
        return [str(shutil.which("cp")), "-r", *folders]


def addon_of(name: str, task_run: str) -> Addon:
    """Return a generated addon.

    Args:
        name (str): A key of `environments.ANSWERS`.
        task_run (str): The `task-run` of an environment that has the addon.

    Returns:
        Addon: The addon.
    """
    if name == "fsspec":
        return GeneratedFsspec(FSSPEC, task_run)
    return GeneratedObstore(OBSTORE, task_run)


def generated(environments: Environments) -> dict[str, Addon]:
    """Return the generated addons, by the names of their environments."""
    return {name: addon_of(name, environments.binary(name, "task-run")) for name in ANSWERS}


def bare(environments: Environments) -> dict[str, BareLibrary]:
    """Return the libraries alone, by their names."""
    places = {"boto3": "bare", "s3fs": "fsspec", "urllib3": "bare", "obstore": "bare"}
    return {name: BareLibrary(environments, name, place) for name, place in places.items()}


def subjects(environments: Environments) -> list[Subject]:
    """Return all of them, the published addon first."""
    published = Published(REFERENCE, environments.binary("aws", "task-run"))
    libraries = bare(environments).values()
    references = [Curl(), PlainCopy()] if shutil.which("curl") else [PlainCopy()]
    return [published, *generated(environments).values(), *libraries, *references]
