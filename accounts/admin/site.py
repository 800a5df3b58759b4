from django.contrib.admin import AdminSite


class PortalAdmin(AdminSite):
    pass
