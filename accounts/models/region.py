"""The division tree: province 2 digits, prefecture 4, district 6, town 9, village or community 12."""

import pghistory
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class

#: Code lengths by level; a community without an official code gets P and two digits at its end.
LENGTHS = {2: "province", 4: "prefecture", 6: "district", 9: "town", 12: "village"}
CODE = r"^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3}|P[0-9]{2})?)?)?)?$"


class RegionQuerySet(ScopedQuerySet["Region"]):
    region_lookup = "code"

    def published(self) -> "RegionQuerySet":
        """Divisions are public."""
        return self.all()  # type: ignore[return-value]

    def under(self, code: str) -> "RegionQuerySet":
        return self.filter(code__startswith=code)  # type: ignore[return-value]


@pghistory.track()
class Region(models.Model):
    """A division, by its code of administration."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class Level(models.TextChoices):
        PROVINCE = "province", _("省")
        PREFECTURE = "prefecture", _("市")
        DISTRICT = "district", _("区县")
        TOWN = "town", _("乡镇街道")
        VILLAGE = "village", _("村社区")

    code = models.CharField(
        _("区划代码"),
        max_length=12,
        unique=True,
        validators=[RegexValidator(CODE, _("区划代码为 2、4、6、9 或 12 位数字；没有正式代码的新社区，末三位写 P 加两位数字。"))],
    )
    name = models.CharField(_("名称"), max_length=60)
    level = models.CharField(_("层级"), max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级"))

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("区划")
        verbose_name_plural = _("区划")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=CODE), name="region_code_form", violation_error_message=_("区划代码的位数或写法不对。")
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def provisional(self) -> bool:
        """Whether the code is one of ours, waiting for the official one."""
        return "P" in self.code

    @property
    def short_name(self) -> str:
        """``光南社区`` from ``光南社区居委会``: what people call it."""
        for ending, kind in (("居民委员会", "社区"), ("村民委员会", "村"), ("居委会", "社区"), ("村委会", "村")):
            if self.name.endswith(ending):
                base = self.name.removesuffix(ending)
                return base if base.endswith(kind) else base + kind
        return self.name
