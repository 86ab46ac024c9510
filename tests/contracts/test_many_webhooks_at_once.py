"""Many clients at once, every webhook three times, in any order: each commit is started once."""

import random
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha1
from typing import Any

import pytest

from domain.ci.jobs.commands import RecordResult
from domain.ci.jobs.events import Conclusion
from domain.ci.jobs.state import Job, Status
from domain.ci.places import COUNT
from domain.ci.running import record, start
from tests.support.ci_tables import CiOnTables, clock, push_body
from tests.support.engines import Dynamo
from tests.support.tailing import Tail

CLIENTS = 16
TIMES = 3
CUSTOMERS = 40
PATIENCE_S = 240


class Working:
    """What follows from webhooks: one reader of the stream, and runs that pass at once."""

    def __init__(self, world: CiOnTables, tail: Tail) -> None:
        self.world = world
        self.tail = tail
        self.is_over = threading.Event()
        self.starts: Counter[str] = Counter()
        self.undone: list[dict[str, Any]] = []

    def read_stream(self) -> None:
        while not self.is_over.is_set():
            self.undone += self.tail.inserted()
            batch, self.undone = self.undone[:100], self.undone[100:]
            if not batch:
                time.sleep(0.01)
                continue
            for consumer in (self.world.scheduling, self.world.broadcasting):
                arrived = [consumer.read(one) for one in batch]
                if left := consumer.handle(arrived):
                    self.undone = [batch[at] for at in sorted(left)] + self.undone
            self.run_what_was_claimed()

    def run_what_was_claimed(self) -> None:
        sent, self.world.notices.sent = self.world.notices.sent, []
        claimed = {one.routing.root_id for one in sent if "JobClaimed" in one.types}
        with ThreadPoolExecutor(8) as workers:
            list(workers.map(self.run, sorted(claimed)))

    def run(self, job_id: str) -> None:
        start(self.world.streams, self.world.runner, job_id, clock, "test")
        start(self.world.streams, self.world.runner, job_id, clock, "test")  # A notice comes twice.
        job = self.world.streams.jobs.load(job_id).state
        assert isinstance(job, Job)
        if job.status is Status.ACTIVE:
            self.starts[job.run] += 1
            result = RecordResult(job.attempt, Conclusion.PASSED, 0, clock())
            record(self.world.streams, job_id, result, "test")


@pytest.mark.slow
@pytest.mark.parametrize("webhooks", [2000])
@pytest.mark.engine("ministack")
def test_each_of_many_webhooks_sent_three_times_by_sixteen_clients_starts_once(
    dynamo: Dynamo, webhooks: int
) -> None:
    world = CiOnTables(dynamo)
    bodies = [
        push_body(
            1 + n % 400, f"b{n}", sha1(str(n).encode(), usedforsecurity=False).hexdigest(), owner
        )
        for n in range(webhooks)
        for owner in [f"c{n % CUSTOMERS}"]
    ]
    sending = [(n, f"d-{n}-{again}") for n in range(webhooks) for again in range(TIMES)]
    random.Random(1).shuffle(sending)
    working = Working(world, Tail(dynamo, world.events_table))
    reader = threading.Thread(target=working.read_stream)
    reader.start()
    began_s = time.monotonic()
    try:
        with ThreadPoolExecutor(CLIENTS) as clients:
            answers = list(
                clients.map(lambda one: world.post("push", bodies[one[0]], one[1]), sending)
            )
        took_in_s = time.monotonic() - began_s
        wait_until_all_is_done(working, webhooks)
        took_s = time.monotonic() - began_s
    finally:
        working.is_over.set()
        reader.join()
    sys.stdout.write(
        f"\n{len(sending)} webhooks in {took_in_s:.1f} s ({len(sending) / took_in_s:.0f} a second, "
        f"{CLIENTS} clients); {webhooks} jobs done after {took_s:.1f} s "
        f"({webhooks / took_s:.0f} a second)\n"
    )
    became = Counter(answer["body"]["outcome"] for answer in answers)
    assert became == {"queued": webhooks, "known": webhooks * (TIMES - 1)}
    job_ids = {answer["body"]["job_id"] for answer in answers}
    assert len(job_ids) == webhooks
    assert set(world.runner.runs) == {f"{job_id}-1" for job_id in job_ids}
    assert working.starts == dict.fromkeys(world.runner.runs, 1)
    for line in world.streams.boards.scan():
        assert (line.place, line.count) == (COUNT, 0) or line.board.startswith("owed#")


def wait_until_all_is_done(working: Working, jobs: int) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while len(working.starts) < jobs:
        assert time.monotonic() < until_s, f"{len(working.starts)} of {jobs} jobs were run"
        time.sleep(0.1)
