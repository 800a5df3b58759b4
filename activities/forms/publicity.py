"""Forms of the column, brands, roadshows and polls."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import DateInput, LocalDateTimeInput, ScopedModelForm
from accounts.models import Region
from accounts.scope import permission, prefixes
from activities import digest
from activities.models import Brand, Digest, DigestItem, Poll, PollOption, Roadshow
from activities.models.digest import printable
from centers.models import Center


def places(user: Any, model: Any) -> Any:
    """Districts and townships in which the user may add such a row."""
    rows = Region.objects.none()
    for code in prefixes(user, permission(model, "add")):
        rows = rows | Region.objects.filter(code__startswith=code)
    return rows.filter(level__in=(Region.Level.DISTRICT, Region.Level.TOWN)).order_by("code")


class OfRegionForm(ScopedModelForm):
    """A row of a district or township."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "region" in self.fields:
            self.fields["region"].queryset = places(self.user, self._meta.model)  # type: ignore[attr-defined]


class DigestForm(OfRegionForm):
    class Meta:
        model = Digest
        fields = ["region", "month", "title", "lead"]
        widgets = {"month": DateInput(), "lead": forms.Textarea(attrs={"rows": 4})}

    def save(self, commit: bool = True) -> Any:
        """With the items that the month's records give."""
        row = super().save(commit)
        digest.fill(row)
        row.editors.add(self.user)
        return row


class DigestEditForm(ScopedModelForm):
    class Meta:
        model = Digest
        fields = ["title", "lead"]
        widgets = {"lead": forms.Textarea(attrs={"rows": 4})}

    def save(self, commit: bool = True) -> Any:
        """The title and the lead alone, so that a step taken meanwhile stays; who changed them can't check them."""
        if not Digest.objects.filter(pk=self.instance.pk, state="draft").update(title=self.instance.title, lead=self.instance.lead):
            raise forms.ValidationError(_("有人刚刚送审了，不能再改。要改请先退回。"))
        self.instance.editors.add(self.user)
        return self.instance


class ItemForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return data | {name: printable(data[name]) for name in ("title", "text") if data.get(name)}


ItemFormSet = forms.inlineformset_factory(
    Digest,
    DigestItem,
    form=ItemForm,
    fields=["kept", "kind", "place", "title", "text"],
    widgets={"text": forms.Textarea(attrs={"rows": 3})},
    extra=1,
    can_delete=False,
    max_num=60,
    validate_max=True,
)


class BrandForm(ScopedModelForm):
    class Meta:
        model = Brand
        fields = ["center", "name", "summary", "story", "organisation", "roadshow"]
        widgets = {"story": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centers = Center.objects.allowed(self.user, "change").order_by("region__code")
        self.fields["center"].queryset = centers  # type: ignore[attr-defined]
        self.fields["center"].disabled = bool(self.instance.pk)


class RoadshowForm(OfRegionForm):
    class Meta:
        model = Roadshow
        fields = ["region", "title", "held_on", "place"]
        widgets = {"held_on": DateInput()}


class PollForm(OfRegionForm):
    """The options as lines: one a line, with a dash before its sentence."""

    lines = forms.CharField(
        label=_("评选项目"), required=False, max_length=6000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("一行一个，例如“周末亲子阅读 - 光南社区，一家人一起读绘本”。公布以后不能再改。"),
    )  # fmt: skip

    class Meta:
        model = Poll
        fields = ["region", "title", "lead", "opens_at", "closes_at", "choices"]
        widgets = {name: LocalDateTimeInput() for name in ("opens_at", "closes_at")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            known = self.instance.options.all()
            self.fields["lines"].initial = "\n".join(f"{o.title} - {o.summary}".removesuffix(" - ") for o in known)

    def clean_lines(self) -> list[tuple[str, str]]:
        """(title, sentence) of each line."""
        found: list[tuple[str, str]] = []
        for line in self.cleaned_data["lines"].splitlines():
            title, _dash, words = (part.strip() for part in line.partition(" - "))
            if title and title not in [known for known, _words in found]:
                found.append((title, words))
        if any(len(title) > 60 or len(words) > 120 for title, words in found):
            raise forms.ValidationError(_("名称最多 60 个字，介绍最多 120 个字，请缩短后再存。"))
        if len(found) > 60:
            raise forms.ValidationError(_("最多 60 个项目。"))
        return found

    def save(self, commit: bool = True) -> Any:
        known = Poll.objects.select_for_update(no_key=True).filter(pk=self.instance.pk).first() if self.instance.pk else None
        if known and known.state != Poll.State.DRAFT:
            raise forms.ValidationError(_("有人刚刚公布了，不能再改。"))
        poll = super().save(commit)
        lines = self.cleaned_data["lines"]
        if [(o.title, o.summary) for o in poll.options.all()] != lines:
            poll.options.all().delete()
            for title, words in lines:
                PollOption.objects.create(poll=poll, title=title, summary=words)
        return poll
