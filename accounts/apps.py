from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("人员与权限")

    def ready(self) -> None:
        from accounts import audit, calendar  # noqa: F401  login receivers; the calendar's register
