"""``/me/data/``: what we hold, corrected, exported, erased by the person alone."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, UpdateView, View

from accounts.models import User
from accounts.scope import grants_of
from portal import personal
from records import audit


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["name", "email"]


class DataView(LoginRequiredMixin, UpdateView):
    """Corrects the account's own data; leads to export and erasure."""

    form_class, template_name, success_url = AccountForm, "portal/data.html", reverse_lazy("me_data")

    def get_object(self, queryset: Any = None) -> Any:
        return User.objects.get(pk=self.request.user.pk)

    def form_valid(self, form: Any) -> HttpResponse:
        audit.write("accounts.change_user", by=self.request.user, on=form.instance, fields=form.changed_data)
        messages.success(self.request, _("已更正。"))
        return super().form_valid(form)


class ExportView(LoginRequiredMixin, View):
    """Everything as a JSON file."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        audit.write("accounts.export_own", by=user, on=user)
        response = JsonResponse(personal.export(user), json_dumps_params={"ensure_ascii": False, "indent": 1})
        response["Content-Disposition"] = 'attachment; filename="my-data.json"'
        response["Cache-Control"] = "no-store"
        return response


class EraseForm(forms.Form):
    sure = forms.BooleanField(
        label=gettext_lazy("我知道这会取消没有参加的预约，并且不能恢复"), error_messages={"required": gettext_lazy("请勾选确认。")}
    )


class EraseView(LoginRequiredMixin, FormView):
    """Erases the account at once. Officers' accounts are ended by the security administrator, whose duty it is."""

    form_class, template_name = EraseForm, "portal/erase.html"

    def form_valid(self, form: EraseForm) -> HttpResponse:
        user: Any = self.request.user
        if grants_of(User.objects.get(pk=user.pk)):
            form.add_error(None, _("工作账号由安全管理员停用，请联系他们。"))
            return self.form_invalid(form)
        personal.erase(user)
        logout(self.request)
        messages.success(self.request, _("您的资料已经删除。谢谢您使用过我们的服务。"))
        return redirect("home")
