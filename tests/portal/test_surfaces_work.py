"""Rules of the centers' work that only a page's own form or a step meets: said in words, with everything kept, never a fault."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from centers.models import ClosurePhoto, Paper, Sign
from tests import make
from tests.portal.test_surfaces import spoken
from tests.portal.world import JSON, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(district: User) -> Client:
    return enter(district)


def picture(color: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("现场.jpg", make.photo_bytes(color=color), "image/jpeg")


def test_a_fourth_picture_after_is_refused_in_the_rules_own_words(client: Client, files: Any) -> None:
    task = make.task()
    for color in ("red", "green", "blue"):
        answer = client.post(f"/desk/tasks/{task.pk}/photos/add/", {"moment": "after", "file": picture(color)})
        assert answer.status_code == 302, answer.content.decode()
    answer = client.post(f"/desk/tasks/{task.pk}/photos/add/", {"moment": "after", "file": picture("white")})
    assert answer.status_code == 200 and spoken("closure_photo_at_most_three") in answer.content.decode()
    assert ClosurePhoto.objects.filter(task=task).count() == 3
    answer = client.post(f"/desk/tasks/{task.pk}/photos/add/", {"moment": "before", "file": picture("white")})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("name", "content"), [("a.pdf", b"MZ" + b"\0" * 900), ("a.docx", b"PK\x03\x04" + b"\0" * 900), ("a.svg", b"<svg onload='x'/>")]
)
def test_a_paper_is_told_by_its_content_on_page_and_api(client: Client, files: Any, name: str, content: bytes) -> None:
    task = make.task()
    words = "这个文件不能收"
    page = client.post(f"/desk/tasks/{task.pk}/papers/add/", {"kind": "acceptance", "file": SimpleUploadedFile(name, content)})
    assert page.status_code == 200 and words in page.content.decode()
    api = client.post("/api/v1/papers/", {"task": task.pk, "kind": "acceptance", "file": SimpleUploadedFile(name, content)})
    assert api.status_code == 400 and words in str(api.json()["errors"]["file"])
    assert not Paper.objects.exists() and not [path for path in files.rglob("*") if path.is_file()]


def test_a_second_application_for_a_sign_that_is_up_is_refused_in_words(client: Client) -> None:
    first = make.placement(state="approved", title="农家书屋")
    make.sign(of=first)
    second = make.placement(first.center, state="district_review", title="农家书屋")
    page = client.post(f"/desk/placements/{second.pk}/steps/approve/", follow=True)
    assert page.status_code == 200 and spoken("sign_once") in page.content.decode()
    api = client.post(f"/api/v1/placements/{second.pk}/steps/approve/", {}, JSON)
    assert api.status_code in (400, 409) and spoken("sign_once") in str(api.json())
    second.refresh_from_db()
    assert second.state == "district_review" and Sign.objects.count() == 1


def test_a_step_without_its_reason_asks_for_it_on_page_and_api(client: Client) -> None:
    finding = make.finding(state="submitted")
    page = client.post(f"/desk/findings/{finding.pk}/steps/send_back/", {"reason": ""})
    assert page.status_code == 200 and 'aria-invalid="true"' in page.content.decode()
    api = client.post(f"/api/v1/findings/{finding.pk}/steps/send_back/", {}, JSON)
    assert api.status_code == 400 and set(api.json()["errors"]) == {"reason"}
    finding.refresh_from_db()
    assert finding.state == "submitted"


def test_a_repair_and_a_suggestion_of_a_stranger_keep_what_was_typed() -> None:
    client, center = Client(), make.center()
    page = client.post(f"/centers/{center.pk}/repair/", {"text": "", "place": "二楼", "phone": "12"}).content.decode()
    assert 'value="二楼"' in page and 'value="12"' in page
    page = client.post("/feedback/", {"kind": "complaint", "text": "x" * 1001, "phone": ""}).content.decode()
    assert "x" * 1001 in page


def test_the_lines_of_a_month_are_filed_by_a_page_or_not_at_all(client: Client) -> None:
    """One wrong line comes back with its words, the right one beside it is filed."""
    wrong, right = make.report(), make.report(make.task(make.center(make.NEXT_VILLAGE)))
    typed = {"act": "save"}
    for row, percent in ((wrong, "300"), (right, "50")):
        typed |= {f"line{row.pk}-percent": percent, f"line{row.pk}-text": "新的进展", f"line{row.pk}-spent_fen": "1.5"}
    page = client.post("/desk/month/", typed)
    assert page.status_code == 400 and 'value="300"' in page.content.decode()
    for row in (wrong, right):
        row.refresh_from_db()
    assert (wrong.state, right.state, right.percent, right.spent_fen) == ("open", "filed", 50, 1_500_000)
