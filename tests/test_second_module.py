"""A module that an addon gets later brings new files only, and everything goes on working."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from extension.questions import QUESTIONS
from tests.baked import ONE_PROCESS, BakedProject, Venv, clean_environment, run
from tests.combinations import SHORT_SUITE, WHOLE_SUITE
from tests.conftest import Bake

# What is asked once for an addon, and not for each of its modules.
OF_THE_ADDON = {
    *("service_name", "addon_name", "package_name", "author_name", "author_email"),
    *("repository_url", "description", "license", "versioning", "ci"),
}

# Two modules of other kinds than the first, which is a transfer through fsspec and a command.
MODULES = {
    "jobs": {"transfer": "none", "execution": "http", "caching_plugin": "true"},
    "drop_box": {
        "transfer": "source",
        "transfer_client": "custom",
        "execution": "none",
        "lookup_plugin": "true",
    },
}


def add(root: Path, addon: Path, *answers: str) -> subprocess.CompletedProcess[str]:
    """Add a module with the real command, run in the folder of the addon, from a relative path."""
    command = (sys.executable, "-m", "cookiecutter", "--default-config", "--no-input")
    environment = {**clean_environment(), "HOME": str(addon.parent)}
    return subprocess.run(
        (*command, os.path.relpath(root, addon), "--directory", "module", *answers),
        cwd=addon,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def edit(project: BakedProject) -> None:
    """Do what an author does to an addon, among it what the modules need."""
    pyproject = project.read("pyproject.toml")
    dependency = '    "fsspec>=2024.6",\n'
    assert dependency in pyproject
    needed = '    "requests>=2.32",\n    "urllib3>=2.2",\n'
    more = pyproject.replace(dependency, f"{dependency}{needed}")
    project.path("pyproject.toml").write_text(more, encoding="utf-8")
    for name in ("README.md", "CHANGELOG.md", "cfg/myservice/download-myservice.json"):
        text = project.read(name)
        project.path(name).write_text(f"{text}\n", encoding="utf-8")
    handlers = "src/opentaskpy/addons/myservice/remotehandlers/myservice.py"
    with project.path(handlers).open("a", encoding="utf-8") as file:
        file.write("\n\nEDITED = True\n")
    project.path("demo/myservice/service/outbox/invoices.csv").unlink()


def commit(project: BakedProject) -> None:
    git = ("git", "-c", "user.name=A", "-c", "user.email=a@example.com")
    run("git", "init", "--quiet", cwd=project.root)
    run("git", "add", "--all", cwd=project.root)
    run(*git, "commit", "--quiet", "--message", "The addon", cwd=project.root)


@pytest.fixture
def edited(bake: Bake) -> BakedProject:
    project = bake()
    edit(project)
    commit(project)
    return project


@pytest.mark.parametrize(
    "suite",
    [
        pytest.param(SHORT_SUITE, id="short_suite"),
        pytest.param(WHOLE_SUITE, id="whole_suite", marks=pytest.mark.slow),
    ],
)
def test_two_more_modules(
    suite: tuple[str, ...], edited: BakedProject, root: Path, tmp_path: Path
) -> None:
    for module, answers in MODULES.items():
        given = (f"{key}={value}" for key, value in {"module_name": module, **answers}.items())
        added = add(root, edited.root, *given)
        assert added.returncode == 0, added.stdout
        assert re.search(rf"{module} is now part of otf-addons-myservice, in \d+", added.stdout)
        assert "README.md does not name the new module yet" in added.stdout

    changes = run("git", "status", "--porcelain", "--untracked-files=all", cwd=edited.root)
    public = " M src/opentaskpy/addons/myservice/otf_kit/__init__.py"
    assert [line for line in changes.splitlines() if line[:2] != "??"] == [public]
    assert not [line for line in changes.splitlines() if "myservice.py" in line], changes
    assert not [name for name in edited.empty_folders() if not name.startswith(".git/")]

    venv = Venv.make(tmp_path / "venv")
    venv.install(f"{edited.build()[1]}[dev]")
    for command in (("ruff", "check"), ("ruff", "format", "--check", "--diff"), ("mypy",)):
        venv.run(*command, cwd=edited.root)
    told = venv.run("pytest", *ONE_PROCESS, "-p", "no:cacheprovider", *suite, cwd=edited.root)
    assert "DropBoxClient.list_folder" in told
    venv.run("task-run", "-c", "cfg", "-t", "download-myservice", cwd=edited.root)
    venv.run("task-run", "-c", "cfg", "-t", "cache-jobs", cwd=edited.root)


REFUSALS = {
    "exists already, in cfg/myservice/variables.json": ["module_name=myservice"],
    'needs "obstore>=0.10" in dependencies: add this to': ["transfer_client=obstore"],
    "and try again, or answer transfer_client=fsspec": ["transfer_client=obstore"],
    "does not consist of lower-case letters": ["module_name=../x"],
    "and no plugin leave the addon empty": ["transfer=none", "execution=none"],
}


@pytest.mark.parametrize("message", REFUSALS)
def test_module_that_does_not_fit_is_refused(
    message: str, edited: BakedProject, root: Path
) -> None:
    refused = add(root, edited.root, *REFUSALS[message])
    assert refused.returncode == 1
    assert message in refused.stdout
    assert len(refused.stdout.splitlines()) == 1
    assert run("git", "status", "--porcelain", cwd=edited.root) == ""


def test_folder_without_an_addon_is_refused(root: Path, tmp_path: Path) -> None:
    refused = add(root, tmp_path)
    assert refused.returncode == 1
    assert "is not the folder of an addon" in refused.stdout
    assert len(refused.stdout.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_questions_are_those_of_an_addon(root: Path) -> None:
    """They are asked by another file, with the same choices, checks and prompts."""
    asked = json.loads((root / "module/cookiecutter.json").read_text(encoding="utf-8"))
    prompts = asked.pop("__prompts__")
    assert prompts == {key: QUESTIONS["__prompts__"][key] for key in prompts}
    own = {"module_name", "class_prefix"}
    of_addons = {key for key in QUESTIONS if not key.startswith("_")} - asked.keys()
    assert of_addons == OF_THE_ADDON, "module/cookiecutter.json asks it too, or it is in here"
    assert {key: QUESTIONS[key] for key in asked.keys() - own} == {
        key: asked[key] for key in asked.keys() - own
    }
    assert prompts.keys() == {key for key in asked if not key.startswith("_")}
