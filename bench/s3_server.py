"""A fake S3 server on loopback, fast enough not to be what is measured.

It knows what clients of S3 need to move files: PUT, GET with ranges, HEAD, COPY, DELETE, batch
deletes, listings in pages of 1,000, and multipart uploads and copies. It checks no signature and
no checksum. Each answer can be held back for some milliseconds, and a share of the requests can
fail as they do in real networks. Small bodies are kept in memory, large ones in files without a
name; none is ever copied.

    python bench/s3_server.py [--port PORT] [--settings JSON]

It prints its address when it is ready. Whatever it does can be asked and changed at that address:

    GET  /-/counts      requests by operation, failures by kind, most requests at once
    POST /-/counts      the same, and begin again
    PUT  /-/settings    a JSON object with some of the fields of `Settings`
"""

import argparse
import asyncio
import contextlib
import html
import json
import mmap
import os
import random
import re
import signal
import socket
import struct
import tempfile
import uuid
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

PAGE = 1000  # keys of a listing
IN_MEMORY = 64 * 1024  # bytes; what is longer goes to a file
HEAD_LIMIT = 64 * 1024
HANGING = 3600  # seconds without an answer, unless the client gives up

# What can be made to go wrong. "lost" and "cut" fail after the request took effect.
KINDS = ("503", "reset", "hang", "lost", "cut")


@dataclass
class Settings:
    """What the server adds to what it does.

    Attributes:
        latency (float): Seconds that each answer is held back.
        fail_share (float): The share of requests that fail, from 0 to 1.
        fail_kinds (list[str]): How they fail, each as often as the others: 503 (busy), reset
            (connection closed at once), hang (no answer), lost (done, but closed without an
            answer), cut (closed in the midst of the answer).
        fail_keys (str): A regular expression; requests for a key that it matches always fail.
        fail_operations (list[str]): The only ones that fail, such as UploadPart; all if empty.
        seed (int): Where the row of random numbers begins.
        largest_copy (int): Bytes that one COPY takes; S3 takes 5 GiB.
    """

    latency: float = 0.0
    fail_share: float = 0.0
    fail_kinds: list[str] = field(default_factory=lambda: list(KINDS))
    fail_keys: str = ""
    fail_operations: list[str] = field(default_factory=list)
    seed: int = 1
    largest_copy: int = 5 * 1024**3


class Body:
    """Bytes that were received, in memory or in a file without a name.

    Args:
        size (int): How many they will be.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.file: BinaryIO | None = None
        if size <= IN_MEMORY:
            self.memory: bytearray | mmap.mmap = bytearray(size)
        else:
            self.file = tempfile.TemporaryFile(buffering=0, dir=_fast_folder())  # noqa: SIM115
            assert self.file
            os.ftruncate(self.file.fileno(), size)
            self.memory = mmap.mmap(self.file.fileno(), size)

    @classmethod
    def of(cls, data: bytes | bytearray | memoryview) -> "Body":
        """Make one of bytes that are there."""
        body = cls(len(data))
        body.memory[:] = data
        return body


@dataclass(frozen=True)
class Piece:
    """A stretch of a body."""

    body: Body
    start: int
    end: int


@dataclass(frozen=True)
class Blob:
    """What is stored under a key.

    Attributes:
        pieces (tuple[Piece, ...]): Its bytes.
        tag (str): Its ETag, another for each upload.
        modified (datetime): When it was stored.
    """

    pieces: tuple[Piece, ...]
    tag: str = field(default_factory=lambda: f'"{uuid.uuid4().hex}"')
    modified: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def size(self) -> int:
        """Its length in bytes (int)."""
        return sum(piece.end - piece.start for piece in self.pieces)

    def cut(self, start: int, end: int) -> tuple[Piece, ...]:
        """Return the pieces from one offset up to another."""
        result = []
        for piece in self.pieces:
            length = piece.end - piece.start
            if start < length and end > 0:
                first = piece.start + max(start, 0)
                result.append(Piece(piece.body, first, piece.start + min(end, length)))
            start, end = start - length, end - length
        return tuple(result)


@dataclass
class Request:
    """A request whose body has arrived."""

    method: str
    bucket: str
    key: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Body

    @property
    def text(self) -> str:
        """The body as text (str)."""
        return bytes(self.body.memory[:]).decode()


@dataclass
class Answer:
    """What goes back."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pieces: tuple[Piece, ...] = ()
    length: int | None = None  # of a body that is not sent

    @classmethod
    def of(cls, text: str, status: int = 200, kind: str = "application/xml") -> "Answer":
        """Answer with a text."""
        body = Body.of(text.encode())
        return cls(status, {"Content-Type": kind}, (Piece(body, 0, body.size),))


class Refused(Exception):  # noqa: N818
    """The answer is an error of S3's.

    Args:
        status (int): The status code.
        code (str): S3's name for it.
        message (str): What it says.
    """

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        text = f"<Error><Code>{code}</Code><Message>{message or code}</Message></Error>"
        self.answer = Answer.of(text, status)


class Bucket:
    """The keys of a bucket, and what is stored under them."""

    def __init__(self) -> None:
        self._blobs: dict[str, Blob] = {}
        self._sorted: list[str] | None = None

    def __getitem__(self, key: str) -> Blob:
        try:
            return self._blobs[key]
        except KeyError:
            raise Refused(404, "NoSuchKey") from None

    def __contains__(self, key: str) -> bool:
        return key in self._blobs

    def put(self, key: str, blob: Blob) -> None:
        """Store something under a key."""
        if key not in self._blobs:
            self._sorted = None
        self._blobs[key] = blob

    def delete(self, key: str) -> None:
        """Forget a key, if it is there."""
        if self._blobs.pop(key, None):
            self._sorted = None

    def entries(self, prefix: str, delimiter: str, after: str) -> Iterator[str]:
        """List keys in their order; common prefixes end with the delimiter."""
        if self._sorted is None:
            self._sorted = sorted(self._blobs)
        keys = self._sorted
        position = max(bisect_left(keys, prefix), bisect_right(keys, after) if after else 0)
        while position < len(keys) and keys[position].startswith(prefix):
            key = keys[position]
            end = key.find(delimiter, len(prefix)) if delimiter else -1
            if end < 0:
                yield key
                position += 1
                continue
            common = key[: end + len(delimiter)]
            position = bisect_right(keys, common + "\U0010ffff")
            if common > after:
                yield common


class Store:
    """What S3 does, without the network.

    Attributes:
        settings (Settings): What is added to it.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._buckets: dict[str, Bucket] = {}
        self._uploads: dict[str, dict[int, Blob]] = {}

    def answer(self, request: Request, operation: str) -> Answer:
        """Do what a request asks for."""
        if operation == "CreateBucket":
            self._buckets.setdefault(request.bucket, Bucket())
            return Answer()
        if request.bucket not in self._buckets:
            raise Refused(404, "NoSuchBucket")
        does: Callable[[Request, Bucket], Answer] | None = getattr(self, f"_{operation}", None)
        if does is None:
            raise Refused(501, "NotImplemented")
        return does(request, self._buckets[request.bucket])

    def _HeadBucket(self, request: Request, bucket: Bucket) -> Answer:  # noqa: N802
        return Answer()

    def _ListObjectsV2(self, request: Request, bucket: Bucket) -> Answer:  # noqa: N802
        query = request.query
        limit = min(int(query.get("max-keys") or PAGE), PAGE)
        after = query.get("continuation-token") or query.get("start-after") or ""
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        encode = quote if query.get("encoding-type") == "url" else escape
        found: list[str] = []
        more = False
        for entry in bucket.entries(prefix, delimiter, after):
            if len(found) == limit:
                more = True
                break
            found.append(entry)
        parts = [
            f"<Name>{request.bucket}</Name><Prefix>{encode(prefix)}</Prefix>"
            f"<KeyCount>{len(found)}</KeyCount><MaxKeys>{limit}</MaxKeys>"
            f"<IsTruncated>{str(more).lower()}</IsTruncated>"
        ]
        if encode is quote:
            parts.append("<EncodingType>url</EncodingType>")
        if more:
            parts.append(f"<NextContinuationToken>{escape(found[-1])}</NextContinuationToken>")
        for entry in found:
            if delimiter and entry.endswith(delimiter) and entry != prefix:
                parts.append(f"<CommonPrefixes><Prefix>{encode(entry)}</Prefix></CommonPrefixes>")
                continue
            blob = bucket[entry]
            parts.append(
                f"<Contents><Key>{encode(entry)}</Key><Size>{blob.size}</Size>"
                f"<LastModified>{_iso(blob.modified)}</LastModified><ETag>{blob.tag}</ETag>"
                "<StorageClass>STANDARD</StorageClass></Contents>"
            )
        return Answer.of(f"<ListBucketResult>{''.join(parts)}</ListBucketResult>")

    def _GetObject(self, request: Request, bucket: Bucket) -> Answer:  # noqa: N802
        blob = bucket[request.key]
        if request.headers.get("if-match", blob.tag).strip('"') != blob.tag.strip('"'):
            raise Refused(412, "PreconditionFailed")
        start, end = _range(request.headers.get("range"), blob.size)
        headers = {
            "ETag": blob.tag,
            "Last-Modified": format_datetime(blob.modified, usegmt=True),
            "Accept-Ranges": "bytes",
            "Content-Type": "binary/octet-stream",
        }
        if "range" in request.headers:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{blob.size}"
        status = 206 if "range" in request.headers else 200
        return Answer(status, headers, blob.cut(start, end))

    def _HeadObject(self, request: Request, bucket: Bucket) -> Answer:  # noqa: N802
        answer = self._GetObject(request, bucket)
        length = sum(piece.end - piece.start for piece in answer.pieces)
        return Answer(answer.status, answer.headers, length=length)

    def _PutObject(self, request: Request, bucket: Bucket) -> Answer:  # noqa: N802
        if request.headers.get("if-none-match") == "*" and request.key in bucket:
            raise Refused(412, "PreconditionFailed")
        blob = _received(request)
        bucket.put(request.key, blob)
        return Answer(headers={"ETag": blob.tag})

    def _CopyObject(self, request: Request, bucket: Bucket) -> Answer:  # noqa: N802
        blob = Blob(self._copy_source(request).pieces)
        if blob.size > self.settings.largest_copy:
            raise Refused(400, "InvalidRequest", "The specified copy source is larger than allowed")
        bucket.put(request.key, blob)
        return _copied("CopyObjectResult", blob)

    def _DeleteObject(self, request: Request, bucket: Bucket) -> Answer:  # noqa: N802
        bucket.delete(request.key)
        return Answer(204)

    def _DeleteObjects(self, request: Request, bucket: Bucket) -> Answer:  # noqa: N802
        keys = re.findall(r"<Key>(.*?)</Key>", request.text, re.DOTALL)
        for key in keys:
            bucket.delete(html.unescape(key))
        deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        is_quiet = re.search(r"<Quiet>\s*true", request.text)
        return Answer.of(f"<DeleteResult>{'' if is_quiet else deleted}</DeleteResult>")

    def _CreateMultipartUpload(self, request: Request, bucket: Bucket) -> Answer:  # noqa: N802
        upload = uuid.uuid4().hex
        self._uploads[upload] = {}
        return Answer.of(
            f"<InitiateMultipartUploadResult><Bucket>{request.bucket}</Bucket>"
            f"<Key>{escape(request.key)}</Key><UploadId>{upload}</UploadId>"
            "</InitiateMultipartUploadResult>"
        )

    def _UploadPart(self, request: Request, bucket: Bucket) -> Answer:  # noqa: N802
        blob = _received(request)
        self._upload(request)[int(request.query["partNumber"])] = blob
        return Answer(headers={"ETag": blob.tag})

    def _UploadPartCopy(self, request: Request, bucket: Bucket) -> Answer:  # noqa: N802
        source = self._copy_source(request)
        asked = request.headers.get("x-amz-copy-source-range")
        blob = Blob(source.cut(*_range(asked, source.size)))
        self._upload(request)[int(request.query["partNumber"])] = blob
        return _copied("CopyPartResult", blob)

    def _CompleteMultipartUpload(self, request: Request, bucket: Bucket) -> Answer:  # noqa: N802
        parts = self._upload(request)
        numbers = [int(n) for n in re.findall(r"<PartNumber>\s*(\d+)", request.text)]
        if not numbers or numbers != sorted(parts):
            raise Refused(400, "InvalidPart")
        del self._uploads[request.query["uploadId"]]
        blob = Blob(tuple(piece for number in numbers for piece in parts[number].pieces))
        bucket.put(request.key, blob)
        return Answer.of(
            f"<CompleteMultipartUploadResult><Bucket>{request.bucket}</Bucket>"
            f"<Key>{escape(request.key)}</Key><ETag>{blob.tag}</ETag>"
            "</CompleteMultipartUploadResult>"
        )

    def _AbortMultipartUpload(self, request: Request, bucket: Bucket) -> Answer:  # noqa: N802
        self._uploads.pop(request.query["uploadId"], None)
        return Answer(204)

    def _upload(self, request: Request) -> dict[int, Blob]:
        try:
            return self._uploads[request.query["uploadId"]]
        except KeyError:
            raise Refused(404, "NoSuchUpload") from None

    def _copy_source(self, request: Request) -> Blob:
        path = unquote(request.headers["x-amz-copy-source"]).lstrip("/")
        bucket, _, key = path.partition("/")
        if bucket not in self._buckets:
            raise Refused(404, "NoSuchBucket")
        return self._buckets[bucket][key]


class Server:
    """The store behind a port, with latency, failures and counts."""

    def __init__(self, settings: Settings) -> None:
        self.store = Store(settings)
        self._random = random.Random(settings.seed)
        self._operations: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._at_once = 0
        self._most_at_once = 0

    @property
    def settings(self) -> Settings:
        """What is added to what S3 does (Settings)."""
        return self.store.settings

    async def answer(self, request: Request) -> tuple[Answer | None, bool]:
        """Answer a request, in its own time.

        Returns:
            tuple[Answer | None, bool]: The answer, or None to close the connection; whether to
                close the connection in the middle of the answer.
        """
        if request.bucket == "-":
            return self._control(request), False
        operation = _operation(request)
        self._operations[operation] += 1
        self._at_once += 1
        self._most_at_once = max(self._most_at_once, self._at_once)
        try:
            return await self._serve(request, operation)
        finally:
            self._at_once -= 1

    async def _serve(self, request: Request, operation: str) -> tuple[Answer | None, bool]:
        failure = self._failure(request, operation)
        if failure:
            self._failures[failure] += 1
        if self.settings.latency:
            await asyncio.sleep(self.settings.latency)
        if failure == "503":
            return Refused(503, "SlowDown").answer, False
        if failure == "reset":
            return None, False
        if failure == "hang":
            await asyncio.sleep(HANGING)
        try:
            answer = self.store.answer(request, operation)
        except Refused as refused:
            answer = refused.answer
        return (None if failure == "lost" else answer), failure == "cut"

    def _failure(self, request: Request, operation: str) -> str | None:
        settings = self.settings
        if settings.fail_operations and operation not in settings.fail_operations:
            return None
        always = settings.fail_keys and re.search(settings.fail_keys, request.key)
        if always or (settings.fail_share and self._random.random() < settings.fail_share):
            return self._random.choice(settings.fail_kinds)
        return None

    def _control(self, request: Request) -> Answer:
        if request.key == "settings":
            changes = json.loads(request.text)
            self.store.settings = Settings(**{**asdict(self.settings), **changes})
            if "seed" in changes:
                self._random = random.Random(self.settings.seed)
        told = {
            "requests": dict(self._operations),
            "failures": dict(self._failures),
            "most_at_once": self._most_at_once,
            "settings": asdict(self.settings),
        }
        if request.key == "counts" and request.method == "POST":
            self._operations.clear()
            self._failures.clear()
            self._most_at_once = 0
        return Answer.of(json.dumps(told), kind="application/json")


class Connection(asyncio.BufferedProtocol):
    """One connection of a client: reads requests, one after another, and writes the answers.

    Args:
        server (Server): What answers.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._head = bytearray(HEAD_LIMIT)
        self._used = 0  # bytes of the head
        self._request: Request | None = None
        self._missing = 0  # bytes of the body
        self._chunked: bytearray | None = None
        self._view = memoryview(b"")
        self._task: asyncio.Task[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """End; a request that has no answer yet no longer needs one."""
        self._writable.set()
        if self._task:
            self._task.cancel()

    def pause_writing(self) -> None:
        """Wait: the client does not keep up."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Go on."""
        self._writable.set()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Say where the next bytes go: straight into the body, if there is one."""
        if self._request and self._missing:
            return self._view[self._request.body.size - self._missing :]
        return memoryview(self._head)[self._used :]

    def buffer_updated(self, nbytes: int) -> None:
        """Take what has arrived."""
        if self._request and self._missing:
            self._missing -= nbytes
            if not self._missing:
                self._complete()
            return
        self._used += nbytes
        self._read_head()

    def _read_head(self) -> None:
        if self._chunked is not None:
            self._chunked += self._head[: self._used]
            self._used = 0
            decoded = _decode_chunks(self._chunked)
            if decoded is not None and self._request:
                self._request.body = Body.of(decoded)
                self._chunked = None
                self._complete()
            return
        if self._request:
            return  # the next one waits for the answer to this one
        end = self._head.find(b"\r\n\r\n", 0, self._used)
        if end < 0:
            if self._used == HEAD_LIMIT:
                self._transport.abort()
            return
        head = self._head[:end].decode("latin-1")
        rest = bytes(self._head[end + 4 : self._used])
        self._used = 0
        request = self._request = _parse(head)
        if request.headers.get("expect", "").lower() == "100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in request.headers.get("transfer-encoding", ""):
            self._chunked = bytearray()
            self._head[: len(rest)] = rest
            self._used = len(rest)
            self._read_head()
            return
        length = int(request.headers.get("content-length", 0))
        rest = rest[:length]
        request.body = Body(length)
        self._view = memoryview(request.body.memory)
        self._view[: len(rest)] = rest
        self._missing = length - len(rest)
        if not self._missing:
            self._complete()

    def _complete(self) -> None:
        assert self._request
        self._view = memoryview(b"")
        self._task = asyncio.get_running_loop().create_task(self._respond(self._request))

    async def _respond(self, request: Request) -> None:
        answer, is_cut = await self._server.answer(request)
        if answer is None:
            self._reset()
            return
        with contextlib.suppress(ConnectionError):
            await self._send(answer, is_cut)
        if is_cut:
            self._reset()
            return
        self._request = self._task = None
        if request.headers.get("connection", "").lower() == "close":
            self._transport.close()
        elif self._used:
            self._read_head()

    async def _send(self, answer: Answer, is_cut: bool) -> None:
        length = sum(piece.end - piece.start for piece in answer.pieces)
        told = length if answer.length is None else answer.length
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        if answer.status != 204:
            lines.append(f"Content-Length: {told}")
        lines.append("x-amz-request-id: 0")
        data = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if is_cut and not length:
            self._transport.write(data[: len(data) // 2])
            return
        left = length // 2 if is_cut else length
        for piece in answer.pieces:
            end = min(piece.end, piece.start + left)
            left -= end - piece.start
            if piece.body.file is None:
                data += piece.body.memory[piece.start : end]
                continue
            self._transport.write(data)
            data = b""
            if end > piece.start:
                await self._send_file(piece.body.file, piece.start, end - piece.start)
        self._transport.write(data)
        await self._writable.wait()

    async def _send_file(self, file: BinaryIO, start: int, count: int) -> None:
        if self._transport.is_closing():
            raise ConnectionResetError
        await asyncio.get_running_loop().sendfile(self._transport, file, start, count)

    def _reset(self) -> None:
        """Close so that the client sees "connection reset by peer"."""
        sock = self._transport.get_extra_info("socket")
        if sock:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


def _fast_folder() -> str | None:
    """Return a folder in memory, if the machine has one."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _iso(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _parse(head: str) -> Request:
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ", 2)
    address = urlsplit(target)
    bucket, _, key = unquote(address.path).lstrip("/").partition("/")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    query = dict(parse_qsl(address.query, keep_blank_values=True))
    return Request(method, bucket, key, query, headers, Body(0))


def _operation(request: Request) -> str:
    """Return the name that S3 has for a request."""
    method, query = request.method, request.query
    copies = "x-amz-copy-source" in request.headers
    if not request.key:
        if method == "POST" and "delete" in query:
            return "DeleteObjects"
        names = {"PUT": "CreateBucket", "HEAD": "HeadBucket", "GET": "ListObjectsV2"}
        return names.get(method, method)
    if "uploadId" in query:
        if method == "PUT":
            return "UploadPartCopy" if copies else "UploadPart"
        names = {"POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"}
        return names.get(method, method)
    if method == "POST" and "uploads" in query:
        return "CreateMultipartUpload"
    if method == "PUT":
        return "CopyObject" if copies else "PutObject"
    names = {"GET": "GetObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}
    return names.get(method, method)


def _received(request: Request) -> Blob:
    """Return what a request has brought, without the framing of `aws-chunked`."""
    body = request.body
    encoded = "aws-chunked" in request.headers.get("content-encoding", "")
    if encoded or request.headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
        decoded = _decode_chunks(body.memory[:])
        if decoded is None:
            raise Refused(400, "IncompleteBody")
        body = Body.of(decoded)
    return Blob((Piece(body, 0, body.size),))


def _decode_chunks(data: bytes | bytearray) -> bytearray | None:
    """Take chunks apart, of HTTP or of S3: `SIZE[;signature]`, data, a last one of 0, trailers.

    Returns:
        bytearray | None: The data; None when the last chunk has not arrived.
    """
    result = bytearray()
    position = 0
    while True:
        end = data.find(b"\r\n", position)
        if end < 0:
            return None
        size = int(data[position:end].split(b";")[0], 16)
        position = end + 2
        if size == 0:
            return result if data.endswith(b"\r\n\r\n") else None
        if len(data) < position + size + 2:
            return None
        result += data[position : position + size]
        position += size + 2


def _range(asked: str | None, size: int) -> tuple[int, int]:
    """Return from where to where a Range header asks; all without one."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", asked or "bytes=0-")
    if not found or not any(found.groups()):
        raise Refused(416, "InvalidRange")
    first, last = found.groups()
    if not first:
        return max(size - int(last), 0), size
    start, end = int(first), min(int(last) + 1, size) if last else size
    if asked and start >= size:
        raise Refused(416, "InvalidRange")
    return start, end


def _copied(name: str, blob: Blob) -> Answer:
    return Answer.of(
        f"<{name}><ETag>{blob.tag}</ETag><LastModified>{_iso(blob.modified)}</LastModified></{name}>"
    )


async def serve(settings: Settings, port: int) -> None:
    """Serve until the process receives a signal to end."""
    loop = asyncio.get_running_loop()
    server = Server(settings)
    listener = await loop.create_server(lambda: Connection(server), "127.0.0.1", port, backlog=512)
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
    print(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}", flush=True)
    await end.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="A fake S3 server on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    names = ", ".join(each.name for each in fields(Settings))
    parser.add_argument("--settings", type=json.loads, default={}, help=f"JSON with {names}")
    arguments: Any = parser.parse_args()
    asyncio.run(serve(Settings(**arguments.settings), arguments.port))


if __name__ == "__main__":
    main()
