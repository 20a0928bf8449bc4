"""Starts the fake S3 server, fills it, and looks at what is in it."""

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

CHUNK = 1024 * 1024  # bytes


class StandIn:
    """A running fake server.

    Args:
        url (str): Its address.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"))

    @classmethod
    @contextmanager
    def running(cls, bucket: str) -> Iterator["StandIn"]:
        """Start one in a process of its own, with an empty bucket; end it afterwards."""
        command = [sys.executable, str(Path(__file__).with_name("s3_server.py"))]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout
                stand_in = cls(process.stdout.readline().strip())
                stand_in._request("PUT", bucket)
                yield stand_in
            finally:
                process.terminate()

    def set(self, **settings: Any) -> None:
        """Change what it does; see `s3_server.Settings`."""
        self._request("PUT", "-/settings", json.dumps(settings).encode())

    def counts(self) -> dict[str, Any]:
        """Return what was counted since the last call."""
        told: dict[str, Any] = json.loads(self._request("POST", "-/counts"))
        return told

    def put(self, path: str, file: Path) -> None:
        """Store a file under `bucket/key`."""
        with file.open("rb") as body:
            size = file.stat().st_size
            self._connection.request("PUT", f"/{quote(path)}", body, {"Content-Length": str(size)})
            self._answer().read()

    def holds(self, path: str, file: Path) -> bool:
        """Return whether `bucket/key` is byte for byte what a file is (bool)."""
        self._connection.request("GET", f"/{quote(path)}")
        answer = self._answer()
        with file.open("rb") as expected:
            while chunk := answer.read(CHUNK):
                if chunk != expected.read(len(chunk)):
                    answer.read()
                    return False
            return not expected.read(1)

    def keys(self, folder: str) -> list[str]:
        """List the keys below `bucket/prefix`, without the prefix."""
        bucket, _, prefix = folder.partition("/")
        result: list[str] = []
        after = ""
        while True:
            query = f"list-type=2&prefix={quote(prefix)}&start-after={quote(after)}"
            page = self._request("GET", f"{bucket}?{query}").decode()
            found = [unescape(key) for key in re.findall(r"<Key>(.*?)</Key>", page)]
            result += [key.removeprefix(prefix).lstrip("/") for key in found]
            if "<IsTruncated>true" not in page:
                return result
            after = found[-1]

    def delete(self, folder: str) -> None:
        """Delete all that is below `bucket/prefix`."""
        for key in self.keys(folder):
            self._request("DELETE", quote(f"{folder}/{key}"))

    def _request(self, method: str, target: str, body: bytes = b"") -> bytes:
        self._connection.request(method, f"/{target}", body)
        return self._answer().read()

    def _answer(self) -> http.client.HTTPResponse:
        answer = self._connection.getresponse()
        if answer.status >= 300:
            raise RuntimeError(f"the fake server answers {answer.status}: {answer.read()!r}")
        return answer
