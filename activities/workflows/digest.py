"""The month's column: edited by one, checked and published by another."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.models import Digest
from records import outbox
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = Digest.State


def link(digest: Digest) -> str:
    return f"/desk/digests/{digest.pk}/"


def whole(digest: Digest, user: Any, data: dict[str, Any]) -> None:
    """Something to read; who sends it has edited it."""
    if not digest.chosen:
        raise ValidationError(_("还没有要刊登的内容。请先写一条，或勾上“刊登”。"))
    digest.edited_by = user


def edited(digest: Digest, user: Any, data: dict[str, Any]) -> None:
    digest.editors.add(user)


def out(digest: Digest, user: Any, data: dict[str, Any]) -> None:
    digest.checked_by, digest.published_at = user, timezone.now()


def back_in(digest: Digest, user: Any, data: dict[str, Any]) -> None:
    digest.checked_by, digest.published_at, digest.edited_by = None, None, None


def tell_checkers(digest: Digest, user: Any, data: dict[str, Any]) -> None:
    subject = _("请审校专栏：%(what)s") % {"what": digest}
    tell_holders("activities.publish_digest", digest.region.code, "digest", subject, "", link(digest))


def tell_editor(digest: Digest, user: Any, data: dict[str, Any]) -> None:
    if digest.edited_by:
        said = _("专栏退回修改：%(what)s") if digest.state == S.DRAFT else _("专栏发布了：%(what)s")
        outbox.tell(digest.edited_by, "digest", said % {"what": digest}, str(data.get("reason", "")), link=link(digest))


def own_words(user: Any) -> Q:
    """Columns that this person wrote in or sent: another one checks them."""
    return Q(edited_by=user.pk) | Q(pk__in=Digest.editors.through.objects.filter(user=user.pk).values("digest"))


DIGEST = Workflow(
    Digest,
    Step("submit", gettext_lazy("送审校"), (S.DRAFT,), S.CHECKING, sets=whole, then=edited, tells=tell_checkers),
    Step(
        "send_back",
        gettext_lazy("退回修改"),
        (S.CHECKING,),
        S.DRAFT,
        needs=("reason",),
        unless=own_words,
        unless_says=gettext_lazy("已经送审。要再改，请审校的同事退回。"),
        tells=tell_editor,
    ),
    Step(
        "publish",
        gettext_lazy("审校通过并发布"),
        (S.CHECKING,),
        S.PUBLISHED,
        unless=own_words,
        unless_says=gettext_lazy("编辑和审校要是两个人，请让另一位同事审校。"),
        sets=out,
        tells=tell_editor,
    ),
    Step(
        "recall",
        gettext_lazy("撤下改正"),
        (S.PUBLISHED,),
        S.DRAFT,
        needs=("reason",),
        aside=True,
        sets=back_in,
        then=lambda digest, user, data: digest.editors.clear(),
    ),
)
