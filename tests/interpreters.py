"""Other versions of Python, wherever this machine has them."""

import os
import subprocess
from pathlib import Path

from uv import find_uv_bin


def find_python(version: str) -> str | None:
    """Find an interpreter of a version such as 3.12; none is downloaded.

    uv looks on the PATH and among its own. pyenv's are asked for by path, because what it puts on
    the PATH works only for the versions that are switched on.
    """
    search = (find_uv_bin(), "python", "find", "--no-python-downloads", "--system", version)
    found = subprocess.run(search, capture_output=True, text=True, check=False)
    if found.returncode == 0:
        return found.stdout.strip()
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return next(map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python"))), None)
