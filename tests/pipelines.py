"""The jobs of an addon's CI, taken from its files and run here as GitHub and GitLab run them."""

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.baked import BakedProject, run
from tests.interpreters import find_python

IDENTITY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "An Author"), ("EMAIL", "author@example.com"))
}

TAG = "v26.48.0"

# What steps do that are not commands. Here a job begins in a clone, with its Python on the PATH.
ACTIONS = {
    "actions/checkout": "a clone of the addon's repository",
    "actions/setup-python": "a virtual environment with pip, first on the PATH",
    "actions/upload-artifact": "nothing: only GitHub can keep files for another job",
}
# The jobs that cannot run here.
ONLY_THERE = {
    "release.yml: ci": "is ci.yml, whose jobs run here",
    "release.yml: publish": "publishes on PyPI, with an identity that GitHub gives to the job",
    ".gitlab-ci.yml: publish": "publishes on PyPI, with an identity that GitLab gives to the job",
}


def git(folder: Path, *arguments: str | Path) -> str:
    """Run git as a user without settings."""
    env = IDENTITY | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return run("git", *arguments, cwd=folder, env=env)


def commit(project: BakedProject) -> None:
    """Commit all of an addon, in a repository that is made if there is none."""
    git(project.root, "init", "--quiet", "--initial-branch", "main")
    git(project.root, "add", "--all")
    git(project.root, "commit", "--quiet", "--message", "A change")


@dataclass(frozen=True)
class Job:
    """A job: the Python that it asks for, and its commands, each for a shell of its own."""

    name: str
    python: str
    commands: list[str]
    env: dict[str, str] = field(default_factory=dict)

    def run(self, project: BakedProject, folder: Path, exit_code: int = 0) -> str:
        """Run the commands in a clone, up to the first that fails; return what they printed."""
        commit(project)
        clone, summary = folder / "clone", folder / "summary.md"
        git(folder, "clone", "--quiet", project.root, clone)
        programs = _set_up(self.python, folder / "python")
        env = {"CI": "true", "GITHUB_STEP_SUMMARY": str(summary)}
        env |= {"GITHUB_REF_NAME": TAG, "CI_COMMIT_TAG": TAG}
        path = os.pathsep.join((*programs, os.environ["PATH"]))
        told = ""
        for command in self.commands:
            expected = exit_code if command == self.commands[-1] else 0
            shell = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command)
            env = {**env, **self.env, "PATH": path}
            told += run(*shell, cwd=clone, env=env, exit_code=expected, timeout=600)
        return told + (summary.read_text(encoding="utf-8") if summary.exists() else "")


def _set_up(version: str, folder: Path) -> tuple[str, str]:
    python = find_python(version)
    if not python:
        pytest.skip(f"no Python {version} here: neither uv nor pyenv has one, nor the PATH")
    run(python, "-m", "venv", folder, cwd=folder.parent)
    # uv cannot make an environment from the Python of another one: add the original to the PATH.
    return str(folder / "bin"), str(Path(python).parent)


def github_jobs(project: BakedProject, workflow: str) -> dict[str, Job]:
    """Take the jobs that can run here from a workflow, one for each row of a matrix."""
    file = yaml.safe_load(project.read(f".github/workflows/{workflow}"))
    jobs = {}
    for key, job in file["jobs"].items():
        for row in _rows(job.get("strategy", {}).get("matrix", {})):
            name = f"{workflow}: {key}{_shown(row)}"
            if name not in ONLY_THERE:
                jobs[name] = _github_job(name, _filled_in(job, row), file.get("env", {}))
    return jobs


def _github_job(name: str, job: Any, env: dict[str, str]) -> Job:
    python, commands = "", []
    for step in job["steps"]:
        if "run" in step:
            assert not {"env", "if", "shell", "working-directory"} & step.keys(), name
            commands.append(step["run"])
        else:
            action = step["uses"].partition("@")[0]
            assert action in ACTIONS, f"{name}: say in ACTIONS what {action} is here"
            python = step.get("with", {}).get("python-version", python)
    return Job(name, python, commands, env | job.get("env", {}))


def gitlab_jobs(project: BakedProject) -> dict[str, Job]:
    """Take the jobs that can run here from GitLab's file."""
    file = yaml.safe_load(project.read(".gitlab-ci.yml"))
    default, variables = file.pop("default"), file.pop("variables")
    jobs = {}
    for key, job in file.items():
        for row in _rows(*job.get("parallel", {}).get("matrix", [{}])):
            name = f".gitlab-ci.yml: {key}{_shown(row)}"
            if "script" in job and name not in ONLY_THERE:
                image = job.get("image", default["image"])
                python = row["UV_PYTHON"] if image == "python:$UV_PYTHON" else image[7:]
                commands = [*default["before_script"], *job["script"]]
                jobs[name] = Job(name, python, commands, variables | row)
    return jobs


def _rows(*matrices: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    for matrix in matrices:
        for values in product(*matrix.values()):
            yield dict(zip(matrix, values, strict=True))


def _shown(row: dict[str, str]) -> str:
    return f" ({', '.join(row.values())})" if row else ""


def _filled_in(job: Any, row: dict[str, str]) -> Any:
    def value(match: re.Match[str]) -> str:
        return row[match[1]]

    return json.loads(re.sub(r"\$\{\{ matrix\.(\w+) \}\}", value, json.dumps(job)))


def tool(name: str) -> Path:
    """Return a command that is installed beside this Python."""
    return Path(sys.executable).parent / name
