"""A child's care at home: who may collect it, what to mind, what was agreed, its days."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import CreateView, DetailView, FormView, View

from accounts import consents
from accounts.models import Participant
from accounts.views.base import ScopedFormMixin, ScopedMixin
from accounts.views.family import own
from activities import care
from activities.forms.care import NoteForm, PickupForm
from activities.models import Booking, CareNote, Handover, PickupPerson
from records import secret
from records.models import AuditEntry

#: So many of the last days and readings are shown.
SHOWN = 30


def child_of(request: HttpRequest, pk: int) -> Any:
    """A child of the user's own family; else 404."""
    return get_object_or_404(own(request.user), pk=pk, kind=Participant.Kind.CHILD)


class MyCareView(ScopedMixin, DetailView):
    """Everything about one child's care on one page."""

    model = PickupPerson
    template_name = "activities/my_care.html"

    def get_object(self, queryset: Any = None) -> Any:
        return child_of(self.request, self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        child = self.object
        days = Handover.objects.filter(attendance__booking__participant=child)
        joins = ("attendance__meeting__intake__activity", "attendance__booking", "guardian", "person", "agreed_by")
        read = AuditEntry.objects.filter(action="activities.read_carenote", target_type="accounts.participant", target_id=child.pk)
        try:
            note, unreadable = care.note_of(child), False
        except secret.Unreadable:
            note, unreadable = {}, True
        given = child.consents.filter(purpose=consents.Purpose.CARE, withdrawn_at=None).order_by("-given_at").first()
        return super().get_context_data(
            child=child,
            people=PickupPerson.objects.listed().filter(participant=child),
            note=note,
            unreadable=unreadable,
            kept=CareNote.objects.filter(participant=child).exists(),
            sealable=secret.ready(),
            agreement=consents.TEXTS[consents.Purpose.CARE],
            agreed=None if care.lacking(child) else given,
            days=days.select_related(*joins)[:SHOWN],
            readings=read.select_related("actor").order_by("-id")[:SHOWN],
            enrolled=Booking.objects.live()
            .filter(participant=child, intake__activity__care__isnull=False)
            .select_related("intake__activity__center"),
            **kwargs,
        )


class PickupAddView(ScopedFormMixin, CreateView):
    """Puts somebody on the list."""

    model, action = PickupPerson, "add"
    form_class, template_name = PickupForm, "form_page.html"

    def fixed(self) -> dict[str, Any]:
        self.child = child_of(self.request, self.kwargs["pk"])
        return {"participant": self.child, "added_by": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(page_title=_("登记接送人"), submit=_("登记"), **kwargs)
        lead = _("请先告诉对方：他的姓名和手机号会给托管的工作人员看，只用来接孩子。")
        return context | {"lead": lead, "back": self.get_success_url()}

    def get_success_url(self) -> str:
        return reverse("me_care", args=[self.child.pk])


class PickupEndView(ScopedMixin, View):
    """Takes somebody off the list, from now on."""

    model, action = PickupPerson, "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = PickupPerson.objects.listed()
        row = get_object_or_404(rows.filter(rows.own(request.user)), pk=pk)
        care.take_off(request.user, row)
        messages.success(request, _("已取消，从现在起不能再接孩子。"))
        return redirect("me_care", pk=row.participant_id)


class NoteView(ScopedMixin, FormView):
    """Allergies and what to mind, with the consent beside it."""

    model, action = CareNote, "change"
    form_class, template_name = NoteForm, "form_page.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            self.child = child_of(request, kwargs["pk"])
            if request.method == "POST" and request.POST.get("forget"):
                care.withdraw_note(request.user, self.child)
                messages.success(request, _("已撤回同意，内容已删除。"))
                return redirect("me_care", pk=self.child.pk)
            if not secret.ready():
                messages.error(request, _("这里还不能保存健康信息，请打电话告诉中心。"))
                return redirect("me_care", pk=self.child.pk)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        try:
            known: dict[str, Any] = care.note_of(self.child)
        except secret.Unreadable:
            known = {}
        return known | {"consent": bool(known)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lead = _("只给照看孩子的工作人员看，每看一次都有记录。没有要说的就留空。")
        back = reverse("me_care", args=[self.child.pk])
        text = consents.TEXTS[consents.Purpose.HEALTH]
        return super().get_context_data(page_title=_("过敏和要留意的"), lead=lead, back=back, submit=_("保存"), texts=[text], **kwargs)

    def form_valid(self, form: NoteForm) -> HttpResponse:
        data = form.cleaned_data
        care.keep_note(self.request.user, self.child, data["allergies"].strip(), data["notes"].strip())
        messages.success(self.request, _("已保存。") if data["allergies"] or data["notes"] else _("已清空，没有留下内容。"))
        return redirect("me_care", pk=self.child.pk)
