"""The public notice as an official document: what ``templates/print/official.typ`` wants, numbers as people write them."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Region
from centers.forms.fields import FEN_A_WAN
from funding.models import DecisionLine, RatingRound
from records import outbox


def chinese(day: date | None) -> str:
    """``2026年11月29日``: arabic, without leading zeros (GB/T 9704)."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def wan(fen: int) -> str:
    """``1.50万元``."""
    return str(_("%(n)s万元") % {"n": f"{Decimal(fen) / FEN_A_WAN:,.2f}"})


@outbox.portal_language
def data(row: RatingRound) -> dict[str, Any]:
    """Title, paragraphs, one table a star, where to object; by the last decision."""
    decision = row.decisions.order_by("-number").first()
    lines = DecisionLine.objects.filter(decision=decision).select_related("application__center__region__parent")
    starred = [line for line in lines.order_by("-star", "-total", "application__center__region__code") if line.star]
    groups = []
    for star in sorted({line.star for line in starred}, reverse=True):
        own = [line for line in starred if line.star == star]
        rows = [[str(n), town(line), line.application.center.name, f"{line.total}", wan(line.award)] for n, line in enumerate(own, 1)]
        groups.append({"title": _("%(star)d 星（%(n)d 个）") % {"star": star, "n": len(own)}, "rows": rows})
    money = sum(line.award for line in starred)
    office = settings.SITE["organiser"]
    return {
        "title": _("关于%(round)s结果的公示") % {"round": row.title},
        "paragraphs": [
            _("按照《%(scheme)s》，经村社申报、代表评议、镇街打分、区级评定，现将结果公示如下，共 %(n)d 个村社，奖励资金合计 %(money)s。")
            % {"scheme": row.scheme, "n": len(starred), "money": wan(money)},
            *([_("评定的理由：%(why)s") % {"why": decision.reason}] if decision and decision.reason else []),
            _("公示时间：%(first)s至%(last)s（5 个工作日）。") % {"first": chinese(row.notice_from), "last": chinese(row.notice_until)},
            _("对结果有异议的，请在公示期内提出：单位的要加盖公章，个人的要留下姓名和联系电话。10 天内答复，答复公开。"),
        ],
        "heads": [_("序号"), _("镇街"), _("党群服务中心"), _("总分"), _("奖励")],
        "groups": groups,
        "hash": decision.inputs_hash if decision else "",
        "hash_label": _("输入指纹"),
        "office": office or "",
        "day": chinese(row.notice_from),
        "address": f"{settings.SITE_URL}/funding/rounds/{row.pk}/",
        "note": _("送审稿：没有红头，不加盖印章，由单位按程序印发。"),
    }


def town(line: DecisionLine) -> str:
    parent: Region | None = line.application.center.region.parent
    return parent.name if parent else ""
