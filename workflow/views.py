"""Pages of the desk's nouns: list, row, form, step. What a noun shows stands in its declaration (``workflow/nouns.py``)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import CreateView, DetailView, ListView, UpdateView, View
from django.views.generic.detail import SingleObjectMixin

from accounts.register import cell
from accounts.scope import permission, prefixes
from accounts.views.base import ScopedFormMixin, ScopedMixin
from workflow.engine import Step
from workflow.nouns import NOUNS, Noun


class NounMixin(ScopedMixin):
    """The noun that the address names."""

    desk = True
    noun: Noun
    model: Any

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        self.noun = NOUNS[kwargs["noun"]]
        self.model = self.noun.model

    def tuned(self, rows: Any) -> Any:
        rows = rows.select_related(*self.noun.joins) if self.noun.joins else rows
        return rows.prefetch_related(*self.noun.prefetch)

    def may(self, action: str) -> bool:
        return bool(prefixes(self.request.user, permission(self.model, action)))  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(noun=self.noun, **kwargs)  # type: ignore[misc, no-any-return]


class NounListView(NounMixin, ListView):
    """The register as a page: searched, filtered by chips whose address can be shared, exported, imported."""

    template_name = "workflow/noun_list.html"
    paginate_by = 50

    def tuned(self, rows: Any) -> Any:
        rows = super().tuned(rows).order_by(*self.noun.ordering)
        if joins := self.noun.columns.joins:
            rows = rows.select_related(*joins)
        for entry in self.noun.filters:
            if value := self.request.GET.get(entry.name, "").replace("\x00", "")[:40]:
                rows = entry.narrow(rows, value)
        text = self.request.GET.get("q", "").strip().replace("\x00", "")[:60]
        if text and self.noun.search:
            condition = Q()
            for path in self.noun.search:
                condition |= Q(**{f"{path}__icontains": text})
            rows = rows.filter(condition)
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        columns = self.noun.columns.columns
        for row in context["object_list"]:
            row.cells = [(str(column.title), cell(column.value(row))) for column in columns]
        user, query = self.request.user, self.request.GET
        context["state_head"] = _("状态")
        context["heads"] = [str(column.title) for column in columns]
        context["chips"] = [(f, f.choices(user), query.get(f.name, "")) for f in self.noun.filters]
        context["may_add"] = self.noun.form is not None and self.may("add")
        context["may_import"] = getattr(self.noun.columns, "incoming", None) is not None and (self.may("add") or self.may("change"))
        return context


class NounDetailView(NounMixin, DetailView):
    """One row: its facts, what can be done next, its parts."""

    def get_template_names(self) -> list[str]:
        return [self.noun.template]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user, noun = self.object, self.request.user, self.noun
        facts = noun.facts(row) if noun.facts else [(c.title, cell(c.value(row))) for c in noun.columns.columns]
        steps = noun.workflow.open_to(row, user) if noun.workflow else []
        form = noun.edit_form or noun.form
        editable = form is not None and self.model._default_manager.all().allowed(user, "change").filter(pk=row.pk).exists()  # type: ignore[attr-defined]
        more = noun.more(row, user) if noun.more else {}
        due = noun.due(row) if noun.due else None
        return super().get_context_data(facts=facts, steps=steps, may_edit=editable, due=due, **{**more, **kwargs})


class NounFormMixin(NounMixin, ScopedFormMixin):
    template_name: Any = "form_page.html"

    def get_form_class(self) -> Any:
        form = (self.noun.edit_form if self.action == "change" else None) or self.noun.form
        if form is None:
            raise Http404
        return form

    def get_success_url(self) -> str:
        messages.success(self.request, _("已保存。"))  # type: ignore[attr-defined]
        return reverse("desk_noun", args=[self.noun.slug, self.object.pk])  # type: ignore[attr-defined]

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))  # type: ignore[attr-defined, no-any-return]


class NounAddView(NounFormMixin, CreateView):
    action = "add"
    object = None

    def fixed(self) -> dict[str, Any]:
        return self.noun.fixed(self.request) if self.noun.fixed else {}

    def get_initial(self) -> dict[str, Any]:
        return self.noun.initial(self.request) if self.noun.initial else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        back = reverse("desk_nouns", args=[self.noun.slug])
        return super().get_context_data(page_title=self.noun.title, lead=_("新增"), back=back, **kwargs)


class NounEditView(NounFormMixin, UpdateView):
    action = "change"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        back = reverse("desk_noun", args=[self.noun.slug, row.pk])
        return super().get_context_data(page_title=self.noun.title, lead=str(row), back=back, **kwargs)


class NounStepView(NounMixin, SingleObjectMixin, View):
    """Asks for what a step needs, and takes it; what was typed stays where something is missing."""

    def step(self, name: str) -> tuple[Any, Step]:
        row = self.get_object()
        flow = self.noun.workflow
        if flow is None or name not in flow.steps:
            raise Http404
        return row, flow.steps[name]

    def get(self, request: HttpRequest, step: str, **kwargs: Any) -> HttpResponse:
        row, found = self.step(step)
        if found not in self.noun.workflow.open_to(row, request.user):  # type: ignore[union-attr]
            raise PermissionDenied
        return self.page(row, found, found.form(initial=given(row, found)))

    def post(self, request: HttpRequest, step: str, **kwargs: Any) -> HttpResponse:
        row, found = self.step(step)
        form = found.form(request.POST, request.FILES)
        if not form.is_valid():
            if found not in self.noun.workflow.open_to(row, request.user):  # type: ignore[union-attr]
                raise PermissionDenied  # a form that leads nowhere is not shown again
            return self.page(row, found, form)
        try:
            self.noun.workflow.take(row, found.name, by=request.user, **form.cleaned_data)  # type: ignore[union-attr]
        except ValidationError as error:
            if found.plain:
                messages.error(request, " ".join(error.messages))
                return redirect("desk_noun", self.noun.slug, row.pk)
            spread(form, error)
            return self.page(row, found, form)
        messages.success(request, _("已办：%(step)s。") % {"step": found.label})
        still = self.get_queryset().filter(pk=row.pk).exists()
        return redirect("desk_noun", self.noun.slug, row.pk) if still else redirect("desk_nouns", self.noun.slug)

    def page(self, row: Any, step: Step, form: Any) -> HttpResponse:
        from django.shortcuts import render

        back = reverse("desk_noun", args=[self.noun.slug, row.pk])
        context = {"form": form, "page_title": step.label, "lead": str(row), "back": back, "submit": step.label, "noun": self.noun}
        return render(self.request, "form_page.html", context)


def given(row: Any, step: Step) -> dict[str, Any]:
    """What the row holds already of what a step asks."""
    drafted = step.drafts(row) if step.drafts else {}
    return {name: getattr(row, name) for name in step.asks if hasattr(row, name)} | drafted


def spread(form: Any, error: ValidationError) -> None:
    """A model's words beside the fields they speak of; all others on top."""
    by_field = getattr(error, "error_dict", None)
    for name, words in (by_field or {"": error.error_list}).items():
        form.add_error(name if name in form.fields else None, words)
