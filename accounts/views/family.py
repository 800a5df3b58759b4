"""A resident's family: who places can be booked for, with whose consent."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, UpdateView, View

from accounts import consents, families
from accounts.forms.family import CorrectForm, PersonForm
from accounts.models import ConsentRecord, Guardianship, Participant
from accounts.views.base import ScopedMixin
from accounts.views.login import onward
from records import audit


def own(user: Any) -> Any:
    """The user's own family, officers' wider reach left aside."""
    rows = Participant.objects.all()
    return rows.filter(rows.own(user)).select_related("region__parent").prefetch_related("consents", "guardianships").order_by("id")


class FamilyView(ScopedMixin, ListView):
    """The family, requests to answer, requests of one's own."""

    model = Participant
    template_name = "accounts/family.html"

    def get_queryset(self) -> Any:
        return own(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people = list(self.get_queryset())
        asked = Guardianship.objects.requested().select_related("participant", "user")
        for person in people:
            given = {c.purpose: c for c in person.consents.all() if c.withdrawn_at is None}
            person.consent_list = [(p, consents.TEXTS[p], given.get(p)) for p in (consents.needed(person), consents.Purpose.PHOTO)]
        return super().get_context_data(
            object_list=people,
            people=people,
            to_answer=asked.filter(participant__in=[p.pk for p in people]).exclude(user=self.request.user.pk),
            own_requests=asked.filter(user=self.request.user.pk),
            has_self=any(p.user_id == self.request.user.pk for p in people),
            **kwargs,
        )


class AddView(ScopedMixin, FormView):
    """Adds a child, an elder or oneself, with the consent recorded."""

    model, action = Participant, "add"
    template_name, form_class, success_url = "accounts/family_form.html", PersonForm, reverse_lazy("me_family")

    def kinds(self) -> tuple[str, ...]:
        if Participant.objects.filter(user=self.request.user.pk).exists():
            return ("child", "elder")
        wanted = self.request.GET.get("kind")
        return (wanted,) if wanted in ("self", "child", "elder") else ("child", "elder", "self")

    def get_form_kwargs(self) -> dict[str, Any]:
        initial = {"kind": self.request.GET.get("kind", "child")}
        return {**super().get_form_kwargs(), "kinds": self.kinds(), "initial": initial}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        texts = [consents.TEXTS[consents.Purpose.CHILD], consents.TEXTS[consents.Purpose.BOOKING]]
        return super().get_context_data(texts=texts, next=self.request.GET.get("next", ""), **kwargs)

    def form_valid(self, form: PersonForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            person = self.keep(data, self.request.POST.get("choice", ""))
        except families.AlreadyKnown as known:
            return self.render_to_response(self.get_context_data(form=form, known=known.sentence))
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        if person is None:
            messages.success(self.request, _("申请已经发给孩子现在的监护人，对方同意后您会收到消息。"))
        else:
            messages.success(self.request, _("已登记。现在可以预约了。"))
        return redirect(onward(self.request, str(self.success_url)))

    def keep(self, data: dict[str, Any], choice: str) -> Participant | None:
        """Stores the person with the consent; None where a request to join went out instead."""
        user = self.request.user
        with transaction.atomic():
            if data["kind"] == Participant.Kind.SELF:
                person = families.self_of(user, data["region"], data["name"], data["birthday"])
            elif choice == "join":
                twin = Participant.objects.same_person(data["name"], data["birthday"], data["region"]).first()
                if twin is not None:
                    families.ask_to_join(user, twin, data["relation"])
                    return None
                raise ValidationError(_("没有找到同名、同生日的孩子，请检查后再试。"))
            else:
                fields = {k: data[k] for k in ("kind", "name", "birthday", "region", "phone", "relation")}
                person = families.add(user, **fields, separate=choice == "separate", own_family=True)
            consents.record(person, user, consents.needed(person), ConsentRecord.Channel.PAGE)
        return person


class CorrectView(ScopedMixin, UpdateView):
    """Corrects the data of somebody in the family."""

    model, action = Participant, "change"
    template_name, form_class, success_url = "form_page.html", CorrectForm, reverse_lazy("me_family")

    def get_queryset(self) -> Any:
        return own(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(page_title=_("更正资料"), back=reverse("me_family"), submit=_("保存"), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            audit.write("accounts.change_participant", by=self.request.user, on=form.instance, fields=form.changed_data)
        messages.success(self.request, _("已更正。"))
        return response


class ConsentView(LoginRequiredMixin, View):
    """Gives or withdraws a consent: one button each."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = get_object_or_404(own(request.user), pk=pk)
        purpose = request.POST.get("purpose", "")
        if purpose not in consents.BY_BUTTON:
            return redirect("me_family")
        with transaction.atomic():
            if request.POST.get("give"):
                consents.record(person, request.user, purpose, ConsentRecord.Channel.PAGE)
                messages.success(request, _("已记录同意。"))
            else:
                ConsentRecord.objects.in_force().filter(participant=person, purpose=purpose).update(withdrawn_at=timezone.now())
                messages.success(request, _("已撤回同意。已有的预约照常，以后预约前会再问您。"))
            audit.write("accounts.change_consent", by=request.user, on=person, fields=[purpose])
        return redirect(onward(request, reverse("me_family")))


class AnswerView(LoginRequiredMixin, View):
    """Answers a second parent's request."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Guardianship.objects.requested().filter(participant__in=own(request.user).values("pk"))
        families.answer_join(request.user, get_object_or_404(rows, pk=pk), agree=bool(request.POST.get("agree")))
        messages.success(request, _("已答复，对方会收到消息。"))
        return redirect("me_family")
