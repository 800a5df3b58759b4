"""Sites from found to in use, leases from draft to their end: DOMAIN §2.9."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.base import DateInput
from centers.models import CandidateSite, Lease, Paper
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = CandidateSite.State
L = Lease.State


def dropped(site: CandidateSite, user: Any, data: dict[str, Any]) -> None:
    site.dropped_on = timezone.localdate()


def back(site: CandidateSite, user: Any, data: dict[str, Any]) -> None:
    site.dropped_on = None


def in_use(site: CandidateSite, user: Any, data: dict[str, Any]) -> None:
    if site.center_id is None:
        raise ValidationError(_("请先在“修改”里填这个场地用于哪个中心。"))


def signed(lease: Lease, user: Any, data: dict[str, Any]) -> None:
    """The agreement's scan is there, the day is not to come."""
    if not lease.papers.filter(kind=Paper.Kind.AGREEMENT).exists():
        raise ValidationError(_("还缺协议扫描件。请先上传，再登记签约。"))
    if data["day"] > timezone.localdate():
        raise ValidationError({"day": _("签约日期还没到，请填协议上的日期。")})
    lease.signed_on = data["day"]


def ended(lease: Lease, user: Any, data: dict[str, Any]) -> None:
    lease.ended_on = timezone.localdate()


def tell_review(lease: Lease, user: Any, data: dict[str, Any]) -> None:
    subject = _("有一份租赁协议等法务审核：%(site)s") % {"site": lease.site.name}
    tell_holders("centers.sign_lease", lease.site.region.code, "lease", subject, "", f"/desk/leases/{lease.pk}/")


def day() -> forms.Field:
    return forms.DateField(label=gettext_lazy("签约日期"), widget=DateInput())


SITE = Workflow(
    CandidateSite,
    Step("assess", gettext_lazy("评估完成"), (S.FOUND,), S.ASSESSED),
    Step("negotiate", gettext_lazy("开始洽谈"), (S.ASSESSED,), S.NEGOTIATING),
    Step("agree", gettext_lazy("谈妥了"), (S.NEGOTIATING,), S.AGREED),
    Step("use", gettext_lazy("启用"), (S.AGREED,), S.IN_USE, sets=in_use),
    Step(
        "drop",
        gettext_lazy("不再考虑"),
        (S.FOUND, S.ASSESSED, S.NEGOTIATING, S.AGREED),
        S.DROPPED,
        needs=("reason",),
        sets=dropped,
        aside=True,
    ),
    Step("take_up", gettext_lazy("重新考虑"), (S.DROPPED,), S.FOUND, sets=back, aside=True),
)
LEASE = Workflow(
    Lease,
    Step("review", gettext_lazy("送法务审核"), (L.DRAFT,), L.LEGAL_REVIEW, tells=tell_review),
    Step("send_back", gettext_lazy("退回修改"), (L.LEGAL_REVIEW,), L.DRAFT, needs=("reason",)),
    Step("sign", gettext_lazy("登记签约"), (L.LEGAL_REVIEW,), L.SIGNED, needs=("day",), asks={"day": day}, sets=signed),
    Step("renew", gettext_lazy("已续签（新协议另登记）"), (L.SIGNED,), L.RENEWED, sets=ended, aside=True),
    Step("end", gettext_lazy("终止"), (L.SIGNED,), L.ENDED, needs=("reason",), sets=ended, aside=True),
)
