"""A workflow is a table of steps that a person can read; ``take`` is the only thing that moves a state."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.scope import permission, region_code
from records import audit, outbox


@dataclass(frozen=True)
class Step:
    """One move: from ``sources`` to ``target``. Its name is its permission; ``needs`` names what must be given with it.

    ``asks`` are the form fields of what is given, for pages and programs alike (``reason`` is known to all).
    ``unless(user)`` is the condition of rows on which this user may not take the step, although the role could;
    ``unless_says`` tells them why. ``sets(obj, user, data)`` fills further fields before the row is saved;
    ``then(obj, user, data)`` changes further rows; ``tells(obj, user, data)`` writes outbox rows. All of it is one
    transaction.
    """

    name: str
    label: Any
    sources: tuple[str, ...]
    target: str
    needs: tuple[str, ...] = ()
    asks: Mapping[str, Callable[[], forms.Field]] = field(default_factory=dict)
    unless: Callable[[Any], models.Q] | None = None
    unless_says: Any = ""
    #: What the form starts with, beside what the row holds already: ``drafts(obj)`` gives field → value.
    drafts: Callable[[Any], dict[str, Any]] | None = None
    #: A way out that nobody waits for (suspend, void, remove): it draws a button, but puts no row into an in-tray.
    aside: bool = False
    #: The beat schedule may take it too (``by=None``): what follows from a date that has passed.
    clock: bool = False
    sets: Callable[[Any, Any, dict[str, Any]], None] | None = None
    then: Callable[[Any, Any, dict[str, Any]], None] | None = None
    tells: Callable[[Any, Any, dict[str, Any]], None] | None = None

    def form(self, data: Any = None, files: Any = None, initial: Any = None) -> forms.Form:
        """The form of what the step asks; what it needs is required."""
        fields = {name: make() for name, make in self.asks.items()}
        if "reason" in self.needs and "reason" not in fields:
            fields["reason"] = reason_field()
        for name, made in fields.items():
            made.required = name in self.needs
        kind = type("StepForm", (forms.Form,), dict(fields))
        return kind(data, files, initial=initial)  # type: ignore[no-any-return]

    @property
    def plain(self) -> bool:
        """Whether one button is enough."""
        return not self.asks and not self.needs


def reason_field() -> forms.Field:
    return forms.CharField(label=_lazy("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class NotOpen(ValidationError):
    """The step does not lead on from the state the row is in."""


class NotYours(ValidationError):
    """The role could take the step, this person may not: who files a line does not verify it."""


class Workflow:
    """The steps of one model; knows its queryset through the model's scoped manager."""

    def __init__(self, model: type[models.Model], *steps: Step) -> None:
        self.model, self.steps = model, {step.name: step for step in steps}
        REGISTRY[model._meta.label_lower] = self

    def open_to(self, obj: Any, user: Any) -> list[Step]:
        """The steps this user may take on this row now: they draw the buttons."""
        fitting = [step for step in self.steps.values() if obj.state in step.sources]
        return [step for step in fitting if self.allowed(user, step).filter(pk=obj.pk).exists()]

    def open_to_many(self, rows: list[Any], user: Any) -> dict[Any, list[Step]]:
        """Primary key → steps open to the user, for many rows in one query a step."""
        found: dict[Any, list[Step]] = {}
        for step in self.steps.values():
            fitting = [row.pk for row in rows if row.state in step.sources]
            if fitting:
                for pk in self.allowed(user, step).filter(pk__in=fitting).values_list("pk", flat=True):
                    found.setdefault(pk, []).append(step)
        return found

    def waiting_for(self, user: Any, turn: Callable[[Step], bool] = lambda step: True) -> models.QuerySet[Any]:
        """The rows on which this user may take some step: the in-tray, and its count. ``turn`` leaves out steps of others' turn."""
        condition = models.Q(pk__in=[])
        for step in filter(turn, self.steps.values()):
            condition |= models.Q(pk__in=self.allowed(user, step).values("pk"), state__in=step.sources)
        return self.manager().filter(condition)

    def take(self, obj: Any, name: str, *, by: Any, **data: Any) -> Any:
        """Takes a step; returns the row as saved.

        Raises PermissionDenied (not theirs), NotOpen (wrong state), ValidationError (something needed is missing).
        """
        try:
            return self._take(obj, self.steps[name], by, data)
        except IntegrityError as error:  # two at once: what the second one wanted is taken
            raise ValidationError(_("有人刚刚办了同样的事，请刷新页面看看最新情况。"), code="conflict") from error

    def _take(self, obj: Any, step: Step, by: Any, data: dict[str, Any]) -> Any:
        with transaction.atomic():
            row: Any = self.manager().select_for_update(of=("self",), no_key=True).filter(pk=obj.pk).first()
            if row is None:
                raise NotOpen(_("这一条刚刚没有了，请刷新页面看看最新情况。"), code="not_open")
            if not (by is None and step.clock) and not self.allowed(by, step).filter(pk=row.pk).exists():
                self._refuse(row, step, by)
            self._check(row, step, data)
            row.state = step.target
            if step.sets:
                step.sets(row, by, data)
            row.full_clean()
            row.save()
            audit.write(
                permission(self.model, step.name),
                by=by,
                on=row,
                fields=["state"],
                reason=str(data.get("reason", "")),
                region_code=region_code(row),
            )
            if step.then:
                step.then(row, by, data)
            if step.tells:
                outbox.portal_language(step.tells)(row, by, data)
        return row

    def allowed(self, user: Any, step: Step) -> models.QuerySet[Any]:
        """The rows on which the user may take the step, by role and region and by what the step excludes."""
        rows = self.manager().allowed(user, step.name)  # type: ignore[attr-defined]
        return rows.exclude(step.unless(user)) if step.unless else rows  # type: ignore[no-any-return]

    def _refuse(self, row: Any, step: Step, by: Any) -> None:
        """Says why where the role would have been enough."""
        if step.unless_says and self.manager().allowed(by, step.name).filter(pk=row.pk).exists():  # type: ignore[attr-defined]
            raise NotYours(step.unless_says, code="not_yours")
        raise PermissionDenied

    def manager(self) -> models.QuerySet[Any]:
        return self.model._default_manager.all()

    @staticmethod
    def _check(row: Any, step: Step, data: dict[str, Any]) -> None:
        if row.state not in step.sources:
            raise NotOpen(
                _("现在是“%(state)s”，不能%(step)s。请刷新页面看看最新情况。") % {"state": row.get_state_display(), "step": step.label},
                code="not_open",
            )
        missing: Iterable[str] = [key for key in step.needs if not data.get(key)]
        if missing:
            raise ValidationError({key: _("请填写这一项。") for key in missing})


#: label → workflow; filled as the workflow modules are imported (each app's ``ready``).
REGISTRY: dict[str, Workflow] = {}
