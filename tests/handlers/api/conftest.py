import pytest

from tests.support.apps import App


@pytest.fixture
def app() -> App:
    return App()
