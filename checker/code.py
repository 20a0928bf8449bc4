"""The Python modules of an addon, read and not run: classes, their ancestors, their methods."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Function = ast.FunctionDef | ast.AsyncFunctionDef

# Classes from which no method of interest comes.
PLAIN = {
    "object",
    "abc.ABC",
    "typing.Generic",
    "typing.Protocol",
    "threading.local",
    "logging.Handler",
}


@dataclass(frozen=True, eq=False)
class Module:
    """A module.

    Attributes:
        name: Its dotted name.
        path: Where it is.
        file: The same, relative to the addon.
        is_own: Whether it belongs to the addon, and not to OTF.
    """

    name: str
    path: Path
    file: str
    is_own: bool = True

    @cached_property
    def text(self) -> str:
        """What is written in it."""
        return self.path.read_text(encoding="utf-8", errors="replace")

    @cached_property
    def _parsed(self) -> ast.Module | SyntaxError | ValueError:
        try:
            return ast.parse(self.text)
        except (SyntaxError, ValueError) as error:
            return error
        except (RecursionError, MemoryError):
            return ValueError("nested too deeply for Python")

    @property
    def error(self) -> SyntaxError | ValueError | None:
        """Why it cannot be compiled."""
        return None if isinstance(self._parsed, ast.Module) else self._parsed

    @property
    def tree(self) -> ast.Module:
        """Its syntax tree; empty if it cannot be compiled."""
        tree = self.nodes[0]
        assert isinstance(tree, ast.Module)
        return tree

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All of its tree, each with its parent."""
        tree = self._parsed
        nodes: list[ast.AST] = [tree if isinstance(tree, ast.Module) else ast.parse("")]
        for node in nodes:
            for child in ast.iter_child_nodes(node):
                child.parent = node  # type: ignore[attr-defined]
                nodes.append(child)
        return nodes

    @cached_property
    def calls(self) -> list[ast.Call]:
        """All calls in it."""
        return [node for node in self.nodes if isinstance(node, ast.Call)]

    @cached_property
    def names(self) -> dict[str, str]:
        """The names that it imports, each with its dotted name."""
        names: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.name if alias.asname else alias.name.partition(".")[0]
                    names[alias.asname or name] = name
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    names[alias.asname or alias.name] = f"{self.origin(node)}.{alias.name}"
        return names

    def origin(self, node: ast.ImportFrom) -> str:
        """Return the module from which an import takes its names."""
        if not node.level:
            return node.module or ""
        levels = node.level - (self.path.name == "__init__.py")
        parts = self.name.split(".")
        base = parts[: len(parts) - levels] if levels else parts
        return ".".join([*base, *([node.module] if node.module else [])])

    @cached_property
    def classes(self) -> dict[str, "Class"]:
        """The classes at its top level, also below an `if` or a `try`."""
        return {
            node.name: Class(self, node)
            for node in self.nodes
            if isinstance(node, ast.ClassDef) and not enclosing(node, ast.ClassDef, *FUNCTIONS)
        }

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The functions at its top level."""
        return {
            node.name: node
            for node in self.nodes
            if isinstance(node, FUNCTIONS) and not enclosing(node, ast.ClassDef, *FUNCTIONS)
        }

    @cached_property
    def bindings(self) -> dict[str, list[tuple[ast.AST, ast.expr]]]:
        """What names and `self.name` are set to, each with the function or class that it is in.

        The value of a function is what it returns; an annotation without a value is its own.
        """
        found: dict[str, list[tuple[ast.AST, ast.expr]]] = {}
        for node in self.nodes:
            for target, value in _bound(node):
                scope = enclosing(target, ast.ClassDef, *FUNCTIONS) or self.tree
                name = _name(target)
                if name.startswith("self."):
                    scope = enclosing(target, ast.ClassDef) or scope
                elif isinstance(scope, ast.ClassDef):
                    name = f"self.{name}"
                found.setdefault(name, []).append((scope, value))
        return found

    def dotted(self, node: ast.expr) -> str:
        """Return the dotted name of an expression such as `a.b`; "" for any other expression."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value)
            return base and f"{base}.{node.attr}"
        return ""


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, eq=False)
class Class:
    """A class at the top level of a module."""

    module: Module
    node: ast.ClassDef

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.name

    @property
    def dotted(self) -> str:
        """Its name with that of its module."""
        return f"{self.module.name}.{self.name}"

    @cached_property
    def members(self) -> dict[str, ast.AST]:
        """What its body defines: methods, attributes with a value."""
        members: dict[str, ast.AST] = {}
        for node in self.node.body:
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                members[node.name] = node
            elif isinstance(node, ast.Assign):
                members |= {t.id: node for t in node.targets if isinstance(t, ast.Name)}
            elif isinstance(node, ast.AnnAssign) and node.value:
                members |= {node.target.id: node} if isinstance(node.target, ast.Name) else {}
        return members


@dataclass(frozen=True)
class Member:
    """What a class has under a name, and the class of its ancestors where that is defined."""

    owner: Class
    node: ast.AST

    @property
    def module(self) -> Module:
        """The module of that class."""
        return self.owner.module

    @property
    def line(self) -> int:
        """The line where it is defined."""
        return int(getattr(self.node, "lineno", 1))


@dataclass(frozen=True)
class Code:
    """The modules of an addon, and of the OTF that is installed."""

    own: dict[str, Module]
    otf: dict[str, Module]

    def find_module(self, name: str) -> Module | None:
        """Find a module by its dotted name."""
        return self.own.get(name) or self.otf.get(name)

    def find_class(self, dotted: str, depth: int = 9) -> Class | None:
        """Find a class by its dotted name, or by a name under which it is imported."""
        module_name, _, name = dotted.rpartition(".")
        module = self.find_module(module_name)
        if module is None or depth == 0:
            return None
        if name in module.classes:
            return module.classes[name]
        further = module.names.get(name)
        return self.find_class(further, depth - 1) if further else None

    def values(
        self, module: Module, node: ast.expr, seen: set[ast.AST] | None = None
    ) -> Iterator[tuple[Module, ast.expr]]:
        """List the possible values of an expression, each with its module.

        It follows names, attributes of `self` and what functions of the addon return.
        """
        seen = set() if seen is None else seen
        if node in seen:
            return
        seen.add(node)
        yield module, node
        for part in _parts(module, node):
            yield from self.values(module, part, seen)
        for place, value in self._set(module, node):
            yield from self.values(place, value, seen)

    def _set(self, module: Module, node: ast.expr) -> list[tuple[Module, ast.expr]]:
        name = _name(node)
        if name.startswith("self."):
            outer = enclosing(node, ast.ClassDef)
            cls = module.classes.get(outer.name) if isinstance(outer, ast.ClassDef) else None
            scopes = [(one.module, one.node) for one in self.lineage(cls)[0]] if cls else []
            return [found for place, scope in scopes for found in _bound_in(place, scope, name)]
        for scope in around(node):
            if isinstance(scope, (*FUNCTIONS, ast.Module)) and (
                found := _bound_in(module, scope, name)
            ):
                return found
        origin, _, name = module.names.get(name, "").rpartition(".")
        other = self.find_module(origin)
        return _bound_in(other, other.tree, name) if other else []

    def lineage(self, cls: Class) -> tuple[list[Class], list[str]]:
        """List a class with its ancestors, the nearest first, and those that cannot be found."""
        found, missing = [cls], []
        for base in cls.node.bases:
            expression = base.value if isinstance(base, ast.Subscript) else base
            dotted = cls.module.dotted(expression)
            local = cls.module.classes.get(dotted)
            ancestor = local or self.find_class(dotted)
            if ancestor is None:
                missing += [] if dotted in PLAIN else [dotted or ast.unparse(base)]
            elif ancestor is not cls:
                more, lost = self.lineage(ancestor)
                # An ancestor of two comes after both, as in Python's own order.
                found = [one for one in found if one not in more] + more
                missing += lost
        return found, missing


def _name(node: ast.AST) -> str:
    """Name a variable, an attribute of `self` or a function that is called; "" for the rest."""
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"self.{node.attr}" if node.value.id in ("self", "cls") else ""
    if isinstance(node, FUNCTIONS):
        return node.name
    return node.arg if isinstance(node, ast.arg) else getattr(node, "id", "")


def _bound(node: ast.AST) -> Iterator[tuple[ast.AST, ast.expr]]:
    """List what a statement binds: a target and its value."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign):
        value = node.value or node.annotation
        yield node.target, node.annotation if is_none(value) else value
    elif isinstance(node, ast.NamedExpr):
        yield node.target, node.value
    elif isinstance(node, ast.withitem) and node.optional_vars:
        yield node.optional_vars, node.context_expr
    elif isinstance(node, ast.arg):
        # Without an annotation nothing is known, and it hides what is called the same outside.
        yield node, node.annotation or ast.Constant(None)
    elif isinstance(node, ast.Return | ast.Yield) and node.value:
        function = enclosing(node, *FUNCTIONS)
        if function:
            yield function, node.value


def _bound_in(module: Module, scope: ast.AST, name: str) -> list[tuple[Module, ast.expr]]:
    return [(module, value) for where, value in module.bindings.get(name, []) if where is scope]


def _parts(module: Module, node: ast.expr) -> list[ast.expr]:
    """List what an expression chooses from, such as both sides of `a or b`."""
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [node.left, node.right]
    if isinstance(node, ast.Await | ast.NamedExpr):
        return [node.value]
    if isinstance(node, ast.Subscript) and module.dotted(node.value) == "typing.Optional":
        return [node.slice]
    return []


def enclosing(node: ast.AST, *kinds: type[ast.AST]) -> ast.AST | None:
    """Find the nearest node of a kind around a node."""
    for outer in around(node):
        if isinstance(outer, kinds):
            return outer
    return None


def parent(node: ast.AST) -> Any:
    """Return the node around a node; None for a module."""
    return getattr(node, "parent", None)


def around(node: ast.AST) -> Iterator[ast.AST]:
    """List the nodes around a node, the nearest first."""
    while (outer := parent(node)) is not None:
        yield outer
        node = outer


def constant(node: ast.AST | None) -> object:
    """Return the value of a constant; None for any other expression."""
    return node.value if isinstance(node, ast.Constant) else None


def is_none(node: ast.AST) -> bool:
    """Return whether an expression is a plain None."""
    return isinstance(node, ast.Constant) and node.value is None


def strings(node: ast.AST) -> Iterator[str]:
    """List the texts in a tree that are not docstrings."""
    for part in ast.walk(node):
        text = constant(part)
        if isinstance(text, str) and not isinstance(parent(part), ast.Expr):
            yield text


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """List the calls in a tree."""
    return (part for part in ast.walk(node) if isinstance(part, ast.Call))
