"""What handlers do from their constructor to `tidy`."""

import ast
from collections.abc import Iterator

from .addon import Addon, Handler, Role
from .clients import Timeout, timeout_of
from .code import FUNCTIONS, Module, around, calls, constant, enclosing
from .model import Doubt, Finding, Said
from .schemas import properties, whole
from .signatures import CODES, methods

LOG_METHODS = {"debug", "info", "warning", "warn", "error", "exception", "critical", "log"}


def every(addon: Addon) -> list[Handler]:
    """Take each class that OTF loads or a schema names."""
    return addon.handlers


def modules(addon: Addon) -> list[Module]:
    """Take each module."""
    return addon.modules


def with_addon(addon: Addon) -> list[tuple[Addon, Module]]:
    """Take each module, with the addon for what it imports."""
    return [(addon, module) for module in addon.modules]


def modules_of_handlers(addon: Addon) -> list[Module]:
    """Take each module, if there are handlers."""
    return addon.modules if addon.handlers else []


def inheritance(handler: Handler) -> Said:
    """Every handler inherits from RemoteTransferHandler or RemoteExecutionHandler.

    OTF calls methods that these classes define.
    """
    if not handler.kind:
        cls = handler.cls
        if handler.missing:
            why = f"{', '.join(handler.missing)} is not installed here"
            yield Doubt(cls.module.file, cls.node.lineno, why)
        else:
            wrong = f"a schema names {cls.name}, which is not a handler of OTF"
            remedy = "derive it from RemoteTransferHandler or RemoteExecutionHandler"
            yield Finding(cls.module.file, cls.node.lineno, wrong, remedy)


def logger(handler: Handler) -> Said:
    """The handler logs to what `init_logging(__name__, spec["task_id"], TASK_TYPE)` returns.

    Only such a logger writes into the log file of the task.
    """
    made = [
        (cls.module, call)
        for cls in handler.own
        for call in calls(cls.node)
        if cls.module.dotted(call.func).endswith("init_logging")
    ]
    cls = handler.cls
    inherited = [one for one in handler.lineage if "init_logging" in one.module.text]
    if not made and handler.foreign:
        why = f"{', '.join(handler.foreign)} may call init_logging"
        yield Doubt(cls.module.file, cls.node.lineno, why)
    elif not made and not any(not one.module.is_own for one in inherited):
        wrong = f"{cls.name} does not call init_logging"
        remedy = "set self.logger in __init__, as in the guide"
        yield Finding(cls.module.file, cls.node.lineno, wrong, remedy)
    for module, call in made:
        if len(call.args) + len(call.keywords) < 3:
            remedy = 'call init_logging(__name__, spec["task_id"], self.TASK_TYPE)'
            wrong = "without the task's id, messages do not reach the log of the task"
            yield Finding(module.file, call.lineno, wrong, remedy)


def task_type(handler: Handler) -> Said:
    """TASK_TYPE is "T" for transfers and "E" for executions.

    It is part of the name of the log file.
    """
    expected = "T" if handler.kind == "transfer" else "E"
    member = handler.find("TASK_TYPE")
    node = member.node if member else None
    if member and member.module.is_own and isinstance(node, ast.Assign | ast.AnnAssign):
        value = constant(node.value)
        if value is not None and value != expected:
            wrong = f"TASK_TYPE is {value!r} in a handler of {handler.kind}s"
            remedy = f'write TASK_TYPE = "{expected}"'
            yield Finding(member.module.file, member.line, wrong, remedy)


def library_logs(module: Module) -> Said:
    """No module calls `set_log_file`.

    The guide's checklist recommends it for the loggers of libraries. It creates a file even
    under OTF_NO_LOG, writes to the log of the batch instead of the task's and is never undone.
    """
    for call in module.calls:
        if module.dotted(call.func).endswith("set_log_file"):
            wrong = "set_log_file writes into the log of another task"
            remedy = "lend the handlers of self.logger to the library's logger until tidy"
            yield Finding(module.file, call.lineno, wrong, remedy)


def log_calls(module: Module) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
    """List the calls that write to a log, each with the message and its arguments."""
    for call in module.calls:
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr in LOG_METHODS:
            name = module.dotted(function.value).lower()
            if name.rpartition(".")[2].strip("_") in ("logger", "log", "logging"):
                yield call, call.args[1:] if function.attr == "log" else call.args


def log_messages(module: Module) -> Said:
    """Log messages have no separate arguments.

    OTF's JSON format and its redaction ignore the arguments of a message.
    """
    for call, said in log_calls(module):
        if len(said) > 1:
            wrong = "the arguments of this message are lost in OTF's JSON format"
            yield Finding(module.file, call.lineno, wrong, "write an f-string")


def log_secrets(module: Module) -> Said:
    """No log contains task definitions or answers of the service.

    OTF redacts a secret only if the whole message is a JSON object.
    """
    for call, said in log_calls(module):
        for message in said:
            told = _leak(module, message)
            if told:
                remedy = "log a status or a field, and not all of it"
                yield Finding(module.file, call.lineno, f"this logs all of {told}", remedy)
                break


def _leak(module: Module, message: ast.expr) -> str:
    """Tell what a message shows that may have a secret in it; "" for nothing."""
    whole = [message]
    if isinstance(message, ast.JoinedStr):
        whole = [part.value for part in message.values if isinstance(part, ast.FormattedValue)]
    for node in whole:
        function = node.func if isinstance(node, ast.Call) else None
        if isinstance(function, ast.Attribute) and function.attr == "json":
            return "the body of a response"
        dotted = module.dotted(node)
        last = dotted.rpartition(".")[2].strip("_")
        if last == "spec" or dotted.endswith("credentials"):
            return dotted
        if last in ("text", "content", "headers") and "resp" in dotted:
            return dotted
        key = node.slice if isinstance(node, ast.Subscript) else None
        if constant(key) in ("protocol", "credentials"):
            return ast.unparse(node)
    return ""


def class_state(handler: Handler) -> Said:
    """Handlers keep no mutable state in their class.

    The tasks of a batch run at the same time in one process and share the class.
    """
    for cls in handler.own:
        for node in cls.node.body:
            value = getattr(node, "value", None)
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            target = node.target if isinstance(node, ast.AnnAssign) else target
            if not isinstance(target, ast.Name) or target.id.isupper() or value is None:
                continue
            kinds = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp
            made = isinstance(value, ast.Call) and cls.module.dotted(value.func)
            if isinstance(value, kinds) or made in ("list", "dict", "set", "bytearray"):
                wrong = f"all tasks share {cls.name}.{target.id}"
                yield Finding(cls.module.file, node.lineno, wrong, "set it in __init__")


def process_state(module: Module) -> Said:
    """Handlers do not change global state of the process.

    The tasks of a batch run at the same time in one process: they share the environment, the
    current folder and all modules.
    """
    for node in module.nodes:
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Delete):
            targets = [node.target] if isinstance(node, ast.AugAssign) else node.targets
            for target in targets:
                yield from _shared(module, target)
        elif isinstance(node, ast.Call):
            name = module.dotted(node.func)
            if name in ("os.chdir", "os.putenv", "os.unsetenv", "os.umask") or name in (
                f"os.environ.{verb}" for verb in ("update", "setdefault", "pop", "clear")
            ):
                yield Finding(module.file, node.lineno, f"{name} changes all tasks", GIVE)


GIVE = "give it to what needs it instead: an environment, a full path, an option of a client"


def _shared(module: Module, target: ast.expr) -> Said:
    if isinstance(target, ast.Subscript) and module.dotted(target.value) == "os.environ":
        yield Finding(module.file, target.lineno, "os.environ is that of all tasks", GIVE)
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        origin = module.names.get(target.value.id, "")
        if origin and not _is_local(target, target.value.id) and not origin.startswith("."):
            wrong = f"{origin}.{target.attr} is changed for all tasks"
            yield Finding(module.file, target.lineno, wrong, GIVE)


def _is_local(node: ast.AST, name: str) -> bool:
    """Return whether a function around a node has a variable or parameter of this name."""
    for outer in around(node):
        if isinstance(outer, FUNCTIONS):
            for inner in ast.walk(outer):
                if isinstance(inner, ast.arg) and inner.arg == name:
                    return True
                is_set = isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
                if is_set and ast.unparse(inner) == name:
                    return True
    return False


def tidy_twice(handler: Handler) -> Said:
    """`tidy` can be called twice.

    OTF calls it twice on most failures. An exception there hides the real error, or fails a
    transfer that succeeded, and the staging directory stays.
    """
    for _, member, function in methods(handler, ["tidy"]):
        taken = [
            (node.lineno, ast.unparse(target))
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and constant(node.value) is None
            if isinstance(node.value, ast.Constant)
            for target in node.targets
        ] + [
            (node.lineno, ast.unparse(target))
            for node in ast.walk(function)
            if isinstance(node, ast.Delete)
            for target in node.targets
        ]
        for call in calls(function):
            owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
            guarded = enclosing(call, ast.If, ast.Try, ast.With, ast.IfExp, ast.BoolOp, ast.For)
            if guarded is None and any(name == owner for _, name in taken):
                wrong = f"a second tidy fails: {owner} is gone by then"
                yield Finding(member.module.file, call.lineno, wrong, f"ask first: if {owner}:")


def attributes(handler: Handler) -> Said:
    """Every attribute that the code reads is set somewhere.

    A rarely called method, such as `kill`, may read an attribute that is never set.
    """
    if handler.missing:
        cls = handler.cls
        why = f"{', '.join(handler.missing)} may set them, and is not installed here"
        yield Doubt(cls.module.file, cls.node.lineno, why)
        return
    addon = handler.addon
    known = {name for cls in handler.lineage for name in cls.members} | _written(addon)
    for cls in handler.lineage:
        if not cls.module.is_own:
            known |= _attributes(cls.module, ast.Store)
    if known & {"__getattr__", "__getattribute__"} or any(
        cls.module.dotted(call.func) in ("setattr", "self.__dict__.update", "vars")
        for cls in handler.own
        for call in calls(cls.node)
    ):
        return
    for cls in handler.own:
        for node in ast.walk(cls.node):
            if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load):
                continue
            is_self = isinstance(node.value, ast.Name) and node.value.id == "self"
            if is_self and node.attr not in known and not node.attr.startswith("__"):
                wrong = f"self.{node.attr} is set nowhere: reading it fails"
                near = _like(node.attr, known)
                remedy = f"did you mean self.{near}?" if near else "set it in __init__"
                yield Finding(cls.module.file, node.lineno, wrong, remedy)


def _written(addon: Addon) -> set[str]:
    return {name for module in addon.modules for name in _attributes(module, ast.Store)}


def _attributes(module: Module, context: type[ast.expr_context]) -> set[str]:
    return {
        node.attr
        for node in module.nodes
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, context)
    }


def _like(name: str, known: set[str]) -> str:
    ending = sorted(one for one in known if one.endswith(f"_{name}"))
    return ending[0] if ending else ""


def temporary_files(module: Module) -> Said:
    """Temporary files are deleted.

    A file made with `delete=False` or `mkstemp` stays until the code deletes it, and may
    contain a key.
    """
    removing = ("remove", "unlink", "rmtree", "replace", "rename", "move", "cleanup")
    removed = any(
        isinstance(call.func, ast.Attribute) and call.func.attr in removing and not _is_text(call)
        for call in module.calls
    )
    for call in module.calls:
        name = module.dotted(call.func)
        kept = any(k.arg == "delete" and constant(k.value) is False for k in call.keywords)
        kept = kept and name == "tempfile.NamedTemporaryFile"
        if (kept or name in ("tempfile.mkstemp", "tempfile.mkdtemp")) and not removed:
            wrong = "nothing in this module deletes this temporary file"
            yield Finding(module.file, call.lineno, wrong, "delete it in tidy")


def _is_text(call: ast.Call) -> bool:
    """Tell `"a".replace("b", "c")` from `Path.replace(path)`."""
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "replace"
        and (len(call.args) != 1)
    )


def direct_transfers(handler: Handler) -> Said:
    """`supports_direct_transfer` does not always say yes.

    With a direct source, OTF skips a destination of another class without an error if the last
    destination is of the same class, and the post-copy action deletes the files.
    """
    for name, member, function in methods(handler, ["supports_direct_transfer"]):
        body = [node for node in function.body if not isinstance(node, ast.Expr)]
        if len(body) == 1 and isinstance(body[0], ast.Return) and constant(body[0].value) is True:
            wrong = f"{name} always returns True"
            remedy = "return False, or return True only until a file was staged"
            yield Finding(member.module.file, body[0].lineno, wrong, remedy)


def staged_files(handler: Handler) -> Said:
    """All staged files are pushed, hidden ones too.

    `glob("*")` skips names that begin with a dot, and all files if the path of the staging
    directory contains a bracket; the task still succeeds.
    """
    for _, member, function in methods(handler, ["push_files_from_worker"]):
        for call in calls(function):
            if member.module.dotted(call.func) in ("glob.glob", "glob.iglob"):
                wrong = "glob leaves out files whose names begin with a dot"
                yield Finding(member.module.file, call.lineno, wrong, "use os.scandir")


def failures_kept(handler: Handler) -> Said:
    """A failed file fails the transfer even if later files succeed.

    A result that the loop sets to 0 for each file describes only the last one.
    """
    for _, member, function in methods(handler, CODES):
        returned = {
            node.value.id
            for node in ast.walk(function)
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Name)
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and constant(node.value) == 0:
                loop = enclosing(node, ast.For, ast.While, *FUNCTIONS)
                name = ast.unparse(node.targets[0])
                if isinstance(loop, ast.For | ast.While) and name in returned:
                    wrong = f"{name} = 0 forgets that an earlier file failed"
                    yield Finding(member.module.file, node.lineno, wrong, "set it before the loop")


def listing_errors(handler: Handler) -> Said:
    """`list_files` does not turn an error into "no files".

    With `error: false` the task succeeds while the service is down. Only a folder that does not
    exist has no files.
    """
    for _, member, function in methods(handler, ["list_files"]):
        for node in ast.walk(function):
            if not isinstance(node, ast.Return) or not _is_empty(node.value):
                continue
            block = next(around(node), None)
            if isinstance(block, ast.ExceptHandler):
                caught = ast.unparse(block.type) if block.type else "Exception"
                bad = caught.rpartition(".")[2] in ("Exception", "BaseException", "OSError")
            else:
                bad = isinstance(block, ast.If) and _logs_error(member.module, block, node)
            if bad:
                wrong = "an error becomes an empty listing"
                yield Finding(member.module.file, node.lineno, wrong, "raise RemoteTransferError")


def _is_empty(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Dict):
        return not node.keys
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _logs_error(module: Module, block: ast.If, end: ast.Return) -> bool:
    branch = block.body if end in block.body else block.orelse
    inside = [call for statement in branch for call in calls(statement)]
    return any(
        isinstance(call.func, ast.Attribute) and call.func.attr in ("error", "exception")
        for call in inside
    )


def modified_times(handler: Handler) -> Said:
    """`list_files` gives each file's `size` and `modified_time`, in seconds since 1970 UTC.

    The guide says `age`, which OTF never reads. An age in `modified_time` inverts the conditions
    on age; a local time shifts them by the time zone.
    """
    for _, member, function in methods(handler, ["list_files"]):
        module = member.module
        for node in ast.walk(function):
            if isinstance(node, ast.Dict):
                pairs = zip(node.keys, node.values, strict=True)
                given = {constant(key): value for key, value in pairs}
                if "size" in given and "modified_time" not in given and None not in given:
                    wrong = "there is no modified_time: conditionals on age raise KeyError"
                    yield Finding(module.file, node.lineno, wrong, EPOCH)
                value = given.get("modified_time")
                if isinstance(value, ast.Name) and "age" in value.id.split("_"):
                    wrong = f"modified_time is {value.id}: an age is not a time"
                    yield Finding(module.file, value.lineno, wrong, EPOCH)
            elif isinstance(node, ast.Call) and _forgets_utc(module, node):
                wrong = "the format ignores the meaning of Z: it reads a local time"
                yield Finding(module.file, node.lineno, wrong, EPOCH)


EPOCH = "give the time stamp of a time with a time zone, such as datetime.fromisoformat(…)"


def _forgets_utc(module: Module, call: ast.Call) -> bool:
    if not module.dotted(call.func).endswith("datetime.strptime") or len(call.args) < 2:
        return False
    outer = next(around(call), None)
    replaced = isinstance(outer, ast.Attribute) and outer.attr in ("replace", "astimezone")
    text = constant(call.args[1])
    return isinstance(text, str) and text.endswith("Z") and not text.endswith("%Z") and not replaced


def timeouts(subject: tuple[Addon, Module]) -> Said:
    """Every request has a timeout.

    OTF never ends a hanging transfer, even if a batch times out.
    """
    addon, module = subject
    for call in module.calls:
        told = timeout_of(addon.code, module, call)
        if told is Timeout.NONE:
            remedy = "give it timeout= and a number of seconds"
            yield Finding(module.file, call.lineno, "this may wait forever", remedy)
        elif told is Timeout.UNKNOWN:
            yield Doubt(module.file, call.lineno, "the code does not show whether it has a timeout")


def sent_again(module: Module) -> Said:
    """Every retry opens its file again.

    The first attempt has read the file to its end, so the second one would send an empty file, and
    the task would succeed.
    """
    for node in module.nodes:
        if not isinstance(node, ast.With):
            continue
        for item in node.items:
            opened = item.context_expr
            if not isinstance(opened, ast.Call) or not isinstance(item.optional_vars, ast.Name):
                continue
            if module.dotted(opened.func) == "open":
                yield from _sends_in_loop(module, node, item.optional_vars.id)


def _sends_in_loop(module: Module, block: ast.With, name: str) -> Said:
    for call in calls(block):
        loop = enclosing(call, ast.For, ast.While, ast.With)
        sends = any(
            keyword.arg in ("data", "content", "body") and ast.unparse(keyword.value) == name
            for keyword in call.keywords
        )
        rewinds = loop is not None and f"{name}.seek" in ast.unparse(loop)
        if sends and isinstance(loop, ast.For | ast.While) and not rewinds:
            wrong = f"the second attempt sends nothing: {name} has been read to its end"
            yield Finding(module.file, call.lineno, wrong, "open the file inside the loop")


def cacheable_written(subject: tuple[Addon, Role]) -> Said:
    """A handler that offers `cacheableVariables` calls OTF's `update_cache`.

    OTF never calls `handle_cacheable_variables`; the handler must call it after it has received a
    new value.
    """
    addon, role = subject
    key = properties(addon, whole(role.schema)).get("cacheableVariables")
    if key and not any("update_cache" in module.text for module in addon.modules):
        wrong = "cacheableVariables is offered, and nothing calls update_cache"
        remedy = "call update_cache for each variable that has changed, or do not offer the key"
        yield Finding(key.document.file, key.line(), wrong, remedy)


def compiles(module: Module) -> Said:
    """Every module is Python.

    OTF reports a module that cannot be imported as an unknown protocol.
    """
    if module.error:
        line = getattr(module.error, "lineno", None) or 1
        yield Finding(module.file, line, f"not valid Python: {module.error}", "fix the syntax")
