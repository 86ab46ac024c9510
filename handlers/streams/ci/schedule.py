"""Lambda `schedule`: every commit of a job or an account wakes its customer's board.

A record of a hook that made no job changes none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from domain.ci.ports import CiStreams
from domain.ci.records import FOLD as RECORDS
from domain.ci.scheduling import schedule
from domain.kernel.consumers import Parking
from handlers.logs import bind, get_logger
from handlers.streams.batch import WILL_NOT_PASS, Arrived, Consumer, park, run

NAME: Final = "schedule"


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Handle one batch of CI's events table's stream."""
    from handlers.wiring import ci  # noqa: PLC0415  # Tests bring ports of their own.

    return run(event, _consumer(), report=ci.reports_stream_failures())


@cache
def _consumer() -> Consumer:
    from handlers.wiring import ci  # noqa: PLC0415  # As above.

    return consumer(ci.streams(), ci.parking(), ci.read_record, ci.clock)


def consumer(
    streams: CiStreams,
    parking: Parking,
    read: Callable[[dict[str, Any]], Arrived],
    clock: Callable[[], datetime],
) -> Consumer:
    """Make the consumer over the ports it is given."""
    return Consumer(NAME, parking, read, Scheduling(streams, parking, clock).handle)


@dataclass(frozen=True, slots=True)
class Scheduling:
    """Schedules each customer of a batch once: its board says what is due, whatever woke us."""

    streams: CiStreams
    parking: Parking
    clock: Callable[[], datetime]

    def handle(self, arrived: Sequence[Arrived]) -> frozenset[int]:
        """Return the positions of the customers whose turn failed for now."""
        groups: dict[str, list[int]] = {}
        for position, one in enumerate(arrived):
            if not one.commit.stream.startswith(RECORDS.stream("")):
                groups.setdefault(one.commit.routing.customer_id, []).append(position)
        undone: set[int] = set()
        for customer_id, positions in groups.items():
            newest = arrived[positions[-1]]
            if not self._schedule(customer_id, newest):
                undone.update(positions)
        return frozenset(undone)

    def _schedule(self, customer_id: str, woken_by: Arrived) -> bool:
        commit = woken_by.commit
        with bind(correlation_id=commit.correlation_id, causation_id=commit.command_id):
            try:
                done = schedule(self.streams, customer_id, self.clock, commit.correlation_id)
            except WILL_NOT_PASS as error:
                park(NAME, self.parking, commit.stream, commit.last, error)
                return True
            except Exception as error:  # noqa: BLE001  # Whatever may pass is reported and retried.
                get_logger().warning("schedule_failed", error=repr(error))
                return False
            if done.started or done.ended or done.stopped:
                get_logger().info(
                    "scheduled", started=done.started, ended=done.ended, stopped=done.stopped
                )
            return True
