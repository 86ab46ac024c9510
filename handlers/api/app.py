"""Lambda `api`: every request of the HTTP API, payload format 2.0."""

import json
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from handlers import wiring
from handlers.api import strict_json
from handlers.api.api import Api, CiApi
from handlers.api.application import Application
from handlers.api.documentation import WEBHOOK_PATH, Documentation
from handlers.api.health import Health
from handlers.api.listing import Listing
from handlers.api.movements import Movements
from handlers.api.orders import Orders
from handlers.api.parcels import Parcels
from handlers.api.payments import Payments
from handlers.api.placing import Placing
from handlers.api.problem_pages import ProblemPages
from handlers.api.routing import Routes
from handlers.api.shipments import Shipments
from handlers.api.timeline import Timelines
from handlers.api.tracking import Tracking

PARTS: Final = (
    Placing,
    Listing,
    Orders,
    Timelines,
    Payments,
    Movements,
    Shipments,
    Parcels,
    Tracking,
)

_dumps = partial(json.dumps, separators=(",", ":"), ensure_ascii=False)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401  # Lambda's own.
    """Answer one request."""
    return _application()(event, context)


@cache
def _application() -> Application:
    return build(Api(wiring.streams(), wiring.views(), wiring.clock))


def _wired_ci() -> CiApi:
    """Return CI's ports, named when the first request asks for CI."""
    from handlers.wiring import ci  # noqa: PLC0415  # No order pays for it at its cold start.

    return CiApi(ci.streams, ci.logs, ci.link_keys, ci.clock)


def build(api: Api, ci: Callable[[], CiApi] = _wired_ci) -> Application:
    """Make the application over the ports it is given; nothing connects yet.

    CI's part is loaded by the first request that asks for it.
    """
    app = APIGatewayHttpResolver(
        enable_validation=True,
        serializer=_dumps,
        json_body_deserializer=strict_json.loads,
    )
    routes = Routes(app)
    for part in PARTS:
        part(api).register(routes)
    Health().register(routes)
    ProblemPages().register(routes)
    Documentation(app).register(routes)
    routes.elsewhere("POST", WEBHOOK_PATH)
    return Application(app, routes, partial(_add_ci, ci, routes))


def _add_ci(ci: Callable[[], CiApi], routes: Routes) -> None:
    from handlers.api.ci.parts import register  # noqa: PLC0415  # As above.

    register(ci(), routes)
