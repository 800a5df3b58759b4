"""One-stop desk: what can be done at a center, with which papers, at which counter, when."""

from typing import Any

import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from centers import search
from centers.models.center import Center, PartQuerySet
from records import data_class


class MatterQuerySet(PartQuerySet):
    def found(self, text: str) -> "MatterQuerySet":
        """By the words of its title and papers, its pinyin or initials; the empty text finds all."""
        if not text.strip():
            return self
        if search.HAN.search(text):
            return self.filter(words=SearchQuery(search.phrase(text), search_type="raw", config="simple"))  # type: ignore[return-value]
        typed = "".join(search.LATIN.findall(search.plain(text)))
        if not typed:
            return self.none()  # type: ignore[return-value]
        return self.filter(Q(pinyin__startswith=typed) | Q(initials__startswith=typed))  # type: ignore[return-value]


@pghistory.track(exclude=["words", "pinyin", "initials"])
class Matter(models.Model):
    """One thing to get done."""

    data_class = data_class.PUBLIC
    scope = Scope.REGION

    center = models.ForeignKey(Center, models.CASCADE, related_name="matters", verbose_name=_("中心"))
    title = models.CharField(_("办什么"), max_length=60)
    papers = models.TextField(_("带什么"), max_length=500, blank=True, help_text=_("一行一样；什么都不用带就留空。"))
    window = models.CharField(_("哪个窗口"), max_length=40)
    when = models.CharField(_("什么时间"), max_length=60, blank=True, help_text=_("例如“工作日 8:30–17:00”；跟大厅一样就留空。"))
    note = models.CharField(_("提醒"), max_length=120, blank=True)
    words = SearchVectorField(null=True, editable=False)
    pinyin = models.CharField(max_length=160, blank=True, editable=False)
    initials = models.CharField(max_length=60, blank=True, editable=False)

    objects = MatterQuerySet.as_manager()

    class Meta:
        verbose_name = _("办事事项")
        verbose_name_plural = _("办事事项")
        ordering = ["center", "window", "id"]
        constraints = [
            models.UniqueConstraint(fields=["center", "title"], name="matter_once", violation_error_message=_("这个事项已经列出了。"))
        ]
        indexes = [
            GinIndex(fields=["words"], name="matter_words"),
            models.Index(fields=["pinyin"], opclasses=["varchar_pattern_ops"], name="matter_pinyin"),
            models.Index(fields=["initials"], opclasses=["varchar_pattern_ops"], name="matter_initials"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_search()
        super().save(*args, **kwargs)

    def fill_search(self) -> None:
        """Sets the search columns; ``bulk_create`` must call it."""
        texts = (self.title, self.papers, self.note)
        self.words = SearchVector(Value(" ".join(t for text in texts for t in [*search.tokens(text), "."])), config="simple")
        self.pinyin, self.initials = search.spelled(self.title)
