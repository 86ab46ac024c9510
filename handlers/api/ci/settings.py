"""A customer's settings over HTTP."""

from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.request import Request

from domain.ci.accounts import DECIDER, Account, AccountState, ChangeSettings, Settings
from handlers.api.api import CiApi
from handlers.api.ci import models as m
from handlers.api.ci.answers import settings_answer
from handlers.api.ci.asking import named
from handlers.api.ci.queues import owner_of
from handlers.api.commands import ChangeHeaders, asking
from handlers.api.models import PathId
from handlers.api.responses import respond, unless_known
from handlers.api.routing import Routes

TAG = "CI"


@dataclass(frozen=True, slots=True)
class CiSettings:
    """The routes of a customer's settings."""

    ci: CiApi

    def register(self, routes: Routes) -> None:
        """Add the routes."""
        path = "/ci/customers/{customer_id}/settings"
        routes.get(path, self.read, m.SettingsAnswer, TAG)
        routes.post(path, self.change, m.SettingsAnswer, TAG)

    def read(self, http: Request, customer_id: PathId) -> Response[m.SettingsAnswer]:
        """Read a customer's settings: the defaults where nobody has chosen any."""
        owner = owner_of(customer_id)
        head = self.ci.streams().accounts.load(owner)
        unless_known(http.headers, head.version)
        answer = settings_answer(_account(owner, head.state), head.version)
        return respond(answer, version=head.version)

    def change(
        self,
        http: Request,
        headers: ChangeHeaders,
        customer_id: PathId,
        body: Annotated[m.SettingsBody, Body()],
    ) -> Response[m.SettingsAnswer]:
        """Choose all settings of a customer anew.

        Fewer slots stop no run; another `aging_s` moves no job that waits already.
        """
        asked = asking(http, headers)
        owner = owner_of(customer_id)
        by = named(asked.caller, None)
        command = ChangeSettings(owner, _settings(body), by, self.ci.clock())
        done = asked.carry_out(self.ci.streams().accounts, DECIDER, owner, command)
        answer = settings_answer(_account(owner, done.state), done.version)
        return respond(answer, outcome=done.outcome, version=done.version)


def _account(customer_id: str, state: AccountState) -> Account:
    return state if isinstance(state, Account) else Account(customer_id)


def _settings(body: m.SettingsBody) -> Settings:
    return Settings(
        slots=body.slots,
        aging_s=body.aging_s,
        supersedes=body.supersedes,
        notify=body.notify,
        allowed=tuple(body.allowed),
        blocked=tuple(body.blocked),
        mail_to=body.mail_to,
    )
