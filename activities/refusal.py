"""Why a place is not given: one code each, one sentence each, the same on every surface."""

from typing import Any

from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, Any] = {
    "full": _("已报满，这次没有约上。可以看看别的场次，或有人退出后再来。"),
    "closed": _("预约已经截止。可以看看别的活动，或打电话问问中心。"),
    "not_open_yet": _("预约还没有开始。请到开始时间再来。"),
    "duplicate": _("这位参与人已经预约过了，不用重复预约。"),
    "ineligible": _("不符合这次活动的条件。"),
    "paused": _("预约资格暂停中。"),
}


class Refused(Exception):
    """A booking refused; ``code`` is one of the contract's, ``detail`` says it in the user's words."""

    def __init__(self, code: str, detail: Any = None) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail or TEXTS[code]


class KeyReused(Exception):
    """The idempotency key came before with another request."""


class NotHere(Exception):
    """No such intake or participant within reach of this user."""
