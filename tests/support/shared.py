"""The data sets beside the checkout, read where they are."""

import os
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def shared_data(*parts: str) -> Path:
    """Return the place of a data set; where it is absent the test is skipped, in CI it fails."""
    path = SHARED_DATA.joinpath(*parts)
    if not path.exists():
        leave_out(f"shared data {'/'.join(parts)} (looked in ../shared/data)")
    return path


def leave_out(what: str) -> None:
    """Skip the test that needs `what`, by name; with CI=true leaving it out is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI=true and left out: {what}", pytrace=False)
    pytest.skip(f"left out: {what}")
