"""Lambda `api`: every request of the HTTP API, payload format 2.0."""

import json
from functools import cache, partial
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from handlers import wiring
from handlers.api import strict_json
from handlers.api.api import Api
from handlers.api.application import Application
from handlers.api.documentation import Documentation
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


def build(api: Api) -> Application:
    """Make the application over the ports it is given; nothing connects yet."""
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
    return Application(app, routes)
