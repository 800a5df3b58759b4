"""Bookings: the row that takes a seat. Only ``seats.py`` moves their state."""

import secrets
import uuid
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, Count, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Guardianship
from accounts.scope import Scope, ScopedQuerySet
from records import data_class

SEATED = ("booked", "offered")
LIVE = ("booked", "offered", "waitlisted", "entered")

#: States that keep their holder from being somewhere else at the same time.
BUSY = ("booked", "offered", "entered")
#: Raised by the trigger as violated checks, so that every caller meets them as an IntegrityError with these names.
CLASH, QUEUE_FIRST = "booking_clash", "booking_queue_first"
#: The first half of the advisory lock of a person, under which the trigger looks for clashes.
PERSON_LOCK = 7330703

#: Moves an intake's two counts with its bookings. Each statement here sees what was committed before it began, so that
#: the look at other bookings of the same person, made under that person's lock, misses none.
MOVE_SEATS = f"""
    old_seat := 0; old_wait := 0; new_seat := 0; new_wait := 0;
    IF TG_OP <> 'INSERT' THEN
        old_seat := (OLD.state IN ('booked', 'offered'))::int; old_wait := (OLD.state = 'waitlisted')::int;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        new_seat := (NEW.state IN ('booked', 'offered'))::int; new_wait := (NEW.state = 'waitlisted')::int;
        IF (TG_OP = 'INSERT' AND NEW.state IN ('booked', 'entered', 'waitlisted')) OR
           (TG_OP = 'UPDATE' AND NEW.state = 'booked' AND OLD.state IN ('offered', 'waitlisted')) THEN
            PERFORM pg_advisory_xact_lock({PERSON_LOCK}, (NEW.participant_id % 2147483647)::int);
            IF EXISTS (
                SELECT 1 FROM activities_booking b
                JOIN activities_intake i ON i.id = NEW.intake_id AND i.refuse_clash
                JOIN activities_meeting mine ON mine.intake_id = i.id AND mine.ends_at > now()
                JOIN activities_meeting other ON other.intake_id = b.intake_id
                    AND other.starts_at < mine.ends_at AND other.ends_at > mine.starts_at
                WHERE b.participant_id = NEW.participant_id AND b.intake_id <> NEW.intake_id
                    AND b.state IN ('booked', 'offered', 'entered')
            ) THEN
                RAISE EXCEPTION 'another booking at the same time' USING ERRCODE = '23514', CONSTRAINT = '{CLASH}';
            END IF;
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.intake_id = OLD.intake_id THEN
        IF new_seat <> old_seat OR new_wait <> old_wait THEN
            UPDATE activities_intake SET seats_taken = seats_taken + new_seat - old_seat, waiting = waiting + new_wait - old_wait
            WHERE id = NEW.intake_id;
        END IF;
        RETURN NULL;
    END IF;
    IF old_seat + old_wait > 0 THEN
        UPDATE activities_intake SET seats_taken = seats_taken - old_seat, waiting = waiting - old_wait WHERE id = OLD.intake_id;
    END IF;
    IF new_seat + new_wait > 0 THEN
        UPDATE activities_intake SET seats_taken = seats_taken + new_seat, waiting = waiting + new_wait
        WHERE id = NEW.intake_id RETURNING waiting INTO queue;
        IF TG_OP = 'INSERT' AND NEW.state = 'booked' AND queue > 0 THEN
            RAISE EXCEPTION 'others wait for this place' USING ERRCODE = '23514', CONSTRAINT = '{QUEUE_FIRST}';
        END IF;
    END IF;
    RETURN NULL;
"""  # noqa: S608  # the two names above are ours


def new_code() -> str:
    """Eight characters that can be read out over the telephone (no 0 O 1 I L)."""
    return "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _n in range(8))


class BookingQuerySet(ScopedQuerySet["Booking"]):
    region_lookup = "intake__activity__center__region__code"

    def own(self, user: Any) -> Q:
        """Bookings of oneself and of those whose guardian one is today."""
        return Q(participant__erased_at=None) & (Q(participant__user=user) | Q(participant__in=Guardianship.objects.wards_of(user)))

    def live(self) -> "BookingQuerySet":
        return self.filter(state__in=LIVE)  # type: ignore[return-value]

    def queue(self) -> "BookingQuerySet":
        """Those who wait, in their order."""
        return self.filter(state="waitlisted").order_by("queued_at", "party", "id")  # type: ignore[return-value]

    def with_place(self) -> "BookingQuerySet":
        """Annotates ``place_in_queue``: families and single people ahead, and oneself; None for who does not wait."""
        ahead = Q(queued_at__lt=OuterRef("queued_at")) | Q(queued_at=OuterRef("queued_at"), party__lt=OuterRef("party"))
        rows = Booking.objects.filter(ahead, intake=OuterRef("intake"), state="waitlisted").order_by()
        count = rows.values("intake").annotate(n=Count("party", distinct=True)).values("n")
        place = Coalesce(Subquery(count, output_field=models.IntegerField()), 0) + 1
        return self.annotate(  # type: ignore[return-value]
            place_in_queue=Case(When(state="waitlisted", then=place), default=None, output_field=models.IntegerField())
        )


@pghistory.track(exclude=["code", "answer", "priority"])
class Booking(models.Model):
    """A participant's place in an intake."""

    data_class = data_class.SENSITIVE
    scope = Scope.REGION

    class State(models.TextChoices):
        BOOKED = "booked", _("已预约")
        WAITLISTED = "waitlisted", _("候补中")
        OFFERED = "offered", _("有名额待确认")
        ENTERED = "entered", _("已登记抽签")
        NOT_DRAWN = "not_drawn", _("未抽中")
        CANCELLED = "cancelled", _("已取消")

    class Priority(models.TextChoices):
        """Why somebody comes first where an intake gives priority; a default list of ours. The words go to the audit entry."""

        DUAL_WORKERS = "dual_workers", _("双职工家庭")
        LOW_INCOME = "low_income", _("低保、低收入家庭")
        DISABILITY = "disability", _("残疾人家庭")
        SERVICE = "service", _("军属、烈属")
        LEFT_BEHIND = "left_behind", _("留守儿童、独居老人")
        OTHER = "other", _("其他（写明理由）")

    class Channel(models.TextChoices):
        PAGE = "page", _("网页")
        API = "api", _("接口")
        DESK = "desk", _("窗口代办")
        CALL = "call", _("电话代约")

    intake = models.ForeignKey("activities.Intake", models.PROTECT, related_name="bookings", verbose_name=_("预约批次"))
    participant = models.ForeignKey("accounts.Participant", models.PROTECT, related_name="bookings", verbose_name=_("参与人"))
    party = models.UUIDField(_("同行组"), default=uuid.uuid4, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.BOOKED, editable=False)
    code = models.CharField(_("预约码"), max_length=8, unique=True, default=new_code, editable=False)
    channel = models.CharField(_("方式"), max_length=4, choices=Channel.choices, default=Channel.PAGE, editable=False)
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("预约人"))
    created_at = models.DateTimeField(_("预约时间"), default=timezone.now, editable=False)
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True, editable=False)
    #: Since when somebody waits, or, while entered, that they would; the place in the queue follows from it.
    queued_at = models.DateTimeField(_("开始候补"), null=True, blank=True, editable=False)
    offered_until = models.DateTimeField(_("名额保留到"), null=True, blank=True, editable=False)
    priority = models.CharField(_("优先"), max_length=12, choices=Priority.choices, blank=True, default="", db_default="", editable=False)
    answer = models.CharField(_("回答"), max_length=200, blank=True, default="", db_default="", editable=False)
    photo_consent = models.BooleanField(_("同意拍照"), default=False, db_default=False, editable=False)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("预约记录")
        verbose_name_plural = _("预约记录")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["intake", "participant"],
                condition=Q(state__in=LIVE),
                name="booking_one_live",
                violation_error_message=_("这位参与人已经预约过了，不用重复预约。"),
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False) | ~Q(state="cancelled") & Q(cancelled_at=None),
                name="booking_cancelled_is_dated",
                violation_error_message=_("已取消的预约要有取消时间。"),
            ),
            models.CheckConstraint(
                condition=Q(state="offered", offered_until__isnull=False) | ~Q(state="offered") & Q(offered_until=None),
                name="booking_offer_is_dated",
                violation_error_message=_("留出的名额要有保留到的时间，别的没有。"),
            ),
            models.CheckConstraint(
                condition=~Q(state="waitlisted") | Q(queued_at__isnull=False),
                name="booking_waiting_is_dated",
                violation_error_message=_("候补要有开始候补的时间。"),
            ),
        ]
        indexes = [
            models.Index(fields=["participant", "-id"], name="booking_of_participant"),
            models.Index(fields=["intake", "queued_at"], condition=Q(state="waitlisted"), name="booking_queue"),
            models.Index(fields=["offered_until"], condition=Q(state="offered"), name="booking_offers"),
            models.Index(fields=["party"], name="booking_party"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="move_seats",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state", "intake_id") | pgtrigger.Delete,
                when=pgtrigger.After,
                declare=[(name, "integer") for name in ("old_seat", "old_wait", "new_seat", "new_wait", "queue")],
                func=MOVE_SEATS,
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def place(self) -> int | None:
        """The place in the queue, annotated or asked for."""
        row: Any = self if hasattr(self, "place_in_queue") else Booking.objects.with_place().get(pk=self.pk)
        return row.place_in_queue  # type: ignore[no-any-return]


class IdempotencyKey(models.Model):
    """A client's key and the booking that its first request made; kept for 24 hours."""

    data_class = data_class.INTERNAL

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    body = models.CharField(max_length=64)
    booking = models.ForeignKey(Booking, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("幂等键")
        verbose_name_plural = _("幂等键")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"#{self.pk}"
