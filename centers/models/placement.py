"""Signs, wall postings, site set-up, renovation: applied for by any unit, one design, two reviews (DOMAIN §2.3)."""

from typing import Any

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers.models.center import Center, PartQuerySet
from centers.models.picture import Picture
from centers.papers import WithPapers
from records import data_class


class PlacementQuerySet(ScopedQuerySet["PlacementApplication"]):
    region_lookup = "center__region__code"
    unit_lookup = "organisation"
    changed_in = ("draft", "returned")


@pghistory.track()
class PlacementApplication(WithPapers, models.Model):
    """One application of a unit to put something up at a center."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("已提交")
        UNIFIED_DESIGN = "unified_design", _("已统一设计")
        TOWN_REVIEW = "town_review", _("待镇街审核")
        DISTRICT_REVIEW = "district_review", _("待区级审批")
        APPROVED = "approved", _("已批准")
        FILED = "filed", _("已备案")
        INSTALLED = "installed", _("已安装")
        CHECKED = "checked", _("已核验")
        RETURNED = "returned", _("退回补正")
        REJECTED = "rejected", _("不同意")
        REMOVED = "removed", _("已拆除")

    class Kind(models.TextChoices):
        SIGNAGE = "signage", _("标识挂牌")
        WALL_POSTING = "wall_posting", _("制度上墙")
        SITE_SETUP = "site_setup", _("阵地设置")
        RENOVATION = "renovation", _("装修方案")

    center = models.ForeignKey(Center, models.PROTECT, related_name="placements", verbose_name=_("中心"))
    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+", verbose_name=_("申请单位"))
    kind = models.CharField(_("申请类别"), max_length=12, choices=Kind.choices)
    title = models.CharField(_("牌子、制度或工程名称"), max_length=80)
    place = models.CharField(_("放在什么位置"), max_length=80, blank=True)
    basis_title = models.CharField(_("依据文件名称"), max_length=120, blank=True)
    basis_number = models.CharField(_("依据文件文号"), max_length=60, blank=True, help_text=_("没有文号的不能提交。"))
    expires_on = models.DateField(_("到期日期"), null=True, blank=True)
    budget_fen = models.BigIntegerField(_("预算（分）"), null=True, blank=True, validators=[MinValueValidator(0)])
    note = models.CharField(_("说明"), max_length=300, blank=True)
    state = models.CharField(_("状态"), max_length=16, choices=State.choices, default=State.DRAFT, editable=False)
    design_note = models.CharField(_("统一设计要求"), max_length=300, blank=True, editable=False)
    reviewer_note = models.CharField(_("退回或不同意的原因"), max_length=200, blank=True, editable=False)
    filing_no = models.CharField(_("备案号"), max_length=40, blank=True, editable=False)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("经办人")
    )
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True, editable=False)
    due_on = models.DateField(_("本环节期限"), null=True, blank=True, editable=False)
    approved_at = models.DateTimeField(_("批准时间"), null=True, blank=True, editable=False)
    removed_on = models.DateField(_("拆除日期"), null=True, blank=True, editable=False)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("标识阵地申请")
        verbose_name_plural = _("标识阵地申请")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("draft", "returned")) | (~Q(basis_title="") & ~Q(basis_number="") & ~Q(place="")),
                name="placement_has_a_basis",
                violation_error_message=_("提交前要写明依据文件、文号和位置；没有依据的不能设置。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=("approved", "filed", "installed", "checked", "removed"), approved_at__isnull=False)
                | (~Q(state__in=("approved", "filed", "installed", "checked", "removed")) & Q(approved_at=None)),
                name="placement_approved_is_dated",
                violation_error_message=_("批准的申请要有批准时间，没批准的没有。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="filed") | (Q(kind="renovation") & ~Q(filing_no="")),
                name="placement_filed_has_a_number",
                violation_error_message=_("装修方案是审核备案：要填备案号；别的申请是审批，不用备案。"),
            ),
            models.CheckConstraint(
                condition=~(Q(kind="renovation") & Q(state="approved")),
                name="placement_renovation_is_filed",
                violation_error_message=_("装修方案要审核备案，请用“审核备案”。"),
            ),
            models.UniqueConstraint(
                fields=["filing_no"],
                condition=~Q(filing_no=""),
                name="placement_filing_no_once",
                violation_error_message=_("这个备案号已经用了，请核对。"),
            ),
            models.CheckConstraint(
                condition=Q(state="removed", removed_on__isnull=False) | (~Q(state="removed") & Q(removed_on=None)),
                name="placement_removed_is_dated",
                violation_error_message=_("拆除的要有拆除日期，没拆的没有。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def expired(self) -> bool:
        """Past its date and still up; computed."""
        up = self.state in (self.State.APPROVED, self.State.FILED, self.State.INSTALLED, self.State.CHECKED)
        return up and self.expires_on is not None and self.expires_on < timezone.localdate()


class SignQuerySet(PartQuerySet):
    published = None  # type: ignore[assignment]

    def up(self) -> "SignQuerySet":
        """Still hanging."""
        return self.filter(removed_on=None)  # type: ignore[return-value]

    def unapproved(self) -> "SignQuerySet":
        return self.filter(origin="found")  # type: ignore[return-value]

    def clean_up(self) -> dict[str, int]:
        """The clean-up in numbers: before, now, found without approval, of these removed."""
        return self.aggregate(
            before=models.Count("pk"),
            now=models.Count("pk", filter=Q(removed_on=None)),
            found=models.Count("pk", filter=Q(origin="found")),
            removed=models.Count("pk", filter=Q(origin="found", removed_on__isnull=False)),
            undecided=models.Count("pk", filter=Q(removed_on=None, action="")),
        )


@pghistory.track()
class Sign(models.Model):
    """One sign or posting at a center: approved, or found without approval. What is removed stays in the inventory, dated."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class Origin(models.TextChoices):
        APPROVED = "approved", _("经批准")
        FOUND = "found", _("未经批准")

    class Action(models.TextChoices):
        KEEP = "keep", _("保留")
        MERGE = "merge", _("整合")
        REMOVE = "remove", _("清理")

    class Place(models.TextChoices):
        OUTSIDE = "outside", _("室外")
        INSIDE = "inside", _("室内")
        WALL = "wall", _("上墙")

    center = models.ForeignKey(Center, models.PROTECT, related_name="signs", verbose_name=_("中心"))
    title = models.CharField(_("牌子上写的"), max_length=80)
    place = models.CharField(_("位置"), max_length=8, choices=Place.choices)
    unit = models.CharField(_("哪个部门要求的"), max_length=60, blank=True)
    origin = models.CharField(_("来源"), max_length=8, choices=Origin.choices, default=Origin.FOUND, editable=False)
    placement = models.OneToOneField(
        PlacementApplication, models.PROTECT, null=True, blank=True, editable=False, related_name="sign", verbose_name=_("申请")
    )
    action = models.CharField(_("怎么处理"), max_length=6, choices=Action.choices, blank=True)
    found_on = models.DateField(_("登记日期"), default=timezone.localdate)
    removed_on = models.DateField(_("拆除日期"), null=True, blank=True)
    photo = models.ForeignKey(Picture, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("照片"))

    objects = SignQuerySet.as_manager()

    class Meta:
        verbose_name = _("标识牌")
        verbose_name_plural = _("标识牌")
        ordering = ["center", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["center", "title", "place"],
                condition=Q(removed_on=None),
                name="sign_once",
                violation_error_message=_("这个位置已经登记了同样的牌子。"),
            ),
            models.CheckConstraint(
                condition=Q(origin="approved", placement__isnull=False) | Q(origin="found", placement=None),
                name="sign_approved_by_an_application",
                violation_error_message=_("经批准的牌子来自申请；直接登记的算未经批准。"),
            ),
            models.CheckConstraint(
                condition=Q(removed_on=None) | Q(removed_on__gte=F("found_on")),
                name="sign_removed_after_found",
                violation_error_message=_("拆除日期早于登记日期，请改正。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Not found in the future; an approved sign is renamed, moved or removed by its application alone."""
        if self.found_on and self.found_on > timezone.localdate():
            raise ValidationError({"found_on": _("登记日期还没到，请填今天或以前的日期。")})
        if self.pk and self.origin == self.Origin.APPROVED:
            names = ("center_id", "title", "place", "removed_on")
            stored = Sign.objects.filter(pk=self.pk).values_list(*names).first()
            if stored and stored != tuple(getattr(self, name) for name in names):
                raise ValidationError(_("经批准的牌子，名称、位置和拆除都跟着申请走，请在它的申请里办。"))


#: Where what was applied for hangs; a renovation puts up no sign.
PLACES: dict[Any, str] = {"signage": Sign.Place.OUTSIDE, "wall_posting": Sign.Place.WALL, "site_setup": Sign.Place.INSIDE}


def taken_by(application: PlacementApplication) -> Sign | None:
    """The sign of another application that is up with the same words at the same place."""
    same = Sign.objects.up().filter(center=application.center, title=application.title, place=PLACES.get(application.kind, ""))
    return same.exclude(placement=None).exclude(placement=application).first()  # type: ignore[no-any-return]


def enter_inventory(application: PlacementApplication) -> Sign | None:
    """An approved sign or posting enters the center's inventory by itself."""
    place = PLACES.get(application.kind)
    if place is None:
        return None
    taken = Sign.objects.up().filter(center=application.center, title=application.title, place=place).first()
    if taken is not None and taken.placement_id is None:  # found before it was applied for: the same sign
        taken.origin, taken.placement, taken.action = Sign.Origin.APPROVED, application, Sign.Action.KEEP
        taken.save()
        return taken
    return Sign.objects.create(
        center=application.center,
        title=application.title,
        place=place,
        unit=application.organisation.name[:60],
        origin=Sign.Origin.APPROVED,
        placement=application,
        action=Sign.Action.KEEP,
    )
