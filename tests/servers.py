"""Real servers on loopback, each in a process of its own: S3, SFTP, FTP and WebDAV.

An old FTP server has no MLSD and takes few connections; an old WebDAV server cuts the name of a
target at "?".

`python -m tests.servers KIND FOLDER` is one of them. It prints its port when it can be connected
to, and ends when its standard input does.
"""

import asyncio
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extension.filesystems import OWN_CLIENTS

HOST = "127.0.0.1"
USER, PASSWORD = "otf", "s3kr1t-of-the-server"
BUCKET = "bucket"


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes:
        kind: one of SERVE.
        port: Where it listens.
        root: The folder that it serves, except for S3.
        log: What it has printed.
    """

    kind: str
    port: int
    root: Path
    log: Path

    @property
    def filesystem(self) -> str:
        """The filesystem of fsspec that it is for."""
        return self.kind.removeprefix("old-")

    @property
    def folder(self) -> str:
        """What a task definition calls a scratch folder that is there."""
        folders = {"s3": f"{BUCKET}/scratch", "webdav": "scratch", "ftp": "/scratch"}
        return folders.get(self.filesystem, f"{self.root}/scratch")

    @property
    def address(self) -> dict[str, str]:
        """The `hostname` of a task definition, for clients that take the server from it."""
        return {"hostname": HOST} if self.filesystem in OWN_CLIENTS else {}

    def protocol(self, port: int | None = None) -> dict[str, Any]:
        """Return the `protocol` object that reaches it, through another port if one is given."""
        port = port or self.port
        url = f"http://{HOST}:{port}"
        if self.kind == "s3":
            options: dict[str, Any] = {
                "endpoint_url": url,
                "client_kwargs": {"region_name": "us-east-1"},
            }
            return {"options": options, "credentials": {"key": USER, "secret": PASSWORD}}
        credentials = {"username": USER, "password": PASSWORD}
        options = {"host": HOST, "port": port}
        if self.filesystem == "webdav":
            return {"port": port, "tls": False, "credentials": credentials}
        if self.filesystem == "ftp":
            return {"port": port, "tls": "none", "credentials": credentials}
        if self.kind == "sftp":
            return {"port": port, "credentials": credentials}
        return {"options": options, "credentials": credentials}

    def names(self) -> list[str]:
        """Return all that is in the scratch folder."""
        if self.kind == "s3":
            page = self.s3().list_objects_v2(Bucket=BUCKET, Prefix="scratch/")
            names = [file["Key"].removeprefix("scratch/") for file in page.get("Contents", [])]
            return [name for name in names if name]
        scratch = self.root / "scratch"
        return sorted(path.relative_to(scratch).as_posix() for path in scratch.rglob("*"))

    def read(self, name: str) -> bytes:
        """Return the content of a file of the scratch folder."""
        if self.kind == "s3":
            body = self.s3().get_object(Bucket=BUCKET, Key=f"scratch/{name}")["Body"]
            return bytes(body.read())
        return (self.root / "scratch" / name).read_bytes()

    def put(self, name: str, data: bytes) -> None:
        """Write a file of the scratch folder, and the folders above it."""
        if self.kind == "s3":
            self.s3().put_object(Bucket=BUCKET, Key=f"scratch/{name}", Body=data)
            return
        path = self.root / "scratch" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def remove_folder(self, name: str) -> None:
        """Remove an empty folder in the scratch folder, where there are folders."""
        if self.kind != "s3":
            (self.root / "scratch" / name).rmdir()

    def requests(self) -> list[str]:
        """Return the lines of the log that a request has made."""
        return [line for line in self.log.read_text().splitlines() if "HTTP/1.1" in line]

    def s3(self) -> Any:
        """Return another client of the S3 server than the one that is tested."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=f"http://{HOST}:{self.port}",
            aws_access_key_id=USER,
            aws_secret_access_key=PASSWORD,
            region_name="us-east-1",
        )


@contextmanager
def running(kind: str, folder: Path) -> Iterator[Server]:
    """Run a server with an empty scratch folder.

    Args:
        kind: one of SERVE.
        folder: An empty folder for what it keeps.

    Yields:
        Server: The server; it accepts connections.
    """
    root = folder / "served"
    (root / "scratch").mkdir(parents=True)
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            (sys.executable, "-m", "tests.servers", kind, str(root)),
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
    try:
        assert process.stdout
        port = process.stdout.readline()
        assert port, f"the {kind} server did not start:\n{log.read_text()}"
        server = Server(kind, int(port), root, log)
        if kind == "s3":
            server.s3().create_bucket(Bucket=BUCKET)
            server.put("", b"")  # an object marks the folder
        yield server
    finally:
        process.kill()
        process.communicate()


@dataclass
class Proxy:
    """Passes connections on to a server, and loses some of them.

    Attributes:
        server_port: Where the server listens.
        lose: How many connections are lost.
        after: The bytes that go to the server over such a connection before it is lost.
    """

    server_port: int
    lose: int = 0
    after: int = 0
    port: int = 0
    connections: int = 0
    _sockets: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> "Proxy":
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        for each in (self._listener, *self._sockets):
            _shut(each)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection((HOST, self.server_port))
                self._sockets += (near, far)
                self.connections += 1
                limit = self.after if self.connections <= self.lose else None
                for pair in ((near, far, limit), (far, near, None)):
                    threading.Thread(target=_pass_on, args=pair, daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, limit: int | None) -> None:
    passed = 0
    with suppress(OSError):
        while data := source.recv(65536):
            passed += len(data)
            if limit is not None and passed > limit:
                break
            target.sendall(data)
    _shut(source)
    _shut(target)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def serve_s3(root: Path) -> int:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address=HOST, port=0)
    server.start()
    return int(server.get_host_and_port()[1])


def serve_sftp(root: Path) -> int:
    import asyncssh

    class Login(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == (USER, PASSWORD)

    async def listen() -> int:
        key = asyncssh.generate_private_key("ssh-ed25519")
        options = {"server_host_keys": [key], "server_factory": Login, "sftp_factory": True}
        return (await asyncssh.listen(HOST, 0, **options)).get_port()

    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return asyncio.run_coroutine_threadsafe(listen(), loop).result()


def serve_old_ftp(root: Path) -> int:
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import ThreadedFTPServer

    # Fewer than the workers of a transfer.
    ThreadedFTPServer.max_cons_per_ip = 5
    FTPHandler.proto_cmds = {
        name: command
        for name, command in FTPHandler.proto_cmds.items()
        if name not in ("MLSD", "MLST")
    }
    return serve_ftp(root)


def serve_ftp(root: Path) -> int:
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import ThreadedFTPServer

    logging.basicConfig(level=logging.WARNING)
    authorizer = DummyAuthorizer()
    authorizer.add_user(USER, PASSWORD, str(root), perm="elradfmwMT")

    FTPHandler.authorizer = authorizer
    server = ThreadedFTPServer((HOST, 0), FTPHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.address[1])


def serve_webdav(root: Path) -> int:
    from wsgidav import request_server

    def split(address: str, **options: bool) -> tuple[str, ...]:
        scheme, _, rest = address.partition("://")
        host, slash, path = rest.partition("/")
        return scheme, host, slash + path, "", "", ""

    # WsgiDAV treats "?" in the name of a target as the beginning of a query.
    request_server.urlparse = split
    return serve_old_webdav(root)


def serve_old_webdav(root: Path) -> int:
    from cheroot.wsgi import Server as WsgiServer
    from wsgidav.wsgidav_app import WsgiDAVApp

    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(root)},
            "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
            "http_authenticator": {"accept_digest": False, "default_to_digest": False},
            "logging": {"enable": False},
        }
    )
    server = WsgiServer((HOST, 0), app, numthreads=20)
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    return int(server.bind_addr[1])


SERVE: dict[str, Callable[[Path], int]] = {
    "s3": serve_s3,
    "sftp": serve_sftp,
    "ftp": serve_ftp,
    "old-ftp": serve_old_ftp,
    "webdav": serve_webdav,
    "old-webdav": serve_old_webdav,
}

if __name__ == "__main__":
    with redirect_stdout(sys.stderr):
        port = SERVE[sys.argv[1]](Path(sys.argv[2]))
    print(port, flush=True)
    sys.stdin.read()
