"""Lookup plugins and caching plugins."""

import ast

from .addon import CACHING, LOOKUP, Addon
from .code import FUNCTIONS, Function, Module, constant, enclosing
from .handlers import log_calls
from .model import Finding, Said
from .packaging import imports


def lookups(addon: Addon) -> list[tuple[Addon, Module]]:
    """Take each lookup plugin."""
    return [(addon, module) for module in addon.lookups]


def cachings(addon: Addon) -> list[tuple[Addon, Module]]:
    """Take each caching plugin."""
    return [(addon, module) for module in addon.cachings]


def plugins(addon: Addon) -> list[tuple[Addon, Module]]:
    """Take each plugin."""
    return [*lookups(addon), *cachings(addon)]


def runs(subject: tuple[Addon, Module]) -> Said:
    """Every plugin has a function `run` with the arguments that OTF passes.

    A lookup plugin gets the arguments of `lookup` and `globals`, a caching plugin `cacheArgs`
    and `value`, all by name.
    """
    addon, module = subject
    run = module.functions.get("run")
    if run is None:
        if module.functions or module in addon.cachings:
            wrong = "there is no function run"
            yield Finding(module.file, 1, wrong, "write def run(**kwargs)")
        return
    keyword = "globals" if module in addon.lookups else "value"
    takes = {argument.arg for argument in [*run.args.args, *run.args.kwonlyargs]}
    if run.args.kwarg is None and keyword not in takes:
        wrong = f"run does not take {keyword}"
        yield Finding(module.file, run.lineno, wrong, "write def run(**kwargs)")


def places(addon: Addon) -> Said:
    """Plugins are where OTF looks for them.

    OTF looks in `opentaskpy/plugins/lookup` and `opentaskpy/variablecaching`; its documentation
    says otherwise.
    """
    for module in addon.modules:
        path = module.path.relative_to(addon.sources).as_posix()
        if "run" not in module.functions or path.startswith((LOOKUP, CACHING)):
            continue
        for folder, right in (("plugins/lookup/", LOOKUP), ("variablecaching/", CACHING)):
            if f"/{folder}" in f"/{path}":
                wrong = "OTF does not look for plugins here"
                yield Finding(module.file, 1, wrong, f"move it below {right}")


def anything(addon: Addon) -> list[Addon]:
    """Take an addon that has plugins, or a module that may be meant as one."""
    meant = any(
        "run" in module.functions and ("plugins" in module.name or "caching" in module.name)
        for module in addon.modules
    )
    return [addon] if meant or addon.lookups or addon.cachings else []


def late_imports(subject: tuple[Addon, Module]) -> Said:
    """Lookup plugins import libraries inside `run`.

    OTF reports a plugin whose import fails as one that does not exist.
    """
    addon, module = subject
    for name, node in imports(module):
        top = name.partition(".")[0]
        outside = top not in addon.otf.stdlib and top != "opentaskpy"
        if outside and not enclosing(node, *FUNCTIONS, ast.Try):
            wrong = f"without {top}, OTF reports that the plugin does not exist"
            remedy = "import it inside run, and raise LookupPluginError if that fails"
            yield Finding(module.file, node.lineno, wrong, remedy)


def escapes(subject: tuple[Addon, Module]) -> Said:
    """A lookup plugin escapes its value once.

    OTF inserts it into the text of a JSON file. If the plugin replaces line breaks before
    `json.dumps`, they are escaped twice.
    """
    _, module = subject
    run = module.functions.get("run")
    if run is None:
        return
    dumps = [call for call in module.calls if module.dotted(call.func) == "json.dumps"]
    if not dumps and "json" not in _imported(module):
        for node in ast.walk(run):
            if isinstance(node, ast.Return) and not _is_harmless(module, run, node.value):
                wrong = "a quotation mark or a line break in the value breaks the definition"
                yield Finding(module.file, node.lineno, wrong, "return json.dumps(value)[1:-1]")
                return
    for call in module.calls:
        replaces = isinstance(call.func, ast.Attribute) and call.func.attr == "replace"
        if dumps and replaces and [constant(each) for each in call.args] == ["\n", "\\n"]:
            wrong = "json.dumps escapes the backslash again: line breaks arrive as \\n"
            yield Finding(module.file, call.lineno, wrong, "delete this replacement")


def _is_harmless(module: Module, run: Function, value: ast.expr | None) -> bool:
    """Return whether a value is a constant or a number."""
    for node in ast.walk(run):
        if isinstance(node, ast.Assign) and value:
            is_it = ast.unparse(node.targets[0]) == ast.unparse(value)
            value = node.value if is_it else value
    while isinstance(value, ast.Call) and module.dotted(value.func) == "str" and value.args:
        value = value.args[0]
    if isinstance(value, ast.Call):
        name = module.dotted(value.func)
        return name in ("int", "float", "len", "round") or name.startswith("random.")
    return value is None or isinstance(value, ast.Constant)


def _imported(module: Module) -> set[str]:
    return {name.partition(".")[0] for name, _ in imports(module)} - {"opentaskpy"}


def silent(subject: tuple[Addon, Module]) -> Said:
    """No plugin logs the value.

    The value is secret at every log level.
    """
    addon, module = subject
    run = module.functions.get("run")
    if run is None:
        return
    secret = _values(run) if module in addon.lookups else set()
    for call, said in log_calls(module):
        if enclosing(call, *FUNCTIONS) is run and any(_shows(each, secret) for each in said):
            wrong = "the value of the secret is logged"
            yield Finding(module.file, call.lineno, wrong, "log the name only")


def _values(run: Function) -> set[str]:
    """List the variables that have the value which is returned, or a copy of it."""
    found = {
        node.id
        for statement in ast.walk(run)
        if isinstance(statement, ast.Return) and statement.value
        for node in ast.walk(statement.value)
        if isinstance(node, ast.Name)
    }
    for _ in range(3):
        for node in ast.walk(run):
            if isinstance(node, ast.Assign) and ast.unparse(node.value) in found:
                found |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return found - {argument.arg for argument in ast.walk(run) if isinstance(argument, ast.arg)}


def _shows(node: ast.AST, secret: set[str]) -> bool:
    """Return whether an expression shows a variable, and not only its type or length."""
    measures = ("type", "len", "bool", "isinstance")
    if isinstance(node, ast.Call) and ast.unparse(node.func) in measures:
        return False
    if isinstance(node, ast.Name):
        return node.id in secret
    if isinstance(node, ast.Subscript) and constant(node.slice) == "value":
        return ast.unparse(node.value) == "kwargs"
    return any(_shows(each, secret) for each in ast.iter_child_nodes(node))


def no_globals(subject: tuple[Addon, Module]) -> Said:
    """Caching plugins do without `globals`.

    OTF passes it to lookup plugins only, so code for it in a caching plugin never runs.
    """
    _, module = subject
    for call in module.calls:
        getting = isinstance(call.func, ast.Attribute) and call.func.attr == "get"
        if getting and call.args and constant(call.args[0]) == "globals":
            wrong = "OTF gives no globals to a caching plugin"
            yield Finding(module.file, call.lineno, wrong, "take what is needed from cacheArgs")
