"""How cadres, postings and managers come in from Excel: the pages' forms."""

from django.utils.translation import gettext_lazy as _

from accounts import normal
from accounts.models import Region
from accounts.register import REGION_NOTE, Cell, Incoming
from centers.incoming import CENTER
from staffing.forms.people import CadreForm, ManagerForm, PostingForm
from staffing.models import Cadre, Posting

WHO = Cell("cadre", _("干部"), normal.ref(Cadre, "phone", "name"), True, note=_("填姓名；有重名时填 +86 开头的手机号。"), example="黄示范")
FROM = Cell("valid_from", _("起"), normal.day, True, example="2024-10-01")
UNTIL = Cell("valid_until", _("止"), normal.day, note=_("最后一天；留空表示一直担任。"), example="2027-09-30")

CADRES = Incoming(
    CadreForm,
    (
        Cell("region", _("所在村社"), normal.ref(Region, "code", "name"), True, note=REGION_NOTE, example="330703001021"),
        Cell("name", _("姓名"), normal.text, True, example="黄示范"),
        Cell("phone", _("手机号"), normal.phone, example="138 0000 0001"),
        Cell("login", _("登录名"), normal.unspaced, note=_("有账号才填。")),
    ),
    ("region", "name"),
)
POSTINGS = Incoming(
    PostingForm,
    (
        WHO,
        CENTER,
        Cell("position", _("职务"), normal.text, True, example="村委会委员"),
        Cell("lead", _("可以带班"), normal.yes_no, example="否"),
        Cell("exempt", _("轮值安排"), normal.choice(Posting.Exempt), example="都参加"),
        Cell("exempt_note", _("为什么"), normal.text),
        FROM,
        UNTIL,
    ),
    ("cadre", "center", "valid_from"),
)
MANAGERS = Incoming(ManagerForm, (WHO, CENTER, FROM, UNTIL), ("cadre", "center", "valid_from"))
