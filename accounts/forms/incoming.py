"""The forms through which rows of Excel files come in: organisations, accounts, grants; the rules are the models'."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import ScopedModelForm
from accounts.models import Grant, Organisation, User

#: What a resident's account is called, or an erased one's: those are nobody's to enter.
RESIDENT = r"^(r[0-9a-f]{16}|erased-[0-9]+)$"
login_validator = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._@-]{1,39}$", _("登录名是 2 到 40 个字母、数字、点或横线，以字母或数字开头。"))


def officers(rows: Any) -> Any:
    """Accounts without those of residents, as in the admin, and without erased ones."""
    return rows.exclude(login__regex=RESIDENT).filter(erased_at=None)


class OrganisationForm(ScopedModelForm):
    class Meta:
        model = Organisation
        fields = ["name", "code", "kind", "region", "phone"]


class UserForm(ScopedModelForm):
    """An officer's account; a new one has no password until the security administrator sets it."""

    class Meta:
        model = User
        fields = ["login", "name", "email", "organisation"]

    def clean_login(self) -> str:
        login = str(self.cleaned_data["login"])
        login_validator(login)
        if not officers(User.objects.filter(login=login)).exists() and User.objects.filter(login=login).exists():
            raise ValidationError(_("这个登录名不能用，请换一个。"))
        return login

    def save(self, commit: bool = True) -> Any:
        if not self.instance.pk:
            self.instance.set_unusable_password()
        return super().save(commit)


class GrantForm(ScopedModelForm):
    """A role of an officer in a region."""

    class Meta:
        model = Grant
        fields = ["user", "role", "region", "valid_from", "valid_until"]
