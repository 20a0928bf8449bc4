"""A log, connections, and a real sshd.

`tests/commands/test_commands.py` runs the tests beside this file in an addon called demo.
"""

import logging
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from opentaskpy.addons.demo.otf_kit.connection import Connection

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"


@pytest.fixture
def connect(request: pytest.FixtureRequest) -> Callable[..., Connection]:
    """Make connections whose log `caplog` catches."""
    logger = logging.getLogger(f"otf.{request.node.name}")
    logger.setLevel(logging.INFO)

    def make(**protocol: Any) -> Connection:
        return Connection("", {"name": "a.b.C", **protocol}, logger, lambda name, value: None)

    return make


@dataclass(frozen=True)
class Sshd:
    """A real sshd on loopback."""

    port: int
    folder: Path

    @property
    def protocol(self) -> dict[str, Any]:
        """The keys that reach it (dict[str, Any])."""
        user = pwd.getpwuid(os.getuid()).pw_name
        return {
            "launcher": "ssh",
            "port": self.port,
            "hostKeyValidation": True,
            "knownHostsFile": str(self.folder / "known_hosts"),
            "credentials": {"username": user, "keyFile": str(self.folder / "key")},
        }


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """Start an sshd that knows one key."""
    if not Path(SSHD).exists() or not shutil.which("ssh"):
        pytest.skip("needs OpenSSH: apt install openssh-client openssh-server")
    folder = tmp_path_factory.mktemp("sshd")
    for name in ("host", "other", "key"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True
        )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for known, key in (("known_hosts", "host"), ("changed", "other")):
        public = (folder / f"{key}.pub").read_text()
        (folder / known).write_text(f"[127.0.0.1]:{port},[127.0.0.2]:{port} {public}")
    (folder / "config").write_text(
        f"ListenAddress 127.0.0.1\nListenAddress 127.0.0.2\nPort {port}\n"
        f"HostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/key.pub\nStrictModes no\nUsePAM no\n"
    )
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    server = subprocess.Popen([SSHD, "-D", "-f", folder / "config", "-E", folder / "log"])
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            if time.monotonic() > deadline:
                pytest.skip(f"sshd does not start: {(folder / 'log').read_text()}")
            time.sleep(0.05)
    yield Sshd(port, folder)
    server.terminate()
    server.wait()
