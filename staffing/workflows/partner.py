"""A partnership: applied for, vetted by the township, agreed, looked back on, renewed or ended."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.base import DateInput
from accounts.models import User
from records import outbox
from staffing.models import CommunityPartner
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = CommunityPartner.State


def link(row: CommunityPartner) -> str:
    return f"/desk/partners/{row.pk}/"


def remarked(row: CommunityPartner, user: Any, data: dict[str, Any]) -> None:
    row.remark = str(data.get("reason") or "")


def agreed(row: CommunityPartner, user: Any, data: dict[str, Any]) -> None:
    row.checked_on = data.get("checked_on") or row.checked_on
    if row.check_due:
        raise ValidationError({"checked_on": _("会接触孩子的，先补上一年以内的从业人员查询日期，再签协议。")})
    row.starts_on, row.ends_on, row.remark = data["starts_on"], data["ends_on"], ""


def renewed(row: CommunityPartner, user: Any, data: dict[str, Any]) -> None:
    row.checked_on = data.get("checked_on") or row.checked_on
    if row.check_due:
        raise ValidationError({"checked_on": _("会接触孩子的，先补上一年以内的从业人员查询日期，再续约。")})
    if row.ends_on and data["ends_on"] <= row.ends_on:
        raise ValidationError({"ends_on": _("新的最后一天要晚于现在的 %(day)s。") % {"day": row.ends_on}})
    row.ends_on = data["ends_on"]


def reviewed(row: CommunityPartner, user: Any, data: dict[str, Any]) -> None:
    row.review = data["review"]


def ended(row: CommunityPartner, user: Any, data: dict[str, Any]) -> None:
    row.remark = data["reason"]
    if row.ends_on and row.starts_on and row.ends_on > timezone.localdate() >= row.starts_on:
        row.ends_on = timezone.localdate()


def tell_unit(row: CommunityPartner, user: Any, data: dict[str, Any]) -> None:
    """The accounts of the partner's organisation."""
    subject = _("社区合伙：%(state)s") % {"state": row.get_state_display()}
    for one in User.objects.filter(organisation=row.organisation_id, is_active=True).order_by("id"):
        outbox.tell(one, "partner", subject, "\n".join(filter(None, [str(row.center), row.remark])), link=link(row))


def tell_town(row: CommunityPartner, user: Any, data: dict[str, Any]) -> None:
    subject = _("合伙申请补好了：%(who)s") % {"who": row.organisation}
    tell_holders("staffing.vet_communitypartner", row.center.region.code, "partner", subject, "", link(row))


@outbox.portal_language
def tell_applied(row: CommunityPartner) -> None:
    subject = _("有单位申请做社区合伙人：%(who)s") % {"who": row.organisation}
    tell_holders("staffing.vet_communitypartner", row.center.region.code, "partner", subject, row.services, link(row))


def first_day() -> forms.Field:
    return forms.DateField(label=gettext_lazy("协议起"), widget=DateInput())


def last_day() -> forms.Field:
    return forms.DateField(label=gettext_lazy("协议止"), widget=DateInput(), help_text=gettext_lazy("最后一天。"))


def checked() -> forms.Field:
    help_text = gettext_lazy("会接触孩子的要填：违法犯罪记录查询，每年一次。")
    return forms.DateField(label=gettext_lazy("从业人员查询日期"), widget=DateInput(), help_text=help_text)


def review() -> forms.Field:
    help_text = gettext_lazy("做了多少次、居民怎么说、要改什么，写两三句。")
    return forms.CharField(label=gettext_lazy("评估"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text)


PARTNER = Workflow(
    CommunityPartner,
    Step("vet", gettext_lazy("审核通过"), (S.APPLIED,), S.VETTED, sets=remarked, tells=tell_unit),
    Step("send_back", gettext_lazy("退回补充"), (S.APPLIED,), S.RETURNED, needs=("reason",), sets=remarked, tells=tell_unit),
    Step("submit", gettext_lazy("补好了，再交"), (S.RETURNED,), S.APPLIED, tells=tell_town),
    Step("refuse", gettext_lazy("不通过"), (S.APPLIED,), S.REFUSED, needs=("reason",), sets=remarked, tells=tell_unit, aside=True),
    Step(
        "agree", gettext_lazy("签好协议"), (S.VETTED,), S.AGREED, needs=("starts_on", "ends_on"),
        asks={"starts_on": first_day, "ends_on": last_day, "checked_on": checked}, sets=agreed, tells=tell_unit,
    ),
    Step(
        "review", gettext_lazy("写评估"), (S.AGREED,), S.REVIEWED, needs=("review",), asks={"review": review}, sets=reviewed, aside=True,
    ),
    Step(
        "renew", gettext_lazy("续约"), (S.REVIEWED,), S.AGREED, needs=("ends_on",), asks={"ends_on": last_day, "checked_on": checked},
        sets=renewed,
        tells=tell_unit, aside=True,
    ),
    Step(
        "end", gettext_lazy("结束合作"), (S.VETTED, S.AGREED, S.REVIEWED), S.ENDED, needs=("reason",), sets=ended,
        tells=tell_unit, aside=True,
    ),
)  # fmt: skip
