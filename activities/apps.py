from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = _("活动与预约")

    def ready(self) -> None:
        from activities import (
            delivered,
            nouns,  # noqa: F401  adds the desk's nouns
            register,  # noqa: F401  adds its registers
        )
        from activities.workflows import activity, pause  # noqa: F401  registers the workflows
        from staffing.nouns.people import PARTNER_FACTS

        PARTNER_FACTS.append(delivered.facts)
