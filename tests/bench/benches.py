"""All benchmarks, by the names that the command line knows them by."""

from typing import Final

from tests.bench import batching, commands, deciding, importing, starting, waiting
from tests.bench.measuring import Bench

BENCHES: Final[dict[str, Bench]] = {
    "commands": commands.BENCH,
    "domain": deciding.BENCH,
    "stream": batching.BENCH,
    "imports": importing.BENCH,
    "up": starting.BENCH,
    "waiting": waiting.BENCH,
}
