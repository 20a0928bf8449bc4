"""Runs one command and tells what it cost, in JSON.

A process of its own, started without site-packages, because the peak memory that Linux tells of a
process includes that of the process which it was forked from.

    python -S -E bench/measure.py OUTPUT TIMEOUT COMMAND...
"""

import json
import os
import signal
import sys
import time


def main(output: str, timeout: str, *command: str) -> None:
    """Run a command; what it prints goes to the file OUTPUT."""
    log = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    streams = [(os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)]
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=streams)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(int(timeout))
    _, status, usage = os.wait4(child, 0)
    result = {
        "seconds": time.perf_counter() - start,
        "exit_code": os.waitstatus_to_exitcode(status),
        "peak_mib": usage.ru_maxrss / 1024,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
