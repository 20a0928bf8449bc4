"""The keys of OTF's own ssh, with a real sshd."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from opentaskpy.addons.demo.otf_kit.connection import Connection
from opentaskpy.addons.demo.otf_kit.executions.commands import CommandClient
from opentaskpy.exceptions import InvalidConfigError

from .conftest import Sshd

HOST = "127.0.0.1"
Connect = Callable[..., Connection]


def run(connection: Connection) -> int:
    """Run a command that succeeds (int)."""
    client = CommandClient(connection)
    try:
        return int(client.run("true", HOST, None, lambda line: None))
    finally:
        client.close()


def without(protocol: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Return the protocol without some keys (dict[str, Any])."""
    return {key: value for key, value in protocol.items() if key not in keys}


def test_known_host_is_accepted(sshd: Sshd, connect: Connect) -> None:
    assert run(connect(**sshd.protocol)) == 0


def test_credentials_mean_ssh(sshd: Sshd, connect: Connect) -> None:
    assert run(connect(**without(sshd.protocol, "launcher"))) == 0


def test_unknown_host_is_refused_if_validated(sshd: Sshd, connect: Connect, tmp_path: Path) -> None:
    empty = tmp_path / "known_hosts"
    empty.touch()
    protocol = {**sshd.protocol, "knownHostsFile": str(empty)}
    with pytest.raises(ConnectionError, match=r"not run: ssh .*127.0.0.1: .*[Hh]ost key"):
        run(connect(**protocol))


def test_new_host_is_accepted_and_remembered(sshd: Sshd, connect: Connect, tmp_path: Path) -> None:
    known = tmp_path / "known hosts"
    known.touch()
    protocol = {**without(sshd.protocol, "hostKeyValidation"), "knownHostsFile": str(known)}
    assert run(connect(**protocol)) == 0
    assert f"]:{sshd.port}" in known.read_text() or known.read_text().startswith("|1|")


@pytest.mark.parametrize("validation", [True, False])
def test_changed_host_key_is_refused(sshd: Sshd, connect: Connect, validation: bool) -> None:
    changed = str(sshd.folder / "changed")
    protocol = {**sshd.protocol, "hostKeyValidation": validation, "knownHostsFile": changed}
    with pytest.raises(ConnectionError, match=r"[Hh]ost key"):
        run(connect(**protocol))


def test_missing_validation_is_warned_about(
    sshd: Sshd, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    run(connect(**{**sshd.protocol, "hostKeyValidation": False}))
    assert "accepted without a check" in caplog.text


def test_key_may_be_text(sshd: Sshd, connect: Connect) -> None:
    protocol = sshd.protocol
    key = Path(protocol["credentials"].pop("keyFile")).read_text().rstrip()
    protocol["credentials"]["key"] = key
    assert run(connect(**protocol)) == 0


def test_key_on_disk_is_private_and_removed(sshd: Sshd, connect: Connect) -> None:
    protocol = sshd.protocol
    protocol["credentials"]["key"] = Path(protocol["credentials"].pop("keyFile")).read_text()
    client = CommandClient(connect(**protocol))
    line = client._launcher.command_line(HOST, ["true"])
    path = Path(line[line.index("-i") + 1])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    client.close()
    assert not path.parent.exists()


def test_key_of_the_environment_is_used(
    sshd: Sshd, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    protocol = sshd.protocol
    monkeypatch.setenv("OTF_SSH_KEY", protocol["credentials"].pop("keyFile"))
    assert run(connect(**protocol)) == 0


@pytest.mark.parametrize("key", ["knownHostsFile", "keyFile"])
def test_missing_file_is_named(sshd: Sshd, connect: Connect, key: str) -> None:
    protocol = sshd.protocol
    (protocol if key in protocol else protocol["credentials"])[key] = "/missing"
    with pytest.raises(InvalidConfigError, match=rf"/missing of '.*{key}'"):
        run(connect(**protocol))


def test_refused_connection_is_no_exit_code(sshd: Sshd, connect: Connect) -> None:
    with pytest.raises(ConnectionError, match=r"was not run: ssh .* refused"):
        run(connect(**{**sshd.protocol, "port": 1}))


def test_lost_connection_is_no_exit_code(
    sshd: Sshd, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    client = CommandClient(connect(**sshd.protocol))

    def cut(line: str) -> None:
        for process in client._running:
            process._process.kill()

    with pytest.raises(ConnectionError, match=r"cut off from 127.0.0.1"):
        client.run("echo started; sleep 60", HOST, None, cut)
    assert "All processes of the command have ended" in caplog.text
