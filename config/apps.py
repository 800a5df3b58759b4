"""The admin site of the portal in place of Django's default one."""

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    default_site = "config.site.PortalAdmin"
