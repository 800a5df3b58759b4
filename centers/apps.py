from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CentersConfig(AppConfig):
    name = "centers"
    verbose_name = _("党群服务中心")

    def ready(self) -> None:
        from centers import register  # noqa: F401  adds its registers
        from centers.nouns import appointment, premises, standards, upgrade, work  # noqa: F401  adds its nouns, and their workflows
