"""What can go wrong between us and the tables, beyond what botocore raises itself.

Passing trouble is a BotoCoreError like the driver's own: the same command may be sent again, and
is known by its id if it was done.
"""

from botocore.exceptions import BotoCoreError


class BrokenAnswerError(BotoCoreError):
    """An answer lacks what it must have. It says nothing, least of all that something is absent."""

    code = "broken_answer"
    fmt = "the answer to {what} lacks {lacks}: it did not arrive whole; send the command again"

    def __init__(self, what: str, lacks: str) -> None:
        """Name the request and what is missing."""
        super().__init__(what=what, lacks=lacks)


class TransactionInProgressError(BotoCoreError):
    """The same transaction is still running, after the client's own retries."""

    code = "unsettled"
    fmt = "{what} is still running; send the same command again"

    def __init__(self, what: str) -> None:
        """Name the request."""
        super().__init__(what=what)


class CommitTooLargeError(Exception):
    """One decision wants to write more than one item holds. Nothing was sent."""

    code = "commit_too_large"

    def __init__(self, stream: str, size: str, limit: str) -> None:
        """Say which stream, how much it was and how much there may be."""
        super().__init__(
            f"{stream}: the commit has {size}, and {limit} is the most; "
            "split the command into several that each change less"
        )
