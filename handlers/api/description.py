"""What the API says of itself: its OpenAPI description, and a page made of it."""

import json
from importlib.resources import files
from typing import Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi import swagger_ui
from aws_lambda_powertools.event_handler.openapi.models import Server, Tag

from handlers.api.documentation import WEBHOOK_PATH
from handlers.api.webhook_description import webhook

TITLE: Final = "Waybill"
VERSION: Final = "1"
DESCRIPTION: Final = (
    "Orders, payments and shipments, and the jobs of CI. Every command carries an Idempotency-Key "
    "and happens once: sent again, it is answered with the same bytes. A key belongs to its "
    "caller; it is remembered for ever where something is created, and otherwise over the stream's "
    "last 64 commands. What runners say of their runs needs no key: it names the attempt. "
    "Money counts minor units. Problems (RFC 9457) name the field, the rule, and what to do."
)
TAGS: Final = (
    Tag(name="Orders", description="Place, read and change orders."),
    Tag(name="Payments", description="What an order is paid with."),
    Tag(name="Shipments", description="What an order travels in."),
    Tag(name="Tracking", description="Where a parcel is."),
    Tag(name="CI", description="Builds: queues, jobs, their logs, and pages of both for people."),
    Tag(name="Service", description="The service itself."),
)


def openapi(app: APIGatewayHttpResolver) -> str:
    """Return the OpenAPI description of a resolver's routes."""
    described = app.get_openapi_json_schema(
        title=TITLE,
        version=VERSION,
        description=DESCRIPTION,
        tags=list(TAGS),
        servers=[Server(url="/")],
    )
    known = json.loads(described)
    known["paths"][WEBHOOK_PATH] = {"post": webhook()}
    return json.dumps(known)


def page(described: str) -> str:
    """Return a page that shows a description, with everything that it needs in it.

    The resolver's own way to it leaves its files open.
    """
    folder = files(swagger_ui)
    script = folder.joinpath("swagger-ui-bundle.min.js").read_text(encoding="utf-8")
    style = folder.joinpath("swagger-ui.min.css").read_text(encoding="utf-8")
    spec = described.replace("</", "<\\/")  # No word of ours may end the page's script.
    html = swagger_ui.generate_swagger_html(spec, script, style, "", None)
    return html.replace("<title>Swagger UI</title>", f"<title>{TITLE}</title>", 1)
