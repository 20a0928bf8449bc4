"""Notes what a Python process does beyond reading and computing, and refuses it a network.

As `sitecustomize.py` on PYTHONPATH it comes first in Cookiecutter and in each hook. It imports only
what Python has imported by then: a hook is to look for its modules itself.
"""

import os
import sys
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
READING = {"os.listdir", "os.scandir", "os.walk", "os.fwalk", "glob.glob", "pathlib.Path.glob"}
COMPUTING = {"import", "compile", "exec", "array.__new__", "ctypes.dlopen"}
PREFIXES = ("builtins.", "code.", "cpython.", "marshal.", "object.", "sys.", "gc.", "re.")

NETWORK = {
    *("socket.connect", "socket.sendto", "socket.sendmsg"),
    *("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"),
}


def record(event: str, arguments: tuple[Any, ...]) -> None:
    """Note an event with the program that it happens in."""
    if event == "open":
        if not arguments[2] & WRITING:
            return
        arguments = arguments[:1]
    elif event in READING or event in COMPUTING or event.startswith(PREFIXES):
        return
    line = (sys.orig_argv[1], event, *map(str, arguments))
    os.write(descriptor, f"{line!r}\n".encode())
    if event in NETWORK:
        raise PermissionError(f"{event}: there is no network")


if __name__ == "sitecustomize":
    descriptor = os.open(os.environ["RECORD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    sys.addaudithook(record)
