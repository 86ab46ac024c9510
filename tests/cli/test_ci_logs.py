from pathlib import Path

import pytest

from adapters.runners.output import cut_in_the_middle
from handlers.cli.render.ci.log import Followed, further


def test_a_growing_log_is_told_in_whole_lines_each_once() -> None:
    followed = Followed()
    assert followed.grown(b"one\ntw") == ["one"]
    assert followed.grown(b"one\ntw") == []
    assert followed.grown(b"one\ntwo\nthree\n\nfo") == ["two", "three", ""]
    assert followed.rest() == ["fo"]
    assert followed.rest() == []


def test_a_character_that_comes_in_two_parts_is_whole() -> None:
    followed = Followed()
    text = "é\n".encode()
    assert followed.grown(text[:1]) == []
    assert followed.grown(text) == ["é"]


@pytest.mark.parametrize("step", [7, 100, 900])
def test_a_log_that_loses_its_middle_as_it_grows_is_followed_by_its_end(
    tmp_path: Path, step: int
) -> None:
    said = tmp_path / "output"
    lines = [f"line {number}" for number in range(3_000)]
    followed, told = Followed(), list[str]()
    for end in range(step, len(lines) + 1, step):
        said.write_text("".join(f"{line}\n" for line in lines[:end]))
        told += followed.grown(cut_in_the_middle(said, 20_000))
    assert told == lines[: len(lines) // step * step]


def test_where_more_was_said_between_two_looks_than_is_kept_the_gap_is_told() -> None:
    known = b"begin\n" + b"a" * 1_000
    log = b"begin\n[... 9000 bytes left out here ...]\nzzz\n"
    assert further(known, log) == b"[... 9000 bytes left out here ...]\nzzz\n"
