"""Log lines: JSON, with what ties them together, and nothing of a person."""

import json

import pytest

from domain.ci.pages import Keys, Pages, log_path, queue_page_path
from handlers.logs import PERSONAL, bind, get_logger

KEYS = Keys(("secret",))


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


@pytest.mark.parametrize(
    "link",
    [
        Pages("https://ci.example", KEYS).of_job("j1"),
        log_path("j1", KEYS.of_job("j1")),
        queue_page_path("acme", KEYS.of_customer("acme"))[:-10],
    ],
)
def test_no_link_s_key_leaves_the_process_in_whatever_it_stands(
    link: str, capsys: pytest.CaptureFixture[str]
) -> None:
    error = ValueError(f"422: target_url {link}?round=1 is not valid")
    get_logger().error("defect", exc_info=error, error=str(error))
    said = capsys.readouterr().out
    before, _, key = link.rpartition("/")
    assert f"{before}/***?round=1" in json.loads(said)["error"]
    assert key not in said


@pytest.mark.parametrize("key", sorted(PERSONAL))
def test_nothing_personal_leaves_the_process(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    get_logger().warning("something", **{key: "Ada Lovelace"})
    assert "Lovelace" not in capsys.readouterr().out
