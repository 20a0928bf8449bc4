"""Real job services, from PyPI, that the recipes of docs/recipes are for."""

import base64
import io
import json
import os
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.baked import Venv, clean_environment
from tests.servers import HOST, PASSWORD, USER

PATIENCE = 120  # seconds until a service is there


@contextmanager
def scrapyd(folder: Path) -> Iterator[str]:
    """Run Scrapyd with a spider that writes lines (str: its address)."""
    venv = installed(folder, "scrapyd")
    port = free_port()
    settings = {
        "http_port": port,
        "bind_address": HOST,
        "poll_interval": 0.2,
        "username": USER,
        "password": PASSWORD,
    }
    lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
    (folder / "scrapyd.conf").write_text(f"[scrapyd]\n{lines}")
    with process(venv, folder, "scrapyd"):
        url = f"http://{HOST}:{port}"
        authorization = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        wait_for(f"{url}/daemonstatus.json", Authorization=f"Basic {authorization}")
        add_project(url, authorization)
        yield url


SPIDER = """
import asyncio
import signal
import scrapy

class Count(scrapy.Spider):
    name = "count"
    lines, seconds, deaf = "1", "0", ""

    async def start(self):
        for number in range(1, int(self.lines) + 1):
            if self.deaf:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
            self.logger.info(f"line {number} \\u00e9")
            await asyncio.sleep(float(self.seconds))
        return
        yield
"""


def add_project(url: str, authorization: str) -> None:
    """Upload an egg with the spider."""
    files = {
        "demo/__init__.py": "",
        "demo/settings.py": 'SPIDER_MODULES = ["demo.spiders"]\nTELNETCONSOLE_ENABLED = False\n',
        "demo/spiders/__init__.py": "",
        "demo/spiders/count.py": SPIDER,
        "EGG-INFO/PKG-INFO": "Metadata-Version: 1.0\nName: demo\nVersion: 1.0\n",
        "EGG-INFO/entry_points.txt": "[scrapy]\nsettings = demo.settings\n",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as egg:
        for name, text in files.items():
            egg.writestr(name, text)
    boundary = "x-of-the-test"
    fields = {"project": b"demo", "version": b"1", 'egg"; filename="demo.egg': packed.getvalue()}
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + value
        + b"\r\n"
        for name, value in fields.items()
    )
    request = urllib.request.Request(
        f"{url}/addversion.json",
        body + f"--{boundary}--\r\n".encode(),
        {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Authorization": f"Basic {authorization}",
        },
    )
    with urllib.request.urlopen(request) as answer:
        told = json.load(answer)
    assert told["status"] == "ok", told


@contextmanager
def supervisor(folder: Path) -> Iterator[str]:
    """Run supervisord with two programs (str: its address)."""
    venv = installed(folder, "supervisor", "setuptools<81")
    port = free_port()
    count = "import sys, time\nfor n in range(1, int(sys.argv[1]) + 1):\n"
    count += "    print(f'line {n} \\u00e9', flush=True)\n    time.sleep(float(sys.argv[2]))\n"
    (folder / "count.py").write_text(f"{count}sys.exit(int(sys.argv[3]))\n")
    program = (
        "[program:{name}]\ncommand={python} {folder}/count.py {arguments}\nautostart=false\n"
        "autorestart=false\nstartsecs=0\nstopasgroup=true\nredirect_stderr=true\n"
    )
    programs = {"count": "3 0 0", "failing": "1 0 3", "endless": "1000 0.1 0"}
    (folder / "supervisord.conf").write_text(
        f"[supervisord]\nnodaemon=true\nlogfile={folder}/supervisord.log\n"
        f"childlogdir={folder}\npidfile={folder}/supervisord.pid\n"
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n"
        f"[inet_http_server]\nport={HOST}:{port}\nusername={USER}\npassword={PASSWORD}\n"
        + "".join(
            program.format(name=name, python=sys.executable, folder=folder, arguments=arguments)
            for name, arguments in programs.items()
        )
    )
    with process(venv, folder, "supervisord", "-c", str(folder / "supervisord.conf")):
        wait_for_port(port)
        yield f"http://{HOST}:{port}/RPC2"


FLOW = """
import sys
import time
from prefect import flow, get_run_logger

@flow
def count(lines: int, seconds: float = 0, fail: bool = False):
    for number in range(1, lines + 1):
        get_run_logger().info(f"line {number} \\u00e9")
        time.sleep(seconds)
    if fail:
        raise ValueError("the flow was asked to fail")

if __name__ == "__main__":
    count.serve(name="nightly", limit=4)
"""


@contextmanager
def prefect(folder: Path) -> Iterator[str]:
    """Run a Prefect server, and a process that runs the flow `count` (str: the API's address)."""
    venv = installed(folder, "prefect")
    port = free_port()
    url = f"http://{HOST}:{port}/api"
    env = {
        "PREFECT_HOME": str(folder / "prefect-home"),
        "PREFECT_API_URL": url,
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
        "PREFECT_SERVER_UI_ENABLED": "false",
    }
    (folder / "flow.py").write_text(textwrap.dedent(FLOW))
    server = ("prefect", "server", "start", "--host", HOST, "--port", str(port))
    with process(venv, folder, *server, **env):
        wait_for(f"{url}/health")
        with process(venv, folder, "python", "flow.py", **env):
            wait_for(f"{url}/deployments/name/count/nightly")
            yield url


def installed(folder: Path, *packages: str) -> Venv:
    """Install a service into an environment of its own."""
    venv = Venv.make(folder / "service-venv")
    venv.install(*packages)
    return venv


@contextmanager
def process(venv: Venv, folder: Path, command: str, *arguments: str, **env: str) -> Iterator[None]:
    """Run a program, and end it with what it has started."""
    log = (folder / f"{command}.log").open("ab")
    paths = {"PATH": f"{venv.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    started = subprocess.Popen(
        [venv.folder / "bin" / command, *arguments],
        cwd=folder,
        env={**clean_environment(), **paths, **env},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        yield
    finally:
        started.terminate()
        try:
            started.wait(30)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
        log.close()


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    """Wait until a program listens."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection((HOST, port), 1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, f"nothing listens on port {port}"
            time.sleep(0.2)


def wait_for(url: str, **headers: str) -> Any:
    """Wait until an address answers, and return what."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
                return answer.read()
        except OSError as error:
            assert time.monotonic() < deadline, f"{url}: {error}"
            time.sleep(0.5)
