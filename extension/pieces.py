"""Which pieces an addon has, and the values that its files use.

A piece is a Jinja variable that is true or false. File names and files use it:
`{% if http_transfer %}{{module}}_client.py{% endif %}`.
"""

from collections.abc import Mapping
from typing import Any

from .filesystems import OWN_CLIENTS, PROTOCOLS

# Of the template. bumpver writes it.
VERSION = "26.48.0"

# Addons on PyPI whose files an addon with a package of the same name would replace.
PUBLISHED = {name: f"otf-addons-{name}" for name in ("aws", "gcp", "o365", "vault", "winrm")}


def pieces(answers: Mapping[str, Any]) -> dict[str, bool]:
    """Return every piece, and whether the answers choose it."""
    transfer, client = answers["transfer"], answers["transfer_client"]
    execution, ci, license_ = answers["execution"], answers["ci"], answers["license"]
    has_transfer, is_public = transfer != "none", license_ != "Proprietary"
    has_http_transfer = has_transfer and client == "http"
    has_filesystem = has_transfer and client == "fsspec"
    own_client = OWN_CLIENTS.get(answers["fsspec_protocol"]) if has_filesystem else None
    return {
        "handler": has_transfer or execution != "none",
        "transfer": has_transfer,
        "source": transfer in ("both", "source"),
        "destination": transfer in ("both", "destination"),
        "filesystem": has_filesystem,
        "fsspec": has_filesystem and not own_client,
        "own_client": own_client is not None,
        **{name: own_client == name for name in sorted({*OWN_CLIENTS.values()})},
        "obstore": has_transfer and client == "obstore",
        "http_transfer": has_http_transfer,
        "custom_transfer": has_transfer and client == "custom",
        "execution": execution != "none",
        "command": execution == "command",
        "http_execution": execution == "http",
        "custom_execution": execution == "custom",
        "jobs": execution in ("http", "custom"),
        "http": has_http_transfer or execution == "http",
        "lookup": answers["lookup_plugin"],
        "caching": answers["caching_plugin"],
        "plugin": answers["lookup_plugin"] or answers["caching_plugin"],
        "calver": answers["versioning"] == "calver",
        "github": ci == "github",
        "github_release": ci == "github" and is_public,
        "gitlab": ci == "gitlab",
        "release": ci != "none" and is_public,
        "gpl": license_ == "GPL-3.0-or-later",
        "mit": license_ == "MIT",
        "apache": license_ == "Apache-2.0",
        "proprietary": not is_public,
    }


def derived(answers: Mapping[str, Any]) -> dict[str, str]:
    """Return the private variables `cookiecutter.__…`, which follow from the answers."""
    chosen = pieces(answers)
    path = f"opentaskpy.addons.{answers['package_name']}.remotehandlers.{answers['module_name']}"
    prefix = answers["class_prefix"]
    tasks = {"download": "source", "upload": "destination", "run": "execution", "lookup": "lookup"}
    stubs = {"client": "custom_transfer", "execution_client": "custom_execution"}
    unwritten = [
        f"  src/{path.replace('.', '/')}_{n}.py" for n, piece in stubs.items() if chosen[piece]
    ]
    clients = ("fsspec", "obstore", "http_transfer", "custom_transfer", *OWN_CLIENTS.values())
    return {
        "__client": next((client for client in clients if chosen[client]), ""),
        "__pieces": " ".join(name for name, is_chosen in chosen.items() if is_chosen),
        "__first_task": next((task for task in tasks if chosen[tasks[task]]), "cache"),
        "__stubs": "\n".join(unwritten),  # as the hooks print them
        "__published": PUBLISHED.get(answers["package_name"], ""),
        "__workers": {"http": "8", "obstore": "32"}.get(answers["transfer_client"], "16"),
        "__transfer_class": f"{prefix}Transfer",
        "__execution_class": f"{prefix}Execution",
        "__client_class": f"{prefix}Client",
        "__execution_client_class": f"{prefix}ExecutionClient",
        "__handler_path": path,
        "__variable": answers["module_name"].upper(),
        "__roles": {"source": '("source",)', "destination": '("destination",)'}.get(
            answers["transfer"], '("source", "destination")'
        ),
        "__kit_version": VERSION,
        # Never change it: `cruft update` would overwrite the version of addons.
        "__version": "26.48.0" if answers["versioning"] == "calver" else "0.1.0",
        "__fsspec_requirement": PROTOCOLS[answers["fsspec_protocol"]],
    }
