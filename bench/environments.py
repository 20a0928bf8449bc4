"""Virtual environments with what is compared: published, generated and bare."""

import json
import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).parents[1]

# The answers that make the addons that are measured.
ANSWERS = {
    "fsspec": {
        "service_name": "Bench fsspec",
        "addon_name": "otf-addons-benchfsspec",
        "package_name": "benchfsspec",
        "fsspec_protocol": "s3",
    },
    "obstore": {
        "service_name": "Bench obstore",
        "addon_name": "otf-addons-benchobstore",
        "package_name": "benchobstore",
        "transfer_client": "obstore",
    },
}
PUBLISHED = "otf-addons-aws"
BARE = ("boto3", "matplotlib", "obstore", "urllib3")


class Environments:
    """The environments, each with one addon; made when there are none, brought up to date else.

    Args:
        folder (Path): Where they are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._make("aws", PUBLISHED)
        self._make("bare", *BARE)
        for name, answers in ANSWERS.items():
            self._make(name, str(self._bake(name, answers)))

    def binary(self, name: str, command: str) -> str:
        """Return the path of a command in an environment."""
        return str(self._folder / name / "bin" / command)

    def versions(self, *packages: str) -> dict[str, str]:
        """Return the versions of packages, wherever they are installed."""
        found: dict[str, str] = {}
        for name in ("aws", "bare", "fsspec", "obstore"):
            listing = _uv("pip", "list", "--format", "json", "--python", str(self._folder / name))
            for each in json.loads(listing):
                if each["name"] in packages:
                    found.setdefault(each["name"], each["version"])
        return found

    def _bake(self, name: str, answers: dict[str, str]) -> Path:
        baked = self._folder / "baked" / name
        command = [sys.executable, "-m", "cookiecutter", "--default-config", "--no-input"]
        told = [f"{key}={value}" for key, value in answers.items()]
        _run(*command, "--overwrite-if-exists", "-o", str(baked), str(ROOT), *told)
        return baked / answers["addon_name"]

    def _make(self, name: str, *packages: str) -> None:
        folder = self._folder / name
        if not folder.exists():
            _uv("venv", "--python", sys.executable, str(folder))
        again = [
            option
            for each in packages
            if "/" in each
            for option in ("--reinstall-package", Path(each).name)
        ]
        _uv("pip", "install", "--compile-bytecode", "--python", str(folder), *again, *packages)


def _uv(*arguments: str) -> str:
    return _run(find_uv_bin(), "--quiet", *arguments)


def _run(*command: str) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}")
    return done.stdout
