from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FundingConfig(AppConfig):
    name = "funding"
    verbose_name = _("评星和资金")

    def ready(self) -> None:
        from funding import nouns  # noqa: F401  adds the desk's nouns, and their workflows
