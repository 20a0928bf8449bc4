"""Hands the rules of the template to Jinja, with those of a module that an addon gets later."""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from jinja2 import Environment
from jinja2.ext import Extension

MODULE = Path(__file__).resolve().parent
TEMPLATE = MODULE.parent

sys.path.insert(0, str(TEMPLATE))

from extension.guard import FOLDER, Guard, own_texts  # noqa: E402
from extension.pieces import pieces  # noqa: E402
from extension.questions import QUESTIONS, asked  # noqa: E402
from extension.rules import RULES, refusal  # noqa: E402

# What the clients for files need that not every addon has.
NEEDED = {"fsspec": "fsspec", "obstore": "obstore", "http": "urllib3"}

NO_ADDON = "is not the folder of an addon: change to the one that has its pyproject.toml in it"


class Answers(Extension):
    """The Jinja extension that cookiecutter.json names."""

    def __init__(self, environment: Environment) -> None:
        """Stand before all templates of this environment."""
        super().__init__(environment)
        ModuleGuard(environment)


class ModuleGuard(Guard):
    """Knows the addon in the current folder, and refuses a module that does not fit in."""

    folder = "__folder"
    own = own_texts(MODULE)
    questions = asked(json.loads((MODULE / "cookiecutter.json").read_text("utf-8")))

    def settle(self, given: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Add to the answers what the addon knows already, and check them all."""
        addon = Path(given["_output_dir"])
        project = project_of(addon)
        for key in RULES.keys() - given.keys():
            question = QUESTIONS[key]
            given[key] = question[0] if isinstance(question, list) else question
        given["addon_name"] = project["name"]
        given["package_name"] = package_of(addon)
        # The addon already has the files with these.
        given["repository_url"] = "https://example.com"
        given["description"] = "One more module"
        super().settle(given)
        self.answers = given
        given["__kit_pieces"] = self._kit_pieces(addon)
        module = given["module_name"]
        given["__folder"] = f".{module}.new"
        given["__template"] = str(TEMPLATE)
        if path := next(self._taken(addon), None):
            wrong = f"exists already, in {path}: write another name"
            raise refusal("module_name", module, wrong)
        if missing := self._missing(project):
            wrong = f"needs {', '.join(missing)}: add this to pyproject.toml and try again"
            if given["transfer"] != "none" and (client := _client_of(project)):
                wrong += f", or answer transfer_client={client}"
            raise refusal("module_name", module, wrong)
        return given

    def check_place(self, place: Path, name: str) -> None:
        """Do nothing: the module belongs into an addon, and no file that exists is touched."""

    def _taken(self, addon: Path) -> Iterator[str]:
        """Find the files of the module that exist."""
        for name, rendered in sorted(self.file_names.items()):
            # A file that was not chosen ends with a slash.
            if "{{module}}" in name and rendered[-1] != "/" and (addon / rendered).exists():
                yield rendered

    def _missing(self, project: Mapping[str, Any]) -> list[str]:
        """List the requirements of the module that the addon does not declare."""
        text = (TEMPLATE / FOLDER / "pyproject.toml").read_text(encoding="utf-8")
        rendered = self.from_string(text).render(cookiecutter=self.answers)
        declared = declared_by(project)
        return [
            f'"{requirement}" in {group}'
            for requirement, group in requirements(tomllib.loads(rendered)["project"])
            if name_of(requirement) not in declared
        ]

    def _kit_pieces(self, addon: Path) -> dict[str, bool]:
        """Return the pieces that the kit has together with this module."""
        chosen = pieces(self.answers)
        for name in self.file_names:
            condition = re.search(r"/otf_kit/.*(\{% if (\w+) %\})", name)
            if condition:
                file = self.from_string(name.replace(condition[1], "{% if true %}")).render()
                chosen[condition[2]] |= (addon / file).exists()
        return chosen


def project_of(addon: Path) -> dict[str, Any]:
    """Read the metadata of the addon in a folder."""
    try:
        content = tomllib.loads((addon / "pyproject.toml").read_text(encoding="utf-8"))
        return {**content["project"], "name": content["project"]["name"]}
    except (OSError, KeyError, ValueError) as error:
        raise refusal("", str(addon), NO_ADDON) from error


def package_of(addon: Path) -> str:
    """Return the name of the addon's package."""
    package = next((addon / "src/opentaskpy/addons").glob("*/__init__.py"), None)
    if package is None:
        raise refusal("", str(addon), NO_ADDON)
    return package.parent.name


def requirements(project: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return each requirement of an addon, with its list in pyproject.toml."""
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
