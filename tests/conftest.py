import os
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.environment import isolate

isolate()  # Before anything below makes a client.

from tests.support.engines import DYNAMO_NAMES, NAMES, PROGRAMS, Dynamo, Engine, Engines  # noqa: E402

# No deadlines: two cores are shared by engines and tests, and a slow example is no wrong one.
settings.register_profile(
    "dev", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, max_examples=200)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "dev")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `engine` or `dynamo` once on each, or on those that its mark names."""
    for fixture, names in (("engine", NAMES), ("dynamo", DYNAMO_NAMES)):
        if fixture not in metafunc.fixturenames:
            continue
        marks = [mark.args for mark in metafunc.definition.iter_markers("engine")]
        wanted = [name for name in names if all(name in only for only in marks)]
        cases = [pytest.param(name, marks=_together(name)) for name in wanted]
        metafunc.parametrize(fixture, cases, indirect=True, scope="session")


def _together(name: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xdist_group(name)] if name in PROGRAMS else []


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    pool = Engines(tmp_path_factory.mktemp("engines"))
    with pool.stack:
        yield pool


@pytest.fixture(scope="session")
def engine(engines: Engines, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in turn: a store contract runs on all of them."""
    with engines.use(request.param) as chosen:
        yield chosen


@pytest.fixture(scope="session")
def dynamo(engines: Engines, request: pytest.FixtureRequest) -> Iterator[Dynamo]:
    """Each engine that speaks DynamoDB in turn."""
    with engines.use(request.param) as chosen:
        assert isinstance(chosen, Dynamo)
        yield chosen


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once for each thing that is missing what was left out, however many tests need it."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    )
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{reason}: {count} tests skipped", yellow=True)
