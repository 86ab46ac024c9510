"""Whom a commit wakes: readers of the stream, and the queues that are subscribed to its notice."""

from collections.abc import Iterator
from typing import Any, Final

from domain.kernel.commits import Commit
from domain.published.ports import Notice, notice_of

ENDS: Final = frozenset(
    {"JobFinished", "JobCancelled", "JobSuperseded", "JobRejected", "JobGivenUp"}
)
SHOWN: Final = ENDS | {
    "JobQueued",
    "JobClaimed",
    "CancellationRequested",
    "RunLost",
    "JobRetried",
    "StatusOwed",
}


def woken_by(commit: Commit[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield what is to be done after a commit."""
    category, _, _ = commit.stream.partition("#")
    if category == "hook":
        return
    yield "schedule", commit.routing.customer_id
    notice = notice_of(commit)
    if ENDS.intersection(notice.types):
        yield "broadcast", commit.stream, commit.first
    yield from told_by(notice)


def told_by(notice: Notice) -> Iterator[tuple[Any, ...]]:
    """Yield what the queues do of a notice, by the filters of their subscriptions."""
    category, _, entity_id = notice.stream.partition("#")
    if {"JobClaimed", "CancellationRequested", "StartOwed"}.intersection(notice.types):
        yield "start", entity_id
    if {*ENDS, "MailOwed"}.intersection(notice.types):
        yield "mail", entity_id
    if category == "job" and SHOWN.intersection(notice.types):
        yield "report", entity_id
