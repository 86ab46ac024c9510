"""`python -m tests.simulation.ci SEED [STEPS]`: tell everything that happens in one schedule."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Final

from tests.simulation.ci.happenings import STEPS
from tests.simulation.ci.invariants import Broken
from tests.simulation.ci.simulating import simulate

EVERYTHING: Final = 100_000


def main(arguments: Sequence[str]) -> int:
    """Run one schedule; status 1 if an invariant is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.ci", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("steps", type=int, nargs="?", default=STEPS)
    asked = parser.parse_args(arguments)
    try:
        told = simulate(asked.seed, asked.steps, traced=EVERYTHING).story()
    except Broken as broken:
        sys.stdout.write("\n".join((*broken.__notes__, str(broken), "")))
        return 1
    sys.stdout.write(f"{told}\n")
    return 0


if __name__ == "__main__":
    os.environ["LOG_LEVEL"] = "critical"  # The story says what happens.
    sys.exit(main(sys.argv[1:]))
