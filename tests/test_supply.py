"""On the user's machine the template only checks answers and tidies the new addon."""

import ast
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests import recorder
from tests.baked import BakedProject
from tests.combinations import COMBINATIONS, Answers
from tests.conftest import ROOT, Bake

HOOKS = [ROOT / "hooks/pre_gen_project.py", ROOT / "hooks/post_gen_project.py"]
# What is there wherever Cookiecutter is.
WITH_COOKIECUTTER = {"click", "cookiecutter", "jinja2"}


def test_hooks_are_these_two() -> None:
    """Cookiecutter runs any file that has the name of a hook, whatever its ending."""
    found = (path for path in (ROOT / "hooks").rglob("*") if "__pycache__" not in path.parts)
    assert sorted(found) == sorted(HOOKS)


def imported(file: Path) -> set[str]:
    """List the packages that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or "").partition(".")[0])
    return names


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.stem)
def test_hook_needs_the_standard_library_only(hook: Path) -> None:
    assert imported(hook) <= sys.stdlib_module_names


@pytest.mark.parametrize(
    "file",
    [ROOT / "answers.py", ROOT / "local_extensions.py", *sorted((ROOT / "extension").glob("*.py"))],
    ids=lambda file: file.name,
)
def test_extension_needs_nothing_beside_cookiecutter(file: Path) -> None:
    others = {name for name in imported(file) if not name.startswith(".")}
    assert others <= sys.stdlib_module_names | WITH_COOKIECUTTER


# --- A machine with Python, Cookiecutter, and traps ---

# Modules that Python or Cookiecutter needs, for anybody to leave in a folder that all may write to.
TRAPS = ("json.py", "os.py", "string.py", "tempfile.py")
TRAP = 'open(__file__ + ".sprung", "w").close()\n'

# Any structure will do; these have text that no C locale can write, and folders to tidy.
BAKED = [param for param in COMBINATIONS if param.id in ("defaults", "nasty_text", "caching_only")]
# In a C locale Python uses UTF-8, unless PYTHONUTF8 is 0.
ENCODINGS = [pytest.param({}, id="C"), pytest.param({"PYTHONUTF8": "0"}, id="C_ascii")]

Event = tuple[str, ...]


@dataclass(frozen=True)
class Bare:
    """A machine on which an addon was made, and what happened there."""

    addon: BakedProject
    home: Path
    temporary: Path
    work: Path
    events: list[Event]

    @classmethod
    def bake(cls, folder: Path, answers: Answers, **variables: str) -> "Bare":
        """Run the command where there is no network, no git, no locale, and no other program."""
        home, temporary, work = folder / "home", folder / "temporary", folder / "work"
        site, record, config = folder / "site", folder / "record", folder / "config.yml"
        for new in (home, temporary, work, site):
            new.mkdir()
        for place in (temporary, work):
            for trap in TRAPS:
                (place / trap).write_text(TRAP, encoding="utf-8")
        shutil.copy(recorder.__file__, site / "sitecustomize.py")
        config.write_text(yaml.safe_dump({"default_context": answers}), encoding="utf-8")
        environment = {
            "HOME": str(home),
            "LC_ALL": "C",
            "PATH": "",
            "PYTHONCOERCECLOCALE": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(site),
            "RECORD": str(record),
            "TMPDIR": str(temporary),
            **variables,
        }
        command = Path(sys.executable).with_name("cookiecutter")
        arguments = ("--no-input", "--config-file", str(config), str(ROOT))
        subprocess.run((command, *arguments), cwd=work, env=environment, check=True, timeout=60)
        (made,) = (path for path in work.iterdir() if path.is_dir())
        lines = record.read_text(encoding="utf-8").splitlines()
        events = [ast.literal_eval(line) for line in lines]
        return cls(BakedProject(made, answers), home, temporary, work, events)

    def of_hooks(self) -> list[Event]:
        """List what the hooks did, which Cookiecutter has rendered into the temporary folder."""
        return [event for event in self.events if Path(event[0]).is_relative_to(self.temporary)]


def hooks_tidy_up_and_write_checksums(bare: Bare) -> None:
    checksums = bare.addon.path("tests/otf_kit/checksums")
    for _, event, *arguments in bare.of_hooks():
        place = (bare.addon.root / arguments[0]).resolve()
        if event == "os.rmdir":
            assert place.is_relative_to(bare.work)
        else:
            assert event in ("os.mkdir", "open")
            assert place == checksums or place.parent == checksums, place


def only_hooks_are_started(bare: Bare) -> None:
    started = [event[3] for event in bare.events if event[1] == "subprocess.Popen"]
    assert len(started) == len(HOOKS)
    for command in started:
        python, hook = ast.literal_eval(command)
        assert Path(python).samefile(sys.executable)
        assert Path(hook).is_relative_to(bare.temporary)
    others = {event[1] for event in bare.events if event[1].startswith(("os.", "pty."))}
    assert others <= {"os.chdir", "os.chmod", "os.mkdir", "os.remove", "os.rmdir"}


def nothing_is_written_elsewhere(bare: Bare) -> None:
    own = (bare.home, bare.work, bare.temporary)
    for _, event, *arguments in bare.events:
        if event in ("open", "os.chmod", "os.mkdir", "os.remove"):
            place = (bare.work / arguments[0]).resolve()
            assert any(place.is_relative_to(folder) for folder in own), (event, place)


def no_network_is_looked_for(bare: Bare) -> None:
    assert not [event for event in bare.events if event[1] in recorder.NETWORK]


def no_trap_is_sprung(bare: Bare) -> None:
    assert not [*bare.work.rglob("*.sprung"), *bare.temporary.rglob("*.sprung")]


def everything(addon: BakedProject) -> dict[str, bytes | None]:
    """Read all files; a folder is in the list too."""
    return {
        path.relative_to(addon.root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in addon.root.rglob("*")
    }


@pytest.mark.parametrize("variables", ENCODINGS)
@pytest.mark.parametrize("answers", BAKED)
def test_bare_machine(
    bake: Bake, answers: Answers, variables: dict[str, str], tmp_path: Path
) -> None:
    bare = Bare.bake(tmp_path, answers, **variables)
    no_trap_is_sprung(bare)
    hooks_tidy_up_and_write_checksums(bare)
    only_hooks_are_started(bare)
    nothing_is_written_elsewhere(bare)
    no_network_is_looked_for(bare)
    usual = bake(**answers)
    assert bare.addon.root.name == usual.root.name
    assert everything(bare.addon) == everything(usual)
