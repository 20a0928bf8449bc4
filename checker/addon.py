"""An addon as it lies on disk: a folder, a source distribution or a wheel."""

import re
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import HeaderParser
from functools import cached_property
from pathlib import Path
from typing import Any

from .code import FUNCTIONS, Class, Code, Function, Member, Module
from .documents import Document
from .installed import Installed

TRANSFER = "opentaskpy.remotehandlers.remotehandler.RemoteTransferHandler"
EXECUTION = "opentaskpy.remotehandlers.remotehandler.RemoteExecutionHandler"
LOOKUP = "opentaskpy/plugins/lookup/"
CACHING = "opentaskpy/variablecaching/"

# Folders of a project that are no part of what is installed.
ASIDE = {"build", "dist", "docs", "examples", "node_modules", "site-packages", "test", "tests"}


PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")


class NotAnAddonError(Exception):
    """There is nothing to check; the text says why."""


@dataclass(frozen=True, eq=False)
class Handler:
    """A class that OTF loads by its name.

    Attributes:
        cls: The class.
        kind: "transfer" or "execution"; "" for a class that a schema names though it is neither.
        lineage: The class and its ancestors, the nearest first.
        missing: The ancestors that are neither the addon's nor OTF's.
    """

    cls: Class
    kind: str
    lineage: list[Class]
    missing: list[str]
    addon: "Addon" = field(repr=False)

    @property
    def foreign(self) -> list[str]:
        """The ancestors of which nothing is known: they are of a library."""
        return [name for name in self.missing if name not in (TRANSFER, EXECUTION)]

    @property
    def own(self) -> list[Class]:
        """Those of its classes that belong to the addon."""
        return [cls for cls in self.lineage if cls.module.is_own]

    def find(self, name: str) -> Member | None:
        """Find a method or attribute as Python does."""
        owners = (cls for cls in self.lineage if name in cls.members)
        owner = next(owners, None)
        return Member(owner, owner.members[name]) if owner else None

    def method(self, name: str) -> tuple[Member, Function] | None:
        """Find a method that the addon defines itself."""
        member = self.find(name)
        if member and member.module.is_own and isinstance(member.node, FUNCTIONS):
            return member, member.node
        return None

    @property
    def roles(self) -> list["Role"]:
        """Its schemas, one for each thing that it can be."""
        return [role for role in self.addon.roles if self in role.handlers]


@dataclass(frozen=True, eq=False)
class Role:
    """What a module of handlers can be in a task: OTF finds a schema by the module's name.

    Attributes:
        kind: "source", "destination" or "execution".
        module: The module's name.
        schema: The schema.
        handlers: The classes of the module that are of this kind.
    """

    kind: str
    module: str
    schema: Document
    handlers: list[Handler]


class Addon:
    """An addon.

    Args:
        root: The folder that it is in.
        kind: "folder", "sdist" or "wheel".
        otf: What is known of the OTF that is installed.
    """

    def __init__(self, root: Path, kind: str, otf: Installed) -> None:
        self.root = root
        self.kind = kind
        self.otf = otf

    def relative(self, path: Path) -> str:
        """Name a file as the report names it."""
        return path.relative_to(self.root).as_posix()

    # --- What is written about it ---

    @cached_property
    def pyproject(self) -> str:
        """The text of pyproject.toml; "" without one, as in a wheel."""
        path = self.root / "pyproject.toml"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What pyproject.toml says."""
        try:
            return tomllib.loads(self.pyproject)
        except tomllib.TOMLDecodeError as error:
            raise NotAnAddonError(f"pyproject.toml is not valid TOML: {error}") from None
        except RecursionError:
            raise NotAnAddonError("pyproject.toml is nested too deeply to be read") from None

    def setting(self, *keys: str) -> Any:
        """Return a part of pyproject.toml; None where it is not."""
        found: Any = self.settings
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def line_of(self, table: str, key: str) -> int:
        """Return the line of pyproject.toml with a key of a table, or with the table."""
        best, inside = 1, False
        for number, line in enumerate(self.pyproject.splitlines(), 1):
            if line.startswith("["):
                inside = line.split("#")[0].strip("[] ") in (table, f"{table}.overrides")
                best = number if inside else best
            elif inside and re.match(rf'"?{re.escape(key)}"?\s*=', line):
                return number
        return best

    @cached_property
    def metadata(self) -> Any:
        """The metadata of a distribution; empty headers for a folder."""
        pattern = "*.dist-info/METADATA" if self.kind == "wheel" else "PKG-INFO"
        path = next(self.root.glob(pattern), None)
        return HeaderParser().parsestr(path.read_text(encoding="utf-8") if path else "")

    @property
    def name(self) -> str:
        """The name of the distribution."""
        name = self.metadata["Name"] or self.setting("project", "name") or self.root.name
        return str(name)

    @property
    def version(self) -> str:
        """Its version."""
        return str(self.metadata["Version"] or self.setting("project", "version") or "")

    # --- What is in it ---

    @cached_property
    def sources(self) -> Path:
        """The folder from which packages are named."""
        where = self.setting("tool", "setuptools", "packages", "find", "where")
        named = self.root / where[0] if isinstance(where, list) and where else self.root
        for folder in (named, self.root / "src"):
            if folder != self.root and folder.is_dir():
                return folder
        return self.root

    @cached_property
    def files(self) -> list[Path]:
        """The files of its packages."""
        return [path for path in _walk(self.sources) if path.parent != self.sources]

    @cached_property
    def code(self) -> Code:
        """Its Python modules, with those of OTF."""
        own = {}
        for path in self.files:
            if path.suffix == ".py":
                parts = path.relative_to(self.sources).with_suffix("").parts
                parts = parts[:-1] if parts[-1] == "__init__" else parts
                name = ".".join(parts)
                own[name] = Module(name, path, self.relative(path))
        return Code(own, self.otf.modules)

    @property
    def modules(self) -> list[Module]:
        """Its own modules."""
        return list(self.code.own.values())

    @cached_property
    def schemas(self) -> list[Document]:
        """The schemas of its handlers: OTF looks for them in a folder of this name."""
        return [
            Document(path, self.relative(path))
            for path in self.files
            if path.suffix == ".json" and self._schema_folder(path)
        ]

    def schema_path(self, document: Document) -> str:
        """Name a schema by its path below the folder `schemas`."""
        folder = self._schema_folder(document.path)
        assert folder
        return document.path.relative_to(folder).as_posix()

    def _schema_folder(self, path: Path) -> Path | None:
        outer = path.relative_to(self.sources).parents
        return next((self.sources / one for one in outer if one.name == "schemas"), None)

    @cached_property
    def tops(self) -> list[tuple[Document, str, str]]:
        """The schemas that OTF opens by name, each with its kind and its module's name."""
        tops = []
        for document in self.schemas:
            folder, path = self._schema_folder(document.path), self.schema_path(document)
            assert folder
            package = ".".join(folder.parent.relative_to(self.sources).parts)
            if match := re.fullmatch(r"transfer/(\w+)_(source|destination)\.json", path):
                tops.append((document, match[2], f"{package}.{match[1]}"))
            elif match := re.fullmatch(r"execution/(\w+)/\1\.json", path):
                tops.append((document, "execution", f"{package}.{match[1]}"))
        return tops

    @cached_property
    def handlers(self) -> list[Handler]:
        """The classes that OTF loads.

        They are in a module beside `schemas`, or in one of `remotehandlers`. A class from which
        others there derive is not one, unless a schema names it.
        """
        named = self.named_classes
        made = {}
        for module in self.modules:
            if not self._has_handlers(module):
                continue
            for cls in module.classes.values():
                lineage, missing = self.code.lineage(cls)
                dotted = {one.dotted for one in lineage} | set(missing)
                kind = "transfer" if TRANSFER in dotted else ""
                kind = "execution" if EXECUTION in dotted else kind
                if kind or cls.dotted in named:
                    made[cls.dotted] = Handler(cls, kind, lineage, missing, self)
        bases = {base.dotted for one in made.values() for base in one.lineage[1:]}
        return [one for name, one in made.items() if name in named or name not in bases]

    @cached_property
    def named_classes(self) -> set[str]:
        """What the schemas name in `protocol.name`."""
        text = "\n".join(document.text for document in self.schemas)
        return set(re.findall(r'"((?:\w+\.)+\w+)"', text))

    def _has_handlers(self, module: Module) -> bool:
        beside = module.path.parent / "schemas"
        return beside.is_dir() or module.path.parent.name == "remotehandlers"

    @cached_property
    def roles(self) -> list[Role]:
        """What its handlers can be in a task."""
        made = []
        for document, kind, module in self.tops:
            of_kind = "execution" if kind == "execution" else "transfer"
            handlers = [h for h in self.handlers if h.cls.module.name == module]
            fitting = [h for h in handlers if h.kind == of_kind]
            if fitting:
                made.append(Role(kind, module, document, fitting))
        return made

    @cached_property
    def transfers(self) -> list[Handler]:
        """Its handlers of transfers."""
        return [handler for handler in self.handlers if handler.kind == "transfer"]

    @cached_property
    def executions(self) -> list[Handler]:
        """Its handlers of executions."""
        return [handler for handler in self.handlers if handler.kind == "execution"]

    @cached_property
    def lookups(self) -> list[Module]:
        """Its lookup plugins."""
        return self._plugins(LOOKUP)

    @cached_property
    def cachings(self) -> list[Module]:
        """Its caching plugins."""
        return self._plugins(CACHING)

    def _plugins(self, folder: str) -> list[Module]:
        below = (self.sources / folder).as_posix() + "/"
        modules = (module for module in self.modules if module.path.as_posix().startswith(below))
        return [module for module in modules if module.path.name != "__init__.py"]

    @cached_property
    def tests(self) -> list[Path]:
        """The Python files of its tests."""
        folders = [self.root / name for name in ("tests", "test")]
        return [path for folder in folders for path in _walk(folder) if path.suffix == ".py"]

    @cached_property
    def tasks(self) -> list[Document]:
        """The task definitions and variables that come with it."""
        paths = (path for path in _walk(self.root / "cfg") if path.suffix == ".json")
        return [Document(path, self.relative(path)) for path in paths]


def _walk(folder: Path) -> list[Path]:
    """List the files below a folder, without those that are made, hidden or beside the packages."""
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.is_file():
            found.append(path)
        elif not path.name.startswith((".", "__pycache__")) and not path.name.endswith(
            (".egg-info", ".dist-info")
        ):
            # `tests` may be the name of a folder of schemas or the like further down.
            aside = path.name in ASIDE and (path.parent / "pyproject.toml").exists()
            virtual = (path / "pyvenv.cfg").exists()
            found += [] if aside or virtual else _walk(path)
    return found


def _is_project(folder: Path) -> bool:
    return any((folder / name).is_file() for name in PROJECT_FILES)


def _kind(folder: Path) -> str:
    """Return the kind of a folder: a project, or an unpacked distribution."""
    if (folder / "PKG-INFO").is_file():
        return "sdist"
    if _is_project(folder):
        return "folder"
    # An environment has many of them.
    if len(list(folder.glob("*.dist-info"))) == 1:
        return "wheel"
    inside = [path for path in sorted(folder.iterdir()) if path.is_dir() and _is_project(path)]
    raise NotAnAddonError(
        f"{folder} has no pyproject.toml, setup.py or setup.cfg: name the folder of one addon"
        + (f", such as {inside[0]}" if inside else "")
    )


@contextmanager
def opened(path: Path, otf: Installed) -> Iterator[Addon]:
    """Open an addon, wherever it is packed.

    Args:
        path: A folder with a project file in it, a .tar.gz or a .whl, unpacked or not.
        otf: What is known of the OTF that is installed.

    Raises:
        NotAnAddonError: There is no addon.
    """
    with tempfile.TemporaryDirectory(prefix="checker-") as temporary:
        root, kind = path, "folder"
        try:
            if path.is_file() and path.suffix == ".whl":
                root, kind = Path(temporary), "wheel"
                with zipfile.ZipFile(path) as wheel:
                    wheel.extractall(root)
            elif path.is_file() and path.name.endswith((".tar.gz", ".tgz")):
                kind = "sdist"
                with tarfile.open(path) as sdist:
                    sdist.extractall(temporary, filter="data")
                root = next(Path(temporary).iterdir())
            elif path.is_dir():
                kind = _kind(path)
        except (OSError, tarfile.TarError, zipfile.BadZipFile, StopIteration) as error:
            raise NotAnAddonError(f"{path} cannot be unpacked: {error}") from None
        if not root.is_dir():
            raise NotAnAddonError(f"{path} is not a folder, .tar.gz or .whl")
        addon = Addon(root.resolve(), kind, otf)
        if not (addon.handlers or addon.lookups or addon.cachings or addon.schemas):
            raise NotAnAddonError(
                f"{path} has no addon of OTF in it: no handler below a folder remotehandlers, "
                f"no schemas, no plugin below {LOOKUP} or {CACHING}"
            )
        yield addon
