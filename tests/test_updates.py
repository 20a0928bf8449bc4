"""An addon that its author has made his own goes from every released version to the present one."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from extension.questions import QUESTIONS
from tests.baked import ONE_PROCESS, BakedProject, Venv, run
from tests.combinations import Answers
from tests.conftest import ROOT
from tests.history import NEW, PREVIOUS, RETIRED, History, Linked, git_user, released

CUSTOM: Answers = {
    "service_name": "Acme FTP",
    "transfer_client": "custom",
    "lookup_plugin": True,
}
HTTP: Answers = {"service_name": "Acme FTP", "transfer_client": "http", "execution": "http"}

PACKAGE = "src/opentaskpy/addons/acmeftp"
TRANSFER = f"{PACKAGE}/otf_kit/transfers/handler.py"
HANDLERS = f"{PACKAGE}/remotehandlers/acmeftp.py"
CLIENT = f"{PACKAGE}/remotehandlers/acmeftp_client.py"
LOOKUP = "src/opentaskpy/plugins/lookup/acmeftp/acmeftp.py"
EXAMPLES = "cfg/acmeftp"

# An author overrides what OTF calls where his service needs it otherwise.
METHOD = '''\
    def tidy(self) -> None:
        """Close the connections, as the base class does."""
        super().tidy()
'''.rstrip()

DEPENDENCIES_END = r"^(?=\]\s+\[project\.urls\])"

PAGE = (ROOT / "docs/updating.md").read_text(encoding="utf-8")
TAGS = list(released())
# The version to start from, the addon, and whether it is tested after the update.
UPDATES = [
    pytest.param(PREVIOUS, CUSTOM, True, id="previous-custom"),
    pytest.param(PREVIOUS, HTTP, False, id="previous-http"),
    pytest.param(TAGS[-1], HTTP, False, id=f"{TAGS[-1]}-http"),
    pytest.param(TAGS[-1], CUSTOM, True, id=f"{TAGS[-1]}-custom"),
    *(
        pytest.param(tag, CUSTOM, True, id=f"{tag}-custom", marks=pytest.mark.slow)
        for tag in TAGS[:-1]
    ),
]
# What an update may break: the standard tests, what they find in cfg/, and the author's own.
SUITE = ("tests", "-k", "cfg or plugins or test_kit or test_namespace or test_signatures")

# What cruft leaves alone, for every addon here.
OWN = (
    *("CHANGELOG.md", "LICENSE", "README.md", "cfg/", "demo/"),
    *("src/opentaskpy/plugins/", "tests/plugins/"),
)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """The template's versions."""
    return History.make(tmp_path_factory.mktemp("history") / "template")


def write(addon: BakedProject, name: str, text: str) -> None:
    addon.path(name).write_text(text, encoding="utf-8", newline="\n")


def replace(addon: BakedProject, name: str, pattern: str, replacement: str) -> None:
    text, count = re.subn(pattern, replacement, addon.read(name), count=1, flags=re.MULTILINE)
    assert count, f"{name} has nothing like {pattern}"
    write(addon, name, text)


def written_client(history: History, version: str) -> str:
    """Return the client that a document of a version writes."""
    document = history.git("show", f"{version}:docs/from-stub-to-service.md")
    (client,) = re.findall(r'^```python\n("""[^\n]*Acme FTP.*?)^```$', document, re.S | re.M)
    return str(client)


def contents(addon: BakedProject) -> dict[str, str]:
    """Read all files of an addon; what cruft and git note down is not the addon's."""
    files = (name for name in addon.files() if not name.startswith((".git/", ".cruft.json")))
    return {name: addon.read(name) for name in files}


def make_it_ones_own(history: History, version: str, linked: Linked) -> dict[str, str]:
    """Do what authors do to an addon, commit it, and return what it has in it."""
    addon = linked.project
    if addon.answers["transfer_client"] == "custom":
        write(addon, CLIENT, written_client(history, version))
    else:
        replace(addon, CLIENT, "^FOLDER = .*$", 'FOLDER = "/v2/folders/{path}"')
    if addon.answers["lookup_plugin"]:
        replace(addon, LOOKUP, "# The error itself", "# The library's error")
    replace(addon, HANDLERS, "^    roles = .*$", rf"\g<0>\n\n{METHOD}")

    # Packaging files and documents.
    replace(addon, "pyproject.toml", '^version = ".*"', 'version = "26.49.1"')
    replace(addon, "pyproject.toml", DEPENDENCIES_END, '    "packaging>=24",\n')
    replace(addon, "CHANGELOG.md", r"\A.*\n", "# Changelog\n\n## 26.49.1\n\n- It runs.\n")
    write(addon, "README.md", "# Acme FTP\n\nThe files of Acme, as our operators know them.\n")
    write(addon, "LICENSE", "All rights reserved.\n")

    # Examples.
    addon.path(f"{EXAMPLES}/publish-acmeftp.json").unlink()
    name = r'"name": "opentaskpy\.'
    replace(addon, f"{EXAMPLES}/upload-acmeftp.json", name, r'"workers": 4,\n        \g<0>')

    # Their CI is elsewhere.
    addon.path(".github/workflows/ci.yml").unlink()
    linked.commit("Our own")
    return contents(addon)


@pytest.mark.parametrize("tag", TAGS)
def test_answers_of_a_released_version_are_still_answers(history: History, tag: str) -> None:
    """`cruft update` gives the present version the answers that the other one was given."""
    then = json.loads(history.git("show", f"{tag}:cookiecutter.json"))
    for key, choices in then.items():
        if not key.startswith("_"):
            assert key in QUESTIONS, f"{key} was asked in {tag}"
            if isinstance(choices, list):
                gone = set(choices) - set(QUESTIONS[key])
                assert not gone, f"{key} could be {gone} in {tag}"
                assert QUESTIONS[key][0] == choices[0], f"{key} has another default in {tag}"
    for key in QUESTIONS.keys() - then.keys():
        assert QUESTIONS[key] is not True, f"{key} is new since {tag}: no is what changes nothing"


@pytest.mark.parametrize(("version", "answers", "tested"), UPDATES)
def test_update(
    history: History, version: str, answers: Answers, tested: bool, tmp_path: Path
) -> None:
    fresh = Linked.create(history, "main", tmp_path / "now", **answers)
    wanted = make_it_ones_own(history, "main", fresh)
    addon = Linked.create(history, version, tmp_path / "then", **answers)
    before = make_it_ones_own(history, version, addon)
    own = {name for name in before if name.startswith(OWN)}
    if answers is CUSTOM:
        own.add(CLIENT)

    told = addon.cruft("update", "--skip-apply-ask")
    addon.cruft("check")

    after = contents(addon.project)
    assert not addon.unsettled(), told
    # What is the author's own has not changed. All the rest is as if it had been made today.
    assert {name: after.get(name) for name in own} == {name: before[name] for name in own}
    assert after.keys() - own == wanted.keys() - own
    assert not {name for name in after.keys() - own if after[name] != wanted[name]}

    if tested:
        run("bash", "-c", by_hand(version), cwd=addon.project.root)
        venv = Venv.make(tmp_path / "venv")
        venv.install("--editable", f"{addon.project.root}[dev]")
        venv.run("pytest", *ONE_PROCESS, *SUITE, cwd=addon.project.root)


def by_hand(version: str) -> str:
    """Return what the page tells authors to do after an update from a version."""
    _, _, section = PAGE.partition(f"### From {version}\n")
    return "\n".join(re.findall(r"^```bash\n(.*?)^```$", section.partition("\n#")[0], re.S | re.M))


def start_history_late(addon: Linked) -> None:
    """Let git see the addon only when it has been changed."""
    shutil.rmtree(addon.project.path(".git"))
    addon.git("init", "--quiet")


@pytest.mark.parametrize("late", [False, True])
def test_change_that_does_not_fit_is_seen(history: History, late: bool, tmp_path: Path) -> None:
    addon = Linked.create(history, PREVIOUS, tmp_path / "then", **CUSTOM)
    replace(addon.project, TRANSFER, r"\A.*$", '"""Ours."""')
    if late:
        start_history_late(addon)
    addon.commit("Our own")
    addon.cruft("update", "--skip-apply-ask")  # exit code 0
    unsettled = f"{TRANSFER}.rej" if late else TRANSFER
    assert addon.unsettled() == {unsettled}
    # The addon's own tests, so its CI too, name the file.
    options = ("-p", "no:cacheprovider", "--noconftest", *ONE_PROCESS)
    own = ("pytest", *options, "tests/otf_kit/conformance/test_update.py")
    told = run(sys.executable, "-m", *own, cwd=addon.project.root, exit_code=1)
    assert f"'{unsettled}'" in told


HOST = "https://github.com/org/"
# Enter is pressed whenever something is asked.
SHELL = """
set -e
uvx() { "$PYTHON" -m "$@"; }
exec < <(yes '')
"""


@pytest.mark.slow
def test_commands_of_the_page(tmp_path: Path) -> None:
    history = History.make(tmp_path / "otf-addon-template")
    (tmp_path / "otf-addon-template.git").symlink_to(history.folder)
    then, now = sorted(set(re.findall(r"--checkout (v[\d.]+)", PAGE)))
    history.git("tag", "--force", then, PREVIOUS)
    history.git("tag", "--force", now, "main")
    variables = git_user(tmp_path, **{f"url.{tmp_path}/.insteadOf": HOST})
    variables["PYTHON"] = sys.executable
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    create, link, update, answer, module, replay = [text for kind, text in blocks if not kind]

    def do(commands: str, folder: Path) -> BakedProject:
        run("bash", "-c", SHELL + commands, cwd=folder, env=variables)
        return BakedProject(folder, {})

    def is_of(version: str, addon: BakedProject) -> bool:
        noted = str(json.loads(addon.read(".cruft.json"))["commit"])
        return noted == history.git("rev-parse", version).strip()

    do(create, tmp_path)
    folder = tmp_path / "otf-addons-myservice"
    assert is_of(then, BakedProject(folder, {}))
    needed = '    "requests>=0",\n    "urllib3>=0",\n'
    replace(BakedProject(folder, {}), "pyproject.toml", DEPENDENCIES_END, needed)
    add = f"uvx cookiecutter --no-input --checkout {then} gh:org/otf-addon-template"
    do(f"{add} --directory module module_name=jobs transfer=none execution=http", folder)
    do("git add .\ngit commit --quiet --message Module", folder)
    check = f"uvx cruft check --checkout {now}"
    addon = do(f"{check} && exit 9\n{update}{check}\n", folder)
    assert is_of(now, addon)
    new, retired = (f"src/opentaskpy/addons/myservice/{name}" for name in (NEW, RETIRED))
    assert addon.path(new).exists()
    assert not addon.path(retired).exists()
    own = "tests/otf_kit/rest/test_jobs.py"
    assert "Once: " in addon.read(own)
    do(module, folder)
    assert "Once: " not in addon.read(own)
    kit = ("tests/otf_kit/conformance/test_kit.py", "-k", "unchanged or added")
    options = ("-p", "no:cacheprovider", "--noconftest", *ONE_PROCESS)
    run(sys.executable, "-m", "pytest", *options, *kit, cwd=folder)
    do("git add .\ngit commit --quiet --message Updated\n" + answer, folder)
    assert addon.path("src/opentaskpy/plugins/lookup/myservice/myservice.py").exists()

    other = tmp_path / "other"
    other.mkdir()
    bake = f"uvx cookiecutter --no-input --checkout {then} gh:org/otf-addon-template\n"
    start = "cd otf-addons-myservice\ngit init\ngit add .\ngit commit --message Made\n"
    do(bake + start + link, other)
    folder = other / "otf-addons-myservice"
    addon = BakedProject(folder, {})
    assert is_of(then, addon)
    write(addon, "README.md", "Ours.\n")
    example = addon.path("cfg/myservice/publish-myservice.json")
    example.unlink()
    do(replay, folder)
    assert addon.read("README.md") != "Ours.\n"
    assert example.exists()
    assert addon.path(new).exists()
    assert addon.path(retired).exists()
