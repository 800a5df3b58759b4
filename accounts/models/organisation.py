"""Organisations: one register for all apps; 统一社会信用代码 (GB 32100-2015) where it is known."""

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def valid_credit_code(code: str) -> None:
    """Checks the 18 characters and the check character of GB 32100-2015."""
    if len(code) != 18 or any(c not in ALPHABET for c in code):
        raise ValidationError(_("统一社会信用代码是 18 位数字和大写字母（不含 I、O、S、V、Z），请对照营业执照再填。"))
    total = sum(ALPHABET.index(c) * pow(3, n, 31) for n, c in enumerate(code[:17]))
    if ALPHABET[(31 - total % 31) % 31] != code[17]:
        raise ValidationError(_("统一社会信用代码的最后一位校验不对，可能抄错了一位，请对照营业执照再填。"))


class OrganisationQuerySet(ScopedQuerySet["Organisation"]):
    pass


@pghistory.track()
class Organisation(models.Model):
    """A public unit, company, school or association that the centers deal with."""

    data_class = data_class.INTERNAL
    scope = Scope.REGION

    class Kind(models.TextChoices):
        PUBLIC = "public", _("机关事业单位")
        COMPANY = "company", _("企业")
        SOCIAL = "social", _("社会组织")
        GROUP = "group", _("群众社团")

    name = models.CharField(_("名称"), max_length=80)
    code = models.CharField(_("统一社会信用代码"), max_length=18, unique=True, null=True, blank=True, validators=[valid_credit_code])
    kind = models.CharField(_("类别"), max_length=8, choices=Kind.choices)
    region = models.ForeignKey("accounts.Region", models.PROTECT, verbose_name=_("所在区划"))
    phone = models.CharField(_("单位电话"), max_length=20, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name"], name="organisation_name_once", violation_error_message=_("这个区划里已有同名单位。")
            ),
            models.CheckConstraint(
                condition=models.Q(code=None) | models.Q(code__regex=f"^[{ALPHABET}]{{18}}$"),
                name="organisation_code_form",
                violation_error_message=_("统一社会信用代码是 18 位数字和大写字母，没有就留空。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.code = self.code or None
