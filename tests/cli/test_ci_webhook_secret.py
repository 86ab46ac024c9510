import os
from pathlib import Path

import pytest

from handlers.cli.failure import Failure
from handlers.cli.world import LocalWorld
from handlers.local import running
from tests.support.stub_service import StubService


def _running(stub: StubService, state: Path, secret_file: Path) -> None:
    stub.answer("/health?", {})
    pid = os.getpid()
    known = running.Running(stub.url, "", pid, pid, {}, secret_file=str(secret_file))
    running.write(state / "run.json", known)


def test_the_newest_of_the_live_secrets_signs(stub: StubService, tmp_path: Path) -> None:
    secrets = tmp_path / "webhook-secret"
    secrets.write_text("\nnewest\nolder\n")
    _running(stub, tmp_path, secrets)
    webhook = LocalWorld().webhook(tmp_path)
    assert (webhook.url, webhook.secret) == (f"{stub.url}/webhooks/github", "newest")
    assert "newest" not in repr(webhook)


def test_a_secret_that_is_not_there_is_said_with_where(stub: StubService, tmp_path: Path) -> None:
    secrets = tmp_path / "webhook-secret"
    _running(stub, tmp_path, secrets)
    with pytest.raises(Failure, match=r"cannot be read.*webhook-secret"):
        LocalWorld().webhook(tmp_path)
    secrets.write_text("\n")
    with pytest.raises(Failure, match="holds no secret"):
        LocalWorld().webhook(tmp_path)
