"""Whether the API answers."""

from typing import Literal

from aws_lambda_powertools.event_handler import Response

from handlers.api.models import Answer
from handlers.api.responses import respond
from handlers.api.routing import Routes

TAG = "Service"


class HealthAnswer(Answer):
    """The handler runs."""

    status: Literal["ok"] = "ok"


class Health:
    """The route that needs no caller and no store."""

    def register(self, routes: Routes) -> None:
        """Add the route."""
        routes.get("/health", self.read, HealthAnswer, TAG)

    def read(self) -> Response[HealthAnswer]:
        """Say that the API answers."""
        return respond(HealthAnswer())
