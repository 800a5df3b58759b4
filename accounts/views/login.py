"""The doors: residents by phone and code, staff by password and, where demanded, TOTP."""

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import FormView, View
from django_otp import login as otp_login
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import codes, qr, tokens
from accounts.forms.login import CodeForm, PhoneForm, StaffForm, TotpForm
from accounts.middleware import STAFF
from accounts.models import User
from accounts.scope import grants_of
from records import audit

PHONE = "login_phone"


def onward(request: HttpRequest, default: str) -> str:
    """The address to go on to after logging in; only one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or request.session.pop("next", "")
    return wanted if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else default


class PhoneView(FormView):
    """Asks for the phone number."""

    template_name, form_class, success_url = "accounts/login_phone.html", PhoneForm, reverse_lazy("login_code")

    def form_valid(self, form: PhoneForm) -> HttpResponse:
        phone = form.cleaned_data["phone"]
        try:
            shown = codes.send(phone, self.request.client_address)  # type: ignore[attr-defined]
        except codes.TooMany as error:
            form.add_error("phone", str(error))
            return self.render_to_response(self.get_context_data(form=form), status=429)
        except Exception:  # the provider's own kinds; the person hears what to do
            form.add_error("phone", _("短信没有发出去，请稍后再试，或到中心窗口办理。"))
            return self.render_to_response(self.get_context_data(form=form), status=503)
        self.request.session[PHONE] = phone
        self.request.session["shown_code"] = shown
        if self.request.POST.get("next") or self.request.GET.get("next"):
            self.request.session["next"] = onward(self.request, "")
        return super().form_valid(form)


class CodeView(FormView):
    """Asks for the code; the first login makes the account."""

    template_name, form_class = "accounts/login_code.html", CodeForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().dispatch(request, *args, **kwargs) if PHONE in request.session else redirect("login")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        session = self.request.session
        return super().get_context_data(phone=session[PHONE], shown_code=session.get("shown_code", ""), **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        phone = self.request.session[PHONE]
        if not codes.check(phone, form.cleaned_data["code"]):
            form.add_error("code", _("验证码不对或已过期。请检查短信，或重新获取一个。"))
            return self.form_invalid(form)
        user = User.objects.resident(phone)
        allowed = User.objects.may_log_in().filter(pk=user.pk).exists()
        if not allowed or user.is_officer:
            # A telephone number alone must not open an officer's desk: staff come by password (and TOTP).
            form.add_error("code", _("这个号码不能用短信登录。工作人员请用“工作人员登录”。"))
            return self.form_invalid(form)
        del self.request.session[PHONE]
        self.request.session.pop("shown_code", "")
        target = onward(self.request, "/me/")
        login(self.request, user, backend="accounts.backends.Backend")
        return redirect(target)


class StaffView(FormView):
    """Login and password."""

    template_name, form_class = "accounts/login_staff.html", StaffForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: StaffForm) -> HttpResponse:
        user: Any = form.user
        home = "/desk/" if user.has_perm("accounts.use_desk") else "/admin/" if user.is_officer else "/me/"
        target = onward(self.request, home)
        login(self.request, user, backend="accounts.backends.Backend")
        if grants_of(user):
            self.request.session[STAFF] = time.time()
            if settings.STAFF_TOTP:
                self.request.session["next"] = target
                return redirect("totp")
        return redirect(target)


class TotpView(LoginRequiredMixin, FormView):
    """The second factor: enrols a device on the first time (its QR is shown once), then asks for its token."""

    template_name, form_class = "accounts/login_totp.html", TotpForm

    def device(self) -> TOTPDevice:
        user = self.request.user
        confirmed = TOTPDevice.objects.filter(user=user, confirmed=True).first()
        return confirmed or TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "totp"})[0]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        device = self.device()
        picture = "" if device.confirmed else qr.svg(device.config_url)
        return super().get_context_data(device=device, picture=picture, **kwargs)

    def form_valid(self, form: TotpForm) -> HttpResponse:
        device = self.device()
        if not device.verify_is_allowed()[0]:
            form.add_error("token", _("试得太快了，请等几秒再试。"))
            return self.form_invalid(form)
        if not device.verify_token(int(form.cleaned_data["token"])):
            form.add_error("token", _("动态口令不对，请看手机上最新的 6 位数字。"))
            return self.form_invalid(form)
        if not device.confirmed:
            device.confirmed = True
            device.save()
        otp_login(self.request, device)
        return redirect(onward(self.request, "/desk/"))


class PasswordView(LoginRequiredMixin, FormView):
    """A staff member's own password; ends the account's tokens, keeps this session."""

    template_name, form_class = "form_page.html", PasswordChangeForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not request.user.has_usable_password():
            raise PermissionDenied  # residents have no password
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(page_title=_("修改密码"), lead=_("至少 10 位；改好后，这个账号的接口令牌会失效。"), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.save()
        update_session_auth_hash(self.request, user)
        tokens.revoke(user)
        audit.write("accounts.change_password", by=user, on=user, fields=["password"])
        messages.success(self.request, _("密码已修改。"))
        return redirect("desk" if user.has_perm("accounts.use_desk") else "admin:index")


class LogoutView(View):
    """Ends the session; by POST alone."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        messages.success(request, _("已退出登录。"))
        response = redirect("home")
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response
