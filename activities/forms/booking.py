"""The form that books a place."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import consents
from accounts.models import Participant
from activities.models import Intake


class ParticipantChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class BookForm(forms.Form):
    """Whose places, as one unit; the consent only where one is missing, a question only where the intake has one."""

    participant = ParticipantChoice(
        label=_("为谁预约（可以选几位，一起约、一起候补）"),
        queryset=Participant.objects.none(),
        widget=forms.CheckboxSelectMultiple(),
        error_messages={
            "required": _("请选择为谁预约。"),
            **dict.fromkeys(("invalid_choice", "invalid_pk_value"), _("请从家人里选一位。")),
        },
    )
    answer = forms.CharField(max_length=200, required=False)
    wait = forms.BooleanField(label=_("没轮上的话，愿意按顺序候补"), required=False)
    photo = forms.BooleanField(label=_("同意活动中拍照、用于中心的宣传（不同意也一样参加）"), required=False)
    consent = forms.BooleanField(label=consents.TEXTS[consents.Purpose.BOOKING].sentence, required=False)

    def __init__(self, *args: Any, family: Any, intake: Intake, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["participant"].queryset = family  # type: ignore[attr-defined]
        self.fields["answer"].label = intake.question
        for name, asked in (("answer", intake.question), ("photo", intake.asks_photo), ("wait", intake.drawn and intake.wait_limit)):
            if not asked:
                del self.fields[name]
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
