"""The description over HTTP: OpenAPI at /openapi.json, and a page to read and try it at /docs."""

# ruff: noqa: PLC0415  # What describes is a fifth of a cold start, and no order needs it.

from functools import cached_property
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from handlers.api.routing import Routes

WEBHOOK_PATH: Final = "/webhooks/github"
"""Where GitHub's webhooks go: to a function of their own, and into the same description."""


class Documentation:
    """The two routes that no description lists."""

    def __init__(self, app: APIGatewayHttpResolver) -> None:
        """Describe this resolver's routes."""
        self._app = app

    def register(self, routes: Routes) -> None:
        """Add the routes."""
        for path, show in (("/openapi.json", self.describe), ("/docs", self.page)):
            add = self._app.get(
                path, include_in_schema=False, enable_validation=False, compress=True
            )
            add(show)
            routes.known.append(("GET", path))

    def describe(self) -> Response[Any]:
        """Return the OpenAPI description."""
        return Response(200, "application/json", self._described)

    def page(self) -> Response[Any]:
        """Return the page; it loads nothing from elsewhere."""
        return Response(200, "text/html; charset=utf-8", self._page)

    @cached_property
    def _described(self) -> str:
        from handlers.api.description import openapi

        return openapi(self._app)

    @cached_property
    def _page(self) -> str:
        from handlers.api.description import page

        return page(self._described)
