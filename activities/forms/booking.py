"""The form that books a place."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import consents
from accounts.models import Participant


class ParticipantChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class BookForm(forms.Form):
    """Whose place; the consent only where one is missing."""

    participant = ParticipantChoice(
        label=_("为谁预约"), queryset=Participant.objects.none(), widget=forms.RadioSelect(), empty_label=None,
        error_messages={"required": _("请选择为谁预约。"), "invalid_choice": _("请从家人里选一位。")},
    )  # fmt: skip
    consent = forms.BooleanField(label=consents.TEXTS[consents.Purpose.BOOKING].sentence, required=False)

    def __init__(self, *args: Any, family: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["participant"].queryset = family  # type: ignore[attr-defined]
        versions = {(p, t.version) for p, t in consents.TEXTS.items()}
        lacking = [
            person
            for person in family
            if not any(
                (c.purpose, c.version) in versions and c.purpose == consents.needed(person)
                for c in person.consents.all()
                if not c.withdrawn_at
            )
        ]
        if not lacking:
            del self.fields["consent"]
        elif any(consents.needed(person) == consents.Purpose.CHILD for person in lacking):
            self.fields["consent"].label = consents.TEXTS[consents.Purpose.CHILD].sentence
