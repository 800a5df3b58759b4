"""The scoped bases of pages: a view that can't forget its guard. Out of scope answers 404, no such right 403."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from accounts.scope import holds, permission, prefixes, region_code
from records import audit


class ScopedMixin(LoginRequiredMixin):
    """Rows on which the user may do ``action``."""

    model: type[models.Model]
    action = "view"
    #: Desk pages ask for a grant; a resident's rights on their own rows do not open them.
    desk = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            name = permission(self.model, self.action)
            if not (prefixes(request.user, name) if self.desk else holds(request.user, name)):
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc, no-any-return]

    def get_queryset(self) -> Any:
        return self.tuned(self.model._default_manager.all().allowed(self.request.user, self.action))  # type: ignore[attr-defined]

    def tuned(self, rows: Any) -> Any:
        """Joins, prefetches and filters."""
        return rows


class ScopedFormMixin(ScopedMixin):
    """Create and update views: the form knows the user, the saved row is checked again, the audit gets field names."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user, "fixed": self.fixed()}  # type: ignore[misc, attr-defined]

    def fixed(self) -> dict[str, Any]:
        """Values of the row that the page sets, not the person."""
        return {}

    def form_valid(self, form: Any) -> HttpResponse:
        """Saves; where somebody else was quicker with the same name or number, the page says so and keeps what was typed."""
        try:
            return self.keep(form)
        except (IntegrityError, ValidationError) as error:
            words = error.messages if isinstance(error, ValidationError) else [_("有人刚刚填了同样的内容，请刷新看看再试。")]
            form.add_error(None, words)
            return self.form_invalid(form)  # type: ignore[attr-defined, no-any-return]

    def keep(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)  # type: ignore[misc]
            row = form.instance
            rows = type(row)._default_manager.all().allowed(self.request.user, self.action)  # type: ignore[attr-defined]
            if not rows.filter(pk=row.pk).exists():
                raise PermissionDenied
            names = sorted(form.changed_data)
            audit.write(permission(type(row), self.action), by=self.request.user, on=row, fields=names, region_code=region_code(row))  # type: ignore[attr-defined]
        return response  # type: ignore[no-any-return]


class OfficerMixin(LoginRequiredMixin):
    """Pages of the desk that show no single model."""

    def may_enter(self, user: Any) -> bool:
        """Whether the page is open to this account at all."""
        return bool(user.has_perm("accounts.use_desk"))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not self.may_enter(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc, no-any-return]
