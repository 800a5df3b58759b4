"""A lottery's evidence: the commitment before, the closed list, the public number after, so that anybody can recompute it."""

from datetime import timedelta

import pghistory
import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from activities.models.intake import Intake
from records import data_class

FROZEN = "draw_frozen"
#: An entry that was asked for in time commits within this time.
GRACE = timedelta(minutes=1)
#: What may never change again, by what has happened: the secret from the start, the list once closed, all once drawn.
KEEP = f"""
    IF TG_OP = 'DELETE' THEN
        IF OLD.closed_at IS NULL THEN RETURN OLD; END IF;
    ELSIF NEW.commitment = OLD.commitment AND NEW.secret = OLD.secret AND NEW.intake_id = OLD.intake_id AND (
        OLD.closed_at IS NULL OR (
            NEW.closed_at = OLD.closed_at AND NEW.entries = OLD.entries AND NEW.list_hash = OLD.list_hash AND NEW.capacity = OLD.capacity
            AND NEW.source = OLD.source AND NEW.draws_on = OLD.draws_on
            AND (OLD.drawn_at IS NULL OR (NEW.drawn_at = OLD.drawn_at AND NEW.public_number = OLD.public_number))
        )
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the draw is fixed' USING ERRCODE = '23514', CONSTRAINT = '{FROZEN}';
"""


class DrawQuerySet(ScopedQuerySet["Draw"]):
    region_lookup = "intake__activity__center__region__code"

    def published(self) -> "DrawQuerySet":
        return self.filter(intake__in=Intake.objects.published())  # type: ignore[return-value]

    def to_close(self) -> "DrawQuerySet":
        """Their booking time is over for ``GRACE`` and the list is not closed yet."""
        over = timezone.now() - GRACE
        return self.filter(  # type: ignore[return-value]
            intake__in=Intake.objects.published(), intake__activity__state="published", intake__closes_at__lte=over, closed_at=None
        )


@pghistory.track(exclude=["secret", "entries"])
class Draw(models.Model):
    """The draw of one lottery intake. ``entries`` is one line ``ticket size`` for each family, sorted; a ticket is its ``party``."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    intake = models.OneToOneField(Intake, models.CASCADE, related_name="draw", verbose_name=_("预约批次"))
    source = models.CharField(
        _("用哪一期公开彩票的号码"), max_length=80, help_text=_("例如“排列5 第2026325期”：截止以后才开奖，谁都查得到。")
    )
    draws_on = models.DateField(_("开奖日期"), help_text=_("要在截止预约之后；居民报名前就看得到。"))
    secret = models.CharField(max_length=64, editable=False)
    commitment = models.CharField(_("承诺值"), max_length=64, editable=False)
    entries = models.TextField(_("登记名单"), blank=True, editable=False)
    list_hash = models.CharField(_("名单校验值"), max_length=64, blank=True, editable=False)
    capacity = models.PositiveIntegerField(_("抽几个名额"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("名单封存时间"), null=True, blank=True, editable=False)
    public_number = models.CharField(
        _("公开号码"),
        max_length=40,
        blank=True,
        editable=False,
        validators=[RegexValidator(r"\A[0-9]{3,40}\Z", _("只填数字，3 到 40 位。"))],
    )
    drawn_at = models.DateTimeField(_("抽签时间"), null=True, blank=True, editable=False)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("录入号码的人")
    )

    objects = DrawQuerySet.as_manager()

    class Meta:
        verbose_name = _("抽签")
        verbose_name_plural = _("抽签")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, list_hash="", entries="", capacity=None)
                | Q(closed_at__isnull=False, capacity__isnull=False) & ~Q(list_hash=""),
                name="draw_closed_has_list",
                violation_error_message=_("名单封存时要有校验值。"),
            ),
            models.CheckConstraint(
                condition=Q(drawn_at=None, public_number="") | Q(drawn_at__isnull=False, closed_at__isnull=False) & ~Q(public_number=""),
                name="draw_drawn_has_number",
                violation_error_message=_("先封存名单，再录入公开号码。"),
            ),
        ]
        triggers = [pgtrigger.Trigger(name="keep", when=pgtrigger.Before, operation=pgtrigger.Update | pgtrigger.Delete, func=KEEP)]

    def __str__(self) -> str:
        return str(self.intake)

    def clean(self) -> None:
        before = Draw.objects.filter(pk=self.pk).first() if self.pk else None
        said = (self.source, self.draws_on)
        if before and (before.intake_id != self.intake_id or (before.closed_at and (before.source, before.draws_on) != said)):
            raise ValidationError(_("抽签办法已经定下，不能再改。"))
        if not self.draws_on or not self.intake_id or self.closed_at:
            return
        if self.draws_on <= max(timezone.localdate(self.intake.closes_at), timezone.localdate()):
            raise ValidationError({"draws_on": _("开奖要在截止预约的第二天或以后，这样截止前谁也不知道号码。")})

    @property
    def stage(self) -> str:
        """``announced``, ``closed`` or ``drawn``: computed."""
        return "drawn" if self.drawn_at else "closed" if self.closed_at else "announced"
