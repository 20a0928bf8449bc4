"""The CI of an addon: valid, safe, the same on GitHub and GitLab, and green on arrival."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.baked import ONE_PROCESS, BakedProject, run
from tests.conftest import Bake
from tests.pipelines import ONLY_THERE, Job, commit, github_jobs, gitlab_jobs, tool

PYTHONS = ("3.11", "3.12", "3.13")
# The oldest and the newest versions that the addon's requirements allow.
RESOLUTIONS = ("lowest-direct", "highest")

SCHEMAS = {
    ".github/workflows/ci.yml": "vendor.github-workflows",
    ".github/workflows/release.yml": "vendor.github-workflows",
    ".github/workflows/weekly.yml": "vendor.github-workflows",
    ".github/dependabot.yml": "vendor.dependabot",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
}


@pytest.fixture
def on_github(bake: Bake) -> BakedProject:
    """The addon with every default."""
    return bake()


@pytest.fixture
def on_gitlab(bake: Bake) -> BakedProject:
    """The same, on GitLab."""
    return bake(ci="gitlab")


@pytest.fixture(params=["github", "gitlab", "template"])
def repository(request: pytest.FixtureRequest, bake: Bake, root: Path) -> Path:
    """An addon, or the template itself."""
    return root if request.param == "template" else bake(ci=request.param).root


# --- Checked without running ---


def test_files_are_valid(repository: Path) -> None:
    files = {repository / name: schema for name, schema in SCHEMAS.items()}
    files = {file: schema for file, schema in files.items() if file.exists()}
    assert files
    for file, schema in files.items():
        run(tool("check-jsonschema"), "--builtin-schema", schema, file, cwd=repository)


def test_nothing_is_unsafe(repository: Path) -> None:
    """Actions are pinned, permissions are few, and no credentials stay behind."""
    if not (repository / ".github").exists():
        pytest.skip("zizmor reads the workflows of GitHub only")
    config = Path(__file__).with_name("zizmor.yml")
    options = ("--offline", "--pedantic", "--config", config)
    run(tool("zizmor"), *options, ".github", cwd=repository)


def test_actionlint_finds_nothing(repository: Path) -> None:
    """Nor does shellcheck in the commands, by way of actionlint."""
    workflows = sorted((repository / ".github/workflows").glob("*.yml"))
    if not workflows:
        pytest.skip("actionlint reads the workflows of GitHub only")
    run(tool("actionlint"), "-shellcheck", tool("shellcheck"), *workflows, cwd=repository)


def test_versions_have_one_source(on_github: BakedProject, on_gitlab: BakedProject) -> None:
    """The Pythons of both CI files are those of the classifiers, from the required one on."""
    project = tomllib.loads(on_github.read("pyproject.toml"))["project"]
    classifiers = re.findall(r"Python :: (3\.\d+)", " ".join(project["classifiers"]))
    assert project["requires-python"] == f">={classifiers[0]}"
    assert tuple(classifiers) == PYTHONS
    for jobs in (github_jobs(on_github, "ci.yml"), gitlab_jobs(on_gitlab)):
        names = [name for name in jobs if ": test (" in name]
        rows = [f"({python}, {bound})" for python in PYTHONS for bound in RESOLUTIONS]
        assert [name.partition(": test ")[2] for name in names] == rows
        others = {job.python for name, job in jobs.items() if name not in names}
        assert others == {PYTHONS[0]}


def pins(folder: Path) -> dict[str, set[str]]:
    """Find the actions in workflows, each with the commits and versions that it is pinned to."""
    found: dict[str, set[str]] = {}
    for file in (folder / ".github/workflows").glob("*.yml"):
        for action, pin in re.findall(r"uses: ([\w/-]+)@(.+)", file.read_text(encoding="utf-8")):
            found.setdefault(action, set()).add(pin)
    return found


def test_actions_have_one_version(on_github: BakedProject, root: Path) -> None:
    """Dependabot renews those of the template; the addon's follow by hand."""
    addons, templates = pins(on_github.root), pins(root)
    for action in addons.keys() | templates.keys():
        versions = addons.get(action, set()) | templates.get(action, set())
        assert len(versions) == 1, f"{action}: write one of {sorted(versions)} everywhere"
        (version,) = versions
        assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", version), f"{action}: {version}"


def test_gitlab_runs_what_github_runs(on_github: BakedProject, on_gitlab: BakedProject) -> None:
    def comparable(jobs: dict[str, Job]) -> dict[str, tuple[str, list[str]]]:
        return {
            name.partition(": ")[2]: (
                job.python,
                # GitLab reads the coverage from the log.
                [c for c in job.commands if "GITHUB_STEP_SUMMARY" not in c],
            )
            for name, job in jobs.items()
            if "check" not in name
        }

    assert comparable(github_jobs(on_github, "ci.yml")) == comparable(gitlab_jobs(on_gitlab))


# --- Run ---


def rows(file: str) -> list[str]:
    """Name the test jobs of a file."""
    return [f"{file}: test ({python}, {bound})" for python in PYTHONS for bound in RESOLUTIONS]


GITHUB = ["ci.yml: lint", *rows("ci.yml"), "ci.yml: package"]
GITLAB = [name.replace("ci.yml", ".gitlab-ci.yml") for name in GITHUB]
QUICK = {"ci.yml: lint", "ci.yml: test (3.11, lowest-direct)"}


def marked(names: list[str]) -> list[object]:
    """Leave to `make test-all` what differs from other tests in versions or in its place only."""
    return [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in names]


@pytest.mark.parametrize("name", marked(GITHUB))
def test_job_of_github(on_github: BakedProject, tmp_path: Path, name: str) -> None:
    told = github_jobs(on_github, "ci.yml")[name].run(on_github, tmp_path)
    if ": test (" in name:
        assert re.search(r"^\| \*\*TOTAL\*\* +\|", told, re.MULTILINE), "no coverage in the summary"
    if "lowest-direct" in name:
        (oldest,) = re.findall(r'"opentaskpy>=([\d.]+)"', on_github.read("pyproject.toml"))
        site_packages = (tmp_path / "clone/.venv/lib").glob("*/site-packages/opentaskpy-*")
        assert [path.name for path in site_packages] == [f"opentaskpy-{oldest}.dist-info"]


@pytest.mark.parametrize("name", marked(GITLAB))
def test_job_of_gitlab(on_gitlab: BakedProject, tmp_path: Path, name: str) -> None:
    told = gitlab_jobs(on_gitlab)[name].run(on_gitlab, tmp_path)
    if ": test (" in name:
        assert re.search(r"TOTAL.+ (\d+)%", told), "GitLab finds no coverage in the log"


OF_PLUGINS = [name for name in GITHUB if "3.12" not in name and "3.13" not in name]


@pytest.mark.slow
@pytest.mark.parametrize("name", OF_PLUGINS)
def test_job_of_an_addon_of_plugins_alone(bake: Bake, tmp_path: Path, name: str) -> None:
    addon = bake(transfer="none", execution="none", lookup_plugin=True, caching_plugin=True)
    told = github_jobs(addon, "ci.yml")[name].run(addon, tmp_path)
    if ": test (" in name:
        covered = re.findall(r"^\| (src/\S+) +\| +\d+ ", told, re.MULTILINE)
        assert covered == [
            "src/opentaskpy/plugins/lookup/myservice/myservice.py",
            "src/opentaskpy/variablecaching/myservice/myservice.py",
        ]


def test_no_job_is_forgotten(on_github: BakedProject, on_gitlab: BakedProject) -> None:
    assert list(github_jobs(on_github, "ci.yml")) == GITHUB
    assert list(github_jobs(on_github, "release.yml")) == ["release.yml: check"]
    assert list(gitlab_jobs(on_gitlab)) == [*GITLAB, ".gitlab-ci.yml: check-release"]
    for where in ONLY_THERE:
        file, _, job = where.partition(": ")
        path = f".github/workflows/{file}" if file == "release.yml" else file
        project = on_github if file == "release.yml" else on_gitlab
        assert f"\n{job}:" in project.read(path).replace("\n  ", "\n")


# --- Red where it must be ---


@pytest.mark.slow
def test_wheel_without_schemas_is_refused(on_github: BakedProject, tmp_path: Path) -> None:
    pyproject = on_github.path("pyproject.toml")
    text = pyproject.read_text(encoding="utf-8")
    pyproject.write_text(text.replace('"*.json", "py.typed"', '"py.typed"'), encoding="utf-8")
    job = github_jobs(on_github, "ci.yml")["ci.yml: package"]
    told = job.run(on_github, tmp_path, exit_code=1)
    assert "Unresolvable" in told


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("README.md", "<<<<<<< ours\nmine\n=======\ntheirs\n>>>>>>> theirs\n"),
        (".github/workflows/ci.yml.rej", "--- a\n+++ b\n"),
    ],
)
def test_unfinished_update_is_refused(on_github: BakedProject, name: str, text: str) -> None:
    options = ("-p", "no:cacheprovider", "--noconftest", *ONE_PROCESS)
    test = ("-m", "pytest", *options, "tests/otf_kit/conformance/test_update.py")
    run(tool("python"), *test, cwd=on_github.root)
    on_github.path(name).write_text(text, encoding="utf-8")
    assert name in run(tool("python"), *test, cwd=on_github.root, exit_code=1)


def test_pre_commit_hooks(on_github: BakedProject) -> None:
    commit(on_github)
    hooks = (tool("pre-commit"), "run", "--all-files")
    path = {"PATH": f"{tool('uv').parent}:/usr/bin:/bin"}
    run(*hooks, cwd=on_github.root, env=path)
    module = f"src/{on_github.package.replace('.', '/')}/__init__.py"
    on_github.path(module).write_text("import os\n", encoding="utf-8")
    assert "F401" in run(*hooks, cwd=on_github.root, env=path, exit_code=1)
