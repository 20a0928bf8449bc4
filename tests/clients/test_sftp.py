"""The SFTP client with a real OpenSSH server."""

import asyncio
import errno
import getpass
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from opentaskpy.addons.myservice.otf_kit.connection import Connection
from opentaskpy.addons.myservice.otf_kit.filesystems import sftp_blocks
from opentaskpy.addons.myservice.otf_kit.filesystems.host_keys import HostKeyError
from opentaskpy.addons.myservice.otf_kit.filesystems.sftp import SftpClient
from sshd import INSTALL, SSHD, Sshd, make_key

pytestmark = pytest.mark.skipif(SSHD is None, reason=f"no sshd: {INSTALL}")

Connect = Callable[..., SftpClient]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the known_hosts and keys of the person who runs the tests out of them."""
    folder = tmp_path / "home"
    (folder / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("OTF_SSH_KEY", raising=False)
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A server with host keys of three types."""
    sshd = Sshd(tmp_path_factory.mktemp("sshd"), ("ed25519", "ecdsa", "rsa"))
    sshd.start()
    yield sshd
    sshd.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Sshd]]:
    """Start servers for one test."""
    started: list[Sshd] = []

    def start(**arguments: Any) -> Sshd:
        folder = tmp_path / f"sshd{len(started)}"
        folder.mkdir()
        sshd = Sshd(folder, **arguments)
        sshd.start()
        started.append(sshd)
        return sshd

    yield start
    for sshd in started:
        sshd.stop()


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Make clients, and close them in the end."""
    clients: list[SftpClient] = []

    def connect(
        server: Sshd | int, credentials: dict[str, Any] | None = None, **keys: Any
    ) -> SftpClient:
        if isinstance(server, Sshd):
            credentials = credentials or {"keyFile": str(server.user_key)}
            server = server.port
        protocol = {
            "name": "sftp",
            "port": server,
            "timeoutSeconds": 10,
            "credentials": {"username": getpass.getuser(), **(credentials or {})},
            **keys,
        }
        logger = logging.getLogger("sftp_test")
        clients.append(SftpClient(Connection("127.0.0.1", protocol, logger, lambda *_: None)))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the server."""
    path = tmp_path / "remote"
    path.mkdir()
    return path


def know(home: Path, text: str) -> Path:
    """Write known_hosts."""
    file = home / ".ssh" / "known_hosts"
    file.write_text(text + "\n")
    return file


def is_lasting(client: SftpClient, error: BaseException) -> bool:
    return not client.is_transient(error) and not isinstance(error, FileNotFoundError)


# Host keys


def test_unknown_host_key_is_accepted_with_a_warning(
    server: Sshd, connect: Connect, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    connect(server).list_folder(str(folder))
    assert server.fingerprint() in caplog.text


def test_unknown_host_key_is_refused_with_validation(
    server: Sshd, connect: Connect, folder: Path
) -> None:
    client = connect(server, hostKeyValidation=True)
    with pytest.raises(HostKeyError, match="not known") as caught:
        client.list_folder(str(folder))
    assert server.fingerprint() in str(caught.value)
    assert is_lasting(client, caught.value)


@pytest.mark.parametrize("validation", [True, False])
def test_changed_host_key_is_refused(
    server: Sshd, connect: Connect, folder: Path, home: Path, tmp_path: Path, validation: bool
) -> None:
    make_key(tmp_path / "other")
    other = " ".join((tmp_path / "other.pub").read_text().split()[:2])
    know(home, f"[127.0.0.1]:{server.port} {other}")
    client = connect(server, hostKeyValidation=validation)
    with pytest.raises(HostKeyError, match="has changed") as caught:
        client.list_folder(str(folder))
    text = str(caught.value)
    assert server.fingerprint() in text
    assert asyncssh.import_public_key(other).get_fingerprint() in text
    assert "ssh-keygen -R" in text
    assert is_lasting(client, caught.value)


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_server_is_asked_for_the_type_of_key_that_is_known(
    server: Sshd,
    connect: Connect,
    folder: Path,
    home: Path,
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    know(home, f"[127.0.0.1]:{server.port} {server.public_key(kind)}")
    connect(server, hostKeyValidation=True).list_folder(str(folder))
    assert not caplog.text


def test_hashed_entry_of_known_hosts_is_found(
    server: Sshd, connect: Connect, folder: Path, home: Path
) -> None:
    file = know(home, f"[127.0.0.1]:{server.port} {server.public_key()}")
    subprocess.run(["ssh-keygen", "-Hf", file], check=True, capture_output=True)
    assert "127.0.0.1" not in file.read_text()
    connect(server, hostKeyValidation=True).list_folder(str(folder))


def test_known_hosts_file_of_the_task_is_read(
    server: Sshd, connect: Connect, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "partners"
    file.write_text(f"[127.0.0.1]:{server.port} {server.public_key()}\n")
    client = connect(server, hostKeyValidation=True, knownHostsFile=str(file))
    client.list_folder(str(folder))


def test_missing_known_hosts_file_is_named(server: Sshd, connect: Connect) -> None:
    with pytest.raises(ValueError, match="/nowhere does not exist"):
        connect(server, knownHostsFile="/nowhere")


def test_server_on_another_port_has_not_changed(
    server: Sshd, connect: Connect, folder: Path, home: Path, tmp_path: Path
) -> None:
    make_key(tmp_path / "other")
    know(home, "127.0.0.1 " + " ".join((tmp_path / "other.pub").read_text().split()[:2]))
    connect(server).list_folder(str(folder))


def test_revoked_host_key_is_refused(
    server: Sshd, connect: Connect, folder: Path, home: Path
) -> None:
    know(home, f"@revoked [127.0.0.1]:{server.port} {server.public_key()}")
    with pytest.raises(PermissionError, match="revoked"):
        connect(server).list_folder(str(folder))


def test_accepted_host_key_must_stay_the_same(
    start: Callable[..., Sshd], connect: Connect, folder: Path, home: Path
) -> None:
    server = start()
    client = connect(server)
    client.list_folder(str(folder))
    server.stop()
    for file in server.folder.glob("host_*"):
        file.unlink()
    make_key(server.folder / "host_ed25519")
    server.start()
    with pytest.raises(HostKeyError, match="has changed"):
        retry(lambda: client.list_folder(str(folder)), client)


# Logging in


def test_key_as_text_with_escaped_line_ends(server: Sshd, connect: Connect, folder: Path) -> None:
    text = server.user_key.read_text().replace("\n", "\\n")
    connect(server, {"key": text}).list_folder(str(folder))


def test_key_file_that_is_missing_is_named(server: Sshd, connect: Connect) -> None:
    # A FileNotFoundError would be taken for a remote folder that does not exist.
    with pytest.raises(ValueError, match=r"keyFile: /nowhere/key cannot be read"):
        connect(server, {"keyFile": "/nowhere/key"})


def test_key_with_a_passphrase(start: Callable[..., Sshd], connect: Connect, folder: Path) -> None:
    server = start()
    change = ["ssh-keygen", "-q", "-p", "-P", "", "-N", "open sesame", "-f", str(server.user_key)]
    subprocess.run(change, check=True, capture_output=True)
    key = {"keyFile": str(server.user_key)}
    connect(server, {**key, "passphrase": "open sesame"}).list_folder(str(folder))
    with pytest.raises(ValueError, match="passphrase is wrong") as caught:
        connect(server, {**key, "passphrase": "guess"})
    assert "guess" not in str(caught.value)
    with pytest.raises(ValueError, match=r"needs credentials\.passphrase"):
        connect(server, key)


@pytest.mark.parametrize("credentials", [{"password": "not this one"}, {"keyFile": "strange"}])
def test_refused_login_is_lasting(
    server: Sshd,
    connect: Connect,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    credentials: dict[str, str],
) -> None:
    make_key(tmp_path / "strange")
    monkeypatch.chdir(tmp_path)
    client = connect(server, credentials)
    with pytest.raises(PermissionError, match="refused the login of") as caught:
        client.list_folder(str(folder))
    assert client.is_transient(caught.value) is False
    assert "not this one" not in str(caught.value)


class _Questions(asyncssh.SSHServer):
    """Asks for the password in another language, and only by keyboard-interactive."""

    def begin_auth(self, username: str) -> bool:
        return True

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return "", "", "", [("Kennwort:", False)]

    def validate_kbdint_response(self, username: str, responses: Any) -> bool:
        return list(responses) == ["secret"]


@pytest.fixture
def questions() -> Iterator[int]:
    """The port of a server that asks for a password by keyboard-interactive."""

    async def listen() -> asyncssh.SSHAcceptor:
        key = asyncssh.generate_private_key("ssh-ed25519")
        return await asyncssh.listen(
            "127.0.0.1", 0, server_factory=_Questions, server_host_keys=[key], sftp_factory=True
        )

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    yield acceptor.get_port()
    loop.call_soon_threadsafe(acceptor.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def test_password_answers_keyboard_interactive(
    questions: int, connect: Connect, folder: Path
) -> None:
    assert connect(questions, {"password": "secret"}).list_folder(str(folder)) == []
    with pytest.raises(PermissionError, match="refused the login"):
        connect(questions, {"password": "guess"}).list_folder(str(folder))


def test_wrong_password_is_sent_once(server: Sshd, connect: Connect, folder: Path) -> None:
    log = server.folder / "log"
    before = log.read_text().count("Failed password")
    with pytest.raises(PermissionError):
        connect(server, {"password": "not this one"}).list_folder(str(folder))
    assert log.read_text().count("Failed password") - before == 1


# Lists


def test_name_that_is_not_utf8_hides_no_other(
    server: Sshd, connect: Connect, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "good.csv").write_text("x")
    Path(os.fsdecode(os.fsencode(folder) + b"/b\xe4d.csv")).write_text("x")
    files = connect(server).list_folder(str(folder))
    assert [file.name for file in files] == ["good.csv"]
    assert r"b\xe4d.csv is left out" in caplog.text


def test_links_to_files_are_files(server: Sshd, connect: Connect, folder: Path) -> None:
    (folder / "file").write_text("four")
    (folder / "subfolder").mkdir()
    (folder / "to_file").symlink_to("file")
    (folder / "to_folder").symlink_to("subfolder")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "loop").symlink_to("loop")
    found = {file.name: file.size for file in connect(server).list_folder(str(folder))}
    assert found == {"file": 4, "to_file": 4}


def test_link_that_cannot_be_followed_hides_no_other(
    start: Callable[..., Sshd], connect: Connect, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "file").write_text("x")
    (folder / "link").symlink_to("file")
    files = connect(start(sftp_arguments="-P stat")).list_folder(str(folder))
    assert [file.name for file in files] == ["file"]
    assert "link is left out" in caplog.text


def test_missing_folder_is_told_from_a_refused_one(server: Sshd, connect: Connect) -> None:
    with pytest.raises(FileNotFoundError):
        connect(server).list_folder("/nowhere")


# Data


@pytest.mark.parametrize("size", [0, 1, 4096, 261119, 261120, 261121, 3 * 261120, 5_000_000])
@pytest.mark.parametrize("is_known", [True, False])
def test_files_arrive_whole(
    server: Sshd, connect: Connect, folder: Path, tmp_path: Path, size: int, is_known: bool
) -> None:
    sent = tmp_path / "sent"
    sent.write_bytes(os.urandom(size))
    client = connect(server)
    assert client.upload(sent, f"{folder}/file") == size
    client.download(f"{folder}/file", tmp_path / "received", size if is_known else None)
    assert (tmp_path / "received").read_bytes() == sent.read_bytes()


@pytest.mark.parametrize("listed", [10, 300_000])
def test_file_that_has_grown_is_not_taken_for_whole(
    server: Sshd, connect: Connect, folder: Path, tmp_path: Path, listed: int
) -> None:
    (folder / "file").write_bytes(b"x" * (listed + 5))
    connect(server).download(f"{folder}/file", tmp_path / "received", listed)
    assert (tmp_path / "received").stat().st_size != listed


def test_upload_replaces_a_longer_file(
    server: Sshd, connect: Connect, folder: Path, tmp_path: Path
) -> None:
    (folder / "file").write_text("longer than what comes")
    (tmp_path / "sent").write_text("short")
    connect(server).upload(tmp_path / "sent", f"{folder}/file")
    assert (folder / "file").read_text() == "short"


@pytest.mark.parametrize("sftp_arguments", ["", "-P copy-data"])
@pytest.mark.parametrize("size", [0, 600_000])
def test_copy_is_whole(
    start: Callable[..., Sshd],
    connect: Connect,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    sftp_arguments: str,
    size: int,
) -> None:
    monkeypatch.setattr(sftp_blocks, "COPIED_AT_ONCE", 250_000)
    (folder / "file").write_bytes(os.urandom(size))
    (folder / "copy").write_text("replaced")
    connect(start(sftp_arguments=sftp_arguments)).copy(f"{folder}/file", f"{folder}/copy")
    assert (folder / "copy").read_bytes() == (folder / "file").read_bytes()


MEMORY = """
import logging, resource, sys
from pathlib import Path
from opentaskpy.addons.myservice.otf_kit.connection import Connection
from opentaskpy.addons.myservice.otf_kit.filesystems.sftp import SftpClient
protocol, big, folder = __import__("json").loads(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
client = SftpClient(Connection("127.0.0.1", protocol, logging.getLogger(), lambda *_: None))
client.upload(big, f"{folder}/big")
client.download(f"{folder}/big", Path(folder, "back"), big.stat().st_size)
client.close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_memory_does_not_grow_with_the_file(
    server: Sshd, connect: Connect, folder: Path, tmp_path: Path
) -> None:
    big = tmp_path / "big"
    with big.open("wb") as file:
        file.truncate(300 * 1024 * 1024)
    credentials = {"username": getpass.getuser(), "keyFile": str(server.user_key)}
    protocol = json.dumps({"name": "sftp", "port": server.port, "credentials": credentials})
    command = [sys.executable, "-c", MEMORY, protocol, str(big), str(folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert int(ended.stdout) <= 90, "MiB"
    assert (folder / "back").stat().st_size == big.stat().st_size


# What servers refuse


def test_rename_without_posix_rename_advises(
    start: Callable[..., Sshd], connect: Connect, folder: Path
) -> None:
    client = connect(start(sftp_arguments="-P posix-rename"))
    (folder / "new").write_text("new")
    client.move(f"{folder}/new", f"{folder}/target")
    assert (folder / "target").read_text() == "new"
    (folder / "new").write_text("newer")
    with pytest.raises(OSError, match="supportsPosixRename to false") as caught:
        client.move(f"{folder}/new", f"{folder}/target")
    assert is_lasting(client, caught.value)
    assert (folder / "target").read_text() == "new"


def test_without_posix_rename_files_are_written_in_place(
    start: Callable[..., Sshd], connect: Connect, folder: Path
) -> None:
    client = connect(start(sftp_arguments="-P posix-rename"), supportsPosixRename=False)
    features = client.features_for({"supportsPosixRename": False})
    assert not features.has_temporary_names
    (folder / "file").write_text("x")
    client.move(f"{folder}/file", f"{folder}/archived")
    assert (folder / "archived").exists()


def test_upload_where_stat_is_refused(
    start: Callable[..., Sshd], connect: Connect, folder: Path, tmp_path: Path
) -> None:
    server = start(sftp_arguments="-P stat,lstat,fstat")
    (tmp_path / "sent").write_bytes(b"x" * 300_000)
    client = connect(server, supportsStatAfterUpload=False)
    assert client.upload(tmp_path / "sent", f"{folder}/file") is None
    assert (folder / "file").stat().st_size == 300_000
    with pytest.raises(OSError, match="supportsStatAfterUpload to false") as caught:
        connect(server).upload(tmp_path / "sent", f"{folder}/file")
    assert is_lasting(client, caught.value)


def test_user_without_sftp_is_told_so(
    start: Callable[..., Sshd], connect: Connect, folder: Path
) -> None:
    server = start()
    configuration = server.folder / "sshd.conf"
    server.stop()
    text = configuration.read_text().replace("Subsystem", "# Subsystem")
    configuration.write_text(text)
    server.start()
    client = connect(server)
    with pytest.raises(PermissionError, match="no SFTP") as caught:
        client.list_folder(str(folder))
    assert is_lasting(client, caught.value)


@pytest.mark.parametrize("sftp_arguments", ["-R", "-P open,remove,rename,posix-rename"])
def test_refusal_of_the_server_is_a_permission_error(
    start: Callable[..., Sshd],
    connect: Connect,
    folder: Path,
    tmp_path: Path,
    sftp_arguments: str,
) -> None:
    client = connect(start(sftp_arguments=sftp_arguments))
    (tmp_path / "sent").write_text("x")
    (folder / "file").write_text("x")
    calls: list[Callable[[], object]] = [
        lambda: client.upload(tmp_path / "sent", f"{folder}/new"),
        lambda: client.delete(f"{folder}/file"),
    ]
    for call in calls:
        with pytest.raises(PermissionError, match="the server refused") as caught:
            call()
        assert is_lasting(client, caught.value)


def test_move_onto_a_folder_is_refused(server: Sshd, connect: Connect, folder: Path) -> None:
    (folder / "file").write_text("x")
    (folder / "target").mkdir()
    with pytest.raises(IsADirectoryError, match="which is a folder"):
        connect(server).move(f"{folder}/file", f"{folder}/target")


def test_move_makes_the_folder_of_its_target(server: Sshd, connect: Connect, folder: Path) -> None:
    (folder / "file").write_text("x")
    client = connect(server)
    client.move(f"{folder}/file", f"{folder}/a/b/file")
    assert (folder / "a/b/file").exists()
    with pytest.raises(FileNotFoundError):
        client.move(f"{folder}/file", f"{folder}/c/file")
    assert not (folder / "c").exists()


def test_several_may_make_one_folder(server: Sshd, connect: Connect, folder: Path) -> None:
    clients = [connect(server) for _ in range(4)]
    for attempt in range(10):
        with ThreadPoolExecutor(8) as pool:
            made = [
                pool.submit(client.make_folder, f"{folder}/{attempt}/x/y") for client in clients * 2
            ]
        for each in made:
            each.result()


def test_make_folder_below_a_file_fails(server: Sshd, connect: Connect, folder: Path) -> None:
    (folder / "file").write_text("x")
    with pytest.raises(OSError, match="file"):
        connect(server).make_folder(f"{folder}/file/x")


def test_full_disk_is_named(server: Sshd, connect: Connect, folder: Path, tmp_path: Path) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        (tmp_path / "sent").write_bytes(b"x" * 3_000_000)
        client = connect(server)
        with pytest.raises(OSError, match="no space is left on the server") as caught:
            client.upload(tmp_path / "sent", f"{folder}/file")
        assert caught.value.errno == errno.ENOSPC
    finally:
        subprocess.run(["umount", folder], check=True)


# Connections


def retry(call: Callable[[], Any], client: SftpClient) -> Any:
    """Repeat a call once, as the handler does for transient errors."""
    try:
        return call()
    except Exception as error:
        if not client.is_transient(error):
            raise
        return call()


def test_restart_of_the_server_between_calls(
    start: Callable[..., Sshd], connect: Connect, folder: Path
) -> None:
    server = start()
    client = connect(server)
    (folder / "file").write_text("x")
    for _ in range(2):
        assert len(client.list_folder(str(folder))) == 1
        server.stop()
        server.start()
        time.sleep(0.2)  # for the client to notice


def test_cut_during_a_transfer_is_transient(
    start: Callable[..., Sshd], connect: Connect, folder: Path, tmp_path: Path
) -> None:
    server = start()
    client = connect(server)
    with (folder / "file").open("wb") as file:
        file.truncate(1024 * 1024 * 1024)
    with ThreadPoolExecutor(1) as pool:
        download = pool.submit(client.download, f"{folder}/file", tmp_path / "received", 2**30)
        time.sleep(0.5)
        server.stop()
        error = download.exception(timeout=10)
    assert error is not None
    assert client.is_transient(error)
    server.start()
    assert client.list_folder(str(folder))


def test_server_that_is_not_there_is_transient(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    client = connect(port, {"password": "x"})
    with pytest.raises(ConnectionError, match=f"127.0.0.1:{port}") as caught:
        client.list_folder("/")
    assert client.is_transient(caught.value)
    client = connect(port, {"password": "x"}, retry=False)
    with pytest.raises(OSError, match="'retry' is false") as lasting:
        client.list_folder("/")
    assert is_lasting(client, lasting.value)


@pytest.mark.parametrize("keys", [{"timeoutSeconds": 1}, {"timeout": 1, "timeoutSeconds": 60}])
def test_silent_server_times_out(connect: Connect, keys: dict[str, int]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = connect(silent.getsockname()[1], {"password": "x"}, **keys)
        began = time.monotonic()
        with pytest.raises(TimeoutError, match="no answer within 1 s") as caught:
            client.list_folder("/")
    assert time.monotonic() - began < 3
    assert client.is_transient(caught.value)


def test_workers_do_not_wait_for_a_silent_server_one_after_another(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(16) as pool:
        client = connect(silent.getsockname()[1], {"password": "x"}, timeoutSeconds=1)
        began = time.monotonic()
        calls = [pool.submit(client.list_folder, "/") for _ in range(16)]
        assert all(isinstance(call.exception(), TimeoutError) for call in calls)
    assert time.monotonic() - began < 3


def test_server_that_falls_silent_times_out(
    start: Callable[..., Sshd], connect: Connect, folder: Path
) -> None:
    server = start()
    client = connect(server, timeoutSeconds=1)
    client.list_folder(str(folder))
    sessions = subprocess.run(
        ["pgrep", "-P", (server.folder / "pid").read_text().strip()],
        capture_output=True,
        text=True,
    ).stdout.split()
    for session in sessions:
        subprocess.run(["kill", "-STOP", session], check=True)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        client.list_folder(str(folder))
    assert time.monotonic() - began < 3
    # The next call makes a connection of its own.
    assert client.list_folder(str(folder)) == []


def test_close_ends_calls_and_refuses_new_ones(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as pool:
        client = connect(silent.getsockname()[1], {"password": "x"})
        waiting = pool.submit(client.list_folder, "/")
        time.sleep(0.3)
        began = time.monotonic()
        client.close()
        assert waiting.exception(timeout=5) is not None
        assert time.monotonic() - began < 3
    with pytest.raises(RuntimeError, match="closed"):
        client.list_folder("/")
