"""Writers: streams of one batch written at once, since they share nothing and wait for answers."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

WRITERS: Final = 4


def at_once(write: Callable[[T], R], each: Iterable[T]) -> list[R]:
    """Write each, some at a time; return what came of them, in their order."""
    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(write, each))
