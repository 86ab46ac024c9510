"""Running many schedules on all cores: what they came to, and the first that fails, shrunk."""

import gc
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from hashlib import blake2b
from time import process_time
from typing import Final

from tests.simulation.commerce.invariants import Broken
from tests.simulation.commerce.shrinking import Shrinker, Shrunk
from tests.simulation.commerce.simulating import STEPS, Simulator, Tally, digest_of, simulator
from tests.simulation.commerce.telling import faults_in, story_of

CHUNK: Final = 250


@dataclass
class Report:
    """What a range of seeds came to; `failures` are shrunk, `digests` by their first seed."""

    tally: Tally = field(default_factory=Tally)
    cpu_s: float = 0
    failures: list[Shrunk] = field(default_factory=list)
    digests: dict[int, str] = field(default_factory=dict)

    def add(self, other: "Report") -> None:
        """Add what another range came to."""
        self.tally.merge(other.tally)
        self.cpu_s += other.cpu_s
        self.failures += other.failures
        self.digests |= other.digests

    @property
    def per_minute(self) -> float:
        """Schedules a minute of one core."""
        return 60 * self.tally.schedules / self.cpu_s if self.cpu_s else 0

    @property
    def digest(self) -> str:
        """One hash of all that happened; empty where no digests were wanted."""
        if not self.digests:
            return ""
        told = "".join(digest for _, digest in sorted(self.digests.items()))
        return blake2b(told.encode(), digest_size=16).hexdigest()


def run_all(
    seeds: range, processes: int, told: Callable[[int], None], *, with_digests: bool = False
) -> Report:
    """Run all seeds; `told` hears how many more are done. Ends early where one has failed."""
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    report = Report()
    for part in _parts(chunks, processes, with_digests=with_digests):
        report.add(part)
        told(part.tally.schedules)
        if report.failures:
            break
    return report


def _parts(chunks: list[range], processes: int, *, with_digests: bool) -> Iterator[Report]:
    if processes == 1:
        with simulator() as running:
            for chunk in chunks:
                yield _run(running, chunk, with_digests=with_digests)
        return
    pool = ProcessPoolExecutor(processes, initializer=_begin)
    try:
        for done in as_completed(
            [pool.submit(_run_here, chunk, with_digests=with_digests) for chunk in chunks]
        ):
            yield done.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the process that waits for us, and say nothing but what is told."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["LOG_LEVEL"] = "critical"
    stage = simulator()
    _HERE.append(stage.__enter__())  # For as long as this process lives.
    _STAGES.append(stage)


_HERE: Final[list[Simulator]] = []
_STAGES: Final[list[object]] = []


def _run_here(chunk: range, *, with_digests: bool) -> Report:
    return _run(_HERE[0], chunk, with_digests=with_digests)


def _run(running: Simulator, chunk: range, *, with_digests: bool) -> Report:
    """Run some seeds; the first that fails is shrunk, and is the last."""
    report, began_s = Report(), process_time()
    hashes = blake2b(digest_size=16)
    for seed in chunk:
        try:
            schedule = running.run(seed)
        except Broken as broken:
            first = _as_it_was(running, seed, broken)
            report.failures.append(Shrinker(running, seed).shrink() or first)
            break
        report.tally.add(schedule)
        if with_digests:
            hashes.update(digest_of(schedule).encode())
        schedule.end()
    if with_digests:
        report.digests[chunk.start] = hashes.hexdigest()
    gc.collect()  # What schedules leave goes round in circles, and nothing is collected meanwhile.
    report.cpu_s = process_time() - began_s
    return report


def _as_it_was(running: Simulator, seed: int, broken: Broken) -> Shrunk:
    """Return a failure unshrunk: it counts also where the seed does not fail once more."""
    said = f"{broken}\nThe seed was run once more, and did not fail: something outside it differs."
    story, faults = story_of(running.last), faults_in(running.last)
    return Shrunk(seed, STEPS, {}, broken.invariant.name, said, story, faults)
