"""What a problem's `type` leads to: its words, for people."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from domain.kernel.refused import Refused
from handlers.api.edge import EdgeRefusal
from handlers.api.models import Answer
from handlers.api.problems import PROBLEMS
from handlers.api.responses import respond
from handlers.api.routing import Routes

TAG = "Service"


class ProblemPage(Answer):
    """A problem that this API can answer with."""

    code: str
    status: int
    title: str
    advice: str


class ProblemPages:
    """The route behind every problem's `type`."""

    def register(self, routes: Routes) -> None:
        """Add the route."""
        routes.get("/problems/{code}", self.read, ProblemPage, TAG)

    def read(self, code: Annotated[str, Path(max_length=64)]) -> Response[ProblemPage]:
        """Explain a problem by its code."""
        for reason, row in PROBLEMS.items():
            if reason.value == code:
                page = ProblemPage(code=code, status=row.status, title=row.title, advice=row.advice)
                return respond(page)
        raise Refused(EdgeRefusal.PROBLEM_NOT_FOUND, "code")
