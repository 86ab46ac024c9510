"""CI on one machine: what the state folder holds for it, and what the template is told of that."""

import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from handlers.local.refusal import CannotRun

_SCRIPT = """\
#!/bin/sh
# `waybill up` runs a copy of this for each job, in an empty folder of the run's own.
# Put your own here, at any time: whatever it prints is kept, and 0 as its exit status means that
# the commit has passed. What it needs besides, it names by its whole path.
echo "Would build commit $CI_SHA of $CI_REPOSITORY ($CI_REF), attempt $CI_ATTEMPT."
exit 0
"""
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class LocalCi:
    """What lies in the state folder for CI; made by `prepared`."""

    folder: Path

    @property
    def runs(self) -> Path:
        """A folder for each run."""
        return self.folder / "runs"

    @property
    def script(self) -> Path:
        """What runs for each job."""
        return self.folder / "script.sh"

    @property
    def mail(self) -> Path:
        """Mail that would have left."""
        return self.folder / "mail"

    @property
    def secret_file(self) -> Path:
        """The live secrets of webhooks, one a line."""
        return self.folder / "webhook-secret"

    @property
    def link_secret_file(self) -> Path:
        """The live secrets of links to pages, one a line, the newest first."""
        return self.folder / "link-secret"

    def webhook_secrets(self) -> list[str]:
        """Read the live secrets of webhooks. Raises CannotRun for what can be none."""
        return _live(self.secret_file)

    def link_secrets(self) -> list[str]:
        """Read the live secrets of links. Raises CannotRun for what can be none."""
        return _live(self.link_secret_file)

    def parameters(self, url: str, github_url: str) -> dict[str, str]:
        """Return CI's parameters of the template: our API is at `url`, GitHub's at `github_url`."""
        return {
            "CiRunner": "local",
            "CiStateMachineArn": "",
            "CiRunsFolder": str(self.runs),
            "CiScript": str(self.script),
            "CiChecks": "status",
            "GitHubApiUrl": github_url,
            "GitHubToken": "local",
            "GitHubAppId": "",
            "GitHubPrivateKey": "",
            "GitHubHook": "",
            "GitHubWebhookSecrets": " ".join(self.webhook_secrets()),
            "CiPageUrl": url,
            "CiLinkSecrets": " ".join(self.link_secrets()),
            "CiMail": "folder",
            "CiMailFrom": "ci@waybill.invalid",
            "CiMailFolder": str(self.mail),
        }


def prepared(state: Path) -> LocalCi:
    """Make what is missing: folders, a script, two secrets. What is there stays as it is.

    Raises CannotRun, see `webhook_secrets`.
    """
    ci = LocalCi(state.absolute() / "ci")
    ci.runs.mkdir(parents=True, exist_ok=True)
    if not ci.script.exists():
        _write(ci.script, _SCRIPT, 0o755)
    for file in (ci.secret_file, ci.link_secret_file):
        if not file.exists() or not _live(file):
            _write(file, secrets.token_hex(_SECRET_BYTES) + "\n", 0o600)
    return ci


def going_on(ci: LocalCi) -> int:
    """Count the runs that go on now: each is a process of its own, whether we run or not."""
    from handlers.wiring.ci import work_at  # noqa: PLC0415  # In the service's environment only.

    return sum(work_at(run).is_held for run in ci.runs.glob("[!.]*"))


def _live(file: Path) -> list[str]:
    """Read secrets, one a line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRun(
            f"{file} cannot be read: {error}.",
            "Remove it, and the next start makes a new one.",
        ) from error
    live = [line.strip() for line in lines if line.strip()]
    if wrong := [line for line in live if len(line.split()) > 1]:
        raise CannotRun(
            f"Line {live.index(wrong[0]) + 1} of {file} has a blank in it.",
            "A secret has none; more than one secret stand on a line each.",
        )
    return live


def _write(path: Path, content: str, mode: int) -> None:
    """Write a file whole: half a secret would be a secret too."""
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, mode)
        file.write(content)
    Path(unfinished).replace(path)
