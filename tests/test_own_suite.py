"""The suite of an addon tells in one line, or in one failing test, what concerns all its tests."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_cookies.plugin import Cookies

from tests.baked import ONE_PROCESS, BakedProject, Venv
from tests.conftest import baker

LIVE = ("tests/otf_kit/conformance", "-k", "test_live_mode or test_client")
WRONG_USAGE = 4  # an exit code of pytest


@pytest.fixture(scope="module")
def addon(cookies_session: Cookies) -> BakedProject:
    return baker(cookies_session)(execution="none")


@pytest.fixture(scope="module")
def venv(addon: BakedProject, tmp_path_factory: pytest.TempPathFactory) -> Venv:
    venv = Venv.make(tmp_path_factory.mktemp("own_suite") / "venv")
    venv.install("--editable", str(addon.root), "pytest-xdist")
    return venv


def suite(addon: BakedProject, venv: Venv, *tests: str, exit_code: int, **variables: str) -> str:
    options = ("-p", "no:cacheprovider", "-q")
    return venv.run("pytest", *options, *tests, cwd=addon.root, env=variables, exit_code=exit_code)


@contextmanager
def gone(file: Path) -> Iterator[None]:
    """Take a file away for a while."""
    content = file.read_bytes()
    file.unlink()
    try:
        yield
    finally:
        file.write_bytes(content)


@contextmanager
def file_ending_with(text: str, file: Path) -> Iterator[int]:
    """Add to a file for a while; give the number of the first new line."""
    before = file.read_text(encoding="utf-8")
    file.write_text(before + text, encoding="utf-8")
    try:
        yield len(before.splitlines()) + 1
    finally:
        file.write_text(before, encoding="utf-8")


@contextmanager
def client_ending_with(text: str, addon: BakedProject) -> Iterator[tuple[Path, int]]:
    """Add to the file of the client; give its path, and the number of the first new line."""
    name = f"src/{addon.package.replace('.', '/')}/remotehandlers/myservice_client.py"
    with file_ending_with(text, addon.path(name)) as line:
        yield addon.path(name), line


def protocol(**options: object) -> str:
    credentials = {"username": "otf", "password": "not-in-any-log"}
    return json.dumps({"filesystem": "ftp", "options": options, "credentials": credentials})


def test_service_that_is_not_reached_is_one_failure(addon: BakedProject, venv: Venv) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        live = protocol(host="127.0.0.1", port=closed.getsockname()[1])
        variables = {"OTF_TEST_PROTOCOL": live, "OTF_TEST_FOLDER": "/scratch"}
        told = suite(addon, venv, *ONE_PROCESS, *LIVE, exit_code=1, **variables)
    assert "MyServiceClient cannot use the service, so it is not tested: " in told
    assert "ConnectionRefusedError" in told
    assert "not-in-any-log" not in told
    assert re.search(r"^1 failed, \d+ passed, \d+ skipped", told, re.MULTILINE)
    assert "the service cannot be used: see test_live_mode" in told


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("name", "opentaskpy.addons.myservice.remotehandlers.x.X", "but here are opentaskpy."),
        ("option", {}, "'option' is not a known key; known are "),
    ],
)
def test_protocol_that_is_wrong_is_one_failure(
    key: str, value: object, told: str, addon: BakedProject, venv: Venv
) -> None:
    wrong = json.dumps({**json.loads(protocol()), key: value})
    variables = {"OTF_TEST_PROTOCOL": wrong, "OTF_TEST_FOLDER": "/scratch"}
    printed = suite(addon, venv, *ONE_PROCESS, *LIVE, exit_code=1, **variables)
    assert told in printed
    assert re.search(r"^1 failed, \d+ passed, \d+ skipped", printed, re.MULTILINE)


def test_variables_that_are_wrong_are_one_failure(addon: BakedProject, venv: Venv) -> None:
    variables = {"OTF_TEST_PROTOCOL": "{not JSON", "OTF_TEST_FOLDER": "/scratch"}
    told = suite(addon, venv, *ONE_PROCESS, *LIVE, exit_code=1, **variables)
    assert "OTF_TEST_PROTOCOL is not valid JSON" in told
    assert re.search(r"^1 failed, ", told, re.MULTILINE)


@pytest.mark.parametrize("processes", [("-n", "2"), ONE_PROCESS], ids=["two", "one"])
@pytest.mark.parametrize(
    ("mistake", "told"),
    [("def (\n", "SyntaxError: invalid syntax"), ("import missing_package\n", "No module named")],
    ids=["syntax", "import"],
)
def test_mistake_in_a_client_is_one_line(
    mistake: str, told: str, processes: tuple[str, ...], addon: BakedProject, venv: Venv
) -> None:
    with client_ending_with(mistake, addon) as (file, line_number):
        printed = suite(addon, venv, *processes, exit_code=WRONG_USAGE)
    (line,) = printed.splitlines()[:1]
    assert line.startswith(f"ERROR: {file}:{line_number}: ")
    assert told in line
    assert not "".join(printed.splitlines()[1:])


def test_each_reason_not_to_pass_is_told_once(addon: BakedProject, venv: Venv) -> None:
    tests = ("tests/otf_kit/conformance/test_live_mode.py", "tests/otf_kit/conformance/transfers")
    choice = "test_live_mode or test_global_variables"
    printed = suite(addon, venv, "-n", "2", *tests, "-k", choice, exit_code=0)
    (end,) = re.findall(r"^\d+ passed, (\d+) skipped, (\d+) xfailed in ", printed, re.M)
    for number, outcome in zip(end, ["skipped", "xfailed"], strict=True):
        title, told = f"{number} {outcome} because", r"=+\n((?: +\d+ x .*\n)+)"
        (lines,) = re.findall(rf"^=+ {title} {told}", printed, re.M)
        times, reasons = zip(*re.findall(r"(\d+) x (.*)", lines), strict=True)
        assert sum(map(int, times)) == int(number) > 1
        assert len(set(reasons)) == len(reasons)
    assert "  2 x opentaskpy raises StopIteration" in printed, "one is of the source"


NO_LISTING = """
def broken(self: object, folder: str) -> None:
    raise KeyError("the size")


MyServiceClient.list_folder = broken
"""


def test_fault_that_many_tests_fail_for_is_told_at_the_end(addon: BakedProject, venv: Venv) -> None:
    tests = (
        "tests/otf_kit/conformance/transfers/test_client.py",
        "tests/otf_kit/conformance/transfers",
    )
    with client_ending_with(NO_LISTING, addon):
        printed = suite(addon, venv, "-n", "2", *tests, "-k", "source or list", exit_code=1)
    failed, told = re.findall(r"^=+ why (\d+) tests failed =+\n(.*)", printed, re.M | re.S)[0]
    reasons = re.findall(r"^ *(\d+) x (.*)", told, re.MULTILINE)
    assert sum(int(times) for times, _ in reasons) > int(failed) / 2
    assert "the size" in reasons[0][1]
    assert f"Begin with {tests[0]}: " in told
    assert told.splitlines()[-1].startswith(f"{failed} failed, ")


@contextmanager
def key_of_protocol(
    addon: BakedProject, required: bool = False, **schema: object
) -> Iterator[None]:
    """Add a key to the `protocol` object of a source."""
    folder = f"src/{addon.package.replace('.', '/')}/remotehandlers/schemas/transfer"
    file = addon.path(f"{folder}/myservice_source/protocol.json")
    before = file.read_text(encoding="utf-8")
    whole = json.loads(before)
    whole["properties"]["tenant"] = {"type": "string", **schema}
    whole["required"] += ["tenant"] if required else []
    file.write_text(json.dumps(whole), encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(before, encoding="utf-8")


def test_sample_that_a_pattern_refuses_is_asked_for(addon: BakedProject, venv: Venv) -> None:
    tests = ("tests/otf_kit/conformance/test_schemas.py", "-k", "takes_what_it_is_for")
    with key_of_protocol(addon, pattern="^[0-9]{4}$"):
        printed = suite(addon, venv, *ONE_PROCESS, *tests, exit_code=1)
    assert 'protocol.json: write "examples": [a valid value] into the schema of tenant' in printed
    with key_of_protocol(addon, pattern="^[0-9]{4}$", examples=["1234"]):
        suite(addon, venv, *ONE_PROCESS, *tests, exit_code=0)


def test_key_that_a_schema_requires_is_asked_for(addon: BakedProject, venv: Venv) -> None:
    with key_of_protocol(addon, required=True):
        test = "tests/otf_kit/conformance/transfers/test_sources.py"
        printed = suite(addon, venv, *ONE_PROCESS, test, exit_code=1)
    assert "`offline` in tests/services/ gives a key that you require." in printed


def test_schema_that_is_no_json_is_named(addon: BakedProject, venv: Venv) -> None:
    with key_of_protocol(addon):
        folder = f"src/{addon.package.replace('.', '/')}/remotehandlers/schemas/transfer"
        file = addon.path(f"{folder}/myservice_source/protocol.json")
        file.write_text(file.read_text(encoding="utf-8").replace(":", "", 1), encoding="utf-8")
        test = "tests/otf_kit/conformance/test_schemas.py"
        printed = suite(addon, venv, *ONE_PROCESS, test, exit_code=1)
    assert "myservice_source/protocol.json: Expecting ':' delimiter" in printed


def test_what_is_wrongly_declared_as_unsupported_is_told(addon: BakedProject, venv: Venv) -> None:
    declared = {"test_source_without_files_fails_unless_error_is_false": "no folders"}
    services = addon.path("tests/services/myservice.py")
    with file_ending_with(f"\n\nUNSUPPORTED = {declared}\n", services):
        test = "tests/otf_kit/conformance/transfers/test_missing_files.py"
        printed = suite(addon, venv, "-n", "2", test, exit_code=1)
    assert "9 x it passes, but is expected to fail: no folders" in printed


@pytest.mark.parametrize("role", ["source", "destination"])
def test_what_a_store_without_folders_cannot_do_is_in_the_suite(
    role: str, cookies_session: Cookies, venv: Venv
) -> None:
    bake = baker(cookies_session)
    addon = bake(transfer=role, fsspec_protocol="s3", execution="none", package_name="acme")
    live = {"OTF_TEST_PROTOCOL": '{"filesystem": "s3"}', "OTF_TEST_FOLDER": "bucket"}
    test = "tests/otf_kit/conformance/test_kit.py"
    sources = str(addon.path("src"))
    suite(addon, venv, *ONE_PROCESS, test, exit_code=0, PYTHONPATH=sources, **live)


def test_log_of_a_task_is_shown_once(addon: BakedProject, venv: Venv) -> None:
    test = "tests/otf_kit/conformance/transfers/test_sources.py"
    with client_ending_with(NO_LISTING, addon):
        printed = suite(addon, venv, *ONE_PROCESS, "-x", test, exit_code=1)
    assert printed.count("Running transfer") == 1
    assert "support/command.py" not in printed, "the helper is shown, not the test"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("otf_kit/conformance/test_kit.py", "was deleted: take it from the template again"),
        ("services/myservice.py", "is missing: it says how MyServiceTransfer is tested"),
    ],
)
def test_file_that_all_tests_need_is_missed(
    name: str, told: str, addon: BakedProject, venv: Venv
) -> None:
    with gone(addon.path(f"tests/{name}")):
        printed = suite(addon, venv, *ONE_PROCESS, exit_code=WRONG_USAGE)
    assert f"{name} {told}" in printed


def test_checksums_that_were_deleted_are_missed(addon: BakedProject, venv: Venv) -> None:
    with gone(addon.path("tests/otf_kit/checksums/myservice.txt")):
        test = "tests/otf_kit/conformance/test_kit.py"
        printed = suite(addon, venv, *ONE_PROCESS, test, exit_code=1)
    assert "'tests/otf_kit/conformance/transfers/test_sources.py'" in printed
    assert "in none of the kit's checksums" in printed


KIT_TEST = "tests/otf_kit/conformance/test_kit.py"
SOURCE = "src/opentaskpy/addons/myservice/otf_kit/transfers/source.py"


def test_file_of_the_kit_that_was_edited_is_named(addon: BakedProject, venv: Venv) -> None:
    with file_ending_with("# Ours.\n", addon.path(SOURCE)):
        printed = suite(addon, venv, *ONE_PROCESS, KIT_TEST, exit_code=1)
    assert f"['{SOURCE}'] were changed." in printed


def test_file_of_the_kit_that_was_deleted_is_named(addon: BakedProject, venv: Venv) -> None:
    name = "tests/otf_kit/conformance/transfers/test_flags.py"
    with gone(addon.path(name)):
        printed = suite(addon, venv, *ONE_PROCESS, KIT_TEST, exit_code=1)
    assert f"['{name}'] were deleted." in printed


def test_file_that_was_added_to_the_kit_is_named(addon: BakedProject, venv: Venv) -> None:
    name = "tests/otf_kit/conformance/transfers/test_ours.py"
    addon.path(name).touch()
    try:
        printed = suite(addon, venv, *ONE_PROCESS, KIT_TEST, exit_code=1)
    finally:
        addon.path(name).unlink()
    assert f"['{name}'] are in none of the kit's checksums." in printed
