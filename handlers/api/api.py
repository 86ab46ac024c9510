"""What the API stands on, given to it by whoever wires it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from domain.kernel.views import Views
from domain.policies.dossier import Streams


@dataclass(frozen=True, slots=True)
class Api:
    """The streams decide and answer; the views list and find."""

    streams: Streams
    views: Views
    clock: Callable[[], datetime]
