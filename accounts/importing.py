"""Imports in the background: a file is checked whole and taken back, then, once its owner agrees, applied in batches.

One import works at a time, held by an advisory lock that ends with its worker's connection: a task that comes twice finds the
lock taken, or the work done. A batch, its counts and its audit entry commit together, so a killed import goes on where it was.
"""

import hashlib
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import IO, Any

import pghistory
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import marking, sheet, xlsx
from accounts.incoming import ADDED, CHANGED
from accounts.models import ImportJob
from accounts.register import REGISTERS, Register
from accounts.run import COUNTS, Run
from accounts.scope import permission, prefixes
from records import audit
from records.outbox import portal_language

log = logging.getLogger(__name__)
Phase = ImportJob.Phase
BATCH, TRIES = 200, 3
#: A worker that was asked so long ago is asked again; files are kept so many days.
ASK_AGAIN, KEEP_DAYS = timedelta(seconds=30), 30
#: Of PostgreSQL's advisory locks, the one of imports.
LOCK = 72_190_001


def upload(entry: Register, user: Any, file: Any) -> ImportJob:
    """Keeps an inspected file and asks the worker to check it. Raises xlsx.Refused."""
    xlsx.inspect(file)
    file.seek(0)
    content = file.read()
    digest = hashlib.sha256(content).hexdigest()
    name = str(getattr(file, "name", "") or "")[-120:]
    return ImportJob.objects.create(
        user=user, register=entry.name, file=ContentFile(content, name="import.xlsx"), file_name=name, sha256=digest
    )


def wake(job: ImportJob) -> bool:
    """Asks the worker; False while the broker is away (beat asks again, nothing is lost)."""
    from accounts.tasks import import_rows

    ImportJob.objects.filter(pk=job.pk).update(asked_at=timezone.now())
    try:
        import_rows.apply_async((job.pk,), retry=False, ignore_result=True)
    except Exception as error:  # the broker's client raises many kinds; the file is kept, and beat asks again
        log.warning("the broker is away, import %s waits for beat: %s", job.pk, type(error).__name__)
        return False
    return True


def approve(job: ImportJob) -> bool:
    """The owner agrees to the preview; False when that was done before, or there is nothing to do."""
    fresh: dict[str, Any] = {"phase": Phase.APPLYING, "done": 0, "started_at": None, "attempts": 0, "faults": [], "first": []}
    return bool(ImportJob.objects.filter(pk=job.pk, phase=Phase.CHECKED).update(**fresh, **dict.fromkeys(COUNTS, 0)))


def cancel(job: ImportJob) -> bool:
    """Stops it. What was imported before stays, and the counts tell of it; a preview's counts go."""
    ended = {"phase": Phase.CANCELLED, "finished_at": timezone.now(), "faults": []}
    rows = ImportJob.objects.filter(pk=job.pk)
    if rows.filter(phase=Phase.APPLYING).update(**ended):
        return True
    before = rows.filter(phase__in=[Phase.UPLOADED, Phase.CHECKING, Phase.CHECKED])
    return bool(before.update(**ended, first=[], **dict.fromkeys(COUNTS, 0)))


@contextmanager
def turn() -> Iterator[bool]:
    """Whether it is ours to work; until then, or until the connection ends, nobody else's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        ours = bool(cursor.fetchone()[0])
    try:
        yield ours
    finally:
        if ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@portal_language
def work(pk: int) -> bool:
    """Goes on with one import as far as it can; False when another one works now (beat asks again)."""
    with turn() as ours:
        if not ours:
            return False
        job = ImportJob.objects.waiting().filter(pk=pk).select_related("user").first()
        if job is None:
            return True
        try:
            with pghistory.context(user=job.user_id, path=f"import {job.pk}"):
                _go_on(job)
        except xlsx.Refused as refusal:
            fail(job, str(refusal))
        except OSError:
            log.exception("import %s: its file can't be read", job.pk)
            fail(job, _("文件读不出来了，请重新上传一次。"))
        return True


def fail(job: ImportJob, words: str) -> None:
    ImportJob.objects.waiting().filter(pk=job.pk).update(phase=Phase.FAILED, words=words[:300], finished_at=timezone.now(), faults=[])


def _go_on(job: ImportJob) -> None:
    """Checks or applies. What fails without a reason is tried three times, by deliveries of the task."""
    ImportJob.objects.filter(pk=job.pk).update(attempts=job.attempts + 1, started_at=job.started_at or timezone.now())
    entry = REGISTERS.get(job.register)
    if entry is None or entry.incoming is None or job.attempts >= TRIES:
        fail(job, _("这次导入反复中断，已经停下；已导入的行都还在。请稍后重新上传，仍不行请联系管理员。"))
        return
    with job.file.open("rb") as file:
        content = io.BytesIO(file.read())
    xlsx.inspect(content)
    run = Run(job, entry, sheet.read(content, entry.incoming))
    if job.phase == Phase.APPLYING:
        apply(run, content)
    else:
        check(run, content)


def progress_key(pk: int) -> str:
    return f"import-{pk}"


def check(run: Run, content: IO[bytes]) -> None:
    """Every line as if it were imported, in a transaction that is taken back; its progress stands in the cache."""
    mine = ImportJob.objects.filter(pk=run.job.pk, phase__in=[Phase.UPLOADED, Phase.CHECKING])
    if not mine.update(phase=Phase.CHECKING, total=len(run.page.lines), done=0, ignored=run.page.ignored[:20]):
        return
    with transaction.atomic():
        for number, line in enumerate(run.page.lines):
            run.take(line, save=False)
            if number % 50 == 0:
                cache.set(progress_key(run.job.pk), number, 600)
                if not mine.exists():
                    break
        transaction.set_rollback(True)
    cache.delete(progress_key(run.job.pk))
    finish(run, content, mine, Phase.CHECKED)


def apply(run: Run, content: IO[bytes]) -> None:
    """Line by line, committed in batches, each with its counts and an audit entry."""
    lines, done = run.page.lines, run.job.done
    for line in lines[:done]:
        run.skip(line)
    while done < len(lines):
        batch = lines[done : done + BATCH]
        run.user = run.someone()
        if not _batch(run, batch, done):
            return
        done += len(batch)
    finish(run, content, ImportJob.objects.filter(pk=run.job.pk, phase=Phase.APPLYING), Phase.DONE)


def _batch(run: Run, batch: list[sheet.Line], done: int) -> bool:
    """One batch; False, with nothing done, when the import was cancelled."""
    before = run.counts[ADDED] + run.counts[CHANGED]
    with transaction.atomic():
        mine = ImportJob.objects.filter(pk=run.job.pk, phase=Phase.APPLYING, done=done)
        for line in batch:
            run.take(line, save=True)
        if not mine.update(done=done + len(batch), total=len(run.page.lines), attempts=0, **run.state()):
            transaction.set_rollback(True)
            return False
        written = run.counts[ADDED] + run.counts[CHANGED] - before
        if written:
            _audit(run, written)
    return True


def _audit(run: Run, count: int) -> None:
    model = run.entry.model
    codes = prefixes(run.user, permission(model, "change")) or prefixes(run.user, permission(model, "add"))
    audit.write(
        "accounts.import",
        by=run.user,
        target_type=model._meta.label_lower,
        region_code=codes[0] if codes else "",
        fields=list(run.page.columns),
        reason=f"import {run.job.pk}",
        count=count,
    )


def finish(run: Run, content: IO[bytes], mine: Any, phase: str) -> None:
    """Writes the marked file where something is wrong, then the new phase; nothing when it was cancelled meanwhile."""
    if not mine.exists():
        return
    old = run.job.result.name or ""
    values: dict[str, Any] = {**run.state(), "faults": [], "phase": phase, "done": len(run.page.lines), "attempts": 0, "result": ""}
    if phase == Phase.DONE:
        values["finished_at"] = timezone.now()
    if run.faults:
        faults = [(line, name, words) for line, name, words in run.faults]
        made = marking.marked(content, run.incoming, run.page, faults)
        run.job.result.save("marked.xlsx", ContentFile(made), save=False)
        values["result"] = run.job.result.name or ""
    kept = mine.update(**values)
    stale = old if kept else str(values["result"])
    if stale:
        run.job.result.storage.delete(stale)


def next_one() -> None:
    """An import that has ended lets the next one begin at once."""
    job = ImportJob.objects.waiting().order_by("asked_at").first()
    if job is not None:
        wake(job)


def resume() -> int:
    """Asks the worker again for what waits too long; how many. Called by beat."""
    late = ImportJob.objects.waiting().filter(asked_at__lt=timezone.now() - ASK_AGAIN).order_by("asked_at")
    return sum(wake(job) for job in late[:5])


def sweep() -> None:
    """Deletes imports, with their files, after 30 days."""
    for job in ImportJob.objects.filter(created_at__lt=timezone.now() - timedelta(days=KEEP_DAYS)).iterator(100):
        forget(job)


def forget(job: ImportJob) -> None:
    """Deletes the row and its files."""
    for file in (job.file, job.result):
        if file.name:
            file.storage.delete(file.name)
    job.delete()
