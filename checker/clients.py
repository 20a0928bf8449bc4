"""The clients that send requests, and whether they or a request have a timeout."""

import ast
from collections.abc import Iterator
from enum import IntEnum

from .code import FUNCTIONS, Code, Module, constant, enclosing, is_none

VERBS = {"get", "post", "put", "patch", "delete", "head", "options", "request"}


class Timeout(IntEnum):
    """Whether there is a timeout; the higher one counts where there may be several."""

    GIVEN = 0
    UNKNOWN = 1
    NONE = 2


# What each class has without an argument `timeout`, and its methods that send something.
CLIENTS = {
    "requests.Session": (Timeout.NONE, VERBS | {"send"}),
    "requests.session": (Timeout.NONE, VERBS | {"send"}),
    "requests.sessions.Session": (Timeout.NONE, VERBS | {"send"}),
    # httpx waits for five seconds by default.
    "httpx.Client": (Timeout.GIVEN, VERBS | {"stream", "send"}),
    "httpx.AsyncClient": (Timeout.GIVEN, VERBS | {"stream", "send"}),
    **{
        f"urllib3.{place}{name}": (Timeout.NONE, {"request", "urlopen"})
        for place in ("", "poolmanager.")
        for name in ("PoolManager", "ProxyManager")
    },
}
FUNCTIONS_THAT_SEND = {f"requests.{verb}": Timeout.NONE for verb in VERBS} | {
    f"httpx.{verb}": Timeout.GIVEN for verb in VERBS | {"stream"}
}
METHODS = {name for _, methods in CLIENTS.values() for name in methods}
ADAPTER = "requests.adapters.HTTPAdapter"


def timeout_of(code: Code, module: Module, call: ast.Call) -> Timeout:
    """Return whether a call has a timeout; GIVEN for one that sends nothing."""
    name, function = module.dotted(call.func), call.func
    if name == "urllib.request.urlopen":
        return _given(code, module, call, Timeout.GIVEN if call.args[2:] else Timeout.NONE)
    if name in FUNCTIONS_THAT_SEND:
        return _given(code, module, call, FUNCTIONS_THAT_SEND[name])
    if isinstance(function, ast.Attribute) and function.attr in METHODS:
        clients = list(_clients(code, module, function))
        return _given(code, module, call, max(clients)) if clients else Timeout.GIVEN
    return Timeout.GIVEN


def _clients(code: Code, module: Module, function: ast.Attribute) -> Iterator[Timeout]:
    """List what the clients that a method may belong to have by themselves."""
    for place, value in code.values(module, function.value):
        is_call = isinstance(value, ast.Call)
        name = place.dotted(value.func if isinstance(value, ast.Call) else value)
        default, methods = CLIENTS.get(name, (Timeout.GIVEN, ()))
        if function.attr not in methods:
            continue
        # A class that is not called is an annotation: the client is made elsewhere.
        if not is_call or (name.startswith("requests.") and _is_changed(code, place)):
            yield Timeout.UNKNOWN
        elif isinstance(value, ast.Call):
            yield _given(code, place, value, default)


def _is_changed(code: Code, module: Module) -> bool:
    """Return whether a session may fill in a timeout: through an adapter or a replaced method."""
    stored = (n for n in module.nodes if isinstance(n, ast.Attribute))
    if any(isinstance(n.ctx, ast.Store) and n.attr in ("request", "send") for n in stored):
        return True
    for call in module.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr == "mount" and call.args[1:]:
            made = [v for _, v in code.values(module, call.args[1]) if isinstance(v, ast.Call)]
            if not any(module.dotted(value.func) == ADAPTER for value in made):
                return True
    return False


def _given(code: Code, module: Module, call: ast.Call, default: Timeout) -> Timeout:
    """Return whether the arguments of a call have a timeout."""
    for keyword in call.keywords:
        if keyword.arg == "timeout":
            return _said(keyword.value)
    told = [_in_dict(code, module, k.value, default) for k in call.keywords if k.arg is None]
    if Timeout.GIVEN in told or not told:
        return Timeout.GIVEN if told else default
    return max(told)


def _said(value: ast.expr) -> Timeout:
    return Timeout.NONE if is_none(value) else Timeout.GIVEN


def _in_dict(code: Code, module: Module, expression: ast.expr, default: Timeout) -> Timeout:
    """Return whether `**expression` has a timeout; return `default` if it has none."""
    is_plain = False
    for place, value in code.values(module, expression):
        pairs: list[tuple[object, ast.expr]] = []
        if isinstance(value, ast.Dict):
            pairs = list(zip(map(constant, value.keys), value.values, strict=True))
        elif isinstance(value, ast.Call) and place.dotted(value.func) == "dict":
            pairs = [(keyword.arg, keyword.value) for keyword in value.keywords]
        for key, item in pairs:
            if key == "timeout":
                return _said(item)
        is_plain = is_plain or (bool(pairs) and all(key is not None for key, _ in pairs))
    text = ast.unparse(expression)
    within = ast.unparse(enclosing(expression, *FUNCTIONS) or module.tree)
    if f"{text}['timeout'] = " in within or f"{text}.setdefault('timeout'" in within:
        return Timeout.GIVEN
    is_plain = is_plain and f"{text}[" not in within and f"{text}." not in within
    return default if is_plain else min(default, Timeout.UNKNOWN)
