"""Papers of a special project: the residents' council's minutes, the acceptance; private, in reach of who sees the project."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from centers.models.picture import paper_path
from records import data_class


class ProjectPaperQuerySet(ScopedQuerySet["ProjectPaper"]):
    region_lookup = "project__center__region__code"


@pghistory.track(exclude=["file", "name"])
class ProjectPaper(models.Model):
    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class Kind(models.TextChoices):
        MINUTES = "minutes", _("议事记录")
        PLAN = "plan", _("方案和预算")
        ACCEPTANCE = "acceptance", _("验收表")
        OTHER = "other", _("其他")

    project = models.ForeignKey("funding.Project", models.PROTECT, related_name="papers", editable=False, verbose_name=_("项目"))
    kind = models.CharField(_("材料类别"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("文件名"), max_length=120, editable=False)
    file = models.FileField(upload_to=paper_path, editable=False)
    content_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(_("大小（字节）"), editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+", verbose_name=_("上传人"))
    uploaded_at = models.DateTimeField(_("上传时间"), default=timezone.now, editable=False)

    objects = ProjectPaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("项目材料")
        verbose_name_plural = _("项目材料")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.get_kind_display())
