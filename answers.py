"""Loads the package `extension`, whose guard local_extensions.py hands to Jinja.

`cruft update` renders two versions of this template in one process, from the same folder. So each
version of the package is imported under a name of its own.
"""

import hashlib
import sys
from importlib import import_module, util
from pathlib import Path
from types import ModuleType

PACKAGE = Path(__file__).parent / "extension"


def load(package: Path = PACKAGE) -> ModuleType:
    """Import the package as it is now, once for each version of it."""
    sources = sorted([*package.glob("*.py"), package.parent / "cookiecutter.json"])
    version = hashlib.sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()
    name = f"extension_{version[:16]}"
    if name not in sys.modules:
        start = package / "__init__.py"
        spec = util.spec_from_file_location(name, start, submodule_search_locations=[str(package)])
        assert spec and spec.loader
        module = util.module_from_spec(spec)
        sys.modules[name] = module
        # Python takes the bytecode of a file for that of another version with the same size and
        # second, so there must be none.
        written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        try:
            spec.loader.exec_module(module)
            import_module(f"{name}.guard")
        finally:
            sys.dont_write_bytecode = written
    return sys.modules[f"{name}.guard"]


Guard = load().Guard
