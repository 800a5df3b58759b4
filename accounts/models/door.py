"""The door: one-time codes and failed tries, kept in the database so that a cache that is away opens nothing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from records import data_class


class LoginCode(models.Model):
    """The last code sent to a phone: only its digest, with few tries and a short life."""

    data_class = data_class.PERSONAL

    phone = models.CharField(max_length=16, primary_key=True)
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("登录验证码")
        verbose_name_plural = _("登录验证码")

    def __str__(self) -> str:
        return "code"


class LockoutRow(models.Model):
    """Failed tries of an account from an address (digest of both), or of an account from anywhere."""

    data_class = data_class.INTERNAL

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField()
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("登录失败计数")
        verbose_name_plural = _("登录失败计数")

    def __str__(self) -> str:
        return self.key[:8]
