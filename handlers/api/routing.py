"""Routes: registered with the resolver, and known to ourselves for 404, 405 and the log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel

from domain.kernel.refused import KernelRefusal, Refused
from handlers.api.edge import EdgeRefusal
from handlers.api.models import ProblemAnswer
from handlers.api.refusals import CONTENT_TYPE
from handlers.api.responses import documented, documented_text

HTML: Final = "text/html"
TEXT: Final = "text/plain"

Opens = Callable[[str, str], bool]
"""Whether a key, the second, opens what an id names."""

_READS: Final = (401, 404, 422, 500, 503)
_CHANGES: Final = (400, 401, 404, 409, 412, 413, 422, 500, 503)


@dataclass(slots=True)
class Routes:
    """The resolver and, beside it, every (method, template) that it has; `others` it has not.

    `opening` has, by their templates, those that a link's key opens to whoever has the link.
    """

    app: APIGatewayHttpResolver
    known: list[tuple[str, str]] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)
    opening: dict[str, Opens] = field(default_factory=dict)

    def get(self, path: str, handle: Callable[..., Any], model: type[BaseModel], tag: str) -> None:
        """Add a route that reads; its name and words are the handler's docstring."""
        self._add("GET", path, handle, tag, documented(model, 200, "As it stands now."), _READS)

    def get_text(self, path: str, handle: Callable[..., Any], kind: str, tag: str) -> None:
        """Add a route that reads text of a kind, for people."""
        self._add("GET", path, handle, tag, documented_text(kind), _READS)

    def get_text_by_key(
        self, path: str, handle: Callable[..., Any], kind: str, tag: str, opens: Opens
    ) -> None:
        """Add a route that reads text and needs no caller: its path ends in an id and a key."""
        self.get_text(path, handle, kind, tag)
        self.opening[path] = opens

    def post(
        self,
        path: str,
        handle: Callable[..., Any],
        model: type[BaseModel],
        tag: str,
        status: int = 200,
    ) -> None:
        """Add a route that commands; its name and words are the handler's docstring."""
        done = documented(model, status, "As it was right after the command, whenever asked again.")
        self._add("POST", path, handle, tag, done, _CHANGES)

    def elsewhere(self, method: str, path: str) -> None:
        """Know of a route that the gateway gives to another function: it has no other methods."""
        self.others.append((method, path))

    def _add(
        self,
        method: str,
        path: str,
        handle: Callable[..., Any],
        tag: str,
        success: Mapping[int, Any],
        problems: tuple[int, ...],
    ) -> None:
        title, _, words = (handle.__doc__ or "").strip().partition("\n")
        register = self.app.route(
            path.replace("{", "<").replace("}", ">"),
            method,
            summary=title.rstrip("."),
            description=" ".join(words.split()) or title,
            responses={**success, **_problems(problems)},
            tags=[tag],
            operation_id=_operation_id(method, path),
        )
        register(handle)
        self.known.append((method, path))

    def is_opened(self, method: str, path: str) -> bool:
        """Whether a path ends in a good key to what it names; a key opens nothing but reading."""
        template = self.template_of("GET", path)
        if method not in ("GET", "HEAD") or template not in self.opening:
            return False
        parts = zip(template.split("/"), path.split("/"), strict=True)
        id_, key = (there for part, there in parts if part.startswith("{"))
        return self.opening[template](id_, key)

    def template_of(self, method: str, path: str) -> str:
        """Name the route for the log: a path itself may hold a customer's id."""
        found = self._found(path)
        exact = [template for known, template in found if known == method]
        return min(exact or [template for _, template in found], key=_unknowns, default="unknown")

    def refusal(self, method: str, path: str) -> Refused:
        """Say why no route was found: no such path, no such method, or an id that cannot be."""
        found = self._found(path)
        if not found or (method, path) in self.others:
            return Refused(EdgeRefusal.ROUTE_NOT_FOUND)
        for known, template in found:
            if known == method:
                return Refused(KernelRefusal.INVALID_ID, _malformed(template, path))
        allow = ", ".join(sorted({known for known, _ in found}))
        return Refused(EdgeRefusal.METHOD_NOT_ALLOWED, allow=allow)

    def _found(self, path: str) -> list[tuple[str, str]]:
        return [one for one in (*self.known, *self.others) if _matches(one[1], path)]


def _problems(statuses: tuple[int, ...]) -> dict[int, Any]:
    content = {CONTENT_TYPE: {"model": ProblemAnswer}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in statuses
    }


def _operation_id(method: str, path: str) -> str:
    words = [part.strip("{}") for part in path.split("/") if part]
    return "_".join([method.lower(), *words]).replace(".", "_")


def _matches(template: str, path: str) -> bool:
    wanted, given = template.split("/"), path.split("/")
    return len(wanted) == len(given) and all(
        there if part.startswith("{") else part == there
        for part, there in zip(wanted, given, strict=True)
    )


def _unknowns(template: str) -> int:
    return template.count("{")


def _malformed(template: str, path: str) -> str:
    """Name the part of a path that the resolver would not take for an id."""
    parts = zip(template.split("/"), path.split("/"), strict=True)
    names = [
        part.strip("{}")
        for part, there in parts
        if part.startswith("{") and not (there.isascii() and there.isprintable())
    ]
    return names[0] if names else "path"
