"""The admin site: the portal's own door (staff login, lockout, TOTP), scoped classes only."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class PortalAdmin(AdminSite):
    site_header = site_title = _("金东区党群服务中心 · 区级管理")
    index_title = _("管理")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only scoped classes: what third parties bring (tokens, devices, groups) stays out."""
        from accounts.admin.site import ScopedAdmin

        if admin_class is not None and issubclass(admin_class, ScopedAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.has_perm("accounts.use_admin")

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The portal's own door: the admin's would pass by the lockout and the second factor."""
        if request.user.is_authenticated and not self.has_permission(request):
            from django.core.exceptions import PermissionDenied

            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), reverse("login_staff"))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        """The portal's own page, which writes the audit entry and ends the tokens."""
        return redirect("password")
