"""A version is released under one name: that of its tag, of the package and of the CHANGELOG."""

import json
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

from tests.baked import BakedProject, run
from tests.conftest import Bake
from tests.pipelines import IDENTITY, TAG, commit, git, github_jobs, gitlab_jobs

HEADING = f"## [{{}}] - {date.today()}"

# Without these answers an addon has placeholders, and is not to be released.
AUTHOR = {
    "author_name": "An Author",
    "author_email": "author@example.org",
    "repository_url": "https://git.example.org/otf-addons-myservice",
}


def check_release(project: BakedProject, *tag: str, exit_code: int) -> str:
    """Run the script that the release workflow runs first."""
    script = (sys.executable, "tests/otf_kit/check_release.py", *tag)
    return run(*script, cwd=project.root, exit_code=exit_code)


def write_heading(project: BakedProject, version: str) -> None:
    """Do with the CHANGELOG what the README says."""
    file = project.path("CHANGELOG.md")
    text = file.read_text(encoding="utf-8")
    heading = f"## [Unreleased]\n\n{HEADING.format(version)}"
    file.write_text(text.replace("## [Unreleased]", heading, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("versioning", "options", "version"),
    [
        ("calver", ["--date", "2027-01-01"], "26.53.0"),  # a Friday of the old year's last week
        ("calver", ["--date", "2027-01-04"], "27.1.0"),
        ("calver", ["--date", "2026-11-24", "--patch"], "26.48.1"),
        ("semver", ["--patch"], "0.1.1"),
        ("semver", ["--minor"], "0.2.0"),
        ("semver", ["--major"], "1.0.0"),
    ],
)
def test_release(bake: Bake, versioning: str, options: list[str], version: str) -> None:
    project = bake(versioning=versioning, **AUTHOR)
    commit(project)
    write_heading(project, version)
    commit(project)
    bumpver = (sys.executable, "-m", "bumpver", "update", "--no-fetch", *options)
    run(*bumpver, cwd=project.root, env=IDENTITY)
    tag = git(project.root, "describe", "--exact-match").strip()
    assert tag == f"v{version}"
    assert not git(project.root, "status", "--porcelain")
    assert tomllib.loads(project.read("pyproject.toml"))["project"]["version"] == version
    assert not check_release(project, tag, exit_code=0)


def test_first_release(bake: Bake) -> None:
    """A fresh addon has its version in pyproject.toml, which bumpver would only raise."""
    project = bake(versioning="semver", **AUTHOR)
    write_heading(project, "0.1.0")
    assert not check_release(project, "v0.1.0", exit_code=0)


@pytest.mark.parametrize("ci", ["github", pytest.param("gitlab", marks=pytest.mark.slow)])
def test_release_job(bake: Bake, tmp_path: Path, ci: str) -> None:
    """The workflow stops before anything is built, let alone published."""
    project = bake(ci=ci, **AUTHOR)
    jobs = github_jobs(project, "release.yml") if ci == "github" else gitlab_jobs(project)
    (job,) = (job for name, job in jobs.items() if "check" in name)
    for folder in ("refused", "agreed"):
        (tmp_path / folder).mkdir()
    assert "write `## [" in job.run(project, tmp_path / "refused", exit_code=1)
    write_heading(project, TAG[1:])
    job.run(project, tmp_path / "agreed")


@pytest.mark.parametrize(
    ("tag", "headings", "told"),
    [
        (
            "v0.2.0",
            ["0.1.0"],
            "the tag is v0.2.0, but the version in pyproject.toml is 0.1.0: "
            "tag v0.1.0 instead; `git tag -d v0.2.0` removes a wrong tag",
        ),
        ("0.1.0", ["0.1.0"], "tag v0.1.0 instead; `git tag -d 0.1.0`"),
        (
            "v0.1.0",
            [],
            "CHANGELOG.md has no version: "
            f"write `{HEADING.format('0.1.0')}` below `## [Unreleased]`",
        ),
        ("v0.1.0", ["0.1.0", "0.2.0"], "CHANGELOG.md has 0.2.0 as the newest version: write"),
        ("v0.1.0", ["0.0.9"], "CHANGELOG.md has 0.0.9 as the newest version: write"),
    ],
)
def test_disagreement_is_refused(bake: Bake, tag: str, headings: list[str], told: str) -> None:
    project = bake(versioning="semver", **AUTHOR)
    for version in headings:
        write_heading(project, version)
    (line,) = check_release(project, tag, exit_code=1).splitlines()
    assert told in line


def test_version_that_was_written_by_hand_is_refused(bake: Bake) -> None:
    """pyproject.toml has the version in two places, and bumpver reads the other one."""
    project = bake(versioning="semver", **AUTHOR)
    file = project.path("pyproject.toml")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('\nversion = "0.1.0"', '\nversion = "0.9.0"'), encoding="utf-8")
    write_heading(project, "0.9.0")
    (line,) = check_release(project, "v0.9.0", exit_code=1).splitlines()
    assert "current_version of [tool.bumpver] in pyproject.toml is v0.1.0: write v0.9.0" in line


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("author_name", "Your Name: write the name of the author"),
        ("author_email", "you@example.com: write where to write to the author"),
        ("repository_url", "https://example.com/: write the web address of the repository"),
    ],
)
def test_placeholder_is_refused(bake: Bake, missing: str, told: str) -> None:
    answers = {key: answer for key, answer in AUTHOR.items() if key != missing}
    project = bake(versioning="semver", **answers)
    write_heading(project, "0.1.0")
    (line,) = check_release(project, "v0.1.0", exit_code=1).splitlines()
    assert line == f"pyproject.toml still has {told}"


def test_unwritten_client_is_refused(bake: Bake) -> None:
    project = bake(versioning="semver", transfer_client="custom", execution="custom", **AUTHOR)
    write_heading(project, "0.1.0")
    folder = f"src/{project.package.replace('.', '/')}/remotehandlers"
    transfers, executions = (
        f"{folder}/myservice_client.py",
        f"{folder}/myservice_execution_client.py",
    )
    seven = "list_folder, download, upload, copy, delete, make_folder, close"
    assert check_release(project, "v0.1.0", exit_code=1).splitlines() == [
        f"{transfers} is not finished: write {seven}",
        f"{executions} is not finished: write run, kill, close",
    ]
    # A written method may raise it too, and one is unwritten also without its docstring.
    project.path(transfers).write_text(
        "class Client:\n"
        "    def list_folder(self, folder: str) -> None:\n"
        "        if folder:\n"
        "            return\n"
        "        raise NotImplementedError\n"
        "    def copy(self) -> None:\n"
        "        raise NotImplementedError\n",
        encoding="utf-8",
    )
    project.path(executions).unlink()
    (line,) = check_release(project, "v0.1.0", exit_code=1).splitlines()
    assert line == f"{transfers} is not finished: write copy"


def test_key_that_the_readme_does_not_name_is_refused(bake: Bake) -> None:
    project = bake(versioning="semver", **AUTHOR)
    write_heading(project, "0.1.0")
    folder = f"src/{project.package.replace('.', '/')}/remotehandlers/schemas/transfer"
    file = project.path(f"{folder}/myservice_source/protocol.json")
    schema = json.loads(file.read_text(encoding="utf-8"))
    schema["properties"]["tenant"] = {"type": "string"}
    file.write_text(json.dumps(schema), encoding="utf-8")
    (line,) = check_release(project, "v0.1.0", exit_code=1).splitlines()
    assert line == "README.md does not name `tenant`: say what this key of `protocol` is for"


def test_usage(bake: Bake) -> None:
    project = bake(versioning="semver")
    told = check_release(project, exit_code=1)
    assert told == "usage: python tests/otf_kit/check_release.py v0.1.0\n"
