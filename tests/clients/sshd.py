"""Starts OpenSSH's server for a test."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

INSTALL = "apt-get install openssh-server"
SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin")


class Sshd:
    """One sshd on a free port of the loopback interface, with keys of its own.

    Args:
        folder (Path): Where its keys and logs go.
        host_keys (tuple[str, ...]): Types of host key that it has.
        sftp_arguments (str): Arguments of its SFTP server, such as "-P posix-rename".
    """

    def __init__(
        self, folder: Path, host_keys: tuple[str, ...] = ("ed25519",), sftp_arguments: str = ""
    ) -> None:
        self.folder = folder
        self.user_key = folder / "user"
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        make_key(self.user_key)
        for kind in host_keys:
            make_key(folder / f"host_{kind}", kind)
        lines = [
            f"ListenAddress 127.0.0.1:{self.port}",
            *(f"HostKey {folder}/host_{kind}" for kind in host_keys),
            f"PidFile {folder}/pid",
            f"AuthorizedKeysFile {folder}/user.pub",
            "StrictModes no",
            "UsePAM no",
            "PermitRootLogin yes",
            "MaxStartups 100",
            f"Subsystem sftp internal-sftp {sftp_arguments}",
        ]
        (folder / "sshd.conf").write_text("\n".join(lines) + "\n")

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        Path("/run/sshd").mkdir(exist_ok=True)
        command = [
            SSHD or "sshd",
            "-D",
            "-f",
            f"{self.folder}/sshd.conf",
            "-E",
            f"{self.folder}/log",
        ]
        self._process = subprocess.Popen(command, start_new_session=True)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text())

    def stop(self) -> None:
        """Stop it, and end all sessions."""
        if self._process is None:
            return
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self._process.pid)], capture_output=True, text=True
        ).stdout.split()
        self._process.terminate()
        self._process.wait()
        for child in children:
            subprocess.run(["kill", "-9", child], capture_output=True)

    def public_key(self, kind: str = "ed25519") -> str:
        """Return the type and the data of a host key (str)."""
        text = (self.folder / f"host_{kind}.pub").read_text()
        return " ".join(text.split()[:2])

    def fingerprint(self, kind: str = "ed25519") -> str:
        """Return the fingerprint of a host key (str)."""
        return fingerprint(self.folder / f"host_{kind}.pub")


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> None:
    """Make a key pair.

    Args:
        path (Path): The private key; the public one gets ".pub" added.
        kind (str): Its type, as ssh-keygen calls it.
        passphrase (str): What it is encrypted with, if anything.
    """
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", str(path)]
    subprocess.run(command, check=True)


def fingerprint(public_key: Path) -> str:
    """Return the fingerprint of a key, as ssh-keygen shows it (str)."""
    shown = subprocess.run(["ssh-keygen", "-lf", public_key], capture_output=True, text=True)
    return shown.stdout.split()[1]
