"""What becomes of an addon when it is built and installed beside others."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from .addon import Addon
from .code import Module, enclosing
from .model import Doubt, Finding, Said

# Folders that several distributions share. OTF's own `opentaskpy.plugins` is one of them.
SHARED = ("", "addons", "plugins", "plugins/lookup", "variablecaching")

# What is packaged anyway, or need not be.
NO_DATA = {".py", ".pyc", ".pyi", ".md", ".rst"}

# Modules whose names differ from that of their distribution, and do not resemble it.
OTHER_NAMES = {
    "attr": {"attrs"},
    "bs4": {"beautifulsoup4"},
    "Crypto": {"pycryptodome"},
    "cv2": {"opencv-python"},
    "git": {"gitpython"},
    "jwt": {"pyjwt"},
    "ldap": {"python-ldap"},
    "OpenSSL": {"pyopenssl"},
    "PIL": {"pillow"},
    "pkg_resources": {"setuptools"},
    "serial": {"pyserial"},
    "yaml": {"pyyaml"},
}


def itself(addon: Addon) -> list[Addon]:
    """Take the addon as a whole."""
    return [addon]


def built(addon: Addon) -> list[Addon]:
    """Take an addon that says how it is built; a wheel is built already."""
    return [addon] if addon.pyproject else []


def namespace(addon: Addon) -> Said:
    """Folders that OTF and other addons share have no `__init__.py`.

    With an `opentaskpy/__init__.py`, OTF itself or all other addons can no longer be imported.
    The same holds for the folders of addons, lookup plugins and caching plugins.
    """
    for folder in SHARED:
        path = addon.sources / "opentaskpy" / folder / "__init__.py"
        if path.exists():
            wrong = "it hides the modules of other distributions in this folder"
            yield Finding(addon.relative(path), 1, wrong, "delete this file")


def init_of_packages(addon: Addon) -> Said:
    """The folder that holds `schemas` is a package with an `__init__.py`.

    Without it, OTF fails if two distributions contain parts of the same package.
    """
    for folder in sorted({Path(h.cls.module.path).parent for h in addon.handlers}):
        if not (folder / "__init__.py").exists():
            wrong = f"the package of the handlers, {addon.relative(folder)}, has no __init__.py"
            handler = next(h for h in addon.handlers if h.cls.module.path.parent == folder)
            yield Finding(handler.cls.module.file, 1, wrong, "add an empty __init__.py beside it")


def with_handlers(addon: Addon) -> list[Addon]:
    """Take an addon that has handlers."""
    return [addon] if addon.handlers else []


def packages_found(addon: Addon) -> Said:
    """The build finds the packages below the namespace `opentaskpy`.

    `opentaskpy` has no `__init__.py`, so a search for ordinary packages finds nothing, and the
    wheel is empty.
    """
    find = addon.setting("tool", "setuptools", "packages", "find") or {}
    if find.get("namespaces") is False:
        line = addon.line_of("tool.setuptools.packages.find", "namespaces")
        wrong = "namespaces = false finds no package below opentaskpy: the wheel is empty"
        yield Finding("pyproject.toml", line, wrong, "delete `namespaces = false`")
    where = find.get("where", ["."])
    searched = "find" in (addon.setting("tool", "setuptools", "packages") or {})
    if searched and addon.sources not in [(addon.root / folder).resolve() for folder in where]:
        line = addon.line_of("tool.setuptools.packages.find", "where")
        wrong = f"there are no packages in {', '.join(where)}"
        yield Finding("pyproject.toml", line, wrong, f'write where = ["{addon.sources.name}"]')


def package_data_included(addon: Addon) -> Said:
    """`include-package-data` is not switched off.

    The guide's checklist has it. setuptools switches it on by default, but that is not enough:
    see the rule data-packaged.
    """
    if addon.setting("tool", "setuptools", "include-package-data") is False:
        line = addon.line_of("tool.setuptools", "include-package-data")
        remedy = "write include-package-data = true"
        yield Finding("pyproject.toml", line, "files that are not Python are left out", remedy)


def data_packaged(addon: Addon) -> Said:
    """The built distributions contain schemas and other data files.

    The guide recommends `include-package-data`, but that only includes files that MANIFEST.in or a
    version control plugin names. Without schemas OTF fails with "Unresolvable", and tests that run
    in the source folder do not notice.
    """
    modules = [handler.cls.module for handler in addon.handlers]
    tops = {_top(addon, module.path) for module in [*modules, *addon.lookups, *addon.cachings]}
    data = [path for path in addon.files if path.suffix not in NO_DATA and path.name != "py.typed"]
    data = [path for path in data if _top(addon, path) in tops]
    backend = str(addon.setting("build-system", "build-backend") or "setuptools")
    if backend.startswith("hatchling"):
        return  # takes every file of its packages
    if not backend.startswith("setuptools"):
        yield Doubt("pyproject.toml", 1, f"nothing is known of the build backend {backend}")
        return
    if (addon.root / "setup.py").exists() and not addon.setting("project"):
        yield Doubt("setup.py", 1, "what setup.py packages is only known when it is run")
        return
    left_out = [path for path in data if not _is_packaged(addon, path)]
    if left_out:
        names = addon.relative(left_out[0])
        others = f" and {len(left_out) - 1} more" if len(left_out) > 1 else ""
        suffixes = ", ".join(sorted({f'"*{path.suffix or path.name}"' for path in left_out}))
        line = addon.line_of("tool.setuptools", "include-package-data")
        remedy = f'add [tool.setuptools.package-data] with "*" = [{suffixes}]'
        wrong = f"{names}{others} will not be in the wheel"
        yield Finding("pyproject.toml", line, wrong, remedy)


def _top(addon: Addon, path: Path) -> str:
    return path.relative_to(addon.sources).parts[0]


def _is_packaged(addon: Addon, path: Path) -> bool:
    """Return whether setuptools puts a file into the wheel."""
    package_data = addon.setting("tool", "setuptools", "package-data") or {}
    inner = PurePosixPath(path.relative_to(addon.sources).as_posix())
    for package, patterns in package_data.items():
        for folder in inner.parents:
            name = ".".join(folder.parts)
            if package in ("*", "", name):
                below = inner.relative_to(folder).as_posix()
                if any(_matches(below, pattern) for pattern in patterns):
                    return True
    if addon.setting("tool", "setuptools", "include-package-data") is False:
        return False
    requirements = " ".join(addon.setting("build-system", "requires") or [])
    if re.search(r"setuptools[-_](scm|git)", requirements):
        return True  # takes every file that is under version control
    if addon.kind == "sdist":
        return True  # it is in the distribution, so something has named it
    return _in_manifest(addon.root / "MANIFEST.in", addon.relative(path))


def _matches(name: str, pattern: str) -> bool:
    parts = [
        ".*" if part == "**" else "".join("[^/]*" if c == "*" else re.escape(c) for c in part)
        for part in pattern.split("/")
    ]
    return bool(re.fullmatch("/".join(parts).replace(".*/", "(?:.*/)?"), name))


def _in_manifest(manifest: Path, name: str) -> bool:
    """Return whether MANIFEST.in names a file; its last word counts."""
    named = False
    for line in manifest.read_text(encoding="utf-8").splitlines() if manifest.exists() else []:
        command, *words = line.split("#")[0].split() or [""]
        inside, rest = name.startswith(f"{words[0].rstrip('/')}/") if words else False, words[1:]
        base = name.rsplit("/", 1)[-1]
        hit = {
            "include": any(_matches(name, word) for word in words),
            "exclude": any(_matches(name, word) for word in words),
            "recursive-include": inside and any(fnmatch(base, word) for word in rest),
            "recursive-exclude": inside and any(fnmatch(base, word) for word in rest),
            "global-include": any(fnmatch(base, word) for word in words),
            "global-exclude": any(fnmatch(base, word) for word in words),
            "graft": inside,
            "prune": inside,
        }.get(command, False)
        if hit:
            named = command in ("include", "recursive-include", "global-include", "graft")
    return named


def dependencies(addon: Addon) -> Said:
    """A declared dependency brings every imported module.

    A module that is installed only because OTF or a library needs it may be missing after an
    update.
    """
    dynamic = addon.setting("project", "dynamic") or []
    if not addon.metadata["Name"] and (not addon.setting("project") or "dependencies" in dynamic):
        yield Doubt("pyproject.toml", 1, "it does not say what the addon depends on")
        return
    declared = _declared(addon)
    for name, (module, line) in sorted(_imports(addon).items()):
        providers = addon.otf.providers.get(name, [])
        known = OTHER_NAMES.get(name, set()) | {_plain(each) for each in providers}
        if declared & known or any(_resemble(name, each) for each in declared):
            continue
        elsewhere = {each for each in _optional(addon) if _resemble(name, each)}
        distribution = next(iter([*sorted(known), *sorted(elsewhere)]), "")
        if distribution:
            wrong = f"{name} is imported, but no dependency of the addon brings it"
            remedy = f'add "{distribution}" to the dependencies in pyproject.toml'
            yield Finding(module.file, line, wrong, remedy)
        else:
            why = f"{name} is imported, and it is not known which distribution brings it"
            yield Doubt(module.file, line, why)


def _imports(addon: Addon) -> dict[str, tuple[Module, int]]:
    """List the top-level modules that are imported from outside, each with its first place."""
    found: dict[str, tuple[Module, int]] = {}
    own = {path.name for path in addon.sources.iterdir()} - {"opentaskpy"}
    for module in addon.modules:
        for name, node in imports(module):
            top = name.split(".")[0]
            if top in addon.otf.stdlib or top in own | found.keys() or name in addon.code.own:
                continue
            if top == "opentaskpy" and "." not in name:
                continue  # a part of the namespace, from any distribution
            optional = enclosing(node, ast.Try)
            typing = enclosing(node, ast.If)
            if isinstance(optional, ast.Try) and _catches_import_error(optional):
                continue
            if isinstance(typing, ast.If) and "TYPE_CHECKING" in ast.unparse(typing.test):
                continue
            found[top] = module, node.lineno
    return found


def imports(module: Module) -> Iterator[tuple[str, ast.Import | ast.ImportFrom]]:
    """List the modules that a module imports, each with the place."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield module.origin(node), node


def _catches_import_error(node: ast.Try) -> bool:
    caught = " ".join(ast.unparse(each.type) if each.type else "" for each in node.handlers)
    return "ImportError" in caught or "ModuleNotFoundError" in caught


def _declared(addon: Addon) -> set[str]:
    required = addon.metadata.get_all("Requires-Dist") or []
    needed = [each for each in required if "extra ==" not in each]
    written = addon.setting("project", "dependencies") or []
    return {_plain(each) for each in [*needed, *written]}


def _optional(addon: Addon) -> set[str]:
    extras = addon.setting("project", "optional-dependencies") or {}
    groups = addon.setting("dependency-groups") or {}
    listed = [each for group in [*extras.values(), *groups.values()] for each in group]
    required = addon.metadata.get_all("Requires-Dist") or []
    names = {_plain(each) for each in [*listed, *required] if isinstance(each, str)}
    return {name for name in names if not name.startswith("types-")}


def _plain(requirement: str) -> str:
    """Return the name of a requirement in the form in which names are compared."""
    name = re.split(r"[^\w.-]", requirement.strip(), maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def _resemble(module: str, distribution: str) -> bool:
    """Return whether a distribution such as python-dateutil is likely to bring a module."""
    words = _plain(module)
    return words in distribution.split("-") or words in (
        distribution,
        distribution.removeprefix("py"),
        distribution.removeprefix("python-"),
    )


def types_seen(addon: Addon) -> Said:
    """The classes of OTF have types for mypy.

    opentaskpy has no py.typed. Without `follow_untyped_imports`, mypy takes its classes for Any
    and reports "Success" for methods that OTF cannot call.
    """
    mypy = addon.setting("tool", "mypy") or {}
    overrides = [
        each
        for each in mypy.get("overrides", [])
        if any(fnmatch("opentaskpy.remotehandlers", name) for name in _names(each.get("module")))
    ]
    skipping = [s for s in [*overrides, mypy] if s.get("follow_imports") in ("skip", "error")]
    following = any(each.get("follow_untyped_imports") for each in [*overrides, mypy])
    hidden = any(each.get("ignore_missing_imports") for each in [*overrides, mypy])
    if skipping or (hidden and not following):
        key = "follow_imports" if skipping else "ignore_missing_imports"
        line = addon.line_of("tool.mypy", key)
        remedy = "set follow_untyped_imports = true for opentaskpy.*"
        yield Finding("pyproject.toml", line, f"with {key} OTF's classes are Any", remedy)


def uses_mypy(addon: Addon) -> list[Addon]:
    """Take an addon that configures mypy in pyproject.toml and derives from OTF's classes."""
    return [addon] if addon.handlers and addon.setting("tool", "mypy") else []


def _names(module: object) -> list[str]:
    return [module] if isinstance(module, str) else list(module) if isinstance(module, list) else []


def tested_schemas(addon: Addon) -> Said:
    """The tests validate task definitions against the schemas with OTF's own functions.

    Only OTF's functions load the schemas as OTF does: other validators find references and fill
    in defaults that it does not.
    """
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in addon.tests]
    for kind, handlers in (("transfer", addon.transfers), ("execution", addon.executions)):
        if not handlers or any(f"validate_{kind}_json" in text for text in texts):
            continue
        file, line = handlers[0].cls.module.file, handlers[0].cls.node.lineno
        if addon.kind == "folder":
            wrong = f"no test validates a definition for {handlers[0].cls.name}"
            remedy = f"call opentaskpy.config.schemas.validate_{kind}_json in a test"
            yield Finding(file, line, wrong, remedy)
        else:
            yield Doubt(
                file, line, f"not all tests need be in a distribution such as this {addon.kind}"
            )
