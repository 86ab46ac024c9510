"""CI's part of the API, in one place, so that whoever asks for none of it loads none of it."""

from typing import Final

from handlers.api.api import CiApi
from handlers.api.ci.jobs import CiJobs
from handlers.api.ci.logs import CiLogs
from handlers.api.ci.pages import CiPages
from handlers.api.ci.queues import CiQueues
from handlers.api.ci.runs import CiRuns
from handlers.api.ci.settings import CiSettings
from handlers.api.routing import Routes

_PARTS: Final = (CiQueues, CiJobs, CiLogs, CiSettings, CiRuns, CiPages)


def register(ci: CiApi, routes: Routes) -> None:
    """Add CI's routes."""
    for part in _PARTS:
        part(ci).register(routes)
