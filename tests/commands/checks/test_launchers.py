"""Launchers are checked before anything runs, and quote by one rule."""

import logging
from typing import Any

import pytest
from opentaskpy.addons.demo.otf_kit.executions.launchers import (
    CustomLauncher,
    LocalLauncher,
    SshLauncher,
    choose,
)
from opentaskpy.exceptions import InvalidConfigError

LOGGER = logging.getLogger("otf.launchers")
KEY = {"username": "me", "keyFile": __file__}


def fill(*launcher: str) -> list[str]:
    """Fill in names that a shell would take for more than one word (list[str])."""
    return list(CustomLauncher(launcher).fill("echo $A; echo b", "host;x", "/a b"))


@pytest.mark.parametrize(
    ("argument", "filled"),
    [
        ("{command}", "echo $A; echo b"),
        ("{hostname}", "host;x"),
        ("{directory}", "/a b"),
        ("cd {directory} && {command}", "cd '/a b' && echo $A; echo b"),
        ("--chdir={directory}", "--chdir=/a b"),
        ("user@{hostname}", "user@host;x"),
        ("cd {directory!q} &&", "cd '/a b' &&"),
        ("{command!q}", "'echo $A; echo b'"),
        ("exec sh -c {command!q}", "exec sh -c 'echo $A; echo b'"),
        ("${HOME}/{command}", "${HOME}/echo $A; echo b"),
        ("{{.Names}}", "{{.Names}}"),
    ],
)
def test_quoting_depends_on_the_argument(argument: str, filled: str) -> None:
    assert fill(argument, "{command}")[0] == filled


def test_value_that_looks_like_a_placeholder_stays() -> None:
    launcher = CustomLauncher(["{hostname}", "{command}"])
    assert launcher.fill("echo {hostname}", "{command}", None) == ["{command}", "echo {hostname}"]


@pytest.mark.parametrize(
    ("launcher", "message"),
    [
        (["sh", "-c", "true"], r"no \{command\}"),
        (["ssh", "{host}", "{command}"], r"unknown placeholder \{host\}"),
        (["sh", "-c", "{command!r}"], "only !q"),
        (["ssh", "{hostname}", "cd {directory} &&", "{command}"], r"write \{directory!q\}"),
    ],
)
def test_launcher_that_would_go_wrong_is_rejected(launcher: list[str], message: str) -> None:
    with pytest.raises(InvalidConfigError, match=message):
        CustomLauncher(launcher)


@pytest.mark.parametrize(
    ("protocol", "kind"),
    [
        ({}, LocalLauncher),
        ({"launcher": "local"}, LocalLauncher),
        ({"launcher": "ssh"}, SshLauncher),
        ({"credentials": KEY}, SshLauncher),
        ({"launcher": ["{command}"]}, CustomLauncher),
    ],
)
def test_launcher_is_chosen(protocol: dict[str, Any], kind: type) -> None:
    assert isinstance(choose(protocol, LOGGER), kind)


def test_unknown_launcher_is_rejected() -> None:
    with pytest.raises(InvalidConfigError, match="'shh'"):
        choose({"launcher": "shh"}, LOGGER)


@pytest.mark.parametrize("launcher", ["ssh", ["{hostname}", "{command}"]])
def test_host_that_looks_like_an_option_is_rejected(launcher: Any) -> None:
    with pytest.raises(InvalidConfigError, match="read as an option"):
        chosen = choose({"launcher": launcher}, LOGGER)
        chosen.command_line("-oProxyCommand=x", ["true"])
        chosen.script("t", "true", "-oProxyCommand=x", None, {})
