"""A person's calendar feed at a secret address."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records import data_class


class CalendarFeed(models.Model):
    """One per account; the address holds 128 random bits of which only the hash is kept. Renewing makes the old one void."""

    data_class = data_class.INTERNAL

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("日历订阅")
        verbose_name_plural = _("日历订阅")

    def __str__(self) -> str:
        return f"#{self.pk}"
