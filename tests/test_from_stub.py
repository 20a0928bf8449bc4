"""The clients that the documents write step by step are written, checked and run."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import drive_server, job_server, runs_server, transcripts
from tests.baked import BakedProject, Venv
from tests.conftest import ROOT, Bake
from tests.servers import HOST, PASSWORD, USER, Server, running

HANDLERS = "src/opentaskpy/addons/{0}/remotehandlers"
NO_STUB = "is not written yet"


def code(page: str, *languages: str) -> list[str]:
    """Return the blocks of a page that are files."""
    return transcripts.blocks((ROOT / page).read_text(encoding="utf-8"), *languages)


def with_places(text: str, places: Mapping[str, str]) -> str:
    """Put what there is on this machine in the place of what a document shows."""
    for shown, here in places.items():
        assert shown in text
        text = text.replace(shown, here)
    return text


@dataclass(frozen=True)
class Written:
    """An addon with a client out of a document."""

    project: BakedProject
    venv: Venv

    @classmethod
    def install(cls, project: BakedProject, folder: Path) -> "Written":
        venv = Venv.make(folder / "venv")
        venv.install("-e", f"{project.root}[dev]")
        return cls(project, venv)

    def run(self, *command: str, **variables: str) -> str:
        return self.venv.run(*command, cwd=self.project.root, env=variables)

    def write(self, name: str, text: str) -> None:
        self.project.path(name).write_text(text, encoding="utf-8")

    def is_clean(self) -> None:
        self.run("ruff", "check")
        self.run("ruff", "format", "--check", "--diff")
        self.run("mypy")

    def test(self, *arguments: str, **variables: str) -> None:
        told = self.run("pytest", "-p", "no:cacheprovider", *arguments, **variables)
        assert " passed" in told
        assert NO_STUB not in told


# --- From stub to service ---


@dataclass(frozen=True)
class OfService(Written):
    """The addon of docs/from-stub-to-service.md, and the server that it is for."""

    server: Server

    def live(self) -> dict[str, str]:
        """Return the variables that the document sets."""
        credentials = {"user": USER, "password": PASSWORD, "port": self.server.port}
        return {
            "OTF_TEST_PROTOCOL": json.dumps({"credentials": credentials}),
            "OTF_TEST_HOSTNAME": HOST,
            "OTF_TEST_FOLDER": self.server.folder,
        }


@contextmanager
def service(bake: Bake, folder: Path) -> Iterator[OfService]:
    with running("ftp", folder) as server:
        project = bake(service_name="Acme FTP", transfer_client="custom", execution="none")
        installed = Written.install(project, folder)
        it = OfService(installed.project, installed.venv, server)
        (client,) = code("docs/from-stub-to-service.md", "python")
        it.write(HANDLERS.format("acmeftp") + "/acmeftp_client.py", client)
        yield it


def the_task_moves_a_file(it: OfService, folder: Path) -> None:
    """The task definition at the end of the document, with another server and other folders."""
    (text,) = code("docs/from-stub-to-service.md", "json")
    for name in ("secret", "incoming"):
        (folder / name).mkdir()
    (folder / "secret" / "ftp").write_text(PASSWORD)
    places = {
        "ftp.example.com": HOST,
        "/reports": it.server.folder,
        "/data/incoming": str(folder / "incoming"),
        "/run/secrets": str(folder / "secret"),
        '"user": "otf"': f'"user": "{USER}", "port": {it.server.port}',
    }
    it.write("cfg/acmeftp/report.json", with_places(text, places))
    it.server.put("report.csv", b"1;2")
    it.server.put("done/earlier.csv", b"")
    it.run("task-run", "-c", "cfg", "-t", "report")
    assert (folder / "incoming" / "report.csv").read_bytes() == b"1;2"
    assert {"done/report.csv", "report.csv"} & set(it.server.names()) == {"done/report.csv"}


def test_service(bake: Bake, tmp_path: Path) -> None:
    with service(bake, tmp_path) as it:
        it.is_clean()
        it.test(
            "tests/otf_kit/conformance/transfers/test_client.py", "-k", "not offline", **it.live()
        )
        the_task_moves_a_file(it, tmp_path)


@pytest.mark.slow
def test_whole_suite_of_the_service(bake: Bake, tmp_path: Path) -> None:
    with service(bake, tmp_path) as it:
        it.test(**it.live())


# --- From the demo to your API ---

API_PAGE = "docs/from-demo-to-your-api.md"
JOB_API_PAGE = "docs/from-demo-to-your-job-api.md"

CLIENT = HANDLERS.format("acmedrive") + "/acmedrive_client.py"
JOB_CLIENT = HANDLERS.format("acmeruns") + "/acmeruns_execution_client.py"

# The answers that the addons of these pages are made from.
DRIVE = {"service_name": "Acme Drive", "transfer_client": "http", "execution": "none"}
RUNS = {"service_name": "Acme Runs", "transfer": "none", "execution": "http"}
PAGES = [(API_PAGE, CLIENT, DRIVE)]

# The client of the demo reads times in several forms; the tests of an addon do not know its API.
TIMES = """
from opentaskpy.addons.acmedrive.remotehandlers.acmedrive_client import _seconds
for time in ("2001-09-09T01:46:40Z", "2001-09-09T03:46:40+02:00", "2001-09-09T01:46:40"):
    assert _seconds(time) == 1e9, time
assert _seconds(None) is None
"""
# Other names for the same API.
RENAMED = {
    '"/folders/{path}"': '"/v2/directories/{path}/files"',
    '"/files/{path}"': '"/v2/content/{path}"',
    '"/copy", "/move"': '"/v2/copies", "/v2/moves"',
    '"from", "to"': '"source", "target"',
    '"limit", "cursor"': '"pageSize", "pageToken"',
    '"files", "next"': '"entries", "nextPageToken"',
    '"name", "size", "modified"': '"title", "bytes", "updatedAt"',
}
QUICK = ("tests/otf_kit/conformance/transfers/test_client.py", "tests/otf_kit/rest")


def demo_api(bake: Bake, folder: Path) -> Written:
    """Bake and install the addon of the page."""
    return Written.install(bake(**DRIVE), folder)


def rest_api(bake: Bake, folder: Path) -> Written:
    """Do so, and write the client of the page, and what answers to it."""
    it = demo_api(bake, folder)
    client, api = code(API_PAGE, "python")
    it.write(CLIENT, client)
    it.write("tests/services/acmedrive_api.py", api)
    return it


@pytest.mark.slow
def test_rest_api_with_other_names(bake: Bake, tmp_path: Path) -> None:
    it = demo_api(bake, tmp_path)
    it.run("python", "-c", TIMES, TZ="Asia/Tokyo")
    client = it.project.read(CLIENT)
    for demo, other in RENAMED.items():
        assert demo in client
        client = client.replace(demo, other)
    it.write(CLIENT, client)
    it.test(*QUICK)


def test_stand_in_says_how_it_is_reached(bake: Bake, tmp_path: Path) -> None:
    it = demo_api(bake, tmp_path)
    serve = ("python", "tests/serve.py", "--port")
    with it.venv.running(*serve, "0", cwd=it.project.root) as line:
        url = line.split()[-1]
        port = url.rpartition(":")[2]
        told = it.venv.run(*serve, port, cwd=it.project.root, exit_code=1)
        assert re.match(rf"Port {port}: .* in use\. Choose another one: --port 0$", told)
        download = ("task-run", "-c", "cfg", "-t", "download-acmedrive")
        it.run(*download, ACMEDRIVE_HOST=url)
    task = "cfg/acmedrive/download-acmedrive.json"
    it.write(
        task, it.project.read(task).replace('"credentials"', '"retrySeconds": 1, "credentials"')
    )
    told = it.venv.run(*download, cwd=it.project.root, env={"ACMEDRIVE_HOST": url}, exit_code=1)
    assert f"GET /folders/outbox: cannot connect to 127.0.0.1:{port}: " in told


@pytest.mark.parametrize(("page", "client", "answers"), PAGES)
def test_methods_that_a_page_calls_unchanged_are(
    page: str, client: str, answers: dict[str, str], bake: Bake
) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    told = text.partition("This is the whole file, in which")[2].partition(" are as they")[0]
    before, after = methods(bake(**answers).read(client)), methods(code(page, "python")[0])
    kept = {name for name in before if before[name] == after.get(name)}
    assert kept == set(re.findall(r"`(\w+)`", told))


def methods(client: str) -> dict[str, str]:
    """Return the methods of a client, which is the last class, without their layout."""
    *_, cls = (node for node in ast.parse(client).body if isinstance(node, ast.ClassDef))
    return {n.name: ast.unparse(n) for n in cls.body if isinstance(n, ast.FunctionDef)}


def test_rest_api(bake: Bake, tmp_path: Path) -> None:
    it = rest_api(bake, tmp_path)
    it.is_clean()
    it.test(*QUICK, "tests/otf_kit/conformance/test_cfg.py")


def test_rest_api_of_the_service(bake: Bake, tmp_path: Path) -> None:
    """The fake service has its names from the client; this server has them from the page."""
    it = rest_api(bake, tmp_path)
    drive, secret, incoming = (tmp_path / name for name in ("drive", "secret", "incoming"))
    for each in (drive / "reports" / "done", drive / "scratch", secret, incoming):
        each.mkdir(parents=True)
    (secret / "drive").write_text(PASSWORD)
    (drive / "reports" / "report.csv").write_bytes(b"1;2")
    with drive_server.serving(drive, PASSWORD) as port:
        host = f"http://{HOST}:{port}"
        credentials = {"apiKeyHeader": "X-Acme-Key", "apiKey": PASSWORD}
        live = {
            "OTF_TEST_PROTOCOL": json.dumps({"credentials": credentials}),
            "OTF_TEST_HOSTNAME": host,
            "OTF_TEST_FOLDER": "/scratch",
        }
        it.test("tests/otf_kit/conformance/transfers/test_client.py", **live)
        (text,) = code(API_PAGE, "json")
        places = {
            "drive.example.com": host,
            "/data/incoming": str(incoming),
            "/run/secrets": str(secret),
        }
        it.write("cfg/acmedrive/report.json", with_places(text, places))
        it.run("task-run", "-c", "cfg", "-t", "report")
    assert (incoming / "report.csv").read_bytes() == b"1;2"
    assert [path.name for path in (drive / "reports").rglob("*.csv")] == ["report.csv"]
    assert (drive / "reports" / "done" / "report.csv").exists()


@pytest.mark.slow
def test_whole_suite_of_the_rest_api(bake: Bake, tmp_path: Path) -> None:
    rest_api(bake, tmp_path).test()


# --- From the demo to your job API ---


def job_api(bake: Bake, folder: Path) -> Written:
    """Bake and install the addon of the page; write its client, and what answers to it."""
    it = Written.install(bake(**RUNS), folder)
    client, api = code(JOB_API_PAGE, "python")
    it.write(JOB_CLIENT, client)
    it.write("tests/services/acmeruns_execution_api.py", api)
    return it


def test_job_api(bake: Bake, tmp_path: Path) -> None:
    it = job_api(bake, tmp_path)
    it.is_clean()
    it.test(
        "tests/otf_kit/rest",
        "tests/otf_kit/conformance/executions",
        "tests/otf_kit/conformance/test_cfg.py",
    )


def test_job_api_of_the_service(bake: Bake, tmp_path: Path) -> None:
    """The fake service has its names from the client; this server has them from the page."""
    it = job_api(bake, tmp_path)
    logs, secret, reports = (tmp_path / name for name in ("logs", "secret", "reports"))
    for each in (logs, secret, reports):
        each.mkdir()
    (secret / "runs").write_text(PASSWORD)
    script = reports / "nightly.sh"
    script.write_text('#!/bin/sh\necho "Zoë reports"\nprintf "the $REGION"\n')
    script.chmod(0o755)
    task = ("task-run", "-c", "cfg", "-t", "report")
    with runs_server.serving(logs, PASSWORD) as (port, runs):
        url = f"http://{HOST}:{port}"
        protocol = {"url": url, "credentials": {"token": PASSWORD}}
        live = {"OTF_TEST_PROTOCOL": json.dumps(protocol), "OTF_TEST_COMMAND": "true"}
        it.test("tests/otf_kit/conformance/executions/test_client.py", **live)
        told = it.venv.run(
            *("pytest", "-q", "-p", "no:cacheprovider", "-k", "test_live_mode or test_client"),
            cwd=it.project.root,
            env={**live, "OTF_TEST_COMMAND": "exit 255", "OTF_TEST_HOSTNAME": "worker-7"},
            exit_code=1,
        )
        assert "'exit 255' has the exit code 255, not 0" in told
        assert {asked["target"] for asked in runs.submitted.values()} == {"", "worker-7"}
        (text,) = code(JOB_API_PAGE, "json")
        places = {
            "https://runs.example.com": url,
            "/srv/reports": str(reports),
            "/run/secrets": str(secret),
        }
        text = with_places(text, places)
        it.write("cfg/acmeruns/report.json", text)
        told = it.run(*task)
        assert "[worker-1] Zoë reports\n" in told
        assert "[worker-1] the north\n" in told
        failures = {"exit 3": "exit code 3", "kill -KILL $$": "the service calls it 'FAILED'"}
        for ending, failure in failures.items():
            script.write_text(f"#!/bin/sh\n{ending}\n")
            assert failure in it.venv.run(*task, cwd=it.project.root, exit_code=1)
        script.write_text("#!/bin/sh\nsleep 60\n")
        assert '"timeout": 3600' in text
        it.write("cfg/acmeruns/report.json", text.replace('"timeout": 3600', '"timeout": 2'))
        it.venv.run(*task, cwd=it.project.root, exit_code=1)
        *_, last = runs.submitted
        assert runs.submitted[last]["target"] == "worker-1"
        assert runs.status(last) == {"phase": "TERMINATED", "outcome": "CANCELED"}


@pytest.mark.slow
def test_whole_suite_of_the_job_api_with_the_service(bake: Bake, tmp_path: Path) -> None:
    it = job_api(bake, tmp_path)
    services = "tests/services/acmeruns_execution.py"
    before, stand_in, _ = it.project.read(services).partition("    with serving(")
    assert stand_in
    with runs_server.serving(tmp_path) as (port, _):
        protocol = {"url": f"http://{HOST}:{port}", "pollSeconds": 0.02}
        it.write(services, f"{before}    yield {protocol}\n")
        it.test("tests/otf_kit/conformance/executions")


# --- From the demo to your store ---

STORE_PAGE = "docs/from-demo-to-your-store.md"
STORE = {"transfer": "none", "execution": "none", "lookup_plugin": True, "caching_plugin": True}
PLUGINS = {
    "lookup": ("src/opentaskpy/plugins/lookup/acmevault/acmevault.py", "read"),
    "caching": ("src/opentaskpy/variablecaching/acmevault/acmevault.py", "write"),
}
REST = "\n\n\n# The rest holds for any store."


def test_store(bake: Bake, tmp_path: Path) -> None:
    project = bake(service_name="Acme Vault", **STORE)
    blocks = iter(code(STORE_PAGE, "python"))

    def write(name: str) -> None:
        project.path(name).write_text(next(blocks), encoding="utf-8")

    def edit(name: str, pattern: str, new: str) -> None:
        text, times = re.subn(pattern, lambda _: new, project.read(name), count=1, flags=re.S)
        assert times, f"{name} has no {pattern}"
        project.path(name).write_text(text, encoding="utf-8")

    write("src/opentaskpy/addons/acmevault/vault.py")
    for plugin, function in PLUGINS.values():
        edit(plugin, r"ARGUMENTS = [^\n]*\n", next(blocks))
        edit(plugin, f"def {function}.*", next(blocks))
    write("tests/vault.py")
    for name in PLUGINS:
        edit(f"tests/plugins/test_{name}_acmevault.py", f"class Store.*{REST}", next(blocks) + REST)
    imports = next(blocks)
    for name in PLUGINS:
        edit(f"tests/plugins/test_{name}_acmevault.py", "(?=import json)", imports)
    (dependency,) = code(STORE_PAGE, "toml")
    edit("pyproject.toml", r"(?<=dependencies = \[\n)", dependency)
    edit("cfg/acmevault/lookup-acmevault.json", "file='[^']*', ", "")
    edit("cfg/acmevault/cache-acmevault.json", r'"file": "[^"]*",\s*', "")
    it = Written.install(project, tmp_path)
    it.run("ruff", "check", "--fix")
    it.run("ruff", "format")
    it.is_clean()
    it.test("tests")


# --- From stub to execution ---


def test_execution(bake: Bake, tmp_path: Path) -> None:
    page = "docs/from-stub-to-execution.md"
    client, services = code(page, "python")
    schema, task = code(page, "json")
    project = bake(service_name="Acme Jobs", transfer="none", execution="custom")
    it = Written.install(project, tmp_path)
    handlers = HANDLERS.format("acmejobs")
    it.write(f"{handlers}/acmejobs_execution_client.py", client)
    it.write(f"{handlers}/schemas/execution/acmejobs/protocol.json", schema)
    with job_server.serving(tmp_path) as port:
        for name, text in (
            ("tests/services/acmejobs_execution.py", services),
            ("cfg/acmejobs/run-acmejobs.json", task),
        ):
            assert ":8000" in text
            it.write(name, text.replace(":8000", f":{port}"))
        it.is_clean()
        it.test("tests/otf_kit/conformance")
    with job_server.serving(tmp_path, PASSWORD) as port:
        protocol = {"url": f"http://{HOST}:{port}", "credentials": {"token": PASSWORD}}
        live = {"OTF_TEST_PROTOCOL": json.dumps(protocol), "OTF_TEST_COMMAND": "true"}
        it.test("tests/otf_kit/conformance/executions/test_client.py", **live)
