"""What the API stands on, given to it by whoever wires it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.kernel.views import Views
from domain.policies.dossier import Streams

if TYPE_CHECKING:
    from domain.ci.pages import Keys
    from domain.ci.ports import CiStreams, Logs


@dataclass(frozen=True, slots=True)
class Api:
    """The streams decide and answer; the views list and find."""

    streams: Streams
    views: Views
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class CiApi:
    """What CI's part stands on; each port is made when a request first needs it.

    A description of the API needs none, and a queue needs no client of S3. `keys` are those of
    links to pages.
    """

    streams: "Callable[[], CiStreams]"
    logs: "Callable[[], Logs]"
    keys: "Callable[[], Keys]"
    clock: Callable[[], datetime]
