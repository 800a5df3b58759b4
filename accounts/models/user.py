"""Accounts: a login, a phone, a name; everything else hangs on grants and guardianships."""

import secrets
from typing import Any, ClassVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.phones import phone_validator
from accounts.scope import Scope, ScopedQuerySet
from records import data_class


class UserQuerySet(ScopedQuerySet["User"]):
    #: Accounts lie in no region: the security administrator lists them all.
    region_lookup = ""

    def may_log_in(self) -> "UserQuerySet":
        from django.conf import settings

        users = self.filter(is_active=True)
        return users if settings.DEMO else users.filter(is_demo=False)


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(login=username)

    def create_user(self, login: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(login=login, **fields)
        user.set_password(password)
        user.save()
        return user

    def resident(self, phone: str) -> "User":
        """The resident of a verified phone, made on the first login."""
        return self.get_or_create(phone=phone, defaults={"login": f"r{secrets.token_hex(8)}", "password": "!"})[0]


@pghistory.track(exclude=["password", "phone", "name", "email", "login", "last_login"])
class User(AbstractBaseUser):
    """A person who can log in. Staff by password, residents by phone and code."""

    data_class = data_class.PERSONAL
    scope = Scope.PLAIN

    login = models.CharField(_("登录名"), max_length=40, unique=True)
    phone = models.CharField(_("手机号"), max_length=16, unique=True, null=True, blank=True, validators=[phone_validator])
    name = models.CharField(_("姓名"), max_length=50, blank=True)
    email = models.EmailField(_("电子邮箱"), blank=True)
    organisation = models.ForeignKey(
        "accounts.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="officers",
        verbose_name=_("所在单位"),
        help_text=_("部门单位人员必填：只看得到自己单位的申请。"),
    )
    is_active = models.BooleanField(_("可登录"), default=True)
    is_demo = models.BooleanField(_("演示账号"), default=False)
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now)
    erased_at = models.DateTimeField(_("注销时间"), null=True, blank=True)

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("账号")
        verbose_name_plural = _("账号")
        ordering = ["login"]

    def __str__(self) -> str:
        return f"#{self.pk}" if self.phone else self.login

    # The admin and DRF ask these; there is no superuser and no stored staff flag.
    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        from accounts.backends import Backend

        return Backend().has_perm(self, perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        from accounts.backends import Backend

        return Backend().has_module_perms(self, app_label)

    @property
    def is_staff(self) -> bool:
        return self.has_perm("accounts.use_admin")

    @property
    def is_officer(self) -> bool:
        """Whether the person works at a desk or in the admin site (a staff session: idle limit, TOTP, networks)."""
        return self.has_perm("accounts.use_desk") or self.has_perm("accounts.use_admin")

    def get_short_name(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @property
    def is_resident_only(self) -> bool:
        return not self.is_officer
