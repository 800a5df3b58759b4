"""Recording an inspection: once for each client's number, with its answers, pictures and the findings that follow."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.scope import prefixes, region_code
from centers import photos, pictures
from centers.models import Center, Finding, Inspection, InspectionAnswer, Picture, StandardItem, StandardSet
from centers.workflows import rectification
from records import audit

Kind, Result = Inspection.Kind, InspectionAnswer.Result


@dataclass
class Seen:
    """What was seen of one item; ``photo`` are an upload's bytes."""

    result: str = Result.UNKNOWN
    remark: str = ""
    photo: bytes | None = None


def kinds_for(user: Any, center: Center) -> list[str]:
    """The kinds of inspection a person may make at a center: by the level at which the right is held there."""
    lengths = {len(code) for code in prefixes(user, "centers.add_inspection") if center.region.code.startswith(code)}
    found: list[str] = []
    if lengths & {2, 4, 6}:
        found += [Kind.DISTRICT, Kind.SPOT]
    if 9 in lengths:
        found += [Kind.TOWN]
    if 12 in lengths:
        found += [Kind.SELF]
    return found


def items_of(standard_set: StandardSet) -> list[StandardItem]:
    """The set's items in order, with their standards."""
    rows = StandardItem.objects.filter(standard__set=standard_set).select_related("standard")
    return list(rows.order_by("standard__number", "number"))


def set_for(center: Center, day: date) -> StandardSet:
    """The standards in force at a center on a day; raises ValidationError where there were none."""
    found = StandardSet.objects.all().in_force(day, center.region.code)
    if found is None:
        raise ValidationError({"inspected_on": _("这一天还没有施行的标准，请换一个日期，或请区里先发布标准。")})
    return found


def record(center: Center, kind: str, day: date, by: Any, number: UUID, seen: dict[int, Seen], remark: str = "") -> tuple[Inspection, bool]:
    """Saves one inspection; (row, whether it is new). The same client's number again gives the row that is there.

    Items without an answer are unknown. Findings follow from what others than the village itself found not met.
    Raises PermissionDenied, ValidationError.
    """
    known = Inspection.objects.filter(client_uuid=number).first()
    if known is not None:
        return mine(known, by), False
    admit(by, center, kind)
    standard_set = set_for(center, day)
    row = Inspection(center=center, standard_set=standard_set, kind=kind, inspected_on=day, inspector=by, client_uuid=number, remark=remark)
    row.full_clean(validate_unique=False)
    for one in seen.values():
        if one.photo is not None:
            photos.derive(one.photo, {})  # before anything is written: a wrong picture leaves nothing behind
    with transaction.atomic():
        made = Inspection.objects.bulk_create([row], ignore_conflicts=True)[0]
        saved = Inspection.objects.get(client_uuid=number)
        if made.submitted_at != saved.submitted_at:
            return mine(saved, by), False
        if not Inspection.objects.all().allowed(by, "add").filter(pk=saved.pk).exists():
            raise PermissionDenied
        audit.write("centers.add_inspection", by=by, on=saved, fields=["answers"], region_code=region_code(center))
        answers = write_answers(saved, seen, by)
        if kind != Kind.SELF:
            issue(saved, answers, by)
    return saved, True


def admit(by: Any, center: Center, kind: str) -> None:
    """Nobody without the right there; no kind that belongs to another level."""
    kinds = kinds_for(by, center)
    if not kinds:
        raise PermissionDenied
    if kind not in kinds:
        raise ValidationError({"kind": _("您的账号不能做这一类检查，请换一类。")})


def mine(row: Inspection, by: Any) -> Inspection:
    """A number that somebody else's device has used is no answer to this person."""
    if row.inspector_id != by.pk:
        raise PermissionDenied
    return row


def write_answers(row: Inspection, seen: dict[int, Seen], by: Any) -> list[InspectionAnswer]:
    answers = []
    for item in items_of(row.standard_set):
        one = seen.get(item.pk) or Seen()
        answer = InspectionAnswer(inspection=row, item=item, result=one.result, remark=one.remark.strip()[:200])
        answer.clean_fields(exclude=["inspection", "item", "photo"])
        answers.append(answer)
    for answer in answers:  # once nothing can be wrong any more: files are not rolled back
        photo = seen[answer.item_id].photo if answer.item_id in seen else None
        if photo is not None and answer.item.wants_photo:
            answer.photo = pictures.store(row.center, photo, Picture.Source.INSPECTION, by)
    return InspectionAnswer.objects.bulk_create(answers)


def issue(row: Inspection, answers: list[InspectionAnswer], by: Any) -> list[Finding]:
    """A finding for each item not met, unless the same one is still open; one that was closed before makes it a repeat."""
    made = []
    for answer in answers:
        if answer.result != Result.NOT_MET:
            continue
        before = Finding.objects.filter(center=row.center, item__text=answer.item.text).order_by("-id")
        if before.open().exists():
            continue
        text = f"{answer.item.text}：{answer.remark}" if answer.remark else answer.item.text
        finding = Finding(
            center=row.center,
            inspection=row,
            item=answer.item,
            text=text[:300],
            issued_on=timezone.localdate(),
            repeats=before.first(),
            before=answer.photo,
            issued_by=by,
        )
        finding.full_clean()
        finding.save()
        audit.write("centers.add_finding", by=by, on=finding, fields=["item"], region_code=region_code(row.center))
        rectification.tell_issued(finding)
        made.append(finding)
    return made
