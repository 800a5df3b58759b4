"""Childcare: what makes an activity a term of it."""

from datetime import date, timedelta
from typing import Any

import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from activities.models.activity import FILED, SHOWN, Activity
from records import data_class

#: Children in one class; children for one of the staff (DOMAIN §2.6).
CLASS_LIMIT, RATIO = 40, 10
NO_FILING = _("3 岁以下托育要先向卫生健康部门备案。请填写备案号，再发布。")
UNDER_THREE = _("收 3 岁以下孩子的（包括没有填最小年龄的托管照护），请先点“托管班”，选“3 岁以下托育”，填好备案号；不收就把最小年龄填成 3。")


class CareProgramQuerySet(ScopedQuerySet["CareProgram"]):
    region_lookup = "activity__center__region__code"

    def published(self) -> "CareProgramQuerySet":
        return self.filter(self.own(None))  # type: ignore[return-value]

    def own(self, user: Any) -> Q:
        """What everybody may read."""
        return Q(activity__state__in=SHOWN, activity__center__published_at__isnull=False)

    def running(self, day: date | None = None) -> "CareProgramQuerySet":
        """Published, its term under way."""
        on = day or timezone.localdate()
        return self.filter(activity__state="published", starts_on__lte=on, ends_on__gte=on)  # type: ignore[return-value]


@pghistory.track()
class CareProgram(models.Model):
    """What makes an activity a term of childcare; its intakes are the classes, its bookings the enrolments."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class Kind(models.TextChoices):
        AFTER_SCHOOL = "after", _("课后托管")
        SUMMER = "summer", _("暑期托管")
        WINTER = "winter", _("寒假托管")
        SPRING_AUTUMN = "spring", _("春秋假托管")
        EARLY_YEARS = "early", _("3 岁以下托育")

    activity = models.OneToOneField(Activity, models.CASCADE, related_name="care", verbose_name=_("所属活动"))
    kind = models.CharField(_("托管类型"), max_length=6, choices=Kind.choices)
    starts_on = models.DateField(_("学期开始"))
    ends_on = models.DateField(_("学期结束"))
    staff = models.PositiveSmallIntegerField(
        _("照护人员数"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("每人照看的孩子一般不超过 10 个。"),
    )
    checked_on = models.DateField(
        _("从业人员犯罪记录查询日期"), null=True, blank=True, help_text=_("聘用前要向公安机关查询（未成年人保护法）；每年再查一次。")
    )
    fee_note = models.CharField(_("费用说明"), max_length=80, blank=True, help_text=_("例如“不含午餐和保险，到窗口交”。系统不收钱。"))
    filing_no = models.CharField(_("托育备案号"), max_length=40, blank=True, help_text=_("只有 3 岁以下托育要填。"))
    floor = models.SmallIntegerField(_("在几楼"), null=True, blank=True, validators=[MinValueValidator(-3), MaxValueValidator(60)])

    objects = CareProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("托管班")
        verbose_name_plural = _("托管班")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="care_days_in_order", violation_error_message=_("学期结束早于开始。")
            ),
            models.CheckConstraint(condition=Q(staff__gte=1), name="care_has_staff", violation_error_message=_("至少要有 1 位照护人员。")),
            models.CheckConstraint(
                condition=~Q(kind="early") | Q(floor=None) | Q(floor__range=(1, 3)),
                name="care_early_floor",
                violation_error_message=_("3 岁以下托育只能设在 1 到 3 楼。"),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="filed",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                func="PERFORM 1 FROM activities_activity WHERE id = NEW.activity_id FOR NO KEY UPDATE;"  # or both pass at once
                + FILED.format(activity="NEW.activity_id"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity}（{self.get_kind_display()}）"

    def clean(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on - self.starts_on > timedelta(days=200):
            raise ValidationError({"ends_on": _("一个学期不超过 200 天；新学期请另开一个。")})
        if not self.activity_id:
            return
        if self.pk and CareProgram.objects.filter(pk=self.pk).exclude(activity=self.activity_id).exists():
            raise ValidationError({"activity": _("托管班不能换到别的活动上。")})
        if self.activity.kind != Activity.Kind.CARE:
            raise ValidationError(_("只有“托管照护”类的活动能设托管班。"))
        if self.activity.state == "published" and (words := self.unready()):
            raise ValidationError({"filing_no" if words is NO_FILING else "__all__": words})
        for intake in self.activity.intakes.all():
            check_class(intake, self)

    def unready(self) -> Any:
        """Why it can't be published yet; "" when it can."""
        if self.kind != self.Kind.EARLY_YEARS:
            return ""
        if not self.filing_no:
            return NO_FILING
        if self.floor is None:
            return _("请填写 3 岁以下托育设在几楼（只能 1 到 3 楼）。")
        return "" if self.checked_on else _("请填写从业人员犯罪记录的查询日期，再发布。")

    @property
    def ratio(self) -> int:
        """Children for each of the staff, rounded up: enrolled ones."""
        enrolled = sum(intake.seats_taken for intake in self.activity.intakes.all())
        return -(-enrolled // max(1, self.staff))

    @property
    def stretched(self) -> bool:
        """Whether there are more children for each of the staff than there should be."""
        return self.ratio > RATIO


def under_three(intake: Any) -> bool:
    """Whether a child under three could have a place."""
    return intake.min_age is None or intake.min_age < 3


def check_class(intake: Any, program: CareProgram) -> None:
    """A class of at most 40, with a least age; under three only where the program is for them."""
    if intake.capacity > CLASS_LIMIT:
        raise ValidationError(_("托管班每班最多 %(n)d 个孩子；人多请分成几个班。") % {"n": CLASS_LIMIT})
    early = program.kind == CareProgram.Kind.EARLY_YEARS
    if not early and under_three(intake):
        raise ValidationError(_("请把最小年龄填成 3 岁或以上；收 3 岁以下的，托管类型要选“3 岁以下托育”。"))
    if early and (intake.max_age is None or intake.max_age > 3):
        raise ValidationError(_("3 岁以下托育的最大年龄请填 2 或 3。"))


def check_children(intake: Any) -> None:
    """The rules of a childcare class; without a program, no published childcare takes the under-threes."""
    if program := getattr(intake.activity, "care", None):
        check_class(intake, program)
    elif intake.activity.kind == Activity.Kind.CARE and intake.activity.state == "published" and under_three(intake):
        raise ValidationError({"min_age": UNDER_THREE})
