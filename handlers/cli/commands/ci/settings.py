"""`waybill ci settings CUSTOMER`."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from domain.ci.accounts import SLOTS_MAX, Notify
from domain.ci.places import AGING_S_MAX
from handlers.cli import options
from handlers.cli.ci import Ci
from handlers.cli.render import console
from handlers.cli.render.ci.settings import show_settings
from handlers.cli.service import Body
from handlers.cli.world import World


@click.command(epilog="Example: waybill ci settings acme --slots 8 --allow ada --block mallory")
@click.argument("customer_id", metavar="CUSTOMER")
@click.option("--slots", type=click.IntRange(1, SLOTS_MAX), help="How many jobs run at once.")
@click.option(
    "--aging",
    "aging_s",
    type=click.IntRange(0, AGING_S_MAX),
    metavar="SECONDS",
    help="How much waiting a level of priority is worth.",
)
@click.option(
    "--supersede/--no-supersede",
    "supersedes",
    default=None,
    help="Whether a newer push ends older waiting jobs of its branch.",
)
@click.option(
    "--notify",
    type=click.Choice([one.value for one in Notify]),
    help="Of which ends a job's user hears by mail.",
)
@click.option("--mail-to", metavar="ADDRESS", help="Hears where a push names no address.")
@click.option("--allow", metavar="USER", multiple=True, help="Build this user's forks.")
@click.option("--block", metavar="USER", multiple=True, help="Build nothing of this user's.")
@click.option("--forget", metavar="USER", multiple=True, help="Neither allow nor block this user.")
@options.as_json
@options.state
@click.pass_obj
def settings(
    world: World,
    /,
    customer_id: str,
    state: Path | None,
    *,
    as_json: bool,
    **named: Any,  # noqa: ANN401  # Options, each checked by click; `_Change` has their names.
) -> None:
    """Show how a customer's jobs are run, or change it.

    With options, these settings change and no others; --allow, --block and --forget may be given
    several times.
    """
    ci = Ci(world.service(state))
    change = _Change(**named)
    body = ci.change_settings(customer_id, change.of) if change else ci.settings(customer_id)
    if as_json:
        click.echo(json.dumps(body, indent=1))
    else:
        show_settings(console.out(), body)


@dataclass(frozen=True, slots=True)
class _Change:
    """What was named of the settings; None, or nobody, where it was not."""

    slots: int | None
    aging_s: int | None
    supersedes: bool | None
    notify: str | None
    mail_to: str | None
    allow: Sequence[str]
    block: Sequence[str]
    forget: Sequence[str]

    def __bool__(self) -> bool:
        return any(value not in (None, ()) for value in asdict(self).values())

    def of(self, settings: Body) -> Body:
        """Return all settings, these among them. Raises UsageError for a user named twice."""
        named = [user.lower() for user in (*self.allow, *self.block, *self.forget)]
        if len(set(named)) < len(named):
            raise click.UsageError("each user can be named once: --allow, --block or --forget")
        plain = ("slots", "aging_s", "supersedes", "notify", "mail_to")
        chosen = {name: value for name in plain if (value := getattr(self, name)) is not None}
        users = {
            "allowed": _without(settings["allowed"], named) + list(self.allow),
            "blocked": _without(settings["blocked"], named) + list(self.block),
        }
        return {**settings, **chosen, **users}


def _without(users: Sequence[str], named: Sequence[str]) -> list[str]:
    """Leave out who is named; GitHub's logins are the same in capitals."""
    return [user for user in users if user.lower() not in named]
