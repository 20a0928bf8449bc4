"""The recipes of docs/recipes run jobs of the real services that they are for."""

import difflib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests import transcripts
from tests.baked import ONE_PROCESS, BakedProject, Venv
from tests.conftest import ROOT, Bake
from tests.jobs import services
from tests.servers import PASSWORD, USER

MOST_LINES = 80  # that an author has to change in the client
LOGIN = {"credentials": {"username": USER, "password": PASSWORD}}


@dataclass(frozen=True)
class Recipe:
    """A page, and what to run on its service.

    Attributes:
        name: The page, the addon's package and the service.
        answers: What the addon is made from.
        serve: Starts the service.
        protocol: What `protocol` needs besides the address.
        job: A job that writes three lines, with its parameters.
        endless: A job that writes lines until it is ended.
        failing: A job that fails, and what the log says about it.
        deaf: A job that goes on after it was cancelled, if there is one.
    """

    name: str
    answers: dict[str, str]
    serve: Callable[[Path], AbstractContextManager[str]]
    job: dict[str, Any]
    endless: dict[str, Any]
    failing: tuple[dict[str, Any], str] | None = None
    deaf: dict[str, Any] | None = None
    protocol: dict[str, Any] = field(default_factory=dict)


HTTP = {"transfer": "none", "execution": "http"}
CUSTOM = {"transfer": "none", "execution": "custom"}
RECIPES = [
    Recipe(
        "scrapyd",
        HTTP,
        services.scrapyd,
        {"job": "demo/count", "parameters": {"lines": 3}},
        {"job": "demo/count", "parameters": {"lines": 1000, "seconds": 0.1}},
        ({"job": "demo/absent"}, "spider 'absent' not found"),
        {"job": "demo/count", "parameters": {"lines": 1000, "seconds": 0.1, "deaf": 1}},
        LOGIN,
    ),
    Recipe(
        "supervisor",
        CUSTOM,
        services.supervisor,
        {"job": "count"},
        {"job": "endless"},
        ({"job": "failing"}, "exit code 3"),
        protocol=LOGIN,
    ),
    Recipe(
        "prefect",
        HTTP,
        services.prefect,
        {"job": "count/nightly", "parameters": {"lines": 3}},
        {"job": "count/nightly", "parameters": {"lines": 1000, "seconds": 0.1}},
        (
            {"job": "count/nightly", "parameters": {"lines": 1, "fail": True}},
            "the service calls it 'FAILED'",
        ),
    ),
]


@dataclass(frozen=True)
class Written:
    """The addon of a recipe, and its service."""

    recipe: Recipe
    addon: BakedProject
    venv: Venv
    url: str
    folder: Path

    def pytest(self, *arguments: str, **env: str) -> str:
        """Run tests of the addon."""
        options = ("-q", "-p", "no:cacheprovider")
        return self.venv.run("pytest", *options, *arguments, cwd=self.addon.root, env=env)

    def task(self, work: dict[str, Any], exit_code: int = 0, **keys: Any) -> list[str]:
        """Run a task of the page with another job (list[str]: its log)."""
        name = self.recipe.name
        task = json.loads(blocks(self.recipe, "json")[-1])
        task.pop("parameters", None)
        task["protocol"] |= {**self.recipe.protocol, "url": self.url}
        path = self.addon.path(f"cfg/{name}/live.json")
        path.write_text(json.dumps({**task, **work, **keys}))
        run = ("task-run", "-c", "cfg", "-t", "live")
        log = self.venv.run(*run, cwd=self.addon.root, exit_code=exit_code)
        return log.splitlines()


def blocks(recipe: Recipe, language: str) -> list[str]:
    """Return the blocks of a page."""
    page = (ROOT / "docs" / "recipes" / f"{recipe.name}.md").read_text(encoding="utf-8")
    return transcripts.blocks(page, language)


def numbers(log: list[str]) -> list[int]:
    """Return the lines that a job has written, by their numbers."""
    return [int(match[1]) for line in log if (match := re.search(r"line (\d+) é$", line))]


def changed_lines(before: str, after: str) -> int:
    """Count the lines that the author has to write."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return sum(line.startswith("+ ") for line in lines)


def write(recipe: Recipe, addon: BakedProject) -> None:
    """Write every file of the page."""
    page = (ROOT / "docs" / "recipes" / f"{recipe.name}.md").read_text(encoding="utf-8")
    files = re.findall(r"`([\w/.-]+)`:\n\n```\w+\n(.*?)```", page, re.S)
    assert len(files) >= 3, files
    for name, text in files:
        path = addon.path(name)
        assert path.exists(), f"{name} is no file of the addon"
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_page_says_how_many_lines_are_changed(recipe: Recipe, bake: Bake) -> None:
    addon = bake(service_name=recipe.name.title(), **recipe.answers)
    package = f"src/opentaskpy/addons/{recipe.name}/remotehandlers"
    before = addon.read(f"{package}/{recipe.name}_execution_client.py")
    lines = changed_lines(before, blocks(recipe, "python")[0])
    assert lines <= MOST_LINES
    page = (ROOT / "docs" / "recipes" / f"{recipe.name}.md").read_text(encoding="utf-8")
    assert f"The client has {lines} changed lines" in " ".join(page.split())


@pytest.fixture(params=RECIPES, ids=lambda recipe: recipe.name)
def written(request: pytest.FixtureRequest, bake: Bake, tmp_path: Path) -> Iterator[Written]:
    """The addon of a recipe, while its service runs."""
    recipe = request.param
    addon = bake(service_name=recipe.name.title(), **recipe.answers)
    venv = Venv.make(tmp_path / "venv")
    venv.install("-e", f"{addon.root}[dev]")
    write(recipe, addon)
    folder = tmp_path / "service"
    folder.mkdir()
    with recipe.serve(folder) as url:
        yield Written(recipe, addon, venv, url, folder)


@pytest.mark.slow
def test_recipe(written: Written) -> None:
    recipe = written.recipe
    for tool in (("ruff", "check"), ("ruff", "format", "--check", "--diff"), ("mypy",)):
        written.venv.run(*tool, cwd=written.addon.root)
    assert " failed" not in written.pytest(*ONE_PROCESS)
    live = {
        "OTF_TEST_PROTOCOL": json.dumps({"url": written.url, **recipe.protocol}),
        "OTF_TEST_COMMAND": recipe.job["job"],
        "OTF_TEST_PARAMETERS": json.dumps(recipe.job.get("parameters", {})),
    }
    told = written.pytest("-n", "4", "-k", "test_live_mode or test_client", **live)
    assert re.search(r"\n\d+ passed", told), told

    assert numbers(written.task(recipe.job)) == [1, 2, 3]
    if recipe.failing:
        work, reason = recipe.failing
        assert reason in "\n".join(written.task(work, exit_code=1))
    log = written.task(recipe.endless, exit_code=1, timeout=6)
    seen = numbers(log)
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) > 3
    (end,) = [line for line in log if "the service calls it" in line]
    assert re.search(r"Job \S+ (has ended after it )?was cancelled: ", end), end
    if recipe.deaf:
        log = written.task(recipe.deaf, exit_code=1, timeout=6)
        assert any("may still be running" in line for line in log)
        assert any("was ended by force: the service calls it" in line for line in log), log
