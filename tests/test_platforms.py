"""Windows and macOS, as far as they can be judged from here: docs/windows-and-macos.md."""

import sys
from pathlib import Path, PureWindowsPath

import pytest

from extension.names import DEVICES
from tests.baked import BakedProject, Venv, run
from tests.combinations import COMBINATIONS, NASTY, Answers
from tests.conftest import ROOT, Bake
from tests.test_default_addon import contents

# Windows refuses paths of 260 characters; this leaves some for the folder that an addon is in.
LONGEST = 215
# Windows allows 260, the folder of the clone included.
LONGEST_OF_THE_TEMPLATE = 200


def assert_valid_everywhere(paths: list[str]) -> None:
    """Fail if Windows or macOS could not have a path, or would take two for the same."""
    for path in paths:
        assert path.isascii(), path
        assert path.isprintable(), path
        assert not set(path) & set('<>:"\\|?*'), path
        for part in PureWindowsPath(path).parts:
            assert part == part.rstrip(". "), path
            assert part.partition(".")[0].lower() not in DEVICES, path
    folded = [path.lower() for path in paths]
    assert len(set(folded)) == len(folded)


@pytest.mark.parametrize("answers", COMBINATIONS)
def test_paths_of_an_addon(answers: Answers, bake: Bake) -> None:
    addon = bake(**answers)
    paths = [f"{addon.root.name}/{name}" for name in addon.files()]
    assert_valid_everywhere(paths)
    assert max(map(len, paths)) <= LONGEST


def test_paths_of_the_template() -> None:
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    paths = listed.strip("\0").split("\0")
    assert_valid_everywhere(paths)
    assert max(map(len, paths)) <= LONGEST_OF_THE_TEMPLATE


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Venv:
    """An environment for the type checker."""
    return Venv.make(tmp_path_factory.mktemp("platforms") / "venv")


@pytest.mark.parametrize("platform", ["win32", pytest.param("darwin", marks=pytest.mark.slow)])
@pytest.mark.parametrize("client", ["fsspec", "http"])
def test_code_uses_nothing_that_a_platform_lacks(
    platform: str, client: str, bake: Bake, venv: Venv
) -> None:
    """Mypy knows what of the standard library is where."""
    execution = "http" if client == "http" else "command"
    addon = bake(transfer_client=client, execution=execution, caching_plugin=True)
    venv.install(f"{addon.root}[dev]")
    settings = addon.read("pyproject.toml")
    kit_too = settings.replace("ignore_errors = true", "ignore_errors = false")
    assert kit_too != settings
    addon.path("pyproject.toml").write_text(kit_too, encoding="utf-8")
    venv.run("mypy", "--platform", platform, cwd=addon.root)


@pytest.mark.parametrize("answers", COMBINATIONS)
def test_text_is_read_and_written_in_one_encoding(answers: Answers, bake: Bake) -> None:
    addon = bake(**answers)
    assert_encodings_are_named("src", cwd=addon.root)


def test_the_template_names_its_encodings() -> None:
    own = ("answers.py", "extension", "hooks", "local_extensions.py")
    assert_encodings_are_named(*own, cwd=ROOT)


def assert_encodings_are_named(*places: str, cwd: Path) -> None:
    """Fail where the encoding would be that of the machine."""
    rule = ("--isolated", "--preview", "--select", "PLW1514")
    run(sys.executable, "-m", "ruff", "check", "--no-cache", *rule, *places, cwd=cwd)


def test_prompts_and_messages_are_ascii(bake: Bake, capfd: pytest.CaptureFixture[str]) -> None:
    bake(transfer_client="custom", execution="custom")
    told = capfd.readouterr().out
    assert "is ready" in told
    assert (told + (ROOT / "cookiecutter.json").read_text(encoding="utf-8")).isascii()


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
def test_console_of_any_encoding(encoding: str, bake: Bake, tmp_path: Path) -> None:
    """Answers that it cannot show do no harm, be they fine or refused."""
    expected: BakedProject = bake(service_name=NASTY, addon_name="nasty")
    command = (sys.executable, "-m", "cookiecutter", "--default-config", "--no-input")
    env = {"HOME": str(tmp_path), "PYTHONIOENCODING": encoding}
    out = ("--output-dir", tmp_path / "out", ROOT, "addon_name=nasty")
    run(*command, *out, f"service_name={NASTY}", cwd=tmp_path, env=env)
    assert contents(tmp_path / "out/nasty") == contents(expected.root)
    told = run(*command, *out, "service_name=\u2028", cwd=tmp_path, env=env, exit_code=1)
    assert told.startswith(r"service_name '\u2028' has a line break")


def test_line_breaks_are_those_of_the_repository() -> None:
    told = run("git", "check-attr", "eol", "--", "answers.py", cwd=ROOT)
    assert told == "answers.py: eol: lf\n"
