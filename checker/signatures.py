"""Whether handlers can be called as OTF calls them, and what they return."""

import ast
import inspect
from collections.abc import Iterator
from typing import Any

from .addon import Addon, Handler, Role
from .code import FUNCTIONS, Function, Member, constant, enclosing
from .model import Doubt, Finding, Said
from .schemas import properties, whole

# How OTF calls each method, as positional arguments and keywords, and how to declare it.
CALLS: dict[str, tuple[list[tuple[int, tuple[str, ...]]], str]] = {
    "__init__": ([(1, ())], "__init__(self, spec)"),
    "supports_direct_transfer": ([(0, ())], "supports_direct_transfer(self)"),
    "list_files": (
        [(0, ("directory", "file_pattern"))],
        "list_files(self, directory=None, file_pattern=None)",
    ),
    "transfer_files": (
        [(2, ("dest_remote_handler",))],
        "transfer_files(self, files, remote_spec, dest_remote_handler=None)",
    ),
    "pull_files_to_worker": ([(2, ())], "pull_files_to_worker(self, files, staging_directory)"),
    "push_files_from_worker": (
        [(1, ()), (1, ("file_list",))],
        "push_files_from_worker(self, staging_directory, file_list=None)",
    ),
    "pull_files": ([(2, ())], "pull_files(self, files, source_spec=None)"),
    "move_files_to_final_location": ([(1, ())], "move_files_to_final_location(self, files)"),
    "create_flag_files": ([(0, ())], "create_flag_files(self)"),
    "handle_post_copy_action": ([(1, ())], "handle_post_copy_action(self, files)"),
    "init_logwatch": ([(0, ())], "init_logwatch(self)"),
    "do_logwatch": ([(0, ())], "do_logwatch(self)"),
    "set_handler_vars": ([(1, ())], "set_handler_vars(self, variables)"),
    "execute": ([(0, ())], "execute(self)"),
    "kill": ([(0, ())], "kill(self)"),
    "tidy": ([(0, ())], "tidy(self)"),
}
# These return 0 for success and anything else for failure.
CODES = (
    "transfer_files",
    "pull_files_to_worker",
    "push_files_from_worker",
    "pull_files",
    "move_files_to_final_location",
    "create_flag_files",
    "handle_post_copy_action",
)
# They leave the parameters as they are.
HARMLESS = {"abstractmethod", "override", "final", "typing.override", "abc.abstractmethod"}

P = inspect.Parameter


def handlers(addon: Addon) -> list[Handler]:
    """Take each handler."""
    return [handler for handler in addon.handlers if handler.kind]


def transfers(addon: Addon) -> list[Handler]:
    """Take each handler of transfers."""
    return addon.transfers


def executions(addon: Addon) -> list[Handler]:
    """Take each handler of executions."""
    return addon.executions


def methods(handler: Handler, names: Any = CALLS) -> Iterator[tuple[str, Member, Function]]:
    """List the methods of a handler that OTF calls and the addon defines."""
    for name in names:
        found = handler.method(name)
        if found:
            yield name, *found


def arguments(handler: Handler) -> Said:
    """Every method takes the arguments that OTF gives.

    OTF's own abstract methods and the guide declare others: `pull_files` gets two arguments,
    `list_files` gets keywords.
    """
    for name, member, function in methods(handler):
        for count, keywords in CALLS[name][0]:
            error = _bind(function, count, keywords)
            if error:
                decorators = {ast.unparse(each) for each in function.decorator_list} - HARMLESS
                if decorators - {"staticmethod", "classmethod"}:
                    yield Doubt(member.module.file, member.line, f"{name} is decorated")
                    break
                wrong = f"OTF calls {handler.cls.name}.{_shown(name, count, keywords)}: {error}"
                remedy = f"declare {CALLS[name][1]}"
                yield Finding(member.module.file, member.line, wrong, remedy)
                break


def _shown(name: str, count: int, keywords: tuple[str, ...]) -> str:
    names = CALLS[name][1].partition("(self")[2].strip(", )").split(", ")
    given = [each.partition("=")[0] for each in names[:count]]
    return f"{name}({', '.join([*given, *(f'{key}=' for key in keywords)])})"


def _bind(function: Function, count: int, keywords: tuple[str, ...]) -> str:
    """Tell why a method cannot be called so; "" if it can."""
    given = function.args
    ordered = [*given.posonlyargs, *given.args]
    parameters = [
        P(
            argument.arg,
            P.POSITIONAL_ONLY if index < len(given.posonlyargs) else P.POSITIONAL_OR_KEYWORD,
            default=None if index >= len(ordered) - len(given.defaults) else P.empty,
        )
        for index, argument in enumerate(ordered)
    ]
    parameters += [P(given.vararg.arg, P.VAR_POSITIONAL)] if given.vararg else []
    for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        parameters.append(P(argument.arg, P.KEYWORD_ONLY, default=default or P.empty))
    parameters += [P(given.kwarg.arg, P.VAR_KEYWORD)] if given.kwarg else []
    is_static = "staticmethod" in {ast.unparse(each) for each in function.decorator_list}
    try:
        inspect.Signature(parameters).bind(
            *[None] * (count + (not is_static)), **dict.fromkeys(keywords)
        )
    except TypeError as error:
        return str(error)
    return ""


def return_codes(handler: Handler) -> Said:
    """Methods return the codes by which OTF knows success and failure.

    OTF compares with 0, so None and True are failures and False is a success. For `execute` it
    tests the truth of the result, so 0 is a failure.
    """
    for name, member, function in methods(handler, CODES):
        if _is_abstract_or_generator(function):
            continue
        for line, value in _returned(function):
            if value is None or isinstance(value, bool):
                meant = {None: "failure", True: "failure", False: "success"}[value]
                wrong = f"{name} returns {value}, which OTF takes for {meant}"
                yield Finding(member.module.file, line, wrong, "return 0 for success, else 1")
    for name, member, function in methods(handler, ["execute"]):
        for line, value in _returned(function):
            if value is None or type(value) is int:
                meant = "success" if value else "failure"
                wrong = f"{name} returns {value}, which OTF takes for {meant}"
                remedy = "return True for success, else False"
                yield Finding(member.module.file, line, wrong, remedy)


def _is_abstract_or_generator(function: Function) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function)) or any(
        "abstractmethod" in ast.unparse(each) for each in function.decorator_list
    )


def _returned(function: Function) -> Iterator[tuple[int, object]]:
    """List the constants that a function returns, including None if it can end without return."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Return) or enclosing(node, *FUNCTIONS) is not function:
            continue
        if node.value is None or isinstance(node.value, ast.Constant):
            yield node.lineno, constant(node.value)
    if not _ends(function.body):
        yield function.lineno, None


def _ends(body: list[ast.stmt]) -> bool:
    """Return whether a block never goes on after its last statement; in doubt, that it does not."""
    last = body[-1]
    if isinstance(last, ast.Return | ast.Raise | ast.Continue | ast.Break):
        return True
    if isinstance(last, ast.If):
        return bool(last.orelse) and _ends(last.body) and _ends(last.orelse)
    if isinstance(last, ast.With | ast.AsyncWith):
        return _ends(last.body)
    if isinstance(last, ast.Try):
        tried = _ends(last.orelse) if last.orelse else _ends(last.body)
        ended = tried and all(_ends(each.body) for each in last.handlers)
        return ended or bool(last.finalbody and _ends(last.finalbody))
    if isinstance(last, ast.While):
        is_endless = isinstance(last.test, ast.Constant) and bool(last.test.value)
        breaks = (node for node in ast.walk(last) if isinstance(node, ast.Break))
        return is_endless and not any(
            enclosing(node, ast.While, ast.For, ast.AsyncFor) is last for node in breaks
        )
    return isinstance(last, ast.Match)  # may go on or not: not to be guessed


def abstract_methods(handler: Handler) -> Said:
    """Every abstract method of OTF is implemented.

    OTF cannot instantiate a handler that lacks one, and shows a different error.
    """
    base = "RemoteTransferHandler" if handler.kind == "transfer" else "RemoteExecutionHandler"
    needed = ["execute"] if handler.kind == "execution" else ABSTRACT
    for name in needed:
        member = handler.find(name)
        if member is None or (not member.module.is_own and member.owner.name == base):
            yield from lacking(handler, name, f"{name} is abstract in {base}")


ABSTRACT = [
    "supports_direct_transfer",
    "list_files",
    "transfer_files",
    "push_files_from_worker",
    "pull_files_to_worker",
    "pull_files",
    "move_files_to_final_location",
    "handle_post_copy_action",
]


def lacking(handler: Handler, name: str, why: str) -> Said:
    """Say that a handler lacks a method, unless it may have it from a library."""
    cls = handler.cls
    if handler.foreign:
        why = f"{name} may come from {', '.join(handler.foreign)}, which is not installed here"
        yield Doubt(cls.module.file, cls.node.lineno, why)
    else:
        wrong = f"{cls.name} has no {name}: {why}"
        remedy = f"write {CALLS[name][1]}, if only to raise NotImplementedError with a reason"
        yield Finding(cls.module.file, cls.node.lineno, wrong, remedy)


def methods_of_executions(handler: Handler) -> Said:
    """Executions have `tidy` and `kill`.

    OTF's class declares neither, and the guide says that `execute` is enough. Without `tidy`
    every execution fails; without `kill` a batch cannot end it.
    """
    for name in ("tidy", "kill"):
        if handler.find(name) is None:
            yield from lacking(handler, name, "OTF calls it without declaring it")


def methods_of_keys(subject: tuple[Addon, Role]) -> Said:
    """A handler has the methods that OTF calls for the keys of its schema.

    OTF calls `create_flag_files` for `flags`, after the files were delivered, and
    `init_logwatch` and `do_logwatch` for `logWatch`. It declares none of them.
    """
    addon, role = subject
    calls = {"flags": ["create_flag_files"], "logWatch": ["init_logwatch", "do_logwatch"]}
    offered = properties(addon, whole(role.schema))
    for key, names in calls.items():
        for name in names if key in offered else []:
            for handler in role.handlers:
                if handler.find(name) is None:
                    yield from lacking(handler, name, f"OTF calls it for {key}")
