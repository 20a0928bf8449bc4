"""What task definitions name in an addon: its classes, schemas and plugins, read from its files."""

import ast
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

# The schemas that OTF looks up by themselves; it comes to the others through these.
TRANSFER = re.compile(r"transfer/(\w+)_(source|destination)\.json")
EXECUTION = re.compile(r"execution/(\w+)/\1\.json")


@dataclass(frozen=True)
class Surface:
    """What an addon has to keep if no task definition is to change."""

    classes: frozenset[str] = frozenset()
    """As `protocol.name` names them."""
    schemas: dict[str, str | None] = field(default_factory=dict)
    """The `$id` of each schema, by its file below `schemas/`."""
    lookups: frozenset[str] = frozenset()
    """As `lookup('...')` names them."""
    cachings: frozenset[str] = frozenset()
    """As `cachingPlugin` names them."""

    @classmethod
    def of(cls, opentaskpy: Path) -> "Surface":
        """Read a folder of addons, without running anything in it."""
        handlers = opentaskpy.glob("addons/*/remotehandlers/*.py")
        schemas = opentaskpy.glob("addons/*/remotehandlers/schemas/**/*.json")
        return cls(
            frozenset(name for path in handlers for name in _classes(path, opentaskpy.parent)),
            {
                path.as_posix().rpartition("/schemas/")[2]: json.loads(path.read_text()).get("$id")
                for path in schemas
            },
            _modules(opentaskpy / "plugins" / "lookup"),
            _modules(opentaskpy / "variablecaching"),
        )

    def __or__(self, other: "Surface") -> "Surface":
        """Return what both have together."""
        return Surface(
            self.classes | other.classes,
            self.schemas | other.schemas,
            self.lookups | other.lookups,
            self.cachings | other.cachings,
        )

    @property
    def roles(self) -> frozenset[str]:
        """What can be done with it, such as `s3 source`."""
        files = " ".join(self.schemas)
        transfers = {f"{module} {role}" for module, role in TRANSFER.findall(files)}
        executions = {f"{module} execution" for module in EXECUTION.findall(files)}
        lookups = {f"{name} lookup" for name in self.lookups}
        cachings = {f"{name} caching" for name in self.cachings}
        return frozenset(transfers | executions | lookups | cachings)


def _dotted(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts)


def _modules(folder: Path) -> frozenset[str]:
    paths = (path for path in folder.rglob("*.py") if path.name != "__init__.py")
    return frozenset(_dotted(path, folder) for path in paths)


def _classes(path: Path, root: Path) -> list[str]:
    return [
        f"{_dotted(path, root)}.{node.name}"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name.endswith(("Transfer", "Execution"))
    ]
