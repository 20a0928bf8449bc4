"""A version is released under one name: that of its tag, of the package and of the CHANGELOG."""

import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

from tests.baked import BakedProject, run
from tests.conftest import Bake
from tests.pipelines import IDENTITY, TAG, commit, git, github_jobs, gitlab_jobs

HEADING = f"## [{{}}] - {date.today()}"


def check_release(project: BakedProject, tag: str, exit_code: int) -> str:
    """Run the script that the release workflow runs first."""
    script = (sys.executable, "scripts/check_release.py", tag)
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
    project = bake(versioning=versioning)
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
    """What a fresh addon says of itself, with a tag made by hand."""
    project = bake(versioning="semver")
    write_heading(project, "0.1.0")
    check_release(project, "v0.1.0", exit_code=0)


@pytest.mark.parametrize("ci", ["github", pytest.param("gitlab", marks=pytest.mark.slow)])
def test_release_job(bake: Bake, tmp_path: Path, ci: str) -> None:
    """The workflow stops before anything is built, let alone published."""
    project = bake(ci=ci)
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
            "tag this commit v0.1.0, or run `bumpver update`, which does both",
        ),
        ("0.1.0", ["0.1.0"], "tag this commit v0.1.0"),
        (
            "v0.1.0",
            [],
            "CHANGELOG.md has no version: "
            f"write `{HEADING.format('0.1.0')}` below `## [Unreleased]`, and tag again",
        ),
        ("v0.1.0", ["0.1.0", "0.2.0"], "CHANGELOG.md has 0.2.0 as the newest version: write"),
        ("v0.1.0", ["0.0.9"], "CHANGELOG.md has 0.0.9 as the newest version: write"),
    ],
)
def test_disagreement_is_refused(bake: Bake, tag: str, headings: list[str], told: str) -> None:
    project = bake(versioning="semver")
    for version in headings:
        write_heading(project, version)
    (line,) = check_release(project, tag, exit_code=1).splitlines()
    assert told in line
