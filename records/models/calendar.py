"""The Chinese calendar as a table: holidays and the weekends that are worked instead (调休)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from records import data_class


class CalendarDay(models.Model):
    """One announced day. A date without a row is one whose year is not announced yet."""

    data_class = data_class.PUBLIC

    class Kind(models.TextChoices):
        WORKDAY = "workday", _("工作日")
        REST_DAY = "rest_day", _("休息日")
        HOLIDAY = "holiday", _("法定节假日")
        MAKEUP = "makeup", _("调休上班日")

    date = models.DateField(_("日期"), primary_key=True)
    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=40, blank=True)
    source = models.CharField(_("来源"), max_length=60)

    class Meta:
        verbose_name = _("日历")
        verbose_name_plural = _("日历")
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date} {self.kind}"
