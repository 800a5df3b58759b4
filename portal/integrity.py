"""Recomputes what is stored twice: seats, seals, files. Each app's own check is one function here."""

from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.db.models import Count, F, Q, Sum

from accounts.models import Guardianship, Participant
from activities.models import Intake
from activities.models.booking import SEATED
from centers.models import Paper, Photo, Picture
from funding.models import Award, Book, Objection, Project, ProjectPaper
from records import sealing
from records.models import Message
from staffing.models import Duty

ACCOUNTS = ("allocation", "payment")
TOTALS = {"budget": "budgeted", "allocation": "allocated", "payment": "paid"}


def seats() -> Iterator[str]:
    """``seats_taken`` and ``waiting`` against the bookings that hold a seat or wait."""
    waits = Count("bookings", filter=Q(bookings__state="waitlisted"))
    rows = Intake.objects.annotate(held=Count("bookings", filter=Q(bookings__state__in=SEATED)), waits=waits)
    for row in rows.exclude(seats_taken=F("held")):
        yield f"intake {row.pk}: seats_taken says {row.seats_taken}, its bookings hold {row.held}"  # type: ignore[attr-defined]
    for row in rows.exclude(waiting=F("waits")):
        yield f"intake {row.pk}: waiting says {row.waiting}, {row.waits} of its bookings wait"  # type: ignore[attr-defined]


def duties() -> Iterator[str]:
    """A duty has its shift's times: by them the database keeps anybody from being in two places at once."""
    same = Q(starts_at=F("shift__starts_at"), ends_at=F("shift__ends_at"))
    for pk in Duty.objects.exclude(same).values_list("pk", flat=True):
        yield f"duty {pk}: its times are not its shift's"


def seals() -> Iterator[str]:
    """The audit chain from the anchored heads."""
    yield from sealing.verify()


def files() -> Iterator[str]:
    """Every photograph's files."""
    for photo in Photo.objects.iterator(500):
        for size in Photo.SIZES:
            if not default_storage.exists(getattr(photo, size).name):
                yield f"photo {photo.pk}: the file of its size {size} is missing"


def work_files() -> Iterator[str]:
    """The files of pictures and papers."""
    for picture in Picture.objects.iterator(500):
        for size in Picture.SIZES:
            if not default_storage.exists(getattr(picture, size).name):
                yield f"picture {picture.pk}: the file of its size {size} is missing"
    for paper in Paper.objects.iterator(500):
        if not default_storage.exists(str(paper.file.name)):
            yield f"paper {paper.pk}: its file is missing"


def funding_files() -> Iterator[str]:
    """The files of projects and of sealed objections."""
    for document in ProjectPaper.objects.iterator(500):
        if not default_storage.exists(str(document.file.name)):
            yield f"project paper {document.pk}: its file is missing"
    for objection in Objection.objects.exclude(seal="").iterator(500):
        if not default_storage.exists(str(objection.seal.name)):
            yield f"objection {objection.pk}: its file is missing"


def ledger() -> Iterator[str]:
    """The totals of books, awards and projects against the entries."""
    for model, accounts in ((Book, ("budget", "allocation", "payment")), (Award, ACCOUNTS), (Project, ACCOUNTS)):
        sums = {account: Sum("entries__amount", filter=Q(entries__account=account), default=0) for account in accounts}
        rows = model._default_manager.annotate(**{f"sum_{account}": total for account, total in sums.items()})
        for row in rows.iterator(500):
            for account in accounts:
                stored, counted = getattr(row, TOTALS[account]), getattr(row, f"sum_{account}")
                if stored != counted:
                    yield f"{model._meta.model_name} {row.pk}: {TOTALS[account]} says {stored}, its entries {counted}"


def children() -> Iterator[str]:
    """No child without a guardian in force."""
    guarded = Guardianship.objects.in_force().values("participant")
    for pk in (
        Participant.objects.alive().filter(kind="child", created_by__isnull=False).exclude(pk__in=guarded).values_list("pk", flat=True)
    ):
        yield f"participant {pk}: a child without a guardian"


def messages() -> Iterator[str]:
    """No inbox row that is not delivered."""
    for pk in Message.objects.filter(channel="inbox").exclude(state="sent").values_list("pk", flat=True):
        yield f"message {pk}: an inbox row that is not delivered"


def faults() -> list[str]:
    """All that differs."""
    return [fault for check in (seats, seals, files, work_files, funding_files, children, messages, ledger, duties) for fault in check()]
