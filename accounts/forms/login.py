"""The forms of the door."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import lockout
from accounts.models import User
from accounts.phones import mobile


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label=gettext_lazy("手机号"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        help_text=gettext_lazy("我们会发一条短信验证码给您，5 分钟内有效。"),
    )

    def clean_phone(self) -> str:
        return mobile(self.cleaned_data["phone"])


class CodeForm(forms.Form):
    code = forms.RegexField(
        r"^\s*\d{6}\s*$",
        label=gettext_lazy("验证码"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "6"}),
        error_messages={"invalid": gettext_lazy("验证码是 6 位数字。")},
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip()


class StaffForm(forms.Form):
    """Login and password; says honestly when it is locked, never which of the two was wrong."""

    login = forms.CharField(label=gettext_lazy("登录名"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=gettext_lazy("密码"), max_length=128, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        login, password = data.get("login"), data.get("password")
        if not login or not password:
            return data
        if lockout.locked(login, self.request.client_address):  # type: ignore[attr-defined]
            raise forms.ValidationError(_("失败次数太多，已暂停登录 15 分钟。请稍后再试，或请安全管理员重设密码。"), code="locked")
        found = authenticate(self.request, username=login, password=password)
        if not isinstance(found, User):
            raise forms.ValidationError(_("登录名或密码不对。请再试一次；连续 5 次不对会暂停 15 分钟。"), code="wrong")
        self.user = found  # type: ignore[assignment]
        return data


class TotpForm(forms.Form):
    token = forms.RegexField(
        r"^\s*\d{6}\s*$",
        label=gettext_lazy("动态口令"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "6"}),
        error_messages={"invalid": gettext_lazy("动态口令是 6 位数字。")},
    )
