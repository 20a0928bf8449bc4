"""Draws docs/first-run.svg, a first run as a terminal shows it: python -m docs.first_run.

The commands are those of "A first run" in the README; the questions are answered with Enter.
"""

import os
import pty
import re
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path

from tests.transcripts import COLOR, SHELL, section, shell_variables, steps

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "first-run.svg"

COLUMNS, ROWS = 80, 24
LINE = 19  # pixels
LONGEST_WAIT = 1.5  # seconds; what takes longer is shortened
PROMPT, QUESTION = "$ ", "): "
LINE_BREAK = re.compile(r"\r*\n")

Line = tuple[float, str]

SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>A first run, from cookiecutter to a moved file</title>
<style>
text {{ font: 14px ui-monospace, Menlo, Consolas, monospace; fill: #d8dee9; white-space: pre;
  animation: appear 1ms both; }}
g {{ transform: translateY({end}px); animation: scroll {duration:.2f}s step-end both; }}
@keyframes appear {{ from {{ visibility: hidden; }} }}
@keyframes scroll {{ {scroll} }}
@media (prefers-reduced-motion: reduce) {{ text, g {{ animation: none; }} }}
</style>
<rect width="100%" height="100%" rx="8" fill="#1f2430"/>
<svg y="{margin}" height="{inner}" overflow="hidden"><g xml:space="preserve">
{lines}
</g></svg>
</svg>
"""


def commands() -> Iterator[str]:
    """Return the commands, with the first one asking its questions."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for step in steps(section(readme, "A first run")):
        yield step.command.replace(" --no-input", "")


def record(folder: Path, pause: float) -> list[Line]:
    """Type the commands into a shell; return its lines, and after how many seconds each began.

    Args:
        folder (Path): Where to make the addon.
        pause (float): Seconds before a command, and a third of it before an answer.
    """
    settings = folder / "bashrc"
    text = SHELL.replace("exec 2>&1 </dev/null", f"PS1='{PROMPT}'")
    settings.write_text(text, encoding="utf-8")
    variables = shell_variables(ROOT, folder) | {
        "TERM": "dumb",
        "COLUMNS": str(COLUMNS),
        "VIRTUAL_ENV_DISABLE_PROMPT": "1",
    }
    process, terminal = pty.fork()
    if not process:
        os.chdir(folder)
        termios.tcsetwinsize(pty.STDIN_FILENO, (ROWS, COLUMNS))
        os.execvpe("bash", ("bash", "--noprofile", "--rcfile", str(settings), "-i"), variables)
    start, lines, rest = time.monotonic(), [], ""
    todo = commands()
    while chunk := os.read(terminal, 65536):
        now = time.monotonic() - start
        *whole, rest = LINE_BREAK.split(rest + chunk.decode())
        lines += [(now, line) for line in whole]
        if rest.endswith(QUESTION):
            time.sleep(pause / 3)
            os.write(terminal, b"\n")
        elif rest == PROMPT:
            if not (command := next(todo, "")):
                break
            time.sleep(pause)
            os.write(terminal, f"{command}\n".encode())
    os.close(terminal)
    os.waitpid(process, 0)
    return [
        (when, line[at : at + COLUMNS].rstrip())
        for when, line in ((when, COLOR.sub("", line)) for when, line in lines)
        for at in range(0, max(len(line), 1), COLUMNS)
    ]


def draw(lines: list[Line]) -> str:
    """Draw a terminal in which the lines appear, the last of which stay."""
    lines = list(hurried(lines))
    duration = lines[-1][0]
    hidden = max(len(lines) - ROWS, 0)
    scroll = {0.0: 0} | {
        when / duration * 100: -LINE * (number + 1) for number, (when, _) in enumerate(lines[ROWS:])
    }
    return SVG.format(
        width=COLUMNS * 8.43 + 32,
        height=(ROWS + 2) * LINE,
        margin=LINE,
        inner=ROWS * LINE,
        end=-LINE * hidden,
        duration=duration,
        scroll=" ".join(
            f"{at:.2f}% {{ transform: translateY({y}px); }}" for at, y in scroll.items()
        ),
        lines="\n".join(
            f'<text x="16" y="{LINE * number + 14}" style="animation-delay: {when:.2f}s">'
            f"{escape(line)}</text>"
            for number, (when, line) in enumerate(lines)
        ),
    )


def hurried(lines: list[Line]) -> Iterator[Line]:
    """Shorten long waits."""
    before = now = 0.0
    for when, line in lines:
        now += min(when - before, LONGEST_WAIT)
        before = when
        yield now, line


def drawn(picture: str) -> list[str]:
    """Return the lines of a picture."""
    return [unescape(line) for line in re.findall(r"<text .*?>(.*)</text>", picture)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory, "work")
        place.mkdir()
        PICTURE.write_text(draw(record(place, 0.9)), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{PICTURE}\n")
