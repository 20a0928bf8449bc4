"""The task definitions that come with an addon."""

import json
import re
from pathlib import PurePosixPath
from typing import Any

from .addon import Addon, Role
from .documents import Document
from .model import Doubt, Finding, Said
from .schemas import accepts, whole

Task = tuple[Addon, Document]


def definitions(addon: Addon) -> list[Task]:
    """Take each task definition of `cfg`."""
    return [(addon, one) for one in addon.tasks if one.path.stem != "variables"]


def readable(subject: Task) -> Said:
    """Every task definition is JSON with a type.

    OTF finds tasks by the name of the file.
    """
    _, task = subject
    if task.error and re.search(r"\{[{%]", task.text):
        why = "it is JSON only after its templates are filled in"
        yield Doubt(task.file, task.error.lineno, why)
    elif task.error:
        line = task.error.lineno
        yield Finding(task.file, line, f"not valid JSON: {task.error.msg}", "fix the syntax")
    elif task.data.get("type") not in ("transfer", "execution", "batch"):
        remedy = 'write "type": "transfer", "execution" or "batch"'
        yield Finding(task.file, task.line("type"), "the type is none of OTF's", remedy)


def _ends(task: Document) -> list[tuple[str, tuple[str | int, ...], Any]]:
    """List the parts of a task that name a protocol, each with its role and place."""
    data = task.data
    if data.get("type") == "execution":
        return [("execution", (), data)]
    ends: list[tuple[str, tuple[str | int, ...], Any]] = [
        ("destination", ("destination", index), one)
        for index, one in enumerate(data.get("destination") or [])
    ]
    return [("source", ("source",), data["source"]), *ends] if "source" in data else ends


def _protocol(end: Any) -> str:
    return str(end.get("protocol", {}).get("name", "")) if isinstance(end, dict) else ""


def _own_role(addon: Addon, kind: str, name: str) -> Role | None:
    module = name.rpartition(".")[0]
    return next((r for r in addon.roles if r.kind == kind and r.module == module), None)


def protocols(subject: Task) -> Said:
    """Every protocol that a task names is a handler of this kind.

    OTF imports the class only when the task runs, and then shows a different error.
    """
    addon, task = subject
    packages = {handler.cls.module.name.rpartition(".")[0] for handler in addon.handlers}
    for kind, where, end in _ends(task):
        name = _protocol(end)
        if name.rsplit(".", 2)[0] not in packages:
            continue  # of OTF or of another addon
        role = _own_role(addon, kind, name)
        if role is None or name not in [handler.cls.dotted for handler in role.handlers]:
            line = task.line(*where, "protocol", "name")
            wrong = f"{name} is nothing that can be the {kind}"
            known = sorted(h.cls.dotted for r in addon.roles if r.kind == kind for h in r.handlers)
            yield Finding(task.file, line, wrong, f"write {' or '.join(known)}")


def accepted(subject: Task) -> Said:
    """Every task is accepted by the schemas.

    OTF does not check the tasks of a batch, so a mistake there goes unnoticed.
    """
    addon, task = subject
    for kind, where, end in _ends(task):
        role = _own_role(addon, kind, _protocol(end))
        if role is None or _protocol(end) not in [h.cls.dotted for h in role.handlers]:
            continue
        answer = accepts(addon, whole(role.schema), end)
        if answer is None:
            yield Doubt(task.file, task.line(*where), "a reference of the schema leads to nowhere")
        elif not answer:
            line, wrong = _blame(addon, role, task, where, end)
            yield Finding(task.file, line, wrong, f"write what {role.schema.file} allows")


def _blame(
    addon: Addon, role: Role, task: Document, where: tuple[str | int, ...], end: Any
) -> tuple[int, str]:
    """Find the first key without which the schema would be content."""
    for key in end:
        without = {name: value for name, value in end.items() if name != key}
        if accepts(addon, whole(role.schema), without):
            return task.line(*where, key), f"the schema refuses {key}: {json.dumps(end[key])[:60]}"
    return task.line(*where), f"the schema of the {role.kind} refuses this"


def members(subject: Task) -> Said:
    """Every task of a batch exists.

    OTF looks for a file of that name below the configuration folder.
    """
    addon, task = subject
    names = {PurePosixPath(one.file).stem for one in addon.tasks}
    listed = task.data.get("tasks") if isinstance(task.data, dict) else None
    for index, member in enumerate(listed or []):
        if isinstance(member, dict) and member.get("task_id") not in names:
            wrong = f"there is no task {member.get('task_id')}"
            line = task.line("tasks", index, "task_id")
            yield Finding(task.file, line, wrong, "name a file of cfg without its .json")


def batches(addon: Addon) -> list[Task]:
    """Take each batch of `cfg`."""
    return [one for one in definitions(addon) if one[1].data.get("type") == "batch"]
