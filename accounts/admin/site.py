"""The scoped bases for every admin class."""

from types import SimpleNamespace
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from accounts import register
from accounts.forms.base import ConstrainedForm
from accounts.scope import ScopedQuerySet, permission, prefixes, region_code
from records import audit
from records.models import AuditEntry


class ScopedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows by ``allowed``, choices within reach, our audit instead of LogEntry, export of what the filters show."""

    form: Any = ConstrainedForm
    register_name = ""
    list_per_page = 50
    show_full_result_count = True
    actions = ["export"]

    def rows(self) -> ScopedQuerySet[Any]:
        return self.model._default_manager.all()  # type: ignore[return-value]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = self.rows().allowed(request.user, "view")
        return rows.order_by(*self.get_ordering(request)) if self.get_ordering(request) else rows

    def _may(self, request: HttpRequest, action: str, obj: models.Model | None = None) -> bool:
        if not prefixes(request.user, permission(self.model, action)):
            return False
        return obj is None or self.rows().allowed(request.user, action).filter(pk=obj.pk).exists()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "view")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view", obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "delete", obj)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Only what the filters offer: by any other field a masked name could be guessed letter by letter."""
        fields = [item if isinstance(item, str) else item[0] for item in self.list_filter if isinstance(item, (str, tuple))]
        own = [item.parameter_name for item in self.list_filter if isinstance(item, type) and issubclass(item, admin.SimpleListFilter)]
        return lookup.split("__")[0] in {*fields, *own, self.date_hierarchy}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        rows = db_field.remote_field.model._default_manager.all()
        if isinstance(rows, ScopedQuerySet):
            kwargs["queryset"] = rows.allowed(request.user, "view")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        action = "change" if change else "add"
        if not self.rows().allowed(request.user, action).filter(pk=obj.pk).exists():
            from django.core.exceptions import PermissionDenied

            raise PermissionDenied  # the admin's own transaction takes the row back
        audit.write(permission(self.model, action), by=request.user, on=obj, fields=form.changed_data, region_code=region_code(obj))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        audit.write(permission(self.model, "delete"), by=request.user, on=obj, region_code=region_code(obj))
        super().delete_model(request, obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """LogEntry would store names; ``save_model`` has written our own entry."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """As above."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:  # type: ignore[override]
        """As above."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The row's entries of our own audit, in the page that Django shows its LogEntry on."""
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        number = obj.pk if isinstance(obj.pk, int) else None  # a calendar's day has no number to be found by
        entries = AuditEntry.objects.filter(target_type=self.opts.label_lower, target_id=number).select_related("actor")
        page = self.get_paginator(request, entries, 50).get_page(request.GET.get("p"))
        page.object_list = [
            SimpleNamespace(
                action_time=entry.at, user=entry.actor, get_change_message=" ".join([entry.action, *entry.fields, entry.reason]).strip()
            )
            for entry in page.object_list
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": self.opts.verbose_name,
            "action_list": page,
            "page_range": page.paginator.get_elided_page_range(page.number),
            "page_var": "p",
            "pagination_required": page.paginator.num_pages > 1,
            "object": obj,
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/object_history.html", context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With a link to the Excel import where the register takes files from this user."""
        entry = register.REGISTERS.get(self.register_name)
        name = entry.name if entry is not None and entry.takes_from(request.user) else ""
        return super().changelist_view(request, {"import_name": name, **(extra_context or {})})

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        if not self.register_name:
            actions.pop("export", None)
        return actions

    @admin.action(description=_("导出为 Excel"))
    def export(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return register.answer(register.REGISTERS[self.register_name], queryset, request.user)


class ScopedInline(admin.TabularInline):  # type: ignore[type-arg]
    """Rows of a parent that the parent's own scope admits."""

    extra = 0
    form: Any = ConstrainedForm

    def _may(self, request: HttpRequest, action: str) -> bool:
        return bool(prefixes(request.user, permission(self.model, action)))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "delete")

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.model._default_manager.all().allowed(request.user, "view")  # type: ignore[attr-defined]


class ReadOnlyAdmin(ScopedAdmin):
    """Records that nobody edits here, not region-scoped: whoever holds the permission sees them."""

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.model._default_manager.all() if self._may(request, "view") else self.model._default_manager.none()

    def _may(self, request: HttpRequest, action: str, obj: models.Model | None = None) -> bool:
        return action == "view" and bool(prefixes(request.user, permission(self.model, action)))
