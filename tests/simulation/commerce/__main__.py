"""`python -m tests.simulation.commerce SEED [--shrink]`: tell what happens in a schedule."""

import argparse
import json
import os
import sys
from collections.abc import Sequence

from tests.simulation.commerce.invariants import Broken
from tests.simulation.commerce.shrinking import Shrinker
from tests.simulation.commerce.simulating import simulator
from tests.simulation.commerce.telling import story_of


def main(arguments: Sequence[str]) -> int:
    """Run one schedule; status 1 if an invariant is broken."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation.commerce",
        description="Tell what happens in one schedule; with --shrink, in a short one like it.",
    )
    parser.add_argument("seed", type=int)
    parser.add_argument("--shrink", action="store_true", help="find a short schedule that fails")
    asked = parser.parse_args(arguments)
    with simulator() as running:
        if asked.shrink and (shrunk := Shrinker(running, asked.seed).shrink()):
            kept = json.dumps(shrunk.kept())
            said = f"{shrunk.story}\n\n{shrunk.said}\n\nTo keep it, add to kept.json:\n{kept}\n"
            sys.stdout.write(said)
            return 1
        try:
            running.run(asked.seed)
        except Broken as broken:
            sys.stdout.write(f"{story_of(running.last)}\n\n{broken}\n")
            return 1
        sys.stdout.write(f"{story_of(running.last)}\n\nNothing is broken.\n")
        return 0


if __name__ == "__main__":
    os.environ["LOG_LEVEL"] = "critical"  # The story says what happens.
    sys.exit(main(sys.argv[1:]))
