"""Planted bugs are found: the simulator has the power that it is trusted for."""

from collections.abc import Iterator
from typing import Final

import pytest

from tests.simulation.commerce.planted import CANARY, PLANTS, RARE
from tests.simulation.commerce.planting import Planter, main, planting

PLANTED_LEAST: Final = 40
SUBTLE_LEAST: Final = 20
FOUND: Final = [name for name in PLANTS if name not in RARE]
SUBTLE: Final = [name for name, plant in PLANTS.items() if plant.is_subtle]
ALONE: Final = 50
"""Schedules with one fault each in the normal run; the command shows thousands."""


@pytest.fixture(scope="module")
def planter() -> Iterator[Planter]:
    with planting() as one:
        yield one


def test_enough_bugs_are_planted_and_enough_of_them_are_subtle() -> None:
    assert len(PLANTS) >= PLANTED_LEAST
    assert sum(plant.is_subtle for plant in PLANTS.values()) >= SUBTLE_LEAST


@pytest.mark.slow
@pytest.mark.parametrize("name", FOUND)
def test_a_planted_bug_is_found_by_what_it_breaks(planter: Planter, name: str) -> None:
    found = planter.find(PLANTS[name])
    assert found is not None
    assert found.broken.invariant in PLANTS[name].breaks


@pytest.mark.slow
@pytest.mark.parametrize("name", SUBTLE)
def test_a_subtle_bug_is_not_found_by_one_fault(planter: Planter, name: str) -> None:
    assert planter.find_alone(PLANTS[name], ALONE) is None


def test_the_canary_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--canary"]) == 0
    assert CANARY in capsys.readouterr().out
