"""Why the local service could not come up, in words for the person who started it."""


class CannotRun(Exception):
    """What is wrong, where, and what to do; `exit_code` is 2 where the caller can mend it."""

    def __init__(self, what: str, remedy: str, exit_code: int = 2) -> None:
        super().__init__(f"{what} {remedy}")
        self.exit_code = exit_code
