"""Pages from the templates beside this file: escaped by default, and with nothing from elsewhere.

Loaded with the first page that somebody asks for: the template engine is none of the API's.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from handlers.api.ci.text import shown
from handlers.api.routing import HTML

_FOLDER: Final = Path(__file__).parent / "templates"


def page(template: str, known: Mapping[str, Any], status: int = 200) -> Response[str]:
    """Render a page, which may load nothing, run nothing and be framed by nobody."""
    text = _environment().get_template(template).render(known)
    headers: dict[str, str | list[str]] = {
        "Content-Security-Policy": _policy(),
        "Referrer-Policy": "no-referrer",
    }
    return Response(status, f"{HTML}; charset=utf-8", text, headers, compress=True)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_fit,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["style"] = Markup(_style())  # noqa: S704  # Our own file, hashed below.
    return environment


def _fit(value: object) -> object:
    """Make every text fit, wherever a template writes one; then it is escaped."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _style() -> str:
    return (_FOLDER / "page.css").read_text(encoding="utf-8")


@cache
def _policy() -> str:
    """Allow the one style that stands in the page, by its hash (CSP Level 3)."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{digest}'",
            "img-src data:",  # The empty icon, so that no browser asks for one.
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
