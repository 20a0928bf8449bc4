"""The service of docs/from-demo-to-your-api.md, written from its table and not from its client."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.servers import HOST

FILES = "/v2/files/"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    root: Path
    key: str

    def serve(self) -> None:
        """Answer one request."""
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if self.headers["X-Acme-Key"] != self.key:
            self.answer(403)
        elif url.path.startswith(FILES):
            file = self.root / unquote(url.path.removeprefix(FILES))
            self.file(file, body, query.get("overwrite") == "true")
        elif self.command == "GET" and url.path == "/v2/list":
            self.list(self.at(query["folder"]), int(query["pageSize"]), query.get("pageToken", ""))
        elif self.command == "POST" and url.path == "/v2/copies":
            asked = json.loads(body)
            source, target = self.at(asked["source"]), self.at(asked["target"])
            self.bring(source, target, shutil.copyfile, query.get("overwrite") == "true")
        elif self.command == "POST" and url.path == "/v2/folders":
            folder = self.at(json.loads(body)["path"])
            status = 409 if folder.exists() else 204
            folder.mkdir(parents=True, exist_ok=True)
            self.answer(status)
        else:
            self.answer(405)

    do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = serve  # noqa: N815

    def at(self, path: str) -> Path:
        assert path.startswith("/"), path
        assert path == "/" or not path.endswith("/"), path
        return self.root / path[1:]

    def file(self, file: Path, body: bytes, overwrite: bool) -> None:
        if self.command == "POST":
            if not file.parent.is_dir():
                self.answer(404)
            elif file.exists() and not overwrite:
                self.answer(409)
            else:
                file.write_bytes(body)
                self.answer(201, json.dumps({"bytes": len(body)}).encode())
        elif not file.is_file():
            self.answer(404)
        elif self.command == "PATCH":
            self.bring(file, self.at(json.loads(body)["path"]), shutil.move, overwrite)
        elif self.command == "DELETE":
            file.unlink()
            self.answer(204)
        else:
            self.answer(200, file.read_bytes())

    def list(self, folder: Path, size: int, token: str) -> None:
        """Answer with folders too, and of an empty folder with no entries at all."""
        if not folder.is_dir():
            self.answer(404)
            return
        left = sorted(path for path in folder.iterdir() if path.name > token)
        page: dict[str, Any] = {"entries": list(map(self.entry, left[:size]))} if left else {}
        if left[size:]:
            page["nextPageToken"] = left[size - 1].name
        self.answer(200, json.dumps(page).encode())

    @staticmethod
    def entry(path: Path) -> dict[str, Any]:
        if path.is_dir():
            return {"kind": "folder", "title": path.name}
        status = path.stat()
        modified = status.st_mtime_ns // 1_000_000
        entry = {"kind": "file", "title": path.name, "updatedAt": modified}
        return entry | {"bytes": str(status.st_size)}

    def bring(self, source: Path, target: Path, how: Any, overwrite: bool) -> None:
        if not source.is_file() or not target.parent.is_dir():
            self.answer(404)
        elif target.exists() and not overwrite:
            self.answer(409)
        else:
            how(source, target)
            self.answer(204)

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *message: object) -> None:
        pass


@contextmanager
def serving(folder: Path, key: str) -> Iterator[int]:
    """Serve a folder to clients with the key; yield the port."""
    handler = type("Drive", (Handler,), {"root": folder, "key": key})
    with ThreadingHTTPServer((HOST, 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
