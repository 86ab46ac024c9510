"""Whom a commit wakes, as the service's subscriptions do."""

from collections.abc import Iterator
from typing import Any, Final

from domain.kernel.commits import Commit

ENDS: Final = frozenset(
    {"JobFinished", "JobCancelled", "JobSuperseded", "JobRejected", "JobGivenUp"}
)


def notices_of(commit: Commit[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield what is to be done after a commit."""
    category, _, entity_id = commit.stream.partition("#")
    if category == "hook":
        return
    yield "schedule", commit.routing.customer_id
    if category == "account":
        return
    names = {type(event).__name__ for event in commit.events}
    if names & {"JobClaimed", "CancellationRequested"}:
        yield "start", entity_id
    if names & ENDS:
        yield "broadcast", commit.stream, commit.first
        yield "mail", entity_id
    yield "report", entity_id
