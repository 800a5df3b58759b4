"""Accounts and grants for the security administrator; participants, masked, for the districts' and townships' staff."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import tokens
from accounts.admin.site import ScopedAdmin
from accounts.models import Grant, Organisation, Participant, User
from accounts.phones import masked


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    new_password = forms.CharField(
        label=_("新密码"), required=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), help_text=_("留空表示不改。")
    )

    class Meta:
        model = User
        fields = ["login", "name", "email", "organisation", "is_active"]

    def clean_new_password(self) -> str:
        password = str(self.cleaned_data["new_password"])
        if password:
            validate_password(password, self.instance)
        return password

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data["new_password"]:
            self.instance.set_password(self.cleaned_data["new_password"])
        elif not self.instance.pk:
            self.instance.set_unusable_password()
        return super().save(commit)


@admin.register(User)
class UserAdmin(ScopedAdmin):
    """Officers' accounts; residents' stay out of it."""

    form: Any = UserForm
    list_display = ["login", "masked_phone", "is_active", "is_demo", "created_at"]
    list_filter = ["is_active", "is_demo"]
    search_fields = ["login"]
    autocomplete_fields = ["organisation"]
    register_name = "users"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).exclude(login__regex=r"^r[0-9a-f]{16}$", phone__isnull=False)

    @admin.display(description=_("手机号"))
    def masked_phone(self, user: User) -> str:
        return masked(user.phone)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not obj.is_active or "new_password" in form.changed_data:
            tokens.revoke(obj)


@admin.register(Grant)
class GrantAdmin(ScopedAdmin):
    list_display = ["user", "role", "region", "valid_from", "valid_until"]
    list_filter = ["role"]
    search_fields = ["user__login", "region__name", "region__code"]
    autocomplete_fields = ["user", "region"]
    exclude = ["granted_by"]
    register_name = "grants"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.granted_by = request.user
        super().save_model(request, obj, form, change)


@admin.register(Participant)
class ParticipantAdmin(ScopedAdmin):
    """Masked: a full name is seen on the desk's page, with a reason."""

    list_display = ["id", "kind", "masked_name", "region", "created_at"]
    list_filter = ["kind"]
    search_fields = ["=id", "region__name"]
    fields = ["kind", "masked_name", "region", "created_at"]
    readonly_fields = ["kind", "masked_name", "region", "created_at"]
    list_select_related = ["region"]
    register_name = "participants"

    @admin.display(description=_("姓名"))
    def masked_name(self, row: Participant) -> str:
        return row.masked_name

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(erased_at=None)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # elders are entered at the desk, where their consent is recorded with them

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Organisation)
class OrganisationAdmin(ScopedAdmin):
    list_display = ["name", "code", "kind", "region"]
    list_filter = ["kind"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["region"]
    list_select_related = ["region"]
    register_name = "organisations"
