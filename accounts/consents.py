"""The texts that people agree to, by purpose and version. A changed text is a new version; old ones stay readable."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from accounts.models import ConsentRecord, Participant

Purpose = ConsentRecord.Purpose


class Text(NamedTuple):
    version: str
    title: Any
    sentence: Any
    full: Any


#: The version in force of each purpose.
TEXTS: dict[str, Text] = {
    Purpose.BOOKING: Text(
        "2026-12",
        _("预约服务个人信息告知书"),
        _("同意党群服务中心为这次预约使用姓名、出生日期和联系电话。"),
        _(
            "我们收集姓名、出生日期、联系电话和居住村社，只用来安排预约、核对年龄、在有变动时通知您。"
            "能看到的人是服务中心和所属镇街的工作人员，列表里姓名只显示一个字，查看全名要写明理由并留下记录。"
            "预约记录在活动结束一年后不再留姓名；资料您随时可以在“我的资料”里查看、更正、导出、删除，或撤回同意。"
        ),
    ),
    Purpose.CHILD: Text(
        "2026-12",
        _("未成年人个人信息监护人告知书"),
        _("我是孩子的监护人，同意党群服务中心为预约和托管使用孩子的姓名、出生日期。"),
        _(
            "孩子的姓名、出生日期和居住村社属于敏感个人信息，只用来核对年龄、安排课后托管等服务、在紧急时联系监护人。"
            "不用于评比、宣传，也不用于统计以外的其他用途；不拍照，不做人脸识别。您可以不同意：不同意时仍可到窗口办理不需要登记的服务。"
            "最后一次参加服务满一年后，系统自动删除孩子的资料；在那以前您随时可以查看、更正、导出、删除，或撤回同意。"
        ),
    ),
    Purpose.PHOTO: Text(
        "2026-11",
        _("活动照片告知书"),
        _("同意活动照片中出现本人或孩子（可以不同意，不影响参加）。"),
        _("照片只用于本中心的活动总结。不同意不影响参加活动；同意后随时可以撤回，撤回后我们会停止使用并删除照片。"),
    ),
    Purpose.CARE: Text(
        "2026-12",
        _("托管告家长书和安全约定"),
        _("我读过告家长书，同意托管安全约定。"),
        _(
            "托管只看护、做作业、做游戏，不上课、不补课。请按时接送：结束后 15 分钟还没接算晚接，一个学期满三次，中心会和您商量名额。"
            "孩子只交给监护人和您登记的接送人；别人来接，工作人员先打电话问您，您同意了才交。"
            "孩子发烧或有传染病请在家休息，并告诉中心。发现孩子可能受到伤害，工作人员必须马上报告。"
            "每天到和走的时间、由谁接走会记下来，您在“托管”里看得到；学期结束满一年自动删除。"
        ),
    ),
    Purpose.HEALTH: Text(
        "2026-12",
        _("过敏和健康信息告知书"),
        _("同意工作人员在看护孩子时查看我填写的过敏和健康说明。"),
        _(
            "过敏和健康信息属于敏感个人信息，可以不填，不影响报名。填写的内容加密保存，只有办托管班的中心和所属镇街的工作人员，在有班的那几天能打开，"
            "每打开一次都留下记录，您看得到是谁、什么时候看的。撤回同意，内容马上删除；学期结束满一年自动删除。"
        ),
    ),
}

#: Given and withdrawn by a button alone; that to health data goes with the data, in the app that keeps them.
BY_BUTTON = (Purpose.BOOKING, Purpose.CHILD, Purpose.PHOTO, Purpose.CARE)


def needed(participant: Participant) -> str:
    """The purpose that must be consented to before a place is booked for this participant."""
    return Purpose.CHILD if participant.kind == Participant.Kind.CHILD else Purpose.BOOKING


def record(participant: Participant, by: Any, purpose: str, channel: str) -> ConsentRecord:
    """Stores consent to the version in force, once."""
    given, _made = ConsentRecord.objects.in_force().get_or_create(
        participant=participant, purpose=purpose, version=TEXTS[purpose].version, defaults={"given_by": by, "channel": channel}
    )
    return given
