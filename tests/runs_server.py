"""The service of docs/from-demo-to-your-job-api.md, written from its table and not from its client.

Jobs run as those of `tests/job_server.py` do.
"""

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.job_server import Jobs
from tests.servers import HOST

RUNS = "/v3/runs"
PART = 1000  # bytes of a log
KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)  # the second one is what a shell makes of it


class Runs:
    """The runs, by their uid; it has characters in it that an address cannot have.

    Attributes:
        submitted: What was asked for.
    """

    def __init__(self, folder: Path) -> None:
        self.submitted: dict[str, dict[str, Any]] = {}
        self._jobs = Jobs(folder)
        self._started: dict[str, int] = {}
        self._seen: set[str] = set()
        self._cancelled: set[str] = set()

    def submit(self, asked: dict[str, Any]) -> str:
        """Start a script; `target` is only noted."""
        script, directory = asked["script"], asked["workdir"] or ""
        job = self._jobs.start(script, directory, asked["variables"])
        uid = f"run #{job}"
        self._started[uid] = job
        self.submitted[uid] = asked
        return uid

    def status(self, uid: str) -> dict[str, Any]:
        """Return the status; the first one is always PENDING."""
        if uid not in self._seen:
            self._seen.add(uid)
            return {"phase": "PENDING"}
        code = self._jobs.code(self._started[uid])
        if uid in self._cancelled:
            return {"phase": "TERMINATED", "outcome": "CANCELED"}
        if code is None:
            return {"phase": "RUNNING"}
        status = {"phase": "TERMINATED", "outcome": "FAILED" if code else "SUCCESS"}
        return status if code in KILLED else {**status, "code": code}

    def log(self, uid: str, offset: int) -> dict[str, Any]:
        """Return a part of the log, which does not end within a character."""
        left = self._jobs.output(self._started[uid], offset)
        size = PART
        while left[size : size + 1] and left[size] & 0b1100_0000 == 0b1000_0000:
            size += 1
        part = left[:size]
        return {"text": part.decode(errors="replace"), "offset": offset + len(part)}

    def cancel(self, uid: str) -> bool:
        """End a run; tell whether it was running."""
        if uid in self._cancelled or self._jobs.code(self._started[uid]) is not None:
            return False
        self._cancelled.add(uid)
        self._jobs.end(self._started[uid])
        return True


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    runs: Runs
    authorization: str | None = None

    def serve(self) -> None:
        """Answer one request."""
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        uid, _, rest = url.path.removeprefix(f"{RUNS}/").partition("/")
        uid = unquote(uid)
        if self.authorization not in (None, self.headers["Authorization"]):
            self.answer(403)
        elif (self.command, url.path) == ("POST", RUNS):
            self.submit(json.loads(body))
        elif uid not in self.runs.submitted:
            self.answer(404)
        elif (self.command, rest) == ("GET", ""):
            self.answer(200, {"status": self.runs.status(uid)})
        elif (self.command, rest) == ("GET", "log"):
            self.answer(200, self.runs.log(uid, int(query["offset"])))
        elif (self.command, rest) == ("DELETE", ""):
            self.answer(204 if self.runs.cancel(uid) else 409)
        else:
            self.answer(405)

    do_GET = do_POST = do_DELETE = serve  # noqa: N815

    def submit(self, asked: dict[str, Any]) -> None:
        try:
            uid = self.runs.submit(asked)
        except OSError as error:
            self.answer(422, {"error": str(error)})
        else:
            self.answer(201, {"run": {"uid": uid}})

    def answer(self, status: int, answer: dict[str, Any] | None = None) -> None:
        body = json.dumps(answer).encode() if answer is not None else b""
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *message: object) -> None:
        pass


@contextmanager
def serving(folder: Path, token: str = "") -> Iterator[tuple[int, Runs]]:
    """Run scripts for any client, or only with a token; yield the port and the runs."""
    runs = Runs(folder)
    names = {"runs": runs, "authorization": f"Bearer {token}" if token else None}
    with ThreadingHTTPServer((HOST, 0), type("Asking", (Handler,), names)) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], runs
        server.shutdown()
