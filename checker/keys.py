"""Whether the schemas offer the keys that the code reads, and no others."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from .addon import Addon, Handler, Role
from .code import FUNCTIONS, Class, Module, constant, enclosing, parent, strings
from .model import Finding, Said
from .schemas import Part, follow, offers, properties, whole

Path = tuple[str, ...]
# The variables of functions that have a part of the definition.
Aliases = dict[tuple[ast.AST | None, str], Path]

READ_BY_OTF = {
    "source": """
        directory fileRegex error fileWatch conditionals encryption protocol protocol.name
        logWatch logWatch.directory logWatch.log logWatch.timeout logWatch.sleepTime
        fileWatch.timeout fileWatch.sleepTime fileWatch.directory fileWatch.fileRegex
        fileWatch.watchOnly conditionals.checkDuringFilewatch conditionals.size
        conditionals.size.gt conditionals.size.lt conditionals.age conditionals.age.gt
        conditionals.age.lt conditionals.count conditionals.count.minCount
        conditionals.count.maxCount encryption.decrypt encryption.private_key
        cacheableVariables.cachingPlugin cacheableVariables.cacheArgs
    """,
    "destination": """
        transferType flags encryption protocol protocol.name encryption.encrypt
        encryption.public_key encryption.sign encryption.private_key encryption.output_extension
        cacheableVariables.cachingPlugin cacheableVariables.cacheArgs
    """,
    "execution": "type variables protocol protocol.name",
}
# OTF adds it after the check of the schema.
ADDED = {"task_id"}

# What may stand around a value without its parts being read there.
TESTS = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.FormattedValue, ast.If, ast.While, ast.IfExp)


@dataclass
class Reads:
    """What some code reads of a task definition.

    Attributes:
        read: The keys, each with the place.
        made: Those that the code sets itself where they are not set.
        handed_on: The parts whose further use the checker does not follow.
    """

    read: dict[Path, tuple[Module, int]] = field(default_factory=dict)
    made: set[Path] = field(default_factory=set)
    handed_on: set[Path] = field(default_factory=set)


def reads(pieces: Iterable[tuple[Module, ast.AST]]) -> Reads:
    """Follow `self.spec` through some code."""
    found = Reads()
    for one in (_reads(module, piece) for module, piece in pieces):
        found.read |= one.read
        found.made |= one.made
        found.handed_on |= one.handed_on
    return found


@lru_cache(maxsize=1024)
def _reads(module: Module, piece: ast.AST) -> Reads:
    found = Reads()
    nodes = [node for node in ast.walk(piece) if isinstance(node, ast.Name | ast.Attribute)]
    aliases: Aliases = {}
    known = -1
    while known < len(aliases):  # what the last round has found may lead further
        known = len(aliases)
        for node in nodes:
            start = _start(node, aliases)
            if start is not None:
                _follow(module, node, start, found, aliases)
    return found


def _start(node: ast.AST, aliases: Aliases) -> Path | None:
    if isinstance(node, ast.Attribute) and node.attr == "spec":
        return () if isinstance(node.ctx, ast.Load) else None
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        alias = aliases.get((enclosing(node, *FUNCTIONS), node.id))
        return () if alias is None and node.id == "spec" else alias
    return None


def _follow(
    module: Module,
    node: ast.AST,
    path: Path,
    found: Reads,
    aliases: Aliases,
) -> None:
    """Go from a part of the definition outwards, through `["key"]` and `.get("key")`."""
    while True:
        outer = parent(node)
        if isinstance(outer, ast.Subscript) and outer.value is node:
            key = constant(outer.slice)
            if not isinstance(outer.ctx, ast.Load):
                return
            if not isinstance(key, str):
                break
            path, node = (*path, key), outer
        elif isinstance(outer, ast.Attribute):
            call = parent(outer)
            key = constant(call.args[0]) if isinstance(call, ast.Call) and call.args else None
            if outer.attr not in ("get", "pop", "setdefault") or not isinstance(key, str):
                if outer.attr in ("keys", "values", "items", "copy", "update"):
                    break
                return  # a method of a value, such as startswith
            path, node = (*path, key), parent(outer)
            if outer.attr == "setdefault":
                found.made.add(path)
        elif isinstance(outer, ast.Compare) and node in outer.comparators:
            key = constant(outer.left)
            if isinstance(key, str) and isinstance(outer.ops[0], ast.In | ast.NotIn):
                found.read.setdefault((*path, key), (module, outer.lineno))
            return
        elif isinstance(outer, ast.Assign) and outer.value is node:
            target = outer.targets[0]
            if isinstance(target, ast.Name) and _is_set_once(target):
                aliases[enclosing(node, *FUNCTIONS), target.id] = path
                return
            if isinstance(target, ast.Attribute) and target.attr == "spec":
                return
            break
        elif isinstance(outer, ast.Call) and node in outer.args:
            function = outer.func
            if isinstance(function, ast.Attribute) and function.attr == "__init__":
                return  # that of the base class, which keeps it
            if isinstance(function, ast.Name) and function.id in ("str", "int", "len", "bool"):
                return
            break
        elif isinstance(outer, TESTS) and not (
            isinstance(outer, ast.BoolOp | ast.IfExp) and isinstance(parent(outer), ast.Assign)
        ):
            return
        else:
            break
        if path:
            found.read.setdefault(path, (module, getattr(node, "lineno", 1)))
    found.handed_on.add(path)


def _is_set_once(name: ast.Name) -> bool:
    """Return whether a variable has the same value throughout its function."""
    function = enclosing(name, *FUNCTIONS, ast.Module)
    names = (node for node in ast.walk(function or name) if isinstance(node, ast.Name))
    return sum(node.id == name.id and isinstance(node.ctx, ast.Store) for node in names) == 1


def _judged(handler: Handler) -> Reads:
    """Leave out what a handler that is one end of a transfer shares with others.

    Such code may serve the other end too.
    """
    ends = {role.kind for role in handler.roles}
    is_one_end = len(ends) == 1 and handler.kind == "transfer"
    classes = [cls for cls in handler.own if not is_one_end or cls.module is handler.cls.module]
    return reads((cls.module, cls.node) for cls in classes)


def refused(addon: Addon) -> Said:
    """The schemas have every key that the code reads.

    Users cannot set a key that the schema refuses, so the code for it is dead.
    """
    for handler in addon.handlers:
        yield from _refused(addon, _judged(handler), handler.roles, handler.cls.name)
    yield from _refused(addon, _helpers(addon), addon.roles, "any handler")


def _helpers(addon: Addon) -> Reads:
    """Collect what is read outside of handlers: it may come from any of them, in any role."""
    taken = {cls.node for handler in addon.handlers for cls in handler.own}
    nodes = [(module, node) for module in addon.modules for node in module.tree.body]
    return reads((module, node) for module, node in nodes if node not in taken)


def _refused(addon: Addon, code: Reads, roles: list[Role], who: str) -> Said:
    for path, (module, line) in code.read.items():
        if path[0] not in ADDED and path not in code.made and roles:
            answers = {offers(addon, whole(role.schema), path) for role in roles}
            if answers == {False}:
                name = ".".join(path)
                wrong = f"{name} is read, and the schemas of {who} refuse it"
                yield Finding(module.file, line, wrong, f"describe {name} in them, or delete this")


def unread(addon: Addon) -> Said:
    """The code or OTF reads every key of the schemas.

    A key that nothing reads is accepted and has no effect.
    """
    words = {text for module in addon.modules for text in strings(module.tree)}
    given_away = set(_given_away(addon))
    for role in addon.roles:
        code = reads((cls.module, cls.node) for cls in _own(role))
        code.read |= _helpers(addon).read
        known = {tuple(name.split(".")) for name in READ_BY_OTF[role.kind].split()}
        for path, part in _offered(addon, whole(role.schema), ()):
            outer = [path[:length] for length in range(len(path))]
            followed = not any(p in code.handed_on for p in outer if len(p) < 2)
            lost = any(
                part_of in code.handed_on or part_of[-1] in given_away
                for part_of in outer[1:]
                if part_of != ("protocol",)
            )
            is_named = not followed and path[-1] in words
            if not (lost or is_named or path in known | code.read.keys()):
                name = ".".join(path)
                wrong = f"nothing reads {name}"
                remedy = "delete it, or implement it in the code"
                yield Finding(part.document.file, part.line(), wrong, remedy)


def _own(role: Role) -> list[Class]:
    return [cls for handler in role.handlers for cls in handler.own]


def _offered(addon: Addon, part: Part, path: Path) -> Iterator[tuple[Path, Part]]:
    """List the keys that the addon's own schemas describe, at every depth."""
    found = follow(addon, part)
    if found is None or len(path) > 6:
        return
    if "items" in found.data:
        items = Part(found.document, (*found.where, "items"), found.data["items"], False)
        yield from _offered(addon, items, path)
    for name, one in properties(addon, found).items():
        is_own = one.document.path.is_relative_to(addon.root)
        if is_own and name not in ("required", "additionalProperties"):
            yield (*path, name), one
            yield from _offered(addon, one, (*path, name))


def _given_away(addon: Addon) -> Iterator[str]:
    """List the keys whose whole value goes where the checker does not follow it."""
    for module in addon.modules:
        for node in module.nodes:
            key: object = None
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
                key = constant(node.slice)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                key = constant(node.args[0]) if node.func.attr == "get" and node.args else None
            outer = parent(node)
            goes_on = isinstance(outer, (ast.Subscript, ast.Assign, *TESTS))
            goes_on = goes_on or (isinstance(outer, ast.Attribute) and outer.attr == "get")
            if isinstance(key, str) and not goes_on:
                yield key
