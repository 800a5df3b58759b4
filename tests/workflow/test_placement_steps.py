"""Signs and wall postings: applied, designed, reviewed, approved; a renovation is filed instead."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import User
from centers.models import Paper, PlacementApplication, Sign
from centers.workflows.placement import PLACEMENT
from records import working_days
from records.models import Message
from tests import make
from tests.workflow.grid import DISTRICT, REASON, REVIEWER, TOWN, VILLAGE, EveryStep, Grid
from workflow.engine import NotYours

pytestmark = pytest.mark.django_db
S = PlacementApplication.State
REVIEWS = (S.SUBMITTED, S.UNIFIED_DESIGN, S.TOWN_REVIEW, S.DISTRICT_REVIEW)
NUMBER = {"filing_no": "金东备〔2026〕1 号"}
TABLE = {
    "submit": ((S.DRAFT, S.RETURNED), S.SUBMITTED, ()),
    "design": ((S.SUBMITTED,), S.UNIFIED_DESIGN, ("design_note",)),
    "forward": ((S.UNIFIED_DESIGN,), S.TOWN_REVIEW, ()),
    "endorse": ((S.TOWN_REVIEW,), S.DISTRICT_REVIEW, ()),
    "approve": ((S.DISTRICT_REVIEW,), S.APPROVED, ()),
    "file": ((S.DISTRICT_REVIEW,), S.FILED, ("filing_no",)),
    "send_back": (REVIEWS, S.RETURNED, ("reason",)),
    "reject": ((S.TOWN_REVIEW, S.DISTRICT_REVIEW), S.REJECTED, ("reason",)),
    "install": ((S.APPROVED, S.FILED), S.INSTALLED, ()),
    "check": ((S.INSTALLED,), S.CHECKED, ()),
    "remove": ((S.APPROVED, S.INSTALLED, S.CHECKED), S.REMOVED, ("reason",)),
}
MAY = {
    "submit": VILLAGE | TOWN | DISTRICT | {"unit"},
    "design": TOWN | DISTRICT,
    "forward": TOWN | DISTRICT,
    "endorse": TOWN | DISTRICT,
    "approve": DISTRICT | REVIEWER,
    "file": DISTRICT | REVIEWER,
    "send_back": TOWN | DISTRICT | REVIEWER,
    "reject": TOWN | DISTRICT | REVIEWER,
    "install": VILLAGE | TOWN | DISTRICT,
    "check": TOWN | DISTRICT,
    "remove": TOWN | DISTRICT,
}


def row(state: str, step: str, user: User, code: str) -> PlacementApplication:
    """Of the unit's own organisation where a unit asks; a renovation where it is to be filed."""
    own = {"organisation": user.organisation} if user.organisation else {}
    kind = "renovation" if state == S.FILED or (step == "file" and state != S.APPROVED) else "signage"
    return make.placement(make.center_of(code), state=state, kind=kind, **own)


def wrong_kind(step: str, persona: str, state: str) -> bool:
    """A renovation is not approved, and nothing else is filed; what lies with the district the township does not pull back."""
    if step in ("send_back", "reject") and persona == "township" and state == S.DISTRICT_REVIEW:
        return True
    return (step == "approve" and state == S.FILED) or (step == "file" and state == S.APPROVED)


class TestEveryStep(EveryStep):
    grid = Grid(
        PLACEMENT,
        TABLE,
        MAY,
        row,
        {"design": {"design_note": "统一字体"}, "file": NUMBER},
        wrong_kind,
        whose=lambda step, user: user.organisation_id,
    )


# -- what a submission needs --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("field", "words"),
    [("basis_number", "依据文件文号"), ("basis_title", "依据文件名称"), ("place", "放在什么位置"), ("expires_on", "到期日期")],
)
def test_what_a_submission_lacks_is_named(field: str, words: str, village: User) -> None:
    draft = make.placement(**{field: None if field == "expires_on" else ""})
    with pytest.raises(ValidationError) as caught:
        PLACEMENT.take(draft, "submit", by=village)
    assert caught.value.messages == [f"还缺：{words}。补齐以后再提交。"]


@pytest.mark.parametrize("kind", ["signage", "wall_posting", "site_setup"])
def test_missing_papers_are_named(kind: str, village: User) -> None:
    with pytest.raises(ValidationError) as caught:
        PLACEMENT.take(make.placement(kind=kind, ready=False), "submit", by=village)
    assert caught.value.messages == ["还缺：申请表（盖章扫描件）、效果图。补齐以后再提交。"]


def test_a_renovation_needs_its_plan_and_its_budget_and_no_expiry(village: User) -> None:
    draft = make.placement(kind="renovation", expires_on=None, budget_fen=None)
    Paper.objects.filter(placement=draft, kind="plan").update(kind="other")
    with pytest.raises(ValidationError) as caught:
        PLACEMENT.take(draft, "submit", by=village)
    assert caught.value.messages == ["还缺：预算、方案和预算。补齐以后再提交。"]


def test_a_submission_is_dated_and_due_in_five_working_days(village: User) -> None:
    done = PLACEMENT.take(make.placement(state="returned", reviewer_note=REASON, submitted_at=None), "submit", by=village)
    assert (done.applied_by, done.reviewer_note) == (village, "")
    assert done.due_on == working_days.add_working_days(timezone.localdate(), 5)
    assert done.submitted_at is not None


# -- approval and filing ------------------------------------------------------------------------------------
def test_a_renovation_is_filed_with_a_number_and_not_approved(district: User) -> None:
    asked = make.placement(kind="renovation", state="district_review")
    with pytest.raises(NotYours, match="装修方案用“审核备案”"):
        PLACEMENT.take(asked, "approve", by=district)
    filed = PLACEMENT.take(asked, "file", by=district, filing_no=" 备 7 号 ")
    assert (filed.state, filed.filing_no, filed.due_on) == (S.FILED, "备 7 号", None)
    assert filed.approved_at is not None
    assert not Sign.objects.exists()


def test_a_filing_number_is_given_once(district: User) -> None:
    before = make.placement(state="filed")
    with pytest.raises(ValidationError, match="这个备案号已经用了"):
        PLACEMENT.take(make.placement(kind="renovation", state="district_review"), "file", by=district, filing_no=before.filing_no)


@pytest.mark.parametrize("kind", ["signage", "wall_posting", "site_setup"])
def test_only_a_renovation_is_filed(kind: str, district: User) -> None:
    with pytest.raises(NotYours, match="别的用“批准”"):
        PLACEMENT.take(make.placement(kind=kind, state="district_review"), "file", by=district, **NUMBER)


@pytest.mark.parametrize(
    ("step", "state", "kind"),
    [("endorse", "town_review", "signage"), ("approve", "district_review", "signage"), ("file", "district_review", "renovation")],
)
def test_nobody_reviews_an_application_of_their_own(step: str, state: str, kind: str, district: User) -> None:
    asked = make.placement(state=state, kind=kind, applied_by=district)
    assert step not in [s.name for s in PLACEMENT.open_to(asked, district)]
    with pytest.raises(NotYours, match="请同事来审"):
        PLACEMENT.take(asked, step, by=district, **NUMBER)
    assert PLACEMENT.take(asked, step, by=make.officer("district"), **NUMBER).state == TABLE[step][1]


# -- the inventory of signs ---------------------------------------------------------------------------------
PLACES = {"signage": "outside", "wall_posting": "wall", "site_setup": "inside"}


@pytest.mark.parametrize("kind", PLACES)
def test_what_is_approved_enters_the_inventory_by_itself(kind: str, district: User) -> None:
    asked = make.placement(kind=kind, state="district_review")
    PLACEMENT.take(asked, "approve", by=district)
    sign = Sign.objects.get()
    assert (sign.placement, sign.origin, sign.action, sign.title, sign.place) == (asked, "approved", "keep", asked.title, PLACES[kind])


def test_a_sign_found_before_is_adopted_and_not_counted_twice(district: User) -> None:
    found = make.sign(title="统计站", place="outside")
    asked = make.placement(title="统计站", state="district_review")
    PLACEMENT.take(asked, "approve", by=district)
    found.refresh_from_db()
    assert (found.origin, found.placement, found.action) == ("approved", asked, "keep")
    assert Sign.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [{"title": "别的牌子"}, {"place": "inside"}, {"removed_on": timezone.localdate()}, {"center": True}],
    ids=lambda v: next(iter(v)),
)
def test_another_sign_is_not_adopted(other: dict[str, object], district: User) -> None:
    where = make.center(make.NEXT_VILLAGE) if "center" in other else None
    found = make.sign(where, **({"title": "统计站", "place": "outside"} | {k: v for k, v in other.items() if k != "center"}))
    PLACEMENT.take(make.placement(title="统计站", state="district_review"), "approve", by=district)
    found.refresh_from_db()
    assert found.origin == "found"
    assert Sign.objects.count() == 2


def test_the_same_words_at_the_same_place_are_approved_for_one_application_only(district: User) -> None:
    first = make.placement(title="统计站", state="approved")
    sign = make.sign(of=first)
    asked = make.placement(title="统计站", state="district_review")
    with pytest.raises(ValidationError, match=f"申请 {first.pk} 批的"):
        PLACEMENT.take(asked, "approve", by=district)
    sign.removed_on = timezone.localdate()
    sign.save()
    assert PLACEMENT.take(asked, "approve", by=district).sign.title == "统计站"


@pytest.mark.parametrize("state", ["approved", "installed", "checked"])
def test_removal_dates_the_application_and_its_sign(state: str, township: User) -> None:
    asked = make.placement(state=state)
    sign = make.sign(of=asked)
    gone = PLACEMENT.take(asked, "remove", by=township, reason=REASON)
    sign.refresh_from_db()
    assert (gone.removed_on, sign.removed_on) == (timezone.localdate(), timezone.localdate())


def test_a_sign_that_was_taken_down_before_keeps_its_day(township: User) -> None:
    earlier = timezone.localdate() - timedelta(days=3)
    asked = make.placement(state="checked")
    sign = make.sign(of=asked, found_on=earlier, removed_on=earlier)
    PLACEMENT.take(asked, "remove", by=township, reason=REASON)
    sign.refresh_from_db()
    assert sign.removed_on == earlier


# -- the unit -----------------------------------------------------------------------------------------------
def test_a_unit_officer_sees_only_its_own_organisations_applications(unit: User) -> None:
    own, other = make.placement(organisation=unit.organisation), make.placement()
    assert list(PlacementApplication.objects.all().allowed(unit, "view")) == [own]
    assert list(Paper.objects.all().allowed(unit, "view")) == list(own.papers.all())
    assert PLACEMENT.waiting_for(unit).get() == own
    with pytest.raises(PermissionDenied):
        PLACEMENT.take(other, "submit", by=unit)


def test_a_unit_officer_without_an_organisation_sees_nothing() -> None:
    user = make.officer("unit")
    user.organisation = None
    user.save()
    make.placement()
    assert not PlacementApplication.objects.all().allowed(user, "view").exists()


def test_the_applicant_and_the_unit_hear_what_was_decided(village: User, district: User, unit: User) -> None:
    asked = make.placement(state="district_review", organisation=unit.organisation, applied_by=village)
    PLACEMENT.take(asked, "reject", by=district, reason=REASON)
    for user in (village, unit):
        assert Message.objects.inbox(user).get().body == REASON
    asked.refresh_from_db()
    assert (asked.reviewer_note, asked.due_on) == (REASON, None)
