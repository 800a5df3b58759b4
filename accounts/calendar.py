"""The calendar's register: Excel out, and in for the years that the State Council announces (the records app knows no accounts)."""

from django.utils.translation import gettext_lazy as _

from accounts import normal
from accounts.forms.base import ScopedModelForm
from accounts.register import Cell, Column, Incoming, Register, register
from accounts.scope import ScopedQuerySet
from records.models import CalendarDay

#: What stands in ``source`` of a day that came from a file.
SOURCE = "import"


class CalendarQuerySet(ScopedQuerySet[CalendarDay]):
    """All days, for whoever holds the permission anywhere."""

    region_lookup = ""


class CalendarDayForm(ScopedModelForm):
    class Meta:
        model = CalendarDay
        fields = ["date", "kind", "name"]


CALENDAR = register(
    Register(
        "calendar",
        _("日历"),
        CalendarDay,
        (
            Column(_("日期"), lambda d: d.date),
            Column(_("类型"), lambda d: d.get_kind_display()),
            Column(_("名称"), lambda d: d.name, 20),
            Column(_("来源"), lambda d: d.source, 24),
        ),
        incoming=Incoming(
            CalendarDayForm,
            (
                Cell(
                    "date",
                    _("日期"),
                    normal.day,
                    True,
                    note=_("只填放假的和调休上班的日子也行，其余的在管理后台一次补齐。"),
                    example="2027-10-01",
                ),
                Cell("kind", _("类型"), normal.choice(CalendarDay.Kind), True, example="法定节假日"),
                Cell("name", _("名称"), normal.text, example="国庆节"),
            ),
            ("date",),
            fixed={"source": SOURCE},
        ),
        scoped=CalendarQuerySet,
    )
)
