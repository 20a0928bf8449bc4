"""Keeps answers from acting as templates, and checks them before a file is written.

Cookiecutter renders the answers of the command line, of the user's configuration and of cruft, so
`service_name={{ ... }}` would be run. It also lets a replay file, or `__check_x=` on the command
line, bypass the checks in cookiecutter.json. The guard sees every template source of a Jinja
environment before it is compiled: only the template's own texts may have markup, and the name of
the addon's folder, which is rendered before the folder is made, checks all answers again.
"""

import json
from collections.abc import Callable, Mapping, MutableMapping
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template

from .command_line import is_asking, is_overwriting, keeping, refuse_unknown_keys
from .escaping import FILTERS
from .pieces import derived, pieces
from .questions import QUESTIONS, ROOT, asked
from .rules import MARKUP, RULES, check, refusal, require_a_piece

PLAIN_TEXT = "is not plain text: write the answer without {{, {% and {#"
FOLDER = "{{cookiecutter.addon_name}}"


def own_texts(template: Path) -> set[str]:
    """Return the questions and hooks: the texts outside the addon's files that have markup."""
    questions = json.loads((template / "cookiecutter.json").read_text(encoding="utf-8")).values()
    hooks = (hook.read_text(encoding="utf-8") for hook in (template / "hooks").glob("*.py"))
    return {question for question in questions if isinstance(question, str)} | set(hooks)


class Plain:
    """A template without markup, which need not be compiled."""

    def __init__(self, text: str) -> None:
        """Keep the text."""
        self._text = text

    def render(self, **_: Any) -> str:
        """Return the text."""
        return self._text


class Question:
    """A question or a check of cookiecutter.json."""

    def __init__(self, template: Template, questions: Mapping[str, Any]) -> None:
        """Keep the template, and all questions."""
        self._template = template
        self._questions = questions

    def render(self, **context: Any) -> str:
        """Return the default of the question, or nothing for a check; raise if that fails."""
        with keeping(context["cookiecutter"], self._questions, self._template.environment):
            return self._template.render(**context)


class Guard:
    """Stands before the two ways in which an environment makes templates."""

    folder = "addon_name"  # the variable that names the folder
    own = own_texts(ROOT)
    questions = asked(QUESTIONS)

    def __init__(self, environment: Environment) -> None:
        """Give the environment its filters, and replace its two ways to make a template."""
        refuse_unknown_keys(self.questions)
        environment.filters.update(FILTERS)
        environment.filters["require_a_piece"] = require_a_piece
        environment.filters["settled"] = self._kept(self.settle)
        environment.filters["placed"] = self._kept(self.place)
        self.environment = environment
        self.is_settled = False
        self.from_string: Callable[..., Template] = environment.from_string
        self.get_template: Callable[..., Template] = environment.get_template
        environment.from_string = self.text  # type: ignore[method-assign]
        environment.get_template = self.file  # type: ignore[method-assign]

    def text(self, source: Any, *args: Any, **kwargs: Any) -> Any:
        """Make a template of a question, an answer, a hook, or the name of a file or folder."""
        if source == f"{{{{cookiecutter.{self.folder}}}}}":
            source = f"{{{{ (cookiecutter | settled | placed).{self.folder} }}}}"
        elif self.is_settled:
            source = self.file_names.get(Path(source).as_posix(), source)
        elif source in self.own:
            return Question(self.from_string(source), self.questions)
        elif MARKUP.search(source):
            raise refusal("", source, PLAIN_TEXT)
        return self.from_string(source) if MARKUP.search(source) else Plain(source)

    def file(self, name: Any, *args: Any, **kwargs: Any) -> Any:
        """Make a template of a file, or of a part that files share in templates/."""
        if not Path(name).is_file():
            return self.get_template(name, *args, **kwargs)
        source = Path(name).read_text(encoding="utf-8")
        return self.get_template(name) if MARKUP.search(source) else Plain(source)

    def settle(self, answers: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Check all answers again, and add what follows from them.

        Private variables that the user or a replay file has set are replaced.
        """
        for key in RULES:
            if key not in answers:  # an answer that looks like the folder's name
                raise refusal("", FOLDER, PLAIN_TEXT)
            check(answers[key], key)
        require_a_piece(answers)
        answers.update(derived(answers))
        names = {"package": answers["package_name"], "module": answers["module_name"]}
        self.environment.globals.update(pieces(answers) | names)
        self.is_settled = True
        return answers

    @cached_property
    def file_names(self) -> dict[str, str]:
        """The name of each file in the addon, by its name in the template (dict[str, str]).

        The name of a file that the addon does not have ends with a slash. All are rendered as one
        template, because each alone would take much longer.
        """
        template = ROOT / FOLDER
        names = [
            file.relative_to(template).as_posix() for file in template.rglob("*") if file.is_file()
        ]
        rendered = self.from_string("\n".join(names)).render()
        return dict(zip(names, rendered.split("\n"), strict=True))

    def place(self, answers: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Check where the addon will be, before its folder is made."""
        if "_output_dir" in answers:  # cruft has none: it renders into a temporary folder
            self.check_place(Path(answers["_output_dir"]), answers["addon_name"])
        return answers

    def check_place(self, place: Path, name: str) -> None:
        """Refuse to write over files that are not this addon's."""
        if (place / name).is_symlink():  # with -f, files would be written where it leads
            raise refusal(
                "addon_name", name, "is a symbolic link: write another name, or remove it"
            )
        if next(place.glob("src/opentaskpy/addons/*/__init__.py"), None):
            raise refusal(
                "",
                str(place.resolve()),
                "is an addon: choose another folder with -o, or use --directory module to add a "
                "module to this one",
            )
        # Cookiecutter refuses it too, but the answers would be lost.
        if is_asking() and (place / name).exists() and not is_overwriting():
            raise refusal("addon_name", name, "exists already: write another name, or remove it")

    def _kept(self, check: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def kept(answers: Any) -> Any:
            with keeping(answers, self.questions, self.environment):
                return check(answers)

        return kept
