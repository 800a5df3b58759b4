"""``has_perm`` answered from MAY and the grants in force; passwords of staff behind the lockout."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.db import models
from django.http import HttpRequest

from accounts import lockout
from accounts.models import User
from accounts.roles import MAY, Role
from accounts.scope import ScopedQuerySet, grants_of, holds


class Backend(BaseBackend):
    """The one authentication backend."""

    def authenticate(self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any) -> User | None:
        """A staff member by login and password; None also while locked (the form says which)."""
        if not username or password is None:
            return None
        address = getattr(request, "client_address", "local")
        if lockout.locked(username, address):
            return None
        user = User.objects.may_log_in().filter(login=username).first()
        if user is None:
            User().set_password(password)  # the same time, whether the account exists or not
        elif user.check_password(password):
            lockout.forget(username, address)
            return user
        lockout.failed(username, address)
        return None

    def get_user(self, user_id: Any) -> User | None:
        return User.objects.may_log_in().filter(pk=user_id).first()

    def has_perm(self, user_obj: Any, perm: str, obj: models.Model | None = None) -> bool:
        if not user_obj.is_active or not holds(user_obj, perm):
            return False
        if obj is None:
            return True
        manager = type(obj)._default_manager.all()
        action = perm.split(".")[1].split("_")[0]
        return isinstance(manager, ScopedQuerySet) and manager.allowed(user_obj, action).filter(pk=obj.pk).exists()

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        names = {name for role, _code in grants_of(user_obj) for name in MAY[role]} if user_obj.is_active else set()
        return any(name.startswith(f"{app_label}.") for name in names | MAY[Role.RESIDENT])
