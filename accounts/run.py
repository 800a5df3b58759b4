"""One run over the lines of an import, as a check or in earnest: counts, faults, and which keys were seen."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import incoming, sheet, xlsx
from accounts.incoming import ADDED, CHANGED, UNCHANGED, WHOLE, Bad
from accounts.models import ImportJob, User
from accounts.register import Register

COUNTS = (ADDED, CHANGED, UNCHANGED, "bad")
SHOWN = 20


class Run:
    """The lines of one import, taken one by one."""

    def __init__(self, job: ImportJob, entry: Register, page: sheet.Sheet) -> None:
        self.job, self.entry, self.page = job, entry, page
        self.incoming = entry.takes()
        again = job.phase == ImportJob.Phase.APPLYING  # goes on where it was; a check begins anew
        self.counts = {name: getattr(job, name) if again else 0 for name in COUNTS}
        self.faults: list[list[Any]] = list(job.faults) if again else []
        self.seen: dict[tuple[str, ...], int] = {}
        self.titles = {cell.name: str(cell.title) for cell in self.incoming.fields}
        self.user = self.someone()

    def someone(self) -> Any:
        """The uploader with today's rights; raises Refused when the account has none any more."""
        user = User.objects.may_log_in().filter(pk=self.job.user_id).first()
        if user is None or not self.entry.takes_from(user):
            raise xlsx.Refused(_("您的账号现在没有导入这个台账的权限，请联系管理员。"))
        return user

    def take(self, line: sheet.Line, save: bool) -> None:
        """Saves one line within a savepoint, or notes why not. ``save=False``: changed rows are taken back at once, so that
        nobody who edits them meanwhile waits; added ones are the caller's to take back, so that doubles show."""
        try:
            values = self.values(line)
            with transaction.atomic():
                kind = incoming.keep(self.entry, values, self.user)
                if kind == CHANGED and not save:
                    transaction.set_rollback(True)
        except Bad as bad:
            self.counts["bad"] += 1
            self.faults += [[line.number, name, self.hidden(words, line)] for name, words in bad.faults.items()]
        else:
            self.counts[kind] += 1

    def values(self, line: sheet.Line) -> dict[str, Any]:
        """Parsed; raises Bad, also for a line that means the same as an earlier one."""
        values = incoming.parsed(self.incoming, line, self.user)
        first = self.seen.setdefault(incoming.key_of(self.incoming, values), line.number)
        if first != line.number:
            raise Bad({WHOLE: _("和第 %(line)s 行写的是同一个，请只留一行。") % {"line": first}})
        return values

    def skip(self, line: sheet.Line) -> None:
        """A line that an earlier delivery has dealt with: its key counts."""
        try:
            self.values(line)
        except Bad:
            return

    @staticmethod
    def hidden(words: str, line: sheet.Line) -> str:
        """The words without what was written in the cells: they are stored, and the values are in the file."""
        for value in line.values.values():
            if isinstance(value, str) and len(value.strip()) > 1:
                words = words.replace(value.strip(), "…")
        return words[:200]

    def state(self) -> dict[str, Any]:
        """The counts and faults as the job stores them."""
        shown = [[line, self.titles.get(name, ""), words] for line, name, words in self.faults[:SHOWN]]
        return {**self.counts, "first": shown, "faults": self.faults}
