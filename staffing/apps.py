from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffingConfig(AppConfig):
    name = "staffing"
    verbose_name = _("值班与人员")

    def ready(self) -> None:
        from staffing import nouns  # noqa: F401  adds the desk's nouns, and their workflows
