"""Following a job: what is new of it since the last look, in the order in which it happened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from rich.text import Text

from handlers.cli.ci import Ci
from handlers.cli.render.ci.job import entry_line, said_line
from handlers.cli.render.ci.log import Followed
from handlers.cli.render.ci.words import OPEN
from handlers.cli.service import Body

_BEGUN: Final = "JobClaimed"
"""The event with which an attempt begins: what it says comes behind."""


@dataclass
class Follower:
    """What has been told of a job; whatever interrupts a look, the next one goes on from there."""

    ci: Ci
    job_id: str
    job: Body = field(default_factory=dict)
    version: int = 0
    attempt: int = 0
    log: Followed = field(default_factory=Followed)

    @property
    def has_ended(self) -> bool:
        """Whether all is told that will happen unless somebody asks for more."""
        return bool(self.job) and self.job["status"] not in OPEN

    def look(self) -> Iterator[Text]:
        """Ask once, and yield what is new: entries of the timeline, and lines of the log."""
        job = self.ci.job(self.job_id)
        if job["attempt"] != self.attempt:
            yield from self._said(is_whole=True)
            self.attempt, self.log = job["attempt"], Followed()
        fresh = [entry for entry in job["timeline"] if entry["version"] > self.version]
        begun = max((i for i, one in enumerate(fresh, 1) if one["type"] == _BEGUN), default=0)
        yield from self._happened(fresh[:begun])
        yield from self._said(is_whole=job["status"] not in OPEN)
        yield from self._happened(fresh[begun:])
        self.job = job

    def _happened(self, entries: Sequence[Body]) -> Iterator[Text]:
        for entry in entries:
            self.version = entry["version"]
            yield entry_line(entry)

    def _said(self, *, is_whole: bool) -> Iterator[Text]:
        log = self.ci.log(self.job_id, self.attempt) if self.attempt else None
        for line in self.log.grown(log or b""):
            yield said_line(line)
        for line in self.log.rest() if is_whole else ():
            yield said_line(line)
