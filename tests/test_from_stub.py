"""The clients that the documents write step by step are written, checked and run."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import job_server, transcripts
from tests.baked import BakedProject, Venv
from tests.conftest import ROOT, Bake
from tests.servers import HOST, PASSWORD, USER, Server, running

HANDLERS = "src/opentaskpy/addons/{0}/remotehandlers"
NO_STUB = "is to be written"


def code(page: str, *languages: str) -> list[str]:
    """Return the blocks of a page that are files."""
    return transcripts.blocks((ROOT / page).read_text(encoding="utf-8"), *languages)


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
    for shown, here in (
        ("ftp.example.com", HOST),
        ("/reports", it.server.folder),
        ("/data/incoming", str(folder / "incoming")),
        ("/run/secrets", str(folder / "secret")),
        ('"user": "otf"', f'"user": "{USER}", "port": {it.server.port}'),
    ):
        assert shown in text
        text = text.replace(shown, here)
    it.write("cfg/acmeftp/report.json", text)
    it.server.put("report.csv", b"1;2")
    it.server.put("done/earlier.csv", b"")
    it.run("task-run", "-c", "cfg", "-t", "report")
    assert (folder / "incoming" / "report.csv").read_bytes() == b"1;2"
    assert {"done/report.csv", "report.csv"} & set(it.server.names()) == {"done/report.csv"}


def test_service(bake: Bake, tmp_path: Path) -> None:
    with service(bake, tmp_path) as it:
        it.is_clean()
        it.test("tests/conformance/transfers/test_client.py", "-k", "not offline", **it.live())
        the_task_moves_a_file(it, tmp_path)


@pytest.mark.slow
def test_whole_suite_of_the_service(bake: Bake, tmp_path: Path) -> None:
    with service(bake, tmp_path) as it:
        it.test(**it.live())


# --- From stub to execution ---


def test_execution(bake: Bake, tmp_path: Path) -> None:
    page = "docs/from-stub-to-execution.md"
    client, services = code(page, "python")
    (schema,) = code(page, "json")
    project = bake(service_name="Acme Jobs", transfer="none", execution="custom")
    it = Written.install(project, tmp_path)
    handlers = HANDLERS.format("acmejobs")
    it.write(f"{handlers}/acmejobs_execution_client.py", client)
    it.write(f"{handlers}/schemas/execution/acmejobs/protocol.json", schema)
    with job_server.serving(tmp_path) as port:
        assert ":8000" in services
        it.write("tests/services/acmejobs_execution.py", services.replace(":8000", f":{port}"))
        it.is_clean()
        it.test("tests/conformance")
    with job_server.serving(tmp_path, PASSWORD) as port:
        protocol = {"url": f"http://{HOST}:{port}", "credentials": {"token": PASSWORD}}
        live = {"OTF_TEST_PROTOCOL": json.dumps(protocol), "OTF_TEST_COMMAND": "true"}
        it.test("tests/conformance/executions/test_client.py", **live)
