"""Workers: a few threads over a long stream of work, with bounded memory and a clean stop."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Final, TypeVar

T = TypeVar("T")
U = TypeVar("U")

_AHEAD: Final = 4
"""How much work waits for each thread: enough that none is idle, too little to fill the memory."""


def spread(work: Callable[[T], U], over: Iterable[T], threads: int) -> Iterator[U]:
    """Yield the results as they come, in no promised order.

    Left early, by Ctrl-C or by an error, it begins nothing new and lets what runs come to its end.
    """
    waiting = iter(over)
    with ThreadPoolExecutor(threads) as pool:
        running: set[Future[U]] = set()
        try:
            while True:
                fresh = islice(waiting, threads * _AHEAD - len(running))
                running |= {pool.submit(work, one) for one in fresh}
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for one in done:
                    yield one.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
