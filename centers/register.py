"""The register of centers for Excel."""

from django.utils.translation import gettext_lazy as _

from accounts.register import Column, Register, register
from centers import incoming
from centers.models import Center

CENTER = register(
    Register(
        "centers",
        _("中心"),
        Center,
        (
            Column(_("编号"), lambda c: str(c.pk)),
            Column(_("名称"), lambda c: c.name, 30),
            Column(_("层级"), lambda c: c.get_level_display()),
            Column(_("镇街"), lambda c: c.region.name if c.level == "town" else c.region.parent.name),
            Column(_("区划代码"), lambda c: c.region.code),
            Column(_("地址"), lambda c: c.address, 36),
            Column(_("建筑面积（㎡）"), lambda c: c.area),
            Column(_("启用日期"), lambda c: c.opened_on),
            Column(_("大厅电话"), lambda c: c.phone),
            Column(_("已公开"), lambda c: c.published),
        ),
        ("region__parent",),
        incoming.CENTERS,
    )
)
