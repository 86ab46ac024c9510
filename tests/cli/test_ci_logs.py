import io
import re
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from adapters.runners.output import cut_in_the_middle
from handlers.api.ci.text import tail
from handlers.cli.render.ci.log import Followed, further, shown

STRANGE = {
    "\x1b[1;31mred\x1b[0m and not": "red and not",
    "\x1b[2J\x1b[H\x1b[?1049hcleared": "cleared",
    "\x1b]0;title\x07\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\": "link",
    "\x1b]52;c;ZXZpbA==\x07clipboard": "clipboard",
    "\x1bPq#0\x1b\\picture \x1b(B\x1b[m": "picture ",
    "\x9b31mC1 \x9d0;title\x9cas well": "C1 as well",
    " 10%\r\x1b[2K 50%\r100%\r": "100%",
    "\x1b\x1b[0K[2Jtwice": "[2Jtwice",
    "bell\x07 back\x08space \x00\x7f\ttab": "bell backspace \ttab",
    "open \x1b": "open ",
}


def plain(lines: list[Text]) -> list[str]:
    return [line.plain for line in lines]


def on(console_options: dict[str, object], said: str) -> str:
    screen = io.StringIO()
    console = Console(file=screen, width=200, **console_options)  # type: ignore[arg-type]  # Any of its options.
    console.print(*shown(said.encode()), soft_wrap=True, end="")
    return screen.getvalue()


@pytest.mark.parametrize(("said", "left"), STRANGE.items())
def test_a_log_reads_the_same_on_a_page_in_a_pipe_and_on_a_terminal(said: str, left: str) -> None:
    (on_page,) = tail(said.encode()).lines
    (line,) = shown(said.encode())
    assert on_page == left
    assert line.plain == left
    assert "\x1b" not in on({"force_terminal": False}, said)


def test_a_terminal_shows_the_colours_of_a_log_and_obeys_nothing_else() -> None:
    said = "".join(STRANGE)
    told = on({"force_terminal": True, "color_system": "standard"}, said)
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*m", "", told)
    told = on({"force_terminal": True, "color_system": "standard"}, "\x1b[31mred\x1b[2J\x1b[0m")
    assert told == "\x1b[31mred\x1b[0m"


def test_a_growing_log_is_told_in_whole_lines_each_once() -> None:
    followed = Followed()
    assert plain(followed.grown(b"one\ntw")) == ["one"]
    assert followed.grown(b"one\ntw") == []
    assert plain(followed.grown(b"one\ntwo\nthree\n\nfo")) == ["two", "three", ""]
    assert plain(followed.rest()) == ["fo"]
    assert followed.rest() == []


def test_a_character_that_comes_in_two_parts_is_whole() -> None:
    followed = Followed()
    text = "é\n".encode()
    assert followed.grown(text[:1]) == []
    assert plain(followed.grown(text)) == ["é"]


@pytest.mark.parametrize("step", [7, 100, 900])
def test_a_log_that_loses_its_middle_as_it_grows_is_followed_by_its_end(
    tmp_path: Path, step: int
) -> None:
    said = tmp_path / "output"
    lines = [f"line {number}" for number in range(3_000)]
    followed, told = Followed(), list[str]()
    for end in range(step, len(lines) + 1, step):
        said.write_text("".join(f"{line}\n" for line in lines[:end]))
        told += plain(followed.grown(cut_in_the_middle(said, 20_000)))
    assert told == lines[: len(lines) // step * step]


def test_a_log_that_is_kept_whole_in_the_end_is_followed_from_where_we_were(tmp_path: Path) -> None:
    said, followed = tmp_path / "output", Followed()
    said.write_text("".join(f"line {number}\n" for number in range(9_000)))
    followed.grown(cut_in_the_middle(said, 20_000))
    whole = said.read_bytes() + b"the last\n"
    assert plain(followed.grown(whole)) == ["the last"]


def test_where_more_was_said_between_two_looks_than_is_kept_the_gap_is_told() -> None:
    known = b"begin\n" + b"a" * 1_000
    log = b"begin\n[... 9000 bytes left out here ...]\nzzz\n"
    assert further(known, log) == b"[... 9000 bytes left out here ...]\nzzz\n"
