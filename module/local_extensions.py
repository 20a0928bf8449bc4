"""Hands the rules of answers.py to Jinja, with those of a module that an addon gets later."""

import importlib.util
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment
from jinja2.ext import Extension

MODULE = Path(__file__).resolve().parent
TEMPLATE = MODULE.parent

if TYPE_CHECKING:
    import answers
else:
    # Under a name of its own: the template for addons may be in use in the same process.
    spec = importlib.util.spec_from_file_location("answers_of_template", TEMPLATE / "answers.py")
    answers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(answers)

# What the clients for files need that not every addon has.
NEEDED = {"fsspec": "fsspec", "obstore": "obstore", "http": "urllib3"}

NO_ADDON = "is not the folder of an addon: change to the one that has its pyproject.toml in it"


class Answers(Extension):
    """The Jinja extension that cookiecutter.json names."""

    def __init__(self, environment: Environment) -> None:
        """Stand before all templates of this environment."""
        super().__init__(environment)
        ModuleGuard(environment)


class ModuleGuard(answers.Guard):
    """Knows the addon in the current folder, and refuses a module that does not fit in."""

    folder = "__folder"
    own = answers.own_texts(MODULE)
    questions = answers.asked(json.loads((MODULE / "cookiecutter.json").read_text("utf-8")))

    def settle(self, given: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Add to the answers what the addon knows already, and check them all."""
        addon = Path(given["_output_dir"])
        project = project_of(addon)
        for key in answers.RULES.keys() - given.keys():
            question = answers.QUESTIONS[key]
            given[key] = question[0] if isinstance(question, list) else question
        given["addon_name"] = project["name"]
        given["package_name"] = package_of(addon)
        # These stand in files that the addon has already.
        given["repository_url"] = "https://example.com"
        given["description"] = "One more module"
        super().settle(given)
        module = given["module_name"]
        given["__folder"] = f".{module}.new"
        given["__template"] = str(TEMPLATE)
        if path := next(self._taken(addon), None):
            wrong = f"exists already, in {path}: write another name"
            raise answers.refusal("module_name", module, wrong)
        if missing := self._missing(project):
            wrong = f"needs {', '.join(missing)}: add this to pyproject.toml and try again"
            if given["transfer"] != "none" and (client := _client_of(project)):
                wrong += f", or answer transfer_client={client}"
            raise answers.refusal("module_name", module, wrong)
        return given

    def check_place(self, place: Path, name: str) -> None:
        """Do nothing: the module belongs into an addon, and no file that exists is touched."""

    def _taken(self, addon: Path) -> Iterator[str]:
        """Find the files of the module that exist."""
        template = TEMPLATE / answers.FOLDER
        for file in sorted(template.rglob("*")):
            name = file.relative_to(template).as_posix()
            if file.is_file() and "{{cookiecutter.module_name}}" in name:
                filled = self._filled(name)
                # The name of a file that was not chosen is empty, or that of a folder of it.
                if "" not in filled.split("/") and (addon / filled).exists():
                    yield filled

    def _missing(self, project: Mapping[str, Any]) -> list[str]:
        """List the requirements of the module that the addon does not declare."""
        template = TEMPLATE / answers.FOLDER / "pyproject.toml"
        text = self._filled(template.read_text(encoding="utf-8")).replace(answers.MASK, "{{")
        declared = declared_by(project)
        return [
            f'"{requirement}" in {group}'
            for requirement, group in requirements(tomllib.loads(text)["project"])
            if name_of(requirement) not in declared
        ]


def project_of(addon: Path) -> dict[str, Any]:
    """Read the metadata of the addon in a folder."""
    try:
        content = tomllib.loads((addon / "pyproject.toml").read_text(encoding="utf-8"))
        return {**content["project"], "name": content["project"]["name"]}
    except (OSError, KeyError, ValueError) as error:
        raise answers.refusal("", str(addon), NO_ADDON) from error


def package_of(addon: Path) -> str:
    """Return the name of the addon's package."""
    package = next((addon / "src/opentaskpy/addons").glob("*/__init__.py"), None)
    if package is None:
        raise answers.refusal("", str(addon), NO_ADDON)
    return package.parent.name


def requirements(project: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return each requirement of an addon, and in which list of pyproject.toml it stands."""
    for requirement in project.get("dependencies", []):
        yield requirement, "dependencies"
    for requirement in project.get("optional-dependencies", {}).get("dev", []):
        yield requirement, "dev"


def declared_by(project: Mapping[str, Any]) -> set[str]:
    """Return the names of the distributions that an addon needs."""
    return {name_of(requirement) for requirement, _ in requirements(project)}


def _client_of(project: Mapping[str, Any]) -> str | None:
    """Return how the addon reaches files already; None where that needs nothing."""
    declared = declared_by(project)
    return next((client for client, needed in NEEDED.items() if needed in declared), None)


def name_of(requirement: str) -> str:
    """Return the name of a distribution without what follows it."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower().replace("_", "-")
