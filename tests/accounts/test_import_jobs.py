"""An import in the background: found again, cancelled, killed and resumed, never done twice, never anybody else's."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts import importing, register, tasks
from accounts.models import Grant, ImportJob, Organisation, User
from accounts.roles import Role
from records.models import AuditEntry
from tests import make
from tests.accounts import excel
from tests.accounts.excel import ORGANISATION, applied, checked, counts
from tests.portal.world import enter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(db: None, files: Any) -> None:
    for code in (make.VILLAGE, make.NEXT_VILLAGE, make.OTHER_VILLAGE):
        make.region(code)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The imports that the worker was asked for; nobody works."""
    calls: list[int] = []
    monkeypatch.setattr(tasks.import_rows, "apply_async", lambda args, **kwargs: calls.append(args[0]))
    yield calls


def rows(count: int, first: int = 0) -> tuple[Any, ...]:
    return ORGANISATION, *((f"单位 {n}", "", "企业", make.VILLAGE, "") for n in range(first, first + count))


def towns(code: str) -> User:
    """A district administrator of one township alone: the right to add and to change ends at its border."""
    made = make.officer("district")
    Grant.objects.filter(user=made).delete()
    make.grant(made, Role.DISTRICT_ADMIN, code)
    return made


# -- pages --------------------------------------------------------------------------------------------------
def test_from_the_template_to_the_marked_file(district: User, asked: list[int]) -> None:
    client = enter(district)
    page = client.get("/desk/import/organisations/").content.decode()
    assert "template.xlsx" in page and "请不要上传涉密内容" in page and "10 MB" in page
    assert client.get("/desk/import/organisations/template.xlsx")["Content-Type"].endswith("spreadsheetml.sheet")
    content = excel.book(*rows(2), ("", "", "企业", make.VILLAGE, ""))
    response = client.post("/desk/import/organisations/", {"file": excel.sent(content)})
    job = ImportJob.objects.get()
    assert response["Location"] == f"/desk/import/jobs/{job.pk}/" and asked == [job.pk]
    waiting = client.get(response["Location"]).content.decode()
    assert "<progress" in waiting and 'hx-trigger="every 1s"' in waiting and "取消导入" in waiting
    importing.work(job.pk)
    preview = client.get(response["Location"]).content.decode()
    assert "导入 2 行" in preview and "这一格必填" in preview and "result.xlsx" in preview and "<progress" not in preview
    client.post(f"/desk/import/jobs/{job.pk}/apply/")
    assert asked == [job.pk] * 2
    importing.work(job.pk)
    done = client.get(response["Location"]).content.decode()
    assert "已导入" in done and Organisation.objects.count() == 2
    marked = client.get(f"/desk/import/jobs/{job.pk}/result.xlsx")
    assert b"".join(marked.streaming_content)[:2] == b"PK" and "%E6%A0%87%E6%B3%A8" in marked["Content-Disposition"]
    assert "单位.xlsx" in client.get("/desk/import/jobs/").content.decode()


def test_the_progress_alone_is_sent_to_htmx_and_the_page_reloads_at_its_end(district: User, asked: list[int]) -> None:
    client, job = enter(district), importing.upload(register.REGISTERS["organisations"], district, excel.sent(excel.book(*rows(3))))
    ImportJob.objects.filter(pk=job.pk).update(phase="checking", total=100, started_at=timezone.now() - timedelta(seconds=10))
    cache.set(importing.progress_key(job.pk), 50)
    answer = client.get(f"/desk/import/jobs/{job.pk}/", HTTP_HX_REQUEST="true")
    text = answer.content.decode()
    assert "<html" not in text and "50 / 100 行" in text and re.search(r"大约还要 1\d 秒", text) and "HX-Refresh" not in answer
    ImportJob.objects.filter(pk=job.pk).update(phase="checked")
    assert client.get(f"/desk/import/jobs/{job.pk}/", HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"


def test_a_bad_file_is_said_beside_the_field(district: User, asked: list[int]) -> None:
    page = enter(district).post("/desk/import/organisations/", {"file": excel.sent(b"x", "a.xls")}).content.decode()
    assert "另存为" in page and not ImportJob.objects.exists() and not asked


def test_without_a_broker_the_file_is_kept_and_the_page_says_so(district: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("nobody there")

    monkeypatch.setattr(tasks.import_rows, "apply_async", away)
    page = enter(district).post("/desk/import/organisations/", {"file": excel.sent(excel.book(*rows(1)))}, follow=True).content.decode()
    assert "文件已经收好" in page
    job = ImportJob.objects.get()
    calls: list[int] = []
    monkeypatch.setattr(tasks.import_rows, "apply_async", lambda args, **kwargs: calls.append(args[0]))
    tasks.resume_imports()
    assert calls == []  # just asked
    ImportJob.objects.update(asked_at=timezone.now() - timedelta(minutes=1), created_at=timezone.now() - timedelta(minutes=1))
    assert "后台还没有开始处理" in enter(district).get(f"/desk/import/jobs/{job.pk}/").content.decode()
    tasks.resume_imports()
    assert calls == [job.pk]


def test_the_security_administrator_finds_it_in_the_admin(security_admin: User, asked: list[int]) -> None:
    client = enter(security_admin)
    for path, name in (("user", "users"), ("grant", "grants")):
        assert f'href="/desk/import/{name}/"' in client.get(f"/admin/accounts/{path}/").content.decode()
        assert client.get(f"/desk/import/{name}/").status_code == 200
    assert client.get("/desk/import/organisations/").status_code == 403
    assert "/desk/import/" not in enter(make.officer("township")).get("/admin/accounts/organisation/").content.decode()


def test_an_import_is_its_uploaders_alone(district: User, security_admin: User) -> None:
    job = checked(district, "organisations", *rows(1), ("", "", "企业", make.VILLAGE, ""))
    others: list[Client] = [enter(make.officer("district")), enter(security_admin)]
    for client in others:
        for path in ("", "result.xlsx"):
            assert client.get(f"/desk/import/jobs/{job.pk}/{path}").status_code == 404
        for verb in ("apply", "cancel"):
            assert client.post(f"/desk/import/jobs/{job.pk}/{verb}/").status_code == 404
        assert "单位.xlsx" not in client.get("/desk/import/jobs/").content.decode()
    Grant.objects.filter(user=district).delete()
    assert enter(district).get(f"/desk/import/jobs/{job.pk}/").status_code == 403


# -- scope --------------------------------------------------------------------------------------------------
def test_another_townships_rows_are_neither_changed_nor_told_of() -> None:
    there = make.organisation(make.OTHER_VILLAGE, name="渡鸦", kind="company")
    line = ("渡鸦", "", "群众社团", make.OTHER_VILLAGE, ""), ("夜莺", "", "群众社团", make.OTHER_VILLAGE, "")
    job = checked(towns(make.TOWN), "organisations", ORGANISATION, *line)
    there.refresh_from_db()
    assert counts(job) == (0, 0, 0, 2) and there.kind == "company"
    assert job.first[0][1:] == job.first[1][1:], "the same words, whether the row is there or not"
    assert Organisation.objects.filter(name="夜莺").exists() is False


def test_a_row_of_the_own_township_goes_in_and_may_not_move_out() -> None:
    officer = towns(make.TOWN)
    assert counts(applied(checked(officer, "organisations", *rows(1)))) == (1, 0, 0, 0)
    job = checked(officer, "organisations", ORGANISATION, ("单位 0", "", "企业", make.OTHER_VILLAGE, ""))
    assert counts(job) == (0, 0, 0, 1)


def test_a_right_that_ended_between_preview_and_import_stops_it(district: User) -> None:
    job = checked(district, "organisations", *rows(2))
    Grant.objects.filter(user=district).update(valid_until=timezone.localdate() - timedelta(days=1), valid_from="2020-01-01")
    job = applied(job)
    assert job.phase == "failed" and "没有导入这个台账的权限" in job.words and not Organisation.objects.exists()


def test_what_changed_since_the_preview_is_looked_at_again(district: User) -> None:
    job = checked(district, "organisations", ORGANISATION, ("甲", "91330703MA2ABCDE01", "企业", make.VILLAGE, ""))
    Organisation.objects.filter(pk=make.organisation(make.NEXT_VILLAGE).pk).update(code="91330703MA2ABCDE01")
    assert counts(applied(job)) == (0, 0, 0, 1)


# -- twice, killed, cancelled -------------------------------------------------------------------------------
def test_a_second_delivery_does_nothing(district: User) -> None:
    job = applied(checked(district, "organisations", *rows(3)))
    before = ImportJob.objects.filter(pk=job.pk).values().get()
    tasks.import_rows(job.pk)
    assert ImportJob.objects.filter(pk=job.pk).values().get() == before
    assert not importing.approve(job)
    assert AuditEntry.objects.filter(action="accounts.import").count() == 1


def test_one_that_was_killed_goes_on_where_it_was(district: User, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    job = checked(district, "organisations", *rows(3), ("", "", "企业", make.VILLAGE, ""), *rows(4, 3)[1:])
    assert importing.approve(job)
    monkeypatch.setattr(importing, "BATCH", 3)
    write, calls = importing._audit, []

    def dies(run: Any, count: int) -> None:
        calls.append(count)
        if len(calls) == 2:
            raise Killed
        write(run, count)

    monkeypatch.setattr(importing, "_audit", dies)
    with pytest.raises(Killed):
        importing.work(job.pk)
    job.refresh_from_db()
    assert (job.done, counts(job), Organisation.objects.count()) == (3, (3, 0, 0, 0), 3)
    assert importing.work(job.pk)
    job.refresh_from_db()
    assert (job.phase, job.done, counts(job), Organisation.objects.count()) == ("done", 8, (7, 0, 0, 1), 7)
    assert sum(AuditEntry.objects.filter(action="accounts.import").values_list("count", flat=True)) == 7
    assert excel.result(job)["A5"].comment is not None


def test_one_that_keeps_dying_ends_with_words(district: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = importing.upload(register.REGISTERS["organisations"], district, excel.sent(excel.book(*rows(1))))
    monkeypatch.setattr(importing, "check", lambda *args: 1 / 0)
    for _n in range(importing.TRIES):
        with pytest.raises(ZeroDivisionError):
            importing.work(job.pk)
    assert importing.work(job.pk)
    job.refresh_from_db()
    assert job.phase == "failed" and "反复中断" in job.words


def test_a_cancelled_one_writes_nothing_more(district: User, monkeypatch: pytest.MonkeyPatch) -> None:
    job = checked(district, "organisations", *rows(6))
    importing.approve(job)
    monkeypatch.setattr(importing, "BATCH", 2)
    write = importing._audit
    monkeypatch.setattr(importing, "_audit", lambda run, count: (write(run, count), importing.cancel(job)))
    importing.work(job.pk)
    job.refresh_from_db()
    assert (job.phase, job.added, Organisation.objects.count()) == ("cancelled", 2, 2)
    page = enter(district).get(f"/desk/import/jobs/{job.pk}/").content.decode()
    assert "取消前写入的 2 行保留着" in page
    waiting = checked(district, "organisations", *rows(6))
    assert counts(waiting) == (4, 0, 2, 0) and importing.cancel(waiting) and not importing.approve(waiting)


def test_old_imports_go_with_their_files(district: User, files: Path) -> None:
    job = checked(district, "organisations", ORGANISATION, ("", "", "企业", make.VILLAGE, ""))
    assert len([p for p in files.rglob("*.xlsx")]) == 2
    ImportJob.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(days=31))
    tasks.sweep()
    assert not ImportJob.objects.exists() and not [p for p in files.rglob("*.xlsx")]


def workers(pk: int, count: int) -> None:
    """So many workers at once on one import, in threads of their own."""
    gate, faults = threading.Barrier(count), []

    def one() -> None:
        try:
            gate.wait(10)
            importing.work(pk)
        except Exception as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_two_workers_at_once_write_each_line_once(files: Any, monkeypatch: pytest.MonkeyPatch, locked: bool) -> None:
    """Also with the lock taken out: the batch's own condition holds then."""
    make.calendar()
    district = make.officer("district")
    job = checked(district, "organisations", *rows(40))
    monkeypatch.setattr(importing, "BATCH", 10)
    importing.approve(job)
    if not locked:
        monkeypatch.setattr(importing, "turn", contextmanager(lambda: iter([True])))
    workers(job.pk, 3)
    importing.work(job.pk)
    job.refresh_from_db()
    assert (job.phase, counts(job), Organisation.objects.count()) == ("done", (40, 0, 0, 0), 40)
    assert sum(AuditEntry.objects.filter(action="accounts.import").values_list("count", flat=True)) == 40


@pytest.mark.django_db(transaction=True)
def test_while_one_works_another_waits_and_a_dead_workers_lock_is_free(files: Any) -> None:
    make.calendar()
    job = importing.upload(register.REGISTERS["organisations"], make.officer("district"), excel.sent(excel.book(*rows(1))))
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [importing.LOCK])
    assert not importing.work(job.pk)
    other.close()
    for _n in range(100):
        if importing.work(job.pk):
            break
    job.refresh_from_db()
    assert job.phase == "checked"
    assert connection.is_usable()
