"""Activities: what a center offers."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class


class ActivityQuerySet(ScopedQuerySet["Activity"]):
    region_lookup = "center__region__code"

    def published(self) -> "ActivityQuerySet":
        """Published or cancelled (people who booked must find it), of a published center."""
        shown = (Activity.State.PUBLISHED, Activity.State.CANCELLED)
        return self.filter(state__in=shown, center__published_at__isnull=False)  # type: ignore[return-value]

    def coming(self) -> "ActivityQuerySet":
        """Those with a meeting that has not ended."""
        from activities.models.intake import Meeting

        ahead = Meeting.objects.filter(intake__activity=OuterRef("pk"), ends_at__gte=timezone.now())
        return self.filter(Exists(ahead), state=Activity.State.PUBLISHED)  # type: ignore[return-value]


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
        PUBLISHED = "published", _("已发布")
        CANCELLED = "cancelled", _("已取消")

    center = models.ForeignKey("centers.Center", models.PROTECT, related_name="activities", verbose_name=_("所属中心"))
    kind = models.CharField(_("类别"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("名称"), max_length=60)
    summary = models.CharField(_("一句话介绍"), max_length=120, blank=True)
    description = models.TextField(_("详细介绍"), max_length=4000, blank=True)
    audience = models.CharField(_("适合谁"), max_length=60, blank=True)
    price_fen = models.PositiveIntegerField(_("费用（分）"), default=0)
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
                condition=Q(state="draft") | Q(published_at__isnull=False) | Q(state="cancelled"),
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
                condition=Q(price_fen__lte=10_000_000), name="activity_price_bounded", violation_error_message=_("费用最多 10 万元。")
            ),
        ]
        indexes = [models.Index(fields=["center", "state"], name="activity_of_center")]

    def __str__(self) -> str:
        return self.title
