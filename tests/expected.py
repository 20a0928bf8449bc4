"""Which files an addon has, worked out from the answers alone."""

from collections.abc import Iterable
from typing import Any


def _in(folder: str, names: str, suffix: str = "") -> set[str]:
    return {f"{folder}/{name}{suffix}" for name in names.split()}


def expected_files(answers: dict[str, Any]) -> set[str]:
    """List the files that an addon must have; it must have no others."""
    package, module = answers["package_name"], answers["module_name"]
    source = answers["transfer"] in ("both", "source")
    destination = answers["transfer"] in ("both", "destination")
    transfer = source or destination
    execution = answers["execution"] != "none"
    handler = transfer or execution
    lookup, caching = answers["lookup_plugin"], answers["caching_plugin"]

    addon = f"src/opentaskpy/addons/{package}"
    handlers, common = f"{addon}/remotehandlers", f"{addon}/common"
    schemas = f"{handlers}/schemas"
    cfg, demo = f"cfg/{module}", f"demo/{module}"

    pieces: Iterable[tuple[bool, set[str]]] = [
        (True, {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", ".gitignore"}),
        (answers["ci"] == "github", {".github/workflows/ci.yml"}),
        (answers["ci"] == "gitlab", {".gitlab-ci.yml"}),
        (True, _in(addon, "__init__.py py.typed")),
        # Handlers, and what they share.
        (handler, _in(common, "__init__ connection definition logs redaction", ".py")),
        (handler, _in(handlers, f"__init__ {module}", ".py")),
        (handler, _in(cfg, f"variables batch-{module}", ".json")),
        # Transfers.
        (transfer, _in(common, "cacheable destination names service source", ".py")),
        (transfer, _in(common, "staging transfer transfer_client", ".py")),
        (transfer, _in(handlers, f"{module}_client", ".py")),
        (source, _in(f"{schemas}/transfer", f"{module}_source", ".json")),
        (source, _in(f"{schemas}/transfer/{module}_source", SOURCE_SCHEMAS, ".json")),
        (source, _in(cfg, f"download-{module} watch-{module}", ".json")),
        (source, _in(f"{demo}/service/outbox", "invoices orders", ".csv")),
        (destination, _in(f"{schemas}/transfer", f"{module}_destination", ".json")),
        (destination, _in(f"{schemas}/transfer/{module}_destination", TARGET_SCHEMAS, ".json")),
        (destination, _in(cfg, f"upload-{module} publish-{module}", ".json")),
        (destination, _in(f"{demo}/worker/outgoing", "report", ".csv")),
        (source and destination, _in(cfg, f"copy-{module}", ".json")),
        # Executions.
        (execution, _in(common, "execution execution_client hosts", ".py")),
        (execution, _in(handlers, f"{module}_execution_client", ".py")),
        (execution, _in(f"{schemas}/execution/{module}", f"{module} protocol", ".json")),
        (execution, _in(cfg, f"run-{module}", ".json")),
        # Plugins.
        (lookup, set()),
        (caching, set()),
        # Tests.
        (handler, _in("tests", f"test_cfg_{module}", ".py")),
        (handler, _in("tests/support", "engine handlers run_with_client", ".py")),
        (transfer, _in("tests/support", "service stand_in", ".py")),
        (transfer, _in("tests/services", module, ".py")),
    ]
    return {file for there, files in pieces if there for file in files}


SOURCE_SCHEMAS = "protocol cacheableVariables conditionals encryption fileWatch postCopyAction"
TARGET_SCHEMAS = "protocol cacheableVariables encryption flags rename"
