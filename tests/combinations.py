"""The answers that tests bake: the full product of the structural ones, and named ones."""

from itertools import product
from typing import Any

import pytest

from extension import questions

Answers = dict[str, Any]

CHOICES = {key: value for key, value in questions.QUESTIONS.items() if not key.startswith("_")}

# Two that differ in what is installed; the others differ from these in their name only.
PROTOCOLS = ("file", "s3")
STRUCTURE = ("transfer", "transfer_client", "execution", "lookup_plugin", "caching_plugin")
PACKAGING = ("license", "versioning", "ci")

WHOLE_SUITE = ("tests",)
# The packaging and the schemas, every task of cfg/, the plugins, and a few transfers or commands.
SHORT_SUITE = ("tests", "-k", "cfg or plugins or test_namespace or test_schemas or test_checklist")

NASTY = """O'Brien & "Söhne" \\n: # 100% 🚚 {x} ''' \\"""


def choices(key: str) -> list[Any]:
    """List what a question offers: its list, or both answers to yes or no."""
    return CHOICES[key] if isinstance(CHOICES[key], list) else [False, True]


def _product(*keys: str) -> list[Answers]:
    return [dict(zip(keys, values, strict=True)) for values in product(*map(choices, keys))]


def _differs(shape: Answers) -> bool:
    """Pass over the empty addon, and what differs only in how files that never travel do so."""
    if shape["transfer"] != "none":
        return True
    is_something = shape["execution"] != "none" or shape["lookup_plugin"] or shape["caching_plugin"]
    return bool(is_something) and shape["transfer_client"] == choices("transfer_client")[0]


def _protocols(shape: Answers) -> tuple[str, ...]:
    has_filesystem = shape["transfer"] != "none" and shape["transfer_client"] == "fsspec"
    return PROTOCOLS if has_filesystem else PROTOCOLS[:1]


def shapes() -> list[Answers]:
    """List every structure that an addon can have."""
    structures = filter(_differs, _product(*STRUCTURE))
    return [{**shape, "fsspec_protocol": p} for shape in structures for p in _protocols(shape)]


def packaging() -> list[Answers]:
    """List every way to license, number and check an addon."""
    return _product(*PACKAGING)


def named(name: str, **answers: Any) -> Any:
    """Give a combination a name."""
    return pytest.param(answers, id=name)


COMBINATIONS = [
    named("defaults"),
    named("package_myservice", service_name="Another", package_name="myservice", ci="gitlab"),
    named("module_lambda", module_name="lambda"),
    named("module_unlike_package", package_name="acme", module_name="drop_box"),
    named(
        "longest_names",
        service_name="Service Service Service Service Service Service Service Name",
        addon_name="otf-addons-" + "x" * 49,
        package_name="p" * 30,
        module_name="m" * 30,
        class_prefix="C" * 24,
    ),
    named("shortest_names", addon_name="a", package_name="b", module_name="d", class_prefix="E"),
    named("source_only", transfer="source", execution="none", license="MIT"),
    named("destination_only", transfer="destination", execution="none", license="Apache-2.0"),
    named("execution_only", transfer="none", versioning="semver"),
    named("custom_execution_only", transfer="none", execution="custom", license="MIT", ci="gitlab"),
    named("transfer_only", execution="none", license="Proprietary"),
    named("custom", transfer_client="custom", execution="custom", lookup_plugin=True),
    named(
        "custom_source",
        transfer="source",
        transfer_client="custom",
        caching_plugin=True,
        license="MIT",
        versioning="semver",
        ci="gitlab",
    ),
    named("custom_destination", transfer="destination", transfer_client="custom", ci="none"),
    named(
        "lookup_only",
        transfer="none",
        execution="none",
        lookup_plugin=True,
        license="Apache-2.0",
        ci="none",
    ),
    named(
        "caching_only",
        transfer="none",
        execution="none",
        caching_plugin=True,
        license="Proprietary",
    ),
    named(
        "plugins_only", transfer="none", execution="none", lookup_plugin=True, caching_plugin=True
    ),
    named("everything", lookup_plugin=True, caching_plugin=True, versioning="semver", ci="gitlab"),
    named(
        "nasty_text",
        service_name=NASTY,
        addon_name="otf-addons-nasty",
        package_name="nasty",
        class_prefix="Nasty",
        author_name=NASTY,
        author_email="o.brien+otf@example.co.uk",
        repository_url="https://example.com:8443/~me/a?b=c&d=%20#e",
        description=f"{NASTY} - and more",
        lookup_plugin=True,
        caching_plugin=True,
    ),
    named("memory", fsspec_protocol="memory"),
    named("s3", fsspec_protocol="s3"),
    named("sftp", fsspec_protocol="sftp"),
    named("obstore", transfer_client="obstore", execution="none"),
    named("http", transfer_client="http", execution="http"),
    named(
        "http_source",
        transfer="source",
        transfer_client="http",
        execution="custom",
        license="MIT",
        versioning="semver",
        ci="none",
    ),
    named(
        "http_destination",
        transfer="destination",
        transfer_client="http",
        license="Apache-2.0",
        ci="gitlab",
    ),
    named("http_execution_only", transfer="none", execution="http", caching_plugin=True),
]


def _pairs(transfer: str, client: str, execution: str, plugins: str, *packaged: str) -> Any:
    """Name a combination after what it is made of; a client is one of ours or one of fsspec's."""
    is_ours = client in choices("transfer_client")
    answers = {
        "transfer": transfer,
        "transfer_client": client if is_ours else "fsspec",
        "fsspec_protocol": PROTOCOLS[0] if is_ours else client,
        "execution": execution,
        "lookup_plugin": "lookup" in plugins,
        "caching_plugin": "caching" in plugins,
        **dict(zip(PACKAGING[: len(packaged)], packaged, strict=True)),  # the rest as by default
    }
    return named(f"{transfer}_{client}_{execution}", **answers)


# What it takes besides those above for every pair of choices to be in an addon. A search found
# them; whether they are enough is for tests/test_combinations.py to say.
PAIRS = [
    _pairs("both", "custom", "http", "", "Apache-2.0", "calver", "github"),
    _pairs("both", "sftp", "http", "", "Proprietary", "calver", "none"),
    _pairs("both", "obstore", "custom", "lookup", "MIT", "calver", "github"),
    _pairs("destination", "custom", "none", "", "Proprietary", "calver", "github"),
    _pairs("destination", "memory", "custom", "", "Apache-2.0", "calver", "none"),
    _pairs("destination", "memory", "http", "", "MIT", "calver", "gitlab"),
    _pairs("destination", "file", "http", "", "GPL-3.0-or-later", "calver", "none"),
    _pairs("destination", "s3", "http", "", "MIT", "calver", "none"),
    _pairs("destination", "sftp", "none", "", "MIT", "calver", "github"),
    _pairs("destination", "s3", "none", "lookup caching", "Apache-2.0", "semver", "gitlab"),
    _pairs("destination", "http", "none", "lookup caching", "Proprietary", "calver", "github"),
    _pairs("destination", "obstore", "command", "", "Proprietary", "calver", "gitlab"),
    _pairs("source", "file", "custom", "", "GPL-3.0-or-later", "calver", "github"),
    _pairs("source", "s3", "custom", "", "Proprietary", "calver", "github"),
    _pairs("source", "sftp", "custom", "lookup caching", "Apache-2.0", "semver", "gitlab"),
    _pairs("source", "memory", "none", "lookup caching", "Proprietary", "semver", "github"),
    _pairs("source", "obstore", "http", "lookup caching", "Apache-2.0", "semver", "none"),
]

# Between them these have every client and plugin. The others differ from one of them in names,
# roles, packaging and requirements, so the parts of the suite that see these are enough each time.
WHOLE = {
    "defaults",
    "custom",
    "plugins_only",
    "obstore",
    "http",
}
# These have nothing that another one does not have; they wait for `make test-all`.
SLOW = {
    "custom_execution_only",
    "everything",
    "execution_only",
    "http_execution_only",
    "module_lambda",
    "module_unlike_package",
    "package_myservice",
    "sftp",
    "shortest_names",
    "transfer_only",
    "custom_source",
    "custom_destination",
    "lookup_only",
    "caching_only",
    "memory",
    "http_source",
    "http_destination",
}


def suites() -> list[Any]:
    """List the combinations, each with the tests to run: all, where a part would miss faults."""
    return [
        pytest.param(param.values[0], suite, id=f"{param.id}-{name}", marks=marks)
        for param in COMBINATIONS
        for suite, name in ((WHOLE_SUITE, "whole_suite"), (SHORT_SUITE, "short_suite"))
        if suite is WHOLE_SUITE or param.id not in WHOLE | SLOW
        for marks in [_slow(suite is WHOLE_SUITE and param.id not in WHOLE)]
    ] + [
        pytest.param(param.values[0], SHORT_SUITE, id=f"{param.id}-short_suite", marks=_slow(True))
        for param in PAIRS
    ]


def _slow(slow: bool) -> list[pytest.MarkDecorator]:
    return [pytest.mark.slow] if slow else []
