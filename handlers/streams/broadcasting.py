"""Broadcasting: what a commit publishes to other teams, and its notice to ourselves.

Sent first and marked after: stopped in between, the same entries leave again under the same ids.
The mark also shows what never arrived here, and that is read from the stream and sent too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.kernel.commits import Commit
from domain.kernel.consumers import Marks
from domain.policies.dossier import Streams
from domain.published.commerce import translate
from domain.published.ports import Bus, Notices, notice_of, outgoing_of
from handlers.streams.projection import between

NAME: Final = "broadcast"


@dataclass(frozen=True, slots=True)
class Broadcaster:
    """Sends commits out through the ports it is given."""

    streams: Streams
    bus: Bus
    notices: Notices
    marks: Marks

    def send(self, commits: Sequence[Commit[Any]]) -> frozenset[int]:
        """Send commits, oldest first; return the positions of those not accepted for now.

        Raises MalformedEntryError for one that the bus will never take.
        """
        outgoing = [
            (i, one) for i, commit in enumerate(commits) for one in outgoing_of(commit, translate)
        ]
        refused = self.bus.publish([one for _, one in outgoing])
        undone = {outgoing[position][0] for position in refused}
        accepted = [i for i in range(len(commits)) if i not in undone]
        unheard = self.tell([commits[i] for i in accepted])
        return frozenset(undone | {accepted[position] for position in unheard})

    def tell(self, commits: Sequence[Commit[Any]]) -> frozenset[int]:
        """Notify ourselves of commits; return the positions of those not accepted for now."""
        return self.notices.notify([notice_of(commit) for commit in commits])

    def mark(self, stream: str, before: int, version: int) -> bool:
        """Mark a stream as sent up to a version; send first what lies below and never arrived.

        Return whether it is marked now.
        """
        stands = self.marks.advance(NAME, stream, before, version)
        while stands < version:
            missing = between(self.streams, stream, stands, before)
            if self.send(missing):
                return False
            stands = self.marks.advance(NAME, stream, stands, version)
        return True
