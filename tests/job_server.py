"""The server of docs/from-stub-to-execution.md, which runs jobs and speaks XML-RPC."""

import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import ThreadingMixIn
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer

from tests.servers import HOST

CHUNK = 100_000


class Jobs:
    """The functions of the server; a job is known by its process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._jobs: dict[int, tuple[subprocess.Popen[bytes], Path]] = {}

    def start(
        self, command: str, directory: str, variables: Mapping[str, str] | None = None
    ) -> int:
        handle, path = tempfile.mkstemp(dir=self._folder)
        with os.fdopen(handle, "wb") as output:
            process = subprocess.Popen(
                command,
                shell=True,
                cwd=directory or None,
                env={**os.environ, **(variables or {})},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._jobs[process.pid] = process, Path(path)
        return process.pid

    def look(self, job: int, position: int) -> dict[str, object]:
        code = self.code(job)  # before the output is read: nothing comes after the end
        chunk = self.output(job, position)
        return {"output": chunk, "ended": code is not None and len(chunk) < CHUNK, "code": code}

    def code(self, job: int) -> int | None:
        return self._jobs[job][0].poll()

    def output(self, job: int, position: int) -> bytes:
        with self._jobs[job][1].open("rb") as output:
            output.seek(position)
            return output.read(CHUNK)

    def end(self, job: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(job, signal.SIGKILL)


class Handler(SimpleXMLRPCRequestHandler):
    authorization: str | None = None

    def parse_request(self) -> bool:
        if not super().parse_request():
            return False
        allowed = self.authorization in (None, self.headers["Authorization"])
        if not allowed:
            self.send_error(401)
        return allowed

    def log_message(self, *message: object) -> None:
        pass


class Server(ThreadingMixIn, SimpleXMLRPCServer):
    daemon_threads = True


@contextmanager
def serving(folder: Path, token: str = "") -> Iterator[int]:
    """Serve in this process, to any client or only with a token; yield the port."""
    asking = type("Asking", (Handler,), {"authorization": f"Bearer {token}" if token else None})
    with Server((HOST, 0), asking, allow_none=True, use_builtin_types=True) as server:
        server.register_instance(Jobs(folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
