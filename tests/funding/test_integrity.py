"""What is stored twice of money and duty is recomputed."""

import pytest

from portal import integrity
from staffing.models import Duty
from tests import make

pytestmark = pytest.mark.django_db


def test_a_total_that_is_not_its_entries_is_told() -> None:
    project = make.allocated()
    assert list(integrity.ledger()) == []
    type(project).objects.filter(pk=project.pk).update(allocated=1_000_000)
    assert list(integrity.ledger()) == [f"project {project.pk}: allocated says 1000000, its entries 2000000"]


def test_a_duty_whose_times_left_its_shift_is_told() -> None:
    duty = make.duty()
    assert list(integrity.duties()) == []
    Duty.objects.filter(pk=duty.pk).update(ends_at=duty.starts_at + (duty.ends_at - duty.starts_at) / 2)
    assert list(integrity.duties()) == [f"duty {duty.pk}: its times are not its shift's"]


def test_a_file_that_is_gone_is_told() -> None:
    paper = make.project_paper()
    assert list(integrity.funding_files()) == [f"project paper {paper.pk}: its file is missing"]
