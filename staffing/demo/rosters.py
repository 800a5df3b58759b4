"""Rosters of October to December 2024 and of now, leave and swaps, safety lists, partners."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pgtrigger
from django.db.models import prefetch_related_objects
from django.utils import timezone

from accounts.demo import People
from accounts.models import Organisation
from centers import opening
from centers.models import Center, OpeningException, OpeningHours
from records.working_days import Day, kinds_between
from staffing import demand, plan, rota
from staffing.demo.people import BATCH, PILOT, Staff
from staffing.demo.quick import Copier, Filler
from staffing.models import CommunityPartner, Duty, DutyBalance, Leave, Posting, Roster, SafetyList, Shift, Swap
from staffing.models.manager import SAFETY_ITEMS
from staffing.models.roster import month_end
from staffing.problem import KINDS, Assigned, Person, Problem, Slot

PAST = (date(2024, 10, 1), date(2024, 11, 1), date(2024, 12, 1))
#: The pilot's township: its rosters are made, and settled, as the portal does it; those of the others the quick way.
NEAR = "330703001"
#: Rows of a demonstration begin their history with the first change.
QUIET = ("staffing.Roster:insert_insert", "staffing.Shift:insert_insert", "staffing.Duty:insert_insert", "staffing.Duty:in_turn")
#: organisation, village, services, what it gives back, with children, state, days until its end
PARTNERS = (
    ("小豆芽呵护队（演示）", PILOT, "课后托管、假期儿童驿站", "每周两个下午免费托管", True, "agreed", 240),
    ("光南社区演示合唱队", PILOT, "合唱排练、邻里歌会", "每月一场公益演出", False, "agreed", 75),
    ("金东演示幸福餐饮有限公司", "330703001022", "老年助餐", "独居老人每周一餐免费", False, "agreed", 25),
    ("演示烘焙工作室", "330703001023", "亲子烘焙课", "每季度一次公益课", True, "applied", 0),
    ("金东区演示社会工作服务中心", "330703002001", "青少年课后辅导", "每周一次免费个案咨询", True, "reviewed", 160),
    ("源东乡演示桃花志愿队", "330703200201", "景区引导、节庆志愿", "全年免费", False, "ended", -40),
    ("赤松镇演示老年协会", "330703108202", "棋牌、太极", "每周三次公益太极课", False, "vetted", 0),
)


class Months:
    """Makes the rosters of many centers month by month, in memory; the accounts are carried along."""

    def __init__(self, rng: Random, centers: list[Center], staff: Staff) -> None:
        self.rng, self.staff = rng, staff
        self.centers = [c for c in centers if c.pk in staff.postings]
        prefetch_related_objects(self.centers, "duty_needs")
        self.hours: dict[int, list[OpeningHours]] = defaultdict(list)
        self.exceptions: dict[int, list[OpeningException]] = defaultdict(list)
        for row in OpeningHours.objects.order_by("center", "opens"):
            self.hours[row.center_id].append(row)
        for exception in OpeningException.objects.order_by("id"):
            self.exceptions[exception.center_id].append(exception)
        self.windows: dict[tuple[int, str], list[opening.Window]] = {}
        self.balance: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
        self.worked: dict[int, set[date]] = defaultdict(set)
        self.taken: dict[int, list[tuple[date, int, int]]] = defaultdict(list)
        self.leave: dict[int, set[date]] = defaultdict(set)
        #: cadre → the first posting: at the second post of a person the quick way asks nothing of them.
        self.main: dict[int, int] = {}
        for posts in staff.postings.values():
            for post in posts:
                self.main[post.cadre_id] = min(post.pk, self.main.get(post.cadre_id, post.pk))

    def people(self, center: Center, month: date) -> tuple[Person, ...]:
        """As ``plan.people``, without asking the database for each center."""
        made = []
        for post in sorted(self.staff.postings[center.pk], key=lambda p: p.cadre_id):
            key, last = post.cadre_id, month_end(month)
            busy = tuple(b for b in self.taken[key] if month - timedelta(1) <= b[0] <= last + timedelta(1))
            before = frozenset(d for d in self.worked[key] if month - plan.BEFORE <= d < month)
            leave = frozenset(d for d in self.leave[key] if month <= d <= last)
            exempt, balance = plan.EXEMPT[Posting.Exempt(post.exempt)], dict(self.balance[center.pk, key])
            made.append(Person(key, post.lead, leave=leave, busy=busy, exempt=exempt, before=before, balance=balance))
        return tuple(made)

    def quickly(self, months: tuple[date, ...], state: str, but: list[Center]) -> None:
        """The months of all other centers, the plain way, without accounts."""
        copier, filler, rest = Copier(), Filler(self), {c.pk for c in but}
        for month in months:
            kinds = kinds_between(month, month_end(month))
            for center in self.centers:
                if center.pk not in rest:
                    filler.month(copier, center, month, state, kinds)
        copier.write()

    def month(self, month: date, state: str, centers: list[Center]) -> None:
        """The rosters of a month as the portal makes them without its solver, with shifts, duties and, where settled, accounts."""
        kinds = kinds_between(month, month_end(month))
        rows, shifts, duties, entries = [], [], [], []
        for center in centers:
            roster = self.row(center, month, state)
            own = sorted(demand.shifts_of(roster, self.plans(center, kinds)), key=lambda s: (s.day, s.starts_at, s.kind))
            slots = [plan.slot(shift) for shift in own]
            problem = Problem(tuple(slots), self.people(center, month))
            found = rota.least_loaded(problem)
            shifts += own
            duties += self.on_duty(center, own, slots, found)
            if state == "closed":
                entries += self.settled(roster, problem, found)
            missing = sum(s.people - len(found.get(s.key, ())) for s in own)
            roster.quality = {"gaps": missing, "leadless": 0, "announced": all(kinds[d].announced for d in kinds), "optimal": False}
            rows.append(roster)
        Roster.objects.bulk_create(rows, BATCH)
        Shift.objects.bulk_create(shifts, BATCH)
        Duty.objects.bulk_create(duties, BATCH)
        DutyBalance.objects.bulk_create(entries, BATCH)

    def plans(self, center: Center, kinds: dict[date, Day]) -> Iterator[opening.DayPlan]:
        """The month's days; a center's days of one kind without exceptions are alike, their windows looked up once."""
        hours, exceptions = self.hours[center.pk], self.exceptions[center.pk]
        for day, kind in kinds.items():
            if special := [e for e in exceptions if e.first_day <= day <= e.last_day]:
                yield opening.plan(day, kind, hours, special)
                continue
            alike = center.pk, kind.kind
            if alike not in self.windows:
                self.windows[alike] = opening.plan(day, kind, hours, []).windows
            yield opening.DayPlan(day, kind.kind, kind.announced, kind.name, windows=self.windows[alike])

    @staticmethod
    def row(center: Center, month: date, state: str) -> Roster:
        posted = timezone.make_aware(timezone.datetime(month.year, month.month, 1, 10)) - timedelta(days=8)  # type: ignore[attr-defined]
        row = Roster(center=center, month=month, state=state, method="least_loaded", generated_at=min(posted, timezone.now()))
        if state in Roster.POSTED:
            row.published_at = min(posted, timezone.now())
        if state == "closed":
            row.closed_at = timezone.make_aware(timezone.datetime(month.year, month.month, 1, 9)) + timedelta(days=36)  # type: ignore[attr-defined]
        return row

    def on_duty(self, center: Center, shifts: list[Shift], slots: list[Slot], found: Assigned) -> list[Duty]:
        posts = {p.cadre_id: p for p in self.staff.postings[center.pk]}
        made = []
        for shift, slot in zip(shifts, slots, strict=True):
            for key in found.get(slot.key, ()):
                post = posts[key]
                times = {"starts_at": shift.starts_at, "ends_at": shift.ends_at}
                duty = Duty(shift=shift, cadre_id=key, position=post.position, lead=post.lead, **times, **self.seen(shift))
                self.worked[key].add(shift.day)
                self.taken[key].append((shift.day, slot.starts, slot.ends))
                made.append(duty)
        return made

    def seen(self, shift: Shift) -> dict[str, Any]:
        """The hall saw most of those whose shift is over; of some nobody tapped, and that stays unknown."""
        if shift.ends_at < timezone.now() and self.rng.random() < 0.86:
            return {"state": Duty.State.CONFIRMED, "confirmed_at": shift.starts_at + timedelta(minutes=self.rng.randint(0, 40))}
        return {}

    def settled(self, roster: Roster, problem: Problem, found: Assigned) -> list[DutyBalance]:
        after, made = rota.settled(problem, found), []
        for person in problem.people:
            for kind in KINDS:
                amount = after[person.key][kind] - person.balance.get(kind, 0)
                self.balance[roster.center_id, person.key][kind] = after[person.key][kind]
                if amount:
                    values: dict[str, Any] = {"roster": roster, "center": roster.center, "month": roster.month, "cadre_id": person.key}
                    made.append(DutyBalance(**values, kind=kind, entry="month", amount=amount))
        return made


def write_rosters(rng: Random, centers: list[Center], staff: Staff, people: People) -> int:
    """Returns how many rosters there are."""
    months = Months(rng, centers, staff)
    now = timezone.localdate().replace(day=1)
    ahead = (now + timedelta(days=32)).replace(day=1)
    near = [c for c in months.centers if c.region.code.startswith(NEAR)]
    with pgtrigger.ignore(*QUIET):
        for month in PAST:
            months.month(month, "closed", near)
        months.quickly(PAST, "closed", near)
        leaves(rng, months, people)
        months.month(now, "published", near)
        months.quickly((now,), "published", near)
        pilot = [c for c in months.centers if c.region.code == PILOT]
        months.month(ahead, "published", pilot)
        months.month(ahead, "generated", [c for c in near if c not in pilot][:12])
    swaps(pilot[0], people)
    safety(rng, centers, people)
    return Roster.objects.count()


def leaves(rng: Random, months: Months, people: People) -> None:
    """Some agreed this month, the rosters know; some wait for an answer."""
    today, rows = timezone.localdate(), []
    first = today.replace(day=1)
    for cadre in rng.sample(months.staff.cadres[10:], 60):
        begin = first + timedelta(rng.randint(0, 24))
        last = begin + timedelta(rng.choice((0, 1, 2, 4)))
        by = people.officers[cadre.region.code[:9]]
        made = timezone.now() - timedelta(days=40, hours=rng.randint(1, 90))
        kind = rng.choice(("annual", "personal", "sick", "official"))
        values = {"cadre": cadre, "kind": kind, "first_day": begin, "last_day": last, "asked_by": by, "created_at": made}
        rows.append(Leave(**values, state="approved", answered_by=by, answered_at=made + timedelta(hours=5)))
        months.leave[cadre.pk] |= {begin + timedelta(n) for n in range((last - begin).days + 1)}
    waits = today + timedelta(12)
    cadre2 = next(c for c in months.staff.cadres if c.user_id == people.staff["cadre2"].pk)
    rows.append(Leave(cadre=cadre2, kind="annual", first_day=waits, last_day=waits + timedelta(2), asked_by=people.staff["cadre2"]))
    Leave.objects.bulk_create(rows)


def swaps(center: Center, people: People) -> None:
    """The pilot's two cadres: one swap waits for an answer, one for the head."""
    now = timezone.now()
    for owner, other, state in (("cadre", "cadre2", "offered"), ("cadre2", "cadre", "accepted")):
        rows = Duty.objects.filter(shift__roster__center=center, shift__roster__state="published", starts_at__gt=now + timedelta(days=2))
        duty = rows.filter(cadre__user=people.staff[owner], swaps=None).order_by("starts_at").first()
        to = people.staff[other].cadre
        if duty is not None and not Duty.objects.filter(cadre=to, shift__day=duty.shift.day).exists():
            values = {"owner": duty.cadre, "to": to, "asked_by": people.staff[owner], "created_at": now - timedelta(hours=3)}
            Swap.objects.create(duty=duty, note="那天孩子家长会", state=state, **values)


def safety(rng: Random, centers: list[Center], people: People) -> None:
    """Two of three have filled in this month's list; the pilot last month's."""
    first, rows = timezone.localdate().replace(day=1), []
    for center in centers:
        pilot = center.region.code == PILOT
        if pilot or rng.random() < 0.66:
            wrong = [rng.choice(list(SAFETY_ITEMS))] if rng.random() < 0.08 and not pilot else []
            month = (first - timedelta(1)).replace(day=1) if pilot else first
            note = "已报修，等师傅上门。" if wrong else ""
            by = people.staff["village"] if pilot else people.officers[center.region.code[:9]]
            fine = [key for key in SAFETY_ITEMS if key not in wrong]
            rows.append(SafetyList(center=center, month=month, fine=fine, wrong=wrong, note=note, done_by=by))
    SafetyList.objects.bulk_create(rows, BATCH)


def write_partners(centers: list[Center], people: People) -> int:
    """Seven in every state; the childcare team of the article's community is the login ``partner``'s."""
    today, made = timezone.localdate(), 0
    for name, code, services, back, children, state, days in PARTNERS:
        center = next((c for c in centers if c.region.code == code), None)
        organisation = Organisation.objects.filter(name=name).first()
        if center is None or organisation is None:
            continue
        row = CommunityPartner(
            organisation=organisation, center=center, services=services, gives_back=back, with_children=children, state=state
        )
        row.checked_on = today - timedelta(days=120) if children and state != "applied" else None
        if state in ("agreed", "reviewed", "ended"):
            row.starts_on, row.ends_on = today - timedelta(days=300), today + timedelta(days=days)
        row.review = "服务按约做满，居民评价好，建议增加周末场。" if state == "reviewed" else ""
        row.space, row.area = "儿童活动室", None
        row.created_at = timezone.now() - timedelta(days=310)
        row.save()
        made += 1
    team = Organisation.objects.filter(name=PARTNERS[0][0]).first()
    if team:
        account = people.staff["partner"]
        account.organisation = team
        account.save(update_fields=["organisation"])
    return made
