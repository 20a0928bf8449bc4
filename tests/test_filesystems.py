"""Addons for fsspec and obstore against real servers: their own suite, and what it lacks."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.baked import ONE_PROCESS, BakedProject, Venv, clean_environment
from tests.conftest import ROOT, Bake
from tests.servers import BUCKET, HOST, PASSWORD, USER, Proxy, Server, running
from tests.transcripts import blocks

FILESYSTEMS = "src/opentaskpy/addons/{{package}}/otf_kit/filesystems"

KINDS = ["s3", "sftp", "ftp", "old-ftp", "webdav"]

# How much a client sends before its connection is lost: after the login, in the first files.
SENT = {"s3": 5_000, "sftp": 8_000, "ftp": 400, "old-ftp": 400, "webdav": 5_000}

NAMES = [
    "plain.txt",
    "two words.txt",
    "ünï😀.txt",
    "#1 what? 100% a+b&c.txt",
    "[*].txt",
    "-dash",
    "empty",
]

NOT_YET = "No valid files found. Sleeping"

# Runs task-run, and tells what it took of memory at most, in KiB. It runs in a process that was
# forked from this small one: Linux counts what the process before had, which is pytest here.
MEASURED = """
import os
import resource
import sys
from opentaskpy.cli.task_run import main

child = os.fork()
if not child:
    main()
    os._exit(0)
_, status = os.waitpid(child, 0)
print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Lab:
    """An addon that is installed, and a server for it.

    Attributes:
        project: The addon.
        venv: Where it is installed, with the package of its filesystem and no other.
        server: The server.
        folder: A folder of the worker.
    """

    project: BakedProject
    venv: Venv
    server: Server
    folder: Path

    def protocol(self, port: int | None = None, **keys: Any) -> dict[str, Any]:
        """Return a `protocol` object, with more or other keys."""
        name = f"{self.project.package}.remotehandlers.myservice.MyServiceTransfer"
        return {"name": name, **self.server.protocol(port), **keys}

    def source(self, port: int | None = None, **keys: Any) -> dict[str, Any]:
        """Return a source that takes all files of the scratch folder."""
        source = {"directory": self.server.folder, "fileRegex": ".*"}
        return {**source, **self.server.address, "protocol": self.protocol(port), **keys}

    def destination(self, port: int | None = None, **keys: Any) -> dict[str, Any]:
        """Return a destination in the scratch folder."""
        destination = {"directory": self.server.folder, "protocol": self.protocol(port)}
        return {**destination, **self.server.address, **keys}

    def local(self) -> dict[str, Any]:
        """Return an empty folder of the worker as a source or destination."""
        path = self.folder / f"local{len(list(self.folder.iterdir()))}"
        path.mkdir()
        return {"directory": str(path), "protocol": {"name": "local"}}

    def define(self, source: dict[str, Any], *destinations: dict[str, Any]) -> list[str]:
        """Write a task definition; return the arguments with which task-run runs it."""
        cfg = self.folder / "cfg"
        cfg.mkdir(exist_ok=True)
        definition = {"type": "transfer", "source": source, "destination": list(destinations)}
        (cfg / "variables.json").write_text("{}")
        (cfg / "task.json").write_text(json.dumps(definition))
        return ["-c", str(cfg), "-t", "task"]

    def run(self, source: dict[str, Any], *destinations: dict[str, Any], exit_code: int = 0) -> str:
        """Run a transfer with task-run; return its log, which is free of noise and secrets."""
        arguments = self.define(source, *destinations)
        env = self.environment()
        log = self.venv.run("task-run", *arguments, cwd=self.folder, env=env, exit_code=exit_code)
        for noise in ("Unclosed", "Exception ignored", "Exception in thread", PASSWORD):
            assert noise not in log
        return log

    def environment(self) -> dict[str, str]:
        """Return the variables of task-run."""
        staging, logs = str(self.folder / "staging"), str(self.folder / "logs")
        return {"OTF_STAGING_DIR": staging, "OTF_LOG_DIRECTORY": logs}

    def put(self, files: dict[str, bytes]) -> None:
        """Write files into the scratch folder."""
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self.server.put, files, files.values()))


@contextmanager
def lab(kind: str, bake: Bake, folder: Path) -> Iterator[Lab]:
    """Bake and install an addon for a server that runs."""
    served = folder / "server"
    served.mkdir()
    worker = folder / "worker"
    worker.mkdir()
    with running(kind, served) as server:
        project = bake(fsspec_protocol=server.filesystem, execution="none")
        venv = Venv.make(folder / "venv")
        venv.install(str(project.root), "pytest-xdist")
        yield Lab(project, venv, server, worker)


def conformance(project: BakedProject, venv: Venv, folder: str, protocol: dict[str, Any]) -> None:
    """Run an addon's conformance suite in live mode, without what it also does offline."""
    told = venv.run(
        "pytest",
        *ONE_PROCESS,
        "-p",
        "no:cacheprovider",
        "-k",
        "not offline",
        "tests/otf_kit/conformance/transfers",
        cwd=project.root,
        env={"OTF_TEST_PROTOCOL": json.dumps(protocol), "OTF_TEST_FOLDER": folder},
        timeout=900,
    )
    assert " passed" in told


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["s3", "sftp", "ftp", "webdav"])
def test_conformance(kind: str, bake: Bake, tmp_path: Path) -> None:
    with lab(kind, bake, tmp_path) as it:
        protocol = {"filesystem": it.server.filesystem, **it.server.protocol()}
        conformance(it.project, it.venv, it.server.folder, protocol)
        assert it.server.names() == []


@pytest.mark.slow
def test_conformance_of_obstore(bake: Bake, tmp_path: Path) -> None:
    project = bake(transfer_client="obstore", execution="none")
    venv = Venv.make(tmp_path / "venv")
    venv.install(str(project.root), "pytest-xdist")
    for folder in ("server", "worker"):
        (tmp_path / folder).mkdir()
    with running("s3", tmp_path / "server") as server:
        protocol = {
            "url": f"s3://{BUCKET}",
            "options": {"endpoint": f"http://{HOST}:{server.port}", "region": "us-east-1"},
            "credentials": {"access_key_id": USER, "secret_access_key": PASSWORD},
        }
        conformance(project, venv, "scratch", protocol)
        assert server.names() == []
        it = Lab(project, venv, server, tmp_path / "worker")
        outgoing = it.local()
        Path(outgoing["directory"], "a.txt").write_text("first")
        absent = it.protocol() | protocol | {"url": "s3://absent"}
        destination = {"directory": "inbox", "protocol": absent}
        log = it.run({**outgoing, "fileRegex": ".*"}, destination, exit_code=1)
        assert "no bucket or container s3://absent is at this endpoint" in log


def test_obstore_reads_the_store_of_the_task_definition(bake: Bake, tmp_path: Path) -> None:
    project = bake(transfer_client="obstore", execution="none")
    venv = Venv.make(tmp_path / "venv")
    venv.install(str(project.root))
    for folder in ("server", "worker"):
        (tmp_path / folder).mkdir()
    with running("s3", tmp_path / "server") as server:
        it = Lab(project, venv, server, tmp_path / "worker")
        address = f"http://{HOST}:{server.port}"
        # A file, the markers of its folder and of one in it, and a file named like a folder.
        markers = {"": b"", "in/": b"", "in/a.txt": b"a"}
        it.put({"plain.txt": b"plain", "same": b"same", "same/b.txt": b"b", **markers})
        keys = {
            "url": f"s3://{BUCKET}",
            "credentials": {"access_key_id": USER, "secret_access_key": PASSWORD},
        }

        def deliver(options: dict[str, Any], exit_code: int = 0, **variables: str) -> set[str]:
            protocol = it.protocol() | keys | {"options": {"region": "us-east-1", **options}}
            source = {"directory": "scratch", "fileRegex": ".*", "protocol": protocol}
            incoming = it.local()
            arguments = it.define(source, incoming)
            env = {**it.environment(), **variables}
            log = venv.run("task-run", *arguments, cwd=it.folder, env=env, exit_code=exit_code)
            logs.append(log)
            return {path.name for path in Path(incoming["directory"]).iterdir()}

        logs: list[str] = []
        for key in ("endpoint", "aws_endpoint_url", "AWS_ENDPOINT_URL"):
            assert deliver({key: address}) == {"plain.txt", "same"}
        # Among the options of the store it ended in a panic.
        assert deliver({"endpoint": address, "allow_http": True}) == {"plain.txt", "same"}
        assert deliver({}, AWS_ENDPOINT_URL_S3=address) == {"plain.txt", "same"}
        elsewhere = f"http://{HOST}:9"
        assert deliver({"endpoint": address}, AWS_ENDPOINT_URL=elsewhere) == {"plain.txt", "same"}
        assert not deliver({"endpoint": elsewhere}, exit_code=1, AWS_ENDPOINT_URL_S3=address)
        assert "options.endpoint is not the endpoint of the variable" in logs[-1]
        assert not deliver({"endpoint": address, "timeout": "5s"}, exit_code=1)
        assert "options.timeout: write protocol.timeoutSeconds instead" in logs[-1]


@pytest.mark.slow
def test_conformance_in_memory(bake: Bake, tmp_path: Path) -> None:
    project = bake(fsspec_protocol="memory", execution="none")
    venv = Venv.make(tmp_path / "venv")
    venv.install(str(project.root), "pytest-xdist")
    conformance(project, venv, "/scratch", {"filesystem": "memory"})


def files_arrive_under_any_name(it: Lab) -> None:
    files = {name: b"" if name == "empty" else name.encode() for name in NAMES}
    outgoing, incoming = it.local(), it.local()
    for name, data in files.items():
        Path(outgoing["directory"], name).write_bytes(data)
    source = {**outgoing, "fileRegex": ".*"}
    it.run(source, it.destination())
    it.run(source, it.destination())  # onto files that exist
    assert {name: it.server.read(name) for name in it.server.names()} == files
    it.run(it.source(postCopyAction={"action": "delete"}), incoming)
    arrived = Path(incoming["directory"]).iterdir()
    assert {path.name: path.read_bytes() for path in arrived} == files
    assert it.server.names() == []


def files_are_copied(it: Lab) -> None:
    """Both ends are on one server, which may count connections."""
    files = {f"{number}.txt": b"%d" % number for number in range(20)}
    for direct in (False, True):
        it.put(files)
        source = it.source(protocol=it.protocol(directTransfer=direct))
        folder = f"{it.server.folder}/{direct}/copies"
        destination = it.destination(directory=folder, createDirectoryIfNotExists=True)
        it.run({**source, "postCopyAction": {"action": "delete"}}, destination)
        assert {name: it.server.read(f"{direct}/copies/{name}") for name in files} == files
        it.run({**it.source(postCopyAction={"action": "delete"}), "directory": folder}, it.local())
        it.server.remove_folder(f"{direct}/copies")
        it.server.remove_folder(f"{direct}")
    assert it.server.names() == []


def lost_connections_are_made_anew(it: Lab) -> None:
    files = {f"{number}.bin": os.urandom(40_000) for number in range(12)}
    outgoing, incoming = it.local(), it.local()
    for name, data in files.items():
        Path(outgoing["directory"], name).write_bytes(data)
    with Proxy(it.server.port, lose=4, after=SENT[it.server.kind]) as proxy:
        it.run({**outgoing, "fileRegex": ".*"}, it.destination(proxy.port))
        assert proxy.connections > 4
    assert {name: it.server.read(name) for name in it.server.names()} == files
    with Proxy(it.server.port, lose=4, after=SENT[it.server.kind]) as proxy:
        it.run(it.source(proxy.port, postCopyAction={"action": "delete"}), incoming)
    arrived = Path(incoming["directory"]).iterdir()
    assert {path.name: path.read_bytes() for path in arrived} == files
    assert it.server.names() == []


def errors_are_not_a_lack_of_files(it: Lab) -> None:
    """`error: false` is for a folder that is empty or missing, and for nothing else."""
    missing = f"{it.server.folder}/missing"
    log = it.run(it.source(directory=missing, error=False), it.local())
    assert f"{missing} does not exist, so it has no files" in log
    it.run(it.source(directory=missing), it.local(), exit_code=1)
    it.run(it.source(directory=it.server.folder, error=False), it.local())

    credentials = {**it.server.protocol()["credentials"], "password": "wrong", "secret": "wrong"}
    del credentials["secret" if it.server.kind != "s3" else "password"]
    # moto takes any secret.
    if it.server.kind != "s3":
        refused = it.source(error=False, protocol=it.protocol(credentials=credentials))
        log = it.run(refused, it.local(), exit_code=1)
        assert "Cannot list" in log
        assert "next attempt in" not in log, "another attempt may lock the account"

    with Proxy(it.server.port) as proxy:
        closed = proxy.port
    unreachable = it.source(error=False, protocol=it.protocol(closed, retrySeconds=1))
    assert "Cannot list" in it.run(unreachable, it.local(), exit_code=1)


def a_new_file_is_seen(it: Lab) -> None:
    """A file watch lists the folder again each time."""
    incoming = it.local()
    it.server.put("other.csv", b"other")
    watch = {"timeout": 60, "sleepTime": 1}
    arguments = it.define(it.source(fileRegex=r".*\.txt", fileWatch=watch), incoming)
    process = subprocess.Popen(
        (it.venv.folder / "bin" / "task-run", *arguments),
        cwd=it.folder,
        env={**clean_environment(), **it.environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    told = []
    for line in process.stdout:
        told.append(line)
        if NOT_YET in line and len(it.server.names()) == 1:
            it.server.put("new.txt", b"new")
    assert process.wait() == 0, "".join(told)
    assert any(NOT_YET in line for line in told)
    assert Path(incoming["directory"], "new.txt").read_bytes() == b"new"
    it.run(it.source(postCopyAction={"action": "delete"}), it.local())


def ages_are_right(it: Lab) -> None:
    it.server.put("new.txt", b"new")
    young, old = ({"age": {"lt": 3600}}, {"age": {"gt": 3600}})
    if it.server.kind == "old-ftp":
        # The times in its listings are in the zone of the server, whatever that is.
        log = it.run(it.source(conditionals=young), it.local(), exit_code=1)
        assert "'conditionals.age' cannot be used" in log
        it.run(it.source(postCopyAction={"action": "delete"}), it.local())
        return
    it.run(it.source(conditionals=old), it.local(), exit_code=1)
    it.run(it.source(conditionals=young, postCopyAction={"action": "delete"}), it.local())
    assert it.server.names() == []


CHECKS: tuple[Callable[[Lab], None], ...] = (
    files_arrive_under_any_name,
    files_are_copied,
    lost_connections_are_made_anew,
    errors_are_not_a_lack_of_files,
    a_new_file_is_seen,
    ages_are_right,
)


@pytest.mark.parametrize(
    "kind",
    [
        # One finds most faults; the others wait for `make test-all`.
        pytest.param(kind, marks=[] if kind == "sftp" else [pytest.mark.slow])
        for kind in KINDS
    ],
)
def test_service(kind: str, bake: Bake, tmp_path: Path, subtests: pytest.Subtests) -> None:
    # One test with parts, because what the parts share takes longest: to bake and to install.
    with lab(kind, bake, tmp_path) as it:
        for check in CHECKS:
            with subtests.test(check.__name__):
                check(it)
        if kind == "s3":
            for check in ONLY_S3:
                with subtests.test(check.__name__):
                    check(it)


def test_name_that_the_server_cuts(bake: Bake, tmp_path: Path) -> None:
    with lab("old-webdav", bake, tmp_path) as it:
        outgoing = it.local()
        Path(outgoing["directory"], "what?.txt").touch()
        source = {**outgoing, "fileRegex": ".*"}
        log = it.run(source, it.destination(), exit_code=1)
        assert "what%3F.txt was stored under another name" in log


def listing_takes_a_request_for_a_thousand_files(it: Lab) -> None:
    number = 1001
    it.put({f"{each}.txt": b"" for each in range(number)})
    before = len(it.server.requests())
    count = {"count": {"maxCount": 1}}
    it.run(it.source(conditionals=count), it.local(), exit_code=1)
    requests = it.server.requests()[before:]
    assert len(requests) <= number / 1000 + 1, requests


def no_bucket_is_an_error(it: Lab) -> None:
    missing: dict[str, Any] = {"directory": f"{BUCKET}-missing/folder"}
    assert "does not exist" in it.run(it.source(error=False, **missing), it.local(), exit_code=1)
    outgoing = {**it.local(), "fileRegex": ".*"}
    Path(outgoing["directory"], "a.txt").touch()
    destination = it.destination(createDirectoryIfNotExists=True, **missing)
    log = it.run(outgoing, destination, exit_code=1)
    assert "-missing/folder does not exist (" in log  # and not: set what is set


def what_would_lead_to_another_server_is_refused(it: Lab) -> None:
    options = {"endpont_url": "http://127.0.0.1:9"}
    log = it.run(it.source(protocol=it.protocol(options=options)), it.local(), exit_code=1)
    assert "s3 has no argument endpont_url: do you mean endpoint_url?" in log
    log = it.run(it.source(hostname="http://127.0.0.1:9"), it.local(), exit_code=1)
    assert "s3 has no hostname: write the address into protocol.options" in log


def example_of_the_readme_works(it: Lab) -> None:
    (text,) = blocks(it.project.read("README.md"), "json")
    secret, local = it.folder / "secret", it.local()["directory"]
    secret.write_text(PASSWORD)
    for shown, here in (
        ("bucket/reports", it.server.folder),
        ("https://s3.example.com", it.server.protocol()["options"]["endpoint_url"]),
        ("/run/secrets/s3", str(secret)),
        ("/data/incoming", local),
    ):
        assert shown in text
        text = text.replace(shown, here)
    it.put({"report.csv": b"1;2", "report.txt": b""})
    it.run(it.source(), it.local())  # writes variables.json
    (it.folder / "cfg" / "example.json").write_text(text)
    arguments = ("-c", str(it.folder / "cfg"), "-t", "example")
    it.venv.run("task-run", *arguments, cwd=it.folder, env=it.environment())
    assert [file.name for file in Path(local).iterdir()] == ["report.csv"]


ONLY_S3 = (
    listing_takes_a_request_for_a_thousand_files,
    no_bucket_is_an_error,
    what_would_lead_to_another_server_is_refused,
    example_of_the_readme_works,
)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(bake: Bake, tmp_path: Path) -> None:
    with lab("s3", bake, tmp_path) as it:

        def peak(source: dict[str, Any], destination: dict[str, Any]) -> int:
            arguments = it.define(source, destination)
            env = it.environment()
            told = it.venv.run("python", "-c", MEASURED, *arguments, cwd=it.folder, env=env)
            return int(told.rpartition("peak ")[2]) // 1024

        peaks = {}
        for size in (1, 200):
            outgoing = it.local()
            Path(outgoing["directory"], "file").write_bytes(os.urandom(1024 * 1024) * size)
            up = peak({**outgoing, "fileRegex": ".*"}, it.destination())
            down = peak(it.source(postCopyAction={"action": "delete"}), it.local())
            peaks[size] = up, down
        growth = [large - small for small, large in zip(peaks[1], peaks[200], strict=True)]
        assert max(growth) < 40, f"MiB up and down, for each size: {peaks}"


NOON = datetime(2024, 2, 29, 12, 0, 0, tzinfo=UTC)
EAST = timezone(timedelta(hours=5, minutes=30))

# An entry of a detailed listing, as far as it tells about time, of each filesystem.
ENTRIES: dict[str, dict[str, Any]] = {
    "file": {"mtime": NOON.timestamp(), "created": 1.0},
    "sftp": {"mtime": NOON, "time": NOON + timedelta(days=1)},
    "smb": {"mtime": NOON.timestamp(), "time": 1.0},
    "ftp": {"modify": "20240229120000"},
    "ftp with milliseconds": {"modify": "20240229120000.123"},
    "s3": {"LastModified": NOON.astimezone(EAST)},
    "oss": {"LastModified": int(NOON.timestamp())},
    "tos": {"LastModified": NOON},
    "gcs": {"updated": "2024-02-29T12:00:00.000Z", "mtime": NOON, "ctime": NOON},
    "gcs before 2024": {"updated": "2024-02-29T12:00:00.000Z"},
    "abfs": {"last_modified": NOON, "creation_time": NOON + timedelta(days=-1)},
    "oci": {"timeModified": NOON, "timeCreated": NOON + timedelta(days=-1)},
    "webdav": {"modified": NOON, "created": NOON + timedelta(days=-1)},
    "webhdfs": {"modificationTime": int(NOON.timestamp() * 1000), "accessTime": 1},
    "hdfs": {"mtime": NOON.replace(tzinfo=None)},
    "box": {"modified_at": "2024-02-29T17:30:00+05:30", "created_at": "2024-01-01T00:00:00Z"},
    "gdrive": {"modifiedTime": "2024-02-29T12:00:00.000Z", "createdTime": "2024-01-01T00:00:00Z"},
    "lakefs": {"mtime": int(NOON.timestamp())},
    "root": {"mtime": int(NOON.timestamp())},
    "hf": {"last_commit": SimpleNamespace(date=NOON)},
}

# These tell no time, or none that is known to be that of the last change.
SILENT: dict[str, dict[str, Any]] = {
    "dbfs": {"size": 1},
    "dropbox": {"size": 1},
    "jupyter": {"size": 1},
    "hf without commits": {"last_commit": None},
    "created only": {"created": NOON, "created_at": "2024-01-01T00:00:00Z"},
    "old ftp": {"modify": "Feb 29 12:00"},
    "webdav without times": {"modified": None, "created": NOON},
}


@pytest.fixture(scope="module")
def listings() -> ModuleType:
    """The module of the addon that reads listings; it needs no other."""
    name = "{% if fsspec %}modified_time.py{% endif %}"
    path = ROOT / "{{cookiecutter.addon_name}}" / FILESYSTEMS / name
    module = ModuleType("listings")
    exec(path.read_text(encoding="utf-8"), module.__dict__)
    return module


@pytest.mark.parametrize("filesystem", ENTRIES)
def test_time_of_modification(filesystem: str, listings: ModuleType) -> None:
    assert int(listings.modified_time(ENTRIES[filesystem])) == NOON.timestamp()


@pytest.mark.parametrize("filesystem", SILENT)
def test_no_time_of_modification(filesystem: str, listings: ModuleType) -> None:
    assert listings.modified_time(SILENT[filesystem]) is None


def test_time_of_modification_in_memory(listings: ModuleType) -> None:
    """There a rewritten file is another file."""
    entry = {"created": NOON.timestamp()}
    assert listings.modified_time(entry, ("created",)) == NOON.timestamp()
