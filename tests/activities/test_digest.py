"""The month's column: drafted from approved facts, edited, checked by another, published; feeds and HTML to paste."""

from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from activities import digest
from activities.models import Digest, DigestItem
from activities.views.desk_digest import for_wechat
from activities.workflows.digest import DIGEST
from records.models import AuditEntry
from tests import make
from tests.portal.world import enter
from workflow.engine import NotYours

pytestmark = pytest.mark.django_db
MONTH = date(2026, 10, 1)


def outcome(released: bool = True, on: date = date(2026, 10, 20), **fields: Any) -> Any:
    values = {"held_on": on, "headcount": 30, "lines": "大家玩得高兴。"}
    return make.outcome(released_at=timezone.now() if released else None, **(values | fields))


def test_the_draft_takes_numbers_and_what_centers_published() -> None:
    shown, hidden = outcome(headcount=40), outcome(released=False, headcount=5, lines="还没公开")
    outcome(on=date(2026, 9, 30))
    made = digest.draft(make.region("330703"), MONTH)
    assert made
    texts = " ".join(f"{item.title} {item.text}" for item in made.items.all())
    assert "2 场活动，45 人次" in texts
    assert shown.activity.title in texts
    assert hidden.lines not in texts


def test_it_is_drafted_once() -> None:
    outcome()
    region = make.region("330703")
    assert digest.draft(region, MONTH)
    assert digest.draft(region, MONTH) is None
    assert Digest.objects.count() == 1


def test_a_month_without_anything_has_no_draft() -> None:
    assert digest.draft(make.region("330703"), MONTH) is None


def test_the_beats_task_drafts_last_month_for_the_district() -> None:
    outcome(on=digest.month_before() + timedelta(3))
    assert digest.draft_due() == 1
    assert Digest.objects.get().month == digest.month_before()
    assert digest.draft_due() == 0


def test_brands_and_resources_of_the_month_are_in_it() -> None:
    made = make.brand(state="recognised", recognised_on=date(2026, 10, 5))
    shared = make.resource(since=date(2026, 10, 9))
    row = digest.draft(make.region("330703"), MONTH)
    assert row
    titles = [item.title for item in row.items.all()]
    assert any(made.name in title for title in titles)
    assert str(shared) in titles


def test_who_edited_does_not_publish(township: User) -> None:
    row = DIGEST.take(make.digest(), "submit", by=township)
    with pytest.raises(NotYours, match="两个人"):
        DIGEST.take(row, "publish", by=township)
    done = DIGEST.take(row, "publish", by=make.officer("district"))
    assert done.published_at
    assert done.checked_by != done.edited_by


def test_who_wrote_in_it_does_not_check_it_though_another_sent_it(township: User) -> None:
    row, other = make.digest(), make.officer("township")
    row.editors.add(township)
    DIGEST.take(row, "submit", by=other)
    for step in ("publish", "send_back"):
        with pytest.raises(NotYours):
            DIGEST.take(row, step, by=township, reason="改")
    with pytest.raises(NotYours):
        DIGEST.take(row, "publish", by=other)
    assert DIGEST.take(row, "publish", by=make.officer("district")).published_at


def test_editing_on_the_page_and_by_the_form_makes_an_editor(township: User) -> None:
    row = make.digest()
    desk = enter(township)
    desk.post(f"/desk/digests/{row.pk}/edit/", {"title": "新标题", "lead": "导语\x0b"})
    row.refresh_from_db()
    assert (row.title, row.lead, list(row.editors.all())) == ("新标题", "导语", [township])


def test_it_is_drafted_anew_from_the_records_but_the_editors_words_stay(township: User) -> None:
    outcome(on=digest.month_before() + timedelta(3))
    row = make.digest("330703001")
    DigestItem.objects.create(digest=row, kind="words", text="编者说")
    enter(township).post(reverse("desk_digest_items", args=[row.pk]), {"refill": "1"})
    kinds = list(row.items.values_list("kind", flat=True))
    assert "words" in kinds and "numbers" in kinds and "story" in kinds
    assert not row.items.filter(title="事情0").exists()
    assert list(row.editors.all()) == [township]
    assert AuditEntry.objects.filter(action="activities.change_digest", actor=township).exists()


def test_a_control_character_takes_no_feed_down(client: Client) -> None:
    row = make.digest(items=0)
    DigestItem.objects.create(digest=row, kind="story", text="好")
    Digest.objects.filter(pk=row.pk).update(state="published", published_at=timezone.now(), edited_by=make.user(), checked_by=make.user())
    assert digest.printable("a\x0bb\x00c\n") == "abc\n"
    assert client.get(reverse("notices_rss")).status_code == 200


def test_nothing_to_print_is_not_sent(township: User) -> None:
    with pytest.raises(ValidationError, match="还没有要刊登"):
        DIGEST.take(make.digest(items=0), "submit", by=township)


def test_after_sending_nothing_changes_until_it_is_sent_back(township: User) -> None:
    row = make.digest()
    DIGEST.take(row, "submit", by=township)
    with pytest.raises(IntegrityError, match="was sent"), transaction.atomic():
        DigestItem.objects.filter(digest=row).update(text="偷偷改")
    assert not Digest.objects.allowed(township, "change").filter(pk=row.pk).exists()


def test_strangers_read_what_is_published_and_nothing_else(client: Client) -> None:
    shown, hidden = make.digest(state="published", title="十月专栏"), make.digest(month=date(2025, 3, 1), title="还在编")
    assert client.get(reverse("notice", args=[shown.pk])).status_code == 200
    assert client.get(reverse("notice", args=[hidden.pk])).status_code == 404
    for path in (reverse("notices"), reverse("notices_rss"), reverse("notices_atom"), "/api/v1/notices/"):
        text = client.get(path).text
        assert "十月专栏" in text, path
        assert "还在编" not in text, path


def test_the_feeds_are_well_formed(client: Client) -> None:
    make.digest(state="published", title="<专栏> & 消息", lead="一句话")
    rss = ET.fromstring(client.get(reverse("notices_rss")).content)
    assert rss.findtext("channel/item/title") == "<专栏> & 消息"
    atom = ET.fromstring(client.get(reverse("notices_atom")).content)
    assert atom.tag == "{http://www.w3.org/2005/Atom}feed"


def test_the_html_to_paste_has_its_styles_inside_and_escapes() -> None:
    row = make.digest(items=0)
    DigestItem.objects.create(digest=row, kind="story", title="<script>x</script>", text="好")
    html = for_wechat(row)
    assert "style=" in html
    assert "<script>" not in html
    assert "class=" not in html


def test_items_are_edited_ordered_and_left_out_on_one_page(township: User) -> None:
    row = make.digest()
    client = enter(township)
    one, two = row.items.all()
    rows: list[dict[str, Any]] = [
        {"id": one.pk, "kind": "story", "place": "20", "title": "改过", "text": "好", "kept": "on"},
        {"id": two.pk, "kind": "story", "place": "10", "title": "不要", "text": "x"},
        {"kind": "words", "place": "1", "title": "", "text": "编者说", "kept": "on"},
    ]
    data = {f"items-{n}-{name}": value for n, line in enumerate(rows) for name, value in line.items()}
    data |= {"items-TOTAL_FORMS": "3", "items-INITIAL_FORMS": "2"}
    answer = client.post(reverse("desk_digest_items", args=[row.pk]), data)
    assert answer.status_code == 302
    fresh = Digest.objects.get(pk=row.pk)
    assert [item.text for item in fresh.chosen] == ["编者说", "好"]
