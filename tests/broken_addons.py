"""Addons that are broken in one way each: small edits of a generated one, by the rule they break.

`C` is the folder of what is the same for every service, `R` that of the handlers, `T` and `X` those
of the schemas of transfers and executions.
"""

from dataclasses import dataclass
from typing import Any

import pytest

A = "src/opentaskpy/addons/myservice"
C, R = f"{A}/otf_kit", f"{A}/remotehandlers"
T, X = f"{R}/schemas/transfer", f"{R}/schemas/execution/myservice"
HANDLERS = f"{R}/myservice.py"
HANDLER, EXECUTION = f"{C}/transfers/handler.py", f"{C}/executions/handler.py"
SOURCE = f"{C}/transfers/source_handler.py"
DESTINATION = f"{C}/transfers/destination_handler.py"
CACHEABLE = f"{C}/transfers/cacheable_variables.py"
LOOKUP = "src/opentaskpy/plugins/lookup/myservice/myservice.py"
CACHING = "src/opentaskpy/variablecaching/myservice/myservice.py"
WATCH = f"{T}/myservice_source/fileWatch.json"

TRANSFER_CLASS = "class MyServiceTransfer(SourceHandler, DestinationHandler):"
EXECUTION_CLASS = "class MyServiceExecution(ExecutionHandler):"
NAME = '"opentaskpy.addons.myservice.remotehandlers.myservice.MyServiceTransfer"'
HELPER = NAME.replace("MyServiceTransfer", "Helper")
DIALECT = '"$schema": "https://json-schema.org/draft/2020-12/schema",'
# What sends requests in the files of the rule `timeouts`.
CLIENTS = ("pyproject.toml", '"tenacity>=9.0",', '"tenacity", "requests", "httpx", "urllib3",')
ROLES = '    roles = ("source", "destination")\n'

# Each edit: a file, the text that is replaced, and what replaces it. A file of which no text is
# replaced is a new one; one that nothing replaces is deleted.
Edit = tuple[str, str, str | None]


@dataclass(frozen=True)
class Broken:
    """A way to break an addon.

    Attributes:
        edits: What is changed.
        file: The file of the finding; by default that of the first edit.
        at: Text of the line that the finding must name, after the edits; "" is the first line.
    """

    edits: tuple[Edit, ...]
    file: str
    at: str


def broken(rule: str, *edits: Edit, file: str = "", at: str = "") -> Any:
    """Give an edit the name of the rule that it breaks."""
    return pytest.param(rule, Broken(edits, file or edits[0][0], at), id=rule)


def method(text: str) -> Edit:
    """Override a method in the class of transfers."""
    return HANDLERS, ROLES, f"{ROLES}\n{text}"


BROKEN = [
    # --- Packaging ---
    broken("namespace", ("src/opentaskpy/addons/__init__.py", "", "")),
    broken("package-init", (f"{R}/__init__.py", "", None), file=HANDLERS),
    broken(
        "packages-found",
        ("pyproject.toml", 'where = ["src"]', 'where = ["src"]\nnamespaces = false'),
        at="namespaces = false",
    ),
    broken(
        "include-package-data",
        ("pyproject.toml", "include-package-data = true", "include-package-data = false"),
        at="include-package-data =",
    ),
    broken(
        "data-packaged",
        ("pyproject.toml", '["*.json", "*.md", "py.typed"]', '["*.md", "py.typed"]'),
        at="include-package-data =",
    ),
    broken(
        "dependencies",
        ("pyproject.toml", '    "tenacity>=9.0",\n', ""),
        file=f"{C}/transfers/calls.py",
        at="from tenacity import",
    ),
    broken(
        "types-seen",
        ("pyproject.toml", "follow_untyped_imports = true", 'follow_imports = "skip"'),
        at="follow_imports =",
    ),
    broken(
        "schemas-tested",
        ("tests/otf_kit/support/schemas.py", "validate_execution_json", "validate_another_json"),
        file=HANDLERS,
        at=EXECUTION_CLASS,
    ),
    # --- Schemas ---
    broken("schema-json", (WATCH, '"watchOnly":', '"watchOnly"'), at='"watchOnly"'),
    broken("schema-dialect", (WATCH, DIALECT, "")),
    broken("schema-id", (WATCH, "myservice_source/", "other_source/"), at='"$id"'),
    broken(
        "schema-one-id",
        (WATCH, '"timeout": {', '"timeout": {\n "$id": "http://localhost/timeout.json",'),
        at="timeout.json",
    ),
    broken(
        "schema-default",
        (WATCH, '"timeout": {', '"timeout": {\n "default": 60,'),
        at='"default"',
    ),
    broken(
        "schema-keyword",
        (WATCH, '"properties": {', '"properties": {\n "required": ["timeout"],'),
        at='"required"',
    ),
    broken("schema-valid", (WATCH, '"boolean"', '"bool"'), at='"bool"'),
    broken(
        "schema-reference",
        (WATCH, '"properties": {', '"$defs": {"a": {\n "$ref": "a.json"}}, "properties": {'),
        at="a.json",
    ),
    broken(
        "schema-closed",
        (f"{T}/myservice_destination/flags.json", ',\n  "additionalProperties": false', ""),
        at='"properties"',
    ),
    broken(
        "schema-used",
        (
            f"{T}/myservice_source/other.json",
            "",
            f'{{{DIALECT} "$id": "http://localhost/transfer/myservice_source/other.json"}}',
        ),
    ),
    broken(
        "schema-present",
        (
            f"{R}/other.py",
            "",
            "from ..otf_kit import SourceHandler\n\n\nclass Other(SourceHandler):\n"
            "    client_class = None\n",
        ),
        at="class Other",
    ),
    broken(
        "schema-of-module",
        (
            f"{T}/other_source.json",
            "",
            f'{{{DIALECT} "$id": "http://localhost/transfer/other_source.json"}}',
        ),
    ),
    broken(
        "schema-class",
        (f"{T}/myservice_source/protocol.json", NAME, f"{NAME},\n{HELPER}"),
        at=HELPER,
    ),
    broken(
        "schema-protocol",
        (f"{T}/myservice_source/protocol.json", '"required": [\n    "name"\n  ]', '"required": []'),
        at='"required"',
    ),
    broken(
        "schema-directory",
        (f"{T}/myservice_source.json", '"required": [\n    "directory",', '"required": ['),
        at='"required"',
    ),
    broken(
        "schema-otf-keys",
        (f"{X}/myservice.json", '"variables": {', '"results": {'),
        # Anything else in its place would be a key that nothing reads.
        (EXECUTION, 'TASK_TYPE = "E"', 'TASK_TYPE = "E"\n    RESULTS = "results"'),
        at='"properties"',
    ),
    broken(
        "schema-encryption",
        (
            f"{T}/myservice_destination/encryption.json",
            '"encrypt": {\n            "const": true',
            '"encrypt": {\n            "const": false',
        ),
        file=f"{T}/myservice_destination.json",
        at='"encryption"',
    ),
    broken(
        "schema-cacheable",
        (
            f"{T}/myservice_destination.json",
            '"type": "array",\n      "items": {\n        '
            '"$ref": "myservice_destination/cacheableVariables.json"\n      }',
            '"$ref": "myservice_destination/cacheableVariables.json"',
        ),
        at='"cacheableVariables"',
    ),
    broken(
        "key-refused",
        (
            HANDLER,
            'self.spec.get("hostname", "")',
            'self.spec.get("hostname", self.spec.get("host", ""))',
        ),
        at='"host"',
    ),
    broken(
        "key-unread",
        (f"{T}/myservice_source.json", '"hostname": {', '"colour": true, "hostname": {'),
        at='"colour"',
    ),
    # --- Signatures ---
    broken(
        "abstract-methods",
        (DESTINATION, "def move_files_to_final_location(", "def move_files("),
        (HANDLER, "def move_files_to_final_location(", "def move_files("),
        file=HANDLERS,
        at=TRANSFER_CLASS,
    ),
    broken(
        "arguments",
        (DESTINATION, ", source_spec: dict[str, Any] | None = None)", ")"),
        at="def pull_files(",
    ),
    broken(
        "return-codes",
        (SOURCE, "return self._source.post_copy(files)", "return True"),
        at="return True",
    ),
    broken(
        "methods-of-execution",
        (EXECUTION, "def kill(", "def stop("),
        file=HANDLERS,
        at=EXECUTION_CLASS,
    ),
    broken(
        "methods-of-keys",
        (DESTINATION, "def create_flag_files(", "def create_flags("),
        (HANDLER, "def create_flag_files(", "def create_flags("),
        file=HANDLERS,
        at=TRANSFER_CLASS,
    ),
    # --- Handlers ---
    broken(
        "compiles",
        (f"{C}/filesystems/parts.py", "import threading", "import import"),
        at="import import",
    ),
    broken(
        "inheritance",
        (HANDLERS, TRANSFER_CLASS, f'class Helper:\n    """No handler."""\n\n\n{TRANSFER_CLASS}'),
        (f"{T}/myservice_source/protocol.json", NAME, f"{NAME}, {HELPER}"),
        at="class Helper",
    ),
    broken(
        "logger",
        (HANDLER, '__module__, spec["task_id"], self.TASK_TYPE)', "__module__)"),
        at="init_logging(type",
    ),
    broken(
        "task-type",
        (EXECUTION, 'TASK_TYPE = "E"', 'TASK_TYPE = "T"'),
        at="TASK_TYPE =",
    ),
    broken(
        "library-logs",
        (f"{C}/logs.py", "library.addHandler(self)", "set_log_file(library.name)"),
        at="set_log_file(library",
    ),
    broken(
        "log-messages",
        (CACHEABLE, 'f"Cached the new value of {name}"', '"Cached %s", name'),
        at="%s",
    ),
    broken(
        "log-secrets",
        (CACHEABLE, 'f"Cached the new value of {name}"', 'f"Cached {self._spec}"'),
        at="Cached {",
    ),
    broken(
        "class-state",
        (HANDLER, 'TASK_TYPE = "T"', 'TASK_TYPE = "T"\n    seen: list[str] = []'),
        at="seen:",
    ),
    broken(
        "process-state",
        (f"{C}/executions/commands.py", "self._killed = False", 'os.environ["A"] = "b"'),
        at="os.environ[",
    ),
    broken(
        "tidy-twice",
        (
            HANDLER,
            "self._calls.close()",
            "self._calls.close()\n        del self._calls",
        ),
        at="self._calls.close()",
    ),
    broken("temporary-files", (CACHING, "Path(partial).replace(path)", "pass"), at=".mkstemp("),
    broken(
        "attributes",
        (EXECUTION, "self._runner.kill()", "self._commands.kill()"),
        at="self._commands",
    ),
    broken(
        "direct-transfers",
        method("    def supports_direct_transfer(self) -> bool:\n        return True\n"),
        at="return True",
    ),
    broken(
        "modified-time",
        method(
            "    def list_files(self, directory=None, file_pattern=None):\n"
            '        return {"a.txt": {"size": 1, "age": 2}}\n'
        ),
        at='"age"',
    ),
    broken(
        "listing-errors",
        method(
            "    def list_files(self, directory=None, file_pattern=None):\n        try:\n"
            "            return super().list_files(directory, file_pattern)\n"
            "        except Exception:\n            return {}\n"
        ),
        at="return {}",
    ),
    broken(
        "failures-kept",
        method(
            "    def push_files_from_worker(self, staging, file_list=None):\n"
            "        for file in file_list:\n            result = 0\n"
            "            if not file:\n                result = 1\n        return result\n"
        ),
        at="result = 0",
    ),
    broken(
        "sent-again",
        (
            f"{R}/send.py",
            "",
            'def send(session, path):\n    with open(path, "rb") as file:\n'
            "        for _ in range(3):\n            session.put(path, data=file)\n",
        ),
        at="data=file",
    ),
    broken(
        "staged-files",
        method(
            "    def push_files_from_worker(self, staging, file_list=None):\n"
            "        from glob import glob\n\n"
            '        return super().push_files_from_worker(staging, glob(f"{staging}/*"))\n'
        ),
        at="glob(f",
    ),
    broken(
        "timeouts",
        (f"{R}/ask.py", "", 'import urllib.request\n\nurllib.request.urlopen("https://a.test")\n'),
        at="urlopen",
    ),
    # The session is made in the class above, and by a function.
    broken(
        "timeouts",
        (
            f"{R}/base.py",
            "",
            "import requests\n\n\ndef made():\n    session = requests.Session()\n"
            "    return session\n\n\nclass Base:\n    def __init__(self, session=None):\n"
            "        self._session = session or made()\n",
        ),
        (
            f"{R}/ask.py",
            "",
            "from .base import Base\n\n\nclass Asking(Base):\n    def ask(self):\n"
            '        self._session.request("GET", "a")\n',
        ),
        CLIENTS,
        file=f"{R}/ask.py",
        at="self._session.request",
    ),
    broken(
        "cacheable-written",
        (CACHEABLE, "update_cache", "no_cache"),
        file=f"{T}/myservice_source.json",
        at='"cacheableVariables"',
    ),
    # --- Plugins ---
    broken(
        "plugin-place",
        ("src/opentaskpy/config/variablecaching/other.py", "", "def run(**kwargs):\n    pass\n"),
    ),
    broken(
        "plugin-run",
        (LOOKUP, "def run(**kwargs: Any)", "def run(file: str, name: str)"),
        at="def run",
    ),
    broken(
        "plugin-imports",
        (LOOKUP, "import json\n", "import json\n\nimport jsonschema\n"),
        at="import jsonschema",
    ),
    broken(
        "plugin-escape",
        (LOOKUP, "json.dumps(value)[1:-1]", 'json.dumps(value.replace("\\n", "\\\\n"))[1:-1]'),
        at=".replace(",
    ),
    broken(
        "plugin-silent",
        (
            LOOKUP,
            "    # OTF puts",
            '    shown = value\n    logger.log(12, f"Read {shown}")\n    # OTF puts',
        ),
        at="logger.log",
    ),
    broken(
        "plugin-globals",
        (CACHING, "    with _writing:", '    kwargs.get("globals")\n    with _writing:'),
        at='"globals"',
    ),
    # --- Tasks ---
    broken(
        "task-json",
        ("cfg/myservice/run-myservice.json", '"type": "execution"', '"type": "command"'),
        at='"type"',
    ),
    broken(
        "task-protocol",
        ("cfg/myservice/download-myservice.json", "MyServiceTransfer", "OtherTransfer"),
        at="OtherTransfer",
    ),
    broken(
        "task-accepted",
        ("cfg/myservice/download-myservice.json", '"fileRegex":', '"pattern": 1,\n"fileRegex":'),
        at='"pattern"',
    ),
    broken(
        "task-members",
        ("cfg/myservice/batch-myservice.json", "upload-myservice", "send-myservice"),
        at="send-myservice",
    ),
]
