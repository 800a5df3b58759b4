"""Forms of the officer who opens an activity."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.forms.base import DateInput, LocalDateTimeInput, ScopedModelForm
from accounts.models import Participant, Region
from accounts.phones import normal
from activities.models import Activity, Booking, Intake, Meeting, Outcome
from records.working_days import kinds_between
from staffing.models import CommunityPartner


class ActivityForm(ScopedModelForm):
    price = forms.DecimalField(
        label=_("费用（元）"), min_value=0, max_value=100_000, decimal_places=2, required=False, help_text=_("免费填 0 或留空。")
    )

    class Meta:
        model = Activity
        fields = ["center", "kind", "title", "summary", "audience", "description", "special", "expected", "permit_no", "partner"]
        widgets = {"description": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from centers.models import Center

        self.fields["center"].queryset = Center.objects.allowed(self.user, "change").order_by("region__code")  # type: ignore[attr-defined]
        self.fields["center"].empty_label = None  # type: ignore[attr-defined]
        partners = CommunityPartner.objects.active().filter(center__in=self.fields["center"].queryset)  # type: ignore[attr-defined]
        own = CommunityPartner.objects.filter(pk=self.instance.partner_id)
        both = (partners | own).distinct().select_related("organisation", "center")
        self.fields["partner"].queryset = both  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["price"].initial = self.instance.price_fen / 100

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.instance.price_fen = int((data.get("price") or 0) * 100)
        return data


class OpenForm(ActivityForm):
    """Activity, places and times on one page: what an officer has in mind is entered once."""

    field_order = [
        "center", "kind", "title", "starts_at", "ends_at", "place", "capacity", "repeats", "until", "separate", "cutoff",
        "audience", "min_age", "max_age", "wait_limit", "question", "price", "summary", "description",
        "partner", "special", "expected", "permit_no",
    ]  # fmt: skip
    REPEATS = [("", _("只有一次")), ("weekly", _("每周一次")), ("workdays", _("每个工作日（按调休）"))]

    capacity = forms.IntegerField(label=_("名额"), validators=[MinValueValidator(1), MaxValueValidator(10_000)], initial=20)
    starts_at = forms.DateTimeField(label=_("开始"), widget=LocalDateTimeInput())
    ends_at = forms.DateTimeField(label=_("结束"), widget=LocalDateTimeInput())
    place = forms.CharField(label=_("地点"), max_length=60, required=False, help_text=_("例如“二楼多功能室”。"))
    repeats = forms.ChoiceField(
        label=_("重复"), choices=REPEATS, required=False, help_text=_("预约一次就约好所有场次，例如一个学期的托管。")
    )
    until = forms.DateField(label=_("重复到"), required=False, widget=DateInput())
    separate = forms.BooleanField(
        label=_("每一天分开预约"), required=False, help_text=_("例如老年助餐、上门帮忙：按天订，每天有自己的截止时间。")
    )
    cutoff = forms.IntegerField(
        label=_("提前几小时截止"), required=False, min_value=0, max_value=240, help_text=_("留空就到开始时截止。助餐可填 2，厨房好准备。")
    )
    question = forms.CharField(
        label=_("想问报名的人"),
        max_length=80,
        required=False,
        help_text=_("例如“要软烂的饭菜吗？”“上门地址？”；不要问身份证号、健康状况。"),
    )
    min_age = forms.IntegerField(label=_("最小年龄"), required=False, min_value=0, max_value=120)
    max_age = forms.IntegerField(label=_("最大年龄"), required=False, min_value=0, max_value=120)
    wait_limit = forms.IntegerField(
        label=_("最多候补人数"),
        required=False,
        min_value=0,
        max_value=1000,
        initial=10,
        help_text=_("报满以后还可以排队等的人数；填 0 就不设候补。"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        start, end = data.get("starts_at"), data.get("ends_at")
        if start and end and not timedelta(0) < end - start <= timedelta(hours=14):
            self.add_error("ends_at", _now("结束时间要晚于开始时间，一场不超过 14 小时。"))
        if start and start < timezone.now():
            self.add_error("starts_at", _now("开始时间已经过去了，请填以后的时间。"))
        if data.get("repeats") and start:
            self.check_until(data, start)
        low, high = data.get("min_age"), data.get("max_age")
        if low is not None and high is not None and low > high:
            self.add_error("max_age", _now("最大年龄不能小于最小年龄。"))
        return data

    def check_until(self, data: dict[str, Any], start: datetime) -> None:
        first = timezone.localdate(start)
        if not data.get("until"):
            self.add_error("until", _now("请填写重复到哪一天。"))
        elif not timedelta(0) <= data["until"] - first <= timedelta(days=200):
            self.add_error("until", _now("重复到的日期要在开始之后、200 天以内。"))

    def times(self) -> list[tuple[datetime, datetime]]:
        """The meetings' (start, end), by the announced calendar for workdays."""
        data = self.cleaned_data
        start, end = data["starts_at"], data["ends_at"]
        first = timezone.localdate(start)
        if not data["repeats"]:
            return [(start, end)]
        kinds = kinds_between(first, data["until"])
        if data["repeats"] == "weekly":
            days = [day for day in kinds if (day - first).days % 7 == 0]
        else:
            days = [day for day, known in kinds.items() if known.kind in ("workday", "makeup")]
        return [(start + (day - first), end + (day - first)) for day in days]

    def save(self, commit: bool = True) -> Any:
        activity = super().save(commit)
        data = self.cleaned_data
        times = self.times() or [(data["starts_at"], data["ends_at"])]
        for part in [[one] for one in times] if data["separate"] else [times]:
            self.keep_intake(activity, part)
        return activity

    def keep_intake(self, activity: Activity, times: list[tuple[datetime, datetime]]) -> None:
        """One intake with its meetings; booking and cancelling end the same number of hours before the first."""
        data, first = self.cleaned_data, times[0][0]
        day = timezone.localdate(first)
        closes = first - timedelta(hours=data["cutoff"] or 0)
        intake = Intake(
            activity=activity,
            name=f"{day.month}月{day.day}日" if data["separate"] else "",
            capacity=data["capacity"],
            opens_at=min(timezone.now() - timedelta(minutes=1), closes - timedelta(minutes=1)),
            closes_at=closes,
            cancel_until=closes if data["cutoff"] else first - timedelta(hours=2),
            wait_limit=data["wait_limit"] or 0,
            question=data["question"],
            min_age=data["min_age"],
            max_age=data["max_age"],
        )
        intake.full_clean()
        intake.save()
        Meeting.objects.bulk_create([Meeting(intake=intake, starts_at=s, ends_at=e, place=data["place"]) for s, e in times])


class IntakeForm(ScopedModelForm):
    class Meta:
        model = Intake
        fields = [
            *("name", "capacity", "mode", "opens_at", "closes_at", "cancel_until", "wait_limit", "offer_hours"),
            *("min_age", "max_age", "residence", "family_limit", "person_limit", "min_participants"),
            *("refuse_clash", "question", "asks_photo"),
        ]
        widgets = {name: LocalDateTimeInput() for name in ("opens_at", "closes_at", "cancel_until")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.instance.activity.center.region.code
        self.fields["residence"].queryset = Region.objects.filter(code__in=(code[:6], code[:9], code)).order_by("code")  # type: ignore[attr-defined]
        self.fields["residence"].empty_label = _now("不限")  # type: ignore[attr-defined]


class MeetingForm(ScopedModelForm):
    class Meta:
        model = Meeting
        fields = ["starts_at", "ends_at", "place"]
        widgets = {name: LocalDateTimeInput() for name in ("starts_at", "ends_at")}


class BookForForm(forms.Form):
    """A place for somebody without a telephone: a known person, or a new elder with the consent said aloud."""

    participant = forms.ModelChoiceField(label=_("已登记的人"), queryset=Participant.objects.none(), required=False)
    name = forms.CharField(label=_("姓名"), max_length=50, required=False)
    birthday = forms.DateField(label=_("出生日期"), required=False, widget=DateInput())
    phone = forms.CharField(label=_("家里能接的电话"), max_length=30, required=False, help_text=_("没有就留空。"))
    wait = forms.BooleanField(label=_("满了就替他排队候补"), required=False)
    answer = forms.CharField(max_length=200, required=False)
    by_phone = forms.BooleanField(label=_("是打电话来约的"), required=False)
    whole = forms.BooleanField(label=_("这个活动还能约的日子都约上"), required=False)
    consent = forms.BooleanField(
        label=_("已经口头告知个人信息用途，本人（或家属）同意"), error_messages={"required": _("请先口头告知并征得同意，再勾选。")}
    )

    def __init__(self, *args: Any, people: Any, question: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["participant"].queryset = people  # type: ignore[attr-defined]
        self.fields["answer"].label = question

    def clean_phone(self) -> str:
        return normal(self.cleaned_data["phone"]) if self.cleaned_data["phone"] else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("participant") and not data.get("name"):
            self.add_error("name", _now("请选一位已登记的人，或填写新登记老人的姓名。"))
        return data


class OutcomeForm(ScopedModelForm):
    class Meta:
        model = Outcome
        fields = ["headcount", "lines"]
        widgets = {"lines": forms.Textarea(attrs={"rows": 6})}


class PriorityForm(forms.Form):
    """Why a family comes first; the words go to the audit entry, where the auditor reads them."""

    priority = forms.ChoiceField(label=_("优先"), choices=[("", _("不优先")), *Booking.Priority.choices], required=False)
    reason = forms.CharField(label=_("凭什么（看过什么材料、谁证明的）"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
