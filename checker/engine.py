"""What the real OTF says of an addon that is installed beside it."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from .addon import Addon, Handler
from .installed import run
from .model import Finding, Said
from .signatures import CALLS

# Runs in the interpreter in which the addon is installed. Nothing is made of the classes, for a
# constructor may reach for its service; and whatever else an import does, it finds no network.
PROBE = """
import importlib, importlib.util, inspect, io, json, socket, sys
from contextlib import redirect_stdout

def refuse(*arguments, **keywords):
    raise OSError("the checker lets nothing use the network")

socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = socket.create_connection = refuse
given = json.load(sys.stdin)
told = {}
for name, calls in given["classes"].items():
    module, _, cls = name.rpartition(".")
    said = {"missing": [], "unbound": {}}
    with redirect_stdout(io.StringIO()):
        try:
            found = getattr(importlib.import_module(module), cls)
            said["missing"] = sorted(getattr(found, "__abstractmethods__", ()))
            for method, ways in calls.items():
                for count, keywords in ways if hasattr(found, method) else []:
                    try:
                        signature = inspect.signature(getattr(found, method))
                        signature.bind(*[None] * (count + 1), **dict.fromkeys(keywords))
                    except TypeError as error:
                        said["unbound"][method] = str(error)
        except BaseException as error:
            said["error"] = f"{type(error).__name__}: {error}"
    told[name] = said
schemas = {}
with redirect_stdout(io.StringIO()):
    from opentaskpy.config.schemas import validate_execution_json, validate_transfer_json
    for key, definition in given["definitions"].items():
        validate = validate_execution_json if key.endswith("execution") else validate_transfer_json
        try:
            schemas[key] = validate(definition)
        except BaseException as error:
            schemas[key] = f"{type(error).__name__}: {error}"
print(json.dumps({"classes": told, "schemas": schemas}))
"""

INSTALLED = """
import importlib.util, json, sys

def there(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False

print(json.dumps(all(there(name) for name in json.load(sys.stdin))))
"""


@lru_cache(maxsize=1)
def is_installed(addon: Addon) -> bool:
    """Return whether the interpreter has OTF and this addon."""
    if not addon.otf.folder or not addon.handlers:
        return False
    packages = sorted({handler.cls.module.name.rpartition(".")[0] for handler in addon.handlers})
    return bool(json.loads(run(addon.otf.python, INSTALLED, packages)))


@lru_cache(maxsize=1)
def _told(addon: Addon) -> Any:
    classes = {
        handler.cls.dotted: {name: calls for name, (calls, _) in CALLS.items()}
        for handler in addon.handlers
    }
    definitions = {}
    for handler, kind in _roles(addon):
        protocol = {"name": handler.cls.dotted}
        local = {"protocol": {"name": "local"}, "directory": "d", "fileRegex": "r"}
        definitions[f"{handler.cls.dotted} {kind}"] = {
            "execution": {"type": "execution", "protocol": protocol},
            "source": {"type": "transfer", "source": {"protocol": protocol}},
            "destination": {
                "type": "transfer",
                "source": local,
                "destination": [{"protocol": protocol}],
            },
        }[kind]
    given = {"classes": classes, "definitions": definitions}
    return json.loads(run(addon.otf.python, PROBE, given))


def _roles(addon: Addon) -> Iterator[tuple[Handler, str]]:
    for role in addon.roles:
        for handler in role.handlers:
            yield handler, role.kind


def handlers(addon: Addon) -> list[tuple[Addon, Handler]]:
    """Take each handler of an addon that is installed."""
    return [(addon, one) for one in addon.handlers] if is_installed(addon) else []


def loads(subject: tuple[Addon, Handler]) -> Said:
    """OTF can load every handler.

    Each module is imported in the interpreter in which the addon is installed, without a network.
    """
    addon, handler = subject
    said = _told(addon)["classes"][handler.cls.dotted]
    cls = handler.cls
    if "error" in said:
        wrong = f"{cls.dotted} cannot be imported: {said['error']}"
        yield Finding(cls.module.file, cls.node.lineno, wrong, "make the import work")
    for name in said["missing"]:
        wrong = f"{cls.name} cannot be made: {name} is abstract"
        yield Finding(cls.module.file, cls.node.lineno, wrong, f"write {name}")
    for name, error in said["unbound"].items():
        if handler.method(name) is None:  # of the others, the rule of arguments tells
            wrong = f"OTF cannot call {cls.name}.{name}, which it inherits: {error}"
            yield Finding(cls.module.file, cls.node.lineno, wrong, f"declare {CALLS[name][1]}")


def finds_schemas(subject: tuple[Addon, Handler]) -> Said:
    """OTF finds the schemas of what is installed.

    The rule validates a definition that has only the protocol. A schema may refuse it, but must
    load.
    """
    addon, handler = subject
    for key, said in _told(addon)["schemas"].items():
        name, _, kind = key.partition(" ")
        if name == handler.cls.dotted and isinstance(said, str):
            cls = handler.cls
            wrong = f"OTF cannot load the schema of {cls.name} as {kind}: {said}"
            remedy = "package the schemas: see the rules data-packaged and schema-reference"
            yield Finding(cls.module.file, cls.node.lineno, wrong, remedy)
