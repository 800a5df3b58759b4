"""Row history and its price: every trigger asks whether it is ignored, and must find an answer, not an exception."""

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction

from centers.models import Matter
from records import copying
from tests import make

pytestmark = pytest.mark.django_db
COLUMNS = ("id", "center_id", "title", "papers", "window", "when", "note", "words", "pinyin", "initials")
HISTORY = Matter.pgh_event_model  # type: ignore[attr-defined]


def asked() -> str:
    """What a trigger reads of those that are ignored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pgtrigger.ignore', true)")
        return str(cursor.fetchone()[0])


def test_a_trigger_is_told_that_none_is_ignored() -> None:
    assert asked() == "{}"


def test_the_answer_is_there_again_after_some_were_ignored() -> None:
    center = make.center()
    with pgtrigger.ignore("centers.Matter:insert_insert"):
        quiet = Matter.objects.create(center=center, title="安静")
    assert asked() == "{}"
    told = Matter.objects.create(center=center, title="有记录")
    assert list(HISTORY.objects.filter(id__in=[quiet.pk, told.pk]).values_list("id", flat=True)) == [told.pk]


def test_rows_by_copy_have_their_history_and_their_keys() -> None:
    center = make.center()
    keys = copying.numbers(Matter, 3)
    copying.write(Matter, COLUMNS, [(key, center.pk, f"事项 {key}\t“引号”\\", *[""] * 7) for key in keys])
    assert set(HISTORY.objects.filter(center=center).values_list("id", flat=True)) == set(keys)
    assert Matter.objects.get(pk=keys[0]).title == f"事项 {keys[0]}\t“引号”\\"
    assert Matter.objects.create(center=center, title="下一件").pk > max(keys)


def test_copy_is_refused_what_an_insert_is() -> None:
    center = make.center()
    keys = copying.numbers(Matter, 2)
    with pytest.raises(IntegrityError, match="matter_once"), transaction.atomic():
        copying.write(Matter, COLUMNS, [(key, center.pk, "同一件", *[""] * 7) for key in keys])
    assert not Matter.objects.filter(center=center).exists()
