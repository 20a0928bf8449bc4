"""Output is data: nothing in it looks like a log line of its own."""

import tracemalloc

import pytest
from opentaskpy.addons.demo.otf_kit.executions.lines import LONGEST_LINE, Lines, visible


def split(*chunks: bytes, encoding: str = "utf-8") -> list[str]:
    """Return the lines of some chunks of bytes (list[str])."""
    got: list[str] = []
    lines = Lines(got.append, encoding)
    for chunk in chunks:
        lines.feed(chunk)
    lines.close()
    return got


def test_line_is_logged_as_soon_as_it_is_complete() -> None:
    got: list[str] = []
    lines = Lines(got.append)
    lines.feed(b"one\ntw")
    assert got == ["one"]
    lines.feed(b"o\n")
    assert got == ["one", "two"]


def test_last_line_needs_no_line_break() -> None:
    assert split(b"one\ntwo") == ["one", "two"]


def test_empty_lines_are_kept() -> None:
    assert split(b"\n\none\n") == ["", "", "one"]


def test_windows_line_break_may_be_cut_in_two() -> None:
    assert split(b"one\r", b"\ntwo\r\n") == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2Jgone", r"\x1b[2Jgone"),
        ("a\x00b", r"a\x00b"),
        ("a\nb", r"a\nb"),
        ("a\x85b", r"a\x85b"),
        ("a\u2028b", r"a\u2028b"),
        ("a\u202eb", r"a\u202eb"),
        ("tab\tstays", "tab\tstays"),
        ("naïve 日本 👩‍👩‍👧", "naïve 日本 👩‍👩‍👧"),
    ],
)
def test_control_characters_are_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("code", [*range(0x20), 0x7F, 0x85, 0x2028, 0x2029])
def test_no_character_starts_a_new_line(code: int) -> None:
    assert len(visible(f"a{chr(code)}b").splitlines()) == 1


def test_bytes_of_another_encoding_are_shown() -> None:
    assert split(b"caf\xe9\n") == [r"caf\xe9"]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "cp1252"])
def test_other_encodings_are_read(encoding: str) -> None:
    data = "café\nzwei\n".encode(encoding)
    assert split(*(data[i : i + 1] for i in range(len(data))), encoding=encoding) == [
        "café",
        "zwei",
    ]


def test_character_may_be_cut_in_two() -> None:
    assert split(b"caf\xc3", b"\xa9\n") == ["café"]


def test_progress_bar_is_thinned_out_and_its_end_is_kept() -> None:
    updates = b"".join(b"%d%%\r" % n for n in range(100))
    assert split(updates + b"100%\n") == ["0%", "[99 progress updates left out]", "100%"]


def test_last_update_of_a_progress_bar_is_kept() -> None:
    assert split(b"10%\r20%\r30%\r") == ["10%", "[1 progress updates left out]", "30%"]


def test_long_line_is_cut_into_marked_pieces() -> None:
    pieces = split(b"x" * (LONGEST_LINE + 5) + b"\nnext\n")
    assert [len(piece.strip(" …")) for piece in pieces] == [LONGEST_LINE, 5, 4]
    assert pieces[0].endswith(" …")
    assert pieces[1].startswith("… ")
    assert pieces[2] == "next"


def test_secret_is_not_cut_in_two() -> None:
    secret = "correct-horse-battery"
    for before in range(LONGEST_LINE - len(secret) - 2, LONGEST_LINE + 2):
        got: list[str] = []
        lines = Lines(got.append, redact=lambda s: s.replace(secret, "*"), longest_secret=21)
        text = "x" * before + secret + "y" * LONGEST_LINE
        near = before - 5  # From here on, each character comes alone.
        lines.feed(text[:near].encode())
        for character in text[near : near + 60]:
            lines.feed(character.encode())
        lines.feed(text[near + 60 :].encode())
        lines.close()
        whole = "".join(piece.strip(" …") for piece in got)
        assert whole == text.replace(secret, "*")


def test_fifty_megabytes_without_a_line_break_need_little_memory() -> None:
    count = 0

    def add(line: str) -> None:
        nonlocal count
        count += len(line.strip(" …"))

    lines = Lines(add)
    tracemalloc.start()
    for _ in range(800):
        lines.feed(b"x" * 65_536)
    lines.close()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 800 * 65_536
    assert peak < 2_000_000
