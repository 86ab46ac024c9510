"""A problem as a page, for whoever came with a browser: the same words as for programs."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from handlers.api.ci.rendering import page

RELOAD_S: Final = 5


def problem_page(body: str, correlation_id: str) -> Response[str]:
    """Show a problem (RFC 9457); what passes by itself is asked for again."""
    problem: Mapping[str, Any] = json.loads(body)
    status = int(problem["status"])
    reload_s = RELOAD_S if status == HTTPStatus.SERVICE_UNAVAILABLE else 0
    known = {"problem": problem, "correlation_id": correlation_id, "now": None}
    return page("problem.html", known | {"reload_s": reload_s}, status)
