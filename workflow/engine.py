"""A workflow is a table of steps that a person can read; ``take`` is the only thing that moves a state."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.scope import permission, region_code
from records import audit


@dataclass(frozen=True)
class Step:
    """One move: from ``sources`` to ``target``. Its name is its permission; ``needs`` names what must be given with it.

    ``sets(obj, user, data)`` fills further fields before the row is saved; ``then(obj, user, data)`` changes further
    rows; ``tells(obj, user, data)`` writes outbox rows. All of it is one transaction.
    """

    name: str
    label: Any
    sources: tuple[str, ...]
    target: str
    needs: tuple[str, ...] = ()
    sets: Callable[[Any, Any, dict[str, Any]], None] | None = None
    then: Callable[[Any, Any, dict[str, Any]], None] | None = None
    tells: Callable[[Any, Any, dict[str, Any]], None] | None = None


class NotOpen(ValidationError):
    """The step does not lead on from the state the row is in."""


class Workflow:
    """The steps of one model; knows its queryset through the model's scoped manager."""

    def __init__(self, model: type[models.Model], *steps: Step) -> None:
        self.model, self.steps = model, {step.name: step for step in steps}
        REGISTRY[model._meta.label_lower] = self

    def open_to(self, obj: Any, user: Any) -> list[Step]:
        """The steps this user may take on this row now: they draw the buttons."""
        fitting = [step for step in self.steps.values() if obj.state in step.sources]
        return [step for step in fitting if self.allowed(user, step).filter(pk=obj.pk).exists()]

    def waiting_for(self, user: Any) -> models.QuerySet[Any]:
        """The rows on which this user may take some step: the in-tray, and its count."""
        condition = models.Q(pk__in=[])
        for step in self.steps.values():
            condition |= models.Q(pk__in=self.allowed(user, step).values("pk"), state__in=step.sources)
        return self.manager().filter(condition)

    def take(self, obj: Any, name: str, *, by: Any, **data: Any) -> Any:
        """Takes a step; returns the row as saved.

        Raises PermissionDenied (not theirs), NotOpen (wrong state), ValidationError (something needed is missing).
        """
        step = self.steps[name]
        with transaction.atomic():
            row = self.manager().select_for_update(of=("self",), no_key=True).get(pk=obj.pk)
            if not self.allowed(by, step).filter(pk=row.pk).exists():
                raise PermissionDenied
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
            for further in (step.then, step.tells):
                if further:
                    further(row, by, data)
        return row

    def allowed(self, user: Any, step: Step) -> models.QuerySet[Any]:
        return self.manager().allowed(user, step.name)  # type: ignore[attr-defined, no-any-return]

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
