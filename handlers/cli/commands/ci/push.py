"""`waybill ci push REPOSITORY`."""

import json
import re
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from handlers.cli import options
from handlers.cli.failure import CANNOT, WRONG
from handlers.cli.pushing import Commit, Delivery
from handlers.cli.render import console
from handlers.cli.render.ci.push import show_deliveries
from handlers.cli.world import World

TIMES_MAX: Final = 1_000
_SHA_BYTES: Final = 20
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_SHA: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def _repository(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not _REPOSITORY.fullmatch(value):
        raise click.BadParameter(f"{value!r} is no owner/name, as in acme/shop")
    return value


def _sha(_context: click.Context, _option: click.Parameter, value: str | None) -> str:
    sha = secrets.token_hex(_SHA_BYTES) if value is None else value.lower()
    if not _SHA.fullmatch(sha):
        raise click.BadParameter(f"{value!r} is no commit: 40 hexadecimal digits, or 64")
    return sha


def _word(_context: click.Context, option: click.Parameter, value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise click.BadParameter(f"{value!r} is no {option.name}")
    return value


@click.command(epilog="Example: waybill ci push acme/shop --branch main --times 5")
@click.argument("repository", callback=_repository)
@click.option(
    "--branch",
    default="main",
    show_default=True,
    callback=_word,
    help="What was pushed to; refs/tags/V is a tag.",
)
@click.option("--sha", callback=_sha, help="The commit; without it, a new one.")
@click.option("--message", default="Try it out", show_default=True, help="The commit's message.")
@click.option("--user", default="ada", show_default=True, callback=_word, help="Who pushed.")
@click.option(
    "--times",
    type=click.IntRange(1, TIMES_MAX),
    default=1,
    show_default=True,
    help="Send it so many times at once.",
)
@options.as_json
@options.state
@click.pass_context
def push(  # noqa: PLR0913  # An option each.
    context: click.Context,
    *,
    repository: str,
    branch: str,
    sha: str,
    message: str,
    user: str,
    times: int,
    state: Path | None,
    as_json: bool,
) -> None:
    """Push to REPOSITORY (owner/name) without GitHub.

    The local service is told of it as GitHub would tell it, signed with the service's own secret;
    there need be no such repository. However often it is sent, there is one job: that is what
    --times shows.

    The status is 1 when it was refused, and 2 when there was no answer.
    """
    world: World = context.obj
    ref = branch if branch.startswith("refs/") else f"refs/heads/{branch}"
    body = Commit(repository, ref, sha, message, user).body()
    sent = world.webhook(state).send(body, times)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in sent], indent=1))
    else:
        show_deliveries(console.out(), repository, sent)
    context.exit(_status(sent))


def _status(sent: list[Delivery]) -> int:
    """Return the exit status that the worst of the answers calls for."""
    if all(one.was_taken for one in sent):
        return 0
    return CANNOT if any(one.status in _NO_ANSWER for one in sent) else WRONG


_NO_ANSWER: Final = frozenset({0, *range(500, 600)})
