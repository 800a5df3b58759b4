"""Activities: what a center offers."""

from collections import Counter
from datetime import date, timedelta

import pghistory
import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class

#: States in which residents find an activity.
SHOWN = ("published", "reported", "cancelled")
#: From so many people on the township reviews; from so many on the police's permit is needed (DOMAIN §2.5).
TOWN_FROM, PERMIT_FROM = 200, 1000
NO_PERMIT = _("1000 人及以上的活动要填公安许可文号，才能发布。")
#: States in which the activity must stay within what was looked at before.
REVIEWED = ("submitted", "approved", "published")
#: A published program for the under-threes without its filing number is refused, whoever writes (DOMAIN §2.6).
FILED = """
    IF EXISTS (
        SELECT 1 FROM activities_careprogram p JOIN activities_activity a ON a.id = p.activity_id
        WHERE a.id = {activity} AND p.kind = 'early' AND p.filing_no = '' AND a.state = 'published'
    ) THEN
        RAISE EXCEPTION 'under-three program without filing' USING ERRCODE = '23514', CONSTRAINT = 'care_early_is_filed';
    END IF;
    RETURN NULL;
"""
#: Days within which a held activity is reported, a default of ours.
REPORT_WITHIN = timedelta(days=7)


class ActivityQuerySet(ScopedQuerySet["Activity"]):
    region_lookup = "center__region__code"

    def published(self) -> "ActivityQuerySet":
        """Published, reported or cancelled (people who booked must find it), of a published center."""
        return self.filter(state__in=SHOWN, center__published_at__isnull=False)  # type: ignore[return-value]

    def coming(self) -> "ActivityQuerySet":
        """Those with a meeting that has not ended."""
        from activities.models.intake import Meeting

        ahead = Meeting.objects.filter(intake__activity=OuterRef("pk"), ends_at__gte=timezone.now())
        return self.filter(Exists(ahead), state=Activity.State.PUBLISHED)  # type: ignore[return-value]

    def held(self) -> "ActivityQuerySet":
        """Published, its last meeting over, not reported yet: what waits for its outcome."""
        from activities.models.intake import Meeting

        meetings = Meeting.objects.filter(intake__activity=OuterRef("pk"))
        ahead = meetings.filter(ends_at__gte=timezone.now())
        return self.filter(Exists(meetings), ~Exists(ahead), state=Activity.State.PUBLISHED)  # type: ignore[return-value]


@pghistory.track()
class Activity(models.Model):
    """A class, a childcare program, a lunch, a talk: one matter with one or more intakes."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class Kind(models.TextChoices):
        CARE = "care", _("托管照护")
        NIGHT_SCHOOL = "night", _("青年夜校")
        ELDERLY = "elderly", _("为老服务")
        HEALTH = "health", _("健康")
        CULTURE = "culture", _("文体")
        VOLUNTEER = "volunteer", _("志愿")
        OTHER = "other", _("其他")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("镇街审核中")
        APPROVED = "approved", _("审核通过")
        PUBLISHED = "published", _("已发布")
        REPORTED = "reported", _("已总结")
        CANCELLED = "cancelled", _("已取消")

    center = models.ForeignKey("centers.Center", models.PROTECT, related_name="activities", verbose_name=_("所属中心"))
    kind = models.CharField(_("类别"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("名称"), max_length=60)
    summary = models.CharField(_("一句话介绍"), max_length=120, blank=True)
    description = models.TextField(_("详细介绍"), max_length=4000, blank=True)
    audience = models.CharField(_("适合谁"), max_length=60, blank=True)
    price_fen = models.PositiveIntegerField(_("费用（分）"), default=0)
    special = models.BooleanField(_("专题活动"), default=False, help_text=_("大型、跨村社、请外面的人来讲的；要镇街审核。"))
    expected = models.PositiveIntegerField(
        _("预计人数"),
        default=0,
        validators=[MaxValueValidator(100_000)],
        help_text=_("200 人及以上要镇街审核；1000 人及以上要提前 20 天办公安许可。"),
    )
    permit_no = models.CharField(_("公安许可文号"), max_length=40, blank=True)
    partner = models.ForeignKey(
        "staffing.CommunityPartner", models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("社区合伙人"),
        help_text=_("由合伙人来办的，选上它，算作它的一次服务。"),
    )  # fmt: skip
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True, editable=False)
    cancel_reason = models.CharField(_("取消原因"), max_length=120, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("建立人")
    )
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("活动")
        verbose_name_plural = _("活动")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("draft", "submitted", "approved", "cancelled")) | Q(published_at__isnull=False),
                name="activity_published_is_dated",
                violation_error_message=_("已发布的活动要有发布时间。"),
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False) & ~Q(cancel_reason="")
                | ~Q(state="cancelled") & Q(cancelled_at=None),
                name="activity_cancelled_is_dated",
                violation_error_message=_("取消活动要写明原因。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("published", "reported")) | Q(expected__lt=PERMIT_FROM) | ~Q(permit_no=""),
                name="activity_large_has_permit",
                violation_error_message=NO_PERMIT,
            ),
            models.CheckConstraint(
                condition=Q(price_fen__lte=10_000_000), name="activity_price_bounded", violation_error_message=_("费用最多 10 万元。")
            ),
        ]
        indexes = [models.Index(fields=["center", "state"], name="activity_of_center")]
        triggers = [
            pgtrigger.Trigger(
                name="early_years_filed",
                operation=pgtrigger.UpdateOf("state"),
                when=pgtrigger.After,
                condition=pgtrigger.Q(new__state="published"),
                func=FILED.format(activity="NEW.id"),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def _clean_partner(self) -> None:
        """A partner of this center, whose agreement is in force: what it delivers is counted there."""
        if self.partner and (self.partner.center_id != self.center_id or not self.partner.active):
            raise ValidationError({"partner": _("请选和这个中心签了协议、还在有效期里的合伙人。")})

    def clean(self) -> None:
        """What is reviewed or published stays within what was reviewed; a term of childcare stays childcare."""
        if self.pk and self.kind != self.Kind.CARE and hasattr(self, "care"):
            raise ValidationError({"kind": _("已经按托管班办，类别要保持“托管照护”。")})
        known = Activity.objects.filter(pk=self.pk).first() if self.pk else None
        if self.partner and (known is None or known.partner_id != self.partner_id):
            self._clean_partner()
        if known is None or known.state not in REVIEWED:
            return
        kept = ("price_fen", "special", "expected")
        higher = [str(self._meta.get_field(name).verbose_name) for name in kept if getattr(known, name) < getattr(self, name)]  # type: ignore[union-attr]
        if higher:
            names = "、".join(higher)
            raise ValidationError(_("送审或发布以后不能调高：%(names)s。要改的话，请先撤回草稿。") % {"names": names})
        if known.state == self.state == "published" and self.people >= PERMIT_FROM and not self.permit_no:
            raise ValidationError({"permit_no": NO_PERMIT})

    def check_more_people(self, more: int) -> None:
        """Whether so many more places stay within what was reviewed; raises ValidationError."""
        if self.state not in REVIEWED:
            return
        before, after = self.people, self.people_with(more)
        if before < TOWN_FROM <= after:
            raise ValidationError(_("加上这些名额就满 %(n)d 人，要先送镇街审核。请先撤回草稿，或者另开一个活动。") % {"n": TOWN_FROM})
        if before < PERMIT_FROM <= after and not self.permit_no:
            raise ValidationError(NO_PERMIT)

    @property
    def people(self) -> int:
        """How many are expected: what was planned, or all places."""
        return self.people_with(0)

    def people_with(self, more: int) -> int:
        """``people`` if there were so many more places: of the day with the most (lunches of a week are not one crowd)."""
        busiest: Counter[date] = Counter()
        undated = 0
        for intake in self.intakes.all():
            days = {timezone.localdate(meeting.starts_at) for meeting in intake.meetings.all()}
            undated += 0 if days else intake.capacity
            busiest.update(dict.fromkeys(days, intake.capacity))
        return max(self.expected, max(busiest.values(), default=0) + undated + more)

    @property
    def review_needed(self) -> str:
        """Why the township reviews it first; "" for a routine activity."""
        if self.special:
            return str(_("专题活动"))
        if self.price_fen:
            return str(_("收费活动"))
        return str(_("预计 %(n)d 人及以上") % {"n": TOWN_FROM}) if self.people >= TOWN_FROM else ""

    @property
    def last_day(self) -> date | None:
        """The day of its last meeting."""
        ends = [meeting.ends_at for intake in self.intakes.all() for meeting in intake.meetings.all()]
        return timezone.localdate(max(ends)) if ends else None

    @property
    def over(self) -> bool:
        """Whether all its meetings have ended."""
        ends = [meeting.ends_at for intake in self.intakes.all() for meeting in intake.meetings.all()]
        return bool(ends) and max(ends) < timezone.now()

    @property
    def report_due(self) -> date | None:
        """By when its outcome is due."""
        last = self.last_day
        return last + REPORT_WITHIN if last else None

    @property
    def next_due(self) -> date | None:
        """By when the next step should be taken: published before its first meeting, reported after its last."""
        if self.state == self.State.PUBLISHED:
            return self.report_due
        starts = [meeting.starts_at for intake in self.intakes.all() for meeting in intake.meetings.all()]
        return timezone.localdate(min(starts)) if starts else None
