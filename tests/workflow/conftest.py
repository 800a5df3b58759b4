"""Every step of a workflow's own table, and every persona, for the tests of ``grid.EveryStep``."""

import pytest

pytest.register_assert_rewrite("tests.workflow.grid")

from accounts.models import User  # noqa: E402
from tests.workflow.grid import EVERYBODY, EveryStep  # noqa: E402


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.cls is None or not issubclass(metafunc.cls, EveryStep):
        return
    if "step" in metafunc.fixturenames:
        metafunc.parametrize("step", list(metafunc.cls.grid.table))


@pytest.fixture
def everybody(request: pytest.FixtureRequest) -> dict[str, User]:
    """A person of every persona."""
    return {persona: request.getfixturevalue(persona) for persona in EVERYBODY}
