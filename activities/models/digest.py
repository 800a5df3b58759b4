"""The month's column: drafted from approved facts, edited, checked by a second person, published (DOMAIN §2.11)."""

import unicodedata
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope, ScopedQuerySet
from records import data_class


def printable(text: str) -> str:
    """Without control characters, which come along from a word processor and which no feed can hold."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


class DigestQuerySet(ScopedQuerySet["Digest"]):
    changed_in = ("draft",)

    def published(self) -> "DigestQuerySet":
        return self.filter(self.own(None))  # type: ignore[return-value]

    def own(self, user: Any) -> Q:
        """What everybody may read."""
        return Q(state="published")


@pghistory.track()
class Digest(models.Model):
    """One month's column of a district or township."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class State(models.TextChoices):
        DRAFT = "draft", _("编辑中")
        CHECKING = "checking", _("待审校")
        PUBLISHED = "published", _("已发布")

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))
    month = models.DateField(_("月份"), help_text=_("填当月 1 日。"))
    title = models.CharField(_("标题"), max_length=60)
    lead = models.TextField(_("导语"), max_length=600, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("编辑人")
    )
    editors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", editable=False, verbose_name=_("改过的人"))
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("审校人")
    )
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)

    objects = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("月度专栏")
        verbose_name_plural = _("月度专栏")
        ordering = ["-month", "region__code"]
        constraints = [
            models.UniqueConstraint(fields=["region", "month"], name="digest_once", violation_error_message=_("这个月的专栏已经有了。")),
            models.CheckConstraint(
                condition=Q(month__day=1), name="digest_month_first_day", violation_error_message=_("月份请填当月 1 日。")
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False, checked_by__isnull=False, edited_by__isnull=False)
                | ~Q(state="published") & Q(published_at=None),
                name="digest_published_is_checked",
                violation_error_message=_("发布要有编辑人、审校人和时间。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | ~Q(edited_by=models.F("checked_by")),
                name="digest_two_persons",
                violation_error_message=_("编辑和审校要是两个人。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.month and not 2000 <= self.month.year <= 2199:
            raise ValidationError({"month": _("年份不对，请检查后再填。")})
        self.title, self.lead = printable(self.title), printable(self.lead)

    @property
    def chosen(self) -> list["DigestItem"]:
        """What is printed, in order."""
        return [item for item in self.items.all() if item.kept]


class DigestItemQuerySet(ScopedQuerySet["DigestItem"]):
    region_lookup = "digest__region__code"


@pghistory.track()
class DigestItem(models.Model):
    """One paragraph: a fact of the system, or what the editor wrote."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    class Kind(models.TextChoices):
        NUMBERS = "numbers", _("这个月")
        STORY = "story", _("办得好的")
        COMING = "coming", _("接下来可以参加")
        RESOURCE = "resource", _("新添的场地")
        BRAND = "brand", _("服务品牌")
        WORDS = "words", _("编者的话")

    digest = models.ForeignKey(Digest, models.CASCADE, related_name="items", verbose_name=_("月度专栏"))
    kind = models.CharField(_("栏目"), max_length=8, choices=Kind.choices)
    title = models.CharField(_("标题"), max_length=80, blank=True)
    text = models.TextField(_("内容"), max_length=1000, blank=True)
    link = models.CharField(_("链接"), max_length=200, blank=True, editable=False)
    place = models.PositiveSmallIntegerField(_("顺序"), default=100)
    kept = models.BooleanField(_("刊登"), default=True)

    objects = DigestItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("专栏条目")
        verbose_name_plural = _("专栏条目")
        ordering = ["place", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") | ~Q(text=""), name="digest_item_says_something", violation_error_message=_("标题和内容至少写一样。")
            )
        ]
        triggers = [
            pgtrigger.Trigger(  # what was sent to be checked stays as it was sent, whoever writes
                name="frozen_once_sent",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM activities_digest WHERE id = COALESCE(NEW.digest_id, OLD.digest_id) AND state <> 'draft' FOR SHARE
                    ) THEN
                        RAISE EXCEPTION 'the column was sent' USING ERRCODE = '23514', CONSTRAINT = 'digest_item_frozen';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.title or self.text[:20]

    def clean(self) -> None:
        if self.digest_id and self.digest.state != Digest.State.DRAFT:
            raise ValidationError(_("送审以后不能再改。要改请先退回。"))
