"""Log lines: JSON, with what ties them together, and nothing of a person."""

import json

import pytest

from handlers.logs import PERSONAL, bind, get_logger


def test_a_line_is_one_json_object_that_carries_what_was_bound(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with bind(correlation_id="x1", causation_id="y1", stream="order#o1", version=3):
        get_logger().info("placed", total_minor=4498)
    get_logger().info("after")
    inside, outside = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert inside["correlation_id"] == "x1"
    assert inside["causation_id"] == "y1"
    assert (inside["stream"], inside["version"], inside["level"]) == ("order#o1", 3, "info")
    assert "correlation_id" not in outside


@pytest.mark.parametrize("key", sorted(PERSONAL))
def test_nothing_personal_leaves_the_process(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    get_logger().warning("something", **{key: "Ada Lovelace"})
    assert "Lovelace" not in capsys.readouterr().out
