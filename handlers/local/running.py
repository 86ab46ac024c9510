"""Find the local service from another process."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from handlers.local.environment import LOCAL_HTTP, adopt
from handlers.local.folder import is_alive
from handlers.local.front import BACKLOG_PATH


@dataclass(frozen=True, slots=True)
class Running:
    """A service that runs: its API, its AWS, its stack's outputs and parameters, and its GitHub.

    What webhooks are signed with stands in `secret_file` only, which nobody else can read.
    """

    url: str
    endpoint: str
    pid: int
    aws_pid: int
    outputs: Mapping[str, str]
    parameters: Mapping[str, str] = field(default_factory=dict)
    github_url: str = ""
    secret_file: str = ""

    def adopt(self) -> None:
        """Make this process one of the service's; call it before the first client is made."""
        adopt(self.endpoint, self.outputs, self.parameters)

    def backlog(self) -> dict[str, int]:
        """Count what is on its way: `records`, `messages`, `hidden` messages, `running`.

        Everything written has arrived when `records`, `messages` and `running` are 0. `hidden`
        messages are in work (then something is running) or put off after a failure.
        """
        with LOCAL_HTTP.open(self.url + BACKLOG_PATH, timeout=30) as answer:
            counted: dict[str, int] = json.load(answer)
            return counted

    def answers(self) -> bool:
        """Tell whether its API does."""
        try:
            with LOCAL_HTTP.open(self.url + "/health", timeout=10):
                return True
        except OSError:
            return False


def find(state: Path | None = None) -> Running | None:
    """Return the service that runs in the folder, or in the nearest one; None if there is none.

    Without `state` it is $WAYBILL_STATE, else `.waybill` here or in a folder above.
    """
    for folder in _candidates(state):
        try:
            running = Running(**json.loads((folder / "run.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue
        if is_alive(running.pid) and running.answers():
            return running
    return None


def write(path: Path, running: Running) -> None:
    """Say how the service is reached; whoever reads sees all of it or nothing."""
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(asdict(running), indent=2), encoding="utf-8")
    unfinished.replace(path)


def _candidates(state: Path | None) -> list[Path]:
    if state is not None:
        return [state]
    if chosen := os.environ.get("WAYBILL_STATE"):
        return [Path(chosen)]
    here = Path.cwd()
    return [folder / ".waybill" for folder in (here, *here.parents)]
