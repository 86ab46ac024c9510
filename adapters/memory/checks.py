"""Checks and deliveries in memory: how GitHub behaves, without GitHub."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from domain.ci.ports import Checks, Deliveries, Delivery, Report, ReportRefusedError

REPORTS_MAX: Final = 1_000


class MemoryChecks(Checks):
    """Keeps what was shown, in order; a commit takes at most so many reports."""

    def __init__(self, most: int = REPORTS_MAX) -> None:
        """Start empty."""
        self.shown: list[Report] = []
        self._most = most

    def show(self, report: Report) -> None:
        same = [one for one in self.shown if one.job_id == report.job_id]
        if same and same[-1].rank >= report.rank:
            return
        commit = (report.repository, report.sha)
        if sum((one.repository, one.sha) == commit for one in self.shown) >= self._most:
            message = (
                f"{report.repository}@{report.sha} shows {self._most} reports, and takes no more"
            )
            raise ReportRefusedError(message)
        self.shown.append(report)


class MemoryDeliveries(Deliveries):
    """Delivers through a function that says whether it worked, and remembers it."""

    def __init__(self, send: Callable[[str], bool], clock: Callable[[], datetime]) -> None:
        """Take how a GUID is sent, and the clock."""
        self.sent: list[Delivery] = []
        self._send = send
        self._clock = clock

    def deliver(self, guid: str) -> Delivery:
        """Send for the first time, or again."""
        succeeded = self._send(guid)
        delivery = Delivery(len(self.sent) + 1, guid, self._clock(), succeeded)
        self.sent.append(delivery)
        return delivery

    def since(self, earliest: datetime) -> Iterator[Delivery]:
        for delivery in reversed(self.sent):
            if delivery.delivered_at < earliest:
                return
            yield delivery

    def redeliver(self, delivery_id: int) -> None:
        if not 1 <= delivery_id <= len(self.sent):
            message = f"delivery {delivery_id} is not known; it may be too old"
            raise ReportRefusedError(message)
        self.deliver(self.sent[delivery_id - 1].guid)
