"""The schemas of an addon: what OTF can load of them, and what they say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for
from referencing import Registry, Resource

from .addon import Addon, Handler, Role
from .documents import Document, Where
from .model import Doubt, Finding, Said

DIALECT = "https://json-schema.org/draft/2020-12/schema"
CORE = "http://localhost/"

# Keywords that contain further schemas.
ONE = {"additionalProperties", "items", "contains", "propertyNames", "unevaluatedItems"}
ONE |= {"unevaluatedProperties", "not", "if", "then", "else", "additionalItems"}
BY_NAME = {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
SEVERAL = {"allOf", "anyOf", "oneOf", "prefixItems"}
CONDITIONAL = SEVERAL | {"not", "if", "then", "else", "dependentSchemas", "contains"}
CONDITIONAL |= {"propertyNames"}

# The keys that OTF itself honours, so that a handler need do nothing for them.
OFFERED_BY_OTF = {
    "source": """
        fileRegex error encryption conditionals conditionals.size conditionals.age
        conditionals.count conditionals.checkDuringFilewatch fileWatch fileWatch.timeout
        fileWatch.sleepTime fileWatch.directory fileWatch.fileRegex fileWatch.watchOnly
    """,
    "destination": "encryption transferType",
    "execution": "type protocol variables",
}


class Part:
    """A schema inside a file of schemas.

    Attributes:
        document: The file.
        where: The place in it.
        data: What is there.
        conditional: Whether it applies to some values only, such as everything below `if`.
    """

    def __init__(self, document: Document, where: Where, data: Any, conditional: bool) -> None:
        self.document = document
        self.where = where
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        self.is_closed = data is False
        self.conditional = conditional

    def line(self, *more: str | int) -> int:
        """Return the line of the schema, or of a part of it."""
        return self.document.line(*self.where, *more)


def parts(document: Document) -> Iterator[Part]:
    """List all schemas of a file, the whole of it first."""

    def walk(where: Where, data: Any, conditional: bool) -> Iterator[Part]:
        if not isinstance(data, dict):
            return
        yield Part(document, where, data, conditional)
        for key, value in data.items():
            below = conditional or key in CONDITIONAL
            if key in ONE:
                yield from walk((*where, key), value, below)
            elif key in BY_NAME and isinstance(value, dict):
                for name, one in value.items():
                    yield from walk((*where, key, name), one, below)
            elif key in SEVERAL and isinstance(value, list):
                for index, one in enumerate(value):
                    yield from walk((*where, key, index), one, below)

    yield from walk((), document.data, False)


def whole(document: Document) -> Part:
    """Take a file of schemas as one schema."""
    return Part(document, (), document.data, False)


# --- References ---


def follow(addon: Addon, part: Part) -> Part | None:
    """Follow the reference of a schema, if it has one; None if it leads nowhere."""
    for _ in range(20):
        reference = part.data.get("$ref")
        if not isinstance(reference, str):
            return part
        found = target(addon, part.document, reference)
        if not isinstance(found, Part):
            return None
        part = found
    return None


def target(addon: Addon, document: Document, reference: str) -> Part | str | None:
    """Find what a reference leads to, as OTF does.

    Returns:
        Part | str | None: The schema, or why there is none; None where OTF is not installed
            whose schema it is.
    """
    address, _, fragment = reference.partition("#")
    if address.startswith(CORE):
        if addon.otf.schemas is None:
            return None
        path = addon.otf.schemas / address.removeprefix(CORE)
        if not path.is_file():
            return f"OTF itself has no {address.removeprefix(CORE)}"
    elif ":" in address:
        return f"OTF loads nothing from {address}"
    else:
        path = document.path.parent / unquote(address) if address else document.path
        if not path.is_file():
            return f"there is no file {unquote(address)}"
    found = document if path == document.path else Document(path, _name(addon, path))
    data: Any = found.data
    where: Where = ()
    for key in fragment.split("/")[1:] if fragment.startswith("/") else []:
        key = unquote(key).replace("~1", "/").replace("~0", "~")
        step: Any = int(key) if isinstance(data, list) and key.isdecimal() else key
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return f"there is no #{fragment} in it"
        where = (*where, step)
    return Part(found, where, data, False)


def _name(addon: Addon, path: Path) -> str:
    path = path.resolve()
    return addon.relative(path) if path.is_relative_to(addon.root) else path.name


def properties(addon: Addon, part: Part | None) -> dict[str, Part]:
    """List the keys that a schema describes, with the schema of each."""
    part = follow(addon, part) if part else None
    if part is None:
        return {}
    found: dict[str, Part] = {}
    for index, one in enumerate(part.data.get("allOf") or []):
        found |= properties(addon, Part(part.document, (*part.where, "allOf", index), one, True))
    for name, one in (part.data.get("properties") or {}).items():
        found[name] = Part(part.document, (*part.where, "properties", name), one, False)
    return found


def offers(addon: Addon, part: Part, keys: Where) -> bool | None:
    """Return whether a schema accepts a key, such as ("fileWatch", "timeout").

    Returns:
        bool | None: Whether it does; None where a reference leads to nowhere.
    """
    found = follow(addon, part)
    if found is None:
        return None
    if not keys:
        return not found.is_closed
    key, *rest = keys
    if key in (described := properties(addon, found)):
        return offers(addon, described[str(key)], tuple(rest))
    is_object = found.data.get("type", "object") == "object"
    open_ended = any(k in found.data for k in ("patternProperties", "anyOf", "oneOf"))
    return open_ended or (is_object and found.data.get("additionalProperties") is not False)


# --- What rules are about ---


def files(addon: Addon) -> list[tuple[Addon, Document]]:
    """Take each file of schemas."""
    return [(addon, document) for document in addon.schemas]


def roles(addon: Addon) -> list[tuple[Addon, Role]]:
    """Take each thing that the handlers can be in a task."""
    return [(addon, role) for role in addon.roles]


def tops(addon: Addon) -> list[tuple[Addon, tuple[Document, str, str]]]:
    """Take each file of schemas that OTF opens by its name."""
    return [(addon, top) for top in addon.tops]


def of_kind(*kinds: str) -> Any:
    """Take what the handlers can be, if it is of a kind."""
    return lambda addon: [(addon, role) for role in addon.roles if role.kind in kinds]


# --- Rules of each file ---


def is_json(subject: tuple[Addon, Document]) -> Said:
    """Every schema is a JSON object.

    OTF reports any other file as "Unresolvable", as if it did not exist.
    """
    _, document = subject
    if document.error:
        wrong = f"not valid JSON: {document.error.msg}"
        yield Finding(document.file, document.error.lineno, wrong, "fix the syntax")
    elif not isinstance(document.data, dict):
        yield Finding(document.file, 1, "not an object", "write an object")


def dialect(subject: tuple[Addon, Document]) -> Said:
    """Every schema names its dialect in `$schema`.

    OTF cannot load a file without it: CannotDetermineSpecification.
    """
    _, document = subject
    if not document.error and "$schema" not in document.data:
        remedy = f'add "$schema": "{DIALECT}"'
        yield Finding(document.file, 1, "there is no $schema", remedy)


def identity(subject: tuple[Addon, Document]) -> Said:
    """`$id` is `http://localhost/` and the path below `schemas`.

    OTF does not read it; it is a convention of the guide's checklist. A wrong one misleads
    readers and other tools.
    """
    addon, document = subject
    expected = f"{CORE}{addon.schema_path(document)}"
    found = document.data.get("$id") if isinstance(document.data, dict) else expected
    if not document.error and found != expected:
        wrong = f"$id is {found}" if found else "there is no $id"
        yield Finding(document.file, document.line("$id"), wrong, f'write "$id": "{expected}"')


def one_identity(subject: tuple[Addon, Document]) -> Said:
    """No part of a schema has a `$id` of its own.

    It changes the base of all references below it.
    """
    _, document = subject
    for part in parts(document):
        if part.where and isinstance(part.data.get("$id"), str):
            wrong = "references below this $id lead elsewhere"
            yield Finding(document.file, part.line("$id"), wrong, "delete this $id")


def no_defaults(subject: tuple[Addon, Document]) -> Said:
    """No key relies on `default`.

    OTF ignores the defaults of a file with `$schema`, which every file needs.
    """
    _, document = subject
    for part in parts(document):
        if part.where and "default" in part.data:
            wrong = f"the default {part.data['default']!r} of {part.where[-1]} is never filled in"
            remedy = "delete it, and read the key with .get and this default"
            yield Finding(document.file, part.line("default"), wrong, remedy)


def keywords_in_place(subject: tuple[Addon, Document]) -> Said:
    """No keyword of JSON Schema is among the keys that a schema describes.

    `required` inside `properties` describes a key of that name, so nothing is required.
    """
    _, document = subject
    for part in parts(document):
        described = part.data.get("properties")
        for key, value in described.items() if isinstance(described, dict) else []:
            if key in ("required", "additionalProperties", "enum") and not isinstance(value, dict):
                wrong = f"{key} is inside properties, where it has no effect"
                line = part.line("properties", key)
                yield Finding(document.file, line, wrong, "move it out, beside properties")


def is_valid(subject: tuple[Addon, Document]) -> Said:
    """Every schema is valid in its dialect.

    OTF does not check that. A misspelt keyword has no effect, or fails when OTF uses it.
    """
    _, document = subject
    if document.error or not isinstance(document.data, dict):
        return
    validator = validator_for(document.data, default=Draft202012Validator)
    meta = validator(validator.META_SCHEMA)
    for error in meta.iter_errors(document.data):
        error = _deepest(error)
        where = tuple(error.absolute_path)
        if "properties" in where[:-1] and where[-1] in ("required", "enum"):
            continue  # the rule of keywords that are not in place
        yield Finding(document.file, document.line(*where), error.message, "fix the schema")


def _deepest(error: Any) -> Any:
    while error.context:
        error = max(error.context, key=lambda each: len(each.absolute_path))
    return error


def references(subject: tuple[Addon, Document]) -> Said:
    """Every reference leads to a schema.

    OTF follows a reference only when its key is used: a wrong one goes unnoticed until then.
    A relative reference starts from its own file. `http://localhost/` is OTF's own folder.
    """
    addon, document = subject
    for part in parts(document):
        reference = part.data.get("$ref")
        if isinstance(reference, str):
            found = target(addon, document, reference)
            if found is None:
                why = f"{reference} is a schema of OTF, which is not installed here"
                yield Doubt(document.file, part.line("$ref"), why)
            elif isinstance(found, str):
                wrong = f"{reference} leads to nothing: {found}"
                remedy = f"name a file relative to {document.file.rpartition('/')[0]}"
                yield Finding(document.file, part.line("$ref"), wrong, remedy)


def closed(subject: tuple[Addon, Document]) -> Said:
    """Every object says whether it allows other keys.

    Without `additionalProperties` a misspelt key is accepted and ignored.
    """
    _, document = subject
    said = {"additionalProperties", "unevaluatedProperties", "patternProperties"}
    for part in parts(document):
        if part.data.get("properties") and not part.conditional and not said & part.data.keys():
            wrong = "a misspelt key is accepted here"
            remedy = 'add "additionalProperties": false, or true if any key is allowed'
            yield Finding(document.file, part.line("properties"), wrong, remedy)


def used(subject: tuple[Addon, Document]) -> Said:
    """Every schema belongs to a handler, or another schema refers to it.

    Any other schema has no effect.
    """
    addon, document = subject
    path = document.path.resolve()
    if any(top.path == document.path for top, _, _ in addon.tops):
        return
    for other in addon.schemas:
        for part in parts(other):
            reference = part.data.get("$ref")
            if not isinstance(reference, str) or ":" in reference:
                continue
            if (other.path.parent / reference.partition("#")[0]).resolve() == path:
                return
    remedy = "refer to it with $ref, or delete it"
    yield Finding(document.file, 1, "no schema refers to this file", remedy)


# --- Rules of what a handler can be ---


def present(subject: tuple[Addon, Handler]) -> Said:
    """Every handler has the schemas that OTF looks for.

    It finds them by the name of the module: `schemas/transfer/<module>_source.json`,
    `schemas/transfer/<module>_destination.json`, `schemas/execution/<module>/<module>.json`.
    """
    _, handler = subject
    if handler.kind and not handler.roles:
        module = handler.cls.module.name.rpartition(".")[2]
        path = {
            "transfer": f"schemas/transfer/{module}_source.json or {module}_destination.json",
            "execution": f"schemas/execution/{module}/{module}.json",
        }[handler.kind]
        wrong = f"there is no schema for {handler.cls.name}"
        line = handler.cls.node.lineno
        yield Finding(handler.cls.module.file, line, wrong, f"write {path} beside the module")


def all_handlers(addon: Addon) -> list[tuple[Addon, Handler]]:
    """Take each handler."""
    return [(addon, handler) for handler in addon.handlers]


def of_a_module(subject: tuple[Addon, tuple[Document, str, str]]) -> Said:
    """Every schema that OTF opens by its name has a handler of its kind.

    The name of the file is that of the module of the handler.
    """
    addon, (document, kind, module) = subject
    if not any(role.schema is document for role in addon.roles):
        of_kind = "execution" if kind == "execution" else "transfer"
        wrong = f"{module} has no handler of {of_kind}s"
        remedy = "name the file after the module of the handler, or delete it"
        yield Finding(document.file, 1, wrong, remedy)


def names_classes(subject: tuple[Addon, Role]) -> Said:
    """`protocol.name` lists the classes of the module, and no others.

    OTF imports the class after the check: with another class listed, no definition can be valid.
    With none listed, a task cannot have destinations of two protocols.
    """
    addon, role = subject
    protocol = properties(addon, whole(role.schema)).get("protocol")
    if protocol is None or follow(addon, protocol) is None:
        line = role.schema.line("properties")
        if protocol is None:
            wrong = "the schema does not describe protocol"
            yield Finding(role.schema.file, line, wrong, "describe protocol with its name")
        return
    name = properties(addon, protocol).get("name")
    name = follow(addon, name) if name else None
    expected = [handler.cls.dotted for handler in role.handlers]
    if name is None or not {"enum", "const"} & name.data.keys():
        place = name or follow(addon, protocol)
        assert place
        if name is not None and "pattern" in name.data:
            why = "the class is given by a pattern"
            yield Doubt(place.document.file, place.line("pattern"), why)
            return
        wrong = "protocol.name accepts any text"
        yield Finding(place.document.file, place.line(), wrong, f"write enum: {expected}")
        return
    keyword = "enum" if "enum" in name.data else "const"
    listed = name.data[keyword] if keyword == "enum" else [name.data[keyword]]
    others = [handler.cls.dotted for handler in addon.handlers if not handler.kind]
    wrong_names = [one for one in listed if one not in [*expected, *others]]
    for one in wrong_names:
        line = name.line(keyword, listed.index(one)) if keyword == "enum" else name.line(keyword)
        wrong = f"{one} is not a {_work(role)} of {role.module}"
        yield Finding(name.document.file, line, wrong, f"write {expected[0]}")
    for missing in [one for one in expected if one not in listed][len(wrong_names) :]:
        wrong = f"{missing} is not listed, so OTF refuses it"
        yield Finding(name.document.file, name.line(keyword), wrong, f"add {missing}")


def _work(role: Role) -> str:
    return "execution" if role.kind == "execution" else "transfer"


def requires_directory(subject: tuple[Addon, Role]) -> Said:
    """A source requires `directory`.

    Without it, OTF delivers the files, then fails with KeyError and leaves the staging directory.
    """
    addon, role = subject
    schema = follow(addon, whole(role.schema))
    required = schema.data.get("required", []) if schema else []
    fallback = any(
        'setdefault("directory"' in cls.module.text for h in role.handlers for cls in h.own
    )
    if "directory" not in required and not fallback:
        wrong = "directory is not required"
        remedy = 'add "directory" to required'
        yield Finding(role.schema.file, role.schema.line("required"), wrong, remedy)


def protocol_required(subject: tuple[Addon, Role]) -> Said:
    """Every role requires `protocol`, and `protocol` requires `name`.

    Without it OTF has nothing to load.
    """
    addon, role = subject
    schema = whole(role.schema)
    if "protocol" not in schema.data.get("required", []):
        wrong = "protocol is not required"
        line = role.schema.line("required")
        yield Finding(role.schema.file, line, wrong, 'add "protocol" to required')
    protocol = properties(addon, schema).get("protocol")
    found = follow(addon, protocol) if protocol else None
    if found and "name" not in found.data.get("required", []):
        wrong = "protocol does not require name"
        line = found.line("required")
        yield Finding(found.document.file, line, wrong, 'add "name" to required')


def keys_of_otf(subject: tuple[Addon, Role]) -> Said:
    """The schemas accept every key that OTF itself implements.

    OTF implements `fileWatch.sleepTime`, `conditionals` and `encryption` for every handler, and
    readers of OTF's documentation expect them.
    """
    addon, role = subject
    schema = whole(role.schema)
    refused: list[str] = []
    for name in OFFERED_BY_OTF[role.kind].split():
        accepted = offers(addon, schema, tuple(name.split(".")))
        if accepted is False and not any(name.startswith(f"{outer}.") for outer in refused):
            refused.append(name)
            near = schema
            *outer, _ = name.split(".")
            for key in outer:
                near = follow(addon, properties(addon, near)[key]) or near
            wrong = f"{name} is refused, though OTF honours it"
            yield Finding(near.document.file, near.line("properties"), wrong, f"describe {name}")


def encryption_keys(subject: tuple[Addon, Role]) -> Said:
    """The schemas refuse encryption without its key.

    OTF's own `encryption.json` accepts it, and the task then fails with KeyError.
    """
    addon, role = subject
    encryption = properties(addon, whole(role.schema)).get("encryption")
    if encryption is None:
        return
    verb, key = ("decrypt", "private_key") if role.kind == "source" else ("encrypt", "public_key")
    accepted = accepts(addon, encryption, {verb: True})
    line = encryption.line()
    if accepted is None:
        yield Doubt(encryption.document.file, line, "a reference of it leads to nowhere")
    elif accepted:
        wrong = f'{{"{verb}": true}} is accepted without {key}'
        remedy = f"add if {verb} is true, then required: {key}"
        yield Finding(encryption.document.file, line, wrong, remedy)


def cacheable_items(subject: tuple[Addon, Role]) -> Said:
    """`cacheableVariables` is a list of what OTF's schema describes.

    `http://localhost/cacheable_variables.json` describes one item.
    """
    addon, role = subject
    part = properties(addon, whole(role.schema)).get("cacheableVariables")
    item = {"variableName": "a", "cachingPlugin": "file", "cacheArgs": {}}
    if part and accepts(addon, part, [item]) is False:
        wrong = "cacheableVariables refuses a list of variables"
        remedy = f'write "type": "array", "items": {{"$ref": "{CORE}cacheable_variables.json"}}'
        yield Finding(part.document.file, part.line(), wrong, remedy)


def accepts(addon: Addon, part: Part, value: Any) -> bool | None:
    """Return whether a schema accepts a value; None where a reference leads to nowhere."""

    def retrieve(uri: str) -> Resource[Any]:
        if uri.startswith(CORE):
            if addon.otf.schemas is None:
                raise LookupError(uri)
            path = addon.otf.schemas / uri.removeprefix(CORE)
        else:
            path = Path(unquote(uri.removeprefix("file://")))
        document = Document(path, "")
        data = {**document.data, "$schema": DIALECT}
        # OTF follows references from where a file is, and not from its `$id`.
        data.pop("$id", None)
        return Resource.from_contents(data)

    pointer = "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in part.where)
    root = {"$ref": f"{part.document.path.as_uri()}#{pointer}"}
    registry = Registry(retrieve=retrieve)  # type: ignore[call-arg]
    try:
        return bool(Draft202012Validator(root, registry=registry).is_valid(value))
    except Exception:  # a schema that is none fails in as many ways as there are mistakes
        return None
