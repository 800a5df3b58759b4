"""A brand: nominated by its center, recognised by the district."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.models import Brand
from records import outbox
from workflow.engine import Step, Workflow
from workflow.telling import tell_holders

S = Brand.State


def nominated(brand: Brand, user: Any, data: dict[str, Any]) -> None:
    brand.nominated_by = user


def recognised(brand: Brand, user: Any, data: dict[str, Any]) -> None:
    brand.recognised_on = timezone.localdate()


def tell_district(brand: Brand, user: Any, data: dict[str, Any]) -> None:
    subject = _("推荐了服务品牌：%(what)s") % {"what": brand}
    tell_holders("activities.recognise_brand", brand.center.region.code, "brand", subject, brand.summary, f"/desk/brands/{brand.pk}/")


def tell_nominator(brand: Brand, user: Any, data: dict[str, Any]) -> None:
    if brand.nominated_by:
        said = _("品牌认定了：%(what)s") if brand.state == S.RECOGNISED else _("品牌这次没有认定：%(what)s")
        outbox.tell(brand.nominated_by, "brand", said % {"what": brand}, str(data.get("reason", "")), link=f"/desk/brands/{brand.pk}/")


BRAND = Workflow(
    Brand,
    Step("nominate", gettext_lazy("推荐"), (S.DRAFT, S.DECLINED), S.NOMINATED, sets=nominated, tells=tell_district),
    Step("recognise", gettext_lazy("认定"), (S.NOMINATED,), S.RECOGNISED, sets=recognised, tells=tell_nominator),
    Step("decline", gettext_lazy("这次不认定"), (S.NOMINATED,), S.DECLINED, needs=("reason",), tells=tell_nominator),
    Step("end", gettext_lazy("不再使用"), (S.RECOGNISED,), S.ENDED, needs=("reason",), aside=True),
)
