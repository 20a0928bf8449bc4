"""Moves the same files with a library alone: 16 threads in one process, no framework.

    python bench/bare.py LIBRARY OPERATION SERVER BUCKET PREFIX FOLDER

The operations are those of `subjects.py`: `down` from PREFIX/in to FOLDER/in, `up` from
FOLDER/source to PREFIX/out, `copy` from PREFIX/in to PREFIX/out.
"""

# ruff: noqa: D102 -- `Library` says what the methods do

import os
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

THREADS = 16
PART = 8 * 1024 * 1024  # bytes
KEY, SECRET, REGION = "access", "secret-of-the-fake", "us-east-1"


class Library(ABC):
    """One way to reach S3.

    Args:
        server (str): The address of the fake server.
        bucket (str): The bucket.
    """

    def __init__(self, server: str, bucket: str) -> None:
        self.server = server
        self.bucket = bucket

    @abstractmethod
    def list(self, prefix: str) -> dict[str, int]:
        """List the keys below a prefix, with their sizes."""

    @abstractmethod
    def get(self, key: str, file: Path, size: int) -> None:
        """Download."""

    @abstractmethod
    def put(self, file: Path, key: str) -> None:
        """Upload."""

    @abstractmethod
    def copy(self, key: str, target: str) -> None:
        """Copy inside the bucket."""


class Boto3(Library):
    """boto3, as its documentation says: one client for all threads."""

    def __init__(self, server: str, bucket: str) -> None:
        super().__init__(server, bucket)
        # Here and below: each environment has only one of these libraries.
        config = import_module("botocore.config").Config(max_pool_connections=THREADS)
        self._client: Any = import_module("boto3").client(
            "s3",
            endpoint_url=server,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name=REGION,
            config=config,
        )

    def list(self, prefix: str) -> dict[str, int]:
        pages = self._client.get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self.bucket, Prefix=prefix)
        return {each["Key"]: each["Size"] for page in found for each in page["Contents"]}

    def get(self, key: str, file: Path, size: int) -> None:
        if size > PART:
            self._client.download_file(self.bucket, key, str(file))
            return
        # download_file would ask for the size first.
        file.write_bytes(self._client.get_object(Bucket=self.bucket, Key=key)["Body"].read())

    def put(self, file: Path, key: str) -> None:
        if file.stat().st_size > PART:
            self._client.upload_file(str(file), self.bucket, key)
            return
        self._client.put_object(Bucket=self.bucket, Key=key, Body=file.read_bytes())

    def copy(self, key: str, target: str) -> None:
        source = {"Bucket": self.bucket, "Key": key}
        self._client.copy_object(Bucket=self.bucket, Key=target, CopySource=source)


class Urllib3(Library):
    """Requests without signatures: the least that Python can do."""

    def __init__(self, server: str, bucket: str) -> None:
        super().__init__(server, bucket)
        self._pool: Any = import_module("urllib3").PoolManager(maxsize=THREADS)

    def _request(self, method: str, key: str, **arguments: Any) -> Any:
        answer = self._pool.request(method, f"{self.server}/{self.bucket}/{key}", **arguments)
        assert answer.status < 300
        return answer

    def list(self, prefix: str) -> dict[str, int]:
        page = self._request("GET", "", fields={"list-type": "2", "prefix": prefix}).data.decode()
        found = re.findall(r"<Key>(.*?)</Key><Size>(\d+)</Size>", page)
        return {key: int(size) for key, size in found}

    def get(self, key: str, file: Path, size: int) -> None:
        with file.open("wb") as local:
            if size <= PART:
                local.write(self._request("GET", key).data)
                return
            answer = self._request("GET", key, preload_content=False)
            for chunk in answer.stream(1024 * 1024):
                local.write(chunk)

    def put(self, file: Path, key: str) -> None:
        with file.open("rb") as local:
            size = {"Content-Length": str(file.stat().st_size)}
            self._request("PUT", key, body=local, headers=size)

    def copy(self, key: str, target: str) -> None:
        self._request("PUT", target, headers={"x-amz-copy-source": f"/{self.bucket}/{key}"})


class Obstore(Library):
    """obstore, from threads; large files in eight ranges at once."""

    def __init__(self, server: str, bucket: str) -> None:
        super().__init__(server, bucket)
        self._obstore: Any = import_module("obstore")
        self._store: Any = import_module("obstore.store").S3Store(
            bucket,
            endpoint=server,
            access_key_id=KEY,
            secret_access_key=SECRET,
            region=REGION,
            client_options={"allow_http": True},
        )

    def list(self, prefix: str) -> dict[str, int]:
        found = self._obstore.list_with_delimiter(self._store, prefix)["objects"]
        return {each["path"]: each["size"] for each in found}

    def get(self, key: str, file: Path, size: int) -> None:
        if size <= PART:
            file.write_bytes(self._obstore.get(self._store, key).bytes())
            return
        local = os.open(file, os.O_WRONLY | os.O_CREAT)

        def part(start: int) -> None:
            end = min(start + PART, size)
            os.pwrite(local, self._obstore.get_range(self._store, key, start=start, end=end), start)

        in_threads(part, range(0, size, PART), 8)
        os.close(local)

    def put(self, file: Path, key: str) -> None:
        self._obstore.put(self._store, key, file, chunk_size=PART, max_concurrency=8)

    def copy(self, key: str, target: str) -> None:
        self._obstore.copy(self._store, key, target)


class S3fs(Library):
    """s3fs, from threads, as users of fsspec call it."""

    def __init__(self, server: str, bucket: str) -> None:
        super().__init__(server, bucket)
        self._fs: Any = import_module("s3fs").S3FileSystem(
            key=KEY,
            secret=SECRET,
            endpoint_url=server,
            client_kwargs={"region_name": REGION},
            config_kwargs={"max_pool_connections": THREADS},
        )

    def list(self, prefix: str) -> dict[str, int]:
        found = self._fs.ls(f"{self.bucket}/{prefix}", detail=True)
        return {each["name"].partition("/")[2]: each["size"] for each in found}

    def get(self, key: str, file: Path, size: int) -> None:
        if size > PART:
            self._fs.get_file(f"{self.bucket}/{key}", str(file))
            return
        file.write_bytes(self._fs.cat_file(f"{self.bucket}/{key}"))

    def put(self, file: Path, key: str) -> None:
        self._fs.put_file(str(file), f"{self.bucket}/{key}")

    def copy(self, key: str, target: str) -> None:
        self._fs.cp_file(f"{self.bucket}/{key}", f"{self.bucket}/{target}")


LIBRARIES: dict[str, type[Library]] = {
    "boto3": Boto3,
    "urllib3": Urllib3,
    "obstore": Obstore,
    "s3fs": S3fs,
}


def in_threads(action: Callable[[Any], None], items: Iterable[Any], threads: int = THREADS) -> None:
    """Do something with all items, several at a time; raise what the first one raised."""
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(action, item) for item in items]:
            done.result()


def main(name: str, operation: str, server: str, bucket: str, prefix: str, place: str) -> None:
    """Do one operation with one library."""
    library = LIBRARIES[name](server, bucket)
    folder = Path(place)
    if operation == "up":
        files = sorted((folder / "source").iterdir())
        in_threads(lambda file: library.put(file, f"{prefix}/out/{file.name}"), files)
        return
    sizes = library.list(f"{prefix}/in/")
    names = {key: key.rpartition("/")[2] for key in sizes}
    if operation == "down":
        in_threads(lambda key: library.get(key, folder / "in" / names[key], sizes[key]), sizes)
    else:
        in_threads(lambda key: library.copy(key, f"{prefix}/out/{names[key]}"), sizes)


if __name__ == "__main__":
    main(*sys.argv[1:])
