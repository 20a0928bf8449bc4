"""The schemas reject what would go wrong, before anything runs."""

from typing import Any

import pytest
from opentaskpy.addons.demo.otf_kit.definition import check
from opentaskpy.exceptions import InvalidConfigError

NAME = "opentaskpy.addons.demo.remotehandlers.demo.DemoExecution"
KEY = {"username": "me", "key": "text"}
SSH = {"credentials": KEY}


def task(protocol: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a task definition (dict[str, Any])."""
    return {
        "type": "execution",
        "command": "true",
        "protocol": {"name": NAME, **protocol},
        **more,
    }


@pytest.mark.parametrize(
    "definition",
    [
        task({}),
        task({"launcher": "local"}, directory="/x"),
        task(SSH, hosts=["a", "b"]),
        task({"launcher": "ssh", "port": 22, "hostKeyValidation": True}, hostname="a"),
        task({"launcher": ["ssh", "{hostname}", "{command!q}"]}, hosts=["a"]),
        task({"launcher": ["sh", "-c", "{command}"]}),
        task({}, hosts=["a"]),  # the launcher may be in global_protocol_vars
    ],
)
def test_sound_definition_is_accepted(definition: dict[str, Any]) -> None:
    check(definition, "execution/demo/demo.json")


@pytest.mark.parametrize(
    "definition",
    [
        task({"launcher": "local"}, hosts=["a"]),
        task({"launcher": "local"}, hostname="a"),
        task({"launcher": ["sh", "-c", "true"]}),
        task({"launcher": ["sh", "-c", "{command}"]}, hosts=["a"]),
        task({"launcher": "telnet"}),
        task({"launcher": []}),
        task({"launcher": "local", **SSH}),
        task({"launcher": ["sh", "{command}"], "port": 22}),
        task({"environment": {"a b": "c"}}),
        task(SSH, hosts=["-oProxyCommand=x"]),
        task({"credentials": {"username": "me", "password": "secret"}}),
    ],
)
def test_unsound_definition_is_rejected(definition: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfigError):
        check(definition, "execution/demo/demo.json")
