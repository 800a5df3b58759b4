"""The portal's addresses: four doors, and what machines ask."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from portal.views import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("i18n/setlang/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("config.api")),
    path("", include("accounts.urls")),
    path("", include("centers.urls")),
    path("", include("staffing.urls")),
    path("", include("activities.urls")),
    path("", include("funding.urls")),
    path("", include("portal.urls")),
    path("", include("workflow.urls")),
]
handler400 = "portal.views.trouble.bad_request"
handler403 = "portal.views.trouble.forbidden"
handler404 = "portal.views.trouble.not_found"
handler500 = "portal.views.trouble.server_error"
