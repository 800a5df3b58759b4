"""The pages of money: a village's project, the budget, payment by another hand, reversal, and the ledger that everybody reads."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from funding import ledger
from funding.models import Award, Book, LedgerEntry, Project, RatingRound
from funding.workflows.round import ROUND
from tests import make
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    return str(response.content.decode())


def awarded(by: User) -> Award:
    """The award of a round, put in place by this officer."""
    row = make.decided()
    RatingRound.objects.filter(pk=row.pk).update(state="final", final_at=timezone.now())
    make.budget(100_000_000, "stars", row.year)
    row.refresh_from_db()
    ROUND.take(row, "award", by=by)
    return Award.objects.get(round=row)


# -- a village's project ------------------------------------------------------------------------------------
def asking(**changes: Any) -> dict[str, Any]:
    day = timezone.localdate()
    typed = {"center": make.center_of().pk, "year": day.year, "title": "屋顶防水", "purpose": "下雨就漏。", "asked": "0.8"}
    return typed | {"council_on": f"{day}", "present": "30", "agreed": "28"} | changes


def test_a_village_asks_for_8000_yuan_with_the_councils_minutes(village: User, files: Path) -> None:
    client = enter(village)
    answer = client.post("/desk/projects/add/", asking())
    assert answer.status_code == 302, text(answer)
    made = Project.objects.get()
    assert (made.asked, made.state) == (800_000, "draft")
    page = text(client.post(f"/desk/projects/{made.pk}/steps/submit/", follow=True))
    assert "议事记录" in page and Project.objects.get().state == "draft"
    minutes = {"kind": "minutes", "file": SimpleUploadedFile("议事记录.pdf", make.PDF)}
    assert client.post(f"/desk/projects/{made.pk}/papers/add/", minutes).status_code == 302
    paper = made.papers.get()
    answer = client.get(f"/desk/project-papers/{paper.pk}/")
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    assert client.post(f"/desk/projects/{made.pk}/steps/submit/").status_code == 302
    assert Project.objects.get().state == "submitted"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"agreed": "15"}, "过半数"),
        ({"present": "10"}, "同意的比到会的还多"),
        ({"asked": "0"}, "field-error"),
        ({"asked": "八千"}, "field-error"),
    ],
)
def test_a_wrong_project_keeps_what_was_typed(village: User, wrong: dict[str, str], words: str) -> None:
    answer = enter(village).post("/desk/projects/add/", asking(**wrong))
    page = text(answer)
    assert answer.status_code == 200 and (words in page or 'aria-invalid="true"' in page)
    assert 'value="屋顶防水"' in page and "下雨就漏。" in page and f'value="{next(iter(wrong.values()))}"' in page
    assert not Project.objects.exists()


def test_what_is_approved_is_noticed_and_its_money_in_place(district: User, client: Client) -> None:
    row = make.project(state="endorsed", endorsed_by=make.user())
    officer = enter(district)
    page = text(officer.get(f"/desk/projects/{row.pk}/steps/approve/"))
    assert 'value="2"' in page  # what was asked, in 万元
    page = text(officer.post(f"/desk/projects/{row.pk}/steps/approve/", {"granted": "0.5"}))
    assert "预算" in page and 'value="0.5"' in page
    assert client.get(f"/funding/projects/{row.pk}/").status_code == 404
    make.budget()
    assert officer.post(f"/desk/projects/{row.pk}/steps/approve/", {"granted": "0.5"}).status_code == 302
    assert Project.objects.get().allocated == 500_000
    page = text(client.get(f"/funding/projects/{row.pk}/"))
    assert row.title in page and row.purpose in page


# -- the budget ---------------------------------------------------------------------------------------------
def budget(**changes: Any) -> dict[str, Any]:
    typed = {"region": make.region(make.DISTRICT).pk, "year": "2026", "purpose": "projects", "amount": "110", "reason": "区委〔2026〕1号"}
    return typed | changes


def test_a_budget_is_added_to_and_never_overwritten(district: User) -> None:
    client = enter(district)
    for amount in ("110", "0.5"):
        answer = client.post("/desk/ledger/budget/", budget(amount=amount))
        assert answer.status_code == 302, text(answer)
    book = Book.objects.get()
    assert (book.budgeted, LedgerEntry.objects.count()) == (110_500_000, 2)
    assert LedgerEntry.objects.first().posted_by == district  # type: ignore[union-attr]


@pytest.mark.parametrize("wrong", [{"amount": "-1"}, {"amount": "0"}, {"amount": "很多"}, {"year": "1999"}, {"reason": ""}])
def test_a_wrong_budget_keeps_what_was_typed(district: User, wrong: dict[str, str]) -> None:
    answer = enter(district).post("/desk/ledger/budget/", budget(**wrong))
    page = text(answer)
    assert answer.status_code == 200 and 'aria-invalid="true"' in page
    kept = {name: value for name, value in budget(**wrong).items() if name in ("year", "amount", "reason") and value}
    assert [value for value in kept.values() if f'value="{value}"' not in page] == []
    assert not LedgerEntry.objects.exists()


# -- paying -------------------------------------------------------------------------------------------------
def test_who_put_the_money_in_place_does_not_pay_it_out(district: User, reviewer: User) -> None:
    award = awarded(by=district)
    path = f"/desk/awards/{award.pk}/pay/"
    page = text(enter(district).post(path, follow=True))
    assert "请另一位来办" in page
    award.refresh_from_db()
    assert award.paid == 0
    api = enter(district).post(f"/api/v1/awards/{award.pk}/pay/", {}, JSON)
    assert api.status_code in (400, 409) and "另一位" in str(api.json())
    assert enter(reviewer).post(path).status_code == 302
    award.refresh_from_db()
    assert award.paid == award.amount
    page = text(enter(reviewer).post(path, follow=True))
    assert "已经全部拨付" in page and award.entries.filter(kind="payment").count() == 1


def test_nobody_below_the_district_pays(township: User, village: User, reviewer: User) -> None:
    award = awarded(by=make.officer("district"))
    for who in (township, village):
        client = enter(who)
        assert client.post(f"/desk/awards/{award.pk}/pay/").status_code == 403
        assert client.get("/desk/ledger/budget/").status_code == 403
        assert f"/desk/awards/{award.pk}/pay/" not in text(client.get(f"/desk/awards/{award.pk}/"))
    assert f"/desk/awards/{award.pk}/pay/" in text(enter(reviewer).get(f"/desk/awards/{award.pk}/"))


# -- reversing ----------------------------------------------------------------------------------------------
def test_an_entry_is_reversed_once_with_its_reason(reviewer: User) -> None:
    row = make.allocated()
    paid, client = ledger.pay(row, by=make.user()), enter(reviewer)
    path = f"/desk/ledger/{paid.pk}/reverse/"
    assert f"冲销第 {paid.pk} 笔" in text(client.get(path))
    answer = client.post(path, {"reason": ""})
    assert answer.status_code == 200 and 'aria-invalid="true"' in text(answer)
    answer = client.post(path, {"reason": "账号写错了"})
    undone = LedgerEntry.objects.get(reverses=paid)
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/ledger/{undone.pk}/")
    assert (undone.amount, undone.reason, undone.posted_by) == (-paid.amount, "账号写错了", reviewer)
    answer = client.post(path, {"reason": "再来一次"})
    assert answer.status_code == 200 and "已经冲销" in text(answer) and "再来一次" in text(answer)
    assert f"/desk/ledger/{undone.pk}/" in text(client.get(f"/desk/ledger/{paid.pk}/"))
    assert f"/desk/ledger/{undone.pk}/reverse/" not in text(client.get(f"/desk/ledger/{undone.pk}/"))


def test_an_allocation_is_not_reversed_while_it_is_paid(reviewer: User) -> None:
    row = make.allocated()
    ledger.pay(row, by=make.user())
    answer = enter(reviewer).post(f"/desk/ledger/{row.entries.get(kind='allocation').pk}/reverse/", {"reason": "项目不做了，退回"})
    assert answer.status_code == 200 and "拨付的钱超过了已落实的数" in text(answer)
    assert not LedgerEntry.objects.filter(kind="reversal").exists()


# -- the ledger that everybody reads ------------------------------------------------------------------------
def test_the_ledger_shows_sums_by_year_township_and_star(client: Client, reviewer: User) -> None:
    award = awarded(by=make.officer("district"))
    project = make.allocated()
    first = ledger.pay(project, 1_200_000, by=reviewer)
    ledger.reverse(first, by=reviewer, reason="账号写错了")
    ledger.pay(project, 700_000, by=reviewer)
    answer = client.get("/funding/ledger/")
    assert answer.status_code == 200 and "账号写错了" in text(answer)
    assert answer.context["by_town"] == [("多湖街道", 7_000_000, 700_000)]
    assert answer.context["by_star"] == [(5, award.amount, 0)]
    sums = {book.purpose: (book.budgeted, book.allocated, book.paid) for book in answer.context["books"]}
    assert sums == {"stars": (100_000_000, 5_000_000, 0), "projects": (100_000_000, 2_000_000, 700_000)}
    assert [e.kind for e in client.get("/funding/ledger/?town=330703101").context["object_list"]] == []
    assert len(client.get("/funding/ledger/?year=2026").context["object_list"]) == 7
    for odd in ("?year=x", "?town=x%00", "?year=99999999999", "?page=2"):
        assert client.get(f"/funding/ledger/{odd}").status_code in (200, 404)
