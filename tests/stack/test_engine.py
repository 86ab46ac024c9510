"""Stopping the embedded AWS: whoever waits is told that it goes on."""

import subprocess
from pathlib import Path

import pytest

from handlers.local import engine
from handlers.local.engine import Engine
from handlers.local.folder import opened

WRITES_FOR_A_WHILE = "trap 'sleep 0.5; exit 0' TERM; echo ready; while :; do sleep 0.05; done"


def test_a_state_that_takes_long_to_write_says_so_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(engine, "SAY_EVERY_S", 0.1)
    with opened(tmp_path / "state") as folder:
        stopping = Engine(folder, said.append)
        stopping._process = subprocess.Popen(  # noqa: SLF001  # In place of an AWS with a large state.
            ["/bin/sh", "-c", WRITES_FOR_A_WHILE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert stopping._process.stdout  # noqa: SLF001  # As above.
        assert stopping._process.stdout.readline() == "ready\n"  # noqa: SLF001  # As above.
        stopping.__exit__(None, None, None)
        stopping._socket.close()  # noqa: SLF001  # Its own start would have taken it over.
    assert stopping.ended_in_order
    assert said
    assert all("still being written" in line for line in said)
