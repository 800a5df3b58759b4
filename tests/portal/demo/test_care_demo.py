"""The demonstration's childcare, column, brands and polls: the report's figure of 15 brands, a term under way, an elders' lunch week."""

from collections import Counter
from datetime import date

from django.utils import timezone

from activities.models import Booking, Brand, CareNote, CareProgram, Digest, Handover, Intake, PickupPerson, Poll, PollTally


def test_15_brands_were_recognised_by_the_reports_day_and_rows_differ(district: str) -> None:
    assert Brand.objects.published().filter(recognised_on__lte=date(2024, 12, 18)).count() == 15
    assert set(Brand.objects.values_list("state", flat=True)) == set(Brand.State.values)


def test_a_term_of_childcare_is_under_way_with_its_days(district: str) -> None:
    running = CareProgram.objects.running()
    assert running.count() >= 5
    assert running.filter(activity__center__region__code="330703001021", kind="after").exists()
    assert Handover.objects.count() > 100
    assert Handover.objects.late().exists()
    assert PickupPerson.objects.count() > 10
    assert CareNote.objects.exists()
    sizes = Counter(Booking.objects.filter(intake__activity__care__in=running, state="booked").values_list("intake", flat=True))
    assert max(sizes.values()) >= 15


def test_an_elders_lunch_week_and_visits_by_slot(district: str) -> None:
    today = timezone.localdate()
    week = Intake.objects.filter(activity__title="幸福餐桌·老年助餐", meetings__starts_at__date__gte=today)
    assert week.count() == 5
    assert week.filter(seats_taken__gt=0).count() == 5
    assert Intake.objects.filter(activity__title="上门帮忙").count() == 9


def test_columns_are_published_by_two_and_one_is_edited(district: str) -> None:
    assert Digest.objects.published().count() == 7
    assert not [d for d in Digest.objects.published() if d.edited_by_id == d.checked_by_id]
    assert all(digest.chosen for digest in Digest.objects.all())


def test_one_poll_is_counted_and_one_is_open(district: str) -> None:
    assert Poll.objects.open().count() == 1
    assert sum(PollTally.objects.filter(option__poll__state="published").values_list("votes", flat=True)) > 50


def test_the_rows_pass_their_own_checks(district: str) -> None:
    for model in (CareProgram, PickupPerson, Handover, Digest, Brand, Poll):
        for row in model._default_manager.all()[:300]:
            row.full_clean()
