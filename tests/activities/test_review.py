"""What the township reviews before residents see it, and that nothing leads round the review."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from activities.models import Activity, Intake
from activities.workflows.activity import ACTIVITY
from records.models import Message
from tests import make
from tests.portal.surfaces import local, no_rows, split
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db
S = Activity.State
NEEDS = {"special": {"special": True}, "paid": {"price_fen": 1}, "large": {"expected": 200}}


def draft(capacity: int = 30, **fields: Any) -> Activity:
    return make.activity(published=False, capacity=capacity, **fields)


def published(capacity: int = 199, **fields: Any) -> Activity:
    return make.activity(capacity=capacity, **fields)


def state(row: Activity) -> str:
    return Activity.objects.get(pk=row.pk).state


@pytest.mark.parametrize("why", NEEDS)
def test_what_needs_a_review_is_not_published_by_the_village_before_it(why: str, village: User, township: User) -> None:
    row = draft(**NEEDS[why])
    with pytest.raises(ValidationError, match="先送镇街审核"):
        ACTIVITY.take(row, "publish", by=village)
    ACTIVITY.take(row, "submit", by=village)
    ACTIVITY.take(row, "approve", by=township)
    assert ACTIVITY.take(row, "publish", by=village).state == S.PUBLISHED


def test_many_places_are_many_people_whatever_was_planned(village: User) -> None:
    assert ACTIVITY.take(draft(199, expected=50), "publish", by=village).state == S.PUBLISHED
    two = draft(100)
    make.meeting(make.intake(two, capacity=100))
    with pytest.raises(ValidationError, match="先送镇街审核"):
        ACTIVITY.take(two, "publish", by=village)


def test_a_routine_activity_is_not_sent_for_review(village: User) -> None:
    with pytest.raises(ValidationError, match="不用送审"):
        ACTIVITY.take(draft(), "submit", by=village)


def test_the_reviewer_of_the_region_publishes_without_asking_anybody(township: User) -> None:
    assert ACTIVITY.take(draft(special=True), "publish", by=township).state == S.PUBLISHED


def test_a_reviewer_elsewhere_who_manages_the_village_too_is_no_reviewer_here(village: User) -> None:
    make.grant(village, Role.TOWNSHIP_OFFICER, make.OTHER_TOWN)
    with pytest.raises(ValidationError, match="先送镇街审核"):
        ACTIVITY.take(draft(special=True), "publish", by=village)


def test_what_was_withdrawn_after_its_approval_is_reviewed_again(village: User, township: User) -> None:
    row = draft(special=True)
    for step, by in (("submit", village), ("approve", township), ("withdraw", village)):
        ACTIVITY.take(row, step, by=by)
    with pytest.raises(ValidationError, match="先送镇街审核"):
        ACTIVITY.take(row, "publish", by=village)


def test_both_sides_hear_of_the_review(village: User, township: User, other_township: User) -> None:
    row = draft(special=True, created_by=village)
    ACTIVITY.take(row, "submit", by=village)
    assert Message.objects.inbox(township).get(kind="review").link == f"/desk/activities/{row.pk}/"
    assert not Message.objects.inbox(other_township).exists()
    ACTIVITY.take(row, "send_back", by=township, reason="请补上安全预案")
    assert "安全预案" in Message.objects.inbox(village).get(kind="review").body


def test_a_thousand_people_need_the_polices_permit_whoever_publishes(district: User) -> None:
    for row in (draft(expected=1000), draft(capacity=1000)):
        with pytest.raises(ValidationError, match="公安许可文号"):
            ACTIVITY.take(row, "publish", by=district)
    assert ACTIVITY.take(draft(expected=1000, permit_no="婺公许〔2026〕8号"), "publish", by=district).state == S.PUBLISHED


# -- round the review ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("field", ["price_fen", "expected", "special"])
def test_a_program_raises_nothing_after_publication(field: str, village: User) -> None:
    row = published(10)
    value = {"price_fen": 100, "expected": 300, "special": True}[field]
    response = enter(village).patch(f"/api/v1/activities/{row.pk}/", json.dumps({field: value}), content_type=JSON)
    assert response.status_code == 400
    assert "送审或发布以后不能调高" in str(response.json()["errors"])
    row.refresh_from_db()
    assert not row.review_needed


def test_the_page_and_the_admin_raise_no_price_after_publication(village: User, district: User) -> None:
    row = published(10)
    typed = {"center": row.center_id, "kind": row.kind, "title": row.title, "expected": "0", "permit_no": ""}
    page = enter(village).post(f"/desk/activities/{row.pk}/edit/", typed | {"price": "20"})
    behind = enter(district).post(f"/admin/activities/activity/{row.pk}/change/", typed | {"price_fen": "2000"})
    assert ["送审或发布以后不能调高" in r.content.decode() for r in (page, behind)] == [True, True]
    row.refresh_from_db()
    assert row.price_fen == 0


def wide(intake: Intake, capacity: int) -> dict[str, dict[str, Any]]:
    """The intake's form with more places: the desk's, and the admin's."""
    typed = {"name": "", "capacity": capacity, "mode": "first_come", "wait_limit": 0, "offer_hours": 24, "family_limit": 3}
    times = {name: getattr(intake, name) for name in ("opens_at", "closes_at", "cancel_until")}
    admin = {k: v for name, moment in times.items() for k, v in split(name, moment).items()} | no_rows("meetings")
    return {"desk": typed | {n: local(m) for n, m in times.items()}, "admin": typed | {"activity": intake.activity_id} | admin}


@pytest.mark.parametrize("surface", ["desk", "api", "api_new", "admin"])
def test_more_places_after_publication_do_not_pass_the_review_by(surface: str, village: User, district: User) -> None:
    row = published(199)
    intake = row.intakes.get()
    forms = wide(intake, 500)
    if surface == "desk":
        response = enter(village).post(f"/desk/intakes/{intake.pk}/", forms["desk"])
    elif surface == "admin":
        response = enter(district).post(f"/admin/activities/intake/{intake.pk}/change/", forms["admin"])
    elif surface == "api":
        response = enter(village).patch(f"/api/v1/intakes/{intake.pk}/", json.dumps({"capacity": 500}), content_type=JSON)
    else:
        times = {name: getattr(intake, name).isoformat() for name in ("opens_at", "closes_at", "cancel_until")}
        body = {"activity": row.pk, "capacity": 500} | times
        response = enter(village).post("/api/v1/intakes/", json.dumps(body), content_type=JSON)
    assert "200" in response.content.decode()
    assert "镇街审核" in response.content.decode()
    assert sum(Intake.objects.filter(activity=row).values_list("capacity", flat=True)) == 199


def test_more_places_within_what_needs_no_review_are_the_villages_own(village: User) -> None:
    intake = published(50).intakes.get()
    response = enter(village).patch(f"/api/v1/intakes/{intake.pk}/", json.dumps({"capacity": 199}), content_type=JSON)
    assert response.status_code == 200


def test_more_places_than_a_thousand_wait_for_a_permit(village: User) -> None:
    body, times = json.dumps({"capacity": 1000}), {"published_at": timezone.now()}
    for number, status in (("", 400), ("婺公许〔2026〕8号", 200)):
        row = make.activity(published=False, state=S.PUBLISHED, expected=999, permit_no=number, capacity=300, **times)
        assert enter(village).patch(f"/api/v1/intakes/{row.intakes.get().pk}/", body, content_type=JSON).status_code == status


def test_a_permit_is_not_taken_away_from_a_published_activity(village: User) -> None:
    row = published(1000, permit_no="婺公许〔2026〕8号")
    response = enter(village).patch(f"/api/v1/activities/{row.pk}/", json.dumps({"permit_no": ""}), content_type=JSON)
    assert response.status_code == 400
    assert "公安许可文号" in str(response.json()["errors"])


def test_a_program_publishes_nothing_that_waits_for_its_review(village: User, township: User) -> None:
    row = draft(special=True)
    steps = f"/api/v1/activities/{row.pk}/steps/"
    assert enter(village).post(f"{steps}publish/", "{}", content_type=JSON).status_code == 400
    enter(village).post(f"{steps}submit/", "{}", content_type=JSON)
    assert enter(village).post(f"{steps}approve/", "{}", content_type=JSON).status_code == 403
    assert enter(village).post(f"{steps}publish/", "{}", content_type=JSON).status_code == 409
    body = json.dumps({"state": "published", "published_at": timezone.now().isoformat()})
    enter(village).patch(f"/api/v1/activities/{row.pk}/", body, content_type=JSON)
    assert state(row) == S.SUBMITTED
    assert enter(township).post(f"{steps}approve/", "{}", content_type=JSON).status_code == 200


def test_the_admin_moves_no_state(district: User) -> None:
    row = draft(special=True)
    typed = {"center": row.center_id, "kind": row.kind, "title": row.title, "expected": "0", "price_fen": "0", "special": "on"}
    enter(district).post(
        f"/admin/activities/activity/{row.pk}/change/", typed | {"state": "published"} | split("published_at", timezone.now())
    )
    assert state(row) == S.DRAFT


# -- pages --------------------------------------------------------------------------------------------------
def test_the_page_says_why_it_is_reviewed_and_offers_the_step(village: User) -> None:
    row = draft(special=True)
    page = enter(village).get(f"/desk/activities/{row.pk}/").content.decode()
    assert "专题活动：先送镇街审核" in page
    assert f"/desk/activities/{row.pk}/steps/submit/" in page
    answered = enter(village).post(f"/desk/activities/{row.pk}/steps/publish/", follow=True)
    assert "请点“送审”" in answered.content.decode()


def test_a_title_is_never_markup(village: User) -> None:
    row = make.activity(capacity=2, title="<script>alert(1)</script>", summary='"><img src=x onerror=1>')
    make.booking(row.intakes.get())
    meeting = row.intakes.get().meetings.get()
    for path in (f"/desk/activities/{row.pk}/", f"/desk/activities/{row.pk}/publicity/", f"/desk/meetings/{meeting.pk}/"):
        page = enter(village).get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
