"""Failures: what a person reads when a command cannot be done, and its exit status."""

from pathlib import Path
from typing import IO, Any, ClassVar, Final

import click

from handlers.cli.render.text import clean

WRONG: Final = 1
"""Something in the input was wrong, or was not found."""
CANNOT: Final = 2
"""Wrong usage, or no running service."""
INTERRUPTED: Final = 130
"""Stopped by Ctrl-C."""


class Failure(click.ClickException):
    """Something in the input was wrong, or was not found: what, and what to do about it."""

    exit_code: ClassVar[int] = WRONG

    def __init__(self, message: str) -> None:
        """Take the words."""
        super().__init__(clean(message))

    def show(self, file: IO[Any] | None = None) -> None:
        """Print it on standard error."""
        click.secho(f"waybill: {self.message}", file=file, err=True, fg="red")


class ServiceFailure(Failure):
    """The service is not there, or does not answer."""

    exit_code: ClassVar[int] = CANNOT


def no_service(state: Path | None) -> ServiceFailure:
    """Return the failure of every command that needs a running service, in a folder or here."""
    where = "here; start one with: make up"
    if state is not None:
        where = f"in {state}; start one with: make up STATE={state}"
    return ServiceFailure(f"no service is running {where}")
