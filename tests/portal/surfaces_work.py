"""For ``test_surfaces``: the constraints of the centers' work that a person can hit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests import make
from tests.portal.surfaces import Try, no_rows

#: Before the constraint is asked, a field's own check says it.
POSITIVE = ("请确保该值大于或者等于", "确保该值大于或等于")
TASK_ROWS = no_rows("planned", "visits")


def nouns(desk: str, api: str, admin: str, typed: dict[str, Any], rows: dict[str, str] | None = None, says: tuple[str, ...] = ()) -> Try:
    """The same values typed at the desk, sent by a program, typed in the admin site; empty ones are not sent by programs."""
    sent = {name: value for name, value in typed.items() if value != ""}
    return Try(
        (f"/desk/{desk}/add/", typed), ("POST", f"/api/v1/{api}/", sent), (f"/admin/centers/{admin}/add/", typed | (rows or {})), says
    )


def day(days: int) -> str:
    return f"{timezone.localdate() + timedelta(days=days)}"


def task(**changes: Any) -> Try:
    """The page and the file take a month, programs and the admin its first day."""
    there = make.task()
    month = f"{make.this_month()}"
    typed = {
        **{"campaign": there.campaign_id, "number": there.number, "center": there.center_id, "batch": "improvement"},
        **{"build_method": "conversion", "content": "改造大厅", "town_person": "", "village_person": "", "target_month": month},
    }
    made = nouns("tasks", "upgrade-tasks", "upgradetask", typed | changes, TASK_ROWS | {"budget_fen": "0"})
    assert made.desk
    return made._replace(desk=(made.desk[0], {**made.desk[1], "budget_fen": "8.5", "target_month": month[:7]}))


def task_of_the_15th() -> Try:
    made = task(number=make.number(), target_month=f"{make.this_month().replace(day=15)}")
    return made._replace(desk=None)


def planned(**changes: Any) -> Try:
    """A step of a plan: at the task's page, by program, in a line of the admin's task."""
    step = make.planned_step(make.task(state="plan_set"))
    month = f"{make.this_month()}"
    typed = {"number": 1, "title": "招标", "due_month": month, "done_on": "", **changes}
    api = {"task": step.task_id, **{name: value for name, value in typed.items() if value != ""}}
    return Try(
        (f"/desk/tasks/{step.task_id}/planned/add/", {**typed, "due_month": month[:7]}),
        ("POST", "/api/v1/planned-steps/", api),
        line_of_a_task(step.task, "planned", typed, step),
    )


def line_of_a_task(of: Any, prefix: str, typed: dict[str, Any], there: Any = None) -> tuple[str, dict[str, Any]]:
    """One more line in the admin's page of a task; ``there`` is the line that it has already."""
    facts = {name: getattr(of, f"{name}_id") for name in ("campaign", "center")}
    facts |= {name: getattr(of, name) for name in ("number", "batch", "build_method", "content", "budget_fen")}
    form = facts | {"target_month": f"{of.target_month}"} | TASK_ROWS
    form |= {f"{prefix}-TOTAL_FORMS": "2", f"{prefix}-INITIAL_FORMS": "1", f"{prefix}-MAX_NUM_FORMS": "1000"}
    kept = {name: str(getattr(there, name) or "") for name in typed} | {"id": there.pk, "task": of.pk}
    form |= {f"{prefix}-0-{name}": value for name, value in kept.items()}
    form |= {f"{prefix}-1-{name}": value for name, value in (typed | {"task": of.pk}).items()}
    return f"/admin/centers/upgradetask/{of.pk}/change/", form


def visit() -> Try:
    there = make.visit(make.task(state="plan_set"))
    typed = {"visited_on": f"{there.visited_on}", "visitors": there.visitors, "note": "又去了一次"}
    return Try(
        (f"/desk/tasks/{there.task_id}/visits/add/", typed),
        ("POST", "/api/v1/guidance-visits/", {"task": there.task_id, **typed}),
        line_of_a_task(there.task, "visits", typed, there),
    )


def campaign(name: str = "", **changes: Any) -> Try:
    there = make.campaign()
    typed = {"region": there.region_id, "name": name or there.name, "first_month": "2026-01-01", "last_month": "2026-12-01", "note": ""}
    made = nouns("campaigns", "campaigns", "campaign", typed | changes)
    assert made.desk
    months = {field: value[:7] for field, value in made.desk[1].items() if field.endswith("_month")}
    return made._replace(desk=(made.desk[0], made.desk[1] | months))


def site(**changes: Any) -> Try:
    typed = {
        **{"region": make.region(make.VILLAGE).pk, "name": "老粮站", "address": "光南路 2 号", "mode": "lease", "channel": "other"},
        **{"area": "120.5", "owner": "", "center": "", "latitude": "", "longitude": "", "found_on": day(-3), "note": ""},
    }
    return nouns("sites", "candidate-sites", "candidatesite", typed | changes)


def site_name() -> Try:
    make.site(name="老粮站")
    return site()


def lease(**changes: Any) -> Try:
    typed = {
        **{"site": make.site().pk, "organisation": make.organisation().pk, "area": "120.5", "note": ""},
        **{"starts_on": day(0), "ends_on": day(700), "rent_fen": "0"},
    }
    return nouns("leases", "leases", "lease", typed | changes)


def sign(**changes: Any) -> Try:
    center = make.center_of()
    make.sign(center, title="农家书屋", place="inside", found_on=timezone.localdate())
    typed = {"center": center.pk, "title": "农家书屋", "place": "inside", "unit": "", "action": "", "found_on": day(0), "removed_on": ""}
    return nouns("signs", "signs", "sign", typed | changes)


def matter() -> Try:
    there = make.matter()
    typed = {"center": there.center_id, "title": there.title, "papers": "", "window": "综合窗口", "when": "", "note": ""}
    return nouns("matters", "matters", "matter", typed)


def finding() -> Try:
    typed = {"center": make.center().pk, "text": "没有扶手", "urgency": "ordinary", "due_on": day(-1)}
    return nouns("findings", "findings", "finding", typed)


WORK: dict[str, Callable[[], Try]] = {
    "task_number_once": task,
    "task_target_is_a_month": task_of_the_15th,
    "planned_step_once": planned,
    "visit_once": visit,
    "campaign_once": campaign,
    "campaign_months_in_order": lambda: campaign("新行动", last_month="2025-12-01"),
    "site_area_positive": lambda: site(area="0"),
    "site_point_in_china": lambda: site(latitude="29.1", longitude="9.7"),
    "site_name_once": site_name,
    "lease_dates_in_order": lambda: lease(ends_on=day(-1)),
    "lease_area_positive": lambda: lease(area="0"),
    "lease_rent_not_negative": lambda: lease(rent_fen="-1")._replace(says=POSITIVE),
    "sign_once": sign,
    "sign_removed_after_found": lambda: sign(title="调解室", removed_on=day(-1)),
    "matter_once": matter,
    "finding_due_after_issue": finding,
}
#: The page takes a month, never a day of it.
NOT_AT_THE_DESK = ("task_target_is_a_month",)
