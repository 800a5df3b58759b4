"""The pages of a round: applying, reviewing on a phone, the township's scores, what-if, the decision, its notice, objecting."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from funding.models import Application, Criterion, Decision, DecisionLine, Objection, RatingRound, RatingScheme, Sheet
from funding.workflows.round import ROUND
from records.models import AuditEntry
from tests import make
from tests.portal.world import enter

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    return str(response.content.decode())


def marks(of: Application, source: str, value: Any) -> dict[str, Any]:
    """The form of a sheet, every item alike."""
    rows = Criterion.objects.filter(scheme=of.round.scheme_id, source=source).order_by("number")
    return {f"item_{item.pk}": value for item in rows}


# -- a village applies --------------------------------------------------------------------------------------
def test_a_village_applies_with_two_sentences_and_sees_its_facts(village: User, district: User) -> None:
    row, client, center = make.rating_round(by=district), enter(village), make.center_of()
    page = text(client.get("/desk/applications/add/"))
    assert row.title in page and center.short_name in page
    typed = {"round": row.pk, "center": center.pk, "strengths": "天天开到晚上九点。", "plans": "门口的坡道"}
    answer = client.post("/desk/applications/add/", typed)
    made = Application.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/applications/{made.pk}/")
    page = text(client.get(f"/desk/applications/{made.pk}/"))
    for words in ("开放时间守住", "七条标准达标率", "值班有人", "不知道", "现在的数"):
        assert words in page
    assert client.post(f"/desk/applications/{made.pk}/steps/submit/").status_code == 302
    made.refresh_from_db()
    assert made.state == "submitted" and made.submitted_by == village and len(made.facts) == 7
    assert "申报那一刻的数" in text(client.get(f"/desk/applications/{made.pk}/"))


def test_a_wrong_application_keeps_what_was_typed(village: User, district: User) -> None:
    row, client = make.rating_round(by=district), enter(village)
    typed = {"round": row.pk, "center": make.center_of().pk, "strengths": "长" * 301, "plans": "门口的坡道"}
    answer = client.post("/desk/applications/add/", typed)
    page = text(answer)
    assert answer.status_code == 200 and 'aria-invalid="true"' in page
    assert "长" * 301 in page and "门口的坡道" in page
    assert not Application.objects.exists()


def test_a_second_application_is_told_where_the_first_one_is(village: User, district: User) -> None:
    of, client = make.application(make.rating_round(by=district), state="draft"), enter(village)
    answer = client.post("/desk/applications/add/", {"round": of.round_id, "center": of.center_id, "strengths": "再来一份"})
    assert answer.status_code == 200 and "已经有一份申报了" in text(answer) and "再来一份" in text(answer)


def test_when_applying_is_over_no_round_is_offered(village: User, district: User) -> None:
    row, client = make.reviewing(make.rating_round(by=district)), enter(village)
    typed = {"round": row.pk, "center": make.center_of().pk, "strengths": "晚了"}
    answer = client.post("/desk/applications/add/", typed)
    assert answer.status_code == 200 and "晚了" in text(answer) and not Application.objects.exists()


# -- a representative reviews -------------------------------------------------------------------------------
def test_a_representative_reviews_and_goes_on_to_the_next(resident: User, district: User) -> None:
    row = make.rating_round(by=district)
    one, two = make.application(row), make.application(row, make.center_of(make.NEXT_VILLAGE))
    first, second = make.sheet(one, who=resident), make.sheet(two, who=resident)
    make.reviewing(row)
    client, path = enter(resident), f"/me/reviews/{first.pk}/"
    page = text(client.get("/me/reviews/"))
    assert one.center.short_name in page and two.center.short_name in page
    page = text(client.get(path))
    assert "服务好不好" in page and "晚上也开门。" in page and "值班和日常管理" not in page
    wrong = marks(one, "representatives", 88) | {next(iter(marks(one, "representatives", 0))): 101}
    page = text(client.post(path, wrong))
    assert 'value="101"' in page and 'value="88"' in page and 'aria-invalid="true"' in page
    assert client.post(path, marks(one, "representatives", ""), follow=True).status_code == 200
    assert Sheet.objects.get(pk=first.pk).state == "pending"
    answer = client.post(path, marks(one, "representatives", 88))
    assert (answer.status_code, answer["Location"]) == (302, f"/me/reviews/{second.pk}/")
    assert set(Sheet.objects.get(pk=first.pk).marks.values()) == {88}


def test_who_has_a_tie_to_the_village_recuses_with_one_sentence(resident: User, district: User) -> None:
    sheet = make.sheet(make.application(make.rating_round(by=district)), who=resident)
    make.reviewing(sheet.application.round)
    client, path = enter(resident), f"/me/reviews/{sheet.pk}/recuse/"
    assert "要回避" in text(client.get(f"/me/reviews/{sheet.pk}/"))
    answer = client.post(path, {"why": ""})
    assert answer.status_code == 200 and 'aria-invalid="true"' in text(answer)
    assert client.post(path, {"why": "我姐姐在这里上班"}).status_code == 302
    sheet.refresh_from_db()
    assert (sheet.state, sheet.marks, sheet.reason) == ("recused", {}, "我姐姐在这里上班")


def test_after_the_round_is_scored_a_sheet_takes_no_more_marks(resident: User, district: User) -> None:
    row = make.scored_round()
    one = Sheet.objects.filter(source="representatives").first()
    assert one is not None
    client = enter(one.scorer)
    answer = client.post(f"/me/reviews/{one.pk}/", marks(Application.objects.get(round=row), "representatives", 1))
    assert answer.status_code in (200, 403) and set(Sheet.objects.get(pk=one.pk).marks.values()) == {95}


# -- the township scores ------------------------------------------------------------------------------------
def test_the_township_scores_its_villages_and_sees_nobody_elses_marks(township: User, other_township: User, district: User) -> None:
    of = make.application(make.rating_round(by=district))
    make.reviewing(of.round)
    make.marked(of, "township", 37)
    client, path = enter(township), f"/desk/scoring/{of.pk}/"
    assert of.center.short_name in text(client.get("/desk/scoring/"))
    page = text(client.get(path))
    assert "值班和日常管理" in page and "服务好不好" not in page and 'value="37"' not in page and ">37<" not in page
    assert client.post(path, marks(of, "township", 90)).status_code == 302
    own = Sheet.objects.get(scorer=township)
    assert (own.source, own.number, own.state) == ("township", 2, "done")
    assert client.post(path, marks(of, "township", 91)).status_code == 302  # corrected, as long as scoring is open
    assert set(Sheet.objects.get(pk=own.pk).marks.values()) == {91}
    assert enter(other_township).get(path).status_code == 404


def test_the_district_scores_by_its_own_items(district: User) -> None:
    of = make.application(make.rating_round(by=district))
    make.reviewing(of.round)
    client = enter(district)
    assert "七条标准" in text(client.get(f"/desk/scoring/{of.pk}/"))
    assert client.post(f"/desk/scoring/{of.pk}/", marks(of, "district", 90)).status_code == 302
    assert Sheet.objects.get().source == "district"


# -- what-if and the decision -------------------------------------------------------------------------------
def test_what_if_moves_a_threshold_and_shows_who_changes(district: User) -> None:
    row, client = make.scored_round({make.VILLAGE: (95, 92, 90), make.NEXT_VILLAGE: (80, 80, 80)}), enter(district)
    path, name = f"/desk/rating-rounds/{row.pk}/what-if/", make.center_of().name
    page = text(client.get(path))
    assert "没有村社会变" in page and name not in page
    page = text(client.get(path, {"threshold_5": "95"}))
    assert name in page and make.center_of(make.NEXT_VILLAGE).name not in page
    page = text(client.get(path, {"threshold_5": "三"}))
    assert "不是数字" in page and "评定并公示</button>" not in page
    page = text(client.get(path, {"threshold_5": "60"}))
    assert "分数线要越高" in page
    assert not Decision.objects.exists()


def test_a_decision_unlike_the_rules_wants_its_reason(district: User) -> None:
    row, client = make.scored_round(), enter(district)
    path, typed = f"/desk/rating-rounds/{row.pk}/what-if/", {"threshold_5": "95", "quota_5": "", "award_5": "5", "budget": "100"}
    answer = client.post(path, typed)
    assert answer.status_code == 200 and "理由" in text(answer) and 'value="95"' in text(answer)
    assert not Decision.objects.exists()
    assert client.post(path, typed | {"reason": "预算收紧"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, DecisionLine.objects.get().star, Decision.objects.get().reason) == ("decided", 4, "预算收紧")


def test_the_decision_by_the_rules_is_one_button(district: User) -> None:
    row, client = make.scored_round(), enter(district)
    assert client.post(f"/desk/rating-rounds/{row.pk}/what-if/", {}).status_code == 302
    row.refresh_from_db()
    assert (row.state, DecisionLine.objects.get().star) == ("decided", 5)
    assert AuditEntry.objects.filter(action="funding.decide_ratinground", target_id=row.pk).count() == 1


def test_the_village_page_lets_anybody_do_the_sum_again(client: Client) -> None:
    row = make.decided()
    of = Application.objects.get(round=row)
    page = text(client.get(f"/funding/rounds/{row.pk}/{of.pk}/"))
    for words in ("95", "92", "90", "92.10", "30", "40"):
        assert words in page
    for login in Sheet.objects.values_list("scorer__login", flat=True):
        assert login not in page


# -- the notice and objections ------------------------------------------------------------------------------
def said(**changes: Any) -> dict[str, Any]:
    return {"application": "", "kind": "person", "name": "黄青禾", "phone": "13900000009", "text": "晚上没有开门。"} | changes


def test_a_stranger_objects_and_the_district_is_told(client: Client, district: User) -> None:
    row = make.decided()
    path = f"/funding/rounds/{row.pk}/object/"
    assert "multipart/form-data" in text(client.get(path))
    answer = client.post(path, said())
    assert (answer.status_code, answer["Location"]) == (302, f"/funding/rounds/{row.pk}/?objected=1")
    one = Objection.objects.get()
    assert (one.round, one.phone, one.user) == (row, "+8613900000009", None)
    page = text(client.get(answer["Location"]))
    assert "10 天内答复" in page and "晚上没有开门" not in page and "黄青禾" not in page
    assert "收到异议" in text(enter(district).get("/me/inbox/"))


@pytest.mark.parametrize(("wrong", "words"), [({"name": ""}, "name"), ({"phone": "12"}, "phone"), ({"text": ""}, "text")])
def test_an_objection_without_a_contact_keeps_what_was_typed(client: Client, wrong: dict[str, str], words: str) -> None:
    row = make.decided()
    answer = client.post(f"/funding/rounds/{row.pk}/object/", said(**wrong))
    page = text(answer)
    assert answer.status_code == 200 and 'aria-invalid="true"' in page
    assert all(value in page for name, value in said(**wrong).items() if name in ("name", "phone", "text") and value)
    assert not Objection.objects.exists()


def test_a_unit_objects_under_its_seal_alone(client: Client, files: Path) -> None:
    row = make.decided()
    path, unit = f"/funding/rounds/{row.pk}/object/", said(kind="unit", name="金东区演示单位")
    answer = client.post(path, unit)
    assert answer.status_code == 200 and "盖章的书面材料" in text(answer) and "金东区演示单位" in text(answer)
    answer = client.post(path, unit | {"seal": SimpleUploadedFile("异议.pdf", b"MZ" + b"\0" * 900)})
    assert answer.status_code == 200 and "这个文件不能收" in text(answer)
    assert not Objection.objects.exists() and not [path for path in files.rglob("*") if path.is_file()]
    assert client.post(path, unit | {"seal": SimpleUploadedFile("异议.pdf", make.PDF)}).status_code == 302
    one = Objection.objects.get()
    assert (one.kind, one.content_type) == ("unit", "application/pdf")
    answer = enter(make.officer("district")).get(f"/desk/objections/{one.pk}/seal/")
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]


def test_after_the_notice_nobody_objects(client: Client) -> None:
    row = make.decided()
    RatingRound.objects.filter(pk=row.pk).update(notice_until=timezone.localdate() - timedelta(1))
    assert client.get(f"/funding/rounds/{row.pk}/object/").status_code == 404
    assert client.post(f"/funding/rounds/{row.pk}/object/", said()).status_code == 404


def test_an_objection_is_answered_at_the_desk_and_read_by_everybody(client: Client, district: User) -> None:
    one = make.objection()
    answer = enter(district).post(f"/desk/objections/{one.pk}/steps/dismiss/", {"answer": "查了值班表，每晚都有人。"})
    assert answer.status_code == 302
    page = text(client.get(f"/funding/rounds/{one.round_id}/"))
    assert "查了值班表，每晚都有人。" in page and one.name not in page and one.text not in page


def test_the_notice_is_printed(client: Client) -> None:
    answer = client.get(f"/funding/rounds/{make.decided().pk}/notice.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert body.startswith(b"%PDF")


# -- what a round froze -------------------------------------------------------------------------------------
def test_the_admin_looks_at_a_frozen_scheme_and_changes_nothing(district: User) -> None:
    row, client = make.rating_round(by=district), enter(district)
    path = f"/admin/funding/ratingscheme/{row.scheme_id}/"
    page = client.get(f"{path}change/")
    assert page.status_code == 200 and 'name="budget"' not in text(page) and 'name="tiers-0-threshold"' not in text(page)
    assert client.post(f"{path}change/", {"budget": "1"}).status_code == 403
    assert client.post(f"{path}delete/", {"post": "yes"}).status_code == 403
    assert RatingScheme.objects.get(pk=row.scheme_id).budget == 100_000_000
    draft = make.rating_scheme()
    assert 'name="budget"' in text(client.get(f"/admin/funding/ratingscheme/{draft.pk}/change/"))


def test_the_desk_does_not_change_a_frozen_scheme_either(district: User) -> None:
    scheme, client = make.rating_round(by=district).scheme, enter(district)
    typed = {"region": scheme.region_id, "name": scheme.name, "version": 1, "budget": "1", "quorum": 3, "trim_from": 10, "gap": 10}
    typed |= {"weight_representatives": 30, "weight_township": 30, "weight_district": 40, "veto_star": 0}
    answer = client.post(f"/desk/rating-schemes/{scheme.pk}/edit/", typed)
    assert answer.status_code == 200 and "已经定稿" in text(answer)
    tier = scheme.tiers.get(star=5)
    assert client.post(f"/desk/rating-schemes/{scheme.pk}/tiers/{tier.pk}/", {"star": 5, "threshold": 1, "award": 0}).status_code == 403
    assert client.post(f"/desk/rating-schemes/{scheme.pk}/tiers/{tier.pk}/delete/").status_code == 403
    assert RatingScheme.objects.get(pk=scheme.pk).budget == 100_000_000 and scheme.tiers.get(star=5).threshold == 90


def test_a_frozen_scheme_is_carried_on_as_its_next_version(district: User) -> None:
    row, client = make.rating_round(by=district), enter(district)
    answer = client.post(f"/desk/rating-schemes/{row.scheme_id}/next/")
    made = RatingScheme.objects.order_by("-pk")[0]
    assert answer["Location"] == f"/desk/rating-schemes/{made.pk}/"
    assert (made.version, made.frozen_at, made.rules_hash) == (2, None, "")
    assert (made.tiers.count(), made.criteria.count()) == (3, 7)
    again = client.post(f"/desk/rating-schemes/{row.scheme_id}/next/", follow=True)
    assert again.redirect_chain[-1][0] == answer["Location"] and "就在这里改" in text(again)
    assert RatingScheme.objects.count() == 2


def test_a_result_that_is_final_is_not_decided_again_by_the_page(district: User) -> None:
    row = make.decided()
    RatingRound.objects.filter(pk=row.pk).update(state="final", final_at=timezone.now())
    row.refresh_from_db()
    make.budget(100_000_000, "stars", row.year)
    ROUND.take(row, "award", by=district)
    assert enter(district).get(f"/desk/rating-rounds/{row.pk}/what-if/").status_code == 404
