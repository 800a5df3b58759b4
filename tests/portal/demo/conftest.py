"""The demonstration district, made once for the tests of this directory and rolled back after them."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from tests.conftest import for_a_while


def run() -> str:
    """What the command says."""
    out = io.StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="package")
def district(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """What the command says; its data are there while these modules run."""
    with for_a_while(django_db_blocker):
        yield run()
